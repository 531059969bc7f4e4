/*
 * Fonts of looks (ISO 32000-1, 9.7.5.2, 12.7.3.3): the one that the style names
 * where its codes are known; for all other text a Japanese font by name, which
 * readers replace by one of theirs that has the characters.
 */
#include <string.h>

#include "formats/pdf/walk_look.h"

/* A font by its PostScript name, which every reader has. */
int
look_standard_font(struct walk *w, const char *name, const struct pobj **dst)
{
	struct pobj *dict = pobj_new_dict(w->d, 4);
	const struct pobj *type = pobj_new_name(w->d, "Font");
	const struct pobj *subtype = pobj_new_name(w->d, "Type1");
	const struct pobj *base = pobj_new_name(w->d, name);

	if (dict == NULL || type == NULL || subtype == NULL || base == NULL)
		return ERR_NOMEM;
	pobj_set(dict, "Type", type);
	pobj_set(dict, "Subtype", subtype);
	pobj_set(dict, "BaseFont", base);
	*dst = dict;
	return 0;
}

int
look_with_font(struct look *k, const struct pobj *font)
{
	struct pobj *fonts = pobj_new_dict(k->w->d, 1);
	struct pobj *resources = pobj_new_dict(k->w->d, 1);

	if (fonts == NULL || resources == NULL)
		return ERR_NOMEM;
	if (k->name == NULL)
		k->name = k->font;
	k->dict = font;
	pobj_set_bytes(fonts, &k->name->u.bytes, font);
	pobj_set(resources, "Font", fonts);
	k->resources = resources;
	return 0;
}

static bool
is_unicode(const struct pobj *encoding)
{
	static const char *const names[] = { "UniJIS-UTF16-H",
		"UniJIS2004-UTF16-H", "UniJIS-UCS2-H", "UniGB-UTF16-H",
		"UniCNS-UTF16-H", "UniKS-UTF16-H", "UniGB-UCS2-H" };

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (pobj_is_name(encoding, names[i]))
			return true;
	return false;
}

/*
 * Find the font of the style among those of the form; one that does not come
 * through is as good as none. Both are judged by what will be written: the
 * second pass reads that.
 */
static int
find_font(struct look *k, bool *ok)
{
	const struct pobj *fonts, *font, *v, *made = NULL;
	pdf_type kind;
	int e;

	*ok = false;
	if (!pobj_is(k->font, POBJ_NAME))
		return 0;
	if ((e = pwalk_get(k->w, k->w->forms->dr, "Font", &fonts)) != 0)
		return e;
	font = pobj_get_bytes(fonts, &k->font->u.bytes);
	if (font != NULL && (e = pwalk_font(k->w, font, k->w->forms->dr,
				 "AcroForm", &made)) != 0)
		return e;
	if (made == NULL &&
	    (e = look_standard_font(k->w, "Helvetica", &font)) != 0)
		return e;
	if ((e = pwalk_resolve(k->w, font, &v)) != 0 ||
	    (e = pwalk_font_kind(k->w, v, &kind)) != 0)
		return e;
	if (kind == PT_FontType0) {
		if ((e = pwalk_get(k->w, v, "Encoding", &v)) != 0)
			return e;
		k->wide = is_unicode(v);
	}
	*ok = kind == PT_FontType1 || kind == PT_FontTrueType || k->wide;
	k->dict = font;
	return 0;
}

/* ---- what every reader can show in Japanese */

#define ROW_ASCII 95 /* CIDs 1 to 95 are U+0020 to U+007E, but for two */

double
look_latin_ems(uint32_t cp)
{
	if (strchr(" !'(),./:;I[\\]`fijlrt|", (int)cp) != NULL)
		return 0.33;
	if (strchr("%@MWmw", (int)cp) != NULL)
		return 0.95;
	return cp >= 'A' && cp <= 'Z' ? 0.72 : 0.56;
}

static int
write_japanese(struct buf *b)
{
	int e = buf_puts(b,
	    "<</Type/Font/Subtype/Type0/BaseFont/HeiseiKakuGo-W5"
	    "/Encoding/UniJIS-UTF16-H/DescendantFonts[" PDF_JAPAN1_FONT
	    "/W[1[");

	for (uint32_t i = 0; e == 0 && i < ROW_ASCII; i++)
		e = buf_fmt(b, "%.0f ", look_latin_ems(0x20 + i) * 1000);
	if (e == 0)
		e = buf_fmt(b, "]97[%.0f]100[%.0f]327 389 500]>>]>>",
		    look_latin_ems('\\') * 1000, look_latin_ems('~') * 1000);
	return e;
}

static int
make_japanese(struct walk *w, const struct pobj **dst)
{
	struct buf b;
	int e;

	buf_init(&b, 1 << 12);
	if ((e = write_japanese(&b)) == 0)
		e = pwalk_parse(w, &b, dst);
	buf_done(&b);
	return e;
}

static bool
is_in_japanese(uint32_t cp)
{
	return pdf_japan1_cid(cp) != 0;
}

static bool
fits(const struct buf *text, bool (*is_in)(uint32_t))
{
	struct reader r;
	uint32_t cp;

	buf_reader(text, &r);
	while (utf8_get(&r, &cp) == 0)
		if (cp >= 0x20 && !is_in(cp))
			return false;
	return true;
}

static bool
is_ascii(uint32_t cp)
{
	return cp < 0x7f;
}

static bool
is_basic(uint32_t cp)
{
	return cp < 0x10000;
}

int
look_font(struct look *k, const struct buf *text, bool *ok)
{
	const struct pobj **japanese = &k->w->forms->japanese;
	int e = find_font(k, ok);

	if (e != 0)
		return e;
	if (*ok && fits(text, k->wide ? is_basic : is_ascii))
		return look_with_font(k, k->dict);
	*ok = fits(text, is_in_japanese);
	if (!*ok)
		return 0;
	if (*japanese == NULL && (e = make_japanese(k->w, japanese)) != 0)
		return e;
	k->wide = k->any = true;
	if (k->name == NULL &&
	    (k->name = pobj_new_name(k->w->d, "Japan1")) == NULL)
		return ERR_NOMEM;
	return look_with_font(k, *japanese);
}
