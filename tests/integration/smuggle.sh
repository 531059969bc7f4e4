#!/bin/bash
# SMTP smuggling through two real Postfix instances, the milter, the hook and
# the inner client; see smuggle.py. Needs root and postfix; skips without.
cd "$(dirname "$0")/../.." || exit 1
exec /usr/bin/python3 tests/integration/smuggle.py "${BUILD:-build/dev}/bin" "$@"
