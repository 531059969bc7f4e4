/*
 * sekisho-watch: the drop folder. watch.h says which step stands where; here
 * are the loop, the faults, the beginning and the end.
 */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <locale.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/inotify.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/fsx.h"
#include "base/limits.h"
#include "base/log.h"
#include "cmd/watch.h"
#include "core/ledger.h"

#define BUSY_MS	       20 /* between two looks while documents are in work */
#define TAKE_MS	       40 /* of taking in, at a time */
#define IDLE_MS	       1000
#define LOOK_MS	       200 /* at rows and decisions that are due */
#define BACKOFF_MIN_MS 500
#define BACKOFF_MAX_MS 15000

uint64_t
watch_now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

void
watch_rules_of(const struct watch *s, const char *department, struct rules *out)
{
	rules_of(s->rules, department, out);
}

void
watch_lazy(struct watch *s, bool on)
{
	/* FULL again in any case, or nothing is done any more */
	if (ledger_exec(s->people->db, on ? "PRAGMA synchronous=NORMAL"
					  : "PRAGMA synchronous=FULL") != 0 &&
	    !on) {
		log_error("%s", err_text(ERR_INTERNAL));
		s->stop = STATUS_INTERNAL;
	}
}

void
watch_hold_on(struct watch *s, int err, const char *what)
{
	uint64_t now = watch_now_ms();

	if (!s->is_dropping)
		s->backoff_ms = s->backoff_ms == 0 ? BACKOFF_MIN_MS
				: s->backoff_ms > BACKOFF_MAX_MS / 2
				    ? BACKOFF_MAX_MS
				    : 2 * s->backoff_ms;
	s->is_dropping = true;
	if (s->warned_ms != 0 && now - s->warned_ms < WATCH_WARN_MS)
		return;
	s->warned_ms = now;
	log_warn(_("%s: %s; files wait and are tried again"), what,
	    err == ERR_IO ? strerror(errno) : cli_err(err));
}

/* ---- the loop */

static void
send_parcels(struct watch *s, bool now)
{
	int e = sender_go(&s->sender, s->spool, s->state.audit, now,
	    watch_now_ms());

	if (e != 0)
		watch_hold_on(s, e, "audit");
}

/* What others changed: the wake file was touched. */
static void
woken(struct watch *s)
{
	char events[4096] __attribute__((aligned(8)));

	while (s->wake >= 0 && read(s->wake, events, sizeof(events)) > 0)
		s->has_rows = s->has_decisions = true;
}

/* Until something happens, the time is over, or a signal comes. */
static void
rest(struct watch *s, int ms)
{
	struct pollfd p[3 + WATCH_CALLERS];
	nfds_t n = 0;
	const int fds[] = { s->notify, s->wake, s->listen };

	for (size_t i = 0; i < 3; i++)
		if (fds[i] >= 0)
			p[n++] = (struct pollfd){ fds[i], POLLIN, 0 };
	for (size_t i = 0; i < WATCH_CALLERS; i++)
		if (s->callers[i].fd >= 0)
			p[n++] = (struct pollfd){ s->callers[i].fd, POLLIN, 0 };
	(void)!poll(p, n, ms);
}

static int
idle_ms(const struct watch *s)
{
	uint64_t now = watch_now_ms(), next = watch_next_look(s);
	uint64_t ms = next <= now ? 0 : next - now;

	if (s->sender.is_unsent && ms > SENDER_EVERY_MS)
		ms = SENDER_EVERY_MS;
	if ((s->has_rows || s->has_decisions) && ms > LOOK_MS)
		ms = LOOK_MS;
	return (int)(ms < IDLE_MS ? ms : IDLE_MS);
}

static void
wait_for_worker(struct watch *s, int ms)
{
	struct pipeline_job *job;
	int e;

	/* All that are back, and at least a moment for one. */
	while (watch_in_pipeline(s) > 0) {
		e = pipeline_wait(s->pipeline, ms, &job);
		if (job == NULL) {
			if (e != 0) {
				log_error(_("the worker does not answer: %s"),
				    cli_err(e));
				s->stop = STATUS_INTERNAL;
			}
			return;
		}
		watch_job_back(s, job);
		ms = 0;
	}
}

