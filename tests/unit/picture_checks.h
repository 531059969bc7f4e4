/* What the picture tests share; see picture_checks.c. */
#ifndef TESTS_PICTURE_CHECKS_H
#define TESTS_PICTURE_CHECKS_H

#include <stdbool.h>

#include "formats/doc.h"

/* A sample by its path under samples/ into b (initialised); asserts. */
void picture_load(const char *path, struct buf *b);
/* Rebuild a sample; checks the fixpoint; *out is initialised here. */
int picture_rebuild(const char *id, const char *path, struct buf *out);
/* Does the finding come out when the sample is rebuilt? */
bool picture_finds(const char *id, const char *path, enum finding_id);
/*
 * Every bit of a sample flipped (step: every step-th), and every length of
 * it cut: each must end in a verdict, and each success be a fixpoint.
 */
void picture_mutate(const char *id, const char *path, size_t step);

#endif
