#!/bin/bash
# Every action from every place of a PDF, in every dress: none but GoTo and
# links to the web may come through, and no canary. BUILD: the build folder.
# pdf_matrix.sh [--all] [ACTION...]; 77 without qpdf.
cd "$(dirname "$0")/../.." || exit 1
command -v qpdf >/dev/null || { echo "1..0 # SKIP no qpdf"; exit 77; }
exec python3 tests/integration/pdf_matrix.py "${BUILD:-build/dev}" "$@"
