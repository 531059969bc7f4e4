/*
 * HTML, built so that escaping is what happens by default.
 *
 * There is no call that takes markup: elements and attributes are named by
 * constants, everything else is text and is escaped. Errors stick: the calls
 * return nothing, html_end() says whether all went well (ERR_NOMEM, ERR_LIMIT,
 * ERR_INTERNAL for what a page must not do, see below).
 *
 * Refused (ERR_INTERNAL): names that are not [a-z0-9-], event handlers (on*),
 * style=, an address (href, src, action) that leaves this site, elements left
 * open or closed twice, script elements with text.
 */
#ifndef CONSOLE_HTML_H
#define CONSOLE_HTML_H

#include <stdint.h>

#include "base/buf.h"

#define HTML_DEPTH 64
#define HTML_MAX   (32u << 20) /* bytes of a page */

struct html {
	struct buf out;
	int err;
	unsigned depth;
	const char *open[HTML_DEPTH];
};

void html_init(struct html *);
void html_done(struct html *);
/* Forget all that was written. */
void html_clear(struct html *);

/*
 * <tag name="value" ...>: pairs of texts, ended by NULL. A value NULL leaves
 * the attribute out; "" is what a boolean attribute wants. Elements without
 * content (input, br, ...) are closed at once, all others by html_close().
 */
void html_open(struct html *, const char *tag, ...) __attribute__((sentinel));
/* Close the element opened last. */
void html_close(struct html *);
/* <tag ...>text</tag>; text NULL: empty. */
void html_el(struct html *, const char *tag, const char *text, ...)
    __attribute__((sentinel));
/* Our own words, and data that was made printable. */
void html_text(struct html *, const char *);
/* Words of strangers (file names, details): kept apart by <bdi>, hidden and
 * bidi characters shown as U+FFFD, addresses inert (hxxp). */
void html_data(struct html *, const char *);
void html_number(struct html *, uint64_t);
/* The first line of every page. */
void html_doctype(struct html *);
/* 0 when every call went well and nothing is left open. */
int html_end(struct html *) MUST_CHECK;

#endif
