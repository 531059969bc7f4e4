/*
 * How often a message was handed on: a count of the lines "Received:" of its
 * header, plus what X-Sekisho-Hops says it had before the header was made
 * anew. Bytes only, fed in pieces; counting ends at the first empty line
 * (CRLF, LF or a bare CR end a line: a loop must not hide behind odd ends).
 */
#ifndef CORE_MAILHOPS_H
#define CORE_MAILHOPS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct mailhops {
	char line[32]; /* begin of the line, lower case */
	size_t n;
	bool is_over, had_cr;
	unsigned received, carried;
};

void mailhops_init(struct mailhops *);
void mailhops_add(struct mailhops *, const void *, size_t n);
/* The sum so far, also of a line that has no end. At most 1000. */
unsigned mailhops_count(const struct mailhops *);

#endif
