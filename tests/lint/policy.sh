#!/bin/bash
# The table of settings against docs/policy.md and samples/policy*.conf.
# policy.sh [BIN] compares; policy.sh --write [BIN] brings them up to date.
cd "$(dirname "$0")/../.." || exit 2
write=
[ "$1" = --write ] && { write=1; shift; }
bin=${1:-${BUILD:-build/dev}/bin}
[ -x "$bin/policy_texts" ] || { echo "1..0 # skip no $bin/policy_texts"; exit 0; }
tmp=$(mktemp -d) || exit 2
trap 'rm -rf "$tmp"' EXIT
"$bin/policy_texts" example > "$tmp/policy.conf"
"$bin/policy_texts" example-ja > "$tmp/policy.ja.conf"
"$bin/policy_texts" manual > "$tmp/table"
sed -e '/^<!-- table -->$/,/^<!-- end -->$/{/^<!-- /!d}' \
    -e "/^<!-- table -->\$/r $tmp/table" docs/policy.md > "$tmp/policy.md"
fail=0
check() {
	if [ -n "$write" ]; then
		cp "$1" "$2"
	fi
	if cmp -s "$1" "$2"; then
		echo "ok $2"
	else
		echo "not ok $2: run tests/lint/policy.sh --write"
		diff "$2" "$1" | head -5 | sed 's/^/# /'
		fail=1
	fi
}
check "$tmp/policy.conf" samples/policy.conf
check "$tmp/policy.ja.conf" samples/policy.ja.conf
check "$tmp/policy.md" docs/policy.md
exit $fail
