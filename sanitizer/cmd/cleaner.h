/*
 * A cleaner: a process of its own that runs the pipeline for the milter,
 * whose threads may not (pipeline.h). One message at a time over a socket
 * pair; it ends when the milter does. A milter keeps several (milterpool.c).
 */
#ifndef CMD_CLEANER_H
#define CMD_CLEANER_H

#include <stdint.h>

#include "core/policy.h"

#define CLEANER_FD	  3 /* its end of the pair */
#define CLEANER_MAGIC	  0x6d696c74u
#define CLEANER_SAY_BYTES 480

enum cleaner_action {
	CLEANER_TEMPFAIL = 0,
	CLEANER_ACCEPT,	 /* nothing speaks against the message */
	CLEANER_REPLACE, /* by the message in the descriptor */
	CLEANER_REJECT
};

/* With two memory files: the message; the envelope: sender, client and the
 * recipients, one a line. */
struct cleaner_ask {
	uint32_t magic;
};

struct cleaner_answer { /* with a sealed memory file for CLEANER_REPLACE */
	uint32_t magic;
	uint32_t action;
	char code[8];		     /* "5.7.1", for CLEANER_REJECT */
	char say[CLEANER_SAY_BYTES]; /* one line, printable */
};

/* The process. An exit status. */
int cleaner_run(const struct policy *);

#endif
