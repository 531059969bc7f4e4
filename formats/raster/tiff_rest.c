/*
 * What lies in a TIFF and belongs to nothing: a file is a heap of pieces that
 * directories point to, and readers see no gaps.
 */
#include <stdlib.h>

#include "formats/image.h"
#include "formats/raster/tiff_int.h"

#define GAP_BYTES 16u /* shorter ones come from alignment */

struct range {
	uint64_t from, to;
};

int
tiff_note_used(struct tiff *t, uint64_t from, uint64_t bytes)
{
	const struct range r = { from, from + bytes };
	int e = buf_put(&t->used, &r, sizeof(r));

	/* More pieces than that are not counted. */
	return e == ERR_LIMIT ? 0 : e;
}

static int
compare(const void *a, const void *b)
{
	const struct range *x = a, *y = b;

	return x->from < y->from ? -1 : x->from > y->from ? 1 : 0;
}

/* n bytes in gaps; the longest is looked at. */
static int
report_gaps(struct tiff *t, uint64_t n, const struct reader *longest)
{
	int e;

	if (n == 0)
		return 0;
	e = doc_found(t->d, FIND_IMAGE_GARBAGE, ACT_REMOVED, "",
	    "%llu bytes that nothing refers to", (unsigned long long)n);
	return e != 0 ? e : image_report_script(t->d, "", longest, NULL);
}

int
tiff_report_rest(struct tiff *t)
{
	struct range *r = (struct range *)(void *)t->used.data;
	size_t n = t->used.len / sizeof(*r);
	uint64_t end = 0, gaps = 0, gap;
	struct reader rest = { 0 }, longest = { 0 };
	int e;

	if (t->used.max - t->used.len < sizeof(*r))
		return 0;
	qsort(r, n, sizeof(*r), compare);
	for (size_t i = 0; i < n; i++) {
		gap = r[i].from > end ? r[i].from - end : 0;
		gaps += gap >= GAP_BYTES ? gap : 0;
		if (gap > longest.len && reader_view(&t->in, (size_t)end,
					     (size_t)gap, &longest) != 0)
			return ERR_INTERNAL;
		end = r[i].to > end ? r[i].to : end;
	}
	if ((e = report_gaps(t, gaps, &longest)) != 0)
		return e;
	/* One byte may fill up to an even length. */
	if (end >= t->in.len ||
	    (t->in.len - end == 1 && reader_has(&t->in, (size_t)end, "", 1)))
		return 0;
	if (reader_view(&t->in, (size_t)end, t->in.len - (size_t)end, &rest) !=
	    0)
		return ERR_INTERNAL;
	return image_report_trailer(t->d, &rest);
}
