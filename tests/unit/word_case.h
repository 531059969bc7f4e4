/*
 * For tests and the fuzzer of formats/mail/words*.c: one call with bytes as
 * they stand in a mail, its result as text, and what was found.
 */
#ifndef TESTS_WORD_CASE_H
#define TESTS_WORD_CASE_H

#include <stddef.h>
#include <stdint.h>

#include "formats/doc.h"

enum word_call {
	WORD_LINE,	/* mail_words */
	WORD_ADDRESSES, /* "name <addr>|name <addr>" */
	WORD_DATE,
	WORD_PARAMETER, /* arg: its name; "first|second" */
	WORD_TEXT,	/* arg: the charset */
	WORD_DECODE,
};

struct word_case {
	char out[1 << 16];
	size_t len;
	uint32_t count[FIND_COUNT]; /* by finding id */
	uint32_t changed;	    /* findings that are not ACT_KEPT */
	bool odd;
	char message[256];
};

/* 0 or an error; ERR_LIMIT as well when the result is too long for out. */
int word_case(struct word_case *, enum word_call, const char *arg,
    const void *in, size_t n);

#endif
