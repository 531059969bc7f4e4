/*
 * What stands before the root element of a drawing, read by hand so that
 * libxml2 never sees a DOCTYPE: XML 1.0, 2.8 (prolog) and 4.2 (entities).
 *
 * A DOCTYPE goes. Of its internal subset only plain general entities count,
 * as drawing programs write them for namespaces and styles: a literal without
 * "&", "<" and "%". Their references are replaced here, once, in a text that
 * grows no further. External entities become nothing, parameter entities hold
 * the file.
 */
#include <string.h>
#include <strings.h>

#include "formats/drawing/svg_int.h"
#include "formats/text/charset.h"

#define ENTITIES_MAX	  256u
#define ENTITY_NAME_BYTES 128u
#define ENTITY_BYTES	  16384u
#define NAME_BYTES	  64u
#define GROWN_FREE_BYTES  (1u << 20)
#define GROWN_TIMES	  4u
#define DECLARATION_BYTES 512u

struct entity {
	const char *name, *value; /* value NULL: becomes nothing */
	size_t name_len, value_len;
};

struct prolog {
	struct svg *g;
	struct entity entities[ENTITIES_MAX];
	size_t n;
	uint64_t grown, len; /* by entities; of the text before */
};

/* ---- encodings */

static const struct {
	const char *name;
	enum charset is;
	bool latin;
} encodings[] = {
	{ "utf-8", CS_UTF8, false },
	{ "utf8", CS_UTF8, false },
	{ "us-ascii", CS_UTF8, false },
	{ "ascii", CS_UTF8, false },
	{ "iso-8859-1", CS_NONE, true },
	{ "shift_jis", CS_CP932, false },
	{ "shift-jis", CS_CP932, false },
	{ "sjis", CS_CP932, false },
	{ "x-sjis", CS_CP932, false },
	{ "windows-31j", CS_CP932, false },
	{ "cp932", CS_CP932, false },
	{ "euc-jp", CS_EUCJP, false },
	{ "iso-2022-jp", CS_ISO2022JP, false },
};

static int
from_latin(const struct reader *in, struct buf *out)
{
	struct reader r = *in;
	uint8_t c;
	int e = 0;

	while (e == 0 && reader_u8(&r, &c) == 0)
		e = utf8_put(out, c);
	return e;
}

static int
from_charset(const struct reader *in, const struct charset_id *id,
    struct buf *out)
{
	struct cs_char c;
	struct cs_in from;
	int e = 0;

	cs_open(&from, in, id);
	while (e == 0 && cs_more(&from))
		if ((e = cs_get(&from, &c)) == 0)
			e = utf8_put(out, c.cp);
	cs_close(&from);
	return e;
}

/* "UTF-8" of encoding="UTF-8" in the declaration; "" when it says nothing. */
static int
declared(struct svg *g, const struct reader *in, char *name, size_t size)
{
	char head[DECLARATION_BYTES + 1], *at, *end;
	struct reader r = *in;
	const uint8_t *p;
	size_t n = reader_left(&r);

	name[0] = '\0';
	if (n > DECLARATION_BYTES)
		n = DECLARATION_BYTES;
	if (reader_bytes(&r, n, &p) != 0)
		return ERR_INTERNAL;
	memcpy(head, p, n);
	head[n] = '\0';
	if (strncmp(head, "<?xml", 5) != 0 ||
	    strchr(" \t\r\n", head[5]) == NULL)
		return 0;
	if ((end = strstr(head, "?>")) == NULL)
		return doc_fail(g->d, ERR_MALFORMED,
		    "XML declaration too long");
	*end = '\0';
	if ((at = strstr(head, "encoding")) == NULL)
		return 0;
	at += strlen("encoding");
	at += strspn(at, " \t\r\n=\"'");
	n = strcspn(at, " \t\r\n\"'");
	if (n >= size)
		return doc_fail(g->d, ERR_UNSUPPORTED, "encoding %.40s", at);
	memcpy(name, at, n);
	name[n] = '\0';
	return 0;
}

/* Then the name of the encoding does not matter. */
static bool
is_ascii(const struct reader *in)
{
	struct reader r = *in;
	uint8_t c;

	while (reader_u8(&r, &c) == 0)
		if (c >= 0x80)
			return false;
	return true;
}

