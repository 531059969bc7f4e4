/* Outlook messages, TNEF, compressed RTF, uuencode: what is read of them. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <criterion/criterion.h>

#include "base/fsx.h"
#include "outlook_case.h"

static struct pdf_case c;

static void
load(const char *path, struct buf *b)
{
	char full[256];

	snprintf(full, sizeof(full), "samples/%s", path);
	buf_init(b, (size_t)1 << 24);
	cr_assert_eq(fsx_slurp(AT_FDCWD, full, b), 0, "%s", full);
}

/* The sample is read and shows each of the strings, and none behind NULL. */
static void
shows(const char *path, const char *const *want)
{
	struct buf in, out;
	const char *s;
	bool there = true;

	load(path, &in);
	cr_assert_eq(outlook_case_run(&c, in.data, in.len, &out), 0, "%s: %s",
	    path, c.res.message);
	s = buf_cstr(&out);
	for (; *want != NULL || there; want++) {
		if (*want == NULL)
			there = false;
		else
			cr_expect_eq(strstr(s, *want) != NULL ||
					 strstr(c.findings, *want) != NULL,
			    there, "%s: %s in\n%s\n%s", path, *want, s,
			    c.findings);
	}
	buf_done(&in);
	buf_done(&out);
}

#define SHOWS(path, ...) \
	shows(path, (const char *const[]){ __VA_ARGS__, NULL, NULL })

static void
fails(const char *path, int err)
{
	struct buf in, out;

	load(path, &in);
	cr_expect_eq(outlook_case_run(&c, in.data, in.len, &out), err, "%s: %s",
	    path, c.res.message);
	buf_done(&in);
	buf_done(&out);
}

Test(outlook, head_and_body)
{
	SHOWS("benign/msg/plain.msg",
	    "subject お知らせ SEKISHO-BENIGN-subject\n",
	    "date Fri, 20 Nov 2026 10:00:00 +0000\n",
	    "from 山田 太郎 <yamada@example.jp>\n",
	    "to 佐藤 花子 <sato@city.example.jp>\n",
	    "cc Suzuki <suzuki@city.example.jp>\n", "id <1@example.jp>\n",
	    "本文です。SEKISHO-BENIGN-body\r\n二行目", NULL, "sender",
	    "outlook.");
	SHOWS("benign/msg/ansi.msg", "件名", "山田", "表示ソ能", NULL,
	    "outlook.");
	SHOWS("benign/msg/html.msg", "multipart/alternative",
	    "<p>本文 SEKISHO-BENIGN-html</p>", NULL, "outlook.");
	SHOWS("benign/msg/html-cp932.msg", "<p>本文 SEKISHO-BENIGN-html</p>",
	    NULL, "multipart");
	SHOWS("benign/msg/empty.msg", "text text/plain", NULL, "subject");
	SHOWS("planted/msg/blind.msg", "sato@", NULL, "SEKISHO-CANARY");
	SHOWS("planted/msg/headers.msg", "sato@", NULL, "SEKISHO-CANARY");
}

Test(outlook, compressed_rtf)
{
	SHOWS("benign/msg/rtf-html.msg",
	    "<<<html><body><p>SEKISHO-BENIGN-rtf 日本あ</p></body></html>>>",
	    NULL, "outlook.");
	SHOWS("benign/msg/rtf-text.msg", "<<SEKISHO-BENIGN-rtf text\ntwo\n>>",
	    NULL, "outlook.");
	SHOWS("planted/msg/rtf-hidden.msg",
	    "<<SEKISHO-BENIGN-rtf 日本\nsecond\tline\n>>", "outlook.rtf", NULL,
	    "CANARY", "0102");
}

Test(outlook, attachments)
{
	SHOWS("benign/msg/files.msg", "文書.txt 36", "絵.png", NULL,
	    "outlook.");
	SHOWS("benign/msg/big.msg", "big.txt 10800");
	SHOWS("benign/msg/embedded.msg",
	    "file application/ms-tnef  中のメール.tnef");
	SHOWS("planted/msg/reference.msg", "outlook.reference removed", NULL,
	    "file ");
	SHOWS("planted/msg/ole.msg", "outlook.ole-object removed", NULL,
	    "file ");
	SHOWS("planted/msg/names.msg", "safe.txt 36", "outlook.names-differ");
	SHOWS("planted/msg/path.msg", " note.txt 36", NULL, "..");
}

Test(outlook, what_only_outlook_does)
{
	SHOWS("planted/msg/reminder.msg", "outlook.reminder-file removed");
	SHOWS("planted/msg/voting.msg", "outlook.voting removed");
	SHOWS("planted/msg/form.msg", "outlook.form removed");
	SHOWS("planted/msg/appointment.msg", "outlook.class removed");
	SHOWS("planted/msg/stray.msg", "outlook.streams removed");
}

