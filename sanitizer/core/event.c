/*
 * The line to syslog. RFC 5424 section 6; over TCP with the count of octets
 * before it (RFC 6587 section 3.4.1). Nobody is waited for longer than
 * WAIT_MS.
 */
#include "core/event.h"

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "base/fsx.h"
#include "base/utf8.h"
#include "core/eventmail.h"
#include "core/smtpout.h"

#define WAIT_MS	    2000
#define OFTEN_S	    60
#define SD_ID	    "sekisho@32473"
#define STAMP_BYTES 64

static const struct {
	const char *name;
	enum event_severity severity;
	bool is_often;
} kinds[EVENT_KINDS] = {
	[EVENT_TEST] = { "test", EVENT_WARNING, false },
	[EVENT_FLOOD] = { "flood", EVENT_WARNING, true },
	[EVENT_FLOOD_STOP] = { "flood-stop", EVENT_ALERT, true },
	[EVENT_SCANNER_DOWN] = { "scanner-down", EVENT_CRITICAL, true },
	[EVENT_SPOOL_FULL] = { "spool-full", EVENT_CRITICAL, true },
	[EVENT_APPROVAL_WAITING] = { "approval-waiting", EVENT_INFO, false },
	[EVENT_APPROVAL_REMINDER] = { "approval-reminder", EVENT_NOTICE,
	    false },
	[EVENT_APPROVAL_EXPIRED] = { "approval-expired", EVENT_NOTICE, false },
	[EVENT_EMERGENCY] = { "emergency-release", EVENT_WARNING, false },
	[EVENT_UNSANITISED_ASKED] = { "unsanitised-asked", EVENT_WARNING,
	    false },
	[EVENT_UNSANITISED] = { "unsanitised-import", EVENT_ALERT, false },
	[EVENT_SELFCHECK_FAILED] = { "selfcheck-failed", EVENT_ALERT, false },
	[EVENT_SELFCHECK_PASSED] = { "selfcheck-passed", EVENT_NOTICE, false },
	[EVENT_QUOTA] = { "quota", EVENT_WARNING, false },
	[EVENT_LOCKOUT] = { "lockout", EVENT_WARNING, true },
	[EVENT_AUDIT_BROKEN] = { "audit-broken", EVENT_ALERT, true },
	[EVENT_AUDIT_HEAD] = { "audit-head", EVENT_INFO, false },
	[EVENT_LOOKBACK] = { "look-back", EVENT_WARNING, false },
	[EVENT_BACKUP_FAILED] = { "backup-failed", EVENT_ERROR, false },
};

const char *
event_name(enum event_kind k)
{
	return k < EVENT_KINDS ? kinds[k].name : "unknown";
}

enum event_severity
event_severity(enum event_kind k)
{
	return k < EVENT_KINDS ? kinds[k].severity : EVENT_ERROR;
}

void
event_host(char out[256])
{
	static const char fit[] = "abcdefghijklmnopqrstuvwxyz"
				  "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-";

	if (gethostname(out, 255) != 0)
		out[0] = '\0';
	out[255] = '\0';
	if (out[0] == '\0' || strspn(out, fit) != strlen(out))
		snprintf(out, 256, "localhost");
}

/* ---- when something was said last: STATE/events/last/NAME */

static int
open_stamp(const struct policy *p, const char *name, int *out)
{
	char path[POLICY_PATH_BYTES + 128];
	int e;

	snprintf(path, sizeof(path), "%s/events/last", p->state_dir);
	if ((e = fsx_mkdirs(path, 0700)) != 0)
		return e;
	snprintf(path, sizeof(path), "%s/events/last/%.64s", p->state_dir,
	    name);
	*out = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (*out < 0)
		return ERR_IO;
	while (flock(*out, LOCK_EX) < 0)
		if (errno != EINTR) {
			close(*out);
			return ERR_IO;
		}
	return 0;
}

