/* What attribute values may look like (enum schema_check). */
#include <string.h>
#include <strings.h>

#include "formats/schema.h"

#define MAX_TOKEN_BYTES 64
#define MAX_STYLE_BYTES 8192

static bool
is_alpha(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool
is_hex(char c)
{
	return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

/* Only letters, digits and the given others. */
static bool
only(const char *s, size_t n, const char *others)
{
	for (size_t i = 0; i < n; i++)
		if (!is_alpha(s[i]) && !is_digit(s[i]) &&
		    (s[i] == '\0' || strchr(others, s[i]) == NULL))
			return false;
	return true;
}

static bool
one_of(const char *s, const char *const *list)
{
	for (; *list != NULL; list++)
		if (strcmp(s, *list) == 0)
			return true;
	return false;
}

static bool
ok_bool(const char *s)
{
	static const char *const words[] = { "1", "0", "true", "false", "on",
		"off", "t", "f", "", "True", "False", NULL };

	return one_of(s, words);
}

static bool
ok_int(const char *s, size_t n)
{
	size_t i = 0;

	if (n > 0 && (s[0] == '-' || s[0] == '+'))
		i = 1;
	if (i == n || n > 21)
		return false;
	for (; i < n; i++)
		if (!is_digit(s[i]))
			return false;
	return true;
}

static bool
ok_hex(const char *s, size_t n)
{
	static const char *const words[] = { "auto", "none", NULL };
	size_t i = n > 0 && s[0] == '#';

	if (one_of(s, words))
		return true;
	for (; i < n; i++)
		if (!is_hex(s[i]))
			return false;
	return n <= 4096;
}

static bool
ok_guid(const char *s, size_t n)
{
	static const char shape[] = "{xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx}";

	if (n != sizeof(shape) - 1)
		return false;
	for (size_t i = 0; i < n; i++)
		if (shape[i] == 'x' ? !is_hex(s[i]) : s[i] != shape[i])
			return false;
	return true;
}

/*
 * 'position:absolute;width:10pt': no escapes, no comments, no functions but
 * rgb(), so nothing can be fetched or run however loosely it is read.
 */
static bool
ok_style(const char *s, size_t n)
{
	if (n > MAX_STYLE_BYTES || strstr(s, "/*") != NULL)
		return false;
	for (size_t i = 0; i < n; i++) {
		unsigned char c = (unsigned char)s[i];

		if (c == '(' &&
		    (i < 3 || strncasecmp(s + i - 3, "rgb", 3) != 0))
			return false;
		if ((c < 0x20 && c != '\t' && c != '\n' && c != '\r') ||
		    c == 0x7f || (c < 0x80 && strchr("\\@<>&{}|`^", c) != NULL))
			return false;
	}
	return true;
}

bool
schema_value_ok(enum schema_check check, const char *s, size_t n)
{
	switch (check) {
	case CHECK_BOOL:
		return ok_bool(s);
	case CHECK_INT:
		return ok_int(s, n);
	case CHECK_DECIMAL:
		return n > 0 && n <= MAX_TOKEN_BYTES && only(s, n, "+-.%");
	case CHECK_HEX:
		return ok_hex(s, n);
	case CHECK_TOKEN:
		return n <= MAX_TOKEN_BYTES && only(s, n, "._-+:");
	case CHECK_LIST:
		return only(s, n, "._-+:% ,/#");
	case CHECK_DATE:
		return n <= MAX_TOKEN_BYTES && only(s, n, ":.+-");
	case CHECK_GUID:
		return ok_guid(s, n);
	case CHECK_BASE64:
		return only(s, n, "+/= \n\r\t");
	case CHECK_REF:
		return only(s, n, "$: ,!#_.");
	case CHECK_STYLE:
		return ok_style(s, n);
	case CHECK_TEXT:
	case CHECK_REL:
	case CHECK_FORMULA:
	case CHECK_URL:
	case CHECK_MACRO:
		return true;
	case CHECK_NONE:
	case CHECK_DONE:
	case CHECK_COUNT:
	default:
		return false;
	}
}
