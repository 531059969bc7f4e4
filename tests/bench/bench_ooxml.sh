#!/bin/bash
# Rebuilding packages against unpacking and packing them with zlib, level 6,
# which the last bytes of any rebuild cost too: milliseconds of both passes in
# a process that has loaded its tables, of the yardstick, and the peak of
# resident memory. Targets: ratio at most 3, below 600 MB (in and out buffers
# of both passes are held as well).
#   BUILD=build/release tests/bench/bench_ooxml.sh FILE...
set -u
cd "$(dirname "$0")/../.." || exit 1
bin=${BUILD:-build/release}/bin
tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT

/usr/bin/time -o "$tmp/peak" -f '%M' "$bin/bench_rebuild" "$@" \
    > "$tmp/ours" || exit 1
"$bin/bench_recompress" "$@" > "$tmp/zlib" || exit 1
awk 'FNR == 1 { file++ }
file == 1 { if ($1 > peak) peak = $1; next }
file == 2 { ours[$1] = $NF; next }
($1 in ours) { a += ours[$1]; b += $NF; n++ }
END {
	if (n == 0)
		exit 1
	printf "%d files: both passes %.0f ms, zlib %.0f ms, ratio %.2f, " \
	    "peak %d MB\n", n, a, b, a / (b > 0 ? b : 1), peak / 1000
	exit a > 3 * b
}' "$tmp/peak" "$tmp/ours" "$tmp/zlib"
