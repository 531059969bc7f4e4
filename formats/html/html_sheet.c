/*
 * Style sheets of the page: rules of types, classes and ids, inside each other
 * or directly below. They are not written as sheets: what wins for an element
 * is put into its style attribute. At-rules go, but for @media of screens.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "formats/drawing/css.h"
#include "formats/html/html_css.h"

#define SHEET_BYTES   (4u << 20)
#define CLASSES_MAX   4u  /* of one compound */
#define COMPOUNDS_MAX 6u  /* of one selector */
#define OWN_MAX	      32u /* classes of one element */
#define BUCKETS	      512u
#define STEPS_MAX     50000000u
#define MEDIA_DEPTH   3u

struct compound {
	uint32_t id, classes[CLASSES_MAX];
	uint8_t n_classes;
	uint8_t element; /* HTML_OTHER: any */
	bool directly;	 /* below the one before */
};

struct rule {
	struct rule *next, *same; /* same: of one bucket */
	const struct html_decl *decls;
	uint32_t weight, order;
	uint8_t n; /* compounds, the last one is of the element itself */
	struct compound of[COMPOUNDS_MAX];
};

struct html_sheet {
	struct rule *by[BUCKETS]; /* by id, class or type of the last one */
	struct rule *any;
	uint32_t order;
	uint64_t steps;
};

/* Names are compared by a hash: a wrong hit is a style in the wrong place. */
static uint32_t
name_hash(const char *s, size_t n, char kind)
{
	uint32_t k = 2166136261u ^ (uint8_t)kind;

	for (size_t i = 0; i < n; i++)
		k = (k ^ (uint8_t)s[i]) * 16777619u;
	return k == 0 ? 1 : k;
}

/* ---- selectors */

static size_t
ident(const char *s, const char *end)
{
	size_t n = 0;

	while (s + n < end &&
	       ((unsigned char)s[n] >= 0x80 || s[n] == '-' || s[n] == '_' ||
		   (s[n] >= '0' && s[n] <= '9') ||
		   ((s[n] | 0x20) >= 'a' && (s[n] | 0x20) <= 'z')))
		n++;
	return n;
}

static bool
take_type(const char **s, const char *end, struct compound *c)
{
	char name[32];
	size_t n = ident(*s, end);

	c->element = HTML_OTHER;
	if (*s < end && **s == '*') {
		++*s;
		return true;
	}
	if (n == 0)
		return *s < end && (**s == '.' || **s == '#');
	if (n >= sizeof(name))
		return false;
	for (size_t i = 0; i < n; i++)
		name[i] = (*s)[i] >= 'A' && (*s)[i] <= 'Z'
			      ? (char)((*s)[i] | 0x20)
			      : (*s)[i];
	name[n] = '\0';
	c->element = (uint8_t)html_element_named(name);
	*s += n;
	return c->element != HTML_OTHER;
}

/* "td.a#b" */
static bool
take_compound(const char **s, const char *end, struct compound *c)
{
	size_t n;

	if (!take_type(s, end, c))
		return false;
	while (*s < end && (**s == '.' || **s == '#')) {
		char kind = *(*s)++;

		if ((n = ident(*s, end)) == 0)
			return false;
		if (kind == '#')
			c->id = name_hash(*s, n, '#');
		else if (c->n_classes == CLASSES_MAX)
			return false;
		else
			c->classes[c->n_classes++] = name_hash(*s, n, '.');
		*s += n;
	}
	return true;
}

static bool
take_selector(const char *s, const char *end, struct rule *r)
{
	bool directly = false;

	for (;;) {
		while (s < end && html_is_blank(*s))
			s++;
		if (s == end)
			return r->n > 0 && !directly;
		if (*s == '>') {
			if (r->n == 0 || directly)
				return false;
			directly = true;
			s++;
			continue;
		}
		if (r->n == COMPOUNDS_MAX ||
		    !take_compound(&s, end, &r->of[r->n]))
			return false;
		if (s < end && !html_is_blank(*s) && *s != '>')
			return false;
		r->of[r->n].directly = directly;
		directly = false;
		r->weight += r->of[r->n].id != 0 ? 1u << 16 : 0;
		r->weight += (uint32_t)r->of[r->n].n_classes << 8;
		r->weight += r->of[r->n].element != HTML_OTHER;
		r->n++;
	}
}

static uint32_t
key_of(const struct compound *c)
{
	if (c->id != 0)
		return c->id;
	if (c->n_classes > 0)
		return c->classes[0];
	return c->element == HTML_OTHER ? 0 : c->element + 1u;
}

static void
file_rule(struct html_sheet *sheet, struct rule *r)
{
	uint32_t key = key_of(&r->of[r->n - 1]);
	struct rule **end = key == 0 ? &sheet->any : &sheet->by[key % BUCKETS];

	r->order = ++sheet->order;
	r->same = *end;
	*end = r;
}

