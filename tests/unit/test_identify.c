#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "formats/identify.h"
#include "formats/known/names.h"
#include "formats/known/zipkind.h"

#define S(s) s, sizeof(s) - 1

struct row {
	const char *bytes;
	size_t n;
	size_t pad_to; /* zero bytes up to this length */
	const char *sub;
};

static const struct row rows[] = {
	{ S("%PDF-1.7\n"), 0, "pdf" },
	{ S("GIF89a"), 32, "gif" },
	{ S("BM\0\0\0\0\0\0\0\0\x36\0\0\0\x28\0\0\0"), 60, "bmp" },
	{ S("II*\0"), 16, "tiff" },
	{ S("RIFF\x10\0\0\0WEBPVP8 "), 32, "webp" },
	{ S("\0\0\0\x18"
	    "ftypheic"),
	    32, "heif.heic" },
	{ S("\0\0\0\x18"
	    "ftypavif"),
	    32, "heif.avif" },
	{ S("\0\0\0\x18"
	    "ftypisom"),
	    32, "media.mp4" },
	{ S("\xD7\xCD\xC6\x9A"), 40, "wmf" },
	{ S("7z\xBC\xAF\x27\x1C"), 40, "archive.7z" },
	{ S("Rar!\x1A\x07\1\0"), 40, "archive.rar5" },
	{ S("\x1F\x8B\x08"), 40, "archive.gz" },
	{ S("\x20\x10-lh5-"), 40, "archive.lzh" },
	{ S("MSCF\0\0\0\0"), 40, "archive.cab" },
	{ S("fLaC\0"), 40, "media.flac" },
	{ S("JwwData."), 40, "cad.jww" },
	{ S("AC1032\0\0"), 40, "cad.dwg" },
	{ S("\x78\x9F\x3E\x22"), 40, "tnef" },
	{ S("{\\rtf1 x}"), 0, "rtf" },
	{ S(" \r\n{\\rt x}"), 0, "rtf" },
	{ S("<!DOCTYPE html><p>x"), 0, "html" },
	{ S("\xEF\xBB\xBF\n<HTML>"), 0, "html" },
	{ S("<?xml version='1.0'?><svg xmlns='x'/>"), 0, "svg" },
	{ S("<!-- x --><svg width='1'>"), 0, "svg" },
	{ S("<?xml version='1.0'?><data/>"), 0, "xml" },
	{ S("BEGIN:VCALENDAR\r\n"), 0, "icalendar" },
	{ S("begin:vcard\n"), 0, "vcard" },
	{ S("From: a@example.jp\nMessage-ID: <1@x>\n\nx"), 0, "mail.eml" },
	{ S("From a Mon Jan 1\nSubject: x\nReceived: y\n\n"), 0, "mail.mbox" },
	{ S("MIME-Version: 1.0\r\nContent-Type: multipart/related;\r\n"
	    " type=\"text/html\"\r\nX-MimeOLE: x\r\n\r\n"),
	    0, "mhtml" },
	{ S("PK\3\4"), 64, NULL },
};

