#include "quarantine/console/ldap.h"

#include <errno.h>
#include <fcntl.h>
#include <ldap.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#define LDAP_WAIT_MS 5000 /* for all of it */

int
ldap_name(const char *pattern, const char *login, char *out, size_t size)
{
	static const char fine[] = "abcdefghijklmnopqrstuvwxyz0123456789._-";
	const char *at = strstr(pattern, "%s");
	int n;

	if (at == NULL || strstr(at + 2, "%s") != NULL)
		return ERR_MALFORMED;
	/* Nothing in a login can mean something in a name. */
	if (login[0] == '\0' || strspn(login, fine) != strlen(login))
		return ERR_DENIED;
	n = snprintf(out, size, "%.*s%s%s", (int)(at - pattern), pattern, login,
	    at + 2);
	return n < 0 || (size_t)n >= size ? ERR_LIMIT : 0;
}

static int
error_of(int code)
{
	switch (code) {
	case LDAP_SUCCESS:
		return 0;
	case LDAP_INVALID_CREDENTIALS:
	case LDAP_NO_SUCH_OBJECT:
	case LDAP_INVALID_DN_SYNTAX:
	case LDAP_INAPPROPRIATE_AUTH:
	case LDAP_UNWILLING_TO_PERFORM:
	case LDAP_INSUFFICIENT_ACCESS:
		return ERR_DENIED;
	case LDAP_NO_MEMORY:
		return ERR_NOMEM;
	default:
		return ERR_IO;
	}
}

/*
 * The directory must prove who it is, whatever ldap.conf says of that. For the
 * library as a whole: a context of one connection would know none of the CAs
 * that ldap.conf names (TLS_CACERT).
 */
static int
demand_proof(void)
{
	int demand = LDAP_OPT_X_TLS_HARD, fresh = 0;

	return ldap_set_option(NULL, LDAP_OPT_X_TLS_REQUIRE_CERT, &demand) !=
			   0 ||
		       ldap_set_option(NULL, LDAP_OPT_X_TLS_NEWCTX, &fresh) != 0
		   ? ERR_INTERNAL
		   : 0;
}

static int
set_up(LDAP *ld, const char *uri)
{
	struct timeval wait = { 3, 0 };
	int version = LDAP_VERSION3;

	if (ldap_set_option(ld, LDAP_OPT_PROTOCOL_VERSION, &version) != 0 ||
	    ldap_set_option(ld, LDAP_OPT_NETWORK_TIMEOUT, &wait) != 0 ||
	    ldap_set_option(ld, LDAP_OPT_TIMEOUT, &wait) != 0 ||
	    ldap_set_option(ld, LDAP_OPT_REFERRALS, LDAP_OPT_OFF) != 0)
		return ERR_INTERNAL;
	if (strncmp(uri, "ldapi://", 8) == 0 ||
	    strncmp(uri, "ldaps://", 8) == 0)
		return 0;
	return ldap_start_tls_s(ld, NULL, NULL) == LDAP_SUCCESS ? 0 : ERR_IO;
}

static int
bind_as(const char *uri, const char *name, const char *password, size_t n)
{
	struct berval secret = { n, (char *)(uintptr_t)password };
	LDAP *ld = NULL;
	int e;

	if (strncmp(uri, "ldapi://", 8) != 0 && (e = demand_proof()) != 0)
		return e;
	if (ldap_initialize(&ld, uri) != LDAP_SUCCESS)
		return ERR_MALFORMED;
	if ((e = set_up(ld, uri)) == 0)
		e = error_of(ldap_sasl_bind_s(ld, name, LDAP_SASL_SIMPLE,
		    &secret, NULL, NULL, NULL));
	ldap_unbind_ext_s(ld, NULL, NULL);
	return e;
}

static const int answers[] = { 0, ERR_DENIED, ERR_MALFORMED, ERR_NOMEM,
	ERR_IO };

#define N_ANSWERS (sizeof(answers) / sizeof(answers[0]))

/* Its end, by the end of the pipe that it has; killed when that takes long. */
static int
answer_of(pid_t pid, int from)
{
	struct pollfd p = { .fd = from, .events = POLLIN };
	int status = 0;

	while (poll(&p, 1, LDAP_WAIT_MS) < 0 && errno == EINTR)
		;
	if (p.revents == 0)
		kill(pid, SIGKILL);
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return ERR_IO;
	return WIFEXITED(status) && (size_t)WEXITSTATUS(status) < N_ANSWERS
		   ? answers[WEXITSTATUS(status)]
		   : ERR_IO;
}

/* The library has no time-out for the handshake of TLS: in a process that can
 * be killed. */
int
ldap_check(const char *uri, const char *pattern, const char *login,
    const char *password, size_t n)
{
	char name[512];
	size_t said = 0;
	int pipes[2], e;
	pid_t pid;

	if (n == 0 || memchr(password, 0, n) != NULL)
		return ERR_DENIED;
	if ((e = ldap_name(pattern, login, name, sizeof(name))) != 0)
		return e;
	if (pipe2(pipes, O_CLOEXEC) < 0)
		return ERR_NOMEM;
	if ((pid = fork()) == 0) {
		e = bind_as(uri, name, password, n);
		while (said < N_ANSWERS - 1 && answers[said] != e)
			said++;
		_exit((int)said);
	}
	close(pipes[1]);
	e = pid < 0 ? ERR_NOMEM : answer_of(pid, pipes[0]);
	close(pipes[0]);
	return e;
}
