/*
 * The blocks of a GIF file (GIF89a specification), before a decoder sees it.
 * Kept: pictures, their palettes, timing, transparency, disposal, the number
 * of repetitions. Comments, texts and all other extensions are named and go.
 */
#include "formats/raster/gif_int.h"

#include <string.h>

#include "formats/image.h"

#define EXTENSIONS_MAX 65536u
#define CODE_SIZE_MAX  8u
#define CODE_BITS_MAX  12u
#define CODES_MAX      4096u
#define APP_NAME_BYTES 11u
#define DISPOSAL_MAX   3u
#define CONTROL_BYTES  4u

enum {
	B_EXTENSION = 0x21,
	B_PICTURE = 0x2c,
	B_END = 0x3b,
	X_TEXT = 0x01,
	X_CONTROL = 0xf9,
	X_COMMENT = 0xfe,
	X_APPLICATION = 0xff
};

struct walk {
	struct doc *d;
	struct gif_facts *f;
	struct reader in;
	struct gif_frame control; /* what the next picture gets */
	bool has_end;
	uint32_t extensions;
};

/* Past sub-blocks to behind their end; *all: the bytes with their lengths. */
static int
skip_blocks(struct reader *in, struct reader *all)
{
	size_t from = reader_pos(in);
	uint8_t n;
	int e;

	do {
		if ((e = reader_u8(in, &n)) != 0 || (e = reader_skip(in, n)))
			return ERR_TRUNCATED;
	} while (n != 0);
	return reader_view(in, from, reader_pos(in) - from, all);
}

static int
take_palette(struct reader *in, uint8_t flags, struct reader *out)
{
	if ((flags & 0x80) == 0)
		return 0;
	return reader_sub(in, (size_t)3 << ((flags & 7) + 1), out);
}

static int
take_screen(struct walk *w)
{
	uint16_t width, height;
	uint8_t flags, aspect;
	int e;

	if ((e = reader_seek(&w->in, 6)) != 0 ||
	    (e = reader_u16le(&w->in, &width)) != 0 ||
	    (e = reader_u16le(&w->in, &height)) != 0 ||
	    (e = reader_u8(&w->in, &flags)) != 0 ||
	    (e = reader_u8(&w->in, &w->f->background)) != 0 ||
	    (e = reader_u8(&w->in, &aspect)) != 0 ||
	    (e = take_palette(&w->in, flags, &w->f->palette)) != 0)
		return doc_fail(w->d, e, "ends in its header");
	w->f->width = width;
	w->f->height = height;
	return 0;
}

/* ---- extensions */

static int
take_control(struct walk *w, struct reader body)
{
	uint8_t n, flags, transparent;
	uint16_t delay;

	w->control = (struct gif_frame){ 0 };
	if (reader_u8(&body, &n) != 0 || n < CONTROL_BYTES ||
	    reader_u8(&body, &flags) != 0 || reader_u16le(&body, &delay) != 0 ||
	    reader_u8(&body, &transparent) != 0)
		return doc_found(w->d, FIND_IMAGE_DAMAGED, ACT_REMOVED, "",
		    "a control block");
	w->control.disposal = flags >> 2 & 7;
	/* Old programs wrote 4 for 3; the others mean nothing. */
	if (w->control.disposal == DISPOSAL_MAX + 1)
		w->control.disposal = DISPOSAL_MAX;
	else if (w->control.disposal > DISPOSAL_MAX)
		w->control.disposal = 0;
	w->control.has_transparent = (flags & 1) != 0;
	w->control.transparent = w->control.has_transparent ? transparent : 0;
	w->control.delay = delay;
	if (body.len <= 1 + CONTROL_BYTES + 1)
		return 0;
	return doc_found(w->d, FIND_IMAGE_GARBAGE, ACT_REMOVED, "",
	    "%zu bytes in a control block", body.len);
}

static int
drop(struct walk *w, enum finding_id id, const char *where,
    const struct reader *body)
{
	int e = doc_found(w->d, id, ACT_REMOVED, where, "%zu bytes", body->len);

	return e == 0 ? image_report_script(w->d, where, body, NULL) : e;
}

/* "NETSCAPE2.0": 3 bytes, 1, the number of repetitions. */
static int
take_loops(struct walk *w, const struct reader *body)
{
	struct reader r = *body;
	uint8_t n, kind;
	uint16_t loops;

	if (reader_seek(&r, 1 + APP_NAME_BYTES) != 0 ||
	    reader_u8(&r, &n) != 0 || n != 3 || reader_u8(&r, &kind) != 0 ||
	    kind != 1 || reader_u16le(&r, &loops) != 0 || w->f->has_loops)
		return drop(w, FIND_IMAGE_UNKNOWN, "application", body);
	w->f->has_loops = true;
	w->f->loops = loops;
	if (reader_left(&r) <= 1)
		return 0;
	return drop(w, FIND_IMAGE_UNKNOWN, "application", body);
}

