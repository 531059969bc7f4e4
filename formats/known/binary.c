/* Programs, media, fonts, databases, drawings: known by their first bytes. */
#include <string.h>

#include "formats/known/known.h"

static bool
u16le_at(const struct reader *in, size_t off, uint16_t *out)
{
	struct reader r = *in;

	return reader_seek(&r, off) == 0 && reader_u16le(&r, out) == 0;
}

/* "dex\n035" and a NUL. */
static bool
check_dex(const struct reader *in)
{
	return reader_has(in, 7, "", 1);
}

/* A version below 16; "ID3" alone is also the head of a table. */
static bool
check_id3(const struct reader *in)
{
	struct reader r;

	return reader_view(in, 3, 1, &r) == 0 && r.data[0] < 16;
}

/* PE, NE, LE by their second header; else DOS, which is never all text. */
static bool
check_mz(const struct reader *in)
{
	struct reader r = *in;
	uint32_t at;
	size_t hit, head = in->len < 64 ? in->len : 64;

	if (reader_seek(&r, 60) == 0 && reader_u32le(&r, &at) == 0 &&
	    (reader_has(in, at, "PE\0\0", 4) || reader_has(in, at, "NE", 2) ||
		reader_has(in, at, "LE", 2) || reader_has(in, at, "LX", 2)))
		return true;
	return reader_view(in, 0, head, &r) == 0 &&
	       reader_find(&r, 0, "\0", 1, &hit) == 0;
}

/* Version letters, then CR LF; the flags that follow are small. */
static bool
check_pyc(const struct reader *in)
{
	struct reader r = *in;
	uint32_t flags;

	return reader_seek(&r, 4) == 0 && reader_u32le(&r, &flags) == 0 &&
	       flags <= 3 && in->len >= 16;
}

static bool
check_isobmff(const struct reader *in)
{
	static const char *const pictures[] = { "heic", "heix", "hevc", "hevx",
		"heim", "heis", "mif1", "mif2", "msf1", "avif", "avis" };

	for (size_t i = 0; i < KNOWN_COUNT(pictures); i++)
		if (reader_has(in, 8, pictures[i], 4))
			return false;
	return true;
}

/* A QuickTime file without a type box: the size in front must be sane. */
static bool
check_atom(const struct reader *in)
{
	struct reader r = *in;
	uint32_t n;

	return reader_u32be(&r, &n) == 0 && (n == 1 || n >= 8) && n < 1u << 31;
}

static bool
riff_is(const struct reader *in, const char *form)
{
	return reader_has(in, 8, form, 4);
}

static bool
check_wav(const struct reader *in)
{
	return riff_is(in, "WAVE");
}

static bool
check_avi(const struct reader *in)
{
	return riff_is(in, "AVI ");
}

static bool
check_ani(const struct reader *in)
{
	return riff_is(in, "ACON");
}

static bool
check_aiff(const struct reader *in)
{
	return riff_is(in, "AIFF") || riff_is(in, "AIFC");
}

/* MPEG audio has no magic: a frame, and another where it ends. */
static bool
check_mp3(const struct reader *in)
{
	static const uint16_t kbit[] = { 0, 32, 40, 48, 56, 64, 80, 96, 112,
		128, 160, 192, 224, 256, 320 };
	static const uint32_t hz[] = { 44100, 48000, 32000 };
	struct reader r;
	size_t bytes, rate, freq;

	if (reader_view(in, 0, 4, &r) != 0 || r.data[0] != 0xFF ||
	    (r.data[1] & 0xFE) != 0xFA) /* version 1, layer 3 */
		return false;
	rate = r.data[2] >> 4;
	freq = r.data[2] >> 2 & 3;
	if (rate == 0 || rate >= KNOWN_COUNT(kbit) || freq >= KNOWN_COUNT(hz))
		return false;
	bytes =
	    (size_t)144 * kbit[rate] * 1000 / hz[freq] + (r.data[2] >> 1 & 1);
	return reader_has(in, bytes, "\xFF", 1);
}

