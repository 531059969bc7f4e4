/*
 * Where the data of an inline picture end. Computed from the dictionary when
 * they are plain, else by walking through the outermost code; then EI must
 * stand there. Where that fails, the first EI that looks like the operator.
 *
 * Walking is bounded by a multiple of the stream's length for all pictures
 * of it together, so that no nest of open ends costs more.
 */
#include <string.h>
#include <zlib.h>

#include "formats/pdf/content_int.h"

#define WALK_RATIO     8
#define WALK_LEAST     (1u << 20)
#define LOOK_FURTHER   4096 /* behind a doubtful EI for a better one */
#define LOOK_BEHIND    16   /* bytes behind EI that must be text */
#define CODES_CLEAR    256
#define CODES_END      257
#define CODES_BITS_MAX 12

/* Data, white space or none, EI, end of word? *behind: after it. */
static bool
ends_with_ei(const struct reader *r, size_t at, size_t *behind)
{
	struct reader x = *r;
	const uint8_t *p;
	unsigned blanks = 0;
	int c;

	if (reader_seek(&x, at) != 0)
		return false;
	while ((c = plex_peek(&x)) >= 0 && plex_is_space((uint8_t)c) &&
	       blanks++ < 4)
		x.pos++;
	if (reader_bytes(&x, 2, &p) != 0 || memcmp(p, "EI", 2) != 0)
		return false;
	c = plex_peek(&x);
	if (c >= 0 && !plex_ends_word((uint8_t)c))
		return false;
	*behind = reader_pos(&x);
	return true;
}

static bool
spend(struct content *c, size_t n)
{
	uint64_t max = (uint64_t)c->in->bytes.len * WALK_RATIO + WALK_LEAST;

	c->walked += n;
	return c->walked <= max;
}

/* ---- plain data */

/* Components of a colour space of the source; 0 when it is not known. */
static int
components(struct content *c, const struct pobj *space, bool named,
    uint64_t *out)
{
	static const struct {
		const char *name;
		uint64_t n;
	} table[] = { { "DeviceGray", 1 }, { "DeviceRGB", 3 },
		{ "DeviceCMYK", 4 }, { "CalGray", 1 }, { "CalRGB", 3 },
		{ "Lab", 3 }, { "Indexed", 1 }, { "Separation", 1 } };
	const struct pobj *first = space, *v;
	int64_t n = 0;
	int e;

	*out = 0;
	if (pobj_is(space, POBJ_ARRAY) &&
	    (e = pin_resolve(c->p->in, pobj_item(space, 0), &first)) != 0)
		return e;
	if (!pobj_is(first, POBJ_NAME))
		return 0;
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		if (pobj_is_name(first, table[i].name))
			*out = table[i].n;
	if (*out != 0)
		return 0;
	if (pobj_is(space, POBJ_NAME) && !named) {
		if ((e = content_resource(c, PRES_COLORSPACE, &space->u.bytes,
			 &v)) != 0)
			return e;
		return components(c, v, true, out);
	}
	if ((e = pin_resolve(c->p->in, pobj_item(space, 1), &v)) != 0)
		return e;
	if (pobj_is_name(first, "DeviceN")) {
		*out = pobj_count(v);
	} else if (pobj_is_name(first, "ICCBased")) {
		if ((e = pin_get(c->p->in, v, "N", &v)) != 0)
			return e;
		*out = pobj_int(v, 1, 4, &n) ? (uint64_t)n : 0;
	}
	return 0;
}

/* ERR_NOENT when the dictionary does not tell. */
static int
plain_length(struct content *c, const struct pobj *dict, size_t *n)
{
	const struct pobj *mask = pobj_get(dict, "ImageMask");
	int64_t w, h, bits = 1;
	uint64_t parts = 1, row, all;
	int e;

	if (!pobj_int(pobj_get(dict, "Width"), 1, 1 << 24, &w) ||
	    !pobj_int(pobj_get(dict, "Height"), 1, 1 << 24, &h))
		return ERR_NOENT;
	if (!pobj_is(mask, POBJ_BOOL) || !mask->u.b) {
		if (!pobj_int(pobj_get(dict, "BitsPerComponent"), 1, 16, &bits))
			return ERR_NOENT;
		if ((e = components(c, pobj_get(dict, "ColorSpace"), false,
			 &parts)) != 0)
			return e;
	}
	if (parts == 0 || parts > 32)
		return ERR_NOENT;
	row = ((uint64_t)w * (uint64_t)bits * parts + 7) / 8;
	if (__builtin_mul_overflow(row, (uint64_t)h, &all) || all > SIZE_MAX)
		return ERR_NOENT;
	*n = (size_t)all;
	return 0;
}

