/*
 * WMF: objects. [MS-WMF] 2.3.4, 2.2.1
 *
 * Each new object takes the lowest free number. One that cannot be rebuilt is
 * replaced by a brush that paints nothing, or all later numbers would shift.
 */
#include "formats/drawing/wmf.h"

#include "formats/drawing/meta_dib.h"
#include "formats/drawing/meta_font.h"

int
wmf_new_number(struct wmf *w, enum meta_object kind)
{
	uint32_t n = 0;

	while (n < w->top && w->m->objects[n] != OBJ_NONE)
		n++;
	if (n >= META_HANDLES - 1)
		return doc_fail(w->m->d, ERR_LIMIT, "WMF: too many objects");
	w->m->objects[n] = (uint8_t)kind;
	if (n == w->top)
		w->top++;
	return 0;
}

static int
use_number(struct wmf *w, enum meta_object *kind)
{
	uint16_t n;
	int e;

	if ((e = meta_copy_u16(w->m, 0, UINT16_MAX, &n)) != 0)
		return e;
	*kind = w->m->objects[n];
	return *kind == OBJ_NONE ? ERR_MALFORMED : 0;
}

int
wmf_take_select(struct wmf *w)
{
	enum meta_object kind;
	int e = use_number(w, &kind);

	return e == 0 && kind == OBJ_PALETTE ? ERR_MALFORMED : e;
}

int
wmf_take_delete(struct wmf *w)
{
	uint16_t n;
	int e;

	if ((e = meta_copy_u16(w->m, 0, UINT16_MAX, &n)) != 0)
		return e;
	if (w->m->objects[n] == OBJ_NONE)
		return ERR_MALFORMED;
	w->m->objects[n] = OBJ_NONE;
	return 0;
}

static int
use_kind(struct wmf *w, enum meta_object want)
{
	enum meta_object kind;
	int e = use_number(w, &kind);

	return e == 0 && kind != want ? ERR_MALFORMED : e;
}

int
wmf_take_use_region(struct wmf *w)
{
	return use_kind(w, OBJ_REGION);
}

/* 0 also means: no clipping any more. */
int
wmf_take_clip_region(struct wmf *w)
{
	struct reader r = w->m->r;
	uint16_t n;

	if (reader_u16le(&r, &n) == 0 && n == 0)
		return meta_copy(w->m, "s");
	return use_kind(w, OBJ_REGION);
}

int
wmf_take_fill_region(struct wmf *w)
{
	int e = use_kind(w, OBJ_REGION);

	return e != 0 ? e : use_kind(w, OBJ_BRUSH);
}

int
wmf_take_frame_region(struct wmf *w)
{
	int e = wmf_take_fill_region(w);

	return e != 0 ? e : meta_copy(w->m, "ss");
}

int
wmf_take_select_palette(struct wmf *w)
{
	return use_kind(w, OBJ_PALETTE);
}

/* ---- made here */

/* First entry, or a version in a new one; number; entries. */
int
wmf_take_palette(struct wmf *w)
{
	uint16_t n;
	int e;

	if ((e = meta_copy(w->m, "s")) != 0 ||
	    (e = meta_copy_u16(w->m, 0, UINT16_MAX, &n)) != 0 ||
	    (e = meta_copy_many(w->m, n, 4)) != 0)
		return e;
	return w->row->flags & WMF_MAKES ? wmf_new_number(w, OBJ_PALETTE) : 0;
}

int
wmf_take_pen(struct wmf *w)
{
	int e = meta_copy(w->m, "sssc");

	return e != 0 ? e : wmf_new_number(w, OBJ_PEN);
}

int
wmf_take_brush(struct wmf *w)
{
	int e;

	if ((e = meta_copy_u16(w->m, 0, 2, NULL)) != 0 ||
	    (e = meta_copy(w->m, "cs")) != 0)
		return e;
	return wmf_new_number(w, OBJ_BRUSH);
}

int
wmf_take_font(struct wmf *w)
{
	int e;

	if ((e = meta_copy(w->m, "sssss")) != 0 ||
	    (e = meta_take_font_bytes(w->m)) != 0 ||
	    (e = meta_take_face8(w->m)) != 0 ||
	    (e = reader_skip(&w->m->r, reader_left(&w->m->r))) != 0)
		return e;
	return wmf_new_number(w, OBJ_FONT);
}

