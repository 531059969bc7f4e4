/*
 * Mail from the hook to the inner mail server, killed at every step: queue,
 * service, spool, one-way folder, mailout.
 */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/fsx.h"
#include "core/mailout.h"
#include "core/mailqueue.h"
#include "quarantine/crossing.h"
#include "unit/crash.h"
#include "unit/fake_server.h"

static int repeats;

static const char *
server_socket(void)
{
	static char path[160];

	snprintf(path, sizeof(path), "%s.sock", crash_base);
	return path;
}

/* As a mail server does it: again, until the hook has said yes. */
static void
hand_in(const char *to, const char *text)
{
	const struct mailqueue_limits limits = { 1000, 10000, 100, 1 };
	struct mail_envelope v = { .sender = "" };
	struct mailqueue *q;
	enum mailqueue_no no;
	char marker[64];
	int fd;

	snprintf(marker, sizeof(marker), "said-%s", to);
	if (access(crash_at(marker), F_OK) == 0)
		return;
	fd = crash_memory(text);
	crash_must(mail_envelope_to(&v, to) == 0, "envelope");
	crash_must(mailqueue_open(crash_at("outer"), &q) == 0, "queue");
	crash_must(mailqueue_add(q, fd, &limits, &v, &no) == 0, "add");
	mailqueue_close(q);
	mail_envelope_done(&v);
	close(fd);
	close(open(crash_at(marker), O_CREAT | O_WRONLY, 0600));
}

struct served {
	struct record record;
	struct crossing_mail mail;
	struct mail_envelope envelope;
	char name[MAILQUEUE_NAME_BYTES];
	struct mailqueue *queue;
	int fd;
};

static void
mail_done(void *arg, struct crossing_item *i, int err)
{
	struct served *s = i->user;

	(void)arg;
	crash_must(err == 0, "a message failed");
	crash_must(mailqueue_remove(s->queue, s->name) == 0, "remove");
	close(s->fd);
	mail_envelope_done(&s->envelope);
}

/* One message of the queue into the crossing. */
static void
serve_one(struct mailqueue *q, struct spool *sp, struct crossing *c,
    const char *name, struct served *s)
{
	char text[64] = "";
	uint64_t seq;

	snprintf(s->name, sizeof(s->name), "%s", name);
	s->queue = q;
	crash_must(mailqueue_take(q, name, &s->envelope, &s->fd) == 0, "take");
	crash_must(spool_find(sp, s->envelope.id, &seq) == 0, "find");
	if (seq != 0) {
		crash_must(mailqueue_remove(q, name) == 0, "remove");
		return;
	}
	crash_must(read(s->fd, text, sizeof(text) - 1) > 0, "read");
	crash_fill(&s->record, s->envelope.id, text, VERDICT_RELEASED);
	s->mail = (struct crossing_mail){ s->envelope.sender,
		(const char *const *)s->envelope.recipients, 0 };
	struct crossing_item i = { .record = &s->record,
		.out_fd = s->fd,
		.original_fd = s->fd,
		.once = s->envelope.id,
		.mail = &s->mail,
		.user = s };

	crash_must(crossing_put(c, &i) == 0, "put");
}

static void
serve_all(const struct keys *k, struct audit *a)
{
	static struct served served[8];
	struct policy policy;
	struct spool_sent sent;
	struct crossing *c;
	struct mailqueue *q;
	struct spool *s;
	char why[256], **names;
	size_t n;

	policy_default(&policy);
	crash_must(spool_open(crash_at("outer"), k, &s) == 0, "spool");
	crash_must(mailqueue_open(crash_at("outer"), &q) == 0, "queue");
	crash_must(mailqueue_tidy(q) == 0, "tidy");
	struct crossing_setup setup = { .audit = a,
		.spool = s,
		.dest_fd = -1,
		.policy = &policy,
		.kind = "mail",
		.done = mail_done };
	crash_must(crossing_open(&setup, &c) == 0, "crossing");
	crash_must(mailqueue_list(q, &names, &n) == 0 && n <= 8, "list");
	for (size_t i = 0; i < n; i++)
		serve_one(q, s, c, names[i], &served[i]);
	crash_must(crossing_close(c) == 0, "crossing_close");
	mailqueue_close(q);
	crash_must(spool_send(s, crash_at("way"), &sent, why) == 0, "send");
	spool_close(s);
}

