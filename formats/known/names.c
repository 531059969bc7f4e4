#include "formats/known/names.h"

#include <string.h>

#include "base/utf8.h"

/* Programs, scripts, shortcuts, settings, add-ins, images of disks. */
static const char blocked[] =
    " exe dll scr com cpl ocx sys drv pif msi msp mst msix msixbundle appx"
    " appxbundle appinstaller xap application manifest gadget diagcab diagpkg"
    " diagcfg bat cmd btm ps1 ps1xml ps2 ps2xml psm1 psd1 psc1 psc2 pssc cdxml"
    " vb vbs vbe vbscript js jse mjs cjs wsf wsh ws wsc sct hta htc htt py pyw"
    " pyc pyo pyz pyzw rb pl pm php php3 php5 phtml phar jsp jspx asp aspx asmx"
    " ashx cgi sh bash csh ksh zsh fish command tool scpt scptd applescript"
    " action workflow lua tcl ahk au3 a3x ipynb r jar war ear jnlp class groovy"
    " kts lnk url website webloc inetloc fileloc scf desktop shb shs library-ms"
    " search-ms searchconnector-ms settingcontent-ms appref-ms theme themepack"
    " deskthemepack contact wab group job pnk rdp rdg vnc ica ts osdx mydocs"
    " zfsendtotarget printerexport cdf grp ins isp inf reg mof ppkg provxml sln"
    " csproj vcxproj vbproj fsproj targets props suo code-workspace chm hlp"
    " xbap xaml vsto deploy xll xla xlam ppa ppam wll wiz mdb accdb mde accde"
    " ade adp adn mam maf mda mdw mdt mar maq mat mas mav maw laccdb accda "
    "accdr"
    " accdt accdu one onepkg onetoc onetoc2 pub vsdm vssm vstm vsw vsix mpp mpt"
    " oft ost nk2 xsn infopathxml udl dsn iqy oqy dqy rqy slk wks wk1 wk2 wk3"
    " wk4 wj2 wj3 qpw xlw xlm gcsx ocr msc wsb cer crt der p12 pfx p7b spc pem"
    " pgp gpg asc apk xapk ipa deb rpm pkg dmg iso img udf vhd vhdx vmdk vdi"
    " ova ovf qcow qcow2 wim swm esd bin cue mdf mds nrg ccd swf flv dcr dir"
    " dxr fla spl torrent metalink meta4 crx xpi safariextz mobileconfig plist"
    " qvd odb odm oxt wri wps works lwp 123 sam ace ani eps ps tte euf jwk jwf"
    " lsp fas vlx arx dcl bas frm cls app cnt crl fxp grf hpj its mad mag mcf"
    " msh msh1 msh2 mshxml msu ops osd pcd plg prf prg pst scx sldm vsmacros"
    " vxd xnk elf so dylib ko jwscript nuspec nupkg ";

static uint32_t
narrow(uint32_t c)
{
	if (c >= 0xFF01 && c <= 0xFF5E)
		c -= 0xFF01 - '!';
	if (c == 0x2024 || c == 0xFE52 || c == 0x3002 || c == 0xFF61)
		c = '.';
	return c >= 'A' && c <= 'Z' ? c + 32 : c;
}

static bool
unseen(uint32_t c)
{
	enum utf8_class k = utf8_classify(c);

	return k == UTF8_CONTROL || k == UTF8_BIDI || k == UTF8_HIDDEN ||
	       k == UTF8_VARIANT || k == UTF8_JOINER || k == UTF8_NONCHAR ||
	       k == UTF8_LINE;
}

/* How many bytes at s[0..] are one letter; broken UTF-8 is byte by byte. */
static uint32_t
letter(struct reader *r)
{
	uint32_t c;
	uint8_t b = 0;

	if (utf8_get(r, &c) == 0)
		return c;
	return reader_u8(r, &b) == 0 ? 0xE000u + b : 0xE000u;
}

/* The end of the name as ASCII; other characters become the byte 0x80. */
static size_t
flatten(const char *name, char *flat, size_t size)
{
	struct reader r;
	size_t n = 0;
	uint32_t c;

	reader_init(&r, name, strlen(name));
	while (reader_left(&r) > 0) {
		c = narrow(letter(&r));
		if (unseen(c))
			continue;
		if (n == size) {
			n = size / 2;
			memmove(flat, flat + (size - n), n);
		}
		flat[n++] = c == 0x3000 ? ' ' : c < 0x80 ? (char)c : (char)0x80;
	}
	return n;
}

void
name_extension(const char *name, char *out, size_t size)
{
	char flat[256];
	size_t n = flatten(name, flat, sizeof(flat)), from, len = 0;

	out[0] = '\0';
	while (n > 0 && (flat[n - 1] == ' ' || flat[n - 1] == '.'))
		n--;
	for (from = n; from > 0 && flat[from - 1] != '.'; from--)
		if (strchr("/\\\x80", flat[from - 1]) != NULL)
			return;
	if (from == 0)
		return;
	while (from + len < n && flat[from + len] != ':')
		len++; /* "a.exe::$DATA" */
	while (len > 0 && flat[from + len - 1] == ' ')
		len--;
	if (len >= size)
		return;
	memcpy(out, flat + from, len);
	out[len] = '\0';
}

bool
extension_blocked(const char *ext)
{
	char word[32];
	size_t n = strlen(ext);

	if (n == 0 || n + 3 > sizeof(word) || strchr(ext, ' ') != NULL)
		return false;
	word[0] = ' ';
	memcpy(word + 1, ext, n);
	word[n + 1] = ' ';
	word[n + 2] = '\0';
	return strstr(blocked, word) != NULL;
}
