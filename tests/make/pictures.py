#!/usr/bin/env python3
"""Make the samples of pictures that come out in another format:
samples/{benign,planted}/{heif,jpeg2000}.

Standard library only, same bytes on every run. The coded pictures are small
gradients, kept here as data; the boxes around them are made. Each planted
sample holds one construct that must not survive, with a canary of its own.
"""
import base64
import os
import struct
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import images  # noqa: E402

canary = images.canary

# 64 x 64 pixels of HEVC; 64 x 48 of AV1; an alpha plane of 64 x 48.
HVCC = base64.b64decode("""
AQNwAAAAAAAAAAAAHvAA/P34+AAADwMgAAEAGEABDAH//wNwAAADAJAAAAMAAAMAHroCQCEAAQAqQgEBA3AAAAMAkAAAAwAA
AwAeoCCBBZbq5Ka5uBAQMCAAAAMAIAAAAwAhIgABAAZEAcFzwIk=""")
HEVC = base64.b64decode("""
AAAATCgBr1jm//RPASrA3SiNaVW6M0Cdce3+LCmo3UI2exB99geLDRVAf0kMAutz9+JSpO5VzRXL1n29+dw5eS/ksyrzA5Xu
lxsTqc3HyS8=""")
AV1C = base64.b64decode("""
gQAMAA==""")
AV1 = base64.b64decode("""
EgAKCRgVf72CBAQNCDI6GYAQQQQEAL+fVXL5B3/xHr+CH3KGIKHf8lG4nvwjadzo5X38cKefkfel+8Ar698ViKcPDrAN9YQw
WA==""")
ALPHA_C = base64.b64decode("""
gQAcAA==""")
ALPHA = base64.b64decode("""
EgAKBhgVf72FQDIXGYBBAQC6vZfw6uFt9u9GBNkQHew3p2s=""")
J2K_RGB = base64.b64decode("""
/0//UQAvAAAAAAAYAAAAEAAAAAAAAAAAAAAAGAAAABAAAAAAAAAAAAADBwEBBwEBBwEB/1IADAAAAAEABAQEAAH/XAAQQEBI
SFBISFBISFBISFD/ZAAlAAFDcmVhdGVkIGJ5IE9wZW5KUEVHIHZlcnNpb24gMi41LjD/kAAKAAAAAACIAAH/k9+AGAcBXc+0
DAhxZ8+0DAgW28A6CAeh9QGAAlF/wBDB84IABwJkwfODABFE36D5wYALPF/A+QHA+QGAEUS/Czt3wPkCACxb8l+gfIDAA4JR
wHwhwHwhgCxbzwOCT8B8IgBLJVWPoD4RQFIqS/9/wDocA6GASyVTUipL/9k=""")
J2K_GREY = base64.b64decode("""
/0//UQApAAAAAAAYAAAAEAAAAAAAAAAAAAAAGAAAABAAAAAAAAAAAAABBwEB/1IADAAAAAEABAQEAAH/XAAQQEBISFBISFBI
SFBISFD/ZAAlAAFDcmVhdGVkIGJ5IE9wZW5KUEVHIHZlcnNpb24gMi41LjD/kAAKAAAAAACQAAH/k8+0DAgXL8A6DB84OAEI
BwGZfwfAfCJA+QJACIARNxTnCzl8jw0/wHwkQPkFQB0kLqHe/x3eJaMDiOWFkYcM9db9HUdbQAPwfsrvwDqMB8KkAKtLKu9Z
JMryC+1HzLeifEy6+3D3wrWJtq2OXIkQmE4VCSyBDznfFDt6tSUYiNmeTCn/2Q==""")
# 96 x 64 pixels, with losses (9/7): a gradient and a disk.
J2K_LOSSY = base64.b64decode("""
/0//UQAvAAAAAABgAAAAQAAAAAAAAAAAAAAAYAAAAEAAAAAAAAAAAAADBwEBBwEBBwEB/1IADAAAAAEBBQQEAAD/XAAjQncgdvB2
8HbAbwBvAG7gZ1BnUGdoUAVQBVBHV9NX01di/2QAJQABQ3JlYXRlZCBieSBPcGVuSlBFRyB2ZXJzaW9uIDIuNS4w/5AACgAAAAAC
UwAB/5PH5BIGgouVIFYrTUPD7AgPnd8LuC5fvsPpDhGKXtNv1hfAfKGg+kNAfGEADuX/IWS+C1pf0384E0wjDsPsCIfSGg+kMBSI
XbGiM9/QEFFDKFMJE0wc7TsowPjCwHzBoB8AgBEpVaChDEM9cn/WDlB4ecB8BUD5BkA6MBiooL1sdJz99P4DUeqqwsYG1FC1P10f
lhBr1wDB8xCH1icD4hIYqLIVJoeddvpi9T3LS5r3JOHKmT/0BxfNdLraA2CiiRYAsR+WEGvXAHZIC8B8BMB4iAOigBlgtnL/Hfxv
DCQgqv9AsRGfHtMP163AcPAdMgEoJMfUxoneISp7LmvKCQbqh240syixS433wfGTg+QtA+A0JMfUxond7tie/lMUqx+SgYBTzCp7
MQMTwEIM/0rixZQgQyro0FGwmLMosUuNpi8JUyHz9knkwDpUAmAkDlvJkM8nsjLWKycy4rzYwJoEwIuU8rRWSE0ExSQoy8Phfh8N
BByui5TytFZJBvjc61L/Kw+bmd1iYSwAbn0SsUZ3o+Nmrk0ExSQo3ZbGgCx6hxHCrG88YBs61U/8zyg4kusSCALAQ43Yu0lrw88c
z329pfGLGHSuvvqDSzqAgMHaaDtLB2kAyDj7Ky31XFyooT2tmBPdSTpLOWWvOtqgtMeDP46+mQG205rnZjex7H+GmivQhpdqcb/x
GTF2qydyRmVzm9BW2oX6b6WBM1PBe5pysMEou6/jsXDOi3EYL1ct98qv1UTuqXyMe6UyVm48TIRztonQgP/Z""")
J2K_LOSSY_GREY = base64.b64decode("""
/0//UQApAAAAAABgAAAAQAAAAAAAAAAAAAAAYAAAAEAAAAAAAAAAAAABBwEB/1IADAAAAAEABQQEAAD/XAAjQncgdvB28HbAbwBv
AG7gZ1BnUGdoUAVQBVBHV9NX01di/2QAJQABQ3JlYXRlZCBieSBPcGVuSlBFRyB2ZXJzaW9uIDIuNS4w/5AACgAAAAABgwAB/5PH
6hQGgouVIFYrTUPlwHzB4PvB4D6QwA7l/yFkvpYLWl/TfzhmE0wjDt1fwHzEYH1icA+MSBiooL1sdJz99P4rkdrh8LBJA1HqqsLG
BtRQtT9d9s4try7H9R+WEGvXAHcOOsB8ZeA+Q9APgNAkx9TGid4hUQ9aBv2B7DYvv8Zy4vbcGyp7KwzlY1khVH4/qPE/Mmn9jYZ2
T5j28NPxEkwFcyixS42odUDcY1ZwJJjA+FyB8NDAcrCLlPK0VkgfA7XOtS/0bnwqoiKhBn4/dh8P6m80TQTFJCjLhSVoAseocRsg
vciuLsCZ+/Wv7tCnqEuCin76Q43Yu0lrw89CSXZDitKVTmL4wKmaCMBrUB2mgO0YyIVnfuUBdas+CcPXf4+H8jxCqqkrmK4SwEuz
E5qBVmW+BElSDs9zTgAi40HbecKfXkWD2MBzDVS47RLxLMDq+bDBKLuv47FwzotxGQ2OCdk72MpPelt/HiM5s0c/nHHP4d39/9k=""")


