/* The one way for an original: with every condition but one it stays shut. */
#include "unit/people_case.h"

#include "core/receive.h"
#include "quarantine/import.h"

#define ORIGINAL "an original with SEKISHO-CANARY-import in it"

static struct account staff, boss, second, other, third;
static struct quarantine *held;
static struct spool *spool;
static struct ruleset *rules;
static struct import_setup setup;
static struct transfer t;
static struct request q;

static const char allowing[] =
    "everybody { unsanitised_import = true\n approvers = \"@税務課 other "
    "third\" }";

static void
make_rules(const char *text)
{
	rules_free(rules);
	rules = NULL;
	cr_assert_eq(rules_parse(text, strlen(text), "rules", &rules, why), 0,
	    "%s", why);
	setup.rules = rules;
}

/* A held transfer, with its original in quarantine under the same id. */
static void
bring_held(void)
{
	struct record r;
	int fd = memory_file(ORIGINAL);

	t = bring("hanako", ORIGINAL);
	r = record_for(&t, NULL);
	hash_of(ORIGINAL, strlen(ORIGINAL), r.in_sha256);
	cr_assert_eq(transfer_work(p, t.id), 0);
	cr_assert_eq(quarantine_add(held, &r, "税務課", fd, "{\"a\":1}"), 0);
	close(fd);
	cr_assert_eq(transfer_finish(p, t.id, TRANSFER_HELD, &r, "{}", NULL, -1,
			 NULL),
	    0);
}

static void
begin(void)
{
	register_setup();
	staff = person("hanako", "税務課", ROLE_STAFF | ROLE_APPROVER);
	boss = person("boss", "税務課", ROLE_STAFF | ROLE_APPROVER);
	second = person("second", "税務課", ROLE_APPROVER);
	other = person("other", "福祉課", ROLE_APPROVER);
	third = person("third", "水道課", ROLE_APPROVER);
	cr_assert_eq(quarantine_open(scratch, &keys, audit, &held), 0);
	cr_assert_eq(spool_open(scratch, &keys, &spool), 0);
	setup = (struct import_setup){ p, held, spool, NULL, "operator" };
	make_rules(allowing);
	bring_held();
}

static void
end(void)
{
	spool_close(spool);
	quarantine_close(held);
	rules_free(rules);
	rules = NULL;
	register_teardown();
}

TestSuite(import, .init = begin, .fini = end);

static void
decide(const struct account *a, bool yes)
{
	enum request_state state;

	cr_assert_eq(approve_decide(p, q.id, a, q.sha256, yes, "text", &state,
			 why),
	    0, "%s", why);
}

static void
ask_and_agree(void)
{
	cr_assert_eq(import_ask(&setup, t.id, "hanako", "CAD data", &q, why), 0,
	    "%s", why);
	decide(&boss, true);
	decide(&other, true);
}

static uint64_t
sealed(void)
{
	uint64_t n, bytes;

	cr_assert_eq(spool_waiting(spool, &n, &bytes), 0);
	return n;
}

static void
must_stay(const char *what)
{
	struct import_done d;
	char no[POLICY_WHY_BYTES];

	cr_expect_neq(import_release(&setup, t.id, &d, no), 0, "%s", what);
	cr_expect_eq(sealed(), 0, "%s", what);
	cr_expect_eq(look(t.id).state == TRANSFER_RELEASED &&
			 strcmp(what, "released already") != 0,
	    0, "%s", what);
}

static void
must_go(void)
{
	struct import_done d;
	char no[POLICY_WHY_BYTES];

	cr_assert_eq(import_release(&setup, t.id, &d, no), 0, "%s", no);
	cr_expect_eq(sealed(), 1);
	cr_expect_str_eq(d.name, "hanako/sub/【未無害化】報告書.txt");
	cr_expect_str_eq(d.who.asked_by, "hanako");
	cr_expect_eq(look(t.id).state, TRANSFER_RELEASED);
}

Test(import, all_conditions)
{
	struct import_done d;

	ask_and_agree();
	must_go();
	/* Again: it is not held any more. */
	cr_expect_eq(import_release(&setup, t.id, &d, why), ERR_DENIED);
	cr_expect_eq(sealed(), 1);
}

Test(import, asking)
{
	struct request r;

	cr_expect_eq(import_ask(&setup, t.id, "hanako", " \t", &r, why),
	    ERR_DENIED);
	cr_expect_eq(import_ask(&setup, t.id, "nobody", "x", &r, why),
	    ERR_DENIED);
	cr_expect_eq(import_ask(&setup, "NONE", "hanako", "x", &r, why),
	    ERR_DENIED);
	make_rules("everybody { approvers = \"boss other\" }");
	cr_expect_eq(import_ask(&setup, t.id, "hanako", "x", &r, why),
	    ERR_DENIED);
	cr_expect_eq(sealed(), 0);
}

