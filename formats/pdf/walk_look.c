#include "formats/pdf/walk_form.h"

int
pwalk_look(struct walk *w, struct wannot *a, const char *where,
    struct pobj *dst)
{
	(void)w;
	(void)a;
	(void)where;
	(void)dst;
	return 0;
}
