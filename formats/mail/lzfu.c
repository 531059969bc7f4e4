/* Compressed RTF ([MS-OXRTFCP]). */
#include <string.h>

#include "formats/mail/mapi.h"

#define LZFU	0x75465a4cu
#define MELA	0x414c454du /* not compressed */
#define WINDOW	4096u
#define RTF_MAX (64u << 20)

static const char initial[] =
    "{\\rtf1\\ansi\\mac\\deff0\\deftab720{\\fonttbl;}{\\f0\\fnil \\froman "
    "\\fswiss \\fmodern \\fscript \\fdecor MS Sans SerifSymbolArialTimes New "
    "RomanCourier{\\colortbl\\red0\\green0\\blue0\r\n\\par \\pard\\plain\\f0"
    "\\fs20\\b\\i\\u\\tab\\tx";

struct window {
	uint8_t at[WINDOW];
	uint32_t pos;
};

static int
put(struct window *w, struct buf *out, uint8_t c)
{
	w->at[w->pos] = c;
	w->pos = (w->pos + 1) % WINDOW;
	return buf_u8(out, c);
}

/* A reference into the window; *end: to its own place. */
static int
copy(struct window *w, struct reader *r, struct buf *out, bool *end)
{
	uint16_t token;
	uint32_t from, n;
	int e;

	if ((e = reader_u16be(r, &token)) != 0)
		return e;
	from = token >> 4;
	n = (token & 0xfu) + 2;
	*end = from == w->pos;
	for (uint32_t i = 0; e == 0 && !*end && i < n; i++)
		e = put(w, out, w->at[(from + i) % WINDOW]);
	return e;
}

static int
unpack(struct window *w, struct reader *r, struct buf *out)
{
	uint8_t flags, c;
	bool end = false;
	int e = 0;

	while (e == 0 && !end && reader_left(r) > 0) {
		if ((e = reader_u8(r, &flags)) != 0)
			return e;
		for (unsigned i = 0; e == 0 && !end && i < 8; i++) {
			if (reader_left(r) == 0)
				return 0; /* the end mark is lost */
			if (flags >> i & 1)
				e = copy(w, r, out, &end);
			else if ((e = reader_u8(r, &c)) == 0)
				e = put(w, out, c);
		}
	}
	return e;
}

static int
unpack_all(struct doc *d, struct reader *r, struct reader *out)
{
	struct window w = { .pos = sizeof(initial) - 1 };
	struct buf b;
	char *copied;
	int e;

	memcpy(w.at, initial, sizeof(initial) - 1);
	buf_init(&b, RTF_MAX);
	e = unpack(&w, r, &b);
	if (e == 0)
		e = doc_spend(d, BUDGET_EXPANDED_BYTES, b.len);
	if (e == 0) {
		copied =
		    doc_strndup(d, b.len == 0 ? "" : (char *)b.data, b.len);
		if (copied == NULL)
			e = ERR_NOMEM;
		else
			reader_init(out, copied, b.len);
	}
	buf_done(&b);
	return e == ERR_LIMIT
		   ? doc_fail(d, ERR_LIMIT, "compressed RTF is too long")
		   : e;
}

int
rtf_unpack(struct doc *d, const struct reader *in, struct reader *out)
{
	struct reader r = *in;
	uint32_t packed, raw, type, crc;

	if (reader_u32le(&r, &packed) != 0 || reader_u32le(&r, &raw) != 0 ||
	    reader_u32le(&r, &type) != 0 || reader_u32le(&r, &crc) != 0)
		return ERR_TRUNCATED;
	if (type == MELA) {
		if (raw > reader_left(&r))
			return ERR_TRUNCATED;
		return reader_sub(&r, raw, out);
	}
	if (type != LZFU)
		return ERR_MALFORMED;
	return unpack_all(d, &r, out);
}
