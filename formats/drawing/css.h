/*
 * Values of CSS, for SVG and HTML: read by their grammar, written in the one
 * spelling that we write (CSS Values 3, CSS Color 3, CSS Fonts 3).
 *
 * Cursors move only on success; out gets the value. Nothing with a backslash,
 * no function but the colours, nothing that reaches something is taken.
 */
#ifndef FORMATS_DRAWING_CSS_H
#define FORMATS_DRAWING_CSS_H

#include <stdbool.h>

#include "base/buf.h"

const char *svg_blanks(const char *);
const char *svg_comma(const char *); /* blanks with at most one comma */
bool svg_number(const char **, struct buf *out, int *e);
bool svg_length(const char **, struct buf *out, int *e);
/* A keyword of svg_words.def. */
bool svg_word(const char **, struct buf *out, int *e);
bool svg_colour(const char **, struct buf *out, int *e);
/* Names parted by commas, to the end; ERR_MALFORMED when none is left. */
int svg_family(const char *, struct buf *out) MUST_CHECK;
/* "italic bold 12px/1.2 name". */
int svg_font(const char *, struct buf *out) MUST_CHECK;
/* A style without its comments, appended; strings are left alone. */
int svg_strip_comments(const char *in, struct buf *out) MUST_CHECK;
/* Length up to one of the characters, past strings and brackets. */
size_t svg_css_span(const char *, const char *stop);

#endif
