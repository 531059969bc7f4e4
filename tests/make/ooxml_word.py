#!/usr/bin/python3
"""Makes the Word samples: samples/{benign,planted}/{docx,docm,dotx}/*.

  ooxml_word.py          write the samples
  ooxml_word.py --rows   print their rows of tests/corpus/cases.tsv

Every planted sample holds one construct with the canary
SEKISHO-CANARY-word-NAME; every benign one what must survive.
"""
import os
import struct
import sys
import zlib

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
sys.dont_write_bytecode = True
from ziplib import Entry, build  # noqa: E402

O = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/"
M = "http://schemas.microsoft.com/office/"
P = "http://schemas.openxmlformats.org/package/2006/relationships/"
DOC = "application/vnd.openxmlformats-officedocument."
WORD = DOC + "wordprocessingml."
NS = {
    "w": "http://schemas.openxmlformats.org/wordprocessingml/2006/main",
    "r": O[:-1],
    "m": "http://schemas.openxmlformats.org/officeDocument/2006/math",
    "v": "urn:schemas-microsoft-com:vml",
    "o": "urn:schemas-microsoft-com:office:office",
    "w10": "urn:schemas-microsoft-com:office:word",
    "mc": "http://schemas.openxmlformats.org/markup-compatibility/2006",
    "wp": "http://schemas.openxmlformats.org/drawingml/2006/"
          "wordprocessingDrawing",
    "a": "http://schemas.openxmlformats.org/drawingml/2006/main",
    "pic": "http://schemas.openxmlformats.org/drawingml/2006/picture",
    "c": "http://schemas.openxmlformats.org/drawingml/2006/chart",
    "dgm": "http://schemas.openxmlformats.org/drawingml/2006/diagram",
    "wps": "http://schemas.microsoft.com/office/word/2010/"
           "wordprocessingShape",
    "wpi": "http://schemas.microsoft.com/office/word/2010/"
           "wordprocessingInk",
    "w14": "http://schemas.microsoft.com/office/word/2010/wordml",
    "w15": "http://schemas.microsoft.com/office/word/2012/wordml",
    "cx": "http://schemas.microsoft.com/office/drawing/2014/chartex",
    "cx1": "http://schemas.microsoft.com/office/drawing/2015/9/8/chartex",
    "am3d": "http://schemas.microsoft.com/office/drawing/2017/model3d",
}
HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
FOLDER = "samples"


def xmlns(*names):
    return "".join(' xmlns:%s="%s"' % (n, NS[n]) for n in names or sorted(NS))


def root(tag, body, *names):
    return "%s<%s%s>%s</%s>" % (HEAD, tag, xmlns(*names), body, tag)


def canary(name):
    return "SEKISHO-CANARY-word-" + name


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + \
        struct.pack(">I", zlib.crc32(kind + data))


def png(width=24, height=16, colour=(40, 90, 160)):
    rows = b"".join(b"\0" + bytes(colour) * width for _ in range(height))
    return b"\x89PNG\r\n\x1a\n" + \
        chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)) \
        + chunk(b"IDAT", zlib.compress(rows, 9)) + chunk(b"IEND", b"")


# ---- paragraphs

def run(text, props=""):
    return '<w:r>%s<w:t xml:space="preserve">%s</w:t></w:r>' % (
        props and "<w:rPr>%s</w:rPr>" % props, text)


def para(*inside, props=""):
    return "<w:p>%s%s</w:p>" % (props and "<w:pPr>%s</w:pPr>" % props,
                                "".join(inside))


def char(kind, inside=""):
    return '<w:r><w:fldChar w:fldCharType="%s">%s</w:fldChar></w:r>' % (
        kind, inside)


def instr(text, tag="w:instrText"):
    return '<w:r><%s xml:space="preserve">%s</%s></w:r>' % (tag, text, tag)


def field(text, result="result"):
    return char("begin") + instr(text) + char("separate") + run(result) + \
        char("end")


def picture(rid, ident=1):
    return ('<w:r><w:drawing><wp:inline><wp:extent cx="914400" cy="609600"/>'
            '<wp:docPr id="%d" name="p"/><a:graphic><a:graphicData uri="%s">'
            '<pic:pic><pic:nvPicPr><pic:cNvPr id="0" name="p"/>'
            '<pic:cNvPicPr/></pic:nvPicPr><pic:blipFill>%s<a:stretch>'
            '<a:fillRect/></a:stretch></pic:blipFill><pic:spPr><a:xfrm>'
            '<a:off x="0" y="0"/><a:ext cx="914400" cy="609600"/></a:xfrm>'
            '<a:prstGeom prst="rect"><a:avLst/></a:prstGeom></pic:spPr>'
            '</pic:pic></a:graphicData></a:graphic></wp:inline></w:drawing>'
            '</w:r>') % (ident, NS["pic"], rid)


def blip(rid, inside=""):
    return '<a:blip r:embed="%s">%s</a:blip>' % (rid, inside)


def graphic(uri, inside):
    return ('<w:drawing><wp:inline><wp:extent cx="3600000" cy="2400000"/>'
            '<wp:docPr id="9" name="g"/><a:graphic><a:graphicData uri="%s">%s'
            '</a:graphicData></a:graphic></wp:inline></w:drawing>') % (
                uri, inside)


# ---- packages

