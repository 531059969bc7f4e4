/*
 * The hand of a service that puts parcels onto the one-way path as they come:
 * not more often than some five times a second, and without a log line a round
 * while the path is not there.
 */
#ifndef CMD_SENDER_H
#define CMD_SENDER_H

#include "core/audit.h"
#include "core/spool.h"

#define SENDER_EVERY_MS 200
#define SENDER_WARN_MS	60000

struct sender {
	const char *to; /* a folder, or NULL: `sekisho send` does it */
	bool is_unsent; /* set by who puts a parcel into the spool */
	uint64_t sent_ms, warned_ms;
};

/*
 * Send what waits, when it is time (now: at once). Failures of the path are
 * told and tried again; an error is the log's, whose line is then missing.
 */
int sender_go(struct sender *, struct spool *, struct audit *, bool now,
    uint64_t now_ms) MUST_CHECK;

#endif
