#include "formats/pdf/walk_int.h"

int
pwalk_tags(struct walk *w, const struct pobj *root, struct pobj *dst)
{
	(void)w;
	(void)root;
	(void)dst;
	return 0;
}
