/*
 * Names that may stand in a parcel. The sender makes them safe, the receiver
 * refuses what is not: it trusts no sender to have done so.
 */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/compose.h"
#include "base/utf8.h"
#include "core/parcel.h"

/* So that " (99999)" and ".receipt.ja.txt" still fit into 255 bytes. */
#define COMPONENT_BYTES 224
#define MAX_COMPONENTS	32
#define NUMBER_BYTES	16

/* Characters that Windows refuses or reads in a way of its own. */
static bool
is_plain(uint32_t cp)
{
	if (cp < 0x20)
		return false; /* TAB and line ends are plain in a text only */
	if (cp < 0x80 && strchr("\\:*?\"<>|/", (int)cp) != NULL)
		return false;
	switch (utf8_classify(cp)) {
	case UTF8_PLAIN:
	case UTF8_VARIANT:
	case UTF8_JOINER:
	case UTF8_PRIVATE:
		return true;
	default:
		return false;
	}
}

/* CON, NUL, COM1 .. LPT9 are devices on Windows, with any extension. */
static bool
is_device(const char *s, size_t n)
{
	static const char *const names[] = { "con", "prn", "aux", "nul",
		"conin$", "conout$", "clock$" };
	size_t stem = 0;

	while (stem < n && s[stem] != '.' && s[stem] != ' ')
		stem++;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (stem == strlen(names[i]) &&
		    strncasecmp(s, names[i], stem) == 0)
			return true;
	if (stem < 4 ||
	    (strncasecmp(s, "com", 3) != 0 && strncasecmp(s, "lpt", 3) != 0))
		return false;
	return (stem == 4 && s[3] >= '0' && s[3] <= '9') ||
	       (stem == 5 && (uint8_t)s[3] == 0xc2 &&
		   strchr("\xb9\xb2\xb3", s[4]) != NULL);
}

static bool
component_ok(const char *s, size_t n)
{
	struct reader r;
	uint32_t cp;

	if (n == 0 || n > COMPONENT_BYTES || s[0] == '.' || s[0] == ' ' ||
	    s[n - 1] == '.' || s[n - 1] == ' ' || is_device(s, n))
		return false;
	reader_init(&r, s, n);
	while (reader_left(&r) > 0)
		if (utf8_get(&r, &cp) != 0 || !is_plain(cp))
			return false;
	return true;
}

bool
parcel_name_ok(const char *name)
{
	size_t whole = strnlen(name, PARCEL_NAME_BYTES), n, parts = 0;

	if (whole == 0 || whole >= PARCEL_NAME_BYTES)
		return false;
	for (const char *s = name;; s += n + 1) {
		n = strcspn(s, "/");
		if (++parts > MAX_COMPONENTS || !component_ok(s, n))
			return false;
		if (s[n] == '\0')
			return true;
	}
}

bool
parcel_department_ok(const char *s)
{
	size_t n = strnlen(s, 64);

	return n < 64 && strchr(s, '/') == NULL && component_ok(s, n);
}

bool
parcel_id_ok(const char *s)
{
	size_t n = strspn(s, "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
			     "abcdefghijklmnopqrstuvwxyz-");

	return n > 0 && n < PARCEL_ID_BYTES && s[n] == '\0';
}

/* Cut a component to fit, keeping a short extension. */
static void
shorten(struct buf *b)
{
	const char *s = buf_cstr(b), *dot;
	char ext[24] = "";
	size_t keep, n;

	if (s == NULL || b->len <= COMPONENT_BYTES)
		return;
	dot = strrchr(s, '.');
	if (dot != NULL && strlen(dot) < sizeof(ext))
		snprintf(ext, sizeof(ext), "%s", dot);
	n = strlen(ext);
	keep = COMPONENT_BYTES - n;
	while (keep > 0 && ((uint8_t)s[keep] & 0xc0) == 0x80)
		keep--;
	buf_truncate(b, keep);
	if (buf_puts(b, ext) != 0)
		buf_truncate(b, keep);
}

static int
plain_component(const char *s, size_t n, struct buf *b)
{
	struct reader r;
	uint32_t cp;
	int e = 0;

	reader_init(&r, s, n);
	while (e == 0 && reader_left(&r) > 0) {
		if (utf8_get(&r, &cp) != 0) {
			e = reader_skip(&r, 1);
			cp = '_';
		}
		if (e == 0)
			e = utf8_put(b, is_plain(cp) ? cp : '_');
	}
	if (e != 0 || b->len == 0)
		return e;
	shorten(b);
	if (b->data[0] == '.' || b->data[0] == ' ')
		b->data[0] = '_';
	if (b->data[b->len - 1] == '.' || b->data[b->len - 1] == ' ')
		b->data[b->len - 1] = '_';
	if (is_device((const char *)b->data, b->len))
		b->data[2] = '_';
	return 0;
}

/* One component, composed (what a Mac writes looks torn on Windows, and
 * nobody finds it), with every bad character replaced. */
