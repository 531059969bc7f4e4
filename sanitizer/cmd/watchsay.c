/*
 * Telling people what became of their files. A text is written, then the row
 * says so; whatever is not said is said at the next start. So each text is
 * found again by the number in it, and replaced.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/fsx.h"
#include "base/log.h"
#include "base/utf8.h"
#include "cmd/watch.h"
#include "core/tree.h"

#define TEXT_BYTES  (16u << 20)
#define BATCH_FILES 10000
#define TAIL_RESULT ".結果.txt"
#define TAIL_BATCH  ".フォルダーの結果.txt"
#define NOTE_MARK   "（この案内は自動で消えます）"
#define STATUS_MS   5000

const char watch_note_waits[] = ".待機中.txt";
const char watch_note_refused[] = ".受け取れません.txt";

static const char *
folder_of(const struct watch *s, enum transfer_state state)
{
	switch (state) {
	case TRANSFER_RELEASED:
		return s->policy->people_done;
	case TRANSFER_PASSWORD:
		return s->policy->people_password;
	default:
		return s->policy->people_held;
	}
}

/* ---- originals of what was released */

/* Back where it came from, or beside what stands there by now. */
static int
put_back(int parked, const char *id, int dirfd, const char *name)
{
	char other[WATCH_NAME_BYTES];
	int e = ERR_EXIST;

	for (unsigned n = 1; e == ERR_EXIST && n < 1000; n++)
		if ((e = tree_numbered(name, n, other, sizeof(other))) == 0 &&
		    renameat2(parked, id, dirfd, other, 1) < 0)
			e = errno == EEXIST ? ERR_EXIST : ERR_IO;
	return e;
}

/* Between the look and the move somebody may have put another file there: it
 * is looked at once more where nobody can change it any more. */
int
watch_original_leave(struct watch *s, int dirfd, const char *name,
    const char *id, const struct scan_file *f)
{
	bool keeps = s->policy->people_keep_originals;
	struct stat st;
	int parked, e;

	/* It cannot be made there: add-user.sh was not run. */
	if ((e = watch_folder(s->root, WATCH_PARKED, 0700, true, &parked)) != 0)
		return keeps			       ? e
		       : unlinkat(dirfd, name, 0) == 0 ? 0
		       : errno == ENOENT	       ? 0
						       : ERR_IO;
	if (renameat(dirfd, name, parked, id) < 0) {
		e = errno == ENOENT ? 0 : ERR_IO;
		/* in/ is another file system's */
		if (errno == EXDEV && !keeps)
			e = unlinkat(dirfd, name, 0) < 0 ? ERR_IO : 0;
	} else if (fstatat(parked, id, &st, AT_SYMLINK_NOFOLLOW) < 0)
		e = ERR_IO;
	else if (!watchscan_was(f, &st))
		e = put_back(parked, id, dirfd, name);
	else if (!keeps && unlinkat(parked, id, 0) < 0)
		e = ERR_IO;
	close(parked);
	return e;
}

static int
move_original(const struct transfer *t, int parked, int home)
{
	char path[WATCH_NAME_BYTES], flat[PARCEL_NAME_BYTES];
	const char *const wishes[] = { t->path, flat };
	int e = ERR_EXIST;

	watch_flat_name(t->path, flat);
	for (unsigned k = 0; e == ERR_EXIST && k < 2; k++)
		for (unsigned n = 1; e == ERR_EXIST && n < 1000; n++)
			if ((e = tree_numbered(wishes[k], n, path,
				 sizeof(path))) == 0)
				e = tree_move(parked, t->id, home, path, 0775);
	return e;
}

/* Beside its receipt when it was released; else it is in quarantine. */
static int
settle_original(struct watch *s, const struct transfer *t)
{
	int parked, home, e;
	mode_t mask;

	if (!transfer_is_settled(t->state))
		return 0;
	if (watch_folder(s->root, WATCH_PARKED, 0700, false, &parked) != 0)
		return 0;
	e = 0;
	if (t->state == TRANSFER_RELEASED && s->policy->people_keep_originals &&
	    !tree_is_free(parked, t->id, "") &&
	    (e = watch_home(s, s->policy->people_done, t->department, t->login,
		 true, &home)) == 0) {
		mask = umask(002);
		e = move_original(t, parked, home);
		umask(mask);
		close(home);
	} else if (e == 0 && unlinkat(parked, t->id, 0) < 0 && errno != ENOENT)
		e = ERR_IO;
	close(parked);
	return e;
}

