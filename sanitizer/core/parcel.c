/*
 * Parcels and their manifest. The reader checks everything again that the
 * writer checked: it stands on another host and trusts the signature only to
 * say who wrote, not that what was written is sane.
 */
#include "core/parcel_int.h"

#include <jansson.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"

#define CANONICAL (JSON_COMPACT | JSON_SORT_KEYS)
#define SCHEMA	  "sekisho.parcel/1"

int
parcel_bad(char *why, int err, const char *fmt, ...)
{
	char raw[2 * PARCEL_WHY_BYTES];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(raw, sizeof(raw), fmt, ap);
	va_end(ap);
	utf8_printable(raw, strlen(raw), why, PARCEL_WHY_BYTES);
	return err;
}

void
parcel_done(struct parcel *p)
{
	for (size_t i = 0; i < p->n_recipients; i++)
		free(p->recipients[i]);
	for (size_t i = 0; i < p->n_payloads; i++) {
		free(p->payloads[i].receipt);
		free(p->payloads[i].receipt_text);
	}
	free(p->recipients);
	free(p->payloads);
	p->recipients = NULL;
	p->payloads = NULL;
	p->n_recipients = p->n_payloads = 0;
}

/* Printable as it stands: what utf8_printable() would not change. */
static bool
is_clean(const char *s, size_t max)
{
	char out[1024];
	size_t n = strlen(s);

	if (n == 0 || n > max || n >= sizeof(out))
		return false;
	utf8_printable(s, n, out, sizeof(out));
	return strcmp(s, out) == 0;
}

static int
by_name(const void *a, const void *b)
{
	const char *const *x = a, *const *y = b;

	return strcmp(*x, *y);
}

static int
check_repeats(const struct parcel *p, char why[PARCEL_WHY_BYTES])
{
	const char **names = calloc(p->n_payloads, sizeof(*names));
	int e = 0;

	if (names == NULL)
		return ERR_NOMEM;
	for (size_t i = 0; i < p->n_payloads; i++)
		names[i] = p->payloads[i].name;
	qsort(names, p->n_payloads, sizeof(*names), by_name);
	for (size_t i = 1; e == 0 && i < p->n_payloads; i++)
		if (strcmp(names[i - 1], names[i]) == 0)
			e = parcel_bad(why, ERR_MALFORMED, "a name twice: %s",
			    names[i]);
	free(names);
	return e;
}

static int
check_payloads(const struct parcel *p, char why[PARCEL_WHY_BYTES])
{
	if (p->n_payloads == 0 || p->n_payloads > PARCEL_MAX_PAYLOADS)
		return parcel_bad(why, ERR_MALFORMED,
		    "no payloads, or too many");
	for (size_t i = 0; i < p->n_payloads; i++) {
		const struct parcel_payload *q = &p->payloads[i];

		if (!parcel_name_ok(q->name))
			return parcel_bad(why, ERR_MALFORMED, "unsafe name: %s",
			    q->name);
		if (q->mtime < 0 || q->mtime > PARCEL_MAX_MTIME)
			return parcel_bad(why, ERR_MALFORMED, "unfit time: %s",
			    q->name);
		if (!is_clean(q->format, ID_BYTES - 1) || q->bytes > INT64_MAX)
			return parcel_bad(why, ERR_MALFORMED,
			    "no format or size: %s", q->name);
	}
	return check_repeats(p, why);
}

static bool
is_mail(const struct parcel *p)
{
	return strcmp(p->kind, "mail") == 0;
}