def box(kind, *parts):
    body = b"".join(parts)
    return struct.pack(">I", 8 + len(body)) + kind + body


def full(kind, version, flags, *parts):
    return box(kind, struct.pack(">I", version << 24 | flags), *parts)


# ---- HEIF

class Heif:
    """Items with their data and properties; mdat stands last."""

    def __init__(self, brand=b"heic", main=1):
        self.brand, self.main = brand, main
        self.items, self.props, self.refs = [], [], []

    def prop(self, data):
        if data not in self.props:
            self.props.append(data)
        return self.props.index(data) + 1

    def add(self, kind, data, props=(), content=b"", name=b"", protected=0):
        self.items.append((kind, data, [self.prop(p) for p in props], content, name, protected))
        return len(self.items)

    def ref(self, kind, source, *targets):
        self.refs.append(box(kind, struct.pack(">HH%dH" % len(targets), source, len(targets), *targets)))

    def meta(self, base):
        infos, links, locs, at = b"", b"", b"", base
        for i, (kind, data, props, content, name, protected) in enumerate(self.items, 1):
            tail = content + b"\0" if kind == b"mime" else b""
            infos += full(b"infe", 2, 0, struct.pack(">HH", i, protected), kind, name + b"\0", tail)
            links += struct.pack(">HB", i, len(props)) + bytes(0x80 | p for p in props)
            locs += struct.pack(">HHHII", i, 0, 1, at, len(data))
            at += len(data)
        n = len(self.items)
        parts = [full(b"hdlr", 0, 0, b"\0\0\0\0pict", bytes(12), b"\0"),
                 full(b"pitm", 0, 0, struct.pack(">H", self.main)),
                 full(b"iinf", 0, 0, struct.pack(">H", n), infos)]
        if self.refs:
            parts.append(full(b"iref", 0, 0, *self.refs))
        parts.append(box(b"iprp", box(b"ipco", *self.props),
                         full(b"ipma", 0, 0, struct.pack(">I", n), links)))
        parts.append(full(b"iloc", 0, 0, b"\x44\x00", struct.pack(">H", n), locs))
        return full(b"meta", 0, 0, *parts)

    def bytes(self, *others):
        head = box(b"ftyp", self.brand, bytes(4), b"mif1", self.brand)
        size = len(head) + len(self.meta(0)) + sum(len(o) for o in others)
        data = b"".join(i[1] for i in self.items)
        return head + self.meta(size + 8) + b"".join(others) + box(b"mdat", data)


