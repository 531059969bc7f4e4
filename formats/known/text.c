/* The families of texts that say what they are; textkind.h. */
#include <string.h>

#include "formats/known/known.h"
#include "formats/known/textkind.h"
#include "formats/known/texthead.h"

#define SNIFF_BYTES 1024u

static bool
has_html_tag(const char *s)
{
	static const char *const tags[] = { "<html", "<body", "<script",
		"<head>", "<!doctype html", "<table", "<iframe", "<div",
		"<style", "<title" };
	const char *hit;

	for (size_t i = 0; i < KNOWN_COUNT(tags); i++) {
		hit = strcasestr(s, tags[i]);
		if (hit != NULL && hit < s + SNIFF_BYTES)
			return true;
	}
	return false;
}

/* "TABLE", "0,1": the head of a Data Interchange Format file. */
static bool
is_dif(const char *s)
{
	return texthead_starts(s, "TABLE") &&
	       texthead_starts(texthead_line(s), "0,1");
}

/* A bracket and what may follow, and its partner at the end: no log. */
static bool
is_json(const struct reader *in, const char *s)
{
	struct reader r;
	size_t n = in->len;
	char open = *s, next = '\0';

	if (open == '{' || open == '[')
		next = *texthead_space(s + 1);
	if (next == '\0' ||
	    strchr(open == '{' ? "\"}" : "\"{[]-0123456789tfn", next) == NULL)
		return false;
	while (n > 0 && reader_view(in, n - 1, 1, &r) == 0 &&
	       (r.data[0] <= ' '))
		n--;
	return reader_has(in, n - 1, open == '{' ? "}" : "]", 1);
}

enum text_kind
text_kind(const struct reader *in, const char **sub)
{
	struct texthead t;
	enum text_kind k;

	/* Most documents; fifteen probes ask, and no text begins so. */
	if (reader_has(in, 0, "PK\3\4", 4))
		return TEXT_NONE;
	texthead_read(in, &t);
	if (t.n == 0 || t.s[0] < ' ')
		return TEXT_NONE;
	*sub = "rtf";
	if (strncmp(t.s, "{\\rt", 4) == 0)
		return TEXT_RTF;
	if (reader_has(in, 0, "#!AMR", 5))
		return TEXT_NONE;
	if ((k = markup_kind(t.s, sub)) != TEXT_NONE ||
	    (k = active_kind(t.s, sub)) != TEXT_NONE ||
	    (k = mail_kind(t.s, sub)) != TEXT_NONE)
		return k;
	*sub = "icalendar";
	if (texthead_starts(t.s, "BEGIN:VCALENDAR"))
		return TEXT_CALENDAR;
	*sub = "vcard";
	if (texthead_starts(t.s, "BEGIN:VCARD"))
		return TEXT_VCARD;
	*sub = "dif";
	if (is_dif(t.s))
		return TEXT_DIF;
	*sub = "json";
	if (is_json(in, t.s))
		return TEXT_JSON;
	*sub = "html";
	t.s[SNIFF_BYTES] = '\0';
	return has_html_tag(t.s) ? TEXT_HTML_MAYBE : TEXT_NONE;
}

static enum probe
probe_text(const struct reader *in, enum text_kind want, enum probe yes,
    const char **sub)
{
	const char *s;

	if (text_kind(in, &s) != want)
		return PROBE_NO;
	*sub = s;
	return yes;
}

#define TEXT_FORMAT(name, id_, want, yes, flags_) \
	static enum probe name##_probe(const struct reader *in, \
	    const char **sub) \
	{ \
		return probe_text(in, want, yes, sub); \
	} \
	const struct format format_##name = { \
		.id = id_, \
		.mime = name##_mime, \
		.extensions = name##_ext, \
		.flags = flags_, \
		.probe = name##_probe, \
	}

static const char *const rtf_mime[] = { "text/rtf", "application/rtf", NULL };
static const char *const rtf_ext[] = { "rtf", NULL };
TEXT_FORMAT(rtf, "rtf", TEXT_RTF, PROBE_YES, 0);

