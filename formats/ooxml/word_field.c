/*
 * The field machine of Word: complex fields (w:fldChar begin, separate, end)
 * over a story. ECMA-376 part 1, 17.16.
 *
 * Instructions may be split over runs and paragraphs and may nest. They are
 * gathered in document order and judged when a field ends, inner ones first.
 * Word takes any text before the separator for instruction, so all of it is
 * gathered, and a kept field has nothing there but the text we write. A text
 * box, a note and a comment are stories of their own; when begin and end do
 * not match, every field of the story is flattened.
 */
#include "formats/ooxml/walk.h"

#include <stdlib.h>
#include <string.h>

#include "formats/ooxml/field.h"

#define FIELDS_OPEN_MAX 64

struct open_field {
	struct xnode *begin, *separate;
	struct buf instr;
	bool nested; /* a field stands inside the instruction */
	bool odd;    /* or something else that is no instruction */
};

struct machine {
	struct part *p;
	struct open_field open[FIELDS_OPEN_MAX];
	size_t n;
};

static int story(struct part *, struct xnode *);

/* ---- what becomes of a field */

/* Is it content of a run, and not its formatting? */
static bool
in_run(const struct xnode *n)
{
	return n->parent != NULL &&
	       (n->parent->name == SN_W_R || n->parent->name == SN_M_R) &&
	       n->name != SN_W_RPR && n->name != SN_M_RPR;
}

/* Remove what stands between two nodes of the same part, both excluded. */
static void
remove_between(struct xnode *from, const struct xnode *to, struct xnode *root)
{
	struct xnode *n, *next;

	for (n = xnode_next(from, root); n != NULL && n != to; n = next) {
		next = xnode_next(n, root);
		if (!in_run(n))
			continue;
		next = xnode_skip(n, root);
		xnode_remove(n);
	}
}

static void
flatten(struct open_field *f, struct xnode *end, struct xnode *root)
{
	remove_between(f->begin, f->separate != NULL ? f->separate : end, root);
	xnode_remove(f->begin);
	if (f->separate != NULL)
		xnode_remove(f->separate);
	xnode_remove(end);
}

static int
set_text(struct part *p, struct xnode *n, const char *text, size_t len)
{
	struct xnode *t;

	while (n->first != NULL)
		xnode_remove(n->first);
	if ((t = xnode_text(p->xml, text, len)) == NULL ||
	    xnode_set(p->xml, n, SN_XML_SPACE, "preserve") == NULL)
		return ERR_NOMEM;
	xnode_append(n, t);
	walk_done(n);
	return 0;
}

static bool
is_instr(const struct xnode *n)
{
	return n->name == SN_W_INSTRTEXT || n->name == SN_W_DELINSTRTEXT;
}

/*
 * The first instruction text gets it all, all other content goes. ERR_NOENT
 * when there is none.
 */
static int
write_instruction(struct part *p, struct open_field *f, struct xnode *end,
    struct xnode *root, const struct buf *text)
{
	const struct xnode *to = f->separate != NULL ? f->separate : end;
	struct xnode *n, *next;
	bool written = false;
	int e;

	for (n = xnode_next(f->begin, root); n != NULL && n != to; n = next) {
		next = xnode_next(n, root);
		if (!in_run(n))
			continue;
		next = xnode_skip(n, root);
		if (written || !is_instr(n))
			xnode_remove(n);
		else if ((e = set_text(p, n, (const char *)text->data,
			      text->len)) != 0)
			return e;
		else
			written = true;
	}
	if (!written)
		return ERR_NOENT;
	walk_done(f->begin);
	if (f->separate != NULL)
		walk_done(f->separate);
	walk_done(end);
	return 0;
}

/*
 * HYPERLINK: the address under the policy; ERR_NOENT when it may not stay, out
 * is then the address to show.
 */
static int
link_text(struct part *p, struct field *f, struct buf *out)
{
	struct buf url;
	int e = 0;

	buf_init(&url, 65536);
	if (f->url.len > 0)
		e = part_url(p, buf_cstr(&f->url), &url);
	if (e == ERR_NOENT && url.len > 0 && buf_put(out, url.data, url.len))
		e = ERR_NOMEM;
	if (e == 0)
		e = buf_puts(out, " HYPERLINK");
	if (e == 0 && url.len > 0)
		e = buf_fmt(out, " \"%s\"", buf_cstr(&url));
	if (e == 0)
		e = buf_put(out, f->text.data, f->text.len);
	if (e == 0)
		e = buf_u8(out, ' ');
	buf_done(&url);
	return e;
}

int
word_instruction(struct part *p, const char *text, size_t n, struct buf *out)
{
	struct field f;
	int e;

	if ((e = field_parse(text, n, &f)) != 0)
		return e;
	switch (f.is) {
	case FIELD_KEEP:
		e = buf_put(out, f.text.data, f.text.len);
		break;
	case FIELD_LINK:
		e = link_text(p, &f, out);
		break;
	case FIELD_FLATTEN:
		e = part_found(p, FIND_OOXML_FIELD_FLAT, ACT_FLATTENED, "%s",
		    f.keyword);
		break;
	case FIELD_DANGER:
		e = part_found(p, FIND_OOXML_FIELD, ACT_FLATTENED, "%.*s",
		    (int)(n > 200 ? 200 : n), text);
		break;
	}
	if (e == 0 && f.is != FIELD_KEEP && f.is != FIELD_LINK)
		e = ERR_NOENT;
	field_done(&f);
	return e;
}

/* ---- the machine */

