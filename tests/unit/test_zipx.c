/*
 * zipx over the samples of every class (tests/make/zips.py): what is refused
 * and how, what is accepted, truncations, mutations, and the writer.
 */
#include <criterion/criterion.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "base/fsx.h"
#include "formats/zipx.h"

#define OK 0

/* What the format below is to do. */
static struct {
	unsigned flags;
	int (*act)(struct doc *, struct zipx *);
	size_t entries;
	char names[16][256];
} hook;

static int
ignore(void *arg, const void *p, size_t n)
{
	(void)arg;
	(void)p;
	(void)n;
	return 0;
}

static int
unpack_all(struct doc *d, struct zipx *z)
{
	int e;

	(void)d;
	hook.entries = zipx_count(z);
	for (size_t i = 0; i < zipx_count(z); i++) {
		if (i < 16)
			snprintf(hook.names[i], sizeof(hook.names[i]), "%s",
			    zipx_entry(z, i)->name);
		if (!zipx_entry(z, i)->is_dir &&
		    (e = zipx_unpack(z, i, ignore, NULL)) != 0)
			return e;
	}
	return 0;
}

static int
rebuild(struct doc *d)
{
	struct zipx *z;
	int e;

	if ((hook.flags & 0x8000) != 0)
		return hook.act(d, NULL);
	if ((e = zipx_open(d, hook.flags, &z)) != 0)
		return e;
	return hook.act(d, z);
}

static enum probe
probe(const struct reader *r, const char **sub)
{
	(void)r;
	(void)sub;
	return PROBE_YES;
}

static const struct format format_any = {
	.id = "any", .probe = probe, .rebuild = rebuild
};

/* Stands in for registry.c. */
const struct format *const formats[] = { &format_any, NULL };

static struct options options;
static struct doc_result res;
static unsigned found;

static int
on_finding(void *arg, const struct finding *f)
{
	(void)arg;
	(void)f;
	found++;
	return 0;
}

/* Run the hook over these bytes; the output (if any) goes to out. */
static int
run(const uint8_t *data, size_t n, const char *password, struct buf *out)
{
	struct reader pw;
	struct sink sink;
	struct doc_job job = { .name = "",
		.options = &options,
		.events = { .finding = on_finding },
		.expect = "any",
		.out = &sink };
	int e;

	found = 0;
	reader_init(&job.in, data, n);
	if (password != NULL) {
		reader_init(&pw, password, strlen(password));
		job.passwords = (struct passwords){ &pw, 1 };
	}
	buf_clear(out);
	sink_init_buf(&sink, out, UINT64_MAX);
	e = doc_run(&job, &res);
	sink_done(&sink);
	return e;
}

static void
load(const char *dir, const char *name, struct buf *b)
{
	char path[256];

	snprintf(path, sizeof(path), "samples/%s/zip/%s.zip", dir, name);
	buf_init(b, 1 << 24);
	cr_assert_eq(fsx_slurp(AT_FDCWD, path, b), 0, "%s", path);
}

