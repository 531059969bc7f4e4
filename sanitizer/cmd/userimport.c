/*
 * sekisho user import: what a list would change, and with --apply, changes
 * it. What is said is gathered first: nobody waits for a slow terminal while
 * the accounts are locked.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/fsx.h"
#include "base/log.h"
#include "cmd/user.h"

struct preview {
	struct buf text;
	size_t n[3];
};

static int
say_field(struct buf *b, const char *was, const char *is)
{
	return strcmp(was, is) == 0
		   ? 0
		   : buf_fmt(b, "  %s -> %s", was[0] == '\0' ? "-" : was,
			 is[0] == '\0' ? "-" : is);
}

static int
say_new(struct buf *b, const struct account *a)
{
	char roles[64];

	account_roles_text(a->roles, roles);
	return buf_fmt(b, "+ %s  %s  %s  %s  %s..%s\n", a->login, a->name,
	    a->department, roles, a->from, a->until);
}

static int
say_changed(struct buf *b, const struct account *was, const struct account *is)
{
	char old[64], new[64];
	int e;

	account_roles_text(was->roles, old);
	account_roles_text(is->roles, new);
	if ((e = buf_fmt(b, "* %s", is->login)) != 0 ||
	    (e = say_field(b, was->name, is->name)) != 0 ||
	    (e = say_field(b, was->department, is->department)) != 0 ||
	    (e = say_field(b, was->mail, is->mail)) != 0 ||
	    (e = say_field(b, old, new)) != 0 ||
	    (e = say_field(b, was->from, is->from)) != 0 ||
	    (e = say_field(b, was->until, is->until)) != 0)
		return e;
	return buf_puts(b, "\n");
}

static int
gather(void *arg, const struct account *before, const struct account *after,
    enum account_change what)
{
	struct preview *v = arg;

	v->n[what]++;
	if (what == ACCOUNT_SAME)
		return 0;
	return before == NULL ? say_new(&v->text, after)
			      : say_changed(&v->text, before, after);
}

static int
read_list(const char *path, struct buf *b)
{
	int e;

	buf_init(b, ACCOUNT_IMPORT_BYTES + 1);
	e = fsx_slurp(AT_FDCWD, strcmp(path, "-") == 0 ? "/dev/stdin" : path,
	    b);
	if (e == 0)
		return STATUS_OK;
	log_error("%s: %s", path, cli_err(e));
	return e == ERR_LIMIT ? STATUS_NOT_ALL : STATUS_NOINPUT;
}

static void
say_sum(const struct preview *v, const struct user_ask *ask)
{
	if (v->text.len > 0)
		fwrite(v->text.data, 1, v->text.len, stdout);
	printf(_("%zu new, %zu changed, %zu as they are\n"), v->n[ACCOUNT_NEW],
	    v->n[ACCOUNT_CHANGED], v->n[ACCOUNT_SAME]);
	if (!ask->apply)
		printf(_("nothing was changed; --apply does it\n"));
	else if (ask->effective != NULL)
		printf(_("on %s they change\n"), ask->effective);
}

static void
say_lines(const char *path, const char *why)
{
	char key[POLICY_WHY_BYTES], value[ACCOUNT_VALUE_BYTES];
	unsigned line;

	while (account_why_next(&why, &line, key, value)) {
		char text[2 * POLICY_WHY_BYTES];

		snprintf(text, sizeof(text), "%s%s%s", value,
		    value[0] != '\0' ? ": " : "", _(key));
		log_error(_("%s: line %u: %s"), path, line, text);
	}
}

static int
import(struct people *p, const struct user_ask *ask, const char *path,
    const struct buf *csv, struct preview *v)
{
	char why[ACCOUNT_WHY_BYTES] = "";
	int e = account_import(p, (const char *)csv->data, csv->len,
	    ask->effective, ask->apply, cli_who(), gather, v, why);

	if (e == 0) {
		say_sum(v, ask);
		return STATUS_OK;
	}
	if (strncmp(why, "line ", 5) == 0)
		say_lines(path, why);
	else
		log_error("%s: %s", path, why[0] != '\0' ? _(why) : cli_err(e));
	return e == ERR_MALFORMED || (e == ERR_LIMIT && why[0] != '\0')
		   ? STATUS_NOT_ALL
		   : cli_status(e);
}

int
user_import(struct people *p, const struct user_ask *ask, const char *path)
{
	struct preview v = { .n = { 0 } };
	struct buf csv;
	int status;

	buf_init(&v.text, 64 << 20);
	if ((status = read_list(path, &csv)) == STATUS_OK)
		status = import(p, ask, path, &csv, &v);
	buf_done(&csv);
	buf_done(&v.text);
	return status;
}

static int
gather_pending(void *arg, const char *effective, const char *who,
    const struct account *before, const struct account *after)
{
	struct preview *v = arg;
	int e;

	v->n[0]++;
	if ((e = buf_fmt(&v->text, "%s  (%s)  ", effective, who)) != 0)
		return e;
	return before == NULL ? say_new(&v->text, after)
			      : say_changed(&v->text, before, after);
}

static int
cancel(struct people *p, const char *date)
{
	unsigned rows;
	int e = account_cancel(p, date, cli_who(), &rows);

	if (e == 0)
		printf(_("%s: %u rows forgotten\n"), date, rows);
	else if (e == ERR_NOENT)
		log_error(_("%s: nothing waits for this day"), date);
	else
		return user_failed(date, e);
	return e == 0 ? STATUS_OK : STATUS_NOINPUT;
}

int
user_pending(struct people *p, const struct user_ask *ask)
{
	struct preview v = { .n = { 0 } };
	int e;

	if (ask->cancel != NULL)
		return cancel(p, ask->cancel);
	buf_init(&v.text, 64 << 20);
	if ((e = account_waiting(p, gather_pending, &v)) == 0) {
		if (v.n[0] == 0)
			printf(_("nothing waits\n"));
		else
			fwrite(v.text.data, 1, v.text.len, stdout);
	} else
		log_error(_("the accounts cannot be read: %s"), cli_err(e));
	buf_done(&v.text);
	return cli_status(e);
}
