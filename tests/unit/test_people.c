/* The register of people: its folders, its index, two processes at a time. */
#include "unit/scratch.h"

#include <sys/inotify.h>
#include <sys/wait.h>

#include "quarantine/people_int.h"

static struct keys keys;
static char why[256];

static void
setup(void)
{
	scratch_make();
	cr_assert_eq(keys_open(scratch, true, &keys, why), 0);
}

TestSuite(people, .init = setup, .fini = scratch_remove);

static mode_t
mode_of(const char *name)
{
	struct stat st;

	cr_assert_eq(stat(in_scratch(name), &st), 0, "%s", name);
	return st.st_mode & 07777;
}

Test(people, folders_are_private)
{
	struct people *p;

	umask(0);
	cr_assert_eq(people_open(scratch, &keys, NULL, &p), 0);
	cr_assert_eq(mode_of("people"), 0700);
	cr_assert_eq(mode_of("people/in"), 0700);
	cr_assert_eq(mode_of("people/results"), 0700);
	cr_assert_eq(mode_of("people/index.sqlite"), 0600);
	cr_assert_eq(mode_of("people/wake"), 0600);
	people_close(p);
	people_close(NULL);
}

Test(people, wake_is_seen)
{
	int fd = inotify_init1(IN_NONBLOCK);
	struct people *p;
	char event[512];

	cr_assert_eq(people_open(scratch, &keys, NULL, &p), 0);
	cr_assert_geq(inotify_add_watch(fd, in_scratch("people/wake"),
			  IN_MODIFY),
	    0);
	people_wake(p);
	cr_assert_gt(read(fd, event, sizeof(event)), 0);
	people_wake(p);
	cr_assert_gt(read(fd, event, sizeof(event)), 0);
	close(fd);
	people_close(p);
}

/* Eight processes make the register at the same moment. */
Test(people, many_open_at_once)
{
	struct people *p;
	pid_t pids[8];
	int status;

	for (size_t i = 0; i < 8; i++)
		if ((pids[i] = fork()) == 0)
			_exit(people_open(scratch, &keys, NULL, &p) == 0 ? 0
									 : 1);
	for (size_t i = 0; i < 8; i++) {
		cr_assert_eq(waitpid(pids[i], &status, 0), pids[i]);
		cr_assert_eq(status, 0);
	}
}
