#!/usr/bin/env python3
"""Make the samples of Outlook messages and TNEF: samples/{benign,planted}/{msg,tnef}.

Standard library only, same bytes on every run. Each planted sample holds one
construct that must not survive, with a canary of its own.
"""
import os
import struct

from cards import png
from outlooklib import (IID_MESSAGE, IID_STORAGE, Storage, attribute, cfb, embedded, filetime, lzfu, mela, msg, tnef,
                        tnef_attachment, tnef_props, uu)

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "samples")
DATE = filetime(1795168800)


def save(kind, family, name, data):
    folder = os.path.join(ROOT, kind, family)
    os.makedirs(folder, exist_ok=True)
    with open(os.path.join(folder, name), "wb") as f:
        f.write(data)


def mail(**more):
    props = {0x001A001F: "IPM.Note", 0x0037001F: "お知らせ SEKISHO-BENIGN-subject", 0x00390040: DATE,
             0x0C1A001F: "山田 太郎", 0x0C1E001F: "SMTP", 0x0C1F001F: "yamada@example.jp",
             0x0042001F: "山田 太郎", 0x0064001F: "SMTP", 0x0065001F: "yamada@example.jp",
             0x1035001F: "<1@example.jp>", 0x1000001F: "本文です。SEKISHO-BENIGN-body\r\n二行目\r\n"}
    props.update({int(k[1:], 16): v for k, v in more.items()})
    return {k: v for k, v in props.items() if v is not None}


def person(name, address, kind=1):
    return {0x0C150003: kind, 0x3001001F: name, 0x3002001F: "SMTP", 0x3003001F: address, 0x39FE001F: address}


def file(name, data, **more):
    props = {0x37010102: data, 0x3704001F: name[:6] + "~1" + os.path.splitext(name)[1][:4], 0x3707001F: name, 0x37050003: 1}
    props.update({int(k[1:], 16): v for k, v in more.items()})
    return {k: v for k, v in props.items() if v is not None}


TO = [person("佐藤 花子", "sato@city.example.jp"), person("Suzuki", "suzuki@city.example.jp", 2),
      person("Hidden", "blind-SEKISHO-CANARY@city.example.jp", 3)]
NOTE = "添付の文書 SEKISHO-BENIGN-file\n".encode()
HTML = "<html><body><p>本文 SEKISHO-BENIGN-html</p></body></html>"
RTF_HTML = (b"{\\rtf1\\ansi\\ansicpg932\\fromhtml1 \\deff0{\\fonttbl{\\f0\\fswiss\\fcharset128 MS PGothic;}}"
            b"{\\*\\htmltag19 <html>}{\\*\\htmltag50 <body>}{\\*\\htmltag64 <p>}\\htmlrtf {\\htmlrtf0 "
            b"SEKISHO-BENIGN-rtf \\'93\\'fa\\'96{\\'7b}\\u12354 ?\\htmlrtf\\par}\\htmlrtf0 {\\*\\htmltag72 </p>}"
            b"{\\*\\htmltag58 </body>}{\\*\\htmltag27 </html>}}")
RTF_PLAIN = (b"{\\rtf1\\ansi\\ansicpg932{\\fonttbl{\\f0\\fcharset128 MS Mincho;}}{\\info{\\author X}}\\f0 "
             b"SEKISHO-BENIGN-rtf \\'93\\'fa\\'96\\'7b\\par second\\tab line\\par {\\v hidden SEKISHO-CANARY}"
             b"{\\object{\\*\\objdata 0102}}}")
RTF_TEXT = b"{\\rtf1\\ansi\\fromtext \\deff0{\\fonttbl{\\f0 Courier;}}SEKISHO-BENIGN-rtf text\\par two\\par}"


