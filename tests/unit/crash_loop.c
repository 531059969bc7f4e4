/*
 * Kill the process before the N-th call that changes a disk, for N = 1, 2, ...
 * until a run completes; start again; nothing may be lost, delivered twice or
 * visible without its audit line. The calls are interposed in this program
 * only, for our code and for SQLite alike. What a power failure does to pages
 * that were not synced is not played here.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/fsx.h"
#include "core/receive.h"
#include "quarantine/crossing.h"

#define KILLED 99

static long armed, steps;

static void
step(void)
{
	if (armed != 0 && ++steps == armed)
		_exit(KILLED);
}

#define INTERPOSE(type, name, params, call) \
	type name params; \
	type name params \
	{ \
		step(); \
		return (type)syscall call; \
	}

INTERPOSE(ssize_t, write, (int fd, const void *p, size_t n),
    (SYS_write, fd, p, n))
INTERPOSE(ssize_t, pwrite, (int fd, const void *p, size_t n, off_t at),
    (SYS_pwrite64, fd, p, n, at))
INTERPOSE(ssize_t, pwrite64, (int fd, const void *p, size_t n, off_t at),
    (SYS_pwrite64, fd, p, n, at))
INTERPOSE(int, fsync, (int fd), (SYS_fsync, fd))
INTERPOSE(int, fdatasync, (int fd), (SYS_fdatasync, fd))
INTERPOSE(int, syncfs, (int fd), (SYS_syncfs, fd))
INTERPOSE(int, ftruncate, (int fd, off_t n), (SYS_ftruncate, fd, n))
INTERPOSE(int, ftruncate64, (int fd, off_t n), (SYS_ftruncate, fd, n))
INTERPOSE(int, unlink, (const char *p), (SYS_unlink, p))
INTERPOSE(int, unlinkat, (int d, const char *p, int f), (SYS_unlinkat, d, p, f))
INTERPOSE(int, rename, (const char *a, const char *b), (SYS_rename, a, b))
INTERPOSE(int, renameat2,
    (int d, const char *a, int t, const char *b, unsigned f),
    (SYS_renameat2, d, a, t, b, f))
INTERPOSE(int, mkdirat, (int d, const char *p, mode_t m),
    (SYS_mkdirat, d, p, m))

static char base[128];
static int failures;

static const char *
at(const char *name)
{
	static char paths[8][256];
	static unsigned next;
	char *p = paths[next++ % 8];

	snprintf(p, sizeof(paths[0]), "%s/%s", base, name);
	return p;
}

#define CHECK(what) check((what), #what, __LINE__)

static const char *scene;
static long now_at;

static void
check(int ok, const char *what, int line)
{
	if (ok)
		return;
	failures++;
	printf("# %s, killed at %ld, line %d: %s\n", scene, now_at, line, what);
}

static void
must(int ok, const char *what)
{
	if (ok)
		return;
	printf("# %s at %ld: %s (errno %d)\n", scene, now_at, what, errno);
	fflush(stdout);
	_exit(1);
}

static int
remove_one(const char *path, const struct stat *st, int flag, struct FTW *f)
{
	(void)st, (void)flag, (void)f;
	return remove(path);
}

static int
count_in(const char *path)
{
	DIR *d = opendir(path);
	struct dirent *e;
	int n = 0;

	if (d == NULL)
		return 0;
	while ((e = readdir(d)) != NULL)
		n += e->d_name[0] != '.';
	closedir(d);
	return n;
}

/* How often a text stands in a file. */
static int
count_text(const char *path, const char *text)
{
	struct buf b;
	int n = 0;

	buf_init(&b, 16 << 20);
	if (fsx_slurp(AT_FDCWD, path, &b) == 0)
		for (const char *s = buf_cstr(&b);
		     (s = strstr(s, text)) != NULL; s++)
			n++;
	buf_done(&b);
	return n;
}

