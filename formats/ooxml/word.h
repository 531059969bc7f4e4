/* WordprocessingML handlers; see walk.h. */
#ifndef OOXML_WORD_H
#define OOXML_WORD_H

#include "formats/ooxml/walk.h"

/* Notes and comments, and references to them: word_ids.c. */
node_fn word_footnote, word_endnote, word_comment;
node_fn word_footnote_ref, word_endnote_ref, word_comment_ref;

/* What else belongs to comments stays with them only. */
bool word_wants(const struct part *, const struct opc_rel *);

/* Before the walk: tracked changes by the policy, fields. */
int word_unit(struct part *, struct xnode *root) MUST_CHECK;

/* Accept all tracked changes of a part (reported once): word_change.c. */
int word_accept(struct part *, struct xnode *root) MUST_CHECK;

#endif
