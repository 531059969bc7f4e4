/*
 * A message as it comes in, piece by piece. Bytes are kept and counted, not
 * understood: what is in a message is for a worker to say.
 */
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "base/fsx.h"
#include "cmd/milter.h"

void
milter_begin(struct milter_conn *c)
{
	milter_forget(c);
	c->has_message = true;
	buf_init(&c->envelope, MAILQUEUE_RECIPIENTS_MAX * MAILADDR_BYTES);
	mailhops_init(&c->hops);
}

void
milter_forget(struct milter_conn *c)
{
	if (!c->has_message)
		return;
	for (size_t i = 0; i < c->n_headers; i++)
		free(c->headers[i].name);
	free(c->headers);
	c->headers = NULL;
	c->n_headers = c->cap_headers = 0;
	buf_done(&c->envelope);
	if (c->fd >= 0)
		close(c->fd);
	c->fd = -1;
	c->bytes = c->parts = 0;
	c->n_recipients = c->matched = 0;
	c->err = 0;
	c->is_too_large = c->has_message = false;
}

/* Lines that begin with Content-Type: are at least as many as parts. */
static void
count_parts(struct milter_conn *c, const char *p, size_t n)
{
	static const char word[] = "content-type:";
	const size_t skip = sizeof(word); /* the rest of this line counts not */

	for (size_t i = 0; i < n; i++) {
		char ch = p[i] >= 'A' && p[i] <= 'Z' ? (char)(p[i] + 32) : p[i];

		if (ch == '\n' || ch == '\r')
			c->matched = 0;
		else if (c->matched < sizeof(word) - 1 &&
			 ch == word[c->matched])
			c->matched++;
		else
			c->matched = skip;
		if (c->matched == sizeof(word) - 1) {
			c->parts++;
			c->matched = skip;
		}
	}
}

int
milter_add(struct milter_conn *c, const void *data, size_t n, uint64_t max)
{
	int e;

	if (c->is_too_large || n > max - c->bytes) {
		c->is_too_large = true;
		return ERR_LIMIT;
	}
	if (c->fd < 0 && (e = fsx_memfd("sekisho-message", &c->fd)) != 0)
		return e;
	if ((e = fsx_write_all(c->fd, data, n)) != 0)
		return e;
	c->bytes += n;
	mailhops_add(&c->hops, data, n);
	count_parts(c, data, n);
	return 0;
}

static int
remember(struct milter_conn *c, const char *name)
{
	struct milter_header *h;
	size_t cap = c->cap_headers == 0 ? 32 : 2 * c->cap_headers;
	int nth = 1;

	if (c->n_headers == MILTER_HEADERS_MAX)
		return ERR_LIMIT;
	if (c->n_headers == c->cap_headers) {
		h = reallocarray(c->headers, cap, sizeof(*h));
		if (h == NULL)
			return ERR_NOMEM;
		c->headers = h;
		c->cap_headers = cap;
	}
	for (size_t i = 0; i < c->n_headers; i++)
		nth += strcasecmp(c->headers[i].name, name) == 0;
	h = &c->headers[c->n_headers];
	if ((h->name = strdup(name)) == NULL)
		return ERR_NOMEM;
	h->nth = nth;
	c->n_headers++;
	return 0;
}

int
milter_add_header(struct milter_conn *c, const char *name, const char *value,
    uint64_t max)
{
	size_t n;
	int e;

	if ((e = remember(c, name)) != 0 ||
	    (e = milter_add(c, name, strlen(name), max)) != 0 ||
	    (e = milter_add(c, ":", 1, max)) != 0)
		return e;
	/* Folded lines come with LF alone. */
	for (; *value != '\0'; value += n + (value[n] != '\0')) {
		n = strcspn(value, "\n");
		if (n > 0 && value[n] == '\n' && value[n - 1] == '\r')
			e = milter_add(c, value, n - 1, max);
		else
			e = milter_add(c, value, n, max);
		if (e == 0 && value[n] == '\n')
			e = milter_add(c, "\r\n", 2, max);
		if (e != 0)
			return e;
	}
	return milter_add(c, "\r\n", 2, max);
}

int
milter_address(const char *path, bool may_be_null, char out[MAILADDR_BYTES])
{
	size_t n = strlen(path);

	if (n >= 2 && path[0] == '<' && path[n - 1] == '>') {
		path++;
		n -= 2;
	}
	if (n >= MAILADDR_BYTES)
		return ERR_DENIED;
	memcpy(out, path, n);
	out[n] = '\0';
	if (may_be_null && n == 0)
		return 0;
	return mailaddr_ok(out) ? 0 : ERR_DENIED;
}
