/*
 * A uuencoded file as a file of its own: what it holds leaves in a ZIP, each
 * file rebuilt on its own, under a safe name. Text around the blocks goes.
 */
#include <string.h>

#include "formats/format.h"
#include "formats/mail/outlook.h"
#include "formats/zip_int.h"
#include "formats/zipx.h"

struct uufile {
	struct doc *d;
	struct zipw *w;
	struct zip_paths *paths;
	const struct mpart *part;
	const char *path;
	size_t kept;
	int err; /* of choosing the name */
};

static int
choose_path(struct uufile *u, const struct doc_result *res)
{
	char base[SAFENAME_BUF], out[SAFENAME_BUF];
	const char *name = u->part->name;
	bool numbered;
	int e;

	for (const char *s = name; *s != '\0'; s++)
		if (*s == '/' || *s == '\\')
			name = s + 1;
	if ((e = safename_part(name, strlen(name), base)) != 0)
		return e;
	if (base[0] == '\0')
		memcpy(base, "_", 2);
	e = res->err == 0 ? zip_real_name(res, base, out)
			  : safename_ext(base, false, "held.txt", out);
	if (e != 0)
		return e;
	return zip_paths_file(u->paths, "", out, &u->path, &numbered);
}

static void
name_out(void *arg, struct doc_result *res)
{
	struct uufile *u = arg;

	u->err = choose_path(u, res);
	if (u->err == 0)
		utf8_printable(u->path, strlen(u->path), res->out_name,
		    sizeof(res->out_name));
}

static int
add_note(struct uufile *u, const struct doc_result *res)
{
	struct buf b;
	int e;

	if ((e = doc_found(u->d, FIND_MEMBER_HELD, ACT_REPLACED, u->part->name,
		 "%s: %s", err_name(res->err), res->message)) != 0)
		return e;
	buf_init(&b, 1 << 16);
	e = zip_note(u->part->name, res->err, &b);
	if (e == 0)
		e = zipw_add(u->w, u->path, 0, false, b.data, b.len);
	buf_done(&b);
	return e;
}

static int
add_file(struct uufile *u)
{
	struct child c = { .in = &u->part->body,
		.name = u->part->name,
		.where = u->part->name,
		.flags = CHILD_MEMBER,
		.name_out = name_out,
		.arg = u };
	struct doc_result res;
	struct sink s;
	struct buf out;
	int e;

	buf_init(&out, SIZE_MAX / 4);
	sink_init_buf(&s, &out, doc_budget(u->d, BUDGET_OUT_BYTES));
	e = doc_child(u->d, &c, &s, &res);
	sink_done(&s);
	if (e == ERR_IO || e == ERR_INTERNAL || doc_exhausted(u->d) ||
	    (e != 0 && res.err == 0))
		e = doc_fail(u->d, e != 0 ? e : ERR_LIMIT, "%s: %s",
		    u->part->name, res.message);
	else if ((e = u->err) == 0 && res.err != 0)
		e = add_note(u, &res);
	else if (e == 0) {
		u->kept++;
		e = zipw_add(u->w, u->path, 0, zipw_is_packed(&res), out.data,
		    out.len);
	}
	buf_done(&out);
	return e;
}

static int
add_all(struct uufile *u, const struct mpart *files)
{
	int e;

	for (u->part = files; u->part != NULL; u->part = u->part->next)
		if ((e = add_file(u)) != 0)
			return e;
	if (u->kept == 0)
		return doc_fail(u->d, ERR_UNSUPPORTED,
		    "nothing in it could be let through");
	doc_makes(u->d, "zip", "zip");
	return zipw_finish(u->w, false, NULL);
}

static int
rebuild(struct doc *d)
{
	struct uufile u = { .d = d };
	struct reader in = doc_in(d);
	struct mpart *files;
	struct buf rest;
	int e;

	buf_init(&rest, in.len + 65536);
	e = mail_uu(d, &in, "", &rest, &files);
	buf_done(&rest);
	if (e == 0 && files == NULL)
		e = doc_fail(d, ERR_MALFORMED, "no uuencoded file");
	if (e != 0 || (e = zipw_new(d, &u.w)) != 0 ||
	    (e = zip_paths_new(d, &u.paths)) != 0)
		return e;
	return add_all(&u, files);
}

/* A block begins with the very first line: anything else is a text. */
static enum probe
probe(const struct reader *in, const char **sub)
{
	(void)sub;
	if (!reader_has(in, 0, "begin ", 6))
		return PROBE_NO;
	return mail_uu_first(in) ? PROBE_YES : PROBE_NO;
}

static const char *const mime[] = { "text/x-uuencode", "text/plain",
	"application/octet-stream", NULL };
static const char *const extensions[] = { "uu", "uue", NULL };

const struct format format_uu = {
	.id = "uu",
	.mime = mime,
	.extensions = extensions,
	.flags = FMT_CONTAINER,
	.probe = probe,
	.rebuild = rebuild,
};
