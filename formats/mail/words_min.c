/* Headers and texts in ASCII and UTF-8 only. */
#include <stdio.h>
#include <string.h>

#include "formats/mail/mail.h"

static const char *
printable(struct doc *d, const struct reader *raw)
{
	struct reader r = *raw;
	struct buf b;
	uint8_t c;
	bool gap = false;
	char *s = NULL, *t;
	size_t n;

	r.pos = 0;
	buf_init(&b, SIZE_MAX / 4);
	while (reader_u8(&r, &c) == 0) {
		if (c == '"')
			continue;
		if (c <= ' ') {
			gap = b.len > 0;
			continue;
		}
		if ((gap && buf_u8(&b, ' ') != 0) || buf_u8(&b, c) != 0)
			goto out;
		gap = false;
	}
	n = b.len * 3 + 16;
	if ((t = doc_alloc(d, n)) != NULL) {
		utf8_printable(b.data, b.len, t, n);
		s = t;
	}
out:
	buf_done(&b);
	return s;
}

int
mail_words(struct doc *d, const struct reader *raw, const char **out)
{
	return (*out = printable(d, raw)) == NULL ? ERR_NOMEM : 0;
}

int
mail_addresses(struct doc *d, const struct reader *raw,
    struct mail_address **out, bool *odd)
{
	struct mail_address *a = doc_alloc(d, sizeof(*a));
	const char *s, *lt, *gt;

	*odd = false;
	if (a == NULL || (s = printable(d, raw)) == NULL)
		return ERR_NOMEM;
	a->name = "";
	lt = strchr(s, '<');
	gt = lt == NULL ? NULL : strchr(lt, '>');
	if (gt != NULL) {
		a->name = doc_strndup(d, s, lt > s ? (size_t)(lt - s - 1) : 0);
		a->addr = doc_strndup(d, lt + 1, (size_t)(gt - lt - 1));
	} else
		a->addr = doc_strndup(d, s, strcspn(s, " ,"));
	*out = a;
	return a->name == NULL || a->addr == NULL ? ERR_NOMEM : 0;
}

int
mail_date(struct doc *d, const struct reader *raw, const char **out)
{
	return mail_words(d, raw, out);
}

int
mail_parameter(struct doc *d, const struct reader *raw, const char *name,
    const char *out[MAIL_CANDIDATES_MAX], size_t *n)
{
	const char *s = printable(d, raw), *p, *e;
	char key[64];

	*n = 0;
	if (s == NULL)
		return ERR_NOMEM;
	snprintf(key, sizeof(key), "%s=", name);
	for (p = s; (p = strchr(p, ';')) != NULL;) {
		p += 1 + strspn(p + 1, " ");
		if (strncasecmp(p, key, strlen(key)) != 0)
			continue;
		p += strlen(key);
		e = p + strcspn(p, "; ");
		if (e == NULL)
			e = p + strlen(p);
		out[0] = doc_strndup(d, p, (size_t)(e - p));
		*n = 1;
		return out[0] == NULL ? ERR_NOMEM : 0;
	}
	return 0;
}

int
mail_decode(struct doc *d, const struct reader *bytes, const char *charset,
    struct buf *out)
{
	struct reader r = *bytes;
	uint8_t c;
	uint32_t cp;
	int e = 0;

	(void)d;
	(void)charset;
	r.pos = 0;
	while (e == 0 && reader_left(&r) > 0)
		if (utf8_get(&r, &cp) == 0)
			e = utf8_put(out, cp);
		else if (reader_u8(&r, &c) == 0)
			e = utf8_put(out, 0xfffd);
	return e;
}

int
mail_text(struct doc *d, const struct reader *bytes, const char *charset,
    const char *where, struct buf *out)
{
	struct reader r = *bytes;
	uint8_t c;
	uint32_t cp;
	int e = 0;

	(void)d;
	(void)charset;
	(void)where;
	r.pos = 0;
	while (e == 0 && reader_left(&r) > 0)
		if (utf8_get(&r, &cp) == 0) {
			if (cp != '\r' && (cp == '\n' || cp == '\t' ||
					      utf8_classify(cp) == UTF8_PLAIN))
				e = utf8_put(out, cp);
		} else if (reader_u8(&r, &c) == 0)
			e = utf8_put(out, 0xfffd);
	return e;
}

int
mail_words_preload(void)
{
	return 0;
}
