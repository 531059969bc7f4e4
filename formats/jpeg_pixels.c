/*
 * JPEG pixels decoded and coded anew (pixels=reencode), so that the result is
 * still a fixpoint; docs/adr/0011-pixels.md says why it works this way.
 *
 * Samples are taken as they are stored (no change of colours or sampling), so
 * each block of 8 x 8 is on its own. Coding and decoding in turn moves every
 * block ever less, until nothing changes: that file is the result, and doing
 * the same to it gives the same bytes. The quality is the lowest of a few
 * whose result stays within the allowed distance of the input; tables that
 * are ours already are tried first.
 */
#include <limits.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jpeglib.h>
#include <jerror.h>

#include "formats/image.h"
#include "formats/jpeg_int.h"

#define ROUNDS_MAX    24u
#define BLOCKS_IN_MCU 10
/* 45.5 dB: 255^2 / 10^4.55, in thousandths. */
#define MSE_MAX 1832u

static const int qualities[] = { 75, 80, 85, 90, 92, 94, 95, 96, 97, 98, 99,
	100 };

#define QUALITIES (sizeof(qualities) / sizeof(qualities[0]))

struct plane {
	uint8_t *first, *now; /* samples of the input, and of the result */
	JDIMENSION width, height, rows, stride; /* shown; held */
	int h, v;
};

struct pixels {
	struct jpeg_error_mgr err; /* first: libjpeg hands it back */
	jmp_buf env;
	struct doc *d;
	int e;
	struct jpeg_damage *damage; /* NULL: our own file, nothing expected */
	struct jpeg_decompress_struct src;
	struct jpeg_compress_struct dst;
	struct plane plane[JPEG_COMPONENTS_MAX];
	J_COLOR_SPACE space;
	JDIMENSION width, height;
	int n, v_max;
	int own_quality; /* of the tables of the input; 0: not ours */
	jpeg_scan_info scans[JPEG_COMPONENTS_MAX];
	unsigned char *coded; /* by jpeg_mem_dest() */
	unsigned long coded_bytes;
	struct buf result;
};

/* ---- libjpeg's callbacks: none of them ever exits or prints */

static void
on_error(j_common_ptr c)
{
	struct pixels *p = (struct pixels *)c->err;
	char text[JMSG_LENGTH_MAX];

	if (p->e == 0) {
		p->e = c->err->msg_code == JERR_OUT_OF_MEMORY ? ERR_LIMIT
							      : ERR_MALFORMED;
		c->err->format_message(c, text);
		(void)doc_fail(p->d, p->e, "%s", text);
	}
	longjmp(p->env, 1);
}

static void
on_message(j_common_ptr c, int level)
{
	struct pixels *p = (struct pixels *)c->err;

	if (level >= 0 || p->damage == NULL)
		return;
	if (c->err->msg_code == JWRN_EXTRANEOUS_DATA)
		p->damage->extra++;
	else if (p->damage->times++ == 0)
		c->err->format_message(c, p->damage->warning);
}

static void
on_nothing(j_common_ptr c)
{
	(void)c;
}

static void
give_up(struct pixels *p, int e)
{
	if (p->e == 0)
		p->e = e;
	longjmp(p->env, 1);
}

/* ---- decoding */

static void
bound_memory(struct pixels *p)
{
	uint64_t room = doc_budget(p->d, BUDGET_MEMORY_BYTES);

	p->src.mem->max_memory_to_use = room > LONG_MAX ? LONG_MAX : (long)room;
}

static void
make_planes(struct pixels *p)
{
	const jpeg_component_info *c;
	struct plane *s;
	size_t n;

	p->n = p->src.num_components;
	p->space = p->src.jpeg_color_space;
	p->width = p->src.image_width;
	p->height = p->src.image_height;
	p->v_max = p->src.max_v_samp_factor;
	for (int i = 0; i < p->n; i++) {
		c = &p->src.comp_info[i];
		s = &p->plane[i];
		s->h = c->h_samp_factor;
		s->v = c->v_samp_factor;
		s->width = c->downsampled_width;
		s->height = c->downsampled_height;
		s->stride = c->width_in_blocks * DCTSIZE;
		s->rows = p->src.total_iMCU_rows * (JDIMENSION)(s->v * DCTSIZE);
		n = (size_t)s->stride * s->rows;
		if ((s->first = doc_alloc(p->d, n)) == NULL ||
		    (s->now = doc_alloc(p->d, n)) == NULL)
			give_up(p, ERR_NOMEM);
	}
}

