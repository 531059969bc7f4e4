#!/bin/bash
# The console behind a real TLS proxy (nginx), and a directory over TLS (slapd).
cd "$(dirname "$0")/../.." || exit 1
exec /usr/bin/python3 tests/integration/console_tls.py "${BUILD:-build/dev}/bin" "$@"
