/*
 * ISO-2022-JP as it is really written: RFC 1468, RFC 1554 (-2), RFC 2237
 * (-1), the sets of JIS X 0213 (-3, -2004), gaiji of -MS and of CP50220,
 * half-width kana by ESC ( I, by SO/SI and as bytes with eight bits, runs of
 * other Japanese charsets in between, lines that do not end in ASCII, and
 * designations whose ESC was lost on the way. And ISO-2022-KR.
 */
#include <string.h>

#include "formats/mail/words_int.h"

enum set {
	SET_ASCII,
	SET_ROMAN,
	SET_KANA,
	SET_0208, /* here two bytes a character begin */
	SET_0212,
	SET_2004_1,
	SET_2004_2,
	SET_GB,
	SET_KS,
	SET_UDC, /* gaiji of ISO-2022-JP-MS */
};

/* Without their ESC. Longer ones before those that they begin with. */
static const struct {
	const char *escape;
	uint8_t set;
} designations[] = {
	{ "(B", SET_ASCII },
	{ "(J", SET_ROMAN },
	{ "(H", SET_ROMAN },
	{ "(I", SET_KANA },
	{ "$@", SET_0208 },
	{ "$B", SET_0208 },
	{ "$(@", SET_0208 },
	{ "$(B", SET_0208 },
	{ "&@\x1b$B", SET_0208 },
	{ "$(D", SET_0212 },
	{ "$(O", SET_2004_1 },
	{ "$(Q", SET_2004_1 },
	{ "$(P", SET_2004_2 },
	{ "$A", SET_GB },
	{ "$(A", SET_GB },
	{ "$(C", SET_KS },
	{ "$(?", SET_UDC },
};

/* The designation at an offset, behind its ESC; 0 bytes when none. */
static size_t
designation(const struct reader *r, size_t at, uint8_t *set)
{
	size_t n;

	for (size_t i = 0; i < sizeof(designations) / sizeof(designations[0]);
	     i++) {
		n = strlen(designations[i].escape);
		if (!reader_has(r, at, designations[i].escape, n))
			continue;
		*set = designations[i].set;
		return n;
	}
	return 0;
}

static uint32_t
wide(uint8_t set, uint8_t row, uint8_t cell, uint32_t *second)
{
	*second = 0;
	switch (set) {
	case SET_0208:
		return mtab_jis(row, cell);
	case SET_0212:
		return mtab_jis0212(row, cell);
	case SET_2004_1:
	case SET_2004_2:
		return mtab_jis2004(set == SET_2004_2, row, cell, second);
	case SET_GB:
		return mtab_gb(row | 0x80, cell | 0x80);
	case SET_KS:
		return mtab_uhc(row | 0x80, cell | 0x80);
	case SET_UDC:
		return row >= 0x21 && row <= 0x34
			   ? 0xe000u + (row - 0x21u) * 94 + (cell - 0x21u)
			   : 0;
	default:
		return 0;
	}
}

bool
jis_designates(const struct reader *in)
{
	static const char *const wanted[] = { "\x1b$B", "\x1b$@", "\x1b(I",
		"\x1b$(D", "\x1b$(O", "\x1b$(P", "\x1b$(Q", "\x1b$(B",
		"\x1b$(@", "\x1b$(?", "\x1b$A", "\x1b$(C" };
	size_t from, at;

	if (reader_find(in, 0, "\x1b", 1, &from) != 0)
		return false;
	for (size_t i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++)
		if (reader_find(in, from, wanted[i], strlen(wanted[i]), &at) ==
		    0)
			return true;
	return false;
}

#define AHEAD_PAIRS 512 /* a line of mail is not longer */
#define BARE_TRIES  64

/* From at on: pairs that are characters, up to "(B" or "(J". */
static bool
closes(const struct reader *in, size_t at)
{
	struct reader r = *in;
	const uint8_t *b;
	uint32_t second;
	size_t pairs = 0;

	if (reader_seek(&r, at) != 0)
		return false;
	while (pairs < AHEAD_PAIRS && reader_bytes(&r, 2, &b) == 0) {
		if (b[0] == '(' && (b[1] == 'B' || b[1] == 'J'))
			return pairs > 0;
		if (b[0] == 0x1b || wide(SET_0208, b[0], b[1], &second) == 0)
			return false;
		pairs++;
	}
	return false;
}

bool
jis_is_bare(const struct reader *in)
{
	size_t at;

	if (reader_find(in, 0, "\x1b", 1, &at) == 0)
		return false;
	at = 0;
	for (unsigned i = 0; i < BARE_TRIES; i++, at++)
		if (reader_find(in, at, "$B", 2, &at) != 0)
			return false;
		else if (closes(in, at + 2))
			return true;
	return false;
}

