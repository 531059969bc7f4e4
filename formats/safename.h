/*
 * File names made safe: what an untrusted name becomes before it is written
 * into an archive or a mail that we make. Each function is a fixpoint: a safe
 * name stays as it is, byte for byte.
 */
#ifndef FORMATS_SAFENAME_H
#define FORMATS_SAFENAME_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

#define SAFENAME_MAX_BYTES 200 /* of one component */
#define SAFENAME_MAX_CHARS 120
#define SAFENAME_BUF	   (SAFENAME_MAX_BYTES + 1)

/*
 * One component (no path): composed (NFC); control, bidi and hidden characters
 * taken out; what Windows reserves or mistakes for a separator made '_';
 * gaiji made U+3013; runs of spaces made one; no space at either end and no
 * dot at the end; device names (CON, LPT1, ...) led by '_'; cut to the limits
 * above before its extension. A name of which nothing is left becomes "_";
 * "", "." and ".." become "" (nothing). Invalid UTF-8 becomes '_'.
 */
int safename_part(const char *in, size_t n, char out[SAFENAME_BUF]) MUST_CHECK;
/*
 * The same name with another extension: the last one taken off when replace
 * is set, then ".ext" put behind, within the limits.
 */
int safename_ext(const char *part, bool replace, const char *ext,
    char out[SAFENAME_BUF]) MUST_CHECK;
/* "name (n).ext", within the limits. */
int safename_number(const char *part, unsigned n,
    char out[SAFENAME_BUF]) MUST_CHECK;
/* The extension without its dot, "" when there is none; points into name. */
const char *safename_get_ext(const char *name);
/* Equal on a file system that ignores case: the key of a name or path. */
int safename_fold(const char *name, struct buf *out) MUST_CHECK;

#endif