static bool
sets_background(const struct html_decl *d)
{
	while (d != NULL && d->property != CSS_BACKGROUND_COLOR_ &&
	       d->property != CSS_BACKGROUND_IMAGE_)
		d = d->next;
	return d != NULL;
}

/* One rule: n bytes of selectors, and its declarations. */
static int
add_rules(struct html *h, const char *s, size_t n, const char *body)
{
	struct html_decl *decls;
	const char *end = s + n;
	struct rule *r;
	size_t len;
	int e;

	if ((e = html_css_read(h, body, &decls)) != 0 || decls == NULL)
		return e;
	for (; s < end; s += len + 1) {
		len = svg_css_span(s, ",{");
		if (len > (size_t)(end - s))
			len = (size_t)(end - s);
		if ((r = html_alloc(h, sizeof(*r))) == NULL)
			return ERR_NOMEM;
		if (!take_selector(s, s + len, r)) {
			h->blind |= sets_background(decls);
			continue;
		}
		r->decls = decls;
		file_rule(h->sheet, r);
	}
	return 0;
}

/* ---- sheets */

/* A block that nobody can be sure to see: only screens and "all". */
static bool
is_screen(const char *s, size_t n)
{
	char text[64];

	if (n >= sizeof(text))
		return false;
	memcpy(text, s, n);
	text[n] = '\0';
	return text[strspn(text, " \t\r\n\f")] == '\0' ||
	       (strpbrk(text, "(,") == NULL &&
		   (strcasestr(text, "screen") != NULL ||
		       strcasestr(text, "all") != NULL) &&
		   strcasestr(text, "not") == NULL);
}

static int rules(struct html *, char *, unsigned depth);

/* "@media screen {...}", "@import ...;": *next is behind it. */
static int
at_rule(struct html *h, char *s, unsigned depth, char **next)
{
	size_t n = svg_css_span(s, ";{"), name = strcspn(s, " \t\r\n\f(;{\"'");
	char *body = s + n, *end;
	size_t len;
	int e = 0;

	if (*body != '{') {
		*next = body + (*body == ';');
		if (name == 7 && strncasecmp(s, "@import", 7) == 0)
			return html_say(h, FIND_HTML_SHEET, ACT_REMOVED,
			    "@import");
		if (memchr(s, '\\', n) != NULL)
			return html_say(h, FIND_HTML_CSS_ESCAPE, ACT_REMOVED,
			    "");
		return 0;
	}
	len = svg_css_span(body + 1, "}");
	end = body + 1 + len;
	*next = end + (*end == '}');
	if (strncasecmp(s, "@font-face", 10) == 0)
		return html_say(h, FIND_HTML_SHEET, ACT_REMOVED, "@font-face");
	if (name == 6 && strncasecmp(s, "@media", 6) == 0 &&
	    is_screen(s + 6, n - 6) && depth < MEDIA_DEPTH) {
		*end = '\0';
		e = rules(h, body + 1, depth + 1);
	} else {
		char what[32];

		snprintf(what, sizeof(what), "%.*s",
		    (int)(name > 20 ? 20 : name), s);
		e = html_say(h, FIND_HTML_CSS, ACT_REMOVED, what);
	}
	return e;
}

static int
rules(struct html *h, char *s, unsigned depth)
{
	int e = 0;

	while (e == 0) {
		char *body, *end;
		size_t n;

		s += strspn(s, " \t\r\n\f;}");
		if (strncmp(s, "<!--", 4) == 0) {
			s += 4;
			continue;
		}
		if (strncmp(s, "-->", 3) == 0) {
			s += 3;
			continue;
		}
		if (*s == '\0')
			break;
		if (*s == '@') {
			e = at_rule(h, s, depth, &s);
			continue;
		}
		n = svg_css_span(s, "{");
		if (s[n] == '\0')
			break;
		body = s + n + 1;
		end = body + svg_css_span(body, "}");
		if (*end == '\0') {
			e = add_rules(h, s, n, body);
			break;
		}
		*end = '\0';
		if (memchr(s, '\\', n) != NULL)
			e = html_say(h, FIND_HTML_CSS_ESCAPE, ACT_REMOVED, "");
		else
			e = add_rules(h, s, n, body);
		s = end + 1;
	}
	return e;
}

int
html_sheet_read(struct html *h, const char *in)
{
	struct buf css;
	char *text;
	int e;

	if (strlen(in) > SHEET_BYTES)
		return doc_fail(h->d, ERR_LIMIT, "a style sheet is too large");
	buf_init(&css, SHEET_BYTES + 1);
	if ((e = svg_strip_comments(in, &css)) == 0) {
		if ((text = html_copy(h, css.data, css.len)) == NULL)
			e = ERR_NOMEM;
		else
			e = rules(h, text, 0);
	}
	buf_done(&css);
	return e;
}