static int
take_application(struct walk *w, const struct reader *body)
{
	if (reader_has(body, 0, "\x0bNETSCAPE2.0", 12) || reader_has(body, 0,
							      "\x0b"
							      "ANIMEXTS1.0",
							      12))
		return take_loops(w, body);
	if (reader_has(body, 0, "\x0bXMP DataXMP", 12))
		return drop(w, FIND_IMAGE_XMP, "application", body);
	if (reader_has(body, 0, "\x0bICCRGBG1012", 12))
		return drop(w, FIND_IMAGE_ICC_BAD, "application", body);
	return drop(w, FIND_IMAGE_UNKNOWN, "application", body);
}

static int
take_extension(struct walk *w)
{
	struct reader body;
	uint8_t label;
	int e;

	if (++w->extensions > EXTENSIONS_MAX)
		return doc_fail(w->d, ERR_LIMIT, "more than %u extensions",
		    EXTENSIONS_MAX);
	if ((e = reader_u8(&w->in, &label)) != 0 ||
	    (e = skip_blocks(&w->in, &body)) != 0)
		return e;
	switch (label) {
	case X_CONTROL:
		return take_control(w, body);
	case X_COMMENT:
		return drop(w, FIND_IMAGE_COMMENT, "comment", &body);
	case X_TEXT:
		return drop(w, FIND_IMAGE_TEXT, "text", &body);
	case X_APPLICATION:
		return take_application(w, &body);
	default:
		return drop(w, FIND_IMAGE_UNKNOWN, "extension", &body);
	}
}

/* ---- pictures */

/* The packed bytes without the lengths of their blocks; one by one. */
static int
next_byte(struct reader *blocks, unsigned *left, uint8_t *out)
{
	uint8_t n;
	int e;

	if (*left == 0) {
		if ((e = reader_u8(blocks, &n)) != 0)
			return e;
		if (n == 0)
			return ERR_NOENT;
		*left = n;
	}
	*left -= 1;
	return reader_u8(blocks, out);
}

/* How long the next code is; nothing is decoded. */
struct lengths {
	unsigned code_size, next, width;
	bool first;
};

static void
start_codes(struct lengths *l)
{
	l->next = (1u << l->code_size) + 2;
	l->width = l->code_size + 1;
	l->first = true;
}

static void
count_code(struct lengths *l, unsigned code)
{
	if (code == 1u << l->code_size) {
		start_codes(l);
		return;
	}
	/* The first code after a start adds no entry. */
	if (!l->first && l->next < CODES_MAX)
		l->next++;
	l->first = false;
	if (l->next == 1u << l->width && l->width < CODE_BITS_MAX)
		l->width++;
}

/*
 * Follow the lengths of the codes to the one that says "end". How many bytes
 * lie behind it; 0 when it does not come.
 */
static size_t
behind_codes(struct reader blocks, unsigned code_size)
{
	struct lengths l = { .code_size = code_size };
	unsigned left = 0, bits = 0, n = 0, code;
	size_t behind = 0;
	uint8_t c;

	start_codes(&l);
	while (next_byte(&blocks, &left, &c) == 0) {
		bits |= (unsigned)c << n;
		for (n += 8; n >= l.width;) {
			code = bits & ((1u << l.width) - 1);
			bits >>= l.width;
			n -= l.width;
			if (code == (1u << code_size) + 1) {
				while (next_byte(&blocks, &left, &c) == 0)
					behind++;
				return behind;
			}
			count_code(&l, code);
		}
	}
	return 0;
}

static uint32_t
more(uint32_t a, uint32_t b)
{
	return a > b ? a : b;
}

static uint32_t
less(uint32_t a, uint32_t b)
{
	return a < b ? a : b;
}

/*
 * The first picture makes the canvas as large as itself, as readers do; of
 * the others what leaves it is cut off.
 */
