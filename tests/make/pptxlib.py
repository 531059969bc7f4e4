"""A small right presentation as a dict of parts, for the sample makers."""
import struct
import zlib

import ziplib

O = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships/'
M = 'http://schemas.microsoft.com/office/'
P = 'http://schemas.openxmlformats.org/package/2006/relationships/'
OD = 'application/vnd.openxmlformats-officedocument.'
PM = OD + 'presentationml.'
HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
NS = ('xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" '
      'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/'
      'relationships" xmlns:p="http://schemas.openxmlformats.org/'
      'presentationml/2006/main" xmlns:mc="http://schemas.openxmlformats.org/'
      'markup-compatibility/2006" xmlns:p14="http://schemas.microsoft.com/'
      'office/powerpoint/2010/main"')
MAP = ('bg1="lt1" tx1="dk1" bg2="lt2" tx2="dk2" accent1="accent1" '
       'accent2="accent2" accent3="accent3" accent4="accent4" '
       'accent5="accent5" accent6="accent6" hlink="hlink" folHlink="folHlink"')
TREE = ('<p:nvGrpSpPr><p:cNvPr id="1" name=""/><p:cNvGrpSpPr/><p:nvPr/>'
        '</p:nvGrpSpPr><p:grpSpPr/>')


def png(rgb=(40, 90, 160), side=8):
    def chunk(kind, data):
        return (struct.pack('>I', len(data)) + kind + data +
                struct.pack('>I', zlib.crc32(kind + data)))
    rows = (b'\0' + bytes(rgb) * side) * side
    return (b'\x89PNG\r\n\x1a\n' +
            chunk(b'IHDR', struct.pack('>IIBBBBB', side, side, 8, 2, 0, 0, 0)) +
            chunk(b'IDAT', zlib.compress(rows, 9)) + chunk(b'IEND', b''))


def theme(name='Office'):
    def clr(tag, v):
        return '<a:%s><a:srgbClr val="%s"/></a:%s>' % (tag, v, tag)
    colours = ''.join(clr(t, v) for t, v in (
        ('dk1', '000000'), ('lt1', 'FFFFFF'), ('dk2', '1F497D'),
        ('lt2', 'EEECE1'), ('accent1', '4F81BD'), ('accent2', 'C0504D'),
        ('accent3', '9BBB59'), ('accent4', '8064A2'), ('accent5', '4BACC6'),
        ('accent6', 'F79646'), ('hlink', '0000FF'), ('folHlink', '800080')))
    font = ('<a:latin typeface="Calibri"/><a:ea typeface=""/>'
            '<a:cs typeface=""/><a:font script="Jpan" typeface="游ゴシック"/>')
    fill = '<a:solidFill><a:schemeClr val="phClr"/></a:solidFill>'
    return (HEAD + '<a:theme xmlns:a="http://schemas.openxmlformats.org/'
            'drawingml/2006/main" name="%s"><a:themeElements><a:clrScheme '
            'name="x">%s</a:clrScheme><a:fontScheme name="x"><a:majorFont>%s'
            '</a:majorFont><a:minorFont>%s</a:minorFont></a:fontScheme>'
            '<a:fmtScheme name="x"><a:fillStyleLst>%s</a:fillStyleLst>'
            '<a:lnStyleLst>%s</a:lnStyleLst><a:effectStyleLst>%s'
            '</a:effectStyleLst><a:bgFillStyleLst>%s</a:bgFillStyleLst>'
            '</a:fmtScheme></a:themeElements></a:theme>' % (
                name, colours, font, font, fill * 3,
                ('<a:ln w="9525">' + fill + '</a:ln>') * 3,
                '<a:effectStyle><a:effectLst/></a:effectStyle>' * 3, fill * 3))


def shape(n, text, props='', run='', more=''):
    """A text box; props: inside p:cNvPr, run: inside a:rPr."""
    return ('<p:sp><p:nvSpPr><p:cNvPr id="%d" name="図形 %d">%s</p:cNvPr>'
            '<p:cNvSpPr/><p:nvPr/></p:nvSpPr><p:spPr><a:xfrm><a:off x="914400"'
            ' y="%d"/><a:ext cx="6096000" cy="600000"/></a:xfrm><a:prstGeom '
            'prst="rect"><a:avLst/></a:prstGeom>%s</p:spPr><p:txBody><a:bodyPr'
            '/><a:p><a:r><a:rPr lang="ja-JP" altLang="en-US">%s</a:rPr><a:t>%s'
            '</a:t></a:r></a:p></p:txBody></p:sp>' % (
                n, n, props, 500000 + n * 700000, more, run, text))


