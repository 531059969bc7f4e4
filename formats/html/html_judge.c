/* What HTML holds that may not stay, reported for the whole tree at once. */
#include <string.h>
#include <strings.h>

#include "formats/html/html_int.h"

static bool
word_is(const char *s, const char *const *list)
{
	for (; s != NULL && *list != NULL; list++)
		if (strcasecmp(s, *list) == 0)
			return true;
	return false;
}

/* What says only how the page is to be read, or is written by us. */
static bool
is_plain_meta(const struct html_node *n)
{
	static const char *const equivs[] = { "content-type",
		"content-language", "x-ua-compatible", "content-style-type",
		"content-script-type", NULL };
	static const char *const names[] = { "viewport", "color-scheme",
		"format-detection", "supported-color-schemes",
		"x-apple-disable-message-reformatting", NULL };

	const char *equiv = html_get(n, "http-equiv");
	const char *content = html_get(n, "content");

	if (equiv != NULL && content != NULL &&
	    strcasecmp(equiv, "content-security-policy") == 0)
		return strcmp(content, HTML_CSP) == 0;
	return html_get(n, "charset") != NULL ||
	       word_is(html_get(n, "http-equiv"), equivs) ||
	       word_is(html_get(n, "name"), names);
}

static int
meta(struct html *h, const struct html_node *n)
{
	const char *equiv = html_get(n, "http-equiv");
	const char *name = html_get(n, "name");

	if (equiv != NULL && strcasecmp(equiv, "refresh") == 0) {
		const char *to = html_get(n, "content");

		return html_say(h, FIND_HTML_REFRESH, ACT_REMOVED,
		    to == NULL ? "" : to);
	}
	if (is_plain_meta(n))
		return 0;
	return html_say(h, FIND_HTML_META, ACT_REMOVED,
	    name != NULL ? name : "");
}

static int
attributes(struct html *h, const struct html_node *n)
{
	static const char *const loading[] = { "background", "srcset", "lowsrc",
		"dynsrc", "poster", "longdesc", NULL };
	int e = 0;

	for (const struct html_attr *a = n->attrs; e == 0 && a != NULL;
	     a = a->next) {
		if (strncmp(a->name, "on", 2) == 0 && a->name[2] != '\0')
			e = html_say(h, FIND_HTML_EVENT, ACT_REMOVED, a->name);
		else if (strcmp(a->name, "x:fmla") == 0 ||
			 strcmp(a->name, "fmla") == 0)
			e = html_say(h, FIND_HTML_FORMULA, ACT_REMOVED,
			    a->value);
		else if (strcmp(a->name, "srcdoc") == 0)
			e = html_say(h, FIND_HTML_FRAME, ACT_REMOVED, a->name);
		else if (strcmp(a->name, "manifest") == 0)
			e = html_say(h, FIND_HTML_SHEET, ACT_REMOVED, a->value);
		else if (word_is(a->name, loading) && !html_all_blank(a->value))
			e = html_say(h, FIND_HTML_REMOTE, ACT_REMOVED,
			    a->value);
	}
	return e;
}

static int
element(struct html *h, const struct html_node *n)
{
	const char *href;
	int found;

	if (n->foreign)
		return html_say(h, FIND_HTML_DRAWING, ACT_REMOVED, "");
	if (n->element == HTML_META_)
		return meta(h, n);
	if (n->element == HTML_LINK_) {
		href = html_get(n, "href");
		return html_say(h, FIND_HTML_SHEET, ACT_REMOVED,
		    href == NULL ? "" : href);
	}
	if (n->element >= HTML_ELEMENTS ||
	    (found = html_rows[n->element].finding) < 0)
		return 0;
	href = html_get(n, html_is(n, HTML_GONE) ? "src" : "action");
	return html_say(h, (enum finding_id)found, ACT_REMOVED,
	    href == NULL ? "" : href);
}

int
html_judge(struct html *h)
{
	const struct html_node *n = h->root;
	int e = 0;

	if (h->comments > 0)
		e = html_say(h, FIND_HTML_COMMENT, ACT_REMOVED, "");
	if (e == 0 && h->conditionals > 0)
		e = html_say(h, FIND_HTML_CONDITIONAL, ACT_REMOVED, "");
	if (e == 0 && h->deep > 0)
		e = html_say(h, FIND_HTML_DEPTH, ACT_FLATTENED, "");
	while (e == 0 && n != NULL) {
		if (n->element != HTML_CHARS &&
		    ((e = element(h, n)) != 0 || (e = attributes(h, n)) != 0))
			break;
		n = n->foreign || html_is(n, HTML_GONE) ? html_after(n, h->root)
							: html_next(n, h->root);
	}
	return e;
}
