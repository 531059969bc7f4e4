#!/usr/bin/env python3
"""Write sanitizer/base/nfc.def: canonical compositions (Unicode, BMP, without
Hangul, which is computed), sorted by first and second code point."""
import sys
import unicodedata as u

rows = []
for cp in range(0xC0, 0x10000):
    if 0xAC00 <= cp <= 0xD7A3 or 0xD800 <= cp <= 0xDFFF:
        continue
    d = u.decomposition(chr(cp))
    if not d or d.startswith('<') or len(d.split()) != 2:
        continue
    if u.normalize('NFC', chr(cp)) != chr(cp):
        continue
    a, b = (int(x, 16) for x in d.split())
    rows.append((a, b, cp))
rows.sort()
out = ['/* Canonical compositions: first, second, both in one. Made by',
       ' * tests/make/nfc_table.py. */']
for i in range(0, len(rows), 2):
    out.append(' '.join('C(0x%04x, 0x%04x, 0x%04x)' % r
                        for r in rows[i:i + 2]))
with open(sys.argv[1] if len(sys.argv) > 1 else 'sanitizer/base/nfc.def', 'w') as f:
    f.write('\n'.join(out) + '\n')
