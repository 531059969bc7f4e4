/*
 * sekisho user password: a new password, without an echo, never an argument.
 */
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <termios.h>
#include <unistd.h>

#include "base/log.h"
#include "cmd/user.h"

/* One line without its end, byte by byte: what follows is not ours. */
static int
read_line(struct secret_line *s)
{
	ssize_t got;
	char c;

	s->n = 0;
	while ((got = read(STDIN_FILENO, &c, 1)) == 1 && c != '\n') {
		if (s->n == sizeof(s->text))
			return ERR_LIMIT;
		s->text[s->n++] = c;
	}
	return got < 0 ? ERR_IO : 0;
}

int
user_ask_secret(const char *prompt, struct secret_line *s)
{
	struct termios before, quiet;
	int e;

	if (isatty(STDIN_FILENO) == 0 || tcgetattr(STDIN_FILENO, &before) != 0)
		return read_line(s);
	fputs(prompt, stderr);
	quiet = before;
	quiet.c_lflag &= ~(tcflag_t)ECHO;
	tcsetattr(STDIN_FILENO, TCSAFLUSH, &quiet);
	e = read_line(s);
	tcsetattr(STDIN_FILENO, TCSAFLUSH, &before);
	fputc('\n', stderr);
	return e;
}

static int
ask_twice(struct secret_line *one, struct secret_line *two)
{
	int e;

	if ((e = user_ask_secret(_("New password: "), one)) != 0 ||
	    isatty(STDIN_FILENO) == 0)
		return e;
	if ((e = user_ask_secret(_("The same again: "), two)) != 0)
		return e;
	return one->n == two->n &&
		       sodium_memcmp(one->text, two->text, one->n) == 0
		   ? 0
		   : ERR_DENIED;
}

/* Twenty characters that are read out without a mistake: 99 bits. */
static void
generate(struct secret_line *s)
{
	static const char letters[] = "abcdefghjkmnpqrstuvwxyz23456789";

	for (s->n = 0; s->n < 23; s->n++)
		s->text[s->n] =
		    s->n % 6 == 5
			? '-'
			: letters[randombytes_uniform(sizeof(letters) - 1)];
}

static int
set(struct people *p, const struct user_ask *ask, const char *login,
    const struct secret_line *s)
{
	const char *bad = account_password_bad(login, s->text, s->n);
	int e;

	if (bad != NULL) {
		log_error("%s: %s", login, _(bad));
		return STATUS_NOT_ALL;
	}
	if ((e = account_set_password(p, login, s->text, s->n, !ask->keep,
		 cli_who())) != 0)
		return user_failed(login, e);
	if (ask->generate)
		printf("%.*s\n", (int)s->n, s->text);
	else
		printf(_("%s: the password is set\n"), login);
	return STATUS_OK;
}

int
user_password(struct people *p, const struct user_ask *ask, const char *login)
{
	static struct secret_line one, two;
	struct account a;
	int e, status;

	if ((e = account_get(p, login, &a)) != 0)
		return user_failed(login, e);
	(void)mlock(&one, sizeof(one));
	(void)mlock(&two, sizeof(two));
	if (ask->generate)
		generate(&one);
	else
		e = ask_twice(&one, &two);
	if (e == ERR_DENIED) {
		log_error(_("the two passwords are not the same"));
		status = STATUS_NOT_ALL;
	} else if (e != 0)
		status = user_failed(login, e);
	else
		status = set(p, ask, a.login, &one);
	sodium_memzero(&one, sizeof(one));
	sodium_memzero(&two, sizeof(two));
	return status;
}

/* ---- for everybody who has none */

struct without {
	struct people *people;
	const struct user_ask *ask;
	struct account *all;
	size_t n;
};

static int
gather(void *arg, const struct account *a)
{
	struct without *w = arg;
	struct account *more;

	if (a->password_time[0] != '\0' || a->is_disabled)
		return 0;
	if (w->n % 256 == 0) {
		more = reallocarray(w->all, w->n + 256, sizeof(*more));
		if (more == NULL)
			return ERR_NOMEM;
		w->all = more;
	}
	w->all[w->n++] = *a;
	return 0;
}

static int
give(const struct without *w, const struct account *a)
{
	static struct secret_line s;
	char text[sizeof(s.text) + 1];
	int e;

	(void)mlock(&s, sizeof(s));
	generate(&s);
	if ((e = account_set_password(w->people, a->login, s.text, s.n,
		 !w->ask->keep, cli_who())) == 0) {
		snprintf(text, sizeof(text), "%.*s", (int)s.n, s.text);
		user_print_field(a->login, ",");
		user_print_field(a->name, ",");
		user_print_field(a->department, ",");
		user_print_field(text, "\r\n");
		sodium_memzero(text, sizeof(text));
	}
	sodium_memzero(&s, sizeof(s));
	return e == 0 ? STATUS_OK : user_failed(a->login, e);
}

int
user_passwords(struct people *p, const struct user_ask *ask)
{
	struct without w = { .people = p, .ask = ask };
	int e = account_list(p, gather, &w), status = STATUS_OK;

	if (e != 0) {
		log_error(_("the accounts cannot be read: %s"), cli_err(e));
		status = cli_status(e);
	} else if (w.n > 0)
		fputs(USER_BOM "login,name,department,password\r\n", stdout);
	for (size_t i = 0; status == STATUS_OK && i < w.n; i++) {
		status = give(&w, &w.all[i]);
		if (status == STATUS_OK && fflush(stdout) != 0)
			status = STATUS_NOT_ALL;
	}
	fprintf(stderr, _("%zu accounts were without a password\n"), w.n);
	free(w.all);
	return status;
}
