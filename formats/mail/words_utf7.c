/*
 * UTF-7 (RFC 2152), only where the label says so. Its use today is to carry
 * markup past filters: what comes out of its base64 is never a character
 * that means something to HTML or to a header. Such a character becomes its
 * full-width form, which reads the same.
 */
#include <string.h>

#include "formats/mail/words_int.h"

static int
value64(uint8_t c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	return c == '+' ? 62 : c == '/' ? 63 : -1;
}

/* The next 16 bits of a base64 run; false at its end. */
static bool
get_unit(struct mdec *in, uint32_t *unit)
{
	uint8_t c;

	while (in->nbits < 16) {
		if (reader_peek(&in->r, &c) != 0 || value64(c) < 0)
			return false;
		if (reader_skip(&in->r, 1) != 0)
			return false;
		in->bits = in->bits << 6 | (uint32_t)value64(c);
		in->nbits = (uint8_t)(in->nbits + 6);
	}
	in->nbits = (uint8_t)(in->nbits - 16);
	*unit = in->bits >> in->nbits & 0xffff;
	return true;
}

static int
put_unit(struct mdec *in, uint32_t unit, struct cs_char *c)
{
	uint32_t low;
	struct mdec at = *in;

	c->cp = unit;
	if (unit >= 0xd800 && unit < 0xdc00 && get_unit(&at, &low) &&
	    low >= 0xdc00 && low < 0xe000) {
		c->cp = 0x10000u + ((unit - 0xd800u) << 10) + (low - 0xdc00u);
		*in = at;
	} else if (unit >= 0xd800 && unit < 0xe000) {
		c->cp = 0xfffd;
		in->damaged++;
	} else if (unit > 0x20 && unit < 0x7f &&
		   !(unit >= '0' && unit <= '9') &&
		   !(unit >= 'A' && unit <= 'Z') &&
		   !(unit >= 'a' && unit <= 'z')) {
		c->cp = unit + 0xfee0;
		in->hidden++;
	} else if (unit < 0x20) {
		/* A line break or control character in disguise. */
		c->cp = ' ';
		in->hidden++;
	}
	return 0;
}

/* A base64 run begins behind '+', unless it is "+-" or only a plus. */
static bool
begins_run(struct mdec *in)
{
	uint8_t b;

	if (reader_peek(&in->r, &b) != 0 || value64(b) < 0)
		return false;
	in->in64 = true;
	in->bits = 0;
	in->nbits = 0;
	return true;
}

int
mdec_get_utf7(struct mdec *in, struct cs_char *c)
{
	uint32_t unit;
	uint8_t b;

	do {
		if (in->in64 && get_unit(in, &unit))
			return put_unit(in, unit, c);
		if (in->in64 && reader_has(&in->r, in->r.pos, "-", 1) &&
		    reader_skip(&in->r, 1) != 0)
			return ERR_TRUNCATED;
		in->in64 = false;
		if (reader_u8(&in->r, &b) != 0)
			return ERR_TRUNCATED;
	} while (b == '+' && begins_run(in));
	c->cp = b;
	if (b >= 0x80) {
		c->cp = 0xfffd;
		in->damaged++;
	}
	if (b == '+' && reader_has(&in->r, in->r.pos, "-", 1))
		return reader_skip(&in->r, 1);
	return 0;
}
