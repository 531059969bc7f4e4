#!/usr/bin/env python3
"""Streams of JBIG2, each the same picture by another part of ITU-T T.88.

  tests/make/jbig2.py tests/fuzz/seeds/jbig2

The picture is 64 x 48 pixels by a formula; tests/unit/test_jbig2.c knows it.
"""
import pathlib
import struct
import sys

W, H, T = 64, 48, 8
STATES = [tuple(int(v, 16 if i == 0 else 10) for i, v in enumerate(s.split()))
          for s in '''5601 1 1 1,3401 2 6 0,1801 3 9 0,0AC1 4 12 0,0521 5 29 0,
0221 38 33 0,5601 7 6 1,5401 8 14 0,4801 9 14 0,3801 10 14 0,3001 11 17 0,
2401 12 18 0,1C01 13 20 0,1601 29 21 0,5601 15 14 1,5401 16 14 0,5101 17 15 0,
4801 18 16 0,3801 19 17 0,3401 20 18 0,3001 21 19 0,2801 22 19 0,2401 23 20 0,
2201 24 21 0,1C01 25 22 0,1801 26 23 0,1601 27 24 0,1401 28 25 0,1201 29 26 0,
1101 30 27 0,0AC1 31 28 0,09C1 32 29 0,08A1 33 30 0,0521 34 31 0,0441 35 32 0,
02A1 36 33 0,0221 37 34 0,0141 38 35 0,0111 39 36 0,0085 40 37 0,0049 41 38 0,
0025 42 39 0,0015 43 40 0,0009 44 41 0,0005 45 42 0,0001 45 43 0,
5601 46 46 0'''.replace('\n', '').split(',')]


def picture(w=W, h=H):
    return [[(x * x + 3 * y * y + x * y >> 6) & 1 if y % 16 < 12 else 0
             for x in range(w)] for y in range(h)]


def pixel(b, x, y):
    return b[y][x] if 0 <= y < len(b) and 0 <= x < len(b[0]) else 0


def part(b, x, y, w, h):
    return [[pixel(b, x + i, y + k) for i in range(w)] for k in range(h)]


class Coder:
    """The arithmetic coder of Annex E, integers of Annex A."""

    def __init__(self):
        self.a, self.c, self.ct = 0x8000, 0, 12
        self.out = bytearray([0])
        self.cx = {}

    def byte(self):
        if self.out[-1] != 0xff and self.c >= 0x8000000:
            self.out[-1] += 1
            self.c &= 0x7ffffff
        n = 20 if self.out[-1] == 0xff else 19
        self.out.append(self.c >> n)
        self.c &= (1 << n) - 1
        self.ct = 27 - n

    def bit(self, key, d):
        i, mps = self.cx.get(key, (0, 0))
        qe, nm, nl, turns = STATES[i]
        self.a -= qe
        if d == mps:
            if self.a & 0x8000:
                self.c += qe
                return
            if self.a < qe:
                self.a = qe
            else:
                self.c += qe
            self.cx[key] = nm, mps
        else:
            if self.a < qe:
                self.c += qe
            else:
                self.a = qe
            self.cx[key] = nl, 1 - mps if turns else mps
        while True:
            self.a <<= 1
            self.c <<= 1
            self.ct -= 1
            if self.ct == 0:
                self.byte()
            if self.a & 0x8000:
                break

    def done(self):
        top = self.c + self.a
        self.c |= 0xffff
        if self.c >= top:
            self.c -= 0x8000
        for _ in range(2):
            self.c <<= self.ct
            self.byte()
        if self.out[-1] != 0xff:
            self.out.append(0xff)
        return bytes(self.out[1:]) + b'\xac'

    def int(self, name, v):
        """v None: out of band."""
        prev = 1

        def put(bit):
            nonlocal prev
            self.bit((name, prev), bit)
            prev = prev << 1 | bit
            if prev >= 512:
                prev = prev & 511 | 256

        put(1 if v is None or v < 0 else 0)
        n = abs(v or 0)
        for i, (bits, base, end) in enumerate(
                ((2, 0, 4), (4, 4, 20), (6, 20, 84), (8, 84, 340),
                 (12, 340, 4436), (32, 4436, 1 << 33))):
            if n < end:
                for k in range(min(i + 1, 5)):
                    put(1 if k < i else 0)
                for k in reversed(range(bits)):
                    put(n - base >> k & 1)
                return

    def id(self, bits, v):
        prev = 1
        for k in reversed(range(bits)):
            self.bit(('id', prev), v >> k & 1)
            prev = prev << 1 | v >> k & 1


