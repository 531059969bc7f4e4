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

#define CHUNK	   65536
#define CACHE	   1024 /* a power of two */
#define HEAD_BYTES 512
#define TEXT_BYTES (64u << 20)

enum frame_mode {
	FRAME_NODE,   /* an element of the tree */
	FRAME_STREAM, /* an element whose children are units */
	FRAME_CHOICE, /* mc:AlternateContent: waits for its branch */
	FRAME_BRANCH  /* the branch taken: children belong to node */
};

struct frame {
	struct xnode *node; /* where children go; NULL above the root */
	enum frame_mode mode;
	bool chosen;
};

struct chunk {
	struct chunk *next;
	size_t len, used;
};

struct arena {
	struct chunk *chunks;
};

struct cached {
	const xmlChar *local,
	    *uri; /* interned by libxml2: compared by address */
	uint16_t name;
};

struct xml_parser {
	struct doc *d;
	const char *where;
	uint16_t root_type;
	struct xml_events ev;
	xmlParserCtxtPtr ctxt;
	int err;
	struct arena lasting, unit; /* stream nodes; the unit being built */
	struct frame frames[XML_DEPTH_MAX];
	size_t depth;
	size_t
	    skipping; /* open elements below a dropped one, itself included */
	struct buf text;
	struct buf head; /* first bytes, until the encoding is known */
	bool head_done, writes;
	struct xml_out out;
	struct cached cache[CACHE];
};

/* ---- memory of nodes */

static void *
arena_alloc(struct xml_parser *p, struct arena *a, size_t n)
{
	struct chunk *c = a->chunks;
	size_t len = n > CHUNK ? n : CHUNK;
	void *at;

	n = (n + 15) & ~(size_t)15;
	if (len < n)
		len = n;
	if (c == NULL || n > c->len - c->used) {
		if (doc_spend(p->d, BUDGET_MEMORY_BYTES, len) != 0)
			return NULL;
		if ((c = malloc(sizeof(*c) + len)) == NULL)
			return NULL;
		*c = (struct chunk){ .next = a->chunks, .len = len };
		a->chunks = c;
	}
	at = (char *)(c + 1) + c->used;
	c->used += n;
	memset(at, 0, n);
	return at;
}

/* Keeps one chunk, so that a stream of small units costs no malloc. */
static void
arena_reset(struct xml_parser *p, struct arena *a, size_t keep)
{
	struct chunk *c;

	while ((c = a->chunks) != NULL && (keep == 0 || c->next != NULL)) {
		a->chunks = c->next;
		doc_refund(p->d, BUDGET_MEMORY_BYTES, c->len);
		free(c);
	}
	if (c != NULL)
		c->used = 0;
}

static struct arena *
arena_now(struct xml_parser *p)
{
	return &p->unit;
}

static char *
arena_text(struct xml_parser *p, struct arena *a, const void *s, size_t n)
{
	char *t = n < SIZE_MAX - 32 ? arena_alloc(p, a, n + 1) : NULL;

	if (t != NULL && n > 0)
		memcpy(t, s, n);
	return t;
}

struct xnode *
xnode_new(struct xml_parser *p, uint16_t name, uint16_t type)
{
	struct xnode *n = arena_alloc(p, arena_now(p), sizeof(*n));

	if (n != NULL) {
		n->name = name;
		n->type = type;
	}
	return n;
}

struct xnode *
xnode_text(struct xml_parser *p, const char *s, size_t len)
{
	struct xnode *n = xnode_new(p, SN_TEXT, 0);

	if (n == NULL || len > UINT32_MAX ||
	    (n->text = arena_text(p, arena_now(p), s, len)) == NULL)
		return NULL;
	n->len = (uint32_t)len;
	return n;
}

