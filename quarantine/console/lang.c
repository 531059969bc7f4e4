#include "quarantine/console/lang.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "base/fsx.h"
#include "base/reader.h"

#define MO_MAGIC 0x950412deu
#define MO_MAX	 (16u << 20)

struct catalogue {
	struct buf text; /* the file */
	uint32_t n;

	struct {
		const char *key, *say;
	} pairs[];
};

/* Entry i of a table of {length, offset}: a text with its NUL. */
static int
entry(const struct reader *all, uint32_t table, uint32_t i, const char **out)
{
	struct reader in = *all;
	const uint8_t *p;
	uint32_t len, off;
	int e;

	if ((e = reader_seek(&in, (size_t)table + (size_t)i * 8)) != 0 ||
	    (e = reader_u32le(&in, &len)) != 0 ||
	    (e = reader_u32le(&in, &off)) != 0 ||
	    (e = reader_seek(&in, off)) != 0 ||
	    (e = reader_bytes(&in, (size_t)len + 1, &p)) != 0)
		return e;
	if (memchr(p, 0, (size_t)len + 1) == NULL)
		return ERR_MALFORMED;
	*out = (const char *)p;
	return 0;
}

static int
read_pairs(struct catalogue *c, const struct reader *all, uint32_t keys,
    uint32_t says)
{
	int e = 0;

	for (uint32_t i = 0; e == 0 && i < c->n; i++) {
		if ((e = entry(all, keys, i, &c->pairs[i].key)) == 0)
			e = entry(all, says, i, &c->pairs[i].say);
		if (e == 0 && i > 0 &&
		    strcmp(c->pairs[i - 1].key, c->pairs[i].key) >= 0)
			e = ERR_MALFORMED;
	}
	return e;
}

int
catalogue_read(const void *mo, size_t size, struct catalogue **out)
{
	uint32_t magic, revision, n, keys, says;
	struct catalogue *c = NULL;
	struct reader in;
	int e;

	reader_init(&in, mo, size);
	if ((e = reader_u32le(&in, &magic)) != 0 ||
	    (e = reader_u32le(&in, &revision)) != 0 ||
	    (e = reader_u32le(&in, &n)) != 0 ||
	    (e = reader_u32le(&in, &keys)) != 0 ||
	    (e = reader_u32le(&in, &says)) != 0)
		return e;
	if (magic != MO_MAGIC || n > size / 8)
		return ERR_MALFORMED;
	if ((c = calloc(1, sizeof(*c) + n * sizeof(c->pairs[0]))) == NULL)
		return ERR_NOMEM;
	c->n = n;
	buf_init(&c->text, MO_MAX);
	if ((e = buf_put(&c->text, mo, size)) == 0) {
		buf_reader(&c->text, &in);
		e = read_pairs(c, &in, keys, says);
	}
	if (e != 0) {
		catalogue_free(c);
		return e;
	}
	*out = c;
	return 0;
}

int
catalogue_load(struct catalogue **out)
{
	char path[PATH_MAX], name[PATH_MAX + 64], *slash;
	struct buf text;
	ssize_t n;
	int e;

	if ((n = readlink("/proc/self/exe", path, sizeof(path) - 1)) <= 0)
		return ERR_NOENT;
	path[n] = '\0';
	for (int i = 0; i < 2; i++)
		if ((slash = strrchr(path, '/')) != NULL)
			*slash = '\0';
	snprintf(name, sizeof(name),
	    "%s/share/locale/ja/LC_MESSAGES/sekisho.mo", path);
	buf_init(&text, MO_MAX);
	if ((e = fsx_slurp(AT_FDCWD, name, &text)) == 0)
		e = catalogue_read(text.data, text.len, out);
	buf_done(&text);
	return e;
}

void
catalogue_free(struct catalogue *c)
{
	if (c != NULL)
		buf_done(&c->text);
	free(c);
}

const char *
catalogue_say(const struct catalogue *c, enum words_lang lang, const char *key)
{
	uint32_t lo = 0, hi = c != NULL && lang == WORDS_JA ? c->n : 0;

	if (key[0] == '\0')
		return key; /* the empty key is the head of the catalogue */
	while (lo < hi) {
		uint32_t mid = lo + (hi - lo) / 2;
		int order = strcmp(key, c->pairs[mid].key);

		if (order == 0)
			return c->pairs[mid].say[0] != '\0' ? c->pairs[mid].say
							    : key;
		if (order < 0)
			hi = mid;
		else
			lo = mid + 1;
	}
	return key;
}

enum words_lang
lang_of_header(const char *accept)
{
	/* Browsers list the language that is preferred first. */
	for (const char *p = accept; p != NULL && *p != '\0';) {
		p += strspn(p, " ,\t");
		if (strncasecmp(p, "ja", 2) == 0)
			return WORDS_JA;
		if (strncasecmp(p, "en", 2) == 0)
			return WORDS_EN;
		p = strchr(p, ',');
	}
	return WORDS_JA;
}

const char *
lang_code(enum words_lang lang)
{
	return lang == WORDS_EN ? "en" : "ja";
}