static bool
check_ts(const struct reader *in)
{
	return reader_has(in, 188, "G", 1) && reader_has(in, 376, "G", 1) &&
	       reader_has(in, 564, "G", 1) && reader_has(in, 0, "G", 1) &&
	       !reader_has(in, 1, "IF8", 3);
}

/* The version, and a length that is no text. */
static bool
check_swf(const struct reader *in)
{
	struct reader r;

	return reader_view(in, 3, 5, &r) == 0 && r.data[0] < 64 &&
	       r.data[4] < 0x20 && r.data[4] != '\n' && r.data[4] != '\r' &&
	       r.data[4] != '\t';
}

static bool
check_sfnt(const struct reader *in)
{
	struct reader r = *in;
	uint16_t tables;

	return reader_seek(&r, 4) == 0 && reader_u16be(&r, &tables) == 0 &&
	       tables >= 1 && tables <= 256 && in->len >= 28;
}

/* Month and day of the last change, and a header of whole fields. */
static bool
check_dbf(const struct reader *in)
{
	struct reader r;
	uint16_t head, record;

	if (reader_view(in, 0, 32, &r) != 0 || !u16le_at(in, 8, &head) ||
	    !u16le_at(in, 10, &record))
		return false;
	if (strchr(
		"\x02\x03\x04\x05\x30\x31\x32\x43\x63\x7b\x83\x8b\x8c\x8e\xcb"
		"\xe5\xf5\xfb",
		r.data[0]) == NULL ||
	    r.data[0] == 0)
		return false;
	return r.data[2] >= 1 && r.data[2] <= 12 && r.data[3] >= 1 &&
	       r.data[3] <= 31 && head >= 65 && head <= in->len &&
	       head % 32 <= 8 && record >= 2 &&
	       reader_has(in, r.data[0] == 0x30 ? head - 264u : head - 1u, "\r",
		   1);
}

static bool
check_wri(const struct reader *in)
{
	return reader_has(in, 4, "\0\xAB", 2);
}

static bool
check_dwg(const struct reader *in)
{
	struct reader r;

	return reader_view(in, 4, 2, &r) == 0 && r.data[0] >= '0' &&
	       r.data[0] <= '9' && r.data[1] >= '0' && r.data[1] <= '9';
}

static const struct known program_table[] = {
	{ "program.exe", 0, KNOWN_MAGIC("MZ"), check_mz },
	{ "program.exe", 0, KNOWN_MAGIC("ZM"), check_mz },
	{ "program.elf", 0,
	    KNOWN_MAGIC("\x7F"
			"ELF"),
	    NULL },
	{ "program.macho", 0, KNOWN_MAGIC("\xFE\xED\xFA\xCE"), NULL },
	{ "program.macho", 0, KNOWN_MAGIC("\xFE\xED\xFA\xCF"), NULL },
	{ "program.macho", 0, KNOWN_MAGIC("\xCE\xFA\xED\xFE"), NULL },
	{ "program.macho", 0, KNOWN_MAGIC("\xCF\xFA\xED\xFE"), NULL },
	{ "program.class", 0, KNOWN_MAGIC("\xCA\xFE\xBA\xBE"), NULL },
	{ "program.macho", 0, KNOWN_MAGIC("\xCA\xFE\xBA\xBF"), NULL },
	{ "program.dex", 0, KNOWN_MAGIC("dex\n0"), check_dex },
	{ "program.wasm", 0, KNOWN_MAGIC("\0asm"), NULL },
	{ "program.lua", 0, KNOWN_MAGIC("\x1BLua"), NULL },
	{ "program.pyc", 2, KNOWN_MAGIC("\r\n"), check_pyc },
	{ "program.reg", 0, KNOWN_MAGIC("regf"), NULL },
	{ "program.plist", 0, KNOWN_MAGIC("bplist0"), NULL },
	{ "program.scpt", 0, KNOWN_MAGIC("FasdUAS 1."), NULL },
	{ "program.deb", 0, KNOWN_MAGIC("!<arch>\ndebian"), NULL },
	{ "program.ani", 0, KNOWN_MAGIC("RIFF"), check_ani },
};
static const char *const program_mime[] = { "application/x-dosexec",
	"application/vnd.microsoft.portable-executable",
	"application/x-executable", "application/x-sharedlib",
	"application/x-pie-executable", "application/x-object",
	"application/x-mach-binary", "application/x-java-applet",
	"application/x-bplist", "application/wasm", NULL };
