/*
 * The administrator's pages of the policy: what holds now, and what another
 * profile would have decided about the files of the last days (a dry run in
 * the cage over kept originals; nothing is released by it).
 */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <jansson.h>

#include "formats/findings.h"
#include "quarantine/console/pages.h"
#include "quarantine/console/tool.h"

#define DAYS_MAX     30
#define PROFILES_MAX 64

static void
settings_rows(struct visit *v, const struct policy *mine)
{
	const struct policy_setting *all;
	struct html *h = &v->page;
	struct policy plain;
	struct buf a, b;
	char name[128];
	size_t n;

	policy_default(&plain);
	all = policy_settings(&n);
	for (size_t i = 0; i < n; i++) {
		buf_init(&a, 65536);
		buf_init(&b, 65536);
		if (policy_value(mine, &all[i], &a) == 0 &&
		    policy_value(&plain, &all[i], &b) == 0) {
			bool is_same = strcmp(buf_cstr(&a), buf_cstr(&b)) == 0;

			snprintf(name, sizeof(name), "%s%s%s", all[i].section,
			    all[i].section[0] == '\0' ? "" : ".", all[i].key);
			html_open(h, "tr", "class", is_same ? NULL : "changed",
			    NULL);
			html_el(h, "th", name, "scope", "row", NULL);
			html_open(h, "td", "data-label", tr(v, N_("Value")),
			    NULL);
			html_data(h, buf_cstr(&a));
			html_close(h);
			html_el(h, "td", is_same ? "" : buf_cstr(&b),
			    "data-label", tr(v, N_("Default")), NULL);
			html_el(h, "td",
			    v->lang == WORDS_JA ? all[i].ja : all[i].en,
			    "data-label", tr(v, N_("Meaning")), NULL);
			html_close(h);
		}
		buf_done(&a);
		buf_done(&b);
	}
}

static void
settings_table(struct visit *v)
{
	static const char *const names[] = { N_("Setting"), N_("Value"),
		N_("Default, where it differs"), N_("Meaning") };
	struct html *h = &v->page;

	html_open(h, "div", "class", "scroll", NULL);
	html_open(h, "table", "class", "cards", NULL);
	html_open(h, "thead", NULL);
	html_open(h, "tr", NULL);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		html_el(h, "th", tr(v, names[i]), "scope", "col", NULL);
	html_close(h);
	html_close(h);
	html_open(h, "tbody", NULL);
	settings_rows(v, &v->site->policy);
	html_close(h);
	html_close(h);
	html_close(h);
}

/* ---- dry run */

#define ROWS_MAX 2000

static const char *const columns[] = { N_("File"), N_("Department"),
	N_("Would now be"), N_("What differs") };

static const char *
text_of(const json_t *o, const char *key)
{
	const char *s = json_string_value(json_object_get(o, key));

	return s == NULL ? "" : s;
}

static bool
id_ok(const char *s)
{
	size_t n = strspn(s, "0123456789ABCDEFGHJKMNPQRSTVWXYZ");

	return n > 0 && s[n] == '\0';
}

static const char *
finding_called(const struct visit *v, const char *name)
{
	for (uint32_t i = 0; i < FIND_COUNT; i++)
		if (strcmp(finding_name(i), name) == 0)
			return v->lang == WORDS_JA ? finding_ja(i)
						   : finding_en(i);
	return name;
}

/* "+ooxml.vba -pdf.script": found now, found no more. */
static void
changes(struct visit *v, const char *s)
{
	struct html *h = &v->page;
	char name[128];
	size_t n;

	for (; s[0] == '+' || s[0] == '-'; s += n) {
		n = strcspn(s, " ");
		snprintf(name, sizeof(name), "%.*s", (int)(n < 120 ? n : 120),
		    s);
		html_open(h, "div", NULL);
		html_el(h, "strong",
		    tr(v, s[0] == '+' ? N_("now found: ")
				      : N_("no longer found: ")),
		    NULL);
		html_data(h, finding_called(v, name + 1));
		html_close(h);
		n += strspn(s + n, " ");
	}
}

