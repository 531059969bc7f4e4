/*
 * JBIG2 (ITU-T T.88) through jbig2dec, which gets its memory from an arena and
 * says nothing. What sizes a picture is read here first (7.2, 7.4).
 */
#include "formats/codec/jbig2.h"

#include <jbig2.h>

#include "formats/codec/arena.h"
#include "formats/image.h"

#define SEGMENTS_MAX   65536u
#define UNKNOWN	       0xffffffffu
#define TYPE_PAGE_INFO 48u
#define TYPE_MASK      0x3fu
#define BIG_PAGE       0x40u /* the page number has four bytes */

struct jb2 {
	Jbig2Allocator memory; /* first: jbig2dec hands it back */
	struct arena arena;
	struct doc *d;
	Jbig2Ctx *shared, *ctx;
	Jbig2GlobalCtx *globals;
	bool has_page;
	unsigned complaints;
	char first[160];
};

/* ---- headers */

/* Past the numbers of the segments that this one refers to. */
static int
skip_referred(struct reader *in, uint32_t number)
{
	uint64_t each = number <= 256 ? 1 : number <= 65536 ? 2 : 4;
	uint32_t n;
	uint8_t c;
	int e;

	if ((e = reader_peek(in, &c)) != 0)
		return e;
	if (c >> 5 != 7) {
		n = c >> 5;
		e = reader_skip(in, 1);
	} else if ((e = reader_u32be(in, &n)) == 0) {
		n &= 0x1fffffff;
		e = reader_skip(in, n / 8 + 1);
	}
	return e != 0 ? e : reader_skip(in, (size_t)(n * each));
}

static bool
is_region(unsigned type)
{
	return (type >= 4 && type <= 7) || (type >= 20 && type <= 23) ||
	       (type >= 36 && type <= 43);
}

static int
take_header(struct jb2 *j, unsigned type, struct reader data)
{
	uint32_t w, h;
	uint64_t px;

	if (type != TYPE_PAGE_INFO && !is_region(type))
		return 0;
	if (reader_u32be(&data, &w) != 0 || reader_u32be(&data, &h) != 0)
		return doc_fail(j->d, ERR_MALFORMED, "a short JBIG2 segment");
	if (type == TYPE_PAGE_INFO) {
		if (j->has_page)
			return doc_fail(j->d, ERR_MALFORMED,
			    "two pages in a JBIG2 picture");
		j->has_page = true;
		return image_take_size(j->d, w, h == UNKNOWN ? 1 : h);
	}
	if (__builtin_mul_overflow((uint64_t)w, (uint64_t)h, &px))
		return ERR_LIMIT;
	return doc_spend(j->d, BUDGET_PIXELS, px);
}

/* One segment. ERR_NOENT at the end of what can be walked. */
static int
walk_one(struct jb2 *j, struct reader *in)
{
	uint32_t number, n;
	uint8_t flags;
	struct reader data;
	int e;

	if (reader_u32be(in, &number) != 0 || reader_u8(in, &flags) != 0 ||
	    skip_referred(in, number) != 0 ||
	    reader_skip(in, (flags & BIG_PAGE) != 0 ? 4 : 1) != 0 ||
	    reader_u32be(in, &n) != 0)
		return ERR_NOENT;
	if (n > reader_left(in))
		n = UNKNOWN;
	e = reader_sub(in, n == UNKNOWN ? reader_left(in) : n, &data);
	return e != 0 ? e : take_header(j, flags & TYPE_MASK, data);
}

static int
walk(struct jb2 *j, struct reader in)
{
	int e;

	for (unsigned i = 0; i < SEGMENTS_MAX; i++) {
		e = walk_one(j, &in);
		if (e != 0)
			return e == ERR_NOENT ? 0 : e;
	}
	return doc_fail(j->d, ERR_LIMIT, "more than %u JBIG2 segments",
	    SEGMENTS_MAX);
}

/* ---- jbig2dec's callbacks */

static void *
on_alloc(Jbig2Allocator *m, size_t n)
{
	return arena_alloc(&((struct jb2 *)m)->arena, n);
}

static void
on_free(Jbig2Allocator *m, void *p)
{
	arena_free(&((struct jb2 *)m)->arena, p);
}

static void *
on_realloc(Jbig2Allocator *m, void *p, size_t n)
{
	return arena_realloc(&((struct jb2 *)m)->arena, p, n);
}

