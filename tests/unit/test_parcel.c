/* Parcels, the spool and the inner side. */
#include "unit/scratch.h"

#include "core/receive.h"
#include "core/record.h"
#include "core/spool.h"

static struct keys keys, inner;
static char why[PARCEL_WHY_BYTES];

static void
setup(void)
{
	scratch_make();
	cr_assert_eq(keys_open(in_scratch("outer"), true, &keys, why), 0);
	cr_assert_eq(keys_open(in_scratch("inner"), true, &inner, why), 0);
	mkdir(in_scratch("way"), 0700);
	mkdir(in_scratch("dest"), 0700);
}

TestSuite(parcel, .init = setup, .fini = scratch_remove);
TestSuite(spool, .init = setup, .fini = scratch_remove);

static void
payload(struct parcel_payload *q, const char *name, const char *text)
{
	memset(q, 0, sizeof(*q));
	snprintf(q->name, sizeof(q->name), "%s", name);
	snprintf(q->format, sizeof(q->format), "text");
	q->bytes = strlen(text);
	hash_of(text, strlen(text), q->sha256);
	q->fd = memory_file(text);
	q->receipt = strdup("{\"b\":1.5,\"a\":\"\xe9\x96\xa2\"}");
	q->receipt_text = strdup("\xe9\x96\xa2\xe6\x89\x80\n");
}

static void
sample(struct parcel *p, const char *id)
{
	memset(p, 0, sizeof(*p));
	snprintf(p->id, sizeof(p->id), "%s", id);
	snprintf(p->department, sizeof(p->department), "zeimu");
	snprintf(p->kind, sizeof(p->kind), "folder");
	snprintf(p->time, sizeof(p->time), "2026-01-01T00:00:00.000Z");
	p->seq = 1;
	p->recipients = calloc(1, sizeof(char *));
	p->recipients[p->n_recipients++] = strdup("a@example.lg.jp");
	p->payloads = calloc(2, sizeof(*p->payloads));
	payload(&p->payloads[0], "a.txt", "first\n");
	p->payloads[0].mtime = 1700000000;
	payload(&p->payloads[1], "d/b.txt", "second\n");
	p->n_payloads = 2;
}

static void
sample_done(struct parcel *p)
{
	for (size_t i = 0; i < p->n_payloads; i++)
		close(p->payloads[i].fd);
	parcel_done(p);
}

/* Read a whole parcel as the receiver does. */
static int
read_all(const char *path)
{
	struct parcel p = { .seq = 0 };
	uint8_t digest[HASH_BYTES];
	int fd = open(path, O_RDONLY), null = open("/dev/null", O_WRONLY), e;

	e = parcel_read_head(fd, keys.sign_public, &p, digest, why);
	for (size_t i = 0; e == 0 && i < p.n_payloads; i++)
		e = parcel_read_payload(fd, &p.payloads[i], null, why);
	if (e == 0)
		e = parcel_read_end(fd, why);
	parcel_done(&p);
	close(fd);
	close(null);
	return e;
}

static void
write_sample(struct buf *b)
{
	const char *path = in_scratch("p");
	struct parcel p;
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	sample(&p, "ID-1");
	cr_assert_eq(parcel_write(fd, &p, &keys, why), 0, "%s", why);
	close(fd);
	sample_done(&p);
	slurp(path, b);
	cr_assert_eq(read_all(path), 0, "%s", why);
}

Test(parcel, every_flip_is_refused)
{
	char path[512];
	struct buf b;

	snprintf(path, sizeof(path), "%s", in_scratch("p"));
	buf_init(&b, 1 << 20);
	write_sample(&b);
	for (size_t i = 0; i < b.len; i++)
		for (int bit = 0; bit < 8; bit += 7) {
			b.data[i] ^= (uint8_t)(1 << bit);
			spit(path, b.data, b.len);
			cr_expect_neq(read_all(path), 0, "byte %zu", i);
			b.data[i] ^= (uint8_t)(1 << bit);
		}
	buf_done(&b);
}

