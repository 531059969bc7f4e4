/*
 * JBIG2: the arithmetic decoder by the standard's own example, the Huffman
 * tables by what every table must be, and one picture by all parts of the
 * standard (tests/make/jbig2.py). formats/codec/jbig2*.c
 */
#include <criterion/criterion.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "formats/codec/jbig2.h"
#include "formats/codec/jbig2_int.h"
#include "formats/format.h"

#define SEEDS "tests/fuzz/seeds/jbig2"
#define W     64u
#define H     48u
#define ROOM  ((size_t)4 << 20)

static int (*act)(struct doc *);

static int
rebuild(struct doc *d)
{
	return act(d);
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

static struct doc_result res;
static struct jb2_result got;
static size_t cut_at; /* globals up to here; 0: none */

static int
run(int (*f)(struct doc *), const void *data, size_t n, struct buf *out)
{
	static bool loaded;
	struct options o;
	struct sink sink;
	struct doc_job job = {
		.name = "", .options = &o, .out = &sink, .expect = "any"
	};
	int e;

	act = f;
	options_default(&o);
	o.limits.max[BUDGET_PIXELS] = 20000000;
	if (!loaded) {
		cr_assert_eq(hash_setup(), 0);
		cr_assert_eq(doc_preload(), 0);
		loaded = true;
	}
	reader_init(&job.in, data, n);
	buf_init(out, ROOM);
	sink_init_buf(&sink, out, ROOM);
	e = doc_run(&job, &res);
	sink_done(&sink);
	return e;
}

static int
decode(struct doc *d)
{
	struct reader in = doc_in(d), globals;
	struct buf out;
	int e = 0;

	got = (struct jb2_result){ 0 };
	buf_init(&out, ROOM);
	if (cut_at != 0)
		e = reader_sub(&in, cut_at, &globals);
	if (e == 0 && cut_at != 0)
		e = reader_sub(&in, reader_left(&in), &in);
	if (e == 0)
		e = jb2_decode(d, &in, cut_at != 0 ? &globals : NULL, &out,
		    &got);
	if (e == 0)
		e = doc_put(d, out.data, out.len);
	buf_done(&out);
	return e;
}

/* ---- the standard's example (H.2) */

Test(jbig2, arithmetic_as_in_the_standard)
{
	static const uint8_t coded[] = { 0x84, 0xc7, 0x3b, 0xfc, 0xe1, 0xa1,
		0x43, 0x04, 0x02, 0x20, 0x00, 0x00, 0x41, 0x0d, 0xbb, 0x86,
		0xf4, 0x31, 0x7f, 0xff, 0x88, 0xff, 0x37, 0x47, 0x1a, 0xdb,
		0x6a, 0xdf, 0xff, 0xac };
	static const uint8_t plain[] = { 0x00, 0x02, 0x00, 0x51, 0x00, 0x00,
		0x00, 0xc0, 0x03, 0x52, 0x87, 0x2a, 0xaa, 0xaa, 0xaa, 0xaa,
		0x82, 0xc0, 0x20, 0x00, 0xfc, 0xd7, 0x9e, 0xf6, 0xbf, 0x7f,
		0xed, 0x90, 0x4f, 0x46, 0xa3, 0xbf };
	struct jb2_arith m;
	struct reader in;
	uint8_t cx = 0;
	unsigned v;

	reader_init(&in, coded, sizeof(coded));
	jb2_arith_init(&m, &in);
	for (size_t i = 0; i < sizeof(plain); i++) {
		v = 0;
		for (unsigned k = 0; k < 8; k++)
			v = v << 1 | jb2_bit(&m, &cx);
		cr_assert_eq(v, plain[i], "byte %zu", i);
	}
	cr_expect(!jb2_is_past(&m));
}

/* ---- tables */

static int
check_tables(struct doc *d)
{
	struct jb2 j = { .d = d };
	const struct jb2_table *t;
	uint64_t codes;

	arena_init(&j.arena, d);
	for (unsigned i = 1; i <= JB2_STANDARD; i++) {
		cr_assert_eq(jb2_table_standard(&j, i, &t), 0);
		codes = 0;
		for (unsigned len = 1; len <= JB2_CODE_MAX; len++)
			codes += (uint64_t)t->count[len]
				 << (JB2_CODE_MAX - len);
		cr_expect_eq(codes, UINT64_C(1) << JB2_CODE_MAX,
		    "table %u: every code means something", i);
	}
	arena_done(&j.arena);
	return 0;
}

/* Every value up to the last line has exactly one line. */
static int
check_values(struct doc *d)
{
	struct jb2 j = { .d = d };
	const struct jb2_table *t;
	const struct jb2_line *l;
	int64_t low, high, sum;

	arena_init(&j.arena, d);
	for (unsigned i = 1; i <= JB2_STANDARD; i++) {
		cr_assert_eq(jb2_table_standard(&j, i, &t), 0);
		low = INT64_MAX;
		high = INT64_MIN;
		sum = 0;
		for (uint32_t k = 0; k < t->n; k++) {
			l = &t->sorted[k];
			if (l->kind != JB2_LINE || l->range == 32)
				continue;
			low = l->low < low ? l->low : low;
			sum += INT64_C(1) << l->range;
			if (l->low + (INT64_C(1) << l->range) > high)
				high = l->low + (INT64_C(1) << l->range);
		}
		cr_expect_eq(sum, high - low, "table %u has a gap", i);
		for (uint32_t k = 0; k < t->n; k++) {
			l = &t->sorted[k];
			if (l->kind == JB2_LINE_LOW)
				cr_expect_eq(l->low, low - 1, "table %u", i);
			else if (l->range == 32)
				cr_expect_eq(l->low, high, "table %u", i);
		}
	}
	arena_done(&j.arena);
	return 0;
}

Test(jbig2, tables_are_whole)
{
	struct buf out;

	cr_expect_eq(run(check_tables, "", 0, &out), 0);
	buf_done(&out);
	cr_expect_eq(run(check_values, "", 0, &out), 0);
	buf_done(&out);
}

/* ---- one picture, many ways */

static unsigned
black(unsigned x, unsigned y)
{
	return y % 16 < 12 ? (x * x + 3 * y * y + x * y) >> 6 & 1u : 0;
}

static void
expect_picture(const struct buf *out, const char *name)
{
	cr_assert_eq(got.width, W, "%s", name);
	cr_assert_eq(got.height, H, "%s", name);
	cr_expect(!got.damaged, "%s is damaged", name);
	cr_assert_eq(out->len, W / 8 * H, "%s", name);
	for (unsigned y = 0; y < H; y++)
		for (unsigned x = 0; x < W; x++)
			cr_assert_eq((unsigned)out->data[y * (W / 8) + x / 8] >>
					     (7 - x % 8) &
					 1u,
			    1 - black(x, y), "%s: pixel %u, %u", name, x, y);
}

static size_t
load(const char *name, uint8_t *to, size_t room)
{
	char path[512];
	size_t n;
	FILE *f;

	snprintf(path, sizeof(path), SEEDS "/%s", name);
	f = fopen(path, "rb");
	cr_assert_not_null(f, "%s", path);
	n = fread(to, 1, room, f);
	fclose(f);
	return n;
}

/* Calls f for every stream of the maker; how many there were. */
static unsigned
each_stream(void (*f)(const char *, uint8_t *, size_t))
{
	static uint8_t data[65536];
	DIR *dir = opendir(SEEDS);
	struct dirent *entry;
	unsigned n = 0;

	cr_assert_not_null(dir);
	while ((entry = readdir(dir)) != NULL) {
		if (entry->d_name[0] == '.' ||
		    strncmp(entry->d_name, "found-", 6) == 0)
			continue;
		f(entry->d_name, data, load(entry->d_name, data, sizeof(data)));
		n++;
	}
	closedir(dir);
	return n;
}

static void
decode_one(const char *name, uint8_t *data, size_t n)
{
	struct buf out;

	cr_assert_eq(run(decode, data, n, &out), 0, "%s: %s", name,
	    res.message);
	expect_picture(&out, name);
	buf_done(&out);
}

Test(jbig2, one_picture_by_every_part)
{
	cr_expect_geq(each_stream(decode_one), 59u);
}

Test(jbig2, globals_come_first)
{
	static uint8_t data[65536], moved[65536];
	const size_t page = 30;
	size_t n = load("text-symbols0", data, sizeof(data)), dict;
	struct buf out;

	/* The dictionary in front, the page behind it. */
	dict = 11 + ((size_t)data[page + 9] << 8 | data[page + 10]);
	memcpy(moved, data + page, dict);
	memcpy(moved + dict, data, page);
	memcpy(moved + dict + page, data + dict + page, n - dict - page);
	cut_at = dict;
	cr_assert_eq(run(decode, moved, n, &out), 0, "%s", res.message);
	expect_picture(&out, "globals");
	buf_done(&out);
	cut_at = 0;
}

/* ---- damage */

static void
try(const uint8_t *data, size_t n)
{
	struct buf out;
	int e = run(decode, data, n, &out);

	cr_expect(e != ERR_INTERNAL && e != ERR_NOENT, "%d", e);
	if (e == 0)
		cr_expect_eq(out.len, ((size_t)got.width + 7) / 8 * got.height);
	buf_done(&out);
}

static void
mutate(const char *name, uint8_t *data, size_t n)
{
	(void)name;
	for (size_t i = 0; i < n; i += 23)
		try(data, i);
	for (size_t i = 0; i < n * 8; i += 29) {
		data[i / 8] ^= (uint8_t)(1 << i % 8);
		try(data, n);
		data[i / 8] ^= (uint8_t)(1 << i % 8);
	}
	for (size_t i = 0; i + 4 < n; i += 31) {
		uint8_t was[4];

		memcpy(was, data + i, 4);
		memset(data + i, 0xff, 4);
		try(data, n);
		memcpy(data + i, was, 4);
	}
}

Test(jbig2, damage_ends_in_a_verdict, .timeout = 600)
{
	(void)each_stream(mutate);
}

/* A stream whose end is missing keeps what was there, and says so. */
Test(jbig2, cut_streams_are_damaged)
{
	static uint8_t data[65536];
	size_t n = load("generic0", data, sizeof(data));
	struct buf out;

	cr_assert_eq(run(decode, data, n - 200, &out), 0);
	cr_expect(got.damaged);
	cr_expect_eq(got.height, H);
	buf_done(&out);
}

/* Few bytes that ask for much: a limit, soon. */
Test(jbig2, bombs_meet_the_limits)
{
	uint8_t data[4096] = { 0, 0, 0, 0, 48, 0, 1, 0, 0, 0, 19, 0, 0, 0x20, 0,
		0, 0, 0x20, 0 };
	const uint8_t region[] = { 0, 0, 0, 1, 38, 0, 1, 0, 0, 0, 28, 0, 0,
		0x20, 0, 0, 0, 0x20, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 3, 0xff,
		0xfd, 0xff, 2, 0xfe, 0xfe, 0xfe, 0xff, 0xac };
	size_t n = 30;
	struct buf out;

	while (n + sizeof(region) < sizeof(data)) {
		memcpy(data + n, region, sizeof(region));
		n += sizeof(region);
	}
	cr_expect_eq(run(decode, data, n, &out), ERR_LIMIT);
	buf_done(&out);
}
