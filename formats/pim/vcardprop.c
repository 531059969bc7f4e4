/* The properties of a contact: those that stay, and what is said of others. */
#include <string.h>
#include <strings.h>

#include "formats/pim/ical_int.h"
#include "formats/pim/vcard_int.h"
#include "formats/url.h"

#define TEL_BYTES 64
#define URL_BYTES 4096

/* Writes the line; ERR_DENIED: the value is none of its type. */
typedef int (*value_fn)(struct vcard *, const struct pim_prop *, int parts);

static const char *const types[] = { "PREF", "HOME", "WORK", "CELL", "VOICE",
	"FAX", "PAGER", "VIDEO", "MSG", "TEXT", "CAR", "MODEM", "BBS", "ISDN",
	"PCS", "INTERNET", "DOM", "INTL", "POSTAL", "PARCEL" };

/* "HOME,FAX" in quotes is one value in 4.0. */
static bool
has_type(const struct pim_prop *p, const char *type)
{
	size_t len = strlen(type), n;

	if (strcmp(type, "PREF") == 0 && pim_param(p, "PREF") != NULL)
		return true;
	for (const struct pim_param *a = p->params; a != NULL; a = a->next) {
		if (strcmp(a->name, "TYPE") != 0)
			continue;
		for (const char *s = a->value; *s != '\0'; s += *s == ',') {
			n = strcspn(s, ",");
			if (n == len && strncasecmp(s, type, n) == 0)
				return true;
			s += n;
		}
	}
	return false;
}

int
vcard_add_types(struct vcard *c, const struct pim_prop *p)
{
	bool any = false;
	int e = 0;

	for (size_t i = 0; e == 0 && i < sizeof(types) / sizeof(*types); i++) {
		if (!has_type(p, types[i]))
			continue;
		e = pim_add(&c->out, "%s%s", any ? "," : ";TYPE=", types[i]);
		any = true;
	}
	return e;
}

bool
vcard_is_furigana(const struct pim_prop *p)
{
	return strcmp(p->name, "SOUND") == 0 &&
	       (pim_has_param(p, "TYPE", "X-IRMC-N") ||
		   pim_has_param(p, "TYPE", "X-IRMC-ORG"));
}

int
vcard_add_joined(struct vcard *c, const char *s)
{
	bool any = false;
	size_t n;
	int e;

	for (;; s += n + 1) {
		n = pim_span(s, ';');
		if (n > 0) {
			if (any && (e = pim_add(&c->out, " ")) != 0)
				return e;
			if ((e = pim_add_text(&c->out, s, n)) != 0)
				return e;
			any = true;
		}
		if (s[n] == '\0')
			return 0;
	}
}

static int
v_text(struct vcard *c, const struct pim_prop *p, int parts)
{
	int e;

	(void)parts;
	if ((e = pim_add(&c->out, ":")) != 0 ||
	    (e = pim_add_text(&c->out, p->value, strlen(p->value))) != 0)
		return e;
	return pim_send(&c->out);
}

/* Up to so many texts with ';' between. */
static int
v_parts(struct vcard *c, const struct pim_prop *p, int parts)
{
	const char *s = p->value;
	size_t n;
	int e;

	if ((e = vcard_add_types(c, p)) != 0 ||
	    (e = pim_add(&c->out, ":")) != 0)
		return e;
	for (int i = 0; i < parts; i++, s += n + 1) {
		n = pim_span(s, ';');
		if ((e = pim_add_text(&c->out, s, n)) != 0)
			return e;
		if (s[n] == '\0')
			return pim_send(&c->out);
		if (i + 1 < parts && (e = pim_add(&c->out, ";")) != 0)
			return e;
	}
	if ((e = doc_found(c->d, FIND_VCARD_VALUE, ACT_REMOVED, c->out.where,
		 "%s", "more parts than it has")) != 0)
		return e;
	return pim_send(&c->out);
}

/* Texts with ',' between. */
static int
v_list(struct vcard *c, const struct pim_prop *p, int parts)
{
	const char *s = p->value;
	size_t n;
	int e = pim_add(&c->out, ":");

	(void)parts;
	for (; e == 0; s += n + 1) {
		n = pim_span(s, ',');
		if ((e = pim_add_text(&c->out, s, n)) != 0 || s[n] == '\0')
			break;
		e = pim_add(&c->out, ",");
	}
	return e != 0 ? e : pim_send(&c->out);
}

