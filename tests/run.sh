#!/bin/bash
# Everything that CI checks, on a fresh machine: installs the packages, builds,
# runs all tests. The last line is "N passed, N failed".
#
#   tests/run.sh [--no-install] [--quick]
#
# --quick leaves the release build out and tests the programs of the dev build.
# Logs lie in build/logs. Needs about 15 minutes on two cores.
set -u
cd "$(dirname "$0")/.." || exit 1
. tests/packages.sh

install=1
quick=0
for a in "$@"; do
	case $a in
	--no-install) install=0 ;;
	--quick) quick=1 ;;
	*) sed -n '2,9s/^# \{0,1\}//p' "$0"; exit 64 ;;
	esac
done
passed=0
failed=0
jobs=$(nproc 2>/dev/null || echo 2)
logs=build/logs
mkdir -p $logs
export LC_ALL=C.UTF-8

say()
{
	printf '\n== %s\n' "$*"
}

# count NAME STATUS LOG: one test; 77 is a skip
count()
{
	case $2 in
	0) passed=$((passed + 1)); echo "ok - $1" ;;
	77) echo "ok - $1 # SKIP" ;;
	*) failed=$((failed + 1)); echo "not ok - $1"; tail -n 25 "$3" | sed 's/^/    /' ;;
	esac
}

# count_tap NAME STATUS LOG: the lines "ok"/"not ok" of a script's output; a
# script that fails without such a line is one failure
count_tap()
{
	[ "$2" -eq 77 ] && { echo "ok - $1 # SKIP"; return; }
	good=$(grep -cE '^ok\>' "$3")
	bad=$(grep -cE '^not ok\>' "$3")
	[ "$2" -ne 0 ] && [ "$bad" -eq 0 ] && bad=1
	[ "$2" -eq 0 ] && [ "$good" -eq 0 ] && good=1
	passed=$((passed + good))
	failed=$((failed + bad))
	echo "$([ "$bad" -eq 0 ] && [ "$2" -eq 0 ] || echo 'not ')ok - $1: $good passed, $bad failed"
	[ "$bad" -eq 0 ] || grep -E '^not ok\>' "$3" | head -n 20 | sed 's/^/    /'
}

finish()
{
	printf '\n%d passed, %d failed\n' $passed $failed
	[ $failed -eq 0 ]
	exit
}

build()
{
	cache=
	command -v ccache >/dev/null && cache=-DCMAKE_C_COMPILER_LAUNCHER=ccache
	cmake --preset "$1" -DSEKISHO_WERROR=ON $cache >"$logs/build-$1.log" 2>&1 &&
	    cmake --build --preset "$1" -j "$jobs" >>"$logs/build-$1.log" 2>&1
	count "build $1" $? "$logs/build-$1.log"
	[ -x "build/$1/bin/run_format" ]
}

if [ $install -eq 1 ]; then
	say packages
	packages_install build test >"$logs/packages.log" 2>&1
	[ -z "$(packages_missing $packages_build)" ]
	count packages $? "$logs/packages.log"
fi

say build
build dev || finish
main=dev
if [ $quick -eq 0 ]; then
	build release || finish
	main=release
fi

say lint
for l in tests/lint/*.sh; do
	log=$logs/lint-$(basename "$l").log
	BUILD=build/$main "$l" >"$log" 2>&1
	count "$l" $? "$log"
done

say unit tests, fuzz replay
(cd build/dev && ctest -j "$jobs" --timeout 600 --output-on-failure) >"$logs/ctest.log" 2>&1
status=$?
good=$(grep -cE '^ *[0-9]+/[0-9]+ Test .*   Passed' "$logs/ctest.log")
bad=$(grep -cE '^ *[0-9]+/[0-9]+ Test .*\*\*\*' "$logs/ctest.log")
skip=$(grep -cE '^ *[0-9]+/[0-9]+ Test .*\*\*\*(Skipped|Not Run \(Disabled)' "$logs/ctest.log")
bad=$((bad - skip))
[ $status -ne 0 ] && [ $bad -eq 0 ] && bad=1
passed=$((passed + good))
failed=$((failed + bad))
echo "$([ $bad -eq 0 ] || echo 'not ')ok - ctest: $good passed, $bad failed, $skip skipped"
[ $bad -eq 0 ] || grep -E '\*\*\*|Assertion|^\[FAIL\]|ERROR: ' "$logs/ctest.log" | head -n 40 | sed 's/^/    /'

say integration
for t in tests/integration/*.sh; do
	[ -x "$t" ] || continue
	grep -q "integration/$(basename "$t")" tests/CMakeLists.txt tests/*.cmake && continue
	log=$logs/$(basename "$t").log
	BUILD=build/$main timeout 900 "$t" >"$log" 2>&1
	count_tap "$t" $? "$log"
done

say samples
BUILD=build/$main timeout 900 tests/corpus/cases.sh >"$logs/cases.log" 2>&1
count_tap tests/corpus/cases.sh $? "$logs/cases.log"

finish
