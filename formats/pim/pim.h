/*
 * What iCalendar (RFC 5545, and vCalendar 1.0) and vCard (2.1, RFC 2426, RFC
 * 6350) share: content lines read into components, values checked and written
 * in one spelling.
 *
 * Names are upper case. Values are UTF-8 without NUL, escapes as they stood.
 * Everything read lives in document memory.
 */
#ifndef FORMATS_PIM_PIM_H
#define FORMATS_PIM_PIM_H

#include "formats/doc.h"

#define PIM_DEPTH_MAX 8
#define PIM_TEXT_MAX  65536 /* bytes of one text */

struct pim_param {
	const char *name;  /* "TYPE" also for the bare words of vCard 2.1 */
	const char *value; /* without quotes; one struct for each of a list */
	struct pim_param *next;
};

struct pim_prop {
	const char *name; /* without a group */
	struct pim_param *params;
	const char *value; /* QUOTED-PRINTABLE and charset undone */
	struct pim_prop *next;
};

struct pim_comp {
	const char *name;
	struct pim_prop *props;
	struct pim_comp *first, *next;
};

/* The ids of one family's findings. */
struct pim_family {
	enum finding_id characters; /* that hide or act, in a text */
	enum finding_id charset;    /* bytes that no charset explains */
	enum finding_id outside;    /* lines that belong to nothing */
};

/*
 * doc_in() as a list of components. ERR_MALFORMED: they do not nest;
 * ERR_TRUNCATED: one is not closed; ERR_LIMIT.
 */
int pim_read(struct doc *, const struct pim_family *,
    struct pim_comp **out) MUST_CHECK;

/* The first property or parameter of this name, or NULL. */
const struct pim_prop *pim_prop(const struct pim_comp *, const char *name);
/* The first value of a parameter, or NULL. */
const char *pim_param(const struct pim_prop *, const char *name);
bool pim_has_param(const struct pim_prop *, const char *name,
    const char *value);

/* ---- writing: a line is gathered, then folded and sent */

struct pim_out {
	struct doc *d;
	const struct pim_family *family;
	const char *where; /* of findings in texts, set before each line */
	struct buf line;
};

void pim_out_init(struct pim_out *, struct doc *, const struct pim_family *);
void pim_out_done(struct pim_out *);
/* Forgets what was gathered and begins with this. */
int pim_begin(struct pim_out *, const char *name) MUST_CHECK;
int pim_add(struct pim_out *, const char *fmt, ...) MUST_CHECK
    PRINTF_LIKE(2, 3);
/* ";NAME=value", in quotes where it must; what hides or acts is left out. */
int pim_add_param(struct pim_out *, const char *name,
    const char *value) MUST_CHECK;
/*
 * n bytes of a value, escapes undone, cleaned and escaped anew. ERR_LIMIT when
 * longer than PIM_TEXT_MAX.
 */
int pim_add_text(struct pim_out *, const char *, size_t n) MUST_CHECK;
/* Lines of 75 bytes, CRLF. */
int pim_send(struct pim_out *) MUST_CHECK;
/* The whole of a constant line. */
int pim_line(struct pim_out *, const char *fmt, ...) MUST_CHECK
    PRINTF_LIKE(2, 3);

/* The length of the value up to the next unescaped c, or to its end. */
size_t pim_span(const char *value, char c);
/* Is anything of these bytes seen, apart from blanks, ';' and ','? */
bool pim_visible(const char *, size_t n);
/* "name@host" without anything a reader could take for more. */
bool pim_is_address(const char *);
/* One of the words of "A|B|C", any case: the constant's text, or NULL. */
const char *pim_word(const char *words, const char *value, size_t *n);

/* ---- charsets of lines, pimcharset.c */

struct pim_charset;
/* doc_in() looked at as a whole; *text is it, or its UTF-8 when UTF-16. */
int pim_charset_open(struct doc *, struct pim_charset **out,
    struct reader *text) MUST_CHECK;
/*
 * The bytes as UTF-8 without NUL in to (cleared). label: what CHARSET= says,
 * "" for nothing. *doubtful: no charset explains them, read as Latin-1.
 */
int pim_charset_decode(const struct pim_charset *, const char *label,
    const struct reader *, struct buf *to, bool *doubtful) MUST_CHECK;

#endif