static const char *const program_ext[] = { "exe", "dll", "sys", "scr", "cpl",
	"ocx", "class", "dex", "wasm", "pyc", NULL };
KNOWN_FORMAT(program, "program", FMT_BLOCKED);

static const struct known media_table[] = {
	{ "media.mp4", 4, KNOWN_MAGIC("ftyp"), check_isobmff },
	{ "media.mov", 4, KNOWN_MAGIC("moov"), check_atom },
	{ "media.mov", 4, KNOWN_MAGIC("mdat"), check_atom },
	{ "media.mov", 4, KNOWN_MAGIC("wide"), check_atom },
	{ "media.wav", 0, KNOWN_MAGIC("RIFF"), check_wav },
	{ "media.avi", 0, KNOWN_MAGIC("RIFF"), check_avi },
	{ "media.aiff", 0, KNOWN_MAGIC("FORM"), check_aiff },
	{ "media.mkv", 0, KNOWN_MAGIC("\x1A\x45\xDF\xA3"), NULL },
	{ "media.asf", 0,
	    KNOWN_MAGIC("\x30\x26\xB2\x75\x8E\x66\xCF\x11\xA6\xD9"), NULL },
	{ "media.mp3", 0, KNOWN_MAGIC("ID3"), check_id3 },
	{ "media.mp3", 0, "", 0, check_mp3 },
	{ "media.ogg", 0, KNOWN_MAGIC("OggS\0"), NULL },
	{ "media.flac", 0, KNOWN_MAGIC("fLaC\0"), NULL },
	{ "media.midi", 0, KNOWN_MAGIC("MThd\0\0\0\6"), NULL },
	{ "media.mpeg", 0, KNOWN_MAGIC("\0\0\1\xBA"), NULL },
	{ "media.mpeg", 0, KNOWN_MAGIC("\0\0\1\xB3"), NULL },
	{ "media.ts", 0, KNOWN_MAGIC("G"), check_ts },
	{ "media.amr", 0, KNOWN_MAGIC("#!AMR"), NULL },
	{ "media.au", 0, KNOWN_MAGIC(".snd\0\0\0"), NULL },
	{ "media.rm", 0, KNOWN_MAGIC(".RMF\0\0\0"), NULL },
};
static const char *const media_mime[] = { "video/mp4", "video/quicktime",
	"video/x-m4v", "audio/x-m4a", "video/3gpp", "audio/x-wav", "audio/wav",
	"video/x-msvideo", "audio/x-aiff", "video/x-matroska", "video/webm",
	"video/x-ms-asf", "audio/mpeg", "audio/ogg", "video/ogg",
	"application/ogg", "audio/flac", "audio/midi", "video/mpeg",
	"video/MP2T", "audio/AMR", "audio/basic",
	"application/vnd.rn-realmedia", NULL };
static const char *const media_ext[] = { "mp4", "m4v", "m4a", "3gp", "mov",
	"wav", "avi", "aif", "aiff", "mkv", "webm", "asf", "wmv", "wma", "mp3",
	"ogg", "oga", "ogv", "opus", "flac", "mid", "midi", "mpg", "mpeg",
	"m2ts", "amr", "au", "rm", NULL };
