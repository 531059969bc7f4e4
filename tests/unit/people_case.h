/* A register with a few people in it, for tests. */
#ifndef TESTS_PEOPLE_CASE_H
#define TESTS_PEOPLE_CASE_H

#include "unit/scratch.h"

#include <sys/wait.h>

#include "quarantine/approve.h"
#include "quarantine/people_int.h"

static struct keys keys;
static struct audit *audit;
static struct people *p;
static char why[ACCOUNT_WHY_BYTES];

static inline void
register_open(void)
{
	cr_assert_eq(audit_open(scratch, &keys, 100, &audit), 0);
	cr_assert_eq(people_open(scratch, &keys, audit, &p), 0);
}

static inline void
register_close(void)
{
	people_close(p);
	cr_assert_eq(audit_close(audit), 0);
	p = NULL;
	audit = NULL;
}

static inline void
register_setup(void)
{
	char text[256];

	scratch_make();
	cr_assert_eq(keys_open(scratch, true, &keys, text), 0);
	register_open();
}

static inline void
register_teardown(void)
{
	register_close();
	scratch_remove();
}

/* Behind the back of everything. */
static inline void
sql(const char *text)
{
	cr_assert_eq(ledger_exec(p->db, text), 0, "%s: %s", text,
	    sqlite3_errmsg(p->db));
}

static inline int
sql_number(const char *text)
{
	sqlite3_stmt *s;
	int n;

	cr_assert_eq(ledger_prepare(p->db, text, &s), 0, "%s", text);
	cr_assert_eq(ledger_step(s), 0, "%s", text);
	n = sqlite3_column_int(s, 0);
	sqlite3_finalize(s);
	return n;
}

static inline struct transfer
transfer_of(const char *login, const char *path)
{
	struct transfer t = { .via = VIA_FOLDER, .mtime = 1700000000 };

	snprintf(t.department, sizeof(t.department), "税務課");
	snprintf(t.login, sizeof(t.login), "%s", login);
	snprintf(t.path, sizeof(t.path), "%s", path);
	return t;
}

static inline struct transfer
bring(const char *login, const char *text)
{
	struct transfer t = transfer_of(login, "sub/報告書.txt");
	int fd = memory_file(text);

	cr_assert_eq(transfer_add(p, &t, fd, 1 << 20, NULL), 0);
	close(fd);
	return t;
}

static inline struct transfer
look(const char *id)
{
	struct transfer t;

	cr_assert_eq(transfer_get(p, id, &t), 0);
	transfer_done(&t);
	return t;
}

/* The record of a transfer, sanitised to text, or held. */
static inline struct record
record_for(const struct transfer *t, const char *text)
{
	struct record r = { .source_kind = "folder" };

	snprintf(r.id, sizeof(r.id), "%s", t->id);
	record_time_now(r.time);
	snprintf(r.in_name, sizeof(r.in_name), "%s", t->path);
	snprintf(r.result.structure, sizeof(r.result.structure), "text");
	r.in_bytes = t->bytes;
	if (text == NULL) {
		snprintf(r.reason, sizeof(r.reason), "because");
		r.reason_err = ERR_MALFORMED;
		return r;
	}
	r.verdict = VERDICT_RELEASED;
	r.method = METHOD_SANITISED;
	snprintf(r.out_name, sizeof(r.out_name), "%s", t->path);
	snprintf(r.out_format, sizeof(r.out_format), "text");
	r.out_bytes = strlen(text);
	hash_of(text, strlen(text), r.out_sha256);
	return r;
}

static inline struct rules
rules_for(uint32_t quorum)
{
	struct rules r = { .approval = APPROVAL_ALWAYS,
		.quorum = quorum,
		.expire_h = 24,
		.remind_h = 4,
		.review_h = 48 };

	snprintf(r.department, sizeof(r.department), "税務課");
	return r;
}

/* Up to the point where it waits for a decision. */
static inline struct request
waiting(const char *login, const char *text, const struct rules *r)
{
	struct transfer t = bring(login, "original");
	struct record rec = record_for(&t, text);
	struct request q;
	int fd = memory_file(text);

	cr_assert_eq(transfer_work(p, t.id), 0);
	cr_assert_eq(transfer_finish(p, t.id, TRANSFER_APPROVAL, &rec,
			 "{\"a\":1}", "受領書", fd, r),
	    0);
	close(fd);
	cr_assert_eq(approve_of(p, t.id, REQUEST_RELEASE, &q), 0);
	return q;
}

static inline struct account
person(const char *login, const char *department, unsigned roles)
{
	struct account a = { .language = "ja", .roles = roles };

	snprintf(a.login, sizeof(a.login), "%s", login);
	snprintf(a.name, sizeof(a.name), "%s", login);
	snprintf(a.department, sizeof(a.department), "%s", department);
	cr_assert_eq(account_put(p, &a, "test", why), 0, "%s", why);
	return a;
}

#endif
