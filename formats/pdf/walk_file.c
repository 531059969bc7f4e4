/*
 * Files inside a document (ISO 32000-1, 7.11): each is taken out, identified
 * and rebuilt as a document of its own. If any came out, the result is a ZIP
 * archive: the PDF, and the files in a folder beside it. Nothing is put into
 * a PDF again. References to files outside only end.
 */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "formats/pdf/walk_int.h"
#include "formats/zip_int.h"
#include "formats/zipx.h"

#define FILES_MAX 10000
#define FOLDER	  "添付/"

struct wfiles {
	struct zipw *zip;
	struct zip_paths *paths;
	size_t n; /* in the archive */
};

/* The file at work, for the choice of its new name. */
struct file {
	struct walk *w;
	const char *where;
	char name[SAFENAME_BUF];
	const char *path; /* chosen, whole */
	int err;
};

/* ---- into the archive */

static int
choose_path(struct file *f, const struct doc_result *res)
{
	char out[SAFENAME_BUF];
	bool numbered;
	int e;

	e = res->err == 0 ? zip_real_name(res, f->name, out)
			  : safename_ext(f->name, false, "held.txt", out);
	if (e != 0)
		return e;
	return zip_paths_file(f->w->files->paths, FOLDER, out, &f->path,
	    &numbered);
}

static void
name_out(void *arg, struct doc_result *res)
{
	struct file *f = arg;

	f->err = choose_path(f, res);
	if (f->err == 0)
		utf8_printable(f->path, strlen(f->path), res->out_name,
		    sizeof(res->out_name));
}

static int
add_note(struct file *f, const struct doc_result *res)
{
	struct walk *w = f->w;
	struct buf b;
	int e;

	if ((e = doc_found(w->d, FIND_MEMBER_HELD, ACT_REPLACED, f->name,
		 "%s: %s", err_name(res->err), res->message)) != 0)
		return e;
	buf_init(&b, 1 << 16);
	if ((e = zip_note(f->name, res->err, &b)) == 0)
		e = zipw_add(w->files->zip, f->path, 0, false, b.data, b.len);
	buf_done(&b);
	return e;
}

static int
rebuild_file(struct file *f, const struct reader *bytes)
{
	struct walk *w = f->w;
	struct child c = { .in = bytes,
		.name = f->name,
		.where = f->name,
		.flags = CHILD_MEMBER,
		.name_out = name_out,
		.arg = f };
	struct doc_result res;
	struct buf out;
	struct sink s;
	int e;

	buf_init(&out, SIZE_MAX / 4);
	sink_init_buf(&s, &out, doc_budget(w->d, BUDGET_OUT_BYTES));
	e = doc_child(w->d, &c, &s, &res);
	sink_done(&s);
	if (e == ERR_IO || e == ERR_INTERNAL || (e != 0 && res.err == 0))
		e = doc_fail(w->d, e, "%s: %s", f->name, res.message);
	else if (doc_exhausted(w->d))
		e = doc_fail(w->d, ERR_LIMIT, "%s: %s", f->name, res.message);
	else if (f->err != 0)
		e = f->err;
	else if (res.err != 0)
		e = add_note(f, &res);
	else
		e = zipw_add(w->files->zip, f->path, 0, zipw_is_packed(&res),
		    out.data, out.len);
	buf_done(&out);
	if (e == 0)
		w->files->n++;
	return e;
}

static int
files_ready(struct walk *w)
{
	struct wfiles *f;
	int e;

	if (w->files != NULL)
		return 0;
	if ((f = doc_alloc(w->d, sizeof(*f))) == NULL)
		return ERR_NOMEM;
	if ((e = zipw_new(w->d, &f->zip)) != 0 ||
	    (e = zip_paths_new(w->d, &f->paths)) != 0)
		return e;
	w->files = f;
	return 0;
}

/* ---- file specifications */

/* The base name, made safe; "file" when there is none. */
static int
read_name(struct walk *w, const struct pobj *spec, char out[SAFENAME_BUF])
{
	static const char *const keys[] = { "UF", "F", "Unix", "DOS", "Mac" };
	const struct pobj *v = NULL;
	const char *s, *p;
	struct buf b;
	int e = 0;

	if (pobj_is(spec, POBJ_STRING))
		v = spec;
	for (size_t i = 0; v == NULL && i < 5; i++) {
		if ((e = pwalk_get(w, spec, keys[i], &v)) != 0)
			return e;
		if (!pobj_is(v, POBJ_STRING))
			v = NULL;
	}
	buf_init(&b, 1 << 16);
	if (v != NULL)
		e = pwalk_text_get(w, v, &b);
	if (e == 0 && (s = buf_cstr(&b)) != NULL) {
		for (p = s; *p != '\0'; p++)
			if (*p == '/' || *p == '\\' || *p == ':')
				s = p + 1;
		e = safename_part(s, strlen(s), out);
	} else if (e == 0) {
		e = ERR_NOMEM;
	}
	buf_done(&b);
	if (e == 0 && out[0] == '\0')
		snprintf(out, SAFENAME_BUF, "file");
	return e == ERR_LIMIT ? doc_fail(w->d, e, "a name is too long") : e;
}

