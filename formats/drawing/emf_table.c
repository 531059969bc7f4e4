/*
 * Every record of [MS-EMF] 2.1.1 and what is done with it. What has no row
 * is dropped and reported.
 */
#include "formats/drawing/emf.h"

#define ROW(no, name_) [no] = { .name = "EMR_" name_,
#define PLAIN(no, name, spec_) \
	ROW(no, name).spec = spec_ \
	}
#define DRAW(no, name, spec_) \
	ROW(no, name).spec = spec_, .flags = EMF_DRAWS \
	}
#define RANGE(no, name, lo_, hi_) \
	ROW(no, name).spec = "e", .lo = lo_, .hi = hi_ \
	}
#define TAKE(no, name, fn) \
	ROW(no, name).take = fn \
	}
#define PAINT(no, name, fn) \
	ROW(no, name).take = fn, .flags = EMF_DRAWS \
	}
#define MAKE(no, name, fn) \
	ROW(no, name).take = fn, .flags = EMF_MAKES \
	}
/* Bitmaps: D stands for the four offsets, U for the kind of the colours. */
#define BITMAP(no, name, spec_) \
	ROW(no, name).take = emf_take_bitmaps, .spec = spec_, \
		.flags = EMF_DRAWS \
	}
#define DROP(no, name, find) \
	ROW(no, name).flags = EMF_DROP, .drop = find \
	}