KNOWN_FORMAT(media, "media", 0);

static const struct known flash_table[] = {
	{ "flash.swf", 0, KNOWN_MAGIC("FWS"), check_swf },
	{ "flash.swf", 0, KNOWN_MAGIC("CWS"), check_swf },
	{ "flash.swf", 0, KNOWN_MAGIC("ZWS"), check_swf },
	{ "flash.flv", 0, KNOWN_MAGIC("FLV\1"), NULL },
	{ "flash.dcr", 0, KNOWN_MAGIC("RIFX"), NULL },
	{ "flash.dcr", 0, KNOWN_MAGIC("XFIR"), NULL },
};
static const char *const flash_mime[] = { "application/x-shockwave-flash",
	"application/vnd.adobe.flash.movie", "video/x-flv", NULL };
static const char *const flash_ext[] = { "swf", "flv", "dcr", NULL };
KNOWN_FORMAT(flash, "flash", FMT_BLOCKED);

static const struct known font_table[] = {
	{ "font.ttf", 0, KNOWN_MAGIC("\0\1\0\0"), check_sfnt },
	{ "font.ttf", 0, KNOWN_MAGIC("true\0"), check_sfnt },
	{ "font.otf", 0, KNOWN_MAGIC("OTTO"), check_sfnt },
	{ "font.ttc", 0, KNOWN_MAGIC("ttcf\0"), NULL },
	{ "font.woff", 0, KNOWN_MAGIC("wOFF"), NULL },
	{ "font.woff2", 0, KNOWN_MAGIC("wOF2"), NULL },
	{ "font.eot", 34, KNOWN_MAGIC("LP\0\0"), NULL },
	{ "font.pfb", 6, KNOWN_MAGIC("%!PS-AdobeFont"), NULL },
};
static const char *const font_mime[] = { "font/sfnt", "font/ttf", "font/otf",
	"font/woff", "font/woff2", "font/collection", "application/font-sfnt",
	"application/vnd.ms-opentype", "application/vnd.ms-fontobject", NULL };
static const char *const font_ext[] = { "ttf", "otf", "ttc", "woff", "woff2",
	"eot", "pfb", NULL };
KNOWN_FORMAT(font, "font", 0);

static const struct known database_table[] = {
	{ "database.dbf", 0, "", 0, check_dbf },
	{ "database.sqlite", 0, KNOWN_MAGIC("SQLite format 3\0"), NULL },
	{ "database.shp", 0, KNOWN_MAGIC("\0\0\x27\x0A\0\0\0\0"), NULL },
	{ "database.las", 0, KNOWN_MAGIC("LASF"), NULL },
};
static const char *const database_mime[] = { "application/x-dbf",
	"application/vnd.sqlite3", "application/x-sqlite3", NULL };
static const char *const database_ext[] = { "dbf", "sqlite", "db", "gpkg",
	"shp", "shx", "las", "laz", NULL };
KNOWN_FORMAT(database, "database", 0);

static const struct known access_table[] = {
	{ "access", 0, KNOWN_MAGIC("\0\1\0\0Standard Jet DB"), NULL },
	{ "access", 0, KNOWN_MAGIC("\0\1\0\0Standard ACE DB"), NULL },
	{ "access", 0, KNOWN_MAGIC("\0\1\0\0Jet System DB"), NULL },
};
static const char *const access_mime[] = { "application/x-msaccess",
	"application/vnd.ms-access", NULL };
static const char *const access_ext[] = { "mdb", "accdb", "mde", "accde",
	NULL };
KNOWN_FORMAT(access, "access", FMT_BLOCKED);

static const struct known ebook_table[] = {
	{ "ebook.mobi", 60, KNOWN_MAGIC("BOOKMOBI"), NULL },
	{ "ebook.palm", 60, KNOWN_MAGIC("TEXtREAd"), NULL },
	{ "ebook.bbeb", 0, KNOWN_MAGIC("L\0R\0F\0\0\0"), NULL },
};
static const char *const ebook_mime[] = { "application/x-mobipocket-ebook",
	"application/vnd.palm", NULL };
