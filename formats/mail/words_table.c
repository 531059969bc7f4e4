/*
 * Tables of charsets, taken from the C library once, in the zygote; nothing
 * here opens a module later. What the C library lacks (CP50220, -1, -2 and
 * ISO-2022-JP-MS) is put together from CP932 and EUC-JP-MS.
 */
#include <iconv.h>
#include <string.h>

#include "formats/mail/words_int.h"

#define ROWS   94
#define LEADS  126 /* 81 to FE */
#define TRAILS 191 /* 40 to FE */
/* GB18030: 81308130 to 8431A439 are the rest of the BMP. */
#define GB4_BMP	 39420
#define GB4_HIGH 189000 /* 90308130: U+10000 */

/* Windows-1252 first: it stands in for unknown labels. */
static const char *const single_names[MAIL_SINGLES] = { "CP1252", "CP1250",
	"CP1251", "CP1253", "CP1254", "CP1255", "CP1256", "CP1257", "CP1258",
	"CP874", "ISO-8859-2", "ISO-8859-3", "ISO-8859-4", "ISO-8859-5",
	"ISO-8859-6", "ISO-8859-7", "ISO-8859-8", "ISO-8859-10", "ISO-8859-13",
	"ISO-8859-14", "ISO-8859-15", "ISO-8859-16", "KOI8-R", "KOI8-U",
	"MACINTOSH", "MAC-CYRILLIC", "CP866", "CP437", "CP850", "CP852" };

/* Written by mtab_preload() only. A second code point goes into bits 24 to 31
 * as an index of marks. */
static uint16_t singles[MAIL_SINGLES][128];
static uint32_t jis2004[2][ROWS][ROWS];
static uint16_t gb[LEADS][TRAILS];
static uint16_t gb4[GB4_BMP];
static uint32_t big5[LEADS][TRAILS];
static uint16_t uhc[LEADS][TRAILS];

static const uint32_t marks[] = { 0, 0x309a, 0x300, 0x301, 0x2e5, 0x2e9, 0x304,
	0x30c };

static uint32_t
index_of_mark(uint32_t cp)
{
	for (uint32_t i = 1; i < sizeof(marks) / sizeof(marks[0]); i++)
		if (marks[i] == cp)
			return i;
	return 0;
}

/* One code through iconv; 0 for what it does not know. */
static uint32_t
ask(iconv_t cd, const uint8_t *code, size_t n)
{
	uint32_t cp[4] = { 0 }, mark;
	char raw[4], *in = raw, *to = (char *)cp;
	size_t left = n, room = sizeof(cp);

	memcpy(raw, code, n);
	(void)iconv(cd, NULL, NULL, NULL, NULL);
	if (iconv(cd, &in, &left, &to, &room) == (size_t)-1 || left != 0 ||
	    iconv(cd, NULL, NULL, &to, &room) == (size_t)-1)
		return 0;
	if (room == sizeof(cp) - sizeof(cp[0]))
		return cp[0];
	mark = index_of_mark(cp[1]);
	return room == sizeof(cp) - 2 * sizeof(cp[0]) && mark != 0
		   ? cp[0] | mark << 24
		   : 0;
}

static uint16_t
ask16(iconv_t cd, const uint8_t *code, size_t n)
{
	uint32_t cp = ask(cd, code, n);

	return cp < 0x10000 ? (uint16_t)cp : 0;
}

static void
load_single(iconv_t cd, size_t at)
{
	uint8_t c;

	for (size_t i = 0; i < 128; i++) {
		c = (uint8_t)(0x80 + i);
		singles[at][i] = ask16(cd, &c, 1);
	}
}

static void
load_jis2004(iconv_t cd, size_t at)
{
	uint8_t code[3] = { 0x8f };

	(void)at;
	for (size_t i = 0; i < ROWS; i++)
		for (size_t k = 0; k < ROWS; k++) {
			code[1] = (uint8_t)(0xa1 + i);
			code[2] = (uint8_t)(0xa1 + k);
			jis2004[0][i][k] = ask(cd, code + 1, 2);
			jis2004[1][i][k] = ask(cd, code, 3);
		}
}

static void
load_big5(iconv_t cd, size_t at)
{
	uint8_t code[2];

	(void)at;
	for (size_t i = 0; i < LEADS; i++)
		for (size_t k = 0; k < TRAILS; k++) {
			code[0] = (uint8_t)(0x81 + i);
			code[1] = (uint8_t)(0x40 + k);
			if (big5[i][k] == 0)
				big5[i][k] = ask(cd, code, 2);
		}
}

static void
load_pairs(iconv_t cd, uint16_t table[LEADS][TRAILS])
{
	uint8_t code[2];

	for (size_t i = 0; i < LEADS; i++)
		for (size_t k = 0; k < TRAILS; k++) {
			code[0] = (uint8_t)(0x81 + i);
			code[1] = (uint8_t)(0x40 + k);
			table[i][k] = ask16(cd, code, 2);
		}
}

static void
load_uhc(iconv_t cd, size_t at)
{
	(void)at;
	load_pairs(cd, uhc);
}

static void
load_gb(iconv_t cd, size_t at)
{
	uint8_t code[4];

	(void)at;
	load_pairs(cd, gb);
	for (size_t i = 0; i < GB4_BMP; i++) {
		code[0] = (uint8_t)(0x81 + i / 12600);
		code[1] = (uint8_t)(0x30 + i / 1260 % 10);
		code[2] = (uint8_t)(0x81 + i / 10 % 126);
		code[3] = (uint8_t)(0x30 + i % 10);
		gb4[i] = ask16(cd, code, 4);
	}
}

