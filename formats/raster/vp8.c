/*
 * See vp8.h. Section numbers are those of RFC 6386. Each bit() reads a symbol
 * and writes it again; so the code below is a parser that echoes.
 */
#include "formats/raster/vp8.h"

#include <string.h>

#include "formats/raster/boolcode.h"
#include "formats/raster/vp8_tables.h"

#define HEADER_BYTES 10u
#define PARTS_MAX    8u
#define FIRST_MAX    0x7ffffu /* 19 bits */
#define PAST_MAX     16u      /* bytes behind an end: it is missing */
#define REST_MAX     8u
#define HALF	     128u
#define TYPES	     4u
#define BANDS	     8u
#define CONTEXTS     3u
#define NODES	     11u
#define PROBS	     (TYPES * BANDS * CONTEXTS * NODES)
#define MODES	     10u

enum { M_DC, M_TM, M_VE, M_HE, M_RD, M_VR, M_LD, M_VL, M_HD, M_HU };

enum { T_Y_AFTER_Y2, T_Y2, T_CHROMA, T_Y_WITH_DC }; /* 13.3 */

/* A stream that is read and the one it goes to. */
struct echo {
	struct bool_reader in;
	struct bool_writer out;
};

/* What is known of the blocks above and to the left: 0 or 1 each. */
struct edge {
	uint8_t y[4], u[2], v[2], y2;
};

struct vp8 {
	struct doc *d;
	uint32_t width, height, columns, rows;
	uint8_t profile;
	struct echo head;		  /* the first partition */
	struct bool_reader in[PARTS_MAX]; /* tokens */
	unsigned n_parts;
	struct bool_writer out; /* all tokens */
	struct buf head_bytes, token_bytes;
	uint8_t probs[PROBS];
	uint8_t segment_probs[3];
	bool has_map, has_skip;
	unsigned skip_prob;
	uint8_t *above_modes; /* four for each column */
	uint8_t left_modes[4];
	struct edge *above, left;
};

static const uint8_t coefficient_probs[PROBS] = { VP8_COEFFICIENTS };
static const uint8_t update_probs[PROBS] = { VP8_UPDATES };
static const uint8_t mode_probs[MODES * MODES * (MODES - 1)] = { VP8_MODES };

static unsigned
bit(struct echo *e, unsigned prob)
{
	unsigned b = bool_get(&e->in, prob);

	bool_put(&e->out, prob, b);
	return b;
}

static unsigned
literal(struct echo *e, unsigned n)
{
	unsigned v = 0;

	while (n-- > 0)
		v = v << 1 | bit(e, HALF);
	return v;
}

/* A flag, then perhaps a magnitude and its sign. */
static void
optional(struct echo *e, unsigned n)
{
	if (bit(e, HALF) == 0)
		return;
	(void)literal(e, n);
	(void)bit(e, HALF);
}

/* ---- the frame header (9.2 to 9.11) */

/* 9.3 */
static void
echo_segments(struct vp8 *v)
{
	struct echo *e = &v->head;

	memset(v->segment_probs, 255, sizeof(v->segment_probs));
	if (bit(e, HALF) == 0)
		return;
	v->has_map = bit(e, HALF) != 0;
	if (bit(e, HALF) != 0) {
		(void)bit(e, HALF);
		for (unsigned i = 0; i < 4; i++)
			optional(e, 7);
		for (unsigned i = 0; i < 4; i++)
			optional(e, 6);
	}
	for (unsigned i = 0; v->has_map && i < 3; i++)
		if (bit(e, HALF) != 0)
			v->segment_probs[i] = (uint8_t)literal(e, 8);
}

/* 9.6 */
static void
echo_filter(struct vp8 *v)
{
	struct echo *e = &v->head;

	(void)literal(e, 1 + 6 + 3);
	if (bit(e, HALF) == 0 || bit(e, HALF) == 0)
		return;
	for (unsigned i = 0; i < 8; i++)
		optional(e, 6);
}

/* 9.5: read, but always written as one partition. */
static int
take_partitions(struct vp8 *v, const struct reader *tokens)
{
	struct reader sizes = *tokens, r = *tokens, part;
	uint8_t a, b, c;
	unsigned n = 0;
	size_t len;
	int e;

	for (unsigned i = 0; i < 2; i++)
		n = n << 1 | bool_get(&v->head.in, HALF);
	bool_put(&v->head.out, HALF, 0);
	bool_put(&v->head.out, HALF, 0);
	v->n_parts = 1u << n;
	if ((e = reader_skip(&r, (size_t)(v->n_parts - 1) * 3)) != 0)
		return e;
	for (unsigned i = 0; i < v->n_parts; i++) {
		len = reader_left(&r);
		if (i + 1 < v->n_parts) {
			if ((e = reader_u8(&sizes, &a)) != 0 ||
			    (e = reader_u8(&sizes, &b)) != 0 ||
			    (e = reader_u8(&sizes, &c)) != 0)
				return e;
			len = a | (size_t)b << 8 | (size_t)c << 16;
		}
		if ((e = reader_sub(&r, len, &part)) != 0)
			return e;
		bool_reader_init(&v->in[i], &part);
	}
	return 0;
}

