/*
 * The inner side: take parcels from the folder where the one-way path ends,
 * refuse or deliver. It has a state folder of its own (audit log, ledger of
 * sequence numbers, refused/) and reads nothing of the outer one but parcels.
 *
 * A parcel is delivered when its signature (pinned key), number, sizes,
 * hashes and names are right and every payload proves again. Its payloads
 * then appear as DEST/<department>/<name>, receipts beside them; a name that
 * is taken gets " (2)". Nothing is delivered twice and nothing in part: a
 * kill between any two steps is finished or undone by the next run.
 *
 * Refused parcels are moved to STATE/refused/ with NAME.reason.txt, and said
 * in the audit log. Their number stays open, so that a good copy may follow.
 */
#ifndef CORE_RECEIVE_H
#define CORE_RECEIVE_H

#include <stdbool.h>
#include <stdint.h>

#include "core/audit.h"
#include "core/keys.h"
#include "core/parcel.h"

struct receive_setup {		       /* all borrowed during the call */
	const char *from_dir;	       /* where parcels arrive (NAME.parcel) */
	const char *dest_dir;	       /* root of the departments' trees */
	const char *state_dir;	       /* of the inner side */
	uint8_t key[KEYS_SIGN_PUBLIC]; /* of the gateway, pinned */
	struct audit *audit;	       /* of the inner side */
	/* Parcels of the kind "mail" are put into STATE/mailout (mailout.h),
	 * not into DEST. */
	bool takes_mail;
	/* Parcels of the kind "unsanitised" are delivered, unproved, under
	 * names with the mark. Without it they are refused. */
	bool allow_unsanitised;
	/* Told of each that is about to be delivered. May be NULL. */
	void (*unsanitised)(void *arg, const struct parcel *);
	uint64_t at_most; /* parcels in one run; 0: all that are there */
	/* The payload in fd must prove to be of that format: 0. ERR_IO,
	 * ERR_NOMEM and ERR_INTERNAL mean "not now": the parcel stays where
	 * it is (ERR_IO ends the run). Any other error refuses it. */
	int (*prove)(void *arg, int fd, const char *format);
	void *arg;
};

struct receive_report {
	uint64_t delivered, refused, documents;
	bool has_more;	/* at_most was reached */
	uint64_t again; /* left in place: prove or disk said "not now" */
	char why[PARCEL_WHY_BYTES]; /* of the last that was refused or left */
};

/*
 * Take everything that is there now, in order of name. 0: all was delivered
 * or refused (see report). ERR_*: stopped at a fault of our own (disk, audit,
 * ledger); calling again goes on.
 */
int receive_run(const struct receive_setup *,
    struct receive_report *) MUST_CHECK;

struct receive_gap {
	uint64_t first, last; /* numbers that never came, both included */
};

/*
 * People know of these missing numbers (the outer side was restored from a
 * copy, docs/operations.md): receive_gaps() leaves them out. A parcel with
 * such a number is still taken. ERR_EXIST: a gap that begins there is known.
 */
int receive_gap_known(const char *state_dir,
    const uint8_t key[KEYS_SIGN_PUBLIC], uint64_t first, uint64_t last,
    const char *why) MUST_CHECK;

/*
 * Missing numbers between 1 and the highest that was delivered: at most max
 * ranges into gaps, *n how many there are in all. highest: the last number.
 */
int receive_gaps(const char *state_dir, const uint8_t key[KEYS_SIGN_PUBLIC],
    struct receive_gap *gaps, size_t max, size_t *n,
    uint64_t *highest) MUST_CHECK;

#endif
