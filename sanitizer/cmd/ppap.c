/*
 * See ppap.h. Runs on a worker of its own, one document at a time, so that
 * the service's order is not disturbed.
 */
#include "cmd/ppap.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/fsx.h"
#include "base/log.h"

#define MAIL_BYTES (1u << 20) /* a mail that tells a password is small */

struct recent {
	struct mailthread thread;
	struct mail_envelope envelope;
	time_t time;
	int fd; /* the sealed message, or -1 */
};

struct ppap {
	const struct policy *policy;
	struct quarantine *quarantine;
	struct pipeline *pipeline;
	struct options options;
	struct recent recent[PPAP_RECENT];
	unsigned next;
};

int
ppap_open(const struct policy *policy, struct quarantine *q, struct ppap **out)
{
	struct ppap *p = calloc(1, sizeof(*p));
	int status;

	if (p == NULL)
		return STATUS_AGAIN;
	p->policy = policy;
	p->quarantine = q;
	p->options = policy->options;
	for (unsigned i = 0; i < PPAP_RECENT; i++)
		p->recent[i].fd = -1;
	if ((status = cli_pipeline(policy, 1, &p->pipeline)) != 0) {
		free(p);
		return status;
	}
	*out = p;
	return 0;
}

static void
forget(struct recent *r)
{
	if (r->fd >= 0)
		close(r->fd);
	r->fd = -1;
	mail_envelope_done(&r->envelope);
}

void
ppap_close(struct ppap *p)
{
	if (p == NULL)
		return;
	for (unsigned i = 0; i < PPAP_RECENT; i++)
		forget(&p->recent[i]);
	pipeline_close(p->pipeline);
	free(p);
}

/* ---- memory */

int
secret_open(struct secret *s)
{
	*s = (struct secret){ .pages = MAP_FAILED };
	return fsx_memfd("sekisho-secret", &s->fd);
}

void
secret_lock(struct secret *s)
{
	struct stat st;

	if (fstat(s->fd, &st) != 0 || st.st_size <= 0)
		return;
	s->n = (size_t)st.st_size;
	s->pages = mmap(NULL, s->n, PROT_READ, MAP_SHARED, s->fd, 0);
	if (s->pages == MAP_FAILED)
		return;
	(void)madvise(s->pages, s->n, MADV_DONTDUMP);
	if (mlock(s->pages, s->n) != 0)
		log_warn("the memory of passwords cannot be locked");
}

void
secret_close(struct secret *s)
{
	if (s->pages != MAP_FAILED)
		munmap(s->pages, s->n);
	s->pages = MAP_FAILED;
	if (s->fd >= 0)
		close(s->fd);
	s->fd = -1;
}

/* ---- jobs */

static bool
is_open(const struct record *r)
{
	return r->verdict == VERDICT_RELEASED && !ppap_wants(r);
}

bool
ppap_wants(const struct record *r)
{
	if (r->reason_err == ERR_ENCRYPTED)
		return true;
	for (size_t i = 0; i < r->n_members; i++)
		if (r->members[i].result.err == ERR_ENCRYPTED)
			return true;
	return false;
}

static int
run(struct ppap *p, struct pipeline_job *job)
{
	policy_stamp(p->policy, &job->record);
	job->original_fd = job->out_fd = -1;
	if (cli_run_one(p->pipeline, job) != STATUS_OK)
		return ERR_IO;
	return 0;
}

/* What may be a password in a message, added to a memory file. */
static int
read_out(struct ppap *p, int message, int into)
{
	struct pipeline_job job = { .in_fd = message,
		.name = "message.eml",
		.mode = PIPELINE_EXTRACT,
		.options = &p->options,
		.passwords_fd = -1 };
	struct stat st;
	int e;

	if (fstat(message, &st) != 0 || (uint64_t)st.st_size > MAIL_BYTES)
		return 0;
	p->options.mail_fresh = p->options.mail_secrets = true;
	e = run(p, &job);
	p->options.mail_fresh = p->options.mail_secrets = false;
	if (e == 0 && job.out_fd >= 0)
		e = fsx_copy(job.out_fd, into);
	if (e == 0)
		pipeline_job_done(&job);
	return e;
}

static const char *
domain_of(const char *address)
{
	const char *at = strrchr(address, '@');

	return at == NULL ? "" : at + 1;
}

