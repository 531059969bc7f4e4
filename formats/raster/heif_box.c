/* Boxes of HEIF files; see heif_box.h. */
#include "formats/raster/heif_box.h"

int
heif_next_box(struct reader *in, struct heif_box *b)
{
	uint64_t big, head = 8;
	uint32_t n;

	if (reader_left(in) == 0)
		return ERR_NOENT;
	if (reader_u32be(in, &n) != 0 || reader_u32be(in, &b->type) != 0)
		return ERR_TRUNCATED;
	big = n;
	if (n == 1) {
		head = 16;
		if (reader_u64be(in, &big) != 0)
			return ERR_TRUNCATED;
	}
	if (n == 0)
		big = reader_left(in) + head;
	if (big < head || big - head > reader_left(in))
		return ERR_TRUNCATED;
	return reader_sub(in, (size_t)(big - head), &b->body);
}

int
heif_find_box(struct reader in, uint32_t type, struct reader *body)
{
	struct heif_box b;
	int e;

	while ((e = heif_next_box(&in, &b)) == 0)
		if (b.type == type) {
			*body = b.body;
			return 0;
		}
	return e;
}

int
heif_get_full(struct reader *in, uint8_t *version, uint32_t *flags)
{
	uint32_t v;
	int e = reader_u32be(in, &v);

	if (e == 0) {
		*version = (uint8_t)(v >> 24);
		*flags = v & 0xffffff;
	}
	return e;
}

int
heif_get_id(struct reader *in, bool wide, uint32_t *out)
{
	uint16_t v;
	int e;

	if (wide)
		return reader_u32be(in, out);
	if ((e = reader_u16be(in, &v)) == 0)
		*out = v;
	return e;
}
