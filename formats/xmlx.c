/*
 * XML, guarded: libxml2's SAX reader into the filtered tree of xmlx.h.
 *
 * XML 1.0 (fifth edition), Namespaces 1.0, and the selection of branches of
 * ECMA-376 part 3 (markup compatibility): one branch of mc:AlternateContent
 * takes its place, the others are never built.
 */
#include "formats/xmlx_int.h"

#include <libxml/parser.h>
#include <libxml/parserInternals.h>
#include <stdlib.h>
#include <string.h>

#define HEAD_BYTES 512
#define TEXT_BYTES (64u << 20)

/* ---- errors */

void
xml_stop(struct xml_parser *p, int err)
{
	if (p->err == 0)
		p->err = err;
	xmlStopParser(p->ctxt);
}

void
xml_fail(struct xml_parser *p, int err, const char *what, const char *name)
{
	(void)doc_fail(p->d, err, "%s: %s%s%s", p->where, what,
	    name[0] == '\0' ? "" : " ", name);
	xml_stop(p, err);
}

/* ---- what has no place in a document of ours */

static void
on_doctype(void *arg, const xmlChar *name, const xmlChar *external,
    const xmlChar *system)
{
	(void)name, (void)external, (void)system;
	xml_fail(arg, ERR_MALFORMED, "has a DOCTYPE", "");
}

static void
on_reference(void *arg, const xmlChar *name)
{
	xml_fail(arg, ERR_MALFORMED, "has an entity reference",
	    (const char *)name);
}

static void
on_error(void *arg, xmlErrorPtr err)
{
	struct xml_parser *p = arg;
	char line[160];

	/* Also what is no fatal error to libxml2: undeclared prefixes. */
	if (p->err != 0 || err->level < XML_ERR_ERROR)
		return;
	snprintf(line, sizeof(line), "line %d: %.100s", err->line,
	    err->message == NULL ? "" : err->message);
	line[strcspn(line, "\n")] = '\0';
	(void)doc_fail(p->d, ERR_MALFORMED, "%s: %s", p->where, line);
	p->err = ERR_MALFORMED;
}

static xmlParserInputPtr
refuse_entity(const char *url, const char *id, xmlParserCtxtPtr ctxt)
{
	(void)url, (void)id, (void)ctxt;
	return NULL;
}

/* A conversion error would be printed. */
static void
hush(void *arg, const char *fmt, ...)
{
	(void)arg, (void)fmt;
}

int
xml_preload(void)
{
	xmlInitParser();
	xmlSetGenericErrorFunc(NULL, hush);
	xmlSetExternalEntityLoader(refuse_entity);
	return 0;
}

/* ---- encodings: those that need no table from a file */

static bool
encoding_ok(const char *name)
{
	static const char *const names[] = { "utf-8", "utf8", "us-ascii",
		"ascii", "iso-8859-1", "utf-16", "utf-16le", "utf-16be" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strcasecmp(names[i], name) == 0)
			return true;
	return false;
}

/* The first bytes as ASCII, whatever width they have. */
static void
squeeze(const struct buf *head, char *s, size_t size)
{
	size_t n = 0;

	for (size_t i = 0; i < head->len && n + 1 < size; i++)
		if (head->data[i] != 0)
			s[n++] = (char)head->data[i];
	s[n] = '\0';
}

static bool
known_start(const struct buf *head)
{
	static const struct {
		const char *bytes;
		size_t n;
	} starts[] = { { "<", 1 }, { "\xef\xbb\xbf<", 4 }, { "\xff\xfe<", 3 },
		{ "\xfe\xff\0<", 4 }, { "\0<", 2 } };
	struct reader r;

	buf_reader(head, &r);
	for (size_t i = 0; i < sizeof(starts) / sizeof(starts[0]); i++)
		if (reader_has(&r, 0, starts[i].bytes, starts[i].n) &&
		    !reader_has(&r, 0, "<\0\0", 3))
			return true;
	return false;
}

static int
check_head(struct xml_parser *p)
{
	char s[HEAD_BYTES + 1], *end, *at, name[40] = "";
	size_t n;

	if (!known_start(&p->head))
		return doc_fail(p->d, ERR_MALFORMED,
		    "%s: does not begin as XML", p->where);
	squeeze(&p->head, s, sizeof(s));
	if ((at = strstr(s, "<?xml")) == NULL)
		return 0;
	/* One that goes on and on would hide its encoding from us. */
	if ((end = strstr(at, "?>")) == NULL)
		return doc_fail(p->d, ERR_MALFORMED,
		    "%s: XML declaration too long", p->where);
	*end = '\0';
	if ((at = strstr(at, "encoding")) == NULL)
		return 0;
	at += strlen("encoding");
	at += strspn(at, " \t\r\n=\"'");
	n = strcspn(at, " \t\r\n\"'");
	if (n < sizeof(name))
		memcpy(name, at, n);
	if (n < sizeof(name) && encoding_ok(name))
		return 0;
	return doc_fail(p->d, ERR_UNSUPPORTED, "%s: encoding %.40s", p->where,
	    at);
}

