#!/bin/bash
# The drop folder: a real smbd, two people; passwords, approval, folders,
# times, names, kills, the fast lane. watch.sh --full: 5,000 files of 50 people
# in 20 departments with ten kills, and a kill before every step.
. "$(dirname "$0")/lib.sh"
full=${1:-}
watch=$bin/sekisho-watch
[ -x "$watch" ] || { echo "1..0 # skip no sekisho-watch"; exit 0; }
root_dir=$tmp/root pids=

at_exit()
{
	for p in $pids; do kill "$p" 2>/dev/null; done
	for p in $pids; do wait "$p" 2>/dev/null; done
}

cat >rules.conf <<'EOF'
department "税務課" {
  approval = "always"
  quorum = 1
}
department "広報課" {
  formats = "png jpeg"
  max_file_bytes = 64K
}
EOF
cat >policy.conf <<EOF
people {
  root = "$root_dir"
  rules_file = "$tmp/rules.conf"
  quiet_s = 1
}
events {
  syslog = ""
}
EOF

begin()
{
	"$watch" --policy policy.conf --state s --send wire "$@" >>watch.log 2>&1 &
	watcher=$!
	pids="$pids $watcher"
}

stop()
{
	kill -TERM "$watcher"
	wait "$watcher"
}

refused() { ! "$@"; }
empty_wire() { [ -z "$(ls wire)" ]; }
no_copies() { [ -z "$(ls s/people/in)" ]; }
empty_in() { [ -z "$(find "$root_dir/in" -type f ! -name '*.part' 2>/dev/null)" ]; }

mkdir -p "$root_dir/in/総務課/yamada" "$root_dir/in/税務課/sato" \
    "$root_dir/in/広報課/ito" wire got
in=$root_dir/in/総務課/yamada done_=$root_dir/済み/総務課/yamada
held=$root_dir/保留/総務課/yamada locked=$root_dir/要パスワード/総務課/yamada

# ---- what is taken, and what is not
begin
within 20 there s/people/watch.sock
cp -p "$samples/planted/docm/vba.docm" "$in/報告書.docm"
touch -d '2026-04-01 09:30:00 UTC' "$in/報告書.docm"
cp "$samples/planted/text/shell.txt" "$in/"
cp "$samples/benign/zip/encrypted-aes256.zip" "$in/見積.zip"
mkdir "$in/資料" "$in/資料/図"
cp "$samples/benign/png/rotated.png" "$in/資料/図/"
cp "$samples/benign/docx/japanese.docx" "$in/資料/"
printf 'x' >"$in/資料/Thumbs.db"
printf 'half' >"$in/ダウンロード.pdf.crdownload"
printf 'lock' >"$in/~\$報告書.docm"
ln -s /etc/passwd "$in/passwd.txt"
mkfifo "$in/pipe.txt"
printf 'two names' >one
ln one "$in/linked.txt"
printf 'not utf-8\n' >"$in/$(printf 'a\xff\xfe.txt')"
ok 'a macro document is released' within 20 there "$done_/報告書.docm.結果.txt"
ok 'its text says what was removed' has 'マクロ' "$done_/報告書.docm.結果.txt"
ok 'a script is held' within 20 there "$held/shell.txt.結果.txt"
ok 'a locked ZIP waits for its password' within 20 there "$locked/見積.zip.結果.txt"
ok 'a folder has one text' within 20 there "$done_/資料.フォルダーの結果.txt"
ok 'which names its files' has '資料/図/rotated.png' "$done_/資料.フォルダーの結果.txt"
ok 'and its documents have theirs' there "$done_/資料/japanese.docx.結果.txt"
ok 'the text of a link' within 20 there "$held/passwd.txt.受け取れません.txt"
ok 'a pipe' there "$held/pipe.txt.受け取れません.txt"
ok 'a file with two names' there "$held/linked.txt.受け取れません.txt"
ok 'a name that is no text is taken' within 20 compgen -G "$done_/a*.結果.txt" >/dev/null
ok 'what is on its way stays' there "$in/ダウンロード.pdf.crdownload"
ok 'a lock file stays' there "$in/~\$報告書.docm"
ok 'all else has left' within 10 gone "$in/報告書.docm"
rm "$in/passwd.txt" "$in/pipe.txt" "$in/linked.txt"
printf 'go\n' >"$in/go.txt"
ok 'a note goes with its file' within 20 gone "$held/passwd.txt.受け取れません.txt"

