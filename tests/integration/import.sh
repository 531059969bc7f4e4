#!/bin/bash
# An original that is not sanitised, the whole way: brought in, held, asked
# for, agreed to by two, sent, refused inside, and taken where that is allowed.
# And notices to those whom it concerns.
. "$(dirname "$0")/lib.sh"
[ -x "$bin/sekisho-watch" ] || { echo '1..0 # SKIP no sekisho-watch'; exit 0; }
pids=
at_exit() { for p in $pids; do kill "$p" 2>/dev/null; done; wait 2>/dev/null; }
later() { for _ in $(seq 100); do "$@" && return 0; sleep 0.1; done; return 1; }
python3 "$root/tests/integration/ops_servers.py" "$tmp" >ports 2>servers.err &
pids=$!
later test -s ports
read -r smtp tcp udp <ports

mkdir -p drop/in/税務課/hanako wire inner-dest allow-dest
conf()
{
	printf 'people { root = "%s/drop" rules_file = "%s/rules.conf" quiet_s = 1 settle_ms = 100 }\n' "$tmp" "$tmp"
	printf 'events { syslog = "%s/log.sock" mail_relay = "127.0.0.1:%s" }\n' "$tmp" "$smtp"
}
conf >policy.conf
P="--state gw --policy policy.conf"
rules() { printf 'everybody { %s approvers = "boss other second" }\n' "$1" >rules.conf; }
rules ''
user() { "$bin/sekisho" user add --name "$1" --department "$2" --roles "$3" --mail "$1@example.jp" $P "$1" </dev/null >out 2>err; printf 'a fine sentence for %s\n' "$1" | "$bin/sekisho" user password --keep $P "$1" >>out 2>>err; }
agree() { printf 'a fine sentence for %s\n' "$1" | "$bin/sekisho" approve "$2" --as "$1" --why "seen" $P "$3" >out 2>err; }
watch() { "$bin/sekisho-watch" --once $P >watch.out 2>&1; }

