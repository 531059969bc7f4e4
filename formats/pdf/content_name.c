/*
 * Names in content streams, and the resources behind them (ISO 32000-1,
 * 7.8.3). Each name is looked up once for each stream, and the walk is asked
 * then whether its resource stays.
 */
#include <stdio.h>
#include <string.h>

#include "formats/pdf/content_int.h"

/* Names looked for one by one before all of a dictionary is taken in. */
#define ASKED_SINGLY 64
#define NAME_BYTES   (64u << 20) /* of memory for the names of one stream */

enum fate { FATE_UNKNOWN, FATE_STAYS, FATE_GONE };

struct entry {
	enum presource kind;
	enum fate fate;
	struct reader name;
	const struct pobj *value; /* NULL: there is none */
};

static const char *const categories[PRES_COUNT] = {
	[PRES_EXTGSTATE] = "ExtGState",
	[PRES_COLORSPACE] = "ColorSpace",
	[PRES_PATTERN] = "Pattern",
	[PRES_SHADING] = "Shading",
	[PRES_XOBJECT] = "XObject",
	[PRES_FONT] = "Font",
	[PRES_PROPERTIES] = "Properties",
};

void
content_names_init(struct content_names *n)
{
	buf_init(&n->entries, NAME_BYTES);
	buf_init(&n->slots, NAME_BYTES);
}

void
content_names_done(struct content_names *n)
{
	buf_done(&n->entries);
	buf_done(&n->slots);
}

static size_t
slots_count(const struct content_names *n)
{
	return n->slots.len / sizeof(uint32_t);
}

static size_t
entries_count(const struct content_names *n)
{
	return n->entries.len / sizeof(struct entry);
}

static struct entry *
entry_at(const struct content_names *n, size_t i)
{
	return (struct entry *)(void *)n->entries.data + i;
}

static uint32_t
hash(enum presource kind, const struct reader *name)
{
	uint32_t h = 2166136261u ^ (uint32_t)kind;

	for (size_t i = 0; i < name->len; i++)
		h = (h ^ name->data[i]) * 16777619u;
	return h ^ h >> 15;
}

static bool
same(const struct entry *a, enum presource kind, const struct reader *name)
{
	return a->kind == kind && a->name.len == name->len &&
	       (name->len == 0 ||
		   memcmp(a->name.data, name->data, name->len) == 0);
}

/* The slot where the name is, or where it would be put. */
static uint32_t *
slot_of(const struct content_names *n, enum presource kind,
    const struct reader *name)
{
	uint32_t *slots = (uint32_t *)(void *)n->slots.data;
	size_t mask = slots_count(n) - 1, at = hash(kind, name) & mask;

	while (slots[at] != 0 && !same(entry_at(n, slots[at] - 1), kind, name))
		at = (at + 1) & mask;
	return &slots[at];
}

/* Room for one more, at most half of the slots used. */
static int
grow(struct content_names *n)
{
	size_t count = entries_count(n), slots = slots_count(n);
	uint8_t *p;
	int e;

	if (slots >= 16 && count < slots / 2)
		return 0;
	slots = slots < 16 ? 16 : slots * 2;
	buf_clear(&n->slots);
	if ((e = buf_reserve(&n->slots, slots * sizeof(uint32_t), &p)) != 0)
		return e;
	memset(p, 0, slots * sizeof(uint32_t));
	buf_commit(&n->slots, slots * sizeof(uint32_t));
	for (size_t i = 0; i < count; i++)
		*slot_of(n, entry_at(n, i)->kind, &entry_at(n, i)->name) =
		    (uint32_t)i + 1;
	return 0;
}

static int
add(struct content_names *n, const struct entry *x)
{
	uint32_t *slot;
	int e;

	if ((e = grow(n)) != 0)
		return e;
	slot = slot_of(n, x->kind, &x->name);
	if (*slot != 0)
		return 0;
	*slot = (uint32_t)entries_count(n) + 1;
	return buf_put(&n->entries, x, sizeof(*x));
}

static struct entry *
known(const struct content_names *n, enum presource kind,
    const struct reader *name)
{
	uint32_t *slot;

	if (slots_count(n) == 0)
		return NULL;
	slot = slot_of(n, kind, name);
	return *slot == 0 ? NULL : entry_at(n, *slot - 1);
}

static int
load(struct content *c, enum presource kind, const struct pobj *dict)
{
	struct entry x = { .kind = kind };
	int e = 0;

	c->names.loaded[kind] = true;
	for (size_t i = 0; e == 0 && i < dict->u.dict.n; i++) {
		x.name = dict->u.dict.entry[i].key;
		x.value = dict->u.dict.entry[i].value;
		e = add(&c->names, &x);
	}
	return e;
}

static void
look_singly(const struct pobj *dict, struct entry *x)
{
	const struct pentry *at = dict->u.dict.entry;

	for (size_t i = 0; i < dict->u.dict.n; i++)
		if (at[i].key.len == x->name.len &&
		    (x->name.len == 0 || memcmp(at[i].key.data, x->name.data,
					     x->name.len) == 0)) {
			x->name = at[i].key;
			x->value = at[i].value;
			return;
		}
}

/* The entry of a name, made when it is new. Valid until the next call. */
static int
entry_of(struct content *c, enum presource kind, const struct reader *name,
    struct entry **out)
{
	struct content_names *n = &c->names;
	struct entry x = { .kind = kind, .name = *name };
	const struct pobj *dict;
	int e;

