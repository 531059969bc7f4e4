/*
 * sekisho backup, sekisho restore: the whole state in one command each.
 */
#include <dirent.h>
#include <errno.h>
#include <ftw.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/fsx.h"
#include "base/log.h"
#include "cmd/cli.h"
#include "core/backup.h"
#include "core/event.h"

#define NAME_HEAD "sekisho-"

static const char usage_backup[] =
    N_("Usage: sekisho backup [OPTION]... DIR\n"
       "       sekisho backup [OPTION]... --into FOLDER [--keep N]\n"
       "Copy the whole state to DIR, which must be empty: keys, audit log,\n"
       "quarantine, accounts and transfers, mail, spool. The services may go "
       "on.\nThe copy has a signed list of its files; without it, it is not "
       "whole.\n\n"
       "      --into FOLDER    make a folder with the time in its name there\n"
       "      --keep N         of those, keep the newest N\n"
       "      --without-keys   leave the keys out (keep them elsewhere)\n"
       "      --state DIR      the gateway's state folder\n"
       "      --policy FILE    the site's policy\n"
       "      --profile NAME   a profile of the policy\n"
       "      --help           this text\n");

static const char usage_restore[] =
    N_("Usage: sekisho restore [OPTION]... DIR --state NEW\n"
       "Make the state folder NEW, which must be empty, from a copy. Every "
       "file\nis checked first. Numbers of parcels go on far above those of "
       "the copy, so\nthat none is used twice: the inner side will see a "
       "gap.\n\n"
       "      --state NEW      the folder to make\n"
       "      --keys FOLDER    the keys, when they are not in the copy\n"
       "      --key FILE       the public key that must have signed\n"
       "      --next N         go on with this number of parcel\n"
       "      --policy FILE    the site's policy\n"
       "      --profile NAME   a profile of the policy\n"
       "      --help           this text\n");

enum {
	OPT_INTO = 256,
	OPT_KEEP,
	OPT_WITHOUT,
	OPT_KEYS,
	OPT_KEY,
	OPT_NEXT,
	OPT_HELP
};

struct ask {
	struct cli_policy which;
	const char *into, *keys, *key;
	unsigned keep;
	uint64_t next;
	bool without_keys;
};

/* ---- backup */

static int
is_copy(const struct dirent *d)
{
	return strncmp(d->d_name, NAME_HEAD, strlen(NAME_HEAD)) == 0 &&
	       strspn(d->d_name + strlen(NAME_HEAD), "0123456789-") ==
		   strlen(d->d_name + strlen(NAME_HEAD));
}

static int
remove_one(const char *path, const struct stat *st, int flag, struct FTW *f)
{
	(void)st, (void)flag, (void)f;
	return remove(path);
}

/* The oldest beyond keep; names sort by time. */
static void
remove_old(const struct ask *a)
{
	struct dirent **list;
	char path[8192];
	int n = scandir(a->into, &list, is_copy, alphasort);

	for (int i = 0; i < n; i++) {
		snprintf(path, sizeof(path), "%.4000s/%.255s", a->into,
		    list[i]->d_name);
		if (a->keep > 0 && i < n - (int)a->keep) {
			if (nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS) !=
			    0)
				log_warn(_("%s: cannot be removed: %s"), path,
				    strerror(errno));
			else
				printf(_("%s: removed\n"), path);
		}
		free(list[i]);
	}
	if (n >= 0)
		free(list);
}

static void
name_by_time(const char *into, char out[8192])
{
	time_t t = time(NULL);
	struct tm tm = { .tm_mday = 1 };

	(void)gmtime_r(&t, &tm);
	snprintf(out, 8192, "%.4000s/" NAME_HEAD "%04d%02d%02d-%02d%02d%02d",
	    into, tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday, tm.tm_hour,
	    tm.tm_min, tm.tm_sec);
}

static int
copy(struct cli_state *st, const struct ask *a, const struct policy *p,
    const char *dir)
{
	struct backup_report r;
	char why[BACKUP_WHY_BYTES], size[16];
	int e;

	e = backup_make(p->state_dir, dir, &st->keys, !a->without_keys, &r,
	    why);
	if (e == 0)
		e = audit_append(st->audit, "backup",
		    json_pack("{s:s, s:s, s:I, s:I, s:s}", "to", dir,
			"manifest", r.manifest, "files", (json_int_t)r.files,
			"parcel", (json_int_t)r.last_seq, "who", cli_who()),
		    AUDIT_SYNC);
	if (e != 0) {
		log_error(_("no copy was made: %s"),
		    why[0] != '\0' ? why : cli_err(e));
		(void)event_raise(p, EVENT_BACKUP_FAILED,
		    (const struct event_field[]){
			{ "path", dir }, { "reason", why }, { NULL, NULL } },
		    NULL);
		return e == ERR_EXIST ? STATUS_USAGE : cli_status(e);
	}
	words_size(r.bytes, size, sizeof(size));
	printf(_("%s: %llu files (%s), up to parcel %llu\n"), dir,
	    (unsigned long long)r.files, size, (unsigned long long)r.last_seq);
	if (r.has_keys)
		printf(_("the copy has the keys in it: whoever has it can read "
			 "the quarantine\n"));
	return STATUS_OK;
}

static int
backup(const struct ask *a, const struct policy *p, const char *given)
{
	struct cli_state st = { .audit = NULL };
	char dir[8192];
	int status, last;

	if (a->into != NULL)
		name_by_time(a->into, dir);
	else
		snprintf(dir, sizeof(dir), "%.4000s", given);
	if ((status = cli_state_open(&st, p, 0)) == 0)
		status = copy(&st, a, p, dir);
	last = cli_state_close(&st);
	if (status == 0 && a->into != NULL && a->keep > 0)
		remove_old(a);
	return status != 0 ? status : last;
}

