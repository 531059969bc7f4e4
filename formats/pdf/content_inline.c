/*
 * Inline pictures (ISO 32000-1, 8.9.7): BI, pairs, ID, data, EI. Each becomes
 * a picture object like any other, drawn under a name of its own, so that no
 * picture data stand in a content stream.
 */
#include <string.h>

#include "formats/pdf/content_int.h"

#define PAIRS_MAX 32

struct word {
	const char *from, *to;
};

static const struct word keys[] = {
	{ "BPC", "BitsPerComponent" },
	{ "CS", "ColorSpace" },
	{ "D", "Decode" },
	{ "DP", "DecodeParms" },
	{ "F", "Filter" },
	{ "H", "Height" },
	{ "I", "Interpolate" },
	{ "IM", "ImageMask" },
	{ "L", "Length" },
	{ "W", "Width" },
	{ "BitsPerComponent", "BitsPerComponent" },
	{ "ColorSpace", "ColorSpace" },
	{ "Decode", "Decode" },
	{ "DecodeParms", "DecodeParms" },
	{ "Filter", "Filter" },
	{ "Height", "Height" },
	{ "ImageMask", "ImageMask" },
	{ "Intent", "Intent" },
	{ "Interpolate", "Interpolate" },
	{ "Length", "Length" },
	{ "Width", "Width" },
	{ NULL, NULL },
};

static const struct word spaces[] = {
	{ "G", "DeviceGray" },
	{ "RGB", "DeviceRGB" },
	{ "CMYK", "DeviceCMYK" },
	{ "I", "Indexed" },
	{ NULL, NULL },
};

static const struct word filters[] = {
	{ "AHx", "ASCIIHexDecode" },
	{ "A85", "ASCII85Decode" },
	{ "LZW", "LZWDecode" },
	{ "Fl", "FlateDecode" },
	{ "RL", "RunLengthDecode" },
	{ "CCF", "CCITTFaxDecode" },
	{ "DCT", "DCTDecode" },
	{ NULL, NULL },
};

static const char *
full_word(const struct word *table, const struct reader *r)
{
	for (; table->from != NULL; table++)
		if (r->len == strlen(table->from) &&
		    memcmp(r->data, table->from, r->len) == 0)
			return table->to;
	return NULL;
}

/* The name in full, or the value as it is. NULL: no memory. */
static const struct pobj *
full_name(struct doc *d, const struct word *table, const struct pobj *v)
{
	const char *to;

	if (!pobj_is(v, POBJ_NAME))
		return v;
	to = full_word(table, &v->u.bytes);
	return to == NULL ? v : pobj_new_name(d, to);
}

/* The same for the first n items of an array. */
static const struct pobj *
full_names(struct doc *d, const struct word *table, const struct pobj *v,
    size_t n)
{
	struct pobj *out;
	const struct pobj *item;

	if (!pobj_is(v, POBJ_ARRAY))
		return full_name(d, table, v);
	if ((out = pobj_new_array(d, pobj_count(v))) == NULL)
		return NULL;
	for (size_t i = 0; i < pobj_count(v); i++) {
		item = pobj_item(v, i);
		if (i < n && (item = full_name(d, table, item)) == NULL)
			return NULL;
		pobj_push(out, item);
	}
	return out;
}

static int
set_pair(struct doc *d, struct pobj *dict, const struct reader *key,
    const struct pobj *v)
{
	const char *full = full_word(keys, key);

	if (full == NULL || pobj_get(dict, full) != NULL)
		return 0;
	if (strcmp(full, "ColorSpace") == 0)
		v = full_names(d, spaces, v, 2);
	else if (strcmp(full, "Filter") == 0)
		v = full_names(d, filters, v, pobj_count(v));
	if (v == NULL)
		return ERR_NOMEM;
	pobj_set(dict, full, v);
	return 0;
}

/* The value behind a key. *end: ID stood there instead. */
static int
read_value(struct content *c, const struct pobj **v, bool *end)
{
	int e = pobj_parse(c->p->d, &c->lex.in, true, v);

	if (e != 0)
		return e;
	*end = (*v)->type == POBJ_OP;
	return 0;
}

/* Up to ID. ERR_NOENT, ERR_MALFORMED: this is no picture. */
static int
read_pairs(struct content *c, struct pobj **out)
{
	struct doc *d = c->p->d;
	struct pobj *dict = pobj_new_dict(d, PAIRS_MAX);
	const struct pobj *v;
	struct ptoken t;
	bool end = false;
	int e;

	if (dict == NULL)
		return ERR_NOMEM;
	for (size_t i = 0; i < PAIRS_MAX; i++) {
		plex_next(&c->lex, &t);
		if (plex_is(&t, "ID")) {
			*out = dict;
			return 0;
		}
		if (t.kind == PLEX_END)
			return ERR_NOENT;
		if (t.kind == PLEX_WORD)
			return ERR_MALFORMED;
		if (t.kind != PLEX_NAME)
			continue;
		if ((e = read_value(c, &v, &end)) != 0)
			return e;
		if (end) {
			*out = dict;
			return 0;
		}
		if ((e = set_pair(d, dict, &t.raw, v)) != 0)
			return e;
	}
	return ERR_MALFORMED;
}

static int
draw(struct content *c, uint32_t num)
{
	struct reader name;
	int e;

	if ((e = content_add(c, num, &name)) != 0 ||
	    (e = buf_add(c->out, "/", 1)) != 0 ||
	    (e = buf_add(c->out, name.data, name.len)) != 0)
		return e;
	return buf_add(c->out, " Do\n", 4);
}

/* Nothing but a note stays of it. */
static int
lost(struct content *c, const char *why)
{
	struct reader r;

	reader_init(&r, why, strlen(why));
	content_saw(c, SEEN_INLINE, &r);
	return 0;
}

int
content_inline(struct content *c)
{
	struct reader data;
	struct pobj *dict = NULL;
	uint32_t num = 0;
	bool sure;
	int e = read_pairs(c, &dict);

	if (e == ERR_MALFORMED)
		return lost(c, "no ID");
	if (e == 0)
		e = content_data(c, dict, &c->lex.in, &data, &sure);
	if (e == ERR_NOENT || e == ERR_TRUNCATED) {
		c->lex.in.pos = c->lex.in.len;
		return lost(c, "no EI");
	}
	if (e != 0)
		return e;
	if (!sure)
		e = lost(c, "wrong length");
	if (e == 0)
		e = pdf_inline_image(c->p, dict, &data, c->in->resources,
		    c->in->where, &num);
	if (e != 0)
		return e;
	return num == 0 ? lost(c, "not shown") : draw(c, num);
}
