/*
 * The verdict of one job. The only way to VERDICT_RELEASED is release(), and
 * every way there passes through a second process; see pipeline.h.
 */
#include "pipeline/slot.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/fsx.h"
#include "base/utf8.h"

static uint64_t
now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000000000 + (uint64_t)ts.tv_nsec;
}

static void
drop(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

/* ---- the ends */

static void
finish(struct slot *s)
{
	struct record *r = &s->job->record;

	for (size_t i = 0; i < r->n_members; i++) {
		struct record_member *m = &r->members[i];

		if (m->result.err == ERR_BLOCKED)
			m->verdict = VERDICT_BLOCKED;
		else if (m->result.err == 0 && r->verdict == VERDICT_RELEASED)
			m->verdict = VERDICT_RELEASED;
		else
			m->verdict = VERDICT_HELD;
	}
	r->elapsed_ms = (double)(now_ns() - s->start_ns) / 1e6;
	pass_done(&s->pass);
	scan_close(s->scan);
	s->scan = NULL;
	drop(&s->passwords);
	drop(&s->result_fd);
	s->state = SLOT_DONE;
}

void
slot_hold(struct slot *s, int err, const char *fmt, ...)
{
	struct record *r = &s->job->record;
	char raw[RECORD_REASON_BYTES];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(raw, sizeof(raw), fmt, ap);
	va_end(ap);
	utf8_printable(raw, strlen(raw), r->reason, sizeof(r->reason));
	r->verdict = err == ERR_BLOCKED ? VERDICT_BLOCKED : VERDICT_HELD;
	r->method = METHOD_NONE;
	r->reason_err = err;
	r->out_bytes = 0;
	r->out_format[0] = '\0';
	memset(r->out_sha256, 0, HASH_BYTES);
	finish(s);
}

/* The sealed result of the first pass leaves; only after its proof. */
static void
release(struct slot *s)
{
	struct pipeline_job *job = s->job;

	job->record.verdict = VERDICT_RELEASED;
	job->record.method = METHOD_SANITISED;
	if (job->mode != PIPELINE_EXPLAIN) {
		job->out_fd = s->result_fd;
		s->result_fd = -1;
	}
	finish(s);
}

/* ---- the beginning */

/* The base name as the claim: valid UTF-8, and its end when it is too long. */
static void
claim(const char *path, char out[PROTO_NAME_BYTES])
{
	const char *slash = strrchr(path, '/');
	const char *base = slash == NULL ? path : slash + 1;
	size_t n = strlen(base);

	while (n >= PROTO_NAME_BYTES ||
	       (n > 0 && ((unsigned char)*base & 0xc0) == 0x80)) {
		base++;
		n--;
	}
	if (utf8_valid(base, n))
		memcpy(out, base, n + 1);
	else
		utf8_printable(base, n, out, PROTO_NAME_BYTES);
}

static int
copy(int fd, uint64_t max_bytes, int *out, uint64_t *bytes,
    uint8_t digest[HASH_BYTES])
{
	struct stat st;

	if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode) ||
	    lseek(fd, 0, SEEK_SET) != 0)
		return ERR_DENIED;
	return fsx_stable_copy(fd, max_bytes, out, bytes, digest);
}

/* What the passes say. */
static void
reset_story(struct record *r)
{
	r->verdict = VERDICT_HELD;
	r->method = METHOD_NONE;
	r->reason[0] = r->out_name[0] = r->out_format[0] = '\0';
	r->reason_err = 0;
	r->out_bytes = 0;
	memset(r->out_sha256, 0, HASH_BYTES);
	r->result = (struct doc_result){ 0 };
	r->findings = NULL;
	r->members = NULL;
	r->n_findings = r->n_members = 0;
}

static void
reset(struct slot *s, struct pipeline_job *job)
{
	struct record *r = &job->record;

	*s = (struct slot){ .job = job, .passwords = -1, .result_fd = -1 };
	pass_init(&s->pass);
	s->start_ns = now_ns();
	job->original_fd = job->out_fd = -1;
	reset_story(r);
	r->in_bytes = 0;
	memset(r->in_sha256, 0, HASH_BYTES);
	record_id_new(r->id);
	record_time_now(r->time);
	utf8_printable(job->name, strlen(job->name), r->in_name,
	    sizeof(r->in_name));
}

static bool
job_ok(const struct pipeline_job *job)
{
	if (job->options->limits.max_depth >= PASS_DEPTH)
		return false;
	return job->mode != PIPELINE_PROVE ||
	       (job->format != NULL && job->format[0] != '\0' &&
		   strlen(job->format) < ID_BYTES);
}