static struct xattr *
add_attr(struct xml_parser *p, struct arena *a, struct xnode *n, uint16_t name,
    const void *value, size_t len)
{
	struct xattr *at = arena_alloc(p, a, sizeof(*at)), **tail;

	if (at == NULL || len > UINT32_MAX ||
	    (at->value = arena_text(p, a, value, len)) == NULL)
		return NULL;
	at->len = (uint32_t)len;
	at->name = name;
	for (tail = &n->attrs; *tail != NULL; tail = &(*tail)->next)
		;
	*tail = at;
	return at;
}

struct xattr *
xnode_set(struct xml_parser *p, struct xnode *n, uint16_t name,
    const char *value)
{
	struct xattr *a = xnode_attr_node(n, name);
	size_t len = strlen(value);

	if (a == NULL) {
		a = add_attr(p, arena_now(p), n, name, value, len);
		if (a != NULL)
			a->check = (uint8_t)schema_attr(n->type, name);
		return a;
	}
	if ((a->value = arena_text(p, arena_now(p), value, len)) == NULL)
		return NULL;
	a->len = (uint32_t)len;
	return a;
}

/* ---- errors */

static void
stop(struct xml_parser *p, int err)
{
	if (p->err == 0)
		p->err = err;
	xmlStopParser(p->ctxt);
}

static void
fail(struct xml_parser *p, int err, const char *what, const char *name)
{
	(void)doc_fail(p->d, err, "%s: %s%s%s", p->where, what,
	    name[0] == '\0' ? "" : " ", name);
	stop(p, err);
}

/* ---- names */

static uint16_t
name_of(struct xml_parser *p, const xmlChar *local, const xmlChar *uri)
{
	uintptr_t h = ((uintptr_t)local >> 3) * 31 + ((uintptr_t)uri >> 3);
	struct cached *c = &p->cache[(h ^ h >> 10) & (CACHE - 1)];

	if (c->local != local || c->uri != uri || c->local == NULL) {
		c->local = local;
		c->uri = uri;
		c->name = schema_name(uri == NULL ? "" : (const char *)uri,
		    (const char *)local);
	}
	return c->name;
}

static void
tell_dropped(struct xml_parser *p, const xmlChar *prefix, const xmlChar *local,
    const xmlChar *uri, bool is_attr, bool known)
{
	struct frame *f = p->depth == 0 ? NULL : &p->frames[p->depth - 1];
	char name[160];
	int e;

	if (p->ev.dropped == NULL)
		return;
	snprintf(name, sizeof(name), "%s%s%s%s", is_attr ? "@" : "",
	    prefix == NULL ? "" : (const char *)prefix,
	    prefix == NULL ? "" : ":", (const char *)local);
	e = p->ev.dropped(p->ev.arg, f == NULL ? NULL : f->node,
	    uri == NULL ? "" : (const char *)uri, name, is_attr, known);
	if (e != 0)
		stop(p, e);
}

/* ---- markup compatibility */

static const char *
in_scope(const struct xml_parser *p, const char *prefix, size_t n)
{
	xmlParserCtxtPtr c = p->ctxt;

	for (int i = c->nsNr - 2; i >= 0; i -= 2) {
		const char *have = (const char *)c->nsTab[i];

		if (have != NULL && strlen(have) == n &&
		    memcmp(have, prefix, n) == 0)
			return (const char *)c->nsTab[i + 1];
	}
	return NULL;
}

/* Every prefix of Requires stands for a namespace whose markup we keep. */
static bool
understood(const struct xml_parser *p, const char *requires)
{
	bool any = false;
	const char *uri;
	unsigned ns;
	size_t n;

	for (;; requires += n) {
		requires += strspn(requires, " \t\r\n");
		if ((n = strcspn(requires, " \t\r\n")) == 0)
			return any;
		uri = in_scope(p, requires, n);
		ns = uri == NULL ? SNS_NONE : schema_ns_of(uri);
		/* VML twins of objects: the other branch has the picture. */
		if (ns == SNS_NONE || ns == SNS_V || ns == SNS_O)
			return false;
		any = true;
	}
}

