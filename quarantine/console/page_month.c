/*
 * The monthly report: figures and charts for the heads of the office. Made to
 * be printed as well.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "quarantine/console/chart.h"
#include "quarantine/console/pages.h"
#include "core/month.h"
#include "formats/findings.h"

#define TOP_ROWS     15
#define CALLED_BYTES 1024

static const char *const verdicts[CHART_SERIES] = { "released", "held",
	"blocked" };

static const enum verdict verdict_ids[CHART_SERIES] = { VERDICT_RELEASED,
	VERDICT_HELD, VERDICT_BLOCKED };

static const char *
verdict_called(const struct visit *r, size_t i)
{
	return words_verdict(verdict_ids[i], r->lang);
}

static uint64_t
number(const json_t *o, const char *key)
{
	json_int_t n = json_integer_value(json_object_get(o, key));

	return n > 0 ? (uint64_t)n : 0;
}

static uint64_t
documents(const json_t *row)
{
	uint64_t n = 0;

	for (size_t i = 0; i < CHART_SERIES; i++)
		n += number(row, verdicts[i]);
	return n;
}

/* ---- what a name in a table is called */

static const char *
finding_called(struct visit *r, const char *name, char text[CALLED_BYTES])
{
	(void)text;
	for (uint32_t i = 0; i < FIND_COUNT; i++)
		if (strcmp(finding_name(i), name) == 0)
			return r->lang == WORDS_JA ? finding_ja(i)
						   : finding_en(i);
	return name;
}

static const char *
format_called(struct visit *r, const char *name, char text[CALLED_BYTES])
{
	(void)text;
	return words_format(strcmp(name, "-") == 0 ? "" : name, r->lang);
}

static const char *
source_called(struct visit *r, const char *name, char text[CALLED_BYTES])
{
	(void)text;

	static const struct {
		const char *kind, *text;
	} names[] = {
		{ "mail", N_("Mail") },
		{ "folder", N_("Drop folder and upload") },
		{ "clean", N_("Batches on the gateway") },
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strcmp(names[i].kind, name) == 0)
			return tr(r, names[i].text);
	return name;
}

static const char *
department_called(struct visit *r, const char *name, char text[CALLED_BYTES])
{
	(void)text;
	return strcmp(name, "-") == 0 ? tr(r, N_("(none)")) : name;
}

/* The name of an err ("encrypted"), or of older lines the reason itself. */
static const char *
reason_called(struct visit *r, const char *name, char text[CALLED_BYTES])
{
	for (int err = -1; strcmp(err_name(err), "unknown") != 0; err--)
		if (strcmp(err_name(err), name) == 0)
			return words_reason(err, VERDICT_HELD, r->lang);
	if (strcmp(name, "policy") == 0)
		return words_reason(0, VERDICT_HELD, r->lang);
	words_detail(tr(r, name), r->lang, text, CALLED_BYTES);
	return text;
}

/* ---- tables, most first */

struct entry {
	const char *name;
	const json_t *row;
	uint64_t n;
};

static int
by_number(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;

	if (x->n != y->n)
		return x->n < y->n ? 1 : -1;
	return strcmp(x->name, y->name);
}

/* NULL with *n = 0: nothing to show, or no memory. */
static struct entry *
sorted(json_t *table, size_t *n)
{
	size_t size = json_object_size(table);
	struct entry *all = size == 0 ? NULL : calloc(size, sizeof(*all));
	const char *name;
	json_t *v;

	*n = 0;
	if (all == NULL)
		return NULL;
	json_object_foreach(table, name, v)
	{
		all[*n].name = name;
		all[*n].row = v;
		all[*n].n = json_is_integer(v) ? (uint64_t)json_integer_value(v)
					       : documents(v);
		++*n;
	}
	qsort(all, *n, sizeof(*all), by_number);
	return all;
}

static void
cell(struct html *h, uint64_t n)
{
	html_open(h, "td", "class", "number", NULL);
	html_number(h, n);
	html_close(h);
}

static void
head(struct visit *r, const char *what, bool is_split)
{
	struct html *h = &r->page;

	html_open(h, "thead", NULL);
	html_open(h, "tr", NULL);
	html_el(h, "th", what, "scope", "col", NULL);
	for (size_t i = 0; is_split && i < CHART_SERIES; i++)
		html_el(h, "th", verdict_called(r, i), "scope", "col", "class",
		    "number", NULL);
	if (!is_split)
		html_el(h, "th", tr(r, N_("Times")), "scope", "col", "class",
		    "number", NULL);
	html_close(h);
	html_close(h);
}

/* rows: the table in the figures. called: a name as people know it. */
static void
table(struct visit *r, const char *title, const char *what, json_t *rows,
    bool is_split,
    const char *(*called)(struct visit *, const char *, char[CALLED_BYTES]))
{
	struct html *h = &r->page;
	char text[CALLED_BYTES];
	struct entry *all;
	size_t n;

	if ((all = sorted(rows, &n)) == NULL)
		return;
	html_open(h, "section", NULL);
	html_el(h, "h2", title, NULL);
	html_open(h, "div", "class", "scroll", NULL);
	html_open(h, "table", "class", "few", NULL);
	head(r, what, is_split);
	html_open(h, "tbody", NULL);
	for (size_t i = 0; i < n && i < TOP_ROWS; i++) {
		html_open(h, "tr", NULL);
		html_open(h, "th", "scope", "row", NULL);
		html_data(h, called(r, all[i].name, text));
		html_close(h);
		if (!is_split)
			cell(h, all[i].n);
		for (size_t v = 0; is_split && v < CHART_SERIES; v++)
			cell(h, number(all[i].row, verdicts[v]));
		html_close(h);
	}
	for (int i = 0; i < 4; i++)
		html_close(h);
	free(all);
}

