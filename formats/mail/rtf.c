/*
 * The text of RTF, and the HTML or text that Outlook puts into it
 * ([MS-OXRTFEX]). Only characters are taken; pictures, objects, fields' codes
 * and everything else of RTF stays behind.
 */
#include <string.h>

#include "formats/mail/mapi.h"

#define DEPTH_MAX 200
#define FONTS_MAX 512
#define RUN_MAX	  (64u << 20)
#define WORD_MAX  32

struct group {
	bool skip;     /* a destination that is not shown */
	bool html_tag; /* \*\htmltag: markup as it stands */
	bool rtf_only; /* \htmlrtf */
	bool hidden;   /* \v */
	bool fonts;    /* the font table */
	bool star;     /* behind \* */
	int uc;	       /* characters behind \u that stand for it */
	uint32_t codepage;
};

struct rtf {
	struct doc *d;
	struct reader in;
	struct buf *out;
	struct buf run, text; /* bytes not yet decoded */
	struct group g[DEPTH_MAX];
	size_t depth;
	size_t over; /* groups deeper than that, all skipped */
	uint32_t run_codepage, ansi;
	uint32_t fonts[FONTS_MAX];
	int font;      /* being defined */
	int pass;      /* characters to leave out behind \u */
	uint32_t high; /* surrogate */
	enum rtf_kind kind;
};

static struct group *
top(struct rtf *r)
{
	return &r->g[r->depth];
}

/* ---- output */

static int
flush(struct rtf *r)
{
	struct reader in;
	int e;

	if (r->run.len == 0)
		return 0;
	buf_clear(&r->text);
	buf_reader(&r->run, &in);
	if ((e = mail_decode(r->d, &in, mapi_charset(r->run_codepage),
		 &r->text)) != 0)
		return e;
	buf_clear(&r->run);
	return buf_put(r->out, r->text.data, r->text.len);
}

static bool
is_shown(struct rtf *r)
{
	const struct group *g = top(r);

	if (r->over > 0 || g->skip || g->fonts)
		return false;
	if (g->html_tag)
		return r->kind == RTF_OF_HTML;
	return !g->rtf_only && !(g->hidden && r->kind == RTF_PLAIN);
}

static int
put_byte(struct rtf *r, uint8_t c)
{
	int e;

	if (r->pass > 0) {
		r->pass--;
		return 0;
	}
	if (!is_shown(r))
		return 0;
	if (r->run_codepage != top(r)->codepage && (e = flush(r)) != 0)
		return e;
	r->run_codepage = top(r)->codepage;
	return buf_u8(&r->run, c);
}

static int
put_cp(struct rtf *r, uint32_t cp)
{
	int e;

	if (!is_shown(r))
		return 0;
	if ((e = flush(r)) != 0)
		return e;
	return utf8_put(r->out, cp);
}

static int
put_unicode(struct rtf *r, int v)
{
	uint32_t cp = (uint32_t)(v < 0 ? v + 65536 : v), high = r->high;

	r->high = 0;
	r->pass = top(r)->uc;
	if (cp >= 0xd800 && cp < 0xdc00) {
		r->high = cp;
		return 0;
	}
	if (cp >= 0xdc00 && cp < 0xe000) {
		if (high == 0)
			return 0;
		cp = 0x10000 + ((high - 0xd800) << 10) + (cp - 0xdc00);
	}
	return cp == 0 || cp > 0x10ffff ? 0 : put_cp(r, cp);
}

/* ---- control words */

/* Windows character sets of fonts. */
static uint32_t
font_codepage(const struct rtf *r, int charset)
{
	static const struct {
		int charset;
		uint32_t codepage;
	} sets[] = { { 128, 932 }, { 129, 949 }, { 134, 936 }, { 136, 950 },
		{ 161, 1253 }, { 162, 1254 }, { 163, 1258 }, { 177, 1255 },
		{ 178, 1256 }, { 186, 1257 }, { 204, 1251 }, { 222, 874 },
		{ 238, 1250 } };

	for (size_t i = 0; i < sizeof(sets) / sizeof(sets[0]); i++)
		if (sets[i].charset == charset)
			return sets[i].codepage;
	return r->ansi;
}

