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
#include "unit/crash.h"

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
INTERPOSE(int, renameat, (int d, const char *a, int t, const char *b),
    (SYS_renameat2, d, a, t, b, 0))
INTERPOSE(int, linkat, (int d, const char *a, int t, const char *b, int f),
    (SYS_linkat, d, a, t, b, f))
INTERPOSE(int, mkdirat, (int d, const char *p, mode_t m),
    (SYS_mkdirat, d, p, m))
char crash_base[128];
int crash_failures;
long crash_now_at;

const char *
crash_at(const char *name)
{
	static char paths[8][256];
	static unsigned next;
	char *p = paths[next++ % 8];

	snprintf(p, sizeof(paths[0]), "%s/%s", crash_base, name);
	return p;
}

static const char *scene;

void
crash_check(int ok, const char *what, int line)
{
	if (ok)
		return;
	crash_failures++;
	printf("# %s, killed at %ld, line %d: %s\n", scene, crash_now_at, line,
	    what);
}

void
crash_must(int ok, const char *what)
{
	if (ok)
		return;
	printf("# %s at %ld: %s (errno %d)\n", scene, crash_now_at, what,
	    errno);
	fflush(stdout);
	_exit(1);
}

static int
remove_one(const char *path, const struct stat *st, int flag, struct FTW *f)
{
	(void)st, (void)flag, (void)f;
	return remove(path);
}

int
crash_count_in(const char *path)
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
int
crash_count_text(const char *path, const char *text)
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

int
crash_holds(const char *path, const char *text)
{
	struct buf b;
	int same;

	buf_init(&b, 1 << 20);
	same = fsx_slurp(AT_FDCWD, path, &b) == 0 &&
	       strcmp(buf_cstr(&b), text) == 0;
	buf_done(&b);
	return same;
}

int
crash_memory(const char *text)
{
	int fd = memfd_create("t", MFD_CLOEXEC);

	crash_must(syscall(SYS_write, fd, text, strlen(text)) ==
		       (long)strlen(text),
	    "memfd");
	lseek(fd, 0, SEEK_SET);
	return fd;
}

void
crash_fill(struct record *r, const char *id, const char *text, enum verdict v)
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

int
crash_prove(void *arg, int fd, const char *format)
{
	(void)arg, (void)fd, (void)format;
	return 0;
}

void
crash_open_outer(struct keys *k, struct audit **a)
{
	char why[256];

	crash_must(hash_setup() == 0, "sodium");
	crash_must(keys_open(crash_at("outer"), true, k, why) == 0, "keys");
	crash_must(audit_open(crash_at("outer"), k, 3, a) == 0, "audit");
}

void
crash_sound_log(const char *state)
{
	struct audit_report report;
	struct keys k;
	char why[256];

	CHECK(keys_open(crash_at(state), false, &k, why) == 0);
	CHECK(audit_verify(crash_at(state), k.sign_public, 0, NULL, &report) ==
	      0);
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

void
crash_loop(const char *name, void (*what)(void), void (*killed)(void),
    void (*after)(void))
{
	int before = crash_failures, end = KILLED, again;
	long n = 0;

	scene = name;
	while (end == KILLED) {
		crash_now_at = ++n;
		nftw(crash_base, remove_one, 16, FTW_DEPTH | FTW_PHYS);
		mkdir(crash_base, 0700);
		mkdir(crash_at("way"), 0700);
		mkdir(crash_at("dest"), 0700);
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
	printf("%s %s: %ld steps\n", crash_failures == before ? "ok" : "not ok",
	    name, n - 1);
}

int
crash_end(void)
{
	nftw(crash_base, remove_one, 16, FTW_DEPTH | FTW_PHYS);
	return crash_failures != 0;
}

void
crash_begin(void)
{
	snprintf(crash_base, sizeof(crash_base), "%s/sekisho-crash-%ld",
	    access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp",
	    (long)getpid());
}
