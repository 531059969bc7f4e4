#include "core/smtpout.h"

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "base/fsx.h"
#include "base/utf8.h"
#include "core/mailaddr.h"

#define CONNECT_MS 30000
#define COMMAND_MS 120000
#define DATA_MS	   180000
#define FINAL_MS   600000 /* RFC 5321 section 4.5.3.2.6 */
#define QUIT_MS	   2000
#define LINE_BYTES 2048
#define LINES_MAX  200
#define BLOCK	   16384
#define PATH_BYTES (MAILADDR_BYTES + 8)

struct smtpout {
	int fd;
	bool is_lmtp, has_8bit, has_utf8, has_size;
	uint64_t max_bytes; /* 0: no limit said */
	uint8_t in[LINE_BYTES];
	size_t in_at, in_n;
	int code; /* of the last reply */
	char text[SMTPOUT_TEXT_BYTES];
};

int
smtpout_target(const char *s, bool is_lmtp, struct smtpout_target *t)
{
	const char *colon = strrchr(s, ':');
	size_t n;

	*t = (struct smtpout_target){ .is_lmtp = is_lmtp };
	if (s[0] == '/') {
		if (!is_lmtp || strlen(s) >= sizeof(t->path))
			return ERR_MALFORMED;
		memcpy(t->path, s, strlen(s) + 1);
		return 0;
	}
	if (colon == NULL || colon == s)
		return ERR_MALFORMED;
	n = (size_t)(colon - s);
	if (s[0] == '[') {
		if (n < 3 || s[n - 1] != ']')
			return ERR_MALFORMED;
		s++;
		n -= 2;
	}
	if (n >= sizeof(t->host) || strlen(colon + 1) >= sizeof(t->port) ||
	    colon[1] == '\0' ||
	    strspn(colon + 1, "0123456789") != strlen(colon + 1))
		return ERR_MALFORMED;
	snprintf(t->host, sizeof(t->host), "%.*s", (int)n, s);
	snprintf(t->port, sizeof(t->port), "%s", colon + 1);
	return 0;
}

/* ---- bytes */

static uint64_t
now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

/* ERR_IO with errno ETIMEDOUT when the time is over. */
static int
wait_for(int fd, short what, uint64_t until)
{
	struct pollfd p = { fd, what, 0 };

	for (;;) {
		uint64_t now = now_ms();
		int n = poll(&p, 1, now >= until ? 0 : (int)(until - now));

		if (n > 0)
			return 0;
		if (n == 0) {
			errno = ETIMEDOUT;
			return ERR_IO;
		}
		if (errno != EINTR)
			return ERR_IO;
	}
}

static int
put(struct smtpout *s, const void *data, size_t n, int ms)
{
	uint64_t until = now_ms() + (uint64_t)ms;
	const uint8_t *p = data;

	while (n > 0) {
		ssize_t w = send(s->fd, p, n, MSG_NOSIGNAL);

		if (w < 0 && errno != EAGAIN && errno != EINTR)
			return ERR_IO;
		if (w < 0) {
			if (wait_for(s->fd, POLLOUT, until) != 0)
				return ERR_IO;
			continue;
		}
		p += w;
		n -= (size_t)w;
	}
	return 0;
}

static int
get(struct smtpout *s, uint64_t until, uint8_t *out)
{
	while (s->in_at == s->in_n) {
		ssize_t n = recv(s->fd, s->in, sizeof(s->in), 0);

		if (n == 0) {
			errno = ECONNRESET;
			return ERR_IO;
		}
		if (n < 0 && errno != EAGAIN && errno != EINTR)
			return ERR_IO;
		if (n < 0) {
			if (wait_for(s->fd, POLLIN, until) != 0)
				return ERR_IO;
			continue;
		}
		s->in_at = 0;
		s->in_n = (size_t)n;
	}
	*out = s->in[s->in_at++];
	return 0;
}

/* One line without its end; a longer one is no SMTP. */
static int
get_line(struct smtpout *s, uint64_t until, char line[LINE_BYTES])
{
	size_t n = 0;
	uint8_t c;
	int e;

	while ((e = get(s, until, &c)) == 0 && c != '\n') {
		if (n == LINE_BYTES - 1) {
			errno = EPROTO;
			return ERR_IO;
		}
		line[n++] = (char)c;
	}
	if (n > 0 && line[n - 1] == '\r')
		n--;
	line[n] = '\0';
	return e;
}

