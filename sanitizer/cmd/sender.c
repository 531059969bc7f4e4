#include "cmd/sender.h"

#include "base/log.h"
#include "cmd/cli.h"

int
sender_go(struct sender *s, struct spool *spool, struct audit *audit, bool now,
    uint64_t now_ms)
{
	struct spool_sent sent = { 0, 0 };
	char why[PARCEL_WHY_BYTES] = "";
	int e;

	if (s->to == NULL || !s->is_unsent ||
	    (!now && now_ms - s->sent_ms < SENDER_EVERY_MS))
		return 0;
	e = spool_send(spool, s->to, &sent, why);
	s->sent_ms = now_ms;
	s->is_unsent = e != 0;
	if (e != 0 &&
	    (s->warned_ms == 0 || now_ms - s->warned_ms >= SENDER_WARN_MS)) {
		s->warned_ms = now_ms;
		log_warn(_("%s: %s; what was not sent waits and is sent next "
			   "time"),
		    s->to, why[0] != '\0' ? why : cli_err(e));
	}
	return sent.parcels == 0 ? 0
				 : audit_append(audit, "send",
				       json_pack("{s:I, s:I, s:s, s:s}",
					   "parcels", (json_int_t)sent.parcels,
					   "bytes", (json_int_t)sent.bytes,
					   "to", s->to, "result", err_name(e)),
				       AUDIT_LATER);
}
