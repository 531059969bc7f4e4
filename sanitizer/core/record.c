#include "core/record.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

void
record_done(struct record *r)
{
	free(r->findings);
	free(r->members);
	r->findings = NULL;
	r->members = NULL;
	r->n_findings = r->n_members = 0;
}

/* Crockford's base 32: 48 bits of milliseconds, then 80 random bits. */
void
record_id_new(char out[RECORD_ID_BYTES])
{
	static const char digits[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
	struct timespec now;
	uint8_t raw[16];
	uint64_t ms;

	clock_gettime(CLOCK_REALTIME, &now);
	ms = (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
	for (int i = 9; i >= 0; i--, ms >>= 5)
		out[i] = digits[ms & 31];
	randombytes_buf(raw, sizeof(raw));
	for (int i = 0; i < 16; i++)
		out[10 + i] = digits[raw[i] & 31];
	out[26] = '\0';
}

void
record_time_now(char out[RECORD_TIME_BYTES])
{
	struct timespec now;
	struct tm tm;
	char day[24];

	clock_gettime(CLOCK_REALTIME, &now);
	gmtime_r(&now.tv_sec, &tm);
	strftime(day, sizeof(day), "%Y-%m-%dT%H:%M:%S", &tm);
	snprintf(out, RECORD_TIME_BYTES, "%s.%03dZ", day,
	    (int)(now.tv_nsec / 1000000) % 1000);
}

/* Where the extension of the last component begins, with its dot; the end of
 * the name when it has none. A leading dot begins no extension. */
static size_t
extension_at(const char *name)
{
	const char *base = strrchr(name, '/');
	const char *dot;

	base = base == NULL ? name : base + 1;
	dot = strrchr(base, '.');
	if (dot == NULL || dot == base || dot[1] == '\0')
		return strlen(name);
	return (size_t)(dot - name);
}

/*
 * Letters and digits. What follows an odd one ("x.ps1" and a no-break space)
 * may be trimmed or folded by a reader of the folder: that decides nothing.
 */
static bool
is_plain_extension(const char *ext)
{
	size_t n = strspn(ext, "abcdefghijklmnopqrstuvwxyz"
			       "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789");

	return n > 0 && ext[n] == '\0';
}

/* The worker says so of the document itself by a finding without a place. */
static bool
name_lied(const struct record *r)
{
	for (size_t i = 0; i < r->n_findings; i++)
		if (r->findings[i].id == FIND_NAME_MISMATCH &&
		    r->findings[i].where[0] == '\0')
			return true;
	return false;
}

void
record_name_output(struct record *r)
{
	const struct doc_result *d = &r->result;
	size_t at = extension_at(r->in_name), whole = strlen(r->in_name);
	const char *ext = at < whole ? r->in_name + at + 1 : "";
	size_t room = sizeof(r->out_name) - sizeof(d->out_ext) - 1;
	bool lied = name_lied(r);

	if (d->out_ext[0] == '\0' || strcasecmp(ext, d->out_ext) == 0 ||
	    (!lied && is_plain_extension(ext) &&
		strcmp(d->structure, d->out_format) == 0)) {
		memcpy(r->out_name, r->in_name, sizeof(r->out_name));
		return;
	}
	if (lied || !is_plain_extension(ext))
		at = whole;
	if (at > room) /* on a character's border, or no text can have it */
		for (at = room;
		     at > 0 && ((uint8_t)r->in_name[at] & 0xc0) == 0x80; at--)
			;
	snprintf(r->out_name, sizeof(r->out_name), "%.*s.%s", (int)at,
	    r->in_name, d->out_ext);
}
