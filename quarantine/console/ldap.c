#include "quarantine/console/ldap.h"

#include <ldap.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/time.h>

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

static int
set_up(LDAP *ld, const char *uri)
{
	struct timeval wait = { 5, 0 };
	int version = LDAP_VERSION3, demand = LDAP_OPT_X_TLS_HARD, fresh = 0;

	if (ldap_set_option(ld, LDAP_OPT_PROTOCOL_VERSION, &version) != 0 ||
	    ldap_set_option(ld, LDAP_OPT_NETWORK_TIMEOUT, &wait) != 0 ||
	    ldap_set_option(ld, LDAP_OPT_TIMEOUT, &wait) != 0 ||
	    ldap_set_option(ld, LDAP_OPT_REFERRALS, LDAP_OPT_OFF) != 0)
		return ERR_INTERNAL;
	if (strncmp(uri, "ldapi://", 8) == 0)
		return 0;
	if (ldap_set_option(ld, LDAP_OPT_X_TLS_REQUIRE_CERT, &demand) != 0 ||
	    ldap_set_option(ld, LDAP_OPT_X_TLS_NEWCTX, &fresh) != 0)
		return ERR_INTERNAL;
	if (strncmp(uri, "ldaps://", 8) == 0)
		return 0;
	return ldap_start_tls_s(ld, NULL, NULL) == LDAP_SUCCESS ? 0 : ERR_IO;
}

int
ldap_check(const char *uri, const char *pattern, const char *login,
    const char *password, size_t n)
{
	struct berval secret = { n, (char *)(uintptr_t)password };
	char name[512];
	LDAP *ld = NULL;
	int e;

	if (n == 0 || memchr(password, 0, n) != NULL)
		return ERR_DENIED;
	if ((e = ldap_name(pattern, login, name, sizeof(name))) != 0)
		return e;
	if (ldap_initialize(&ld, uri) != LDAP_SUCCESS)
		return ERR_MALFORMED;
	if ((e = set_up(ld, uri)) == 0)
		e = error_of(ldap_sasl_bind_s(ld, name, LDAP_SASL_SIMPLE,
		    &secret, NULL, NULL, NULL));
	ldap_unbind_ext_s(ld, NULL, NULL);
	return e;
}
