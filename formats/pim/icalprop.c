/*
 * The properties of iCalendar: the table of those that stay, each with its
 * type, and what is said of the others.
 */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "formats/pim/ical_int.h"
#include "formats/url.h"

#define VALUE_MAX 4096 /* of what is no text */
#define ZONE_MAX  128

/* Writes the line of a property; ERR_DENIED: the value is none of its type. */
typedef int (*value_fn)(struct ical *, const struct pim_prop *,
    const char *arg);

static int
put_value(struct ical *c, const char *s)
{
	int e = pim_add(&c->out, ":%s", s);

	return e != 0 ? e : pim_send(&c->out);
}

static int
v_text(struct ical *c, const struct pim_prop *p, const char *arg)
{
	const char *language = pim_param(p, "LANGUAGE");
	int e;

	(void)arg;
	if (language != NULL && strlen(language) <= 35 &&
	    language[strspn(language, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMN"
				      "OPQRSTUVWXYZ0123456789-")] == '\0' &&
	    language[0] != '\0' &&
	    (e = pim_add(&c->out, ";LANGUAGE=%s", language)) != 0)
		return e;
	if ((e = pim_add(&c->out, ":")) != 0 ||
	    (e = pim_add_text(&c->out, p->value, strlen(p->value))) != 0)
		return e;
	return pim_send(&c->out);
}

static int
v_texts(struct ical *c, const struct pim_prop *p, const char *arg)
{
	const char *s = p->value;
	size_t n;
	int e = pim_add(&c->out, ":");

	(void)arg;
	for (; e == 0; s += n + 1) {
		n = pim_span(s, ',');
		if ((e = pim_add_text(&c->out, s, n)) != 0 || s[n] == '\0')
			break;
		e = pim_add(&c->out, ",");
	}
	return e != 0 ? e : pim_send(&c->out);
}

static int
v_word(struct ical *c, const struct pim_prop *p, const char *arg)
{
	size_t n;
	const char *w = pim_word(arg, p->value, &n);
	int e;

	if (w == NULL)
		return ERR_DENIED;
	if ((e = pim_add(&c->out, ":%.*s", (int)n, w)) != 0)
		return e;
	return pim_send(&c->out);
}

/* arg: the greatest value. */
static int
v_number(struct ical *c, const struct pim_prop *p, const char *arg)
{
	long v, max = 0;
	int e;

	if (!ical_number(arg, strlen(arg), 0, 999999999, &max) ||
	    !ical_number(p->value, strlen(p->value), 0, max, &v))
		return ERR_DENIED;
	if ((e = pim_add(&c->out, ":%ld", v)) != 0)
		return e;
	return pim_send(&c->out);
}

/* A time zone is named, never a file: some readers open what it says. */
static int
check_zone(struct ical *c, const char *zone, bool *fine)
{
	*fine = strlen(zone) <= ZONE_MAX && strstr(zone, "..") == NULL &&
		strpbrk(zone, "\\:") == NULL && strncmp(zone, "//", 2) != 0;
	if (*fine)
		return 0;
	return doc_found(c->d, FIND_CALENDAR_ZONE, ACT_REMOVED, c->where, "%s",
	    zone);
}

static int
v_zone(struct ical *c, const struct pim_prop *p, const char *arg)
{
	bool fine;
	int e = check_zone(c, p->value, &fine);

	if (e != 0 || !fine)
		return e;
	return v_text(c, p, arg);
}

/* ";VALUE=DATE" or ";TZID=..." of a date in this form. */
static int
put_date_params(struct ical *c, const struct pim_prop *p,
    const struct ical_date *date)
{
	const char *zone = pim_param(p, "TZID");
	bool fine;
	int e;

	if (!date->has_time)
		return pim_add(&c->out, ";VALUE=DATE");
	if (date->utc || zone == NULL || zone[0] == '\0')
		return 0;
	if ((e = check_zone(c, zone, &fine)) != 0 || !fine)
		return e;
	return pim_add_param(&c->out, "TZID", zone);
}

