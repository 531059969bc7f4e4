/*
 * Taking in. A unit (a file, or a folder with all in it) is taken in two
 * passes: first each file becomes a transfer, all with one batch; then all
 * leave in/. A kill in the first pass finds the same files again, which are
 * transfers already (watchscan_once()) and say their batch; a kill in the
 * second finds some gone and the rest known.
 *
 * Who has much waits for who has little: one file of each person in turn.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/log.h"
#include "base/utf8.h"
#include "cmd/watch.h"

/*
 * Hours and quotas, for a whole unit. One that is larger than a quota comes
 * when nothing else waits, or it would wait for ever.
 */
static enum rules_no
may_come(struct watch *s, const struct watch_person *p,
    const struct scan_unit *u)
{
	struct rules_load load = { 0, 0, 0 }, none = { 0, 0, 0 };
	time_t now = time(NULL);
	struct rules rules;
	struct tm tm;
	int e;

	watch_rules_of(s, p->department, &rules);
	localtime_r(&now, &tm);
	if (rules_intake(&rules, 0, (unsigned)(tm.tm_wday + 6) % 7,
		(unsigned)(tm.tm_hour * 60 + tm.tm_min), &none) == RULES_CLOSED)
		return RULES_CLOSED;
	if ((e = transfer_load(s->people, p->department, p->login, &load)) !=
	    0) {
		watch_hold_on(s, e, "STATE/people");
		return RULES_USER_QUOTA;
	}
	if (load.user_files > 0 &&
	    (u->n > rules.user_waiting_files ||
		load.user_files > rules.user_waiting_files - u->n ||
		u->bytes > rules.user_waiting_bytes ||
		load.user_bytes > rules.user_waiting_bytes - u->bytes))
		return RULES_USER_QUOTA;
	if (load.department_bytes > 0 &&
	    (u->bytes > rules.department_waiting_bytes ||
		load.department_bytes >
		    rules.department_waiting_bytes - u->bytes))
		return RULES_DEPARTMENT_QUOTA;
	return RULES_TAKEN;
}

/* ---- taking */

static void
taking_done(struct watch_taking *t)
{
	watchscan_free(t->unit);
	free(t->ids);
	*t = (struct watch_taking){ .unit = NULL };
}

/* false: it waits where it is. */
static bool
begin_unit(struct watch *s, struct watch_person *p, struct scan_unit *u)
{
	enum rules_no no = may_come(s, p, u);
	const char *path = u->files[0].path, *rest;
	char name[SCAN_PATH_BYTES];

	if (no != RULES_TAKEN) {
		(void)watch_class(s->policy, path, &rest);
		snprintf(name, sizeof(name), "%.*s",
		    (int)((size_t)(rest - path) + strcspn(rest, "/")), path);
		watch_note(s, p, name, watch_note_waits, watch_waits_text(no));
		return false;
	}
	if ((p->taking.ids = calloc(u->n, sizeof(*p->taking.ids))) == NULL)
		return false;
	p->taking.unit = u;
	if (u->is_folder)
		record_id_new(p->taking.batch);
	return true;
}

static void
describe(const struct watch *s, const struct watch_person *p,
    const struct scan_file *f, const struct rules *rules, struct transfer *t)
{
	memset(t, 0, sizeof(*t));
	snprintf(t->department, sizeof(t->department), "%s", p->department);
	snprintf(t->login, sizeof(t->login), "%s", p->login);
	utf8_printable(f->path, strlen(f->path), t->path, sizeof(t->path));
	snprintf(t->batch, sizeof(t->batch), "%s", p->taking.batch);
	t->via = VIA_FOLDER;
	t->class = watch_class(s->policy, f->path, NULL);
	if (t->class == CLASS_NONE)
		t->class = rules->default_class;
	t->mtime = f->st.st_mtim.tv_sec;
}

