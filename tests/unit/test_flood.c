/* Flood control: the counts, the window, the stop. */
#include "unit/scratch.h"

#include <sys/wait.h>

#include "core/flood.h"

static const struct flood_limits limits = {
	.window_s = 60, .per_client = 5, .per_sender = 3, .total = 8
};
static struct flood *f;

static void
setup(void)
{
	scratch_make();
	cr_assert_eq(flood_open(scratch, "hook", &limits, &f), 0);
}

static void
teardown(void)
{
	flood_close(f);
	scratch_remove();
}

TestSuite(flood, .init = setup, .fini = teardown);

static enum flood_verdict
count(uint64_t at, const char *client, const char *sender)
{
	enum flood_verdict v;
	bool is_new;

	cr_assert_eq(flood_count(f, at, client, sender, &v, &is_new), 0);
	return v;
}

Test(flood, each_kind_has_its_limit)
{
	for (int i = 0; i < 3; i++)
		cr_assert_eq(count(600, "192.0.2.1", "a@example.jp"), FLOOD_OK);
	cr_assert_eq(count(600, "192.0.2.1", "a@example.jp"), FLOOD_SENDER);
	cr_assert_eq(count(600, "192.0.2.1", "b@example.jp"), FLOOD_OK);
	cr_assert_eq(count(600, "192.0.2.1", "c@example.jp"), FLOOD_OK);
	cr_assert_eq(count(600, "192.0.2.1", "d@example.jp"), FLOOD_CLIENT);
	for (int i = 0; i < 3; i++)
		cr_assert_eq(count(600, "192.0.2.2", ""), FLOOD_OK);
	cr_assert_eq(count(600, "192.0.2.3", "e@example.jp"), FLOOD_TOTAL);
	cr_assert_eq(count(600, "", ""), FLOOD_TOTAL);
}

Test(flood, a_client_is_not_a_sender)
{
	for (int i = 0; i < 3; i++)
		cr_assert_eq(count(600, "same", "same"), FLOOD_OK);
	cr_assert_eq(count(600, "same", "other"), FLOOD_OK);
	cr_assert_eq(count(600, "same", "same"), FLOOD_SENDER);
}

/* The last window counts by the part that still lies under ours. */
Test(flood, the_window_slides)
{
	for (int i = 0; i < 3; i++)
		cr_assert_eq(count(600, "", "a@example.jp"), FLOOD_OK);
	cr_assert_eq(count(660, "", "a@example.jp"), FLOOD_SENDER);
	cr_assert_eq(count(680, "", "a@example.jp"), FLOOD_OK);
	cr_assert_eq(count(680, "", "a@example.jp"), FLOOD_SENDER);
	cr_assert_eq(count(780, "", "a@example.jp"), FLOOD_OK);
}

Test(flood, a_clock_set_back_does_not_lock_out)
{
	for (int i = 0; i < 3; i++)
		cr_assert_eq(count(60000, "", "a@example.jp"), FLOOD_OK);
	cr_assert_eq(count(600, "", "a@example.jp"), FLOOD_OK);
}

Test(flood, a_refusal_is_said_once_a_window)
{
	enum flood_verdict v;
	int said = 0;
	bool is_new;

	for (int i = 0; i < 10; i++) {
		cr_assert_eq(flood_count(f, 600, "", "a@example.jp", &v,
				 &is_new),
		    0);
		said += is_new;
	}
	cr_assert_eq(v, FLOOD_SENDER);
	cr_assert_eq(said, 1);
}

/* Many processes at once: none is counted twice, none forgotten. */
Test(flood, processes_share_the_counts)
{
	const struct flood_limits wide = { 60, 1000, 1000, 200, false };
	int status, ok = 0;

	flood_close(f);
	for (int i = 0; i < 8; i++)
		if (fork() == 0) {
			enum flood_verdict v = FLOOD_OK;
			bool is_new;
			int n = 0;

			if (flood_open(scratch, "hook", &wide, &f) != 0)
				_exit(255);
			while (v == FLOOD_OK && n < 100)
				if (flood_count(f, 600, "c", "s", &v,
					&is_new) != 0)
					_exit(255);
				else
					n += v == FLOOD_OK;
			_exit(n);
		}
	while (wait(&status) > 0) {
		cr_assert(WIFEXITED(status) && WEXITSTATUS(status) != 255);
		ok += WEXITSTATUS(status);
	}
	cr_assert_eq(ok, 200);
	cr_assert_eq(flood_open(scratch, "hook", &limits, &f), 0);
}

Test(flood, a_damaged_file_begins_anew)
{
	FILE *file;

	flood_close(f);
	cr_assert_not_null(file = fopen(in_scratch("mail/flood.hook"), "w"));
	fputs("not counters", file);
	fclose(file);
	cr_assert_eq(flood_open(scratch, "hook", &limits, &f), 0);
	for (int i = 0; i < 3; i++)
		cr_assert_eq(count(600, "", "a@example.jp"), FLOOD_OK);
	cr_assert_eq(count(600, "", "a@example.jp"), FLOOD_SENDER);
}

/* A link where the file should be is not followed. */
Test(flood, no_link_is_followed)
{
	flood_close(f);
	f = NULL;
	cr_assert_eq(unlink(in_scratch("mail/flood.hook")), 0);
	cr_assert_eq(symlink("/dev/null", in_scratch("mail/flood.hook")), 0);
	cr_assert_eq(flood_open(scratch, "hook", &limits, &f), ERR_IO);
}

Test(flood, stop_and_resume)
{
	char why[FLOOD_WHY_BYTES];

	cr_assert_eq(flood_stopped(scratch, why), 0);
	cr_assert_eq(flood_resume(scratch), ERR_NOENT);
	cr_assert_eq(flood_stop(scratch, "900 messages\nin a minute"), 0);
	cr_assert_eq(flood_stop(scratch, "later"), 0);
	cr_assert_eq(flood_stopped(scratch, why), ERR_DENIED);
	cr_assert_not_null(strstr(why, "900 messages"));
	cr_assert_null(strchr(why, '\n'));
	cr_assert_eq(flood_resume(scratch), 0);
	cr_assert_eq(flood_stopped(scratch, why), 0);
}