/* The fault is over, perhaps: all that was in hand is RECEIVED again. */
static void
begin_again(struct watch *s)
{
	int e;

	for (unsigned ms = 0; ms < s->backoff_ms && cli_stop == 0; ms += 50) {
		poll(NULL, 0, 50);
		watch_ctl(s);
	}
	watchqueue_clear(s->queue);
	s->is_dropping = false;
	if ((e = transfer_restart(s->people)) != 0 ||
	    (e = watch_say_all(s)) != 0) {
		watch_hold_on(s, e, "STATE/people");
		return;
	}
	s->has_rows = s->has_decisions = true;
	s->rows_ms = s->decide_ms = 0;
}

/* false: nothing is in work and nothing waits. */
static bool
round_of_work(struct watch *s)
{
	woken(s);
	watch_notified(s);
	watch_ctl(s);
	watch_minute(s);
	if (cli_stop == 0)
		watch_take(s, TAKE_MS);
	watch_rows(s);
	watch_decide(s);
	watch_passwords(s);
	watch_start_jobs(s);
	watch_hand_over(s);
	watch_status(s);
	watch_preview(s);
	send_parcels(s, s->n_jobs == 0);
	return s->n_jobs > 0 || watchqueue_length(s->queue) > 0;
}

static bool
is_over(const struct watch *s)
{
	return s->o->once && !s->is_dropping && !s->has_rows &&
	       !s->has_decisions && !watch_has_more(s);
}

static void
work(struct watch *s)
{
	bool busy;

	while (s->stop == 0 && (cli_stop == 0 || s->n_jobs > 0)) {
		busy = round_of_work(s);
		if (s->is_dropping) {
			watch_jobs_drop(s);
			if (s->n_jobs == 0)
				begin_again(s);
			else
				wait_for_worker(s, BUSY_MS);
		} else if (watch_in_pipeline(s) > 0) {
			wait_for_worker(s, BUSY_MS);
		} else if (!busy && cli_stop == 0) {
			if (is_over(s))
				return;
			rest(s, idle_ms(s));
		}
	}
}

/* ---- begin and end */

