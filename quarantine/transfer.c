/*
 * The states of transfers. The order on disk: a file before the row that
 * wants it, the row before the file it no longer wants is removed; what a
 * kill leaves between is swept at the watcher's next start.
 */
#include "quarantine/transfer.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/fsx.h"
#include "base/utf8.h"
#include "core/parcel.h"
#include "quarantine/transfer_int.h"

const char transfer_schema[] =
    "CREATE TABLE IF NOT EXISTS transfer ("
    " id TEXT PRIMARY KEY, time TEXT NOT NULL, changed TEXT NOT NULL,"
    " department TEXT NOT NULL, login TEXT NOT NULL, path TEXT NOT NULL,"
    " batch TEXT NOT NULL, via INTEGER NOT NULL, class INTEGER NOT NULL,"
    " bytes INTEGER NOT NULL, mtime INTEGER NOT NULL,"
    " state INTEGER NOT NULL, sha256 TEXT NOT NULL, format TEXT NOT NULL,"
    " method TEXT NOT NULL, reason TEXT NOT NULL,"
    " reason_err INTEGER NOT NULL, result_path TEXT NOT NULL,"
    " result_format TEXT NOT NULL, result_sha256 TEXT NOT NULL,"
    " result_bytes INTEGER NOT NULL, findings INTEGER NOT NULL,"
    " attacks INTEGER NOT NULL, tries INTEGER NOT NULL,"
    " said INTEGER NOT NULL, receipt TEXT, receipt_text TEXT,"
    " once TEXT UNIQUE, wrapped BLOB, began_ms INTEGER NOT NULL,"
    " worked_ms INTEGER NOT NULL);"
    "CREATE INDEX IF NOT EXISTS transfer_state ON transfer (state, id);"
    "CREATE INDEX IF NOT EXISTS transfer_login ON transfer (login, id);"
    "CREATE INDEX IF NOT EXISTS transfer_began ON transfer (began_ms);"
    "CREATE INDEX IF NOT EXISTS transfer_batch ON transfer (batch);";

const char *
transfer_state_name(enum transfer_state s)
{
	static const char *const names[TRANSFER_STATES] = { "received",
		"working", "password", "approval", "released", "held",
		"blocked", "rejected", "expired" };

	return (unsigned)s < TRANSFER_STATES ? names[s] : "unknown";
}

bool
transfer_is_settled(enum transfer_state s)
{
	return s >= TRANSFER_RELEASED && s < TRANSFER_STATES;
}

void
transfer_done(struct transfer *t)
{
	free(t->receipt);
	free(t->receipt_text);
	t->receipt = t->receipt_text = NULL;
}

static int64_t
now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_REALTIME, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static void
make_printable(char *text, size_t size)
{
	char raw[RECORD_NAME_BYTES];

	snprintf(raw, sizeof(raw), "%s", text);
	utf8_printable(raw, strlen(raw), text, size);
}

int
transfer_state_of(struct people *p, const char *id, int *state)
{
	sqlite3_stmt *s;
	int e;

	if ((e = people_prepare(p, "SELECT state FROM transfer WHERE id = ?",
		 id, &s)) != 0)
		return e;
	if ((e = ledger_step(s)) == 0)
		*state = sqlite3_column_int(s, 0);
	sqlite3_finalize(s);
	return e;
}

/* Run a change of state; ERR_EXIST: the row was not in the state it names. */
static int
run_change(struct people *p, sqlite3_stmt *s, const char *id)
{
	int e, state;

	if ((e = people_run(s)) != 0 || people_changed(p) == 1)
		return e;
	return (e = transfer_state_of(p, id, &state)) == 0 ? ERR_EXIST : e;
}

static int
find_once(struct people *p, const char *once, struct transfer *t)
{
	sqlite3_stmt *s;
	int e;

	if (once == NULL)
		return ERR_NOENT;
	if ((e = people_prepare(p,
		 "SELECT " TRANSFER_COLUMNS " FROM transfer WHERE once = ?",
		 once, &s)) != 0)
		return e;
	if ((e = ledger_step(s)) == 0)
		transfer_take(s, t);
	sqlite3_finalize(s);
	return e;
}

