#!/bin/bash
# Kill sekisho-watch before the N-th step that changes a disk, start it again,
# and look whether every file has one result. watch_steps.sh takes some of the
# steps; --full all.
. "$(dirname "$0")/lib.sh"
watch=$bin/sekisho-watch
die=$bin/../lib/libdie_at_step.so
[ -e "$die" ] || { echo "1..0 # skip no $die"; exit 0; }
preload=$die
if ldd "$watch" | grep -q libasan; then
	preload="$(ldd "$watch" | awk '/libasan/ { print $3 }') $die"
	export ASAN_OPTIONS=detect_leaks=0
fi
cat >policy.conf <<'EOF'
people {
  settle_ms = 50
  quiet_s = 1
  keep_originals = true
}
events {
  syslog = ""
}
EOF

# scene: a file, a folder of two, one to be held, one that wants a password
scene()
{
	rm -rf s root wire got inner
	mkdir -p root/in/総務課/yamada/資料 wire got
	cp -a base s
	printf 'memo\n' >root/in/総務課/yamada/memo.txt
	printf 'one\n' >root/in/総務課/yamada/資料/1.txt
	cp "$samples/planted/docm/vba.docm" root/in/総務課/yamada/資料/2.docm
	cp "$samples/planted/text/shell.txt" root/in/総務課/yamada/
	cp "$samples/benign/zip/encrypted-aes256.zip" root/in/総務課/yamada/a.zip
	# finished long ago
	sleep 1.1
}

watch_once()
{
	"$watch" --policy policy.conf --state s --root "$tmp/root" --send wire --once >>log 2>&1
}

judge()
{
	"$bin/sekisho" receive --key gw.pub --state inner wire got >>log 2>&1 || return 1
	(cd got && find . -type f ! -name '*.receipt.*' -printf '%P\n' | LC_ALL=C sort) >have
	diff want have || return 1
	(cd root && find . -type f -printf '%P\n' | grep -v '^\.' | LC_ALL=C sort) >texts
	diff wanted_texts texts || return 1
	[ "$("$bin/sekisho" quarantine list --state s | grep -c '^01')" -eq 2 ] || { echo 'quarantine'; return 1; }
	[ -z "$(ls s/people/in)" ] || { echo 'copies left'; return 1; }
	# that of the one that waits for a password
	[ "$(ls -A root/.sekisho-parked | wc -l)" -eq 1 ] || { echo 'originals left'; return 1; }
	"$bin/sekisho" audit verify --state s >>log 2>&1 || { echo 'audit'; return 1; }
}

LC_ALL=C sort >want <<'EOF'
総務課/yamada/memo.txt
総務課/yamada/資料/1.txt
総務課/yamada/資料/2.docx
EOF
LC_ALL=C sort >wanted_texts <<'EOF'
保留/総務課/yamada/shell.txt.結果.txt
済み/総務課/yamada/memo.txt
済み/総務課/yamada/memo.txt.結果.txt
済み/総務課/yamada/資料.フォルダーの結果.txt
済み/総務課/yamada/資料/1.txt
済み/総務課/yamada/資料/1.txt.結果.txt
済み/総務課/yamada/資料/2.docm
済み/総務課/yamada/資料/2.docm.結果.txt
要パスワード/総務課/yamada/a.zip.結果.txt
EOF
mkdir -p base root
"$watch" --policy policy.conf --state base --root "$tmp/root" --once >>log 2>&1
"$bin/sekisho" send --state base --public-key >gw.pub

scene
LD_PRELOAD=$preload DIE_COUNT=$tmp/steps watch_once
ok 'a run that nobody kills' judge
steps=$(cat steps)
echo "# $steps steps"
every=$((steps / 12 + 1))
[ "${1:-}" = --full ] && every=1
for ((at = 1 + RANDOM % every; at <= steps + 5; at += every)); do
	scene
	{ LD_PRELOAD=$preload DIE_AT=$at watch_once; } 2>/dev/null
	died=$?
	watch_once
	again=$?
	if [ $again -ne 0 ] || ! judge >why 2>&1; then
		ok "killed at step $at ($died, then $again)" false
		sed 's/^/# /' why
		(cd root && find . -type f) | sed 's/^/# is /'
		tail -n 20 log | sed 's/^/# /'
	fi
done
ok "killed at every $every. step" test "$bad" -eq 0
finish
