#!/bin/bash
# PDF: both passes against qpdf --object-streams=disable, which reads and
# writes without looking into anything. Target: 3 times, over a folder. Of
# each file the best of ROUNDS counts; processor time, ours after preload.
#   BUILD=build/release tests/bench/bench_pdf.sh ROUNDS FILE...
set -u
build=${BUILD:-build/release}
rounds=$1
shift
command -v qpdf >/dev/null || exit 77
out=$(mktemp)
trap 'rm -f "$out"' EXIT
TIMEFORMAT='%U %S'

# Lines of: ours ms, qpdf ms, size, file.
measure()
{
	for f in "$@"; do
		for ((i = 0; i < rounds; i++)); do
			line=$("$build/bin/bench_rebuild" "$f")
			[ -n "$line" ] || continue 2
			other=$({ time qpdf --object-streams=disable "$f" \
				"$out" >/dev/null 2>&1; } 2>&1)
			printf '%s\t%s\n' "$line" "$other"
		done
	done
}

measure "$@" | awk -F'\t' '
	{
		split($5, t, " ")
		other = (t[1] + t[2]) * 1000
		size[$1] = $3 / $2
		if (!($1 in ours)) {
			order[++n] = $1
			ours[$1] = $4
			qpdf[$1] = other
		}
		if ($4 < ours[$1])
			ours[$1] = $4
		if (other < qpdf[$1])
			qpdf[$1] = other
	}
	END {
		print "ours ms\tqpdf ms\tratio\tsize\tfile"
		for (i = 1; i <= n; i++) {
			f = order[i]
			a += ours[f]
			b += qpdf[f]
			ratio = qpdf[f] > 0 ? ours[f] / qpdf[f] : 0
			printf "%.2f\t%.2f\t%.2f\t%.3f\t%s\n", ours[f],
			    qpdf[f], ratio, size[f], f
		}
		ratio = b > 0 ? a / b : 0
		printf "%.0f\t%.0f\t%.2f\t-\tall %d\n", a, b, ratio, n
	}'