Test(outlook, tnef)
{
	SHOWS("benign/tnef/files.tnef", "文書.txt 36", "絵.png",
	    "本文です。SEKISHO-BENIGN-body", "to 佐藤 花子", NULL, "outlook.");
	SHOWS("benign/tnef/old.tnef", "件名", "本文 SEKISHO-BENIGN-body",
	    "文書.txt 36", NULL, "outlook.");
	SHOWS("benign/tnef/rtf.tnef", "<p>SEKISHO-BENIGN-rtf 日本あ</p>");
	SHOWS("planted/tnef/two-data.tnef", "note.txt 36", "note.txt 922");
	SHOWS("planted/tnef/twice.tnef", "note.txt 36", "outlook.twice noted",
	    "  752");
	SHOWS("planted/tnef/names.tnef", "note.txt 36", "outlook.names-differ");
	SHOWS("planted/tnef/trailing.tnef", "outlook.trailing removed");
	SHOWS("planted/tnef/checksum.tnef", "note.txt 36",
	    "outlook.checksum noted");
	SHOWS("planted/tnef/reminder.tnef", "outlook.reminder-file");
	SHOWS("planted/tnef/reference.tnef", "outlook.reference");
	SHOWS("planted/tnef/ole.tnef", "outlook.ole-object");
}

Test(outlook, held)
{
	fails("planted/msg/fat-loop.msg", ERR_MALFORMED);
	fails("planted/msg/tree-loop.msg", ERR_MALFORMED);
	fails("planted/msg/streams-cross.msg", ERR_AMBIGUOUS);
	fails("planted/msg/deep.msg", ERR_LIMIT);
	fails("planted/tnef/cut.tnef", ERR_TRUNCATED);
	fails("planted/tnef/count.tnef", ERR_LIMIT);
	fails("planted/tnef/values.tnef", ERR_MALFORMED);
}

static void
uu_gives(const char *in, const char *want)
{
	struct buf out;

	cr_assert_eq(outlook_case_run(&c, in, strlen(in), &out), 0);
	cr_expect_str_eq(buf_cstr(&out), want, "%s\n gave\n%s", in,
	    buf_cstr(&out));
	buf_done(&out);
}

#define FILE_OUT(name, n) "file application/octet-stream  " name " " n "\n"

Test(outlook, uuencode)
{
	uu_gives("a\r\nbegin 644 x.txt\r\n#86)C\r\n`\r\nend\r\nb\r\n",
	    "<<a\r\n[x.txt]\nb\r\n>>\n" FILE_OUT("x.txt", "3"));
	uu_gives("begin 644 x\n#86)C\n \nend\nbegin 600 y\n`\nend\n",
	    "<<[x]\n[y]\n>>\n" FILE_OUT("x", "3") FILE_OUT("y", "0"));
	uu_gives("begin 644 x\n#86)C\nno data line: the text goes on\n",
	    "<<[x]\nno data line: the text goes on\n>>\n" FILE_OUT("x", "3"));
	uu_gives("begin 644 x\n#86)C", "<<[x]\n>>\n" FILE_OUT("x", "3"));
	uu_gives("begin 644 the day with tea\nand more of it\n", "");
	uu_gives("begin the day\n#86)C\nend\n", "");
	uu_gives("x begin 644 a\n#86)C\n`\nend\n", "");
	uu_gives("begin 644 \xe6\x97\xa5\n#86)C\n`\nend\n",
	    "<<[attachment 1]\n>>\n" FILE_OUT("日", "3"));
}

/* Each must end in a verdict; the sanitizers watch. */
static void
mutate(const char *path, size_t step)
{
	struct buf in, out;
	int e;

	load(path, &in);
	for (size_t i = 0; i < in.len * 8; i += step) {
		in.data[i / 8] ^= (uint8_t)(1u << (i % 8));
		e = outlook_case_run(&c, in.data, in.len, &out);
		cr_assert_neq(e, ERR_INTERNAL, "%s bit %zu: %s", path, i,
		    c.res.message);
		buf_done(&out);
		in.data[i / 8] ^= (uint8_t)(1u << (i % 8));
	}
	for (size_t n = 0; n < in.len; n += step / 2 + 1) {
		e = outlook_case_run(&c, in.data, n, &out);
		cr_assert_neq(e, ERR_INTERNAL, "%s cut at %zu", path, n);
		buf_done(&out);
	}
	buf_done(&in);
}

Test(outlook, mutations, .timeout = 300)
{
	mutate("benign/msg/files.msg", 401);
	mutate("benign/msg/embedded.msg", 397);
	mutate("benign/msg/rtf-html.msg", 389);
	mutate("benign/tnef/files.tnef", 101);
	mutate("benign/tnef/embedded.tnef", 103);
	mutate("benign/tnef/rtf.tnef", 97);
	mutate("planted/tnef/two-data.tnef", 107);
	mutate("benign/uu/note.uu", 3);
}
