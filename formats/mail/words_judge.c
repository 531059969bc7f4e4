/*
 * Which charset? The label has a say, the bytes have the last word: valid
 * UTF-8 is UTF-8, designations of ISO-2022-JP are ISO-2022-JP, and between
 * charsets that share their bytes the reading decides that looks like text.
 */
#include "formats/mail/words_int.h"

#define JUDGED_BYTES   (16u << 10) /* more change nothing */
#define COST_OF_DAMAGE 20	   /* one kanji is worth 3 to 10 */

static bool
has_high(const struct reader *in)
{
	struct reader r = *in;
	uint8_t c;

	r.pos = 0;
	while (reader_u8(&r, &c) == 0)
		if (c >= 0x80)
			return true;
	return false;
}

static bool
has(const struct reader *in, const char *what, size_t n)
{
	size_t at;

	return reader_find(in, 0, what, n, &at) == 0;
}

static enum charset
text_charset(enum mcs is)
{
	return is == MCS_UTF8	   ? CS_UTF8
	       : is == MCS_CP932   ? CS_CP932
	       : is == MCS_EUCJP   ? CS_EUCJP
	       : is == MCS_UTF16LE ? CS_UTF16LE
				   : CS_NONE;
}

static bool
is_letter(uint32_t cp)
{
	return (cp >= 'A' && cp <= 'Z') || (cp >= 'a' && cp <= 'z');
}

/* Windows-1252 knows nearly every byte. Western text has its accents one by
 * one, between ASCII. */
static int
western(uint32_t cp, uint32_t before)
{
	bool letter = cp >= 0xc0 && cp <= 0x24f;

	if (cp < 0x80)
		return 0;
	if (before >= 0x80)
		return letter && before >= 0xc0 && before <= 0x24f ? -3 : -8;
	return letter ? 4 : 2;
}

static int64_t
score(const struct reader *in, enum mcs is, bool said, struct cs_score *s)
{
	struct cs_char c;
	struct mdec m;
	uint32_t before = 0, damaged = 0;
	int64_t alone = 0;

	*s = (struct cs_score){ .total = 0 };
	mdec_open(&m, in, is);
	while (mdec_get(&m, &c) == 0) {
		if (is == MCS_SINGLE) {
			alone -= western(c.cp, before);
			s->scored += c.cp >= 0x80;
		} else if (m.damaged == damaged)
			cs_score_add(s, text_charset(is), &c);
		damaged = m.damaged;
		/* "it's" in Windows-1252 has a kanji of CP932 in it. */
		if (is == MCS_CP932 && c.len == 2 && c.raw[1] < 0x80 &&
		    is_letter(before))
			alone += 4;
		/* Gaiji say nothing against the charset of the label. */
		if (utf8_classify(c.cp) == UTF8_PRIVATE) {
			s->gaiji++;
			alone -= said ? 5 : 0;
		}
		before = c.cp;
	}
	return s->total - alone - (int64_t)damaged * COST_OF_DAMAGE;
}

static bool
is_undamaged(const struct reader *in, enum mcs is)
{
	struct cs_char c;
	struct mdec m;

	mdec_open(&m, in, is);
	while (m.damaged == 0 && mdec_get(&m, &c) == 0)
		;
	return m.damaged == 0;
}

/* What a label is worth for each character. */
static int
trust(enum mcs label)
{
	switch (label) {
	case MCS_GB18030:
	case MCS_BIG5:
	case MCS_UHC:
		return 12;
	case MCS_NONE:
	case MCS_ASCII:
	case MCS_UTF7:
	case MCS_UNKNOWN:
		return 0;
	case MCS_UTF8:
	case MCS_UTF16:
	case MCS_UTF16LE:
	case MCS_UTF16BE:
	case MCS_JIS:
	case MCS_CP932:
	case MCS_EUCJP:
	case MCS_SJIS2004:
	case MCS_EUC2004:
	case MCS_2022KR:
	case MCS_HZ:
	case MCS_SINGLE:
		return 2;
	}
	/* Windows-1250 and all that is not Western is said on purpose. */
	return 12;
}

struct contest {
	const struct reader *in;
	enum mcs label, best;
	int64_t most;
	bool gaiji; /* in the best reading: it may be none */
};

static void
enter(struct contest *c, enum mcs is)
{
	struct cs_score s;
	int64_t n = score(c->in, is, is == c->label, &s);

	if (is == c->label)
		n += 4 + trust(is) * (int64_t)s.scored;
	if (c->best != MCS_NONE && n <= c->most)
		return;
	c->best = is;
	c->most = n;
	c->gaiji = s.gaiji > 0;
}