static const char *const xml_mime[] = { "text/xml", "application/xml",
	"text/plain", "application/vnd.google-earth.kml+xml",
	"application/gpx+xml", NULL };
static const char *const xml_ext[] = { "xml", "xsl", "xslt", "xsd", "kml",
	"gpx", "gml", "fb2", "rdf", "rss", "atom", "xbrl", "dtd", "vml", "xtx",
	NULL };
TEXT_FORMAT(xml, "xml", TEXT_XML, PROBE_YES, 0);

static const char *const odf_flat_mime[] = { "text/xml", "application/xml",
	NULL };
static const char *const odf_flat_ext[] = { "fodt", "fods", "fodp", "fodg",
	"xml", NULL };
TEXT_FORMAT(odf_flat, "odf-flat", TEXT_ODF, PROBE_YES, 0);

static const char *const mhtml_mime[] = { "message/rfc822", "text/plain",
	"text/html", "multipart/related", "application/x-mimearchive", NULL };
static const char *const mhtml_ext[] = { "mht", "mhtml", NULL };
TEXT_FORMAT(mhtml, "mhtml", TEXT_MHTML, PROBE_YES, 0);

static const char *const json_mime[] = { "application/json", "text/plain",
	NULL };
static const char *const json_ext[] = { "json", "geojson", "jsonl", NULL };
TEXT_FORMAT(json, "json", TEXT_JSON, PROBE_MAYBE, FMT_TEXT | FMT_ASKED_LAST);

static const char *const dif_mime[] = { "application/x-dif", "text/plain",
	NULL };
static const char *const dif_ext[] = { "dif", NULL };
TEXT_FORMAT(dif, "dif", TEXT_DIF, PROBE_YES, 0);

static const char *const script_mime[] = { "text/x-shellscript",
	"text/x-msdos-batch", "text/x-php", "text/x-python", "text/x-perl",
	"text/x-ms-regedit", "application/javascript", "text/xml", "text/html",
	"text/plain", NULL };
static const char *const script_ext[] = { "bat", "cmd", "ps1", "vbs", "vbe",
	"js", "jse", "wsf", "wsc", "sct", "hta", "php", "asp", "jsp", "reg",
	"inf", "msc", "sh", NULL };
TEXT_FORMAT(script, "script", TEXT_SCRIPT, PROBE_YES, FMT_BLOCKED);

static const char *const unsafe_table_mime[] = { "application/x-sylk",
	"text/plain", NULL };
static const char *const unsafe_table_ext[] = { "slk", "iqy", "dqy", "oqy",
	NULL };
TEXT_FORMAT(unsafe_table, "table", TEXT_TABLE, PROBE_YES, FMT_BLOCKED);

/* Shortcuts are texts, but for the link file of Windows. */
static enum probe
shortcut_probe(const struct reader *in, const char **sub)
{
	static const char lnk[] = "\x4C\0\0\0\1\x14\2\0\0\0\0\0\xC0\0\0\0\0\0\0"
				  "\x46";

	if (reader_has(in, 0, lnk, sizeof(lnk) - 1)) {
		*sub = "shortcut.lnk";
		return PROBE_YES;
	}
	return probe_text(in, TEXT_SHORTCUT, PROBE_YES, sub);
}

static const char *const shortcut_mime[] = { "application/x-ms-shortcut",
	"application/x-mswinurl", "application/x-wine-extension-ini",
	"text/xml", "text/plain", NULL };
static const char *const shortcut_ext[] = { "lnk", "url", "website", "scf",
	"desktop", "library-ms", "searchconnector-ms", "settingcontent-ms",
	"theme", "rdp", NULL };
const struct format format_shortcut = {
	.id = "shortcut",
	.mime = shortcut_mime,
	.extensions = shortcut_ext,
	.flags = FMT_BLOCKED,
	.probe = shortcut_probe,
};
