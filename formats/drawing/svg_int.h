/*
 * SVG, shared by the svg files; nobody else includes it.
 *
 * A drawing is read into a tree that can hold nothing but what is listed in
 * svg_elements.def and svg_attributes.def, every value in the one spelling
 * that we write. What is left out is tallied and reported at the end.
 */
#ifndef FORMATS_DRAWING_SVG_INT_H
#define FORMATS_DRAWING_SVG_INT_H

#include <stdbool.h>

#include "formats/doc.h"
#include "formats/drawing/css.h"

/* Where elements may stand, as bits. */
#define IN_BODY	    (1u << 0)
#define IN_TEXT	    (1u << 1)
#define IN_NOTE	    (1u << 2)
#define IN_GRADIENT (1u << 3)
#define IN_FILTER   (1u << 4)
#define IN_FUNCS    (1u << 5)
#define IN_MERGE    (1u << 6)
#define IN_LIGHT    (1u << 7)

enum svg_element {

#define ELEMENT(name, text, is, holds) SVG_##name,
#include "formats/drawing/svg_elements.def"
#undef ELEMENT
	SVG_ELEMENTS,
	SVG_CHARS = SVG_ELEMENTS, /* a text node */
	SVG_NONE
};

enum svg_attribute {

#define ATTRIBUTE(name, text, kind, mask, css) SVG_A_##name,
#include "formats/drawing/svg_attributes.def"
#undef ATTRIBUTE
	SVG_ATTRIBUTES
};

/* Grammars of values. Every one also takes a single plain word ("inherit"). */
enum svg_kind {
	SVG_K_NUMBERS,
	SVG_K_LENGTH,
	SVG_K_LENGTHS,
	SVG_K_COLOUR,
	SVG_K_PAINT,
	SVG_K_REF,
	SVG_K_WORD,
	SVG_K_WORDS,
	SVG_K_FONT,
	SVG_K_FAMILY,
	SVG_K_TRANSFORM,
	SVG_K_PATH,
	SVG_K_POINTS,
	SVG_K_NAME,
	SVG_K_CLASS,
	SVG_K_LANG,
	SVG_K_STYLE,
	SVG_K_HREF /* svg_href.c */
};

struct svg_attribute_row {
	const char *name;
	uint64_t elements; /* bits of enum svg_element */
	enum svg_kind kind;
	bool css; /* also a property of a style */
};

struct svg_element_row {
	const char *name;
	unsigned is, holds; /* IN_* */
};

extern const struct svg_attribute_row svg_attributes[SVG_ATTRIBUTES];
extern const struct svg_element_row svg_elements[SVG_ELEMENTS];

struct svg_value {
	struct svg_value *next;
	const char *text; /* as it is written, not escaped; NUL-terminated */
	uint32_t points;  /* of a path: what a marker may stand on */
	uint8_t attribute;
};

struct svg_node {
	struct svg_node *parent, *first, *last, *next;
	struct svg_value *values; /* in the order of the table */
	const char *text;	  /* of SVG_CHARS and of a style */
	size_t len;
	uint64_t cost, count, points; /* svg_refs.c */
	uint8_t element;
	uint8_t mark;  /* svg_refs.c */
	bool in_text;  /* characters count here */
	bool choosing; /* was a switch, nothing chosen yet */
	bool chosen;   /* was a switch, one chosen */
	bool gone;     /* is not written */
};

/* A rule of a sheet; those that refer to something are asked again later. */
struct svg_rule {
	struct svg_rule *next;
	const char *selectors;	  /* "a,b c" */
	const char *declarations; /* "fill:none;stroke:red" */
	bool refers;		  /* holds url(#...) */
	bool gone;
};

struct svg_sheet {
	struct svg_sheet *next;
	struct svg_node *node;
	struct svg_rule *rules, *last_rule;
};

/* Something left out, so often. */
struct svg_tally {
	struct svg_tally *next;
	uint32_t count;
	enum finding_id id;
	enum action act;
	const char *detail;
};