/* Pointers to the rows of one line of blocks, of all components. */
struct line {
	JSAMPROW row[JPEG_COMPONENTS_MAX][4 * DCTSIZE];
	JSAMPARRAY array[JPEG_COMPONENTS_MAX];
};

static JSAMPIMAGE
line_at(struct pixels *p, bool first, JDIMENSION number, struct line *l)
{
	struct plane *s;
	uint8_t *from;
	int rows;

	for (int i = 0; i < p->n; i++) {
		s = &p->plane[i];
		rows = s->v * DCTSIZE;
		from = (first ? s->first : s->now) +
		       (size_t)number * (size_t)rows * s->stride;
		for (int y = 0; y < rows; y++)
			l->row[i][y] = from + (size_t)y * s->stride;
		l->array[i] = l->row[i];
	}
	return l->array;
}

static void find_own_quality(struct pixels *p);

static void
decode(struct pixels *p, const uint8_t *bytes, size_t n, bool first)
{
	JDIMENSION line_rows, number = 0;
	struct line l;

	jpeg_create_decompress(&p->src);
	jpeg_mem_src(&p->src, bytes, n);
	(void)jpeg_read_header(&p->src, TRUE);
	bound_memory(p);
	p->src.raw_data_out = TRUE;
	p->src.do_block_smoothing = FALSE;
	p->src.dct_method = JDCT_ISLOW;
	p->src.out_color_space = p->src.jpeg_color_space;
	(void)jpeg_start_decompress(&p->src);
	if (first) {
		make_planes(p);
		find_own_quality(p);
	}
	line_rows = (JDIMENSION)(p->v_max * DCTSIZE);
	while (p->src.output_scanline < p->src.output_height)
		if (jpeg_read_raw_data(&p->src, line_at(p, first, number++, &l),
			line_rows) == 0)
			give_up(p, ERR_INTERNAL);
	(void)jpeg_finish_decompress(&p->src);
	jpeg_destroy_decompress(&p->src);
}

/* ---- coding */

/* One scan each where one of all would hold too many blocks. */
static void
set_scans(struct pixels *p)
{
	int blocks = 0;

	for (int i = 0; i < p->n; i++)
		blocks += p->plane[i].h * p->plane[i].v;
	if (p->n == 1 || blocks <= BLOCKS_IN_MCU)
		return;
	for (int i = 0; i < p->n; i++)
		p->scans[i] = (jpeg_scan_info){ .comps_in_scan = 1,
			.component_index = { i },
			.Se = DCTSIZE2 - 1 };
	p->dst.scan_info = p->scans;
	p->dst.num_scans = p->n;
}

static void
prepare(struct pixels *p, int quality)
{
	jpeg_create_compress(&p->dst);
	p->dst.image_width = p->width;
	p->dst.image_height = p->height;
	p->dst.input_components = p->n;
	p->dst.in_color_space = p->space;
	jpeg_set_defaults(&p->dst);
	jpeg_set_colorspace(&p->dst, p->space);
	jpeg_set_quality(&p->dst, quality, TRUE);
	for (int i = 0; i < p->n; i++) {
		p->dst.comp_info[i].h_samp_factor = p->plane[i].h;
		p->dst.comp_info[i].v_samp_factor = p->plane[i].v;
	}
	p->dst.raw_data_in = TRUE;
	p->dst.dct_method = JDCT_ISLOW;
	p->dst.write_JFIF_header = FALSE;
	p->dst.write_Adobe_marker = FALSE;
	set_scans(p);
}

static void
encode(struct pixels *p, int quality, bool first)
{
	JDIMENSION line_rows = (JDIMENSION)(p->v_max * DCTSIZE), number = 0;
	struct line l;

	prepare(p, quality);
	free(p->coded);
	p->coded = NULL;
	p->coded_bytes = 0;
	jpeg_mem_dest(&p->dst, &p->coded, &p->coded_bytes);
	jpeg_start_compress(&p->dst, TRUE);
	while (p->dst.next_scanline < p->dst.image_height)
		if (jpeg_write_raw_data(&p->dst,
			line_at(p, first, number++, &l), line_rows) == 0)
			give_up(p, ERR_INTERNAL);
	jpeg_finish_compress(&p->dst);
	jpeg_destroy_compress(&p->dst);
}

/* Are the tables of the input those that one of our qualities makes? */
static void
find_own_quality(struct pixels *p)
{
	const JQUANT_TBL *a, *b;
	bool same;

	for (size_t q = 0; q < QUALITIES; q++) {
		prepare(p, qualities[q]);
		same = true;
		for (int i = 0; i < p->n; i++) {
			a = p->src.quant_tbl_ptrs[p->src.comp_info[i]
						      .quant_tbl_no];
			b = p->dst.quant_tbl_ptrs[p->dst.comp_info[i]
						      .quant_tbl_no];
			same = same && a != NULL &&
			       memcmp(a->quantval, b->quantval,
				   sizeof(a->quantval)) == 0;
		}
		jpeg_destroy_compress(&p->dst);
		if (same) {
			p->own_quality = qualities[q];
			return;
		}
	}
}

