/*
 * A Type 1 font program (Adobe Type 1 Font Format, chapters 2 and 7) is read
 * like the simple text that all of them are: known keys with their values,
 * the list of subroutines, the dictionary of charstrings. Whatever else the
 * PostScript says is not looked at.
 */
#include <stdlib.h>
#include <string.h>

#include "formats/pdf/font_int.h"

#define KEY_EEXEC 55665
#define KEY_CHAR  4330
#define PFB_TEXT  1
#define PFB_DATA  2

/* The segments of a PFB file without their heads. */
static int
strip_pfb(struct t1 *t, struct reader r)
{
	const uint8_t *p;
	uint8_t mark, kind;
	uint32_t n;
	int e = 0;

	while (e == 0 && reader_u8(&r, &mark) == 0 && mark == 0x80 &&
	       reader_u8(&r, &kind) == 0 &&
	       (kind == PFB_TEXT || kind == PFB_DATA) &&
	       reader_u32le(&r, &n) == 0) {
		if (n > reader_left(&r))
			n = (uint32_t)reader_left(&r);
		if ((e = reader_bytes(&r, n, &p)) == 0)
			e = buf_put(&t->text, p, n);
	}
	return e;
}

static bool
is_hex(uint8_t c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') ||
	       (c >= 'A' && c <= 'F');
}

static uint8_t
hex_value(uint8_t c)
{
	return (uint8_t)(c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10);
}

/* Where the enciphered part begins: behind the word eexec. */
static int
find_eexec(const struct reader *all, struct reader *out)
{
	size_t at = 0;
	uint8_t c;
	int e;

	for (;;) {
		struct reader r = *all;

		if ((e = reader_find(all, at, "eexec", 5, &at)) != 0)
			return ERR_MALFORMED;
		at += 5;
		if ((e = reader_seek(&r, at)) != 0 || reader_peek(&r, &c) != 0)
			return ERR_MALFORMED;
		if (c != ' ' && c != '\t' && c != '\r' && c != '\n')
			continue;
		while (reader_peek(&r, &c) == 0 &&
		       (c == ' ' || c == '\t' || c == '\r' || c == '\n'))
			if ((e = reader_skip(&r, 1)) != 0)
				return e;
		*out = r;
		return 0;
	}
}

static int
put_hex(struct buf *out, struct reader *r)
{
	uint8_t c, high = 0;
	bool odd = false;
	int e = 0;

	while (e == 0 && reader_u8(r, &c) == 0) {
		if (!is_hex(c))
			continue;
		if (odd)
			e = buf_u8(out, (uint8_t)(high << 4 | hex_value(c)));
		high = hex_value(c);
		odd = !odd;
	}
	return e;
}

static int
decipher_program(struct t1 *t, const struct reader *all)
{
	struct reader r, head;
	const uint8_t *p;
	uint8_t c;
	size_t n;
	bool hex = true;
	int e;

	if ((e = find_eexec(all, &r)) != 0)
		return e;
	head = r;
	for (unsigned i = 0; i < 4; i++) {
		if (reader_u8(&head, &c) != 0)
			return ERR_MALFORMED;
		hex = hex && is_hex(c);
	}
	if (hex)
		e = put_hex(&t->secret, &r);
	else {
		n = reader_left(&r);
		if ((e = reader_bytes(&r, n, &p)) == 0)
			e = buf_put(&t->secret, p, n);
	}
	if (e == 0)
		t1_decipher(t->secret.data, t->secret.len, KEY_EEXEC);
	return e;
}

/* ---- clear text */

/* dup 65 /A put ... def, or [ /a /b ... ] */
static void
read_encoding(struct t1 *t, struct reader *r)
{
	struct t1_token x;
	int64_t code = -1;
	unsigned next = 0;

	if (t1_next(r, &x) != 0)
		return;
	if (t1_is(&x, "StandardEncoding")) {
		t->standard_encoding = true;
		return;
	}
	t->standard_encoding = false;
	if (x.kind == T1_OPEN) {
		while (t1_next(r, &x) == 0 && x.kind == T1_NAME && next < 256)
			t->code[next++] = x.text;
		return;
	}
	while (t1_next(r, &x) == 0) {
		if (t1_is(&x, "def") || t1_is(&x, "readonly"))
			return;
		if (x.kind == T1_NAME && code >= 0) {
			t->code[code] = x.text;
			code = -1;
		} else if (!t1_whole(&x, 0, 255, &code))
			code = -1;
	}
}

static void
keep_numbers(struct cff_dict *d, enum cff_kind kind, unsigned op,
    struct reader *r)
{
	struct cff_entry x = { 0 };
	struct reader at = *r;

