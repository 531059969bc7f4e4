"""Parts of sample PDFs: a page to begin with, fonts, pictures of one bit."""
import struct
import zlib
import fontlib
from pdflib import Name, Pdf, Stream

N = Name
CMAP = '''/CIDInit /ProcSet findresource begin
12 dict begin
begincmap
/CMapName /Adobe-Identity-UCS def
/CMapType 2 def
1 begincodespacerange
<0000> <FFFF>
endcodespacerange
%d beginbfchar
%s
endbfchar
endcmap
end
end
'''
# 16 x 16 grey, reversible, by OpenJPEG
JP2 = bytes.fromhex(
    '0000000c6a5020200d0a870a00000014667479706a703220000000006a7032200000002d'
    '6a703268000000166968647200000010000000100001070700000000000f636f6c720100'
    '0000000011000000da6a703263ff4fff5100290000000000100000001000000000000000'
    '00000000100000001000000000000000000001070101ff52000c00000001000104040001'
    'ff5c00074040484850ff640025000143726561746564206279204f70656e4a5045472076'
    '657273696f6e20322e352e30ff90000a0000000000650001ff93df81b01166ad352620ce'
    '329b6ba4f88472299dd28faced65fa95cb8de82fcdf43fbe6c856ae2f98b739b7103d07d'
    '8cd3ff02cb7e4b453847afc1f3878fb42e03e406369e36a4f88cca00c2635ada34ad2dc3'
    '7a4738ef9fffd9')


def canary(what):
    return 'SEKISHO-CANARY-pdf-' + what


class Base:
    """A page with a line of text; parts are added, then done() is called."""

    def __init__(self, benign='page'):
        p = self.pdf = Pdf()
        root, pages, page = p.hold(), p.hold(), p.hold()
        self.root_ref, self.pages_ref, self.page_ref = root, pages, page
        self.font = {'F0': p.add({'Type': N('Font'), 'Subtype': N('Type1'),
                                  'BaseFont': N('Helvetica'),
                                  'Encoding': N('WinAnsiEncoding')})}
        self.xobject, self.annots, self.gs, self.props = {}, [], {}, {}
        self.resources = {}
        self.content = b'BT /F0 12 Tf 20 170 Td (SEKISHO-BENIGN-%s) Tj ET\n' \
            % benign.encode()
        self.root = {'Type': N('Catalog'), 'Pages': pages}
        self.page = {'Type': N('Page'), 'Parent': pages,
                     'MediaBox': [0, 0, 300, 200]}
        self.more_pages = []
        self.info = {'Title': 'SEKISHO-BENIGN-title'}

    def draw(self, key, ref, x=20, y=20, w=40, h=40):
        self.xobject[key] = ref
        self.content += b'q %d 0 0 %d %d %d cm /%s Do Q\n' % (
            w, h, x, y, key.encode())

    def stream(self, d, data, pack=True):
        return self.pdf.add(Stream(d, data, pack))

    def image(self, d, data, pack=True):
        return self.stream(dict({'Type': N('XObject'),
                                 'Subtype': N('Image')}, **d), data, pack)

    def form(self, data, **more):
        return self.stream(dict({'Type': N('XObject'), 'Subtype': N('Form'),
                                 'BBox': [0, 0, 100, 100]}, **more), data)

    def annot(self, subtype, **more):
        ref = self.pdf.add(dict({
            'Type': N('Annot'), 'Subtype': N(subtype),
            'Rect': [100, 20, 140, 40], 'F': 4}, **more))
        self.annots.append(ref)
        return ref

    def done(self):
        p = self.pdf
        res = {'Font': self.font}
        for key, v in (('XObject', self.xobject), ('ExtGState', self.gs),
                       ('Properties', self.props)):
            if v:
                res[key] = v
        res.update(self.resources)
        self.page['Resources'] = res
        self.page['Contents'] = self.stream({}, self.content)
        if self.annots:
            self.page['Annots'] = self.annots
        p.set(self.page_ref, self.page)
        kids = [self.page_ref] + self.more_pages
        p.set(self.pages_ref, {'Type': N('Pages'), 'Kids': kids,
                               'Count': len(kids)})
        p.set(self.root_ref, self.root)
        p.root = self.root_ref
        p.info = p.add(self.info)
        return p


# ---- fonts

def descriptor(pdf, key, program, **more):
    d = {'Type': N('FontDescriptor'), 'FontName': N('ABCDEF+Rectangles'),
         'Flags': 4, 'FontBBox': [0, -150, 1000, 850], 'ItalicAngle': 0,
         'Ascent': 850, 'Descent': -150, 'CapHeight': 700, 'StemV': 80,
         key: program}
    d.update(more)
    return pdf.add(d)


