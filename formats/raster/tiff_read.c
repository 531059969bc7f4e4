/*
 * A page of a TIFF as rows: strips and tiles unpacked, bytes in one order
 * (little endian), predictors undone, planes put together.
 */
#include <string.h>

#include "formats/codec/ccitt.h"
#include "formats/raster/tiff_int.h"

#define EXTRA_BYTES 16u

/* One chunk in work. */
struct chunk {
	struct tiff *t;
	struct tiff_page *p;
	struct arena *arena;
	uint8_t *rows, *bytes;	 /* of the page; of the chunk */
	uint8_t *turned;	 /* input with its bits mirrored, or NULL */
	size_t line_bytes;	 /* of the chunk */
	uint32_t lines;		 /* of this chunk */
	uint32_t x, y;		 /* of the chunk in the page: pixels, lines */
	uint16_t samples, plane; /* in a line; which */
};

/* ---- unpacking */

/*
 * Bytes behind what was packed. Ends of blocks and filling are short; and
 * without sizes a strip reaches to the end of the file.
 */
static void
note_extra(struct chunk *c, size_t n)
{
	bool sized =
	    c->p->v[T_STRIP_BYTES].count > 0 || c->p->v[T_TILE_BYTES].count > 0;

	if (n >= EXTRA_BYTES && sized)
		c->p->extra++;
}

static int
unpack_fax(struct chunk *c, const struct reader *in, size_t *made)
{
	const struct tiff_page *p = c->p;
	uint64_t two_d = tiff_number_or(c->t, &p->v[T_T4_OPTIONS], 0) & 1;
	const struct ccitt_params params = {
		.k = p->compression == TIFF_FAX4		 ? -1
		     : p->compression == TIFF_FAX3 && two_d != 0 ? 1
								 : 0,
		.byte_align = p->compression == TIFF_FAX_RLE ||
			      p->compression == TIFF_FAX_RLEW,
		.word_align = p->compression == TIFF_FAX_RLEW,
		.black_is_1 = true,
		.low_bit_first = p->low_bit_first,
		.size_taken = true,
		.columns = p->chunk_w,
		.rows = c->lines,
		.damaged_max = UINT32_MAX,
	};
	struct ccitt_result res;
	struct buf out;
	int e;

	buf_init(&out, c->line_bytes * c->lines);
	e = ccitt_decode(c->t->d, in, &params, &out, &res);
	if (e == 0) {
		memcpy(c->bytes, out.data, out.len);
		*made = out.len;
		c->p->damaged += res.damaged + res.missing;
		note_extra(c, res.left);
	}
	buf_done(&out);
	/* No row at all: as a chunk that is not there. */
	if (e == ERR_MALFORMED || e == ERR_TRUNCATED) {
		doc_forgive(c->t->d);
		return 0;
	}
	return e;
}

static uint8_t
mirror(uint8_t c)
{
	unsigned v = c;

	v = (v & 0xf0) >> 4 | (v & 0x0f) << 4;
	v = (v & 0xcc) >> 2 | (v & 0x33) << 2;
	return (uint8_t)((v & 0xaa) >> 1 | (v & 0x55) << 1);
}

/* FillOrder 2 means the packed bytes, whatever the compression. */
static int
turn(struct chunk *c, struct reader *in)
{
	const uint8_t *from;
	size_t n = reader_left(in);
	int e;

	if ((c->turned = arena_alloc(c->arena, n)) == NULL)
		return ERR_NOMEM;
	if ((e = reader_bytes(in, n, &from)) != 0)
		return e;
	for (size_t i = 0; i < n; i++)
		c->turned[i] = mirror(from[i]);
	reader_init(in, c->turned, n);
	return 0;
}

static size_t
copy_plain(struct reader *in, uint8_t *out, size_t n)
{
	const uint8_t *from;

	if (n > reader_left(in))
		n = reader_left(in);
	if (reader_bytes(in, n, &from) != 0)
		return 0;
	memcpy(out, from, n);
	return n;
}

static int
unpack(struct chunk *c, struct reader in, size_t *made)
{
	size_t n = c->line_bytes * c->lines;
	uint16_t how = c->p->compression;
	int e;

	if (how == TIFF_FAX_RLE || how == TIFF_FAX_RLEW || how == TIFF_FAX3 ||
	    how == TIFF_FAX4)
		return unpack_fax(c, &in, made);
	if (c->p->low_bit_first && (e = turn(c, &in)) != 0)
		return e;
	if (how == TIFF_LZW)
		*made = tiff_unpack_lzw(&in, c->bytes, n);
	else if (how == TIFF_PACKBITS)
		*made = tiff_unpack_packbits(&in, c->bytes, n);
	else if (how == TIFF_PLAIN)
		*made = copy_plain(&in, c->bytes, n);
	else
		*made = tiff_unpack_deflate(&in, c->bytes, n);
	note_extra(c, reader_left(&in));
	arena_free(c->arena, c->turned);
	c->turned = NULL;
	return 0;
}

/* ---- numbers */

static void
swap_bytes(const struct chunk *c)
{
	size_t size = c->p->bits / 8u, n = c->line_bytes * c->lines;
	uint8_t v;

	if (!c->t->big_endian || c->p->bits % 8 != 0 || size < 2 ||
	    c->p->predictor == 3)
		return;
	for (size_t at = 0; size <= n - at; at += size)
		for (size_t i = 0; i < size / 2; i++) {
			v = c->bytes[at + i];
			c->bytes[at + i] = c->bytes[at + size - 1 - i];
			c->bytes[at + size - 1 - i] = v;
		}
}

