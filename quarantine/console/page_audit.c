/*
 * The auditor's pages of the log: search, download, verification.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>
#include <unistd.h>

#include <jansson.h>

#include "quarantine/console/pages.h"

#define PER_PAGE   50
#define DAY_BYTES  11
#define RECORD_MAX (1u << 20) /* of the log, as CSV */

static const char *const columns[] = { N_("No."), N_("Time"), N_("Event"),
	N_("Person"), N_("What") };

/* What was asked for; members are "" when not. */
struct search {
	char since[DAY_BYTES], until[DAY_BYTES];
	const char *event, *words;
	uint64_t page;
	/* the lines that match */
	off_t *at;
	size_t n, size;
};

/* "2026-11-21", or nothing. */
static bool
day_ok(const char *s)
{
	return s[0] == '\0' ||
	       (strlen(s) == 10 && strspn(s, "0123456789-") == 10 &&
		   s[4] == '-' && s[7] == '-');
}

static void
day_from_now(int days, char out[DAY_BYTES])
{
	time_t t = time(NULL) + (time_t)days * 86400;
	struct tm tm;

	gmtime_r(&t, &tm);
	strftime(out, DAY_BYTES, "%Y-%m-%d", &tm);
}

static int
ask(struct visit *r, struct search *s)
{
	const char *since = visit_field(r, "since"),
		   *until = visit_field(r, "until");

	*s = (struct search){ .event = visit_field(r, "event"),
		.words = visit_field(r, "words"),
		.page = 1 };
	if (!day_ok(since) || !day_ok(until))
		return ERR_MALFORMED;
	snprintf(s->since, sizeof(s->since), "%s", since);
	snprintf(s->until, sizeof(s->until), "%s", until);
	if (since[0] == '\0')
		day_from_now(-30, s->since);
	if (visit_field(r, "page")[0] != '\0')
		return visit_number(r, "page", 1, 1000000, &s->page);
	return 0;
}

static void
filter_of(const struct search *s, struct audit_filter *f)
{
	*f = (struct audit_filter){ .since = s->since,
		.until = s->until[0] == '\0' ? NULL : s->until,
		.event = s->event[0] == '\0' ? NULL : s->event };
}

/* A file without a name. */
static int
scratch(const struct visit *r, FILE **out)
{
	int fd =
	    openat(r->site->tmp, ".", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);

	if (fd < 0)
		return ERR_IO;
	if ((*out = fdopen(fd, "w+")) == NULL) {
		close(fd);
		return ERR_NOMEM;
	}
	return 0;
}

/* The lines of the time asked for. */
static int
lines_of(struct visit *r, const struct search *s, enum audit_form form,
    FILE **out)
{
	struct audit_filter f;
	int e;

	if ((e = scratch(r, out)) != 0)
		return e;
	filter_of(s, &f);
	e = audit_export(r->site->policy.state_dir, &f, form, *out);
	if (e == ERR_NOENT)
		e = 0;
	if (e == 0 && fflush(*out) != 0)
		e = ERR_IO;
	if (e != 0)
		fclose(*out);
	return e;
}

/* Whether every word stands somewhere in the line. */
static bool
has_words(const char *line, const char *words)
{
	char word[256];
	size_t n;

	for (;;) {
		words += strspn(words, " ");
		if ((n = strcspn(words, " ")) == 0)
			return true;
		snprintf(word, sizeof(word), "%.*s", (int)(n < 255 ? n : 255),
		    words);
		if (strcasestr(line, word) == NULL)
			return false;
		words += n;
	}
}

/* The next record: a line, or of a CSV file as many as a quote goes over (the
 * rest of a reason must not become a row of its own). ERR_NOENT: no more. */
static int
record(FILE *f, bool is_csv, struct buf *out)
{
	char *line = NULL;
	size_t size = 0, quotes = 0;
	ssize_t n;
	int e = 0;

	buf_clear(out);
	do {
		if ((n = getline(&line, &size, f)) <= 0)
			break;
		for (ssize_t i = 0; i < n; i++)
			quotes += line[i] == '"';
		e = buf_put(out, line, (size_t)n);
	} while (e == 0 && is_csv && quotes % 2 != 0);
	free(line);
	if (e == 0 && out->len == 0)
		e = ferror(f) ? ERR_IO : ERR_NOENT;
	return e;
}

