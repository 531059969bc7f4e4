/*
 * HTML as a file: decoded by its mark, its meta or its bytes, and cleaned.
 * XHTML is read as HTML, as every reader of mail does.
 */
#include <string.h>
#include <strings.h>

#include "formats/format.h"
#include "formats/html/html_int.h"
#include "formats/known/textkind.h"

extern const struct format format_html;

#define META_BYTES  4096u /* where a page says its charset */
#define LABEL_BYTES 40u

/* The charset that a <meta> names, in the manner of browsers. */
static bool
meta_label(const char *head, char *label)
{
	const char *s = head;

	while ((s = strcasestr(s, "<meta")) != NULL) {
		size_t tag = strcspn(s, ">"), n;
		const char *c = strcasestr(s, "charset");

		if (c == NULL)
			return false;
		if (c > s + tag) {
			s += tag;
			continue;
		}
		c += strlen("charset");
		c += strspn(c, " \t\r\n\f=\"'");
		n = strcspn(c, " \t\r\n\f\"';>/");
		if (n == 0 || n >= LABEL_BYTES)
			return false;
		memcpy(label, c, n);
		label[n] = '\0';
		return true;
	}
	return false;
}

/* What the bytes say by their mark, or by every second one being NUL. */
static const char *
by_mark(const struct reader *in)
{
	if (reader_has(in, 0, "\xef\xbb\xbf", 3))
		return "utf-8";
	if (reader_has(in, 0, "\xff\xfe", 2) ||
	    reader_has(in, 0, "\xfe\xff", 2))
		return "utf-16";
	if (reader_has(in, 0, "<\0", 2) && reader_has(in, 3, "\0", 1))
		return "utf-16le";
	if (reader_has(in, 0, "\0<", 2) && reader_has(in, 2, "\0", 1))
		return "utf-16be";
	return NULL;
}

static void
find_label(const struct reader *in, char *label)
{
	char head[META_BYTES + 1];
	const char *mark = by_mark(in);
	struct reader r = *in;
	size_t n = 0;
	uint8_t c;

	label[0] = '\0';
	if (mark != NULL) {
		memcpy(label, mark, strlen(mark) + 1);
		return;
	}
	while (n < META_BYTES && reader_u8(&r, &c) == 0)
		head[n++] = c == '\0' ? ' ' : (char)c;
	head[n] = '\0';
	if (!meta_label(head, label))
		return;
	/* A page that names these in ASCII is not in them; and UTF-7 only
	 * hides tags from whoever looks. */
	if (strncasecmp(label, "utf-16", 6) == 0 ||
	    strncasecmp(label, "utf-32", 6) == 0)
		memcpy(label, "utf-8", 6);
	else if (strcasestr(label, "utf-7") != NULL ||
		 strcasecmp(label, "utf7") == 0)
		label[0] = '\0';
}

static int
decode(struct doc *d, struct buf *out)
{
	struct reader in = doc_in(d), body = in;
	char label[LABEL_BYTES];
	size_t mark;
	int e;

	find_label(&in, label);
	if ((e = mail_decode(d, &in, label, out)) != 0)
		return e;
	mark = reader_has(&in, 0, "\xef\xbb\xbf", 3) ? 3 : 0;
	if (reader_seek(&body, mark) != 0)
		return ERR_INTERNAL;
	if (reader_left(&body) == out->len &&
	    (out->len == 0 ||
		memcmp(body.data + mark, out->data, out->len) == 0))
		return 0;
	return doc_found(d, FIND_HTML_CONVERTED, ACT_REPLACED, "", "%s", label);
}

/* "list.xls" that is HTML: its program would open it, and run what it can. */
static bool
poses(const struct doc *d)
{
	const char *dot = strrchr(doc_name(d), '.');
	const struct format *f =
	    dot == NULL ? NULL : format_by_extension(dot + 1);

	return f != NULL && f != &format_html;
}

static int
rebuild(struct doc *d)
{
	struct html_job job = { .where = "" };
	struct buf text, out;
	int e;

	if (poses(d))
		return doc_fail(d, ERR_AMBIGUOUS,
		    "HTML under the name of another type");
	buf_init(&text, (size_t)HTML_IN_BYTES * 2);
	buf_init(&out, (size_t)doc_budget(d, BUDGET_OUT_BYTES) + 1);
	if ((e = decode(d, &text)) != 0)
		goto out;
	buf_reader(&text, &job.in);
	if ((e = html_clean(d, &job, &out)) != 0)
		goto out;
	doc_makes(d, "html", "html");
	e = doc_put(d, out.data, out.len);
out:
	buf_done(&text);
	buf_done(&out);
	return e;
}

/* HTML by its beginning; or perhaps, when tags stand further behind. */
static enum probe
probe(const struct reader *in, const char **sub)
{
	enum text_kind k = text_kind(in, sub);

	*sub = "html";
	if (k == TEXT_HTML)
		return PROBE_YES;
	return k == TEXT_HTML_MAYBE ? PROBE_MAYBE : PROBE_NO;
}

static const char *const mime[] = { "text/html", "application/xhtml+xml",
	"text/xml", "text/plain", NULL };
static const char *const extensions[] = { "html", "htm", "xhtml", "xht",
	"shtml", NULL };

const struct format format_html = {
	.id = "html",
	.mime = mime,
	.extensions = extensions,
	.flags = FMT_TEXT,
	.preload = mail_words_preload,
	.probe = probe,
	.rebuild = rebuild,
};
