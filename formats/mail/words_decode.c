/*
 * One character at a time, in any charset of mail. What the text formats
 * know (charset.h) is decoded there; this file adds the others and goes on
 * where a byte is wrong: the smallest piece that is no character becomes one
 * U+FFFD, and the ASCII behind it stays readable.
 */
#include "formats/mail/words_int.h"

void
mdec_open(struct mdec *in, const struct reader *r, enum mcs is)
{
	*in = (struct mdec){ .r = *r, .is = is };
	in->r.pos = 0;
	if (is == MCS_UTF16) {
		in->is = MCS_UTF16BE;
		if (reader_has(&in->r, 0, "\xff\xfe", 2))
			in->is = MCS_UTF16LE;
	}
	if (is == MCS_JIS)
		in->bare = jis_is_bare(r);
}

/* A byte that is no character; its continuation bytes of UTF-8 go along. */
static int
broken(struct mdec *in, struct cs_char *c)
{
	uint8_t b;

	if (reader_u8(&in->r, &b) != 0)
		return ERR_TRUNCATED;
	if (in->is == MCS_UTF8 && b >= 0xc2)
		while (reader_peek(&in->r, &b) == 0 && b >= 0x80 && b < 0xc0)
			if (reader_skip(&in->r, 1) != 0)
				break;
	if (in->is == MCS_UTF16LE || in->is == MCS_UTF16BE)
		if (reader_skip(&in->r, 1) != 0)
			in->r.pos = in->r.len;
	c->cp = 0xfffd;
	in->damaged++;
	return 0;
}

/* A surrogate pair, each half as three bytes (CESU-8): some phones. */
static bool
take_cesu(struct mdec *in, struct cs_char *c)
{
	struct reader at = in->r;
	const uint8_t *b;

	if (reader_bytes(&at, 6, &b) != 0 || b[0] != 0xed || b[3] != 0xed ||
	    (b[1] & 0xf0) != 0xa0 || (b[4] & 0xf0) != 0xb0 ||
	    (b[2] & 0xc0) != 0x80 || (b[5] & 0xc0) != 0x80)
		return false;
	c->cp = 0x10000u + ((b[1] & 0x0fu) << 16) + ((b[2] & 0x3fu) << 10) +
		((b[4] & 0x0fu) << 6) + (b[5] & 0x3fu);
	in->r = at;
	in->repaired++;
	return true;
}

static int
get_text(struct mdec *in, enum charset is, struct cs_char *c)
{
	struct charset_id id = { .is = is };
	struct cs_in at;
	int e;

	cs_open(&at, &in->r, &id);
	at.r.pos = in->r.pos;
	if ((e = cs_get(&at, c)) == ERR_TRUNCATED)
		return e;
	if (e != 0 && is == CS_UTF8 && take_cesu(in, c))
		return 0;
	if (e != 0 || (c->cp >= 0xd800 && c->cp < 0xe000))
		return broken(in, c);
	in->r = at.r;
	return 0;
}

static int
get_single(struct mdec *in, struct cs_char *c)
{
	uint8_t b;

	if (reader_u8(&in->r, &b) != 0)
		return ERR_TRUNCATED;
	c->cp = b < 0x80 ? b : mtab_single((size_t)in->is - MCS_SINGLE, b);
	if (c->cp == 0 && b != 0) {
		c->cp = 0xfffd;
		in->damaged++;
	}
	return 0;
}

/* Shift_JIS-2004: what CP932 has by its reading, else JIS X 0213. */
static uint32_t
sjis2004(uint8_t lead, uint8_t trail, uint32_t *second)
{
	static const uint8_t rows[] = { 1, 8, 3, 4, 5, 12, 13, 14, 15, 78 };
	unsigned row, cell = trail - 0x40u - (trail > 0x7f);
	size_t plane = lead >= 0xf0;

	if (trail < 0x40 || trail == 0x7f || trail > 0xfc || lead > 0xfc)
		return 0;
	if (lead >= 0x81 && lead <= 0x9f)
		row = (lead - 0x81u) * 2 + 1;
	else if (lead >= 0xe0 && lead <= 0xef)
		row = (lead - 0xc1u) * 2 + 1;
	else if (lead >= 0xf0 && lead <= 0xf4)
		/* Plane 2 begins with rows 1, 3, 4, 5, 8, 12 to 15. */
		row = rows[(lead - 0xf0u) * 2];
	else if (lead >= 0xf5)
		row = (lead - 0xf5u) * 2 + 79;
	else
		return 0;
	if (cell >= 94) {
		cell -= 94;
		row = plane == 0 || lead >= 0xf5 ? row + 1
						 : rows[(lead - 0xf0u) * 2 + 1];
	}
	return mtab_jis2004(plane, (uint8_t)(row + 0x20),
	    (uint8_t)(cell + 0x21), second);
}

