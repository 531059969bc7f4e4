/*
 * The directories of a TIFF (TIFF 6.0 section 2; BigTIFF), before anything is
 * unpacked: every offset and count is checked against the file here.
 */
#include <stdio.h>

#include "formats/image.h"
#include "formats/raster/tiff_int.h"

#define ENTRIES_MAX    4096u
#define REDUCED	       1u /* NewSubfileType: a smaller copy */
#define MASK	       4u
#define FRACTION_BYTES 8u

/* ---- numbers in the file's byte order */

static int
get_u16(const struct tiff *t, struct reader *r, uint16_t *out)
{
	return t->big_endian ? reader_u16be(r, out) : reader_u16le(r, out);
}

static int
get_u32(const struct tiff *t, struct reader *r, uint32_t *out)
{
	return t->big_endian ? reader_u32be(r, out) : reader_u32le(r, out);
}

static int
get_u64(const struct tiff *t, struct reader *r, uint64_t *out)
{
	return t->big_endian ? reader_u64be(r, out) : reader_u64le(r, out);
}

/* An offset or a count: 4 bytes, in BigTIFF 8. */
static int
get_word(const struct tiff *t, struct reader *r, uint64_t *out)
{
	uint32_t small;
	int e;

	if (t->is_big)
		return get_u64(t, r, out);
	if ((e = get_u32(t, r, &small)) == 0)
		*out = small;
	return e;
}

/* Bytes of one value; 0 for a type that does not exist. */
static size_t
type_bytes(uint16_t type)
{
	static const uint8_t bytes[] = { 0, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8,
		4, 0, 0, 8, 8, 8 };

	return type < sizeof(bytes) ? bytes[type] : 0;
}

int
tiff_number(const struct tiff *t, const struct tiff_value *v, uint64_t i,
    uint64_t *out)
{
	struct reader r = v->data;
	uint8_t c;
	uint16_t s;
	uint32_t l;

	if (i >= v->count ||
	    reader_seek(&r, (size_t)i * type_bytes(v->type)) != 0)
		return ERR_NOENT;
	switch (v->type) {
	case 1:
		if (reader_u8(&r, &c) != 0)
			return ERR_NOENT;
		*out = c;
		return 0;
	case 3:
		if (get_u16(t, &r, &s) != 0)
			return ERR_NOENT;
		*out = s;
		return 0;
	case 4:
	case 13:
		if (get_u32(t, &r, &l) != 0)
			return ERR_NOENT;
		*out = l;
		return 0;
	case 16:
	case 18:
		return get_u64(t, &r, out) == 0 ? 0 : ERR_NOENT;
	default:
		return ERR_NOENT;
	}
}

uint64_t
tiff_number_or(const struct tiff *t, const struct tiff_value *v,
    uint64_t fallback)
{
	uint64_t n;

	return tiff_number(t, v, 0, &n) == 0 ? n : fallback;
}

int
tiff_fraction(const struct tiff *t, const struct tiff_value *v, uint64_t i,
    uint32_t out[2])
{
	struct reader r = v->data;
	uint32_t up, down, a, b, c;

	if (v->type != 5 || i >= v->count ||
	    reader_seek(&r, (size_t)i * FRACTION_BYTES) != 0 ||
	    get_u32(t, &r, &up) != 0 || get_u32(t, &r, &down) != 0 || down == 0)
		return ERR_NOENT;
	for (a = up, b = down; b != 0; a = b, b = c)
		c = a % b;
	out[0] = up / a;
	out[1] = down / a;
	return 0;
}

/* ---- a directory */

/* The bytes of a value: in the entry, or where it points. */
static int
find_value(struct tiff *t, struct reader *entry, struct tiff_value *v)
{
	size_t room = t->is_big ? 8 : 4, bytes;
	uint64_t at;
	int e;

	if (type_bytes(v->type) == 0 ||
	    __builtin_mul_overflow(v->count, type_bytes(v->type), &bytes))
		return ERR_MALFORMED;
	if (bytes <= room)
		return reader_sub(entry, bytes, &v->data);
	if ((e = get_word(t, entry, &at)) != 0)
		return e;
	if (at > t->in.len)
		return ERR_TRUNCATED;
	if ((e = reader_view(&t->in, (size_t)at, bytes, &v->data)) == 0)
		e = tiff_note_used(t, at, bytes);
	return e;
}

/* One entry. A value outside the file is as if it were absent. */
static int
read_entry(struct tiff *t, struct tiff_page *p, struct reader entry,
    bool report)
{
	struct tiff_value v = { 0 };
	uint16_t tag;
	int slot, e;

	if ((e = get_u16(t, &entry, &tag)) != 0 ||
	    (e = get_u16(t, &entry, &v.type)) != 0 ||
	    (e = get_word(t, &entry, &v.count)) != 0)
		return e;
	slot = tiff_slot_of(tag);
	e = v.count > 0 ? find_value(t, &entry, &v) : 0;
	if (e == ERR_NOMEM)
		return e;
	if (e != 0) {
		v.count = 0;
		reader_init(&v.data, NULL, 0);
		if (report && slot >= 0)
			return doc_found(t->d, FIND_IMAGE_DAMAGED, ACT_REPLACED,
			    p->where, "tag %u points outside", (unsigned)tag);
	}
	if (slot >= 0 && p->v[slot].count == 0)
		p->v[slot] = v;
	else if (slot >= 0 && report && v.count > 0)
		return doc_found(t->d, FIND_IMAGE_GARBAGE, ACT_REMOVED,
		    p->where, "tag %u a second time", (unsigned)tag);
	if ((slot < 0 || slot == T_SUB_IFDS) && report)
		return tiff_report_tag(t, p, tag, &v.data);
	return 0;
}

