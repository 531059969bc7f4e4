/*
 * The spool of outgoing parcels: STATE/spool/{tmp,out,sent} and a ledger
 * (SQLite) of numbers given out. docs/spool.md: every state, and what a
 * restart does in it. The inner side is receive.h.
 *
 * Errors: ERR_IO (errno), ERR_LIMIT (locked for 30 s, or a quota),
 * ERR_DENIED, ERR_MALFORMED, ERR_NOMEM, ERR_INTERNAL.
 */
#ifndef CORE_SPOOL_H
#define CORE_SPOOL_H

#include <stdint.h>

#include "core/keys.h"
#include "core/parcel.h"

struct spool;

/* Open or make the spool of a state folder (modes 0700, 0600), and finish or
 * clear away what a killed process left. keys is borrowed until close. */
int spool_open(const char *state_dir, const struct keys *keys,
    struct spool **) MUST_CHECK;
void spool_close(struct spool *);

/*
 * Number, sign and seal a parcel into out/. By the caller: id, department,
 * kind, recipients, payloads (with fds). By the spool: seq and time.
 * The id makes it safe to call again: an id that is already in the spool
 * (out or sent) is not sealed twice; *seq gets its number and the result is
 * 0. So derive the id from what makes the job one job (queue id, path and
 * hash), or take a fresh one (record_id_new) when it shall never be taken for
 * another. On 0 the parcel and the folders are on disk.
 * Never called before the audit line of the release is on disk.
 */
int spool_seal(struct spool *, struct parcel *, uint64_t *seq,
    char why[PARCEL_WHY_BYTES]) MUST_CHECK;

/*
 * The same for n parcels with ids of their own (1..SPOOL_MANY), with one wait
 * for the disk. On 0 all are sealed; on an error those that are sealed are
 * found again under their ids.
 */
#define SPOOL_MANY 64
int spool_seal_many(struct spool *, struct parcel *, size_t n, uint64_t *seqs,
    char why[PARCEL_WHY_BYTES]) MUST_CHECK;
/* The number that an id has; 0 in *seq: it was never sealed. */
int spool_find(struct spool *, const char *id, uint64_t *seq) MUST_CHECK;

struct spool_sent {
	uint64_t parcels, bytes;
};

/*
 * Copy every parcel of out/ in order to a folder, the way across: temporary
 * name (begins with a dot), fsync, rename, fsync; then mark it sent. A kill
 * in between sends the same parcel again; the inner side refuses the second.
 * ERR_EXIST: another file with that parcel's name stands in todir; why names
 * it; it and those after it stay in out/.
 */
int spool_send(struct spool *, const char *todir, struct spool_sent *,
    char why[PARCEL_WHY_BYTES]) MUST_CHECK;

/* How many parcels wait in out/. */
int spool_waiting(struct spool *, uint64_t *parcels,
    uint64_t *bytes) MUST_CHECK;

#endif
