/* Events: the line, the mail, how often. */
#include "unit/scratch.h"

#include <sys/socket.h>
#include <sys/un.h>

#include "core/event.h"
#include "core/metrics.h"

static struct policy policy;
static int sock;

static void
setup(void)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX };

	scratch_make();
	policy_default(&policy);
	snprintf(policy.state_dir, sizeof(policy.state_dir), "%s", scratch);
	snprintf(policy.events_syslog, sizeof(policy.events_syslog), "%s/log",
	    scratch);
	snprintf(a.sun_path, sizeof(a.sun_path), "%s/log", scratch);
	sock = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0);
	cr_assert_eq(bind(sock, (struct sockaddr *)&a, sizeof(a)), 0);
}

TestSuite(event, .init = setup, .fini = scratch_remove);

static const char *
line(void)
{
	static char text[65536];
	ssize_t n = recv(sock, text, sizeof(text) - 1, 0);

	text[n < 0 ? 0 : n] = '\0';
	return text;
}

static unsigned
mails(void)
{
	DIR *d = opendir(in_scratch("events/out"));
	struct dirent *e;
	unsigned n = 0;

	while (d != NULL && (e = readdir(d)) != NULL)
		n += e->d_name[0] != '.';
	if (d != NULL)
		closedir(d);
	return n;
}

Test(event, every_kind_has_words_and_a_name)
{
	for (int k = 0; k < EVENT_KINDS; k++) {
		cr_expect(event_name((enum event_kind)k) != NULL, "%d", k);
		cr_expect_eq(event_raise(&policy, (enum event_kind)k, NULL,
				 NULL),
		    0, "%d", k);
		cr_expect(strstr(line(), event_name((enum event_kind)k)) !=
			  NULL);
		for (int i = 0; i < k; i++)
			cr_expect_str_neq(event_name((enum event_kind)k),
			    event_name((enum event_kind)i));
	}
}

Test(event, fields_cannot_break_out)
{
	const struct event_field f[] = {
		{ "name", "a\"] b\\ c\n<1>1 - - - - - -\x1b[2J\xff 【】" },
		{ "other", "x" }, { NULL, NULL }
	};
	const char *l;

	cr_assert_eq(event_raise(&policy, EVENT_TEST, f, NULL), 0);
	l = line();
	cr_expect(strstr(l, " name=\"a\\\"\\] b\\\\ c") != NULL, "%s", l);
	cr_expect(strstr(l, "\" other=\"x\"] ") != NULL, "%s", l);
	cr_expect(strpbrk(l, "\n\x1b\xff") == NULL, "%s", l);
	cr_expect(strncmp(l, "<132>1 ", 7) == 0, "%s", l);
}

Test(event, a_value_has_its_length)
{
	char long_text[5000];
	struct event_field f[EVENT_FIELDS + 4];

	memset(long_text, 'x', sizeof(long_text) - 1);
	long_text[sizeof(long_text) - 1] = '\0';
	for (size_t i = 0; i < EVENT_FIELDS + 3; i++)
		f[i] = (struct event_field){ "name", long_text };
	f[EVENT_FIELDS + 3] = (struct event_field){ NULL, NULL };
	cr_assert_eq(event_raise(&policy, EVENT_TEST, f, NULL), 0);
	cr_expect_lt(strlen(line()), EVENT_LINE_BYTES);
}

Test(event, mails_are_few)
{
	const char *const to[] = { "a@example.jp", "b@example.jp", "not one",
		"c@例え.jp", NULL };

	snprintf(policy.events_mail_to, sizeof(policy.events_mail_to),
	    "admin@example.jp");
	cr_assert_eq(event_raise(&policy, EVENT_TEST, NULL, NULL), 0);
	cr_expect_eq(mails(), 1);
	cr_assert_eq(event_raise(&policy, EVENT_TEST, NULL, NULL), 0);
	cr_expect_eq(mails(), 1, "of one kind one in an hour");
	cr_assert_eq(event_raise(&policy, EVENT_QUOTA, NULL, NULL), 0);
	cr_expect_eq(mails(), 2, "another kind");
	/* not severe enough for everybody, but for those it concerns */
	cr_assert_eq(event_raise(&policy, EVENT_APPROVAL_WAITING, NULL, NULL),
	    0);
	cr_expect_eq(mails(), 2);
	cr_assert_eq(event_raise(&policy, EVENT_APPROVAL_WAITING, NULL, to), 0);
	cr_expect_eq(mails(), 4);
	cr_assert_eq(event_raise(&policy, EVENT_APPROVAL_WAITING, NULL, to), 0);
	cr_expect_eq(mails(), 4);
}

