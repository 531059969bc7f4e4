/*
 * Three opinions about what a file is; see identify.h.
 */
#include "formats/identify.h"

#include <magic.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

static magic_t cookie;

int
identify_preload(void)
{
	if (cookie != NULL)
		return 0;
	cookie = magic_open(MAGIC_MIME_TYPE | MAGIC_NO_CHECK_COMPRESS |
			    MAGIC_NO_CHECK_TAR | MAGIC_NO_CHECK_ELF);
	if (cookie == NULL || magic_load(cookie, NULL) != 0)
		return ERR_IO;
	return 0;
}

static bool
listed(const char *const *list, const char *s)
{
	for (; list != NULL && *list != NULL; list++)
		if (strcasecmp(*list, s) == 0)
			return true;
	return false;
}

const struct format *
format_by_id(const char *id)
{
	size_t n;

	for (size_t i = 0; formats[i] != NULL; i++) {
		n = strlen(formats[i]->id);
		if (strncmp(formats[i]->id, id, n) == 0 &&
		    (id[n] == '\0' || id[n] == '.'))
			return formats[i];
	}
	return NULL;
}

const struct format *
format_by_extension(const char *ext)
{
	for (size_t i = 0; formats[i] != NULL; i++)
		if (listed(formats[i]->extensions, ext))
			return formats[i];
	return NULL;
}

/* Fills out->format and structure; ERR_AMBIGUOUS names both. */
static int
by_structure(const struct reader *in, enum probe want, struct identity *out)
{
	const char *sub, *first = NULL;
	struct reader fresh;
	int n = 0;

	for (size_t i = 0; formats[i] != NULL; i++) {
		fresh = *in;
		fresh.pos = 0;
		sub = NULL;
		if (formats[i]->probe(&fresh, &sub) != want)
			continue;
		if (sub == NULL)
			sub = formats[i]->id;
		if (n++ == 0) {
			first = sub;
			out->format = formats[i];
			snprintf(out->structure, sizeof(out->structure), "%s",
			    sub);
		} else {
			snprintf(out->structure, sizeof(out->structure),
			    "%s, %s", first, sub);
		}
	}
	if (n > 1)
		return ERR_AMBIGUOUS;
	return n == 1 ? 0 : ERR_UNSUPPORTED;
}

static void
by_name(const char *name, struct identity *out)
{
	const char *dot = strrchr(name, '.');

	if (dot == NULL || dot == name || strlen(dot + 1) >= ID_BYTES)
		return;
	for (size_t i = 0; dot[i + 1] != '\0'; i++)
		out->name[i] = (char)(dot[i + 1] >= 'A' && dot[i + 1] <= 'Z'
					  ? dot[i + 1] + 32
					  : dot[i + 1]);
}

static void
by_magic(const struct reader *in, struct identity *out)
{
	const char *says = magic_buffer(cookie, in->data, in->len);

	snprintf(out->magic, sizeof(out->magic), "%s",
	    says == NULL ? "" : says);
}

int
identify(const struct reader *in, const char *name, bool ask_magic,
    struct identity *out)
{
	int e;

	memset(out, 0, sizeof(*out));
	by_name(name, out);
	if (ask_magic && cookie != NULL)
		by_magic(in, out);
	e = by_structure(in, PROBE_YES, out);
	if (e == ERR_UNSUPPORTED)
		e = by_structure(in, PROBE_MAYBE, out);
	if (e != 0)
		return e;
	out->name_agrees =
	    out->name[0] == '\0' || listed(out->format->extensions, out->name);
	out->magic_agrees =
	    out->magic[0] == '\0' ||
	    strcmp(out->magic, "application/octet-stream") == 0 ||
	    listed(out->format->mime, out->magic);
	return 0;
}
