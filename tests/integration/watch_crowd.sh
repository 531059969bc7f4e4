#!/bin/bash
# One person's folder, however it looks, stops nobody else: names that are
# used up, thousands of files above the quota, a folder that is none.
. "$(dirname "$0")/lib.sh"
watch=$bin/sekisho-watch
[ -x "$watch" ] || { echo "1..0 # skip no sekisho-watch"; exit 0; }
share=$tmp/root watcher=

at_exit()
{
	[ -z "$watcher" ] || kill "$watcher" 2>/dev/null
	wait
}

cat >rules.conf <<'END'
everybody { user_waiting_files = 20 }
department "税務課" { approval = "always" }
END
cat >policy.conf <<END
people {
  root = "$share"
  rules_file = "$tmp/rules.conf"
  quiet_s = 1
}
events {
  syslog = ""
}
END

begin()
{
	"$watch" --policy policy.conf --state s --send wire "$@" >>watch.log 2>&1 &
	watcher=$!
}

stop()
{
	kill -TERM "$watcher"
	wait "$watcher"
}

holds() { grep -qrs "$1" "$2"; }
mkdir -p "$share/in/総務課/"{yamada,sato,ito} "$share/in/税務課/mori" "$share/済み/総務課/yamada" wire
done_=$share/済み/総務課

# ---- two hundred texts of one name
for i in $(seq 2 199); do echo x >"$done_/yamada/scan.txt.結果 ($i).txt"; done
echo x >"$done_/yamada/scan.txt.結果.txt"
printf 'once more\n' >"$share/in/総務課/yamada/scan.txt"
printf 'mine\n' >"$share/in/総務課/sato/a.txt"
begin
ok 'names that are used up stop nobody' within 20 there "$done_/sato/a.txt.結果.txt"
ok 'and there is a text all the same' within 20 holds 受付番号 "$done_/yamada"
printf 'again\n' >"$share/in/総務課/sato/b.txt"
ok 'nor does anything stop then' within 20 there "$done_/sato/b.txt.結果.txt"

# ---- a folder that is none
rm -rf "$done_/ito"
echo x >"$done_/ito"
printf 'where to\n' >"$share/in/総務課/ito/c.txt"
ok 'it is taken' within 20 bash -c "! [ -e '$share/in/総務課/ito/c.txt' ]"
printf 'after it\n' >"$share/in/総務課/sato/d.txt"
ok 'a folder that cannot be written stops nobody' within 20 there "$done_/sato/d.txt.結果.txt"
stop
begin
printf 'after a start\n' >"$share/in/総務課/sato/e.txt"
ok 'nor the next start' within 20 there "$done_/sato/e.txt.結果.txt"
stop
rm "$done_/ito"
begin --once
wait "$watcher"
ok 'it is told when it can be' there "$done_/ito/c.txt.結果.txt"

# ---- names that are too long for a record, and no text
python3 - "$share/in/総務課/yamada" <<'END'
import os, sys
for n in range(236, 245, 3):
    d = os.path.join(os.fsencode(sys.argv[1]), b"\xfe" * n)
    os.mkdir(d)
    with open(os.path.join(d, b"\xfd" * 240), "w") as f:
        f.write(f"deep {n}\n")
END
begin
ok 'long names that are no text are taken' within 20 bash -c "[ -z \"\$(find '$share/in/総務課/yamada' -type f)\" ]"
printf 'after them\n' >"$share/in/総務課/sato/g.txt"
ok 'and stop nobody' within 20 there "$done_/sato/g.txt.結果.txt"
stop
"$bin/sekisho" transfer list --state s >out
ok 'all have their result' hasnt 'received\|working\|受付' out

# ---- departments that no rule can name: not everybody's rules, but none
none=$share/in/$(printf '税務か\u3099課') long=$share/in/長い名前の部署長い名前の部署長い名前の部課
mkdir -p "$none/mori" "$long/mori" "$share/in/税務 課/mori"
for d in "$none" "$long" "$share/in/税務 課"; do printf 'x\n' >"$d/mori/x.txt"; done
begin
printf 'and others\n' >"$share/in/総務課/sato/h.txt"
ok 'others go on' within 20 there "$done_/sato/h.txt.結果.txt"
ok 'what no rule can name is not taken' test -e "$none/mori/x.txt" -a -e "$long/mori/x.txt" -a -e "$share/in/税務 課/mori/x.txt"
ok 'and it is said' has 'is not used' watch.log
stop
rm -r "$none" "$long" "$share/in/税務 課"

# ---- thousands above the quota
python3 - "$share/in/税務課/mori" <<'END'
import sys
for i in range(6000):
    with open(f"{sys.argv[1]}/{i}.txt", "w") as f:
        f.write(f"{i}\n")
END
begin
within 20 there "$share/保留/税務課/mori"
sleep 1
printf 'small\n' >"$share/in/総務課/sato/f.txt"
ok 'thousands above the quota hold up nobody' within 20 there "$done_/sato/f.txt.結果.txt"
sleep 2
ok 'and have few notes' test "$(find "$share/保留/税務課/mori" -name '*.待機中.txt' | wc -l)" -le 51
ok 'one of them for the others' there "$share/保留/税務課/mori/ほかのファイル.待機中.txt"
stop
ok 'no fault of memory' hasnt 'AddressSanitizer\|runtime error' watch.log
finish
