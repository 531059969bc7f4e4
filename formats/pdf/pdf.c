/*
 * PDF (ISO 32000): read, walked by type, written anew. See pdf.h for the
 * parts; here is what a file is from the outside.
 */
#include "formats/pdf/pdf_int.h"

#include <string.h>

/* A fax gateway's line before the header; viewers look as far. */
#define JUNK_BYTES 1024u

static const char *const mime[] = { "application/pdf", NULL };
static const char *const extensions[] = { "pdf", "ai", NULL };

/* Bytes in front that some other reader may act on. */
static bool
junk_acts(const struct reader *junk)
{
	static const char *const marks[] = { "<", "#!", "PK\3\4", "Rar!",
		"7z\xBC\xAF", "MZ",
		"\x7F"
		"ELF" };
	size_t at;

	for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++)
		if (reader_find(junk, 0, marks[i], strlen(marks[i]), &at) == 0)
			return true;
	return false;
}

static enum probe
probe(const struct reader *in, const char **sub)
{
	struct reader head, junk;
	size_t at;

	(void)sub;
	if (reader_has(in, 0, "%PDF-", 5))
		return PROBE_YES;
	if (reader_view(in, 0, in->len < JUNK_BYTES ? in->len : JUNK_BYTES,
		&head) != 0 ||
	    reader_find(&head, 0, "%PDF-", 5, &at) != 0 ||
	    reader_view(&head, 0, at, &junk) != 0 || junk_acts(&junk))
		return PROBE_NO;
	return PROBE_MAYBE;
}

static const char *
may(int32_t permissions, unsigned bit)
{
	return ((uint32_t)permissions >> (bit - 1) & 1) != 0 ? "yes" : "no";
}

static int
report_encryption(struct doc *d, const struct pin_facts *f)
{
	int e = doc_found(d, FIND_PDF_ENCRYPTED, ACT_REMOVED, "", "%s",
	    f->by_password ? "opened with a password" : "");

	/* Table 22: bits 3, 4, 5, 6. */
	if (e == 0 && (f->permissions & 0x3C) != 0x3C)
		e = doc_found(d, FIND_PDF_PERMISSIONS, ACT_REMOVED, "",
		    "print: %s, change: %s, copy: %s, annotate: %s",
		    may(f->permissions, 3), may(f->permissions, 4),
		    may(f->permissions, 5), may(f->permissions, 6));
	return e;
}

static int
report_facts(struct doc *d, const struct pin_facts *f)
{
	int e = 0;

	if (f->repaired)
		e = doc_found(d, FIND_PDF_REPAIRED, ACT_NOTED, "", NULL);
	if (e == 0 && f->junk_before)
		e = doc_found(d, FIND_PDF_JUNK_BEFORE, ACT_REMOVED, "", NULL);
	if (e == 0 && f->junk_after)
		e = doc_found(d, FIND_PDF_JUNK_AFTER, ACT_REMOVED, "", NULL);
	if (e == 0 && f->revisions > 1)
		e = doc_found(d, FIND_PDF_REVISIONS, ACT_REMOVED, "", "%u",
		    f->revisions);
	if (e == 0 && f->encrypted)
		e = report_encryption(d, f);
	return e;
}

/* What stood in the file and nothing led to. */
static int
report_unused(struct pdf *p)
{
	uint32_t n;
	int e = pin_count_unused(p->in, &n);

	if (e == 0 && n > 0)
		e = doc_found_n(p->d, n, FIND_PDF_UNUSED, ACT_REMOVED, "",
		    NULL);
	return e;
}

static int
rebuild(struct doc *d)
{
	struct pdf p = { .d = d };
	uint32_t root, info;
	int e = pin_open(d, &p.in);

	if (e == 0)
		e = report_facts(d, pin_facts(p.in));
	if (e == 0)
		e = pdf_signatures(&p);
	if (e == 0)
		e = pout_new(d, &p.out);
	if (e == 0)
		e = pdf_walk(&p, &root, &info);
	if (e == 0)
		e = pdf_font_report(&p);
	if (e == 0)
		e = report_unused(&p);
	if (e == 0)
		e = pdf_deliver(&p, root, info);
	pout_free(p.out);
	pin_close(p.in);
	return e;
}

static int
preload(void)
{
	int e;

	if ((e = pout_preload()) != 0 || (e = pfilter_preload()) != 0 ||
	    (e = pin_qpdf_preload()) != 0)
		return e;
	return pdf_signature_preload();
}

const struct format format_pdf = {
	.id = "pdf",
	.mime = mime,
	.extensions = extensions,
	.preload = preload,
	.probe = probe,
	.rebuild = rebuild,
};
