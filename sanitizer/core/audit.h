/*
 * The audit log: STATE/audit/audit.jsonl, one JSON object a line, each with
 * the SHA-256 of the line before. Grammar: docs/audit.md.
 *
 *   {"clock":true,"event":"release","fields":{...},"prev":"HEX","seq":7,
 *    "time":"2026-11-21T04:46:29.123Z"}
 *
 * Every N lines and at close stands a check-point signed with the gateway's
 * key. STATE/audit/head says, signed, how far the log was on disk at the last
 * fsync, so that cut off lines are missed. Several processes append: flock on
 * the log, and each reads what others added before it adds.
 *
 * RULE: nothing is released before audit_append(..., AUDIT_SYNC) or
 * audit_sync() of its line returned 0. When the log cannot be written, or its
 * end does not fit what head says, every call fails and nothing is released.
 */
#ifndef CORE_AUDIT_H
#define CORE_AUDIT_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "base/hash.h"
#include "core/keys.h"
#include "core/record.h"

#define AUDIT_LINE_BYTES 65536 /* longest line, with its end */

struct audit;

enum audit_when {
	AUDIT_LATER, /* on disk after the next AUDIT_SYNC or audit_sync() */
	AUDIT_SYNC   /* on disk when the call returns 0 */
};

/*
 * Open or make the log. keys is borrowed until audit_close().
 * checkpoint_lines: a signed check-point after so many lines, 1..100000.
 * An incomplete last line (power failure) is set aside beside the log and
 * said in a line "recovered". ERR_DENIED: lines that were on disk are gone or
 * changed: `audit verify` says where; ERR_IO, ERR_MALFORMED, ERR_NOMEM.
 */
int audit_open(const char *state_dir, const struct keys *keys,
    uint32_t checkpoint_lines, struct audit **) MUST_CHECK;
/*
 * Add one line. event: a constant word ("release", "hold", ...). fields: an
 * object; the reference is taken over in any case, and NULL is taken for a
 * failed allocation (ERR_NOMEM). Texts in it are the caller's to make
 * printable. ERR_LIMIT: over AUDIT_LINE_BYTES; ERR_IO (errno): not written;
 * ERR_DENIED: the log was changed under us. After a failed fsync or a cut log
 * every later call fails as well.
 */
int audit_append(struct audit *, const char *event, json_t *fields,
    enum audit_when) MUST_CHECK;
/* All lines added so far are on disk when this returns 0. */
int audit_sync(struct audit *) MUST_CHECK;
/* Number and hash of the newest line (of this process's view); for syslog. */
void audit_head(const struct audit *, uint64_t *seq, char hex[HASH_HEX]);
/* Writes a check-point when lines follow the last one, and syncs. Frees in
 * any case. NULL is fine. */
int audit_close(struct audit *);

/*
 * Rotation: end the file that is written, with a check-point, and go on in a
 * new one; the chain runs on. It happens when the file is larger than bytes
 * or its first line is older than `before` ("2026-11-21...", NULL: never).
 * Other processes follow by themselves. *done: it happened, and name (40
 * bytes) is the closed file's.
 */
int audit_rotate(struct audit *, uint64_t bytes, const char *before, bool *done,
    char name[40]) MUST_CHECK;
/*
 * Remove the oldest closed files whose last line is older than `before`, each
 * after a line "audit-removed" that says what it held. The log stays sound
 * for audit_verify(). each() hears of it before; dry: nothing is removed.
 */
int audit_forget(struct audit *, const char *before, bool dry,
    void (*each)(void *arg, const char *name, uint64_t first, uint64_t last),
    void *arg) MUST_CHECK;

/* Fields of a document for a line: id, names, sizes, hashes, verdict, method,
 * reason, finding ids with counts, policy. NULL without memory. */
json_t *audit_of_record(const struct record *);

struct audit_report {
	uint64_t first; /* number of the first line that is still here */
	uint64_t files; /* closed ones before the one that is written */
	uint64_t lines; /* number of the last line */
	uint64_t checkpoints;
	uint64_t after_checkpoint; /* lines that no signature covers yet */
	uint64_t bad_line;	   /* from 1; 0: none */
	char why[256];		   /* English, what is wrong with it */
	uint8_t head[HASH_BYTES];  /* hash of the last line */
};

/*
 * Read the whole log and judge: hash chain, numbers, signatures, head file.
 * key: the public key that must have signed. seq and head_hex: a head noted
 * elsewhere (syslog) that must be in the log, or 0 and NULL.
 * 0: sound. ERR_DENIED: not, see report. ERR_NOENT: no log. ERR_IO.
 */
int audit_verify(const char *state_dir, const uint8_t key[KEYS_SIGN_PUBLIC],
    uint64_t seq, const char *head_hex, struct audit_report *) MUST_CHECK;

struct audit_filter {		   /* NULL members do not filter */
	const char *since, *until; /* "2026-11-21" or longer: compared as text,
				    * since <= time, time < until */
	const char *event;
	const char *id; /* fields.id */
};

enum audit_form {
	AUDIT_JSONL, /* the lines as they stand */
	AUDIT_TEXT,  /* for people: time, event, id, name, verdict, reason */
	AUDIT_CSV    /* the same columns, for a spreadsheet */
};

/* Write the lines that pass the filter. Unreadable lines are ERR_MALFORMED.
 * Does not verify. */
int audit_export(const char *state_dir, const struct audit_filter *,
    enum audit_form, FILE *) MUST_CHECK;

#endif
