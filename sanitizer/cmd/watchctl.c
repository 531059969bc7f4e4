/*
 * The control socket (core/watchsock.h). Whoever speaks here must be the
 * gateway's own user or root; what is said is checked all the same. A caller
 * that is slow or gone costs a place for a while, never more.
 */
#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/log.h"
#include "base/utf8.h"
#include "cmd/watch.h"
#include "core/watchsock.h"
#include "worker/proto.h"

#define PATIENCE_MS 10000 /* to say what one wants */

static void
hang_up(struct watch_caller *c)
{
	if (c->fd >= 0)
		close(c->fd);
	if (c->passwords >= 0)
		close(c->passwords);
	*c = (struct watch_caller){ .fd = -1, .passwords = -1 };
}

static void
send_json(const struct watch_caller *c, json_t *o)
{
	char text[WATCHSOCK_PACKET_BYTES];
	size_t n = o == NULL ? 0 : json_dumpb(o, text, sizeof(text), 0);

	if (n > 0 && n <= sizeof(text))
		(void)!send(c->fd, text, n, MSG_NOSIGNAL | MSG_DONTWAIT);
	json_decref(o);
}

void
watch_ctl_answer(struct watch_caller *c, bool ok, const char *say)
{
	send_json(c, json_pack("{s:b, s:s}", "ok", (int)ok, "say", say));
	hang_up(c);
}

static bool
is_ours(int fd)
{
	struct ucred who;
	socklen_t n = sizeof(who);

	return getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &who, &n) == 0 &&
	       (who.uid == geteuid() || who.uid == 0);
}

static void
admit(struct watch *s)
{
	int fd = accept4(s->listen, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

	if (fd < 0)
		return;
	if (!is_ours(fd)) {
		log_warn(_("another user spoke to %s; not heard"),
		    s->socket_path);
		close(fd);
		return;
	}
	for (size_t i = 0; i < WATCH_CALLERS; i++)
		if (s->callers[i].fd < 0) {
			s->callers[i] = (struct watch_caller){ .fd = fd,
				.passwords = -1,
				.since_ms = watch_now_ms() };
			return;
		}
	close(fd);
}

/* At most one descriptor; others that came are closed. */
static int
take_descriptor(struct msghdr *m)
{
	struct cmsghdr *c;
	int got = -1, fd;

	for (c = CMSG_FIRSTHDR(m); c != NULL; c = CMSG_NXTHDR(m, c)) {
		if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS)
			continue;
		for (size_t i = 0;
		     CMSG_LEN((i + 1) * sizeof(fd)) <= c->cmsg_len; i++) {
			memcpy(&fd, CMSG_DATA(c) + i * sizeof(fd), sizeof(fd));
			if (got >= 0)
				close(fd);
			else
				got = fd;
		}
	}
	return got;
}

/* A sealed memory file, not empty and not too long. */
static bool
is_secret(int fd)
{
	int seals = fd < 0 ? -1 : fcntl(fd, F_GET_SEALS);
	struct stat st;

	return seals >= 0 && (seals & F_SEAL_WRITE) != 0 &&
	       (seals & F_SEAL_GROW) != 0 && (seals & F_SEAL_SHRINK) != 0 &&
	       fstat(fd, &st) == 0 && st.st_size > 0 &&
	       (uint64_t)st.st_size <= PROTO_PASSWORD_BYTES;
}

static void
on_password(struct watch_caller *c, const json_t *o)
{
	const char *id = json_string_value(json_object_get(o, "id"));
	const char *who = json_string_value(json_object_get(o, "who"));

	if (id == NULL || who == NULL || !parcel_id_ok(id) ||
	    strlen(id) >= sizeof(c->id) || !is_secret(c->passwords)) {
		watch_ctl_answer(c, false, N_("a request that is none"));
		return;
	}
	snprintf(c->id, sizeof(c->id), "%s", id);
	utf8_printable(who, strlen(who), c->who, sizeof(c->who));
	c->is_asking = true;
}

