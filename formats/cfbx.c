#include "formats/cfbx.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define HEADER_BYTES 512u
#define ENTRY_BYTES  128u
#define MINI_BYTES   64u
#define MINI_CUTOFF  4096u
#define HEADER_FATS  109u
#define MAX_SECTOR   0xfffffff9u
#define END_OF_CHAIN 0xfffffffeu

enum { TYPE_STORAGE = 1, TYPE_STREAM = 2, TYPE_ROOT = 5 };

/* One table of chains: sectors of the file, or mini sectors. */
struct table {
	uint32_t *next; /* of sector i */
	bool *used;	/* by a chain that was read */
	uint32_t n;
};

struct node {
	struct cfbx_entry e;
	uint32_t start, left, right, child;
	uint8_t type;
	bool seen; /* reached from the root */
	bool have; /* bytes is set */
	struct reader bytes;
};

struct cfbx {
	struct doc *d;
	struct reader in;
	size_t sector_bytes;
	struct table fat, mini;
	uint32_t dir_start, mini_start, mini_n, difat_start, fat_n;
	struct node *nodes;
	uint32_t n;
	struct reader mini_stream;
};

static int
broken(struct cfbx *c, int err, const char *what)
{
	return doc_fail(c->d, err, "compound file: %s", what);
}

/* ---- sectors */

/* The bytes of sector n; the last one of a file may be cut short. */
static int
sector(const struct cfbx *c, uint32_t n, struct reader *out)
{
	struct reader r = c->in;
	size_t off, len;

	if (n > MAX_SECTOR ||
	    __builtin_mul_overflow((size_t)n + 1, c->sector_bytes, &off) ||
	    reader_seek(&r, off) != 0)
		return ERR_TRUNCATED;
	len = reader_left(&r) < c->sector_bytes ? reader_left(&r)
						: c->sector_bytes;
	if (len == 0)
		return ERR_TRUNCATED;
	return reader_sub(&r, len, out);
}

/* Claims a sector for one chain. */
static int
claim(struct cfbx *c, struct table *t, uint32_t n)
{
	if (n >= t->n)
		return broken(c, ERR_MALFORMED, "a chain leaves the table");
	if (t->used[n])
		return broken(c, ERR_AMBIGUOUS, "chains cross");
	t->used[n] = true;
	return 0;
}

/*
 * A chain of at least bytes, in one piece: borrowed from base when its sectors
 * follow each other, else copied. base: where sector 0 begins.
 */
static int
borrow(const struct table *t, const struct reader *base, uint32_t start,
    size_t unit, size_t bytes, struct reader *out)
{
	size_t off, left = bytes;
	uint32_t at = start;

	while (left > unit) {
		if (at >= t->n || t->next[at] != at + 1)
			return ERR_NOENT;
		at++;
		left -= unit;
	}
	if (__builtin_mul_overflow((size_t)start, unit, &off))
		return ERR_NOENT;
	return reader_view(base, off, bytes, out);
}

static int
copy_chain(struct cfbx *c, const struct table *t, const struct reader *base,
    uint32_t start, size_t unit, size_t bytes, struct reader *out)
{
	uint8_t *to = doc_alloc_bytes(c->d, bytes);
	size_t done = 0, some, off;
	struct reader r;

	if (to == NULL)
		return ERR_NOMEM;
	for (uint32_t at = start; done < bytes; at = t->next[at]) {
		some = bytes - done < unit ? bytes - done : unit;
		if (at >= t->n ||
		    __builtin_mul_overflow((size_t)at, unit, &off) ||
		    reader_view(base, off, some, &r) != 0)
			return broken(c, ERR_TRUNCATED,
			    "the file ends before a stream");
		memcpy(to + done, r.data, some);
		done += some;
	}
	reader_init(out, to, bytes);
	return 0;
}