static bool
branch_fits(struct xml_parser *p, uint16_t name, int n_attrs,
    const xmlChar **attrs)
{
	char requires[512];
	size_t len;

	if (name == SN_MC_FALLBACK)
		return true;
	for (int i = 0; i < n_attrs; i++, attrs += 5) {
		if (strcmp((const char *)attrs[0], "Requires") != 0)
			continue;
		len = (size_t)(attrs[4] - attrs[3]);
		if (len >= sizeof(requires))
			return false;
		memcpy(requires, attrs[3], len);
		requires[len] = '\0';
		return understood(p, requires);
	}
	return false;
}

/* ---- text */

static bool
is_space(const uint8_t *s, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (s[i] != ' ' && s[i] != '\t' && s[i] != '\n' && s[i] != '\r')
			return false;
	return true;
}

static void
flush_text(struct xml_parser *p)
{
	struct frame *f = p->depth == 0 ? NULL : &p->frames[p->depth - 1];
	struct xnode *t;

	if (p->text.len == 0)
		return;
	if (f != NULL && f->node != NULL && f->mode != FRAME_STREAM &&
	    (schema_flags(f->node->type) & SCHEMA_TEXT)) {
		t = xnode_text(p, (const char *)p->text.data, p->text.len);
		if (t == NULL)
			stop(p, ERR_NOMEM);
		else
			xnode_append(f->node, t);
	} else if (!is_space(p->text.data, p->text.len))
		tell_dropped(p, NULL, (const xmlChar *)"text", NULL, false,
		    true);
	buf_clear(&p->text);
}

static void
on_text(void *arg, const xmlChar *s, int n)
{
	struct xml_parser *p = arg;
	int e;

	if (p->skipping > 0 || p->err != 0 || n <= 0)
		return;
	if ((e = buf_put(&p->text, s, (size_t)n)) != 0)
		fail(p, e, "text too long", "");
}

/* ---- elements */

/* "&#38;" is how the parser leaves "&amp;" in values; nothing else has '&'. */
static size_t
decode_amp(char *s, size_t n)
{
	static const char amp[] = "&#38;";
	char *to = s, *end = s + n;

	if (memchr(s, '&', n) == NULL)
		return n;
	for (const char *from = s; from < end;) {
		if ((size_t)(end - from) >= 5 && memcmp(from, amp, 5) == 0) {
			*to++ = '&';
			from += 5;
		} else
			*to++ = *from++;
	}
	*to = '\0';
	return (size_t)(to - s);
}

static void
take_attr(struct xml_parser *p, struct arena *a, struct xnode *n,
    const xmlChar **at)
{
	uint16_t name = name_of(p, at[0], at[2]);
	enum schema_check check = schema_attr(n->type, name);
	size_t len = (size_t)(at[4] - at[3]);
	struct xattr *x;

	if (check == CHECK_NONE) {
		tell_dropped(p, at[1], at[0], at[2], true, name != 0);
		return;
	}
	if (len > doc_options(p->d)->limits.max_xml_attr_bytes) {
		fail(p, ERR_LIMIT, "attribute too long:", (const char *)at[0]);
		return;
	}
	if ((x = add_attr(p, a, n, name, at[3], len)) == NULL) {
		stop(p, ERR_NOMEM);
		return;
	}
	x->check = (uint8_t)check;
	x->len = (uint32_t)decode_amp((char *)(uintptr_t)x->value, len);
	if (!schema_value_ok(check, x->value, x->len)) {
		xnode_unset(n, name);
		tell_dropped(p, at[1], at[0], at[2], true, true);
	}
}

static void
push(struct xml_parser *p, struct xnode *node, enum frame_mode mode)
{
	if (p->depth == XML_DEPTH_MAX ||
	    p->depth >= doc_options(p->d)->limits.max_xml_depth) {
		fail(p, ERR_LIMIT, "nested too deep", "");
		return;
	}
	p->frames[p->depth++] = (struct frame){ .node = node, .mode = mode };
}

