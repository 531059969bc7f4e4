/*
 * EMF: handles, pens, brushes, fonts, palettes. [MS-EMF] 2.3.7, 2.3.8
 *
 * A handle means nothing before its object is made and after it is deleted.
 * An object that cannot be rebuilt gets a plain one of its kind as stand-in,
 * or what follows would be drawn with whatever was there before.
 */
#include "formats/drawing/emf.h"

#include <string.h>

#include "formats/drawing/meta_font.h"

#define STOCK_LAST (EMF_STOCK | 19)

/* The kinds of the stock objects by number; [MS-EMF] 2.1.31. */
static enum meta_object
stock_kind(uint32_t handle)
{
	uint32_t n = handle - EMF_STOCK;

	if (n <= 5 || n == 18)
		return OBJ_BRUSH;
	if (n <= 8 || n == 19)
		return n == 9 ? OBJ_NONE : OBJ_PEN;
	return n == 15 ? OBJ_PALETTE : OBJ_FONT;
}

static bool
is_stock(uint32_t handle)
{
	return handle >= EMF_STOCK && handle <= STOCK_LAST &&
	       handle != (EMF_STOCK | 9);
}

static enum meta_object
kind_of(const struct emf *e, uint32_t handle)
{
	if (is_stock(handle))
		return stock_kind(handle);
	return handle < META_HANDLES ? e->m->objects[handle] : OBJ_NONE;
}

int
emf_new_handle(struct emf *e, enum meta_object kind)
{
	uint32_t h;
	int err;

	if ((err = meta_copy_u32(e->m, 1, META_HANDLES - 2, &h)) != 0)
		return err;
	e->m->objects[h] = (uint8_t)kind;
	if (h >= e->top)
		e->top = h + 1;
	return 0;
}

int
emf_use_handle(struct emf *e, enum meta_object kind)
{
	uint32_t h;
	int err;

	if ((err = meta_copy_u32(e->m, 1, STOCK_LAST, &h)) != 0)
		return err;
	return kind_of(e, h) == kind ? 0 : ERR_MALFORMED;
}

int
emf_take_select(struct emf *e)
{
	uint32_t h;
	int err;

	if ((err = meta_copy_u32(e->m, 1, STOCK_LAST, &h)) != 0)
		return err;
	switch (kind_of(e, h)) {
	case OBJ_PEN:
	case OBJ_BRUSH:
	case OBJ_FONT:
		return 0;
	default:
		return ERR_MALFORMED;
	}
}

/* Stock objects are never deleted; nothing is missed when they are. */
int
emf_take_delete(struct emf *e)
{
	uint32_t h;
	int err;

	if ((err = meta_copy_u32(e->m, 1, META_HANDLES - 2, &h)) != 0)
		return err;
	if (e->m->objects[h] == OBJ_NONE)
		return ERR_MALFORMED;
	e->m->objects[h] = OBJ_NONE;
	return 0;
}

/* LogPen: style, width as a point, colour. */
int
emf_take_pen(struct emf *e)
{
	int err;

	if ((err = emf_new_handle(e, OBJ_PEN)) != 0 ||
	    (err = meta_copy_u32(e->m, 0, 0x0001ffff, NULL)) != 0)
		return err;
	return meta_copy(e->m, "llc");
}

/* LogBrushEx: solid, none, or hatched. */
int
emf_take_brush(struct emf *e)
{
	int err;

	if ((err = emf_new_handle(e, OBJ_BRUSH)) != 0 ||
	    (err = meta_copy_u32(e->m, 0, 2, NULL)) != 0)
		return err;
	return meta_copy(e->m, "cl");
}

/* ---- palettes */

/* LogPalette: version, number of entries, entries. */
int
emf_take_palette(struct emf *e)
{
	uint16_t n;
	int err;

	if ((err = emf_new_handle(e, OBJ_PALETTE)) != 0 ||
	    (err = meta_copy_u16(e->m, 0x300, 0x300, NULL)) != 0 ||
	    (err = meta_copy_u16(e->m, 0, UINT16_MAX, &n)) != 0)
		return err;
	return meta_copy_many(e->m, n, 4);
}

