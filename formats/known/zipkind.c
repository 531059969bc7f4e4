#include "formats/known/zipkind.h"

#include <string.h>
#include <strings.h>

#include "formats/known/zipdir.h"

#define TYPES_MAX_BYTES (4u * 1024 * 1024) /* of [Content_Types].xml */
#define NEEDLE_BYTES	128u		   /* longer than any type below */

/* What was seen in the directory; one bit each. */
enum {
	SAW_TYPES = 1u << 0,
	SAW_MANIFEST_MF = 1u << 1,
	SAW_CLASS = 1u << 2,
	SAW_ODF_MANIFEST = 1u << 3,
	SAW_KML = 1u << 4,
	SAW_NUSPEC = 1u << 5,
};

static const struct {
	const char *type; /* of the main part, as [Content_Types].xml has it */
	const char *sub;
	enum zip_kind kind;
} types[] = {

#define OX "application/vnd.openxmlformats-officedocument."
#define MS "application/vnd.ms-"
	{ OX "wordprocessingml.document.main+xml", "ooxml.docx", ZIP_OOXML },
	{ OX "wordprocessingml.template.main+xml", "ooxml.dotx", ZIP_OOXML },
	{ MS "word.document.macroEnabled.main+xml", "ooxml.docm", ZIP_OOXML },
	{ MS "word.template.macroEnabledTemplate.main+xml", "ooxml.dotm",
	    ZIP_OOXML },
	{ OX "spreadsheetml.sheet.main+xml", "ooxml.xlsx", ZIP_OOXML },
	{ OX "spreadsheetml.template.main+xml", "ooxml.xltx", ZIP_OOXML },
	{ MS "excel.sheet.macroEnabled.main+xml", "ooxml.xlsm", ZIP_OOXML },
	{ MS "excel.template.macroEnabled.main+xml", "ooxml.xltm", ZIP_OOXML },
	{ OX "presentationml.presentation.main+xml", "ooxml.pptx", ZIP_OOXML },
	{ OX "presentationml.slideshow.main+xml", "ooxml.ppsx", ZIP_OOXML },
	{ OX "presentationml.template.main+xml", "ooxml.potx", ZIP_OOXML },
	{ MS "powerpoint.presentation.macroEnabled.main+xml", "ooxml.pptm",
	    ZIP_OOXML },
	{ MS "powerpoint.slideshow.macroEnabled.main+xml", "ooxml.ppsm",
	    ZIP_OOXML },
	{ MS "powerpoint.template.macroEnabled.main+xml", "ooxml.potm",
	    ZIP_OOXML },
	{ MS "excel.sheet.binary.macroEnabled.main", "opc.xlsb", ZIP_OPC },
	{ MS "visio.drawing.main+xml", "opc.vsdx", ZIP_OPC },
	{ MS "visio.stencil.main+xml", "opc.vssx", ZIP_OPC },
	{ MS "visio.template.main+xml", "opc.vstx", ZIP_OPC },
	{ MS "package.xps-fixeddocumentsequence+xml", "opc.xps", ZIP_OPC },
	{ "application/oxps-fixeddocumentsequence+xml", "opc.xps", ZIP_OPC },
	{ MS "package.3dmanufacturing-3dmodel+xml", "opc.3mf", ZIP_OPC },
	{ MS "office.themeManager+xml", "opc.thmx", ZIP_OPC },
	{ MS "excel.addin.macroEnabled.main+xml", "package.xlam", ZIP_PROGRAM },
	{ MS "powerpoint.addin.macroEnabled.main+xml", "package.ppam",
	    ZIP_PROGRAM },
	{ MS "visio.drawing.macroEnabled.main+xml", "package.vsdm",
	    ZIP_PROGRAM },
	{ MS "visio.stencil.macroEnabled.main+xml", "package.vssm",
	    ZIP_PROGRAM },
	{ MS "visio.template.macroEnabled.main+xml", "package.vstm",
	    ZIP_PROGRAM },
#undef OX
#undef MS
};

/* A member with this very name says it all. */
static const struct {
	const char *name, *sub;
	enum zip_kind kind;
} members[] = {
	{ "AndroidManifest.xml", "package.apk", ZIP_PROGRAM },
	{ "AppxManifest.xml", "package.msix", ZIP_PROGRAM },
	{ "AppxMetadata/AppxBundleManifest.xml", "package.msix", ZIP_PROGRAM },
	{ "AppManifest.xaml", "package.xap", ZIP_PROGRAM },
	{ "extension.vsixmanifest", "package.vsix", ZIP_PROGRAM },
	{ "install.rdf", "package.xpi", ZIP_PROGRAM },
	{ "META-INF/mozilla.rsa", "package.xpi", ZIP_PROGRAM },
	{ "Index/Document.iwa", "book.iwork", ZIP_BOOK },
	{ "Index.zip", "book.iwork", ZIP_BOOK },
	{ "index.apxl", "book.iwork", ZIP_BOOK },
	{ "index.xml.gz", "book.iwork", ZIP_BOOK },
	{ "META-INF/container.xml", "book.epub", ZIP_BOOK },
};

