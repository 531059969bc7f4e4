#!/usr/bin/env python3
"""Fonts for test_pdf_font and fuzz_pdf_font, in tests/fuzz/seeds/pdf_font."""
import os
import struct
import fontlib

OUT = os.path.join(os.path.dirname(__file__), '../fuzz/seeds/pdf_font')


def loop():
    """A composite that holds itself; one that asks for too many points."""
    data = [fontlib.simple_glyph(fontlib.BOX),
            fontlib.composite_glyph([(1, 0, 0)], (0, 0, 1, 1)),
            fontlib.composite_glyph([(3, 0, 0)], (0, 0, 1, 1)),
            fontlib.composite_glyph([(2, 0, 0)], (0, 0, 1, 1)),
            fontlib.composite_glyph([(9, 0, 0)], (0, 0, 1, 1))]
    # each of these has a hundred times the points of the one before
    for i in range(4, 9):
        data.append(fontlib.composite_glyph([(i if i > 4 else 0, 0, 0)] * 100,
                                            (0, 0, 1, 1)))
    t = fontlib.common_tables(len(data))
    at, loca = 0, []
    for d in data:
        loca.append(at)
        at += len(d)
    t['glyf'] = b''.join(data)
    t['loca'] = b''.join(struct.pack('>I', o) for o in loca + [at])
    t['hmtx'] = b'\3\xe8\0\0' * len(data)
    t['maxp'] = struct.pack('>IH', 0x10000, len(data)) + b'\0' * 26
    return fontlib.sfnt(t)


def bomb():
    """Charstrings of type 2 whose subroutines call the next ten times."""
    n = fontlib.number
    subrs = [(n(i + 1 - 107) + bytes([10])) * 10 + bytes([11])
             for i in range(9)] + [b'\x8b\x8b\x15\x0b']
    chars = fontlib.index([b'\x0e'] + [n(-107) + bytes([10, 14])] * 10)
    private = fontlib.op(2, 19)
    head = b'\1\0\4\4' + fontlib.index([b'Bomb'])
    at = 0
    for _ in range(2):
        top = fontlib.fixed(at) + b'\x11' + n(2) + fontlib.fixed(
            at + len(chars)) + b'\x12'
        out = head + fontlib.index([top]) + b'\0\0' + b'\0\0'
        at = len(out)
    return out + chars + private + fontlib.index(subrs)


def circle():
    """Accented letters of themselves, of each other, of a missing letter;
    one of two plain ones, which stays."""
    def seac(base, accent):
        return fontlib.op(700, 0, 0, base, accent, 14)

    box = fontlib.op(700, 100, 100, 21) + fontlib.op(
        200, 200, -200, 6) + b'\x0e'
    glyphs = {'A': seac(65, 65), 'B': seac(67, 68), 'C': seac(66, 68),
              'D': box, 'E': seac(68, 90), 'F': seac(68, 68),
              'G': fontlib.op(0, 0, 0, 0, 14)}
    chars = fontlib.index([fontlib.op(0, 0, 0, 0, 14)] +
                          list(glyphs.values()))
    charset = b'\0' + b''.join(struct.pack('>H', 34 + ord(n) - 65)
                               for n in glyphs)
    head = b'\1\0\4\4' + fontlib.index([b'Circle'])
    at = 0
    for _ in range(2):
        top = fontlib.fixed(at) + b'\x0f' + fontlib.fixed(
            at + len(charset)) + b'\x11'
        # a matrix that makes everything flat
        top += fontlib.op(1, 0, 1, 0, 0, 0, 0x0c07)
        out = head + fontlib.index([top]) + b'\0\0' + b'\0\0'
        at = len(out)
    return out + charset + chars


def main():
    os.makedirs(OUT, exist_ok=True)
    c = 'SEKISHO-CANARY-font'
    clear, body, tail = fontlib.type1(c)
    files = {
        'rect.ttf': fontlib.truetype(c),
        'cut.ttf': fontlib.truetype(c, ('OS/2', 'cmap', 'name', 'post',
                                        'hhea', 'maxp', 'GSUB')),
        'maps.ttf': fontlib.truetype(c, (), maps=[
            (1, 0, fontlib.cmap6({65: 2, 69: 3})),
            (3, 10, fontlib.cmap12({65: 2, 66: 3, 67: 4, 0x20000: 5}))]),
        'loop.ttf': loop(),
        'rect.cff': fontlib.cff(False, c),
        'cid.cff': fontlib.cff(True, c),
        'bomb.cff': bomb(),
        'circle.cff': circle(),
        'rect.otf': fontlib.opentype(c),
        'rect.t1': clear + body + tail,
        'hex.t1': b''.join(fontlib.type1(c, True)),
        'rect.pfb': b'\x80\1' + struct.pack('<I', len(clear)) + clear +
                    b'\x80\2' + struct.pack('<I', len(body)) + body +
                    b'\x80\1' + struct.pack('<I', len(tail)) + tail +
                    b'\x80\3',
    }
    for name, data in files.items():
        with open(os.path.join(OUT, name), 'wb') as f:
            f.write(data)


if __name__ == '__main__':
    main()
