#include "core/mailaddr.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/utf8.h"

#define LOCAL_BYTES  128
#define DOMAIN_BYTES 255
#define LABEL_BYTES  252 /* of a label in UTF-8; 63 once encoded */

static const char atext[] = "abcdefghijklmnopqrstuvwxyz"
			    "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
			    "0123456789!#$%&'*+-/=?^_`{|}~";

static bool
is_atext(char c)
{
	return ((unsigned char)c & 0x80) != 0 ||
	       (c != '\0' && strchr(atext, c) != NULL);
}

static bool
local_ok(const char *s, size_t n)
{
	if (n == 0 || n > LOCAL_BYTES)
		return false;
	if (s[0] != '"') {
		for (size_t i = 0; i < n; i++)
			if (s[i] != '.' && !is_atext(s[i]))
				return false;
		return true;
	}
	if (n < 2 || s[n - 1] != '"')
		return false;
	for (size_t i = 1; i < n - 1; i++) {
		if (s[i] == '"')
			return false;
		if (s[i] == '\\' && ++i == n - 1)
			return false;
	}
	return true;
}

static bool
literal_ok(const char *s, size_t n)
{
	if (n < 3 || s[n - 1] != ']')
		return false;
	for (size_t i = 1; i < n - 1; i++)
		if (strchr("0123456789abcdefABCDEF:.IPv", s[i]) == NULL)
			return false;
	return true;
}

static bool
host_ok(const char *s, size_t n)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyz"
				    "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_";
	size_t label = 0;

	for (size_t i = 0; i < n; i++) {
		if (s[i] == '.') {
			if (label == 0 || s[i - 1] == '-')
				return false;
			label = 0;
			continue;
		}
		if (((unsigned char)s[i] & 0x80) == 0 &&
		    strchr(plain, s[i]) == NULL)
			return false;
		if (++label > LABEL_BYTES || (label == 1 && s[i] == '-'))
			return false;
	}
	return label > 0 && s[n - 1] != '-';
}

bool
mailaddr_ok(const char *s)
{
	char shown[2 * MAILADDR_BYTES];
	size_t n = strlen(s), domain;
	const char *at = strrchr(s, '@');

	if (n >= MAILADDR_BYTES || at == NULL)
		return false;
	utf8_printable(s, n, shown, sizeof(shown));
	if (strcmp(s, shown) != 0)
		return false;
	domain = strlen(at + 1);
	if (domain == 0 || domain > DOMAIN_BYTES)
		return false;
	return local_ok(s, (size_t)(at - s)) &&
	       (at[1] == '[' ? literal_ok(at + 1, domain)
			     : host_ok(at + 1, domain));
}

bool
mailaddr_is_utf8(const char *s)
{
	for (; *s != '\0'; s++)
		if (((unsigned char)*s & 0x80) != 0)
			return true;
	return false;
}

bool
mailaddr_is_null(const char *s)
{
	return s[0] == '\0' || strcmp(s, "<>") == 0 ||
	       strcasecmp(s, "MAILER-DAEMON") == 0;
}

int
mailaddr_path(const char *s, char *out, size_t size)
{
	const char *at = strrchr(s, '@');
	bool odd;
	int n;

	if (at == NULL) {
		n = snprintf(out, size, "%s", s);
		return n < 0 || (size_t)n >= size ? ERR_LIMIT : 0;
	}
	odd = s[0] != '"' &&
	      (s[0] == '.' || at[-1] == '.' || strstr(s, "..") != NULL);
	n = snprintf(out, size, odd ? "\"%.*s\"%s" : "%.*s%s", (int)(at - s), s,
	    at);
	return n < 0 || (size_t)n >= size ? ERR_LIMIT : 0;
}

void
mailaddr_lower(const char *s, char *out)
{
	size_t i;

	for (i = 0; s[i] != '\0' && i < MAILADDR_BYTES - 1; i++)
		out[i] = s[i] >= 'A' && s[i] <= 'Z' ? (char)(s[i] + 32) : s[i];
	out[i] = '\0';
}

bool
mailaddr_is_inside(const char *address, const char *domains)
{
	const char *at = strrchr(address, '@');
	size_t host = at == NULL ? 0 : strlen(at + 1), n;

	for (; *domains != '\0'; domains += n) {
		domains += strspn(domains, " ");
		n = strcspn(domains, " ");
		if (n == 0 || n > host ||
		    strncasecmp(at + 1 + host - n, domains, n) != 0)
			continue;
		if (n == host || at[host - n] == '.')
			return true;
	}
	return false;
}
