/*
 * Shared by walk*.c only: the state of the typed walk, and what its parts do
 * for each other.
 *
 * All functions return 0 or an error that ends the document. A value that may
 * not stay is no error: *dst is NULL then, and it was reported.
 */
#ifndef FORMATS_PDF_WALK_INT_H
#define FORMATS_PDF_WALK_INT_H

#include "formats/pdf/model.h"

#define WALK_DEPTH_MAX	 60 /* objects inside each other */
#define WALK_FORM_DEPTH	 16 /* forms inside forms */
#define WALK_PAGES_MAX	 20000
#define WALK_WHERE_BYTES 96

/* Kinds of copies beside the types of the model. */
enum {
	PX_IMAGE = PT_COUNT,
	PX_FONT_FILE,
	PX_CMAP,
	PX_TO_UNICODE,
	PX_GID_MAP,
	PX_ICC,
	PX_COLOUR,
	PX_FUNCTION,
	PX_CONTENTS,
	PX_CHAR_PROC,
	PX_OUTLINE,
	PX_FILE,
	PX_TREE,
};

/* Things that are counted and said once, with a few of their names. */
struct tally {
	uint32_t n;
	char names[200];
};

struct wpage {
	uint32_t src;		 /* number in the source; 0: direct */
	uint32_t num;		 /* in the output */
	const struct pobj *dict; /* resolved */
	/* with what the page inherits; NULL: nothing valid */
	const struct pobj *resources, *media, *crop, *rotate;
	const struct pobj *annots;    /* array, resolved, or NULL */
	size_t first_annot, n_annots; /* of those that are listed */
	char where[24];
};

struct wannot {
	uint32_t src, num;
	const struct pobj *dict;
	pdf_type type;
	size_t page;  /* index */
	bool flatten; /* becomes part of the page */
	bool done;
	struct wfield *field; /* a widget's, or NULL */
};

struct memo {
	uint64_t key; /* source number and type; 0: free */
	uint32_t num;
	uint16_t extra;
	uint8_t state;
};

struct walk {
	struct pdf *p;
	struct doc *d;
	unsigned depth;
	struct memo *memo;
	size_t memo_n, memo_cap; /* cap: a power of two */
	struct tally unknown, wrong, broken;

	struct wpage *pages;
	size_t n_pages, cap_pages;
	uint32_t *page_of; /* source number -> index + 1 */
	uint32_t limit;	   /* of source numbers */
	uint32_t root_num; /* of the page tree in the output */
	uint32_t n_fallen; /* fonts that were replaced, walk_font_fall.c */

	struct wannot *annots;
	size_t n_annots, cap_annots;
	uint32_t *annot_of; /* source number -> index + 1 */
	uint8_t *seen;	    /* source numbers met in trees */

	struct wdests *dests;
	struct wforms *forms;
	struct wfiles *files;
	struct wlayers *layers;
	struct wstruct *tags;
};

/* ---- walk.c: the table at work */

/* The number that identifies a value for the memo; 0: direct. */
uint32_t pwalk_number(const struct pobj *src, const struct pobj *resolved);
/* The same, for values that may be direct and are used many times: their
 * address, where they have no number. */
uint64_t pwalk_identity(const struct pobj *src, const struct pobj *resolved);
/* pin_get() on a value that may be NULL. */
int pwalk_get(struct walk *, const struct pobj *dict, const char *key,
    const struct pobj **out) MUST_CHECK;
int pwalk_resolve(struct walk *, const struct pobj *,
    const struct pobj **out) MUST_CHECK;
int pwalk_item(struct walk *, const struct pobj *array, size_t i,
    const struct pobj **out) MUST_CHECK;

/* A copy as type t; what pdf_copy() does. */
int pwalk_copy(struct walk *, pdf_type t, const struct pobj *src,
    const char *where, const struct pobj **dst) MUST_CHECK;
/* A new dictionary with what the table copies of a resolved one; *dst NULL
 * when a needed key is missing. Reports unknown keys. There is room for the
 * keys set by code. */
int pwalk_dict(struct walk *, pdf_type t, const struct pobj *src,
    const char *where, struct pobj **dst) MUST_CHECK;
