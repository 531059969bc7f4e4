#include "cmd/clean.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/fsx.h"
#include "base/log.h"
#include "core/receipt.h"

#define TRIES_MAX 100000 /* names tried when names are taken */

static bool
is_text(const char *file)
{
	size_t n = strlen(file);

	return n > 4 && strcmp(file + n - 4, ".txt") == 0;
}

/* One regular file, and no folder of that name: a file. */
static bool
wants_file(const char *path, char *const *sources, size_t n)
{
	struct stat st;

	if (n != 1 || path[0] == '\0' || path[strlen(path) - 1] == '/')
		return false;
	if (stat(path, &st) == 0 && S_ISDIR(st.st_mode))
		return false;
	return lstat(sources[0], &st) != 0 || !S_ISDIR(st.st_mode);
}

int
clean_may_replace(const char *option, const char *path)
{
	static const char *const marks[] = { RECEIPT_SCHEMA, "Sekisho report",
		"ファイル無害化 受領票", "[]\n" };
	int fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	bool ours = fd < 0 && errno == ENOENT;
	char head[4096];
	ssize_t n = fd < 0 ? -1 : pread(fd, head, sizeof(head), 0);

	if (fd >= 0)
		close(fd);
	for (size_t i = 0; n > 0 && i < sizeof(marks) / sizeof(marks[0]); i++)
		ours |=
		    memmem(head, (size_t)n, marks[i], strlen(marks[i])) != NULL;
	if (ours || n == 0)
		return 0;
	return cli_usage("clean",
	    _("%s: %s exists and is none of ours; it is not overwritten"),
	    option, path);
}

int
receipts_open(struct receipts *r, const char *path, char *const *sources,
    size_t n)
{
	*r = (struct receipts){ .dirfd = -1 };
	if (path == NULL)
		return 0;
	if (wants_file(path, sources, n)) {
		r->file = path;
		return clean_may_replace("--receipt", path);
	}
	if (fsx_mkdirs(path, 0777) == 0)
		r->dirfd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (r->dirfd < 0 || fstat(r->dirfd, &r->st) < 0) {
		log_error(_("%s: the folder for receipts cannot be used: %s"),
		    path, strerror(errno));
		return errno == ENOSPC ? STATUS_AGAIN : STATUS_NOINPUT;
	}
	return 0;
}

void
receipts_close(struct receipts *r)
{
	if (r->dirfd >= 0)
		close(r->dirfd);
	r->dirfd = -1;
}

/* The folders above the last component; existing ones are fine. */
static int
make_parents(int dirfd, const char *rel)
{
	char part[PATH_MAX];
	size_t n = strlen(rel);

	if (n >= sizeof(part))
		return ERR_LIMIT;
	memcpy(part, rel, n + 1);
	for (char *p = strchr(part, '/'); p != NULL; p = strchr(p + 1, '/')) {
		*p = '\0';
		if (mkdirat(dirfd, part, 0777) < 0 && errno != EEXIST)
			return ERR_IO;
		*p = '/';
	}
	return 0;
}

#define NUMBER_BYTES 16 /* " (4294967295)" */

/* "sub/a.docx", 2: "sub/a (2).docx". */
static int
numbered(const char *rel, unsigned k, const char *suffix, char out[PATH_MAX])
{
	const char *slash = strrchr(rel, '/');
	const char *base = slash == NULL ? rel : slash + 1;
	const char *dot = strrchr(base, '.');
	int stem = (int)(dot == NULL || dot == base ? strlen(rel)
						    : (size_t)(dot - rel));
	int n;

	/* No room behind a long name: it is cut, and told apart by number. */
	if (strlen(base) + strlen(suffix) + NUMBER_BYTES > NAME_MAX) {
		stem = (int)(base - rel) + NAME_MAX - NUMBER_BYTES -
		       (int)strlen(suffix);
		while (((unsigned char)rel[stem] & 0xc0) == 0x80)
			stem--;
		n = snprintf(out, PATH_MAX, "%.*s (%u)%s", stem, rel, k,
		    suffix);
	} else if (k == 1)
		n = snprintf(out, PATH_MAX, "%s%s", rel, suffix);
	else
		n = snprintf(out, PATH_MAX, "%.*s (%u)%s%s", stem, rel, k,
		    rel + stem, suffix);
	return n < 0 || n >= PATH_MAX ? ERR_LIMIT : 0;
}