static int
clean_component(const char *in, size_t len, struct buf *b)
{
	struct buf whole;
	int e;

	buf_init(&whole, 4 * PARCEL_NAME_BYTES);
	if ((e = compose_text(in, len, &whole)) == 0)
		e = plain_component((const char *)whole.data, whole.len, b);
	buf_done(&whole);
	return e;
}

static bool
is_dots(const char *s, size_t n)
{
	return n == 0 || (n == 1 && s[0] == '.') ||
	       (n == 2 && s[0] == '.' && s[1] == '.');
}

void
parcel_name_make(const char *in, char *out)
{
	struct buf all, part;
	size_t n, parts = 0;
	const char *made, *base = strrchr(in, '/');
	bool cut = false;

	buf_init(&all, PARCEL_NAME_BYTES - 1);
	buf_init(&part, 4 * PARCEL_NAME_BYTES);
	for (const char *s = in;; s += n + 1) {
		n = strcspn(s, "/");
		buf_clear(&part);
		if (!is_dots(s, n) && parts < MAX_COMPONENTS &&
		    clean_component(s, n, &part) == 0 && part.len > 0) {
			parts++;
			cut |= part.len + 1 > all.max - all.len ||
			       (all.len > 0 && buf_u8(&all, '/') != 0) ||
			       buf_put(&all, part.data, part.len) != 0;
		}
		cut |=
		    !is_dots(s, n) && parts >= MAX_COMPONENTS && s[n] != '\0';
		if (s[n] == '\0')
			break;
	}
	made = buf_cstr(&all);
	snprintf(out, PARCEL_NAME_BYTES, "%s",
	    made != NULL && parcel_name_ok(made) ? made : "file");
	buf_done(&part);
	buf_done(&all);
	/* Too deep or too long: the file's own name is what matters. */
	if (cut && base != NULL)
		parcel_name_make(base + 1, out);
}

void
parcel_name_below(const char *folder, const char *in, char *out)
{
	char wish[3 * PARCEL_NAME_BYTES];
	const char *base = strrchr(in, '/');
	size_t n = strlen(folder);

	snprintf(wish, sizeof(wish), "%.63s/%.2500s", folder, in);
	parcel_name_make(wish, out);
	if (base == NULL || (strncmp(out, folder, n) == 0 && out[n] == '/' &&
				strlen(out) + NUMBER_BYTES < PARCEL_NAME_BYTES))
		return;
	snprintf(wish, sizeof(wish), "%.63s/%.2500s", folder, base + 1);
	parcel_name_make(wish, out);
}

/* ---- originals */

bool
parcel_is_unsanitised(const struct parcel *p)
{
	return strcmp(p->kind, PARCEL_UNSANITISED) == 0;
}

void
parcel_name_mark(const char *in, char *out)
{
	char made[PARCEL_NAME_BYTES], marked[2 * PARCEL_NAME_BYTES];
	const char *slash;
	int n;

	parcel_name_make(in, made);
	slash = strrchr(made, '/');
	n = slash == NULL ? 0 : (int)(slash - made) + 1;
	snprintf(marked, sizeof(marked), "%.*s" PARCEL_MARK "%s", n, made,
	    made + n);
	parcel_name_make(marked, out);
}

static bool
has_mark(const char *name)
{
	const char *slash = strrchr(name, '/');

	return strncmp(slash == NULL ? name : slash + 1, PARCEL_MARK,
		   strlen(PARCEL_MARK)) == 0;
}

/* Printable as it stands, and not empty. */
static bool
is_said(const char *s)
{
	char out[2 * PARCEL_REASON_BYTES];

	if (s[strspn(s, " \t")] == '\0')
		return false;
	utf8_printable(s, strlen(s), out, sizeof(out));
	return strcmp(s, out) == 0;
}

static int
no(char why[PARCEL_WHY_BYTES], const char *text)
{
	snprintf(why, PARCEL_WHY_BYTES, "%s", text);
	return ERR_MALFORMED;
}

int
parcel_unsanitised_check(const struct parcel *p, char why[PARCEL_WHY_BYTES])
{
	const struct parcel_unsanitised *u = &p->unsanitised;
	const struct parcel_agreed *a = &u->agreed[0], *b = &u->agreed[1];

	if (!parcel_is_unsanitised(p) || p->n_payloads != 1 ||
	    strcmp(p->payloads[0].format, PARCEL_UNSANITISED) != 0)
		return no(why, "an original comes alone, as what it is");
	if (!has_mark(p->payloads[0].name))
		return no(why, "the name of an original lacks the mark");
	if (!is_said(u->why))
		return no(why, "an original needs a reason");
	if (!is_said(u->asked_by) || !is_said(a->login) || !is_said(b->login) ||
	    !parcel_department_ok(a->department) ||
	    !parcel_department_ok(b->department))
		return no(why, "an original needs who asked and who agreed");
	if (strcmp(a->login, b->login) == 0 ||
	    strcmp(a->login, u->asked_by) == 0 ||
	    strcmp(b->login, u->asked_by) == 0)
		return no(why, "an original needs three different persons");
	if (strcmp(a->department, b->department) == 0)
		return no(why,
		    "an original needs approvers of different departments");
	return 0;
}
