/*
 * Objects out of any PDF by libqpdf, which only reads: cross-reference tables
 * and streams, object streams, updates, encryption, damage.
 *
 * Opened without recovery first and looked through; when qpdf complains,
 * opened again with recovery and reported as repaired. An object crosses over
 * as its text ("unparse"), which our own parser reads: one call of the
 * library for each object instead of one for each value.
 */
#include "formats/pdf/pdf_int.h"

#include <qpdf/qpdf-c.h>
#include <stdlib.h>
#include <string.h>

/* ISO 32000-1 Annex C. */
#define NUMBER_MAX 8388607

struct source {
	struct doc *d;
	qpdf_data q;
	uint32_t limit;
	uint16_t *gen; /* by number: the generation that is not null */
};

static void
forget_errors(qpdf_data q)
{
	if (qpdf_has_error(q))
		(void)qpdf_get_error(q);
	while (qpdf_more_warnings(q))
		(void)qpdf_next_warning(q);
}

/* ---- opening */

static int
open_once(const struct reader *in, const char *password, bool recover,
    qpdf_data *out, enum qpdf_error_code_e *code)
{
	qpdf_data q = qpdf_init();
	qpdf_error err;

	*code = qpdf_e_internal;
	if (q == NULL)
		return ERR_NOMEM;
	qpdf_silence_errors(q);
	qpdf_set_suppress_warnings(q, QPDF_TRUE);
	qpdf_set_attempt_recovery(q, recover ? QPDF_TRUE : QPDF_FALSE);
	if ((qpdf_read_memory(q, "in", (const char *)in->data, in->len,
		 password) &
		(QPDF_ERRORS)) == 0 &&
	    !qpdf_has_error(q)) {
		*out = q;
		return 0;
	}
	err = qpdf_get_error(q);
	*code = err == NULL ? qpdf_e_internal : qpdf_get_error_code(q, err);
	/* It says the same of filters, which are damage to us. */
	if (*code == qpdf_e_unsupported &&
	    strstr(qpdf_get_error_message_detail(q, err), "crypt") == NULL)
		*code = qpdf_e_damaged_pdf;
	qpdf_cleanup(&q);
	return *code == qpdf_e_password ? ERR_ENCRYPTED : ERR_MALFORMED;
}

/* The empty password, then the ones given. *used: 0 for the empty one. */
static int
open_passwords(struct doc *d, const struct reader *in, bool recover,
    qpdf_data *q, size_t *used, enum qpdf_error_code_e *code)
{
	const struct passwords *list = doc_passwords(d);
	char *text;
	int e = open_once(in, NULL, recover, q, code);

	*used = 0;
	for (size_t i = 0; e == ERR_ENCRYPTED && i < list->n && doc_may_try(d);
	     i++) {
		text = doc_strndup(d, list->list[i].data, list->list[i].len);
		if (text == NULL)
			return ERR_NOMEM;
		*used = i + 1;
		e = open_once(in, text, recover, q, code);
		if (e == ERR_ENCRYPTED)
			doc_tried(d);
	}
	return e;
}

/*
 * One more than the largest number: that of a new object. To know it qpdf
 * reads every object there is, and says what it thinks of them.
 */
static uint32_t
count_objects(qpdf_data q)
{
	qpdf_oh null = qpdf_oh_new_null(q), last;
	int n;

	last = qpdf_make_indirect_object(q, null);
	n = qpdf_oh_get_object_id(q, last);
	qpdf_oh_release(q, last);
	qpdf_oh_release(q, null);
	return n > 0 && n <= NUMBER_MAX && !qpdf_has_error(q) ? (uint32_t)n : 0;
}

static bool
has_catalog(qpdf_data q)
{
	qpdf_oh trailer = qpdf_get_trailer(q), root;
	bool has;

	root = qpdf_oh_get_key_if_dict(q, trailer, "/Root");
	has = qpdf_oh_is_dictionary(q, root) && !qpdf_has_error(q);
	qpdf_oh_release(q, root);
	qpdf_oh_release(q, trailer);
	return has;
}

/* careful: as it is, or not at all. ERR_MALFORMED: try another way. */
static int
try_open(struct doc *d, struct source *s, const struct reader *in, bool careful,
    size_t *used, enum qpdf_error_code_e *code)
{
	int e = open_passwords(d, in, !careful, &s->q, used, code);

	if (e != 0)
		return e;
	s->limit = count_objects(s->q);
	if (s->limit != 0 && has_catalog(s->q) &&
	    !(careful && qpdf_more_warnings(s->q)))
		return 0;
	qpdf_cleanup(&s->q);
	return ERR_MALFORMED;
}

