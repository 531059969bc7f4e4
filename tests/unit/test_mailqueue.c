/* Addresses, hops and the intake queue. */
#include <criterion/criterion.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/fsx.h"
#include "core/mailhops.h"
#include "core/mailqueue.h"

static char dir[] = "/tmp/sekisho-queue-XXXXXX";

static int
remove_one(const char *path, const struct stat *st, int flag, struct FTW *f)
{
	(void)st, (void)flag, (void)f;
	return remove(path);
}

static void
begin(void)
{
	cr_assert_eq(hash_setup(), 0);
	cr_assert_not_null(mkdtemp(dir));
}

static void
end(void)
{
	nftw(dir, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

static int
memory(const void *data, size_t n)
{
	int fd = memfd_create("t", MFD_CLOEXEC);

	cr_assert_eq(fsx_write_all(fd, data, n), 0);
	cr_assert_eq(lseek(fd, 0, SEEK_SET), 0);
	return fd;
}

Test(address, good)
{
	static const char *const list[] = { "a@b.test", "a.b+c=d@b-c.test",
		"foo..bar.@docomo.test", ".x@a.test", "\"a b\"@c.test",
		"\"a\\\"b\"@c.test", "a@[192.0.2.1]", "a@[IPv6:2001:db8::1]",
		"受信@例え.テスト", "postmaster@x", "!#$%&'*+-/=?^_`{|}~@x.y" };

	for (size_t i = 0; i < sizeof(list) / sizeof(list[0]); i++)
		cr_expect(mailaddr_ok(list[i]), "%s", list[i]);
}

Test(address, bad)
{
	static const char *const list[] = { "", "a", "@", "a@", "@b", "a b@c",
		"a@b c", "<a@b>", "a@b>", "a@b\r\nRCPT", "a@b\n", "a\t@b",
		"a@b..c", "a@.b", "a@b.", "a@-b", "a@b-", "\"a@b", "a\"@b",
		"\"a\"b\"@c", "\"a\\\"@c", "a@[1.2.3.4", "a@[<x>]", "a@[]",
		"a@b,c@d", "a;b@c", "a(b)@c", "a@b\xff", "\xff@b",
		"a@b.test\xe2\x80\xae", "a\xe2\x80\x8b@b", "a@b@",
		"a@b SIZE=1" };
	char longer[400];

	for (size_t i = 0; i < sizeof(list) / sizeof(list[0]); i++)
		cr_expect_not(mailaddr_ok(list[i]), "%s", list[i]);
	memset(longer, 'a', sizeof(longer));
	memcpy(longer + 300, "@b.test", 8);
	cr_expect_not(mailaddr_ok(longer));
}

Test(address, path)
{
	char out[MAILADDR_BYTES + 8];

	cr_assert_eq(mailaddr_path("a..b.@c.test", out, sizeof(out)), 0);
	cr_expect_str_eq(out, "\"a..b.\"@c.test");
	cr_assert_eq(mailaddr_path("a.b@c.test", out, sizeof(out)), 0);
	cr_expect_str_eq(out, "a.b@c.test");
	cr_assert_eq(mailaddr_path("\"a b\"@c.test", out, sizeof(out)), 0);
	cr_expect_str_eq(out, "\"a b\"@c.test");
	cr_assert_eq(mailaddr_path("", out, sizeof(out)), 0);
	cr_expect_str_eq(out, "");
	cr_expect_eq(mailaddr_path("abc@d", out, 4), ERR_LIMIT);
	cr_expect(mailaddr_is_null("") && mailaddr_is_null("<>") &&
		  mailaddr_is_null("mailer-daemon"));
	cr_expect_not(mailaddr_is_null("MAILER-DAEMON@a"));
}

static unsigned
hops(const char *text, size_t step)
{
	struct mailhops h;
	size_t n = strlen(text);

	mailhops_init(&h);
	for (size_t i = 0; i < n; i += step)
		mailhops_add(&h, text + i, n - i < step ? n - i : step);
	return mailhops_count(&h);
}

Test(hops, counted)
{
	static const struct {
		const char *text;
		unsigned n;
	} cases[] = {
		{ "", 0 },
		{ "Received: a\r\n\tb\r\nreceived: c\r\n\r\nReceived: d", 2 },
		{ "RECEIVED:a\nX: Received:\nReceived:b\n\nReceived:", 2 },
		{ "Received: a\rReceived: b\r\rReceived: c", 2 },
		{ "Received : a\nReceivedx: b\n", 0 },
		{ "X-Sekisho-Hops: 7\nReceived: a\n\n", 8 },
		{ "X-Sekisho-Hops: 7\nX-Sekisho-Hops: 3\n\n", 7 },
		{ "X-Sekisho-Hops: 99999999999999999999999\n", 1000 },
		{ "X-Sekisho-Hops: x\n", 0 },
		{ "\nReceived: a\n", 0 },
		{ "Received:", 1 },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		for (size_t step = 1; step < 8; step++)
			cr_expect_eq(hops(cases[i].text, step), cases[i].n,
			    "%zu", i);
}

static const struct mailqueue_limits limits = { 1000, 3000, 5, 1 };

static int
add(struct mailqueue *q, const void *data, size_t n,
    const struct mailqueue_limits *l, enum mailqueue_no *no)
{
	struct mail_envelope v = { .sender = "s@out.test", .client = "::1" };
	int e, fd = memory(data, n);

	cr_assert_eq(mail_envelope_to(&v, "a@b.test"), 0);
	cr_assert_eq(mail_envelope_to(&v, "\"c d\"@b.test"), 0);
	cr_assert_eq(mail_envelope_to(&v, "c d@b.test"), ERR_DENIED);
	e = mailqueue_add(q, fd, l, &v, no);
	mail_envelope_done(&v);
	close(fd);
	return e;
}

static size_t
list(struct mailqueue *q, char ***names)
{
	size_t n;

	cr_assert_eq(mailqueue_list(q, names, &n), 0);
	return n;
}

static void
free_names(char **names, size_t n)
{
	for (size_t i = 0; i < n; i++)
		free(names[i]);
	free(names);
}

Test(queue, in_and_out, .init = begin, .fini = end)
{
	struct mail_envelope v;
	struct mailqueue *q;
	enum mailqueue_no no;
	uint64_t messages, bytes;
	char **names, text[64];
	size_t n;
	int fd;

	cr_assert_eq(mailqueue_open(dir, &q), 0);
	for (int i = 0; i < 3; i++) {
		snprintf(text, sizeof(text), "Received: x\n\nmessage %d", i);
		cr_assert_eq(add(q, text, strlen(text), &limits, &no), 0);
	}
	cr_assert_eq(mailqueue_waiting(q, &messages, &bytes), 0);
	cr_expect_eq(messages, 3);
	cr_expect_eq(bytes, 3 * strlen(text));
	n = list(q, &names);
	cr_assert_eq(n, 3);
	for (size_t i = 0; i < n; i++) {
		char got[64] = "";

		snprintf(text, sizeof(text), "Received: x\n\nmessage %zu", i);
		cr_assert_eq(mailqueue_take(q, names[i], &v, &fd), 0);
		cr_expect_eq(read(fd, got, sizeof(got) - 1),
		    (ssize_t)strlen(text));
		cr_expect_str_eq(got, text);
		cr_expect_str_eq(v.sender, "s@out.test");
		cr_expect_str_eq(v.client, "::1");
		cr_expect_eq(v.hops, 1);
		cr_assert_eq(v.n_recipients, 2);
		cr_expect_str_eq(v.recipients[1], "\"c d\"@b.test");
		cr_expect_null(v.recipients[2]);
		close(fd);
		mail_envelope_done(&v);
		cr_expect_eq(mailqueue_remove(q, names[i]), 0);
		cr_expect_eq(mailqueue_take(q, names[i], &v, &fd), ERR_NOENT);
	}
	free_names(names, n);
	cr_expect_eq(list(q, &names), 0);
	free(names);
	mailqueue_close(q);
}

Test(queue, behind_all_that_waits, .init = begin, .fini = end)
{
	struct mailqueue *q;
	enum mailqueue_no no;
	char path[128], **names;
	size_t n;

	cr_assert_eq(mailqueue_open(dir, &q), 0);
	snprintf(path, sizeof(path), "%s/mail/new/8999999999999999999.A.4",
	    dir);
	close(open(path, O_CREAT | O_WRONLY, 0600));
	cr_assert_eq(add(q, "x", 1, &limits, &no), 0);
	cr_assert_eq(add(q, "y", 1, &limits, &no), 0);
	n = list(q, &names);
	cr_assert_eq(n, 3);
	cr_expect_eq(strncmp(names[0], "8999999999999999999.A", 21), 0);
	cr_expect_eq(strncmp(names[1], "9000000000000000000.", 20), 0);
	cr_expect_eq(strncmp(names[2], "9000000000000000001.", 20), 0);
	free_names(names, n);
	mailqueue_close(q);
}

Test(queue, refuses, .init = begin, .fini = end)
{
	struct mailqueue_limits l = limits;
	char big[1100], path[128], **names;
	struct mailqueue *q;
	enum mailqueue_no no;
	size_t n;

	memset(big, 'x', sizeof(big));
	cr_assert_eq(mailqueue_open(dir, &q), 0);
	cr_expect_eq(add(q, big, 1001, &l, &no), ERR_DENIED);
	cr_expect_eq(no, MAILQUEUE_TOO_LARGE);
	for (int i = 0; i < 3; i++)
		cr_assert_eq(add(q, big, 1000, &l, &no), 0);
	cr_expect_eq(add(q, "x", 1, &l, &no), ERR_DENIED);
	cr_expect_eq(no, MAILQUEUE_FULL);
	l.queue_bytes = 1u << 20;
	l.free_bytes = UINT64_MAX;
	cr_expect_eq(add(q, "x", 1, &l, &no), ERR_DENIED);
	cr_expect_eq(no, MAILQUEUE_DISK);
	l.free_bytes = 1;
	cr_assert_eq(add(q, "x", 1, &l, &no), 0);
	cr_assert_eq(add(q, "x", 1, &l, &no), 0);
	cr_expect_eq(add(q, "x", 1, &l, &no), ERR_DENIED);
	cr_expect_eq(no, MAILQUEUE_FULL);
	l.queue_messages = 100;
	big[0] = '\0';
	for (int i = 0; i < 50; i++)
		memcpy(big + 12 * i, "Received: x\n", 12);
	cr_expect_eq(add(q, big, 600, &l, &no), ERR_DENIED);
	cr_expect_eq(no, MAILQUEUE_LOOP);
	snprintf(path, sizeof(path), "%s/mail/stopped", dir);
	close(open(path, O_CREAT | O_WRONLY, 0600));
	cr_expect_eq(add(q, "x", 1, &l, &no), ERR_DENIED);
	cr_expect_eq(no, MAILQUEUE_STOPPED);
	n = list(q, &names);
	cr_expect_eq(n, 5);
	free_names(names, n);
	mailqueue_close(q);
}

/* Nothing of a file that was changed is believed; it does not stop us. */
Test(queue, damaged, .init = begin, .fini = end)
{
	struct mail_envelope v;
	struct mailqueue *q;
	enum mailqueue_no no;
	char path[256], **names;
	struct buf whole;
	size_t n;
	int fd, e;

	cr_assert_eq(mailqueue_open(dir, &q), 0);
	cr_assert_eq(add(q, "message", 7, &limits, &no), 0);
	n = list(q, &names);
	cr_assert_eq(n, 1);
	snprintf(path, sizeof(path), "%s/mail/new/%s", dir, names[0]);
	buf_init(&whole, 1 << 20);
	cr_assert_eq(fsx_slurp(AT_FDCWD, path, &whole), 0);
	for (size_t i = 0; i < whole.len * 2; i++) {
		bool flips = i >= whole.len;
		int f = open(path, O_WRONLY | O_TRUNC);

		if (flips)
			whole.data[i - whole.len] ^= 1;
		cr_assert_eq(fsx_write_all(f, whole.data,
				 flips ? whole.len : i),
		    0);
		close(f);
		if (flips)
			whole.data[i - whole.len] ^= 1;
		e = mailqueue_take(q, names[0], &v, &fd);
		cr_expect(e == 0 || e == ERR_MALFORMED, "%zu: %d", i, e);
		if (e != 0)
			continue;
		cr_expect(flips && v.n_recipients > 0);
		for (size_t j = 0; j < v.n_recipients; j++)
			cr_expect(mailaddr_ok(v.recipients[j]));
		mail_envelope_done(&v);
		close(fd);
	}
	cr_expect_eq(mailqueue_set_aside(q, names[0]), 0);
	buf_done(&whole);
	free_names(names, n);
	cr_expect_eq(list(q, &names), 0);
	free(names);
	mailqueue_close(q);
}

Test(queue, tidy_leaves_the_living, .init = begin, .fini = end)
{
	struct mailqueue *q;
	char path[2][128];
	int fd;

	cr_assert_eq(mailqueue_open(dir, &q), 0);
	for (int i = 0; i < 2; i++) {
		snprintf(path[i], sizeof(path[i]), "%s/mail/tmp/F%d", dir, i);
		fd = open(path[i], O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
		if (i == 0)
			close(fd);
	}
	cr_assert_eq(flock(fd, LOCK_EX), 0);
	cr_assert_eq(mailqueue_tidy(q), 0);
	cr_expect_neq(access(path[0], F_OK), 0);
	cr_expect_eq(access(path[1], F_OK), 0);
	close(fd);
	mailqueue_close(q);
}

Test(queue, one_service, .init = begin, .fini = end)
{
	struct mailqueue *a, *b;

	cr_assert_eq(mailqueue_open(dir, &a), 0);
	cr_assert_eq(mailqueue_open(dir, &b), 0);
	cr_expect_eq(mailqueue_serve(a), 0);
	cr_expect_eq(mailqueue_serve(b), ERR_LIMIT);
	mailqueue_close(a);
	mailqueue_close(b);
	cr_assert_eq(mailqueue_open(dir, &b), 0);
	cr_expect_eq(mailqueue_serve(b), 0);
	mailqueue_close(b);
}
