#include <stdio.h>
#include <time.h>

#include "base/log.h"
#include "cmd/mail.h"
#include "core/event.h"
#include "core/flood.h"

static void
flood_event(const struct policy *p, enum event_kind k, const char *client,
    const char *sender)
{
	(void)event_raise(p, k,
	    (const struct event_field[]){
		{ "client", client }, { "sender", sender }, { NULL, NULL } },
	    NULL);
}

/* Counts the message; on a flood the stop, when the policy asks for it. */
static int
check_flood(const struct policy *p, const struct mail_envelope *v)
{
	char why[FLOOD_WHY_BYTES];
	enum flood_verdict verdict;
	struct flood *f;
	bool is_new;
	int e;

	if ((e = flood_open(p->state_dir, "hook", &p->flood, &f)) != 0)
		return e;
	e = flood_count(f, (uint64_t)time(NULL), v->client, v->sender, &verdict,
	    &is_new);
	flood_close(f);
	if (e != 0 || verdict == FLOOD_OK)
		return e;
	snprintf(why, sizeof(why), "flood of mail (%s): client %s, sender <%s>",
	    flood_word(verdict), v->client[0] != '\0' ? v->client : "?",
	    v->sender);
	if (is_new) {
		log_warn("%s", why);
		flood_event(p, EVENT_FLOOD, v->client, v->sender);
	}
	if (verdict == FLOOD_TOTAL && p->flood.stop) {
		if (flood_stop(p->state_dir, why) != 0)
			log_error("the stop cannot be written");
		flood_event(p, EVENT_FLOOD_STOP, v->client, v->sender);
	}
	return ERR_DENIED;
}

int
mailhook_before_intake(const struct policy *p, const struct mail_envelope *v)
{
	char why[FLOOD_WHY_BYTES];
	int e = flood_stopped(p->state_dir, why);

	if (e != 0) {
		printf("4.3.2 mail is not taken at the moment%s%s\n",
		    e == ERR_DENIED ? ": " : "", e == ERR_DENIED ? why : "");
		return STATUS_AGAIN;
	}
	if ((e = check_flood(p, v)) == 0)
		return STATUS_OK;
	printf(e == ERR_DENIED ? "4.7.1 too much mail at once; try later\n"
			       : "4.3.0 mail cannot be counted\n");
	return STATUS_AGAIN;
}

int
mailhook_after_verdict(const struct policy *p, const struct mail_envelope *v,
    int original_fd, struct record *r)
{
	(void)p, (void)v, (void)original_fd, (void)r;
	return 0;
}