/* 9.6, 9.10, 9.11, 13.4 */
static void
echo_rest(struct vp8 *v)
{
	struct echo *e = &v->head;

	(void)literal(e, 7);
	for (unsigned i = 0; i < 5; i++)
		optional(e, 4);
	/* Whether the probabilities stay for later frames: there are none. */
	(void)bool_get(&e->in, HALF);
	bool_put(&e->out, HALF, 0);
	for (unsigned i = 0; i < PROBS; i++)
		v->probs[i] = bit(e, update_probs[i]) != 0
				  ? (uint8_t)literal(e, 8)
				  : coefficient_probs[i];
	v->has_skip = bit(e, HALF) != 0;
	if (v->has_skip)
		v->skip_prob = literal(e, 8);
}

/* ---- modes of a macroblock (10, 11, 19.3) */

static uint8_t
echo_small_mode(struct echo *e, const uint8_t *p)
{
	if (bit(e, p[0]) == 0)
		return M_DC;
	if (bit(e, p[1]) == 0)
		return M_TM;
	if (bit(e, p[2]) == 0)
		return M_VE;
	if (bit(e, p[3]) == 0) {
		if (bit(e, p[4]) == 0)
			return M_HE;
		return bit(e, p[5]) == 0 ? M_RD : M_VR;
	}
	if (bit(e, p[6]) == 0)
		return M_LD;
	if (bit(e, p[7]) == 0)
		return M_VL;
	return bit(e, p[8]) == 0 ? M_HD : M_HU;
}

static void
echo_small_modes(struct vp8 *v, uint8_t *above)
{
	uint8_t m;

	for (unsigned y = 0; y < 4; y++) {
		m = v->left_modes[y];
		for (unsigned x = 0; x < 4; x++) {
			m = echo_small_mode(&v->head,
			    mode_probs + (above[x] * MODES + m) * (MODES - 1));
			above[x] = m;
		}
		v->left_modes[y] = m;
	}
}

static uint8_t
echo_large_mode(struct echo *e)
{
	if (bit(e, 156) != 0)
		return bit(e, 128) != 0 ? M_TM : M_HE;
	return bit(e, 163) != 0 ? M_VE : M_DC;
}

/* Of one macroblock: is it in small blocks, and has it no tokens? */
static void
echo_modes(struct vp8 *v, uint32_t column, bool *small, bool *skip)
{
	uint8_t *above = v->above_modes + (size_t)column * 4, m;
	struct echo *e = &v->head;

	if (v->has_map)
		(void)bit(e, v->segment_probs[bit(e, v->segment_probs[0]) + 1]);
	*skip = v->has_skip && bit(e, v->skip_prob) != 0;
	*small = bit(e, 145) == 0;
	if (*small) {
		echo_small_modes(v, above);
	} else {
		m = echo_large_mode(e);
		memset(above, m, 4);
		memset(v->left_modes, m, 4);
	}
	if (bit(e, 142) != 0 && bit(e, 114) != 0)
		(void)bit(e, 183);
}

/* ---- coefficient tokens (13) */

/* A value of two or more, without its sign (13.2). */
static void
echo_large(struct echo *e, const uint8_t *p)
{
	static const uint8_t c3[] = { 173, 148, 140, 0 },
			     c4[] = { 176, 155, 140, 135, 0 },
			     c5[] = { 180, 157, 141, 134, 130, 0 },
			     c6[] = { 254, 254, 243, 230, 196, 177, 153, 140,
				     133, 130, 129, 0 };
	static const uint8_t *const extra[] = { c3, c4, c5, c6 };
	unsigned high;

	if (bit(e, p[3]) == 0) {
		if (bit(e, p[4]) != 0)
			(void)bit(e, p[5]);
		return;
	}
	if (bit(e, p[6]) == 0) {
		if (bit(e, p[7]) == 0) {
			(void)bit(e, 159);
			return;
		}
		(void)bit(e, 165);
		(void)bit(e, 145);
		return;
	}
	high = bit(e, p[8]);
	high = 2 * high + bit(e, p[9 + high]);
	for (const uint8_t *x = extra[high]; *x != 0; x++)
		(void)bit(e, *x);
}