static void
on_font(struct rtf *r, int n)
{
	struct group *g = top(r);

	if (n < 0 || n >= FONTS_MAX)
		return;
	if (g->fonts)
		r->font = n;
	else
		g->codepage = r->fonts[n] != 0 ? r->fonts[n] : r->ansi;
}

static bool
is_one_of(const char *w, const char *const *list)
{
	for (; *list != NULL; list++)
		if (strcmp(*list, w) == 0)
			return true;
	return false;
}

/* Words that stand for a character. 0: none. */
static uint32_t
char_of(const char *w)
{
	static const struct {
		const char *word;
		uint32_t cp;
	} chars[] = { { "par", '\n' }, { "line", '\n' }, { "sect", '\n' },
		{ "page", '\n' }, { "row", '\n' }, { "cell", '\t' },
		{ "tab", '\t' }, { "emdash", 0x2014 }, { "endash", 0x2013 },
		{ "lquote", 0x2018 }, { "rquote", 0x2019 },
		{ "ldblquote", 0x201c }, { "rdblquote", 0x201d },
		{ "bullet", 0x2022 }, { "emspace", ' ' }, { "enspace", ' ' } };

	for (size_t i = 0; i < sizeof(chars) / sizeof(chars[0]); i++)
		if (strcmp(chars[i].word, w) == 0)
			return chars[i].cp;
	return 0;
}

/* Groups whose content is no text of the body. */
static bool
is_destination(const char *w)
{
	static const char *const list[] = { "fonttbl", "colortbl", "stylesheet",
		"info", "pict", "object", "header", "headerl", "headerr",
		"headerf", "footer", "footerl", "footerr", "footerf",
		"footnote", "annotation", "listtable", "listoverridetable",
		"revtbl", "rsidtbl", "themedata", "colorschememapping",
		"datastore", "latentstyles", "xmlnstbl", "generator", "filetbl",
		"bkmkstart", "bkmkend", "fldinst", "nonshppict", "objdata",
		"tc", "xe", "template", NULL };

	return is_one_of(w, list);
}

static int
on_bin(struct rtf *r, int n)
{
	size_t left = reader_left(&r->in);

	if (n <= 0)
		return 0;
	return reader_skip(&r->in, (size_t)n < left ? (size_t)n : left);
}

/* What sets a state. False: it is none of these. */
static bool
on_state(struct rtf *r, const char *w, bool has, int n)
{
	struct group *g = top(r);

	if (strcmp(w, "fromhtml") == 0)
		r->kind = RTF_OF_HTML;
	else if (strcmp(w, "fromtext") == 0)
		r->kind = RTF_OF_TEXT;
	else if (strcmp(w, "ansicpg") == 0 && n > 0)
		g->codepage = r->ansi = (uint32_t)n;
	else if (strcmp(w, "f") == 0)
		on_font(r, n);
	else if (strcmp(w, "plain") == 0)
		g->hidden = false;
	else if (strcmp(w, "fcharset") == 0 && g->fonts)
		r->fonts[r->font] = font_codepage(r, n);
	else if (strcmp(w, "uc") == 0)
		g->uc = n < 0 || n > 16 ? 1 : n;
	else if (strcmp(w, "v") == 0)
		g->hidden = !has || n != 0;
	else if (strcmp(w, "htmlrtf") == 0)
		g->rtf_only = !has || n != 0;
	else
		return false;
	return true;
}

static int
on_word(struct rtf *r, const char *w, bool has, int n)
{
	struct group *g = top(r);
	bool star = g->star;
	uint32_t cp;

	g->star = false;
	if (strcmp(w, "bin") == 0)
		return on_bin(r, n);
	if (r->over > 0)
		return 0;
	if (strcmp(w, "u") == 0)
		return put_unicode(r, n);
	if ((cp = char_of(w)) != 0) {
		if (r->pass > 0) {
			r->pass--;
			return 0;
		}
		return put_cp(r, cp);
	}
	if (strcmp(w, "fonttbl") == 0) {
		g->fonts = true;
		return 0;
	}
	if (strcmp(w, "htmltag") == 0) {
		g->html_tag = star;
		g->skip = g->skip || !star;
		return 0;
	}
	if (on_state(r, w, has, n))
		return 0;
	if (star || is_destination(w))
		g->skip = true;
	return 0;
}

