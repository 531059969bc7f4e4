/*
 * Content lines: unfolded as bytes, because folding may cut a character, then
 * decoded, then taken apart.
 */
#include <string.h>
#include <strings.h>

#include "formats/pim/pim.h"

#define RAW_MAX (64u << 20)

struct lines {
	struct doc *d;
	const struct pim_family *family;
	struct pim_charset *charset;
	struct reader in;
	struct buf raw, value, text;
	struct pim_comp *open[PIM_DEPTH_MAX];
	struct pim_comp **next[PIM_DEPTH_MAX + 1]; /* where a sibling goes */
	struct pim_prop **tail[PIM_DEPTH_MAX];
	size_t depth;
	uint32_t outside;
};

/* The bytes of one physical line behind what raw has; its end is taken. */
static int
take_line(struct lines *l)
{
	const uint8_t *p;
	size_t from = reader_pos(&l->in), n;
	struct reader at = l->in;
	uint8_t c = 0;

	while (reader_peek(&at, &c) == 0 && c != '\n' && c != '\r')
		if (reader_skip(&at, 1) != 0)
			break;
	n = reader_pos(&at) - from;
	if (reader_bytes(&l->in, n, &p) != 0)
		return ERR_INTERNAL;
	if (reader_u8(&l->in, &c) == 0 && c == '\r' &&
	    reader_peek(&l->in, &c) == 0 && c == '\n' &&
	    reader_skip(&l->in, 1) != 0)
		return ERR_INTERNAL;
	return buf_put(&l->raw, p, n);
}

/* The offset of the colon before the value; SIZE_MAX: there is none. */
static size_t
head_length(const struct buf *raw)
{
	bool quoted = false;

	for (size_t i = 0; i < raw->len; i++) {
		if (raw->data[i] == '"')
			quoted = !quoted;
		if (raw->data[i] == ':' && !quoted)
			return i;
	}
	return SIZE_MAX;
}

/* Is there a parameter with this value, or the bare word, in the head? */
static bool
head_says(const struct buf *raw, const char *word)
{
	size_t n = head_length(raw), len = strlen(word);

	for (size_t i = 1; n != SIZE_MAX && i + len <= n; i++) {
		if ((raw->data[i - 1] == ';' || raw->data[i - 1] == '=') &&
		    strncasecmp((const char *)raw->data + i, word, len) == 0 &&
		    (i + len == n || raw->data[i + len] == ';'))
			return true;
	}
	return false;
}

static bool
next_is_blank(const struct lines *l)
{
	uint8_t c;

	return reader_peek(&l->in, &c) == 0 && (c == ' ' || c == '\t');
}

static bool
is_base64(uint8_t c)
{
	return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
	       (c >= '0' && c <= '9') || c == '+' || c == '/' || c == '=';
}

/* Some phones break long data without a blank. */
static bool
next_is_base64(const struct lines *l)
{
	struct reader at = l->in;
	size_t n = 0;
	uint8_t c;

	while (reader_u8(&at, &c) == 0 && c != '\n' && c != '\r') {
		if (!is_base64(c))
			return false;
		n++;
	}
	return n > 0;
}

/* One line without its folds, in raw. */
static int
take_logical(struct lines *l)
{
	bool qp, data;
	uint8_t c;
	int e;

	buf_clear(&l->raw);
	if ((e = take_line(l)) != 0)
		return e;
	qp = head_says(&l->raw, "QUOTED-PRINTABLE");
	data = head_says(&l->raw, "BASE64") || head_says(&l->raw, "B");
	for (;;) {
		if (reader_left(&l->in) == 0)
			return 0;
		if (qp && l->raw.len > 0 &&
		    l->raw.data[l->raw.len - 1] == '=') {
			buf_truncate(&l->raw, l->raw.len - 1);
		} else if (next_is_blank(l)) {
			if (reader_u8(&l->in, &c) != 0)
				return ERR_INTERNAL;
			qp = head_says(&l->raw, "QUOTED-PRINTABLE");
			data = data || head_says(&l->raw, "BASE64");
		} else if (!data || !next_is_base64(l)) {
			return 0;
		}
		if ((e = take_line(l)) != 0)
			return e;
	}
}