static int
read_chain(struct cfbx *c, struct table *t, const struct reader *base,
    uint32_t start, size_t unit, uint64_t bytes, struct reader *out)
{
	uint32_t at = start;
	int e;

	reader_init(out, NULL, 0);
	if (bytes == 0)
		return 0;
	if (bytes > base->len)
		return broken(c, ERR_TRUNCATED,
		    "a stream is longer than the file");
	for (uint64_t left = bytes;; left -= unit) {
		if ((e = claim(c, t, at)) != 0)
			return e;
		if (left <= unit)
			break;
		at = t->next[at];
	}
	if (borrow(t, base, start, unit, (size_t)bytes, out) == 0)
		return 0;
	return copy_chain(c, t, base, start, unit, (size_t)bytes, out);
}

/* ---- tables */

static int
new_table(struct cfbx *c, struct table *t, uint32_t n)
{
	size_t bytes;

	if (__builtin_mul_overflow((size_t)n + 1, sizeof(uint32_t), &bytes) ||
	    (t->next = doc_alloc(c->d, bytes)) == NULL ||
	    (t->used = doc_alloc(c->d, (size_t)n + 1)) == NULL)
		return ERR_NOMEM;
	t->n = n;
	return 0;
}

static int
read_fat_sector(struct cfbx *c, uint32_t n, uint32_t *at)
{
	struct reader r;
	int e;

	if (sector(c, n, &r) != 0)
		return broken(c, ERR_TRUNCATED, "the table is cut short");
	while (*at < c->fat.n && reader_left(&r) >= 4)
		if ((e = reader_u32le(&r, &c->fat.next[(*at)++])) != 0)
			return e;
	return 0;
}

/* The FAT sectors that the header names, then those of the DIFAT chain. */
static int
read_fat(struct cfbx *c)
{
	struct reader r = c->in, s;
	uint32_t at = 0, n, difat = c->difat_start, done = 0;
	size_t hops = 0, each = c->sector_bytes / 4 - 1;
	int e;

	if ((e = reader_seek(&r, 76)) != 0)
		return e;
	for (size_t i = 0; i < HEADER_FATS && done < c->fat_n; i++, done++)
		if ((e = reader_u32le(&r, &n)) != 0 ||
		    (e = read_fat_sector(c, n, &at)) != 0)
			return e;
	while (done < c->fat_n) {
		if (++hops > c->fat.n || sector(c, difat, &s) != 0)
			return broken(c, ERR_MALFORMED, "the DIFAT is broken");
		for (size_t i = 0; i < each && done < c->fat_n; i++, done++)
			if ((e = reader_u32le(&s, &n)) != 0 ||
			    (e = read_fat_sector(c, n, &at)) != 0)
				return e;
		if (done < c->fat_n && (reader_seek(&s, 4 * each) != 0 ||
					   reader_u32le(&s, &difat) != 0))
			return broken(c, ERR_MALFORMED, "the DIFAT is broken");
	}
	c->fat.n = at;
	return 0;
}

/* How long a chain is without its length being told; ends at a loop. */
static int
chain_bytes(struct cfbx *c, uint32_t start, uint64_t *bytes)
{
	uint32_t hops = 0;

	*bytes = 0;
	for (uint32_t at = start; at != END_OF_CHAIN; at = c->fat.next[at]) {
		if (at >= c->fat.n || ++hops > c->fat.n)
			return broken(c, ERR_MALFORMED, "a chain has no end");
		*bytes += c->sector_bytes;
	}
	return 0;
}

/* A chain that only its end bounds; the file may be cut in its last sector. */
static int
read_open_chain(struct cfbx *c, uint32_t start, struct reader *out)
{
	struct reader base;
	uint64_t bytes;
	int e;

	if ((e = chain_bytes(c, start, &bytes)) != 0 ||
	    (e = reader_view(&c->in, c->sector_bytes,
		 c->in.len - c->sector_bytes, &base)) != 0)
		return e;
	return read_chain(c, &c->fat, &base, start, c->sector_bytes, bytes,
	    out);
}

