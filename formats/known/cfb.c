/*
 * Compound files: what the root storage holds says what it is. Only that the
 * kinds that may never cross are found matters for safety, so they win.
 */
#include <string.h>

#include "formats/known/cfbdir.h"
#include "formats/known/known.h"

enum class { PLAIN, BLOCKED, ENCRYPTED, MESSAGE };

static const struct {
	const char *name; /* in the root storage; "^" in front: a prefix */
	enum cfb_type type;
	const char *sub;
	enum class class;
} names[] = {
	/* The order is that of preference. */
	{ "EncryptedPackage", CFB_STREAM, "ooxml-encrypted", ENCRYPTED },
	{ "\tDRMContent", CFB_STREAM, "ooxml-encrypted.drm", ENCRYPTED },
	{ "Quill", CFB_STORAGE, "ole2-blocked.pub", BLOCKED },
	{ "^   1", CFB_STORAGE, "ole2-blocked.mpp", BLOCKED },
	{ "^\001Project", CFB_STREAM, "ole2-blocked.mpp", BLOCKED },
	{ "SccEndPoint", CFB_STREAM, "ole2-blocked.suo", BLOCKED },
	{ "SolutionConfiguration", CFB_STREAM, "ole2-blocked.suo", BLOCKED },
	{ "\004JSRV_SegmentInformation", CFB_STREAM, "ole2.jtd", PLAIN },
	{ "JSCompDocument", CFB_STREAM, "ole2.jtdc", PLAIN },
	{ "VisioDocument", CFB_STREAM, "ole2.vsd", PLAIN },
	{ "PowerPoint Document", CFB_STREAM, "ole2.ppt", PLAIN },
	{ "PP40", CFB_STREAM, "ole2.ppt", PLAIN },
	{ "Workbook", CFB_STREAM, "ole2.xls", PLAIN },
	{ "Book", CFB_STREAM, "ole2.xls", PLAIN },
	{ "WordDocument", CFB_STREAM, "ole2.doc", PLAIN },
	{ "__properties_version1.0", CFB_STREAM, "msg", MESSAGE },
	{ "HwpSummaryInformation", CFB_STREAM, "ole2.hwp", PLAIN },
	{ "\005HwpSummaryInformation", CFB_STREAM, "ole2.hwp", PLAIN },
	{ "MatOST", CFB_STREAM, "ole2.wps", PLAIN },
	{ "Catalog", CFB_STREAM, "ole2.thumbs", PLAIN },
};

/* CLSIDs as they stand in the file (first three fields little-endian). */
#define TAIL "\0\0\0\0\xC0\0\0\0\0\0\0\x46"

static const struct {
	const char *clsid;
	const char *sub;
	enum class class;
} clsids[] = {
	{ "\x82\x10\x0C\0" TAIL, "ole2-blocked.mst", BLOCKED },
	{ "\x84\x10\x0C\0" TAIL, "ole2-blocked.msi", BLOCKED },
	{ "\x86\x10\x0C\0" TAIL, "ole2-blocked.msp", BLOCKED },
	{ "\x46\xF0\x06\0" TAIL, "ole2-blocked.oft", BLOCKED },
	{ "\x06\x09\x02\0" TAIL, "ole2.doc", PLAIN },
	{ "\x00\x09\x02\0" TAIL, "ole2.doc", PLAIN },
	{ "\x20\x08\x02\0" TAIL, "ole2.xls", PLAIN },
	{ "\x10\x08\x02\0" TAIL, "ole2.xls", PLAIN },
	{ "\x10\x8D\x81\x64\x9B\x4F\xCF\x11\x86\xEA\0\xAA\0\xB9\x29\xE8",
	    "ole2.ppt", PLAIN },
	{ "\x0B\x0D\x02\0" TAIL, "msg", MESSAGE },
};

struct seen {
	bool name[KNOWN_COUNT(names)];
	bool msi;
	struct cfb_item word;
};

static void
see(void *arg, const struct cfb_item *it)
{
	struct seen *s = arg;

	/* Installer tables have names packed into U+3800..U+4840. */
	s->msi = s->msi || it->first == 0x4840;
	for (size_t i = 0; i < KNOWN_COUNT(names); i++) {
		const char *n = names[i].name;

		if (names[i].type != it->type)
			continue;
		if (n[0] == '^' ? strncmp(it->name, n + 1, strlen(n + 1)) == 0
				: strcmp(it->name, n) == 0)
			s->name[i] = true;
	}
	if (it->type == CFB_STREAM && strcmp(it->name, "WordDocument") == 0)
		s->word = *it;
}

