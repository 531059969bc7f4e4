/*
 * The archive module with toy formats for its members: "text" (anything
 * without NUL, not "MZ"), which upper-cases nothing and is a fixpoint;
 * "macro" ("MACRO..."), which loses its macro and becomes text; "program"
 * ("MZ"), which is blocked; and the archive itself.
 */
#include <criterion/criterion.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "base/fsx.h"
#include "formats/zipx.h"

extern const struct format format_zip;

static int
copy(struct doc *d)
{
	struct reader r = doc_in(d);

	return doc_put(d, r.data, r.len);
}

static int
drop_macro(struct doc *d)
{
	doc_makes(d, "text", "txt");
	return doc_put(d, "plain\n", 6);
}

/* A format of its own limit, which is no shared budget. */
static int
too_big(struct doc *d)
{
	return doc_fail(d, ERR_LIMIT, "too many pixels");
}

static bool
starts(const struct reader *r, const char *s)
{
	return reader_has(r, 0, s, strlen(s));
}

static enum probe
probe_program(const struct reader *r, const char **sub)
{
	(void)sub;
	return starts(r, "MZ") ? PROBE_YES : PROBE_NO;
}

static enum probe
probe_macro(const struct reader *r, const char **sub)
{
	(void)sub;
	return starts(r, "MACRO") ? PROBE_YES : PROBE_NO;
}

static enum probe
probe_big(const struct reader *r, const char **sub)
{
	(void)sub;
	return starts(r, "BIG") ? PROBE_YES : PROBE_NO;
}

static enum probe
probe_text(const struct reader *r, const char **sub)
{
	(void)sub;
	return memchr(r->data == NULL ? (const void *)"" : r->data, 0,
		   r->len) == NULL
		   ? PROBE_MAYBE
		   : PROBE_NO;
}

static int write_list(struct doc *d);

static enum probe
probe_writer(const struct reader *r, const char **sub)
{
	(void)sub;
	return starts(r, "WRITE") ? PROBE_YES : PROBE_NO;
}

static const char *const txt[] = { "txt", "log", NULL };
static const char *const macro[] = { "mac", NULL };

static const struct format format_text = { .id = "text",
	.extensions = txt,
	.flags = FMT_TEXT,
	.probe = probe_text,
	.rebuild = copy };
static const struct format format_macro = { .id = "macro",
	.extensions = macro,
	.probe = probe_macro,
	.rebuild = drop_macro };
static const struct format format_big = {
	.id = "big", .probe = probe_big, .rebuild = too_big
};
static const struct format format_program = {
	.id = "program", .flags = FMT_BLOCKED, .probe = probe_program
};

static const struct format format_writer = {
	.id = "writer", .probe = probe_writer, .rebuild = write_list
};

/* Stands in for registry.c. */
const struct format *const formats[] = { &format_zip, &format_text,
	&format_macro, &format_big, &format_program, &format_writer, NULL };

static struct options options;
static struct doc_result res;
static char found[8192];   /* "id where|" ... */
static char members[8192]; /* "out_name err|" ... */

static int
on_finding(void *arg, const struct finding *f)
{
	size_t n = strlen(found);

	(void)arg;
	/* Opinions about toy names are of no interest. */
	if (strncmp(finding_name(f->id), "generic.name", 12) != 0)
		snprintf(found + n, sizeof(found) - n, "%s %s|",
		    finding_name(f->id), f->where);
	return 0;
}

static int
on_member(void *arg, const struct doc_result *r)
{
	size_t n = strlen(members);

	(void)arg;
	snprintf(members + n, sizeof(members) - n, "%s %s|", r->out_name,
	    r->err == 0 ? "ok" : err_name(r->err));
	return 0;
}

static int
run(const uint8_t *data, size_t n, const char *password, struct buf *out)
{
	struct reader pw;
	struct sink sink;
	struct doc_job job = { .name = "a.zip",
		.options = &options,
		.events = { .finding = on_finding, .member_end = on_member },
		.expect = "zip",
		.out = &sink };
	int e;

	found[0] = members[0] = '\0';
	reader_init(&job.in, data, n);
	if (password != NULL) {
		reader_init(&pw, password, strlen(password));
		job.passwords = (struct passwords){ &pw, 1 };
	}
	buf_init(out, 1 << 26);
	sink_init_buf(&sink, out, UINT64_MAX);
	e = doc_run(&job, &res);
	sink_done(&sink);
	return e;
}

