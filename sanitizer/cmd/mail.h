/*
 * `sekisho mail`: the hook of the mail server (cmd_mail.c), the resident
 * service (mailserve.c), the note about a held message (mailnote.c), and the
 * two places where further checks belong (mailhook.c).
 */
#ifndef CMD_MAIL_H
#define CMD_MAIL_H

#include "cmd/cli.h"
#include "core/mailqueue.h"

/* As in sysexits.h; Postfix' pipe(8) bounces on these. */
enum { STATUS_BAD_ADDRESS = 65, STATUS_REFUSED = 69 };

struct mail_serve_options {
	unsigned slots;
	const char *department; /* NULL: the policy's */
	const char *send;	/* folder of the one-way path, or NULL */
	bool once;		/* end when nothing waits */
};

/* Until SIGTERM. An exit status. */
int mail_serve(const struct mail_serve_options *, const struct policy *);

/*
 * Before intake: called by the hook with the envelope, before the message is
 * read. STATUS_OK, or the exit status that refuses it; the reason was
 * printed, "4.7.1 ..." first, as pipe(8) hands it on.
 */
int mailhook_before_intake(const struct policy *, const struct mail_envelope *);

/*
 * After the verdict: called by the service with each judged record, before
 * it crosses or is put away. May only make a released record a held one, as
 * policy_judge() does. original_fd: the sealed message. ERR_IO, ERR_NOMEM:
 * not now; the message stays in the queue and is tried again.
 */
int mailhook_after_verdict(const struct policy *, const struct mail_envelope *,
    int original_fd, struct record *) MUST_CHECK;

/*
 * The message that tells the recipients of a held one: constant texts in
 * Japanese and English, and of the message only what was checked (sender's
 * address, time of arrival, size, id). A memory file at offset 0. It is run
 * through the pipeline like any other. ERR_NOMEM, ERR_IO.
 */
int mailnote_make(const struct mail_envelope *, const struct record *,
    int *fd) MUST_CHECK;

/* The id of the second mail of a held one: of its files, by their digest. */
void mail_second_id(struct record *, const char *id);

#endif
