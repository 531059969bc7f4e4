#include "xml_case.h"

#include <stdio.h>
#include <string.h>

#define MAX_BYTES ((size_t)1 << 28)

static struct xml_case *now;

static int
to_buf(void *arg, const void *p, size_t n)
{
	return buf_put(arg, p, n);
}

static void
settle(struct xnode *n)
{
	n->done = true;
	for (struct xattr *a = n->attrs; a != NULL; a = a->next)
		xattr_done(a);
}

static int
unit(void *arg, struct xnode *n, bool *drop)
{
	struct xml_case *c = arg;

	(void)drop;
	c->n_units++;
	if (!c->as_read) {
		settle(n);
		for (struct xnode *x = xnode_next(n, n); x != NULL;
		     x = xnode_next(x, n))
			settle(x);
	}
	return c->write_tree ? xml_write(n, to_buf, &c->out) : 0;
}

static int
dropped(void *arg, const struct xnode *parent, const char *uri,
    const char *name, bool is_attr, bool known)
{
	struct xml_case *c = arg;
	size_t at = strlen(c->dropped);

	(void)uri;
	(void)is_attr;
	c->n_dropped++;
	snprintf(c->dropped + at, sizeof(c->dropped) - at, "%s %s %s;",
	    known ? "known" : "unknown",
	    parent == NULL ? "-" : schema_qname(parent->name)->text, name);
	return 0;
}

static int
rebuild(struct doc *d)
{
	struct xml_events ev = { now, unit, dropped };
	struct reader in = doc_in(d);
	struct xml_parser *p;
	size_t step = now->step == 0 ? 65536 : now->step, n;
	int e;

	e = xml_begin(d, "part", schema_root(now->root), &ev,
	    now->write_tree ? NULL : to_buf, &now->out, &p);
	if (e != 0)
		return e;
	for (size_t at = 0; e == 0 && at < in.len; at += n) {
		n = in.len - at > step ? step : in.len - at;
		e = xml_feed(p, in.data + at, n);
	}
	if (e == 0)
		e = xml_end(p);
	xml_free(p);
	return e;
}

static enum probe
probe(const struct reader *r, const char **sub)
{
	(void)r;
	(void)sub;
	return PROBE_YES;
}

static const struct format format_any = {
	.id = "any", .probe = probe, .rebuild = rebuild
};

/* Stands in for registry.c. */
const struct format *const formats[] = { &format_any, NULL };

void
xml_case_init(struct xml_case *c, uint16_t root)
{
	memset(c, 0, sizeof(*c));
	c->root = root;
	options_default(&c->options);
	buf_init(&c->out, MAX_BYTES);
	if (hash_setup() != 0 || xml_preload() != 0)
		c->root = 0;
}

void
xml_case_done(struct xml_case *c)
{
	buf_done(&c->out);
}

int
xml_case_run(struct xml_case *c, const void *in, size_t n)
{
	struct doc_job job = {
		.name = "", .options = &c->options, .expect = "any"
	};
	struct doc_result res;
	struct buf none;
	struct sink sink;
	int e;

	buf_init(&none, 1);
	reader_init(&job.in, in, n);
	sink_init_buf(&sink, &none, 1);
	job.out = &sink;
	buf_clear(&c->out);
	c->n_dropped = c->n_units = 0;
	c->dropped[0] = '\0';
	now = c;
	e = doc_run(&job, &res);
	snprintf(c->message, sizeof(c->message), "%s", res.message);
	sink_done(&sink);
	buf_done(&none);
	return e;
}

int
xml_case_again(struct xml_case *c)
{
	struct xml_case again;
	int e;

	xml_case_init(&again, c->root);
	again.options = c->options;
	e = xml_case_run(&again, c->out.data, c->out.len);
	if (e == 0 && again.n_dropped > 0)
		e = ERR_MALFORMED;
	if (e == 0 && (again.out.len != c->out.len ||
			  (c->out.len > 0 && memcmp(again.out.data, c->out.data,
						 c->out.len) != 0)))
		e = ERR_AMBIGUOUS;
	if (e != 0)
		snprintf(c->message, sizeof(c->message), "again: %.200s",
		    again.n_dropped > 0 ? again.dropped : again.message);
	xml_case_done(&again);
	return e;
}
