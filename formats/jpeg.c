/*
 * JPEG (ITU-T T.81, JFIF 1.02), by lossless transcoding: the coefficients are
 * decoded and coded again under fresh headers and tables, pixel for pixel the
 * same picture.
 *
 * Written: SOI, JFIF or Adobe, Exif with the orientation alone, a rewritten
 * colour profile, tables, one sequential scan, EOI. Progressive pictures
 * become sequential: the simplest dialect. Everything else goes: see
 * docs/formats/jpeg.md. Markers are walked first (jpeg_walk.c); libjpeg sees
 * only headers, tables and coded data.
 */
#include <limits.h>
#include <setjmp.h>
#include <stdio.h>
#include <string.h>

#include <jpeglib.h>
#include <jerror.h>

#include "formats/format.h"
#include "formats/icc.h"
#include "formats/image.h"
#include "formats/jpeg_int.h"

#define M_SOI		 0xd8 /* libjpeg names EOI, but not this */
#define OUT_BLOCK_BYTES	 65536u
#define BLOCK_BYTES	 128u /* 64 coefficients of 16 bits */
#define BLOCKS_IN_MCU	 10u  /* T.81 B.2.3 */
#define STD_MAX		 1023 /* differences of it: 11 bits */
#define SMALL_PX	 65536u
#define PIXELS_MAX_BYTES ((size_t)256 << 20)
#define PREFIX_BYTES_MAX 1024u

struct jpeg {
	struct jpeg_error_mgr err; /* first: libjpeg hands it back */
	jmp_buf env;
	struct doc *d;
	struct jpeg_facts facts;
	struct buf icc, pixels;
	int e;	      /* why we jumped */
	bool wild;    /* we jumped over a coefficient that nothing can code */
	bool has_put; /* something was written */
	struct jpeg_damage damage;
	struct jpeg_decompress_struct src;
	struct jpeg_compress_struct dst;
	jvirt_barray_ptr *coefs;
	/* source: prefix, then facts.spans, then EOI for ever */
	struct jpeg_source_mgr in;
	struct buf prefix;
	size_t span;
	struct jpeg_destination_mgr out;
	jpeg_scan_info scans[JPEG_COMPONENTS_MAX];
	uint8_t block[OUT_BLOCK_BYTES];
};

/* ---- libjpeg's callbacks: none of them ever exits or prints */

static void
on_error(j_common_ptr c)
{
	struct jpeg *j = (struct jpeg *)c->err;
	char text[JMSG_LENGTH_MAX];

	if (j->e == 0) {
		j->e = c->err->msg_code == JERR_OUT_OF_MEMORY ||
			       c->err->msg_code == JERR_NO_BACKING_STORE
			   ? ERR_LIMIT
			   : ERR_MALFORMED;
		j->wild = c->err->msg_code == JERR_BAD_DCT_COEF;
		c->err->format_message(c, text);
		(void)doc_fail(j->d, j->e, "%s", text);
	}
	longjmp(j->env, 1);
}

static void
on_message(j_common_ptr c, int level)
{
	struct jpeg *j = (struct jpeg *)c->err;

	if (level >= 0)
		return;
	if (c->err->msg_code == JWRN_EXTRANEOUS_DATA) {
		j->damage.extra++;
		return;
	}
	if (j->damage.times++ == 0)
		c->err->format_message(c, j->damage.warning);
}

static void
on_nothing(j_common_ptr c)
{
	(void)c;
}

static void
in_start(j_decompress_ptr c)
{
	struct jpeg *j = c->client_data;

	j->in.next_input_byte = j->prefix.data;
	j->in.bytes_in_buffer = j->prefix.len;
	j->span = 0;
}

static boolean
in_fill(j_decompress_ptr c)
{
	static const JOCTET end[] = { 0xff, JPEG_EOI };
	struct jpeg *j = c->client_data;
	const struct reader *r;

	j->in.next_input_byte = end;
	j->in.bytes_in_buffer = sizeof(end);
	while (j->span < j->facts.n_spans) {
		r = &j->facts.spans[j->span++];
		if (r->len == 0)
			continue;
		j->in.next_input_byte = r->data;
		j->in.bytes_in_buffer = r->len;
		break;
	}
	return TRUE;
}

