/*
 * SVG (W3C SVG 1.1 second edition, and what of SVG 2 is in use), read into a
 * tree of listed elements and attributes, and written again from it.
 *
 * No script, event, animation, foreign object or reference to the outside can
 * become part of the tree: docs/formats/svg.md has the lists. libxml2 sees
 * UTF-8 without a DOCTYPE only.
 */
#include "formats/drawing/svg_int.h"

#include <string.h>

#include "formats/format.h"
#include "formats/known/textkind.h"
#include "formats/text/charset.h"
#include "formats/xmlx.h"

#define CHUNK_BYTES  65536u
#define VALUE_BYTES  (96u << 20)
#define BODY_BYTES   (512u << 20)
#define TALLIES_MAX  200u
#define DETAIL_BYTES 64u

/* ---- memory */

void *
svg_alloc(struct svg *g, size_t n)
{
	uint8_t *p;
	size_t whole;

	if (__builtin_add_overflow(n, 15, &whole))
		return NULL;
	whole &= ~(size_t)15;
	if (whole > CHUNK_BYTES / 4)
		return doc_alloc(g->d, whole);
	if (whole > g->room_left) {
		if ((g->room = doc_alloc(g->d, CHUNK_BYTES)) == NULL)
			return NULL;
		g->room_left = CHUNK_BYTES;
	}
	p = g->room;
	g->room += whole;
	g->room_left -= whole;
	return p;
}

char *
svg_copy(struct svg *g, const void *s, size_t n)
{
	char *p = svg_alloc(g, n + 1);

	if (p != NULL && n > 0)
		memcpy(p, s, n);
	return p;
}

/* ---- what was left out */

static struct svg_tally *
tally_of(struct svg *g, enum finding_id id, enum action act, const char *detail)
{
	for (struct svg_tally *t = g->tallies; t != NULL; t = t->next)
		if (t->id == id && t->act == act &&
		    strcmp(t->detail, detail) == 0)
			return t;
	return NULL;
}

int
svg_say(struct svg *g, enum finding_id id, enum action act, const char *detail)
{
	char cut[DETAIL_BYTES];
	struct svg_tally *t;

	utf8_printable(detail, strlen(detail), cut, sizeof(cut));
	t = tally_of(g, id, act, cut);
	/* Of very many kinds of things only the number is told. */
	if (t == NULL && g->n_tallies >= TALLIES_MAX) {
		utf8_printable("...", 3, cut, sizeof(cut));
		t = tally_of(g, id, act, cut);
	}
	if (t == NULL) {
		if ((t = svg_alloc(g, sizeof(*t))) == NULL)
			return ERR_NOMEM;
		t->id = id;
		t->act = act;
		if ((t->detail = svg_copy(g, cut, strlen(cut))) == NULL)
			return ERR_NOMEM;
		*(g->last_tally == NULL ? &g->tallies : &g->last_tally->next) =
		    t;
		g->last_tally = t;
		g->n_tallies++;
	}
	t->count++;
	return 0;
}

int
svg_report(struct svg *g)
{
	int e = 0;

	for (struct svg_tally *t = g->tallies; e == 0 && t != NULL; t = t->next)
		e = doc_found_n(g->d, t->count, t->id, t->act, "", "%s",
		    t->detail);
	return e;
}

/* ---- tables */

#define ON(name)     (UINT64_C(1) << SVG_##name)
#define ON_ALL	     UINT64_MAX
#define ON_GRADIENTS (ON(LINEAR_GRADIENT) | ON(RADIAL_GRADIENT))
#define ON_SHAPES \
	(ON(PATH) | ON(RECT) | ON(CIRCLE) | ON(ELLIPSE) | ON(LINE) | \
	    ON(POLYLINE) | ON(POLYGON))
#define ON_TEXTS (ON(TEXT) | ON(TSPAN) | ON(TEXT_PATH))
#define ON_FUNCS (ON(FE_FUNC_A) | ON(FE_FUNC_B) | ON(FE_FUNC_G) | ON(FE_FUNC_R))
#define ON_LIGHTS \
	(ON(FE_DISTANT_LIGHT) | ON(FE_POINT_LIGHT) | ON(FE_SPOT_LIGHT))
#define ON_FILTERS \
	(ON_FUNCS | ON_LIGHTS | ON(FE_BLEND) | ON(FE_COLOR_MATRIX) | \
	    ON(FE_COMPONENT_TRANSFER) | ON(FE_COMPOSITE) | \
	    ON(FE_CONVOLVE_MATRIX) | ON(FE_DIFFUSE_LIGHTING) | \
	    ON(FE_DISPLACEMENT_MAP) | ON(FE_DROP_SHADOW) | ON(FE_FLOOD) | \
	    ON(FE_GAUSSIAN_BLUR) | ON(FE_IMAGE) | ON(FE_MERGE) | \
	    ON(FE_MERGE_NODE) | ON(FE_MORPHOLOGY) | ON(FE_OFFSET) | \
	    ON(FE_SPECULAR_LIGHTING) | ON(FE_TILE) | ON(FE_TURBULENCE))
