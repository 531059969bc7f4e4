/*
 * Office Open XML: docx, xlsx, pptx, their templates and slide shows, and the
 * macro-enabled twins, rebuilt as the types without macros. ECMA-376.
 */
#include "formats/ooxml/walk.h"

#include <string.h>
#include <strings.h>

#include "formats/format.h"
#include "formats/known/zipkind.h"
#include "formats/ooxml/opc_kinds.h"
#include "formats/ooxml/props.h"
#include "formats/ooxml/sheet.h"
#include "formats/ooxml/slide.h"
#include "formats/ooxml/word.h"

static const struct kind {
	const char *type, *is, *makes, *ext, *out;
} kinds[] = {
	{ "W:document.main+xml", "ooxml.docx", "ooxml.docx", "docx",
	    "W:document.main+xml" },
	{ "W:template.main+xml", "ooxml.dotx", "ooxml.dotx", "dotx",
	    "W:template.main+xml" },
	{ "V:ms-word.document.macroEnabled.main+xml", "ooxml.docm",
	    "ooxml.docx", "docx", "W:document.main+xml" },
	{ "V:ms-word.template.macroEnabledTemplate.main+xml", "ooxml.dotm",
	    "ooxml.dotx", "dotx", "W:template.main+xml" },
	{ "S:sheet.main+xml", "ooxml.xlsx", "ooxml.xlsx", "xlsx",
	    "S:sheet.main+xml" },
	{ "S:template.main+xml", "ooxml.xltx", "ooxml.xltx", "xltx",
	    "S:template.main+xml" },
	{ "V:ms-excel.sheet.macroEnabled.main+xml", "ooxml.xlsm", "ooxml.xlsx",
	    "xlsx", "S:sheet.main+xml" },
	{ "V:ms-excel.template.macroEnabled.main+xml", "ooxml.xltm",
	    "ooxml.xltx", "xltx", "S:template.main+xml" },
	{ "P:presentation.main+xml", "ooxml.pptx", "ooxml.pptx", "pptx",
	    "P:presentation.main+xml" },
	{ "P:slideshow.main+xml", "ooxml.ppsx", "ooxml.ppsx", "ppsx",
	    "P:slideshow.main+xml" },
	{ "P:template.main+xml", "ooxml.potx", "ooxml.potx", "potx",
	    "P:template.main+xml" },
	{ "V:ms-powerpoint.presentation.macroEnabled.main+xml", "ooxml.pptm",
	    "ooxml.pptx", "pptx", "P:presentation.main+xml" },
	{ "V:ms-powerpoint.slideshow.macroEnabled.main+xml", "ooxml.ppsm",
	    "ooxml.ppsx", "ppsx", "P:slideshow.main+xml" },
	{ "V:ms-powerpoint.template.macroEnabled.main+xml", "ooxml.potm",
	    "ooxml.potx", "potx", "P:template.main+xml" },
};

static int
take_kind(struct opc *o, const struct kind *k, const struct opc_rel *main_rel)
{
	int e;

	doc_is(o->doc, k->is);
	doc_makes(o->doc, k->makes, k->ext);
	o->main_type = k->out;
	switch (main_rel->kind) {
	case PART_DOCUMENT:
		o->app = APP_WORD;
		o->folder = "word";
		break;
	case PART_WORKBOOK:
		o->app = APP_SHEET;
		o->folder = "xl";
		break;
	case PART_PRESENTATION:
		o->app = APP_SLIDE;
		o->folder = "ppt";
		break;
	default:
		return ERR_INTERNAL;
	}
	if (o->strict && (e = doc_found(o->doc, FIND_OOXML_STRICT, ACT_REPLACED,
			      "", NULL)) != 0)
		return e;
	if (strcmp(k->is, k->makes) == 0)
		return 0;
	return doc_found(o->doc, FIND_OOXML_MACRO_TYPE, ACT_REPLACED, "", "%s",
	    k->is);
}

int
ooxml_app_begin(struct opc *o, const struct opc_rel *main_rel)
{
	const char *type = o->types[main_rel->entry];

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (opc_type_is(kinds[i].type, type))
			return take_kind(o, &kinds[i], main_rel);
	return doc_fail(o->doc, ERR_UNSUPPORTED, "not supported yet: %s", type);
}

/* ---- parts */

int
ooxml_part_begin(struct part *p)
{
	if (p->kind != PART_SHEET && p->kind != PART_TABLE)
		return 0;
	p->state = doc_alloc(p->opc->doc, sizeof(struct sheet));
	return p->state == NULL ? ERR_NOMEM : 0;
}

int
ooxml_part_end(struct part *p)
{
	p->state = NULL;
	return 0;
}

int
ooxml_part_linked(struct part *p)
{
	return p->opc->app == APP_SLIDE ? slide_needs(p) : 0;
}

