#!/bin/bash
# Only the worker is linked with parsers. BUILD: the build folder.
set -u
cd "$(dirname "$0")/../.." || exit 1
build=${BUILD:-build/dev}
bad=0
n=0
for p in sekisho sekisho-watch sekisho-milter sekisho-receive sekisho-console; do
	[ -x "$build/bin/$p" ] || continue
	n=$((n + 1))
	hits=$(ldd "$build/bin/$p" | grep -oE 'lib(xml2|zip|z|archive|jpeg|turbojpeg|png[0-9]*|lcms2|magic|tiff|openjp2|jbig2dec|heif|de265|dav1d|webp|gif|qpdf|gmime[^ ]*|gumbo|gsf[^ ]*|idn2)\.so[^ ]*' | sort -u)
	# The TLS of the directory's and the HTTP library reads IDNs.
	[ $p = sekisho-console ] && hits=$(echo "$hits" | grep -v '^libidn2')
	[ -z "$hits" ] && continue
	echo "$p is linked with" $hits
	bad=1
done
[ $n -gt 0 ] || { echo "# SKIP no programs in $build/bin"; exit 77; }
exit $bad
