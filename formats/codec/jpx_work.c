/*
 * How much work and memory a JPEG 2000 codestream may ask of a decoder; see
 * jpx_int.h. Section numbers are those of ITU-T T.800.
 *
 * A few bytes can ask for any number of packets, of which most hold nothing.
 * Coding styles may stand in the main header and in that of any part of a
 * tile, where our view of the parts could differ from the decoder's. So
 * whatever looks like a coding style, anywhere, counts; what the worst of them
 * asks for has to stay within bounds.
 */
#include "formats/codec/jpx_int.h"

#include <string.h>

#define STYLES_MAX     16u /* different ones */
#define LEVELS_MAX     32u
#define RESOLUTIONS    (LEVELS_MAX + 1)
#define ENTRIES_MAX    32u /* of POC, that a decoder follows */
#define PACKETS_LEAST  4096u
#define PACKETS_A_BYTE 4u /* a packet takes one at least; or it is cut off */
#define STEPS_MAX      (UINT64_C(1) << 27)

/* What OpenJPEG keeps, in bytes, about. */
#define TILE_BYTES	6000u
#define COMPONENT_BYTES 1100u
#define PRECINCT_BYTES	1024u
#define BLOCK_BYTES	256u

/* A.6.1: what counts of COD and COC. */
struct style {
	uint8_t levels, block_w, block_h; /* exponents */
	uint8_t precincts[RESOLUTIONS];	  /* exponents: y x */
};

struct work {
	struct doc *d;
	const struct jpx_siz *s;
	uint32_t dx, dy; /* the finest spacing */
	uint64_t tiles_x, tiles_y;
	struct style styles[STYLES_MAX];
	unsigned n_styles;
	uint32_t layers, entries, longest;
	/* of the worst style */
	uint64_t packets, tile_precincts, steps, blocks;
};

static uint64_t
div_up(uint64_t a, uint64_t b)
{
	return (a + b - 1) / b;
}

/* ---- coding styles */

/* From the number of levels on. False: it is none. */
static bool
get_style(struct reader *seg, bool own_precincts, struct style *st)
{
	uint8_t kind, wavelet;

	memset(st, 0, sizeof(*st));
	memset(st->precincts, 0xff, sizeof(st->precincts));
	if (reader_u8(seg, &st->levels) != 0 || st->levels > LEVELS_MAX ||
	    reader_u8(seg, &st->block_w) != 0 || st->block_w > 8 ||
	    reader_u8(seg, &st->block_h) != 0 || st->block_h > 8 ||
	    reader_u8(seg, &kind) != 0 || reader_u8(seg, &wavelet) != 0)
		return false;
	st->block_w = (uint8_t)(st->block_w + 2);
	st->block_h = (uint8_t)(st->block_h + 2);
	for (unsigned i = 0; own_precincts && i <= st->levels; i++)
		if (reader_u8(seg, &st->precincts[i]) != 0)
			return false;
	return true;
}

static int
add_style(struct work *w, const struct style *st)
{
	for (unsigned i = 0; i < w->n_styles; i++)
		if (memcmp(&w->styles[i], st, sizeof(*st)) == 0)
			return 0;
	if (w->n_styles == STYLES_MAX)
		return doc_fail(w->d, ERR_LIMIT,
		    "JPEG 2000: more than %u coding styles", STYLES_MAX);
	w->styles[w->n_styles++] = *st;
	return 0;
}

/* in: behind a marker, at its length. */
static int
take_cod(struct work *w, struct reader in)
{
	uint16_t n, layers;
	uint8_t flags, order, mix;
	struct reader seg;
	struct style st;

	if (reader_u16be(&in, &n) != 0 || n < 12 ||
	    reader_sub(&in, n - 2u, &seg) != 0 ||
	    reader_u8(&seg, &flags) != 0 || reader_u8(&seg, &order) != 0 ||
	    reader_u16be(&seg, &layers) != 0 || reader_u8(&seg, &mix) != 0 ||
	    !get_style(&seg, (flags & 1) != 0, &st))
		return 0;
	w->layers = layers > w->layers ? layers : w->layers;
	return add_style(w, &st);
}

static int
take_coc(struct work *w, struct reader in)
{
	uint16_t n;
	uint8_t component, flags;
	struct reader seg;
	struct style st;

	if (reader_u16be(&in, &n) != 0 || n < 9 ||
	    reader_sub(&in, n - 2u, &seg) != 0 ||
	    reader_u8(&seg, &component) != 0 || reader_u8(&seg, &flags) != 0 ||
	    !get_style(&seg, (flags & 1) != 0, &st))
		return 0;
	return add_style(w, &st);
}

/* Changes of order: each goes over all packets again. */
static void
take_poc(struct work *w, struct reader in)
{
	uint16_t n;

	if (reader_u16be(&in, &n) != 0 || n < 9 || (n - 2) % 7 != 0 ||
	    n - 2u > reader_left(&in))
		return;
	w->entries += (n - 2u) / 7;
	w->entries = w->entries < ENTRIES_MAX ? w->entries : ENTRIES_MAX;
}

/* A.4.2: the decoder makes room for what a part of a tile claims to hold. */
static void
take_part(struct work *w, struct reader in)
{
	uint16_t n, tile;
	uint32_t bytes;

	if (reader_u16be(&in, &n) == 0 && n == 10 &&
	    reader_u16be(&in, &tile) == 0 && reader_u32be(&in, &bytes) == 0)
		w->longest = bytes > w->longest ? bytes : w->longest;
}

