#!/usr/bin/env python3
"""PDFs changed token by token, each rebuilt twice by a replay program.

usage: mutate_pdf.py [-n COUNT] [-s SEED] REPLAY OUT FILE...

REPLAY is build/release/bin/replay_pdf. The files are unpacked by qpdf, a few
tokens of one or more objects are changed, and a right table is written, so
that the change and not the repair is met. What breaks a promise is left in
OUT. The same seed makes the same files.
"""
import argparse
import os
import random
import re
import subprocess
import tempfile

TOKEN = re.compile(
    rb'\((?:[^()\\]|\\.|\((?:[^()\\]|\\.)*\))*\)|<<|>>|<[0-9A-Fa-f\s]*>|\[|\]|'
    rb'/[^\s()<>\[\]{}/%]*|[-+.\d]+|[A-Za-z]+|\s+|[^\s]')
VALUES = (
    b'null|true|0|-1|1|2|3|0.5|65536|4294967296|99999999999999999999|1e5|.|--5|'
    b'()|(a)|(Off)|<feff30423044>|<feff>|/|/A|/Off|/Yes|[]|<<>>|[null]|'
    b'[0 0 1 1]|[(a)(b)]|[/A /B]|[[0]]|<</A 1>>|/Identity-H|/DeviceRGB|'
    b'/DeviceGray|/Pattern|/Tx|/Ch|/Btn|/Sig|/Widget|/Link|/Type1|/Type3|/Type0|'
    b'/Form|/Image|/OCMD|/OCG|/Font|(/Helv 12 Tf 0 g)|'
    b'<</S/JavaScript/JS(x)>>|<</S/GoTo/D[0 /Fit]>>|'
    b'<</S/URI/URI(http://a.example/)>>|<</S/URI/URI(javascript:x)>>').split(b'|')
KEYS = b'''Type Subtype Kids Parent Count Resources Font XObject ColorSpace
Pattern Shading ExtGState Properties Contents Annots MediaBox Rotate Rect AP AS
N D R FT Ff V DV DA Q T Opt MK BS F A AA Dest P IRT Popup OC OCGs VE BaseState ON
OFF Order Names Dests Limits Nums First Last Next Prev Title S SE C Length Filter
DecodeParms Width Height BitsPerComponent ImageMask Mask SMask Decode Function
Functions Domain Range FunctionType ShadingType PatternType BBox XStep YStep
Matrix Group CS K Encoding Differences BaseFont FontDescriptor FontFile
FontFile2 FontFile3 ToUnicode DescendantFonts CIDToGIDMap W Widths FirstChar
CharProcs FontMatrix Name StructParent StructTreeRoot RoleMap ParentTree MCID Pg
Obj Lang Alt PageLabels OpenAction OCProperties AcroForm Fields DR'''.split()


def parse(data):
    """({number: [dictionary, stream or None]}, trailer)"""
    objs = {}
    for m in re.finditer(rb'(?m)^(\d+) 0 obj\n(.*?)\nendobj', data, re.S):
        body, stream = m.group(2), None
        cut = re.search(rb'\nstream\n', body)
        if cut:
            stream = body[cut.end():]
            if b'endstream' in stream:
                stream = stream[:stream.rindex(b'endstream')].rstrip(b'\n')
            body = body[:cut.start()]
        objs[int(m.group(1))] = [body, stream]
    tail = data[data.rindex(b'trailer') + 7:]
    return objs, tail[:tail.index(b'startxref')]


def write(objs, trailer):
    out, at = bytearray(b'%PDF-1.7\n%\xbf\xf7\xa2\xfe\n'), {}
    for n in sorted(objs):
        at[n] = len(out)
        body, stream = objs[n]
        out += b'%d 0 obj\n' % n
        if stream is not None:
            body = re.sub(rb'/Length \d+( 0 R)?', b'/Length %d' % len(stream),
                          body) + b'\nstream\n' + stream + b'\nendstream'
        out += body + b'\nendobj\n'
    where, size = len(out), max(objs) + 1
    out += b'xref\n0 %d\n0000000000 65535 f \n' % size
    for n in range(1, size):
        out += (b'%010d 00000 n \n' % at[n] if n in at else
                b'0000000000 00001 f \n')
    return bytes(out) + b'trailer ' + re.sub(
        rb'/Size \d+', b'/Size %d' % size, trailer) + \
        b'\nstartxref\n%d\n%%%%EOF\n' % where


