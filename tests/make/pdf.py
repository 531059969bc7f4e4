#!/usr/bin/env python3
"""Sample PDFs: samples/{benign,planted}/pdf.

usage: pdf.py [SAMPLES]

Benign ones hold what must be kept. Planted ones hold one construct each, with
its canary SEKISHO-CANARY-pdf-NAME; a few are out of pdf_matrix.py.
"""
import os
import sys
import pdf_matrix
import pdf_planted
import pdf_tricks
from pdf_base import (Base, JP2, N, cid_font, cid_text, g4, jbig2,
                      simple_font)
from pdflib import Crypt, packed, plain

ROOT = os.path.join(os.path.dirname(__file__), '../../samples')


def save(kind, name, data):
    folder = os.path.join(ROOT, kind, 'pdf')
    os.makedirs(folder, exist_ok=True)
    with open(os.path.join(folder, name + '.pdf'), 'wb') as f:
        f.write(data)


def sample(*path):
    with open(os.path.join(ROOT, *path), 'rb') as f:
        return f.read()


# ---- benign

def fonts():
    b = Base('fonts')
    for i, kind in enumerate(('type1', 'type1c', 'truetype')):
        b.font['S%d' % i] = simple_font(b, kind)
        b.content += b'BT /S%d 16 Tf %d 140 Td (AEL) Tj ET\n' % (i,
                                                                 20 + i * 60)
    for i, kind in enumerate(('truetype', 'cff', 'opentype')):
        b.font['C%d' % i] = cid_font(b, kind)
        b.content += b'BT /C%d 16 Tf 20 %d Td %s Tj ET\n' % (
            i, 120 - 20 * i, cid_text('日本国田中山'))
    glyph = b.stream({}, b'700 0 0 0 700 700 d1 0 0 500 700 re f')
    b.font['T3'] = b.pdf.add({
        'Type': N('Font'), 'Subtype': N('Type3'), 'FontBBox': [0, 0, 700, 700],
        'FontMatrix': [0.001, 0, 0, 0.001, 0, 0], 'CharProcs': {'a': glyph},
        'Encoding': {'Type': N('Encoding'), 'Differences': [97, N('a')]},
        'FirstChar': 97, 'LastChar': 97, 'Widths': [700], 'Resources': {}})
    b.content += b'BT /T3 20 Tf 200 60 Td (aa) Tj ET\n'
    return b


def picture(b, bits, d, data, pack=False):
    return b.image(dict({'Width': d[0], 'Height': d[1],
                         'ColorSpace': N(d[2]), 'BitsPerComponent': bits},
                        **d[3]), data, pack)


