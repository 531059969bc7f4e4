/* Mails: what the tree, the text and the fresh message are. formats/mail */
#include <stdio.h>
#include <string.h>

#include <criterion/criterion.h>

#include "fuzz_common.h"
#include "picture_checks.h"

#define OUT_BYTES ((size_t)4 << 20)
#define HEAD \
	"From: a@example.jp\r\nTo: b@example.lg.jp\r\nSubject: s\r\n" \
	"MIME-Version: 1.0\r\n"

static bool
holds(const struct buf *b, const char *s)
{
	struct reader r;
	size_t at;

	buf_reader(b, &r);
	return reader_find(&r, 0, s, strlen(s), &at) == 0;
}

static int
rebuild(const char *in, struct buf *out)
{
	buf_init(out, OUT_BYTES);
	return fuzz_rebuild("mail", (const uint8_t *)in, strlen(in), out);
}

/* The result has (or has not) a piece of text. */
static void
gives(const char *in, const char *piece, bool has)
{
	struct buf out;

	cr_assert_eq(rebuild(in, &out), 0, "%s", in);
	cr_expect_eq(holds(&out, piece), has, "%s\n gave\n%s", in,
	    buf_cstr(&out));
	buf_done(&out);
}

static void
inside(void (*tune)(struct options *), const char *in, const char *piece)
{
	struct buf out;

	buf_init(&out, OUT_BYTES);
	cr_assert_eq(fuzz_rebuild_with("mail", (const uint8_t *)in, strlen(in),
			 tune, &out),
	    0);
	cr_expect(holds(&out, piece), "%s gave %s", in, buf_cstr(&out));
	buf_done(&out);
}

Test(mail, a_text_is_all_there_is)
{
	struct buf out;

	cr_assert_eq(rebuild(HEAD "\r\nhello\r\n", &out), 0);
	cr_expect_str_eq(buf_cstr(&out),
	    "MIME-Version: 1.0\r\nFrom: a@example.jp\r\n"
	    "To: b@example.lg.jp\r\nSubject: s\r\n"
	    "Content-Type: text/plain; charset=us-ascii\r\n"
	    "Content-Transfer-Encoding: 7bit\r\n\r\nhello\r\n");
	buf_done(&out);
}

Test(mail, no_line_is_a_command)
{
	gives(HEAD "\r\na\r\n.\r\nb\r\n", "\r\n.\r\n", false);
	gives(HEAD "\r\na\r\n\r\nFrom here\r\n", "\r\nFrom ", false);
	gives(HEAD "\r\na\n.\nb\r.\rc\r\n", "\n.\n", false);
}

Test(mail, headers_that_are_not_needed_go)
{
	gives(HEAD "X-Secret: 1\r\nBcc: c@example.jp\r\n\r\nx\r\n", "Bcc",
	    false);
	gives(HEAD "X-Secret: 1\r\n\r\nx\r\n", "Secret", false);
	gives(HEAD "Importance: High\r\n\r\nx\r\n", "Importance: high\r\n",
	    true);
	gives(HEAD "X-Priority: 1 (Highest)\r\n\r\nx\r\n",
	    "Importance: high\r\n", true);
	gives(HEAD "References: <a@b>\r\n\t<c@d> junk\r\n\r\nx\r\n",
	    "References: <a@b>\r\n <c@d>\r\n", true);
	gives(HEAD "Auto-Submitted: auto-replied (x)\r\n\r\nx\r\n",
	    "Auto-Submitted: auto-replied\r\n", true);
}

#define PART(head, body) "--b\r\n" head "\r\n" body "\r\n"
#define MIXED		 HEAD "Content-Type: multipart/mixed; boundary=b\r\n\r\n"

Test(mail, a_file_gets_a_safe_name)
{
	gives(MIXED PART("", "x") PART("Content-Disposition: attachment; "
				       "filename=\"../a b.txt\"\r\n",
		  "hello") "--b--\r\n",
	    "filename=\"a b.txt\"", true);
	gives(MIXED PART("", "x")
		  PART("Content-Disposition: attachment\r\n", "hello") "--b--",
	    "filename=\"attachment-1.txt\"", true);
}

Test(mail, what_is_held_is_not_there_but_the_text_is)
{
	const char *in = MIXED PART("", "hello")
	    PART("Content-Disposition: attachment; filename=a.exe\r\n",
		"\x7f"
		"ELF\2\1\1 secret") "--b--\r\n";

	gives(in, "secret", false);
	gives(in, "aGVsbG8", true); /* "hello" */
	gives(in, "a.exe", false);  /* in the report, as base64 */
}

static void
detach(struct options *o)
{
	o->mail_files = MAIL_DETACH;
}

static void
both(struct options *o)
{
	o->mail_body = MAIL_TEXT_HTML;
}

Test(mail, options)
{
	inside(detach,
	    MIXED PART("", "hello")
		PART("Content-Disposition: attachment; filename=a.txt\r\n",
		    "x") "--b--\r\n",
	    "aGVsbG8");
	inside(both, HEAD "Content-Type: text/html\r\n\r\n<p>hello</p>\r\n",
	    "text/html");
	inside(both, HEAD "Content-Type: text/html\r\n\r\n<p>hello</p>\r\n",
	    "multipart/alternative");
}

Test(mail, limits)
{
	struct buf in, out;

	buf_init(&in, OUT_BYTES);
	cr_assert_eq(buf_puts(&in, MIXED), 0);
	for (int i = 0; i < 1100; i++)
		cr_assert_eq(buf_puts(&in, PART("", "x")), 0);
	cr_expect_eq(rebuild(buf_cstr(&in), &out), ERR_LIMIT);
	buf_done(&out);
	buf_done(&in);
}

/* A flag of a rebuild that a test may set is no part of the proof. */
Test(mail, mutations, .timeout = 300)
{
	picture_mutate("mail", "benign/mail/related.eml", 7);
	picture_mutate("mail", "planted/mail/b64-chunks.eml", 5);
	picture_mutate("mail", "planted/mail/name-two.eml", 11);
	picture_mutate("mail", "planted/mail/uuencode.eml", 11);
}
