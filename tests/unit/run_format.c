/*
 * Rebuild one file outside the cage and say what happened, for tests.
 *
 *   run_format [--expect ID] [--name NAME] [--small] [--password P]...
 *       [--links keep|remove|show] [--accept-changes] [--no-comments]
 *       [--keep-basic] [--reencode] [--mail KEY=VALUE]... IN OUT | --list
 *
 * --list: standard input has the pairs, "IN<TAB>OUT" a line, one process for
 * all of them (starting it costs more than most files); the status is that of
 * the last.
 *
 * OUT "-" writes nothing. Standard output gets one JSON object a line: one for
 * each finding, one for each member, and a last one of the whole document.
 * Exit status: 0 rebuilt, the absolute value of the error otherwise (see
 * base/err.h), 64 usage, 65 unreadable input.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/fsx.h"
#include "formats/doc.h"

#define PASSWORDS_MAX 16

struct run {
	const char *expect, *name, *in, *out;
	struct reader passwords[PASSWORDS_MAX];
	size_t n_passwords;
	bool small, accept_changes, no_comments, keep_basic, reencode, list;
	enum url_policy links;
	struct options mail; /* only what --mail sets */
};

static void
put_json(const char *s)
{
	putchar('"');
	for (; *s != '\0'; s++) {
		if (*s == '"' || *s == '\\')
			putchar('\\');
		putchar(*s);
	}
	putchar('"');
}

static void
put_field(const char *key, const char *value)
{
	printf("\"%s\":", key);
	put_json(value);
	putchar(',');
}

static int
on_finding(void *arg, const struct finding *f)
{
	(void)arg;
	putchar('{');
	put_field("finding", finding_name(f->id));
	put_field("kind", finding_kind_name(finding_kind(f->id)));
	put_field("action", finding_action_name(f->action));
	put_field("where", f->where);
	put_field("detail", f->detail);
	printf("\"count\":%u}\n", (unsigned)f->count);
	return 0;
}

static void
put_result(const char *what, const struct doc_result *res)
{
	putchar('{');
	put_field(what, res->in_name);
	put_field("err", res->err == 0 ? "" : err_name(res->err));
	put_field("message", res->message);
	put_field("structure", res->structure);
	put_field("magic", res->magic);
	put_field("out_format", res->out_format);
	put_field("out_ext", res->out_ext);
	put_field("out_name", res->out_name);
	printf("\"agree\":%s,\"in_bytes\":%llu,\"out_bytes\":%llu}\n",
	    res->agree ? "true" : "false", (unsigned long long)res->in_bytes,
	    (unsigned long long)res->out_bytes);
}

static int
on_member_end(void *arg, const struct doc_result *res)
{
	(void)arg;
	put_result("member", res);
	return 0;
}

/* What takes no value. */
static bool
parse_flag(const char *s, struct run *r)
{
	bool *flag = strcmp(s, "--small") == 0		  ? &r->small
		     : strcmp(s, "--accept-changes") == 0 ? &r->accept_changes
		     : strcmp(s, "--no-comments") == 0	  ? &r->no_comments
		     : strcmp(s, "--keep-basic") == 0	  ? &r->keep_basic
		     : strcmp(s, "--reencode") == 0	  ? &r->reencode
		     : strcmp(s, "--list") == 0		  ? &r->list
							  : NULL;

	if (flag != NULL)
		*flag = true;
	return flag != NULL;
}

static int
parse_links(const char *s, enum url_policy *out)
{
	static const char *const names[] = { "keep", "remove", "show" };

	for (int i = 0; i < 3; i++)
		if (strcmp(s, names[i]) == 0) {
			*out = (enum url_policy)i;
			return 0;
		}
	return -1;
}

/* fresh=1, html=1, detach=1, remove=1, hold=1, internal=D, authserv=D */
static int
parse_mail(const char *s, struct options *o)
{
	if (strcmp(s, "fresh=1") == 0)
		o->mail_fresh = true;
	else if (strcmp(s, "html=1") == 0)
		o->mail_body = MAIL_TEXT_HTML;
	else if (strcmp(s, "detach=1") == 0)
		o->mail_files = MAIL_DETACH;
	else if (strcmp(s, "remove=1") == 0)
		o->mail_files = MAIL_REMOVE;
	else if (strcmp(s, "hold=1") == 0)
		o->mail_ambiguous = MAIL_HOLD;
	else if (strncmp(s, "internal=", 9) == 0)
		snprintf(o->mail_internal_domains, MAIL_DOMAINS_BYTES, "%s",
		    s + 9);
	else if (strncmp(s, "authserv=", 9) == 0)
		snprintf(o->mail_authserv_id, MAIL_AUTHSERV_BYTES, "%s", s + 9);
	else
		return -1;
	return 0;
}

