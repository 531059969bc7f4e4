/*
 * sekisho quarantine password: what a person does for an item whose password
 * did not come by mail. The password is read without an echo (or from a
 * pipe), lives in locked memory, and is named nowhere.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <termios.h>
#include <unistd.h>

#include "base/fsx.h"
#include "base/log.h"
#include "cmd/mail.h"
#include "cmd/ppap.h"
#include "cmd/quarantine.h"
#include "core/spool.h"
#include "core/watchsock.h"
#include "quarantine/crossing.h"
#include "quarantine/transfer.h"
#include "worker/proto.h"

/* Standard input to its end, or one line of a terminal. */
static int
read_secret(struct secret *s)
{
	static char block[4096];
	struct termios before, quiet;
	bool is_tty = isatty(STDIN_FILENO) != 0;
	size_t total = 0;
	ssize_t n = -1;
	int e = 0;

	(void)mlock(block, sizeof(block));
	if (is_tty && tcgetattr(STDIN_FILENO, &before) == 0) {
		fprintf(stderr, "%s", _("Password: "));
		quiet = before;
		quiet.c_lflag &= ~(tcflag_t)ECHO;
		tcsetattr(STDIN_FILENO, TCSAFLUSH, &quiet);
	}
	while (e == 0 && (n = read(STDIN_FILENO, block, sizeof(block))) > 0) {
		total += (size_t)n;
		e = total > PROTO_PASSWORD_BYTES
			? ERR_LIMIT
			: fsx_write_all(s->fd, block, (size_t)n);
		if (is_tty)
			break;
	}
	sodium_memzero(block, sizeof(block));
	if (is_tty) {
		tcsetattr(STDIN_FILENO, TCSAFLUSH, &before);
		fputc('\n', stderr);
	}
	secret_lock(s);
	return e == 0 && n < 0 ? ERR_IO : e == 0 && total == 0 ? ERR_NOENT : e;
}

static void
crossed(void *arg, struct crossing_item *c, int err)
{
	(void)c;
	((struct opened *)arg)->err = err;
}

/* Into the spool, for whom it was; a repeat makes no second one. */
int
opened_cross(struct opened *o, struct pipeline_job *job)
{
	struct crossing_setup setup = { .audit = o->st->audit,
		.quarantine = o->st->quarantine,
		.dest_fd = -1,
		.policy = o->policy,
		.kind = o->is_mail ? "mail" : "folder",
		.department =
		    o->item.department[0] != '\0' ? o->item.department : NULL,
		.who = cli_who(),
		.done = crossed,
		.arg = o };
	struct crossing_mail to = { o->envelope.sender,
		(const char *const *)o->envelope.recipients, o->envelope.hops };
	struct crossing_item c = { .record = &job->record,
		.out_fd = job->out_fd,
		.original_fd = job->original_fd,
		.once = job->record.id,
		.mail = o->is_mail ? &to : NULL };
	struct crossing *x = NULL;
	struct spool *spool = NULL;
	int e;

	mail_second_id(&job->record, o->item.id);
	record_name_output(&job->record);
	e = spool_open(o->policy->state_dir, &o->st->keys, &spool);
	if (e == 0) {
		setup.spool = spool;
		e = crossing_open(&setup, &x);
	}
	if (e == 0 &&
	    (e = cli_receipts(&job->record, &c.receipt, &c.receipt_text)) == 0)
		e = crossing_put(x, &c);
	if (x != NULL) {
		int e2 = crossing_close(x);

		e = e != 0 ? e : e2 != 0 ? e2 : o->err;
	}
	if (spool != NULL)
		spool_close(spool);
	return e;
}

int
opened_find(struct opened *o, const char *id)
{
	char *envelope = NULL;
	bool wants;
	int e;

	if ((e = quarantine_show(o->st->quarantine, id, cli_who(), &o->item)) !=
	    0)
		return e;
	free(o->item.receipt);
	o->item.receipt = NULL;
	e = quarantine_mail(o->st->quarantine, id, &envelope, &wants);
	if (e == ERR_NOENT)
		return 0;
	if (e == 0)
		e = mail_envelope_read(envelope, strlen(envelope),
		    &o->envelope);
	free(envelope);
	o->is_mail = e == 0;
	return e;
}