/* The same into a dictionary at hand, without a report. *ok: nothing needed is
 * missing. */
int pwalk_fill(struct walk *, pdf_type t, const struct pobj *src,
    const char *where, struct pobj *dst, bool *ok) MUST_CHECK;
/* Report the keys that none of the n types has. */
int pwalk_unknown(struct walk *, const pdf_type *types, size_t n,
    const struct pobj *src, const char *where) MUST_CHECK;
/* Copy one key by its row. */
int pwalk_value(struct walk *, pdf_type t, const struct pmodel_key *,
    const struct pobj *src, const char *where,
    const struct pobj **dst) MUST_CHECK;
/* Array of n_min..n_max numbers; NULL when it is none. */
int pwalk_numbers(struct walk *, const struct pobj *src, size_t n_min,
    size_t n_max, const struct pobj **dst) MUST_CHECK;

/* Memo of copies of source number (or identity) src (0: none, always fresh) as
 * kind. A fresh
 * one is busy until it is settled. */
enum { MEMO_FRESH, MEMO_BUSY, MEMO_DONE, MEMO_GONE };

int pwalk_seen(struct walk *, uint64_t src, unsigned kind,
    struct memo *out) MUST_CHECK;
/* num 0: nothing of it stays. */
void pwalk_settle(struct walk *, uint64_t src, unsigned kind, uint32_t num,
    uint16_t extra);
/* A growing array in document memory: room for one more element. */
int pwalk_grow(struct walk *, void *list, size_t size, size_t n,
    size_t *cap) MUST_CHECK;

/* ---- walk_value.c: values */

int pwalk_scalar(struct walk *, const struct pmodel_alt *, const struct pobj *,
    const struct pobj **dst) MUST_CHECK;
/* A text string as UTF-8, without control characters (appended). */
int pwalk_text_get(struct walk *, const struct pobj *, struct buf *) MUST_CHECK;
/* Text as a string object in its one form. */
int pwalk_text_make(struct walk *, const char *, size_t n,
    const struct pobj **dst) MUST_CHECK;
int pwalk_text(struct walk *, const struct pobj *,
    const struct pobj **dst) MUST_CHECK;
int pwalk_date(struct walk *, const struct pobj *,
    const struct pobj **dst) MUST_CHECK;
int pwalk_rect(struct walk *, const struct pobj *,
    const struct pobj **dst) MUST_CHECK;
/* A copy of bytes in document memory, as a string or name. */
int pwalk_bytes(struct walk *, enum pobj_type, const void *, size_t n,
    const struct pobj **dst) MUST_CHECK;
int pwalk_ref(struct walk *, uint32_t num, const struct pobj **dst) MUST_CHECK;
/* Set a key, whether it is there or not. */
void pwalk_replace(struct pobj *dict, const char *key, const struct pobj *);

/* ---- walk_report.c: what is left behind */

/* Keys that the table copies and that code completes: Group/CS; I RI IX. */
int pwalk_group_space(struct walk *, const struct pobj *src, const char *where,
    struct pobj *dst) MUST_CHECK;
int pwalk_icons(struct walk *, const struct pobj *src, const char *where,
    struct pobj *dst) MUST_CHECK;
/* A key that its type may not have. */
int pwalk_left(struct walk *, pdf_type t, const struct pentry *,
    const char *where) MUST_CHECK;
/* An action with all that follows it; key: "A", "OpenAction". */
int pwalk_left_action(struct walk *, const struct pobj *, const char *where,
    const char *key) MUST_CHECK;
/* Is a name the type of an action? */
bool pwalk_is_action(const struct pobj *type);
/* Additional actions: AA. */
int pwalk_left_triggers(struct walk *, const struct pobj *,
    const char *where) MUST_CHECK;
void pwalk_tally(struct tally *, const char *type, const struct reader *key);
int pwalk_tally_say(struct walk *) MUST_CHECK;

/* ---- walk_page.c, walk_res.c */

