/*
 * Names of ZIP entries: one decision about the charset over all names
 * together, then separators, duplicates and (for documents) the rules of OPC
 * (ECMA-376 part 2, 6.2.2 and 7.3).
 *
 * Order of belief: the UTF-8 flag; a valid Unicode Path field (0x7075); and
 * for the rest UTF-8 when all of them are valid in it, else CP932 when all
 * are, else CP437. A name is decoded before separators are looked at: the
 * second byte of a CP932 character may be 0x5C.
 */
#include "formats/zipx_int.h"

#include <iconv.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <zlib.h>

static iconv_t from_cp932 = (iconv_t)-1, from_cp437 = (iconv_t)-1;

int
zx_name_preload(void)
{
	if (from_cp932 == (iconv_t)-1)
		from_cp932 = iconv_open("UTF-8", "CP932");
	if (from_cp437 == (iconv_t)-1)
		from_cp437 = iconv_open("UTF-8", "CP437");
	return from_cp932 == (iconv_t)-1 || from_cp437 == (iconv_t)-1 ? ERR_IO
								      : 0;
}

/* *out stays NULL when the bytes are not of this charset. */
static int
convert(struct zipx *z, iconv_t cd, const struct zip_entry *en,
    const char **out)
{
	size_t left = en->raw_len, room = 4 * en->raw_len;
	char *from = (char *)(uintptr_t)en->raw_name, *to, *start;

	if (cd == (iconv_t)-1)
		return doc_fail(z->d, ERR_INTERNAL, "charsets not loaded");
	if ((start = to = doc_alloc(z->d, room + 1)) == NULL)
		return ERR_NOMEM;
	(void)iconv(cd, NULL, NULL, NULL, NULL);
	if (iconv(cd, &from, &left, &to, &room) == 0 && left == 0)
		*out = start;
	return 0;
}

static bool
is_ascii(const char *s)
{
	for (; *s != '\0'; s++)
		if ((unsigned char)*s >= 0x80)
			return false;
	return true;
}

static size_t
count_slashes(const char *s)
{
	size_t n = 0;

	for (; *s != '\0'; s++)
		n += *s == '/' || *s == '\\';
	return n;
}

static const char *
extension(const char *s)
{
	const char *dot = strrchr(s, '.');

	return dot == NULL || strchr(dot, '/') != NULL ? "" : dot;
}

/*
 * The two names of one entry must tell the same story: a plain ASCII name is
 * the name; else (the stand-ins for what the old charset lacks vary) folders
 * and extension must agree.
 */
static bool
same_story(const char *raw, const char *up)
{
	if (is_ascii(raw) && strpbrk(raw, "?_#") == NULL)
		return strcmp(raw, up) == 0;
	if (!is_ascii(extension(raw)) || !is_ascii(extension(up)))
		return true;
	return strcasecmp(extension(raw), extension(up)) == 0 &&
	       (!is_ascii(raw) || count_slashes(raw) == count_slashes(up));
}

/* 0x7075: version 1, CRC-32 of the header's name, UTF-8 (APPNOTE 4.6.9). */
static int
take_unicode_path(struct zipx *z, size_t i)
{
	struct reader r = z->more[i].cd.extra.up;
	struct zip_entry *en = &z->list[i];
	uint8_t version = 0;
	uint32_t crc = 0;
	const uint8_t *p;
	size_t n;

	if (reader_u8(&r, &version) != 0 || reader_u32le(&r, &crc) != 0 ||
	    version != 1 ||
	    crc != (uint32_t)crc32(0, (const Bytef *)en->raw_name,
		       (uInt)en->raw_len))
		return doc_fail(z->d, ERR_AMBIGUOUS,
		    "%s: a Unicode path that belongs to another name",
		    en->raw_name);
	n = reader_left(&r);
	if (n == 0 || reader_bytes(&r, n, &p) != 0 || !utf8_valid(p, n) ||
	    memchr(p, '\0', n) != NULL)
		return doc_fail(z->d, ERR_AMBIGUOUS,
		    "%s: its Unicode path is no name", en->raw_name);
	if ((en->name = doc_strndup(z->d, p, n)) == NULL)
		return ERR_NOMEM;
	if (!same_story(en->raw_name, en->name))
		return doc_fail(z->d, ERR_AMBIGUOUS,
		    "%s: its Unicode path is another name", en->raw_name);
	return 0;
}

/* Names that say themselves what they are. */
static int
decide_alone(struct zipx *z, size_t i)
{
	struct zip_entry *en = &z->list[i];

	if (en->utf8_flag && !utf8_valid(en->raw_name, en->raw_len))
		return doc_fail(z->d, ERR_AMBIGUOUS,
		    "%s: marked as UTF-8 and is not", en->raw_name);
	if (z->more[i].cd.extra.has_up)
		return take_unicode_path(z, i);
	if (en->utf8_flag || is_ascii(en->raw_name))
		en->name = en->raw_name;
	return 0;
}

static bool
all_utf8(const struct zipx *z)
{
	for (size_t i = 0; i < z->n; i++)
		if (z->list[i].name == NULL &&
		    !utf8_valid(z->list[i].raw_name, z->list[i].raw_len))
			return false;
	return true;
}

