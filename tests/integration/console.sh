#!/bin/bash
# The console with a real server: the way in, forms of other sites, other
# people's files, odd requests, slow and many ones, and every page with every
# role. console.py says what is looked at.
cd "$(dirname "$0")/../.." || exit 1
exec /usr/bin/python3 tests/integration/console.py "${BUILD:-build/dev}/bin" "$@"
