/*
 * Fuzz target: Word documents. Seeds: samples/{benign,planted}/docx. An input
 * that is no ZIP becomes word/document.xml of a small package with a link, a
 * note, a comment and a removed object, so that markup is reached at once.
 */
#include <stdlib.h>
#include <string.h>

#include "fuzz_common.h"
#include "part_pack.h"

#define HEAD "<?xml version=\"1.0\"?>"
#define W    "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
#define O    "http://schemas.openxmlformats.org/officeDocument/2006/relationships/"
#define WT   "application/vnd.openxmlformats-officedocument.wordprocessingml."
#define REL(id, type, to) \
	"<Relationship Id='" id "' Type='" O type "' Target='" to "'/>"
#define RELS(inside) \
	HEAD "<Relationships xmlns='http://schemas.openxmlformats.org/" \
	     "package/2006/relationships'>" inside "</Relationships>"
#define TYPE(part, type) \
	"<Override PartName='/word/" part "' ContentType='" WT type "+xml'/>"

static const char types[] =
    HEAD "<Types xmlns='http://schemas.openxmlformats.org/package/2006/"
	 "content-types'><Default Extension='rels' ContentType='application/"
	 "vnd.openxmlformats-package.relationships+xml'/>" TYPE("document.xml",
	     "document.main") TYPE("footnotes.xml", "footnotes")
	     TYPE("comments.xml", "comments") "</Types>";
static const char root[] =
    RELS(REL("rId1", "officeDocument", "word/document.xml"));
static const char rels[] =
    RELS(REL("rId1", "footnotes", "footnotes.xml") REL("rId2", "comments",
	"comments.xml") "<Relationship Id='rId3' Type='" O
			"hyperlink' TargetMode='External' "
			"Target='http://h.test/'/>"
			"<Relationship Id='rId4' Type='" O
			"image' TargetMode='External' "
			"Target='http://h.test/'/>");
static const char notes[] =
    HEAD "<w:footnotes xmlns:w='" W "'>"
	 "<w:footnote w:id='1'><w:p/></w:footnote></w:footnotes>";
static const char comments[] =
    HEAD "<w:comments xmlns:w='" W "'>"
	 "<w:comment w:id='0'><w:p/></w:comment></w:comments>";

static void
accept_all(struct options *o)
{
	o->keep_tracked_changes = false;
	o->keep_comments = false;
	o->url = URL_SHOW;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	const struct pack_part parts[] = {
		{ "[Content_Types].xml", types, sizeof(types) - 1 },
		{ "_rels/.rels", root, sizeof(root) - 1 },
		{ "word/document.xml", data, n },
		{ "word/_rels/document.xml.rels", rels, sizeof(rels) - 1 },
		{ "word/footnotes.xml", notes, sizeof(notes) - 1 },
		{ "word/comments.xml", comments, sizeof(comments) - 1 },
	};
	struct buf b;

	if (n >= 2 && memcmp(data, "PK", 2) == 0) {
		(void)fuzz_rebuild("ooxml", data, n, NULL);
		(void)fuzz_rebuild_with("ooxml", data, n, accept_all, NULL);
		return 0;
	}
	buf_init(&b, n + 65536);
	if (part_pack(parts, sizeof(parts) / sizeof(parts[0]), &b) != 0)
		abort();
	(void)fuzz_rebuild("ooxml", b.data, b.len, NULL);
	(void)fuzz_rebuild_with("ooxml", b.data, b.len, accept_all, NULL);
	buf_done(&b);
	return 0;
}