/* Rebuild a sample; if it works, again: same bytes, nothing found. */
static int
run_file(const char *dir, const char *name, const char *password)
{
	char path[256], first_found[8192], first_members[8192];
	struct buf in, out, again;
	int e;

	snprintf(path, sizeof(path), "samples/%s/zip/%s.zip", dir, name);
	buf_init(&in, 1 << 24);
	cr_assert_eq(fsx_slurp(AT_FDCWD, path, &in), 0, "%s", path);
	e = run(in.data, in.len, password, &out);
	if (e == 0) {
		memcpy(first_found, found, sizeof(found));
		memcpy(first_members, members, sizeof(members));
		cr_expect_eq(run(out.data, out.len, NULL, &again), 0,
		    "%s again: %s", name, res.message);
		cr_expect_str_eq(found, "", "%s again: %s", name, found);
		cr_assert_eq(out.len, again.len, "%s: not a fixpoint", name);
		cr_expect_arr_eq(out.data, again.data, out.len);
		buf_done(&again);
		memcpy(found, first_found, sizeof(found));
		memcpy(members, first_members, sizeof(members));
	}
	buf_done(&in);
	buf_done(&out);
	return e;
}

static void
setup(void)
{
	cr_assert_eq(hash_setup(), 0);
	cr_assert_eq(zipx_preload(), 0);
	options_default(&options);
}

TestSuite(zip, .init = setup);

static void
expect(const char *dir, const char *name, const char *want)
{
	cr_expect_eq(run_file(dir, name, "himitsu"), 0, "%s: %s", name,
	    res.message);
	cr_expect_str_eq(members, want, "%s: %s", name, members);
}

Test(zip, unsafe_names)
{
	expect("planted", "B2-control", "good.txt ok|tri[2Jck.txt ok|");
	expect("planted", "B2-bidi",
	    "good.txt ok|tritxt.exe.held.txt blocked|");
	expect("planted", "B2-colon", "good.txt ok|trick.txt_stream.txt ok|");
	expect("planted", "B3-absolute", "good.txt ok|etc/trick.txt ok|");
	cr_expect_str_eq(found, "zip.path /etc/trick.txt|");
	expect("planted", "B3-drive", "good.txt ok|trick.txt ok|");
	cr_expect_str_eq(found, "zip.path C:/trick.txt|");
	expect("planted", "B3-parent", "good.txt ok|trick.txt ok|");
	cr_expect_str_eq(found, "zip.path ../../trick.txt|");
	expect("planted", "B3-parent-inside", "good.txt ok|a/b/trick.txt ok|");
	expect("planted", "B3-empty", "good.txt ok|a/trick.txt ok|");
	expect("planted", "B3-dot", "good.txt ok|trick.txt ok|");
	cr_expect_str_eq(found, "zip.renamed ./trick.txt|");
	expect("planted", "B3-trailing-dot", "good.txt ok|trick.txt ok|");
	expect("planted", "B4-case",
	    "good.txt ok|Trick.txt ok|trick (2).TXT ok|");
}

Test(zip, names)
{
	expect("benign", "name-cp932",
	    "good.txt ok|表だよ/一覧表①髙﨑.txt ok|ソ予/ポ.txt ok|");
	cr_expect_str_eq(found, "zip.backslash |zip.charset |");
	expect("benign", "name-decomposed",
	    "good.txt ok|パンフ/がぎ é.txt ok|");
	expect("benign", "name-devices",
	    "good.txt ok|_CON.txt ok|_aux.txt ok|_lpt1.tar.txt ok|"
	    "_com0/a.txt ok|");
	expect("benign", "name-twins",
	    "good.txt ok|a.txt ok|A (2).TXT ok|a (3).txt ok|D/x.txt ok|"
	    "D/X (2).txt ok|D/y.txt ok|");
	expect("benign", "name-deep",
	    "good.txt ok|d0/d1/d2/d3/d4/d5/d6/d7/d8/d9/d10/d11/d12/d13/d14/"
	    "a.txt ok|");
	expect("benign", "name-ivs", "good.txt ok|葛\U000e0100城.txt ok|");
	expect("benign", "folders", "good.txt ok|d/a.txt ok|");
}

