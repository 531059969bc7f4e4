/*
 * The boxes of a HEIF or AVIF file (ISO/IEC 14496-12, 23008-12), before a
 * library sees them: what the main picture is made of, and how large it is.
 *
 * Accepted: one coded picture (HEVC, AV1), or a grid of them, with an alpha
 * plane of the same kind; or one of uncompressed pixels (heif_unci.h). Refused:
 * overlays, pictures made of pictures in any other way, data outside the file.
 */
#include <string.h>

#include "formats/codec/arena.h"
#include "formats/image.h"
#include "formats/raster/heif_box.h"
#include "formats/raster/heif_int.h"

#define BOXES_MAX 65536u
#define ITEMS_MAX 4096u
#define PARTS_MAX 65536u
#define PROPS_MAX 4096u

#define PROTECTED FOURCC('e', 'n', 'c', 'v') /* no kind that is accepted */
#define IS_ALPHA  (UINT64_C(1) << 63) /* no number of pixels is so high */

struct item {
	uint32_t id, type;
	uint64_t px;	/* of its extents property */
	uint32_t first; /* its parts, in parts[] */
	uint32_t n_parts;
	uint32_t aux_of; /* 0: none */
	bool is_alpha, shown;
};

struct walk {
	struct doc *d;
	struct heif_facts *f;
	struct item *items;
	uint32_t n_items, main;
	bool has_main;
	uint32_t *parts; /* ids of dimg references */
	uint32_t n_parts;
	uint64_t *props; /* pixels of each property, IS_ALPHA, or 0 */
	uint32_t n_props;
	uint32_t n_links;	  /* of items to properties and to items */
	struct reader iprp, iref; /* read after the items are known */
};

/* ---- items */

static struct item *
find_item(const struct walk *w, uint32_t id)
{
	for (uint32_t i = 0; i < w->n_items; i++)
		if (w->items[i].id == id)
			return &w->items[i];
	return NULL;
}

static int
read_main(struct walk *w, struct reader in)
{
	uint8_t version;
	uint32_t flags;

	if (heif_get_full(&in, &version, &flags) != 0 ||
	    heif_get_id(&in, version != 0, &w->main) != 0)
		return ERR_MALFORMED;
	w->has_main = true;
	return 0;
}

static int
read_infos(struct walk *w, struct reader in)
{
	uint8_t version;
	uint32_t flags, n;
	uint16_t protection;
	struct item *it;
	struct heif_box b;

	if (heif_get_full(&in, &version, &flags) != 0 ||
	    heif_get_id(&in, version != 0, &n) != 0)
		return ERR_MALFORMED;
	while (heif_next_box(&in, &b) == 0) {
		if (b.type != FOURCC('i', 'n', 'f', 'e'))
			continue;
		if (w->n_items == ITEMS_MAX)
			return ERR_LIMIT;
		it = &w->items[w->n_items];
		if (heif_get_full(&b.body, &version, &flags) != 0 ||
		    version < 2 ||
		    heif_get_id(&b.body, version > 2, &it->id) != 0 ||
		    reader_u16be(&b.body, &protection) != 0 ||
		    reader_u32be(&b.body, &it->type) != 0)
			return ERR_MALFORMED;
		if (protection != 0)
			it->type = PROTECTED;
		w->n_items++;
	}
	return 0;
}

/* The settings of a codec: is there a chroma sample for each pixel? */
static bool
has_full_chroma(const struct heif_box *b)
{
	struct reader r = b->body;
	bool av1 = b->type == FOURCC('a', 'v', '1', 'C');
	uint8_t c;

	if ((!av1 && b->type != FOURCC('h', 'v', 'c', 'C')) ||
	    reader_skip(&r, av1 ? 2 : 16) != 0 || reader_u8(&r, &c) != 0)
		return false;
	/* av1C: monochrome, then subsampling in x; hvcC: chroma format */
	return av1 ? (c & 0x18) == 0 : (c & 3) == 3;
}

