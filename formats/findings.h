/*
 * What can be found in a document. One line each in the .def files:
 *
 *   FINDING(NAME, "family.name", KIND, "Japanese", "English")
 *
 * KIND: ATTACK (acts, or makes readers disagree), HIDING (lies where readers
 * do not look), DISCLOSURE (says something about people, places, machines),
 * NOTE (a normalisation, for the record). The texts say what was found, so
 * that a clerk understands; the action is said beside it. The ids are stable:
 * receipts, policy and docs/findings.md use them (a lint compares).
 */
#ifndef FORMATS_FINDINGS_H
#define FORMATS_FINDINGS_H

#include <stdint.h>

enum finding_kind { KIND_ATTACK, KIND_HIDING, KIND_DISCLOSURE, KIND_NOTE };

enum finding_id {

#define FINDING(name, id, kind, ja, en) FIND_##name,
#include "formats/findings.def"
#undef FINDING
	FIND_COUNT
};

enum action {
	ACT_REMOVED,
	ACT_REPLACED,  /* by a harmless stand-in */
	ACT_FLATTENED, /* to what it showed */
	ACT_KEPT,      /* left in on purpose, said */
	ACT_NOTED,
	ACT_COUNT
};

#define FINDING_WHERE_BYTES  160
#define FINDING_DETAIL_BYTES 256

/*
 * Fixed size: what a worker sends. where and detail are NUL-terminated
 * printable UTF-8 (utf8_printable), never raw input.
 */
struct finding {
	uint32_t id;	 /* enum finding_id */
	uint32_t action; /* enum action */
	uint32_t count;
	char where[FINDING_WHERE_BYTES];   /* "word/vbaProject.bin" */
	char detail[FINDING_DETAIL_BYTES]; /* "http://…": may be empty */
};

/* Constant texts of an id; NULL for a number that is no id. */
const char *finding_name(uint32_t id);
const char *finding_ja(uint32_t id);
const char *finding_en(uint32_t id);
int finding_kind(uint32_t id);			  /* enum finding_kind, or -1 */
const char *finding_kind_name(int kind);	  /* "attack", or NULL */
const char *finding_action_name(uint32_t action); /* "removed", or NULL */

#endif