class Package:
    """Parts with their types and relationships; written in order."""

    def __init__(self, kind="document.main+xml"):
        self.parts, self.types, self.rels = {}, {}, {}
        main = WORD + kind if "/" not in kind else kind
        self.relate("", O + "officeDocument", "word/document.xml")
        self.types["word/document.xml"] = main

    def relate(self, source, kind, target, external=False, rid=None):
        rels = self.rels.setdefault(source, [])
        rid = rid or "rId%d" % (len(rels) + 1)
        rels.append((rid, kind, target, external))
        return rid

    def part(self, name, data, kind=None):
        self.parts[name] = data.encode() if isinstance(data, str) else data
        if kind:
            self.types[name] = kind

    def link(self, kind, name, data, ctype, source="word/document.xml"):
        self.part(name, data, ctype)
        return self.relate(source, kind, "/" + name)

    def external(self, kind, target, source="word/document.xml"):
        return self.relate(source, kind, target, True)

    def body(self, *inside, sect=""):
        self.part("word/document.xml", root(
            "w:document", "<w:body>%s<w:sectPr>%s<w:pgSz w:w=\"11906\" "
            "w:h=\"16838\"/></w:sectPr></w:body>" % ("".join(inside), sect)))
        return self

    def settings(self, inside):
        self.link(O + "settings", "word/settings.xml",
                  root("w:settings", inside), WORD + "settings+xml")

    def picture(self, name="image1.png", source="word/document.xml"):
        return self.link(O + "image", "word/media/" + name, png(), None,
                         source)

    def rels_xml(self, source):
        rows = "".join(
            '<Relationship Id="%s" Type="%s" Target="%s"%s/>' % (
                i, k, t, ' TargetMode="External"' if e else "")
            for i, k, t, e in self.rels[source])
        return (HEAD + '<Relationships xmlns="http://schemas.openxmlformats.'
                'org/package/2006/relationships">%s</Relationships>' % rows)

    def types_xml(self):
        rows = "".join('<Override PartName="/%s" ContentType="%s"/>' % p
                       for p in self.types.items())
        return (HEAD + '<Types xmlns="http://schemas.openxmlformats.org/'
                'package/2006/content-types"><Default Extension="rels" '
                'ContentType="application/vnd.openxmlformats-package.'
                'relationships+xml"/><Default Extension="xml" ContentType='
                '"application/xml"/><Default Extension="png" ContentType='
                '"image/png"/><Default Extension="bin" ContentType="'
                'application/vnd.openxmlformats-officedocument.oleObject"/>'
                '%s</Types>' % rows)

    def zip(self):
        entries = [Entry("[Content_Types].xml", self.types_xml().encode())]
        for source in self.rels:
            folder, _, base = source.rpartition("/")
            entries.append(Entry("%s_rels/%s.rels" % (
                folder and folder + "/", base),
                self.rels_xml(source).encode()))
        entries += [Entry(n, d) for n, d in self.parts.items()]
        return build(entries)


SAMPLES = []  # (path, verdict, findings, gone, kept)


def save(path, package, findings="!", gone=(), kept=(), verdict="released"):
    data = package if isinstance(package, bytes) else package.zip()
    SAMPLES.append((path, verdict, findings, gone, kept, data))


def planted(name, package, findings, kept=(), ext="docx", extra=()):
    save("planted/%s/%s.%s" % (ext, name, ext), package, findings,
         [canary(name)] + list(extra), kept)


def benign(name, package, kept, findings="!", ext="docx"):
    save("benign/%s/%s.%s" % (ext, name, ext), package, findings, (), kept)


# ---- planted: fields

def field_samples():
    for name, text, find in (
            ("dde", ' DDE c:\\\\x "%s" ', "field"),
            ("ddeauto", ' ddeAuto excel "%s" ', "field"),
            ("includetext", ' INCLUDETEXT "http://x.test/%s" ', "field"),
            ("link", ' LINK Excel.Sheet.8 "\\\\\\\\h\\\\%s" a \\a ', "field"),
            ("import", ' IMPORT "%s" ', "field"),
            ("database", ' DATABASE \\d "%s" ', "field"),
            ("addin", ' ADDIN %s ', "field"),
            ("macrobutton", ' MACROBUTTON %s click ', "field"),
            ("private", ' PRIVATE %s ', "field"),
            ("rd", ' RD "%s" ', "field"),
            ("quote", ' QUOTE "%s" ', "field-flattened"),
            ("docproperty", ' DOCPROPERTY "%s" ', "field-flattened"),
            ("filename-p", ' FILENAME \\p "%s" ', "field-flattened"),
            ("unknown", ' FROBNICATE "%s" ', "field-flattened"),
            ("ref-path", ' REF "\\\\\\\\h\\\\%s" ', "field-flattened"),
            ("page-arguments", ' PAGE "%s" ', "field-flattened")):
        text = text % canary("field-" + name)
        text = text.replace('"', "&quot;")
        planted("field-" + name, Package().body(para(field(text))),
                "!ooxml." + find, ["result"])
        planted("simple-" + name, Package().body(para(
            '<w:fldSimple w:instr="%s">%s</w:fldSimple>' % (
                text.replace("field-", "simple-"), run("result")))),
            "!ooxml." + find, ["result"])
    c = canary
    planted("field-split", Package().body(para(
        char("begin"), instr(" D"), instr("D"), '<w:r><w:rPr><w:vanish/>'
        '</w:rPr><w:instrText>EAU</w:instrText></w:r>'),
        para(instr('T&#79; x "%s"' % c("field-split")), char("separate"),
             run("result"), char("end"))), "!ooxml.field", ["result"])
    planted("field-in-text", Package().body(para(
        char("begin"), run(' DDEAUTO x "%s"' % c("field-in-text")),
        instr(" PAGE "), char("separate"), run("result"), char("end"))),
        "!ooxml.field", ["result"])
    planted("field-nested", Package().body(para(
        char("begin"), instr(" QUOTE "), field(
            ' DDE x "%s" ' % c("field-nested")), char("separate"),
        run("result"), char("end"))),
        "!ooxml.field,ooxml.field-flattened", ["result"])
    planted("field-textbox", Package().body(para(
        char("begin"), instr(" PAGE "), '<w:r><w:pict><v:shape style="width:'
        '90pt;height:30pt"><v:textbox><w:txbxContent>%s</w:txbxContent>'
        '</v:textbox></v:shape></w:pict></w:r>' % para(
            char("end"), char("begin"),
            instr(' DDE x "%s" ' % c("field-textbox"))),
        char("separate"), run("result"), char("end"))),
        "ooxml.field-flattened", ["result"])
    planted("field-unbalanced", Package().body(para(
        char("begin"), instr(' DDE x "%s" ' % c("field-unbalanced")),
        char("separate"), run("result")), para(run("more"))),
        "!ooxml.field-flattened", ["result", "more"])
    planted("field-deleted", Package().body(para(
        char("begin"), '<w:del w:id="1" w:author="a">%s</w:del>' % instr(
            ' DDE x "%s" ' % c("field-deleted"), "w:delInstrText"),
        char("separate"), run("result"), char("end"))), "!ooxml.field",
        ["result"])
    planted("field-data", Package().body(para(
        char("begin", "<w:fldData>%s</w:fldData>" %
             "U0VLSVNITy1DQU5BUlktd29yZC1maWVsZC1kYXRh"), instr(" PAGE "),
        char("separate"), run("1"), char("end"))), "!ooxml.field-data",
        extra=["U0VLSVNITy1DQU5BUlk"])
    planted("form-macro", Package().body(para(
        char("begin", '<w:ffData><w:name w:val="f"/><w:enabled/>'
             '<w:entryMacro w:val="%s"/><w:exitMacro w:val="%s"/>'
             '<w:helpText w:type="text" w:val="%s"/><w:textInput/>'
             '</w:ffData>' % ((c("form-macro"),) * 3)),
        instr(" FORMTEXT "), char("separate"), run("typed"), char("end"))),
        "!ooxml.form-macro", ["typed", "FORMTEXT"])
    p = Package()
    rid = p.picture()
    planted("field-picture", p.body(para(
        char("begin"), instr(' INCLUDEPICTURE "http://x.test/%s" \\d ' %
                             c("field-picture")), char("separate"),
        picture(blip(rid)), char("end"))), "!ooxml.field",
        ["pic:pic"])
    p = Package()
    p.link(O + "comments", "word/comments.xml", root(
        "w:comments", '<w:comment w:id="0" w:author="a">%s</w:comment>' %
        para(field(' DDE x "%s" ' % c("field-comment")))),
        WORD + "comments+xml")
    planted("field-comment", p.body(para(
        '<w:commentRangeStart w:id="0"/>', run("text"),
        '<w:commentRangeEnd w:id="0"/><w:r><w:commentReference w:id="0"/>'
        '</w:r>')), "!ooxml.field", ["commentReference"])