/* The type this element has here, or 0. */
static uint16_t
type_here(struct xml_parser *p, uint16_t name, const xmlChar *local)
{
	struct xnode *up;

	if (p->depth == 0) {
		if (name != 0 && schema_root(name) == p->root_type)
			return p->root_type;
		fail(p, ERR_MALFORMED, "unexpected root element",
		    (const char *)local);
		return 0;
	}
	up = p->frames[p->depth - 1].node;
	return name == 0 ? 0 : schema_child(up->type, name);
}

static void
open_element(struct xml_parser *p, uint16_t name, uint16_t type, int n_attrs,
    const xmlChar **attrs)
{
	bool stream = (schema_flags(type) & SCHEMA_STREAM) != 0;
	struct frame *f = p->depth == 0 ? NULL : &p->frames[p->depth - 1];
	struct arena *a = stream ? &p->lasting : &p->unit;
	struct xnode *n = arena_alloc(p, a, sizeof(*n));

	if (n == NULL) {
		stop(p, ERR_NOMEM);
		return;
	}
	n->name = name;
	n->type = type;
	for (int i = 0; i < n_attrs && p->err == 0; i++)
		take_attr(p, a, n, attrs + 5 * i);
	if (f != NULL && f->mode != FRAME_STREAM &&
	    p->frames[p->depth - 1].node != NULL &&
	    !(schema_flags(f->node->type) & SCHEMA_STREAM))
		xnode_append(f->node, n);
	else if (f != NULL)
		n->parent = f->node; /* a unit knows its parent's type */
	push(p, n, stream ? FRAME_STREAM : FRAME_NODE);
}

static void
on_start(void *arg, const xmlChar *local, const xmlChar *prefix,
    const xmlChar *uri, int n_ns, const xmlChar **ns, int n_attrs,
    int n_default, const xmlChar **attrs)
{
	struct xml_parser *p = arg;
	struct frame *f;
	uint16_t name, type;

	(void)n_ns, (void)ns, (void)n_default;
	if (p->err != 0)
		return;
	if (p->skipping > 0) {
		p->skipping++;
		return;
	}
	flush_text(p);
	if (doc_spend(p->d, BUDGET_XML_NODES, 1) != 0) {
		stop(p, ERR_LIMIT);
		return;
	}
	name = name_of(p, local, uri);
	f = p->depth == 0 ? NULL : &p->frames[p->depth - 1];
	if (f != NULL && f->mode == FRAME_CHOICE) {
		if (!f->chosen &&
		    (name == SN_MC_CHOICE || name == SN_MC_FALLBACK) &&
		    branch_fits(p, name, n_attrs, attrs)) {
			f->chosen = true;
			push(p, f->node, FRAME_BRANCH);
		} else
			p->skipping = 1;
		return;
	}
	if (f != NULL && name == SN_MC_ALTERNATECONTENT) {
		push(p, f->node, FRAME_CHOICE);
		return;
	}
	if ((type = type_here(p, name, local)) == 0) {
		if (p->err == 0)
			tell_dropped(p, prefix, local, uri, false, name != 0);
		p->skipping = 1;
		return;
	}
	open_element(p, name, type, n_attrs, attrs);
}

/* Start tags of streamed ancestors that were not written yet. */
static int
write_ancestors(struct xml_parser *p, size_t upto, bool empty_last)
{
	int e;

	for (size_t i = 0; i < upto; i++) {
		struct xnode *n = p->frames[i].node;

		if (p->frames[i].mode != FRAME_STREAM || p->frames[i].chosen)
			continue;
		if (i == 0 && (e = xml_out_head(&p->out)) != 0)
			return e;
		if ((e = xml_out_start(&p->out, n,
			 empty_last && i == upto - 1)) != 0)
			return e;
		p->frames[i].chosen = true;
	}
	return 0;
}

