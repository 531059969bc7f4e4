/*
 * Pictures of objects that stand only in the old drawing (VML) of a slide:
 * p:oleObj/@spid names a shape there. ECMA-376 part 4, 19.3.2.4, 14.1.2.11.
 *
 * The drawing itself is not kept. It is read for the names of its shapes and
 * of their pictures; the picture is lent to the slide under an id that no
 * file can have, and resolved like any other when the slide comes to it.
 */
#include "formats/ooxml/slide.h"

#include <string.h>

#include "formats/ooxml/old_drawing.h"

/* One more relationship of the slide, in its place by id. */
static int
lend(struct part *p, const struct opc_rel *r, const char *id)
{
	struct doc *d = p->opc->doc;
	size_t n = p->n_rels, at = 0;
	struct opc_rel *rels = doc_alloc(d, (n + 1) * sizeof(*rels));
	const struct opc_rel **sorted =
	    doc_alloc(d, (n + 2) * sizeof(const struct opc_rel *));

	if (rels == NULL || sorted == NULL)
		return ERR_NOMEM;
	memcpy(rels, p->rels, n * sizeof(*rels));
	rels[n] = *r;
	rels[n].id = id;
	while (at < n && strcmp(p->sorted[at]->id, id) < 0)
		at++;
	memcpy(sorted, p->sorted, at * sizeof(const struct opc_rel *));
	sorted[at] = &rels[n];
	memcpy(sorted + at + 1, p->sorted + at,
	    (n - at) * sizeof(const struct opc_rel *));
	p->rels = rels;
	p->sorted = sorted;
	p->n_rels = n + 1;
	return 0;
}

/* A control character, which no XML holds, and the name of the shape. */
static int
lend_under_name(struct part *slide, const struct old_shape *s, const char **id)
{
	struct buf b;
	int e;

	buf_init(&b, 4096);
	if ((e = buf_u8(&b, 1)) == 0 && (e = buf_puts(&b, s->id)) == 0 &&
	    (*id = doc_strndup(slide->opc->doc, b.data, b.len)) == NULL)
		e = ERR_NOMEM;
	buf_done(&b);
	if (e == 0 && opc_rel(slide, *id) == NULL)
		e = lend(slide, s->picture, *id);
	return e == ERR_LIMIT ? ERR_NOENT : e;
}

int
slide_vml_picture(struct walk *w, const char *spid, const char **id)
{
	struct deck *deck = slide_deck(w);
	int e;

	if (deck == NULL)
		return ERR_NOMEM;
	if (deck->old_of != w->part) {
		if ((e = old_drawing_read(w->part, &deck->old)) != 0)
			return e;
		deck->old_of = w->part;
	}
	for (const struct old_shape *s = deck->old; s != NULL; s = s->next)
		if (strcmp(s->id, spid) == 0)
			return lend_under_name(w->part, s, id);
	return ERR_NOENT;
}