	if (t1_numbers(&at, &x) != 0)
		return;
	x.op = op;
	(void)cff_dict_keep(d, kind, &x);
}

static void
keep_number(struct cff_dict *d, enum cff_kind kind, unsigned op,
    const struct reader *r)
{
	struct reader at = *r;
	struct cff_entry x = { .op = op, .n = 1 };
	struct t1_token t;

	if (t1_next(&at, &t) != 0)
		return;
	if (t1_is(&t, "true") || t1_is(&t, "false"))
		x.value[0].digits = t1_is(&t, "true");
	else if (!t1_number(&t, &x.value[0]))
		return;
	(void)cff_dict_keep(d, kind, &x);
}

struct key {
	const char *name;
	uint16_t op;
};

static unsigned
key_op(const struct t1_token *t, const struct key *keys)
{
	for (; keys->name != NULL; keys++)
		if (t1_is(t, keys->name))
			return keys->op;
	return 0;
}

static int
read_clear(struct t1 *t, struct reader r)
{
	static const struct key numbers[] = { { "isFixedPitch", 0x0c01 },
		{ "ItalicAngle", 0x0c02 }, { "UnderlinePosition", 0x0c03 },
		{ "UnderlineThickness", 0x0c04 }, { "PaintType", 0x0c05 },
		{ "StrokeWidth", 0x0c08 }, { NULL, 0 } };
	struct t1_token x;
	unsigned op;

	while (t1_next(&r, &x) == 0) {
		if (t1_is(&x, "eexec"))
			return 0;
		if (x.kind != T1_NAME)
			continue;
		if (t1_is(&x, "Encoding"))
			read_encoding(t, &r);
		else if (t1_is(&x, "FontMatrix"))
			keep_numbers(&t->top, CFF_TOP, CFF_TOP_FONT, &r);
		else if (t1_is(&x, "FontBBox"))
			keep_numbers(&t->top, CFF_TOP, 5, &r);
		else if (t1_is(&x, "WeightVector") || t1_is(&x, "Blend"))
			return ERR_UNSUPPORTED; /* Multiple Master */
		else if (t1_is(&x, "FontName")) {
			struct reader at = r;

			if (t1_next(&at, &x) == 0 && x.kind == T1_NAME)
				t->name = x.text;
		} else if ((op = key_op(&x, numbers)) != 0)
			keep_number(&t->top, CFF_TOP, op, &r);
	}
	return 0;
}

/* ---- the secret part */

/* Arrays of Private become differences, in thousandths. */
static void
keep_deltas(struct t1 *t, unsigned op, struct reader *r)
{
	struct cff_entry x = { 0 };
	struct reader at = *r;
	int64_t last = 0;

	if (t1_numbers(&at, &x) != 0)
		return;
	x.op = op;
	for (unsigned i = 0; i < x.n; i++) {
		struct cff_number *v = &x.value[i];
		int64_t now = v->digits;

		if (now > INT32_MAX || now < INT32_MIN || v->exponent > 0)
			return;
		for (int k = v->exponent; k < -3; k++)
			now /= 10;
		for (int k = v->exponent < -3 ? -3 : v->exponent; k > -3; k--)
			now *= 10;
		*v = (struct cff_number){ now - last, -3 };
		cff_number_trim(v);
		last = now;
	}
	(void)cff_dict_keep(&t->priv, CFF_PRIVATE, &x);
}

/* n RD bytes: a charstring, deciphered in place. */
static int
take_body(struct t1 *t, struct reader *r, struct reader *out)
{
	struct t1_token x;
	int64_t n;
	size_t at;
	int e;

	if ((e = t1_next(r, &x)) != 0)
		return e;
	if (!t1_whole(&x, 0, FONT_MAX_CHAR, &n))
		return ERR_MALFORMED;
	if ((e = t1_next(r, &x)) != 0 || (e = reader_skip(r, 1)) != 0)
		return e;
	at = reader_pos(r);
	if ((e = reader_skip(r, (size_t)n)) != 0)
		return e;
	if (t->len_iv >= 0) {
		if (n < t->len_iv)
			return ERR_MALFORMED;
		t1_decipher(t->secret.data + at, (size_t)n, KEY_CHAR);
		at += (size_t)t->len_iv;
		n -= t->len_iv;
	}
	return reader_view(r, at, (size_t)n, out);
}