static int
load(const char *name, void (*fill)(iconv_t, size_t), size_t at)
{
	iconv_t cd = iconv_open("UCS-4LE", name);

	if (cd == (iconv_t)-1)
		return ERR_IO;
	fill(cd, at);
	iconv_close(cd);
	return 0;
}

int
mtab_preload(void)
{
	static const struct {
		const char *name;
		void (*fill)(iconv_t, size_t);
	} wanted[] = { { "EUC-JISX0213", load_jis2004 }, { "GB18030", load_gb },
		{ "BIG5", load_big5 }, { "BIG5-HKSCS", load_big5 },
		{ "UHC", load_uhc } };

	static bool done;
	int e;

	if (done)
		return 0;
	if ((e = charset_preload()) != 0)
		return e;
	for (size_t i = 0; i < MAIL_SINGLES; i++)
		if ((e = load(single_names[i], load_single, i)) != 0)
			return e;
	for (size_t i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++)
		if ((e = load(wanted[i].name, wanted[i].fill, 0)) != 0)
			return e;
	done = true;
	return 0;
}

const char *
mtab_single_name(size_t i)
{
	return i < MAIL_SINGLES ? single_names[i] : NULL;
}

uint32_t
mtab_single(size_t i, uint8_t c)
{
	return i < MAIL_SINGLES && c >= 0x80 ? singles[i][c - 0x80] : 0;
}

static bool
is_cell(uint8_t c)
{
	return c >= 0x21 && c <= 0x7e;
}

static uint32_t
split(uint32_t cp, uint32_t *second)
{
	*second = marks[cp >> 24];
	return cp & 0xffffff;
}

uint32_t
mtab_jis2004(size_t plane, uint8_t row, uint8_t cell, uint32_t *second)
{
	*second = 0;
	if (plane > 1 || !is_cell(row) || !is_cell(cell))
		return 0;
	return split(jis2004[plane][row - 0x21][cell - 0x21], second);
}

static bool
is_pair(uint8_t lead, uint8_t trail)
{
	return lead >= 0x81 && lead <= 0xfe && trail >= 0x40 && trail <= 0xfe;
}

uint32_t
mtab_gb(uint8_t lead, uint8_t trail)
{
	return is_pair(lead, trail) ? gb[lead - 0x81][trail - 0x40] : 0;
}

uint32_t
mtab_gb4(const uint8_t code[4])
{
	uint32_t i;

	if (code[0] < 0x81 || code[0] > 0xfe || code[1] < 0x30 ||
	    code[1] > 0x39 || code[2] < 0x81 || code[2] > 0xfe ||
	    code[3] < 0x30 || code[3] > 0x39)
		return 0;
	i = ((code[0] - 0x81u) * 10 + code[1] - 0x30u) * 1260 +
	    (code[2] - 0x81u) * 10 + code[3] - 0x30u;
	if (i < GB4_BMP)
		return gb4[i];
	return i >= GB4_HIGH && i < GB4_HIGH + 0x100000 ? 0x10000 + i - GB4_HIGH
							: 0;
}

uint32_t
mtab_big5(uint8_t lead, uint8_t trail, uint32_t *second)
{
	*second = 0;
	return is_pair(lead, trail)
		   ? split(big5[lead - 0x81][trail - 0x40], second)
		   : 0;
}

uint32_t
mtab_uhc(uint8_t lead, uint8_t trail)
{
	return is_pair(lead, trail) ? uhc[lead - 0x81][trail - 0x40] : 0;
}

/* A code of the two charsets of text files. */
static uint32_t
text_code(enum charset is, const uint8_t *code, size_t n)
{
	struct charset_id id = { .is = is };
	struct cs_in in;
	struct cs_char c;
	struct reader r;

	reader_init(&r, code, n);
	cs_open(&in, &r, &id);
	return cs_get(&in, &c) == 0 && c.len == n ? c.cp : 0;
}

uint32_t
mtab_jis(uint8_t row, uint8_t cell)
{
	uint8_t sjis[2], euc[2];
	uint32_t cp, second;

	if (cell < 0x21 || cell > 0x7e || row < 0x21 || row > 0x92)
		return 0;
	/* CP50220 writes the gaiji of Windows behind row 94. */
	if (row >= 0x7f)
		return 0xe000u + (row - 0x7fu) * ROWS + (cell - 0x21u);
	sjis[0] = (uint8_t)((row - 0x21) / 2 + (row < 0x5f ? 0x81 : 0xc1));
	if ((row & 1) == 0)
		sjis[1] = (uint8_t)(cell + 0x7e);
	else
		sjis[1] = (uint8_t)(cell + (cell < 0x60 ? 0x1f : 0x20));
	if ((cp = text_code(CS_CP932, sjis, 2)) != 0)
		return cp;
	if (row < 0x75 && (cp = mtab_jis2004(0, row, cell, &second)) != 0 &&
	    second == 0)
		return cp;
	euc[0] = row | 0x80;
	euc[1] = cell | 0x80;
	return text_code(CS_EUCJP, euc, 2);
}

uint32_t
mtab_jis0212(uint8_t row, uint8_t cell)
{
	uint8_t euc[3] = { 0x8f, row | 0x80, cell | 0x80 };

	return is_cell(row) && is_cell(cell) ? text_code(CS_EUCJP, euc, 3) : 0;
}
