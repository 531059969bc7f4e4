/*
 * The characters of Adobe-Japan1, and a CMap that leads codes to them
 * (ISO 32000-1, 9.7.5).
 */
#include <string.h>

#include "formats/pdf/cmap_int.h"

#define BLOCK_ITEMS 100

struct run {
	uint32_t first;
	uint16_t n, cid;
};

static const struct run runs[] = {
#include "formats/pdf/japan1.def"
};

uint16_t
pdf_japan1_cid(uint32_t cp)
{
	size_t low = 0, high = sizeof(runs) / sizeof(*runs), mid;

	while (low < high) {
		mid = low + (high - low) / 2;
		if (cp < runs[mid].first)
			high = mid;
		else if (cp - runs[mid].first >= runs[mid].n)
			low = mid + 1;
		else
			return (uint16_t)(runs[mid].cid + cp - runs[mid].first);
	}
	return 0;
}

/* As many codes from this one on as follow each other on both sides. */
static uint32_t
run_length(const uint16_t *cids, uint32_t code)
{
	uint32_t n = 1;

	while (code + n < PDF_CODES && (code + n) % 256 != 0 &&
	       cids[code + n] == cids[code] + n)
		n++;
	return n;
}

static int
put_block(struct buf *out, struct buf *block, unsigned *items)
{
	int e;

	if (*items == 0)
		return 0;
	if ((e = buf_fmt(out, "%u begincidrange\n", *items)) != 0 ||
	    (e = buf_put(out, block->data, block->len)) != 0)
		return e;
	buf_clear(block);
	*items = 0;
	return buf_puts(out, "endcidrange\n");
}

static int
put_ranges(const uint16_t *cids, struct buf *out)
{
	struct buf block;
	unsigned items = 0;
	uint32_t n;
	int e = 0;

	buf_init(&block, out->max);
	for (uint32_t code = 0; e == 0 && code < PDF_CODES; code += n) {
		n = 1;
		if (cids[code] == 0)
			continue;
		n = run_length(cids, code);
		e = buf_fmt(&block, "<%04X> <%04X> %u\n", code, code + n - 1,
		    cids[code]);
		if (e == 0 && ++items == BLOCK_ITEMS)
			e = put_block(out, &block, &items);
	}
	if (e == 0)
		e = put_block(out, &block, &items);
	buf_done(&block);
	return e;
}

int
pdf_japan1_cmap(struct pdf *p, const uint16_t *cids, bool vertical,
    struct buf *out, const struct pobj **dict)
{
	struct cmap m = { .p = p,
		.registry = "Adobe",
		.ordering = "Japan1",
		.supplement = 6,
		.vertical = vertical };
	int e;

	if ((e = cmap_put_head(&m, out)) != 0 ||
	    (e = buf_puts(out, "1 begincodespacerange\n<0000> <FFFF>\n"
			       "endcodespacerange\n")) != 0 ||
	    (e = put_ranges(cids, out)) != 0 ||
	    (e = buf_puts(out, "endcmap\nCMapName currentdict /CMap "
			       "defineresource pop\nend\nend\n")) != 0)
		return e;
	return cmap_make_dict(&m, dict);
}
