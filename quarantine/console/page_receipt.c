/*
 * The receipt of a document for people: what was found, what was done about
 * it and why, also in the files inside. From the JSON of docs/receipt.md,
 * which is shown as words and never as markup.
 */
#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "formats/findings.h"
#include "quarantine/console/console.h"

#define DEPTH	    16
#define PLACES	    100 /* of one finding */
#define PLACE_BYTES 1024

static const char *
text_of(json_t *o, const char *key)
{
	const char *s = json_string_value(json_object_get(o, key));

	return s != NULL ? s : "";
}

/* Why such a thing is taken out, by its kind. */
static const char *
why_of(struct visit *v, const char *kind)
{
	if (strcmp(kind, "attack") == 0)
		return tr(v, "It can run, load or fetch something by itself, "
			     "and is used for attacks.");
	if (strcmp(kind, "hiding") == 0)
		return tr(v, "It is not seen when the document is opened, so "
			     "something can be hidden in it.");
	if (strcmp(kind, "disclosure") == 0)
		return tr(v, "It tells about people, machines or earlier "
			     "versions.");
	return "";
}

static const char *
kind_word(const struct visit *v, const char *name)
{
	int kind = KIND_NOTE;

	for (int k = KIND_ATTACK; k <= KIND_NOTE; k++)
		if (strcmp(finding_kind_name(k), name) == 0)
			kind = k;
	return words_kind(kind, v->lang);
}

static const char *
action_word(const struct visit *v, const char *name)
{
	const char *known;

	for (uint32_t a = 0; (known = finding_action_name(a)) != NULL; a++)
		if (strcmp(known, name) == 0)
			return words_action(a, v->lang);
	return name;
}

/* Where one of them was, and what it said. */
static void
put_place(struct visit *v, json_t *f)
{
	const char *where = text_of(f, "where"), *detail = text_of(f, "detail");
	char text[PLACE_BYTES];

	words_detail(where, v->lang, text, sizeof(text));
	html_data(&v->page, text);
	if (where[0] != '\0' && detail[0] != '\0')
		html_text(&v->page, " · ");
	words_detail(detail, v->lang, text, sizeof(text));
	html_data(&v->page, text);
}

static bool
has_place(json_t *f)
{
	return text_of(f, "where")[0] != '\0' ||
	       text_of(f, "detail")[0] != '\0';
}

/* One is said at once; many are folded away, the first of them. */
static void
put_places(struct visit *v, json_t *alike)
{
	struct html *h = &v->page;
	size_t i, n = json_array_size(alike);
	char text[64];
	json_t *f;

	if (n == 1 && has_place(json_array_get(alike, 0))) {
		html_open(h, "p", "class", "small", NULL);
		put_place(v, json_array_get(alike, 0));
		html_close(h);
	}
	if (n < 2)
		return;
	html_open(h, "details", "class", "small", NULL);
	snprintf(text, sizeof(text), tr(v, "In %zu places"), n);
	html_el(h, "summary", text, NULL);
	html_open(h, "ul", NULL);
	json_array_foreach(alike, i, f)
	{
		if (i == PLACES)
			break;
		html_open(h, "li", NULL);
		put_place(v, f);
		html_close(h);
	}
	if (n > PLACES) {
		snprintf(text, sizeof(text), tr(v, "and in %zu more"),
		    n - PLACES);
		html_el(h, "li", text, NULL);
	}
	html_close(h);
	html_close(h);
}

/* All that are alike: one thing, done to in one way. */
static void
put_alike(struct visit *v, json_t *alike, bool is_done)
{
	json_t *f = json_array_get(alike, 0), *one;
	const char *kind = text_of(f, "kind");
	struct html *h = &v->page;
	json_int_t count = 0;
	char text[64];
	size_t i;

	json_array_foreach(alike, i, one) count +=
	    json_integer_value(json_object_get(one, "count"));
	html_open(h, "li", "class", "finding", "data-kind",
	    why_of(v, kind)[0] != '\0' ? kind : "note", NULL);
	html_open(h, "b", NULL);
	html_data(h, text_of(f, v->lang == WORDS_EN ? "en" : "ja"));
	html_close(h);
	html_open(h, "p", NULL);
	if (is_done) {
		html_open(h, "strong", NULL);
		html_data(h, action_word(v, text_of(f, "action")));
		html_close(h);
	}
	if (count > 1) {
		snprintf(text, sizeof(text), tr(v, " (%lld times)"),
		    (long long)count);
		html_text(h, text);
	}
	if (is_done || count > 1)
		html_text(h, " · ");
	html_text(h, kind_word(v, kind));
	html_close(h);
	if (why_of(v, kind)[0] != '\0')
		html_el(h, "p", why_of(v, kind), "class", "small", NULL);
	put_places(v, alike);
	html_close(h);
}

/* {"ooxml.vba removed": [finding, ...]}, as they come. */
static json_t *
gather(json_t *all, bool changed)
{
	json_t *groups = json_object(), *f, *group;
	char key[160];
	size_t i;

	json_array_foreach(all, i, f)
	{
		const char *action = text_of(f, "action");
		bool is_change =
		    strcmp(action, "kept") != 0 && strcmp(action, "noted") != 0;

		if (is_change != changed)
			continue;
		snprintf(key, sizeof(key), "%.100s %.40s", text_of(f, "id"),
		    action);
		group = json_object_get(groups, key);
		if (group == NULL) {
			group = json_array();
			if (json_object_set_new_nocheck(groups, key, group) !=
			    0)
				break;
		}
		if (json_array_append(group, f) != 0)
			break;
	}
	return groups;
}

