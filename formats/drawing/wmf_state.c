/* WMF: the state of the drawing, and escapes. [MS-WMF] 2.3.5, 2.3.6 */
#include "formats/drawing/wmf.h"

int
wmf_take_extent(struct wmf *w)
{
	uint16_t x, y;
	struct reader r = w->m->r;
	int e;

	if ((e = reader_u16le(&r, &y)) != 0 || (e = reader_u16le(&r, &x)) != 0)
		return e;
	if (x == 0 || y == 0)
		return ERR_MALFORMED;
	return meta_copy(w->m, "ss");
}

int
wmf_take_scale(struct wmf *w)
{
	uint16_t v;
	struct reader r = w->m->r;
	int e;

	for (unsigned i = 0; i < 4; i++) {
		if ((e = reader_u16le(&r, &v)) != 0)
			return e;
		if (v == 0)
			return ERR_MALFORMED;
	}
	return meta_copy(w->m, "ssss");
}

int
wmf_take_save(struct wmf *w)
{
	if (w->m->saved == META_SAVED_MAX)
		return ERR_MALFORMED;
	w->m->saved++;
	return 0;
}

/* Back by a negative number, or to the state of that number. */
int
wmf_take_restore(struct wmf *w)
{
	uint16_t n, back;
	int e;

	if ((e = reader_u16le(&w->m->r, &n)) != 0)
		return e;
	if (n == 0)
		return ERR_MALFORMED;
	back =
	    n < 0x8000 ? (uint16_t)(w->m->saved + 1 - n) : (uint16_t)(0u - n);
	if (n < 0x8000 && n > w->m->saved)
		return ERR_MALFORMED;
	if (back > w->m->saved)
		return ERR_MALFORMED;
	w->m->saved -= back;
	return buf_u16le(&w->m->rec, n);
}

/* ---- escapes: [MS-WMF] 2.1.1.17 */

#define ESC_COMMENT 15u
#define COMMENT_AT  10u /* behind the head, the function and the length */

/* Those that do something to a printer, its driver, or the program. */
static const char *
escape_name(uint16_t function)
{
	switch (function) {
	case 9:
		return "SETABORTPROC";
	case 10:
		return "STARTDOC";
	case 19:
		return "PASSTHROUGH";
	case 37:
		return "POSTSCRIPT_DATA";
	case 38:
		return "POSTSCRIPT_IGNORE";
	case 4116:
		return "POSTSCRIPT_INJECTION";
	case 4117:
		return "POSTSCRIPT_IDENTIFY";
	case 4118:
		return "POSTSCRIPT_INJECTION";
	default:
		return "";
	}
}

int
wmf_take_escape(struct wmf *w)
{
	struct reader r = w->m->r;
	uint16_t function;
	int e;

	w->written = true;
	if ((e = reader_u16le(&r, &function)) != 0)
		return e;
	/* Count, then what it is: an EMF in pieces begins with WMFC. */
	if (function == ESC_COMMENT &&
	    reader_has(&w->m->r, COMMENT_AT, "WMFC", 4))
		meta_found(w->m, FIND_METAFILE_NESTED, ACT_REMOVED, "EMF");
	else if (function == ESC_COMMENT)
		meta_found(w->m, FIND_METAFILE_COMMENT, ACT_REMOVED, "");
	else
		meta_found(w->m, FIND_METAFILE_ESCAPE, ACT_REMOVED,
		    escape_name(function));
	return reader_skip(&w->m->r, reader_left(&w->m->r));
}
