/*
 * EMF: a drawing that is there only as EMF+ becomes a crossed frame with a
 * line of text in its place, drawn with records like any other.
 */
#include "formats/drawing/emf.h"

#include <string.h>

enum { PEN = 1, BRUSH = 2, FONT = 3 };

/* "この図は表示できません": the drawing cannot be shown. */
static const uint16_t words[] = { 0x3053, 0x306e, 0x56f3, 0x306f, 0x8868,
	0x793a, 0x3067, 0x304d, 0x307e, 0x305b, 0x3093 };

#define WORDS	 (sizeof(words) / sizeof(words[0]))
#define ALIGN	 6u /* centred */
#define SHIFTJIS 128u

static int
put(struct emf *e, uint32_t type, const uint32_t *v, size_t n)
{
	int err = 0;

	buf_clear(&e->m->rec);
	for (size_t i = 0; err == 0 && i < n; i++)
		err = buf_u32le(&e->m->rec, v[i]);
	return err != 0 ? err : emf_put(e, type);
}

static int
put_font(struct emf *e, uint32_t height)
{
	static const uint8_t rest[292];
	struct buf *to = &e->m->rec;
	int err;

	buf_clear(to);
	if ((err = buf_u32le(to, FONT)) != 0 ||
	    (err = buf_u32le(to, 0u - height)) != 0 ||
	    (err = buf_put(to, rest, 12)) != 0 ||
	    (err = buf_u32le(to, 400)) != 0 ||
	    (err = buf_u32le(to, SHIFTJIS << 24)) != 0 ||
	    (err = buf_u32le(to, 0)) != 0 ||
	    (err = buf_put(to, rest, sizeof(rest))) != 0)
		return err;
	return emf_put(e, EMF_CREATEFONT);
}

static int
put_text(struct emf *e, const uint32_t box[4], uint32_t x, uint32_t y)
{
	const uint32_t v[] = { box[0], box[1], box[2], box[3], 1, 0x3f800000,
		0x3f800000, x, y, WORDS, 76, 0, box[0], box[1], box[2], box[3],
		0 };
	int err;

	buf_clear(&e->m->rec);
	for (size_t i = 0; i < sizeof(v) / sizeof(v[0]); i++)
		if ((err = buf_u32le(&e->m->rec, v[i])) != 0)
			return err;
	for (size_t i = 0; i < WORDS; i++)
		if ((err = buf_u16le(&e->m->rec, words[i])) != 0)
			return err;
	return emf_put(e, EMF_EXTTEXTOUTW);
}

static int
put_frame(struct emf *e, const uint32_t box[4])
{
	const uint32_t pen[] = { PEN, 0, 1, 0, 0x808080 };
	const uint32_t brush[] = { BRUSH, 0, 0xf0f0f0, 0 };
	const uint32_t down[] = { box[0], box[1], box[2], box[3] };
	const uint32_t up[] = { box[0], box[3], box[2], box[1] };
	const uint32_t none = 1, align = ALIGN;
	int err;

	if ((err = put(e, EMF_CREATEPEN, pen, 5)) != 0 ||
	    (err = put(e, EMF_CREATEBRUSH, brush, 4)) != 0 ||
	    (err = put(e, EMF_SELECT, &pen[0], 1)) != 0 ||
	    (err = put(e, EMF_SELECT, &brush[0], 1)) != 0 ||
	    (err = put(e, EMF_SETBKMODE, &none, 1)) != 0 ||
	    (err = put(e, EMF_SETTEXTALIGN, &align, 1)) != 0 ||
	    (err = put(e, EMF_RECTANGLE, box, 4)) != 0 ||
	    (err = put(e, EMF_MOVETO, &down[0], 2)) != 0 ||
	    (err = put(e, EMF_LINETO, &down[2], 2)) != 0 ||
	    (err = put(e, EMF_MOVETO, &up[0], 2)) != 0)
		return err;
	return put(e, EMF_LINETO, &up[2], 2);
}

int
emf_draw_stand_in(struct emf *e, const uint32_t box[4])
{
	int64_t left = (int32_t)box[0], top = (int32_t)box[1];
	int64_t w = (int32_t)box[2] - left, h = (int32_t)box[3] - top;
	int64_t height = w / 14 < h / 4 ? w / 14 : h / 4;
	const uint32_t font = FONT;
	int err;

	buf_clear(&e->m->out);
	memset(e->m->objects, OBJ_NONE, sizeof(e->m->objects));
	e->records = 1;
	e->top = 1;
	if (w <= 0 || h <= 0) /* no place to draw in */
		return 0;
	e->top = FONT + 1;
	if (height < 1)
		height = 1;
	if ((err = put_frame(e, box)) != 0 ||
	    (err = put_font(e, (uint32_t)height)) != 0 ||
	    (err = put(e, EMF_SELECT, &font, 1)) != 0)
		return err;
	return put_text(e, box, (uint32_t)(left + w / 2),
	    (uint32_t)(top + (h - height) / 2));
}
