/*
 * A document being rebuilt: all that a format module can do.
 *
 * One struct doc is one document or one thing inside another. Budgets are
 * shared by the whole tree. Memory from doc_alloc() lives until the doc ends.
 * After any error the module returns it at once; its output is thrown away.
 */
#ifndef FORMATS_DOC_H
#define FORMATS_DOC_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/hash.h"
#include "base/limits.h"
#include "base/reader.h"
#include "base/sink.h"
#include "base/utf8.h"
#include "formats/findings.h"
#include "formats/identify.h"
#include "formats/options.h"
#include "formats/result.h"

/* Whoever runs a module listens here: the worker's record pipe, or a test. */
struct doc_events {
	void *arg;
	/* 0, or ERR_IO to stop. */
	int (*finding)(void *arg, const struct finding *);
	int (*member_begin)(void *arg, const char *name);
	int (*member_end)(void *arg, const struct doc_result *);
	/* The bytes of a member as they were taken out; may be NULL. */
	int (*member_bytes)(void *arg, const struct reader *);
};

/* Passwords to try in order; bytes as given, never logged. Borrowed. */
struct passwords {
	const struct reader *list;
	size_t n;
};

struct doc;

/* ---- for modules */

/* The whole input; a fresh cursor each time. */
struct reader doc_in(const struct doc *);
/* The claimed file name (base name, UTF-8, untrusted); "" when unknown. */
const char *doc_name(const struct doc *);
const struct options *doc_options(const struct doc *);
const struct passwords *doc_passwords(const struct doc *);
/*
 * Asked before each password that is tried: false when DOC_WRONG_PASSWORDS
 * did not fit, of this document and everything inside it. A file of ten
 * thousand parts and a mail full of words must not keep the others waiting.
 */
#define DOC_WRONG_PASSWORDS 2048
bool doc_may_try(const struct doc *);
/* One did not fit. */
void doc_tried(struct doc *);
/* 0 at top level. */
unsigned doc_depth(const struct doc *);
/* Append to the output. ERR_LIMIT, ERR_IO, ERR_NOMEM. */
int doc_put(struct doc *, const void *, size_t n) MUST_CHECK;
/* Zeroed memory, freed with the doc; NULL when over budget (ERR_NOMEM). */
void *doc_alloc(struct doc *, size_t n);
/* The same, not zeroed: for long buffers that are written before they are read.
 */
void *doc_alloc_bytes(struct doc *, size_t n);
/* A NUL-terminated copy in doc memory; NULL as above. */
char *doc_strndup(struct doc *, const void *, size_t n);
/* Take from a shared budget; ERR_LIMIT (with a message) when it is used up. */
int doc_spend(struct doc *, enum budget, uint64_t n) MUST_CHECK;
/* Give back what was taken and is free again (memory). */
void doc_refund(struct doc *, enum budget, uint64_t n);
/* What is left of a budget. */
uint64_t doc_budget(const struct doc *, enum budget);
/*
 * Report something. where: part or record inside this document (the path of
 * the parents is put before it); detail: printf format, may be NULL. Both
 * may hold hostile text: it is made printable here. The same id, action,
 * where and detail again only raises the count of the next record.
 */
int doc_found(struct doc *, enum finding_id, enum action, const char *where,
    const char *detail, ...) MUST_CHECK PRINTF_LIKE(5, 6);
/*
 * Findings as a transaction, for a module that may have to begin again: from
 * doc_findings_hold() on they are kept in memory; doc_findings_settle() sends
 * them (keep) or forgets them, with those of the members meanwhile. A member
 * may do the same: its own are sent when the outermost document keeps them.
 */
void doc_findings_hold(struct doc *);
int doc_findings_settle(struct doc *, bool keep) MUST_CHECK;

/*
 * Hear of each finding of this document and of what is inside it as it is
 * sent, until the document ends. One listener a document; borrowed.
 * doc_found_flush() sends the one that still counts repeats.
 */
