/*
 * One document, end to end: stable copy, rebuild in one caged process, proof
 * in a second, verdict. Several at once over one zygote, in one poll loop.
 *
 * Whatever goes wrong - worker crash, silence, flood, lie, timeout, limit - is
 * a record with VERDICT_HELD. Output exists for the caller only when the
 * verdict is VERDICT_RELEASED. The original is never handed on as output.
 *
 * For one thread: a program with several calls all of this under one lock
 * (base/fsx.h and base/hash.h copy through static blocks).
 */
#ifndef PIPELINE_PIPELINE_H
#define PIPELINE_PIPELINE_H

#include <stdint.h>

#include "base/err.h"
#include "core/record.h"
#include "formats/options.h"

struct pipeline;

enum pipeline_mode {
	PIPELINE_CLEAN,	   /* rebuild and prove */
	PIPELINE_EXPLAIN,  /* the same; the output is thrown away */
	PIPELINE_IDENTIFY, /* identify only: verdict held, no output */
	PIPELINE_EXTRACT,  /* options.mail_secrets: verdict held, out_fd is a
			    * list for passwords_fd of another job, or -1 */
	PIPELINE_PROVE	   /* receiver: the input itself must prove as format */
};

struct pipeline_job {
	/* by the caller; borrowed until the job comes back */
	int in_fd; /* a regular file, read from offset 0 into a stable copy */
	const char *name; /* relative path; its base name is the claim */
	enum pipeline_mode mode;
	const char *format; /* PIPELINE_PROVE: the declared format id */
	const struct options *options;
	int passwords_fd; /* one password a line, or -1 */
	void *user;
	/* by the pipeline */
	struct record record; /* id and time set; names of output not */
	int original_fd;      /* sealed copy of the input, or -1 */
	int out_fd; /* sealed result, -1 unless released (or read out) */
};

/*
 * Start the zygote (worker: path of sekisho-worker; NULL: beside this
 * program, then the install path) and wait for its self-test of the cage.
 * slots: documents at a time, 1..64. ERR_IO, ERR_INTERNAL (self-test failed:
 * nothing may run).
 */
int pipeline_open(const char *worker, unsigned slots,
    struct pipeline **) MUST_CHECK;
void pipeline_close(struct pipeline *);
/*
 * From now on every document that is cleaned or explained, and what is taken
 * out of it, is shown to the clamd behind this socket before it may be
 * released. Found, no answer within timeout_ms, or no understanding: held
 * (ERR_INFECTED; ERR_LIMIT: more than it takes; ERR_SCANNER: it fails,
 * and the document may be tried again). ERR_LIMIT: the path is too long.
 */
int pipeline_scan(struct pipeline *, const char *clamd_socket,
    uint64_t timeout_ms) MUST_CHECK;
/*
 * This pipeline takes messages (options.mail_fresh) above all: start a second
 * zygote, which has loaded what texts need and nothing else. What its
 * children do not release, for whatever reason, is done again from the
 * beginning, and judged, by those of the other. ERR_* as of pipeline_open().
 */
int pipeline_mail(struct pipeline *) MUST_CHECK;
unsigned pipeline_free_slots(const struct pipeline *);
/*
 * Take a job; a slot must be free (ERR_LIMIT). It comes back by
 * pipeline_wait(), also when its file cannot even be read. The record must be
 * zeroed; source_* and policy_* may be set and are left alone. ERR_INTERNAL
 * after the zygote was lost for good: the job was not taken.
 */
int pipeline_submit(struct pipeline *, struct pipeline_job *) MUST_CHECK;
/*
 * Wait up to timeout_ms (-1: for ever) for a finished job; *job NULL when
 * none: the time is over, a signal came, or no job is running. ERR_INTERNAL
 * when the zygote is gone and could not be restarted; then every pending job
 * comes back held.
 */
int pipeline_wait(struct pipeline *, int timeout_ms,
    struct pipeline_job **job) MUST_CHECK;
/* Closes the job's fds and frees its record. */
void pipeline_job_done(struct pipeline_job *);

#endif
