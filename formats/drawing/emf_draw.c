/* EMF: lines, polygons, regions, gradients. [MS-EMF] 2.3.5 */
#include "formats/drawing/emf.h"

#define RECT	"llll"
#define POINT32 8u
#define POINT16 4u

/* Bounds, count, points. */
static int
take_points(struct emf *e, uint32_t bytes)
{
	uint32_t n;
	int err;

	if ((err = meta_copy(e->m, RECT)) != 0 ||
	    (err = meta_copy_u32(e->m, 0, UINT32_MAX, &n)) != 0)
		return err;
	return meta_copy_many(e->m, n, bytes);
}

int
emf_take_points32(struct emf *e)
{
	return take_points(e, POINT32);
}

int
emf_take_points16(struct emf *e)
{
	return take_points(e, POINT16);
}

/* The numbers of points of n polygons; the sum must be right. */
static int
take_counts(struct emf *e, uint32_t n, uint32_t total)
{
	uint64_t sum = 0;
	uint32_t v;
	int err;

	for (uint32_t i = 0; i < n; i++) {
		if ((err = meta_copy_u32(e->m, 0, UINT32_MAX, &v)) != 0)
			return err;
		sum += v;
	}
	return sum == total ? 0 : ERR_MALFORMED;
}

static int
take_poly_poly(struct emf *e, uint32_t bytes)
{
	uint32_t n, total;
	int err;

	if ((err = meta_copy(e->m, RECT)) != 0 ||
	    (err = meta_copy_u32(e->m, 0, UINT32_MAX, &n)) != 0 ||
	    (err = meta_copy_u32(e->m, 0, UINT32_MAX, &total)) != 0 ||
	    (err = take_counts(e, n, total)) != 0)
		return err;
	return meta_copy_many(e->m, total, bytes);
}

int
emf_take_poly_poly32(struct emf *e)
{
	return take_poly_poly(e, POINT32);
}

int
emf_take_poly_poly16(struct emf *e)
{
	return take_poly_poly(e, POINT16);
}

/* Points, then what each is: line, curve, move, and the end of a figure. */
static int
take_poly_draw(struct emf *e, uint32_t bytes)
{
	uint32_t n;
	uint8_t kind;
	int err;

	if ((err = meta_copy(e->m, RECT)) != 0 ||
	    (err = meta_copy_u32(e->m, 0, UINT32_MAX, &n)) != 0 ||
	    (err = meta_copy_many(e->m, n, bytes)) != 0)
		return err;
	for (uint32_t i = 0; i < n; i++) {
		if ((err = reader_u8(&e->m->r, &kind)) != 0)
			return err;
		if (kind == 0 || kind > 7)
			return ERR_MALFORMED;
		if ((err = buf_u8(&e->m->rec, kind)) != 0)
			return err;
	}
	return 0;
}

int
emf_take_poly_draw32(struct emf *e)
{
	return take_poly_draw(e, POINT32);
}

int
emf_take_poly_draw16(struct emf *e)
{
	return take_poly_draw(e, POINT16);
}

/* ---- regions: RegionData, [MS-EMF] 2.2.24 */

#define REGION_HEAD 32u
#define RECT_BYTES  16u

/* Said are the bytes that the record gives it; what is written is exact. */
static int
take_region_data(struct emf *e, uint32_t said)
{
	uint32_t n, bytes;
	struct reader r;
	int err;

	if ((err = reader_sub(&e->m->r, said, &r)) != 0 ||
	    (err = reader_skip(&r, 8)) != 0 ||
	    (err = reader_u32le(&r, &n)) != 0 ||
	    (err = reader_skip(&r, 4)) != 0)
		return err;
	if (__builtin_mul_overflow(n, RECT_BYTES, &bytes))
		return ERR_MALFORMED;
	if ((err = buf_u32le(&e->m->rec, REGION_HEAD)) != 0 ||
	    (err = buf_u32le(&e->m->rec, 1)) != 0 ||
	    (err = buf_u32le(&e->m->rec, n)) != 0 ||
	    (err = buf_u32le(&e->m->rec, bytes)) != 0 ||
	    (err = meta_copy_from(e->m, &r, 1, RECT_BYTES)) != 0)
		return err;
	return meta_copy_from(e->m, &r, n, RECT_BYTES);
}

