/* PHOTO and LOGO: decoded, rebuilt as the pictures they are, coded anew. */
#include <string.h>
#include <strings.h>

#include <sodium.h>

#include "formats/format.h"
#include "formats/pim/vcard_int.h"

#define PICTURE_IN_BYTES  (16u << 20)
#define PICTURE_OUT_BYTES (256u << 10)
#define PICTURES_MAX	  1 /* of a kind in one contact */

/* The picture formats that address books show. */
static const struct {
	const char *format, *type;
} shown[] = {
	{ "jpeg", "JPEG" },
	{ "png", "PNG" },
	{ "gif", "GIF" },
};

static int
lost(struct vcard *c, const struct pim_prop *p, const char *why)
{
	return doc_found(c->d, FIND_VCARD_PICTURE, ACT_REMOVED, p->name, "%s",
	    why);
}

static int
only_pictures(void *arg, const struct identity *id)
{
	(void)arg;
	return id->format->flags & FMT_IMAGE ? 0 : ERR_UNSUPPORTED;
}

/* What is behind "data:image/jpeg;base64,", or the value of ENCODING=b. */
static const char *
coded(const struct pim_prop *p)
{
	const char *s = p->value, *comma;

	if (strncasecmp(s, "data:", 5) == 0) {
		comma = strstr(s, ";base64,");
		return comma == NULL ? NULL : comma + strlen(";base64,");
	}
	if (strncasecmp(s, "base64,", 7) == 0)
		return s + 7;
	if (pim_has_param(p, "ENCODING", "B") ||
	    pim_has_param(p, "ENCODING", "BASE64"))
		return s;
	return NULL;
}

static int
decode(const char *s, struct buf *out)
{
	size_t n = strlen(s), got;
	uint8_t *to;
	int e;

	if ((e = buf_reserve(out, n / 4 * 3 + 3, &to)) != 0)
		return e;
	if (sodium_base642bin(to, n / 4 * 3 + 3, s, n, " \t\r\n", &got, NULL,
		sodium_base64_VARIANT_ORIGINAL) != 0)
		return ERR_DENIED;
	buf_commit(out, got);
	return got == 0 ? ERR_DENIED : 0;
}

static int
encode(struct vcard *c, const struct buf *b)
{
	size_t n =
	    sodium_base64_encoded_len(b->len, sodium_base64_VARIANT_ORIGINAL);
	uint8_t *to;
	int e;

	if ((e = buf_reserve(&c->out.line, n, &to)) != 0)
		return e;
	sodium_bin2base64((char *)to, n, b->data, b->len,
	    sodium_base64_VARIANT_ORIGINAL);
	buf_commit(&c->out.line, n - 1);
	return 0;
}

static const char *
type_of(const struct doc_result *res)
{
	for (size_t i = 0; i < sizeof(shown) / sizeof(shown[0]); i++)
		if (strcmp(shown[i].format, res->out_format) == 0)
			return shown[i].type;
	return NULL;
}

/* Rebuild into out; *why: it is no picture for us. */
static int
rebuild(struct vcard *c, const struct pim_prop *p, const struct buf *in,
    struct buf *out, struct doc_result *res, const char **why)
{
	struct reader r;
	struct child child = { .in = &r,
		.name = "",
		.where = p->name,
		.flags = CHILD_NO_MAGIC,
		.accept = only_pictures };
	struct sink sink;
	int e;

	buf_reader(in, &r);
	sink_init_buf(&sink, out, PICTURE_IN_BYTES);
	sink.plain = true;
	e = doc_child(c->d, &child, &sink, res);
	sink_done(&sink);
	if (e == ERR_IO || e == ERR_INTERNAL || e == ERR_NOMEM ||
	    doc_exhausted(c->d))
		return e != 0 ? e : ERR_LIMIT;
	if (e != 0) {
		doc_forgive(c->d);
		*why = res->message;
	} else if (out->len > PICTURE_OUT_BYTES) {
		*why = "more than 256 KiB";
	} else if (type_of(res) == NULL) {
		*why = res->out_format;
	}
	return 0;
}

int
vcard_picture(struct vcard *c, const struct pim_prop *p)
{
	size_t *n = &c->number[strcmp(p->name, "LOGO") == 0];
	const char *s = coded(p), *why = NULL;
	struct doc_result res;
	struct buf in, out;
	int e;

	if (s == NULL)
		return doc_found(c->d, FIND_VCARD_LINK, ACT_REMOVED, p->name,
		    "%.200s", p->value);
	if (*n >= PICTURES_MAX)
		return lost(c, p, "one picture of a kind is enough");
	buf_init(&in, PICTURE_IN_BYTES);
	buf_init(&out, PICTURE_IN_BYTES);
	if ((e = decode(s, &in)) == ERR_DENIED || e == ERR_LIMIT) {
		e = lost(c, p, "its data cannot be decoded");
		goto out;
	}
	if (e != 0 || (e = rebuild(c, p, &in, &out, &res, &why)) != 0)
		goto out;
	if (why != NULL) {
		e = lost(c, p, why);
		goto out;
	}
	++*n;
	if ((e = pim_add(&c->out, ";ENCODING=b;TYPE=%s:", type_of(&res))) ==
		0 &&
	    (e = encode(c, &out)) == 0)
		e = pim_send(&c->out);
out:
	buf_done(&in);
	buf_done(&out);
	return e;
}
