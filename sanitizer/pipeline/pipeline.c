/*
 * The poll loop over the slots; see pipeline.h. What a job's record says is
 * decided in slot.c, what a child says is gathered in pass.c.
 */
#include "pipeline/pipeline.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "pipeline/slot.h"

/* Where children come from. */
struct nest {
	struct zygote zygote;
	bool is_dead;
	bool may_restart; /* again after each job that went well */
};

struct pipeline {
	struct nest full, light;
	char *worker; /* path, or NULL */
	uint32_t seq;
	struct scan_setup scanner;
	unsigned n;
	struct slot slots[];
};

static bool
is_running(const struct slot *s)
{
	return s->state == SLOT_FIRST || s->state == SLOT_PROOF;
}

static struct nest *
nest_of(struct pipeline *p, const struct slot *s)
{
	return s->light ? &p->light : &p->full;
}

int
pipeline_open(const char *worker, unsigned slots, struct pipeline **out)
{
	struct pipeline *p;
	int e;

	if (slots < 1 || slots > PROTO_SLOTS)
		return ERR_INTERNAL;
	if ((e = hash_setup()) != 0)
		return e;
	p = calloc(1, sizeof(*p) + slots * sizeof(p->slots[0]));
	if (p == NULL)
		return ERR_NOMEM;
	p->n = slots;
	p->full.may_restart = true;
	p->light.is_dead = true;
	p->light.zygote.sock = -1;
	if (worker != NULL && (p->worker = strdup(worker)) == NULL) {
		free(p);
		return ERR_NOMEM;
	}
	for (unsigned i = 0; i < slots; i++)
		pass_init(&p->slots[i].pass);
	if ((e = zygote_start(p->worker, false, &p->full.zygote)) != 0) {
		free(p->worker);
		free(p);
		return e;
	}
	*out = p;
	return 0;
}

int
pipeline_scan(struct pipeline *p, const char *clamd_socket, uint64_t timeout_ms)
{
	if (strlen(clamd_socket) >= sizeof(p->scanner.socket))
		return ERR_LIMIT;
	memcpy(p->scanner.socket, clamd_socket, strlen(clamd_socket) + 1);
	p->scanner.timeout_ms = timeout_ms;
	return 0;
}

int
pipeline_mail(struct pipeline *p)
{
	int e = zygote_start(p->worker, true, &p->light.zygote);

	if (e == 0) {
		p->light.is_dead = false;
		p->light.may_restart = true;
	}
	return e;
}

static void run_slot(struct pipeline *, struct slot *);

/* The worker is gone or cannot be trusted: hold what runs, or have it done
 * elsewhere, and start another. */
static void
replace_zygote(struct pipeline *p, struct nest *from)
{
	zygote_stop(&from->zygote);
	from->is_dead =
	    !from->may_restart ||
	    zygote_start(p->worker, from == &p->light, &from->zygote) != 0;
	from->may_restart = false;
	for (unsigned i = 0; i < p->n; i++) {
		struct slot *s = &p->slots[i];

		if (!is_running(s) ||
		    (nest_of(p, s) != from && !p->full.is_dead))
			continue;
		if (s->light && !p->full.is_dead) {
			slot_again(s);
			run_slot(p, s);
		} else
			slot_hold(s, ERR_INTERNAL,
			    "the worker process ended unexpectedly");
	}
}

void
pipeline_close(struct pipeline *p)
{
	if (p == NULL)
		return;
	zygote_stop(&p->full.zygote);
	zygote_stop(&p->light.zygote);
	for (unsigned i = 0; i < p->n; i++)
		if (is_running(&p->slots[i]) || p->slots[i].state == SLOT_SCAN)
			slot_hold(&p->slots[i], ERR_INTERNAL,
			    "the program ended");
	free(p->worker);
	free(p);
}

unsigned
pipeline_free_slots(const struct pipeline *p)
{
	unsigned n = 0;

	for (unsigned i = 0; i < p->n; i++)
		n += p->slots[i].state == SLOT_FREE;
	return n;
}

/* A child for the slot's pass, or the job is held. */
static void
run_slot(struct pipeline *p, struct slot *s)
{
	int e;

	if (s->light && p->light.is_dead)
		slot_again(s);
	e = slot_start(s, &nest_of(p, s)->zygote, ++p->seq);
	if (e == ERR_NOENT)
		replace_zygote(p, nest_of(p, s));
	else if (e != 0)
		slot_hold(s, e, "no worker could be started");
}

int
pipeline_submit(struct pipeline *p, struct pipeline_job *job)
{
	struct slot *s = NULL;

	for (unsigned i = 0; s == NULL && i < p->n; i++)
		if (p->slots[i].state == SLOT_FREE)
			s = &p->slots[i];
	if (s == NULL)
		return ERR_LIMIT;
	if (p->full.is_dead)
		return ERR_INTERNAL;
	slot_take(s, job, &p->scanner);
	if (is_running(s))
		run_slot(p, s);
	return 0;
}

/* ---- what the zygote says */

static struct slot *
by_seq(struct pipeline *p, const struct nest *from, uint32_t seq)
{
	for (unsigned i = 0; i < p->n; i++)
		if (is_running(&p->slots[i]) && p->slots[i].pass.seq == seq &&
		    nest_of(p, &p->slots[i]) == from)
			return &p->slots[i];
	return NULL;
}

