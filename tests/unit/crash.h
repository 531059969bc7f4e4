/*
 * Kill the process before the N-th call that changes a disk, for N = 1, 2, ...
 * until a run completes; start again; what is lost, repeated or early is a
 * failure. What crash.c interposes holds for the whole program it is linked
 * into.
 */
#ifndef TESTS_UNIT_CRASH_H
#define TESTS_UNIT_CRASH_H

#include "core/audit.h"
#include "core/keys.h"
#include "core/record.h"

#define CHECK(what) crash_check((what), #what, __LINE__)

extern char crash_base[128]; /* the folder of a run: way/ and dest/ in it */
extern int crash_failures;
extern long crash_now_at;

void crash_begin(void);
/* what: killed; killed: what must hold after each kill; after: at the end. */
void crash_loop(const char *name, void (*what)(void), void (*killed)(void),
    void (*after)(void));
int crash_end(void);

/* A path below crash_base; the last eight are good. */
const char *crash_at(const char *name);
void crash_check(int ok, const char *what, int line);
/* Within what: a fault that is not a kill. */
void crash_must(int ok, const char *what);
int crash_count_in(const char *folder);
int crash_count_text(const char *file, const char *text);
int crash_holds(const char *file, const char *text);
int crash_memory(const char *text);
void crash_fill(struct record *, const char *id, const char *text,
    enum verdict);
int crash_prove(void *, int fd, const char *format);
void crash_open_outer(struct keys *, struct audit **);
void crash_sound_log(const char *state);

#endif
