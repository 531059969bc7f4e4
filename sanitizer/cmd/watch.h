/*
 * Inside of sekisho-watch: what is in hand. The order of things:
 *
 *   watchtake.c   a finished file becomes a transfer (private copy and row on
 *                 disk), then leaves in/
 *   watchwork.c   RECEIVED -> pipeline -> rules -> crossing or quarantine ->
 *                 the row says what became of it
 *   watchsay.c    the text beside in/ says it to the person -> is_said
 *   watchdecide.c decisions of approvers, passwords, what time brings
 *   watchpreview.c what approvers see of it
 *   watchctl.c    the control socket
 *
 * Each step is found again after a kill: a file that is a transfer already by
 * watchscan_once(); a parcel by the transfer's id in the spool; an item of
 * quarantine by the same id; a text by the id that stands in it; and what is
 * not said by is_said. Rows that were WORKING are RECEIVED again.
 *
 * A fault of the disk or of a store drops what is in hand, waits, and begins
 * again from the rows (watch_hold_on()).
 */
#ifndef CMD_WATCH_H
#define CMD_WATCH_H

#include "cmd/cli.h"
#include "cmd/sender.h"
#include "cmd/watchclass.h"
#include "cmd/watchname.h"
#include "cmd/watchqueue.h"
#include "cmd/watchscan.h"
#include "core/parcel.h"
#include "core/rules.h"
#include "core/spool.h"
#include "quarantine/approve.h"
#include "quarantine/crossing.h"
#include "quarantine/transfer.h"

#define WATCH_JOBS    64 /* in hand at a time */
#define WATCH_WARN_MS 60000
#define WATCH_RESULTS 64 /* that are remembered, for identical files */
#define WATCH_ASIDE   64
#define WATCH_CALLERS 16
#define WATCH_NOTES   50   /* of one person; one more speaks for the others */
#define WATCH_FOLDERS 4000 /* of one person that changes are told of */

/* A text that says why a file is left where it is. */
struct watch_note {
	char *path;
	const char *tail;
	const char *text;
	bool is_seen; /* in this look */
	struct watch_note *next;
};

/* What is being taken: first all become transfers, then all leave in/. */
struct watch_taking {
	struct scan_unit *unit;
	char batch[RECORD_ID_BYTES];
	char (*ids)[RECORD_ID_BYTES]; /* of each file; "": not taken */
	size_t at;
	bool is_leaving;
};

struct watch_person {
	char department[RULES_DEPARTMENT_BYTES], login[ACCOUNT_LOGIN_BYTES];
	uint64_t due_ms;   /* when to look again; 0: when something happens */
	uint64_t rest_ms;  /* no look before: the last one took its time */
	uint32_t again_ms; /* how long until the next look */
	bool waits;	   /* something unfinished lies there */
	struct scan_unit *units; /* finished, to be taken */
	struct watch_taking taking;
	struct watch_note *notes;
	unsigned n_notes, n_refused; /* refused: in this look, by the rules */
	struct watch_person *next;
};

enum watch_phase { JOB_WORK, JOB_FOLLOW, JOB_CROSS, JOB_DONE };

struct watch_caller;

struct watch_job {
	struct transfer t; /* without receipts */
	struct rules rules;
	struct pipeline_job p;
	enum watch_phase phase;
	bool is_back;		     /* the pipeline gave it back */
	bool is_large;		     /* takes a slot of the slow lane */
	bool is_sealed;		     /* it crossed before a kill */
	struct watch_job *leader;    /* an identical file that is in work */
	struct watch_caller *caller; /* a password came with it */
	int original;		     /* out of quarantine, or -1 */
	char *json, *text;	     /* receipts */
	int err;
	struct watch_job *next;
};

/* A result that an identical file may have as well. */
struct watch_result {
	uint8_t sha256[HASH_BYTES];
	char ext[16];
	uint64_t until_ms, bytes;
	struct pipeline_job p;
};

struct watch_caller {  /* of the control socket */
	int fd;	       /* -1: free */
	int passwords; /* memfd, or -1 */
	char id[RECORD_ID_BYTES], who[QUARANTINE_WHO_BYTES];
	bool is_asking; /* a password waits for a slot or is in work */
	bool is_in_work;
	uint64_t since_ms;
};

