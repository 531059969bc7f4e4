/*
 * Spreadsheet formulas (ECMA-376 part 1, 18.17), read by a lexer.
 *
 * A formula may stay when every token is understood, every function is on
 * the list, and nothing points out of the workbook: no external book, path,
 * DDE ("app|topic!item"), macro, add-in or network function. Text is decoded
 * UTF-8 without the leading "=".
 */
#ifndef OOXML_FORMULA_H
#define OOXML_FORMULA_H

#include "base/buf.h"

#define FORMULA_MAX_BYTES  8192
#define FORMULA_MAX_TOKENS 8192
#define FORMULA_MAX_DEPTH  64

enum formula_why {
	FORMULA_OK,
	FORMULA_EXTERNAL, /* another workbook or a path */
	FORMULA_DDE,
	FORMULA_FUNCTION, /* a function that is not on the list */
	FORMULA_ADDIN,
	FORMULA_URL,	/* HYPERLINK to a place that is not allowed */
	FORMULA_SYNTAX, /* not understood */
	FORMULA_LIMIT
};

/*
 * 0 and *out (appended) is the formula to write; or ERR_DENIED with *why and
 * *what (a copy of the token that decided, printable, size bytes). ERR_NOMEM.
 */
int formula_parse(const char *text, size_t n, struct buf *out,
    enum formula_why *why, char *what, size_t size) MUST_CHECK;
/* Constant English words for a reason. */
const char *formula_why_text(enum formula_why);
/* Is this function (upper case, without _xlfn prefix) on the list? */
bool formula_function_known(const char *name, size_t n);

#endif
