/*
 * A mail server for tests, in a process of its own on a UNIX socket. It
 * speaks LMTP and appends what it took to a file: a line "<recipient>
 * X-Sekisho-Id" for each recipient before it answers 250, and with keep the
 * bytes of the message as they came.
 *
 * The local part decides: "later" 452, "never" 550 at RCPT; "lost" ends the
 * connection instead of the last answer; "after" 552 after the data.
 */
#ifndef TESTS_UNIT_FAKE_SERVER_H
#define TESTS_UNIT_FAKE_SERVER_H

#include <sys/types.h>

struct fake_server {
	const char *socket, *log, *keep; /* keep: file, or NULL */
	const char *features;		 /* "SIZE 1000,8BITMIME", or "" */
};

/* Listens when it returns; the caller kills it. */
pid_t fake_server_start(const struct fake_server *);

#endif
