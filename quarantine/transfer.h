/*
 * Transfers: one file that a person brings in, from its arrival to its fate.
 * The drop folder and the console add them; the watcher alone works on them.
 *
 *   RECEIVED   private copy on disk (people.h: in/), waits for its turn
 *   WORKING    in the pipeline (after a restart: RECEIVED again)
 *   PASSWORD   held: needs a password; original in quarantine under the id
 *   APPROVAL   sanitised; result in results/; approve.h decides
 *   RELEASED HELD BLOCKED REJECTED EXPIRED   settled
 *
 * Each change is one SQL statement that names the state before it, so two
 * processes never both make it (ERR_EXIST: somebody else did).
 * Errors as in store.h.
 */
#ifndef QUARANTINE_TRANSFER_H
#define QUARANTINE_TRANSFER_H

#include <stdbool.h>
#include <stdint.h>

#include "core/record.h"
#include "core/rules.h"
#include "quarantine/account.h"
#include "quarantine/people.h"

enum transfer_state {
	TRANSFER_RECEIVED = 0,
	TRANSFER_WORKING,
	TRANSFER_PASSWORD,
	TRANSFER_APPROVAL,
	TRANSFER_RELEASED,
	TRANSFER_HELD,
	TRANSFER_BLOCKED,
	TRANSFER_REJECTED,
	TRANSFER_EXPIRED,
	TRANSFER_STATES
};

const char *transfer_state_name(enum transfer_state); /* "received": stable */
bool transfer_is_settled(enum transfer_state);

enum transfer_via { VIA_FOLDER = 0, VIA_CONSOLE };

struct transfer {
	char id[RECORD_ID_BYTES];     /* also of the record and in quarantine */
	char time[RECORD_TIME_BYTES]; /* of arrival */
	char changed[RECORD_TIME_BYTES]; /* of the last change of state */
	char department[RULES_DEPARTMENT_BYTES];
	char login[ACCOUNT_LOGIN_BYTES]; /* folder name of the user */
	char path[RECORD_NAME_BYTES]; /* "sub/報告書.docx": below the user */
	char batch[RECORD_ID_BYTES];  /* same for the files of one transfer */
	enum transfer_via via;
	enum rules_class class;
	uint64_t bytes;
	int64_t mtime; /* of the file, seconds */
	enum transfer_state state;
	/* after the pipeline */
	char sha256[HASH_HEX];
	char format[ID_BYTES];
	char method[16];
	char reason[RECORD_REASON_BYTES];    /* English, gettext key */
	int reason_err;			     /* words_reason() */
	char result_path[RECORD_NAME_BYTES]; /* "sub/報告書.docx" */
	char result_format[ID_BYTES];
	char result_sha256[HASH_HEX];
	uint64_t result_bytes;
	uint32_t findings, attacks; /* removed, replaced or flattened */
	uint32_t tries;		    /* how often it was begun (transfer_work) */
	bool is_said;	    /* the folder's receipt of this state is written */
	char *receipt;	    /* JSON, transfer_get() only; caller frees */
	char *receipt_text; /* Japanese; likewise */
};

void transfer_done(struct transfer *); /* frees the receipts */

/*
 * Take a file in: fd is copied (from offset 0, at most max_bytes) to in/ID,
 * fsync, then the row, then wake. *t: by the caller: department, login, path,
 * batch ("": a fresh one), via, class, mtime; given: id, time, bytes, sha256.
 * once: a name for this very file (path, inode, time, size) that makes a
 * repeat harmless (ERR_EXIST, *t is what is there), or NULL.
 * ERR_LIMIT: larger than max_bytes. ERR_TRUNCATED: somebody wrote to it while
 * it was copied. Audit line "received".
 */
int transfer_add(struct people *, struct transfer *, int fd, uint64_t max_bytes,
    const char *once) MUST_CHECK;
/*
 * The same of an anonymous file (O_TMPFILE) of the state folder that nobody
 * else has: it becomes the private copy itself, so that a large one holds up
 * nobody while it is copied. sha256: of all that is in it. Where it cannot be
 * given a name it is copied.
 */
int transfer_add_own(struct people *, struct transfer *, int fd,
    const uint8_t sha256[HASH_BYTES], uint64_t max_bytes) MUST_CHECK;