/* ---- coded data: each gives the length with its end mark */

static int
until(const struct reader *r, const char *mark, size_t *n)
{
	size_t at;
	int e = reader_find(r, 0, mark, strlen(mark), &at);

	if (e == 0)
		*n = at + strlen(mark);
	return e;
}

static int
run_length(const struct reader *from, size_t *n)
{
	struct reader r = *from;
	uint8_t c;
	int e;

	for (;;) {
		if ((e = reader_u8(&r, &c)) != 0)
			return e;
		if (c == 128) {
			*n = reader_pos(&r);
			return 0;
		}
		if ((e = reader_skip(&r, c < 128 ? (size_t)c + 1 : 1)) != 0)
			return e;
	}
}

static int
read_code(struct reader *r, unsigned bits, uint32_t *hold, unsigned *have,
    unsigned *code)
{
	uint8_t b;
	int e;

	for (; *have < bits; *have += 8) {
		if ((e = reader_u8(r, &b)) != 0)
			return e;
		*hold = *hold << 8 | b;
	}
	*have -= bits;
	*code = *hold >> *have & ((1u << bits) - 1);
	return 0;
}

/* Only the width of the codes matters, so no table is kept. */
static int
lzw(const struct reader *from, bool early, size_t *n)
{
	struct reader r = *from;
	unsigned bits = 9, next = 258, code, have = 0;
	uint32_t hold = 0;
	bool first = true;
	int e;

	for (;;) {
		if ((e = read_code(&r, bits, &hold, &have, &code)) != 0)
			return e;
		if (code == CODES_END)
			break;
		if (code == CODES_CLEAR) {
			bits = 9;
			next = 258;
			first = true;
			continue;
		}
		if (!first && next < 4096)
			next++;
		first = false;
		if (next + early >= 1u << bits && bits < CODES_BITS_MAX)
			bits++;
	}
	*n = reader_pos(&r);
	return 0;
}

static int
flate(struct content *c, const struct reader *r, size_t *n)
{
	uint8_t out[16384];
	z_stream z = { 0 };
	int e = 0, got = Z_OK;
	uInt made;

	if (inflateInit(&z) != Z_OK)
		return ERR_NOMEM;
	z.next_in = (z_const Bytef *)r->data;
	z.avail_in = r->len < UINT32_MAX ? (uInt)r->len : UINT32_MAX;
	while (e == 0 && got == Z_OK) {
		z.next_out = out;
		z.avail_out = sizeof(out);
		got = inflate(&z, Z_NO_FLUSH);
		made = (uInt)sizeof(out) - z.avail_out;
		e = doc_spend(c->p->d, BUDGET_EXPANDED_BYTES, made);
	}
	if (e == 0 && got != Z_STREAM_END)
		e = ERR_TRUNCATED;
	else if (e == 0)
		*n = z.total_in;
	inflateEnd(&z);
	return e;
}

/* From SOI to EOI by the markers. */
static int
dct(const struct reader *from, size_t *n)
{
	struct reader r = *from;
	uint16_t len;
	uint8_t c = 0;
	int e;

	if ((e = reader_skip(&r, 2)) != 0)
		return e;
	for (;;) {
		while (c != 0xff)
			if ((e = reader_u8(&r, &c)) != 0)
				return e;
		while (c == 0xff)
			if ((e = reader_u8(&r, &c)) != 0)
				return e;
		if (c == 0xd9)
			break;
		if (c == 0 || c == 1 || (c >= 0xd0 && c <= 0xd8))
			continue;
		if ((e = reader_u16be(&r, &len)) != 0)
			return e;
		if (len < 2)
			return ERR_MALFORMED;
		if ((e = reader_skip(&r, (size_t)len - 2)) != 0)
			return e;
	}
	*n = reader_pos(&r);
	return 0;
}

static int
coded_length(struct content *c, const struct pobj *filter,
    const struct pobj *parms, const struct reader *r, size_t *n)
{
	int64_t early = 1;

	if (pobj_is_name(filter, "ASCIIHexDecode"))
		return until(r, ">", n);
	if (pobj_is_name(filter, "ASCII85Decode"))
		return until(r, "~>", n);
	if (pobj_is_name(filter, "RunLengthDecode"))
		return run_length(r, n);
	if (pobj_is_name(filter, "FlateDecode"))
		return flate(c, r, n);
	if (pobj_is_name(filter, "DCTDecode"))
		return dct(r, n);
	if (!pobj_is_name(filter, "LZWDecode"))
		return ERR_NOENT;
	(void)pobj_int(pobj_get(parms, "EarlyChange"), 0, 1, &early);
	return lzw(r, early != 0, n);
}