/* The first reading that knows the code. */
static int
get_2004(struct mdec *in, struct cs_char *c)
{
	bool euc = in->is == MCS_EUC2004;
	struct mdec at = *in;
	const uint8_t *b;
	size_t n = 2;

	if (get_text(&at, euc ? CS_EUCJP : CS_CP932, c) != 0)
		return ERR_TRUNCATED;
	/* Rows that JIS X 0213 fills with its own characters. */
	if (at.damaged == in->damaged &&
	    (c->len < 2 || (euc && c->len == 2 && c->raw[0] < 0xf5) ||
		(!euc && c->raw[0] < 0xed))) {
		*in = at;
		return 0;
	}
	at = *in;
	if (euc && reader_has(&in->r, in->r.pos, "\x8f", 1))
		n = 3;
	if (reader_bytes(&at.r, n, &b) != 0)
		return broken(in, c);
	c->raw = b;
	c->len = n;
	c->cp = !euc ? sjis2004(b[0], b[1], &at.second)
		: n == 3
		    ? mtab_jis2004(1, b[1] & 0x7f, b[2] & 0x7f, &at.second)
		    : mtab_jis2004(0, b[0] & 0x7f, b[1] & 0x7f, &at.second);
	if (c->cp == 0)
		return broken(in, c);
	*in = at;
	return 0;
}

static int
get_pair(struct mdec *in, struct cs_char *c)
{
	struct reader at = in->r;
	const uint8_t *b;
	uint8_t lead;

	if (reader_u8(&at, &lead) != 0)
		return ERR_TRUNCATED;
	if (lead < 0x80) {
		c->cp = lead;
		in->r = at;
		return 0;
	}
	at = in->r;
	if (in->is == MCS_GB18030 && reader_bytes(&at, 4, &b) == 0 &&
	    (c->cp = mtab_gb4(b)) != 0) {
		in->r = at;
		return 0;
	}
	at = in->r;
	if (reader_bytes(&at, 2, &b) != 0)
		return broken(in, c);
	c->cp = in->is == MCS_GB18030 ? mtab_gb(b[0], b[1])
		: in->is == MCS_UHC   ? mtab_uhc(b[0], b[1])
				      : mtab_big5(b[0], b[1], &in->second);
	if (c->cp == 0)
		return broken(in, c);
	in->r = at;
	return 0;
}

/* HZ: ~{ GB 2312 in seven bits ~} */
static int
get_hz(struct mdec *in, struct cs_char *c)
{
	const uint8_t *b;
	uint8_t one;

	for (;;) {
		if (reader_has(&in->r, in->r.pos, "~{", 2))
			in->out = true;
		else if (reader_has(&in->r, in->r.pos, "~}", 2))
			in->out = false;
		else if (reader_has(&in->r, in->r.pos, "~\n", 2))
			in->repaired++;
		else
			break;
		if (reader_skip(&in->r, 2) != 0)
			break;
	}
	if (reader_has(&in->r, in->r.pos, "~~", 2) &&
	    reader_skip(&in->r, 1) != 0)
		return ERR_TRUNCATED;
	if (reader_peek(&in->r, &one) != 0)
		return ERR_TRUNCATED;
	if (one == '\n')
		in->out = false;
	if (one >= 0x80)
		return broken(in, c);
	if (!in->out || one < 0x21) {
		c->cp = one;
		return reader_skip(&in->r, 1);
	}
	if (reader_bytes(&in->r, 2, &b) != 0)
		return broken(in, c);
	c->cp = b[1] < 0x21 ? 0 : mtab_gb(b[0] | 0x80, b[1] | 0x80);
	if (c->cp == 0) {
		c->cp = 0xfffd;
		in->damaged++;
	}
	return 0;
}

