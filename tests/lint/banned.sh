#!/bin/bash
# Calls that are not used here; what formats may not do; labels but "out".
set -u
cd "$(dirname "$0")/../.." || exit 1
bad=0

# Source without comments and strings, "file:line:text".
source_of()
{
	git ls-files "$@" | while read -r f; do
		[ -f "$f" ] && perl -0777 -pe '
		s{/\*.*?\*/|"(?:\\.|[^"\\\n])*"|\x27(?:\\.|[^\x27\\\n])+\x27}{ my $s = $&; $s =~ s/[^\n]//g; $s }gse' "$f" |
		    awk -v f="$f" '{ print f ":" FNR ":" $0 }'
	done
}

deny()
{
	hits=$(grep -E "$1" "$tmp")
	[ -z "$hits" ] && return 0
	printf '%s\n# %s\n' "$hits" "$2"
	bad=1
}

tmp=$(mktemp) || exit 1
trap 'rm -f "$tmp"' EXIT
source_of '*.c' '*.h' >"$tmp"
deny '(^|[^A-Za-z0-9_.>])(strcpy|strcat|sprintf|vsprintf|strncpy|strncat|gets|atoi|atol|atof|alloca|system|popen|signal|tmpnam|tempnam|mktemp)[[:space:]]*\(' \
    'banned: see the style of the project'
deny '\<goto\>[[:space:]]+([^o]|o[^u]|ou[^t]|out[A-Za-z0-9_])' 'the only label is out'
source_of 'formats/*.c' 'formats/*.h' >"$tmp"
deny '(^|[^A-Za-z0-9_.>])(open|openat|fopen|getenv|secure_getenv|time|gettimeofday|clock_gettime|clock|localtime|gmtime|printf|fprintf|puts|perror|syslog|exit|abort|rand|random|getrandom|socket|fork|execve)[[:space:]]*\(' \
    'formats open no path, read no clock, log nothing, do not exit'
exit $bad
