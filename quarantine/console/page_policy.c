/*
 * The administrator's pages of the policy: what holds now, and what another
 * profile would have decided about the files of the last days (a dry run in
 * the cage over kept originals; nothing is released by it).
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <jansson.h>

#include "quarantine/console/pages.h"
#include "quarantine/console/tool.h"

#define DAYS_MAX 30

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
			html_open(h, "td", NULL);
			html_data(h, buf_cstr(&a));
			html_close(h);
			html_el(h, "td", is_same ? "" : buf_cstr(&b), NULL);
			html_el(h, "td",
			    v->lang == WORDS_JA ? all[i].ja : all[i].en, NULL);
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
	html_open(h, "table", NULL);
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

static void
result_row(struct visit *v, json_t *o)
{
	static const char *const keys[] = { "name", "was", "now", "change" };
	struct html *h = &v->page;

	html_open(h, "tr", NULL);
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		const char *s = json_string_value(json_object_get(o, keys[i]));

		html_open(h, "td", NULL);
		html_data(h, s == NULL ? "" : s);
		html_close(h);
	}
	html_close(h);
}

static int
result(struct visit *v)
{
	char *line = NULL;
	size_t size = 0;
	unsigned n = 0;
	json_t *o;
	FILE *f;
	int fd, e;

	if ((e = tool_output(v->site, TOOL_DRYRUN, &fd)) != 0)
		return e == ERR_NOENT ? 0 : e;
	if ((f = fdopen(fd, "r")) == NULL) {
		close(fd);
		return ERR_NOMEM;
	}
	html_open(&v->page, "div", "class", "scroll", NULL);
	html_open(&v->page, "table", NULL);
	while (getline(&line, &size, f) > 0) {
		if ((o = json_loads(line, 0, NULL)) != NULL) {
			result_row(v, o);
			n++;
			json_decref(o);
		} else {
			html_open(&v->page, "tr", NULL);
			html_open(&v->page, "td", "colspan", "4", NULL);
			html_data(&v->page, line);
			html_close(&v->page);
			html_close(&v->page);
		}
	}
	html_close(&v->page);
	html_close(&v->page);
	free(line);
	fclose(f);
	if (n == 0)
		html_el(&v->page, "p",
		    tr(v, N_("No file would be decided otherwise.")), NULL);
	return 0;
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
	page_input(v, tr(v, N_("Profile")), "profile", "text", "standard", NULL,
	    "required", "", NULL);
	page_input(v, tr(v, N_("Days back (1 to 30)")), "days", "number", "30",
	    NULL, "min", "1", "max", "30", NULL);
	page_button(v, tr(v, N_("Start the dry run")), "second");
	html_close(&v->page);
	return status < 0 ? 0 : result(v);
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

/* A name as the policy file may give it: no blank, not an option. */
static bool
profile_ok(const char *s)
{
	return s[0] != '\0' && s[0] != '-' && strlen(s) < POLICY_NAME_BYTES &&
	       strpbrk(s, " \t\r\n/\"'\\") == NULL;
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
	t -= (time_t)days * 86400;
	gmtime_r(&t, &tm);
	strftime(since, sizeof(since), "%Y-%m-%d", &tm);
	args[n++] = since;
	args[n++] = "--dry-run";
	args[n++] = "--json";
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
