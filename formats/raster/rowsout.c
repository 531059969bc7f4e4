/* Decoded rows as a JPEG or a PNG; see rowsout.h. */
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jpeglib.h>

#include "formats/png_int.h"
#include "formats/raster/pngout.h"
#include "formats/raster/rowsout.h"

#define MSE_MAX_THOUSANDTHS 2056u /* 45 dB: 255^2 / 10^4.5 */
#define JPEG_MAX_BYTES	    (256u << 20)

struct coder {
	struct jpeg_error_mgr err; /* first: libjpeg hands it back */
	jmp_buf env;
	struct doc *d;
	struct jpeg_compress_struct c;
	unsigned char *data; /* by libjpeg; freed here */
	unsigned long n;
	int e;
};

static void
on_error(j_common_ptr c)
{
	struct coder *o = (struct coder *)c->err;
	char text[JMSG_LENGTH_MAX];

	c->err->format_message(c, text);
	o->e = doc_fail(o->d, ERR_NOMEM, "%s", text);
	longjmp(o->env, 1);
}

static void
on_message(j_common_ptr c, int level)
{
	(void)c;
	(void)level;
}

static void
on_output(j_common_ptr c)
{
	(void)c;
}

static void
put_exif(struct coder *o, const struct buf *exif)
{
	static const uint8_t name[] = { 'E', 'x', 'i', 'f', 0, 0 };

	if (exif == NULL || exif->len == 0)
		return;
	jpeg_write_m_header(&o->c, JPEG_APP0 + 1,
	    (unsigned)(sizeof(name) + exif->len));
	for (size_t i = 0; i < sizeof(name); i++)
		jpeg_write_m_byte(&o->c, name[i]);
	for (size_t i = 0; i < exif->len; i++)
		jpeg_write_m_byte(&o->c, exif->data[i]);
}

static void
set_up(struct coder *o, const struct rows_picture *p, int quality)
{
	jpeg_create_compress(&o->c);
	jpeg_mem_dest(&o->c, &o->data, &o->n);
	o->c.image_width = p->width;
	o->c.image_height = p->height;
	o->c.input_components = p->channels;
	o->c.in_color_space = p->channels == 1 ? JCS_GRAYSCALE : JCS_RGB;
	jpeg_set_defaults(&o->c);
	jpeg_set_quality(&o->c, quality, TRUE);
	o->c.dct_method = JDCT_ISLOW;
	o->c.comp_info[0].h_samp_factor = p->half ? 2 : 1;
	o->c.comp_info[0].v_samp_factor = p->half ? 2 : 1;
	jpeg_start_compress(&o->c, TRUE);
	put_exif(o, p->exif);
	if (p->icc != NULL && p->icc->len > 0)
		jpeg_write_icc_profile(&o->c, p->icc->data,
		    (unsigned)p->icc->len);
}

static int
code(struct coder *o, const struct rows_picture *p, int quality)
{
	JSAMPROW row;

	jpeg_std_error(&o->err);
	o->err.error_exit = on_error;
	o->err.emit_message = on_message;
	o->err.output_message = on_output;
	o->c.err = &o->err;
	if (setjmp(o->env) == 0) {
		set_up(o, p, quality);
		for (uint32_t y = 0; y < p->height; y++) {
			row = (JSAMPROW)(p->rows + y * p->stride);
			(void)jpeg_write_scanlines(&o->c, &row, 1);
		}
		jpeg_finish_compress(&o->c);
	} else if (o->e == 0) {
		o->e = ERR_INTERNAL;
	}
	jpeg_destroy_compress(&o->c);
	return o->e;
}

/* ---- how far it is from the rows */

struct judge {
	struct jpeg_error_mgr err; /* first: libjpeg hands it back */
	jmp_buf env;
	struct jpeg_decompress_struct c;
	uint8_t *row;
	uint64_t sum; /* of the squares of the differences */
};

static void
on_judge_error(j_common_ptr c)
{
	struct judge *j = (struct judge *)c->err;

	longjmp(j->env, 1);
}

static void
add_row(struct judge *j, const uint8_t *was, size_t n)
{
	int v;

	for (size_t i = 0; i < n; i++) {
		v = j->row[i] - was[i];
		j->sum += (uint64_t)(v * v);
	}
}

