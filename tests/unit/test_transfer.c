/* Transfers: their states, their files, and what a kill leaves of them. */
#include "unit/people_case.h"

#include <sys/file.h>

TestSuite(transfer, .init = register_setup, .fini = register_teardown);

static bool
has_copy(const char *id)
{
	return access(in_scratch("people/in"), F_OK) == 0 &&
	       faccessat(p->in, id, F_OK, 0) == 0;
}

static int
occurs(const char *file, const char *text)
{
	struct buf b;
	struct reader r;
	size_t at;
	int e;

	buf_init(&b, 64 << 20);
	slurp(in_scratch(file), &b);
	buf_reader(&b, &r);
	e = reader_find(&r, 0, text, strlen(text), &at);
	buf_done(&b);
	return e == 0;
}

static int
count(void *arg, const struct transfer *t)
{
	(void)t;
	(*(int *)arg)++;
	return 0;
}

static int
listed(struct transfer_filter f)
{
	uint64_t all, bytes;
	int n = 0;

	cr_assert_eq(transfer_list(p, &f, count, &n), 0);
	cr_assert_eq(transfer_count(p, &f, &all, &bytes), 0);
	cr_assert_eq((int)all, n);
	return n;
}

Test(transfer, is_added_once)
{
	struct transfer t = transfer_of("hanako", "a/b.docx"), again;
	int fd = memory_file("hello");
	char text[8] = "";

	cr_assert_eq(transfer_add(p, &t, fd, 100, "a/b.docx:1:2:5"), 0);
	cr_assert_eq(t.bytes, 5);
	cr_assert_str_eq(t.sha256,
	    "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824");
	cr_assert_str_eq(t.batch, t.id);
	again = transfer_of("hanako", "a/b.docx");
	cr_assert_eq(transfer_add(p, &again, fd, 100, "a/b.docx:1:2:5"),
	    ERR_EXIST);
	cr_assert_str_eq(again.id, t.id);
	close(fd);
	cr_assert_eq(count_in(in_scratch("people/in")), 1);
	cr_assert_eq(transfer_open(p, t.id, &fd), 0);
	cr_assert_eq(read(fd, text, sizeof(text)), 5);
	cr_assert_str_eq(text, "hello");
	close(fd);
	cr_assert_eq(audit_sync(audit), 0);
	cr_assert(occurs("audit/audit.jsonl", "\"received\""));
}

Test(transfer, too_large_leaves_nothing)
{
	struct transfer t = transfer_of("hanako", "a.txt");
	int fd = memory_file("hello");

	cr_assert_eq(transfer_add(p, &t, fd, 4, NULL), ERR_LIMIT);
	close(fd);
	cr_assert_eq(count_in(in_scratch("people/in")), 0);
	cr_assert_eq(listed((struct transfer_filter){ .state = -1 }), 0);
}

Test(transfer, names_are_printable)
{
	struct transfer t = transfer_of("hana\nko", "a\x1b[2J\xff.txt");
	int fd = memory_file("x");

	cr_assert_eq(transfer_add(p, &t, fd, 4, NULL), 0);
	close(fd);
	t = look(t.id);
	cr_assert_null(strpbrk(t.path, "\x1b\xff"));
	cr_assert_null(strchr(t.login, '\n'));
	t = transfer_of("", "a");
	cr_assert_eq(transfer_add(p, &t, 0, 4, NULL), ERR_MALFORMED);
}