/* The rules of parcel.h that are not about the form of the text. */
static int
check(const struct parcel *p, char why[PARCEL_WHY_BYTES])
{
	int e;

	if (!parcel_id_ok(p->id))
		return parcel_bad(why, ERR_MALFORMED, "unfit id");
	if (p->seq == 0 || p->seq > INT64_MAX)
		return parcel_bad(why, ERR_MALFORMED, "unfit number");
	if (!is_clean(p->time, sizeof(p->time) - 1))
		return parcel_bad(why, ERR_MALFORMED, "unfit time");
	if (!parcel_department_ok(p->department))
		return parcel_bad(why, ERR_MALFORMED, "unfit department: %s",
		    p->department);
	if (strcmp(p->kind, "folder") != 0 && !is_mail(p) &&
	    !parcel_is_unsanitised(p))
		return parcel_bad(why, ERR_MALFORMED, "unknown kind: %s",
		    p->kind);
	if (p->n_recipients > PARCEL_MAX_RECIPIENTS)
		return parcel_bad(why, ERR_MALFORMED, "too many recipients");
	for (size_t i = 0; i < p->n_recipients; i++)
		if (!is_clean(p->recipients[i], 320))
			return parcel_bad(why, ERR_MALFORMED,
			    "unfit recipient");
	if (is_mail(p) && (p->n_recipients == 0 || p->n_payloads != 1))
		return parcel_bad(why, ERR_MALFORMED,
		    "not one message with its recipients");
	if (is_mail(p) ? p->hops > PARCEL_MAX_HOPS ||
			     (p->sender[0] != '\0' && !is_clean(p->sender, 320))
		       : p->hops != 0 || p->sender[0] != '\0')
		return parcel_bad(why, ERR_MALFORMED, "unfit sender");
	if (parcel_is_unsanitised(p) &&
	    (e = parcel_unsanitised_check(p, why)) != 0)
		return e;
	return check_payloads(p, why);
}

static json_t *
receipt_json(const char *text)
{
	if (text == NULL || text[0] == '\0')
		return json_object();
	return json_loads(text, JSON_REJECT_DUPLICATES, NULL);
}

static json_t *
payload_json(const struct parcel_payload *q)
{
	char hex[HASH_HEX];
	json_t *receipt = receipt_json(q->receipt), *o;

	if (!json_is_object(receipt)) {
		json_decref(receipt);
		return NULL;
	}
	hash_hex(q->sha256, hex);
	o = json_pack("{s:s, s:s, s:o, s:s, s:s, s:I}", "format", q->format,
	    "name", q->name, "receipt", receipt, "receipt_text",
	    q->receipt_text == NULL ? "" : q->receipt_text, "sha256", hex,
	    "size", (json_int_t)q->bytes);
	if (o != NULL && q->mtime != 0 &&
	    json_object_set_new(o, "mtime", json_integer(q->mtime)) != 0) {
		json_decref(o);
		return NULL;
	}
	return o;
}

/* What a kind has besides the members of all. NULL without memory. */
static json_t *
extra_json(const struct parcel *p)
{
	const struct parcel_unsanitised *u = &p->unsanitised;

	if (is_mail(p))
		return json_pack("{s:I, s:s}", "hops", (json_int_t)p->hops,
		    "sender", p->sender);
	return json_pack("{s:[{s:s, s:s}, {s:s, s:s}], s:s, s:s}", "agreed",
	    "department", u->agreed[0].department, "login", u->agreed[0].login,
	    "department", u->agreed[1].department, "login", u->agreed[1].login,
	    "asked_by", u->asked_by, "why", u->why);
}

static json_t *
manifest_json(const struct parcel *p)
{
	json_t *payloads = json_array(), *to = json_array(), *root;
	int fail = 0;

	for (size_t i = 0; i < p->n_payloads; i++)
		fail |= json_array_append_new(payloads,
		    payload_json(&p->payloads[i]));
	for (size_t i = 0; i < p->n_recipients; i++)
		fail |=
		    json_array_append_new(to, json_string(p->recipients[i]));
	if (fail != 0) {
		json_decref(payloads);
		json_decref(to);
		return NULL;
	}
	root = json_pack("{s:s, s:s, s:s, s:o, s:o, s:s, s:I, s:s}",
	    "department", p->department, "id", p->id, "kind", p->kind,
	    "payloads", payloads, "recipients", to, "schema", SCHEMA, "seq",
	    (json_int_t)p->seq, "time", p->time);
	if (root != NULL && (is_mail(p) || parcel_is_unsanitised(p)) &&
	    json_object_set_new(root, p->kind, extra_json(p)) != 0) {
		json_decref(root);
		return NULL;
	}
	return root;
}

