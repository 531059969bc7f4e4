#include "formats/dataurl.h"

#include <string.h>
#include <strings.h>

#include "formats/format.h"

static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
			     "abcdefghijklmnopqrstuvwxyz0123456789+/";

const char *
dataurl_digits(const char *url)
{
	const char *comma = strchr(url, ',');

	if (strncasecmp(url, "data:", 5) != 0 || comma == NULL ||
	    comma - url < 12 || strncasecmp(comma - 7, ";base64", 7) != 0)
		return NULL;
	return comma + 1;
}

int
dataurl_decode(const char *s, struct buf *out)
{
	uint32_t bits = 0;
	unsigned n = 0;
	int e = 0;

	for (; e == 0 && *s != '\0' && *s != '='; s++) {
		const char *p;

		if (strchr(" \t\r\n\f", *s) != NULL)
			continue;
		if ((p = strchr(digits, *s)) == NULL)
			return ERR_MALFORMED;
		bits = bits << 6 | (uint32_t)(p - digits);
		if (++n % 4 != 1)
			e = buf_u8(out,
			    (uint8_t)(bits >> (6 - 2 * ((n + 3) % 4))));
	}
	if (e == 0 && s[strspn(s, "= \t\r\n\f")] != '\0')
		return ERR_MALFORMED;
	return e;
}

static int
encode(const struct buf *in, struct buf *out)
{
	char four[4];
	int e = 0;

	for (size_t i = 0; e == 0 && i < in->len; i += 3) {
		size_t n = in->len - i < 3 ? in->len - i : 3;
		uint32_t bits = 0;

		for (size_t k = 0; k < 3; k++)
			bits = bits << 8 | (k < n ? in->data[i + k] : 0);
		for (unsigned k = 0; k < 4; k++)
			four[k] =
			    k <= n ? digits[bits >> (18 - 6 * k) & 63] : '=';
		e = buf_put(out, four, 4);
	}
	return e;
}

static int
only_common(void *arg, const struct identity *id)
{
	for (const char *const *p = arg; *p != NULL; p++)
		if (strcmp(id->format->id, *p) == 0)
			return 0;
	return ERR_UNSUPPORTED;
}

int
dataurl_picture(struct doc *d, const struct reader *in, const char *where,
    const char *const *common, struct buf *out, struct doc_result *res)
{
	struct child c = { .in = in,
		.name = "",
		.where = where,
		.flags = CHILD_NO_MAGIC,
		.accept = only_common,
		.arg = (void *)(uintptr_t)common };
	const struct format *f;
	struct sink sink;
	struct buf made;
	int e;

	buf_init(&made, DATAURL_PICTURE_BYTES);
	sink_init_buf(&sink, &made, DATAURL_PICTURE_BYTES);
	sink.plain = true;
	e = doc_child(d, &c, &sink, res);
	sink_done(&sink);
	f = e == 0 ? format_by_id(res->out_format) : NULL;
	if (e == 0 && (f == NULL || f->mime == NULL))
		e = ERR_INTERNAL;
	if (e == 0 && (e = buf_fmt(out, "data:%s;base64,", f->mime[0])) == 0)
		e = encode(&made, out);
	buf_done(&made);
	return e;
}