static int
v_date(struct ical *c, const struct pim_prop *p, const char *arg)
{
	struct ical_date date;
	int e;

	(void)arg;
	if ((e = ical_date(p->value, strlen(p->value), &date)) != 0 ||
	    (e = put_date_params(c, p, &date)) != 0)
		return e;
	if (strcmp(p->name, "RECURRENCE-ID") == 0 &&
	    pim_has_param(p, "RANGE", "THISANDFUTURE") &&
	    (e = pim_add(&c->out, ";RANGE=THISANDFUTURE")) != 0)
		return e;
	return put_value(c, p->value);
}

/* "19970101T180000Z/PT5H30M". */
static bool
is_period(const char *s, size_t n)
{
	const char *slash = memchr(s, '/', n);
	struct ical_date a, b;
	size_t first = slash == NULL ? n : (size_t)(slash - s);

	if (slash == NULL || ical_date(s, first, &a) != 0 || !a.has_time)
		return false;
	s += first + 1;
	n -= first + 1;
	return ical_is_duration(s, n) ||
	       (ical_date(s, n, &b) == 0 && b.has_time);
}

/* RDATE, EXDATE: dates of one form. */
static int
v_dates(struct ical *c, const struct pim_prop *p, const char *arg)
{
	const char *s = p->value;
	struct ical_date first, date;
	bool period = is_period(s, strcspn(s, ","));
	size_t n, count = 0;
	int e;

	(void)arg;
	if (period)
		first = (struct ical_date){ .has_time = true };
	else if (ical_date(s, strcspn(s, ","), &first) != 0)
		return ERR_DENIED;
	for (;; s += n + 1) {
		n = strcspn(s, ",");
		if (++count > ICAL_DATES_MAX ||
		    (period ? !is_period(s, n)
			    : ical_date(s, n, &date) != 0 ||
				  date.has_time != first.has_time ||
				  date.utc != first.utc))
			return ERR_DENIED;
		if (s[n] == '\0')
			break;
	}
	if ((period && (e = pim_add(&c->out, ";VALUE=PERIOD")) != 0) ||
	    (e = put_date_params(c, p, &first)) != 0)
		return e;
	return put_value(c, p->value);
}

static int
v_duration(struct ical *c, const struct pim_prop *p, const char *arg)
{
	(void)arg;
	if (!ical_is_duration(p->value, strlen(p->value)))
		return ERR_DENIED;
	return put_value(c, p->value);
}

static int
v_offset(struct ical *c, const struct pim_prop *p, const char *arg)
{
	(void)arg;
	if (!ical_is_offset(p->value))
		return ERR_DENIED;
	return put_value(c, p->value);
}

/* arg: "" or "yearly". */
static int
v_rule(struct ical *c, const struct pim_prop *p, const char *arg)
{
	bool clipped;
	int e;

	if ((e = pim_add(&c->out, ":")) != 0)
		return e;
	e = ical_rule(p->value, arg != NULL, &c->out.line, &clipped);
	if (e == ERR_DENIED)
		return doc_found(c->d, FIND_CALENDAR_RULE, ACT_REMOVED,
		    c->where, "%s", p->value);
	if (e != 0)
		return e;
	if (clipped && (e = doc_found(c->d, FIND_CALENDAR_RULE, ACT_REPLACED,
			    c->where, "%s", p->value)) != 0)
		return e;
	return pim_send(&c->out);
}

static int
v_trigger(struct ical *c, const struct pim_prop *p, const char *arg)
{
	struct ical_date date;
	int e;

	(void)arg;
	if (ical_date(p->value, strlen(p->value), &date) == 0 && date.has_time)
		e = pim_add(&c->out, ";VALUE=DATE-TIME");
	else if (!ical_is_duration(p->value, strlen(p->value)))
		return ERR_DENIED;
	else
		e = pim_has_param(p, "RELATED", "END")
			? pim_add(&c->out, ";RELATED=END")
			: 0;
	return e != 0 ? e : put_value(c, p->value);
}

