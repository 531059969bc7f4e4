/* Archives, disk images, and the formats that are ZIP files inside. */
#include <string.h>

#include "formats/known/gzhead.h"
#include "formats/known/known.h"
#include "formats/known/zipkind.h"

#define TAR_BYTES 512u

static bool
check_bz2(const struct reader *in)
{
	return reader_has(in, 4, "1AY&SY", 6) ||
	       reader_has(in, 4, "\x17\x72\x45\x38\x50\x90", 6);
}

/* The creator alone also stands in texts: a signature is at 0. */
static bool
check_sit(const struct reader *in)
{
	return reader_has(in, 0, "SIT!", 4) || reader_has(in, 0, "ST46", 4) ||
	       reader_has(in, 0, "ST5", 3) || reader_has(in, 0, "ST6", 3) ||
	       reader_has(in, 0, "STi", 3);
}

/* "-lh5-" at 2, after the size of the header and its sum. */
static bool
check_lzh(const struct reader *in)
{
	struct reader r;

	if (reader_view(in, 2, 5, &r) != 0 || r.data[0] != '-' ||
	    r.data[4] != '-')
		return false;
	return (r.data[1] == 'l' && (r.data[2] == 'h' || r.data[2] == 'z')) ||
	       (r.data[1] == 'p' && (r.data[2] == 'm' || r.data[2] == 'c'));
}

static bool
check_arj(const struct reader *in)
{
	struct reader r = *in;
	uint16_t n;
	uint8_t first;

	return reader_seek(&r, 2) == 0 && reader_u16le(&r, &n) == 0 &&
	       reader_u8(&r, &first) == 0 && n >= 30 && n <= 2600 &&
	       first >= 30 && first <= n;
}

static bool
digits(const struct reader *in, size_t from, size_t n, const char *known)
{
	struct reader r;

	if (reader_view(in, from, n, &r) != 0)
		return false;
	for (size_t i = 0; i < n; i++)
		if (r.data[i] == '\0' || strchr(known, r.data[i]) == NULL)
			return false;
	return true;
}

/* Numbers of fixed width; a table of numbers also begins with digits. */
static bool
check_cpio(const struct reader *in)
{
	return digits(in, 6, 104, "0123456789abcdefABCDEF");
}

static bool
check_cpio_old(const struct reader *in)
{
	return digits(in, 6, 70, "01234567");
}

/* A Debian package is one too, and blocked as a program. */
static bool
check_ar(const struct reader *in)
{
	return !reader_has(in, 8, "debian", 6);
}

static bool
check_cab(const struct reader *in)
{
	return reader_has(in, 4, "\0\0\0\0", 4) || in->len >= 36;
}

/* The sum over the first block with its own field as blanks; octal. */
static bool
check_tar(const struct reader *in)
{
	struct reader r;
	uint32_t sum = 0, said = 0;
	bool digits = false;

	if (reader_view(in, 0, TAR_BYTES, &r) != 0 || r.data[0] == '\0')
		return false;
	for (size_t i = 0; i < TAR_BYTES; i++)
		sum += i >= 148 && i < 156 ? ' ' : r.data[i];
	for (size_t i = 148; i < 156; i++) {
		if (r.data[i] >= '0' && r.data[i] <= '7') {
			said = said * 8 + (r.data[i] - (uint32_t)'0');
			digits = true;
		} else if (digits) {
			break;
		}
	}
	return digits && sum == said;
}

static bool
check_end(const struct reader *in, const char *magic)
{
	return in->len >= 1024 && reader_has(in, in->len - 512, magic, 4);
}

static bool
check_dmg(const struct reader *in)
{
	return check_end(in, "koly");
}

static bool
check_vhd(const struct reader *in)
{
	return check_end(in, "cone") &&
	       reader_has(in, in->len - 508, "ctix", 4);
}

/* A packed drawing is no archive. */
static bool
check_gz(const struct reader *in)
{
	return !gzhead_is_svg(in) && !gzhead_is_emf(in) && !gzhead_is_wmf(in);
}