static int
hex(uint8_t c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* QUOTED-PRINTABLE without line breaks; what is none stays as it stands. */
static int
undo_qp(const struct reader *in, struct buf *out)
{
	struct reader r = *in, at;
	uint8_t c, a, b;
	int e = 0;

	while (e == 0 && reader_u8(&r, &c) == 0) {
		at = r;
		if (c == '=' && reader_u8(&at, &a) == 0 &&
		    reader_u8(&at, &b) == 0 && hex(a) >= 0 && hex(b) >= 0) {
			c = (uint8_t)(hex(a) * 16 + hex(b));
			r = at;
		}
		e = buf_u8(out, c);
	}
	return e;
}

/* ---- the head: name, parameters */

static char *
upper_copy(struct doc *d, const char *s, size_t n)
{
	char *p = doc_strndup(d, s, n);

	for (size_t i = 0; p != NULL && p[i] != '\0'; i++)
		if (p[i] >= 'a' && p[i] <= 'z')
			p[i] = (char)(p[i] - 'a' + 'A');
	return p;
}

static bool
is_name(const char *s, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (strchr("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxy"
			   "z0123456789-_",
			s[i]) == NULL)
			return false;
	return n > 0 && n <= 64;
}

static int
add_param(struct lines *l, struct pim_param ***tail, const char *name,
    size_t name_n, const char *value, size_t value_n)
{
	struct pim_param *p = doc_alloc(l->d, sizeof(*p));

	if (p == NULL)
		return ERR_NOMEM;
	p->name = upper_copy(l->d, name, name_n);
	p->value = doc_strndup(l->d, value, value_n);
	if (p->name == NULL || p->value == NULL)
		return ERR_NOMEM;
	**tail = p;
	*tail = &p->next;
	return doc_spend(l->d, BUDGET_XML_NODES, 1);
}

/* vCard 2.1: ";HOME;QUOTED-PRINTABLE". */
static const char *
bare_name(const char *word, size_t n)
{
	static const char *const encodings[] = { "QUOTED-PRINTABLE", "BASE64",
		"7BIT", "8BIT" };

	for (size_t i = 0; i < sizeof(encodings) / sizeof(encodings[0]); i++)
		if (strlen(encodings[i]) == n &&
		    strncasecmp(encodings[i], word, n) == 0)
			return "ENCODING";
	return "TYPE";
}

/* One value of a parameter at *s, in quotes or up to one of ",;:". */
static void
param_value(const char **s, const char **value, size_t *n)
{
	if (**s == '"') {
		*value = ++*s;
		*n = strcspn(*s, "\"");
		*s += *n;
		if (**s == '"')
			++*s;
		*s += strcspn(*s, ",;:");
		return;
	}
	*value = *s;
	*n = strcspn(*s, ",;:");
	*s += *n;
}

/* ";NAME=a,"b"" or ";word" at *s, which stands on the semicolon. */
static int
read_param(struct lines *l, const char **s, struct pim_param ***tail)
{
	const char *name = ++*s, *value;
	size_t name_n = strcspn(name, "=;:"), n;
	int e;

	*s += name_n;
	if (**s != '=')
		return add_param(l, tail, bare_name(name, name_n),
		    strlen(bare_name(name, name_n)), name, name_n);
	do {
		++*s;
		param_value(s, &value, &n);
		if ((e = add_param(l, tail, name, name_n, value, n)) != 0)
			return e;
	} while (**s == ',');
	return 0;
}

/* "item1.TEL;TYPE=home:+81": NULL in *out when it is no such line. */
static int
read_prop(struct lines *l, const char *s, struct pim_prop **out)
{
	size_t n = strcspn(s, ".;:");
	struct pim_param **tail;
	struct pim_prop *p;
	int e;

	*out = NULL;
	if (s[n] == '.' && is_name(s, n)) {
		s += n + 1;
		n = strcspn(s, ";:");
	}
	if (!is_name(s, n))
		return 0;
	if ((p = doc_alloc(l->d, sizeof(*p))) == NULL ||
	    (p->name = upper_copy(l->d, s, n)) == NULL)
		return ERR_NOMEM;
	tail = &p->params;
	for (s += n; *s == ';';)
		if ((e = read_param(l, &s, &tail)) != 0)
			return e;
	if (*s != ':')
		return 0;
	if ((p->value = doc_strndup(l->d, s + 1, strlen(s + 1))) == NULL)
		return ERR_NOMEM;
	*out = p;
	return doc_spend(l->d, BUDGET_XML_NODES, 1);
}

/* ---- components */

static int
begin_comp(struct lines *l, const char *name)
{
	struct pim_comp *c;
	size_t n = strcspn(name, " \t");

	if (l->depth >= PIM_DEPTH_MAX)
		return doc_fail(l->d, ERR_LIMIT,
		    "components inside each other "
		    "too deeply");
	if ((c = doc_alloc(l->d, sizeof(*c))) == NULL ||
	    (c->name = upper_copy(l->d, name, n)) == NULL)
		return ERR_NOMEM;
	*l->next[l->depth] = c;
	l->next[l->depth] = &c->next;
	l->open[l->depth] = c;
	l->tail[l->depth] = &c->props;
	l->depth++;
	l->next[l->depth] = &c->first;
	return doc_spend(l->d, BUDGET_XML_NODES, 1);
}

static int
end_comp(struct lines *l, const char *name)
{
	size_t n = strcspn(name, " \t");

	if (l->depth == 0 || strlen(l->open[l->depth - 1]->name) != n ||
	    strncasecmp(l->open[l->depth - 1]->name, name, n) != 0)
		return doc_fail(l->d, ERR_MALFORMED,
		    "the components do not close in order");
	l->depth--;
	return 0;
}

static int
add_prop(struct lines *l, struct pim_prop *p)
{
	if (p != NULL && strcmp(p->name, "BEGIN") == 0)
		return begin_comp(l, p->value + strspn(p->value, " \t"));
	if (p != NULL && strcmp(p->name, "END") == 0)
		return end_comp(l, p->value + strspn(p->value, " \t"));
	if (p == NULL || l->depth == 0) {
		l->outside++;
		return 0;
	}
	*l->tail[l->depth - 1] = p;
	l->tail[l->depth - 1] = &p->next;
	return 0;
}

/* What CHARSET= says, in label; the head is ASCII whatever the value is. */
static void
find_label(const struct buf *raw, char *label, size_t size)
{
	static const char key[] = ";CHARSET=";
	size_t n = head_length(raw), k = sizeof(key) - 1, len = 0;
	uint8_t c;

	for (size_t i = 0; n != SIZE_MAX && i + k <= n; i++) {
		if (strncasecmp((const char *)raw->data + i, key, k) != 0)
			continue;
		for (i += k; i < n && len + 1 < size; i++) {
			c = raw->data[i];
			if (c == ';' || c == ':')
				break;
			if (c > ' ' && c < 0x7f && c != '"')
				label[len++] = (char)c;
		}
		break;
	}
	label[len] = '\0';
}

/* raw as text in l->text: the transfer encoding undone, then the charset. */
static int
decode(struct lines *l)
{
	size_t head = head_length(&l->raw);
	struct reader r, value;
	char label[32];
	bool doubtful;
	int e;

	find_label(&l->raw, label, sizeof(label));
	buf_reader(&l->raw, &r);
	if (head != SIZE_MAX && head_says(&l->raw, "QUOTED-PRINTABLE")) {
		buf_clear(&l->value);
		value = r;
		if ((e = buf_put(&l->value, r.data, head + 1)) != 0 ||
		    (e = reader_skip(&value, head + 1)) != 0 ||
		    (e = undo_qp(&value, &l->value)) != 0)
			return e;
		buf_reader(&l->value, &r);
	}
	e = pim_charset_decode(l->charset, label, &r, &l->text, &doubtful);
	if (e != 0 || !doubtful)
		return e;
	return doc_found(l->d, l->family->charset, ACT_NOTED, "", NULL);
}

static int
read_all(struct lines *l)
{
	struct pim_prop *p;
	const char *s;
	int e;

	while (reader_left(&l->in) > 0) {
		if ((e = take_logical(l)) != 0)
			return e;
		if (l->raw.len == 0)
			continue;
		if ((e = decode(l)) != 0)
			return e;
		if ((s = buf_cstr(&l->text)) == NULL)
			return ERR_NOMEM;
		if (s[strspn(s, " \t")] == '\0')
			continue;
		if ((e = read_prop(l, s, &p)) != 0 || (e = add_prop(l, p)) != 0)
			return e;
	}
	if (l->depth != 0)
		return doc_fail(l->d, ERR_TRUNCATED, "%s is not closed",
		    l->open[l->depth - 1]->name);
	if (l->outside == 0)
		return 0;
	return doc_found_n(l->d, l->outside, l->family->outside, ACT_REMOVED,
	    "", NULL);
}

int
pim_read(struct doc *d, const struct pim_family *family, struct pim_comp **out)
{
	struct lines l = { .d = d, .family = family };
	int e;

	*out = NULL;
	l.next[0] = out;
	if ((e = pim_charset_open(d, &l.charset, &l.in)) != 0)
		return e;
	buf_init(&l.raw, RAW_MAX);
	buf_init(&l.value, RAW_MAX);
	buf_init(&l.text, RAW_MAX);
	e = read_all(&l);
	buf_done(&l.raw);
	buf_done(&l.value);
	buf_done(&l.text);
	return e;
}

const struct pim_prop *
pim_prop(const struct pim_comp *c, const char *name)
{
	for (const struct pim_prop *p = c->props; p != NULL; p = p->next)
		if (strcmp(p->name, name) == 0)
			return p;
	return NULL;
}

const char *
pim_param(const struct pim_prop *p, const char *name)
{
	for (const struct pim_param *a = p->params; a != NULL; a = a->next)
		if (strcmp(a->name, name) == 0)
			return a->value;
	return NULL;
}

bool
pim_has_param(const struct pim_prop *p, const char *name, const char *value)
{
	for (const struct pim_param *a = p->params; a != NULL; a = a->next)
		if (strcmp(a->name, name) == 0 &&
		    strcasecmp(a->value, value) == 0)
			return true;
	return false;
}
