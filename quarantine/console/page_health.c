/*
 * The administrator's page of the gateway's health, from the same figures as
 * /metrics, and /metrics itself.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "core/metrics.h"
#include "quarantine/console/pages.h"
#include "quarantine/console/server.h"

#define DISK_LOW 1e9 /* bytes: less is worth a look */

enum unit { COUNT, BYTES, SECONDS, WHEN, PASSED, STOPPED };

/* What is shown, in this order; a figure that is not there is left out. */
static const struct {
	const char *name, *text;
	enum unit unit;
	uint64_t worry_from; /* 0: never */
} figures[] = {
	{ "sekisho_selfcheck_ok", N_("Last self-check"), PASSED, 1 },
	{ "sekisho_selfcheck_time_seconds", N_("Time of the self-check"), WHEN,
	    0 },
	{ "sekisho_transfers_oldest_seconds",
	    N_("Oldest file that is not settled"), SECONDS, 86400 },
	{ "sekisho_requests_open", N_("Requests that wait for approval"), COUNT,
	    0 },
	{ "sekisho_mail_waiting", N_("Mails that wait"), COUNT, 1000 },
	{ "sekisho_mail_oldest_seconds", N_("Oldest of them"), SECONDS, 600 },
	{ "sekisho_mail_stuck", N_("Mails that need a person"), COUNT, 1 },
	{ "sekisho_mail_stopped", N_("Taking of mail"), STOPPED, 1 },
	{ "sekisho_spool_waiting", N_("Parcels that wait to cross"), COUNT,
	    1000 },
	{ "sekisho_spool_oldest_seconds", N_("Oldest of them"), SECONDS, 600 },
	{ "sekisho_audit_lines", N_("Lines of the audit log"), COUNT, 0 },
	{ "sekisho_events_waiting", N_("Notices that wait to be sent"), COUNT,
	    100 },
	{ "sekisho_disk_free_bytes", N_("Free space of the state folder"),
	    BYTES, 0 },
	{ "sekisho_unreadable", N_("Parts that could not be read"), COUNT, 1 },
};

#define N_FIGURES (sizeof(figures) / sizeof(figures[0]))

/* The value of a line "NAME VALUE". */
static bool
figure(const char *text, const char *name, double *out)
{
	size_t n = strlen(name);

	for (const char *s = text; s != NULL && *s != '\0';) {
		if (strncmp(s, name, n) == 0 && s[n] == ' ') {
			*out = strtod(s + n, NULL);
			return true;
		}
		if ((s = strchr(s, '\n')) != NULL)
			s++;
	}
	return false;
}

static void
duration(const struct visit *v, double s, char out[64])
{
	if (s < 120)
		snprintf(out, 64, "%.0f %s", s, tr(v, N_("seconds")));
	else if (s < 7200)
		snprintf(out, 64, "%.0f %s", s / 60, tr(v, N_("minutes")));
	else
		snprintf(out, 64, "%.0f %s", s / 3600, tr(v, N_("hours")));
}

static void
value(const struct visit *v, size_t i, double n, char out[64])
{
	char iso[RECORD_TIME_BYTES];
	time_t t = (time_t)n;
	struct tm tm;

	switch (figures[i].unit) {
	case BYTES:
		words_size(n > 0 ? (uint64_t)n : 0, out, 64);
		break;
	case SECONDS:
		duration(v, n, out);
		break;
	case WHEN:
		gmtime_r(&t, &tm);
		strftime(iso, sizeof(iso), "%Y-%m-%dT%H:%M:%S.000Z", &tm);
		words_time(iso, out, 64);
		break;
	case PASSED:
		snprintf(out, 64, "%s",
		    tr(v, n > 0 ? N_("passed") : N_("not passed")));
		break;
	case STOPPED:
		snprintf(out, 64, "%s",
		    tr(v, n > 0 ? N_("stopped by an administrator")
				: N_("goes on")));
		break;
	case COUNT:
		snprintf(out, 64, "%.0f", n);
		break;
	}
}

static bool
worries(size_t i, double n)
{
	if (figures[i].unit == PASSED)
		return n <= 0;
	if (figures[i].unit == BYTES)
		return n < DISK_LOW;
	return figures[i].worry_from != 0 && n >= (double)figures[i].worry_from;
}

static int
show(struct visit *v, const char *text)
{
	struct html *h = &v->page;
	bool is_well = true;
	char shown[64];
	double n;

	page_begin(v, tr(v, N_("Health")));
	for (size_t i = 0; i < N_FIGURES; i++)
		if (figure(text, figures[i].name, &n) && worries(i, n))
			is_well = false;
	if (!figure(text, "sekisho_selfcheck_ok", &n)) {
		is_well = false;
		page_notice(v, NOTICE_ERROR,
		    tr(v, N_("No self-check has run yet (sekisho selfcheck; "
			     "its timer runs it every hour).")));
	}
	page_notice(v, is_well ? NOTICE_DONE : NOTICE_ERROR,
	    is_well ? tr(v, N_("Everything works."))
		    : tr(v, N_("Something needs your attention.")));
	html_open(h, "dl", "class", "figures", NULL);
	for (size_t i = 0; i < N_FIGURES; i++) {
		if (!figure(text, figures[i].name, &n))
			continue;
		value(v, i, n, shown);
		html_el(h, "dt", tr(v, figures[i].text), NULL);
		html_open(h, "dd", NULL);
		if (worries(i, n)) {
			html_el(h, "strong", "⚠ ", "class", "worry", NULL);
			html_el(h, "strong", shown, "class", "worry", NULL);
		} else
			html_text(h, shown);
		html_close(h);
	}
	html_el(h, "dt", tr(v, N_("Version")), NULL);
	html_el(h, "dd", SEKISHO_VERSION, NULL);
	html_close(h);
	return page_end(v);
}

static int
read_figures(const struct visit *v, struct buf *b)
{
	int e;

	buf_init(b, METRICS_MAX_BYTES);
	if ((e = metrics_text(v->site->policy.state_dir, b)) == ERR_NOENT)
		e = 0;
	return e;
}

int
health_page(struct visit *v)
{
	struct buf b;
	int e;

	if ((e = read_figures(v, &b)) == 0)
		e = show(v, buf_cstr(&b));
	buf_done(&b);
	return e;
}

/* For a monitor that has no account: by address, and by nothing that somebody
 * else may have handed on. */
static bool
may_read(const struct visit *v)
{
	return !v->is_proxied &&
	       server_header(v->call, "X-Forwarded-For")[0] == '\0' &&
	       server_header(v->call, "Forwarded")[0] == '\0' &&
	       server_header(v->call, "Via")[0] == '\0' &&
	       rules_listed(v->site->policy.console.metrics_from, v->client);
}

int
health_metrics(struct visit *v)
{
	struct buf b;
	int e;

	if (!may_read(v))
		return ERR_NOENT;
	if ((e = read_figures(v, &b)) == 0)
		e = visit_bytes(v, METRICS_TYPE, b.data, b.len, NULL);
	buf_done(&b);
	return e;
}
