/* Dates, durations, numbers and rules of iCalendar. */
#include <string.h>
#include <strings.h>

#include "formats/pim/ical_int.h"

#define COUNT_MAX    10000
#define INTERVAL_MAX 9999
#define LIST_MAX     64
#define TIMES_MAX    24 /* a day, by BYHOUR, BYMINUTE and BYSECOND */
#define DIGITS_MAX   9

static bool
digits(const char *s, size_t n, int *out)
{
	int v = 0;

	for (size_t i = 0; i < n; i++) {
		if (s[i] < '0' || s[i] > '9')
			return false;
		v = v * 10 + (s[i] - '0');
	}
	*out = v;
	return true;
}

static int
days_in(int year, int month)
{
	static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30,
		31 };
	bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

	return days[month - 1] + (month == 2 && leap ? 1 : 0);
}

static bool
is_time(const char *s)
{
	int h, m, sec;

	return digits(s, 2, &h) && digits(s + 2, 2, &m) &&
	       digits(s + 4, 2, &sec) && h < 24 && m < 60 && sec <= 60;
}

int
ical_date(const char *s, size_t n, struct ical_date *out)
{
	int month, day;

	*out = (struct ical_date){ .has_time = n > 8, .utc = n == 16 };
	if ((n != 8 && n != 15 && n != 16) || !digits(s, 4, &out->year) ||
	    !digits(s + 4, 2, &month) || !digits(s + 6, 2, &day))
		return ERR_DENIED;
	if (out->year < 1 || month < 1 || month > 12 || day < 1 ||
	    day > days_in(out->year, month))
		return ERR_DENIED;
	if (n > 8 && (s[8] != 'T' || !is_time(s + 9)))
		return ERR_DENIED;
	return n == 16 && s[15] != 'Z' ? ERR_DENIED : 0;
}

/* "12H" at *s: the unit's place in order, or -1. */
static int
duration_part(const char **s, const char *end, const char *units)
{
	const char *from = *s, *u;
	int v;

	while (*s < end && **s >= '0' && **s <= '9')
		(*s)++;
	if (*s == from || *s == end || *s - from > 5 || **s == '\0' ||
	    !digits(from, (size_t)(*s - from), &v) ||
	    (u = strchr(units, **s)) == NULL || v > 36500)
		return -1;
	(*s)++;
	return (int)(u - units);
}

bool
ical_is_duration(const char *s, size_t n)
{
	const char *end = s + n;
	int last = -1, now;
	bool any = false;

	if (s < end && (*s == '+' || *s == '-'))
		s++;
	if (s == end || *s++ != 'P')
		return false;
	while (s < end && *s != 'T') {
		if ((now = duration_part(&s, end, "WD")) <= last)
			return false;
		last = now;
		any = true;
	}
	if (s == end)
		return any;
	s++;
	any = false;
	for (last = -1; s < end; last = now) {
		if ((now = duration_part(&s, end, "HMS")) <= last)
			return false;
		any = true;
	}
	return any;
}

bool
ical_is_offset(const char *s)
{
	size_t n = strlen(s);
	int h, m, sec = 0;

	return (n == 5 || n == 7) && (*s == '+' || *s == '-') &&
	       digits(s + 1, 2, &h) && digits(s + 3, 2, &m) &&
	       (n == 5 || digits(s + 5, 2, &sec)) && h < 24 && m < 60 &&
	       sec < 60;
}

bool
ical_number(const char *s, size_t n, long min, long max, long *out)
{
	bool minus = n > 0 && *s == '-';
	int v;

	if (n > 0 && (*s == '-' || *s == '+')) {
		s++;
		n--;
	}
	if (n == 0 || n > DIGITS_MAX || !digits(s, n, &v))
		return false;
	*out = minus ? -(long)v : v;
	return *out >= min && *out <= max;
}

/* ---- rules */

enum rule_part {
	R_FREQ,
	R_UNTIL,
	R_COUNT,
	R_INTERVAL,
	R_BYSECOND,
	R_BYMINUTE,
	R_BYHOUR,
	R_BYDAY,
	R_BYMONTHDAY,
	R_BYYEARDAY,
	R_BYWEEKNO,
	R_BYMONTH,
	R_BYSETPOS,
	R_WKST,
	R_COUNT_OF
};

/* In the order of writing. signed_: -n counts from the end. */
static const struct {
	const char *name;
	long max;
	bool list, from_zero, signed_;
} parts[R_COUNT_OF] = {
	[R_FREQ] = { "FREQ", 0, false, false, false },
	[R_UNTIL] = { "UNTIL", 0, false, false, false },
	[R_COUNT] = { "COUNT", COUNT_MAX, false, false, false },
	[R_INTERVAL] = { "INTERVAL", INTERVAL_MAX, false, false, false },
	[R_BYSECOND] = { "BYSECOND", 60, true, true, false },
	[R_BYMINUTE] = { "BYMINUTE", 59, true, true, false },
	[R_BYHOUR] = { "BYHOUR", 23, true, true, false },
	[R_BYDAY] = { "BYDAY", 0, true, false, false },
	[R_BYMONTHDAY] = { "BYMONTHDAY", 31, true, false, true },
	[R_BYYEARDAY] = { "BYYEARDAY", 366, true, false, true },
	[R_BYWEEKNO] = { "BYWEEKNO", 53, true, false, true },
	[R_BYMONTH] = { "BYMONTH", 12, true, false, false },
	[R_BYSETPOS] = { "BYSETPOS", 366, true, false, true },
	[R_WKST] = { "WKST", 0, false, false, false },
};

