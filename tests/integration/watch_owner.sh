#!/bin/bash
# The drop folder as the guide sets it up: folders that samples/samba/
# add-user.sh made, root's above them, and a watcher that is not root.
. "$(dirname "$0")/lib.sh"
[ "$(id -u)" -eq 0 ] && command -v setpriv >/dev/null && getent passwd games backup >/dev/null || {
	echo "1..0 # SKIP not root, or no setpriv"
	exit 77
}
root_dir=$tmp/share
chmod 0755 "$tmp"
as_gateway()
{
	setpriv --reuid backup --regid backup --clear-groups --inh-caps +lease,+chown --ambient-caps +lease,+chown "$@"
}
as_gateway test -x "$bin/sekisho-watch" || { echo "1..0 # SKIP the build cannot be read by others"; exit 77; }
ok 'the folders are made' env SEKISHO_GROUP=backup "$root/samples/samba/add-user.sh" games 総務課 "$root_dir"
install -d -o backup -g backup -m 0700 state
cat >policy.conf <<EOF
people {
	root = "$root_dir"
	keep_originals = true
	quiet_s = 1
}
EOF
watch()
{
	as_gateway "$bin/sekisho-watch" --policy policy.conf --state "$tmp/state" --once 2>>watch.log
}
drop() # FILE NAME
{
	install -o games -g backup -m 0660 "$1" "$root_dir/in/総務課/games/$2"
}
drop "$samples/planted/docm/vba.docm" 報告書.docm
drop "$samples/planted/text/shell.txt" 手順.txt
ok 'the watcher runs as the gateway' watch
ok 'the person is told what was delivered' has 'マクロ' "$root_dir/済み/総務課/games/報告書.docm.結果.txt"
ok 'and gets the original back beside it' test -e "$root_dir/済み/総務課/games/報告書.docm"
ok 'and is told what was not' has '遮断' "$root_dir/保留/総務課/games/手順.txt.結果.txt"
ok 'the text is for the person' test "$(stat -c %G "$root_dir/保留/総務課/games/手順.txt.結果.txt")" = backup
ok 'nothing was refused by the system' hasnt 'denied' watch.log

# a share made by hand, without the gateway's own folders
rm -rf "$root_dir/.sekisho-work" "$root_dir/.sekisho-parked"
sed -i /keep_originals/d policy.conf
drop "$samples/benign/docx/japanese.docx" 通知.docx
ok 'without folders of its own' watch
ok 'the person is told as well' test -e "$root_dir/済み/総務課/games/通知.docx.結果.txt"
ok 'the file has left in/' test ! -e "$root_dir/in/総務課/games/通知.docx"
ok 'and nothing half stays' test -z "$(find "$root_dir/済み" -name '.*' -type f)"
[ "$bad" -eq 0 ] || sed 's/^/# /' watch.log
finish
