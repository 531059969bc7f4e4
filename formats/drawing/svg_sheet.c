/*
 * Sheets: rules of simple selectors (types, classes, ids; inside each other or
 * directly below) with the declarations of svg_css.c. At-rules and all other
 * selectors go: nothing is imported, and nothing is asked about attributes.
 */
#include <string.h>
#include <strings.h>

#include "formats/drawing/svg_int.h"

#define SHEET_BYTES (16u << 20)
#define NAME_BYTES  32u

/* ---- selectors */

/* A name of a class or id in a sheet, which escapes "." and ":" (we do not). */
static size_t
ident_len(const char *s)
{
	size_t n = svg_id_len(s), i = 0;

	while (i < n && s[i] != '.' && s[i] != ':')
		i++;
	if (i == 0 || (s[0] >= '0' && s[0] <= '9'))
		return 0;
	return i;
}

static size_t
type_len(const char *s)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz"
				      "ABCDEFGHIJKLMNOPQRSTUVWXYZ";

	return *s == '*' ? 1 : strspn(s, letters);
}

/* "rect.a#b": its length, 0 when it is none. */
static size_t
compound_len(const char *s)
{
	size_t n = type_len(s), k;

	while (s[n] == '.' || s[n] == '#') {
		if ((k = ident_len(s + n + 1)) == 0)
			return 0;
		n += k + 1;
	}
	return n;
}

/* One selector of a list, n bytes; false: not one of ours. */
static bool
selector(const char *s, size_t n, struct buf *out, int *e)
{
	const char *end = s + n;
	size_t before = out->len, k;
	char between = '\0';

	if (before > 0)
		*e = buf_u8(out, ',');
	for (s = svg_blanks(s); *e == 0 && s < end;) {
		if (between != '\0' &&
		    (*e = buf_u8(out, (uint8_t)between)) != 0)
			break;
		if ((k = compound_len(s)) == 0)
			goto out;
		*e = buf_put(out, s, k);
		s += k;
		between = svg_blanks(s) == s ? '\0' : ' ';
		s = svg_blanks(s);
		if (s < end && *s == '>') {
			between = '>';
			s = svg_blanks(s + 1);
			if (s >= end)
				goto out;
		}
		if (s < end && between == '\0')
			goto out;
	}
	if (*e == 0 && out->len > before + (before > 0))
		return true;
out:
	buf_truncate(out, before);
	return false;
}

static int
selectors(struct svg *g, const char *s, size_t n, struct buf *out)
{
	const char *end = s + n;
	size_t len;
	int e = 0;

	while (e == 0 && s < end) {
		len = svg_css_span(s, ",{");
		if (memchr(s, '\\', len) != NULL)
			e = svg_say(g, FIND_SVG_ESCAPE, ACT_REMOVED, "");
		else if (!selector(s, len, out, &e) && e == 0)
			e = svg_say(g, FIND_SVG_CSS, ACT_REMOVED, "selector");
		s += len + 1;
	}
	return e;
}

/* ---- rules */

static int
add_rule(struct svg *g, struct svg_sheet *sheet, const struct buf *sel,
    const struct buf *decl)
{
	struct svg_rule *r;
	struct reader in;
	size_t at;

	if (sel->len == 0 || decl->len == 0)
		return 0;
	if ((r = svg_alloc(g, sizeof(*r))) == NULL ||
	    (r->selectors = svg_copy(g, sel->data, sel->len)) == NULL ||
	    (r->declarations = svg_copy(g, decl->data, decl->len)) == NULL)
		return ERR_NOMEM;
	buf_reader(decl, &in);
	r->refers = reader_find(&in, 0, "url(#", 5, &at) == 0;
	*(sheet->last_rule == NULL ? &sheet->rules : &sheet->last_rule->next) =
	    r;
	sheet->last_rule = r;
	return 0;
}

/* selectors { declarations }, the cursor behind it. */
static int
rule(struct svg *g, struct svg_sheet *sheet, const char **s)
{
	struct buf sel, decl, text;
	const char *block;
	size_t n = svg_css_span(*s, "{"), len;
	int e;

	buf_init(&sel, SHEET_BYTES);
	buf_init(&decl, SHEET_BYTES);
	buf_init(&text, SHEET_BYTES);
	if ((e = selectors(g, *s, n, &sel)) != 0)
		goto out;
	*s += n;
	if (**s != '{')
		goto out;
	len = svg_css_span(*s + 1, "}");
	if ((e = buf_put(&text, *s + 1, len)) != 0)
		goto out;
	*s += len + 1;
	*s += **s == '}';
	if ((block = buf_cstr(&text)) == NULL)
		e = ERR_NOMEM;
	else if (sel.len > 0 && (e = svg_declarations(g, block, &decl)) == 0)
		e = add_rule(g, sheet, &sel, &decl);
out:
	buf_done(&text);
	buf_done(&decl);
	buf_done(&sel);
	return e;
}

