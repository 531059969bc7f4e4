/* Inside of backup: the list of files. */
#ifndef CORE_BACKUP_INT_H
#define CORE_BACKUP_INT_H

#include "base/buf.h"
#include "core/backup.h"

#define BACKUP_PATH_BYTES     1024
#define BACKUP_MANIFEST_BYTES (512u << 20)
#define BACKUP_SIGN	      "sekisho-backup-1"
#define BACKUP_SCHEMA	      "sekisho.backup/1"

struct backup_file {
	char path[BACKUP_PATH_BYTES]; /* below state/ */
	uint64_t bytes;
	uint8_t sha256[HASH_BYTES];
	unsigned round; /* of the last look that saw it */
};

struct backup_list {
	struct backup_file *files;
	size_t n, cap;
	size_t sorted; /* the first so many are in order of path */
};

/* ERR_NOMEM, ERR_LIMIT (path). */
int backup_list_add(struct backup_list *, const char *path, uint64_t bytes,
    const uint8_t sha256[HASH_BYTES], unsigned round) MUST_CHECK;
struct backup_file *backup_list_find(struct backup_list *, const char *path);
void backup_list_sort(struct backup_list *);
void backup_list_done(struct backup_list *);

/* The text, and its parts back. */
int backup_manifest(const struct backup_list *, const struct backup_report *,
    struct buf *) MUST_CHECK;
int backup_parse(const void *text, size_t n, struct backup_list *,
    struct backup_report *) MUST_CHECK;

/* Copy at most max bytes of fd to a new file (parents are made), with its
 * size and hash. On disk after the caller's syncfs(). */
int backup_copy(int fd, uint64_t max, const char *to, uint64_t *bytes,
    uint8_t sha256[HASH_BYTES]) MUST_CHECK;
/* "why: PATH: errno" and the error again. */
int backup_fail(char why[BACKUP_WHY_BYTES], int err, const char *what,
    const char *path);

#endif
