/*
 * The markers of a JPEG file (ITU-T T.81 annex B), before a decoder sees it.
 *
 * Accepted: SOF0, SOF1, SOF2 with 8 bits; 1, 3 or 4 components; sampling up
 * to 4. Refused: lossless, hierarchical and arithmetic frames, DNL, DHP, EXP,
 * a second frame. The decoder gets DQT, DHT, DRI, SOF, SOS and coded data as
 * they stand, and nothing else; application segments go to jpeg_segment.c.
 */
#include "formats/jpeg_int.h"

#include "formats/image.h"

#define SEGMENTS_MAX 65536u

enum {
	M_TEM = 0x01,
	M_SOF0 = 0xc0,
	M_SOF1 = 0xc1,
	M_SOF2 = 0xc2,
	M_DHT = 0xc4,
	M_JPG = 0xc8,
	M_DAC = 0xcc,
	M_SOF15 = 0xcf,
	M_RST0 = 0xd0,
	M_RST7 = 0xd7,
	M_SOI = 0xd8,
	M_EOI = 0xd9,
	M_SOS = 0xda,
	M_DQT = 0xdb,
	M_DNL = 0xdc,
	M_DRI = 0xdd,
	M_DHP = 0xde,
	M_EXP = 0xdf,
	M_APP0 = 0xe0,
	M_APP15 = 0xef,
	M_COM = 0xfe
};

static int
add_span(struct doc *d, struct jpeg_facts *f, const struct reader *in,
    size_t from, size_t to)
{
	if (f->n_spans == JPEG_SPANS_MAX)
		return doc_fail(d, ERR_LIMIT, "more than %u tables and scans",
		    JPEG_SPANS_MAX);
	if (reader_view(in, from, to - from, &f->spans[f->n_spans]) != 0)
		return doc_fail(d, ERR_INTERNAL, "a span outside the file");
	f->n_spans++;
	return 0;
}

/*
 * The next marker; skips fill bytes. *from is where its 0xFF stands; *garbage
 * counts what stood before it. ERR_NOENT at the end of the file.
 */
static int
next_marker(struct reader *in, uint8_t *marker, size_t *from, size_t *garbage)
{
	size_t start = reader_pos(in);
	uint8_t c;

	do {
		if (reader_find(in, reader_pos(in), "\xff", 1, from) != 0 ||
		    reader_seek(in, *from) != 0)
			return ERR_NOENT;
		*garbage = *from - start;
		do {
			*from = reader_pos(in);
			if (reader_u8(in, &c) != 0)
				return ERR_NOENT;
		} while (c == 0xff);
		*from -= 1;
	} while (c == 0);
	*marker = c;
	return 0;
}

/* Past entropy-coded data: to the first marker that is not RSTn. */
static void
skip_coded(struct reader *in)
{
	size_t at = reader_pos(in);
	uint8_t c;

	for (;;) {
		if (reader_find(in, at, "\xff", 1, &at) != 0) {
			at = in->len;
			break;
		}
		if (reader_seek(in, at) != 0)
			return;
		do {
			if (reader_u8(in, &c) != 0)
				return;
		} while (c == 0xff);
		if (c != 0 && (c < M_RST0 || c > M_RST7))
			break;
		at = reader_pos(in);
	}
	if (reader_seek(in, at) != 0)
		return;
}

static int
check_component(struct doc *d, struct jpeg_facts *f, struct reader *body,
    unsigned i)
{
	uint8_t id, hv, tq;

	if (reader_u8(body, &id) != 0 || reader_u8(body, &hv) != 0 ||
	    reader_u8(body, &tq) != 0)
		return doc_fail(d, ERR_MALFORMED, "the frame header is short");
	f->component[i] = (struct jpeg_component){ id, hv >> 4, hv & 15 };
	if (hv >> 4 < 1 || hv >> 4 > 4 || (hv & 15) < 1 || (hv & 15) > 4)
		return doc_fail(d, ERR_MALFORMED,
		    "sampling factors %u x %u are not allowed", hv >> 4,
		    hv & 15);
	if (tq > 3)
		return doc_fail(d, ERR_MALFORMED,
		    "quantisation table %u does not exist", tq);
	for (unsigned j = 0; j < i; j++)
		if (f->component[j].id == id)
			return doc_fail(d, ERR_MALFORMED,
			    "two components have one number");
	return 0;
}

static int
check_frame(struct doc *d, struct jpeg_facts *f, uint8_t marker,
    struct reader body)
{
	uint8_t precision;
	int e;

	if (f->sof != 0)
		return doc_fail(d, ERR_AMBIGUOUS, "two frame headers");
	if (marker > M_SOF2)
		return doc_fail(d, ERR_UNSUPPORTED,
		    "lossless, hierarchical or arithmetic JPEG (0x%02x)",
		    marker);
	if (reader_u8(&body, &precision) != 0 ||
	    reader_u16be(&body, &f->height) != 0 ||
	    reader_u16be(&body, &f->width) != 0 ||
	    reader_u8(&body, &f->n_components) != 0)
		return doc_fail(d, ERR_MALFORMED, "the frame header is short");
	if (precision != 8)
		return doc_fail(d, ERR_UNSUPPORTED, "%u bits a sample",
		    precision);
	if (f->n_components != 1 && f->n_components != 3 &&
	    f->n_components != 4)
		return doc_fail(d, ERR_UNSUPPORTED, "%u components",
		    f->n_components);
	for (unsigned i = 0; i < f->n_components; i++)
		if ((e = check_component(d, f, &body, i)) != 0)
			return e;
	if (reader_left(&body) != 0)
		return doc_fail(d, ERR_MALFORMED, "the frame header is long");
	f->sof = marker;
	return image_take_size(d, f->width, f->height);
}