/* ---- the parser */

static void
set_handlers(xmlSAXHandler *h)
{
	memset(h, 0, sizeof(*h));
	h->initialized = XML_SAX2_MAGIC;
	h->startElementNs = xml_on_start;
	h->endElementNs = xml_on_end;
	h->characters = xml_on_text;
	h->cdataBlock = xml_on_text;
	h->ignorableWhitespace = xml_on_text;
	h->internalSubset = on_doctype;
	h->reference = on_reference;
	h->serror = on_error;
}

int
xml_begin(struct doc *d, const char *where, uint16_t root_type,
    const struct xml_events *ev, int (*out)(void *, const void *, size_t),
    void *out_arg, struct xml_parser **result)
{
	struct xml_parser *p;
	xmlSAXHandler sax;

	if (root_type == 0)
		return doc_fail(d, ERR_INTERNAL, "%s: no such root", where);
	if ((p = calloc(1, sizeof(*p))) == NULL)
		return ERR_NOMEM;
	p->d = d;
	p->where = where;
	p->root_type = root_type;
	p->ev = *ev;
	p->writes = out != NULL;
	buf_init(&p->text, TEXT_BYTES);
	buf_init(&p->head, HEAD_BYTES);
	xml_out_init(&p->out, out, out_arg);
	set_handlers(&sax);
	p->ctxt = xmlCreatePushParserCtxt(&sax, p, NULL, 0, NULL);
	if (p->ctxt == NULL) {
		xml_free(p);
		return ERR_NOMEM;
	}
	xmlCtxtUseOptions(p->ctxt, XML_PARSE_NONET | XML_PARSE_COMPACT);
	*result = p;
	return 0;
}

static int
parse(struct xml_parser *p, const void *data, size_t n, bool last)
{
	const char *s = data;
	int step, rc;

	do {
		step = n > (1 << 20) ? 1 << 20 : (int)n;
		rc = xmlParseChunk(p->ctxt, s, step, last && (size_t)step == n);
		if (p->err != 0)
			return p->err;
		if (rc != 0 || !p->ctxt->wellFormed)
			return p->err = doc_fail(p->d, ERR_MALFORMED,
				   "%s: not well-formed XML", p->where);
		s += step;
		n -= (size_t)step;
	} while (n > 0);
	return 0;
}

static int
parse_head(struct xml_parser *p)
{
	int e;

	p->head_done = true;
	if ((e = check_head(p)) != 0)
		return e;
	return parse(p, p->head.data, p->head.len, false);
}

int
xml_feed(struct xml_parser *p, const void *data, size_t n)
{
	size_t want;
	int e;

	if (p->err != 0)
		return p->err;
	if (!p->head_done) {
		want = HEAD_BYTES - p->head.len;
		if (want > n)
			want = n;
		if ((e = buf_put(&p->head, data, want)) != 0)
			return e;
		if (p->head.len < HEAD_BYTES)
			return 0;
		if ((e = parse_head(p)) != 0)
			return p->err = e;
		data = (const char *)data + want;
		n -= want;
	}
	return n == 0 ? 0 : parse(p, data, n, false);
}

int
xml_end(struct xml_parser *p)
{
	int e;

	if (p->err != 0)
		return p->err;
	if (!p->head_done && (e = parse_head(p)) != 0)
		return e;
	if ((e = parse(p, "", 0, true)) != 0)
		return e;
	if (p->depth != 0)
		return doc_fail(p->d, ERR_TRUNCATED, "%s: ends too early",
		    p->where);
	if (!p->has_root)
		return doc_fail(p->d, ERR_MALFORMED, "%s: has no root element",
		    p->where);
	return p->writes ? xml_out_flush(&p->out) : 0;
}

void
xml_free(struct xml_parser *p)
{
	if (p == NULL)
		return;
	if (p->ctxt != NULL)
		xmlFreeParserCtxt(p->ctxt);
	xml_arena_reset(p, &p->unit, 0);
	xml_arena_reset(p, &p->lasting, 0);
	buf_done(&p->text);
	buf_done(&p->head);
	xml_out_done(&p->out);
	free(p);
}
