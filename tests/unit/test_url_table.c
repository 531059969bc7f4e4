/*
 * The URL policy over a table of what may leave, in which form, and of what
 * may not: schemes, paths, monikers, credentials, hidden characters.
 */
#include <string.h>

#include <criterion/criterion.h>

#include "formats/url.h"

static const struct {
	const char *in, *out; /* out NULL: as it came */
} kept[] = {
	{ "http://example.jp/", NULL },
	{ "https://example.jp/a\?b=c#d", NULL },
	{ "HTTP://EXAMPLE.jp/", "http://EXAMPLE.jp/" },
	{ " https://example.jp ", "https://example.jp" },
	{ "ht\011tp://example.jp/", "http://example.jp/" },
	{ "http://example.jp:8080/", NULL },
	{ "http://192.0.2.1/", NULL },
	{ "http://[2001:db8::1]/", NULL },
	{ "http://\346\227\245\346\234\254.jp/", "http://xn--wgv71a.jp/" },
	{ "https://example.jp/\345\270\202\345\275\271\346\211\200.html",
	    NULL },
	{ "https://example.jp/a b", "https://example.jp/a%20b" },
	{ "https://example.jp/\"x", "https://example.jp/%22x" },
	{ "https://example.jp/'x", "https://example.jp/%27x" },
	{ "https://example.jp/<x>", "https://example.jp/%3Cx%3E" },
	{ "https://example.jp/a\\b", "https://example.jp/a%5Cb" },
	{ "https://example.jp/x!y", NULL },
	{ "https://example.jp/#!/x", NULL },
	{ "mailto:a@example.jp", NULL },
	{ "MAILTO:a@example.jp\?Subject=x&body=y",
	    "mailto:a@example.jp\?Subject=x&body=y" },
	{ "mailto:a@example.jp\?cc=b@example.jp", NULL },
	{ "mailto:a@example.jp\?body=x%0D%0Ay", NULL },
	{ "tel:0312345678", NULL },
	{ "tel:+81-3-1234-5678", NULL },
	{ "tel: 03 1234", "tel:031234" },
	{ "#Sheet1!A1", NULL },
	{ "#\350\246\213\345\207\272\343\201\227", NULL },
	{ "http://example.jp\?x", NULL },
	{ "https://example.jp/%E5%B8%82", NULL },
	{ "http://h", NULL },
	{ "https://example.jp/a%00b", NULL },
	{ "https://a.example.jp/\?u=javascript:x", NULL },
};

