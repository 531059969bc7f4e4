/*
 * The second opinion: which parts GMime finds. Only where they lie in the
 * message and how they are encoded is asked of it; bytes and names are ours.
 *
 * GMime reads a copy of the same length in which nothing can make it load a
 * charset or go down into messages (they are files to us): no byte above
 * 0x7f, no encoded word, no RFC 2231 charset, no message type. Dates and
 * addresses are hidden from it as well: it reads groups of addresses in
 * groups by recursion without a limit.
 */
#include <gmime/gmime.h>
#include <string.h>

#include "formats/mail/tree_int.h"

static void
quiet(const gchar *domain, GLogLevelFlags level, const gchar *text,
    gpointer arg)
{
	(void)domain;
	(void)level;
	(void)text;
	(void)arg;
}

static bool
same_word(const uint8_t *s, const char *word, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if ((s[i] | 0x20) != word[i] && s[i] != (uint8_t)word[i])
			return false;
	return true;
}

/* A header whose value GMime would read, at the beginning of a line? */
static bool
is_value_header(const uint8_t *s)
{
	static const char *const names[] = { "date", "from", "sender",
		"reply-to", "to", "cc", "bcc" };
	size_t n;

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		n = strlen(names[i]);
		if (same_word(s, names[i], n) &&
		    memchr(": \t\r\n", s[n], 5) != NULL)
			return true;
	}
	return false;
}

/* In place; s has 16 bytes behind its n. */
static void
neutralise(uint8_t *s, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (s[i] >= 0x80)
			s[i] = 'x';
		else if (s[i] == '=' && s[i + 1] == '?')
			s[i + 1] = '_';
		else if (s[i] == '*' && s[i + 1] == '=')
			s[i] = '_';
		else if (same_word(s + i, "message/", 8) ||
			 (i > 0 && s[i - 1] == '/' &&
			     same_word(s + i, "digest", 6)))
			s[i] = 'x';
		else if ((i == 0 || s[i - 1] == '\n' || s[i - 1] == '\r') &&
			 is_value_header(s + i))
			s[i] = 'x';
	}
}

static void
add_span(struct mail_spans *out, GMimePart *part)
{
	GMimeDataWrapper *content = g_mime_part_get_content(part);
	GMimeStream *s =
	    content == NULL ? NULL : g_mime_data_wrapper_get_stream(content);
	struct mail_span *to;

	if (s == NULL || s->bound_start < 0 || s->bound_end < s->bound_start)
		return;
	if (out->n >= MAIL_PARTS_MAX) {
		out->too_many = true;
		return;
	}
	to = &out->list[out->n++];
	to->from = (size_t)s->bound_start;
	to->bytes = (size_t)(s->bound_end - s->bound_start);
	switch (g_mime_data_wrapper_get_encoding(content)) {
	case GMIME_CONTENT_ENCODING_BASE64:
		to->cte = CTE_BASE64;
		break;
	case GMIME_CONTENT_ENCODING_QUOTEDPRINTABLE:
		to->cte = CTE_QP;
		break;
	default:
		to->cte = CTE_NONE;
		break;
	}
}

static void
walk(struct mail_spans *out, GMimeObject *o, unsigned depth)
{
	GMimeMultipart *m;
	int n;

	if (depth > MAIL_DEPTH_MAX) {
		out->too_many = true;
		return;
	}
	if (GMIME_IS_MULTIPART(o)) {
		m = GMIME_MULTIPART(o);
		n = g_mime_multipart_get_count(m);
		for (int i = 0; i < n; i++)
			walk(out, g_mime_multipart_get_part(m, i), depth + 1);
	} else if (GMIME_IS_PART(o))
		add_span(out, GMIME_PART(o));
}

/* A stream of n bytes that g_malloc() gave, which go with it. */
static GMimeStream *
stream_of(uint8_t *bytes, size_t n)
{
	GMimeStream *s =
	    g_mime_stream_mem_new_with_byte_array(g_byte_array_new_take(bytes,
		n));

	g_mime_stream_mem_set_owner(GMIME_STREAM_MEM(s), TRUE);
	return s;
}

/* Takes the stream. */
static void
parse(GMimeStream *stream, struct mail_spans *out)
{
	GMimeParser *parser = g_mime_parser_new_with_stream(stream);
	GMimeMessage *m;

	g_mime_parser_set_persist_stream(parser, TRUE);
	m = g_mime_parser_construct_message(parser, NULL);
	if (m != NULL) {
		if (g_mime_message_get_mime_part(m) != NULL)
			walk(out, g_mime_message_get_mime_part(m), 0);
		g_object_unref(m);
	}
	g_object_unref(parser);
	g_object_unref(stream);
}

/* Classes are made at first use: once, not in each child. */
int
mail_gmime_preload(void)
{
	static const char sample[] =
	    "Subject: a\nContent-Type: multipart/mixed; boundary=b\n\n--b\n"
	    "Content-Type: text/plain; charset=utf-8\n\na\n--b\n"
	    "Content-Type: text/html; name=a\n"
	    "Content-Transfer-Encoding: base64\n\nYQ==\n--b--\n";
	static struct mail_spans spans;

	(void)g_log_set_default_handler(quiet, NULL);
	g_mime_init();
	spans.n = 0;
	parse(stream_of(g_memdup2(sample, sizeof(sample) - 1),
		  sizeof(sample) - 1),
	    &spans);
	return spans.n == 2 ? 0 : ERR_INTERNAL;
}

int
mail_gmime(struct doc *d, const struct reader *in, struct mail_spans *out)
{
	uint8_t *copy = g_try_malloc0(in->len + 16);

	out->n = 0;
	out->too_many = false;
	if (copy == NULL)
		return doc_fail(d, ERR_NOMEM, "out of memory");
	if (in->len > 0)
		memcpy(copy, in->data, in->len);
	neutralise(copy, in->len);
	parse(stream_of(copy, in->len), out);
	return 0;
}
