#!/bin/bash
# All timings in one run, each with the command that made it. Times mean
# something on a release build and a quiet machine only.
#   BUILD=build/release tests/bench/run.sh
set -u
cd "$(dirname "$0")/../.."
build=${BUILD:-build/release}
status=0

say() {
	printf '\n# %s\n$ %s\n' "$1" "$2"
}

# ---- the cage: fork, lock and reap of both passes, one byte of text

cage="$build/bin/bench_cage $build/bin/sekisho-worker 500 a a.txt"
say 'cage: two passes of one byte (target: median below 2 ms)' "$cage"
line=$($cage) || status=1
echo "$line"
awk -v line="$line" 'BEGIN {
	if (!match(line, /median [0-9.]+/)) exit 1
	exit substr(line, RSTART + 7, RLENGTH - 7) + 0 >= 2
}' || { echo 'too slow'; status=1; }

# ---- pictures: against jpegtran and libpng

if [ -d samples/benign/jpeg ] && [ -x "$build/bin/bench_images" ]; then
	set -- samples/benign/jpeg/colour.jpg samples/benign/png/type2-8.png
	say 'pictures: both passes against another program' \
	    "tests/bench/bench_images.sh 20 $*"
	BUILD=$build tests/bench/bench_images.sh 20 "$@" || status=1
fi

# ---- packages: against zlib alone

if [ -x "$build/bin/bench_recompress" ] && [ -d ../shared/corpus/ooxml ]; then
	say 'workbooks of the corpus: both passes against zlib' \
	    'tests/bench/bench_ooxml.sh ../shared/corpus/ooxml/*.xlsx'
	BUILD=$build tests/bench/bench_ooxml.sh ../shared/corpus/ooxml/*.xlsx ||
	    status=1
fi
exit $status