/* /Subrs 43 array dup 0 15 RD ... NP ... ND */
static int
read_subrs(struct t1 *t, struct reader *r)
{
	struct t1_token x;
	struct reader before;
	int64_t n, i;

	if (t1_next(r, &x) != 0 || !t1_whole(&x, 0, T1_SUBRS, &n) ||
	    t->has_subrs)
		return 0;
	t->has_subrs = true;
	t->subr = calloc((size_t)n + 1, sizeof(*t->subr));
	if (t->subr == NULL)
		return ERR_NOMEM;
	t->n_subrs = (unsigned)n;
	for (before = *r; t1_next(r, &x) == 0; before = *r) {
		if (x.kind == T1_NAME) {
			*r = before;
			return 0;
		}
		if (t1_is(&x, "ND") || t1_is(&x, "|-") || t1_is(&x, "def"))
			return 0;
		if (!t1_is(&x, "dup"))
			continue;
		if (t1_next(r, &x) != 0 || !t1_whole(&x, 0, n - 1, &i) ||
		    take_body(t, r, &t->subr[i]) != 0)
			return ERR_MALFORMED;
	}
	return 0;
}

/* /CharStrings 269 dict dup begin /A 120 RD ... ND ... end */
static int
read_chars(struct t1 *t, struct reader *r)
{
	struct t1_token x;
	struct t1_glyph *g;

	if (t->n_glyphs > 0)
		return 0;
	t->glyph = calloc(T1_GLYPHS, sizeof(*t->glyph));
	if (t->glyph == NULL)
		return ERR_NOMEM;
	while (t1_next(r, &x) == 0) {
		if (t1_is(&x, "end") && t->n_glyphs > 0)
			return 0;
		if (x.kind != T1_NAME)
			continue;
		if (t->n_glyphs == T1_GLYPHS)
			return ERR_LIMIT;
		g = &t->glyph[t->n_glyphs];
		g->name = x.text;
		if (take_body(t, r, &g->body) != 0)
			return t->n_glyphs > 0 ? 0 : ERR_MALFORMED;
		t->n_glyphs++;
	}
	return 0;
}

static int
read_secret(struct t1 *t, struct reader r)
{
	static const struct key arrays[] = { { "BlueValues", 6 },
		{ "OtherBlues", 7 }, { "FamilyBlues", 8 },
		{ "FamilyOtherBlues", 9 }, { "StdHW", 10 }, { "StdVW", 11 },
		{ "StemSnapH", 0x0c0c }, { "StemSnapV", 0x0c0d }, { NULL, 0 } };
	static const struct key numbers[] = { { "BlueScale", 0x0c09 },
		{ "BlueShift", 0x0c0a }, { "BlueFuzz", 0x0c0b },
		{ "ForceBold", 0x0c0e }, { "LanguageGroup", 0x0c11 },
		{ "ExpansionFactor", 0x0c12 }, { NULL, 0 } };
	struct t1_token x;
	struct reader at;
	int64_t v;
	unsigned op;
	int e = 0;

	while (e == 0 && t1_next(&r, &x) == 0) {
		if (x.kind != T1_NAME)
			continue;
		at = r;
		if (t1_is(&x, "Subrs"))
			e = read_subrs(t, &r);
		else if (t1_is(&x, "CharStrings"))
			e = read_chars(t, &r);
		else if (t1_is(&x, "lenIV")) {
			if (t1_next(&at, &x) == 0 && t1_whole(&x, -1, 64, &v))
				t->len_iv = (int)v;
		} else if ((op = key_op(&x, arrays)) != 0)
			keep_deltas(t, op, &r);
		else if ((op = key_op(&x, numbers)) != 0)
			keep_number(&t->priv, CFF_PRIVATE, op, &r);
	}
	return e;
}

int
t1_parse(struct t1 *t, const struct reader *in)
{
	struct reader all = *in, secret;
	uint8_t first;
	int e;

	buf_init(&t->text, FONT_MAX_BYTES);
	buf_init(&t->secret, FONT_MAX_BYTES);
	t->len_iv = 4;
	t->steps = font_steps(in);
	if ((e = reader_peek(&all, &first)) != 0)
		return ERR_MALFORMED;
	if (first == 0x80) {
		if ((e = strip_pfb(t, all)) != 0)
			return e;
		buf_reader(&t->text, &all);
	}
	if ((e = decipher_program(t, &all)) != 0 ||
	    (e = read_clear(t, all)) != 0)
		return e;
	buf_reader(&t->secret, &secret);
	if (reader_skip(&secret, 4) != 0)
		return ERR_MALFORMED;
	if ((e = read_secret(t, secret)) != 0)
		return e;
	return t->n_glyphs > 0 ? 0 : ERR_MALFORMED;
}

void
t1_done(struct t1 *t)
{
	buf_done(&t->text);
	buf_done(&t->secret);
	free(t->glyph);
	free(t->subr);
}
