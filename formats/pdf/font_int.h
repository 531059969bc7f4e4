/*
 * Font programs, rebuilt: what the font_*.c files share.
 *
 * Nothing here knows a document: bytes in, bytes out, and notes of what was
 * left behind. TrueType stays TrueType and OpenType stays OpenType; CFF stays
 * CFF; Type 1 becomes CFF. Glyph numbers never change. All integers of the
 * formats are big-endian.
 */
#ifndef FORMATS_PDF_FONT_INT_H
#define FORMATS_PDF_FONT_INT_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/reader.h"

#define FONT_MAX_BYTES	  ((size_t)64 << 20)
#define FONT_MAX_GLYPHS	  65535
#define FONT_MAX_CHAR	  65535 /* bytes of one charstring, written */
#define FONT_NAME_BYTES	  63
#define FONT_NO_COMPONENT 0xffff

/* What a rebuild left behind; all zero for a font in canonical form. */
struct font_notes {
	uint32_t glyphs;   /* broken ones, now empty */
	bool instructions; /* programs for the rasteriser */
	bool tables;	   /* tables that no viewer of a PDF needs */
	bool names;	   /* names, dates, notices */
	bool repaired;	   /* lengths, counts or tables put right */
	bool converted;	   /* Type 1 to CFF */
	char first[24];	   /* the first table left out, for the report */
};

struct pfont;

/*
 * font.c: the whole of pdf_font_file() without a document. ERR_MALFORMED:
 * nothing was put; ERR_NOMEM.
 */
int font_rebuild(struct pfont *, struct buf *out,
    struct font_notes *) MUST_CHECK;

/* ---- sfnt: font_sfnt.c */

enum sfnt_tag {
	SFNT_CFF,
	SFNT_OS2,
	SFNT_CMAP,
	SFNT_GLYF,
	SFNT_HEAD,
	SFNT_HHEA,
	SFNT_HMTX,
	SFNT_LOCA,
	SFNT_MAXP,
	SFNT_POST,
	SFNT_COUNT
};

struct sfnt {
	struct reader in[SFNT_COUNT]; /* len 0: absent */
	struct buf out[SFNT_COUNT];   /* len 0: not written */
	struct font_notes *notes;
	unsigned n_glyphs;
	bool long_loca; /* of the input */
	/* for maxp, counted while glyphs are written */
	unsigned points, contours, all_points, all_contours, parts, depth;
};

/*
 * Rebuild a TrueType or OpenType font. *cff tells which. ERR_MALFORMED when
 * there is nothing to show; ERR_LIMIT.
 */
int font_sfnt(const struct reader *, struct buf *out, struct font_notes *,
    bool *cff) MUST_CHECK;
/* Parts of it, each from in[] to out[]. */
int font_glyf(struct sfnt *) MUST_CHECK; /* glyf, loca, counts of maxp */
int font_cmap(struct sfnt *) MUST_CHECK; /* stays absent when it was */
int font_post(struct sfnt *) MUST_CHECK;
int font_os2(struct sfnt *) MUST_CHECK;
int font_hmtx(struct sfnt *) MUST_CHECK; /* hhea and hmtx */
int font_head(struct sfnt *) MUST_CHECK;
int font_maxp(struct sfnt *) MUST_CHECK;

/* Is it a name of PostScript that is safe to write? */
bool font_name_ok(const uint8_t *, size_t n);

/* ---- CFF (Adobe Technical Note 5176): font_dict.c */

#define CFF_STRINGS    391 /* standard ones */
#define CFF_OPERANDS   48
#define CFF_VALUES     14 /* of an entry that is kept */
#define CFF_ENTRIES    24
#define CFF_FD_MAX     256
#define CFF_STRING_MAX (65535 - CFF_STRINGS)
#define CFF_TOP_FONT   0x0c07 /* FontMatrix */

