/*
 * Pictures of clean HTML: those inside the page are rebuilt by their own
 * modules, those of the mail are named by cid:, all others become their text.
 */
#include <string.h>
#include <strings.h>

#include "formats/dataurl.h"
#include "formats/html/html_out.h"

#define ALT_BYTES 300u

/* ---- pictures in the page */

/* A picture of a kind that every browser shows, and is given as it is. */
static int
rebuild(struct html_out *o, const struct reader *in, struct doc_result *res)
{
	static const char *const common[] = { "png", "jpeg", "gif", "webp",
		"bmp", NULL };

	return dataurl_picture(o->h->d, in, "img", common, &o->tmp, res);
}

static int
remember(struct html_out *o)
{
	struct html_made *m = html_alloc(o->h, sizeof(*m));

	if (m == NULL ||
	    (m->url = html_copy(o->h, o->tmp.data, o->tmp.len)) == NULL)
		return ERR_NOMEM;
	m->next = *o->made;
	*o->made = m;
	return 0;
}

static int
inner(struct html_out *o, const char *src, enum html_picture *what)
{
	struct doc_result res = { .message = "" };
	const char *data = dataurl_digits(src);
	struct reader r;
	struct buf bytes;
	int e;

	for (const struct html_made *m = *o->made; m != NULL; m = m->next)
		if (strcmp(m->url, src) == 0) {
			*what = HTML_PICTURE_SRC;
			return buf_puts(&o->tmp, src);
		}
	if (data == NULL)
		return html_say(o->h, FIND_HTML_PICTURE, ACT_REMOVED, "");
	buf_init(&bytes, DATAURL_PICTURE_BYTES);
	if ((e = dataurl_decode(data, &bytes)) == 0) {
		buf_reader(&bytes, &r);
		e = rebuild(o, &r, &res);
	}
	buf_done(&bytes);
	if (e == 0) {
		*what = HTML_PICTURE_SRC;
		return remember(o);
	}
	buf_clear(&o->tmp);
	return doc_is_fatal(e) ? e
			       : html_say(o->h, FIND_HTML_PICTURE, ACT_REMOVED,
				     res.message);
}

/* ---- all others */

static const struct html_cid *
cid_of(const struct html *h, const char *src)
{
	const struct html_cid *c = h->job->cids;

	while (c != NULL && strcmp(c->id, src + 4) != 0)
		c = c->next;
	return c != NULL && strncmp(c->type, "image/", 6) == 0 &&
		       strspn(c->id, "abcdefghijklmnopqrstuvwxyz"
				     "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				     "0123456789.@_+$%-") == strlen(c->id)
		   ? c
		   : NULL;
}

/* "0", "1", "1px": nobody sees it. */
static bool
is_dot(const char *v)
{
	return v != NULL && (v[0] == '0' || v[0] == '1') &&
	       (v[1] == '\0' || strcasecmp(v + 1, "px") == 0);
}

static int
by_text(struct html_out *o, const char *alt, enum html_picture *what)
{
	char text[ALT_BYTES];

	buf_clear(&o->tmp);
	if (alt == NULL || html_all_blank(alt))
		return 0;
	utf8_printable(alt, strlen(alt), text, sizeof(text));
	*what = HTML_PICTURE_ALT;
	return buf_fmt(&o->tmp, "[画像: %s]", text);
}

int
html_picture_of(struct html_out *o, const struct html_node *n,
    enum html_picture *what)
{
	const char *src = html_get(n, "src"), *alt = html_get(n, "alt");
	int e;

	src = src == NULL ? "" : src + strspn(src, " \t\r\n\f");
	*what = HTML_PICTURE_GONE;
	buf_clear(&o->tmp);
	if (strncasecmp(src, "data:", 5) == 0) {
		if ((e = inner(o, src, what)) != 0 || *what == HTML_PICTURE_SRC)
			return e;
	} else if (strncasecmp(src, "cid:", 4) == 0) {
		const struct html_cid *c = cid_of(o->h, src);

		if (c != NULL) {
			*what = HTML_PICTURE_SRC;
			return buf_fmt(&o->tmp, "cid:%s", c->id);
		}
		if ((e = html_say(o->h, FIND_HTML_PICTURE, ACT_REMOVED, src)) !=
		    0)
			return e;
	} else if (is_dot(html_get(n, "width")) &&
		   is_dot(html_get(n, "height"))) {
		return html_say(o->h, FIND_HTML_PIXEL, ACT_REMOVED, src);
	} else if (*src != '\0' && (e = html_say(o->h, FIND_HTML_REMOTE,
					ACT_REMOVED, src)) != 0) {
		return e;
	}
	return by_text(o, alt, what);
}
