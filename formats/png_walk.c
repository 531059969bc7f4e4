/*
 * The chunks of a PNG file (ISO/IEC 15948), before a decoder sees it.
 *
 * The decoder gets the signature, IHDR, PLTE and the IDAT chunks as they
 * stand. A wrong CRC of one of these, an unknown critical chunk, Apple's CgBI
 * and IDAT chunks that do not follow each other hold the picture. Ancillary
 * chunks go to png_chunk.c.
 */
#include "formats/codec/flate.h"
#include "formats/png_int.h"

#include <stdio.h>
#include <string.h>

#include "formats/image.h"

#define CHUNKS_MAX 65536u /* without those of picture data */
#define CHUNK_MAX  0x7fffffffu
#define SIGNATURE  8u
#define IHDR_BYTES 13u

struct chunk {
	char name[5];
	struct reader body;
	size_t from, to; /* in the file, with length and CRC */
	bool crc_ok;
};

static bool
is_letter(uint8_t c)
{
	return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

static uint32_t
crc_of(const struct chunk *c)
{
	uint32_t crc = flate_crc32(0, c->name, 4);

	return flate_crc32(crc, c->body.data, c->body.len);
}

/* ERR_TRUNCATED at the end of the file; c->name is set when it was there. */
static int
next_chunk(struct doc *d, struct reader *in, struct chunk *c)
{
	const uint8_t *name;
	uint32_t len, crc;

	*c = (struct chunk){ .from = reader_pos(in) };
	if (reader_u32be(in, &len) != 0 || reader_bytes(in, 4, &name) != 0)
		return ERR_TRUNCATED;
	memcpy(c->name, name, 4);
	for (unsigned i = 0; i < 4; i++)
		if (!is_letter(name[i]))
			return doc_fail(d, ERR_MALFORMED,
			    "not a chunk name at byte %zu", c->from);
	if (len > CHUNK_MAX)
		return doc_fail(d, ERR_MALFORMED, "chunk %s is too long",
		    c->name);
	if (reader_sub(in, len, &c->body) != 0 || reader_u32be(in, &crc) != 0)
		return ERR_TRUNCATED;
	c->to = reader_pos(in);
	c->crc_ok = crc == crc_of(c);
	return 0;
}

static int
take_header(struct doc *d, struct png_facts *f, struct reader *in)
{
	struct chunk c;
	uint8_t compression, filter, interlace;
	int e;

	if ((e = next_chunk(d, in, &c)) != 0)
		return doc_fail(d, e, "ends in its header");
	if (strcmp(c.name, "CgBI") == 0)
		return doc_fail(d, ERR_UNSUPPORTED,
		    "Apple's own variant of PNG (CgBI)");
	if (strcmp(c.name, "IHDR") != 0 || c.body.len != IHDR_BYTES)
		return doc_fail(d, ERR_MALFORMED, "does not begin with IHDR");
	if (!c.crc_ok)
		return doc_fail(d, ERR_MALFORMED, "wrong checksum of IHDR");
	if ((e = reader_u32be(&c.body, &f->width)) != 0 ||
	    (e = reader_u32be(&c.body, &f->height)) != 0 ||
	    (e = reader_u8(&c.body, &f->depth)) != 0 ||
	    (e = reader_u8(&c.body, &f->colour)) != 0 ||
	    (e = reader_u8(&c.body, &compression)) != 0 ||
	    (e = reader_u8(&c.body, &filter)) != 0 ||
	    (e = reader_u8(&c.body, &interlace)) != 0)
		return e;
	if (compression != 0 || filter != 0 || interlace > 1)
		return doc_fail(d, ERR_UNSUPPORTED,
		    "unknown compression, filter or interlace method");
	f->interlaced = interlace == 1;
	if ((e = reader_view(in, 0, c.to, &f->head)) != 0)
		return e;
	return image_take_size(d, f->width, f->height);
}

static int
take_palette(struct doc *d, struct png_facts *f, const struct reader *in,
    const struct chunk *c)
{
	if (f->plte.data != NULL || f->idat_to != 0)
		return doc_fail(d, ERR_MALFORMED, "a second or late palette");
	if (c->body.len == 0 || c->body.len % 3 != 0 ||
	    c->body.len / 3 > PNG_PALETTE_MAX)
		return doc_fail(d, ERR_MALFORMED, "a palette of %zu bytes",
		    c->body.len);
	if (f->colour == PNG_GRAY || f->colour == PNG_GRAY_ALPHA)
		return doc_fail(d, ERR_MALFORMED,
		    "a palette in a grey picture");
	if (f->colour != PNG_INDEXED)
		return doc_found(d, FIND_IMAGE_UNKNOWN, ACT_REMOVED, "PLTE",
		    "%zu bytes", c->body.len);
	f->palette = c->body;
	return reader_view(in, c->from, c->to - c->from, &f->plte);
}

static int
take_data(struct doc *d, struct png_facts *f, const struct chunk *c)
{
	if (f->colour == PNG_INDEXED && f->plte.data == NULL)
		return doc_fail(d, ERR_MALFORMED, "the palette is missing");
	if (f->idat_to == 0)
		f->idat_from = c->from;
	else if (f->idat_to != c->from)
		return doc_fail(d, ERR_MALFORMED, "picture data in two places");
	f->idat_to = c->to;
	return 0;
}

static int
take_critical(struct doc *d, struct png_facts *f, const struct reader *in,
    const struct chunk *c)
{
	if (!c->crc_ok)
		return doc_fail(d, ERR_MALFORMED, "wrong checksum of %s",
		    c->name);
	if (strcmp(c->name, "IDAT") == 0)
		return take_data(d, f, c);
	if (strcmp(c->name, "PLTE") == 0)
		return take_palette(d, f, in, c);
	if (strcmp(c->name, "IEND") == 0) {
		f->has_end = true;
		return c->body.len == 0
			   ? 0
			   : doc_found(d, FIND_IMAGE_GARBAGE, ACT_REMOVED,
				 "IEND", "%zu bytes", c->body.len);
	}
	return doc_fail(d, ERR_UNSUPPORTED, "unknown critical chunk %s",
	    c->name);
}

static int
step(struct doc *d, struct png_facts *f, struct reader *in)
{
	struct chunk c;
	int e;

	if ((e = next_chunk(d, in, &c)) != 0) {
		f->idat_cut = strcmp(c.name, "IDAT") == 0;
		return e;
	}
	if (strcmp(c.name, "IDAT") != 0 && f->others++ == CHUNKS_MAX)
		return doc_fail(d, ERR_LIMIT, "too many chunks");
	if ((c.name[0] & 0x20) == 0)
		return take_critical(d, f, in, &c);
	if (!c.crc_ok)
		return doc_found(d, FIND_IMAGE_DAMAGED, ACT_REMOVED, c.name,
		    "wrong checksum, %zu bytes", c.body.len);
	return png_take_chunk(d, f, c.name, &c.body);
}

/* The file ended before IEND: fine when all picture data came before. */
static int
take_cut(struct doc *d, struct png_facts *f)
{
	if (f->idat_to == 0 || f->idat_cut)
		return doc_fail(d, ERR_TRUNCATED, "ends within the picture");
	return doc_found(d, FIND_IMAGE_DAMAGED, ACT_REPLACED, "",
	    "the end is missing");
}

/* Date and author of text chunks, where the Exif block has none. */
static int
merge_text(struct doc *d, struct png_facts *f)
{
	int e;

	if (f->exif.date[0] != '\0')
		f->text.date[0] = '\0';
	if (f->exif.author[0] != '\0')
		f->text.author[0] = '\0';
	if ((e = image_keep_basic(d, "tEXt", &f->text)) != 0)
		return e;
	if (f->text.date[0] != '\0')
		memcpy(f->exif.date, f->text.date, sizeof(f->exif.date));
	if (f->text.author[0] != '\0')
		memcpy(f->exif.author, f->text.author, sizeof(f->exif.author));
	return 0;
}

static int
finish(struct doc *d, struct png_facts *f, struct reader *in)
{
	struct reader rest;
	int e;

	if (f->idat_to == 0)
		return doc_fail(d, ERR_MALFORMED, "no picture data");
	if ((e = reader_view(in, f->idat_from, f->idat_to - f->idat_from,
		 &f->idat)) != 0)
		return e;
	if ((e = merge_text(d, f)) != 0)
		return e;
	if (f->frames > 0 &&
	    (e = doc_found(d, FIND_IMAGE_ANIMATION, ACT_FLATTENED, "",
		 "%u chunks", (unsigned)f->frames)) != 0)
		return e;
	if (!f->has_end)
		return 0;
	if ((e = reader_sub(in, reader_left(in), &rest)) != 0)
		return e;
	return image_report_trailer(d, &rest);
}

int
png_walk(struct doc *d, struct png_facts *f)
{
	struct reader in = doc_in(d);
	int e;

	f->exif.orientation = 1;
	if ((e = reader_skip(&in, SIGNATURE)) != 0 ||
	    (e = take_header(d, f, &in)) != 0)
		return e;
	while (!f->has_end) {
		if ((e = step(d, f, &in)) == ERR_TRUNCATED)
			e = take_cut(d, f);
		else if (e == 0)
			continue;
		if (e != 0)
			return e;
		break;
	}
	return finish(d, f, &in);
}
