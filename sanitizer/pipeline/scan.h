/*
 * A second opinion: clamd, over its local socket (INSTREAM, clamd(8)).
 *
 * Scanned are the document as it came and, one by one, what a worker took
 * out of it. Nothing here waits: scan_step() does what can be done now, and
 * the caller polls. A scanner that is down, slow, or does not understand is
 * a failure, never a clean answer.
 */
#ifndef PIPELINE_SCAN_H
#define PIPELINE_SCAN_H

#include <poll.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"

#define SCAN_NAME_BYTES 128
#define SCAN_PATH_BYTES 100

struct scan;

enum scan_state {
	SCAN_RUNNING,
	SCAN_CLEAN,
	SCAN_FOUND,   /* scan_says(): the signature's name, printable */
	SCAN_REFUSED, /* scan_says(): its words, of this very document */
	SCAN_FAILED   /* scan_says(): why; another time it may go well */
};

/*
 * socket_path: of clamd. document: sealed, bytes long, borrowed. parts: what
 * the worker took out, or -1: for each part its size (64 bits, little endian)
 * and its bytes; taken over. ERR_NOMEM; the parts are closed then as well.
 */
int scan_open(const char *socket_path, int document, uint64_t bytes, int parts,
    uint64_t deadline_ms, struct scan **) MUST_CHECK;
void scan_close(struct scan *);
/* Fill in what to poll for; fd -1: nothing, call scan_step(). */
void scan_poll(const struct scan *, struct pollfd *);
enum scan_state scan_step(struct scan *, uint64_t now_ms);
const char *scan_says(const struct scan *);
uint64_t scan_deadline(const struct scan *);

#endif