/* A message, most of which are texts. One with more in it is begun again. */
static bool
suits_light(const struct pipeline_job *job)
{
	const struct options *o = job->options;

	return (job->mode == PIPELINE_CLEAN || job->mode == PIPELINE_EXPLAIN) &&
	       o->mail_fresh && !o->mail_followup && !o->mail_secrets &&
	       job->passwords_fd < 0;
}

void
slot_take(struct slot *s, struct pipeline_job *job,
    const struct scan_setup *scanner)
{
	uint8_t unused[HASH_BYTES];
	struct record *r = &job->record;
	int e;

	reset(s, job);
	s->scanner = scanner;
	claim(job->name, s->name);
	e = copy(job->in_fd, job->options->limits.max_in_bytes,
	    &job->original_fd, &r->in_bytes, r->in_sha256);
	if (e == ERR_LIMIT)
		slot_hold(s, e, "the file is larger than it may be");
	else if (e == ERR_DENIED)
		slot_hold(s, e, "not a regular file");
	else if (e != 0)
		slot_hold(s, e, "the file cannot be copied: %s", err_text(e));
	if (e != 0)
		return;
	if (job->passwords_fd >= 0 &&
	    copy(job->passwords_fd, PROTO_PASSWORD_BYTES, &s->passwords,
		&s->passwords_bytes, unused) != 0) {
		slot_hold(s, ERR_IO, "the list of passwords cannot be read");
		return;
	}
	if (!job_ok(job)) {
		slot_hold(s, ERR_INTERNAL, "the job makes no sense");
		return;
	}
	s->light = suits_light(job);
	s->state = SLOT_FIRST;
}

void
slot_again(struct slot *s)
{
	pass_done(&s->pass);
	drop(&s->result_fd);
	record_done(&s->job->record);
	reset_story(&s->job->record);
	s->light = false;
	s->state = SLOT_FIRST;
}

/* The name that the output will have: a format may look at its extension. */
static void
proof_name(const struct slot *s, char out[PROTO_NAME_BYTES])
{
	const char *ext = s->job->record.result.out_ext;
	const char *dot = strrchr(s->name, '.');
	int stem =
	    (int)(dot == NULL || dot == s->name ? strlen(s->name)
						: (size_t)(dot - s->name));

	if (ext[0] == '\0' || s->name[0] == '\0')
		memcpy(out, s->name, PROTO_NAME_BYTES);
	else if (stem + (int)strlen(ext) + 2 > PROTO_NAME_BYTES)
		snprintf(out, PROTO_NAME_BYTES, "output.%s", ext);
	else
		snprintf(out, PROTO_NAME_BYTES, "%.*s.%s", stem, s->name, ext);
}

int
slot_start(struct slot *s, const struct zygote *z, uint32_t seq)
{
	const struct pipeline_job *job = s->job;
	char name[PROTO_NAME_BYTES];
	struct options ours = *job->options;
	struct pass_input in = {
		.fd = job->original_fd,
		.bytes = job->record.in_bytes,
		.passwords = s->passwords,
		.passwords_bytes = s->passwords_bytes,
		.name = s->name,
		.mode = job->mode == PIPELINE_IDENTIFY ? PROTO_IDENTIFY
						       : PROTO_REBUILD,
		.expect = job->mode == PIPELINE_PROVE ? job->format : NULL,
		.wants_parts = s->scanner->socket[0] != '\0' &&
			       s->state == SLOT_FIRST &&
			       (job->mode == PIPELINE_CLEAN ||
				   job->mode == PIPELINE_EXPLAIN),
		.options = job->options,
	};

	if (s->state == SLOT_PROOF) {
		proof_name(s, name);
		in.fd = s->result_fd;
		in.bytes = job->record.out_bytes;
		in.passwords = -1;
		in.name = name;
		in.expect = job->record.out_format;
		/* What is read now is our own. */
		ours.mail_fresh = ours.mail_followup = false;
		in.options = &ours;
	}
	return pass_start(&s->pass, z, seq, &in);
}

/* ---- between and after the passes */

/*
 * Seal what a child wrote and measure it ourselves. What it claims about
 * size and digest must be true: a child that lies has been taken over.
 */
