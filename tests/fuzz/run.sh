#!/usr/bin/env bash
# Run every fuzz target for some seconds, from the samples as seeds.
#   tests/fuzz/run.sh [SECONDS [TARGET...]]      needs the fuzz preset built
# What it finds stays in build/fuzz/found/TARGET/; it then exits with 1.
set -u
cd "$(dirname "$0")/../.." || exit 1
seconds=${1:-60}
[ $# -gt 0 ] && shift
bad=0
for bin in build/fuzz/bin/fuzz_*; do
	name=${bin##*/fuzz_}
	[ $# -gt 0 ] && [[ " $* " != *" $name "* ]] && continue
	corpus=build/fuzz/corpus/$name found=build/fuzz/found/$name
	mkdir -p "$corpus" "$found"
	seeds=()
	for d in samples/benign/"$name" samples/planted/"$name" tests/fuzz/seeds/"$name"; do
		[ -d "$d" ] && seeds+=("$d")
	done
	dict=()
	[ -f "tests/fuzz/$name.dict" ] && dict=(-dict="tests/fuzz/$name.dict")
	"$bin" -max_total_time="$seconds" -rss_limit_mb=3000 -timeout=20 -print_final_stats=1 \
		-artifact_prefix="$found/" "${dict[@]}" "$corpus" "${seeds[@]}" >"$found/log" 2>&1
	status=$?
	runs=$(sed -n 's/^stat::number_of_executed_units: *//p' "$found/log")
	printf '%-12s %s runs in %s s, exit %d\n' "$name" "${runs:-?}" "$seconds" "$status"
	[ "$status" -eq 0 ] || bad=1
done
exit $bad