def picture(n, blip='<a:blip r:embed="rId2"/>', nv='', props=''):
    return ('<p:pic><p:nvPicPr><p:cNvPr id="%d" name="図 %d">%s</p:cNvPr>'
            '<p:cNvPicPr/><p:nvPr>%s</p:nvPr></p:nvPicPr><p:blipFill>%s'
            '<a:stretch><a:fillRect/></a:stretch></p:blipFill><p:spPr><a:xfrm>'
            '<a:off x="7000000" y="%d"/><a:ext cx="914400" cy="914400"/>'
            '</a:xfrm><a:prstGeom prst="rect"><a:avLst/></a:prstGeom></p:spPr>'
            '</p:pic>' % (n, n, props, nv, blip, n * 900000))


def frame(n, uri, inner, x=1000000, y=3000000):
    return ('<p:graphicFrame><p:nvGraphicFramePr><p:cNvPr id="%d" name="枠 %d"'
            '/><p:cNvGraphicFramePr/><p:nvPr/></p:nvGraphicFramePr><p:xfrm>'
            '<a:off x="%d" y="%d"/><a:ext cx="2000000" cy="1500000"/></p:xfrm>'
            '<a:graphic><a:graphicData uri="%s">%s</a:graphicData></a:graphic>'
            '</p:graphicFrame>' % (n, n, x, y, uri, inner))


OLE = 'http://schemas.openxmlformats.org/presentationml/2006/ole'
TABLE = 'http://schemas.openxmlformats.org/drawingml/2006/table'


def canvas(root, shapes, after='', bg='', before='<p:clrMapOvr>'
           '<a:masterClrMapping/></p:clrMapOvr>', in_canvas='', attrs=''):
    return (HEAD + '<p:%s %s%s><p:cSld>%s<p:spTree>%s%s</p:spTree>%s</p:cSld>'
            '%s%s</p:%s>' % (root, NS, attrs, bg, TREE, shapes, in_canvas,
                             before, after, root))


def slide(shapes, after='', **kw):
    return canvas('sld', shapes, after, **kw)


def rels(*rows):
    """rows: (id, type, target) or (id, type, target, 'External')."""
    out = HEAD + ('<Relationships xmlns="http://schemas.openxmlformats.org/'
                  'package/2006/relationships">')
    for row in rows:
        mode = ' TargetMode="%s"' % row[3] if len(row) > 3 else ''
        out += '<Relationship Id="%s" Type="%s" Target="%s"%s/>' % (
            row[0], row[1], row[2].replace('&', '&amp;'), mode)
    return out + '</Relationships>'


LAYOUT = ('rId1', O + 'slideLayout', '../slideLayouts/slideLayout1.xml')


def timing(*steps):
    """A main sequence; a step: (shape id, or xml of the time node)."""
    out, n = '', 3
    for step in steps:
        n += 2
        node = step if isinstance(step, str) else (
            '<p:set><p:cBhvr><p:cTn id="%d" dur="1"/><p:tgtEl><p:spTgt '
            'spid="%d"/></p:tgtEl><p:attrNameLst><p:attrName>style.visibility'
            '</p:attrName></p:attrNameLst></p:cBhvr><p:to><p:strVal '
            'val="visible"/></p:to></p:set>' % (n + 1, step))
        out += ('<p:par><p:cTn id="%d" fill="hold"><p:stCondLst><p:cond '
                'delay="indefinite"/></p:stCondLst><p:childTnLst>%s'
                '</p:childTnLst></p:cTn></p:par>' % (n, node))
    return ('<p:timing><p:tnLst><p:par><p:cTn id="1" dur="indefinite" '
            'restart="never" nodeType="tmRoot"><p:childTnLst><p:seq '
            'concurrent="1" nextAc="seek"><p:cTn id="2" dur="indefinite" '
            'nodeType="mainSeq"><p:childTnLst>%s</p:childTnLst></p:cTn>'
            '<p:prevCondLst><p:cond evt="onPrev" delay="0"><p:tgtEl><p:sldTgt'
            '/></p:tgtEl></p:cond></p:prevCondLst><p:nextCondLst><p:cond '
            'evt="onNext" delay="0"><p:tgtEl><p:sldTgt/></p:tgtEl></p:cond>'
            '</p:nextCondLst></p:seq></p:childTnLst></p:cTn></p:par></p:tnLst>'
            '%s</p:timing>' % (out, ''))


MAIN = PM + 'presentation.main+xml'


