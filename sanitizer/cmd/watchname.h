/*
 * Names in the drop folder: what is no document of a person, and how the
 * texts beside it are called.
 */
#ifndef CMD_WATCHNAME_H
#define CMD_WATCHNAME_H

#include <stdbool.h>
#include <stddef.h>

#define WATCH_NAME_BYTES 1100

enum watch_kind {
	WATCH_FILE = 0,
	WATCH_PARTIAL, /* still on its way: .part, .crdownload, ... */
	WATCH_IGNORED  /* of a program: lock files, Thumbs.db, ... */
};

/* Of one component, compared without regard to the case of ASCII letters. */
enum watch_kind watch_kind(const char *name);
/*
 * "a/b.docx", ".結果.txt", 2: "a/b.docx.結果 (2).txt" (1: without a number).
 * The last component is shortened, on a character border, so that it fits
 * into the 255 bytes of a file system. out: WATCH_NAME_BYTES. ERR_LIMIT.
 */
int watch_text_name(const char *path, const char *tail, unsigned n, char *out);

#endif
