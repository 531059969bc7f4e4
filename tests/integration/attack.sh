#!/bin/bash
# Names and places that an attacker or an accident would choose; processes
# that die under the run. Nothing unproved may be in the folder of results.
set -u
cd "$(dirname "$0")/../.." || exit 1
bin=$(cd "${BUILD:-build/dev}/bin" && pwd)
samples=$PWD/samples
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
cd "$tmp" || exit 1
export LC_ALL=C.UTF-8 LANGUAGE=
n=0 bad=0

ok()
{
	local name=$1
	shift
	n=$((n + 1))
	if "$@"; then
		echo "ok $n - $name"
	else
		echo "not ok $n - $name"
		sed 's/^/# /' log | head -10
		bad=$((bad + 1))
	fi
}

# run STATUS ARGUMENT...
run()
{
	local want=$1
	shift
	"$bin/sekisho" clean --state st "$@" >log 2>&1
	[ $? -eq "$want" ]
}

mkdir in
echo hello >$'in/x.ps1\u00a0'
echo hello >'in/x.txt '
echo hello >$'in/a\nReleased: b -> c.txt'
echo hello >$'in/\e[31mred.txt'
echo hello >"in/$(printf 'y%.0s' $(seq 251)).txt"
echo hello >"in/$(printf '\u3042%.0s' $(seq 83)).txt"
ok "long names do not stop a run" run 0 -o out --receipt rec --report r.html in
ok "an odd extension decides nothing" test -e $'out/x.ps1\u00a0.txt'
ok "nor does a space behind one" test -e 'out/x.txt .txt'
ok "every document was delivered" test "$(find out -type f | wc -l)" -eq 6
ok "every receipt was written" test "$(find rec -name '*.json' | wc -l)" -eq 6
ok "no line of a name is a line of the log" sh -c '! grep -q "^Released: b" log'
ok "no escape in report or receipts" sh -c '! grep -rq "$(printf "\\033")" r.html rec log'

mkdir both
cp "$samples/planted/docx/attack-link-mail.docx" both/
ok "results do not go where the originals stand" run 64 -o both both
ok "nor under another name of that folder" run 64 -o both/. both
ok "the original is as it was" cmp both/attack-link-mail.docx \
	"$samples/planted/docx/attack-link-mail.docx"

# Kill what works, again and again; what is released is what would have been.
cp "$samples"/planted/docx/*.docx "$samples"/planted/xlsx/*.xlsx both/
"$bin/sekisho" clean --state st -o whole both >log 2>&1
"$bin/sekisho" clean --state st -j 2 -o part both >log 2>&1 &
run=$!
# Not while the cage is still tried out: then nothing runs at all.
for ((i = 0; i < 400; i++)); do
	[ -n "$(ls part 2>>log)" ] && break
	sleep 0.02
done
for i in 1 2 3 4 5 6; do
	sleep 0.05
	zygote=$(pgrep -P $run | head -n 1)
	[ -n "$zygote" ] || break
	child=$(pgrep -P "$zygote" | head -n 1)
	[ $((i % 2)) = 0 ] && kill -KILL "$zygote" 2>>log
	[ -n "$child" ] && kill -KILL "$child" 2>>log
done
wait $run
status=$?
same()
{
	[ -n "$(ls part)" ] || return 1
	for f in part/*; do
		cmp -s "$f" "whole/${f#part/}" || return 1
	done
}
ok "killed workers release nothing of their own" same
ok "and the status says how it ended ($status)" test \
	"$status" -eq 0 -o "$status" -eq 1 -o "$status" -eq 70 -o "$status" -eq 75
ok "the audit log is sound" sh -c "'$bin/sekisho' audit verify --state st >log 2>&1"

echo "1..$n"
[ $bad -eq 0 ]
