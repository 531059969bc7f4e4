/*
 * What is it? Three opinions: structure (probes at the strict position),
 * libmagic, and the claimed name.
 *
 * Exactly one structural YES wins. Two are ERR_AMBIGUOUS (a polyglot). With
 * no YES the text family is asked; nothing at all is ERR_UNSUPPORTED. A name
 * with an extension that never crosses is ERR_BLOCKED whatever is inside.
 */
#ifndef FORMATS_IDENTIFY_H
#define FORMATS_IDENTIFY_H

#include <stdbool.h>

#include "base/reader.h"
#include "formats/format.h"
#include "formats/result.h"

struct identity {
	const struct format *format; /* NULL when nothing fits */
	char structure[ID_BYTES];    /* "ooxml.docx", "" */
	char magic[MAGIC_BYTES];     /* "image/png", "" when not asked */
	char name[ID_BYTES];	     /* what the extension says: "docx", "" */
	bool magic_agrees, name_agrees;
};

/* Loads the libmagic database; in the zygote, once. ERR_IO. */
int identify_preload(void) MUST_CHECK;
/*
 * name: the claimed file name, UTF-8, may be "". ask_magic: false for parts
 * whose container already said what they are. ERR_AMBIGUOUS,
 * ERR_BLOCKED and ERR_UNSUPPORTED fill *out as far as it is known.
 */
int identify(const struct reader *, const char *name, bool ask_magic,
    struct identity *out) MUST_CHECK;
/*
 * Only a name tells the formats of the text family apart: when the identity
 * is of that family and the format of expect is as well and may be it, *id
 * becomes that format.
 */
void identify_expected(const struct reader *, const char *expect,
    struct identity *id);
/*
 * What came by mail is a mail, whatever its bytes look like: *id is that
 * format without a look at them. ERR_UNSUPPORTED: it is not built in.
 */
int identify_mail(struct identity *id) MUST_CHECK;
/* The format of this id or of its family ("ooxml.docx" -> ooxml), or NULL. */
const struct format *format_by_id(const char *id);
/* The (first) format that owns this extension (any case), or NULL. */
const struct format *format_by_extension(const char *ext);

#endif