/* The private copy, for reading. ERR_NOENT: it is not there any more. */
int transfer_open(struct people *, const char *id, int *fd) MUST_CHECK;

/* ERR_NOENT. */
int transfer_get(struct people *, const char *id, struct transfer *) MUST_CHECK;

struct transfer_filter { /* NULL, -1, 0: any */
	const char *department, *login, *batch, *since, *until, *words;
	int state; /* enum transfer_state, or -1 */
	bool unsettled;
	bool unsaid; /* past the pipeline, and is_said is false */
	bool newest_first;
	unsigned limit, offset; /* limit 0: 1000 */
};

/* At most 10,000 a call. each() returns 0 to go on; it may change transfers:
 * the list was read before the first call. */
int transfer_list(struct people *, const struct transfer_filter *,
    int (*each)(void *arg, const struct transfer *), void *arg) MUST_CHECK;
int transfer_count(struct people *, const struct transfer_filter *, uint64_t *n,
    uint64_t *bytes) MUST_CHECK;
/*
 * Where a RECEIVED one stands in the line and when it will be done, as the
 * watcher takes them: small files (up to fast_bytes, of the policy) and large
 * ones in a lane of their own, one of each person in turn. *before counts its
 * lane alone. Estimate from the speed of the last hundred; seconds.
 */
int transfer_position(struct people *, const char *id, uint64_t fast_bytes,
    uint64_t *before, uint64_t *seconds) MUST_CHECK;
/* The whole line at one moment, to ask about many: the same answers. */
struct transfer_line;
int transfer_line_read(struct people *, uint64_t fast_bytes,
    struct transfer_line **) MUST_CHECK;
void transfer_line_free(struct transfer_line *);
int transfer_line_at(const struct transfer_line *, struct people *,
    const struct transfer *, uint64_t *before, uint64_t *seconds) MUST_CHECK;
/* A person's: *before of the one that comes first, *seconds until all are
 * done. ERR_NOENT: nothing of theirs waits. */
int transfer_line_of(const struct transfer_line *, const char *department,
    const char *login, uint64_t *before, uint64_t *seconds) MUST_CHECK;
/* For rules_intake(). */
int transfer_load(struct people *, const char *department, const char *login,
    struct rules_load *) MUST_CHECK;

/* RECEIVED -> WORKING. */
int transfer_work(struct people *, const char *id) MUST_CHECK;
/*
 * At start-up of the watcher: all WORKING -> RECEIVED; files that a killed
 * process left are removed; a row whose file is lost is worked on again from
 * its private copy, or is HELD (audit line "lost").
 */
int transfer_restart(struct people *) MUST_CHECK;
/*
 * WORKING -> state, with what the record says (formats, reason, result) and
 * the receipts (may be NULL). Removes in/ID when settled or PASSWORD (the
 * original is in quarantine then). For APPROVAL: out_fd is encrypted into
 * results/ first and a request is made (approve.h).
 */
int transfer_finish(struct people *, const char *id, enum transfer_state,
    const struct record *, const char *receipt, const char *receipt_text,
    int out_fd, const struct rules *) MUST_CHECK;
/* PASSWORD, HELD -> RECEIVED, to be worked on again: fd is the original out of
 * quarantine (a rerun), copied to in/ID. */
int transfer_again(struct people *, const char *id, int fd,
    const char *who) MUST_CHECK;
/*
 * APPROVAL -> RELEASED, REJECTED or EXPIRED; in/ID is removed, and the result
 * destroyed unless RELEASED (then by transfer_forget_result() after the
 * crossing). HELD, PASSWORD -> RELEASED is for an unsanitised import alone:
 * ERR_DENIED unless its request is approved (approve_state()).
 * Audit line "settled".
 */
int transfer_settle(struct people *, const char *id, enum transfer_state,
    const char *reason) MUST_CHECK;
/* The waiting result, decrypted, and its hash compared with the row. ERR_DENIED
 * when it is not that. */
int transfer_result(struct people *, const char *id, int *fd) MUST_CHECK;
/* Destroy the key and the file of a settled transfer's result. 0 when there
 * is none; ERR_EXIST: it still waits. */
int transfer_forget_result(struct people *, const char *id) MUST_CHECK;
/* The receipt of the present state is written: is_said, until it changes. */
int transfer_said(struct people *, const char *id) MUST_CHECK;

#endif
