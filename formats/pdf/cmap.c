/*
 * CMaps and ToUnicode CMaps (ISO 32000-1, 9.7.5 and 9.10.3; Adobe Technical
 * Note 5014): PostScript is not run but read for its ranges, and a file is
 * made of them. Order stays, for later ranges win over earlier ones.
 *
 * Names of the file, comments, XUID and everything else go. A CMap that
 * builds on an embedded one gets its ranges.
 */
#include <string.h>

#include "formats/pdf/cmap_int.h"

#define BLOCK_ITEMS 100 /* in one begin ... end, by the note */
#define BASES_MAX   4	/* CMaps under CMaps */

static const struct {
	const char *begin, *end;
	unsigned codes; /* before the value */
	bool text;	/* the value is text, not a number; 0 codes: neither */
} kinds[CMAP_KINDS] = {
	[CMAP_SPACE] = { "begincodespacerange", "endcodespacerange", 2, false },
	[CMAP_BF_CHAR] = { "beginbfchar", "endbfchar", 1, true },
	[CMAP_BF_RANGE] = { "beginbfrange", "endbfrange", 2, true },
	[CMAP_CID_CHAR] = { "begincidchar", "endcidchar", 1, false },
	[CMAP_CID_RANGE] = { "begincidrange", "endcidrange", 2, false },
	[CMAP_NONE_CHAR] = { "beginnotdefchar", "endnotdefchar", 1, false },
	[CMAP_NONE_RANGE] = { "beginnotdefrange", "endnotdefrange", 2, false },
};

/* ---- writing */

static int
flush(struct cmap *m)
{
	int e;

	if (m->items == 0)
		return 0;
	if ((e = buf_fmt(&m->body, "%u %s\n", m->items,
		 kinds[m->kind].begin)) != 0 ||
	    (e = buf_put(&m->body, m->block.data, m->block.len)) != 0 ||
	    (e = buf_fmt(&m->body, "%s\n", kinds[m->kind].end)) != 0)
		return e;
	buf_clear(&m->block);
	m->items = 0;
	return 0;
}

static int
put_hex(struct buf *b, const uint8_t *p, size_t n)
{
	static const char digits[] = "0123456789ABCDEF";
	char two[2];
	int e = buf_add(b, "<", 1);

	for (size_t i = 0; e == 0 && i < n; i++) {
		two[0] = digits[p[i] >> 4];
		two[1] = digits[p[i] & 15];
		e = buf_add(b, two, 2);
	}
	return e == 0 ? buf_add(b, ">", 1) : e;
}

/* ---- reading */

struct code {
	uint8_t bytes[4];
	size_t n;
};

static bool
read_code(struct cmap *m, const struct ptoken *t, struct code *c)
{
	if (t->kind != PLEX_HEX && t->kind != PLEX_STRING)
		return false;
	buf_clear(&m->scratch);
	if (plex_decode(t, &m->scratch) != 0 || m->scratch.len == 0 ||
	    m->scratch.len > sizeof(c->bytes))
		return false;
	memcpy(c->bytes, m->scratch.data, m->scratch.len);
	c->n = m->scratch.len;
	return true;
}

static uint32_t
code_value(const struct code *c)
{
	uint32_t v = 0;

	for (size_t i = 0; i < c->n; i++)
		v = v << 8 | c->bytes[i];
	return v;
}

/* UTF-16; one byte is taken for a character, as viewers do. */
static int
put_text(struct cmap *m, const struct ptoken *t, bool *good)
{
	int e;

	*good = false;
	if (t->kind != PLEX_HEX && t->kind != PLEX_STRING)
		return 0;
	buf_clear(&m->scratch);
	if ((e = plex_decode(t, &m->scratch)) != 0)
		return e;
	if (m->scratch.len == 1) {
		uint8_t two[2] = { 0, m->scratch.data[0] };

		*good = true;
		return put_hex(&m->item, two, 2);
	}
	if (m->scratch.len % 2 != 0 || m->scratch.len == 0 ||
	    m->scratch.len > CMAP_TEXT_MAX)
		return 0;
	*good = true;
	return put_hex(&m->item, m->scratch.data, m->scratch.len);
}

