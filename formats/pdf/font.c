/*
 * Font programs of a PDF (ISO 32000-1, 9.9), rebuilt. What a program is, its
 * bytes say; the key it stands under is only believed for bare CFF.
 */
#include <string.h>

#include "formats/pdf/font_int.h"
#include "formats/pdf/pdf.h"

#define WORK 3 /* times the size of the program, in memory while it is done */

static enum pfont_file
sniff(const struct pfont *f)
{
	struct reader r = f->bytes;
	uint32_t head;

	if (reader_u32be(&r, &head) != 0)
		return PFONT_TYPE1;
	switch (head) {
	case 0x00010000:
	case 0x00020000:
	case 0x74727565: /* "true" */
	case 0x74746366: /* "ttcf" */
		return PFONT_TRUETYPE;
	case 0x4f54544f: /* "OTTO" */
		return PFONT_OPENTYPE;
	default:
		break;
	}
	if (head >> 24 == 1 && (head >> 8 & 0xff) >= 4 &&
	    (head >> 8 & 0xff) <= 32)
		return f->kind == PFONT_CID0C ? PFONT_CID0C : PFONT_TYPE1C;
	return PFONT_TYPE1;
}

static int
rebuild(struct pfont *f, struct buf *out, struct font_notes *notes)
{
	enum pfont_file kind = sniff(f);
	bool cff;
	int e;

	switch (kind) {
	case PFONT_TRUETYPE:
	case PFONT_OPENTYPE:
		if ((e = font_sfnt(&f->bytes, out, notes, &cff)) == 0)
			f->kind = cff ? PFONT_OPENTYPE : PFONT_TRUETYPE;
		return e;
	case PFONT_TYPE1C:
	case PFONT_CID0C:
		if ((e = font_cff(&f->bytes, out, notes, &cff)) == 0)
			f->kind = cff ? PFONT_CID0C : kind;
		return e;
	case PFONT_TYPE1:
		if ((e = font_type1(&f->bytes, out, notes)) == 0)
			f->kind = PFONT_TYPE1C;
		return e;
	}
	return ERR_INTERNAL;
}

/* What is wrong is said where it is; what is usual is counted. */
static int
report(struct pdf *p, const struct pfont *f, const struct font_notes *n)
{
	struct pdf_fonts *sum = &p->fonts;
	int e = 0;

	if (n->tables && sum->tables == 0)
		memcpy(sum->first_table, n->first, sizeof(sum->first_table));
	sum->programs += n->instructions;
	sum->tables += n->tables;
	sum->names += n->names;
	sum->type1 += n->converted;
	if (n->glyphs > 0)
		e = doc_found_n(p->d, n->glyphs, FIND_PDF_FONT_GLYPH,
		    ACT_REMOVED, f->where, NULL);
	if (e == 0 && n->repaired)
		e = doc_found(p->d, FIND_PDF_FONT_REPAIRED, ACT_REPLACED,
		    f->where, NULL);
	return e;
}

static int
say(struct pdf *p, uint32_t n, enum finding_id id, enum action action,
    const char *detail)
{
	if (n == 0)
		return 0;
	return doc_found_n(p->d, n, id, action, "", "%s", detail);
}

int
pdf_font_report(struct pdf *p)
{
	const struct pdf_fonts *n = &p->fonts;
	int e;

	if ((e = say(p, n->programs, FIND_PDF_FONT_PROGRAM, ACT_REMOVED, "")) !=
		0 ||
	    (e = say(p, n->tables, FIND_PDF_FONT_TABLE, ACT_REMOVED,
		 n->first_table)) != 0 ||
	    (e = say(p, n->names, FIND_PDF_FONT_NAME, ACT_REMOVED, "")) != 0)
		return e;
	return say(p, n->type1, FIND_PDF_FONT_TYPE1, ACT_REPLACED, "");
}

int
font_rebuild(struct pfont *f, struct buf *out, struct font_notes *notes)
{
	size_t from = out->len;
	int e;

	if (f->bytes.len > FONT_MAX_BYTES)
		return ERR_MALFORMED;
	e = rebuild(f, out, notes);
	if (e != 0)
		buf_truncate(out, from);
	/* a bomb of a font is dropped like a broken one */
	return e == ERR_LIMIT || e == ERR_UNSUPPORTED ? ERR_MALFORMED : e;
}

int
pdf_font_file(struct pdf *p, struct pfont *f, struct buf *out,
    uint32_t lengths[3])
{
	struct font_notes notes = { 0 };
	uint64_t work = WORK * (uint64_t)f->bytes.len;
	int e;

	if ((e = doc_spend(p->d, BUDGET_MEMORY_BYTES, work)) != 0)
		return e;
	e = font_rebuild(f, out, &notes);
	doc_refund(p->d, BUDGET_MEMORY_BYTES, work);
	if (e != 0)
		return e;
	lengths[0] = (uint32_t)out->len;
	lengths[1] = lengths[2] = 0;
	return report(p, f, &notes);
}
