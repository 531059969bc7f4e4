/*
 * What a CMap says before its ranges: writing mode, character collection,
 * the predefined CMap under it (ISO 32000-1, tables 118 and 120).
 */
#include <string.h>

#include "formats/pdf/cmap_int.h"

static const char *const predefined[] = { "83pv-RKSJ-H", "90ms-RKSJ-H",
	"90ms-RKSJ-V", "90msp-RKSJ-H", "90msp-RKSJ-V", "90pv-RKSJ-H",
	"Add-RKSJ-H", "Add-RKSJ-V", "Adobe-CNS1-UCS2", "Adobe-GB1-UCS2",
	"Adobe-Japan1-UCS2", "Adobe-KR-UCS2", "Adobe-Korea1-UCS2", "B5pc-H",
	"B5pc-V", "CNS-EUC-H", "CNS-EUC-V", "ETen-B5-H", "ETen-B5-V",
	"ETenms-B5-H", "ETenms-B5-V", "EUC-H", "EUC-V", "Ext-RKSJ-H",
	"Ext-RKSJ-V", "GB-EUC-H", "GB-EUC-V", "GBK-EUC-H", "GBK-EUC-V",
	"GBK2K-H", "GBK2K-V", "GBKp-EUC-H", "GBKp-EUC-V", "GBpc-EUC-H",
	"GBpc-EUC-V", "H", "HKscs-B5-H", "HKscs-B5-V", "Identity-H",
	"Identity-V", "KSC-EUC-H", "KSC-EUC-V", "KSCms-UHC-H", "KSCms-UHC-HW-H",
	"KSCms-UHC-HW-V", "KSCms-UHC-V", "KSCpc-EUC-H", "UniCNS-UCS2-H",
	"UniCNS-UCS2-V", "UniCNS-UTF16-H", "UniCNS-UTF16-V", "UniGB-UCS2-H",
	"UniGB-UCS2-V", "UniGB-UTF16-H", "UniGB-UTF16-V", "UniJIS-UCS2-H",
	"UniJIS-UCS2-HW-H", "UniJIS-UCS2-HW-V", "UniJIS-UCS2-V",
	"UniJIS-UTF16-H", "UniJIS-UTF16-V", "UniKS-UCS2-H", "UniKS-UCS2-V",
	"UniKS-UTF16-H", "UniKS-UTF16-V", "V" };

static bool
same(const struct reader *r, const char *s)
{
	return r->len == strlen(s) && memcmp(r->data, s, r->len) == 0;
}

bool
cmap_is_frame(const struct ptoken *t)
{
	static const char *const words[] = { "findresource", "begin", "dict",
		"dup", "begincmap", "def", "end", "endcmap", "CMapName",
		"currentdict", "defineresource", "pop", "true", "false",
		"endcodespacerange" };

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (plex_is(t, words[i]))
			return true;
	return false;
}

