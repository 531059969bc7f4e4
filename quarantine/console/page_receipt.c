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

#define DEPTH 16

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

static void
put_finding(struct visit *v, json_t *f)
{
	const char *kind = text_of(f, "kind");
	json_int_t count = json_integer_value(json_object_get(f, "count"));
	struct html *h = &v->page;
	char text[64];

	html_open(h, "li", "class", "finding", "data-kind",
	    why_of(v, kind)[0] != '\0' ? kind : "note", NULL);
	html_open(h, "b", NULL);
	html_data(h, text_of(f, v->lang == WORDS_EN ? "en" : "ja"));
	html_close(h);
	html_open(h, "p", NULL);
	html_open(h, "strong", NULL);
	html_data(h, action_word(v, text_of(f, "action")));
	html_close(h);
	if (count > 1) {
		snprintf(text, sizeof(text), tr(v, " (%lld times)"),
		    (long long)count);
		html_text(h, text);
	}
	html_text(h, " · ");
	html_text(h, kind_word(v, kind));
	html_close(h);
	if (why_of(v, kind)[0] != '\0')
		html_el(h, "p", why_of(v, kind), "class", "small", NULL);
	if (text_of(f, "where")[0] != '\0' || text_of(f, "detail")[0] != '\0') {
		html_open(h, "p", "class", "small", NULL);
		html_data(h, text_of(f, "where"));
		if (text_of(f, "where")[0] != '\0' &&
		    text_of(f, "detail")[0] != '\0')
			html_text(h, " · ");
		html_data(h, text_of(f, "detail"));
		html_close(h);
	}
	html_close(h);
}

/* Those that changed the document, or those that only tell about it. */
static size_t
put_findings(struct visit *v, json_t *all, bool changed, const char *title)
{
	struct html *h = &v->page;
	size_t i, n = 0;
	json_t *f;

	json_array_foreach(all, i, f)
	{
		const char *action = text_of(f, "action");
		bool is_change =
		    strcmp(action, "kept") != 0 && strcmp(action, "noted") != 0;

		if (is_change != changed)
			continue;
		if (n++ == 0) {
			html_el(h, "h2", title, NULL);
			html_open(h, "ul", "class", "list findings", NULL);
		}
		put_finding(v, f);
	}
	if (n > 0)
		html_close(h);
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

	if (o == NULL) {
		html_el(h, "p", tr(v, "There is no receipt."), NULL);
		return;
	}
	if (put_findings(v, findings, true,
		tr(v, "What was removed or changed")) == 0 &&
	    verdict_of(o) == VERDICT_RELEASED) {
		html_el(h, "h2", tr(v, "What was removed or changed"), NULL);
		html_el(h, "p",
		    tr(v, "Nothing. The document was rebuilt as it was."),
		    NULL);
	}
	put_findings(v, findings, false, tr(v, "What was noticed and kept"));
	if (json_array_size(json_object_get(o, "members")) > 0) {
		html_el(h, "h2", tr(v, "Files inside"), NULL);
		put_members(v, json_object_get(o, "members"), 0);
	}
	put_facts(v, o);
	json_decref(o);
}