static int
v_label(struct vcard *c, const struct pim_prop *p, int parts)
{
	int e = vcard_add_types(c, p);

	return e != 0 ? e : v_text(c, p, parts);
}

/* Codes between * and # make a telephone do something when it is dialled. */
static bool
is_control_code(const char *s)
{
	return s[0] == '*' ||
	       (strchr(s, '*') != NULL && strchr(s, '#') != NULL);
}

/* Pauses are written "," by some and "\," by others. */
static bool
tel_chars(const char *s, char out[TEL_BYTES + 1])
{
	size_t n = 0;

	for (; *s != '\0'; s++) {
		if (*s == '\\')
			continue;
		if (n == TEL_BYTES ||
		    strchr("0123456789+-() ./#*,;=xXePpWwt", *s) == NULL)
			return false;
		out[n++] = *s;
	}
	out[n] = '\0';
	return n > 0;
}

static int
v_tel(struct vcard *c, const struct pim_prop *p, int parts)
{
	const char *s = p->value;
	char tel[TEL_BYTES + 1];
	int e;

	(void)parts;
	if (strncasecmp(s, "tel:", 4) == 0)
		s += 4;
	if (!tel_chars(s + strspn(s, " "), tel))
		return ERR_DENIED;
	if (is_control_code(tel))
		return doc_found(c->d, FIND_VCARD_DIAL, ACT_REMOVED,
		    c->out.where, "%s", tel);
	if ((e = vcard_add_types(c, p)) != 0 ||
	    (e = pim_add(&c->out, ":%s", tel)) != 0)
		return e;
	return pim_send(&c->out);
}

static int
v_email(struct vcard *c, const struct pim_prop *p, int parts)
{
	const char *s = p->value;
	int e;

	(void)parts;
	if (strncasecmp(s, "mailto:", 7) == 0)
		s += 7;
	if (!pim_is_address(s))
		return ERR_DENIED;
	if ((e = vcard_add_types(c, p)) != 0 ||
	    (e = pim_add(&c->out, ":%s", s)) != 0)
		return e;
	return pim_send(&c->out);
}

/* "1996-04-15", "19960415", "--0415", each perhaps with a time. */
static int
v_date(struct vcard *c, const struct pim_prop *p, int parts)
{
	size_t n = strspn(p->value, "0123456789-");
	int e;

	(void)parts;
	n += strspn(p->value + n, "T0123456789:.+-Z");
	if (n < 4 || n > 32 || p->value[n] != '\0')
		return ERR_DENIED;
	if ((e = pim_add(&c->out, ":%s", p->value)) != 0)
		return e;
	return pim_send(&c->out);
}

static int
v_class(struct vcard *c, const struct pim_prop *p, int parts)
{
	size_t n;
	const char *w = pim_word("PUBLIC|PRIVATE|CONFIDENTIAL", p->value, &n);
	int e;

	(void)parts;
	if (w == NULL)
		return ERR_DENIED;
	if ((e = pim_add(&c->out, ":%.*s", (int)n, w)) != 0)
		return e;
	return pim_send(&c->out);
}

static int
v_url(struct vcard *c, const struct pim_prop *p, int parts)
{
	const char *why = "policy";
	struct buf url;
	int e = ERR_DENIED;

	(void)parts;
	buf_init(&url, URL_BYTES);
	if (doc_options(c->d)->url == URL_KEEP &&
	    (strncasecmp(p->value, "http://", 7) == 0 ||
		strncasecmp(p->value, "https://", 8) == 0))
		e = url_check(p->value, strlen(p->value), &url, &why);
	if (e == 0 && buf_cstr(&url) == NULL)
		e = ERR_NOMEM;
	if (e == ERR_DENIED || e == ERR_LIMIT)
		e = doc_found(c->d, FIND_VCARD_LINK, ACT_REMOVED, c->out.where,
		    "%.200s", p->value);
	else if (e == 0 && (e = vcard_add_types(c, p)) == 0 &&
		 (e = pim_add(&c->out, ":%s", buf_cstr(&url))) == 0)
		e = pim_send(&c->out);
	buf_done(&url);
	return e;
}

static int
v_picture(struct vcard *c, const struct pim_prop *p, int parts)
{
	(void)parts;
	return vcard_picture(c, p);
}