/* Up to the next ESC or line end: pairs that are all characters? */
static bool
goes_on(const struct reader *in, size_t at)
{
	struct reader r = *in;
	const uint8_t *b;
	uint8_t set;
	uint32_t second;
	size_t pairs = 0;

	if (reader_seek(&r, at) != 0)
		return false;
	while (reader_has(&r, r.pos, " ", 1) || reader_has(&r, r.pos, "\t", 1))
		if (reader_skip(&r, 1) != 0)
			return false;
	while (pairs < AHEAD_PAIRS && reader_bytes(&r, 2, &b) == 0) {
		if (b[0] == 0x1b)
			return pairs > 0 &&
			       designation(&r, r.pos - 1, &set) > 0 &&
			       set <= SET_ROMAN;
		if (wide(SET_0208, b[0], b[1], &second) == 0)
			return false;
		pairs++;
	}
	return false;
}

bool
jis_continues(const struct reader *in)
{
	return goes_on(in, 0);
}

void
jis_tail(const struct reader *in, struct jis_tail *t)
{
	struct reader r = *in;
	uint8_t c;
	size_t n;

	if (reader_seek(&r, t->at) != 0)
		return;
	while (reader_u8(&r, &c) == 0) {
		if (c == 0x1b && (n = designation(&r, r.pos, &t->set)) > 0) {
			if (reader_skip(&r, n) != 0)
				break;
			t->half = false;
		} else if (c == 0x1b && reader_left(&r) < 3) {
			/* It may go on in the next word. */
			t->half = false;
			t->at = reader_pos(&r) - 1;
			return;
		} else {
			t->half = t->set >= SET_0208 && c > 0x20 && !t->half;
		}
	}
	t->at = reader_pos(&r);
}

bool
jis_tail_is_wide(const struct jis_tail *t)
{
	return t->set >= SET_0208;
}

/* Two-byte text without ESC n bytes ahead? Who fails often has none. */
static bool
bare_begins(struct mdec *in, size_t n)
{
	if (closes(&in->r, reader_pos(&in->r) + n))
		return true;
	in->bare = ++in->bare_tries < BARE_TRIES;
	return false;
}

/* Follows designations and shifts at the cursor. */
static void
take_shifts(struct mdec *in)
{
	uint8_t c, set = SET_ASCII;
	size_t n;

	while (reader_peek(&in->r, &c) == 0) {
		if (c == 0x0e || c == 0x0f) {
			in->out = c == 0x0e;
			n = 1;
		} else if (c == 0x1b) {
			if ((n = designation(&in->r, in->r.pos + 1, &set)) == 0)
				return;
			in->set = set;
			in->out = false;
			n++;
		} else if (in->bare && (c == '$' || c == '(')) {
			if ((n = designation(&in->r, in->r.pos, &set)) == 0 ||
			    (set >= SET_0208) != (in->set < SET_0208) ||
			    (set >= SET_0208 && !bare_begins(in, n)))
				return;
			in->set = set;
			in->repaired++;
		} else {
			return;
		}
		if (reader_skip(&in->r, n) != 0)
			return;
	}
}

#define EIGHT_BYTES 4096 /* of one run: a line is not longer */

/* A run with eight bits in a text of seven: kana, or another charset. */
static bool
begin_eight(struct mdec *in)
{
	struct reader run;
	size_t from = reader_pos(&in->r), left = reader_left(&in->r), end;
	bool high = false;

	if (reader_view(&in->r, from, left < EIGHT_BYTES ? left : EIGHT_BYTES,
		&run) != 0)
		return false;
	if (reader_find(&run, 0, "\n", 1, &end) == 0)
		run.len = end;
	if (reader_find(&run, 0, "\x1b", 1, &end) == 0)
		run.len = end;
	for (size_t i = 0; i < run.len; i++)
		high |= run.data[i] >= 0x80;
	in->eight = mcs_judge(&run, MCS_CP932);
	in->eight_end = from + run.len;
	in->in_eight = high && in->eight != MCS_JIS;
	in->repaired += in->in_eight;
	return in->in_eight;
}

static int
get_eight(struct mdec *in, struct cs_char *c)
{
	struct mdec sub = { .is = in->eight };
	int e;

	if (reader_view(&in->r, 0, in->eight_end, &sub.r) != 0)
		return ERR_TRUNCATED;
	sub.r.pos = in->r.pos;
	if ((e = mdec_get(&sub, c)) != 0)
		return e;
	in->r.pos = sub.r.pos;
	in->damaged += sub.damaged;
	in->in_eight = in->r.pos < in->eight_end;
	return 0;
}

