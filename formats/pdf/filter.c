/*
 * The filters of streams (ISO 32000-1, 7.4), undone up to a picture filter.
 *
 * Flate goes through libdeflate in one shot; what that refuses is taken as far
 * as zlib gets. No ratio is asked: an empty scanned page has a high one. The
 * size of a stream and of all together is bounded instead.
 */
#include "formats/pdf/pdf_int.h"

#include <libdeflate.h>
#include <string.h>
#include <zlib.h>

#define FILTERS_MAX 8
#define COLUMNS_MAX (1 << 20)

static struct libdeflate_decompressor *unpacker;

int
pfilter_preload(void)
{
	if (unpacker == NULL)
		unpacker = libdeflate_alloc_decompressor();
	return unpacker == NULL ? ERR_NOMEM : 0;
}

/* ---- Flate */

/* What comes out of damaged data. */
static int
inflate_piecewise(const struct reader *in, struct pgrow *out, int window)
{
	uint8_t piece[16384];
	z_stream z = { .next_in = (Bytef *)(uintptr_t)in->data,
		.avail_in = (uInt)in->len };
	int e = 0, r;

	if (inflateInit2(&z, window) != Z_OK)
		return ERR_NOMEM;
	do {
		z.next_out = piece;
		z.avail_out = sizeof(piece);
		r = inflate(&z, Z_NO_FLUSH);
		e = pgrow_put(out, piece, sizeof(piece) - z.avail_out);
	} while (e == 0 && r == Z_OK);
	inflateEnd(&z);
	return e;
}

static int
inflate_damaged(const struct reader *in, struct pgrow *out, bool *damaged)
{
	int e;

	*damaged = true;
	if (in->len > UINT32_MAX)
		return ERR_LIMIT;
	e = inflate_piecewise(in, out, 15);
	/* A broken head: the rest may be right. */
	if (e == 0 && out->n == 0 && in->len > 2) {
		struct reader body;

		reader_init(&body, in->data + 2, in->len - 2);
		e = inflate_piecewise(&body, out, -15);
	}
	return e;
}

/* Line ends before the data, from writers that count badly. */
static void
skip_line_ends(struct reader *in)
{
	uint8_t c;

	while (reader_peek(in, &c) == 0 && (c == '\r' || c == '\n'))
		if (reader_skip(in, 1) != 0)
			return;
	reader_init(in, in->data + in->pos, in->len - in->pos);
}

static int
unflate(struct reader *in, struct pgrow *out, bool *damaged)
{
	size_t room, used, made;
	uint8_t *p;
	int r;

	skip_line_ends(in);
	if (in->len == 0)
		return 0;
	room = in->len < 16384 ? 65536 : in->len;
	do {
		if (room > PFILTER_BYTES_MAX / 4)
			room = PFILTER_BYTES_MAX;
		else
			room *= 4;
		if ((p = pin_realloc(out->in, out->data, room)) == NULL)
			return ERR_NOMEM;
		out->data = p;
		out->cap = room;
		r = libdeflate_zlib_decompress_ex(unpacker, in->data, in->len,
		    p, room, &used, &made);
	} while (r == LIBDEFLATE_INSUFFICIENT_SPACE &&
		 room < PFILTER_BYTES_MAX);
	if (r == LIBDEFLATE_INSUFFICIENT_SPACE)
		return ERR_LIMIT;
	if (r != LIBDEFLATE_SUCCESS)
		return inflate_damaged(in, out, damaged);
	out->n = made;
	return 0;
}

/* ---- one filter */

enum kind {
	KIND_FLATE,
	KIND_LZW,
	KIND_HEX,
	KIND_A85,
	KIND_RUN,
	KIND_CRYPT,
	KIND_PICTURE,
};