static void
in_skip(j_decompress_ptr c, long n)
{
	struct jpeg *j = c->client_data;

	while (n > 0 && (size_t)n > j->in.bytes_in_buffer) {
		n -= (long)j->in.bytes_in_buffer;
		(void)in_fill(c);
		if (j->span == j->facts.n_spans &&
		    (size_t)n > j->in.bytes_in_buffer)
			return;
	}
	if (n > 0) {
		j->in.next_input_byte += n;
		j->in.bytes_in_buffer -= (size_t)n;
	}
}

static void
in_end(j_decompress_ptr c)
{
	(void)c;
}

static void
out_start(j_compress_ptr c)
{
	struct jpeg *j = c->client_data;

	j->out.next_output_byte = j->block;
	j->out.free_in_buffer = sizeof(j->block);
}

static void
put_block(struct jpeg *j, size_t n)
{
	j->has_put = true;
	if (j->e == 0 && (j->e = doc_put(j->d, j->block, n)) == 0)
		return;
	longjmp(j->env, 1);
}

static boolean
out_full(j_compress_ptr c)
{
	put_block(c->client_data, OUT_BLOCK_BYTES);
	out_start(c);
	return TRUE;
}

static void
out_end(j_compress_ptr c)
{
	struct jpeg *j = c->client_data;

	put_block(j, OUT_BLOCK_BYTES - j->out.free_in_buffer);
}

/* ---- reading */

/* SOI, and what libjpeg must know to read the colours as others do. */
static int
make_prefix(struct jpeg *j)
{
	static const uint8_t soi[] = { 0xff, M_SOI };
	static const uint8_t jfif[] = { 0xff, 0xe0, 0, 16, 'J', 'F', 'I', 'F',
		0, 1, 1, 0, 0, 1, 0, 1, 0, 0 };
	static const uint8_t adobe[] = { 0xff, 0xee, 0, 14, 'A', 'd', 'o', 'b',
		'e', 0, 100, 0, 0, 0, 0 };
	const struct jpeg_facts *f = &j->facts;
	uint8_t most = f->n_components == 4 ? 2 : 1;
	int e = buf_put(&j->prefix, soi, sizeof(soi));

	if (e == 0 && f->has_jfif)
		e = buf_put(&j->prefix, jfif, sizeof(jfif));
	if (e != 0 || !f->has_adobe)
		return e;
	/* 0 is plain; any other value has one meaning left. */
	if ((e = buf_put(&j->prefix, adobe, sizeof(adobe))) != 0)
		return e;
	return buf_u8(&j->prefix, f->adobe_transform == 0 ? 0 : most);
}

/* What the coefficients of all components take, before they are allocated. */
static int
check_memory(struct jpeg *j)
{
	uint64_t room = doc_budget(j->d, BUDGET_MEMORY_BYTES), need = 0;
	const jpeg_component_info *c;

	for (int i = 0; i < j->src.num_components; i++) {
		c = &j->src.comp_info[i];
		need += (uint64_t)(c->width_in_blocks +
				   (JDIMENSION)c->h_samp_factor) *
			(c->height_in_blocks + (JDIMENSION)c->v_samp_factor) *
			BLOCK_BYTES;
	}
	if (need > room)
		return doc_fail(j->d, ERR_LIMIT,
		    "needs %llu bytes of memory, %llu are left",
		    (unsigned long long)need, (unsigned long long)room);
	j->src.mem->max_memory_to_use = room > LONG_MAX ? LONG_MAX : (long)room;
	return 0;
}

static void
read_picture(struct jpeg *j)
{
	jpeg_create_decompress(&j->src);
	j->src.client_data = j;
	j->src.src = &j->in;
	(void)jpeg_read_header(&j->src, TRUE);
	if ((j->e = check_memory(j)) != 0)
		longjmp(j->env, 1);
	j->coefs = jpeg_read_coefficients(&j->src);
}

