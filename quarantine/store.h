/*
 * The quarantine: an index (SQLite: WAL, synchronous=FULL) and a vault.
 *
 * What is held or blocked is stored here, encrypted, with its receipt. Every
 * look at content and every disposal is an audit line with the person's name.
 * Nothing in here is ever handed on as it is.
 *
 * Files: STATE/quarantine/index.sqlite, STATE/quarantine/vault/. Modes 0700
 * and 0600. Errors: ERR_IO, ERR_LIMIT (locked for 30 s), ERR_NOENT,
 * ERR_DENIED (another master key made this store; a file was changed),
 * ERR_MALFORMED (not our index), ERR_NOMEM.
 */
#ifndef QUARANTINE_STORE_H
#define QUARANTINE_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/audit.h"
#include "core/keys.h"
#include "core/mailthread.h"
#include "core/record.h"

struct quarantine;

#define QUARANTINE_WHO_BYTES 128

enum quarantine_state { QUARANTINE_STORED, QUARANTINE_DISPOSED };

struct quarantine_item { /* texts printable; receipt: quarantine_show only */
	char id[RECORD_ID_BYTES]; /* the record's */
	char time[RECORD_TIME_BYTES];
	char department[64];
	char source_kind[16];
	char source_from[RECORD_NAME_BYTES];
	char name[RECORD_NAME_BYTES];
	char format[ID_BYTES]; /* "" when not identified */
	uint64_t bytes;
	char sha256[HASH_HEX];
	enum verdict verdict; /* held, blocked; released: the original of what
			       * was delivered, kept for a later look */
	char reason[RECORD_REASON_BYTES];
	enum quarantine_state state;
	char disposed_time[RECORD_TIME_BYTES]; /* "" unless disposed */
	char disposed_by[QUARANTINE_WHO_BYTES];
	char disposed_why[RECORD_REASON_BYTES];
	char *receipt; /* JSON, caller frees; NULL in lists */
};

/* Open or make the store; finishes disposals and clears files without a row
 * that a killed process left. keys and audit are borrowed until close. */
int quarantine_open(const char *state_dir, const struct keys *keys,
    struct audit *audit, struct quarantine **) MUST_CHECK;
void quarantine_close(struct quarantine *);

/*
 * Store a held or blocked document: cipher file on disk, then the row. The
 * id is the record's; an id that is there already is 0 and changes nothing.
 * original_fd is read from offset 0 and must hash to record->in_sha256
 * (ERR_DENIED). receipt: JSON text, may be NULL. department may be "".
 * ERR_INTERNAL for a record that is released.
 */
int quarantine_add(struct quarantine *, const struct record *,
    const char *department, int original_fd, const char *receipt) MUST_CHECK;

/*
 * The same, and for a released document as well: what was delivered left
 * something out that was held, and the original is kept for it (stored as
 * held); or nothing was, and it is kept for a look back under a later version
 * (stored as released: filter.kept).
 */
int quarantine_keep(struct quarantine *, const struct record *,
    const char *department, int original_fd, const char *receipt) MUST_CHECK;

/*
 * What mails of its thread have in common with a stored mail that waits for a
 * password. Again: adds.
 */
int quarantine_set_thread(struct quarantine *, const char *id,
    const struct mailthread *) MUST_CHECK;
/*
 * Of a stored mail: whom it was from and for (JSON of core/mailqueue.h), and
 * whether a password is what it waits for. Again: replaces. sender: as it
 * will be looked for, lower case.
 */
int quarantine_set_mail(struct quarantine *, const char *id, const char *sender,
    const char *envelope, bool wants_password) MUST_CHECK;
/* ERR_NOENT: no mail. *envelope is the caller's to free. */
int quarantine_mail(struct quarantine *, const char *id, char **envelope,
    bool *wants_password) MUST_CHECK;
/* The newest 32 stored mails that wait for a password, since that time, and
 * have something in common with this one. each() must not write to the store;
 * it returns 0 to go on. */
int quarantine_wanting(struct quarantine *, const struct mailthread *,
    const char *since,
    int (*each)(void *arg, const char *id, const char *envelope),
    void *arg) MUST_CHECK;

struct quarantine_filter { /* NULL: any */
	const char *department;
	const char *since, *until; /* as in audit.h */
	int with_disposed;	   /* 2: only those */
	int kept;	   /* originals of released ones: 0 not, 1 as well, 2
			    * only those */
	const char *words; /* all of them, blanks between, in id, name, from,
			    * format, reason, department, SHA-256; ASCII
			    * letters large or small */
};

/* What a department has in store. */
struct quarantine_usage {
	char department[64];
	uint64_t items, bytes;		 /* held and blocked */
	uint64_t kept_items, kept_bytes; /* of released ones */
};

/* By department. each() returns 0 to go on. */
int quarantine_usage(struct quarantine *,
    int (*each)(void *arg, const struct quarantine_usage *),
    void *arg) MUST_CHECK;

/* each() for every item that passes, oldest first; it returns 0 to go on. */
int quarantine_list(struct quarantine *, const struct quarantine_filter *,
    int (*each)(void *arg, const struct quarantine_item *),
    void *arg) MUST_CHECK;
/* One item, with its receipt. ERR_NOENT. who: recorded. */
int quarantine_show(struct quarantine *, const char *id, const char *who,
    struct quarantine_item *) MUST_CHECK;
/* The receipt alone, for a program that shows it to nobody: no line. *receipt
 * is the caller's to free. ERR_NOENT. */
int quarantine_receipt(struct quarantine *, const char *id,
    char **receipt) MUST_CHECK;
/*
 * The original, decrypted, to be run through the pipeline again (caller
 * closes). The audit line is on disk before *fd exists. ERR_NOENT: no such
 * item, or disposed.
 */
int quarantine_read(struct quarantine *, const char *id, const char *who,
    const char *why, int *fd) MUST_CHECK;
/*
 * Destroy the item's key, then the cipher file; recorded in the row and the
 * audit log: when, who, why, how. The row stays. ERR_NOENT: no such item; 0 and
 * nothing new when it is disposed already.
 */
#define QUARANTINE_METHOD "key destroyed, then the encrypted file removed"
int quarantine_dispose(struct quarantine *, const char *id, const char *who,
    const char *why) MUST_CHECK;

#endif