/* A unit is whole: show it, write it, forget it. */
static int
finish_unit(struct xml_parser *p, struct xnode *n, bool is_root)
{
	bool drop = false;
	int e;

	n->parent = NULL;
	e = p->ev.unit == NULL ? 0 : p->ev.unit(p->ev.arg, n, &drop);
	if (e == 0 && p->writes && !drop) {
		e = is_root ? xml_out_head(&p->out)
			    : write_ancestors(p, p->depth, false);
		if (e == 0)
			e = xml_out_tree(&p->out, n);
	}
	if (e == ERR_INTERNAL)
		(void)doc_fail(p->d, e, "%s: %s was not dealt with", p->where,
		    schema_local(n->name));
	arena_reset(p, &p->unit, 1);
	return e;
}

static int
finish_stream(struct xml_parser *p, struct frame *f)
{
	bool begun = f->chosen;
	int e;

	if (!p->writes)
		return 0;
	f->chosen = false;
	/* The frame is popped already but still in its place. */
	f->chosen = begun;
	if (!begun) {
		p->depth++;
		e = write_ancestors(p, p->depth, true);
		p->depth--;
		return e;
	}
	return xml_out_end(&p->out, f->node);
}

static void
on_end(void *arg, const xmlChar *local, const xmlChar *prefix,
    const xmlChar *uri)
{
	struct xml_parser *p = arg;
	struct frame *f, *up;
	int e = 0;

	(void)local, (void)prefix, (void)uri;
	if (p->err != 0)
		return;
	if (p->skipping > 0) {
		p->skipping--;
		return;
	}
	flush_text(p);
	if (p->depth == 0 || p->err != 0)
		return;
	f = &p->frames[--p->depth];
	up = p->depth == 0 ? NULL : &p->frames[p->depth - 1];
	if (f->mode == FRAME_STREAM)
		e = finish_stream(p, f);
	else if (f->mode == FRAME_NODE && up == NULL)
		e = finish_unit(p, f->node, true);
	else if (f->mode == FRAME_NODE &&
		 (schema_flags(up->node->type) & SCHEMA_STREAM))
		e = finish_unit(p, f->node, false);
	if (e != 0)
		stop(p, e);
}

/* ---- what has no place in a document of ours */

static void
on_doctype(void *arg, const xmlChar *name, const xmlChar *external,
    const xmlChar *system)
{
	(void)name, (void)external, (void)system;
	fail(arg, ERR_MALFORMED, "has a DOCTYPE", "");
}

static void
on_reference(void *arg, const xmlChar *name)
{
	fail(arg, ERR_MALFORMED, "has an entity reference", (const char *)name);
}

static void
on_error(void *arg, xmlErrorPtr err)
{
	struct xml_parser *p = arg;
	char line[160];

	if (p->err != 0 || err->level != XML_ERR_FATAL)
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

int
xml_preload(void)
{
	xmlInitParser();
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
	at = strstr(s, "<?xml");
	if (at == NULL || (end = strstr(at, "?>")) == NULL)
		return 0;
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
	h->startElementNs = on_start;
	h->endElementNs = on_end;
	h->characters = on_text;
	h->cdataBlock = on_text;
	h->ignorableWhitespace = on_text;
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
		if (rc != 0 && !p->ctxt->wellFormed)
			return doc_fail(p->d, ERR_MALFORMED,
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
	return p->writes ? xml_out_flush(&p->out) : 0;
}

void
xml_free(struct xml_parser *p)
{
	if (p == NULL)
		return;
	if (p->ctxt != NULL)
		xmlFreeParserCtxt(p->ctxt);
	arena_reset(p, &p->unit, 0);
	arena_reset(p, &p->lasting, 0);
	buf_done(&p->text);
	buf_done(&p->head);
	xml_out_done(&p->out);
	free(p);
}
