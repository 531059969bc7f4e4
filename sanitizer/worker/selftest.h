/*
 * Does the cage hold, on this kernel, now?
 */
#ifndef WORKER_SELFTEST_H
#define WORKER_SELFTEST_H

#include "base/err.h"
#include "worker/sandbox.h"

/*
 * Fork children into the cage that try to get out; each must die by SIGSYS,
 * and one that only computes must live. ERR_INTERNAL and a line on standard
 * error otherwise: then no document may be touched.
 */
int selftest_cage(const struct sandbox *) MUST_CHECK;

#endif
