#!/bin/bash
# Running the gateway: copies while mail is worked on, the audit log over
# several files, looking back, events to a real syslog socket and a real mail
# server, figures, the self-check, retention, originals.
. "$(dirname "$0")/lib.sh"
helper=$root/tests/integration/ops_servers.py
pids=
at_exit() { for p in $pids; do kill "$p" 2>/dev/null; done; wait 2>/dev/null; }
rm -rf "$tmp/home"; mkdir -p "$tmp/home"

id_of() { "$bin/sekisho" quarantine list --json "$@" | sed -n 's/.*"id":"\([^"]*\)".*/\1/p' | head -n 1; }
later() { for _ in $(seq 100); do "$@" && return 0; sleep 0.1; done; return 1; }

# two listeners: syslog (datagrams on a socket, TCP, UDP) and SMTP
python3 "$helper" "$tmp" >ports 2>servers.err &
pids="$pids $!"
ok 'listeners are up' later test -s ports
read -r smtp tcp udp <ports

conf()
{
	{
		echo "people { rules_file = \"$tmp/rules.conf\" }"
		echo "events { syslog = \"$1\" mail_to = \"admin@example.jp second@example.jp\""
		echo "mail_relay = \"127.0.0.1:$smtp\" mail_minutes = 60 }"
	} >policy.conf
}
echo 'everybody { released_days = 30 }' >rules.conf

# events
conf "$tmp/log.sock"
ok 'an event for trial' run 0 events test --state gw --policy policy.conf
ok 'is a line of RFC 5424' later grep -qE \
    '^<132>1 [0-9T:.-]+Z [A-Za-z0-9.-]+ sekisho [0-9]+ test \[sekisho@32473 who="[^"]*"\] ' syslog.txt
ok 'two mails went' has '^2 notices sent, 0 wait' out
ok 'and came' later eval 'test "$(ls mails 2>/dev/null | wc -l)" -eq 2'
ok 'in Japanese' grep -q '関所' <(python3 "$helper" --text mails/1)
ok 'with what happened' grep -q '通知の試験です' <(python3 "$helper" --text mails/1)
ok 'no line of a mail is long or has bytes above 127' bash -c \
    '! LC_ALL=C grep -nP "[\x80-\xff]|.{79}" mails/1'
ok 'again within the hour' run 0 events test --state gw --policy policy.conf
ok 'no mail' has '^0 notices sent, 0 wait' out
ok 'but a line' later eval 'test "$(grep -c " test \[" syslog.txt)" -eq 2'
conf "udp:127.0.0.1:$udp"
ok 'by UDP' run 0 events test --state gw --policy policy.conf
ok 'arrives' later eval 'test "$(grep -c " test \[" syslog.txt)" -eq 3'
conf "tcp:127.0.0.1:$tcp"
ok 'by TCP' run 0 events test --state gw --policy policy.conf
ok 'arrives, counted' later eval 'test "$(grep -c " test \[" syslog.txt)" -eq 4'
sed -i 's/mail_relay = "[^"]*"/mail_relay = "127.0.0.1:1"/' policy.conf
rm -rf gw/events/last
ok 'a relay that is down' run 75 events test --state gw --policy policy.conf
ok 'loses nothing' test "$(ls gw/events/out | wc -l)" -eq 2
conf "$tmp/log.sock"
ok 'it is up again' run 0 events send --state gw --policy policy.conf
ok 'the two that waited went' has '^2 notices sent, 0 wait' out
cat >sendmail <<'END'
#!/bin/sh
echo "$@" >>"$(dirname "$0")/sendmail.args"; cat >/dev/null
END
chmod +x sendmail
sed -i "s#mail_relay = \"[^\"]*\"#mail_relay = \"$tmp/sendmail\"#" policy.conf
rm -rf gw/events/last
ok 'by a program' run 0 events test --state gw --policy policy.conf
ok 'with the address behind --' has '^-i -- admin@example.jp$' sendmail.args
ok 'a socket that is not there is said' bash -c \
    "sed 's#$tmp/log.sock#/nowhere/log#' policy.conf >p2.conf; ! '$bin/sekisho' events test --state gw --policy p2.conf >/dev/null 2>&1"
conf "$tmp/log.sock"