static int
read_mini_fat(struct cfbx *c)
{
	struct reader r;
	int e;

	if (c->mini_n == 0 || c->mini_start > MAX_SECTOR)
		return new_table(c, &c->mini, 0);
	if ((e = read_open_chain(c, c->mini_start, &r)) != 0 ||
	    (e = new_table(c, &c->mini, (uint32_t)(r.len / 4))) != 0)
		return e;
	for (uint32_t i = 0; i < c->mini.n; i++)
		if ((e = reader_u32le(&r, &c->mini.next[i])) != 0)
			return e;
	return 0;
}

static int
read_header(struct cfbx *c)
{
	struct reader r = c->in;
	uint16_t major, order, shift, mini;
	uint32_t sectors;
	int e;

	if (c->in.len < HEADER_BYTES ||
	    !reader_has(&c->in, 0, "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1", 8))
		return broken(c, ERR_MALFORMED, "no header");
	if ((e = reader_seek(&r, 26)) != 0 ||
	    (e = reader_u16le(&r, &major)) != 0 ||
	    (e = reader_u16le(&r, &order)) != 0 ||
	    (e = reader_u16le(&r, &shift)) != 0 ||
	    (e = reader_u16le(&r, &mini)) != 0 ||
	    (e = reader_seek(&r, 44)) != 0 ||
	    (e = reader_u32le(&r, &c->fat_n)) != 0 ||
	    (e = reader_u32le(&r, &c->dir_start)) != 0 ||
	    (e = reader_seek(&r, 60)) != 0 ||
	    (e = reader_u32le(&r, &c->mini_start)) != 0 ||
	    (e = reader_u32le(&r, &c->mini_n)) != 0 ||
	    (e = reader_u32le(&r, &c->difat_start)) != 0)
		return e;
	if (order != 0xfffe || mini != 6 || !(shift == 9 || shift == 12))
		return broken(c, ERR_MALFORMED, "unknown sector sizes");
	c->sector_bytes = (size_t)1 << shift;
	if (c->in.len <= c->sector_bytes)
		return broken(c, ERR_TRUNCATED, "it ends after its header");
	sectors = (uint32_t)((c->in.len - 1) / c->sector_bytes);
	if (c->fat_n > sectors)
		return broken(c, ERR_MALFORMED, "the table is too long");
	return new_table(c, &c->fat, sectors);
}

/* ---- the tree of names */

static int
read_name(struct reader *r, struct cfbx_entry *en)
{
	uint32_t cp;
	uint16_t u, low;
	struct buf b;
	int e = 0;

	buf_init(&b, CFBX_NAME_BYTES);
	for (size_t i = 0; e == 0 && i < 31; i++) {
		if ((e = reader_u16le(r, &u)) != 0 || u == 0)
			break;
		cp = u;
		if (u >= 0xd800 && u < 0xdc00) {
			struct reader at = *r;

			if (reader_u16le(&at, &low) == 0 && low >= 0xdc00 &&
			    low < 0xe000 && ++i < 31) {
				cp = 0x10000 + ((uint32_t)(u - 0xd800) << 10) +
				     (low - 0xdc00u);
				*r = at;
			}
		}
		if (cp < ' ' || (cp >= 0xd800 && cp < 0xe000))
			cp = 0xfffd;
		e = utf8_put(&b, cp);
	}
	if (e == 0)
		memcpy(en->name, b.data == NULL ? (const uint8_t *)"" : b.data,
		    b.len);
	buf_done(&b);
	return e;
}