/* ---- restore */

static int
restore(const struct ask *a, const struct policy *p, const char *dir)
{
	struct backup_restore o = { .dir = dir,
		.state_dir = p->state_dir,
		.keys_dir = a->keys,
		.next_seq = a->next };
	uint8_t key[KEYS_SIGN_PUBLIC];
	struct backup_report r;
	char why[BACKUP_WHY_BYTES], no[256], size[16];
	int e;

	if (a->key != NULL) {
		if (keys_read_public(a->key, key, no) != 0) {
			log_error(_("the public key cannot be read: %s"), no);
			return STATUS_NOINPUT;
		}
		o.key = key;
	}
	if ((e = backup_restore(&o, &r, why)) != 0) {
		log_error(_("nothing was restored: %s"), why);
		return e == ERR_EXIST || e == ERR_LIMIT	       ? STATUS_USAGE
		       : e == ERR_NOENT			       ? STATUS_NOINPUT
		       : e == ERR_DENIED || e == ERR_MALFORMED ? STATUS_NOT_ALL
							       : cli_status(e);
	}
	words_size(r.bytes, size, sizeof(size));
	printf(_("%s: as it was at %s: %llu files (%s)\n"), p->state_dir,
	    r.time, (unsigned long long)r.files, size);
	if (r.next_seq != 0)
		printf(_("parcels go on with number %llu; tell the inner side "
			 "that numbers %llu to %llu were given out after the "
			 "copy, or never\n"),
		    (unsigned long long)r.next_seq,
		    (unsigned long long)r.last_seq + 1,
		    (unsigned long long)r.next_seq - 1);
	return STATUS_OK;
}

/* ---- options */

static const struct option longs_backup[] = {
	{ "into", required_argument, NULL, OPT_INTO },
	{ "keep", required_argument, NULL, OPT_KEEP },
	{ "without-keys", no_argument, NULL, OPT_WITHOUT },
	CLI_POLICY_OPTIONS,
	{ "help", no_argument, NULL, OPT_HELP },
	{ NULL, 0, NULL, 0 },
};

static const struct option longs_restore[] = {
	{ "keys", required_argument, NULL, OPT_KEYS },
	{ "key", required_argument, NULL, OPT_KEY },
	{ "next", required_argument, NULL, OPT_NEXT },
	CLI_POLICY_OPTIONS,
	{ "help", no_argument, NULL, OPT_HELP },
	{ NULL, 0, NULL, 0 },
};

/* STATUS_OK to go on. */
static int
take_number(struct ask *a, const char *cmd, int c)
{
	unsigned n = 0;
	char *end;

	if (c == OPT_KEEP) {
		if (cli_number(optarg, 1, 10000, &n) != 0)
			return cli_usage(cmd, _("--keep: not a number: %s"),
			    optarg);
		a->keep = n;
		return STATUS_OK;
	}
	a->next = strtoull(optarg, &end, 10);
	if (optarg[0] < '1' || optarg[0] > '9' || *end != '\0' ||
	    a->next > INT64_MAX)
		return cli_usage(cmd, _("--next: not a number: %s"), optarg);
	return STATUS_OK;
}

/* -1: go on; else the exit status. */
static int
parse(int argc, char **argv, const char *cmd, const struct option *longs,
    const char *usage, struct ask *a)
{
	int c, status;

	while ((c = getopt_long(argc, argv, "", longs, NULL)) != -1) {
		switch (c) {
		case OPT_STATE:
		case OPT_POLICY:
		case OPT_PROFILE:
			cli_policy_option(c, &a->which);
			break;
		case OPT_INTO:
			a->into = optarg;
			break;
		case OPT_WITHOUT:
			a->without_keys = true;
			break;
		case OPT_KEYS:
			a->keys = optarg;
			break;
		case OPT_KEY:
			a->key = optarg;
			break;
		case OPT_KEEP:
		case OPT_NEXT:
			if ((status = take_number(a, cmd, c)) != STATUS_OK)
				return status;
			break;
		case OPT_HELP:
			return cli_help(gettext(usage));
		default:
			return cli_bad_option(cmd, argv);
		}
	}
	return -1;
}

int
cmd_backup(int argc, char **argv)
{
	struct ask a = { .into = NULL };
	struct policy p;
	int status;

	if ((status = parse(argc, argv, "backup", longs_backup, usage_backup,
		 &a)) != -1)
		return status;
	if (argc - optind != (a.into != NULL ? 0 : 1))
		return cli_usage("backup", _("name one folder to copy to"));
	if (a.into != NULL && (status = cli_folder(a.into)) != 0)
		return status;
	if ((status = cli_load_policy("backup", &a.which, &p)) != 0)
		return status;
	return backup(&a, &p, argv[optind]);
}

int
cmd_restore(int argc, char **argv)
{
	struct ask a = { .into = NULL };
	struct policy p;
	int status;

	if ((status = parse(argc, argv, "restore", longs_restore, usage_restore,
		 &a)) != -1)
		return status;
	if (argc - optind != 1)
		return cli_usage("restore", _("name the folder of the copy"));
	if (a.which.state == NULL)
		return cli_usage("restore",
		    _("name the folder to make: --state NEW"));
	if ((status = cli_folder(argv[optind])) != 0 ||
	    (status = cli_load_policy("restore", &a.which, &p)) != 0)
		return status;
	return restore(&a, &p, argv[optind]);
}
