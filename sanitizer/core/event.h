/*
 * Events for the people who run the gateway: one line to syslog (RFC 5424,
 * with structured data), and a mail in Japanese and English through the
 * site's relay. Where to: section "events" of the policy.
 *
 * event_raise() never waits for a mail server: the mail is put into
 * STATE/events/out/, and event_send() (`sekisho events send`, called by a
 * systemd path unit) hands it over. Of one kind one person gets at most one
 * mail within events.mail_minutes; the next one says how many there were.
 * Kinds that may come with every document say no more than one line a minute
 * to syslog.
 *
 * No content of a document is in an event: fields are names, ids and numbers,
 * made printable and cut to EVENT_VALUE_BYTES.
 */
#ifndef CORE_EVENT_H
#define CORE_EVENT_H

#include <stdint.h>

#include "core/policy.h"

#define EVENT_VALUE_BYTES 256
#define EVENT_FIELDS	  16
#define EVENT_LINE_BYTES  8192 /* to syslog */
#define EVENT_MAIL_BYTES  65536
#define EVENT_OUT_MAX	  1000 /* mails that may wait */
#define EVENT_OUT_DAYS	  3    /* then a mail is given up */
#define EVENT_WHY_BYTES	  512

enum event_kind {
	EVENT_TEST,
	EVENT_FLOOD,		/* a client, sender, or all: told to wait */
	EVENT_FLOOD_STOP,	/* mail is not taken until somebody resumes */
	EVENT_SCANNER_DOWN,	/* the virus scanner gives no answer */
	EVENT_SPOOL_FULL,	/* queue, spool or disk: nothing is taken */
	EVENT_APPROVAL_WAITING, /* a request for this approver */
	EVENT_APPROVAL_REMINDER,
	EVENT_APPROVAL_EXPIRED,
	EVENT_EMERGENCY,	 /* released first, to be reviewed */
	EVENT_UNSANITISED_ASKED, /* somebody wants an original inside */
	EVENT_UNSANITISED,	 /* an original crossed */
	EVENT_SELFCHECK_FAILED,
	EVENT_SELFCHECK_PASSED, /* after a failure */
	EVENT_QUOTA,		/* of a department */
	EVENT_LOCKOUT,		/* an account, after failed sign-ins */
	EVENT_AUDIT_BROKEN,	/* nothing is released */
	EVENT_AUDIT_HEAD,	/* number and hash of the newest line */
	EVENT_LOOKBACK,		/* released files would now differ */
	EVENT_BACKUP_FAILED,
	EVENT_KINDS
};

/* Numbers of RFC 5424. */
enum event_severity {
	EVENT_ALERT = 1,
	EVENT_CRITICAL = 2,
	EVENT_ERROR = 3,
	EVENT_WARNING = 4,
	EVENT_NOTICE = 5,
	EVENT_INFO = 6
};

struct event_field {
	const char *name; /* a-z and _ */
	const char *value;
};

/* "selfcheck-failed": stable; the MSGID of the line. */
const char *event_name(enum event_kind);
enum event_severity event_severity(enum event_kind);

/*
 * Raise one. fields end with a NULL name, at most EVENT_FIELDS; NULL: none.
 * to: addresses (NULL-terminated) that get the mail in place of the policy's
 * mail_to; NULL: those, when the kind is severe enough (mail_severity).
 * 0: said everywhere. ERR_IO, ERR_NOMEM, ERR_LIMIT: some of it failed; the
 * rest was said all the same. Never a reason to stop what one was doing.
 */
int event_raise(const struct policy *, enum event_kind,
    const struct event_field *fields, const char *const *to);

struct event_sent {
	uint64_t sent, waiting, given_up;
};

/* Hand over what waits. 0, or ERR_IO: the relay cannot be reached now; why is
 * one printable line. */
int event_send(const struct policy *, struct event_sent *,
    char why[EVENT_WHY_BYTES]) MUST_CHECK;

#endif
