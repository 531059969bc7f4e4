#!/bin/bash
# The gateway's user, its services and root all mean the same state folder;
# anybody else has one of their own.
. "$(dirname "$0")/lib.sh"
if [ "$(id -u)" != 0 ] || ! unshare -m true 2>/dev/null || ! command -v setpriv >/dev/null; then
	echo "1..0 # skip needs root, unshare and setpriv"
	exit 0
fi
chmod 755 "$tmp"
mkdir -p var/sekisho homes/own homes/other
cp "$bin/sekisho" sekisho
chown 9:9 var/sekisho homes/own
chown 10:10 homes/other
chmod 700 var/sekisho

# as UID HOME ARGUMENT...: with var/ for /var/lib
as()
{
	local uid=$1 home=$2
	shift 2
	env -u XDG_STATE_HOME HOME="$tmp/homes/$home" unshare -m sh -c '
		mount --bind "$1/var" /var/lib && uid=$2 && shift 2 &&
		exec setpriv --reuid="$uid" --regid="$uid" --clear-groups ./sekisho "$@"' sh "$tmp" "$uid" "$@" >out 2>&1
}

cp "$samples/policy.conf" policy.conf
chmod 644 policy.conf
ok 'the user of the gateway' as 9 own user add --policy policy.conf --name 管理 --department 情報課 --roles administrator kanri
ok 'works in the folder of the gateway' test -e var/sekisho/people/index.sqlite
ok 'and in no other' test ! -e homes/own/.local
ok 'without a policy too' as 9 own user list
ok 'it sees the account' has kanri out
export SUDO_USER=tanaka
ok 'a person who works as that user' as 9 own user add --policy policy.conf --name 課長 --department 情報課 --roles approver kacho
unset SUDO_USER
ok 'and stands in the log' as 9 own audit export --event account
ok 'by name' has '"who":"tanaka"' out
ok 'anybody else has one of their own' as 10 other user add --policy policy.conf --name 他 --department 情報課 --roles staff ta
ok 'there' test -d homes/other/.local/state/sekisho
finish
