/*
 * GIF (GIF89a specification), decoded and coded again picture by picture:
 * the same pixels, palette order, places, timing, transparency and number of
 * repetitions. Never interlaced.
 *
 * Blocks are walked first (gif_walk.c); giflib sees one picture at a time,
 * under a header that is ours. Pictures are decoded twice: first to see which
 * colours are used, since the others become black.
 */
#include <stdlib.h>
#include <string.h>

#include <gif_lib.h>

#include "formats/format.h"
#include "formats/image.h"
#include "formats/raster/gif_int.h"

#define COLOUR_BITS  8
#define LOOP_BYTES   3
#define HEADER_BYTES 13u

struct palette {
	GifColorType colour[GIF_COLOURS];
	bool used[GIF_COLOURS];
};

struct gif {
	struct doc *d;
	struct gif_facts facts;
	int e;
	uint8_t *raster; /* of one picture */
	uint8_t head[HEADER_BYTES];
	struct reader spans[3]; /* what giflib reads */
	unsigned span;
	struct palette common, own; /* own: of the picture at work */
	bool has_common;
	unsigned cleared, grown;
	GifFileType *out;
};

/* ---- reading a picture */

static int
on_read(GifFileType *from, GifByteType *to, int n)
{
	struct gif *g = from->UserData;
	const uint8_t *p;
	struct reader *r;
	size_t some, done = 0, want = n > 0 ? (size_t)n : 0;

	while (done < want && g->span < 3) {
		r = &g->spans[g->span];
		some = reader_left(r);
		some = some < want - done ? some : want - done;
		if (reader_bytes(r, some, &p) != 0)
			break;
		memcpy(to + done, p, some);
		done += some;
		if (reader_left(r) == 0)
			g->span++;
	}
	return (int)done;
}

/* A header without a palette; giflib needs none to decode. */
static void
set_head(struct gif *g, const struct gif_frame *p)
{
	static const uint8_t end = 0x3b;

	memcpy(g->head, "GIF89a", 6);
	g->head[6] = (uint8_t)p->width;
	g->head[7] = (uint8_t)(p->width >> 8);
	g->head[8] = (uint8_t)p->height;
	g->head[9] = (uint8_t)(p->height >> 8);
	reader_init(&g->spans[0], g->head, sizeof(g->head));
	g->spans[1] = p->whole;
	reader_init(&g->spans[2], &end, 1);
	g->span = 0;
}

/* The file's n-th line of an interlaced picture: where it belongs. */
static uint32_t
interlaced_line(uint32_t n, uint32_t height)
{
	static const struct {
		uint32_t from, step;
	} pass[] = { { 0, 8 }, { 4, 8 }, { 2, 4 }, { 1, 2 } };

	uint32_t lines;

	for (unsigned i = 0; i < 4; i++) {
		if (pass[i].from >= height)
			continue;
		lines = (height - pass[i].from - 1) / pass[i].step + 1;
		if (n < lines)
			return pass[i].from + n * pass[i].step;
		n -= lines;
	}
	return height - 1;
}

static bool
get_lines(struct gif *g, GifFileType *in, const struct gif_frame *p)
{
	uint8_t *row;
	uint32_t y;

	for (uint32_t i = 0; i < p->height; i++) {
		y = p->interlaced ? interlaced_line(i, p->height) : i;
		row = g->raster + (size_t)y * p->width;
		if (DGifGetLine(in, row, p->width) != GIF_OK)
			return false;
	}
	return true;
}

static int
decode(struct gif *g, uint32_t n)
{
	const struct gif_frame *p = &g->facts.frames[n];
	GifFileType *in;
	GifRecordType kind;
	int why = 0;
	bool ok;

	set_head(g, p);
	if ((in = DGifOpen(g, on_read, &why)) == NULL)
		return why == D_GIF_ERR_NOT_ENOUGH_MEM ? ERR_NOMEM
						       : ERR_INTERNAL;
	ok = DGifGetRecordType(in, &kind) == GIF_OK &&
	     kind == IMAGE_DESC_RECORD_TYPE && DGifGetImageDesc(in) == GIF_OK &&
	     get_lines(g, in, p);
	(void)DGifCloseFile(in, &why);
	if (!ok)
		return doc_fail(g->d, ERR_MALFORMED,
		    "picture %u of %u: the packed pixels are damaged",
		    (unsigned)n + 1, (unsigned)g->facts.n_frames);
	return 0;
}

