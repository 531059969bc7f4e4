#!/usr/bin/python3
"""Writes formats/pdf/japan1.def: which CID of Adobe-Japan1 a character has, as
the predefined map UniJIS-UTF16-H says (ISO 32000-1, table 118; numbers only).
Source: that map, of the package poppler-data. usage: japan1.py > japan1.def"""
import re
import sys

SOURCE = '/usr/share/poppler/cMap/Adobe-Japan1/UniJIS-UTF16-H'


def character(code):
    return ord(bytes.fromhex(code).decode('utf-16-be'))


def pairs(text):
    for kind, body in re.findall(r'begin(cidchar|cidrange)\n(.*?)end', text, re.S):
        for line in body.strip().split('\n'):
            cells = [c.strip('<>') for c in line.split()]
            first = character(cells[0])
            last = first if kind == 'cidchar' else character(cells[1])
            for i in range(last - first + 1):
                yield first + i, int(cells[-1]) + i


def main():
    with open(sys.argv[1] if len(sys.argv) > 1 else SOURCE, encoding='ascii') as f:
        cids = dict(pairs(f.read()))
    runs = []
    for cp in sorted(cids):
        if runs and runs[-1][0] + runs[-1][1] == cp and runs[-1][2] + runs[-1][1] == cids[cp]:
            runs[-1][1] += 1
        else:
            runs.append([cp, 1, cids[cp]])
    print('/* Made by tests/make/japan1.py: first character, how many, first CID. */')
    line = ''
    for run in runs:
        item = '{ 0x%x, %d, %d },' % tuple(run)
        if len(line) + len(item) > 100:
            print(line)
            line = ''
        line += item
    print(line)


main()
