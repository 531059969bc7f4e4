/*
 * sekisho tidy: what is past its time ends, and every step is said. A timer
 * runs it each night.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/log.h"
#include "cmd/cli.h"
#include "cmd/quarantine.h"
#include "core/event.h"
#include "quarantine/retention.h"

#define STAMP_DAYS 31 /* of events/last */
#define USER_DEPTH 2  /* below DEPARTMENT/USER */
#define MAX_DEPTH  64

static const char usage[] = N_(
    "Usage: sekisho tidy [--dry-run] [OPTION]...\n"
    "End what is past its time: originals whose retention is over (their keys\n"
    "are destroyed, with a record), settled transfers, receipts in the drop\n"
    "folder, parcels that were sent; close the file of the audit log and "
    "begin\n"
    "the next one; say which department is over its quota.\n\n"
    "      --dry-run        only say what would be done\n"
    "      --over-quota     dispose of the oldest of a department over its "
    "quota\n"
    "      --state DIR      the gateway's state folder\n"
    "      --policy FILE    the site's policy\n"
    "      --profile NAME   a profile of the policy\n"
    "      --help           this text\n");

enum { OPT_DRY = 256, OPT_OVER, OPT_HELP };

static const struct option longs[] = {
	{ "dry-run", no_argument, NULL, OPT_DRY },
	{ "over-quota", no_argument, NULL, OPT_OVER },
	CLI_POLICY_OPTIONS,
	{ "help", no_argument, NULL, OPT_HELP },
	{ NULL, 0, NULL, 0 },
};

struct tidy {
	struct cli_policy which;
	bool dry, over_quota;
	struct policy policy;
	struct cli_state st;
	struct ruleset *rules;
	struct retention retention;
	uint64_t originals, quota, over, transfers, receipts, parcels, files;
};

static void
time_ago(uint32_t days, char out[RECORD_TIME_BYTES])
{
	time_t t = time(NULL) - (time_t)days * 86400;
	struct tm tm = { .tm_mday = 1 };

	(void)gmtime_r(&t, &tm);
	if (strftime(out, RECORD_TIME_BYTES, "%Y-%m-%dT%H:%M:%S.000Z", &tm) ==
	    0)
		out[0] = '\0';
}

static void
say_item(void *arg, const char *id, const char *name, const char *why)
{
	const struct tidy *t = arg;

	printf(t->dry ? _("would go: %s  %s: %s\n") : _("gone: %s  %s: %s\n"),
	    id, name, gettext(why));
}

static void
say_over(void *arg, const char *department, uint64_t bytes, uint64_t limit)
{
	char has[16], may[16], number[24], most[24];
	struct tidy *t = arg;

	t->over++;
	words_size(bytes, has, sizeof(has));
	words_size(limit, may, sizeof(may));
	printf(_("over its quota: %s: %s of %s%s\n"), department, has, may,
	    t->over_quota ? "" : _(" (--over-quota disposes of the oldest)"));
	if (t->dry)
		return;
	snprintf(number, sizeof(number), "%llu", (unsigned long long)bytes);
	snprintf(most, sizeof(most), "%llu", (unsigned long long)limit);
	(void)event_raise(&t->policy, EVENT_QUOTA,
	    (const struct event_field[]){ { "department", department },
		{ "bytes", number }, { "limit", most }, { NULL, NULL } },
	    NULL);
}

/* ---- files by age */

/* Files of one folder whose name ends so, last changed before a time. */
static int
remove_files(const struct tidy *t, const char *path, const char *end,
    time_t before, uint64_t *n)
{
	DIR *dir = opendir(path);
	struct dirent *d;
	struct stat st;
	int e = 0;

	if (dir == NULL)
		return errno == ENOENT ? 0 : ERR_IO;
	while ((d = readdir(dir)) != NULL) {
		size_t len = strlen(d->d_name), m = strlen(end);

		if (d->d_name[0] == '.' || len < m ||
		    strcmp(d->d_name + len - m, end) != 0 ||
		    fstatat(dirfd(dir), d->d_name, &st, AT_SYMLINK_NOFOLLOW) !=
			0 ||
		    !S_ISREG(st.st_mode) || st.st_mtime >= before)
			continue;
		if (!t->dry && unlinkat(dirfd(dir), d->d_name, 0) < 0)
			e = ERR_IO;
		else
			++*n;
	}
	closedir(dir);
	return e;
}