static void
mail(void)
{
	static struct keys k, inner;
	struct mailout_report out;
	struct receive_report report;
	struct smtpout_target target;
	struct audit *a, *ia;
	char why[256];

	hand_in("one@b.test", "first");
	hand_in("two@b.test", "second");
	crash_open_outer(&k, &a);
	serve_all(&k, a);
	crash_must(audit_close(a) == 0, "audit_close");
	crash_must(keys_open(crash_at("inner"), true, &inner, why) == 0,
	    "inner keys");
	crash_must(audit_open(crash_at("inner"), &inner, 3, &ia) == 0,
	    "inner audit");
	struct receive_setup rs = { .from_dir = crash_at("way"),
		.dest_dir = crash_at("dest"),
		.state_dir = crash_at("inner"),
		.audit = ia,
		.takes_mail = true,
		.prove = crash_prove };
	memcpy(rs.key, k.sign_public, sizeof(rs.key));
	crash_must(receive_run(&rs, &report) == 0, report.why);
	crash_must(smtpout_target(server_socket(), true, &target) == 0,
	    "target");
	struct mailout_setup ms = { .state_dir = crash_at("inner"),
		.target = &target,
		.audit = ia,
		.helo = "test" };
	crash_must(mailout_run(&ms, &out) == 0, "mailout");
	crash_must(out.is_down || out.waiting == 0, out.why);
	crash_must(audit_close(ia) == 0, "inner audit_close");
}

/* A repeat of the last window has its line already. */
static void
mail_killed(void)
{
	CHECK(crash_count_text(crash_at("inner/audit/audit.jsonl"),
		  "\"event\":\"deliver\"") *
		  3 >=
	      crash_count_text(crash_at("mails"), "\n"));
}

/* Once each; again only by the two windows that SMTP leaves: between the
 * hook's yes and the mail server's note of it (another id), and between the
 * inner server's yes and our note of it (the same id). */
static void
mail_after(void)
{
	int ones = crash_count_text(crash_at("mails"), "<one@b.test> "),
	    twos = crash_count_text(crash_at("mails"), "<two@b.test> ");

	CHECK(ones >= 1 && twos >= 1);
	CHECK(ones + twos <= 3 || crash_now_at % 4 == 0);
	CHECK(ones + twos <= 4);
	CHECK(crash_count_in(crash_at("outer/mail/new")) == 0);
	CHECK(crash_count_in(crash_at("outer/mail/tmp")) == 0);
	CHECK(crash_count_in(crash_at("outer/spool/out")) == 0);
	CHECK(crash_count_in(crash_at("way")) == 0);
	CHECK(crash_count_in(crash_at("inner/refused")) == 0);
	CHECK(crash_count_in(crash_at("inner/mailout/msg")) == 0);
	CHECK(crash_count_in(crash_at("inner/mailout/failed")) == 0);
	repeats += ones + twos - 2;
	crash_sound_log("outer");
	crash_sound_log("inner");
}

int
main(void)
{
	struct fake_server server = { .features = "8BITMIME" };
	char log[160];
	pid_t pid;

	crash_begin();
	snprintf(log, sizeof(log), "%s/mails", crash_base);
	server.log = log;
	server.socket = server_socket();
	pid = fake_server_start(&server);
	crash_loop("mail", mail, mail_killed, mail_after);
	kill(pid, SIGKILL);
	unlink(server.socket);
	printf("# %d repeats\n", repeats);
	return crash_end();
}
