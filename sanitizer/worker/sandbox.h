/*
 * The cage of a process that parses.
 *
 * Order: sandbox_prepare() and sandbox_confine() once in the zygote, after
 * everything was preloaded; then in each child sandbox_fds(),
 * sandbox_limits(), sandbox_lock(), and only then the first byte of input.
 * After sandbox_lock() the process can compute, get memory, write to the
 * descriptors it holds and exit. Anything else ends it with SIGSYS: opening,
 * sockets, new processes, executable memory, signals, ioctl.
 *
 * There is no switch. A build under AddressSanitizer (SEKISHO_CAGE_ASAN)
 * allows the few calls which that runtime makes and does not bound the
 * address space; sandbox.c does not compile that way without the sanitizer.
 */
#ifndef WORKER_SANDBOX_H
#define WORKER_SANDBOX_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

#define SANDBOX_FIRST_FD 3

struct sandbox {
	unsigned short n; /* instructions of the filter */
	void *filter;	  /* struct sock_filter[n] */
};

struct sandbox_limits {
	uint64_t address_space_bytes;
	uint64_t file_bytes; /* of any one file: the output's cap */
	uint32_t cpu_s;
};

/* Compiles the system call filter. ERR_NOMEM, ERR_INTERNAL. */
int sandbox_prepare(struct sandbox *) MUST_CHECK;
void sandbox_done(struct sandbox *);
/*
 * What a zygote can give up for itself and its children: privileges, core
 * dumps, capabilities and, by Landlock where the kernel has it, every path
 * and port. It can still fork. ERR_INTERNAL.
 */
int sandbox_confine(void) MUST_CHECK;
/*
 * Put fds[i] at SANDBOX_FIRST_FD + i and close everything else, standard
 * input, output and error as well (so that no library's chatter lands in
 * ours). ERR_INTERNAL.
 */
int sandbox_fds(const int *fds, size_t n) MUST_CHECK;
/* Resource limits, for good; the child dies with its parent. ERR_INTERNAL. */
int sandbox_limits(const struct sandbox_limits *) MUST_CHECK;
/* Close the cage. ERR_INTERNAL: it is open, do not go on. */
int sandbox_lock(const struct sandbox *) MUST_CHECK;

#endif
