/*
 * Inside of the mail format: reading (tree*.c), choosing what becomes of each
 * part (plan.c, body.c, files.c), and telling about it (report.c).
 */
#ifndef FORMATS_MAIL_MAIL_INT_H
#define FORMATS_MAIL_MAIL_INT_H

#include "formats/mail/mail.h"
#include "formats/safename.h"
#include "formats/zip_int.h"

#define MAIL_FIELDS_MAX	  2000 /* headers of one message or part */
#define MAIL_HEAD_BYTES	  ((size_t)1 << 20)
#define MAIL_TYPE_BYTES	  80
#define MAIL_VARIANTS_MAX 5

/* ---- headers (tree_head.c) */

struct mail_field {
	const char *name;  /* lower case */
	struct reader raw; /* behind the colon, folds and all */
	struct mail_field *next;
};

/* What is odd about a message, as bits: each is one finding. */
enum mail_odd {
	ODD_DUPLICATE = 1 << 0,	  /* headers twice that differ */
	ODD_TYPE = 1 << 1,	  /* Content-Type that is none, or two in one */
	ODD_ENCODING = 1 << 2,	  /* transfer encoding that is none */
	ODD_BOUNDARY = 1 << 3,	  /* several, or none, or unended */
	ODD_BASE64 = 1 << 4,	  /* data behind the padding, other alphabet */
	ODD_HEADER_LINE = 1 << 5, /* line that is no header among them */
	ODD_LINE_END = 1 << 6,	  /* CR alone, NUL */
	ODD_OUTSIDE = 1 << 7,	  /* parts before or behind the parts */
	ODD_NAME = 1 << 8,	  /* file names that differ in extension */
	ODD_NESTING = 1 << 9,	  /* encoded multipart or message */
	ODD_UNENDED = 1 << 10,	  /* no closing delimiter: common */
	ODD_READERS = 1 << 11,	  /* the two readers differ */
};

/* Which of several ways to read is taken. */
enum mail_rule {
	RULE_LAST_HEADER = 1 << 0,
	RULE_LAST_BOUNDARY = 1 << 1,
	RULE_STOP_AT_PADDING = 1 << 2,
	RULE_URL_ALPHABET = 1 << 3,
	RULE_ALL = (1 << 4) - 1,
};

/* One reading of one message. */
struct mail_reading {
	struct doc *d;
	unsigned rules;	 /* taken */
	unsigned varies; /* rules that would read otherwise */
	unsigned odd;
	size_t parts;
};

/*
 * Fields up to the empty line; the cursor then stands behind it. *odd gains
 * bits. ERR_LIMIT: too many, too long.
 */
int mail_fields(struct doc *, struct reader *in, unsigned *odd,
    struct mail_field **out) MUST_CHECK;
/* The first (or by the rules last) field of a name, or NULL; several that
 * differ are noted in the reading. */
const struct mail_field *mail_field(struct mail_reading *,
    const struct mail_field *list, const char *name);
/* The first token in lower case without comments; "" when there is none.
 * *clean: nothing but parameters stand behind it. */
void mail_token(const struct reader *raw, char out[MAIL_TYPE_BYTES],
    bool *clean);
/* Typed headers of a message. */
int mail_head_read(struct doc *, const struct mail_field *,
    struct mail_head **out) MUST_CHECK;
/* Stands for an address that cannot be written. */
#define MAIL_NOBODY "invalid@internationalized-address.invalid"
/* "Name: " and the addresses as they are written, folded. */
int mail_put_addresses(struct buf *, const char *name,
    const struct mail_address *) MUST_CHECK;
/* The next line without its end (CRLF, LF, CR). false behind the last. */
bool mail_line(struct reader *in, struct reader *line);

/* ---- transfer encodings (tree_code.c) */

enum mail_cte { CTE_NONE, CTE_BASE64, CTE_QP, CTE_UU };

enum mail_cte mail_cte(struct mail_reading *, const struct mail_field *);
/* Into document memory. */
int mail_undo(struct mail_reading *, const struct reader *in, enum mail_cte,
    struct reader *out) MUST_CHECK;

/* One reading by the given rules. */
int mail_read_once(struct mail_reading *, const struct reader *,
    struct mpart **out) MUST_CHECK;
/* Copies a buffer into document memory and frees it. */
int mail_settle(struct doc *, struct buf *, struct reader *out) MUST_CHECK;
const char *mail_lower(struct doc *, const void *, size_t n);

/* ---- what becomes of the parts */

enum fate { FATE_REBUILT, FATE_HELD, FATE_DETACHED, FATE_REMOVED };

#define ENTRY_FOUND_MAX	 12
#define MAIL_SIGNERS_MAX 4