# ---- planted: links

def link_samples():
    for name, url in (
            ("javascript", "java&#9;script:%s"), ("file", "file:///c:/%s"),
            ("unc", "\\\\h.test\\%s"), ("moniker", "http://h.test/%s!x"),
            ("userinfo", "http://a@h.test/%s"), ("ms", "ms-word:%s"),
            ("relative", "..\\%s.xlsx")):
        if name == "moniker":
            url = "mk:@MSITStore:%s!x"
        p = Package()
        rid = p.external(O + "hyperlink", url % canary("link-" + name))
        planted("link-" + name, p.body(para(
            '<w:hyperlink r:id="%s">%s</w:hyperlink>' % (rid, run("here")))),
            "!ooxml.link-" + ("relative" if name == "relative" else "denied"),
            ["here"])
        planted("linkfield-" + name, Package().body(para(field(
            ' HYPERLINK "%s" ' % (url % canary("linkfield-" + name)).replace(
                "\\", "\\\\"), "here"))), "!ooxml.link-" + (
                    "relative" if name == "relative" else "denied"),
            ["here"])
    p = Package()
    rid = p.external(O + "hyperlink", "http://h.test/" + canary("hover"))
    pic = p.picture()
    drawn = picture(blip(pic)).replace(
        '<wp:docPr id="1" name="p"/>', '<wp:docPr id="1" name="p">'
        '<a:hlinkHover r:id="%s"/></wp:docPr>' % rid)
    planted("hover", p.body(para(drawn)), "!ooxml.hover-link", ["pic:pic"])
    p = Package()
    rid = p.external(O + "hyperlink", "file:///" + canary("shape-link"))
    pic = p.picture()
    drawn = picture(blip(pic)).replace(
        '<wp:docPr id="1" name="p"/>', '<wp:docPr id="1" name="p">'
        '<a:hlinkClick r:id="%s" invalidUrl="%s"/></wp:docPr>' % (
            rid, canary("shape-link")))
    planted("shape-link", p.body(para(drawn)), "ooxml.link-denied",
            ["pic:pic"])
    planted("vml-link", Package().body(para(
        '<w:r><w:pict><v:rect href="http://h.test/%s" style="width:9pt;'
        'height:9pt"><v:textbox><w:txbxContent>%s</w:txbxContent></v:textbox>'
        '</v:rect></w:pict></w:r>' % (canary("vml-link"), para(run("box"))))),
        "-", ["box"])


# ---- planted: parts and settings

