/* Keys, and the audit log against every kind of tampering. */
#include "unit/scratch.h"

#include <sys/wait.h>

#include "core/audit.h"

static struct keys keys;
static char why[256];

static void
setup(void)
{
	scratch_make();
	cr_assert_eq(keys_open(scratch, true, &keys, why), 0, "%s", why);
}

TestSuite(audit, .init = setup, .fini = scratch_remove);
TestSuite(keys, .init = setup, .fini = scratch_remove);

Test(keys, made_once_and_kept)
{
	struct keys again;
	struct stat st;

	cr_expect(keys.made_master && keys.made_sign);
	cr_expect(strstr(why, "back them up") != NULL, "%s", why);
	cr_assert_eq(keys_open(scratch, true, &again, why), 0);
	cr_expect_not(again.made_master || again.made_sign);
	cr_expect_eq(memcmp(again.master, keys.master, KEYS_BYTES), 0);
	cr_expect_eq(memcmp(again.sign_secret, keys.sign_secret, 64), 0);
	cr_assert_eq(stat(in_scratch("keys/master.key"), &st), 0);
	cr_expect_eq(st.st_mode & 07777, 0600);
	cr_assert_eq(stat(in_scratch("keys"), &st), 0);
	cr_expect_eq(st.st_mode & 07777, 0700);
}

Test(keys, damage_is_not_repaired)
{
	struct keys again;

	chmod(in_scratch("keys/master.key"), 0640);
	cr_expect_eq(keys_open(scratch, true, &again, why), ERR_DENIED);
	chmod(in_scratch("keys/master.key"), 0600);
	spit(in_scratch("keys/master.key"), "x", 1);
	cr_expect_eq(keys_open(scratch, true, &again, why), ERR_MALFORMED);
	cr_expect(strstr(why, "master.key") != NULL);
	/* One key is never taken for another. */
	unlink(in_scratch("keys/master.key"));
	cr_assert_eq(link(in_scratch("keys/sign.key"),
			 in_scratch("keys/master.key")),
	    0);
	cr_expect_eq(keys_open(scratch, true, &again, why), ERR_MALFORMED);
	unlink(in_scratch("keys/master.key"));
	cr_expect_eq(keys_open(scratch, false, &again, why), ERR_NOENT);
	cr_assert_eq(symlink("/dev/zero", in_scratch("keys/master.key")), 0);
	cr_expect_eq(keys_open(scratch, true, &again, why), ERR_DENIED);
}

Test(keys, signatures_are_for_one_purpose)
{
	uint8_t sig[KEYS_SIGNATURE], read[KEYS_SIGN_PUBLIC];

	cr_assert_eq(keys_sign(&keys, "a", "data", 4, sig), 0);
	cr_expect_eq(keys_verify(keys.sign_public, "a", "data", 4, sig), 0);
	cr_expect_eq(keys_verify(keys.sign_public, "b", "data", 4, sig),
	    ERR_DENIED);
	cr_expect_eq(keys_verify(keys.sign_public, "a", "datb", 4, sig),
	    ERR_DENIED);
	cr_assert_eq(keys_read_public(in_scratch("keys/sign.pub"), read, why),
	    0);
	cr_expect_eq(memcmp(read, keys.sign_public, sizeof(read)), 0);
	cr_expect_neq(keys_read_public(in_scratch("keys/sign.key"), read, why),
	    0);
}

static struct audit *
open_log(uint32_t every)
{
	struct audit *a = NULL;

	cr_assert_eq(audit_open(scratch, &keys, every, &a), 0);
	return a;
}

static void
add(struct audit *a, int n)
{
	for (int i = 0; i < n; i++)
		cr_assert_eq(audit_append(a, "test", json_pack("{s:i}", "n", i),
				 i % 2 ? AUDIT_SYNC : AUDIT_LATER),
		    0);
}

static int
verify(struct audit_report *r)
{
	return audit_verify(scratch, keys.sign_public, 0, NULL, r);
}

static const char *
log_path(void)
{
	return in_scratch("audit/audit.jsonl");
}

