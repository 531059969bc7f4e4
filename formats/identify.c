/*
 * Three opinions about what a file is; see identify.h.
 */
#include "formats/identify.h"

#include <magic.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "formats/identify_int.h"
#include "formats/known/names.h"

/* Every answer that counts is found in the first bytes. */
#define MAGIC_LOOK_BYTES (256u * 1024)

/* Its own defaults are made for a person who waits. */
static const struct {
	int param;
	size_t value;
} bounds[] = {
	{ MAGIC_PARAM_BYTES_MAX, MAGIC_LOOK_BYTES },
	{ MAGIC_PARAM_ENCODING_MAX, 16384 },
	{ MAGIC_PARAM_REGEX_MAX, 2048 },
};

static magic_t cookie;

int
identify_preload(void)
{
	static const char sample[] = "a,b\n1,2\n";

	if (cookie != NULL)
		return 0;
	cookie = magic_open(MAGIC_MIME_TYPE | MAGIC_NO_CHECK_COMPRESS |
			    MAGIC_NO_CHECK_TAR | MAGIC_NO_CHECK_ELF);
	if (cookie == NULL || magic_load_table(cookie) != 0)
		return ERR_IO;
	for (size_t i = 0; i < sizeof(bounds) / sizeof(bounds[0]); i++)
		if (magic_setparam(cookie, bounds[i].param, &bounds[i].value) !=
		    0)
			return ERR_IO;
	/* It compiles its expressions on first use: once, not per child. */
	(void)magic_buffer(cookie, sample, sizeof(sample) - 1);
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

struct candidates {
	const struct format *format[2]; /* of more, only the count matters */
	const char *sub[2];
	size_t n;
	/* Of the text family: what the name says, and plain text. */
	const struct format *named, *plain;
	const char *named_sub;
};

static void
gather(const struct reader *in, enum probe want, const char *ext,
    struct candidates *c)
{
	struct reader fresh;
	const char *sub;

	memset(c, 0, sizeof(*c));
	for (size_t i = 0; formats[i] != NULL; i++) {
		const struct format *f = formats[i];

		if (want == PROBE_YES && (f->flags & FMT_ASKED_LAST))
			continue;
		fresh = *in;
		fresh.pos = 0;
		sub = NULL;
		if (f->probe(&fresh, &sub) != want)
			continue;
		if (sub == NULL)
			sub = f->id;
		if (c->n < 2) {
			c->format[c->n] = f;
			c->sub[c->n] = sub;
		}
		c->n++;
		if (strcmp(f->id, "text") == 0)
			c->plain = f;
		if (c->named == NULL && ext[0] != '\0' &&
		    listed(f->extensions, ext)) {
			c->named = f;
			c->named_sub = sub;
		}
	}
}

/*
 * Fills out->format and structure; ERR_AMBIGUOUS names two. Only among the
 * MAYBE of the text family does the claimed name choose, else plain text.
 */
static int
by_structure(const struct reader *in, enum probe want, struct identity *out)
{
	struct candidates c;

	gather(in, want, out->name, &c);
	if (c.n > 1 && want == PROBE_MAYBE && c.named != NULL) {
		c.format[0] = c.named;
		c.sub[0] = c.named_sub;
		c.n = 1;
	} else if (c.n > 1 && want == PROBE_MAYBE && c.plain != NULL) {
		c.format[0] = c.plain;
		c.sub[0] = c.plain->id;
		c.n = 1;
	}
	if (c.n == 0)
		return ERR_UNSUPPORTED;
	if (c.n > 1) {
		snprintf(out->structure, sizeof(out->structure), "%s, %s",
		    c.sub[0], c.sub[1]);
		return ERR_AMBIGUOUS;
	}
	out->format = c.format[0];
	snprintf(out->structure, sizeof(out->structure), "%s", c.sub[0]);
	return 0;
}

static void
by_magic(const struct reader *in, struct identity *out)
{
	size_t n = in->len < MAGIC_LOOK_BYTES ? in->len : MAGIC_LOOK_BYTES;
	const char *says = magic_buffer(cookie, in->data, n);

	snprintf(out->magic, sizeof(out->magic), "%s",
	    says == NULL ? "" : says);
}

int
identify(const struct reader *in, const char *name, bool ask_magic,
    struct identity *out)
{
	int e;

	memset(out, 0, sizeof(*out));
	name_extension(name, out->name, sizeof(out->name));
	if (ask_magic && cookie != NULL)
		by_magic(in, out);
	e = by_structure(in, PROBE_YES, out);
	if (e == ERR_UNSUPPORTED)
		e = by_structure(in, PROBE_MAYBE, out);
	if (extension_blocked(out->name))
		return ERR_BLOCKED; /* whatever is inside */
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

int
identify_mail(struct identity *id)
{
	*id = (struct identity){ .format = format_by_id("mail"),
		.structure = "mail.eml",
		.magic_agrees = true,
		.name_agrees = true };
	return id->format != NULL ? 0 : ERR_UNSUPPORTED;
}

void
identify_expected(const struct reader *in, const char *expect,
    struct identity *id)
{
	const struct format *f = format_by_id(expect);
	const char *sub = NULL;
	struct reader fresh = *in;

	fresh.pos = 0;
	if (f == NULL || f == id->format || !(f->flags & FMT_TEXT) ||
	    !(id->format->flags & FMT_TEXT) ||
	    f->probe(&fresh, &sub) == PROBE_NO)
		return;
	id->format = f;
	snprintf(id->structure, sizeof(id->structure), "%s",
	    sub == NULL ? f->id : sub);
}
