/*
 * The line of what waits: fair between people, and with a fast lane.
 *
 * Round robin over the users, so that who brings a thousand files delays
 * nobody else. Small and large files stand in two lines; of the slots, one is
 * never given to a large one, so a small one never waits for a large one. A
 * large one is taken whenever none is in work, so neither starves.
 *
 * It lives in memory alone; the rows are the truth (transfer.h).
 */
#ifndef CMD_WATCHQUEUE_H
#define CMD_WATCHQUEUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "core/record.h"

struct watchqueue;

int watchqueue_new(uint64_t fast_bytes, struct watchqueue **) MUST_CHECK;
void watchqueue_free(struct watchqueue *);
/* ERR_EXIST: the id stands in the line already. since: any clock, in ms. */
int watchqueue_add(struct watchqueue *, const char *department,
    const char *login, const char *id, uint64_t bytes,
    uint64_t since) MUST_CHECK;
/*
 * The next one to be worked on. slots: all there are; large: how many of them
 * work on large files now. ERR_NOENT: none that may go now.
 */
int watchqueue_take(struct watchqueue *, unsigned slots, unsigned large,
    char id[RECORD_ID_BYTES], bool *is_large) MUST_CHECK;
void watchqueue_clear(struct watchqueue *);
size_t watchqueue_length(const struct watchqueue *);

/* One user who waits. */
struct watchqueue_user {
	const char *department, *login;
	size_t waiting;
	uint64_t since;	   /* of the oldest */
	const char *first; /* id of the oldest */
	const char *last;  /* id of the newest */
};

/* Every user who waits. */
void watchqueue_users(const struct watchqueue *,
    void (*each)(void *arg, const struct watchqueue_user *), void *arg);

#endif
