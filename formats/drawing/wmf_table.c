/* Every record of [MS-WMF] 2.1.1.1 that is written; all others are dropped. */
#include "formats/drawing/wmf.h"

#define ROW(no, name_) \
	{ \
		.function = no, .name = "META_" name_,
#define PLAIN(no, name, spec_) \
	ROW(no, name).spec = spec_ \
	}
#define DRAW(no, name, spec_) \
	ROW(no, name).spec = spec_, .flags = WMF_DRAWS \
	}
#define RANGE(no, name, lo_, hi_) \
	ROW(no, name).spec = "e", .lo = lo_, .hi = hi_ \
	}
#define TAKE(no, name, fn) \
	ROW(no, name).take = fn \
	}
#define PAINT(no, name, fn) \
	ROW(no, name).take = fn, .flags = WMF_DRAWS \
	}
#define MAKE(no, name, fn) \
	ROW(no, name).take = fn, .flags = WMF_MAKES \
	}
/* D: a bitmap; U: the kind of its colours. */
#define BITMAP(no, name, spec_) \
	ROW(no, name).take = wmf_take_bitmap, .spec = spec_, \
		.flags = WMF_DRAWS \
	}

/* clang-format off */
const struct wmf_row wmf_rows[] = {
	PLAIN(0x0035, "REALIZEPALETTE", ""),
	TAKE(0x0037, "SETPALENTRIES", wmf_take_palette),
	TAKE(0x001e, "SAVEDC", wmf_take_save),
	MAKE(0x00f7, "CREATEPALETTE", wmf_take_palette),
	MAKE(0x00f8, "CREATEBRUSH", wmf_take_old_object),
	RANGE(0x0102, "SETBKMODE", 1, 2),
	RANGE(0x0103, "SETMAPMODE", 1, 8),
	RANGE(0x0104, "SETROP2", 1, 16),
	RANGE(0x0105, "SETRELABS", 1, 2),
	RANGE(0x0106, "SETPOLYFILLMODE", 1, 2),
	RANGE(0x0107, "SETSTRETCHBLTMODE", 1, 4),
	PLAIN(0x0108, "SETTEXTCHAREXTRA", "s"),
	TAKE(0x0127, "RESTOREDC", wmf_take_restore),
	TAKE(0x012a, "INVERTREGION", wmf_take_use_region),
	TAKE(0x012b, "PAINTREGION", wmf_take_use_region),
	TAKE(0x012c, "SELECTCLIPREGION", wmf_take_clip_region),
	TAKE(0x012d, "SELECTOBJECT", wmf_take_select),
	RANGE(0x012e, "SETTEXTALIGN", 0, 0x11f),
	PLAIN(0x0139, "RESIZEPALETTE", "s"),
	MAKE(0x0142, "DIBCREATEPATTERNBRUSH", wmf_take_pattern),
	RANGE(0x0149, "SETLAYOUT", 0, 15),
	TAKE(0x01f0, "DELETEOBJECT", wmf_take_delete),
	MAKE(0x01f9, "CREATEPATTERNBRUSH", wmf_take_old_object),
	PLAIN(0x0201, "SETBKCOLOR", "c"),
	PLAIN(0x0209, "SETTEXTCOLOR", "c"),
	PLAIN(0x020a, "SETTEXTJUSTIFICATION", "ss"),
	PLAIN(0x020b, "SETWINDOWORG", "ss"),
	TAKE(0x020c, "SETWINDOWEXT", wmf_take_extent),
	PLAIN(0x020d, "SETVIEWPORTORG", "ss"),
	TAKE(0x020e, "SETVIEWPORTEXT", wmf_take_extent),
	PLAIN(0x020f, "OFFSETWINDOWORG", "ss"),
	PLAIN(0x0211, "OFFSETVIEWPORTORG", "ss"),
	DRAW(0x0213, "LINETO", "ss"),
	PLAIN(0x0214, "MOVETO", "ss"),
	PLAIN(0x0220, "OFFSETCLIPRGN", "ss"),
	PAINT(0x0228, "FILLREGION", wmf_take_fill_region),
	PLAIN(0x0231, "SETMAPPERFLAGS", "l"),
	TAKE(0x0234, "SELECTPALETTE", wmf_take_select_palette),
	MAKE(0x02fa, "CREATEPENINDIRECT", wmf_take_pen),
	MAKE(0x02fb, "CREATEFONTINDIRECT", wmf_take_font),
	MAKE(0x02fc, "CREATEBRUSHINDIRECT", wmf_take_brush),
	MAKE(0x02fd, "CREATEBITMAPINDIRECT", wmf_take_old_object),
	PAINT(0x0324, "POLYGON", wmf_take_points),
	PAINT(0x0325, "POLYLINE", wmf_take_points),
	TAKE(0x0410, "SCALEWINDOWEXT", wmf_take_scale),
	TAKE(0x0412, "SCALEVIEWPORTEXT", wmf_take_scale),
	PLAIN(0x0415, "EXCLUDECLIPRECT", "ssss"),
	PLAIN(0x0416, "INTERSECTCLIPRECT", "ssss"),
	DRAW(0x0418, "ELLIPSE", "ssss"),
	DRAW(0x0419, "FLOODFILL", "css"),
	DRAW(0x041b, "RECTANGLE", "ssss"),
	DRAW(0x041f, "SETPIXEL", "css"),
	PAINT(0x0429, "FRAMEREGION", wmf_take_frame_region),
	TAKE(0x0436, "ANIMATEPALETTE", wmf_take_palette),
	PAINT(0x0521, "TEXTOUT", wmf_take_text),
	PAINT(0x0538, "POLYPOLYGON", wmf_take_poly_poly),
	PAINT(0x0548, "EXTFLOODFILL", wmf_take_flood),
	DRAW(0x061c, "ROUNDRECT", "ssssss"),
	DRAW(0x061d, "PATBLT", "lssss"),
	TAKE(0x0626, "ESCAPE", wmf_take_escape),
	MAKE(0x06fe, "CREATEBITMAP", wmf_take_old_object),
	MAKE(0x06ff, "CREATEREGION", wmf_take_region),
	DRAW(0x0817, "ARC", "ssssssss"),
	DRAW(0x081a, "PIE", "ssssssss"),
	DRAW(0x0830, "CHORD", "ssssssss"),
	BITMAP(0x0922, "BITBLT", "lssNssss"),
	BITMAP(0x0940, "DIBBITBLT", "lssNssssD"),
	PAINT(0x0a32, "EXTTEXTOUT", wmf_take_ext_text),
	BITMAP(0x0b23, "STRETCHBLT", "lssssNssss"),
	BITMAP(0x0b41, "DIBSTRETCHBLT", "lssssNssssD"),
	BITMAP(0x0d33, "SETDIBTODEV", "UssssssssD"),
	BITMAP(0x0f43, "STRETCHDIB", "lUssssssssD"),
	{ .name = NULL },
};