/* The lines of all that have the words; of a CSV file also the first one. */
static int
only_words(const struct visit *r, const struct search *s, bool is_csv,
    FILE *all, FILE **out)
{
	struct buf one;
	size_t n = 0;
	int e;

	if ((e = scratch(r, out)) != 0)
		return e;
	rewind(all);
	buf_init(&one, RECORD_MAX);
	for (; e == 0 && (e = record(all, is_csv, &one)) == 0; n++)
		if (((n == 0 && is_csv) ||
			has_words(buf_cstr(&one), s->words)) &&
		    fputs(buf_cstr(&one), *out) == EOF)
			e = ERR_IO;
	buf_done(&one);
	if (e == ERR_NOENT)
		e = 0;
	if (e == 0 && (ferror(all) || fflush(*out) != 0))
		e = ERR_IO;
	if (e != 0)
		fclose(*out);
	return e;
}

static int
keep(struct search *s, off_t at)
{
	off_t *more;

	if (s->n == s->size) {
		size_t size = s->size == 0 ? 256 : 2 * s->size;

		if ((more = reallocarray(s->at, size, sizeof(*more))) == NULL)
			return ERR_NOMEM;
		s->at = more;
		s->size = size;
	}
	s->at[s->n++] = at;
	return 0;
}

static int
find(struct search *s, FILE *f)
{
	char *line = NULL;
	size_t size = 0;
	off_t at = 0;
	ssize_t n;
	int e = 0;

	rewind(f);
	while (e == 0 && (n = getline(&line, &size, f)) > 0) {
		if (has_words(line, s->words))
			e = keep(s, at);
		at += n;
	}
	free(line);
	return e != 0 ? e : ferror(f) ? ERR_IO : 0;
}

static const char *
text_of(const json_t *o, const char *key)
{
	const char *s = json_string_value(json_object_get(o, key));

	return s == NULL ? "" : s;
}

/* What a line says beside its first columns: "key: value", one each. */
static void
details(struct html *h, json_t *fields)
{
	const char *key;
	char *s;
	json_t *v;

	html_open(h, "dl", "class", "line", NULL);
	json_object_foreach(fields, key, v)
	{
		html_el(h, "dt", key, NULL);
		html_open(h, "dd", NULL);
		if (json_is_string(v))
			html_data(h, json_string_value(v));
		else if ((s = json_dumps(v, JSON_ENCODE_ANY | JSON_COMPACT)) !=
			 NULL) {
			html_data(h, s);
			free(s);
		}
		html_close(h);
	}
	html_close(h);
}

/* Who did it. Before a person is in, "who" is the address they came from. */
static const char *
person(const char *event, const json_t *fields)
{
	if (strncmp(event, "sign-in", 7) == 0)
		return text_of(fields, "id");
	if (strcmp(event, "received") == 0 || strcmp(event, "request") == 0)
		return text_of(fields, "from");
	return text_of(fields, "who");
}

/* The name of the document, or whatever else the line is about. */
static void
summary(struct visit *r, const json_t *fields)
{
	const char *name = text_of(fields, "name"),
		   *what = text_of(fields, "what"), *id = text_of(fields, "id");
	struct html *h = &r->page;

	if (name[0] != '\0') {
		html_data(h, name);
		return;
	}
	if (what[0] == '\0' && id[0] == '\0') {
		html_text(h, tr(r, N_("details")));
		return;
	}
	html_text(h, what_called(r, what));
	html_text(h, what[0] != '\0' ? " " : "");
	html_data(h, id);
}