/* ---- writing */

/* Smallest and largest of 64 coefficients, in a form compilers vectorise. */
static bool
block_fits(const JCOEF *c)
{
	JCOEF low = 0, high = 0;

	for (unsigned i = 0; i < DCTSIZE2; i++) {
		low = c[i] < low ? c[i] : low;
		high = c[i] > high ? c[i] : high;
	}
	if (low >= -STD_MAX && high <= STD_MAX)
		return true;
	/* Pure black at the best quality: only the DC value may be so low. */
	for (unsigned i = 1; i < DCTSIZE2; i++)
		if (c[i] < -STD_MAX)
			return false;
	return c[0] >= -STD_MAX - 1 && high <= STD_MAX;
}

/*
 * Can the tables of T.81 annex K code every coefficient? libjpeg does not
 * check, and a file may hold anything. They serve whenever they can: one set
 * of tables for all pictures, where nothing can hide, and no extra pass. Else
 * tables are made for the picture; libjpeg checks each value while it counts.
 */
static bool
standard_tables(struct jpeg *j)
{
	const jpeg_component_info *c;
	JBLOCKARRAY row;

	for (int i = 0; i < j->src.num_components; i++) {
		c = &j->src.comp_info[i];
		for (JDIMENSION y = 0; y < c->height_in_blocks; y++) {
			row = j->src.mem
				  ->access_virt_barray((j_common_ptr)&j->src,
				      j->coefs[i], y, 1, FALSE);
			for (JDIMENSION x = 0; x < c->width_in_blocks; x++)
				if (!block_fits(row[0][x]))
					return false;
		}
	}
	return true;
}

/* The standard tables would be the larger part of an icon. */
static bool
is_small(const struct jpeg *j)
{
	return (uint64_t)j->facts.width * j->facts.height <= SMALL_PX;
}

static void
set_components(struct jpeg *j)
{
	static const char rgb[] = "RGB", cmyk[] = "CMYK";
	J_COLOR_SPACE space = j->dst.jpeg_color_space;

	for (int i = 0; i < j->dst.num_components; i++)
		j->dst.comp_info[i].component_id = space == JCS_RGB    ? rgb[i]
						   : space == JCS_CMYK ? cmyk[i]
								       : i + 1;
}

/* One scan of everything; a scan each where that would be too many blocks. */
static void
set_scans(struct jpeg *j)
{
	const jpeg_component_info *c = j->dst.comp_info;
	unsigned blocks = 0;

	for (int i = 0; i < j->dst.num_components; i++)
		blocks += (unsigned)(c[i].h_samp_factor * c[i].v_samp_factor);
	if (j->dst.num_components == 1 || blocks <= BLOCKS_IN_MCU)
		return;
	for (int i = 0; i < j->dst.num_components; i++) {
		j->scans[i].comps_in_scan = 1;
		j->scans[i].component_index[0] = i;
		j->scans[i].Se = DCTSIZE2 - 1;
	}
	j->dst.scan_info = j->scans;
	j->dst.num_scans = j->dst.num_components;
}

static void
set_density(struct jpeg *j)
{
	const struct jpeg_facts *f = &j->facts;
	bool plain =
	    f->x_density == 0 || (f->unit == 0 && f->x_density == f->y_density);

	j->dst.JFIF_major_version = 1;
	j->dst.JFIF_minor_version = 1;
	j->dst.density_unit = f->x_density == 0 ? 0 : f->unit;
	j->dst.X_density = f->x_density == 0 ? 1 : f->x_density;
	j->dst.Y_density = f->x_density == 0 ? 1 : f->y_density;
	if (plain && f->exif.unit != 0 && f->exif.x_density != 0 &&
	    f->exif.y_density != 0) {
		j->dst.density_unit = f->exif.unit;
		j->dst.X_density = f->exif.x_density;
		j->dst.Y_density = f->exif.y_density;
	}
}

