/*
 * The list of formats. The order settles nothing: two structural YES are an
 * ambiguous file, whatever stands first here.
 */
#include "formats/format.h"
#include "formats/known/known.h"

#include <stddef.h>

extern const struct format format_ooxml, format_jpeg, format_png;
extern const struct format format_bmp, format_gif, format_icon, format_webp;
extern const struct format format_psd;
extern const struct format format_pdf;
extern const struct format format_tiff, format_jpeg2000, format_heif;
extern const struct format format_zip;
extern const struct format format_emf, format_wmf;
extern const struct format format_svg, format_svgz;
extern const struct format format_icalendar, format_vcard;
extern const struct format format_mail;
extern const struct format format_html;
extern const struct format format_msg, format_tnef, format_uu;
extern const struct format format_text, format_csv;

const struct format *const formats[] = {
	&format_ooxml,
	&format_jpeg,
	&format_png,
	&format_bmp,
	&format_gif,
	&format_icon,
	&format_webp,
	&format_psd,
	&format_tiff,
	&format_pdf,
	&format_jpeg2000,
	&format_heif,
	&format_zip,
	&format_emf,
	&format_wmf,
	&format_svg,
	&format_svgz,
	&format_icalendar,
	&format_vcard,
	&format_mail,
	&format_msg,
	&format_tnef,
	&format_uu,
#define KNOWN_ROW(name) &format_##name,
	KNOWN_FORMATS(KNOWN_ROW)
#undef KNOWN_ROW
	    & format_html,
	&format_text,
	&format_csv,
	NULL,
};
