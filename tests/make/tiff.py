#!/usr/bin/env python3
"""Make the TIFF samples: samples/{benign,planted}/tiff.

Standard library only, same bytes on every run. Each planted sample holds one
construct that must not survive, with a canary of its own.
"""
import os
import struct
import sys
import zlib

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import images  # noqa: E402

canary = images.canary
W, H = 40, 18


def save(kind, name, data):
    images.save(kind, "tiff", name, data)


# ---- facsimile (ITU-T T.4 tables 2 and 3, T.6)

WHITE = """00110101 000111 0111 1000 1011 1100 1110 1111 10011 10100 00111 01000
001000 000011 110100 110101 101010 101011 0100111 0001100 0001000 0010111
0000011 0000100 0101000 0101011 0010011 0100100 0011000 00000010 00000011
00011010 00011011 00010010 00010011 00010100 00010101 00010110 00010111
00101000 00101001""".split()
BLACK = """0000110111 010 11 10 011 0011 0010 00011 000101 000100 0000100 0000101
0000111 00000100 00000111 000011000 0000010111 0000011000 0000001000
00001100111 00001101000 00001101100 00000110111 00000101000 00000010111
00000011000 000011001010 000011001011 000011001100 000011001101 000001101000
000001101001 000001101010 000001101011 000011010010 000011010011 000011010100
000011010101 000011010110 000011010111 000001101100""".split()
VERTICAL = {0: "1", 1: "011", 2: "000011", 3: "0000011",
            -1: "010", -2: "000010", -3: "0000010"}
EOL = "000000000001"


def pack(bits):
    bits += "0" * (-len(bits) % 8)
    return bytes(int(bits[i:i + 8], 2) for i in range(0, len(bits), 8))


def runs(row):
    out, colour, n = [], 0, 0
    for v in row:
        if v != colour:
            out.append(n)
            colour, n = v, 0
        n += 1
    return out + [n]


def row_1d(row):
    return "".join((WHITE, BLACK)[i % 2][n] for i, n in enumerate(runs(row)))


def changes(row):
    last, out = 0, []
    for x, v in enumerate(row):
        if v != last:
            out.append(x)
            last = v
    return out


def row_2d(row, ref):
    w, out, a0, colour = len(row), "", -1, 0

    def after(r, x, want):
        last = r[x] if x >= 0 else 0
        for i in range(x + 1, w):
            if r[i] != last and r[i] == want:
                return i
            last = r[i]
        return w

    def next_change(r, x, colour):
        for i in range(x, w):
            if r[i] != colour:
                return i
        return w

    while a0 < w:
        a1 = next_change(row, max(a0, 0), colour)
        b1 = after(ref, a0, 1 - colour)
        b2 = next_change(ref, b1, 1 - colour) if b1 < w else w
        if b2 < a1:
            out += "0001"
            a0 = b2
        elif abs(a1 - b1) <= 3:
            out += VERTICAL[a1 - b1]
            a0, colour = a1, 1 - colour
        else:
            a2 = next_change(row, a1, 1 - colour)
            tables = (WHITE, BLACK) if colour == 0 else (BLACK, WHITE)
            out += "001" + tables[0][a1 - max(a0, 0)] + tables[1][a2 - a1]
            a0 = a2
    return out


def g4(rows):
    ref, out = [0] * len(rows[0]), ""
    for row in rows:
        out += row_2d(row, ref)
        ref = row
    return pack(out + EOL + EOL)


def g3(rows):
    return pack("".join(EOL + row_1d(r) for r in rows) + EOL * 6)


def g3_2d(rows):
    out, ref = "", None
    for y, row in enumerate(rows):
        out += EOL + ("1" + row_1d(row) if y % 4 == 0 else "0" + row_2d(row, ref))
        ref = row
    return pack(out + (EOL + "1") * 6)


def rle(rows):
    return b"".join(pack(row_1d(r)) for r in rows)


# ---- other codecs

