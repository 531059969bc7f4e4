/*
 * PDF (ISO 32000-1:2008, with the keys of ISO 32000-2), rebuilt: what the
 * parts of this folder share.
 *
 *   pin_*    where objects come from: our own strict reader for files in the
 *            canonical form (all that we write is), libqpdf for all others
 *   walk     a typed copy: begins at a fresh catalog, follows only keys of
 *            the model (model.tsv, from the Arlington PDF model) with values
 *            of their type; everything else is left behind and reported
 *   content, image, font, cmap, function: what stands in streams, each
 *            parsed and written again
 *   pout_*   the canonical writer: PDF 1.7, classic xref, no object streams,
 *            objects numbered in the order in which they are reached
 */
#ifndef FORMATS_PDF_PDF_H
#define FORMATS_PDF_PDF_H

#include "formats/doc.h"
#include "formats/pdf/pobj.h"

/* ---- the source: in_strict.c, in_qpdf.c behind in.c */

struct pin;

struct pin_facts {
	bool strict;	/* the canonical form: nothing was repaired */
	bool repaired;	/* the cross-reference table was rebuilt */
	bool encrypted; /* opened with the empty or a given password */
	bool by_password;
	int32_t permissions; /* /P, when encrypted */
	bool junk_before, junk_after;
	unsigned revisions; /* incremental updates seen: number of %%EOF */
};

/*
 * Opens doc_in(). ERR_ENCRYPTED: no password opened it. ERR_MALFORMED with a
 * message. The passwords of doc_passwords() are tried after the empty one.
 */
int pin_open(struct doc *, struct pin **out) MUST_CHECK;
void pin_close(struct pin *);
const struct pin_facts *pin_facts(const struct pin *);
/* The catalog and the Info dictionary (or NULL), not resolved. */
const struct pobj *pin_root(struct pin *);
const struct pobj *pin_info(struct pin *);
/* One more than the largest object number that may be asked for. */
uint32_t pin_limit(const struct pin *);
/*
 * The value behind a reference, following references to references; any
 * other value is given back as it is. *out is NULL for a missing object (the
 * null of PDF) and for a loop. Converted once and remembered.
 */
int pin_resolve(struct pin *, const struct pobj *,
    const struct pobj **out) MUST_CHECK;
/* pobj_get() and resolve. */
int pin_get(struct pin *, const struct pobj *dict, const char *key,
    const struct pobj **out) MUST_CHECK;
/*
 * The bytes of a stream as they stand in the file, deciphered, no filter
 * undone; borrowed until the document ends. A stream with /F (external) has
 * none: ERR_DENIED.
 */
int pin_raw(struct pin *, const struct pobj *stream,
    struct reader *out) MUST_CHECK;

/* ---- filters: filter.c */

/* Filters that only the picture code undoes; always the last of a chain. */
enum pfilter {
	PFILTER_NONE,
	PFILTER_DCT,
	PFILTER_JPX,
	PFILTER_JBIG2,
	PFILTER_CCITT
};

struct pdata {
	struct reader bytes;	  /* lives until the document ends */
	enum pfilter left;	  /* what still lies over the bytes */
	const struct pobj *parms; /* its DecodeParms, resolved, or NULL */
	bool damaged; /* ended early or with errors: what came is there */
	void *mem;    /* filter.c only: what pdf_data_free() gives back */
};

struct pdf;

/*
 * Undo the filters of a stream up to a picture filter: Flate, LZW (with
 * predictors), ASCIIHex, ASCII85, RunLength, Crypt /Identity. ERR_MALFORMED,
 * ERR_UNSUPPORTED (unknown filter, more than 8, a picture filter that is not
 * the last), ERR_LIMIT.
 */
int pdf_data(struct pdf *, const struct pobj *stream,
    struct pdata *out) MUST_CHECK;
/* The same for bytes at hand with a Filter and DecodeParms (inline images). */
int pdf_unfilter(struct pdf *, const struct reader *bytes,
    const struct pobj *filter, const struct pobj *parms,
    struct pdata *out) MUST_CHECK;
/* Give the bytes back before the document ends: they are many, so do it as
 * soon as they are used up. Values parsed out of them borrow from them. */
void pdf_data_free(struct pdf *, struct pdata *);

/* ---- the output: out.c */

struct pout;

