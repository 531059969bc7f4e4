/*
 * A format: one const struct in one .c file (or folder), listed in registry.c.
 *
 * Formats parse hostile bytes; they run only in a worker's child. They open
 * no path, read no clock and no environment, log nothing, know no policy.
 */
#ifndef FORMATS_FORMAT_H
#define FORMATS_FORMAT_H

#include "base/err.h"
#include "base/reader.h"

struct doc;

enum probe { PROBE_NO, PROBE_MAYBE, PROBE_YES };

#define FMT_CONTAINER (1u << 0) /* its members appear in receipts */
#define FMT_TEXT \
	(1u << 1) /* text family: MAYBE counts when nothing says YES \
		   */
#define FMT_BLOCKED   (1u << 2) /* never crosses: programs, links, scripts */
#define FMT_ENCRYPTED (1u << 3) /* a password-protected form: ERR_ENCRYPTED */
#define FMT_IMAGE \
	(1u << 4) /* a picture: may stand in a document; mime[0] is what is \
		     written */

#define FMT_ASKED_LAST \
	(1u << 5) /* never says YES: asked when nothing else has \
		   */

struct format {
	const char *id; /* "jpeg", or a family: "ooxml" */
	const char *const
	    *mime; /* libmagic answers that agree; NULL-terminated or NULL */
	const char *const
	    *extensions; /* lower case, without dot; NULL-terminated or NULL */
	unsigned flags;
	/* In the zygote, before any input: load tables and codecs. May be NULL.
	 */
	int (*preload)(void);
	/*
	 * Structural, at the strict position (offset 0); allocates nothing.
	 * *sub (may stay NULL) gets a constant finer id, "ooxml.docx".
	 * MAYBE is for the text family, and for a format behind bytes that are
	 * not its own (PDF): it counts only when nothing says YES.
	 */
	enum probe (*probe)(const struct reader *, const char **sub);
	/*
	 * NULL: identified, never rebuilt ("not supported yet", or blocked).
	 * Else reads doc_in(), writes with doc_put(). 0, or an error and the
	 * output is thrown away. The output must be canonical: rebuilding it
	 * again gives the same bytes and no finding but ACT_KEPT ones.
	 */
	int (*rebuild)(struct doc *) MUST_CHECK;
};

extern const struct format *const formats[]; /* registry.c, NULL-terminated */

#endif
