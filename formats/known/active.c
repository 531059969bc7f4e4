/* Texts that act: shortcuts, scripts, queries (known by how they begin). */
#include <string.h>
#include <strings.h>

#include "formats/known/known.h"
#include "formats/known/textkind.h"
#include "formats/known/texthead.h"

static const struct {
	const char *start; /* any case */
	const char *sub;
	enum text_kind kind;
} starts[] = {
	{ "#!", "script.shebang", TEXT_SCRIPT },
	{ "@echo", "script.bat", TEXT_SCRIPT },
	{ "@setlocal", "script.bat", TEXT_SCRIPT },
	{ "@if ", "script.bat", TEXT_SCRIPT },
	{ "@rem", "script.bat", TEXT_SCRIPT },
	{ "@cls", "script.bat", TEXT_SCRIPT },
	{ "@powershell", "script.bat", TEXT_SCRIPT },
	{ "@start ", "script.bat", TEXT_SCRIPT },
	{ "@%comspec%", "script.bat", TEXT_SCRIPT },
	{ "echo off", "script.bat", TEXT_SCRIPT },
	{ "#@~^", "script.vbe", TEXT_SCRIPT },
	{ "Windows Registry Editor", "script.reg", TEXT_SCRIPT },
	{ "REGEDIT4", "script.reg", TEXT_SCRIPT },
	{ "On Error Resume Next", "script.vbs", TEXT_SCRIPT },
	{ "Option Explicit", "script.vbs", TEXT_SCRIPT },
	{ "Attribute VB_", "script.bas", TEXT_SCRIPT },
	{ "Set-ExecutionPolicy", "script.ps1", TEXT_SCRIPT },
	{ "#requires -", "script.ps1", TEXT_SCRIPT },
	{ "powershell ", "script.ps1", TEXT_SCRIPT },
	{ "powershell.exe", "script.ps1", TEXT_SCRIPT },
	{ "cmd /c", "script.bat", TEXT_SCRIPT },
	{ "cmd.exe /", "script.bat", TEXT_SCRIPT },
	{ "wscript.", "script.vbs", TEXT_SCRIPT },
	{ "javascript:", "script.js", TEXT_SCRIPT },
	{ "ID;", "table.slk", TEXT_TABLE },
	{ "XLODBC", "table.dqy", TEXT_TABLE },
	{ "QueryType=OLEDB", "table.oqy", TEXT_TABLE },
};

/* Sections of INI files that Windows acts upon. */
static const struct {
	const char *section, *sub;
	enum text_kind kind;
} sections[] = {
	{ "[InternetShortcut]", "shortcut.url", TEXT_SHORTCUT },
	{ "[InternetShortcut.A]", "shortcut.url", TEXT_SHORTCUT },
	{ "[InternetShortcut.W]", "shortcut.url", TEXT_SHORTCUT },
	{ "[Shell]", "shortcut.scf", TEXT_SHORTCUT },
	{ "[.ShellClassInfo]", "shortcut.desktop-ini", TEXT_SHORTCUT },
	{ "[AutoRun]", "shortcut.autorun", TEXT_SHORTCUT },
	{ "[AutoRun.", "shortcut.autorun", TEXT_SHORTCUT },
	{ "[Desktop Entry]", "shortcut.desktop", TEXT_SHORTCUT },
	{ "[Theme]", "shortcut.theme", TEXT_SHORTCUT },
	{ "[oledb]", "shortcut.udl", TEXT_SHORTCUT },
	{ "[ODBC]", "shortcut.dsn", TEXT_SHORTCUT },
	{ "[WFClient]", "shortcut.ica", TEXT_SHORTCUT },
	{ "[ApplicationServers]", "shortcut.ica", TEXT_SHORTCUT },
	{ "[DefaultInstall", "script.inf", TEXT_SCRIPT },
};

static bool
is_comment(const char *s)
{
	return *s == ';' || *s == '#' || strncmp(s, "//", 2) == 0 ||
	       strncmp(s, "--", 2) == 0;
}

/* The whole line; a name without its ']' is the start of several. */
static bool
is_section(const char *s, const char *section)
{
	const char *end = s + strcspn(s, "]\r\n");

	if (!texthead_starts(s, section) || *end != ']')
		return false;
	end = texthead_blanks(end + 1);
	return *end == '\0' || *end == '\r' || *end == '\n' || *end == ';';
}

/* A line of the form "name = value". */
static bool
is_setting(const char *s)
{
	size_t n = strcspn(s, "=\r\n");

	return n > 0 && s[n] == '=';
}

/* Comments, settings and sections as long as nothing else comes. */
static enum text_kind
ini_kind(const char *s, const char **sub)
{
	bool version = false;

	for (; *s != '\0'; s = texthead_line(s)) {
		s = texthead_blanks(s);
		for (size_t i = 0; i < KNOWN_COUNT(sections); i++)
			if (is_section(s, sections[i].section)) {
				*sub = sections[i].sub;
				return sections[i].kind;
			}
		if (texthead_starts(s, "[Version]"))
			version = true;
		*sub = "script.inf";
		if (version && texthead_starts(s, "Signature"))
			return TEXT_SCRIPT;
		if (*s != '[' && *s != '\r' && *s != '\n' && !is_comment(s) &&
		    !is_setting(s))
			break;
	}
	return TEXT_NONE;
}

/* "WEB", a version number, an address: a query that Excel runs. */
static bool
is_iqy(const char *s)
{
	const char *second;

	if (!texthead_starts(s, "WEB") || strchr(" \t\r\n", s[3]) == NULL ||
	    s[3] == '\0')
		return false;
	second = texthead_space(s + 3);
	if (*second >= '0' && *second <= '9')
		return true;
	return strcasestr(second, "://") != NULL &&
	       strcasestr(second, "://") < texthead_line(second);
}

/* "name:i:1": every line of a remote desktop file. */
static bool
is_rdp(const char *s)
{
	static const char *const keys[] = { "full address", "screen mode id",
		"alternate full address", "alternate shell",
		"remoteapplication", "redirectdrives", "use multimon",
		"desktopwidth", "gatewayhostname", "authentication level",
		"session bpp", "prompt for credentials" };

	for (; *s != '\0'; s = texthead_line(s)) {
		size_t n = strcspn(s, ":\r\n");

		if (*s == '\r' || *s == '\n')
			continue;
		if (s[n] != ':' || strchr("isbISB", s[n + 1]) == NULL ||
		    s[n + 1] == '\0' || s[n + 2] != ':')
			return false;
		for (size_t i = 0; i < KNOWN_COUNT(keys); i++)
			if (texthead_starts(s, keys[i]))
				return true;
	}
	return false;
}

enum text_kind
active_kind(const char *s, const char **sub)
{
	for (size_t i = 0; i < KNOWN_COUNT(starts); i++)
		if (texthead_starts(s, starts[i].start)) {
			*sub = starts[i].sub;
			if (strcmp(*sub, "table.slk") == 0 && *s != 'I')
				continue;
			return starts[i].kind;
		}
	*sub = "table.iqy";
	if (is_iqy(s))
		return TEXT_TABLE;
	*sub = "shortcut.rdp";
	if (is_rdp(s))
		return TEXT_SHORTCUT;
	if (*s == '[' || is_comment(s) || is_setting(s))
		return ini_kind(s, sub);
	return TEXT_NONE;
}
