/*
 * The title in an XMP packet (ISO 32000-1, 14.3.2; ISO 16684-1, 7.5, 8.3): it
 * counts where the information dictionary has none, as in PDF 2.0. Nothing
 * else of the packet is looked at, and nothing of it is written.
 */
#include <string.h>

#include "formats/pdf/walk_int.h"

#define TEXT_MAX 4096

/* The bytes between two texts, from *from on; *from goes behind. */
static int
between(const struct reader *all, size_t *from, const char *open,
    const char *close, struct reader *out)
{
	size_t begin, end;
	int e;

	if ((e = reader_find(all, *from, open, strlen(open), &begin)) != 0)
		return e;
	begin += strlen(open);
	if ((e = reader_find(all, begin, close, strlen(close), &end)) != 0)
		return e;
	*from = end + strlen(close);
	return reader_view(all, begin, end - begin, out);
}

/* Of the texts in all languages the one for any, else the first. */
static int
choose(const struct reader *list, struct reader *out)
{
	static const char any[] = "x-default";
	struct reader item, tag;
	size_t from = 0, at;
	bool found;
	int e = ERR_NOENT;

	while (between(list, &from, "<rdf:li", "</rdf:li>", &item) == 0) {
		if (reader_find(&item, 0, ">", 1, &at) != 0 ||
		    reader_view(&item, 0, at++, &tag) != 0 ||
		    reader_view(&item, at, item.len - at, &item) != 0)
			continue;
		found = reader_find(&tag, 0, any, sizeof(any) - 1, &at) == 0;
		if (e != 0 || found)
			*out = item;
		e = 0;
		if (found)
			break;
	}
	return e;
}

/* The number of "#65" or "#x41"; 0 when it is none. */
static uint32_t
number(const struct reader *name)
{
	struct reader r = *name;
	uint32_t n = 0, base = 10;
	uint8_t c;

	if (reader_has(&r, 1, "x", 1))
		base = 16;
	if (reader_skip(&r, base == 16 ? 2 : 1) != 0)
		return 0;
	while (n < 0x110000 && reader_u8(&r, &c) == 0) {
		if (c >= '0' && c <= '9')
			n = n * base + (uint32_t)(c - '0');
		else if (base == 16 && (c | 0x20) >= 'a' && (c | 0x20) <= 'f')
			n = n * base + (uint32_t)((c | 0x20) - 'a' + 10);
		else
			return 0;
	}
	return n;
}

/* What an entity stands for; 0: nothing known. */
static uint32_t
entity(const struct reader *name)
{
	static const struct {
		const char *name;
		uint32_t cp;
	} known[] = { { "amp", '&' }, { "lt", '<' }, { "gt", '>' },
		{ "quot", '"' }, { "apos", '\'' } };

	if (reader_has(name, 0, "#", 1))
		return number(name);
	for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++)
		if (name->len == strlen(known[i].name) &&
		    reader_has(name, 0, known[i].name, name->len))
			return known[i].cp;
	return 0;
}

/* ERR_MALFORMED when there are elements in it, or what is no text. */
static int
decode(struct reader text, struct buf *out)
{
	struct reader name;
	uint32_t cp;
	size_t from;
	int e;

	while (reader_left(&text) > 0) {
		from = reader_pos(&text);
		if ((e = utf8_get(&text, &cp)) != 0)
			return e;
		if (cp == '<')
			return ERR_MALFORMED;
		if (cp == '&') {
			if (between(&text, &from, "&", ";", &name) != 0 ||
			    (cp = entity(&name)) == 0 ||
			    reader_seek(&text, from) != 0)
				return ERR_MALFORMED;
		}
		if (cp >= 0x20 && cp != 0x7f && (e = utf8_put(out, cp)) != 0)
			return e;
	}
	return 0;
}

int
pwalk_xmp_title(struct walk *w, const struct pobj **dst)
{
	const struct pobj *root, *v;
	struct reader list, text;
	struct pdata data = { 0 };
	struct buf out;
	size_t from = 0;
	bool ok;
	int e;

	*dst = NULL;
	if ((e = pwalk_resolve(w, pin_root(w->p->in), &root)) != 0 ||
	    (e = pwalk_get(w, root, "Metadata", &v)) != 0 ||
	    !pobj_is(v, POBJ_STREAM) ||
	    (e = pwalk_stream(w, v, "", &data, &ok)) != 0)
		return e;
	buf_init(&out, TEXT_MAX);
	if (ok &&
	    between(&data.bytes, &from, "<dc:title", "</dc:title>", &list) ==
		0 &&
	    choose(&list, &text) == 0 && text.len <= TEXT_MAX &&
	    decode(text, &out) == 0 && out.len > 0)
		e = pwalk_text_make(w, (const char *)out.data, out.len, dst);
	buf_done(&out);
	pdf_data_free(w->p, &data);
	return e;
}