def simple_font(base, kind, note=None):
    """kind: type1, type1c or truetype; codes of fontlib.GLYPHS."""
    pdf = base.pdf
    if kind == 'type1':
        clear, body, tail = fontlib.type1(note)
        key, sub = 'FontFile', 'Type1'
        program = base.stream({'Length1': len(clear), 'Length2': len(body),
                               'Length3': len(tail)}, clear + body + tail)
    elif kind == 'type1c':
        key, sub = 'FontFile3', 'Type1'
        program = base.stream({'Subtype': N('Type1C')},
                              fontlib.cff(False, note))
    else:
        data = fontlib.truetype(note)
        key, sub = 'FontFile2', 'TrueType'
        program = base.stream({'Length1': len(data)}, data)
    return pdf.add({'Type': N('Font'), 'Subtype': N(sub),
                    'BaseFont': N('ABCDEF+Rectangles'), 'FirstChar': 65,
                    'LastChar': 76, 'Widths': [700] * 12,
                    'Encoding': N('WinAnsiEncoding'),
                    'FontDescriptor': descriptor(pdf, key, program, Flags=32)})


def to_unicode(base, note=''):
    lines = ['<%04X> <%s>' % (i, g[1].encode('utf-16-be').hex().upper())
             for i, g in enumerate(fontlib.GLYPHS) if g[1]]
    text = CMAP % (len(lines), '\n'.join(lines))
    return base.stream({}, (note + text).encode())


def cid_font(base, kind, note=None, **more):
    """kind: truetype, cff or opentype; codes are glyph numbers."""
    pdf = base.pdf
    if kind == 'truetype':
        data = fontlib.truetype(note)
        key, sub, d = 'FontFile2', 'CIDFontType2', {'Length1': len(data)}
    else:
        key, sub = 'FontFile3', 'CIDFontType0'
        data = fontlib.cff(True, note)
        d = {'Subtype': N('CIDFontType0C')}
        if kind == 'opentype':
            data, d = fontlib.opentype(note), {'Subtype': N('OpenType')}
    program = base.stream(d, data)
    cid = {'Type': N('Font'), 'Subtype': N(sub),
           'BaseFont': N('ABCDEF+Rectangles'),
           'CIDSystemInfo': {'Registry': 'Adobe', 'Ordering': 'Identity',
                             'Supplement': 0},
           'DW': 1000, 'W': [1, [700] * 5],
           'FontDescriptor': descriptor(pdf, key, program)}
    if kind == 'truetype':
        cid['CIDToGIDMap'] = N('Identity')
    return pdf.add(dict({
        'Type': N('Font'), 'Subtype': N('Type0'),
        'BaseFont': N('ABCDEF+Rectangles'), 'Encoding': N('Identity-H'),
        'DescendantFonts': [pdf.add(cid)],
        'ToUnicode': to_unicode(base)}, **more))


def cid_text(s):
    """A hexadecimal string of glyph numbers."""
    index = {g[1]: i for i, g in enumerate(fontlib.GLYPHS) if g[1]}
    return b'<' + b''.join(b'%04X' % index[c] for c in s) + b'>'


# ---- pictures of one bit: 32 x 16, runs of eight (T.6)

ROWS = [[0] * 8 + [1] * 16 + [0] * 8 if 4 <= y < 12 else
        [1] * 8 + [0] * 24 for y in range(16)]
WHITE = {0: '00110101', 8: '10011', 16: '101010', 24: '0101000',
         32: '00011011'}
BLACK = {0: '0000110111', 8: '000101', 16: '0000010111', 24: '00000010111',
         32: '000001101010'}


def g4(rows=None, end=True):
    rows = rows or ROWS
    w, bits, ref = len(rows[0]), '', [0] * len(rows[0])

    def change(line, at, colour):
        """The first element behind at that is not of this colour."""
        while at < w and line[at] == colour:
            at += 1
        return at

    for row in rows:
        a0, colour = 0, 0
        first = True
        while a0 < w:
            a1 = change(row, a0, colour)
            b1 = a0 if first else a0
            # a change in the line above to the other colour
            while b1 < w and not (ref[b1] != colour and (
                    (b1 == 0 and first) or (b1 > 0 and
                                            ref[b1 - 1] == colour and
                                            (b1 > a0 or first)))):
                b1 += 1
            b2 = change(ref, b1, 1 - colour)
            if b2 < a1:
                bits += '0001'
                a0, first = b2, False
            elif a1 == b1:
                bits += '1'
                a0, colour, first = a1, 1 - colour, False
            else:
                a2 = change(row, a1, 1 - colour)
                runs = (WHITE, BLACK) if colour == 0 else (BLACK, WHITE)
                bits += '001' + runs[0][a1 - a0] + runs[1][a2 - a1]
                a0, first = a2, False
        ref = row
    if end:
        bits += '000000000001' * 2
    bits += '0' * (-len(bits) % 8)
    return int(bits, 2).to_bytes(len(bits) // 8, 'big')


def jbig2(note=b''):
    def seg(num, kind, page, data):
        return struct.pack('>IBBBI', num, kind, 0, page, len(data)) + data

    out = seg(0, 48, 1, struct.pack('>IIIIBH', 32, 16, 0, 0, 0, 0))
    if note:
        out += seg(1, 62, 1, struct.pack('>I', 0x20000000) + note + b'\0\0')
    return out + seg(2, 38, 1, struct.pack('>IIIIBB', 32, 16, 0, 0, 0, 1) +
                     g4(end=False))


def pack(data):
    return zlib.compress(data, 6)