/* A file that came, for the report. */
struct mail_entry {
	struct mpart *part;
	const char *came; /* name, or a word for it */
	uint64_t bytes;
	enum fate fate;
	const char *name; /* delivered as */
	int err;	  /* FATE_HELD */
	const char *why;
	uint32_t found[ENTRY_FOUND_MAX]; /* ids, in order of appearance */
	size_t n_found;
	struct mail_entry *next;
};

/* Texts that belong together: one of them is shown. */
struct mail_body {
	struct mpart *text[MAIL_VARIANTS_MAX], *html[MAIL_VARIANTS_MAX];
	size_t n_text, n_html;
	struct mail_body *next;
};

struct mail_job {
	struct doc *d;
	struct mpart *root;
	const struct mail_head *head;
	struct mail_body *bodies, **body_end;
	struct mail_entry *entries, **entry_end;
	struct mail_file *files, **file_end;
	struct html_cid *cids;
	struct zip_paths *names;
	struct mpart *report_part; /* ours of an earlier pass */
	size_t unnamed;
	bool in_tnef;
	unsigned unwrapped;
	struct buf text, html, report;
	uint32_t found[FIND_COUNT]; /* of all, how often */
	uint64_t n_found;
	/* "S/MIME: NAME" of each signature of the mail itself. */
	const char *signers[MAIL_SIGNERS_MAX];
	size_t n_signers;
	struct mail_entry *at; /* findings go to it as well */
	struct mail_out out;
};

#define MAIL_UNWRAP_MAX 5

/* Which leaf is text and which is a file. */
int mail_plan(struct mail_job *) MUST_CHECK;
/* A fixed answer: this part goes no further. */
int mail_plan_held(struct mail_job *, struct mpart *, int err,
    const char *why) MUST_CHECK;
/* Takes files (uuencode) and ciphertexts out of a text part. */
int mail_text_files(struct mail_job *, struct mpart *) MUST_CHECK;
int mail_defuse(struct buf *text) MUST_CHECK;
/* The same for lines that a sender writes as if the gateway had. */
int mail_unmask(struct buf *text) MUST_CHECK;
/* Who signed this CMS structure: "" when it does not say. */
int mail_signer(struct doc *, const struct reader *der,
    const char **out) MUST_CHECK;
/* The message in a CMS structure. ERR_ENCRYPTED, ERR_MALFORMED. */
int mail_unwrap(struct doc *, const struct reader *der, struct reader *out,
    const char **signer) MUST_CHECK;
/* The mark for a sender from outside who poses as one of the inside. */
int mail_mark_sender(struct doc *, struct mail_head *) MUST_CHECK;
/* What the relay found: "SPF=pass DKIM=none DMARC=fail", or "". */
int mail_authentication(struct doc *, const struct mail_field *,
    const char **out) MUST_CHECK;
/* A tree as it is, as the bytes of a message: for doc_child(). */
int mail_wrap(struct doc *, const struct mpart *message,
    struct reader *out) MUST_CHECK;
/* In the zygote. */
int mail_cms_preload(void) MUST_CHECK;
int mail_gmime_preload(void) MUST_CHECK;
/* A mailbox of several messages becomes an archive of them. */
int mail_split_box(struct doc *, bool *done) MUST_CHECK;
int mail_add_entry(struct mail_job *, struct mpart *,
    struct mail_entry **out) MUST_CHECK;
int mail_files(struct mail_job *) MUST_CHECK;
int mail_do_file(struct mail_job *, struct mail_entry *) MUST_CHECK;
int mail_bodies(struct mail_job *) MUST_CHECK;
int mail_report(struct mail_job *) MUST_CHECK;

/* The next letter or digit of a text: what differs otherwise is layout. */
bool mail_letter(struct reader *, uint32_t *cp);
/* Does the text say substantially what the text of the HTML does not? */
int mail_says_more(const struct buf *text, const struct buf *html,
    bool *more) MUST_CHECK;
/*
 * What may be passwords in the text, the most likely first, one a line, at
 * most MAIL_SECRETS_MAX. Nothing else is done with them here.
 */
#define MAIL_SECRETS_MAX 64
int mail_secrets(struct doc *, const struct buf *text,
    struct buf *out) MUST_CHECK;
/* The head and text of a second mail (options.mail_followup). */
int mail_followup(struct mail_job *) MUST_CHECK;
/* The charset that the bytes of a text file are in, as mail names it; "" when
 * they are in none. */
const char *mail_charset_of(const struct reader *);
/* "application/pdf" by what was made; never NULL. */
const char *mail_type_of(const struct doc_result *);

#endif
