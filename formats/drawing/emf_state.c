/* EMF: the state of the drawing, and comments. [MS-EMF] 2.3.11, 2.3.3 */
#include "formats/drawing/emf.h"

/* An extent of 0 is refused by GDI and divides elsewhere. */
int
emf_take_extent(struct emf *e)
{
	uint32_t x, y;
	struct reader r = e->m->r;
	int err;

	if ((err = reader_u32le(&r, &x)) != 0 ||
	    (err = reader_u32le(&r, &y)) != 0)
		return err;
	if (x == 0 || y == 0)
		return ERR_MALFORMED;
	return meta_copy(e->m, "ll");
}

/* Two fractions. */
int
emf_take_scale(struct emf *e)
{
	uint32_t v;
	struct reader r = e->m->r;
	int err;

	for (unsigned i = 0; i < 4; i++) {
		if ((err = reader_u32le(&r, &v)) != 0)
			return err;
		if (v == 0)
			return ERR_MALFORMED;
	}
	return meta_copy(e->m, "llll");
}

int
emf_take_save(struct emf *e)
{
	if (e->m->saved == META_SAVED_MAX)
		return ERR_MALFORMED;
	e->m->saved++;
	return 0;
}

/* How many to go back, as a negative number. */
int
emf_take_restore(struct emf *e)
{
	uint32_t n, back;
	int err;

	if ((err = reader_u32le(&e->m->r, &n)) != 0)
		return err;
	back = 0u - n;
	if (back == 0 || back > e->m->saved)
		return ERR_MALFORMED;
	e->m->saved -= back;
	return buf_u32le(&e->m->rec, n);
}

int
emf_take_modify_transform(struct emf *e)
{
	int err = meta_copy(e->m, "ffffff");

	return err != 0 ? err : meta_copy_u32(e->m, 1, 4, NULL);
}

int
emf_take_flood(struct emf *e)
{
	int err = meta_copy(e->m, "llc");

	return err != 0 ? err : meta_copy_u32(e->m, 0, 1, NULL);
}

/* ColorAdjustment, [MS-EMF] 2.2.2: begins with its own size. */
int
emf_take_adjustment(struct emf *e)
{
	int err = meta_copy_u16(e->m, 24, 24, NULL);

	if (err != 0 || (err = meta_copy_u16(e->m, 0, 3, NULL)) != 0 ||
	    (err = meta_copy_u16(e->m, 0, 8, NULL)) != 0)
		return err;
	return meta_copy(e->m, "sssssssss");
}

/* The first record of an EMF+ stream says whether EMF is a full copy of it. */
static int
take_plus(struct emf *e, struct reader *r)
{
	uint16_t type, flags;

	e->plus = true;
	if (reader_u16le(r, &type) == 0 && reader_u16le(r, &flags) == 0 &&
	    type == 0x4001)
		e->dual = (flags & 1) != 0;
	meta_found(e->m, FIND_METAFILE_PLUS, ACT_REMOVED, "EMF+");
	return 0;
}

/* Behind the head and the length. */
#define COMMENT_AT 12u

int
emf_take_comment(struct emf *e)
{
	struct reader r = e->m->r;
	int err;

	e->written = true;
	if ((err = reader_skip(&r, 4)) != 0 ||
	    (err = reader_skip(&e->m->r, reader_left(&e->m->r))) != 0)
		return err;
	if (reader_has(&e->whole, COMMENT_AT, "EMF+", 4) &&
	    reader_skip(&r, 4) == 0)
		return take_plus(e, &r);
	if (reader_has(&e->whole, COMMENT_AT, "GDIC\2\0\0\0", 8) ||
	    reader_has(&e->whole, COMMENT_AT, "GDIC\3\0\0\0", 8))
		return 0; /* begin and end of a group */
	meta_found(e->m, FIND_METAFILE_COMMENT, ACT_REMOVED,
	    reader_has(&e->whole, COMMENT_AT, "GDIC\1\0\0\x80", 8)   ? "WMF"
	    : reader_has(&e->whole, COMMENT_AT, "GDIC\5\0\0\x40", 8) ? "formats"
								     : "");
	return 0;
}
