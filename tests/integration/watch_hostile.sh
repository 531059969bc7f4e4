#!/bin/bash
# The drop folder in the hands of somebody who means harm, or is just in the
# worst moment: files that change places while they are taken, folders without
# end, names of every kind, obstacles in the folders of results.
. "$(dirname "$0")/lib.sh"
watch=$bin/sekisho-watch
[ -x "$watch" ] || { echo "1..0 # skip no sekisho-watch"; exit 0; }
root_dir=$tmp/root watcher=

at_exit()
{
	[ -z "$watcher" ] || kill "$watcher" 2>/dev/null
	wait 2>/dev/null
}

policy()
{
	cat >policy.conf <<END
people {
  root = "$root_dir"
  rules_file = "$tmp/rules.conf"
  quiet_s = 1
  $1
}
events { syslog = "" }
END
}

matches() { compgen -G "$1" >/dev/null; }
once() { "$watch" --policy policy.conf --state s --send wire --once >>watch.log 2>&1; }
rows() { "$bin/sekisho" transfer list --json --policy policy.conf --state s; }

: >rules.conf
in=$root_dir/in/総務課/yamada done_=$root_dir/済み/総務課/yamada
held=$root_dir/保留/総務課/yamada
mkdir -p "$in" "$root_dir/in/税務課/sato" wire
export ASAN_OPTIONS=verify_asan_link_order=0:detect_leaks=0

# ---- another file takes the place of one that was taken, just before it goes
cat >swap.c <<'END'
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>
static void swap(const char *name)
{
	const char *from = getenv("SWAP_FROM"), *to = getenv("SWAP_TO");
	if (from != NULL && strcmp(name, strrchr(to, '/') + 1) == 0)
		syscall(SYS_rename, from, to);
}
int unlinkat(int d, const char *p, int f) { swap(p); return (int)syscall(SYS_unlinkat, d, p, f); }
int renameat(int d, const char *a, int t, const char *b) { swap(a); return (int)syscall(SYS_renameat, d, a, t, b); }
int renameat2(int d, const char *a, int t, const char *b, unsigned f) { swap(a); return (int)syscall(SYS_renameat2, d, a, t, b, f); }
END
if cc -shared -fPIC -o swap.so swap.c 2>/dev/null; then
	for keep in false true; do
		policy "keep_originals = $keep"
		echo "SEKISHO-CANARY-first-$keep" >"$in/memo-$keep.txt"
		echo "SEKISHO-CANARY-second-$keep" >other
		SWAP_FROM=$tmp/other SWAP_TO=$in/memo-$keep.txt LD_PRELOAD=$tmp/swap.so once
		once
		for which in first second; do
			sum=$(echo "SEKISHO-CANARY-$which-$keep" | sha256sum | cut -d' ' -f1)
			ok "swapped while it leaves, the $which is taken (keep_originals = $keep)" \
			    test "$(rows | grep -c "\"$sum\"")" -eq 1
		done
		ok "and nothing lies about (keep_originals = $keep)" test -z "$(ls "$root_dir/.sekisho-parked")"
	done
	policy 'keep_originals = true'
	mkdir folder
	echo x >"$in/dir.txt"
	SWAP_FROM=$tmp/folder SWAP_TO=$in/dir.txt LD_PRELOAD=$tmp/swap.so once
	once
	ok 'a folder in its place stops nothing' there "$done_/dir.txt.結果.txt"
fi

# ---- a kill between leaving in/ and being removed
policy 'keep_originals = false'
id=$(rows | sed -n 's/.*"id":"\([^"]*\)".*"released".*/\1/p' | head -n 1)
echo left >"$root_dir/.sekisho-parked/$id"
once
ok 'what a kill left of an original is removed' gone "$root_dir/.sekisho-parked/$id"

