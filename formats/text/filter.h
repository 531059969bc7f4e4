/*
 * The filter that every text passes: characters that act on a screen or hide
 * from the reader go, all else keeps its bytes. Shared by text and CSV.
 *
 * docs/formats/text.md lists what is removed. The result is a fixpoint.
 */
#ifndef FORMATS_TEXT_FILTER_H
#define FORMATS_TEXT_FILTER_H

#include "base/buf.h"
#include "formats/doc.h"
#include "formats/format.h"
#include "formats/text/charset.h"

/*
 * Filters the whole document into out and reports what was removed.
 * *id is the charset of what was written. want_bom: put a byte order mark
 * before text that is newly made UTF-8. ERR_UNSUPPORTED: in no known charset;
 * ERR_AMBIGUOUS: what is left would be read in another one.
 */
int text_filter(struct doc *, struct buf *out, bool want_bom,
    struct charset_id *id) MUST_CHECK;
/*
 * The same filter for text inside something else: valid UTF-8 with line feeds,
 * and so is what comes out. where names the place in findings; lines: the
 * number of the line is put behind it, else all that breaks a line but a line
 * feed becomes a space.
 */
int text_filter_part(struct doc *, const struct reader *utf8, const char *where,
    bool lines, struct buf *out) MUST_CHECK;
/*
 * Is out what we say it is: in this charset (or plain ASCII), and not a text
 * that begins like something that acts? ERR_AMBIGUOUS.
 */
int text_check(struct doc *, const struct buf *out,
    struct charset_id *id) MUST_CHECK;
/* Does it begin like a type that acts (HTML, RTF, SYLK, a script)? */
bool text_acts(const struct reader *, const struct charset_id *);
/*
 * MAYBE for a head that decodes, has few control characters and does not
 * begin like a type that acts (threats: HTML, XML, SYLK, scripts, shortcuts).
 */
enum probe text_probe(const struct reader *, const char **sub);

#endif
