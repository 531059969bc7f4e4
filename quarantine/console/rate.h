/*
 * How often an address may ask: token buckets in a table of fixed size. An
 * address that is pushed out of the table begins anew.
 */
#ifndef CONSOLE_RATE_H
#define CONSOLE_RATE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"

struct rates;

enum rate_kind {
	RATE_REQUEST, /* per_minute of rates_new() */
	RATE_SIGN_IN, /* of one address: 10 at once, 10 a minute */
	RATE_SIGN_INS /* of all unknown addresses together: 60 at once, 3 a
		       * second; the hashing of passwords makes them dear */
};

int rates_new(uint32_t per_minute, struct rates **) MUST_CHECK;
void rates_free(struct rates *);
/* Whether one more is fine now (milliseconds of a clock that never goes
 * back). */
bool rate_take(struct rates *, enum rate_kind, const char *key,
    uint64_t now_ms);
/* An address from which somebody signed in: it is known for a day, and has its
 * place beside RATE_SIGN_INS, so that strangers shut nobody out. */
void rate_know(struct rates *, const char *address, uint64_t now_ms);
bool rate_knows(struct rates *, const char *address, uint64_t now_ms);

#endif