/* ---- the page */

static void
days_chart(struct visit *r, const json_t *m)
{
	struct chart_bar bars[31] = { { .label = "" } };
	const json_t *days = json_object_get(m, "days");

	for (size_t d = 0; d < 31; d++) {
		if (d == 0 || (d + 1) % 5 == 0)
			snprintf(bars[d].label, sizeof(bars[d].label), "%u",
			    (unsigned)d + 1);
		for (size_t v = 0; v < CHART_SERIES; v++)
			bars[d].value[v] =
			    number(json_array_get(days, d), verdicts[v]);
	}
	html_open(&r->page, "div", "class", "wide", NULL);
	chart_bars(&r->page, tr(r, N_("Documents on each day of the month")),
	    bars, 31);
	html_close(&r->page);
}

static void
legend(struct visit *r)
{
	static const char *const classes[CHART_SERIES] = { "key chart-a",
		"key chart-b", "key chart-c" };
	struct html *h = &r->page;

	html_open(h, "p", "class", "legend", NULL);
	for (size_t i = 0; i < CHART_SERIES; i++) {
		html_el(h, "span", "", "class", classes[i], "aria-hidden",
		    "true", NULL);
		html_text(h, verdict_called(r, i));
		html_text(h, "　");
	}
	html_close(h);
}

static void
totals(struct visit *r, const json_t *m)
{
	const json_t *t = json_object_get(m, "totals");
	const json_t *events = json_object_get(m, "events");
	struct html *h = &r->page;
	char size[16];

	html_open(h, "dl", "class", "figures", NULL);
	for (size_t i = 0; i < CHART_SERIES; i++) {
		char n[24];

		snprintf(n, sizeof(n), "%llu",
		    (unsigned long long)number(t, verdicts[i]));
		page_fact(r, verdict_called(r, i), n);
	}
	words_size(number(m, "bytes"), size, sizeof(size));
	page_fact(r, tr(r, N_("Amount")), size);
	if (number(events, "unsanitised") > 0) {
		char n[24];

		snprintf(n, sizeof(n), "%llu",
		    (unsigned long long)number(events, "unsanitised"));
		page_fact(r, tr(r, N_("Originals brought in unsanitised")), n);
	}
	html_close(h);
}

static void
ways(struct visit *r, const char *month)
{
	char before[8], after[8], path[64];
	struct html *h = &r->page;

	month_step(month, -1, before);
	month_step(month, 1, after);
	html_open(h, "p", "class", "actions", NULL);
	snprintf(path, sizeof(path), "/months/%s", before);
	html_el(h, "a", tr(r, N_("Month before")), "class", "button second",
	    "href", path, NULL);
	snprintf(path, sizeof(path), "/months/%s", after);
	html_el(h, "a", tr(r, N_("Next month")), "class", "button second",
	    "href", path, NULL);
	snprintf(path, sizeof(path), "/months/%s/json", month);
	html_el(h, "a", tr(r, N_("Save the figures (JSON)")), "class",
	    "button second", "href", path, NULL);
	html_close(h);
}

static int
show(struct visit *r, const char *month, json_t *m)
{
	char title[128];

	snprintf(title, sizeof(title), "%s %s", tr(r, N_("Monthly report")),
	    month);
	page_begin(r, title);
	ways(r, month);
	totals(r, m);
	html_el(&r->page, "h2", tr(r, N_("Documents on each day of the month")),
	    NULL);
	days_chart(r, m);
	legend(r);
	table(r, tr(r, N_("By department")), tr(r, N_("Department")),
	    json_object_get(m, "departments"), true, department_called);
	table(r, tr(r, N_("By way in")), tr(r, N_("Way in")),
	    json_object_get(m, "sources"), true, source_called);
	table(r, tr(r, N_("By format")), tr(r, N_("Format")),
	    json_object_get(m, "formats"), true, format_called);
	table(r, tr(r, N_("What was found most")), tr(r, N_("Finding")),
	    json_object_get(m, "findings"), false, finding_called);
	table(r, tr(r, N_("Why documents were held")), tr(r, N_("Reason")),
	    json_object_get(m, "reasons"), false, reason_called);
	return page_end(r);
}

/* The figures of a month; a log that does not exist yet has none. */
static int
figures(struct visit *r, const char *month, json_t **out)
{
	int e;

	if (!month_ok(month))
		return ERR_NOENT;
	if ((e = visit_audit(r, "month", month)) != 0)
		return e;
	return month_count(r->site->policy.state_dir, month, out);
}

int
page_month(struct visit *r)
{
	const char *month = visit_arg(r, 0);
	json_t *m = NULL;
	int e;

	if ((e = figures(r, month, &m)) == 0)
		e = show(r, month, m);
	json_decref(m);
	return e;
}

int
page_month_json(struct visit *r)
{
	const char *month = visit_arg(r, 0);
	char name[64], *s = NULL;
	json_t *m = NULL;
	int e;

	if ((e = figures(r, month, &m)) == 0 &&
	    (s = json_dumps(m, JSON_INDENT(2) | JSON_SORT_KEYS)) == NULL)
		e = ERR_NOMEM;
	snprintf(name, sizeof(name), "sekisho-%.7s.json", month);
	if (e == 0)
		e = visit_bytes(r, "application/json", s, strlen(s), name);
	free(s);
	json_decref(m);
	return e;
}

/* The month that runs. */
int
page_months(struct visit *r)
{
	char path[32];
	struct tm tm;
	time_t t = time(NULL);

	localtime_r(&t, &tm);
	strftime(path, sizeof(path), "/months/%Y-%m", &tm);
	return visit_go(r, path, NOTICE_NOTE, NULL);
}
