/*
 * Inside of the mail service: what is in hand, and the way of one message
 * from its verdict to the crossing (mailcross.c). mailserve.c has the order
 * of things and the loop.
 */
#ifndef CMD_MAILSERVE_H
#define CMD_MAILSERVE_H

#include "cmd/mail.h"
#include "cmd/ppap.h"
#include "cmd/sender.h"
#include "core/spool.h"
#include "quarantine/crossing.h"

#define MAIL_WINDOW_MAX 128
#define MAIL_WARN_MS	60000

enum mail_phase { PHASE_WORK, PHASE_JUDGE, PHASE_NOTE, PHASE_CROSS };

struct mail {
	char name[MAILQUEUE_NAME_BYTES];
	struct mail_envelope envelope;
	struct crossing_mail crossing;
	struct crossing_mail note_crossing; /* from nobody: no answers */
	char file[RECORD_ID_BYTES + 8], note_once[RECORD_ID_BYTES];
	struct pipeline_job job, note;
	enum mail_phase phase;
	bool is_back; /* the job or note of this phase came back */
	bool was_repeated;
	uint64_t bytes;
	unsigned crossing_left;
	int err;
	struct mail *next; /* of all that are in hand */
};

struct serve {
	const struct mail_serve_options *o;
	const struct policy *policy;
	struct options options; /* the policy's, for messages from outside */
	struct cli_state state;
	struct pipeline *pipeline;
	struct ppap *ppap;
	struct crossing *second; /* of mails that a password opened */
	int second_err;
	struct spool *spool;
	struct crossing *crossing;
	struct mailqueue *queue;
	int watch; /* inotify, or -1 */
	char **names;
	size_t n_names, at;
	struct mail *ring[MAIL_WINDOW_MAX], *all;
	size_t head, n, window, crossing_n;
	uint64_t bytes;
	struct sender sender;
	uint64_t group_ms, tidy_ms, warned_ms;
	unsigned backoff_ms;
	bool is_dropping;
	bool looks_back; /* originals of released mails are kept (rules.h) */
	char bad_id[RECORD_ID_BYTES]; /* with a fault of its own */
	unsigned bad_n;
	int stop;
};

uint64_t mail_now_ms(void);
/* Frees a message that is in hand; it stays in the queue. */
void mail_free(struct serve *, struct mail *);
/* A fault that is not the message's: drop what is in hand, wait, go on. */
void mail_hold_on(struct serve *, int err, const char *what);
/* Who a job is for; the same for message and note. */
void mail_set_job(struct serve *, struct mail *, struct pipeline_job *);
void mail_submit(struct serve *, struct mail *, struct pipeline_job *);
/* What is finished crosses, in order. */
void mail_hand_over(struct serve *);
/* What is in hand goes back to the queue, as soon as the workers let go. */
void mail_drop(struct serve *);
/* Everything that waits for the disk; crossed() hears what became of it. */
void mail_flush(struct serve *);
struct mail *mail_pop(struct serve *);
/* The done() of the crossings; arg: struct serve. */
void mail_second_crossed(void *arg, struct crossing_item *, int err);
void mail_crossed(void *arg, struct crossing_item *, int err);

#endif
