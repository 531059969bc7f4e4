/*
 * Fields and files. Only what the row of the table names is taken; files go
 * to anonymous files of the state folder, never to a name.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/fsx.h"
#include "base/utf8.h"
#include "quarantine/console/server.h"

#define POST_BYTES (64u << 10) /* of the reader of bodies */
#define DISK_FREE  (256ull << 20)
#define UPLOADS	   4		/* of one person at a time */
#define FLUSH	   (8ull << 20) /* handed to the disk while more comes */

static const char *const bad_form = N_("The request is not well formed.");

static unsigned
no(struct server_call *c, unsigned status, const char *reason)
{
	if (c->refused == 0) {
		c->refused = status;
		c->reason = reason;
	}
	return c->refused;
}

static bool
is_taken(const struct server_call *c, const char *name)
{
	if (strlen(name) >= sizeof(c->fields[0].name) || name[0] == '\0' ||
	    strchr(name, ' ') != NULL)
		return false;
	return strcmp(name, "token") == 0 ||
	       rules_listed(c->v.route->fields, name);
}

/* A new, empty field. */
static struct server_field *
new_field(struct server_call *c, const char *name)
{
	struct server_field *more;

	if (c->n_fields == CONSOLE_FIELDS_MAX || !is_taken(c, name)) {
		no(c, 400, bad_form);
		return NULL;
	}
	more = reallocarray(c->fields, c->n_fields + 1, sizeof(*more));
	if (more == NULL) {
		no(c, 503, N_("The gateway is busy. Try again later."));
		return NULL;
	}
	c->fields = more;
	more += c->n_fields++;
	snprintf(more->name, sizeof(more->name), "%s", name);
	buf_init(&more->value, CONSOLE_FIELD_BYTES);
	return more;
}

static void
add_text(struct server_call *c, const char *name, const char *data, size_t n,
    bool is_new)
{
	struct server_field *f =
	    c->n_fields > 0 ? &c->fields[c->n_fields - 1] : NULL;

	if (is_new || f == NULL || strcmp(f->name, name) != 0)
		f = new_field(c, name);
	if (f == NULL)
		return;
	c->field_bytes += n;
	if (memchr(data, 0, n) != NULL)
		no(c, 400, bad_form);
	else if (c->field_bytes > CONSOLE_FORM_BYTES ||
		 buf_put(&f->value, data, n) != 0)
		no(c, 413, N_("The text is too long."));
}

static enum MHD_Result
on_query(void *arg, enum MHD_ValueKind kind, const char *name, size_t name_n,
    const char *value, size_t value_n)
{
	struct server_call *c = arg;

	(void)kind, (void)name_n;
	add_text(c, name, value != NULL ? value : "", value_n, true);
	return c->refused == 0 ? MHD_YES : MHD_NO;
}