# Each template's pixels, the highest bit of the context first; A: adaptive.
SHAPES = [
    ['A3', (-1, -2), (0, -2), (1, -2), 'A2', 'A1', (-2, -1), (-1, -1), (0, -1),
     (1, -1), (2, -1), 'A0', (-4, 0), (-3, 0), (-2, 0), (-1, 0)],
    [(-1, -2), (0, -2), (1, -2), (2, -2), (-2, -1), (-1, -1), (0, -1), (1, -1),
     (2, -1), 'A0', (-3, 0), (-2, 0), (-1, 0)],
    [(-1, -2), (0, -2), (1, -2), (-2, -1), (-1, -1), (0, -1), (1, -1), 'A0',
     (-2, 0), (-1, 0)],
    [(-3, -1), (-2, -1), (-1, -1), (0, -1), (1, -1), 'A0', (-4, 0), (-3, 0),
     (-2, 0), (-1, 0)]]
TYPICAL = [0x9b25, 0x0795, 0x00e5, 0x0195]
USUAL = [[(3, -1), (-3, -1), (2, -2), (-2, -2)], [(3, -1)], [(2, -1)],
         [(2, -1)]]


def generic(c, b, template=0, tpgd=False, at=None, skip=None):
    at = at or USUAL[template]
    shape = [at[int(p[1])] if isinstance(p, str) else p
             for p in SHAPES[template]]
    was = 0
    for y, row in enumerate(b):
        if tpgd:
            same = int(row == (b[y - 1] if y else [0] * len(row)))
            c.bit(('g', TYPICAL[template]), same ^ was)
            was = same
            if same:
                continue
        for x, v in enumerate(row):
            if skip and skip[y][x]:
                continue
            cx = 0
            for dx, dy in shape:
                cx = cx << 1 | pixel(b, x + dx, y + dy)
            c.bit(('g', cx), v)


def refine(c, b, ref, template=0, tpgr=False, dx=0, dy=0,
           at=((-1, -1), (-1, -1))):
    was = 0
    for y, row in enumerate(b):
        def nine(x):
            return [pixel(ref, x - dx + i, y - dy + k) for k in (-1, 0, 1)
                    for i in (-1, 0, 1)]
        if tpgr:
            same = int(all(len(set(nine(x))) > 1 or nine(x)[0] == v
                           for x, v in enumerate(row)))
            c.bit(('r', 0x10), same ^ was)
            was = same
        for x, v in enumerate(row):
            n = nine(x)
            if tpgr and same and len(set(n)) == 1:
                continue
            own = [pixel(b, x + at[0][0], y + at[0][1]), pixel(b, x, y - 1),
                   pixel(b, x + 1, y - 1), pixel(b, x - 1, y)]
            n[0] = pixel(ref, x - dx + at[1][0], y - dy + at[1][1])
            if template:
                own[0] = pixel(b, x - 1, y - 1)
                n[0] = n[2] = n[6] = 0
            cx = 0
            for i in own + n:
                cx = cx << 1 | i
            c.bit(('r', cx), v)


# ---- segments

