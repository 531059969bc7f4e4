/*
 * Looking: what the system tells of changes, whose folders there are, what
 * lies in them, and the notes on what is left where it is.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <unistd.h>

#include "base/log.h"
#include "base/utf8.h"
#include "cmd/watch.h"

#define AGAIN_MAX_MS 5000
#define REST	     9 /* times as long as a look took: a tenth of the time */
#define WD_MAX	     (1u << 22)
#define EVENTS	     (IN_CREATE | IN_CLOSE_WRITE | IN_MOVED_TO | IN_ONLYDIR)

/* ---- what the system tells */

int
watch_notify_open(struct watch *s)
{
	s->notify = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
	if (s->notify < 0)
		log_warn(_("changes in the folders are not told (%s); they are "
			   "looked at every %u s"),
		    strerror(errno), s->policy->people_rescan_s);
	return 0;
}

/* By descriptor: a path could be made to mean another folder. */
static void
watch_fd(struct watch *s, int dirfd, struct watch_person *p)
{
	struct watch_person **more;
	char path[64];
	size_t n;
	int wd;

	if (s->notify < 0)
		return;
	snprintf(path, sizeof(path), "/proc/self/fd/%d", dirfd);
	wd = inotify_add_watch(s->notify, path, EVENTS);
	if (wd < 0 || (unsigned)wd >= WD_MAX)
		return; /* no more watches: the rounds find it */
	if ((size_t)wd >= s->n_wd) {
		n = (size_t)wd + 256;
		if ((more = reallocarray(s->by_wd, n, sizeof(*more))) == NULL)
			return;
		memset(more + s->n_wd, 0, (n - s->n_wd) * sizeof(*more));
		s->by_wd = more;
		s->n_wd = n;
	}
	s->by_wd[wd] = p;
}

void
watch_look_at(struct watch_person *p, uint64_t at, uint32_t again)
{
	if (at < p->rest_ms)
		at = p->rest_ms;
	if (p->due_ms == 0 || at < p->due_ms)
		p->due_ms = at;
	p->again_ms = again;
}

static void
take_event(struct watch *s, const struct inotify_event *ev)
{
	struct watch_person *p = NULL;

	if ((ev->mask & IN_Q_OVERFLOW) != 0) {
		s->look_ms = 0;
		return;
	}
	if (ev->wd >= 0 && (size_t)ev->wd < s->n_wd)
		p = s->by_wd[ev->wd];
	if ((ev->mask & IN_IGNORED) != 0) {
		if (p != NULL)
			s->by_wd[ev->wd] = NULL;
		return;
	}
	if (p == NULL)
		s->look_ms = 0; /* a new department or person */
	else
		watch_look_at(p, watch_now_ms() + s->policy->people_settle_ms,
		    s->policy->people_settle_ms);
}

void
watch_notified(struct watch *s)
{
	char buf[16384] __attribute__((aligned(8)));
	const struct inotify_event *ev;
	ssize_t n;

	if (s->notify < 0)
		return;
	while ((n = read(s->notify, buf, sizeof(buf))) > 0)
		for (char *at = buf; at < buf + n;
		     at += sizeof(*ev) + ev->len) {
			ev = (const struct inotify_event *)(const void *)at;
			take_event(s, ev);
		}
}

/* ---- people */

static struct watch_person *
need_person(struct watch *s, const char *department, const char *login)
{
	struct watch_person *p;

	for (p = s->persons; p != NULL; p = p->next)
		if (strcmp(p->login, login) == 0 &&
		    strcmp(p->department, department) == 0)
			return p;
	if ((p = calloc(1, sizeof(*p))) == NULL)
		return NULL;
	snprintf(p->department, sizeof(p->department), "%.63s", department);
	snprintf(p->login, sizeof(p->login), "%.63s", login);
	p->next = s->persons;
	s->persons = p;
	return p;
}

/* As a transfer has it: nothing is cut off. */
static bool
is_whole(const char *name)
{
	char shown[RULES_DEPARTMENT_BYTES];

	utf8_printable(name, strlen(name), shown, sizeof(shown));
	return strcmp(name, shown) == 0;
}

/* Said again only when they become more. */
static void
ignore(struct watch *s, const char *name)
{
	char shown[256];

	if (name[0] == '.' || ++s->n_ignored <= s->was_ignored)
		return;
	utf8_printable(name, strlen(name), shown, sizeof(shown));
	log_warn(_("in/: the folder \"%s\" is not used: a department or a "
		   "login has no blanks, no separate accents, no device name, "
		   "and at most 60 bytes"),
	    shown);
}