static void
learn(struct smtpout *s, const char *word)
{
	if (strncasecmp(word, "SIZE", 4) == 0 &&
	    (word[4] == ' ' || word[4] == '\0')) {
		s->has_size = true;
		s->max_bytes = strtoull(word + 4, NULL, 10);
	} else if (strcasecmp(word, "8BITMIME") == 0)
		s->has_8bit = true;
	else if (strcasecmp(word, "SMTPUTF8") == 0)
		s->has_utf8 = true;
}

/* A whole reply: code and text of its last line. */
static int
reply(struct smtpout *s, int ms, bool is_greeting)
{
	uint64_t until = now_ms() + (uint64_t)ms;
	char line[LINE_BYTES];
	int e;

	for (unsigned i = 0; i < LINES_MAX; i++) {
		if ((e = get_line(s, until, line)) != 0)
			return e;
		if (line[0] < '2' || line[0] > '5' ||
		    strspn(line, "0123456789") != 3 ||
		    (line[3] != ' ' && line[3] != '-' && line[3] != '\0'))
			break;
		s->code = (line[0] - '0') * 100 + (line[1] - '0') * 10 +
			  (line[2] - '0');
		utf8_printable(line, strlen(line), s->text, sizeof(s->text));
		if (is_greeting && line[3] != '\0')
			learn(s, line + 4);
		if (line[3] != '-')
			return 0;
	}
	errno = EPROTO;
	return ERR_IO;
}

static int
command(struct smtpout *s, const char *line)
{
	int e = put(s, line, strlen(line), COMMAND_MS);

	return e != 0 ? e : reply(s, COMMAND_MS, false);
}

/* ---- connect */

static int
finish_connect(int fd)
{
	socklen_t n = sizeof(int);
	int err = 0;

	if (wait_for(fd, POLLOUT, now_ms() + CONNECT_MS) != 0)
		return ERR_IO;
	if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &err, &n) < 0)
		return ERR_IO;
	errno = err;
	return err == 0 ? 0 : ERR_IO;
}

