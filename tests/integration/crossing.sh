#!/bin/bash
# The whole way: clean --spool, send, receive, and what happens when a parcel
# is changed, missing, signed by another, or sent twice.
. "$(dirname "$0")/lib.sh"
mkdir got-other got-foreign got-short got-gap got-taken

receive()
{
	local want=$1
	shift
	run "$want" receive --key gw.pub "$@"
}

documents() { find "$1" -type f ! -name '*.receipt.*' 2>/dev/null; }
names() { (cd "$1" 2>/dev/null && find . -type f ! -name '*.receipt.*' -printf '%P\n' | LC_ALL=C sort); }

# flip FILE OFFSET: another byte there
flip()
{
	local b
	b=$(od -An -tu1 -j "$2" -N 1 "$1" | tr -d ' ')
	printf "\\$(printf %03o $((b ^ 1)))" |
	    dd of="$1" bs=1 seek="$2" conv=notrunc status=none
}

# same_documents A B: the same names with the same bytes
same_documents()
{
	diff <(cd "$1" && find . -type f ! -name '*.receipt.*' -exec sha256sum {} + | LC_ALL=C sort -k 2) \
	    <(cd "$2" && find . -type f ! -name '*.receipt.*' -exec sha256sum {} + | LC_ALL=C sort -k 2)
}

mkdir -p in/a in/b/sub in/c
cp "$samples/benign/text/notice-cp932.txt" "$samples/planted/csv/payloads-utf8.csv" \
    "$samples/planted/text/shell.txt" "$samples/planted/text/html.txt" in/a/
cp "$samples/planted/docm/vba.docm" "$samples/benign/zip/folders.zip" in/b/sub/
cp "$samples/benign/png/rotated.png" in/c/お知らせ.png

# over the path: three parcels
ok 'clean into a folder' run 1 clean --state s0 -o plain in/a in/b in/c
ok 'clean into the spool' run 1 clean --state gw --spool --department 総務課 in/a
ok 'the next' run 0 clean --state gw --spool --department 総務課 in/b
ok 'and the next' run 0 clean --state gw --spool --department 総務課 in/c
ok 'the parcels wait' run 0 send --state gw --waiting
ok 'three of them' has '^3 ' out
ok 'the public key' run 0 send --state gw --public-key
cp out gw.pub
ok 'no folder to send to' run 65 send --state gw nowhere
ok 'is named' has 'nowhere' err
ok 'and not made' test ! -e nowhere
mkdir wire
ok 'send' run 0 send --state gw wire
ok 'nothing waits now' run 0 send --state gw --waiting
ok 'none at all' has '^0 ' out
cp -r wire arrived
ok 'no folder to receive from' receive 65 --state inner nowhere got
ok 'is named' has 'nowhere' err
ok 'no folder to deliver into' receive 65 --state inner arrived got
ok 'is named' has 'got' err
mkdir got
ok 'receive' receive 0 --state inner arrived got
ok 'a folder for the department' test -d got/総務課
ok 'delivered and released are the same, byte for byte' same_documents plain got/総務課
ok 'what was held or blocked is not there' bash -c \
    '! find got -name "shell.txt" -o -name "html.txt" | grep .'
ok 'no gap' receive 0 --state inner --gaps
cp -r wire arrived-group && mkdir got-group
ok 'receive for a group' bash -c "umask 0007; '$bin/sekisho' receive --key gw.pub --state inner-group arrived-group got-group >/dev/null 2>&1"
ok 'which may remove what it read' test -z "$(find got-group/総務課 -type d ! -perm -070)"
ok 'and nobody else' test -z "$(find got-group/総務課 -perm /007)"

# again
names got >before
ok 'the same folder once more' receive 0 --state inner arrived got
ok 'delivers nothing' diff before <(names got)
rm -rf arrived
cp -r wire arrived
ok 'the same parcels once more are refused' receive 1 --state inner arrived got
ok 'and are not delivered again' diff before <(names got)

# a changed parcel: a byte in the head, in the middle, at the end
for at in head middle end; do
	rm -rf arrived
	cp -r wire arrived
	victim=$(find arrived -type f | LC_ALL=C sort | head -n 1)
	size=$(stat -c %s "$victim")
	case $at in
	head) flip "$victim" 40 ;;
	middle) flip "$victim" $((size / 2)) ;;
	end) flip "$victim" $((size - 1)) ;;
	esac
	mkdir "got-$at"
	ok "a byte changed ($at)" receive 1 --state "inner-$at" arrived "got-$at"
	ok "is refused aloud ($at)" test -s err
	ok "one document less ($at)" test "$(documents "got-$at" | wc -l)" -lt \
	    "$(documents got | wc -l)"
	ok "the others came ($at)" bash -c \
	    "[ -z \"\$(comm -13 before <(cd got-$at && find . -type f ! -name '*.receipt.*' -printf '%P\n' | LC_ALL=C sort))\" ]"