int
parcel_manifest(const struct parcel *p, struct buf *out,
    char why[PARCEL_WHY_BYTES])
{
	json_t *root;
	char *text;
	int e;

	if ((e = check(p, why)) != 0)
		return e;
	if ((root = manifest_json(p)) == NULL)
		return parcel_bad(why, ERR_MALFORMED, "a receipt is not JSON");
	text = json_dumps(root, CANONICAL);
	json_decref(root);
	e = text == NULL ? ERR_NOMEM : buf_puts(out, text);
	free(text);
	return e == 0 ? 0 : parcel_bad(why, e, "the manifest is too long");
}

/* A string member that fits; a NUL inside would cut it unseen. */
static int
take_text(const json_t *o, const char *key, char *out, size_t size)
{
	const json_t *v = json_object_get(o, key);
	const char *s = json_string_value(v);

	if (s == NULL || json_string_length(v) >= size ||
	    strlen(s) != json_string_length(v))
		return ERR_MALFORMED;
	memcpy(out, s, strlen(s) + 1);
	return 0;
}

static int
take_number(const json_t *o, const char *key, uint64_t *out)
{
	const json_t *v = json_object_get(o, key);

	if (!json_is_integer(v) || json_integer_value(v) < 0)
		return ERR_MALFORMED;
	*out = (uint64_t)json_integer_value(v);
	return 0;
}

static int
take_copy(const json_t *v, char **out)
{
	const char *s = json_string_value(v);

	if (s == NULL || strlen(s) != json_string_length(v))
		return ERR_MALFORMED;
	*out = strdup(s);
	return *out == NULL ? ERR_NOMEM : 0;
}

/* A member that need not be there: but then with a value that says so. */
static int
take_mtime(const json_t *o, int64_t *out)
{
	uint64_t n;

	*out = 0;
	if (json_object_get(o, "mtime") == NULL)
		return 0;
	if (take_number(o, "mtime", &n) != 0 || n == 0 ||
	    n > (uint64_t)PARCEL_MAX_MTIME)
		return ERR_MALFORMED;
	*out = (int64_t)n;
	return 0;
}

static int
take_payload(const json_t *o, struct parcel_payload *q)
{
	const json_t *receipt = json_object_get(o, "receipt");
	char hex[HASH_HEX], again[HASH_HEX];
	int e;

	q->fd = -1;
	if (take_mtime(o, &q->mtime) != 0 ||
	    json_object_size(o) != (q->mtime != 0 ? 7 : 6) ||
	    !json_is_object(receipt) ||
	    take_text(o, "name", q->name, sizeof(q->name)) != 0 ||
	    take_text(o, "format", q->format, sizeof(q->format)) != 0 ||
	    take_number(o, "size", &q->bytes) != 0 ||
	    take_text(o, "sha256", hex, sizeof(hex)) != 0 ||
	    sodium_hex2bin(q->sha256, HASH_BYTES, hex, strlen(hex), NULL, NULL,
		NULL) != 0)
		return ERR_MALFORMED;
	hash_hex(q->sha256, again);
	if (strcmp(hex, again) != 0)
		return ERR_MALFORMED;
	if ((e = take_copy(json_object_get(o, "receipt_text"),
		 &q->receipt_text)) != 0)
		return e;
	q->receipt = json_dumps(receipt, CANONICAL);
	return q->receipt == NULL ? ERR_NOMEM : 0;
}

static int
take_lists(const json_t *root, struct parcel *p)
{
	const json_t *payloads = json_object_get(root, "payloads");
	const json_t *to = json_object_get(root, "recipients");
	size_t n = json_array_size(payloads), m = json_array_size(to);
	int e = 0;

	if (!json_is_array(payloads) || !json_is_array(to) || n == 0 ||
	    n > PARCEL_MAX_PAYLOADS || m > PARCEL_MAX_RECIPIENTS)
		return ERR_MALFORMED;
	p->payloads = calloc(n, sizeof(*p->payloads));
	p->recipients = calloc(m > 0 ? m : 1, sizeof(*p->recipients));
	if (p->payloads == NULL || p->recipients == NULL)
		return ERR_NOMEM;
	for (; e == 0 && p->n_payloads < n; p->n_payloads++)
		e = take_payload(json_array_get(payloads, p->n_payloads),
		    &p->payloads[p->n_payloads]);
	for (; e == 0 && p->n_recipients < m; p->n_recipients++)
		e = take_copy(json_array_get(to, p->n_recipients),
		    &p->recipients[p->n_recipients]);
	return e;
}

