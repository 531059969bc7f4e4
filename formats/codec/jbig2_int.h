/*
 * Inside the JBIG2 decoder (ITU-T T.88): bitmaps, the two entropy decoders,
 * and the decoding procedures of clause 6.
 *
 * A bitmap is packed like the rows of jbig2.h, but black is 1. Nothing but
 * jbig2_bitmap.c touches its bytes; coordinates are checked there and may be
 * anything. All memory is the arena's and lives until the picture is done.
 * Errors: ERR_MALFORMED, ERR_TRUNCATED and ERR_UNSUPPORTED cost one segment;
 * all others end the picture.
 */
#ifndef FORMATS_CODEC_JBIG2_INT_H
#define FORMATS_CODEC_JBIG2_INT_H

#include "formats/codec/arena.h"

#define JB2_GENERIC_CX 65536u /* contexts of a generic region */
#define JB2_REFINE_CX  8192u
#define JB2_INT_CX     512u
#define JB2_STEP       16u /* pixels that one symbol or strip is worth */
#define JB2_FAR	       (1 << 26)
#define JB2_STANDARD   15u /* tables B.1 to B.15 */
#define JB2_CODE_MAX   32u /* bits of a Huffman code */

/* ---- bitmaps: jbig2_bitmap.c */

struct jb2_bitmap {
	uint32_t w, h;
	size_t stride;
	uint8_t *data;
};

enum jb2_op { JB2_OR, JB2_AND, JB2_XOR, JB2_XNOR, JB2_REPLACE, JB2_OPS };

struct jb2;

/* White; its pixels are taken from the limits, an eighth for each. */
int jb2_bitmap_new(struct jb2 *, uint64_t w, uint64_t h,
    struct jb2_bitmap **out) MUST_CHECK;
void jb2_bitmap_free(struct jb2 *, struct jb2_bitmap *);
void jb2_bitmap_fill(struct jb2_bitmap *, bool black);
/* Rows are added at the end. */
int jb2_bitmap_grow(struct jb2 *, struct jb2_bitmap *, uint32_t h,
    bool black) MUST_CHECK;
/* 0 outside. */
unsigned jb2_pixel(const struct jb2_bitmap *, int64_t x, int64_t y);
/* One byte a pixel, from x on; 0 outside. And back; both all of a row. */
void jb2_unpack(const struct jb2_bitmap *, int64_t x, int64_t y, uint8_t *to,
    size_t n);
void jb2_pack(struct jb2_bitmap *, uint32_t y, const uint8_t *from);
/* Whole rows that are packed already; stops at the end of either. */
void jb2_rows(struct jb2_bitmap *, const struct reader *packed);
/* Draw at x, y; what lies outside of `to` is not drawn. */
void jb2_draw(struct jb2_bitmap *to, const struct jb2_bitmap *, int64_t x,
    int64_t y, enum jb2_op);

/* ---- arithmetic: jbig2_arith.c; Annexes A and E */

struct jb2_arith {
	struct reader in;
	uint32_t a, c;
	unsigned ct;
	uint8_t b;	/* the byte that was read last */
	unsigned past;	/* bytes asked for behind the end */
	bool has_ended; /* there was a marker at the end */
};

struct jb2_state {
	uint16_t qe;
	uint8_t mps, lps; /* next */
	bool turns;
};

extern const struct jb2_state jb2_states[47];

void jb2_arith_init(struct jb2_arith *, const struct reader *);
unsigned jb2_bit_slow(struct jb2_arith *, uint8_t *cx, bool low);
/* Has it read so far behind data without an end that the rest means nothing? */
bool jb2_is_past(const struct jb2_arith *);

/* A context: the state, and the more probable bit below it. */
static inline unsigned
jb2_bit(struct jb2_arith *m, uint8_t *cx)
{
	uint32_t qe = jb2_states[*cx >> 1].qe;

	m->a -= qe;
	if (m->c >> 16 < qe)
		return jb2_bit_slow(m, cx, true);
	m->c -= qe << 16;
	if ((m->a & 0x8000) != 0)
		return *cx & 1u;
	return jb2_bit_slow(m, cx, false);
}

