/* Which charset is a line of an address book in? */
#include <string.h>
#include <strings.h>

#include "formats/pim/pim.h"
#include "formats/text/charset.h"

struct pim_charset {
	struct charset_id file; /* CS_NONE: not one charset */
};

static const struct {
	const char *label;
	enum charset is;
} labels[] = {
	{ "utf-8", CS_UTF8 },
	{ "utf8", CS_UTF8 },
	{ "us-ascii", CS_ASCII },
	{ "shift_jis", CS_CP932 },
	{ "shift-jis", CS_CP932 },
	{ "shiftjis", CS_CP932 },
	{ "sjis", CS_CP932 },
	{ "x-sjis", CS_CP932 },
	{ "ms_kanji", CS_CP932 },
	{ "cp932", CS_CP932 },
	{ "windows-31j", CS_CP932 },
	{ "euc-jp", CS_EUCJP },
	{ "x-euc-jp", CS_EUCJP },
	{ "iso-2022-jp", CS_ISO2022JP },
};

/* All of it in this charset, as UTF-8 without NUL. */
static int
decode_as(const struct reader *in, enum charset is, bool bom, struct buf *to)
{
	struct charset_id id = { is, bom };
	struct cs_in at;
	struct cs_char c;
	int e;

	buf_clear(to);
	cs_open(&at, in, &id);
	while (cs_more(&at)) {
		if ((e = cs_get(&at, &c)) != 0)
			return ERR_MALFORMED;
		if (c.cp != 0 && utf8_put(to, c.cp) == ERR_NOMEM)
			return ERR_NOMEM;
	}
	return 0;
}

/* A file in UTF-16 becomes UTF-8 before its lines are looked for. */
static int
widen(struct doc *d, const struct reader *in, struct pim_charset *c,
    struct reader *text)
{
	struct buf b;
	char *copy;
	int e;

	buf_init(&b, (size_t)doc_budget(d, BUDGET_MEMORY_BYTES) + 1);
	e = decode_as(in, c->file.is, c->file.bom, &b);
	if (e == 0) {
		copy =
		    doc_strndup(d, b.data == NULL ? "" : (char *)b.data, b.len);
		if (copy == NULL)
			e = ERR_NOMEM;
		else
			reader_init(text, copy, b.len);
	}
	c->file = (struct charset_id){ CS_UTF8, false };
	buf_done(&b);
	return e;
}

int
pim_charset_open(struct doc *d, struct pim_charset **out, struct reader *text)
{
	struct reader in = doc_in(d);
	struct pim_charset *c;

	if ((c = doc_alloc(d, sizeof(*c))) == NULL)
		return ERR_NOMEM;
	*out = c;
	*text = in;
	/* What we write is never taken for anything else, however short. */
	if (utf8_valid(in.data, in.len) &&
	    memchr(in.data, 0x1b, in.len) == NULL &&
	    memchr(in.data, 0, in.len) == NULL) {
		c->file = (struct charset_id){ CS_UTF8,
			reader_has(&in, 0, "\xef\xbb\xbf", 3) };
		return c->file.bom ? reader_skip(text, 3) : 0;
	}
	if (charset_detect(&in, false, &c->file) != 0) {
		c->file = (struct charset_id){ CS_NONE, false };
		return 0;
	}
	if (c->file.is == CS_UTF16LE || c->file.is == CS_UTF16BE)
		return widen(d, &in, c, text);
	if (c->file.is == CS_UTF8 && c->file.bom)
		return reader_skip(text, 3);
	return 0;
}

static enum charset
by_label(const char *label)
{
	for (size_t i = 0; i < sizeof(labels) / sizeof(labels[0]); i++)
		if (strcasecmp(labels[i].label, label) == 0)
			return labels[i].is;
	return CS_NONE;
}

static int
latin(const struct reader *in, struct buf *to)
{
	struct reader r = *in;
	uint8_t c;
	int e = 0;

	buf_clear(to);
	r.pos = 0;
	while (e == 0 && reader_u8(&r, &c) == 0)
		if (c != 0)
			e = utf8_put(to, c);
	return e;
}

/* The same in every charset we know. */
static bool
is_ascii(const struct reader *in)
{
	struct reader r = *in;
	uint8_t c;

	r.pos = 0;
	while (reader_u8(&r, &c) == 0)
		if (c >= 0x80 || c == 0x1b || c == 0)
			return false;
	return true;
}

int
pim_charset_decode(const struct pim_charset *c, const char *label,
    const struct reader *in, struct buf *to, bool *doubtful)
{
	enum charset tries[] = { by_label(label), c->file.is, CS_UTF8,
		CS_NONE };
	struct charset_id id;
	int e;

	*doubtful = false;
	buf_clear(to);
	if (is_ascii(in))
		return buf_put(to, in->data, in->len);
	if (charset_detect(in, false, &id) == 0)
		tries[3] = id.is;
	for (size_t i = 0; i < 4; i++) {
		if (tries[i] == CS_NONE || tries[i] == CS_UTF16LE ||
		    tries[i] == CS_UTF16BE)
			continue;
		if ((e = decode_as(in, tries[i], false, to)) != ERR_MALFORMED)
			return e;
	}
	*doubtful = strcasecmp(label, "iso-8859-1") != 0;
	return latin(in, to);
}
