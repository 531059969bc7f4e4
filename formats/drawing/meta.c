/* Fields, findings and packing of drawings; see meta.h. */
#include "formats/drawing/meta.h"

#include <string.h>

#include "formats/gunzip.h"
#include "formats/image.h"
#include "formats/known/gzhead.h"

int
meta_new(struct doc *d, struct meta **out)
{
	struct meta *m = doc_alloc(d, sizeof(*m));

	if (m == NULL)
		return ERR_NOMEM;
	m->d = d;
	m->in = doc_in(d);
	buf_init(&m->out, META_MAX_BYTES);
	buf_init(&m->rec, META_MAX_BYTES);
	buf_init(&m->unpacked, META_MAX_BYTES);
	*out = m;
	return 0;
}

void
meta_done(struct meta *m)
{
	buf_done(&m->out);
	buf_done(&m->rec);
	buf_done(&m->unpacked);
}

int
meta_open(struct meta *m)
{
	struct reader in = doc_in(m->d), rest;
	struct gzhead h;
	int e;

	m->in = in;
	if (gzhead_read(&in, &h) != 0)
		return 0;
	if ((e = doc_found(m->d, FIND_METAFILE_PACKED, ACT_FLATTENED, "",
		 NULL)) != 0)
		return e;
	if ((h.name || h.comment || h.extra || h.time != 0) &&
	    (e = doc_found(m->d, FIND_METAFILE_PACKED_NAME, ACT_REMOVED, "",
		 NULL)) != 0)
		return e;
	if ((e = gunzip(m->d, &h.packed, &m->unpacked)) != 0)
		return e;
	buf_reader(&m->unpacked, &m->in);
	if ((e = reader_sub(&h.packed, reader_left(&h.packed), &rest)) != 0)
		return e;
	return image_report_trailer(m->d, &rest);
}

bool
meta_is_local(int e)
{
	return e == ERR_MALFORMED || e == ERR_TRUNCATED || e == ERR_UNSUPPORTED;
}

void
meta_found(struct meta *m, enum finding_id id, enum action action,
    const char *what)
{
	struct meta_tally *t = m->tallies;
	unsigned i;

	for (i = 0; i < m->n_tallies; i++, t++)
		if (t->id == id && t->action == action &&
		    strcmp(t->what, what) == 0)
			break;
	if (i == META_TALLIES)
		return;
	if (i == m->n_tallies) {
		m->n_tallies++;
		t->id = id;
		t->action = action;
		t->what = what;
	}
	if (t->n < UINT32_MAX)
		t->n++;
}

int
meta_settle(struct meta *m)
{
	const struct meta_tally *t = m->tallies;
	int e = 0;

	for (unsigned i = 0; e == 0 && i < m->n_tallies; i++, t++)
		e = doc_found_n(m->d, t->n, t->id, t->action, "", "%s",
		    t->what);
	return e;
}

/* ---- fields */

static bool
is_finite(uint32_t bits)
{
	return (bits >> 23 & 0xff) != 0xff;
}

static int
copy_field(struct meta *m, char letter)
{
	uint32_t l = 0;
	uint16_t s = 0;
	uint8_t b = 0;
	int e;

	switch (letter) {
	case 'b':
		e = reader_u8(&m->r, &b);
		return e != 0 ? e : buf_u8(&m->rec, b);
	case 's':
		e = reader_u16le(&m->r, &s);
		return e != 0 ? e : buf_u16le(&m->rec, s);
	case 'l':
	case 'f':
	case 'c':
		if ((e = reader_u32le(&m->r, &l)) != 0)
			return e;
		if (letter == 'f' && !is_finite(l))
			return ERR_MALFORMED;
		if (letter == 'c' && l >> 24 > 2)
			l &= 0xffffff;
		return buf_u32le(&m->rec, l);
	default:
		return ERR_INTERNAL;
	}
}

int
meta_copy(struct meta *m, const char *spec)
{
	int e = 0;

	for (; e == 0 && *spec != '\0'; spec++)
		e = copy_field(m, *spec);
	return e;
}

int
meta_copy_u16(struct meta *m, uint32_t lo, uint32_t hi, uint16_t *out)
{
	uint16_t v;
	int e;

	if ((e = reader_u16le(&m->r, &v)) != 0)
		return e;
	if (v < lo || v > hi)
		return ERR_MALFORMED;
	if (out != NULL)
		*out = v;
	return buf_u16le(&m->rec, v);
}

int
meta_copy_u32(struct meta *m, uint32_t lo, uint32_t hi, uint32_t *out)
{
	uint32_t v;
	int e;

	if ((e = reader_u32le(&m->r, &v)) != 0)
		return e;
	if (v < lo || v > hi)
		return ERR_MALFORMED;
	if (out != NULL)
		*out = v;
	return buf_u32le(&m->rec, v);
}

int
meta_copy_from(struct meta *m, struct reader *r, uint32_t n, uint32_t bytes)
{
	const uint8_t *p;
	size_t all;
	int e;

	if (__builtin_mul_overflow((size_t)n, (size_t)bytes, &all))
		return ERR_MALFORMED;
	if ((e = reader_bytes(r, all, &p)) != 0)
		return e;
	return buf_put(&m->rec, p, all);
}

int
meta_copy_many(struct meta *m, uint32_t n, uint32_t bytes)
{
	return meta_copy_from(m, &m->r, n, bytes);
}

void
meta_check_slack(struct meta *m, size_t allowed_bytes)
{
	struct reader left;

	if (reader_left(&m->r) > allowed_bytes &&
	    reader_sub(&m->r, reader_left(&m->r), &left) == 0)
		meta_check_zero(m, &left);
}

void
meta_check_zero(struct meta *m, const struct reader *r)
{
	for (size_t i = 0; i < r->len; i++)
		if (r->data[i] != 0) {
			meta_found(m, FIND_METAFILE_SLACK, ACT_REMOVED,
			    m->name);
			return;
		}
}

void
meta_span(struct meta_spans *s, size_t from, size_t len)
{
	if (s->n == META_SPANS || len == 0)
		return;
	s->at[s->n].from = from;
	s->at[s->n++].len = len;
}

#define FILL_BYTES 3u

/* Does a span cover this place? Then *to is where the last such one ends. */
static bool
is_covered(const struct meta_spans *s, size_t at, size_t *to)
{
	bool covered = false;

	*to = at;
	for (unsigned i = 0; i < s->n; i++)
		if (at >= s->at[i].from && at - s->at[i].from < s->at[i].len &&
		    s->at[i].from + s->at[i].len > *to) {
			*to = s->at[i].from + s->at[i].len;
			covered = true;
		}
	return covered;
}

/* Where the next span begins, or the end. */
static size_t
next_span(const struct meta_spans *s, size_t at, size_t end)
{
	for (unsigned i = 0; i < s->n; i++)
		if (s->at[i].from > at && s->at[i].from < end)
			end = s->at[i].from;
	return end;
}

void
meta_check_gaps(struct meta *m, const struct reader *whole,
    const struct meta_spans *s)
{
	size_t at = 0, to;
	struct reader gap;

	while (at < whole->len) {
		if (is_covered(s, at, &to)) {
			at = to;
			continue;
		}
		to = next_span(s, at, whole->len);
		if (to - at > FILL_BYTES &&
		    reader_view(whole, at, to - at, &gap) == 0)
			meta_check_zero(m, &gap);
		at = to;
	}
}