def pictures():
    b = Base('pictures')
    jpg = sample('benign', 'jpeg', 'colour.jpg')
    one = (32, 16, 'DeviceGray')
    ccitt = {'Filter': N('CCITTFaxDecode'),
             'DecodeParms': {'K': -1, 'Columns': 32, 'Rows': 16}}
    mask = b.image({'Width': 8, 'Height': 8, 'ColorSpace': N('DeviceGray'),
                    'BitsPerComponent': 8}, bytes(range(0, 256, 4)))
    draws = [
        picture(b, 8, (40, 24, 'DeviceRGB', {'Filter': N('DCTDecode')}), jpg),
        picture(b, 1, one + (ccitt,), g4()),
        picture(b, 1, one + ({'Filter': N('JBIG2Decode')},), jbig2()),
        picture(b, 8, (16, 16, 'DeviceGray', {'Filter': N('JPXDecode')}),
                JP2),
        picture(b, 8, (8, 8, 'DeviceRGB', {'SMask': mask}),
                bytes(range(192)), True),
        picture(b, 8, (8, 8, 'DeviceGray', {
            'Filter': [N('ASCIIHexDecode'), N('RunLengthDecode')]}),
            (b'07' + b'00408060A0C0E0FF') * 8 + b'80>'),
        b.image({'Width': 8, 'Height': 2, 'BitsPerComponent': 4,
                 'ColorSpace': [N('Indexed'), N('DeviceRGB'), 2,
                                b'\xff\0\0\0\xff\0\0\0\xff']},
                b'\x01\x20\x12\x01' * 2),
        b.image({'Width': 16, 'Height': 2, 'ImageMask': True,
                 'BitsPerComponent': 1, 'Decode': [1, 0]},
                b'\xaa\xaa\x55\x55'),
    ]
    for i, ref in enumerate(draws):
        b.draw('I%d' % i, ref, 20 + 60 * (i % 4), 20 + 60 * (i // 4))
    b.content += (b'q 30 0 0 30 250 150 cm BI /W 4 /H 4 /CS /G /BPC 8 /F '
                  b'/AHx ID 00112233445566778899AABBCCDDEEFF> EI Q\n')
    return b


def second_page(b):
    ref = b.pdf.add({'Type': N('Page'), 'Parent': b.pages_ref,
                     'MediaBox': [0, 0, 300, 200], 'Rotate': 90,
                     'Resources': {'Font': b.font}, 'Contents': b.stream(
                         {}, b'BT /F0 12 Tf 20 100 Td (page two) Tj ET')})
    b.more_pages.append(ref)
    return ref


def reading():
    """Links, bookmarks, labels, named places, layers, tags, language."""
    b = Base('reading')
    p = b.pdf
    two = second_page(b)
    place = [two, N('XYZ'), 0, 200, None]
    b.annot('Link', Border=[0, 0, 1], Dest=place)
    b.annot('Link', A={'S': N('GoTo'), 'D': 'named'}, H=N('I'))
    b.annot('Link', A={'S': N('URI'), 'URI': pdf_matrix.WEB})
    b.annot('Text', Contents='付せん', T='担当者', Name=N('Note'))
    b.annot('Highlight', QuadPoints=[20, 180, 90, 180, 20, 168, 90, 168],
            C=[1, 1, 0], Contents='SEKISHO-BENIGN-mark')
    b.root['Dests'] = {'old': [b.page_ref, N('Fit')]}
    b.root['Names'] = {'Dests': {'Names': ['named', {'D': place}]}}
    top, one, kid = p.hold(), p.hold(), p.hold()
    p.set(top, {'Type': N('Outlines'), 'First': one, 'Last': one, 'Count': 2})
    p.set(one, {'Title': '第一章', 'Parent': top, 'First': kid, 'Last': kid,
                'Count': 1, 'Dest': [b.page_ref, N('Fit')]})
    p.set(kid, {'Title': 'SEKISHO-BENIGN-bookmark', 'Parent': one, 'A': {
        'S': N('GoTo'), 'D': place}, 'C': [1, 0, 0], 'F': 2})
    b.root['Outlines'] = top
    b.root['PageLabels'] = {'Nums': [0, {'S': N('r'), 'St': 3},
                                     1, {'S': N('D'), 'P': '付録-'}]}
    layers(b)
    tags(b)
    b.root.update(Lang='ja-JP', PageLayout=N('TwoColumnLeft'),
                  ViewerPreferences={'Direction': N('R2L'),
                                     'DisplayDocTitle': True})
    return b


def layers(b):
    p = b.pdf
    on = p.add({'Type': N('OCG'), 'Name': 'SEKISHO-BENIGN-layer'})
    off = p.add({'Type': N('OCG'), 'Name': '隠れた層'})
    b.root['OCProperties'] = {
        'OCGs': [on, off],
        'D': {'Name': '図面', 'Order': [on, off], 'ON': [on], 'OFF': [off],
              'BaseState': N('ON')}}
    b.props.update(L0=on, L1=off)
    b.content += (b'/OC /L0 BDC 20 60 20 20 re f EMC\n'
                  b'/OC /L1 BDC 60 60 20 20 re f EMC\n')


def tags(b):
    p = b.pdf
    root, doc, para, fig = (p.hold() for _ in range(4))
    b.content += (b'/P <</MCID 0 /Lang (ja)>> BDC BT /F0 10 Tf 20 40 Td '
                  b'(tagged) Tj ET EMC\n/Artifact BMC 0 0 5 5 re f EMC\n'
                  b'/Figure <</MCID 1>> BDC 150 60 20 20 re f EMC\n')
    b.page['StructParents'] = 0
    b.page['Tabs'] = N('S')
    p.set(root, {'Type': N('StructTreeRoot'), 'K': [doc],
                 'ParentTree': {'Nums': [0, [para, fig]]},
                 'ParentTreeNextKey': 1, 'RoleMap': {'Absatz': N('P')}})
    p.set(doc, {'Type': N('StructElem'), 'S': N('Document'), 'P': root,
                'K': [para, fig], 'Lang': 'ja'})
    p.set(para, {'Type': N('StructElem'), 'S': N('Absatz'), 'P': doc,
                 'Pg': b.page_ref, 'K': 0})
    p.set(fig, {'Type': N('StructElem'), 'S': N('Figure'), 'P': doc,
                'Pg': b.page_ref, 'K': [1], 'Alt': 'SEKISHO-BENIGN-alt',
                'A': {'O': N('Layout'), 'Placement': N('Block')}})
    b.root['StructTreeRoot'] = root
    b.root['MarkInfo'] = {'Marked': True}


def forms():
    b = Base('forms')
    p = b.pdf
    da = '/Helv 10 Tf 0 g'
    helv = {'Font': {'Helv': b.font['F0']}}
    look = b.stream({'Type': N('XObject'), 'Subtype': N('Form'),
                     'BBox': [0, 0, 100, 20], 'Resources': helv},
                    b'/Tx BMC q BT /Helv 10 Tf 0 g 2 6 Td '
                    b'(SEKISHO-BENIGN-value) Tj ET Q EMC')
    yes = b.form(b'0 0 1 rg 2 2 16 16 re f')
    off = b.form(b'0 0 20 20 re S')

    def field(rect, **more):
        return b.annot('Widget', P=b.page_ref, Rect=rect, **more)

    group = p.hold()
    radios = [field([20 + 30 * i, 20, 40 + 30 * i, 40], Parent=group,
                    AS=N(str(i)) if i == 1 else N('Off'),
                    AP={'N': {str(i): yes, 'Off': off}}) for i in range(2)]
    p.set(group, {'FT': N('Btn'), 'Ff': 49152, 'T': 'radio', 'V': N('1'),
                  'Kids': radios})
    fields = [
        field([20, 140, 120, 160], FT=N('Tx'), T='text', DA=da, TU='名前',
              V='SEKISHO-BENIGN-value', AP={'N': look}, MaxLen=40),
        field([20, 110, 40, 130], FT=N('Btn'), T='check', V=N('Yes'),
              AS=N('Yes'), AP={'N': {'Yes': yes, 'Off': off}},
              MK={'CA': '4', 'BC': [0], 'BG': [1, 1, 0.9]}),
        field([20, 80, 120, 100], FT=N('Ch'), Ff=131072, T='choice', DA=da,
              Opt=['赤', ['b', '青']], V='b', I=[1]),
        field([150, 80, 250, 100], FT=N('Tx'), T='no look', DA=da,
              V='made here', Q=1),
        group]
    b.root['AcroForm'] = {'Fields': fields, 'DA': da, 'DR': helv}
    return b


def colours():
    """Patterns, shadings, colour spaces, functions, transparency."""
    b = Base('colours')
    p = b.pdf
    fn = {'FunctionType': 2, 'Domain': [0, 1], 'C0': [1, 0, 0],
          'C1': [0, 0, 1], 'N': 1}
    shade = p.add({'ShadingType': 2, 'ColorSpace': N('DeviceRGB'),
                   'Coords': [0, 0, 100, 0], 'Function': p.add(fn),
                   'Extend': [True, True]})
    tint = b.stream({'FunctionType': 4, 'Domain': [0, 1],
                     'Range': [0, 1, 0, 1, 0, 1]},
                    b'{ dup 0.5 mul exch 1 exch sub dup }')
    tile = b.stream({'PatternType': 1, 'PaintType': 1, 'TilingType': 1,
                     'BBox': [0, 0, 10, 10], 'XStep': 10, 'YStep': 10,
                     'Resources': {}}, b'0 1 0 rg 0 0 5 5 re f')
    group = b.form(b'1 0 0 rg 0 0 50 50 re f', Group={
        'S': N('Transparency'), 'CS': N('DeviceRGB'), 'I': True})
    b.resources.update(
        Shading={'Sh': shade}, Pattern={'P0': tile},
        ColorSpace={'Sep': [N('Separation'), N('Spot'), N('DeviceRGB'), tint],
                    'Cal': [N('CalRGB'), {'WhitePoint': [0.9505, 1, 1.089]}]})
    b.gs['G0'] = {'Type': N('ExtGState'), 'ca': 0.5, 'BM': N('Multiply')}
    b.draw('Grp', group, 200, 20, 1, 1)
    b.content += (b'q 20 100 100 40 re W n /Sh sh Q\n'
                  b'/Sep cs 0.7 scn 20 20 40 40 re f\n'
                  b'/Cal cs 0.2 0.4 0.6 scn 70 20 40 40 re f\n'
                  b'/Pattern cs /P0 scn 120 20 60 60 re f\n'
                  b'/G0 gs 1 0 0 rg 130 100 60 40 re f\n')
    return b


BENIGN = {'fonts': fonts, 'pictures': pictures, 'reading': reading,
          'forms': forms, 'colours': colours}


def benign():
    for name, make in BENIGN.items():
        save('benign', name, plain(make().done()))
    save('benign', 'packed', packed(reading().done()))
    for kind in ('rc4', 'aes128', 'aes256'):
        save('benign', 'encrypted-' + kind,
             plain(Base().done(), (), Crypt(kind)))
    save('benign', 'password',
         plain(Base().done(), (), Crypt('aes128', b'himitsu')))
    save('benign', 'password-aes256',
         plain(Base().done(), (), Crypt('aes256', b'himitsu')))


# ---- planted

SOME = (('JavaScript', 'plain'), ('JavaScript.stream', 'packed'),
        ('Launch.Win', 'packed'), ('GoToR', 'packed'), ('GoToE', 'update'),
        ('SubmitForm', 'packed'), ('ImportData', 'packed'),
        ('Rendition', 'packed'), ('Thread', 'packed'),
        ('URI.script', 'hex-packed'), ('Named', 'aes128'),
        ('.twice', 'packed'))


def planted():
    for what, dress in SOME:
        save('planted', 'action-%s-%s' % (what.strip('.').replace(
            '.', '-').lower(), dress), pdf_matrix.make(what, dress)[0])
    for name, make in {**pdf_planted.ALL, **pdf_tricks.ALL}.items():
        data = make()
        if not isinstance(data, bytes):
            data = plain(data.done())
        save('planted', name, data)


if __name__ == '__main__':
    if len(sys.argv) > 1:
        ROOT = sys.argv[1]
    pdf_planted.ROOT = ROOT
    benign()
    planted()