static int
open_share(struct watch *s)
{
	const char *root = s->policy->people_root;
	int status;

	if ((status = cli_folder(root)) != 0)
		return status;
	s->root = open(root, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (s->root < 0 ||
	    watch_folder(s->root, "in", 0755, true, &s->in) != 0) {
		log_error(_("%s/in: cannot be used: %s"), root,
		    strerror(errno));
		return STATUS_NOINPUT;
	}
	return STATUS_OK;
}

/* One watcher for a state folder. */
static int
lock_state(struct watch *s)
{
	char path[POLICY_PATH_BYTES + 32];

	snprintf(path, sizeof(path), "%s/people/watch.lock",
	    s->policy->state_dir);
	s->lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (s->lock >= 0 && flock(s->lock, LOCK_EX | LOCK_NB) == 0)
		return STATUS_OK;
	if (errno == EWOULDBLOCK)
		log_error(_("%s/people: another watcher works there"),
		    s->policy->state_dir);
	else
		log_error("%s: %s", path, strerror(errno));
	return STATUS_AGAIN;
}

static void
watch_wake(struct watch *s)
{
	char path[POLICY_PATH_BYTES + 32];

	snprintf(path, sizeof(path), "%s/people/wake", s->policy->state_dir);
	s->wake = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
	if (s->wake >= 0 &&
	    inotify_add_watch(s->wake, path, IN_MODIFY | IN_ATTRIB) < 0)
		log_warn("%s: %s", path, strerror(errno));
}

static int
load_rules(struct watch *s)
{
	char why[POLICY_WHY_BYTES] = "";
	struct stat st;

	if (s->policy->people_rules_file[0] != '\0' &&
	    stat(s->policy->people_rules_file, &st) == 0)
		s->rules_time = st.st_mtim;
	if (rules_load(s->policy->people_rules_file, &s->rules, why) == 0)
		return STATUS_OK;
	log_error("%s", why);
	return STATUS_USAGE;
}

static int
open_crossing(struct watch *s)
{
	const struct crossing_setup setup = {
		.audit = s->state.audit,
		.quarantine = s->state.quarantine,
		.spool = s->spool,
		.dest_fd = -1,
		.policy = s->policy,
		.kind = "folder",
		.is_each_own = true,
		.who = "sekisho-watch",
		.done = watch_crossed,
		.arg = s,
	};

	return crossing_open(&setup, &s->crossing);
}

static int
open_stores(struct watch *s)
{
	int e;

	if ((e = people_open(s->policy->state_dir, &s->state.keys,
		 s->state.audit, &s->people)) != 0) {
		log_error(_("%s/people: cannot be opened: %s"),
		    s->policy->state_dir, cli_err(e));
		return cli_status(e);
	}
	if ((e = lock_state(s)) != 0)
		return e;
	if ((e = spool_open(s->policy->state_dir, &s->state.keys, &s->spool)) !=
	    0) {
		log_error(_("%s/spool: cannot be opened: %s"),
		    s->policy->state_dir, cli_err(e));
		return cli_status(e);
	}
	if ((e = open_crossing(s)) == 0 &&
	    (e = watchqueue_new(s->policy->people_fast_bytes, &s->queue)) ==
		0 &&
	    (e = watch_ctl_open(s)) == 0 &&
	    (e = transfer_restart(s->people)) == 0)
		e = watch_say_all(s);
	if (e != 0)
		log_error(_("cannot start: %s"),
		    e == ERR_IO ? strerror(errno) : cli_err(e));
	return cli_status(e);
}

/* Each document in hand holds a few descriptors. */
static void
raise_descriptors(void)
{
	struct rlimit rl;

	if (getrlimit(RLIMIT_NOFILE, &rl) == 0 && rl.rlim_cur < rl.rlim_max) {
		rl.rlim_cur = rl.rlim_max < 4096 ? rl.rlim_max : 4096;
		(void)!setrlimit(RLIMIT_NOFILE, &rl);
	}
}

static int
begin(struct watch *s)
{
	int status;

	umask(077);
	raise_descriptors();
	if ((s->o->send != NULL && (status = cli_folder(s->o->send)) != 0) ||
	    (status = load_rules(s)) != 0 || (status = open_share(s)) != 0 ||
	    (status = cli_pipeline(s->policy, s->o->slots, &s->pipeline)) !=
		0 ||
	    (status = cli_state_open(&s->state, s->policy,
		 STATE_CREATE | STATE_QUARANTINE)) != 0 ||
	    (status = open_stores(s)) != 0)
		return status;
	watch_wake(s);
	if (watch_notify_open(s) != 0)
		return STATUS_INTERNAL;
	watch_notes_sweep(s);
	watch_work_sweep(s);
	watch_originals_sweep(s);
	s->has_rows = s->has_decisions = true;
	return STATUS_OK;
}

static void
close_fd(int fd)
{
	if (fd >= 0)
		close(fd);
}

static int
end(struct watch *s, int status)
{
	int e = crossing_close(s->crossing);

	if (e == 0 && s->people != NULL)
		e = watch_said(s);
	if (status == 0 && e != 0)
		status = cli_status(e);
	while (s->jobs != NULL)
		watch_job_free(s, s->jobs);
	if (status == 0)
		send_parcels(s, true);
	if (s->pipeline != NULL)
		pipeline_close(s->pipeline);
	watch_ctl_close(s);
	watch_forget(s);
	watchqueue_free(s->queue);
	watch_persons_free(s);
	if (s->spool != NULL)
		spool_close(s->spool);
	people_close(s->people);
	e = cli_state_close(&s->state);
	rules_free(s->rules);
	close_fd(s->notify);
	close_fd(s->wake);
	close_fd(s->in);
	close_fd(s->root);
	close_fd(s->lock);
	return status != 0 ? status : e;
}

static int
watch(const struct watch_options *o, const struct policy *policy)
{
	struct watch *s = calloc(1, sizeof(*s));
	int status;

	if (s == NULL)
		return STATUS_AGAIN;
	s->o = o;
	s->policy = policy;
	s->sender.to = o->send;
	s->sender.is_unsent = true;
	s->lock = s->root = s->in = s->notify = s->wake = s->listen = -1;
	cli_catch_signals();
	if ((status = begin(s)) == 0) {
		log_info(_("the drop folder %s is watched (%u at a time)"),
		    policy->people_root, o->slots);
		work(s);
		status = s->stop;
	}
	status = end(s, status);
	free(s);
	return status;
}

static const char usage[] =
    N_("Usage: sekisho-watch [OPTION]...\n"
       "Take the files that people put into the drop folder, rebuild them and\n"
       "put the results into the spool; say beside the folder what became of\n"
       "each.\n\n"
       "      --root FOLDER     the drop folder (it holds in/DEPARTMENT/USER)\n"
       "      --send FOLDER     put parcels onto the one-way path at once\n"
       "      --slots N         documents at a time (2 to 64)\n"
       "      --once            end when nothing is left to do\n"
       "      --state DIR       the gateway's state folder\n"
       "      --policy FILE     the site's policy\n"
       "      --profile NAME    a profile of the policy\n"
       "      --help            this text\n"
       "      --version         the version\n");

enum { OPT_ROOT = 256, OPT_SEND, OPT_SLOTS, OPT_ONCE, OPT_HELP, OPT_VERSION };

static const struct option longs[] = {
	{ "root", required_argument, NULL, OPT_ROOT },
	{ "send", required_argument, NULL, OPT_SEND },
	{ "slots", required_argument, NULL, OPT_SLOTS },
	{ "once", no_argument, NULL, OPT_ONCE },
	CLI_POLICY_OPTIONS,
	{ "help", no_argument, NULL, OPT_HELP },
	{ "version", no_argument, NULL, OPT_VERSION },
	{ NULL, 0, NULL, 0 },
};

struct asked {
	struct cli_policy which;
	struct watch_options o;
	const char *root;
	bool is_version;
};

/* -1: go on; else the exit status. */
static int
parse(int argc, char **argv, struct asked *a)
{
	int c;

	while ((c = getopt_long(argc, argv, "", longs, NULL)) != -1)
		switch (c) {
		case OPT_ROOT:
			a->root = optarg;
			break;
		case OPT_SEND:
			a->o.send = optarg;
			break;
		case OPT_SLOTS:
			if (cli_number(optarg, 2, 64, &a->o.slots) != 0)
				return cli_usage("watch",
				    _("--slots: a number from 2 to 64, not "
				      "'%s'"),
				    optarg);
			break;
		case OPT_ONCE:
			a->o.once = true;
			break;
		case OPT_STATE:
		case OPT_POLICY:
		case OPT_PROFILE:
			cli_policy_option(c, &a->which);
			break;
		case OPT_HELP:
			return cli_help(_(usage));
		case OPT_VERSION:
			printf("sekisho-watch %s\n", SEKISHO_VERSION);
			return STATUS_OK;
		default:
			return cli_bad_option("watch", argv);
		}
	if (optind < argc)
		return cli_usage("watch", _("no arguments are taken: %s"),
		    argv[optind]);
	return -1;
}

int
main(int argc, char **argv)
{
	long cpus = sysconf(_SC_NPROCESSORS_ONLN);
	struct asked a = { .root = NULL };
	static struct policy p;
	int status;

	setlocale(LC_ALL, "C.UTF-8");
	log_setup("sekisho-watch", LOG_LEVEL_INFO, 0);
	limits_no_core();
	/* One slot is never a large file's, so there are two. */
	a.o.slots = cpus < 2 ? 2 : cpus > 64 ? 64 : (unsigned)cpus;
	if ((status = parse(argc, argv, &a)) != -1 ||
	    (status = cli_load_policy("watch", &a.which, &p)) != 0)
		return status;
	if (a.root != NULL && snprintf(p.people_root, sizeof(p.people_root),
				  "%s", a.root) >= (int)sizeof(p.people_root))
		return cli_usage("watch", _("--root: the path is too long"));
	a.o.policy_file = a.which.file;
	a.o.profile = a.which.profile;
	return watch(&a.o, &p);
}