Test(parcel, every_truncation_and_tail_is_refused)
{
	char path[512];
	struct buf b;

	snprintf(path, sizeof(path), "%s", in_scratch("p"));
	buf_init(&b, 1 << 20);
	write_sample(&b);
	for (size_t n = 0; n < b.len; n++) {
		spit(path, b.data, n);
		cr_expect_neq(read_all(path), 0, "%zu bytes", n);
	}
	cr_assert_eq(buf_u8(&b, 0), 0);
	spit(path, b.data, b.len);
	cr_expect_eq(read_all(path), ERR_MALFORMED);
	buf_done(&b);
}

Test(parcel, writer_refuses_what_is_not_as_said)
{
	struct parcel p;
	int fd = open("/dev/null", O_WRONLY);

	sample(&p, "ID-1");
	p.payloads[1].sha256[0] ^= 1;
	cr_expect_eq(parcel_write(fd, &p, &keys, why), ERR_DENIED);
	p.payloads[1].sha256[0] ^= 1;
	p.payloads[1].bytes++;
	cr_expect_eq(parcel_write(fd, &p, &keys, why), ERR_DENIED);
	p.payloads[1].bytes--;
	snprintf(p.payloads[1].name, 8, "a.txt");
	cr_expect_eq(parcel_write(fd, &p, &keys, why), ERR_MALFORMED);
	sample_done(&p);
	close(fd);
}

struct edit {
	const char *find, *put;
};

/* Each edit of the manifest of p makes it no manifest. */
static void
refuse_edits(const struct parcel *p, const struct edit *edits, size_t n)
{
	struct parcel out;
	struct buf m, e;

	buf_init(&m, 1 << 20);
	buf_init(&e, 1 << 20);
	cr_assert_eq(parcel_manifest(p, &m, why), 0, "%s", why);
	cr_assert_eq(parcel_parse(m.data, m.len, &out, why), 0, "%s", why);
	cr_expect_eq(out.n_payloads, p->n_payloads);
	cr_expect_str_eq(out.sender, p->sender);
	cr_expect_eq(out.hops, p->hops);
	parcel_done(&out);
	for (size_t i = 0; i < n; i++) {
		const char *s = buf_cstr(&m), *at = strstr(s, edits[i].find);

		cr_assert_not_null(at, "edit %zu", i);
		buf_clear(&e);
		cr_assert_eq(buf_put(&e, s, (size_t)(at - s)), 0);
		cr_assert_eq(buf_puts(&e, edits[i].put), 0);
		cr_assert_eq(buf_puts(&e, at + strlen(edits[i].find)), 0);
		cr_expect_neq(parcel_parse(e.data, e.len, &out, why), 0,
		    "edit %zu: %s", i, edits[i].put);
	}
	buf_done(&m);
	buf_done(&e);
}

/* Manifests that say the same in another way, or too much, or too little. */
Test(parcel, manifest_has_one_form)
{
	static const struct edit edits[] = {
		{ "{\"department\"", "{ \"department\"" },
		{ "\"kind\":\"folder\"", "\"kind\":\"import\"" },
		{ "\"kind\":\"folder\"", "\"kind\":\"f\\u006flder\"" },
		{ "\"seq\":1", "\"seq\":0" },
		{ "\"seq\":1", "\"seq\":-1" },
		{ "\"seq\":1", "\"seq\":1.0" },
		{ "\"seq\":1", "\"seq\":01" },
		{ "\"seq\":1", "\"seq\":1,\"seq\":1" },
		{ "\"seq\":1", "\"seq\":99999999999999999999" },
		{ "\"size\":6", "\"size\":-6" },
		{ "\"size\":6", "\"size\":6,\"sizf\":1" },
		{ "\"name\":\"a.txt\"", "\"name\":\"../a.txt\"" },
		{ "\"name\":\"a.txt\"", "\"name\":\"/a.txt\"" },
		{ "\"name\":\"a.txt\"", "\"name\":\"d/b.txt\"" },
		{ "\"name\":\"a.txt\"", "\"name\":\"a\\u0000.txt\"" },
		{ "\"department\":\"zeimu\"", "\"department\":\"../x\"" },
		{ "\"department\":\"zeimu\"", "\"department\":\"a/b\"" },
		{ "\"department\":\"zeimu\"", "\"department\":\"\"" },
		{ "\"id\":\"ID-1\"", "\"id\":\"../1\"" },
		{ "sekisho.parcel/1", "sekisho.parcel/2" },
		{ "\"recipients\":[\"a@example.lg.jp\"]",
		    "\"recipients\":[\"a\\nb\"]" },
		{ "\"recipients\":[\"a@example.lg.jp\"]", "\"recipients\":{}" },
		{ "\"receipt_text\":\"", "\"receipt_tex\":\"" },
		{ "\"mtime\":1700000000", "\"mtime\":0" },
		{ "\"mtime\":1700000000", "\"mtime\":-1" },
		{ "\"mtime\":1700000000", "\"mtime\":1.5" },
		{ "\"mtime\":1700000000", "\"mtime\":\"1\"" },
		{ "\"mtime\":1700000000", "\"mtime\":253402300800" },
		{ "\"mtime\":1700000000", "\"mtim\":1700000000" },
	};
	struct parcel p;

	sample(&p, "ID-1");
	refuse_edits(&p, edits, sizeof(edits) / sizeof(edits[0]));
	sample_done(&p);
}

