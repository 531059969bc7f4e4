/*
 * iCalendar (RFC 5545): only components, properties and parameters of the
 * table, each value by its type. What a calendar program would act on goes:
 * attachments, alarms that start something, links, METHOD.
 */
#include <string.h>
#include <strings.h>

#include "formats/format.h"
#include "formats/known/textkind.h"
#include "formats/pim/ical_int.h"

#define COMPONENTS_MAX 20000

static const struct pim_family family = {
	.characters = FIND_CALENDAR_CHARACTERS,
	.charset = FIND_CALENDAR_CHARSET,
	.outside = FIND_CALENDAR_OUTSIDE,
};

static int
write_props(struct ical *c, const struct pim_comp *comp, unsigned in)
{
	int e = 0;

	for (const struct pim_prop *p = comp->props; e == 0 && p != NULL;
	     p = p->next)
		e = ical_prop(c, comp, p, in);
	return e;
}

/* ---- components */

static int write_comps(struct ical *, const struct pim_comp *first,
    unsigned in);

static int
drop_comp(struct ical *c, const struct pim_comp *comp)
{
	return doc_found(c->d, FIND_CALENDAR_COMPONENT, ACT_REMOVED, "", "%s",
	    comp->name);
}

static int
put_alarm(struct ical *c, const struct pim_comp *comp)
{
	int e;

	if ((e = pim_line(&c->out, "BEGIN:VALARM")) != 0 ||
	    (e = pim_line(&c->out, "ACTION:DISPLAY")) != 0 ||
	    (e = write_props(c, comp, IN_ALARM)) != 0)
		return e;
	if (pim_prop(comp, "DESCRIPTION") == NULL &&
	    (e = pim_line(&c->out, "DESCRIPTION:Reminder")) != 0)
		return e;
	return pim_line(&c->out, "END:VALARM");
}

/* Only what shows a text; a sound becomes one. */
static int
write_alarm(struct ical *c, const struct pim_comp *comp)
{
	const struct pim_prop *action = pim_prop(comp, "ACTION");
	const char *what = action == NULL ? "" : action->value;
	int e;

	if (strcasecmp(what, "DISPLAY") != 0 && strcasecmp(what, "AUDIO") != 0)
		return doc_found(c->d, FIND_CALENDAR_ALARM, ACT_REMOVED,
		    "VALARM", "%.200s", what);
	if (strcasecmp(what, "AUDIO") == 0 &&
	    (e = doc_found(c->d, FIND_CALENDAR_SOUND, ACT_REPLACED, "VALARM",
		 NULL)) != 0)
		return e;
	return put_alarm(c, comp);
}

static const struct {
	const char *name;
	unsigned is, parent;
} comps[] = {
	{ "VEVENT", IN_EVENT, IN_CAL },
	{ "VTODO", IN_TASK, IN_CAL },
	{ "VJOURNAL", IN_JOURNAL, IN_CAL },
	{ "VTIMEZONE", IN_ZONE, IN_CAL },
	{ "VALARM", IN_ALARM, IN_DATED },
	{ "STANDARD", IN_RULE, IN_ZONE },
	{ "DAYLIGHT", IN_RULE, IN_ZONE },
};

static unsigned
comp_kind(const struct pim_comp *comp, unsigned in)
{
	for (size_t i = 0; i < sizeof(comps) / sizeof(comps[0]); i++)
		if ((comps[i].parent & in) &&
		    strcmp(comps[i].name, comp->name) == 0)
			return comps[i].is;
	return 0;
}

static int
write_comp(struct ical *c, const struct pim_comp *comp, unsigned in)
{
	unsigned is = comp_kind(comp, in);
	int e;

	if (is == 0)
		return drop_comp(c, comp);
	if (++c->comps > COMPONENTS_MAX)
		return doc_fail(c->d, ERR_LIMIT, "more than %d components",
		    COMPONENTS_MAX);
	if (is == IN_ALARM)
		return write_alarm(c, comp);
	if ((e = pim_line(&c->out, "BEGIN:%s", comp->name)) != 0 ||
	    (e = write_props(c, comp, is)) != 0)
		return e;
	/* Else the entry would look like a new one. */
	if (c->cancelled && (is & IN_ITEM) &&
	    pim_prop(comp, "STATUS") == NULL &&
	    (e = pim_line(&c->out, "STATUS:CANCELLED")) != 0)
		return e;
	if ((e = write_comps(c, comp->first, is)) != 0)
		return e;
	return pim_line(&c->out, "END:%s", comp->name);
}