/* clang-format off */
const struct emf_row emf_rows[EMF_ROWS] = {
	PAINT(2, "POLYBEZIER", emf_take_points32),
	PAINT(3, "POLYGON", emf_take_points32),
	PAINT(4, "POLYLINE", emf_take_points32),
	PAINT(5, "POLYBEZIERTO", emf_take_points32),
	PAINT(6, "POLYLINETO", emf_take_points32),
	PAINT(7, "POLYPOLYLINE", emf_take_poly_poly32),
	PAINT(8, "POLYPOLYGON", emf_take_poly_poly32),
	TAKE(9, "SETWINDOWEXTEX", emf_take_extent),
	PLAIN(10, "SETWINDOWORGEX", "ll"),
	TAKE(11, "SETVIEWPORTEXTEX", emf_take_extent),
	PLAIN(12, "SETVIEWPORTORGEX", "ll"),
	PLAIN(13, "SETBRUSHORGEX", "ll"),
	DRAW(15, "SETPIXELV", "llc"),
	RANGE(16, "SETMAPPERFLAGS", 0, 1),
	RANGE(17, "SETMAPMODE", 1, 8),
	RANGE(18, "SETBKMODE", 1, 2),
	RANGE(19, "SETPOLYFILLMODE", 1, 2),
	RANGE(20, "SETROP2", 1, 16),
	RANGE(21, "SETSTRETCHBLTMODE", 1, 4),
	RANGE(22, "SETTEXTALIGN", 0, 0x11f),
	TAKE(23, "SETCOLORADJUSTMENT", emf_take_adjustment),
	PLAIN(24, "SETTEXTCOLOR", "c"),
	PLAIN(25, "SETBKCOLOR", "c"),
	PLAIN(26, "OFFSETCLIPRGN", "ll"),
	PLAIN(27, "MOVETOEX", "ll"),
	PLAIN(28, "SETMETARGN", ""),
	PLAIN(29, "EXCLUDECLIPRECT", "llll"),
	PLAIN(30, "INTERSECTCLIPRECT", "llll"),
	TAKE(31, "SCALEVIEWPORTEXTEX", emf_take_scale),
	TAKE(32, "SCALEWINDOWEXTEX", emf_take_scale),
	TAKE(33, "SAVEDC", emf_take_save),
	TAKE(34, "RESTOREDC", emf_take_restore),
	PLAIN(35, "SETWORLDTRANSFORM", "ffffff"),
	TAKE(36, "MODIFYWORLDTRANSFORM", emf_take_modify_transform),
	TAKE(37, "SELECTOBJECT", emf_take_select),
	MAKE(38, "CREATEPEN", emf_take_pen),
	MAKE(39, "CREATEBRUSHINDIRECT", emf_take_brush),
	TAKE(40, "DELETEOBJECT", emf_take_delete),
	DRAW(41, "ANGLEARC", "lllff"),
	DRAW(42, "ELLIPSE", "llll"),
	DRAW(43, "RECTANGLE", "llll"),
	DRAW(44, "ROUNDRECT", "llllll"),
	DRAW(45, "ARC", "llllllll"),
	DRAW(46, "CHORD", "llllllll"),
	DRAW(47, "PIE", "llllllll"),
	TAKE(48, "SELECTPALETTE", emf_take_select_palette),
	MAKE(49, "CREATEPALETTE", emf_take_palette),
	TAKE(50, "SETPALETTEENTRIES", emf_take_palette_entries),
	TAKE(51, "RESIZEPALETTE", emf_take_palette_size),
	PLAIN(52, "REALIZEPALETTE", ""),
	PAINT(53, "EXTFLOODFILL", emf_take_flood),
	DRAW(54, "LINETO", "ll"),
	DRAW(55, "ARCTO", "llllllll"),
	PAINT(56, "POLYDRAW", emf_take_poly_draw32),
	RANGE(57, "SETARCDIRECTION", 1, 2),
	PLAIN(58, "SETMITERLIMIT", "l"),
	PLAIN(59, "BEGINPATH", ""),
	PLAIN(60, "ENDPATH", ""),
	PLAIN(61, "CLOSEFIGURE", ""),
	DRAW(62, "FILLPATH", "llll"),
	DRAW(63, "STROKEANDFILLPATH", "llll"),
	DRAW(64, "STROKEPATH", "llll"),
	PLAIN(65, "FLATTENPATH", ""),
	PLAIN(66, "WIDENPATH", ""),
	RANGE(67, "SELECTCLIPPATH", 1, 5),
	PLAIN(68, "ABORTPATH", ""),
	TAKE(70, "COMMENT", emf_take_comment),
	PAINT(71, "FILLRGN", emf_take_fill_region),
	PAINT(72, "FRAMERGN", emf_take_frame_region),
	PAINT(73, "INVERTRGN", emf_take_region),
	PAINT(74, "PAINTRGN", emf_take_region),
	TAKE(75, "EXTSELECTCLIPRGN", emf_take_clip_region),
	BITMAP(76, "BITBLT", "lllllllllllffffffcUD"),
	BITMAP(77, "STRETCHBLT", "lllllllllllffffffcUDll"),
	BITMAP(78, "MASKBLT", "lllllllllllffffffcUDllUD"),
	BITMAP(79, "PLGBLT", "llllllllllllllffffffcUDllUD"),
	BITMAP(80, "SETDIBITSTODEVICE", "llllllllllDUll"),
	BITMAP(81, "STRETCHDIBITS", "llllllllllDUlll"),
	MAKE(82, "EXTCREATEFONTINDIRECTW", emf_take_font),
	PAINT(83, "EXTTEXTOUTA", emf_take_text),
	PAINT(84, "EXTTEXTOUTW", emf_take_text),
	PAINT(85, "POLYBEZIER16", emf_take_points16),
	PAINT(86, "POLYGON16", emf_take_points16),
	PAINT(87, "POLYLINE16", emf_take_points16),
	PAINT(88, "POLYBEZIERTO16", emf_take_points16),
	PAINT(89, "POLYLINETO16", emf_take_points16),
	PAINT(90, "POLYPOLYLINE16", emf_take_poly_poly16),
	PAINT(91, "POLYPOLYGON16", emf_take_poly_poly16),
	PAINT(92, "POLYDRAW16", emf_take_poly_draw16),
	MAKE(93, "CREATEMONOBRUSH", emf_take_pattern),
	MAKE(94, "CREATEDIBPATTERNBRUSHPT", emf_take_pattern),
	MAKE(95, "EXTCREATEPEN", emf_take_ext_pen),
	PAINT(96, "POLYTEXTOUTA", emf_take_poly_text),
	PAINT(97, "POLYTEXTOUTW", emf_take_poly_text),
	RANGE(98, "SETICMMODE", 1, 4),
	DROP(99, "CREATECOLORSPACE", FIND_METAFILE_PROFILE),
	DROP(100, "SETCOLORSPACE", FIND_METAFILE_PROFILE),
	DROP(101, "DELETECOLORSPACE", FIND_METAFILE_PROFILE),
	DROP(102, "GLSRECORD", FIND_METAFILE_OPENGL),
	DROP(103, "GLSBOUNDEDRECORD", FIND_METAFILE_OPENGL),
	DROP(104, "PIXELFORMAT", FIND_METAFILE_OPENGL),
	DROP(105, "DRAWESCAPE", FIND_METAFILE_ESCAPE),
	DROP(106, "EXTESCAPE", FIND_METAFILE_ESCAPE),
	PAINT(108, "SMALLTEXTOUT", emf_take_small_text),
	DROP(109, "FORCEUFIMAPPING", FIND_METAFILE_UNKNOWN),
	DROP(110, "NAMEDESCAPE", FIND_METAFILE_ESCAPE),
	DROP(111, "COLORCORRECTPALETTE", FIND_METAFILE_PROFILE),
	DROP(112, "SETICMPROFILEA", FIND_METAFILE_PROFILE),
	DROP(113, "SETICMPROFILEW", FIND_METAFILE_PROFILE),
	BITMAP(114, "ALPHABLEND", "llllllllAllffffffcUDll"),
	RANGE(115, "SETLAYOUT", 0, 15),
	BITMAP(116, "TRANSPARENTBLT", "llllllllcllffffffcUDll"),
	PAINT(118, "GRADIENTFILL", emf_take_gradient),
	DROP(119, "SETLINKEDUFIS", FIND_METAFILE_UNKNOWN),
	PLAIN(120, "SETTEXTJUSTIFICATION", "ll"),
	DROP(121, "COLORMATCHTOTARGETW", FIND_METAFILE_PROFILE),
	DROP(122, "CREATECOLORSPACEW", FIND_METAFILE_PROFILE),
};