static void
row(struct visit *r, const char *line)
{
	json_t *o = json_loads(line, 0, NULL), *fields;
	struct html *h = &r->page;
	char seq[24], what[192];

	if (o == NULL)
		return;
	fields = json_object_get(o, "fields");
	snprintf(seq, sizeof(seq), "%lld",
	    (long long)json_integer_value(json_object_get(o, "seq")));
	html_open(h, "tr", NULL);
	html_el(h, "td", seq, "class", "number", "data-label",
	    tr(r, columns[0]), NULL);
	html_open(h, "td", "data-label", tr(r, columns[1]), NULL);
	page_time(r, text_of(o, "time"));
	html_close(h);
	event_called(r, text_of(o, "event"), what);
	html_open(h, "td", "data-label", tr(r, columns[2]), NULL);
	html_data(h, what);
	html_close(h);
	html_open(h, "td", "data-label", tr(r, columns[3]), NULL);
	html_data(h, person(text_of(o, "event"), fields));
	html_close(h);
	html_open(h, "td", "data-label", tr(r, columns[4]), NULL);
	html_open(h, "details", NULL);
	html_open(h, "summary", NULL);
	summary(r, fields);
	html_close(h);
	details(h, fields);
	html_close(h);
	html_close(h);
	html_close(h);
	json_decref(o);
}

/* Newest first. */
static int
rows(struct visit *r, struct search *s, FILE *f)
{
	char *line = NULL;
	size_t size = 0, from = (size_t)(s->page - 1) * PER_PAGE;
	int e = 0;

	for (size_t i = from; e == 0 && i < s->n && i < from + PER_PAGE; i++) {
		if (fseeko(f, s->at[s->n - 1 - i], SEEK_SET) != 0 ||
		    getline(&line, &size, f) <= 0)
			e = ERR_IO;
		else
			row(r, line);
	}
	free(line);
	return e;
}

static void
form(struct visit *r, const struct search *s)
{
	struct page_choice choices[EVENT_CHOICES];
	struct html *h = &r->page;

	event_choices(r, s->event, choices);
	html_open(h, "form", "method", "get", "action", "/audit", "class",
	    "find", NULL);
	page_input(r, tr(r, N_("Since")), "since", "date", s->since, NULL,
	    NULL);
	page_input(r, tr(r, N_("Until (not included)")), "until", "date",
	    s->until, NULL, NULL);
	page_select(r, tr(r, N_("Event")), "event", choices, s->event, NULL);
	page_input(r, tr(r, N_("Words (name, person, id)")), "words", "search",
	    s->words, NULL, NULL);
	page_button(r, tr(r, N_("Search")), "");
	html_close(h);
}

static void
table_head(struct visit *r)
{
	struct html *h = &r->page;

	html_open(h, "thead", NULL);
	html_open(h, "tr", NULL);
	for (size_t i = 0; i < sizeof(columns) / sizeof(columns[0]); i++)
		html_el(h, "th", tr(r, columns[i]), "scope", "col", NULL);
	html_close(h);
	html_close(h);
}

static int
query_of(const struct search *s, struct buf *q)
{
	const char *const pairs[][2] = { { "since", s->since },
		{ "until", s->until }, { "event", s->event },
		{ "words", s->words } };
	int e = 0;

	buf_init(q, 65536);

	for (size_t i = 0; e == 0 && i < 4; i++) {
		if (i > 0)
			e = buf_puts(q, "&");
		if (e == 0)
			page_query(q, pairs[i][0], pairs[i][1]);
	}
	return e != 0 ? e : buf_put(q, "", 1);
}

static void
download(struct visit *r, const struct search *s, const char *form_name,
    const char *text)
{
	struct buf q, path;

	buf_init(&path, 65536);
	if (query_of(s, &q) == 0 &&
	    buf_fmt(&path, "/audit/export?form=%s&%s", form_name,
		(const char *)q.data) == 0 &&
	    buf_put(&path, "", 1) == 0)
		html_el(&r->page, "a", text, "class", "button second", "href",
		    (const char *)path.data, NULL);
	buf_done(&q);
	buf_done(&path);
}

static int
show(struct visit *r, struct search *s, FILE *f)
{
	struct html *h = &r->page;
	char text[64];
	struct buf q;
	int e;

	page_begin(r, tr(r, N_("Audit log")));
	form(r, s);
	html_open(h, "p", "class", "actions", NULL);
	download(r, s, "csv", tr(r, N_("Save as CSV")));
	download(r, s, "jsonl", tr(r, N_("Save as JSON lines")));
	html_el(h, "a", tr(r, N_("Verify the log")), "class", "button second",
	    "href", "/audit/verify", NULL);
	html_close(h);
	snprintf(text, sizeof(text), tr(r, N_("%llu lines fit.")),
	    (unsigned long long)s->n);
	html_el(h, "p", s->n == 0 ? tr(r, N_("No line fits.")) : text, NULL);
	html_open(h, "div", "class", "scroll", NULL);
	html_open(h, "table", "class", "cards", NULL);
	table_head(r);
	html_open(h, "tbody", NULL);
	e = rows(r, s, f);
	html_close(h);
	html_close(h);
	html_close(h);
	if (e == 0 && (e = query_of(s, &q)) == 0)
		page_pages(r, "/audit", (const char *)q.data, s->page, PER_PAGE,
		    s->n);
	buf_done(&q);
	return e != 0 ? e : page_end(r);
}