Test(zip, links_and_system_files_go)
{
	static const char *const names[] = { "D-link", "D-device",
		"system-desktop.ini", "system-thumbs.db", "system-ds_store",
		"system-macosx-._good.txt", "system-autorun.inf",
		"system-sub-folder.htt" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		expect("planted", names[i], "good.txt ok|");
		cr_expect_neq(found[0], '\0');
	}
}

Test(zip, a_bad_member_is_replaced)
{
	static const struct {
		const char *name, *err;
	} bad[] = { { "D-method-9", "unsupported" },
		{ "D-behind-block", "ambiguous" }, { "D-more", "malformed" },
		{ "D-less", "malformed" }, { "D-crc", "malformed" },
		{ "D-damaged", "malformed" }, { "D-cut", "malformed" } };

	char want[256];

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		snprintf(want, sizeof(want),
		    "good.txt ok|trick.txt.held.txt %s|", bad[i].err);
		expect("planted", bad[i].name, want);
		cr_expect_str_eq(found, "generic.member-held trick.txt|");
	}
	expect("planted", "bomb-ratio", "good.txt ok|bomb.bin.held.txt limit|");
}

Test(zip, nesting_ends)
{
	cr_expect_eq(run_file("planted", "bomb-nested", NULL), 0);
	cr_expect(strstr(members, "in4.zip.held.txt limit|") != NULL, "%s",
	    members);
}

Test(zip, passwords)
{
	cr_expect_eq(run_file("benign", "encrypted-aes256", NULL),
	    ERR_ENCRYPTED);
	cr_expect_str_eq(res.message, "needs a password");
	expect("benign", "encrypted-aes256", "secret.txt ok|");
	cr_expect_eq(run_file("benign", "encrypted-mixed", NULL), 0);
	cr_expect_str_eq(members, "good.txt ok|secret.txt.held.txt encrypted|"
				  "other.txt.held.txt encrypted|");
	expect("benign", "encrypted-mixed",
	    "good.txt ok|secret.txt ok|other.txt.held.txt encrypted|");
}

/* However many words a mail is full of: the good one comes too late. */
Test(zip, passwords_end)
{
	static char words[DOC_WRONG_PASSWORDS + 1][16];
	static struct reader list[DOC_WRONG_PASSWORDS + 1];
	const size_t n = DOC_WRONG_PASSWORDS + 1;
	struct sink sink;
	struct doc_job job = { .name = "a.zip",
		.options = &options,
		.passwords = { list, n },
		.expect = "zip",
		.out = &sink };
	struct buf in, out;

	for (size_t i = 0; i < n; i++) {
		snprintf(words[i], sizeof(words[i]),
		    i + 1 == n ? "himitsu" : "wrong%zu", i);
		reader_init(&list[i], words[i], strlen(words[i]));
	}
	buf_init(&in, 1 << 24);
	buf_init(&out, 1 << 24);
	cr_assert_eq(fsx_slurp(AT_FDCWD,
			 "samples/benign/zip/"
			 "encrypted-aes128.zip",
			 &in),
	    0);
	buf_reader(&in, &job.in);
	sink_init_buf(&sink, &out, UINT64_MAX);
	cr_expect_eq(doc_run(&job, &res), ERR_ENCRYPTED);
	job.passwords.list = list + 1;
	job.passwords.n = n - 1;
	cr_expect_eq(doc_run(&job, &res), 0, "%s", res.message);
	sink_done(&sink);
	buf_done(&in);
	buf_done(&out);
}

/* ---- archives made here */

struct put {
	const char *name, *data;
};

static const struct put *put_list;

static int
write_list(struct doc *d)
{
	struct zipw *w;
	int e;

	if ((e = zipw_new(d, &w)) != 0)
		return e;
	for (const struct put *p = put_list; p->name != NULL; p++)
		if ((e = zipw_add(w, p->name, 0, false, p->data,
			 strlen(p->data))) != 0)
			return e;
	return zipw_finish(w, false, NULL);
}