static void
set_mail(const struct options *from, struct options *o)
{
	o->mail_fresh = from->mail_fresh;
	o->mail_body = from->mail_body;
	o->mail_files = from->mail_files;
	o->mail_ambiguous = from->mail_ambiguous;
	memcpy(o->mail_internal_domains, from->mail_internal_domains,
	    MAIL_DOMAINS_BYTES);
	memcpy(o->mail_authserv_id, from->mail_authserv_id,
	    MAIL_AUTHSERV_BYTES);
}

static int
parse(int argc, char **argv, struct run *r)
{
	int i;

	for (i = 1; i < argc && strncmp(argv[i], "--", 2) == 0; i++) {
		if (parse_flag(argv[i], r))
			continue;
		if (i + 1 >= argc)
			return -1;
		if (strcmp(argv[i], "--expect") == 0)
			r->expect = argv[++i];
		else if (strcmp(argv[i], "--name") == 0)
			r->name = argv[++i];
		else if (strcmp(argv[i], "--links") == 0 &&
			 parse_links(argv[i + 1], &r->links) == 0)
			i++;
		else if (strcmp(argv[i], "--mail") == 0 &&
			 parse_mail(argv[i + 1], &r->mail) == 0)
			i++;
		else if (strcmp(argv[i], "--password") == 0 &&
			 r->n_passwords < PASSWORDS_MAX) {
			i++;
			reader_init(&r->passwords[r->n_passwords++], argv[i],
			    strlen(argv[i]));
		} else
			return -1;
	}
	if (argc - i != (r->list ? 0 : 2))
		return -1;
	r->in = argv[i];
	r->out = r->list ? NULL : argv[i + 1];
	return 0;
}

static const char *
last_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash == NULL ? path : slash + 1;
}

static int
write_out(const char *path, const struct buf *b)
{
	int fd, e;

	if (strcmp(path, "-") == 0)
		return 0;
	if ((fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644)) <
	    0)
		return ERR_IO;
	e = fsx_write_all(fd, b->data, b->len);
	close(fd);
	return e;
}

static int
rebuild(const struct run *r, const struct buf *in)
{
	struct options o;
	struct doc_result res;
	struct doc_job job = { .name =
				   r->name != NULL ? r->name : last_name(r->in),
		.options = &o,
		.passwords = { r->passwords, r->n_passwords },
		.events = { .finding = on_finding,
		    .member_end = on_member_end },
		.expect = r->expect };
	struct sink sink;
	struct buf out;
	int e;

	options_default(&o);
	o.url = r->links;
	set_mail(&r->mail, &o);
	if (r->accept_changes)
		o.keep_tracked_changes = false;
	if (r->no_comments)
		o.keep_comments = false;
	if (r->keep_basic)
		o.picture_metadata = METADATA_KEEP_BASIC;
	if (r->reencode)
		o.pixels = PIXELS_REENCODE;
	if (r->small) {
		o.limits.max[BUDGET_MEMORY_BYTES] = 64u << 20;
		o.limits.max[BUDGET_EXPANDED_BYTES] = 64u << 20;
	}
	buf_reader(in, &job.in);
	buf_init(&out, (size_t)o.limits.max[BUDGET_OUT_BYTES]);
	sink_init_buf(&sink, &out, o.limits.max[BUDGET_OUT_BYTES]);
	job.out = &sink;
	e = doc_run(&job, &res);
	sink_done(&sink);
	if (e == 0 && write_out(r->out, &out) != 0)
		e = ERR_IO;
	put_result("document", &res);
	buf_done(&out);
	return e;
}

/* Reads and rebuilds; the error is that of the rebuild, or 65. */
static int
one(const struct run *r)
{
	struct buf in;
	int e;

	buf_init(&in, (size_t)1 << 30);
	if ((e = fsx_slurp(AT_FDCWD, r->in, &in)) != 0) {
		fprintf(stderr, "run_format: %s: %s\n", r->in, err_text(e));
		e = -65;
	} else
		e = rebuild(r, &in);
	buf_done(&in);
	fflush(stdout);
	return e;
}

static int
all(struct run *r)
{
	char *line = NULL, *tab;
	size_t size = 0;
	int e = 0;

	while (getline(&line, &size, stdin) > 0) {
		line[strcspn(line, "\n")] = '\0';
		if ((tab = strchr(line, '\t')) == NULL)
			continue;
		*tab = '\0';
		r->in = line;
		r->out = tab + 1;
		e = one(r);
	}
	free(line);
	return e;
}

int
main(int argc, char **argv)
{
	struct run r = { 0 };
	int e;

	options_default(&r.mail);
	if (parse(argc, argv, &r) != 0) {
		fprintf(stderr, "usage: run_format [--expect ID] "
				"[--name NAME] [--small] [--password P] "
				"IN OUT | --list\n");
		return 64;
	}
	if ((e = doc_preload()) != 0)
		fprintf(stderr, "run_format: preload: %s\n", err_text(e));
	else
		e = r.list ? all(&r) : one(&r);
	return -e;
}
