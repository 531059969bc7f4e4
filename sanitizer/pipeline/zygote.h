/*
 * The parent's hold on sekisho-worker: start it, ask it, end it.
 */
#ifndef PIPELINE_ZYGOTE_H
#define PIPELINE_ZYGOTE_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/err.h"

struct zygote {
	pid_t pid;  /* 0: none */
	int sock;   /* SOCK_SEQPACKET, -1: none; see worker/proto.h */
	bool light; /* for messages of texts: formats/doc.h */
};

/*
 * Start the program and wait until it reports that its cage holds. path:
 * NULL for sekisho-worker beside this program, then where it is installed.
 * ERR_NOENT: no such program; ERR_IO; ERR_INTERNAL: it is not fit to serve,
 * or comes from another build.
 */
int zygote_start(const char *path, bool light, struct zygote *) MUST_CHECK;
/* End it and its children, at once. */
void zygote_stop(struct zygote *);

#endif