Test(import, rules_off_again)
{
	ask_and_agree();
	make_rules("everybody { unsanitised_import = true } department "
		   "\"税務課\" { unsanitised_import = false }");
	must_stay("rules off");
	make_rules("");
	must_stay("rules off by default");
	make_rules(allowing);
	must_go();
}

Test(import, nobody_asked)
{
	must_stay("no request");
}

Test(import, one_is_not_enough)
{
	cr_assert_eq(import_ask(&setup, t.id, "hanako", "x", &q, why), 0);
	must_stay("nobody agreed");
	decide(&boss, true);
	must_stay("one agreed");
	decide(&second, true);
	must_stay("two of one department agreed");
	decide(&other, true);
	must_go();
}

Test(import, a_refusal)
{
	cr_assert_eq(import_ask(&setup, t.id, "hanako", "x", &q, why), 0);
	decide(&boss, true);
	decide(&third, false);
	must_stay("refused");
}

Test(import, a_refusal_behind_the_agreement)
{
	ask_and_agree();
	sql("INSERT INTO decision SELECT request, 'third', '水道課', 'third', "
	    "'', time, sha256, 0, 0, '' FROM decision WHERE login = 'boss'");
	must_stay("refused as well");
}

/* Rows that somebody with the ledger in hand would write. Each of these would
 * have to be caught by the computation, whatever the state column says. */
static const char *const forgeries[] = {
	/* the state says so, the decisions do not */
	"DELETE FROM decision; UPDATE request SET state = 1",
	"DELETE FROM decision WHERE login = 'other'; UPDATE request SET state "
	"= 1, quorum = 1",
	/* another department in the row than in the register */
	"DELETE FROM decision WHERE login = 'other'; INSERT INTO decision "
	"SELECT request, 'second', '福祉課', 'second', '', time, sha256, 1, 0, "
	"'' FROM decision",
	/* the one who asks, or the one who brought it */
	"UPDATE decision SET login = 'hanako', seat = 'hanako' WHERE login = "
	"'boss'",
	"UPDATE request SET login = 'boss'",
	"UPDATE transfer SET login = 'other'",
	/* one person in two seats, one for the other */
	"UPDATE decision SET login = 'boss', department = '福祉課', for_login "
	"= 'other', seat = 'x', emergency = 1 WHERE login = 'other'",
	"UPDATE decision SET for_login = 'boss', seat = 'y' WHERE login = "
	"'other'",
	"UPDATE decision SET emergency = 1",
	/* bound to another hash */
	"UPDATE decision SET sha256 = replace(sha256, substr(sha256, 1, 4), "
	"'0000') WHERE login = 'boss'",
	"UPDATE request SET sha256 = "
	"'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'",
	"UPDATE request SET sha256 = "
	"'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'; "
	"UPDATE decision SET sha256 = (SELECT sha256 FROM request); UPDATE "
	"transfer SET sha256 = (SELECT sha256 FROM request)",
	"UPDATE transfer SET sha256 = ''",
	/* time is over */
	"UPDATE request SET expires = '2020-01-01T00:00:00.000Z'",
	"UPDATE decision SET time = '9999-01-01T00:00:00.000Z' WHERE login = "
	"'boss'",
	"UPDATE request SET state = 3",
	"UPDATE request SET state = 2",
	/* no reason, another kind */
	"UPDATE request SET why = ' '",
	"UPDATE request SET kind = 0",
	"UPDATE request SET kind = 1",
	/* the document */
	"UPDATE transfer SET reason_err = -14", /* infected */
	"UPDATE transfer SET reason_err = -10", /* blocked */
	"UPDATE transfer SET state = 6",	/* blocked */
	"UPDATE transfer SET state = 0",
	"UPDATE transfer SET state = 3",
	"UPDATE transfer SET state = 7",
	"DELETE FROM transfer",
	/* the persons */
	"UPDATE account SET disabled = 1 WHERE login = 'boss'",
	"UPDATE account SET roles = 1 WHERE login = 'other'",
	"UPDATE account SET department = '税務課' WHERE login = 'other'",
	"UPDATE account SET valid_until = '2020-01-01' WHERE login = 'other'",
	"DELETE FROM account WHERE login = 'other'",
};

