/*
 * LZW (ISO 32000-1, 7.4.4): codes of 9 to 12 bits, the high bit first.
 */
#include "formats/pdf/pdf_int.h"

#include <string.h>

#define CLEAR	   256
#define END	   257
#define FIRST	   258
#define CODES	   4096
#define STRING_MAX CODES

struct lzw {
	uint16_t prefix[CODES];
	uint16_t length[CODES];
	uint8_t last[CODES], first[CODES];
	unsigned next; /* the code that is made next */
	int before;    /* the code before, or -1 */
	uint32_t bits; /* not yet taken */
	unsigned n_bits;
	uint8_t text[STRING_MAX];
};

static void
start(struct lzw *z)
{
	for (unsigned i = 0; i < 256; i++) {
		z->length[i] = 1;
		z->first[i] = z->last[i] = (uint8_t)i;
	}
	z->next = FIRST;
	z->before = -1;
}

static int
next_code(struct lzw *z, struct reader *in, bool early)
{
	unsigned size = z->next + early, width = 9;
	uint8_t c;

	while (width < 12 && size >= 1u << width)
		width++;
	while (z->n_bits < width) {
		if (reader_u8(in, &c) != 0)
			return -1;
		z->bits = z->bits << 8 | c;
		z->n_bits += 8;
	}
	z->n_bits -= width;
	return (int)(z->bits >> z->n_bits & ((1u << width) - 1));
}

static void
add_code(struct lzw *z, uint8_t last)
{
	unsigned before = (unsigned)z->before;

	if (z->next >= CODES)
		return;
	z->prefix[z->next] = (uint16_t)before;
	z->length[z->next] = (uint16_t)(z->length[before] + 1);
	z->first[z->next] = z->first[before];
	z->last[z->next] = last;
	z->next++;
}

static int
put_code(struct lzw *z, unsigned code, struct pgrow *out)
{
	size_t n = z->length[code];

	for (size_t i = n; i > 0; i--) {
		z->text[i - 1] = z->last[code];
		code = z->prefix[code];
	}
	return pgrow_put(out, z->text, n);
}

int
pfilter_lzw(struct reader *in, bool early, struct pgrow *out, bool *damaged)
{
	struct lzw *z = pin_alloc(out->in, sizeof(*z));
	int code, e = 0;

	if (z == NULL)
		return ERR_NOMEM;
	memset(z, 0, sizeof(*z));
	start(z);
	while ((code = next_code(z, in, early)) >= 0 && code != END) {
		if (code == CLEAR) {
			start(z);
			continue;
		}
		if ((unsigned)code > z->next || code == END ||
		    ((unsigned)code == z->next &&
			(z->before < 0 || z->next >= CODES))) {
			*damaged = true;
			break;
		}
		if (z->before >= 0)
			add_code(z, (unsigned)code == z->next
					? z->first[z->before]
					: z->first[code]);
		if ((e = put_code(z, (unsigned)code, out)) != 0)
			break;
		z->before = code;
	}
	*damaged |= code < 0;
	pin_free(out->in, z);
	return e;
}