static int
insert(struct people *p, const struct transfer *t, const char *once)
{
	sqlite3_stmt *s;
	int e;

	if ((e = people_prepare(p,
		 "INSERT INTO transfer (" TRANSFER_COLUMNS ", once, began_ms, "
		 "worked_ms) VALUES (?1, ?2, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, "
		 "?10, 0, ?11, '', 'none', '', 0, '', '', '', 0, 0, 0, 0, 0, "
		 "?12, 0, 0)",
		 t->id, &s)) != 0)
		return e;
	people_bind(s, 2, t->time);
	people_bind(s, 3, t->department);
	people_bind(s, 4, t->login);
	people_bind(s, 5, t->path);
	people_bind(s, 6, t->batch);
	sqlite3_bind_int(s, 7, t->via);
	sqlite3_bind_int(s, 8, t->class);
	sqlite3_bind_int64(s, 9, (sqlite3_int64)t->bytes);
	sqlite3_bind_int64(s, 10, t->mtime);
	people_bind(s, 11, t->sha256);
	if (once != NULL)
		people_bind(s, 12, once);
	return people_run(s);
}

static int
say_received(struct people *p, const struct transfer *t)
{
	return audit_append(p->audit, "received",
	    json_pack("{s:s,s:s,s:s,s:s,s:s,s:I,s:s,s:i}", "id", t->id, "from",
		t->login, "department", t->department, "name", t->path,
		"source", t->via == VIA_FOLDER ? "folder" : "console", "bytes",
		(json_int_t)t->bytes, "sha256", t->sha256, "class",
		(int)t->class),
	    AUDIT_LATER);
}

/* The audit line stands before the row: a row that nobody was told of is
 * worse than a line whose row a kill has prevented. */
static int
add_locked(struct people *p, struct transfer *t, const struct staged *st,
    const char *once)
{
	struct transfer there;
	int e;

	if ((e = find_once(p, once, &there)) == 0) {
		*t = there;
		return ERR_EXIST;
	}
	if (e != ERR_NOENT || (e = say_received(p, t)) != 0 ||
	    (e = transfer_keep(p, st)) != 0)
		return e;
	return insert(p, t, once);
}

static int
prepare_row(struct transfer *t)
{
	make_printable(t->department, sizeof(t->department));
	make_printable(t->login, sizeof(t->login));
	make_printable(t->path, sizeof(t->path));
	if (t->department[0] == '\0' || t->login[0] == '\0' ||
	    t->path[0] == '\0')
		return ERR_MALFORMED;
	record_id_new(t->id);
	record_time_now(t->time);
	memcpy(t->changed, t->time, sizeof(t->changed));
	if (t->batch[0] == '\0')
		memcpy(t->batch, t->id, sizeof(t->batch));
	t->state = TRANSFER_RECEIVED;
	t->receipt = t->receipt_text = NULL;
	return 0;
}

static int
add(struct people *p, struct transfer *t, int fd, uint64_t max_bytes,
    const uint8_t *own, const char *once)
{
	struct staged st;
	int e;

	if ((e = find_once(p, once, t)) != ERR_NOENT)
		return e == 0 ? ERR_EXIST : e;
	if ((e = prepare_row(t)) != 0)
		return e;
	e = own != NULL ? transfer_stage_own(p, t->id, fd, max_bytes, own, &st)
			: transfer_stage(p, t->id, fd, max_bytes, &st);
	if (e == 0) {
		t->bytes = st.bytes;
		hash_hex(st.digest, t->sha256);
		if ((e = ledger_begin(p->db)) == 0)
			e = ledger_end(p->db, add_locked(p, t, &st, once));
	}
	transfer_unstage(p, &st, e);
	if (e == 0)
		people_wake(p);
	return e;
}

int
transfer_add(struct people *p, struct transfer *t, int fd, uint64_t max_bytes,
    const char *once)
{
	return add(p, t, fd, max_bytes, NULL, once);
}