Test(transfer, goes_its_way)
{
	struct transfer t = bring("hanako", "hello");
	struct record r = record_for(&t, "hello");
	struct finding found[2] = { { .id = 0, .action = ACT_REMOVED },
		{ .id = 0, .action = ACT_NOTED } };
	char id[RECORD_ID_BYTES];

	memcpy(id, t.id, sizeof(id));
	r.findings = found;
	r.n_findings = 2;
	cr_assert_eq(transfer_finish(p, id, TRANSFER_RELEASED, &r, NULL, NULL,
			 -1, NULL),
	    ERR_EXIST);
	cr_assert_eq(transfer_work(p, id), 0);
	cr_assert_eq(transfer_work(p, id), ERR_EXIST);
	cr_assert_eq(transfer_work(p, "NONE"), ERR_NOENT);
	cr_assert(has_copy(id));
	cr_assert_eq(transfer_finish(p, id, TRANSFER_HELD, &r, NULL, NULL, -1,
			 NULL),
	    ERR_INTERNAL);
	cr_assert_eq(transfer_finish(p, id, TRANSFER_RELEASED, &r, "{}", "済",
			 -1, NULL),
	    0);
	cr_assert_not(has_copy(id));
	cr_assert_eq(transfer_get(p, id, &t), 0);
	cr_assert_eq(t.state, TRANSFER_RELEASED);
	cr_assert_eq(t.findings, 1);
	cr_assert_eq(t.tries, 1);
	cr_assert_str_eq(t.receipt_text, "済");
	cr_assert_str_eq(t.result_format, "text");
	transfer_done(&t);
	cr_assert_eq(transfer_settle(p, id, TRANSFER_REJECTED, ""), ERR_EXIST);
	cr_assert_eq(transfer_finish(p, id, TRANSFER_RELEASED, &r, NULL, NULL,
			 -1, NULL),
	    ERR_EXIST);
}

Test(transfer, is_said_until_it_changes)
{
	struct transfer t = bring("hanako", "hello");
	struct record r = record_for(&t, NULL);
	struct transfer_filter f = { .state = -1, .unsaid = true };
	int fd;

	cr_assert_eq(listed(f), 0);
	cr_assert_eq(transfer_work(p, t.id), 0);
	cr_assert_eq(transfer_finish(p, t.id, TRANSFER_HELD, &r, NULL, NULL, -1,
			 NULL),
	    0);
	cr_assert_eq(listed(f), 1);
	cr_assert_eq(transfer_said(p, t.id), 0);
	cr_assert_eq(transfer_said(p, "NONE"), ERR_NOENT);
	cr_assert_eq(listed(f), 0);
	cr_assert(look(t.id).is_said);
	fd = memory_file("hello");
	cr_assert_eq(transfer_again(p, t.id, fd, "root"), 0);
	close(fd);
	cr_assert_not(look(t.id).is_said);
}

Test(transfer, again_takes_only_the_same_file)
{
	struct transfer t = bring("hanako", "hello");
	struct record r = record_for(&t, NULL);
	int fd = memory_file("other"), same = memory_file("hello");

	cr_assert_eq(transfer_again(p, t.id, same, "root"), ERR_EXIST);
	cr_assert_eq(transfer_work(p, t.id), 0);
	cr_assert_eq(transfer_finish(p, t.id, TRANSFER_PASSWORD, &r, NULL, NULL,
			 -1, NULL),
	    0);
	cr_assert_not(has_copy(t.id));
	cr_assert_eq(transfer_again(p, t.id, fd, "root"), ERR_DENIED);
	cr_assert_eq(count_in(in_scratch("people/in")), 0);
	cr_assert_eq(look(t.id).state, TRANSFER_PASSWORD);
	cr_assert_eq(transfer_again(p, t.id, same, "root"), 0);
	cr_assert_eq(look(t.id).state, TRANSFER_RECEIVED);
	cr_assert_str_eq(look(t.id).reason, "");
	cr_assert(has_copy(t.id));
	close(fd);
	close(same);
}

Test(transfer, result_is_encrypted_and_checked)
{
	struct rules rules = rules_for(1);
	struct request q = waiting("hanako", "SEKISHO-PLAIN-RESULT", &rules);
	char name[64], path[128], text[64] = "";
	int fd;

	snprintf(name, sizeof(name), "%s.sealed", q.transfer);
	snprintf(path, sizeof(path), "people/results/%s", name);
	cr_assert_not(occurs(path, "SEKISHO-PLAIN-RESULT"));
	cr_assert_eq(transfer_result(p, q.transfer, &fd), 0);
	cr_assert_eq(read(fd, text, sizeof(text)), 20);
	cr_assert_str_eq(text, "SEKISHO-PLAIN-RESULT");
	close(fd);
	cr_assert_eq(transfer_forget_result(p, q.transfer), ERR_EXIST);
	sql("UPDATE transfer SET result_sha256 = replace(result_sha256, "
	    "substr(result_sha256, 1, 1), 'x')");
	cr_assert_eq(transfer_result(p, q.transfer, &fd), ERR_DENIED);
}