static void
set_headers(struct jpeg *j)
{
	const struct jpeg_facts *f = &j->facts;

	set_components(j);
	set_density(j);
	/* Without Adobe's mark CMYK is not inverted: no mark may be added. */
	if (j->dst.jpeg_color_space == JCS_CMYK)
		j->dst.write_Adobe_marker = f->has_adobe;
	if (f->n_components == 4)
		j->dst.write_JFIF_header = f->has_jfif;
}

static void
put_exif(struct jpeg *j)
{
	static const uint8_t name[] = { 'E', 'x', 'i', 'f', 0, 0 };
	struct buf *b = &j->prefix; /* read by now: use its room again */

	buf_clear(b);
	if ((j->e = buf_put(b, name, sizeof(name))) != 0 ||
	    (j->e = exif_put(b, &j->facts.exif)) != 0)
		longjmp(j->env, 1);
	if (b->len == sizeof(name))
		return;
	jpeg_write_marker(&j->dst, JPEG_APP0 + 1, b->data, (unsigned)b->len);
}

static void
write_picture(struct jpeg *j)
{
	jpeg_create_compress(&j->dst);
	j->dst.client_data = j;
	j->dst.dest = &j->out;
	jpeg_copy_critical_parameters(&j->src, &j->dst);
	set_headers(j);
	set_scans(j);
	j->dst.optimize_coding = is_small(j) || !standard_tables(j);
	jpeg_write_coefficients(&j->dst, j->coefs);
	put_exif(j);
	if (j->icc.len > 0)
		jpeg_write_icc_profile(&j->dst, j->icc.data,
		    (unsigned)j->icc.len);
	jpeg_finish_compress(&j->dst);
}

static int
transcode(struct jpeg *j)
{
	jpeg_std_error(&j->err);
	j->err.error_exit = on_error;
	j->err.emit_message = on_message;
	j->err.output_message = on_nothing;
	j->in = (struct jpeg_source_mgr){ .init_source = in_start,
		.fill_input_buffer = in_fill,
		.skip_input_data = in_skip,
		.resync_to_restart = jpeg_resync_to_restart,
		.term_source = in_end };
	j->out = (struct jpeg_destination_mgr){ .init_destination = out_start,
		.empty_output_buffer = out_full,
		.term_destination = out_end };
	j->src.err = &j->err;
	j->dst.err = &j->err;
	if (setjmp(j->env) == 0) {
		read_picture(j);
		write_picture(j);
	} else if (j->e == 0) {
		j->e = ERR_INTERNAL;
	}
	/* Both are zeroed or made: destroying is safe in either state. */
	jpeg_destroy_compress(&j->dst);
	jpeg_destroy_decompress(&j->src);
	return j->e;
}

/* ---- the module */

static int
report_damage(struct jpeg *j)
{
	int e = 0;

	if (j->damage.extra > 0)
		e = doc_found(j->d, FIND_IMAGE_GARBAGE, ACT_REMOVED, "",
		    "in coded data, %u times", j->damage.extra);
	if (e == 0 && j->damage.times > 0)
		e = doc_found(j->d, FIND_IMAGE_DAMAGED, ACT_REPLACED, "",
		    "%u times: %s", j->damage.times, j->damage.warning);
	return e;
}

static int
join_icc(struct jpeg *j, struct buf *whole)
{
	const struct jpeg_facts *f = &j->facts;
	int e;

	if (f->icc_bad)
		return ERR_MALFORMED;
	for (unsigned i = 0; i < f->icc_count; i++)
		if (f->icc[i].data == NULL ||
		    (e = buf_put(whole, f->icc[i].data, f->icc[i].len)) != 0)
			return ERR_MALFORMED;
	return 0;
}

static int
take_icc(struct jpeg *j)
{
	static const enum icc_space spaces[] = {
		[1] = ICC_GRAY, [3] = ICC_RGB, [4] = ICC_CMYK
	};
	struct reader profile;
	struct buf whole;
	int e;

	if (!j->facts.icc_seen)
		return 0;
	buf_init(&whole, ICC_MAX_BYTES);
	if (join_icc(j, &whole) == 0) {
		buf_reader(&whole, &profile);
		e = icc_take(j->d, "APP2", &profile,
		    spaces[j->facts.n_components], &j->icc);
	} else {
		e = doc_found(j->d, FIND_IMAGE_ICC_BAD, ACT_REMOVED, "APP2",
		    "parts are missing");
	}
	buf_done(&whole);
	return e;
}

