/*
 * Canonical composition (Unicode NFC) of adjacent characters, of the BMP and
 * Hangul: か and U+3099 become が, as names from macOS need it. Marks in an
 * unusual order stay as they are. Doing it again changes nothing.
 */
#ifndef BASE_COMPOSE_H
#define BASE_COMPOSE_H

#include "base/buf.h"

/* Appends to out. Bytes that are not UTF-8 become '_', one each. ERR_LIMIT
 * and ERR_NOMEM of out. */
int compose_text(const char *in, size_t n, struct buf *out) MUST_CHECK;

#endif