static int
write_comps(struct ical *c, const struct pim_comp *first, unsigned in)
{
	int e = 0;

	for (; e == 0 && first != NULL; first = first->next)
		e = write_comp(c, first, in);
	return e;
}

/* ---- the calendar */

/* PUBLISH says: look at it. All others make a program act. */
static int
put_method(struct ical *c, const struct pim_comp *cal)
{
	static const char words[] = "PUBLISH|REQUEST|REPLY|ADD|CANCEL|REFRESH|"
				    "COUNTER|DECLINECOUNTER";
	const struct pim_prop *p = pim_prop(cal, "METHOD");
	const char *w;
	size_t n = 0;
	bool keep;
	int e;

	c->cancelled = false;
	if (p == NULL)
		return 0;
	if (strcasecmp(p->value, "PUBLISH") == 0)
		return pim_line(&c->out, "METHOD:PUBLISH");
	w = pim_word(words, p->value, &n);
	keep = w != NULL && doc_options(c->d)->calendar_method == CALENDAR_KEEP;
	if ((e = doc_found(c->d, FIND_CALENDAR_METHOD,
		 keep ? ACT_KEPT : ACT_REPLACED, "VCALENDAR", "%.200s",
		 p->value)) != 0)
		return e;
	if (keep)
		return pim_line(&c->out, "METHOD:%.*s", (int)n, w);
	c->cancelled = strcasecmp(p->value, "CANCEL") == 0;
	return pim_line(&c->out, "METHOD:PUBLISH");
}

static int
write_calendar(struct ical *c, const struct pim_comp *cal)
{
	int e;

	if ((e = pim_line(&c->out, "BEGIN:VCALENDAR")) != 0 ||
	    (e = pim_line(&c->out, "VERSION:2.0")) != 0 ||
	    (e = pim_line(&c->out, "PRODID:-//Sekisho//Sekisho//JA")) != 0 ||
	    (e = pim_line(&c->out, "CALSCALE:GREGORIAN")) != 0 ||
	    (e = put_method(c, cal)) != 0 ||
	    (e = write_props(c, cal, IN_CAL)) != 0 ||
	    (e = write_comps(c, cal->first, IN_CAL)) != 0)
		return e;
	return pim_line(&c->out, "END:VCALENDAR");
}

static bool
is_gregorian(const struct pim_comp *cal)
{
	const struct pim_prop *p = pim_prop(cal, "CALSCALE");

	return p == NULL || strcasecmp(p->value, "GREGORIAN") == 0;
}

static int
write_all(struct ical *c, const struct pim_comp *first)
{
	int e = 0;

	for (; e == 0 && first != NULL; first = first->next) {
		if (strcmp(first->name, "VCALENDAR") != 0)
			return doc_fail(c->d, ERR_AMBIGUOUS,
			    "%s beside a calendar", first->name);
		if (!is_gregorian(first))
			return doc_fail(c->d, ERR_UNSUPPORTED,
			    "another calendar than the Gregorian");
		e = write_calendar(c, first);
	}
	if (e == 0 && c->comps == 0)
		return doc_fail(c->d, ERR_UNSUPPORTED,
		    "there is no event, task or journal in it");
	return e;
}

static int
rebuild(struct doc *d)
{
	struct ical c = { .d = d };
	struct pim_comp *first;
	int e;

	if ((e = pim_read(d, &family, &first)) != 0)
		return e;
	pim_out_init(&c.out, d, &family);
	e = write_all(&c, first);
	pim_out_done(&c.out);
	doc_makes(d, "icalendar", "ics");
	return e;
}

static enum probe
probe(const struct reader *in, const char **sub)
{
	return text_kind(in, sub) == TEXT_CALENDAR ? PROBE_YES : PROBE_NO;
}

static const char *const mime[] = { "text/calendar", "text/plain",
	"application/octet-stream", NULL };
static const char *const extensions[] = { "ics", "ical", "vcs", "ifb", NULL };

const struct format format_icalendar = {
	.id = "icalendar",
	.mime = mime,
	.extensions = extensions,
	.probe = probe,
	.rebuild = rebuild,
};