def part_samples():
    c = canary
    vba = M + "2006/relationships/vbaProject"
    p = Package("application/vnd.ms-word.document.macroEnabled.main+xml")
    p.link(vba, "word/vbaProject.bin", c("vba"),
           "application/vnd.ms-office.vbaProject")
    p.link(M + "2006/relationships/wordVbaData", "word/vbaData.xml",
           c("vba"), "application/vnd.ms-word.vbaData+xml",
           "word/vbaProject.bin")
    p.link(M + "2006/relationships/keyMapCustomizations",
           "word/customizations.xml", c("vba"),
           "application/vnd.ms-word.keyMapCustomizations+xml")
    p.part("customUI/customUI.xml", c("vba"), "application/xml")
    p.relate("", M + "2006/relationships/ui/extensibility",
             "customUI/customUI.xml")
    planted("vba", p.body(para(run("text"))),
            "!ooxml.vba,ooxml.key-map,ooxml.custom-ui,ooxml.macro-type",
            ["text"], "docm")
    p = Package()
    p.link(vba, "word/media/vba.png", c("vba-decoy"),
           "application/vnd.ms-office.vbaProject")
    planted("vba-decoy", p.body(para(run("text"))), "!ooxml.vba", ["text"])

    for name, rel, inside, find in (
            ("template", "attachedTemplate",
             '<w:attachedTemplate r:id="rId1"/>', "attached-template"),
            ("transform", "transform", '<w:saveThroughXslt r:id="rId1"/>',
             "transform"),
            ("merge", "mailMergeSource",
             '<w:mailMerge><w:mainDocumentType w:val="formLetters"/>'
             '<w:dataType w:val="native"/><w:connectString w:val="%s"/>'
             '<w:query w:val="%s"/><w:dataSource r:id="rId1"/></w:mailMerge>' %
             (c("merge"), c("merge")), "mail-merge")):
        p = Package()
        p.settings(inside)
        p.external(O + rel, "file:///" + c(name), "word/settings.xml")
        planted(name, p.body(para(run("text"))), "!ooxml." + find, ["text"])
    for name, inside, find in (
            ("variables", '<w:docVars><w:docVar w:name="x" w:val="%s"/>'
             '</w:docVars>', "document-variable"),
            ("update", '<w:updateFields w:val="1"/><w:activeWritingStyle '
             'w:appName="%s" w:lang="ja-JP" w:vendorID="64" w:dllVersion="0" '
             'w:checkStyle="1"/>', "auto-update"),
            ("schema", '<w:attachedSchema w:val="%s"/>', "custom-xml")):
        p = Package()
        p.settings(inside % c(name))
        planted(name, p.body(para(run("text"))), "!ooxml." + find, ["text"])

    p = Package()
    g = "word/glossary/document.xml"
    p.link(O + "glossaryDocument", g, root(
        "w:glossaryDocument", "<w:docParts>%s</w:docParts>" % c("glossary")),
        WORD + "document.glossary+xml")
    p.link(O + "settings", "word/glossary/settings.xml", root(
        "w:settings", '<w:attachedTemplate r:id="rId1"/>'),
        WORD + "settings+xml", g)
    p.external(O + "attachedTemplate", "http://h.test/" + c("glossary"),
               "word/glossary/settings.xml")
    planted("glossary", p.body(para(run("text"))), "!ooxml.glossary",
            ["text"])

    p = Package()
    rid = p.link(O + "aFChunk", "word/chunk.rtf", "{\\rtf1 %s}" % c("chunk"),
                 "application/rtf")
    planted("chunk", p.body('<w:altChunk r:id="%s"/>' % rid,
                            para(run("text"))), "!ooxml.alt-chunk",
            ["text", "別形式の文書を除去"])
    p = Package()
    rid = p.external(O + "subDocument", c("subdoc") + ".docx")
    planted("subdoc", p.body(para('<w:subDoc r:id="%s"/>' % rid)),
            "!ooxml.sub-document", ["別形式の文書を除去"])

    p = Package()
    p.link(O + "customXml", "customXml/item1.xml", "<x>%s</x>" % c("binding"),
           "application/xml")
    p.link(O + "customXmlProps", "customXml/itemProps1.xml",
           "<p>%s</p>" % c("binding"), DOC + "customXmlProperties+xml",
           "customXml/item1.xml")
    planted("binding", p.body(
        '<w:sdt><w:sdtPr><w:alias w:val="欄"/><w:dataBinding w:xpath="/x" '
        'w:storeItemID="{A}"/><w:text/></w:sdtPr><w:sdtContent>%s'
        '</w:sdtContent></w:sdt>' % para(run("shown"))),
        "!ooxml.custom-xml,ooxml.data-binding", ["shown", "欄"])
    p = Package()
    p.link(O + "webSettings", "word/webSettings.xml", root(
        "w:webSettings", '<w:frameset><w:frame><w:sourceFileName r:id="rId1"'
        '/></w:frame></w:frameset>'), WORD + "webSettings+xml")
    p.external(O + "frame", "http://h.test/" + c("frames"),
               "word/webSettings.xml")
    planted("frames", p.body(para(run("text"))), "-", ["text"])
    p = Package()
    p.link(O + "fontTable", "word/fontTable.xml", root(
        "w:fonts", '<w:font w:name="A"><w:embedRegular r:id="rId1"/>'
        '</w:font>'), WORD + "fontTable+xml")
    p.link(O + "font", "word/fonts/a.odttf", c("font"),
           DOC + "obfuscatedFont", "word/fontTable.xml")
    planted("font", p.body(para(run("text"))), "!ooxml.embedded-font",
            ["text"])
    p = Package()
    p.body(para(run("text")))
    p.part("word/document.decoy.xml", c("orphan"), WORD +
           "document.main+xml")
    planted("orphan", p, "!ooxml.unreached-part", ["text"])


# ---- planted: objects and pictures

