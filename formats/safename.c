/* Safe file names; see safename.h. */
#include "formats/safename.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/compose.h"
#include "base/utf8.h"

#define GETA	   0x3013 /* 〓, the printer's "no such type" */
#define IDEO_SPACE 0x3000
#define WORK_BYTES (1u << 18)
#define MAX_EXT	   16 /* longer ones are no extensions */

/* Bytes that are not UTF-8 count as '_', one each. */
static uint32_t
next_char(struct reader *r)
{
	uint32_t cp = '_';

	if (utf8_get(r, &cp) == 0)
		return cp;
	return reader_skip(r, 1) == 0 ? '_' : 0;
}

/* 0: leave it out. */
static uint32_t
safe_char(uint32_t cp, uint32_t before)
{
	static const uint32_t seps[] = { 0xff0f, 0xff3c, 0xff1a, 0x2044, 0x2215,
		0x29f5, 0x29f8, 0x2216, 0xfe55, 0xfe68, 0xa789 };

	for (size_t i = 0; i < sizeof(seps) / sizeof(seps[0]); i++)
		if (cp == seps[i])
			return '_';
	if (cp == 0xff0e || cp == 0x2024 || cp == 0xa4f8 || cp == 0xfe52)
		return '.'; /* looks like one */
	if (cp == 0xa0 || cp == 0x1680 || (cp >= 0x2000 && cp <= 0x200a) ||
	    cp == 0x202f || cp == 0x205f || cp == '\t')
		return ' ';
	if (cp < 0x80 && cp > 0 && strchr("<>:\"/\\|?*", (int)cp) != NULL)
		return '_';
	if (cp < 0x20)
		return 0;
	switch (utf8_classify(cp)) {
	case UTF8_PLAIN:
		return cp == 0xfffd ? '_' : cp;
	case UTF8_PRIVATE:
		return GETA;
	case UTF8_VARIANT:
		return utf8_is_han(before) || before >= 0x2190 ? cp : 0;
	default:
		return 0;
	}
}

static bool
is_space(uint32_t cp)
{
	return cp == ' ' || cp == IDEO_SPACE;
}

/* Character by character; one space of each run, none in front. */
static int
clean(const char *in, size_t n, struct buf *out)
{
	uint32_t before = ' ', cp;
	struct reader r;
	int e;

	reader_init(&r, in, n);
	while (reader_left(&r) > 0) {
		cp = safe_char(next_char(&r), before);
		if (cp == 0 || (is_space(cp) && is_space(before)))
			continue;
		if ((e = utf8_put(out, cp)) != 0)
			return e;
		before = cp;
	}
	return 0;
}

static size_t
trimmed(const char *s, size_t n)
{
	for (;;) {
		if (n > 0 && (s[n - 1] == ' ' || s[n - 1] == '.'))
			n--;
		else if (n >= 3 && memcmp(s + n - 3, "\xe3\x80\x80", 3) == 0)
			n -= 3;
		else
			return n;
	}
}

/* How many bytes of s stay within both limits, on a character border. */
static size_t
fitting(const char *s, size_t n, size_t max_bytes, size_t max_chars)
{
	size_t chars = 0, at = 0;

	for (size_t i = 0; i <= n; i++) {
		if (i < n && ((unsigned char)s[i] & 0xc0) == 0x80)
			continue;
		if (i > max_bytes || chars > max_chars)
			break;
		at = i;
		chars++;
	}
	return at;
}

const char *
safename_get_ext(const char *name)
{
	const char *dot = strrchr(name, '.');

	if (dot == NULL || dot == name || strlen(dot + 1) > MAX_EXT)
		return "";
	return strchr(dot, '/') == NULL ? dot + 1 : "";
}

static size_t
count_chars(const char *s)
{
	size_t n = 0;

	for (; *s != '\0'; s++)
		n += ((unsigned char)*s & 0xc0) != 0x80;
	return n;
}

/* stem (cut as needed), then tail, which always fits. */
static int
join(const char *stem, size_t n, const char *tail, char out[SAFENAME_BUF])
{
	size_t tail_n = strlen(tail), keep;

	if (tail_n > SAFENAME_MAX_BYTES / 2)
		return ERR_INTERNAL;
	keep = fitting(stem, n, SAFENAME_MAX_BYTES - tail_n,
	    SAFENAME_MAX_CHARS - count_chars(tail));
	if (keep < n)
		keep = trimmed(stem, keep);
	memmove(out, stem, keep);
	memcpy(out + keep, tail, tail_n + 1);
	return 0;
}