/* Types that never cross, whatever they are called. */
static const struct row bad[] = {
	{ S("MZ\x90\0\3\0\0\0"), 128, "program.exe" },
	{ S("\x7F"
	    "ELF\2\1\1"),
	    64, "program.elf" },
	{ S("\xFE\xED\xFA\xCF"), 64, "program.macho" },
	{ S("\xCF\xFA\xED\xFE"), 64, "program.macho" },
	{ S("\xCA\xFE\xBA\xBE\0\0\0\x34"), 64, "program.class" },
	{ S("dex\n035\0"), 64, "program.dex" },
	{ S("\0asm\1\0\0\0"), 64, "program.wasm" },
	{ S("!<arch>\ndebian-binary   "), 64, "program.deb" },
	{ S("RIFF\x10\0\0\0"
	    "ACON"),
	    64, "program.ani" },
	{ S("\x4C\0\0\0\1\x14\2\0\0\0\0\0\xC0\0\0\0\0\0\0\x46"), 80,
	    "shortcut.lnk" },
	{ S("[InternetShortcut]\r\nURL=x"), 0, "shortcut.url" },
	{ S("; c\r\n\r\n[internetshortcut]\r\nURL=x"), 0, "shortcut.url" },
	{ S("[{000214A0}]\r\nProp3=19,11\r\n[InternetShortcut]\r\n"), 0,
	    "shortcut.url" },
	{ S("[Shell]\r\nCommand=2\r\n"), 0, "shortcut.scf" },
	{ S("[.ShellClassInfo]\r\n"), 0, "shortcut.desktop-ini" },
	{ S("\xFF\xFE[\0.\0S\0h\0e\0l\0l\0C\0l\0a\0s\0s\0I\0n\0f\0o\0]\0"), 0,
	    "shortcut.desktop-ini" },
	{ S("\xFE\xFF\0@\0e\0c\0h\0o\0 \0o\0f\0f"), 0, "script.bat" },
	{ S("@\0e\0c\0h\0o\0 \0o\0f\0f\0"), 0, "script.bat" },
	{ S("[autorun]\nopen=x"), 0, "shortcut.autorun" },
	{ S("#!/bin/sh\n"), 0, "script.shebang" },
	{ S("\xEF\xBB\xBF#!/bin/sh\n"), 0, "script.shebang" },
	{ S("  @ECHO OFF\r\n"), 0, "script.bat" },
	{ S("<?php echo 1;"), 0, "script.php" },
	{ S("<% x %>"), 0, "script.asp" },
	{ S("<job id='x'><script>"), 0, "script.wsf" },
	{ S("<?xml version='1.0'?><package><job/>"), 0, "script.wsf" },
	{ S("<?XML version='1.0'?><scriptlet>"), 0, "script.sct" },
	{ S("<html><head><HTA:APPLICATION id='x'>"), 0, "script.hta" },
	{ S("<?xml version='1.0'?>\n<MMC_ConsoleFile ConsoleVersion='3.0'>"), 0,
	    "script.msc" },
	{ S("<?xml version='1.0'?><libraryDescription xmlns='x'>"), 0,
	    "shortcut.library-ms" },
	{ S("<PCSettings><SearchableContent>"), 0,
	    "shortcut.settingcontent-ms" },
	{ S("Windows Registry Editor Version 5.00\r\n"), 0, "script.reg" },
	{ S("REGEDIT4\r\n"), 0, "script.reg" },
	{ S("[Version]\r\nSignature=\"$Chicago$\"\r\n"), 0, "script.inf" },
	{ S("WEB\r\n1\r\nhttp://example.invalid"), 0, "table.iqy" },
	{ S("ID;PWXL;N;E\r\n"), 0, "table.slk" },
	{ S("screen mode id:i:2\r\nfull address:s:x\r\n"), 0, "shortcut.rdp" },
	{ S("%!PS-Adobe-3.0\n"), 0, "postscript" },
	{ S("\xC5\xD0\xD3\xC6"), 64, "postscript.eps" },
	{ S("ITSF\3\0\0\0"), 64, "help.chm" },
	{ S("\x3F\x5F\3\0"), 64, "help.hlp" },
	{ S("\xE4\x52\x5C\x7B\x8C\xD8\xA7\x4D\xAE\xB1\x53\x78\xD0\x29\x96\xD3"),
	    64, "onenote.one" },
	{ S("\0\1\0\0Standard ACE DB\0"), 64, "access" },
	{ S("FWS\x0A\x40\0\0\0"), 64, "flash.swf" },
	{ S("vhdxfile"), 64, "disk.vhdx" },
	{ S("MSWIM\0\0\0"), 64, "disk.wim" },
	{ S("d8:announce"), 0, "torrent" },
};

