/*
 * Previews for approvers, in idle time: one at a time, by a program of its
 * own (quarantine/preview.h).
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "base/log.h"
#include "cmd/watch.h"
#include "quarantine/preview.h"

#define LOOK_MS	 1000
#define AGAIN_MS 60000 /* after a fault */
#define HURRY_MS 30000 /* it has waited so long: beside other work as well */
#define ATTEMPTS 3

/* It cannot be made: the row says so, or it would be tried for ever. */
static int
give_up(struct watch *s)
{
	struct preview_content *c = calloc(1, sizeof(*c));
	struct transfer t;
	int e;

	if (c == NULL)
		return ERR_NOMEM;
	preview_content_init(c);
	snprintf(c->why, sizeof(c->why), "%s",
	    N_("making the preview failed on the gateway"));
	if ((e = transfer_get(s->people, s->preview_id, &t)) == 0) {
		e = preview_put(s->people, s->preview_id, t.result_sha256, c);
		transfer_done(&t);
	}
	preview_content_done(c);
	free(c);
	return e == ERR_NOENT || e == ERR_EXIST ? 0 : e;
}

/* true: none is being made. */
static bool
is_free(struct watch *s)
{
	int status = 0;
	pid_t pid;

	if (s->preview_pid == 0)
		return true;
	pid = waitpid(s->preview_pid, &status, WNOHANG);
	if (pid == 0 || (pid < 0 && errno == EINTR))
		return false;
	s->preview_pid = 0;
	if (pid > 0 && WIFEXITED(status) && WEXITSTATUS(status) == 0) {
		s->preview_n = 0;
		return true;
	}
	if (s->preview_n < ATTEMPTS) {
		s->preview_ms = watch_now_ms() + AGAIN_MS;
		return true;
	}
	log_warn(_("%s: its preview cannot be made"), s->preview_id);
	s->preview_n = 0;
	if (give_up(s) != 0)
		s->preview_ms = watch_now_ms() + AGAIN_MS;
	return true;
}

static void
start(struct watch *s, const char *id)
{
	int e;

	if (strcmp(id, s->preview_id) != 0)
		s->preview_n = 0;
	snprintf(s->preview_id, sizeof(s->preview_id), "%s", id);
	s->preview_n++;
	e = preview_start(NULL, s->policy->state_dir, s->o->policy_file,
	    s->o->profile, id, &s->preview_pid);
	if (e == 0)
		return;
	s->preview_pid = 0;
	s->preview_ms = watch_now_ms() + AGAIN_MS;
	if (!s->preview_said)
		log_warn(_("sekisho-preview cannot be started: %s"),
		    cli_err(e));
	s->preview_said = true;
}

void
watch_preview(struct watch *s)
{
	uint64_t now = watch_now_ms();
	char id[RECORD_ID_BYTES];

	if (s->o->once || !is_free(s) || now < s->preview_ms || cli_stop != 0)
		return;
	if (s->n_jobs > 0 && now < s->preview_ms + HURRY_MS)
		return;
	s->preview_ms = now + LOOK_MS;
	if (preview_next(s->people, id) == 0)
		start(s, id);
}
