#!/bin/bash
# Mail into a real Dovecot by LMTP, with mailboxes that are full; see
# mail_dovecot.py. Needs root and the package dovecot-lmtpd; skips without.
cd "$(dirname "$0")/../.." || exit 1
exec /usr/bin/python3 tests/integration/mail_dovecot.py "${BUILD:-build/dev}/bin" "$@"
