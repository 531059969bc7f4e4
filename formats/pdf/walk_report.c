/*
 * What the walk leaves behind, said: actions by type and place, keys of known
 * danger by name, all others summed up. Nothing here changes the output.
 */
#include <stdio.h>
#include <string.h>

#include "formats/pdf/walk_int.h"

#define CHAIN_MAX  64 /* actions that follow each other */
#define TEXT_BYTES 120

/* ---- counted */

void
pwalk_tally(struct tally *t, const char *type, const struct reader *key)
{
	char name[48], word[24] = "";
	size_t used = strlen(t->names);

	t->n++;
	if (key != NULL)
		utf8_printable(key->data, key->len, word, sizeof(word));
	snprintf(name, sizeof(name), "%.22s%s%s", type, word[0] ? "/" : "",
	    word);
	if (strstr(t->names, name) != NULL ||
	    strlen(name) + 3 > sizeof(t->names) - used)
		return;
	snprintf(t->names + used, sizeof(t->names) - used, "%s%s",
	    used == 0 ? "" : ", ", name);
}

static int
say(struct walk *w, struct tally *t, enum finding_id id, enum action how)
{
	if (t->n == 0)
		return 0;
	return doc_found_n(w->d, t->n, id, how, "", "%s", t->names);
}

int
pwalk_tally_say(struct walk *w)
{
	int e;

	if ((e = say(w, &w->unknown, FIND_PDF_KEY, ACT_REMOVED)) != 0 ||
	    (e = say(w, &w->wrong, FIND_PDF_VALUE, ACT_REMOVED)) != 0)
		return e;
	return say(w, &w->broken, FIND_PDF_BROKEN, ACT_REMOVED);
}

/* ---- actions */

struct action_kind {
	const char *type;
	enum finding_id id;
	const char *shows; /* the key that says most */
};

static const struct action_kind action_kinds[] = {
	{ "JavaScript", FIND_PDF_JAVASCRIPT, "JS" },
	{ "ECMAScript", FIND_PDF_JAVASCRIPT, "JS" },
	{ "Launch", FIND_PDF_LAUNCH, "F" },
	{ "GoToR", FIND_PDF_REMOTE, "F" },
	{ "GoToE", FIND_PDF_REMOTE, "F" },
	{ "GoToDp", FIND_PDF_REMOTE, NULL },
	{ "Thread", FIND_PDF_REMOTE, "F" },
	{ "SubmitForm", FIND_PDF_SUBMIT, "F" },
	{ "ResetForm", FIND_PDF_SUBMIT, NULL },
	{ "ImportData", FIND_PDF_SUBMIT, "F" },
	{ "Sound", FIND_PDF_MEDIA, NULL },
	{ "Movie", FIND_PDF_MEDIA, "T" },
	{ "Rendition", FIND_PDF_MEDIA, "JS" },
	{ "GoTo3DView", FIND_PDF_MEDIA, NULL },
	{ "RichMediaExecute", FIND_PDF_MEDIA, NULL },
	{ "URI", FIND_PDF_LINK, "URI" },
	{ NULL, FIND_PDF_ACTION, "N" },
};

static const struct action_kind *
kind_of(const struct pobj *type)
{
	const struct action_kind *k = action_kinds;

	while (k->type != NULL && !pobj_is_name(type, k->type))
		k++;
	return k;
}

bool
pwalk_is_action(const struct pobj *type)
{
	return kind_of(type)->type != NULL || pobj_is_name(type, "GoTo");
}

/* The file, address or script that an action names, as far as it is short. */
static int
show_value(struct walk *w, const struct pobj *v, unsigned depth,
    char out[TEXT_BYTES])
{
	static const char *const inside[] = { "UF", "F", "Win", "URL", "Unix",
		"Mac", "DOS" };
	const struct pobj *x = NULL;
	struct pdata data;
	bool ok = false;
	int e;

	if (pobj_is(v, POBJ_STRING) || pobj_is(v, POBJ_NAME)) {
		struct buf b;

		buf_init(&b, 1 << 16);
		if (pwalk_text_get(w, v, &b) == 0)
			utf8_printable(b.data, b.len, out, TEXT_BYTES);
		buf_done(&b);
		if (pobj_is(v, POBJ_NAME))
			utf8_printable(v->u.bytes.data, v->u.bytes.len, out,
			    TEXT_BYTES);
		return 0;
	}
	if (pobj_is(v, POBJ_STREAM)) {
		if ((e = pwalk_stream(w, v, "", &data, &ok)) != 0)
			return e;
		if (ok)
			utf8_printable(data.bytes.data, data.bytes.len, out,
			    TEXT_BYTES);
		pdf_data_free(w->p, &data);
		return 0;
	}
	for (size_t i = 0; depth < 3 && pobj_is(v, POBJ_DICT) && x == NULL &&
			   i < sizeof(inside) / sizeof(*inside);
	     i++)
		if ((e = pwalk_get(w, v, inside[i], &x)) != 0)
			return e;
	return x == NULL ? 0 : show_value(w, x, depth + 1, out);
}

