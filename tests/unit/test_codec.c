/*
 * The codecs that pictures and PDF share: what goes in comes out, damage ends
 * in a verdict, limits hold. formats/codec/
 */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "formats/codec/ccitt.h"
#include "formats/codec/jbig2.h"
#include "formats/codec/jpx.h"
#include "formats/format.h"

#define ROOM ((size_t)4 << 20)

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

static int
run(int (*f)(struct doc *), const void *data, size_t n)
{
	struct options o;
	struct sink sink;
	struct buf out;
	struct doc_job job = { .name = "", .options = &o, .out = &sink };
	int e;

	act = f;
	options_default(&o);
	cr_assert_eq(hash_setup(), 0);
	cr_assert_eq(doc_preload(), 0);
	reader_init(&job.in, data, n);
	buf_init(&out, ROOM);
	sink_init_buf(&sink, &out, ROOM);
	e = doc_run(&job, &res);
	sink_done(&sink);
	buf_done(&out);
	return e;
}

/* ---- fax */

static uint32_t seed;

static uint32_t
next(void)
{
	seed = seed * 1664525u + 1013904223u;
	return seed >> 8;
}

/* Runs of random length; dense: up to 4 pixels, else up to most. */
static void
fill(uint8_t *rows, uint32_t w, uint32_t h, uint32_t most)
{
	size_t stride = (w + 7) / 8;
	uint32_t left = 0;
	bool black = false;

	memset(rows, 0, stride * h);
	for (uint32_t y = 0; y < h; y++)
		for (uint32_t x = 0; x < w; x++) {
			if (left == 0) {
				left = 1 + next() % most;
				black = !black;
			}
			left--;
			if (black)
				rows[y * stride + x / 8] |=
				    (uint8_t)(0x80 >> x % 8);
		}
}

static int
round_trip(struct doc *d)
{
	static const uint32_t widths[] = { 1, 7, 8, 9, 64, 1728, 2561, 5200 };
	struct ccitt_params p = { .k = -1, .rows = 9, .black_is_1 = true };
	struct ccitt_result r;
	struct buf packed, rows, back;
	struct reader in;
	uint8_t *to;
	size_t n;

	for (size_t i = 0; i < 8 * 3; i++) {
		p.columns = widths[i / 3];
		n = (size_t)(p.columns + 7) / 8 * p.rows;
		buf_init(&rows, ROOM);
		buf_init(&packed, ROOM);
		buf_init(&back, ROOM);
		cr_assert_eq(buf_reserve(&rows, n, &to), 0);
		fill(to, p.columns, p.rows,
		    i % 3 == 0 ? 2 : (uint32_t)(i % 3) * 300);
		buf_commit(&rows, n);
		buf_reader(&rows, &in);
		cr_assert_eq(ccitt_g4_encode(d, &in, p.columns, p.rows, true,
				 &packed),
		    0);
		buf_reader(&packed, &in);
		cr_assert_eq(ccitt_decode(d, &in, &p, &back, &r), 0);
		cr_expect_eq(r.damaged, 0u);
		cr_expect_eq(r.missing, 0u);
		cr_assert_eq(back.len, n);
		cr_expect_eq(memcmp(back.data, rows.data, n), 0, "width %u",
		    (unsigned)p.columns);
		buf_done(&rows);
		buf_done(&packed);
		buf_done(&back);
	}
	return 0;
}

Test(codec, group_4_round_trip)
{
	seed = 7;
	cr_assert_eq(run(round_trip, "x", 1), 0, "%s", res.message);
}

static int
any_bytes(struct doc *d)
{
	struct ccitt_result r;
	struct reader in = doc_in(d);
	struct buf out;
	int e;

	for (int k = -1; k <= 4; k += 1) {
		for (unsigned bits = 0; bits < 16; bits++) {
			struct ccitt_params p = { .k = k,
				.byte_align = (bits & 1) != 0,
				.end_of_line = (bits & 2) != 0,
				.word_align = (bits & 2) != 0,
				.low_bit_first = (bits & 4) != 0,
				.end_of_block = (bits & 4) != 0,
				.rows = (bits & 8) != 0 ? 20 : 0,
				.columns = 100,
				.damaged_max = bits };

			buf_init(&out, ROOM);
			e = ccitt_decode(d, &in, &p, &out, &r);
			cr_assert(e == 0 || e == ERR_MALFORMED);
			if (e != 0)
				doc_forgive(d);
			else
				cr_assert_eq(out.len, 13u * r.rows);
			buf_done(&out);
		}
	}
	return 0;
}

Test(codec, fax_of_any_bytes_ends)
{
	uint8_t data[200];

	seed = 3;
	for (unsigned i = 0; i < 300; i++) {
		for (size_t j = 0; j < sizeof(data); j++)
			data[j] = (uint8_t)(next() >> (i % 3 == 0 ? 0 : 4)) &
				  (uint8_t)(i % 2 == 0 ? 0xff : next());
		cr_assert_eq(run(any_bytes, data, i % sizeof(data)), 0, "%s",
		    res.message);
	}
}

static int
no_columns(struct doc *d)
{
	struct ccitt_params p = { .k = -1, .rows = 9 };
	struct ccitt_result r;
	struct reader in = doc_in(d);
	struct buf out;
	int e;

	buf_init(&out, ROOM);
	e = ccitt_decode(d, &in, &p, &out, &r);
	buf_done(&out);
	return e;
}