Test(event, what_comes_with_every_document_is_said_once)
{
	cr_assert_eq(event_raise(&policy, EVENT_SCANNER_DOWN, NULL, NULL), 0);
	cr_expect(line()[0] != '\0');
	cr_assert_eq(event_raise(&policy, EVENT_SCANNER_DOWN, NULL, NULL), 0);
	cr_expect(line()[0] == '\0');
}

Test(event, nobody_listens)
{
	snprintf(policy.events_syslog, sizeof(policy.events_syslog),
	    "/nowhere/log");
	snprintf(policy.events_mail_to, sizeof(policy.events_mail_to),
	    "admin@example.jp");
	cr_expect_eq(event_raise(&policy, EVENT_TEST, NULL, NULL), ERR_IO);
	cr_expect_eq(mails(), 1, "the mail is there all the same");
}

Test(event, a_relay_that_is_away)
{
	struct event_sent sent;
	char why[EVENT_WHY_BYTES];

	snprintf(policy.events_mail_to, sizeof(policy.events_mail_to),
	    "admin@example.jp");
	snprintf(policy.events_mail_relay, sizeof(policy.events_mail_relay),
	    "127.0.0.1:1");
	cr_assert_eq(event_raise(&policy, EVENT_TEST, NULL, NULL), 0);
	cr_expect_eq(event_send(&policy, &sent, why), ERR_IO);
	cr_expect_eq(sent.waiting, 1);
	cr_expect_eq(mails(), 1);
	/* a program that fails, and one that does not */
	snprintf(policy.events_mail_relay, sizeof(policy.events_mail_relay),
	    "/bin/false");
	cr_expect_eq(event_send(&policy, &sent, why), ERR_IO);
	cr_expect_eq(mails(), 1);
	snprintf(policy.events_mail_relay, sizeof(policy.events_mail_relay),
	    "/bin/true");
	cr_expect_eq(event_send(&policy, &sent, why), 0);
	cr_expect_eq(sent.sent, 1);
	cr_expect_eq(mails(), 0);
}

Test(event, a_file_that_is_no_mail_is_given_up)
{
	struct event_sent sent;
	char why[EVENT_WHY_BYTES];

	cr_assert_eq(fsx_mkdirs(in_scratch("events/out"), 0700), 0);
	spit(in_scratch("events/out/X"), "--help\nno address\n", 18);
	spit(in_scratch("events/out/Y"), "", 0);
	snprintf(policy.events_mail_relay, sizeof(policy.events_mail_relay),
	    "/bin/true");
	cr_expect_eq(event_send(&policy, &sent, why), 0);
	cr_expect_eq(sent.given_up, 2);
	cr_expect_eq(mails(), 0);
}

Test(event, figures_of_an_empty_folder)
{
	struct buf b;

	buf_init(&b, METRICS_MAX_BYTES);
	cr_assert_eq(metrics_text(scratch, &b), 0);
	cr_expect(strstr(buf_cstr(&b), "\nsekisho_up 1\n") != NULL);
	cr_expect(strstr(buf_cstr(&b), "\nsekisho_unreadable 0\n") != NULL);
	buf_clear(&b);
	cr_expect_eq(metrics_text("/nowhere", &b), ERR_NOENT);
	/* Damaged parts are counted, not fatal. */
	cr_assert_eq(fsx_mkdirs(in_scratch("quarantine"), 0700), 0);
	spit(in_scratch("quarantine/index.sqlite"), "no ledger", 9);
	spit(in_scratch("selfcheck.json"), "{", 1);
	buf_clear(&b);
	cr_assert_eq(metrics_text(scratch, &b), 0);
	cr_expect(strstr(buf_cstr(&b), "\nsekisho_unreadable 0\n") == NULL,
	    "%s", buf_cstr(&b));
	buf_done(&b);
}