"$bin/sekisho" send --state gw --public-key >gw.pub 2>/dev/null
user hanako 税務課 'staff approver'
ok 'accounts' run 0 user list $P
user boss 税務課 approver
user second 税務課 approver
user other 福祉課 approver
cp "$samples/planted/text/html.txt" drop/in/税務課/hanako/図面.txt
ok 'the watcher takes it' watch
id=$("$bin/sekisho" transfer list --json $P | sed -n 's/.*"id":"\([^"]*\)".*/\1/p' | head -n 1)
ok 'and holds it' bash -c "'$bin/sekisho' transfer list --json $P | grep -q '\"held\"'"
ok 'the rules do not allow it' run 1 quarantine import $P --login hanako --why CAD "$id"
ok 'which is said' has 'do not allow unsanitised imports' err
rules 'unsanitised_import = true'
ok 'without a reason' run 64 quarantine import $P --login hanako "$id"
ok 'asked for' run 0 quarantine import $P --login hanako --why 'CADの原本が必要' "$id"
ok 'a second time' run 1 quarantine import $P --login hanako --why x "$id"
ok 'the approvers get a mail' run 0 events send $P
ok 'three of them, not the one who asks' has '^3 notices sent' out
ok 'with what it is about' grep -q '無害化していない原本の持込みが申請されました' <(for m in mails/*; do python3 "$root/tests/integration/ops_servers.py" --text "$m"; done)
ok 'not approved yet' run 1 quarantine import --release $P "$id"
agree hanako yes "$id"
ok 'the one who asks does not decide' run 1 quarantine import --release $P "$id"
agree boss yes "$id"
ok 'one is not enough' run 1 quarantine import --release $P "$id"
agree second yes "$id"
ok 'nor two of a department' run 1 quarantine import --release $P "$id"
ok 'nothing crossed' test -z "$(ls gw/spool/out 2>/dev/null)"
ok 'the other department agrees' agree other yes "$id"
ok 'released' run 0 quarantine import --release $P "$id"
ok 'under its mark' has '【未無害化】図面.txt' out
ok 'once' run 1 quarantine import --release $P "$id"
ok 'one parcel' test "$(ls gw/spool/out | wc -l)" -eq 1
ok 'an event' later grep -q '^<129>1 .* unsanitised-import \[' syslog.txt
ok 'in the log: who and why' bash -c "'$bin/sekisho' audit export --event unsanitised --state gw | grep -q '\"agreed\":\[\"boss\",\"other\"\].*CADの原本が必要'"
ok 'the log is sound' run 0 audit verify --state gw
ok 'sent' run 0 send $P wire
cp -r wire wire2
cp -r wire wire3
ok 'refused inside' run 1 receive --key gw.pub --state inner wire inner-dest
ok 'for what it is' has 'not sanitised' err
ok 'nothing is there' test -z "$(find inner-dest -type f)"
ok 'taken where it is allowed' run 0 receive --allow-unsanitised --key gw.pub --state allow wire2 allow-dest
ok 'under its mark' test -f allow-dest/税務課/hanako/【未無害化】図面.txt
ok 'as it was' cmp allow-dest/税務課/hanako/【未無害化】図面.txt "$samples/planted/text/html.txt"
ok 'with a receipt that says so' grep -q '無害化していない原本' allow-dest/税務課/hanako/【未無害化】図面.txt.receipt.ja.txt
ok 'in the log of that side' bash -c "'$bin/sekisho' audit export --event unsanitised --state allow | grep -q CADの原本が必要"
printf 'parcel { allow_unsanitised = true }\nevents { syslog = "" }\n' >inner.conf
mkdir by-policy
ok 'or allowed by the policy of that side' run 0 receive --policy inner.conf --key gw.pub --state third wire3 by-policy
ok 'the same file' test -f by-policy/税務課/hanako/【未無害化】図面.txt

# a refusal ends it
cp "$samples/planted/text/html.txt" drop/in/税務課/hanako/二つ目.txt
watch
id=$("$bin/sekisho" transfer list --only held --json $P | sed -n 's/.*"id":"\([^"]*\)".*/\1/p' | tail -n 1)
ok 'another one' run 0 quarantine import $P --login hanako --why CAD "$id"
agree boss yes "$id"
agree other no "$id"
ok 'refused' run 1 quarantine import --release $P "$id"
ok 'is said' has 'refused it' err

# a rerun of what a person brought in goes through the watcher
ok 'a rerun' run 0 quarantine rerun $P "$id"
ok 'goes to the watcher' has 'given to the watcher again' out
ok 'which holds it again' watch
ok 'it is held' bash -c "'$bin/sekisho' transfer show $P $id | grep -qi held"

# approvals: those who may decide are told
printf 'everybody { approval = "always" approvers = "boss other" }\n' >rules.conf
rm -rf gw/events/last
cp "$samples/benign/text/notice-cp932.txt" drop/in/税務課/hanako/お知らせ.txt
watch
ok 'who may decide is told' run 0 events send $P
ok 'two mails' has '^2 notices sent' out
ok 'about a request that waits' later grep -q ' approval-waiting \[' syslog.txt

# looking back at what the drop folder brought
printf 'everybody { released_days = 30 }\n' >rules.conf
cp "$samples/benign/docx/japanese.docx" drop/in/税務課/hanako/報告.docx
cp "$samples/planted/docm/vba.docm" drop/in/税務課/hanako/表.docm
watch
ok 'a look back' run 0 quarantine rerun --released-since 2020-01-01 $P
ok 'both come out the same' has '^2 come out the same, 0 otherwise' out
{ conf; echo 'rules { hold_attacks = true }'; } >strict.conf
ok 'under a stricter policy' run 1 quarantine rerun --released-since 2020-01-01 --state gw --policy strict.conf
ok 'one would be held' has '^1 come out the same, 1 otherwise (of these 1' out
ok 'and is named' has '表.docm' out

# a copy while the watcher works: from it each file has one result
rm -rf drop/in/税務課/hanako/*
for i in $(seq 80); do
	printf 'file %d\n' "$i" >"drop/in/税務課/hanako/f$i.txt"
done
"$bin/sekisho-watch" $P >watch.out 2>&1 &
w=$!
pids="$pids $w"
sleep 1.2
ok 'a copy in the midst of it' run 0 backup $P midst
waiting() { [ "$("$bin/sekisho" transfer list --waiting --json $P | grep -c f[0-9]*.txt)" -eq 0 ] && [ -z "$(ls drop/in/税務課/hanako)" ]; }
for _ in $(seq 60); do waiting && break; sleep 0.5; done
kill $w; wait $w 2>/dev/null
ok 'all are settled' waiting
ok 'restored' run 0 restore midst --state midway
mkdir -p empty/in
sed "s#$tmp/drop#$tmp/empty#" policy.conf >empty.conf
ok 'the watcher goes on from it' bash -c "'$bin/sekisho-watch' --once --state midway --policy empty.conf >midway.out 2>&1"
"$bin/sekisho" transfer list --json --state midway --policy empty.conf | grep 'f[0-9]*.txt' >rows
ok 'nothing of the copy waits any more' bash -c '! grep -qE "\"(received|working)\"" rows'
ok 'each has one parcel' python3 - midway <<'END'
import json, sqlite3, sys
rows = [json.loads(l) for l in open('rows')]
ids = [i for i, in sqlite3.connect(sys.argv[1] + '/spool/ledger.sqlite').execute('SELECT id FROM parcel')]
assert rows, 'the copy came too early'
for r in rows:
    assert r['state'] == 'released', r
    assert ids.count(r['id']) == 1, r
END

# a copy of all that, restored
ok 'a copy' run 0 backup $P copy
ok 'restored' run 0 restore copy --state back
for v in 'transfer list' 'approve list' 'quarantine list' 'user list'; do
	ok "the same: $v" bash -c "diff <('$bin/sekisho' $v --json $P) <('$bin/sekisho' $v --json --state back --policy policy.conf)"
done
finish