static const struct {
	const char *content, *sub; /* of the member "mimetype" */
	enum zip_kind kind;
} mimetypes[] = {

#define OD "application/vnd.oasis.opendocument."
	{ OD "text", "odf.odt", ZIP_ODF },
	{ OD "text-template", "odf.ott", ZIP_ODF },
	{ OD "text-web", "odf.oth", ZIP_ODF },
	{ OD "spreadsheet", "odf.ods", ZIP_ODF },
	{ OD "spreadsheet-template", "odf.ots", ZIP_ODF },
	{ OD "presentation", "odf.odp", ZIP_ODF },
	{ OD "presentation-template", "odf.otp", ZIP_ODF },
	{ OD "graphics", "odf.odg", ZIP_ODF },
	{ OD "graphics-template", "odf.otg", ZIP_ODF },
	{ OD "formula", "odf.odf", ZIP_ODF },
	{ OD "formula-template", "odf.otf", ZIP_ODF },
	{ OD "chart", "odf.odc", ZIP_ODF },
	{ OD "chart-template", "odf.otc", ZIP_ODF },
	{ OD "image", "odf.odi", ZIP_ODF },
	{ OD "image-template", "odf.oti", ZIP_ODF },
	{ OD "text-master", "package.odm", ZIP_PROGRAM },
	{ OD "base", "package.odb", ZIP_PROGRAM },
	{ OD "database", "package.odb", ZIP_PROGRAM },
	{ "application/vnd.openofficeorg.extension", "package.oxt",
	    ZIP_PROGRAM },
	{ "application/vnd.sun.xml.writer", "odf.sxw", ZIP_ODF },
	{ "application/vnd.sun.xml.writer.template", "odf.stw", ZIP_ODF },
	{ "application/vnd.sun.xml.calc", "odf.sxc", ZIP_ODF },
	{ "application/vnd.sun.xml.calc.template", "odf.stc", ZIP_ODF },
	{ "application/vnd.sun.xml.impress", "odf.sxi", ZIP_ODF },
	{ "application/vnd.sun.xml.impress.template", "odf.sti", ZIP_ODF },
	{ "application/vnd.sun.xml.draw", "odf.sxd", ZIP_ODF },
	{ "application/epub+zip", "book.epub", ZIP_BOOK },
	{ "application/hwp+zip", "book.hwpx", ZIP_BOOK },
	{ "application/owpml", "book.hwpx", ZIP_BOOK },
#undef OD
};

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

/* ---- [Content_Types].xml: which main types stand in it */

struct search {
	char window[NEEDLE_BYTES + ZIPDIR_CHUNK + 1];
	size_t n;
	bool hit[COUNT(types)];
};

/* A type counts only as a whole: "...main" is no prefix of "...main+xml". */
static void
mark(struct search *s)
{
	for (const char *p = s->window;
	     (p = strcasestr(p, "application/")) != NULL; p++)
		for (size_t i = 0; i < COUNT(types); i++) {
			size_t n = strlen(types[i].type);

			if (strncasecmp(p, types[i].type, n) == 0 &&
			    p[n] != '\0' && strchr("\"'; ", p[n]) != NULL)
				s->hit[i] = true;
		}
}

/* Looks at the carried end of the last piece together with this one. UTF-16
 * loses its zero bytes, which is enough to compare ASCII. */
static bool
search_piece(void *arg, const void *data, size_t n)
{
	struct search *s = arg;
	const char *p = data;
	size_t keep;

	for (size_t i = 0; i < n && s->n < sizeof(s->window) - 1; i++)
		if (p[i] != '\0')
			s->window[s->n++] = p[i];
	s->window[s->n] = '\0';
	mark(s);
	keep = s->n < NEEDLE_BYTES ? s->n : NEEDLE_BYTES;
	memmove(s->window, s->window + s->n - keep, keep);
	s->n = keep;
	return true;
}

/* What acts wins; else two main types are a package nobody handles. */
static enum zip_kind
by_types(const struct zipdir *z, const struct zipdir_member *m,
    const char **sub)
{
	struct search s;
	size_t n = 0, last = 0;

	memset(&s, 0, sizeof(s));
	*sub = "opc.other";
	if (zipdir_unpack(z, m, TYPES_MAX_BYTES, search_piece, &s) != 0)
		return ZIP_OPC;
	for (size_t i = 0; i < COUNT(types); i++) {
		if (!s.hit[i])
			continue;
		if (n++ > 0 && types[last].kind == ZIP_PROGRAM)
			continue;
		last = i;
	}
	if (n > 1 && types[last].kind != ZIP_PROGRAM) {
		*sub = "opc.ambiguous";
		return ZIP_OPC;
	}
	if (n == 0)
		return ZIP_OPC;
	*sub = types[last].sub;
	return types[last].kind;
}