/* ---- Huffman: jbig2_huff.c; Annex B */

struct jb2_bits {
	struct reader in;
	unsigned byte, n; /* n bits of byte are left */
};

enum jb2_line_kind { JB2_LINE, JB2_LINE_LOW, JB2_LINE_OOB };

struct jb2_line {
	int32_t low;
	uint8_t len, range; /* bits of the code, and behind it */
	uint8_t kind;
};

struct jb2_table {
	uint32_t n;
	uint32_t count[JB2_CODE_MAX + 1]; /* of the codes of each length */
	struct jb2_line *sorted;
};

int jb2_read_bits(struct jb2_bits *, unsigned n, uint32_t *out) MUST_CHECK;
/* To the next whole byte. */
void jb2_align(struct jb2_bits *);
int jb2_table_make(struct jb2 *, const struct jb2_line *, size_t n,
    struct jb2_table **out) MUST_CHECK;
/* i: 1 to 15. */
int jb2_table_standard(struct jb2 *, unsigned i,
    const struct jb2_table **out) MUST_CHECK;
/* Data of a segment of type 53. */
int jb2_table_read(struct jb2 *, struct reader,
    struct jb2_table **out) MUST_CHECK;
/* ERR_NOENT: out of band. */
int jb2_table_get(const struct jb2_table *, struct jb2_bits *,
    int64_t *out) MUST_CHECK;

/* ---- numbers, in either coding */

enum jb2_number {
	JB2_DT,
	JB2_FS,
	JB2_DS,
	JB2_IT,
	JB2_RI,
	JB2_RDW,
	JB2_RDH,
	JB2_RDX,
	JB2_RDY,
	JB2_RSIZE,
	JB2_DH,
	JB2_DW,
	JB2_BMSIZE,
	JB2_AI,
	JB2_EX,
	JB2_NUMBERS
};

struct jb2_coder {
	bool huffman;
	struct jb2_arith mq;
	uint8_t *ints; /* JB2_NUMBERS x JB2_INT_CX */
	uint8_t *ids;  /* 1 << id_bits */
	unsigned id_bits;
	struct jb2_bits bits;
	const struct jb2_table *tables[JB2_NUMBERS];
	const struct jb2_table *id_codes; /* NULL: id_bits bits each */
};

/* The contexts of an arithmetic coder. */
int jb2_coder_init(struct jb2 *, struct jb2_coder *, const struct reader *,
    bool huffman, unsigned id_bits) MUST_CHECK;
/* ERR_NOENT: out of band. */
int jb2_get(struct jb2_coder *, enum jb2_number, int64_t *out) MUST_CHECK;
/* The same, where out of band is an error. */
int jb2_need(struct jb2_coder *, enum jb2_number, int64_t *out) MUST_CHECK;
int jb2_get_id(struct jb2_coder *, uint32_t *out) MUST_CHECK;
/* The smallest n with 1 << n >= count. */
unsigned jb2_log2(uint64_t count);

/* ---- regions of pixels: jbig2_generic.c; 6.2, 6.3 */

struct jb2_generic {
	unsigned template;
	bool tpgd;
	int8_t at[8];
	const struct jb2_bitmap *skip; /* NULL: none */
	uint8_t *cx;
};

struct jb2_refine {
	unsigned template;
	bool tpgr;
	int8_t at[4];
	const struct jb2_bitmap *from;
	int64_t dx, dy;
	uint8_t *cx;
};

/* Adaptive pixels that a template has: pairs of coordinates. */
int jb2_generic_at(struct reader *, struct jb2_generic *) MUST_CHECK;
int jb2_refine_at(struct reader *, struct jb2_refine *) MUST_CHECK;
int jb2_generic(struct jb2 *, struct jb2_arith *, const struct jb2_generic *,
    struct jb2_bitmap *to) MUST_CHECK;