def packbits(data):
    out, i = b"", 0
    while i < len(data):
        n = 1
        while i + n < len(data) and n < 128 and data[i + n] == data[i]:
            n += 1
        if n > 1:
            out += bytes([257 - n, data[i]])
        else:
            out += bytes([0, data[i]])
        i += n
    return out


def lzw(data):
    codes = {bytes([i]): i for i in range(256)}
    bits, s, n, width = format(256, "09b"), b"", 258, 9
    for c in data:
        c = bytes([c])
        if s + c in codes:
            s += c
            continue
        bits += format(codes[s], "0%db" % width)
        codes[s + c] = n
        n += 1
        if n in (512, 1024, 2048):
            width += 1
        s = c
        if n == 4094:
            bits += format(codes[s], "0%db" % width) + format(256, "0%db" % width)
            codes = {bytes([i]): i for i in range(256)}
            s, n, width = b"", 258, 9
    if s:
        bits += format(codes[s], "0%db" % width)
        n += 1
        if n in (512, 1024, 2048):
            width += 1
    return pack(bits + format(257, "0%db" % width))


def mirror(data):
    return bytes(int(format(b, "08b")[::-1], 2) for b in data)


# ---- a file

SIZES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 12: 8, 13: 4, 16: 8, 18: 8}


class Writer:
    """Directories one behind the other; chunks stand before their directory."""

    def __init__(self, order="<", big=False):
        self.o, self.big = order, big
        mark = b"II" if order == "<" else b"MM"
        if big:
            self.out = bytearray(mark + struct.pack(order + "HHHQ", 43, 8, 0, 0))
            self.link = 8
        else:
            self.out = bytearray(mark + struct.pack(order + "HI", 42, 0))
            self.link = 4

    def word(self, v):
        return struct.pack(self.o + ("Q" if self.big else "I"), v)

    def put(self, data):
        if len(self.out) % 2:
            self.out += b"\0"
        at = len(self.out)
        self.out += data
        return at

    def value(self, kind, v):
        if isinstance(v, bytes):
            return v, len(v) // SIZES[kind]
        v = v if isinstance(v, (list, tuple)) else [v]
        if kind == 5:
            return b"".join(struct.pack(self.o + "II", *f) for f in v), len(v)
        letter = {1: "B", 3: "H", 4: "I", 12: "d", 13: "I", 16: "Q"}[kind]
        return struct.pack(self.o + "%d%s" % (len(v), letter), *v), len(v)

    def directory(self, tags):
        room = 8 if self.big else 4
        entries = b""
        for tag, (kind, v) in sorted(tags.items()):
            data, n = self.value(kind, v)
            if len(data) > room:
                data = self.word(self.put(data))
            entries += struct.pack(self.o + "HH", tag, kind) + self.word(n) + data.ljust(room, b"\0")
        head = struct.pack(self.o + ("Q" if self.big else "H"), len(tags))
        at = self.put(head + entries)
        return at, self.end()

    def end(self):
        at = len(self.out)
        self.out += self.word(0)
        return at

    def page(self, w, h, bits, photo, chunks, compression=1, extra=None, tile=None,
             rows=None, samples=1):
        places = [self.put(c) for c in chunks]
        sizes = [len(c) for c in chunks]
        tags = {256: (4, w), 257: (4, h), 258: (3, [bits] * samples),
                259: (3, compression), 262: (3, photo), 277: (3, samples)}
        if tile:
            tags.update({322: (4, tile[0]), 323: (4, tile[1]), 324: (4, places), 325: (4, sizes)})
        else:
            tags.update({273: (4, places), 278: (4, rows or h), 279: (4, sizes)})
        for t, v in (extra or {}).items():
            if v is None:
                tags.pop(t, None)
            else:
                tags[t] = v
        at, end = self.directory(tags)
        self.out[self.link:self.link + (8 if self.big else 4)] = self.word(at)
        self.link = end
        return at

    def bytes(self):
        return bytes(self.out)


# ---- pictures