static int
from_bytes(struct svg *g, const struct reader *in, bool mark, struct buf *out)
{
	struct charset_id id = { CS_UTF8, false };
	char name[NAME_BYTES];
	size_t i = 0;
	int e;

	if ((e = declared(g, in, name, sizeof(name))) != 0)
		return e;
	while (name[0] != '\0' && strcasecmp(name, encodings[i].name) != 0)
		if (++i == sizeof(encodings) / sizeof(encodings[0])) {
			if (!is_ascii(in))
				return doc_fail(g->d, ERR_UNSUPPORTED,
				    "encoding %s", name);
			i = 0;
			break;
		}
	id.is = encodings[i].is;
	if (mark && id.is != CS_UTF8)
		return doc_fail(g->d, ERR_AMBIGUOUS,
		    "encoding %s, but the mark of UTF-8", name);
	if (encodings[i].latin)
		e = from_latin(in, out);
	else if (id.is == CS_UTF8)
		e = utf8_valid(in->data, in->len)
			? buf_put(out, in->data, in->len)
			: ERR_MALFORMED;
	else
		e = from_charset(in, &id, out);
	return e == ERR_MALFORMED || e == ERR_TRUNCATED
		   ? doc_fail(g->d, ERR_MALFORMED, "characters that are not %s",
			 name[0] == '\0' ? "UTF-8" : name)
		   : e;
}

static int
from_wide(struct svg *g, const struct reader *in, bool big, bool mark,
    struct buf *out)
{
	struct charset_id id = { big ? CS_UTF16BE : CS_UTF16LE, mark };
	int e = from_charset(in, &id, out);

	return e == ERR_MALFORMED || e == ERR_TRUNCATED
		   ? doc_fail(g->d, ERR_MALFORMED,
			 "characters that are not UTF-16")
		   : e;
}

static int
to_utf8(struct svg *g, const struct reader *in, struct buf *out)
{
	struct reader rest = *in;

	if (reader_has(in, 0, "\xff\xfe", 2))
		return from_wide(g, in, false, true, out);
	if (reader_has(in, 0, "\xfe\xff", 2))
		return from_wide(g, in, true, true, out);
	if (reader_has(in, 0, "<\0", 2))
		return from_wide(g, in, false, false, out);
	if (reader_has(in, 0, "\0<", 2))
		return from_wide(g, in, true, false, out);
	if (!reader_has(in, 0, "\xef\xbb\xbf", 3))
		return from_bytes(g, in, false, out);
	if (reader_skip(&rest, 3) != 0 ||
	    reader_sub(&rest, reader_left(&rest), &rest) != 0)
		return ERR_INTERNAL;
	return from_bytes(g, &rest, true, out);
}

/* ---- the prolog */

static const char *
space(const char *s)
{
	return s + strspn(s, " \t\r\n");
}

static size_t
name_len(const char *s)
{
	size_t n = 0;

	while (s[n] != '\0' && strchr(" \t\r\n<>&;\"'[]%/=?!", s[n]) == NULL)
		n++;
	return n;
}

static int
broken(struct prolog *p)
{
	return doc_fail(p->g->d, ERR_MALFORMED, "broken DOCTYPE");
}

/* "..." or '...' : its inside, and the cursor behind it. */
static bool
literal(const char **s, const char **in, size_t *n)
{
	const char *end;

	if (**s != '"' && **s != '\'')
		return false;
	if ((end = strchr(*s + 1, **s)) == NULL)
		return false;
	*in = *s + 1;
	*n = (size_t)(end - *in);
	*s = end + 1;
	return true;
}

/* PUBLIC "a" "b" or SYSTEM "b"; false when it is broken. */
static bool
external_id(const char **s, bool *any, const char **id, size_t *n)
{
	bool public = strncmp(*s, "PUBLIC", 6) == 0;
	const char *system;
	size_t len;

	*any = public || strncmp(*s, "SYSTEM", 6) == 0;
	if (!*any)
		return true;
	*s = space(*s + 6);
	if (!literal(s, id, n))
		return false;
	*s = space(*s);
	/* The system id is often left out behind a public one. */
	if (public && literal(s, &system, &len))
		*s = space(*s);
	return true;
}

static int
add_entity(struct prolog *p, const char *name, size_t name_len_,
    const char *value, size_t n)
{
	struct entity *x;

	/* The first one counts (XML 4.2). */
	for (size_t i = 0; i < p->n; i++)
		if (p->entities[i].name_len == name_len_ &&
		    memcmp(p->entities[i].name, name, name_len_) == 0)
			return 0;
	if (p->n == ENTITIES_MAX || name_len_ > ENTITY_NAME_BYTES ||
	    n > ENTITY_BYTES)
		return doc_fail(p->g->d, ERR_LIMIT, "too many entities");
	x = &p->entities[p->n++];
	*x = (struct entity){ name, value, name_len_, n };
	return 0;
}