static enum mcs
contest(const struct reader *in, enum mcs label)
{
	static const enum mcs usual[] = { MCS_UTF8, MCS_CP932, MCS_EUCJP,
		MCS_SINGLE };

	static const enum mcs foreign[] = { MCS_GB18030, MCS_UHC, MCS_BIG5 };
	struct contest c = { .in = in, .label = label, .best = MCS_NONE };
	bool ours = label != MCS_NONE && label != MCS_ASCII &&
		    label != MCS_UNKNOWN && label != MCS_JIS &&
		    label != MCS_UTF7 && label != MCS_2022KR && label != MCS_HZ;

	if (ours)
		enter(&c, label);
	if (jis_designates(in))
		enter(&c, MCS_JIS);
	for (size_t i = 0; i < sizeof(usual) / sizeof(usual[0]); i++)
		if (usual[i] != label || !ours)
			enter(&c, usual[i]);
	for (size_t i = 0; i < 3 && (c.most < 0 || (c.gaiji && !ours)); i++)
		if (foreign[i] != label)
			enter(&c, foreign[i]);
	return c.best;
}

static bool
is_cjk(enum mcs label)
{
	return (label >= MCS_CP932 && label <= MCS_UHC);
}

/* Three bytes or more in one character: no accident. */
static bool
is_wide_utf8(const struct reader *in)
{
	struct reader r = *in;
	uint8_t c;

	r.pos = 0;
	while (reader_u8(&r, &c) == 0)
		if (c >= 0xe0)
			return true;
	return false;
}

static bool
is_utf16(enum mcs label)
{
	return label == MCS_UTF16 || label == MCS_UTF16LE ||
	       label == MCS_UTF16BE;
}

/* UTF-16 by a mark, by its zero bytes, or by its label when it decodes. */
static enum mcs
judge_utf16(const struct reader *in, enum mcs label)
{
	struct charset_id id;
	struct cs_score s;

	if (charset_detect(in, false, &id) == 0 &&
	    (id.is == CS_UTF16LE || id.is == CS_UTF16BE))
		return id.is == CS_UTF16LE ? MCS_UTF16LE : MCS_UTF16BE;
	if (!is_utf16(label) || in->len < 2)
		return MCS_NONE;
	if (label == MCS_UTF16 && !reader_has(in, 0, "\xff\xfe", 2) &&
	    !reader_has(in, 0, "\xfe\xff", 2)) {
		struct cs_score le;

		label = score(in, MCS_UTF16LE, true, &le) >
				score(in, MCS_UTF16BE, true, &s)
			    ? MCS_UTF16LE
			    : MCS_UTF16BE;
	}
	if (!has(in, "\0", 1) && !has_high(in))
		return MCS_NONE;
	return score(in, label, true, &s) > 0 || has(in, "\0", 1) ? label
								  : MCS_NONE;
}

static enum mcs
judge_seven(const struct reader *in, enum mcs label)
{
	if (has(in, "\x1b$)C", 4) && has(in, "\x0e", 1))
		return MCS_2022KR;
	if (jis_designates(in))
		return MCS_JIS;
	if (label == MCS_JIS &&
	    (has(in, "\x0e", 1) || has(in, "\x1b", 1) || jis_is_bare(in)))
		return MCS_JIS;
	if (label == MCS_UTF7 && has(in, "+", 1))
		return MCS_UTF7;
	if (label == MCS_HZ && has(in, "~", 1))
		return MCS_HZ;
	return MCS_ASCII;
}

enum mcs
mcs_judge(const struct reader *in, enum mcs label)
{
	struct reader head = *in;
	enum mcs is;
	bool valid;

	head.pos = 0;
	if (!has_high(in) && !has(in, "\0", 1))
		return judge_seven(&head, label);
	valid = utf8_valid(in->data, in->len);
	if (!valid || has(in, "\0", 1) || is_utf16(label)) {
		if ((is = judge_utf16(&head, label)) != MCS_NONE)
			return is;
	}
	if (!has_high(in))
		return judge_seven(&head, label);
	if (jis_designates(in) && is_undamaged(&head, MCS_JIS))
		return MCS_JIS;
	if (valid && (!is_cjk(label) || is_wide_utf8(in)))
		return MCS_UTF8;
	if (head.len > JUDGED_BYTES)
		head.len = JUDGED_BYTES;
	return contest(&head, label);
}