int pwalk_pages_find(struct walk *) MUST_CHECK;
int pwalk_pages_copy(struct walk *) MUST_CHECK;
/* The page that a reference points to: index + 1; 0: none. */
size_t pwalk_page_of(struct walk *, const struct pobj *ref);

/* Content with its resources: several streams can share one set. */
struct wres {
	const struct pobj *source; /* resources, resolved, or NULL */
	uint32_t number;	   /* of the stream that uses them, or 0 */
	const char *where;
	struct walk *w;

	struct wres_name {
		enum presource kind;
		struct reader name;
		const struct pobj *value; /* NULL: not drawn after all */
	} * list;

	size_t n, cap;
	uint32_t *slots; /* hash of names: index + 1 */
	size_t n_slots;
	uint32_t fresh; /* index + 1 of what was added last, or 0 */
};

int pwalk_content(struct wres *, const struct reader *bytes, enum pcontent_kind,
    struct buf *out) MUST_CHECK;
/* The resource dictionary of all content so far; NULL when it needs none. */
int pwalk_resources(struct wres *, const struct pobj **dst) MUST_CHECK;
/* A stream of content with its resources, written as object num; dict: all
 * but Resources. */
int pwalk_content_stream(struct walk *, const struct pobj *stream,
    const struct pobj *resources, enum pcontent_kind, const char *where,
    struct pobj *dict, uint32_t num) MUST_CHECK;
/* A form, or NULL. resources: those of the page, for forms without. */
int pwalk_form(struct walk *, const struct pobj *src,
    const struct pobj *resources, const char *where,
    const struct pobj **dst) MUST_CHECK;
int pwalk_resource(struct walk *, enum presource, const struct pobj *src,
    const struct pobj *resources, const char *where,
    const struct pobj **dst) MUST_CHECK;
/* A group or membership of optional content. */
int pwalk_layer(struct walk *, const struct pobj *src, const char *where,
    const struct pobj **dst) MUST_CHECK;
/* Decoded bytes of a stream; *ok false (reported, unless where is "") when it
 * has none. To be freed with pdf_data_free() in any case. */
int pwalk_stream(struct walk *, const struct pobj *stream, const char *where,
    struct pdata *out, bool *ok) MUST_CHECK;

/* ---- walk_shade.c, walk_function.c, walk_font.c, walk_state.c */

int pwalk_function(struct walk *, const struct pobj *src, const char *where,
    const struct pobj **dst) MUST_CHECK;
/* One function, or an array of as many as there are colours. */
int pwalk_functions(struct walk *, const struct pobj *src, const char *where,
    const struct pobj **dst) MUST_CHECK;
/* An ICC profile with n components; *num 0: it goes. */
/* A value of our own as PDF text. */
int pwalk_parse(struct walk *, const struct buf *text,
    const struct pobj **) MUST_CHECK;
/* A Japanese font that every viewer has something for: a descendant font
 * but for its widths and its end. */
#define PDF_JAPAN1_FONT \
	"<</Type/Font/Subtype/CIDFontType0/BaseFont/HeiseiKakuGo-W5" \
	"/CIDSystemInfo<</Registry(Adobe)/Ordering(Japan1)/Supplement 6>>" \
	"/FontDescriptor<</Type/FontDescriptor/FontName/HeiseiKakuGo-W5" \
	"/Flags 4/FontBBox[-92 -250 1010 922]/ItalicAngle 0/Ascent 752" \
	"/Descent -271/CapHeight 737/StemV 114>>/DW 1000"
/* walk_xmp.c: the title in the document's XMP, or NULL. */
int pwalk_xmp_title(struct walk *, const struct pobj **dst) MUST_CHECK;
int pwalk_icc(struct walk *, const struct pobj *stream, unsigned n,
    const char *where, uint32_t *num) MUST_CHECK;
int pwalk_shading(struct walk *, const struct pobj *src,
    const struct pobj *resources, const char *where,
    const struct pobj **dst) MUST_CHECK;
int pwalk_pattern(struct walk *, const struct pobj *src,
    const struct pobj *resources, const char *where,
    const struct pobj **dst) MUST_CHECK;