/* ---- people */

static const struct {
	const char *name, *words;
} person_params[] = {
	{ "CUTYPE", "INDIVIDUAL|GROUP|RESOURCE|ROOM|UNKNOWN" },
	{ "ROLE", "CHAIR|REQ-PARTICIPANT|OPT-PARTICIPANT|NON-PARTICIPANT" },
	{ "PARTSTAT",
	    "NEEDS-ACTION|ACCEPTED|DECLINED|TENTATIVE|DELEGATED|COMPLETED|"
	    "IN-PROCESS" },
	{ "RSVP", "TRUE|FALSE" },
};

/* A name that is itself an address must be this one. */
static bool
name_is_honest(const char *name, const char *address)
{
	return strchr(name, '@') == NULL || strcasecmp(name, address) == 0;
}

static int
person_found(struct ical *c, const char *what, const char *detail)
{
	return doc_found(c->d, FIND_CALENDAR_PERSON, ACT_REMOVED, c->where,
	    "%s %s", what, detail);
}

static int
put_person_params(struct ical *c, const struct pim_prop *p)
{
	const char *v, *w;
	size_t n;
	int e;

	for (size_t i = 0; i < sizeof(person_params) / sizeof(*person_params);
	     i++) {
		v = pim_param(p, person_params[i].name);
		if (v == NULL ||
		    (w = pim_word(person_params[i].words, v, &n)) == NULL)
			continue;
		if ((e = pim_add(&c->out, ";%s=%.*s", person_params[i].name,
			 (int)n, w)) != 0)
			return e;
	}
	return 0;
}

static int
v_person(struct ical *c, const struct pim_prop *p, const char *arg)
{
	const char *address, *name = pim_param(p, "CN"), *by;
	int e;

	(void)arg;
	if (strncasecmp(p->value, "mailto:", 7) != 0)
		return person_found(c, "", p->value);
	address = p->value + 7;
	if (!pim_is_address(address))
		return person_found(c, "", p->value);
	if ((by = pim_param(p, "SENT-BY")) != NULL &&
	    (e = person_found(c, "SENT-BY", by)) != 0)
		return e;
	if ((by = pim_param(p, "DIR")) != NULL &&
	    (e = person_found(c, "DIR", by)) != 0)
		return e;
	if (name != NULL && !name_is_honest(name, address)) {
		if ((e = person_found(c, "CN", name)) != 0)
			return e;
		name = NULL;
	}
	if (name != NULL && name[0] != '\0' &&
	    (e = pim_add_param(&c->out, "CN", name)) != 0)
		return e;
	if ((e = put_person_params(c, p)) != 0 ||
	    (e = pim_add(&c->out, ":mailto:%s", address)) != 0)
		return e;
	return pim_send(&c->out);
}

static int
v_url(struct ical *c, const struct pim_prop *p, const char *arg)
{
	const char *why = "policy";
	struct buf url;
	int e = ERR_DENIED;

	(void)arg;
	buf_init(&url, VALUE_MAX);
	if (doc_options(c->d)->url == URL_KEEP &&
	    (strncasecmp(p->value, "http://", 7) == 0 ||
		strncasecmp(p->value, "https://", 8) == 0))
		e = url_check(p->value, strlen(p->value), &url, &why);
	if (e == 0 && buf_cstr(&url) == NULL)
		e = ERR_NOMEM;
	if (e == ERR_DENIED || e == ERR_LIMIT)
		e = doc_found(c->d, FIND_CALENDAR_LINK, ACT_REMOVED, c->where,
		    "%s", p->value);
	else if (e == 0)
		e = put_value(c, buf_cstr(&url));
	buf_done(&url);
	return e;
}

/* ---- the table */

