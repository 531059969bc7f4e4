/* What starts with "<": the prolog is skipped, the root element decides. */
#include <string.h>
#include <strings.h>

#include "formats/known/known.h"
#include "formats/known/textkind.h"
#include "formats/known/texthead.h"

#define NAME_BYTES 64

struct root {
	char name[NAME_BYTES]; /* local name */
	char prefix[NAME_BYTES];
	const char *tag, *end; /* inside the tag, up to its '>' */
	bool declared;	       /* <?xml seen */
	bool doctype_html;
};

static const struct {
	const char *name; /* local name of the root element, any case */
	const char *ns;	  /* in the root tag, or NULL */
	const char *sub;
	enum text_kind kind;
} roots[] = {
	{ "MMC_ConsoleFile", NULL, "script.msc", TEXT_SCRIPT },
	{ "libraryDescription", NULL, "shortcut.library-ms", TEXT_SHORTCUT },
	{ "searchConnectorDescription", NULL, "shortcut.searchconnector-ms",
	    TEXT_SHORTCUT },
	{ "persistedQuery", NULL, "shortcut.search-ms", TEXT_SHORTCUT },
	{ "PCSettings", NULL, "shortcut.settingcontent-ms", TEXT_SHORTCUT },
	{ "job", NULL, "script.wsf", TEXT_SCRIPT },
	{ "package", "pkg", "xml.flat-opc", TEXT_XML },
	{ "package", "idpf.org", "xml.opf", TEXT_XML },
	{ "package", NULL, "script.wsf", TEXT_SCRIPT },
	{ "scriptlet", NULL, "script.sct", TEXT_SCRIPT },
	{ "component", NULL, "script.wsc", TEXT_SCRIPT },
	{ "registration", NULL, "script.sct", TEXT_SCRIPT },
	{ "script", NULL, "html", TEXT_HTML },
	{ "Project", "msbuild", "script.msbuild", TEXT_SCRIPT },
	{ "Project", "Sdk=", "script.msbuild", TEXT_SCRIPT },
	{ "assembly", "schemas-microsoft-com:asm", "script.manifest",
	    TEXT_SCRIPT },
	{ "jnlp", NULL, "script.jnlp", TEXT_SCRIPT },
	{ "AppInstaller", NULL, "script.appinstaller", TEXT_SCRIPT },
	{ "dcmPackage", NULL, "script.diagpkg", TEXT_SCRIPT },
	{ "RDCMan", NULL, "shortcut.rdg", TEXT_SHORTCUT },
	{ "Task", "windows/2004/02/mit/task", "script.task", TEXT_SCRIPT },
	{ "Objs", "powershell", "script.ps1xml", TEXT_SCRIPT },
	{ "svg", NULL, "svg", TEXT_SVG },
	{ "html", NULL, "html", TEXT_HTML },
	{ "document", "oasis:names:tc:opendocument", "odf-flat", TEXT_ODF },
	{ "wordDocument", NULL, "xml.wordml2003", TEXT_XML },
	{ "Workbook", "office:spreadsheet", "xml.spreadsheetml2003", TEXT_XML },
	{ "kml", NULL, "xml.kml", TEXT_XML },
	{ "gpx", NULL, "xml.gpx", TEXT_XML },
	{ "stylesheet", NULL, "xml.xslt", TEXT_XML },
	{ "transform", NULL, "xml.xslt", TEXT_XML },
	{ "FictionBook", NULL, "xml.fb2", TEXT_XML },
	{ "plist", NULL, "xml.plist", TEXT_XML },
};

/* Elements that make browsers and Excel see HTML. */
static const char *const html_tags[] = { "html", "head", "script", "iframe",
	"h1", "h2", "h3", "div", "font", "table", "a", "style", "title", "b",
	"body", "br", "p", "meta", "link", "img", "span", "center", "form",
	"frameset", "object", "embed", "base", "pre", "ul", "ol", "li", "hr",
	"i", "u", "tr", "td", "blockquote", "isindex", "bgsound", "applet",
	"video", "audio", "input", "button", "marquee", "xmp", "plaintext",
	"noscript", "template", "math", "details", NULL };

static bool
is_html_tag(const char *name)
{
	for (size_t i = 0; html_tags[i] != NULL; i++)
		if (strcasecmp(name, html_tags[i]) == 0)
			return true;
	return false;
}

/* Behind "<!DOCTYPE ...>", with its internal subset. */
static const char *
skip_doctype(const char *s)
{
	int depth = 0;

	for (; *s != '\0'; s++) {
		if (*s == '[')
			depth++;
		else if (*s == ']' && depth > 0)
			depth--;
		else if (*s == '>' && depth == 0)
			return s + 1;
	}
	return s;
}

