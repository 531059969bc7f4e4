/* See watchsock.h. */
#include "core/watchsock.h"

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/fsx.h"

#define STATUS_WAIT_MS 5000

static int
reach(const char *state_dir, int *out)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX };
	int n = snprintf(a.sun_path, sizeof(a.sun_path), "%s/" WATCHSOCK_NAME,
	    state_dir);
	int fd;

	if (n < 0 || (size_t)n >= sizeof(a.sun_path))
		return ERR_LIMIT;
	fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return ERR_IO;
	if (connect(fd, (const struct sockaddr *)&a, sizeof(a)) < 0) {
		int e = errno == ENOENT || errno == ECONNREFUSED ? ERR_NOENT
								 : ERR_IO;

		close(fd);
		return e;
	}
	*out = fd;
	return 0;
}

/* One packet, with a descriptor when pass >= 0. */
static int
say(int fd, const json_t *o, int pass)
{
	char text[WATCHSOCK_PACKET_BYTES];

	union {
		struct cmsghdr head;
		char room[CMSG_SPACE(sizeof(int))];
	} control = { .room = { 0 } };

	size_t n = o == NULL ? 0 : json_dumpb(o, text, sizeof(text), 0);
	struct iovec v = { text, n };
	struct msghdr m = { .msg_iov = &v, .msg_iovlen = 1 };
	struct cmsghdr *c;

	if (o == NULL)
		return ERR_NOMEM;
	if (n == 0 || n > sizeof(text))
		return ERR_LIMIT;
	if (pass >= 0) {
		m.msg_control = &control;
		m.msg_controllen = sizeof(control.room);
		c = CMSG_FIRSTHDR(&m);
		c->cmsg_level = SOL_SOCKET;
		c->cmsg_type = SCM_RIGHTS;
		c->cmsg_len = CMSG_LEN(sizeof(int));
		memcpy(CMSG_DATA(c), &pass, sizeof(pass));
	}
	return sendmsg(fd, &m, MSG_NOSIGNAL) == (ssize_t)n ? 0 : ERR_IO;
}

static int
hear(int fd, int wait_ms, json_t **out)
{
	struct pollfd p = { fd, POLLIN, 0 };
	char text[WATCHSOCK_PACKET_BYTES];
	ssize_t n;
	int r;

	do {
		r = poll(&p, 1, wait_ms);
	} while (r < 0 && errno == EINTR);
	if (r == 0)
		return ERR_LIMIT;
	if (r < 0 || (n = recv(fd, text, sizeof(text), 0)) <= 0)
		return ERR_IO;
	*out = json_loadb(text, (size_t)n, JSON_REJECT_DUPLICATES, NULL);
	if (json_is_object(*out))
		return 0;
	json_decref(*out);
	return ERR_MALFORMED;
}

/* Ask and wait; *answer is the caller's. */
static int
ask(const char *state_dir, json_t *o, int pass, int wait_ms, json_t **answer)
{
	int fd, e;

	if ((e = reach(state_dir, &fd)) == 0) {
		if ((e = say(fd, o, pass)) == 0)
			e = hear(fd, wait_ms, answer);
		close(fd);
	}
	json_decref(o);
	return e;
}

static int
take_answer(const json_t *a, bool *ok, char out[WATCHSOCK_SAY_BYTES])
{
	const char *text = json_string_value(json_object_get(a, "say"));

	if (text == NULL || strlen(text) >= WATCHSOCK_SAY_BYTES ||
	    !json_is_boolean(json_object_get(a, "ok")))
		return ERR_MALFORMED;
	*ok = json_is_true(json_object_get(a, "ok"));
	memcpy(out, text, strlen(text) + 1);
	return 0;
}

int
watchsock_password(const char *state_dir, const char *id, const char *who,
    const char *passwords, size_t n, bool *ok, char say_to[WATCHSOCK_SAY_BYTES])
{
	json_t *answer;
	int fd = -1, e;

	if ((e = fsx_memfd("sekisho-secret", &fd)) != 0)
		return e;
	if ((e = fsx_write_all(fd, passwords, n)) == 0 &&
	    (e = fsx_seal(fd)) == 0 &&
	    (e = ask(state_dir,
		 json_pack("{s:s,s:s,s:s}", "op", "password", "id", id, "who",
		     who),
		 fd, WATCHSOCK_WAIT_MS, &answer)) == 0) {
		e = take_answer(answer, ok, say_to);
		json_decref(answer);
	}
	close(fd);
	return e;
}

static int
take_count(const json_t *a, const char *key, uint64_t *out)
{
	const json_t *v = json_object_get(a, key);

	if (!json_is_integer(v) || json_integer_value(v) < 0)
		return ERR_MALFORMED;
	*out = (uint64_t)json_integer_value(v);
	return 0;
}

int
watchsock_status(const char *state_dir, struct watchsock_status *out)
{
	struct watchsock_status s;
	json_t *a;
	int e;

	if ((e = ask(state_dir, json_pack("{s:s}", "op", "status"), -1,
		 STATUS_WAIT_MS, &a)) != 0)
		return e;
	if ((e = take_count(a, "waiting", &s.waiting)) == 0 &&
	    (e = take_count(a, "working", &s.working)) == 0 &&
	    (e = take_count(a, "oldest_s", &s.oldest_s)) == 0)
		*out = s;
	json_decref(a);
	return e;
}
