/* The headers of JPEG 2000 (ITU-T T.800, annexes A and I); see jpx_int.h. */
#include "formats/codec/jpx.h"
#include "formats/codec/jpx_int.h"

#include "formats/image.h"

#define TILES_MAX   16384u
#define BOXES_MAX   4096u
#define DEPTH_MAX   16u
#define MARK_COD    0xff52u
#define MARK_SOT    0xff90u
#define SPACING_MAX 4u

static uint64_t
div_up(uint64_t a, uint64_t b)
{
	return (a + b - 1) / b;
}

/* To the contents of the first jp2c box. */
static int
find_codestream(struct doc *d, struct reader *in)
{
	uint32_t n, type;
	uint64_t big;

	for (unsigned i = 0; i < BOXES_MAX; i++) {
		if (reader_u32be(in, &n) != 0 || reader_u32be(in, &type) != 0)
			return doc_fail(d, ERR_TRUNCATED,
			    "JPEG 2000: no codestream");
		big = n;
		if (n == 1 && reader_u64be(in, &big) != 0)
			return doc_fail(d, ERR_TRUNCATED, "a box cut short");
		if (type == 0x6a703263) /* jp2c */
			return 0;
		if (big < (n == 1 ? 16u : 8u))
			return doc_fail(d, ERR_MALFORMED, "a box of %llu bytes",
			    (unsigned long long)big);
		if (reader_skip(in, (size_t)(big - (n == 1 ? 16 : 8))) != 0)
			return doc_fail(d, ERR_TRUNCATED, "a box cut short");
	}
	return doc_fail(d, ERR_LIMIT, "more than %u boxes", BOXES_MAX);
}

static int
get_siz(struct reader *in, struct jpx_siz *s)
{
	uint32_t *fields[] = { &s->x1, &s->y1, &s->x0, &s->y0, &s->tile_w,
		&s->tile_h, &s->tile_x0, &s->tile_y0 };
	uint16_t length, rsiz;
	int e;

	if (!reader_has(in, reader_pos(in), "\xff\x4f\xff\x51", 4))
		return ERR_MALFORMED;
	if ((e = reader_skip(in, 4)) != 0 ||
	    (e = reader_u16be(in, &length)) != 0 ||
	    (e = reader_u16be(in, &rsiz)) != 0)
		return e;
	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
		if ((e = reader_u32be(in, fields[i])) != 0)
			return e;
	if ((e = reader_u16be(in, &s->n)) != 0)
		return e;
	return length == 38 + 3u * s->n ? 0 : ERR_MALFORMED;
}

static int
check_components(struct doc *d, struct reader *in, struct jpx_siz *s)
{
	uint8_t depth, dx, dy;
	unsigned n = s->n;

	s->dx = s->dy = SPACING_MAX;
	if (n < 1 || n > JPX_CHANNELS_MAX)
		return doc_fail(d, ERR_UNSUPPORTED, "%u components", n);
	for (unsigned i = 0; i < n; i++) {
		if (reader_u8(in, &depth) != 0 || reader_u8(in, &dx) != 0 ||
		    reader_u8(in, &dy) != 0)
			return doc_fail(d, ERR_TRUNCATED, "SIZ cut short");
		if ((depth & 0x7f) + 1u > DEPTH_MAX)
			return doc_fail(d, ERR_UNSUPPORTED, "%u bits a sample",
			    (depth & 0x7f) + 1u);
		if (dx < 1 || dx > SPACING_MAX || dy < 1 || dy > SPACING_MAX)
			return doc_fail(d, ERR_UNSUPPORTED,
			    "component spacing %u x %u", dx, dy);
		s->dx = dx < s->dx ? dx : s->dx;
		s->dy = dy < s->dy ? dy : s->dy;
	}
	return 0;
}

static int
check_tiles(struct doc *d, const struct jpx_siz *s, uint64_t *tile_px)
{
	uint64_t w, h, across, down;

	if (s->x1 <= s->x0 || s->y1 <= s->y0 || s->tile_w == 0 ||
	    s->tile_h == 0 || s->tile_x0 > s->x0 || s->tile_y0 > s->y0)
		return doc_fail(d, ERR_MALFORMED, "impossible sizes in SIZ");
	across = div_up(s->x1 - (uint64_t)s->tile_x0, s->tile_w);
	down = div_up(s->y1 - (uint64_t)s->tile_y0, s->tile_h);
	if (across > TILES_MAX || down > TILES_MAX || across * down > TILES_MAX)
		return doc_fail(d, ERR_LIMIT, "more than %u tiles", TILES_MAX);
	w = s->x1 - s->x0 < s->tile_w ? s->x1 - s->x0 : s->tile_w;
	h = s->y1 - s->y0 < s->tile_h ? s->y1 - s->y0 : s->tile_h;
	*tile_px = w * h;
	return 0;
}

int
jpx_head_read(struct doc *d, const struct reader *whole, struct jpx_head *h)
{
	struct reader in = *whole, code;
	struct jpx_siz s = { 0 };
	uint64_t tile_px = 0, more = 0;
	int e;

	h->is_jp2 = reader_has(whole, 4, "jP  \r\n\x87\n", 8);
	if ((e = reader_seek(&in, 0)) != 0 ||
	    (h->is_jp2 && (e = find_codestream(d, &in)) != 0))
		return e;
	code = in;
	if ((e = get_siz(&in, &s)) != 0)
		return doc_fail(d, e, "JPEG 2000: no picture header");
	if ((e = check_components(d, &in, &s)) != 0)
		return e;
	if (s.x1 <= s.x0 || s.y1 <= s.y0)
		return doc_fail(d, ERR_MALFORMED, "a picture without pixels");
	h->width = s.x1 - s.x0;
	h->height = s.y1 - s.y0;
	h->n_components = s.n;
	if ((e = image_take_size(d, h->width, h->height)) != 0 ||
	    (e = check_tiles(d, &s, &tile_px)) != 0 ||
	    (e = reader_sub(&code, reader_left(&code), &in)) != 0 ||
	    (e = jpx_work(d, &in, &s, &more)) != 0)
		return e;
	/* 32 bits a sample, of the picture and of the tile in work. */
	h->memory =
	    ((uint64_t)h->width * h->height + tile_px / 4) * s.n * 4 + more;
	return 0;
}

bool
jpx_is_lossy(const struct reader *jpx)
{
	struct reader r = *jpx, seg;
	uint16_t mark, len;
	uint8_t wavelet;
	size_t at;

	if (reader_find(&r, 0, "\xff\x4f\xff\x51", 4, &at) != 0 ||
	    reader_seek(&r, at + 2) != 0)
		return false;
	for (;;) {
		if (reader_u16be(&r, &mark) != 0 || mark == MARK_SOT ||
		    reader_u16be(&r, &len) != 0 || len < 2 ||
		    reader_sub(&r, (size_t)len - 2, &seg) != 0)
			return false;
		if (mark == MARK_COD)
			return reader_skip(&seg, 9) == 0 &&
			       reader_u8(&seg, &wavelet) == 0 && wavelet == 0;
	}
}
