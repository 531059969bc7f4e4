/* Shared by zip*.c of the archive module, and by who adds members to a ZIP. */
#ifndef FORMATS_ZIP_INT_H
#define FORMATS_ZIP_INT_H

#include "formats/doc.h"
#include "formats/safename.h"

#define ZIP_MAX_DEPTH 16 /* components of a path */

/* An entry's name, made safe component by component. */
struct zip_name {
	char part[ZIP_MAX_DEPTH][SAFENAME_BUF];
	size_t n;     /* 0: nothing is left ("/", "..") */
	bool outside; /* absolute, "..", a drive */
	bool changed; /* differs from what stood there */
};

int zip_name_read(const char *name, struct zip_name *) MUST_CHECK;

/* Paths given out so far; no two are equal where case does not count. */
struct zip_paths;
int zip_paths_new(struct doc *, struct zip_paths **) MUST_CHECK;
/*
 * The folder made of the first n components, "a/b/", "" for none; a folder
 * that differs from an earlier one by case alone is that one. *fresh: it was
 * not named yet by a folder entry of its own.
 */
int zip_paths_dir(struct zip_paths *, const struct zip_name *, size_t n,
    const char **dir, bool *fresh) MUST_CHECK;
/* A free path for base inside dir; *numbered when " (2)" had to be added. */
int zip_paths_file(struct zip_paths *, const char *dir, const char *base,
    const char **path, bool *numbered) MUST_CHECK;

/* The name with the extension of what was made of a member; one of another
 * known format gives way. */
int zip_real_name(const struct doc_result *, const char *base,
    char out[SAFENAME_BUF]) MUST_CHECK;
/* The text that stands in for a held member, in buf. */
int zip_note(const char *name, int err, struct buf *) MUST_CHECK;

#endif