def object_samples():
    c = canary
    shape = ('<v:shape id="s1" style="width:90pt;height:60pt" o:ole="">'
             '<v:imagedata r:id="%s" o:title=""/></v:shape>')
    for name, rel, prog in (("ole", "oleObject", "Package"),
                            ("equation", "oleObject", "Equation.3"),
                            ("package", "package", "Word.Document.12")):
        p = Package()
        pic = p.picture()
        rid = p.link(O + rel, "word/embeddings/o.bin", c(name), None)
        planted(name, p.body(para(
            '<w:r><w:object>%s<o:OLEObject Type="Embed" ProgID="%s" '
            'ShapeID="s1" DrawAspect="Content" ObjectID="_1" r:id="%s"/>'
            '</w:object></w:r>' % (shape % pic, prog, rid))),
            "ooxml.ole-object", ["v:imagedata", "w:pict"], extra=[prog])
    p = Package()
    pic = p.picture()
    rid = p.external(O + "oleObject", "mhtml:http://h.test/%s!x-usc:y" %
                     c("ole-link"))
    planted("ole-link", p.body(para(
        '<w:r><w:object>%s<o:OLEObject Type="Link" ProgID="htmlfile" '
        'ShapeID="s1" DrawAspect="Content" r:id="%s" UpdateMode="OnCall">'
        '<o:LinkType>%s</o:LinkType></o:OLEObject></w:object></w:r>' % (
            shape % pic, rid, c("ole-link")))), "!ooxml.ole-object",
        ["v:imagedata"])
    p = Package()
    pic = p.picture()
    rid = p.link(O + "control", "word/activeX/a1.xml", root(
        "w:x", c("control")), "application/vnd.ms-office.activeX+xml")
    p.link(M + "2006/relationships/activeXControlBinary",
           "word/activeX/a1.bin", c("control"),
           "application/vnd.ms-office.activeX", "word/activeX/a1.xml")
    planted("control", p.body(para(
        '<w:r><w:object>%s<w:control r:id="%s" w:name="%s" w:shapeid="s1"/>'
        '</w:object></w:r>' % (shape % pic, rid, c("control")))),
        "!ooxml.control", ["v:imagedata"])
    p = Package()
    rid = p.external(O + "image", "http://h.test/" + c("linked-picture"))
    planted("linked-picture", p.body(para(picture(
        '<a:blip r:link="%s"/>' % rid))), "!ooxml.external-image",
        ["pic:pic"])
    p = Package()
    rid = p.external(O + "image", "http://h.test/" + c("vml-picture"))
    planted("vml-picture", p.body(para(
        '<w:r><w:pict><v:shape style="width:9pt;height:9pt"><v:imagedata '
        'r:id="%s" src="%s"/></v:shape></w:pict></w:r>' % (
            rid, c("vml-picture")))), "!ooxml.external-image",
        ["v:imagedata"])
    p = Package()
    pic = p.picture()
    svg = p.link(O + "image", "word/media/image2.svg",
                 "<svg>%s" % c("svg"), "image/svg+xml")
    ext = ('<a:extLst><a:ext uri="{96DAC541-7B7A-43D3-8B79-37D633B846F1}">'
           '<asvg:svgBlip xmlns:asvg="http://schemas.microsoft.com/office/'
           'drawing/2016/SVG/main" r:embed="%s"/></a:ext></a:extLst>' % svg)
    planted("svg", p.body(para(picture(blip(pic, ext)))), "!ooxml.svg",
            ["pic:pic"])
    p = Package()
    pic = p.picture()
    svg = p.link(O + "image", "word/media/image2.svg",
                 '<svg xmlns="http://www.w3.org/2000/svg" onload="%s">'
                 '<rect width="9" height="9"/></svg>' % c("svg-event"),
                 "image/svg+xml")
    ext = ('<a:extLst><a:ext uri="{96DAC541-7B7A-43D3-8B79-37D633B846F1}">'
           '<asvg:svgBlip xmlns:asvg="http://schemas.microsoft.com/office/'
           'drawing/2016/SVG/main" r:embed="%s"/></a:ext></a:extLst>' % svg)
    planted("svg-event", p.body(para(picture(blip(pic, ext)))), "!svg.event",
            ["pic:pic", "svgBlip", "<rect"])
    p = Package()
    rid = p.external(O + "image", "file:///" + c("bullet"),
                     "word/numbering.xml")
    p.link(O + "numbering", "word/numbering.xml", root(
        "w:numbering", '<w:numPicBullet w:numPicBulletId="0"><w:pict>'
        '<v:shape style="width:9pt;height:9pt"><v:imagedata r:id="%s"/>'
        '</v:shape></w:pict></w:numPicBullet><w:abstractNum '
        'w:abstractNumId="0"><w:lvl w:ilvl="0"><w:lvlPicBulletId w:val="0"/>'
        '</w:lvl></w:abstractNum><w:num w:numId="1"><w:abstractNumId '
        'w:val="0"/></w:num>' % rid), WORD + "numbering+xml")
    planted("bullet", p.body(para(run("text"))), "!ooxml.external-image",
            ["text"])
    p = Package()
    pic = p.picture()
    ink = p.link(O + "customXml", "word/ink/ink1.xml", c("ink"),
                 "application/inkml+xml")
    planted("ink", p.body(para(
        '<w:r><mc:AlternateContent><mc:Choice Requires="wpi">'
        '<w:contentPart r:id="%s"/></mc:Choice><mc:Fallback>%s</mc:Fallback>'
        '</mc:AlternateContent></w:r>' % (
            ink, picture(blip(pic))[5:-6]))), "-", ["pic:pic"])
    p = Package()
    pic = p.picture()
    glb = p.link(M + "2017/06/relationships/model3d", "word/media/m.glb",
                 c("model3d"), "model/gltf.binary")
    planted("model3d", p.body(para(
        '<w:r><mc:AlternateContent><mc:Choice Requires="am3d">%s</mc:Choice>'
        '<mc:Fallback>%s</mc:Fallback></mc:AlternateContent></w:r>' % (
            graphic(NS["am3d"], '<am3d:model3d r:embed="%s"/>' % glb),
            picture(blip(pic))[5:-6]))), "ooxml.model3d", ["pic:pic"])
    planted("web-video", web_video(), "-", ["pic:pic"])
    both = ('<w:r><mc:AlternateContent><mc:Choice Requires="%s"><w:pict>'
            '<v:shape style="width:9pt;height:9pt"><v:textbox>'
            '<w:txbxContent>%s</w:txbxContent></v:textbox></v:shape></w:pict>'
            '</mc:Choice><mc:Fallback><w:pict><v:shape style="width:9pt;'
            'height:9pt"><v:textbox><w:txbxContent>%s</w:txbxContent>'
            '</v:textbox></v:shape></w:pict></mc:Fallback>'
            '</mc:AlternateContent></w:r>')
    for name, need, first in (("choice", "wps", True),
                              ("fallback", "wpi", False)):
        bad = para(field(' DDE x "%s" ' % c("mc-" + name), "shown"))
        other = para(field(' DDE x "%s" ' % c("mc-" + name), "other"))
        planted("mc-" + name, Package().body(para(both % (
            need, bad if first else other, other if first else bad))),
            "!ooxml.field", ["shown"], extra=["other"])


