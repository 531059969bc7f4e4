/* Shared by ical*.c: values of iCalendar (RFC 5545), checked and respelled. */
#ifndef FORMATS_PIM_ICAL_INT_H
#define FORMATS_PIM_ICAL_INT_H

#include "formats/pim/pim.h"

#define ICAL_YEAR_MAX  2199
#define ICAL_DATES_MAX 1000 /* of one RDATE or EXDATE */

struct ical_date {
	bool has_time, utc;
	int year;
};

/* "19970714" or "19970714T133000Z", n bytes; ERR_DENIED when it is none. */
int ical_date(const char *, size_t n, struct ical_date *) MUST_CHECK;
/* "-PT15M", "P1W": true when it is a duration of less than 100 years. */
bool ical_is_duration(const char *, size_t n);
/* "+0900". */
bool ical_is_offset(const char *);
/* A whole number without superfluous zeros, within the bounds. */
bool ical_number(const char *, size_t n, long min, long max, long *out);
/*
 * A recurrence rule, respelled behind what to has. ERR_DENIED: it is none, or
 * it asks for more work than any appointment needs. *clipped: an end past
 * ICAL_YEAR_MAX was left out. yearly: the rule of a time zone.
 */
int ical_rule(const char *, bool yearly, struct buf *to,
    bool *clipped) MUST_CHECK;

struct ical {
	struct pim_out out;
	struct doc *d;
	const struct pim_comp *comp;
	char where[96];
	size_t comps;
	bool cancelled; /* METHOD:CANCEL, which is not kept */
};

enum {
	IN_CAL = 1,
	IN_EVENT = 2,
	IN_TASK = 4,
	IN_JOURNAL = 8,
	IN_ALARM = 16,
	IN_ZONE = 32,
	IN_RULE = 64, /* STANDARD and DAYLIGHT */
	IN_ITEM = IN_EVENT | IN_TASK | IN_JOURNAL,
	IN_DATED = IN_EVENT | IN_TASK
};

/* Writes the property if the table has it for this kind of component. */
int ical_prop(struct ical *, const struct pim_comp *, const struct pim_prop *,
    unsigned in) MUST_CHECK;

#endif