static int
place(struct walk *w, struct gif_frame *p)
{
	uint32_t right = (uint32_t)p->left + p->width;
	uint32_t bottom = (uint32_t)p->top + p->height;
	int e;

	if (w->f->n_frames == 0) {
		w->f->width = more(w->f->width, right);
		w->f->height = more(w->f->height, bottom);
		if ((e = image_take_size(w->d, w->f->width, w->f->height)) != 0)
			return e;
	}
	p->x = p->left;
	p->y = p->top;
	if (p->x >= w->f->width || p->y >= w->f->height)
		return doc_fail(w->d, ERR_MALFORMED, "picture %u lies outside",
		    (unsigned)w->f->n_frames + 1);
	p->w = less(right, w->f->width) - p->x;
	p->h = less(bottom, w->f->height) - p->y;
	w->f->most_px = (uint64_t)p->width * p->height > w->f->most_px
			    ? (uint64_t)p->width * p->height
			    : w->f->most_px;
	if (p->w == p->width && p->h == p->height)
		return 0;
	return doc_found(w->d, FIND_IMAGE_DAMAGED, ACT_REPLACED, "",
	    "picture %u leaves the canvas", (unsigned)w->f->n_frames + 1);
}

static int
take_picture(struct walk *w)
{
	struct gif_frame p = w->control;
	size_t from = reader_pos(&w->in) - 1;
	struct reader body;
	uint8_t flags, code_size;
	size_t behind;
	int e;

	if (w->f->n_frames == doc_options(w->d)->limits.max_frames)
		return doc_fail(w->d, ERR_LIMIT, "more than %u pictures",
		    (unsigned)w->f->n_frames);
	w->control = (struct gif_frame){ 0 };
	if ((e = reader_u16le(&w->in, &p.left)) != 0 ||
	    (e = reader_u16le(&w->in, &p.top)) != 0 ||
	    (e = reader_u16le(&w->in, &p.width)) != 0 ||
	    (e = reader_u16le(&w->in, &p.height)) != 0 ||
	    (e = reader_u8(&w->in, &flags)) != 0 ||
	    (e = take_palette(&w->in, flags, &p.palette)) != 0 ||
	    (e = reader_u8(&w->in, &code_size)) != 0 ||
	    (e = skip_blocks(&w->in, &body)) != 0)
		return e;
	if (code_size < 1 || code_size > CODE_SIZE_MAX)
		return doc_fail(w->d, ERR_MALFORMED, "codes of %u bits",
		    code_size);
	behind = behind_codes(body, code_size);
	if (behind > 0 &&
	    (e = doc_found(w->d, FIND_IMAGE_GARBAGE, ACT_REMOVED, "",
		 "%zu bytes behind the packed pixels", behind)) != 0)
		return e;
	p.interlaced = (flags & 0x40) != 0;
	if ((e = image_take_size(w->d, p.width, p.height)) != 0 ||
	    (e = place(w, &p)) != 0 ||
	    (e = reader_view(&w->in, from, reader_pos(&w->in) - from,
		 &p.whole)) != 0)
		return e;
	w->f->frames[w->f->n_frames++] = p;
	return 0;
}

static int
step(struct walk *w)
{
	uint8_t c;
	int e;

	if ((e = reader_u8(&w->in, &c)) != 0)
		return e;
	switch (c) {
	case B_EXTENSION:
		return take_extension(w);
	case B_PICTURE:
		return take_picture(w);
	case B_END:
		w->has_end = true;
		return 0;
	case 0:
		return doc_found(w->d, FIND_IMAGE_GARBAGE, ACT_REMOVED, "",
		    "zeros between blocks");
	default:
		return ERR_NOENT;
	}
}

/* What stands where a block should: readers stop there, after a picture. */
static int
take_end(struct walk *w, int e)
{
	struct reader rest;

	if (w->f->n_frames == 0)
		return doc_fail(w->d,
		    e == ERR_TRUNCATED ? ERR_TRUNCATED : ERR_MALFORMED,
		    "no picture before the end");
	if (e != 0 && (e = doc_found(w->d, FIND_IMAGE_DAMAGED, ACT_REPLACED, "",
			   "the end is missing")) != 0)
		return e;
	if ((e = reader_sub(&w->in, reader_left(&w->in), &rest)) != 0)
		return e;
	return image_report_trailer(w->d, &rest);
}

int
gif_walk(struct doc *d, struct gif_facts *f)
{
	struct walk w = { .d = d, .f = f, .in = doc_in(d) };
	size_t n;
	int e;

	if (__builtin_mul_overflow(doc_options(d)->limits.max_frames,
		sizeof(f->frames[0]), &n) ||
	    (f->frames = doc_alloc(d, n)) == NULL)
		return ERR_NOMEM;
	if ((e = take_screen(&w)) != 0)
		return e;
	while (e == 0 && !w.has_end)
		e = step(&w);
	if (e != 0 && e != ERR_TRUNCATED && e != ERR_NOENT)
		return e;
	return take_end(&w, e);
}
