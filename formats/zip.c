/*
 * The archive module: every file of a ZIP archive is identified and rebuilt on
 * its own, and packed into a new archive under a safe name. What cannot be
 * rebuilt is replaced by a text that says so.
 *
 * Dropped: comments, extra fields, attributes, links, devices, housekeeping
 * files of systems. Kept: order, DOS times, folders (also empty ones).
 */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "formats/known/zipkind.h"
#include "formats/zip_int.h"
#include "formats/zipx.h"

struct pack {
	struct doc *d;
	struct zipx *z;
	struct zipw *w;
	struct zip_paths *paths;
	size_t files, kept, locked;
	int first_err;
	char first_message[DOC_MESSAGE_BYTES];
};

/* The member at work, for the choice of its new name. */
struct member {
	struct pack *k;
	const struct zip_entry *en;
	struct zip_name *name;
	const char *path; /* chosen, whole */
	bool numbered;
	int err;
};

/* Does this extension say what the output is? */
static bool
says_it(const char *ext, const char *want, const struct doc_result *res)
{
	const struct format *f = format_by_id(res->out_format);

	if (strcasecmp(ext, want) == 0)
		return true;
	if (f == NULL || strcmp(res->structure, res->out_format) != 0 ||
	    (strchr(res->out_format, '.') != NULL && !(f->flags & FMT_TEXT)))
		return false;
	for (const char *const *x = f->extensions; x != NULL && *x != NULL; x++)
		if (strcasecmp(*x, ext) == 0)
			return true;
	return false;
}

int
zip_real_name(const struct doc_result *res, const char *base,
    char out[SAFENAME_BUF])
{
	const struct format *f = format_by_id(res->out_format);
	const char *ext = safename_get_ext(base), *want = res->out_ext;

	if (want[0] == '\0' && f != NULL && f->extensions != NULL)
		want = f->extensions[0];
	if (want == NULL || want[0] == '\0' || says_it(ext, want, res)) {
		snprintf(out, SAFENAME_BUF, "%s", base);
		return 0;
	}
	return safename_ext(base, format_by_extension(ext) != NULL, want, out);
}

static int
choose_path(struct member *m, const struct doc_result *res)
{
	const char *base = m->name->part[m->name->n - 1], *dir;
	char out[SAFENAME_BUF];
	int e;

	e = res->err == 0 ? zip_real_name(res, base, out)
			  : safename_ext(base, false, "held.txt", out);
	if (e != 0 || (e = zip_paths_dir(m->k->paths, m->name, m->name->n - 1,
			   &dir, NULL)) != 0)
		return e;
	return zip_paths_file(m->k->paths, dir, out, &m->path, &m->numbered);
}

static void
name_out(void *arg, struct doc_result *res)
{
	struct member *m = arg;

	m->err = choose_path(m, res);
	if (m->err == 0)
		utf8_printable(m->path, strlen(m->path), res->out_name,
		    sizeof(res->out_name));
}

static int
report_name(struct pack *k, const struct zip_entry *en,
    const struct zip_name *name, const char *path, bool numbered)
{
	int e = 0;

	if (name->outside)
		e = doc_found(k->d, FIND_ZIP_PATH, ACT_REPLACED, en->name, "%s",
		    path);
	else if (name->changed || numbered)
		e = doc_found(k->d, FIND_ZIP_RENAMED, ACT_REPLACED, en->name,
		    "%s", path);
	return e;
}

static int
add_note(struct member *m, const struct doc_result *res)
{
	struct pack *k = m->k;
	struct buf b;
	int e;

	if (k->first_err == 0) {
		k->first_err = res->err;
		snprintf(k->first_message, sizeof(k->first_message), "%s",
		    res->message);
	}
	k->locked += res->err == ERR_ENCRYPTED;
	if ((e = doc_found(k->d, FIND_MEMBER_HELD, ACT_REPLACED, m->en->name,
		 "%s: %s", err_name(res->err), res->message)) != 0)
		return e;
	buf_init(&b, 1 << 16);
	e = zip_note(m->name->part[m->name->n - 1], res->err, &b);
	if (e == 0)
		e = zipw_add(k->w, m->path, m->en->mtime_dos, false, b.data,
		    b.len);
	buf_done(&b);
	return e;
}

/* Unpack and rebuild into out. The error is the member's, told in res. */
static int
run_member(struct member *m, size_t i, struct buf *in, struct buf *out,
    struct doc_result *res)
{
	struct pack *k = m->k;
	struct reader r = { 0 };
	struct child c = { .in = &r,
		.name = m->name->part[m->name->n - 1],
		.where = m->en->name,
		.flags = CHILD_MEMBER,
		.name_out = name_out,
		.arg = m };
	struct sink s;
	int e;

