/* Inside of rules: the table and its values as text. */
#ifndef CORE_RULESFILE_H
#define CORE_RULESFILE_H

#include "core/rules.h"

/* Set one value. ERR_MALFORMED: why (at most 200 bytes). */
int rules_set(struct rules *, const struct rules_setting *, const char *value,
    char why[POLICY_WHY_BYTES]) MUST_CHECK;
/* The row of a key, or NULL. */
const struct rules_setting *rules_find(const char *key);
/* One setting: "key = value"; with its help before it when asked. */
int rules_print_setting(const struct rules *, const struct rules_setting *,
    bool with_help, bool ja, struct buf *) MUST_CHECK;

#endif
