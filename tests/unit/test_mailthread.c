#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/fsx.h"
#include "core/mailthread.h"

static void
setup(void)
{
	cr_assert_eq(hash_setup(), 0);
}

TestSuite(mailthread, .init = setup);

static struct mailthread
keys(const char *sender, const char *head)
{
	struct mailthread t;
	int fd;

	cr_assert_eq(fsx_memfd("test", &fd), 0);
	cr_assert_eq(fsx_write_all(fd, head, strlen(head)), 0);
	cr_assert_eq(mailthread_read(fd, sender, &t), 0);
	close(fd);
	return t;
}

static bool
meet(const char *from_a, const char *a, const char *from_b, const char *b)
{
	struct mailthread x = keys(from_a, a), y = keys(from_b, b);

	return mailthread_meet(&x, &y);
}

/* By subject alone: two senders of one site. */
static bool
alike(const char *a, const char *b)
{
	char x[1024], y[1024];

	snprintf(x, sizeof(x), "Subject: %s\r\n\r\n", a);
	snprintf(y, sizeof(y), "Subject: %s\r\n\r\n", b);
	return meet("a@out.test", x, "b@out.test", y);
}

Test(mailthread, addresses)
{
	cr_expect(meet("A@out.test", "\r\n", "a@OUT.test", "\r\n"));
	cr_expect_not(meet("a@out.test", "\r\n", "b@out.test", "\r\n"));
	cr_expect(meet("x@out.test",
	    "From: =?UTF-8?B?5aSq6YOO?= <t@c.test>\r\n\r\n", "y@out.test",
	    "From: t@c.test\r\n\r\n"));
	cr_expect(meet("x@out.test", "From: Taro\r\n <t@c.test>\r\n\r\n",
	    "T@c.test", "\r\n"));
	/* Not of the body, and no header that only ends like one. */
	cr_expect_not(meet("x@out.test", "To: a\r\n\r\nFrom: t@c.test\r\n\r\n",
	    "t@c.test", "\r\n"));
	cr_expect_not(meet("x@out.test", "X-From: t@c.test\r\n\r\n", "t@c.test",
	    "\r\n"));
	/* No sender, no address: nothing in common. */
	cr_expect_not(meet("", "From: nobody\r\n\r\n", "",
	    "From: nobody\r\n\r\n"));
	cr_expect_eq(keys("", "From: a b\r\n\r\n").n, 0);
}

Test(mailthread, ids)
{
	const char *first = "Message-ID: <1@x>\r\n\r\n";

	cr_expect(meet("a@a.test", first, "b@b.test",
	    "In-Reply-To: <1@x>\r\n\r\n"));
	cr_expect(meet("a@a.test", first, "b@b.test",
	    "References: <0@x>\r\n <1@x>\r\n\r\n"));
	cr_expect(meet("a@a.test", "References: <0@x>\r\n\r\n", "b@b.test",
	    "References: <9@x>\r\n <0@x>\r\n\r\n"));
	cr_expect_not(meet("a@a.test", first, "b@b.test",
	    "In-Reply-To: <2@x>\r\n\r\n"));
	cr_expect_not(meet("a@a.test", "Message-ID: <>\r\n\r\n", "b@b.test",
	    "In-Reply-To: <>\r\n\r\n"));
}

Test(mailthread, subjects)
{
	cr_expect(alike("Budget 2026 (draft)", "Password: budget 2026 draft"));
	cr_expect(alike("Budget report",
	    "Re: Fwd: [budget report] the password"));
	cr_expect(
	    alike("=?UTF-8?B?5LqI566X5qGI44Gu6YCB5LuY?=", /* 予算案の送付 */
		"=?UTF-8?B?44CQ44OR44K544Ov44O844OJ44CR?=\r\n "
		"=?UTF-8?B?5LqI566X5qGI?=")); /* 【パスワード】予算案 */
	cr_expect_not(alike("Budget report", "Budget port"));
	cr_expect_not(alike("Re: password", "password"));
	cr_expect_not(alike("=?UTF-8?B?6LOH5paZ?=", "=?UTF-8?B?6LOH5paZ?="));
	/* Words that are none, cut, or not of this form. */
	cr_expect_not(alike("=?UTF-8?B?!!!!?= budget",
	    "=?UTF-8?B?!!!!?= budget"));
	cr_expect_not(alike("=?UTF-8?B?5LqI", "=?UTF-8?B?5LqI"));
}

Test(mailthread, sites)
{
	const char *s = "Subject: Budget 2026\r\n\r\n";

	cr_expect(meet("a@mail.out.test", s, "b@sys.out.test", s));
	cr_expect(meet("a@city.lg.jp", s, "b@x.city.lg.jp", s));
	cr_expect_not(meet("a@one.co.jp", s, "b@two.co.jp", s));
	cr_expect_not(meet("a@one.test", s, "b@two.test", s));
	cr_expect_not(meet("a@one", s, "b@one", s));
}

Test(mailthread, bounds)
{
	static char head[200000];
	struct mailthread t;
	size_t n = 0;

	n += (size_t)snprintf(head + n, sizeof(head) - n, "References:");
	for (int i = 0; i < 5000; i++)
		n += (size_t)snprintf(head + n, sizeof(head) - n, " <%d@x>\r\n",
		    i);
	t = keys("a@a.test", head);
	cr_expect_leq(t.n, MAILTHREAD_KEYS);
	memset(head, 'x', sizeof(head) - 1);
	memcpy(head, "Subject: ", 9);
	t = keys("a@a.test", head);
	cr_expect_geq(t.n, 1);
	cr_assert_eq(mailthread_read(-1, "a@a.test", &t), 0);
	cr_expect_eq(t.n, 1);
}
