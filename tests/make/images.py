#!/usr/bin/env python3
"""Make the picture samples: samples/{benign,planted}/{jpeg,png}.

Standard library only, same bytes on every run. Each planted sample holds one
construct that must not survive, with a canary of its own.
"""
import os
import struct
import sys
import zlib

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "samples")


def canary(what):
    return b"SEKISHO-CANARY-" + what.encode()


def save(kind, family, name, data):
    folder = os.path.join(ROOT, kind, family)
    os.makedirs(folder, exist_ok=True)
    with open(os.path.join(folder, name), "wb") as f:
        f.write(data)


# ---- shared: Exif and ICC

def tiff(entries, order=">", next_ifd=0, tail=b""):
    """entries: (tag, type, count, four value bytes), offsets by the caller."""
    out = (b"MM" if order == ">" else b"II") + struct.pack(order + "HI", 42, 8)
    out += struct.pack(order + "H", len(entries))
    for tag, kind, count, value in entries:
        out += struct.pack(order + "HHI", tag, kind, count) + value
    return out + struct.pack(order + "I", next_ifd) + tail


def orientation(n):
    return tiff([(0x0112, 3, 1, struct.pack(">HH", n, 0))])


def exif_with(text, order="<", gps=False, orient=1):
    entries = [(0x0112, 3, 1, struct.pack(order + "HH", orient, 0))]
    n = 2 + (1 if gps else 0)
    tail_at = 8 + 2 + 12 * n + 4
    entries.append((0x010E, 2, len(text), struct.pack(order + "I", tail_at)))
    tail = text
    if gps:
        entries.append((0x8825, 4, 1, struct.pack(order + "I", tail_at + len(text))))
        tail += struct.pack(order + "H", 0) + struct.pack(order + "I", 0)
    return tiff(entries, order, 0, tail)


def s15(x):
    return struct.pack(">i", round(x * 65536))


def icc(space, text):
    """A version 2 display profile with plain gamma curves."""
    desc = b"desc\0\0\0\0" + struct.pack(">I", len(text) + 1) + text + b"\0" + bytes(78)
    xyz = lambda a, b, c: b"XYZ \0\0\0\0" + s15(a) + s15(b) + s15(c)
    curve = b"curv\0\0\0\0" + struct.pack(">IH", 1, 0x0233) + b"\0\0"
    tags = [(b"desc", desc), (b"cprt", b"text\0\0\0\0" + text + b"\0"),
            (b"wtpt", xyz(0.9505, 1.0, 1.0891))]
    if space == b"GRAY":
        tags.append((b"kTRC", curve))
    else:
        tags += [(b"rXYZ", xyz(0.4361, 0.2225, 0.0139)),
                 (b"gXYZ", xyz(0.3851, 0.7169, 0.0971)),
                 (b"bXYZ", xyz(0.1431, 0.0606, 0.7141)),
                 (b"rTRC", curve), (b"gTRC", curve), (b"bTRC", curve)]
    table, body = b"", b""
    at = 128 + 4 + 12 * len(tags)
    for name, data in tags:
        data += bytes(-len(data) % 4)
        table += name + struct.pack(">II", at + len(body), len(data))
        body += data
    head = struct.pack(">I4sI4s4s4s", at + len(body), b"test", 0x02100000,
                       b"mntr", space, b"XYZ ")
    head += struct.pack(">6H", 2024, 2, 3, 4, 5, 6) + b"acsp" + bytes(28)
    head += s15(0.9642) + s15(1.0) + s15(0.8249)
    return head.ljust(128, b"\0") + struct.pack(">I", len(tags)) + table + body


# ---- JPEG: a small encoder of flat blocks

DC_COUNTS = [0, 1, 5, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0]
AC_COUNTS = [0, 1] + [0] * 14  # one code "00": end of block


def codes(counts):
    out, code, value = {}, 0, 0
    for length, n in enumerate(counts, 1):
        for _ in range(n):
            out[value] = (code, length)
            code += 1
            value += 1
        code <<= 1
    return out


class Bits:
    def __init__(self):
        self.s = ""

    def put(self, value, n):
        if n:
            self.s += format(value, "0%db" % n)

    def bytes(self):
        s = self.s + "1" * (-len(self.s) % 8)
        raw = bytes(int(s[i:i + 8], 2) for i in range(0, len(s), 8))
        return raw.replace(b"\xff", b"\xff\0")


