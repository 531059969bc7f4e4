/*
 * Putting files into a tree that other people write to as well: never through
 * a link, never over a file that is there.
 *
 * Paths are relative, "a/b/c.pdf", without "", "." or ".." (tree_path_ok).
 */
#ifndef CORE_TREE_H
#define CORE_TREE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "base/err.h"

/* A relative path that stays inside, with room for a number in each name. */
bool tree_path_ok(const char *);
/*
 * Open the folder of a path below root, made (mode) when absent; base is the
 * rest of path. ERR_EXIST: a component is a file or a link; ERR_IO.
 */
int tree_open_parent(int root, const char *path, mode_t mode, int *dirfd,
    const char **base) MUST_CHECK;
/* "a.pdf" with n = 2: "a (2).pdf"; n = 1: as it is. ERR_LIMIT: no room. */
int tree_numbered(const char *path, unsigned n, char *out,
    size_t size) MUST_CHECK;
/* Whether nothing is called base followed by suffix. */
bool tree_is_free(int dirfd, const char *base, const char *suffix);
/* Rename that never replaces. ERR_EXIST: taken, or a component is no folder. */
int tree_move(int from, const char *name, int root, const char *path,
    mode_t mode) MUST_CHECK;

#endif