static int
connect_to(int family, const struct sockaddr *to, socklen_t n, int *out)
{
	int fd = socket(family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	int e = 0;

	if (fd < 0)
		return ERR_IO;
	if (connect(fd, to, n) < 0)
		e = errno == EINPROGRESS ? finish_connect(fd) : ERR_IO;
	if (e != 0) {
		int keep = errno;

		close(fd);
		errno = keep;
	} else
		*out = fd;
	return e;
}

static int
dial(const struct smtpout_target *t, int *fd)
{
	struct addrinfo hints = { .ai_socktype = SOCK_STREAM }, *list, *a;
	struct sockaddr_un un = { .sun_family = AF_UNIX };
	int e = ERR_IO;

	if (t->path[0] != '\0') {
		snprintf(un.sun_path, sizeof(un.sun_path), "%s", t->path);
		return connect_to(AF_UNIX, (const struct sockaddr *)&un,
		    sizeof(un), fd);
	}
	if (getaddrinfo(t->host, t->port, &hints, &list) != 0) {
		errno = EHOSTUNREACH;
		return ERR_IO;
	}
	for (a = list; e != 0 && a != NULL; a = a->ai_next)
		e = connect_to(a->ai_family, a->ai_addr, a->ai_addrlen, fd);
	freeaddrinfo(list);
	return e;
}

static int
greet(struct smtpout *s, const char *helo)
{
	char line[512];
	int e;

	if ((e = reply(s, COMMAND_MS, false)) != 0)
		return e;
	if (s->code != 220)
		return ERR_DENIED;
	snprintf(line, sizeof(line), "%s %.255s\r\n",
	    s->is_lmtp ? "LHLO" : "EHLO", helo);
	if ((e = put(s, line, strlen(line), COMMAND_MS)) != 0 ||
	    (e = reply(s, COMMAND_MS, true)) != 0)
		return e;
	if (s->code >= 500 && !s->is_lmtp) {
		snprintf(line, sizeof(line), "HELO %.255s\r\n", helo);
		if ((e = command(s, line)) != 0)
			return e;
	}
	return s->code == 250 ? 0 : ERR_DENIED;
}

int
smtpout_open(const struct smtpout_target *t, const char *helo,
    struct smtpout **out, char why[SMTPOUT_TEXT_BYTES])
{
	struct smtpout *s = calloc(1, sizeof(*s));
	int e;

	if (s == NULL)
		return ERR_NOMEM;
	s->fd = -1;
	s->is_lmtp = t->is_lmtp;
	if ((e = dial(t, &s->fd)) == 0)
		e = greet(s, helo);
	if (e == 0) {
		*out = s;
		return 0;
	}
	snprintf(why, SMTPOUT_TEXT_BYTES, "%s",
	    e == ERR_DENIED ? s->text : strerror(errno));
	smtpout_close(s);
	return ERR_IO;
}

void
smtpout_close(struct smtpout *s)
{
	if (s == NULL)
		return;
	if (s->fd >= 0) {
		if (put(s, "QUIT\r\n", 6, QUIT_MS) == 0)
			(void)!reply(s, QUIT_MS, false);
		close(s->fd);
	}
	free(s);
}

/* ---- one message */

int
smtpout_look(int fd, struct smtpout_mail *m)
{
	uint8_t block[BLOCK];
	bool in_body = false;
	size_t line = 0;
	ssize_t n;

	m->fd = fd;
	m->bytes = 0;
	m->is_8bit = m->needs_utf8 = false;
	while ((n = pread(fd, block, sizeof(block), (off_t)m->bytes)) > 0) {
		for (ssize_t i = 0; i < n; i++) {
			if ((block[i] & 0x80) != 0 && in_body)
				m->is_8bit = true;
			else if ((block[i] & 0x80) != 0)
				m->needs_utf8 = true;
			if (block[i] == '\n') {
				in_body |= line == 0;
				line = 0;
			} else if (block[i] != '\r')
				line++;
		}
		m->bytes += (uint64_t)n;
	}
	return n < 0 ? ERR_IO : 0;
}

static enum smtpout_fate
fate_of(int code)
{
	return code < 400   ? SMTPOUT_DELIVERED
	       : code < 500 ? SMTPOUT_LATER
			    : SMTPOUT_NEVER;
}

/* The answer for those that have none yet. */
static void
settle(struct smtpout_rcpt *r, size_t n, enum smtpout_fate fate,
    const char *text)
{
	for (size_t i = 0; i < n; i++)
		if (r[i].fate == SMTPOUT_UNKNOWN) {
			r[i].fate = fate;
			snprintf(r[i].text, sizeof(r[i].text), "%s", text);
		}
}

static void
broken(struct smtpout_rcpt *r, size_t n)
{
	int err = errno;

	for (size_t i = 0; i < n; i++)
		if (r[i].fate == SMTPOUT_UNKNOWN)
			snprintf(r[i].text, sizeof(r[i].text),
			    "the connection broke: %s", strerror(err));
}

/* What this server cannot take is known before it is asked. */
static const char *
cannot(const struct smtpout *s, const struct smtpout_mail *m)
{
	if (s->max_bytes != 0 && m->bytes > s->max_bytes)
		return "552 5.3.4 larger than the server takes";
	if (m->needs_utf8 && !s->has_utf8)
		return "550 5.6.7 the server does not know SMTPUTF8";
	if (m->is_8bit && !s->has_8bit)
		return "550 5.6.3 the server does not know 8BITMIME";
	return NULL;
}

static int
say_mail(struct smtpout *s, const struct smtpout_mail *m)
{
	char path[PATH_BYTES], line[PATH_BYTES + 128], size[40] = "";

	if (mailaddr_path(m->sender, path, sizeof(path)) != 0)
		return ERR_INTERNAL;
	if (s->has_size)
		snprintf(size, sizeof(size), " SIZE=%llu",
		    (unsigned long long)m->bytes);
	snprintf(line, sizeof(line), "MAIL FROM:<%s>%s%s%s\r\n", path, size,
	    m->is_8bit || m->needs_utf8 ? s->has_8bit ? " BODY=8BITMIME" : ""
					: "",
	    m->needs_utf8 ? " SMTPUTF8" : "");
	return command(s, line);
}

/*
 * RFC 5321 section 4.5.3.1.10: some servers say 552 for "too many recipients
 * in one go". With an enhanced code (RFC 3463) they say what they mean, and
 * 5.2.2, a full mailbox, stands.
 */
static bool
is_too_many(const struct smtpout *s)
{
	if (s->code != 552)
		return false;
	return strncmp(s->text, "552 5.", 6) != 0 ||
	       strncmp(s->text + 4, "5.5.3", 5) == 0;
}

static int
say_rcpts(struct smtpout *s, struct smtpout_rcpt *r, size_t n, size_t *taken)
{
	char path[PATH_BYTES], line[PATH_BYTES + 32];
	int e;

	*taken = 0;
	for (size_t i = 0; i < n; i++) {
		if (mailaddr_path(r[i].address, path, sizeof(path)) != 0)
			return ERR_INTERNAL;
		snprintf(line, sizeof(line), "RCPT TO:<%s>\r\n", path);
		if ((e = command(s, line)) != 0)
			return e;
		if (s->code == 250 || s->code == 251) {
			(*taken)++;
			continue;
		}
		r[i].fate = *taken > 0 && is_too_many(s) ? SMTPOUT_LATER
							 : fate_of(s->code);
		if (r[i].fate == SMTPOUT_DELIVERED)
			r[i].fate = SMTPOUT_LATER;
		snprintf(r[i].text, sizeof(r[i].text), "%s", s->text);
	}
	return 0;
}

struct body {
	uint8_t out[2 * BLOCK + 8];
	size_t n;
	bool at_start, had_cr;
};

static void
stuff(struct body *b, uint8_t c)
{
	if (c == '\n' && b->had_cr) {
		b->had_cr = false;
		return;
	}
	b->had_cr = c == '\r';
	if (c == '\r' || c == '\n') {
		b->out[b->n++] = '\r';
		b->out[b->n++] = '\n';
		b->at_start = true;
		return;
	}
	if (c == '.' && b->at_start)
		b->out[b->n++] = '.';
	b->at_start = false;
	b->out[b->n++] = c;
}

static int
say_body(struct smtpout *s, const struct smtpout_mail *m)
{
	struct body b = { .at_start = true };
	uint8_t block[BLOCK];
	uint64_t at = 0;
	ssize_t n;
	int e;

	while ((n = pread(m->fd, block, sizeof(block), (off_t)at)) > 0) {
		b.n = 0;
		for (ssize_t i = 0; i < n; i++)
			stuff(&b, block[i]);
		if ((e = put(s, b.out, b.n, DATA_MS)) != 0)
			return e;
		at += (uint64_t)n;
	}
	/* Half a message must never be ended as if it were whole. */
	if (n < 0 || at != m->bytes)
		return ERR_IO;
	return put(s, b.at_start ? ".\r\n" : "\r\n.\r\n", b.at_start ? 3 : 5,
	    DATA_MS);
}

/* After the body: one answer, or with LMTP one for each that was taken. */
static int
hear_fates(struct smtpout *s, struct smtpout_rcpt *r, size_t n)
{
	int e;

	for (size_t i = 0; i < n; i++) {
		if (r[i].fate != SMTPOUT_UNKNOWN)
			continue;
		if ((e = reply(s, FINAL_MS, false)) != 0)
			return e;
		if (!s->is_lmtp) {
			settle(r, n, fate_of(s->code), s->text);
			return 0;
		}
		r[i].fate = fate_of(s->code);
		snprintf(r[i].text, sizeof(r[i].text), "%s", s->text);
	}
	return 0;
}

static int
say_data(struct smtpout *s, const struct smtpout_mail *m,
    struct smtpout_rcpt *r, size_t n)
{
	int e;

	if ((e = command(s, "DATA\r\n")) != 0)
		return e;
	if (s->code != 354) {
		settle(r, n, s->code < 500 ? SMTPOUT_LATER : SMTPOUT_NEVER,
		    s->text);
		return command(s, "RSET\r\n");
	}
	if ((e = say_body(s, m)) != 0)
		return e;
	return hear_fates(s, r, n);
}

int
smtpout_send(struct smtpout *s, const struct smtpout_mail *m,
    struct smtpout_rcpt *r, size_t n)
{
	const char *no = cannot(s, m);
	size_t taken = 0;
	int e;

	for (size_t i = 0; i < n; i++) {
		r[i].fate = SMTPOUT_UNKNOWN;
		r[i].text[0] = '\0';
	}
	if (no != NULL) {
		settle(r, n, SMTPOUT_NEVER, no);
		return 0;
	}
	if ((e = say_mail(s, m)) == 0 && s->code != 250)
		settle(r, n, s->code < 500 ? SMTPOUT_LATER : SMTPOUT_NEVER,
		    s->text);
	else if (e == 0 && (e = say_rcpts(s, r, n, &taken)) == 0)
		e = taken > 0 ? say_data(s, m, r, n) : command(s, "RSET\r\n");
	/* 421: the server is about to go; what it said still holds. */
	if (e == 0 && s->code == 421) {
		errno = ECONNRESET;
		e = ERR_IO;
	}
	if (e != 0)
		broken(r, n);
	return e;
}
