#!/bin/bash
# Pictures: both passes against jpegtran -copy none (JPEG), and against one
# decode and encode by libpng (PNG). Targets: 2.5 and 3 times.
#   BUILD=build/release tests/bench/bench_images.sh ROUNDS FILE...
set -eu
build=${BUILD:-build/release}
rounds=$1
shift
printf 'ours ms\tother ms\tratio\tsize\tfile\n'
for f in "$@"; do
	line=$("$build/bin/bench_images" "$rounds" "$f") || continue
	ours=$(cut -f4 <<<"$line")
	other=$(cut -f5 <<<"$line")
	size=$(awk -F'\t' '{ printf "%.3f", $3 / $2 }' <<<"$line")
	if [ "$other" = 0.00 ]; then
		command -v jpegtran >/dev/null || continue
		TIMEFORMAT='%U %S'
		other=$({ time for ((i = 0; i < rounds; i++)); do
			jpegtran -copy none -outfile /dev/null "$f"
		done; } 2>&1 | awk -v n="$rounds" '{ print ($1 + $2) * 1000 / n }')
	fi
	awk -v a="$ours" -v b="$other" -v s="$size" -v f="$f" \
	    'BEGIN { printf "%.2f\t%.2f\t%.2f\t%s\t%s\n", a, b, a / b, s, f }'
done