static int
embedded(struct walk *w, const struct pobj *spec, const struct pobj **stream)
{
	static const char *const keys[] = { "UF", "F", "Unix", "DOS", "Mac" };
	const struct pobj *ef, *v;
	int e;

	*stream = NULL;
	if (!pobj_is(spec, POBJ_DICT))
		return 0;
	if ((e = pwalk_get(w, spec, "EF", &ef)) != 0)
		return e;
	for (size_t i = 0; *stream == NULL && i < 5; i++) {
		if ((e = pwalk_get(w, ef, keys[i], &v)) != 0)
			return e;
		if (pobj_is(v, POBJ_STREAM))
			*stream = v;
	}
	return 0;
}

static int
take(struct file *f, const struct pobj *stream)
{
	struct walk *w = f->w;
	struct pdata data;
	struct memo m;
	bool ok;
	int e;

	if ((e = pwalk_seen(w, stream->number, PX_FILE, &m)) != 0 ||
	    m.state != MEMO_FRESH)
		return e;
	if (doc_options(w->d)->attachments == ATTACHMENTS_REMOVE)
		return doc_found(w->d, FIND_PDF_FILE_REMOVED, ACT_REMOVED,
		    f->where, "%s", f->name);
	/* In its archive the PDF itself stands one level deeper. */
	if (doc_depth(w->d) >= doc_options(w->d)->limits.max_depth)
		return doc_fail(w->d, ERR_LIMIT,
		    "a file attached to it, in files in files more than %u "
		    "deep: ask for it alone",
		    (unsigned)doc_options(w->d)->limits.max_depth);
	if ((e = files_ready(w)) != 0)
		return e;
	if (w->files->n >= FILES_MAX)
		return doc_fail(w->d, ERR_LIMIT, "more than %d files in it",
		    FILES_MAX);
	if ((e = doc_found(w->d, FIND_PDF_FILE, ACT_REPLACED, f->where, "%s",
		 f->name)) != 0 ||
	    (e = pwalk_stream(w, stream, f->where, &data, &ok)) != 0)
		return e;
	if (ok)
		e = rebuild_file(f, &data.bytes);
	pdf_data_free(w->p, &data);
	return e;
}

int
pwalk_file(struct walk *w, const struct pobj *src, const char *where)
{
	struct file f = { .w = w, .where = where };
	const struct pobj *spec, *stream;
	int e;

	if ((e = pwalk_resolve(w, src, &spec)) != 0 || spec == NULL ||
	    (e = read_name(w, spec, f.name)) != 0 ||
	    (e = embedded(w, spec, &stream)) != 0)
		return e;
	if (stream != NULL)
		return take(&f, stream);
	return doc_found(w->d, FIND_PDF_REMOTE, ACT_REMOVED, where, "%s",
	    f.name);
}

static int
from_tree(struct walk *w, void *arg, const struct pobj *key,
    const struct pobj *value)
{
	(void)key;
	return pwalk_file(w, value, arg);
}

int
pwalk_files_left(struct walk *w, const struct pobj *src, const char *where)
{
	char place[] = "EmbeddedFiles";
	const struct pobj *v;
	int e;

	if ((e = pwalk_resolve(w, src, &v)) != 0)
		return e;
	if (pobj_is(v, POBJ_DICT) &&
	    (pobj_get(v, "Names") != NULL || pobj_get(v, "Kids") != NULL))
		return pwalk_tree(w, v, false, from_tree, place);
	if (!pobj_is(v, POBJ_ARRAY))
		return pwalk_file(w, v, where);
	for (size_t i = 0; i < pobj_count(v); i++)
		if ((e = pwalk_file(w, pobj_item(v, i), where)) != 0)
			return e;
	return 0;
}

/* ---- the result */

/* The name of the PDF in the archive. */
static int
own_name(struct doc *d, char out[SAFENAME_BUF])
{
	const char *claimed = doc_name(d), *ext;
	char part[SAFENAME_BUF];
	int e;

	if ((e = safename_part(claimed, strlen(claimed), part)) != 0)
		return e;
	if (part[0] == '\0')
		snprintf(part, sizeof(part), "document.pdf");
	ext = safename_get_ext(part);
	if (strcmp(ext, "pdf") == 0) {
		memcpy(out, part, SAFENAME_BUF);
		return 0;
	}
	return safename_ext(part, strcasecmp(ext, "pdf") == 0, "pdf", out);
}

int
pdf_deliver(struct pdf *p, uint32_t root, uint32_t info)
{
	struct wfiles *f = p->walk->files;
	char name[SAFENAME_BUF];
	struct buf out;
	struct sink s;
	int e;

	if (f == NULL || f->n == 0) {
		doc_makes(p->d, "pdf", "pdf");
		return pout_finish(p->out, root, info);
	}
	if ((e = own_name(p->d, name)) != 0)
		return e;
	buf_init(&out, SIZE_MAX / 4);
	sink_init_buf(&s, &out, doc_budget(p->d, BUDGET_OUT_BYTES));
	s.plain = true;
	if ((e = pout_write(p->out, root, info, &s)) == 0)
		e = zipw_add(f->zip, name, 0, false, out.data, out.len);
	sink_done(&s);
	buf_done(&out);
	if (e != 0)
		return e;
	doc_makes(p->d, "zip", "zip");
	return zipw_finish(f->zip, false, name);
}
