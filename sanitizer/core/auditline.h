/*
 * The inside of the audit log, shared by its writer and its verifier: lines
 * read one by one, the chain that runs through them, and the head file.
 * Grammar: docs/audit.md.
 */
#ifndef CORE_AUDITLINE_H
#define CORE_AUDITLINE_H

#include <jansson.h>

#include "base/buf.h"
#include "core/audit.h"

#define AUDIT_WHY_BYTES 256

/* Lines of a file from an offset, bounded memory. */
struct auditlines {
	int fd;		/* borrowed */
	uint64_t start; /* offset of the line that next() gave last */
	uint64_t at;	/* offset behind it */
	struct buf buf;
	struct reader r;
	uint64_t read_at;
};

void auditlines_init(struct auditlines *, int fd, uint64_t offset);
void auditlines_done(struct auditlines *);
/* Borrowed until the next call; without its newline. ERR_NOENT: the end;
 * ERR_TRUNCATED: an incomplete last line; ERR_LIMIT: too long; ERR_IO. */
int auditlines_next(struct auditlines *, struct reader *line) MUST_CHECK;

/* What is known behind a line. */
struct auditchain {
	uint64_t seq;		  /* of the line; 0: none yet */
	uint8_t hash[HASH_BYTES]; /* of the line; zeros: none yet */
	uint64_t checkpoint;	  /* number of the last check-point, or 0 */
};

/* Judge one line and step over it. ERR_MALFORMED, ERR_DENIED (chain or
 * signature): the chain stays and why says what is wrong. */
int auditchain_step(struct auditchain *, const struct reader *line,
    const uint8_t key[KEYS_SIGN_PUBLIC], char why[AUDIT_WHY_BYTES]) MUST_CHECK;

/* Make the next line (with its newline). fields is borrowed. A check-point
 * signs itself: keys NULL for an ordinary line. */
int auditchain_make(const struct auditchain *, const char *event,
    json_t *fields, const struct keys *, struct buf *line) MUST_CHECK;

/* The head file: how far the log was on disk. Two equal sectors. */
struct audithead {
	struct auditchain chain;
	uint64_t offset; /* behind the line */
};

#define AUDIT_HEAD_SLOT	 512
#define AUDIT_HEAD_BYTES (2 * AUDIT_HEAD_SLOT)

int audithead_make(const struct audithead *, const struct keys *,
    char out[AUDIT_HEAD_BYTES]) MUST_CHECK;
/* ERR_NOENT: no file; ERR_DENIED: neither sector is sound. */
int audithead_read(int dirfd, const uint8_t key[KEYS_SIGN_PUBLIC],
    struct audithead *) MUST_CHECK;

/* Open STATE/audit; ERR_NOENT unless make. */
int auditline_folder(const char *state_dir, bool make, int *dirfd) MUST_CHECK;

#endif
