/* WMF: polygons and text. [MS-WMF] 2.3.3 */
#include "formats/drawing/wmf.h"

int
wmf_take_points(struct wmf *w)
{
	uint16_t n;
	int e = meta_copy_u16(w->m, 0, INT16_MAX, &n);

	return e != 0 ? e : meta_copy_many(w->m, n, 4);
}

/* How many polygons, how many points each has, all points. */
int
wmf_take_poly_poly(struct wmf *w)
{
	uint32_t total = 0;
	uint16_t n, points;
	int e;

	if ((e = meta_copy_u16(w->m, 0, UINT16_MAX, &n)) != 0)
		return e;
	for (uint32_t i = 0; i < n; i++) {
		if ((e = meta_copy_u16(w->m, 0, UINT16_MAX, &points)) != 0)
			return e;
		total += points;
	}
	return meta_copy_many(w->m, total, 4);
}

int
wmf_take_flood(struct wmf *w)
{
	int e = meta_copy_u16(w->m, 0, 1, NULL);

	return e != 0 ? e : meta_copy(w->m, "css");
}

/* ---- text: bytes in the charset of the font */

static int
copy_string(struct wmf *w, uint16_t n)
{
	int e;

	if ((e = meta_copy_many(w->m, n, 1)) != 0 || n % 2 == 0)
		return e;
	if (reader_left(&w->m->r) > 0 && (e = reader_skip(&w->m->r, 1)) != 0)
		return e;
	return buf_u8(&w->m->rec, 0);
}

int
wmf_take_text(struct wmf *w)
{
	uint16_t n;
	int e;

	if ((e = meta_copy_u16(w->m, 0, INT16_MAX, &n)) != 0 ||
	    (e = copy_string(w, n)) != 0)
		return e;
	return meta_copy(w->m, "ss");
}

#define OPT_RECT  0x0006u /* filled or clipped: with a rectangle */
#define OPT_PDY	  0x2000u
#define OPT_KNOWN 0x2c96u

/* The widths of all characters, or none at all. */
static int
copy_widths(struct wmf *w, uint16_t n, uint16_t options)
{
	uint32_t many = n, bytes = options & OPT_PDY ? 4 : 2;

	if (reader_left(&w->m->r) / bytes >= many)
		return meta_copy_many(w->m, many, bytes);
	return reader_skip(&w->m->r, reader_left(&w->m->r));
}

/* Bytes of rectangle, string and pairs of widths. */
static size_t
pairs_end(uint16_t n, uint16_t options)
{
	return (options & OPT_RECT ? 8u : 0u) + (size_t)n + n % 2 +
	       (size_t)n * 4;
}

int
wmf_take_ext_text(struct wmf *w)
{
	uint16_t n, options;
	int e;

	if ((e = meta_copy(w->m, "ss")) != 0 ||
	    (e = meta_copy_u16(w->m, 0, INT16_MAX, &n)) != 0 ||
	    (e = reader_u16le(&w->m->r, &options)) != 0)
		return e;
	options &= OPT_KNOWN;
	if (reader_left(&w->m->r) < pairs_end(n, options))
		options &= (uint16_t)~OPT_PDY;
	if ((e = buf_u16le(&w->m->rec, options)) != 0 ||
	    ((options & OPT_RECT) != 0 && (e = meta_copy(w->m, "ssss")) != 0) ||
	    (e = copy_string(w, n)) != 0)
		return e;
	return copy_widths(w, n, options);
}
