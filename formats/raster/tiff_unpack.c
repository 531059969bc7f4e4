/*
 * The small codecs of TIFF (TIFF 6.0 sections 9 and 13, and Adobe's deflate).
 * Each fills at most n bytes and stops at what it cannot read.
 */
#include <string.h>
#include <zlib.h>

#include "formats/raster/tiff_int.h"

#define CODES	  4096u
#define CODE_END  257u
#define CODE_ZERO 256u
#define FIRST	  258u /* the first code that is not fixed */

size_t
tiff_unpack_packbits(struct reader *in, uint8_t *out, size_t n)
{
	size_t made = 0, run;
	uint8_t c, v;

	while (made < n && reader_u8(in, &c) == 0) {
		run = c < 128 ? c + 1u : 257u - c;
		if (c == 128)
			continue;
		if (run > n - made)
			run = n - made;
		if (c < 128 && run > reader_left(in))
			run = reader_left(in);
		for (size_t i = 0; i < run && c < 128; i++)
			if (reader_u8(in, &out[made + i]) != 0)
				return made + i;
		if (c > 128) {
			if (reader_u8(in, &v) != 0)
				break;
			memset(out + made, v, run);
		}
		made += run;
	}
	return made;
}

size_t
tiff_unpack_deflate(struct reader *in, uint8_t *out, size_t n)
{
	z_stream z = { 0 };
	const uint8_t *from;
	size_t left = reader_left(in);
	struct reader whole = *in;

	/* uInt is the most that zlib takes at once; limits are lower. */
	if (left > UINT32_MAX || n > UINT32_MAX ||
	    reader_bytes(in, left, &from) != 0 || inflateInit(&z) != Z_OK)
		return 0;
	z.next_in = (z_const Bytef *)from;
	z.avail_in = (uInt)left;
	z.next_out = out;
	z.avail_out = (uInt)n;
	(void)inflate(&z, Z_FINISH);
	n -= z.avail_out;
	*in = whole;
	if (reader_skip(in, left - z.avail_in) != 0)
		n = 0;
	(void)inflateEnd(&z);
	return n;
}

/* ---- LZW */

/* A code stands for the string of another one and one byte more. */
struct lzw {
	uint16_t before[CODES];
	uint16_t length[CODES];
	uint8_t first[CODES], last[CODES];
	unsigned next; /* code */
	uint32_t acc;
	unsigned n_acc;
};

static int
get_code(struct lzw *z, struct reader *in, unsigned bits, unsigned *code)
{
	uint8_t c;

	while (z->n_acc < bits) {
		if (reader_u8(in, &c) != 0)
			return ERR_TRUNCATED;
		z->acc = z->acc << 8 | c;
		z->n_acc += 8;
	}
	z->n_acc -= bits;
	*code = z->acc >> z->n_acc & ((1u << bits) - 1);
	return 0;
}

static void
add_code(struct lzw *z, unsigned before, uint8_t last)
{
	if (z->next >= CODES)
		return;
	z->before[z->next] = (uint16_t)before;
	z->length[z->next] = (uint16_t)(z->length[before] + 1);
	z->first[z->next] = z->first[before];
	z->last[z->next] = last;
	z->next++;
}

/* The string of a code to the end of out, which has room for n bytes. */
static size_t
put_string(const struct lzw *z, unsigned code, uint8_t *out, size_t n)
{
	size_t length = z->length[code];

	for (size_t i = length; i > 0; i--) {
		if (i <= n)
			out[i - 1] = z->last[code];
		code = z->before[code];
	}
	return length < n ? length : n;
}

/* Codes grow one code early (TIFF 6.0, page 60). */
static unsigned
code_bits(const struct lzw *z)
{
	return z->next < 511	? 9
	       : z->next < 1023 ? 10
	       : z->next < 2047 ? 11
				: 12;
}

static size_t
unpack_codes(struct lzw *z, struct reader *in, uint8_t *out, size_t n)
{
	unsigned code, before = CODE_ZERO;
	size_t made = 0;

	z->next = FIRST;
	while (made < n && get_code(z, in, code_bits(z), &code) == 0 &&
	       code != CODE_END) {
		if (code == CODE_ZERO) {
			z->next = FIRST;
			before = CODE_ZERO;
			continue;
		}
		if (before == CODE_ZERO) {
			if (code > 255)
				break;
		} else if (code < z->next) {
			add_code(z, before, z->first[code]);
		} else if (code == z->next && code < CODES) {
			add_code(z, before, z->first[before]);
		} else {
			break;
		}
		made += put_string(z, code, out + made, n - made);
		before = code;
	}
	return made;
}

size_t
tiff_unpack_lzw(struct reader *in, uint8_t *out, size_t n)
{
	struct lzw z = { 0 };

	for (unsigned i = 0; i < 256; i++) {
		z.first[i] = z.last[i] = (uint8_t)i;
		z.length[i] = 1;
	}
	return unpack_codes(&z, in, out, n);
}
