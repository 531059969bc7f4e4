/*
 * ICC profiles by Little CMS: read a tag to numbers, write the numbers into a
 * fresh profile. See icc.h. Kept: white point, adaptation matrix, the matrix
 * and curves, the tables between device and connection space. All texts,
 * measurements, video card tables, named colours and private tags go.
 *
 * Version 2 and version 4 encode tables differently (Lab, curve types), so a
 * profile keeps its version, and one whose tables are of the other version's
 * type is dropped: written again they would mean something else.
 */
#include "formats/icc.h"

#include <lcms2.h>
#include <lcms2_plugin.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#define ICC_HEADER_BYTES 128u
#define ICC_MEMORY_BYTES (64u << 20)

/*
 * Memory of one context: Little CMS sizes tables by numbers in the file. The
 * context itself is made and freed before and after it has an account.
 */
struct account {
	size_t used;
};

union block {
	struct {
		size_t n;
		bool counted;
	} is;

	max_align_t align;
};

static void *
icc_malloc(cmsContext ctx, cmsUInt32Number n)
{
	struct account *a = cmsGetContextUserData(ctx);
	union block *b;

	if (a != NULL && n > ICC_MEMORY_BYTES - a->used)
		return NULL;
	if ((b = calloc(1, sizeof(*b) + n)) == NULL)
		return NULL;
	b->is.n = n;
	b->is.counted = a != NULL;
	if (a != NULL)
		a->used += n;
	return b + 1;
}

static void
icc_free(cmsContext ctx, void *p)
{
	struct account *a = cmsGetContextUserData(ctx);
	union block *b = p;

	if (p == NULL)
		return;
	b--;
	if (a != NULL && b->is.counted)
		a->used -= b->is.n;
	free(b);
}

static void *
icc_realloc(cmsContext ctx, void *p, cmsUInt32Number n)
{
	union block *b = p;
	void *fresh = icc_malloc(ctx, n);

	if (fresh == NULL || p == NULL)
		return fresh;
	b--;
	memcpy(fresh, p, b->is.n < n ? b->is.n : n);
	icc_free(ctx, p);
	return fresh;
}

static void
icc_silent(cmsContext ctx, cmsUInt32Number code, const char *text)
{
	(void)ctx;
	(void)code;
	(void)text;
}

static cmsContext
open_context(struct account *a)
{
	cmsPluginMemHandler memory = {
		.base = { .Magic = cmsPluginMagicNumber,
		    .ExpectedVersion = 2000,
		    .Type = cmsPluginMemHandlerSig },
		.MallocPtr = icc_malloc,
		.FreePtr = icc_free,
		.ReallocPtr = icc_realloc,
	};
	cmsContext ctx = cmsCreateContext(&memory, a);

	if (ctx != NULL)
		cmsSetLogErrorHandlerTHR(ctx, icc_silent);
	return ctx;
}

int
icc_preload(void)
{
	struct account account = { 0 };
	cmsContext ctx = open_context(&account);
	cmsHPROFILE p = NULL;

	if (ctx != NULL && (p = cmsCreateProfilePlaceholder(ctx)) != NULL)
		cmsCloseProfile(p);
	if (ctx != NULL)
		cmsDeleteContext(ctx);
	return p == NULL ? ERR_NOMEM : 0;
}

struct rewrite {
	cmsContext ctx;
	cmsHPROFILE in, out;
	bool v4;
};

static bool
fits(cmsHPROFILE in, enum icc_space space)
{
	static const cmsColorSpaceSignature spaces[] = {
		[ICC_GRAY] = cmsSigGrayData,
		[ICC_RGB] = cmsSigRgbData,
		[ICC_CMYK] = cmsSigCmykData,
	};
	cmsProfileClassSignature class = cmsGetDeviceClass(in);
	cmsColorSpaceSignature pcs = cmsGetPCS(in);

	if (class != cmsSigInputClass && class != cmsSigDisplayClass &&
	    class != cmsSigOutputClass && class != cmsSigColorSpaceClass)
		return false;
	if (pcs != cmsSigXYZData && pcs != cmsSigLabData)
		return false;
	return cmsGetColorSpace(in) == spaces[space];
}

