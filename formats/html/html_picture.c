/*
 * Pictures of clean HTML: those inside the page are rebuilt by their own
 * modules, those of the mail are named by cid:, all others become their text.
 */
#include <string.h>
#include <strings.h>

#include "formats/format.h"
#include "formats/html/html_out.h"

#define PICTURE_BYTES (64u << 20)
#define ALT_BYTES     300u

/* ---- base64 (RFC 4648) */

static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
			     "abcdefghijklmnopqrstuvwxyz0123456789+/";

/* Blanks are skipped; ERR_MALFORMED for anything else. */
static int
decode(const char *s, struct buf *out)
{
	uint32_t bits = 0;
	unsigned n = 0;
	int e = 0;

	for (; e == 0 && *s != '\0' && *s != '='; s++) {
		const char *p;

		if (html_is_blank(*s))
			continue;
		if ((p = strchr(digits, *s)) == NULL)
			return ERR_MALFORMED;
		bits = bits << 6 | (uint32_t)(p - digits);
		if (++n % 4 != 1)
			e = buf_u8(out,
			    (uint8_t)(bits >> (6 - 2 * ((n + 3) % 4))));
	}
	if (e == 0 && s[strspn(s, "= \t\r\n")] != '\0')
		return ERR_MALFORMED;
	return e;
}

static int
encode(const struct buf *in, struct buf *out)
{
	char four[4];
	int e = 0;

	for (size_t i = 0; e == 0 && i < in->len; i += 3) {
		size_t n = in->len - i < 3 ? in->len - i : 3;
		uint32_t bits = 0;

		for (size_t k = 0; k < 3; k++)
			bits = bits << 8 | (k < n ? in->data[i + k] : 0);
		for (unsigned k = 0; k < 4; k++)
			four[k] =
			    k <= n ? digits[bits >> (18 - 6 * k) & 63] : '=';
		e = buf_put(out, four, 4);
	}
	return e;
}

/* ---- pictures in the page */

/* Pictures that every browser shows, and is given as they are. */
static int
only_common(void *arg, const struct identity *id)
{
	static const char *const ids[] = { "png", "jpeg", "gif", "webp",
		"bmp" };

	(void)arg;
	for (size_t i = 0; i < sizeof(ids) / sizeof(ids[0]); i++)
		if (strcmp(id->format->id, ids[i]) == 0)
			return 0;
	return ERR_UNSUPPORTED;
}

static int
rebuild(struct html_out *o, const struct reader *in, struct doc_result *res)
{
	struct child c = { .in = in,
		.name = "",
		.where = "img",
		.flags = CHILD_NO_MAGIC,
		.accept = only_common };
	const struct format *f;
	struct sink sink;
	struct buf out;
	int e;

	buf_init(&out, PICTURE_BYTES);
	sink_init_buf(&sink, &out, PICTURE_BYTES);
	sink.plain = true;
	e = doc_child(o->h->d, &c, &sink, res);
	sink_done(&sink);
	f = e == 0 ? format_by_id(res->out_format) : NULL;
	if (e == 0 && (f == NULL || f->mime == NULL))
		e = ERR_INTERNAL;
	if (e == 0 &&
	    (e = buf_fmt(&o->tmp, "data:%s;base64,", f->mime[0])) == 0)
		e = encode(&out, &o->tmp);
	buf_done(&out);
	return e;
}

static bool
is_fatal(int e)
{
	return e == ERR_NOMEM || e == ERR_IO || e == ERR_INTERNAL ||
	       e == ERR_LIMIT;
}

/* "data:image/png;base64,": what follows, or NULL. */
static const char *
data_of(const char *s)
{
	const char *comma = strchr(s, ',');

	if (strncasecmp(s, "data:", 5) != 0 || comma == NULL ||
	    comma - s < 12 || strncasecmp(comma - 7, ";base64", 7) != 0)
		return NULL;
	return comma + 1;
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
	const char *data = data_of(src);
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
	buf_init(&bytes, PICTURE_BYTES);
	if ((e = decode(data, &bytes)) == 0) {
		buf_reader(&bytes, &r);
		e = rebuild(o, &r, &res);
	}
	buf_done(&bytes);
	if (e == 0) {
		*what = HTML_PICTURE_SRC;
		return remember(o);
	}
	buf_clear(&o->tmp);
	return is_fatal(e) ? e
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