/* Little-endian numbers of size bytes; each is the difference to the one a
 * pixel before. */
static void
add_up(const struct chunk *c, uint8_t *line)
{
	size_t size = c->p->bits / 8u, step = size * c->samples;
	unsigned sum;

	for (size_t at = step; at < c->line_bytes; at += size) {
		sum = 0;
		for (size_t i = 0; i < size && at + i < c->line_bytes; i++) {
			sum += line[at + i] + line[at + i - step];
			line[at + i] = (uint8_t)sum;
			sum >>= 8;
		}
	}
}

/* Floating point (TIFF technote 3): first all highest bytes, and so on. */
static void
gather(const struct chunk *c, uint8_t *line, uint8_t *spare)
{
	size_t size = c->p->bits / 8u, n = c->line_bytes / size;

	for (size_t i = c->samples; i < c->line_bytes; i++)
		line[i] = (uint8_t)(line[i] + line[i - c->samples]);
	memcpy(spare, line, c->line_bytes);
	for (size_t i = 0; i < n; i++)
		for (size_t b = 0; b < size; b++)
			line[i * size + b] = spare[(size - 1 - b) * n + i];
}

static int
undo_predictor(const struct chunk *c)
{
	uint8_t *spare, *line = c->bytes;

	if (c->p->predictor == 1)
		return 0;
	if ((spare = arena_alloc(c->arena, c->line_bytes)) == NULL)
		return ERR_NOMEM;
	for (uint32_t y = 0; y < c->lines; y++, line += c->line_bytes)
		if (c->p->predictor == 2)
			add_up(c, line);
		else
			gather(c, line, spare);
	arena_free(c->arena, spare);
	return 0;
}

/* ---- into the page */

static void
place_chunky(const struct chunk *c)
{
	const struct tiff_page *p = c->p;
	size_t at = (size_t)c->x * p->bits * p->samples / 8,
	       n = p->line_bytes - at;
	const uint8_t *from = c->bytes;

	n = n < c->line_bytes ? n : c->line_bytes;
	for (uint32_t y = c->y; y < p->lines && y - c->y < c->lines; y++) {
		memcpy(c->rows + y * p->line_bytes + at, from, n);
		from += c->line_bytes;
	}
}

static void
place_plane(const struct chunk *c)
{
	const struct tiff_page *p = c->p;
	size_t size = p->bits / 8u, pixel = size * p->samples;
	const uint8_t *from = c->bytes;
	uint8_t *to;
	uint32_t n = p->width - c->x;

	n = n < p->chunk_w ? n : p->chunk_w;
	for (uint32_t y = c->y; y < p->lines && y - c->y < c->lines; y++) {
		to = c->rows + y * p->line_bytes + c->x * pixel +
		     c->plane * size;
		for (uint32_t x = 0; x < n; x++, to += pixel)
			memcpy(to, from + x * size, size);
		from += c->line_bytes;
	}
}

static int
read_chunk(struct chunk *c, uint32_t i)
{
	struct tiff_page *p = c->p;
	uint32_t in_plane = p->across * p->down, k = i % in_plane,
		 high = p->chunk_h / p->sub_v +
			(p->chunk_h % p->sub_v != 0 ? 1 : 0);
	struct reader in;
	size_t made = 0;
	int e = 0;

	c->plane = (uint16_t)(i / in_plane);
	c->x = k % p->across * p->chunk_w;
	c->y = k / p->across * high;
	c->lines = !p->tiled && p->lines - c->y < high ? p->lines - c->y : high;
	memset(c->bytes, 0, c->line_bytes * c->lines);
	if (tiff_chunk(c->t, p, i, &in) == 0)
		e = unpack(c, in, &made);
	if (e != 0)
		return e;
	if (made < c->line_bytes * c->lines)
		p->damaged++;
	swap_bytes(c);
	if ((e = undo_predictor(c)) != 0)
		return e;
	if (p->separate)
		place_plane(c);
	else
		place_chunky(c);
	return 0;
}

static size_t
chunk_line_bytes(const struct tiff_page *p)
{
	uint64_t bits = p->bits;

	if (!p->tiled && !p->separate)
		return p->line_bytes;
	bits *= p->separate ? 1u : p->samples;
	return (size_t)((bits * p->chunk_w + 7) / 8);
}

int
tiff_read_rows(struct tiff *t, struct tiff_page *p, struct arena *a,
    uint8_t **rows)
{
	struct chunk c = { .t = t,
		.p = p,
		.arena = a,
		.line_bytes = chunk_line_bytes(p),
		.samples = p->separate ? 1 : p->samples };
	size_t whole, part;
	int e = 0;

	if (__builtin_mul_overflow(p->line_bytes, p->lines, &whole) ||
	    __builtin_mul_overflow(c.line_bytes, p->chunk_h, &part))
		return doc_fail(t->d, ERR_LIMIT, "%s is too large", p->where);
	c.rows = arena_alloc(a, whole);
	c.bytes = arena_alloc(a, part);
	if (c.rows == NULL || c.bytes == NULL)
		return ERR_NOMEM;
	for (uint32_t i = 0; i < p->n_chunks && e == 0; i++)
		e = read_chunk(&c, i);
	arena_free(a, c.bytes);
	*rows = c.rows;
	return e;
}
