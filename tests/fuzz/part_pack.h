/*
 * A package out of parts given as text, for tests and fuzz targets: a ZIP of
 * stored entries that is right in every field.
 */
#ifndef TESTS_PART_PACK_H
#define TESTS_PART_PACK_H

#include <stddef.h>

#include "base/buf.h"

struct pack_part {
	const char *name;
	const void *data;
	size_t n;
};

/* Append the archive to out; 0 or the error of buf. */
int part_pack(const struct pack_part *, size_t n, struct buf *out) MUST_CHECK;

#endif