int pwalk_gstate(struct walk *, const struct pobj *src,
    const struct pobj *resources, const char *where,
    const struct pobj **dst) MUST_CHECK;
int pwalk_font(struct walk *, const struct pobj *src,
    const struct pobj *resources, const char *where,
    const struct pobj **dst) MUST_CHECK;
/* What a font of the source (resolved) is taken for: PT_FontType0, Type3 or
 * TrueType; all others are PT_FontType1. */
int pwalk_font_kind(struct walk *, const struct pobj *, pdf_type *) MUST_CHECK;

/* ---- walk_annot.c */

int pwalk_annots_find(struct walk *) MUST_CHECK;
/* Once the forms are known: a window for a comment that goes, or becomes part
 * of the page, has nothing to show. */
void pwalk_annots_settle(struct walk *);
/* The Annots of page i, or NULL. */
int pwalk_annots(struct walk *, size_t page,
    const struct pobj **dst) MUST_CHECK;
struct wannot *pwalk_annot_of(struct walk *, const struct pobj *ref);
/* An AP dictionary, or NULL. */
int pwalk_appearance(struct walk *, const struct pobj *src, const char *where,
    const struct pobj **dst) MUST_CHECK;

/* ---- walk_dest.c: destinations and the actions that lead to them */

int pwalk_dests_find(struct walk *) MUST_CHECK;
/* A destination (array, name or string) inside this document, or NULL. */
int pwalk_dest(struct walk *, const struct pobj *src, const char *where,
    const struct pobj **dst) MUST_CHECK;
/* An action: GoTo and URI stay; all that follows is left. *show (may be NULL)
 * gets the address of a link that goes by policy "show", as text. */
int pwalk_action(struct walk *, const struct pobj *src, const char *where,
    const struct pobj **dst, const struct pobj **show) MUST_CHECK;
/* Names of the catalog, with Dests alone; and the old Dests. */
int pwalk_names(struct walk *, const struct pobj *root,
    struct pobj *dst) MUST_CHECK;

/* ---- walk_tree.c: name and number trees, read whole, written in one form */

typedef int pwalk_tree_fn(struct walk *, void *arg, const struct pobj *key,
    const struct pobj *value);
int pwalk_tree(struct walk *, const struct pobj *root, bool numbers,
    pwalk_tree_fn *, void *arg) MUST_CHECK;

struct wtree_entry {
	const struct pobj *key, *value;
};

/* Sorts the entries (keys are unique afterwards: the first wins). */
int pwalk_bytes_compare(const struct reader *, const struct reader *);
int pwalk_tree_make(struct walk *, bool numbers, struct wtree_entry *, size_t n,
    const struct pobj **dst) MUST_CHECK;

/* ---- walk_form.c */

int pwalk_forms_find(struct walk *) MUST_CHECK;
int pwalk_forms(struct walk *, struct pobj *catalog) MUST_CHECK;
/* Draw what is flattened into a page: appends to its content, and replaces its
 * resources (of the source). */
int pwalk_forms_draw(struct walk *, const struct wpage *, struct buf *content,
    const struct pobj **resources) MUST_CHECK;
/* The keys of a widget that its field decides. */
int pwalk_widget(struct walk *, struct wannot *, const char *where,
    struct pobj *dst) MUST_CHECK;

/* ---- walk_outline.c, walk_layer.c, walk_tags.c, walk_file.c */

int pwalk_outlines(struct walk *, const struct pobj *root,
    struct pobj *dst) MUST_CHECK;
int pwalk_layers_find(struct walk *, const struct pobj *root) MUST_CHECK;
int pwalk_layers(struct walk *, const struct pobj *root,
    struct pobj *dst) MUST_CHECK;
int pwalk_tags(struct walk *, const struct pobj *root,
    struct pobj *dst) MUST_CHECK;
/* File specifications that are left behind: AF, EmbeddedFiles. The files are
 * taken out. */
int pwalk_files_left(struct walk *, const struct pobj *src,
    const char *where) MUST_CHECK;
/* One file specification. */
int pwalk_file(struct walk *, const struct pobj *spec,
    const char *where) MUST_CHECK;

#endif
