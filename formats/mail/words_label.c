/*
 * Names of charsets. They are compared by letters and digits alone, so that
 * "Shift_JIS", "shift-jis" and "SHIFTJIS" are one; "x-" and "cs" in front are
 * taken off.
 */
#include <string.h>

#include "formats/mail/words_int.h"

#define LABEL_BYTES 40

/* single: by the iconv name of a table; see words_table.c. */
static const struct {
	const char *label;
	enum mcs is;
	const char *single;
} labels[] = {
	{ "usascii", MCS_ASCII, NULL },
	{ "ascii", MCS_ASCII, NULL },
	{ "ansix341968", MCS_ASCII, NULL },
	{ "iso646us", MCS_ASCII, NULL },
	{ "us", MCS_ASCII, NULL },
	{ "7bit", MCS_NONE, NULL },
	{ "8bit", MCS_NONE, NULL },
	{ "unknown", MCS_NONE, NULL },
	{ "unknown8bit", MCS_NONE, NULL },
	{ "default", MCS_NONE, NULL },
	{ "autodetect", MCS_NONE, NULL },
	{ "utf8", MCS_UTF8, NULL },
	{ "unicode11utf8", MCS_UTF8, NULL },
	{ "utf8mb4", MCS_UTF8, NULL },
	{ "utf16", MCS_UTF16, NULL },
	{ "utf16le", MCS_UTF16LE, NULL },
	{ "unicode", MCS_UTF16LE, NULL },
	{ "utf16be", MCS_UTF16BE, NULL },
	{ "ucs2", MCS_UTF16, NULL },
	{ "iso10646ucs2", MCS_UTF16, NULL },
	{ "utf7", MCS_UTF7, NULL },
	{ "unicode11utf7", MCS_UTF7, NULL },
	{ "unicode20utf7", MCS_UTF7, NULL },
	{ "iso2022jp", MCS_JIS, NULL },
	{ "iso2022jp1", MCS_JIS, NULL },
	{ "iso2022jp2", MCS_JIS, NULL },
	{ "iso2022jp3", MCS_JIS, NULL },
	{ "iso2022jp2004", MCS_JIS, NULL },
	{ "iso2022jp3compatible", MCS_JIS, NULL },
	{ "iso2022jp2004compatible", MCS_JIS, NULL },
	{ "iso2022jpms", MCS_JIS, NULL },
	{ "iso2022jpext", MCS_JIS, NULL },
	{ "iso2022jpalt", MCS_JIS, NULL },
	{ "jis", MCS_JIS, NULL },
	{ "jis7", MCS_JIS, NULL },
	{ "jisencoding", MCS_JIS, NULL },
	{ "cp50220", MCS_JIS, NULL },
	{ "cp50221", MCS_JIS, NULL },
	{ "cp50222", MCS_JIS, NULL },
	{ "windows50220", MCS_JIS, NULL },
	{ "windows50221", MCS_JIS, NULL },
	{ "windows50222", MCS_JIS, NULL },
	{ "shiftjis", MCS_CP932, NULL },
	{ "sjis", MCS_CP932, NULL },
	{ "sjiswin", MCS_CP932, NULL },
	{ "sjisopen", MCS_CP932, NULL },
	{ "mskanji", MCS_CP932, NULL },
	{ "windows31j", MCS_CP932, NULL },
	{ "cp932", MCS_CP932, NULL },
	{ "ms932", MCS_CP932, NULL },
	{ "windows932", MCS_CP932, NULL },
	{ "ibm943", MCS_CP932, NULL },
	{ "ibm943c", MCS_CP932, NULL },
	{ "macjapanese", MCS_CP932, NULL },
	{ "shiftjis2004", MCS_SJIS2004, NULL },
	{ "shiftjisx0213", MCS_SJIS2004, NULL },
	{ "sjis2004", MCS_SJIS2004, NULL },
	{ "eucjp", MCS_EUCJP, NULL },
	{ "euc", MCS_EUCJP, NULL },
	{ "ujis", MCS_EUCJP, NULL },
	{ "eucjpms", MCS_EUCJP, NULL },
	{ "eucjpwin", MCS_EUCJP, NULL },
	{ "eucjpopen", MCS_EUCJP, NULL },
	{ "cp51932", MCS_EUCJP, NULL },
	{ "windows51932", MCS_EUCJP, NULL },
	{ "cp20932", MCS_EUCJP, NULL },
	{ "eucpkdfmtjapanese", MCS_EUCJP, NULL },
	{ "extendedunixcodepackedformatforjapanese", MCS_EUCJP, NULL },
	{ "eucjis2004", MCS_EUC2004, NULL },
	{ "eucjisx0213", MCS_EUC2004, NULL },
	{ "gb18030", MCS_GB18030, NULL },
	{ "gbk", MCS_GB18030, NULL },
	{ "gb2312", MCS_GB18030, NULL },
	{ "gb231280", MCS_GB18030, NULL },
	{ "euccn", MCS_GB18030, NULL },
	{ "cp936", MCS_GB18030, NULL },
	{ "ms936", MCS_GB18030, NULL },
	{ "windows936", MCS_GB18030, NULL },
	{ "hzgb2312", MCS_HZ, NULL },
	{ "hz", MCS_HZ, NULL },
	{ "big5", MCS_BIG5, NULL },
	{ "big5hkscs", MCS_BIG5, NULL },
	{ "big5eten", MCS_BIG5, NULL },
	{ "cnbig5", MCS_BIG5, NULL },
	{ "cp950", MCS_BIG5, NULL },
	{ "windows950", MCS_BIG5, NULL },
	{ "euckr", MCS_UHC, NULL },
	{ "ksc5601", MCS_UHC, NULL },
	{ "ksc56011987", MCS_UHC, NULL },
	{ "ksc56011989", MCS_UHC, NULL },
	{ "korean", MCS_UHC, NULL },
	{ "cp949", MCS_UHC, NULL },
	{ "uhc", MCS_UHC, NULL },
	{ "windows949", MCS_UHC, NULL },
	{ "iso2022kr", MCS_2022KR, NULL },
	{ "iso88591", MCS_SINGLE, "CP1252" },
	{ "latin1", MCS_SINGLE, "CP1252" },
	{ "isolatin1", MCS_SINGLE, "CP1252" },
	{ "l1", MCS_SINGLE, "CP1252" },
	{ "ansi", MCS_SINGLE, "CP1252" },
	{ "iso88592", MCS_SINGLE, "ISO-8859-2" },
	{ "latin2", MCS_SINGLE, "ISO-8859-2" },
	{ "iso88593", MCS_SINGLE, "ISO-8859-3" },
	{ "iso88594", MCS_SINGLE, "ISO-8859-4" },
	{ "iso88595", MCS_SINGLE, "ISO-8859-5" },
	{ "cyrillic", MCS_SINGLE, "ISO-8859-5" },
	{ "iso88596", MCS_SINGLE, "ISO-8859-6" },
	{ "iso88597", MCS_SINGLE, "ISO-8859-7" },
	{ "iso88598", MCS_SINGLE, "ISO-8859-8" },
	{ "iso88598i", MCS_SINGLE, "ISO-8859-8" },
	{ "iso88599", MCS_SINGLE, "CP1254" },
	{ "latin5", MCS_SINGLE, "CP1254" },
	{ "iso885910", MCS_SINGLE, "ISO-8859-10" },
	{ "iso885911", MCS_SINGLE, "CP874" },
	{ "iso885913", MCS_SINGLE, "ISO-8859-13" },
	{ "iso885914", MCS_SINGLE, "ISO-8859-14" },
	{ "iso885915", MCS_SINGLE, "ISO-8859-15" },
	{ "latin9", MCS_SINGLE, "ISO-8859-15" },
	{ "iso885916", MCS_SINGLE, "ISO-8859-16" },
	{ "tis620", MCS_SINGLE, "CP874" },
	{ "koi8r", MCS_SINGLE, "KOI8-R" },
	{ "koi8", MCS_SINGLE, "KOI8-R" },
	{ "koi8u", MCS_SINGLE, "KOI8-U" },
	{ "macintosh", MCS_SINGLE, "MACINTOSH" },
	{ "macroman", MCS_SINGLE, "MACINTOSH" },
	{ "mac", MCS_SINGLE, "MACINTOSH" },
	{ "maccyrillic", MCS_SINGLE, "MAC-CYRILLIC" },
};