def scan_data(blocks, n_comp, ac):
    dc, bits, last = codes(DC_COUNTS), Bits(), [0] * n_comp
    for block in blocks:
        for c in range(n_comp):
            diff, last[c] = block[c] - last[c], block[c]
            size = abs(diff).bit_length()
            bits.put(*dc[size])
            bits.put(diff if diff >= 0 else diff + (1 << size) - 1, size)
            if ac:
                bits.put(0, 2)
    return bits.bytes()


def seg(marker, body):
    return b"\xff" + bytes([marker]) + struct.pack(">H", len(body) + 2) + body


JFIF = seg(0xE0, b"JFIF\0\1\1\1\0\x48\0\x48\0\0")


def jpeg(n_comp=3, head=JFIF, w=40, h=24, progressive=False, before_sos=b"",
         tail=b"\xff\xd9"):
    cols, rows = (w + 7) // 8, (h + 7) // 8
    blocks = [[(40 + 12 * x - 20 * y + 30 * c * (x - 2)) % 200 - 100 for c in range(n_comp)]
              for y in range(rows) for x in range(cols)]
    out = b"\xff\xd8" + head + seg(0xDB, b"\0" + b"\x08" * 64)
    comps = b"".join(bytes([i + 1, 0x11, 0]) for i in range(n_comp))
    out += seg(0xC2 if progressive else 0xC0,
               struct.pack(">BHHB", 8, h, w, n_comp) + comps)
    out += seg(0xC4, b"\0" + bytes(DC_COUNTS) + bytes(range(12)))
    out += seg(0xC4, b"\x10" + bytes(AC_COUNTS) + b"\0")
    out += before_sos
    ac_scans = b""
    if progressive:
        flat = Bits()
        flat.put(0, 2 * len(blocks))
        for i in range(n_comp):
            ac_scans += seg(0xDA, bytes([1, i + 1, 0, 1, 63, 0])) + flat.bytes()
    sel = b"".join(bytes([i + 1, 0]) for i in range(n_comp))
    out += seg(0xDA, bytes([n_comp]) + sel + (b"\0\0\0" if progressive else b"\0\x3f\0"))
    return out + scan_data(blocks, n_comp, not progressive) + ac_scans + tail


def adobe(transform):
    return seg(0xEE, b"Adobe\0\x64\0\0\0\0" + bytes([transform]))


def zip_file(text):
    name = b"a.txt"
    local = struct.pack("<4s5H3I2H", b"PK\3\4", 10, 0, 0, 0, 33, zlib.crc32(text),
                        len(text), len(text), len(name), 0) + name + text
    central = struct.pack("<4s6H3I5H2I", b"PK\1\2", 10, 10, 0, 0, 0, 33, zlib.crc32(text),
                          len(text), len(text), len(name), 0, 0, 0, 0, 0, 0) + name
    end = struct.pack("<4s4H2IH", b"PK\5\6", 0, 0, 1, 1, len(central), len(local), 0)
    return local + central + end


