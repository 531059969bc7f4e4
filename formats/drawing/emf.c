/*
 * Enhanced metafiles ([MS-EMF]), the drawings in Office documents.
 *
 * Written: a header made anew, the records of emf_table.c from their fields,
 * and an end. Comments (EMF+ among them), escapes, colour profiles, OpenGL
 * and all that is unknown go; bitmaps are rebuilt like pictures. A drawing
 * that is only there as EMF+ becomes an empty frame that says so.
 */
#include "formats/drawing/emf.h"

#include <string.h>

#include "formats/drawing/meta_is.h"
#include "formats/format.h"
#include "formats/image.h"
#include "formats/known/gzhead.h"

#define HEADER_BYTES	 108u
#define HEADER_MIN_BYTES 88u
#define EXTENSION_BYTES	 100u /* with the first extension */
#define EOF_BYTES	 20u
#define VERSION		 0x10000u
#define DEVICE_MAX	 1000000 /* pixels or millimetres of a device */
#define RECORDS_MAX	 20000000u

struct header {
	uint32_t bytes;
	uint32_t bounds[4], frame[4];
	uint32_t device[2], mm[2], um[2];
	uint32_t description; /* characters */
};

/* ---- writing */

int
emf_put(struct emf *e, uint32_t type)
{
	struct meta *m = e->m;
	static const uint8_t pad[3];
	uint32_t size;
	int err;

	if ((err = buf_put(&m->rec, pad, (4 - m->rec.len % 4) % 4)) != 0)
		return err;
	if (m->rec.len > META_MAX_BYTES - EMF_RECORD_HEAD)
		return ERR_LIMIT;
	size = (uint32_t)m->rec.len + EMF_RECORD_HEAD;
	if ((err = buf_u32le(&m->out, type)) != 0 ||
	    (err = buf_u32le(&m->out, size)) != 0 ||
	    (err = buf_put(&m->out, m->rec.data, m->rec.len)) != 0)
		return err;
	if (++e->records > RECORDS_MAX)
		return doc_fail(m->d, ERR_LIMIT, "too many records");
	return 0;
}

static int
put_end(struct emf *e)
{
	static const uint8_t none[4];
	int err;

	buf_clear(&e->m->rec);
	if ((err = buf_put(&e->m->rec, none, 4)) != 0 ||
	    (err = buf_u32le(&e->m->rec, 16)) != 0 ||
	    (err = buf_u32le(&e->m->rec, EOF_BYTES)) != 0)
		return err;
	return emf_put(e, EMF_EOF);
}

static int
put_words(struct buf *to, const uint32_t *words, size_t n)
{
	int err = 0;

	for (size_t i = 0; err == 0 && i < n; i++)
		err = buf_u32le(to, words[i]);
	return err;
}

/* EMR_HEADER with both extensions, [MS-EMF] 2.3.4.2. */
static int
build_header(const struct emf *e, const struct header *h, struct buf *to)
{
	uint32_t all = HEADER_BYTES + (uint32_t)e->m->out.len;
	static const uint32_t none[3];
	int err;

	if ((err = buf_u32le(to, EMF_HEADER)) != 0 ||
	    (err = buf_u32le(to, HEADER_BYTES)) != 0 ||
	    (err = put_words(to, h->bounds, 4)) != 0 ||
	    (err = put_words(to, h->frame, 4)) != 0 ||
	    (err = buf_put(to, " EMF", 4)) != 0 ||
	    (err = buf_u32le(to, VERSION)) != 0 ||
	    (err = buf_u32le(to, all)) != 0 ||
	    (err = buf_u32le(to, e->records)) != 0 ||
	    (err = buf_u16le(to, (uint16_t)e->top)) != 0 ||
	    (err = buf_u16le(to, 0)) != 0 ||
	    (err = put_words(to, none, 3)) != 0 ||
	    (err = put_words(to, h->device, 2)) != 0 ||
	    (err = put_words(to, h->mm, 2)) != 0 ||
	    (err = put_words(to, none, 3)) != 0)
		return err;
	return put_words(to, h->um, 2);
}

static int
put_all(struct emf *e, const struct header *h)
{
	struct buf head;
	int err;

	buf_init(&head, HEADER_BYTES);
	if ((err = build_header(e, h, &head)) == 0 &&
	    (err = doc_put(e->m->d, head.data, head.len)) == 0)
		err = doc_put(e->m->d, e->m->out.data, e->m->out.len);
	buf_done(&head);
	return err;
}

/* ---- reading: the header */

static int
get_words(struct reader *r, uint32_t *to, size_t n)
{
	int err = 0;

	for (size_t i = 0; err == 0 && i < n; i++)
		err = reader_u32le(r, &to[i]);
	return err;
}

