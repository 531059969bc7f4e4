/*
 * Windows metafiles ([MS-WMF]): stamps, clip art, equations in old documents.
 *
 * Written: the placeable header when there was one, a header made anew, the
 * records of wmf_table.c from their fields, and an end. Escapes (programs,
 * PostScript, a hidden EMF, comments) and all that is unknown go; bitmaps are
 * rebuilt like pictures.
 */
#include "formats/drawing/wmf.h"

#include "formats/drawing/meta_is.h"
#include "formats/format.h"
#include "formats/image.h"
#include "formats/known/gzhead.h"

#define PLACEABLE_BYTES	 22u
#define HEADER_BYTES	 18u
#define HEADER_WORDS	 9u
#define RECORD_MIN_WORDS 3u

#define PLACEABLE_MAGIC "\xd7\xcd\xc6\x9a"

struct header {
	bool placeable;
	uint16_t box[4], inch;
};

/* ---- writing */

int
wmf_put(struct wmf *w, uint16_t function)
{
	struct meta *m = w->m;
	uint32_t words;
	int e;

	if (m->rec.len % 2 != 0 && (e = buf_u8(&m->rec, 0)) != 0)
		return e;
	words = (uint32_t)(m->rec.len / 2) + RECORD_MIN_WORDS;
	if ((e = buf_u32le(&m->out, words)) != 0 ||
	    (e = buf_u16le(&m->out, function)) != 0 ||
	    (e = buf_put(&m->out, m->rec.data, m->rec.len)) != 0)
		return e;
	if (words > w->longest)
		w->longest = words;
	return 0;
}

/* META_PLACEABLE, [MS-WMF] 2.3.2.3; the sum is over all words before it. */
static int
put_placeable(const struct header *h, struct buf *to)
{
	uint16_t sum = 0xcdd7 ^ 0x9ac6;
	int e;

	if ((e = buf_put(to, PLACEABLE_MAGIC, 4)) != 0 ||
	    (e = buf_u16le(to, 0)) != 0)
		return e;
	for (unsigned i = 0; i < 4; i++) {
		sum ^= h->box[i];
		if ((e = buf_u16le(to, h->box[i])) != 0)
			return e;
	}
	sum ^= h->inch;
	if ((e = buf_u16le(to, h->inch)) != 0 || (e = buf_u32le(to, 0)) != 0)
		return e;
	return buf_u16le(to, sum);
}

static int
put_header(struct wmf *w, const struct header *h, struct buf *to)
{
	uint32_t words = HEADER_WORDS + (uint32_t)(w->m->out.len / 2);
	int e;

	if (h->placeable && (e = put_placeable(h, to)) != 0)
		return e;
	if ((e = buf_u16le(to, 1)) != 0 ||
	    (e = buf_u16le(to, HEADER_WORDS)) != 0 ||
	    (e = buf_u16le(to, 0x300)) != 0 ||
	    (e = buf_u32le(to, words)) != 0 ||
	    (e = buf_u16le(to, (uint16_t)w->top)) != 0 ||
	    (e = buf_u32le(to, w->longest)) != 0)
		return e;
	return buf_u16le(to, 0);
}

static int
put_all(struct wmf *w, const struct header *h)
{
	struct buf head;
	int e;

	buf_init(&head, PLACEABLE_BYTES + HEADER_BYTES);
	if ((e = put_header(w, h, &head)) == 0 &&
	    (e = doc_put(w->m->d, head.data, head.len)) == 0)
		e = doc_put(w->m->d, w->m->out.data, w->m->out.len);
	buf_done(&head);
	return e;
}

/* ---- reading: headers */

static int
read_placeable(struct reader *in, struct header *h)
{
	int e;

	h->placeable = true;
	if ((e = reader_skip(in, 6)) != 0)
		return e;
	for (unsigned i = 0; i < 4; i++)
		if ((e = reader_u16le(in, &h->box[i])) != 0)
			return e;
	if ((e = reader_u16le(in, &h->inch)) != 0)
		return e;
	if (h->inch == 0)
		h->inch = 1440;
	return reader_skip(in, 6);
}

static int
read_header(struct reader *in, struct header *h)
{
	uint16_t type, words;
	int e;

	if (reader_has(in, 0, PLACEABLE_MAGIC, 4) &&
	    (e = read_placeable(in, h)) != 0)
		return e;
	if ((e = reader_u16le(in, &type)) != 0 ||
	    (e = reader_u16le(in, &words)) != 0)
		return e;
	if ((type != 1 && type != 2) || words != HEADER_WORDS)
		return ERR_MALFORMED;
	return reader_skip(in, HEADER_BYTES - 4);
}

/* ---- reading: records */

static const struct wmf_row *
find_row(uint16_t function)
{
	const struct wmf_row *row = wmf_rows;

	while (row->name != NULL && row->function != function)
		row++;
	return row;
}

