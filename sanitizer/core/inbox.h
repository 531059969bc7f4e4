/*
 * Inside of receive: the ledger of numbers and the delivery of what is
 * staged. DEST/.sekisho-stage/NUMBER/ holds verified and proven payloads:
 * I, I.json, I.txt for payload I. A file leaves it by one rename, so a file
 * that is gone from it was delivered, once.
 */
#ifndef CORE_INBOX_H
#define CORE_INBOX_H

#include "core/ledger.h"
#include "core/receive.h"

#define INBOX_FILE_BYTES 256
#define INBOX_STAGE	 ".sekisho-stage"

enum inbox_state {
	INBOX_UNKNOWN = 0,
	INBOX_DELIVERING, /* staged and planned; the stage is on disk */
	INBOX_DELIVERED,  /* in DEST; the parcel may still lie in FROM */
	INBOX_CLOSED	  /* the parcel is gone from FROM as well */
};

struct inbox {
	const struct receive_setup *setup;
	char key[HASH_HEX];
	sqlite3 *db;
	int lock, from, dest, stage, refused;
};

int inbox_open(const struct receive_setup *, struct inbox *) MUST_CHECK;
void inbox_close(struct inbox *);
int inbox_ledger(const char *state_dir, sqlite3 **) MUST_CHECK;

/* State of a number; digest (hex) of what was received under it. */
int inbox_find(struct inbox *, uint64_t seq, enum inbox_state *,
    char digest[HASH_HEX]) MUST_CHECK;
int inbox_set(struct inbox *, uint64_t seq, enum inbox_state) MUST_CHECK;
/* Write down a new number. */
int inbox_insert(struct inbox *, const struct parcel *, const char *file,
    const char *digest, enum inbox_state) MUST_CHECK;
/* Close every number that is DELIVERED: their parcels are gone from FROM. */
int inbox_close_all(struct inbox *) MUST_CHECK;

/* Plan names for all payloads and write them down: state DELIVERING. */
int inbox_plan(struct inbox *, const struct parcel *, const char *file,
    const char *digest) MUST_CHECK;
/* Move what is staged to where it was planned: state DELIVERED. Repeatable. */
int inbox_deliver(struct inbox *, uint64_t seq, uint64_t *documents) MUST_CHECK;
/* Empty and remove a stage folder. */
void inbox_unstage(struct inbox *, const char *name);

/* Why a payload is refused whose proof ended with e. */
void inbox_not_proven(const char *name, int e, char why[PARCEL_WHY_BYTES]);

#endif
