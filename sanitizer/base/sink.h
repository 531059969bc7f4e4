/*
 * Where output goes: a file descriptor or a buffer, counted against a cap and
 * fed to SHA-256 as it passes. Writes to an fd are gathered in 64 KiB blocks;
 * sink_close() sends the rest. After an error every call returns that error.
 */
#ifndef BASE_SINK_H
#define BASE_SINK_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/hash.h"

struct sink {
	int fd;		  /* -1: into buf */
	struct buf *to;	  /* borrowed; NULL: into fd */
	struct buf block; /* gathers what goes to fd */
	uint64_t bytes;	  /* taken so far */
	uint64_t max_bytes;
	struct hash hash;
	bool plain; /* set after init: no digest is wanted, it comes as zeros */
	int err;
};

void sink_init_fd(struct sink *, int fd, uint64_t max_bytes);
void sink_init_buf(struct sink *, struct buf *to, uint64_t max_bytes);
/* ERR_LIMIT past the cap, ERR_IO, ERR_NOMEM. */
int sink_write(struct sink *, const void *, size_t n) MUST_CHECK;
/* Flushes and gives the digest; frees what the sink holds in any case. */
int sink_close(struct sink *, uint8_t digest[HASH_BYTES]) MUST_CHECK;
/* Frees without flushing. Safe after sink_close(). */
void sink_done(struct sink *);

#endif
