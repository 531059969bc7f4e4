/*
 * Rules of the departments: what each may bring in, when, and who must agree.
 *
 * One file (libconfuse, `rules_file` of the policy; none: rules_default() for
 * everybody). A section `everybody { }` lies under each `department "NAME"
 * { }`; a key that a department does not set has the value of everybody.
 * Like the policy it is one table (rules_settings()): key, type, range,
 * default, help in both languages; an unknown key or a value out of range
 * names file and line, and no rule of the file holds then.
 *
 * A struct rules is plain data; rules_of() gives a copy of one row. Only one
 * thread at a time reads a file (libconfuse's reader has global state).
 */
#ifndef CORE_RULES_H
#define CORE_RULES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "core/policy.h"
#include "core/record.h"

#define RULES_MAX_DEPARTMENTS  1000
#define RULES_LIST_BYTES       1024 /* a list of names, blanks between */
#define RULES_DEPARTMENT_BYTES 64
#define RULES_MAX_BYTES	       (8u << 20) /* of a rules file */

/* 重要性分類 of the sender's information: I is the most important. */
enum rules_class { CLASS_NONE = 0, CLASS_I, CLASS_II, CLASS_III };

enum rules_approval {
	APPROVAL_NEVER = 0,
	APPROVAL_RULES, /* when one of the lists or sizes below says so */
	APPROVAL_ALWAYS
};

struct rules {
	char department[RULES_DEPARTMENT_BYTES];
	char formats[RULES_LIST_BYTES]; /* ids or families ("ooxml", "pdf"),
					 * blanks between; "": all */
	uint64_t max_file_bytes;
	uint64_t user_waiting_bytes, department_waiting_bytes; /* quotas of
								* what is not
								* settled */
	uint32_t user_waiting_files;
	uint32_t from_minute, until_minute; /* of the day, local time; equal:
					     * the whole day */
	uint32_t days;			    /* bit 0 Monday ... bit 6 Sunday */

	enum rules_approval approval;
	char approval_formats[RULES_LIST_BYTES];
	uint64_t approval_over_bytes;		 /* 0: no size asks for it */
	char approval_senders[RULES_LIST_BYTES]; /* logins */
	char approval_classes[16];		 /* "I II", "none": of those
						  * that nobody classified */
	enum rules_class default_class;		 /* of what nobody classified */
	char approvers[RULES_LIST_BYTES]; /* logins, or @DEPARTMENT for the
					   * approvers of one; "": of the own
					   * department */
	uint32_t quorum;		  /* how many must agree: 1..8 */
	uint32_t expire_h, remind_h;
	bool may_release_in_emergency;
	uint32_t review_h; /* emergency releases are reviewed within */

	uint32_t retention_days;   /* of held originals in quarantine */
	uint32_t released_days;	   /* originals of released files are kept
				    * encrypted for look-back; 0: not */
	uint64_t quarantine_bytes; /* quota */
	uint32_t receipt_days;	   /* of 済み and the like */
	bool unsanitised_import;   /* design.md 9; false by default */
};

enum rules_type {
	RULES_UINT,	 /* digits, or digits and K, M, G (1024) */
	RULES_BOOL,	 /* true, false */
	RULES_CHOICE,	 /* one of choices */
	RULES_WORDS,	 /* some of choices, blanks between */
	RULES_FORMATS,	 /* ids or families */
	RULES_LOGINS,	 /* made lower case */
	RULES_APPROVERS, /* logins and @DEPARTMENT */
	RULES_TIME,	 /* "08:30" */
	RULES_DAYS	 /* some of mon tue wed thu fri sat sun */
};

struct rules_setting {
	const char *key;
	enum rules_type type;
	uint64_t min, max;	    /* RULES_UINT */
	const char *const *choices; /* NULL-terminated */
	const char *ja, *en;	    /* one line */
	size_t offset, size;	    /* into struct rules: rules*.c's own */
};

/* The table; *n rows. */
const struct rules_setting *rules_settings(size_t *n);

struct ruleset; /* everybody and the departments of one file */

void rules_default(struct rules *);
/* path NULL or "": the defaults alone. Errors as policy_load(). */
int rules_load(const char *path, struct ruleset **,
    char why[POLICY_WHY_BYTES]) MUST_CHECK;
int rules_parse(const char *text, size_t n, const char *path, struct ruleset **,
    char why[POLICY_WHY_BYTES]) MUST_CHECK;
void rules_free(struct ruleset *);
/* The rules of a department (everybody's, with its name, when the file does
 * not name it). */
void rules_of(const struct ruleset *, const char *department, struct rules *);
/* Names in the file, in its order. */
size_t rules_departments(const struct ruleset *,
    const char *names[RULES_MAX_DEPARTMENTS]);
/* The whole file again, commented, as policy_print() does. */
int rules_print(const struct ruleset *, bool ja, struct buf *) MUST_CHECK;
/* The rules of one department, commented. */
int rules_print_one(const struct rules *, bool ja, struct buf *) MUST_CHECK;
/* docs/rules.md: the table in Markdown, both languages. */
int rules_manual(struct buf *) MUST_CHECK;

/* What speaks against taking a file in, before anything reads it. */
enum rules_no {
	RULES_TAKEN = 0,
	RULES_TOO_LARGE,
	RULES_CLOSED,	       /* not at this hour or day: it waits */
	RULES_USER_QUOTA,      /* waits */
	RULES_DEPARTMENT_QUOTA /* waits */
};

struct rules_load { /* what the user and the department have waiting */
	uint64_t user_files, user_bytes, department_bytes;
};
/* weekday 0 Monday; minute of the day. Hours past midnight belong to the day
 * on which they began. What no quota could ever hold is too large. */
enum rules_no rules_intake(const struct rules *, uint64_t bytes,
    unsigned weekday, unsigned minute, const struct rules_load *);
/* Whether a released document's format is one the department may bring in;
 * members that got through count as well, pictures inside of documents do
 * not. NULL, or the format that is not (borrowed from the record). */
const char *rules_format(const struct rules *, const struct record *);
/* Whether a released document must be approved. */
bool rules_wants_approval(const struct rules *, const struct record *,
    const char *login, enum rules_class);
/*
 * Whether a name is fit to be a department's: a folder's name
 * (parcel_department_ok) without blanks, also ideographic ones, that does not
 * begin with @ and is spelled in one way only: marks that stand apart from
 * their letters (か and U+3099) would make two departments look like one.
 */
bool rules_department_ok(const char *);
/* Whether a list ("a b @税務課") has a word. */
bool rules_listed(const char *list, const char *word);

#endif
