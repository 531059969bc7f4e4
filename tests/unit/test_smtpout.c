/* The SMTP and LMTP client against a server of the tests. */
#include <criterion/criterion.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/fsx.h"
#include "core/smtpout.h"
#include "unit/fake_server.h"

static char dir[] = "/tmp/sekisho-smtp-XXXXXX", sock[64], log_file[64],
	    keep[64];
static struct fake_server server = { .socket = sock,
	.log = log_file,
	.keep = keep,
	.features = "SIZE 5000,8BITMIME,SMTPUTF8" };
static pid_t pid;
static struct smtpout *s;

static void
open_client(void)
{
	struct smtpout_target t;
	char why[SMTPOUT_TEXT_BYTES] = "";

	cr_assert_eq(smtpout_target(sock, true, &t), 0);
	cr_assert_eq(smtpout_open(&t, "client.test", &s, why), 0, "%s", why);
}

static void
begin(void)
{
	cr_assert_not_null(mkdtemp(dir));
	snprintf(sock, sizeof(sock), "%s/s", dir);
	snprintf(log_file, sizeof(log_file), "%s/log", dir);
	snprintf(keep, sizeof(keep), "%s/keep", dir);
	pid = fake_server_start(&server);
	open_client();
}

static void
end(void)
{
	smtpout_close(s);
	kill(pid, SIGKILL);
	unlink(sock);
	unlink(log_file);
	unlink(keep);
	rmdir(dir);
}

static int
try(const char *text, size_t n, const char *sender, struct smtpout_rcpt *r,
    size_t n_rcpts)
{
	int e, fd = memfd_create("t", MFD_CLOEXEC);
	struct smtpout_mail m = { .sender = sender };

	cr_assert_eq(fsx_write_all(fd, text, n), 0);
	cr_assert_eq(smtpout_look(fd, &m), 0);
	cr_assert_eq(m.bytes, n);
	e = smtpout_send(s, &m, r, n_rcpts);
	close(fd);
	return e;
}

static char *
slurp(const char *path)
{
	struct buf b;
	char *copy;

	buf_init(&b, 1 << 20);
	cr_assert_eq(fsx_slurp(AT_FDCWD, path, &b), 0);
	copy = strdup(buf_cstr(&b));
	buf_done(&b);
	return copy;
}

Test(target, forms)
{
	struct smtpout_target t;

	cr_expect_eq(smtpout_target("mx.test:25", false, &t), 0);
	cr_expect_str_eq(t.host, "mx.test");
	cr_expect_str_eq(t.port, "25");
	cr_expect_eq(smtpout_target("[::1]:24", true, &t), 0);
	cr_expect_str_eq(t.host, "::1");
	cr_expect_eq(smtpout_target("/run/lmtp", true, &t), 0);
	cr_expect_str_eq(t.path, "/run/lmtp");
	cr_expect_eq(smtpout_target("/run/lmtp", false, &t), ERR_MALFORMED);
	cr_expect_eq(smtpout_target("mx.test", false, &t), ERR_MALFORMED);
	cr_expect_eq(smtpout_target(":25", false, &t), ERR_MALFORMED);
	cr_expect_eq(smtpout_target("a:", false, &t), ERR_MALFORMED);
	cr_expect_eq(smtpout_target("a:2x", false, &t), ERR_MALFORMED);
	cr_expect_eq(smtpout_target("[]:25", false, &t), ERR_MALFORMED);
}