static int
holds(const char *path, const char *text)
{
	struct buf b;
	int same;

	buf_init(&b, 1 << 20);
	same = fsx_slurp(AT_FDCWD, path, &b) == 0 &&
	       strcmp(buf_cstr(&b), text) == 0;
	buf_done(&b);
	return same;
}

static int
memory(const char *text)
{
	int fd = memfd_create("t", MFD_CLOEXEC);

	must(syscall(SYS_write, fd, text, strlen(text)) == (long)strlen(text),
	    "memfd");
	lseek(fd, 0, SEEK_SET);
	return fd;
}

static void
fill(struct record *r, const char *id, const char *text, enum verdict v)
{
	memset(r, 0, sizeof(*r));
	snprintf(r->id, sizeof(r->id), "%s", id);
	record_time_now(r->time);
	snprintf(r->in_name, sizeof(r->in_name), "%s.txt", id);
	r->in_bytes = r->out_bytes = strlen(text);
	hash_of(text, strlen(text), r->in_sha256);
	memcpy(r->out_sha256, r->in_sha256, HASH_BYTES);
	r->verdict = v;
	if (v == VERDICT_RELEASED) {
		snprintf(r->out_name, sizeof(r->out_name), "%s.txt", id);
		snprintf(r->out_format, sizeof(r->out_format), "text");
	}
}

static void
done(void *arg, struct crossing_item *i, int err)
{
	(void)arg, (void)i;
	must(err == 0, "a document failed");
}

static int
prove(void *arg, int fd, const char *format)
{
	(void)arg, (void)fd, (void)format;
	return 0;
}

static void
put(struct crossing *c, struct record *r, const char *text, const char *once)
{
	struct crossing_item i = { .record = r,
		.out_fd = r->verdict == VERDICT_RELEASED ? memory(text) : -1,
		.original_fd = memory(text),
		.receipt = strdup("{\"a\":1}"),
		.receipt_text = strdup("text"),
		.once = once };

	must(crossing_put(c, &i) == 0, "crossing_put");
}

static void
open_outer(struct keys *k, struct audit **a)
{
	char why[256];

	must(hash_setup() == 0, "sodium");
	must(keys_open(at("outer"), true, k, why) == 0, "keys");
	must(audit_open(at("outer"), k, 3, a) == 0, "audit");
}

/* Two documents through spool and one-way folder to the inner side. */
static void
transport(void)
{
	static struct keys k, inner;
	struct policy policy;
	struct spool_sent sent;
	struct receive_report report;
	struct record r[2];
	struct audit *a, *ia;
	struct spool *s;
	struct crossing *c;
	char why[256];

	open_outer(&k, &a);
	policy_default(&policy);
	must(spool_open(at("outer"), &k, &s) == 0, "spool");
	struct crossing_setup setup = { .audit = a,
		.spool = s,
		.dest_fd = -1,
		.policy = &policy,
		.kind = "folder",
		.done = done };
	must(crossing_open(&setup, &c) == 0, "crossing");
	fill(&r[0], "ONE", "first", VERDICT_RELEASED);
	fill(&r[1], "TWO", "second", VERDICT_RELEASED);
	put(c, &r[0], "first", "job-1");
	put(c, &r[1], "second", "job-2");
	must(crossing_close(c) == 0, "crossing_close");
	must(spool_send(s, at("way"), &sent, why) == 0, "send");
	spool_close(s);
	must(audit_close(a) == 0, "audit_close");

	must(keys_open(at("inner"), true, &inner, why) == 0, "inner keys");
	must(audit_open(at("inner"), &inner, 3, &ia) == 0, "inner audit");
	struct receive_setup rs = { .from_dir = at("way"),
		.dest_dir = at("dest"),
		.state_dir = at("inner"),
		.audit = ia,
		.prove = prove };
	memcpy(rs.key, k.sign_public, sizeof(rs.key));
	must(receive_run(&rs, &report) == 0, report.why);
	must(audit_close(ia) == 0, "inner audit_close");
}

