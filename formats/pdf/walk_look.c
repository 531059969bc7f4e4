/*
 * Looks of fields that have none (ISO 32000-1, 12.7.3.3): text, the choice made
 * and ticks, in the style of the field. Text is set where its font is plain:
 * one byte a character, or Unicode codes as Japanese fields have them. For all
 * others the form says that a reader shall make the looks.
 */

#include <string.h>

#include "formats/pdf/walk_form.h"

#define TEXT_MAX   (1u << 16)
#define FF_LINES   (1 << 12)
#define FF_SECRET  (1 << 13)
#define TOKENS_MAX 64

struct look {
	struct walk *w;
	const struct wannot *a;
	const char *where;
	double width, height, size;
	const struct pobj *font;      /* its name, in the style */
	const struct pobj *resources; /* made up, of the source */
	bool wide;		      /* two bytes a character, Unicode */
	struct buf style;	      /* without the font */
	struct buf content;
};

/* ---- the style */

/* The operators of a canonical style: the font is taken out. */
static int
read_style(struct look *k, const struct reader *da)
{
	const struct pobj *token[TOKENS_MAX];
	struct reader r = *da;
	size_t n = 0, first = 0;
	int e;

	while (n < TOKENS_MAX &&
	       pobj_parse(k->w->d, &r, true, &token[n]) == 0) {
		if (token[n++]->type != POBJ_OP)
			continue;
		if (n - first == 3 && token[n - 1]->u.bytes.len == 2 &&
		    memcmp(token[n - 1]->u.bytes.data, "Tf", 2) == 0) {
			k->font = token[first];
			if (!pobj_number(token[first + 1], &k->size))
				k->size = 0;
		} else {
			for (; first < n; first++)
				if ((e = pobj_write(token[first], &k->style)) !=
					0 ||
				    (e = buf_u8(&k->style, ' ')) != 0)
					return e;
		}
		first = n;
	}
	doc_forgive(k->w->d);
	return 0;
}

/* A font by its PostScript name, which every reader has. */
static int
standard_font(struct walk *w, const char *name, const struct pobj **dst)
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

static int
with_font(struct look *k, const struct pobj *font)
{
	struct pobj *fonts = pobj_new_dict(k->w->d, 1);
	struct pobj *resources = pobj_new_dict(k->w->d, 1);

	if (fonts == NULL || resources == NULL)
		return ERR_NOMEM;
	pobj_set_bytes(fonts, &k->font->u.bytes, font);
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
	if (made == NULL && (e = standard_font(k->w, "Helvetica", &font)) != 0)
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
	return *ok ? with_font(k, font) : 0;
}

/* ---- text */

/* One line of UTF-8 as a string of the font; *ok false when it has none. */
static int
encode(struct look *k, struct reader *line, double *ems, bool *ok)
{
	const struct pobj *v;
	struct buf b;
	uint32_t cp;
	int e = 0;

	*ok = true;
	*ems = 0;
	buf_init(&b, TEXT_MAX);
	while (e == 0 && *ok && utf8_get(line, &cp) == 0) {
		*ems += cp < 0x80 ? 0.5 : 1;
		if (k->wide && cp < 0x10000)
			e = buf_u16be(&b, (uint16_t)cp);
		else if (!k->wide && cp >= 0x20 && cp < 0x7f)
			e = buf_u8(&b, (uint8_t)cp);
		else
			*ok = cp < 0x20;
	}
	if (e == 0 && *ok)
		e = pwalk_bytes(k->w, POBJ_STRING, b.data, b.len, &v);
	if (e == 0 && *ok && (e = pobj_write(v, &k->content)) == 0)
		e = buf_puts(&k->content, " Tj\n");
	buf_done(&b);
	return e;
}

