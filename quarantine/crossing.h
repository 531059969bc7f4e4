/*
 * The last step of a job: a finished record goes where its verdict says, in
 * an order that survives a kill between any two steps.
 *
 *   released   audit "release" on disk -> parcel into the spool, or file into
 *              the folder -> audit "released"
 *   held, blocked   quarantine on disk -> audit "hold" or "block"
 *
 * Many small documents are handled in groups: nothing appears under its final
 * name before the audit line of its group is on disk, and one fsync serves
 * the group. A document counts as handled once done() said so.
 *
 * This stands here and not in core/ because core may not know the quarantine.
 */
#ifndef QUARANTINE_CROSSING_H
#define QUARANTINE_CROSSING_H

#include "core/audit.h"
#include "core/policy.h"
#include "core/record.h"
#include "core/spool.h"
#include "quarantine/store.h"

struct crossing;

/* Envelope of a message; borrowed until done(). */
struct crossing_mail {
	const char *sender;	       /* "": the null sender */
	const char *const *recipients; /* NULL-terminated */
	unsigned hops;
};

struct crossing_item {
	struct record *record; /* judged (policy_judge), out_name set */
	int out_fd;	       /* sealed output, or -1 */
	int original_fd;       /* sealed original, or -1 */
	char *receipt;	       /* JSON; NULL: none. free()d by crossing */
	char *receipt_text;    /* for people; NULL: none; free()d */
	const char *once;      /* parcel id that makes a repeat harmless, or
				* NULL: a fresh one. An item with one goes
				* into a parcel of its own. */
	/* With a spool; borrowed until done(); NULL: the setup's, or none. */
	const char *department, *who;
	const char *folder; /* put before the name in the parcel: "FOLDER/" */
	int64_t mtime;	    /* of the original, for the parcel; 0: not said */
	const struct crossing_mail *mail; /* kind "mail", with once; such
					   * items share the waits for the
					   * disk, each in its own parcel */
	void *user;
};

struct crossing_setup { /* borrowed until close */
	struct audit *audit;
	struct quarantine *quarantine; /* NULL: held documents are recorded,
					* their originals stay with the
					* caller */
	struct spool *spool;	       /* or NULL: into the folder */
	int dest_fd;		       /* the folder; -1 with a spool */
	const struct policy *policy;
	const char *kind; /* of parcels: "folder" or "mail" */
	bool is_each_own; /* every item has once; each goes into a parcel of
			   * its own, and they share the waits for the disk */
	const char *department;	       /* NULL: the policy's */
	const char *const *recipients; /* NULL-terminated, or NULL */
	const char *who;	       /* the person or service that hands in */
	/*
	 * Called once for every item, when its fate is on disk, or
	 * has failed: err is 0 or the error (the outcome is
	 * outcome_of(record->verdict, err)). record->out_name is now the name
	 * really given, relative to the folder. The record and the fds are the
	 * caller's to free from here on, not before.
	 */
	void (*done)(void *arg, struct crossing_item *, int err);
	void *arg;
};

int crossing_open(const struct crossing_setup *, struct crossing **) MUST_CHECK;
/*
 * Hand in one document; *item is copied. May call done() for it and for
 * earlier ones. Always takes the item over: an error has been given to done()
 * as well and is returned so that the caller can stop.
 */
int crossing_put(struct crossing *, const struct crossing_item *) MUST_CHECK;
/* Finish everything that waits; done() was called for all. */
int crossing_flush(struct crossing *) MUST_CHECK;
/* Flushes and frees. */
int crossing_close(struct crossing *) MUST_CHECK;

#endif
