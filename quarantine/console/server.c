/*
 * HTTP by libmicrohttpd, run by our own loop in the one thread of the
 * program. The library has no clock for a whole request, so the loop looks at
 * every connection once a second and shuts those that are too slow.
 */
#include "quarantine/console/server.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>

#include "base/log.h"
#include "quarantine/console/rate.h"

#define MEMORY_BYTES (32u << 10) /* of a connection: bounds the header */
#define IDLE_S	     30u	 /* without a byte */
#define HEAD_MS	     20000	 /* for a whole header */
#define SLOWEST	     8		 /* bytes a millisecond of a body */

enum phase { WAITS_FOR_HEAD, TAKES_BODY, ANSWERS };

struct server_link {
	struct server_link *next, **prev;
	char peer[CONSOLE_CLIENT_BYTES];
	int fd;
	enum phase phase;
	uint64_t since_ms, bytes;
};

struct server {
	struct console *site;
	struct MHD_Daemon *daemon;
	struct server_link *links;
	size_t n_links;
};

uint64_t
server_now_ms(void)
{
	struct timespec t;

	if (clock_gettime(CLOCK_BOOTTIME, &t) != 0)
		return 0;
	return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

time_t
server_now(void)
{
	return (time_t)(server_now_ms() / 1000);
}

const char *
server_header(const struct server_call *c, const char *name)
{
	const char *value =
	    MHD_lookup_connection_value(c->conn, MHD_HEADER_KIND, name);

	return value != NULL ? value : "";
}

struct twice {
	const char *name;
	unsigned n;
};

static enum MHD_Result
count_header(void *arg, enum MHD_ValueKind kind, const char *name,
    const char *value)
{
	struct twice *t = arg;

	(void)kind, (void)value;
	if (strcasecmp(name, t->name) == 0)
		t->n++;
	return MHD_YES;
}

bool
server_has_header_twice(const struct server_call *c, const char *name)
{
	struct twice t = { name, 0 };

	MHD_get_connection_values(c->conn, MHD_HEADER_KIND, count_header, &t);
	return t.n > 1;
}

bool
server_is_proxy(const struct console *site, const char *address)
{
	return rules_listed(site->policy.console.proxy, address);
}

/* ---- connections */

static void
address_text(const struct sockaddr *a, char out[CONSOLE_CLIENT_BYTES])
{
	const void *ip = NULL;

	snprintf(out, CONSOLE_CLIENT_BYTES, "?");
	if (a->sa_family == AF_INET)
		ip = &((const struct sockaddr_in *)(const void *)a)->sin_addr;
	else if (a->sa_family == AF_INET6)
		ip = &((const struct sockaddr_in6 *)(const void *)a)->sin6_addr;
	if (ip != NULL)
		(void)!inet_ntop(a->sa_family, ip, out, CONSOLE_CLIENT_BYTES);
}

static enum MHD_Result
on_accept(void *arg, const struct sockaddr *a, socklen_t n)
{
	const struct server *s = arg;
	const struct policy_console *p = &s->site->policy.console;
	char peer[CONSOLE_CLIENT_BYTES];
	size_t same = 0;

	(void)n;
	address_text(a, peer);
	if (s->n_links >= p->connections)
		return MHD_NO;
	if (server_is_proxy(s->site, peer))
		return MHD_YES;
	/* A quarter is for those who have signed in from where they are. */
	if (s->n_links >= p->connections - p->connections / 4 &&
	    !rate_knows(s->site->rates, peer, server_now_ms()))
		return MHD_NO;
	for (const struct server_link *l = s->links; l != NULL; l = l->next)
		same += strcmp(l->peer, peer) == 0;
	return same < p->connections_per_address ? MHD_YES : MHD_NO;
}

static struct server_link *
link_open(struct server *s, struct MHD_Connection *conn)
{
	const union MHD_ConnectionInfo *a, *fd;
	struct server_link *l = calloc(1, sizeof(*l));

	a = MHD_get_connection_info(conn, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
	fd = MHD_get_connection_info(conn, MHD_CONNECTION_INFO_CONNECTION_FD);
	if (l == NULL || a == NULL || fd == NULL) {
		free(l);
		return NULL;
	}
	address_text(a->client_addr, l->peer);
	l->fd = fd->connect_fd;
	l->since_ms = server_now_ms();
	l->next = s->links;
	l->prev = &s->links;
	if (l->next != NULL)
		l->next->prev = &l->next;
	s->links = l;
	s->n_links++;
	return l;
}

static void
link_close(struct server *s, struct server_link *l)
{
	*l->prev = l->next;
	if (l->next != NULL)
		l->next->prev = l->prev;
	s->n_links--;
	free(l);
}

static void
on_connection(void *arg, struct MHD_Connection *conn, void **context,
    enum MHD_ConnectionNotificationCode what)
{
	struct server *s = arg;

	if (what == MHD_CONNECTION_NOTIFY_STARTED)
		*context = link_open(s, conn);
	else if (*context != NULL)
		link_close(s, *context);
}

/* A header in 20 s, a body at 8 KB/s, an answer likewise after a minute. */
static bool
is_too_slow(const struct server_link *l, uint64_t now)
{
	uint64_t spent = now - l->since_ms;

	switch (l->phase) {
	case TAKES_BODY:
		return spent > HEAD_MS &&
		       (spent - HEAD_MS) * SLOWEST > l->bytes;
	case ANSWERS:
		return spent > 60000 && (spent - 60000) * SLOWEST > l->bytes;
	default:
		return spent > HEAD_MS;
	}
}

static void
shut_slow(const struct server *s)
{
	uint64_t now = server_now_ms();

	for (const struct server_link *l = s->links; l != NULL; l = l->next)
		if (is_too_slow(l, now))
			(void)shutdown(l->fd, SHUT_RDWR);
}

static void
phase(struct server_link *l, enum phase p, uint64_t bytes)
{
	l->phase = p;
	l->since_ms = server_now_ms();
	l->bytes = bytes;
}

/* ---- one request */

static const char *const fixed_headers[][2] = {
	{ "Content-Security-Policy",
	    "default-src 'none'; script-src 'self'; style-src 'self'; "
	    "img-src 'self'; connect-src 'self'; form-action 'self'; "
	    "frame-ancestors 'none'; base-uri 'none'" },
	{ "X-Content-Type-Options", "nosniff" },
	{ "X-Frame-Options", "DENY" },
	{ "Referrer-Policy", "same-origin" },
	{ "Cross-Origin-Opener-Policy", "same-origin" },
	{ "Cross-Origin-Resource-Policy", "same-origin" },
	{ "Permissions-Policy",
	    "camera=(), microphone=(), geolocation=(), payment=()" },
};

static bool
is_public_file(const struct server_call *c)
{
	return c->answer_status == 200 &&
	       strncmp(c->v.path, "/static/", 8) == 0;
}

static bool
dress(struct server_call *c)
{
	struct MHD_Response *r = c->answer;
	bool ok = true;

	for (size_t i = 0; i < sizeof(fixed_headers) / sizeof(fixed_headers[0]);
	     i++)
		ok &= MHD_add_response_header(r, fixed_headers[i][0],
			  fixed_headers[i][1]) == MHD_YES;
	ok &= MHD_add_response_header(r, "Cache-Control",
		  is_public_file(c) ? "max-age=300" : "no-store") == MHD_YES;
	for (size_t i = 0; i < c->n_cookies; i++)
		ok &= MHD_add_response_header(r, "Set-Cookie", c->cookies[i]) ==
		      MHD_YES;
	if (c->answer_status == 429)
		ok &=
		    MHD_add_response_header(r, "Retry-After", "60") == MHD_YES;
	return ok;
}

static void
page_answer(struct server_call *c)
{
	struct buf *out = &c->v.page.out;

	c->answer = MHD_create_response_from_buffer(out->len, out->data,
	    MHD_RESPMEM_MUST_COPY);
	c->answer_status = c->v.status;
	c->answer_bytes = out->len;
	if (c->answer != NULL &&
	    MHD_add_response_header(c->answer, "Content-Type",
		"text/html; charset=utf-8") != MHD_YES)
		c->answer_status = 500;
}

static enum MHD_Result
send_answer(struct server_call *c)
{
	if (c->answer == NULL)
		page_answer(c);
	if (c->answer == NULL || !dress(c))
		return MHD_NO;
	phase(c->link, ANSWERS, c->answer_bytes);
	log_debug("%s %s %u %s %s", c->v.method, c->v.path, c->answer_status,
	    c->v.client, c->v.account.login);
	return MHD_queue_response(c->conn, c->answer_status, c->answer);
}

static enum MHD_Result
refuse(struct server_call *c, unsigned status)
{
	if (status != 303 && status != 404)
		log_info("refused: %u %s, from %s, %s", status,
		    c->v.route != NULL ? c->v.route->path : "?", c->v.client,
		    c->reason != NULL ? c->reason : "");
	if (c->answer != NULL)
		MHD_destroy_response(c->answer);
	c->answer = NULL;
	visit_fail(c, status);
	return send_answer(c);
}

static unsigned
status_of(int e)
{
	switch (e) {
	case ERR_NOENT:
		return 404;
	case ERR_DENIED:
		return 403;
	case ERR_MALFORMED:
		return 400;
	case ERR_LIMIT:
		return 503;
	default:
		return 500;
	}
}

static enum MHD_Result
handle(struct server_call *c)
{
	int e = c->v.route->handle(&c->v);

	if (e == 0)
		return send_answer(c);
	if (status_of(e) == 500)
		log_error("%s: %s", c->v.route->path, err_text(e));
	return refuse(c, status_of(e));
}

static enum MHD_Result
on_request(void *arg, struct MHD_Connection *conn, const char *url,
    const char *method, const char *version, const char *data, size_t *n,
    void **context)
{
	struct server *s = arg;
	struct server_call *c = *context;
	unsigned status;

	(void)url, (void)version;
	if (c == NULL || c->link == NULL)
		return MHD_NO;
	if (c->conn == NULL) { /* the header is whole */
		c->conn = conn;
		c->v.site = s->site;
		c->v.method = strcmp(method, "HEAD") == 0 ? "GET" : method;
		phase(c->link, TAKES_BODY, 0);
		status = gate_open(c, c->link->peer);
		if (status == 0)
			status = form_begin(c);
		return status == 0 ? MHD_YES : refuse(c, status);
	}
	if (*n > 0) {
		c->link->bytes += *n;
		(void)form_more(c, data, *n);
		*n = 0;
		/* Past its maximum a body is not even read to its end. */
		return c->body <= c->max_body ? MHD_YES : MHD_NO;
	}
	if (c->answer != NULL)
		return MHD_YES;
	status = form_end(c);
	return status == 0 ? handle(c) : refuse(c, status);
}

/* The path as it was sent, before the library decodes it; a request begins
 * here. Its percent signs decode to characters that no path of the table has,
 * so an encoded path is 404 and nothing has two spellings. */
static void *
on_line(void *arg, const char *uri, struct MHD_Connection *conn)
{
	const union MHD_ConnectionInfo *info;
	struct server_call *c = calloc(1, sizeof(*c));
	size_t n = strcspn(uri, "?");
	char *path = c != NULL ? malloc(n + 1) : NULL;

	(void)arg;
	if (path == NULL) {
		free(c);
		return NULL;
	}
	memcpy(path, uri, n);
	path[n] = '\0';
	c->v.path = path;
	c->v.status = 200;
	c->v.call = c;
	c->v.method = "";
	html_init(&c->v.page);
	info =
	    MHD_get_connection_info(conn, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
	c->link = info != NULL ? info->socket_context : NULL;
	return c;
}

static void
on_completed(void *arg, struct MHD_Connection *conn, void **context,
    enum MHD_RequestTerminationCode why)
{
	struct server_call *c = *context;

	(void)arg, (void)conn, (void)why;
	if (c == NULL)
		return;
	if (c->link != NULL)
		phase(c->link, WAITS_FOR_HEAD, 0);
	form_done(c);
	if (c->answer != NULL)
		MHD_destroy_response(c->answer);
	html_done(&c->v.page);
	free((void *)(uintptr_t)c->v.path);
	free(c);
	*context = NULL;
}

static void
on_log(void *arg, const char *fmt, va_list ap)
{
	char line[256];

	(void)arg;
	vsnprintf(line, sizeof(line), fmt, ap);
	line[strcspn(line, "\n")] = '\0';
	log_debug("%s", line);
}

/* ---- the daemon */

static int
listen_at(struct server *s, const struct addrinfo *a,
    char why[POLICY_WHY_BYTES])
{
	const struct policy_console *p = &s->site->policy.console;
	unsigned flags = MHD_USE_EPOLL | MHD_USE_ERROR_LOG;

	if (a->ai_family == AF_INET6)
		flags |= MHD_USE_IPv6;
	s->daemon = MHD_start_daemon(flags, 0, on_accept, s, on_request, s,
	    MHD_OPTION_EXTERNAL_LOGGER, on_log, s, MHD_OPTION_SOCK_ADDR,
	    a->ai_addr, MHD_OPTION_LISTENING_ADDRESS_REUSE, 1u,
	    MHD_OPTION_CONNECTION_LIMIT, (unsigned)p->connections + 16,
	    MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)MEMORY_BYTES,
	    MHD_OPTION_CONNECTION_TIMEOUT, IDLE_S, MHD_OPTION_STRICT_FOR_CLIENT,
	    1, MHD_OPTION_URI_LOG_CALLBACK, on_line, s,
	    MHD_OPTION_NOTIFY_COMPLETED, on_completed, s,
	    MHD_OPTION_NOTIFY_CONNECTION, on_connection, s, MHD_OPTION_END);
	if (s->daemon != NULL)
		return 0;
	snprintf(why, POLICY_WHY_BYTES, "%s port %u: %s", p->listen, p->port,
	    strerror(errno));
	return ERR_IO;
}

int
server_start(struct console *site, struct server **out,
    char why[POLICY_WHY_BYTES])
{
	struct addrinfo hints = { .ai_flags = AI_NUMERICHOST | AI_PASSIVE,
		.ai_socktype = SOCK_STREAM };
	struct server *s = calloc(1, sizeof(*s));
	struct addrinfo *a = NULL;
	char port[16];
	int e = 0;

	if (s == NULL)
		return ERR_NOMEM;
	s->site = site;
	snprintf(port, sizeof(port), "%u", site->policy.console.port);
	if (getaddrinfo(site->policy.console.listen, port, &hints, &a) != 0) {
		snprintf(why, POLICY_WHY_BYTES, "%s: not an address",
		    site->policy.console.listen);
		e = ERR_MALFORMED;
	}
	if (e == 0)
		e = listen_at(s, a, why);
	if (a != NULL)
		freeaddrinfo(a);
	if (e != 0) {
		free(s);
		return e;
	}
	*out = s;
	return 0;
}

int
server_run(struct server *s, const volatile int *stop,
    void (*tick)(struct console *))
{
	const union MHD_DaemonInfo *info;
	struct pollfd p = { .events = POLLIN };
	uint64_t ticked = 0, now;

	info = MHD_get_daemon_info(s->daemon, MHD_DAEMON_INFO_EPOLL_FD);
	if (info == NULL)
		return ERR_INTERNAL;
	p.fd = info->epoll_fd;
	while (*stop == 0) {
		MHD_UNSIGNED_LONG_LONG wait = 1000;

		if (MHD_get_timeout(s->daemon, &wait) != MHD_YES || wait > 1000)
			wait = 1000;
		if (poll(&p, 1, (int)wait) < 0 && errno != EINTR)
			return ERR_IO;
		if (MHD_run(s->daemon) != MHD_YES)
			return ERR_IO;
		now = server_now_ms();
		if (now - ticked < 1000)
			continue;
		ticked = now;
		shut_slow(s);
		tick(s->site);
	}
	return 0;
}

unsigned
server_port(const struct server *s)
{
	const union MHD_DaemonInfo *info =
	    MHD_get_daemon_info(s->daemon, MHD_DAEMON_INFO_BIND_PORT);

	return info != NULL ? info->port : 0;
}

void
server_stop(struct server *s)
{
	MHD_stop_daemon(s->daemon);
	free(s);
}
