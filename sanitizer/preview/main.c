/*
 * sekisho-preview: what an approver sees of a sanitised result.
 *
 *   sekisho-preview --state DIR ID          into the register (preview.h)
 *   sekisho-preview --format F --out DIR FILE   into a folder, to be looked at
 *
 * It reads results that have been sanitised, and lets converters read them in
 * a cage (preview/cage.h). It releases nothing and has no way to.
 */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fsx.h"
#include "base/log.h"
#include "cmd/cli.h"
#include "preview/make.h"

static const char usage[] =
    N_("Usage: sekisho-preview [OPTION]... ID\n"
       "       sekisho-preview [OPTION]... --format FORMAT --out DIR FILE\n"
       "Make pictures of the pages and the text of a sanitised result, for\n"
       "those who decide on it: of the transfer ID, into the state folder; or\n"
       "of a sanitised FILE, into the folder DIR.\n\n"
       "      --format FORMAT     what FILE is: ooxml.docx, pdf, ...\n"
       "      --out DIR           N.png and text.txt go there\n"
       "      --state DIR         the gateway's state folder\n"
       "      --policy FILE       the site's policy\n"
       "      --profile NAME      a profile of the policy\n"
       "      --help              this text\n");

enum { OPT_FORMAT = 256, OPT_OUT, OPT_HELP };

static const struct option longs[] = {
	{ "format", required_argument, NULL, OPT_FORMAT },
	{ "out", required_argument, NULL, OPT_OUT },
	CLI_POLICY_OPTIONS,
	{ "help", no_argument, NULL, OPT_HELP },
	{ NULL, 0, NULL, 0 },
};

struct ask {
	struct cli_policy which;
	const char *format, *out, *what;
};

/* The pipeline is started only for what has pictures: it is ready in a few
 * hundredths of a second. */
static int
make(const struct policy *p, const struct preview_source *s,
    struct preview_content *c)
{
	struct pipeline *line;
	int status, e;

	if ((status = cli_pipeline(p, 1, &line)) != 0)
		return status;
	e = preview_make(s, line, &p->options, c);
	pipeline_close(line);
	if (e == 0)
		return STATUS_OK;
	log_error(_("the preview could not be made: %s"), cli_err(e));
	return cli_status(e);
}

static void
say(const struct preview_content *c)
{
	if (c->n_pages == 0 && c->why[0] != '\0')
		printf(_("no preview: %s\n"), gettext(c->why));
	else if (c->why[0] != '\0')
		printf(_("preview of %u pages: %s\n"), c->n_pages,
		    gettext(c->why));
	else if (c->is_cut)
		printf(_("preview of the first %u pages\n"), c->n_pages);
	else
		printf(_("preview of %u pages\n"), c->n_pages);
}

static int
write_out(const char *dir, const struct preview_content *c)
{
	char name[32];
	int fd, e = 0;

	if (mkdir(dir, 0700) < 0 && errno != EEXIST)
		return ERR_IO;
	if ((fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC)) < 0)
		return ERR_IO;
	for (unsigned i = 0; e == 0 && i < c->n_pages; i++) {
		snprintf(name, sizeof(name), "%u.png", i + 1);
		e = fsx_publish(fd, name, c->pages[i].data, c->pages[i].len,
		    0600, false);
	}
	if (e == 0 && c->text.len > 0)
		e = fsx_publish(fd, "text.txt", c->text.data, c->text.len, 0600,
		    false);
	close(fd);
	return e;
}

static int
of_file(const struct ask *a, const struct policy *p, struct preview_content *c)
{
	struct preview_source s = { .format = a->format };
	int status, e;

	if (hash_setup() != 0)
		return STATUS_INTERNAL;
	if ((s.fd = open(a->what, O_RDONLY | O_CLOEXEC)) < 0) {
		log_error("%s: %s", a->what, strerror(errno));
		return STATUS_NOINPUT;
	}
	if ((status = make(p, &s, c)) == 0 && (e = write_out(a->out, c)) != 0) {
		log_error("%s: %s", a->out, cli_err(e));
		status = cli_status(e);
	}
	close(s.fd);
	return status;
}

static int
of_transfer(struct people *r, const char *id, const struct policy *p,
    struct preview_content *c)
{
	struct preview_source s = { .fd = -1 };
	struct transfer t;
	int status, e;

	if ((e = transfer_get(r, id, &t)) != 0 ||
	    (e = transfer_result(r, id, &s.fd)) != 0) {
		log_error("%s: %s", id, cli_err(e));
		return e == ERR_NOENT ? STATUS_NOINPUT : cli_status(e);
	}
	s.format = t.result_format;
	s.receipt = t.receipt;
	if ((status = make(p, &s, c)) == 0 &&
	    (e = preview_put(r, id, t.result_sha256, c)) != 0) {
		log_error("%s: %s", id, cli_err(e));
		status = cli_status(e);
	}
	close(s.fd);
	transfer_done(&t);
	return status;
}

static int
of_state(const struct ask *a, const struct policy *p, struct preview_content *c)
{
	struct cli_state st;
	int status = cli_state_open(&st, p, STATE_PEOPLE), e;

	if (status == 0)
		status = of_transfer(st.people, a->what, p, c);
	e = cli_state_close(&st);
	return status != 0 ? status : e;
}

static int
run(const struct ask *a)
{
	struct preview_content *c = malloc(sizeof(*c));
	struct policy p;
	int status;

	if (c == NULL)
		return STATUS_AGAIN;
	preview_content_init(c);
	if ((status = cli_load_policy("sekisho-preview", &a->which, &p)) == 0)
		status =
		    a->out != NULL ? of_file(a, &p, c) : of_state(a, &p, c);
	if (status == 0)
		say(c);
	preview_content_done(c);
	free(c);
	return status;
}

static int
bad_usage(char **argv, const char *text)
{
	fprintf(stderr, "%s: %s\n", argv[0], text);
	return STATUS_USAGE;
}

int
main(int argc, char **argv)
{
	struct ask a = { .format = NULL };
	int o;

	setlocale(LC_ALL, "C.UTF-8");
	log_setup("sekisho-preview", LOG_LEVEL_INFO, 0);
	while ((o = getopt_long(argc, argv, "", longs, NULL)) != -1) {
		switch (o) {
		case OPT_FORMAT:
			a.format = optarg;
			break;
		case OPT_OUT:
			a.out = optarg;
			break;
		case OPT_STATE:
		case OPT_POLICY:
		case OPT_PROFILE:
			cli_policy_option(o, &a.which);
			break;
		case OPT_HELP:
			return cli_help(_(usage));
		default:
			return STATUS_USAGE;
		}
	}
	if (argc - optind != 1 || (a.format == NULL) != (a.out == NULL))
		return bad_usage(argv, _("one transfer, or one file with "
					 "--format and --out"));
	a.what = argv[optind];
	return run(&a);
}
