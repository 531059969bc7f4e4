/*
 * EMF: records with bitmaps. [MS-EMF] 2.3.1
 *
 * Their fields are described by a text (emf_table.c). Two readings of it: the
 * first finds the bitmaps, the second writes the fields with the new offsets;
 * headers and pixels follow the fields without a gap.
 */
#include "formats/drawing/emf.h"

#include "formats/drawing/meta_dib.h"

#define DIBS_MAX 2u

struct bitmaps {
	struct {
		uint32_t usage;
		struct reader header, bits; /* no header: no bitmap */
		struct meta_dib out;
	} dib[DIBS_MAX];

	unsigned n_places, n_usages;
	struct meta_spans read;
	size_t fixed; /* bytes of all fields, the record's head included */
	unsigned flags;
};

static int
find_place(struct emf *e, struct bitmaps *b)
{
	uint32_t v[4];
	unsigned n = b->n_places++;
	int err;

	if (n == DIBS_MAX)
		return ERR_INTERNAL;
	for (unsigned i = 0; i < 4; i++)
		if ((err = reader_u32le(&e->m->r, &v[i])) != 0)
			return err;
	b->fixed += 16;
	if (v[1] == 0)
		return 0;
	if ((err = reader_view(&e->whole, v[0], v[1], &b->dib[n].header)) != 0)
		return err;
	if ((err = reader_view(&e->whole, v[2], v[3], &b->dib[n].bits)) != 0)
		return err;
	meta_span(&b->read, v[0], v[1]);
	meta_span(&b->read, v[2], v[3]);
	return 0;
}

static int
find_bitmaps(struct emf *e, const char *spec, struct bitmaps *b)
{
	int err = 0;

	b->fixed = EMF_RECORD_HEAD;
	for (; err == 0 && *spec != '\0'; spec++) {
		if (*spec == 'D') {
			err = find_place(e, b);
			continue;
		}
		b->fixed += 4;
		if (*spec == 'U' && b->n_usages < DIBS_MAX)
			err = reader_u32le(&e->m->r,
			    &b->dib[b->n_usages++].usage);
		else
			err = reader_skip(&e->m->r, 4);
	}
	return err;
}

static int
rebuild_bitmaps(struct emf *e, struct bitmaps *b)
{
	int err = 0;

	for (unsigned i = 0; err == 0 && i < b->n_places; i++)
		if (b->dib[i].header.len > 0)
			err = meta_dib_take(e->m, &b->dib[i].header,
			    &b->dib[i].bits, b->dib[i].usage, b->flags,
			    &b->dib[i].out);
	return err;
}

static int
put_place(struct emf *e, const struct meta_dib *dib, uint32_t *next)
{
	struct buf *to = &e->m->rec;
	uint32_t header = (uint32_t)dib->header.len;
	uint32_t bits = (uint32_t)dib->bits.len;
	int err;

	if ((err = buf_u32le(to, header == 0 ? 0 : *next)) != 0 ||
	    (err = buf_u32le(to, header)) != 0 ||
	    (err = buf_u32le(to, header == 0 ? 0 : *next + header)) != 0)
		return err;
	*next += header + bits;
	*next = (*next + 3) & ~3u;
	return buf_u32le(to, bits);
}

/* BlendFunction: one operation, one strength, with or without transparency. */
static int
copy_blend(struct emf *e)
{
	uint8_t op, flags, strength, format;
	int err;

	if ((err = reader_u8(&e->m->r, &op)) != 0 ||
	    (err = reader_u8(&e->m->r, &flags)) != 0 ||
	    (err = reader_u8(&e->m->r, &strength)) != 0 ||
	    (err = reader_u8(&e->m->r, &format)) != 0)
		return err;
	if (op != 0 || format > 1)
		return ERR_MALFORMED;
	return buf_u32le(&e->m->rec,
	    (uint32_t)strength << 16 | (uint32_t)format << 24);
}

static int
copy_field(struct emf *e, struct bitmaps *b, char letter, uint32_t *next)
{
	char one[2] = { letter, '\0' };
	int err;

	switch (letter) {
	case 'D':
		if ((err = reader_skip(&e->m->r, 16)) != 0)
			return err;
		return put_place(e, &b->dib[b->n_places++].out, next);
	case 'U':
		return meta_copy_u32(e->m, 0, 2, NULL);
	case 'A':
		return copy_blend(e);
	case 'B':
		return emf_new_handle(e, OBJ_BRUSH);
	case 'P':
		return emf_new_handle(e, OBJ_PEN);
	default:
		return meta_copy(e->m, one);
	}
}

static int
put_bitmap(struct emf *e, const struct meta_dib *dib)
{
	static const uint8_t pad[3];
	int err;

	if (dib->header.len == 0)
		return 0;
	if ((err = buf_put(&e->m->rec, dib->header.data, dib->header.len)) !=
		0 ||
	    (err = buf_put(&e->m->rec, dib->bits.data, dib->bits.len)) != 0)
		return err;
	return buf_put(&e->m->rec, pad, (4 - e->m->rec.len % 4) % 4);
}