/* Mail: its envelope is there, whole; what is no mail has none. */
Test(parcel, manifest_of_mail)
{
	static const struct edit edits[] = {
		{ "\"mail\":{", "\"mali\":{" },
		{ "\"mail\":{\"hops\":3,\"sender\":\"s@out.test\"},", "" },
		{ "\"hops\":3", "\"hops\":-3" },
		{ "\"hops\":3", "\"hops\":\"3\"" },
		{ "\"hops\":3", "\"hops\":1001" },
		{ "\"hops\":3,", "\"hops\":3,\"more\":1," },
		{ "\"hops\":3,", "" },
		{ "\"s@out.test\"", "\"s@out\\n.test\"" },
		{ "\"s@out.test\"", "1" },
		{ "[\"a@example.lg.jp\"]", "[]" },
		{ "\"kind\":\"mail\"", "\"kind\":\"folder\"" },
	};
	struct parcel p;

	sample(&p, "ID-1");
	snprintf(p.kind, sizeof(p.kind), "mail");
	snprintf(p.sender, sizeof(p.sender), "s@out.test");
	p.hops = 3;
	close(p.payloads[1].fd);
	free(p.payloads[1].receipt);
	free(p.payloads[1].receipt_text);
	p.n_payloads = 1;
	refuse_edits(&p, edits, sizeof(edits) / sizeof(edits[0]));
	p.sender[0] = '\0';
	refuse_edits(&p, NULL, 0);
	sample_done(&p);
}

/* However long a path is, it stays in the folder of the person. */
Test(parcel, names_below_a_folder)
{
	char login[64], path[1024], out[PARCEL_NAME_BYTES],
	    numbered[2 * PARCEL_NAME_BYTES];

	memset(login, 'l', 60);
	login[60] = '\0';
	for (size_t n = 1; n < 1000; n++) {
		memset(path, 'd', n);
		for (size_t i = 200; i < n; i += 201)
			path[i] = '/';
		memcpy(path + n, "/sato.docx", 11);
		parcel_name_below(login, path, out);
		cr_assert(parcel_name_ok(out), "%zu: %s", n, out);
		cr_assert(strncmp(out, login, 60) == 0 && out[60] == '/',
		    "%zu: %s", n, out);
		snprintf(numbered, sizeof(numbered), "%s (99999)", out);
		parcel_name_make(numbered, path);
		cr_assert(strncmp(path, login, 60) == 0 && path[60] == '/',
		    "%zu: %s", n, path);
	}
	parcel_name_below("sato", "../../x/..", out);
	cr_expect_str_eq(out, "sato/x");
	parcel_name_below("sato", "a.docx", out);
	cr_expect_str_eq(out, "sato/a.docx");
}