done

# another gateway's key
printf 'x\n' >x.txt
ok 'another gateway' run 0 clean --state other --spool --department 総務課 x.txt
ok 'its key' run 0 send --state other --public-key
cp out other.pub
rm -rf arrived
cp -r wire arrived
ok 'a wrong key' run 1 receive --key other.pub --state inner-other arrived got-other
ok 'a wrong key delivers nothing' test -z "$(documents got-other)"
mkdir wire-other
ok 'its parcels' run 0 send --state other wire-other
ok 'parcels of another' receive 1 --state inner-foreign wire-other got-foreign
ok 'are not accepted either' test -z "$(documents got-foreign)"
head -c 31 gw.pub >short.pub
rm -rf arrived
cp -r wire arrived
"$bin/sekisho" receive --key short.pub --state inner-short arrived got-short >out 2>err
ok 'half a key is no key' test $? -ne 0
ok 'and delivers nothing' test -z "$(documents got-short)"

# a lost parcel
rm -rf arrived
cp -r wire arrived
lost=$(find arrived -type f | LC_ALL=C sort | sed -n 2p)
rm "$lost"
"$bin/sekisho" receive --key gw.pub --state inner-gap arrived got-gap >out 2>err
ok 'a lost parcel' receive 1 --state inner-gap --gaps
ok 'shows in --gaps' has 'missing: 2 to 2' out
cp wire/"$(basename "$lost")" arrived/
"$bin/sekisho" receive --key gw.pub --state inner-gap arrived got-gap >out 2>err
ok 'sent after all, it comes' same_documents plain got-gap/総務課
ok 'and the gap is closed' receive 0 --state inner-gap --gaps

# names that are taken
mkdir -p got-taken/総務課
printf 'mine\n' >got-taken/総務課/notice-cp932.txt
rm -rf arrived
cp -r wire arrived
"$bin/sekisho" receive --key gw.pub --state inner-taken arrived got-taken >out 2>err
ok 'a file that stands there stays' test \
    "$(cat got-taken/総務課/notice-cp932.txt)" = mine
ok 'the new one is beside it' test \
    "$(documents got-taken | grep -c 'notice-cp932')" -eq 2

# quarantine
ok 'quarantine list' run 0 quarantine list --state gw
id=$(grep -oE '^[0-9A-Z]{26}' out | head -n 1)
held=$(grep -cE '^[0-9A-Z]{26}' out)
ok 'two are held' test "$held" -eq 2
ok 'quarantine show' run 0 quarantine show --state gw "$id"
ok 'says the name' has '\.txt' out
ok 'dispose without a reason is a usage error' run 64 quarantine dispose --state gw "$id"
ok 'dispose' run 0 quarantine dispose --state gw --why 'not ours' "$id"
ok 'list' run 0 quarantine list --state gw
ok 'one is left' test "$(grep -cE '^[0-9A-Z]{26}' out)" -eq 1
ok 'list --all' run 0 quarantine list --all --state gw
ok 'has both' test "$(grep -cE '^[0-9A-Z]{26}' out)" -eq 2
ok 'once more' run 0 quarantine dispose --state gw --why again "$id"
ok 'its record' run 0 quarantine show --state gw "$id"
ok 'keeps the first reason' has 'not ours' out

# the log
for s in gw inner; do
	ok "the log of $s is sound" run 0 audit verify --state $s
	ok "and can be exported ($s)" run 0 audit export --csv --state $s
done
ok 'the disposal is in it' run 0 audit show --state gw --event dispose
ok 'with its reason' has 'not ours' out
log=$(find gw -path '*audit*' -type f -size +200c | LC_ALL=C sort | head -n 1)
cp "$log" whole
flip "$log" 150
"$bin/sekisho" audit verify --state gw >out 2>err
ok 'a byte changed in the log' test $? -ne 0
ok 'is said' test -s err -o -s out
cp whole "$log"
ok 'as it was, it is sound' run 0 audit verify --state gw

# a policy of this side that would rebuild it otherwise
echo 'mail { body = "text+html" }' >html.conf
printf 'Subject: x\nContent-Type: text/html\n\n<p>x</p>\n' >m.eml
"$bin/sekisho" mail --state gm --policy html.conf --sender a@example.jp --recipient b@example.jp <m.eml >/dev/null 2>&1
mkdir wirem
"$bin/sekisho" mail --serve --once --state gm --policy html.conf --send wirem >/dev/null 2>&1
"$bin/sekisho" send --state gm --public-key >gm.pub
mkdir gotm
ok 'a mail that this side would rebuild otherwise is refused' run 1 receive --key gm.pub --state innerm wirem gotm
ok 'and the reason says where to look' grep -q 'policy and version' innerm/refused/*.reason.txt

finish
