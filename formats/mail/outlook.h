/*
 * Mail that is not MIME: Outlook messages ([MS-OXMSG] in a compound file),
 * TNEF ([MS-OXTNEF], winmail.dat), and uuencoded blocks in a text.
 *
 * Each is read whole with our own readers and gives parts of the tree of
 * mail.h; what only Outlook would act on (forms, reminder sounds, voting,
 * links to files on servers, OLE objects) is left out and reported.
 * docs/formats/outlook.md. Everything lives in document memory.
 */
#ifndef FORMATS_MAIL_OUTLOOK_H
#define FORMATS_MAIL_OUTLOOK_H

#include "formats/mail/mail.h"

/*
 * A TNEF stream as a message. *out is one MPART_MESSAGE: head is set, body is
 * empty (there are no MIME bytes of it), first is its one root part:
 *
 *   the body, MPART_TEXT or MPART_HTML, or a multipart/alternative of both;
 *   with attachments a multipart/mixed of that (if there is one) and them.
 *
 * An attached message is an MPART_FILE that is TNEF itself ("name.tnef"), for
 * doc_child(). For a winmail.dat in a mail, take (*out)->first in the place of
 * the part: its head repeats that of the mail and says nothing new. first is an
 * empty text when the stream holds nothing. where: how findings name the stream
 * ("" at top level), and the start of the parts' own where.
 * ERR_MALFORMED, ERR_TRUNCATED, ERR_LIMIT, ERR_NOMEM.
 */
int mail_tnef(struct doc *, const struct reader *, const char *where,
    struct mpart **out) MUST_CHECK;

/*
 * The same of an Outlook message file (.msg). Also ERR_AMBIGUOUS: streams
 * of the compound file lie over each other; ERR_ENCRYPTED: rights-managed.
 */
int mail_msg(struct doc *, const struct reader *, const char *where,
    struct mpart **out) MUST_CHECK;

/*
 * Takes the uuencoded blocks ("begin 644 name" to "end") out of a text, in any
 * ASCII-compatible charset, line ends of any kind. *files: what they held, a
 * list of MPART_FILE in the order of the text, NULL when there is none; then
 * rest is left alone. Else rest holds the text around them, byte for byte,
 * with a line "[name]" (or "[attachment 1]", when it
 * is not ASCII) in the place of each block. A block that breaks off
 * still gives what it holds (marked doubtful), and is reported.
 */
int mail_uu(struct doc *, const struct reader *text, const char *where,
    struct buf *rest, struct mpart **files) MUST_CHECK;

/* Does the text have a block that mail_uu() would take? Allocates nothing. */
bool mail_has_uu(const struct reader *text);
/* Does such a block begin with the first byte? */
bool mail_uu_first(const struct reader *text);

#endif
