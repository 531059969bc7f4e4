/*
 * A copy of a whole state folder, made while it is used, and a state folder
 * made from such a copy. docs/operations.md says what is in it.
 *
 *   DIR/state/...       the files: ledgers copied by SQLite's online backup,
 *                       each at a moment at which nobody writes to it and its
 *                       folder; sources (queues) before sinks (quarantine,
 *                       spool), the audit log last. So every document is in
 *                       the copy at least once, and what is in it twice is
 *                       found again by its id.
 *   DIR/manifest.json   every file with size and SHA-256
 *   DIR/manifest.sig    signature of the gateway (context "sekisho-backup-1")
 *
 * Numbers of parcels are never given out twice: between the copy and the loss
 * of the original, numbers may have been used that the copy does not know. A
 * restored spool therefore goes on BACKUP_GAP numbers further up (or with the
 * number that the person names), and the inner side sees a gap.
 */
#ifndef CORE_BACKUP_H
#define CORE_BACKUP_H

#include <stdbool.h>
#include <stdint.h>

#include "core/keys.h"
#include "core/record.h"

#define BACKUP_WHY_BYTES 512
#define BACKUP_GAP	 1000000

struct backup_report {
	uint64_t files, bytes;
	uint64_t last_seq, next_seq; /* of parcels; next: restore only */
	char time[RECORD_TIME_BYTES];
	char manifest[HASH_HEX]; /* SHA-256 of manifest.json */
	bool has_keys;
};

/*
 * Copy state_dir to dir, which must not exist or be empty. with_keys: the
 * keys folder as well. ERR_EXIST: not empty; ERR_IO and others: why; a copy
 * without a manifest is not one.
 */
int backup_make(const char *state_dir, const char *dir, const struct keys *,
    bool with_keys, struct backup_report *,
    char why[BACKUP_WHY_BYTES]) MUST_CHECK;

struct backup_restore {
	const char *dir, *state_dir;
	const char *keys_dir; /* NULL: the keys in the copy */
	const uint8_t *key;   /* that must have signed; NULL: those keys' */
	uint64_t next_seq;    /* 0: last_seq + BACKUP_GAP */
};

/*
 * Verify every file, then make the state folder, which must not exist or be
 * empty: it appears whole or not at all. ERR_DENIED: signature or a hash is
 * wrong; ERR_MALFORMED: not a copy of ours; ERR_EXIST; ERR_NOENT: keys or
 * copy missing; ERR_LIMIT: next_seq is not above the last one.
 */
int backup_restore(const struct backup_restore *, struct backup_report *,
    char why[BACKUP_WHY_BYTES]) MUST_CHECK;

/* Whether a folder exists and is not empty. */
bool backup_is_taken(const char *dir);

#endif