int
page_audit(struct visit *r)
{
	struct search s;
	FILE *f = NULL;
	int e;

	if ((e = ask(r, &s)) != 0 ||
	    (e = visit_audit(r, "audit-search", s.words)) != 0 ||
	    (e = lines_of(r, &s, AUDIT_JSONL, &f)) != 0)
		return e;
	if ((e = find(&s, f)) == 0)
		e = show(r, &s, f);
	fclose(f);
	free(s.at);
	return e;
}

int
page_audit_export(struct visit *r)
{
	bool is_csv = strcmp(visit_field(r, "form"), "jsonl") != 0;
	struct search s;
	FILE *f = NULL, *all = NULL;
	int e, fd;

	if ((e = ask(r, &s)) != 0 ||
	    (e = visit_audit(r, "audit-export", s.since)) != 0 ||
	    (e = lines_of(r, &s, is_csv ? AUDIT_CSV : AUDIT_JSONL, &f)) != 0)
		return e;
	if (s.words[0] != '\0') {
		all = f;
		e = only_words(r, &s, is_csv, all, &f);
		fclose(all);
		if (e != 0)
			return e;
	}
	fd = fcntl(fileno(f), F_DUPFD_CLOEXEC, 0);
	fclose(f);
	if (fd < 0)
		return ERR_IO;
	return visit_fd(r, is_csv ? "text/csv" : "application/jsonl", fd,
	    is_csv ? "sekisho-audit.csv" : "sekisho-audit.jsonl");
}

static void
verdict(struct visit *r, int err, const struct audit_report *v)
{
	char number[64], hex[HASH_HEX];
	struct html *h = &r->page;

	if (err == 0)
		page_notice(r, NOTICE_DONE,
		    tr(r, N_("The log is whole: no line was changed, removed "
			     "or exchanged.")));
	else
		page_notice(r, NOTICE_ERROR,
		    tr(r, N_("The log is not whole. Keep the state folder as "
			     "it is and tell the person in charge of "
			     "security.")));
	html_open(h, "dl", NULL);
	snprintf(number, sizeof(number), "%llu", (unsigned long long)v->lines);
	page_fact(r, tr(r, N_("Lines")), number);
	snprintf(number, sizeof(number), "%llu",
	    (unsigned long long)v->checkpoints);
	page_fact(r, tr(r, N_("Signed check-points")), number);
	snprintf(number, sizeof(number), "%llu",
	    (unsigned long long)v->after_checkpoint);
	page_fact(r, tr(r, N_("Lines behind the last check-point")), number);
	if (err != 0) {
		snprintf(number, sizeof(number), "%llu",
		    (unsigned long long)v->bad_line);
		page_fact(r, tr(r, N_("First line that does not fit")), number);
		page_fact_data(r, tr(r, N_("What does not fit")), v->why);
	} else {
		hash_hex(v->head, hex);
		page_fact(r, tr(r, N_("SHA-256 of the newest line")), hex);
	}
	html_close(h);
}

int
page_audit_verify(struct visit *r)
{
	struct audit_report v = { .lines = 0 };
	int e, err;

	if ((e = visit_audit(r, "audit-verify", "")) != 0)
		return e;
	err = audit_verify(r->site->policy.state_dir, r->site->keys.sign_public,
	    0, NULL, &v);
	if (err != 0 && err != ERR_DENIED)
		return err;
	page_begin(r, tr(r, N_("Verification of the log")));
	verdict(r, err, &v);
	html_open(&r->page, "p", NULL);
	html_el(&r->page, "a", tr(r, N_("Back to the log")), "href", "/audit",
	    NULL);
	html_close(&r->page);
	return page_end(r);
}