static const struct row {
	const char *name;
	unsigned in;
	bool many;
	value_fn value;
	const char *arg;
} rows[] = {
	{ "X-WR-CALNAME", IN_CAL, false, v_text, NULL },
	{ "X-WR-TIMEZONE", IN_CAL, false, v_zone, NULL },
	{ "UID", IN_ITEM, false, v_text, NULL },
	{ "DTSTAMP", IN_ITEM, false, v_date, NULL },
	{ "CREATED", IN_ITEM, false, v_date, NULL },
	{ "LAST-MODIFIED", IN_ITEM | IN_ZONE, false, v_date, NULL },
	{ "DTSTART", IN_ITEM | IN_RULE, false, v_date, NULL },
	{ "DTEND", IN_EVENT, false, v_date, NULL },
	{ "DUE", IN_TASK, false, v_date, NULL },
	{ "COMPLETED", IN_TASK, false, v_date, NULL },
	{ "DURATION", IN_DATED | IN_ALARM, false, v_duration, NULL },
	{ "RECURRENCE-ID", IN_ITEM, false, v_date, NULL },
	{ "RRULE", IN_ITEM, false, v_rule, NULL },
	{ "RRULE", IN_RULE, false, v_rule, "yearly" },
	{ "RDATE", IN_ITEM | IN_RULE, true, v_dates, NULL },
	{ "EXDATE", IN_ITEM, true, v_dates, NULL },
	{ "SUMMARY", IN_ITEM | IN_ALARM, false, v_text, NULL },
	{ "DESCRIPTION", IN_ITEM | IN_ALARM, false, v_text, NULL },
	{ "LOCATION", IN_DATED, false, v_text, NULL },
	{ "COMMENT", IN_ITEM | IN_RULE, true, v_text, NULL },
	{ "CONTACT", IN_ITEM, true, v_text, NULL },
	{ "CATEGORIES", IN_ITEM, true, v_texts, NULL },
	{ "RESOURCES", IN_DATED, true, v_texts, NULL },
	{ "RELATED-TO", IN_ITEM, true, v_text, NULL },
	{ "URL", IN_ITEM, false, v_url, NULL },
	{ "ORGANIZER", IN_ITEM, false, v_person, NULL },
	{ "ATTENDEE", IN_ITEM, true, v_person, NULL },
	{ "SEQUENCE", IN_ITEM, false, v_number, "999999999" },
	{ "PRIORITY", IN_DATED, false, v_number, "9" },
	{ "PERCENT-COMPLETE", IN_TASK, false, v_number, "100" },
	{ "STATUS", IN_ITEM, false, v_word,
	    "TENTATIVE|CONFIRMED|CANCELLED|NEEDS-ACTION|COMPLETED|IN-PROCESS|"
	    "DRAFT|FINAL" },
	{ "CLASS", IN_ITEM, false, v_word, "PUBLIC|PRIVATE|CONFIDENTIAL" },
	{ "TRANSP", IN_EVENT, false, v_word, "OPAQUE|TRANSPARENT" },
	{ "TRIGGER", IN_ALARM, false, v_trigger, NULL },
	{ "REPEAT", IN_ALARM, false, v_number, "100" },
	{ "TZID", IN_ZONE, false, v_zone, NULL },
	{ "TZOFFSETFROM", IN_RULE, false, v_offset, NULL },
	{ "TZOFFSETTO", IN_RULE, false, v_offset, NULL },
	{ "TZNAME", IN_RULE, true, v_text, NULL },
};

/* What is not in the table and deserves its own name in a record. */
static const struct {
	const char *name;
	enum finding_id id;
} dangerous[] = {
	{ "ATTACH", FIND_CALENDAR_ATTACHMENT },
	{ "DALARM", FIND_CALENDAR_ALARM },
	{ "AALARM", FIND_CALENDAR_ALARM },
	{ "PALARM", FIND_CALENDAR_ALARM },
	{ "MALARM", FIND_CALENDAR_ALARM },
	{ "X-ALT-DESC", FIND_CALENDAR_HTML },
	{ "STYLED-DESCRIPTION", FIND_CALENDAR_HTML },
	{ "URL", FIND_CALENDAR_LINK },
	{ "SOURCE", FIND_CALENDAR_LINK },
	{ "IMAGE", FIND_CALENDAR_LINK },
	{ "CONFERENCE", FIND_CALENDAR_LINK },
	{ "STRUCTURED-DATA", FIND_CALENDAR_LINK },
	{ "TZURL", FIND_CALENDAR_LINK },
	{ "LINK", FIND_CALENDAR_LINK },
	{ "CALADRURI", FIND_CALENDAR_LINK },
	{ "FBURL", FIND_CALENDAR_LINK },
	{ "EXRULE", FIND_CALENDAR_RULE },
	{ "RRULE", FIND_CALENDAR_RULE },
};