def bit_rows(w=W, h=H):
    return [[1 if (x * x + y * y) // 40 % 2 or x == y else 0 for x in range(w)] for y in range(h)]


def bit_bytes(rows):
    return b"".join(pack("".join(map(str, r))) for r in rows)


def grey(w=W, h=H):
    return bytes((x * 5 + y * 3) % 256 for y in range(h) for x in range(w))


def rgb(w=W, h=H):
    return b"".join(bytes(((x * 6) % 256, (y * 11) % 256, (x + y) * 3 % 256))
                    for y in range(h) for x in range(w))


def differences(data, row, step):
    out = bytearray(data)
    for at in range(0, len(data), row):
        for i in range(at + row - 1, at + step - 1, -1):
            out[i] = (out[i] - out[i - step]) % 256
    return bytes(out)


def strips(data, row, rows):
    return [data[i:i + row * rows] for i in range(0, len(data), row * rows)]


RES = {282: (5, [(200, 1)]), 283: (5, [(200, 1)]), 296: (3, 2)}


def one(*args, order="<", big=False, **kw):
    w = Writer(order, big)
    w.page(*args, **kw)
    return w.bytes()


def tiles(data, w, h, tw, th, size):
    out = []
    for y in range(0, h, th):
        for x in range(0, w, tw):
            t = b""
            for r in range(y, y + th):
                line = data[(r * w + x) * size:(r * w + min(x + tw, w)) * size] if r < h else b""
                t += line.ljust(tw * size, b"\x5a")
            out.append(t)
    return out


def benign_fax():
    rows = bit_rows()
    save("benign", "fax-g4.tif", one(W, H, 1, 0, [g4(rows)], 4, RES))
    save("benign", "fax-g3.tif", one(W, H, 1, 0, [g3(rows)], 3, {292: (4, 0)}))
    save("benign", "fax-g3-2d.tif", one(W, H, 1, 0, [g3_2d(rows)], 3, {292: (4, 1)}))
    save("benign", "fax-rle.tif", one(W, H, 1, 0, [rle(rows)], 2))
    save("benign", "fax-turned.tif", one(W, H, 1, 0, [mirror(g4(rows))], 4, {266: (3, 2), 274: (3, 6)}))
    save("benign", "fax-no-sizes.tif", one(W, H, 1, 0, [g4(rows)], 4, {279: None}))
    save("benign", "bits.tif", one(W, H, 1, 1, [bit_bytes(rows)], 1))


def benign_colour():
    g, c = grey(), rgb()
    save("benign", "grey.tif", one(W, H, 8, 1, strips(g, W, 5), 1, RES, rows=5))
    save("benign", "rgb-lzw.tif", one(W, H, 8, 2, [lzw(differences(c, 3 * W, 3))], 5,
                                      {317: (3, 2)}, samples=3, order=">"))
    save("benign", "rgb-tiles-big.tif", one(W, H, 8, 2, [zlib.compress(t) for t in tiles(c, W, H, 16, 16, 3)],
                                            8, tile=(16, 16), samples=3, big=True))
    planes = [packbits(c[i::3]) for i in range(3)]
    save("benign", "rgb-planes.tif", one(W, H, 8, 2, planes, 32773, {284: (3, 2)}, samples=3))
    cmyk = b"".join(bytes((255 - p, p, p // 2, 0)) for p in g)
    save("benign", "cmyk.tif", one(W, H, 8, 5, [cmyk], 1, {332: (3, 1)}, samples=4))
    deep = struct.pack(">%dH" % (W * H), *[p * 257 for p in g])
    save("benign", "grey16.tif", one(W, H, 16, 0, [deep], 1, order=">"))
    alpha = b"".join(c[3 * i:3 * i + 3] + g[i:i + 1] for i in range(W * H))
    save("benign", "rgba.tif", one(W, H, 8, 2, [zlib.compress(alpha)], 32946, {338: (3, 2)}, samples=4))
    colours = [i * 4369 for i in range(16)] + [65535 - i * 4369 for i in range(16)] + [i * 1000 for i in range(16)]
    nibbles = bytes((x % 16) << 4 | (x + y) % 16 for y in range(H) for x in range(W // 2))
    save("benign", "palette4.tif", one(W, H, 4, 3, [nibbles], 1, {320: (3, colours)}))
    lab = b"".join(bytes((p, 128 + x % 9, 120)) for x, p in enumerate(g))
    save("benign", "lab.tif", one(W, H, 8, 8, [lab], 1, samples=3))


def jpeg_parts(data):
    """Tables for all strips, and a strip without them."""
    tables, rest, at = b"", b"", 2
    while data[at + 1] != 0xDA:
        n = 2 + struct.unpack_from(">H", data, at + 2)[0]
        if data[at + 1] in (0xC4, 0xDB):
            tables += data[at:at + n]
        else:
            rest += data[at:at + n]
        at += n
    return b"\xff\xd8" + tables + b"\xff\xd9", b"\xff\xd8" + rest + data[at:]


def benign_odd():
    blocks = b"".join(bytes((x * 9 % 256, y * 7 % 256, x, y, 128 + x, 100 + y))
                      for y in range(H // 2) for x in range(W // 2))
    save("benign", "ycc-blocks.tif", one(W, H, 8, 6, [zlib.compress(s) for s in strips(blocks, 6 * (W // 2), 4)], 8,
                                         {530: (3, [2, 2]), 532: (5, [(0, 1), (255, 1), (128, 1), (255, 1), (128, 1), (255, 1)])},
                                         rows=8, samples=3))
    line = struct.pack("<%df" % W, *[x / 7 for x in range(W)])
    turned = b"".join(line[3 - b::4] for b in range(4))
    save("benign", "float.tif", one(W, H, 32, 1, [zlib.compress(differences(turned, 4 * W, 1) * H)], 8,
                                    {317: (3, 3), 339: (3, 3)}))
    pages = Writer()
    pages.page(W, H, 1, 0, [g4(bit_rows())], 4, {254: (4, 2), **RES})
    pages.page(W, H, 8, 1, [lzw(grey())], 5, {254: (4, 2)})
    pages.page(W, H, 8, 2, [rgb()], 1, {254: (4, 2)}, samples=3)
    save("benign", "pages.tif", pages.bytes())
    tables, strip = jpeg_parts(images.jpeg(head=b"", w=16, h=16))
    save("benign", "jpeg.tif", one(16, 32, 8, 6, [strip, strip], 7,
                                   {347: (7, tables), 530: (3, [1, 1])}, rows=16, samples=3))
    icc = images.icc(b"GRAY", b"SEKISHO-CANARY-tiff-icc")
    save("planted", "icc.tif", one(W, H, 8, 1, [grey()], 1, {34675: (7, icc)}))


# ---- planted

def planted_tags():
    g = [grey()]

    def tag(name, tags):
        save("planted", name + ".tif", one(W, H, 8, 1, g, 1, tags))

    text = {t: (2, canary("tiff-%d" % t) + b"\0") for t in (269, 270, 271, 272, 285, 305, 315, 316, 333, 33432)}
    tag("text", {**text, 306: (2, b"2024:04:01 09:30:00\0")})
    tag("xmp", {700: (1, b"<x:xmpmeta>" + canary("tiff-xmp") + b"</x:xmpmeta>")})
    tag("iptc", {33723: (7, canary("tiff-iptc")), 34377: (7, b"8BIM" + canary("tiff-8bim")), 37724: (7, canary("tiff-layers"))})
    tag("office", {37679: (2, canary("tiff-ocr") + b"\0"), 37680: (7, b"\xd0\xcf\x11\xe0" + canary("tiff-ole")), 37681: (7, canary("tiff-modi"))})
    tag("annotation", {32932: (7, canary("tiff-wang"))})
    tag("geo", {33550: (12, [10.0, 10.0, 0.0]), 33922: (12, [0.0] * 3 + [139.7, 35.7, 0.0]),
                34737: (2, canary("tiff-geo") + b"\0"), 42112: (2, b"<GDALMetadata>" + canary("tiff-gdal") + b"\0")})
    tag("private", {50740: (7, canary("tiff-dng")), 65000: (7, canary("tiff-private"))})
    tag("script", {270: (2, b"<script>/*" + canary("tiff-script") + b"*/</script>\0")})


def planted_structure():
    w = Writer()
    exif = w.put(struct.pack("<HHHI4sI", 1, 0x927c, 7, len(canary("tiff-exif")), struct.pack("<I", 0), 0))
    w.put(canary("tiff-exif"))
    gps = w.put(struct.pack("<HHHI4sI", 1, 0, 1, 4, bytes((2, 3, 0, 0)), 0))
    w.page(W, H, 8, 1, [grey()], 1, {34665: (4, exif), 34853: (4, gps)})
    save("planted", "exif.tif", w.bytes())

    w = Writer()
    w.page(W, H, 8, 1, [grey()])
    w.page(8, 8, 8, 1, [canary("tiff-thumbnail").ljust(64, b"!")], 1, {254: (4, 1)})
    w.page(W, H, 1, 4, [canary("tiff-mask").ljust(90, b"!")], 1, {254: (4, 4)})
    save("planted", "thumbnail.tif", w.bytes())

    w = Writer()
    sub = w.page(8, 8, 8, 1, [canary("tiff-subifd").ljust(64, b"!")])
    w.link = 4
    w.page(W, H, 8, 1, [grey()], 1, {330: (13, sub)})
    save("planted", "subifd.tif", w.bytes())

    w = Writer()
    first = w.page(W, H, 8, 1, [grey()])
    w.page(W, H, 8, 1, [grey()[::-1]])
    w.out[w.link:w.link + 4] = struct.pack("<I", first)
    save("planted", "loop.tif", w.bytes())

    plain = one(W, H, 8, 1, [grey()])
    save("planted", "trailing.tif", plain + canary("tiff-trailing"))
    save("planted", "zip-behind.tif", plain + b"PK\3\4" + canary("tiff-zip") + bytes(40) + b"PK\5\6" + bytes(18))

    used = [0x1111 * i for i in range(4)] + [0x4141] * 12
    word = canary("tiff-palette").ljust(48, b"!")
    colours = [c if i % 16 < 4 else struct.unpack_from("<H", word, (i * 2) % 40)[0]
               for i, c in enumerate(used * 3)]
    nibbles = bytes((x % 4) << 4 | (x + y) % 4 for y in range(H) for x in range(W // 2))
    save("planted", "palette.tif", one(W, H, 4, 3, [nibbles], 1, {320: (3, colours)}))

    # Bits behind the last pixel of a row, and bytes behind a packed strip.
    rows = bytearray()
    for i in range(H):
        rows += bytes((0xaa, 0xe0 | canary("tiff-pad")[i % 16] & 31))
    save("planted", "padding.tif", one(11, H, 1, 1, [bytes(rows)]))
    save("planted", "behind-strip.tif", one(W, H, 8, 1, [zlib.compress(grey()) + canary("tiff-behind")], 8))
    w = Writer()
    w.put(canary("tiff-gap"))
    w.page(W, H, 8, 1, [grey()])
    save("planted", "gap.tif", w.bytes())


def planted_held():
    g = [grey()]
    for name, c in (("old-jpeg", 6), ("jbig", 34661), ("webp", 50001), ("zstd", 50000), ("lerc", 34887)):
        save("planted", "held-%s.tif" % name, one(W, H, 8, 1, g, c))
    save("planted", "held-huge.tif", one(60000, 60000, 8, 1, g))
    save("planted", "held-tile-bomb.tif", one(4, 4, 8, 1, g, tile=(1 << 20, 1 << 20)))
    save("planted", "held-samples.tif", one(W, H, 8, 1, g, 1, {277: (3, 60000)}))
    save("planted", "held-no-end.tif", one(W, H, 8, 1, g)[:300])


def main():
    if len(sys.argv) > 1:
        images.ROOT = sys.argv[1]
    benign_fax()
    benign_colour()
    benign_odd()
    planted_tags()
    planted_structure()
    planted_held()


if __name__ == "__main__":
    main()