def jpeg_samples():
    b = lambda name, data: save("benign", "jpeg", name, data)
    p = lambda name, data: save("planted", "jpeg", name, data)
    exif = lambda body: seg(0xE1, b"Exif\0\0" + body)
    profile = lambda x: seg(0xE2, b"ICC_PROFILE\0\1\1" + x)
    b("grey.jpg", jpeg(1))
    b("colour.jpg", jpeg(3))
    b("progressive.jpg", jpeg(3, progressive=True))
    b("cmyk-inverted.jpg", jpeg(4, head=adobe(0)))
    b("cmyk-plain.jpg", jpeg(4, head=b""))
    b("ycck.jpg", jpeg(4, head=adobe(2)))
    b("rgb-adobe.jpg", jpeg(3, head=adobe(0)))
    b("rotated.jpg", jpeg(3, head=JFIF + exif(orientation(6))))
    b("restart.jpg", jpeg(3, before_sos=seg(0xDD, b"\0\0")))
    p("comment.jpg", jpeg(head=JFIF + seg(0xFE, canary("jpeg-com"))))
    p("comment-php.jpg", jpeg(head=JFIF + seg(0xFE, b"<?PHP system('" + canary("jpeg-php") + b"'); ?>")))
    p("exif-gps.jpg", jpeg(head=exif(exif_with(canary("jpeg-exif") + b"\0", gps=True, orient=3))))
    p("xmp.jpg", jpeg(head=JFIF + seg(0xE1, b"http://ns.adobe.com/xap/1.0/\0<x>" + canary("jpeg-xmp") + b"</x>")))
    p("icc-text.jpg", jpeg(head=JFIF + profile(icc(b"RGB ", canary("jpeg-icc")))))
    p("icc-wrong.jpg", jpeg(1, head=JFIF + profile(icc(b"RGB ", canary("jpeg-icc-wrong")))))
    p("icc-broken.jpg", jpeg(head=JFIF + profile(b"\0" * 40 + canary("jpeg-icc-broken"))))
    p("app7.jpg", jpeg(head=JFIF + seg(0xE7, canary("jpeg-app7"))))
    p("photoshop.jpg", jpeg(head=JFIF + seg(0xED, b"Photoshop 3.0\0008BIM" + canary("jpeg-8bim"))))
    p("c2pa.jpg", jpeg(head=JFIF + seg(0xEB, b"JP\0\1\0\0\0\1jumb" + canary("jpeg-c2pa"))))
    p("thumbnail.jpg", jpeg(head=seg(0xE0, b"JFIF\0\1\1\0\0\1\0\1\4\4" + canary("jpeg-thumb").ljust(48))))
    p("trailer-zip.jpg", jpeg() + zip_file(canary("jpeg-trailer-zip")))
    p("trailer-html.jpg", jpeg() + b"<script>" + canary("jpeg-trailer-html") + b"</script>")
    p("trailer.jpg", jpeg() + canary("jpeg-trailer"))
    p("second-picture.jpg", jpeg(head=JFIF + seg(0xE2, b"MPF\0" + canary("jpeg-mpf"))) + jpeg(head=seg(0xFE, canary("jpeg-second"))))
    p("between.jpg", jpeg(head=JFIF + canary("jpeg-between")))
    p("in-scan.jpg", jpeg(tail=canary("jpeg-in-scan") + b"\xff\xd9"))
    p("adobe-tail.jpg", jpeg(head=seg(0xEE, b"Adobe\0\x64\0\0\0\0\1" + canary("jpeg-adobe"))))
    p("no-end.jpg", jpeg(tail=b""))
    p("arithmetic.jpg", jpeg().replace(b"\xff\xc0", b"\xff\xc9", 1))
    p("huge.jpg", jpeg().replace(struct.pack(">BHH", 8, 24, 40), struct.pack(">BHH", 8, 65500, 65500), 1))
    scans = jpeg(1, progressive=True)
    at = scans.index(b"\xff\xda")
    p("many-scans.jpg", scans[:-2] + scans[at:-2] * 120 + b"\xff\xd9")
    p("two-frames.jpg", jpeg(before_sos=seg(0xC0, struct.pack(">BHHB", 8, 8, 8, 1) + b"\1\x11\0")))


# ---- PNG

SIGNATURE = b"\x89PNG\r\n\x1a\n"


def chunk(name, data, crc=None):
    name = name.encode()
    crc = zlib.crc32(name + data) if crc is None else crc
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", crc)


CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}


def pixel_rows(w, h, depth, colour, x0=0, y0=0, dx=1, dy=1):
    out = b""
    for y in range(y0, h, dy):
        bits = ""
        for x in range(x0, w, dx):
            for c in range(CHANNELS[colour]):
                v = (x * 7 + y * 13 + c * 50) * (257 if depth == 16 else 1)
                bits += format(v % (1 << depth), "0%db" % depth)
        if bits:
            bits += "0" * (-len(bits) % 8)
            out += b"\0" + int(bits, 2).to_bytes(len(bits) // 8, "big")
    return out


ADAM7 = [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)]


def png(depth=8, colour=2, w=20, h=12, interlaced=False, early=b"", mid=b"",
        late=b"", extra=b"", tail=b"", palette=None, zlib_tail=b""):
    if interlaced:
        raw = b"".join(pixel_rows(w, h, depth, colour, *p) for p in ADAM7)
    else:
        raw = pixel_rows(w, h, depth, colour)
    out = SIGNATURE + chunk("IHDR", struct.pack(">IIBBBBB", w, h, depth, colour, 0, 0, int(interlaced)))
    out += early
    if colour == 3:
        out += chunk("PLTE", palette or bytes(range(3 * (1 << depth))))
    return (out + mid + chunk("IDAT", zlib.compress(raw + extra, 9) + zlib_tail) + late +
            chunk("IEND", b"") + tail)


