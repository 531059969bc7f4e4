/*
 * Formats that are recognised and not rebuilt, one struct format a family:
 * they say what a held file is, and block what may never cross. Most are
 * tables of bytes at fixed offsets with a small structural check.
 * docs/identify.md lists them all.
 */
#ifndef FORMATS_KNOWN_KNOWN_H
#define FORMATS_KNOWN_KNOWN_H

#include <stdbool.h>

#include "formats/format.h"

struct known {
	const char *sub; /* constant finer id */
	size_t off;	 /* from 0; the file must be at least off + n long */
	const char *bytes;
	size_t n; /* 0: check() alone decides */
	/* NULL, or the rest of the structure; gets a cursor at 0. */
	bool (*check)(const struct reader *);
};

#define KNOWN_MAGIC(s) (s), sizeof(s) - 1
#define KNOWN_COUNT(a) (sizeof(a) / sizeof((a)[0]))

/* PROBE_YES with the first row that fits. */
enum probe known_probe(const struct reader *, const struct known *, size_t n,
    const char **sub);

/* A family: NAME_table, NAME_mime and NAME_ext stand before it. */
#define KNOWN_FORMAT(name, id_, flags_) \
	static enum probe name##_probe(const struct reader *in, \
	    const char **sub) \
	{ \
		return known_probe(in, name##_table, \
		    KNOWN_COUNT(name##_table), sub); \
	} \
	const struct format format_##name = { \
		.id = id_, \
		.mime = name##_mime, \
		.extensions = name##_ext, \
		.flags = flags_, \
		.probe = name##_probe, \
	}

/* A compound file that is an Outlook message (formats/mail/outlook.c). */
enum probe cfb_probe_message(const struct reader *, const char **sub);

/* Every family, for registry.c. */
/* clang-format off */
#define KNOWN_FORMATS(X) \
	X(cfb) X(cfb_blocked) X(ooxml_encrypted) X(opc) X(odf) \
	X(book) X(package) \
	X(picture) X(archive) X(disk) X(media) X(flash) \
	X(font) X(database) X(access) X(ebook) X(olddoc) X(wordperfect) \
	X(help) X(onenote) X(program) X(shortcut) X(script) X(postscript) \
	X(cad) X(torrent) X(mailstore) X(rtf) \
	X(xml) X(odf_flat) X(mhtml) X(json) \
	X(unsafe_table) X(dif)
/* clang-format on */

#define KNOWN_DECLARE(name) extern const struct format format_##name;
KNOWN_FORMATS(KNOWN_DECLARE)
#undef KNOWN_DECLARE

#endif
