/*
 * The properties and bytes of uncompressed pictures in HEIF; see heif_unci.h.
 *
 * All boxes are read here again, by item: libheif does not see such a file.
 */
#include "formats/raster/heif_unci_int.h"

#include "formats/icc.h"
#include "formats/image.h"

#define PROPS_MAX 4096u
#define LINKS_MAX 255u
#define KINDS_MAX 64u	 /* entries of cmpd */
#define ALIGN_MAX 65536u /* octets of a row or a tile */
#define TILES_MAX 16384u

/* ---- which properties the item has */

static int
keep(struct unci *u, struct reader *slot, const struct reader *body)
{
	if (slot->len != 0)
		return doc_fail(u->d, ERR_AMBIGUOUS,
		    "uncompressed pixels: a property twice");
	*slot = *body;
	return body->len == 0 ? unci_malformed(u, "an empty property") : 0;
}

static int
keep_colour(struct unci *u, const struct reader *body)
{
	struct reader r;

	if (body->len <= 4 || reader_view(body, 4, body->len - 4, &r) != 0)
		return 0;
	if (reader_has(body, 0, "nclx", 4))
		return keep(u, &u->nclx, &r);
	if (reader_has(body, 0, "prof", 4) || reader_has(body, 0, "rICC", 4))
		return keep(u, &u->profile, &r);
	return 0;
}

/* Units that are packed each by itself are not read; none is fine. */
static int
check_units(struct unci *u, const struct reader *body)
{
	return reader_has(body, 4, "\0\0\0\0", 4) ||
		       reader_has(body, 4, "\0\0\0\0\0", 5)
		   ? 0
		   : unci_unsupported(u, "packed piece by piece");
}

static int
take_property(struct unci *u, const struct heif_box *b, bool essential)
{
	switch (b->type) {
	case FOURCC('u', 'n', 'c', 'C'):
		return keep(u, &u->uncc, &b->body);
	case FOURCC('c', 'm', 'p', 'd'):
		return keep(u, &u->cmpd, &b->body);
	case FOURCC('i', 's', 'p', 'e'):
		return keep(u, &u->ispe, &b->body);
	case FOURCC('c', 'm', 'p', 'C'):
		return keep(u, &u->cmpc, &b->body);
	case FOURCC('c', 'o', 'l', 'r'):
		return keep_colour(u, &b->body);
	case FOURCC('i', 'c', 'e', 'f'):
	case FOURCC('i', 'c', 'b', 'r'):
		return check_units(u, &b->body);
	case FOURCC('i', 'r', 'o', 't'):
	case FOURCC('i', 'm', 'i', 'r'):
	case FOURCC('c', 'l', 'a', 'p'):
		return unci_unsupported(u, "turned or cut");
	case FOURCC('p', 'i', 'x', 'i'):
	case FOURCC('p', 'a', 's', 'p'):
		return 0;
	default:
		return essential ? unci_unsupported(u,
				       "a property that must be known")
				 : 0;
	}
}

/* The k-th box of ipco, from 1. */
static int
get_property(struct reader ipco, uint32_t k, struct heif_box *b)
{
	int e = ERR_NOENT;

	for (uint32_t i = 0; i < k && i < PROPS_MAX; i++)
		if ((e = heif_next_box(&ipco, b)) != 0)
			return e;
	return e;
}

static int
take_link(struct unci *u, struct reader ipco, uint16_t link)
{
	struct heif_box b;

	if (++u->links > LINKS_MAX)
		return doc_fail(u->d, ERR_LIMIT,
		    "uncompressed pixels: too many properties");
	if ((link & 0x7fff) == 0)
		return 0;
	if (get_property(ipco, link & 0x7fff, &b) != 0)
		return unci_malformed(u, "a property that is not there");
	return take_property(u, &b, (link & 0x8000) != 0);
}