void
opened_done(struct opened *o)
{
	mail_envelope_done(&o->envelope);
}

static int
release(struct opened *o, struct pipeline_job *job)
{
	char sender[MAILADDR_BYTES], *envelope;
	int e;

	policy_judge(o->policy, &job->record);
	if (ppap_wants(&job->record)) {
		log_error(_("%s: this password does not open it"), o->item.id);
		return STATUS_NOT_ALL;
	}
	if (job->record.verdict != VERDICT_RELEASED) {
		log_error(_("%s: opened, but held: %s"), o->item.id,
		    words_reason(job->record.reason_err, job->record.verdict,
			cli_lang()));
		return STATUS_NOT_ALL;
	}
	if ((e = opened_cross(o, job)) == 0 && o->is_mail) {
		mailaddr_lower(o->envelope.sender, sender);
		envelope = mail_envelope_text(&o->envelope);
		e = envelope == NULL ? ERR_NOMEM
				     : quarantine_set_mail(o->st->quarantine,
					   o->item.id, sender, envelope, false);
		free(envelope);
	}
	if (e != 0) {
		log_error("%s: %s", o->item.id, cli_err(e));
		return cli_status(e);
	}
	printf(_("%s: opened, sanitised, and in the spool\n"), o->item.id);
	return STATUS_OK;
}

/* What a person brought in is the watcher's: its rules and approvals apply. */
static int
by_watcher(const struct policy *p, const char *id)
{
	struct secret secret = { .fd = -1, .pages = MAP_FAILED };
	char say[WATCHSOCK_SAY_BYTES] = "";
	bool opened = false;
	int e;

	if ((e = secret_open(&secret)) == 0)
		e = read_secret(&secret);
	if (e == ERR_NOENT) {
		secret_close(&secret);
		return cli_usage("quarantine", _("no password was given"));
	}
	if (e == 0 && secret.pages == MAP_FAILED)
		e = ERR_NOMEM;
	if (e == 0)
		e = watchsock_password(p->state_dir, id, cli_who(),
		    secret.pages, secret.n, &opened, say);
	secret_close(&secret);
	if (e == ERR_NOENT)
		log_error(_("%s: sekisho-watch does not run; it tries "
			    "passwords"),
		    id);
	else if (e != 0)
		log_error(_("%s: no password was tried: %s"), id, cli_err(e));
	else
		printf("%s: %s\n", id, gettext(say));
	return e == ERR_NOENT ? STATUS_AGAIN
	       : e != 0	      ? cli_status(e)
	       : opened	      ? STATUS_OK
			      : STATUS_NOT_ALL;
}

int
quarantine_password(struct cli_state *st, const struct policy *p,
    const char *id)
{
	struct opened o = { .st = st, .policy = p };
	struct secret secret = { .fd = -1, .pages = MAP_FAILED };
	struct pipeline_job job;
	struct ppap *ppap = NULL;
	struct transfer t;
	int status, e;

	if ((e = opened_find(&o, id)) != 0) {
		log_error(e == ERR_NOENT ? _("%s: no such item; 'sekisho "
					     "quarantine list' shows them")
					 : _("%s: cannot be read"),
		    id);
		return e == ERR_NOENT ? STATUS_NOINPUT : cli_status(e);
	}
	if (!o.is_mail && (e = transfer_get(st->people, id, &t)) == 0) {
		transfer_done(&t);
		status = by_watcher(p, id);
		goto out;
	}
	if ((status = ppap_open(p, st->quarantine, &ppap)) != 0)
		goto out;
	if ((e = secret_open(&secret)) == 0)
		e = read_secret(&secret);
	if (e == ERR_NOENT) {
		status = cli_usage("quarantine", _("no password was given"));
		goto out;
	}
	if (e == 0)
		e = ppap_try(ppap, id, o.is_mail ? "message.eml" : o.item.name,
		    o.is_mail ? &o.envelope : NULL, cli_who(), secret.fd, &job);
	if (e != 0) {
		log_error(_("%s: no password was tried: %s"), id, cli_err(e));
		status = cli_status(e);
		goto out;
	}
	status = release(&o, &job);
	pipeline_job_done(&job);
out:
	secret_close(&secret);
	ppap_close(ppap);
	opened_done(&o);
	return status;
}
