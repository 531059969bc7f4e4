#!/bin/bash
# The table of rules against docs/rules.md and samples/rules*.conf.
# rules.sh [BIN] compares; rules.sh --write [BIN] brings them up to date.
cd "$(dirname "$0")/../.." || exit 2
write=
[ "$1" = --write ] && { write=1; shift; }
bin=${1:-${BUILD:-build/dev}/bin}
[ -x "$bin/rules_texts" ] || { echo "1..0 # skip no $bin/rules_texts"; exit 0; }
tmp=$(mktemp -d) || exit 2
trap 'rm -rf "$tmp"' EXIT
"$bin/rules_texts" example > "$tmp/rules.conf"
"$bin/rules_texts" example-ja > "$tmp/rules.ja.conf"
"$bin/rules_texts" manual > "$tmp/table"
sed -e '/^<!-- table -->$/,/^<!-- end -->$/{/^<!-- /!d}' \
    -e "/^<!-- table -->\$/r $tmp/table" docs/rules.md > "$tmp/rules.md"
fail=0
check() {
	if [ -n "$write" ]; then
		cp "$1" "$2"
	fi
	if cmp -s "$1" "$2"; then
		echo "ok $2"
	else
		echo "not ok $2: run tests/lint/rules.sh --write"
		diff "$2" "$1" | head -5 | sed 's/^/# /'
		fail=1
	fi
}
check "$tmp/rules.conf" samples/rules.conf
check "$tmp/rules.ja.conf" samples/rules.ja.conf
check "$tmp/rules.md" docs/rules.md
exit $fail