/* What a kill left there of transfers that were said already. */
void
watch_originals_sweep(struct watch *s)
{
	struct transfer t;
	struct dirent *d;
	DIR *dir;
	int fd;

	if (watch_folder(s->root, WATCH_PARKED, 0700, false, &fd) != 0)
		return;
	if ((dir = fdopendir(fd)) == NULL) {
		close(fd);
		return;
	}
	while ((d = readdir(dir)) != NULL) {
		if (!parcel_id_ok(d->d_name) ||
		    transfer_get(s->people, d->d_name, &t) != 0)
			continue;
		if (settle_original(s, &t) != 0)
			log_warn(_("%s: its original cannot be put away: %s"),
			    t.id, strerror(errno));
		transfer_done(&t);
	}
	closedir(dir);
}

/* ---- batches */

struct batch {
	struct transfer *list;
	size_t n;
	bool is_working;
};

static int
collect(void *arg, const struct transfer *t)
{
	struct batch *b = arg;
	struct transfer *more;

	if (t->state == TRANSFER_RECEIVED || t->state == TRANSFER_WORKING)
		b->is_working = true;
	if (b->n % 64 == 0) {
		more = reallocarray(b->list, b->n + 64, sizeof(*more));
		if (more == NULL)
			return ERR_NOMEM;
		b->list = more;
	}
	b->list[b->n++] = *t;
	return 0;
}

/* The folder that was dropped: what all paths begin with. */
static bool
batch_name(const struct watch *s, const struct transfer *t,
    char out[RECORD_NAME_BYTES])
{
	const char *rest, *slash;

	(void)watch_class(s->policy, t->path, &rest);
	if ((slash = strchr(rest, '/')) == NULL)
		return false;
	snprintf(out, RECORD_NAME_BYTES, "%.*s", (int)(slash - t->path),
	    t->path);
	return true;
}

static int
write_batch(struct watch *s, const struct batch *b, const char *name)
{
	const struct transfer *t = &b->list[0];
	const char *text;
	struct buf out;
	int e;

	buf_init(&out, TEXT_BYTES);
	e = watch_text_batch(name, t->batch, b->list, b->n, &out);
	if (e == 0 && (text = buf_cstr(&out)) == NULL)
		e = ERR_NOMEM;
	if (e == 0)
		e = watch_text_put(s, s->policy->people_done, t->department,
		    t->login, name, TAIL_BATCH, t->batch, text);
	buf_done(&out);
	return e;
}

/* When nothing of it is in work any more. */
static int
say_batch(struct watch *s, const struct transfer *t)
{
	struct transfer_filter f = {
		.batch = t->batch, .state = -1, .limit = BATCH_FILES
	};
	char name[RECORD_NAME_BYTES];
	struct batch b = { .n = 0 };
	uint64_t n, bytes;
	int e;

	if (t->via != VIA_FOLDER || !batch_name(s, t, name))
		return 0;
	f.state = TRANSFER_RECEIVED; /* the usual answer, cheaply */
	if ((e = transfer_count(s->people, &f, &n, &bytes)) != 0 || n > 0)
		return e;
	f.state = -1;
	e = transfer_list(s->people, &f, collect, &b);
	if (e == 0 && !b.is_working && b.n > 0)
		e = write_batch(s, &b, name);
	free(b.list);
	return e;
}

/* ---- one transfer */

/* What an earlier state said elsewhere goes. */
static void
drop_others(struct watch *s, const struct transfer *t, const char *folder)
{
	const char *const all[] = { s->policy->people_done,
		s->policy->people_held, s->policy->people_password };

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		if (strcmp(all[i], folder) != 0)
			watch_text_drop(s, all[i], t->department, t->login,
			    t->path, TAIL_RESULT, t->id);
}

static int
write_result(struct watch *s, const struct transfer *t)
{
	const char *folder = folder_of(s, t->state), *text;
	struct buf b;
	int e;

	buf_init(&b, TEXT_BYTES);
	e = watch_text_result(t, &b);
	if (e == 0 && (text = buf_cstr(&b)) == NULL)
		e = ERR_NOMEM;
	if (e == 0)
		e = watch_text_put(s, folder, t->department, t->login, t->path,
		    TAIL_RESULT, t->id, text);
	buf_done(&b);
	if (e == 0)
		drop_others(s, t, folder);
	return e;
}