/* ---- tokens */

static int
hex(uint8_t c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static int
on_hex(struct rtf *r)
{
	uint8_t a, b;

	if (reader_u8(&r->in, &a) != 0 || reader_u8(&r->in, &b) != 0 ||
	    hex(a) < 0 || hex(b) < 0)
		return 0;
	return put_byte(r, (uint8_t)(hex(a) * 16 + hex(b)));
}

/* "\word-12 ": the letters, a number, and one blank that belongs to it. */
static int
read_word(struct rtf *r, uint8_t c)
{
	char word[WORD_MAX + 1];
	size_t n = 0;
	bool has = false, minus = false;
	int v = 0;

	do {
		if (n < WORD_MAX)
			word[n++] = (char)c;
	} while (reader_u8(&r->in, &c) == 0 &&
		 ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')));
	word[n] = '\0';
	if (reader_pos(&r->in) == r->in.len &&
	    ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')))
		return on_word(r, word, false, 0);
	if (c == '-') {
		minus = true;
		if (reader_u8(&r->in, &c) != 0)
			return 0;
	}
	while (c >= '0' && c <= '9') {
		has = true;
		v = v < 10000000 ? v * 10 + (c - '0') : v;
		c = ' ';
		if (reader_u8(&r->in, &c) != 0)
			break;
	}
	if (c != ' ' && reader_seek(&r->in, reader_pos(&r->in) - 1) != 0)
		return ERR_INTERNAL;
	return on_word(r, word, has, minus ? -v : v);
}

static int
on_backslash(struct rtf *r)
{
	uint8_t c;

	if (reader_u8(&r->in, &c) != 0)
		return 0;
	if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'))
		return read_word(r, c);
	switch (c) {
	case '\'':
		return on_hex(r);
	case '*':
		top(r)->star = true;
		return 0;
	case '~':
		return put_cp(r, 0xa0);
	case '_':
		return put_byte(r, '-');
	case '\n':
	case '\r':
		return put_cp(r, '\n');
	case '\\':
	case '{':
	case '}':
		return put_byte(r, c);
	default:
		return 0;
	}
}

static void
open_group(struct rtf *r)
{
	r->pass = 0;
	if (r->over > 0 || r->depth + 1 >= DEPTH_MAX) {
		r->over++;
		return;
	}
	r->g[r->depth + 1] = r->g[r->depth];
	r->depth++;
	top(r)->star = false;
}

static void
close_group(struct rtf *r)
{
	r->pass = 0;
	if (r->over > 0)
		r->over--;
	else if (r->depth > 0)
		r->depth--;
}

static int
read_all(struct rtf *r)
{
	uint8_t c;
	int e = 0;

	while (e == 0 && reader_u8(&r->in, &c) == 0) {
		switch (c) {
		case '{':
			open_group(r);
			break;
		case '}':
			close_group(r);
			break;
		case '\\':
			e = on_backslash(r);
			break;
		case '\r':
		case '\n':
		case '\0':
			break;
		default:
			e = put_byte(r, c);
		}
	}
	return e == 0 ? flush(r) : e;
}

int
rtf_text(struct doc *d, const struct reader *in, struct buf *out,
    enum rtf_kind *kind)
{
	struct rtf *r;
	int e;

	if (!reader_has(in, 0, "{\\rtf", 5))
		return ERR_MALFORMED;
	if ((r = doc_alloc(d, sizeof(*r))) == NULL)
		return ERR_NOMEM;
	r->d = d;
	r->in = *in;
	r->in.pos = 0;
	r->out = out;
	r->ansi = 1252;
	r->g[0] = (struct group){ .uc = 1, .codepage = 1252 };
	buf_init(&r->run, RUN_MAX);
	buf_init(&r->text, RUN_MAX);
	e = read_all(r);
	buf_done(&r->run);
	buf_done(&r->text);
	*kind = r->kind;
	return e;
}
