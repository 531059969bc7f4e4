/* The table of elements, and small walks over the tree. */
#include <string.h>
#include <strings.h>

#include "formats/html/html_int.h"

#define KEEP	  HTML_KEEP
#define OPEN	  HTML_OPEN
#define GONE	  HTML_GONE
#define BLOCK	  HTML_BLOCK
#define VOID	  HTML_VOID
#define FIND_NONE (-1)

const struct html_row html_rows[HTML_ELEMENTS] = {
#define ELEMENT(name, text, flags, find) { text, flags, FIND_##find },
#include "formats/html/html_elements.def"
#undef ELEMENT
};

enum html_element
html_element_named(const char *name)
{
	size_t lo = 0, hi = HTML_ELEMENTS, mid;
	int c;

	while (lo < hi) {
		mid = (lo + hi) / 2;
		if ((c = strcmp(name, html_rows[mid].name)) == 0)
			return (enum html_element)mid;
		if (c < 0)
			hi = mid;
		else
			lo = mid + 1;
	}
	return HTML_OTHER;
}

const char *
html_get(const struct html_node *n, const char *name)
{
	for (const struct html_attr *a = n->attrs; a != NULL; a = a->next)
		if (strcmp(a->name, name) == 0)
			return a->value;
	return NULL;
}

struct html_node *
html_after(const struct html_node *n, const struct html_node *top)
{
	while (n != top && n->next == NULL)
		n = n->parent;
	return n == top ? NULL : n->next;
}

struct html_node *
html_next(const struct html_node *n, const struct html_node *top)
{
	return n->first != NULL ? n->first : html_after(n, top);
}

bool
html_is_blank(int c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f';
}

bool
html_all_blank(const char *s)
{
	return s[strspn(s, " \t\r\n\f")] == '\0';
}

/* ---- memory and reports */

#define CHUNK_BYTES 65536u
#define TALLIES_MAX 100u

void *
html_alloc(struct html *h, size_t n)
{
	uint8_t *p;

	if (n > CHUNK_BYTES / 4)
		return doc_alloc(h->d, n);
	n = (n + 15) & ~(size_t)15;
	if (n > h->room_left) {
		if ((h->room = doc_alloc(h->d, CHUNK_BYTES)) == NULL)
			return NULL;
		h->room_left = CHUNK_BYTES;
	}
	p = h->room;
	h->room += n;
	h->room_left -= n;
	return p;
}

char *
html_copy(struct html *h, const void *s, size_t n)
{
	char *p;

	if (n == SIZE_MAX || (p = html_alloc(h, n + 1)) == NULL)
		return NULL;
	if (n > 0)
		memcpy(p, s, n);
	return p;
}

int
html_say(struct html *h, enum finding_id id, enum action act,
    const char *detail)
{
	struct html_tally *t, *same = NULL;
	size_t n = strnlen(detail, FINDING_DETAIL_BYTES);

	if (h->quiet)
		return 0;
	for (t = h->tallies; t != NULL; t = t->next) {
		if (t->id != id || t->act != act)
			continue;
		same = t;
		if (strlen(t->detail) == n && memcmp(t->detail, detail, n) == 0)
			break;
	}
	if (t == NULL && h->n_tallies >= TALLIES_MAX)
		t = same;
	if (t != NULL) {
		if (t->count < UINT32_MAX)
			t->count++;
		return 0;
	}
	if ((t = html_alloc(h, sizeof(*t))) == NULL ||
	    (t->detail = html_copy(h, detail, n)) == NULL)
		return ERR_NOMEM;
	t->id = id;
	t->act = act;
	t->count = 1;
	if (h->last_tally == NULL)
		h->tallies = t;
	else
		h->last_tally->next = t;
	h->last_tally = t;
	h->n_tallies++;
	return 0;
}

int
html_report(struct html *h)
{
	int e = 0;

	for (struct html_tally *t = h->tallies; e == 0 && t != NULL;
	     t = t->next)
		e = doc_found_n(h->d, t->count, t->id, t->act, h->job->where,
		    t->detail[0] == '\0' ? NULL : "%s", t->detail);
	h->tallies = h->last_tally = NULL;
	h->n_tallies = 0;
	return e;
}