class Deck:
    """parts: name -> text or bytes; types: name -> content type."""

    def __init__(self, slides=None, slide_rels=None, pres='', main=MAIN,
                 notes=False, pres_rels=()):
        slides = slides or [slide(shape(2, '題名'))]
        self.parts, self.types = {}, {}
        self.defaults = [('rels', 'application/vnd.openxmlformats-package.'
                          'relationships+xml'), ('xml', 'application/xml'),
                         ('png', 'image/png')]
        ids = ''.join('<p:sldId id="%d" r:id="rId%d"/>' % (256 + i, 10 + i)
                      for i in range(len(slides)))
        nm = ('<p:notesMasterIdLst><p:notesMasterId r:id="rId3"/>'
              '</p:notesMasterIdLst>' if notes else '')
        self.add('ppt/presentation.xml', HEAD + '<p:presentation %s>'
                 '<p:sldMasterIdLst><p:sldMasterId id="2147483648" '
                 'r:id="rId1"/></p:sldMasterIdLst>%s<p:sldIdLst>%s'
                 '</p:sldIdLst><p:sldSz cx="9144000" cy="6858000"/><p:notesSz '
                 'cx="6858000" cy="9144000"/>%s</p:presentation>' % (
                     NS, nm, ids, pres), main)
        rows = [('rId1', O + 'slideMaster', 'slideMasters/slideMaster1.xml'),
                ('rId2', O + 'theme', 'theme/theme1.xml')]
        if notes:
            rows.append(('rId3', O + 'notesMaster',
                         'notesMasters/notesMaster1.xml'))
            self.add('ppt/notesMasters/notesMaster1.xml', canvas(
                'notesMaster', '', before='<p:clrMap %s/>' % MAP),
                PM + 'notesMaster+xml')
            self.rel('ppt/notesMasters/notesMaster1.xml',
                     ('rId1', O + 'theme', '../theme/theme2.xml'))
            self.add('ppt/theme/theme2.xml', theme('Notes'), OD + 'theme+xml')
        for i, text in enumerate(slides):
            name = 'ppt/slides/slide%d.xml' % (i + 1)
            self.add(name, text, PM + 'slide+xml')
            self.rel(name, LAYOUT, *(slide_rels or {}).get(i, ()))
            rows.append(('rId%d' % (10 + i), O + 'slide',
                         'slides/slide%d.xml' % (i + 1)))
        self.rel('ppt/presentation.xml', *(rows + list(pres_rels)))
        self.add('ppt/slideMasters/slideMaster1.xml', canvas(
            'sldMaster', '', '<p:sldLayoutIdLst><p:sldLayoutId '
            'id="2147483649" r:id="rId1"/></p:sldLayoutIdLst>',
            before='<p:clrMap %s/>' % MAP), PM + 'slideMaster+xml')
        self.rel('ppt/slideMasters/slideMaster1.xml', LAYOUT,
                 ('rId2', O + 'theme', '../theme/theme1.xml'))
        self.add('ppt/slideLayouts/slideLayout1.xml', canvas('sldLayout', ''),
                 PM + 'slideLayout+xml')
        self.rel('ppt/slideLayouts/slideLayout1.xml', (
            'rId1', O + 'slideMaster', '../slideMasters/slideMaster1.xml'))
        self.add('ppt/theme/theme1.xml', theme(), OD + 'theme+xml')
        self.rel('', ('rId1', O + 'officeDocument', 'ppt/presentation.xml'))

    def add(self, name, data, kind=None):
        self.parts[name] = data
        if kind:
            self.types[name] = kind

    @staticmethod
    def rels_name(name):
        folder, _, base = name.rpartition('/')
        return (folder + '/' if folder else '') + '_rels/%s.rels' % base

    def rel(self, name, *rows):
        """Set, or add to, the relationships of a part."""
        at = self.rels_name(name)
        old = self.parts.get(at, '')
        new = rels(*rows)
        if old:
            new = old.replace('</Relationships>', new.partition(
                'package/2006/relationships">')[2])
        self.parts[at] = new

    def replace(self, name, old, new):
        assert old in self.parts[name], (name, old)
        self.parts[name] = self.parts[name].replace(old, new, 1)

    def content_types(self):
        out = HEAD + ('<Types xmlns="http://schemas.openxmlformats.org/'
                      'package/2006/content-types">')
        for ext, kind in self.defaults:
            out += '<Default Extension="%s" ContentType="%s"/>' % (ext, kind)
        for name, kind in self.types.items():
            out += '<Override PartName="/%s" ContentType="%s"/>' % (name, kind)
        return out + '</Types>'

    def zip(self, **kw):
        parts = dict(self.parts)
        parts.setdefault('[Content_Types].xml', self.content_types())
        return ziplib.build([ziplib.Entry(n, d.encode() if isinstance(d, str)
                                          else d) for n, d in parts.items()],
                            **kw)
