#!/bin/bash
# Mail end to end with two real Postfix instances in a temporary folder; see
# mail_postfix.py. Needs root and the package postfix; skips without.
cd "$(dirname "$0")/../.." || exit 1
exec /usr/bin/python3 tests/integration/mail_postfix.py "${BUILD:-build/dev}/bin" "$@"
