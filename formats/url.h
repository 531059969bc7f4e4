/*
 * The URL policy: one function for every format.
 *
 * Only http, https, mailto, tel and #fragment may leave. Everything that an
 * application could take for a path, a moniker or a command is refused:
 * UNC, drive letters, "//host", "x!y" monikers, user@host, other schemes,
 * relative references, a fragment that names another file, mail with files or
 * with line ends that would begin another header.
 */
#ifndef FORMATS_URL_H
#define FORMATS_URL_H

#include "base/buf.h"

#define URL_MAX_BYTES 2083

/*
 * in: decoded UTF-8 (format escapes resolved), n bytes. On 0 *out holds the
 * form to write: white space trimmed, TAB CR LF gone, the host in A-labels
 * (IDNA 2008), space and quotes percent-encoded. ERR_DENIED when it may not
 * leave; *why then is a constant English reason ("scheme", "path", ...).
 * ERR_NOMEM, ERR_LIMIT (of out).
 */
int url_check(const char *in, size_t n, struct buf *out,
    const char **why) MUST_CHECK;

#endif