# what raises them: a flood that stops, fields that try to break out
cat >>policy.conf <<'END'
flood { total = 1 stop = true }
END
printf 'Subject: x\n\nx\n' >m.eml
hand() { "$bin/sekisho" mail --state mq --policy policy.conf --sender "$1" --recipient b@example.jp <m.eml >out 2>err; }
hand a@example.jp
ok 'too many mails' bash -c "! '$bin/sekisho' mail --state mq --policy policy.conf --sender '\"]x\\\"\"@example.jp' --recipient b@example.jp <m.eml >/dev/null 2>&1"
ok 'raise an alarm' later grep -qE '^<129>1 .* flood-stop \[sekisho@32473 client="[^"]*" sender=' syslog.txt
ok 'whose quotes and brackets are escaped' grep -q 'sender="\\"\\]x' syslog.txt
conf "$tmp/log.sock"

# self-check
ok 'the self-check passes' run 0 selfcheck --state gw --policy policy.conf
ok 'all of it' test "$(grep -c '^ok' out)" -eq 3
ok 'the head of the log is said' later grep -qE ' audit-head \[sekisho@32473 head="[0-9]+:[0-9a-f]{64}"\]' syslog.txt
ok 'and verify takes it' run 0 audit verify --state gw --head "$(sed -n 's/.* audit-head .*head="\([^"]*\)".*/\1/p' syslog.txt | tail -n 1)"
mkdir wrong
cp "$(dirname "$bin")"/share/sekisho/selfcheck/* wrong/
sed -i 's/"sha256": "...../"sha256": "00000/' wrong/checks.json
ok 'a result that is not the reference' run 1 selfcheck --state gw --policy policy.conf --samples wrong
ok 'is named' has 'vba.docm: the result is not the reference' out
ok 'raises an alarm' later grep -q ' selfcheck-failed \[' syslog.txt
ok 'by mail' run 0 events send --state gw --policy policy.conf
ok 'two of them' has '^2 notices sent' out
ok 'and the figures say it' run 0 metrics --state gw
ok 'so' has '^sekisho_selfcheck_ok 0$' out
cp "$samples/planted/text/html.txt" wrong/vba.docm
ok 'a finding that is missing' run 1 selfcheck --json --state gw --policy policy.conf --samples wrong
ok 'is named too' has 'ooxml.vba was not found' out
ok 'it passes again' run 0 selfcheck --state gw --policy policy.conf
ok 'which is said' later grep -q ' selfcheck-passed \[' syslog.txt
ok 'checks.json is what comes out' bash -c \
    "diff <('$bin/sekisho' selfcheck --write --state gw | jq -S .) <(jq -S . '$samples/selfcheck/checks.json')"

# figures
mkdir in
cp "$samples/planted/text/shell.txt" "$samples/benign/text/notice-cp932.txt" "$samples/planted/docm/vba.docm" in/
printf 'x"\\y\n' >in/odd.txt
ok 'documents' run 1 clean --state gw --policy policy.conf --spool --department 総務課 in
ok 'figures' run 0 metrics --state gw
cp out figures
ok 'of the spool' has '^sekisho_spool_waiting 1$' figures
ok 'of the quarantine' has '^sekisho_quarantine_items{department="総務課"} 1$' figures
ok 'are of the text format' python3 "$helper" --metrics figures
if command -v promtool >/dev/null; then
	ok 'promtool reads them' bash -c "promtool check metrics <figures >promtool.out 2>&1 || ! grep -qi error promtool.out"
fi
ok 'no state folder, no figures' run 65 metrics --state nowhere

# the audit log over several files
sed -i 's/^events/audit { rotate_bytes = 64K rotate_days = 1 keep_days = 1 }\nevents/' policy.conf
for i in $(seq 40); do "$bin/sekisho" audit verify --state gw >/dev/null; done
before=$(run 0 audit verify --state gw --json; jq .lines out)
while [ "$(stat -c %s gw/audit/audit.jsonl)" -lt 66000 ]; do
	"$bin/sekisho" clean --state gw --policy policy.conf --spool --department 総務課 $(printf 'in/notice-cp932.txt %.0s' $(seq 40)) >/dev/null 2>&1
done
ok 'a dry run' run 0 tidy --dry-run --state gw --policy policy.conf
ok 'closes nothing' test "$(ls gw/audit | grep -c 'audit-')" -eq 0
ok 'tidy' run 0 tidy --state gw --policy policy.conf
ok 'closes the file' test "$(ls gw/audit | grep -c '^audit-[0-9]*\.jsonl$')" -eq 1
ok 'the log is sound' run 0 audit verify --state gw
ok 'over two files' has 'in 2 files; number 1 to' out
ok 'no line is lost' bash -c "'$bin/sekisho' audit export --state gw | jq -s 'map(.seq) == [range(1; length + 1)]' | grep -q true"
closed=$(ls gw/audit | grep '^audit-')
cp gw/audit/$closed kept
sed -i '2s/"clock":true/"clock":false/;2s/"clock":false,"event"/"clock":true ,"event"/' gw/audit/$closed
ok 'a byte changed in a closed file' run 1 audit verify --state gw --policy policy.conf
ok 'is found' has 'NOT SOUND: line 2' out
ok 'and said' later grep -q ' audit-broken \[' syslog.txt
cp kept gw/audit/$closed
mv gw/audit/$closed away
ok 'a closed file that is gone' run 1 audit verify --state gw --policy policy.conf
mv away gw/audit/$closed
ok 'put back' run 0 audit verify --state gw

# a copy while the mail service works
python3 "$helper" --mails 60 mails.in
"$bin/sekisho" mail --serve --state ms --policy policy.conf --slots 2 >serve.log 2>&1 &
serve=$!
pids="$pids $serve"
ok 'the service works' later test -d ms/mail/new
(for m in mails.in/*; do
	"$bin/sekisho" mail --state ms --policy policy.conf --sender a@example.jp --recipient b@example.jp <"$m"
done >/dev/null 2>&1) &
feeder=$!
sleep 1.5
ok 'a copy in the midst of it' run 0 backup --state ms --policy policy.conf copy1
ok 'says what it has' has 'up to parcel' out
sleep 1
ok 'another one' run 0 backup --state ms --policy policy.conf copy2
wait $feeder
ok 'all mail is worked on' later sh -c '[ -z "$(ls ms/mail/new)" ]'
kill $serve; wait $serve 2>/dev/null
for c in copy1 copy2; do
	ok "restore $c" run 0 restore $c --state back-$c
	ok "says the next number ($c)" has 'parcels go on with number' out
	ok "its log is sound ($c)" run 0 audit verify --state back-$c
	ok "its quarantine opens ($c)" run 0 quarantine list --state back-$c
	ok "its service goes on where it was ($c)" run 0 mail --serve --once --state back-$c --policy policy.conf
	ok "each mail of the copy has one result ($c)" python3 "$helper" --once back-$c ms
	ok "no number of parcel is used twice ($c)" python3 "$helper" --numbers back-$c ms
done
ok 'nothing is restored over a state' run 64 restore copy1 --state ms
ok 'which is said' has 'must be empty' err
ok 'a copy goes only into an empty folder' run 64 backup --state ms --policy policy.conf copy1
victim=$(find copy2/state -name '*.parcel' | LC_ALL=C sort | tail -n 1)
[ -n "$victim" ] || victim=copy2/state/audit/audit.jsonl
cp "$victim" victim.kept
printf x >>"$victim"
ok 'a changed copy' run 1 restore copy2 --state back-bad
ok 'is named' has 'not what the manifest says' err
ok 'and leaves nothing' test ! -e back-bad -a ! -e back-bad.restoring
truncate -s 4G "$victim"
ok 'a file that would fill the disk' bash -c "ulimit -f 1000000; '$bin/sekisho' restore copy2 --state back-bad >out 2>err; test \$? -eq 1"
ok 'is not even copied' has 'not what the manifest says' err
cp victim.kept "$victim"
cp copy2/manifest.json manifest.kept
sed -i 's/"parcel":[0-9]*/"parcel":1/' copy2/manifest.json
ok 'a changed manifest' run 1 restore copy2 --state back-bad
ok 'is not signed' has 'the signature is wrong' err
cp manifest.kept copy2/manifest.json
rm "$victim"
ok 'a file that is missing' run 65 restore copy2 --state back-bad
rm copy1/manifest.json
ok 'a copy without its manifest is none' run 65 restore copy1 --state back-bad
# the inner side after a restore: one gap, until people know of it
mkdir way inner-mail
run 0 send --state ms --public-key && cp out ms.pub
last=$(ls ms/spool/out | tail -n 1 | sed 's/^0*//;s/.parcel//')
ok 'all is sent' run 0 send --state ms way
printf 'x\n' >x.txt
ok 'the restored one goes on' run 0 clean --state back-copy1 --policy policy.conf --spool --department 総務課 x.txt
ok 'and sends' bash -c "mkdir way2 && '$bin/sekisho' send --state back-copy1 way2 >/dev/null && cp \$(ls way2/*.parcel | tail -n 1) way/"
ok 'all is received' run 0 receive --key ms.pub --state innergap way inner-mail
ok 'but for a gap' run 1 receive --key ms.pub --state innergap --gaps
ok 'which is said' has '^missing: ' out
first=$(sed -n 's/^missing: \([0-9]*\) to .*/\1/p' out)
upto=$(sed -n 's/^missing: [0-9]* to \([0-9]*\)$/\1/p' out)
ok 'that begins behind the last of before' test "$first" -eq $((last + 1))
ok 'it needs a reason' run 64 receive --key ms.pub --state innergap --gaps --known "$first-$upto"
ok 'known' run 0 receive --key ms.pub --state innergap --gaps --known "$first-$upto" --why 'restored from a copy'
ok 'is a gap no more' has '^no gap' out
ok 'and in the log' bash -c "'$bin/sekisho' audit export --event gap-known --state innergap | grep -q 'restored from a copy'"
ok 'a range that is none' run 64 receive --key ms.pub --state innergap --gaps --known 9-1 --why x
mkdir pool
for i in 1 2 3; do run 0 backup --state gw --policy policy.conf --into pool --keep 2 || true; sleep 1.1; done
ok 'the newest are kept' test "$(ls pool | wc -l)" -eq 2
ok 'a copy without keys' run 0 backup --state gw --policy policy.conf --without-keys bare
ok 'has none' test ! -e bare/state/keys
ok 'cannot be restored alone' run 65 restore bare --state back-bare
ok 'but with them' run 0 restore bare --state back-bare --keys gw/keys --next 5000
ok 'from the number asked for' has 'number 5000' out
ok 'a number that was used' run 64 restore bare --state back-low --keys gw/keys --next 1

# looking back: originals of what was released
python3 "$helper" --mails 3 few.in
for m in few.in/*; do
	"$bin/sekisho" mail --state lb --policy policy.conf --sender a@example.jp --recipient b@example.jp <"$m"
done >/dev/null 2>&1
ok 'mail whose originals are kept' run 0 mail --serve --once --state lb --policy policy.conf
ok 'is not in the list' run 0 quarantine list --state lb
ok 'of what is held' has 'nothing is held' out
ok 'but kept' run 0 quarantine list --kept --json --state lb
ok 'three' test "$(wc -l <out)" -eq 3
ok 'a dry look back' run 0 quarantine rerun --released-since 2020-01-01 --dry-run --state lb --policy policy.conf
ok 'lists them' has '^3 originals would be looked at' out
ok 'nothing differs' run 0 quarantine rerun --released-since 2020-01-01 --state lb --policy policy.conf
ok 'three the same' has '^3 come out the same, 0 otherwise' out
printf 'mail { body = "text" }\nlimits { max_members = 1 }\nevents { syslog = "%s" }\n' "$tmp/log.sock" >strict.conf
before=$(find lb/spool | LC_ALL=C sort | md5sum)
ok 'under a stricter policy' run 1 quarantine rerun --released-since 2020-01-01 --json --state lb --policy strict.conf
ok 'some would be held' has '"verdict":"held"' out
ok 'nothing is released by it' test "$before" = "$(find lb/spool | LC_ALL=C sort | md5sum)"
ok 'which is an event' later grep -q ' look-back \[' syslog.txt
ok 'one of them again' run 1 quarantine rerun --state lb --policy policy.conf "$(id_of --kept --state lb)"
ok 'was released already' has 'released already' err

# rerun of what was held
printf 'rules { hold_attacks = true }\n' >attacks.conf
ok 'held by a strict policy' run 1 clean --state rr --policy attacks.conf --spool --department 総務課 "$samples/planted/docm/vba.docm"
id=$(id_of --state rr)
ok 'still held under it' run 1 quarantine rerun --state rr --policy attacks.conf "$id"
ok 'would be released now' run 0 quarantine rerun --dry-run --state rr --policy policy.conf "$id"
ok 'is said' has 'would be released' out
printf 'everybody { approval = "always" }\n' >ask.rules
printf 'people { rules_file = "%s/ask.rules" }\n' "$tmp" >ask.conf
ok 'not past an approval' run 1 quarantine rerun --state rr --policy ask.conf "$id"
ok 'which is said' has 'needs an approval' err
printf 'everybody { formats = "pdf" }\n' >ask.rules
ok 'nor past the formats of the rules' run 1 quarantine rerun --state rr --policy ask.conf "$id"
ok 'which is said' has 'do not take this format' err
ok 'nothing crosses' test -z "$(ls rr/spool/out 2>/dev/null)"
ok 'released' run 0 quarantine rerun --state rr --policy policy.conf "$id"
ok 'one parcel' test "$(ls rr/spool/out | wc -l)" -eq 1
ok 'sanitised' bash -c '! grep -a -q SEKISHO-CANARY rr/spool/out/*'
ok 'again' run 0 quarantine rerun --state rr --policy policy.conf "$id"
ok 'no second one' test "$(ls rr/spool/out | wc -l)" -eq 1
ok 'no such item' run 65 quarantine rerun --state rr --policy policy.conf NONE

# searching, disposal, retention
ok 'search' run 0 quarantine search --state gw --json SHELL 総務課
ok 'finds it' test "$(wc -l <out)" -eq 1
ok 'not with another word' run 0 quarantine search --state gw --json shell 税務課
ok 'none' test ! -s out
ok 'a search without words' run 64 quarantine search --state gw
id=$(id_of --state gw)
ok 'nothing is past its time' run 0 tidy --dry-run --state gw --policy policy.conf
ok 'says so' has '^originals past their retention: 0' out
printf 'everybody { quarantine_bytes = 1M }\n' >rules.conf
head -c 1200000 /dev/urandom >in/noise.bin
"$bin/sekisho" clean --state gw --policy policy.conf --spool --department 総務課 in/noise.bin >/dev/null 2>&1
ok 'a department over its quota' run 0 tidy --state gw --policy policy.conf
ok 'is said' has '^over its quota: 総務課' out
ok 'as an event' later grep -q ' quota \[.*department="総務課"' syslog.txt
ok 'nothing is disposed of' test "$(id_of --state gw)" = "$id"
ok 'unless it is asked for' run 0 tidy --over-quota --state gw --policy policy.conf
ok 'the oldest goes first' has "^gone: $id" out
ok 'with a record' run 0 quarantine list --disposed --json --state gw
ok 'of person, reason and method' has 'over its quota.*key destroyed' out
ok 'in the log' bash -c "'$bin/sekisho' audit export --event dispose --state gw | grep -q '\"method\":\"key destroyed'"

# results in the drop folder, seen from two months ahead; links are not followed
mkdir -p drop/済み/税務課/hanako/sub drop/保留/税務課/hanako drop/in/税務課/hanako outside
echo x >drop/済み/税務課/hanako/a.docx.結果.txt
echo x >drop/済み/税務課/hanako/sub/b.docx
echo x >drop/保留/税務課/hanako/c.結果.txt
echo x >drop/in/税務課/hanako/new.docx
echo x >outside/kept
ln -s "$tmp/outside" drop/済み/税務課/hanako/link
ln -s "$tmp/outside" drop/済み/福祉課
cat >policy2.conf <<END
people { root = "$tmp/drop" }
events { syslog = "" }
END
printf '#include <time.h>\ntime_t time(time_t *t) { struct timespec s; clock_gettime(CLOCK_REALTIME, &s); s.tv_sec += 60 * 86400; if (t) *t = s.tv_sec; return s.tv_sec; }\n' >ahead.c
ok 'fresh results' run 0 tidy --state gw --policy policy2.conf
ok 'stay' has '^results in the drop folder past their time: 0' out
if cc -shared -fPIC -o ahead.so ahead.c 2>/dev/null; then
	ahead() { ASAN_OPTIONS=verify_asan_link_order=0:detect_leaks=0 LD_PRELOAD=$tmp/ahead.so run "$@"; }
	ok 'a dry run two months ahead' ahead 0 tidy --dry-run --state gw --policy policy2.conf
	ok 'counts them' has '^results in the drop folder past their time: 4' out
	ok 'removes none' test -e drop/済み/税務課/hanako/a.docx.結果.txt
	ok 'two months ahead' ahead 0 tidy --state gw --policy policy2.conf
	ok 'they are gone' test -z "$(find drop/済み/税務課/hanako drop/保留/税務課/hanako -mindepth 1)"
	ok 'the folders of the people stay' test -d drop/済み/税務課/hanako
	ok 'what waits stays' test -e drop/in/税務課/hanako/new.docx
	ok 'nothing outside is touched' test -e outside/kept
	ok 'sent parcels go as well' test -z "$(ls gw/spool/sent 2>/dev/null)"
fi

# originals: nobody brought this one in
ok 'an original of no transfer' run 1 quarantine import --state gw --policy policy.conf --why x --login hanako "$(id_of --state gw)"
ok 'cannot be asked for' has 'refused: ' err
ok 'nor released' run 1 quarantine import --release --state gw --policy policy.conf "$(id_of --state gw)"
ok 'without a reason it is not even asked for' run 64 quarantine import --state gw --policy policy.conf X
finish