static int
put_line(struct look *k, struct reader *line, int64_t align, double y, bool *ok)
{
	struct buf text;
	double ems, x = 2, left;
	int e;

	/* The place comes before the string, and needs its width. */
	text = k->content;
	buf_init(&k->content, TEXT_MAX * 8);
	e = encode(k, line, &ems, ok);
	left = k->width - 4 - ems * k->size;
	if (left > 0 && align > 0)
		x += align == 1 ? left / 2 : left;
	if (e == 0)
		e = buf_fmt(&text, "1 0 0 1 %.3f %.3f Tm ", x, y);
	if (e == 0)
		e = buf_put(&text, k->content.data, k->content.len);
	buf_done(&k->content);
	k->content = text;
	return e;
}

static int
put_lines(struct look *k, const struct buf *text, bool lines, bool secret,
    int64_t align, bool *ok)
{
	double y = (k->height - k->size) / 2 + k->size * 0.22;
	struct reader all, line;
	size_t end;
	int e;

	*ok = true;
	if (lines)
		y = k->height - 2 - k->size;
	buf_reader(text, &all);
	while (*ok && reader_left(&all) > 0) {
		if (!lines || reader_find(&all, all.pos, "\n", 1, &end) != 0)
			end = all.len;
		if ((e = reader_sub(&all, end - all.pos, &line)) != 0)
			return e;
		if (secret)
			for (size_t i = 0; i < line.len && i < 64; i++)
				reader_init(&line, "********", 8);
		if ((e = put_line(k, &line, align, y, ok)) != 0)
			return e;
		y -= k->size * 1.15;
		if (reader_left(&all) > 0 && (e = reader_skip(&all, 1)) != 0)
			return e;
	}
	return 0;
}

static int
flag(const struct wfield *f, int64_t bit)
{
	int64_t n;

	return pobj_int(f->ff, INT32_MIN, UINT32_MAX, &n) && (n & bit) != 0;
}

static int
draw_text(struct look *k, const struct buf *text, bool *ok)
{
	const struct wfield *f = k->a->field;
	int64_t align = 0;
	int e;

	if (k->size <= 0 || k->size > 500) {
		k->size = (k->height - 2) * 0.75;
		k->size = k->size > 12 ? 12 : k->size < 4 ? 4 : k->size;
	}
	if (!pobj_int(f->q, 0, 2, &align))
		align = 0;
	if ((e = buf_fmt(&k->content,
		 "/Tx BMC\nq\n1 1 %.3f %.3f re\nW\nn\nBT\n", k->width - 2,
		 k->height - 2)) != 0 ||
	    (e = buf_put(&k->content, k->style.data, k->style.len)) != 0 ||
	    (e = pobj_write(k->font, &k->content)) != 0 ||
	    (e = buf_fmt(&k->content, " %.3f Tf\n", k->size)) != 0 ||
	    (e = put_lines(k, text, flag(f, FF_LINES),
		 f->type == PT_FieldTx && flag(f, FF_SECRET), align, ok)) != 0)
		return e;
	return buf_puts(&k->content, "ET\nQ\nEMC\n");
}

/* ---- the form */

static const struct pobj *
decimal(struct walk *w, double x)
{
	return pobj_new_decimal(w->d, (int64_t)(x * 1000 + 0.5), 3);
}

static int
make_form(struct look *k, const struct pobj **dst)
{
	struct walk *w = k->w;
	struct wres res = { .w = w, .where = k->where };
	struct pobj *dict = pobj_new_dict(w->d, 4);
	struct pobj *box = pobj_new_array(w->d, 4);
	const struct pobj *name = pobj_new_name(w->d, "Form"), *v;
	struct reader r;
	struct buf out;
	uint32_t num;
	int e;

	res.source = k->resources;
	buf_init(&out, 1 << 24);
	buf_reader(&k->content, &r);
	e = ERR_NOMEM;
	if (dict == NULL || box == NULL || name == NULL)
		goto out;
	for (int i = 0; i < 4; i++) {
		v = decimal(w, i == 2 ? k->width : i == 3 ? k->height : 0);
		if (v == NULL)
			goto out;
		pobj_push(box, v);
	}
	pobj_set(dict, "Subtype", name);
	pobj_set(dict, "BBox", box);
	if ((e = pwalk_content(&res, &r, PCONTENT_FORM, &out)) != 0 ||
	    (e = pwalk_resources(&res, &v)) != 0)
		goto out;
	if (v == NULL && (v = pobj_new_dict(w->d, 1)) == NULL) {
		e = ERR_NOMEM;
		goto out;
	}
	pobj_set(dict, "Resources", v);
	buf_reader(&out, &r);
	if ((e = pout_reserve(w->p->out, &num)) != 0 ||
	    (e = pout_stream(w->p->out, num, dict, &r, PFILTER_NONE, NULL)) !=
		0)
		goto out;
	e = pwalk_ref(w, num, dst);
out:
	buf_done(&out);
	return e;
}

