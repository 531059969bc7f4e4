/*
 * Compound files ([MS-CFB], "OLE2") read whole and strictly: for modules that
 * rebuild what is inside. Probes use known/cfbdir.h.
 *
 * Opening reads the allocation tables and the whole tree of names; a table,
 * a chain or a tree that comes back to itself, or two streams that share a
 * sector, end in an error before anything is handed out. Bytes that belong to
 * nothing are not seen. Everything lives in document memory; streams that
 * lie in one piece are borrowed from the input.
 */
#ifndef FORMATS_CFBX_H
#define FORMATS_CFBX_H

#include "formats/doc.h"

#define CFBX_NONE	 UINT32_MAX
#define CFBX_NAME_BYTES	 96 /* 31 UTF-16 units as UTF-8, and a NUL */
#define CFBX_ENTRIES_MAX 65536

struct cfbx;

struct cfbx_entry {
	char name[CFBX_NAME_BYTES]; /* controls and lone surrogates: U+FFFD */
	bool is_storage;
	uint8_t clsid[16]; /* as it stands; of storages */
	uint64_t bytes;	   /* of a stream */
	uint32_t first;	   /* of a storage: its first child, or CFBX_NONE */
	uint32_t next;	   /* the next child of the same storage */
};

/*
 * ERR_MALFORMED, ERR_TRUNCATED: the tables are wrong; ERR_AMBIGUOUS: streams
 * lie over each other, or two names of one storage are equal; ERR_LIMIT.
 */
int cfbx_open(struct doc *, const struct reader *,
    struct cfbx **out) MUST_CHECK;
/* 0 is the root storage. NULL past the end. */
const struct cfbx_entry *cfbx_entry(const struct cfbx *, uint32_t);
/* The child of this storage with this name (ASCII, case does not count), or
 * CFBX_NONE. */
uint32_t cfbx_child(const struct cfbx *, uint32_t storage, const char *name);
/* All bytes of a stream. ERR_TRUNCATED: the file ends before it. */
int cfbx_stream(struct cfbx *, uint32_t stream, struct reader *out) MUST_CHECK;

#endif
