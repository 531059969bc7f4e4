/*
 * A small SMTP and LMTP client (RFC 5321, RFC 2033): hands messages to one
 * server and tells for each recipient what the server said. No TLS: the
 * server is on this host, or one hop away on the inner net.
 *
 * The server is not trusted with memory: replies are bounded, waits too.
 */
#ifndef CORE_SMTPOUT_H
#define CORE_SMTPOUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

#define SMTPOUT_TEXT_BYTES 384

struct smtpout_target {
	bool is_lmtp;
	char host[256]; /* "" with path */
	char port[16];
	char path[108]; /* of a socket, LMTP only */
};

/* "HOST:PORT", "[ADDRESS]:PORT", and for LMTP "/SOCKET". ERR_MALFORMED. */
int smtpout_target(const char *text, bool is_lmtp,
    struct smtpout_target *) MUST_CHECK;

enum smtpout_fate {
	SMTPOUT_UNKNOWN, /* the connection broke before the answer */
	SMTPOUT_DELIVERED,
	SMTPOUT_LATER, /* 4xx */
	SMTPOUT_NEVER  /* 5xx */
};

struct smtpout_rcpt {
	const char *address;
	enum smtpout_fate fate;
	char text[SMTPOUT_TEXT_BYTES]; /* the answer, printable, one line */
};

struct smtpout_mail {
	const char *sender; /* "": null sender */
	int fd;		    /* read from offset 0 */
	uint64_t bytes;
	bool is_8bit;	 /* bytes above 127 in the body */
	bool needs_utf8; /* in the header or an address */
};

/* What the bytes of a message need; ERR_IO. */
int smtpout_look(int fd, struct smtpout_mail *) MUST_CHECK;

struct smtpout;

/*
 * Connect and greet. ERR_IO: not reachable, or not willing now; why is one
 * printable line. helo: our name.
 */
int smtpout_open(const struct smtpout_target *, const char *helo,
    struct smtpout **, char why[SMTPOUT_TEXT_BYTES]) MUST_CHECK;
/*
 * Hand over one message. 0: every recipient has a fate. ERR_IO: the
 * connection is of no more use; recipients without an answer are UNKNOWN,
 * and text of the first says why. Line ends are made CRLF, dots are stuffed.
 */
int smtpout_send(struct smtpout *, const struct smtpout_mail *,
    struct smtpout_rcpt *, size_t n) MUST_CHECK;
/* QUIT, without waiting long. NULL is fine. */
void smtpout_close(struct smtpout *);

#endif
