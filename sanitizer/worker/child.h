/*
 * The life of one child: one document, in the cage.
 */
#ifndef WORKER_CHILD_H
#define WORKER_CHILD_H

#include <stddef.h>

#include "worker/proto.h"
#include "worker/sandbox.h"

/*
 * Lock the cage, work on the one document, send its records and exit with
 * proto_exit_code(). fds: as in enum proto_fd. Called after fork(), in a
 * process with one thread. light: only doc_preload_mail() was called.
 */
_Noreturn void child_run(const struct sandbox *, const struct proto_request *,
    const int *fds, size_t n_fds, bool light);

#endif