static bool
is_plain(const char *s, size_t n)
{
	return memchr(s, '&', n) == NULL && memchr(s, '<', n) == NULL &&
	       memchr(s, '%', n) == NULL;
}

/* <!ENTITY name "value">, the cursor behind the keyword. */
static int
take_entity(struct prolog *p, const char **s)
{
	const char *name, *value = NULL;
	size_t n, len = 0;
	bool external;
	char *shown;
	int e;

	*s = space(*s);
	if (**s == '%')
		return doc_fail(p->g->d, ERR_MALFORMED, "parameter entities");
	name = *s;
	if ((n = name_len(name)) == 0)
		return broken(p);
	*s = space(name + n);
	if (!external_id(s, &external, &value, &len) ||
	    (!external && !literal(s, &value, &len)))
		return broken(p);
	*s += strcspn(*s, "<>\"'");
	if (**s != '>')
		return broken(p);
	(*s)++;
	if ((shown = svg_copy(p->g, name, n)) == NULL)
		return ERR_NOMEM;
	if (!external && is_plain(value, len)) {
		if ((e = svg_say(p->g, FIND_SVG_ENTITY, ACT_FLATTENED,
			 shown)) != 0)
			return e;
		return add_entity(p, name, n, value, len);
	}
	if ((e = svg_say(p->g, external ? FIND_SVG_EXTERNAL : FIND_SVG_ENTITY,
		 ACT_REMOVED, shown)) != 0)
		return e;
	return add_entity(p, name, n, NULL, 0);
}

/* <!ELEMENT ...>, <!ATTLIST ...>, <!NOTATION ...> */
static bool
skip_declaration(const char **s)
{
	const char *in;
	size_t n;

	for (;;) {
		*s += strcspn(*s, "<>\"'");
		if (**s == '>') {
			(*s)++;
			return true;
		}
		if (!literal(s, &in, &n))
			return false;
	}
}

/* Comments and processing instructions; *any says whether one was there. */
static int
skip_misc(struct prolog *p, const char **s, bool *any)
{
	bool comment = strncmp(*s, "<!--", 4) == 0;
	const char *end;
	char *name;

	*any = comment || strncmp(*s, "<?", 2) == 0;
	if (!*any)
		return 0;
	end = comment ? strstr(*s + 4, "-->") : strstr(*s + 2, "?>");
	if (end == NULL)
		return doc_fail(p->g->d, ERR_MALFORMED,
		    "a comment without end");
	name = svg_copy(p->g, *s + 2, comment ? 0 : name_len(*s + 2));
	if (name == NULL)
		return ERR_NOMEM;
	*s = end + (comment ? 3 : 2);
	if (comment)
		return svg_say(p->g, FIND_SVG_COMMENT, ACT_REMOVED, "");
	return svg_say(p->g,
	    strcmp(name, "xml-stylesheet") == 0 ? FIND_SVG_EXTERNAL
						: FIND_SVG_INSTRUCTION,
	    ACT_REMOVED, name);
}

static int
internal_subset(struct prolog *p, const char **s)
{
	bool any;
	int e = 0;

	while (e == 0 && *(*s = space(*s)) != ']') {
		if (strncmp(*s, "<!ENTITY", 8) == 0) {
			*s += 8;
			e = take_entity(p, s);
		} else if (strncmp(*s, "<!ELEMENT", 9) == 0 ||
			   strncmp(*s, "<!ATTLIST", 9) == 0 ||
			   strncmp(*s, "<!NOTATION", 10) == 0) {
			*s += 9;
			if (!skip_declaration(s))
				return broken(p);
		} else if ((e = skip_misc(p, s, &any)) == 0 && !any) {
			return broken(p);
		}
	}
	(*s)++;
	return e;
}

static int
doctype(struct prolog *p, const char **s)
{
	const char *id = "";
	size_t n = 0;
	bool any;
	char *shown;
	int e;

	*s = space(*s + strlen("<!DOCTYPE"));
	if (name_len(*s) == 0)
		return broken(p);
	*s = space(*s + name_len(*s));
	if (!external_id(s, &any, &id, &n))
		return broken(p);
	*s = space(*s);
	if (**s == '[') {
		(*s)++;
		if ((e = internal_subset(p, s)) != 0)
			return e;
		*s = space(*s);
	}
	if (**s != '>')
		return broken(p);
	(*s)++;
	if ((shown = svg_copy(p->g, id, n)) == NULL)
		return ERR_NOMEM;
	return svg_say(p->g, FIND_SVG_DOCTYPE, ACT_REMOVED, shown);
}