# ---- obstacles in the folders of results
policy 'keep_originals = true'
mkdir "$in/d"
echo y >"$in/d/a.txt"
echo mine >"$done_/d"
ln -s /etc "$done_/e"
mkdir "$in/e"
echo y >"$in/e/passwd"
once
ok 'a file where a folder of results would be' test "$(cat "$done_/d")" = mine
ok 'the result is told all the same' matches "$done_/d_a.txt.*txt"
ok 'no original is left behind' test -z "$(ls "$root_dir/.sekisho-parked")"
ok 'no link is followed' bash -c '! ls /etc | grep -q 結果'

# ---- names
policy 'keep_originals = false'
long=$(printf 'あ%.0s' {1..85})
i=0
for name in $'a\nb.txt' $'\e[31mred.txt' $'x\u202etxt.exe' "$long" ' lead.txt' 'trail.txt ' 'con.txt' '=1+1.txt' \
    '%s%n.txt' 'a"b<c>|d?.txt' 'A.TXT' 'a.txt' '...' '-rf.txt' $'\u3000.txt' "$(printf '\xed\xa0\x80.txt')" \
    '報告.docx.結果.txt' '【未無害化】図面.txt' '保留'; do
	i=$((i + 1))
	echo "SEKISHO-CANARY-name-$i" >"$in/$name"
done
before=$(rows | wc -l)
once
ok 'files of every name are taken' test $(($(rows | wc -l) - before)) -eq $i
ok 'and none stays' test -z "$(find "$in" -type f)"
ok 'no name has a control character' bash -c "! find '$root_dir' -name '*[[:cntrl:]]*' | grep -q ."
ok 'none turns the text' bash -c "! find '$root_dir' wire | grep -q \$'\u202e'"
ok 'the log has none either' bash -c "! grep -q \$'\e\\|\u202e' watch.log"

# ---- 10 GB that are not there, 60 folders deep, and folders without end
truncate -s 10G "$in/sparse.bin"
( cd "$in"; for ((i = 0; i < 60; i++)); do mkdir -p deep; cd deep || exit; done; echo x >bottom.txt )
once
ok 'a file of 10 GB stays' there "$in/sparse.bin"
ok 'it took no room' test "$(du -sm s | cut -f1)" -lt 100
ok 'and it is said' there "$held/sparse.bin.受け取れません.txt"
rm -rf "$in/deep" "$in/sparse.bin"
python3 - "$in" <<'END'
import os, sys
for i in range(300):
    os.mkdir("%s/d%d" % (sys.argv[1], i))
    for j in range(200):
        os.mkdir("%s/d%d/%d" % (sys.argv[1], i, j))
END
"$watch" --policy policy.conf --state s --send wire >>watch.log 2>&1 &
watcher=$!
within 30 there s/people/watch.sock
ok '60,000 folders: it is said' within 60 there "$held/持込みフォルダー.待機中.txt"
( while [ -d "$in/d1" ]; do touch "$in/d1/x"; rm -f "$in/d1/x"; sleep 0.2; done ) &
looking=$!
worst=0
for i in 1 2 3 4 5; do
	began=$(date +%s%N)
	echo "SEKISHO-CANARY-other-$i" >"$root_dir/in/税務課/sato/$i.txt"
	within 60 there "$root_dir/済み/税務課/sato/$i.txt.結果.txt"
	ms=$((($(date +%s%N) - began) / 1000000))
	[ $ms -le $worst ] || worst=$ms
	sleep 0.5
done
echo "# figure: another person waits $worst ms at most"
ok 'and nobody else waits for that' test $worst -lt 15000
rm -rf "$in"/d*
wait $looking
echo z >"$in/after.txt"
ok 'afterwards all is as before' within 60 there "$done_/after.txt.結果.txt"
ok 'and the note is gone' within 90 gone "$held/持込みフォルダー.待機中.txt"
kill -TERM "$watcher"
wait "$watcher"
ok 'a clean end' test $? -eq 0
watcher=
ok 'no fault of memory' hasnt 'AddressSanitizer\|runtime error' watch.log
finish