static void
find_persons(struct watch *s, int dep, const char *department)
{
	int fd = openat(dep, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC), user;
	struct watch_person *p;
	struct dirent *d;
	DIR *dir;

	if (fd < 0 || (dir = fdopendir(fd)) == NULL)
		return;
	while ((d = readdir(dir)) != NULL) {
		if (watch_folder(fd, d->d_name, 0, false, &user) != 0)
			continue;
		if (!parcel_department_ok(d->d_name) || !is_whole(d->d_name)) {
			ignore(s, d->d_name);
			close(user);
			continue;
		}
		if ((p = need_person(s, department, d->d_name)) != NULL) {
			watch_fd(s, user, p);
			watch_look_at(p, watch_now_ms(),
			    s->policy->people_settle_ms);
		}
		close(user);
	}
	closedir(dir);
}

void
watch_find(struct watch *s)
{
	int fd = openat(s->in, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC), dep;
	struct dirent *d;
	DIR *dir;

	if (fd < 0 || (dir = fdopendir(fd)) == NULL) {
		watch_hold_on(s, ERR_IO, s->policy->people_root);
		return;
	}
	watch_fd(s, fd, NULL);
	s->n_ignored = 0;
	while ((d = readdir(dir)) != NULL) {
		if (watch_folder(fd, d->d_name, 0, false, &dep) != 0)
			continue;
		/* One that the rules cannot name would have those of all. */
		if (!rules_department_ok(d->d_name) || !is_whole(d->d_name)) {
			ignore(s, d->d_name);
			close(dep);
			continue;
		}
		watch_fd(s, dep, NULL);
		find_persons(s, dep, d->d_name);
		close(dep);
	}
	closedir(dir);
	s->was_ignored = s->n_ignored;
	s->has_looked = true;
}

int
watch_person_open(const struct watch *s, const struct watch_person *p, int *out)
{
	int dep, e;

	if ((e = watch_folder(s->in, p->department, 0, false, &dep)) != 0)
		return e;
	e = watch_folder(dep, p->login, 0, false, out);
	close(dep);
	return e;
}

/* ---- notes */

static const char others[] = "ほかのファイル";
static const char others_text[] =
    "ほかにも、まだ受け取っていないファイルがあります。件数が多いため、"
    "一つずつの案内は省きました。持込みフォルダーに残っているものを"
    "ご確認ください。";

static const char too_many[] = "持込みフォルダー";
static const char too_many_text[] =
    "持込みフォルダーの中のファイルとフォルダーの数が多すぎるため、一度に全部は"
    "見られません。見た分から順に受け取ります。"
    "空のフォルダーや不要なファイルは消してください。";

static struct watch_note *
find_note(const struct watch_person *p, const char *path, const char *tail)
{
	struct watch_note *n = p->notes;

	while (n != NULL && (n->tail != tail || strcmp(n->path, path) != 0))
		n = n->next;
	return n;
}

void
watch_note(struct watch *s, struct watch_person *p, const char *path,
    const char *tail, const char *text)
{
	struct watch_note *n = find_note(p, path, tail);

	/* Many notes help nobody, and keep the others waiting. */
	if (n == NULL && p->n_notes >= WATCH_NOTES) {
		path = others;
		tail = watch_note_waits;
		text = others_text;
		n = find_note(p, path, tail);
	}
	if (n != NULL) {
		n->is_seen = true;
		if (n->text == text)
			return;
	} else if ((n = calloc(1, sizeof(*n))) == NULL ||
		   (n->path = strdup(path)) == NULL) {
		free(n);
		return;
	} else {
		n->tail = tail;
		n->is_seen = true;
		n->next = p->notes;
		p->notes = n;
		p->n_notes++;
	}
	n->text = text;
	watch_note_put(s, p, path, tail, text);
}

void
watch_note_free(struct watch_note *n)
{
	free(n->path);
	free(n);
}

/* What does not hold any more. */
void
watch_notes_drop(struct watch *s, struct watch_person *p)
{
	struct watch_note **at = &p->notes, *n;

	while ((n = *at) != NULL) {
		if (n->is_seen) {
			at = &n->next;
			continue;
		}
		watch_note_drop(s, p, n->path, n->tail);
		*at = n->next;
		p->n_notes--;
		watch_note_free(n);
	}
}

static const char *
refused_text(enum scan_what what)
{
	switch (what) {
	case SCAN_LINK:
		return "リンク（ショートカット）のため受け取れません。"
		       "ファイルそのものを入れてください。";
	case SCAN_LINKED:
		return "別の名前からも参照されているファイルのため"
		       "受け取れません。コピーを入れてください。";
	case SCAN_LONG:
		return "フォルダーの階層が深すぎるか、名前が長すぎるため"
		       "受け取れません。浅い場所に短い名前で入れてください。";
	default:
		return "通常のファイルではないため受け取れません。";
	}
}

