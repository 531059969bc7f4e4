/*
 * One document in one caged process, seen from outside.
 *
 * Whatever the process does, a pass ends: its clock runs out, its records are
 * refused, or it exits. pass_judge() then says 0 or why not. All it gathered
 * was checked by worker/proto.c and stays a claim.
 */
#ifndef PIPELINE_PASS_H
#define PIPELINE_PASS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/record.h"
#include "pipeline/zygote.h"
#include "worker/proto.h"

#define PASS_DEPTH    64   /* of members in members, at most */
#define PASS_LIGHT_MS 5000 /* then a light process has to give up */

struct pass {
	uint32_t seq;
	int records; /* read end; -1 once it ended */
	int out;     /* memory file that it writes, -1 */
	int parts;   /* the same, of what it takes out; -1 */
	int pidfd;   /* -1 until it started */
	bool has_exited, is_killed;
	int status; /* as from waitpid() */
	uint64_t deadline_ms;
	int err; /* the first thing that went wrong, and its words */
	char why[RECORD_REASON_BYTES];
	struct proto_stream stream;
	/* gathered; the arrays are malloc()ed */
	struct doc_result result;
	struct finding *findings;
	size_t n_findings, cap_findings;
	struct record_member *members;
	size_t n_members, cap_members;
	unsigned depth;

	struct {
		size_t first_member, first_finding;
	} open[PASS_DEPTH];
};

struct pass_input {
	int fd; /* sealed; borrowed */
	uint64_t bytes;
	int passwords; /* sealed, or -1; borrowed */
	uint64_t passwords_bytes;
	const char *name;   /* claimed base name */
	const char *expect; /* format id, or NULL */
	enum proto_mode mode;
	bool wants_parts; /* what is taken out is kept for a scanner */
	const struct options *options;
};

void pass_init(struct pass *);
/* Frees and closes all that it holds. */
void pass_done(struct pass *);
/* Ask for a child. ERR_NOENT: the zygote is gone; ERR_IO, ERR_NOMEM. */
int pass_start(struct pass *, const struct zygote *, uint32_t seq,
    const struct pass_input *) MUST_CHECK;
/* The first error counts; the child is killed. */
void pass_fail(struct pass *, int err, const char *fmt, ...) PRINTF_LIKE(3, 4);
/* The zygote's replies. pidfd becomes the pass's. */
void pass_started(struct pass *, int pidfd);
void pass_exited(struct pass *, int status);
/* Records can be read. */
void pass_read(struct pass *);
/*
 * Look at the clock. false: the child does not go away although it was
 * killed, so the zygote must be replaced.
 */
bool pass_clock(struct pass *, uint64_t now_ms) MUST_CHECK;
bool pass_is_over(const struct pass *);
/* After the end: 0 when the child says it succeeded and nothing speaks
 * against it; else err and why are set. */
int pass_judge(struct pass *) MUST_CHECK;

uint64_t pass_now_ms(void);

#endif
