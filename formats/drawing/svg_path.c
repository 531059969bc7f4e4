/*
 * Path data (SVG 1.1, 8.3), points and transforms. Numbers keep their digits;
 * what is left is one blank between them. An error ends a path where it
 * stands, as it does for a renderer.
 */
#include <string.h>

#include "formats/drawing/svg_int.h"

#define ARGUMENTS_MAX 7u
#define POINTS_MAX    5000000u

static bool
arc_flag(const char **s, struct buf *out, int *e)
{
	if (**s != '0' && **s != '1')
		return false;
	if ((*e = buf_u8(out, (uint8_t) * *s)) != 0)
		return false;
	(*s)++;
	return true;
}

static unsigned
arguments(char command)
{
	switch (command | 0x20) {
	case 'm':
	case 'l':
	case 't':
		return 2;
	case 'h':
	case 'v':
		return 1;
	case 'c':
		return 6;
	case 's':
	case 'q':
		return 4;
	case 'a':
		return 7;
	default:
		return 0;
	}
}

/* One set of arguments of a command; false: an error stands here. */
static bool
segment(const char **s, char command, bool first, struct buf *out, int *e)
{
	size_t before = out->len;
	const char *p = *s;
	bool arc = (command | 0x20) == 'a', ok = true;
	unsigned n = arguments(command);

	for (unsigned i = 0; ok && i < n; i++) {
		if (i > 0)
			p = svg_comma(p);
		if ((i > 0 || !first) && *e == 0)
			*e = buf_u8(out, ' ');
		ok = *e == 0 &&
		     (arc && (i == 3 || i == 4) ? arc_flag(&p, out, e)
						: svg_number(&p, out, e));
	}
	if (!ok) {
		buf_truncate(out, before);
		return false;
	}
	*s = p;
	return true;
}

/* Does a number (another set of arguments) follow? */
static bool
number_here(const char *s)
{
	return *s != '\0' && strchr("+-.0123456789", *s) != NULL;
}

/* A command and all its sets; false: an error. */
static bool
command(const char **s, struct buf *out, uint32_t *points, int *e)
{
	char c = **s;
	size_t before = out->len;
	const char *p = svg_blanks(*s + 1), *next;
	bool first = true;

	if ((*e = buf_u8(out, (uint8_t)c)) != 0)
		return false;
	if ((c | 0x20) == 'z') {
		*s = p;
		return true;
	}
	do {
		if (!segment(&p, c, first, out, e)) {
			if (first)
				buf_truncate(out, before);
			return false;
		}
		first = false;
		(*points)++;
		*s = p;
		next = svg_comma(p);
		if (number_here(next))
			p = next;
	} while (number_here(next) && *points < POINTS_MAX);
	*s = svg_blanks(p);
	return true;
}

int
svg_path(const char *s, struct buf *out, uint32_t *points, bool *cut)
{
	bool none = true;
	int e = 0;

	s = svg_blanks(s);
	while (*s != '\0' && *points < POINTS_MAX) {
		if (strchr("MmZzLlHhVvCcSsQqTtAa", *s) == NULL ||
		    (none && *s != 'M' && *s != 'm') ||
		    !command(&s, out, points, &e))
			break;
		none = false;
	}
	*cut = *s != '\0';
	return e;
}

int
svg_points(const char *s, struct buf *out, uint32_t *points, bool *cut)
{
	size_t before;
	int e = 0;

	s = svg_blanks(s);
	while (*s != '\0' && *points < POINTS_MAX) {
		before = out->len;
		if (before > 0 && (e = buf_u8(out, ' ')) != 0)
			return e;
		if (!segment(&s, 'L', true, out, &e)) {
			buf_truncate(out, before);
			break;
		}
		(*points)++;
		s = svg_comma(s);
	}
	*cut = *s != '\0';
	return e;
}

/* ---- transforms */

static const struct {
	const char *name;
	unsigned least, most;
} functions[] = {
	{ "matrix", 6, 6 },
	{ "translate", 1, 2 },
	{ "translateX", 1, 1 },
	{ "translateY", 1, 1 },
	{ "scale", 1, 2 },
	{ "scaleX", 1, 1 },
	{ "scaleY", 1, 1 },
	{ "rotate", 1, 3 },
	{ "skew", 1, 2 },
	{ "skewX", 1, 1 },
	{ "skewY", 1, 1 },
};

#define FUNCTIONS (sizeof(functions) / sizeof(functions[0]))

static size_t
function_at(const char *s, size_t n)
{
	size_t i = 0;

	while (i < FUNCTIONS && (strlen(functions[i].name) != n ||
				    strncmp(functions[i].name, s, n) != 0))
		i++;
	return i;
}

/* "rotate(45,0,0)" */
static bool
function(const char **s, struct buf *out, int *e)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyzXY";
	const char *p = *s;
	size_t n = strspn(p, letters), i = function_at(p, n);
	unsigned given = 0;

	if (i == FUNCTIONS || (*e = buf_put(out, p, n)) != 0)
		return false;
	p = svg_blanks(p + n);
	if (*p != '(' || (*e = buf_u8(out, '(')) != 0)
		return false;
	for (p = svg_blanks(p + 1); *p != ')'; p = svg_comma(p)) {
		if (given == functions[i].most ||
		    (given > 0 && (*e = buf_u8(out, ',')) != 0) ||
		    !svg_length(&p, out, e))
			return false;
		given++;
	}
	if (given < functions[i].least || (*e = buf_u8(out, ')')) != 0)
		return false;
	*s = p + 1;
	return true;
}

int
svg_transform(const char *s, struct buf *out)
{
	size_t before = out->len;
	const char *word;
	int e = 0;

	word = s = svg_blanks(s);
	if (svg_word(&word, out, &e) && *svg_blanks(word) == '\0')
		return e; /* "none" */
	buf_truncate(out, before);
	while (*s != '\0' && e == 0) {
		if (out->len > before && (e = buf_u8(out, ' ')) != 0)
			break;
		if (!function(&s, out, &e)) {
			buf_truncate(out, before);
			return e != 0 ? e : ERR_MALFORMED;
		}
		s = svg_comma(s);
	}
	return e;
}