static int
begin_field(struct machine *m, struct xnode *n)
{
	struct open_field *f;

	if (m->n == FIELDS_OPEN_MAX)
		return ERR_MALFORMED;
	if (m->n > 0 && m->open[m->n - 1].separate == NULL)
		m->open[m->n - 1].nested = true;
	f = &m->open[m->n++];
	*f = (struct open_field){ .begin = n };
	buf_init(&f->instr, 4 * FIELD_MAX_BYTES);
	return 0;
}

static int
end_field(struct machine *m, struct xnode *end, struct xnode *root)
{
	struct open_field *f;
	struct buf text;
	bool keep;
	int e;

	if (m->n == 0)
		return ERR_MALFORMED;
	f = &m->open[--m->n];
	buf_init(&text, 4 * FIELD_MAX_BYTES);
	if (buf_cstr(&f->instr) == NULL) {
		e = ERR_NOMEM;
		goto out;
	}
	e = word_instruction(m->p, (const char *)buf_cstr(&f->instr),
	    f->instr.len, &text);
	keep = e == 0 && !f->nested && !f->odd;
	if (e == 0 && !keep)
		e = part_found(m->p, FIND_OOXML_FIELD_FLAT, ACT_FLATTENED,
		    f->nested ? "nested" : "mixed");
	else if (e == ERR_NOENT && text.len > 0)
		e = word_show_url(m->p, end->parent, &text, false);
	else if (e == ERR_NOENT)
		e = 0;
	if (e == 0 && keep)
		e = write_instruction(m->p, f, end, root, &text);
	if (e == ERR_NOENT || (e == 0 && !keep)) {
		flatten(f, end, root);
		e = 0;
	}
out:
	buf_done(&text);
	buf_done(&f->instr);
	return e;
}

static int
separate_field(struct machine *m, struct xnode *n)
{
	if (m->n == 0 || m->open[m->n - 1].separate != NULL)
		return ERR_MALFORMED;
	m->open[m->n - 1].separate = n;
	return 0;
}

static int
field_char(struct machine *m, struct xnode *n, struct xnode *root)
{
	const char *type = node_attr(n, SN_W_FLDCHARTYPE);

	if (strcmp(type, "begin") == 0)
		return begin_field(m, n);
	if (strcmp(type, "separate") == 0)
		return separate_field(m, n);
	if (strcmp(type, "end") == 0)
		return end_field(m, n, root);
	return ERR_MALFORMED;
}

static struct open_field *
in_instruction(struct machine *m)
{
	struct open_field *f = m->n == 0 ? NULL : &m->open[m->n - 1];

	return f == NULL || f->separate != NULL ? NULL : f;
}

/* Text of an instruction; one that is too long will be flattened. */
static int
instruction(struct machine *m, struct xnode *n)
{
	struct open_field *f = in_instruction(m);
	int e;

	if (f == NULL) {
		while (n->first != NULL)
			xnode_remove(n->first);
		walk_done(n);
		return 0;
	}
	e = xnode_gather(n, &f->instr);
	return e == ERR_LIMIT ? ERR_MALFORMED : e;
}

/* What else stands in a run before the separator. */
static int
other_content(struct machine *m, struct xnode *n)
{
	struct open_field *f = in_instruction(m);
	int e = 0;

	if (f == NULL)
		return 0;
	switch (n->name) {
	case SN_W_LASTRENDEREDPAGEBREAK:
		break;
	case SN_W_TAB:
	case SN_W_BR:
	case SN_W_CR:
		e = buf_u8(&f->instr, ' ');
		break;
	default:
		f->odd = true;
		e = xnode_gather(n, &f->instr);
		break;
	}
	return e == ERR_LIMIT ? ERR_MALFORMED : e;
}

static bool
is_story(uint16_t name)
{
	return name == SN_W_TXBXCONTENT || name == SN_W_FOOTNOTE ||
	       name == SN_W_ENDNOTE || name == SN_W_COMMENT;
}

static int
run_machine(struct machine *m, struct xnode *root)
{
	struct xnode *n, *next;
	int e = 0;

	for (n = xnode_next(root, root); e == 0 && n != NULL; n = next) {
		/* An end may remove what stands before it, never after. */
		next = xnode_next(n, root);
		if (is_story(n->name)) {
			next = xnode_skip(n, root);
			e = story(m->p, n);
		} else if (n->name == SN_W_FLDCHAR) {
			next = xnode_skip(n, root);
			e = field_char(m, n, root);
		} else if (is_instr(n)) {
			next = xnode_skip(n, root);
			e = instruction(m, n);
		} else if (n->name == SN_W_FLDSIMPLE && in_instruction(m))
			in_instruction(m)->nested = true;
		else if (in_run(n))
			e = other_content(m, n);
	}
	return e;
}

/* The text boxes inside were seen to, or are by this: all go flat. */
static int
flatten_all(struct part *p, struct xnode *root)
{
	struct xnode *n, *next;

	for (n = root; n != NULL; n = next) {
		next = xnode_next(n, root);
		if (n->name != SN_W_FLDCHAR && !is_instr(n))
			continue;
		next = xnode_skip(n, root);
		xnode_remove(n);
	}
	return part_found(p, FIND_OOXML_FIELD_FLAT, ACT_FLATTENED,
	    "unbalanced");
}

static int
story(struct part *p, struct xnode *root)
{
	struct machine m = { .p = p };
	int e = run_machine(&m, root);

	if (e == 0 && m.n > 0)
		e = ERR_MALFORMED;
	while (m.n > 0)
		buf_done(&m.open[--m.n].instr);
	return e == ERR_MALFORMED ? flatten_all(p, root) : e;
}

int
word_fields(struct part *p, struct xnode *root)
{
	return story(p, root);
}
