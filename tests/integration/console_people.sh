#!/bin/bash
# The pages of approver, administrator and auditor with a real server: every
# page with every role, forms of other sites, other departments' requests,
# hostile words everywhere, lists of accounts, decisions.
cd "$(dirname "$0")/../.." || exit 1
exec /usr/bin/python3 tests/integration/console_people.py "${BUILD:-build/dev}/bin" "$@"
