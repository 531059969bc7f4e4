#include "formats/png_rows.h"

#include <stdlib.h>
#include <string.h>

enum { NONE, SUB, UP, AVERAGE, PAETH, TYPES };

/* The same results on every machine, twice as fast where AVX2 is there. */
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__)
#define WIDE __attribute__((target_clones("avx2", "default")))
#else
#define WIDE
#endif

static inline uint8_t
paeth(int a, int b, int c)
{
	int pa = abs(b - c), pb = abs(a - c), pc = abs(a + b - c - c);

	return (uint8_t)(pa <= pb && pa <= pc ? a : pb <= pc ? b : c);
}

/* ---- undo; n and above are inlined with a constant pixel size */

static inline void
undo_row(unsigned type, uint8_t *row, const uint8_t *up, size_t n,
    const unsigned bpp)
{
	switch (type) {
	case SUB:
		for (size_t i = bpp; i < n; i++)
			row[i] = (uint8_t)(row[i] + row[i - bpp]);
		break;
	case UP:
		for (size_t i = 0; i < n; i++)
			row[i] = (uint8_t)(row[i] + up[i]);
		break;
	case AVERAGE:
		for (size_t i = 0; i < bpp && i < n; i++)
			row[i] = (uint8_t)(row[i] + up[i] / 2);
		for (size_t i = bpp; i < n; i++)
			row[i] = (uint8_t)(row[i] + (row[i - bpp] + up[i]) / 2);
		break;
	case PAETH:
		for (size_t i = 0; i < bpp && i < n; i++)
			row[i] = (uint8_t)(row[i] + up[i]);
		for (size_t i = bpp; i < n; i++)
			row[i] = (uint8_t)(row[i] + paeth(row[i - bpp], up[i],
							up[i - bpp]));
		break;
	default:
		break;
	}
}

static void
undo_by_size(unsigned type, uint8_t *row, const uint8_t *up, size_t n,
    unsigned bpp)
{
	switch (bpp) {
	case 1:
		undo_row(type, row, up, n, 1);
		break;
	case 3:
		undo_row(type, row, up, n, 3);
		break;
	case 4:
		undo_row(type, row, up, n, 4);
		break;
	default:
		undo_row(type, row, up, n, bpp);
		break;
	}
}

int
png_rows_undo(struct png_rows *p)
{
	uint8_t *row = p->data, *up = NULL;

	for (uint32_t y = 0; y < p->height; y++) {
		unsigned type = row[0];

		if (type >= TYPES)
			return ERR_MALFORMED;
		/* Above the first row all is 0: two filters become others. */
		if (up == NULL && type == UP)
			type = NONE;
		if (up == NULL && type == PAETH)
			type = SUB;
		if (up == NULL && type == AVERAGE)
			for (size_t i = p->pixel_bytes; i < p->row_bytes; i++)
				row[1 + i] =
				    (uint8_t)(row[1 + i] +
					      row[1 + i - p->pixel_bytes] / 2);
		else
			undo_by_size(type, row + 1, up, p->row_bytes,
			    p->pixel_bytes);
		row[0] = 0;
		up = row + 1;
		row += 1 + p->row_bytes;
	}
	return 0;
}

/* ---- choose */

/* Of the values as signed bytes; in this form it becomes one instruction. */
WIDE static uint64_t
weigh(const uint8_t *v, size_t n)
{
	uint64_t sum = 0;

	while (n > 0) {
		size_t some = n < 1u << 16 ? n : 1u << 16;
		uint32_t part = 0;

		for (size_t i = 0; i < some; i++)
			part +=
			    (uint32_t)abs((int)(uint8_t)(v[i] ^ 0x80) - 0x80);
		sum += part;
		v += some;
		n -= some;
	}
	return sum;
}

/* What the filter makes of a row; up is never NULL here. */
WIDE static void
apply(unsigned type, const uint8_t *restrict row, const uint8_t *restrict up,
    size_t n, size_t bpp, uint8_t *restrict to)
{
	size_t head = bpp < n ? bpp : n;

	switch (type) {
	case SUB:
		memcpy(to, row, head);
		for (size_t i = bpp; i < n; i++)
			to[i] = (uint8_t)(row[i] - row[i - bpp]);
		break;
	case UP:
		for (size_t i = 0; i < n; i++)
			to[i] = (uint8_t)(row[i] - up[i]);
		break;
	case AVERAGE:
		for (size_t i = 0; i < head; i++)
			to[i] = (uint8_t)(row[i] - up[i] / 2);
		for (size_t i = bpp; i < n; i++)
			to[i] = (uint8_t)(row[i] - (row[i - bpp] + up[i]) / 2);
		break;
	case PAETH:
		for (size_t i = 0; i < head; i++)
			to[i] = (uint8_t)(row[i] - up[i]);
		for (size_t i = bpp; i < n; i++)
			to[i] = (uint8_t)(row[i] - paeth(row[i - bpp], up[i],
						       up[i - bpp]));
		break;
	default:
		memcpy(to, row, n);
		break;
	}
}

/* The last row first: each needs the one above as it was. */
void
png_rows_filter(struct png_rows *p, bool adaptive, uint8_t *spare)
{
	size_t n = p->row_bytes;
	uint8_t *best = spare, *next = spare + n, *swap;
	uint64_t least, sum;

	for (uint32_t y = p->height; y-- > 0;) {
		uint8_t *row = p->data + (size_t)y * (1 + n);
		const uint8_t *up = y == 0 ? row : row - n;

		row[0] = NONE;
		if (!adaptive)
			continue;
		least = weigh(row + 1, n);
		for (unsigned t = SUB; t < TYPES; t++) {
			/* The first row: left of it is all there is. */
			if (y == 0 && t != SUB)
				continue;
			apply(t, row + 1, up, n, p->pixel_bytes, next);
			if ((sum = weigh(next, n)) >= least)
				continue;
			least = sum;
			row[0] = (uint8_t)t;
			swap = best;
			best = next;
			next = swap;
		}
		if (row[0] != NONE)
			memcpy(row + 1, best, n);
	}
}
