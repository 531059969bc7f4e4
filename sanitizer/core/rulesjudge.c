/* The departments' rules applied to one file. */
#include <string.h>

#include "core/rules.h"

bool
rules_listed(const char *list, const char *word)
{
	size_t len = strlen(word), n;

	if (len == 0)
		return false;
	for (const char *s = list + strspn(list, " "); *s != '\0';
	     s += n, s += strspn(s, " ")) {
		n = strcspn(s, " ");
		if (n == len && strncmp(s, word, n) == 0)
			return true;
	}
	return false;
}

static bool
is_open(const struct rules *r, unsigned weekday, unsigned minute)
{
	uint32_t from = r->from_minute, until = r->until_minute;

	if (weekday > 6 || minute >= 1440)
		return false;
	if (from > until && minute < until)
		weekday = (weekday + 6) % 7;
	if ((r->days >> weekday & 1) == 0)
		return false;
	if (from == until)
		return true;
	return from < until ? minute >= from && minute < until
			    : minute >= from || minute < until;
}

/* Whether bytes more would pass the quota. */
static bool
is_over(uint64_t quota, uint64_t used, uint64_t bytes)
{
	return bytes > quota || used > quota - bytes;
}

enum rules_no
rules_intake(const struct rules *r, uint64_t bytes, unsigned weekday,
    unsigned minute, const struct rules_load *load)
{
	if (bytes > r->max_file_bytes || bytes > r->user_waiting_bytes ||
	    bytes > r->department_waiting_bytes)
		return RULES_TOO_LARGE;
	if (!is_open(r, weekday, minute))
		return RULES_CLOSED;
	if (load->user_files >= r->user_waiting_files ||
	    is_over(r->user_waiting_bytes, load->user_bytes, bytes))
		return RULES_USER_QUOTA;
	if (is_over(r->department_waiting_bytes, load->department_bytes, bytes))
		return RULES_DEPARTMENT_QUOTA;
	return RULES_TAKEN;
}

/* An id ("ooxml.docx") by itself or by its family ("ooxml"). */
static bool
has_format(const char *list, const char *id)
{
	char family[ID_BYTES];
	size_t n = strcspn(id, ".");

	if (rules_listed(list, id))
		return true;
	if (n >= sizeof(family))
		return false;
	memcpy(family, id, n);
	family[n] = '\0';
	return rules_listed(list, family);
}

/*
 * Pictures inside of a document are parts of it; whatever else lies in
 * something came in with it. What did not get through counts for nothing. A
 * worker that lies about parents gains nothing: in doubt the member counts.
 */
static bool
counts(const struct record *r, const struct record_member *m)
{
	const char *in = r->result.structure;

	if (m->verdict != VERDICT_RELEASED)
		return false;
	if (m->parent >= 0 && (size_t)m->parent < r->n_members)
		in = r->members[m->parent].result.structure;
	return !has_format("jpeg png gif bmp icon webp tiff jpeg2000 heif psd "
			   "emf wmf svg svgz",
		   m->result.structure) ||
	       !has_format("ooxml pdf odf rtf ole2 html svg svgz", in);
}

/* The first format of the document or its members that is (in: true) or is
 * not (in: false) in the list. */
static const char *
find_format(const struct record *r, const char *list, bool in)
{
	if (has_format(list, r->result.structure) == in)
		return r->result.structure;
	for (size_t i = 0; i < r->n_members; i++)
		if (counts(r, &r->members[i]) &&
		    has_format(list, r->members[i].result.structure) == in)
			return r->members[i].result.structure;
	return NULL;
}

const char *
rules_format(const struct rules *r, const struct record *rec)
{
	return r->formats[0] == '\0' ? NULL
				     : find_format(rec, r->formats, false);
}

static bool
has_class(const char *list, enum rules_class class)
{
	switch (class) {
	case CLASS_I:
		return rules_listed(list, "I");
	case CLASS_II:
		return rules_listed(list, "II");
	case CLASS_III:
		return rules_listed(list, "III");
	case CLASS_NONE:
		break;
	}
	return rules_listed(list, "none");
}

/* A folder may be spelled in capitals; a login is not. */
static bool
is_sender(const char *list, const char *login)
{
	char lower[128];
	size_t i = 0;

	for (; login[i] != '\0' && i + 1 < sizeof(lower); i++)
		lower[i] = login[i] >= 'A' && login[i] <= 'Z'
			       ? (char)(login[i] | 0x20)
			       : login[i];
	lower[i] = '\0';
	return rules_listed(list, login) || rules_listed(list, lower);
}

bool
rules_wants_approval(const struct rules *r, const struct record *rec,
    const char *login, enum rules_class class)
{
	if (r->approval != APPROVAL_RULES)
		return r->approval != APPROVAL_NEVER;
	if (r->approval_over_bytes > 0 &&
	    (rec->in_bytes > r->approval_over_bytes ||
		rec->out_bytes > r->approval_over_bytes))
		return true;
	return is_sender(r->approval_senders, login) ||
	       has_class(r->approval_classes, class) ||
	       (r->approval_formats[0] != '\0' &&
		   find_format(rec, r->approval_formats, true) != NULL);
}
