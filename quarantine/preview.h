/*
 * Previews: what an approver sees of a sanitised result that waits: pages as
 * pictures (PNG, rebuilt by the pipeline), and its text. Never the original.
 *
 * `sekisho-preview` makes them (preview_start() runs it), so that whoever
 * asks neither waits nor has a parser near. One sealed file for each transfer
 * (STATE/people/previews/ID.sealed, vault.h), its wrapped key in the row.
 * A preview releases nothing: one that failed is a row that says why.
 * Errors as in store.h.
 */
#ifndef QUARANTINE_PREVIEW_H
#define QUARANTINE_PREVIEW_H

#include <sys/types.h>

#include "base/buf.h"
#include "quarantine/transfer.h"

#define PREVIEW_PAGES	   20		/* at most */
#define PREVIEW_PAGE_BYTES (8u << 20)	/* of one picture */
#define PREVIEW_TEXT_BYTES (256u << 10) /* UTF-8 */
#define PREVIEW_ALL_BYTES  (64u << 20)

struct preview {
	char transfer[RECORD_ID_BYTES];
	char time[RECORD_TIME_BYTES];
	unsigned pages; /* pictures: 1 .. pages */
	bool has_text;
	bool is_cut;		    /* the document has more than is shown */
	char why[POLICY_WHY_BYTES]; /* why there is none of it, or not all:
				     * English, gettext key; "" */
};

/* ERR_NOENT: none was made yet of the result as it is now. */
int preview_get(struct people *, const char *id, struct preview *) MUST_CHECK;
/* One page, 1 .. pages: a whole PNG into an empty buf with room for
 * PREVIEW_PAGE_BYTES. who: the person who looks; audit line "view".
 * ERR_NOENT; ERR_DENIED: changed. */
int preview_page(struct people *, const char *id, unsigned page,
    const char *who, struct buf *) MUST_CHECK;
/* The text; printable but for its line ends and tabs. Likewise. */
int preview_text(struct people *, const char *id, const char *who,
    struct buf *) MUST_CHECK;
/* Destroy it: key, then file. 0 when there is none. */
int preview_forget(struct people *, const char *id) MUST_CHECK;

/* The oldest transfer that waits for a decision and has no preview yet.
 * ERR_NOENT. */
int preview_next(struct people *, char id[RECORD_ID_BYTES]) MUST_CHECK;
/*
 * Run sekisho-preview (program: its path; NULL: beside this program, then the
 * install path) for one transfer, with this policy and profile (or NULL). *pid
 * is the caller's to reap: exit status 0 when the row is there, with or without
 * a preview. It ends by itself within PREVIEW_SECONDS. ERR_NOENT: no such
 * program.
 */
#define PREVIEW_SECONDS 300
int preview_start(const char *program, const char *state_dir,
    const char *policy_file, const char *profile, const char *id,
    pid_t *pid) MUST_CHECK;

/*
 * For sekisho-preview: what it made. pages[i] is a whole PNG; text may be
 * NULL. sha256: of the result it was made from (ERR_EXIST: it is another by
 * now). Replaces.
 */
struct preview_content {
	struct buf pages[PREVIEW_PAGES];
	struct buf text;
	unsigned n_pages;
	bool is_cut;
	char why[POLICY_WHY_BYTES];
};

void preview_content_init(struct preview_content *);
void preview_content_done(struct preview_content *);
int preview_put(struct people *, const char *id, const char *sha256,
    const struct preview_content *) MUST_CHECK;

#endif