static const char *const refused[] = {
	"javascript:x",
	"vbscript:x",
	"data:x",
	"file:x",
	"ftp:x",
	"ftps:x",
	"sftp:x",
	"smb:x",
	"nfs:x",
	"dav:x",
	"davs:x",
	"ldap:x",
	"gopher:x",
	"telnet:x",
	"ssh:x",
	"jar:x",
	"view-source:x",
	"about:x",
	"res:x",
	"mk:x",
	"its:x",
	"ms-its:x",
	"mhtml:x",
	"hcp:x",
	"shell:x",
	"local:x",
	"cid:x",
	"mid:x",
	"news:x",
	"nntp:x",
	"sip:x",
	"sips:x",
	"callto:x",
	"skype:x",
	"zoommtg:x",
	"msteams:x",
	"slack:x",
	"vscode:x",
	"git:x",
	"steam:x",
	"intent:x",
	"market:x",
	"itms-services:x",
	"webcal:x",
	"webcals:x",
	"feed:x",
	"onenote:x",
	"outlook:x",
	"mapi:x",
	"search:x",
	"search-ms:x",
	"ms-search:x",
	"ms-msdt:x",
	"ms-officecmd:x",
	"ms-word:x",
	"ms-excel:x",
	"ms-powerpoint:x",
	"ms-visio:x",
	"ms-access:x",
	"ms-publisher:x",
	"ms-project:x",
	"ms-settings:x",
	"ms-appinstaller:x",
	"ms-cxh:x",
	"ms-gamingoverlay:x",
	"ms-quick-assist:x",
	"ms-availablenetworks:x",
	"ms-screenclip:x",
	"ms-people:x",
	"ms-photos:x",
	"ms-store:x",
	"windowsdefender:x",
	"wpad:x",
	"x-apple-x:x",
	"applescript:x",
	"script:x",
	"scriptlet:x",
	"soap:x",
	"ppaction:x",
	"macro:x",
	"vnd.sun.star.script:x",
	"vnd.sun.star.expand:x",
	"service:x",
	"slot:x",
	".uno:x",
	"uno:x",
	"private:x",
	"moz-extension:x",
	"chrome:x",
	"blob:x",
	"filesystem:x",
	"JavaScript:alert(1)",
	"java\011script:x",
	"java\012script:x",
	"\001javascript:x",
	"javascript\342\200\213:x",
	"file:///c:/x",
	"file://h/s",
	"file:////h/s",
	"FILE:\\\\h\\s",
	"\\\\h\\s",
	"\\\\h@SSL\\DavWWWRoot\\x",
	"//h/s",
	"/\\h/s",
	"\\/h/s",
	"///h",
	"c:\\x",
	"C:/x",
	"c:x",
	"\\\\\?\\c:\\x",
	"\\\\.\\pipe\\x",
	"../x",
	"x.html",
	"x/y",
	"/etc/passwd",
	"\?x",
	"http:/h",
	"http:h",
	"http:\\\\h\\x",
	"http:///h",
	"http://",
	"https:///x",
	"http://u@h/",
	"http://u:p@h/",
	"http://h@evil/",
	"http://@h/",
	"http://h%40e/",
	"http://h\342\200\256/",
	"http://h/\342\200\256",
	"http://h\342\200\213/",
	"http://h h/",
	"http:// h/",
	"http://\\h/",
	"http://h<x",
	"http://h/\177",
	"tel:*#06#",
	"tel:123;ext=4",
	"tel:",
	"mailto:a@b\?attach=/etc/passwd",
	"mailto:a@b\?bcc=x@y",
	"mailto:a@b\?to=x@y",
	"mailto:a@b\?subject=x&attachment=y",
	"mailto:a@b\?subject",
	"mailto://x",
	"mailto:\\\\h",
	"mailto:a\?body=x\?attach=y",
	"mailto:a@b%0d%0aBcc:x@y",
	"mailto:a@b\?subject=x%0ABcc:x@y",
	"mailto:a@b\?body=x&cc=c%0d%0aBcc:x",
	"mailto:a%7Fb",
	"mhtml:http://h/x!x-usc:y",
	"http\342\200\213://h/",
	"\357\275\210\357\275\224\357\275\224\357\275\220\357\274\232//h/",
	"ht tp://h/",
	"1http://h/",
	"http;//h",
	"http",
	"http:",
	"",
	"   ",
	"\011\012",
	"#\\\\h\\s",
	"javascript&colon;x",
	":x",
	"!x",
	"x!y",
	"script:http://h",
	"http://h:80:x y/",
	"http://\346\227\245\346\234\254:80@h/",
	"http://%68/",
	"http://h|x/",
	"moniker!http://h",
	"ms-its:x",
	"feed:http://h",
	"view-source:http://h",
	"jar:http://h!/x",
	"vnd.sun.star.webdav://h",
	"data:text/html,x",
	"blob:http://h",
	"filesystem:http://h",
	"http://"
	"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
	"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
	"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
	"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
	"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
	"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
	"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
	"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
	"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
	"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
	"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
	"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
	"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
	"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
	"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
	"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
	"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
	"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
	"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
	"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
	"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
	"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
	"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
	"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
	"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
	"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
	"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
	"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
	"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
	"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
	"a",
};

static int
check(const char *in, size_t n, struct buf *out)
{
	const char *why = NULL;
	int e;

	buf_init(out, 65536);
	e = url_check(in, n, out, &why);
	if (e == ERR_DENIED)
		cr_expect_not_null(why);
	return e;
}

Test(url_table, kept)
{
	struct buf out, again;

	for (size_t i = 0; i < sizeof(kept) / sizeof(kept[0]); i++) {
		const char *want =
		    kept[i].out != NULL ? kept[i].out : kept[i].in;

		cr_expect_eq(check(kept[i].in, strlen(kept[i].in), &out), 0,
		    "%s", kept[i].in);
		cr_expect_str_eq(buf_cstr(&out), want);
		cr_expect_eq(check(buf_cstr(&out), out.len, &again), 0, "%s",
		    kept[i].in);
		cr_expect_str_eq(buf_cstr(&again), want);
		buf_done(&out);
		buf_done(&again);
	}
}

Test(url_table, refused)
{
	struct buf out;

	for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
		cr_expect_eq(check(refused[i], strlen(refused[i]), &out),
		    ERR_DENIED, "%s", refused[i]);
		buf_done(&out);
	}
}

Test(url_table, nul_and_bad_utf8)
{
	struct buf out;

	cr_expect_eq(check("http://h\0x/", 11, &out), ERR_DENIED);
	buf_done(&out);
	cr_expect_eq(check("http://h/\377", 10, &out), ERR_DENIED);
	buf_done(&out);
}

/* Whatever passes passes again unchanged. */
Test(url_table, mutations)
{
	struct buf out, again;
	char text[256];

	for (size_t i = 0; i < sizeof(kept) / sizeof(kept[0]); i++)
		for (size_t k = 0; k < strlen(kept[i].in) * 8; k++) {
			size_t n = strlen(kept[i].in);

			memcpy(text, kept[i].in, n);
			text[k / 8] = (char)(text[k / 8] ^ (1 << k % 8));
			if (check(text, n, &out) == 0) {
				cr_expect_eq(check(buf_cstr(&out), out.len,
						 &again),
				    0, "%.*s", (int)n, text);
				cr_expect_str_eq(buf_cstr(&again),
				    buf_cstr(&out));
				buf_done(&again);
			}
			buf_done(&out);
		}
}
