#!/bin/bash
# The whole corpus beside the project through the gateway; see run.py.
# run.sh [PART-OF-A-PATH...]; BUILD: the build folder. 77 without a corpus.
cd "$(dirname "$0")/../.." || exit 1
[ -r ../shared/corpus/INDEX.tsv ] || { echo "1..0 # SKIP no corpus"; exit 77; }
exec /usr/bin/python3 tests/corpus/run.py "${BUILD:-build/release}" "$@"