Test(audit, sound_log)
{
	struct audit_report r;
	struct audit *a = open_log(4);
	char hex[HASH_HEX];
	uint64_t seq;

	add(a, 10);
	audit_head(a, &seq, hex);
	cr_expect_eq(seq, 12); /* a check-point after every 4 */
	cr_assert_eq(audit_close(a), 0);
	cr_assert_eq(verify(&r), 0, "%s", r.why);
	cr_expect_eq(r.lines, 13);
	cr_expect_eq(r.checkpoints, 3);
	cr_expect_eq(r.after_checkpoint, 0);
	/* A head noted elsewhere. */
	cr_expect_eq(audit_verify(scratch, keys.sign_public, seq, hex, &r), 0);
	hex[0] = hex[0] == '0' ? '1' : '0';
	cr_expect_eq(audit_verify(scratch, keys.sign_public, seq, hex, &r),
	    ERR_DENIED);
	cr_expect_eq(r.bad_line, seq);
	/* Opening and closing without a line adds none. */
	cr_assert_eq(audit_close(open_log(4)), 0);
	cr_assert_eq(verify(&r), 0);
	cr_expect_eq(r.lines, 13);
}

Test(audit, wrong_key)
{
	struct audit_report r;
	struct audit *a = open_log(100);
	uint8_t other[KEYS_SIGN_PUBLIC] = { 1 };

	add(a, 2);
	audit_close(a);
	cr_expect_eq(audit_verify(scratch, other, 0, NULL, &r), ERR_DENIED);
}

/* Every byte of a small log, changed in its lowest bit. */
Test(audit, any_flipped_byte_is_found)
{
	struct audit_report r;
	struct buf b;
	struct audit *a = open_log(100);

	add(a, 2);
	audit_close(a);
	buf_init(&b, 1 << 20);
	slurp(log_path(), &b);
	for (size_t i = 0; i < b.len; i++) {
		b.data[i] ^= 1;
		spit(log_path(), b.data, b.len);
		cr_expect_eq(verify(&r), ERR_DENIED, "byte %zu", i);
		cr_expect(r.bad_line >= 1 && r.bad_line <= 4, "byte %zu", i);
		cr_expect_neq(r.why[0], '\0');
		b.data[i] ^= 1;
	}
	spit(log_path(), b.data, b.len);
	cr_assert_eq(verify(&r), 0);
	buf_done(&b);
}

#define LINES 13

/* The log again from chosen lines. */
static void
rewrite(const struct buf *b, const int *order, size_t n)
{
	const char *begin[LINES];
	size_t len[LINES];
	struct buf out;
	const char *s = (const char *)b->data;

	for (int i = 0; i < LINES; i++) {
		begin[i] = s;
		len[i] = strcspn(s, "\n") + 1;
		s += len[i];
	}
	buf_init(&out, 1 << 20);
	for (size_t i = 0; i < n; i++)
		cr_assert_eq(buf_put(&out, begin[order[i]], len[order[i]]), 0);
	spit(log_path(), out.data, out.len);
	buf_done(&out);
}

static void
expect_bad(const struct buf *b, const int *order, size_t n, uint64_t line,
    const char *part)
{
	struct audit_report r;
	struct audit *a;

	rewrite(b, order, n);
	cr_expect_eq(verify(&r), ERR_DENIED, "%s", part);
	cr_expect_eq(r.bad_line, line, "%s: line %llu: %s", part,
	    (unsigned long long)r.bad_line, r.why);
	cr_expect(strstr(r.why, part) != NULL, "%s, not %s", r.why, part);
	/* Cut or another end: the writer refuses to go on. */
	if (n < LINES)
		cr_expect_eq(audit_open(scratch, &keys, 4, &a), ERR_DENIED);
}

Test(audit, missing_repeated_reordered_cut)
{
	int order[LINES + 1];
	struct buf b;
	struct audit *a = open_log(4);

	add(a, 10);
	audit_close(a);
	buf_init(&b, 1 << 20);
	slurp(log_path(), &b);
	cr_assert_eq(buf_u8(&b, 0), 0);
	for (int k = 1; k < LINES - 1; k++) {
		size_t n = 0;

		for (int i = 0; i < LINES; i++) /* missing */
			if (i != k)
				order[n++] = i;
		expect_bad(&b, order, n, (uint64_t)k + 1, "missing");
		n = 0;
		for (int i = 0; i < LINES; i++) { /* repeated */
			order[n++] = i;
			if (i == k)
				order[n++] = i;
		}
		expect_bad(&b, order, n, (uint64_t)k + 2, "repeated");
		for (int i = 0; i < LINES; i++) /* reordered */
			order[i] = i == k ? k + 1 : i == k + 1 ? k : i;
		expect_bad(&b, order, LINES, (uint64_t)k + 1, "order");
		for (int i = 0; i < k; i++) /* cut, behind check-points too */
			order[i] = i;
		expect_bad(&b, order, (size_t)k, (uint64_t)k + 1, "cut off");
	}
	buf_done(&b);
}