static int
ask(const void *p, size_t n, const char *name, struct identity *id)
{
	struct reader r;

	reader_init(&r, p, n);
	return identify(&r, name, false, id);
}

static size_t
fill(const struct row *row, char *buf)
{
	memset(buf, 0, 4096);
	memcpy(buf, row->bytes, row->n);
	return row->n > row->pad_to ? row->n : row->pad_to;
}

Test(identify, table_of_magics)
{
	struct identity id;
	char buf[4096];

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		size_t n = fill(&rows[i], buf);

		if (rows[i].sub == NULL)
			continue;
		cr_expect_eq(ask(buf, n, "", &id), 0, "%s", rows[i].sub);
		cr_expect_str_eq(id.structure, rows[i].sub);
	}
}

Test(identify, blocked_types_stay_so_when_renamed)
{
	static const char *const names[] = { "a.txt", "a.docx", "a.csv", "" };
	struct identity id;
	char buf[4096];

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		size_t n = fill(&bad[i], buf);

		for (size_t k = 0; k < 4; k++) {
			cr_expect_eq(ask(buf, n, names[k], &id), 0, "%s",
			    bad[i].sub);
			cr_expect_str_eq(id.structure, bad[i].sub);
			cr_assert_not_null(id.format, "%s", bad[i].sub);
			cr_expect(id.format->flags & FMT_BLOCKED);
		}
	}
}

/* Every prefix and every flipped byte gets some answer. */
Test(identify, prefixes_and_mutations)
{
	struct identity id;
	char buf[4096], *exact;
	size_t n;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		n = fill(&bad[i], buf);
		for (size_t k = 0; k <= n && k < 64; k++) {
			exact = malloc(k + 1); /* so that ASan sees the end */
			memcpy(exact, buf, k);
			(void)!ask(exact, k, "x.txt", &id);
			free(exact);
		}
		for (size_t k = 0; k < n && k < 64; k++) {
			buf[k] = (char)(buf[k] ^ 0xFF);
			(void)!ask(buf, n, "x.txt", &id);
			buf[k] = (char)(buf[k] ^ 0xFF);
		}
	}
}

Test(identify, harmless_texts_are_not_taken)
{
	static const char *const texts[] = { "MZ is a pair of letters.\n",
		"BM abc\n", "ID,name\n1,x\n", "2026 minutes\n",
		"[2026-01-01] started\n", "Subject: only one header\n",
		"webmaster\n", "a: b\nc: d\n", "<foo@example.jp> wrote\n",
		"# heading\n\n[Shell] is a section\n", "", "\n\n\n" };
	struct identity id;

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		int e = ask(texts[i], strlen(texts[i]), "a.txt", &id);

		if (e == 0)
			cr_expect(id.format->flags & FMT_TEXT, "%s: %s",
			    texts[i], id.structure);
		else
			cr_expect_eq(e, ERR_UNSUPPORTED, "%s", texts[i]);
	}
}

Test(identify, blocked_by_name)
{
	static const char *const names[] = { "a.exe", "A.EXE", "a.exe.",
		"a.exe ", "a.exe . .", ".bat", "a.exe::$DATA", "a.txt.js",
		"a\xE2\x80\xAE"
		"txt.exe",
		"a.e\xE2\x80\x8Bxe",
		"\xEF\xBD\x81\xEF\xBC\x8E\xEF\xBD\x85\xEF\xBD\x98\xEF\xBD\x85",
		"a.lnk", "a.library-ms", "a.settingcontent-ms", "x/y.ps1",
		"a.txt:b.vbs", "a.exe\xE3\x80\x80" };
	struct identity id;

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		cr_expect_eq(ask("hello\n", 6, names[i], &id), ERR_BLOCKED,
		    "%s -> %s", names[i], id.name);
		cr_expect_eq(ask("GIF89a", 6, names[i], &id), ERR_BLOCKED);
	}
	cr_expect_neq(ask("hello\n", 6, "a.txt", &id), ERR_BLOCKED);
	cr_expect_neq(ask("hello\n", 6, "exe", &id), ERR_BLOCKED);
	cr_expect_neq(ask("hello\n", 6, "a.exe/b", &id), ERR_BLOCKED);
	cr_expect_neq(ask("GIF89a", 6, "a.", &id), ERR_BLOCKED);
}

