/* Decoded rows as a JPEG or a PNG; see heif_int.h. */
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jpeglib.h>

#include "formats/png_int.h"
#include "formats/raster/heif_int.h"
#include "formats/raster/pngout.h"

#define QUALITY	       92
#define JPEG_MAX_BYTES (256u << 20)

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

	if (exif->len == 0)
		return;
	jpeg_write_m_header(&o->c, JPEG_APP0 + 1,
	    (unsigned)(sizeof(name) + exif->len));
	for (size_t i = 0; i < sizeof(name); i++)
		jpeg_write_m_byte(&o->c, name[i]);
	for (size_t i = 0; i < exif->len; i++)
		jpeg_write_m_byte(&o->c, exif->data[i]);
}

static void
set_up(struct coder *o, const struct heif_picture *p)
{
	jpeg_create_compress(&o->c);
	jpeg_mem_dest(&o->c, &o->data, &o->n);
	o->c.image_width = p->width;
	o->c.image_height = p->height;
	o->c.input_components = p->channels;
	o->c.in_color_space = p->channels == 1 ? JCS_GRAYSCALE : JCS_RGB;
	jpeg_set_defaults(&o->c);
	jpeg_set_quality(&o->c, QUALITY, TRUE);
	o->c.dct_method = JDCT_ISLOW;
	o->c.comp_info[0].h_samp_factor = p->half ? 2 : 1;
	o->c.comp_info[0].v_samp_factor = p->half ? 2 : 1;
	jpeg_start_compress(&o->c, TRUE);
	put_exif(o, p->exif);
	if (p->icc->len > 0)
		jpeg_write_icc_profile(&o->c, p->icc->data,
		    (unsigned)p->icc->len);
}

static int
code(struct coder *o, const struct heif_picture *p)
{
	JSAMPROW row;

	jpeg_std_error(&o->err);
	o->err.error_exit = on_error;
	o->err.emit_message = on_message;
	o->err.output_message = on_output;
	o->c.err = &o->err;
	if (setjmp(o->env) == 0) {
		set_up(o, p);
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

/* In the one form of the JPEG module. */
static int
rebuild(struct doc *d, const struct heif_picture *p, const struct reader *in)
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

int
heif_put_jpeg(struct doc *d, const struct heif_picture *p)
{
	struct coder *o = doc_alloc(d, sizeof(*o));
	struct reader in;
	int e;

	if (o == NULL)
		return ERR_NOMEM;
	o->d = d;
	if ((e = code(o, p)) == 0) {
		reader_init(&in, o->data, o->n);
		e = rebuild(d, p, &in);
	}
	free(o->data);
	return e;
}

int
heif_put_png(struct doc *d, const struct heif_picture *p)
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
