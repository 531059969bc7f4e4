/*
 * One connection for each thing that is scanned; see scan.h.
 */
#include "pipeline/scan.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/fsx.h"
#include "base/utf8.h"

#define CHUNK_BYTES  65536u
#define ANSWER_BYTES 512

enum phase {
	PHASE_CONNECT,
	PHASE_SEND,
	PHASE_CUT, /* the scanner takes no more: only its answer counts */
	PHASE_ANSWER,
	PHASE_NEXT
};

struct scan {
	struct sockaddr_un addr;
	enum scan_state state;
	enum phase phase;
	char says[SCAN_NAME_BYTES];
	uint64_t deadline_ms;
	int document, parts; /* parts: owned */
	uint64_t next;	     /* offset of the next part's head */
	uint64_t parts_bytes;
	/* what is being scanned */
	int sock; /* -1: none is */
	int fd;
	uint64_t at, end;
	bool is_last;	      /* the frame is the end mark */
	struct buf frame;     /* to be sent */
	struct reader unsent; /* of frame */
	struct buf answer;
};

static enum scan_state end_as(struct scan *, enum scan_state, const char *fmt,
    ...) PRINTF_LIKE(3, 4);

static enum scan_state
end_as(struct scan *s, enum scan_state state, const char *fmt, ...)
{
	char raw[ANSWER_BYTES];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(raw, sizeof(raw), fmt, ap);
	va_end(ap);
	utf8_printable(raw, strlen(raw), s->says, sizeof(s->says));
	return s->state = state;
}

int
scan_open(const char *socket_path, int document, uint64_t bytes, int parts,
    uint64_t deadline_ms, struct scan **out)
{
	struct scan *s = calloc(1, sizeof(*s));
	struct stat st;

	if (s == NULL) {
		if (parts >= 0)
			close(parts);
		return ERR_NOMEM;
	}
	s->addr.sun_family = AF_UNIX;
	snprintf(s->addr.sun_path, sizeof(s->addr.sun_path), "%s", socket_path);
	s->document = document;
	s->parts = parts;
	s->deadline_ms = deadline_ms;
	s->sock = -1;
	s->fd = document;
	s->end = bytes;
	buf_init(&s->frame, CHUNK_BYTES + 64);
	buf_init(&s->answer, ANSWER_BYTES);
	reader_init(&s->unsent, NULL, 0);
	if (parts >= 0 && fstat(parts, &st) != 0)
		(void)end_as(s, SCAN_FAILED, "the parts cannot be read");
	else if (parts >= 0)
		s->parts_bytes = (uint64_t)st.st_size;
	*out = s;
	return 0;
}

void
scan_close(struct scan *s)
{
	if (s == NULL)
		return;
	if (s->sock >= 0)
		close(s->sock);
	if (s->parts >= 0)
		close(s->parts);
	buf_done(&s->frame);
	buf_done(&s->answer);
	free(s);
}

void
scan_poll(const struct scan *s, struct pollfd *p)
{
	*p = (struct pollfd){ s->state == SCAN_RUNNING ? s->sock : -1,
		(short)(s->phase == PHASE_SEND ? POLLIN | POLLOUT : POLLIN),
		0 };
}

const char *
scan_says(const struct scan *s)
{
	return s->says;
}

uint64_t
scan_deadline(const struct scan *s)
{
	return s->deadline_ms;
}

/* ---- one stream */

static enum scan_state
begin_stream(struct scan *s)
{
	static const char hello[] = "zINSTREAM"; /* with its NUL */

	s->sock =
	    socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (s->sock < 0)
		return end_as(s, SCAN_FAILED, "no socket for the scanner");
	/* A local socket connects at once, or its queue is full. */
	if (connect(s->sock, (const struct sockaddr *)&s->addr,
		sizeof(s->addr)) != 0) {
		if (errno == EAGAIN) {
			close(s->sock);
			s->sock = -1;
			return SCAN_RUNNING;
		}
		return end_as(s, SCAN_FAILED,
		    "the virus scanner cannot be reached");
	}
	s->phase = PHASE_SEND;
	s->is_last = false;
	buf_clear(&s->frame);
	buf_clear(&s->answer);
	if (buf_put(&s->frame, hello, sizeof(hello)) != 0)
		return end_as(s, SCAN_FAILED, "no memory for the scanner");
	buf_reader(&s->frame, &s->unsent);
	return SCAN_RUNNING;
}

/* The next chunk, or the empty one behind the last. */
static int
fill(struct scan *s)
{
	uint64_t left = s->end - s->at;
	uint32_t n = left < CHUNK_BYTES ? (uint32_t)left : CHUNK_BYTES;
	uint8_t *room;
	int e;

	buf_clear(&s->frame);
	if ((e = buf_u32be(&s->frame, n)) != 0 ||
	    (e = buf_reserve(&s->frame, n, &room)) != 0)
		return e;
	if (n > 0 && (e = fsx_pread_all(s->fd, room, n, s->at)) != 0)
		return e;
	buf_commit(&s->frame, n);
	s->at += n;
	s->is_last = n == 0;
	buf_reader(&s->frame, &s->unsent);
	return 0;
}

