/*
 * Inside the WMF module. A record is { u32 size in words, u16 function,
 * fields of 16 bits }. Objects have no handles in the file: each that is made
 * takes the lowest free number, so none may be left out. [MS-WMF]
 */
#ifndef DRAWING_WMF_H
#define DRAWING_WMF_H

#include "formats/drawing/meta.h"

struct wmf;

struct wmf_row {
	uint16_t function;
	const char *name;	   /* NULL ends the table */
	int (*take)(struct wmf *); /* NULL: spec says it all */
	const char *spec;	   /* as meta_copy; "e": one value of lo..hi */
	uint16_t lo, hi;
	unsigned flags;
};

#define WMF_DRAWS (1u << 0)
#define WMF_MAKES (1u << 1) /* takes a number, whatever becomes of it */

struct wmf {
	struct meta *m;
	const struct wmf_row *row;
	uint16_t function;
	uint32_t words;	  /* of the record being read */
	uint32_t top;	  /* numbers that were ever in use */
	uint32_t longest; /* record written, in words */
	bool written;	  /* the handler has seen to it */
};

extern const struct wmf_row wmf_rows[];

enum {
	WMF_EOF = 0x0000,
	WMF_ESCAPE = 0x0626,
	WMF_CREATEBRUSH = 0x02fc,
	WMF_SETDIBTODEV = 0x0d33,
	WMF_STRETCHDIB = 0x0f43,
	WMF_BITBLT = 0x0922,
	WMF_STRETCHBLT = 0x0b23,
	WMF_DIBBITBLT = 0x0940,
	WMF_DIBSTRETCHBLT = 0x0b41,
};

/* m->rec becomes a record of this function. */
int wmf_put(struct wmf *, uint16_t function) MUST_CHECK;

/* wmf_state.c */
int wmf_take_extent(struct wmf *) MUST_CHECK;
int wmf_take_scale(struct wmf *) MUST_CHECK;
int wmf_take_save(struct wmf *) MUST_CHECK;
int wmf_take_restore(struct wmf *) MUST_CHECK;
int wmf_take_escape(struct wmf *) MUST_CHECK;

/* wmf_draw.c */
int wmf_take_points(struct wmf *) MUST_CHECK;
int wmf_take_poly_poly(struct wmf *) MUST_CHECK;
int wmf_take_flood(struct wmf *) MUST_CHECK;
int wmf_take_text(struct wmf *) MUST_CHECK;
int wmf_take_ext_text(struct wmf *) MUST_CHECK;

/* wmf_object.c */
int wmf_take_select(struct wmf *) MUST_CHECK;
int wmf_take_delete(struct wmf *) MUST_CHECK;
int wmf_take_use_region(struct wmf *) MUST_CHECK;
int wmf_take_clip_region(struct wmf *) MUST_CHECK;
int wmf_take_fill_region(struct wmf *) MUST_CHECK;
int wmf_take_frame_region(struct wmf *) MUST_CHECK;
int wmf_take_select_palette(struct wmf *) MUST_CHECK;
int wmf_take_palette(struct wmf *) MUST_CHECK;
int wmf_take_pen(struct wmf *) MUST_CHECK;
int wmf_take_brush(struct wmf *) MUST_CHECK;
int wmf_take_font(struct wmf *) MUST_CHECK;
int wmf_take_region(struct wmf *) MUST_CHECK;
int wmf_take_pattern(struct wmf *) MUST_CHECK;
/* Old kinds of objects that nothing makes any more. */
int wmf_take_old_object(struct wmf *) MUST_CHECK;
/* The number that a new object gets. ERR_LIMIT. */
int wmf_new_number(struct wmf *, enum meta_object) MUST_CHECK;
/* A plain object instead of one that could not be rebuilt. */
int wmf_stand_in(struct wmf *) MUST_CHECK;

/* wmf_bitmap.c */
int wmf_take_bitmap(struct wmf *) MUST_CHECK;

#endif
