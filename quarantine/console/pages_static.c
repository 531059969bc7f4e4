/* Style, script and sign: constants of the program, so no path is opened. */
#include "quarantine/console/pages.h"
#include "static_files.h"

int
static_style(struct visit *v)
{
	return visit_bytes(v, "text/css", static_style_css,
	    sizeof(static_style_css), NULL);
}

int
static_script(struct visit *v)
{
	return visit_bytes(v, "text/javascript", static_console_js,
	    sizeof(static_console_js), NULL);
}

int
static_icon(struct visit *v)
{
	return visit_bytes(v, "image/svg+xml", static_icon_svg,
	    sizeof(static_icon_svg), NULL);
}

int
static_robots(struct visit *v)
{
	static const char text[] = "User-agent: *\nDisallow: /\n";

	return visit_bytes(v, "text/plain; charset=utf-8", text,
	    sizeof(text) - 1, NULL);
}