static int
take_output(struct pass *p, uint64_t max_bytes, uint64_t *bytes,
    uint8_t digest[HASH_BYTES])
{
	struct stat st;

	if (fsx_seal(p->out) != 0 || fstat(p->out, &st) != 0 ||
	    st.st_size < 0) {
		pass_fail(p, ERR_IO, "the output cannot be sealed");
		return p->err;
	}
	if ((uint64_t)st.st_size > max_bytes) {
		pass_fail(p, ERR_LIMIT, "the output is larger than it may be");
		return p->err;
	}
	if (hash_fd(p->out, digest, bytes) != 0) {
		pass_fail(p, ERR_IO, "the output cannot be read");
		return p->err;
	}
	if (*bytes != p->result.out_bytes ||
	    memcmp(digest, p->result.out_sha256, HASH_BYTES) != 0)
		pass_fail(p, ERR_INTERNAL,
		    "the worker's claim about its output is not true");
	else if (p->result.out_format[0] == '\0')
		pass_fail(p, ERR_INTERNAL,
		    "the worker does not say what its output is");
	return p->err;
}

static bool
same_bytes(int a, int b, uint64_t n)
{
	void *pa = MAP_FAILED, *pb = MAP_FAILED;
	bool same = false;

	if (n == 0)
		return true;
	pa = mmap(NULL, (size_t)n, PROT_READ, MAP_SHARED, a, 0);
	if (pa != MAP_FAILED)
		pb = mmap(NULL, (size_t)n, PROT_READ, MAP_SHARED, b, 0);
	if (pb != MAP_FAILED) {
		same = memcmp(pa, pb, (size_t)n) == 0;
		munmap(pb, (size_t)n);
	}
	if (pa != MAP_FAILED)
		munmap(pa, (size_t)n);
	return same;
}

/* The first thing that a reader of a clean document should not have met. */
static const struct finding *
left_over(const struct pass *p)
{
	for (size_t i = 0; i < p->n_findings; i++)
		if (p->findings[i].action != ACT_KEPT)
			return &p->findings[i];
	return NULL;
}

/*
 * Was what this pass read (fd, bytes, format) in canonical form, with
 * nothing left to remove? A format is its own proof when it reproduces it.
 */
static int
proves(struct slot *s, int fd, uint64_t bytes, const char *format)
{
	struct pass *p = &s->pass;
	uint8_t digest[HASH_BYTES];
	const struct finding *f;
	uint64_t n;

	if (take_output(p, s->job->options->limits.max[BUDGET_OUT_BYTES], &n,
		digest) != 0)
		return p->err;
	if (strcmp(p->result.out_format, format) != 0)
		pass_fail(p, ERR_MALFORMED, "expected %s, the proof read %s",
		    format, p->result.out_format);
	else if ((f = left_over(p)) != NULL)
		pass_fail(p, ERR_MALFORMED, "the proof still found %s at %s",
		    finding_name(f->id), f->where);
	else if (n != bytes || !same_bytes(fd, p->out, bytes))
		pass_fail(p, ERR_MALFORMED,
		    "the proof did not come to the same bytes");
	return p->err;
}

/* What the first pass said goes into the record, also when it failed. */
static void
keep_story(struct slot *s)
{
	struct record *r = &s->job->record;
	struct pass *p = &s->pass;

	r->result = p->result;
	r->findings = p->findings;
	r->n_findings = p->n_findings;
	r->members = p->members;
	r->n_members = p->n_members;
	p->findings = NULL;
	p->members = NULL;
	p->n_findings = p->n_members = 0;
}

static bool
read_the_input(const struct slot *s)
{
	const struct record *r = &s->job->record;

	return s->pass.result.in_bytes == r->in_bytes &&
	       memcmp(s->pass.result.in_sha256, r->in_sha256, HASH_BYTES) == 0;
}

/* What the scanner found is said beside what the worker found. */
static int
add_finding(struct record *r, const char *name)
{
	struct finding *f =
	    reallocarray(r->findings, r->n_findings + 1, sizeof(*f));

	if (f == NULL)
		return ERR_NOMEM;
	r->findings = f;
	f += r->n_findings++;
	*f = (struct finding){
		.id = FIND_SCANNER, .action = ACT_NOTED, .count = 1
	};
	snprintf(f->detail, sizeof(f->detail), "%s", name);
	return 0;
}

/* Only a clean answer goes on. */
bool
slot_scan(struct slot *s)
{
	enum scan_state state = scan_step(s->scan, pass_now_ms());
	char says[SCAN_NAME_BYTES];

	snprintf(says, sizeof(says), "%s", scan_says(s->scan));
	switch (state) {
	case SCAN_RUNNING:
		break;
	case SCAN_CLEAN:
		scan_close(s->scan);
		s->scan = NULL;
		s->state = SLOT_PROOF;
		return true;
	case SCAN_FOUND:
		if (add_finding(&s->job->record, says) != 0)
			slot_hold(s, ERR_NOMEM, "no memory for a finding");
		else
			slot_hold(s, ERR_INFECTED, "the virus scanner found %s",
			    says);
		break;
	case SCAN_REFUSED:
		slot_hold(s, ERR_LIMIT, "%s", says);
		break;
	case SCAN_FAILED:
		slot_hold(s, ERR_SCANNER, "%s", says);
		break;
	}
	return false;
}

