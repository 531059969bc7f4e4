/*
 * What every fuzz target of a format does with its input: rebuild it with
 * small limits, and check the promises of formats/format.h.
 *
 * The oracle, beyond the sanitizers: a rebuild never says ERR_INTERNAL; what
 * it wrote can be rebuilt again, gives the same bytes, and no finding but
 * ACT_KEPT. A broken promise is printed and aborts.
 */
#ifndef TESTS_FUZZ_COMMON_H
#define TESTS_FUZZ_COMMON_H

#include <stddef.h>
#include <stdint.h>

#include "formats/doc.h"

/*
 * expect: the format id or family that the input is taken for ("png"), NULL:
 * identify it. Returns the first rebuild's error, or 0. out, when not NULL,
 * is an initialised buf that gets the result.
 */
int fuzz_rebuild(const char *expect, const uint8_t *data, size_t n,
    struct buf *out);
/* The same with a function that may change the small default options. */
int fuzz_rebuild_with(const char *expect, const uint8_t *data, size_t n,
    void (*tune)(struct options *), struct buf *out);

/* The target itself; libFuzzer or replay_main.c calls it. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

#endif