int
watch_say(struct watch *s, const char *id)
{
	struct transfer t;
	int e;

	if ((e = transfer_get(s->people, id, &t)) != 0)
		return e;
	if (t.via == VIA_FOLDER && (e = write_result(s, &t)) == 0)
		e = settle_original(s, &t);
	if (e == 0)
		e = say_batch(s, &t);
	transfer_done(&t);
	if (e == ERR_NOMEM)
		return e;
	if (e != 0) { /* the folder is theirs: it stops nobody else */
		log_warn(_("%s: what became of it cannot be told now (%s)"), id,
		    e == ERR_IO ? strerror(errno) : cli_err(e));
		s->is_unsaid = true;
		return 0;
	}
	if (s->n_saying == 0)
		s->saying_ms = watch_now_ms();
	snprintf(s->saying[s->n_saying++], RECORD_ID_BYTES, "%s", id);
	return s->n_saying == WATCH_JOBS ? watch_said(s) : 0;
}

int
watch_said(struct watch *s)
{
	int e;

	if (s->n_saying == 0)
		return 0;
	e = syncfs(s->root) < 0 ? ERR_IO : 0;
	watch_lazy(s, true);
	for (size_t i = 0; e == 0 && i < s->n_saying; i++)
		e = transfer_said(s->people, s->saying[i]);
	watch_lazy(s, false);
	s->n_saying = 0; /* what was not said is found again by its row */
	return e == ERR_NOENT ? 0 : e;
}

struct unsaid {
	struct watch *s;
	uint64_t n, failed;
};

static int
say_one(void *arg, const struct transfer *t)
{
	struct unsaid *u = arg;
	int e = 0;

	u->n++;
	if (t->state == TRANSFER_RELEASED) /* a kill may have left it */
		e = transfer_forget_result(u->s->people, t->id);
	u->s->is_unsaid = false;
	if (e == 0)
		e = watch_say(u->s, t->id);
	u->failed += u->s->is_unsaid;
	return e;
}

int
watch_say_all(struct watch *s)
{
	struct transfer_filter f = { .state = -1, .unsaid = true };
	struct unsaid u = { .s = s };
	int e;

	do {
		u.n = 0;
		f.offset = (unsigned)u.failed; /* they stay in the list */
		e = transfer_list(s->people, &f, say_one, &u);
		if (e == 0)
			e = watch_said(s);
	} while (e == 0 && u.n > 0);
	s->is_unsaid = u.failed > 0;
	return e;
}

/* ---- notes on what stays in in/ */

void
watch_note_put(struct watch *s, const struct watch_person *p, const char *path,
    const char *tail, const char *text)
{
	char shown[RECORD_NAME_BYTES], body[4096];
	int e;

	utf8_printable(path, strlen(path), shown, sizeof(shown));
	snprintf(body, sizeof(body), "%s\n\n%s\n\n%s\n", shown, text,
	    NOTE_MARK);
	e = watch_text_put(s, s->policy->people_held, p->department, p->login,
	    shown, tail, NOTE_MARK, body);
	if (e != 0)
		log_warn(_("%s/%s: a note cannot be written: %s"),
		    p->department, p->login, cli_err(e));
}

void
watch_note_drop(struct watch *s, const struct watch_person *p, const char *path,
    const char *tail)
{
	char shown[RECORD_NAME_BYTES];

	utf8_printable(path, strlen(path), shown, sizeof(shown));
	watch_text_drop(s, s->policy->people_held, p->department, p->login,
	    shown, tail, NOTE_MARK);
}

static bool
ends_in(const char *name, const char *tail)
{
	size_t n = strlen(name), m = strlen(tail);

	return n > m && strcmp(name + n - m, tail) == 0;
}

static void
sweep_folder(int fd, unsigned depth)
{
	struct dirent *d;
	DIR *dir;
	int sub;

	if ((dir = fdopendir(fd)) == NULL) {
		close(fd);
		return;
	}
	while ((d = readdir(dir)) != NULL) {
		if (d->d_name[0] == '.' || depth > SCAN_DEPTH + 3)
			continue;
		if (d->d_type == DT_DIR &&
		    watch_folder(fd, d->d_name, 0, false, &sub) == 0)
			sweep_folder(sub, depth + 1);
		else if (ends_in(d->d_name, watch_note_waits) ||
			 ends_in(d->d_name, watch_note_refused))
			unlinkat(fd, d->d_name, 0);
	}
	closedir(dir);
}

