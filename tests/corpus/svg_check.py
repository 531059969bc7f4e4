#!/usr/bin/python3
"""Read rebuilt drawings with another reader: svg_check.py FOLDER-OR-FILE...

Expat instead of libxml2, and the rules written down once more: only elements
of SVG, no event, no address but links of people, pictures that are pictures,
no url() but into the drawing, one spelling. Prints what is wrong; exit 1.
"""
import base64
import gzip
import os
import re
import sys
import xml.parsers.expat

SVG = "http://www.w3.org/2000/svg"
NEVER = {"script", "handler", "listener", "foreignObject", "iframe", "animate", "animateColor", "animateMotion",
         "animateTransform", "set", "discard", "mpath", "metadata", "switch", "font", "font-face", "cursor", "tref", "audio",
         "video", "canvas", "object", "embed", "image-set", "color-profile", "view", "solidcolor"}
MAGIC = {"image/png": b"\x89PNG\r\n\x1a\n", "image/jpeg": b"\xff\xd8\xff", "image/gif": b"GIF8", "image/webp": b"RIFF"}


def picture(value):
    m = re.fullmatch(r"data:(image/[a-z]+);base64,([A-Za-z0-9+/]+=*)", value)
    return m and m.group(1) in MAGIC and base64.b64decode(m.group(2)).startswith(MAGIC[m.group(1)])


def style_bad(text):
    for m in re.finditer(r"url\s*\(([^)]*)\)", text, re.I):
        if not re.fullmatch(r"#[^\s'\"<>()\\&]+", m.group(1)):
            return True
    return "\\" in text or "@" in re.sub(r"'[^']*'", "", text) or \
        re.search(r"/\*|expression|javascript:|import(?!ant)|behavior|binding|var\(|attr\(|image-set", text, re.I) is not None


def check(data):
    bad, path, ids = [], [], set()

    def start(name, attrs):
        uri, _, local = name.rpartition(" ")
        if uri != SVG or local in NEVER:
            bad.append("element " + name)
        path.append(local)
        for key, value in attrs.items():
            k = key.rpartition(" ")[2]
            if k.lower().startswith("on") or k in ("base", "src", "target", "ping", "requiredExtensions", "systemLanguage"):
                bad.append("attribute " + key)
            if k == "href":
                link = local == "a" and re.match(r"(https?://|mailto:|tel:|#)", value)
                shown = local in ("image", "feImage") and picture(value)
                inside = local not in ("a", "image", "feImage") and re.fullmatch(r"#[^\s#]+", value)
                if not (link or shown or inside):
                    bad.append("href of %s: %.60s" % (local, value))
            elif re.search(r"[<>]|script:|data:", value) or style_bad(value):
                bad.append("value of %s: %.60s" % (key, value))
            if k == "id":
                if value in ids:
                    bad.append("id twice: " + value)
                ids.add(value)

    def end(_):
        path.pop()

    def text(s):
        if path[-1] == "style":
            if "<" in s or style_bad(s):
                bad.append("style: %.60s" % s)
        elif path[-1] not in ("text", "tspan", "textPath", "title", "desc", "a") and s.strip():
            bad.append("text in %s: %.60s" % (path[-1], s))

    def never(*_):
        bad.append("comment, instruction or DOCTYPE")

    p = xml.parsers.expat.ParserCreate(namespace_separator=" ")
    p.buffer_text = True
    p.StartElementHandler, p.EndElementHandler, p.CharacterDataHandler = start, end, text
    p.CommentHandler = p.ProcessingInstructionHandler = p.StartDoctypeDeclHandler = p.StartCdataSectionHandler = never
    p.Parse(data, True)
    if not data.startswith(b'<?xml version="1.0" encoding="UTF-8"?>\n<svg xmlns="%s"' % SVG.encode()):
        bad.append("head")
    data.decode("utf-8")
    return bad


def main():
    n = wrong = 0
    for arg in sys.argv[1:]:
        names = [os.path.join(arg, x) for x in sorted(os.listdir(arg))] if os.path.isdir(arg) else [arg]
        for name in names:
            with open(name, "rb") as f:
                data = f.read()
            if data[:2] == b"\x1f\x8b":
                if data[3:10] != b"\0\0\0\0\0\x02\xff":
                    print("%s: gzip header" % name)
                    wrong += 1
                data = gzip.decompress(data)
            try:
                bad = check(data)
            except (xml.parsers.expat.ExpatError, UnicodeError, ValueError) as e:
                bad = [str(e)]
            for b in bad:
                print("%s: %s" % (name, b))
            n, wrong = n + 1, wrong + bool(bad)
    print("# %d drawings, %d wrong" % (n, wrong))
    return wrong != 0


if __name__ == "__main__":
    sys.exit(main())