static enum scan_state
send_some(struct scan *s)
{
	const uint8_t *p;
	ssize_t n;

	for (;;) {
		if (reader_left(&s->unsent) == 0 && s->is_last) {
			s->phase = PHASE_ANSWER;
			return SCAN_RUNNING;
		}
		if (reader_left(&s->unsent) == 0 && fill(s) != 0)
			return end_as(s, SCAN_FAILED,
			    "what the scanner should see cannot be read");
		p = s->unsent.data + reader_pos(&s->unsent);
		n = send(s->sock, p, reader_left(&s->unsent), MSG_NOSIGNAL);
		if (n < 0 && (errno == EAGAIN || errno == EINTR))
			return SCAN_RUNNING;
		if (n < 0) {
			s->phase = PHASE_CUT;
			return SCAN_RUNNING;
		}
		if (reader_skip(&s->unsent, (size_t)n) != 0)
			return end_as(s, SCAN_FAILED, "the scanner's socket");
	}
}

/* "stream: OK", "stream: NAME FOUND", or anything else: an error. */
static enum scan_state
judge(struct scan *s)
{
	static const char head[] = "stream: ", found[] = " FOUND";
	const char *text = buf_cstr(&s->answer);
	size_t n;
	bool saw_all = s->phase == PHASE_ANSWER;

	close(s->sock);
	s->sock = -1;
	s->phase = PHASE_NEXT;
	if (text == NULL)
		return end_as(s, SCAN_FAILED, "no memory for the scanner");
	n = strlen(text);
	if (saw_all && strcmp(text, "stream: OK") == 0)
		return SCAN_RUNNING;
	if (n > sizeof(head) + sizeof(found) - 2 &&
	    strncmp(text, head, sizeof(head) - 1) == 0 &&
	    strcmp(text + n - (sizeof(found) - 1), found) == 0)
		return end_as(s, SCAN_FOUND, "%.*s",
		    (int)(n - (sizeof(head) - 1) - (sizeof(found) - 1)),
		    text + sizeof(head) - 1);
	return end_as(s,
	    n > 6 && strcmp(text + n - 6, " ERROR") == 0 ? SCAN_REFUSED
							 : SCAN_FAILED,
	    "the virus scanner answered: %s", n == 0 ? "nothing" : text);
}

/* true: the answer is whole. */
static bool
receive_some(struct scan *s)
{
	uint8_t *room;
	ssize_t n;

	for (;;) {
		if (buf_reserve(&s->answer, 1, &room) != 0)
			return true;
		n = recv(s->sock, room, 1, 0);
		if (n < 0 && (errno == EAGAIN || errno == EINTR))
			return false;
		if (n <= 0 || room[0] == '\0')
			return true;
		buf_commit(&s->answer, 1);
	}
}

/* The next part: its size as the worker claims, checked. */
static enum scan_state
next_part(struct scan *s)
{
	uint8_t raw[8];
	struct reader r;
	uint64_t size;

	if (s->parts < 0 || s->next == s->parts_bytes)
		return end_as(s, SCAN_CLEAN, "clean");
	reader_init(&r, raw, sizeof(raw));
	if (s->parts_bytes - s->next < sizeof(raw) ||
	    fsx_pread_all(s->parts, raw, sizeof(raw), s->next) != 0 ||
	    reader_u64le(&r, &size) != 0 ||
	    size > s->parts_bytes - s->next - sizeof(raw))
		return end_as(s, SCAN_FAILED,
		    "the worker's list of parts is broken");
	s->fd = s->parts;
	s->at = s->next + sizeof(raw);
	s->end = s->next = s->at + size;
	s->phase = PHASE_CONNECT;
	return begin_stream(s);
}

enum scan_state
scan_step(struct scan *s, uint64_t now_ms)
{
	if (s->state != SCAN_RUNNING)
		return s->state;
	if (now_ms >= s->deadline_ms)
		return end_as(s, SCAN_FAILED,
		    "the virus scanner did not answer in time");
	do {
		if (s->phase == PHASE_NEXT)
			(void)next_part(s);
		else if (s->phase == PHASE_CONNECT)
			(void)begin_stream(s);
		if (s->state != SCAN_RUNNING || s->sock < 0)
			break; /* over, or its queue is full */
		if (s->phase == PHASE_SEND && send_some(s) != SCAN_RUNNING)
			break;
		if (receive_some(s))
			(void)judge(s);
	} while (s->state == SCAN_RUNNING && s->phase == PHASE_NEXT);
	return s->state;
}
