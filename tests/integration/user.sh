#!/bin/bash
# sekisho user and sekisho rules as an administrator uses them.
cd "$(dirname "$0")/../.." || exit 2
bin=${BUILD:-build/dev}/bin
[ -x "$bin/sekisho" ] || { echo "1..0 # skip no $bin/sekisho"; exit 0; }
tmp=$(mktemp -d) || exit 2
trap 'rm -rf "$tmp"' EXIT
export LC_ALL=C.UTF-8
n=0 fail=0
ok() { n=$((n + 1)); echo "ok $n $1"; }
no() { n=$((n + 1)); fail=1; echo "not ok $n $1"; sed 's/^/# /' "$tmp/out"; }
# is STATUS TEXT WHAT COMMAND...: exit status and a text in what it says
is() {
	local status=$1 text=$2 what=$3
	shift 3
	"$@" > "$tmp/out" 2>&1
	local got=$?
	if [ $got -eq "$status" ] && grep -qF -e "$text" "$tmp/out"; then
		ok "$what"
	else
		echo "exit $got, expected $status and: $text" >> "$tmp/out"
		no "$what"
	fi
}
user() { "$bin/sekisho" user "$1" --state "$tmp/state" "${@:2}"; }

is 65 "not a state folder" "a list of nothing makes no keys" user list
is 0 "made; it has no password yet" "add" user add Yamada --name '山田 花子' \
	--department 税務課 --roles 'staff approver' --mail y@example.lg.jp
is 1 "there is such an account" "add twice" user add yamada --name x \
	--department x
is 1 "a login is" "a login that leaves its folder" user add ../x --name x \
	--department x
is 1 "does not begin like a formula" "a name that is a formula" \
	user add x --name '=1+1' --department x
is 64 "--name: too long" "a name past all bounds" user add x \
	--name "$(printf 'a%.0s' {1..5000})" --department x
is 64 "--roles" "a role that is none" user add x --name x --department x \
	--roles root
is 0 "(no password)" "list" user list
is 0 '"roles": "staff approver"' "list --json" \
	sh -c "'$bin/sekisho' user list --json --state '$tmp/state' |
	sed 's/\":/\": /g'"
echo short | is 1 "at least 12 characters" "a short password" \
	user password yamada
echo 'P@ssw0rd2026!' | is 1 "tried first" "a common password" \
	user password yamada
echo 'rainy-day-on-the-pass' | is 0 "the password is set" "password" \
	user password yamada
is 0 "(must change the password)" "it must be changed" user list
echo 'rainy-day-on-the-pass' | is 0 "the password is set" "password --keep" \
	user password --keep yamada
is 0 "-" "password --generate" user password --generate yamada
[ "$(wc -c < "$tmp/out")" -eq 24 ] && ok "its length" || no "its length"
echo x | is 65 "no such account" "a password for nobody" user password nobody
is 0 "disabled" "disable" user disable yamada
is 0 "(disabled)" "shown as disabled" user list
is 0 "changed" "enable" user set --enable --from 2001-01-01 yamada
is 0 "unlocked" "unlock" user unlock yamada
is 65 "no such account" "unlock nobody" user unlock nobody
is 1 "their own deputy" "a deputy of oneself" user set --deputy yamada yamada

printf 'login,name,department,mail,roles,from,until\r\nyamada,山田 花子,福祉課,y@example.lg.jp,staff approver,,\r\nsato,"佐藤, 太郎",税務課,,staff,2027/4/1,\r\n' \
	> "$tmp/list.csv"
is 0 "nothing was changed" "import shows" user import "$tmp/list.csv"
grep -qF '* yamada  税務課 -> 福祉課' "$tmp/out" && ok "what changes" ||
	no "what changes"
is 0 "on 2099-04-01 they change" "import for April" \
	user import --effective 2099-04-01 --apply "$tmp/list.csv"
