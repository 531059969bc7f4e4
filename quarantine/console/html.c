#include "quarantine/console/html.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/utf8.h"
#include "core/receipt.h"

void
html_init(struct html *h)
{
	memset(h, 0, sizeof(*h));
	buf_init(&h->out, HTML_MAX);
}

void
html_done(struct html *h)
{
	buf_done(&h->out);
}

void
html_clear(struct html *h)
{
	buf_clear(&h->out);
	h->err = 0;
	h->depth = 0;
}

static void
fail(struct html *h, int e)
{
	if (h->err == 0)
		h->err = e;
}

static void
raw(struct html *h, const char *s)
{
	int e;

	if (h->err == 0 && (e = buf_puts(&h->out, s)) != 0)
		fail(h, e);
}

/* What stands for a character in text and in attributes, or NULL. */
static const char *
entity(uint32_t cp)
{
	switch (cp) {
	case '&':
		return "&amp;";
	case '<':
		return "&lt;";
	case '>':
		return "&gt;";
	case '"':
		return "&quot;";
	case '\'':
		return "&#39;";
	case '`':
		return "&#96;";
	default:
		return NULL;
	}
}

static void
escape(struct html *h, const char *s, size_t n)
{
	struct reader in;
	uint32_t cp;
	int e = h->err;

	reader_init(&in, (const uint8_t *)s, n);
	while (e == 0 && reader_left(&in) > 0) {
		if (utf8_get(&in, &cp) != 0) {
			e = reader_skip(&in, 1);
			cp = 0xfffd;
		}
		if (utf8_classify(cp) == UTF8_CONTROL)
			cp = 0xfffd;
		if (e == 0)
			e = entity(cp) != NULL ? buf_puts(&h->out, entity(cp))
					       : utf8_put(&h->out, cp);
	}
	if (e != 0)
		fail(h, e);
}

static bool
is_name(const char *s)
{
	if (s[0] < 'a' || s[0] > 'z')
		return false;
	for (; *s != '\0'; s++)
		if (!islower((unsigned char)*s) &&
		    !isdigit((unsigned char)*s) && *s != '-')
			return false;
	return true;
}

static bool
is_one_of(const char *s, const char *const *list)
{
	for (; *list != NULL; list++)
		if (strcmp(s, *list) == 0)
			return true;
	return false;
}

/* "/path", "#part", "?query": of this site, whatever a browser makes of it. */
static bool
is_local(const char *s)
{
	if (s[0] == '#' || s[0] == '?')
		return true;
	if (s[0] != '/' || s[1] == '/')
		return false;
	for (; *s != '\0'; s++)
		if (*s == '\\' || (unsigned char)*s <= ' ')
			return false;
	return true;
}

static void
attribute(struct html *h, const char *name, const char *value)
{
	static const char *const links[] = { "href", "src", "action",
		"formaction", "data", "poster", "srcset", NULL };

	if (!is_name(name) || strncmp(name, "on", 2) == 0 ||
	    strcmp(name, "style") == 0 || strcmp(name, "srcdoc") == 0 ||
	    (is_one_of(name, links) && !is_local(value))) {
		fail(h, ERR_INTERNAL);
		return;
	}
	raw(h, " ");
	raw(h, name);
	raw(h, "=\"");
	escape(h, value, strlen(value));
	raw(h, "\"");
}

static void
open_element(struct html *h, const char *tag, va_list ap)
{
	static const char *const empty[] = { "area", "br", "col", "hr", "img",
		"input", "link", "meta", "wbr", NULL };
	const char *name, *value;

	if (!is_name(tag) || h->depth == HTML_DEPTH) {
		fail(h, ERR_INTERNAL);
		return;
	}
	raw(h, "<");
	raw(h, tag);
	while ((name = va_arg(ap, const char *)) != NULL)
		if ((value = va_arg(ap, const char *)) != NULL)
			attribute(h, name, value);
	raw(h, ">");
	if (!is_one_of(tag, empty))
		h->open[h->depth++] = tag;
}

void
html_open(struct html *h, const char *tag, ...)
{
	va_list ap;

	va_start(ap, tag);
	open_element(h, tag, ap);
	va_end(ap);
}

void
html_close(struct html *h)
{
	if (h->depth == 0) {
		fail(h, ERR_INTERNAL);
		return;
	}
	raw(h, "</");
	raw(h, h->open[--h->depth]);
	raw(h, ">");
}

void
html_el(struct html *h, const char *tag, const char *text, ...)
{
	va_list ap;
	unsigned depth = h->depth;

	va_start(ap, text);
	open_element(h, tag, ap);
	va_end(ap);
	if (text != NULL)
		html_text(h, text);
	if (h->depth > depth)
		html_close(h);
}

/* In script and style, text is not text. */
static bool
is_in_code(const struct html *h)
{
	static const char *const code[] = { "script", "style", "iframe",
		"plaintext", "xmp", NULL };

	return h->depth > 0 && is_one_of(h->open[h->depth - 1], code);
}

void
html_text(struct html *h, const char *s)
{
	if (is_in_code(h))
		fail(h, ERR_INTERNAL);
	escape(h, s, strlen(s));
}

void
html_data(struct html *h, const char *s)
{
	struct buf inert, shown;
	uint8_t *room = NULL;
	int e;

	buf_init(&inert, HTML_MAX);
	buf_init(&shown, HTML_MAX);
	if ((e = receipt_defang(&inert, s)) == 0 &&
	    (e = buf_reserve(&shown, inert.len * 3 + 8, &room)) == 0) {
		utf8_printable(inert.data, inert.len, (char *)room,
		    inert.len * 3 + 8);
		html_open(h, "bdi", NULL);
		html_text(h, (const char *)room);
		html_close(h);
	}
	if (e != 0)
		fail(h, e);
	buf_done(&shown);
	buf_done(&inert);
}

void
html_number(struct html *h, uint64_t n)
{
	char text[24];

	snprintf(text, sizeof(text), "%llu", (unsigned long long)n);
	html_text(h, text);
}

void
html_doctype(struct html *h)
{
	raw(h, "<!DOCTYPE html>\n");
}

int
html_end(struct html *h)
{
	if (h->depth != 0)
		fail(h, ERR_INTERNAL);
	return h->err;
}
