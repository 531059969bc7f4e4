/*
 * Tables. One that holds data becomes lines with its columns under each
 * other; one that only lays out a page is read cell by cell.
 */
#include <stdlib.h>
#include <string.h>

#include "formats/html/html_pen.h"

#define COLUMNS_MAX 64u
#define ROWS_MAX    20000u
#define CELL_BYTES  4096u
#define ALIGNED_MAX 120u /* columns of a line that is still aligned */
#define SHORT_BYTES 300u /* of a cell in a table without a heading */

struct cell {
	struct cell *next;
	const char *text; /* lines parted by LF */
	size_t len;
	unsigned column, width; /* width: of its longest line */
};

struct row {
	struct row *next;
	struct cell *cells;
	bool heading;
};

struct grid {
	struct html_pen *p;
	struct row *rows, *last;
	unsigned n_rows, columns;
	unsigned width[COLUMNS_MAX];
	unsigned taken[COLUMNS_MAX]; /* rows that a cell above still covers */
};

/* ---- is it data? */

struct shape {
	unsigned rows, wide_rows; /* wide: two cells or more */
	bool heads, border, blocks, longs;
};

static bool
is_cell(const struct html_node *n)
{
	return n->element == HTML_TD_ || n->element == HTML_TH_;
}

static bool
breaks_grid(const struct html_node *n)
{
	switch ((enum html_element)n->element) {
	case HTML_TABLE_:
	case HTML_UL_:
	case HTML_OL_:
	case HTML_BLOCKQUOTE_:
	case HTML_PRE_:
	case HTML_H1_:
	case HTML_H2_:
	case HTML_H3_:
	case HTML_HR_:
		return true;
	default:
		return false;
	}
}

static void
look_at(const struct html_node *table, struct shape *s)
{
	const struct html_node *n = html_next(table, table);
	unsigned cells = 0;
	size_t bytes = 0;
	bool empty = false;

	for (; n != NULL && !s->blocks; n = html_next(n, table)) {
		if (n->element == HTML_TR_) {
			s->rows++;
			s->wide_rows += cells > 1;
			cells = 0;
		}
		if (is_cell(n)) {
			empty = true;
			bytes = 0;
			s->heads |= n->element == HTML_TH_;
		}
		/* Cells that only keep a distance do not count. */
		if (empty && n->element == HTML_CHARS &&
		    !html_all_blank(n->text)) {
			cells++;
			empty = false;
		}
		s->blocks |= breaks_grid(n);
		bytes += n->len;
		s->longs |= bytes > SHORT_BYTES;
		s->blocks |= bytes > CELL_BYTES;
	}
	s->wide_rows += cells > 1;
}

static bool
is_data(const struct html_node *table)
{
	const char *border = html_get(table, "border");
	const char *role = html_get(table, "role");
	struct shape s = { 0 };

	if (role != NULL && strcmp(role, "presentation") == 0)
		return false;
	look_at(table, &s);
	s.border = border != NULL && strcmp(border, "0") != 0;
	if (s.blocks || s.wide_rows == 0)
		return false;
	return s.heads || s.border || (s.wide_rows >= 2 && !s.longs);
}

/* ---- cells */

static unsigned
span(const struct html_node *n, const char *name, unsigned max)
{
	const char *v = html_get(n, name);
	long k = v == NULL ? 1 : strtol(v, NULL, 10);

	return k < 1 ? 1 : k > (long)max ? max : (unsigned)k;
}

/* The text of a cell, without what surrounds its lines. */
static int
read_cell(struct grid *g, const struct html_node *n, struct cell *c)
{
	const char *s, *nl;
	struct html_pen p;
	struct buf b;
	int e;

	buf_init(&b, g->p->out->max);
	html_pen_init(&p, g->p->h, &b, g->p->links);
	if ((e = html_pen_inside(&p, n)) != 0)
		goto out;
	while (b.len > 0 && html_is_blank(b.data[b.len - 1]))
		buf_truncate(&b, b.len - 1);
	c->len = b.len;
	if ((c->text = html_copy(g->p->h, b.data, b.len)) == NULL)
		e = ERR_NOMEM;
	for (s = c->text; e == 0; s = nl + 1) {
		unsigned w;

		nl = strchr(s, '\n');
		w = html_columns(s, nl == NULL ? strlen(s) : (size_t)(nl - s));
		c->width = w > c->width ? w : c->width;
		if (nl == NULL)
			break;
	}
out:
	buf_done(&b);
	return e;
}

static int
add_cell(struct grid *g, struct row *row, struct cell ***end,
    const struct html_node *n, unsigned *column)
{
	unsigned cols = span(n, "colspan", COLUMNS_MAX);
	unsigned rows = span(n, "rowspan", ROWS_MAX);
	struct cell *c;
	int e;

	while (*column < COLUMNS_MAX && g->taken[*column] > 0)
		++*column;
	if ((c = html_alloc(g->p->h, sizeof(*c))) == NULL)
		return ERR_NOMEM;
	c->column = *column < COLUMNS_MAX ? *column : COLUMNS_MAX - 1;
	if ((e = read_cell(g, n, c)) != 0)
		return e;
	if (cols == 1 && c->width > g->width[c->column])
		g->width[c->column] = c->width;
	for (unsigned i = 0; i < cols && *column < COLUMNS_MAX; i++)
		g->taken[(*column)++] = rows;
	if (*column > g->columns)
		g->columns = *column;
	row->heading |= n->element == HTML_TH_;
	**end = c;
	*end = &c->next;
	return 0;
}