/* ---- palettes */

static void
note_colours(const struct gif *g, const struct gif_frame *p, bool *used)
{
	const uint8_t *row;

	for (uint32_t y = 0; y < p->h; y++) {
		row = g->raster + (size_t)y * p->width;
		for (uint32_t x = 0; x < p->w; x++)
			used[row[x]] = true;
	}
	if (p->has_transparent)
		used[p->transparent] = true;
}

/* from: R G B as in the file. Colours without a use become black. */
static void
fill_palette(struct gif *g, struct reader from, struct palette *to)
{
	const uint8_t *c;
	unsigned i;

	memset(to->colour, 0, sizeof(to->colour));
	for (i = 0; i < GIF_COLOURS && reader_bytes(&from, 3, &c) == 0; i++) {
		if (to->used[i])
			to->colour[i] = (GifColorType){ c[0], c[1], c[2] };
		else if (c[0] != 0 || c[1] != 0 || c[2] != 0)
			g->cleared++;
	}
	for (; i < GIF_COLOURS; i++)
		if (to->used[i])
			g->grown++;
}

/* Without any palette readers show shades of grey. */
static void
fill_grey(struct palette *to)
{
	uint8_t v;

	for (unsigned i = 0; i < GIF_COLOURS; i++) {
		v = to->used[i] ? (uint8_t)i : 0;
		to->colour[i] = (GifColorType){ v, v, v };
	}
}

/* As many entries as are needed: a power of two. */
static ColorMapObject
colour_map(struct palette *p)
{
	ColorMapObject m = { .BitsPerPixel = 1, .Colors = p->colour };

	for (unsigned i = 0; i < GIF_COLOURS; i++)
		while (p->used[i] && i >= 1u << m.BitsPerPixel)
			m.BitsPerPixel++;
	m.ColorCount = 1 << m.BitsPerPixel;
	return m;
}

static int
make_common(struct gif *g)
{
	const struct gif_facts *f = &g->facts;
	bool wanted = f->palette.len > 0;
	int e;

	for (uint32_t i = 0; i < f->n_frames; i++) {
		if (f->frames[i].palette.len > 0)
			continue;
		if ((e = decode(g, i)) != 0)
			return e;
		note_colours(g, &f->frames[i], g->common.used);
		wanted = true;
	}
	g->has_common = wanted;
	if (f->palette.len == 0) {
		fill_grey(&g->common);
		return !wanted ? 0
			       : doc_found(g->d, FIND_IMAGE_DAMAGED,
				     ACT_REPLACED, "", "no palette");
	}
	if (f->background < f->palette.len / 3)
		g->common.used[f->background] = true;
	fill_palette(g, f->palette, &g->common);
	return 0;
}

/* ---- writing */

static int
on_write(GifFileType *to, const GifByteType *from, int n)
{
	struct gif *g = to->UserData;

	if (g->e == 0)
		g->e = doc_put(g->d, from, (size_t)n);
	return g->e == 0 ? n : 0;
}

static bool
put_screen(struct gif *g)
{
	const struct gif_facts *f = &g->facts;
	ColorMapObject map = colour_map(&g->common);
	uint8_t loops[LOOP_BYTES] = { 1, (uint8_t)f->loops,
		(uint8_t)(f->loops >> 8) };
	int background = f->background < map.ColorCount ? f->background : 0;

	EGifSetGifVersion(g->out, true);
	if (EGifPutScreenDesc(g->out, (int)f->width, (int)f->height,
		COLOUR_BITS, g->has_common ? background : 0,
		g->has_common ? &map : NULL) != GIF_OK)
		return false;
	if (!f->has_loops)
		return true;
	return EGifPutExtensionLeader(g->out, APPLICATION_EXT_FUNC_CODE) ==
		   GIF_OK &&
	       EGifPutExtensionBlock(g->out, 11, "NETSCAPE2.0") == GIF_OK &&
	       EGifPutExtensionBlock(g->out, LOOP_BYTES, loops) == GIF_OK &&
	       EGifPutExtensionTrailer(g->out) == GIF_OK;
}

