/*
 * One command in a cage of its own (bubblewrap): a converter that reads one
 * file and writes one stream. It has /usr to read, a small tmpfs to write, no
 * network, no other process to see, no privilege, and a time. It is hostile
 * as far as this program is concerned: bytes come out of it, nothing else.
 */
#ifndef PREVIEW_CAGE_H
#define PREVIEW_CAGE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"

#define CAGE_BWRAP "/usr/bin/bwrap"

struct cage_job {
	int in_fd;		 /* becomes /in/file.EXT, read from offset 0 */
	const char *ext;	 /* letters and digits */
	const char *const *argv; /* NULL-terminated; argv[0]: whole path */
	uint64_t max_bytes;	 /* of what it may write */
	unsigned seconds;
};

/* Whether the programs are installed; NULL-terminated paths. */
bool cage_has(const char *const *paths);
/*
 * Run it to its end. *out_fd: what it wrote (a sealed memory file, caller
 * closes). ERR_LIMIT: too long or too much; ERR_MALFORMED: it failed;
 * ERR_IO, ERR_NOMEM: it could not be started.
 */
int cage_run(const struct cage_job *, int *out_fd) MUST_CHECK;

#endif