static const char *const ebook_ext[] = { "mobi", "prc", "azw", "azw3", "pdb",
	"lrf", NULL };
KNOWN_FORMAT(ebook, "ebook", 0);

static const struct known olddoc_table[] = {
	{ "olddoc.wri", 0, KNOWN_MAGIC("\x31\xBE\0\0"), check_wri },
	{ "olddoc.wri", 0, KNOWN_MAGIC("\x32\xBE\0\0"), check_wri },
	{ "olddoc.lwp", 0, KNOWN_MAGIC("WordPro"), NULL },
	{ "olddoc.sam", 0, KNOWN_MAGIC("[ver]\r\n"), NULL },
	{ "olddoc.sam", 0, KNOWN_MAGIC("[ver]\n"), NULL },
	{ "olddoc.wk", 0, KNOWN_MAGIC("\0\0\2\0\6\4\6\0"), NULL },
	{ "olddoc.123", 0, KNOWN_MAGIC("\0\0\x1A\0"), NULL },
	{ "olddoc.wps", 0, KNOWN_MAGIC("\1\xFE\x32\0"), NULL },
	{ "olddoc.xls2", 0, KNOWN_MAGIC("\x09\0\4\0"), NULL },
	{ "olddoc.xls3", 0, KNOWN_MAGIC("\x09\2\6\0"), NULL },
	{ "olddoc.xls4", 0, KNOWN_MAGIC("\x09\4\6\0"), NULL },
	{ "olddoc.xls5", 0, KNOWN_MAGIC("\x09\x08\x08\0"), NULL },
	{ "olddoc.xls8", 0, KNOWN_MAGIC("\x09\x08\x10\0"), NULL },
	{ "olddoc.doc2", 0, KNOWN_MAGIC("\xDB\xA5"), NULL },
	{ "olddoc.doc1", 0, KNOWN_MAGIC("\x9B\xA5"), NULL },
	{ "olddoc.docdos", 0, KNOWN_MAGIC("\xFE\x37\0"), NULL },
};
static const char *const olddoc_mime[] = { "application/msword",
	"application/vnd.ms-excel", "application/vnd.lotus-wordpro",
	"application/vnd.lotus-1-2-3", "application/x-wine-extension-ini",
	"text/plain", NULL };
static const char *const olddoc_ext[] = { "wri", "lwp", "sam", "wk1", "wk3",
	"wk4", "wks", "123", "wps", "xls", "doc", NULL };
KNOWN_FORMAT(olddoc, "olddoc", FMT_BLOCKED);

static const struct known wordperfect_table[] = {
	{ "wordperfect", 0, KNOWN_MAGIC("\xFFWPC"), NULL },
};
static const char *const wordperfect_mime[] = { "application/vnd.wordperfect",
	NULL };
static const char *const wordperfect_ext[] = { "wpd", "wp", "wp5", NULL };
KNOWN_FORMAT(wordperfect, "wordperfect", 0);

static const struct known help_table[] = {
	{ "help.hlp", 0, KNOWN_MAGIC("\x3F\x5F\x03\0"), NULL },
	{ "help.chm", 0, KNOWN_MAGIC("ITSF"), NULL },
	{ "help.lit", 0, KNOWN_MAGIC("ITOLITLS"), NULL },
};
static const char *const help_mime[] = { "application/winhlp",
	"application/vnd.ms-htmlhelp", "application/x-ms-reader", NULL };
static const char *const help_ext[] = { "hlp", "chm", NULL };
KNOWN_FORMAT(help, "help", FMT_BLOCKED);