static const uint8_t *
probs_of(const uint8_t *type, unsigned n, unsigned context)
{
	static const uint8_t bands[17] = { 0, 1, 2, 3, 6, 4, 5, 6, 6, 6, 6, 6,
		6, 6, 6, 7, 0 };

	return type + (bands[n] * CONTEXTS + context) * NODES;
}

/* One block; the position behind its last token. */
static unsigned
echo_block(struct echo *e, const uint8_t *type, unsigned context, unsigned n)
{
	const uint8_t *p = probs_of(type, n, context);

	for (; n < 16; n++) {
		if (bit(e, p[0]) == 0)
			return n;
		while (bit(e, p[1]) == 0) {
			if (++n == 16)
				return 16;
			p = probs_of(type, n, 0);
		}
		if (bit(e, p[2]) == 0) {
			p = probs_of(type, n + 1, 1);
		} else {
			echo_large(e, p);
			p = probs_of(type, n + 1, 2);
		}
		(void)bit(e, HALF);
	}
	return 16;
}

static void
echo_plane(struct echo *e, const uint8_t *type, unsigned side, unsigned first,
    uint8_t *above, uint8_t *left)
{
	unsigned n;

	for (unsigned y = 0; y < side; y++)
		for (unsigned x = 0; x < side; x++) {
			n = echo_block(e, type, above[x] + left[y], first);
			above[x] = left[y] = n > first;
		}
}

static void
echo_tokens(struct vp8 *v, struct echo *e, struct edge *above, bool small)
{
	const uint8_t *type = v->probs;
	const size_t step = (size_t)BANDS * CONTEXTS * NODES;
	struct edge *left = &v->left;

	if (!small)
		above->y2 = left->y2 = echo_block(e, type + T_Y2 * step,
					   above->y2 + left->y2, 0) > 0;
	echo_plane(e, type + (small ? T_Y_WITH_DC : T_Y_AFTER_Y2) * step, 4,
	    small ? 0 : 1, above->y, left->y);
	echo_plane(e, type + T_CHROMA * step, 2, 0, above->u, left->u);
	echo_plane(e, type + T_CHROMA * step, 2, 0, above->v, left->v);
}

/* Without tokens: all zero, but the second order block keeps its state. */
static void
clear_edges(struct edge *above, struct edge *left, bool small)
{
	uint8_t keep_above = small ? above->y2 : 0;
	uint8_t keep_left = small ? left->y2 : 0;

	*above = (struct edge){ .y2 = keep_above };
	*left = (struct edge){ .y2 = keep_left };
}

static int
echo_row(struct vp8 *v, uint32_t y)
{
	struct echo tokens = { .in = v->in[y % v->n_parts], .out = v->out };
	bool small, skip;

	v->left = (struct edge){ 0 };
	memset(v->left_modes, M_DC, sizeof(v->left_modes));
	for (uint32_t x = 0; x < v->columns; x++) {
		echo_modes(v, x, &small, &skip);
		if (skip)
			clear_edges(&v->above[x], &v->left, small);
		else
			echo_tokens(v, &tokens, &v->above[x], small);
	}
	v->in[y % v->n_parts] = tokens.in;
	v->out = tokens.out;
	if (v->head.in.impossible || tokens.in.impossible)
		return doc_fail(v->d, ERR_MALFORMED, "begins with no symbol");
	if (v->head.in.past > PAST_MAX || tokens.in.past > PAST_MAX)
		return doc_fail(v->d, ERR_TRUNCATED, "ends within the picture");
	return v->head.out.e != 0 ? v->head.out.e : v->out.e;
}

/* ---- the frame (9.1) */

static int
take_tag(const struct reader *frame, struct vp8 *v, uint32_t *first)
{
	struct reader r = *frame;
	uint16_t w, h, low;
	uint8_t high;
	int e;

	if ((e = reader_seek(&r, 0)) != 0 || (e = reader_u16le(&r, &low)) ||
	    (e = reader_u8(&r, &high)) != 0)
		return e;
	if ((low & 1) != 0 || (low >> 1 & 7) > 3 || (low & 0x10) == 0 ||
	    !reader_has(frame, 3, "\x9d\x01\x2a", 3))
		return ERR_MALFORMED;
	if ((e = reader_skip(&r, 3)) != 0 || (e = reader_u16le(&r, &w)) != 0 ||
	    (e = reader_u16le(&r, &h)) != 0)
		return e;
	v->profile = low >> 1 & 7;
	*first = ((uint32_t)high << 16 | low) >> 5;
	v->width = w & 0x3fff;
	v->height = h & 0x3fff;
	return 0;
}