int
event_is_due(const struct policy *p, const char *name, uint64_t seconds,
    bool *due, uint64_t *missed)
{
	char text[STAMP_BYTES] = "";
	unsigned long long last = 0, n = 0;
	uint64_t now = (uint64_t)time(NULL);
	int fd, e;

	if ((e = open_stamp(p, name, &fd)) != 0)
		return e;
	if (pread(fd, text, sizeof(text) - 1, 0) < 0 ||
	    sscanf(text, "%llu %llu", &last, &n) != 2)
		last = n = 0;
	/* A clock that was put back does not silence anybody. */
	*due = now < last || now - last >= seconds;
	*missed = *due ? n : n + 1;
	snprintf(text, sizeof(text), "%20llu %20llu\n",
	    *due ? (unsigned long long)now : last,
	    *due ? 0 : (unsigned long long)*missed);
	if (pwrite(fd, text, strlen(text), 0) != (ssize_t)strlen(text))
		e = ERR_IO;
	close(fd);
	return e;
}

/* ---- the line */

/* PARAM-VALUE of RFC 5424 section 6.3.3. */
static int
put_value(struct buf *b, const char *raw)
{
	char value[EVENT_VALUE_BYTES];
	int e = 0;

	utf8_printable(raw, strlen(raw), value, sizeof(value));
	for (const char *s = value; e == 0 && *s != '\0'; s++) {
		if (*s == '"' || *s == '\\' || *s == ']')
			e = buf_u8(b, '\\');
		if (e == 0)
			e = buf_u8(b, (uint8_t)*s);
	}
	return e;
}

static int
put_data(struct buf *b, const struct event_field *f)
{
	int e = buf_puts(b, "[" SD_ID);

	for (size_t i = 0;
	     e == 0 && f != NULL && i < EVENT_FIELDS && f[i].name != NULL; i++)
		if ((e = buf_fmt(b, " %s=\"", f[i].name)) == 0 &&
		    (e = put_value(b, f[i].value)) == 0)
			e = buf_u8(b, '"');
	return e == 0 ? buf_u8(b, ']') : e;
}

static int
make_line(const struct policy *p, enum event_kind k,
    const struct event_field *f, struct buf *b)
{
	char host[256], now[RECORD_TIME_BYTES];
	int e;

	event_host(host);
	record_time_now(now);
	if ((e = buf_fmt(b, "<%u>1 %s %s sekisho %ld %s ",
		 p->events_facility * 8 + (unsigned)kinds[k].severity, now,
		 host, (long)getpid(), kinds[k].name)) != 0 ||
	    (e = put_data(b, f)) != 0)
		return e;
	return buf_fmt(b, " %s", event_words(k)->en);
}

/* ---- where to */

static int
send_all(int fd, const void *data, size_t n)
{
	const uint8_t *at = data;
	struct pollfd p = { fd, POLLOUT, 0 };
	ssize_t done;

	while (n > 0) {
		done = send(fd, at, n, MSG_NOSIGNAL | MSG_DONTWAIT);
		if (done < 0 && errno == EINTR)
			continue;
		if (done < 0 && (errno == EAGAIN || errno == EWOULDBLOCK) &&
		    poll(&p, 1, WAIT_MS) > 0)
			continue;
		if (done < 0)
			return ERR_IO;
		at += done;
		n -= (size_t)done;
	}
	return 0;
}

/* The count of octets first, where there are no packets. */
static int
send_stream(int fd, const struct buf *line)
{
	char head[32];
	int n = snprintf(head, sizeof(head), "%zu ", line->len), e;

	if ((e = send_all(fd, head, (size_t)n)) != 0)
		return e;
	return send_all(fd, line->data, line->len);
}

static int
to_unix(const char *path, const struct buf *line)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX };
	int fd, e = ERR_IO;

	snprintf(a.sun_path, sizeof(a.sun_path), "%.107s", path);
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return ERR_IO;
	if (connect(fd, (struct sockaddr *)&a, sizeof(a)) == 0)
		e = send_all(fd, line->data, line->len);
	else if (errno == EPROTOTYPE) {
		close(fd);
		fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
		if (fd >= 0 &&
		    connect(fd, (struct sockaddr *)&a, sizeof(a)) == 0)
			e = send_stream(fd, line);
	}
	if (fd >= 0)
		close(fd);
	return e;
}