/*
 * Lines "DOMAIN PASSWORD" of the site's list, for this sender. The file is
 * for the gateway's user alone, or it is not read.
 */
static int
known(const struct ppap *p, const char *sender, int into)
{
	char line[512], *word;
	struct stat st;
	FILE *f;
	int e = 0;

	if (p->policy->mail_passwords[0] == '\0' ||
	    (f = fopen(p->policy->mail_passwords, "re")) == NULL)
		return 0;
	if (fstat(fileno(f), &st) != 0 || (st.st_mode & 077) != 0) {
		log_warn(_("%s: passwords that others can read are not used; "
			   "chmod 600"),
		    p->policy->mail_passwords);
		fclose(f);
		return 0;
	}
	setvbuf(f, NULL, _IONBF, 0);
	while (e == 0 && fgets(line, sizeof(line), f) != NULL) {
		line[strcspn(line, "\r\n")] = '\0';
		word = line + strcspn(line, " \t");
		if (*word == '\0' || line[0] == '#')
			continue;
		*word++ = '\0';
		word += strspn(word, " \t");
		if (strcasecmp(line, domain_of(sender)) == 0 &&
		    (e = fsx_write_all(into, word, strlen(word))) == 0)
			e = fsx_write_all(into, "\n", 1);
	}
	explicit_bzero(line, sizeof(line));
	fclose(f);
	return e;
}

static bool
share_a_recipient(const struct mail_envelope *a, const struct mail_envelope *b)
{
	for (size_t i = 0; i < a->n_recipients; i++)
		for (size_t k = 0; k < b->n_recipients; k++)
			if (strcasecmp(a->recipients[i], b->recipients[k]) == 0)
				return true;
	return false;
}

static bool
may_tell(const struct ppap *p, const struct recent *r,
    const struct mail_envelope *v, const struct mailthread *t)
{
	return r->fd >= 0 &&
	       time(NULL) - r->time <= (time_t)p->policy->mail_password_s &&
	       share_a_recipient(&r->envelope, v) &&
	       mailthread_meet(&r->thread, t);
}

int
ppap_help(struct ppap *p, const struct mail_envelope *v,
    struct pipeline_job *job)
{
	char sender[MAILADDR_BYTES], id[RECORD_ID_BYTES];
	struct pipeline_job again = *job;
	struct mailthread thread;
	struct secret secret;
	int fd, e;

	mailaddr_lower(v->sender, sender);
	if ((e = mailthread_read(job->out_fd, v->sender, &thread)) != 0 ||
	    (e = secret_open(&secret)) != 0)
		return e;
	fd = secret.fd;
	if ((e = known(p, sender, fd)) != 0 ||
	    (e = read_out(p, job->original_fd, fd)) != 0)
		goto out;
	for (unsigned i = 0; i < PPAP_RECENT; i++)
		if (sender[0] != '\0' &&
		    may_tell(p, &p->recent[i], v, &thread) &&
		    (e = read_out(p, p->recent[i].fd, fd)) != 0)
			goto out;
	secret_lock(&secret);
	again.in_fd = job->original_fd;
	again.passwords_fd = fd;
	again.record = (struct record){ .verdict = VERDICT_HELD };
	memcpy(again.record.source_kind, job->record.source_kind,
	    sizeof(again.record.source_kind));
	memcpy(again.record.source_from, job->record.source_from,
	    sizeof(again.record.source_from));
	if ((e = run(p, &again)) != 0)
		goto out;
	if (!is_open(&again.record)) {
		pipeline_job_done(&again);
		e = ERR_NOENT;
		goto out;
	}
	memcpy(id, job->record.id, sizeof(id));
	again.in_fd = job->in_fd;
	again.passwords_fd = -1;
	pipeline_job_done(job);
	*job = again;
	memcpy(job->record.id, id, sizeof(id));
out:
	secret_close(&secret);
	return e;
}

/* ---- earlier mails */

struct earlier {
	struct {
		char id[RECORD_ID_BYTES];
		struct mail_envelope envelope;
	} list[PPAP_TRIES];

	size_t n;
	const struct mail_envelope *now;
};