int jb2_refine(struct jb2 *, struct jb2_arith *, const struct jb2_refine *,
    struct jb2_bitmap *to) MUST_CHECK;
/* Group 4; moves past it. */
int jb2_mmr(struct jb2 *, struct reader *, struct jb2_bitmap *to) MUST_CHECK;

/* ---- text: jbig2_text.c; 6.4 */

struct jb2_text {
	bool refines, transposed, black; /* black: before all */
	unsigned strip_bits, corner;
	enum jb2_op op;
	int offset;
	uint32_t n;	     /* symbols to draw */
	struct jb2_refine r; /* without from, dx, dy */
	struct jb2_bitmap *const *symbols;
	uint32_t n_symbols;
};

int jb2_text(struct jb2 *, struct jb2_coder *, const struct jb2_text *,
    struct jb2_bitmap *to) MUST_CHECK;
/*
 * A refinement whose coded size stands before it when the coder is Huffman's
 * (which: JB2_RSIZE or JB2_BMSIZE); otherwise the coder goes on with it.
 */
int jb2_refine_inside(struct jb2 *, struct jb2_coder *, enum jb2_number which,
    const struct jb2_refine *, struct jb2_bitmap *to) MUST_CHECK;

/* ---- segments: jbig2.c, jbig2_region.c, jbig2_symbol.c */

enum jb2_kind { JB2_SYMBOLS, JB2_PATTERNS, JB2_TABLE, JB2_BITMAP };

/* What a segment leaves behind for others. */
struct jb2_left {
	struct jb2_left *before;
	uint32_t number;
	enum jb2_kind kind;
	struct jb2_bitmap **list; /* symbols, patterns, or one bitmap */
	uint32_t n;
	struct jb2_table *table;
	uint8_t *generic_cx, *refine_cx; /* of symbols, or NULL */
};

struct jb2_segment {
	uint32_t number;
	unsigned type;
	struct jb2_left **refs;
	uint32_t n_refs;
	struct reader data;
	bool unknown_size;
	size_t size; /* found, where it was unknown */
};

struct jb2 {
	struct doc *d;
	struct arena arena;
	struct jb2_left *left; /* the last one first */
	uint32_t n_left;
	struct jb2_table *standard[JB2_STANDARD + 1];
	uint8_t *lines; /* room for rows while they are decoded */
	size_t n_lines;
	unsigned n_segments;
	struct jb2_bitmap *page;
	bool page_black, page_open; /* open: the height is not known */
	bool has_page, is_done, damaged;
	uint32_t page_end; /* rows, as the end of a stripe says */
};

/* Pixels of work. */
int jb2_spend(struct jb2 *, uint64_t n) MUST_CHECK;
int jb2_keep(struct jb2 *, const struct jb2_segment *,
    const struct jb2_left *) MUST_CHECK;
/* The i-th of the tables referred to; i moves on. ERR_MALFORMED. */
int jb2_custom_table(const struct jb2_segment *, uint32_t *i,
    const struct jb2_table **out) MUST_CHECK;
/* All symbols of the dictionaries referred to, in room for n_more. */
int jb2_all_symbols(struct jb2 *, const struct jb2_segment *, uint32_t n_more,
    struct jb2_bitmap ***out, uint32_t *n) MUST_CHECK;

/* Whether the error costs only the segment. */
bool jb2_is_mild(int err);
int jb2_region_segment(struct jb2 *, struct jb2_segment *) MUST_CHECK;
int jb2_symbol_segment(struct jb2 *, const struct jb2_segment *) MUST_CHECK;
int jb2_text_segment(struct jb2 *, const struct jb2_segment *, struct reader *,
    struct jb2_bitmap *to) MUST_CHECK;
int jb2_pattern_segment(struct jb2 *, const struct jb2_segment *) MUST_CHECK;
int jb2_halftone_segment(struct jb2 *, const struct jb2_segment *,
    struct reader *, struct jb2_bitmap *to) MUST_CHECK;

#endif