static int
decide_together(struct zipx *z)
{
	static const char *const charsets[] = { "CP932", "CP437" };
	iconv_t cds[] = { from_cp932, from_cp437 };
	const char **names;
	bool fits = all_utf8(z);
	int e;

	if ((names = doc_alloc(z->d, z->n * sizeof(*names) + 1)) == NULL)
		return ERR_NOMEM;
	for (size_t i = 0; fits && i < z->n; i++)
		names[i] = z->list[i].raw_name;
	for (size_t k = 0; !fits && k < 2; k++) {
		fits = true;
		z->charset = charsets[k];
		for (size_t i = 0; fits && i < z->n; i++) {
			if (z->list[i].name != NULL)
				continue;
			names[i] = NULL;
			e = convert(z, cds[k], &z->list[i], &names[i]);
			if (e != 0)
				return e;
			fits = names[i] != NULL;
		}
	}
	if (!fits)
		return doc_fail(z->d, ERR_MALFORMED,
		    "names in no known charset");
	for (size_t i = 0; i < z->n; i++)
		if (z->list[i].name == NULL)
			z->list[i].name = names[i];
	return 0;
}

/* Backslashes of old Windows programs are separators. */
static int
set_separators(struct zipx *z, struct zip_entry *en)
{
	char *p;

	if (strchr(en->name, '\\') == NULL)
		return 0;
	z->backslashes = true;
	if ((p = doc_strndup(z->d, en->name, strlen(en->name))) == NULL)
		return ERR_NOMEM;
	en->name = p;
	for (; *p != '\0'; p++)
		if (*p == '\\')
			*p = '/';
	return 0;
}

/* A4: what one reader makes a folder must hold nothing. */
static int
check_folder(const struct zipx *z, size_t i)
{
	struct zip_entry *en = &z->list[i];
	size_t n = strlen(en->name);

	if (en->name[n - 1] == '/')
		en->is_dir = true;
	else if (!en->is_dir)
		return 0;
	if (en->bytes != 0 || en->is_symlink || en->is_special ||
	    (en->packed_bytes > 2 && !en->encrypted))
		return doc_fail(z->d, ERR_AMBIGUOUS,
		    "%s: a folder that holds data", en->name);
	return 0;
}

static bool
odd_segment(const char *s, size_t n)
{
	return n == 0 || s[n - 1] == '.' || s[0] == ' ' || s[n - 1] == ' ';
}

/* Percent forms that some consumers decode to separators, dots or NUL. */
static bool
bad_percent(const char *s)
{
	static const char *const forms[] = { "%2f", "%5c", "%2e", "%00" };

	while ((s = strchr(s, '%')) != NULL) {
		for (size_t k = 0; k < 4; k++)
			if (strncasecmp(s, forms[k], 3) == 0)
				return true;
		s++;
	}
	return false;
}

/* B2, B3: part names that readers write in more than one way. */
static bool
odd_part_name(const struct zip_entry *en)
{
	const char *s = en->name, *end;
	struct reader r;
	uint32_t cp;

	reader_init(&r, s, strlen(s));
	while (reader_left(&r) > 0)
		if (utf8_get(&r, &cp) != 0 || cp < 0x20 ||
		    (cp < 0x7f && strchr(":*?\"<>|", (int)cp) != NULL) ||
		    (cp >= 0x7f && utf8_classify(cp) != UTF8_PLAIN))
			return true;
	if (bad_percent(s) || strstr(s, ".piece") != NULL)
		return true;
	for (;; s = end + 1) {
		end = strchrnul(s, '/');
		if (*end == '\0' && end == s && en->is_dir)
			return false;
		if (odd_segment(s, (size_t)(end - s)))
			return true;
		if (*end == '\0')
			return false;
	}
}

static int
check_part(const struct zipx *z, const struct zip_entry *en)
{
	if (en->is_symlink || en->is_special)
		return doc_fail(z->d, ERR_MALFORMED,
		    "%s: a link or device in a document", en->name);
	if (odd_part_name(en))
		return doc_fail(z->d, ERR_AMBIGUOUS,
		    "%s: not a plain part name", en->name);
	return 0;
}

static int
by_bytes(const void *a, const void *b)
{
	const struct zx_key *x = a, *y = b;

	return strcmp(x->name, y->name);
}

static int
by_folded(const void *a, const void *b)
{
	const struct zx_key *x = a, *y = b;

	return strcasecmp(x->name, y->name);
}

/* B1 and, for documents, B4. Leaves the index in byte order. */
static int
index_names(struct zipx *z)
{
	int (*const orders[])(const void *, const void *) = { by_folded,
		by_bytes };
	struct zx_key *k;

	if ((k = doc_alloc(z->d, z->n * sizeof(*k) + 1)) == NULL)
		return ERR_NOMEM;
	for (size_t i = 0; i < z->n; i++)
		k[i] = (struct zx_key){ z->list[i].name, i };
	z->by_name = k;
	for (size_t o = (z->flags & ZIPX_OPC) ? 0 : 1; o < 2; o++) {
		if (z->n > 0)
			qsort(k, z->n, sizeof(*k), orders[o]);
		for (size_t i = 1; i < z->n; i++)
			if (orders[o](&k[i - 1], &k[i]) == 0)
				return doc_fail(z->d, ERR_AMBIGUOUS,
				    "%s: stands in the archive twice",
				    k[i].name);
	}
	return 0;
}

int
zx_names(struct zipx *z)
{
	int e;

	for (size_t i = 0; i < z->n; i++)
		if ((e = decide_alone(z, i)) != 0)
			return e;
	if ((e = decide_together(z)) != 0)
		return e;
	for (size_t i = 0; i < z->n; i++)
		if ((e = set_separators(z, &z->list[i])) != 0 ||
		    (e = check_folder(z, i)) != 0 ||
		    ((z->flags & ZIPX_OPC) &&
			(e = check_part(z, &z->list[i])) != 0))
			return e;
	return index_names(z);
}
