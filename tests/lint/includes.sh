#!/bin/bash
# Who may include whom: see docs/architecture.md. Headers of parser libraries
# appear in formats/ only.
set -u
cd "$(dirname "$0")/../.." || exit 1
bad=0

# deny FOLDER PATTERN WHY: no include in FOLDER may match PATTERN
deny()
{
	[ -d "$1" ] || return 0
	hits=$(grep -rnE --include='*.[ch]' "^[[:space:]]*#[[:space:]]*include[[:space:]]*$2" "$1" |
	    grep -v "^$excepted\$")
	[ -z "$hits" ] && return 0
	printf '%s\n# %s\n' "$hits" "$3"
	bad=1
}

# only FOLDER ALLOWED: includes in quotes with a slash must match ALLOWED
only()
{
	[ -d "$1" ] || return 0
	hits=$(grep -rnE --include='*.[ch]' '^[[:space:]]*#[[:space:]]*include[[:space:]]*"[^"]*/' "$1" |
	    grep -vE "include[[:space:]]*\"($2)")
	[ -z "$hits" ] && return 0
	printf '%s\n# %s may include only: %s\n' "$hits" "$1" "$2"
	bad=1
}

# A list of accounts comes from an administrator; it is no document.
excepted='quarantine/accountcsv\.c:[0-9]*:#include <iconv\.h>'
parser='<(libxml/|zip\.h|zlib\.h|archive|jpeglib\.h|jerror\.h|turbojpeg|png\.h|lcms2\.h|magic\.h|iconv\.h|tiff|openjpeg|jbig2\.h|libheif|libde265|dav1d|webp/|gif_lib|qpdf/|gmime/|gumbo|gsf/)'
for d in sanitizer quarantine; do
	deny $d "$parser" "parser libraries belong into formats/"
done
said='formats/(findings|options|result)\.h'
only sanitizer/base 'base/'
only formats 'base/|formats/'
only sanitizer/core "base/|core/|$said"
only quarantine "base/|core/|quarantine/|$said"
only sanitizer/worker 'base/|formats/|worker/'
only sanitizer/pipeline "base/|core/|quarantine/|pipeline/|worker/proto\.h|$said"
only sanitizer/cmd "base/|core/|quarantine/|pipeline/|cmd/|worker/proto\.h|$said"
exit $bad