def png_samples():
    b = lambda name, data: save("benign", "png", name, data)
    p = lambda name, data: save("planted", "png", name, data)
    for depth, colour in ((1, 0), (2, 0), (4, 0), (8, 0), (16, 0), (8, 2), (16, 2), (1, 3),
                          (2, 3), (4, 3), (8, 4), (16, 4), (8, 6), (16, 6)):
        b("type%d-%d.png" % (colour, depth), png(depth, colour))
    b("interlaced.png", png(8, 6, interlaced=True))
    b("interlaced-1.png", png(1, 0, interlaced=True, w=13, h=9))
    b("transparent-index.png", png(4, 3, mid=chunk("tRNS", bytes(range(0, 160, 10)))))
    b("transparent-rgb.png", png(8, 2, mid=chunk("tRNS", struct.pack(">3H", 0, 50, 100))))
    b("colour-chunks.png", png(8, 2, early=chunk("cHRM", struct.pack(">8I", 31270, 32900, 64000, 33000, 30000, 60000, 15000, 6000)) +
                               chunk("gAMA", struct.pack(">I", 45455)) + chunk("sRGB", b"\0") +
                               chunk("cICP", bytes([1, 13, 0, 1])) + chunk("sBIT", bytes([5, 6, 5])),
                               mid=chunk("bKGD", struct.pack(">3H", 255, 0, 9)) + chunk("pHYs", struct.pack(">IIB", 3780, 3780, 1))))
    b("rotated.png", png(mid=chunk("eXIf", orientation(8))))
    c = canary
    p("text.png", png(mid=chunk("tEXt", b"Comment\0" + c("png-text"))))
    p("text-script.png", png(mid=chunk("tEXt", b"Comment\0<script>" + c("png-script") + b"</script>")))
    p("ztext.png", png(mid=chunk("zTXt", b"Comment\0\0" + zlib.compress(c("png-ztxt"), 0))))
    p("itext-xmp.png", png(mid=chunk("iTXt", b"XML:com.adobe.xmp\0\0\0\0\0<x>" + c("png-xmp") + b"</x>")))
    p("exif.png", png(mid=chunk("eXIf", exif_with(c("png-exif") + b"\0", gps=True))))
    p("icc-text.png", png(early=chunk("iCCP", c("png-icc-name") + b"\0\0" + zlib.compress(icc(b"RGB ", c("png-icc")), 0))))
    p("icc-tail.png", png(0 + 8, 0, early=chunk("iCCP", b"Profile\0\0" + zlib.compress(icc(b"GRAY", b"x"), 9) + c("png-icc-tail"))))
    p("unknown.png", png(mid=chunk("skSk", c("png-unknown"))))
    p("time.png", png(late=chunk("tIME", struct.pack(">H5B", 2024, 1, 2, 3, 4, 5))))
    p("after-end.png", png(tail=c("png-after-end")))
    p("after-end-zip.png", png(tail=zip_file(c("png-after-zip"))))
    p("after-end-html.png", png(tail=b"<html>" + c("png-after-html")))
    p("in-end.png", png()[:-12] + chunk("IEND", c("png-in-end")))
    p("zlib-tail.png", png(zlib_tail=c("png-zlib-tail")))
    p("too-much-data.png", png(extra=c("png-too-much")))
    p("second-idat.png", png(late=chunk("IDAT", c("png-second-idat"))))
    apng = chunk("acTL", struct.pack(">II", 2, 0)) + chunk("fcTL", struct.pack(">5I2H2B", 0, 20, 12, 0, 0, 1, 10, 0, 0))
    frame = (chunk("fcTL", struct.pack(">5I2H2B", 1, 20, 12, 0, 0, 1, 10, 0, 0)) +
             chunk("fdAT", struct.pack(">I", 2) + zlib.compress(c("png-apng"), 0)))
    p("animation.png", png(mid=apng, late=frame))
    unused = bytes(48 * 4) + c("png-palette").ljust(3 * 64)
    p("palette.png", png(8, 3, w=4, h=4, palette=unused))
    p("wrong-crc-text.png", png(mid=chunk("tEXt", b"Comment\0" + c("png-crc-text"), crc=1)))
    p("wrong-crc-data.png", png()[:-12 - 4] + b"\1\2\3\4" + chunk("IEND", b""))
    p("cgbi.png", SIGNATURE + chunk("CgBI", b"\x50\0\x20\2") + png()[8:])
    p("critical-unknown.png", png(mid=chunk("SEKI", c("png-critical"))))
    p("huge.png", SIGNATURE + chunk("IHDR", struct.pack(">IIBBBBB", 100000, 100000, 8, 2, 0, 0, 0)) + png()[33:])
    p("two-data-places.png", png(mid=chunk("IDAT", b"") + chunk("skSk", c("png-two-places"))))
    p("missing-colours.png", png(4, 3, palette=bytes(range(9))))


if __name__ == "__main__":
    if len(sys.argv) > 1:
        ROOT = sys.argv[1]
    jpeg_samples()
    png_samples()