/* A scan header was read; the coded data behind it belongs to it. */
static int
take_scan(struct doc *d, struct jpeg_facts *f, struct reader *in)
{
	size_t from = reader_pos(in);
	uint64_t px = (uint64_t)f->width * f->height;

	if (f->sof == 0)
		return doc_fail(d, ERR_MALFORMED, "a scan before the frame");
	if (++f->scans > doc_options(d)->limits.max_jpeg_scans)
		return doc_fail(d, ERR_LIMIT, "more than %u scans",
		    (unsigned)doc_options(d)->limits.max_jpeg_scans);
	/* Every scan visits all blocks: many scans are many pictures. */
	if (f->scans % 16 == 0 && doc_spend(d, BUDGET_PIXELS, px) != 0)
		return ERR_LIMIT;
	skip_coded(in);
	return add_span(d, f, in, from, reader_pos(in));
}

/* Markers without a length. 1: was one, 0: has a segment, or an error. */
static int
take_bare(struct doc *d, struct jpeg_facts *f, uint8_t marker)
{
	if (marker == M_EOI) {
		f->has_end = true;
		return 1;
	}
	if (marker == M_SOI)
		return doc_fail(d, ERR_MALFORMED, "a picture in a picture");
	if (marker == M_TEM || (marker >= M_RST0 && marker <= M_RST7)) {
		int e = doc_found(d, FIND_IMAGE_GARBAGE, ACT_REMOVED, "",
		    "marker 0x%02x", marker);

		return e != 0 ? e : 1;
	}
	return 0;
}

static int
take_segment(struct doc *d, struct jpeg_facts *f, struct reader *in,
    uint8_t marker, size_t from, const struct reader *body)
{
	int e;

	if (marker == M_DNL || marker == M_DHP || marker == M_EXP)
		return doc_fail(d, ERR_UNSUPPORTED,
		    "hierarchical JPEG or a late height (0x%02x)", marker);
	if (marker == M_DHT || marker == M_DQT || marker == M_DRI)
		return add_span(d, f, in, from, reader_pos(in));
	if (marker == M_SOS) {
		e = add_span(d, f, in, from, reader_pos(in));
		return e != 0 ? e : take_scan(d, f, in);
	}
	if (marker >= M_SOF0 && marker <= M_SOF15 && marker != M_DAC &&
	    marker != M_JPG) {
		e = check_frame(d, f, marker, *body);
		return e != 0 ? e : add_span(d, f, in, from, reader_pos(in));
	}
	return jpeg_take_segment(d, f, marker, body);
}

static int
report_garbage(struct doc *d, struct jpeg_facts *f, size_t n)
{
	if (n == 0)
		return 0;
	return doc_found(d, FIND_IMAGE_GARBAGE, ACT_REMOVED, "",
	    "%zu bytes before a marker, scan %u", n, (unsigned)f->scans);
}

/* One marker with its segment. ERR_NOENT: the file ends here. */
static int
step(struct doc *d, struct jpeg_facts *f, struct reader *in)
{
	struct reader body;
	uint8_t marker;
	size_t from, garbage;
	uint16_t len;
	int e;

	if (next_marker(in, &marker, &from, &garbage) != 0)
		return ERR_NOENT;
	if ((e = report_garbage(d, f, garbage)) != 0)
		return e;
	if ((e = take_bare(d, f, marker)) != 0)
		return e < 0 ? e : 0;
	if (reader_u16be(in, &len) != 0)
		return ERR_NOENT;
	if (len < 2)
		return doc_fail(d, ERR_MALFORMED,
		    "segment 0x%02x has length %u", marker, len);
	if (reader_sub(in, len - 2u, &body) != 0)
		return ERR_NOENT;
	return take_segment(d, f, in, marker, from, &body);
}

int
jpeg_walk(struct doc *d, struct jpeg_facts *f)
{
	struct reader in = doc_in(d), rest;
	unsigned n = 0;
	int e = 0;

	f->spans = doc_alloc(d, JPEG_SPANS_MAX * sizeof(f->spans[0]));
	if (f->spans == NULL)
		return ERR_NOMEM;
	f->exif.orientation = 1;
	if (reader_skip(&in, 2) != 0)
		return doc_fail(d, ERR_TRUNCATED, "shorter than its header");
	while (!f->has_end && e == 0) {
		if (++n > SEGMENTS_MAX)
			return doc_fail(d, ERR_LIMIT, "more than %u segments",
			    SEGMENTS_MAX);
		e = step(d, f, &in);
	}
	if (e != 0 && e != ERR_NOENT)
		return e;
	if (f->scans == 0)
		return doc_fail(d, ERR_TRUNCATED, "ends before the picture");
	if (!f->has_end)
		return doc_found(d, FIND_IMAGE_DAMAGED, ACT_REPLACED, "",
		    "the end is missing");
	if ((e = reader_sub(&in, reader_left(&in), &rest)) != 0)
		return e;
	return image_report_trailer(d, &rest);
}