def web_video():
    p = Package()
    pic = p.picture()
    video = ('<a:extLst><a:ext uri="{C809E66F-F1BF-436E-b5F7-EEA9579F0CBA}">'
             '<wp15:webVideoPr xmlns:wp15="http://schemas.microsoft.com/'
             'office/word/2012/wordprocessingDrawing" embeddedHtml="%s" h="9" '
             'w="9"/></a:ext></a:extLst>' % canary("web-video"))
    return p.body(para(picture(blip(pic, video))))


# ---- planted: what Word would repair

def reference_samples():
    c = canary
    p = Package()
    p.link(O + "footnotes", "word/footnotes.xml", root(
        "w:footnotes", '<w:footnote w:id="1">%s</w:footnote>'
        '<w:footnote w:id="1">%s</w:footnote>' % (
            para(run("note")), para(run(c("note-twice"))))),
        WORD + "footnotes+xml")
    planted("note-twice", p.body(para(
        '<w:r><w:footnoteReference w:id="1"/></w:r>')),
        "!ooxml.dangling-reference", ["note"])
    p = Package()
    p.link(O + "footnotes", "word/footnotes.xml",
           "<w:footnotes " + c("note-broken"), WORD + "footnotes+xml")
    planted("note-broken", p.body(para(
        run("text"), '<w:r><w:footnoteReference w:id="1"/></w:r>')),
        "!ooxml.bad-part,ooxml.dangling-reference", ["text"],
        extra=["footnoteReference"])
    planted("comment-none", Package().body(para(
        '<w:commentRangeStart w:id="7"/>', run("text"),
        '<w:commentRangeEnd w:id="7"/><w:r><w:commentReference w:id="7"/>'
        '</w:r>')), "!ooxml.dangling-reference", ["text"],
        extra=["commentR"])


# ---- benign

def styles(p):
    p.link(O + "styles", "word/styles.xml", root(
        "w:styles", '<w:docDefaults><w:rPrDefault><w:rPr><w:rFonts '
        'w:ascii="Century" w:eastAsia="ＭＳ 明朝" w:hAnsi="Century"/>'
        '<w:kern w:val="2"/><w:sz w:val="21"/><w:lang w:val="en-US" '
        'w:eastAsia="ja-JP" w:bidi="ar-SA"/></w:rPr></w:rPrDefault>'
        '</w:docDefaults><w:latentStyles w:count="376"/><w:style '
        'w:type="paragraph" w:default="1" w:styleId="a"><w:name '
        'w:val="Normal"/><w:qFormat/><w:pPr><w:widowControl w:val="0"/>'
        '<w:jc w:val="both"/></w:pPr></w:style><w:style w:type="paragraph" '
        'w:styleId="1"><w:name w:val="heading 1"/><w:basedOn w:val="a"/>'
        '<w:pPr><w:keepNext/><w:outlineLvl w:val="0"/></w:pPr></w:style>'),
        WORD + "styles+xml")


def japanese():
    p = Package()
    styles(p)
    p.settings('<w:proofState w:spelling="clean"/><w:defaultTabStop '
               'w:val="840"/><w:characterSpacingControl '
               'w:val="compressPunctuation"/><w:noLineBreaksAfter '
               'w:lang="ja-JP" w:val="「（"/><w:noLineBreaksBefore '
               'w:lang="ja-JP" w:val="」）"/><w:compat><w:compatSetting '
               'w:name="compatibilityMode" w:uri="http://schemas.microsoft.'
               'com/office/word" w:val="15"/></w:compat><w:rsids><w:rsidRoot '
               'w:val="00A1B2C3"/></w:rsids><w:themeFontLang w:val="en-US" '
               'w:eastAsia="ja-JP"/><w:decimalSymbol w:val="."/>'
               '<w:listSeparator w:val=","/>')
    p.link(O + "footnotes", "word/footnotes.xml", root(
        "w:footnotes", '<w:footnote w:type="separator" w:id="-1">%s'
        '</w:footnote><w:footnote w:id="1">%s</w:footnote>' % (
            para("<w:r><w:separator/></w:r>"),
            para("<w:r><w:footnoteRef/></w:r>", run("脚注の文")))),
        WORD + "footnotes+xml")
    hdr = p.link(O + "header", "word/header1.xml", root(
        "w:hdr", para(run("様式第１号")) + para(
            '<w:r><w:pict><v:shapetype id="t136" coordsize="21600,21600" '
            'o:spt="136" path="m@7,l@8,m@5,21600l@6,21600e"/><v:shape '
            'id="PowerPlusWaterMarkObject1" type="#t136" style="position:'
            'absolute;width:400pt;height:100pt;rotation:315"><v:fill '
            'opacity=".5"/><v:textpath style="font-family:&quot;ＭＳ 明朝'
            '&quot;;font-size:1pt" string="写し"/></v:shape></w:pict>'
            '</w:r>')), WORD + "header+xml")
    body = [
        para('<w:r w:rsidR="00A1B2C3">%s</w:r>' %
             "<w:t>起案用紙</w:t>", props='<w:pStyle w:val="1"/>'),
        para('<w:proofErr w:type="spellStart"/>', run(
            "文字の割付", '<w:fitText w:val="1680" w:id="1"/>'),
            '<w:proofErr w:type="spellEnd"/>', run(
                "縦中横", '<w:eastAsianLayout w:id="2" w:vert="1"/>'),
            run("傍点", '<w:em w:val="comma"/>')),
        para('<w:r><w:ruby><w:rubyPr><w:rubyAlign w:val="distributeSpace"/>'
             '<w:hps w:val="10"/><w:hpsRaise w:val="18"/><w:hpsBaseText '
             'w:val="21"/><w:lid w:val="ja-JP"/></w:rubyPr><w:rt>%s</w:rt>'
             '<w:rubyBase>%s</w:rubyBase></w:ruby></w:r>' % (
                 run("せきしょ"), run("関所"))),
        para(field(" EQ \\o\\ac(○,印) ", "㊞"), run("丸囲み")),
        para(run("令和6年4月1日"), "<w:r><w:lastRenderedPageBreak/>"
             '<w:footnoteReference w:id="1"/></w:r>', run("本文")),
        '<w:tbl><w:tblPr><w:tblW w:w="0" w:type="auto"/></w:tblPr>'
        '<w:tblGrid><w:gridCol w:w="4000"/><w:gridCol w:w="4000"/>'
        '</w:tblGrid><w:tr><w:tc><w:tcPr><w:tcW w:w="4000" w:type="dxa"/>'
        '<w:textDirection w:val="tbRlV"/></w:tcPr>%s</w:tc><w:tc><w:tcPr>'
        '<w:tcW w:w="4000" w:type="dxa"/></w:tcPr>%s</w:tc></w:tr></w:tbl>'
        % (para(run("氏名")), para(run("𠮷田葛󠄀城"))),
        para(run("以上")),
    ]
    p.body(*body, sect='<w:headerReference w:type="default" r:id="%s"/>' %
           hdr)
    doc = p.parts["word/document.xml"].decode().replace(
        '<w:pgSz w:w="11906" w:h="16838"/>', '<w:pgSz w:w="11906" '
        'w:h="16838"/><w:pgMar w:top="1985" w:right="1701" w:bottom="1701" '
        'w:left="1701" w:header="851" w:footer="992" w:gutter="0"/>'
        '<w:docGrid w:type="linesAndChars" w:linePitch="360" '
        'w:charSpace="1861"/>')
    p.part("word/document.xml", doc)
    benign("japanese", p, [
        "fitText", "eastAsianLayout", "w:em ", "w:ruby", "関所", "せきしょ",
        "EQ \\\\o\\\\ac(○\\,印)".replace("\\\\", "\\"), "docGrid",
        'charSpace="1861"', "tbRlV", "𠮷田葛󠄀城", "noLineBreaksBefore",
        "脚注の文", "写し", "様式第１号", "compressPunctuation"])


