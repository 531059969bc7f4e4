/*
 * A picture that was JPEG 2000 with losses becomes JPEG: as rows it would be
 * ten times its size. One that was coded without losses stays exact.
 */
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jpeglib.h>

#include "formats/codec/jpx.h"
#include "formats/pdf/image_int.h"

#define QUALITY	      92
#define JPEG_BYTES    ((size_t)256 << 20)
#define PIXELS_LEAST  4096 /* less is not worth it */
#define SHORTER_TIMES 4	   /* the code against its rows */
#define SIDE_MAX      65500

bool
pimage_may_be_jpeg(const struct pimage *im, const struct reader *jpx)
{
	const struct pobj *mask = pobj_get(im->dict, "Mask");
	uint64_t px = (uint64_t)im->width * im->height;

	if (im->role != PIMAGE_PICTURE || im->indexed || im->bits != 8 ||
	    im->premultiplied || (im->colours != 1 && im->colours != 3))
		return false;
	/* Colours to be left out must be hit exactly. */
	if (mask != NULL && !pobj_is(mask, POBJ_REF) &&
	    !pobj_is(mask, POBJ_STREAM))
		return false;
	if (px < PIXELS_LEAST || im->width > SIDE_MAX || im->height > SIDE_MAX)
		return false;
	return jpx->len < px * im->colours / SHORTER_TIMES && jpx_is_lossy(jpx);
}

struct coder {
	struct jpeg_error_mgr err; /* first: libjpeg hands it back */
	jmp_buf env;
	struct jpeg_compress_struct c;
	unsigned char *data; /* by libjpeg; freed by the caller */
	unsigned long n;
	int e;
};

static void
on_error(j_common_ptr c)
{
	struct coder *o = (struct coder *)c->err;

	o->e = ERR_NOMEM;
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
set_up(struct coder *o, const struct pimage *im)
{
	jpeg_create_compress(&o->c);
	jpeg_mem_dest(&o->c, &o->data, &o->n);
	o->c.image_width = im->width;
	o->c.image_height = im->height;
	o->c.input_components = (int)im->colours;
	o->c.in_color_space = im->colours == 1 ? JCS_GRAYSCALE : JCS_RGB;
	jpeg_set_defaults(&o->c);
	jpeg_set_quality(&o->c, QUALITY, TRUE);
	o->c.dct_method = JDCT_ISLOW;
	o->c.comp_info[0].h_samp_factor = 1;
	o->c.comp_info[0].v_samp_factor = 1;
	jpeg_start_compress(&o->c, TRUE);
}

static int
code(struct coder *o, const struct pimage *im)
{
	struct reader rows = im->rows;
	const uint8_t *p;
	JSAMPROW row;

	jpeg_std_error(&o->err);
	o->err.error_exit = on_error;
	o->err.emit_message = on_message;
	o->err.output_message = on_output;
	o->c.err = &o->err;
	if (setjmp(o->env) == 0) {
		set_up(o, im);
		while (o->c.next_scanline < o->c.image_height &&
		       reader_bytes(&rows, (size_t)im->width * im->colours,
			   &p) == 0) {
			row = (JSAMPROW)(uintptr_t)p;
			(void)jpeg_write_scanlines(&o->c, &row, 1);
		}
		jpeg_finish_compress(&o->c);
	}
	jpeg_destroy_compress(&o->c);
	return o->e;
}

int
pimage_to_jpeg(struct pimage *im)
{
	struct coder *o = doc_alloc(im->p->d, sizeof(*o));
	struct reader in;
	int e;

	if (o == NULL)
		return ERR_NOMEM;
	if ((e = code(o, im)) == 0) {
		reader_init(&in, o->data, o->n);
		buf_clear(&im->own);
		/* The pixels have been paid for. */
		doc_refund(im->p->d, BUDGET_PIXELS,
		    (uint64_t)im->width * im->height);
		e = pimage_take_jpeg(im, &in);
	}
	free(o->data);
	if (e != 0)
		return e;
	return doc_found(im->p->d, FIND_PDF_IMAGE_JPEG, ACT_REPLACED, im->where,
	    NULL);
}