Test(audit, head_file_is_needed)
{
	struct audit_report r;
	struct audit *a = open_log(4);

	add(a, 3);
	audit_close(a);
	unlink(in_scratch("audit/head"));
	cr_expect_eq(verify(&r), ERR_DENIED);
	cr_expect_eq(audit_open(scratch, &keys, 4, &a), ERR_DENIED);
	spit(in_scratch("audit/head"), "{}", 2);
	cr_expect_eq(audit_open(scratch, &keys, 4, &a), ERR_DENIED);
}

/* A half-written head leaves the other half. */
Test(audit, torn_head)
{
	struct audit_report r;
	struct audit *a = open_log(4);
	struct buf b;

	add(a, 3);
	audit_close(a);
	buf_init(&b, 4096);
	slurp(in_scratch("audit/head"), &b);
	memset(b.data + 10, 'x', 100);
	spit(in_scratch("audit/head"), b.data, b.len);
	cr_expect_eq(verify(&r), 0, "%s", r.why);
	a = open_log(4);
	add(a, 1);
	cr_expect_eq(audit_close(a), 0);
	cr_expect_eq(verify(&r), 0, "%s", r.why);
	buf_done(&b);
}

Test(audit, torn_line_is_set_aside_and_said)
{
	struct audit_report r;
	struct audit *a = open_log(100);
	struct buf b;
	int fd;

	add(a, 3);
	audit_close(a);
	fd = open(log_path(), O_WRONLY | O_APPEND);
	cr_assert_eq(write(fd, "{\"clock\":tr", 11), 11);
	close(fd);
	cr_expect_eq(verify(&r), ERR_DENIED);
	cr_expect_eq(r.bad_line, 5);
	a = open_log(100);
	add(a, 1);
	audit_close(a);
	cr_expect_eq(verify(&r), 0, "%s", r.why);
	buf_init(&b, 1 << 20);
	slurp(log_path(), &b);
	cr_expect(strstr(buf_cstr(&b), "\"recovered\"") != NULL);
	slurp(in_scratch("audit/torn-5.bin"), &b);
	cr_expect_eq(b.len, 11);
	buf_done(&b);
}

/* Truncated while a writer has it open: the next append finds out. */
Test(audit, cut_under_a_writer)
{
	struct audit *a = open_log(100);

	add(a, 3);
	cr_assert_eq(truncate(log_path(), 10), 0);
	cr_expect_eq(audit_append(a, "x", json_object(), AUDIT_LATER),
	    ERR_DENIED);
	cr_expect_eq(audit_append(a, "x", json_object(), AUDIT_LATER),
	    ERR_DENIED);
	cr_expect_neq(audit_close(a), 0);
}

Test(audit, refuses_what_it_cannot_write)
{
	struct audit *a = open_log(100);
	char *big = malloc(AUDIT_LINE_BYTES + 1);
	struct audit_report r;

	memset(big, 'x', AUDIT_LINE_BYTES);
	big[AUDIT_LINE_BYTES] = '\0';
	cr_expect_eq(audit_append(a, "x", NULL, AUDIT_LATER), ERR_NOMEM);
	cr_expect_eq(audit_append(a, "x", json_pack("{s:s}", "a", big),
			 AUDIT_LATER),
	    ERR_LIMIT);
	add(a, 1);
	cr_expect_eq(audit_close(a), 0);
	cr_expect_eq(verify(&r), 0);
	cr_expect_eq(r.lines, 2);
	free(big);
}