static int
decode(struct mdec *in, struct cs_char *c)
{
	switch (in->is) {
	case MCS_UTF8:
		return get_text(in, CS_UTF8, c);
	case MCS_UTF16LE:
		return get_text(in, CS_UTF16LE, c);
	case MCS_UTF16:
	case MCS_UTF16BE:
		return get_text(in, CS_UTF16BE, c);
	case MCS_UTF7:
		return mdec_get_utf7(in, c);
	case MCS_JIS:
		return mdec_get_jis(in, c);
	case MCS_2022KR:
		return mdec_get_kr(in, c);
	case MCS_CP932:
		return get_text(in, CS_CP932, c);
	case MCS_EUCJP:
		return get_text(in, CS_EUCJP, c);
	case MCS_SJIS2004:
	case MCS_EUC2004:
		return get_2004(in, c);
	case MCS_GB18030:
	case MCS_BIG5:
	case MCS_UHC:
		return get_pair(in, c);
	case MCS_HZ:
		return get_hz(in, c);
	case MCS_NONE:
	case MCS_ASCII:
	case MCS_UNKNOWN:
		return get_text(in, CS_UTF8, c);
	case MCS_SINGLE:
		break;
	}
	return get_single(in, c);
}

int
mdec_get(struct mdec *in, struct cs_char *out)
{
	struct reader from = in->r;
	int e;

	*out = (struct cs_char){ .cp = in->second };
	if (in->second != 0) {
		in->second = 0;
		return 0;
	}
	if ((e = decode(in, out)) != 0)
		return e;
	/* The bytes that were read, for whoever judges them. */
	out->len = reader_pos(&in->r) - reader_pos(&from);
	return reader_bytes(&from, out->len, &out->raw);
}

int
words_decode(const struct reader *in, enum mcs label, struct buf *out,
    struct word_facts *facts)
{
	struct reader rest;
	struct cs_char c;
	struct mdec m;
	int e = 0;

	facts->label = label;
	facts->unknown |= label == MCS_UNKNOWN;
	facts->is = mcs_judge(in, label);
	facts->lied |= label != MCS_NONE && label != MCS_UNKNOWN &&
		       facts->is != label && facts->is != MCS_ASCII &&
		       !(label == MCS_UTF16 && (facts->is == MCS_UTF16LE ||
						   facts->is == MCS_UTF16BE));
	if (facts->is <= MCS_UTF8 && utf8_valid(in->data, in->len)) {
		size_t mark = reader_has(in, 0, "\xef\xbb\xbf", 3) ? 3 : 0;

		if ((e = reader_view(in, mark, in->len - mark, &rest)) != 0)
			return e;
		return buf_put(out, rest.data, rest.len);
	}
	mdec_open(&m, in, facts->is);
	while (e == 0 && mdec_get(&m, &c) == 0)
		if (c.cp != 0xfeff || c.raw != in->data)
			e = utf8_put(out, c.cp);
	facts->utf7 |= facts->is == MCS_UTF7;
	facts->damaged += m.damaged;
	facts->repaired += m.repaired;
	facts->hidden += m.hidden;
	return e;
}

int
words_report(struct doc *d, const struct word_facts *f, const char *where)
{
	int e = 0;

	if (f->lied)
		e = doc_found(d, FIND_MAIL_LABEL, ACT_NOTED, where, "%s: %s",
		    mcs_name(f->label), mcs_name(f->is));
	if (e == 0 && f->unknown)
		e = doc_found(d, FIND_MAIL_CHARSET, ACT_NOTED, where, "%s",
		    mcs_name(f->is));
	if (e == 0 && f->damaged > 0)
		e = doc_found_n(d, f->damaged, FIND_MAIL_DAMAGED, ACT_REPLACED,
		    where, "%s", mcs_name(f->is));
	if (e == 0 && f->repaired > 0)
		e = doc_found_n(d, f->repaired, FIND_MAIL_SHIFTS, ACT_REPLACED,
		    where, "%s", mcs_name(f->is));
	if (e == 0 && f->utf7)
		e = doc_found_n(d, f->hidden + 1, FIND_MAIL_UTF7, ACT_REPLACED,
		    where, NULL);
	return e;
}