bool
ooxml_wants(const struct part *p, const struct opc_rel *r)
{
	/* The workbook lists its caches by id. */
	if (r->kind == PART_PIVOTCACHE)
		return p->kind == PART_PIVOT;
	if (p->opc->app == APP_WORD)
		return word_wants(p, r);
	return p->opc->app == APP_SLIDE ? slide_wants(p, r) : true;
}

int
ooxml_unit(struct part *p, struct xnode *n, bool *drop)
{
	int e;

	if (p->kind == PART_CORE || p->kind == PART_APP ||
	    p->kind == PART_CUSTOM)
		return props_unit(p, n);
	/* Said by the namespaces, which are those of the common dialect. */
	xnode_unset(n, SN_NO_CONFORMANCE);
	xnode_unset(n, SN_W_CONFORMANCE);
	if (p->opc->app == APP_WORD && (e = word_unit(p, n)) != 0)
		return e;
	if ((e = walk_unit(p, n, drop)) != 0)
		return e;
	return p->kind == PART_DRAWING && !*drop ? sheet_previews(p, n) : 0;
}

/* ---- what the schema dropped, by name: for the report only */

static const struct {
	const char *local;
	enum finding_id find;
} named[] = {
	{ "mailMerge", FIND_OOXML_MAIL_MERGE },
	{ "docVars", FIND_OOXML_DOC_VARIABLE },
	{ "saveThroughXslt", FIND_OOXML_TRANSFORM },
	{ "movie", FIND_OOXML_MEDIA },
	{ "contentPart", FIND_OOXML_INK },
	{ "model3d", FIND_OOXML_MODEL3D },
	{ "webVideoPr", FIND_OOXML_WEB_MEDIA },
	{ "oembed", FIND_OOXML_WEB_MEDIA },
	{ "webPublishItems", FIND_OOXML_PUBLISH },
	{ "htmlPubPr", FIND_OOXML_PUBLISH },
	{ "updateFields", FIND_OOXML_AUTO_UPDATE },
	{ "webextensionref", FIND_OOXML_WEB_EXTENSION },
	{ "smartTags", FIND_OOXML_CUSTOM_XML },
	{ "FmlaMacro", FIND_OOXML_MACRO_ATTRIBUTE },
	{ "script", FIND_OOXML_VML },
	{ "fldData", FIND_OOXML_FIELD_DATA },
	{ "frameset", FIND_OOXML_SUB_DOCUMENT },
	{ "attachedSchema", FIND_OOXML_CUSTOM_XML },
	{ "schemaLibrary", FIND_OOXML_CUSTOM_XML },
	{ "entryMacro", FIND_OOXML_FORM_MACRO },
	{ "exitMacro", FIND_OOXML_FORM_MACRO },
	{ "sndAc", FIND_OOXML_MEDIA },
	{ "@refreshOnLoad", FIND_OOXML_AUTO_UPDATE },
	{ "@invalidUrl", FIND_OOXML_LINK },
};

int
ooxml_dropped(struct part *p, const struct xnode *parent, const char *uri,
    const char *name, bool is_attr, bool known)
{
	const char *colon = strchr(name, ':');
	const char *local = colon == NULL ? name : colon + 1;

	(void)parent;
	for (size_t i = 0; i < sizeof(named) / sizeof(named[0]); i++)
		if (strcmp(named[i].local, local) == 0)
			return part_found(p, named[i].find, ACT_REMOVED, "%s",
			    name);
	if (is_attr || known || p->n_unknown >= PART_UNKNOWN_MAX)
		return 0;
	p->n_unknown++;
	return part_found(p, FIND_OOXML_UNKNOWN_MARKUP, ACT_REMOVED, "%s (%s)",
	    name, uri == NULL ? "" : uri);
}

/* ---- the format */

static enum probe
probe(const struct reader *in, const char **sub)
{
	return ooxml_kind(in, sub);
}

static const char *const mime[] = {
	"application/"
	"vnd.openxmlformats-officedocument.wordprocessingml.document",
	"application/"
	"vnd.openxmlformats-officedocument.wordprocessingml.template",
	"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
	"application/vnd.openxmlformats-officedocument.spreadsheetml.template",
	"application/vnd.openxmlformats-officedocument.presentationml."
	"presentation",
	"application/"
	"vnd.openxmlformats-officedocument.presentationml.slideshow",
	"application/vnd.openxmlformats-officedocument.presentationml.template",
	"application/vnd.ms-word.document.macroEnabled.12",
	"application/vnd.ms-excel.sheet.macroEnabled.12",
	"application/vnd.ms-powerpoint.presentation.macroEnabled.12",
	"application/zip",
	NULL,
};
static const char *const extensions[] = { "docx", "docm", "dotx", "dotm",
	"xlsx", "xlsm", "xltx", "xltm", "pptx", "pptm", "ppsx", "ppsm", "potx",
	"potm", NULL };

const struct format format_ooxml = {
	.id = "ooxml",
	.mime = mime,
	.extensions = extensions,
	.preload = xml_preload,
	.probe = probe,
	.rebuild = opc_rebuild,
};