class Mutator:
    def __init__(self, seed):
        self.rnd = random.Random(seed)

    def stream(self, data):
        rnd, tokens = self.rnd, TOKEN.findall(data[:20000])
        if not tokens:
            return data
        i = rnd.randrange(len(tokens))
        tokens[i] = rnd.choice((b'', tokens[i] * 2, rnd.choice(VALUES),
                                rnd.choice(tokens), tokens[i][::-1]))
        return b''.join(tokens) + data[20000:]

    def name(self, tokens, i, nums):
        rnd, t = self.rnd, tokens[i]
        key = b'/' + rnd.choice(KEYS)
        tokens[i] = rnd.choice((
            b'', key, key + b' ' + rnd.choice(VALUES) + b' ' + t,
            key + b' %d 0 R ' % rnd.choice(nums) + t,
            t + b' ' + rnd.choice(VALUES) + b' ' + t))

    def whole(self, tokens, i, objs):
        """A dictionary or list: made an object, replaced, doubled."""
        rnd, depth, k = self.rnd, 0, i
        for k in range(i, len(tokens)):
            depth += (tokens[k] in (b'<<', b'[')) - (tokens[k] in (b'>>', b']'))
            if depth == 0:
                break
        text, how = b''.join(tokens[i:k + 1]), rnd.randrange(4)
        if how == 0:
            num = max(objs) + 1
            objs[num] = [text, None]
            tokens[i:k + 1] = [b'%d 0 R' % num]
        else:
            tokens[i:k + 1] = [(text, rnd.choice(VALUES), text * 2, b'')[how]]

    def change(self, objs):
        objs = {n: list(v) for n, v in objs.items()}
        nums, rnd = list(objs), self.rnd
        for _ in range(rnd.choice((1, 1, 1, 2, 2, 3, 4, 6))):
            o = objs[rnd.choice(nums)]
            if o[1] and rnd.random() < 0.12:
                o[1] = self.stream(o[1])
                continue
            tokens = TOKEN.findall(o[0])
            places = [i for i, t in enumerate(tokens) if not t.isspace()]
            if not places:
                continue
            i = rnd.choice(places)
            if tokens[i].startswith(b'/') and rnd.random() < 0.5:
                self.name(tokens, i, nums)
            elif tokens[i] in (b'<<', b'['):
                self.whole(tokens, i, objs)
            else:
                tokens[i] = rnd.choice((b'', rnd.choice(VALUES),
                                        b'%d 0 R' % rnd.choice(nums),
                                        tokens[i] + b' ' + tokens[i]))
            o[0] = b''.join(tokens)
        return objs


def unpacked(path):
    r = subprocess.run(['qpdf', '--qdf', '--object-streams=disable',
                        '--no-original-object-ids',
                        '--decode-level=generalized', path, '-'],
                       capture_output=True, check=False)
    try:
        return parse(r.stdout) if len(r.stdout) < 400000 else None
    except ValueError:
        return None


def broken(replay, path):
    """What is wrong with one file, or None."""
    try:
        r = subprocess.run([replay, path], capture_output=True, timeout=60,
                           check=False)
    except subprocess.TimeoutExpired:
        return 'no end'
    return None if r.returncode == 0 else r.stderr.decode('latin1').strip()


def main():
    p = argparse.ArgumentParser()
    p.add_argument('-n', type=int, default=4000)
    p.add_argument('-s', type=int, default=1)
    p.add_argument('replay')
    p.add_argument('out')
    p.add_argument('files', nargs='+')
    a = p.parse_args()
    seeds = [s for s in map(unpacked, a.files) if s and s[0]]
    m, faults = Mutator(a.s), 0
    os.makedirs(a.out, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        for at in range(0, a.n, 40):
            paths = []
            for i in range(40):
                objs, trailer = m.rnd.choice(seeds)
                paths.append(os.path.join(folder, '%06d.pdf' % (at + i)))
                with open(paths[-1], 'wb') as f:
                    f.write(write(m.change(objs), trailer))
            r = subprocess.run([a.replay] + paths, capture_output=True,
                               check=False)
            for path in paths:
                why = broken(a.replay, path) if r.returncode else None
                if why is not None:
                    faults += 1
                    print('%s: %s' % (os.path.basename(path), why[:200]))
                    os.replace(path, os.path.join(
                        a.out, os.path.basename(path)))
                else:
                    os.unlink(path)
    print('%d files from %d, %d faults' % (a.n, len(seeds), faults))
    return faults != 0


if __name__ == '__main__':
    raise SystemExit(main())
