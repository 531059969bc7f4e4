/*
 * Identical files are rebuilt once: the same bytes, the same extension, the
 * same policy (this run's), no password. Results of the last ten minutes are
 * kept, as long as they are few and small. Each file still has a record,
 * receipt, parcel and audit line of its own.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "base/utf8.h"
#include "cmd/watch.h"

#define KEEP_MS	   (UINT64_C(600) * 1000)
#define KEEP_BYTES (UINT64_C(128) << 20)

void
watch_extension(const char *path, char out[16])
{
	const char *slash = strrchr(path, '/'), *dot;

	dot = strrchr(slash == NULL ? path : slash, '.');
	snprintf(out, 16, "%.15s", dot == NULL ? "" : dot);
	for (char *c = out; *c != '\0'; c++)
		if (*c >= 'A' && *c <= 'Z')
			*c = (char)(*c - 'A' + 'a');
}

bool
watch_is_lasting(const struct record *r)
{
	switch (r->reason_err) {
	case 0: /* released, or by policy */
	case ERR_ENCRYPTED:
	case ERR_BLOCKED:
	case ERR_MALFORMED:
	case ERR_TRUNCATED:
	case ERR_UNSUPPORTED:
	case ERR_AMBIGUOUS:
	case ERR_DENIED:
		return true;
	default: /* a crash, a limit of time, the scanner: try each */
		return false;
	}
}

static int
copy_fd(int fd, int *out)
{
	*out = -1;
	if (fd < 0)
		return 0;
	*out = fcntl(fd, F_DUPFD_CLOEXEC, 0);
	return *out < 0 ? ERR_IO : 0;
}

static void *
copy_of(const void *from, size_t n, size_t size)
{
	void *to = n == 0 ? NULL : calloc(n, size);

	if (to != NULL)
		memcpy(to, from, n * size);
	return to;
}

/* A deep copy; descriptors are shared, sealed as they are. */
static int
copy_job(const struct pipeline_job *from, struct pipeline_job *to)
{
	const struct record *r = &from->record;

	to->record = *r;
	to->record.findings =
	    copy_of(r->findings, r->n_findings, sizeof(*r->findings));
	to->record.members =
	    copy_of(r->members, r->n_members, sizeof(*r->members));
	to->original_fd = to->out_fd = -1;
	if ((r->n_findings > 0 && to->record.findings == NULL) ||
	    (r->n_members > 0 && to->record.members == NULL))
		return ERR_NOMEM;
	if (copy_fd(from->original_fd, &to->original_fd) != 0)
		return ERR_IO;
	return copy_fd(from->out_fd, &to->out_fd);
}

int
watch_copy_result(const struct pipeline_job *from, struct watch_job *to)
{
	struct record was = to->p.record;
	int e = copy_job(from, &to->p);
	struct record *r = &to->p.record;

	memcpy(r->source_kind, was.source_kind, sizeof(r->source_kind));
	memcpy(r->source_from, was.source_from, sizeof(r->source_from));
	memcpy(r->in_name, to->t.path, sizeof(r->in_name));
	r->out_name[0] = '\0';
	record_time_now(r->time);
	return e;
}

static void
drop(struct watch *s, struct watch_result *k)
{
	if (k->until_ms == 0)
		return;
	s->results_bytes -= k->bytes;
	pipeline_job_done(&k->p);
	memset(k, 0, sizeof(*k));
}

static uint64_t
weight(const struct record *r)
{
	return r->in_bytes + r->out_bytes + 65536;
}

/* Of the job as the pipeline gave it back, before rules and names. */
void
watch_remember(struct watch *s, const struct watch_job *j)
{
	struct watch_result *k = &s->results[s->next_result];
	const struct record *r = &j->p.record;
	uint64_t bytes = weight(r);

	if (!watch_is_lasting(r) || j->caller != NULL || bytes > KEEP_BYTES / 4)
		return;
	drop(s, k);
	for (size_t i = 0; s->results_bytes > KEEP_BYTES - bytes; i++)
		drop(s, &s->results[(s->next_result + i) % WATCH_RESULTS]);
	if (copy_job(&j->p, &k->p) != 0) {
		pipeline_job_done(&k->p);
		memset(k, 0, sizeof(*k));
		return;
	}
	memcpy(k->sha256, r->in_sha256, HASH_BYTES);
	watch_extension(j->t.path, k->ext);
	k->bytes = bytes;
	k->until_ms = watch_now_ms() + KEEP_MS;
	s->results_bytes += bytes;
	s->next_result = (s->next_result + 1) % WATCH_RESULTS;
}

bool
watch_recall(struct watch *s, struct watch_job *j)
{
	uint64_t now = watch_now_ms();
	char ext[16], hex[HASH_HEX];

	watch_extension(j->t.path, ext);
	for (size_t i = 0; i < WATCH_RESULTS; i++) {
		struct watch_result *k = &s->results[i];

		if (k->until_ms == 0)
			continue;
		if (k->until_ms < now) {
			drop(s, k);
			continue;
		}
		hash_hex(k->sha256, hex);
		if (strcmp(hex, j->t.sha256) == 0 && strcmp(ext, k->ext) == 0)
			return watch_copy_result(&k->p, j) == 0;
	}
	return false;
}

void
watch_forget(struct watch *s)
{
	for (size_t i = 0; i < WATCH_RESULTS; i++)
		drop(s, &s->results[i]);
}
