#!/bin/bash
# What approvers, administrators and auditors do, in a real Chromium with the
# real watcher: browser_people.py says what is looked at. browser_people.sh
# --images DIR also writes the pictures of docs/images.
cd "$(dirname "$0")/../.." || exit 1
/usr/bin/python3 -c 'import selenium' 2>/dev/null && command -v chromedriver >/dev/null || {
	echo "1..0 # SKIP no chromedriver or python3-selenium"
	exit 77
}
exec /usr/bin/python3 tests/integration/browser_people.py "${BUILD:-build/dev}/bin" "$@"
