/*
 * Pictures inside a package go through the picture modules like any other
 * picture. What no module can rebuild is replaced by a neutral picture that
 * says so, stretched into the same frame.
 */
#include "formats/ooxml/picture.h"

#include <stdio.h>
#include <string.h>

#include "formats/ooxml/placeholder.h"

#define PICTURE_BYTES (256u << 20)
#define WORKBOOK_TYPE \
	"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

typedef int (*accept_fn)(void *, const struct identity *);

static int
only_pictures(void *arg, const struct identity *id)
{
	(void)arg;
	return id->format->flags & FMT_IMAGE ? 0 : ERR_UNSUPPORTED;
}

static int
only_workbooks(void *arg, const struct identity *id)
{
	(void)arg;
	return strncmp(id->structure, "ooxml.xls", 9) == 0 ? 0
							   : ERR_UNSUPPORTED;
}

static int
only_drawings(void *arg, const struct identity *id)
{
	(void)arg;
	return strcmp(id->format->id, "svg") == 0 ? 0 : ERR_UNSUPPORTED;
}

/* "word/media/image3" and the extension of what came out. */
static int
finish_name(struct part *p, const struct doc_result *res)
{
	size_t n = strlen(p->out_name);
	const struct format *f = format_by_id(res->out_format);

	if (f == NULL || f->mime == NULL)
		return ERR_INTERNAL;
	p->out_type = p->kind == PART_EMBEDDED ? WORKBOOK_TYPE : f->mime[0];
	snprintf(p->out_name + n, sizeof(p->out_name) - n, ".%s", res->out_ext);
	p->out_ext =
	    doc_strndup(p->opc->doc, res->out_ext, strlen(res->out_ext));
	return p->out_ext == NULL ? ERR_NOMEM : 0;
}

/* Bytes rebuilt into the package; the error is the module's own. */
static int
rebuild(struct part *p, const struct reader *in, accept_fn accept,
    struct doc_result *res)
{
	struct child c = { .in = in,
		.name = "",
		.where = p->in_name,
		.flags = CHILD_NO_MAGIC,
		.accept = accept };
	struct sink sink;
	struct buf out;
	int e;

	buf_init(&out, PICTURE_BYTES);
	sink_init_buf(&sink, &out, PICTURE_BYTES);
	sink.plain = true;
	e = doc_child(p->opc->doc, &c, &sink, res);
	sink_done(&sink);
	if (e == 0 && (e = finish_name(p, res)) == 0)
		e = zipw_add(p->opc->zip, p->out_name, 0, true, out.data,
		    out.len);
	buf_done(&out);
	return e;
}

int
opc_placeholder(struct opc *o)
{
	struct doc_result res;
	struct reader in;
	int e;

	if ((e = opc_new_picture(o, &o->placeholder)) != 0)
		return e;
	reader_init(&in, placeholder_png, sizeof(placeholder_png));
	o->placeholder->in_name = "placeholder";
	return rebuild(o->placeholder, &in, only_pictures, &res);
}

static int
use_placeholder(struct part *p, const char *why)
{
	int e;

	p->out_type = NULL;
	/* Its number is the placeholder's: so it is when read again. */
	p->opc->numbers[PART_IMAGE]--;
	if ((e = part_found(p, FIND_OOXML_PICTURE, ACT_REPLACED, "%s", why)) !=
	    0)
		return e;
	return p->opc->placeholder != NULL ? 0 : opc_placeholder(p->opc);
}

static int
rebuild_entry(struct part *p, accept_fn accept, struct doc_result *res)
{
	struct reader in;
	struct buf b;
	int e;

	buf_init(&b, PICTURE_BYTES);
	if ((e = zipx_slurp(p->opc->in, p->entry, &b)) == 0) {
		buf_reader(&b, &in);
		e = rebuild(p, &in, accept, res);
	}
	buf_done(&b);
	return e;
}

int
opc_picture(struct part *p)
{
	struct doc_result res = { .message = "" };
	int e = rebuild_entry(p, only_pictures, &res);

	return e == 0 || doc_is_fatal(e) ? e : use_placeholder(p, res.message);
}

int
opc_vector(struct part *p)
{
	struct doc_result res = { .message = "" };
	int e = rebuild_entry(p, only_drawings, &res);

	/* A drawing over its own limits is not missed; a shared budget is. */
	if (e == 0 ||
	    (doc_is_fatal(e) && (e != ERR_LIMIT || doc_exhausted(p->opc->doc))))
		return e;
	doc_forgive(p->opc->doc);
	p->out_type = NULL;
	p->opc->numbers[PART_IMAGE]--;
	return 0;
}

int
opc_workbook(struct part *p)
{
	struct doc_result res = { .message = "" };
	int e = rebuild_entry(p, only_workbooks, &res);

	if (e == 0 || doc_is_fatal(e))
		return e;
	p->out_type = NULL;
	return 0;
}
