/*
 * Looks of fields that have none (ISO 32000-1, 12.7.3.3): text, the choice made
 * and ticks, in the style of the field. Text is set where its font is plain:
 * one byte a character, or Unicode codes as Japanese fields have them. For all
 * others the form says that a reader shall make the looks; where the policy
 * wants them drawn into the page, the document is held.
 */

#include <string.h>

#include "formats/pdf/walk_look.h"

#define TEXT_MAX   LOOK_TEXT_MAX
#define TOKENS_MAX 64

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

/* Without a style, or a font in it, the text gets one. */
static int
set_style(struct look *k, const struct pobj *da)
{
	struct reader font, style;
	int e;

	if (pobj_is(da, POBJ_STRING)) {
		if ((e = pdf_content_da(k->w->p, &da->u.bytes, &k->plain,
			 &font)) != 0)
			return e;
		buf_reader(&k->plain, &style);
		if ((e = read_style(k, &style)) != 0)
			return e;
	}
	if (k->font == NULL &&
	    (k->font = pobj_new_name(k->w->d, "Helv")) == NULL)
		return ERR_NOMEM;
	return 0;
}

/* *ok false: there is a text, which cannot be set. */
static int
text_content(struct look *k, bool *empty, bool *ok)
{
	const struct pobj *da = k->a->field->da;
	struct buf text;
	int e;

	*ok = *empty = false;
	buf_init(&text, TEXT_MAX);
	if ((e = shown_text(k, &text)) != 0 ||
	    (e = pwalk_style(k->w, k->a->dict, &da)) != 0)
		goto out;
	*empty = text.len == 0;
	if (!*empty && (e = set_style(k, da)) == 0 &&
	    (e = look_font(k, &text, ok)) == 0 && *ok)
		e = look_set_text(k, &text, ok);
out:
	buf_done(&text);
	return e;
}

static int
text_look(struct look *k, struct pobj *dst)
{
	const struct pobj *form;
	bool empty, ok;
	int e = text_content(k, &empty, &ok);

	if (e == 0 && !empty && !ok)
		k->w->forms->needs_looks = true;
	else if (e == 0 && !empty && (e = make_form(k, &form)) == 0)
		e = set_look(k->w, form, dst);
	return e == ERR_LIMIT ? 0 : e;
}

/* A tick, or the dot of a radio button, from the font k->name. */
static int
tick(struct look *k)
{
	bool dot = k->a->field->type == PT_FieldBtnRadio;

	int e;

	k->size = (k->width < k->height ? k->width : k->height) * 0.8;
	if ((e = buf_puts(&k->content, "q\nBT\n0 g\n")) != 0 ||
	    (e = pobj_write(k->name, &k->content)) != 0)
		return e;
	return buf_fmt(&k->content,
	    " %.3f Tf\n1 0 0 1 %.3f %.3f Tm\n(%c) Tj\nET\nQ\n", k->size,
	    (k->width - k->size * (dot ? 0.79 : 0.85)) / 2,
	    (k->height - k->size * 0.7) / 2, dot ? 'l' : '4');
}

/*
 * What a box or button is called when it is on, or NULL. Boxes have the value;
 * of the buttons of a group, only the one that is on says a name.
 */
static int
state_on(const struct look *k, const struct pobj **state)
{
	const struct pobj *v = k->a->field->v;
	int e = 0;

	*state = NULL;
	if (k->a->field->type == PT_FieldBtnRadio)
		e = pwalk_get(k->w, k->a->dict, "AS", &v);
	if (pobj_is(v, POBJ_NAME) && !pobj_is_name(v, "Off"))
		*state = v;
	return e;
}

