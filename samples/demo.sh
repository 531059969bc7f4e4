#!/usr/bin/env bash
# The main job, from nothing: install, build, clean the samples, show the result.
#
#   samples/demo.sh [--no-install]
#
# Everything it makes lies in build/demo/ (a new one each time).
set -eu
cd "$(dirname "$0")/.."
. tests/packages.sh
export LC_ALL=${LC_ALL:-C.UTF-8}

step() { printf '\n\033[1m== %s\033[0m\n' "$*"; }

if [ "${1:-}" != --no-install ]; then
	step "Packages"
	packages_install build
fi

step "Build (release)"
mkdir -p build
cmake --preset release >build/demo-build.log 2>&1 &&
	cmake --build --preset release >>build/demo-build.log 2>&1 ||
	{ tail -n 30 build/demo-build.log; exit 1; }
echo "build/release/bin/sekisho: $(build/release/bin/sekisho --version)"

demo=build/demo
rm -rf "$demo"
mkdir -p "$demo/in" "$demo/wire" "$demo/inner"
# One of each kind: planted ones hold a harmless canary in every active place.
for f in samples/demo/* ; do
	[ -e "$f" ] && cp -r "$f" "$demo/in/"
done
while read -r f; do
	[ -e "$f" ] && cp "$f" "$demo/in/"
done <samples/demo.list

sekisho() { build/release/bin/sekisho "$@"; }

step "What is in a file? (sekisho explain)"
first=$(find "$demo/in" -name '*.docm' -o -name '*.docx' | sort | head -n 1)
[ -z "$first" ] || sekisho explain "$first" || true

step "Clean $(find "$demo/in" -type f | wc -l) files (sekisho clean)"
sekisho clean --state "$demo/state" -o "$demo/out" --receipt "$demo/receipts" \
	--report "$demo/report.html" --password-file samples/demo.passwords \
	"$demo/in" 2>"$demo/clean.log" || true
status=0
python3 samples/demo_table.py "$demo" || status=1

step "Across the one-way path (clean --spool, send, receive)"
sekisho clean --state "$demo/state" --spool --department 総務課 \
	--password-file samples/demo.passwords "$demo/in" >/dev/null 2>&1 || true
sekisho send --state "$demo/state" --public-key >"$demo/gateway.pub"
sekisho send --state "$demo/state" "$demo/wire"
sekisho receive --state "$demo/inner-state" --key "$demo/gateway.pub" "$demo/wire" "$demo/inner"
echo "on the inner side: $(find "$demo/inner" -type f ! -name '*.receipt.*' | wc -l) documents, e.g."
find "$demo/inner" -type f ! -name '*.receipt.*' | sort | head -n 5

diff -r -x '*.receipt.*' "$demo/out" "$demo/inner/総務課" &&
	echo "they are the released files, byte for byte" || status=1

step "The records (sekisho audit verify, quarantine list)"
sekisho audit verify --state "$demo/state" || status=1
sekisho quarantine list --state "$demo/state" | head -n 6

step "Look yourself"
cat <<TXT
  $demo/out            the released files
  $demo/receipts       a receipt for each, .json and Japanese .txt
  $demo/report.html    the report for people
TXT
exit $status