static int
parcels(struct tidy *t)
{
	char path[POLICY_PATH_BYTES + 32];
	time_t now = time(NULL);
	uint64_t stamps = 0;
	int e;

	snprintf(path, sizeof(path), "%s/spool/sent", t->policy.state_dir);
	e = remove_files(t, path, ".parcel",
	    now - (time_t)t->policy.sent_keep_days * 86400, &t->parcels);
	if (e == 0) {
		snprintf(path, sizeof(path), "%s/events/last",
		    t->policy.state_dir);
		e = remove_files(t, path, "", now - STAMP_DAYS * 86400,
		    &stamps);
	}
	printf(_("parcels sent more than %u days ago: %llu\n"),
	    t->policy.sent_keep_days, (unsigned long long)t->parcels);
	return e;
}

/* ---- what people find in the drop folder */

static int
open_folder(int dir, const char *name)
{
	return openat(dir, name,
	    O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
}

/*
 * Files that have lain there since before a time (of their arrival: ctime; the
 * other is the document's own), and folders that are empty then. fd is closed.
 * People write here: no link is followed.
 */
static void
remove_tree(struct tidy *t, int fd, time_t before, unsigned depth)
{
	DIR *dir = fdopendir(fd);
	struct dirent *d;
	struct stat st;
	int sub;

	if (dir == NULL) {
		close(fd);
		return;
	}
	while ((d = readdir(dir)) != NULL) {
		if (strcmp(d->d_name, ".") == 0 ||
		    strcmp(d->d_name, "..") == 0 ||
		    fstatat(dirfd(dir), d->d_name, &st, AT_SYMLINK_NOFOLLOW) !=
			0)
			continue;
		if (!S_ISDIR(st.st_mode) && depth >= USER_DEPTH &&
		    st.st_ctime < before) {
			if (t->dry || unlinkat(dirfd(dir), d->d_name, 0) == 0)
				t->receipts++;
		} else if (S_ISDIR(st.st_mode) && depth < MAX_DEPTH &&
			   (sub = open_folder(dirfd(dir), d->d_name)) >= 0) {
			remove_tree(t, sub, before, depth + 1);
			if (!t->dry && depth >= USER_DEPTH)
				(void)unlinkat(dirfd(dir), d->d_name,
				    AT_REMOVEDIR);
		}
	}
	closedir(dir);
}

/* NAME/DEPARTMENT/USER/..., each department by its own rules. */
static void
remove_receipts(struct tidy *t, int root, const char *name)
{
	struct rules rules;
	struct dirent *d;
	int fd = open_folder(root, name), sub;
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);

	if (dir == NULL) {
		if (fd >= 0)
			close(fd);
		return;
	}
	while ((d = readdir(dir)) != NULL) {
		if (d->d_name[0] == '.' ||
		    (sub = open_folder(dirfd(dir), d->d_name)) < 0)
			continue;
		rules_of(t->rules, d->d_name, &rules);
		remove_tree(t, sub,
		    time(NULL) - (time_t)rules.receipt_days * 86400, 1);
	}
	closedir(dir);
}