struct svg {
	struct doc *d;
	int (*put)(void *, const void *, size_t);
	void *put_arg;
	struct svg_node *root;
	struct svg_sheet *sheets;
	struct svg_tally *tallies, *last_tally;
	unsigned n_tallies;
	uint8_t *room; /* of the chunk being handed out */
	size_t room_left;
	uint64_t n_nodes;
	bool xlink;	  /* xlink:href is written somewhere */
	bool bare;	  /* a root without a namespace */
	struct buf value; /* of an attribute as it was read */
	struct buf tmp;	  /* of one value being written */
	struct buf css;	  /* of a style without its comments */
	struct buf part;  /* of one declaration of it */
};

/* Memory that lives as long as the document; NULL when over budget. */
void *svg_alloc(struct svg *, size_t n);
char *svg_copy(struct svg *, const void *, size_t n);
/*
 * Something was left out or changed: counted, and reported by svg_report().
 * detail may hold hostile text (it is cut short); "" for none.
 */
int svg_say(struct svg *, enum finding_id, enum action,
    const char *detail) MUST_CHECK;
int svg_report(struct svg *) MUST_CHECK;

/*
 * The input as UTF-8 without what stands before the root element: encodings,
 * XML declaration, DOCTYPE with its plain entities, comments. svg_prolog.c
 */
int svg_prolog(struct svg *, const struct reader *in,
    struct buf *body) MUST_CHECK;
/* UTF-8 into g->root. svg_read.c */
int svg_read(struct svg *, const struct buf *body) MUST_CHECK;
/* References that go round, and how much they draw. svg_refs.c */
int svg_refs(struct svg *) MUST_CHECK;
int svg_write(struct svg *) MUST_CHECK;
/* From doc_in() or what was unpacked to put(). svg.c */
int svg_clean(struct doc *, const struct reader *in,
    int (*put)(void *, const void *, size_t), void *arg) MUST_CHECK;

/* Tables: SVG_NONE, SVG_ATTRIBUTES when there is no such name. */
enum svg_element svg_element_named(const char *);
enum svg_attribute svg_attribute_named(const char *);

/* ---- values (svg_value.c, svg_path.c, svg_font.c) */

/*
 * A value in our spelling, appended to out. ERR_MALFORMED: it does not follow
 * its grammar. *points counts the corners of a path.
 */
int svg_value(struct svg *, enum svg_attribute, const char *in, struct buf *out,
    uint32_t *points) MUST_CHECK;

/* Which refusal a bad value is: does it try to reach something? */
enum finding_id svg_refusal(const char *value);
/* "url(#a) none", "red". */
bool svg_paint(const char **, struct buf *out, int *e);
/* "url(#id)" in any of its spellings. */
bool svg_url(const char **, struct buf *out, int *e);
/* How many bytes of an id stand here; 0: none. */
size_t svg_id_len(const char *);
int svg_path(const char *, struct buf *out, uint32_t *points,
    bool *cut) MUST_CHECK;
int svg_points(const char *, struct buf *out, uint32_t *points,
    bool *cut) MUST_CHECK;
int svg_transform(const char *, struct buf *out) MUST_CHECK;

/* ---- style (svg_css.c, svg_sheet.c) */

/* "a:b;c:d" of an attribute or a rule; ERR_MALFORMED never. */
int svg_declarations(struct svg *, const char *in, struct buf *out) MUST_CHECK;
/* A whole sheet, read into g->sheets; *empty: nothing is left of it. */
int svg_sheet(struct svg *, struct svg_node *, const char *in,
    bool *empty) MUST_CHECK;
/* Could the rule apply to the node? The last part of a selector decides. */
bool svg_rule_fits(const struct svg_rule *, const struct svg_node *);

/* ---- references (svg_href.c) */

/*
 * What an element refers to. *gone: the element cannot stay. May change the
 * element (an unusable link, a filter's picture).
 */
int svg_href(struct svg *, struct svg_node *, const char *in, bool xlink,
    bool *gone) MUST_CHECK;
/* The value of an attribute, or NULL. */
const char *svg_get(const struct svg_node *, enum svg_attribute);
/* Sets it; text must live as long as the document. ERR_NOMEM. */
int svg_set(struct svg *, struct svg_node *, enum svg_attribute,
    const char *text) MUST_CHECK;
void svg_unset(struct svg_node *, enum svg_attribute);
struct svg_node *svg_node_new(struct svg *, struct svg_node *parent,
    enum svg_element);
/* Depth-first inside top, itself excluded; NULL at the end. */
struct svg_node *svg_next(const struct svg_node *, const struct svg_node *top);

#endif