void
watch_notes_sweep(struct watch *s)
{
	int fd;

	if (watch_folder(s->root, s->policy->people_held, 0, false, &fd) == 0)
		sweep_folder(fd, 0);
}

/* ---- the line */

static void
minutes(uint64_t seconds, char *out, size_t size)
{
	if (seconds < 60)
		snprintf(out, size, "1分以内");
	else if (seconds < 5400)
		snprintf(out, size, "約%llu分",
		    (unsigned long long)(seconds + 59) / 60);
	else
		snprintf(out, size, "約%llu時間",
		    (unsigned long long)(seconds + 1800) / 3600);
}

static int
status_file(struct watch *s, const char *department, const char *login,
    const char *text)
{
	char name[ACCOUNT_LOGIN_BYTES + 8];
	mode_t mask = umask(002);
	int top = -1, dir = -1, e;

	snprintf(name, sizeof(name), "%s.txt", login);
	e = watch_folder(s->root, s->policy->people_status, 0755, true, &top);
	if (e == 0)
		e = watch_folder(top, department, 0755, true, &dir);
	if (e == 0)
		e = fsx_publish(dir, name, text, strlen(text), 0644, false);
	umask(mask);
	if (dir >= 0)
		close(dir);
	if (top >= 0)
		close(top);
	return e;
}

struct look { /* one round of notes on the line */
	struct watch *s;
	struct transfer_line *line; /* read for the first who waits long */
};

static void
say_position(void *arg, const struct watchqueue_user *u)
{
	uint64_t before = 0, seconds = 0, now = watch_now_ms();
	char text[1024], at[32], time[RECORD_TIME_BYTES], wait[48];
	struct look *l = arg;
	struct watch *s = l->s;

	if (now - u->since < s->policy->people_status_s * UINT64_C(1000) ||
	    (l->line == NULL &&
		transfer_line_read(s->people, s->policy->people_fast_bytes,
		    &l->line) != 0) ||
	    transfer_line_of(l->line, u->department, u->login, &before,
		&seconds) != 0)
		return;
	record_time_now(time);
	words_time(time, at, sizeof(at));
	minutes(seconds, wait, sizeof(wait));
	snprintf(text, sizeof(text),
	    "順番待ちのご案内（%s 現在）\n\n"
	    "あなたのファイル %zu件が順番を待っています。\n"
	    "最初の1件の前に %llu件あります。\n"
	    "すべて終わるまで: %s の見込みです。\n\n"
	    "小さなファイルは、大きなファイルより先に処理することがあります。\n"
	    "そのままお待ちください。持ち込み直すと後ろに並び直しになります。"
	    "\n",
	    at, u->waiting, (unsigned long long)before, wait);
	if (status_file(s, u->department, u->login, text) == 0)
		s->has_status = true;
}

/* Notes of those who do not wait any more: older than the newest round. */
static void
drop_old_status(struct watch *s, const struct timespec *since)
{
	int top, dir;
	struct dirent *d, *f;
	struct stat st;
	DIR *deps, *files;

	if (watch_folder(s->root, s->policy->people_status, 0, false, &top) !=
	    0)
		return;
	if ((deps = fdopendir(top)) == NULL) {
		close(top);
		return;
	}
	while ((d = readdir(deps)) != NULL) {
		if (d->d_name[0] == '.' ||
		    watch_folder(top, d->d_name, 0, false, &dir) != 0)
			continue;
		if ((files = fdopendir(dir)) == NULL) {
			close(dir);
			continue;
		}
		while ((f = readdir(files)) != NULL)
			if (ends_in(f->d_name, ".txt") &&
			    fstatat(dir, f->d_name, &st, AT_SYMLINK_NOFOLLOW) ==
				0 &&
			    (st.st_ctim.tv_sec < since->tv_sec))
				unlinkat(dir, f->d_name, 0);
		closedir(files);
	}
	closedir(deps);
}

void
watch_status(struct watch *s)
{
	uint64_t now = watch_now_ms();
	struct look l = { .s = s };
	struct timespec since;

	if (s->status_ms != 0 && now - s->status_ms < STATUS_MS)
		return;
	if (s->status_ms != 0 && !s->has_status &&
	    watchqueue_length(s->queue) == 0)
		return;
	clock_gettime(CLOCK_REALTIME, &since);
	s->status_ms = now;
	s->has_status = false;
	watchqueue_users(s->queue, say_position, &l);
	transfer_line_free(l.line);
	drop_old_status(s, &since);
}
