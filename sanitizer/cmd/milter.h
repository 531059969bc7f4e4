/*
 * Inside of sekisho-milter: one connection of the mail server, and what is
 * told to the mail server about its messages. milter.c has the callbacks of
 * libmilter, miltermsg.c a message as it comes in, milterout.c its
 * replacement.
 *
 * Every callback that fails answers with a temporary failure, and so does
 * the mail server itself when this program is gone: Postfix must say
 * milter_default_action = tempfail, which is its default.
 */
#ifndef CMD_MILTER_H
#define CMD_MILTER_H

#include <libmilter/mfapi.h>
#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "cmd/milterpool.h"
#include "core/flood.h"
#include "core/mailhops.h"
#include "core/mailqueue.h"
#include "core/policy.h"

#define MILTER_HEADERS_MAX 2000 /* header fields of one message */

struct milter_header {
	char *name;
	int nth; /* of this name, from 1 */
};

struct milter_conn {
	bool waits; /* the server wants an answer to each piece */
	char client[64];
	/* the message */
	bool has_message;
	char sender[MAILADDR_BYTES];
	struct buf envelope; /* cleaner.h: the recipients so far */
	size_t n_recipients;
	int fd; /* memory file with the message, or -1 */
	uint64_t bytes;
	struct milter_header *headers;
	size_t n_headers, cap_headers;
	struct mailhops hops;
	unsigned parts; /* Content-Type lines */
	size_t matched; /* letters of "content-type:" seen in this line */
	bool is_too_large;
	int err; /* of a piece: answered at the end of the message */
};

/* ---- miltermsg.c */

void milter_begin(struct milter_conn *);
/* Frees what belongs to the message; the connection stays. */
void milter_forget(struct milter_conn *);
/* Bytes of the message: counted, looked over, kept. ERR_LIMIT: more than max.
 */
int milter_add(struct milter_conn *, const void *, size_t n,
    uint64_t max) MUST_CHECK;
/* A header field as libmilter gives it (value with its leading blanks). */
int milter_add_header(struct milter_conn *, const char *name, const char *value,
    uint64_t max) MUST_CHECK;
/* "<a@b>" without its brackets; ERR_DENIED: not an address. */
int milter_address(const char *path, bool may_be_null,
    char out[MAILADDR_BYTES]) MUST_CHECK;

/* ---- milterout.c */

/*
 * Take every header field and the body away and put those of the sealed
 * message fd there. ERR_*: the mail server must be told to fail.
 */
int milter_replace(SMFICTX *, const struct milter_conn *, int fd) MUST_CHECK;

#endif