Test(import, no_single_condition_may_be_missing, .timeout = 120)
{
	for (size_t i = 0; i < sizeof(forgeries) / sizeof(forgeries[0]); i++) {
		struct import_done d;
		char no[POLICY_WHY_BYTES] = "";

		end();
		begin();
		ask_and_agree();
		sql(forgeries[i]);
		cr_expect_neq(import_release(&setup, t.id, &d, no), 0, "%s",
		    forgeries[i]);
		cr_expect_eq(sealed(), 0, "%s", forgeries[i]);
	}
}

static void
in_quarantine(const char *text)
{
	sqlite3 *db;

	cr_assert_eq(ledger_open(in_scratch("quarantine/index.sqlite"), "",
			 &db),
	    0);
	cr_assert_eq(ledger_exec(db, text), 0);
	sqlite3_close(db);
}

static const char *const item_forgeries[] = {
	"UPDATE item SET verdict = 'blocked'",
	"UPDATE item SET sha256 = "
	"'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'",
	"UPDATE item SET state = 1",
	"UPDATE item SET wrapped = NULL",
	"UPDATE item SET receipt = "
	"'{\"findings\":[{\"id\":\"generic.scanner\"}]}'",
	"DELETE FROM item",
};

Test(import, the_item_must_be_whole, .timeout = 120)
{
	for (size_t i = 0;
	     i < sizeof(item_forgeries) / sizeof(item_forgeries[0]); i++) {
		end();
		begin();
		ask_and_agree();
		in_quarantine(item_forgeries[i]);
		must_stay(item_forgeries[i]);
	}
}

Test(import, another_original_under_the_same_id)
{
	struct record r = { .source_kind = "folder", .verdict = VERDICT_HELD };
	char a[512], b[512];
	int fd = memory_file("another");

	snprintf(r.id, sizeof(r.id), "OTHER");
	record_time_now(r.time);
	r.in_bytes = 7;
	hash_of("another", 7, r.in_sha256);
	cr_assert_eq(quarantine_add(held, &r, "税務課", fd, NULL), 0);
	close(fd);
	ask_and_agree();
	snprintf(a, sizeof(a), "%s/quarantine/vault/OTHER.sealed", scratch);
	snprintf(b, sizeof(b), "%s/quarantine/vault/%s.sealed", scratch, t.id);
	cr_assert_eq(rename(a, b), 0);
	must_stay("another file in the vault");
	/* With its key moved as well: the id is bound to the content. */
	in_quarantine("UPDATE item SET wrapped = (SELECT wrapped FROM item "
		      "WHERE id = 'OTHER') WHERE id <> 'OTHER'");
	must_stay("another file and its key");
}

Test(import, disposed)
{
	ask_and_agree();
	cr_assert_eq(quarantine_dispose(held, t.id, "x", "y"), 0);
	must_stay("disposed");
}

Test(import, without_an_audit_log)
{
	ask_and_agree();
	cr_assert_eq(truncate(in_scratch("audit/audit.jsonl"), 10), 0);
	must_stay("no audit log");
	/* for the end of the test */
	scratch_remove();
	cr_assert_eq(mkdir(scratch, 0700), 0);
	spool_close(spool);
	quarantine_close(held);
	people_close(p);
	cr_expect_neq(audit_close(audit), 0);
	spool = NULL;
	held = NULL;
	register_open();
}

/* ---- the parcel, and the inner side */

static struct parcel
good(struct parcel_payload *f)
{
	struct parcel g = { .seq = 1,
		.id = "A",
		.time = "2026-11-21T00:00:00.000Z",
		.department = "税務課",
		.kind = PARCEL_UNSANITISED,
		.payloads = f,
		.n_payloads = 1,
		.unsanitised = { .asked_by = "hanako",
		    .why = "x",
		    .agreed = {
			{ "boss", "税務課" }, { "other", "福祉課" } } } };

	memset(f, 0, 2 * sizeof(*f));
	snprintf(f->name, sizeof(f->name), "a/" PARCEL_MARK "b.txt");
	snprintf(f->format, sizeof(f->format), PARCEL_UNSANITISED);
	f[1] = f[0];
	f[1].name[0] = 'b';
	return g;
}

static int
written(const struct parcel *g)
{
	struct buf b;
	struct parcel back;
	int e;

	buf_init(&b, PARCEL_MANIFEST_BYTES);
	if ((e = parcel_manifest(g, &b, why)) == 0 &&
	    (e = parcel_parse(b.data, b.len, &back, why)) == 0) {
		cr_expect_str_eq(back.unsanitised.agreed[1].login,
		    g->unsanitised.agreed[1].login);
		parcel_done(&back);
	}
	buf_done(&b);
	return e;
}

