/*
 * UTF-8 (RFC 3629): decoding, encoding, and what a character is for us.
 *
 * A code point is a uint32_t. Overlong forms, surrogates and values past
 * U+10FFFF are ERR_MALFORMED; a sequence cut short is ERR_TRUNCATED.
 */
#ifndef BASE_UTF8_H
#define BASE_UTF8_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/reader.h"

enum utf8_class {
	UTF8_PLAIN,   /* may stand in text */
	UTF8_CONTROL, /* C0 but TAB LF CR, DEL, C1 */
	UTF8_BIDI,   /* overrides, isolates, marks: U+202A..E, U+2066..9, ... */
	UTF8_HIDDEN, /* zero-width, tags, fillers, soft hyphen, U+FFF9..B */
	UTF8_VARIANT, /* variation selectors: fine after an emoji or a Han */
	UTF8_JOINER,  /* U+200D: fine between emoji */
	UTF8_NONCHAR, /* noncharacters */
	UTF8_PRIVATE, /* PUA: gaiji */
	UTF8_LINE,    /* U+2028, U+2029 */
};

/* The next code point at the cursor; the cursor stays on an error. */
int utf8_get(struct reader *, uint32_t *cp) MUST_CHECK;
/* ERR_MALFORMED for a surrogate or past U+10FFFF. */
int utf8_put(struct buf *, uint32_t cp) MUST_CHECK;
bool utf8_valid(const void *, size_t n);
enum utf8_class utf8_classify(uint32_t cp);
bool utf8_is_han(uint32_t cp);
bool utf8_is_emoji(uint32_t cp);
/*
 * Untrusted text made fit for a record or a screen: valid UTF-8, no control,
 * bidi or hidden characters (each becomes U+FFFD), at most size-1 bytes; a
 * longer text is cut on a character border and ends in U+2026. Always
 * NUL-terminated. size must be at least 8.
 */
void utf8_printable(const void *in, size_t n, char *out, size_t size);

#endif