static const struct known archive_table[] = {
	{ "archive.7z", 0, KNOWN_MAGIC("7z\xBC\xAF\x27\x1C"), NULL },
	{ "archive.rar4", 0, KNOWN_MAGIC("Rar!\x1A\x07\0"), NULL },
	{ "archive.rar5", 0, KNOWN_MAGIC("Rar!\x1A\x07\1\0"), NULL },
	{ "archive.rar1", 0, KNOWN_MAGIC("RE\x7E\x5E"), NULL },
	{ "archive.gz", 0, KNOWN_MAGIC("\x1F\x8B\x08"), check_gz },
	{ "archive.bz2", 0, KNOWN_MAGIC("BZh"), check_bz2 },
	{ "archive.xz", 0,
	    KNOWN_MAGIC("\xFD"
			"7zXZ\0"),
	    NULL },
	{ "archive.lzma", 0, KNOWN_MAGIC("\x5D\0\0\x80\0"), NULL },
	{ "archive.zst", 0, KNOWN_MAGIC("\x28\xB5\x2F\xFD"), NULL },
	{ "archive.zst", 1, KNOWN_MAGIC("\x2A\x4D\x18"), NULL },
	{ "archive.lz4", 0, KNOWN_MAGIC("\x04\x22\x4D\x18"), NULL },
	{ "archive.lz4", 0, KNOWN_MAGIC("\x02\x21\x4C\x18"), NULL },
	{ "archive.lz", 0, KNOWN_MAGIC("LZIP\1"), NULL },
	{ "archive.lzo", 0, KNOWN_MAGIC("\x89LZO\0\r\n\x1A\n"), NULL },
	{ "archive.Z", 0, KNOWN_MAGIC("\x1F\x9D"), NULL },
	{ "archive.lzh", 0, "", 0, check_lzh },
	{ "archive.cab", 0, KNOWN_MAGIC("MSCF"), check_cab },
	{ "archive.szdd", 0, KNOWN_MAGIC("SZDD\x88\xF0\x27\x33"), NULL },
	{ "archive.szdd", 0, KNOWN_MAGIC("KWAJ\x88\xF0\x27\xD1"), NULL },
	{ "archive.arj", 0, KNOWN_MAGIC("\x60\xEA"), check_arj },
	{ "archive.cpio", 0, KNOWN_MAGIC("070701"), check_cpio },
	{ "archive.cpio", 0, KNOWN_MAGIC("070702"), check_cpio },
	{ "archive.cpio", 0, KNOWN_MAGIC("070707"), check_cpio_old },
	{ "archive.ar", 0, KNOWN_MAGIC("!<arch>\n"), check_ar },
	{ "archive.xar", 0, KNOWN_MAGIC("xar!"), NULL },
	{ "archive.zoo", 20, KNOWN_MAGIC("\xDC\xA7\xC4\xFD"), NULL },
	{ "archive.sit", 0, KNOWN_MAGIC("StuffIt (c)"), NULL },
	{ "archive.sit", 10, KNOWN_MAGIC("rLau"), check_sit },
	{ "archive.alz", 0, KNOWN_MAGIC("ALZ\1"), NULL },
	{ "archive.egg", 0, KNOWN_MAGIC("EGGA"), NULL },
	{ "archive.zip-part", 0, KNOWN_MAGIC("PK\7\x08"), NULL },
	{ "archive.zip-part", 0, KNOWN_MAGIC("PK00PK"), NULL },
	{ "archive.tar", 257, KNOWN_MAGIC("ustar"), NULL },
	{ "archive.tar", 0, "", 0, check_tar },
};
static const char *const archive_mime[] = { "application/x-7z-compressed",
	"application/x-rar", "application/gzip", "application/x-gzip",
	"application/x-bzip2", "application/x-xz", "application/zstd",
	"application/x-zstd", "application/x-lz4", "application/x-lzip",
	"application/x-compress", "application/x-lzma",
	"application/x-lzh-compressed", "application/x-lharc",
	"application/vnd.ms-cab-compressed", "application/x-arj",
	"application/x-cpio", "application/x-archive", "application/x-xar",
	"application/x-tar", "application/x-gtar", "application/x-ustar",
	"application/x-zoo", "application/x-stuffit", "application/zip", NULL };
static const char *const archive_ext[] = { "7z", "rar", "gz", "tgz", "bz2",
	"tbz", "tbz2", "xz", "txz", "zst", "tzst", "lz4", "lz", "lzma", "z",
	"taz", "lzh", "lha", "lzs", "pma", "cab", "arj", "cpio", "tar", "ustar",
	"a", "xar", "zoo", "sit", "sitx", "alz", "egg", NULL };
KNOWN_FORMAT(archive, "archive", 0);

static const struct known disk_table[] = {
	{ "disk.iso", 0x8001, KNOWN_MAGIC("CD001"), NULL },
	{ "disk.udf", 0x8001, KNOWN_MAGIC("BEA01"), NULL },
	{ "disk.vhdx", 0, KNOWN_MAGIC("vhdxfile"), NULL },
	{ "disk.vhd", 0, KNOWN_MAGIC("conectix"), NULL },
	{ "disk.vhd", 0, "", 0, check_vhd },
	{ "disk.wim", 0, KNOWN_MAGIC("MSWIM\0\0\0"), NULL },
	{ "disk.dmg", 0, "", 0, check_dmg },
	{ "disk.vmdk", 0, KNOWN_MAGIC("KDMV"), NULL },
	{ "disk.vmdk", 0, KNOWN_MAGIC("# Disk DescriptorFile"), NULL },
	{ "disk.qcow", 0, KNOWN_MAGIC("QFI\xFB"), NULL },
	{ "disk.vdi", 64, KNOWN_MAGIC("\x7F\x10\xDA\xBE"), NULL },
	{ "disk.ace", 7, KNOWN_MAGIC("**ACE**"), NULL },
	{ "disk.rpm", 0, KNOWN_MAGIC("\xED\xAB\xEE\xDB"), NULL },
	{ "disk.crx", 0, KNOWN_MAGIC("Cr24"), NULL },
};
static const char *const disk_mime[] = { "application/x-iso9660-image",
	"application/x-ace-compressed", "application/x-rpm",
	"application/x-ms-wim", "application/x-virtualbox-vhd",
	"application/x-vhdx", "application/x-qemu-disk",
	"application/x-chrome-extension", NULL };
