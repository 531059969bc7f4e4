/*
 * The URL policy; see url.h. WHATWG URL and RFC 3986 give the grammar, but
 * what counts is how the loosest reader could take the string.
 */
#include "formats/url.h"

#include <idn2.h>
#include <stdbool.h>
#include <string.h>

#include "base/utf8.h"

static bool
is_alpha(int c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool
is_digit(int c)
{
	return c >= '0' && c <= '9';
}

/* Trim C0 and space at both ends; TAB CR LF anywhere; refuse the rest. */
static int
tidy(const char *in, size_t n, struct buf *out, const char **why)
{
	struct reader r;
	uint32_t cp;
	int e;

	while (n > 0 && (unsigned char)in[n - 1] <= 0x20)
		n--;
	while (n > 0 && (unsigned char)*in <= 0x20) {
		in++;
		n--;
	}
	*why = "character";
	reader_init(&r, in, n);
	while (reader_left(&r) > 0) {
		if (utf8_get(&r, &cp) != 0)
			return ERR_DENIED;
		if (cp == '\t' || cp == '\r' || cp == '\n')
			continue;
		if (utf8_classify(cp) != UTF8_PLAIN)
			return ERR_DENIED;
		if ((e = utf8_put(out, cp)) != 0)
			return e;
	}
	if (out->len == 0)
		*why = "empty";
	else if (out->len > URL_MAX_BYTES)
		*why = "length";
	else
		return 0;
	return ERR_DENIED;
}

/* Length of "scheme" in "scheme:...", 0 when there is none. */
static size_t
scheme_len(const char *s)
{
	size_t n = 0;

	if (!is_alpha(s[0]))
		return 0;
	while (is_alpha(s[n]) || is_digit(s[n]) || s[n] == '+' || s[n] == '-' ||
	       s[n] == '.')
		n++;
	return s[n] == ':' ? n : 0;
}

static bool
is_scheme(const char *s, size_t n, const char *name)
{
	return strlen(name) == n && strncasecmp(s, name, n) == 0;
}

/* Percent-encode what could end an attribute or be taken for a path. */
static int
put_rest(struct buf *out, const char *s)
{
	int e = 0;

	for (; e == 0 && *s != '\0'; s++) {
		if (strchr(" \"<>`'", *s) != NULL)
			e = buf_fmt(out, "%%%02X", (unsigned char)*s);
		else if (*s == '\\')
			e = buf_puts(out, "%5C");
		else
			e = buf_u8(out, (uint8_t)*s);
	}
	return e;
}

static bool
plain_host(const char *s, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (!is_alpha(s[i]) && !is_digit(s[i]) &&
		    strchr("-._[]:", s[i]) == NULL)
			return false;
	return n > 0;
}

/* Host and port, the host as A-labels; ERR_DENIED for anything odd. */
static int
put_authority(struct buf *out, const char *s, size_t n)
{
	char *ascii = NULL;
	char raw[1024];
	int e;

	if (n == 0 || n >= sizeof(raw) || memchr(s, '@', n) != NULL)
		return ERR_DENIED;
	memcpy(raw, s, n);
	raw[n] = '\0';
	if (plain_host(s, n))
		return buf_put(out, s, n);
	if (strchr(raw, ':') != NULL || strchr(raw, '%') != NULL)
		return ERR_DENIED;
	if (idn2_to_ascii_8z(raw, &ascii, IDN2_NONTRANSITIONAL) != IDN2_OK)
		return ERR_DENIED;
	e = plain_host(ascii, strlen(ascii)) ? buf_puts(out, ascii)
					     : ERR_DENIED;
	idn2_free(ascii);
	return e;
}

static int
check_http(const char *s, size_t scheme, struct buf *out, const char **why)
{
	const char *host = s + scheme + 1;
	size_t n;
	int e;

	*why = "host";
	if (host[0] != '/' || host[1] != '/' || host[2] == '/' ||
	    host[2] == '\\')
		return ERR_DENIED;
	host += 2;
	n = strcspn(host, "/?#\\");
	/* "http://a\\@b": some read a as the host, others as a user of b. */
	if (host[n] == '\\')
		return ERR_DENIED;
	if ((e = buf_puts(out, scheme == 5 ? "https://" : "http://")) != 0 ||
	    (e = put_authority(out, host, n)) != 0)
		return e;
	return put_rest(out, host + n);
}

/* Does a control character stand there as %XX? A line end in a head of a
 * message begins another one. */
static bool
hides_control(const char *s, size_t n)
{
	for (size_t i = 0; i + 2 < n; i++)
		if (s[i] == '%' && (strchr("01", s[i + 1]) != NULL ||
				       strncasecmp(s + i + 1, "7f", 2) == 0))
			return true;
	return false;
}

/*
 * "?subject=a&body=b" of mailto (RFC 6068): only what a person sees in the
 * message; "attach=" would take a file along.
 */
static bool
mail_headers(const char *s)
{
	static const char *const known[] = { "subject=", "body=", "cc=", NULL };
	size_t i;

	for (; *s != '\0'; s += strcspn(s, "?&")) {
		if (*++s == '\0')
			break;
		for (i = 0; known[i] != NULL; i++)
			if (strncasecmp(s, known[i], strlen(known[i])) == 0)
				break;
		if (known[i] == NULL || (strncasecmp(s, "body=", 5) != 0 &&
					    hides_control(s, strcspn(s, "?&"))))
			return false;
	}
	return true;
}

/* "#place" in the same document, and no path or place of another one. */
static bool
plain_fragment(const char *s)
{
	size_t n = scheme_len(s + 1);

	/* A range of cells ("A1:B2") looks like a scheme. */
	return strpbrk(s, "\\[]|") == NULL && strstr(s, "//") == NULL &&
	       (n < 4 || strcspn(s + 1, "0123456789") < n);
}

/* "+81-3-1234"; nothing that dials codes. Spaces go. */
static int
check_tel(const char *s, struct buf *out)
{
	int e;

	if (s[0] == '\0' || s[strspn(s, "+0123456789-.() ")] != '\0')
		return ERR_DENIED;
	for (e = buf_puts(out, "tel:"); e == 0 && *s != '\0'; s++)
		if (*s != ' ')
			e = buf_u8(out, (uint8_t)*s);
	return e;
}

static int
check_mailto(const char *s, struct buf *out)
{
	size_t n = strcspn(s, "?&");
	int e;

	if (s[0] == '/' || s[0] == '\\' || hides_control(s, n) ||
	    !mail_headers(s + n))
		return ERR_DENIED;
	if ((e = buf_puts(out, "mailto:")) != 0)
		return e;
	return put_rest(out, s);
}

int
url_check(const char *in, size_t n, struct buf *out, const char **why)
{
	size_t before = out->len, scheme;
	struct buf t;
	const char *s;
	int e;

	buf_init(&t, 65536);
	if ((e = tidy(in, n, &t, why)) != 0)
		goto out;
	if ((s = buf_cstr(&t)) == NULL) {
		e = ERR_NOMEM;
		goto out;
	}
	scheme = scheme_len(s);
	e = ERR_DENIED;
	*why = scheme == 0 ? "path" : "scheme";
	if (s[0] == '#' && plain_fragment(s))
		e = put_rest(out, s);
	else if (is_scheme(s, scheme, "http") || is_scheme(s, scheme, "https"))
		e = check_http(s, scheme, out, why);
	else if (is_scheme(s, scheme, "mailto"))
		e = check_mailto(s + scheme + 1, out);
	else if (is_scheme(s, scheme, "tel"))
		e = check_tel(s + scheme + 1, out);
	if (e == 0 && out->len - before > URL_MAX_BYTES) {
		*why = "length";
		e = ERR_DENIED;
	}
	if (e != 0)
		buf_truncate(out, before);
out:
	buf_done(&t);
	return e;
}
