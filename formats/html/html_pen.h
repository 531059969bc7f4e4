/*
 * Writing HTML as lines of text: white space, line breaks, quote levels and
 * indents. html_pen.c writes, html_text.c knows elements, html_grid.c tables.
 */
#ifndef FORMATS_HTML_HTML_PEN_H
#define FORMATS_HTML_HTML_PEN_H

#include "formats/html/html_int.h"

struct html_target {
	struct html_target *next, *same; /* same: of one bucket */
	const char *url;
	const char *shown; /* what misleads, or "" */
	unsigned no;
};

#define HTML_BUCKETS 1024u

/* The numbered links of a text. */
struct html_links {
	struct html_target *first, *last;
	struct html_target *of[HTML_BUCKETS];
	unsigned n;
};

struct html_pen {
	struct html *h;
	struct buf *out;
	struct html_links *links; /* shared by all pens */
	unsigned gap;	    /* line ends to write before the next character */
	unsigned quote;	    /* "> " so often */
	unsigned was_quote; /* of the line before */
	unsigned indent;    /* columns */
	unsigned pre;	    /* white space counts */
	const char *lead;   /* instead of the indent of the next line */
	unsigned lead_columns;
	bool any;	 /* something was written */
	bool blank;	 /* white space waits */
	bool line_end;	 /* ... in which there was a line end */
	bool bol;	 /* at the beginning of a line, prefix not written */
	uint32_t before; /* the last character */
};

void html_pen_init(struct html_pen *, struct html *, struct buf *,
    struct html_links *);
/* At least so many line ends before what follows: 1 a line, 2 a paragraph. */
void html_pen_break(struct html_pen *, unsigned gap);
/* One more line end, as <br> makes it. */
void html_pen_newline(struct html_pen *);
/* Text of HTML, with its white space rules. */
int html_pen_text(struct html_pen *, const char *, size_t n) MUST_CHECK;
/* Our own marks: as they are, on the current line. */
int html_pen_puts(struct html_pen *, const char *) MUST_CHECK;
/* The children of a node. */
int html_pen_inside(struct html_pen *, const struct html_node *) MUST_CHECK;
/* Lays a table out, or its cells one below the other. html_grid.c */
int html_pen_table(struct html_pen *, const struct html_node *) MUST_CHECK;
/* What a form shows, and that it was one. */
int html_pen_form(struct html_pen *, const struct html_node *) MUST_CHECK;
/*
 * To the result: blanks at the ends of lines go. Of a mail the text ends behind
 * HTML_TEXT_BYTES, at the end of a line when there is one near, and says so.
 */
#define HTML_TEXT_BYTES (1u << 20)
int html_tidy(struct html *, const struct buf *in, struct buf *out) MUST_CHECK;
/* The text inside, blanks made one, at most max bytes; hidden left out. */
int html_gather(const struct html_node *, struct buf *out,
    size_t max) MUST_CHECK;
/* Columns of a Japanese screen. */
unsigned html_columns(const char *, size_t n);
bool html_is_wide(uint32_t cp);

#endif
