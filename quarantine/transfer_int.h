/*
 * Inside of transfers: what transfer.c, transferfile.c, transferlist.c and
 * approve.c share.
 *
 * The write lock of the index is the lock of the folders as well: a file
 * under its final name without a row that wants it exists only inside
 * somebody's transaction, so whoever holds the lock may remove such files. A
 * copy under way is named ID.part and held with flock(2).
 */
#ifndef QUARANTINE_TRANSFER_INT_H
#define QUARANTINE_TRANSFER_INT_H

#include "quarantine/approve.h"
#include "quarantine/people_int.h"
#include "quarantine/vault.h"

#define TRANSFER_FILE_BYTES (RECORD_ID_BYTES + 16)

#define TRANSFER_COLUMNS \
	"id, time, changed, department, login, path, batch, via, class, " \
	"bytes, mtime, state, sha256, format, method, reason, reason_err, " \
	"result_path, result_format, result_sha256, result_bytes, findings, " \
	"attacks, tries, said"
#define TRANSFER_RECEIPT 25 /* the column behind these */

void transfer_take(sqlite3_stmt *, struct transfer *);

/* A private copy on its way: in/ID.part, locked. */
struct staged {
	char id[RECORD_ID_BYTES];
	int fd;
	uint64_t bytes;
	uint8_t digest[HASH_BYTES];
};

/* Copy fd (from offset 0) and fsync. ERR_LIMIT; ERR_IO; ERR_TRUNCATED: it
 * changed meanwhile. */
int transfer_stage(struct people *, const char *id, int fd, uint64_t max_bytes,
    struct staged *) MUST_CHECK;
/* An anonymous file becomes in/ID.part, or is copied as above. */
int transfer_stage_own(struct people *, const char *id, int fd,
    uint64_t max_bytes, const uint8_t digest[HASH_BYTES],
    struct staged *) MUST_CHECK;
/* Give it its name; inside the transaction that makes the row want it. */
int transfer_keep(struct people *, const struct staged *) MUST_CHECK;
/* Close; e != 0: and remove it, under either name. */
void transfer_unstage(struct people *, struct staged *, int e);
/* SHA-256 of all of fd. */
int transfer_hash(int fd, uint8_t digest[HASH_BYTES],
    uint64_t *bytes) MUST_CHECK;

/* The name of a result in its folder, and of its content in the vault. */
void transfer_result_name(const char *id, char out[TRANSFER_FILE_BYTES]);
int transfer_remove(int dirfd, const char *name) MUST_CHECK;
/* Encrypt a result into its folder; what does not hash to the record's is
 * ERR_DENIED, and a transfer that is not WORKING is ERR_EXIST. */
int transfer_seal(struct people *, const char *id, const struct record *,
    int out_fd, uint8_t wrapped[VAULT_WRAPPED_BYTES]) MUST_CHECK;
/* Remove the file of a result whose key is gone from the row. */
int transfer_drop_result(struct people *, const char *id) MUST_CHECK;
/* Destroy the preview of a settled transfer that nobody reviews any more. */
int preview_settled(struct people *, const char *id) MUST_CHECK;
/* Remove what no row wants, and mend rows whose file is lost; inside a
 * transaction, when nothing is WORKING. */
int transfer_sweep(struct people *) MUST_CHECK;

/* State of a row; ERR_NOENT. */
int transfer_state_of(struct people *, const char *id, int *state) MUST_CHECK;

/* "2026-11-21T04:46:29.123Z", so many hours (or minutes back) from now. */
void transfer_time_in(int64_t seconds, char out[RECORD_TIME_BYTES]);

/* As approve_ask(), inside the caller's transaction. */
int approve_insert(struct people *, const struct transfer *, enum request_kind,
    const char *sha256, const char *login, const char *why,
    const struct rules *, struct request *) MUST_CHECK;
/* Close what is open of a transfer that will be worked on again. */
int approve_withdraw(struct people *, const char *transfer) MUST_CHECK;

#endif