static int
get_wide(struct mdec *in, uint8_t row, struct cs_char *c)
{
	uint8_t cell;

	if (reader_peek(&in->r, &cell) != 0 || cell < 0x21 || cell > 0x7e) {
		/* Half a character; what follows stands for itself. */
		c->cp = 0xfffd;
		in->damaged++;
		return 0;
	}
	c->cp = wide(in->set, row, cell, &in->second);
	if (c->cp == 0) {
		c->cp = 0xfffd;
		in->damaged++;
	}
	return reader_skip(&in->r, 1);
}

static void
at_line_end(struct mdec *in)
{
	in->out = false;
	if (in->set <= SET_ROMAN)
		return;
	in->repaired++;
	if (in->set < SET_0208 || !goes_on(&in->r, in->r.pos))
		in->set = SET_ASCII;
}

/* ESC N and one byte of Latin-1 or Greek (ISO-2022-JP-2). */
static bool
take_g2(struct mdec *in, struct cs_char *c)
{
	static const char *const greek = "ISO-8859-7";
	struct reader at = in->r;
	const uint8_t *b;

	while (reader_bytes(&at, 3, &b) == 0 && b[0] == 0x1b && b[1] == '.' &&
	       (b[2] == 'A' || b[2] == 'F')) {
		in->g2 = b[2];
		in->r = at;
	}
	at = in->r;
	if (in->g2 == 0 || reader_bytes(&at, 3, &b) != 0 || b[0] != 0x1b ||
	    b[1] != 'N' || b[2] < 0x20 || b[2] >= 0x80)
		return false;
	c->cp = in->g2 == 'A' ? b[2] | 0x80u : 0;
	for (size_t i = 0; in->g2 == 'F' && mtab_single_name(i) != NULL; i++)
		if (strcmp(mtab_single_name(i), greek) == 0)
			c->cp = mtab_single(i, b[2] | 0x80);
	if (c->cp == 0)
		return false;
	in->r = at;
	return true;
}

int
mdec_get_jis(struct mdec *in, struct cs_char *c)
{
	uint8_t b;

	if (in->in_eight)
		return get_eight(in, c);
	take_shifts(in);
	if (take_g2(in, c))
		return 0;
	if (reader_peek(&in->r, &b) != 0)
		return ERR_TRUNCATED;
	if (b >= 0x80 && in->set < SET_0208 && begin_eight(in))
		return get_eight(in, c);
	if (reader_skip(&in->r, 1) != 0)
		return ERR_TRUNCATED;
	c->cp = b;
	if (b == '\n' || (b == '\r' && !reader_has(&in->r, in->r.pos, "\n", 1)))
		at_line_end(in);
	if (b <= 0x20)
		return 0;
	if (in->set >= SET_0208)
		return get_wide(in, b, c);
	if (b >= 0x80) {
		c->cp = 0xfffd;
		in->damaged++;
	} else if (b <= 0x5f && (in->set == SET_KANA || in->out)) {
		c->cp = 0xff61u + b - 0x21u;
	}
	return 0;
}

int
mdec_get_kr(struct mdec *in, struct cs_char *c)
{
	const uint8_t *b;
	uint8_t one;

	for (;;) {
		if (reader_has(&in->r, in->r.pos, "\x1b$)C", 4)) {
			if (reader_skip(&in->r, 4) != 0)
				return ERR_TRUNCATED;
			continue;
		}
		if (reader_peek(&in->r, &one) != 0)
			return ERR_TRUNCATED;
		if (one != 0x0e && one != 0x0f)
			break;
		in->out = one == 0x0e;
		if (reader_skip(&in->r, 1) != 0)
			return ERR_TRUNCATED;
	}
	if (one == '\n')
		in->out = false;
	c->cp = one;
	if (!in->out || one < 0x21 || reader_bytes(&in->r, 2, &b) != 0) {
		if (one >= 0x80 || (in->out && one >= 0x21)) {
			c->cp = 0xfffd;
			in->damaged++;
		}
		return reader_left(&in->r) > 0 ? reader_skip(&in->r, 1) : 0;
	}
	c->cp = mtab_uhc(b[0] | 0x80, b[1] | 0x80);
	if (c->cp == 0) {
		c->cp = 0xfffd;
		in->damaged++;
	}
	return 0;
}
