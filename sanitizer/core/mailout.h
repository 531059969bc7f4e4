/*
 * Mail on the inner side: STATE/mailout/{msg,failed}, and tables in the
 * ledger of received numbers. A parcel of the kind "mail" is verified and
 * proven like any other; then message and envelope are put here in the same
 * transaction that writes down its number, so that it is taken once. What is
 * here is handed to the inner mail server, in order of arrival.
 *
 * What a recipient's answer was is on disk before the next message is begun.
 * A kill between the server's last answer and that repeats the message: that
 * window cannot be closed by SMTP. X-Sekisho-Id and Message-ID are the same
 * in both copies, for servers that drop repeats.
 *
 * Order: a recipient who answered "later" gets nothing newer before it, for
 * the first MAILOUT_BLOCK_TRIES attempts; other recipients do not wait.
 */
#ifndef CORE_MAILOUT_H
#define CORE_MAILOUT_H

#include "core/audit.h"
#include "core/inbox.h"
#include "core/smtpout.h"

#define MAILOUT_BLOCK_TRIES 8
#define MAILOUT_EXPIRE_S    (5 * 86400)

/*
 * Take the payload of a mail parcel, its head already read and verified:
 * bytes, hash, proof; then message, envelope and number on disk, state
 * DELIVERED. Errors as in receive.c; ERR_MALFORMED: an address is none.
 */
int mailout_take(struct inbox *, int fd, const struct parcel *,
    const char *file, const char *digest, char *why) MUST_CHECK;
/* Files that a kill left without a row; under the receiver's lock. */
int mailout_tidy(struct inbox *) MUST_CHECK;

struct mailout_setup { /* borrowed */
	const char *state_dir;
	const struct smtpout_target *target;
	struct audit *audit;
	const char *helo;
	/* Asked between messages; not 0: end. */
	int (*stop)(void);
};

struct mailout_report { /* recipients, but for messages */
	uint64_t messages, delivered, deferred, failed;
	uint64_t waiting; /* messages that still wait */
	bool is_down;	  /* the server could not be reached, or went */
	char why[SMTPOUT_TEXT_BYTES];
};

/*
 * Hand over everything that is due now. 0: see the report; ERR_LIMIT:
 * another process delivers from this state; ERR_*: a fault of our own disk.
 */
int mailout_run(const struct mailout_setup *,
    struct mailout_report *) MUST_CHECK;

#endif
