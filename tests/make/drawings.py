#!/usr/bin/env python3
"""Make the drawing samples: samples/{benign,planted}/{emf,wmf}.

Standard library only, same bytes on every run. Each planted sample holds one
construct that must not survive, with a canary of its own.
"""
import os
import struct
import zlib

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "samples")


def canary(what):
    return b"SEKISHO-CANARY-" + what.encode()


def wide(text):
    return text.encode("utf-16-le")


def even(data, n=4):
    return data + bytes(-len(data) % n)


def save(kind, family, name, data):
    folder = os.path.join(ROOT, kind, family)
    os.makedirs(folder, exist_ok=True)
    with open(os.path.join(folder, name), "wb") as f:
        f.write(data)


def gz(data, name=None, comment=None):
    pack = zlib.compressobj(6, zlib.DEFLATED, -15)
    body = pack.compress(data) + pack.flush()
    flags = (8 if name else 0) | (16 if comment else 0)
    out = struct.pack("<2sBBIBB", b"\x1f\x8b", 8, flags, 0, 0, 255)
    out += (name + b"\0" if name else b"") + (comment + b"\0" if comment else b"")
    return out + body + struct.pack("<II", zlib.crc32(data), len(data))


# ---- bitmaps and a small PNG

def info(w, h, bits, packing=0, size=0, colours=0):
    return struct.pack("<IiiHHIIiiII", 40, w, h, 1, bits, packing, size, 0, 0, colours, 0)


def rows(w, h, bits, seed=3):
    line = (w * bits + 31) // 32 * 4
    used = w * bits // 8
    return b"".join(bytes((seed * x + 40 * y) & 255 for x in range(used)).ljust(line, b"\0")
                    for y in range(h))