static int
write_all(struct emf *e, const char *spec, struct bitmaps *b)
{
	uint32_t next = (uint32_t)b->fixed;
	int err = 0;

	b->n_places = 0;
	for (; err == 0 && *spec != '\0'; spec++)
		err = copy_field(e, b, *spec, &next);
	for (unsigned i = 0; err == 0 && i < DIBS_MAX; i++)
		err = put_bitmap(e, &b->dib[i].out);
	return err;
}

static int
take(struct emf *e, const char *spec, unsigned flags)
{
	struct reader start = e->m->r;
	struct bitmaps b = { .flags = flags };
	int err;

	for (unsigned i = 0; i < DIBS_MAX; i++) {
		buf_init(&b.dib[i].out.header, META_MAX_BYTES);
		buf_init(&b.dib[i].out.bits, META_MAX_BYTES);
	}
	if ((err = find_bitmaps(e, spec, &b)) == 0 &&
	    (err = rebuild_bitmaps(e, &b)) == 0) {
		meta_span(&b.read, 0, b.fixed);
		meta_check_gaps(e->m, &e->whole, &b.read);
		e->m->r = start;
		err = write_all(e, spec, &b);
	}
	for (unsigned i = 0; i < DIBS_MAX; i++)
		meta_dib_done(&b.dib[i].out);
	return err;
}

int
emf_take_bitmaps(struct emf *e)
{
	unsigned flags = 0;
	int err;

	if (e->type == EMF_ALPHABLEND)
		flags = META_DIB_ALPHA;
	if (e->type == EMF_STRETCHDIBITS || e->type == EMF_SETDIBITSTODEVICE)
		flags = META_DIB_PACKED;
	if ((err = take(e, e->row->spec, flags)) != 0)
		return err;
	return reader_skip(&e->m->r, reader_left(&e->m->r));
}

int
emf_take_pattern(struct emf *e)
{
	int err = take(e, "BUD", 0);

	return err != 0 ? err : reader_skip(&e->m->r, reader_left(&e->m->r));
}

/* ---- pens with a pattern: LogPenEx, [MS-EMF] 2.2.20 */

#define STYLES_MAX 16u

enum { BRUSH_SOLID, BRUSH_NULL, BRUSH_HATCHED };

/* Style, width, kind of brush, colour, hatch, dashes. */
static int
copy_log_pen(struct emf *e, bool has_bitmap)
{
	uint32_t kind, hatch, n;
	int err;

	if ((err = meta_copy(e->m, "ll")) != 0 ||
	    (err = meta_copy_u32(e->m, 0, has_bitmap ? 6 : 2, &kind)) != 0 ||
	    (err = meta_copy(e->m, "c")) != 0 ||
	    (err = reader_u32le(&e->m->r, &hatch)) != 0 ||
	    (err = buf_u32le(&e->m->rec, kind == BRUSH_HATCHED ? hatch : 0)) !=
		0 ||
	    (err = meta_copy_u32(e->m, 0, STYLES_MAX, &n)) != 0)
		return err;
	return meta_copy_many(e->m, n, 4);
}

/* How many bytes the pen takes; the cursor stays. */
static int
log_pen_bytes(const struct emf *e, size_t *out)
{
	struct reader r = e->m->r;
	uint32_t n;
	int err;

	if ((err = reader_skip(&r, 20)) != 0 ||
	    (err = reader_u32le(&r, &n)) != 0)
		return err;
	if (n > STYLES_MAX)
		return ERR_MALFORMED;
	*out = 24 + (size_t)n * 4;
	return 0;
}

static int
write_ext_pen(struct emf *e, struct bitmaps *b, size_t pen_bytes)
{
	uint32_t next = (uint32_t)(b->fixed + pen_bytes);
	bool has_bitmap = b->dib[0].out.header.len > 0;
	int err;

	b->n_places = 0;
	if ((err = copy_field(e, b, 'P', &next)) != 0 ||
	    (err = copy_field(e, b, 'D', &next)) != 0 ||
	    (err = copy_log_pen(e, has_bitmap)) != 0)
		return err;
	return put_bitmap(e, &b->dib[0].out);
}

/* The pen itself stands between the offsets and the bitmap. */
int
emf_take_ext_pen(struct emf *e)
{
	struct reader start = e->m->r;
	struct bitmaps b = { .flags = 0 };
	size_t pen_bytes;
	int err;

	buf_init(&b.dib[0].out.header, META_MAX_BYTES);
	buf_init(&b.dib[0].out.bits, META_MAX_BYTES);
	if ((err = find_bitmaps(e, "PD", &b)) == 0 &&
	    (err = log_pen_bytes(e, &pen_bytes)) == 0 &&
	    (err = rebuild_bitmaps(e, &b)) == 0) {
		e->m->r = start;
		err = write_ext_pen(e, &b, pen_bytes);
	}
	meta_dib_done(&b.dib[0].out);
	return err != 0 ? err : reader_skip(&e->m->r, reader_left(&e->m->r));
}
