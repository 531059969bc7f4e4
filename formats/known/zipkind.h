/*
 * Which of the formats that are ZIP files is this one? Decided over the whole
 * central directory (never from the first local header) in one place, so that
 * exactly one of their probes says YES.
 *
 * What can act wins: a document that is also a program package is a package.
 */
#ifndef FORMATS_KNOWN_ZIPKIND_H
#define FORMATS_KNOWN_ZIPKIND_H

#include <stdbool.h>

#include "formats/format.h"

enum zip_kind {
	ZIP_NOT,     /* no "PK" header at offset 0 */
	ZIP_PLAIN,   /* an archive */
	ZIP_OOXML,   /* docx docm dotx dotm xlsx xlsm xltx xltm pptx pptm ppsx
			ppsm potx potm: "ooxml.docx" */
	ZIP_OPC,     /* other packages with [Content_Types].xml: "opc.xlsb" */
	ZIP_ODF,     /* OpenDocument: "odf.odt" */
	ZIP_BOOK,    /* epub, kmz, iWork, ...: "book.epub" */
	ZIP_PROGRAM, /* never crosses: jar, apk, add-ins: "package.jar" */
};

/* *sub gets a constant id; allocates nothing, about 60 KiB of stack. */
enum zip_kind zip_kind(const struct reader *, const char **sub);
/* PROBE_YES and *sub = "ooxml.docx" ... for ZIP_OOXML only. */
enum probe ooxml_kind(const struct reader *, const char **sub);
/* True for ZIP_PLAIN: for the probe of the archive module. */
bool zip_is_plain(const struct reader *);

#endif