static bool
put_control(struct gif *g, const struct gif_frame *p)
{
	uint8_t body[4] = { (uint8_t)(p->disposal << 2 |
				      (p->has_transparent ? 1 : 0)),
		(uint8_t)p->delay, (uint8_t)(p->delay >> 8), p->transparent };

	if (p->disposal == 0 && p->delay == 0 && !p->has_transparent)
		return true;
	return EGifPutExtension(g->out, GRAPHICS_EXT_FUNC_CODE, sizeof(body),
		   body) == GIF_OK;
}

static bool
put_picture(struct gif *g, const struct gif_frame *p)
{
	ColorMapObject map = { 0 };

	if (p->palette.len > 0)
		map = colour_map(&g->own);
	/* giflib forgets to free the palette of the picture before. */
	GifFreeMapObject(g->out->Image.ColorMap);
	g->out->Image.ColorMap = NULL;
	if (!put_control(g, p) ||
	    EGifPutImageDesc(g->out, (int)p->x, (int)p->y, (int)p->w, (int)p->h,
		false, p->palette.len > 0 ? &map : NULL) != GIF_OK)
		return false;
	for (uint32_t y = 0; y < p->h; y++)
		if (EGifPutLine(g->out, g->raster + (size_t)y * p->width,
			(int)p->w) != GIF_OK)
			return false;
	return true;
}

static int
put_pictures(struct gif *g)
{
	const struct gif_frame *p;
	int e;

	for (uint32_t i = 0; i < g->facts.n_frames; i++) {
		p = &g->facts.frames[i];
		if ((e = decode(g, i)) != 0)
			return e;
		memset(&g->own, 0, sizeof(g->own));
		note_colours(g, p, g->own.used);
		if (p->palette.len > 0)
			fill_palette(g, p->palette, &g->own);
		if (!put_picture(g, p))
			return g->e != 0 ? g->e : ERR_NOMEM;
	}
	return 0;
}

static int
put_file(struct gif *g)
{
	int why = 0, e;

	if ((g->out = EGifOpen(g, on_write, &why)) == NULL)
		return ERR_NOMEM;
	e = put_screen(g) ? put_pictures(g) : g->e != 0 ? g->e : ERR_NOMEM;
	if (EGifCloseFile(g->out, &why) != GIF_OK && e == 0)
		e = g->e != 0 ? g->e : ERR_NOMEM;
	return e;
}

/* ---- the module */

static int
report(struct gif *g)
{
	int e = 0;

	if (g->cleared > 0)
		e = doc_found(g->d, FIND_IMAGE_PALETTE, ACT_REMOVED, "",
		    "%u colours", g->cleared);
	if (e == 0 && g->grown > 0)
		e = doc_found(g->d, FIND_IMAGE_DAMAGED, ACT_REPLACED, "",
		    "%u colours were missing", g->grown);
	return e;
}

static int
gif_rebuild(struct doc *d)
{
	struct gif *g = doc_alloc(d, sizeof(*g));
	int e;

	if (g == NULL)
		return ERR_NOMEM;
	g->d = d;
	doc_makes(d, "gif", "gif");
	if ((e = gif_walk(d, &g->facts)) != 0)
		return e;
	if ((g->raster = doc_alloc(d, g->facts.most_px)) == NULL)
		return ERR_NOMEM;
	if ((e = make_common(g)) != 0)
		return e;
	if ((e = put_file(g)) != 0)
		return e;
	return report(g);
}

static enum probe
gif_probe(const struct reader *in, const char **sub)
{
	(void)sub;
	return reader_has(in, 0, "GIF87a", 6) || reader_has(in, 0, "GIF89a", 6)
		   ? PROBE_YES
		   : PROBE_NO;
}

static const char *const gif_mime[] = { "image/gif", NULL };

static const char *const gif_extensions[] = { "gif", NULL };

const struct format format_gif = {
	.id = "gif",
	.flags = FMT_IMAGE,
	.mime = gif_mime,
	.extensions = gif_extensions,
	.probe = gif_probe,
	.rebuild = gif_rebuild,
};