static int
skip_prolog(struct prolog *p, const char **s)
{
	bool any, had_doctype = false;
	int e;

	if (strncmp(*s, "<?xml", 5) == 0 &&
	    strchr(" \t\r\n", (*s)[5]) != NULL && (*s)[5] != '\0') {
		const char *end = strstr(*s, "?>");

		if (end == NULL)
			return doc_fail(p->g->d, ERR_MALFORMED,
			    "XML declaration without end");
		*s = end + 2;
	}
	for (;;) {
		*s = space(*s);
		if (strncmp(*s, "<!DOCTYPE", 9) == 0 && !had_doctype) {
			had_doctype = true;
			if ((e = doctype(p, s)) != 0)
				return e;
			continue;
		}
		if ((e = skip_misc(p, s, &any)) != 0 || !any)
			return e;
	}
}

/* ---- references to entities */

static const struct entity *
entity_at(const struct prolog *p, const char *name, size_t n)
{
	for (size_t i = 0; i < p->n; i++)
		if (p->entities[i].name_len == n &&
		    memcmp(p->entities[i].name, name, n) == 0)
			return &p->entities[i];
	return NULL;
}

static int
put_entity(struct prolog *p, const struct entity *x, struct buf *out)
{
	int e = 0;

	if (x->value == NULL)
		return svg_say(p->g, FIND_SVG_ENTITY, ACT_REMOVED, "&;");
	if ((e = doc_spend(p->g->d, BUDGET_EXPANDED_BYTES, x->value_len)) != 0)
		return e;
	p->grown += x->value_len;
	if (p->grown > GROWN_FREE_BYTES && p->grown / GROWN_TIMES > p->len)
		return doc_fail(p->g->d, ERR_LIMIT, "entities grow too much");
	for (size_t i = 0; e == 0 && i < x->value_len; i++) {
		if (x->value[i] == '"')
			e = buf_puts(out, "&quot;");
		else if (x->value[i] == '\'')
			e = buf_puts(out, "&apos;");
		else if (x->value[i] == '>')
			e = buf_puts(out, "&gt;");
		else
			e = buf_u8(out, (uint8_t)x->value[i]);
	}
	return e;
}

/* Behind a comment, CDATA section or instruction that starts here, or s. */
static const char *
opaque(const char *s)
{
	static const struct {
		const char *open, *close;
	} kinds[] = { { "<!--", "-->" }, { "<![CDATA[", "]]>" },
		{ "<?", "?>" } };

	const char *end;

	for (size_t i = 0; i < 3; i++) {
		if (strncmp(s, kinds[i].open, strlen(kinds[i].open)) != 0)
			continue;
		end = strstr(s + strlen(kinds[i].open), kinds[i].close);
		return end == NULL ? s + strlen(s)
				   : end + strlen(kinds[i].close);
	}
	return s;
}

/* The text with its references replaced; what is no entity stays as it is. */
static int
resolve(struct prolog *p, const char *s, struct buf *out)
{
	const struct entity *x;
	const char *end;
	size_t n;
	int e = 0;

	while (e == 0 && *s != '\0') {
		n = strcspn(s, "<&");
		if ((e = buf_put(out, s, n)) != 0 || *(s += n) == '\0')
			break;
		if (*s == '<') {
			end = opaque(s);
			n = end == s ? 1 : (size_t)(end - s);
			e = buf_put(out, s, n);
			s += n;
			continue;
		}
		n = name_len(s + 1);
		x = s[1 + n] == ';' ? entity_at(p, s + 1, n) : NULL;
		if (x == NULL) {
			e = buf_u8(out, '&');
			s++;
		} else {
			e = put_entity(p, x, out);
			s += n + 2;
		}
	}
	return e;
}

static int
split(struct svg *g, struct buf *text, struct buf *body)
{
	struct prolog *p = doc_alloc(g->d, sizeof(*p));
	const char *s = buf_cstr(text);
	int e;

	if (p == NULL || s == NULL)
		return ERR_NOMEM;
	p->g = g;
	p->len = text->len;
	if (strlen(s) != text->len)
		return doc_fail(g->d, ERR_MALFORMED, "a NUL character");
	if ((e = skip_prolog(p, &s)) != 0)
		return e;
	return p->n > 0 ? resolve(p, s, body) : buf_puts(body, s);
}

int
svg_prolog(struct svg *g, const struct reader *in, struct buf *body)
{
	struct buf text;
	int e;

	buf_init(&text, body->max);
	if ((e = to_utf8(g, in, &text)) == 0)
		e = split(g, &text, body);
	buf_done(&text);
	return e == ERR_LIMIT ? doc_fail(g->d, e, "too much text") : e;
}
