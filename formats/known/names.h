/*
 * File names as evidence: the extension as Windows would take it, and the
 * extensions that never cross whatever is inside (docs/identify.md).
 */
#ifndef FORMATS_KNOWN_NAMES_H
#define FORMATS_KNOWN_NAMES_H

#include <stdbool.h>
#include <stddef.h>

/*
 * The extension in lower case, "" when there is none or it does not fit in
 * size bytes. Blanks and dots at the end, a stream name behind ':', hidden
 * and control characters are ignored; full-width letters and dots are taken
 * as the ASCII ones. ".bat" has the extension "bat".
 */
void name_extension(const char *name, char *out, size_t size);
bool extension_blocked(const char *ext);

#endif
