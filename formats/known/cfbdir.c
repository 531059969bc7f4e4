#include "formats/known/cfbdir.h"

#include <string.h>

#define DIR_SECTORS   512u  /* of the directory that are looked at */
#define TREE_DEPTH    64u   /* a balanced tree of 2^64 names needs no more */
#define TREE_VISITS   4096u /* entries looked at in all */
#define ENTRY_BYTES   128u
#define NO_ENTRY      0xffffffffu
#define HEADER_FATS   109u
#define MAX_SECTOR    0xfffffffau
#define DIFAT_SECTORS 1024u
#define MINI_CUTOFF   4096u

struct walk {
	struct cfbdir *d;
	uint32_t sector[DIR_SECTORS];
	size_t sectors;
	uint32_t first_difat;
	bool broken;
};

bool
cfbdir_is(const struct reader *in)
{
	return reader_has(in, 0, "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1", 8);
}

static int
u32_at(const struct reader *in, size_t off, uint32_t *out)
{
	struct reader r = *in;

	if (reader_seek(&r, off) != 0)
		return ERR_TRUNCATED;
	return reader_u32le(&r, out);
}

/* The bytes of a sector; the last one of a file may be cut short. */
static int
sector_view(const struct cfbdir *d, uint32_t n, struct reader *out)
{
	struct reader r = d->in;
	size_t off, len;

	if (n >= MAX_SECTOR ||
	    __builtin_mul_overflow((size_t)n + 1, d->sector_bytes, &off) ||
	    reader_seek(&r, off) != 0)
		return ERR_TRUNCATED;
	len = reader_left(&r) < d->sector_bytes ? reader_left(&r)
						: d->sector_bytes;
	return reader_sub(&r, len, out);
}

/* The sector that holds part i of the FAT: in the header, else in a chain. */
static int
fat_sector(const struct walk *w, uint32_t i, uint32_t *out)
{
	struct reader s;
	uint32_t at = w->first_difat;
	uint32_t each = (uint32_t)(w->d->sector_bytes / 4 - 1);

	if (i < HEADER_FATS)
		return u32_at(&w->d->in, 76 + 4 * (size_t)i, out);
	i -= HEADER_FATS;
	for (uint32_t hop = 0; hop < DIFAT_SECTORS; hop++) {
		if (sector_view(w->d, at, &s) != 0)
			return ERR_TRUNCATED;
		if (i < each)
			return u32_at(&s, 4 * (size_t)i, out);
		i -= each;
		if (u32_at(&s, 4 * (size_t)each, &at) != 0)
			return ERR_TRUNCATED;
	}
	return ERR_LIMIT;
}

static int
next_sector(const struct walk *w, uint32_t n, uint32_t *out)
{
	struct reader s;
	uint32_t each = (uint32_t)(w->d->sector_bytes / 4), fat;

	if (fat_sector(w, n / each, &fat) != 0 ||
	    sector_view(w->d, fat, &s) != 0)
		return ERR_TRUNCATED;
	return u32_at(&s, 4 * (size_t)(n % each), out);
}

static int
open_dir(const struct reader *in, struct walk *w)
{
	struct reader r = *in;
	uint16_t shift;
	uint32_t at;

	if (!cfbdir_is(in) || reader_seek(&r, 30) != 0 ||
	    reader_u16le(&r, &shift) != 0 || u32_at(in, 48, &at) != 0 ||
	    u32_at(in, 68, &w->first_difat) != 0)
		return ERR_NOENT;
	w->d->in = *in;
	w->d->sector_bytes = shift == 12 ? 4096 : 512;
	while (w->sectors < DIR_SECTORS && at < MAX_SECTOR) {
		w->sector[w->sectors++] = at;
		if (next_sector(w, at, &at) != 0)
			break;
	}
	return w->sectors > 0 ? 0 : ERR_NOENT;
}

