/*
 * Findings: counted, held back in transactions, sent.
 */
#include <stdio.h>
#include <string.h>

#include "formats/doc_int.h"

int
doc_send_last(struct doc *d)
{
	struct shared *s = d->shared;

	if (!d->has_last)
		return 0;
	d->has_last = false;
	if (s->holding > 0 && s->held.len < s->held_max)
		return buf_put(&s->held, &d->last, sizeof(d->last));
	if (s->holding == 0)
		for (const struct doc *up = d; up != NULL; up = up->parent)
			if (up->listener != NULL)
				up->listener->heard(up->listener->arg,
				    &d->last);
	if (s->holding > 0 || doc_budget(d, BUDGET_FINDINGS) == 0) {
		s->unsaid++;
		return 0;
	}
	s->spent[BUDGET_FINDINGS]++;
	return s->events.finding == NULL
		   ? 0
		   : s->events.finding(s->events.arg, &d->last);
}

void
doc_listen(struct doc *d, const struct doc_listener *l)
{
	d->listener = l;
}

int
doc_found_flush(struct doc *d)
{
	return doc_send_last(d);
}

void
doc_findings_hold(struct doc *d)
{
	struct shared *s = d->shared;

	(void)!doc_send_last(d);
	if (s->holding++ == 0) {
		s->held_max =
		    doc_budget(d, BUDGET_FINDINGS) * sizeof(struct finding);
		buf_init(&s->held, s->held_max + sizeof(struct finding));
	}
	d->held_from = s->held.len;
}

int
doc_findings_settle(struct doc *d, bool keep)
{
	struct shared *s = d->shared;
	struct finding f;
	int e = doc_send_last(d);

	if (!keep)
		buf_truncate(&s->held, d->held_from);
	if (--s->holding > 0)
		return e;
	for (size_t i = 0; e == 0 && i < s->held.len; i += sizeof(f)) {
		memcpy(&f, s->held.data + i, sizeof(f));
		d->last = f;
		d->has_last = true;
		e = doc_send_last(d);
	}
	buf_done(&s->held);
	return e;
}

/* "outer.zip/inner.docx/" before the part's own name. */
static int
put_path(struct buf *b, const struct doc *d)
{
	int e;

	if (d->parent == NULL || d->where[0] == '\0')
		return d->parent == NULL ? 0 : put_path(b, d->parent);
	if ((e = put_path(b, d->parent)) != 0 ||
	    (e = buf_puts(b, d->where)) != 0)
		return e;
	return buf_u8(b, '/');
}

static void
set_where(struct doc *d, const char *where, char out[FINDING_WHERE_BYTES])
{
	struct buf b;
	int e;

	buf_init(&b, 4096);
	e = put_path(&b, d);
	if (e == 0)
		e = buf_puts(&b, where);
	if (e == 0 && where[0] == '\0' && b.len > 0)
		buf_truncate(&b, b.len - 1);
	utf8_printable(e == 0 ? buf_cstr(&b) : where,
	    e == 0 ? b.len : strlen(where), out, FINDING_WHERE_BYTES);
	buf_done(&b);
}

static int
found(struct doc *d, struct finding *f, const char *where, const char *detail,
    va_list ap)
{
	char raw[1024] = "";
	int e;

	if (detail != NULL)
		vsnprintf(raw, sizeof(raw), detail, ap);
	set_where(d, where, f->where);
	utf8_printable(raw, strlen(raw), f->detail, sizeof(f->detail));
	if (d->has_last && d->last.id == f->id && d->last.action == f->action &&
	    strcmp(d->last.where, f->where) == 0 &&
	    strcmp(d->last.detail, f->detail) == 0) {
		if (__builtin_add_overflow(d->last.count, f->count,
			&d->last.count))
			d->last.count = UINT32_MAX;
		return 0;
	}
	if ((e = doc_send_last(d)) != 0)
		return e;
	d->last = *f;
	d->has_last = true;
	return 0;
}

int
doc_found(struct doc *d, enum finding_id id, enum action act, const char *where,
    const char *detail, ...)
{
	struct finding f = { .id = id, .action = act, .count = 1 };
	va_list ap;
	int e;

	va_start(ap, detail);
	e = found(d, &f, where, detail, ap);
	va_end(ap);
	return e;
}

int
doc_found_n(struct doc *d, uint32_t n, enum finding_id id, enum action act,
    const char *where, const char *detail, ...)
{
	struct finding f = { .id = id, .action = act, .count = n };
	va_list ap;
	int e;

	va_start(ap, detail);
	e = found(d, &f, where, detail, ap);
	va_end(ap);
	return e;
}
