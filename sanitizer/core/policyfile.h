/* Inside of policy: values of the table as text. */
#ifndef CORE_POLICYFILE_H
#define CORE_POLICYFILE_H

#include "core/policy.h"

/* Read one value into its field. ERR_MALFORMED: why (at most 200 bytes). */
int policy_set(struct policy *, const struct policy_setting *,
    const char *value, char why[POLICY_WHY_BYTES]) MUST_CHECK;
/* The row of a key, or NULL. */
const struct policy_setting *policy_find(const char *section, const char *key);

/* Also for other files of the same syntax (rules.h). */
/* Digits, then at most one of K, M, G. ERR_MALFORMED, ERR_LIMIT. */
int policy_uint(const char *, uint64_t *) MUST_CHECK;
int policy_uint_text(uint64_t, struct buf *) MUST_CHECK;
/* What libconfuse would read otherwise than it stands: the line and what is
 * wrong there, or NULL. text has a NUL behind its n bytes. */
const char *policy_text_bad(const char *text, size_t n, int *line);

#endif