/* ---- guessing */

/* Is what follows EI text, as operators are? */
static bool
text_behind(const struct reader *r, size_t at)
{
	struct reader x = *r;
	uint8_t c;

	if (reader_seek(&x, at) != 0)
		return false;
	for (int i = 0; i < LOOK_BEHIND && reader_u8(&x, &c) == 0; i++)
		if (c > 0x7e || (c < 0x20 && !plex_is_space(c)) || c == 0)
			return false;
	return true;
}

/* Data of n bytes; *behind: after EI. ERR_NOENT. */
static int
guess(const struct reader *r, size_t *n, size_t *behind)
{
	size_t at = 0, after, doubtful = 0;
	bool any = false;

	for (; reader_find(r, at, "EI", 2, &at) == 0; at++) {
		if (any && at - *n > LOOK_FURTHER)
			break;
		if (at > 0 && !plex_is_space(r->data[at - 1]))
			continue;
		if (!ends_with_ei(r, at, &after))
			continue;
		if (text_behind(r, after)) {
			*n = at > 0 ? at - 1 : 0;
			*behind = after;
			return 0;
		}
		if (!any) {
			any = true;
			*n = at > 0 ? at - 1 : 0;
			doubtful = after;
		}
	}
	*behind = doubtful;
	return any ? 0 : ERR_NOENT;
}

/* ---- together */

static int
computed(struct content *c, const struct pobj *dict, const struct reader *r,
    size_t *n)
{
	const struct pobj *filter = pobj_get(dict, "Filter");
	const struct pobj *parms = pobj_get(dict, "DecodeParms");

	if (pobj_is(parms, POBJ_ARRAY))
		parms = pobj_item(parms, 0);
	if (pobj_is(filter, POBJ_ARRAY)) {
		if (pobj_count(filter) == 0)
			return plain_length(c, dict, n);
		filter = pobj_item(filter, 0);
	}
	if (filter == NULL || pobj_is(filter, POBJ_NULL))
		return plain_length(c, dict, n);
	return coded_length(c, filter, parms, r, n);
}

/* Errors that only mean that this way does not lead there. */
static bool
is_mild(int e)
{
	return e == ERR_NOENT || e == ERR_TRUNCATED || e == ERR_MALFORMED;
}

static int
measure(struct content *c, const struct pobj *dict, const struct reader *r,
    size_t *n, size_t *behind, bool *sure)
{
	int64_t said;
	int e;

	*sure = true;
	if (pobj_int(pobj_get(dict, "Length"), 0, INT32_MAX, &said)) {
		*n = (size_t)said;
		if (ends_with_ei(r, *n, behind))
			return 0;
	}
	e = computed(c, dict, r, n);
	if (e != 0 && !is_mild(e))
		return e;
	if (e == 0 && ends_with_ei(r, *n, behind))
		return spend(c, *behind) ? 0 : ERR_NOENT;
	*sure = pobj_is_name(pobj_get(dict, "Filter"), "CCITTFaxDecode");
	if (!spend(c, e == 0 ? *n : r->len) || (e = guess(r, n, behind)) != 0)
		return ERR_NOENT;
	return spend(c, *behind) ? 0 : ERR_NOENT;
}

static int
take_data(struct content *c, const struct pobj *dict, struct reader *at,
    struct reader *data, bool *sure)
{
	struct reader rest;
	size_t n = 0, behind = 0;
	int e;

	if ((e = reader_view(at, at->pos, reader_left(at), &rest)) != 0 ||
	    (e = measure(c, dict, &rest, &n, &behind, sure)) != 0 ||
	    (e = reader_view(&rest, 0, n, data)) != 0)
		return e;
	return reader_skip(at, behind);
}

int
content_data(struct content *c, const struct pobj *dict, struct reader *at,
    struct reader *data, bool *sure)
{
	struct reader begin;
	int blank = plex_peek(at), e;

	/* One white-space byte ends ID; some write CR LF. */
	if (blank >= 0 && plex_is_space((uint8_t)blank))
		at->pos++;
	begin = *at;
	e = take_data(c, dict, &begin, data, sure);
	if ((e != 0 || !*sure) && blank == '\r' && plex_peek(at) == '\n') {
		begin = *at;
		begin.pos++;
		e = take_data(c, dict, &begin, data, sure);
	}
	if (e == 0)
		*at = begin;
	return e;
}
