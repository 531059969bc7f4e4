/*
 * One job on its way: which pass it is in, and what its record says.
 * Only for pipeline.c.
 */
#ifndef PIPELINE_SLOT_H
#define PIPELINE_SLOT_H

#include "pipeline/pass.h"
#include "pipeline/pipeline.h"
#include "pipeline/scan.h"

enum slot_state {
	SLOT_FREE,
	SLOT_FIRST, /* rebuild, identify, or a receiver's proof */
	SLOT_SCAN,  /* the scanner looks at what came */
	SLOT_PROOF, /* the output again, in a fresh process */
	SLOT_DONE   /* waits to be fetched */
};

struct slot {
	enum slot_state state;
	bool light; /* in light processes, as long as they get along */
	struct pipeline_job *job;
	struct pass pass;
	int passwords; /* sealed copy, or -1 */
	uint64_t passwords_bytes;
	uint64_t start_ns;
	int result_fd; /* sealed output of the first pass, or -1 */
	const struct scan_setup *scanner;
	struct scan *scan; /* in SLOT_SCAN */
	char name[PROTO_NAME_BYTES];
};

struct scan_setup {
	char socket[SCAN_PATH_BYTES]; /* "": no scanner */
	uint64_t timeout_ms;
};

/*
 * Take the job: make the stable copy and reset what the pipeline fills in.
 * The slot may be SLOT_DONE afterwards (the input was refused). light is set
 * for a job that light processes may try.
 */
void slot_take(struct slot *, struct pipeline_job *, const struct scan_setup *);
/* Start the pass of the slot's state; errors as of pass_start(). */
int slot_start(struct slot *, const struct zygote *, uint32_t seq) MUST_CHECK;
/*
 * The running pass is over. true: slot_start() must be called, for the proof
 * or, without light now, for all of it again; else the slot is done, or in
 * SLOT_SCAN.
 */
bool slot_pass_over(struct slot *) MUST_CHECK;
/* In SLOT_SCAN: as slot_pass_over(). */
bool slot_scan(struct slot *) MUST_CHECK;
/* Forget what light processes made of the job: slot_start() comes next. */
void slot_again(struct slot *);
/* End the job without release. err may be ERR_BLOCKED. */
void slot_hold(struct slot *, int err, const char *fmt, ...) PRINTF_LIKE(3, 4);

#endif
