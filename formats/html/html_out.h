/*
 * Writing clean HTML: html_clean.c the elements, html_attr.c the attributes,
 * html_picture.c what pictures become.
 */
#ifndef FORMATS_HTML_HTML_OUT_H
#define FORMATS_HTML_HTML_OUT_H

#include "formats/html/html_css.h"

/* A picture that was rebuilt: the same URL need not be rebuilt again. */
struct html_made {
	struct html_made *next;
	const char *url;
};

struct html_out {
	struct html *h;
	struct buf *to;
	struct html_made **made;
	struct html_look look; /* scratch */
	struct buf tmp, tmp2;
	bool after_pre; /* a line end that comes now would be lost */
};

/* Text and values of attributes, escaped so that no context can change. */
int html_put_text(struct html_out *, const char *, size_t n) MUST_CHECK;
int html_put_value(struct html_out *, const char *name,
    const char *value) MUST_CHECK;
/* The attributes that an element may have, in the order of the table. */
int html_put_attributes(struct html_out *, struct html_node *) MUST_CHECK;

enum html_picture {
	HTML_PICTURE_SRC, /* o->tmp is the URL to write */
	HTML_PICTURE_ALT, /* o->tmp is a text that stands for it */
	HTML_PICTURE_GONE
};

int html_picture_of(struct html_out *, const struct html_node *,
    enum html_picture *) MUST_CHECK;

#endif
