#!/bin/bash
# Every row of cases.tsv: samples through the gateway, judged by another
# reader. cases.sh [FAMILY-OR-FORMAT...]; BUILD: the build folder.
cd "$(dirname "$0")/../.." || exit 1
exec /usr/bin/python3 tests/corpus/cases.py "${BUILD:-build/dev}" "$@"
