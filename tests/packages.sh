# The Debian 12 packages that building and testing need; sourced by
# tests/run.sh and samples/demo.sh. packages_install WHAT... installs what is
# missing of the lists named (build, test), as root directly, else by sudo.
packages_build="build-essential cmake ninja-build pkg-config python3
libmagic-dev libxml2-dev zlib1g-dev libsodium-dev libsqlite3-dev
libseccomp-dev libconfuse-dev libjansson-dev libcriterion-dev
libjpeg62-turbo-dev libpng-dev libgif-dev libwebp-dev liblcms2-dev libssl-dev libidn2-dev libdeflate-dev gettext
libopenjp2-7-dev libqpdf-dev libheif-dev libde265-dev libdav1d-dev libgumbo-dev libgmime-3.0-dev libmilter-dev libmicrohttpd-dev libldap-dev"
packages_test="bubblewrap poppler-utils fonts-noto-cjk ccache python3-html5lib clang clang-format libclang-rt-14-dev mandoc bsdutils
prometheus python3-pil python3-numpy python3-jsonschema python3-openpyxl python3-docx file
libfreetype-dev libtiff-dev clamav-daemon qpdf postfix dovecot-lmtpd swaks samba smbclient libmime-tools-perl jq unzip p7zip-full libxml2-utils libjpeg-turbo-progs chromium chromium-driver python3-selenium slapd nginx-light openssl"
# Not beside a full LibreOffice: these would remove it.
command -v soffice >/dev/null || packages_test="$packages_test
libreoffice-writer-nogui libreoffice-calc-nogui libreoffice-impress-nogui
libreoffice-draw-nogui"

packages_missing()
{
	for p in "$@"; do
		case $(dpkg-query -W -f '${Status}' "$p" 2>/dev/null) in
		*" installed") ;;
		*) echo "$p" ;;
		esac
	done
}

packages_install()
{
	want=
	for list in "$@"; do
		case $list in
		build) want="$want $packages_build" ;;
		test) want="$want $packages_test" ;;
		esac
	done
	command -v dpkg-query >/dev/null || return 0
	# shellcheck disable=SC2086
	want=$(packages_missing $want)
	[ -n "$want" ] || return 0
	root=
	[ "$(id -u)" -eq 0 ] || root=sudo
	echo "installing:" $want >&2
	# Programs only: no instance of Postfix is set up or started.
	case " $want " in
	*postfix*) echo 'postfix postfix/main_mailer_type select No configuration' |
	    $root debconf-set-selections 2>/dev/null ;;
	esac
	# shellcheck disable=SC2086
	(export DEBIAN_FRONTEND=noninteractive
	    $root apt-get -q update && $root apt-get -q -y \
		--no-install-recommends install $want) >/dev/null
}
