/*
 * Folders that say the class of information (重要性分類): in a person's folder
 * a folder of one of the policy's three names (class_1_name ..) is a shelf.
 * What is put on it has that class; each thing on it is taken by itself, as
 * one beside it would be, and the shelf stays.
 */
#ifndef CMD_WATCHCLASS_H
#define CMD_WATCHCLASS_H

#include "core/policy.h"
#include "core/rules.h"

/*
 * Of a path below the person's folder, or of a name there. Ⅰ Ⅱ Ⅲ and the
 * letters I of either width are the same. CLASS_NONE: it begins with no
 * shelf. *rest, may be NULL: where the path goes on behind the shelf ("" when
 * it is the shelf itself), or path.
 */
enum rules_class watch_class(const struct policy *, const char *path,
    const char **rest);

#endif