int
emf_take_palette_entries(struct emf *e)
{
	uint32_t n;
	int err;

	if ((err = emf_use_handle(e, OBJ_PALETTE)) != 0 ||
	    (err = meta_copy_u32(e->m, 0, UINT16_MAX, NULL)) != 0 ||
	    (err = meta_copy_u32(e->m, 0, UINT16_MAX, &n)) != 0)
		return err;
	return meta_copy_many(e->m, n, 4);
}

int
emf_take_palette_size(struct emf *e)
{
	int err = emf_use_handle(e, OBJ_PALETTE);

	return err != 0 ? err : meta_copy_u32(e->m, 0, UINT16_MAX, NULL);
}

int
emf_take_select_palette(struct emf *e)
{
	return emf_use_handle(e, OBJ_PALETTE);
}

/* ---- fonts */

/* Face, full name, style, and Panose: only the first part is needed. */
#define PANOSE_PART_BYTES 228u

/*
 * Full name, style, script: what a program says of a font. What stands behind
 * their first zero, and behind all of it, says nothing.
 */
static void
take_extension(struct emf *e)
{
	static const size_t lengths[] = { 64, 32, 32 };
	struct reader r = e->m->r;
	uint16_t unit;
	bool ended;

	for (size_t i = 0; i < 3; i++) {
		ended = false;
		for (size_t k = 0; k < lengths[i]; k++) {
			if (reader_u16le(&r, &unit) != 0)
				return;
			if (ended && unit != 0) {
				meta_found(e->m, FIND_METAFILE_FONT_REST,
				    ACT_REMOVED, e->m->name);
				return;
			}
			ended = ended || unit == 0;
		}
	}
}

int
emf_take_font(struct emf *e)
{
	static const uint8_t none[PANOSE_PART_BYTES];
	int err;

	if ((err = emf_new_handle(e, OBJ_FONT)) != 0 ||
	    (err = meta_copy(e->m, "lllll")) != 0 ||
	    (err = meta_take_font_bytes(e->m)) != 0 ||
	    (err = meta_take_face16(e->m)) != 0)
		return err;
	/* Full names and weights of designs are not needed. */
	take_extension(e);
	if ((err = reader_skip(&e->m->r, reader_left(&e->m->r))) != 0)
		return err;
	return buf_put(&e->m->rec, none, sizeof(none));
}

/* ---- stand-ins */

static int
put_words(struct emf *e, const uint32_t *words, size_t n)
{
	int err = 0;

	for (size_t i = 0; err == 0 && i < n; i++)
		err = buf_u32le(&e->m->rec, words[i]);
	return err;
}

int
emf_stand_in(struct emf *e)
{
	static const uint32_t pen[] = { 0, 0, 0, 0 };
	static const uint32_t brush[] = { 0, 0xc0c0c0, 0 };
	uint32_t h;
	int err;

	buf_clear(&e->m->rec);
	e->m->r = e->whole;
	if ((err = reader_skip(&e->m->r, EMF_RECORD_HEAD)) != 0)
		return err;
	if (e->type == EMF_CREATEPEN || e->type == EMF_EXTCREATEPEN) {
		if ((err = emf_new_handle(e, OBJ_PEN)) != 0 ||
		    (err = put_words(e, pen, 4)) != 0)
			return err;
		return emf_put(e, EMF_CREATEPEN);
	}
	if (e->type == EMF_CREATEBRUSH || e->type == EMF_CREATEMONOBRUSH ||
	    e->type == EMF_CREATEDIBPATTERN) {
		if ((err = emf_new_handle(e, OBJ_BRUSH)) != 0 ||
		    (err = put_words(e, brush, 3)) != 0)
			return err;
		return emf_put(e, EMF_CREATEBRUSH);
	}
	if ((err = meta_copy_u32(e->m, 1, META_HANDLES - 2, &h)) == 0)
		e->m->objects[h] = OBJ_NONE;
	return err;
}