/* Letters, digits and - . _ only; else nothing is taken. */
static void
take_text(const struct reader *r, char *to, size_t size)
{
	if (r->len == 0 || r->len >= size)
		return;
	for (size_t i = 0; i < r->len; i++) {
		uint8_t c = r->data[i];

		if (!((c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
			(c >= '0' && c <= '9') || c == '-' || c == '.' ||
			c == '_'))
			return;
	}
	memcpy(to, r->data, r->len);
	to[r->len] = '\0';
}

static int
take_string(struct cmap *m, const struct ptoken *t, char *to, size_t size)
{
	struct reader r;
	int e;

	if (t->kind != PLEX_STRING && t->kind != PLEX_HEX)
		return 0;
	buf_clear(&m->scratch);
	if ((e = plex_decode(t, &m->scratch)) != 0)
		return e;
	buf_reader(&m->scratch, &r);
	take_text(&r, to, size);
	return 0;
}

int
cmap_define(struct cmap *m, const struct ptoken *key,
    const struct ptoken *value)
{
	const struct reader *k = &key->raw;
	int64_t v;

	if (key->kind != PLEX_NAME || m->before.kind != PLEX_NAME)
		return 0;
	if (same(k, "WMode") && plex_int(value, 0, 1, &v))
		m->vertical = v == 1;
	else if (same(k, "Supplement") && plex_int(value, 0, 99, &v))
		m->supplement = v;
	else if (same(k, "Registry"))
		return take_string(m, value, m->registry, sizeof(m->registry));
	else if (same(k, "Ordering"))
		return take_string(m, value, m->ordering, sizeof(m->ordering));
	return 0;
}

static void
use_name(struct cmap *m, const struct reader *name)
{
	for (size_t i = 0; i < sizeof(predefined) / sizeof(predefined[0]); i++)
		if (same(name, predefined[i])) {
			take_text(name, m->use, sizeof(m->use));
			return;
		}
	m->bad++;
}

int
cmap_use(struct cmap *m, const struct ptoken *name)
{
	/* With an embedded one under it, its ranges are here already. */
	if (name->kind == PLEX_NAME && m->total == 0)
		use_name(m, &name->raw);
	else if (name->kind != PLEX_NAME)
		m->bad++;
	return 0;
}

static int
read_system(struct cmap *m, const struct pobj *stream)
{
	const struct pobj *info, *v;
	int e;

	if ((e = pin_get(m->p->in, stream, "CIDSystemInfo", &info)) != 0 ||
	    !pobj_is(info, POBJ_DICT))
		return e;
	if ((e = pin_get(m->p->in, info, "Registry", &v)) != 0)
		return e;
	if (pobj_is(v, POBJ_STRING))
		take_text(&v->u.bytes, m->registry, sizeof(m->registry));
	if ((e = pin_get(m->p->in, info, "Ordering", &v)) != 0)
		return e;
	if (pobj_is(v, POBJ_STRING))
		take_text(&v->u.bytes, m->ordering, sizeof(m->ordering));
	if ((e = pin_get(m->p->in, info, "Supplement", &v)) != 0)
		return e;
	(void)pobj_int(v, 0, 99, &m->supplement);
	return 0;
}

int
cmap_read_dict(struct cmap *m, const struct pobj *stream,
    const struct pobj *base)
{
	const struct pobj *v;
	int64_t mode;
	int e;

	if (pobj_is(base, POBJ_NAME))
		use_name(m, &base->u.bytes);
	if ((e = pin_get(m->p->in, stream, "WMode", &v)) != 0)
		return e;
	if (pobj_int(v, 0, 1, &mode))
		m->vertical = mode == 1;
	return read_system(m, stream);
}

/* A fixed name: the old one is a stranger's text. */
static const char *
own_name(const struct cmap *m)
{
	if (m->to_unicode)
		return "Adobe-Identity-UCS";
	return m->vertical ? "Embedded-V" : "Embedded-H";
}

static void
settle(struct cmap *m)
{
	if (m->to_unicode) {
		memcpy(m->registry, "Adobe", 6);
		memcpy(m->ordering, "UCS", 4);
		m->supplement = 0;
		m->vertical = false;
	}
	if (m->registry[0] == '\0' || m->ordering[0] == '\0') {
		memcpy(m->registry, "Adobe", 6);
		memcpy(m->ordering, "Identity", 9);
		m->supplement = 0;
	}
}

int
cmap_put_head(struct cmap *m, struct buf *out)
{
	int e;

	settle(m);
	if ((e = buf_puts(out, "/CIDInit /ProcSet findresource begin\n"
			       "12 dict begin\nbegincmap\n")) != 0)
		return e;
	if (m->use[0] != '\0' &&
	    (e = buf_fmt(out, "/%s usecmap\n", m->use)) != 0)
		return e;
	if ((e = buf_fmt(out,
		 "/CIDSystemInfo 3 dict dup begin\n/Registry (%s) def\n"
		 "/Ordering (%s) def\n/Supplement %d def\nend def\n"
		 "/CMapName /%s def\n/CMapType %d def\n",
		 m->registry, m->ordering, (int)m->supplement, own_name(m),
		 m->to_unicode ? 2 : 1)) != 0)
		return e;
	return m->vertical ? buf_puts(out, "/WMode 1 def\n") : 0;
}

static int
system_info(struct cmap *m, struct pobj *dict)
{
	struct doc *d = m->p->d;
	char *registry = doc_strndup(d, m->registry, strlen(m->registry));
	char *ordering = doc_strndup(d, m->ordering, strlen(m->ordering));
	struct pobj *info = pobj_new_dict(d, 3), *r, *o, *s;

	if (registry == NULL || ordering == NULL || info == NULL)
		return ERR_NOMEM;
	r = pobj_new_bytes(d, POBJ_STRING, registry, strlen(registry));
	o = pobj_new_bytes(d, POBJ_STRING, ordering, strlen(ordering));
	s = pobj_new_int(d, m->supplement);
	if (r == NULL || o == NULL || s == NULL)
		return ERR_NOMEM;
	pobj_set(info, "Registry", r);
	pobj_set(info, "Ordering", o);
	pobj_set(info, "Supplement", s);
	pobj_set(dict, "CIDSystemInfo", info);
	return 0;
}

int
cmap_make_dict(struct cmap *m, const struct pobj **out)
{
	struct doc *d = m->p->d;
	struct pobj *dict = pobj_new_dict(d, 5), *type, *name, *mode, *use;
	char *base = doc_strndup(d, m->use, strlen(m->use));

	if (dict == NULL || base == NULL)
		return ERR_NOMEM;
	*out = dict;
	if (m->to_unicode)
		return 0;
	type = pobj_new_name(d, "CMap");
	name = pobj_new_name(d, own_name(m));
	mode = pobj_new_int(d, 1);
	use = pobj_new_name(d, base);
	if (type == NULL || name == NULL || mode == NULL || use == NULL)
		return ERR_NOMEM;
	pobj_set(dict, "Type", type);
	pobj_set(dict, "CMapName", name);
	if (m->vertical)
		pobj_set(dict, "WMode", mode);
	if (m->use[0] != '\0')
		pobj_set(dict, "UseCMap", use);
	return system_info(m, dict);
}