static int
take_reply(struct pipeline *p, const struct nest *from)
{
	int fds[PROTO_FDS], e;
	struct proto_reply r;
	struct slot *s;
	size_t n;

	if ((e = proto_recv(from->zygote.sock, &r, sizeof(r), fds, &n)) != 0)
		return e;
	s = r.magic == PROTO_MAGIC ? by_seq(p, from, r.seq) : NULL;
	if (s != NULL && r.kind == PROTO_STARTED && n == 1) {
		pass_started(&s->pass, fds[0]);
		return 0;
	}
	for (size_t i = 0; i < n; i++)
		close(fds[i]);
	if (s == NULL || n != 0)
		return ERR_MALFORMED;
	if (r.kind == PROTO_REFUSED)
		pass_fail(&s->pass, ERR_NOMEM, "no process could be made");
	else if (r.kind != PROTO_EXITED)
		return ERR_MALFORMED;
	pass_exited(&s->pass, r.status);
	return 0;
}

/* ---- the loop */

struct watch {
	struct pollfd fds[PROTO_SLOTS + 2];
	struct slot *slots[PROTO_SLOTS + 2]; /* NULL: a zygote */
	nfds_t n;
	uint64_t next_ms; /* the first deadline */
};

/* A full queue of the scanner is tried again after this time. */
#define SCAN_AGAIN_MS 20

static void
add_scan(struct watch *w, struct slot *s)
{
	uint64_t again = pass_now_ms() + SCAN_AGAIN_MS;

	scan_poll(s->scan, &w->fds[w->n]);
	if (w->fds[w->n].fd >= 0)
		again = scan_deadline(s->scan);
	if (again < w->next_ms)
		w->next_ms = again;
	w->slots[w->n++] = s;
}

static void
add(struct watch *w, int fd, struct slot *s)
{
	w->fds[w->n] = (struct pollfd){ fd, POLLIN, 0 };
	w->slots[w->n++] = s;
}

static void
watch_all(struct pipeline *p, struct watch *w)
{
	w->n = 0;
	w->next_ms = UINT64_MAX;
	add(w, p->full.zygote.sock, NULL);
	add(w, p->light.zygote.sock, NULL);
	for (unsigned i = 0; i < p->n; i++) {
		struct slot *s = &p->slots[i];

		if (s->state == SLOT_SCAN)
			add_scan(w, s);
		if (!is_running(s))
			continue;
		if (s->pass.records >= 0)
			add(w, s->pass.records, s);
		if (s->pass.deadline_ms < w->next_ms)
			w->next_ms = s->pass.deadline_ms;
	}
}

/* Milliseconds to sleep: until the caller's time or the next deadline. */
static int
sleep_ms(uint64_t now, uint64_t until, uint64_t next)
{
	uint64_t at = until < next ? until : next;

	if (at <= now)
		return 0;
	return at - now > INT_MAX ? INT_MAX : (int)(at - now);
}

/* Every pass that ended goes on or gives its job back. */
static void
advance(struct pipeline *p)
{
	uint64_t now = pass_now_ms();
	struct nest *stuck = NULL;

	for (unsigned i = 0; i < p->n; i++) {
		struct slot *s = &p->slots[i];

		if (s->state == SLOT_SCAN) {
			if (slot_scan(s))
				run_slot(p, s);
			continue;
		}
		if (!is_running(s))
			continue;
		if (!pass_is_over(&s->pass)) {
			if (!pass_clock(&s->pass, now))
				stuck = nest_of(p, s);
			continue;
		}
		if (slot_pass_over(s))
			run_slot(p, s);
		else if (s->job->record.verdict == VERDICT_RELEASED)
			nest_of(p, s)->may_restart = true;
	}
	if (stuck != NULL)
		replace_zygote(p, stuck);
}

/* One turn. true when a signal came. */
static bool
turn(struct pipeline *p, uint64_t until)
{
	bool full_is_lost = false, light_is_lost = false;
	struct watch w;

	watch_all(p, &w);
	if (poll(w.fds, w.n, sleep_ms(pass_now_ms(), until, w.next_ms)) < 0)
		return errno == EINTR;
	for (nfds_t i = 0; i < w.n; i++) {
		if (w.fds[i].revents == 0)
			continue;
		if (w.slots[i] != NULL && w.slots[i]->state == SLOT_SCAN)
			continue; /* advance() does it */
		if (w.slots[i] != NULL)
			pass_read(&w.slots[i]->pass);
		else if (i == 0)
			full_is_lost = take_reply(p, &p->full) != 0;
		else
			light_is_lost = take_reply(p, &p->light) != 0;
	}
	if (full_is_lost)
		replace_zygote(p, &p->full);
	if (light_is_lost)
		replace_zygote(p, &p->light);
	advance(p);
	return false;
}

static struct pipeline_job *
fetch(struct pipeline *p)
{
	for (unsigned i = 0; i < p->n; i++)
		if (p->slots[i].state == SLOT_DONE) {
			p->slots[i].state = SLOT_FREE;
			return p->slots[i].job;
		}
	return NULL;
}

int
pipeline_wait(struct pipeline *p, int timeout_ms, struct pipeline_job **job)
{
	uint64_t now = pass_now_ms();
	uint64_t until =
	    timeout_ms < 0 ? UINT64_MAX : now + (uint64_t)timeout_ms;
	bool stop = false;

	for (;;) {
		if ((*job = fetch(p)) != NULL)
			return 0;
		if (p->full.is_dead)
			return ERR_INTERNAL;
		if (stop || pipeline_free_slots(p) == p->n)
			return 0;
		stop = turn(p, until) || pass_now_ms() >= until;
	}
}

void
pipeline_job_done(struct pipeline_job *job)
{
	if (job->original_fd >= 0)
		close(job->original_fd);
	if (job->out_fd >= 0)
		close(job->out_fd);
	job->original_fd = job->out_fd = -1;
	record_done(&job->record);
}
