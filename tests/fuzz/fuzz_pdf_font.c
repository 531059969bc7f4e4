/*
 * Fuzz target: formats/pdf/font*.c without a document. Seeds: seeds/pdf_font.
 * What was written must come out byte for byte, with nothing to say.
 */
#include "fuzz_common.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "formats/pdf/font_int.h"
#include "formats/pdf/pdf.h"

static void
broken(const char *what, int e)
{
	fprintf(stderr, "broken promise: %s: %s\n", what, err_name(e));
	abort();
}

static void
prove(enum pfont_file kind, const struct buf *first)
{
	struct pfont f = { .kind = kind, .where = "" };
	struct font_notes n = { 0 };
	struct buf again;
	int e;

	buf_init(&again, FONT_MAX_BYTES);
	buf_reader(first, &f.bytes);
	if ((e = font_rebuild(&f, &again, &n)) != 0)
		broken("the result is refused", e);
	if (f.kind != kind)
		broken("the result changes its kind", 0);
	if (again.len != first->len ||
	    memcmp(again.data, first->data, first->len) != 0)
		broken("the result changes again", 0);
	if (n.glyphs > 0 || n.instructions || n.tables || n.names ||
	    n.repaired || n.converted)
		broken("a finding in the result", 0);
	buf_done(&again);
}

static void
try_kind(enum pfont_file kind, const uint8_t *data, size_t n)
{
	struct pfont f = { .kind = kind, .where = "" };
	struct font_notes notes = { 0 };
	struct buf out;
	int e;

	buf_init(&out, FONT_MAX_BYTES);
	reader_init(&f.bytes, data, n);
	e = font_rebuild(&f, &out, &notes);
	if (e == ERR_INTERNAL)
		broken("an internal error", e);
	if (e == 0)
		prove(f.kind, &out);
	buf_done(&out);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	try_kind(PFONT_TYPE1C, data, n);
	return 0;
}