/* One item of ipma; mine: it is the one that is wanted. */
static int
read_links(struct unci *u, struct reader *in, struct reader ipco, bool wide,
    bool mine)
{
	uint8_t n, small;
	uint16_t link;
	int e = 0;

	if (reader_u8(in, &n) != 0)
		return unci_malformed(u, "properties cut short");
	for (; n > 0 && e == 0; n--) {
		if (wide ? reader_u16be(in, &link) : reader_u8(in, &small))
			return unci_malformed(u, "properties cut short");
		if (!wide)
			link = (uint16_t)((small & 0x80) << 8 | (small & 0x7f));
		if (mine)
			e = take_link(u, ipco, link);
	}
	return e;
}

static int
read_properties(struct unci *u)
{
	struct reader iprp, ipco, ipma;
	uint8_t version;
	uint32_t flags, n, id;
	int e = 0;

	if (heif_find_box(u->meta, FOURCC('i', 'p', 'r', 'p'), &iprp) != 0 ||
	    heif_find_box(iprp, FOURCC('i', 'p', 'c', 'o'), &ipco) != 0 ||
	    heif_find_box(iprp, FOURCC('i', 'p', 'm', 'a'), &ipma) != 0 ||
	    heif_get_full(&ipma, &version, &flags) != 0 ||
	    reader_u32be(&ipma, &n) != 0)
		return unci_malformed(u, "no properties");
	for (uint32_t i = 0; i < n && e == 0; i++) {
		if (heif_get_id(&ipma, version != 0, &id) != 0)
			return unci_malformed(u, "properties cut short");
		e = read_links(u, &ipma, ipco, (flags & 1) != 0, id == u->id);
	}
	return e;
}

/* ---- what they say */

static int
read_size(struct unci *u)
{
	struct reader r = u->ispe;
	uint8_t version;
	uint32_t flags;

	if (heif_get_full(&r, &version, &flags) != 0 ||
	    reader_u32be(&r, &u->f->width) != 0 ||
	    reader_u32be(&r, &u->f->height) != 0)
		return unci_malformed(u, "no size");
	return image_take_size(u->d, u->f->width, u->f->height);
}

static int
get_role(struct unci *u, uint16_t index, uint8_t *role)
{
	struct reader r = u->cmpd;
	uint32_t n;
	uint16_t kind = 0;

	if (reader_u32be(&r, &n) != 0 || n > KINDS_MAX || index >= n)
		return unci_malformed(u, "a component of no kind");
	for (unsigned i = 0; i <= index; i++) {
		if (reader_u16be(&r, &kind) != 0)
			return unci_malformed(u, "a component of no kind");
		if (kind > UNCI_ALPHA && kind != UNCI_PADDING)
			return unci_unsupported(u, "a kind of component");
	}
	*role = (uint8_t)kind;
	return 0;
}

static int
read_part(struct unci *u, struct reader *r, struct unci_part *part)
{
	uint16_t index;
	uint8_t depth, format;
	int e;

	if (reader_u16be(r, &index) != 0 || reader_u8(r, &depth) != 0 ||
	    reader_u8(r, &format) != 0 || reader_u8(r, &part->octets) != 0)
		return unci_malformed(u, "uncC cut short");
	if ((e = get_role(u, index, &part->role)) != 0)
		return e;
	if (format != 0 || depth >= 16 || part->octets > 4)
		return unci_unsupported(u, "a form of samples");
	part->bits = (uint8_t)(depth + 1);
	if (part->octets != 0 && part->octets * 8 < part->bits)
		return unci_malformed(u, "samples in too few octets");
	return 0;
}