struct watch_options {
	const char *policy_file, *profile; /* as given, or NULL */
	const char *send;		   /* or NULL */
	bool once;
	unsigned slots;
};

struct watch {
	const struct watch_options *o;
	const struct policy *policy;
	struct ruleset *rules;
	struct timespec rules_time;
	struct cli_state state;
	struct people *people;
	struct spool *spool;
	struct crossing *crossing;
	struct pipeline *pipeline;
	struct watchqueue *queue;
	int lock, root, in; /* root and in: folders of the share */
	int notify, wake, listen;
	char socket_path[POLICY_PATH_BYTES + 32];

	struct watch_person *persons, *turn;
	struct watch_person **by_wd; /* whose a watch is; NULL: of in/ */
	size_t n_wd;
	uint64_t look_ms; /* the next look at everything */
	bool has_looked;
	unsigned n_ignored, was_ignored; /* folders that are nobody's */

	struct watch_job *jobs;
	size_t n_jobs, crossing_n;
	char saying[WATCH_JOBS][RECORD_ID_BYTES]; /* texts that are written,
						   * perhaps not on disk */
	size_t n_saying;
	uint64_t saying_ms;
	struct watch_result results[WATCH_RESULTS];
	size_t next_result;
	uint64_t results_bytes;
	struct watch_caller callers[WATCH_CALLERS];

	char aside[WATCH_ASIDE][RECORD_ID_BYTES]; /* until the next start */
	size_t n_aside;
	/* Requests for originals that were denied in the end. */
	char denied[WATCH_ASIDE][RECORD_ID_BYTES];
	size_t n_denied;
	char bad_id[RECORD_ID_BYTES];
	unsigned bad_n;

	struct sender sender;
	uint64_t group_ms, warned_ms, minute_ms, rows_ms, decide_ms, status_ms;
	unsigned backoff_ms;
	pid_t preview_pid; /* that is being made, or 0 */
	char preview_id[RECORD_ID_BYTES];
	unsigned preview_n; /* how often it was tried */
	uint64_t preview_ms;
	bool preview_said;
	bool is_dropping, has_rows, has_decisions, has_status;
	bool is_unsaid; /* a text could not be written: again in a minute */
	int stop;
};

uint64_t watch_now_ms(void);
/* A fault that is no document's: drop what is in hand, wait, go on. */
void watch_hold_on(struct watch *, int err, const char *what);
void watch_rules_of(const struct watch *, const char *department,
    struct rules *);
/* Changes of rows that may be lost with the power, since they would be made
 * again: they wait for no disk. */
void watch_lazy(struct watch *, bool on);

/* ---- watchlook.c */
int watch_notify_open(struct watch *);
/* Read what the system tells; marks whose folders are to be looked at. */
void watch_notified(struct watch *);
/* Find the departments and people that there are. */
void watch_find(struct watch *);
/* Look at a person's folder: what is finished, what is not, what never. */
void watch_look(struct watch *, struct watch_person *);
void watch_look_at(struct watch_person *, uint64_t at, uint32_t again);
int watch_person_open(const struct watch *, const struct watch_person *,
    int *fd) MUST_CHECK;
void watch_note(struct watch *, struct watch_person *, const char *path,
    const char *tail, const char *text);
void watch_notes_drop(struct watch *, struct watch_person *);
void watch_note_free(struct watch_note *);
const char *watch_waits_text(enum rules_no);

/* ---- watchtake.c */
/* Look where it is due, and take what is finished, for about budget_ms. */
void watch_take(struct watch *, uint64_t budget_ms);
/* When the next look is due; UINT64_MAX: never. */
uint64_t watch_next_look(const struct watch *);
/* Whether something is finished and not taken yet, or not finished yet. */
bool watch_has_more(const struct watch *);
void watch_persons_free(struct watch *);

/* ---- watchpreview.c */
/* Have a preview made of what waits for a decision. */
void watch_preview(struct watch *);

/* ---- watchwork.c */
/* Rows that wait, into the line. */
void watch_rows(struct watch *);
void watch_start_jobs(struct watch *);
void watch_job_back(struct watch *, struct pipeline_job *);
/* What is finished goes on; *n jobs are done with. */
void watch_hand_over(struct watch *);
void watch_flush(struct watch *);
void watch_job_free(struct watch *, struct watch_job *);
void watch_jobs_drop(struct watch *);
unsigned watch_in_pipeline(const struct watch *);
void watch_crossed(void *arg, struct crossing_item *, int err);
/* Set up a job of a transfer; the caller submits. */
void watch_job_prepare(struct watch *, struct watch_job *, int fd);
struct watch_job *watch_job_new(struct watch *, const struct transfer *);

