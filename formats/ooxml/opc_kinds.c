/*
 * The allow-list of parts, and the names of what is never one.
 */
#include "formats/ooxml/opc_kinds.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

const struct opc_kind opc_kinds[PART_COUNT] = {
#define PART(name, rel, types, out, root, path, flags) \
	[PART_##name] = { rel, types, out, root, path, flags },
#include "formats/ooxml/parts.def"
#undef PART
};

#define OPENXML "http://schemas.openxmlformats.org/"
#define STRICT	"http://purl.oclc.org/ooxml/"

/* Bases of relationship types; strict ones fold to transitional. */
static const struct {
	const char *uri, *prefix;
} bases[] = {
	{ OPENXML "officeDocument/2006/relationships/", "O:" },
	{ STRICT "officeDocument/relationships/", "O:" },
	{ OPENXML "package/2006/relationships/", "P:" },
	{ "http://schemas.microsoft.com/office/", "M:" },
};

/* Strict documents spell these two differently. */
static const struct {
	const char *strict, *plain;
} twins[] = {
	{ "customProperties", "custom-properties" },
	{ "extendedProperties", "extended-properties" },
};

/* Some writers put these among the relationships of the package. */
static const char *const misplaced[][2] = {
	{ "P:metadata/extended-properties", "O:extended-properties" },
	{ "P:metadata/custom-properties", "O:custom-properties" },
};

const char *
opc_rel_short(struct doc *d, const char *type)
{
	char s[256];
	const char *rest;

	for (size_t i = 0; i < sizeof(bases) / sizeof(bases[0]); i++) {
		size_t n = strlen(bases[i].uri);

		if (strncmp(type, bases[i].uri, n) != 0)
			continue;
		rest = type + n;
		for (size_t k = 0; bases[i].prefix[0] == 'O' && k < 2; k++)
			if (strcmp(rest, twins[k].strict) == 0)
				rest = twins[k].plain;
		snprintf(s, sizeof(s), "%s%s", bases[i].prefix, rest);
		for (size_t k = 0; k < 2; k++)
			if (strcmp(s, misplaced[k][0]) == 0)
				return doc_strndup(d, misplaced[k][1],
				    strlen(misplaced[k][1]));
		return doc_strndup(d, s, strlen(s));
	}
	return doc_strndup(d, type, strlen(type));
}

bool
opc_rel_is_strict(const char *type)
{
	return strncmp(type, STRICT, strlen(STRICT)) == 0;
}

int
opc_rel_uri(const char *short_type, struct buf *out)
{
	int e;

	for (size_t i = 0; i < sizeof(bases) / sizeof(bases[0]); i++) {
		if (strncmp(short_type, bases[i].prefix, 2) != 0)
			continue;
		if ((e = buf_puts(out, bases[i].uri)) != 0)
			return e;
		return buf_puts(out, short_type + 2);
	}
	return ERR_INTERNAL;
}

static const struct {
	char letter;
	const char *text;
} spelled[] = {
	{ 'W',
	    "application/vnd.openxmlformats-officedocument.wordprocessingml." },
	{ 'S', "application/vnd.openxmlformats-officedocument.spreadsheetml." },
	{ 'P',
	    "application/vnd.openxmlformats-officedocument.presentationml." },
	{ 'D', "application/vnd.openxmlformats-officedocument.drawingml." },
	{ 'O', "application/vnd.openxmlformats-officedocument." },
	{ 'V', "application/vnd." },
};

int
opc_type_full(const char *abbreviated, struct buf *out)
{
	int e;

	for (size_t i = 0; i < sizeof(spelled) / sizeof(spelled[0]); i++) {
		if (abbreviated[0] != spelled[i].letter ||
		    abbreviated[1] != ':')
			continue;
		if ((e = buf_puts(out, spelled[i].text)) != 0)
			return e;
		return buf_puts(out, abbreviated + 2);
	}
	return buf_puts(out, abbreviated);
}

/* One abbreviated type of n bytes against a whole one. */
static bool
type_is(const char *abbreviated, size_t n, const char *type)
{
	const char *head = "";

	if (abbreviated[0] == '*')
		return strncasecmp(abbreviated + 1, type, n - 1) == 0;
	for (size_t i = 0; i < sizeof(spelled) / sizeof(spelled[0]); i++)
		if (abbreviated[0] == spelled[i].letter &&
		    abbreviated[1] == ':')
			head = spelled[i].text;
	if (strncasecmp(type, head, strlen(head)) != 0)
		return false;
	type += strlen(head);
	abbreviated += 2;
	n -= 2;
	return strlen(type) == n && strncasecmp(abbreviated, type, n) == 0;
}

bool
opc_type_fits(const struct opc_kind *k, const char *type)
{
	const char *s = k->types;
	size_t n;

	for (; *s != '\0'; s += n) {
		s += strspn(s, " ");
		n = strcspn(s, " ");
		if (n > 0 && type_is(s, n, type))
			return true;
	}
	return false;
}

bool
opc_type_is(const char *abbreviated, const char *type)
{
	return type_is(abbreviated, strlen(abbreviated), type);
}

int
opc_kind_of(const char *rel, const char *type)
{
	for (int i = 0; i < PART_COUNT; i++)
		if (strcmp(opc_kinds[i].rel, rel) == 0 &&
		    opc_type_fits(&opc_kinds[i], type))
			return i;
	return -1;
}

/* What is dropped and named; only for the report (the kinds are the filter). */
static const struct {
	const char *rel;
	enum finding_id find;
} dropped[] = {
	{ "M:2006/relationships/vbaProject", FIND_OOXML_VBA },
	{ "M:2006/relationships/vbaProjectSignature", FIND_OOXML_VBA },
	{ "M:2014/relationships/vbaProjectSignatureAgile", FIND_OOXML_VBA },
	{ "M:2020/07/relationships/vbaProjectSignatureV3", FIND_OOXML_VBA },
	{ "M:2006/relationships/wordVbaData", FIND_OOXML_VBA },
	{ "M:2006/relationships/ui/extensibility", FIND_OOXML_CUSTOM_UI },
	{ "M:2007/relationships/ui/extensibility", FIND_OOXML_CUSTOM_UI },
	{ "M:2006/relationships/ui/userCustomization", FIND_OOXML_CUSTOM_UI },
	{ "M:2006/relationships/keyMapCustomizations", FIND_OOXML_KEY_MAP },
	{ "M:2006/relationships/attachedToolbars", FIND_OOXML_KEY_MAP },
	{ "O:oleObject", FIND_OOXML_OLE },
	{ "M:2006/relationships/oleObject", FIND_OOXML_OLE },
	{ "M:2006/relationships/e1Object", FIND_OOXML_OLE },
	{ "M:2006/relationships/e2Object", FIND_OOXML_OLE },
	{ "O:package", FIND_OOXML_PACKAGE },
	{ "O:control", FIND_OOXML_CONTROL },
	{ "O:ctrlProp", FIND_OOXML_CONTROL },
	{ "M:2006/relationships/activeXControl", FIND_OOXML_CONTROL },
	{ "M:2006/relationships/activeXControlBinary", FIND_OOXML_CONTROL },
	{ "O:aFChunk", FIND_OOXML_ALT_CHUNK },
	{ "O:attachedTemplate", FIND_OOXML_TEMPLATE },
	{ "O:subDocument", FIND_OOXML_SUB_DOCUMENT },
	{ "O:frame", FIND_OOXML_SUB_DOCUMENT },
	{ "O:externalLink", FIND_OOXML_EXTERNAL_LINK },
	{ "O:externalLinkPath", FIND_OOXML_EXTERNAL_LINK },
	{ "O:connections", FIND_OOXML_CONNECTION },
	{ "O:queryTable", FIND_OOXML_CONNECTION },
	{ "O:xmlMaps", FIND_OOXML_CONNECTION },
	{ "O:volatileDependencies", FIND_OOXML_CONNECTION },
	{ "M:2006/relationships/xlMacrosheet", FIND_OOXML_MACRO_SHEET },
	{ "M:2006/relationships/xlIntlMacrosheet", FIND_OOXML_MACRO_SHEET },
	{ "O:dialogsheet", FIND_OOXML_MACRO_SHEET },
	{ "O:mailMergeSource", FIND_OOXML_MAIL_MERGE },
	{ "O:mailMergeHeaderSource", FIND_OOXML_MAIL_MERGE },
	{ "O:recipientData", FIND_OOXML_MAIL_MERGE },
	{ "M:2006/relationships/recipientData", FIND_OOXML_MAIL_MERGE },
	{ "O:transform", FIND_OOXML_TRANSFORM },
	{ "O:htmlPubSaveAs", FIND_OOXML_PUBLISH },
	{ "O:slideUpdateUrl", FIND_OOXML_PUBLISH },
	{ "O:slideUpdateInfo", FIND_OOXML_PUBLISH },
	{ "O:audio", FIND_OOXML_MEDIA },
	{ "O:video", FIND_OOXML_MEDIA },
	{ "O:movie", FIND_OOXML_MEDIA },
	{ "M:2007/relationships/media", FIND_OOXML_MEDIA },
	{ "M:2011/relationships/webextension", FIND_OOXML_WEB_EXTENSION },
	{ "M:2011/relationships/webextensiontaskpanes",
	    FIND_OOXML_WEB_EXTENSION },
	{ "P:digital-signature/origin", FIND_OOXML_SIGNATURE },
	{ "O:customXml", FIND_OOXML_CUSTOM_XML },
	{ "O:customXmlProps", FIND_OOXML_CUSTOM_XML },
	{ "M:2007/relationships/customData", FIND_OOXML_CUSTOM_XML },
	{ "O:customProperty", FIND_OOXML_CUSTOM_XML },
	{ "O:tags", FIND_OOXML_CUSTOM_XML },
	{ "M:2006/relationships/powerPivotData", FIND_OOXML_CONNECTION },
	{ "O:printerSettings", FIND_OOXML_PRINTER },
	{ "O:font", FIND_OOXML_FONT },
	{ "P:metadata/thumbnail", FIND_OOXML_THUMBNAIL },
	{ "M:2017/06/relationships/model3d", FIND_OOXML_MODEL3D },
	{ "M:2007/relationships/hdphoto", FIND_OOXML_MODEL3D },
	{ "M:2016/11/relationships/changesInfo", FIND_OOXML_REVISIONS },
	{ "M:2015/10/relationships/revisionInfo", FIND_OOXML_REVISIONS },
	{ "O:glossaryDocument", FIND_OOXML_GLOSSARY },
	{ "O:revisionHeaders", FIND_OOXML_REVISIONS },
	{ "O:revisionLog", FIND_OOXML_REVISIONS },
	{ "O:usernames", FIND_OOXML_REVISIONS },
	{ "M:2020/02/relationships/classificationlabels", FIND_OOXML_LABELS },
	{ "M:2020/07/relationships/rdRichValueWebImage", FIND_OOXML_RICH_DATA },
};

/* Regenerated or without meaning for a reader: nothing to tell a clerk. */
static const char *const quiet[] = { "O:calcChain", "O:webSettings",
	"O:stylesWithEffects", "M:2007/relationships/stylesWithEffects",
	"M:2006/relationships/legacyDiagramText",
	"M:2006/relationships/legacyDocTextInfo", NULL };

int
opc_rel_finding(const char *rel, const char *type)
{
	for (size_t i = 0; i < sizeof(dropped) / sizeof(dropped[0]); i++)
		if (strcmp(dropped[i].rel, rel) == 0)
			return (int)dropped[i].find;
	for (size_t i = 0; quiet[i] != NULL; i++)
		if (strcmp(quiet[i], rel) == 0)
			return -1;
	if (strcasestr(type, "vbaProject") != NULL)
		return FIND_OOXML_VBA;
	return FIND_OOXML_UNKNOWN_PART;
}
