#include "html_case.h"

#include <stdio.h>
#include <string.h>

#include "formats/format.h"
#include "formats/mail/mail.h"

static struct html_case *now;
static struct buf *now_out;

static int
rebuild(struct doc *d)
{
	static struct html_cid two = { "two", "two.jpg", "image/jpeg", NULL };
	static const struct html_cid one = { "one", "one.png", "image/png",
		&two };
	struct html_job job = {
		.in = doc_in(d), .where = "", .cids = &one, .for_mail = true
	};

	return now->clean ? html_clean(d, &job, now_out)
			  : html_text(d, &job, now_out);
}

static enum probe
probe(const struct reader *r, const char **sub)
{
	(void)r;
	(void)sub;
	return PROBE_MAYBE;
}

static const struct format format_any = {
	.id = "any", .flags = FMT_TEXT, .probe = probe, .rebuild = rebuild
};
extern const struct format format_png, format_jpeg, format_gif;
const struct format *const formats[] = { &format_any, &format_png, &format_jpeg,
	&format_gif, NULL };

static int
on_finding(void *arg, const struct finding *f)
{
	struct html_case *c = arg;
	size_t at = strlen(c->findings);

	c->n_findings += f->action != ACT_KEPT;
	snprintf(c->findings + at, sizeof(c->findings) - at, "%s %s %s; ",
	    finding_name(f->id), finding_action_name(f->action), f->detail);
	return c->finding == NULL ? 0 : c->finding(NULL, f);
}

int
html_case_run(struct html_case *c, struct buf *out)
{
	struct doc_result res;
	struct options o;
	struct sink sink;
	struct doc_job job = { .in = c->in,
		.name = "",
		.options = &o,
		.events = { .arg = c, .finding = on_finding },
		.out = &sink,
		.expect = "any" };
	struct buf none;
	int e;

	if (hash_setup() != 0)
		return ERR_INTERNAL;
	options_default(&o);
	o.url = c->links;
	now = c;
	now_out = out;
	c->n_findings = 0;
	c->findings[0] = '\0';
	buf_clear(out);
	buf_init(&none, 1);
	sink_init_buf(&sink, &none, 1);
	e = doc_run(&job, &res);
	sink_done(&sink);
	buf_done(&none);
	memcpy(c->message, res.message, sizeof(c->message));
	return e;
}
