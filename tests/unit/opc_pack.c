#include "opc_pack.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "base/err.h"

#define FILE_BYTES (16u << 20)

static int
inflate_part(const uint8_t *data, uint32_t packed, uint16_t method,
    struct pack_part *p)
{
	z_stream z = { .next_in = (Bytef *)(uintptr_t)data,
		.avail_in = packed,
		.avail_out = (uInt)p->n };
	int rc;

	if ((p->data = malloc(p->n + 1)) == NULL)
		return ERR_NOMEM;
	if (method == 0) {
		memcpy(p->data, data, p->n);
		return 0;
	}
	z.next_out = p->data;
	if (inflateInit2(&z, -15) != Z_OK)
		return ERR_NOMEM;
	rc = inflate(&z, Z_FINISH);
	inflateEnd(&z);
	return rc == Z_STREAM_END ? 0 : ERR_MALFORMED;
}

/* A local header and its data; ERR_NOENT at the directory. */
static int
take_part(struct reader *r, struct pack *k)
{
	struct pack_part *p = &k->parts[k->n];
	uint32_t sig, packed, bytes;
	uint16_t method, name, extra;
	const uint8_t *s;
	int e;

	if ((e = reader_u32le(r, &sig)) != 0)
		return e;
	if (sig != 0x04034b50)
		return ERR_NOENT;
	if ((e = reader_skip(r, 4)) != 0 ||
	    (e = reader_u16le(r, &method)) != 0 ||
	    (e = reader_skip(r, 8)) != 0 ||
	    (e = reader_u32le(r, &packed)) != 0 ||
	    (e = reader_u32le(r, &bytes)) != 0 ||
	    (e = reader_u16le(r, &name)) != 0 ||
	    (e = reader_u16le(r, &extra)) != 0 ||
	    (e = reader_bytes(r, name, &s)) != 0)
		return e;
	if (k->n == PACK_PARTS_MAX - 1 || bytes > FILE_BYTES)
		return ERR_LIMIT;
	snprintf(p->name, sizeof(p->name), "%.*s", (int)name, (const char *)s);
	p->n = bytes;
	if ((e = reader_skip(r, extra)) != 0 ||
	    (e = reader_bytes(r, packed, &s)) != 0)
		return e;
	k->n++;
	return inflate_part(s, packed, method, p);
}

int
pack_load(const char *path, struct pack *k)
{
	struct reader r;
	uint8_t *data;
	FILE *f;
	size_t n;
	int e;

	memset(k, 0, sizeof(*k));
	if ((f = fopen(path, "rb")) == NULL)
		return ERR_NOENT;
	if ((data = malloc(FILE_BYTES)) == NULL) {
		fclose(f);
		return ERR_NOMEM;
	}
	n = fread(data, 1, FILE_BYTES, f);
	fclose(f);
	reader_init(&r, data, n);
	while ((e = take_part(&r, k)) == 0)
		;
	free(data);
	return e == ERR_NOENT ? 0 : e;
}

void
pack_free(struct pack *k)
{
	for (size_t i = 0; i < k->n; i++)
		free(k->parts[i].data);
	k->n = 0;
}

void
pack_begin(struct pack_zip *z)
{
	buf_init(&z->body, 4 * FILE_BYTES);
	buf_init(&z->directory, FILE_BYTES);
	z->n = 0;
}

/* What both headers have from "version needed" to the sizes. */
static int
put_fields(struct buf *b, uint32_t crc, uint32_t n, size_t name)
{
	int e;

	if ((e = buf_u16le(b, 20)) != 0 || (e = buf_u32le(b, 0)) != 0 ||
	    (e = buf_u32le(b, 0x00210000)) != 0 ||
	    (e = buf_u32le(b, crc)) != 0 || (e = buf_u32le(b, n)) != 0 ||
	    (e = buf_u32le(b, n)) != 0 ||
	    (e = buf_u16le(b, (uint16_t)name)) != 0)
		return e;
	return buf_u16le(b, 0);
}

int
pack_add(struct pack_zip *z, const char *name, const void *data, size_t n)
{
	uint32_t at = (uint32_t)z->body.len;
	uint32_t crc = (uint32_t)crc32_z(0, data, n);
	static const uint8_t tail[10];
	int e;

	z->n++;
	if ((e = buf_u32le(&z->body, 0x04034b50)) != 0 ||
	    (e = put_fields(&z->body, crc, (uint32_t)n, strlen(name))) != 0 ||
	    (e = buf_puts(&z->body, name)) != 0 ||
	    (e = buf_put(&z->body, data, n)) != 0 ||
	    (e = buf_u32le(&z->directory, 0x02014b50)) != 0 ||
	    (e = buf_u16le(&z->directory, 20)) != 0 ||
	    (e = put_fields(&z->directory, crc, (uint32_t)n, strlen(name))) !=
		0 ||
	    (e = buf_put(&z->directory, tail, sizeof(tail))) != 0 ||
	    (e = buf_u32le(&z->directory, at)) != 0)
		return e;
	return buf_puts(&z->directory, name);
}

int
pack_end(struct pack_zip *z)
{
	uint32_t at = (uint32_t)z->body.len, n = (uint32_t)z->directory.len;
	int e;

	if ((e = buf_put(&z->body, z->directory.data, n)) != 0 ||
	    (e = buf_u32le(&z->body, 0x06054b50)) != 0 ||
	    (e = buf_u32le(&z->body, 0)) != 0 ||
	    (e = buf_u16le(&z->body, (uint16_t)z->n)) != 0 ||
	    (e = buf_u16le(&z->body, (uint16_t)z->n)) != 0 ||
	    (e = buf_u32le(&z->body, n)) != 0 ||
	    (e = buf_u32le(&z->body, at)) != 0)
		return e;
	return buf_u16le(&z->body, 0);
}

int
pack_build(const struct pack *k, size_t changed, const void *data, size_t n,
    struct pack_zip *z)
{
	int e = 0;

	pack_begin(z);
	for (size_t i = 0; e == 0 && i < k->n; i++)
		e = i == changed ? pack_add(z, k->parts[i].name, data, n)
				 : pack_add(z, k->parts[i].name,
				       k->parts[i].data, k->parts[i].n);
	return e == 0 ? pack_end(z) : e;
}