/* An INDEX that was read. */
struct cff_index {
	struct reader offsets, data; /* offsets count from 1 */
	unsigned count, size;	     /* size: bytes of an offset */
};

/* A list that becomes an INDEX. */
struct cff_list {
	struct buf data;
	struct buf ends; /* u32be, n of them */
	unsigned n;
};

/* A number of a DICT: digits * 10^exponent, without trailing zeros. */
struct cff_number {
	int64_t digits;
	int exponent;
};

struct cff_entry {
	unsigned op; /* two bytes: 0x0c00 | second */
	unsigned n;
	struct cff_number value[CFF_OPERANDS];
};

struct cff_kept {
	uint16_t op;
	uint8_t n;
	struct cff_number value[CFF_VALUES];
};

struct cff_dict {
	struct cff_kept entry[CFF_ENTRIES];
	unsigned n;
};

enum cff_kind { CFF_TOP, CFF_FD, CFF_PRIVATE };

int cff_index_read(struct reader *, struct cff_index *) MUST_CHECK;
/* Item i; ERR_MALFORMED when its offsets make no sense. */
int cff_index_item(const struct cff_index *, unsigned i,
    struct reader *out) MUST_CHECK;
void cff_list_init(struct cff_list *);
void cff_list_done(struct cff_list *);
/* End an item: what was put into data since the last one. */
int cff_list_end(struct cff_list *) MUST_CHECK;
int cff_list_write(const struct cff_list *, struct buf *out) MUST_CHECK;
/* The next entry of a DICT; ERR_NOENT at its end. */
int cff_dict_next(struct reader *, struct cff_entry *) MUST_CHECK;
/* Keep an entry if a dictionary of the kind may have it and it is typed. */
bool cff_dict_keep(struct cff_dict *, enum cff_kind, const struct cff_entry *);
int cff_dict_write(const struct cff_dict *, struct buf *out) MUST_CHECK;
/* One entry with whole numbers of fixed width (5 bytes each). */
int cff_put_fixed(struct buf *out, unsigned op, const uint32_t *value,
    unsigned n) MUST_CHECK;
int cff_put_op(struct buf *out, unsigned op) MUST_CHECK;
int cff_put_int(struct buf *out, int64_t) MUST_CHECK;
/* Without zeros behind; 0 when it is out of all measure. */
void cff_number_trim(struct cff_number *);
/* A whole number within [min, max]. */
bool cff_whole(const struct cff_number *, int64_t min, int64_t max,
    int64_t *out);

/* ---- a CFF font between reading and writing: font_cff.c, font_cffw.c */

struct cff_code {
	uint8_t code;
	uint16_t glyph;
};

struct cff {
	struct font_notes *notes;
	struct reader name;
	struct cff_dict top;
	bool is_cid;
	uint16_t registry, ordering; /* as strings */
	uint32_t supplement;
	unsigned n_glyphs;
	struct cff_list chars, strings;
	unsigned charset_id;  /* 0..2 predefined, 3: as listed */
	struct buf charset;   /* SID or CID of each glyph, u16be */
	unsigned encoding_id; /* 0, 1 predefined, 2: as listed */
	uint8_t codes[256];   /* of glyphs 1..n_codes */
	unsigned n_codes, n_more;
	struct cff_code more[256];  /* further codes */
	struct cff_dict *fd, *priv; /* n_fd each; 1 when it is no CID font */
	unsigned n_fd;
	struct buf fd_of; /* for each glyph; CID fonts only */
	struct buf seac;  /* for each glyph: codes of its parts, u16be, or 0 */
};

int cff_init(struct cff *, struct font_notes *) MUST_CHECK;
/* Make room for n font dictionaries instead of one. */
int cff_fds(struct cff *, unsigned n) MUST_CHECK;
void cff_done(struct cff *);
int cff_write(const struct cff *, struct buf *out) MUST_CHECK;
/* Add a string, or find it among the standard ones. */
int cff_add_string(struct cff *, const void *, size_t n,
    uint16_t *sid) MUST_CHECK;
