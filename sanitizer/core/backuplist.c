/* The files of a copy, and the manifest that names them. */
#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/fsx.h"
#include "base/utf8.h"
#include "core/backup_int.h"

#define BLOCK 65536

int
backup_fail(char why[BACKUP_WHY_BYTES], int err, const char *what,
    const char *path)
{
	char raw[2 * BACKUP_WHY_BYTES];

	snprintf(raw, sizeof(raw), "%.400s: %.200s: %s", path, what,
	    err == ERR_IO ? strerror(errno) : err_text(err));
	utf8_printable(raw, strlen(raw), why, BACKUP_WHY_BYTES);
	return err;
}

int
backup_list_add(struct backup_list *l, const char *path, uint64_t bytes,
    const uint8_t sha256[HASH_BYTES], unsigned round)
{
	struct backup_file *grown, *f;
	size_t cap = l->cap == 0 ? 256 : 2 * l->cap;

	if (strlen(path) >= BACKUP_PATH_BYTES)
		return ERR_LIMIT;
	if (l->n == l->cap) {
		grown = reallocarray(l->files, cap, sizeof(*grown));
		if (grown == NULL)
			return ERR_NOMEM;
		l->files = grown;
		l->cap = cap;
	}
	f = &l->files[l->n++];
	snprintf(f->path, sizeof(f->path), "%s", path);
	f->bytes = bytes;
	memcpy(f->sha256, sha256, HASH_BYTES);
	f->round = round;
	return 0;
}

static int
by_path(const void *a, const void *b)
{
	const struct backup_file *x = a, *y = b;

	return strcmp(x->path, y->path);
}

static int
against_path(const void *path, const void *file)
{
	return strcmp(path, ((const struct backup_file *)file)->path);
}

struct backup_file *
backup_list_find(struct backup_list *l, const char *path)
{
	for (size_t i = l->n; i-- > l->sorted;)
		if (strcmp(l->files[i].path, path) == 0)
			return &l->files[i];
	return l->sorted == 0 ? NULL
			      : bsearch(path, l->files, l->sorted,
				    sizeof(*l->files), against_path);
}

void
backup_list_sort(struct backup_list *l)
{
	if (l->n > 0)
		qsort(l->files, l->n, sizeof(*l->files), by_path);
	l->sorted = l->n;
}

void
backup_list_done(struct backup_list *l)
{
	free(l->files);
	*l = (struct backup_list){ .n = 0 };
}

static int
make_parent(const char *path)
{
	char parent[2 * BACKUP_PATH_BYTES + 4096];
	char *slash;

	snprintf(parent, sizeof(parent), "%s", path);
	if ((slash = strrchr(parent, '/')) == NULL || slash == parent)
		return 0;
	*slash = '\0';
	return fsx_mkdirs(parent, 0700);
}

int
backup_copy(int fd, uint64_t max, const char *to, uint64_t *bytes,
    uint8_t sha256[HASH_BYTES])
{
	uint8_t block[BLOCK];
	struct hash h;
	uint64_t at = 0;
	ssize_t n = 0;
	int out, e;

	if ((e = make_parent(to)) != 0)
		return e;
	out = open(to, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW,
	    0600);
	if (out < 0)
		return errno == EEXIST ? ERR_EXIST : ERR_IO;
	hash_init(&h);
	while (e == 0 && at < max) {
		size_t want =
		    max - at < sizeof(block) ? (size_t)(max - at) : BLOCK;

		n = pread(fd, block, want, (off_t)at);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			break;
		hash_add(&h, block, (size_t)n);
		e = fsx_write_all(out, block, (size_t)n);
		at += (uint64_t)n;
	}
	if (e == 0 && n < 0)
		e = ERR_IO;
	if (close(out) < 0 && e == 0)
		e = ERR_IO;
	hash_end(&h, sha256);
	*bytes = at;
	return e;
}

/* ---- the manifest */

static json_t *
file_json(const struct backup_file *f)
{
	char hex[HASH_HEX];

	hash_hex(f->sha256, hex);
	return json_pack("{s:s, s:s, s:I}", "path", f->path, "sha256", hex,
	    "size", (json_int_t)f->bytes);
}

int
backup_manifest(const struct backup_list *l, const struct backup_report *r,
    struct buf *out)
{
	json_t *files = json_array(), *root;
	char *text = NULL;
	int e = 0;

	for (size_t i = 0; e == 0 && i < l->n; i++)
		e = json_array_append_new(files, file_json(&l->files[i]));
	root = json_pack("{s:o, s:b, s:I, s:s, s:s, s:s}", "files", files,
	    "keys", r->has_keys, "parcel", (json_int_t)r->last_seq, "schema",
	    BACKUP_SCHEMA, "time", r->time, "version", SEKISHO_VERSION);
	if (e == 0 && root != NULL)
		text = json_dumps(root, JSON_COMPACT | JSON_SORT_KEYS);
	json_decref(root);
	e = text == NULL ? ERR_NOMEM : buf_puts(out, text);
	free(text);
	return e;
}

/* A path that stays below the folder: no empty, ".", ".." parts, no NUL. */
static bool
is_safe(const char *path)
{
	const char *s = path;
	size_t n;

	for (;;) {
		n = strcspn(s, "/");
		if (n == 0 || (n == 1 && s[0] == '.') ||
		    (n == 2 && s[0] == '.' && s[1] == '.'))
			return false;
		if (s[n] == '\0')
			return true;
		s += n + 1;
	}
}

static int
parse_file(const json_t *o, struct backup_list *l)
{
	const json_t *p = json_object_get(o, "path");
	const char *path = json_string_value(p);
	const char *hex = json_string_value(json_object_get(o, "sha256"));
	json_int_t size = json_integer_value(json_object_get(o, "size"));
	uint8_t digest[HASH_BYTES];

	if (path == NULL || strlen(path) != json_string_length(p) ||
	    !is_safe(path) || hex == NULL || strlen(hex) != HASH_HEX - 1 ||
	    size < 0 ||
	    sodium_hex2bin(digest, sizeof(digest), hex, strlen(hex), NULL, NULL,
		NULL) != 0)
		return ERR_MALFORMED;
	return backup_list_add(l, path, (uint64_t)size, digest, 0);
}

int
backup_parse(const void *text, size_t n, struct backup_list *l,
    struct backup_report *r)
{
	json_t *root = json_loadb(text, n, JSON_REJECT_DUPLICATES, NULL);
	json_t *files = json_object_get(root, "files"), *one;
	const char *schema = json_string_value(json_object_get(root, "schema"));
	const char *time = json_string_value(json_object_get(root, "time"));
	json_int_t seq = json_integer_value(json_object_get(root, "parcel"));
	size_t i;
	int e = 0;

	*l = (struct backup_list){ .n = 0 };
	if (schema == NULL || strcmp(schema, BACKUP_SCHEMA) != 0 ||
	    !json_is_array(files) || time == NULL || seq < 0)
		e = ERR_MALFORMED;
	if (e == 0)
		json_array_foreach(files, i, one) if (e == 0) e =
		    parse_file(one, l);
	if (e == 0) {
		snprintf(r->time, sizeof(r->time), "%s", time);
		r->last_seq = (uint64_t)seq;
		r->has_keys = json_is_true(json_object_get(root, "keys"));
	} else
		backup_list_done(l);
	json_decref(root);
	return e;
}