static void
result_row(struct visit *v, json_t *o)
{
	const char *id = text_of(o, "id"), *verdict = text_of(o, "verdict");
	struct html *h = &v->page;
	char path[128];

	snprintf(path, sizeof(path), "/quarantine/%.64s", id);
	html_open(h, "tr", NULL);
	html_open(h, "th", "scope", "row", NULL);
	html_open(h, "a", "href", id_ok(id) ? path : NULL, NULL);
	html_data(h, text_of(o, "name"));
	html_close(h);
	html_close(h);
	html_open(h, "td", "data-label", tr(v, columns[1]), NULL);
	html_data(h, text_of(o, "department"));
	html_close(h);
	html_el(h, "td",
	    strcmp(verdict, "released") == 0
		? words_verdict(VERDICT_RELEASED, v->lang)
	    : strcmp(verdict, "blocked") == 0
		? words_verdict(VERDICT_BLOCKED, v->lang)
		: words_verdict(VERDICT_HELD, v->lang),
	    "data-label", tr(v, columns[2]), NULL);
	html_open(h, "td", "data-label", tr(v, columns[3]), NULL);
	changes(v, text_of(o, "findings"));
	if (text_of(o, "findings")[0] == '\0' &&
	    json_is_true(json_object_get(o, "bytes")))
		html_text(h, tr(v, N_("other bytes of the result")));
	else if (text_of(o, "findings")[0] == '\0')
		html_text(h, tr(v, N_("the verdict alone")));
	html_close(h);
	html_close(h);
}

static void
result_head(struct visit *v)
{
	struct html *h = &v->page;

	html_open(h, "thead", NULL);
	html_open(h, "tr", NULL);
	for (size_t i = 0; i < sizeof(columns) / sizeof(columns[0]); i++)
		html_el(h, "th", tr(v, columns[i]), "scope", "col", NULL);
	html_close(h);
	html_close(h);
}

/* What the run printed: rows, and perhaps a line of its own. */
static unsigned
result_lines(struct visit *v, FILE *f)
{
	struct html *h = &v->page;
	char *line = NULL;
	size_t size = 0;
	unsigned n = 0;
	json_t *o;
	int c = getc(f);

	if (c == EOF || ungetc(c, f) == EOF)
		return 0;
	html_open(h, "div", "class", "scroll", NULL);
	html_open(h, "table", "class", "cards", NULL);
	result_head(v);
	html_open(h, "tbody", NULL);
	while (n < ROWS_MAX && getline(&line, &size, f) > 0) {
		if ((o = json_loads(line, 0, NULL)) != NULL) {
			result_row(v, o);
			json_decref(o);
		} else {
			html_open(h, "tr", NULL);
			html_open(h, "td", "colspan", "4", NULL);
			html_data(h, line);
			html_close(h);
			html_close(h);
		}
		n++;
	}
	html_close(h);
	html_close(h);
	html_close(h);
	free(line);
	return n;
}

static int
result(struct visit *v, int status)
{
	unsigned n;
	FILE *f;
	int fd, e;

	if ((e = tool_output(v->site, TOOL_DRYRUN, &fd)) != 0)
		return e == ERR_NOENT ? 0 : e;
	if ((f = fdopen(fd, "r")) == NULL) {
		close(fd);
		return ERR_NOMEM;
	}
	html_el(&v->page, "h3", tr(v, N_("Result of the last dry run")), NULL);
	n = result_lines(v, f);
	fclose(f);
	if (n == 0 && status == 0)
		page_notice(v, NOTICE_DONE,
		    tr(v, N_("No file would be decided otherwise.")));
	else if (status != 0 && status != 1)
		page_notice(v, NOTICE_ERROR,
		    tr(v, N_("The dry run did not come to its end.")));
	return 0;
}

/* Those of the policy file; "standard" is the file without a profile. */
static void
profile_choice(struct visit *v)
{
	struct page_choice all[PROFILES_MAX + 2] = { { "standard",
	    "standard" } };
	char names[POLICY_PROFILES_BYTES], *end, *s = names;
	size_t n = 1;

	memcpy(names, v->site->policy.profiles, sizeof(names));
	for (; n <= PROFILES_MAX && (end = strchr(s, '\n')) != NULL; s = end) {
		*end++ = '\0';
		all[n++] = (struct page_choice){ s, s };
	}
	page_select(v, tr(v, N_("Profile")), "profile", all,
	    v->site->policy.name, tr(v, N_("As the policy file names it.")));
}

