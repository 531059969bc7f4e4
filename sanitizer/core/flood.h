/*
 * Flood control of incoming mail: how many messages a client, a sender, and
 * all together handed in within a window; and the stop that a flood may set
 * until an administrator resumes.
 *
 * The counts stand in a file of fixed size, STATE/mail/flood.WHERE, one for
 * the milter and one for all runs of the pipe hook, under a lock: a message
 * that passes both is counted once in each. They are estimates over
 * a sliding window (this window, and the share of the last one that it still
 * overlaps), never too small unless more senders than FLOOD_SLOTS write at
 * once. They need not survive a power failure and are not synced. Names are
 * kept as keyed hashes.
 *
 * A message that is refused is not counted, so a client that tries again
 * later gets through at the rate that is allowed.
 */
#ifndef CORE_FLOOD_H
#define CORE_FLOOD_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"

#define FLOOD_SLOTS	8192
#define FLOOD_WHY_BYTES 512

struct flood_limits { /* messages in a window */
	uint32_t window_s;
	uint32_t per_client, per_sender, total;
	bool stop; /* a flood of all together stops the taking of mail */
};

enum flood_verdict { FLOOD_OK = 0, FLOOD_CLIENT, FLOOD_SENDER, FLOOD_TOTAL };

struct flood;

/*
 * Open or make the file. where: "milter" or "hook". One that is damaged or was
 * made for another window begins anew. limits is copied. ERR_IO, ERR_NOMEM:
 * nothing may be taken.
 */
int flood_open(const char *state_dir, const char *where,
    const struct flood_limits *, struct flood **) MUST_CHECK;
void flood_close(struct flood *);

/*
 * Count one message, or refuse it. client: address of the sending host, ""
 * when not known; sender: envelope sender, "" for the null sender (bounces:
 * the client and the total count). *is_new: the first refusal of its kind in
 * this window, to be said once. now_s: seconds of any clock that does not go
 * backwards.
 */
int flood_count(struct flood *, uint64_t now_s, const char *client,
    const char *sender, enum flood_verdict *, bool *is_new) MUST_CHECK;

/* Messages of all together within the window, and its length; for figures.
 * ERR_NOENT: nothing was counted there yet. */
int flood_peek(const char *state_dir, const char *where, uint64_t now_s,
    uint64_t *messages, uint64_t *window_s) MUST_CHECK;

/* "client", "sender", "total", "none": for logs and the audit. */
const char *flood_word(enum flood_verdict);

/*
 * The stop: while STATE/mail/stopped exists no mail is taken. why is one
 * printable line. Stopping twice keeps the first reason.
 */
int flood_stop(const char *state_dir, const char *why) MUST_CHECK;
/* 0: mail is taken. ERR_DENIED: stopped, why says. ERR_IO: cannot know, so
 * nothing may be taken. */
int flood_stopped(const char *state_dir, char why[FLOOD_WHY_BYTES]) MUST_CHECK;
/* ERR_NOENT: it was not stopped. */
int flood_resume(const char *state_dir) MUST_CHECK;

#endif
