/*
 * The intake queue of mail: STATE/mail/{tmp,new,stuck}. Whoever answers "I
 * have it" to a mail server does so after mailqueue_add() returned 0: message
 * and envelope are on disk then. Nothing is parsed here but the count of
 * Received: lines.
 *
 * One file is one message: its bytes as they came, then the envelope as JSON,
 * its length (4 bytes, big endian), then "SEKIMAIL". So one rename takes both
 * or none. A name is TIME.ID.BYTES: names sort by arrival (a message is
 * never named before one that already waits, wherever the clock went), and a
 * listing tells how much waits.
 *
 *   tmp/     being written, locked by its writer; a lock that nobody holds is
 *            of a killed one: mailqueue_tidy() removes the file
 *   new/     on disk, waits for the service, which removes it when the fate
 *            of the message is on disk
 *   stuck/   not a file of this form, or cannot even be held; for a person
 *   stopped  exists: nothing is taken in (core/flood.h)
 *
 * Errors: ERR_IO (errno), ERR_NOMEM, ERR_LIMIT (path too long).
 */
#ifndef CORE_MAILQUEUE_H
#define CORE_MAILQUEUE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "core/mailaddr.h"
#include "core/record.h"

#define MAILQUEUE_HOPS_MAX	 50 /* Received: lines; as many are a loop */
#define MAILQUEUE_RECIPIENTS_MAX 1000
#define MAILQUEUE_NAME_BYTES	 96
/* Carries the count over the one-way path, where Received: ends. */
#define MAILQUEUE_HOPS_HEADER "X-Sekisho-Hops"

struct mail_envelope {
	char id[RECORD_ID_BYTES];     /* given by mailqueue_add() */
	char time[RECORD_TIME_BYTES]; /* likewise */
	char sender[MAILADDR_BYTES];  /* "": the null sender */
	char client[64];	      /* address of the client, or "" */
	unsigned hops;		      /* given by mailqueue_add() */
	char **recipients;	      /* n_recipients texts, then NULL */
	size_t n_recipients;
};

/* ERR_DENIED: not an address, or too many. */
int mail_envelope_to(struct mail_envelope *, const char *recipient) MUST_CHECK;
void mail_envelope_done(struct mail_envelope *);
/* As JSON, to be free()d; NULL without memory. And back: ERR_MALFORMED. */
char *mail_envelope_text(const struct mail_envelope *);
int mail_envelope_read(const void *text, size_t n,
    struct mail_envelope *) MUST_CHECK;

struct mailqueue_limits {
	uint64_t message_bytes;
	uint64_t queue_bytes, queue_messages;
	uint64_t free_bytes; /* stay free on the disk, for the service's work */
};

enum mailqueue_no {
	MAILQUEUE_TAKEN,
	MAILQUEUE_STOPPED,   /* try again later */
	MAILQUEUE_FULL,	     /* likewise */
	MAILQUEUE_DISK,	     /* likewise */
	MAILQUEUE_TOO_LARGE, /* never */
	MAILQUEUE_LOOP	     /* never */
};

struct mailqueue;

/* Open or make the folders (0700). */
int mailqueue_open(const char *state_dir, struct mailqueue **) MUST_CHECK;
void mailqueue_close(struct mailqueue *);

/*
 * Take a message from fd, read to its end. 0: on disk; id, time and hops of
 * the envelope are set. ERR_DENIED: not taken, *no says why; any other error:
 * not taken, try again. Several processes may add at a time.
 */
int mailqueue_add(struct mailqueue *, int fd, const struct mailqueue_limits *,
    struct mail_envelope *, enum mailqueue_no *no) MUST_CHECK;

/* Be the one service of this queue, until close. ERR_LIMIT: another is. */
int mailqueue_serve(struct mailqueue *) MUST_CHECK;
/* Names of what waits, oldest first; free() *names and each of it. */
int mailqueue_list(struct mailqueue *, char ***names, size_t *n) MUST_CHECK;
int mailqueue_waiting(struct mailqueue *, uint64_t *messages,
    uint64_t *bytes) MUST_CHECK;
/*
 * Envelope and message of a waiting name; *fd is a memory file with the
 * message alone, at offset 0. ERR_NOENT: gone; ERR_MALFORMED: not of this
 * form. The name stays until mailqueue_remove().
 */
int mailqueue_take(struct mailqueue *, const char *name, struct mail_envelope *,
    int *fd) MUST_CHECK;
int mailqueue_remove(struct mailqueue *, const char *name) MUST_CHECK;
/* To stuck/, on disk. */
int mailqueue_set_aside(struct mailqueue *, const char *name) MUST_CHECK;
/* Remove what killed writers left. */
int mailqueue_tidy(struct mailqueue *) MUST_CHECK;
/* The folder new/, to watch for arrivals; the queue's own. */
int mailqueue_new_fd(const struct mailqueue *);

#endif