/* [ ... ], one text for each code of the range. */
static int
put_texts(struct cmap *m, uint64_t n, bool *good)
{
	struct ptoken t;
	size_t from;
	bool fine, any = false;
	int e = buf_add(&m->item, "[", 1);

	for (; e == 0; any = true) {
		plex_next(&m->lex, &t);
		if (t.kind == PLEX_ARRAY_END || t.kind == PLEX_END)
			break;
		if (n == 0) {
			m->bad++;
			continue;
		}
		from = m->item.len;
		if (any && (e = buf_add(&m->item, " ", 1)) != 0)
			return e;
		if ((e = put_text(m, &t, &fine)) != 0)
			return e;
		n--;
		if (fine)
			continue;
		/* Keeps the places of those behind it. */
		buf_truncate(&m->item, from);
		m->bad++;
		if (any && (e = buf_add(&m->item, " ", 1)) != 0)
			return e;
		e = buf_add(&m->item, "<FFFD>", 6);
	}
	*good = any;
	return e == 0 ? buf_add(&m->item, "]", 1) : e;
}

static int
put_value(struct cmap *m, const struct ptoken *t, uint64_t n, bool *good)
{
	int64_t cid;

	if (kinds[m->reading].text)
		return t->kind == PLEX_ARRAY && kinds[m->reading].codes == 2
			   ? put_texts(m, n, good)
			   : put_text(m, t, good);
	*good = plex_int(t, 0, 65535, &cid);
	return *good ? buf_fmt(&m->item, "%u", (unsigned)cid) : 0;
}

/* The next part of an item; PLEX_END when a word stands there, which stays. */
static void
next_part(struct cmap *m, struct ptoken *t)
{
	struct plex before = m->lex;

	plex_next(&m->lex, t);
	if (t->kind == PLEX_WORD) {
		m->lex = before;
		t->kind = PLEX_END;
	}
}

/* The codes of an item, first one in t. *n: how many lie in the range. */
static int
put_codes(struct cmap *m, const struct ptoken *t, uint64_t *n, bool *good)
{
	struct code low = { 0 }, high;
	struct ptoken next;
	int e;

	*good = read_code(m, t, &low);
	*n = 1;
	high = low;
	if (kinds[m->reading].codes == 2) {
		next_part(m, &next);
		*good = *good && read_code(m, &next, &high) &&
			high.n == low.n &&
			code_value(&low) <= code_value(&high);
		if (!*good)
			return 0;
		*n = (uint64_t)code_value(&high) - code_value(&low) + 1;
	}
	if (!*good)
		return 0;
	if ((e = put_hex(&m->item, low.bytes, low.n)) != 0)
		return e;
	if (kinds[m->reading].codes == 2) {
		if ((e = buf_add(&m->item, " ", 1)) != 0)
			return e;
		e = put_hex(&m->item, high.bytes, high.n);
	}
	return e;
}

static void
skip_array(struct cmap *m)
{
	struct ptoken t;

	do
		plex_next(&m->lex, &t);
	while (t.kind != PLEX_ARRAY_END && t.kind != PLEX_END);
}

/* The item joins the others of its kind that stand right before it. */
static int
add_item(struct cmap *m)
{
	int e;

	if (m->reading != m->kind && (e = flush(m)) != 0)
		return e;
	m->kind = m->reading;
	m->items++;
	m->total++;
	if ((e = buf_put(&m->block, m->item.data, m->item.len)) != 0 ||
	    (e = buf_add(&m->block, "\n", 1)) != 0)
		return e;
	return m->items == BLOCK_ITEMS ? flush(m) : 0;
}

static int
item(struct cmap *m, const struct ptoken *first)
{
	struct ptoken t;
	uint64_t n;
	bool good, fine = true;
	int e;

	buf_clear(&m->item);
	if ((e = put_codes(m, first, &n, &good)) != 0)
		return e;
	if (m->reading != CMAP_SPACE) {
		next_part(m, &t);
		if (!good && t.kind == PLEX_ARRAY)
			skip_array(m);
		if (good && ((e = buf_add(&m->item, " ", 1)) != 0 ||
				(e = put_value(m, &t, n, &fine)) != 0))
			return e;
	}
	if (good && fine)
		return add_item(m);
	m->bad++;
	return 0;
}

