/* Shared by tree*.c: the comparison of readings. */
#ifndef FORMATS_MAIL_TREE_INT_H
#define FORMATS_MAIL_TREE_INT_H

#include "formats/mail/mail_int.h"

/* Where a part's body lies in the message, as GMime sees it. */
struct mail_span {
	size_t from, bytes;
	enum mail_cte cte;
};

struct mail_spans {
	struct mail_span list[MAIL_PARTS_MAX];
	size_t n;
	bool too_many; /* or too deep */
};

int mail_gmime(struct doc *, const struct reader *,
    struct mail_spans *) MUST_CHECK;

#endif