static int
read_node(struct cfbx *c, const struct reader *dir, uint32_t i)
{
	struct node *n = &c->nodes[i];
	struct reader e, at;
	const uint8_t *clsid;
	uint8_t colour;
	int err;

	if ((err = reader_view(dir, (size_t)i * ENTRY_BYTES, ENTRY_BYTES,
		 &e)) != 0)
		return err;
	at = e;
	if ((err = read_name(&at, &n->e)) != 0 ||
	    (err = reader_seek(&e, 66)) != 0 ||
	    (err = reader_u8(&e, &n->type)) != 0 ||
	    (err = reader_u8(&e, &colour)) != 0 ||
	    (err = reader_u32le(&e, &n->left)) != 0 ||
	    (err = reader_u32le(&e, &n->right)) != 0 ||
	    (err = reader_u32le(&e, &n->child)) != 0 ||
	    (err = reader_bytes(&e, 16, &clsid)) != 0 ||
	    (err = reader_skip(&e, 20)) != 0 ||
	    (err = reader_u32le(&e, &n->start)) != 0 ||
	    (err = reader_u64le(&e, &n->e.bytes)) != 0)
		return err;
	/* Version 3 writers leave rubbish in the upper half. */
	if (c->sector_bytes == 512)
		n->e.bytes &= UINT32_MAX;
	memcpy(n->e.clsid, clsid, 16);
	n->e.is_storage = n->type != TYPE_STREAM;
	n->e.first = n->e.next = CFBX_NONE;
	return 0;
}

static int
add_child(struct cfbx *c, uint32_t parent, uint32_t child, uint32_t *last)
{
	struct node *n = &c->nodes[child];

	if (n->seen || child == 0)
		return broken(c, ERR_MALFORMED, "the tree of names loops");
	if (n->type != TYPE_STORAGE && n->type != TYPE_STREAM)
		return broken(c, ERR_MALFORMED, "a name of no known type");
	n->seen = true;
	if (*last == CFBX_NONE)
		c->nodes[parent].e.first = child;
	else
		c->nodes[*last].e.next = child;
	*last = child;
	return 0;
}

/* In the order of the tree, with a stack on the heap: it may lean. */
static int
list_children(struct cfbx *c, uint32_t parent, uint32_t *stack)
{
	uint32_t at = c->nodes[parent].child, last = CFBX_NONE, depth = 0;
	uint32_t visits = 0;
	int e;

	while (at != CFBX_NONE || depth > 0) {
		while (at != CFBX_NONE) {
			if (at >= c->n || depth >= c->n || ++visits > c->n)
				return broken(c, ERR_MALFORMED,
				    "the tree of names is broken");
			stack[depth++] = at;
			at = c->nodes[at].left;
		}
		at = stack[--depth];
		if ((e = add_child(c, parent, at, &last)) != 0)
			return e;
		at = c->nodes[at].right;
	}
	return 0;
}

static int
by_name(const void *a, const void *b)
{
	const struct node *const *x = a, *const *y = b;

	return strcasecmp((*x)->e.name, (*y)->e.name);
}

/* Two readers might take two different ones of equal name. */
static int
check_names(struct cfbx *c, uint32_t parent, const struct node **list)
{
	size_t n = 0;

	for (uint32_t i = c->nodes[parent].e.first; i != CFBX_NONE;
	     i = c->nodes[i].e.next)
		list[n++] = &c->nodes[i];
	if (n > 1)
		qsort(list, n, sizeof(*list), by_name);
	for (size_t i = 1; i < n; i++)
		if (by_name(&list[i - 1], &list[i]) == 0)
			return broken(c, ERR_AMBIGUOUS, "a name twice");
	return 0;
}

/* Every storage reached so far gets its children; those may be storages. */
static int
link_tree(struct cfbx *c)
{
	uint32_t *stack, *queue, first = 0, n = 0, at;
	size_t room = (size_t)c->n + 1;
	const struct node **list;
	int e;

	if ((stack = doc_alloc(c->d, room * sizeof(*stack))) == NULL ||
	    (queue = doc_alloc(c->d, room * sizeof(*queue))) == NULL ||
	    (list = doc_alloc(c->d, room * sizeof(*list))) == NULL)
		return ERR_NOMEM;
	c->nodes[0].seen = true;
	queue[n++] = 0;
	while (first < n) {
		at = queue[first++];
		if ((e = list_children(c, at, stack)) != 0 ||
		    (e = check_names(c, at, list)) != 0)
			return e;
		for (uint32_t k = c->nodes[at].e.first; k != CFBX_NONE;
		     k = c->nodes[k].e.next)
			if (c->nodes[k].e.is_storage)
				queue[n++] = k;
	}
	return 0;
}