/*
 * Those that changed the document, or those that only tell about it. is_done:
 * the document was delivered, so what stands there was done.
 */
static size_t
put_findings(struct visit *v, json_t *all, bool changed, bool is_done,
    const char *title)
{
	json_t *groups = gather(all, changed), *group;
	struct html *h = &v->page;
	size_t n = json_object_size(groups);
	const char *key;

	if (n > 0) {
		html_el(h, "h2", title, NULL);
		html_open(h, "ul", "class", "list findings", NULL);
		json_object_foreach(groups, key, group)
		    put_alike(v, group, is_done);
		html_close(h);
	}
	json_decref(groups);
	return n;
}

static enum verdict
verdict_of(json_t *o)
{
	const char *s = text_of(o, "verdict");

	if (strcmp(s, "released") == 0)
		return VERDICT_RELEASED;
	return strcmp(s, "blocked") == 0 ? VERDICT_BLOCKED : VERDICT_HELD;
}

static void
put_members(struct visit *v, json_t *members, unsigned depth)
{
	struct html *h = &v->page;
	json_t *m;
	size_t i;

	if (json_array_size(members) == 0 || depth == DEPTH)
		return;
	html_open(h, "ul", NULL);
	json_array_foreach(members, i, m)
	{
		html_open(h, "li", NULL);
		html_data(h, text_of(json_object_get(m, "input"), "name"));
		html_text(h, " · ");
		html_text(h, words_verdict(verdict_of(m), v->lang));
		if (v->lang == WORDS_JA && text_of(m, "reason_ja")[0] != '\0') {
			html_text(h, ": ");
			html_data(h, text_of(m, "reason_ja"));
		} else if (text_of(m, "reason")[0] != '\0') {
			html_text(h, ": ");
			html_data(h, text_of(m, "reason"));
		}
		put_members(v, json_object_get(m, "members"), depth + 1);
		html_close(h);
	}
	html_close(h);
}

static size_t
left_out(json_t *members, unsigned depth)
{
	size_t i, n = 0;
	json_t *m;

	if (depth < DEPTH)
		json_array_foreach(members, i, m)
		{
			n += verdict_of(m) != VERDICT_RELEASED;
			n += left_out(json_object_get(m, "members"), depth + 1);
		}
	return n;
}

/* A document may cross without what was held inside of it: said first. */
static void
put_left_out(struct visit *v, json_t *members)
{
	size_t n = left_out(members, 0);
	char text[320];

	if (n == 0)
		return;
	snprintf(text, sizeof(text),
	    tr(v, "%zu of the files inside were not delivered. Below, under "
		  "\"Files inside\", is why; if you need them, ask the sender "
		  "to send them anew."),
	    n);
	page_notice(v, NOTICE_NOTE, text);
}

static void
put_facts(struct visit *v, json_t *o)
{
	json_t *in = json_object_get(o, "input");
	json_t *out = json_object_get(o, "output");
	struct html *h = &v->page;

	html_open(h, "details", NULL);
	html_el(h, "summary", tr(v, "Particulars"), NULL);
	html_open(h, "dl", NULL);
	page_fact_data(v, tr(v, "Taken for"),
	    words_format(text_of(json_object_get(o, "identified"), "format"),
		v->lang));
	if (text_of(o, "reason")[0] != '\0')
		page_fact_data(v, tr(v, "Reason"),
		    text_of(o, v->lang == WORDS_JA ? "reason_ja" : "reason"));
	page_fact_data(v, tr(v, "Receipt"), text_of(o, "id"));
	page_fact_data(v, tr(v, "Brought in"), text_of(in, "name"));
	page_fact_data(v, tr(v, "SHA-256 of the original"),
	    text_of(in, "sha256"));
	if (json_is_object(out)) {
		page_fact_data(v, tr(v, "Result"), text_of(out, "name"));
		page_fact_data(v, tr(v, "SHA-256 of the result"),
		    text_of(out, "sha256"));
	}
	page_fact_data(v, tr(v, "Policy"),
	    text_of(json_object_get(o, "policy"), "name"));
	page_fact_data(v, tr(v, "Version of the gateway"),
	    text_of(o, "version"));
	html_close(h);
	html_close(h);
}

void
page_receipt(struct visit *v, const char *json)
{
	json_t *o = json == NULL ? NULL : json_loads(json, 0, NULL);
	json_t *findings = json_object_get(o, "findings");
	struct html *h = &v->page;
	bool is_out;

	if (o == NULL) {
		html_el(h, "p", tr(v, "There is no receipt."), NULL);
		return;
	}
	is_out = verdict_of(o) == VERDICT_RELEASED;
	if (is_out)
		put_left_out(v, json_object_get(o, "members"));
	if (put_findings(v, findings, true, is_out,
		is_out ? tr(v, "What was removed or changed")
		       : tr(v, "What was found")) == 0 &&
	    is_out) {
		html_el(h, "h2", tr(v, "What was removed or changed"), NULL);
		html_el(h, "p",
		    tr(v, "Nothing. The document was rebuilt as it was."),
		    NULL);
	}
	put_findings(v, findings, false, is_out,
	    is_out ? tr(v, "What was noticed and kept")
		   : tr(v, "What was noticed"));
	if (json_array_size(json_object_get(o, "members")) > 0) {
		html_el(h, "h2", tr(v, "Files inside"), NULL);
		put_members(v, json_object_get(o, "members"), 0);
	}
	put_facts(v, o);
	json_decref(o);
}
