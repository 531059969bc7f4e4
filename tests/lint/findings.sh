#!/bin/bash
# Every finding is described in docs/formats/*.md, docs/findings.md or
# docs/identify.md, and
# every finding that these name exists.
set -u
cd "$(dirname "$0")/../.." || exit 1
docs=$(ls docs/formats/*.md docs/findings.md docs/identify.md 2>/dev/null)
tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT
sed -n 's/^FINDING([A-Z0-9_]*, *"\([^"]*\)".*/\1/p' formats/findings/*.def |
    sort >"$tmp/ids"
sort "$tmp/ids" | uniq -d | sed 's/^/twice: /' >"$tmp/bad"
sort -u -o "$tmp/ids" "$tmp/ids"
# shellcheck disable=SC2086
cat $docs /dev/null | grep -oE '`[a-z0-9]+\.[a-z0-9-]+`' | tr -d '`' | sort -u >"$tmp/named"
# shellcheck disable=SC2086
cat $docs /dev/null | grep -oE '[a-z0-9]+\.[a-z0-9-]+' | sort -u >"$tmp/words"
comm -23 "$tmp/ids" "$tmp/words" | sed 's/^/not described: /' >>"$tmp/bad"
# Ids of formats look the same; only the families of findings are judged.
cut -d. -f1 "$tmp/ids" | sort -u >"$tmp/families"
comm -13 "$tmp/ids" "$tmp/named" | while read -r id; do
	grep -qx "${id%%.*}" "$tmp/families" || continue
	grep -rqF "\"$id\"" formats --include='*.c' --include='*.h' && continue
	case $id in *.md | *.c | *.h | *.xml | *.def | ooxml.docx | ooxml.xlsx | ooxml.pptx) continue ;; esac
	echo "no such finding: $id"
done >>"$tmp/bad"
! grep . "$tmp/bad"
