/*
 * Mail (RFC 5322, RFC 2045 to 2049), made anew: what the parts of this
 * folder share.
 *
 *   tree     the message as a tree of parts with decoded bytes, read twice:
 *            by GMime and by our own strict reader; where the two, or the
 *            plausible ways to read a header, differ, the attachments are
 *            the union, and the difference is a finding (or a hold)
 *   words    headers, names and texts of any charset to UTF-8
 *   html     HTML to text, and to HTML in which nothing acts
 *   write    a fresh message from typed fields: own boundaries, one set of
 *            headers, UTF-8, base64 or quoted-printable by one rule
 *
 * Everything lives in document memory. Text is UTF-8, checked.
 */
#ifndef FORMATS_MAIL_MAIL_H
#define FORMATS_MAIL_MAIL_H

#include "formats/doc.h"

#define MAIL_DEPTH_MAX 20 /* multiparts and messages inside each other */
#define MAIL_PARTS_MAX 1000

/* ---- headers as values */

struct mail_address {
	const char *name; /* display name, "" when none */
	const char *addr; /* "local@domain", domain lower case; "" in a group */
	struct mail_address *next;
};

struct mail_head {
	struct mail_address *from, *sender, *reply_to, *to, *cc;
	const char *subject;	 /* "" when none */
	const char *date;	 /* RFC 5322, canonical; "" when unreadable */
	const char *message_id;	 /* "<...>" or "" */
	const char *in_reply_to; /* ids with one space between, or "" */
	const char *references;
	const char *importance;	    /* "high", "low", or "" */
	const char *auto_submitted; /* "auto-generated", ..., or "" */
	const char *authentication; /* one line of facts of the trusted relay,
				       or "" */
};

/* ---- the tree */

enum mpart_kind {
	MPART_TEXT, /* text/plain, enriched: body as text */
	MPART_HTML,
	MPART_MULTIPART,
	/* message/rfc822. In MIME: body, and the rest not yet read; of Outlook:
	 * head and first, and no body. */
	MPART_MESSAGE,
	MPART_FILE, /* all that goes through doc_child() */
};

struct mpart {
	enum mpart_kind kind;
	const char *type;    /* "multipart/alternative": lower case, checked */
	const char *charset; /* as claimed, lower case, or "" */
	const char *name;    /* file name, UTF-8, not yet safe; "" when none */
	const char *id;	     /* Content-ID without brackets, or "" */
	const char *where;   /* "1.2": for reports */
	bool is_inline;	     /* Content-Disposition: inline, or none at all */
	bool doubtful;	     /* the readings differ here */
	struct reader body;  /* transfer encoding undone; not for multiparts */
	struct reader raw;   /* of MIME: the body as it stood */
	int cte;	     /* and its encoding (enum mail_cte) */
	struct mail_head *head; /* of the message, or of message/rfc822 */
	struct mpart *first, *next;
};

/*
 * Read doc_in() into a tree. Findings for all that is ambiguous.
 * ERR_MALFORMED: no message; ERR_AMBIGUOUS: readings differ in a way that
 * must be held; ERR_LIMIT.
 */
int mail_tree(struct doc *, const struct reader *,
    struct mpart **out) MUST_CHECK;

/*
 * A message as a tree (of mail_tree(), or of outlook.h) made anew with
 * doc_put(): the rebuild of every format that is a mail. Calls doc_makes().
 */
int mail_rebuild(struct doc *, struct mpart *message) MUST_CHECK;

/* ---- words.c: bytes to text */

/* A header's raw value (folded, encoded words of RFC 2047, or raw 8-bit and
 * ISO-2022-JP) to one line of UTF-8 without control characters. */
int mail_words(struct doc *, const struct reader *raw,
    const char **out) MUST_CHECK;
/* A raw address list (From, To, ...). *odd: something was repaired. */
int mail_addresses(struct doc *, const struct reader *raw,
    struct mail_address **out, bool *odd) MUST_CHECK;
/* A raw Date to its canonical form; "" when it cannot be read. */
int mail_date(struct doc *, const struct reader *raw,
    const char **out) MUST_CHECK;
/*
 * A parameter of Content-Type or Content-Disposition, all spellings: plain,
 * quoted, RFC 2231 (continued, with charset), encoded words inside quotes,
 * raw bytes. *n candidates that differ after decoding, the most plausible
 * first; 0 when there is none.
 */
#define MAIL_CANDIDATES_MAX 8
int mail_parameter(struct doc *, const struct reader *raw, const char *name,
    const char *out[MAIL_CANDIDATES_MAX], size_t *n) MUST_CHECK;
/*
 * Text of a body. charset: as claimed, "" when not; labels lie, so the bytes
 * have a say (threats: charset handling). Line ends become LF, characters
 * that hide or act are removed and reported.
 */
int mail_text(struct doc *, const struct reader *bytes, const char *charset,
    const char *where, struct buf *out) MUST_CHECK;
/* The same without line ends and filter, for HTML: plain UTF-8. */
int mail_decode(struct doc *, const struct reader *bytes, const char *charset,
    struct buf *out) MUST_CHECK;
/* In the zygote: tables of the Japanese dialects. */
int mail_words_preload(void) MUST_CHECK;

/* ---- html.c */

/* A picture that HTML shows by cid:, to be named in the text. */
struct html_cid {
	const char *id;	  /* Content-ID */
	const char *name; /* its delivered file name */
	const char *type; /* "image/png" of what was rebuilt; "" when held */
	struct html_cid *next;
};

struct html_job {
	struct reader in; /* UTF-8 */
	const char *where;
	const struct html_cid *cids;
	bool for_mail; /* links numbered and defanged; else a file */
	bool whole;    /* however long the text is */
};

/* To text by the rules of docs/formats/html.md. Fixpoint is not asked: the
 * result is text. */
int html_text(struct doc *, const struct html_job *,
    struct buf *out) MUST_CHECK;
/* To HTML with allow-listed elements, attributes and CSS only. Fixpoint. */
int html_clean(struct doc *, const struct html_job *,
    struct buf *out) MUST_CHECK;

/* ---- write.c */

/* What the generated message shows; texts are final. */
struct mail_file {
	const char *name;    /* safe, unique */
	const char *type;    /* "application/pdf" by what was written */
	const char *charset; /* of a text: "utf-8"; "" otherwise */
	const char *id;	     /* Content-ID or "" */
	struct reader bytes;
	struct mail_file *next;
};

struct mail_out {
	const struct mail_head *head;
	struct reader text;   /* UTF-8, LF */
	struct reader html;   /* empty: none */
	struct reader report; /* UTF-8, LF; empty: none */
	const struct mail_file *files;
};

/* The name of the report part; no other part keeps this name. */
#define MAIL_REPORT_NAME \
	"\xe7\x84\xa1\xe5\xae\xb3\xe5\x8c\x96\xe3\x81\xae" \
	"\xe8\xa8\x98\xe9\x8c\xb2.txt" /* 無害化の記録.txt */

/*
 * Write the message, CRLF lines, at most 76 columns encoded. Boundaries are
 * derived from the content. The same out always gives the same bytes, and
 * reading them again gives the same out.
 */
int mail_write(struct doc *, const struct mail_out *, struct sink *) MUST_CHECK;

/* ---- mail.c */

/*
 * The document leaves as the message that this MPART_MESSAGE is: its parts
 * planned, rebuilt and written as those of a MIME message are.
 */
int mail_compose(struct doc *, struct mpart *message) MUST_CHECK;

#endif
