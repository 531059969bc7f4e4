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

#include <stdbool.h>

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
	FORMULA_GONE,	/* a sheet that was left out */
	FORMULA_SYNTAX, /* not understood */
	FORMULA_LIMIT
};

/* What the place of a formula allows; all false and NULL: the strictest. */
struct formula_rules {
	bool links; /* HYPERLINK to an address that passes url_check() */
	bool pivot; /* of a pivot field: 'quoted names', Field[item] */
	/* Is this sheet (quotes undone) one that was left out? NULL: none. */
	bool (*gone)(const void *arg, const char *name, size_t n);
	const void *arg;
};

/*
 * 0 and *out (appended) is the formula to write; or ERR_DENIED with *why and
 * *what (a copy of the token that decided, printable, size bytes). ERR_NOMEM.
 */
int formula_parse(const char *text, size_t n, const struct formula_rules *,
    struct buf *out, enum formula_why *why, char *what, size_t size) MUST_CHECK;
/* Constant English words for a reason. */
const char *formula_why_text(enum formula_why);
/* Is this function (upper case, without _xlfn prefix) on the list? */
bool formula_function_known(const char *name, size_t n);
/* May a name begin with this character? */
bool formula_starts_name(uint32_t cp);

#endif
