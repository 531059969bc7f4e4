#!/bin/bash
# What the policy changes in Word documents: links shown or removed, comments
# left out, tracked changes accepted. Read back with unzip.
set -u
cd "$(dirname "$0")/../.." || exit 1
bin=${BUILD:-build/dev}/bin/run_format
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
n=0 bad=0

ok() {
	n=$((n + 1))
	if [ "$1" -eq 0 ]; then echo "ok $n - $2"; else
		echo "not ok $n - $2"
		bad=$((bad + 1))
	fi
}

# run SAMPLE OPTION...: the document's markup in $xml, findings in $said
run() {
	local sample=$1
	shift
	said=$("$bin" "$@" "samples/$sample" "$tmp/out.docx" 2>&1)
	xml=$(unzip -p "$tmp/out.docx" 'word/document.xml')
	parts=$(unzip -Z1 "$tmp/out.docx")
	again=$("$bin" "$@" "$tmp/out.docx" "$tmp/again.docx" 2>&1)
	cmp -s "$tmp/out.docx" "$tmp/again.docx" &&
		[[ $again != *'"finding"'* ]]
	ok $? "$sample $*: a fixpoint"
	/usr/bin/python3 tests/corpus/refcheck.py "$tmp/out.docx" >"$tmp/ref"
	ok $? "$sample $*: whole $(head -1 "$tmp/ref")"
}

has() {
	[[ $1 == *"$2"* ]]
	ok $? "has $2"
}

lacks() {
	[[ $1 != *"$2"* ]]
	ok $? "lacks $2"
}

run benign/docx/fields.docx --links show
has "$xml" "値14"
has "$xml" " (https://www.example.jp/)"
lacks "$xml" 'HYPERLINK "https'
has "$xml" 'HYPERLINK \l'
has "$said" ooxml.link-removed

run benign/docx/fields.docx --links remove
lacks "$xml" example.jp
has "$xml" "値14"

run benign/docx/links.docx --links show
has "$xml" "窓口</w:t></w:r><w:r><w:t xml:space=\"preserve\"> (https://www.example.jp/a)"
has "$xml" 'w:anchor="here"'
lacks "$(unzip -p "$tmp/out.docx" 'word/_rels/*')" example.jp

run benign/docx/review.docx --no-comments
has "$said" ooxml.comments
lacks "$xml" commentR
lacks "$parts" comments
has "$xml" "対象"

run benign/docx/review.docx --accept-changes
has "$said" ooxml.tracked-changes
for gone in w:ins w:del w:move rPrChange 削除済 移動元 消える行; do
	lacks "$xml" "$gone"
done
for kept in 追加 移動先 残る行; do has "$xml" "$kept"; done
# A deleted paragraph mark joins two paragraphs.
has "$xml" "<w:t xml:space=\"preserve\">一行目</w:t></w:r><w:r>"

echo "1..$n"
[ "$bad" -eq 0 ]