static int
run_file(const char *dir, const char *name, unsigned flags,
    const char *password)
{
	struct buf in, out;
	int e;

	memset(&hook, 0, sizeof(hook));
	hook.flags = flags;
	hook.act = unpack_all;
	load(dir, name, &in);
	buf_init(&out, 1 << 24);
	e = run(in.data, in.len, password, &out);
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

TestSuite(zipx, .init = setup);

#define AMB ERR_AMBIGUOUS
#define MAL ERR_MALFORMED
#define UNS ERR_UNSUPPORTED
#define ENC ERR_ENCRYPTED
#define LIM ERR_LIMIT

static const struct {
	const char *name;
	int plain, opc; /* errors as an archive and as a document */
} cases[] = {
	{ "A1-method", AMB, AMB },
	{ "A2-size", AMB, AMB },
	{ "A2-packed-size", AMB, AMB },
	{ "A2-crc", AMB, AMB },
	{ "A2-descriptor", AMB, AMB },
	{ "A2-stored-sizes", AMB, AMB },
	{ "A2-two-zip64", AMB, AMB },
	{ "A2-zip64-surplus", AMB, AMB },
	{ "A3-name", AMB, AMB },
	{ "A3-name-case", AMB, AMB },
	{ "A3-utf8-flag", AMB, AMB },
	{ "A3-unicode-path-other", AMB, AMB },
	{ "A3-unicode-path-crc", AMB, AMB },
	{ "A3-unicode-path-version", AMB, AMB },
	{ "A3-unicode-path-twice", AMB, AMB },
	{ "A3-unicode-path-local", AMB, AMB },
	{ "A4-folder-data", AMB, AMB },
	{ "A4-folder-backslash", AMB, AMB },
	{ "A4-folder-attribute", AMB, AMB },
	{ "A4-folder-mode", AMB, AMB },
	{ "A5-crypt-dir", AMB, ENC },
	{ "A5-crypt-local", AMB, AMB },
	{ "A5-strong", ENC, ENC },
	{ "A5-masked", ENC, ENC },
	{ "A5-aes-without", AMB, AMB },
	{ "A5-aes-missing", AMB, AMB },
	{ "A5-aes-differs", AMB, ENC },
	{ "B1-twice", AMB, AMB },
	{ "B1-slashes", AMB, AMB },
	{ "B2-nul", AMB, AMB },
	{ "B2-control", OK, AMB },
	{ "B2-bidi", OK, AMB },
	{ "B2-colon", OK, AMB },
	{ "B3-absolute", OK, AMB },
	{ "B3-drive", OK, AMB },
	{ "B3-parent", OK, AMB },
	{ "B3-parent-inside", OK, AMB },
	{ "B3-empty", OK, AMB },
	{ "B3-dot", OK, AMB },
	{ "B3-dot-inside", OK, AMB },
	{ "B3-trailing-dot", OK, AMB },
	{ "B3-percent", OK, AMB },
	{ "B4-case", OK, AMB },
	{ "C1-hidden", AMB, AMB },
	{ "C1-gap", AMB, AMB },
	{ "C1-gap-extra", AMB, AMB },
	{ "C1-descriptor-missing", AMB, AMB },
	{ "C1-descriptor-unasked", AMB, AMB },
	{ "C1-stored-stream", AMB, AMB },
	{ "C1-stored-bare", AMB, AMB },
	{ "C1-shared", AMB, AMB },
	{ "C1-inside", AMB, AMB },
	{ "C2-comment", AMB, AMB },
	{ "C2-suffix", AMB, AMB },
	{ "C2-inner-end", AMB, AMB },
	{ "C2-inner-directory", AMB, AMB },
	{ "C3-less", AMB, AMB },
	{ "C3-more", AMB, AMB },
	{ "C3-here", AMB, AMB },
	{ "C4-prefix", AMB, AMB },
	{ "C4-prefix-adjusted", AMB, AMB },
	{ "C4-offset", AMB, AMB },
	{ "C4-size", AMB, AMB },
	{ "C4-before-directory", AMB, AMB },
	{ "C4-behind-directory", AMB, AMB },
	{ "C5-disk", AMB, AMB },
	{ "C5-entry-disk", AMB, AMB },
	{ "C5-locator", AMB, AMB },
	{ "C5-differs", AMB, AMB },
	{ "C5-extensible", AMB, AMB },
	{ "C5-masked", MAL, MAL },
	{ "C5-disks", AMB, AMB },
	{ "C5-value-missing", MAL, MAL },
	{ "D-method-1", UNS, UNS },
	{ "D-method-9", UNS, UNS },
	{ "D-method-12", UNS, UNS },
	{ "D-method-14", UNS, UNS },
	{ "D-method-93", UNS, UNS },
	{ "D-method-98", UNS, UNS },
	{ "D-behind-block", AMB, AMB },
	{ "D-more", MAL, MAL },
	{ "D-less", MAL, MAL },
	{ "D-crc", MAL, MAL },
	{ "D-claim", MAL, MAL },
	{ "D-damaged", MAL, MAL },
	{ "D-cut", MAL, MAL },
	{ "D-flags", MAL, MAL },
	{ "D-no-name", MAL, MAL },
	{ "D-link", OK, MAL },
	{ "D-device", OK, MAL },
	{ "D-utf8-false", AMB, AMB },
	{ "D-extra-long", AMB, AMB },
	{ "D-no-end", ERR_TRUNCATED, ERR_TRUNCATED },
	{ "bomb-ratio", LIM, LIM },
	{ "bomb-overlap", AMB, AMB },
	{ "bomb-quoted", AMB, AMB },
	{ "bomb-droste", AMB, AMB },
	{ "bomb-nested", OK, OK },
	{ "comments", OK, OK },
	{ "extras", OK, OK },
};

Test(zipx, every_class)
{
	int e;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		e = run_file("planted", cases[i].name, 0, NULL);
		cr_expect_eq(e, cases[i].plain, "%s: %s (%s)", cases[i].name,
		    err_name(e), res.message);
		e = run_file("planted", cases[i].name, ZIPX_OPC, NULL);
		cr_expect_eq(e, cases[i].opc, "%s as document: %s (%s)",
		    cases[i].name, err_name(e), res.message);
		cr_expect(e == 0 || res.message[0] != '\0');
	}
}