static int
set_look(struct walk *w, const struct pobj *n, struct pobj *dst)
{
	struct pobj *ap = pobj_new_dict(w->d, 1);

	if (ap == NULL)
		return ERR_NOMEM;
	pobj_set(ap, "N", n);
	pobj_set(dst, "AP", ap);
	return 0;
}

/* ---- kinds of fields */

/* Of the items chosen the first that will be in the result as well. */
static int
first_string(struct look *k, const struct pobj *items, const struct pobj **out)
{
	const struct pobj *x = NULL;
	int e = 0;

	for (size_t i = 0; i < pobj_count(items); i++)
		if ((e = pwalk_item(k->w, items, i, &x)) != 0 ||
		    pobj_is(x, POBJ_STRING))
			break;
	*out = x;
	return e;
}

/* Choices are written all or none: one that is neither a text nor a pair of
 * texts takes the others along. */
static int
choices(struct look *k, const struct pobj **out)
{
	const struct pobj *opt, *x, *a, *b;
	int e;

	*out = NULL;
	if ((e = pwalk_get(k->w, k->a->field->dict, "Opt", &opt)) != 0 ||
	    !pobj_is(opt, POBJ_ARRAY))
		return e;
	for (size_t i = 0; i < pobj_count(opt); i++) {
		if ((e = pwalk_item(k->w, opt, i, &x)) != 0)
			return e;
		if (pobj_is(x, POBJ_STRING))
			continue;
		if (!pobj_is(x, POBJ_ARRAY) || pobj_count(x) != 2)
			return 0;
		if ((e = pwalk_item(k->w, x, 0, &a)) != 0 ||
		    (e = pwalk_item(k->w, x, 1, &b)) != 0)
			return e;
		if (!pobj_is(a, POBJ_STRING) || !pobj_is(b, POBJ_STRING))
			return 0;
	}
	*out = opt;
	return 0;
}

/* The text that a field shows: of a choice, the first one made. */
static int
shown_text(struct look *k, struct buf *text)
{
	const struct wfield *f = k->a->field;
	const struct pobj *v = f->v, *opt, *x, *pair;
	int e;

	if (pobj_is(v, POBJ_ARRAY) && (e = first_string(k, v, &v)) != 0)
		return e;
	if (pobj_is(v, POBJ_STREAM) && (e = pform_text(k->w, v, &v)) != 0)
		return e;
	if (f->type == PT_FieldChoice && pobj_is(v, POBJ_STRING)) {
		if ((e = choices(k, &opt)) != 0)
			return e;
		for (size_t i = 0; i < pobj_count(opt); i++) {
			if ((e = pwalk_item(k->w, opt, i, &x)) != 0 ||
			    (e = pwalk_item(k->w, x, 0, &pair)) != 0)
				return e;
			/* Both as they are written. */
			if ((e = pwalk_text(k->w, pair, &pair)) != 0)
				return e;
			if (pobj_is(pair, POBJ_STRING) &&
			    pwalk_bytes_compare(&pair->u.bytes, &v->u.bytes) ==
				0) {
				if ((e = pwalk_item(k->w, x, 1, &v)) != 0)
					return e;
				break;
			}
		}
	}
	return pwalk_text_get(k->w, v, text);
}

