#!/bin/bash
# Functions of at most 100 lines, files of at most 600. A function's body
# opens with { in column 0 and closes with } in column 0.
set -u
cd "$(dirname "$0")/../.." || exit 1
git ls-files '*.c' '*.h' | while read -r f; do
	[ -f "$f" ] && awk -v f="$f" '
	/^\{/ { open = FNR }
	/^\}/ && open {
		if (FNR - open > 101) print f ":" open ": a function of " FNR - open - 1 " lines"
		open = 0
	}
	END { if (FNR > 600) print f ": " FNR " lines" }' "$f"
done | { ! grep .; }