def ispe(w, h):
    return full(b"ispe", 0, 0, struct.pack(">II", w, h))


def hevc(h, **kw):
    return h.add(b"hvc1", HEVC, [box(b"hvcC", HVCC), ispe(64, 64)], **kw)


def av1(h):
    return h.add(b"av01", AV1, [box(b"av1C", AV1C), ispe(64, 48)])


def heif_benign():
    def p(name, data):
        images.save("benign", "heif", name, data)

    h = Heif()
    hevc(h)
    p("plain.heic", h.bytes())
    h = Heif()
    h.add(b"hvc1", HEVC, [box(b"hvcC", HVCC), ispe(64, 64), box(b"irot", b"\1")])
    p("turned.heic", h.bytes())
    h = Heif(main=3)
    hevc(h)
    hevc(h)
    h.add(b"grid", struct.pack(">BBBBHH", 0, 0, 0, 1, 100, 60), [ispe(100, 60)])
    h.ref(b"dimg", 3, 1, 2)
    p("grid.heic", h.bytes())
    h = Heif(b"avif")
    av1(h)
    p("plain.avif", h.bytes())
    h = Heif(b"avif")
    av1(h)
    h.add(b"av01", ALPHA, [box(b"av1C", ALPHA_C), ispe(64, 48),
                           full(b"auxC", 0, 0, b"urn:mpeg:mpegB:cicp:systems:auxiliary:alpha\0")])
    h.ref(b"auxl", 2, 1)
    p("alpha.avif", h.bytes())