static const struct filter {
	const char *name, *abbreviation;
	enum kind kind;
	enum pfilter picture;
} filters[] = {
	{ "FlateDecode", "Fl", KIND_FLATE, PFILTER_NONE },
	{ "LZWDecode", "LZW", KIND_LZW, PFILTER_NONE },
	{ "ASCIIHexDecode", "AHx", KIND_HEX, PFILTER_NONE },
	{ "ASCII85Decode", "A85", KIND_A85, PFILTER_NONE },
	{ "RunLengthDecode", "RL", KIND_RUN, PFILTER_NONE },
	{ "Crypt", "Crypt", KIND_CRYPT, PFILTER_NONE },
	{ "DCTDecode", "DCT", KIND_PICTURE, PFILTER_DCT },
	{ "CCITTFaxDecode", "CCF", KIND_PICTURE, PFILTER_CCITT },
	{ "JPXDecode", "JPXDecode", KIND_PICTURE, PFILTER_JPX },
	{ "JBIG2Decode", "JBIG2Decode", KIND_PICTURE, PFILTER_JBIG2 },
};

static const struct filter *
find_filter(const struct pobj *name)
{
	for (size_t i = 0; i < sizeof(filters) / sizeof(filters[0]); i++)
		if (pobj_is_name(name, filters[i].name) ||
		    pobj_is_name(name, filters[i].abbreviation))
			return &filters[i];
	return NULL;
}

/* A number of the parameters, the default when it is not there. */
static int
take_parm(struct pdf *pdf, const struct pobj *parms, const char *key,
    int64_t least, int64_t most, int64_t *v)
{
	const struct pobj *p;
	int e = pin_get(pdf->in, parms, key, &p);

	if (e != 0 || p == NULL)
		return e;
	return pobj_int(p, least, most, v) ? 0 : ERR_MALFORMED;
}

static int
take_predictor(struct pdf *pdf, const struct pobj *parms, struct ppredictor *p)
{
	int e;

	*p = (struct ppredictor){
		.kind = 1, .colours = 1, .bits = 8, .columns = 1
	};
	if ((e = take_parm(pdf, parms, "Predictor", 1, 15, &p->kind)) != 0 ||
	    (e = take_parm(pdf, parms, "Colors", 1, 32, &p->colours)) != 0 ||
	    (e = take_parm(pdf, parms, "BitsPerComponent", 1, 16, &p->bits)) !=
		0 ||
	    (e = take_parm(pdf, parms, "Columns", 1, COLUMNS_MAX,
		 &p->columns)) != 0)
		return e;
	return (p->bits & (p->bits - 1)) == 0 ? 0 : ERR_MALFORMED;
}

static int
undo_coded(struct pdf *pdf, enum kind kind, const struct pobj *parms,
    struct reader *in, struct pgrow *out, bool *damaged)
{
	struct ppredictor predictor;
	int64_t early = 1;
	int e = take_predictor(pdf, parms, &predictor);

	if (e == 0)
		e = take_parm(pdf, parms, "EarlyChange", 0, 1, &early);
	if (e == 0)
		e = kind == KIND_FLATE
			? unflate(in, out, damaged)
			: pfilter_lzw(in, early == 1, out, damaged);
	if (e == 0 && out->n > 0)
		pfilter_predict(&predictor, out->data, &out->n, damaged);
	return e;
}

static int
undo(struct pdf *pdf, const struct filter *f, const struct pobj *parms,
    struct reader *in, struct pgrow *out, bool *damaged)
{
	switch (f->kind) {
	case KIND_FLATE:
	case KIND_LZW:
		return undo_coded(pdf, f->kind, parms, in, out, damaged);
	case KIND_HEX:
		return pfilter_hex(in, out, damaged);
	case KIND_A85:
		return pfilter_a85(in, out, damaged);
	case KIND_RUN:
		return pfilter_run(in, out, damaged);
	case KIND_CRYPT:
	case KIND_PICTURE:
		break;
	}
	return ERR_INTERNAL;
}

/* ---- the chain */

/* Undo f over the bytes of *out, whose memory is replaced. */
static int
apply(struct pdf *pdf, const struct filter *f, const struct pobj *parms,
    struct pdata *out)
{
	struct pgrow g = { .in = pdf->in };
	struct reader in;
	int e;