/* Enough tags to turn device colours into colours that people see? */
static bool
complete(cmsHPROFILE p, enum icc_space space)
{
	if (cmsIsTag(p, cmsSigAToB0Tag))
		return true;
	if (space == ICC_GRAY)
		return cmsIsTag(p, cmsSigGrayTRCTag);
	return space == ICC_RGB && cmsIsTag(p, cmsSigRedColorantTag) &&
	       cmsIsTag(p, cmsSigGreenColorantTag) &&
	       cmsIsTag(p, cmsSigBlueColorantTag) &&
	       cmsIsTag(p, cmsSigRedTRCTag) && cmsIsTag(p, cmsSigGreenTRCTag) &&
	       cmsIsTag(p, cmsSigBlueTRCTag);
}

static bool
is_table(cmsTagSignature tag)
{
	switch (tag) {
	case cmsSigAToB0Tag:
	case cmsSigAToB1Tag:
	case cmsSigAToB2Tag:
	case cmsSigBToA0Tag:
	case cmsSigBToA1Tag:
	case cmsSigBToA2Tag:
	case cmsSigGamutTag:
		return true;
	default:
		return false;
	}
}

/* The table's type as it stands in the file, of the profile's version? */
static bool
table_type_ok(const struct rewrite *w, cmsTagSignature tag)
{
	uint8_t b[4] = { 0 };
	bool old;

	if (cmsReadRawTag(w->in, tag, b, sizeof(b)) != sizeof(b))
		return false;
	old = memcmp(b, "mft1", 4) == 0 || memcmp(b, "mft2", 4) == 0;
	return old != w->v4;
}

static const cmsTagSignature kept[] = { cmsSigMediaWhitePointTag,
	cmsSigChromaticAdaptationTag, cmsSigRedColorantTag,
	cmsSigGreenColorantTag, cmsSigBlueColorantTag, cmsSigGrayTRCTag,
	cmsSigRedTRCTag, cmsSigGreenTRCTag, cmsSigBlueTRCTag, cmsSigAToB0Tag,
	cmsSigAToB1Tag, cmsSigAToB2Tag, cmsSigBToA0Tag, cmsSigBToA1Tag,
	cmsSigBToA2Tag, cmsSigGamutTag };

/* Was a tag with the same data already written? Then this one points there. */
static bool
copy_link(const struct rewrite *w, cmsTagSignature tag)
{
	cmsTagSignature to = cmsTagLinkedTo(w->in, tag);

	return to != (cmsTagSignature)0 && cmsIsTag(w->out, to) &&
	       cmsLinkTag(w->out, tag, to);
}

static int
copy_tag(const struct rewrite *w, cmsTagSignature tag)
{
	const void *value;

	if (!cmsIsTag(w->in, tag))
		return 0;
	if (is_table(tag) && !table_type_ok(w, tag))
		return ERR_MALFORMED;
	if (copy_link(w, tag))
		return 0;
	if ((value = cmsReadTag(w->in, tag)) == NULL)
		return ERR_MALFORMED;
	return cmsWriteTag(w->out, tag, value) ? 0 : ERR_MALFORMED;
}

static int
put_text(const struct rewrite *w, cmsTagSignature tag, const char *text)
{
	cmsMLU *mlu = cmsMLUalloc(w->ctx, 1);
	int e = ERR_NOMEM;

	if (mlu != NULL && cmsMLUsetASCII(mlu, "en", "US", text) &&
	    cmsWriteTag(w->out, tag, mlu))
		e = 0;
	cmsMLUfree(mlu);
	return e;
}

static int
fill(struct rewrite *w)
{
	cmsUInt32Number intent = cmsGetHeaderRenderingIntent(w->in);
	int e;

	cmsSetProfileVersion(w->out, w->v4 ? 4.3 : 2.1);
	cmsSetDeviceClass(w->out, cmsGetDeviceClass(w->in));
	cmsSetColorSpace(w->out, cmsGetColorSpace(w->in));
	cmsSetPCS(w->out, cmsGetPCS(w->in));
	cmsSetHeaderRenderingIntent(w->out, intent <= 3 ? intent : 0);
	if ((e = put_text(w, cmsSigProfileDescriptionTag, "Picture colours")) !=
		0 ||
	    (e = put_text(w, cmsSigCopyrightTag, "None")) != 0)
		return e;
	for (size_t i = 0; i < sizeof(kept) / sizeof(kept[0]); i++)
		if ((e = copy_tag(w, kept[i])) != 0)
			return e;
	return 0;
}

