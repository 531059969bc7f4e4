#!/usr/bin/env python3
"""Does another HTML5 reader (html5lib) see the tree that was meant?

  html_tree.py FILE...     each FILE is the output of html_clean()

Every file is read by html5lib and written again in the way of html_clean.c;
the bytes must be the same, and every element and attribute on the list. With
--dom FILE is what a browser says its tree is (outerHTML), followed by the file
that it has read: "DOM:FILE".
"""
import re
import sys

try:
    import html5lib
except ImportError:
    print("no html5lib")
    sys.exit(77)

VOID = {"br", "col", "hr", "img", "meta", "wbr"}
ELEMENTS = set("""a abbr acronym address article aside b bdi big blockquote body br caption center cite code col
colgroup dd del details dfn div dl dt em figcaption figure font footer h1 h2 h3 h4 h5 h6 head header hr html i img ins
kbd li main mark meta nav ol p pre q rp rt ruby s samp section small span strike strong sub summary sup table tbody td
tfoot th thead time title tr tt u ul var wbr""".split())
ATTRIBUTES = set("""id lang dir title alt width height align valign border cellpadding cellspacing rules frame hspace
vspace bgcolor text color face size noshade nowrap clear colspan rowspan span scope start value type reversed open
datetime style href rel src charset http-equiv content""".split())
XHTML = "{http://www.w3.org/1999/xhtml}"


def escape(s, quoted):
    s = s.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return s.replace('"', "&#34;").replace("'", "&#39;").replace("`", "&#96;") if quoted else s


def write(e, out, where):
    if not isinstance(e.tag, str):
        raise ValueError("a comment or instruction")
    if not e.tag.startswith(XHTML):
        raise ValueError("an element of another namespace: " + e.tag)
    name = e.tag[len(XHTML):]
    if name not in ELEMENTS or name == "meta" and where != "head":
        raise ValueError("element " + name)
    out.append("<" + name)
    for key, value in e.attrib.items():
        if key not in ATTRIBUTES:
            raise ValueError("attribute %s of %s" % (key, name))
        if key == "href" and not re.match(r"(https?://|mailto:|tel:|#)", value):
            raise ValueError("href " + value)
        if key == "src" and not re.match(r"(data:image/(png|jpeg|gif|webp|bmp);base64,|cid:)", value):
            raise ValueError("src " + value)
        if key == "style" and re.search(r"[\\(]", re.sub(r"\b(rgb|rgba|hsl|hsla)\(", "", value)):
            raise ValueError("style " + value)
        out.append(' %s="%s"' % (key, escape(value, True)))
    out.append(">")
    if name in VOID:
        return
    text = e.text or ""
    if name == "pre" and text.startswith("\n"):
        out.append("\n")
    out.append(escape(text, False))
    for c in e:
        write(c, out, name)
        out.append(escape(c.tail or "", False))
    out.append("</%s>" % name)


def again(data):
    tree = html5lib.parse(data, treebuilder="etree")
    out = []
    write(tree, out, "")
    return "<!DOCTYPE html>\n" + "".join(out)


def plain(s):
    """White space around html, head and body is not part of what is compared."""
    s = re.sub(r"\s*(</?(html|head|body)\b[^>]*>|<meta[^>]*>|<title>[^<]*</title>)\s*", r"\1", s)
    s = re.sub(r'(<meta http-equiv="Content-Security-Policy" content=")[^>]*>', r"\1>", s)
    return re.sub(r"^<!DOCTYPE html>\s*", "", s).strip()


def main():
    bad = 0
    for path in sys.argv[1:]:
        dom, _, path = path.rpartition(":")
        with open(path, encoding="utf-8", newline="") as f:
            want = f.read()
        try:
            got = again(open(dom, encoding="utf-8", newline="").read() if dom else want)
        except (ValueError, UnicodeError) as e:
            print("%s: %s" % (path, e))
            bad += 1
            continue
        if plain(got) != plain(want):
            bad += 1
            print("%s: another tree" % path)
            a, b = plain(want), plain(got)
            k = next((i for i in range(min(len(a), len(b))) if a[i] != b[i]), min(len(a), len(b)))
            print("   ours   %r\n   theirs %r" % (a[max(0, k - 40):k + 60], b[max(0, k - 40):k + 60]))
    print("%d files, %d with another tree" % (len(sys.argv) - 1, bad))
    sys.exit(bad > 0)


main()