/* ---- watchresult.c */
/* Remember a finished job; give a copy of one that is the same. */
void watch_remember(struct watch *, const struct watch_job *);
bool watch_recall(struct watch *, struct watch_job *);
void watch_forget(struct watch *);
/* The leader's result, for a follower. */
int watch_copy_result(const struct pipeline_job *from,
    struct watch_job *to) MUST_CHECK;
void watch_extension(const char *path, char out[16]);
/* Whether what became of it would become of it again. */
bool watch_is_lasting(const struct record *);

/* ---- watchsay.c */
/* Tell the person what became of a transfer; and of its batch. Where that
 * cannot be written is no fault of ours: is_unsaid, and 0. */
int watch_say(struct watch *, const char *id) MUST_CHECK;
/* The texts are on disk, and the rows say so: once for many. */
int watch_said(struct watch *) MUST_CHECK;
/* All that a kill left unsaid. */
int watch_say_all(struct watch *) MUST_CHECK;
/* Notes on what stays in in/. tail: WATCH_NOTE_*. */
extern const char watch_note_waits[], watch_note_refused[];
void watch_note_put(struct watch *, const struct watch_person *,
    const char *path, const char *tail, const char *text);
void watch_note_drop(struct watch *, const struct watch_person *,
    const char *path, const char *tail);
/* Notes of an earlier run: they are written again when they still hold. */
void watch_notes_sweep(struct watch *);
/* What was taken leaves in/: removed, or where originals stand until their
 * fate is known. Another file that came to stand there stays. ERR_IO. */
int watch_original_leave(struct watch *, int dirfd, const char *name,
    const char *id, const struct scan_file *) MUST_CHECK;
void watch_originals_sweep(struct watch *);
/* The notes on the line, for those who wait long. */
void watch_status(struct watch *);

/* ---- watchshare.c: files in the folders of people */
#define WATCH_PARKED ".sekisho-parked" /* in ROOT: originals, by id */
#define WATCH_WORK   ".sekisho-work"   /* in ROOT: texts being written */

/* Put a text under the first free name, or where our own stands (mark is in
 * it). It need not be on disk when this returns: syncfs(). */
int watch_text_put(struct watch *, const char *folder, const char *department,
    const char *login, const char *path, const char *tail, const char *mark,
    const char *text) MUST_CHECK;
void watch_text_drop(struct watch *, const char *folder, const char *department,
    const char *login, const char *path, const char *tail, const char *mark);
/* The person's folder beside in/. ERR_NOENT: not there, and not to be made. */
int watch_home(struct watch *, const char *folder, const char *department,
    const char *login, bool make, int *fd) MUST_CHECK;
/* "a" of "a/b" may be a file of the person: "a_b" then. */
void watch_flat_name(const char *path, char out[PARCEL_NAME_BYTES]);
/* What a kill left of texts that were being written. */
void watch_work_sweep(struct watch *);
int watch_folder(int dirfd, const char *name, mode_t mode, bool make,
    int *fd) MUST_CHECK;

/* ---- watchtext.c */
int watch_text_result(const struct transfer *, struct buf *) MUST_CHECK;
int watch_text_batch(const char *name, const char *batch,
    const struct transfer *, size_t n, struct buf *) MUST_CHECK;

/* ---- watchdecide.c */
/* Whose result may cross now, and whose never will. */
void watch_decide(struct watch *);
/* A password that came: begun when a slot is free. */
void watch_passwords(struct watch *);
/* The job of a password is back. false: it is done with. */
bool watch_password_back(struct watch *, struct watch_job *);
/* Once a minute. */
void watch_minute(struct watch *);

/* ---- watchimport.c */
/* Originals that everybody needed has agreed to cross. */
int watch_imports(struct watch *) MUST_CHECK;

/* ---- watchctl.c */
int watch_ctl_open(struct watch *) MUST_CHECK;
void watch_ctl_close(struct watch *);
void watch_ctl(struct watch *);
/* English (gettext key). */
void watch_ctl_answer(struct watch_caller *, bool ok, const char *say);

#endif