static bool
is_alpha(const struct heif_box *b)
{
	static const char *const names[] = {
		"urn:mpeg:mpegB:cicp:systems:auxiliary:alpha",
		"urn:mpeg:hevc:2015:auxid:1"
	};

	if (b->type != FOURCC('a', 'u', 'x', 'C'))
		return false;
	return reader_has(&b->body, 4, names[0], strlen(names[0]) + 1) ||
	       reader_has(&b->body, 4, names[1], strlen(names[1]) + 1);
}

/* Only sizes and chroma of pictures matter here. */
static int
read_props(struct walk *w, struct reader in)
{
	uint8_t version;
	uint32_t flags, x, y;
	struct heif_box b;

	while (heif_next_box(&in, &b) == 0) {
		if (w->n_props == PROPS_MAX)
			return ERR_LIMIT;
		if (b.type == FOURCC('i', 's', 'p', 'e') &&
		    heif_get_full(&b.body, &version, &flags) == 0 &&
		    reader_u32be(&b.body, &x) == 0 &&
		    reader_u32be(&b.body, &y) == 0)
			w->props[w->n_props] = (uint64_t)x * y & ~IS_ALPHA;
		if (is_alpha(&b))
			w->props[w->n_props] = IS_ALPHA;
		if (has_full_chroma(&b))
			w->f->full_chroma = true;
		w->n_props++;
	}
	return 0;
}

static void
take_prop(struct item *it, uint64_t prop)
{
	if (prop == IS_ALPHA)
		it->is_alpha = true;
	else if (prop > it->px)
		it->px = prop;
}

static int
read_links(struct walk *w, struct reader in)
{
	uint8_t version, links, small;
	uint16_t wide;
	uint32_t flags, n, id, k;
	struct item *it;

	if (heif_get_full(&in, &version, &flags) != 0 ||
	    reader_u32be(&in, &n) != 0)
		return ERR_MALFORMED;
	for (uint32_t i = 0; i < n; i++) {
		if (heif_get_id(&in, version != 0, &id) != 0 ||
		    reader_u8(&in, &links) != 0)
			return ERR_MALFORMED;
		if (++w->n_links > PARTS_MAX)
			return ERR_LIMIT;
		it = find_item(w, id);
		for (; links > 0; links--) {
			if ((flags & 1) != 0) {
				if (reader_u16be(&in, &wide) != 0)
					return ERR_MALFORMED;
				k = wide & 0x7fff;
			} else {
				if (reader_u8(&in, &small) != 0)
					return ERR_MALFORMED;
				k = small & 0x7f;
			}
			if (it != NULL && k > 0 && k <= w->n_props)
				take_prop(it, w->props[k - 1]);
		}
	}
	return 0;
}

static int
read_properties(struct walk *w)
{
	struct reader in = w->iprp;
	struct heif_box b;
	int e = 0;

	while (e == 0 && heif_next_box(&in, &b) == 0)
		if (b.type == FOURCC('i', 'p', 'c', 'o'))
			e = read_props(w, b.body);
		else if (b.type == FOURCC('i', 'p', 'm', 'a'))
			e = read_links(w, b.body);
	return e;
}

static int
read_reference(struct walk *w, struct heif_box *b, bool wide)
{
	uint32_t from, to;
	uint16_t n;
	struct item *it;

	if (heif_get_id(&b->body, wide, &from) != 0 ||
	    reader_u16be(&b->body, &n) != 0)
		return ERR_MALFORMED;
	if (++w->n_links > PARTS_MAX)
		return ERR_LIMIT;
	if ((it = find_item(w, from)) == NULL)
		return 0;
	if (b->type == FOURCC('d', 'i', 'm', 'g')) {
		it->first = w->n_parts;
		it->n_parts = n;
	}
	for (; n > 0; n--) {
		if (heif_get_id(&b->body, wide, &to) != 0)
			return ERR_MALFORMED;
		if (b->type == FOURCC('a', 'u', 'x', 'l'))
			it->aux_of = to;
		if (b->type != FOURCC('d', 'i', 'm', 'g'))
			continue;
		if (w->n_parts == PARTS_MAX)
			return ERR_LIMIT;
		w->parts[w->n_parts++] = to;
	}
	return 0;
}

