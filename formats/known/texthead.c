#include "formats/known/texthead.h"

#include <string.h>
#include <strings.h>

struct units {
	struct reader r;
	unsigned bytes;
	bool big;
};

static void
set_units(struct units *u, unsigned bytes, bool big, size_t mark)
{
	u->bytes = bytes;
	u->big = big;
	if (reader_seek(&u->r, mark) != 0)
		u->r.pos = u->r.len;
}

/* A mark decides; else ASCII with zero bytes around it. */
static void
find_units(const struct reader *in, struct units *u)
{
	struct reader v;

	u->r = *in;
	set_units(u, 1, false, 0);
	if (reader_has(in, 0, "\xFF\xFE\0\0", 4))
		set_units(u, 4, false, 4);
	else if (reader_has(in, 0, "\0\0\xFE\xFF", 4))
		set_units(u, 4, true, 4);
	else if (reader_has(in, 0, "\xFF\xFE", 2))
		set_units(u, 2, false, 2);
	else if (reader_has(in, 0, "\xFE\xFF", 2))
		set_units(u, 2, true, 2);
	else if (reader_has(in, 0, "\xEF\xBB\xBF", 3))
		set_units(u, 1, false, 3);
	else if (reader_view(in, 0, 4, &v) == 0 && v.data[0] != 0 &&
		 v.data[1] == 0 && v.data[2] != 0 && v.data[3] == 0)
		set_units(u, 2, false, 0);
	else if (reader_view(in, 0, 4, &v) == 0 && v.data[0] == 0 &&
		 v.data[1] != 0 && v.data[2] == 0 && v.data[3] != 0)
		set_units(u, 2, true, 0);
}

/* Units of two or four bytes. */
static bool
next_unit(struct units *u, uint32_t *c)
{
	uint16_t c2;
	int e;

	if (u->bytes == 4)
		return (u->big ? reader_u32be(&u->r, c)
			       : reader_u32le(&u->r, c)) == 0;
	e = u->big ? reader_u16be(&u->r, &c2) : reader_u16le(&u->r, &c2);
	*c = e == 0 ? c2 : 0;
	return e == 0;
}

static bool
is_space(uint32_t c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

/* False when the head is full, or is nothing of ours. */
static bool
add(struct texthead *t, uint32_t c, size_t at)
{
	if (c == 0 || (t->n == 0 && (is_space(c) || c == 0xFEFF)))
		return true;
	if (t->n == 0)
		t->first = at;
	t->s[t->n++] = c < 0x80 ? (char)c : (char)0x80;
	return t->n < TEXTHEAD_BYTES && (t->n > 1 || (c >= ' ' && c < 0x7f));
}

/* Most texts: many probes ask, so this is the quick way. */
static void
read_bytes(struct reader *r, struct texthead *t)
{
	size_t at = reader_pos(r), n = reader_left(r);
	const uint8_t *p;

	if (reader_bytes(r, n, &p) != 0)
		return;
	for (size_t i = 0; i < n; i++)
		if (!add(t, p[i], at + i))
			break;
}

void
texthead_read(const struct reader *in, struct texthead *t)
{
	struct units u;
	uint32_t c;

	t->n = 0;
	t->first = 0;
	find_units(in, &u);
	if (u.bytes == 1)
		read_bytes(&u.r, t);
	else
		while (next_unit(&u, &c) &&
		       add(t, c, reader_pos(&u.r) - u.bytes))
			;
	t->s[t->n] = '\0';
}

bool
texthead_starts(const char *s, const char *word)
{
	return strncasecmp(s, word, strlen(word)) == 0;
}

const char *
texthead_line(const char *s)
{
	s += strcspn(s, "\r\n");
	if (s[0] == '\r' && s[1] == '\n')
		return s + 2;
	return *s == '\0' ? s : s + 1;
}

const char *
texthead_blanks(const char *s)
{
	return s + strspn(s, " \t");
}

const char *
texthead_space(const char *s)
{
	return s + strspn(s, " \t\r\n\f\v");
}
