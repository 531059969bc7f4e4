/*
 * How far a run is, on standard error: on a terminal one line with a bar,
 * the rate and the time left; elsewhere nothing (plain lines are the run's).
 */
#ifndef CMD_PROGRESS_H
#define CMD_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

struct progress {
	bool is_tty;
	uint64_t files, bytes; /* in all */
	uint64_t done, done_bytes;
	uint64_t start_ms, drawn_ms;
};

void progress_start(struct progress *);
/* Draws when a tenth of a second has passed (the clock runs on by itself). */
void progress_tick(struct progress *);
/* Takes the bar away, for a message; it comes back with the next draw. */
void progress_clear(struct progress *);

#endif