static const char *
skip_past(const char *s, const char *end)
{
	const char *p = strstr(s, end);

	return p == NULL ? s + strlen(s) : p + strlen(end);
}

/* To the "<" of the root element, or to what is no markup. */
static const char *
skip_prolog(const char *s, struct root *r)
{
	for (;;) {
		s = texthead_space(s);
		if (texthead_starts(s, "<?xml ") ||
		    texthead_starts(s, "<?xml\t") ||
		    texthead_starts(s, "<?xml\r") ||
		    texthead_starts(s, "<?xml\n"))
			r->declared = true;
		if (strncmp(s, "<?", 2) == 0) {
			s = skip_past(s, "?>");
		} else if (strncmp(s, "<!--", 4) == 0) {
			s = skip_past(s + 4, "-->");
		} else if (texthead_starts(s, "<!doctype")) {
			const char *name = texthead_space(s + 9);

			if (texthead_starts(name, "html"))
				r->doctype_html = true;
			else
				r->declared = true;
			s = skip_doctype(s);
		} else {
			return s;
		}
	}
}

static bool
take_name(const char *s, size_t n, char *out)
{
	if (n == 0 || n >= NAME_BYTES)
		return false;
	memcpy(out, s, n);
	out[n] = '\0';
	return true;
}

static bool
read_root(const char *s, struct root *r)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz"
				      "ABCDEFGHIJKLMNOPQRSTUVWXYZ_";
	static const char more[] = "abcdefghijklmnopqrstuvwxyz"
				   "ABCDEFGHIJKLMNOPQRSTUVWXYZ_-.0123456789"
				   "\x80";
	size_t n;

	if (s[0] != '<' || s[1] == '\0' ||
	    (strchr(letters, s[1]) == NULL && s[1] != (char)0x80))
		return false;
	s++;
	n = strspn(s, more);
	if (s[n] == ':') {
		if (!take_name(s, n, r->prefix))
			return false;
		s += n + 1;
		n = strspn(s, more);
	}
	if (!take_name(s, n, r->name))
		return false;
	r->tag = s + n;
	r->end = r->tag + strcspn(r->tag, ">");
	return *r->tag == '\0' || strchr(" \t\r\n/>", *r->tag) != NULL;
}

static bool
tag_holds(const struct root *r, const char *what)
{
	const char *p = strcasestr(r->tag, what);

	return (p != NULL && p < r->end) || strcasecmp(r->prefix, what) == 0;
}

static enum text_kind
by_root(const struct root *r, const char **sub)
{
	for (size_t i = 0; i < KNOWN_COUNT(roots); i++) {
		if (strcasecmp(r->name, roots[i].name) != 0 ||
		    (roots[i].ns != NULL && !tag_holds(r, roots[i].ns)))
			continue;
		*sub = roots[i].sub;
		return roots[i].kind;
	}
	return TEXT_NONE;
}

/* Fragments of XML without a declaration: a namespace, or an end tag. */
static bool
looks_like_xml(const struct root *r)
{
	const char *p = r->end;

	if (tag_holds(r, "xmlns"))
		return true;
	while ((p = strstr(p, "</")) != NULL) {
		p += 2;
		if (r->prefix[0] != '\0' &&
		    strncmp(p, r->prefix, strlen(r->prefix)) == 0)
			return true;
		if (strncmp(p, r->name, strlen(r->name)) == 0)
			return true;
	}
	return false;
}

enum text_kind
markup_kind(const char *s, const char **sub)
{
	struct root r;
	enum text_kind k;

	if (*s != '<')
		return TEXT_NONE;
	*sub = "script.php";
	if (texthead_starts(s, "<?php") || strncmp(s, "<?=", 3) == 0)
		return TEXT_SCRIPT;
	*sub = "script.asp";
	if (strncmp(s, "<%", 2) == 0)
		return TEXT_SCRIPT;
	*sub = "script.hta";
	if (strcasestr(s, "<hta:application") != NULL)
		return TEXT_SCRIPT;
	memset(&r, 0, sizeof(r));
	if (read_root(skip_prolog(s, &r), &r)) {
		if ((k = by_root(&r, sub)) != TEXT_NONE)
			return k;
		*sub = "html";
		if (r.doctype_html || (!r.declared && is_html_tag(r.name)))
			return TEXT_HTML;
		*sub = "xml";
		if (r.declared || looks_like_xml(&r))
			return TEXT_XML;
		return TEXT_NONE;
	}
	*sub = r.declared ? "xml" : "html";
	if (r.declared)
		return TEXT_XML;
	return r.doctype_html || strncmp(s, "<!--", 4) == 0 ? TEXT_HTML
							    : TEXT_NONE;
}
