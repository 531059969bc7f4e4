/*
 * Speaking to sekisho-watch: STATE/people/watch.sock (SOCK_SEQPACKET, mode
 * 0600; only the gateway's user and root are listened to). One request a
 * packet, JSON; one answer.
 *
 *   {"op":"password","id":ID,"who":LOGIN} and one descriptor, a sealed memory
 *   file with passwords, one a line       -> {"ok":BOOL,"say":KEY}
 *   {"op":"status"}  -> {"ok":true,"waiting":N,"working":N,"oldest_s":N}
 *
 * Nothing is kept: a password lives in the memory file alone, and goes with
 * it. Errors: ERR_NOENT (nobody is there), ERR_IO, ERR_LIMIT (no answer in
 * time, or too long), ERR_MALFORMED (an answer that is none), ERR_NOMEM.
 */
#ifndef CORE_WATCHSOCK_H
#define CORE_WATCHSOCK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

#define WATCHSOCK_NAME	       "people/watch.sock"
#define WATCHSOCK_PACKET_BYTES 4096
#define WATCHSOCK_SAY_BYTES    256
#define WATCHSOCK_WAIT_MS      180000 /* for a password; 5 s for status */

/*
 * Try passwords (n bytes, one a line; wiped by the caller) on a transfer that
 * waits for one. Returns when the document is done. *ok: it was opened and is
 * released or waits for approval. say: English (gettext key), for the person.
 */
int watchsock_password(const char *state_dir, const char *id, const char *who,
    const char *passwords, size_t n, bool *ok,
    char say[WATCHSOCK_SAY_BYTES]) MUST_CHECK;

struct watchsock_status {
	uint64_t waiting, working, oldest_s;
};

int watchsock_status(const char *state_dir,
    struct watchsock_status *) MUST_CHECK;

#endif