/* On and off, with a tick from the font that every reader has. */
static int
tick_look(struct look *k, struct pobj *dst)
{
	struct walk *w = k->w;
	const struct pobj *font, *on, *off, *state, *is;
	const struct pobj *off_name = pobj_new_name(w->d, "Off");
	struct pobj *both = pobj_new_dict(w->d, 2);
	int e = state_on(k, &is);

	state = is;
	if (e != 0 || (is == NULL && k->a->field->type == PT_FieldBtnRadio))
		return e;
	if (both == NULL || off_name == NULL ||
	    (k->font = pobj_new_name(w->d, "ZaDb")) == NULL ||
	    (state == NULL && (state = pobj_new_name(w->d, "Yes")) == NULL))
		return ERR_NOMEM;
	if ((e = look_standard_font(w, "ZapfDingbats", &font)) != 0 ||
	    (e = look_with_font(k, font)) != 0 || (e = make_form(k, &off)) != 0)
		return e;
	if ((e = tick(k)) != 0 || (e = make_form(k, &on)) != 0)
		return e;
	pobj_set_bytes(both, &state->u.bytes, on);
	pobj_set(both, "Off", off);
	pwalk_replace(dst, "AS", is != NULL ? is : off_name);
	return set_look(w, both, dst);
}

/* False when it has no place where something could be seen. */
static bool
begin(struct look *k, const struct pobj *rect)
{
	double x[4];

	if (k->a->field == NULL)
		return false;
	for (size_t i = 0; i < 4; i++)
		if (!pobj_number(pobj_item(rect, i), &x[i]))
			return false;
	k->width = x[2] - x[0];
	k->height = x[3] - x[1];
	buf_init(&k->plain, TEXT_MAX);
	buf_init(&k->style, TEXT_MAX);
	buf_init(&k->content, TEXT_MAX * 8);
	return k->width >= 4 && k->height >= 4 && k->width < 1e5 &&
	       k->height < 1e5;
}

static bool
is_text(const struct wfield *f)
{
	return f->type == PT_FieldTx || f->type == PT_FieldChoice;
}

int
pwalk_look(struct walk *w, struct wannot *a, const char *where,
    struct pobj *dst)
{
	struct look k = { .w = w, .a = a, .where = where };
	int e = 0;

	if (pobj_get(dst, "AP") != NULL || !begin(&k, pobj_get(dst, "Rect")))
		return 0;
	if (is_text(a->field))
		e = text_look(&k, dst);
	else if (a->field->type == PT_FieldBtnCheckbox ||
		 a->field->type == PT_FieldBtnRadio)
		e = tick_look(&k, dst);
	buf_done(&k.plain);
	buf_done(&k.style);
	buf_done(&k.content);
	return e;
}

/* ---- for good */

/* A box that is on: by its own state, else by the value. A button without a
 * state of its own is on when it is alone. */
static int
tick_content(struct look *k, bool *ok)
{
	const struct wfield *f = k->a->field;
	const struct pobj *state, *font;
	int e = pwalk_get(k->w, k->a->dict, "AS", &state);
	bool own = pobj_is(state, POBJ_NAME);

	*ok = true;
	if (!own)
		state = f->v;
	if (e != 0 || !pobj_is(state, POBJ_NAME) || pobj_is_name(state, "Off"))
		return e;
	*ok = own || f->type == PT_FieldBtnCheckbox || f->n_widgets == 1;
	if (!*ok)
		return 0;
	k->font = k->name;
	if ((e = look_standard_font(k->w, "ZapfDingbats", &font)) != 0 ||
	    (e = look_with_font(k, font)) != 0)
		return e;
	return tick(k);
}

int
pwalk_look_draw(struct walk *w, const struct wannot *a, const char *where,
    const struct pobj *name, struct buf *content, const struct pobj **font,
    bool *ok)
{
	struct look k = {
		.w = w, .a = a, .where = where, .name = name, .for_good = true
	};
	const struct pobj *v, *rect = NULL;
	bool empty = false;
	int e;

	*ok = true;
	*font = NULL;
	if (a->field == NULL || a->field->type == PT_FieldSig ||
	    a->field->type == PT_FieldBtnPush)
		return 0;
	if ((e = pwalk_get(w, a->dict, "Rect", &v)) != 0 ||
	    (e = pwalk_rect(w, v, &rect)) != 0)
		return e;
	if (begin(&k, rect))
		e = is_text(a->field) ? text_content(&k, &empty, ok)
				      : tick_content(&k, ok);
	if (e == 0 && *ok && k.content.len > 0) {
		*font = k.dict;
		e = buf_put(content, k.content.data, k.content.len);
	}
	if (e == ERR_LIMIT) {
		*ok = false;
		e = 0;
	}
	if (empty)
		*ok = true;
	buf_done(&k.plain);
	buf_done(&k.style);
	buf_done(&k.content);
	return e;
}
