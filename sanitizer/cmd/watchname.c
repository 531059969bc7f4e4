/* See watchname.h. */
#include "cmd/watchname.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/err.h"

#define COMPONENT_BYTES 255
#define NUMBER_BYTES	16 /* " (99999)" and some */

static bool
ends_in(const char *name, const char *tail)
{
	size_t n = strlen(name), m = strlen(tail);

	return n > m && strcasecmp(name + n - m, tail) == 0;
}

static bool
begins_with(const char *name, const char *head)
{
	return strncasecmp(name, head, strlen(head)) == 0;
}

/* Browsers: Firefox, Chrome, Safari, Edge, Opera; copies of robocopy and
 * rsync; what Office writes before it renames. */
static const char *const partial[] = { ".part", ".partial", ".crdownload",
	".download", ".opdownload", ".tmp", ".filepart", NULL };

static const char *const names[] = { "Thumbs.db", "ehthumbs.db", "desktop.ini",
	".DS_Store", ".directory", ".localized", NULL };

/* Lock files of Office and LibreOffice, twins of macOS, what a file that is
 * open is renamed to when it is removed, and our own. */
static const char *const heads[] = { "~$", ".~lock.", "._", ".smbdelete",
	".nfs", ".fuse_hidden", ".sekisho-", NULL };

static const char *const tails[] = { ".swp", ".swo", ".swx", NULL };

enum watch_kind
watch_kind(const char *name)
{
	for (int i = 0; names[i] != NULL; i++)
		if (strcasecmp(name, names[i]) == 0)
			return WATCH_IGNORED;
	for (int i = 0; heads[i] != NULL; i++)
		if (begins_with(name, heads[i]))
			return WATCH_IGNORED;
	for (int i = 0; tails[i] != NULL; i++)
		if (ends_in(name, tails[i]))
			return WATCH_IGNORED;
	for (int i = 0; partial[i] != NULL; i++)
		if (ends_in(name, partial[i]))
			return WATCH_PARTIAL;
	return WATCH_FILE;
}

/* At most max bytes of s, and no part of a character. */
static size_t
cut(const char *s, size_t max)
{
	size_t n = strlen(s);

	if (n <= max)
		return n;
	for (n = max; n > 0 && ((unsigned char)s[n] & 0xc0) == 0x80; n--)
		;
	return n;
}

int
watch_text_name(const char *path, const char *tail, unsigned n, char *out)
{
	const char *slash = strrchr(path, '/');
	const char *base = slash == NULL ? path : slash + 1;
	const char *dot = strrchr(tail, '.');
	char number[NUMBER_BYTES] = "";
	size_t keep;
	int w;

	if (n > 1)
		snprintf(number, sizeof(number), " (%u)", n);
	keep = cut(base, COMPONENT_BYTES - NUMBER_BYTES - strlen(tail));
	w = snprintf(out, WATCH_NAME_BYTES, "%.*s%.*s%.*s%s%s",
	    (int)(base - path), path, (int)keep, base, (int)(dot - tail), tail,
	    number, dot);
	return w < 0 || w >= WATCH_NAME_BYTES ? ERR_LIMIT : 0;
}