def heif_planted():
    def p(name, data):
        images.save("planted", "heif", name, data)

    h = Heif()
    hevc(h, name=canary("heif-name"))
    exif = images.exif_with(canary("heif-exif"), gps=True, orient=6)
    h.add(b"Exif", struct.pack(">I", 0) + exif)
    h.ref(b"cdsc", 2, 1)
    p("exif.heic", h.bytes())

    h = Heif()
    hevc(h)
    date, model = b"2024:05:06 07:08:09\0", canary("heif-model") + b"\0"
    at = 8 + 2 + 2 * 12 + 4
    exif = images.tiff([(0x0110, 2, len(model), struct.pack("<I", at)),
                        (0x0132, 2, len(date), struct.pack("<I", at + len(model)))], "<", 0, model + date)
    h.add(b"Exif", struct.pack(">I", 0) + exif)
    h.ref(b"cdsc", 2, 1)
    p("dated.heic", h.bytes())

    h = Heif()
    hevc(h)
    h.add(b"mime", b"<x:xmpmeta>" + canary("heif-xmp") + b"</x:xmpmeta>", content=b"application/rdf+xml")
    h.ref(b"cdsc", 2, 1)
    p("xmp.heic", h.bytes())

    h = Heif()
    hevc(h)
    h.add(b"hvc1", HEVC + canary("heif-hidden"), [box(b"hvcC", HVCC), ispe(64, 64)])
    h.add(b"uri ", canary("heif-uri"))
    p("items.heic", h.bytes())

    h = Heif(b"avif")
    av1(h)
    film = box(b"moov", box(b"udta", canary("heif-film")))
    p("film.avif", h.bytes(film, box(b"mpvd", canary("heif-motion"))))
    p("trailing.avif", h.bytes() + canary("heif-trailing"))
    p("zip-behind.avif", h.bytes() + b"PK\3\4" + canary("heif-zip") + bytes(40) + b"PK\5\6" + bytes(18))
    icc = images.icc(b"RGB ", canary("heif-icc"))
    h = Heif(b"avif")
    h.add(b"av01", AV1, [box(b"av1C", AV1C), ispe(64, 48), box(b"colr", b"prof", icc)])
    p("icc.avif", h.bytes())

    h = Heif()
    h.add(b"hvc1", HEVC, [box(b"hvcC", HVCC), ispe(60000, 60000)])
    p("held-huge.heic", h.bytes())
    h = Heif(main=2)
    h.add(b"hvc1", HEVC, [box(b"hvcC", HVCC), ispe(20000, 10000)])
    h.add(b"grid", struct.pack(">BBBBHH", 0, 0, 15, 15, 100, 60), [ispe(100, 60)])
    h.ref(b"dimg", 2, *[1] * 256)
    p("held-grid-bomb.heic", h.bytes())
    h = Heif(main=2)
    hevc(h)
    h.add(b"iovl", bytes(40), [ispe(64, 64)])
    h.ref(b"dimg", 2, 1)
    p("held-overlay.heic", h.bytes())
    h = Heif(main=1)
    h.add(b"grid", struct.pack(">BBBBHH", 0, 0, 0, 0, 64, 64), [ispe(64, 64)])
    h.ref(b"dimg", 1, 1)
    p("held-ring.heic", h.bytes())
    h = Heif()
    hevc(h, protected=1)
    p("held-protected.heic", h.bytes())
    h = Heif()
    h.add(b"unci", bytes(64 * 64 * 3), [ispe(64, 64)])
    p("held-uncompressed.heic", h.bytes())


# ---- JPEG 2000

def jp2(code, space=16, colours=3, extra=b"", head_extra=b"", colr=None):
    w, h = struct.unpack(">II", code[8:16])
    ihdr = box(b"ihdr", struct.pack(">IIHBBBB", h, w, colours, 7, 7, 0, 0))
    colr = colr or box(b"colr", b"\1\0\0" + struct.pack(">I", space))
    return (box(b"jP  ", b"\r\n\x87\n") + box(b"ftyp", b"jp2 \0\0\0\0jp2 ")
            + box(b"jp2h", ihdr, colr, head_extra) + extra + box(b"jp2c", code))


def without_comment(code):
    at = code.index(b"\xff\x64")
    n = struct.unpack_from(">H", code, at + 2)[0]
    return code[:at] + code[at + 2 + n:]


def with_comment(code, text):
    at = code.index(b"\xff\x90")
    return code[:at] + b"\xff\x64" + struct.pack(">HH", len(text) + 4, 1) + text + code[at:]