def fields():
    texts = [
        " PAGE ", " NUMPAGES \\* MERGEFORMAT ", ' DATE \\@ "ggge年M月d日" ',
        " SEQ 図 \\* ARABIC ", ' TOC \\o "1-3" \\h \\z \\u ',
        " PAGEREF _Toc1 \\h ", " REF _Ref1 \\r \\h ", " STYLEREF 見出し ",
        ' = SUM(ABOVE) \\# "#,##0" ', ' XE "索引:項目" ',
        ' INDEX \\c "2" ', " SECTIONPAGES ", " AUTHOR ", " TITLE ",
        ' HYPERLINK "https://www.example.jp/" ',
        ' HYPERLINK \\l "_Toc1" ', " FILENAME ",
        ' CREATEDATE \\@ "yyyy/MM/dd" ']
    out = "".join(para(field(t, "値%d" % i)) for i, t in enumerate(texts))
    kept = [t.strip().replace(",", "\\,").replace("\\\\,", "\\,")
            for t in texts if '"' not in t and "\\" not in t]
    form = ('<w:ffData><w:name w:val="c"/><w:enabled/><w:calcOnExit '
            'w:val="0"/><w:checkBox><w:sizeAuto/><w:default w:val="0"/>'
            '</w:checkBox></w:ffData>')
    out += para(char("begin", form), instr(" FORMCHECKBOX "),
                char("separate"), char("end"))
    benign("fields", Package().body(
        '<w:p><w:bookmarkStart w:id="0" w:name="_Toc1"/><w:bookmarkEnd '
        'w:id="0"/></w:p>', out), kept + [
            "ggge年M月d日", "SUM(ABOVE)", "https://www.example.jp/",
            "w:checkBox", "見出し"])


def review():
    p = Package()
    p.link(O + "comments", "word/comments.xml", root(
        "w:comments", '<w:comment w:id="3" w:author="審査" w:date="2024-04-'
        '01T09:00:00Z"><w:p w14:paraId="1A2B3C4D"><w:r><w:annotationRef/>'
        '</w:r>%s</w:p></w:comment>' % run("意見です")), WORD +
        "comments+xml")
    p.link(M + "2011/relationships/commentsExtended",
           "word/commentsExtended.xml", root(
               "w15:commentsEx", '<w15:commentEx w15:paraId="1A2B3C4D" '
               'w15:done="0"/>'), WORD + "commentsExtended+xml")
    mark = 'w:author="甲" w:date="2024-04-01T09:00:00Z"'
    body = (
        para('<w:commentRangeStart w:id="3"/>', run("対象"),
             '<w:commentRangeEnd w:id="3"/><w:r><w:commentReference '
             'w:id="3"/></w:r>'),
        para(run("前"), '<w:ins w:id="10" %s>%s</w:ins>' % (mark, run("追加")),
             '<w:del w:id="11" %s><w:r><w:delText>削除済</w:delText></w:r>'
             '</w:del>' % mark, run("後")),
        para(run("一行目"), props='<w:rPr><w:del w:id="12" %s/></w:rPr>' %
             mark),
        para(run("二行目", '<w:b/><w:rPrChange w:id="13" %s><w:rPr/>'
             '</w:rPrChange>' % mark)),
        '<w:p><w:moveFromRangeStart w:id="14" %s w:name="m"/><w:moveFrom '
        'w:id="15" %s>%s</w:moveFrom><w:moveFromRangeEnd w:id="14"/></w:p>' %
        (mark, mark, run("移動元")),
        '<w:p><w:moveToRangeStart w:id="16" %s w:name="m"/><w:moveTo '
        'w:id="17" %s>%s</w:moveTo><w:moveToRangeEnd w:id="16"/></w:p>' %
        (mark, mark, run("移動先")),
        '<w:tbl><w:tblPr/><w:tblGrid><w:gridCol w:w="900"/></w:tblGrid>'
        '<w:tr><w:trPr><w:del w:id="18" %s/></w:trPr><w:tc>%s</w:tc></w:tr>'
        '<w:tr><w:trPr><w:ins w:id="19" %s/></w:trPr><w:tc>%s</w:tc></w:tr>'
        '</w:tbl>' % (mark, para(run("消える行")), mark,
                      para(run("残る行"))),
        para(run("終")))
    benign("review", p.body(*body), [
        "意見です", "commentRangeStart", "追加", "削除済", "移動元", "移動先",
        "消える行", "残る行", "w15:commentEx"])