	reader_init(&in, out->bytes.data, out->bytes.len);
	e = undo(pdf, f, parms, &in, &g, &out->damaged);
	if (e == 0)
		e = doc_spend(pdf->d, BUDGET_EXPANDED_BYTES, g.n);
	if (e != 0) {
		pin_free(pdf->in, g.data);
		return e == ERR_LIMIT ? doc_fail(pdf->d, e,
					    "a stream of more than %zu bytes",
					    PFILTER_BYTES_MAX)
				      : e;
	}
	if (g.data != NULL && g.cap - g.n > 4096) {
		void *less = pin_realloc(pdf->in, g.data, g.n + 1);

		if (less != NULL)
			g.data = less;
	}
	pin_free(pdf->in, out->mem);
	out->mem = g.data;
	reader_init(&out->bytes, g.data, g.n);
	return 0;
}

static int
nth(struct pdf *pdf, const struct pobj *list, size_t i, const struct pobj **out)
{
	if (pobj_is(list, POBJ_ARRAY))
		return pin_resolve(pdf->in, pobj_item(list, i), out);
	*out = i == 0 ? list : NULL;
	return 0;
}

static int
apply_nth(struct pdf *pdf, const struct pobj *filter, const struct pobj *parms,
    size_t i, struct pdata *out)
{
	const struct pobj *name, *parm;
	const struct filter *f;
	int e;

	if ((e = nth(pdf, filter, i, &name)) != 0 ||
	    (e = nth(pdf, parms, i, &parm)) != 0)
		return e;
	if (out->left != PFILTER_NONE || (f = find_filter(name)) == NULL)
		return ERR_UNSUPPORTED;
	if (!pobj_is(parm, POBJ_DICT))
		parm = NULL;
	if (f->kind == KIND_CRYPT)
		return 0; /* deciphered already */
	if (f->kind != KIND_PICTURE)
		return apply(pdf, f, parm, out);
	out->left = f->picture;
	out->parms = parm;
	return 0;
}

static int
apply_all(struct pdf *pdf, const struct pobj *filter, const struct pobj *parms,
    struct pdata *out)
{
	size_t n = pobj_is(filter, POBJ_ARRAY) ? pobj_count(filter) : 1;
	int e = 0;

	if (filter == NULL)
		return 0;
	if (n > FILTERS_MAX)
		return ERR_UNSUPPORTED;
	if ((e = pfilter_preload()) != 0)
		return e;
	for (size_t i = 0; e == 0 && i < n; i++)
		e = apply_nth(pdf, filter, parms, i, out);
	return e;
}

static int
unfilter(struct pdf *pdf, struct pdata *data, const struct pobj *filter,
    const struct pobj *parms, struct pdata *out)
{
	int e;

	if ((e = pin_resolve(pdf->in, filter, &filter)) == 0 &&
	    (e = pin_resolve(pdf->in, parms, &parms)) == 0)
		e = apply_all(pdf, filter, parms, data);
	if (e != 0)
		pdf_data_free(pdf, data);
	else
		*out = *data;
	return e;
}

int
pdf_unfilter(struct pdf *pdf, const struct reader *bytes,
    const struct pobj *filter, const struct pobj *parms, struct pdata *out)
{
	struct pdata data = { 0 };

	reader_init(&data.bytes, bytes->data, bytes->len);
	return unfilter(pdf, &data, filter, parms, out);
}

int
pdf_data(struct pdf *pdf, const struct pobj *stream, struct pdata *out)
{
	struct pdata data = { 0 };
	const struct pobj *filter, *parms;
	int e = pin_raw_mem(pdf->in, stream, &data.bytes, &data.mem);

	if (e != 0)
		return e;
	filter = pobj_get(stream, "Filter");
	/* An abbreviation of inline pictures that viewers take here too. */
	if ((parms = pobj_get(stream, "DecodeParms")) == NULL)
		parms = pobj_get(stream, "DP");
	return unfilter(pdf, &data, filter, parms, out);
}

void
pdf_data_free(struct pdf *pdf, struct pdata *data)
{
	pin_free(pdf->in, data->mem);
	data->mem = NULL;
	reader_init(&data->bytes, NULL, 0);
}