/* 0: it is a transfer, or stays where it is. */
static int
add_one(struct watch *s, struct watch_person *p, int home, size_t i)
{
	const struct scan_file *f = &p->taking.unit->files[i];
	char once[SCAN_ONCE_BYTES];
	struct transfer t;
	struct rules rules;
	int fd, e;

	watch_rules_of(s, p->department, &rules);
	if (f->what != SCAN_FILE ||
	    (uint64_t)f->st.st_size > rules.max_file_bytes)
		return 0;
	/* Whatever is in the way there is the person's, not ours. */
	if ((e = watchscan_open(home, f, &fd)) != 0) {
		watch_look_at(p, watch_now_ms() + s->policy->people_settle_ms,
		    s->policy->people_settle_ms);
		return 0;
	}
	describe(s, p, f, &rules, &t);
	watchscan_once(p->department, p->login, f, once);
	e = transfer_add(s->people, &t, fd, rules.max_file_bytes, once);
	close(fd);
	if (e == ERR_LIMIT) /* it grew: the next look says so */
		return 0;
	if (e == ERR_TRUNCATED) { /* it changes: the next look */
		watch_look_at(p, watch_now_ms() + s->policy->people_settle_ms,
		    s->policy->people_settle_ms);
		return 0;
	}
	if (e != 0 && e != ERR_EXIST)
		return e;
	memcpy(p->taking.ids[i], t.id, sizeof(t.id));
	if (p->taking.unit->is_folder)
		memcpy(p->taking.batch, t.batch, sizeof(t.batch));
	if (e == 0 && (e = watchqueue_add(s->queue, t.department, t.login, t.id,
			   t.bytes, watch_now_ms())) == ERR_EXIST)
		e = 0;
	return e == ERR_EXIST ? 0 : e;
}

/* A kill between the transfer and its leaving: it may be done by now, and its
 * original has come to be parked only now. */
static int
parked_late(struct watch *s, const char *id)
{
	struct transfer t;
	int e;

	if ((e = transfer_get(s->people, id, &t)) != 0)
		return e == ERR_NOENT ? 0 : e;
	e = transfer_is_settled(t.state) ? watch_say(s, id) : 0;
	transfer_done(&t);
	return e;
}

/*
 * What changed since it was copied stays: it is another file. So does what
 * somebody has open for writing by now, and what the person took the right to
 * remove from us: it is known, and not taken again.
 */
static int
remove_one(struct watch *s, struct watch_person *p, int home, size_t i)
{
	const struct scan_file *f = &p->taking.unit->files[i];
	const char *base;
	int dir, e;

	if (p->taking.ids[i][0] == '\0' || !watchscan_is_same(home, f))
		return 0;
	if (watchscan_parent(home, f->path, &dir, &base) != 0)
		return 0;
	if ((e = watch_original_leave(s, dir, base, p->taking.ids[i], f)) != 0)
		log_warn(_("%s: taken, but it cannot be removed from the "
			   "folder of %s/%s: %s"),
		    p->taking.ids[i], p->department, p->login, strerror(errno));
	close(dir);
	return e == 0 && s->policy->people_keep_originals
		   ? parked_late(s, p->taking.ids[i])
		   : 0;
}

/* The folders that a unit came in, as far as they are empty now; what a
 * program left in them (Thumbs.db) goes when nothing else is there. */
static void
remove_folders(const struct watch *s, int home, const struct scan_unit *u)
{
	const char *rest;
	char path[SCAN_PATH_BYTES], *slash;
	const char *base;
	int dir;

	for (size_t i = u->n; u->is_folder && i-- > 0;) {
		snprintf(path, sizeof(path), "%s", u->files[i].path);
		while ((slash = strrchr(path, '/')) != NULL) {
			bool gone;

			*slash = '\0';
			if (watch_class(s->policy, path, &rest) != CLASS_NONE &&
			    rest[0] == '\0')
				break; /* a shelf stays */
			if (watchscan_parent(home, path, &dir, &base) != 0)
				continue;
			gone = unlinkat(dir, base, AT_REMOVEDIR) == 0;
			close(dir);
			if (!gone)
				break;
		}
	}
}

/* One file further; true: the unit is done with. */
static int
step(struct watch *s, struct watch_person *p, int home, bool *is_done)
{
	struct watch_taking *t = &p->taking;
	int e = 0;

	*is_done = false;
	if (t->at < t->unit->n) {
		e = t->is_leaving ? remove_one(s, p, home, t->at)
				  : add_one(s, p, home, t->at);
		t->at += e == 0;
		return e;
	}
	if (!t->is_leaving) {
		t->is_leaving = true;
		t->at = 0;
		return 0;
	}
	remove_folders(s, home, t->unit);
	*is_done = true;
	return 0;
}