Test(identify, extension)
{
	char ext[8];

	name_extension("a.tar.GZ", ext, sizeof(ext));
	cr_expect_str_eq(ext, "gz");
	name_extension("a.\xE8\xA1\xA8", ext, sizeof(ext));
	cr_expect_str_eq(ext, "");
	name_extension("a.waytoolong", ext, sizeof(ext));
	cr_expect_str_eq(ext, "");
	cr_expect_not(extension_blocked(""));
	cr_expect_not(extension_blocked("docx"));
	cr_expect_not(extension_blocked("exe dll"));
}

/* A PDF header away from offset 0 counts only when nothing else does. */
Test(identify, polyglots)
{
	struct identity id;
	static char two[0x8800];

	memset(two, ' ', sizeof(two));
	memcpy(two, "\n%PDF-1.4\n", 10);
	cr_expect_eq(ask(two, 64, "a.pdf", &id), 0);
	cr_expect_str_eq(id.structure, "pdf");
	memcpy(two, "<a>\n%PDF-1.4\n", 13);
	(void)ask(two, 64, "a.pdf", &id);
	cr_expect_str_neq(id.structure, "pdf");
	memset(two, ' ', sizeof(two));
	memcpy(two + 1020, "%PDF-1.4\n", 9);
	(void)ask(two, sizeof(two), "a.pdf", &id);
	cr_expect_str_neq(id.structure, "pdf");

	memcpy(two, "%PDF-1.4\n", 9); /* and an ISO image at its place */
	memcpy(two + 0x8001, "CD001", 5);
	cr_expect_eq(ask(two, sizeof(two), "a.pdf", &id), ERR_AMBIGUOUS);
	cr_expect_str_eq(id.structure, "pdf, disk.iso");

	memset(two, 0, sizeof(two)); /* GIF and tar */
	memcpy(two, "GIF89a", 6);
	memcpy(two + 257, "ustar", 5);
	cr_expect_eq(ask(two, 1024, "a.gif", &id), ERR_AMBIGUOUS);

	memset(two, 0, sizeof(two)); /* GIF and a ZIP behind it */
	memcpy(two, "GIF89a", 6);
	memcpy(two + 100, "PK\5\6", 4);
	cr_expect_eq(ask(two, 122, "a.gif", &id), 0);
	cr_expect_str_eq(id.structure, "gif");
}

/* ---- ZIP-based */

struct zmember {
	const char *name, *data;
};

static void
le(char **p, unsigned long v, int n)
{
	while (n-- > 0) {
		*(*p)++ = (char)(v & 0xFF);
		v >>= 8;
	}
}

static size_t
make_zip(char *out, const struct zmember *m, size_t n)
{
	char *p = out;
	size_t off[8], dir, end;

	for (size_t i = 0; i < n; i++) {
		off[i] = (size_t)(p - out);
		le(&p, 0x04034b50, 4);
		le(&p, 20, 2);
		le(&p, 0, 8);
		le(&p, 0, 4);
		le(&p, strlen(m[i].data), 4);
		le(&p, strlen(m[i].data), 4);
		le(&p, strlen(m[i].name), 2);
		le(&p, 0, 2);
		p = stpcpy(p, m[i].name);
		p = stpcpy(p, m[i].data);
	}
	dir = (size_t)(p - out);
	for (size_t i = 0; i < n; i++) {
		le(&p, 0x02014b50, 4);
		le(&p, 20, 4);
		le(&p, 0, 8);
		le(&p, 0, 4);
		le(&p, strlen(m[i].data), 4);
		le(&p, strlen(m[i].data), 4);
		le(&p, strlen(m[i].name), 2);
		le(&p, 0, 12);
		le(&p, off[i], 4);
		p = stpcpy(p, m[i].name);
	}
	end = (size_t)(p - out);
	le(&p, 0x06054b50, 4);
	le(&p, 0, 4);
	le(&p, n, 2);
	le(&p, n, 2);
	le(&p, end - dir, 4);
	le(&p, dir, 4);
	le(&p, 0, 2);
	return (size_t)(p - out);
}