# ---- a file that is still being written
exec 7>"$in/slow.txt"
printf 'first\n' >&7
sleep 2
ok 'a file that is open is not taken' there "$in/slow.txt"
printf 'last\n' >&7
exec 7>&-
ok 'closed, it is' within 10 there "$done_/slow.txt.結果.txt"

# ---- rules
cp "$samples/benign/docx/japanese.docx" "$root_dir/in/広報課/ito/"
head -c 70000 /dev/urandom | base64 >"$root_dir/in/広報課/ito/big.txt"
ok 'a format that the department may not bring in' within 20 \
    there "$root_dir/保留/広報課/ito/japanese.docx.結果.txt"
ok 'a file too large stays, and why' within 20 there "$root_dir/保留/広報課/ito/big.txt.受け取れません.txt"
ok 'it was not touched' there "$root_dir/in/広報課/ito/big.txt"

# ---- the password
id=$(grep -oE '01[0-9A-Z]{24}' "$locked/見積.zip.結果.txt" | head -n 1)
ask() { python3 "$root/tests/integration/watch_ask.py" s "$@"; }
ok 'a wrong password opens nothing' bash -c "! python3 '$root/tests/integration/watch_ask.py' s password $id wrong >ask.out"
ok 'and says so' has 'does not open' ask.out
ok 'it waits on' there "$locked/見積.zip.結果.txt"
ok 'the right one' ask password "$id" wrong-canary-password himitsu
ok 'the file is done' within 10 there "$done_/見積.zip.結果.txt"
ok 'and does not wait any more' gone "$locked/見積.zip.結果.txt"
ok 'no password is on disk' bash -c '! grep -rqs "wrong-canary-password" s watch.log'
ok 'the status' ask status
ok 'a request that is none is turned away' bash -c "! python3 '$root/tests/integration/watch_ask.py' s raw '{\"op\":\"shell\"}' >/dev/null"
ok 'a password without a sealed memory file too' bash -c \
    "! python3 '$root/tests/integration/watch_ask.py' s unsealed $id himitsu >/dev/null"

# ---- approval
for a in sato:staff kacho:approver; do
	run 0 user add --state s --name "${a%:*}" --department 税務課 --roles "${a#*:}" "${a%:*}"
	printf 'long-enough-%s\n' "${a%:*}" >pw
	run 0 user password --state s --keep "${a%:*}" <pw
done
approve()
{
	printf 'long-enough-%s\n' "$1" >pw
	"$bin/sekisho" approve "$2" --state s --policy policy.conf --as "$1" --why "${4:-}" "$3" <pw >out 2>err
}
id_of() { grep -ohE '01[0-9A-Z]{24}' "$1" | head -n 1; }
tax=$root_dir/保留/税務課/sato
for f in 申請 拒否; do
	cp "$samples/benign/docx/japanese.docx" "$root_dir/in/税務課/sato/$f.docx"
	ok "what needs approval waits ($f)" within 20 there "$tax/$f.docx.結果.txt"
done
ok 'and says so' has '承認' "$tax/申請.docx.結果.txt"
yes=$(id_of "$tax/申請.docx.結果.txt") no=$(id_of "$tax/拒否.docx.結果.txt")
ok 'nobody approves what is their own' refused approve sato yes "$yes"
ok 'the approver agrees' approve kacho yes "$yes"
ok 'and it crosses' within 20 there "$root_dir/済み/税務課/sato/申請.docx.結果.txt"
ok 'its first text is gone' within 5 gone "$tax/申請.docx.結果.txt"
ok 'the approver refuses' approve kacho no "$no" '様式が古い'
ok 'and the text says why' within 20 has '様式が古い' "$tax/拒否.docx.結果.txt"
run 0 quarantine list --state s
ok 'its original is in quarantine' has "$no" out
ok 'no result is left behind' test -z "$(ls s/people/results)"

