/*
 * Addresses of an SMTP envelope (RFC 5321 section 4.1.2, RFC 6531), as they
 * may stand in a record, a parcel or a command to a server. Bytes are judged,
 * nothing is repaired: what is not an address is refused.
 */
#ifndef CORE_MAILADDR_H
#define CORE_MAILADDR_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

#define MAILADDR_BYTES 321 /* with the NUL */

/*
 * "local@domain": a dot-string (dots may stand anywhere: Japanese carriers
 * gave out such addresses) or a quoted string, then a host name or an address
 * in brackets. UTF-8 is allowed in both; controls, blanks outside quotes,
 * hidden and bidi characters are not.
 */
bool mailaddr_ok(const char *);
/* Whether SMTPUTF8 is needed to name it. */
bool mailaddr_is_utf8(const char *);
/* "", "<>" and Postfix's MAILER-DAEMON: nobody, as the sender of a report. */
bool mailaddr_is_null(const char *);
/* For comparing: ASCII letters made small. out has MAILADDR_BYTES. */
void mailaddr_lower(const char *, char *out);
/* Whether the domain is one of these, or stands below one. domains: names with
 * blanks between. */
bool mailaddr_is_inside(const char *address, const char *domains);
/* How a command names it: a local part with dots in odd places is quoted.
 * ERR_LIMIT: no room. */
int mailaddr_path(const char *, char *out, size_t size) MUST_CHECK;

#endif
