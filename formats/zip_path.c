/*
 * Safe and unique paths inside the archive that is written.
 */
#include <stdlib.h>
#include <stdio.h>
#include <string.h>

#include "formats/zip_int.h"

#define SLOTS 8192

struct path {
	struct path *next; /* in its slot */
	const char *key;   /* folded, without '/' at the end */
	const char *path;  /* as written first; folders with '/' */
	struct path *dir;  /* a folder whose name this file had taken */
	unsigned number;   /* last one tried for twins */
	bool is_dir;
	bool named; /* a folder entry of its own is written */
};

struct zip_paths {
	struct doc *d;
	struct path *slots[SLOTS];
};

/* "C:" or "C:rest": the drive is no part of a name. */
static size_t
skip_drive(const char *s)
{
	if (((*s >= 'A' && *s <= 'Z') || (*s >= 'a' && *s <= 'z')) &&
	    s[1] == ':')
		return 2;
	return 0;
}

static int
add_part(struct zip_name *out, const char *s, size_t n)
{
	char part[SAFENAME_BUF];
	int e;

	if ((e = safename_part(s, n, part)) != 0)
		return e;
	if (n == 0 || strlen(part) != n || memcmp(part, s, n) != 0)
		out->changed = true;
	if (n == 2 && s[0] == '.' && s[1] == '.')
		out->outside = true;
	if (part[0] == '\0')
		return 0;
	/* Too deep: the last folder gives way to what is inside it. */
	if (out->n == ZIP_MAX_DEPTH) {
		out->changed = true;
		out->n--;
	}
	memcpy(out->part[out->n++], part, sizeof(part));
	return 0;
}

int
zip_name_read(const char *name, struct zip_name *out)
{
	size_t drive = skip_drive(name);
	const char *end, *s = name + drive;
	int e;

	out->n = 0;
	out->outside = drive > 0 || *s == '/';
	out->changed = out->outside;
	for (;; s = end + 1) {
		end = strchrnul(s, '/');
		/* The '/' at the end of a folder is no change. */
		if (*end == '\0' && end == s && s != name)
			return 0;
		if ((e = add_part(out, s, (size_t)(end - s))) != 0)
			return e;
		if (*end == '\0')
			return 0;
	}
}

int
zip_paths_new(struct doc *d, struct zip_paths **out)
{
	struct zip_paths *p = doc_alloc(d, sizeof(*p));

	if (p == NULL)
		return ERR_NOMEM;
	p->d = d;
	*out = p;
	return 0;
}

static struct path **
slot_of(struct zip_paths *p, const char *key)
{
	uint32_t h = 2166136261u;

	for (; *key != '\0'; key++)
		h = (h ^ (unsigned char)*key) * 16777619u;
	return &p->slots[h % SLOTS];
}

/* The entry of this path, or a fresh one (*made) without a path yet. */
static int
look_up(struct zip_paths *p, const char *path, struct path **out, bool *made)
{
	struct path **slot, *x;
	struct buf key;
	int e;

	*made = false;
	buf_init(&key, 1 << 16);
	if ((e = safename_fold(path, &key)) != 0 || (e = buf_u8(&key, 0)) != 0)
		goto out;
	slot = slot_of(p, (const char *)key.data);
	for (x = *slot; x != NULL; x = x->next)
		if (strcmp(x->key, (const char *)key.data) == 0)
			break;
	if (x == NULL) {
		e = ERR_NOMEM;
		if ((x = doc_alloc(p->d, sizeof(*x))) == NULL ||
		    (x->key = doc_strndup(p->d, key.data, key.len)) == NULL)
			goto out;
		e = 0;
		x->next = *slot;
		x->number = 1;
		*slot = x;
		*made = true;
	}
	*out = x;
out:
	buf_done(&key);
	return e;
}

static int
concat(struct zip_paths *p, const char *a, const char *b, const char *c,
    const char **out)
{
	size_t na = strlen(a), nb = strlen(b), nc = strlen(c);
	char *s = doc_alloc(p->d, na + nb + nc + 1);

	if (s == NULL)
		return ERR_NOMEM;
	memcpy(s, a, na);
	memcpy(s + na, b, nb);
	memcpy(s + na + nb, c, nc + 1);
	*out = s;
	return 0;
}

/* dir + base, or with a number when taken; a folder may be one met before. */
static int
claim(struct zip_paths *p, const char *dir, const char *base, bool is_dir,
    struct path **out, bool *numbered)
{
	char name[SAFENAME_BUF];
	struct path *first = NULL, *x;
	const char *full;
	bool made;
	int e;

	*numbered = false;
	snprintf(name, sizeof(name), "%s", base);
	for (;;) {
		if ((e = concat(p, dir, name, "", &full)) != 0 ||
		    (e = look_up(p, full, &x, &made)) != 0)
			return e;
		if (is_dir && !made && x->dir != NULL)
			x = x->dir;
		if (made || (is_dir && x->is_dir))
			break;
		first = first == NULL ? x : first;
		*numbered = true;
		first->number++;
		if ((e = safename_number(base, first->number, name)) != 0)
			return e;
	}
	*out = x;
	if (first != NULL && is_dir)
		first->dir = x;
	if (!made)
		return 0;
	x->is_dir = is_dir;
	return concat(p, dir, name, is_dir ? "/" : "", &x->path);
}

int
zip_paths_dir(struct zip_paths *p, const struct zip_name *name, size_t n,
    const char **dir, bool *fresh)
{
	struct path *x = NULL;
	bool numbered;
	int e;

	*dir = "";
	for (size_t i = 0; i < n; i++) {
		e = claim(p, *dir, name->part[i], true, &x, &numbered);
		if (e != 0)
			return e;
		*dir = x->path;
	}
	if (fresh != NULL) {
		*fresh = x != NULL && !x->named;
		if (x != NULL)
			x->named = true;
	}
	return 0;
}

int
zip_paths_file(struct zip_paths *p, const char *dir, const char *base,
    const char **path, bool *numbered)
{
	struct path *x;
	int e;

	if ((e = claim(p, dir, base, false, &x, numbered)) != 0)
		return e;
	*path = x->path;
	return 0;
}