DIB24 = info(8, 6, 24), rows(8, 6, 24)
DIB32 = info(4, 4, 32), rows(4, 4, 32)
DIB8 = (info(8, 4, 8, 0, 0, 256) + b"".join(bytes((i, 255 - i, i // 2, 0)) for i in range(256)),
        bytes(range(0, 256, 8)))
DIB1 = info(8, 8, 1, 0, 0, 2) + b"\0\0\0\0\xff\xff\xff\0", b"\xaa\0\0\0\x55\0\0\0" * 4


def chunk(name, body):
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def png(extra=b""):
    data = zlib.compress(b"".join(b"\0" + bytes((9 * x + y) & 255 for x in range(12)) for y in range(4)), 9)
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", 4, 4, 8, 2, 0, 0, 0)) +
            extra + chunk(b"IDAT", data) + chunk(b"IEND", b""))


# ---- EMF

def rec(kind, *fields, raw=b""):
    body = b"".join(f if isinstance(f, bytes) else struct.pack("<I", f & 0xFFFFFFFF) for f in fields)
    body = even(body + raw)
    return struct.pack("<II", kind, len(body) + 8) + body


BOUNDS = struct.pack("<iiii", 0, 0, 199, 99)
ONE = struct.pack("<ffffff", 1, 0, 0, 1, 0, 0)


def emf(records, handles=8, description=b"", head_tail=b"", eof=None, tail=b"", pixel_format=b""):
    """records: bytes of whole records; the header and the end are added."""
    end = eof or rec(14, 0, 16, 20)
    extra = even(description) + even(pixel_format) + even(head_tail)
    size = 108 + len(extra)
    desc_at = 108 if description else 0
    pf_at = 108 + len(even(description)) if pixel_format else 0
    body = b"".join(records) + end
    head = struct.pack("<II16siiii4sIIIHHIII", 1, size, BOUNDS, 0, 0, 5291, 2646, b" EMF", 0x10000,
                       size + len(body), len(records) + 2, handles, 0, len(description) // 2, desc_at, 0)
    head += struct.pack("<iiii", 1920, 1080, 508, 286)
    head += struct.pack("<IIIii", len(pixel_format), pf_at, 0, 508000, 286000)
    return head + extra + body + tail


def points16(kind, pts):
    return rec(kind, BOUNDS, len(pts), raw=b"".join(struct.pack("<hh", *p) for p in pts))


def points32(kind, pts):
    return rec(kind, BOUNDS, len(pts), raw=b"".join(struct.pack("<ii", *p) for p in pts))


def font(handle, face, tail=b"", after=b""):
    name = (wide(face) + b"\0\0" + tail)[:64].ljust(64, b"\0")
    log = struct.pack("<iiiii8B", -20, 0, 0, 0, 400, 0, 0, 0, 128, 0, 0, 0, 0) + name
    return rec(82, handle, log + after.ljust(228, b"\0"))


def text(s, kind=84, options=0, gap=b"", widths=True):
    n = len(s)
    data = wide(s) if kind == 84 else s.encode("cp932")
    n = len(data) // 2 if kind == 84 else len(data)
    at = 76 + len(even(gap))
    dx = struct.pack("<%dI" % n, *([12] * n)) if widths else b""
    return rec(kind, BOUNDS, 1, struct.pack("<ff", 1, 1), 10, 40, n, at, options, BOUNDS,
               at + len(even(data)) if widths else 0, even(gap), even(data), dx)


def stretch(dib, gap=b"", tail=b"", usage=0, lie=0):
    head, bits = dib
    at = 80
    return rec(81, BOUNDS, 10, 10, 0, 0, 8, 6, at, len(head), at + len(head) + len(even(gap)),
               len(bits) + len(tail) + lie, usage, 0xCC0020, 60, 40, head, even(gap), bits + tail)


def blend(dib):
    head, bits = dib
    return rec(114, BOUNDS, 70, 10, 40, 40, 0x01FF0000, 0, 0, ONE, 0xFFFFFF, 0, 108, len(head),
               108 + len(head), len(bits), 4, 4, head, bits)


def pattern_fill():
    return rec(76, BOUNDS, 120, 10, 30, 30, 0xF00021, 0, 0, ONE, 0xFFFFFF, 0, 0, 0, 0, 0)


def plus(*records):
    data = b"EMF+" + b"".join(records)
    return rec(70, len(data), data)


def plus_record(kind, flags, data):
    data = even(data)
    return struct.pack("<HHII", kind, flags, len(data) + 12, len(data)) + data


BRUSH = rec(39, 2, 0, 0xC08040, 0)
PEN = rec(38, 1, 0, 2, 0, 0x202080)
BASE = [rec(17, 1), rec(18, 1), PEN, BRUSH, rec(37, 1), rec(37, 2),
        rec(43, 5, 5, 190, 90)]
TEXT = [font(3, "ＭＳ ゴシック"), rec(37, 3), rec(24, 0x000000), text("電子印影 検印済")]
REGION = struct.pack("<IIII16s16s16s", 32, 1, 2, 32, BOUNDS, struct.pack("<iiii", 0, 0, 50, 50),
                     struct.pack("<iiii", 60, 0, 110, 50))


def benign_emf():
    put = lambda name, data: save("benign", "emf", name + ".emf", data)
    put("plain", emf(BASE + TEXT))
    put("lines", emf(BASE + [
        rec(27, 5, 5), rec(54, 60, 60), points16(87, [(1, 1), (20, 5), (40, 60)]),
        points16(86, [(1, 1), (20, 5), (40, 60)]), points32(3, [(5, 5), (9, 40), (60, 70)]),
        points32(2, [(5, 5), (9, 40), (60, 70), (80, 20)]),
        rec(91, BOUNDS, 2, 6, 3, 3, raw=b"".join(struct.pack("<hh", 7 * i, 5 * i % 31) for i in range(6))),
        rec(8, BOUNDS, 2, 4, 2, 2, raw=b"".join(struct.pack("<ii", 7 * i, 9) for i in range(4))),
        rec(92, BOUNDS, 2, raw=struct.pack("<hhhhBB", 1, 1, 90, 70, 6, 3)),
        rec(45, 10, 10, 60, 60, 10, 30, 60, 30), rec(44, 5, 5, 60, 40, 8, 8), rec(42, 5, 5, 60, 40),
        rec(41, 50, 50, 20, struct.pack("<ff", 0, 90))]))
    put("paths", emf(BASE + [
        rec(33), rec(59), rec(27, 5, 5), points16(88, [(10, 20), (30, 40), (50, 9)]), rec(61), rec(60),
        rec(63, BOUNDS), rec(59), rec(60), rec(67, 5), rec(34, -1),
        rec(75, 0, 5), rec(75, len(REGION), 5, REGION), rec(71, BOUNDS, len(REGION), 2, REGION),
        rec(72, BOUNDS, len(REGION), 2, 1, 1, REGION), rec(74, BOUNDS, len(REGION), REGION),
        rec(118, BOUNDS, 2, 1, 0, struct.pack("<iiHHHHiiHHHH", 0, 0, 65280, 0, 0, 0, 60, 40, 0, 0, 65280, 0),
            0, 1, 0)]))
    put("state", emf(BASE + [
        rec(9, 200, 100), rec(10, 0, 0), rec(11, 200, 100), rec(12, 0, 0), rec(13, 0, 0), rec(16, 0),
        rec(19, 1), rec(20, 13), rec(21, 4), rec(22, 24), rec(25, 0xFFFFFF), rec(26, 1, 1), rec(28),
        rec(23, struct.pack("<12H", 24, 0, 0, 10000, 10000, 10000, 0, 10000, 0, 0, 0, 0)),
        rec(29, 1, 1, 5, 5), rec(30, 0, 0, 199, 99), rec(31, 1, 1, 1, 1), rec(32, 1, 1, 1, 1),
        rec(35, ONE), rec(36, ONE, 2), rec(57, 2), rec(58, 10), rec(98, 1), rec(115, 0), rec(120, 0, 0),
        rec(49, 5, struct.pack("<HH", 0x300, 2), 0xFF, 0xFF00), rec(48, 5), rec(50, 5, 0, 1, 0xFF0000),
        rec(51, 5, 4), rec(52), rec(37, 0x80000007), rec(37, 0x80000000), rec(40, 2), rec(40, 5)]))
    put("bitmaps", emf(BASE + [
        stretch(DIB24), stretch(DIB8), blend(DIB32), pattern_fill(),
        rec(94, 4, 0, 32, len(DIB8[0]), 32 + len(DIB8[0]), len(DIB8[1]), DIB8[0], DIB8[1]), rec(37, 4),
        rec(93, 5, 0, 32, len(DIB1[0]), 32 + len(DIB1[0]), len(DIB1[1]), DIB1[0], DIB1[1]), rec(37, 5),
        rec(43, 20, 20, 60, 60),
        rec(116, BOUNDS, 10, 10, 8, 6, 0xFFFFFF, 0, 0, ONE, 0, 0, 108, 40, 148, len(DIB24[1]), 8, 6, *DIB24),
        rec(95, 6, 0, 0, 0, 0, 0x12007, 2, 0, 0x80, 0, 2, 5, 6), rec(37, 6), rec(54, 9, 9)]))
    head = info(4, 4, 0, 5, len(png()))
    put("packed-picture", emf(BASE + [stretch((head, png()))]))
    put("texts", emf(BASE + TEXT + [
        text("abc 日本語", 84, 4), text("ABC", 83), text("wide", 84, 0, b"", False),
        rec(108, 10, 10, 4, 0x300, 1, struct.pack("<ff", 1, 1), raw=b"tiny"),
        rec(108, 10, 10, 2, 0, 1, struct.pack("<ff", 1, 1), BOUNDS, raw=wide("小さ")),
        rec(97, BOUNDS, 1, struct.pack("<ff", 1, 1), 2,
            5, 5, 2, 120, 0, BOUNDS, 0, 5, 25, 2, 124, 0, BOUNDS, 0, wide("多行") + wide("文字"))]))
    data = emf(BASE + TEXT)
    save("benign", "emf", "packed.emz", gz(data))


def planted_emf():
    def put(name, data):
        save("planted", "emf", name + ".emf", data)

    def one(name, *records, **more):
        put(name, emf(BASE + list(records) + TEXT, **more))

    c = lambda what: canary("emf-" + what)
    w = lambda what: wide(c(what).decode())
    one("comment", rec(70, len(c("comment")), raw=c("comment")))
    one("comment-wmf", rec(70, 60, b"GDIC", 0x80000001, 0x300, 0, 0, 40, raw=c("comment-wmf")))
    one("comment-spool", rec(70, 40, b"\0\0\0\0EMFS", raw=c("comment-spool")))
    one("emfplus", plus(plus_record(0x4001, 1, struct.pack("<IIII", 0xDBC01002, 1, 96, 96)) +
                        plus_record(0x4003, 0, c("emfplus"))))
    only = [plus(plus_record(0x4001, 0, struct.pack("<IIII", 0xDBC01002, 0, 96, 96)) +
                 plus_record(0x4003, 0, c("emfplus-only")) + plus_record(0x4002, 0, b""))]
    put("emfplus-only", emf(only))
    nowhere = emf([plus(plus_record(0x4001, 0, struct.pack("<IIII", 0xDBC01002, 0, 96, 96)) +
                        plus_record(0x4003, 0, c("emfplus-nowhere")) + plus_record(0x4002, 0, b""))])
    put("emfplus-nowhere", nowhere[:8] + bytes(16) + nowhere[24:])
    one("description", description=w("description") + b"\0\0" + wide("C:\\秘密\\図.vsd") + b"\0\0\0\0")
    one("pixel-format", pixel_format=c("pixel-format"))
    one("header-tail", head_tail=c("header-tail"))
    one("draw-escape", rec(105, 9, len(c("draw-escape")), raw=c("draw-escape")))
    one("ext-escape", rec(106, 9, len(c("ext-escape")), raw=c("ext-escape")))
    one("named-escape", rec(110, 9, 20, 40, raw=wide("evil.drv\0\0") + c("named-escape")))
    one("profile-a", rec(112, 1, 60, 0, raw=b"\\\\attacker.example\\" + c("profile-a")))
    one("profile-w", rec(113, 1, 60, 0, raw=wide("\\\\attacker.example\\a.icm") + w("profile-w")))
    one("match-target", rec(121, 1, 1, 60, 0, raw=w("match-target")))
    one("colour-space", rec(99, 4, raw=b"PSOC" + c("colour-space")), rec(100, 4), rec(101, 4))
    one("colour-space-w", rec(122, 4, raw=b"PSOC" + w("colour-space-w")))
    one("opengl", rec(102, 30, raw=c("opengl")), rec(103, BOUNDS, 30, raw=c("opengl")))
    one("pixel-record", rec(104, raw=c("pixel-record")))
    one("ufi", rec(109, 1, 2, raw=c("ufi")), rec(119, 1, 2, 3, raw=c("ufi")))
    one("unknown", rec(200, raw=c("unknown")), rec(0x10000, raw=c("unknown")))
    one("slack", rec(27, 1, 1, raw=c("slack")))
    one("text-gap", text("隙間", 84, 0, c("text-gap")))
    one("font-tail", font(4, "Arial", c("font-tail")), rec(37, 4))
    one("font-after", font(4, "Arial", b"", c("font-after")), rec(37, 4))
    one("font-path", font(4, "\\\\x\\SEKISHO-CANARY-font"), rec(37, 4))
    one("dib-gap", stretch(DIB24, c("dib-gap")))
    one("dib-tail", stretch(DIB24, b"", c("dib-tail")))
    big = DIB8[0][:36] + struct.pack("<I", 0) + DIB8[0][40:] + c("dib-palette")
    one("dib-palette", stretch((big, DIB8[1])))
    one("dib-v5", stretch((struct.pack("<I", 124) + info(8, 6, 24)[4:] + bytes(16) + b"KNIL" + bytes(48) +
                           struct.pack("<IIII", 2, 124, len(c("dib-v5")), 0) + c("dib-v5"), DIB24[1])))
    one("dib-png", stretch((info(4, 4, 0, 5, 0), png(chunk(b"tEXt", b"Comment\0" + c("dib-png"))))))
    one("dib-not-png", stretch((info(4, 4, 0, 5, 0), b"MZ" + c("dib-not-png"))))
    one("dib-outside", stretch(DIB24, b"", b"", 0, 0x100000))
    one("dib-huge", stretch((info(0x7FFFFFFF, 0x7FFFFFFF, 24), DIB24[1])))
    one("dib-short", stretch((info(800, 600, 24), DIB24[1])))
    one("pattern-bad", rec(94, 4, 0, 32, 40, 72, 4, info(0, 0, 24), 0), rec(37, 4))
    one("handle-bad", rec(37, 77), rec(40, 77), rec(38, 0, 0, 1, 1, 0), rec(38, 0xFFFFFF, 0, 1, 1, 0), rec(37, 0x80000050))
    one("count-bad", rec(86, BOUNDS, 0x40000000, raw=c("count-bad")), rec(3, BOUNDS, 0x20000000, 1, 2),
        rec(91, BOUNDS, 0x3FFFFFFF, 9, 1), rec(91, BOUNDS, 2, 9, 4, 4, raw=c("count-bad") * 2))
    one("text-bad", rec(84, BOUNDS, 1, struct.pack("<ff", 1, 1), 1, 1, 0x7FFFFFFF, 76, 0, BOUNDS, 80, raw=c("text-bad")))
    one("text-control", text("a\x01b\x07c"), text("\ud83d\ude00".encode("utf-16-le", "surrogatepass").decode("utf-16-le")))
    one("region-bad", rec(75, 60, 5, 32, 1, 0x10000000, 32, BOUNDS, raw=c("region-bad")))
    one("gradient-bad", rec(118, BOUNDS, 1, 1, 0, bytes(16), 0, 9, raw=c("gradient-bad")))
    one("restore-bad", rec(34, -5), rec(34, 3), rec(34, 0))
    one("float-bad", rec(35, struct.pack("<ffffff", float("nan"), 0, 0, float("inf"), 0, 0)))
    one("extent-bad", rec(9, 0, 100), rec(31, 1, 0, 1, 0))
    put("after-end", emf(BASE, tail=c("after-end")))
    put("after-end-zip", emf(BASE, tail=b"PK\3\4" + c("after-end-zip")))
    put("end-palette", emf(BASE, eof=rec(14, 2, 16, raw=even(c("end-palette")) + struct.pack("<I", 52))))
    data = emf(BASE + TEXT)
    put("no-end", data[:-40])
    put("size-lies", data[:108] + struct.pack("<II", 27, 7) + c("size-lies") + data[108:])
    put("size-huge", data[:-20] + struct.pack("<II", 27, 0xFFFFFFF0) + c("size-huge"))
    put("header-lies", data[:48] + struct.pack("<IIHHI", 7, 0xFFFFFFFF, 0, 0, 0) + data[64:])
    save("planted", "emf", "packed-name.emz", gz(data, c("packed-name"), c("packed-comment")))
    save("planted", "emf", "packed-tail.emz", gz(data) + c("packed-tail"))
    save("planted", "emf", "packed-bomb.emz", gz(data + bytes(40 << 20)))


# ---- WMF

def wrec(function, *fields, raw=b""):
    body = b"".join(f if isinstance(f, bytes) else struct.pack("<H", f & 0xFFFF) for f in fields)
    body = even(body + raw, 2)
    return struct.pack("<IH", 3 + len(body) // 2, function) + body


def wmf(records, placeable=True, objects=8, tail=b""):
    body = b"".join(records) + wrec(0)
    longest = max(len(r) // 2 for r in records)
    head = struct.pack("<HHHIHIH", 1, 9, 0x300, 9 + len(body) // 2, objects, longest, 0)
    if placeable:
        place = struct.pack("<IHhhhhHI", 0x9AC6CDD7, 0, 0, 0, 200, 100, 96, 0)
        total = 0
        for v in struct.unpack("<10H", place):
            total ^= v
        head = place + struct.pack("<H", total) + head
    return head + body + tail


def l(v):
    return struct.pack("<I", v)


WBASE = [wrec(0x0103, 8), wrec(0x020B, 0, 0), wrec(0x020C, 100, 200), wrec(0x0102, 1),
         wrec(0x02FA, 0, 1, 0, l(0x2020C0)), wrec(0x02FC, 0, l(0xC0E0FF), 0), wrec(0x012D, 0),
         wrec(0x012D, 1), wrec(0x041B, 90, 190, 5, 5)]


def wfont(face, tail=b""):
    name = (face + b"\0" + tail)[:32].ljust(32, b"\0")
    return wrec(0x02FB, -20, 0, 0, 0, 400, struct.pack("8B", 0, 0, 0, 128, 0, 0, 0, 0), name)


WTEXT = [wfont("ＭＳ 明朝".encode("cp932")), wrec(0x012D, 2),
         wrec(0x0A32, 40, 10, 8, 0, "検印済み".encode("cp932"), *([12] * 8))]


def wstretch(dib, tail=b""):
    return wrec(0x0F43, l(0xCC0020), 0, 6, 8, 0, 0, 40, 60, 10, 10, dib[0], dib[1] + tail)


def benign_wmf():
    put = lambda name, data: save("benign", "wmf", name + ".wmf", data)
    put("plain", wmf(WBASE + WTEXT))
    put("bare", wmf(WBASE + WTEXT, placeable=False))
    put("lines", wmf(WBASE + [
        wrec(0x0214, 5, 5), wrec(0x0213, 60, 60), wrec(0x0324, 3, 1, 1, 20, 5, 40, 60),
        wrec(0x0325, 2, 1, 1, 20, 5), wrec(0x0538, 2, 3, 2, *range(10)), wrec(0x0418, 60, 60, 5, 5),
        wrec(0x061C, 8, 8, 60, 60, 5, 5), wrec(0x0817, *range(8)), wrec(0x041F, l(255), 5, 5),
        wrec(0x0548, 0, l(255), 5, 5), wrec(0x061D, l(0xF00021), 20, 20, 5, 5)]))
    put("state", wmf(WBASE + [
        wrec(0x001E), wrec(0x0104, 13), wrec(0x0106, 2), wrec(0x0107, 3), wrec(0x0108, 1), wrec(0x012E, 24, 0),
        wrec(0x0201, l(0xFFFFFF)), wrec(0x0209, l(0)), wrec(0x020A, 0, 0), wrec(0x020D, 0, 0),
        wrec(0x020E, 100, 200), wrec(0x0220, 1, 1), wrec(0x0415, 1, 1, 5, 5), wrec(0x0416, 90, 90, 0, 0),
        wrec(0x0410, 1, 1, 1, 1), wrec(0x0231, 0, 0), wrec(0x00F7, 0x300, 2, l(255), l(65280)),
        wrec(0x0234, 2), wrec(0x0037, 0, 1, l(0xFF)), wrec(0x0035), wrec(0x0127, -1),
        wrec(0x06FF, 0, 6, l(0), 32, 1, 2, 0, 0, 50, 50, 2, 0, 50, 0, 50, 2), wrec(0x012C, 3),
        wrec(0x0228, 3, 1), wrec(0x012B, 3), wrec(0x0429, 3, 1, 1, 1), wrec(0x012C, 0), wrec(0x01F0, 3)]))
    put("bitmaps", wmf(WBASE + [
        wstretch(DIB24), wstretch(DIB8), wrec(0x0940, l(0xCC0020), 0, 0, 6, 8, 5, 5, *DIB24),
        wrec(0x0940, l(0xF00021), 0, 0, 0, 6, 8, 5, 5), wrec(0x0B41, l(0xCC0020), 6, 8, 0, 0, 30, 40, 5, 5, *DIB24),
        wrec(0x0D33, 0, 6, 0, 0, 0, 6, 8, 30, 30, *DIB24), wrec(0x0142, 5, 0, *DIB1), wrec(0x012D, 2),
        wrec(0x041B, 60, 60, 5, 5), wrec(0x0922, l(0xF00021), 0, 0, 0, 6, 8, 5, 5)]))
    save("benign", "wmf", "packed.wmz", gz(wmf(WBASE + WTEXT)))


def planted_wmf():
    def put(name, data):
        save("planted", "wmf", name + ".wmf", data)

    def one(name, *records, **more):
        put(name, wmf(WBASE + list(records) + WTEXT, **more))

    c = lambda what: canary("wmf-" + what)

    def escape(function, data):
        return wrec(0x0626, function, len(data), raw=data)

    one("abort-proc", escape(9, c("abort-proc")))
    one("postscript", escape(37, c("postscript")), escape(19, c("postscript")), escape(4118, c("postscript")))
    one("hidden-emf", escape(15, b"WMFC" + bytes(30) + c("hidden-emf")))
    one("comment", escape(15, b"AppsMFCC" + c("comment")))
    one("escape-other", escape(60000, c("escape-other")))
    one("unknown", wrec(0x0999, raw=c("unknown")))
    one("slack", wrec(0x0214, 1, 1, raw=c("slack")))
    one("font-tail", wfont(b"Arial", c("font-tail")), wrec(0x012D, 2))
    one("font-path", wfont(b"\\\\x\\SEKISHO-CANARY-wmffont"), wrec(0x012D, 2))
    one("dib-tail", wstretch(DIB24, c("dib-tail")))
    one("dib-huge", wstretch((info(0x7FFFFFFF, 0x7FFFFFFF, 24), DIB24[1])))
    one("dib-short", wstretch((info(900, 600, 24), DIB24[1])))
    one("device-bitmap", wrec(0x0922, l(0xCC0020), 0, 0, 6, 8, 5, 5, 0, 8, 8, 2, 257, raw=c("device-bitmap")))
    # what these make keeps its number, whatever becomes of it
    one("old-object", wrec(0x01F9, raw=c("old-object")), wfont(b"Arial"), wrec(0x012D, 3))
    one("pattern-bad", wrec(0x0142, 5, 0, info(0, 0, 24)), wfont(b"Arial"), wrec(0x012D, 3))
    one("handle-bad", wrec(0x012D, 77), wrec(0x01F0, 77), wrec(0x0234, 1))
    one("count-bad", wrec(0x0324, 0x7FFF, raw=c("count-bad")), wrec(0x0538, 0xFFFF, raw=c("count-bad")),
        wrec(0x0521, 0x7FFF, raw=c("count-bad")), wrec(0x0A32, 0, 0, 0x7FFF, 0, raw=c("count-bad")))
    # pairs of widths are said, single ones are there
    one("widths-short", wrec(0x0A32, 5, 5, 1, 0x2000, b"1\0", 7), wrec(0x0A32, 5, 5, 2, 0x2002, 0, 0, 9, 9, b"12", 7, 8, 9))
    one("region-bad", wrec(0x06FF, 0, 6, l(0), 32, 0x7FFF, 2, 0, 0, 50, 50, raw=c("region-bad")))
    one("restore-bad", wrec(0x0127, -5), wrec(0x0127, 3), wrec(0x0127, 0))
    put("after-end", wmf(WBASE, tail=c("after-end")))
    put("after-end-zip", wmf(WBASE, tail=b"PK\3\4" + c("after-end-zip")))
    data = wmf(WBASE + WTEXT)
    put("no-end", data[:-6])
    put("size-huge", data[:-6] + struct.pack("<IH", 0x7FFFFFFF, 0x0214) + c("size-huge"))
    put("size-lies", data[:-6] + struct.pack("<IH", 2, 0x0214) + c("size-lies"))
    save("planted", "wmf", "packed-name.wmz", gz(data, c("packed-name")))


if __name__ == "__main__":
    benign_emf()
    planted_emf()
    benign_wmf()
    planted_wmf()