Test(zipx, varieties_are_accepted)
{
	static const char *const names[] = { "descriptor-sig",
		"descriptor-bare", "descriptor-sig64", "descriptor-bare64",
		"descriptor-filled", "descriptor-stored-empty",
		"descriptor-stored", "growth-hint", "folders",
		"folder-deflated", "utf8-flag", "backslash", "zip64-unneeded",
		"zip64-masked", "zip64-streamed", "zip64-end",
		"zip64-end-masked", "padding", "versions", "level-bits",
		"bit-4", "times", "stored-archive", "unix", "order",
		"empty-file" };
	int e;

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		for (unsigned flags = 0; flags <= ZIPX_OPC; flags++) {
			e = run_file("benign", names[i], flags, NULL);
			cr_expect_eq(e, 0, "%s: %s", names[i], res.message);
			cr_expect_geq(hook.entries, 2);
			cr_expect_eq(found, strcmp(names[i], "backslash") == 0,
			    "%s: findings", names[i]);
		}
	}
}

Test(zipx, dropped_things_are_said)
{
	cr_assert_eq(run_file("planted", "comments", 0, NULL), 0);
	cr_expect_eq(found, 2);
	cr_assert_eq(run_file("planted", "extras", 0, NULL), 0);
	cr_expect_eq(found, 1);
}

Test(zipx, names)
{
	static const struct {
		const char *file, *second;
	} names[] = {
		{ "name-cp932", "表だよ/一覧表①髙﨑.txt" },
		{ "name-utf8", "表だよ/一覧表①髙﨑.txt" },
		{ "name-utf8-unmarked", "表だよ/一覧表①髙﨑.txt" },
		{ "name-unicode-path", "表だよ/一覧表①髙﨑.txt" },
		{ "name-cp437", "café.txt" },
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		cr_assert_eq(run_file("benign", names[i].file, 0, NULL), 0);
		cr_expect_str_eq(hook.names[1], names[i].second, "%s: %s",
		    names[i].file, hook.names[1]);
	}
	cr_assert_eq(run_file("benign", "name-cp932", 0, NULL), 0);
	cr_expect_str_eq(hook.names[2], "ソ予/ポ.txt");
}

Test(zipx, passwords)
{
	static const char *const names[] = { "encrypted-old-deflated",
		"encrypted-old-stored", "encrypted-old-streamed",
		"encrypted-aes128", "encrypted-aes192", "encrypted-aes256",
		"encrypted-aes256-stored", "encrypted-aes256-ae1" };
	char wrong[8];

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		cr_expect_eq(run_file("benign", names[i], 0, "himitsu"), 0,
		    "%s: %s", names[i], res.message);
		cr_expect_eq(run_file("benign", names[i], 0, NULL), ENC);
		/* Enough tries that some pass the one-byte check. */
		for (unsigned k = 0; k < 600;
		     k += names[i][10] == 'a' ? 100 : 1) {
			snprintf(wrong, sizeof(wrong), "w%u", k);
			cr_assert_eq(run_file("benign", names[i], 0, wrong),
			    ENC, "%s opened by %s", names[i], wrong);
		}
	}
}