static void
on_error(void *arg, const char *text, Jbig2Severity how, uint32_t segment)
{
	struct jb2 *j = arg;

	(void)segment;
	if (how < JBIG2_SEVERITY_WARNING)
		return;
	if (j->complaints++ == 0)
		snprintf(j->first, sizeof(j->first), "%s", text);
}

/* ---- the picture */

static int
open_decoder(struct jb2 *j, const struct reader *globals)
{
	if (globals != NULL && globals->len > 0) {
		j->shared = jbig2_ctx_new(&j->memory, JBIG2_OPTIONS_EMBEDDED,
		    NULL, on_error, j);
		if (j->shared == NULL)
			return ERR_NOMEM;
		if (jbig2_data_in(j->shared, globals->data, globals->len) < 0)
			j->complaints++;
		j->globals = jbig2_make_global_ctx(j->shared);
		j->shared = NULL;
	}
	j->ctx = jbig2_ctx_new(&j->memory, JBIG2_OPTIONS_EMBEDDED, j->globals,
	    on_error, j);
	return j->ctx == NULL ? ERR_NOMEM : 0;
}

static void
close_decoder(struct jb2 *j)
{
	if (j->ctx != NULL)
		(void)jbig2_ctx_free(j->ctx);
	if (j->globals != NULL)
		(void)jbig2_global_ctx_free(j->globals);
}

static int
put_rows(struct jb2 *j, const Jbig2Image *image, struct buf *out)
{
	size_t stride = ((size_t)image->width + 7) / 8, n;
	uint8_t mask = (uint8_t)(0xff << (7 - (image->width + 7) % 8));
	struct reader rows;
	const uint8_t *row;
	uint8_t *to;
	int e;

	if (__builtin_mul_overflow((size_t)image->stride, image->height, &n))
		return ERR_LIMIT;
	reader_init(&rows, image->data, n);
	if (__builtin_mul_overflow(stride, image->height, &n) ||
	    doc_spend(j->d, BUDGET_EXPANDED_BYTES, n) != 0)
		return ERR_LIMIT;
	for (uint32_t y = 0; y < image->height; y++) {
		if ((e = reader_bytes(&rows, image->stride, &row)) != 0 ||
		    (e = buf_reserve(out, stride, &to)) != 0)
			return doc_fail(j->d, e, "the rows of a JBIG2 picture");
		for (size_t i = 0; i < stride; i++)
			to[i] = (uint8_t)~row[i];
		to[stride - 1] &= mask;
		buf_commit(out, stride);
	}
	return 0;
}

static int
decode(struct jb2 *j, const struct reader *in, const struct reader *globals,
    struct buf *out, struct jb2_result *res)
{
	Jbig2Image *image;
	int e;

	if ((e = open_decoder(j, globals)) != 0)
		return e;
	if (jbig2_data_in(j->ctx, in->data, in->len) < 0)
		j->complaints++;
	if ((image = jbig2_page_out(j->ctx)) == NULL) {
		/* Embedded streams often have no end of page. */
		(void)jbig2_complete_page(j->ctx);
		image = jbig2_page_out(j->ctx);
	}
	if (image == NULL || image->data == NULL || image->width == 0)
		return doc_fail(j->d, ERR_MALFORMED, "JBIG2: %s",
		    j->complaints > 0 ? j->first : "no page");
	if (image->height > doc_options(j->d)->limits.max_image_side_px)
		return doc_fail(j->d, ERR_LIMIT, "JBIG2: %u rows",
		    (unsigned)image->height);
	*res = (struct jb2_result){ image->width, image->height,
		j->complaints > 0 };
	e = put_rows(j, image, out);
	jbig2_release_page(j->ctx, image);
	return e;
}

int
jb2_decode(struct doc *d, const struct reader *in, const struct reader *globals,
    struct buf *out, struct jb2_result *res)
{
	struct jb2 j = { .memory = { on_alloc, on_free, on_realloc }, .d = d };
	int e = 0;

	arena_init(&j.arena, d);
	if (globals != NULL)
		e = walk(&j, *globals);
	if (e == 0)
		e = walk(&j, *in);
	if (e == 0 && !j.has_page)
		e = doc_fail(d, ERR_MALFORMED, "a JBIG2 picture without page");
	if (e == 0)
		e = decode(&j, in, globals, out, res);
	close_decoder(&j);
	arena_done(&j.arena);
	return e;
}