static int
read_dir(struct cfbx *c)
{
	struct reader dir;
	size_t bytes;
	int e;

	if ((e = read_open_chain(c, c->dir_start, &dir)) != 0)
		return e;
	if (dir.len / ENTRY_BYTES > CFBX_ENTRIES_MAX)
		return broken(c, ERR_LIMIT, "too many names");
	c->n = (uint32_t)(dir.len / ENTRY_BYTES);
	bytes = (size_t)c->n * sizeof(*c->nodes);
	if (c->n == 0)
		return broken(c, ERR_MALFORMED, "no names");
	if ((c->nodes = doc_alloc(c->d, bytes)) == NULL)
		return ERR_NOMEM;
	for (uint32_t i = 0; i < c->n; i++)
		if ((e = read_node(c, &dir, i)) != 0)
			return e;
	if (c->nodes[0].type != TYPE_ROOT)
		return broken(c, ERR_MALFORMED, "no root");
	return link_tree(c);
}

/* ---- for modules */

/* Every stream at once, so that what crosses is seen before it is used. */
static int
read_streams(struct cfbx *c)
{
	struct reader base;
	struct node *n;
	bool mini;
	int e;

	if ((e = reader_view(&c->in, c->sector_bytes,
		 c->in.len - c->sector_bytes, &base)) != 0 ||
	    (e = read_chain(c, &c->fat, &base, c->nodes[0].start,
		 c->sector_bytes, c->nodes[0].e.bytes, &c->mini_stream)) != 0)
		return e;
	for (uint32_t i = 1; i < c->n; i++) {
		n = &c->nodes[i];
		if (!n->seen || n->type != TYPE_STREAM)
			continue;
		mini = n->e.bytes < MINI_CUTOFF;
		if ((e = read_chain(c, mini ? &c->mini : &c->fat,
			 mini ? &c->mini_stream : &base, n->start,
			 mini ? MINI_BYTES : c->sector_bytes, n->e.bytes,
			 &n->bytes)) != 0)
			return e;
		n->have = true;
	}
	return 0;
}

int
cfbx_open(struct doc *d, const struct reader *in, struct cfbx **out)
{
	struct cfbx *c = doc_alloc(d, sizeof(*c));
	int e;

	if (c == NULL)
		return ERR_NOMEM;
	c->d = d;
	c->in = *in;
	c->in.pos = 0;
	if ((e = read_header(c)) != 0 || (e = read_fat(c)) != 0 ||
	    (e = read_mini_fat(c)) != 0 || (e = read_dir(c)) != 0 ||
	    (e = read_streams(c)) != 0)
		return e;
	*out = c;
	return 0;
}

const struct cfbx_entry *
cfbx_entry(const struct cfbx *c, uint32_t i)
{
	return i < c->n ? &c->nodes[i].e : NULL;
}

uint32_t
cfbx_child(const struct cfbx *c, uint32_t storage, const char *name)
{
	if (storage >= c->n)
		return CFBX_NONE;
	for (uint32_t i = c->nodes[storage].e.first; i != CFBX_NONE;
	     i = c->nodes[i].e.next)
		if (strcasecmp(c->nodes[i].e.name, name) == 0)
			return i;
	return CFBX_NONE;
}

int
cfbx_stream(struct cfbx *c, uint32_t i, struct reader *out)
{
	if (i >= c->n || !c->nodes[i].have)
		return ERR_NOENT;
	*out = c->nodes[i].bytes;
	return 0;
}
