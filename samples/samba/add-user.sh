#!/bin/sh
# Make the folders of one person: add-user.sh LOGIN DEPARTMENT [ROOT]
# The login must exist (getent passwd); its Samba password: smbpasswd -a LOGIN.
set -eu
[ $# -ge 2 ] || { sed -n 2,3p "$0" >&2; exit 64; }
login=$1 department=$2 root=${3:-/srv/sekisho}
group=${SEKISHO_GROUP:-sekisho}
user=${SEKISHO_USER:-$group}
case $department in */* | .* | *' '* | *　* | '') echo "not a department: $department" >&2; exit 64 ;; esac
# the console's account has the same name, and nobody approves their own by it
case $login in *[!a-z0-9._-]*) echo "a login is of a-z 0-9 . _ -: $login" >&2; exit 64 ;; esac
getent passwd "$login" >/dev/null || { echo "no such login: $login" >&2; exit 65; }
mkdir -p "$root"
# the gateway's own, which it cannot make in a folder of root's
for own in .sekisho-work .sekisho-parked; do
	[ -d "$root/$own" ] || mkdir -m 0700 "$root/$own"
	chown "$user:$group" "$root/$own"
done
for folder in in 済み 保留 要パスワード 処理状況; do
	for d in "$root/$folder" "$root/$folder/$department"; do
		[ -d "$d" ] || mkdir -m 0755 "$d"
	done
	# what the gateway itself writes beside in/ it makes there
	case $folder in
	in) ;;
	*) chgrp "$group" "$root/$folder" "$root/$folder/$department"
	    chmod 0775 "$root/$folder" "$root/$folder/$department" ;;
	esac
	[ "$folder" != 処理状況 ] || continue
	d="$root/$folder/$department/$login"
	[ -d "$d" ] || mkdir -m 0770 "$d"
	chown "$login:$group" "$d"
	chmod 2770 "$d"
done