static const struct row {
	const char *name;
	value_fn value;
	int parts;
	bool many;
} rows[] = {
	{ "FN", v_text, 0, false },
	{ "N", v_parts, 5, false },
	{ "NICKNAME", v_list, 0, false },
	{ "ORG", v_parts, 16, true },
	{ "TITLE", v_text, 0, true },
	{ "ROLE", v_text, 0, true },
	{ "TEL", v_tel, 0, true },
	{ "EMAIL", v_email, 0, true },
	{ "ADR", v_parts, 7, true },
	{ "LABEL", v_label, 0, true },
	{ "BDAY", v_date, 0, false },
	{ "NOTE", v_text, 0, true },
	{ "CATEGORIES", v_list, 0, true },
	{ "CLASS", v_class, 0, false },
	{ "UID", v_text, 0, false },
	{ "REV", v_date, 0, false },
	{ "SORT-STRING", v_text, 0, false },
	{ "X-PHONETIC-FIRST-NAME", v_text, 0, false },
	{ "X-PHONETIC-MIDDLE-NAME", v_text, 0, false },
	{ "X-PHONETIC-LAST-NAME", v_text, 0, false },
	{ "X-PHONETIC-ORG", v_text, 0, false },
	{ "URL", v_url, 0, true },
	{ "PHOTO", v_picture, 0, true },
	{ "LOGO", v_picture, 0, true },
};

static const struct {
	const char *name;
	enum finding_id id;
} dangerous[] = {
	{ "SOUND", FIND_VCARD_ATTACHMENT },
	{ "KEY", FIND_VCARD_ATTACHMENT },
	{ "AGENT", FIND_VCARD_AGENT },
	{ "XML", FIND_VCARD_HTML },
	{ "IMPP", FIND_VCARD_LINK },
	{ "X-SOCIALPROFILE", FIND_VCARD_LINK },
	{ "SOCIALPROFILE", FIND_VCARD_LINK },
	{ "RELATED", FIND_VCARD_LINK },
	{ "MEMBER", FIND_VCARD_LINK },
	{ "FBURL", FIND_VCARD_LINK },
	{ "CALURI", FIND_VCARD_LINK },
	{ "CALADRURI", FIND_VCARD_LINK },
	{ "CONTACT-URI", FIND_VCARD_LINK },
	{ "SOURCE", FIND_VCARD_LINK },
	{ "X-MS-IMADDRESS", FIND_VCARD_LINK },
};

/* Of the frame, or written elsewhere in another form. */
static bool
is_handled(const struct pim_prop *p)
{
	return strcmp(p->name, "VERSION") == 0 ||
	       strcmp(p->name, "PRODID") == 0 ||
	       strcmp(p->name, "PROFILE") == 0 || vcard_is_furigana(p) ||
	       (strcmp(p->name, "AGENT") == 0 && p->value[0] == '\0');
}

static int
drop_prop(struct vcard *c, const struct pim_prop *p)
{
	if (is_handled(p))
		return 0;
	for (size_t i = 0; i < sizeof(dangerous) / sizeof(dangerous[0]); i++)
		if (strcmp(dangerous[i].name, p->name) == 0)
			return doc_found(c->d, dangerous[i].id, ACT_REMOVED,
			    p->name, "%.200s", p->value);
	return doc_found(c->d, FIND_VCARD_PROPERTY, ACT_REMOVED, p->name, NULL);
}

int
vcard_prop(struct vcard *c, const struct pim_prop *p)
{
	const struct row *row = NULL;
	int e;

	for (size_t i = 0; row == NULL && i < sizeof(rows) / sizeof(*rows); i++)
		if (strcmp(rows[i].name, p->name) == 0)
			row = &rows[i];
	if (row == NULL)
		return drop_prop(c, p);
	if (!row->many && pim_prop(c->card, p->name) != p)
		return doc_found(c->d, FIND_VCARD_TWICE, ACT_REMOVED, p->name,
		    "%.200s", p->value);
	/* Phones write every field they know, most of them with nothing. */
	if (!pim_visible(p->value, strlen(p->value)))
		return 0;
	c->out.where = p->name;
	if ((e = pim_begin(&c->out, p->name)) != 0)
		return e;
	e = row->value(c, p, row->parts);
	if (e == ERR_DENIED)
		e = doc_found(c->d, FIND_VCARD_VALUE, ACT_REMOVED, p->name,
		    "%.200s", p->value);
	return e;
}
