#!/bin/bash
# Every file of the shared corpus: our id must agree with what its index says
# (identify_map.tsv) or the disagreement must be judged (identify_judged.tsv).
# identify_corpus.sh [BUILD]; 77 when there is no corpus.
set -u
cd "$(dirname "$0")/../.." || exit 1
build=${1:-${BUILD:-build/dev}}
corpus=../shared/corpus
[ -r $corpus/INDEX.tsv ] || { echo "1..0 # SKIP no corpus"; exit 77; }
tail -n +2 $corpus/INDEX.tsv | cut -f1 | sed "s,^,$corpus/," |
    xargs -d '\n' "$build/bin/identify_list" |
    awk -F'\t' -v OFS='\t' -v top="$corpus/" '
    FILENAME == ARGV[1] { if ($0 !~ /^#/) map[$1, $2] = 1; next }
    FILENAME == ARGV[2] {
	if ($0 !~ /^#/)
		for (k = split($2, alt, "|"); k > 0; k--)
			judged[$1, alt[k]] = 1
	next
    }
    FILENAME == ARGV[3] { format[$1] = $7; next }
    {
	path = substr($1, length(top) + 1)
	ours = $3 == "" ? "-" : $3
	family = ours; sub(/\..*/, "", family)
	seen[family] = 1
	n++
	if ((ours, format[path]) in map || (family, format[path]) in map)
		next
	if ((path, ours) in judged || (path, family) in judged) { j++; next }
	miss[path] = ours OFS format[path]
    }
    # A family that no file got is not linked yet: its rows wait.
    END {
	for (path in miss) {
		split(miss[path], m, OFS)
		if (m[1] == "-" && m[2] ~ /^(txt|csv|prn|xml)$/ &&
		    !("text" in seen))
			waits++
		else if (m[1] == "-" && !("ooxml" in seen) &&
		    m[2] ~ /^(doc|dot|xls|xlt|ppt|pps|pot)[xm]$/)
			waits++
		else {
			print "not ok - " path, miss[path]
			bad++
		}
	}
	if (waits > 0)
		print "# " waits " wait for a format that is not linked"
	print "# " n " files, " j + 0 " judged, " bad + 0 " unexplained"
	if (n + 0 == 0 || bad > 0) { print "not ok 1 - corpus"; exit 1 }
	print "ok 1 - corpus"; print "1..1"
    }' tests/corpus/identify_map.tsv tests/corpus/identify_judged.tsv \
	$corpus/INDEX.tsv -