Test(audit, several_processes)
{
	struct audit_report r;
	struct audit *a = open_log(7);
	int status, bad = 0;

	for (int p = 0; p < 4; p++) {
		if (fork() != 0)
			continue;
		struct audit *mine = open_log(7);

		add(mine, 25);
		_exit(audit_close(mine) == 0 ? 0 : 1);
	}
	add(a, 25);
	while (wait(&status) > 0)
		bad |= status;
	cr_assert_eq(bad, 0);
	add(a, 1);
	cr_assert_eq(audit_close(a), 0);
	cr_assert_eq(verify(&r), 0, "%llu: %s", (unsigned long long)r.bad_line,
	    r.why);
	cr_expect_geq(r.lines, 126);
}

Test(audit, export_filters)
{
	struct audit_filter f = { .event = "b" };
	struct audit *a = open_log(100);
	char *text = NULL;
	size_t n;
	FILE *out = open_memstream(&text, &n);

	cr_assert_eq(audit_append(a, "a", json_object(), AUDIT_LATER), 0);
	cr_assert_eq(audit_append(a, "b",
			 json_pack("{s:s, s:s}", "id", "X", "name",
			     "=cmd|' /c x'!A1"),
			 AUDIT_LATER),
	    0);
	cr_assert_eq(audit_close(a), 0);
	cr_assert_eq(audit_export(scratch, &f, AUDIT_CSV, out), 0);
	fclose(out);
	cr_expect(strstr(text, ",\"b\",\"X\",\"'=cmd|' /c x'!A1\"") != NULL,
	    "%s", text);
	cr_expect(strstr(text, "\"a\"") == NULL);
	free(text);
}

static int
exported(const struct audit_filter *f, enum audit_form form)
{
	char *text = NULL;
	int lines = 0;
	size_t n;
	FILE *out = open_memstream(&text, &n);

	cr_assert_eq(audit_export(scratch, f, form, out), 0);
	fclose(out);
	for (const char *s = text; (s = strchr(s, '\n')) != NULL; s++)
		lines++;
	free(text);
	return lines;
}

/* Lines are told apart by their text; what is written in them is no line. */
Test(audit, export_is_not_misled)
{
	static const char *const names[] = { ",\"event\":\"b\",",
		"\"},\"time\":\"2000-01-01T00:00:00.000Z\"}", "x", "\\",
		"\x01\xe3\x81\x82" };
	const struct audit_filter b = { .event = "b" },
				  early = { .until = "2001" },
				  late = { .since = "2001" },
				  odd = { .event = "b\"" },
				  one = { .event = "b", .id = "X3" };
	struct audit *a = open_log(100);
	char id[8], name[200];

	for (unsigned i = 0; i < 10; i++) {
		snprintf(id, sizeof(id), "X%u", i);
		snprintf(name, sizeof(name), "%s%*s", names[i % 5],
		    (int)(i * 13), "");
		cr_assert_eq(audit_append(a, i % 2 == 0 ? "a" : "b",
				 json_pack("{s:s, s:s}", "id", id, "name",
				     name),
				 AUDIT_LATER),
		    0);
	}
	cr_assert_eq(audit_close(a), 0);
	for (enum audit_form form = AUDIT_JSONL;; form = AUDIT_CSV) {
		int more = form == AUDIT_CSV; /* the names of the columns */

		cr_expect_eq(exported(&b, form), 5 + more);
		cr_expect_eq(exported(&early, form), more);
		cr_expect_geq(exported(&late, form), 10 + more);
		cr_expect_eq(exported(&odd, form), more);
		cr_expect_eq(exported(&one, form), 1 + more);
		if (more)
			break;
	}
}

Test(audit, record_fields)
{
	struct finding f[2] = { { .id = FIND_NAME_MISMATCH, .count = 2 },
		{ .id = FIND_NAME_MISMATCH, .count = 1 } };
	struct record r = { .id = "I",
		.in_name = "a\"\x01\xff.txt",
		.verdict = VERDICT_HELD,
		.findings = f,
		.n_findings = 2 };
	json_t *o = audit_of_record(&r);

	cr_assert_not_null(o);
	cr_expect_eq(json_integer_value(json_object_get(json_object_get(o,
							    "findings"),
			 "generic.name-mismatch")),
	    3);
	cr_expect_str_eq(json_string_value(json_object_get(o, "verdict")),
	    "held");
	json_decref(o);
}
