/*
 * CSV and TSV (RFC 4180 and what spreadsheets make of it).
 *
 * A field that a spreadsheet would take for a formula gets an apostrophe in
 * front (csvfix.c). All other bytes stay. docs/formats/csv.md has the rules.
 */
#include <string.h>

#include "formats/text/csvfix.h"

#define SNIFF_LINES 64

/*
 * The separator that stands in most of the first lines. It counts inside
 * quotes as well, so that no change of ours changes the answer.
 */
static uint32_t
sniff(struct cs_in in)
{
	static const char all[] = ",\t;|";
	unsigned lines[4] = { 0 }, best = 0;
	bool seen[4] = { false };
	uint32_t cp;

	for (unsigned n = 0; n < SNIFF_LINES && (cp = csvfix_step(&in)) != 0;) {
		for (unsigned i = 0; i < 4; i++)
			seen[i] = seen[i] || cp == (uint32_t)all[i];
		if (cp != '\n' && !(cp == '\r' && csvfix_ahead(&in) != '\n') &&
		    csvfix_ahead(&in) != 0)
			continue;
		n++;
		for (unsigned i = 0; i < 4; i++) {
			lines[i] += seen[i];
			seen[i] = false;
		}
	}
	for (unsigned i = 1; i < 4; i++)
		if (lines[i] > lines[best])
			best = i;
	return (uint32_t)all[best];
}

static const char *const extensions[] = { "csv", "tsv", "tab", NULL };

static const char *
extension(const struct doc *d)
{
	const char *dot = strrchr(doc_name(d), '.');

	for (size_t i = 0; dot != NULL && extensions[i] != NULL; i++)
		if (strcasecmp(dot + 1, extensions[i]) == 0)
			return extensions[i];
	return "csv";
}

static uint32_t
delimiter(const struct doc *d, const struct buf *text,
    const struct charset_id *id)
{
	struct reader r;
	struct cs_in in;

	if (strcmp(extension(d), "csv") != 0)
		return '\t';
	buf_reader(text, &r);
	cs_open(&in, &r, id);
	return sniff(in);
}

static int
rebuild(struct doc *d)
{
	size_t max = (size_t)doc_budget(d, BUDGET_OUT_BYTES) + 1;
	const struct buf *result;
	struct buf text, out;
	struct charset_id id;
	int e;

	buf_init(&text, max);
	buf_init(&out, max);
	if ((e = text_filter(d, &text, true, &id)) == 0 &&
	    (e = csvfix_run(d, &text, &id, delimiter(d, &text, &id), &out)) ==
		0) {
		result = doc_options(d)->csv == CSV_REPORT ? &text : &out;
		if ((e = text_check(d, result, &id)) == 0)
			e = doc_put(d, result->data, result->len);
	}
	doc_makes(d, "csv", extension(d));
	buf_done(&out);
	buf_done(&text);
	return e;
}

static const char *const mime[] = { "text/csv", "application/csv", "text/plain",
	"text/tab-separated-values", "application/x-empty", "inode/x-empty",
	NULL };

const struct format format_csv = {
	.id = "csv",
	.mime = mime,
	.extensions = extensions,
	.flags = FMT_TEXT | FMT_ASKED_LAST,
	.probe = text_probe,
	.rebuild = rebuild,
};