static void
sound_log(const char *state)
{
	struct audit_report report;
	struct keys k;
	char why[256];

	CHECK(keys_open(at(state), false, &k, why) == 0);
	CHECK(audit_verify(at(state), k.sign_public, 0, NULL, &report) == 0);
}

static void
transport_killed(void)
{
	int parcels =
	    count_in(at("outer/spool/out")) + count_in(at("outer/spool/sent"));

	CHECK(count_text(at("outer/audit/audit.jsonl"),
		  "\"event\":\"release\"") >= parcels);
	CHECK(count_text(at("inner/audit/audit.jsonl"),
		  "\"event\":\"deliver\"") *
		  3 >=
	      count_in(at("dest/common")));
}

static void
transport_after(void)
{
	CHECK(count_in(at("outer/spool/tmp")) == 0);
	CHECK(count_in(at("outer/spool/out")) == 0);
	CHECK(count_in(at("outer/spool/sent")) == 2);
	CHECK(count_in(at("way")) == 0);
	CHECK(count_in(at("inner/refused")) == 0);
	CHECK(count_in(at("dest/.sekisho-stage")) == 0);
	CHECK(count_in(at("dest/common")) == 6);
	CHECK(holds(at("dest/common/ONE.txt"), "first"));
	CHECK(holds(at("dest/common/TWO.txt"), "second"));
	CHECK(holds(at("dest/common/ONE.txt.receipt.json"), "{\"a\":1}"));
	sound_log("outer");
	sound_log("inner");
}

static void
quarantine(void)
{
	static struct keys k;
	struct quarantine *q;
	struct record r[2];
	struct audit *a;
	int fd;

	open_outer(&k, &a);
	must(quarantine_open(at("outer"), &k, a, &q) == 0, "quarantine");
	fill(&r[0], "ONE", "first", VERDICT_HELD);
	fill(&r[1], "TWO", "second", VERDICT_BLOCKED);
	fd = memory("first");
	must(quarantine_add(q, &r[0], "d", fd, NULL) == 0, "add");
	close(fd);
	fd = memory("second");
	must(quarantine_add(q, &r[1], "d", fd, NULL) == 0, "add");
	close(fd);
	must(quarantine_dispose(q, "ONE", "me", "test") == 0, "dispose");
	quarantine_close(q);
	must(audit_close(a) == 0, "audit_close");
}

/* The key is destroyed before a line says so. */
static void
quarantine_killed(void)
{
	CHECK(count_in(at("outer/quarantine/vault")) <= 2);
	CHECK(count_text(at("outer/audit/audit.jsonl"),
		  "\"event\":\"disposed\"") == 0 ||
	      count_text(at("outer/audit/audit.jsonl"),
		  "\"event\":\"dispose\"") > 0);
}

static void
quarantine_after(void)
{
	struct quarantine *q;
	struct keys k;
	struct audit *a;
	char why[256], text[16] = "";
	int fd;

	CHECK(keys_open(at("outer"), false, &k, why) == 0);
	CHECK(audit_open(at("outer"), &k, 3, &a) == 0);
	CHECK(quarantine_open(at("outer"), &k, a, &q) == 0);
	CHECK(count_in(at("outer/quarantine/vault")) == 1);
	CHECK(quarantine_read(q, "ONE", "me", "", &fd) == ERR_NOENT);
	CHECK(quarantine_read(q, "TWO", "me", "", &fd) == 0);
	CHECK(read(fd, text, sizeof(text)) == 6);
	CHECK(strcmp(text, "second") == 0);
	close(fd);
	quarantine_close(q);
	CHECK(audit_close(a) == 0);
	CHECK(count_text(at("outer/audit/audit.jsonl"),
		  "\"event\":\"disposed\"") >= 1);
	sound_log("outer");
}