is 0 "2099-04-01" "pending" user pending
is 0 "2 rows forgotten" "pending --cancel" user pending --cancel 2099-04-01
is 0 "nothing waits" "nothing pends" user pending
is 0 "1 new, 1 changed, 0 as they are" "import --apply" \
	user import --apply "$tmp/list.csv"
is 0 "0 new, 0 changed, 2 as they are" "import again" \
	sh -c "'$bin/sekisho' user import --state '$tmp/state' - \
	< '$tmp/list.csv'"
user list --csv > "$tmp/again.csv"
is 0 "0 new, 0 changed, 2 as they are" "list --csv is an import" \
	user import "$tmp/again.csv"
printf 'login,name\nsato,=1\n' > "$tmp/bad.csv"
is 1 "line 2: sato: a name is" "a formula in a list" user import --apply "$tmp/bad.csv"
printf 'login,name,department,roles\nsato,山田,税務課,課長\nx y,山田,税務課,staff\nnobody,山田\n' > "$tmp/bad.csv"
is 1 "line 2: 課長: roles are" "the first of three wrong lines" user import "$tmp/bad.csv"
for line in 'line 3: x y: a login' 'line 4: not as many'; do
	grep -qF "$line" "$tmp/out" "$tmp/err" 2>/dev/null && ok "$line" || no "$line"
done
head -c 3 "$tmp/again.csv" | grep -q "$(printf '\357\273\277')" &&
	ok "a spreadsheet sees that it is UTF-8" || no "a spreadsheet sees that it is UTF-8"
is 64 "--new: with" "--new by itself" user password --new
user password --generate --new > "$tmp/new.csv" 2>/dev/null
grep -qE '^sato,"佐藤, 太郎",税務課,[a-z2-9-]{23}' "$tmp/new.csv" && ok "a password for who has none" ||
	no "a password for who has none"
grep -q '^yamada,' "$tmp/new.csv" && no "and for nobody else" || ok "and for nobody else"
user password --generate --new 2>/dev/null | grep -q . && no "once" || ok "once"
head -c 5000000 /dev/zero > "$tmp/bad.csv"
is 1 "" "five million NULs" user import --apply "$tmp/bad.csv"
is 64 "not a date" "an odd date" user import --effective tomorrow \
	"$tmp/list.csv"
is 65 "" "a list that is not there" user import "$tmp/none.csv"
is 0 "" "the log is sound" "$bin/sekisho" audit verify --state "$tmp/state"
if grep -rqF rainy-day "$tmp/state"; then
	no "no password on disk"
else
	ok "no password on disk"
fi

rules() { "$bin/sekisho" rules "$@"; }
is 0 "good (0 departments)" "the sample of rules" rules check \
	samples/rules.conf samples/rules.ja.conf
printf 'everybody {\n\tquorum = 99\n}\n' > "$tmp/rules.conf"
is 65 "$tmp/rules.conf:2: quorum" "a wrong rule" rules check "$tmp/rules.conf"
printf 'department "税務課" {\n\tquorum = 2\n}\n' > "$tmp/rules.conf"
is 0 "good (1 departments)" "a right rule" rules check "$tmp/rules.conf"
is 0 "	quorum = 2" "rules of a department" rules show --department 税務課 \
	"$tmp/rules.conf"
is 0 "	quorum = 1" "rules of another" rules show --department 福祉課 \
	"$tmp/rules.conf"
rules show "$tmp/rules.conf" > "$tmp/shown.conf"
is 0 "good (1 departments)" "show is a file of rules" rules check \
	"$tmp/shown.conf"
printf 'people { rules_file = "%s" }\n' "$tmp/rules.conf" > "$tmp/policy.conf"
is 0 'department "税務課" {' "rules that the policy names" rules show \
	--policy "$tmp/policy.conf"
printf 'people { rules_file = "rules.conf" }\n' > "$tmp/policy.conf"
is 64 "must be an absolute path" "a path that is not absolute" rules show \
	--policy "$tmp/policy.conf"
echo "1..$n"
exit $fail