Test(parcel, names)
{
	static const char *const good[] = { "a.txt", "d/e/f.docx",
		"\xe9\x96\xa2\xe6\x89\x80.pdf", "a b (2).txt", "com10.txt",
		"console.txt" };

	static const struct {
		const char *in, *made;
	} bad[] = { { "", "file" }, { "/", "file" }, { "..", "file" },
		{ "../../etc/passwd", "etc/passwd" }, { "/abs", "abs" },
		{ "a//b", "a/b" }, { "a/./b", "a/b" }, { ".rc", "_rc" },
		{ "a.", "a_" }, { "a ", "a_" }, { "a/b/", "a/b" },
		{ "a\\b", "a_b" }, { "a:b", "a_b" }, { "a\nb", "a_b" },
		{ "a\x7f", "a_" },
		{ "a\xe2\x80\xae"
		  "fdp.exe",
		    "a_fdp.exe" },
		{ "\xff.txt", "_.txt" }, { "con", "co_" },
		{ "NUL.txt", "NU_.txt" }, { "d/com1.x", "d/co_1.x" },
		{ "LPT\xc2\xb9", "LP_\xc2\xb9" }, { "a*?\"<>|", "a______" } };

	char made[PARCEL_NAME_BYTES], deep[4096], long_name[600];

	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		cr_expect(parcel_name_ok(good[i]), "%s", good[i]);
		parcel_name_make(good[i], made);
		cr_expect_str_eq(made, good[i]);
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		cr_expect_not(parcel_name_ok(bad[i].in), "%s", bad[i].in);
		parcel_name_make(bad[i].in, made);
		cr_expect_str_eq(made, bad[i].made);
		cr_expect(parcel_name_ok(made), "%s", made);
	}
	memset(long_name, 'x', sizeof(long_name));
	snprintf(long_name + 500, 8, ".docx");
	cr_expect_not(parcel_name_ok(long_name));
	parcel_name_make("か\xe3\x82\x99/ハ\xe3\x82\x9a.txt", made);
	cr_expect_str_eq(made, "が/パ.txt", "composed, as Windows writes it");
	parcel_name_make(long_name, made);
	cr_expect(parcel_name_ok(made) && strstr(made, ".docx") != NULL);
	deep[0] = '\0';
	for (size_t i = 0; i < 300; i++)
		snprintf(deep + 2 * i, 16, "d/end.txt");
	cr_expect_not(parcel_name_ok(deep));
	parcel_name_make(deep, made);
	cr_expect_str_eq(made, "end.txt");
}

/* The proof of the tests: everything proves but what begins with "BAD". */
static int
prove(void *arg, int fd, const char *format)
{
	char head[4] = "";

	(*(int *)arg)++;
	cr_expect_str_eq(format, "text");
	if (read(fd, head, 3) != 3)
		return 0;
	return strcmp(head, "BAD") == 0	  ? ERR_MALFORMED
	       : strcmp(head, "LAT") == 0 ? ERR_INTERNAL
					  : 0;
}

static int proofs;

static struct receive_report
receive(void)
{
	struct receive_report r;
	struct receive_setup s = { .prove = prove, .arg = &proofs };
	char from[512], dest[512], state[512];

	snprintf(from, sizeof(from), "%s", in_scratch("way"));
	snprintf(dest, sizeof(dest), "%s", in_scratch("dest"));
	snprintf(state, sizeof(state), "%s", in_scratch("inner"));
	s.from_dir = from;
	s.dest_dir = dest;
	s.state_dir = state;
	memcpy(s.key, keys.sign_public, sizeof(s.key));
	cr_assert_eq(audit_open(state, &inner, 100, &s.audit), 0);
	cr_expect_eq(receive_run(&s, &r), 0, "%s", r.why);
	cr_expect_eq(audit_close(s.audit), 0);
	return r;
}

static uint64_t
seal(const char *id, const char *text)
{
	struct spool *s;
	struct parcel p;
	uint64_t seq = 0;

	cr_assert_eq(spool_open(in_scratch("outer"), &keys, &s), 0);
	sample(&p, id);
	if (text != NULL) {
		close(p.payloads[0].fd);
		free(p.payloads[0].receipt);
		free(p.payloads[0].receipt_text);
		payload(&p.payloads[0], "a.txt", text);
	}
	cr_assert_eq(spool_seal(s, &p, &seq, why), 0, "%s", why);
	sample_done(&p);
	spool_close(s);
	return seq;
}

