/* Inside of policy: values of the table as text. */
#ifndef CORE_POLICYFILE_H
#define CORE_POLICYFILE_H

#include "core/policy.h"

/* Read one value into its field. ERR_MALFORMED: why (at most 200 bytes). */
int policy_set(struct policy *, const struct policy_setting *,
    const char *value, char why[POLICY_WHY_BYTES]) MUST_CHECK;
/* The row of a key, or NULL. */
const struct policy_setting *policy_find(const char *section, const char *key);

#endif
