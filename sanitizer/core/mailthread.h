/*
 * Which mails belong together, though other addresses sent them: keys that
 * two mails of one thread have in common. They are read out of the header of
 * a sanitised message, as formats/mail writes it: CRLF, folded with a blank,
 * subjects as they are or in words of UTF-8 and base64. What does not look so
 * gives no key. The message came from a worker, so nothing here trusts it:
 * all is bounded.
 *
 * A key is a kind and a hash:
 *   f  an address: the envelope sender, the address of From:
 *   i  a Message-ID: the message's own, and those it refers to
 *   s  the site of one of these addresses and what is left of the subject
 *      without "Re:", words about passwords and sending, blanks and signs; a
 *      site is the domain and what stands above it, but not "co.jp"
 */
#ifndef CORE_MAILTHREAD_H
#define CORE_MAILTHREAD_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

#define MAILTHREAD_KEYS	     48
#define MAILTHREAD_KEY_BYTES 34 /* with the NUL */

struct mailthread {
	char keys[MAILTHREAD_KEYS][MAILTHREAD_KEY_BYTES];
	size_t n;
};

/*
 * The keys of a message. fd: the sanitised message, or -1 when there is none;
 * sender: of the envelope, not the null sender. ERR_IO, ERR_NOMEM.
 */
int mailthread_read(int fd, const char *sender, struct mailthread *) MUST_CHECK;
/* Whether two mails have a key in common. */
bool mailthread_meet(const struct mailthread *, const struct mailthread *);

#endif