/* Written by ourselves or read elsewhere: nothing to report. */
static bool
is_handled(const struct pim_prop *p, unsigned in)
{
	static const char *const of_calendar[] = { "VERSION", "PRODID",
		"CALSCALE", "METHOD" };

	if (in == IN_ALARM)
		return strcmp(p->name, "ACTION") == 0;
	for (size_t i = 0; in == IN_CAL && i < 4; i++)
		if (strcmp(p->name, of_calendar[i]) == 0)
			return true;
	return false;
}

static int
drop_prop(struct ical *c, const struct pim_prop *p, unsigned in)
{
	if (is_handled(p, in))
		return 0;
	for (size_t i = 0; i < sizeof(dangerous) / sizeof(dangerous[0]); i++)
		if (strcmp(dangerous[i].name, p->name) == 0)
			return doc_found(c->d, dangerous[i].id, ACT_REMOVED,
			    c->where, "%.200s", p->value);
	return doc_found(c->d, FIND_CALENDAR_PROPERTY, ACT_REMOVED, c->where,
	    NULL);
}

/* Parameters that point somewhere else. */
static int
report_params(struct ical *c, const struct pim_prop *p)
{
	static const char *const known[] = { "VALUE", "TZID", "LANGUAGE", "CN",
		"CUTYPE", "ROLE", "PARTSTAT", "RSVP", "SENT-BY", "DIR",
		"RELATED", "RANGE", "CHARSET", "ENCODING", NULL };
	size_t i;
	int e = 0;

	for (const struct pim_param *a = p->params; e == 0 && a != NULL;
	     a = a->next) {
		for (i = 0; known[i] != NULL; i++)
			if (strcmp(known[i], a->name) == 0)
				break;
		if (known[i] == NULL)
			e = doc_found(c->d,
			    strcmp(a->name, "ALTREP") == 0
				? FIND_CALENDAR_LINK
				: FIND_CALENDAR_PARAMETER,
			    ACT_REMOVED, c->where, "%s", a->name);
	}
	return e;
}

static const struct row *
find_row(const char *name, unsigned in)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if ((rows[i].in & in) && strcmp(rows[i].name, name) == 0)
			return &rows[i];
	return NULL;
}

static bool
stood_before(const struct pim_comp *comp, const struct pim_prop *p)
{
	return pim_prop(comp, p->name) != p;
}

int
ical_prop(struct ical *c, const struct pim_comp *comp, const struct pim_prop *p,
    unsigned in)
{
	const struct row *row = find_row(p->name, in);
	int e;

	snprintf(c->where, sizeof(c->where), "%.40s %.40s", comp->name,
	    p->name);
	c->out.where = c->where;
	if (row == NULL)
		return drop_prop(c, p, in);
	if (!row->many && stood_before(comp, p))
		return doc_found(c->d, FIND_CALENDAR_TWICE, ACT_REMOVED,
		    c->where, "%.200s", p->value);
	if ((e = report_params(c, p)) != 0 ||
	    (e = pim_begin(&c->out, p->name)) != 0)
		return e;
	e = row->value(c, p, row->arg);
	if (e == ERR_DENIED)
		e = doc_found(c->d, FIND_CALENDAR_VALUE, ACT_REMOVED, c->where,
		    "%.200s", p->value);
	return e;
}
