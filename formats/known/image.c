/* Pictures that are not rebuilt yet: recognised at offset 0. */
#include "formats/known/known.h"

static bool
check_pcx(const struct reader *in)
{
	struct reader r = *in;
	uint8_t magic, version, coding, bits;

	return in->len >= 128 && reader_u8(&r, &magic) == 0 &&
	       reader_u8(&r, &version) == 0 && reader_u8(&r, &coding) == 0 &&
	       reader_u8(&r, &bits) == 0 && version <= 5 && coding <= 1 &&
	       (bits == 1 || bits == 2 || bits == 4 || bits == 8);
}

/* Its header is no evidence; only version 2 has a mark, at the very end. */
static bool
check_tga(const struct reader *in)
{
	return in->len > 18 + 26 &&
	       reader_has(in, in->len - 18, "TRUEVISION-XFILE.\0", 18);
}

static bool
check_icns(const struct reader *in)
{
	struct reader r = *in;
	uint32_t n;

	return reader_seek(&r, 4) == 0 && reader_u32be(&r, &n) == 0 && n >= 8 &&
	       n <= in->len;
}

static const struct known picture_table[] = {
	{ "picture.jxl", 0, KNOWN_MAGIC("\0\0\0\x0CJXL \r\n\x87\n"), NULL },
	{ "picture.jxl", 0, KNOWN_MAGIC("\xFF\x0A"), NULL },
	{ "picture.jxr", 0, KNOWN_MAGIC("II\xBC\x01"), NULL },
	{ "picture.icns", 0, KNOWN_MAGIC("icns"), check_icns },
	{ "picture.pcx", 0, KNOWN_MAGIC("\x0A"), check_pcx },
	{ "picture.dds", 0, KNOWN_MAGIC("DDS \x7C\0\0\0"), NULL },
	{ "picture.xcf", 0, KNOWN_MAGIC("gimp xcf "), NULL },
	{ "picture.exr", 0, KNOWN_MAGIC("\x76\x2F\x31\x01"), NULL },
	{ "picture.mng", 0, KNOWN_MAGIC("\x8AMNG\r\n\x1A\n"), NULL },
	{ "picture.jng", 0, KNOWN_MAGIC("\x8BJNG\r\n\x1A\n"), NULL },
	{ "picture.dicom", 128, KNOWN_MAGIC("DICM"), NULL },
	{ "picture.bpg", 0, KNOWN_MAGIC("BPG\xFB"), NULL },
	{ "picture.djvu", 0, KNOWN_MAGIC("AT&TFORM"), NULL },
	{ "picture.svm", 0, KNOWN_MAGIC("VCLMTF"), NULL },
	{ "picture.tga", 0, "", 0, check_tga },
};
static const char *const picture_mime[] = { "image/jxl", "image/jxr",
	"image/x-icns", "image/x-pcx", "image/vnd.zbrush.pcx", "image/x-tga",
	"image/x-dds", "image/x-xcf", "image/x-exr", "video/x-mng",
	"application/dicom", "image/vnd.djvu", NULL };
static const char *const picture_ext[] = { "jxl", "jxr", "wdp", "hdp", "icns",
	"pcx", "tga", "dds", "xcf", "exr", "mng", "dcm", "djvu", "svm", NULL };
KNOWN_FORMAT(picture, "picture", 0);