static int
read_layout(struct unci *u, struct reader *r)
{
	struct unci_form *f = u->f;
	uint8_t sampling, order, block, flags;

	if (reader_u8(r, &sampling) != 0 || reader_u8(r, &order) != 0 ||
	    reader_u8(r, &block) != 0 || reader_u8(r, &flags) != 0 ||
	    reader_u32be(r, &f->pixel_size) != 0 ||
	    reader_u32be(r, &f->row_align) != 0 ||
	    reader_u32be(r, &f->tile_align) != 0 ||
	    reader_u32be(r, &f->tiles_x) != 0 ||
	    reader_u32be(r, &f->tiles_y) != 0)
		return unci_malformed(u, "uncC cut short");
	if (sampling > 2 || order > UNCI_BY_TILE || block != 0 ||
	    f->pixel_size > 64 || f->row_align > ALIGN_MAX ||
	    f->tile_align > ALIGN_MAX || f->tiles_x >= TILES_MAX ||
	    f->tiles_y >= TILES_MAX)
		return unci_unsupported(u, "a layout of samples");
	f->order = (enum unci_order)order;
	f->across = sampling != 0 ? 2 : 1;
	f->down = sampling == 2 ? 2 : 1;
	f->little = (flags & 0x80) != 0;
	f->tiles_x++;
	f->tiles_y++;
	return 0;
}

/* A form that only has a name: pixels of 8 bits. */
static int
set_profile(struct unci *u, uint32_t name)
{
	static const uint8_t rgba[] = { UNCI_RED, UNCI_GREEN, UNCI_BLUE,
		UNCI_ALPHA };
	bool back = name == FOURCC('a', 'b', 'g', 'r');

	if (name != FOURCC('r', 'g', 'b', '3') &&
	    name != FOURCC('r', 'g', 'b', 'a') && !back)
		return unci_unsupported(u, "a named form");
	u->f->n = name == FOURCC('r', 'g', 'b', '3') ? 3 : 4;
	for (unsigned i = 0; i < u->f->n; i++) {
		u->f->parts[i].role = rgba[back ? 3 - i : i];
		u->f->parts[i].bits = 8;
	}
	u->f->order = UNCI_BY_PIXEL;
	u->f->across = u->f->down = 1;
	u->f->tiles_x = u->f->tiles_y = 1;
	return 0;
}

static int
read_form(struct unci *u)
{
	struct reader r = u->uncc;
	uint8_t version;
	uint32_t flags, profile, n;
	int e = 0;

	if (heif_get_full(&r, &version, &flags) != 0 ||
	    reader_u32be(&r, &profile) != 0)
		return unci_malformed(u, "no uncC");
	if (version == 1)
		return set_profile(u, profile);
	if (version != 0 || reader_u32be(&r, &n) != 0)
		return unci_unsupported(u, "a version of uncC");
	if (n < 1 || n > UNCI_PARTS_MAX)
		return unci_unsupported(u, "a number of components");
	for (u->f->n = 0; u->f->n < n && e == 0; u->f->n++)
		e = read_part(u, &r, &u->f->parts[u->f->n]);
	return e != 0 ? e : read_layout(u, &r);
}

/* ---- whether they go together */

static int
check_roles(struct unci *u, const unsigned *count)
{
	static const uint8_t sets[][UNCI_ALPHA] = { { UNCI_GREY }, { UNCI_Y },
		{ UNCI_Y, UNCI_CB, UNCI_CR },
		{ UNCI_RED, UNCI_GREEN, UNCI_BLUE } };
	static const unsigned lengths[] = { 1, 1, 3, 3 };
	unsigned colours = 0, have;

	for (unsigned i = 0; i < UNCI_ALPHA; i++)
		colours += count[i];
	for (unsigned i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
		have = 0;
		for (unsigned k = 0; k < lengths[i]; k++)
			have += count[sets[i][k]] == 1;
		if (have == lengths[i] && have == colours &&
		    count[UNCI_ALPHA] <= 1) {
			u->p->channels = colours + count[UNCI_ALPHA];
			return 0;
		}
	}
	return unci_unsupported(u, "a set of components");
}

/* Cb and Cr stand beside each other, after all else is clear. */
static bool
has_pair(const struct unci_form *f)
{
	for (unsigned i = 0; i + 1 < f->n; i++)
		if ((f->parts[i].role == UNCI_CB ||
			f->parts[i].role == UNCI_CR) &&
		    (f->parts[i + 1].role == UNCI_CB ||
			f->parts[i + 1].role == UNCI_CR))
			return true;
	return false;
}

