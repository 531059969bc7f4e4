/*
 * The receipt of a document for people: what it was taken for, what was found
 * and what was done about it, also in the files inside. From the JSON of
 * docs/receipt.md, which is shown as words and never as markup.
 */
#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "formats/findings.h"
#include "quarantine/console/console.h"

#define DEPTH_MAX 32

static const char *
text_of(const json_t *o, const char *key)
{
	const char *s = json_string_value(json_object_get(o, key));

	return s == NULL ? "" : s;
}

/* Kinds and actions as the receipt names them. */
static int
kind_of(const char *name)
{
	for (int k = KIND_ATTACK; k <= KIND_NOTE; k++)
		if (strcmp(finding_kind_name(k), name) == 0)
			return k;
	return KIND_NOTE;
}

static const char *
action_called(const struct visit *v, const char *name)
{
	const char *known;

	for (uint32_t a = 0; (known = finding_action_name(a)) != NULL; a++)
		if (strcmp(known, name) == 0)
			return words_action(a, v->lang);
	return name;
}

static void
finding(struct visit *v, const json_t *f)
{
	static const char *const classes[] = { [KIND_ATTACK] = "tag attack",
		[KIND_HIDING] = "tag hiding",
		[KIND_DISCLOSURE] = "tag disclosure",
		[KIND_NOTE] = "tag" };
	struct html *h = &v->page;
	int kind = kind_of(text_of(f, "kind"));
	json_int_t n = json_integer_value(json_object_get(f, "count"));

	html_open(h, "li", NULL);
	html_el(h, "span", words_kind(kind, v->lang), "class", classes[kind],
	    NULL);
	html_text(h, " ");
	html_data(h, text_of(f, v->lang == WORDS_JA ? "ja" : "en"));
	html_text(h, v->lang == WORDS_JA ? "：" : ": ");
	html_el(h, "strong", action_called(v, text_of(f, "action")), NULL);
	if (n > 1) {
		html_text(h, " × ");
		html_number(h, (uint64_t)n);
	}
	if (text_of(f, "where")[0] != '\0' || text_of(f, "detail")[0] != '\0') {
		html_open(h, "small", NULL);
		html_text(h, " ");
		html_data(h, text_of(f, "where"));
		html_text(h, " ");
		html_data(h, text_of(f, "detail"));
		html_close(h);
	}
	html_close(h);
}

static void
findings(struct visit *v, const json_t *all)
{
	struct html *h = &v->page;
	const json_t *f;
	size_t i;

	if (json_array_size(all) == 0)
		return;
	html_open(h, "ul", "class", "findings", NULL);
	json_array_foreach(all, i, f) finding(v, f);
	html_close(h);
}

static void
members(struct visit *v, const json_t *all, unsigned depth)
{
	struct html *h = &v->page;
	const json_t *m;
	size_t i;

	if (json_array_size(all) == 0 || depth > DEPTH_MAX)
		return;
	html_open(h, "ul", "class", "members", NULL);
	json_array_foreach(all, i, m)
	{
		html_open(h, "li", NULL);
		html_data(h, text_of(json_object_get(m, "input"), "name"));
		html_text(h, v->lang == WORDS_JA ? "：" : ": ");
		html_el(h, "strong",
		    strcmp(text_of(m, "verdict"), "released") == 0
			? words_verdict(VERDICT_RELEASED, v->lang)
		    : strcmp(text_of(m, "verdict"), "blocked") == 0
			? words_verdict(VERDICT_BLOCKED, v->lang)
			: words_verdict(VERDICT_HELD, v->lang),
		    NULL);
		if (text_of(m, "reason")[0] != '\0') {
			html_text(h, " ");
			html_data(h,
			    text_of(m,
				v->lang == WORDS_JA ? "reason_ja" : "reason"));
		}
		findings(v, json_object_get(m, "findings"));
		members(v, json_object_get(m, "members"), depth + 1);
		html_close(h);
	}
	html_close(h);
}

void
page_receipt(struct visit *v, const char *json)
{
	json_t *o = json == NULL ? NULL : json_loads(json, 0, NULL);
	const json_t *id = json_object_get(o, "identified");

	if (o == NULL) {
		html_el(&v->page, "p", tr(v, N_("There is no receipt.")), NULL);
		return;
	}
	html_open(&v->page, "dl", NULL);
	page_fact(v, tr(v, N_("Taken for")),
	    words_format(text_of(id, "format"), v->lang));
	if (text_of(o, "reason")[0] != '\0')
		page_fact_data(v, tr(v, N_("Reason")),
		    text_of(o, v->lang == WORDS_JA ? "reason_ja" : "reason"));
	html_close(&v->page);
	if (json_array_size(json_object_get(o, "findings")) == 0 &&
	    json_array_size(json_object_get(o, "members")) == 0)
		html_el(&v->page, "p", tr(v, N_("Nothing had to be removed.")),
		    NULL);
	findings(v, json_object_get(o, "findings"));
	members(v, json_object_get(o, "members"), 0);
	json_decref(o);
}
