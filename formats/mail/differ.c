/*
 * Two texts of one mail: the same, or does one say what the other does not?
 * Layout, punctuation, links and their numbers are no difference.
 */
#include <stdlib.h>

#include "formats/mail/mail_int.h"

#define WINDOW	    6	       /* letters that must stand together */
#define SET_BITS    (1u << 22) /* of a set of hashes: 512 KiB */
#define SUBSTANTIAL 40	       /* letters: a sentence or two */

struct letters {
	struct reader r;
	bool is_html; /* "[12]" is the number of a link */
	uint32_t last[WINDOW];
	size_t n;
};

static bool
is_word(uint32_t c)
{
	return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') ||
	       (c >= 'a' && c <= 'z');
}

static bool
is_letter(uint32_t c)
{
	return c < 0x80
		   ? is_word(c)
		   : c != 0xa0 && c != 0x3000 && !(c >= 0x2000 && c < 0x3000);
}

bool
mail_letter(struct reader *r, uint32_t *cp)
{
	while (utf8_get(r, cp) == 0)
		if (is_letter(*cp))
			return true;
	return false;
}

/* An address of the web goes on to the next blank. */
static void
skip_links(struct reader *r)
{
	uint8_t c;

	while (reader_has(r, reader_pos(r), "http://", 7) ||
	       reader_has(r, reader_pos(r), "https://", 8))
		while (reader_u8(r, &c) == 0 && c > ' ' && c < 0x80)
			;
}

static void
skip_number(struct reader *r)
{
	struct reader at = *r;
	uint8_t c;

	if (reader_u8(&at, &c) != 0 || c != '[')
		return;
	while (reader_u8(&at, &c) == 0 && c >= '0' && c <= '9')
		;
	if (c == ']')
		*r = at;
}

static bool
next(struct letters *l, uint32_t *cp)
{
	uint32_t c;

	for (;;) {
		if (l->is_html)
			skip_number(&l->r);
		else
			skip_links(&l->r);
		if (utf8_get(&l->r, &c) != 0)
			return false;
		if (!is_letter(c))
			continue;
		*cp = c >= 'A' && c <= 'Z' ? c | 0x20 : c;
		return true;
	}
}

/* The place of the window that ends here. false: there are too few letters. */
static bool
window(struct letters *l, uint32_t cp, uint32_t *place)
{
	uint64_t h = 1469598103934665603u;

	l->last[l->n++ % WINDOW] = cp;
	if (l->n < WINDOW)
		return false;
	for (size_t i = 0; i < WINDOW; i++)
		h = (h ^ l->last[(l->n + i) % WINDOW]) * 1099511628211u;
	*place = (uint32_t)(h >> 20) % SET_BITS;
	return true;
}

/* Letters of it that stand in no window of the set. */
static size_t
count_missing(const struct buf *text, const uint8_t *set)
{
	struct letters l = { .is_html = false };
	size_t missing = 0, open = 0; /* the last ones, not yet known */
	uint32_t cp, at;

	buf_reader(text, &l.r);
	while (next(&l, &cp)) {
		open++;
		if (window(&l, cp, &at) && (set[at / 8] >> at % 8 & 1) != 0)
			open = 0;
		else if (open >= WINDOW) {
			missing++;
			open--;
		}
	}
	return missing + open;
}

int
mail_says_more(const struct buf *text, const struct buf *html, bool *more)
{
	struct letters l = { .is_html = true };
	uint8_t *set = calloc(SET_BITS / 8, 1);
	uint32_t cp, at;

	*more = false;
	if (set == NULL)
		return ERR_NOMEM;
	buf_reader(html, &l.r);
	while (next(&l, &cp))
		if (window(&l, cp, &at))
			set[at / 8] |= (uint8_t)(1u << at % 8);
	*more = count_missing(text, set) >= SUBSTANTIAL;
	free(set);
	return 0;
}
