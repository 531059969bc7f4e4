/*
 * Which of the text formats with a tell-tale beginning is this? Decided in
 * one place, so that exactly one of their probes says YES. What can act wins.
 */
#ifndef FORMATS_KNOWN_TEXTKIND_H
#define FORMATS_KNOWN_TEXTKIND_H

#include "base/reader.h"

enum text_kind {
	TEXT_NONE, /* ordinary text, or no text at all */
	TEXT_SHORTCUT,
	TEXT_SCRIPT,
	TEXT_TABLE, /* SYLK and queries that act in a spreadsheet */
	TEXT_RTF,
	TEXT_HTML,
	TEXT_SVG,
	TEXT_ODF,
	TEXT_XML,
	TEXT_MAIL,
	TEXT_MHTML,
	TEXT_CALENDAR,
	TEXT_VCARD,
	TEXT_JSON, /* only perhaps */
	TEXT_HTML_MAYBE,
	TEXT_DIF, /* only perhaps */
};

struct texthead;

enum text_kind text_kind(const struct reader *, const char **sub);

/* Parts of it. They return TEXT_NONE when it is nothing of theirs. */
enum text_kind markup_kind(const char *s, const char **sub);
enum text_kind mail_kind(const char *s, const char **sub);
enum text_kind active_kind(const char *s, const char **sub);

#endif