	if ((*out = known(n, kind, name)) != NULL)
		return 0;
	if (!n->loaded[kind]) {
		if ((e = pin_get(c->p->in, c->in->resources, categories[kind],
			 &dict)) != 0)
			return e;
		if (!pobj_is(dict, POBJ_DICT))
			n->loaded[kind] = true;
		else if (n->asked[kind]++ < ASKED_SINGLY)
			look_singly(dict, &x);
		else if ((e = load(c, kind, dict)) != 0)
			return e;
	}
	if ((e = add(n, &x)) != 0)
		return e;
	*out = known(n, kind, name);
	return 0;
}

static bool
right_type(enum presource kind, const struct pobj *v)
{
	switch (kind) {
	case PRES_XOBJECT:
		return pobj_is(v, POBJ_STREAM);
	case PRES_COLORSPACE:
		return pobj_is(v, POBJ_NAME) || pobj_is(v, POBJ_ARRAY);
	case PRES_PATTERN:
	case PRES_SHADING:
		return pobj_is(v, POBJ_DICT) || pobj_is(v, POBJ_STREAM);
	default:
		return pobj_is(v, POBJ_DICT);
	}
}

static int
add_used(struct content *c, enum presource kind, const struct reader *name,
    uint32_t num)
{
	struct pused *u = c->used;
	struct pused_name *list;
	size_t cap;

	if (u->n == u->cap) {
		cap = u->cap == 0 ? 8 : u->cap * 2;
		list = doc_alloc(c->p->d, cap * sizeof(*list));
		if (list == NULL)
			return ERR_NOMEM;
		if (u->n > 0)
			memcpy(list, u->list, u->n * sizeof(*list));
		u->list = list;
		u->cap = cap;
	}
	u->list[u->n].kind = kind;
	u->list[u->n].name = *name;
	u->list[u->n++].added = num;
	return 0;
}

/* Does the resource stay? Asks the walk. */
static int
decide(struct content *c, const struct entry *x, bool *stays)
{
	const struct pobj *v = NULL;
	int e;

	*stays = false;
	if (x->value == NULL)
		return 0;
	if ((e = pin_resolve(c->p->in, x->value, &v)) != 0)
		return e;
	if (!right_type(x->kind, v))
		return 0;
	*stays = true;
	if (c->in->keep != NULL && (e = c->in->keep(c->in->arg, x->kind,
					&x->name, x->value, stays)) != 0)
		return e;
	return *stays ? add_used(c, x->kind, &x->name, 0) : 0;
}

int
content_name(struct content *c, enum presource kind, const struct reader *name,
    bool *stays)
{
	struct entry *x, copy;
	int e;

	if ((e = entry_of(c, kind, name, &x)) != 0)
		return e;
	if (x->fate == FATE_UNKNOWN) {
		copy = *x;
		if ((e = decide(c, &copy, stays)) != 0)
			return e;
		x = known(&c->names, kind, name);
		x->fate = *stays ? FATE_STAYS : FATE_GONE;
	}
	*stays = x->fate == FATE_STAYS;
	return 0;
}

void
content_forget(struct content *c, enum presource kind,
    const struct reader *name, size_t n_used)
{
	struct entry *x = known(&c->names, kind, name);

	if (c->used->n <= n_used || x == NULL)
		return; /* an earlier statement uses it as well */
	c->used->n = n_used;
	x->fate = FATE_GONE;
	if (c->in->drop != NULL)
		c->in->drop(c->in->arg);
}

int
content_drawn(struct content *c, const struct reader *name, uint64_t *n)
{
	const struct pobj *v;
	int e = content_resource(c, PRES_XOBJECT, name, &v);

	*n = 0;
	if (e == 0 && pobj_is(v, POBJ_STREAM) && c->p->drawn != NULL &&
	    v->number < pin_limit(c->p->in))
		*n = c->p->drawn[v->number];
	return e;
}

int
content_drawn_set(struct content *c)
{
	struct pdf *p = c->p;
	uint32_t limit, number = c->in->number;

	if (number == 0 || number >= (limit = pin_limit(p->in)))
		return 0;
	if (p->drawn == NULL)
		p->drawn = doc_alloc(p->d, (size_t)limit * sizeof(*p->drawn));
	if (p->drawn == NULL)
		return ERR_NOMEM;
	p->drawn[number] =
	    c->drawn < UINT32_MAX ? (uint32_t)c->drawn : UINT32_MAX;
	return 0;
}

int
content_defaults(struct content *c)
{
	static const char *const names[] = { "DefaultGray", "DefaultRGB",
		"DefaultCMYK" };
	struct reader name;
	bool stays;
	int e = 0;

	for (size_t i = 0; e == 0 && i < 3; i++) {
		reader_init(&name, names[i], strlen(names[i]));
		e = content_name(c, PRES_COLORSPACE, &name, &stays);
	}
	return e;
}

int
content_resource(struct content *c, enum presource kind,
    const struct reader *name, const struct pobj **out)
{
	struct entry *x;
	int e;

	if ((e = entry_of(c, kind, name, &x)) != 0)
		return e;
	*out = NULL;
	return x->value == NULL ? 0 : pin_resolve(c->p->in, x->value, out);
}

int
content_add(struct content *c, uint32_t num, struct reader *name)
{
	struct entry *x = NULL;
	char text[32];
	char *copy;
	int e;

	for (unsigned tries = 0; tries == 0 || x->value != NULL; tries++) {
		snprintf(text, sizeof(text),
		    tries == 0 ? "Inline%u" : "Inline%u_%u", (unsigned)num,
		    tries);
		copy = doc_strndup(c->p->d, text, strlen(text));
		if (copy == NULL)
			return ERR_NOMEM;
		reader_init(name, copy, strlen(copy));
		if ((e = entry_of(c, PRES_XOBJECT, name, &x)) != 0)
			return e;
	}
	x->fate = FATE_STAYS;
	return add_used(c, PRES_XOBJECT, name, num);
}