static int
open_source(struct doc *d, struct source *s, struct pin_facts *f)
{
	enum qpdf_error_code_e code = qpdf_e_success;
	struct reader in = doc_in(d);
	size_t used;
	int e = try_open(d, s, &in, true, &used, &code);

	if (e == ERR_MALFORMED && code != qpdf_e_unsupported) {
		f->repaired = true;
		e = try_open(d, s, &in, false, &used, &code);
		if (e == ERR_MALFORMED && pin_rescue(d, &in) == 0)
			e = try_open(d, s, &in, false, &used, &code);
	}
	f->by_password = used > 0;
	if (e == ERR_ENCRYPTED)
		return doc_fail(d, e, "needs a password: pdf");
	if (e == ERR_MALFORMED && code == qpdf_e_unsupported)
		return doc_fail(d, ERR_ENCRYPTED,
		    "encrypted in a way that is not supported");
	if (e == ERR_MALFORMED)
		return doc_fail(d, e,
		    "damaged beyond repair: no catalog can be found");
	return e;
}

/* ---- objects */

/*
 * Numbers go on without their generation. Of a number that is there with
 * two, the first one referred to that exists counts; the other is null.
 */
static uint32_t
take_ref(void *arg, uint32_t num, uint32_t gen)
{
	struct source *s = arg;
	qpdf_oh oh;
	bool there;

	if (num == 0 || num >= s->limit || gen > UINT16_MAX)
		return 0;
	if (s->gen[num] == gen)
		return num;
	if (s->gen[num] != 0)
		return 0;
	oh = qpdf_get_object_by_id(s->q, (int)num, (int)gen);
	there = !qpdf_oh_is_null(s->q, oh);
	qpdf_oh_release(s->q, oh);
	if (!there)
		return 0;
	s->gen[num] = (uint16_t)gen;
	return num;
}

/* The text of a value, read by our own parser; null when it cannot be. */
static int
convert(struct source *s, qpdf_oh oh, const struct pobj **out)
{
	struct pobj_syntax syntax = { .ref = take_ref, .arg = s };
	const char *text = qpdf_oh_unparse_resolved(s->q, oh);
	struct reader r;
	char *copy;
	size_t n;
	int e;

	*out = NULL;
	if (text == NULL || qpdf_has_error(s->q)) {
		forget_errors(s->q);
		return 0;
	}
	n = strlen(text);
	if ((copy = doc_strndup(s->d, text, n)) == NULL)
		return ERR_NOMEM;
	reader_init(&r, copy, n);
	e = pobj_parse_as(s->d, &r, &syntax, out);
	return e == ERR_NOENT || e == ERR_MALFORMED ? 0 : e;
}

static int
convert_stream(struct source *s, qpdf_oh oh, uint32_t num,
    const struct pobj **out)
{
	qpdf_oh dict = qpdf_oh_get_dict(s->q, oh);
	const struct pobj *v;
	struct pobj *stream;
	int e = convert(s, dict, &v);

	qpdf_oh_release(s->q, dict);
	*out = NULL;
	if (e != 0 || !pobj_is(v, POBJ_DICT))
		return e;
	if ((stream = pobj_new(s->d, POBJ_STREAM)) == NULL)
		return ERR_NOMEM;
	stream->u.dict = v->u.dict;
	stream->number = num;
	*out = stream;
	return 0;
}

static int
load(void *state, uint32_t num, const struct pobj **out)
{
	struct source *s = state;
	qpdf_oh oh = qpdf_get_object_by_id(s->q, (int)num, s->gen[num]);
	int e;

	e = qpdf_oh_is_stream(s->q, oh) ? convert_stream(s, oh, num, out)
					: convert(s, oh, out);
	qpdf_oh_release(s->q, oh);
	forget_errors(s->q);
	return e;
}

