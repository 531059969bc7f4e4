/*
 * The inputs of one run, in order: sources as named, folders from top to
 * bottom, entries by the bytes of their names. Symbolic links are never
 * followed, not even when named; whatever is not a plain file is an entry
 * with the reason, so that nothing is left out unsaid.
 */
#ifndef CMD_WALK_H
#define CMD_WALK_H

#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>

#include "base/err.h"

enum walk_what {
	WALK_FILE,
	WALK_SYMLINK,
	WALK_SPECIAL,	 /* device, socket, FIFO */
	WALK_UNREADABLE, /* error says why (an errno) */
	WALK_TOO_LONG	 /* too deep, or the path does not fit a record */
};

struct walk_entry {
	enum walk_what what;
	const char *rel;  /* path below its source; until the next call */
	const char *path; /* as the user would name it; likewise */
	int fd;		  /* WALK_FILE: open for reading, the caller closes */
	struct stat st;	  /* WALK_FILE only */
	int error;
};

struct walk;

/* sources is borrowed. ERR_NOMEM. */
int walk_open(char *const *sources, size_t n, struct walk **) MUST_CHECK;
/* Never enter this folder (a destination inside a source). 16 at most. */
void walk_skip(struct walk *, const struct stat *);
/* The next entry; ERR_NOENT at the end, ERR_NOMEM. */
int walk_next(struct walk *, struct walk_entry *) MUST_CHECK;
void walk_close(struct walk *);

#endif