def benign_msg():
    def put(name, *a, **k):
        save("benign", "msg", name + ".msg", msg(*a, **k))

    put("plain", mail(), TO[:2])
    put("files", mail(), TO[:2], [file("文書.txt", NOTE), file("絵.png", png(), x3712001F="pic1@x")])
    put("html", mail(x10130102=HTML.encode("utf-8"), x3FDE0003=65001), TO[:1])
    put("html-cp932", mail(x10130102=HTML.encode("cp932"), x3FDE0003=932, x1000001F=None), TO[:1])
    put("rtf-html", mail(x10090102=lzfu(RTF_HTML), x1000001F=None), TO[:1])
    put("rtf-text", mail(x10090102=lzfu(RTF_TEXT), x1000001F=None), TO[:1])
    put("ansi", {0x001A001E: b"IPM.Note", 0x0037001E: "件名 SEKISHO-BENIGN-subject".encode("cp932"), 0x3FFD0003: 932,
                 0x0C1A001E: "山田".encode("cp932"), 0x0C1F001E: b"yamada@example.jp", 0x00390040: DATE,
                 0x1000001E: "表示ソ能 SEKISHO-BENIGN-body\r\n".encode("cp932")}, TO[:1])
    inner = embedded(mail(x0037001F="中のメール SEKISHO-BENIGN-inner"), TO[:1], [file("中.txt", NOTE)])
    put("embedded", mail(), TO[:1], [{0x3701000D: inner, 0x37050003: 5, 0x3001001F: "中のメール"}])
    put("big", mail(), TO[:1], [file("big.txt", NOTE * 300)])
    put("empty", {0x001A001F: "IPM.Note"})


def planted_msg():
    def put(name, *a, **k):
        save("planted", "msg", name + ".msg", msg(*a, **k))

    c = "SEKISHO-CANARY-msg-"
    put("reference", mail(), TO[:1], [{0x37050003: 4, 0x370D001F: "\\\\server.example\\" + c + "reference\\a.exe",
                                       0x3707001F: "a.doc"}])
    ole = Storage()
    ole["CONTENTS"] = (c + "ole").encode()
    put("ole", mail(), TO[:1], [{0x3701000D: ole, 0x37050003: 6, 0x3001001F: "object"}])
    put("reminder", mail(x8000001F="\\\\server.example\\" + c + "reminder\\a.wav", x8001000B=1, x8002000B=1), TO[:1],
        named=[0x851F, 0x851C, 0x851E])
    put("voting", mail(x80000102=(c + "voting").encode()), TO[:1], named=[0x8520])
    put("form", mail(x001A001F="IPM.Note." + c + "form"), TO[:1])
    put("appointment", mail(x001A001F="IPM.Appointment", x8000001F=c + "place"), TO[:1], named=[0x8208])
    put("headers", mail(x007D001F="Received: from " + c + "headers\r\nBcc: x@y\r\n"), TO[:1])
    put("blind", mail(), TO)
    put("names", mail(), TO[:1], [file("safe.txt", NOTE, x3704001F=c + "names.exe")])
    put("path", mail(), TO[:1], [file("..\\..\\" + c + "path\\note.txt", NOTE)])
    put("program", mail(), TO[:1], [file("note.txt", NOTE), file("setup.exe", b"MZ" + (c + "program").encode() * 40)])
    put("stray", mail(), TO[:1], extra={"Stray": (c + "stray").encode() * 9})
    put("rtf-hidden", mail(x10090102=mela(RTF_PLAIN), x1000001F=None), TO[:1])
    put("script", mail(x10130102=b"<p>SEKISHO-BENIGN-body</p><script>" + (c + "script").encode() + b"</script>",
                       x1000001F=None), TO[:1])
    good = bytearray(msg(mail(), TO[:1], [file("big.txt", NOTE * 400)]))
    start = struct.unpack_from("<I", good, 48)[0]
    loop = bytearray(good)
    fat = struct.unpack_from("<I", good, 76)[0]
    struct.pack_into("<I", loop, 512 * (fat + 1) + 4 * start, start)
    save("planted", "msg", "fat-loop.msg", bytes(loop))
    tree = bytearray(good)
    at = 512 * (start + 1)
    for i in range(1, 4):
        struct.pack_into("<II", tree, at + 128 * i + 68, i, i)
    save("planted", "msg", "tree-loop.msg", bytes(tree))
    cross = bytearray(good)
    first = None
    for i in range(4 * 400):
        off = at + 128 * i
        if off + 128 > len(cross) or cross[off + 66] != 2:
            continue
        size, sector = struct.unpack_from("<I", cross, off + 120)[0], struct.unpack_from("<I", cross, off + 116)[0]
        if 64 < size < 4096:
            if first is None:
                first = sector
            else:
                struct.pack_into("<I", cross, off + 116, first)
                break
    save("planted", "msg", "streams-cross.msg", bytes(cross))
    deep = mail()
    inner = embedded(mail(x0037001F=c + "deep"))
    for _ in range(30):
        inner = embedded(deep, (), [{0x3701000D: inner, 0x37050003: 5}])
    put("deep", mail(), TO[:1], [{0x3701000D: inner, 0x37050003: 5}])


