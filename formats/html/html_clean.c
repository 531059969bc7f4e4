/* HTML in which nothing acts. */
#include "formats/html/html_int.h"

int
html_clean(struct doc *d, const struct html_job *job, struct buf *out)
{
	(void)job;
	(void)out;
	return doc_fail(d, ERR_UNSUPPORTED, "HTML is given as text only");
}