int pout_new(struct doc *, struct pout **out) MUST_CHECK;
void pout_free(struct pout *);
/* A fresh object number, to be filled before pout_finish(). 0: ERR_LIMIT. */
int pout_reserve(struct pout *, uint32_t *num) MUST_CHECK;
/* Fill it; references inside are output numbers. The value is borrowed. */
void pout_set(struct pout *, uint32_t num, const struct pobj *);
/*
 * Fill it with a stream: dict holds all but Length, Filter and DecodeParms.
 * PFILTER_NONE: plain bytes, written with Flate, the level fixed (or plain
 * when Flate makes it no smaller). PFILTER_DCT, PFILTER_CCITT: written as
 * they are, parms given. predictor: 0, or the bytes of a row: the rows are
 * filtered with PNG filters by one rule first (dict of parms: colours and
 * bits per component, see pout_rows). The bytes are coded here and need not
 * live on.
 */
int pout_stream(struct pout *, uint32_t num, const struct pobj *dict,
    const struct reader *bytes, enum pfilter how,
    const struct pobj *parms) MUST_CHECK;
/* Plain rows of a picture: Flate with PNG predictors chosen by one rule. */
int pout_rows(struct pout *, uint32_t num, const struct pobj *dict,
    const struct reader *rows, uint32_t columns, unsigned colours,
    unsigned bits) MUST_CHECK;
/*
 * Write the file with doc_put(). Objects are numbered anew in the order in
 * which a walk from the trailer reaches them (Root, Info; keys sorted), so
 * that the numbers do not depend on the order of filling; what is not
 * reached is not written. ID is a digest of what is written.
 */
int pout_finish(struct pout *, uint32_t root, uint32_t info) MUST_CHECK;
/* The same into a sink of the caller: a PDF that goes into a ZIP. */
int pout_write(struct pout *, uint32_t root, uint32_t info,
    struct sink *) MUST_CHECK;

/* ---- the walk: walk.c and its parts */

/* Types of the model: PT_Catalog, PT_PageObject ... (generated). */
typedef uint16_t pdf_type;

/* Fonts of the document in which something usual was left behind. */
struct pdf_fonts {
	uint32_t programs, tables, names, type1;
	char first_table[24];
};

struct pdf {
	struct doc *d;
	struct pin *in;
	struct pout *out;
	struct walk *walk; /* walk.c only */
	unsigned depth;	   /* of forms inside forms */
	uint32_t *drawn;   /* content.c only: operators that a stream runs */
	struct pdf_fonts fonts;
};

/*
 * A typed copy of src (a value or a reference of the source) as model type t.
 * *dst is NULL when nothing of it may stay (reported). Indirect objects are
 * copied once for each type and become references. where: for the report,
 * "page 3".
 */
int pdf_copy(struct pdf *, pdf_type t, const struct pobj *src,
    const char *where, const struct pobj **dst) MUST_CHECK;
/* A colour space of any kind (name or array; ICC profiles checked). *dst is
 * NULL when it is not valid. *components: 1..32. */
int pdf_colour_space(struct pdf *, const struct pobj *src,
    const struct pobj *resources, const char *where, const struct pobj **dst,
    unsigned *components) MUST_CHECK;

/*
 * The whole document: *root and *info are objects of the output (*info 0:
 * none). Files that came out of it wait for pdf_deliver(), which writes the
 * PDF, or a ZIP of it and of them, and says by doc_makes() which.
 * ERR_UNSUPPORTED: a form that only a program can show (dynamic XFA).
 */
int pdf_walk(struct pdf *, uint32_t *root, uint32_t *info) MUST_CHECK;
int pdf_deliver(struct pdf *, uint32_t root, uint32_t info) MUST_CHECK;

/*
 * signature.c: reports each signature of the source: its signer, whether it
 * verifies, and that it ends here. pdf.c calls it before the walk, which
 * leaves signatures behind without a word.
 */
int pdf_signatures(struct pdf *) MUST_CHECK;

/* ---- streams; each is called by the walk, and calls back pdf_copy() */

enum presource { /* the categories of a resource dictionary, 7.8.3 */
	PRES_EXTGSTATE,
	PRES_COLORSPACE,
	PRES_PATTERN,
	PRES_SHADING,
	PRES_XOBJECT,
	PRES_FONT,
	PRES_PROPERTIES,
	PRES_COUNT
};

/* Names of resources that a content stream uses. In document memory; zeroed
 * by the caller. The default colour spaces are in it when resources hold
 * them. Names of added pictures are unlike any other in the document. */