# ---- the inner side: same tree, same times
stop
ok 'it ends when told' test $? -eq 0
run 0 send --state s --public-key && cp out gw.pub
ok 'the inner side takes all' run 0 receive --key gw.pub --state inner wire got
ok 'the tree is kept' there got/総務課/yamada/資料/図/rotated.png
ok 'so is the time' test "$(stat -c %Y got/総務課/yamada/報告書.docx)" = "$(date -d '2026-04-01 09:30:00 UTC' +%s)"
ok 'what was approved is there' there got/税務課/sato/申請.docx
ok 'what was refused is not' gone got/税務課/sato/拒否.docx
ok 'the ZIP that was opened is' there got/総務課/yamada/見積.zip
ok 'nothing of a link is' bash -c '! grep -rqs root:x: got'

# ---- identical files are rebuilt once, each with its own result
mkdir "$in/同じ"
for i in 1 2 3 4 5 6; do cp "$samples/benign/docx/japanese.docx" "$in/同じ/$i.docx"; done
begin --once
wait "$watcher"
ok 'six identical files, six results' test "$(ls "$done_/同じ" | grep -c '結果.txt')" -eq 6
run 0 receive --key gw.pub --state inner wire got
ok 'and six documents' test "$(ls got/総務課/yamada/同じ | grep -c 'docx$')" -eq 6

# ---- the same name again is another file
cp "$samples/benign/docx/japanese.docx" "$in/報告書.docm" 
begin --once
wait "$watcher"
ok 'the same name again has a text of its own' there "$done_/報告書.docm.結果 (2).txt"

# ---- the fast lane: a small one passes forty large ones of somebody else
mkdir -p "$root_dir/in/総務課/big"
python3 - "$root_dir/in/総務課/big" <<'EOF'
import sys
for i in range(12):
    with open(f"{sys.argv[1]}/big{i}.txt", "w") as f:
        for k in range(120000):
            f.write(f"{i} {k} 長い文書です\n")
EOF
begin
within 20 there "$root_dir/済み/総務課/big"
t=$(date +%s%N)
printf 'small\n' >"$in/small.txt"
ok 'a small file passes large ones' within 20 there "$done_/small.txt.結果.txt"
echo "# figure: small behind large: $((($(date +%s%N) - t) / 1000000)) ms"
ok 'large ones still wait' refused no_copies
ok 'all are done in the end' within 120 no_copies
stop

# ---- a result within two seconds: 1 MB docx, to the inner side
python3 "$root/tests/integration/watch_docx.py" "$samples/benign/docx/japanese.docx" 1m.docx
begin
"$bin/sekisho" receive --key gw.pub --state inner --interval 1 wire got >>watch.log 2>&1 &
pids="$pids $!"
receiver=$!
within 60 empty_wire
sleep 1
best=99999
for i in 1 2 3; do
	t=$(date +%s%N)
	cp 1m.docx "$in/急ぎ$i.docx"
	within 20 there "got/総務課/yamada/急ぎ$i.docx"
	ms=$((($(date +%s%N) - t) / 1000000))
	echo "# figure: 1 MB docx to the inner side: $ms ms"
	[ $ms -lt $best ] && best=$ms
done
ok 'a 1 MB docx is inside in time' test $best -lt $([ -n "$full" ] && echo 2000 || echo 6000)
kill "$receiver"
wait "$receiver"
stop

# ---- Samba
if [ "$(id -u)" = 0 ] && command -v smbd >/dev/null && command -v smbclient >/dev/null &&
    getent passwd games >/dev/null && getent passwd news >/dev/null; then
	. "$root/tests/integration/watch_samba.sh"
else
	echo "# skip: Samba needs root, smbd and smbclient"
fi

# ---- kills
"$root/tests/integration/watch_steps.sh" ${full:+--full} >steps.out 2>&1
ok 'a kill before any step loses nothing and doubles nothing' test $? -eq 0
sed 's/^/# /' steps.out | tail -n 20
mkdir many
if [ -n "$full" ]; then
	set -- 5000 50 20 10
else
	set -- 120 8 3 3
fi
python3 "$root/tests/integration/watch_many.py" "$bin" "$samples" "$tmp/many" "$@" >many.out 2>&1
ok 'many files while it is killed: one result each' test $? -eq 0
grep -E '^# figure|^not ok' -A 3 many.out | sed 's/^[^#]/# &/'
ok 'no fault of memory' hasnt 'AddressSanitizer\|runtime error' watch.log
ok 'nor there' hasnt 'AddressSanitizer\|runtime error' many/watch.log
finish
