/*
 * Packages for tests: the parts of a sample, put together again with one of
 * them changed, so that what is tried is the markup and not the ZIP around it.
 */
#ifndef TESTS_OPC_PACK_H
#define TESTS_OPC_PACK_H

#include "base/buf.h"
#include "base/reader.h"

#define PACK_PARTS_MAX 64

struct pack_part {
	char name[128];
	uint8_t *data;
	size_t n;
};

struct pack {
	struct pack_part parts[PACK_PARTS_MAX];
	size_t n;
};

/* The parts of a ZIP made by tests/make/ziplib.py. 0, or an error. */
int pack_load(const char *path, struct pack *);
void pack_free(struct pack *);

/* One stored entry, and later the directory of all: an archive by hand. */
struct pack_zip {
	struct buf body, directory;
	uint32_t n;
};

void pack_begin(struct pack_zip *);
int pack_add(struct pack_zip *, const char *name, const void *, size_t n);
/* The archive is in body afterwards; free both with buf_done(). */
int pack_end(struct pack_zip *);
/* All parts, the one at changed with other contents (SIZE_MAX: none). */
int pack_build(const struct pack *, size_t changed, const void *data, size_t n,
    struct pack_zip *);

#endif