int
transfer_add_own(struct people *p, struct transfer *t, int fd,
    const uint8_t sha256[HASH_BYTES], uint64_t max_bytes)
{
	return add(p, t, fd, max_bytes, sha256, NULL);
}

int
transfer_open(struct people *p, const char *id, int *fd)
{
	int f;

	if (!parcel_id_ok(id))
		return ERR_NOENT;
	f = openat(p->in, id, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (f < 0)
		return errno == ENOENT ? ERR_NOENT : ERR_IO;
	*fd = f;
	return 0;
}

int
transfer_work(struct people *p, const char *id)
{
	char now[RECORD_TIME_BYTES];
	sqlite3_stmt *s;
	int e;

	if ((e = people_prepare(p,
		 "UPDATE transfer SET state = 1, changed = ?2, began_ms = ?3, "
		 "tries = tries + 1 WHERE id = ?1 AND state = 0",
		 id, &s)) != 0)
		return e;
	record_time_now(now);
	people_bind(s, 2, now);
	sqlite3_bind_int64(s, 3, now_ms());
	return run_change(p, s, id);
}

int
transfer_restart(struct people *p)
{
	int e;

	if ((e = ledger_begin(p->db)) != 0)
		return e;
	if ((e = ledger_exec(p->db,
		 "UPDATE transfer SET state = 0 WHERE state = 1")) == 0)
		e = transfer_sweep(p);
	return ledger_end(p->db, e);
}

/* Findings that changed something, and those of them that were attacks. */
static void
count_findings(const struct record *r, sqlite3_stmt *s, int all, int attacks)
{
	sqlite3_int64 n = 0, bad = 0;

	for (size_t i = 0; i < r->n_findings; i++) {
		const struct finding *f = &r->findings[i];

		if (f->action == ACT_KEPT || f->action == ACT_NOTED)
			continue;
		n++;
		bad += finding_kind(f->id) == KIND_ATTACK;
	}
	sqlite3_bind_int64(s, all, n);
	sqlite3_bind_int64(s, attacks, bad);
}

static void
bind_result(sqlite3_stmt *s, const struct record *r)
{
	bool out = r->verdict == VERDICT_RELEASED;
	char hex[HASH_HEX] = "";

	if (out)
		hash_hex(r->out_sha256, hex);
	people_bind(s, 5, r->result.structure);
	people_bind(s, 6, method_name(r->method));
	people_bind(s, 7, r->reason);
	sqlite3_bind_int(s, 8, r->reason_err);
	people_bind(s, 9, out ? r->out_name : "");
	people_bind(s, 10, out ? r->out_format : "");
	people_bind(s, 11, hex);
	sqlite3_bind_int64(s, 12, out ? (sqlite3_int64)r->out_bytes : 0);
	count_findings(r, s, 13, 14);
}

struct finish {
	const char *id;
	enum transfer_state state;
	const struct record *record;
	const char *receipt, *receipt_text;
	const struct rules *rules;
	uint8_t wrapped[VAULT_WRAPPED_BYTES];
};

static int
finish_row(struct people *p, const struct finish *f)
{
	char now[RECORD_TIME_BYTES];
	sqlite3_stmt *s;
	int e;

	if ((e = people_prepare(p,
		 "UPDATE transfer SET state = ?2, changed = ?3, worked_ms = "
		 "max(1, ?4 - began_ms), format = ?5, method = ?6, reason = "
		 "?7, reason_err = ?8, result_path = ?9, result_format = ?10, "
		 "result_sha256 = ?11, result_bytes = ?12, findings = ?13, "
		 "attacks = ?14, receipt = ?15, receipt_text = ?16, wrapped = "
		 "?17, said = 0 WHERE id = ?1 AND state = 1",
		 f->id, &s)) != 0)
		return e;
	record_time_now(now);
	sqlite3_bind_int(s, 2, (int)f->state);
	people_bind(s, 3, now);
	sqlite3_bind_int64(s, 4, now_ms());
	bind_result(s, f->record);
	if (f->receipt != NULL)
		people_bind(s, 15, f->receipt);
	if (f->receipt_text != NULL)
		people_bind(s, 16, f->receipt_text);
	if (f->state == TRANSFER_APPROVAL)
		sqlite3_bind_blob(s, 17, f->wrapped, sizeof(f->wrapped),
		    SQLITE_TRANSIENT);
	return run_change(p, s, f->id);
}

static int
finish_locked(struct people *p, const struct finish *f)
{
	struct request q;
	struct transfer t;
	int e;

	if ((e = finish_row(p, f)) != 0 || f->state != TRANSFER_APPROVAL)
		return e;
	if ((e = transfer_get(p, f->id, &t)) != 0)
		return e;
	if ((e = audit_append(p->audit, "waiting", audit_of_record(f->record),
		 AUDIT_LATER)) == 0)
		e = approve_insert(p, &t, REQUEST_RELEASE, t.result_sha256,
		    t.login, "", f->rules, &q);
	transfer_done(&t);
	return e;
}

/* The row is changed: what follows, the next start makes up for. */
static int
drop_copy(struct people *p, const char *id)
{
	return transfer_remove(p->in, id);
}

int
transfer_finish(struct people *p, const char *id, enum transfer_state state,
    const struct record *r, const char *receipt, const char *receipt_text,
    int out_fd, const struct rules *rules)
{
	struct finish f = { .id = id,
		.state = state,
		.record = r,
		.receipt = receipt,
		.receipt_text = receipt_text,
		.rules = rules };
	bool waits = state == TRANSFER_APPROVAL;
	int e;

	if (!parcel_id_ok(id))
		return ERR_NOENT;
	if (state < TRANSFER_PASSWORD || state > TRANSFER_BLOCKED ||
	    (r->verdict == VERDICT_RELEASED) !=
		(waits || state == TRANSFER_RELEASED) ||
	    (waits && (out_fd < 0 || rules == NULL)))
		return ERR_INTERNAL;
	if (waits && (e = transfer_seal(p, id, r, out_fd, f.wrapped)) != 0)
		return e;
	if ((e = ledger_begin(p->db)) == 0)
		e = ledger_end(p->db, finish_locked(p, &f));
	sodium_memzero(f.wrapped, sizeof(f.wrapped));
	if (e != 0)
		return e;
	people_wake(p);
	return waits ? 0 : drop_copy(p, id);
}

static int
again_row(struct people *p, const char *id, const char *sha256)
{
	char now[RECORD_TIME_BYTES];
	sqlite3_stmt *s;
	int e;

	if ((e = people_prepare(p,
		 "UPDATE transfer SET state = 0, changed = ?2, method = "
		 "'none', reason = '', reason_err = 0, result_path = '', "
		 "result_format = '', result_sha256 = '', result_bytes = 0, "
		 "findings = 0, attacks = 0, tries = 0, receipt = NULL, "
		 "receipt_text = NULL, said = 0 WHERE id = ?1 AND state IN (2, "
		 "5) AND sha256 = ?3",
		 id, &s)) != 0)
		return e;
	record_time_now(now);
	people_bind(s, 2, now);
	people_bind(s, 3, sha256);
	return run_change(p, s, id);
}

static int
again_locked(struct people *p, const struct staged *st, const char *who)
{
	char hex[HASH_HEX], person[128];
	struct transfer t;
	int e;

	hash_hex(st->digest, hex);
	utf8_printable(who, strlen(who), person, sizeof(person));
	if ((e = transfer_get(p, st->id, &t)) != 0)
		return e;
	e = strcmp(t.sha256, hex) == 0 ? 0 : ERR_DENIED;
	transfer_done(&t);
	if (e != 0 || (e = again_row(p, st->id, hex)) != 0 ||
	    (e = approve_withdraw(p, st->id)) != 0 ||
	    (e = audit_append(p->audit, "again",
		 json_pack("{s:s,s:s}", "id", st->id, "who", person),
		 AUDIT_SYNC)) != 0)
		return e;
	return transfer_keep(p, st);
}

int
transfer_again(struct people *p, const char *id, int fd, const char *who)
{
	struct staged st = { .fd = -1 };
	int e, state;

	if ((e = transfer_state_of(p, id, &state)) != 0)
		return e;
	if (state != TRANSFER_PASSWORD && state != TRANSFER_HELD)
		return ERR_EXIST;
	if ((e = transfer_stage(p, id, fd, UINT64_MAX, &st)) == 0 &&
	    (e = ledger_begin(p->db)) == 0)
		e = ledger_end(p->db, again_locked(p, &st, who));
	transfer_unstage(p, &st, e);
	if (e == 0)
		people_wake(p);
	return e;
}

/* Whether an unsanitised import of this transfer is approved. */
static int
check_import(struct people *p, const char *id)
{
	enum request_state state;
	struct request q;
	int e;

	if ((e = approve_of(p, id, REQUEST_UNSANITISED, &q)) != 0)
		return e == ERR_NOENT ? ERR_DENIED : e;
	if ((e = approve_state(p, &q, &state)) != 0)
		return e;
	return state == REQUEST_APPROVED ? 0 : ERR_DENIED;
}

static int
settle_row(struct people *p, const char *id, enum transfer_state state,
    const char *reason)
{
	char now[RECORD_TIME_BYTES], text[RECORD_REASON_BYTES];
	sqlite3_stmt *s;
	int e, was;

	if ((e = transfer_state_of(p, id, &was)) != 0)
		return e;
	if (was != TRANSFER_APPROVAL && state == TRANSFER_RELEASED &&
	    (was == TRANSFER_HELD || was == TRANSFER_PASSWORD)) {
		if ((e = check_import(p, id)) != 0)
			return e;
	} else if (was != TRANSFER_APPROVAL)
		return ERR_EXIST;
	if ((e = people_prepare(p,
		 "UPDATE transfer SET state = ?2, changed = ?3, reason = ?4, "
		 "wrapped = CASE WHEN ?2 = 4 THEN wrapped ELSE NULL END, said "
		 "= 0 WHERE id = ?1 AND state = ?5",
		 id, &s)) != 0)
		return e;
	reason = reason == NULL ? "" : reason;
	utf8_printable(reason, strlen(reason), text, sizeof(text));
	record_time_now(now);
	sqlite3_bind_int(s, 2, (int)state);
	people_bind(s, 3, now);
	people_bind(s, 4, text);
	sqlite3_bind_int(s, 5, was);
	return run_change(p, s, id);
}

static int
settle_locked(struct people *p, const char *id, enum transfer_state state,
    const char *reason)
{
	int e;

	if ((e = settle_row(p, id, state, reason)) != 0)
		return e;
	if (state != TRANSFER_RELEASED && (e = approve_withdraw(p, id)) != 0)
		return e;
	return audit_append(p->audit, "settled",
	    json_pack("{s:s,s:s}", "id", id, "state",
		transfer_state_name(state)),
	    AUDIT_SYNC);
}

int
transfer_settle(struct people *p, const char *id, enum transfer_state state,
    const char *reason)
{
	int e;

	if (!parcel_id_ok(id))
		return ERR_NOENT;
	if (state != TRANSFER_RELEASED && state != TRANSFER_REJECTED &&
	    state != TRANSFER_EXPIRED)
		return ERR_INTERNAL;
	if ((e = ledger_begin(p->db)) != 0)
		return e;
	if ((e = ledger_end(p->db, settle_locked(p, id, state, reason))) != 0)
		return e;
	people_wake(p);
	if ((e = drop_copy(p, id)) != 0 || state == TRANSFER_RELEASED)
		return e;
	return transfer_drop_result(p, id);
}

int
transfer_said(struct people *p, const char *id)
{
	sqlite3_stmt *s;
	int e, state;

	if ((e = people_prepare(p, "UPDATE transfer SET said = 1 WHERE id = ?",
		 id, &s)) != 0 ||
	    (e = people_run(s)) != 0)
		return e;
	return people_changed(p) == 1 ? 0 : transfer_state_of(p, id, &state);
}