/* "@import ...;" or "@media ... { }", the cursor behind it. */
static int
at_rule(struct svg *g, const char **s)
{
	char name[NAME_BYTES];
	size_t n = strcspn(*s + 1, " \t\r\n\f;{(\"'");
	enum finding_id id = FIND_SVG_CSS;

	if (n >= sizeof(name))
		n = sizeof(name) - 1;
	memcpy(name, *s + 1, n);
	name[n] = '\0';
	if (strcasecmp(name, "import") == 0 || strchr(name, '\\') != NULL)
		id = FIND_SVG_EXTERNAL;
	else if (strcasecmp(name, "font-face") == 0)
		id = FIND_SVG_FONT;
	*s += svg_css_span(*s, ";{");
	if (**s == '{') {
		*s += svg_css_span(*s + 1, "}") + 1;
		*s += **s == '}';
	} else {
		*s += **s == ';';
	}
	return strcasecmp(name, "charset") == 0
		   ? 0
		   : svg_say(g, id, ACT_REMOVED, name);
}

static int
rules(struct svg *g, struct svg_sheet *sheet, const char *s)
{
	int e = 0;

	while (e == 0) {
		s = svg_blanks(s);
		if (strncmp(s, "<!--", 4) == 0)
			s += 4;
		else if (strncmp(s, "-->", 3) == 0)
			s += 3;
		else if (*s == '}' || *s == ';')
			s++;
		else if (*s == '\0')
			break;
		else
			e = *s == '@' ? at_rule(g, &s) : rule(g, sheet, &s);
	}
	return e;
}

int
svg_sheet(struct svg *g, struct svg_node *n, const char *in, bool *empty)
{
	struct svg_sheet *sheet = svg_alloc(g, sizeof(*sheet));
	struct buf text;
	const char *s;
	int e;

	if (sheet == NULL)
		return ERR_NOMEM;
	buf_init(&text, SHEET_BYTES);
	if ((e = svg_strip_comments(in, &text)) == 0 &&
	    (s = buf_cstr(&text)) != NULL)
		e = rules(g, sheet, s);
	else if (e == 0)
		e = ERR_NOMEM;
	buf_done(&text);
	sheet->node = n;
	sheet->next = g->sheets;
	g->sheets = sheet;
	*empty = sheet->rules == NULL;
	return e;
}

/* ---- which elements a rule is about */

static bool
has_class(const struct svg_node *n, const char *name, size_t len)
{
	const char *s = svg_get(n, SVG_A_CLASS);
	size_t k;

	for (; s != NULL && *s != '\0'; s += k, s += *s == ' ') {
		k = strcspn(s, " ");
		if (k == len && strncasecmp(s, name, k) == 0)
			return true;
	}
	return false;
}

static bool
has_id(const struct svg_node *n, const char *name, size_t len)
{
	const char *s = svg_get(n, SVG_A_ID);

	return s != NULL && strlen(s) == len && strncasecmp(s, name, len) == 0;
}

static bool
compound_fits(const char *s, size_t n, const struct svg_node *node)
{
	const char *name = svg_elements[node->element].name, *end = s + n;
	size_t k = type_len(s);

	if (k > 0 && *s != '*' &&
	    (strlen(name) != k || strncasecmp(name, s, k) != 0))
		return false;
	for (s += k; s < end; s += k + 1) {
		k = ident_len(s + 1);
		if (*s == '.' ? !has_class(node, s + 1, k)
			      : !has_id(node, s + 1, k))
			return false;
	}
	return true;
}

bool
svg_rule_fits(const struct svg_rule *r, const struct svg_node *node)
{
	const char *s = r->selectors;
	size_t n;

	/* Only what stands before a comma or the end is the element itself. */
	while (*s != '\0') {
		n = compound_len(s);
		if (n == 0)
			return true;
		if ((s[n] == ',' || s[n] == '\0') && compound_fits(s, n, node))
			return true;
		s += n;
		s += *s != '\0';
	}
	return false;
}