static int
raw(void *state, const struct pobj *stream, struct reader *out, void **own)
{
	struct source *s = state;
	uint32_t num = stream->number;
	unsigned char *bytes = NULL;
	size_t n = 0;
	qpdf_oh oh;
	int bad;

	if (num == 0 || num >= s->limit)
		return ERR_INTERNAL;
	oh = qpdf_get_object_by_id(s->q, (int)num, s->gen[num]);
	bad = qpdf_oh_get_stream_data(s->q, oh, qpdf_dl_none, NULL, &bytes, &n);
	qpdf_oh_release(s->q, oh);
	forget_errors(s->q);
	if ((bad & (QPDF_ERRORS)) != 0 || bytes == NULL) {
		free(bytes);
		bytes = NULL;
		n = 0;
		if ((bad & (QPDF_ERRORS)) != 0)
			return ERR_MALFORMED;
	}
	reader_init(out, bytes, n);
	*own = bytes;
	return 0;
}

static void
close_source(void *state)
{
	struct source *s = state;

	if (s->q != NULL)
		qpdf_cleanup(&s->q);
}

static const struct pin_ops qpdf_ops = { load, raw, close_source };

/* ---- the trailer */

static int
read_permissions(struct source *s, const struct pobj *trailer,
    struct pin_facts *f)
{
	const struct pobj *p = pobj_get(trailer, "Encrypt");
	int64_t v;
	int e;

	f->encrypted = qpdf_is_encrypted(s->q) == QPDF_TRUE;
	if (pobj_is(p, POBJ_REF) && (e = load(s, p->u.ref, &p)) != 0)
		return e;
	/* Writers say these 32 bits with and without a sign. */
	if (pobj_int(pobj_get(p, "P"), INT32_MIN, UINT32_MAX, &v))
		f->permissions = (int32_t)(uint32_t)(v & UINT32_MAX);
	return 0;
}

static int
read_trailer(struct source *s, struct pin_source *out)
{
	const struct pobj *trailer;
	qpdf_oh oh = qpdf_get_trailer(s->q);
	int e = convert(s, oh, &trailer);

	qpdf_oh_release(s->q, oh);
	if (e != 0)
		return e;
	out->root = pobj_get(trailer, "Root");
	out->info = pobj_get(trailer, "Info");
	return read_permissions(s, trailer, &out->facts);
}

int
pin_qpdf_open(struct doc *d, struct pin_source *out)
{
	struct source *s = doc_alloc(d, sizeof(*s));
	int e;

	if (s == NULL)
		return ERR_NOMEM;
	s->d = d;
	out->ops = &qpdf_ops;
	out->state = s;
	if ((e = open_source(d, s, &out->facts)) != 0)
		return e;
	out->limit = s->limit;
	s->gen = doc_alloc(d, s->limit * sizeof(*s->gen));
	if (s->gen == NULL)
		return ERR_NOMEM;
	return read_trailer(s, out);
}

/* ---- before the lock */

/* A file of each cipher, made and read: what is loaded late is loaded here. */
static int
try_cipher(int kind)
{
	qpdf_data q = qpdf_init(), back = NULL;
	enum qpdf_error_code_e code;
	struct reader r;
	int e = ERR_INTERNAL;

	if (q == NULL || qpdf_empty_pdf(q) != QPDF_SUCCESS ||
	    qpdf_init_write_memory(q) != QPDF_SUCCESS)
		goto out;
	qpdf_silence_errors(q);
	qpdf_set_static_ID(q, QPDF_TRUE);
	if (kind == 0)
		qpdf_set_r3_encryption_parameters_insecure(q, "", "o", 1, 1, 1,
		    1, 1, 1, qpdf_r3p_full);
	else if (kind == 1)
		qpdf_set_r4_encryption_parameters_insecure(q, "", "o", 1, 1, 1,
		    1, 1, 1, qpdf_r3p_full, 1, 1);
	else
		qpdf_set_r6_encryption_parameters2(q, "", "o", 1, 1, 1, 1, 1, 1,
		    qpdf_r3p_full, 1);
	if ((qpdf_write(q) & (QPDF_ERRORS)) != 0)
		goto out;
	reader_init(&r, qpdf_get_buffer(q), qpdf_get_buffer_length(q));
	if (open_once(&r, NULL, false, &back, &code) == 0 &&
	    count_objects(back) > 0)
		e = 0;
out:
	if (back != NULL)
		qpdf_cleanup(&back);
	if (q != NULL)
		qpdf_cleanup(&q);
	return e;
}

int
pin_qpdf_preload(void)
{
	int e = 0;

	for (int kind = 0; e == 0 && kind < 3; kind++)
		e = try_cipher(kind);
	return e;
}
