#!/usr/bin/python3
"""Make formats/ooxml/placeholder.h: the picture that stands for a removed one.

Usage: placeholder.py FONT.ttf > formats/ooxml/placeholder.h
Needs python3-pil and a Japanese font (fonts-ipafont). Deterministic for one
version of both; the result is kept in the tree.
"""
import io
import sys

from PIL import Image, ImageDraw, ImageFont


def main():
    w, h = 320, 120
    im = Image.new("L", (w, h), 232)
    d = ImageDraw.Draw(im)
    d.rectangle((0, 0, w - 1, h - 1), outline=120, width=2)
    for text, size, y in (("画像を除去しました", 28, 26), ("picture removed", 20, 70)):
        font = ImageFont.truetype(sys.argv[1], size)
        width = d.textlength(text, font=font)
        d.text(((w - width) / 2, y), text, fill=60, font=font)
    im = im.quantize(16).convert("L").point(lambda v: v // 17 * 17)
    out = io.BytesIO()
    im.convert("P", palette=Image.ADAPTIVE, colors=16).convert("L").save(out, "PNG", optimize=True)
    data = out.getvalue()
    print("/* Made by tests/make/placeholder.py: \"画像を除去しました / picture removed\". */")
    print("#ifndef OOXML_PLACEHOLDER_H\n#define OOXML_PLACEHOLDER_H\n\n#include <stdint.h>\n")
    print("/* clang-format off */\nstatic const uint8_t placeholder_png[] = {")
    for i in range(0, len(data), 12):
        print("\t" + " ".join("0x%02x," % c for c in data[i:i + 12]))
    print("};\n/* clang-format on */\n\n#endif")


main()
