#!/bin/bash
# A file behind a password, and the mail that tells the password: before it,
# in it, after it, from the site's list, or from nobody.
. "$(dirname "$0")/lib.sh"
command -v 7z >/dev/null || { echo "1..0 # skip 7z is not installed"; exit 0; }

"$bin/sekisho" send --state gw --public-key >gw.pub 2>/dev/null
mkdir way
printf 'SEKISHO-CANARY-ppap\n' >file.txt
pack() { rm -f "$2"; 7z a -p"$1" -mem=AES256 -tzip "$2" file.txt >/dev/null; }
# mail FROM ID BODY [FILE]; subject and more: further lines of the header
subject=資料
more=
mail()
{
	printf 'From: %s\nTo: c@inner.test\nSubject: =?UTF-8?B?%s?=\nMessage-ID: <%s@out.test>\n%b' "$1" \
	    "$(printf %s "$subject" | base64 -w0)" "$2" "$more"
	printf 'Date: Sat, 21 Nov 2026 10:00:00 +0900\nMIME-Version: 1.0\n'
	if [ $# -lt 4 ]; then
		printf 'Content-Type: text/plain; charset=UTF-8\n\n%b\n' "$3"
		return
	fi
	printf 'Content-Type: multipart/mixed; boundary=b\n\n--b\n'
	printf 'Content-Type: text/plain; charset=UTF-8\n\n%b\n--b\n' "$3"
	printf 'Content-Type: application/zip; name=%s\nContent-Transfer-Encoding: base64\n\n' "$(basename "$4")"
	base64 "$4"
	printf -- '--b--\n'
}
hand_in() { "$bin/sekisho" mail --state gw --policy policy.conf --sender "$1" --recipient "${2:-c@inner.test}" >/dev/null; }
serve() { "$bin/sekisho" mail --state gw --policy policy.conf --serve --once --slots 2 --send way >>serve.log 2>&1; }
# deliver: what crossed since the last time lies in new/
deliver()
{
	serve
	rm -rf new && mkdir new
	"$bin/sekisho" receive --key gw.pub --state inner way new >/dev/null 2>>serve.log
}
mails() { find new -name '*.eml' 2>/dev/null | wc -l; }
# told WORD: some delivered mail holds a file with this text
told()
{
	/usr/bin/python3 - "$1" <<'PY'
import email, email.policy, glob, io, sys, zipfile
for p in glob.glob("new/**/*.eml", recursive=True):
    m = email.message_from_binary_file(open(p, "rb"), policy=email.policy.default)
    for a in m.iter_attachments():
        b = a.get_payload(decode=True) or b""
        if b[:2] == b"PK":
            z = zipfile.ZipFile(io.BytesIO(b))
            b = b"".join(z.read(n) for n in z.namelist())
        if sys.argv[1].encode() in b:
            sys.exit(0)
sys.exit(1)
PY
}
answers() { grep -rlqi "^In-Reply-To: <$1@out.test>" new; }
: >policy.conf
mkdir -p box

pack 'Tk9!mQ2x' box/a.zip
mail a@out.test 1 'ファイルを送ります。パスワードは別のメールで送ります。' box/a.zip | hand_in a@out.test
deliver
ok 'the text of the first mail crosses' [ "$(mails)" = 1 ]
ok '... without the file' eval '! told "SEKISHO-CANARY-ppap"'
ok '... and says so' grep -rq 'report.txt' new
ok '... and the original waits' eval '"$bin/sekisho" quarantine list --json --state gw | grep -q a@out.test'
mail a@out.test 2 'お世話になっております。\n\n先ほどのファイルのパスワードをお知らせします。\n\nパスワード：Ｔｋ９！ｍＱ２ｘ\n\nよろしくお願いします。' | hand_in a@out.test
deliver
ok 'the mail with the password brings a second mail' [ "$(mails)" = 2 ]
ok '... with the file' told 'SEKISHO-CANARY-ppap'
ok '... that answers the first' answers 1
mail a@out.test 3 'パスワード：Tk9!mQ2x' | hand_in a@out.test
deliver
ok 'the password again: nothing more' [ "$(mails)" = 1 ]

pack 'abc-2026' box/b.zip
mail b@out.test 4 'see below' box/b.zip | hand_in b@out.test
mail x@other.test 5 'password: abc-2026' | hand_in x@other.test
mail b@out.test 6 'password: abc-2026' | hand_in b@out.test d@inner.test
deliver
ok 'from another sender, or to another reader: not tried' eval '[ "$(mails)" = 3 ] && ! told "SEKISHO-CANARY-ppap"'
mail B@OUT.test 7 'Hello,\nthe password is:\n\n   "abc-2026".\n' | hand_in B@OUT.test
deliver
ok 'an English one, quoted, with a full stop' told 'SEKISHO-CANARY-ppap'

pack 'before77' box/c.zip
mail c@out.test 8 'PW before77' | hand_in c@out.test
mail c@out.test 9 'the file' box/c.zip | hand_in c@out.test
deliver
ok 'the password came first: one mail with the file' eval '[ "$(mails)" = 2 ] && told "SEKISHO-CANARY-ppap"'

# From other addresses: what the mail answers, its From line, its subject.
pack 'thread-31' box/t.zip
mail t@out.test 20 'ファイルです' box/t.zip | hand_in t@out.test
deliver
mail notify@other.test 21 'パスワード thread-31' | hand_in notify@other.test
deliver
ok 'another sender, another thread: not tried' eval '! told "SEKISHO-CANARY-ppap"'
more='In-Reply-To: <20@out.test>\n' mail notify@other.test 22 'パスワード thread-31' | hand_in notify@other.test d@inner.test
deliver
ok 'an answer to it, but for another reader: not tried' eval '! told "SEKISHO-CANARY-ppap"'
more='In-Reply-To: <20@out.test>\n' mail notify@other.test 23 'パスワード thread-31' | hand_in notify@other.test
deliver
ok 'an answer to it by another sender opens it' eval 'told "SEKISHO-CANARY-ppap" && answers 20'

pack 'thread-32' box/t.zip
more='References: <x1@out.test>\n <root@out.test>\n' mail t@out.test 24 'ファイルです' box/t.zip | hand_in vt-24@bounce.out.test
more='In-Reply-To: <x9@out.test>\nReferences: <root@out.test> <x9@out.test>\n' mail u@other.test 25 'パスワード thread-32' | hand_in vt-25@bounce.other.test
deliver
ok 'another answer of the same thread' told 'SEKISHO-CANARY-ppap'

pack 'thread-33' box/t.zip
mail '"Taro" <V@out.test>' 26 'ファイルです' box/t.zip | hand_in b-26@list.test
mail '=?UTF-8?B?5aSq6YOO?= <v@out.test>' 27 'パスワード thread-33' | hand_in b-27@list.test
deliver
ok 'a sender of its own for each mail, but one From line' told 'SEKISHO-CANARY-ppap'

pack 'thread-34' box/t.zip
subject='令和八年度 予算案の送付' mail w@out.test 28 'ファイルです' box/t.zip | hand_in w@out.test
deliver
subject='Re: 【パスワードのお知らせ】令和八年度予算案' mail ppap@elsewhere.test 29 'パスワード thread-34' | hand_in ppap@elsewhere.test
deliver
ok 'a like subject of another site: not tried' eval '! told "SEKISHO-CANARY-ppap"'
subject='別の年度の決算案について' mail ppap@out.test 30 'パスワード thread-34' | hand_in ppap@out.test
deliver
ok 'another subject of the same site: not tried' eval '! told "SEKISHO-CANARY-ppap"'
subject='【パスワードのお知らせ】令和八年度予算案の送付' mail ppap@sys.out.test 31 'パスワード thread-34' | hand_in ppap@sys.out.test
deliver
ok 'a like subject of the same site' eval 'told "SEKISHO-CANARY-ppap" && answers 28'

pack 'thread-35' box/t.zip
subject='Password: Budget 2026 draft' mail ppap@out.test 32 'The password is thread-35' | hand_in ppap@out.test
subject='Budget 2026 (draft)' mail x@out.test 33 'the file' box/t.zip | hand_in x@out.test
deliver
ok 'the password first, with a like subject' told 'SEKISHO-CANARY-ppap'

pack 'too-late-36' box/t.zip
printf 'mail { password_window_s = 1 }\n' >policy.conf
mail y@out.test 34 'the file' box/t.zip | hand_in y@out.test
deliver
sleep 2.1
more='In-Reply-To: <34@out.test>\n' mail y@out.test 35 'password: too-late-36' | hand_in y@out.test
deliver
ok 'past the window: not tried' eval '! told "SEKISHO-CANARY-ppap"'
: >policy.conf

pack 'inside55' box/d.zip
mail d@out.test 10 '解凍パスワードは inside55 です。' box/d.zip | hand_in d@out.test
deliver
ok 'the password in the same mail' eval '[ "$(mails)" = 1 ] && told "SEKISHO-CANARY-ppap"'

pack 'site wide' box/e.zip
printf '# known\nother.test\tx\nlist.test  \t site wide\r\n' >known
printf 'mail { password_file = "%s" }\n' "$tmp/known" >policy.conf
mail e@list.test 11 'as always' box/e.zip | hand_in e@list.test
chmod 644 known
deliver
ok 'a list that others can read is not used' eval '! told "SEKISHO-CANARY-ppap"'
ok '... and that is said' has 'chmod 600' serve.log
chmod 600 known
mail e@list.test 12 'as always' box/e.zip | hand_in e@list.test
deliver
ok 'the list of the site' told 'SEKISHO-CANARY-ppap'

# The other words that people use, and the subject.
: >policy.conf
n=60
for w in 'パス：%s' 'ZIPのキー　→　「%s」' 'PASS→%s' '認証コードは【%s】' 'P/W=%s' 'Passphrase is %s.'; do
	n=$((n + 1))
	pack "Qz7-$n" box/g.zip
	mail "w$n@out.test" $n 'file' box/g.zip | hand_in "w$n@out.test"
	mail "w$n@out.test" 9$n "$(printf "$w" "Qz7-$n")" | hand_in "w$n@out.test"
	deliver
	ok "said as: $(printf "$w" "...")" told 'SEKISHO-CANARY-ppap'
done
pack 'Qz7-subject' box/g.zip
mail s@out.test 71 'file' box/g.zip | hand_in s@out.test
subject='パスワード：Qz7-subject' mail s@out.test 72 'このメールの件名をご覧ください。' | hand_in s@out.test
deliver
ok 'said in the subject' told 'SEKISHO-CANARY-ppap'

# Kept for pick-up: the reader asks for it, and gets it.
item_of() { "$bin/sekisho" quarantine list --json --state gw | jq -r "select(.from == \"$1\").id"; }
printf 'mail { attachments = detach }\n' >policy.conf
mail k@out.test 81 'see the file' file.txt | hand_in k@out.test
deliver
ok 'detached: the text crosses' [ "$(mails)" = 1 ]
ok '... without the file, and says so' eval '! told SEKISHO-CANARY-ppap && ! told "nobody" && told "お預かり"'
id=$(item_of k@out.test)
ok '... picked up' run 0 quarantine rerun --state gw --policy policy.conf "$id"
"$bin/sekisho" send --state gw way >/dev/null
deliver
ok '... the file comes, as an answer' eval 'told SEKISHO-CANARY-ppap && answers 81'
run 0 quarantine rerun --state gw --policy policy.conf "$id"
"$bin/sekisho" send --state gw way >/dev/null
deliver
ok '... once' [ "$(mails)" = 0 ]
pack 'pick-up-82' box/h.zip
mail l@out.test 82 'see the file' box/h.zip | hand_in l@out.test
deliver
id=$(item_of l@out.test)
ok 'detached with a password: not by itself' run 1 quarantine rerun --state gw --policy policy.conf "$id"
ok '... with it' eval 'echo pick-up-82 | run 0 quarantine password --state gw --policy policy.conf "$id"'
"$bin/sekisho" send --state gw way >/dev/null
deliver
ok '... it comes' told SEKISHO-CANARY-ppap
printf 'SEKISHO-CANARY-beside\n' >beside.txt
pack 'pick-up-83' box/h.zip
mail m@out.test 83 'see the files' box/h.zip | sed '$d' >two.eml
printf -- '--b\nContent-Type: text/plain; name=beside.txt\nContent-Disposition: attachment; filename=beside.txt\n\n' >>two.eml
cat beside.txt >>two.eml
printf -- '--b--\n' >>two.eml
hand_in m@out.test <two.eml
deliver
id=$(item_of m@out.test)
run 0 quarantine rerun --state gw --policy policy.conf "$id"
"$bin/sekisho" send --state gw way >/dev/null
deliver
ok 'of two files the one without a password' eval 'told SEKISHO-CANARY-beside && ! told SEKISHO-CANARY-ppap'
echo pick-up-83 | run 0 quarantine password --state gw --policy policy.conf "$id"
"$bin/sekisho" send --state gw way >/dev/null
deliver
ok '... and then the other one' told SEKISHO-CANARY-ppap
: >policy.conf

# No picture of the memory in which they are.
"$bin/sekisho" mail --state gw --policy policy.conf --serve --slots 2 --send way >>serve.log 2>&1 &
service=$!
sleep 1
ok 'no core dumps of the service' grep -q '^Max core file size *0 *0 ' /proc/$service/limits
kill $service
wait $service

pack 'only-a-person' box/f.zip
mail f@out.test 13 'I will call you' box/f.zip | hand_in f@out.test
deliver
id=$("$bin/sekisho" quarantine list --json --state gw | jq -r 'select(.from == "f@out.test").id')
ok 'a person: a wrong password' eval 'echo wrong | run 1 quarantine password --state gw "$id"'
ok '... is said' has 'does not open' err
ok '... none at all' eval 'run 64 quarantine password --state gw "$id" </dev/null'
ok 'the right one' eval 'echo only-a-person | run 0 quarantine password --state gw "$id"'
"$bin/sekisho" send --state gw way >/dev/null
deliver
ok '... brings the file as an answer to the mail' eval 'told SEKISHO-CANARY-ppap && answers 13'
cp box/f.zip f.zip
run 1 clean --state gw -o out.d f.zip
id=$("$bin/sekisho" quarantine list --json --state gw | jq -r 'select(.name == "f.zip").id')
ok 'a file that was held crosses the same way' eval 'echo only-a-person | run 0 quarantine password --state gw "$id"'
"$bin/sekisho" send --state gw way >/dev/null
deliver
ok '... under its name' eval 'find new -name f.zip | grep -q .'

for w in only-a-person 'Tk9!mQ2x' 'Ｔｋ９' abc-2026 before77 inside55 'site wide'; do
	# Originals stand encrypted, results and receipts in clear.
	grep -rlaF -- "$w" gw/audit gw/quarantine 2>/dev/null
done >leaks
grep -aF -e 'Tk9!mQ2x' -e abc-2026 -e before77 -e 'site wide' serve.log >>leaks
ok 'no password stands in a log, the index or the vault' [ ! -s leaks ]
cat leaks | sed 's/^/# /'

finish