static int
note_earlier(void *arg, const char *id, const char *envelope)
{
	struct earlier *l = arg;

	if (l->n == PPAP_TRIES || strlen(id) >= RECORD_ID_BYTES)
		return 0;
	if (mail_envelope_read(envelope, strlen(envelope),
		&l->list[l->n].envelope) != 0)
		return 0;
	if (!share_a_recipient(l->now, &l->list[l->n].envelope)) {
		mail_envelope_done(&l->list[l->n].envelope);
		return 0;
	}
	snprintf(l->list[l->n].id, RECORD_ID_BYTES, "%s", id);
	l->n++;
	return 0;
}

static void
since(uint32_t seconds, char out[RECORD_TIME_BYTES])
{
	time_t t = time(NULL) - (time_t)seconds;
	struct tm tm;

	if (gmtime_r(&t, &tm) == NULL ||
	    strftime(out, RECORD_TIME_BYTES, "%Y-%m-%dT%H:%M:%S", &tm) == 0)
		out[0] = '\0';
}

int
ppap_try(struct ppap *p, const char *id, const char *name,
    const struct mail_envelope *v, const char *who, int passwords,
    struct pipeline_job *job)
{
	int fd, e;

	if ((e = quarantine_read(p->quarantine, id, who, "a password came",
		 &fd)) != 0)
		return e;
	*job = (struct pipeline_job){ .in_fd = fd,
		.name = name,
		.mode = PIPELINE_CLEAN,
		.options = &p->options,
		.passwords_fd = passwords };
	snprintf(job->record.source_kind, sizeof(job->record.source_kind), "%s",
	    v != NULL ? "mail" : "folder");
	if (v != NULL)
		snprintf(job->record.source_from,
		    sizeof(job->record.source_from), "%s", v->sender);
	p->options.mail_fresh = p->options.mail_followup = v != NULL;
	/* Kept for pick-up: who has the password picks it up. */
	if (v != NULL && p->options.mail_files == MAIL_DETACH)
		p->options.mail_files = MAIL_SANITISE;
	e = run(p, job);
	p->options.mail_files = p->policy->options.mail_files;
	p->options.mail_fresh = p->options.mail_followup = false;
	job->options = &p->policy->options;
	job->in_fd = job->passwords_fd = -1;
	close(fd);
	return e;
}

/* Not to remember it is no fault: the file then waits for a person. */
static void
remember(struct ppap *p, const struct mail_envelope *v,
    const struct mailthread *t, int message)
{
	struct recent *r = &p->recent[p->next];
	struct stat st;

	if (fstat(message, &st) != 0 || (uint64_t)st.st_size > MAIL_BYTES)
		return;
	forget(r);
	for (size_t i = 0; i < v->n_recipients; i++)
		if (mail_envelope_to(&r->envelope, v->recipients[i]) != 0)
			return;
	r->fd = fcntl(message, F_DUPFD_CLOEXEC, 0);
	r->time = time(NULL);
	r->thread = *t;
	p->next = (p->next + 1) % PPAP_RECENT;
}

int
ppap_follow(struct ppap *p, const struct mail_envelope *v,
    const struct pipeline_job *mail,
    int (*each)(void *arg, const struct mail_envelope *, const char *id,
	struct pipeline_job *),
    void *arg)
{
	char from[RECORD_TIME_BYTES];
	struct mailthread thread;
	struct earlier l = { .n = 0, .now = v };
	struct secret secret = { .fd = -1, .pages = MAP_FAILED };
	struct pipeline_job job;
	int e;

	if (v->sender[0] == '\0')
		return 0;
	if ((e = mailthread_read(mail->out_fd, v->sender, &thread)) != 0)
		return e;
	remember(p, v, &thread, mail->original_fd);
	since(p->policy->mail_password_s, from);
	e = quarantine_wanting(p->quarantine, &thread, from, note_earlier, &l);
	if (e != 0 || l.n == 0)
		return e;
	if ((e = secret_open(&secret)) != 0 ||
	    (e = read_out(p, mail->original_fd, secret.fd)) != 0)
		goto out;
	secret_lock(&secret);
	for (size_t i = 0; e == 0 && i < l.n; i++) {
		e = ppap_try(p, l.list[i].id, "message.eml",
		    &l.list[i].envelope, "sekisho", secret.fd, &job);
		if (e != 0)
			break;
		if (is_open(&job.record))
			e = each(arg, &l.list[i].envelope, l.list[i].id, &job);
		pipeline_job_done(&job);
	}
out:
	for (size_t i = 0; i < l.n; i++)
		mail_envelope_done(&l.list[i].envelope);
	secret_close(&secret);
	return e;
}