/* A person's turn: a few steps. false: nothing to take here. */
static bool
turn(struct watch *s, struct watch_person *p)
{
	struct scan_unit *u;
	bool is_done = false;
	int home, e = 0;

	while (p->taking.unit == NULL) {
		if ((u = p->units) == NULL)
			return false;
		p->units = u->next;
		u->next = NULL;
		if (begin_unit(s, p, u))
			break;
		watchscan_free(u);
		/* When so many may not come, the others wait for the next
		 * look: to ask for each of thousands holds up everybody. */
		if (++p->n_refused >= WATCH_NOTES + 1) {
			watchscan_free(p->units);
			p->units = NULL;
		}
	}
	if (watch_person_open(s, p, &home) != 0) {
		e = ERR_NOENT; /* removed, or closed to us by the person */
	} else {
		/* add, then leave: a file alone is done in one turn */
		for (int i = 0; e == 0 && !is_done && i < 4; i++)
			e = step(s, p, home, &is_done);
		close(home);
	}
	if (e == ERR_NOENT)
		is_done = true;
	else if (e != 0)
		watch_hold_on(s, e, p->taking.unit->files[0].path);
	if (is_done || e != 0) {
		taking_done(&p->taking);
		if (e != 0)
			watch_look_at(p, watch_now_ms() + 1000, 1000);
	}
	return true;
}

static bool
is_idle(const struct watch_person *p)
{
	return p->units == NULL && p->taking.unit == NULL;
}

/* From where the last round ended: who comes first in the list is no better
 * off, and however many there are, the work goes on in between. */
static void
take_turns(struct watch *s, uint64_t until_ms)
{
	struct watch_person *p = s->turn != NULL ? s->turn : s->persons;
	size_t idle = 0, n = 0;

	for (struct watch_person *q = s->persons; q != NULL; q = q->next)
		n++;
	while (idle < n && !s->is_dropping && watch_now_ms() < until_ms) {
		bool was_idle = is_idle(p), took = !was_idle && turn(s, p);

		if (!was_idle && is_idle(p))
			watch_notes_drop(s, p);
		idle = took ? 0 : idle + 1;
		p = p->next != NULL ? p->next : s->persons;
	}
	s->turn = p;
}

void
watch_take(struct watch *s, uint64_t budget_ms)
{
	uint64_t now = watch_now_ms();
	struct watch_person *p;

	if (now >= s->look_ms) {
		s->look_ms = now + s->policy->people_rescan_s * UINT64_C(1000);
		watch_find(s);
	}
	for (p = s->persons; p != NULL; p = p->next)
		if (is_idle(p) && p->due_ms != 0 && now >= p->due_ms) {
			watch_look(s, p);
			if (is_idle(p))
				watch_notes_drop(s, p);
		}
	take_turns(s, now + budget_ms);
}

uint64_t
watch_next_look(const struct watch *s)
{
	uint64_t next = s->look_ms;

	for (const struct watch_person *p = s->persons; p != NULL; p = p->next)
		if (!is_idle(p))
			return 0;
		else if (p->due_ms != 0 && p->due_ms < next)
			next = p->due_ms;
	return next;
}

bool
watch_has_more(const struct watch *s)
{
	if (!s->has_looked)
		return true;
	for (const struct watch_person *p = s->persons; p != NULL; p = p->next)
		if (!is_idle(p) || p->waits || p->due_ms != 0)
			return true;
	return false;
}

void
watch_persons_free(struct watch *s)
{
	struct watch_person *p, *next;
	struct watch_note *n;

	for (p = s->persons; p != NULL; p = next) {
		next = p->next;
		taking_done(&p->taking);
		watchscan_free(p->units);
		while ((n = p->notes) != NULL) {
			p->notes = n->next;
			watch_note_free(n);
		}
		free(p);
	}
	s->persons = NULL;
	free(s->by_wd);
	s->by_wd = NULL;
}
