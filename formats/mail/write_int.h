/* Shared by write*.c. */
#ifndef FORMATS_MAIL_WRITE_INT_H
#define FORMATS_MAIL_WRITE_INT_H

#include "formats/mail/mail_int.h"

#define MAIL_MARK_BYTES 64

struct mail_writer {
	struct sink *to;
	struct buf b; /* gathered */
	char mark[MAIL_MARK_BYTES];
};

/* Hands on what is gathered when it is that much. */
int mail_flush(struct mail_writer *, size_t at_least) MUST_CHECK;
int mail_put_base64(struct buf *, const void *, size_t) MUST_CHECK;
int mail_put_head(struct buf *, const struct mail_head *) MUST_CHECK;
/* Content-Disposition with the name. */
int mail_put_filename(struct buf *, const char *name) MUST_CHECK;
/* The end of a Content-Type line, with an ASCII name where the file has
 * another; n: of the part. */
int mail_put_fallback(struct buf *, const char *name, unsigned n) MUST_CHECK;

#endif