Test(transfer, result_of_another_transfer_is_refused)
{
	struct rules rules = rules_for(1);
	struct request a = waiting("hanako", "same", &rules),
		       b = waiting("hanako", "same", &rules);
	char x[64], y[64];
	int fd;

	snprintf(x, sizeof(x), "%s.sealed", a.transfer);
	snprintf(y, sizeof(y), "%s.sealed", b.transfer);
	cr_assert_eq(renameat(p->results, x, p->results, y), 0);
	cr_assert_eq(transfer_result(p, b.transfer, &fd), ERR_DENIED);
	cr_assert_eq(transfer_result(p, "../x", &fd), ERR_NOENT);
}

Test(transfer, result_must_be_what_the_record_says)
{
	struct transfer t = bring("hanako", "hello");
	struct record r = record_for(&t, "right");
	struct rules rules = rules_for(1);
	const char *const texts[] = { "wrong", "too long", "" };

	cr_assert_eq(transfer_work(p, t.id), 0);
	for (size_t i = 0; i < 3; i++) {
		int fd = memory_file(texts[i]);

		cr_assert_eq(transfer_finish(p, t.id, TRANSFER_APPROVAL, &r,
				 NULL, NULL, fd, &rules),
		    ERR_DENIED);
		close(fd);
	}
	cr_assert_eq(count_in(in_scratch("people/results")), 0);
	cr_assert_eq(look(t.id).state, TRANSFER_WORKING);
}

Test(transfer, rejected_result_is_destroyed)
{
	struct rules rules = rules_for(1);
	struct request q = waiting("hanako", "gone", &rules);
	int fd;

	cr_assert(has_copy(q.transfer));
	cr_assert_eq(transfer_settle(p, q.transfer, TRANSFER_REJECTED, "no"),
	    0);
	cr_assert_eq(transfer_settle(p, q.transfer, TRANSFER_RELEASED, ""),
	    ERR_EXIST);
	cr_assert_eq(transfer_result(p, q.transfer, &fd), ERR_NOENT);
	cr_assert_eq(count_in(in_scratch("people/results")), 0);
	cr_assert_eq(count_in(in_scratch("people/in")), 0);
	cr_assert_eq(sql_number("SELECT count(*) FROM transfer WHERE wrapped "
				"IS NOT NULL"),
	    0);
	cr_assert_eq(transfer_forget_result(p, q.transfer), 0);
}

Test(transfer, released_result_goes_after_the_crossing)
{
	struct rules rules = rules_for(1);
	struct request q = waiting("hanako", "kept", &rules);
	int fd;

	cr_assert_eq(transfer_settle(p, q.transfer, TRANSFER_RELEASED, ""), 0);
	cr_assert_eq(transfer_result(p, q.transfer, &fd), 0);
	close(fd);
	cr_assert_eq(transfer_forget_result(p, q.transfer), 0);
	cr_assert_eq(transfer_result(p, q.transfer, &fd), ERR_NOENT);
	cr_assert_eq(count_in(in_scratch("people/results")), 0);
}

Test(transfer, held_is_never_released_without_an_import)
{
	struct transfer t = bring("hanako", "hello");
	struct record r = record_for(&t, NULL);

	cr_assert_eq(transfer_settle(p, t.id, TRANSFER_RELEASED, ""),
	    ERR_EXIST);
	cr_assert_eq(transfer_work(p, t.id), 0);
	cr_assert_eq(transfer_settle(p, t.id, TRANSFER_RELEASED, ""),
	    ERR_EXIST);
	cr_assert_eq(transfer_finish(p, t.id, TRANSFER_HELD, &r, NULL, NULL, -1,
			 NULL),
	    0);
	cr_assert_eq(transfer_settle(p, t.id, TRANSFER_RELEASED, ""),
	    ERR_DENIED);
	cr_assert_eq(transfer_settle(p, t.id, TRANSFER_REJECTED, ""),
	    ERR_EXIST);
	cr_assert_eq(transfer_settle(p, t.id, TRANSFER_HELD, ""), ERR_INTERNAL);
}