Test(client, each_recipient_has_a_fate, .init = begin, .fini = end)
{
	struct smtpout_rcpt r[5] = { { .address = "a@x.test" },
		{ .address = "later@x.test" }, { .address = "never@x.test" },
		{ .address = "after@x.test" }, { .address = "b@x.test" } };
	static const char text[] = "X-Sekisho-Id: 7\r\n\r\nhello\r\n";
	char *log;

	cr_assert_eq(try(text, strlen(text), "s@y.test", r, 5), 0);
	cr_expect_eq(r[0].fate, SMTPOUT_DELIVERED);
	cr_expect_eq(r[1].fate, SMTPOUT_LATER);
	cr_expect_str_eq(r[1].text, "452 4.2.2 is full");
	cr_expect_eq(r[2].fate, SMTPOUT_NEVER);
	cr_expect_str_eq(r[2].text, "550 5.1.1 nobody");
	cr_expect_eq(r[3].fate, SMTPOUT_NEVER);
	cr_expect_eq(r[4].fate, SMTPOUT_DELIVERED);
	log = slurp(log_file);
	cr_expect_str_eq(log, "<a@x.test> 7\n<b@x.test> 7\n");
	free(log);
	/* The connection is still good, also when nobody is taken. */
	cr_assert_eq(try(text, strlen(text), "", &r[1], 2), 0);
	cr_expect_eq(r[1].fate, SMTPOUT_LATER);
	cr_assert_eq(try(text, strlen(text), "refused@y.test", r, 1), 0);
	cr_expect_eq(r[0].fate, SMTPOUT_NEVER);
	cr_assert_eq(try(text, strlen(text), "", r, 1), 0);
	cr_expect_eq(r[0].fate, SMTPOUT_DELIVERED);
}

Test(client, lost_before_the_answer, .init = begin, .fini = end)
{
	struct smtpout_rcpt r[2] = { { .address = "lost@x.test" },
		{ .address = "never@x.test" } };

	cr_assert_eq(try("\r\nx", 3, "", r, 2), ERR_IO);
	cr_expect_eq(r[0].fate, SMTPOUT_UNKNOWN);
	cr_expect_neq(r[0].text[0], '\0');
	cr_expect_eq(r[1].fate, SMTPOUT_NEVER);
}

/* No bare CR or LF leaves, no line of a lone dot ends the data. */
Test(client, dots_and_line_ends, .init = begin, .fini = end)
{
	struct smtpout_rcpt r = { .address = "a@x.test" };
	static const char text[] =
	    ".a\r\n.\r\nb\n.\nc\r.\rd\r\n..\r\n\r\n.\r\nMAIL FROM:<x@y>";
	char *kept;

	cr_assert_eq(try(text, strlen(text), "", &r, 1), 0);
	cr_expect_eq(r.fate, SMTPOUT_DELIVERED);
	kept = slurp(keep);
	cr_expect_str_eq(kept, "..a\r\n..\r\nb\r\n..\r\nc\r\n..\r\nd\r\n...\r\n"
			       "\r\n..\r\nMAIL FROM:<x@y>\r\n");
	free(kept);
}

Test(client, what_the_server_cannot_take, .init = begin, .fini = end)
{
	struct smtpout_rcpt r = { .address = "a@x.test" };
	char big[5002];

	memset(big, 'x', sizeof(big));
	cr_assert_eq(try(big, 5001, "", &r, 1), 0);
	cr_expect_eq(r.fate, SMTPOUT_NEVER);
	cr_expect_eq(strncmp(r.text, "552 5.3.4", 9), 0);
	cr_assert_eq(try("Subject: \xe4\xbb\xb6\r\n\r\nx", 17, "", &r, 1), 0);
	cr_expect_eq(r.fate, SMTPOUT_DELIVERED);
	smtpout_close(s);
	kill(pid, SIGKILL);
	server.features = "";
	pid = fake_server_start(&server);
	open_client();
	cr_assert_eq(try("Subject: \xe4\xbb\xb6\r\n\r\nx", 17, "", &r, 1), 0);
	cr_expect_eq(r.fate, SMTPOUT_NEVER);
	cr_expect_eq(strncmp(r.text, "550 5.6.7", 9), 0);
	cr_assert_eq(try("A: b\r\n\r\n\xe4\xbb\xb6", 11, "", &r, 1), 0);
	cr_expect_eq(r.fate, SMTPOUT_NEVER);
	cr_expect_eq(strncmp(r.text, "550 5.6.3", 9), 0);
}

Test(client, nobody_there)
{
	struct smtpout_target t;
	struct smtpout *c;
	char why[SMTPOUT_TEXT_BYTES] = "";

	cr_assert_eq(smtpout_target("127.0.0.1:1", false, &t), 0);
	cr_expect_eq(smtpout_open(&t, "x", &c, why), ERR_IO);
	cr_expect_neq(why[0], '\0');
}
