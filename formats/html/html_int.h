/*
 * HTML, shared by the files of this folder; nobody else includes it.
 *
 * gumbo reads (html_tree.c, the only file that knows it); what it found is
 * turned into our own tree, whose elements are those of html_elements.def.
 * html_look.c computes what is visible; html_text() and html_clean() walk.
 */
#ifndef FORMATS_HTML_HTML_INT_H
#define FORMATS_HTML_HTML_INT_H

#include <stdbool.h>

#include "formats/doc.h"
#include "formats/mail/mail.h"

#define HTML_DEPTH_MAX 200u	   /* of our tree; deeper is made flat */
#define HTML_IN_BYTES  (64u << 20) /* of one HTML text */
#define HTML_NODES_MAX 1000000u	   /* of gumbo's tree */

/* What our pages may do, and say so: nothing but show what they hold. */
#define HTML_CSP \
	"default-src 'none'; img-src data: cid:; style-src 'unsafe-inline'"

/* What an element is. */
#define HTML_KEEP  (1u << 0)
#define HTML_OPEN  (1u << 1) /* the tags go, what they hold stays */
#define HTML_GONE  (1u << 2)
#define HTML_BLOCK (1u << 3)
#define HTML_VOID  (1u << 4)

enum html_element {

#define ELEMENT(name, text, flags, find) HTML_##name##_,
#include "formats/html/html_elements.def"
#undef ELEMENT
	HTML_ELEMENTS,
	HTML_CHARS = HTML_ELEMENTS, /* a text node */
	HTML_OTHER		    /* a name that is not in the table */
};

struct html_row {
	const char *name;
	unsigned flags;
	int finding; /* -1: none */
};

extern const struct html_row html_rows[HTML_ELEMENTS];

struct html_attr {
	struct html_attr *next;
	const char *name; /* lower case */
	const char *value;
};

/* 0xRRGGBB, or one of these. */
#define HTML_NO_COLOUR	 (-1L) /* not said */
#define HTML_SOME_COLOUR (-2L) /* said, but not known which */
#define HTML_TRANSPARENT (-3L)

struct html_decl {
	struct html_decl *next;
	uint8_t property; /* of html_css.def */
	bool important;
	const char *value; /* in our spelling */
};

struct html_node {
	struct html_node *parent, *first, *last, *next;
	struct html_attr *attrs;
	struct html_decl *style; /* html_css.c */
	uint32_t *classes, id;	 /* hashes; html_sheet.c */
	uint8_t n_classes;
	const char *text; /* of HTML_CHARS; "" else */
	size_t len;
	uint8_t element;
	bool foreign; /* of SVG or MathML */
	bool hidden;  /* nobody sees it: html_look.c */
	bool inert;   /* hidden, and so is all inside that does not say else */
};

/* Something left out, so often. */
struct html_tally {
	struct html_tally *next;
	uint32_t count;
	enum finding_id id;
	enum action act;
	const char *detail;
};

struct html_sheet; /* html_sheet.c */

struct html {
	struct doc *d;
	const struct html_job *job;
	struct html_node *root; /* <html> */
	struct html_node *head, *body;
	bool doctype; /* one that is not quirky */
	struct html_sheet *sheet;
	struct html_tally *tallies, *last_tally;
	unsigned n_tallies;
	uint32_t comments, conditionals, deep;
	bool as_text;  /* colours hide nothing any more */
	bool blind;    /* a rule that is not understood sets a background */
	bool quiet;    /* nothing is reported: a later round */
	uint8_t *room; /* of the chunk being handed out */
	size_t room_left;
	struct buf tmp;
};

/* Memory that lives as long as the document; NULL when over budget. */
void *html_alloc(struct html *, size_t n);
char *html_copy(struct html *, const void *, size_t n);
/* Counted, and reported by html_report(). detail may be hostile; "": none. */
int html_say(struct html *, enum finding_id, enum action,
    const char *detail) MUST_CHECK;
int html_report(struct html *) MUST_CHECK;

/* UTF-8 to h->root and the others. ERR_LIMIT, ERR_MALFORMED. html_tree.c */
int html_read(struct html *, const struct reader *) MUST_CHECK;
/* HTML_OTHER when there is no such name. html_table.c */
enum html_element html_element_named(const char *);
/* The value of an attribute, or NULL. */
const char *html_get(const struct html_node *, const char *name);
/* Depth-first inside top, itself excluded; NULL at the end. */
struct html_node *html_next(const struct html_node *,
    const struct html_node *top);
/* The same without what is inside the node. */
struct html_node *html_after(const struct html_node *,
    const struct html_node *top);

static inline unsigned
html_is(const struct html_node *n, unsigned flags)
{
	return n->element < HTML_ELEMENTS ? html_rows[n->element].flags & flags
					  : 0;
}

/* White space of HTML. */
bool html_is_blank(int c);
bool html_all_blank(const char *s);

/* Says what acts, hides or tells, in the whole tree. html_judge.c */
int html_judge(struct html *) MUST_CHECK;
/* Takes characters that act or hide out of all texts, and says so. */
int html_chars(struct html *) MUST_CHECK;
/* One text of n bytes, appended; findings are counted in h. html_chars.c */
int html_filter(struct html *, const char *, size_t n,
    struct buf *out) MUST_CHECK;
/* Which nodes nobody sees; said. html_look.c */
int html_look(struct html *) MUST_CHECK;
/* "#fff", "rgb(1,2,3)", "white", of bgcolor and CSS; HTML_*_COLOUR. */
long html_colour(const char *);

/* ---- links (html_link.c) */

enum html_link {
	HTML_LINK_NONE,	 /* no link, or an empty one */
	HTML_LINK_OK,	 /* url is the form to write */
	HTML_LINK_PLACE, /* "#place" */
	HTML_LINK_BAD,	 /* may not leave */
};

/*
 * Judges an href. url (cleared first) gets the form to write. Says
 * what is denied.
 */
int html_link(struct html *, const char *href, struct buf *url,
    enum html_link *kind) MUST_CHECK;
/*
 * "hxxps://host[.]example/path" for people, with the IDN beside its A-label.
 * Appended.
 */
int html_defang(const char *url, struct buf *out) MUST_CHECK;
/* Does the shown text name another place than url leads to? */
bool html_misleads(const char *shown, const char *url);
/* The host of "http://user@host/", printable; false when there is no user. */
bool html_true_host(const char *href, char *host, size_t size);
/* Where a redirecting service would lead: the inner host, or "". */
int html_wrapped(const char *url, struct buf *out) MUST_CHECK;

#endif
