/*
 * ICO and CUR (the Windows SDK's "Icons in Win32"): every entry of the
 * directory rebuilt, PNG pictures by the PNG module, the others as bitmaps
 * in one plain form (dib.h) with their mask. The hotspot of a cursor stays.
 * Entries that cannot be read go; animated cursors (ANI) are another format.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "formats/format.h"
#include "formats/image.h"
#include "formats/raster/dib.h"

#define ENTRIES_MAX  1024u
#define HEADER_BYTES 6u
#define ENTRY_BYTES  16u
#define BITMAP_BYTES 40u /* the header of one */
#define BODIES_MAX   (64u << 20)
#define KIND_CURSOR  2u
#define SIDE_MAX     255u /* in the directory; larger is 0 */

struct entry {
	uint16_t a, b; /* planes and bits, or the hotspot */
	uint32_t off, len;
	/* of the result */
	uint32_t width, height;
	unsigned bits;
	size_t at, n; /* in bodies */
};

struct ico {
	struct doc *d;
	uint16_t kind, n;
	struct entry *entries;
	struct buf bodies;
	unsigned kept;
};

/* ---- the directory */

static int
read_entry(struct reader *in, struct entry *e)
{
	int err;

	*e = (struct entry){ 0 };
	if ((err = reader_skip(in, 4)) != 0 ||
	    (err = reader_u16le(in, &e->a)) != 0 ||
	    (err = reader_u16le(in, &e->b)) != 0 ||
	    (err = reader_u32le(in, &e->len)) != 0)
		return err;
	return reader_u32le(in, &e->off);
}

/* Some programs write a length that is too small for any picture. */
static void
mend_lengths(struct ico *o, size_t file_bytes)
{
	struct entry *en;
	size_t to;

	for (unsigned i = 0; i < o->n; i++) {
		en = &o->entries[i];
		to = file_bytes;
		for (unsigned j = 0; j < o->n; j++)
			if (o->entries[j].off > en->off &&
			    o->entries[j].off < to)
				to = o->entries[j].off;
		if (en->len < BITMAP_BYTES && en->off < to)
			en->len = (uint32_t)(to - en->off);
	}
}

static int
read_directory(struct ico *o)
{
	struct reader in = doc_in(o->d);
	int e;

	if ((e = reader_skip(&in, 2)) != 0 ||
	    (e = reader_u16le(&in, &o->kind)) != 0 ||
	    (e = reader_u16le(&in, &o->n)) != 0)
		return doc_fail(o->d, e, "ends in its header");
	if (o->n > ENTRIES_MAX)
		return doc_fail(o->d, ERR_LIMIT, "more than %u pictures",
		    ENTRIES_MAX);
	o->entries = doc_alloc(o->d, (o->n + 1u) * sizeof(o->entries[0]));
	if (o->entries == NULL)
		return ERR_NOMEM;
	for (unsigned i = 0; i < o->n; i++)
		if ((e = read_entry(&in, &o->entries[i])) != 0)
			return doc_fail(o->d, e, "ends in its directory");
	mend_lengths(o, in.len);
	return 0;
}

static int
by_offset(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;

	return x->off < y->off ? -1 : x->off > y->off;
}

static bool
all_zero(const struct reader *r)
{
	for (size_t i = 0; i < r->len; i++)
		if (r->data[i] != 0)
			return false;
	return true;
}

/* What no entry covers: between them, and behind the last. */
static int
report_gaps(struct ico *o)
{
	size_t at = HEADER_BYTES + (size_t)o->n * ENTRY_BYTES, n;
	struct reader in = doc_in(o->d), gap;
	struct entry *sorted;
	uint64_t end;
	int e;

	n = (o->n + 1u) * sizeof(*sorted);
	if ((sorted = doc_alloc(o->d, n)) == NULL)
		return ERR_NOMEM;
	memcpy(sorted, o->entries, n);
	qsort(sorted, o->n, sizeof(*sorted), by_offset);
	for (unsigned i = 0; i < o->n; i++) {
		if (sorted[i].off > at &&
		    reader_view(&in, at, sorted[i].off - at, &gap) == 0 &&
		    !all_zero(&gap) &&
		    (e = doc_found(o->d, FIND_IMAGE_GARBAGE, ACT_REMOVED, "",
			 "%zu bytes between pictures", gap.len)) != 0)
			return e;
		end = (uint64_t)sorted[i].off + sorted[i].len;
		if (end > at)
			at = (size_t)end;
	}
	if (at >= in.len || reader_view(&in, at, in.len - at, &gap) != 0)
		return 0;
	return image_report_trailer(o->d, &gap);
}