static void
oldest(void *arg, const struct watchqueue_user *u)
{
	uint64_t *since = arg;

	if (*since == 0 || u->since < *since)
		*since = u->since;
}

static void
on_status(struct watch *s, struct watch_caller *c)
{
	uint64_t since = 0, now = watch_now_ms();

	watchqueue_users(s->queue, oldest, &since);
	send_json(c, json_pack("{s:b, s:I, s:I, s:I}", "ok", 1, "waiting",
			 (json_int_t)watchqueue_length(s->queue), "working",
			 (json_int_t)s->n_jobs, "oldest_s",
			 (json_int_t)(since == 0 ? 0 : (now - since) / 1000)));
	hang_up(c);
}

static void
obey(struct watch *s, struct watch_caller *c, const char *text, size_t n)
{
	json_t *o = json_loadb(text, n, JSON_REJECT_DUPLICATES, NULL);
	const char *op = json_string_value(json_object_get(o, "op"));

	if (op != NULL && strcmp(op, "password") == 0)
		on_password(c, o);
	else if (op != NULL && strcmp(op, "status") == 0)
		on_status(s, c);
	else
		watch_ctl_answer(c, false, N_("a request that is none"));
	json_decref(o);
}

static void
hear(struct watch *s, struct watch_caller *c)
{
	char text[WATCHSOCK_PACKET_BYTES];

	union {
		struct cmsghdr head;
		char room[CMSG_SPACE(4 * sizeof(int))];
	} control;
	struct iovec v = { text, sizeof(text) };
	struct msghdr m = { .msg_iov = &v,
		.msg_iovlen = 1,
		.msg_control = &control,
		.msg_controllen = sizeof(control) };
	ssize_t n = recvmsg(c->fd, &m, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);

	if (n < 0 && (errno == EAGAIN || errno == EINTR)) {
		if (!c->is_asking && watch_now_ms() - c->since_ms > PATIENCE_MS)
			hang_up(c);
		return;
	}
	if (c->is_asking) { /* gone, or impatient: the work goes on */
		if (n == 0 && !c->is_in_work)
			hang_up(c);
		return;
	}
	if (n <= 0) {
		hang_up(c);
		return;
	}
	c->passwords = take_descriptor(&m);
	if ((m.msg_flags & (MSG_TRUNC | MSG_CTRUNC)) != 0)
		hang_up(c);
	else
		obey(s, c, text, (size_t)n);
}

void
watch_ctl(struct watch *s)
{
	if (s->listen < 0)
		return;
	admit(s);
	for (size_t i = 0; i < WATCH_CALLERS; i++)
		if (s->callers[i].fd >= 0)
			hear(s, &s->callers[i]);
}

int
watch_ctl_open(struct watch *s)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX };
	int n = snprintf(a.sun_path, sizeof(a.sun_path), "%s/" WATCHSOCK_NAME,
	    s->policy->state_dir);

	for (size_t i = 0; i < WATCH_CALLERS; i++)
		s->callers[i].fd = s->callers[i].passwords = -1;
	if (n < 0 || (size_t)n >= sizeof(a.sun_path))
		return ERR_LIMIT;
	snprintf(s->socket_path, sizeof(s->socket_path), "%s", a.sun_path);
	s->listen =
	    socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (s->listen < 0 || (unlink(a.sun_path) < 0 && errno != ENOENT) ||
	    bind(s->listen, (const struct sockaddr *)&a, sizeof(a)) < 0 ||
	    chmod(a.sun_path, 0600) < 0 || listen(s->listen, 16) < 0)
		return ERR_IO;
	return 0;
}

void
watch_ctl_close(struct watch *s)
{
	if (s->listen < 0)
		return;
	for (size_t i = 0; i < WATCH_CALLERS; i++)
		hang_up(&s->callers[i]);
	close(s->listen);
	unlink(s->socket_path);
	s->listen = -1;
}
