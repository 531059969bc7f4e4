/*
 * What the parts of words*.c share: charsets of mail, their tables, and
 * decoding that never fails.
 *
 * Labels lie, and broken bytes must not take the rest of a text with them:
 * the decoder here always goes on. What is no character becomes U+FFFD and is
 * counted; what was repaired is counted as well.
 */
#ifndef FORMATS_MAIL_WORDS_INT_H
#define FORMATS_MAIL_WORDS_INT_H

#include "formats/doc.h"
#include "formats/mail/mail.h"
#include "formats/text/charset.h"

enum mcs {
	MCS_NONE, /* not said, or nothing that says something */
	MCS_ASCII,
	MCS_UTF8,
	MCS_UTF16, /* big endian unless a mark or the text says otherwise */
	MCS_UTF16LE,
	MCS_UTF16BE,
	MCS_UTF7,
	MCS_JIS, /* ISO-2022-JP, all dialects */
	MCS_CP932,
	MCS_EUCJP,
	MCS_SJIS2004, /* Shift_JIS-2004, Shift_JISX0213 */
	MCS_EUC2004,  /* EUC-JIS-2004, EUC-JISX0213 */
	MCS_GB18030,
	MCS_BIG5,
	MCS_UHC,	    /* EUC-KR, KS C 5601, CP949 */
	MCS_2022KR,	    /* ISO-2022-KR */
	MCS_HZ,		    /* HZ-GB-2312 */
	MCS_SINGLE,	    /* + index: one byte a character */
	MCS_UNKNOWN = 0xff, /* a label that nobody knows */
};

/* ---- words_label.c */

/* "Shift_JIS", "x-sjis", "MS_Kanji": how a charset is called. */
enum mcs mcs_of_label(const char *label, size_t n);
/* "ISO-2022-JP": for people. Never NULL. */
const char *mcs_name(enum mcs);

/* ---- words_table.c: all lookups give 0 for what is not assigned */

#define MAIL_SINGLES 30

int mtab_preload(void) MUST_CHECK;
/* The iconv name of a table, for people; NULL past the last. */
const char *mtab_single_name(size_t i);
/* c >= 0x80. Windows-1252 is table 0. */
uint32_t mtab_single(size_t i, uint8_t c);
/* JIS X 0213: plane 0 or 1, bytes 0x21 to 0x7e. *second: 0, or a mark that
 * belongs to it. */
uint32_t mtab_jis2004(size_t plane, uint8_t row, uint8_t cell,
    uint32_t *second);
uint32_t mtab_gb(uint8_t lead, uint8_t trail);
/* Four bytes of GB18030. */
uint32_t mtab_gb4(const uint8_t code[4]);
uint32_t mtab_big5(uint8_t lead, uint8_t trail, uint32_t *second);
uint32_t mtab_uhc(uint8_t lead, uint8_t trail);
/* JIS X 0208 as Windows reads it, with NEC row 13, the IBM extensions and the
 * gaiji rows 95 to 114 of CP50220; and JIS X 0212. */
uint32_t mtab_jis(uint8_t row, uint8_t cell);
uint32_t mtab_jis0212(uint8_t row, uint8_t cell);

/* ---- words_decode.c */

struct mdec {
	struct reader r;
	enum mcs is;
	uint8_t set; /* ISO-2022: the set at work */
	uint8_t g2;  /* ISO-2022-JP-2: final byte for ESC N */
	bool out;    /* shifted out (SO), or HZ in double bytes */
	uint8_t bare_tries;
	bool bare;     /* escape sequences have lost their ESC */
	bool in_eight; /* inside a run of 8-bit text in ISO-2022-JP */
	size_t eight_end;
	enum mcs eight;
	uint32_t second; /* still to be given */
	uint32_t bits;	 /* UTF-7 */
	uint8_t nbits;
	bool in64;
	uint32_t damaged; /* U+FFFD given for bytes of the input */
	uint32_t repaired;
	uint32_t hidden; /* UTF-7: syntax characters written as code */
};

void mdec_open(struct mdec *, const struct reader *, enum mcs);
/* The next character; ERR_TRUNCATED at the end and no other error. */
int mdec_get(struct mdec *, struct cs_char *out) MUST_CHECK;

/* ---- words_jis.c: ISO-2022-JP, -1, -2, -3, -2004, -MS, CP50220/1/2 */

int mdec_get_jis(struct mdec *, struct cs_char *out) MUST_CHECK;
int mdec_get_kr(struct mdec *, struct cs_char *out) MUST_CHECK;
/* Is there a designation of a Japanese set in it? */
bool jis_designates(const struct reader *);
/* Designations without their ESC, closed again: "$B...(B". */
bool jis_is_bare(const struct reader *);

/* How bytes end that grow: at is how far they have been read. Zero at first. */
struct jis_tail {
	size_t at;
	uint8_t set;
	bool half; /* within a character of two bytes */
};

void jis_tail(const struct reader *, struct jis_tail *);
bool jis_tail_is_wide(const struct jis_tail *);
/* Do these bytes go on in two-byte mode rather than start in ASCII? */
bool jis_continues(const struct reader *);

/* ---- words_utf7.c */

int mdec_get_utf7(struct mdec *, struct cs_char *out) MUST_CHECK;

/* ---- words_judge.c */

/* Which charset the bytes are in, whatever the label says. */
enum mcs mcs_judge(const struct reader *, enum mcs label);

struct word_facts {
	enum mcs label, is;
	bool lied;    /* the label was passed over */
	bool unknown; /* the label is nobody's */
	bool utf7;
	uint32_t damaged, repaired, hidden;
};

/* Bytes to UTF-8, plain: nothing is taken out. Adds to *facts. */
int words_decode(const struct reader *, enum mcs label, struct buf *out,
    struct word_facts *facts) MUST_CHECK;
/* Findings for them. */
int words_report(struct doc *, const struct word_facts *,
    const char *where) MUST_CHECK;

/* ---- words_head.c: lines of a header */

/* A raw value to one line: unfolded, raw bytes decoded, still encoded words.
 * Line breaks and NUL are spaces. */
int words_flatten(struct doc *, const struct reader *raw,
    struct buf *out) MUST_CHECK;
/* Encoded words (loosely read) to text. */
int words_expand(struct doc *, const struct reader *flat,
    struct buf *out) MUST_CHECK;
/* Where the encoded word that begins at an offset ends; 0: none begins. */
size_t words_word_end(const struct reader *flat, size_t at);
/* Text to one line without what hides or acts; trimmed. */
int words_clean(struct doc *, const struct reader *text,
    const char **out) MUST_CHECK;
/* All three. */
int words_line(struct doc *, const struct reader *flat,
    const char **out) MUST_CHECK;

/* ---- words_spec.c: one address */

/* Blanks at both ends off. */
void spec_trim(struct reader *);
/* Spaces that the obsolete syntax allows around dots and the at sign. */
int spec_squeeze(const struct reader *, struct buf *out, bool *odd) MUST_CHECK;
/* The last at sign outside of quotes. */
bool spec_find_at(const struct reader *, size_t *at);
/* "local@domain" in its canonical form; nothing when it is none. */
int spec_make(const struct reader *, struct buf *out, bool *odd) MUST_CHECK;

/* ---- words_idn.c */

/* A domain as ASCII: A-labels where it is none. *ok: it can be one. */
int words_domain(const char *domain, struct buf *out, bool *ok) MUST_CHECK;

#endif