static void
plant(int dir, const char *name)
{
	int fd = openat(dir, name, O_WRONLY | O_CREAT, 0600);

	cr_assert_geq(fd, 0);
	close(fd);
}

Test(transfer, files_without_rows_are_swept)
{
	struct rules rules = rules_for(1);
	struct request q = waiting("hanako", "kept", &rules);
	struct transfer t = bring("hanako", "kept"), held;
	struct record r;
	int lock;

	held = bring("hanako", "held");
	r = record_for(&held, NULL);
	cr_assert_eq(transfer_work(p, held.id), 0);
	cr_assert_eq(transfer_finish(p, held.id, TRANSFER_HELD, &r, NULL, NULL,
			 -1, NULL),
	    0);
	plant(p->in, held.id);
	plant(p->in, "01ABC");
	plant(p->in, "01ABC.part");
	plant(p->in, "01LIVE.part");
	plant(p->results, "01ABC.sealed");
	lock = openat(p->in, "01LIVE.part", O_RDWR);
	cr_assert_eq(flock(lock, LOCK_EX), 0);
	cr_assert_eq(transfer_restart(p), 0);
	cr_assert(has_copy(t.id) && has_copy(q.transfer));
	cr_assert(has_copy("01LIVE.part"));
	cr_assert_eq(count_in(in_scratch("people/in")), 3);
	cr_assert_eq(count_in(in_scratch("people/results")), 1);
	close(lock);
}

static int
empty_results(void)
{
	DIR *d = opendir(in_scratch("people/results"));
	struct dirent *f;
	int n = 0;

	cr_assert_not_null(d);
	while ((f = readdir(d)) != NULL)
		n += f->d_name[0] != '.' &&
		     unlinkat(p->results, f->d_name, 0) == 0;
	closedir(d);
	return n;
}

Test(transfer, rows_without_files_are_mended)
{
	struct rules rules = rules_for(1);
	struct request redo = waiting("hanako", "redo", &rules),
		       lost = waiting("hanako", "lost", &rules);
	struct transfer t = bring("hanako", "gone");
	struct request q;

	cr_assert_eq(unlinkat(p->in, t.id, 0), 0);
	cr_assert_eq(unlinkat(p->in, lost.transfer, 0), 0);
	cr_assert_eq(empty_results(), 2);
	cr_assert_eq(transfer_restart(p), 0);
	cr_assert_eq(look(t.id).state, TRANSFER_HELD);
	cr_assert_eq(look(t.id).reason_err, ERR_IO);
	cr_assert_eq(look(lost.transfer).state, TRANSFER_HELD);
	cr_assert_eq(look(redo.transfer).state, TRANSFER_RECEIVED);
	cr_assert_eq(approve_get(p, redo.id, &q), 0);
	cr_assert_eq(q.state, REQUEST_EXPIRED);
	cr_assert_eq(transfer_restart(p), 0);
	cr_assert(occurs("audit/audit.jsonl", "\"lost\""));
}

Test(transfer, working_is_received_after_a_restart)
{
	struct transfer t = bring("hanako", "hello");

	cr_assert_eq(transfer_work(p, t.id), 0);
	register_close();
	register_open();
	cr_assert_eq(transfer_restart(p), 0);
	cr_assert_eq(look(t.id).state, TRANSFER_RECEIVED);
	cr_assert_eq(transfer_work(p, t.id), 0);
	cr_assert_eq(look(t.id).tries, 2);
}