	if ((e = zipx_slurp(k->z, i, in)) != 0) {
		if (e == ERR_IO || doc_exhausted(k->d))
			return e;
		return doc_child_lost(k->d, &c, e, res);
	}
	buf_reader(in, &r);
	sink_init_buf(&s, out, doc_budget(k->d, BUDGET_OUT_BYTES));
	e = doc_child(k->d, &c, &s, res);
	sink_done(&s);
	if (e == ERR_IO || e == ERR_INTERNAL || (e != 0 && res->err == 0))
		return doc_fail(k->d, e, "%s: %s", m->en->name, res->message);
	if (doc_exhausted(k->d))
		return doc_fail(k->d, ERR_LIMIT, "%s: %s", m->en->name,
		    res->message);
	return 0;
}

static int
add_file(struct pack *k, const struct zip_entry *en, struct zip_name *name,
    size_t i)
{
	struct member m = { .k = k, .en = en, .name = name };
	struct doc_result res;
	struct buf in, out;
	int e;

	k->files++;
	buf_init(&in, SIZE_MAX / 4);
	buf_init(&out, SIZE_MAX / 4);
	if ((e = run_member(&m, i, &in, &out, &res)) != 0)
		goto out;
	buf_done(&in);
	if ((e = m.err) != 0 ||
	    (e = report_name(k, en, name, m.path, m.numbered)) != 0)
		goto out;
	if (res.err != 0) {
		e = add_note(&m, &res);
		goto out;
	}
	k->kept++;
	e = zipw_add(k->w, m.path, en->mtime_dos, zipw_is_packed(&res),
	    out.data, out.len);
out:
	buf_done(&in);
	buf_done(&out);
	return e;
}

static int
add_folder(struct pack *k, const struct zip_entry *en,
    const struct zip_name *name)
{
	const char *dir;
	bool fresh;
	int e;

	if ((e = zip_paths_dir(k->paths, name, name->n, &dir, &fresh)) != 0 ||
	    (e = report_name(k, en, name, dir, false)) != 0 || !fresh)
		return e;
	return zipw_add(k->w, dir, en->mtime_dos, true, "", 0);
}

static bool
is_one_of(const char *s, const char *const *list)
{
	for (; *list != NULL; list++)
		if (strcasecmp(*list, s) == 0)
			return true;
	return false;
}

/* Files that systems leave behind or obey, by their safe names. */
static int
drop_system_file(struct pack *k, const struct zip_entry *en,
    const struct zip_name *name, bool *dropped)
{
	static const char *const left[] = { "desktop.ini", "thumbs.db",
		"ehthumbs.db", ".ds_store", NULL };
	static const char *const obeyed[] = { "autorun.inf", "folder.htt",
		NULL };
	const char *base = name->part[name->n - 1];
	bool run = is_one_of(base, obeyed);

	*dropped = run || is_one_of(base, left) ||
		   strncmp(base, "._", 2) == 0 ||
		   strcasecmp(name->part[0], "__MACOSX") == 0;
	if (!*dropped)
		return 0;
	return doc_found(k->d, run ? FIND_ZIP_AUTORUN : FIND_ZIP_SYSTEM_FILE,
	    ACT_REMOVED, en->name, NULL);
}

static int
add_entry(struct pack *k, size_t i)
{
	const struct zip_entry *en = zipx_entry(k->z, i);
	struct zip_name name;
	bool dropped;
	int e;

	if (en->is_symlink || en->is_special)
		return doc_found(k->d, FIND_ZIP_LINK, ACT_REMOVED, en->name,
		    NULL);
	if ((e = zip_name_read(en->name, &name)) != 0)
		return e;
	if (name.n == 0 && en->is_dir)
		return doc_found(k->d, FIND_ZIP_PATH, ACT_REMOVED, en->name,
		    NULL);
	if (name.n == 0) {
		memcpy(name.part[0], "_", 2);
		name.n = 1;
	}
	if ((e = drop_system_file(k, en, &name, &dropped)) != 0 || dropped)
		return e;
	return en->is_dir ? add_folder(k, en, &name)
			  : add_file(k, en, &name, i);
}

static int
rebuild(struct doc *d)
{
	struct pack k = { .d = d };
	int e;

	if ((e = zipx_open(d, 0, &k.z)) != 0 || (e = zipw_new(d, &k.w)) != 0 ||
	    (e = zip_paths_new(d, &k.paths)) != 0)
		return e;
	for (size_t i = 0; i < zipx_count(k.z); i++)
		if ((e = add_entry(&k, i)) != 0)
			return e;
	if (k.kept == 0 && k.locked > 0)
		return doc_fail(d, ERR_ENCRYPTED, "needs a password");
	if (k.kept == 0 && k.files > 0)
		return doc_fail(d, k.first_err,
		    "nothing in it could be let through; the first: %s",
		    k.first_message);
	doc_makes(d, "zip", "zip");
	return zipw_finish(k.w, false, NULL);
}

static enum probe
probe(const struct reader *r, const char **sub)
{
	(void)sub;
	return zip_is_plain(r) ? PROBE_YES : PROBE_NO;
}

static const char *const mime[] = { "application/zip", NULL };
static const char *const extensions[] = { "zip", NULL };

const struct format format_zip = { .id = "zip",
	.mime = mime,
	.extensions = extensions,
	.flags = FMT_CONTAINER,
	.preload = zipx_preload,
	.probe = probe,
	.rebuild = rebuild };