#define TYPE_DOCX \
	"<Override ContentType=\"application/vnd.openxmlformats-" \
	"officedocument.wordprocessingml.document.main+xml\"/>"
#define TYPE_XLAM \
	"<Override ContentType=\"application/vnd.ms-excel.addin." \
	"macroEnabled.main+xml\"/>"

Test(identify, zip_kinds)
{
	static const struct {
		struct zmember m[3];
		size_t n;
		enum zip_kind kind;
		const char *sub;
	} t[] = {
		{ { { "a.txt", "x" } }, 1, ZIP_PLAIN, "zip" },
		{ { { "[Content_Types].xml", TYPE_DOCX } }, 1, ZIP_OOXML,
		    "ooxml.docx" },
		{ { { "[content_types].XML", TYPE_DOCX } }, 1, ZIP_OOXML,
		    "ooxml.docx" },
		{ { { "[Content_Types].xml", TYPE_DOCX TYPE_XLAM } }, 1,
		    ZIP_PROGRAM, "package.xlam" },
		{ { { "[Content_Types].xml", "" } }, 1, ZIP_OPC, "opc.other" },
		{ { { "mimetype", "application/vnd.oasis.opendocument.text" },
		      { "content.xml", "" } },
		    2, ZIP_ODF, "odf.odt" },
		{ { { "mimetype", "application/epub+zip" } }, 1, ZIP_BOOK,
		    "book.epub" },
		{ { { "META-INF/MANIFEST.MF", "" }, { "A.class", "" },
		      { "[Content_Types].xml", TYPE_DOCX } },
		    3, ZIP_PROGRAM, "package.jar" },
		{ { { "x", "" }, { "AndroidManifest.xml", "" } }, 2,
		    ZIP_PROGRAM, "package.apk" },
		{ { { "AppxManifest.xml", "" }, { "[Content_Types].xml", "" } },
		    2, ZIP_PROGRAM, "package.msix" },
	};
	struct reader r;
	static char buf[4096];
	const char *sub = "";

	for (size_t i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		reader_init(&r, buf, make_zip(buf, t[i].m, t[i].n));
		cr_expect_eq(zip_kind(&r, &sub), t[i].kind, "%s", t[i].sub);
		cr_expect_str_eq(sub, t[i].sub);
		cr_expect_eq(zip_is_plain(&r), t[i].kind == ZIP_PLAIN);
		cr_expect_eq(ooxml_kind(&r, &sub) == PROBE_YES,
		    t[i].kind == ZIP_OOXML);
	}
}

Test(identify, zip_kind_survives_every_cut_and_flip)
{
	static const struct zmember m[] = {
		{ "[Content_Types].xml", TYPE_DOCX }, { "mimetype", "x" }
	};
	static char buf[4096];
	struct reader r;
	const char *sub;
	size_t n = make_zip(buf, m, 2);

	for (size_t k = 0; k <= n; k++) {
		char *exact = malloc(k + 1);

		memcpy(exact, buf, k);
		reader_init(&r, exact, k);
		(void)zip_kind(&r, &sub);
		free(exact);
	}
	for (size_t k = 0; k < n; k++) {
		buf[k] = (char)(buf[k] ^ 0xFF);
		reader_init(&r, buf, n);
		(void)zip_kind(&r, &sub);
		buf[k] = (char)(buf[k] ^ 0xFF);
	}
}
