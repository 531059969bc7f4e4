/* stub */
#include "formats/pdf/walk_int.h"

int
walk_forms_find(struct walk *w)
{
	(void)w;
	return 0;
}

int
walk_forms(struct walk *w, struct pobj *catalog)
{
	(void)w;
	(void)catalog;
	return 0;
}

int
walk_forms_draw(struct walk *w, const struct wpage *pg, struct buf *content,
    const struct pobj **resources)
{
	(void)w;
	(void)pg;
	(void)content;
	(void)resources;
	return 0;
}

int
walk_widget(struct walk *w, struct wannot *a, const char *where,
    struct pobj *dst)
{
	(void)w;
	(void)a;
	(void)where;
	(void)dst;
	return 0;
}