def many_packets(code):
    """The most layers, and precincts by position: 17 million packets, most of them of no byte."""
    at, end, levels = code.index(b"\xff\x52"), code.index(b"\xff\x90"), 5
    size = struct.pack(">II", 900, 900)
    cod = struct.pack(">BBHBBBBBB", 1, 2, 65535, 0, levels, 4, 4, 0, 1) + bytes([0x77] * (levels + 1))
    qcd = b"\x40" + bytes([0x48] * (3 * levels + 1))
    return (code[:8] + size + code[16:24] + size + code[32:at] + b"\xff\x52" + struct.pack(">H", len(cod) + 2) + cod
            + b"\xff\x5c" + struct.pack(">H", len(qcd) + 2) + qcd + code[end:])


def jpeg2000():
    rgb, grey = without_comment(J2K_RGB), without_comment(J2K_GREY)

    def benign(name, data):
        images.save("benign", "jpeg2000", name, data)

    def planted(name, data):
        images.save("planted", "jpeg2000", name, data)

    benign("rgb.j2k", rgb)
    benign("rgb.jp2", jp2(rgb))
    benign("grey.jp2", jp2(grey, 17, 1))
    lossy = without_comment(J2K_LOSSY)
    benign("lossy.j2k", lossy)
    benign("lossy-grey.j2k", without_comment(J2K_LOSSY_GREY))
    palette = bytes(v for i in range(256) for v in (i, 255 - i, i // 2))
    benign("palette.jp2", jp2(grey, 16, 1, head_extra=box(b"pclr", struct.pack(">HB", 256, 3), b"\7\7\7", palette)
                              + box(b"cmap", b"\0\0\1\0", b"\0\0\1\1", b"\0\0\1\2")))
    uuid = b"\xbe\x7a\xcf\xcb\x97\xa9\x42\xe8\x9c\x71\x99\x94\x91\xe3\xaf\xac"
    planted("xmp.jp2", jp2(rgb, extra=box(b"uuid", uuid, canary("jp2-xmp"))))
    planted("exif.jp2", jp2(rgb, extra=box(b"uuid", b"JpgTiffExif->JP2", canary("jp2-exif"))))
    planted("text.jp2", jp2(rgb, extra=box(b"xml ", b"<a>" + canary("jp2-xml") + b"</a>")))
    planted("script.jp2", jp2(rgb, extra=box(b"xml ", b"<script>/*" + canary("jp2-script") + b"*/</script>")))
    planted("comment.j2k", with_comment(rgb, canary("j2k-comment")))
    planted("trailing.j2k", rgb + canary("j2k-trailing"))
    planted("zip-behind.jp2", jp2(rgb) + b"PK\3\4" + canary("jp2-zip") + bytes(40) + b"PK\5\6" + bytes(18))
    planted("second.jp2", jp2(rgb) + box(b"jp2c", rgb + canary("jp2-second")))
    icc = images.icc(b"RGB ", canary("jp2-icc"))
    planted("icc.jp2", jp2(rgb, colr=box(b"colr", b"\2\0\0", icc)))
    planted("lossy-icc.jp2", jp2(lossy, colr=box(b"colr", b"\2\0\0", images.icc(b"RGB ", canary("jp2-lossy-icc"))),
                                 extra=box(b"xml ", b"<a>" + canary("jp2-lossy") + b"</a>")))
    planted("held-huge.j2k", rgb[:8] + struct.pack(">I", 0x7fffffff) + rgb[12:])
    planted("held-tiles.j2k", rgb[:8] + struct.pack(">I", 16000) + rgb[12:24] + struct.pack(">II", 1, 1) + rgb[32:])
    planted("held-cut.j2k", rgb[:60])
    planted("held-part.j2k", rgb.replace(b"\xff\x90\0\x0a\0\0\0", b"\xff\x90\0\x0a\0\0\xfb"))
    planted("held-packets.j2k", many_packets(rgb))


if __name__ == "__main__":
    if len(sys.argv) > 1:
        images.ROOT = sys.argv[1]
    heif_benign()
    heif_planted()
    jpeg2000()
