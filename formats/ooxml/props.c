/*
 * docProps: strings that people and indexers read, numbers, and nothing else.
 * See props.h.
 */
#include "formats/ooxml/props.h"

#include <string.h>
#include <strings.h>

#define PROPS_BYTES 4096

enum shape { SHAPE_TEXT, SHAPE_NUMBER, SHAPE_VERSION, SHAPE_DATE };

static enum shape
shape_of(uint16_t name)
{
	switch (name) {
	case SN_AP_APPVERSION:
		return SHAPE_VERSION;
	case SN_AP_PAGES:
	case SN_AP_WORDS:
	case SN_AP_CHARACTERS:
	case SN_AP_CHARACTERSWITHSPACES:
	case SN_AP_LINES:
	case SN_AP_PARAGRAPHS:
	case SN_AP_SLIDES:
	case SN_AP_NOTES:
	case SN_AP_HIDDENSLIDES:
	case SN_AP_MMCLIPS:
	case SN_AP_TOTALTIME:
	case SN_AP_DOCSECURITY:
	case SN_VT_I1:
	case SN_VT_I2:
	case SN_VT_I4:
	case SN_VT_I8:
	case SN_VT_INT:
	case SN_VT_UI1:
	case SN_VT_UI2:
	case SN_VT_UI4:
	case SN_VT_UI8:
	case SN_VT_UINT:
	case SN_VT_R4:
	case SN_VT_R8:
	case SN_VT_DECIMAL:
		return SHAPE_NUMBER;
	case SN_DCTERMS_CREATED:
	case SN_DCTERMS_MODIFIED:
	case SN_VT_FILETIME:
	case SN_VT_DATE:
		return SHAPE_DATE;
	default:
		return SHAPE_TEXT;
	}
}

/* May the character stand in a property? */
static bool
is_plain(uint32_t cp)
{
	if (cp == '\t' || cp == '\n' || cp == '\r')
		return true;
	switch (utf8_classify(cp)) {
	case UTF8_PLAIN:
	case UTF8_VARIANT:
	case UTF8_JOINER:
	case UTF8_PRIVATE:
		return true;
	default:
		return false;
	}
}

static int
filter(const struct buf *in, struct buf *out)
{
	struct reader r;
	uint32_t cp;
	size_t n = 0;
	int e = 0;

	buf_reader(in, &r);
	while (e == 0 && n < PROPS_CHARS_MAX && reader_left(&r) > 0) {
		if ((e = utf8_get(&r, &cp)) != 0)
			return e;
		if (!is_plain(cp))
			continue;
		e = utf8_put(out, cp);
		n++;
	}
	return e;
}

static bool
only(const char *s, const char *set)
{
	return *s != '\0' && s[strspn(s, set)] == '\0';
}

/* "16.0300": Office refuses the file over anything else. */
static bool
is_version(const char *s)
{
	size_t n = strspn(s, "0123456789");

	return (n == 1 || n == 2) && s[n] == '.' && strlen(s + n + 1) == 4 &&
	       only(s + n + 1, "0123456789");
}

static bool
fits(enum shape shape, const char *s)
{
	switch (shape) {
	case SHAPE_NUMBER:
		return only(s, "+-.0123456789eE") && strlen(s) <= 32;
	case SHAPE_VERSION:
		return is_version(s);
	case SHAPE_DATE:
		return only(s, "0123456789-:.TZ+") && strlen(s) <= 40;
	default:
		return true;
	}
}

/* Who made it matters to readers that mend what they know of a program. */
static const char *
program(const struct part *p, const char *said)
{
	if (strncmp(said, "Microsoft", 9) != 0)
		return "";
	switch (p->opc->app) {
	case APP_WORD:
		return "Microsoft Office Word";
	case APP_SHEET:
		return "Microsoft Excel";
	default:
		return "Microsoft Office PowerPoint";
	}
}

static int
put_text(struct part *p, struct xnode *n, const char *s, size_t len)
{
	struct xnode *t;

	while (n->first != NULL)
		xnode_remove(n->first);
	if ((t = xnode_text(p->xml, s, len)) == NULL)
		return ERR_NOMEM;
	xnode_append(n, t);
	return 0;
}

enum fate { FATE_KEPT, FATE_CUT, FATE_EMPTY, FATE_LOST };

/* One value: does it say anything, and anything that may stay? */
static int
settle(struct part *p, struct xnode *n, enum fate *fate)
{
	struct buf in, out;
	const char *s;
	int e;

	buf_init(&in, 1u << 20);
	buf_init(&out, PROPS_BYTES);
	if ((e = xnode_gather(n, &in)) != 0 || (e = filter(&in, &out)) != 0)
		goto out;
	s = buf_cstr(&out);
	if (n->name == SN_AP_APPLICATION)
		s = program(p, s);
	if (in.len == 0)
		*fate = FATE_EMPTY;
	else if (s[0] == '\0' || !fits(shape_of(n->name), s))
		*fate = FATE_LOST;
	else {
		if (in.len != out.len)
			*fate = FATE_CUT;
		e = put_text(p, n, s, strlen(s));
	}
out:
	buf_done(&in);
	buf_done(&out);
	return e == ERR_LIMIT ? ERR_MALFORMED : e;
}

/* Its name is a value too. */
static int
settle_name(struct part *p, struct xnode *n, enum fate *fate)
{
	const char *name = xnode_attr(n, SN_NO_NAME);
	struct buf in, out;
	int e;

	/* "_PID_LINKBASE" and its like are Office's own: where links lead. */
	if (name == NULL || n->first == NULL ||
	    strncasecmp(name, "_PID_", 5) == 0) {
		*fate = FATE_LOST;
		return 0;
	}
	buf_init(&in, 1u << 20);
	buf_init(&out, PROPS_BYTES);
	if ((e = buf_puts(&in, name)) == 0 && (e = filter(&in, &out)) == 0 &&
	    xnode_set(p->xml, n, SN_NO_NAME, buf_cstr(&out)) == NULL)
		e = ERR_NOMEM;
	if (out.len == 0)
		*fate = FATE_LOST;
	buf_done(&in);
	buf_done(&out);
	return e == ERR_LIMIT ? ERR_MALFORMED : e;
}

static int
settle_custom(struct part *p, struct xnode *property, enum fate *fate)
{
	struct xnode *v = property->first, *next;
	int e;

	for (; v != NULL; v = next) {
		next = v->next;
		if (v->text != NULL || v != property->first)
			xnode_remove(v);
	}
	if ((e = settle_name(p, property, fate)) != 0 || *fate != FATE_KEPT)
		return e;
	v = property->first;
	if (v->name == SN_VT_EMPTY || v->name == SN_VT_NULL)
		return 0;
	return settle(p, v, fate);
}

int
props_unit(struct part *p, struct xnode *root)
{
	struct xnode *n, *next;
	uint32_t lost = 0;
	enum fate fate;
	int e;

	for (n = root->first; n != NULL; n = next) {
		next = n->next;
		fate = FATE_KEPT;
		e = n->name == SN_OP_PROPERTY ? settle_custom(p, n, &fate)
					      : settle(p, n, &fate);
		if (e != 0)
			return e;
		if (fate == FATE_EMPTY || fate == FATE_LOST)
			xnode_remove(n);
		lost += fate == FATE_LOST || fate == FATE_CUT;
	}
	return lost == 0 ? 0
			 : doc_found_n(p->opc->doc, lost, FIND_OOXML_PROPERTIES,
			       ACT_REMOVED, p->in_name, NULL);
}
