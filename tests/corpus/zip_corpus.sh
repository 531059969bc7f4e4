#!/bin/bash
# Every ZIP-based file of the corpus, as zipx reads it: either the listing is
# that of Python's zipfile (names, sizes, CRCs), or the file stands with its
# reason in zip_judged.tsv. Documents go by the rules of documents.
# Usage: zip_corpus.sh [BUILD]; exit 77 when there is no corpus.
set -u
build=${1:-build/dev}
top=$(cd "$(dirname "$0")/../.." && pwd)
corpus=$top/../shared/corpus
[ -d "$corpus/ooxml" ] || { echo "1..0 # skip no corpus"; exit 77; }
exec /usr/bin/python3 "$top/tests/corpus/zip_compare.py" "$build/bin/zip_list" \
	"$corpus" "$top/tests/corpus/zip_judged.tsv"
