/*
 * Property lists of marked content written in the stream itself (ISO 32000-1,
 * 14.6.2): only the keys of the standard structure stay.
 */
#include <string.h>

#include "formats/pdf/content_int.h"

enum value_kind {
	VALUE_STRING,
	VALUE_NAME,
	VALUE_INDEX,
	VALUE_BOX,
	VALUE_NAMES
};

/* In the order in which they are written. */
static const struct {
	const char *key;
	enum value_kind kind;
} table[] = {
	{ "ActualText", VALUE_STRING },
	{ "Alt", VALUE_STRING },
	{ "Attached", VALUE_NAMES },
	{ "BBox", VALUE_BOX },
	{ "E", VALUE_STRING },
	{ "Lang", VALUE_STRING },
	{ "MCID", VALUE_INDEX },
	{ "Subtype", VALUE_NAME },
	{ "Type", VALUE_NAME },
};

#define KEYS (sizeof(table) / sizeof(table[0]))

struct slot {
	size_t at, len; /* in scratch; len 0: not there */
};

static size_t
key_index(const struct ptoken *t)
{
	size_t i;

	for (i = 0; i < KEYS; i++)
		if (t->raw.len == strlen(table[i].key) &&
		    memcmp(t->raw.data, table[i].key, t->raw.len) == 0)
			break;
	return i;
}

/* Behind [ or <<: to the end of it. */
static void
skip_nested(struct content *c)
{
	struct ptoken t;
	unsigned depth = 1;

	while (depth > 0) {
		plex_next(&c->lex, &t);
		if (t.kind == PLEX_END)
			return;
		if (t.kind == PLEX_ARRAY || t.kind == PLEX_DICT)
			depth++;
		else if (t.kind == PLEX_ARRAY_END || t.kind == PLEX_DICT_END)
			depth--;
	}
}

/* Behind [: the items, all of one kind; *n counts. False at a wrong one. */
static int
put_items(struct content *c, enum plex_kind kind, size_t *n, bool *good)
{
	struct ptoken t;
	int e;

	*n = 0;
	*good = true;
	if ((e = buf_add(&c->scratch, "[", 1)) != 0)
		return e;
	for (;;) {
		plex_next(&c->lex, &t);
		if (t.kind == PLEX_ARRAY_END || t.kind == PLEX_END)
			break;
		if (t.kind == PLEX_ARRAY || t.kind == PLEX_DICT)
			skip_nested(c);
		if (t.kind != kind) {
			*good = false;
			continue;
		}
		if ((*n)++ > 0 && kind == PLEX_NUMBER &&
		    (e = buf_add(&c->scratch, " ", 1)) != 0)
			return e;
		if ((e = plex_put(&t, &c->scratch)) != 0)
			return e;
	}
	return buf_add(&c->scratch, "]", 1);
}

static int
put_value(struct content *c, enum value_kind kind, const struct ptoken *t,
    bool *good)
{
	int64_t v;
	size_t n;
	int e;

	switch (kind) {
	case VALUE_STRING:
		*good = t->kind == PLEX_STRING || t->kind == PLEX_HEX;
		break;
	case VALUE_NAME:
		*good = t->kind == PLEX_NAME;
		break;
	case VALUE_INDEX:
		*good = plex_int(t, 0, 1 << 30, &v);
		break;
	default:
		*good = t->kind == PLEX_ARRAY;
		if (!*good)
			break;
		if ((e = put_items(c,
			 kind == VALUE_BOX ? PLEX_NUMBER : PLEX_NAME, &n,
			 good)) != 0)
			return e;
		if (kind == VALUE_BOX && n != 4)
			*good = false;
		return 0;
	}
	if (*good)
		return plex_put(t, &c->scratch);
	if (t->kind == PLEX_ARRAY || t->kind == PLEX_DICT)
		skip_nested(c);
	return 0;
}

/* One key with its value. *end: the dictionary ended in its place. */
static int
read_pair(struct content *c, const struct ptoken *key, struct slot *slots,
    bool *end)
{
	struct ptoken t;
	size_t i = key_index(key), from = c->scratch.len;
	bool good = false;
	int e;

	plex_next(&c->lex, &t);
	if (t.kind == PLEX_DICT_END || t.kind == PLEX_END) {
		*end = true;
		content_saw(c, SEEN_PROPERTY, &key->raw);
		return 0;
	}
	if (i < KEYS && slots[i].len == 0) {
		if ((e = put_value(c, table[i].kind, &t, &good)) != 0)
			return e;
	} else if (t.kind == PLEX_ARRAY || t.kind == PLEX_DICT) {
		skip_nested(c);
	}
	if (good) {
		slots[i] = (struct slot){ from, c->scratch.len - from };
		return 0;
	}
	content_saw(c, SEEN_PROPERTY, &key->raw);
	buf_truncate(&c->scratch, from);
	return 0;
}

static int
write_slots(struct content *c, const struct slot *slots, struct buf *out)
{
	int e = buf_add(out, "<<", 2);

	for (size_t i = 0; e == 0 && i < KEYS; i++) {
		if (slots[i].len == 0)
			continue;
		if ((e = buf_add(out, "/", 1)) == 0 &&
		    (e = buf_puts(out, table[i].key)) == 0 &&
		    table[i].kind == VALUE_INDEX)
			e = buf_add(out, " ", 1);
		if (e == 0)
			e = buf_add(out, c->scratch.data + slots[i].at,
			    slots[i].len);
	}
	return e == 0 ? buf_add(out, ">>", 2) : e;
}

int
content_properties(struct content *c, struct buf *out)
{
	struct slot slots[KEYS] = { 0 };
	struct ptoken t;
	bool end = false;
	int e;

	buf_clear(&c->scratch);
	while (!end) {
		plex_next(&c->lex, &t);
		if (t.kind == PLEX_DICT_END || t.kind == PLEX_END)
			break;
		if (t.kind != PLEX_NAME) {
			if (t.kind == PLEX_ARRAY || t.kind == PLEX_DICT)
				skip_nested(c);
			content_saw(c, SEEN_PROPERTY, NULL);
			continue;
		}
		if ((e = read_pair(c, &t, slots, &end)) != 0)
			return e;
	}
	return write_slots(c, slots, out);
}