/* A bit of the ciphertext changed: never delivered. */
Test(zipx, aes_is_authenticated)
{
	struct buf in, out;

	memset(&hook, 0, sizeof(hook));
	hook.act = unpack_all;
	load("benign", "encrypted-aes256", &in);
	buf_init(&out, 1 << 20);
	for (size_t i = 80; i < 110; i++) {
		in.data[i] ^= 4;
		cr_expect_eq(run(in.data, in.len, "himitsu", &out), ENC);
		in.data[i] ^= 4;
	}
	buf_done(&in);
	buf_done(&out);
}

/* Every beginning of a good archive is refused. */
Test(zipx, truncations)
{
	static const char *const names[] = { "folders", "zip64-end",
		"descriptor-sig64", "name-unicode-path", "encrypted-aes128" };
	struct buf in, out;

	buf_init(&out, 1 << 20);
	memset(&hook, 0, sizeof(hook));
	hook.act = unpack_all;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		load("benign", names[i], &in);
		for (size_t n = 0; n < in.len; n++)
			cr_assert_neq(run(in.data, n, "himitsu", &out), 0,
			    "%s at %zu", names[i], n);
		buf_done(&in);
	}
	buf_done(&out);
}

/* Every single bit: no crash, and no result but the known errors. */
Test(zipx, mutations)
{
	static const char *const names[] = { "folders", "zip64-streamed",
		"name-unicode-path", "encrypted-old-streamed" };
	struct buf in, out;
	int e;

	buf_init(&out, 1 << 20);
	memset(&hook, 0, sizeof(hook));
	hook.act = unpack_all;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		load("benign", names[i], &in);
		for (size_t bit = 0; bit < 8 * in.len; bit++) {
			in.data[bit / 8] ^= (uint8_t)(1 << bit % 8);
			e = run(in.data, in.len, "himitsu", &out);
			cr_assert(e == 0 || e == MAL || e == AMB || e == UNS ||
				      e == ENC || e == ERR_TRUNCATED,
			    "%s bit %zu: %s", names[i], bit, err_name(e));
			in.data[bit / 8] ^= (uint8_t)(1 << bit % 8);
		}
		buf_done(&in);
	}
	buf_done(&out);
}

/* ---- the writer */

static size_t write_n;
static const char *write_name;

static int
write_many(struct doc *d, struct zipx *z)
{
	char name[32];
	struct zipw *w;
	int e;

	(void)z;
	if ((e = zipw_new(d, &w)) != 0)
		return e;
	for (size_t i = 0; i < write_n; i++) {
		snprintf(name, sizeof(name), "m%06zu.txt", write_n - i);
		e = zipw_add(w, name, 0, true, "x", 1);
		if (e != 0)
			return e;
	}
	if (write_name != NULL &&
	    (e = zipw_add(w, write_name, 0, false, "y", 1)) != 0)
		return e;
	return zipw_finish(w, true, "m000002.txt");
}

static int
write_big(struct doc *d, struct zipx *z)
{
	static uint8_t block[100003];
	struct zipw *w;
	int e;

	(void)z;
	for (size_t i = 0; i < sizeof(block); i++)
		block[i] = (uint8_t)(i * i >> 7);
	if ((e = zipw_new(d, &w)) != 0 ||
	    (e = zipw_begin(w, "dropped.bin", 0, false)) != 0 ||
	    (e = zipw_put(w, block, sizeof(block))) != 0)
		return e;
	zipw_abort(w);
	if ((e = zipw_begin(w, "big.bin", 0xffffffff, false)) != 0)
		return e;
	/* write_n: the size of the pieces, which must not matter. */
	for (int k = 0; k < 20; k++)
		for (size_t at = 0; at < sizeof(block); at += write_n)
			if ((e = zipw_put(w, block + at,
				 at + write_n < sizeof(block)
				     ? write_n
				     : sizeof(block) - at)) != 0)
				return e;
	if ((e = zipw_end(w)) != 0 ||
	    (e = zipw_add(w, "表.txt", 0x58810000, false, "", 0)) != 0 ||
	    (e = zipw_add(w, "d/", 0, false, "", 0)) != 0)
		return e;
	return zipw_finish(w, false, NULL);
}

