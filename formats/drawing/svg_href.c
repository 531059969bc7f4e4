/*
 * What elements refer to: "#id" in the same drawing, a picture as a data: URL
 * that its own module rebuilds, and links of people under the URL policy.
 * Nothing else is written.
 */
#include <string.h>
#include <strings.h>

#include "formats/dataurl.h"
#include "formats/drawing/svg_int.h"
#include "formats/format.h"
#include "formats/ooxml/placeholder.h"
#include "formats/url.h"

static int
set_href(struct svg *g, struct svg_node *n, bool xlink, const struct buf *text)
{
	return svg_set(g, n, xlink ? SVG_A_XLINK_HREF : SVG_A_HREF,
	    svg_copy(g, text->data, text->len));
}

/* ---- "#id" */

static int
inside(struct svg *g, struct svg_node *n, const char *in, bool xlink,
    bool *gone)
{
	const char *s = svg_blanks(in);
	size_t len = *s == '#' ? svg_id_len(s + 1) : 0;
	int e;

	buf_clear(&g->tmp);
	if (len == 0 || *svg_blanks(s + 1 + len) != '\0')
		return svg_say(g,
		    *s == '#' ? FIND_SVG_VALUE : FIND_SVG_EXTERNAL, ACT_REMOVED,
		    in);
	if ((e = buf_put(&g->tmp, s, len + 1)) != 0 ||
	    (e = set_href(g, n, xlink, &g->tmp)) != 0)
		return e;
	*gone = false;
	return 0;
}

/* ---- pictures */

/* Bytes of a picture to g->tmp as a data: URL, of a kind that every viewer of
 * drawings shows. */
static int
rebuild(struct svg *g, const struct reader *in, struct doc_result *res)
{
	static const char *const common[] = { "png", "jpeg", "gif", "webp",
		NULL };

	buf_clear(&g->tmp);
	return dataurl_picture(g->d, in, "image", common, &g->tmp, res);
}

static int
use_placeholder(struct svg *g, struct svg_node *n, bool xlink,
    enum finding_id id, const char *why)
{
	struct doc_result res;
	struct reader in;
	int e;

	if ((e = svg_say(g, id, ACT_REPLACED, why)) != 0)
		return e;
	/* What a filter would paint becomes nothing. */
	if (n->element == SVG_FE_IMAGE) {
		n->element = SVG_FE_FLOOD;
		svg_unset(n, SVG_A_PRESERVE_ASPECT_RATIO);
		return svg_set(g, n, SVG_A_FLOOD_OPACITY, "0");
	}
	reader_init(&in, placeholder_png, sizeof(placeholder_png));
	if ((e = rebuild(g, &in, &res)) != 0)
		return e;
	return set_href(g, n, xlink, &g->tmp);
}

static int
picture(struct svg *g, struct svg_node *n, const char *in, bool xlink)
{
	const char *s = svg_blanks(in), *data = dataurl_digits(s);
	struct doc_result res = { .message = "" };
	struct reader r;
	struct buf bytes;
	int e;

	if (data == NULL)
		return use_placeholder(g, n, xlink,
		    strncasecmp(s, "data:", 5) == 0 ? FIND_SVG_PICTURE
						    : FIND_SVG_EXTERNAL,
		    in);
	buf_init(&bytes, DATAURL_PICTURE_BYTES);
	e = dataurl_decode(data, &bytes);
	if (e == ERR_LIMIT)
		e = doc_fail(g->d, e, "a picture over the limit");
	if (e == 0) {
		buf_reader(&bytes, &r);
		e = rebuild(g, &r, &res);
	}
	buf_done(&bytes);
	if (e == 0)
		return set_href(g, n, xlink, &g->tmp);
	return doc_is_fatal(e) ? e
			       : use_placeholder(g, n, xlink, FIND_SVG_PICTURE,
				     res.message);
}

/* ---- links of people */

/* The address as the tool tip of what was a link. */
static int
show(struct svg *g, struct svg_node *n, const struct buf *url)
{
	struct svg_node *title = svg_node_new(g, n, SVG_TITLE), *t;

	if (title == NULL)
		return ERR_NOMEM;
	title->in_text = true;
	if ((t = svg_node_new(g, title, SVG_CHARS)) == NULL ||
	    (t->text = svg_copy(g, url->data, url->len)) == NULL)
		return ERR_NOMEM;
	t->len = url->len;
	return 0;
}

static int
unlink_(struct svg *g, struct svg_node *n, bool allowed, const struct buf *url)
{
	enum url_policy policy = doc_options(g->d)->url;

	n->element = n->in_text ? SVG_TSPAN : SVG_G;
	return allowed && policy == URL_SHOW ? show(g, n, url) : 0;
}

static int
link_of(struct svg *g, struct svg_node *n, const char *in, bool xlink)
{
	const char *why = "";
	bool allowed;
	int e;

	buf_clear(&g->tmp);
	e = url_check(in, strlen(in), &g->tmp, &why);
	if (e != 0 && e != ERR_DENIED)
		return e;
	allowed = e == 0;
	if (allowed &&
	    (doc_options(g->d)->url == URL_KEEP || g->tmp.data[0] == '#'))
		return set_href(g, n, xlink, &g->tmp);
	if ((e = svg_say(g,
		 allowed ? FIND_SVG_LINK_REMOVED : FIND_SVG_LINK_DENIED,
		 ACT_REMOVED, in)) != 0)
		return e;
	return unlink_(g, n, allowed, &g->tmp);
}

int
svg_href(struct svg *g, struct svg_node *n, const char *in, bool xlink,
    bool *gone)
{
	switch ((enum svg_element)n->element) {
	case SVG_A:
		return link_of(g, n, in, xlink);
	case SVG_IMAGE:
	case SVG_FE_IMAGE:
		return picture(g, n, in, xlink);
	default:
		return inside(g, n, in, xlink, gone);
	}
}