static void
folder(void)
{
	static struct keys k;
	struct policy policy;
	struct record r[3];
	struct quarantine *q;
	struct crossing *c;
	struct audit *a;
	int dest = open(at("dest"), O_RDONLY | O_DIRECTORY);

	open_outer(&k, &a);
	policy_default(&policy);
	must(quarantine_open(at("outer"), &k, a, &q) == 0, "quarantine");
	struct crossing_setup setup = { .audit = a,
		.quarantine = q,
		.dest_fd = dest,
		.policy = &policy,
		.kind = "folder",
		.done = done };
	must(crossing_open(&setup, &c) == 0, "crossing");
	fill(&r[0], "ONE", "first", VERDICT_RELEASED);
	fill(&r[1], "BAD", "bad", VERDICT_HELD);
	fill(&r[2], "TWO", "second", VERDICT_RELEASED);
	put(c, &r[0], "first", NULL);
	put(c, &r[1], "bad", NULL);
	put(c, &r[2], "second", NULL);
	must(crossing_close(c) == 0, "crossing_close");
	quarantine_close(q);
	must(audit_close(a) == 0, "audit_close");
	close(dest);
}

/* Whole, and said before: whatever has its name. */
static void
folder_killed(void)
{
	const char *log = at("outer/audit/audit.jsonl");

	CHECK(access(at("dest/ONE.txt"), F_OK) != 0 ||
	      (holds(at("dest/ONE.txt"), "first") &&
		  count_text(log, "\"id\":\"ONE\"") > 0));
	CHECK(access(at("dest/TWO.txt"), F_OK) != 0 ||
	      (holds(at("dest/TWO.txt"), "second") &&
		  count_text(log, "\"id\":\"TWO\"") > 0));
}

static int
parts(void)
{
	DIR *d = opendir(at("dest"));
	struct dirent *e;
	int n = 0;

	while (d != NULL && (e = readdir(d)) != NULL)
		n += strstr(e->d_name, ".part") != NULL;
	closedir(d);
	return n;
}

static void
folder_after(void)
{
	CHECK(holds(at("dest/ONE.txt"), "first"));
	CHECK(holds(at("dest/TWO.txt"), "second"));
	CHECK(parts() == 0);
	CHECK(count_in(at("outer/quarantine/vault")) == 1);
	sound_log("outer");
}

/* Run in a child, killed before step n (0: never). */
static int
run(void (*what)(void), long n)
{
	int status;
	pid_t pid;

	fflush(stdout);
	if ((pid = fork()) == 0) {
		armed = n;
		steps = 0;
		what();
		_exit(0);
	}
	waitpid(pid, &status, 0);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void
loop(const char *name, void (*what)(void), void (*killed)(void),
    void (*after)(void))
{
	int before = failures, end = KILLED, again;
	long n = 0;

	scene = name;
	while (end == KILLED) {
		now_at = ++n;
		nftw(base, remove_one, 16, FTW_DEPTH | FTW_PHYS);
		mkdir(base, 0700);
		mkdir(at("way"), 0700);
		mkdir(at("dest"), 0700);
		end = run(what, n);
		killed();
		if (end == KILLED) {
			/* Now and then once more, while it cleans up. */
			again = n % 4 == 0 ? run(what, 1 + n * 7 % 60) : 0;
			CHECK(again == KILLED || again == 0);
			killed();
			CHECK(run(what, 0) == 0);
		} else
			CHECK(end == 0);
		after();
	}
	printf("%s %s: %ld steps\n", failures == before ? "ok" : "not ok", name,
	    n - 1);
}

int
main(void)
{
	snprintf(base, sizeof(base), "%s/sekisho-crash-%ld",
	    access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp",
	    (long)getpid());
	loop("transport", transport, transport_killed, transport_after);
	loop("quarantine", quarantine, quarantine_killed, quarantine_after);
	loop("folder", folder, folder_killed, folder_after);
	nftw(base, remove_one, 16, FTW_DEPTH | FTW_PHYS);
	return failures != 0;
}