/* Before the proof, when there is a scanner. */
static bool
to_scan(struct slot *s, int parts)
{
	const struct pipeline_job *job = s->job;
	int e = scan_open(s->scanner->socket, job->original_fd,
	    job->record.in_bytes, parts, pass_now_ms() + s->scanner->timeout_ms,
	    &s->scan);

	if (e != 0) {
		slot_hold(s, e, "no memory for the scanner");
		return false;
	}
	s->state = SLOT_SCAN;
	return slot_scan(s);
}

/* Of a mail comes a mail, whatever a worker says. */
static bool
is_wanted(const struct pipeline_job *job, const struct pass *p)
{
	return !job->options->mail_fresh ||
	       strcmp(p->result.out_format, "mail.eml") == 0;
}

/* The output of pass A becomes the input of pass B. */
static bool
to_proof(struct slot *s)
{
	struct record *r = &s->job->record;
	struct pass *p = &s->pass;
	int parts = p->parts;

	if (take_output(p, s->job->options->limits.max[BUDGET_OUT_BYTES],
		&r->out_bytes, r->out_sha256) != 0) {
		slot_hold(s, p->err, "%s", p->why);
		return false;
	}
	if (!is_wanted(s->job, p)) {
		slot_hold(s, ERR_MALFORMED, "the result of a mail is none");
		return false;
	}
	snprintf(r->out_format, sizeof(r->out_format), "%s",
	    p->result.out_format);
	s->result_fd = p->out;
	p->out = p->parts = -1;
	pass_done(p);
	if (s->scanner->socket[0] != '\0')
		return to_scan(s, parts);
	s->state = SLOT_PROOF;
	return true;
}

/* What was read out of a mail, for the pipeline's own use: never released. */
static void
extract(struct slot *s)
{
	struct pass *p = &s->pass;
	uint8_t digest[HASH_BYTES];
	uint64_t bytes;

	if (strcmp(p->result.out_format, "mail.secrets") != 0 ||
	    take_output(p, PROTO_PASSWORD_BYTES, &bytes, digest) != 0) {
		slot_hold(s, ERR_UNSUPPORTED, "there is nothing to read out");
		return;
	}
	s->job->out_fd = p->out;
	p->out = -1;
	slot_hold(s, 0, "only read out");
}

static bool
first_over(struct slot *s)
{
	struct pipeline_job *job = s->job;
	struct record *r = &job->record;
	struct pass *p = &s->pass;
	int e = pass_judge(p);

	if (e == 0 && !read_the_input(s)) {
		e = ERR_INTERNAL;
		pass_fail(p, e, "the worker read another input");
	}
	if (e == 0 && job->mode == PIPELINE_PROVE)
		e = proves(s, job->original_fd, r->in_bytes, job->format);
	keep_story(s);
	if (e != 0) {
		slot_hold(s, e, "%s", p->why);
		return false;
	}
	if (job->mode == PIPELINE_EXTRACT) {
		extract(s);
		return false;
	}
	if (job->mode == PIPELINE_IDENTIFY) {
		slot_hold(s, 0, "only identified");
		return false;
	}
	if (job->mode != PIPELINE_PROVE)
		return to_proof(s);
	r->out_bytes = r->in_bytes;
	memcpy(r->out_sha256, r->in_sha256, HASH_BYTES);
	snprintf(r->out_format, sizeof(r->out_format), "%s", job->format);
	s->result_fd = p->out;
	p->out = -1;
	release(s);
	return false;
}

static bool
proof_over(struct slot *s)
{
	const struct record *r = &s->job->record;
	struct pass *p = &s->pass;

	if (pass_judge(p) != 0 ||
	    proves(s, s->result_fd, r->out_bytes, r->out_format) != 0)
		slot_hold(s, p->err == ERR_BLOCKED ? ERR_INTERNAL : p->err,
		    "the output was not proved clean: %s", p->why);
	else
		release(s);
	return false;
}

/* A light process only ever releases; what it does not, a full one judges. */
bool
slot_pass_over(struct slot *s)
{
	bool goes_on = s->state == SLOT_FIRST ? first_over(s) : proof_over(s);

	if (!s->light || s->state != SLOT_DONE ||
	    s->job->record.verdict == VERDICT_RELEASED)
		return goes_on;
	slot_again(s);
	return true;
}
