#include "core/report.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "base/fsx.h"
#include "core/receipt.h"

#define GATHER_BYTES (256u << 10) /* written out past so much */

/* A stream into an unnamed file. */
struct stream {
	int fd;
	struct buf buf;
};

enum { DELIVERED, ATTENTION, STREAMS };

/*
 * JSON goes into one stream. The page needs its totals first, and what needs
 * attention before the rest: two streams, put together at the end.
 */
struct report {
	char *path;
	enum report_kind kind;
	struct stream streams[STREAMS];
	struct report_totals totals;
	uint64_t n;
	int err;
};

int
report_kind_of(const char *path, enum report_kind *out)
{
	static const struct {
		const char *ext;
		enum report_kind kind;
	} kinds[] = { { ".html", REPORT_HTML }, { ".htm", REPORT_HTML },
		{ ".json", REPORT_JSON }, { ".jsonl", REPORT_JSONL } };

	const char *dot = strrchr(path, '.');

	for (size_t i = 0; dot != NULL && i < sizeof(kinds) / sizeof(kinds[0]);
	     i++)
		if (strcasecmp(dot, kinds[i].ext) == 0) {
			*out = kinds[i].kind;
			return 0;
		}
	return ERR_UNSUPPORTED;
}

void
report_count(struct report_totals *t, const struct record *r)
{
	bool changed = false;

	for (size_t i = 0; i < r->n_findings; i++) {
		t->findings += r->findings[i].count;
		changed |= r->findings[i].action != ACT_KEPT &&
			   r->findings[i].action != ACT_NOTED;
	}
	switch (r->verdict) {
	case VERDICT_RELEASED:
		t->released++;
		t->changed += changed;
		break;
	case VERDICT_BLOCKED:
		t->blocked++;
		break;
	case VERDICT_HELD:
		t->held++;
		break;
	}
}

/* An unnamed file in the folder of the report: it shares its disk. */
static int
open_unnamed(const char *path)
{
	const char *slash = strrchr(path, '/');
	char *dir = slash == NULL ? strdup(".")
				  : strndup(path, (size_t)(slash - path) + 1);
	char *name = NULL;
	int fd = -1;

	if (dir == NULL)
		return -1;
	fd = open(dir, O_TMPFILE | O_RDWR | O_CLOEXEC, 0644);
	if (fd < 0 && errno != ENOENT && errno != EACCES && errno != ENOTDIR &&
	    asprintf(&name, "%s/.sekisho-XXXXXX", dir) > 0) {
		/* a file system without O_TMPFILE */
		if ((fd = mkostemp(name, O_CLOEXEC)) >= 0)
			unlink(name);
		free(name);
	}
	free(dir);
	return fd;
}

static int
stream_flush(struct stream *s)
{
	int e = fsx_write_all(s->fd, s->buf.data, s->buf.len);

	buf_clear(&s->buf);
	return e;
}

int
report_open(const char *path, enum report_kind kind, struct report **out)
{
	struct report *r = calloc(1, sizeof(*r));

	if (r == NULL)
		return ERR_NOMEM;
	r->kind = kind;
	for (int i = 0; i < STREAMS; i++) {
		r->streams[i].fd = open_unnamed(path);
		buf_init(&r->streams[i].buf, RECEIPT_MAX_BYTES);
		if (r->streams[i].fd < 0)
			r->err = errno == ENOENT ? ERR_NOENT : ERR_IO;
	}
	if ((r->path = strdup(path)) == NULL)
		r->err = ERR_NOMEM;
	if (r->err != 0) {
		int e = r->err, saved = errno;

		report_discard(r);
		errno = saved;
		return e;
	}
	*out = r;
	return 0;
}

static int
add_to(struct report *r, const struct record *rec)
{
	bool attention =
	    r->kind == REPORT_HTML && rec->verdict != VERDICT_RELEASED;
	struct stream *s = &r->streams[attention ? ATTENTION : DELIVERED];
	int e = 0;

	if (r->kind == REPORT_JSON)
		e = buf_puts(&s->buf, r->n == 0 ? "[\n" : ",\n");
	if (e == 0)
		e = r->kind == REPORT_HTML ? report_html_document(&s->buf, rec)
					   : receipt_json(rec, false, &s->buf);
	if (e == 0 && s->buf.len > GATHER_BYTES)
		e = stream_flush(s);
	return e;
}

int
report_add(struct report *r, const struct record *rec)
{
	if (r->err != 0)
		return r->err;
	r->err = add_to(r, rec);
	report_count(&r->totals, rec);
	r->n++;
	return r->err;
}

/* Group heading and documents of one stream, if it has any. */
static int
join(struct report *r, int which, uint64_t n, int to)
{
	struct stream *s = &r->streams[which];
	struct buf head;
	int e;

	if (n == 0)
		return 0;
	if ((e = stream_flush(s)) != 0)
		return e;
	buf_init(&head, RECEIPT_MAX_BYTES);
	if ((e = report_html_group(&head, which == ATTENTION)) == 0 &&
	    (e = fsx_write_all(to, head.data, head.len)) == 0)
		e = fsx_copy(s->fd, to);
	buf_done(&head);
	return e;
}

static int
finish_html(struct report *r, bool partial, int to)
{
	const struct report_totals *t = &r->totals;
	char now[RECORD_TIME_BYTES];
	struct buf b;
	int e;

	record_time_now(now);
	buf_init(&b, RECEIPT_MAX_BYTES);
	if ((e = report_html_head(&b, t, partial, now)) == 0 &&
	    (e = fsx_write_all(to, b.data, b.len)) == 0 &&
	    (e = join(r, ATTENTION, t->held + t->blocked, to)) == 0)
		e = join(r, DELIVERED, t->released, to);
	buf_clear(&b);
	if (e == 0 && (e = report_html_foot(&b)) == 0)
		e = fsx_write_all(to, b.data, b.len);
	buf_done(&b);
	return e;
}

static int
finish(struct report *r, bool partial)
{
	struct stream *s = &r->streams[DELIVERED];
	int e, fd;

	if (r->kind != REPORT_HTML) {
		e = r->kind == REPORT_JSONL
			? 0
			: buf_puts(&s->buf, r->n == 0 ? "[]\n" : "]\n");
		if (e == 0 && (e = stream_flush(s)) == 0)
			e = fsx_publish_fd(AT_FDCWD, r->path, s->fd, 0644,
			    false);
		return e;
	}
	if ((fd = open_unnamed(r->path)) < 0)
		return ERR_IO;
	if ((e = finish_html(r, partial, fd)) == 0)
		e = fsx_publish_fd(AT_FDCWD, r->path, fd, 0644, false);
	close(fd);
	return e;
}

int
report_close(struct report *r, bool partial)
{
	int e = r->err;

	if (e == 0)
		e = finish(r, partial);
	report_discard(r);
	return e;
}

void
report_discard(struct report *r)
{
	if (r == NULL)
		return;
	for (int i = 0; i < STREAMS; i++) {
		if (r->streams[i].fd >= 0)
			close(r->streams[i].fd);
		buf_done(&r->streams[i].buf);
	}
	free(r->path);
	free(r);
}
