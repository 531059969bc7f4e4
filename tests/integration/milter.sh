#!/bin/bash
# The mail filter behind a real Postfix; milter.py says what is looked at.
cd "$(dirname "$0")/../.." || exit 1
exec /usr/bin/python3 tests/integration/milter.py "${BUILD:-build/dev}/bin" "$@"
