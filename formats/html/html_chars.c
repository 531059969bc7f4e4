/*
 * Characters of HTML texts: those that act on a screen, reverse or hide go,
 * by the same rules as in plain text (formats/text/filter.c).
 */
#include <string.h>

#include "formats/html/html_int.h"

static bool
is_picture(uint32_t cp)
{
	return cp >= 0x203c && utf8_is_emoji(cp);
}

static bool
variant_fits(uint32_t before, uint32_t cp)
{
	if (cp >= 0xe0100)
		return utf8_is_han(before);
	if (cp == 0xfe0e || cp == 0xfe0f)
		return utf8_is_emoji(before);
	return cp >= 0xfe00 && cp <= 0xfe02 && utf8_is_han(before);
}

static bool
joiner_fits(const struct reader *r, uint32_t before)
{
	struct reader at = *r;
	uint32_t next;

	return (is_picture(before) || before == 0xfe0f) &&
	       utf8_get(&at, &next) == 0 && is_picture(next);
}

/* May it stay? Else which finding it is. */
static bool
stays(const struct reader *r, uint32_t before, uint32_t cp, enum finding_id *id)
{
	*id = FIND_TEXT_HIDDEN;
	switch (utf8_classify(cp)) {
	case UTF8_PLAIN:
	case UTF8_PRIVATE:
		return true;
	case UTF8_VARIANT:
		*id = FIND_TEXT_VARIANT;
		return variant_fits(before, cp);
	case UTF8_JOINER:
		return joiner_fits(r, before);
	case UTF8_BIDI:
		*id = FIND_TEXT_BIDI;
		return false;
	case UTF8_NONCHAR:
		*id = FIND_TEXT_NONCHAR;
		return false;
	case UTF8_CONTROL:
		*id = FIND_TEXT_CONTROL;
		return false;
	case UTF8_LINE:
	case UTF8_HIDDEN:
		break;
	}
	return false;
}

int
html_filter(struct html *h, const char *s, size_t n, struct buf *out)
{
	uint32_t cp, before = 0;
	enum finding_id id;
	struct reader r;
	int e = 0;

	reader_init(&r, s, n);
	while (e == 0 && reader_left(&r) > 0) {
		if ((e = utf8_get(&r, &cp)) != 0)
			break;
		if (cp == '\t' || cp == '\n') {
			e = buf_u8(out, (uint8_t)cp);
		} else if (cp == '\r' || cp == '\f' || cp == 0x2028 ||
			   cp == 0x2029 || cp == 0x85) {
			e = buf_u8(out, '\n');
		} else if (stays(&r, before, cp, &id)) {
			e = utf8_put(out, cp);
		} else {
			e = html_say(h, id, ACT_REMOVED, "");
			continue;
		}
		before = cp;
	}
	return e;
}

static bool
is_clean(const char *s, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if ((unsigned char)s[i] >= 0x80 || s[i] == 0x7f ||
		    ((unsigned char)s[i] < 0x20 && s[i] != '\t' &&
			s[i] != '\n'))
			return false;
	return true;
}

static int
filter(struct html *h, const char **s, size_t *n)
{
	int e;

	if (is_clean(*s, *n))
		return 0;
	buf_clear(&h->tmp);
	if ((e = html_filter(h, *s, *n, &h->tmp)) != 0)
		return e;
	*n = h->tmp.len;
	*s = html_copy(h, h->tmp.data, h->tmp.len);
	return *s == NULL ? ERR_NOMEM : 0;
}

int
html_chars(struct html *h)
{
	int e = 0;

	for (struct html_node *n = h->root; e == 0 && n != NULL;
	     n = html_next(n, h->root)) {
		e = filter(h, &n->text, &n->len);
		for (struct html_attr *a = n->attrs; e == 0 && a != NULL;
		     a = a->next) {
			size_t len = strlen(a->value);

			e = filter(h, &a->value, &len);
		}
	}
	return e;
}