static int
add_row(struct grid *g, const struct html_node *tr)
{
	struct row *r = html_alloc(g->p->h, sizeof(*r));
	struct cell **end;
	unsigned column = 0;
	int e = 0;

	if (r == NULL)
		return ERR_NOMEM;
	end = &r->cells;
	for (const struct html_node *n = tr->first; e == 0 && n != NULL;
	     n = n->next)
		if (is_cell(n) && !n->inert)
			e = add_cell(g, r, &end, n, &column);
	for (unsigned i = 0; i < COLUMNS_MAX; i++)
		g->taken[i] -= g->taken[i] > 0;
	if (g->last == NULL)
		g->rows = r;
	else
		g->last->next = r;
	g->last = r;
	g->n_rows++;
	return e;
}

static int
read_rows(struct grid *g, const struct html_node *top)
{
	int e = 0;

	for (const struct html_node *n = top->first; e == 0 && n != NULL;
	     n = n->next) {
		if (n->element == HTML_TR_)
			e = add_row(g, n);
		else if (n->element == HTML_TBODY_ ||
			 n->element == HTML_THEAD_ || n->element == HTML_TFOOT_)
			e = read_rows(g, n);
	}
	return e;
}

/* ---- lines */

/* Line k of a text; false behind the last. */
static bool
line_of(const struct cell *c, unsigned k, const char **s, size_t *n)
{
	const char *at = c->text;

	for (; k > 0 && at != NULL; k--)
		at = strchr(at, '\n') == NULL ? NULL : strchr(at, '\n') + 1;
	*s = at == NULL ? "" : at;
	*n = strcspn(*s, "\n");
	return at != NULL;
}

static int
pad(struct html_pen *p, unsigned n)
{
	int e = 0;

	while (e == 0 && n-- > 0)
		e = buf_u8(p->out, ' ');
	return e;
}

/* One line of a row with every column in its place. */
static int
aligned_line(struct grid *g, const struct row *r, unsigned k, bool *more)
{
	const struct cell *c = r->cells;
	unsigned used;
	int e = html_pen_puts(g->p, "");

	*more = false;
	for (unsigned i = 0; e == 0 && i < g->columns; i++) {
		const char *s = "";
		size_t n = 0;

		if (i > 0)
			e = buf_puts(g->p->out, " | ");
		if (c != NULL && c->column == i) {
			if (line_of(c, k, &s, &n))
				*more |= s[n] == '\n';
			c = c->next;
		}
		used = html_columns(s, n);
		if (e == 0)
			e = buf_put(g->p->out, s, n);
		if (e == 0 && used < g->width[i] && i + 1 < g->columns)
			e = pad(g->p, g->width[i] - used);
	}
	html_pen_break(g->p, 1);
	return e;
}

static int
underline(struct grid *g)
{
	int e = html_pen_puts(g->p, "");

	for (unsigned i = 0; e == 0 && i < g->columns; i++) {
		if (i > 0)
			e = buf_puts(g->p->out, "-+-");
		for (unsigned k = 0; e == 0 && k < g->width[i]; k++)
			e = buf_u8(g->p->out, '-');
	}
	html_pen_break(g->p, 1);
	return e;
}

/* All heading cells: a line is drawn below. */
static bool
all_heads(const struct html_node *table)
{
	const struct html_node *n = html_next(table, table);

	while (n != NULL && n->element != HTML_TR_)
		n = html_next(n, table);
	if (n == NULL)
		return false;
	for (n = n->first; n != NULL; n = n->next)
		if (n->element == HTML_TD_)
			return false;
	return true;
}

static int
write_aligned(struct grid *g, bool heads)
{
	bool more;
	int e = 0;

	for (const struct row *r = g->rows; e == 0 && r != NULL; r = r->next) {
		unsigned k = 0;

		do
			e = aligned_line(g, r, k, &more);
		while (e == 0 && more && ++k < CELL_BYTES);
		if (e == 0 && heads && r == g->rows && r->next != NULL)
			e = underline(g);
	}
	return e;
}

/* Too wide for columns: a row is one line, or one line a cell. */
static int
write_joined(struct grid *g)
{
	int e = 0;

	for (const struct row *r = g->rows; e == 0 && r != NULL; r = r->next) {
		for (const struct cell *c = r->cells; e == 0 && c != NULL;
		     c = c->next) {
			e = html_pen_puts(g->p, c == r->cells ? "" : " | ");
			for (size_t i = 0; e == 0 && i < c->len; i++)
				e = buf_u8(g->p->out,
				    c->text[i] == '\n' ? ' '
						       : (uint8_t)c->text[i]);
		}
		html_pen_break(g->p, 1);
	}
	return e;
}

static int
write_grid(struct grid *g, bool heads)
{
	unsigned all = 0;

	for (unsigned i = 0; i < g->columns; i++)
		all += g->width[i] + 3;
	return all <= ALIGNED_MAX ? write_aligned(g, heads) : write_joined(g);
}

static int
caption(struct html_pen *p, const struct html_node *table)
{
	int e = 0;

	for (const struct html_node *n = table->first; e == 0 && n != NULL;
	     n = n->next)
		if (n->element == HTML_CAPTION_) {
			html_pen_break(p, 1);
			e = html_pen_inside(p, n);
			html_pen_break(p, 1);
		}
	return e;
}

int
html_pen_table(struct html_pen *p, const struct html_node *table)
{
	struct grid g = { .p = p };
	int e;

	if (table->inert || !is_data(table)) {
		html_pen_break(p, 1);
		e = html_pen_inside(p, table);
		html_pen_break(p, 1);
		return e;
	}
	html_pen_break(p, 2);
	if ((e = caption(p, table)) == 0 && (e = read_rows(&g, table)) == 0)
		e = write_grid(&g, all_heads(table));
	html_pen_break(p, 2);
	return e;
}
