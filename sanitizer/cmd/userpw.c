/*
 * sekisho user password: a new password, without an echo, never an argument.
 */
#include <sodium.h>
#include <stdio.h>
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