static int
take_row(struct wmf *w)
{
	const struct wmf_row *row = w->row;

	if (row->take != NULL)
		return row->take(w);
	if (row->spec[0] == 'e')
		return meta_copy_u16(w->m, row->lo, row->hi, NULL);
	return meta_copy(w->m, row->spec);
}

static int
lose_record(struct wmf *w, int e)
{
	bool makes = (w->row->flags & WMF_MAKES) != 0;

	if (e != ERR_UNSUPPORTED)
		meta_found(w->m, FIND_METAFILE_BAD_RECORD,
		    makes ? ACT_REPLACED : ACT_REMOVED, w->m->name);
	else if (w->row->take == wmf_take_old_object)
		meta_found(w->m, FIND_METAFILE_UNKNOWN, ACT_REPLACED,
		    w->m->name);
	return makes ? wmf_stand_in(w) : 0;
}

/* A word or two behind the fields is what Windows leaves there. */
#define SLACK_BYTES 4u

static int
do_record(struct wmf *w)
{
	struct meta *m = w->m;
	int e;

	w->row = find_row(w->function);
	m->name = w->row->name;
	if (m->name == NULL) {
		meta_found(m, FIND_METAFILE_UNKNOWN, ACT_REMOVED, "");
		return 0;
	}
	buf_clear(&m->rec);
	w->written = false;
	e = take_row(w);
	if (meta_is_local(e))
		return lose_record(w, e);
	if (e != 0)
		return e;
	meta_check_slack(m, SLACK_BYTES);
	if (w->row->flags & WMF_DRAWS)
		m->drawn++;
	return w->written ? 0 : wmf_put(w, w->function);
}

static int
next_record(struct wmf *w, struct reader *in)
{
	struct reader r = *in;
	size_t bytes;
	int e;

	if ((e = reader_u32le(&r, &w->words)) != 0 ||
	    (e = reader_u16le(&r, &w->function)) != 0)
		return e;
	if (w->words < RECORD_MIN_WORDS ||
	    __builtin_mul_overflow((size_t)w->words, 2u, &bytes))
		return ERR_MALFORMED;
	if ((e = reader_sub(in, bytes, &w->m->r)) != 0)
		return e;
	return reader_skip(&w->m->r, 6);
}

static int
walk(struct wmf *w, struct reader *in)
{
	struct reader rest;
	int e = 0;

	while (e == 0 && (e = next_record(w, in)) == 0) {
		if (w->function == WMF_EOF)
			break;
		e = do_record(w);
	}
	if (meta_is_local(e)) {
		meta_found(w->m, FIND_IMAGE_DAMAGED, ACT_REPLACED,
		    "the end is missing");
		return 0;
	}
	if (e != 0 || (e = reader_sub(in, reader_left(in), &rest)) != 0)
		return e;
	return image_report_trailer(w->m->d, &rest);
}

/* ---- the module */

static int
rebuild(struct wmf *w)
{
	struct reader in = w->m->in;
	struct header h = { .placeable = false };
	int e;

	if ((e = read_header(&in, &h)) != 0)
		return doc_fail(w->m->d, e, "WMF: the header is wrong");
	if ((e = walk(w, &in)) != 0)
		return e;
	buf_clear(&w->m->rec);
	if ((e = wmf_put(w, WMF_EOF)) != 0 || (e = meta_settle(w->m)) != 0)
		return e;
	return put_all(w, &h);
}

static int
wmf_rebuild(struct doc *d)
{
	struct wmf w = { .m = NULL };
	int e;

	doc_makes(d, "wmf", "wmf");
	if ((e = meta_new(d, &w.m)) != 0)
		return e;
	if ((e = meta_open(w.m)) == 0)
		e = rebuild(&w);
	meta_done(w.m);
	return e;
}

static bool
is_plain_wmf(const struct reader *in)
{
	struct reader r = *in;
	uint16_t version = 0;

	if (!reader_has(in, 0, "\1\0\x09\0", 4) &&
	    !reader_has(in, 0, "\2\0\x09\0", 4))
		return false;
	return in->len >= HEADER_BYTES && reader_seek(&r, 4) == 0 &&
	       reader_u16le(&r, &version) == 0 &&
	       (version == 0x0100 || version == 0x0300);
}

bool
wmf_is(const struct reader *in)
{
	return reader_has(in, 0, PLACEABLE_MAGIC, 4) || is_plain_wmf(in);
}

static enum probe
wmf_probe(const struct reader *in, const char **sub)
{
	(void)sub;
	return wmf_is(in) || gzhead_is_wmf(in) ? PROBE_YES : PROBE_NO;
}

static const char *const wmf_mime[] = { "image/x-wmf", "image/wmf",
	"application/gzip", "application/x-gzip", NULL };

static const char *const wmf_extensions[] = { "wmf", "wmz", NULL };

const struct format format_wmf = {
	.id = "wmf",
	.flags = FMT_IMAGE,
	.mime = wmf_mime,
	.extensions = wmf_extensions,
	.probe = wmf_probe,
	.rebuild = wmf_rebuild,
};
