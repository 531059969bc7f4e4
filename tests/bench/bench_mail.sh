#!/bin/bash
# Mail: Postfix alone, with the gateway, with amavisd-new. See bench_mail.py.
# bench_mail.sh [MESSAGES]; BUILD: the build folder (release).
cd "$(dirname "$0")/../.." || exit 1
exec /usr/bin/python3 tests/bench/bench_mail.py "${BUILD:-build/release}/bin" "$@"
