/*
 * Is the text of a field with a leading sign only a number, a phone number or
 * a rule of dashes? Such a field is shown the same with and without running
 * it, and stays untouched.
 */
#ifndef FORMATS_TEXT_CSVNUM_H
#define FORMATS_TEXT_CSVNUM_H

#include <stdbool.h>
#include <stdint.h>

#define CSVNUM_MAX 64 /* characters; longer is no number */

/* The ASCII form of a digit or sign of either width; '\0' for all else. */
char csvnum_ascii(uint32_t cp);
/* text: NUL-terminated, made of csvnum_ascii() characters. */
bool csvnum_is(const char *text);

#endif
