/*
 * Mail whose files need a password that comes in the same mail, in another
 * mail of the same sender or thread (core/mailthread.h) to one of the same
 * readers, or is known for the sender's domain.
 *
 * What may be a password is read out of a mail by a worker into a memory file
 * (PIPELINE_EXTRACT) and handed to another worker. This program never looks
 * at it; the memory is locked while it exists, and nothing of it is logged or
 * stored. Tries are bounded: PROTO_PASSWORDS for one document, PPAP_TRIES
 * documents for one mail.
 */
#ifndef CMD_PPAP_H
#define CMD_PPAP_H

#include "cmd/cli.h"
#include "core/mailqueue.h"

#define PPAP_TRIES 4
#define PPAP_RECENT \
	64 /* mails that are remembered, for a file that follows \
	    */

struct ppap;

/* Both are borrowed until close. 0, or an exit status; the user was told. */
int ppap_open(const struct policy *, struct quarantine *, struct ppap **);
void ppap_close(struct ppap *);

/*
 * A mail that wants a password: what its sender's domain is known to use,
 * what it says itself, and what mails of its thread said within the window. 0:
 * job now holds the better result (its descriptors and record are replaced, the
 * id kept); ERR_NOENT: no password fits, job is as it was. Other errors: not
 * now.
 */
int ppap_help(struct ppap *, const struct mail_envelope *,
    struct pipeline_job *) MUST_CHECK;

/*
 * A mail that may tell the password of an earlier one. each() gets every
 * earlier one that it opens: the envelope, the id of the quarantined mail and
 * the finished job, which it may take descriptors from; it returns 0 to go
 * on. The mail is remembered.
 */
int ppap_follow(struct ppap *, const struct mail_envelope *,
    const struct pipeline_job *,
    int (*each)(void *arg, const struct mail_envelope *, const char *id,
	struct pipeline_job *),
    void *arg) MUST_CHECK;

/*
 * One stored mail or file with passwords from a sealed memory file; *job is
 * the finished run (pipeline_job_done() by the caller). envelope: of a mail,
 * else NULL; who: for the audit log. An error: it did not come to a run.
 */
int ppap_try(struct ppap *, const char *id, const char *name,
    const struct mail_envelope *envelope, const char *who, int passwords,
    struct pipeline_job *job) MUST_CHECK;

/* Whether a document, or a file inside it, was held for want of a password. */
bool ppap_wants(const struct record *);

/* A memory file for passwords; locked once it is filled, until its end. */
struct secret {
	int fd;
	void *pages;
	size_t n;
};

int secret_open(struct secret *) MUST_CHECK;
void secret_lock(struct secret *);
void secret_close(struct secret *);

#endif
