/*
 * Running the gateway, killed before every step: files of the audit log that
 * are closed, begun and removed.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/audit.h"
#include "unit/crash.h"

static void
add(struct audit *a, int n)
{
	for (int i = 0; i < n; i++)
		crash_must(audit_append(a, "test", json_pack("{s:i}", "n", i),
			       AUDIT_SYNC) == 0,
		    "append");
}

static void
log_files(void)
{
	static struct keys k;
	struct audit *a;
	char name[40];
	bool done;

	crash_open_outer(&k, &a);
	add(a, 2);
	crash_must(audit_rotate(a, 0, NULL, &done, name) == 0 && done,
	    "rotate");
	add(a, 2);
	crash_must(audit_rotate(a, 0, NULL, &done, name) == 0 && done,
	    "rotate again");
	add(a, 1);
	crash_must(audit_forget(a, "9999", false, NULL, NULL) == 0, "forget");
	add(a, 1);
	crash_must(audit_close(a) == 0, "audit_close");
}

/* The next start can always go on: no kill looks like tampering. */
static void
log_files_killed(void)
{
	static struct keys k;
	struct audit *a = NULL;
	char why[256];

	if (keys_open(crash_at("outer"), false, &k, why) != 0)
		return;
	CHECK(audit_open(crash_at("outer"), &k, 3, &a) == 0);
	CHECK(audit_append(a, "restarted", json_object(), AUDIT_SYNC) == 0);
	CHECK(audit_close(a) == 0);
	crash_sound_log("outer");
}

static void
log_files_after(void)
{
	crash_sound_log("outer");
	CHECK(crash_count_in(crash_at("outer/audit")) == 2);
}

int
main(void)
{
	crash_begin();
	crash_loop("log files", log_files, log_files_killed, log_files_after);
	return crash_end();
}
