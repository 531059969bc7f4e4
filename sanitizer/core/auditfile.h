/*
 * Inside of the audit log: its files.
 *
 *   audit.jsonl           the one that is written
 *   audit-N.jsonl         closed; N, 16 digits, is the number of its last line
 *   audit.next            the next one, while it is made
 *
 * The chain runs through all of them. Each but the very first begins with a
 * signed check-point that names the file before it.
 */
#ifndef CORE_AUDITFILE_H
#define CORE_AUDITFILE_H

#include "core/auditline.h"

#define AUDIT_ACTIVE	 "audit.jsonl"
#define AUDIT_NEXT	 "audit.next"
#define AUDIT_FILE_BYTES 40

struct audit {
	int dirfd, fd, headfd;
	const struct keys *keys;
	uint32_t checkpoint_lines;
	struct auditchain chain;
	uint64_t offset; /* behind the last line known */
	bool unsynced;
	int failed; /* an error after which nothing can be trusted */
	struct buf line;
};

/* The lock of the file that is written now; follows a rotation. */
int audit_lock(struct audit *) MUST_CHECK;
void audit_unlock(struct audit *);
/* All with the lock held. */
int audit_catch_up(struct audit *) MUST_CHECK;
int audit_put_checkpoint(struct audit *, json_t *fields) MUST_CHECK;
int audit_sync_locked(struct audit *) MUST_CHECK;

struct auditfiles {
	char (*names)[AUDIT_FILE_BYTES];
	size_t n;
};

/* The closed files, oldest first. What a killed rotation left, a second name
 * of the file that is written, is not among them. */
int auditfiles_list(int dirfd, struct auditfiles *) MUST_CHECK;
void auditfiles_done(struct auditfiles *);
void auditfile_name(uint64_t last, char out[AUDIT_FILE_BYTES]);
/* The number in such a name, or 0. */
uint64_t auditfile_seq(const char *name);
bool auditfile_is_same(int dirfd, const char *a, const char *b);

/* The line that ends (with its LF) at an offset. ERR_DENIED: none does. */
int auditfile_tail(int fd, uint64_t end, uint8_t tail[AUDIT_LINE_BYTES],
    struct reader *line) MUST_CHECK;
/* Number and time of a line; ERR_MALFORMED. Not verified. */
int auditfile_when(const struct reader *line, uint64_t *seq,
    char time[RECORD_TIME_BYTES]) MUST_CHECK;
/* The same of the first line of a file. */
int auditfile_first(int fd, uint64_t *seq,
    char time[RECORD_TIME_BYTES]) MUST_CHECK;

#endif