static int
check_form(struct unci *u)
{
	struct unci_form *f = u->f;
	unsigned count[UNCI_ROLES] = { 0 };
	int e;

	for (unsigned i = 0; i < f->n; i++) {
		count[f->parts[i].role]++;
		if (f->little && f->parts[i].octets == 0 &&
		    f->parts[i].bits > 8)
			return unci_unsupported(u, "the order of octets");
	}
	if ((e = check_roles(u, count)) != 0)
		return e;
	if (f->across != 1 &&
	    (f->order == UNCI_BY_PIXEL || count[UNCI_CB] != 1))
		return unci_unsupported(u, "coarse colours");
	if (f->order == UNCI_MIXED && !has_pair(f))
		return unci_unsupported(u, "a mixed order");
	if (f->pixel_size != 0 && f->order != UNCI_BY_PIXEL)
		return unci_unsupported(u, "a size of pixels");
	if ((uint64_t)f->tiles_x * f->tiles_y > TILES_MAX ||
	    f->width % f->tiles_x != 0 || f->height % f->tiles_y != 0 ||
	    f->width / f->tiles_x % f->across != 0 ||
	    f->height / f->tiles_y % f->down != 0)
		return unci_unsupported(u, "tiles of unequal size");
	u->p->half = f->across != 1;
	return 0;
}

static int
read_colours(struct unci *u)
{
	struct reader r = u->nclx;
	uint16_t matrix = 6;
	uint8_t range = 0x80;
	bool ycc = u->p->channels > 2;

	if (r.len > 0 &&
	    (reader_skip(&r, 4) != 0 || reader_u16be(&r, &matrix) != 0 ||
		reader_u8(&r, &range) != 0))
		return unci_malformed(u, "colr cut short");
	for (unsigned i = 0; i < u->f->n && ycc; i++)
		ycc = u->f->parts[i].role != UNCI_RED;
	if (matrix == 2 || matrix == 5)
		matrix = 6;
	if (ycc && matrix != 1 && matrix != 6 && matrix != 9)
		return unci_unsupported(u, "a matrix of colours");
	u->f->matrix = (uint8_t)matrix;
	u->f->full_range = (range & 0x80) != 0;
	return 0;
}

static int
read_packing(struct unci *u)
{
	const struct reader *r = &u->cmpc;

	u->pack = PACK_NONE;
	if (r->len == 0)
		return 0;
	if (reader_has(r, 4, "zlib", 4))
		u->pack = PACK_ZLIB;
	else if (reader_has(r, 4, "defl", 4))
		u->pack = PACK_DEFLATE;
	else
		return unci_unsupported(u, "a way of packing");
	return 0;
}

int
unci_read(struct doc *d, const struct reader *in, const struct reader *meta,
    uint32_t id, struct unci_picture *p)
{
	struct unci u = { .d = d,
		.in = *in,
		.meta = *meta,
		.id = id,
		.p = p,
		.f = &p->form };
	int e;

	*p = (struct unci_picture){ 0 };
	buf_init(&p->data, in->len + 1);
	buf_init(&p->icc, ICC_MAX_BYTES);
	if ((e = read_properties(&u)) != 0 || (e = read_size(&u)) != 0 ||
	    (e = read_form(&u)) != 0 || (e = check_form(&u)) != 0 ||
	    (e = read_colours(&u)) != 0 || (e = read_packing(&u)) != 0 ||
	    (e = unci_bytes(&u)) != 0 || (e = unci_unpack(&u)) != 0)
		return e;
	if (u.profile.len == 0)
		return 0;
	return icc_take(d, "colr", &u.profile,
	    p->channels < 3 ? ICC_GRAY : ICC_RGB, &p->icc);
}

void
unci_done(struct unci_picture *p)
{
	buf_done(&p->data);
	buf_done(&p->icc);
}