/* ---- how far the result is from the input */

static uint64_t
squares(const struct plane *s)
{
	const uint8_t *a, *b;
	uint64_t sum = 0;
	int v;

	for (JDIMENSION y = 0; y < s->height; y++) {
		a = s->first + (size_t)y * s->stride;
		b = s->now + (size_t)y * s->stride;
		for (JDIMENSION x = 0; x < s->width; x++) {
			v = a[x] - b[x];
			sum += (uint64_t)(v * v);
		}
	}
	return sum;
}

/*
 * Mean squared error in thousandths. Of Y Cb Cr as it shows in R G B: one
 * unit of Cb weighs (1.772^2 + 0.344^2) / 3, of Cr (1.402^2 + 0.714^2) / 3.
 */
static uint64_t
distance(const struct pixels *p)
{
	static const uint64_t ycc[] = { 1000, 1086, 826, 0 };
	bool weighed = p->space == JCS_YCbCr;
	uint64_t sum = 0, each = 1000 / (uint64_t)p->n;
	const struct plane *s;

	for (int i = 0; i < p->n; i++) {
		s = &p->plane[i];
		sum += squares(s) * (weighed ? ycc[i] : each) /
		       ((uint64_t)s->width * s->height);
	}
	return sum;
}

static bool
is_same(const struct pixels *p)
{
	const struct plane *s;

	for (int i = 0; i < p->n; i++) {
		s = &p->plane[i];
		if (memcmp(s->first, s->now, (size_t)s->stride * s->rows) != 0)
			return false;
	}
	return true;
}

/* ---- the search */

static bool
is_at_rest(const struct pixels *p)
{
	return p->result.len == p->coded_bytes &&
	       memcmp(p->result.data, p->coded, p->coded_bytes) == 0;
}

/* Code and decode in turn until nothing changes any more. */
static bool
try_quality(struct pixels *p, int quality)
{
	encode(p, quality, true);
	for (unsigned i = 0; i < ROUNDS_MAX; i++) {
		buf_clear(&p->result);
		if ((p->e = buf_put(&p->result, p->coded, p->coded_bytes)) != 0)
			give_up(p, p->e);
		decode(p, p->coded, p->coded_bytes, false);
		if (distance(p) > MSE_MAX)
			return false;
		encode(p, quality, false);
		if (is_at_rest(p))
			return true;
	}
	return false;
}

static bool
search(struct pixels *p)
{
	if (p->own_quality != 0 && try_quality(p, p->own_quality))
		return true;
	for (size_t i = 0; i < QUALITIES; i++)
		if (qualities[i] != p->own_quality &&
		    try_quality(p, qualities[i]))
			return true;
	return false;
}

static void
run(struct pixels *p, const struct reader *in, struct jpeg_damage *damage)
{
	p->damage = damage;
	decode(p, in->data, in->len, true);
	p->damage = NULL;
	if (!search(p)) {
		(void)doc_fail(p->d, ERR_UNSUPPORTED,
		    "its pixels do not settle when coded anew");
		give_up(p, ERR_UNSUPPORTED);
	}
}

int
jpeg_reencode(struct doc *d, const struct reader *in,
    struct jpeg_damage *damage, struct buf *out)
{
	struct pixels *p = doc_alloc(d, sizeof(*p));
	int e;

	if (p == NULL)
		return ERR_NOMEM;
	p->d = d;
	buf_init(&p->result, out->max);
	jpeg_std_error(&p->err);
	p->err.error_exit = on_error;
	p->err.emit_message = on_message;
	p->err.output_message = on_nothing;
	p->src.err = &p->err;
	p->dst.err = &p->err;
	if (setjmp(p->env) == 0)
		run(p, in, damage);
	else if (p->e == 0)
		p->e = ERR_INTERNAL;
	jpeg_destroy_compress(&p->dst);
	jpeg_destroy_decompress(&p->src);
	free(p->coded);
	e = p->e;
	if (e == 0 && !is_same(p))
		e = doc_found(d, FIND_IMAGE_REENCODED, ACT_REPLACED, "", NULL);
	if (e == 0)
		e = buf_put(out, p->result.data, p->result.len);
	buf_done(&p->result);
	return e;
}