/* Behind begin...: the items up to end... */
static int
block(struct cmap *m, enum cmap_kind kind)
{
	struct ptoken t;
	int e = 0;

	m->reading = kind;
	while (e == 0) {
		plex_next(&m->lex, &t);
		if (t.kind == PLEX_END || t.kind == PLEX_WORD)
			break;
		e = item(m, &t);
	}
	return e;
}

static int
word(struct cmap *m, const struct ptoken *t)
{
	for (size_t i = 0; i < CMAP_KINDS; i++)
		if (plex_is(t, kinds[i].begin))
			return block(m, (enum cmap_kind)i);
	if (plex_is(t, "usecmap"))
		return cmap_use(m, &m->before);
	if (!cmap_is_frame(t))
		m->bad++;
	return 0;
}

static int
statements(struct cmap *m)
{
	struct ptoken t;
	int e = 0;

	memset(&m->key, 0, sizeof(m->key));
	memset(&m->before, 0, sizeof(m->before));
	while (e == 0) {
		plex_next(&m->lex, &t);
		if (t.kind == PLEX_END)
			return flush(m);
		if (t.kind == PLEX_WORD)
			e = word(m, &t);
		else
			e = cmap_define(m, &m->key, &t);
		if (t.kind == PLEX_NAME)
			m->key = t;
		m->before = t;
	}
	return e;
}

static int
read_stream(struct cmap *m, const struct pobj *stream, unsigned bases)
{
	struct pdata data = { 0 };
	const struct pobj *base;
	int e;

	if ((e = pin_get(m->p->in, stream, "UseCMap", &base)) != 0)
		return e;
	if (pobj_is(base, POBJ_STREAM)) {
		if (bases == BASES_MAX)
			return ERR_UNSUPPORTED;
		if ((e = read_stream(m, base, bases + 1)) != 0)
			return e;
	}
	if ((e = cmap_read_dict(m, stream, base)) != 0 ||
	    (e = pdf_data(m->p, stream, &data)) != 0)
		return e;
	m->lex.in = data.bytes;
	m->lex.in.pos = 0;
	e = data.left == PFILTER_NONE ? statements(m) : ERR_UNSUPPORTED;
	pdf_data_free(m->p, &data);
	return e;
}

/* ---- the whole */

static int
rewrite(struct cmap *m, const struct pobj *stream, struct buf *out,
    const struct pobj **dict)
{
	int e;

	m->kind = CMAP_KINDS;
	if ((e = read_stream(m, stream, 0)) != 0)
		return e;
	if (m->total == 0 && m->use[0] == '\0')
		return ERR_MALFORMED;
	if ((e = cmap_put_head(m, out)) != 0 ||
	    (e = buf_put(out, m->body.data, m->body.len)) != 0 ||
	    (e = buf_puts(out, "endcmap\nCMapName currentdict /CMap "
			       "defineresource pop\nend\nend\n")) != 0)
		return e;
	if ((e = cmap_make_dict(m, dict)) != 0)
		return e;
	return m->bad == 0 ? 0
			   : doc_found_n(m->p->d, m->bad, FIND_PDF_CMAP,
				 ACT_REMOVED, m->where, NULL);
}

int
pdf_cmap(struct pdf *p, const struct pobj *stream, bool to_unicode,
    const char *where, struct buf *out, const struct pobj **dict)
{
	struct cmap m = { .p = p, .where = where, .to_unicode = to_unicode };
	int e;

	buf_init(&m.body, out->max);
	buf_init(&m.block, out->max);
	buf_init(&m.item, out->max);
	buf_init(&m.scratch, out->max);
	e = rewrite(&m, stream, out, dict);
	buf_done(&m.body);
	buf_done(&m.block);
	buf_done(&m.item);
	buf_done(&m.scratch);
	return e;
}
