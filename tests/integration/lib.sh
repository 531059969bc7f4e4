# What the integration scripts share; sourced by them. Sets root (of the
# project), bin, samples and tmp, a scratch folder that is the working folder
# and goes away at the end.
set -u
cd "$(dirname "${BASH_SOURCE[0]}")/../.." || exit 1
root=$PWD
bin=$PWD/${BUILD:-build/dev}/bin
case ${BUILD:-} in /*) bin=$BUILD/bin ;; esac
samples=$PWD/samples
tmp=$(mktemp -d)
at_exit() { :; }
trap 'at_exit; chmod -R u+rwX "$tmp"; rm -rf "$tmp"' EXIT
cd "$tmp" || exit 1
export LC_ALL=C.UTF-8 LANGUAGE= HOME=$tmp/home XDG_STATE_HOME=$tmp/xdg
n=0 bad=0

# ok NAME COMMAND...: passes when the command succeeds.
ok()
{
	local name=$1
	shift
	n=$((n + 1))
	if "$@"; then
		echo "ok $n - $name"
	else
		echo "not ok $n - $name"
		bad=$((bad + 1))
	fi
}

# run STATUS ARGUMENT...: sekisho; output in out and err.
run()
{
	local want=$1 got
	shift
	"$bin/sekisho" "$@" >out 2>err
	got=$?
	[ "$got" -eq "$want" ] && return 0
	echo "# sekisho $*: status $got, not $want"
	sed 's/^/# /' out err | head -20
	return 1
}

has() { grep -q -- "$1" "$2"; }
hasnt() { ! grep -q -- "$1" "$2"; }

there() { [ -e "$1" ]; }
gone() { [ ! -e "$1" ]; }

# within SECONDS COMMAND...: sooner or later it is so
within()
{
	local end=$((SECONDS + $1))
	shift
	until "$@"; do
		[ $SECONDS -lt $end ] || return 1
		sleep 0.05
	done
}

# The plan, and the exit status of the script.
finish()
{
	echo "1..$n"
	[ "$bad" -eq 0 ]
}