static int
read_references(struct walk *w)
{
	struct reader in = w->iref;
	uint8_t version;
	uint32_t flags;
	struct heif_box b;
	int e = 0;

	if (in.len == 0)
		return 0;
	if (heif_get_full(&in, &version, &flags) != 0)
		return ERR_MALFORMED;
	while (e == 0 && heif_next_box(&in, &b) == 0)
		e = read_reference(w, &b, version != 0);
	return e;
}

/* ---- meta */

static int
read_meta(struct walk *w, struct reader in)
{
	uint8_t version;
	uint32_t flags;
	struct heif_box b;
	int e;

	if (heif_get_full(&in, &version, &flags) != 0)
		return ERR_MALFORMED;
	w->f->meta = in;
	while ((e = heif_next_box(&in, &b)) == 0) {
		if (b.type == FOURCC('p', 'i', 't', 'm'))
			e = read_main(w, b.body);
		else if (b.type == FOURCC('i', 'i', 'n', 'f'))
			e = read_infos(w, b.body);
		else if (b.type == FOURCC('i', 'p', 'r', 'p'))
			w->iprp = b.body;
		else if (b.type == FOURCC('i', 'r', 'e', 'f'))
			w->iref = b.body;
		if (e != 0)
			return e;
	}
	if (e != ERR_NOENT)
		return e;
	if ((e = read_properties(w)) != 0)
		return e;
	return read_references(w);
}

static int
read_top(struct walk *w, struct reader in)
{
	bool has_meta = false;
	struct reader at = in, rest;
	struct heif_box b;
	int e = 0;

	for (unsigned i = 0; i < BOXES_MAX; i++) {
		at = in;
		if (heif_next_box(&in, &b) != 0)
			break;
		if (b.type == FOURCC('m', 'e', 't', 'a')) {
			if (has_meta)
				return doc_fail(w->d, ERR_AMBIGUOUS,
				    "two directories of items");
			has_meta = true;
			e = read_meta(w, b.body);
		} else if (b.type == FOURCC('m', 'o', 'o', 'v')) {
			w->f->has_film = true;
		} else if (b.type != FOURCC('f', 't', 'y', 'p') &&
			   b.type != FOURCC('m', 'd', 'a', 't') &&
			   b.type != FOURCC('f', 'r', 'e', 'e') &&
			   b.type != FOURCC('s', 'k', 'i', 'p')) {
			e = doc_found(w->d, FIND_IMAGE_UNKNOWN, ACT_REMOVED, "",
			    "box 0x%08x, %zu bytes", (unsigned)b.type,
			    b.body.len);
		}
		if (e != 0)
			return doc_fail(w->d, e, "the directory of items");
	}
	if (!has_meta || !w->has_main)
		return doc_fail(w->d, ERR_UNSUPPORTED,
		    "a film, or no main picture");
	if ((e = reader_sub(&at, reader_left(&at), &rest)) != 0)
		return e;
	return image_report_trailer(w->d, &rest);
}

/* ---- what is shown */

static bool
is_coded(const struct item *it)
{
	return it->type == FOURCC('h', 'v', 'c', '1') ||
	       it->type == FOURCC('a', 'v', '0', '1');
}

