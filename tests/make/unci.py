#!/usr/bin/env python3
"""Make the samples of uncompressed pictures in HEIF (ISO/IEC 23001-17):
samples/{benign,planted}/heif/{,held-}unci-*.heif.

Standard library only, same bytes on every run. One picture, stored in every
order that is accepted: they all have to come out the same.
"""
import os
import struct
import sys
import zlib

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import images  # noqa: E402
from pictures import Heif, box, full, ispe  # noqa: E402

canary = images.canary
W, H = 24, 16
GREY, Y, CB, CR, RED, GREEN, BLUE, ALPHA, PADDING = 0, 1, 2, 3, 4, 5, 6, 7, 12
COMPONENT, PIXEL, MIXED, ROW, TILE = range(5)


def value(role, x, y):
    """Of the one picture, 8 bits; every channel differs."""
    return {RED: x * 10, GREEN: y * 16, BLUE: (x * 7 + y * 5) & 255, ALPHA: 255 - x * y % 200, PADDING: 0x5a,
            GREY: (x * 9 + y * 3) & 255, Y: (x * 9 + y * 3) & 255, CB: 128 + y // 2 * 4, CR: 128 - x // 2 * 3}[role]


class Bits:
    def __init__(self):
        self.out, self.acc, self.n = bytearray(), 0, 0

    def put(self, v, n):
        self.acc, self.n = self.acc << n | v, self.n + n
        while self.n >= 8:
            self.n -= 8
            self.out.append(self.acc >> self.n & 255)
        self.acc &= (1 << self.n) - 1

    def octet(self):
        if self.n:
            self.put(0, 8 - self.n)

    def align(self, start, to):
        self.octet()
        while to and (len(self.out) - start) % to:
            self.out.append(0)


class Form:
    """parts: (role, bits, octets)."""

    def __init__(self, parts, order, sampling=0, little=False, pixel=0, row=0, tile=0, tiles=(1, 1)):
        self.parts, self.order, self.sampling, self.little = parts, order, sampling, little
        self.pixel, self.row, self.tile, self.tiles = pixel, row, tile, tiles
        self.kinds = sorted({p[0] for p in parts})

    def step(self, role):
        chroma = role in (CB, CR)
        return (2 if chroma and self.sampling else 1), (2 if chroma and self.sampling == 2 else 1)

    def sample(self, b, part, x, y):
        role, bits, octets = part
        v = value(role, x, y)
        v = v >> 8 - bits if bits < 8 else v << bits - 8 | v >> 16 - bits if bits > 8 else v
        if not octets:
            return b.put(v, bits)
        b.octet()
        b.out += v.to_bytes(octets, "little" if self.little else "big")

    def line(self, b, parts, x0, y):
        start = len(b.out)
        sx = self.step(parts[0][0])[0] if self.order != PIXEL else 1
        for x in range(x0, x0 + W // self.tiles[0], sx):
            at = len(b.out)
            for part in parts:
                self.sample(b, part, x, y)
            if self.pixel:
                b.align(at, self.pixel)
        b.align(start, self.row)

    def part(self, b, parts, x0, y0):
        for y in range(y0, y0 + H // self.tiles[1], self.step(parts[0][0])[1]):
            self.line(b, parts, x0, y)

    def one_tile(self, b, x0, y0):
        if self.order == PIXEL:
            self.part(b, self.parts, x0, y0)
        elif self.order == ROW:
            for y in range(y0, y0 + H // self.tiles[1]):
                for p in self.parts:
                    self.line(b, [p], x0, y)
        elif self.order == MIXED:
            self.part(b, self.parts[:1], x0, y0)
            self.part(b, self.parts[1:3], x0, y0)
        else:
            for p in self.parts:
                self.part(b, [p], x0, y0)

    def data(self):
        b = Bits()
        places = [(x, y) for y in range(0, H, H // self.tiles[1]) for x in range(0, W, W // self.tiles[0])]
        for p in self.parts if self.order == TILE else [None]:
            for x, y in places:
                start = len(b.out)
                self.part(b, [p], x, y) if p else self.one_tile(b, x, y)
                b.align(start, self.tile)
        return bytes(b.out)

    def boxes(self, sample_format=0):
        parts = b"".join(struct.pack(">HBBB", self.kinds.index(r), n - 1, sample_format, o) for r, n, o in self.parts)
        return [box(b"cmpd", struct.pack(">I", len(self.kinds)), *[struct.pack(">H", k) for k in self.kinds]),
                full(b"uncC", 0, 0, b"gene", struct.pack(">I", len(self.parts)), parts,
                     bytes([self.sampling, self.order, 0, 0x80 if self.little else 0]),
                     struct.pack(">IIIII", self.pixel, self.row, self.tile, self.tiles[0] - 1, self.tiles[1] - 1))]


def rgb(bits=8, octets=0):
    return [(RED, bits, octets), (GREEN, bits, octets), (BLUE, bits, octets)]


YCC = [(Y, 8, 0), (CB, 8, 0), (CR, 8, 0)]


def save(kind, name, form, data=None, extra=(), sample_format=0, boxes=None, others=None, size=(W, H)):
    h = Heif(b"mif1")
    boxes = form.boxes(sample_format) if boxes is None else boxes
    h.add(b"unci", form.data() if data is None else data, boxes + [ispe(*size)] + list(extra))
    if others:
        others(h)
    images.save(kind, "heif", name, h.bytes())


def benign():
    def b(name, form, **kw):
        save("benign", "unci-" + name + ".heif", form, **kw)

    pixel = Form(rgb(), PIXEL)
    b("rgb-pixel", pixel)
    b("rgb-component", Form(rgb(), COMPONENT))
    b("rgb-row", Form(rgb(), ROW, row=32))
    b("rgb-tile", Form(rgb(), TILE, tile=64, tiles=(3, 2)))
    b("rgb-tiles", Form(rgb(), PIXEL, row=16, tile=512, tiles=(2, 2)))
    b("rgb-padded", Form(rgb(8, 2) + [(PADDING, 3, 0)], PIXEL, little=True, pixel=9))
    b("rgb-named", pixel, boxes=[full(b"uncC", 1, 0, b"rgb3")])
    b("rgb-zlib", pixel, data=zlib.compress(pixel.data(), 9), extra=[full(b"cmpC", 0, 0, b"zlib\0")])
    raw = zlib.compressobj(9, zlib.DEFLATED, -15)
    b("rgb-deflate", pixel, data=raw.compress(pixel.data()) + raw.flush(),
      extra=[full(b"cmpC", 0, 0, b"defl\0"), full(b"icef", 0, 0, b"\0\0\0\0\0")])
    b("alpha-named", Form(rgb() + [(ALPHA, 8, 0)], PIXEL), boxes=[full(b"uncC", 1, 0, b"rgba")])
    b("alpha-component", Form([(ALPHA, 8, 0)] + rgb(), COMPONENT))
    b("five-six-five", Form([(RED, 5, 0), (GREEN, 6, 0), (BLUE, 5, 0)], PIXEL))
    b("deep", Form(rgb(12, 2), COMPONENT, little=True))
    b("deep-bits", Form(rgb(12), ROW))
    b("grey", Form([(GREY, 8, 0)], COMPONENT))
    b("ycc", Form(YCC, COMPONENT))
    b("ycc-420", Form(YCC, COMPONENT, sampling=2))
    b("ycc-420-mixed", Form(YCC, MIXED, sampling=2))
    b("ycc-422", Form(YCC, COMPONENT, sampling=1, tiles=(2, 2)))


def planted():
    pixel = Form(rgb(), PIXEL)

    def others(h):
        h.add(b"Exif", b"\0\0\0\0" + images.exif_with(canary("unci-exif"), gps=True, orient=6))
        h.add(b"mime", b"<x:xmpmeta>" + canary("unci-xmp") + b"</x:xmpmeta>", content=b"application/rdf+xml")
        h.add(b"hvc1", canary("unci-hidden"), [ispe(64, 64)])

    def held(name, form=pixel, **kw):
        save("planted", "held-unci-" + name + ".heif", form, **kw)

    save("planted", "unci-items.heif", pixel, others=others)
    save("planted", "unci-padding.heif", Form(rgb(), PIXEL, row=256),
         data=b"".join(pixel.data()[y * 3 * W:(y + 1) * 3 * W] + canary("unci-padding").ljust(256 - 3 * W)
                       for y in range(H)) + canary("unci-behind"))
    save("planted", "unci-packed-behind.heif", pixel,
         data=zlib.compress(pixel.data() + canary("unci-unpacked"), 9) + canary("unci-packed"),
         extra=[full(b"cmpC", 0, 0, b"zlib\0")])
    held("float", Form(rgb(16), PIXEL), sample_format=2)
    held("turned", extra=[box(b"irot", b"\1")])
    held("bayer", extra=[full(b"cpat", 0, 0, bytes(12))])
    held("brotli", extra=[full(b"cmpC", 0, 0, b"brot\0")])
    held("huge", size=(0x7fffffff, 16))
    held("short", size=(W * 10, H * 10))
    held("bomb", data=zlib.compress(bytes(9000000), 9), size=(20000, 10000), extra=[full(b"cmpC", 0, 0, b"zlib\0")])
    held("tiles", Form(rgb(), PIXEL, tiles=(1, 1)),
         boxes=[f.replace(bytes(8), b"\0\0\xff\xff\0\0\xff\xff") if f[4:8] == b"uncC" else f for f in pixel.boxes()])
    held("twice", extra=[box(b"cmpd", struct.pack(">IHHH", 3, RED, RED, RED))])


if __name__ == "__main__":
    if len(sys.argv) > 1:
        images.ROOT = sys.argv[1]
    benign()
    planted()