/* The number of rectangles at the cursor becomes the size that is written. */
static int
put_region_size(struct emf *e, size_t data_off)
{
	struct reader r = e->m->r;
	uint32_t n, bytes;
	int err;

	if ((err = reader_skip(&r, data_off)) != 0 ||
	    (err = reader_skip(&r, 8)) != 0 ||
	    (err = reader_u32le(&r, &n)) != 0)
		return err;
	if (__builtin_mul_overflow(n, RECT_BYTES, &bytes) ||
	    __builtin_add_overflow(bytes, REGION_HEAD, &bytes))
		return ERR_MALFORMED;
	return buf_u32le(&e->m->rec, bytes);
}

int
emf_take_region(struct emf *e)
{
	uint32_t said;
	int err;

	if ((err = meta_copy(e->m, RECT)) != 0 ||
	    (err = reader_u32le(&e->m->r, &said)) != 0 ||
	    (err = put_region_size(e, 0)) != 0)
		return err;
	return take_region_data(e, said);
}

int
emf_take_fill_region(struct emf *e)
{
	uint32_t said;
	int err;

	if ((err = meta_copy(e->m, RECT)) != 0 ||
	    (err = reader_u32le(&e->m->r, &said)) != 0 ||
	    (err = put_region_size(e, 4)) != 0 ||
	    (err = emf_use_handle(e, OBJ_BRUSH)) != 0)
		return err;
	return take_region_data(e, said);
}

int
emf_take_frame_region(struct emf *e)
{
	uint32_t said;
	int err;

	if ((err = meta_copy(e->m, RECT)) != 0 ||
	    (err = reader_u32le(&e->m->r, &said)) != 0 ||
	    (err = put_region_size(e, 12)) != 0 ||
	    (err = emf_use_handle(e, OBJ_BRUSH)) != 0 ||
	    (err = meta_copy(e->m, "ll")) != 0)
		return err;
	return take_region_data(e, said);
}

/* Without data a copy means: no clipping any more. */
int
emf_take_clip_region(struct emf *e)
{
	uint32_t said;
	int err;

	if ((err = reader_u32le(&e->m->r, &said)) != 0)
		return err;
	if (said == 0) {
		if ((err = buf_u32le(&e->m->rec, 0)) != 0)
			return err;
		return meta_copy_u32(e->m, 5, 5, NULL);
	}
	if ((err = put_region_size(e, 4)) != 0 ||
	    (err = meta_copy_u32(e->m, 1, 5, NULL)) != 0)
		return err;
	return take_region_data(e, said);
}

/* ---- gradients */

static int
take_corners(struct emf *e, uint32_t n, uint32_t corners, uint32_t n_points)
{
	int err;

	for (uint32_t i = 0; i < n; i++)
		for (uint32_t k = 0; k < corners; k++)
			if ((err = meta_copy_u32(e->m, 0, n_points - 1,
				 NULL)) != 0)
				return err;
	return 0;
}

/* Bounds, numbers, mode, corners with colours, which corners make a shape. */
int
emf_take_gradient(struct emf *e)
{
	uint32_t n_points, n, mode;
	int err;

	if ((err = meta_copy(e->m, RECT)) != 0 ||
	    (err = meta_copy_u32(e->m, 1, UINT32_MAX, &n_points)) != 0 ||
	    (err = meta_copy_u32(e->m, 0, UINT32_MAX, &n)) != 0 ||
	    (err = meta_copy_u32(e->m, 0, 2, &mode)) != 0 ||
	    (err = meta_copy_many(e->m, n_points, 16)) != 0 ||
	    (err = take_corners(e, n, mode == 2 ? 3 : 2, n_points)) != 0)
		return err;
	/* Shapes of two corners take the room of three. */
	for (uint32_t i = 0; mode != 2 && i < n; i++)
		if ((err = buf_u32le(&e->m->rec, 0)) != 0)
			return err;
	return 0;
}