static struct spool_sent
send_all(void)
{
	struct spool_sent done;
	struct spool *s;

	cr_assert_eq(spool_open(in_scratch("outer"), &keys, &s), 0);
	cr_expect_eq(spool_send(s, in_scratch("way"), &done, why), 0, "%s",
	    why);
	spool_close(s);
	return done;
}

static void
expect_file(const char *name, const char *text)
{
	struct buf b;

	buf_init(&b, 1 << 20);
	slurp(in_scratch(name), &b);
	cr_expect_str_eq(buf_cstr(&b), text);
	buf_done(&b);
}

Test(spool, from_end_to_end)
{
	struct receive_report r;
	struct stat st;

	cr_expect_eq(seal("ID-1", NULL), 1);
	cr_expect_eq(seal("ID-2", NULL), 2);
	cr_expect_eq(seal("ID-1", NULL), 1, "the same job is one parcel");
	cr_expect_eq(count_in(in_scratch("outer/spool/out")), 2);
	cr_expect_eq(send_all().parcels, 2);
	cr_expect_eq(count_in(in_scratch("outer/spool/out")), 0);
	cr_expect_eq(count_in(in_scratch("outer/spool/sent")), 2);
	cr_expect_eq(seal("ID-2", NULL), 2, "sent is still known");
	r = receive();
	cr_expect_eq(r.delivered, 2);
	cr_expect_eq(r.documents, 4);
	cr_expect_eq(proofs, 4);
	expect_file("dest/zeimu/a.txt", "first\n");
	expect_file("dest/zeimu/a (2).txt", "first\n");
	expect_file("dest/zeimu/d/b.txt", "second\n");
	expect_file("dest/zeimu/a.txt.receipt.ja.txt",
	    "\xe9\x96\xa2\xe6\x89\x80\n");
	expect_file("dest/zeimu/a (2).txt.receipt.json",
	    "{\"a\":\"\xe9\x96\xa2\",\"b\":1.5}");
	cr_expect_eq(stat(in_scratch("dest/zeimu/a.txt"), &st), 0);
	cr_expect_eq(st.st_mtime, 1700000000, "the time crosses");
	cr_expect_eq(stat(in_scratch("dest/zeimu/d/b.txt"), &st), 0);
	cr_expect_gt(st.st_mtime, 1700000000, "none was said");
	cr_expect_eq(count_in(in_scratch("way")), 0);
	cr_expect_eq(count_in(in_scratch("dest/.sekisho-stage")), 0);
	cr_expect_eq(receive().delivered, 0);
}

Test(spool, replay_is_refused_and_gaps_are_reported)
{
	struct receive_report r;
	struct receive_gap gaps[4];
	uint64_t highest;
	struct buf b;
	size_t n;

	for (int i = 0; i < 6; i++) {
		char id[16];

		snprintf(id, sizeof(id), "ID-%d", i);
		seal(id, NULL);
	}
	send_all();
	buf_init(&b, 1 << 20);
	slurp(in_scratch("way/0000000000000004.parcel"), &b);
	unlink(in_scratch("way/0000000000000002.parcel"));
	unlink(in_scratch("way/0000000000000003.parcel"));
	unlink(in_scratch("way/0000000000000005.parcel"));
	cr_expect_eq(receive().delivered, 3);
	cr_assert_eq(receive_gaps(in_scratch("inner"), keys.sign_public, gaps,
			 4, &n, &highest),
	    0);
	cr_expect_eq(n, 2);
	cr_expect_eq(highest, 6);
	cr_expect(gaps[0].first == 2 && gaps[0].last == 3);
	cr_expect(gaps[1].first == 5 && gaps[1].last == 5);
	/* The same parcel again, under its own and under another name. */
	spit(in_scratch("way/0000000000000004.parcel"), b.data, b.len);
	spit(in_scratch("way/0000000000000099.parcel"), b.data, b.len);
	r = receive();
	cr_expect_eq(r.delivered, 0);
	cr_expect_eq(r.refused, 2);
	cr_expect(strstr(r.why, "already") != NULL, "%s", r.why);
	cr_expect_eq(count_in(in_scratch("inner/refused")), 4);
	cr_expect_eq(count_in(in_scratch("dest/zeimu")), 3 * 3 + 1);
	buf_done(&b);
}