/* A coded picture or a grid of such: marks and pays for all of it. */
static int
take_item(struct walk *w, struct item *it)
{
	struct item *part;
	int e = 0;

	it->shown = true;
	if (is_coded(it))
		return it->px == 0
			   ? doc_fail(w->d, ERR_MALFORMED, "no size given")
			   : doc_spend(w->d, BUDGET_PIXELS, it->px);
	if (it->type != FOURCC('g', 'r', 'i', 'd') || it->n_parts == 0)
		return doc_fail(w->d, ERR_UNSUPPORTED,
		    "a picture of the kind %c%c%c%c", it->type >> 24 & 127,
		    it->type >> 16 & 127, it->type >> 8 & 127, it->type & 127);
	for (uint32_t i = 0; i < it->n_parts && e == 0; i++) {
		part = find_item(w, w->parts[it->first + i]);
		if (part == NULL || !is_coded(part) || part->px == 0)
			return doc_fail(w->d, ERR_UNSUPPORTED,
			    "a grid of other than coded pictures");
		part->shown = true;
		e = doc_spend(w->d, BUDGET_PIXELS, part->px);
	}
	return e;
}

static int
take_picture(struct walk *w)
{
	struct item *it = find_item(w, w->main);
	int e;

	if (it == NULL)
		return doc_fail(w->d, ERR_MALFORMED, "no main picture");
	w->f->main = w->main;
	w->f->is_unci = it->type == FOURCC('u', 'n', 'c', 'i');
	if (it->px > doc_options(w->d)->limits.max_image_px)
		return doc_fail(w->d, ERR_LIMIT, "%llu pixels",
		    (unsigned long long)it->px);
	if (!w->f->is_unci && (e = take_item(w, it)) != 0)
		return e;
	it->shown = true;
	for (uint32_t i = 0; i < w->n_items; i++) {
		it = &w->items[i];
		w->f->is_av1 |= it->type == FOURCC('a', 'v', '0', '1');
		/* Depth and gain maps are not decoded. */
		if (!it->is_alpha || it->aux_of != w->main || it->shown)
			continue;
		if (w->f->is_unci)
			return doc_fail(w->d, ERR_UNSUPPORTED,
			    "a mask beside uncompressed pixels");
		if ((e = take_item(w, it)) != 0)
			return e;
	}
	return 0;
}

/* Of these libheif says more, where it reads the file. */
static int
report_metadata(struct walk *w, const struct item *it)
{
	if (!w->f->is_unci)
		return 0;
	return doc_found(w->d,
	    it->type == FOURCC('E', 'x', 'i', 'f') ? FIND_IMAGE_EXIF
						   : FIND_IMAGE_XMP,
	    ACT_REMOVED, "", NULL);
}

static int
report_items(struct walk *w)
{
	const struct item *it;
	uint32_t others = 0;
	int e = 0;

	w->f->items = w->n_items;
	for (uint32_t i = 0; i < w->n_items && e == 0; i++) {
		it = &w->items[i];
		if (it->shown)
			w->f->shown++;
		else if (it->type == FOURCC('E', 'x', 'i', 'f') ||
			 it->type == FOURCC('m', 'i', 'm', 'e'))
			e = report_metadata(w, it);
		else
			others++;
	}
	if (e == 0 && w->f->has_film)
		e = doc_found(w->d, FIND_PICTURE_SEQUENCE, ACT_REMOVED, "",
		    NULL);
	if (e == 0 && others > 0)
		e = doc_found(w->d, FIND_PICTURE_ITEMS, ACT_REMOVED, "",
		    "%u items", (unsigned)others);
	return e;
}

int
heif_walk(struct doc *d, struct heif_facts *f)
{
	struct walk w = { .d = d, .f = f };
	struct arena arena;
	int e = ERR_NOMEM;

	*f = (struct heif_facts){ 0 };
	arena_init(&arena, d);
	w.items = arena_alloc(&arena, ITEMS_MAX * sizeof(*w.items));
	w.parts = arena_alloc(&arena, PARTS_MAX * sizeof(*w.parts));
	w.props = arena_alloc(&arena, PROPS_MAX * sizeof(*w.props));
	if (w.items != NULL && w.parts != NULL && w.props != NULL)
		e = read_top(&w, doc_in(d));
	if (e == 0)
		e = take_picture(&w);
	if (e == 0)
		e = report_items(&w);
	arena_done(&arena);
	return e;
}