static int
text_look(struct look *k, struct pobj *dst)
{
	const struct pobj *da = k->a->field->da, *form;
	struct reader font, style;
	struct buf text, plain;
	bool ok = false;
	int e;

	buf_init(&text, TEXT_MAX);
	buf_init(&plain, TEXT_MAX);
	if ((e = shown_text(k, &text)) != 0 || text.len == 0 ||
	    (e = pwalk_style(k->w, k->a->dict, &da)) != 0)
		goto out;
	if (pobj_is(da, POBJ_STRING)) {
		if ((e = pdf_content_da(k->w->p, &da->u.bytes, &plain,
			 &font)) != 0)
			goto out;
		buf_reader(&plain, &style);
		if ((e = read_style(k, &style)) != 0 ||
		    (e = find_font(k, &ok)) != 0)
			goto out;
	}
	if (ok && (e = draw_text(k, &text, &ok)) != 0)
		goto out;
	if (!ok)
		k->w->forms->needs_looks = true;
	else if ((e = make_form(k, &form)) == 0)
		e = set_look(k->w, form, dst);
out:
	buf_done(&text);
	buf_done(&plain);
	return e == ERR_LIMIT ? 0 : e;
}

/* On and off, with a tick from the font that every reader has. */
static int
tick_look(struct look *k, struct pobj *dst)
{
	struct walk *w = k->w;
	const struct wfield *f = k->a->field;
	const struct pobj *font, *on, *off, *state = f->v;
	const struct pobj *off_name = pobj_new_name(w->d, "Off");
	struct pobj *both = pobj_new_dict(w->d, 2);
	int e;

	if (both == NULL || off_name == NULL ||
	    (k->font = pobj_new_name(w->d, "ZaDb")) == NULL)
		return ERR_NOMEM;
	if (!pobj_is(state, POBJ_NAME) || pobj_is_name(state, "Off")) {
		if ((state = pobj_new_name(w->d, "Yes")) == NULL)
			return ERR_NOMEM;
	}
	if ((e = standard_font(w, "ZapfDingbats", &font)) != 0 ||
	    (e = with_font(k, font)) != 0 || (e = make_form(k, &off)) != 0)
		return e;
	k->size = (k->width < k->height ? k->width : k->height) * 0.8;
	if ((e = buf_fmt(&k->content,
		 "q\nBT\n0 g\n/ZaDb %.3f Tf\n1 0 0 1 %.3f %.3f Tm\n"
		 "(4) Tj\nET\nQ\n",
		 k->size, (k->width - k->size * 0.85) / 2,
		 (k->height - k->size * 0.7) / 2)) != 0 ||
	    (e = make_form(k, &on)) != 0)
		return e;
	pobj_set_bytes(both, &state->u.bytes, on);
	pobj_set(both, "Off", off);
	pwalk_replace(dst, "AS",
	    pobj_is(f->v, POBJ_NAME) && !pobj_is_name(f->v, "Off") ? state
								   : off_name);
	return set_look(w, both, dst);
}

int
pwalk_look(struct walk *w, struct wannot *a, const char *where,
    struct pobj *dst)
{
	struct look k = { .w = w, .a = a, .where = where };
	const struct pobj *rect = pobj_get(dst, "Rect");
	double x[4];
	int e = 0;

	if (pobj_get(dst, "AP") != NULL || a->field == NULL)
		return 0;
	for (size_t i = 0; i < 4; i++)
		if (!pobj_number(pobj_item(rect, i), &x[i]))
			return 0;
	k.width = x[2] - x[0];
	k.height = x[3] - x[1];
	if (!(k.width >= 4 && k.height >= 4 && k.width < 1e5 && k.height < 1e5))
		return 0;
	buf_init(&k.style, TEXT_MAX);
	buf_init(&k.content, TEXT_MAX * 8);
	if (a->field->type == PT_FieldTx || a->field->type == PT_FieldChoice)
		e = text_look(&k, dst);
	else if (a->field->type == PT_FieldBtnCheckbox)
		e = tick_look(&k, dst);
	buf_done(&k.style);
	buf_done(&k.content);
	return e;
}