Test(spool, refused)
{
	struct receive_report r;
	struct buf b;

	seal("ID-1", NULL);
	seal("ID-2", "BAD\n");
	seal("ID-3", NULL);
	send_all();
	buf_init(&b, 1 << 20);
	slurp(in_scratch("way/0000000000000003.parcel"), &b);
	b.data[b.len - 2] ^= 1;
	spit(in_scratch("way/0000000000000003.parcel"), b.data, b.len);
	cr_assert_eq(symlink("/etc/passwd", in_scratch("way/x.parcel")), 0);
	cr_assert_eq(mkfifo(in_scratch("way/y.parcel"), 0600), 0);
	spit(in_scratch("way/z.txt"), "x", 1);
	r = receive();
	cr_expect_eq(r.delivered, 1);
	cr_expect_eq(r.refused, 4);
	cr_expect_eq(count_in(in_scratch("way")), 1, "only z.txt stays");
	cr_expect_eq(count_in(in_scratch("inner/refused")), 8);
	/* Nothing of a refused parcel is delivered, not even its good part. */
	cr_expect_eq(count_in(in_scratch("dest/zeimu")), 3 + 1);
	cr_expect_eq(count_in(in_scratch("dest/.sekisho-stage")), 0);
	/* Its number stays open: a good copy may follow. */
	b.data[b.len - 2] ^= 1;
	spit(in_scratch("way/0000000000000003.parcel"), b.data, b.len);
	cr_expect_eq(receive().delivered, 1);
	buf_done(&b);
}

Test(spool, not_now_leaves_the_parcel)
{
	struct receive_report r;

	seal("ID-1", "LATER\n");
	seal("ID-2", NULL);
	send_all();
	r = receive();
	cr_expect_eq(r.delivered, 1);
	cr_expect_eq(r.again, 1);
	cr_expect_eq(count_in(in_scratch("way")), 1);
	cr_expect_eq(count_in(in_scratch("dest/.sekisho-stage")), 0);
}

/* A user of the tree puts a link or a file where a folder should be. */
Test(spool, no_way_out_of_the_tree)
{
	mkdir(in_scratch("dest/zeimu"), 0700);
	mkdir(in_scratch("outside"), 0700);
	cr_assert_eq(symlink(in_scratch("outside"), in_scratch("dest/zeimu/d")),
	    0);
	seal("ID-1", NULL);
	send_all();
	cr_expect_eq(receive().delivered, 1);
	cr_expect_eq(count_in(in_scratch("outside")), 0);
	expect_file("dest/zeimu/d_b.txt", "second\n");
	unlink(in_scratch("dest/zeimu/d"));
	spit(in_scratch("dest/zeimu/d"), "x", 1);
	seal("ID-2", NULL);
	send_all();
	cr_expect_eq(receive().delivered, 1);
	expect_file("dest/zeimu/d_b (2).txt", "second\n");
}

Test(spool, another_key_is_refused)
{
	uint8_t saved[KEYS_SIGN_PUBLIC];
	struct receive_report r;

	seal("ID-1", NULL);
	send_all();
	memcpy(saved, keys.sign_public, sizeof(saved));
	memcpy(keys.sign_public, inner.sign_public, sizeof(saved));
	r = receive();
	cr_expect_eq(r.refused, 1);
	cr_expect(strstr(r.why, "signature") != NULL, "%s", r.why);
}

/* Somebody else's file under a parcel's name is not overwritten. */
Test(spool, foreign_file_in_the_way)
{
	struct spool_sent done;
	struct spool *s;

	seal("ID-1", NULL);
	spit(in_scratch("way/0000000000000001.parcel"), "x", 1);
	cr_assert_eq(spool_open(in_scratch("outer"), &keys, &s), 0);
	cr_expect_eq(spool_send(s, in_scratch("way"), &done, why), ERR_EXIST);
	cr_expect(strstr(why, "0000000000000001") != NULL);
	spool_close(s);
	cr_expect_eq(count_in(in_scratch("outer/spool/out")), 1);
}