int
wmf_take_old_object(struct wmf *w)
{
	(void)w;
	return ERR_UNSUPPORTED;
}

int
wmf_stand_in(struct wmf *w)
{
	static const uint8_t hollow[] = { 1, 0, 0, 0, 0, 0, 0, 0 };
	int e;

	buf_clear(&w->m->rec);
	if ((e = buf_put(&w->m->rec, hollow, sizeof(hollow))) != 0 ||
	    (e = wmf_new_number(w, OBJ_BRUSH)) != 0)
		return e;
	return wmf_put(w, WMF_CREATEBRUSH);
}

/* ---- regions: [MS-WMF] 2.2.1.5; scans of 2.2.2.21 */

#define REGION_TYPE	  6u
#define REGION_HEAD_WORDS 11u

/* Left and right ends between two lines, with their number on both sides. */
static int
copy_scan(struct wmf *w, struct reader *r, uint32_t *words)
{
	struct reader save = w->m->r;
	uint16_t n, again;
	int e;

	w->m->r = *r;
	if ((e = meta_copy_u16(w->m, 0, INT16_MAX, &n)) == 0 &&
	    (e = meta_copy(w->m, "ss")) == 0 &&
	    (e = meta_copy_many(w->m, n, 2)) == 0)
		e = meta_copy_u16(w->m, n, n, &again);
	*r = w->m->r;
	w->m->r = save;
	*words += 4 + (uint32_t)n;
	return e;
}

static int
put_region(struct wmf *w, const struct reader *scans, uint16_t n,
    uint32_t words)
{
	struct reader r = *scans;
	uint32_t ignored = 0;
	int e;

	if ((e = buf_u16le(&w->m->rec, 0)) != 0 ||
	    (e = buf_u16le(&w->m->rec, REGION_TYPE)) != 0 ||
	    (e = buf_u32le(&w->m->rec, 0)) != 0 ||
	    (e = buf_u16le(&w->m->rec, (uint16_t)(words * 2))) != 0 ||
	    (e = buf_u16le(&w->m->rec, n)) != 0 ||
	    (e = meta_copy(w->m, "sssss")) != 0)
		return e;
	for (uint32_t i = 0; e == 0 && i < n; i++)
		e = copy_scan(w, &r, &ignored);
	return e;
}

int
wmf_take_region(struct wmf *w)
{
	struct reader scans = w->m->r, r;
	uint32_t words = REGION_HEAD_WORDS;
	uint16_t n;
	int e;

	/* next, type, count, size: not needed */
	if ((e = reader_skip(&w->m->r, 10)) != 0 ||
	    (e = reader_u16le(&w->m->r, &n)) != 0 ||
	    (e = reader_skip(&scans, 22)) != 0)
		return e;
	r = scans;
	for (uint32_t i = 0; i < n; i++)
		if ((e = copy_scan(w, &r, &words)) != 0)
			return e;
	if (words > INT16_MAX)
		return ERR_MALFORMED;
	buf_clear(&w->m->rec);
	if ((e = put_region(w, &scans, n, words)) != 0)
		return e;
	w->m->r = r;
	return wmf_new_number(w, OBJ_REGION);
}

/* ---- patterns */

#define STYLE_PATTERN 5u /* a bitmap follows */

int
wmf_take_pattern(struct wmf *w)
{
	struct meta_dib dib;
	struct reader in;
	uint16_t style, usage;
	int e;

	if ((e = reader_u16le(&w->m->r, &style)) != 0 ||
	    (e = reader_u16le(&w->m->r, &usage)) != 0 ||
	    (e = reader_sub(&w->m->r, reader_left(&w->m->r), &in)) != 0)
		return e;
	if ((e = meta_dib_take_joined(w->m, &in, usage, &dib)) == 0 &&
	    (e = buf_u16le(&w->m->rec, STYLE_PATTERN)) == 0 &&
	    (e = buf_u16le(&w->m->rec, 0)) == 0 &&
	    (e = buf_put(&w->m->rec, dib.header.data, dib.header.len)) == 0 &&
	    (e = buf_put(&w->m->rec, dib.bits.data, dib.bits.len)) == 0)
		e = wmf_new_number(w, OBJ_BRUSH);
	meta_dib_done(&dib);
	return e;
}