static const char *const disk_ext[] = { "iso", "udf", "img", "vhd", "vhdx",
	"wim", "esd", "swm", "dmg", "vmdk", "qcow", "qcow2", "vdi", "ace",
	"rpm", "crx", NULL };
KNOWN_FORMAT(disk, "disk", FMT_BLOCKED);

/* ---- ZIP inside */

static enum probe
probe_zip(const struct reader *in, enum zip_kind want, const char **sub)
{
	const char *s;

	if (zip_kind(in, &s) != want)
		return PROBE_NO;
	*sub = s;
	return PROBE_YES;
}

#define ZIP_FORMAT(name, id_, want, flags_) \
	static enum probe name##_probe(const struct reader *in, \
	    const char **sub) \
	{ \
		return probe_zip(in, want, sub); \
	} \
	const struct format format_##name = { \
		.id = id_, \
		.mime = name##_mime, \
		.extensions = name##_ext, \
		.flags = flags_, \
		.probe = name##_probe, \
	}

static const char *const opc_mime[] = { "application/zip",
	"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
	"application/vnd.openxmlformats-officedocument.wordprocessingml."
	"document",
	"application/vnd.openxmlformats-officedocument.presentationml."
	"presentation",
	"application/vnd.ms-visio.drawing.main+xml",
	"application/vnd.ms-xpsdocument", "application/oxps", NULL };
static const char *const opc_ext[] = { "xlsb", "vsdx", "vssx", "vstx", "xps",
	"oxps", "thmx", "3mf", NULL };
ZIP_FORMAT(opc, "opc", ZIP_OPC, 0);

static const char *const odf_mime[] = { "application/zip",
	"application/vnd.oasis.opendocument.text",
	"application/vnd.oasis.opendocument.text-template",
	"application/vnd.oasis.opendocument.text-web",
	"application/vnd.oasis.opendocument.spreadsheet",
	"application/vnd.oasis.opendocument.spreadsheet-template",
	"application/vnd.oasis.opendocument.presentation",
	"application/vnd.oasis.opendocument.presentation-template",
	"application/vnd.oasis.opendocument.graphics",
	"application/vnd.oasis.opendocument.graphics-template",
	"application/vnd.oasis.opendocument.formula",
	"application/vnd.oasis.opendocument.chart",
	"application/vnd.oasis.opendocument.image",
	"application/vnd.sun.xml.writer", "application/vnd.sun.xml.calc",
	"application/vnd.sun.xml.impress", "application/vnd.sun.xml.draw",
	NULL };
static const char *const odf_ext[] = { "odt", "ott", "oth", "ods", "ots", "odp",
	"otp", "odg", "otg", "odf", "odc", "otc", "odi", "sxw", "stw", "sxc",
	"stc", "sxi", "sti", "sxd", NULL };
ZIP_FORMAT(odf, "odf", ZIP_ODF, 0);

static const char *const book_mime[] = { "application/epub+zip",
	"application/vnd.google-earth.kmz", "application/zip", NULL };
static const char *const book_ext[] = { "epub", "kmz", "numbers", "pages",
	"key", "hwpx", NULL };
ZIP_FORMAT(book, "book", ZIP_BOOK, 0);

static const char *const package_mime[] = { "application/java-archive",
	"application/vnd.android.package-archive", "application/x-xpinstall",
	"application/zip",
	"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
	"application/vnd.openxmlformats-officedocument.presentationml."
	"presentation",
	"application/vnd.ms-visio.drawing.main+xml",
	"application/vnd.oasis.opendocument.text-master",
	"application/vnd.oasis.opendocument.database", NULL };
static const char *const package_ext[] = { "jar", "war", "ear", "apk", "msix",
	"appx", "xap", "vsix", "xpi", "nupkg", "xlam", "ppam", "vsdm", "vssm",
	"vstm", "odm", "odb", "oxt", NULL };
ZIP_FORMAT(package, "package", ZIP_PROGRAM, FMT_BLOCKED);
