#include "pdf_wrap.h"

#define OBJECTS 8

struct wrap {
	struct buf *out;
	size_t at[OBJECTS + 1];
	unsigned n;
	int e;
};

static void
object(struct wrap *w, const char *text)
{
	w->at[++w->n] = w->out->len;
	if (w->e == 0)
		w->e = buf_fmt(w->out, "%u 0 obj\n%s\nendobj\n", w->n, text);
}

static void
stream(struct wrap *w, const char *dict, const uint8_t *data, size_t n)
{
	w->at[++w->n] = w->out->len;
	if (w->e == 0)
		w->e = buf_fmt(w->out, "%u 0 obj\n<<%s/Length %zu>>stream\n",
		    w->n, dict, n);
	if (w->e == 0)
		w->e = buf_put(w->out, data, n);
	if (w->e == 0)
		w->e = buf_puts(w->out, "\nendstream\nendobj\n");
}

static void
table(struct wrap *w)
{
	size_t xref = w->out->len;

	if (w->e == 0)
		w->e = buf_fmt(w->out, "xref\n0 %u\n0000000000 65535 f \n",
		    w->n + 1);
	for (unsigned i = 1; w->e == 0 && i <= w->n; i++)
		w->e = buf_fmt(w->out, "%010zu 00000 n \n", w->at[i]);
	if (w->e == 0)
		w->e = buf_fmt(w->out,
		    "trailer\n<</Size %u/Root 1 0 R>>\n"
		    "startxref\n%zu\n%%%%EOF\n",
		    w->n + 1, xref);
}

int
pdf_wrap(const uint8_t *data, size_t n, bool content, struct buf *out)
{
	static const uint8_t text[] = "BT /F1 12 Tf 9 9 Td (ab) Tj ET";
	static const uint8_t glyph[] = "500 0 0 0 500 500 d1 0 0 9 9 re f";
	struct wrap w = { .out = out };

	w.e = buf_puts(out, "%PDF-1.7\n");
	object(&w, "<</Type/Catalog/Pages 2 0 R>>");
	object(&w, "<</Type/Pages/Kids[3 0 R]/Count 1>>");
	object(&w, "<</Type/Page/Parent 2 0 R/MediaBox[0 0 99 99]/Contents 4 0 "
		   "R/Resources<</Font<</F1 5 0 R>>/ExtGState<</G1<</ca .5>>>>"
		   "/ColorSpace<</C1[/Indexed/DeviceRGB 1<000000ffffff>]"
		   "/DefaultGray[/CalGray<</WhitePoint[1 1 1]>>]>>"
		   "/Properties<</M1<</Type/OCG/Name(a)>>>>>>>>");
	stream(&w, "", content ? data : text, content ? n : sizeof(text) - 1);
	object(&w, "<</Type/Font/Subtype/Type3/FontBBox[0 0 999 999]/FontMatrix"
		   "[.001 0 0 .001 0 0]/CharProcs<</a 6 0 R>>/Encoding<<"
		   "/Differences[97/a]>>/FirstChar 97/LastChar 97/Widths[500]"
		   "/Resources<<>>/ToUnicode 7 0 R>>");
	stream(&w, "", glyph, sizeof(glyph) - 1);
	stream(&w, "", content ? text : data, content ? sizeof(text) - 1 : n);
	table(&w);
	return w.e;
}