static int
receipts(struct tidy *t)
{
	const struct policy *p = &t->policy;
	int root;

	if (p->people_root[0] == '\0')
		return 0;
	root = open(p->people_root, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (root < 0)
		return errno == ENOENT ? 0 : ERR_IO;
	remove_receipts(t, root, p->people_done);
	remove_receipts(t, root, p->people_held);
	remove_receipts(t, root, p->people_password);
	close(root);
	printf(_("results in the drop folder past their time: %llu\n"),
	    (unsigned long long)t->receipts);
	return 0;
}

/* ---- the audit log */

static void
say_file(void *arg, const char *name, uint64_t first, uint64_t last)
{
	struct tidy *t = arg;

	t->files++;
	printf(t->dry ? _("would go: audit/%s, lines %llu to %llu\n")
		      : _("gone: audit/%s, lines %llu to %llu (recorded)\n"),
	    name, (unsigned long long)first, (unsigned long long)last);
}

static int
audit(struct tidy *t)
{
	char name[40] = "", before[RECORD_TIME_BYTES];
	bool done = false;
	int e = 0;

	time_ago(t->policy.audit_rotate_days, before);
	if (!t->dry)
		e = audit_rotate(t->st.audit, t->policy.audit_rotate_bytes,
		    before, &done, name);
	if (done)
		printf(_("the audit log goes on in a new file; closed: %s\n"),
		    name);
	time_ago(t->policy.audit_keep_days, before);
	return e != 0 ? e
		      : audit_forget(t->st.audit, before, t->dry, say_file, t);
}

/* ---- the whole */

static int
record(const struct tidy *t)
{
	if (t->dry)
		return 0;
	return audit_append(t->st.audit, "tidy",
	    json_pack("{s:I,s:I,s:I,s:I,s:I,s:I,s:I,s:s}", "originals",
		(json_int_t)t->originals, "quota", (json_int_t)t->quota, "over",
		(json_int_t)t->over, "transfers", (json_int_t)t->transfers,
		"receipts", (json_int_t)t->receipts, "parcels",
		(json_int_t)t->parcels, "audit_files", (json_int_t)t->files,
		"who", cli_who()),
	    AUDIT_SYNC);
}

static int
originals(struct tidy *t)
{
	int e = retention_quarantine(&t->retention, &t->originals);

	if (e == 0)
		e = retention_quota(&t->retention, t->over_quota, &t->quota);
	printf(_("originals past their retention: %llu; for a quota: %llu\n"),
	    (unsigned long long)t->originals, (unsigned long long)t->quota);
	return e;
}

static int
transfers(struct tidy *t)
{
	char before[RECORD_TIME_BYTES];
	int e;

	time_ago(t->policy.transfer_days, before);
	e = retention_transfers(&t->retention, before, &t->transfers);
	printf(_("transfers settled more than %u days ago: %llu\n"),
	    t->policy.transfer_days, (unsigned long long)t->transfers);
	return e;
}

/* Each part is tried, whatever became of the others. */
static int
run_all(struct tidy *t)
{
	static const struct {
		const char *name;
		int (*run)(struct tidy *);
	} parts[] = { { "quarantine", originals }, { "people", transfers },
		{ "receipts", receipts }, { "spool", parcels },
		{ "audit", audit } };

	int first = 0, e;

	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		if ((e = parts[i].run(t)) == 0)
			continue;
		log_error("%s: %s", parts[i].name, cli_err(e));
		first = first != 0 ? first : e;
	}
	if ((e = record(t)) != 0 && first == 0)
		first = e;
	return cli_status(first);
}

static int
run(struct tidy *t)
{
	int status, last;

	if ((status = quarantine_rules(&t->policy, &t->rules)) != 0)
		return status;
	status =
	    cli_state_open(&t->st, &t->policy, STATE_QUARANTINE | STATE_PEOPLE);
	if (status == 0) {
		t->retention =
		    (struct retention){ .quarantine = t->st.quarantine,
			    .people = t->st.people,
			    .rules = t->rules,
			    .who = cli_who(),
			    .dry = t->dry,
			    .each = say_item,
			    .over = say_over,
			    .arg = t };
		status = run_all(t);
	}
	last = cli_state_close(&t->st);
	rules_free(t->rules);
	return status != 0 ? status : last;
}

int
cmd_tidy(int argc, char **argv)
{
	static struct tidy t;
	int c, status;

	while ((c = getopt_long(argc, argv, "", longs, NULL)) != -1) {
		switch (c) {
		case OPT_DRY:
			t.dry = true;
			break;
		case OPT_OVER:
			t.over_quota = true;
			break;
		case OPT_STATE:
		case OPT_POLICY:
		case OPT_PROFILE:
			cli_policy_option(c, &t.which);
			break;
		case OPT_HELP:
			return cli_help(_(usage));
		default:
			return cli_bad_option("tidy", argv);
		}
	}
	if (argc != optind)
		return cli_usage("tidy", _("tidy takes no argument"));
	if ((status = cli_load_policy("tidy", &t.which, &t.policy)) != 0)
		return status;
	return run(&t);
}
