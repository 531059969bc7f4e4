/* Transfer encodings (RFC 2045, 6), undone as mail programs do it. */
#include <string.h>

#include "formats/mail/mail_int.h"
#include "formats/mail/outlook.h"

enum mail_cte
mail_cte(struct mail_reading *m, const struct mail_field *f)
{
	static const struct {
		const char *name;
		enum mail_cte is;
	} names[] = { { "7bit", CTE_NONE }, { "8bit", CTE_NONE },
		{ "binary", CTE_NONE }, { "base64", CTE_BASE64 },
		{ "quoted-printable", CTE_QP }, { "x-uuencode", CTE_UU },
		{ "x-uue", CTE_UU }, { "uuencode", CTE_UU } };
	const struct mail_field *c =
	    mail_field(m, f, "content-transfer-encoding");
	char token[MAIL_TYPE_BYTES];
	bool clean;

	if (c == NULL)
		return CTE_NONE;
	mail_token(&c->raw, token, &clean);
	if (!clean)
		m->odd |= ODD_ENCODING;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strcmp(token, names[i].name) == 0)
			return names[i].is;
	m->odd |= ODD_ENCODING;
	if (strstr(token, "64") != NULL)
		return CTE_BASE64;
	return strstr(token, "quoted") != NULL ? CTE_QP : CTE_NONE;
}

int
mail_settle(struct doc *d, struct buf *b, struct reader *out)
{
	uint8_t *p = doc_alloc_bytes(d, b->len + 1);

	if (p == NULL) {
		buf_done(b);
		return ERR_NOMEM;
	}
	if (b->len > 0)
		memcpy(p, b->data, b->len);
	reader_init(out, p, b->len);
	buf_done(b);
	return 0;
}

/* ---- base64 */

static int
value_of(uint8_t c, bool url)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	if (c == '+' || (url && c == '-'))
		return 62;
	if (c == '/' || (url && c == '_'))
		return 63;
	return -1;
}

struct b64 {
	struct buf *to;
	uint32_t bits;
	unsigned n;	 /* characters of the group */
	bool has_padded; /* some group ended early */
};

static int
end_group(struct b64 *b)
{
	uint8_t raw[3] = { (uint8_t)(b->bits >> 16), (uint8_t)(b->bits >> 8),
		(uint8_t)b->bits };
	size_t n = b->n < 2 ? 0 : b->n - 1;

	b->n = 0;
	b->bits = 0;
	return buf_add(b->to, raw, n);
}

static int
take_value(struct b64 *b, int v)
{
	b->bits |= (uint32_t)v << (18 - 6 * b->n);
	return ++b->n == 4 ? end_group(b) : 0;
}

/*
 * Characters outside the alphabet are passed over. A group that padding ends
 * is followed by a new one, or, by the other rule, by nothing.
 */
static int
undo_base64(struct mail_reading *m, struct reader *in, struct buf *out)
{
	struct b64 b = { .to = out };
	int e, v;
	uint8_t c;

	while (reader_u8(in, &c) == 0) {
		v = value_of(c, (m->rules & RULE_URL_ALPHABET) != 0);
		if (v >= 0) {
			if (b.has_padded) {
				m->varies |= RULE_STOP_AT_PADDING;
				m->odd |= ODD_BASE64;
				if (m->rules & RULE_STOP_AT_PADDING)
					return 0;
			}
			if ((e = take_value(&b, v)) != 0)
				return e;
			continue;
		}
		if (c == '-' || c == '_') {
			m->varies |= RULE_URL_ALPHABET;
			m->odd |= ODD_BASE64;
		}
		if (c == '=') {
			b.has_padded = true;
			if ((e = end_group(&b)) != 0)
				return e;
		}
	}
	return end_group(&b);
}

/* ---- quoted-printable */

static int
hex(uint8_t c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return -1;
}

/* Behind "=": blanks and an end of line. Then the cursor stands behind it. */
static bool
soft_break(struct reader *in)
{
	struct reader r = *in;
	uint8_t c;

	while (reader_u8(&r, &c) == 0) {
		if (c == ' ' || c == '\t')
			continue;
		if (c == '\r' && reader_has(&r, reader_pos(&r), "\n", 1) &&
		    reader_skip(&r, 1) != 0)
			return false;
		if (c != '\r' && c != '\n')
			return false;
		*in = r;
		return true;
	}
	*in = r;
	return true;
}

static int
undo_qp(struct reader *in, struct buf *out)
{
	struct reader r;
	uint8_t c, a, b;
	int e;

	while (reader_u8(in, &c) == 0) {
		if (c == '=') {
			if (soft_break(in))
				continue;
			r = *in;
			if (reader_u8(&r, &a) == 0 && reader_u8(&r, &b) == 0 &&
			    hex(a) >= 0 && hex(b) >= 0) {
				c = (uint8_t)(hex(a) * 16 + hex(b));
				*in = r;
			}
		}
		if ((e = buf_add(out, &c, 1)) != 0)
			return e;
	}
	return 0;
}

int
mail_undo(struct mail_reading *m, const struct reader *raw, enum mail_cte cte,
    struct reader *out)
{
	struct reader in = *raw;
	struct buf b;
	int e;

	in.pos = 0;
	*out = in;
	if (cte == CTE_NONE || cte == CTE_UU)
		return 0;
	buf_init(&b, raw->len + 16);
	e = cte == CTE_BASE64 ? undo_base64(m, &in, &b) : undo_qp(&in, &b);
	if (e == 0)
		return mail_settle(m->d, &b, out);
	buf_done(&b);
	return e;
}