#define ON_BOX \
	(ON(SVG) | ON(SYMBOL) | ON(USE) | ON(RECT) | ON(IMAGE) | ON(PATTERN) | \
	    ON(MASK) | ON(FILTER) | ON_FILTERS)
#define ON_PLACED (ON_BOX | ON_TEXTS)
#define ON_VIEWS  (ON(SVG) | ON(SYMBOL) | ON(PATTERN) | ON(MARKER))
#define ON_HREF \
	(ON(USE) | ON(IMAGE) | ON(A) | ON(PATTERN) | ON(TEXT_PATH) | \
	    ON(FE_IMAGE) | ON_GRADIENTS)

const struct svg_attribute_row svg_attributes[SVG_ATTRIBUTES] = {
#define ATTRIBUTE(name, text, kind, mask, css) \
	[SVG_A_##name] = { text, mask, SVG_K_##kind, css },
#include "formats/drawing/svg_attributes.def"
#undef ATTRIBUTE
};

const struct svg_element_row svg_elements[SVG_ELEMENTS] = {
#define ELEMENT(name, text, is, holds) [SVG_##name] = { text, is, holds },
#include "formats/drawing/svg_elements.def"
#undef ELEMENT
};

enum svg_element
svg_element_named(const char *name)
{
	size_t lo = 0, hi = SVG_ELEMENTS, mid;
	int c;

	while (lo < hi) {
		mid = (lo + hi) / 2;
		if ((c = strcmp(name, svg_elements[mid].name)) == 0)
			return (enum svg_element)mid;
		if (c < 0)
			hi = mid;
		else
			lo = mid + 1;
	}
	return SVG_NONE;
}

enum svg_attribute
svg_attribute_named(const char *name)
{
	size_t lo = 0, hi = SVG_ATTRIBUTES, mid;
	int c;

	while (lo < hi) {
		mid = (lo + hi) / 2;
		if ((c = strcmp(name, svg_attributes[mid].name)) == 0)
			return (enum svg_attribute)mid;
		if (c < 0)
			hi = mid;
		else
			lo = mid + 1;
	}
	return SVG_ATTRIBUTES;
}

/* ---- the module */

int
svg_clean(struct doc *d, const struct reader *in,
    int (*put)(void *, const void *, size_t), void *arg)
{
	struct svg *g = doc_alloc(d, sizeof(*g));
	struct buf body;
	int e;

	if (g == NULL)
		return ERR_NOMEM;
	g->d = d;
	g->put = put;
	g->put_arg = arg;
	buf_init(&g->tmp, VALUE_BYTES);
	buf_init(&g->value, BODY_BYTES);
	buf_init(&g->css, VALUE_BYTES);
	buf_init(&g->part, VALUE_BYTES);
	buf_init(&body, BODY_BYTES);
	if ((e = svg_prolog(g, in, &body)) == 0 &&
	    (e = svg_read(g, &body)) == 0 && (e = svg_refs(g)) == 0 &&
	    (e = svg_write(g)) == 0)
		e = svg_report(g);
	buf_done(&body);
	buf_done(&g->part);
	buf_done(&g->css);
	buf_done(&g->value);
	buf_done(&g->tmp);
	return e;
}

static int
put_doc(void *arg, const void *s, size_t n)
{
	return doc_put(arg, s, n);
}

static int
svg_rebuild(struct doc *d)
{
	struct reader in = doc_in(d);

	doc_makes(d, "svg", "svg");
	return svg_clean(d, &in, put_doc, d);
}

static enum probe
svg_probe(const struct reader *in, const char **sub)
{
	const char *s;

	(void)sub;
	return text_kind(in, &s) == TEXT_SVG ? PROBE_YES : PROBE_NO;
}

static int
svg_preload(void)
{
	int e = xml_preload();

	return e != 0 ? e : charset_preload();
}

static const char *const svg_mime[] = { "image/svg+xml", "text/xml",
	"application/xml", "text/plain", NULL };
static const char *const svg_ext[] = { "svg", NULL };

const struct format format_svg = {
	.id = "svg",
	.flags = FMT_IMAGE,
	.mime = svg_mime,
	.extensions = svg_ext,
	.preload = svg_preload,
	.probe = svg_probe,
	.rebuild = svg_rebuild,
};
