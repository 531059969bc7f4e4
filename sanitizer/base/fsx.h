/*
 * The file system, done safely: whole writes, stable copies, durable renames.
 *
 * Errors: ERR_IO with errno set, ERR_NOENT, ERR_EXIST, ERR_LIMIT. Paths are
 * borrowed. Only processes that decide call this; formats open no path.
 */
#ifndef BASE_FSX_H
#define BASE_FSX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/buf.h"
#include "base/hash.h"

/* All n bytes, over short writes and EINTR. */
int fsx_write_all(int fd, const void *, size_t n) MUST_CHECK;
/* Exactly n bytes at an offset; ERR_TRUNCATED when the file is shorter. */
int fsx_pread_all(int fd, void *, size_t n, uint64_t off) MUST_CHECK;
/* A whole small file into buf (whose maximum holds: ERR_LIMIT). */
int fsx_slurp(int dirfd, const char *path, struct buf *) MUST_CHECK;
/*
 * A private copy of what fd holds: an anonymous memory file (memfd), sealed
 * against every change, with its SHA-256. The source may change meanwhile:
 * what was hashed is what was copied. ERR_LIMIT past max_bytes.
 */
int fsx_stable_copy(int fd, uint64_t max_bytes, int *copy, uint64_t *bytes,
    uint8_t digest[HASH_BYTES]) MUST_CHECK;
/* An empty anonymous memory file that can be sealed later. */
int fsx_memfd(const char *label, int *fd) MUST_CHECK;
/* Seal a memory file: nobody can change it from here on. */
int fsx_seal(int fd) MUST_CHECK;
/*
 * Write a file so that it is either wholly there or not at all, and on disk:
 * temporary name, fsync, rename, fsync of the folder. excl: ERR_EXIST when
 * the name is taken (decided by the file system, not by a look beforehand).
 */
int fsx_publish(int dirfd, const char *name, const void *, size_t n,
    mode_t mode, bool excl) MUST_CHECK;
/* The same, copying everything that srcfd holds from offset 0. */
int fsx_publish_fd(int dirfd, const char *name, int srcfd, mode_t mode,
    bool excl) MUST_CHECK;
/* Rename within or across folders of one file system, and fsync both. */
int fsx_move(int olddir, const char *oldname, int newdir, const char *newname,
    bool excl) MUST_CHECK;
/* Make a folder and its parents (like mkdir -p); existing ones are fine. */
int fsx_mkdirs(const char *path, mode_t mode) MUST_CHECK;
int fsx_fsync_dir(int dirfd) MUST_CHECK;
/* Copy bytes from one fd (offset 0, its cursor unmoved) to the end of another.
 */
int fsx_copy(int from, int to) MUST_CHECK;

#endif