static int
take_mail(const json_t *root, struct parcel *p)
{
	const json_t *mail = json_object_get(root, "mail");
	uint64_t hops;

	if (json_object_size(mail) != 2 ||
	    take_number(mail, "hops", &hops) != 0 || hops > PARCEL_MAX_HOPS ||
	    take_text(mail, "sender", p->sender, sizeof(p->sender)) != 0)
		return ERR_MALFORMED;
	p->hops = (uint32_t)hops;
	return 0;
}

static int
take_unsanitised(const json_t *root, struct parcel *p)
{
	const json_t *o = json_object_get(root, PARCEL_UNSANITISED), *one;
	const json_t *list = json_object_get(o, "agreed");
	struct parcel_unsanitised *u = &p->unsanitised;
	int e = 0;

	if (json_object_size(o) != 3 || json_array_size(list) != 2 ||
	    take_text(o, "asked_by", u->asked_by, sizeof(u->asked_by)) != 0 ||
	    take_text(o, "why", u->why, sizeof(u->why)) != 0)
		return ERR_MALFORMED;
	for (size_t i = 0; e == 0 && i < 2; i++) {
		one = json_array_get(list, i);
		if (json_object_size(one) != 2 ||
		    take_text(one, "login", u->agreed[i].login,
			sizeof(u->agreed[i].login)) != 0 ||
		    take_text(one, "department", u->agreed[i].department,
			sizeof(u->agreed[i].department)) != 0)
			e = ERR_MALFORMED;
	}
	return e;
}

static int
take_all(const json_t *root, struct parcel *p)
{
	char schema[32];

	if (take_text(root, "kind", p->kind, sizeof(p->kind)) != 0 ||
	    json_object_size(root) !=
		(is_mail(p) || parcel_is_unsanitised(p) ? 9 : 8) ||
	    (is_mail(p) && take_mail(root, p) != 0) ||
	    (parcel_is_unsanitised(p) && take_unsanitised(root, p) != 0) ||
	    take_text(root, "schema", schema, sizeof(schema)) != 0 ||
	    strcmp(schema, SCHEMA) != 0 ||
	    take_text(root, "id", p->id, sizeof(p->id)) != 0 ||
	    take_number(root, "seq", &p->seq) != 0 ||
	    take_text(root, "time", p->time, sizeof(p->time)) != 0 ||
	    take_text(root, "department", p->department,
		sizeof(p->department)) != 0)
		return ERR_MALFORMED;
	return take_lists(root, p);
}

static bool
is_canonical(const json_t *root, const void *text, size_t n)
{
	char *again = root == NULL ? NULL : json_dumps(root, CANONICAL);
	bool same =
	    again != NULL && strlen(again) == n && memcmp(again, text, n) == 0;

	free(again);
	return same;
}

int
parcel_parse(const void *manifest, size_t n, struct parcel *out,
    char why[PARCEL_WHY_BYTES])
{
	struct parcel p = { .seq = 0 };
	json_t *root = json_loadb(manifest, n, JSON_REJECT_DUPLICATES, NULL);
	int e = ERR_MALFORMED;

	if (!is_canonical(root, manifest, n))
		parcel_bad(why, e, "the manifest is not JSON in its one form");
	else if ((e = take_all(root, &p)) != 0)
		parcel_bad(why, e, "the manifest lacks or adds a member");
	else
		e = check(&p, why);
	json_decref(root);
	if (e != 0)
		parcel_done(&p);
	else
		*out = p;
	return e;
}
