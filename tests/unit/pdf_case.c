#include "pdf_case.h"

#include <stdio.h>
#include <string.h>

static struct pdf_case *now;

static int
rebuild(struct doc *d)
{
	return now->body(d, now->arg);
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
const struct format *const formats[] = { &format_any, NULL };

static int
on_finding(void *arg, const struct finding *f)
{
	struct pdf_case *c = arg;
	size_t at = strlen(c->findings);

	c->n_findings++;
	snprintf(c->findings + at, sizeof(c->findings) - at, "%s %s [%s] %s; ",
	    finding_name(f->id), finding_action_name(f->action), f->where,
	    f->detail);
	return 0;
}

int
pdf_case_run(struct pdf_case *c, const void *in, size_t n, struct buf *out)
{
	struct reader list[4];
	struct options o;
	struct sink sink;
	struct doc_job job = { .name = "case",
		.options = &o,
		.passwords = { list, 0 },
		.events = { .arg = c, .finding = on_finding },
		.out = &sink,
		.expect = "any" };
	int e;

	if (hash_setup() != 0)
		return ERR_INTERNAL;
	for (size_t i = 0; i < 4 && c->passwords[i] != NULL; i++)
		reader_init(&list[job.passwords.n++], c->passwords[i],
		    strlen(c->passwords[i]));
	options_default(&o);
	reader_init(&job.in, in, n);
	buf_init(out, (size_t)1 << 30);
	sink_init_buf(&sink, out, (uint64_t)1 << 30);
	now = c;
	c->n_findings = 0;
	c->findings[0] = '\0';
	e = doc_run(&job, &c->res);
	sink_done(&sink);
	return e;
}