/* Each of many transfers is taken by one of two processes, never by both. */
Test(transfer, two_processes_never_take_the_same)
{
	enum { N = 40 };

	char ids[N][RECORD_ID_BYTES];
	int status[2], taken = 0;
	pid_t pids[2];

	for (int i = 0; i < N; i++)
		memcpy(ids[i], bring("hanako", "x").id, sizeof(ids[i]));
	register_close();
	for (int k = 0; k < 2; k++)
		if ((pids[k] = fork()) == 0) {
			int n = 0, e;

			register_open();
			for (int i = 0; i < N; i++) {
				e = transfer_work(p, ids[i]);
				if (e != 0 && e != ERR_EXIST)
					_exit(255);
				n += e == 0;
			}
			register_close();
			_exit(n);
		}
	for (int k = 0; k < 2; k++) {
		waitpid(pids[k], &status[k], 0);
		cr_assert(WIFEXITED(status[k]));
		cr_assert_neq(WEXITSTATUS(status[k]), 255);
		taken += WEXITSTATUS(status[k]);
	}
	cr_assert_eq(taken, N);
	register_open();
}

/* Both add the same files, with the same names for them. */
Test(transfer, two_processes_add_once)
{
	pid_t pids[2];
	int status;

	register_close();
	for (int k = 0; k < 2; k++)
		if ((pids[k] = fork()) == 0) {
			register_open();
			for (int i = 0; i < 20; i++) {
				struct transfer t = transfer_of("a", "b");
				int fd = memory_file("x"), e;
				char once[16];

				snprintf(once, sizeof(once), "%d", i);
				e = transfer_add(p, &t, fd, 10, once);
				if (e != 0 && e != ERR_EXIST)
					_exit(1);
				close(fd);
			}
			register_close();
			_exit(0);
		}
	for (int k = 0; k < 2; k++) {
		waitpid(pids[k], &status, 0);
		cr_assert_eq(status, 0);
	}
	register_open();
	cr_assert_eq(listed((struct transfer_filter){ .state = -1 }), 20);
	cr_assert_eq(count_in(in_scratch("people/in")), 20);
}

Test(transfer, filters)
{
	struct transfer a = bring("hanako", "1"), b = bring("taro", "22");
	struct transfer_filter f = { .state = -1 };
	struct rules_load load;

	cr_assert_eq(listed(f), 2);
	f.login = "taro";
	cr_assert_eq(listed(f), 1);
	f.login = NULL;
	f.words = "報告";
	cr_assert_eq(listed(f), 2);
	f.words = "%";
	cr_assert_eq(listed(f), 0);
	f.words = "_'; DROP TABLE transfer; --";
	cr_assert_eq(listed(f), 0);
	f.words = b.id;
	cr_assert_eq(listed(f), 1);
	f.words = NULL;
	f.state = TRANSFER_WORKING;
	cr_assert_eq(listed(f), 0);
	f.state = TRANSFER_RECEIVED;
	f.unsettled = true;
	f.department = "税務課";
	f.since = "2020";
	f.until = "9999";
	cr_assert_eq(listed(f), 2);
	f.batch = a.id;
	cr_assert_eq(listed(f), 1);
	cr_assert_eq(transfer_load(p, "税務課", "taro", &load), 0);
	cr_assert_eq(load.user_files, 1);
	cr_assert_eq(load.user_bytes, 2);
	cr_assert_eq(load.department_bytes, 3);
	cr_assert_eq(transfer_load(p, "無い課", "taro", &load), 0);
	cr_assert_eq(load.department_bytes, 0);
}

static int
work_each(void *arg, const struct transfer *t)
{
	(*(int *)arg)++;
	return transfer_work(p, t->id);
}

Test(transfer, list_may_be_worked_on)
{
	struct transfer_filter f = { .state = TRANSFER_RECEIVED };
	int n = 0;

	for (int i = 0; i < 70; i++)
		bring("hanako", "x");
	f.limit = 50;
	cr_assert_eq(transfer_list(p, &f, work_each, &n), 0);
	cr_assert_eq(n, 50);
	cr_assert_eq(listed(f), 20);
}
