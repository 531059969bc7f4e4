/*
 * Dates: RFC 5322 with its obsolete forms, what asctime() prints, ISO 8601,
 * and what people's programs make of them. Read by words, not by places; a
 * date that contradicts itself is no date.
 */
#include <stdio.h>
#include <string.h>

#include "formats/mail/words_int.h"

#define TOKENS_MAX 24
#define DATE_BYTES 200

struct date {
	int day, month, year, hour, minute, second, zone; /* -1: not yet */
	bool has_time, has_zone, odd, pm, am;
};

struct token {
	const char *text;
	size_t len;
	size_t digits; /* all of them, or 0 */
	long number;
};

static const char *const months[] = { "Jan", "Feb", "Mar", "Apr", "May", "Jun",
	"Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };
static const char *const days[] = { "Sun", "Mon", "Tue", "Wed", "Thu", "Fri",
	"Sat" };

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool
is_alpha(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool
same_word(const char *a, const char *b, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if ((a[i] | 0x20) != (b[i] | 0x20))
			return false;
	return true;
}

static int
name_in(const char *const *list, size_t n, const struct token *t)
{
	for (size_t i = 0; t->len >= 3 && i < n; i++)
		if (same_word(list[i], t->text, 3))
			return (int)i;
	return -1;
}

static int
days_in(int month, int year)
{
	static const int length[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31,
		30, 31 };
	bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

	return length[month] + (month == 1 && leap);
}

/* Sunday is 0 (Sakamoto's rule). */
static int
weekday(int year, int month, int day)
{
	static const int shift[] = { 0, 3, 2, 5, 0, 3, 5, 1, 4, 6, 2, 4 };

	year -= month < 2;
	return (year + year / 4 - year / 100 + year / 400 + shift[month] +
		   day) %
	       7;
}

/* Comments out, the rest with single spaces. */
static void
strip(const char *in, char out[DATE_BYTES], bool *odd)
{
	size_t n = 0;
	int depth = 0;

	for (; *in != '\0' && n + 1 < DATE_BYTES; in++) {
		if (*in == '(')
			depth++;
		else if (*in == ')' && depth > 0)
			depth--;
		else if (depth == 0)
			out[n++] = *in;
	}
	*odd |= depth != 0 || *in != '\0';
	out[n] = '\0';
}

/* Runs of digits, runs of letters, single other characters. */
static size_t
tokens(const char *s, struct token t[TOKENS_MAX])
{
	size_t n = 0;

	while (*s != '\0' && n < TOKENS_MAX) {
		struct token *k = &t[n];

		*k = (struct token){ .text = s, .len = 1 };
		if (is_digit(*s)) {
			for (k->len = 0; is_digit(s[k->len]); k->len++)
				if (k->len < 8)
					k->number =
					    k->number * 10 + (s[k->len] - '0');
			k->digits = k->len;
		} else if (is_alpha(*s)) {
			while (is_alpha(s[k->len]))
				k->len++;
		}
		s += k->len;
		if (*k->text != ' ' && *k->text != ',')
			n++;
	}
	return n;
}

static bool
is_char(const struct token *t, size_t i, size_t n, char c)
{
	return i < n && t[i].len == 1 && *t[i].text == c;
}

static bool
is_number(const struct token *t, size_t i, size_t n, size_t digits)
{
	return i < n && t[i].digits > 0 && t[i].digits <= digits;
}

static int
full_year(const struct token *t)
{
	if (t->digits == 2)
		return (int)t->number + (t->number < 50 ? 2000 : 1900);
	return (int)t->number + (t->digits == 3 ? 1900 : 0);
}

/* 10:44:33, 10.44, 10:44:33.123 */
static size_t
take_time(struct date *d, const struct token *t, size_t i, size_t n)
{
	char sep = is_char(t, i + 1, n, ':') ? ':' : '.';

	if (d->has_time || !is_number(t, i, n, 2) ||
	    !is_char(t, i + 1, n, sep) || !is_number(t, i + 2, n, 2))
		return 0;
	d->odd |= sep != ':' || t[i].digits != 2 || t[i + 2].digits != 2;
	d->has_time = true;
	d->hour = (int)t[i].number;
	d->minute = (int)t[i + 2].number;
	d->second = 0;
	if (!is_char(t, i + 3, n, sep) || !is_number(t, i + 4, n, 2))
		return 3;
	d->odd |= t[i + 4].digits != 2;
	d->second = (int)t[i + 4].number;
	if (is_char(t, i + 5, n, '.') && is_number(t, i + 6, n, 9)) {
		d->odd = true;
		return 7;
	}
	return 5;
}

/* +0900, +09:00, +9 behind the time. */
static size_t
take_offset(struct date *d, const struct token *t, size_t i, size_t n)
{
	bool minus = is_char(t, i, n, '-');
	size_t used = 2;
	long number;

	if (!d->has_time || d->has_zone || !(minus || is_char(t, i, n, '+')) ||
	    !is_number(t, i + 1, n, 4))
		return 0;
	number = t[i + 1].number;
	if (t[i + 1].digits <= 2)
		number *= 100;
	d->odd |= t[i + 1].digits != 4;
	if (t[i + 1].digits <= 2 && is_char(t, i + 2, n, ':') &&
	    is_number(t, i + 3, n, 2)) {
		number += t[i + 3].number;
		used = 4;
	}
	d->has_zone = true;
	/* -0000 says that the place is not known: as good as UTC. */
	d->zone = (int)(minus ? -number : number);
	return used;
}

/* 2026-11-21, 2026/11/21 */
static size_t
take_iso(struct date *d, const struct token *t, size_t i, size_t n)
{
	char sep = is_char(t, i + 1, n, '/') ? '/' : '-';

	if (d->year >= 0 || !is_number(t, i, n, 4) || t[i].digits != 4 ||
	    !is_char(t, i + 1, n, sep) || !is_number(t, i + 2, n, 2) ||
	    !is_char(t, i + 3, n, sep) || !is_number(t, i + 4, n, 2))
		return 0;
	d->year = (int)t[i].number;
	d->month = (int)t[i + 2].number - 1;
	d->day = (int)t[i + 4].number;
	d->odd = true;
	return 5;
}

static void
take_name(struct date *d, const struct token *t)
{
	static const struct {
		const char *name;
		int offset;
	} zones[] = { { "UT", 0 }, { "GMT", 0 }, { "UTC", 0 }, { "Z", 0 },
		{ "JST", 900 }, { "KST", 900 }, { "EST", -500 },
		{ "EDT", -400 }, { "CST", -600 }, { "CDT", -500 },
		{ "MST", -700 }, { "MDT", -600 }, { "PST", -800 },
		{ "PDT", -700 }, { "BST", 100 }, { "CET", 100 },
		{ "CEST", 200 }, { "HKT", 800 }, { "SGT", 800 } };

	int found;

	d->pm |= t->len == 2 && same_word(t->text, "pm", 2);
	d->am |= t->len == 2 && same_word(t->text, "am", 2);
	if (t->len == 1 && (*t->text | 0x20) == 't')
		return;
	if (d->month < 0 && (found = name_in(months, 12, t)) >= 0) {
		d->month = found;
		d->odd |= t->len != 3;
		return;
	}
	for (size_t i = 0; d->has_time && i < sizeof(zones) / sizeof(zones[0]);
	     i++) {
		if (strlen(zones[i].name) != t->len ||
		    !same_word(zones[i].name, t->text, t->len))
			continue;
		d->odd |= !d->has_zone;
		if (!d->has_zone)
			d->zone = zones[i].offset;
		d->has_zone = true;
		return;
	}
	d->odd |= name_in(days, 7, t) < 0 || t->len != 3;
}

static void
take_number(struct date *d, const struct token *t)
{
	if (t->digits > 4) {
		d->odd = true;
	} else if (d->day < 0 && t->digits <= 2) {
		d->day = (int)t->number;
	} else if (d->year < 0 && t->digits >= 2) {
		d->year = full_year(t);
		d->odd |= t->digits != 4;
	} else {
		d->odd = true;
	}
}

static void
read_tokens(struct date *d, const struct token *t, size_t n)
{
	size_t used;

	for (size_t i = 0; i < n; i += used) {
		if ((used = take_iso(d, t, i, n)) > 0 ||
		    (used = take_time(d, t, i, n)) > 0 ||
		    (used = take_offset(d, t, i, n)) > 0)
			continue;
		used = 1;
		if (t[i].digits > 0)
			take_number(d, &t[i]);
		else if (is_alpha(*t[i].text))
			take_name(d, &t[i]);
		else if (!is_char(t, i, n, '-'))
			d->odd = true;
	}
	if (d->pm && d->hour < 12)
		d->hour += 12;
	if (d->am && d->hour == 12)
		d->hour = 0;
}

static bool
is_date(const struct date *d)
{
	int zone = d->zone < 0 ? -d->zone : d->zone;

	return d->has_time && d->year >= 1900 && d->year <= 9999 &&
	       d->month >= 0 && d->month < 12 && d->day >= 1 &&
	       d->day <= days_in(d->month, d->year) && d->hour < 24 &&
	       d->minute < 60 && d->second <= 60 && zone / 100 <= 14 &&
	       zone % 100 < 60;
}

int
mail_date(struct doc *doc, const struct reader *raw, const char **out)
{
	struct date d = { .day = -1, .month = -1, .year = -1 };
	struct token t[TOKENS_MAX];
	const char *line;
	char text[DATE_BYTES], made[64] = "";
	size_t n;
	int e;

	if ((e = mail_words(doc, raw, &line)) != 0)
		return e;
	strip(line, text, &d.odd);
	n = tokens(text, t);
	read_tokens(&d, t, n);
	/* Without a zone the time is taken for UTC, and that is said. */
	d.odd |= !d.has_zone || n == TOKENS_MAX;
	if (is_date(&d))
		snprintf(made, sizeof(made),
		    "%s, %d %s %04d %02d:%02d:%02d %c%04d",
		    days[weekday(d.year, d.month, d.day)], d.day,
		    months[d.month], d.year, d.hour, d.minute, d.second,
		    d.zone < 0 ? '-' : '+', d.zone < 0 ? -d.zone : d.zone);
	if (line[0] != '\0' && (d.odd || made[0] == '\0'))
		e = doc_found(doc, FIND_MAIL_DATE, ACT_REPLACED, "Date", "%s",
		    line);
	*out = doc_strndup(doc, made, strlen(made));
	return e == 0 && *out == NULL ? ERR_NOMEM : e;
}