struct rule {
	const char *s[R_COUNT_OF];
	size_t n[R_COUNT_OF];
	size_t items[R_COUNT_OF];
};

static int
split_rule(const char *s, struct rule *r)
{
	size_t n, name_n;
	int i;

	memset(r, 0, sizeof(*r));
	for (; *s != '\0'; s += *s == ';') {
		n = strcspn(s, ";");
		name_n = strcspn(s, "=;");
		for (i = 0; i < R_COUNT_OF; i++)
			if (strlen(parts[i].name) == name_n &&
			    strncasecmp(parts[i].name, s, name_n) == 0)
				break;
		if (n == 0 && s[0] == ';')
			continue;
		if (i == R_COUNT_OF || name_n == n || r->s[i] != NULL)
			return ERR_DENIED;
		r->s[i] = s + name_n + 1;
		r->n[i] = n - name_n - 1;
		s += n;
	}
	return r->s[R_FREQ] == NULL ? ERR_DENIED : 0;
}

static bool
is_day(const char *s, size_t n)
{
	static const char days[] = "SU|MO|TU|WE|TH|FR|SA";

	if (n != 2)
		return false;
	for (const char *d = days; d < days + sizeof(days) - 1; d += 3)
		if (strncasecmp(d, s, 2) == 0)
			return true;
	return false;
}

/* "MO", "-1FR", "5". */
static bool
is_item(int part, const char *s, size_t n)
{
	long v, max = parts[part].max;

	if (part == R_BYDAY)
		return n >= 2 && is_day(s + n - 2, 2) &&
		       (n == 2 ||
			   (ical_number(s, n - 2, -53, 53, &v) && v != 0));
	if (!ical_number(s, n, parts[part].signed_ ? -max : 0, max, &v))
		return false;
	return v != 0 || parts[part].from_zero;
}

static bool
is_list(struct rule *r, int part)
{
	const char *s = r->s[part], *end = s + r->n[part];
	size_t n;

	for (;;) {
		n = strcspn(s, ",;");
		if (++r->items[part] > LIST_MAX || !is_item(part, s, n))
			return false;
		s += n;
		if (s == end)
			return true;
		s++;
	}
}

static bool
is_part(struct rule *r, int part, bool yearly)
{
	const char *s = r->s[part];
	size_t n = r->n[part];
	struct ical_date date;
	long v;

	switch (part) {
	case R_FREQ:
		if (n == 6 && strncasecmp(s, "YEARLY", n) == 0)
			return true;
		return !yearly &&
		       ((n == 7 && strncasecmp(s, "MONTHLY", n) == 0) ||
			   (n == 6 && strncasecmp(s, "WEEKLY", n) == 0) ||
			   (n == 5 && strncasecmp(s, "DAILY", n) == 0) ||
			   (n == 6 && strncasecmp(s, "HOURLY", n) == 0));
	case R_UNTIL:
		return r->s[R_COUNT] == NULL && ical_date(s, n, &date) == 0;
	case R_WKST:
		return is_day(s, n);
	case R_COUNT:
	case R_INTERVAL:
		return ical_number(s, n, 1, parts[part].max, &v);
	default:
		return is_list(r, part);
	}
}

/* How often on one day: the product of the lists. */
static bool
is_modest(const struct rule *r)
{
	size_t n = 1;

	for (int i = R_BYSECOND; i <= R_BYHOUR; i++)
		n *= r->items[i] == 0 ? 1 : r->items[i];
	return n <= TIMES_MAX;
}

static int
put_upper(struct buf *to, const char *s, size_t n)
{
	int e = 0;

	for (size_t i = 0; e == 0 && i < n; i++)
		e = buf_u8(to,
		    (uint8_t)(s[i] >= 'a' && s[i] <= 'z' ? s[i] - 'a' + 'A'
							 : s[i]));
	return e;
}

int
ical_rule(const char *s, bool yearly, struct buf *to, bool *clipped)
{
	struct ical_date until;
	struct rule r;
	int e;

	*clipped = false;
	if ((e = split_rule(s, &r)) != 0)
		return e;
	for (int i = 0; i < R_COUNT_OF; i++)
		if (r.s[i] != NULL && !is_part(&r, i, yearly))
			return ERR_DENIED;
	if (!is_modest(&r))
		return ERR_DENIED;
	if (r.s[R_UNTIL] != NULL &&
	    (e = ical_date(r.s[R_UNTIL], r.n[R_UNTIL], &until)) == 0 &&
	    until.year > ICAL_YEAR_MAX) {
		r.s[R_UNTIL] = NULL;
		*clipped = true;
	}
	for (int i = 0; e == 0 && i < R_COUNT_OF; i++) {
		if (r.s[i] == NULL)
			continue;
		if ((e = buf_fmt(to, "%s%s=", i == 0 ? "" : ";",
			 parts[i].name)) == 0)
			e = put_upper(to, r.s[i], r.n[i]);
	}
	return e;
}
