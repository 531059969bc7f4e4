/*
 * TIFF (TIFF 6.0, BigTIFF), page by page: unpacked and packed again, the same
 * pixels, samples and orientation, under a directory of our own.
 *
 * Written: see tiff_write.c. Everything else goes: see docs/formats/tiff.md.
 * Directories are walked first (tiff_walk.c); JPEG strips go through the JPEG
 * module, so that their pixels stay too.
 */
#include "formats/format.h"
#include "formats/icc.h"
#include "formats/image.h"
#include "formats/raster/tiff_int.h"

#define DATA_MAX_BYTES (1u << 30)
#define USED_MAX_BYTES (32u << 20)

static int
take_icc(struct tiff *t, const struct tiff_page *p, struct buf *icc)
{
	const struct reader *profile = &p->v[T_ICC].data;
	enum icc_space space = p->colours == 4	 ? ICC_CMYK
			       : p->colours == 3 ? ICC_RGB
						 : ICC_GRAY;

	if (p->v[T_ICC].count == 0)
		return 0;
	/* A palette holds RGB; a profile of CIELab has no use. */
	if (p->photometric == TIFF_PALETTE)
		space = ICC_RGB;
	return icc_take(t->d, p->where, profile, space, icc);
}

static int
report_damage(struct tiff *t, const struct tiff_page *p)
{
	int e = 0;

	if (p->damaged > 0)
		e = doc_found(t->d, FIND_IMAGE_DAMAGED, ACT_REPLACED, p->where,
		    "%u strips or rows", (unsigned)p->damaged);
	if (e == 0 && p->extra > 0)
		e = doc_found(t->d, FIND_IMAGE_GARBAGE, ACT_REMOVED, p->where,
		    "behind the rows of %u strips", (unsigned)p->extra);
	return e;
}

static int
make_sheet(struct tiff *t, struct tiff_page *p, struct arena *a,
    struct buf *data, struct tiff_sheet *s)
{
	uint16_t *map = NULL;
	uint32_t *ends = NULL;
	uint8_t *rows;
	int e;

	s->data = data;
	if (p->compression == TIFF_JPEG) {
		if ((e = tiff_jpeg_chunks(t, p, a, data, &ends)) != 0)
			return e;
		s->compression = TIFF_JPEG;
		s->predictor = 1;
		s->tiled = p->tiled;
		s->separate = p->separate;
		s->chunk_w = p->chunk_w;
		s->chunk_h = p->chunk_h;
		s->ends = ends;
		s->n_chunks = p->n_chunks;
		return 0;
	}
	if ((e = tiff_read_rows(t, p, a, &rows)) != 0 ||
	    (e = report_damage(t, p)) != 0 ||
	    (e = tiff_take_map(t, p, a, rows, &map)) != 0)
		return e;
	s->colour_map = map;
	return tiff_pack_rows(t, a, rows, data, s);
}

static int
put_page(struct tiff *t, struct tiff_page *p, struct tiff_sheet *s,
    uint64_t *at)
{
	struct arena arena;
	struct buf data, icc;
	int e;

	arena_init(&arena, t->d);
	buf_init(&data, DATA_MAX_BYTES);
	buf_init(&icc, ICC_MAX_BYTES);
	s->icc = &icc;
	s->page = p;
	if ((e = tiff_page_check(t, p)) == 0 && (e = take_icc(t, p, &icc)) == 0)
		e = make_sheet(t, p, &arena, &data, s);
	if (e == 0)
		e = tiff_put_page(t, s, at);
	buf_done(&icc);
	buf_done(&data);
	arena_done(&arena);
	return e;
}

static int
tiff_rebuild(struct doc *d)
{
	struct tiff t = { .d = d, .in = doc_in(d) };
	struct tiff_page *p = doc_alloc(d, sizeof(*p));
	uint64_t at = TIFF_HEADER_BYTES;
	int e;

	if (p == NULL)
		return ERR_NOMEM;
	doc_makes(d, "tiff", "tif");
	buf_init(&t.used, USED_MAX_BYTES);
	if ((e = tiff_walk(&t)) == 0)
		e = tiff_put_header(d);
	for (uint32_t i = 0; i < t.n_pages && e == 0; i++) {
		struct tiff_sheet sheet = { .many = t.n_pages > 1,
			.last = i + 1 == t.n_pages };

		*p = (struct tiff_page){ 0 };
		snprintf(p->where, sizeof(p->where), "page %u", i + 1u);
		e = tiff_read_directory(&t, t.pages[i], true, p);
		if (e == 0)
			e = image_keep_basic(d, p->where, &p->basic);
		if (e == 0)
			e = put_page(&t, p, &sheet, &at);
	}
	if (e == 0)
		e = tiff_report_rest(&t);
	buf_done(&t.used);
	return e;
}

static enum probe
tiff_probe(const struct reader *in, const char **sub)
{
	(void)sub;
	return reader_has(in, 0, "II*\0", 4) || reader_has(in, 0, "MM\0*", 4) ||
		       reader_has(in, 0, "II+\0", 4) ||
		       reader_has(in, 0, "MM\0+", 4)
		   ? PROBE_YES
		   : PROBE_NO;
}

static const char *const tiff_mime[] = { "image/tiff", "image/x-canon-cr2",
	"image/x-nikon-nef", NULL };

static const char *const tiff_extensions[] = { "tif", "tiff", NULL };

const struct format format_tiff = {
	.id = "tiff",
	.flags = FMT_IMAGE,
	.mime = tiff_mime,
	.extensions = tiff_extensions,
	.preload = icc_preload,
	.probe = tiff_probe,
	.rebuild = tiff_rebuild,
};
