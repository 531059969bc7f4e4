/* Colours, paints and references by id (SVG 1.1, 11.2; CSS Color 3). */
#include <string.h>
#include <strings.h>

#include "formats/drawing/svg_int.h"

static bool
put(struct buf *out, const char *s, size_t n, int *e)
{
	if (*e == 0)
		*e = buf_put(out, s, n);
	return *e == 0;
}

static const struct {
	const char *name;
	size_t n;
} colour_functions[] = { { "rgb(", 4 }, { "rgba(", 5 }, { "hsl(", 4 },
	{ "hsla(", 5 } };

/* "12,50%,.5)" behind the name. */
static bool
colour_arguments(const char **s, struct buf *out, int *e)
{
	const char *p = svg_blanks(*s);

	for (unsigned i = 0; i < 4; i++) {
		if (i > 0)
			put(out, ",", 1, e);
		if (!svg_length(&p, out, e))
			return false;
		p = svg_blanks(p);
		if (*p == ')')
			break;
		p = *p == '/' ? svg_blanks(p + 1) : svg_comma(p);
	}
	if (*p != ')' || !put(out, ")", 1, e))
		return false;
	*s = p + 1;
	return true;
}

bool
svg_colour(const char **s, struct buf *out, int *e)
{
	size_t before = out->len, n;
	const char *p = *s;

	if (*p == '#') {
		n = strspn(p + 1, "0123456789abcdefABCDEF");
		if ((n != 3 && n != 4 && n != 6 && n != 8) ||
		    !put(out, p, n + 1, e))
			return false;
		*s = p + n + 1;
		return true;
	}
	for (size_t i = 0; i < 4; i++) {
		n = colour_functions[i].n;
		if (strncasecmp(p, colour_functions[i].name, n) != 0)
			continue;
		p += n;
		if (put(out, colour_functions[i].name, n, e) &&
		    colour_arguments(&p, out, e)) {
			*s = p;
			return true;
		}
		buf_truncate(out, before);
		return false;
	}
	return svg_word(s, out, e);
}

bool
svg_url(const char **s, struct buf *out, int *e)
{
	const char *p = *s, *id;
	char quote = '\0';
	size_t n;

	if (strncasecmp(p, "url(", 4) != 0)
		return false;
	p = svg_blanks(p + 4);
	if (*p == '"' || *p == '\'')
		quote = *p++;
	p = svg_blanks(p);
	if (*p != '#' || (n = svg_id_len(p + 1)) == 0)
		return false;
	id = p + 1;
	p = svg_blanks(id + n);
	if (quote != '\0' && *p++ != quote)
		return false;
	p = svg_blanks(p);
	if (*p != ')')
		return false;
	put(out, "url(#", 5, e);
	put(out, id, n, e);
	if (!put(out, ")", 1, e))
		return false;
	*s = p + 1;
	return true;
}

/* "url(#a) none", "red", "red icc-color(...)" of which the rest goes. */
bool
svg_paint(const char **s, struct buf *out, int *e)
{
	size_t before = out->len;
	const char *p = *s;

	if (svg_url(&p, out, e)) {
		p = svg_blanks(p);
		if (*p != '\0' &&
		    (!put(out, " ", 1, e) || !svg_colour(&p, out, e))) {
			buf_truncate(out, before);
			return false;
		}
	} else if (!svg_colour(&p, out, e)) {
		return false;
	}
	p = svg_blanks(p);
	if (strncasecmp(p, "icc-color(", 10) == 0)
		p += strcspn(p, ")") + (strchr(p, ')') != NULL);
	*s = p;
	return true;
}
