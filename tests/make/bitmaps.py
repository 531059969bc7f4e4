#!/usr/bin/env python3
"""Make the samples samples/{benign,planted}/{bmp,gif,icon,webp,psd}.

Standard library only, same bytes on every run. Each planted sample holds one
construct that must not survive, with a canary of its own.
"""
import os
import struct
import sys
import zlib

import images
from images import canary, exif_with, icc, orientation, png, zip_file
from vp8 import Frame

ROOT = images.ROOT


def save(kind, family, name, data):
    folder = os.path.join(ROOT, kind, family)
    os.makedirs(folder, exist_ok=True)
    with open(os.path.join(folder, name), "wb") as f:
        f.write(data)


# ---- bitmaps

def le(fmt, *v):
    return struct.pack("<" + fmt, *v)


def palette(n, entry=4):
    return b"".join(bytes([i * 7 % 256, i * 31 % 256, i * 101 % 256, 0])[:entry] for i in range(n))


def bits_of(w, h, bits, pad=b"\0", value=lambda x, y: x * 3 + y * 5):
    """Rows of packed pixels, padded to four bytes."""
    out = b""
    for y in range(h):
        if bits <= 8:
            s = "".join(format(value(x, y) % (1 << bits), "0%db" % bits) for x in range(w))
            s += "0" * (-len(s) % 8)
            row = bytes(int(s[i:i + 8], 2) for i in range(0, len(s), 8))
        else:
            n = bits // 8
            row = b"".join((value(x, y) * 0x01030507 % (1 << (31 if bits == 32 else bits - bits % 8 // 8)))
                           .to_bytes(8, "little")[:n] for x in range(w))
        out += row + (pad * 4)[:-len(row) % 4]
    return out


def dib(w=13, h=7, bits=24, coding=0, head=40, body=None, colours=None, masks=b"", extra=b"", used=0):
    """Header, masks, palette; and the pixels."""
    if head == 12:
        out = le("IHHHH", 12, w, h, 1, bits)
    else:
        out = le("IiiHHIIiiII", head, w, h, 1, bits, coding, 0, 2835, 2835, used, 0)[:head]
        out += (masks if head > 40 else b"") + extra
        out = out[:head].ljust(head, b"\0")
        if head == 40:
            out += masks
    if bits <= 8:
        out += palette(1 << bits, 3 if head == 12 else 4) if colours is None else colours
    return out, bits_of(w, abs(h), bits) if body is None else body


def bmp(head_bits, gap=b"", tail=b""):
    head, body = head_bits
    off = 14 + len(head) + len(gap)
    return b"BM" + le("IHHI", off + len(body), 0, 0, off) + head + gap + body + tail


def rle(bits, w, h, end=b"\0\1"):
    out = b""
    for y in range(h):
        out += bytes([4, 0x12]) + b"\0\5\1\2\3\4\5\0" if bits == 8 else bytes([5, 0x12]) + b"\0\5\x12\x34\x50\0"
        out += b"\0\2\1\0" if y % 2 else b""
        out += b"\0\0"
    return out + end


FIVE65 = le("III", 0xF800, 0x07E0, 0x001F)
RGBA = le("IIII", 0x000000FF, 0x0000FF00, 0x00FF0000, 0xFF000000)


def bmp_samples():
    b = lambda name, data: save("benign", "bmp", name, data)
    p = lambda name, data: save("planted", "bmp", name, data)
    c = canary
    for bits in (1, 2, 4, 8, 16, 24, 32):
        b("bits-%d.bmp" % bits, bmp(dib(bits=bits)))
    b("os2.bmp", bmp(dib(bits=4, head=12)))
    b("os2-2.bmp", bmp(dib(bits=8, head=64)))
    b("top-down.bmp", bmp(dib(h=-7)))
    b("masks-565.bmp", bmp(dib(bits=16, coding=3, masks=FIVE65)))
    b("masks-4444.bmp", bmp(dib(bits=16, coding=3, head=56, masks=le("IIII", 0xF00, 0xF0, 0xF, 0xF000))))
    b("masks-10.bmp", bmp(dib(bits=32, coding=3, masks=le("III", 0x3FF00000, 0xFFC00, 0x3FF))))
    b("alpha.bmp", bmp(dib(bits=32, coding=3, head=108, masks=RGBA)))
    b("v5.bmp", bmp(dib(bits=24, head=124, extra=bytes(16) + b"BGRs")))
    b("rle8.bmp", bmp(dib(bits=8, coding=1, body=rle(8, 13, 7))))
    b("rle4.bmp", bmp(dib(bits=4, coding=2, body=rle(4, 13, 7))))
    b("no-offset.bmp", bmp(dib())[:10] + bytes(4) + bmp(dib())[14:])
    p("gap.bmp", bmp(dib(), gap=c("bmp-gap")))
    p("after-end.bmp", bmp(dib(), tail=c("bmp-after-end")))
    p("after-end-zip.bmp", bmp(dib(), tail=zip_file(c("bmp-after-zip"))))
    word = c("bmp-padding")
    body = bits_of(13, 7, 24)
    rows = [body[i:i + 39] + word[k:k + 1] for k, i in enumerate(range(0, len(body), 40))]
    p("row-padding.bmp", bmp(dib(body=b"".join(rows))))
    word = c("bmp-fourth").ljust(13 * 7, b"x")
    body = bytearray(bits_of(13, 7, 32))
    body[3::4] = word
    p("fourth-byte.bmp", bmp(dib(bits=32, body=bytes(body))))
    colours = bytes(4 * 3) + c("bmp-palette").ljust(4 * 253, b"\0")
    p("palette.bmp", bmp(dib(bits=8, colours=colours, body=bits_of(13, 7, 8, value=lambda x, y: (x + y) % 3))))
    p("wide-palette.bmp", bmp(dib(extra=b"", used=8, masks=c("bmp-wide-palette").ljust(32, b"\0"))))
    path = b"\\\\host.example\\share\\" + c("bmp-profile-path") + b"\0"
    head = bytearray(dib(head=124)[0])
    struct.pack_into("<I", head, 56, 0x4C494E4B)
    struct.pack_into("<II", head, 112, 124 + len(bits_of(13, 7, 24)), len(path))
    p("profile-path.bmp", bmp((bytes(head), bits_of(13, 7, 24)), tail=path))
    profile = icc(b"RGB ", c("bmp-profile"))
    struct.pack_into("<I", head, 56, 0x4D424544)
    struct.pack_into("<II", head, 112, 124 + len(bits_of(13, 7, 24)), len(profile))
    p("profile.bmp", bmp((bytes(head), bits_of(13, 7, 24)), tail=profile))
    p("rle-leaves.bmp", bmp(dib(bits=8, coding=1, body=b"\xff\1" * 3 + b"\0\0" + rle(8, 13, 7, b""))))
    p("rle-behind.bmp", bmp(dib(bits=8, coding=1, body=rle(8, 13, 7) + c("bmp-rle-behind"))))
    p("jpeg-inside.bmp", bmp(dib(bits=24, coding=4, body=c("bmp-jpeg"))))
    p("short.bmp", bmp(dib())[:-9])
    p("huge.bmp", bmp(dib(w=100000, h=100000, body=c("bmp-huge"))))
    p("masks-overlap.bmp", bmp(dib(bits=32, coding=3, masks=le("III", 0xFF, 0xFF, 0xFF00))))


# ---- GIF

def lzw(pixels, size, tail=b"", behind=b""):
    """Literal codes; cleared before a code gets longer."""
    s, code = "", 1 << size
    for i, v in enumerate(pixels):
        if i % ((1 << size) - 2) == 0:
            s = format(code, "0%db" % (size + 1)) + s
        s = format(v, "0%db" % (size + 1)) + s
    s = format(code + 1, "0%db" % (size + 1)) + s
    s = "0" * (-len(s) % 8) + s
    raw = bytes(int(s[i:i + 8], 2) for i in range(0, len(s), 8))[::-1] + tail
    return bytes([size]) + blocks(raw) [:-1] + (blocks(behind)[:-1] if behind else b"") + b"\0"


def blocks(raw):
    return b"".join(bytes([len(raw[i:i + 255])]) + raw[i:i + 255] for i in range(0, len(raw), 255)) + b"\0"


def gif_colours(n):
    return b"".join(bytes([i * 37 % 256, i * 5 % 256, 255 - i]) for i in range(n))


def frame(w=9, h=6, x=0, y=0, size=3, colours=b"", interlaced=False, pixels=None, tail=b"", behind=b""):
    flags = (0x40 if interlaced else 0)
    if colours:
        flags |= 0x80 | (len(colours) // 3).bit_length() - 2
    pixels = [(a * 3 + b) % (1 << size) for b in range(h) for a in range(w)] if pixels is None else pixels
    return b"\x2c" + le("HHHHB", x, y, w, h, flags) + colours + lzw(pixels, size, tail, behind)


def control(delay=10, disposal=1, transparent=None):
    return b"\x21\xf9\4" + le("BHB", disposal << 2 | (transparent is not None), delay, transparent or 0) + b"\0"


LOOPS = b"\x21\xff\x0bNETSCAPE2.0\3\1\5\0\0"


def gif(body, w=9, h=6, colours=gif_colours(8), version=b"89a", end=b"\x3b"):
    flags = 0x70 | (0x80 | (len(colours) // 3).bit_length() - 2 if colours else 0)
    return b"GIF" + version + le("HHBBB", w, h, flags, 1 if colours else 0, 0) + colours + body + end


def gif_samples():
    b = lambda name, data: save("benign", "gif", name, data)
    p = lambda name, data: save("planted", "gif", name, data)
    c = canary
    b("still.gif", gif(frame(), version=b"87a"))
    b("interlaced.gif", gif(frame(h=19, interlaced=True), h=19))
    b("own-colours.gif", gif(frame(size=4, colours=gif_colours(16)), colours=b""))
    b("transparent.gif", gif(control(0, 0, 3) + frame()))
    b("animation.gif", gif(LOOPS + b"".join(control(7 * i, i, i) + frame(5, 4, i, i % 2, size=2 + i % 2,
                                                                         colours=gif_colours(4) if i % 2 == 0 else b"")
                                            for i in range(4))))
    b("loops-animexts.gif", gif(LOOPS.replace(b"NETSCAPE2.0", b"ANIMEXTS1.0") + control() + frame()))
    b("no-colours.gif", gif(frame(), colours=b""))
    b("large.gif", gif(frame(90, 70, size=8), w=90, h=70, colours=gif_colours(256)))
    b("small-canvas.gif", gif(frame(), w=3, h=2))
    p("comment.gif", gif(b"\x21\xfe" + blocks(c("gif-comment")) + frame()))
    p("comment-script.gif", gif(b"\x21\xfe" + blocks(b"<script>" + c("gif-script") + b"</script>") + frame()))
    p("text.gif", gif(b"\x21\1" + blocks(bytes(12)) [:-1] + blocks(c("gif-text")) + frame()))
    xmp = b"\x21\xff\x0bXMP DataXMP<x>" + c("gif-xmp") + b"</x>\1" + bytes(range(255, -1, -1)) + b"\0"
    p("xmp.gif", gif(xmp + frame()))
    p("icc.gif", gif(b"\x21\xff\x0bICCRGBG1012" + blocks(icc(b"RGB ", c("gif-icc"))) + frame()))
    p("application.gif", gif(b"\x21\xff\x0bSEKISHO 1.0" + blocks(c("gif-application")) + frame()))
    p("unknown.gif", gif(b"\x21\x77" + blocks(c("gif-unknown")) + frame()))
    p("loops-long.gif", gif(LOOPS[:-1] + blocks(c("gif-loops")) + frame()))
    p("control-long.gif", gif(b"\x21\xf9" + blocks(b"\0\0\0\0" + c("gif-control")) + frame()))
    p("after-end.gif", gif(frame(), end=b"\x3b" + c("gif-after-end")))
    p("after-end-zip.gif", gif(frame(), end=b"\x3b" + zip_file(c("gif-after-zip"))))
    p("behind-pixels.gif", gif(frame(behind=c("gif-behind"))))
    p("in-pixels.gif", gif(frame(tail=c("gif-in-pixels"))))
    colours = gif_colours(4) + c("gif-palette").ljust(12, b"\0")[:12]
    p("palette.gif", gif(frame(size=2), colours=colours[:24]))
    # A width that reads as the start of a comment in a script.
    text = b"GIF89a" + b"=1;/*" + b"*/;alert('" + c("gif-polyglot") + b"');//"
    p("script-polyglot.gif", text + frame())
    p("no-end.gif", gif(frame(), end=b""))
    p("short.gif", gif(frame(60, 40), w=60, h=40)[:-70])
    p("outside.gif", gif(frame() + frame(x=200)))
    p("leaves.gif", gif(frame() + frame(x=5)))
    p("code-size.gif", gif(frame().replace(b"\3", b"\x0c", 1)))
    p("huge.gif", gif(frame(), w=65535, h=65535))


# ---- icons

def icon_dib(w=16, h=16, bits=32, mask=True, tail=b"", body=None):
    head, pixels = dib(w, h * 2, bits, body=bits_of(w, h, bits) if body is None else body)
    rows = bits_of(w, h, 1, value=lambda x, y: (x + y) // 5)
    return head + pixels + (rows if mask else b"") + tail


def icon(bodies, kind=1, gap=b"", tail=b"", words=None):
    out, at, data = le("HHH", 0, kind, len(bodies)), 6 + 16 * len(bodies), b""
    for i, body in enumerate(bodies):
        data += gap
        a, b = words[i] if words else (1, 32)
        out += le("BBBBHHII", 16, 16, 0, 0, a, b, len(body), at + len(data))
        data += body
    return out + data + tail


def icon_samples():
    b = lambda name, data: save("benign", "icon", name, data)
    p = lambda name, data: save("planted", "icon", name, data)
    c = canary
    b("sizes.ico", icon([icon_dib(16, 16, bits) for bits in (1, 4, 8, 24, 32)]))
    b("png.ico", icon([png(8, 6, w=48, h=48), icon_dib()]))
    b("cursor.cur", icon([icon_dib(20, 20, 1), icon_dib(8, 8, 32)], 2, words=[(3, 4), (0, 200)]))
    b("no-mask.ico", icon([icon_dib(mask=False)]))
    p("gap.ico", icon([icon_dib(), icon_dib(8, 8)], gap=c("icon-gap")))
    p("after-end.ico", icon([icon_dib()], tail=c("icon-after-end")))
    p("after-end-zip.ico", icon([icon_dib()], tail=zip_file(c("icon-after-zip"))))
    p("behind-mask.ico", icon([icon_dib(tail=c("icon-behind-mask"))]))
    text = images.chunk("tEXt", b"Comment\0" + c("icon-png-text"))
    p("png-text.ico", icon([png(8, 6, w=32, h=32, mid=text)]))
    p("entry-outside.ico", icon([icon_dib(), icon_dib(8, 8)])[:-40])
    p("not-a-picture.ico", icon([c("icon-not-a-picture").ljust(80, b"."), icon_dib()]))
    p("nothing.ico", icon([c("icon-nothing").ljust(80, b".")]))


# ---- WebP

def chunk(name, data):
    return name.encode().ljust(4) + le("I", len(data)) + data + b"\0" * (len(data) % 2)


def riff(body, tail=b""):
    return b"RIFF" + le("I", 4 + len(body)) + b"WEBP" + body + tail


def u24(v):
    return le("I", v)[:3]


def vp8x(flags, w, h):
    return chunk("VP8X", le("I", flags) + u24(w - 1) + u24(h - 1))


def vp8l(w=17, h=9, alpha=False, size=None):
    """Two values a channel, one bit each; no transform, no cache."""
    s = ""

    def put(v, n):
        nonlocal s
        s += "".join(str(v >> i & 1) for i in range(n))
    dims = size or (w, h)
    put(0x2F, 8)
    put(dims[0] - 1, 14)
    put(dims[1] - 1, 14)
    put(int(alpha), 1)
    put(0, 3)
    put(0, 3)  # no transform, no cache, one group
    for two in ((10, 200), (0, 255), None, (60, 255) if alpha else None):
        put(1, 1)  # simple
        put(int(two is not None), 1)
        put(1, 1)
        put(two[0] if two else 255, 8)
        if two:
            put(two[1], 8)
    put(1, 1), put(0, 1), put(0, 1), put(0, 1)  # distances: one code
    for i in range(w * h):
        put(i // 3 % 2, 1)
        put(i // 7 % 2, 1)
        if alpha:
            put(i // 5 % 2, 1)
    s += "0" * (-len(s) % 8)
    return bytes(int(s[i:i + 8][::-1], 2) for i in range(0, len(s), 8))


def alph(w, h, opaque=False):
    """Not packed, not filtered."""
    return b"\0" + bytes(255 if opaque else (x * 9 + y * 5) % 256 for y in range(h) for x in range(w))


def anmf(x, y, w, h, ms, how, body):
    return chunk("ANMF", u24(x // 2) + u24(y // 2) + u24(w - 1) + u24(h - 1) + u24(ms) + bytes([how]) + body)


def webp_samples():
    b = lambda name, data: save("benign", "webp", name, data)
    p = lambda name, data: save("planted", "webp", name, data)
    c = canary
    lossy = lambda w=40, h=24, **k: chunk("VP8 ", Frame(w, h, **k).bytes())
    less = lambda **k: chunk("VP8L", vp8l(**k))
    for i in range(6):
        b("lossy-%d.webp" % i, riff(lossy(seed=i, w=40 + 11 * i, parts=i % 4, profile=i % 4)))
    b("lossless.webp", riff(less()))
    b("lossless-alpha.webp", riff(less(alpha=True)))
    b("alpha.webp", riff(vp8x(0x10, 40, 24) + chunk("ALPH", alph(40, 24)) + lossy()))
    b("opaque-alpha.webp", riff(vp8x(0x10, 40, 24) + chunk("ALPH", alph(40, 24, True)) + lossy()))
    b("rotated.webp", riff(vp8x(8, 40, 24) + lossy() + chunk("EXIF", orientation(6))))
    anim = lambda *frames: riff(vp8x(0x12, 60, 40) + chunk("ANIM", le("IH", 0x80FF4020, 3)) + b"".join(frames))
    b("animation.webp", anim(anmf(0, 0, 60, 40, 100, 0, lossy(60, 40)), anmf(10, 4, 17, 9, 70, 1, less(alpha=True)),
                             anmf(2, 2, 40, 24, 250, 3, chunk("ALPH", alph(40, 24)) + lossy(seed=3))))
    p("exif.webp", riff(vp8x(8, 40, 24) + lossy() + chunk("EXIF", exif_with(c("webp-exif") + b"\0", gps=True))))
    p("exif-named.webp", riff(vp8x(8, 40, 24) + lossy() + chunk("EXIF", b"Exif\0\0" + exif_with(c("webp-exif-named") + b"\0"))))
    p("xmp.webp", riff(vp8x(4, 40, 24) + lossy() + chunk("XMP ", b"<x>" + c("webp-xmp") + b"</x>")))
    p("icc.webp", riff(vp8x(0x20, 40, 24) + chunk("ICCP", icc(b"RGB ", c("webp-icc"))) + lossy()))
    p("unknown.webp", riff(vp8x(0, 40, 24) + chunk("SKSK", c("webp-unknown")) + lossy()))
    p("unknown-script.webp", riff(lossy() + chunk("SKSK", b"<script>" + c("webp-script"))))
    p("in-frame.webp", anim(anmf(0, 0, 40, 24, 10, 0, lossy() + chunk("SKSK", c("webp-in-frame")))))
    p("second.webp", riff(lossy() + chunk("VP8 ", c("webp-second"))))
    p("after-end.webp", riff(lossy(), c("webp-after-end")))
    p("after-end-zip.webp", riff(lossy(), zip_file(c("webp-after-zip"))))
    p("behind-modes.webp", riff(chunk("VP8 ", Frame(40, 24, behind_first=c("webp-behind-modes")).bytes())))
    p("behind-tokens.webp", riff(chunk("VP8 ", Frame(40, 24, parts=2, behind_tokens=c("webp-behind-tokens")).bytes())))
    p("behind-lossless.webp", riff(chunk("VP8L", vp8l() + c("webp-behind-lossless"))))
    p("behind-alpha.webp", riff(vp8x(0x10, 40, 24) + chunk("ALPH", alph(40, 24) + c("webp-behind-alpha")) + lossy()))
    p("short.webp", riff(lossy())[:-40])
    p("short-tokens.webp", riff(chunk("VP8 ", Frame(400, 300).bytes()[:-900])))
    p("two-sizes.webp", riff(vp8x(0, 41, 24) + lossy()))
    p("frame-outside.webp", anim(anmf(30, 20, 40, 24, 10, 0, lossy())))
    p("frame-size.webp", anim(anmf(0, 0, 41, 24, 10, 0, lossy())))
    p("huge.webp", riff(chunk("VP8L", vp8l(size=(16384, 16384)))))


# ---- date and author, for pictures.metadata = keep-basic

def dated(author, date=b"2024:05:06 07:08:09", canary_text=b""):
    """A camera's block: description, author, change time, shot time, place."""
    head, texts = 8 + 2 + 12 * 5 + 4, b""

    def text(tag, v):
        nonlocal texts
        v += b"\0"
        at = head + len(texts)
        texts += v
        return le("HHII", tag, 2, len(v), at)
    entries = text(0x010E, canary_text) + text(0x0132, b"2020:01:01 00:00:00") + text(0x013B, author)
    sub = head + len(texts)
    entries += le("HHII", 0x8769, 4, 1, sub) + le("HHII", 0x8825, 4, 1, sub + 2 + 24 + 4 + 20 + len(canary_text) + 1)
    texts += le("H", 2) + le("HHII", 0x9003, 2, 20, sub + 30) + le("HHII", 0x927C, 2, len(canary_text) + 1, sub + 50) + le("I", 0)
    texts += date.ljust(20, b"\0") + canary_text + b"\0" + le("HI", 0, 0)
    return b"II*\0" + le("IH", 8, 5) + entries + le("I", 0) + texts


def dated_samples():
    p = lambda family, name, data: save("planted", family, name, data)
    c = canary
    name = "山田 太郎".encode()
    app1 = lambda tiff: images.seg(0xE1, b"Exif\0\0" + tiff)
    p("jpeg", "dated.jpg", images.jpeg(head=app1(dated(name, canary_text=c("jpeg-dated")))))
    p("jpeg", "dated-script.jpg", images.jpeg(head=app1(dated(b"<script>" + c("jpeg-author"), b"2024:13:06 07:08:09" ))))
    text = images.chunk("tEXt", b"Author\0J\xf6rg") + images.chunk("tEXt", b"Creation Time\0" + b"2022-02-03T04:05:06+09:00 " + c("png-dated"))
    p("png", "dated.png", png(mid=text))
    p("png", "dated-utf8.png", png(mid=images.chunk("iTXt", b"Author\0\0\0ja\0\0" + name)))
    p("webp", "dated.webp", riff(vp8x(8, 40, 24) + chunk("VP8 ", Frame(40, 24).bytes()) + chunk("EXIF", dated(name, canary_text=c("webp-dated")))))
    p("psd", "dated.psd", psd(resources=resource(1058, dated(name, canary_text=c("psd-dated")))))


# ---- PSD

def pack_bits(row):
    out, i = b"", 0
    while i < len(row):
        n = 1
        while i + n < len(row) and n < 128 and row[i + n] == row[i]:
            n += 1
        if n > 1:
            out += bytes([257 - n, row[i]])
            i += n
            continue
        j = i + 1
        while j < len(row) and j - i < 128 and (j + 1 >= len(row) or row[j] != row[j + 1]):
            j += 1
        out += bytes([j - i - 1]) + row[i:j]
        i = j
    return out


def resource(n, body, name=b""):
    name = bytes([len(name)]) + name
    return b"8BIM" + struct.pack(">H", n) + name + b"\0" * (len(name) % 2) + struct.pack(">I", len(body)) + body + b"\0" * (len(body) % 2)


def psd(mode=3, depth=8, channels=3, w=14, h=9, packed=True, resources=b"", layers=b"", colours=b"", large=False, tail=b""):
    n = (w * depth + 7) // 8
    rows = [bytes((k * 40 + y * 9 + (x // 3) * 11) % 256 for x in range(n)) for k in range(channels) for y in range(h)]
    out = b"8BPS" + struct.pack(">H6xHIIHH", 2 if large else 1, channels, h, w, depth, mode)
    for part in (colours, resources):
        out += struct.pack(">I", len(part)) + part
    out += struct.pack(">Q" if large else ">I", len(layers)) + layers
    if not packed:
        return out + b"\0\0" + b"".join(rows) + tail
    rows = [pack_bits(r) for r in rows]
    return out + b"\0\1" + b"".join(struct.pack(">I" if large else ">H", len(r)) for r in rows) + b"".join(rows) + tail


def psd_layers(n, text=b"", large=False):
    body = struct.pack(">h", n) + text
    return struct.pack(">Q" if large else ">I", len(body)) + body


def psd_samples():
    b = lambda name, data: save("benign", "psd", name, data)
    p = lambda name, data: save("planted", "psd", name, data)
    c = canary
    b("rgb.psd", psd())
    b("rgb-16.psd", psd(depth=16, packed=False))
    b("grey.psd", psd(1, channels=1))
    b("duotone.psd", psd(8, channels=1, colours=bytes(20)))
    b("bitmap.psd", psd(0, 1, 1))
    b("indexed.psd", psd(2, channels=1, colours=bytes(range(256)) * 3))
    b("cmyk.psd", psd(4, channels=4))
    b("alpha.psd", psd(channels=4, layers=psd_layers(-1)))
    b("more-channels.psd", psd(channels=5))
    b("large.psb", psd(large=True))
    b("resolution.psd", psd(resources=resource(1005, struct.pack(">IHHIHH", 144 << 16, 1, 1, 144 << 16, 1, 1))))
    p("layers.psd", psd(layers=psd_layers(2, c("psd-layers"))))
    p("iptc.psd", psd(resources=resource(1028, c("psd-iptc"))))
    p("name.psd", psd(resources=resource(1000, b"", c("psd-name"))))
    p("script.psd", psd(resources=resource(1054, b"<script>" + c("psd-script"))))
    p("exif.psd", psd(resources=resource(1058, exif_with(c("psd-exif") + b"\0", gps=True))))
    p("xmp.psd", psd(resources=resource(1060, b"<x>" + c("psd-xmp") + b"</x>")))
    p("thumbnail.psd", psd(resources=resource(1036, bytes(28) + c("psd-thumbnail"))))
    p("icc.psd", psd(resources=resource(1039, icc(b"RGB ", c("psd-icc")))))
    p("colours.psd", psd(8, channels=1, colours=c("psd-colours")))
    p("hidden-channel.psd", psd(channels=4, packed=False)[:-14 * 9] + c("psd-channel").ljust(14 * 9, b"."))
    p("after-end.psd", psd(tail=c("psd-after-end")))
    p("after-end-zip.psd", psd(tail=zip_file(c("psd-after-zip"))))
    p("no-flat-picture.psd", psd(resources=resource(1057, struct.pack(">IB", 1, 0) + c("psd-no-flat"))))
    p("short.psd", psd(packed=False)[:-9])
    p("lab.psd", psd(9))
    p("huge.psd", psd()[:14] + struct.pack(">II", 100000, 100000) + psd()[22:])


if __name__ == "__main__":
    if len(sys.argv) > 1:
        ROOT = sys.argv[1]
    bmp_samples()
    gif_samples()
    icon_samples()
    webp_samples()
    psd_samples()
    dated_samples()
