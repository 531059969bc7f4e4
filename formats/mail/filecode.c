/*
 * The charset of a text that goes as a file: without a word about it, a
 * program takes the text for ASCII.
 */
#include <string.h>

#include "formats/mail/mail_int.h"
#include "formats/text/charset.h"

/* What CP932 has beyond Shift_JIS. Few programs know "windows-31j". */
static bool
is_beyond_jis(const struct cs_char *c)
{
	uint8_t lead = c->raw == NULL || c->len < 2 ? 0 : c->raw[0];

	return lead == 0x87 || lead >= 0xed;
}

static const char *
of_cp932(const struct reader *r, const struct charset_id *id)
{
	struct cs_char c;
	struct cs_in in;

	cs_open(&in, r, id);
	while (cs_more(&in))
		if (cs_get(&in, &c) != 0 || is_beyond_jis(&c))
			return "ms_kanji";
	return "shift_jis";
}

const char *
mail_charset_of(const struct reader *bytes)
{
	struct reader r = *bytes;
	struct charset_id id;

	r.pos = 0;
	if (charset_detect(&r, false, &id) != 0)
		return "";
	switch (id.is) {
	case CS_ASCII:
		return "us-ascii";
	case CS_UTF8:
		return "utf-8";
	case CS_UTF16LE:
		return id.bom ? "utf-16" : "utf-16le";
	case CS_UTF16BE:
		return id.bom ? "utf-16" : "utf-16be";
	case CS_ISO2022JP:
		return "iso-2022-jp";
	case CS_EUCJP:
		return "euc-jp";
	case CS_CP932:
		return of_cp932(&r, &id);
	case CS_NONE:
	case CS_COUNT:
		break;
	}
	return "";
}