/* Whole or not at all, under a name that was free. ERR_EXIST: it is not. */
static int
put_new(int dirfd, const char *name, const struct buf *b)
{
	char self[64];
	int fd, e = 0;

	fd = openat(dirfd, ".", O_TMPFILE | O_WRONLY | O_CLOEXEC, 0644);
	if (fd < 0)
		return fsx_publish(dirfd, name, b->data, b->len, 0644, true);
	snprintf(self, sizeof(self), "/proc/self/fd/%d", fd);
	if ((e = fsx_write_all(fd, b->data, b->len)) == 0 &&
	    linkat(AT_FDCWD, self, dirfd, name, AT_SYMLINK_FOLLOW) < 0)
		e = errno == EEXIST ? ERR_EXIST : ERR_IO;
	close(fd);
	return e;
}

/* JSON and text of one document under the same number. */
static int
put_pair(int dirfd, const char *rel, const struct buf *json,
    const struct buf *text)
{
	char name[PATH_MAX];
	int e = ERR_EXIST;

	for (unsigned k = 1; e == ERR_EXIST && k < TRIES_MAX; k++) {
		if ((e = numbered(rel, k, ".receipt.json", name)) != 0 ||
		    (e = put_new(dirfd, name, json)) != 0)
			continue;
		if ((e = numbered(rel, k, ".receipt.ja.txt", name)) == 0)
			e = put_new(dirfd, name, text);
	}
	return e;
}

int
receipts_write(const struct receipts *r, const struct record *rec)
{
	bool json_due = r->dirfd >= 0 || (r->file && !is_text(r->file));
	bool text_due = r->dirfd >= 0 || (r->file && is_text(r->file));
	struct buf json, text;
	int e = 0;

	if (!json_due && !text_due)
		return 0;
	buf_init(&json, RECEIPT_MAX_BYTES);
	buf_init(&text, RECEIPT_MAX_BYTES);
	if ((json_due && (e = receipt_json(rec, true, &json)) != 0) ||
	    (text_due && (e = receipt_text_ja(rec, &text)) != 0))
		goto out;
	if (r->file != NULL) {
		const struct buf *b = json_due ? &json : &text;

		e = fsx_publish(AT_FDCWD, r->file, b->data, b->len, 0644,
		    false);
	} else if ((e = make_parents(r->dirfd, rec->in_name)) == 0) {
		e = put_pair(r->dirfd, rec->in_name, &json, &text);
	}
out:
	buf_done(&json);
	buf_done(&text);
	return e;
}

void
clean_summary(const struct clean_options *o, const struct policy *policy,
    const struct report_totals *t, uint64_t refused)
{
	printf(_("%llu released (%llu with something removed), %llu held, "
		 "%llu blocked\n"),
	    (unsigned long long)t->released, (unsigned long long)t->changed,
	    (unsigned long long)t->held, (unsigned long long)t->blocked);
	if (t->released > 0 && o->dest != NULL)
		printf(_("Released files are in %s\n"), o->dest);
	if (t->released > 0 && o->spool)
		printf(_("Released files wait in the spool; 'sekisho send' "
			 "sends them\n"));
	if (t->held + t->blocked > refused)
		printf(_("Originals are in quarantine; 'sekisho quarantine "
			 "list --state %s' shows them\n"),
		    policy->state_dir);
	if (o->report != NULL)
		printf(_("Report: %s\n"), o->report);
}