static int
entry_view(const struct walk *w, uint32_t i, struct reader *out)
{
	uint32_t each = (uint32_t)(w->d->sector_bytes / ENTRY_BYTES);
	struct reader s;

	if (i / each >= w->sectors ||
	    sector_view(w->d, w->sector[i / each], &s) != 0)
		return ERR_TRUNCATED;
	return reader_view(&s, ENTRY_BYTES * (size_t)(i % each), ENTRY_BYTES,
	    out);
}

static int
read_item(const struct walk *w, uint32_t i, struct cfb_item *it,
    uint32_t link[3], uint8_t clsid[16])
{
	struct reader e;
	const uint8_t *id;
	uint16_t c;
	size_t n = 0;

	memset(it, 0, sizeof(*it));
	if (entry_view(w, i, &e) != 0)
		return ERR_TRUNCATED;
	for (size_t k = 0; k < 32; k++) {
		if (reader_u16le(&e, &c) != 0)
			return ERR_TRUNCATED;
		if (k == 0)
			it->first = c;
		if (c == 0)
			break;
		it->name[n++] = (char)(c < 0x100 ? c : '?');
	}
	if (reader_seek(&e, 66) != 0 || reader_u8(&e, &it->type) != 0 ||
	    reader_skip(&e, 1) != 0)
		return ERR_TRUNCATED;
	for (size_t k = 0; k < 3; k++)
		if (reader_u32le(&e, &link[k]) != 0)
			return ERR_TRUNCATED;
	if (reader_bytes(&e, 16, &id) != 0 || reader_skip(&e, 20) != 0 ||
	    reader_u32le(&e, &it->start) != 0 ||
	    reader_u64le(&e, &it->bytes) != 0)
		return ERR_TRUNCATED;
	memcpy(clsid, id, 16);
	return 0;
}

/* Left, self, right: with a small stack of those not yet gone through. */
static void
walk_tree(struct walk *w, uint32_t root,
    void (*item)(void *, const struct cfb_item *), void *arg)
{
	uint32_t todo[TREE_DEPTH], link[3];
	struct cfb_item it;
	uint8_t clsid[16];
	size_t n = 0, visits = 0;

	todo[n++] = root;
	while (n > 0) {
		if (++visits > TREE_VISITS) {
			w->broken = true;
			break;
		}
		if (read_item(w, todo[--n], &it, link, clsid) != 0 ||
		    (it.type != CFB_STORAGE && it.type != CFB_STREAM)) {
			w->broken = true;
			continue;
		}
		item(arg, &it);
		for (size_t k = 0; k < 2; k++) {
			if (link[k] == NO_ENTRY)
				continue;
			if (n < TREE_DEPTH)
				todo[n++] = link[k];
			else
				w->broken = true;
		}
	}
}

static void
walk_all(struct walk *w, void (*item)(void *, const struct cfb_item *),
    void *arg)
{
	struct cfb_item it;
	uint32_t link[3];
	uint8_t clsid[16];

	for (uint32_t i = 1; i < TREE_VISITS; i++) {
		if (read_item(w, i, &it, link, clsid) != 0)
			break;
		if (it.type == CFB_STORAGE || it.type == CFB_STREAM)
			item(arg, &it);
	}
}

int
cfbdir_walk(const struct reader *in, struct cfbdir *d,
    void (*item)(void *arg, const struct cfb_item *), void *arg)
{
	struct walk w;
	struct cfb_item root;
	uint32_t link[3];

	memset(&w, 0, sizeof(w));
	w.d = d;
	if (open_dir(in, &w) != 0 ||
	    read_item(&w, 0, &root, link, d->clsid) != 0)
		return ERR_NOENT;
	if (link[2] != NO_ENTRY)
		walk_tree(&w, link[2], item, arg);
	else
		w.broken = true;
	if (w.broken)
		walk_all(&w, item, arg);
	return 0;
}

int
cfbdir_head(const struct cfbdir *d, const struct cfb_item *it,
    struct reader *out)
{
	if (it->bytes < MINI_CUTOFF)
		return ERR_NOENT;
	return sector_view(d, it->start, out);
}