/* ---- pictures */

static int
only_png(void *arg, const struct identity *id)
{
	(void)arg;
	return strcmp(id->format->id, "png") == 0 ? 0 : ERR_UNSUPPORTED;
}

static int
take_png(struct ico *o, const struct reader *body, const char *where,
    struct entry *en, struct buf *out)
{
	struct child c = { .in = body,
		.name = "",
		.where = where,
		.flags = CHILD_NO_MAGIC,
		.accept = only_png };
	struct doc_result res;
	struct reader r;
	struct sink sink;
	int e;

	sink_init_buf(&sink, out, BODIES_MAX);
	sink.plain = true;
	e = doc_child(o->d, &c, &sink, &res);
	sink_done(&sink);
	if (e != 0)
		return e;
	buf_reader(out, &r);
	if (reader_seek(&r, 16) != 0 || reader_u32be(&r, &en->width) != 0 ||
	    reader_u32be(&r, &en->height) != 0)
		return ERR_INTERNAL;
	en->bits = 32;
	return 0;
}

/* The mask: a bit for each pixel. Where it is missing nothing is masked. */
static int
put_mask(const struct dib *b, struct reader *from, struct buf *out, bool *odd)
{
	size_t used = (b->width + 7u) / 8, stride = (b->width + 31u) / 32 * 4;
	unsigned tail = b->width % 8;
	const uint8_t *row;
	uint8_t *to;
	int e;

	for (uint32_t y = 0; y < b->height; y++) {
		if ((e = buf_reserve(out, stride, &to)) != 0)
			return e;
		memset(to, 0, stride);
		if (reader_bytes(from, stride, &row) == 0)
			memcpy(to, row, used);
		else
			*odd = true;
		if (tail != 0)
			to[used - 1] =
			    (uint8_t)(to[used - 1] & 0xffu << (8 - tail));
		buf_commit(out, stride);
	}
	return 0;
}

static int
take_bitmap(struct ico *o, const struct reader *body, const char *where,
    struct entry *en, struct buf *out)
{
	struct reader bits = { 0 }, rest = { 0 };
	size_t head, used;
	bool odd = false;
	struct dib b;
	int e;

	if ((e = dib_header_bytes(body, &head)) != 0 ||
	    (e = reader_view(body, head, body->len - head, &bits)) != 0)
		return doc_fail(o->d, e, "not a picture");
	if ((e = dib_read(o->d, where, body, &bits, DIB_ICON | DIB_FOURTH, &b,
		 &used)) != 0)
		return e;
	en->width = b.width;
	en->height = b.height;
	en->bits = b.bits;
	if ((e = dib_write_header(&b, DIB_ICON | DIB_FOURTH, out)) == 0 &&
	    (e = dib_write_bits(&b, out)) == 0 &&
	    (e = reader_seek(&bits, used)) == 0)
		e = put_mask(&b, &bits, out, &odd);
	if (e == 0 && odd)
		e = doc_found(o->d, FIND_IMAGE_DAMAGED, ACT_REPLACED, where,
		    "the mask is missing");
	if (e == 0 && reader_sub(&bits, reader_left(&bits), &rest) == 0 &&
	    !odd && !all_zero(&rest))
		e = doc_found(o->d, FIND_IMAGE_GARBAGE, ACT_REMOVED, where,
		    "%zu bytes behind the mask", rest.len);
	dib_done(o->d, &b);
	return e;
}

static bool
is_fatal(const struct ico *o, int e)
{
	return e == ERR_NOMEM || e == ERR_IO || e == ERR_INTERNAL ||
	       doc_exhausted(o->d);
}

static int
take_picture(struct ico *o, struct entry *en, unsigned number)
{
	struct reader in = doc_in(o->d), body = { 0 };
	struct buf out;
	char where[24];
	int e;

	snprintf(where, sizeof(where), "picture %u", number);
	buf_init(&out, BODIES_MAX);
	if ((e = reader_view(&in, en->off, en->len, &body)) == 0)
		e = reader_has(&body, 0, "\x89PNG\r\n\x1a\n", 8)
			? take_png(o, &body, where, en, &out)
			: take_bitmap(o, &body, where, en, &out);
	if (o->kind == KIND_CURSOR && e == 0) {
		en->a = en->a < en->width ? en->a : 0;
		en->b = en->b < en->height ? en->b : 0;
	}
	if (e == 0) {
		en->at = o->bodies.len;
		en->n = out.len;
		e = buf_put(&o->bodies, out.data, out.len);
		o->kept++;
	} else if (!is_fatal(o, e)) {
		doc_forgive(o->d);
		e = doc_found(o->d, FIND_BITMAP_ICON_ENTRY, ACT_REMOVED, where,
		    "%s", err_text(e));
	}
	buf_done(&out);
	return e;
}