static const struct known onenote_table[] = {
	{ "onenote.one", 0,
	    KNOWN_MAGIC("\xE4\x52\x5C\x7B\x8C\xD8\xA7\x4D\xAE\xB1\x53\x78\xD0"
			"\x29\x96\xD3"),
	    NULL },
	{ "onenote.onetoc2", 0,
	    KNOWN_MAGIC("\xA1\x2F\xFF\x43\xD9\xEF\x76\x4C\x9E\xE2\x10\xEA\x57"
			"\x22\x76\x5F"),
	    NULL },
};
static const char *const onenote_mime[] = { "application/onenote",
	"application/x-ms-onenote", NULL };
static const char *const onenote_ext[] = { "one", "onetoc2", NULL };
KNOWN_FORMAT(onenote, "onenote", FMT_BLOCKED);

static const struct known cad_table[] = {
	{ "cad.jww", 0, KNOWN_MAGIC("JwwData."), NULL },
	{ "cad.dwg", 0, KNOWN_MAGIC("AC10"), check_dwg },
	{ "cad.dxf", 0, KNOWN_MAGIC("AutoCAD Binary DXF\r\n\x1A\0"), NULL },
	{ "cad.dxf", 0, KNOWN_MAGIC("  0\r\nSECTION\r\n"), NULL },
	{ "cad.dxf", 0, KNOWN_MAGIC("  0\nSECTION\n"), NULL },
	{ "cad.dxf", 0, KNOWN_MAGIC("0\r\nSECTION\r\n"), NULL },
	{ "cad.dxf", 0, KNOWN_MAGIC("0\nSECTION\n"), NULL },
	{ "cad.dwf", 0, KNOWN_MAGIC("(DWF V"), NULL },
	{ "cad.p21", 0, KNOWN_MAGIC("ISO-10303-21;"), NULL },
};
static const char *const cad_mime[] = { "image/vnd.dwg", "image/vnd.dxf",
	"application/x-dbt", "text/plain", NULL };
static const char *const cad_ext[] = { "jww", "dwg", "dxf", "dwf", "p21", "sfc",
	"stp", "step", "ifc", NULL };
KNOWN_FORMAT(cad, "cad", 0);

static const struct known torrent_table[] = {
	{ "torrent", 0, KNOWN_MAGIC("d8:announce"), NULL },
	{ "torrent", 0, KNOWN_MAGIC("d13:announce-list"), NULL },
	{ "torrent", 0, KNOWN_MAGIC("d10:created by"), NULL },
	{ "torrent", 0, KNOWN_MAGIC("d4:infod"), NULL },
};
static const char *const torrent_mime[] = { "application/x-bittorrent", NULL };
static const char *const torrent_ext[] = { "torrent", NULL };
KNOWN_FORMAT(torrent, "torrent", FMT_BLOCKED);

static const struct known mailstore_table[] = {
	{ "mailstore.pst", 0, KNOWN_MAGIC("!BDN"), NULL },
	{ "mailstore.dbx", 0, KNOWN_MAGIC("\xCF\xAD\x12\xFE"), NULL },
};
static const char *const mailstore_mime[] = { "application/vnd.ms-outlook",
	NULL };
static const char *const mailstore_ext[] = { "pst", "ost", "dbx", NULL };
KNOWN_FORMAT(mailstore, "mailstore", 0);

static const struct known postscript_table[] = {
	{ "postscript.eps", 0, KNOWN_MAGIC("\xC5\xD0\xD3\xC6"), NULL },
	{ "postscript", 0, KNOWN_MAGIC("%!"), NULL },
	{ "postscript", 0, KNOWN_MAGIC("\x04%!"), NULL },
	{ "postscript.pjl", 0, KNOWN_MAGIC("\x1B%-12345X"), NULL },
};
static const char *const postscript_mime[] = { "application/postscript",
	"image/x-eps", "application/vnd.hp-pcl", NULL };
static const char *const postscript_ext[] = { "ps", "eps", "ai", NULL };
KNOWN_FORMAT(postscript, "postscript", FMT_BLOCKED);
