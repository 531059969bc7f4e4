/*
 * What nobody sees: computed for every element from the sheets, its style and
 * its attributes, as far as a page without scripts can hide something.
 */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "formats/html/html_css.h"

#define FONT_MIN_PX 2.0
#define OFF_PX	    (-400.0)
#define DIM	    24 /* colours whose parts differ by less in sum look alike */

/* What is handed down. */
struct state {
	long colour, back;
	double font; /* px */
	bool unseen; /* visibility */
};

struct look {
	struct html *h;
	struct html_look winners; /* scratch */
};

static const char *
get(const struct html_look *l, enum html_property p)
{
	return l->of[p] == NULL ? "" : l->of[p]->value;
}

static bool
is(const struct html_look *l, enum html_property p, const char *word)
{
	return strcasecmp(get(l, p), word) == 0;
}

/* ---- one element */

static long
colour_of(const struct html_node *n, const struct html_look *l, long was)
{
	const char *attr = n->element == HTML_FONT_   ? html_get(n, "color")
			   : n->element == HTML_BODY_ ? html_get(n, "text")
						      : NULL;
	long c = html_colour(get(l, CSS_COLOR_));

	if (c == HTML_NO_COLOUR && attr != NULL)
		c = html_colour(attr);
	if (c == HTML_NO_COLOUR && n->element == HTML_A_ &&
	    l->of[CSS_COLOR_] == NULL && html_get(n, "href") != NULL)
		c = 0x0000ee;
	return c == HTML_NO_COLOUR ? was : c;
}

static long
back_of(const struct html_node *n, const struct html_look *l, long was)
{
	const char *attr = html_get(n, "bgcolor");
	long c = html_colour(get(l, CSS_BACKGROUND_COLOR_));

	if (c == HTML_NO_COLOUR && attr != NULL)
		c = html_colour(attr);
	if (l->of[CSS_BACKGROUND_IMAGE_] != NULL ||
	    html_get(n, "background") != NULL)
		return HTML_SOME_COLOUR;
	return c == HTML_NO_COLOUR || c == HTML_TRANSPARENT ? was : c;
}

/* The size in "italic 12px/1.2 name". */
static const char *
size_in(const char *font)
{
	for (; *font != '\0'; font += strspn(font, " ")) {
		size_t n = strcspn(font, " ");
		char c = font[n > 0 ? n - 1 : 0];

		if ((*font >= '0' && *font <= '9') &&
		    (memchr(font, '/', n) != NULL || c == '%' ||
			(c | 0x20) >= 'a' || *font == '0'))
			return font;
		font += n;
	}
	return "";
}

static double
font_of(const struct html_look *l, double was)
{
	const char *s = get(l, CSS_FONT_SIZE_);
	char text[32];
	double px;
	size_t n;

	if (l->of[CSS_FONT_SIZE_] == NULL ||
	    (l->of[CSS_FONT_] != NULL &&
		l->rank[CSS_FONT_] > l->rank[CSS_FONT_SIZE_]))
		s = size_in(get(l, CSS_FONT_));
	n = strcspn(s, " /");
	if (n == 0 || n >= sizeof(text))
		return was;
	memcpy(text, s, n);
	text[n] = '\0';
	if (text[n - 1] == '%')
		return was * strtod(text, NULL) / 100;
	if (html_px(text, was, &px))
		return px;
	/* Words: none of them is small enough to hide. */
	return was < 8 ? 10 : was;
}

static bool
tiny(const struct html_look *l, enum html_property p)
{
	double px;

	return l->of[p] != NULL && html_px(get(l, p), 16, &px) && px <= 1;
}

/* Outside of the page, left of it or above. */
static bool
is_off(const struct html_look *l)
{
	static const enum html_property places[] = { CSS_TEXT_INDENT_,
		CSS_MARGIN_LEFT_, CSS_MARGIN_TOP_, CSS_LEFT_, CSS_TOP_,
		CSS_RIGHT_, CSS_MARGIN_ };

	double px;

	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++)
		if (html_px(get(l, places[i]), 16, &px) && px < OFF_PX)
			return true;
	return false;
}

static bool
is_clipped(const struct html_look *l)
{
	const char *clip = get(l, CSS_CLIP_);
	double px[4] = { 0, 0, 0, 0 };
	const char *s = strchr(clip, '(');
	char *end;

	if (strcasestr(get(l, CSS_CLIP_PATH_), "inset(50%") != NULL ||
	    strcasestr(get(l, CSS_CLIP_PATH_), "inset(100%") != NULL ||
	    strcasestr(get(l, CSS_TRANSFORM_), "scale(0") != NULL)
		return true;
	if (s == NULL || strncasecmp(clip, "rect", 4) != 0)
		return false;
	for (int i = 0; i < 4; i++) {
		s += strspn(s, "(, ");
		px[i] = strtod(s, &end);
		if (end == s)
			return false;
		s = end + strcspn(end, ", )");
	}
	return px[1] - px[3] <= 1 || px[2] - px[0] <= 1;
}