/* The glyph of a string; 0 when there is none. */
unsigned cff_glyph(const struct cff *, unsigned sid);
/* font_seac.c: the string of a code in the standard encoding, or 0. */
unsigned cff_standard_sid(unsigned code);
/* Empty the accented letters whose parts are not plain ones. */
int cff_check_seac(struct cff *) MUST_CHECK;
/* Rebuild a bare CFF font. ERR_MALFORMED, ERR_UNSUPPORTED, ERR_LIMIT. */
int font_cff(const struct reader *, struct buf *out, struct font_notes *,
    bool *cid) MUST_CHECK;

/* ---- charstrings of type 2 (Technical Note 5177): font_type2.c */

#define TYPE2_STACK 48
#define TYPE2_STEMS 96

/* Steps that the charstrings of a program may take together. */
uint64_t font_steps(const struct reader *program);

struct type2_font {
	const struct cff_index *global, *local;
	bool is_cid;
	uint64_t steps; /* left for the whole font */
	uint16_t parts; /* of the last charstring: two codes, or 0 */
};

/*
 * Run a charstring and write what it did, all subroutines and arithmetic
 * dissolved. ERR_MALFORMED: nothing of use; ERR_LIMIT: the font is a bomb.
 */
int type2_flatten(struct type2_font *, const struct reader *,
    struct buf *out) MUST_CHECK;
/* Numbers are 16.16. */
int type2_put_number(struct buf *out, int32_t) MUST_CHECK;
int type2_put_op(struct buf *out, unsigned op) MUST_CHECK;

/* ---- Type 1 (Adobe Type 1 Font Format, 1990) */

#define T1_GLYPHS 16384
#define T1_SUBRS  65535
#define T1_BLUES  14

struct t1_token {
	enum { T1_NAME, T1_WORD, T1_STRING, T1_OPEN, T1_CLOSE } kind;
	struct reader text; /* NAME: without the slash */
};

struct t1_glyph {
	struct reader name, body;
};

/* A program as it was parsed; readers point into text and secret. */
struct t1 {
	struct buf text;   /* without the frame of PFB */
	struct buf secret; /* deciphered, charstrings as well */
	struct reader name;
	struct cff_entry matrix, box; /* n 0: not there */
	struct cff_dict top, priv;
	bool standard_encoding;
	struct reader code[256]; /* names; len 0: none */
	struct t1_glyph *glyph;
	unsigned n_glyphs;
	struct reader *subr;
	unsigned n_subrs;
	int len_iv;
	bool has_subrs;
	uint64_t steps; /* that its charstrings may take together */
};

/* font_t1token.c: the next token; ERR_NOENT at the end. */
int t1_next(struct reader *, struct t1_token *) MUST_CHECK;
bool t1_is(const struct t1_token *, const char *word);
/* A number, "-12", ".001", "1e-3". */
bool t1_number(const struct t1_token *, struct cff_number *);
bool t1_whole(const struct t1_token *, int64_t min, int64_t max, int64_t *);
/* Bytes of an array of numbers, [..] or {..}, as operands. */
int t1_numbers(struct reader *, struct cff_entry *) MUST_CHECK;
/* Undo the cipher of eexec and charstrings in place. */
void t1_decipher(uint8_t *, size_t n, uint16_t key);

/* font_t1parse.c; t is zeroed, and freed by t1_done() in any case. */
int t1_parse(struct t1 *, const struct reader *) MUST_CHECK;
void t1_done(struct t1 *);

/* font_t1char.c: run a charstring, append one of type 2. ERR_MALFORMED. */
int t1_convert(const struct t1 *, const struct reader *, uint64_t *steps,
    struct buf *out) MUST_CHECK;

/* font_type1.c: turn a Type 1 program into CFF. */
int font_type1(const struct reader *, struct buf *out,
    struct font_notes *) MUST_CHECK;

#endif