def links():
    p = Package()
    rid = p.external(O + "hyperlink", "https://www.example.jp/a")
    mail = p.external(O + "hyperlink", "mailto:madoguchi@example.jp")
    benign("links", p.body(
        para('<w:bookmarkStart w:id="1" w:name="here"/><w:bookmarkEnd '
             'w:id="1"/><w:hyperlink r:id="%s" w:history="1">%s'
             '</w:hyperlink>' % (rid, run("窓口"))),
        para('<w:hyperlink r:id="%s">%s</w:hyperlink>' % (
            mail, run("問い合わせ"))),
        para('<w:hyperlink w:anchor="here">%s</w:hyperlink>' %
             run("上へ"))), ["https://www.example.jp/a", 'w:anchor="here"',
                            "mailto:madoguchi@example.jp"])


def pictures():
    p = Package()
    pic = p.picture()
    benign("pictures", p.body(
        para(picture(blip(pic))), para(picture(blip(pic), 2)),
        para('<w:r><mc:AlternateContent><mc:Choice Requires="wps">%s'
             '</mc:Choice><mc:Fallback><w:pict/></mc:Fallback>'
             '</mc:AlternateContent></w:r>' % graphic(
                 NS["wps"], '<wps:wsp><wps:cNvSpPr/><wps:spPr><a:prstGeom '
                 'prst="rect"><a:avLst/></a:prstGeom></wps:spPr><wps:txbx>'
                 '<w:txbxContent>%s</w:txbxContent></wps:txbx><wps:bodyPr/>'
                 '</wps:wsp>' % para(run("図形の文字"))))),
        ["pic:pic", "図形の文字", "wps:wsp"])


def chart():
    p = Package()
    rid = p.link(O + "chart", "word/charts/chart1.xml", root(
        "c:chartSpace", '<c:chart><c:plotArea><c:layout/><c:barChart>'
        '<c:barDir val="col"/><c:ser><c:idx val="0"/><c:order val="0"/>'
        '<c:tx><c:strRef><c:f>Sheet1!$B$1</c:f><c:strCache><c:ptCount '
        'val="1"/><c:pt idx="0"><c:v>人口</c:v></c:pt></c:strCache>'
        '</c:strRef></c:tx><c:val><c:numRef><c:f>Sheet1!$B$2:$B$3</c:f>'
        '<c:numCache><c:ptCount val="2"/><c:pt idx="0"><c:v>10</c:v></c:pt>'
        '<c:pt idx="1"><c:v>20</c:v></c:pt></c:numCache></c:numRef></c:val>'
        '</c:ser><c:axId val="1"/><c:axId val="2"/></c:barChart></c:plotArea>'
        '</c:chart>', "c", "a", "r"), DOC + "drawingml.chart+xml")
    benign("chart", p.body(para("<w:r>%s</w:r>" % graphic(
        NS["c"], '<c:chart r:id="%s"/>' % rid))),
        ["人口", "Sheet1!$B$2:$B$3"])


def controls():
    p = Package("template.main+xml")
    p.body(
        '<w:sdt><w:sdtPr><w:alias w:val="区分"/><w:dropDownList><w:listItem '
        'w:displayText="可" w:value="1"/></w:dropDownList></w:sdtPr>'
        '<w:sdtContent>%s</w:sdtContent></w:sdt>' % para(run("可")),
        para('<w:sdt><w:sdtPr><w:date w:fullDate="2024-04-01T00:00:00Z">'
             '<w:dateFormat w:val="ggge年M月d日"/><w:lid w:val="ja-JP"/>'
             '<w:calendar w:val="japan"/></w:date></w:sdtPr><w:sdtContent>%s'
             '</w:sdtContent></w:sdt>' % run("令和6年4月1日")),
        para('<m:oMath><m:f><m:num><m:r><m:t>1</m:t></m:r></m:num><m:den>'
             '<m:r><m:t>2</m:t></m:r></m:den></m:f></m:oMath>'))
    benign("controls", p, ["区分", "dropDownList", "japan", "m:oMath",
                           "令和6年4月1日"], ext="dotx")


def rows():
    for path, verdict, findings, gone, kept, _ in SAMPLES:
        ext = path.rsplit(".", 1)[-1].replace("docm", "docx")
        yield "\t".join((path, "ooxml." + ext, verdict, findings,
                         ",".join(gone) or "-", ",".join(kept) or "-"))


def main():
    for make in (field_samples, link_samples, part_samples, object_samples,
                 reference_samples, japanese, fields, links, review,
                 pictures,
                 chart, controls):
        make()
    SAMPLES.sort(key=lambda s: s[0])
    if sys.argv[1:] == ["--rows"]:
        print("\n".join(rows()))
        return
    for path, _, _, _, _, data in SAMPLES:
        name = os.path.join(FOLDER, path)
        os.makedirs(os.path.dirname(name), exist_ok=True)
        with open(name, "wb") as f:
            f.write(data)


if __name__ == "__main__":
    main()
