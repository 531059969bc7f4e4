/*
 * The names in the root storage of a compound file (MS-CFB), for probes only:
 * bounded, allocates nothing, follows no loop for long. What is damaged is
 * simply not seen.
 */
#ifndef FORMATS_KNOWN_CFBDIR_H
#define FORMATS_KNOWN_CFBDIR_H

#include <stdbool.h>
#include <stdint.h>

#include "base/reader.h"

#define CFBDIR_NAME_BYTES 34 /* 31 characters, one byte each, and a NUL */

enum cfb_type { CFB_STORAGE = 1, CFB_STREAM = 2, CFB_ROOT = 5 };

struct cfb_item {
	char name[CFBDIR_NAME_BYTES]; /* characters past U+00FF become '?' */
	uint16_t first;		      /* the first character as it stands */
	uint8_t type;		      /* enum cfb_type */
	uint32_t start;		      /* first sector */
	uint64_t bytes;
};

struct cfbdir {
	struct reader in;
	size_t sector_bytes;
	uint8_t clsid[16]; /* of the root, as it stands in the file */
};

bool cfbdir_is(const struct reader *);
/*
 * Calls item() for the children of the root; when their tree is damaged, for
 * every entry of the directory. ERR_NOENT when no directory can be read.
 */
int cfbdir_walk(const struct reader *, struct cfbdir *,
    void (*item)(void *arg, const struct cfb_item *), void *arg) MUST_CHECK;
/* The first sector of a big stream (4096 bytes and more). */
int cfbdir_head(const struct cfbdir *, const struct cfb_item *,
    struct reader *out) MUST_CHECK;

#endif