static void
compare(struct judge *j, const struct coder *o, const struct rows_picture *p)
{
	jpeg_create_decompress(&j->c);
	jpeg_mem_src(&j->c, o->data, o->n);
	(void)jpeg_read_header(&j->c, TRUE);
	j->c.out_color_space = p->channels == 1 ? JCS_GRAYSCALE : JCS_RGB;
	j->c.dct_method = JDCT_ISLOW;
	(void)jpeg_start_decompress(&j->c);
	for (uint32_t y = 0; y < p->height; y++) {
		(void)jpeg_read_scanlines(&j->c, &j->row, 1);
		add_row(j, p->rows + y * p->stride,
		    (size_t)p->width * p->channels);
	}
}

static int
judge(struct coder *o, const struct rows_picture *p, bool *faithful)
{
	uint64_t values = (uint64_t)p->width * p->height * p->channels;
	struct judge *j = doc_alloc(o->d, sizeof(*j));
	int e = 0;

	if (j == NULL || (j->row = malloc((size_t)p->width * 3)) == NULL)
		return ERR_NOMEM;
	jpeg_std_error(&j->err);
	j->err.error_exit = on_judge_error;
	j->err.emit_message = on_message;
	j->err.output_message = on_output;
	j->c.err = &j->err;
	if (setjmp(j->env) == 0)
		compare(j, o, p);
	else
		e = doc_fail(o->d, ERR_NOMEM, "the JPEG cannot be read");
	jpeg_destroy_decompress(&j->c);
	free(j->row);
	*faithful = j->sum / MSE_MAX_THOUSANDTHS <= values / 1000;
	return e;
}

/* ---- as a document */

/* In the one form of the JPEG module. */
static int
rebuild(struct doc *d, const struct rows_picture *p, const struct reader *in)
{
	struct child child = {
		.in = in, .name = "", .where = "", .flags = CHILD_NO_MAGIC
	};
	struct doc_result res;
	struct sink sink;
	struct buf out;
	int e;

	buf_init(&out, JPEG_MAX_BYTES);
	sink_init_buf(&sink, &out, JPEG_MAX_BYTES);
	sink.plain = true;
	/* The pixels have been paid for. */
	doc_refund(d, BUDGET_PIXELS, (uint64_t)p->width * p->height);
	if ((e = doc_child(d, &child, &sink, &res)) != 0)
		(void)doc_fail(d, e, "%s", res.message);
	if (e == 0)
		e = doc_put(d, out.data, out.len);
	sink_done(&sink);
	buf_done(&out);
	return e;
}

/* The lowest quality that will do. */
static int
code_well(struct coder *o, const struct rows_picture *p)
{
	static const uint8_t qualities[] = { 92, 95, 97, 98, 99, 100 };
	bool faithful = false;
	int e;

	for (size_t i = 0; i < sizeof(qualities); i++) {
		free(o->data);
		o->data = NULL;
		o->n = 0;
		if ((e = code(o, p, qualities[i])) != 0 || !p->faithful ||
		    (e = judge(o, p, &faithful)) != 0 || faithful)
			return e;
	}
	return ERR_NOENT;
}

int
rows_put_jpeg(struct doc *d, const struct rows_picture *p)
{
	struct coder *o = doc_alloc(d, sizeof(*o));
	struct reader in;
	int e;

	if (o == NULL)
		return ERR_NOMEM;
	o->d = d;
	if ((e = code_well(o, p)) == 0) {
		reader_init(&in, o->data, o->n);
		e = rebuild(d, p, &in);
	}
	free(o->data);
	return e;
}

int
rows_put_png(struct doc *d, const struct rows_picture *p)
{
	static const uint8_t colours[] = { 0, PNG_GRAY, PNG_GRAY_ALPHA, PNG_RGB,
		PNG_RGBA };
	const struct pngout_form f = { .width = p->width,
		.height = p->height,
		.depth = p->bits,
		.colour = colours[p->channels],
		.icc = p->icc,
		.exif = p->exif };
	struct pngout *out = NULL;
	int e = pngout_open(d, &f, NULL, NULL, &out);

	for (uint32_t y = 0; y < p->height && e == 0; y++)
		e = pngout_row(out, p->rows + y * p->stride);
	if (e == 0)
		e = pngout_end(out);
	pngout_close(out);
	return e;
}
