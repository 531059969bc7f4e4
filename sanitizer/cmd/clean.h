/* `sekisho clean`: what was asked for (clean.c), the run (cleanrun.c), and
 * the receipts it writes (cleanout.c). */
#ifndef CMD_CLEAN_H
#define CMD_CLEAN_H

#include "cmd/cli.h"
#include "cmd/walk.h"
#include "core/report.h"

struct clean_options {
	struct cli_policy policy;
	const char *dest;	/* NULL with spool */
	const char *receipt;	/* NULL: none */
	const char *report;	/* NULL: none */
	const char *passwords;	/* file, or NULL */
	const char *department; /* NULL: the policy's */
	bool spool;
	unsigned jobs;
	char *const *sources;
	size_t n_sources;
};

/* Everything from opening DEST to the summary. An exit status. */
int clean_run(const struct clean_options *, const struct policy *);

/* The last words on standard output. refused: inputs that were never read,
 * which have no original in quarantine. */
void clean_summary(const struct clean_options *, const struct policy *,
    const struct report_totals *, uint64_t refused);

/* Whether path is free, or an older report or receipt. 0, or STATUS_USAGE;
 * the user was told. */
int clean_may_replace(const char *option, const char *path);

/* Where receipts go: nowhere, one file, or a folder with the inputs' tree. */
struct receipts {
	const char *file; /* not NULL: one file */
	int dirfd;	  /* not -1: a folder */
	struct stat st;	  /* of the folder */
};

/*
 * Decide by the sources and what stands at path: a folder for several inputs
 * or for a folder, a file for one file. path NULL: none. 0, or an exit
 * status; the user was told.
 */
int receipts_open(struct receipts *, const char *path, char *const *sources,
    size_t n);
/* Write what is due for one finished record; names never clash. */
int receipts_write(const struct receipts *, const struct record *) MUST_CHECK;
void receipts_close(struct receipts *);

#endif
