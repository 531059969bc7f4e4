/*
 * The site's directory: it checks a password, nothing else. Accounts, roles
 * and departments are ours (account.h).
 */
#ifndef CONSOLE_LDAP_H
#define CONSOLE_LDAP_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

/*
 * Bind as dn_pattern with its one %s replaced by the login (RFC 4514: letters,
 * digits, "._-" only; others ERR_DENIED). ldaps:// and ldapi:// as they are,
 * ldap:// with StartTLS only. An empty password is ERR_DENIED: a directory
 * takes it for a guest and says yes. ERR_DENIED: wrong; ERR_IO: no answer
 * within 5 s; ERR_MALFORMED: uri or pattern.
 */
int ldap_check(const char *uri, const char *dn_pattern, const char *login,
    const char *password, size_t n) MUST_CHECK;
/* The name to bind as. */
int ldap_name(const char *dn_pattern, const char *login, char *out,
    size_t size) MUST_CHECK;

#endif