static void
make(int (*act)(struct doc *, struct zipx *), size_t n, struct buf *out)
{
	memset(&hook, 0, sizeof(hook));
	hook.flags = 0x8000;
	hook.act = act;
	write_n = n;
	buf_init(out, 1 << 26);
	cr_assert_eq(run((const uint8_t *)"", 0, NULL, out), 0, "%s",
	    res.message);
}

static int
read_back(const struct buf *in)
{
	struct buf out;
	int e;

	memset(&hook, 0, sizeof(hook));
	hook.act = unpack_all;
	buf_init(&out, 1 << 20);
	e = run(in->data, in->len, NULL, &out);
	buf_done(&out);
	return e;
}

Test(zipx, written_archives_do_not_depend_on_pieces)
{
	struct buf a, b, c;

	make(write_big, 1, &a);
	make(write_big, 65536, &b);
	make(write_big, 100003, &c);
	cr_expect_eq(a.len, b.len);
	cr_expect_arr_eq(a.data, b.data, a.len);
	cr_expect_eq(a.len, c.len);
	cr_expect_arr_eq(a.data, c.data, a.len);
	cr_assert_eq(read_back(&a), 0, "%s", res.message);
	cr_expect_eq(hook.entries, 3);
	cr_expect_str_eq(hook.names[0], "big.bin");
	buf_done(&a);
	buf_done(&b);
	buf_done(&c);
}

Test(zipx, twenty_thousand_entries_are_too_many)
{
	struct buf a;

	make(write_many, 20000, &a);
	cr_expect_eq(read_back(&a), ERR_LIMIT);
	options.limits.max[BUDGET_MEMBERS] = 30000;
	cr_expect_eq(read_back(&a), 0);
	cr_expect_eq(hook.entries, 20000);
	cr_expect_str_eq(hook.names[0], "m000002.txt");
	cr_expect_str_eq(hook.names[1], "m000001.txt");
	cr_expect_eq(found, 0);
	buf_done(&a);
}

/* C3: as many entries more as the 16-bit count cannot see. */
Test(zipx, zip64_counts)
{
	struct buf a;

	options.limits.max[BUDGET_MEMBERS] = 100000;
	make(write_many, 65538, &a);
	cr_expect_eq(read_back(&a), 0, "%s", res.message);
	cr_expect_eq(hook.entries, 65538);
	cr_assert_arr_eq(a.data + a.len - 22, "PK\5\6\0\0\0\0\xff\xff\xff\xff",
	    12);
	memcpy(a.data + a.len - 22 + 8, "\2\0\2\0", 4);
	cr_expect_eq(read_back(&a), AMB);
	/* Without the ZIP64 records the small count is all there is. */
	memmove(a.data + a.len - 22 - 76, a.data + a.len - 22, 22);
	a.len -= 76;
	cr_expect_eq(read_back(&a), AMB);
	buf_done(&a);
}

Test(zipx, long_names)
{
	static char name[65536];
	struct buf a;

	memset(name, 'n', sizeof(name) - 1);
	write_name = name;
	make(write_many, 3, &a);
	cr_expect_eq(read_back(&a), 0, "%s", res.message);
	cr_expect_eq(hook.entries, 4);
	buf_done(&a);
	write_name = NULL;
}

Test(zipx, a_name_is_written_once)
{
	struct buf a;

	memset(&hook, 0, sizeof(hook));
	hook.flags = 0x8000;
	hook.act = write_many;
	write_n = 3;
	write_name = "m000001.txt";
	buf_init(&a, 1 << 20);
	cr_expect_eq(run((const uint8_t *)"", 0, NULL, &a), ERR_INTERNAL);
	buf_done(&a);
	write_name = NULL;
}