int
vp8_size(const struct reader *frame, uint32_t *width, uint32_t *height)
{
	struct vp8 v = { 0 };
	uint32_t first;
	int e = take_tag(frame, &v, &first);

	if (e == 0) {
		*width = v.width;
		*height = v.height;
	}
	return e;
}

static int
make_room(struct vp8 *v)
{
	v->columns = (v->width + 15) / 16;
	v->rows = (v->height + 15) / 16;
	v->above_modes = doc_alloc(v->d, (size_t)v->columns * 4);
	v->above = doc_alloc(v->d, (size_t)v->columns * sizeof(v->above[0]));
	return v->above_modes == NULL || v->above == NULL ? ERR_NOMEM : 0;
}

static int
echo_frame(struct vp8 *v, const struct reader *first,
    const struct reader *tokens)
{
	int e;

	bool_reader_init(&v->head.in, first);
	bool_writer_init(&v->head.out, &v->head_bytes);
	bool_writer_init(&v->out, &v->token_bytes);
	(void)literal(&v->head, 2); /* colour space, clamping */
	echo_segments(v);
	echo_filter(v);
	if ((e = take_partitions(v, tokens)) != 0)
		return doc_fail(v->d, e, "ends within the picture");
	echo_rest(v);
	for (uint32_t y = 0; y < v->rows; y++)
		if ((e = echo_row(v, y)) != 0)
			return e;
	if ((e = bool_end(&v->head.out)) != 0)
		return e;
	return bool_end(&v->out);
}

/* What lies behind the last symbols; encoders add a few bytes. */
static int
report_rest(struct vp8 *v)
{
	size_t n = reader_left(&v->head.in.in), most = n;

	for (unsigned i = 0; i < v->n_parts; i++) {
		n = reader_left(&v->in[i].in);
		most = n > most ? n : most;
	}
	if (most <= REST_MAX)
		return 0;
	return doc_found(v->d, FIND_IMAGE_GARBAGE, ACT_REMOVED, "VP8",
	    "%zu bytes behind the packed picture", most);
}

static int
put_frame(struct vp8 *v, struct buf *out)
{
	uint32_t tag;
	int e;

	if (v->head_bytes.len > FIRST_MAX)
		return doc_fail(v->d, ERR_LIMIT, "too many modes to write");
	tag = (uint32_t)v->head_bytes.len << 5 | 1u << 4 |
	      (uint32_t)v->profile << 1;
	if ((e = buf_u16le(out, (uint16_t)tag)) != 0 ||
	    (e = buf_u8(out, (uint8_t)(tag >> 16))) != 0 ||
	    (e = buf_put(out, "\x9d\x01\x2a", 3)) != 0 ||
	    (e = buf_u16le(out, (uint16_t)v->width)) != 0 ||
	    (e = buf_u16le(out, (uint16_t)v->height)) != 0 ||
	    (e = buf_put(out, v->head_bytes.data, v->head_bytes.len)) != 0)
		return e;
	return buf_put(out, v->token_bytes.data, v->token_bytes.len);
}

int
vp8_rewrite(struct doc *d, const struct reader *frame, struct buf *out)
{
	struct vp8 *v = doc_alloc(d, sizeof(*v));
	struct reader first, tokens;
	uint32_t n;
	int e;

	if (v == NULL)
		return ERR_NOMEM;
	v->d = d;
	if ((e = take_tag(frame, v, &n)) != 0 || v->width == 0 ||
	    v->height == 0 ||
	    (e = reader_view(frame, HEADER_BYTES, n, &first)) != 0 ||
	    (e = reader_view(frame, HEADER_BYTES + (size_t)n,
		 frame->len - HEADER_BYTES - n, &tokens)) != 0)
		return doc_fail(d, e != 0 ? e : ERR_MALFORMED,
		    "not a whole VP8 key frame");
	if ((e = make_room(v)) != 0)
		return e;
	/* The same symbols: at most a little longer than they were. */
	buf_init(&v->head_bytes, first.len + 4096);
	buf_init(&v->token_bytes, frame->len + 4096);
	e = echo_frame(v, &first, &tokens);
	if (e == 0)
		e = report_rest(v);
	if (e == 0)
		e = put_frame(v, out);
	buf_done(&v->token_bytes);
	buf_done(&v->head_bytes);
	return e;
}
