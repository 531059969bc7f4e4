#include "core/mailhops.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#define MOST 1000

static const char received[] = "received:", carried[] = "x-sekisho-hops:";

void
mailhops_init(struct mailhops *h)
{
	memset(h, 0, sizeof(*h));
}

/* What the line held so far adds to *h. */
static void
judge(const struct mailhops *h, unsigned *r, unsigned *c)
{
	char line[sizeof(h->line) + 1];
	unsigned long v;

	memcpy(line, h->line, sizeof(h->line));
	line[h->n] = '\0';
	*r = strncmp(line, received, sizeof(received) - 1) == 0;
	*c = 0;
	if (strncmp(line, carried, sizeof(carried) - 1) == 0) {
		v = strtoul(line + sizeof(carried) - 1, NULL, 10);
		*c = v > MOST ? MOST : (unsigned)v;
	}
}

static void
end_line(struct mailhops *h)
{
	unsigned r, c;

	if (h->n == 0) {
		h->is_over = true;
		return;
	}
	judge(h, &r, &c);
	h->received += r;
	if (c > h->carried)
		h->carried = c;
	h->n = 0;
}

static void
add_byte(struct mailhops *h, char b)
{
	if (b == '\n' && h->had_cr) {
		h->had_cr = false;
		return;
	}
	h->had_cr = b == '\r';
	if (b == '\r' || b == '\n')
		end_line(h);
	else if (h->n < sizeof(h->line))
		h->line[h->n++] = (char)tolower((unsigned char)b);
}

void
mailhops_add(struct mailhops *h, const void *data, size_t n)
{
	const char *s = data;

	for (size_t i = 0; i < n && !h->is_over && h->received < MOST; i++)
		add_byte(h, s[i]);
}

unsigned
mailhops_count(const struct mailhops *h)
{
	unsigned r = 0, c = 0;

	if (!h->is_over && h->n > 0)
		judge(h, &r, &c);
	c = c > h->carried ? c : h->carried;
	r += h->received + c;
	return r > MOST ? MOST : r;
}