/* FIB: fDot says template. */
static bool
is_dot(const struct cfbdir *d, const struct cfb_item *word)
{
	struct reader r;
	uint16_t flags;

	return word->type == CFB_STREAM && cfbdir_head(d, word, &r) == 0 &&
	       reader_seek(&r, 10) == 0 && reader_u16le(&r, &flags) == 0 &&
	       (flags & 1) != 0;
}

static enum class by_clsid(const struct cfbdir *d, const char **sub) {
	for (size_t i = 0; i < KNOWN_COUNT(clsids);
	     i++) if (memcmp(d->clsid, clsids[i].clsid, 16) ==
		      0){ *sub = clsids[i].sub; return clsids[i].class; }
*sub = "ole2.other";
return PLAIN;
}

static enum class classify(const struct reader *in, const char **sub) {
	struct cfbdir d; struct seen s; enum class c;

	memset(&s, 0, sizeof(s)); memset(&d, 0, sizeof(d)); *sub = "ole2.other";
	if (cfbdir_walk(in, &d, see, &s) != 0) return PLAIN;
	c = by_clsid(&d, sub); if (c == BLOCKED) return c;
	if (s.msi){ *sub = "ole2-blocked.msi"; return BLOCKED; }
for (size_t i = 0; i < KNOWN_COUNT(names); i++)
{
	if (!s.name[i])
		continue;
	*sub = names[i].sub;
	if (strcmp(*sub, "ole2.doc") == 0 && is_dot(&d, &s.word))
		*sub = "ole2.dot";
	return names[i].class;
}
return c;
}

static enum probe
probe_class(const struct reader *in, enum class want, const char **sub)
{
	const char *s;

	if (!cfbdir_is(in) || classify(in, &s) != want)
		return PROBE_NO;
	*sub = s;
	return PROBE_YES;
}

static enum probe
probe_plain(const struct reader *in, const char **sub)
{
	return probe_class(in, PLAIN, sub);
}

static enum probe
probe_blocked(const struct reader *in, const char **sub)
{
	return probe_class(in, BLOCKED, sub);
}

enum probe
cfb_probe_message(const struct reader *in, const char **sub)
{
	return probe_class(in, MESSAGE, sub);
}

static enum probe
probe_encrypted(const struct reader *in, const char **sub)
{
	return probe_class(in, ENCRYPTED, sub);
}

static const char *const cfb_mime[] = { "application/msword",
	"application/vnd.ms-excel", "application/vnd.ms-powerpoint",
	"application/vnd.ms-office", "application/x-ole-storage",
	"application/CDFV2", "application/x-hwp", "application/vnd.visio",
	NULL };
static const char *const cfb_ext[] = { "doc", "dot", "xls", "xlt", "ppt", "pps",
	"pot", "vsd", "vss", "vst", "jtd", "jtt", "jtdc", "jttc", "jfw", "jhd",
	"hwp", "wps", "zvi", "shw", NULL };
static const char *const blocked_mime[] = { "application/x-msi",
	"application/vnd.ms-office", "application/x-ole-storage",
	"application/vnd.ms-outlook", "application/CDFV2", NULL };
static const char *const blocked_ext[] = { "msi", "msp", "mst", "pub", "mpp",
	"oft", "suo", NULL };
static const char *const encrypted_mime[] = { "application/encrypted",
	"application/x-ole-storage", "application/CDFV2", NULL };
static const char *const encrypted_ext[] = { "docx", "docm", "dotx", "dotm",
	"xlsx", "xlsm", "xltx", "xltm", "xlsb", "xlam", "pptx", "pptm", "ppsx",
	"ppsm", "potx", "potm", NULL };

const struct format format_cfb = {
	.id = "ole2",
	.mime = cfb_mime,
	.extensions = cfb_ext,
	.probe = probe_plain,
};
const struct format format_cfb_blocked = {
	.id = "ole2-blocked",
	.mime = blocked_mime,
	.extensions = blocked_ext,
	.flags = FMT_BLOCKED,
	.probe = probe_blocked,
};
const struct format format_ooxml_encrypted = {
	.id = "ooxml-encrypted",
	.mime = encrypted_mime,
	.extensions = encrypted_ext,
	.flags = FMT_ENCRYPTED,
	.probe = probe_encrypted,
};