const char *
watch_waits_text(enum rules_no no)
{
	switch (no) {
	case RULES_TOO_LARGE:
		return "決められた大きさの上限を超えているため受け取れません。"
		       "分割するか、管理者に相談してください。"
		       "不要なときは持込みフォルダーから消してください。";
	case RULES_CLOSED:
		return "いまは受付時間外です。受付時間になると自動で受け取り"
		       "ます。このままお待ちください。";
	case RULES_USER_QUOTA:
		return "処理待ちの量があなたの上限に達しています。"
		       "先のファイルが終わると自動で受け取ります。"
		       "承認待ち・パスワード待ちのファイルも数えます。";
	default:
		return "処理待ちの量が所属の上限に達しています。"
		       "先のファイルが終わると自動で受け取ります。";
	}
}

/* ---- looking */

struct seen {
	struct watch *s;
	struct watch_person *p;
	unsigned folders;
};

static bool
is_shelf(void *arg, const char *name)
{
	struct seen *k = arg;

	return watch_class(k->s->policy, name, NULL) != CLASS_NONE;
}

/* There are not as many watches as one person may make folders. */
static void
see_folder(void *arg, int dirfd)
{
	struct seen *k = arg;

	if (k->folders++ < WATCH_FOLDERS)
		watch_fd(k->s, dirfd, k->p);
}

/* Which of a unit's files are no documents that may come at all. */
static void
note_refused(struct watch *s, struct watch_person *p, const struct scan_unit *u)
{
	struct rules rules;

	watch_rules_of(s, p->department, &rules);
	for (size_t i = 0; i < u->n; i++) {
		const struct scan_file *f = &u->files[i];

		if (f->what != SCAN_FILE)
			watch_note(s, p, f->path, watch_note_refused,
			    refused_text(f->what));
		else if ((uint64_t)f->st.st_size > rules.max_file_bytes)
			watch_note(s, p, f->path, watch_note_refused,
			    watch_waits_text(RULES_TOO_LARGE));
	}
}

static bool
has_files(struct watch *s, const struct watch_person *p,
    const struct scan_unit *u)
{
	struct rules rules;

	watch_rules_of(s, p->department, &rules);
	for (size_t i = 0; i < u->n; i++)
		if (u->files[i].what == SCAN_FILE &&
		    (uint64_t)u->files[i].st.st_size <= rules.max_file_bytes)
			return true;
	return false;
}

/* Of all units that are there: what to take, what waits. */
static void
sort_units(struct watch *s, struct watch_person *p, struct scan_unit *u)
{
	struct scan_unit *next, **tail = &p->units;

	p->waits = false;
	for (; u != NULL; u = next) {
		next = u->next;
		u->next = NULL;
		if (u->is_finished)
			note_refused(s, p, u);
		if (!u->is_finished)
			p->waits = true;
		if (!u->is_finished || !has_files(s, p, u)) {
			watchscan_free(u);
			continue;
		}
		*tail = u;
		tail = &u->next;
	}
}

/* However much one person has lying there, others have most of the time. */
static int
scan(struct watch *s, struct watch_person *p, struct scan_unit **units,
    bool *is_cut)
{
	const struct scan_limits limits = { s->policy->people_settle_ms,
		s->policy->people_quiet_s, SCAN_ENTRIES, is_shelf };
	struct seen k = { s, p, 0 };
	uint64_t began = watch_now_ms(), now;
	int fd, e;

	if ((e = watch_person_open(s, p, &fd)) != 0)
		return ERR_NOENT;
	e = watchscan_person(fd, &limits, see_folder, &k, units, is_cut);
	close(fd);
	now = watch_now_ms();
	p->rest_ms = now + REST * (now - began);
	return e;
}

void
watch_look(struct watch *s, struct watch_person *p)
{
	struct scan_unit *units = NULL;
	bool is_cut = false;
	int e;

	p->due_ms = 0;
	p->n_refused = 0;
	for (struct watch_note *n = p->notes; n != NULL; n = n->next)
		n->is_seen = false;
	if ((e = scan(s, p, &units, &is_cut)) == ERR_NOENT) {
		p->waits = false;
		watch_notes_drop(s, p);
		return;
	}
	if (e != 0) {
		watch_look_at(p, watch_now_ms() + AGAIN_MAX_MS, AGAIN_MAX_MS);
		return;
	}
	if (is_cut)
		watch_note(s, p, too_many, watch_note_waits, too_many_text);
	sort_units(s, p, units);
	if (p->waits) {
		watch_look_at(p, watch_now_ms() + p->again_ms,
		    p->again_ms > AGAIN_MAX_MS / 2 ? AGAIN_MAX_MS
						   : 2 * p->again_ms);
	}
}