/* Whether the policy file has it. */
static bool
profile_is(const struct visit *v, const char *name)
{
	const char *s = v->site->policy.profiles;

	if (strcmp(name, "standard") == 0)
		return true;
	for (; *s != '\0'; s += strcspn(s, "\n") + 1)
		if (strcspn(s, "\n") == strlen(name) &&
		    strncmp(s, name, strlen(name)) == 0)
			return true;
	return false;
}

static int
dryrun_part(struct visit *v)
{
	int status;
	bool is_running = tool_runs(TOOL_DRYRUN, &status);

	html_el(&v->page, "h2", tr(v, N_("Dry run")), NULL);
	html_el(&v->page, "p",
	    tr(v, N_("Files of the last days whose originals are kept run "
		     "again under another profile. Nothing crosses; you see "
		     "which would be decided otherwise.")),
	    NULL);
	if (is_running) {
		page_notice(v, NOTICE_NOTE,
		    tr(v, N_("A dry run is under way; load this page again in "
			     "a while.")));
		return 0;
	}
	page_form(v, "/policies/dryrun");
	profile_choice(v);
	page_input(v, tr(v, N_("Days back (1 to 30)")), "days", "number", "30",
	    NULL, "min", "1", "max", "30", NULL);
	page_button(v, tr(v, N_("Start the dry run")), "second");
	html_close(&v->page);
	return status < 0 ? 0 : result(v, status);
}

int
policies_page(struct visit *v)
{
	int e;

	page_begin(v, tr(v, N_("Policy")));
	html_open(&v->page, "dl", NULL);
	page_fact_data(v, tr(v, N_("Profile")), v->site->policy.name);
	html_close(&v->page);
	if ((e = dryrun_part(v)) != 0)
		return e;
	html_el(&v->page, "h2", tr(v, N_("What holds now")), NULL);
	settings_table(v);
	return page_end(v);
}

/* A name as the policy file may give it: letters, digits, . _ -; no option. */
static bool
profile_ok(const char *s)
{
	if (s[0] == '\0' || s[0] == '-' || strlen(s) >= POLICY_NAME_BYTES)
		return false;
	for (; *s != '\0'; s++)
		if ((unsigned char)*s < 0x80 && !isalnum((unsigned char)*s) &&
		    strchr("._-", *s) == NULL)
			return false;
	return true;
}

int
policies_dryrun(struct visit *v)
{
	const char *profile = visit_field(v, "profile");
	const char *args[12] = { "quarantine", "rerun", "--released-since" };
	char since[16];
	uint64_t days;
	time_t t = time(NULL);
	struct tm tm;
	size_t n = 3;
	int e;

	if ((e = visit_number(v, "days", 1, DAYS_MAX, &days)) != 0)
		return e;
	if (!profile_ok(profile))
		return ERR_MALFORMED;
	if (!profile_is(v, profile))
		return visit_go(v, "/policies", NOTICE_ERROR,
		    N_("The policy file has no profile of this name."));
	t -= (time_t)days * 86400;
	gmtime_r(&t, &tm);
	strftime(since, sizeof(since), "%Y-%m-%d", &tm);
	args[n++] = since;
	args[n++] = "--json"; /* a look back releases nothing */
	args[n++] = "--profile";
	args[n++] = profile;
	if (v->site->policy_file != NULL) {
		args[n++] = "--policy";
		args[n++] = v->site->policy_file;
	}
	if ((e = visit_audit(v, "dry-run", profile)) != 0)
		return e;
	e = tool_start(v->site, TOOL_DRYRUN, v->account.login, args);
	if (e == ERR_EXIST)
		return visit_go(v, "/policies", NOTICE_NOTE,
		    N_("A dry run is under way already."));
	if (e != 0)
		return e;
	return visit_go(v, "/policies", NOTICE_DONE,
	    N_("The dry run has begun."));
}