def benign_tnef():
    def put(name, *a, **k):
        save("benign", "tnef", name + ".tnef", tnef(*a, **k))

    put("files", mail(), [tnef_attachment("文書.txt".encode("cp932"), NOTE,
                                          {0x3707001F: "文書.txt", 0x37050003: 1}),
                          tnef_attachment("絵.png".encode("cp932"), png())], recipients=TO[:1])
    put("old", None, [tnef_attachment("文書.txt".encode("cp932"), NOTE)],
        attributes=attribute(1, 0x00018004, "件名 SEKISHO-BENIGN-subject\0".encode("cp932")) +
        attribute(1, 0x0002800C, "本文 SEKISHO-BENIGN-body\0".encode("cp932")))
    put("rtf", mail(x10090102=lzfu(RTF_HTML), x1000001F=None))
    inner = tnef(mail(x0037001F="中のメール SEKISHO-BENIGN-inner"), [tnef_attachment(b"inner.txt", NOTE)])
    put("embedded", mail(), [tnef_attachment(b"mail", None, {0x3701000D: IID_MESSAGE + inner, 0x37050003: 5,
                                                             0x3001001F: "中のメール"})])


def planted_tnef():
    c = "SEKISHO-CANARY-tnef-"

    def put(name, *a, tail=b"", **k):
        save("planted", "tnef", name + ".tnef", tnef(*a, **k) + tail)

    put("names", mail(), [tnef_attachment((c + "names.exe").encode(), NOTE, {0x3707001F: "note.txt"})])
    put("two-data", mail(), [tnef_attachment(b"note.txt", NOTE, {0x37010102: b"MZ" + (c + "two").encode() * 40})])
    put("ole", mail(), [tnef_attachment(b"x", None, {0x3701000D: IID_STORAGE + (c + "ole").encode() * 9,
                                                     0x37050003: 6})])
    put("reference", mail(), [tnef_attachment(b"a.doc", None, {0x37050003: 2, 0x3708001F: "\\\\x\\" + c + "ref"})])
    put("reminder", mail(), named=[(0x8000001F, 0x851F, "\\\\x\\" + c + "reminder.wav")])
    put("trailing", mail(), [tnef_attachment(b"note.txt", NOTE)], tail=b"\0\0" + (c + "trailing").encode() * 9)
    put("twice", mail(), [tnef_attachment(b"note.txt", NOTE) +
                          attribute(2, 0x0006800F, b"MZ" + (c + "twice").encode() * 30)])
    put("checksum", mail(), [attribute(2, 0x00069002, b"\0" * 14) + attribute(2, 0x00018010, b"note.txt\0") +
                             attribute(2, 0x0006800F, NOTE, 1)])
    put("program", mail(), [tnef_attachment(b"note.txt", NOTE),
                            tnef_attachment(b"run.exe", b"MZ" + (c + "program").encode() * 30)])
    save("planted", "tnef", "cut.tnef", tnef(mail(), [tnef_attachment(b"note.txt", NOTE * 9)])[:-100])
    save("planted", "tnef", "count.tnef", tnef(None, attributes=attribute(1, 0x00069003, struct.pack("<I", 0xffffffff))))
    save("planted", "tnef", "values.tnef", tnef(None, attributes=attribute(
        1, 0x00069003, struct.pack("<IHHI", 1, 0x101f, 0x3001, 0xffffff))))


def uu_samples():
    save("benign", "uu", "note.uu", uu("note.txt", NOTE).encode())
    save("benign", "uu", "two.uu", (uu("note.txt", NOTE) + "\n" + uu("pic.png", png())).encode())
    save("planted", "uu", "program.uu", (uu("note.txt", NOTE) +
                                         uu("run.exe", b"MZ" + b"SEKISHO-CANARY-uu-program" * 30)).encode())
    save("planted", "uu", "path.uu", uu("../../SEKISHO-CANARY-uu-path/note.txt", NOTE).encode())
    save("planted", "uu", "cut.uu", uu("note.txt", NOTE * 20)[:300].encode())


if __name__ == "__main__":
    benign_msg()
    planted_msg()
    benign_tnef()
    planted_tnef()
    uu_samples()
    assert cfb and tnef_props
