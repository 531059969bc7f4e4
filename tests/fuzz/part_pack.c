/*
 * The smallest right ZIP writer; see part_pack.h.
 */
#include "part_pack.h"

#include <string.h>
#include <zlib.h>

#define STAMP 0x00210000u /* 1980-01-01 */

/* What local and central header share, from the version needed on. */
static int
put_common(struct buf *out, const struct pack_part *p)
{
	uint32_t crc = (uint32_t)crc32_z(0, p->data, p->n);
	int e;

	if ((e = buf_u16le(out, 20)) != 0 || (e = buf_u16le(out, 0)) != 0 ||
	    (e = buf_u16le(out, 0)) != 0 || (e = buf_u32le(out, STAMP)) != 0 ||
	    (e = buf_u32le(out, crc)) != 0 ||
	    (e = buf_u32le(out, (uint32_t)p->n)) != 0 ||
	    (e = buf_u32le(out, (uint32_t)p->n)) != 0 ||
	    (e = buf_u16le(out, (uint16_t)strlen(p->name))) != 0)
		return e;
	return buf_u16le(out, 0);
}

static int
put_local(struct buf *out, const struct pack_part *p)
{
	int e;

	if ((e = buf_u32le(out, 0x04034b50)) != 0 ||
	    (e = put_common(out, p)) != 0 || (e = buf_puts(out, p->name)) != 0)
		return e;
	return buf_put(out, p->data, p->n);
}

static int
put_central(struct buf *out, const struct pack_part *p, size_t at)
{
	int e;

	if ((e = buf_u32le(out, 0x02014b50)) != 0 ||
	    (e = buf_u16le(out, 20)) != 0 || (e = put_common(out, p)) != 0 ||
	    (e = buf_u16le(out, 0)) != 0 || (e = buf_u32le(out, 0)) != 0 ||
	    (e = buf_u32le(out, 0)) != 0 ||
	    (e = buf_u32le(out, (uint32_t)at)) != 0)
		return e;
	return buf_puts(out, p->name);
}

int
part_pack(const struct pack_part *p, size_t n, struct buf *out)
{
	size_t at[32], start;
	int e = 0;

	if (n > sizeof(at) / sizeof(at[0]))
		return ERR_LIMIT;
	for (size_t i = 0; e == 0 && i < n; i++) {
		at[i] = out->len;
		e = put_local(out, &p[i]);
	}
	start = out->len;
	for (size_t i = 0; e == 0 && i < n; i++)
		e = put_central(out, &p[i], at[i]);
	if (e != 0 || (e = buf_u32le(out, 0x06054b50)) != 0)
		return e;
	at[0] = out->len - 4 - start;
	if ((e = buf_u32le(out, 0)) != 0 ||
	    (e = buf_u16le(out, (uint16_t)n)) != 0 ||
	    (e = buf_u16le(out, (uint16_t)n)) != 0 ||
	    (e = buf_u32le(out, (uint32_t)at[0])) != 0 ||
	    (e = buf_u32le(out, (uint32_t)start)) != 0)
		return e;
	return buf_u16le(out, 0);
}