static bool
is_size(const uint32_t v[2])
{
	return v[0] > 0 && v[0] <= DEVICE_MAX && v[1] > 0 && v[1] <= DEVICE_MAX;
}

/* A device that is not said: a screen of 96 dots an inch. */
static void
mend_device(struct header *h)
{
	if (!is_size(h->device) || !is_size(h->mm)) {
		h->device[0] = 1920;
		h->device[1] = 1080;
		h->mm[0] = 508;
		h->mm[1] = 286;
		h->um[0] = h->um[1] = 0;
	}
	for (unsigned i = 0; i < 2; i++)
		if (h->um[i] / 1000 > h->mm[i] + 1 ||
		    h->um[i] / 1000 + 1 < h->mm[i])
			h->um[0] = h->um[1] = 0;
	if (h->um[0] == 0 || h->um[1] == 0)
		for (unsigned i = 0; i < 2; i++)
			h->um[i] = h->mm[i] * 1000;
}

/* What else stands in the header: a description, a pixel format. */
static int
report_header(struct emf *e, const struct header *h, uint32_t desc_off,
    const struct reader *body)
{
	struct meta_spans read = { .n = 0 };
	struct reader r = *body;
	uint32_t pixel[2] = { 0, 0 };
	int err;

	meta_span(&read, 0, h->bytes < HEADER_BYTES ? h->bytes : HEADER_BYTES);
	if (h->description > 0) {
		meta_found(e->m, FIND_METAFILE_DESCRIPTION, ACT_REMOVED, "");
		meta_span(&read, desc_off, (size_t)h->description * 2);
	}
	if ((h->description == 0 || desc_off >= EXTENSION_BYTES) &&
	    h->bytes >= EXTENSION_BYTES &&
	    ((err = reader_seek(&r, HEADER_MIN_BYTES)) != 0 ||
		(err = get_words(&r, pixel, 2)) != 0))
		return err;
	if (pixel[0] > 0) {
		meta_found(e->m, FIND_METAFILE_OPENGL, ACT_REMOVED, e->m->name);
		meta_span(&read, pixel[1], pixel[0]);
	}
	meta_check_gaps(e->m, body, &read);
	return 0;
}

static int
read_header(struct emf *e, struct reader *in, struct header *h)
{
	struct reader r, body;
	uint32_t type, desc_off;
	int err;

	e->m->name = "EMR_HEADER";
	r = *in;
	if ((err = reader_u32le(&r, &type)) != 0 ||
	    (err = reader_u32le(&r, &h->bytes)) != 0)
		return err;
	if (type != EMF_HEADER || h->bytes < HEADER_MIN_BYTES ||
	    h->bytes % 4 != 0)
		return ERR_MALFORMED;
	if ((err = reader_sub(in, h->bytes, &body)) != 0 ||
	    (err = reader_skip(&body, 8)) != 0 ||
	    (err = get_words(&body, h->bounds, 4)) != 0 ||
	    (err = get_words(&body, h->frame, 4)) != 0 ||
	    (err = reader_skip(&body, 20)) != 0 ||
	    (err = reader_u32le(&body, &h->description)) != 0 ||
	    (err = reader_u32le(&body, &desc_off)) != 0 ||
	    (err = reader_skip(&body, 4)) != 0 ||
	    (err = get_words(&body, h->device, 2)) != 0 ||
	    (err = get_words(&body, h->mm, 2)) != 0)
		return err;
	/* The second extension, unless the description stands there. */
	if (h->bytes >= HEADER_BYTES &&
	    (h->description == 0 || desc_off >= HEADER_BYTES) &&
	    ((err = reader_skip(&body, 12)) != 0 ||
		(err = get_words(&body, h->um, 2)) != 0))
		return err;
	mend_device(h);
	return report_header(e, h, desc_off, &body);
}

/* ---- reading: records */

static int
take_row(struct emf *e)
{
	const struct emf_row *row = e->row;

	if (row->take != NULL)
		return row->take(e);
	if (row->spec[0] == 'e')
		return meta_copy_u32(e->m, row->lo, row->hi, NULL);
	return meta_copy(e->m, row->spec);
}

/* It was not what it should be: it goes, what it made is plain. */
static int
lose_record(struct emf *e, uint32_t top, int why)
{
	int err;

	e->top = top;
	/* What is wrong with a bitmap has been said. */
	if (why != ERR_UNSUPPORTED)
		meta_found(e->m, FIND_METAFILE_BAD_RECORD,
		    e->row->flags & EMF_MAKES ? ACT_REPLACED : ACT_REMOVED,
		    e->m->name);
	if (!(e->row->flags & EMF_MAKES))
		return 0;
	err = emf_stand_in(e);
	return meta_is_local(err) ? 0 : err;
}

