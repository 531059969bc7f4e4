/*
 * The beginning of a text, for probes only: whatever the encoding, as ASCII.
 */
#ifndef FORMATS_KNOWN_TEXTHEAD_H
#define FORMATS_KNOWN_TEXTHEAD_H

#include <stdbool.h>
#include <stddef.h>

#include "base/reader.h"

#define TEXTHEAD_BYTES 8192

/*
 * UTF-8, UTF-16 and UTF-32 with or without a mark; white space and NUL in
 * front are skipped without limit, NUL inside is dropped. What is not ASCII
 * becomes the byte 0x80. NUL-terminated. Only the first character is read
 * when that is not printable ASCII.
 */
struct texthead {
	char s[TEXTHEAD_BYTES + 1];
	size_t n;
	size_t first; /* offset in the file of the first character, in bytes */
};

void texthead_read(const struct reader *, struct texthead *);
/* s starts with word, whatever the case. */
bool texthead_starts(const char *s, const char *word);
/* The first character of the next line, or the NUL at the end. */
const char *texthead_line(const char *s);
/* s after blanks (space, tab). */
const char *texthead_blanks(const char *s);
/* s after white space (blanks, ends of line, form feed). */
const char *texthead_space(const char *s);

#endif
