/*
 * What passes between the process that decides and the processes that parse.
 *
 *   parent  -> zygote   struct proto_request with its descriptors, one
 *                       message each over a SOCK_SEQPACKET pair
 *   zygote  -> parent   struct proto_reply, the same way
 *   child   -> parent   records over a pipe: a header, then a body of the one
 *                       size that its type has
 *
 * All three run from one installation on one machine: bodies are the structs
 * themselves, and proto_layout() refuses a partner built from other ones.
 *
 * The parent trusts nothing that comes from a child. The stream reader below
 * checks every field, never aborts and never grows without a cap. Nothing
 * here needs formats/: only the constant texts of findings.
 */
#ifndef WORKER_PROTO_H
#define WORKER_PROTO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "formats/findings.h"
#include "formats/options.h"
#include "formats/result.h"

#define PROTO_MAGIC	     0x53454b49u
#define PROTO_NAME_BYTES     512	 /* of a claimed name, with the NUL */
#define PROTO_PASSWORD_BYTES (64u << 10) /* of a list of passwords */
#define PROTO_PASSWORDS	     256	 /* tried at most */
#define PROTO_SLOTS	     64		 /* documents at a time at most */

#define PROTO_SEND_MS 2000 /* a zygote that lives reads at once */

/* The control socket as the zygote finds it. */
#define PROTO_CONTROL_FD 3

/* Its argument, when it has one: see doc_preload_mail(). */
#define PROTO_LIGHT "light"

/* Descriptors of a request, in this order; the last two may be missing, and
 * the parts then take the place of the passwords. */
enum proto_fd {
	PROTO_FD_IN,	    /* sealed memory file */
	PROTO_FD_OUT,	    /* empty memory file */
	PROTO_FD_RECORDS,   /* write end of a pipe */
	PROTO_FD_PASSWORDS, /* sealed memory file */
	PROTO_FD_PARTS,	    /* empty memory file: gets what is taken out */
	PROTO_FDS
};

enum proto_mode { PROTO_REBUILD = 1, PROTO_IDENTIFY };

struct proto_request {
	uint32_t magic;
	uint32_t seq;  /* comes back in the replies */
	uint32_t mode; /* enum proto_mode */
	uint32_t has_passwords, has_parts;
	uint64_t in_bytes; /* size of the sealed input */
	uint64_t passwords_bytes;
	struct options options;
	char name[PROTO_NAME_BYTES]; /* claimed base name, "" */
	char expect[ID_BYTES];	     /* prove: this format, "" */
};

enum proto_kind {
	PROTO_READY = 1, /* preloaded, the cage holds; seq is the layout */
	PROTO_STARTED,	 /* pid; the pidfd comes with it */
	PROTO_EXITED,	 /* pid and status as from waitpid() */
	PROTO_REFUSED	 /* no child could be made; status is an errno */
};

struct proto_reply {
	uint32_t magic;
	uint32_t kind;
	uint32_t seq;
	int32_t pid;
	int32_t status;
};

/* ---- exit status of a child */

#define PROTO_EXIT_REQUEST 72 /* the request makes no sense */
#define PROTO_EXIT_CAGE	   73 /* the lock did not close */
#define PROTO_EXIT_RECORDS 75 /* nobody takes the records */

/* 0, 11 to 40 for the document's fault, 70 to 79 for ours. */
int proto_exit_code(int err);

/* ---- both ends of the control socket */

/* A number that differs when the two programs' structs or ids differ. */
uint32_t proto_layout(void);
/*
 * One message with n_fds descriptors (borrowed). ERR_NOENT: the other end is
 * gone. ERR_IO with errno set: EAGAIN when the socket stays full for
 * PROTO_SEND_MS and soon was asked for.
 */
int proto_send(int sock, const void *msg, size_t bytes, const int *fds,
    size_t n_fds, bool soon) MUST_CHECK;
/*
 * Take one message of exactly this size. *n_fds says how many descriptors
 * came; all are close-on-exec and the caller's. ERR_NOENT: the other end is
 * gone. ERR_IO with errno set (EAGAIN: nothing there). ERR_MALFORMED: another
 * size or too many descriptors (closed here).
 */
int proto_recv(int sock, void *msg, size_t bytes, int fds[PROTO_FDS],
    size_t *n_fds) MUST_CHECK;

/* ---- a child's end of the record pipe */

enum proto_record {
	PROTO_FINDING = 1,  /* struct finding */
	PROTO_MEMBER_BEGIN, /* char[DOC_NAME_BYTES] */
	PROTO_MEMBER_END,   /* struct doc_result */
	PROTO_END	    /* struct doc_result: last */
};

struct proto_head {
	uint32_t type;	/* enum proto_record */
	uint32_t bytes; /* of the body */
};

#define PROTO_BODY_BYTES sizeof(struct doc_result) /* of the largest body */

int proto_put_finding(int fd, const struct finding *) MUST_CHECK;
int proto_put_member(int fd, const char *name) MUST_CHECK;
/* type: PROTO_MEMBER_END or PROTO_END. Texts are made printable here. */
int proto_put_result(int fd, enum proto_record,
    const struct doc_result *) MUST_CHECK;

/* ---- the parent's end */

/* Who takes the checked records. 0, or an error that ends the stream. */
struct proto_events {
	void *arg;
	int (*finding)(void *arg, const struct finding *);
	int (*member_begin)(void *arg, const char *name);
	int (*member_end)(void *arg, const struct doc_result *);
	int (*end)(void *arg, const struct doc_result *);
};

struct proto_stream {
	uint64_t max_findings, max_members;
	uint64_t n_findings, n_members;
	uint32_t max_depth, depth;
	size_t have; /* bytes of the record being gathered */
	bool has_ended;
	int err; /* of the first bad record: nothing is taken after it */

	union {
		struct proto_head head;
		uint8_t raw[sizeof(struct proto_head) + PROTO_BODY_BYTES];
	} in;
};

/* The caps are those that the child was given, with a little room. */
void proto_stream_init(struct proto_stream *, const struct limits *);
/*
 * Take n bytes as they come, in pieces of any size. ERR_MALFORMED: not what a
 * worker sends; ERR_LIMIT: more than it may send; else what an event said.
 * The stream stays broken after an error.
 */
int proto_stream_feed(struct proto_stream *, const void *, size_t n,
    const struct proto_events *) MUST_CHECK;
/* No more will come: 0 only when it ended, once, and nothing is left over. */
int proto_stream_finish(struct proto_stream *) MUST_CHECK;

#endif