static int
take_record(struct emf *e)
{
	struct meta *m = e->m;
	uint32_t top = e->top;
	int err;

	buf_clear(&m->rec);
	e->written = false;
	err = take_row(e);
	if (meta_is_local(err))
		return lose_record(e, top, err);
	if (err != 0)
		return err;
	meta_check_slack(m, 0);
	if (e->row->flags & EMF_DRAWS)
		m->drawn++;
	return e->written ? 0 : emf_put(e, e->type);
}

static int
do_record(struct emf *e)
{
	static const struct emf_row unknown = { .name = NULL };

	e->row = e->type < EMF_ROWS ? &emf_rows[e->type] : &unknown;
	e->m->name = e->row->name;
	if (e->row->name == NULL) {
		meta_found(e->m, FIND_METAFILE_UNKNOWN, ACT_REMOVED, "");
		return 0;
	}
	if (e->row->flags & EMF_DROP) {
		meta_found(e->m, e->row->drop, ACT_REMOVED, e->m->name);
		return 0;
	}
	return take_record(e);
}

/* The next record; a size that cannot be ends the drawing. */
static int
next_record(struct emf *e, struct reader *in)
{
	struct reader r = *in;
	uint32_t size;
	int err;

	if ((err = reader_u32le(&r, &e->type)) != 0 ||
	    (err = reader_u32le(&r, &size)) != 0)
		return err;
	if (size < EMF_RECORD_HEAD || size % 4 != 0)
		return ERR_MALFORMED;
	if ((err = reader_sub(in, size, &e->whole)) != 0)
		return err;
	e->m->r = e->whole;
	return reader_skip(&e->m->r, EMF_RECORD_HEAD);
}

/* A copy of the palette may stand in the end. */
static void
report_end(struct emf *e)
{
	struct meta_spans read = { .n = 0 };

	e->m->name = "EMR_EOF";
	meta_span(&read, 0, 16);
	meta_span(&read, e->whole.len - 4, 4);
	meta_check_gaps(e->m, &e->whole, &read);
}

static int
walk(struct emf *e, struct reader *in)
{
	struct reader rest;
	int err = 0;

	while (err == 0 && (err = next_record(e, in)) == 0) {
		if (e->type == EMF_EOF) {
			report_end(e);
			break;
		}
		err = do_record(e);
	}
	if (meta_is_local(err)) {
		meta_found(e->m, FIND_IMAGE_DAMAGED, ACT_REPLACED,
		    "the end is missing");
		return 0;
	}
	if (err != 0 || (err = reader_sub(in, reader_left(in), &rest)) != 0)
		return err;
	return image_report_trailer(e->m->d, &rest);
}

/* ---- EMF+ alone */

/* What EMF itself does not draw is not there any more, and that is said. */
static int
settle_plus(struct emf *e, const struct header *h)
{
	if (!e->plus || (e->dual && e->m->drawn > 0))
		return 0;
	meta_found(e->m, FIND_METAFILE_PLUS_ONLY,
	    e->m->drawn == 0 ? ACT_REPLACED : ACT_REMOVED, "EMF+");
	return e->m->drawn == 0 ? emf_draw_stand_in(e, h->bounds) : 0;
}

/* ---- the module */

static int
rebuild(struct emf *e)
{
	struct reader in = e->m->in;
	struct header h = { .bytes = 0 };
	int err;

	if ((err = read_header(e, &in, &h)) != 0)
		return doc_fail(e->m->d, err, "EMF: the header is wrong");
	e->top = 1;
	e->records = 1;
	if ((err = walk(e, &in)) != 0 || (err = settle_plus(e, &h)) != 0 ||
	    (err = put_end(e)) != 0 || (err = meta_settle(e->m)) != 0)
		return err;
	return put_all(e, &h);
}

static int
emf_rebuild(struct doc *d)
{
	struct emf e = { .m = NULL };
	int err;

	doc_makes(d, "emf", "emf");
	if ((err = meta_new(d, &e.m)) != 0)
		return err;
	if ((err = meta_open(e.m)) == 0)
		err = rebuild(&e);
	meta_done(e.m);
	return err;
}

bool
emf_is(const struct reader *in)
{
	return reader_has(in, 0, "\1\0\0\0", 4) &&
	       reader_has(in, 40, " EMF", 4);
}

static enum probe
emf_probe(const struct reader *in, const char **sub)
{
	(void)sub;
	return emf_is(in) || gzhead_is_emf(in) ? PROBE_YES : PROBE_NO;
}

static const char *const emf_mime[] = { "image/x-emf", "image/emf",
	"application/gzip", "application/x-gzip", NULL };

static const char *const emf_extensions[] = { "emf", "emz", NULL };

const struct format format_emf = {
	.id = "emf",
	.flags = FMT_IMAGE,
	.mime = emf_mime,
	.extensions = emf_extensions,
	.probe = emf_probe,
	.rebuild = emf_rebuild,
};
