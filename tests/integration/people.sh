#!/bin/bash
# People's odds and ends, each to its end: folders that say the class, names
# that are long or come from a Mac, absence that approvers enter themselves,
# requests that nobody decides, an emergency and its review, and an original
# that crosses as soon as two agree.
. "$(dirname "$0")/lib.sh"
[ -x "$bin/sekisho-watch" ] || { echo '1..0 # SKIP no sekisho-watch'; exit 0; }
P="--state $tmp/gw --policy $tmp/policy.conf"
in=$tmp/drop/in/税務課/hanako
mkdir -p "$in" "$tmp/drop/in/福祉課/taro" wire got
cat >policy.conf <<END
people { root = "$tmp/drop" rules_file = "$tmp/rules.conf" quiet_s = 1 settle_ms = 50 }
events { syslog = "" }
END
cat >rules.conf <<'END'
everybody { approval = "rules" approval_classes = "I" approvers = "boss second" }
department "福祉課" { default_class = "I" }
END
user() { "$bin/sekisho" user add --name "$1" --department "$2" --roles "$3" $P "$1" </dev/null >out 2>err; printf 'a fine sentence for %s\n' "$1" | "$bin/sekisho" user password --keep $P "$1" >>out 2>>err; }
as() { local who=$1; shift; printf 'a fine sentence for %s\n' "$who" | "$bin/sekisho" "$@" --as "$who" $P >out 2>err; }
agree() { as "$1" approve "$2" --why "${4:-seen}" "$3"; }
refused() { ! "$@"; }
watch() { "$bin/sekisho-watch" --once $P >watch.out 2>&1; }
# field NAME FIELD: of the newest transfer of that name
field() { "$bin/sekisho" transfer list --json $P | python3 -c '
import json, sys
rows = [json.loads(l) for l in sys.stdin]
print(next((r[sys.argv[2]] for r in rows if r["name"] == sys.argv[1]), "none"))' "$1" "$2"; }
is() { [ "$(field "$1" "$2")" = "$3" ]; }
"$bin/sekisho" send --state gw --public-key >gw.pub 2>/dev/null
user hanako 税務課 'staff approver'
user taro 福祉課 staff
user boss 税務課 approver
user second 福祉課 approver
user third 情報課 approver
inside() { "$bin/sekisho" send $P wire >out 2>err && "$bin/sekisho" receive --key gw.pub --state inner "$@" wire got >out 2>err; }

# ---- the class of information
mkdir -p "$in/重要性Ⅰ/名簿" "$in/重要性II" "$in/重要性Ⅲ"
for f in 重要性Ⅰ/台帳 重要性Ⅰ/名簿/一 重要性Ⅰ/名簿/二 重要性II/案 重要性Ⅲ/広報 普通; do
	echo "$f" >"$in/$f.txt"
done
echo x >"$tmp/drop/in/福祉課/taro/無印.txt"
mkdir "$tmp/drop/in/福祉課/taro/重要性Ⅲ"
echo y >"$tmp/drop/in/福祉課/taro/重要性Ⅲ/公開.txt"
ok 'files in folders of classes' watch
ok 'class I waits for approval' is 重要性Ⅰ/台帳.txt state approval
ok 'with its class' is 重要性Ⅰ/台帳.txt class 1
ok 'as do those of a folder in it' is 重要性Ⅰ/名簿/二.txt state approval
ok 'class II, written with letters, crosses' is 重要性II/案.txt state released
ok 'with its class' is 重要性II/案.txt class 2
ok 'class III crosses' is 重要性Ⅲ/広報.txt class 3
ok 'what has no class crosses' is 普通.txt state released
ok 'where the department has a class for it, that counts' is 無印.txt state approval
ok 'a folder says otherwise' is 重要性Ⅲ/公開.txt state released
ok 'the folders of classes stay' test -d "$in/重要性Ⅰ" -a -d "$in/重要性II"
ok 'others go' test ! -e "$in/重要性Ⅰ/名簿"
ok 'a folder in one has one text' test -f drop/済み/税務課/hanako/重要性Ⅰ/名簿.フォルダーの結果.txt
ok 'the class itself has none' test ! -e drop/済み/税務課/hanako/重要性Ⅰ.フォルダーの結果.txt
ok 'a text says the class' has '重要性分類: Ⅰ' drop/保留/税務課/hanako/重要性Ⅰ/台帳.txt.結果.txt
ok 'approved' agree boss yes "$(field 重要性Ⅰ/台帳.txt id)"
watch
ok 'and inside' inside
ok 'in the same tree' test -f got/税務課/hanako/重要性Ⅰ/台帳.txt
ok 'as the others' test -f got/税務課/hanako/重要性II/案.txt

# ---- hours and days: it waits, and is taken by itself
cp rules.conf rules.before
echo "department \"窓口課\" { days = \"$(LC_ALL=C date -d '3 days' +%a | tr A-Z a-z)\" }" >>rules.conf
mkdir -p drop/in/窓口課/jiro
echo z >drop/in/窓口課/jiro/時間外.txt
ok 'outside the hours of a department' watch
ok 'it stays' test -f drop/in/窓口課/jiro/時間外.txt
ok 'and reads why' has '受付時間外' drop/保留/窓口課/jiro/時間外.txt.待機中.txt
ok 'others are taken' is 無印.txt state approval
cp rules.before rules.conf
watch
ok 'in its hours it is taken' is 時間外.txt state released
ok 'and the note is gone' test ! -e drop/保留/窓口課/jiro/時間外.txt.待機中.txt

# ---- names: as long as a file system has them, and as a Mac writes them
long=$(printf '長%.0s' $(seq 83)).txt
nfd=$(printf 'か\xe3\x82\x99くせい ハ\xe3\x82\x9aンフ.txt')
nfc='がくせい パンフ.txt'
echo 一 >"$in/$long"
echo 二 >"$in/${long#長}"
mkdir "$in/ホ$(printf '\xe3\x82\x9a')スター"
echo 三 >"$in/$nfd"
echo 四 >"$in/ホ$(printf '\xe3\x82\x9a')スター/$nfd"
echo 五 >"$in/$nfc"
ok 'long names, names of a Mac' watch
ok 'all are taken' test -z "$(find "$in" -type f)"
ok 'each is released' test "$("$bin/sekisho" transfer list --only released --json $P | grep -c '長長\|せい')" -eq 5
ok 'inside' inside
find got -type f ! -name '*.receipt.*' >names
ok 'two long ones' test "$(grep -c '長長' names)" -eq 2
ok 'with their extension, and a receipt each' test "$(ls got/税務課/hanako/ | grep -c '長.*txt.receipt.ja.txt$')" -eq 2
ok 'both contents' test "$(cat got/税務課/hanako/長*.txt | grep -cx '[一二]')" -eq 2
ok 'names of a Mac as Windows writes them' test -f "got/税務課/hanako/$nfc"
ok 'folders as well' grep -qx 四 "got/税務課/hanako/ポスター/$nfc"
ok 'two that look alike are two' test "$(cat got/税務課/hanako/がくせい*.txt | grep -cx '[三五]')" -eq 2
ok 'a text for each' test "$(ls drop/済み/税務課/hanako | grep -c 'せい.*結果.*txt$')" -eq 2

# ---- absence, entered by the approver
day() { date -d "$1 days" +%F; }
cat >rules.conf <<'END'
everybody { approval = "always" approvers = "boss" }
END
echo 代理 >"$in/代理.txt"
watch
id=$(field 代理.txt id)
ok 'who is not listed cannot decide' refused agree third yes "$id"
away() { as "$1" approve away --deputy "$2" --from "$3" --until "$4"; }
ok 'nobody is their own deputy' refused away boss boss "$(day 0)" "$(day 3)"
ok 'the deputy must be an approver' refused away boss taro "$(day 0)" "$(day 3)"
ok 'which is said' has 'another approver' err
ok 'days that are over' refused away boss third "$(day -3)" "$(day -1)"
ok 'the wrong way round' refused away boss third "$(day 3)" "$(day 1)"
ok 'no days' run 64 approve away $P --deputy third
ok 'no approver' refused away taro third "$(day 0)" "$(day 3)"
ok 'not without the password' bash -c "! echo wrong | '$bin/sekisho' approve away --as boss --deputy third --from $(day 0) --until $(day 3) $P 2>/dev/null"
ok 'from tomorrow' away boss third "$(day 1)" "$(day 3)"
ok 'not yet' refused agree third yes "$id"
ok 'from today' away boss third "$(day 0)" "$(day 0)"
ok 'the deputy decides' agree third yes "$id"
watch
ok 'and it crosses' is 代理.txt state released
ok 'back' as boss approve back
ok 'entered by the approver, says the log' bash -c "'$bin/sekisho' audit export --event account --state gw | grep 'deputy: third -> ' | grep -q '\"who\":\"boss\"'"
echo 代理2 >"$in/代理2.txt"
watch
ok 'then the deputy decides no more' refused agree third yes "$(field 代理2.txt id)"
ok 'the approver does' agree boss no "$(field 代理2.txt id)"

# ---- an original: the watcher releases it, and not when the rules changed
cat >rules.conf <<'END'
everybody { approvers = "boss second" unsanitised_import = true }
END
for f in 図面 設計; do
	cp "$samples/planted/text/html.txt" "$in/$f.txt"
	watch
	ok "held ($f)" is $f.txt state held
	id=$(field $f.txt id)
	ok 'asked for' run 0 quarantine import $P --login hanako --why CAD "$id"
	agree boss yes "$id"
	watch
	ok 'one alone moves nothing' is $f.txt state held
	agree third yes "$id"
	[ $f = 図面 ] || sed -i 's/unsanitised_import = true//' rules.conf
	watch
done
ok 'released' is 図面.txt state released
ok 'its text says what it is' has '未無害化で持込み' drop/済み/税務課/hanako/図面.txt.結果.txt
ok 'the earlier text is gone' test ! -e drop/保留/税務課/hanako/図面.txt.結果.txt
ok 'refused when the rules do not allow it any more' is 設計.txt state held
ok 'which is said' has 'do not allow unsanitised imports' watch.out
watch
ok 'one original is sealed' test "$("$bin/sekisho" audit export --event unsanitised-sealed --state gw | grep -c .)" -eq 1
"$bin/sekisho" send $P wire >out 2>err
cp -r wire wire2 && cp -r inner inner2 && mkdir got2
ok 'the inner side refuses it' run 1 receive --key gw.pub --state inner wire got
ok 'and takes it where that is allowed' run 0 receive --allow-unsanitised --key gw.pub --state inner2 wire2 got2
ok 'under its mark' test -f got2/税務課/hanako/【未無害化】図面.txt

# ---- nobody decides in time; reminders before that
late() { python3 -c '
import sqlite3, sys
db = sqlite3.connect(sys.argv[1] + "/people/index.sqlite")
db.execute("UPDATE request SET %s WHERE state = 0" % sys.argv[2])
db.commit()' "$tmp/gw" "$1"; }
events() { "$bin/sekisho" audit export --state gw "$@"; }
cat >rules.conf <<'END'
everybody { approval = "always" approvers = "boss second" may_release_in_emergency = true
 unsanitised_import = true remind_h = 2 review_h = 1 }
END
sed -i 's/events {.*/events { syslog = "" mail_relay = "127.0.0.1:9" }/' policy.conf
for u in boss second hanako; do "$bin/sekisho" user set --mail "$u@example.jp" $P $u >/dev/null; done
echo 遅い >"$in/遅い.txt"
watch
id=$(field 遅い.txt id)
ok 'it waits' is 遅い.txt state approval
late "time = '2020-01-01T00:00:00.000Z'"
watch
ok 'the approvers are reminded' bash -c 'ls gw/events/last | grep -q ^approval-reminder'
late "expires = '2020-01-01T00:00:00.000Z'"
ok 'too late to agree' refused agree boss yes "$id"
watch
ok 'it expires' is 遅い.txt state expired
ok 'the text says so' has '期限' drop/保留/税務課/hanako/遅い.txt.結果.txt
ok 'in the log' bash -c "'$bin/sekisho' audit export --event expired --state gw | grep -q $id"
inside # says again what it refused
ok 'nothing of it is inside' test ! -e got/税務課/hanako/遅い.txt
ok 'its result is destroyed' test -z "$(ls gw/people/results | grep "$id")"
run 0 quarantine list --state gw
ok 'its original is in quarantine' has "$id" out

# ---- an emergency, and the review of it
echo 緊急 >"$in/緊急.txt"
watch
id=$(field 緊急.txt id)
ok 'not by the one who brought it' refused as hanako approve emergency --why 急ぎ "$id"
ok 'not without a reason' refused as boss approve emergency "$id"
ok 'released in an emergency' as boss approve emergency --why 避難所 "$id"
watch
ok 'it crosses at once' inside
ok 'sanitised, and inside' grep -qx 緊急 got/税務課/hanako/緊急.txt
run 0 approve list $P
ok 'a review waits' has 'review' out
review=$(awk '/review/ { print $1 }' out)
ok 'not for the one who released it' refused as boss approve yes --why ok "$review"
late "expires = '2020-01-01T00:00:00.000Z'"
watch
run 0 approve list $P
ok 'overdue, it stays open' has "$review" out
ok 'reviewed by another' as second approve yes --why 適切 "$review"
run 0 approve list $P
ok 'nothing is open any more' hasnt "$review" out
ok 'all of it in the log' test "$(events | grep -c "\"request\":\"$review\"")" -ge 2
ok 'the log is sound' run 0 audit verify --state gw
finish