/* The bytes, with the header's date fixed: Little CMS writes today's. */
static int
put_dated(const uint8_t *bytes, cmsUInt32Number n, struct buf *out)
{
	static const uint16_t date[] = { 2000, 1, 1, 0, 0, 0 };
	struct reader r, head, rest;
	int e;

	reader_init(&r, bytes, n);
	if (reader_sub(&r, 24, &head) != 0 || reader_skip(&r, 12) != 0 ||
	    reader_sub(&r, reader_left(&r), &rest) != 0)
		return ERR_MALFORMED;
	if ((e = buf_put(out, head.data, head.len)) != 0)
		return e;
	for (size_t i = 0; i < sizeof(date) / sizeof(date[0]); i++)
		if ((e = buf_u16be(out, date[i])) != 0)
			return e;
	return buf_put(out, rest.data, rest.len);
}

static int
save(struct doc *d, const struct rewrite *w, struct buf *out)
{
	size_t before = out->len;
	cmsUInt32Number n = 0;
	uint8_t *bytes;
	int e;

	if (!cmsSaveProfileToMem(w->out, NULL, &n) || n < ICC_HEADER_BYTES)
		return ERR_MALFORMED;
	if (n > ICC_MAX_BYTES)
		return ERR_LIMIT;
	if ((bytes = doc_alloc(d, n)) == NULL)
		return ERR_NOMEM;
	if (!cmsSaveProfileToMem(w->out, bytes, &n))
		return ERR_MALFORMED;
	if ((e = put_dated(bytes, n, out)) != 0)
		buf_truncate(out, before);
	return e;
}

static int
rewrite(struct doc *d, struct rewrite *w, enum icc_space space, struct buf *out)
{
	double version = cmsGetProfileVersion(w->in);
	int e;

	if (version < 2.0 || version >= 5.0 || !fits(w->in, space) ||
	    !complete(w->in, space))
		return ERR_MALFORMED;
	w->v4 = version >= 4.0;
	if ((e = fill(w)) != 0)
		return e;
	return save(d, w, out);
}

int
icc_rewrite(struct doc *d, const struct reader *profile, enum icc_space space,
    struct buf *out)
{
	struct account account = { 0 };
	struct rewrite w = { .ctx = open_context(&account) };
	int e = ERR_NOMEM;

	if (w.ctx == NULL)
		return ERR_NOMEM;
	if (profile->len < ICC_HEADER_BYTES || profile->len > ICC_MAX_BYTES) {
		e = profile->len > ICC_MAX_BYTES ? ERR_LIMIT : ERR_MALFORMED;
		goto out;
	}
	w.in = cmsOpenProfileFromMemTHR(w.ctx, profile->data,
	    (cmsUInt32Number)profile->len);
	if (w.in == NULL) {
		e = ERR_MALFORMED;
		goto out;
	}
	if ((w.out = cmsCreateProfilePlaceholder(w.ctx)) != NULL)
		e = rewrite(d, &w, space, out);
out:
	if (w.in != NULL)
		cmsCloseProfile(w.in);
	if (w.out != NULL)
		cmsCloseProfile(w.out);
	cmsDeleteContext(w.ctx);
	return e;
}

/*
 * Rewriting may have to round numbers once more; what is written must come
 * out the same the next time, so the second writing is tried here.
 */
static int
settle(struct doc *d, const struct reader *profile, enum icc_space space,
    struct buf *out)
{
	struct buf again;
	struct reader first;
	bool same;
	int e;

	if ((e = icc_rewrite(d, profile, space, out)) != 0)
		return e;
	buf_reader(out, &first);
	if (first.len == profile->len &&
	    reader_has(&first, 0, profile->data, profile->len))
		return 0;
	buf_init(&again, ICC_MAX_BYTES);
	e = icc_rewrite(d, &first, space, &again);
	same = e == 0 && again.len == first.len &&
	       reader_has(&first, 0, again.data, again.len);
	buf_done(&again);
	if (!same)
		buf_clear(out);
	return same ? 0 : ERR_MALFORMED;
}

int
icc_take(struct doc *d, const char *where, const struct reader *profile,
    enum icc_space space, struct buf *out)
{
	int e = settle(d, profile, space, out);

	if (e == ERR_NOMEM)
		return e;
	if (e == 0 && out->len == profile->len &&
	    reader_has(profile, 0, out->data, out->len))
		return 0;
	return doc_found(d, e == 0 ? FIND_IMAGE_ICC : FIND_IMAGE_ICC_BAD,
	    e == 0 ? ACT_REPLACED : ACT_REMOVED, where, "%zu bytes",
	    profile->len);
}