static bool
is_collapsed(const struct html_look *l)
{
	bool hides = strcasestr(get(l, CSS_OVERFLOW_), "hidden") != NULL ||
		     strcasestr(get(l, CSS_OVERFLOW_), "clip") != NULL;

	return hides && (tiny(l, CSS_HEIGHT_) || tiny(l, CSS_MAX_HEIGHT_) ||
			    tiny(l, CSS_WIDTH_) || tiny(l, CSS_MAX_WIDTH_));
}

/* Why nothing inside can be seen, or NULL. */
static const char *
gone(const struct html_node *n, const struct html_look *l)
{
	double v;

	if (is(l, CSS_DISPLAY_, "none"))
		return "display:none";
	if (html_get(n, "hidden") != NULL && l->of[CSS_DISPLAY_] == NULL)
		return "hidden";
	if (is(l, CSS_MSO_HIDE_, "all"))
		return "mso-hide";
	if (l->of[CSS_OPACITY_] != NULL) {
		v = strtod(get(l, CSS_OPACITY_), NULL);
		if (v <= 0.05)
			return "opacity";
	}
	if (is_collapsed(l))
		return "height or width 0";
	if (is_off(l))
		return "outside of the page";
	if (is_clipped(l))
		return "clip";
	return NULL;
}

static bool
alike(long a, long b)
{
	return a >= 0 && b >= 0 &&
	       labs((a >> 16) - (b >> 16)) +
		       labs((a >> 8 & 255) - (b >> 8 & 255)) +
		       labs((a & 255) - (b & 255)) <=
		   DIM;
}

/* As text the reader sees too much rather than too little. */
static const char *
unseen(const struct html *h, const struct state *s)
{
	if (s->unseen)
		return "visibility:hidden";
	if (s->font < FONT_MIN_PX)
		return "font-size";
	if (s->colour == HTML_TRANSPARENT ||
	    (alike(s->colour, s->back) && !(h->blind && h->as_text)))
		return "colour of the background";
	return NULL;
}

/* ---- the tree */

static bool
shows(const struct html_node *n)
{
	return (n->element == HTML_CHARS && !html_all_blank(n->text)) ||
	       n->element == HTML_IMG_;
}

/* Everything inside and the node itself. *text: there was something. */
static void
bury(struct html_node *top, bool *text)
{
	*text = false;
	for (struct html_node *n = top; n != NULL; n = html_next(n, top)) {
		n->hidden = n->inert = true;
		*text |= shows(n) && !html_is(n->parent, HTML_GONE);
	}
}

static int
walk(struct look *k, struct html_node *n, const struct state *up)
{
	struct html_look *l = &k->winners;
	struct state s = *up;
	const char *why, *style;
	bool text;
	int e = 0;

	if (n->element == HTML_CHARS || n->element == HTML_IMG_) {
		why = unseen(k->h, up);
		n->hidden = why != NULL && n->element == HTML_CHARS;
		if (n->hidden && shows(n))
			return html_say(k->h, FIND_HTML_HIDDEN, ACT_REMOVED,
			    why);
		if (n->element == HTML_CHARS)
			return 0;
	}
	if (n->foreign || html_is(n, HTML_GONE))
		return 0;
	style = html_get(n, "style");
	if (style != NULL && (e = html_css_read(k->h, style, &n->style)) != 0)
		return e;
	if ((e = html_cascade(k->h, n, l)) != 0)
		return e;
	if ((why = gone(n, l)) != NULL) {
		bury(n, &text);
		return text ? html_say(k->h, FIND_HTML_HIDDEN, ACT_REMOVED, why)
			    : 0;
	}
	s.colour = colour_of(n, l, up->colour);
	s.back = back_of(n, l, up->back);
	s.font = font_of(l, up->font);
	if (l->of[CSS_VISIBILITY_] != NULL)
		s.unseen = !is(l, CSS_VISIBILITY_, "visible");
	for (struct html_node *c = n->first; e == 0 && c != NULL; c = c->next)
		e = walk(k, c, &s);
	return e;
}

int
html_look(struct html *h)
{
	struct state s = { .colour = 0, .back = 0xffffff, .font = 16 };
	struct look *k = html_alloc(h, sizeof(*k));
	int e;

	if (k == NULL)
		return ERR_NOMEM;
	k->h = h;
	if ((e = html_sheets(h)) != 0)
		return e;
	return walk(k, h->root, &s);
}
