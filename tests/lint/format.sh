#!/bin/bash
# clang-format changes nothing. Lists (.def) and generated files are left out.
set -u
cd "$(dirname "$0")/../.." || exit 1
command -v clang-format >/dev/null || { echo "# SKIP no clang-format"; exit 77; }
git ls-files '*.c' '*.h' | while read -r f; do [ -f "$f" ] && echo "$f"; done |
    xargs -n 40 clang-format --dry-run -Werror 2>&1 |
    grep -E 'error:' | cut -c1-160 | sort | { ! grep .; }
