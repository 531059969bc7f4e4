#include "formats/pdf/walk_int.h"

int
pwalk_files_left(struct walk *w, const struct pobj *src, const char *where)
{
	(void)w;
	(void)src;
	(void)where;
	return 0;
}

int
pwalk_file(struct walk *w, const struct pobj *src, const char *where)
{
	(void)w;
	(void)src;
	(void)where;
	return 0;
}

int
pdf_deliver(struct pdf *p, uint32_t root, uint32_t info)
{
	doc_makes(p->d, "pdf", "pdf");
	return pout_finish(p->out, root, info);
}