static int
say_action(struct walk *w, const struct pobj *a, const char *where,
    const char *key)
{
	const struct action_kind *k;
	const struct pobj *type, *v = NULL;
	char name[40] = "?", text[TEXT_BYTES] = "";
	int e;

	if ((e = pwalk_get(w, a, "S", &type)) != 0)
		return e;
	k = kind_of(type);
	if (k->type == NULL && pobj_get(a, "JS") != NULL)
		k = &action_kinds[0];
	if (pobj_is(type, POBJ_NAME))
		utf8_printable(type->u.bytes.data, type->u.bytes.len, name,
		    sizeof(name));
	if (k->shows != NULL && (e = pwalk_get(w, a, k->shows, &v)) != 0)
		return e;
	if (v == NULL && k->id == FIND_PDF_LAUNCH &&
	    (e = pwalk_get(w, a, "Win", &v)) != 0)
		return e;
	if ((e = show_value(w, v, 0, text)) != 0)
		return e;
	return doc_found(w->d, k->id, ACT_REMOVED, where, "%s: %s%s%s", key,
	    name, text[0] == '\0' ? "" : ": ", text);
}

static int
chain(struct walk *w, const struct pobj *src, const char *where,
    const char *key, unsigned *left)
{
	const struct pobj *a, *next;
	int e;

	if ((e = pwalk_resolve(w, src, &a)) != 0 || a == NULL || *left == 0)
		return e;
	--*left;
	if (pobj_is(a, POBJ_ARRAY)) {
		for (size_t i = 0; i < pobj_count(a) && *left > 0; i++)
			if ((e = chain(w, pobj_item(a, i), where, key, left)) !=
			    0)
				return e;
		return 0;
	}
	if (!pobj_is(a, POBJ_DICT))
		return 0;
	if ((e = pwalk_get(w, a, "S", &next)) != 0)
		return e;
	if (!pobj_is_name(next, "GoTo") &&
	    (e = say_action(w, a, where, key)) != 0)
		return e;
	return chain(w, pobj_get(a, "Next"), where, "Next", left);
}

int
pwalk_left_action(struct walk *w, const struct pobj *src, const char *where,
    const char *key)
{
	unsigned left = CHAIN_MAX;

	return chain(w, src, where, key, &left);
}

int
pwalk_left_triggers(struct walk *w, const struct pobj *src, const char *where)
{
	const struct pobj *aa;
	char key[48];
	int e;

	if ((e = pwalk_resolve(w, src, &aa)) != 0)
		return e;
	for (size_t i = 0;
	     pobj_is(aa, POBJ_DICT) && i < pobj_count(aa) && i < CHAIN_MAX;
	     i++) {
		const struct pentry *x = &aa->u.dict.entry[i];
		char name[24];

		utf8_printable(x->key.data, x->key.len, name, sizeof(name));
		snprintf(key, sizeof(key), "AA/%s", name);
		if ((e = pwalk_left_action(w, x->value, where, key)) != 0)
			return e;
	}
	return 0;
}

/* ---- keys */

struct left_key {
	const char *key;
	enum finding_id id;
};

