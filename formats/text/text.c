/*
 * Plain text: notes, logs, Markdown, source code as data.
 *
 * Read whole in one charset, filtered, written in the same charset with its
 * line ends and mark. Names of scripts and shortcuts are another format's
 * (formats/blocked): here only what a text may be called.
 */
#include <string.h>

#include "formats/text/filter.h"

#define HEAD_BYTES  65536 /* what a probe looks at */
#define TOKEN_CHARS 4096

/* First words of things that act; lower case, ASCII. */
static const char *const acting[] = { "<", "mime-version:", "{\\rt", "id;",
	"[internetshortcut]", "[shell]", "[.shellclassinfo]", "[autorun]",
	"[localizedfilenames]", "web\n1", "web\r", "#!", "@echo", "%!ps",
	"%pdf", "windows registry editor", "regedit4",
	"full address:s:", "table\n0,1", "table\r\n0,1" };

static bool
begins(const char *head, const char *with)
{
	return strncmp(head, with, strlen(with)) == 0;
}

/* "Name: value" lines with MIME-Version among them: a message, MHTML. */
static bool
is_message(const char *head)
{
	const char *p = head;

	while (*p != '\0') {
		if (begins(p, "mime-version:"))
			return true;
		if (*p != ' ' && *p != '\t') {
			while (*p > ' ' && *p != ':')
				p++;
			if (*p != ':')
				return false;
		}
		if ((p = strchr(p, '\n')) == NULL)
			return false;
		p++;
	}
	return false;
}

/* The first characters, lower-cased, behind white space; no ASCII: '?'. */
static void
read_head(const struct reader *r, const struct charset_id *id, char *head)
{
	struct cs_in in;
	struct cs_char c;
	size_t n = 0;

	cs_open(&in, r, id);
	while (n < TOKEN_CHARS && cs_get(&in, &c) == 0) {
		if (utf8_classify(c.cp) != UTF8_PLAIN && c.cp != '\t' &&
		    c.cp != '\n' && c.cp != '\r')
			continue;
		if (n == 0 && (c.cp <= ' ' || c.cp == 0x3000 || c.cp == 0xa0))
			continue;
		if (c.cp >= 'A' && c.cp <= 'Z')
			c.cp += 'a' - 'A';
		head[n++] = (char)(c.cp < 0x80 ? c.cp : '?');
	}
	head[n] = '\0';
}

static bool
few_controls(const struct reader *r, const struct charset_id *id)
{
	size_t all = 0, bad = 0;
	struct cs_in in;
	struct cs_char c;

	cs_open(&in, r, id);
	while (cs_get(&in, &c) == 0) {
		all++;
		bad += c.cp < 0x20 && !(c.cp >= 0x08 && c.cp <= 0x0d) &&
		       c.cp != 0x1a && c.cp != 0x1b;
	}
	return bad <= 4 + all / 32;
}

bool
text_acts(const struct reader *r, const struct charset_id *id)
{
	char head[TOKEN_CHARS + 1];

	read_head(r, id, head);
	for (size_t i = 0; i < sizeof(acting) / sizeof(acting[0]); i++)
		if (begins(head, acting[i]))
			return true;
	return is_message(head);
}

enum probe
text_probe(const struct reader *in, const char **sub)
{
	struct charset_id id;
	struct reader r = *in;
	bool cut = in->len > HEAD_BYTES;

	(void)sub;
	if (cut && reader_view(in, 0, HEAD_BYTES, &r) != 0)
		return PROBE_NO;
	if (charset_detect(&r, cut, &id) != 0 || !few_controls(&r, &id))
		return PROBE_NO;
	return text_acts(&r, &id) ? PROBE_NO : PROBE_MAYBE;
}

static const char *const mime[] = { "text/plain", "application/x-empty",
	"inode/x-empty", "text/csv", "application/csv", "text/x-c",
	"text/x-c++", "text/x-java", "text/x-diff", "text/x-tex", "text/x-po",
	"text/x-makefile", "text/x-asm", "text/x-bibtex", "text/x-makefile",
	"application/json", "application/x-ndjson", "text/x-lisp",
	"application/x-wine-extension-ini", "text/troff", "text/x-pascal",
	NULL };

static const char *const extensions[] = { "txt", "text", "log", "md",
	"markdown", "prn", "asc", "lst", "rst", "adoc", "tex", "c", "h", "cc",
	"cpp", "hpp", "java", "cs", "go", "rs", "sql", "css", "yaml", "yml",
	"toml", "po", "diff", "patch", "b64", "dat", "out", NULL };

/* The claimed extension when it is one of ours. */
static const char *
extension(const struct doc *d)
{
	const char *dot = strrchr(doc_name(d), '.');

	for (size_t i = 0; dot != NULL && extensions[i] != NULL; i++)
		if (strcasecmp(dot + 1, extensions[i]) == 0)
			return extensions[i];
	return "txt";
}

static int
rebuild(struct doc *d)
{
	struct charset_id id;
	struct buf out;
	int e;

	buf_init(&out, (size_t)doc_budget(d, BUDGET_OUT_BYTES) + 1);
	if ((e = text_filter(d, &out, false, &id)) == 0)
		e = doc_put(d, out.data, out.len);
	doc_makes(d, "text", extension(d));
	buf_done(&out);
	return e;
}

const struct format format_text = {
	.id = "text",
	.mime = mime,
	.extensions = extensions,
	.flags = FMT_TEXT | FMT_ASKED_LAST,
	.preload = charset_preload,
	.probe = text_probe,
	.rebuild = rebuild,
};
