/*
 * The register's folders and its index. Each module brings its own tables;
 * they are made in one go, so that whoever opens first makes them all.
 */
#include "quarantine/people.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fsx.h"
#include "quarantine/people_int.h"

#define SCHEMA_BYTES 65536
#define PATH_BYTES   4096

int
people_prepare(struct people *p, const char *sql, const char *first,
    sqlite3_stmt **out)
{
	int e;

	if ((e = ledger_prepare(p->db, sql, out)) == 0 && first != NULL)
		people_bind(*out, 1, first);
	return e;
}

void
people_bind(sqlite3_stmt *s, int i, const char *text)
{
	sqlite3_bind_text(s, i, text, -1, SQLITE_TRANSIENT);
}

const char *
people_text(sqlite3_stmt *s, int i)
{
	const char *t = (const char *)sqlite3_column_text(s, i);

	return t == NULL ? "" : t;
}

void
people_take(sqlite3_stmt *s, int i, char *out, size_t size)
{
	snprintf(out, size, "%s", people_text(s, i));
}

int
people_run(sqlite3_stmt *s)
{
	int e = ledger_done(s);

	sqlite3_finalize(s);
	return e;
}

int
people_changed(struct people *p)
{
	return sqlite3_changes(p->db);
}

static int
join_schemas(struct buf *b)
{
	const char *const all[] = { PEOPLE_SCHEMAS };
	int e = 0;

	for (size_t i = 0; e == 0 && i < sizeof(all) / sizeof(all[0]); i++)
		e = buf_puts(b, all[i]);
	return e;
}

static int
open_index(struct people *p, const char *path)
{
	const char *schema;
	struct buf b;
	int e;

	buf_init(&b, SCHEMA_BYTES);
	if ((e = join_schemas(&b)) == 0)
		e = (schema = buf_cstr(&b)) == NULL
			? ERR_NOMEM
			: ledger_open(path, schema, &p->db);
	buf_done(&b);
	return e;
}

/* A folder below the register's, opened. */
static int
open_folder(const char *root, const char *name, int *fd)
{
	char path[PATH_BYTES];
	int e;

	snprintf(path, sizeof(path), "%.4000s/%s", root, name);
	if ((e = fsx_mkdirs(path, 0700)) != 0)
		return e;
	*fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return *fd < 0 ? ERR_IO : 0;
}

static int
open_all(struct people *p, const char *state_dir)
{
	char root[PATH_BYTES], path[PATH_BYTES];
	int n, e;

	n = snprintf(root, sizeof(root), "%s/people", state_dir);
	if (n < 0 || (size_t)n >= sizeof(root) - 128)
		return ERR_LIMIT;
	if ((e = open_folder(root, "in", &p->in)) != 0 ||
	    (e = open_folder(root, "results", &p->results)) != 0 ||
	    (e = open_folder(root, "previews", &p->previews)) != 0)
		return e;
	snprintf(path, sizeof(path), "%.4000s/wake", root);
	p->wake = open(path, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (p->wake < 0)
		return ERR_IO;
	snprintf(path, sizeof(path), "%.4000s/index.sqlite", root);
	return open_index(p, path);
}

int
people_open(const char *state_dir, const struct keys *keys, struct audit *audit,
    struct people **out)
{
	struct people *p = calloc(1, sizeof(*p));
	int e;

	if (p == NULL)
		return ERR_NOMEM;
	p->keys = keys;
	p->audit = audit;
	p->in = p->results = p->previews = p->wake = -1;
	if ((e = open_all(p, state_dir)) != 0)
		people_close(p);
	else
		*out = p;
	return e;
}

static void
close_fd(int fd)
{
	if (fd >= 0)
		close(fd);
}

void
people_close(struct people *p)
{
	if (p == NULL)
		return;
	if (p->db != NULL)
		sqlite3_close(p->db);
	close_fd(p->in);
	close_fd(p->results);
	close_fd(p->previews);
	close_fd(p->wake);
	free(p);
}

/* Whoever watches for IN_MODIFY or for IN_ATTRIB is served; a wake that
 * fails is made up by the watcher's own rounds. */
void
people_wake(struct people *p)
{
	if (pwrite(p->wake, "\n", 1, 0) < 0 || futimens(p->wake, NULL) < 0)
		return;
}
