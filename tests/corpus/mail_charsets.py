#!/usr/bin/env python3
"""No mojibake: rebuild each mail of tests/make/mail_charsets.py with
run_format and read the result with Python's own reader.

Usage: mail_charsets.py BUILD
"""
import email
import email.policy
import os
import re
import subprocess
import sys
import tempfile
import urllib.parse

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', '..')
sys.path.insert(0, os.path.join(ROOT, 'tests', 'make'))
import mail_charsets  # noqa: E402


def names(raw):
    """The names of RFC 2231; Python takes the ASCII ones beside them."""
    for p in email.message_from_bytes(raw).walk():
        head = re.sub(r'\s+', ' ', str(p['content-disposition'] or ''))
        found = re.findall(r"filename\*(\d*)\*?=([^;]*)", head)
        yield urllib.parse.unquote(''.join(
            v.strip().split("'", 2)[-1]
            for n, v in sorted(found, key=lambda f: int(f[0] or 0))))


def judge(result, subject, sender, file, text):
    with open(result, 'rb') as f:
        raw = f.read()
    m = email.message_from_bytes(raw, policy=email.policy.default)
    if m['subject'] != subject:
        yield 'subject %r' % m['subject']
    if m['from'].addresses[0].display_name != sender:
        yield 'sender %r' % m['from'].addresses[0].display_name
    if file not in list(names(raw)):
        yield 'file %r' % list(names(raw))
    body = m.get_body(('plain',)).get_content()
    if text not in body:
        yield 'text %r' % body


def main():
    tool = os.path.join(sys.argv[1], 'bin', 'run_format')
    bad = 0
    with tempfile.TemporaryDirectory() as folder:
        for name, data, *want in mail_charsets.CASES:
            path = os.path.join(folder, name + '.eml')
            with open(path, 'wb') as f:
                f.write(data)
            p = subprocess.run([tool, '--name', name + '.eml', path,
                                path + '.out'], capture_output=True)
            said = ([p.stdout.decode('utf-8', 'replace')[-200:]]
                    if p.returncode != 0 else
                    list(judge(path + '.out', *want)))
            print('%s - %s%s' % ('not ok' if said else 'ok', name,
                                 ': ' + '; '.join(said) if said else ''))
            bad += bool(said)
    print('1..%d' % len(mail_charsets.CASES))
    return bad > 0


if __name__ == '__main__':
    sys.exit(main())