static enum mcs
single(const char *name)
{
	const char *have;

	for (size_t i = 0; (have = mtab_single_name(i)) != NULL; i++)
		if (strcmp(have, name) == 0)
			return (enum mcs)(MCS_SINGLE + i);
	return MCS_UNKNOWN;
}

/* Lower case letters and digits; "" when it does not fit. */
static void
normalise(const char *label, size_t n, char out[LABEL_BYTES])
{
	size_t k = 0;

	if (n > 2 && (label[0] == 'x' || label[0] == 'X') && label[1] == '-') {
		label += 2;
		n -= 2;
	}
	for (size_t i = 0; i < n && k < LABEL_BYTES; i++) {
		char c = label[i];

		if (c >= 'A' && c <= 'Z')
			c = (char)(c - 'A' + 'a');
		if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'))
			out[k++] = c;
	}
	out[k < LABEL_BYTES ? k : 0] = '\0';
}

/* "windows-1251", "cp866", "ibm850": a number after a well-known word. */
static enum mcs
numbered(const char *label)
{
	static const char *const words[] = { "windows", "cp", "ibm", "win",
		"msansi", "dos" };
	char name[16] = "CP";
	size_t n;

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		n = strlen(words[i]);
		if (strncmp(label, words[i], n) != 0 || strlen(label) > n + 4)
			continue;
		memcpy(name + 2, label + n, strlen(label) - n + 1);
		return single(name);
	}
	return MCS_UNKNOWN;
}

static enum mcs
look_up(const char *label)
{
	for (size_t i = 0; i < sizeof(labels) / sizeof(labels[0]); i++)
		if (strcmp(labels[i].label, label) == 0)
			return labels[i].single != NULL
				   ? single(labels[i].single)
				   : labels[i].is;
	return numbered(label);
}

enum mcs
mcs_of_label(const char *label, size_t n)
{
	char name[LABEL_BYTES];
	enum mcs is;

	if (n == 0)
		return MCS_NONE;
	normalise(label, n, name);
	is = look_up(name);
	if (is == MCS_UNKNOWN && strncmp(name, "cs", 2) == 0)
		is = look_up(name + 2);
	return is;
}

const char *
mcs_name(enum mcs is)
{
	static const char *const names[] = { "none", "ASCII", "UTF-8", "UTF-16",
		"UTF-16LE", "UTF-16BE", "UTF-7", "ISO-2022-JP", "CP932",
		"EUC-JP", "Shift_JIS-2004", "EUC-JIS-2004", "GB18030", "Big5",
		"EUC-KR", "ISO-2022-KR", "HZ" };
	const char *name;

	if (is < MCS_SINGLE)
		return names[is];
	name = mtab_single_name((size_t)is - MCS_SINGLE);
	return name != NULL ? name : "unknown";
}