struct pused {
	struct pused_name {
		enum presource kind;
		struct reader name;
		uint32_t added; /* not 0: an object of the output that the
				   content code made (inline picture) */
	} * list;

	size_t n, cap;
};

enum pcontent_kind {
	PCONTENT_PAGE,
	PCONTENT_FORM,	/* also appearance streams and groups */
	PCONTENT_TYPE3, /* a glyph: d0, d1 */
	PCONTENT_PATTERN,
};

struct pcontent {
	struct reader bytes;
	const struct pobj *resources; /* of the source, resolved, inherited;
					 or NULL */
	enum pcontent_kind kind;
	uint32_t number; /* of the stream in the source; 0: of no one stream */
	const char *where;
	/*
	 * NULL, or asked once for each name at its first use: the walk copies
	 * the resource there and then, and says whether something of it stays.
	 * If not, the name goes with its operators (else the second pass would
	 * find a name without a resource). value: not resolved.
	 */
	int (*keep)(void *arg, enum presource, const struct reader *name,
	    const struct pobj *value, bool *stays);
	/* NULL, or: what keep() was last asked is not drawn after all. */
	void (*drop)(void *arg);
	void *arg;
};

/*
 * Content.c: parse to operators and operands, write again to out. Unknown
 * operators, wrong operands, names that resources do not hold, unbalanced
 * state: dropped or repaired, and reported. *used gets each name once, in
 * the order of first use; a name that does not resolve is not in it. out must
 * be empty. Fixpoint: its own output comes out byte for byte.
 */
int pdf_content(struct pdf *, const struct pcontent *, struct buf *out,
    struct pused *used) MUST_CHECK;
/* DA strings of form fields: font, size and colour operators only. *font is
 * the resource name used, len 0 for none. */
int pdf_content_da(struct pdf *, const struct reader *da, struct buf *out,
    struct reader *font) MUST_CHECK;
/* The CID of a character in Adobe-Japan1; 0: it is not in it. japan1.c */
uint16_t pdf_japan1_cid(uint32_t cp);
#define PDF_CODES 65536 /* of two bytes */
/* A CMap from codes of two bytes to those CIDs, 0 for none, as pdf_cmap() would
 * write it. */
int pdf_japan1_cmap(struct pdf *, const uint16_t *cids, bool vertical,
    struct buf *out, const struct pobj **dict) MUST_CHECK;
/* A stream that is a CMap or ToUnicode CMap: ranges parsed, written again. */
int pdf_cmap(struct pdf *, const struct pobj *stream, bool to_unicode,
    const char *where, struct buf *out, const struct pobj **dict) MUST_CHECK;
/* A function of type 4: tokens of the calculator language only. */
int pdf_function4(struct pdf *, const struct pobj *stream, const char *where,
    struct buf *out) MUST_CHECK;

/* image.c: an image XObject, mask or soft mask. *num 0: nothing to show for
 * it stays (the caller drops the name); else an object of the output. A
 * picture that cannot be decoded becomes a grey placeholder of its size. */
int pdf_image(struct pdf *, const struct pobj *stream,
    const struct pobj *resources, const char *where, uint32_t *num) MUST_CHECK;
/* An inline picture: its dictionary (abbreviations resolved by the caller)
 * and its raw bytes, as an image XObject. */
int pdf_inline_image(struct pdf *, const struct pobj *dict,
    const struct reader *bytes, const struct pobj *resources, const char *where,
    uint32_t *num) MUST_CHECK;

/* font.c: a font program, rebuilt. */
enum pfont_file {
	PFONT_TYPE1,
	PFONT_TRUETYPE,
	PFONT_TYPE1C,
	PFONT_CID0C,
	PFONT_OPENTYPE
};

struct pfont {
	enum pfont_file kind; /* as claimed by key and Subtype; in and out */
	struct reader bytes;
	const char *where;
};

/*
 * Append the rebuilt program to out; f->kind may change (the caller writes
 * key and Subtype by it). For PFONT_TYPE1 lengths[] get Length1..3. Fixpoint.
 * ERR_MALFORMED: cannot be rebuilt, the caller drops it and reports.
 */
int pdf_font_file(struct pdf *, struct pfont *f, struct buf *out,
    uint32_t lengths[3]) MUST_CHECK;
/* After the walk: what was left out of the fonts, one finding a kind. */
int pdf_font_report(struct pdf *) MUST_CHECK;

#endif
