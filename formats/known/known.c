#include "formats/known/known.h"

enum probe
known_probe(const struct reader *in, const struct known *table, size_t n,
    const char **sub)
{
	for (size_t i = 0; i < n; i++) {
		const struct known *k = &table[i];

		if (k->n > 0 && !reader_has(in, k->off, k->bytes, k->n))
			continue;
		if (k->check != NULL && !k->check(in))
			continue;
		*sub = k->sub;
		return PROBE_YES;
	}
	return PROBE_NO;
}