/* ---- writing */

static int
put_entry(const struct ico *o, const struct entry *en, uint32_t off,
    struct buf *out)
{
	uint8_t w = en->width > SIDE_MAX ? 0 : (uint8_t)en->width;
	uint8_t h = en->height > SIDE_MAX ? 0 : (uint8_t)en->height;
	unsigned colours = en->bits < 8 ? 1u << en->bits : 0;
	bool cursor = o->kind == KIND_CURSOR;
	uint16_t a = cursor ? en->a : 1;
	uint16_t b = cursor ? en->b : (uint16_t)en->bits;
	int e;

	if ((e = buf_u8(out, w)) != 0 || (e = buf_u8(out, h)) != 0 ||
	    (e = buf_u8(out, (uint8_t)colours)) != 0 ||
	    (e = buf_u8(out, 0)) != 0 || (e = buf_u16le(out, a)) != 0 ||
	    (e = buf_u16le(out, b)) != 0 ||
	    (e = buf_u32le(out, (uint32_t)en->n)) != 0)
		return e;
	return buf_u32le(out, off);
}

static int
put_file(struct ico *o)
{
	size_t base = HEADER_BYTES + (size_t)o->kept * ENTRY_BYTES;
	struct buf head;
	int e;

	buf_init(&head, HEADER_BYTES + (size_t)ENTRIES_MAX * ENTRY_BYTES);
	if ((e = buf_u16le(&head, 0)) == 0 &&
	    (e = buf_u16le(&head, o->kind)) == 0)
		e = buf_u16le(&head, (uint16_t)o->kept);
	for (unsigned i = 0; i < o->n && e == 0; i++)
		if (o->entries[i].n > 0)
			e = put_entry(o, &o->entries[i],
			    (uint32_t)(base + o->entries[i].at), &head);
	if (e == 0)
		e = doc_put(o->d, head.data, head.len);
	if (e == 0)
		e = doc_put(o->d, o->bodies.data, o->bodies.len);
	buf_done(&head);
	return e;
}

static int
ico_rebuild(struct doc *d)
{
	struct ico o = { .d = d };
	int e;

	if ((e = read_directory(&o)) != 0)
		return e;
	if (o.kind == KIND_CURSOR)
		doc_makes(d, "icon.cur", "cur");
	else
		doc_makes(d, "icon.ico", "ico");
	buf_init(&o.bodies, BODIES_MAX);
	for (unsigned i = 0; i < o.n && e == 0; i++)
		e = take_picture(&o, &o.entries[i], i + 1);
	if (e == 0 && o.kept == 0)
		e = doc_fail(d, ERR_MALFORMED, "no picture can be read");
	if (e == 0)
		e = report_gaps(&o);
	if (e == 0)
		e = put_file(&o);
	buf_done(&o.bodies);
	return e;
}

/* The first entry must point behind the directory, inside. */
static enum probe
ico_probe(const struct reader *in, const char **sub)
{
	struct reader r = *in;
	struct entry first;
	uint16_t kind, n;

	if (!reader_has(in, 0, "\0\0", 2) || reader_seek(&r, 2) != 0 ||
	    reader_u16le(&r, &kind) != 0 || kind < 1 || kind > 2 ||
	    reader_u16le(&r, &n) != 0 || n < 1 || n > 4096 ||
	    read_entry(&r, &first) != 0 || first.len == 0 ||
	    first.off < HEADER_BYTES + ENTRY_BYTES * (uint32_t)n ||
	    first.off >= in->len)
		return PROBE_NO;
	*sub = kind == KIND_CURSOR ? "icon.cur" : "icon.ico";
	return PROBE_YES;
}

static const char *const ico_mime[] = { "image/vnd.microsoft.icon",
	"image/x-icon", "image/x-win-bitmap", NULL };

static const char *const ico_extensions[] = { "ico", "cur", NULL };

const struct format format_icon = {
	.id = "icon",
	.flags = FMT_IMAGE,
	.mime = ico_mime,
	.extensions = ico_extensions,
	.probe = ico_probe,
	.rebuild = ico_rebuild,
};
