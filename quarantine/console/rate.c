#include "quarantine/console/rate.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#define SETS   2048
#define WAYS   4
#define KNOWN  4096
#define DAY_MS UINT64_C(86400000)

struct bucket {
	uint64_t key; /* 0: free */
	uint64_t at_ms;
	uint64_t milli; /* thousandths of a request that are left */
};

struct rates {
	uint8_t secret[crypto_shorthash_KEYBYTES];
	uint32_t per_minute;
	struct bucket all[SETS][WAYS];

	struct {
		uint64_t key, at_ms;
	} known[KNOWN];
};

int
rates_new(uint32_t per_minute, struct rates **out)
{
	struct rates *r = calloc(1, sizeof(*r));

	if (r == NULL)
		return ERR_NOMEM;
	randombytes_buf(r->secret, sizeof(r->secret));
	r->per_minute = per_minute;
	*out = r;
	return 0;
}

void
rates_free(struct rates *r)
{
	free(r);
}

/* Its own place, a free one, or the one unused longest. */
static struct bucket *
place_of(struct bucket set[WAYS], uint64_t key, uint64_t full, uint64_t now_ms)
{
	struct bucket *best = &set[0];

	for (size_t i = 0; i < WAYS; i++) {
		if (set[i].key == key)
			return &set[i];
		if (set[i].at_ms < best->at_ms)
			best = &set[i];
	}
	*best = (struct bucket){ key, now_ms, full };
	return best;
}

static uint64_t
key_of(const struct rates *r, const char *text, uint64_t kind)
{
	unsigned char word[crypto_shorthash_BYTES];
	uint64_t h = 0;

	crypto_shorthash(word, (const unsigned char *)text, strlen(text),
	    r->secret);
	memcpy(&h, word, sizeof(word));
	return (h ^ kind * UINT64_C(0x9e3779b97f4a7c15)) | 1;
}

void
rate_know(struct rates *r, const char *address, uint64_t now_ms)
{
	uint64_t h = key_of(r, address, 0);

	r->known[(h >> 8) % KNOWN].key = h;
	r->known[(h >> 8) % KNOWN].at_ms = now_ms;
}

bool
rate_knows(struct rates *r, const char *address, uint64_t now_ms)
{
	uint64_t h = key_of(r, address, 0);

	return r->known[(h >> 8) % KNOWN].key == h &&
	       now_ms - r->known[(h >> 8) % KNOWN].at_ms < DAY_MS;
}

bool
rate_take(struct rates *r, enum rate_kind kind, const char *key,
    uint64_t now_ms)
{
	uint64_t burst = r->per_minute, per_minute = r->per_minute, fresh;
	uint64_t h = key_of(r, key, (uint64_t)kind);
	struct bucket *b;

	if (kind == RATE_SIGN_IN)
		burst = per_minute = 10;
	if (kind == RATE_SIGN_INS)
		burst = 60, per_minute = 180;
	b = place_of(r->all[(h >> 8) % SETS], h, burst * 1000, now_ms);
	/* per_minute / 60000 requests a millisecond. */
	fresh = now_ms - b->at_ms > 60000
		    ? burst * 1000
		    : (now_ms - b->at_ms) * per_minute / 60;
	b->milli =
	    b->milli + fresh > burst * 1000 ? burst * 1000 : b->milli + fresh;
	b->at_ms = now_ms;
	if (b->milli < 1000)
		return false;
	b->milli -= 1000;
	return true;
}
