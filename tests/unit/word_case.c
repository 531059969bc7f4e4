#include <stdio.h>
#include <string.h>

#include "word_case.h"
#include "formats/format.h"
#include "formats/mail/mail.h"

static struct {
	struct word_case *c;
	enum word_call call;
	const char *arg;
} now;

static int
put(const char *text, size_t n)
{
	if (n >= sizeof(now.c->out) - now.c->len)
		return ERR_LIMIT;
	memcpy(now.c->out + now.c->len, text, n);
	now.c->len += n;
	now.c->out[now.c->len] = '\0';
	return 0;
}

static int
puts_(const char *text)
{
	return put(text, strlen(text));
}

static int
addresses(struct doc *d, const struct reader *in)
{
	struct mail_address *a;
	int e = mail_addresses(d, in, &a, &now.c->odd);

	for (; e == 0 && a != NULL; a = a->next)
		if ((e = puts_(a->name)) != 0 || (e = puts_(" <")) != 0 ||
		    (e = puts_(a->addr)) != 0 ||
		    (e = puts_(a->next != NULL ? ">|" : ">")) != 0)
			return e;
	return e;
}

static int
parameter(struct doc *d, const struct reader *in)
{
	const char *all[MAIL_CANDIDATES_MAX];
	size_t n = 0;
	int e = mail_parameter(d, in, now.arg, all, &n);

	for (size_t i = 0; e == 0 && i < n; i++)
		if ((e = puts_(i > 0 ? "|" : "")) == 0)
			e = puts_(all[i]);
	return e;
}

static int
text(struct doc *d, const struct reader *in)
{
	struct buf b;
	int e;

	buf_init(&b, sizeof(now.c->out));
	e = now.call == WORD_TEXT ? mail_text(d, in, now.arg, "1", &b)
				  : mail_decode(d, in, now.arg, &b);
	if (e == 0 && b.len > 0)
		e = put((const char *)b.data, b.len);
	buf_done(&b);
	return e;
}

static int
rebuild(struct doc *d)
{
	struct reader in = doc_in(d);
	const char *line = "";
	int e;

	switch (now.call) {
	case WORD_LINE:
		e = mail_words(d, &in, &line);
		break;
	case WORD_DATE:
		e = mail_date(d, &in, &line);
		break;
	case WORD_ADDRESSES:
		return addresses(d, &in);
	case WORD_PARAMETER:
		return parameter(d, &in);
	case WORD_TEXT:
	case WORD_DECODE:
	default:
		return text(d, &in);
	}
	return e == 0 ? puts_(line) : e;
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

static int
found(void *arg, const struct finding *f)
{
	struct word_case *c = arg;

	c->count[f->id] += f->count;
	c->changed += f->action != ACT_KEPT;
	return 0;
}

int
word_case(struct word_case *c, enum word_call call, const char *arg,
    const void *in, size_t n)
{
	struct options options;
	struct doc_job job = { .name = "",
		.options = &options,
		.expect = "any",
		.events = { .arg = c, .finding = found } };
	struct doc_result res;
	struct sink sink;
	struct buf none;
	int e;

	memset(c, 0, sizeof(*c));
	options_default(&options);
	if ((e = hash_setup()) != 0 || (e = mail_words_preload()) != 0)
		return e;
	buf_init(&none, 1);
	reader_init(&job.in, in, n);
	sink_init_buf(&sink, &none, 1);
	job.out = &sink;
	now.c = c;
	now.call = call;
	now.arg = arg;
	e = doc_run(&job, &res);
	snprintf(c->message, sizeof(c->message), "%s", res.message);
	sink_done(&sink);
	buf_done(&none);
	return e;
}
