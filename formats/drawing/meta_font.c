/* Fonts of drawings; see meta_font.h. */
#include "formats/drawing/meta_font.h"

#include "base/utf8.h"

#define FACE_MAX 32u

int
meta_take_font_bytes(struct meta *m)
{
	uint8_t b;
	int e;

	/* italic, underlined, struck out: yes or no */
	for (unsigned i = 0; i < 3; i++)
		if ((e = reader_u8(&m->r, &b)) != 0 ||
		    (e = buf_u8(&m->rec, b != 0)) != 0)
			return e;
	return meta_copy(m, "bbbbb");
}

/* Letters that are no part of a path, an address or a command. */
static bool
fits_name(uint32_t c)
{
	static const char never[] = "\\/:*?\"<>|%$&;`";

	if (c < 0x20 || c == 0x7f)
		return false;
	for (const char *p = never; *p != '\0'; p++)
		if (c == (uint32_t)*p)
			return false;
	return true;
}

int
meta_take_face16(struct meta *m)
{
	uint16_t unit[FACE_MAX];
	bool ok = true, ended = false;
	unsigned n = 0;
	int e;

	for (unsigned i = 0; i < FACE_MAX; i++) {
		if ((e = reader_u16le(&m->r, &unit[i])) != 0)
			return e;
		ended = ended || unit[i] == 0;
		if (ended)
			continue;
		n++;
		ok = ok && fits_name(unit[i]) &&
		     (unit[i] >= 0xd800 && unit[i] < 0xe000
			     ? false
			     : utf8_classify(unit[i]) == UTF8_PLAIN ||
				   utf8_classify(unit[i]) == UTF8_PRIVATE);
	}
	if (!ok)
		meta_found(m, FIND_METAFILE_FONT, ACT_REPLACED, m->name);
	for (unsigned i = n; i < FACE_MAX; i++)
		if (unit[i] != 0) {
			meta_found(m, FIND_METAFILE_FONT_REST, ACT_REMOVED,
			    m->name);
			break;
		}
	for (unsigned i = 0; i < FACE_MAX; i++)
		if ((e = buf_u16le(&m->rec, ok && i < n ? unit[i] : 0)) != 0)
			return e;
	return 0;
}

static bool
rest_is_zero(const struct reader *r)
{
	struct reader at = *r;
	uint8_t b;

	while (reader_u8(&at, &b) == 0)
		if (b != 0)
			return false;
	return true;
}

int
meta_take_face8(struct meta *m)
{
	uint8_t name[FACE_MAX], b;
	bool ok = true;
	unsigned n = 0;
	int e;

	while (n + 1 < FACE_MAX && reader_u8(&m->r, &b) == 0 && b != 0) {
		name[n++] = b;
		/* second bytes of Shift_JIS begin at 0x40 */
		ok = ok && (fits_name(b) || (n > 1 && name[n - 2] >= 0x81));
	}
	if (!ok) {
		meta_found(m, FIND_METAFILE_FONT, ACT_REPLACED, m->name);
		n = 0;
	}
	for (unsigned i = 0; i < n; i++)
		if ((e = buf_u8(&m->rec, name[i])) != 0)
			return e;
	if (!rest_is_zero(&m->r))
		meta_found(m, FIND_METAFILE_FONT_REST, ACT_REMOVED, m->name);
	if ((e = buf_u8(&m->rec, 0)) != 0)
		return e;
	return n % 2 == 0 ? buf_u8(&m->rec, 0) : 0;
}