/* Pixels of one bit: eight cost one, whether or not the height is known. */
static int
fax_cost(struct doc *d)
{
	struct ccitt_params p = { .k = -1, .columns = 160 };
	struct ccitt_result r;
	struct reader in = doc_in(d);
	uint64_t before;
	struct buf out;

	for (p.rows = 0; p.rows <= 40; p.rows += 40) {
		before = doc_budget(d, BUDGET_PIXELS);
		buf_init(&out, ROOM);
		cr_assert_eq(ccitt_decode(d, &in, &p, &out, &r), 0);
		cr_expect_eq(r.rows, p.rows == 0 ? 16u : 40u);
		/* A row more when they are counted one by one. */
		cr_expect_eq(before - doc_budget(d, BUDGET_PIXELS),
		    (p.rows == 0 ? 17u : 40u) * 20u);
		buf_done(&out);
	}
	return 0;
}

Test(codec, fax_of_one_bit_costs_an_eighth)
{
	/* Two bytes: sixteen rows like the one before them, white. */
	cr_expect_eq(run(fax_cost, "\xff\xff", 2), 0);
}

Test(codec, fax_limits)
{
	cr_expect_eq(run(no_columns, "abc", 3), ERR_MALFORMED);
}

/* ---- JBIG2 */

static int
jbig2(struct doc *d)
{
	struct jb2_result r;
	struct reader in = doc_in(d);
	struct buf out;
	int e;

	buf_init(&out, ROOM);
	e = jb2_decode(d, &in, NULL, &out, &r);
	if (e == 0)
		cr_expect_eq(out.len, (size_t)(r.width + 7) / 8 * r.height);
	buf_done(&out);
	return e;
}

/* A page of w x h, white, and its end. */
static size_t
jbig2_page(uint8_t *to, uint32_t w, uint32_t h)
{
	uint8_t page[] = { 0, 0, 0, 0, 48, 0, 1, 0, 0, 0, 19,
		(uint8_t)(w >> 24), (uint8_t)(w >> 16), (uint8_t)(w >> 8),
		(uint8_t)w, (uint8_t)(h >> 24), (uint8_t)(h >> 16),
		(uint8_t)(h >> 8), (uint8_t)h, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
		0, 0, 0, 1, 49, 0, 1, 0, 0, 0, 0 };

	memcpy(to, page, sizeof(page));
	return sizeof(page);
}

Test(codec, jbig2_pages)
{
	uint8_t data[64];
	size_t n = jbig2_page(data, 20, 9);

	cr_expect_eq(run(jbig2, data, n), 0, "%s", res.message);
	for (size_t i = 0; i < n; i++)
		cr_expect_neq(run(jbig2, data, i), ERR_INTERNAL);
	for (size_t i = 0; i < n * 8; i++) {
		data[i / 8] ^= (uint8_t)(1 << i % 8);
		cr_expect_neq(run(jbig2, data, n), ERR_INTERNAL);
		data[i / 8] ^= (uint8_t)(1 << i % 8);
	}
	n = jbig2_page(data, 60000, 9);
	cr_expect_eq(run(jbig2, data, n), ERR_LIMIT);
	n = jbig2_page(data, 0, 9);
	cr_expect_eq(run(jbig2, data, n), ERR_MALFORMED);
}

/* ---- JPEG 2000: headers only; pictures are in test_jpeg2000.c */

static int
jpx(struct doc *d)
{
	struct jpx_result r;
	struct reader in = doc_in(d);
	struct buf out;
	int e;

	buf_init(&out, ROOM);
	e = jpx_decode(d, &in, 0, &out, NULL, &r);
	buf_done(&out);
	return e;
}

static size_t
siz(uint8_t *to, uint32_t w, uint32_t tile, uint8_t n, uint8_t depth)
{
	const uint8_t head[] = { 0xff, 0x4f, 0xff, 0x51, 0,
		(uint8_t)(38 + 3 * n), 0, 0, (uint8_t)(w >> 24),
		(uint8_t)(w >> 16), (uint8_t)(w >> 8), (uint8_t)w, 0, 0, 0x40,
		0, 0, 0, 0, 0, 0, 0, 0, 0, (uint8_t)(tile >> 24),
		(uint8_t)(tile >> 16), (uint8_t)(tile >> 8), (uint8_t)tile, 0,
		0, 0, (uint8_t)tile, 0, 0, 0, 0, 0, 0, 0, 0, 0, n };

	memcpy(to, head, sizeof(head));
	for (unsigned i = 0; i < n; i++) {
		to[sizeof(head) + 3 * i] = (uint8_t)(depth - 1);
		to[sizeof(head) + 3 * i + 1] = 1;
		to[sizeof(head) + 3 * i + 2] = 1;
	}
	return sizeof(head) + 3u * n;
}

Test(codec, jpx_headers)
{
	uint8_t data[128];

	cr_expect_eq(run(jpx, data, siz(data, 0x7fffffff, 1, 3, 8)), ERR_LIMIT);
	cr_expect_eq(run(jpx, data, siz(data, 16384, 1, 3, 8)), ERR_LIMIT);
	cr_expect_eq(run(jpx, data, siz(data, 16, 0, 3, 8)), ERR_MALFORMED);
	cr_expect_eq(run(jpx, data, siz(data, 16, 16, 9, 8)), ERR_UNSUPPORTED);
	cr_expect_eq(run(jpx, data, siz(data, 16, 16, 3, 32)), ERR_UNSUPPORTED);
	cr_expect_eq(run(jpx, "\xff\x4f", 2), ERR_MALFORMED);
}