/*
 * Pixels coded anew take the place of what the file holds: the decoder below
 * then reads them, under the same prefix.
 */
static int
reencode(struct jpeg *j)
{
	static const uint8_t end[] = { 0xff, JPEG_EOI };
	struct reader whole;
	struct buf all;
	int e;

	buf_init(&all, doc_in(j->d).len + PREFIX_BYTES_MAX);
	e = buf_put(&all, j->prefix.data, j->prefix.len);
	for (size_t i = 0; i < j->facts.n_spans && e == 0; i++)
		e = buf_put(&all, j->facts.spans[i].data,
		    j->facts.spans[i].len);
	if (e == 0)
		e = buf_put(&all, end, sizeof(end));
	buf_reader(&all, &whole);
	if (e == 0)
		e = jpeg_reencode(j->d, &whole, &j->damage, &j->pixels);
	buf_done(&all);
	if (e != 0)
		return e;
	buf_reader(&j->pixels, &whole);
	j->facts.n_spans = 1;
	return reader_view(&whole, 2, whole.len - 2, &j->facts.spans[0]);
}

/*
 * Coefficients outside of all that a picture needs (they are read, but cannot
 * be written) are only good for pixels: those are coded anew.
 */
static int
rescue(struct jpeg *j)
{
	int e;

	j->e = 0;
	j->damage = (struct jpeg_damage){ 0 };
	doc_forgive(j->d);
	buf_clear(&j->prefix);
	if ((e = make_prefix(j)) != 0 || (e = reencode(j)) != 0)
		return e;
	return transcode(j);
}

static int
code_picture(struct jpeg *j)
{
	bool pixels = doc_options(j->d)->pixels == PIXELS_REENCODE;
	int e;

	if (pixels && (e = reencode(j)) != 0)
		return e;
	e = transcode(j);
	return e != 0 && j->wild && !pixels && !j->has_put ? rescue(j) : e;
}

static int
jpeg_rebuild(struct doc *d)
{
	struct jpeg *j = doc_alloc(d, sizeof(*j));
	int e;

	if (j == NULL)
		return ERR_NOMEM;
	j->d = d;
	buf_init(&j->icc, ICC_MAX_BYTES);
	buf_init(&j->pixels, PIXELS_MAX_BYTES);
	buf_init(&j->prefix, PREFIX_BYTES_MAX);
	doc_makes(d, "jpeg", "jpg");
	e = jpeg_walk(d, &j->facts);
	if (e == 0)
		e = take_icc(j);
	if (e == 0)
		e = make_prefix(j);
	if (e == 0)
		e = code_picture(j);
	if (e == 0)
		e = report_damage(j);
	buf_done(&j->prefix);
	buf_done(&j->pixels);
	buf_done(&j->icc);
	return e;
}

/* SOI and the beginning of a marker that may follow it. */
static enum probe
jpeg_probe(const struct reader *in, const char **sub)
{
	struct reader r = *in;
	uint8_t m;

	(void)sub;
	if (!reader_has(in, 0, "\xff\xd8\xff", 3) || reader_seek(&r, 3) != 0 ||
	    reader_u8(&r, &m) != 0)
		return PROBE_NO;
	return m >= 0xc0 && m != M_SOI && m != JPEG_EOI ? PROBE_YES : PROBE_NO;
}

static const char *const jpeg_mime[] = { "image/jpeg", "image/pjpeg", NULL };

static const char *const jpeg_extensions[] = { "jpg", "jpeg", "jpe", "jfif",
	"mpo", NULL };

const struct format format_jpeg = {
	.id = "jpeg",
	.flags = FMT_IMAGE,
	.mime = jpeg_mime,
	.extensions = jpeg_extensions,
	.preload = icc_preload,
	.probe = jpeg_probe,
	.rebuild = jpeg_rebuild,
};