static const struct left_key left_keys[] = {
	{ "JS", FIND_PDF_JAVASCRIPT },
	{ "JavaScript", FIND_PDF_JAVASCRIPT },
	{ "Collection", FIND_PDF_COLLECTION },
	{ "XFA", FIND_PDF_XFA },
	{ "XFAResources", FIND_PDF_XFA },
	{ "FFilter", FIND_PDF_EXTERNAL },
	{ "FDecodeParms", FIND_PDF_EXTERNAL },
	{ "OPI", FIND_PDF_EXTERNAL },
	{ "Ref", FIND_PDF_EXTERNAL },
	{ "DestOutputProfileRef", FIND_PDF_EXTERNAL },
	{ "PS", FIND_PDF_POSTSCRIPT },
	{ "Level1", FIND_PDF_POSTSCRIPT },
	{ "Metadata", FIND_PDF_METADATA },
	{ "PieceInfo", FIND_PDF_PRIVATE },
	{ "LastModified", FIND_PDF_METADATA },
	{ "Thumb", FIND_PDF_THUMB },
	{ "Alternates", FIND_PDF_ALTERNATE },
	{ "AlternatePresentations", FIND_PDF_ALTERNATE },
	{ "AS", FIND_PDF_LAYER_RULE },
	{ "Usage", FIND_PDF_LAYER_RULE },
	{ "Intent", FIND_PDF_LAYER_RULE },
	{ "Configs", FIND_PDF_LAYER_RULE },
	{ "TR", FIND_PDF_PRINT },
	{ "TR2", FIND_PDF_PRINT },
	{ "BG", FIND_PDF_PRINT },
	{ "BG2", FIND_PDF_PRINT },
	{ "UCR", FIND_PDF_PRINT },
	{ "UCR2", FIND_PDF_PRINT },
	{ "HT", FIND_PDF_PRINT },
	{ "SeparationInfo", FIND_PDF_PRINT },
	{ "PresSteps", FIND_PDF_PRESENTATION },
	{ "Trans", FIND_PDF_PRESENTATION },
	{ "Dur", FIND_PDF_PRESENTATION },
	{ "HideToolbar", FIND_PDF_VIEWER },
	{ "HideMenubar", FIND_PDF_VIEWER },
	{ "HideWindowUI", FIND_PDF_VIEWER },
	{ "SpiderInfo", FIND_PDF_WEB_CAPTURE },
	{ "IDS", FIND_PDF_WEB_CAPTURE },
	{ "URLS", FIND_PDF_WEB_CAPTURE },
	{ "Requirements", FIND_PDF_REQUIREMENT },
	{ "Extensions", FIND_PDF_REQUIREMENT },
	{ "Perms", FIND_PDF_SIGNED },
	{ "DSS", FIND_PDF_SIGNED },
	{ "Legal", FIND_PDF_SIGNED },
	{ "Lock", FIND_PDF_SIGNED },
	{ "SV", FIND_PDF_SIGNED },
	{ "RC", FIND_PDF_RICH_TEXT },
	{ "RV", FIND_PDF_RICH_TEXT },
	{ "Renditions", FIND_PDF_MEDIA },
	{ "3DD", FIND_PDF_MEDIA },
	{ "3DV", FIND_PDF_MEDIA },
	{ "RichMediaContent", FIND_PDF_MEDIA },
	{ "Sound", FIND_PDF_MEDIA },
	{ "Movie", FIND_PDF_MEDIA },
};

static bool
key_is(const struct reader *key, const char *name)
{
	return key->len == strlen(name) &&
	       memcmp(key->data, name, key->len) == 0;
}

/* Of streams: what every one has, and what the picture code answers for. */
static bool
is_stream_key(const struct reader *key)
{
	return key_is(key, "Length") || key_is(key, "Filter") ||
	       key_is(key, "DecodeParms") || key_is(key, "DL");
}

static bool
is_stream_type(pdf_type t)
{
	switch (t) {
	case PT_XObjectFormType1:
	case PT_PatternType1:
	case PT_ShadingType4:
	case PT_ShadingType5:
	case PT_ShadingType6:
	case PT_ShadingType7:
	case PT_FunctionType0:
	case PT_FunctionType4:
		return true;
	default:
		return false;
	}
}

static int
left_named(struct walk *w, pdf_type t, const struct pentry *x,
    const char *where)
{
	const struct left_key *k = left_keys, *end;

	end = left_keys + sizeof(left_keys) / sizeof(*left_keys);
	while (k < end && !key_is(&x->key, k->key))
		k++;
	if (k == end) {
		pwalk_tally(&w->unknown, pmodels[t].name, &x->key);
		return 0;
	}
	return doc_found(w->d, k->id, ACT_REMOVED, where, "%s/%s",
	    pmodels[t].name, k->key);
}

int
pwalk_left(struct walk *w, pdf_type t, const struct pentry *x,
    const char *where)
{
	if (is_stream_type(t) && is_stream_key(&x->key))
		return 0;
	if (is_stream_type(t) && key_is(&x->key, "F"))
		return doc_found(w->d, FIND_PDF_EXTERNAL, ACT_REMOVED, where,
		    "%s/F", pmodels[t].name);
	if (key_is(&x->key, "AA"))
		return pwalk_left_triggers(w, x->value, where);
	if (key_is(&x->key, "A") || key_is(&x->key, "PA") ||
	    key_is(&x->key, "OpenAction"))
		return pwalk_left_action(w, x->value, where,
		    key_is(&x->key, "PA") ? "PA" : "A");
	if (key_is(&x->key, "AF") || key_is(&x->key, "EmbeddedFiles"))
		return pwalk_files_left(w, x->value, where);
	return left_named(w, t, x, where);
}