static int
reach(const struct addrinfo *a, int *out)
{
	int fd = socket(a->ai_family,
	    a->ai_socktype | SOCK_CLOEXEC | SOCK_NONBLOCK, a->ai_protocol);
	struct pollfd p = { fd, POLLOUT, 0 };
	socklen_t n = sizeof(int);
	int fault = 0;

	if (fd < 0)
		return ERR_IO;
	if (connect(fd, a->ai_addr, a->ai_addrlen) == 0 ||
	    (errno == EINPROGRESS && poll(&p, 1, WAIT_MS) > 0 &&
		getsockopt(fd, SOL_SOCKET, SO_ERROR, &fault, &n) == 0 &&
		fault == 0)) {
		*out = fd;
		return 0;
	}
	close(fd);
	return ERR_IO;
}

static int
to_host(const char *where, int type, const struct buf *line)
{
	struct addrinfo hints = { .ai_socktype = type }, *list;
	struct smtpout_target t;
	int fd = -1, e;

	if ((e = smtpout_target(where, false, &t)) != 0)
		return e;
	if (getaddrinfo(t.host, t.port, &hints, &list) != 0)
		return ERR_IO;
	e = ERR_IO;
	for (struct addrinfo *a = list; e != 0 && a != NULL; a = a->ai_next)
		e = reach(a, &fd);
	freeaddrinfo(list);
	if (e != 0)
		return e;
	e = type == SOCK_DGRAM ? send_all(fd, line->data, line->len)
			       : send_stream(fd, line);
	close(fd);
	return e;
}

static int
to_syslog(const struct policy *p, enum event_kind k,
    const struct event_field *f)
{
	const char *to = p->events_syslog;
	struct buf line;
	uint64_t missed;
	bool due = true;
	int e = 0;

	if (kinds[k].is_often)
		e = event_is_due(p, kinds[k].name, OFTEN_S, &due, &missed);
	if (e != 0 || to[0] == '\0' || !due)
		return to[0] == '\0' || !due ? 0 : e;
	buf_init(&line, EVENT_LINE_BYTES);
	if ((e = make_line(p, k, f, &line)) == 0) {
		if (strncmp(to, "udp:", 4) == 0)
			e = to_host(to + 4, SOCK_DGRAM, &line);
		else if (strncmp(to, "tcp:", 4) == 0)
			e = to_host(to + 4, SOCK_STREAM, &line);
		else
			e = to_unix(to, &line);
	}
	buf_done(&line);
	return e;
}

/* The words of mail_to; *n of them, pointers into copy. */
static void
split(char *copy, const char *out[EVENT_FIELDS + 1])
{
	char *save = NULL, *word = strtok_r(copy, " ", &save);
	size_t n = 0;

	for (; word != NULL && n < EVENT_FIELDS;
	     word = strtok_r(NULL, " ", &save))
		out[n++] = word;
	out[n] = NULL;
}

int
event_raise(const struct policy *p, enum event_kind k,
    const struct event_field *f, const char *const *to)
{
	const char *list[EVENT_FIELDS + 1];
	char copy[sizeof(p->events_mail_to)];
	int e, e2 = 0;

	if (k >= EVENT_KINDS || (e = hash_setup()) != 0)
		return ERR_INTERNAL;
	e = to_syslog(p, k, f);
	if (to != NULL)
		e2 = eventmail_put(p, k, f, to);
	else if ((unsigned)kinds[k].severity <= p->events_mail_severity &&
		 p->events_mail_to[0] != '\0') {
		snprintf(copy, sizeof(copy), "%s", p->events_mail_to);
		split(copy, list);
		e2 = eventmail_put(p, k, f, list);
	}
	return e != 0 ? e : e2;
}