/* Make an archive of the list, rebuild it twice, return the first error. */
static int
run_list(const struct put *list)
{
	struct sink sink;
	struct buf made, out, again;
	struct doc_job job = { .name = "", .options = &options, .out = &sink };
	char kept[8192];
	int e;

	put_list = list;
	buf_init(&made, 1 << 26);
	sink_init_buf(&sink, &made, UINT64_MAX);
	reader_init(&job.in, "WRITE", 5);
	job.expect = "writer";
	cr_assert_eq(doc_run(&job, &res), 0, "%s", res.message);
	sink_done(&sink);
	e = run(made.data, made.len, NULL, &out);
	memcpy(kept, members, sizeof(kept));
	if (e == 0) {
		cr_expect_eq(run(out.data, out.len, NULL, &again), 0);
		cr_expect_str_eq(found, "");
		cr_assert_eq(out.len, again.len);
		cr_expect_arr_eq(out.data, again.data, out.len);
		buf_done(&again);
	}
	memcpy(members, kept, sizeof(kept));
	buf_done(&made);
	buf_done(&out);
	return e;
}

Test(zip, extensions_tell_the_truth)
{
	static const struct put list[] = { { "a.mac", "MACRO" },
		{ "a.txt", "x" }, { "run.batch", "@echo off" },
		{ "b.log", "fine" }, { "README", "x" }, { "c.mac", "text" },
		{ "setup.exe", "MZ..." }, { "picture.png", "BIG" },
		{ NULL, NULL } };

	cr_assert_eq(run_list(list), 0, "%s", res.message);
	cr_expect_str_eq(members,
	    "a.txt ok|a (2).txt ok|run.batch.txt ok|b.log ok|README.txt ok|"
	    "c.txt ok|setup.exe.held.txt blocked|"
	    "picture.png.held.txt limit|",
	    "%s", members);
}

Test(zip, folders_and_files_of_one_name)
{
	static const struct put list[] = { { "d.txt", "x" },
		{ "d.txt/a.txt", "x" }, { "D.TXT/b.txt", "x" }, { "e/", "" },
		{ "E/", "" }, { "e.txt/c.txt", "x" }, { "e.txt", "x" },
		{ NULL, NULL } };

	cr_assert_eq(run_list(list), 0, "%s", res.message);
	cr_expect_str_eq(members,
	    "d.txt ok|d (2).txt/a.txt ok|d (2).txt/b.txt ok|"
	    "e.txt/c.txt ok|e (2).txt ok|",
	    "%s", members);
}

Test(zip, nothing_left)
{
	static const struct put list[] = { { "a.exe", "MZ" }, { "d/", "" },
		{ NULL, NULL } };
	static const struct put none[] = { { "d/", "" }, { NULL, NULL } };

	cr_expect_eq(run_list(list), ERR_BLOCKED);
	cr_expect_eq(run_list(none), 0);
}

Test(zip, shared_budgets_hold_the_whole)
{
	static const struct put list[] = { { "a.txt", "12345678" },
		{ "b.txt", "12345678" }, { "c.txt", "12345678" },
		{ NULL, NULL } };

	options.limits.max[BUDGET_EXPANDED_BYTES] = 20;
	cr_expect_eq(run_list(list), ERR_LIMIT);
	options_default(&options);
	options.limits.max[BUDGET_MEMBERS] = 3;
	cr_expect_eq(run_list(list), 0);
	options.limits.max[BUDGET_MEMBERS] = 2;
	cr_expect_eq(run_list(list), ERR_LIMIT);
}

/* Twins of one safe name cost no more than others. */
Test(zip, many_twins)
{
	static struct put list[9001];
	static char names[9000][24];

	for (int i = 0; i < 9000; i++) {
		/* i in binary as control characters: all vanish. */
		size_t n = 0;

		for (int bit = 0; bit < 14; bit++)
			names[i][n++] = (i >> bit & 1) ? 1 : 2;
		snprintf(names[i] + n, 24 - n, "a.txt");
		list[i] = (struct put){ names[i], "x" };
	}
	cr_expect_eq(run_list(list), 0, "%s", res.message);
}

/* Every amount of memory: an honest error, or the result. */
Test(zip, memory_runs_out)
{
	static const char *const names[] = { "name-cp932", "encrypted-mixed" };
	int e;

	for (size_t i = 0; i < 2; i++) {
		for (uint64_t n = 0; n < 700000; n += 4801) {
			options.limits.max[BUDGET_MEMORY_BYTES] = n;
			e = run_file("benign", names[i], "himitsu");
			cr_assert(e == 0 || e == ERR_NOMEM || e == ERR_LIMIT,
			    "%s with %llu bytes: %s", names[i],
			    (unsigned long long)n, err_name(e));
		}
		cr_expect_eq(e, 0);
	}
}