static int
names_of(struct html *h, struct html_node *n)
{
	const char *id = html_get(n, "id"), *class = html_get(n, "class");
	uint32_t own[OWN_MAX];
	size_t len, k = 0;

	if (id != NULL && *id != '\0')
		n->id = name_hash(id, strlen(id), '#');
	for (; class != NULL && *class != '\0' && k < OWN_MAX; class += len) {
		class += strspn(class, " \t\r\n\f");
		if ((len = strcspn(class, " \t\r\n\f")) > 0)
			own[k++] = name_hash(class, len, '.');
	}
	if (k == 0)
		return 0;
	if ((n->classes = html_alloc(h, k * sizeof(own[0]))) == NULL)
		return ERR_NOMEM;
	memcpy(n->classes, own, k * sizeof(own[0]));
	n->n_classes = (uint8_t)k;
	return 0;
}

int
html_sheets(struct html *h)
{
	int e = 0;

	if ((h->sheet = doc_alloc(h->d, sizeof(*h->sheet))) == NULL)
		return ERR_NOMEM;
	for (struct html_node *n = h->root; e == 0 && n != NULL;
	     n = html_next(n, h->root)) {
		const char *media = html_get(n, "media");

		if (n->element == HTML_STYLE_ && !n->foreign) {
			if (media == NULL || is_screen(media, strlen(media)))
				e = html_sheet_read(h,
				    n->first == NULL ? "" : n->first->text);
		} else if (n->element != HTML_CHARS) {
			e = names_of(h, n);
		}
	}
	return e;
}

/* ---- matching */

static bool
has_class(const struct html_node *n, uint32_t class)
{
	for (unsigned i = 0; i < n->n_classes; i++)
		if (n->classes[i] == class)
			return true;
	return false;
}

static bool
fits_one(const struct compound *c, const struct html_node *n)
{
	if (c->element != HTML_OTHER && c->element != n->element)
		return false;
	if (c->id != 0 && c->id != n->id)
		return false;
	for (unsigned i = 0; i < c->n_classes; i++)
		if (!has_class(n, c->classes[i]))
			return false;
	return true;
}

/* The first k compounds, for n and what is above it. */
static bool
fits(struct html_sheet *s, const struct rule *r, unsigned k,
    const struct html_node *n)
{
	bool directly;

	s->steps++;
	if (n == NULL || !fits_one(&r->of[k - 1], n))
		return false;
	if (k == 1)
		return true;
	directly = r->of[k - 1].directly;
	for (n = n->parent; n != NULL; n = directly ? NULL : n->parent)
		if (fits(s, r, k - 1, n))
			return true;
	return false;
}

struct hits {
	const struct rule *of[256];
	size_t n;
};

static int
try_bucket(struct html *h, const struct rule *r, uint32_t key,
    const struct html_node *n, struct hits *hits)
{
	struct html_sheet *s = h->sheet;

	for (; r != NULL; r = r->same) {
		if (++s->steps > STEPS_MAX)
			return doc_fail(h->d, ERR_LIMIT,
			    "style sheets that ask too much work");
		if (key_of(&r->of[r->n - 1]) != key || !fits(s, r, r->n, n))
			continue;
		if (hits->n == sizeof(hits->of) / sizeof(hits->of[0]))
			return doc_fail(h->d, ERR_LIMIT,
			    "too many style rules for one element");
		hits->of[hits->n++] = r;
	}
	return 0;
}

static int
by_order(const void *a, const void *b)
{
	const struct rule *x = *(const struct rule *const *)a;
	const struct rule *y = *(const struct rule *const *)b;

	return x->order < y->order ? -1 : x->order > y->order;
}

int
html_cascade(struct html *h, struct html_node *n, struct html_look *l)
{
	struct html_sheet *s = h->sheet;
	struct hits hits = { .n = 0 };
	uint32_t order = 0, key;
	int e = 0;

	memset(l->of, 0, sizeof(l->of));
	if (s->order > 0) {
		e = try_bucket(h, s->any, 0, n, &hits);
		key = n->element + 1u;
		if (e == 0 && n->element < HTML_ELEMENTS)
			e = try_bucket(h, s->by[key % BUCKETS], key, n, &hits);
		if (e == 0 && n->id != 0)
			e = try_bucket(h, s->by[n->id % BUCKETS], n->id, n,
			    &hits);
		for (unsigned i = 0; e == 0 && i < n->n_classes; i++)
			e = try_bucket(h, s->by[n->classes[i] % BUCKETS],
			    n->classes[i], n, &hits);
	}
	if (e != 0)
		return e;
	qsort(hits.of, hits.n, sizeof(hits.of[0]), by_order);
	for (size_t i = 0; i < hits.n; i++)
		html_look_add(l, hits.of[i]->decls, hits.of[i]->weight, &order);
	html_look_add(l, n->style, 1u << 24, &order);
	return 0;
}