def segment(number, kind, data, refs=(), unknown=False):
    assert number <= 256
    if len(refs) < 5:
        head = bytes([len(refs) << 5])
    else:
        head = struct.pack('>I', 7 << 29 | len(refs)) + bytes(
            len(refs) // 8 + 1)
    return (struct.pack('>IB', number, kind) + head + bytes(refs) + b'\1' +
            struct.pack('>I', 0xffffffff if unknown else len(data)) + data)


def page(h=H, flags=0, stripes=0):
    return segment(0, 48, struct.pack('>IIIIBH', W, h, 0, 0, flags, stripes))


def region(b, x=0, y=0, op=0):
    return struct.pack('>IIIIB', len(b[0]), len(b), x, y, op)


def pairs(at):
    return b''.join(struct.pack('bb', *p) for p in at)


def generic_data(b, template=0, tpgd=False, at=None, x=0, y=0, op=0):
    c = Coder()
    generic(c, b, template, tpgd, at)
    return (region(b, x, y, op) + bytes([template << 1 | tpgd << 3]) +
            pairs(at or USUAL[template]) + c.done())


def mmr(rows):
    """Group 4, two pixels at a time, with runs of no length between them."""
    white = {0: '00110101', 1: '000111', 2: '0111'}
    black = {0: '0000110111', 1: '010', 2: '11'}
    b = Bits()
    for r in rows:
        for x in range(0, len(r), 2):
            for w, k in {(0, 0): [(2, 0)], (0, 1): [(1, 1)], (1, 1): [(0, 2)],
                         (1, 0): [(0, 1), (1, 0)]}[r[x], r[x + 1]]:
                b.s += '001' + white[w] + black[k]
    b.s += '000000000001' * 2
    return b.done()


def mmr_data(b):
    return region(b) + b'\1' + mmr(b)


def refine_data(b, ref, template=0, tpgr=False, at=((-1, -1), (-1, -1)),
                x=0, y=0, op=0):
    c = Coder()
    refine(c, b, ref, template, tpgr, at=at)
    return (region(b, x, y, op) + bytes([template | tpgr << 1]) +
            (b'' if template else pairs(at)) + c.done())


def tiles():
    p = picture()
    return [part(p, x, y, T, T) for y in range(0, H, T)
            for x in range(0, W, T)]


def blurred(b):
    return [[v ^ (x * 5 + y * 3) % 11 // 10 for x, v in enumerate(r)]
            for y, r in enumerate(b)]


class Bits:
    def __init__(self):
        self.s = ''

    def put(self, n, v):
        self.s += format(v, '0%db' % n) if n else ''

    def align(self):
        self.s += '0' * (-len(self.s) % 8)

    def bytes(self, data):
        self.align()
        self.s += ''.join(format(v, '08b') for v in data)

    def done(self):
        self.align()
        return int('1' + self.s, 2).to_bytes(len(self.s) // 8 + 1, 'big')[1:]


# ---- symbols and text

def symbols(template=0, flags=0, at=None, cx=None):
    c = Coder()
    if cx:
        c.cx = {k: v for k, v in cx.items() if k[0] in 'gr'}
    c.int('dh', T)
    for i, t in enumerate(tiles()):
        c.int('dw', T if i == 0 else 0)
        generic(c, t, template, at=at)
    c.int('dw', None)
    c.int('ex', len(tiles()) if cx else 0)
    c.int('ex', len(tiles()))
    if cx:
        c.int('ex', len(tiles()))
    return (struct.pack('>H', template << 10 | flags) +
            pairs(at or USUAL[template]) +
            struct.pack('>II', len(tiles()), len(tiles())) + c.done()), c.cx


def refined_symbols(several):
    """From the dictionary of blurred ones: each with changes."""
    c = Coder()
    n = len(tiles())
    c.int('dh', T)
    for i, t in enumerate(tiles()):
        c.int('dw', T if i == 0 else 0)
        c.int('ai', 2 if several else 1)
        if several:
            halves(c, t, i)
        else:
            c.id(7, i)
            c.int('rdx', 0)
            c.int('rdy', 0)
            refine(c, t, blurred(t))
    c.int('dw', None)
    c.int('ex', n)
    c.int('ex', n)
    return (struct.pack('>H', 2) + pairs(USUAL[0]) +
            pairs([(-1, -1), (-1, -1)]) + struct.pack('>II', n, n) + c.done())


def halves(c, t, i):
    """A symbol of two: the upper half by changes, all by OR."""
    upper = t[:T // 2] + [[0] * T] * (T // 2)
    lower = [[0] * T] * (T // 2) + t[T // 2:]
    c.int('dt', 0)
    c.int('dt', 0)
    for k, b in enumerate((upper, lower)):
        if k == 0:
            c.int('fs', 0)
        else:
            c.int('ds', -(T - 1))
        c.id(7, i)
        c.int('ri', 1)
        for name in ('rdw', 'rdh', 'rdx', 'rdy'):
            c.int(name, 0)
        refine(c, b, blurred(t))
    c.int('ds', None)


def plain_blurred():
    c = Coder()
    c.int('dh', T)
    for i, t in enumerate(tiles()):
        c.int('dw', T if i == 0 else 0)
        generic(c, blurred(t))
    c.int('dw', None)
    c.int('ex', 0)
    c.int('ex', len(tiles()))
    return (struct.pack('>H', 0) + pairs(USUAL[0]) +
            struct.pack('>II', len(tiles()), len(tiles())) + c.done())


def text(corner=1, transposed=0, refined=False, strips=0, ids=6):
    """All tiles at their places, in strips of one row or column of them."""
    c = Coder()
    b = picture()
    c.int('dt', 0)
    last = first = 0
    across, down = (H // T, W // T) if transposed else (W // T, H // T)
    for row in range(down):
        low = transposed and corner in (2, 3) or not transposed and \
            corner in (0, 2)
        t = row * T + (T - 1 if low else 0)
        c.int('dt', (t >> strips) - last)
        last = t >> strips
        for k in range(across):
            c.int('fs', -first) if k == 0 else c.int('ds', 1)
            if strips:
                c.int('it', t & (1 << strips) - 1)
            n = k * (W // T) + row if transposed else row * (W // T) + k
            c.id(ids, n)
            if refined:
                one(c, n)
        first = 0
        c.int('ds', None)
    flags = refined << 1 | strips << 2 | corner << 4 | transposed << 6
    return (region(b) + struct.pack('>H', flags) +
            (pairs([(-1, -1), (-1, -1)]) if refined else b'') +
            struct.pack('>I', len(tiles())) + c.done())


def one(c, n):
    c.int('ri', 1)
    for name in ('rdw', 'rdh', 'rdx', 'rdy'):
        c.int(name, 0)
    refine(c, tiles()[n], blurred(tiles()[n]))


# ---- Huffman: only the codes that are needed

B1 = {v: ('0' + format(v, '04b')) for v in range(16)}
B1.update({v: '10' + format(v - 16, '08b') for v in range(16, 272)})


def huffman_symbols(fax):
    b = Bits()
    n = len(tiles())
    b.s += '1110' + format(T - 4, '03b')           # B.4: height
    for i in range(n):
        b.s += '1110' + format(T - 3, '03b') if i == 0 else '0'  # B.2
    b.s += '111111'
    all_ = [sum((t[y] for t in tiles()), []) for y in range(T)]
    if fax:
        data = mmr(all_)
    else:
        data = bytes(int(''.join(map(str, r[i:i + 8])), 2)
                     for r in all_ for i in range(0, len(r), 8))
    if fax:
        b.s += '110' + format(len(data) - 272, '016b')
    else:
        b.s += B1[0]
    b.bytes(data)
    b.s += B1[0] + B1[n]
    return struct.pack('>HII', 1, n, n) + b.done()


def huffman_text(refined=False, custom=False):
    """Identifiers of 6 bits each; tables B.6, B.8, B.11, B.14, or ours."""
    b, cx = Bits(), {}
    n = len(tiles())
    for i in range(35):
        b.put(4, 1 if i in (6, 32) else 0)
    for i in range(n):
        b.s += '0'                                 # a length of 6
    b.align()
    zero = '0' if custom else '00' + '0000000'     # B.6: 0
    b.s += '0'                                     # B.11: 1, so that
    for row in range(H // T):
        # B.11: 1 to the first strip, 8 from one to the next
        b.s += '0' if row == 0 else '11100' + '1'
        for k in range(W // T):
            b.s += zero if k == 0 else '00' + '1'  # B.8: 1
            b.put(6, row * (W // T) + k)
            if refined:
                huffman_one(b, row * (W // T) + k, cx)
        b.s += '01'                                # B.8: out of band
    flags = struct.pack('>H', 1 | refined << 1 | 1 << 4)
    tables = 3 if custom else 0
    return (region(picture()) + flags + struct.pack('>H', tables) +
            (pairs([(-1, -1), (-1, -1)]) if refined else b'') +
            struct.pack('>I', n) + b.done())


def huffman_one(b, n, cx):
    c = Coder()
    c.cx = cx                                      # they go on
    refine(c, tiles()[n], blurred(tiles()[n]))
    data = c.done()
    b.s += '1' + '0' * 4 + B1[len(data)]           # B.14: 0, four times
    b.bytes(data)


def table():
    """0 and 1 of one bit each, nothing below or above."""
    b = Bits()
    for length, size in ((1, 0), (1, 0)):
        b.put(2, length)
        b.put(1, size)
    b.put(2, 0)
    b.put(2, 0)
    return struct.pack('>Bii', 1 << 1, 0, 2) + b.done()


# ---- halftones

def patterns(fax=False, template=0):
    all_ = [sum((t[y] for t in tiles()), []) for y in range(T)]
    head = bytes([fax | template << 1, T, T]) + struct.pack(
        '>I', len(tiles()) - 1)
    if fax:
        return head + mmr(all_)
    c = Coder()
    generic(c, all_, template, at=[(-T, 0)] + USUAL[0][1:] if template == 0
            else [(-T, 0)])
    return head + c.done()


def halftone(fax=False, template=0, skip=False):
    w, h = W // T + 2, H // T + 1                  # more than is seen
    v = [[(y * (W // T) + x) if x < W // T and y < H // T else 0
          for x in range(w)] for y in range(h)]
    hide = [[int(x >= W // T or y >= H // T) for x in range(w)]
            for y in range(h)] if skip else None
    c, coded = Coder(), b''
    for k in reversed(range(6)):
        plane = [[(n ^ n >> 1) >> k & 1 for n in r] for r in v]
        if fax:
            coded += mmr(plane)
        else:
            generic(c, plane, template, skip=hide,
                    at=[(3 if template < 2 else 2, -1)] + USUAL[template][1:])
    return (region(picture()) + bytes([fax | template << 1 | skip << 3]) +
            struct.pack('>IIiiHH', w, h, 0, 0, T << 8, 0) +
            (coded if fax else c.done()))


# ---- all of them

def streams():
    p, end = picture(), segment(200, 49, b'')
    for t in range(4):
        for tpgd in (False, True):
            yield ('generic%d%s' % (t, '-typical' * tpgd),
                   page() + segment(1, 38, generic_data(p, t, tpgd)) + end)
        at = [(-7, -3), (5, -2), (-9, 0), (0, -6)][:len(USUAL[t])]
        yield ('generic%d-adaptive' % t,
               page() + segment(1, 38, generic_data(p, t, at=at)) + end)
    yield 'mmr', page() + segment(1, 38, mmr_data(p)) + end
    yield ('no-size', page() + segment(
        1, 38, generic_data(p) + struct.pack('>I', H), unknown=True) + end)
    yield 'stripes', page(0xffffffff, 0, 0x8010) + b''.join(
        segment(i, 38, generic_data(part(p, 0, y, W, 16), y=y)) +
        segment(i + 1, 50, struct.pack('>I', y + 15))
        for i, y in ((1, 0), (3, 16), (5, 32))) + end
    yield from refinements(p, end)
    yield from texts(end)
    yield from halftones(end)
    yield from compositions(p, end)


def refinements(p, end):
    ref = blurred(p)
    before = page() + segment(1, 36, generic_data(ref))
    for t in (0, 1):
        for tpgr in (False, True):
            yield ('refine%d%s' % (t, '-typical' * tpgr), before + segment(
                2, 42, refine_data(p, ref, t, tpgr), [1]) + end)
    yield 'refine0-adaptive', before + segment(
        2, 43, refine_data(p, ref, at=((-3, 0), (5, 7))), [1]) + end
    yield 'refine-twice', before + segment(
        2, 40, refine_data(blurred(ref), ref), [1]) + segment(
        3, 42, refine_data(p, blurred(ref)), [2]) + end
    sub = part(p, 8, 8, 32, 24)
    torn = [r[:] for r in p]
    for y in range(24):
        torn[8 + y][8:40] = blurred(sub)[y]
    yield 'refine-page', page() + segment(
        1, 38, generic_data(torn)) + segment(
        2, 42, refine_data(sub, blurred(sub), x=8, y=8, op=4)) + end


def texts(end):
    for t in range(4):
        data, cx = symbols(t, 0x200)
        yield ('text-symbols%d' % t, page() + segment(1, 0, data) +
               segment(2, 6, text(), [1]) + end)
        again, _ = symbols(t, 0x300, cx=cx)
        yield ('text-goes-on%d' % t, page() + segment(1, 0, data) +
               segment(2, 0, again, [1]) +
               segment(3, 6, text(ids=7), [2, 1]) + end)
    data, _ = symbols()
    for corner in range(4):
        for across in (0, 1):
            yield ('text-corner%d%s' % (corner, '-across' * across),
                   page() + segment(1, 0, data) + segment(
                       2, 7, text(corner, across, strips=corner), [1]) + end)
    plain = page() + segment(1, 0, plain_blurred())
    yield 'text-refined', plain + segment(2, 6, text(refined=True), [1]) + end
    for several in (False, True):
        yield ('symbols-%s' % ('several' if several else 'refined'),
               plain + segment(2, 0, refined_symbols(several), [1]) +
               segment(3, 6, text(), [2]) + end)
    for fax in (False, True):
        yield ('huffman-%s' % ('mmr' if fax else 'plain'), page() + segment(
            1, 0, huffman_symbols(fax)) + segment(
            2, 6, huffman_text(), [1]) + end)
    yield 'huffman-table', page() + segment(
        1, 0, huffman_symbols(False)) + segment(3, 53, table()) + segment(
        4, 6, huffman_text(custom=True), [1, 3]) + end
    yield 'huffman-refined', plain + segment(
        2, 6, huffman_text(True), [1]) + end


def halftones(end):
    for t in range(4):
        for skip in (False, True):
            yield ('halftone%d%s' % (t, '-skip' * skip), page() + segment(
                1, 16, patterns(template=t)) + segment(
                2, 22, halftone(template=t, skip=skip), [1]) + end)
    yield 'halftone-mmr', page() + segment(1, 16, patterns(True)) + segment(
        2, 23, halftone(True), [1]) + end


def compositions(p, end):
    q = [[(x * 7 + y * 5) % 3 // 2 for x in range(W)] for y in range(H)]
    first = segment(1, 38, generic_data(q, op=4))
    for op, name, f in ((2, 'xor', lambda a, b: a ^ b),
                        (3, 'xnor', lambda a, b: 1 - (a ^ b)),
                        (4, 'replace', lambda a, b: a)):
        b = [[f(v, q[y][x]) for x, v in enumerate(r)]
             for y, r in enumerate(p)]
        yield ('compose-' + name, page() + first + segment(
            2, 38, generic_data(b, op=op)) + end)
    yield 'compose-and', page(flags=4) + segment(
        1, 38, generic_data(p, op=1)) + end
    odd = page()
    for i, x in enumerate(range(0, W, 13)):
        odd += segment(1 + i, 38, generic_data(
            part(p, x, 0, min(13, W - x), H), x=x))
    yield 'compose-columns', odd + end


def main():
    to = pathlib.Path(sys.argv[1])
    to.mkdir(parents=True, exist_ok=True)
    for name, data in streams():
        (to / name).write_bytes(data)


if __name__ == '__main__':
    main()