static struct visit_file *
new_file(struct server_call *c, const char *field, const char *name)
{
	struct visit_file *more;
	char said[RECORD_NAME_BYTES];

	if (c->n_files == c->v.site->policy.console.upload_files) {
		no(c, 413, N_("These are too many files at once."));
		return NULL;
	}
	utf8_printable(name, strlen(name), said, sizeof(said));
	more = reallocarray(c->files, c->n_files + 1, sizeof(*more));
	if (more == NULL) {
		no(c, 503, N_("The gateway is busy. Try again later."));
		return NULL;
	}
	c->files = more;
	more += c->n_files;
	memset(more, 0, sizeof(*more));
	snprintf(more->field, sizeof(more->field), "%s", field);
	memcpy(more->name, said, sizeof(said));
	more->fd =
	    openat(c->v.site->tmp, ".", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	if (more->fd < 0) {
		no(c, 503, N_("The gateway is busy. Try again later."));
		return NULL;
	}
	hash_init(&more->hash);
	c->n_files++;
	return more;
}

static void
add_file(struct server_call *c, const char *field, const char *name,
    const char *data, size_t n, bool is_new)
{
	struct visit_file *f =
	    c->n_files > 0 ? &c->files[c->n_files - 1] : NULL;

	if (!c->is_token_seen || !is_taken(c, field)) {
		no(c, c->is_token_seen ? 400 : 403, bad_form);
		return;
	}
	if (is_new || f == NULL)
		f = new_file(c, field, name);
	if (f == NULL)
		return;
	if (n > 0 && fsx_write_all(f->fd, data, n) != 0)
		no(c, 503, N_("The gateway is busy. Try again later."));
	hash_add(&f->hash, data, n);
	f->bytes += n;
	/* What is on its way to the disk is not waited for at the end. */
	if (f->bytes - f->flushed >= FLUSH) {
		(void)!sync_file_range(f->fd, (off_t)f->flushed,
		    (off_t)(f->bytes - f->flushed), SYNC_FILE_RANGE_WRITE);
		f->flushed = f->bytes;
	}
}

static enum MHD_Result
on_post(void *arg, enum MHD_ValueKind kind, const char *key,
    const char *filename, const char *type, const char *encoding,
    const char *data, uint64_t off, size_t size)
{
	struct server_call *c = arg;

	(void)kind, (void)type, (void)encoding;
	if (c->refused != 0)
		return MHD_NO;
	/* The token stands first, so it is whole when a file begins. */
	if (filename != NULL && !c->is_token_seen &&
	    gate_token(c, visit_field(&c->v, "token")) == 0)
		c->is_token_seen = true;
	if (key == NULL)
		no(c, 400, bad_form);
	else if (filename == NULL)
		add_text(c, key, data, size, off == 0);
	else if ((c->v.route->flags & ROUTE_FILES) == 0)
		no(c, 400, bad_form);
	else if (filename[0] != '\0') /* "": nothing was chosen */
		add_file(c, key, filename, data, size, off == 0);
	else if (size > 0)
		no(c, 400, bad_form);
	return c->refused == 0 ? MHD_YES : MHD_NO;
}

static void
upload_begins(struct server_call *c)
{
	struct server_call **head = &c->v.site->uploads;

	c->next_upload = *head;
	c->prev_upload = head;
	if (*head != NULL)
		(*head)->prev_upload = &c->next_upload;
	*head = c;
}

static void
upload_ends(struct server_call *c)
{
	if (c->prev_upload == NULL)
		return;
	*c->prev_upload = c->next_upload;
	if (c->next_upload != NULL)
		c->next_upload->prev_upload = c->prev_upload;
	c->prev_upload = NULL;
}

/* Room for this one and for what the others have still to send: on a full
 * disk the log cannot be written, and nothing is released any more. */
static unsigned
check_space(struct server_call *c)
{
	uint64_t wanted = c->said_body + DISK_FREE / 2;
	struct statvfs fs;
	unsigned mine = 0;

	if ((c->v.route->flags & ROUTE_FILES) == 0)
		return 0;
	for (const struct server_call *u = c->v.site->uploads; u != NULL;
	     u = u->next_upload) {
		wanted += u->said_body > u->body ? u->said_body - u->body : 0;
		mine += strcmp(u->v.account.login, c->v.account.login) == 0;
	}
	if (mine >= UPLOADS)
		return no(c, 429,
		    N_("You send several uploads already. Wait until one is "
		       "done."));
	/* It stands on the disk twice before it is done with. */
	if (fstatvfs(c->v.site->tmp, &fs) != 0 ||
	    (uint64_t)fs.f_bavail * fs.f_frsize / 2 < wanted)
		return no(c, 503,
		    N_("The gateway has no room for this now. Try again "
		       "later, and tell the administrator."));
	upload_begins(c);
	return 0;
}

/* Text for people is UTF-8, from a form or from an address. */
static unsigned
check_text(struct server_call *c)
{
	for (size_t i = 0; i < c->n_fields; i++)
		if (!utf8_valid(c->fields[i].value.data,
			c->fields[i].value.len))
			return no(c, 400, bad_form);
	return 0;
}

unsigned
form_begin(struct server_call *c)
{
	const char *type = server_header(c, "Content-Type");
	const struct route *r = c->v.route;
	bool is_files = strncasecmp(type, "multipart/form-data", 19) == 0;

	MHD_get_connection_values_n(c->conn, MHD_GET_ARGUMENT_KIND, on_query,
	    c);
	if (c->refused != 0 || check_text(c) != 0)
		return c->refused;
	if (strcmp(c->v.method, "POST") != 0)
		return 0;
	if (c->n_fields > 0)
		return no(c, 400, bad_form); /* a form's fields are its body */
	c->max_body = r->max_bytes == 0 ? CONSOLE_FORM_BYTES * 3 : r->max_bytes;
	if (r->max_bytes == UINT64_MAX)
		c->max_body = c->v.site->policy.console.upload_bytes;
	if (c->said_body > c->max_body)
		return no(c, 413, N_("This is too large to be brought in."));
	if (is_files ? (r->flags & ROUTE_FILES) == 0
		     : strncasecmp(type, "application/x-www-form-urlencoded",
			   33) != 0)
		return no(c, 415, bad_form);
	if (check_space(c) != 0)
		return c->refused;
	c->pp = MHD_create_post_processor(c->conn, POST_BYTES, on_post, c);
	return c->pp == NULL ? no(c, 400, bad_form) : 0;
}

unsigned
form_more(struct server_call *c, const char *data, size_t n)
{
	c->body += n;
	if (c->body > c->max_body)
		return no(c, 413, N_("This is too large to be brought in."));
	if (c->refused == 0 && MHD_post_process(c->pp, data, n) != MHD_YES)
		no(c, 400, bad_form);
	return c->refused;
}

unsigned
form_end(struct server_call *c)
{
	const char *token;

	if (c->refused != 0 || c->pp == NULL)
		return c->refused;
	if (MHD_destroy_post_processor(c->pp) != MHD_YES)
		no(c, 400, bad_form);
	c->pp = NULL;
	token = visit_field(&c->v, "token");
	if (c->refused == 0 && gate_token(c, token) != 0)
		return c->refused = 403;
	return c->refused != 0 ? c->refused : check_text(c);
}

void
form_done(struct server_call *c)
{
	upload_ends(c);
	if (c->refused == 0)
		c->refused = 400; /* it may have something left to say */
	if (c->pp != NULL)
		(void)MHD_destroy_post_processor(c->pp);
	c->pp = NULL;
	for (size_t i = 0; i < c->n_fields; i++) {
		struct buf *b = &c->fields[i].value;

		if (b->data != NULL)
			sodium_memzero(b->data, b->cap);
		buf_done(b);
	}
	free(c->fields);
	for (size_t i = 0; i < c->n_files; i++)
		if (c->files[i].fd >= 0)
			close(c->files[i].fd);
	free(c->files);
}