int
tiff_read_directory(struct tiff *t, uint64_t at, bool report,
    struct tiff_page *p)
{
	size_t entry_bytes = t->is_big ? 20 : 12;
	struct reader r = t->in, entry;
	uint64_t n = 0;
	uint16_t small;
	int e;

	if (at > t->in.len || (e = reader_seek(&r, (size_t)at)) != 0)
		return doc_fail(t->d, ERR_TRUNCATED,
		    "a directory outside the file");
	if (t->is_big)
		e = get_u64(t, &r, &n);
	else if ((e = get_u16(t, &r, &small)) == 0)
		n = small;
	if (e != 0 || n == 0)
		return doc_fail(t->d, e != 0 ? e : ERR_MALFORMED,
		    "an empty directory");
	if (n > ENTRIES_MAX)
		return doc_fail(t->d, ERR_LIMIT, "a directory of %llu entries",
		    (unsigned long long)n);
	for (uint64_t i = 0; i < n; i++)
		if ((e = reader_sub(&r, entry_bytes, &entry)) != 0)
			return doc_fail(t->d, e, "a directory cut short");
		else if ((e = read_entry(t, p, entry, report)) != 0)
			return e;
	/* Some writers forget the pointer behind the last one. */
	if (get_word(t, &r, &p->next) != 0)
		p->next = 0;
	return tiff_note_used(t, at, reader_pos(&r) - at);
}

/* ---- the chain */

static int
read_header(struct tiff *t, uint64_t *first)
{
	uint16_t version, size, zero;
	int e;

	t->big_endian = reader_has(&t->in, 0, "MM", 2);
	if ((e = reader_skip(&t->in, 2)) != 0 ||
	    (e = get_u16(t, &t->in, &version)) != 0)
		return e;
	t->is_big = version == 43;
	if (t->is_big &&
	    ((e = get_u16(t, &t->in, &size)) != 0 ||
		(e = get_u16(t, &t->in, &zero)) != 0 || size != 8 || zero != 0))
		return e != 0 ? e : ERR_MALFORMED;
	e = get_word(t, &t->in, first);
	return e != 0 ? e : tiff_note_used(t, 0, reader_pos(&t->in));
}

static bool
seen(const uint64_t *list, uint32_t n, uint64_t at)
{
	for (uint32_t i = 0; i < n; i++)
		if (list[i] == at)
			return true;
	return false;
}

/* Is the page one to keep? Says what it is if not. */
static int
judge(struct tiff *t, const struct tiff_page *p, uint32_t i, bool *keep)
{
	uint64_t kind = tiff_number_or(t, &p->v[T_SUBFILE], 0);

	*keep = true;
	if (i == 0 && (kind & REDUCED) != 0 && p->v[T_SUB_IFDS].count > 0)
		return doc_fail(t->d, ERR_UNSUPPORTED,
		    "a camera's raw picture with a small copy in front");
	if (i == 0 || (kind & (REDUCED | MASK)) == 0)
		return 0;
	*keep = false;
	return doc_found(t->d,
	    (kind & MASK) != 0 ? FIND_TIFF_MASK : FIND_IMAGE_THUMBNAIL,
	    ACT_REMOVED, p->where, NULL);
}

/* The end of a chain that cannot be followed: what came before stays. */
static int
cut_chain(struct tiff *t, uint32_t i, int err)
{
	if (i == 0 || err == ERR_LIMIT)
		return err;
	doc_forgive(t->d);
	return doc_found(t->d, FIND_IMAGE_DAMAGED, ACT_REPLACED, "",
	    "the directory of page %u cannot be read", (unsigned)i + 1);
}

int
tiff_walk(struct tiff *t)
{
	uint32_t max = doc_options(t->d)->limits.max_frames, n = 0;
	uint64_t at = 0, *all;
	struct tiff_page *p = doc_alloc(t->d, sizeof(*p));
	bool keep;
	int e;

	t->pages = doc_alloc(t->d, (size_t)max * sizeof(t->pages[0]));
	all = doc_alloc(t->d, (size_t)max * sizeof(all[0]));
	if (p == NULL || t->pages == NULL || all == NULL)
		return ERR_NOMEM;
	if ((e = read_header(t, &at)) != 0 || at == 0)
		return doc_fail(t->d, e != 0 ? e : ERR_MALFORMED,
		    "the header is not one of TIFF");
	for (; at != 0; at = p->next) {
		if (seen(all, n, at))
			return doc_found(t->d, FIND_TIFF_LOOP, ACT_REMOVED, "",
			    "after page %u", (unsigned)n);
		if (n == max)
			return doc_fail(t->d, ERR_LIMIT, "more than %u pages",
			    (unsigned)max);
		*p = (struct tiff_page){ 0 };
		snprintf(p->where, sizeof(p->where), "page %u", n + 1u);
		if ((e = tiff_read_directory(t, at, false, p)) != 0)
			return cut_chain(t, n, e);
		if ((e = judge(t, p, n, &keep)) != 0)
			return e;
		all[n++] = at;
		if (keep)
			t->pages[t->n_pages++] = at;
	}
	return 0;
}