static int
take_marker(struct work *w, uint8_t marker, struct reader in)
{
	switch (marker) {
	case 0x52:
		return take_cod(w, in);
	case 0x53:
		return take_coc(w, in);
	case 0x5f:
		take_poc(w, in);
		return 0;
	case 0x90:
		take_part(w, in);
		return 0;
	default:
		return 0;
	}
}

static int
find_styles(struct work *w, const struct reader *code)
{
	struct reader in = *code;
	size_t at = 0;
	uint8_t marker;
	int e = 0;

	while (e == 0 && reader_find(code, at, "\xff", 1, &at) == 0) {
		if (reader_seek(&in, ++at) != 0 || reader_u8(&in, &marker) != 0)
			break;
		e = take_marker(w, marker, in);
	}
	return e;
}

/* ---- what they ask for */

/* B.3, B.5, B.6: one row or column of tiles at one resolution. */
struct axis {
	uint64_t begin, end, first, size, spacing, n; /* n: of tiles */
};

static uint64_t
precincts_of(const struct axis *a, uint64_t tile, unsigned down, unsigned exp)
{
	uint64_t from = a->first + tile * a->size, to = from + a->size,
		 step = a->spacing << down;

	from = div_up(from > a->begin ? from : a->begin, step);
	to = div_up(to < a->end ? to : a->end, step);
	if (to <= from)
		return 0;
	return div_up(to, UINT64_C(1) << exp) - (from >> exp);
}

static void
add_up(const struct axis *a, unsigned down, unsigned exp, uint64_t *sum,
    uint64_t *most)
{
	uint64_t n;

	*sum = *most = 0;
	for (uint64_t i = 0; i < a->n; i++) {
		n = precincts_of(a, i, down, exp);
		*sum += n;
		*most = n > *most ? n : *most;
	}
}

/* The smallest step between precincts, in samples of the picture. */
static uint64_t
finest_step(const struct style *st, unsigned shift)
{
	unsigned least = 63, n;

	for (unsigned i = 0; i <= st->levels; i++) {
		n = (st->precincts[i] >> shift & 15u) + st->levels - i;
		least = n < least ? n : least;
	}
	return UINT64_C(1) << least;
}

static uint64_t
positions(const struct axis *a, const struct style *st, unsigned shift)
{
	uint64_t step = a->spacing * finest_step(st, shift);

	return (a->end - a->begin) / step + a->n + 1;
}

static void
weigh(struct work *w, const struct style *st, const struct axis *x,
    const struct axis *y)
{
	uint64_t all = 0, tile = 0, px, steps, blocks, sum_x, sum_y, most_x,
		 most_y;
	unsigned down;

	for (unsigned i = 0; i <= st->levels; i++) {
		down = (unsigned)st->levels - i;
		add_up(x, down, st->precincts[i] & 15u, &sum_x, &most_x);
		add_up(y, down, st->precincts[i] >> 4, &sum_y, &most_y);
		all += sum_x * sum_y;
		tile += most_x * most_y;
	}
	px = (x->end - x->begin) * (y->end - y->begin);
	/* Two for each block that is cut by borders of tiles and bands. */
	blocks = 2 * (px >> (st->block_w + st->block_h)) + 4 * all;
	steps = positions(x, st, 0) * positions(y, st, 4) * (st->levels + 1u) *
		(w->entries + 1u);
	w->packets = all > w->packets ? all : w->packets;
	w->tile_precincts = tile > w->tile_precincts ? tile : w->tile_precincts;
	w->blocks = blocks > w->blocks ? blocks : w->blocks;
	w->steps = steps > w->steps ? steps : w->steps;
}

static int
judge(struct work *w, uint64_t bytes, uint64_t *memory)
{
	uint64_t n = w->s->n, tiles = w->tiles_x * w->tiles_y,
		 packets = w->packets * n * w->layers,
		 visits = w->blocks * n * w->layers;

	if (packets > PACKETS_LEAST + bytes * PACKETS_A_BYTE)
		return doc_fail(w->d, ERR_LIMIT,
		    "JPEG 2000: %llu packets in %llu bytes",
		    (unsigned long long)packets, (unsigned long long)bytes);
	if (visits > STEPS_MAX || w->steps * n > STEPS_MAX)
		return doc_fail(w->d, ERR_LIMIT,
		    "JPEG 2000: too many steps to decode");
	*memory = tiles * (TILE_BYTES + n * COMPONENT_BYTES) +
		  n * w->tile_precincts * PRECINCT_BYTES +
		  w->blocks * n * BLOCK_BYTES / (tiles == 0 ? 1 : tiles) +
		  2 * (w->layers + 1u) * w->tile_precincts * n * RESOLUTIONS +
		  (w->longest > bytes ? w->longest : 0);
	return 0;
}

int
jpx_work(struct doc *d, const struct reader *code, const struct jpx_siz *s,
    uint64_t *memory)
{
	struct work *w = doc_alloc(d, sizeof(*w));
	struct axis x = { s->x0, s->x1, s->tile_x0, s->tile_w, s->dx, 0 },
		    y = { s->y0, s->y1, s->tile_y0, s->tile_h, s->dy, 0 };
	int e;

	*memory = 0;
	if (w == NULL)
		return ERR_NOMEM;
	w->d = d;
	w->s = s;
	x.n = w->tiles_x = div_up(s->x1 - (uint64_t)s->tile_x0, s->tile_w);
	y.n = w->tiles_y = div_up(s->y1 - (uint64_t)s->tile_y0, s->tile_h);
	if ((e = find_styles(w, code)) != 0)
		return e;
	for (unsigned i = 0; i < w->n_styles; i++)
		weigh(w, &w->styles[i], &x, &y);
	return judge(w, code->len, memory);
}