/* ---- the member "mimetype" */

struct small {
	char s[NEEDLE_BYTES];
	size_t n;
};

static bool
small_piece(void *arg, const void *data, size_t n)
{
	struct small *s = arg;
	const char *p = data;

	for (size_t i = 0; i < n && s->n < sizeof(s->s) - 1; i++)
		if (p[i] > ' ') /* some writers end the line */
			s->s[s->n++] = p[i];
	return false;
}

static enum zip_kind
by_mimetype(const struct zipdir *z, const struct zipdir_member *m,
    const char **sub)
{
	struct small s = { .n = 0 };

	if (zipdir_unpack(z, m, sizeof(s.s), small_piece, &s) != 0)
		return ZIP_NOT;
	s.s[s.n] = '\0';
	for (size_t i = 0; i < COUNT(mimetypes); i++)
		if (strcmp(s.s, mimetypes[i].content) == 0) {
			*sub = mimetypes[i].sub;
			return mimetypes[i].kind;
		}
	return ZIP_NOT;
}

/* ---- the directory as a whole */

struct found {
	unsigned saw;
	struct zipdir_member types, mimetype;
	bool has_types, has_mimetype;
	enum zip_kind kind; /* by a telling member */
	const char *sub;
};

static void
look_at_bits(const struct zipdir_member *m, unsigned *saw)
{
	if (zipdir_is_fold(m, "META-INF/MANIFEST.MF"))
		*saw |= SAW_MANIFEST_MF;
	if (zipdir_ends_fold(m, ".class"))
		*saw |= SAW_CLASS;
	if (zipdir_is(m, "META-INF/manifest.xml"))
		*saw |= SAW_ODF_MANIFEST;
	if (zipdir_is_fold(m, "doc.kml"))
		*saw |= SAW_KML;
	if (zipdir_ends_fold(m, ".nuspec") &&
	    memchr(m->name, '/', m->name_len) == NULL)
		*saw |= SAW_NUSPEC;
}

static void
look_at(const struct zipdir_member *m, struct found *f)
{
	look_at_bits(m, &f->saw);
	if (zipdir_is_fold(m, "[Content_Types].xml")) {
		f->types = *m;
		f->has_types = true;
	}
	if (zipdir_is(m, "mimetype") && !f->has_mimetype) {
		f->mimetype = *m;
		f->has_mimetype = true;
	}
	if (f->kind == ZIP_PROGRAM)
		return;
	for (size_t i = 0; i < COUNT(members); i++)
		if (zipdir_is(m, members[i].name)) {
			f->kind = members[i].kind;
			f->sub = members[i].sub;
		}
}

static enum zip_kind
decide(const struct zipdir *z, const struct found *f, const char **sub)
{
	enum zip_kind kind;

	*sub = f->sub;
	if (f->kind == ZIP_PROGRAM)
		return ZIP_PROGRAM;
	*sub = "package.jar";
	if ((f->saw & SAW_MANIFEST_MF) != 0 && (f->saw & SAW_CLASS) != 0)
		return ZIP_PROGRAM;
	*sub = "package.nupkg";
	if ((f->saw & SAW_NUSPEC) != 0)
		return ZIP_PROGRAM;
	if (f->has_types)
		return by_types(z, &f->types, sub);
	if (f->has_mimetype &&
	    (kind = by_mimetype(z, &f->mimetype, sub)) != ZIP_NOT)
		return kind;
	*sub = f->sub;
	if (f->kind != ZIP_NOT)
		return f->kind;
	*sub = "odf.other";
	if ((f->saw & SAW_ODF_MANIFEST) != 0)
		return ZIP_ODF;
	*sub = "book.kmz";
	if ((f->saw & SAW_KML) != 0)
		return ZIP_BOOK;
	*sub = "zip";
	return ZIP_PLAIN;
}

enum zip_kind
zip_kind(const struct reader *in, const char **sub)
{
	struct zipdir z;
	struct zipdir_member m;
	struct found f = { .kind = ZIP_NOT };

	if (!reader_has(in, 0, "PK\3\4", 4) && !reader_has(in, 0, "PK\5\6", 4))
		return ZIP_NOT;
	*sub = "zip";
	if (zipdir_open(in, &z) != 0)
		return ZIP_PLAIN; /* damaged: the archive module says how */
	while (zipdir_next(&z, &m) == 0)
		look_at(&m, &f);
	return decide(&z, &f, sub);
}

enum probe
ooxml_kind(const struct reader *in, const char **sub)
{
	const char *kind;

	if (zip_kind(in, &kind) != ZIP_OOXML)
		return PROBE_NO;
	*sub = kind;
	return PROBE_YES;
}

bool
zip_is_plain(const struct reader *in)
{
	const char *kind;

	return zip_kind(in, &kind) == ZIP_PLAIN;
}
