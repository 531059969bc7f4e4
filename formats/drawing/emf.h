/*
 * Inside the EMF module. A record is { u32 type, u32 size, fields }; sizes
 * and offsets count from the record's first byte. [MS-EMF]
 */
#ifndef DRAWING_EMF_H
#define DRAWING_EMF_H

#include "formats/drawing/meta.h"

#define EMF_STOCK	0x80000000u /* handles of stock objects */
#define EMF_RECORD_HEAD 8u

/* Types that something besides their row depends on. */
enum {
	EMF_HEADER = 1,
	EMF_EOF = 14,
	EMF_SETBKMODE = 18,
	EMF_SETTEXTALIGN = 22,
	EMF_MOVETO = 27,
	EMF_SELECT = 37,
	EMF_CREATEPEN = 38,
	EMF_CREATEBRUSH = 39,
	EMF_RECTANGLE = 43,
	EMF_LINETO = 54,
	EMF_SETDIBITSTODEVICE = 80,
	EMF_STRETCHDIBITS = 81,
	EMF_CREATEFONT = 82,
	EMF_EXTTEXTOUTA = 83,
	EMF_EXTTEXTOUTW = 84,
	EMF_CREATEMONOBRUSH = 93,
	EMF_CREATEDIBPATTERN = 94,
	EMF_EXTCREATEPEN = 95,
	EMF_POLYTEXTOUTA = 96,
	EMF_ALPHABLEND = 114,
};

struct emf;

/* What is done with a type of record. */
struct emf_row {
	const char *name; /* NULL: no record of ours */
	/* NULL: spec says it all */
	int (*take)(struct emf *);
	const char *spec; /* as meta_copy; "e": one value of lo..hi */
	uint32_t lo, hi;
	unsigned flags;
	enum finding_id drop; /* with EMF_DROP */
};

#define EMF_DRAWS (1u << 0)
#define EMF_MAKES (1u << 1) /* creates the object of its first field */
#define EMF_DROP  (1u << 2) /* not written, reported as drop */

struct emf {
	struct meta *m;
	const struct emf_row *row;
	uint32_t type;
	struct reader whole; /* the record being read, head included */
	uint32_t top;	     /* handles in use, 0 included */
	uint32_t records;    /* written, the header included */
	bool plus, dual;     /* EMF+ records were there; said to be a copy */
	bool written;	     /* the handler has written what is to be written */
};

#define EMF_ROWS 123u
extern const struct emf_row emf_rows[EMF_ROWS];

/* m->rec becomes a record of this type. */
int emf_put(struct emf *, uint32_t type) MUST_CHECK;

/* emf_plus.c: instead of a drawing that was EMF+ alone, in this box. */
int emf_draw_stand_in(struct emf *, const uint32_t box[4]) MUST_CHECK;

/* emf_draw.c */
int emf_take_points32(struct emf *) MUST_CHECK;
int emf_take_points16(struct emf *) MUST_CHECK;
int emf_take_poly_poly32(struct emf *) MUST_CHECK;
int emf_take_poly_poly16(struct emf *) MUST_CHECK;
int emf_take_poly_draw32(struct emf *) MUST_CHECK;
int emf_take_poly_draw16(struct emf *) MUST_CHECK;
int emf_take_region(struct emf *) MUST_CHECK;
int emf_take_fill_region(struct emf *) MUST_CHECK;
int emf_take_frame_region(struct emf *) MUST_CHECK;
int emf_take_clip_region(struct emf *) MUST_CHECK;
int emf_take_gradient(struct emf *) MUST_CHECK;

/* emf_state.c */
int emf_take_extent(struct emf *) MUST_CHECK;
int emf_take_scale(struct emf *) MUST_CHECK;
int emf_take_save(struct emf *) MUST_CHECK;
int emf_take_restore(struct emf *) MUST_CHECK;
int emf_take_transform(struct emf *) MUST_CHECK;
int emf_take_modify_transform(struct emf *) MUST_CHECK;
int emf_take_flood(struct emf *) MUST_CHECK;
int emf_take_adjustment(struct emf *) MUST_CHECK;
int emf_take_comment(struct emf *) MUST_CHECK;

/* emf_object.c */
int emf_take_select(struct emf *) MUST_CHECK;
int emf_take_delete(struct emf *) MUST_CHECK;
int emf_take_pen(struct emf *) MUST_CHECK;
int emf_take_brush(struct emf *) MUST_CHECK;
int emf_take_palette(struct emf *) MUST_CHECK;
int emf_take_palette_entries(struct emf *) MUST_CHECK;
int emf_take_palette_size(struct emf *) MUST_CHECK;
int emf_take_select_palette(struct emf *) MUST_CHECK;
int emf_take_font(struct emf *) MUST_CHECK;
/* A handle that is to become an object: read, checked, written. */
int emf_new_handle(struct emf *, enum meta_object) MUST_CHECK;
/* One that must be an object of this kind. */
int emf_use_handle(struct emf *, enum meta_object) MUST_CHECK;
/* A plain object where one could not be rebuilt. */
int emf_stand_in(struct emf *) MUST_CHECK;

/* emf_text.c */
int emf_take_text(struct emf *) MUST_CHECK;
int emf_take_small_text(struct emf *) MUST_CHECK;
int emf_take_poly_text(struct emf *) MUST_CHECK;

/* emf_bitmap.c */
int emf_take_bitmaps(struct emf *) MUST_CHECK;
int emf_take_pattern(struct emf *) MUST_CHECK;
int emf_take_ext_pen(struct emf *) MUST_CHECK;

#endif
