# Sourced by watch.sh: two people at a real smbd, on a port of its own, with
# the example configuration.
port=$((20000 + RANDOM % 20000))
mkdir -p smb/private smb/lock smb/state smb/cache smb/pid
sed -e "s|path = /srv/sekisho|path = $root_dir|" \
    -e "/^\[global\]/a\\
	smb ports = $port\\
	interfaces = 127.0.0.1\\
	bind interfaces only = yes\\
	private dir = $tmp/smb/private\\
	lock directory = $tmp/smb/lock\\
	state directory = $tmp/smb/state\\
	cache directory = $tmp/smb/cache\\
	pid directory = $tmp/smb/pid\\
	ncalrpc dir = $tmp/smb/lock/ncalrpc\\
	passdb backend = tdbsam:$tmp/smb/private/passdb.tdb\\
	log file = $tmp/smb/log" "$root/samples/samba/smb.conf" >smb.conf
ok 'the example of smb.conf is right' bash -c "testparm -s smb.conf >/dev/null 2>testparm.err"
chmod 0755 "$tmp" "$root_dir" "$root_dir/in"
for u in games:総務課 news:税務課; do
	SEKISHO_GROUP=root "$root/samples/samba/add-user.sh" "${u%:*}" "${u#*:}" "$root_dir" || bad=$((bad + 1))
	printf 'pass-%s\npass-%s\n' "${u%:*}" "${u%:*}" |
	    smbpasswd -c smb.conf -s -a "${u%:*}" >/dev/null 2>&1
done
smbd -F -s smb.conf </dev/null >smbd.out 2>&1 &
smbd=$!
pids="$pids $smbd"
# smb USER COMMANDS
smb()
{
	smbclient -s smb.conf -p "$port" -U "$1%pass-$1" "//127.0.0.1/持込み" -c "$2" >smb.out 2>&1
}
ok 'smbd answers' within 20 smb games 'ls in/総務課/games/*'
begin
mkdir send
cp "$samples/benign/docx/japanese.docx" send/
cp "$samples/planted/docm/vba.docm" send/マクロ.docm
mkdir -p tree/会議/図
cp "$samples/benign/png/rotated.png" tree/会議/図/
cp "$samples/benign/docx/japanese.docx" tree/会議/次第.docx
ok 'one person puts files' smb games "lcd send; cd in/総務課/games; prompt off; mput *"
ok 'the other a folder' smb news "lcd tree; cd in/税務課/news; prompt off; recurse on; mput *"
ok 'their results' within 20 there "$root_dir/済み/総務課/games/マクロ.docm.結果.txt"
ok 'the folder waits for approval' within 20 there "$root_dir/保留/税務課/news/会議/次第.docx.結果.txt"
ok 'the person can read the text' smb games "get 済み/総務課/games/マクロ.docm.結果.txt text.txt"
ok 'which is the text' has 'マクロ' text.txt
ok 'and the file is gone from in/' bash -c "! smbclient -s smb.conf -p $port -U games%pass-games //127.0.0.1/持込み -c 'ls in/総務課/games/japanese.docx' >/dev/null 2>&1"
smb news "ls in/総務課/games/*"
ok 'nobody sees the folder of another' has 'ACCESS_DENIED\|NOT_FOUND\|NO_SUCH' smb.out
smb news "cd in/総務課/games; put text.txt"
ok 'nor writes there' bash -c "! test -e '$root_dir/in/総務課/games/text.txt'"
smb news "get 済み/総務課/games/マクロ.docm.結果.txt theirs.txt"
ok 'nor reads the results' gone theirs.txt
smb games "mkdir x; cd ..; put text.txt"
ok 'nothing is written beside the folders of people' gone "$root_dir/x"
ok 'a text can be removed' smb games "rm 済み/総務課/games/japanese.docx.結果.txt"
ok 'it is' gone "$root_dir/済み/総務課/games/japanese.docx.結果.txt"
kill "$smbd"
wait "$smbd" 2>/dev/null
stop