#define SET(field, text) snprintf(field, sizeof(field), "%s", text)

Test(import, parcels_say_all)
{
	struct parcel_payload f[2];
	struct parcel g = good(f);

	cr_assert_eq(written(&g), 0, "%s", why);
	for (int i = 0; i < 12; i++) {
		g = good(f);
		switch (i) {
		case 0:
			SET(g.unsanitised.asked_by, "");
			break;
		case 1:
			SET(g.unsanitised.why, "  ");
			break;
		case 2:
			SET(g.unsanitised.agreed[0].login, "other");
			break;
		case 3:
			SET(g.unsanitised.agreed[0].department, "福祉課");
			break;
		case 4:
			SET(g.unsanitised.asked_by, "other");
			break;
		case 5:
			SET(g.unsanitised.agreed[1].login, "");
			break;
		case 6:
			SET(g.unsanitised.agreed[1].department, "");
			break;
		case 7:
			SET(f[0].name, "a/b.txt");
			break;
		case 8:
			SET(f[0].format, "text");
			break;
		case 9:
			g.n_payloads = 2;
			break;
		case 10:
			SET(f[0].name, PARCEL_MARK "/b.txt");
			break;
		default:
			SET(g.unsanitised.why, "a\nb");
		}
		cr_expect_neq(written(&g), 0, "%d", i);
	}
}

static int
never(void *arg, int fd, const char *format)
{
	(void)arg, (void)fd;
	return strcmp(format, PARCEL_UNSANITISED) == 0 ? ERR_UNSUPPORTED : 0;
}

static struct receive_report
take(bool allow)
{
	struct receive_report r;
	struct receive_setup s = { .from_dir = in_scratch("wire"),
		.dest_dir = in_scratch("dest"),
		.state_dir = in_scratch("inner"),
		.audit = audit,
		.prove = never,
		.allow_unsanitised = allow };

	memcpy(s.key, keys.sign_public, sizeof(s.key));
	cr_assert_eq(receive_run(&s, &r), 0);
	return r;
}

Test(import, inner_side)
{
	struct receive_report r;
	struct spool_sent sent;
	char wire[512];

	mkdir(in_scratch("wire"), 0700);
	mkdir(in_scratch("dest"), 0700);
	mkdir(in_scratch("inner"), 0700);
	ask_and_agree();
	must_go();
	snprintf(wire, sizeof(wire), "%s/wire", scratch);
	cr_assert_eq(spool_send(spool, wire, &sent, why), 0);
	r = take(false);
	cr_expect_eq(r.refused, 1);
	cr_expect_eq(r.delivered, 0);
	cr_expect_neq(access(in_scratch("dest/税務課"), F_OK), 0);
	/* A good copy may follow, where it is allowed. */
	cr_assert_eq(rename(in_scratch("inner/refused/0000000000000001-1"),
			 in_scratch("wire/0000000000000001.parcel")),
	    0);
	r = take(true);
	cr_expect_eq(r.delivered, 1);
	cr_expect_eq(access(in_scratch("dest/税務課/hanako/sub/"
				       "【未無害化】報告書.txt"),
			 F_OK),
	    0);
	cr_expect_eq(access(in_scratch("dest/税務課/hanako/sub/【未無害化】"
				       "報告書.txt.receipt.ja.txt"),
			 F_OK),
	    0);
}

/* The format alone opens nothing: a parcel of files is proved, all of it. */
Test(import, the_kind_decides_not_the_format)
{
	struct parcel_payload f[2];
	struct parcel g = good(f);
	struct spool_sent sent;
	struct receive_report r;
	char wire[512];
	uint64_t seq;

	mkdir(in_scratch("wire"), 0700);
	mkdir(in_scratch("dest"), 0700);
	mkdir(in_scratch("inner"), 0700);
	SET(g.kind, "folder");
	f[0].fd = memory_file("x");
	f[0].bytes = 1;
	hash_of("x", 1, f[0].sha256);
	cr_assert_eq(spool_seal(spool, &g, &seq, why), 0, "%s", why);
	close(f[0].fd);
	snprintf(wire, sizeof(wire), "%s/wire", scratch);
	cr_assert_eq(spool_send(spool, wire, &sent, why), 0);
	r = take(true);
	cr_expect_eq(r.refused, 1);
	cr_expect_eq(r.delivered, 0);
}