static bool
is_device(const char *s, size_t n)
{
	static const char *const names[] = { "con", "prn", "aux", "nul",
		"clock$", "conin$", "conout$" };
	static const char *const sups[] = { "\xc2\xb9", "\xc2\xb2",
		"\xc2\xb3" };

	n = trimmed(s, n);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strlen(names[i]) == n && strncasecmp(s, names[i], n) == 0)
			return true;
	if (n < 4 ||
	    (strncasecmp(s, "com", 3) != 0 && strncasecmp(s, "lpt", 3) != 0))
		return false;
	if (n == 4)
		return s[3] >= '0' && s[3] <= '9';
	for (size_t i = 0; n == 5 && i < 3; i++)
		if (memcmp(s + 3, sups[i], 2) == 0)
			return true;
	return false;
}

/* Device names act with any extension: "nul.txt" is NUL. */
static int
settle(const char *s, size_t n, char out[SAFENAME_BUF])
{
	char room[WORK_BYTES / 256];
	const char *ext;
	struct buf b;
	int e;

	buf_init(&b, WORK_BYTES);
	e = is_device(s, strcspn(s, ".")) ? buf_u8(&b, '_') : 0;
	if (e == 0)
		e = buf_put(&b, s, n);
	if (e == 0) {
		s = buf_cstr(&b);
		ext = safename_get_ext(s);
		snprintf(room, sizeof(room), "%s%s", ext[0] != '\0' ? "." : "",
		    ext);
		e = join(s, b.len - strlen(room), room, out);
	}
	buf_done(&b);
	return e;
}

static bool
is_nothing(const char *in, size_t n)
{
	return n == 0 || (n == 1 && in[0] == '.') ||
	       (n == 2 && in[0] == '.' && in[1] == '.');
}

int
safename_part(const char *in, size_t n, char out[SAFENAME_BUF])
{
	struct buf a, b;
	size_t len;
	int e;

	out[0] = '\0';
	if (is_nothing(in, n))
		return 0;
	buf_init(&a, WORK_BYTES);
	buf_init(&b, WORK_BYTES);
	if ((e = clean(in, n, &a)) != 0 ||
	    (e = compose_text((const char *)a.data, a.len, &b)) != 0 ||
	    (e = buf_u8(&b, 0)) != 0)
		goto out;
	len = trimmed((const char *)b.data, b.len - 1);
	b.data[len] = '\0';
	e = len == 0 ? join("_", 1, "", out)
		     : settle((const char *)b.data, len, out);
out:
	buf_done(&a);
	buf_done(&b);
	return e;
}

int
safename_ext(const char *part, bool replace, const char *ext,
    char out[SAFENAME_BUF])
{
	const char *old = safename_get_ext(part);
	size_t n = strlen(part);
	char tail[64];

	if (replace && old[0] != '\0')
		n = (size_t)(old - part) - 1;
	snprintf(tail, sizeof(tail), ".%s", ext);
	return join(part, n, tail, out);
}

int
safename_number(const char *part, unsigned number, char out[SAFENAME_BUF])
{
	const char *ext = safename_get_ext(part);
	size_t n = strlen(part);
	char tail[64];

	if (ext[0] != '\0')
		n = (size_t)(ext - part) - 1;
	snprintf(tail, sizeof(tail), " (%u)%s%s", number,
	    ext[0] != '\0' ? "." : "", ext);
	return join(part, n, tail, out);
}

/* Simple lower case of the letters that Windows folds and Japan meets. */
static uint32_t
lower(uint32_t cp)
{
	if ((cp >= 'A' && cp <= 'Z') ||
	    (cp >= 0xc0 && cp <= 0xde && cp != 0xd7) ||
	    (cp >= 0x391 && cp <= 0x3ab) || (cp >= 0x410 && cp <= 0x42f) ||
	    (cp >= 0xff21 && cp <= 0xff3a))
		return cp + 32;
	if (cp >= 0x400 && cp <= 0x40f)
		return cp + 80;
	if (cp >= 0x2160 && cp <= 0x216f)
		return cp + 16; /* Roman numerals */
	if ((cp >= 0x100 && cp <= 0x137) || (cp >= 0x14a && cp <= 0x177) ||
	    (cp >= 0x1e00 && cp <= 0x1eff))
		return cp | 1;
	if ((cp >= 0x139 && cp <= 0x148) || (cp >= 0x179 && cp <= 0x17e))
		return (cp & 1) ? cp + 1 : cp;
	return cp;
}

int
safename_fold(const char *name, struct buf *out)
{
	struct reader r;
	int e;

	reader_init(&r, name, strlen(name));
	while (reader_left(&r) > 0)
		if ((e = utf8_put(out, lower(next_char(&r)))) != 0)
			return e;
	return 0;
}
