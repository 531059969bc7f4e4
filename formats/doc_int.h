/* Inside of doc: doc.c and doc_found.c. */
#ifndef FORMATS_DOC_INT_H
#define FORMATS_DOC_INT_H

#include "formats/doc.h"

struct shared {
	uint64_t spent[BUDGET_COUNT];
	const struct options *options;
	struct passwords passwords;
	unsigned wrong_passwords;
	struct doc_events events;
	uint64_t unsaid;  /* findings past the budget */
	unsigned holding; /* documents inside each other that hold theirs */
	struct buf held;  /* findings of transactions */
	uint64_t held_max;
	bool exhausted; /* some budget has refused something */
	bool proving;	/* what was said of members is asked of nobody */
	bool light;	/* of doc_job */
	bool gave_up;	/* doc_too_much() was called */
};

struct block {
	struct block *next;
	size_t n;
};

struct doc {
	struct doc *parent;
	struct shared *shared;
	struct reader in;
	const char *name;
	const char *where; /* how the parent calls this one */
	struct sink *out;
	struct block *blocks;
	struct doc_result *res;
	struct finding last; /* not yet sent: counts repeats */
	bool has_last;
	size_t held_from; /* where its transaction began */
	const struct doc_listener *listener;
	unsigned depth;
};

/* The finding that waits for repeats of itself goes on its way. */
int doc_send_last(struct doc *) MUST_CHECK;

#endif