struct doc_listener {
	void (*heard)(void *arg, const struct finding *);
	void *arg;
};

void doc_listen(struct doc *, const struct doc_listener *);
int doc_found_flush(struct doc *) MUST_CHECK;
/* The same for something seen n times. */
int doc_found_n(struct doc *, uint32_t n, enum finding_id, enum action,
    const char *where, const char *detail, ...) MUST_CHECK PRINTF_LIKE(6, 7);
/* Remember why (the first message wins) and return err. */
int doc_fail(struct doc *, int err, const char *fmt, ...) PRINTF_LIKE(3, 4);
/* Forget the message: the caller found another way. */
void doc_forgive(struct doc *);
/* The format as the content proved it ("ooxml.docm"); for the receipt. */
void doc_is(struct doc *, const char *id);
/* The format and extension of the output, both constant strings. */
void doc_makes(struct doc *, const char *out_id, const char *out_ext);

/* ---- things inside things */

#define CHILD_MEMBER   (1u << 0) /* shows in receipts as a member */
#define CHILD_NO_MAGIC (1u << 1) /* do not ask libmagic */

struct child {
	const struct reader *in;
	const char *name;  /* claimed name, UTF-8, for identification */
	const char *where; /* how findings name it; "" for name */
	unsigned flags;
	/* NULL, or asked before the rebuild: ERR_UNSUPPORTED refuses a format.
	 */
	int (*accept)(void *arg, const struct identity *);
	void *arg;
	/* NULL, or asked after it to choose the out_name (members only). */
	void (*name_out)(void *arg, struct doc_result *);
};

/*
 * Identify and rebuild a member or part into out (an own sink of the caller).
 * Returns the child's error; *res is filled in any case. The caller decides
 * what stands in for a failed child; ERR_LIMIT of a shared budget comes back
 * for the caller as well (doc_spend fails again).
 */
int doc_child(struct doc *, const struct child *, struct sink *out,
    struct doc_result *res) MUST_CHECK;

/* Nothing may stand in for a child that ended so: the document ends too. */
static inline bool
doc_is_fatal(int e)
{
	return e == ERR_NOMEM || e == ERR_IO || e == ERR_INTERNAL ||
	       e == ERR_LIMIT;
}

/*
 * A member that could not even be unpacked: err and the message remembered by
 * doc_fail() become its result, and the message is forgotten here, so that
 * the module can go on. ERR_IO from the listener.
 */
int doc_child_lost(struct doc *, const struct child *, int err,
    struct doc_result *res) MUST_CHECK;
/*
 * Has a shared budget (memory aside, which comes back) refused something? Then
 * no container may go on with its other members.
 */
bool doc_exhausted(const struct doc *);

/*
 * Asked before a module does what needs more than doc_preload_mail() loads. 0,
 * or in a light process ERR_INTERNAL: the document ends here, whatever the
 * module makes of the error, and a full process has to do it.
 */
int doc_too_much(struct doc *) MUST_CHECK;

/* ---- for who runs modules (worker, tests, fuzzers) */

struct doc_job {
	struct reader in;
	const char *name;
	const struct options *options;
	struct passwords passwords;
	struct doc_events events;
	struct sink *out;
	const char
	    *expect; /* prove: the format id the input must have, or NULL */
	bool light;  /* only doc_preload_mail() was called */
};

/* Identify and rebuild one top-level document; fills *res in any case. */
int doc_run(const struct doc_job *, struct doc_result *res) MUST_CHECK;
/* Identify only. */
int doc_identify(const struct doc_job *, struct doc_result *res) MUST_CHECK;
/* identify_preload() and every format's preload. */
int doc_preload(void) MUST_CHECK;
/* What a message of texts needs, in the place of doc_preload(): little, so
 * that a process that has only this is quickly copied. */
int doc_preload_mail(void) MUST_CHECK;

#endif
