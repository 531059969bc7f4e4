"""One construct of a PDF each (files, media, outside streams, what hides in
streams, fonts and pictures), with its canary."""
import os
import fontlib
from pdf_base import (Base, CMAP, JP2, N, canary, cid_font, cid_text, g4,
                      jbig2, simple_font)
from pdflib import Raw, Stream, packed, plain, updated

ROOT = '../samples'
ALL = {}


def sample(f):
    ALL[f.__name__.replace('_', '-')] = f
    return f


def note(what):
    return canary(what).encode()


def given(*path):
    with open(os.path.join(ROOT, *path), 'rb') as f:
        return f.read()


def file_spec(b, what, embedded=True):
    d = {'Type': N('Filespec'), 'F': what + '.txt', 'UF': what + '.txt',
         'Desc': canary(what + '-desc'), 'AFRelationship': N('Data')}
    if embedded:
        f = b.stream({'Type': N('EmbeddedFile'), 'Subtype': N('text/plain'),
                      'Params': {'Size': 5, 'CheckSum': b'x' * 16}},
                     b'The attached text SEKISHO-BENIGN-attached')
        d['EF'] = {'F': f, 'UF': f}
    return b.pdf.add(d)


def image(b, **more):
    d = {'Width': 8, 'Height': 8, 'ColorSpace': N('DeviceGray'),
         'BitsPerComponent': 8}
    d.update(more)
    return b.image(d, bytes(64))


# ---- files

@sample
def attachment():
    b = Base()
    b.root['Names'] = {'EmbeddedFiles': {'Names': [
        'one', file_spec(b, 'attachment')]}}
    return b


@sample
def attachment_annotation():
    b = Base()
    b.annot('FileAttachment', FS=file_spec(b, 'attached'), Name=N('Tag'))
    return b


@sample
def associated_files():
    b = Base()
    spec = file_spec(b, 'associated')
    b.root['AF'] = b.page['AF'] = [spec]
    b.draw('X', b.form(b'0 0 9 9 re f', AF=[spec]))
    b.annot('Square', AF=[spec])
    return b


@sample
def portfolio():
    b = Base()
    b.root['Names'] = {'EmbeddedFiles': {'Names': [
        'a', file_spec(b, 'portfolio')]}}
    b.root['Collection'] = {'Type': N('Collection'), 'View': N('D'), 'D': 'a',
                            'Schema': {'x': {'N': canary('schema'),
                                             'Subtype': N('F')}},
                            'Navigator': {'Layout': canary('navigator')}}
    return b


@sample
def outside_image():
    b = Base()
    b.draw('X', b.image({'Width': 8, 'Height': 8, 'BitsPerComponent': 8,
                         'ColorSpace': N('DeviceGray'),
                         'F': {'FS': N('URL'), 'F': 'http://x.invalid/' +
                               canary('outside')}}, b'', False))
    return b


@sample
def outside_streams():
    """F, FFilter and FDecodeParms in every kind of stream."""
    b = Base()
    out = {'F': {'Type': N('Filespec'), 'FS': N('URL'),
                 'F': '\\\\x.invalid\\' + canary('outside-stream')},
           'FFilter': N('FlateDecode'), 'FDecodeParms': {'Predictor': 1}}
    b.draw('X', b.form(b'0 0 9 9 re f', **out))
    b.draw('I', image(b, **out), 80)
    b.page['Contents'] = None
    data = fontlib.truetype()
    program = b.stream(dict(out, Length1=len(data)), data)
    from pdf_base import descriptor
    b.font['O'] = b.pdf.add({
        'Type': N('Font'), 'Subtype': N('TrueType'), 'FirstChar': 65,
        'LastChar': 65, 'Widths': [700], 'BaseFont': N('ABCDEF+Rectangles'),
        'FontDescriptor': descriptor(b.pdf, 'FontFile2', program)})
    b.content += b'BT /O 12 Tf 20 100 Td (A) Tj ET'
    return b


@sample
def reference_object():
    b = Base()
    b.draw('X', b.form(b'0 0 9 9 re f', Ref={
        'F': {'F': canary('ref') + '.pdf'}, 'Page': 0}))
    return b


@sample
def opi():
    b = Base()
    b.draw('X', image(b, OPI={'2.0': {'Type': N('OPI'), 'Version': 2.0,
                                      'F': canary('opi') + '.tif'}}))
    return b


@sample
def web_capture():
    b = Base()
    b.root['SpiderInfo'] = {'V': 1.0, 'C': [b.pdf.add({
        'URL': 'http://x.invalid/' + canary('spider'), 'P': canary('post')})]}
    b.root['Names'] = {'URLS': {'Names': ['http://x.invalid/', b.pdf.add(
        {'S': N('SPS'), 'ID': b'1', 'SI': {'AU': canary('source')}})]}}
    return b


@sample
def output_intent_file():
    b = Base()
    b.root['OutputIntents'] = [{
        'Type': N('OutputIntent'), 'S': N('GTS_PDFX'),
        'OutputConditionIdentifier': 'x',
        'DestOutputProfileRef': {'URLs': [{
            'FS': N('URL'), 'F': 'http://x.invalid/' + canary('profile')}]}}]
    return b


# ---- media

@sample
def media():
    b = Base()
    spec = file_spec(b, 'movie', False)
    b.annot('Movie', T='m', Movie={'F': spec, 'Poster': True},
            A={'Mode': N('Repeat')}, Contents=canary('movie'))
    b.annot('Sound', Sound=b.stream({'Type': N('Sound'), 'R': 8000},
                                    note('sound')))
    b.annot('Screen', T='s', MK={}, A={
        'S': N('Rendition'), 'OP': 0, 'R': {
            'S': N('MR'), 'N': canary('rendition'), 'C': {
                'S': N('MCD'), 'CT': 'video/mp4', 'D': spec}}})
    b.annot('3D', **{'3DD': b.stream({
        'Type': N('3D'), 'Subtype': N('U3D'), 'OnInstantiate': b.stream(
            {}, note('3d-script'))}, note('3d')),
        '3DA': {'A': N('PO')}, 'Contents': canary('3d-annot')})
    b.annot('RichMedia', RichMediaSettings={
        'Activation': {'Condition': N('PO'), 'Scripts': [spec]}},
        RichMediaContent={'Assets': {'Names': ['x.swf', spec]},
                          'Configurations': [{
                              'Type': N('RichMediaConfiguration'),
                              'Name': canary('rich')}]})
    b.root['Names'] = {'Renditions': {'Names': ['r', {
        'S': N('MR'), 'N': canary('rendition-tree')}]}}
    return b


@sample
def odd_annotations():
    b = Base()
    for s in ('TrapNet', 'PrinterMark', 'Projection', 'Sekisho', 'PS'):
        b.annot(s, Contents=canary('annot-' + s.lower()))
    b.annot('Redact', QuadPoints=[20, 180, 90, 180, 20, 168, 90, 168],
            OverlayText=canary('redact'))
    b.annot('FreeText', Contents='text', DA='/F0 9 Tf 0 g',
            RC='<body xmlns="http://www.w3.org/1999/xhtml"><p>%s</p></body>'
            % canary('rich-text'), DS='font: 9pt ' + canary('style'))
    b.annot('Text', Contents='t', ExData={'Type': N('ExData'),
                                          'X': canary('exdata')})
    return b


@sample
def annotation_look():
    """An appearance is a content stream like any other."""
    b = Base()
    b.annot('Stamp', AP={'N': b.form(
        b'/%s gs (x) %s 0 0 9 9 re f BX (y) Z EX' % (
            note('look-name'), note('look-op')), PieceInfo={
                'X': {'LastModified': 'D:2024', 'Private': canary('look')}})})
    return b


# ---- data beside the document

@sample
def private_data():
    b = Base()
    piece = {'AI': {'LastModified': 'D:20240401', 'Private': b.stream(
        {}, note('private'))}}
    b.root['PieceInfo'] = b.page['PieceInfo'] = piece
    b.page['Thumb'] = image(b)
    b.page['Sekisho'] = canary('page-key')
    b.page['LastModified'] = 'D:20240401090000'
    b.page['SeparationInfo'] = {'DeviceColorant': canary('separation')}
    b.root['Extensions'] = {'SEKI': {'URL': canary('extension')}}
    b.root['Legal'] = {'Attestation': canary('legal')}
    b.root['DSS'] = {'Certs': [b.stream({}, note('cert'))]}
    b.root['Perms'] = {'UR3': {'Type': N('Sig'), 'Contents': note('ur3')}}
    return b


@sample
def metadata():
    b = Base()
    b.info.update(Author='SEKISHO-BENIGN-author', Producer=canary('producer'),
                  Creator=canary('creator'), Keywords=canary('keywords'),
                  SEKISHO=canary('info-key'),
                  CreationDate='D:20240401090000+09\'00\'')
    xmp = b.stream({'Type': N('Metadata'), 'Subtype': N('XML')},
                   b'<x:xmpmeta xmlns:x="adobe:ns:meta/">%s</x:xmpmeta>' %
                   note('xmp'), False)
    b.root['Metadata'] = b.page['Metadata'] = xmp
    b.draw('X', image(b, Metadata=xmp))
    b.draw('F', b.form(b'0 0 9 9 re f', Metadata=xmp), 80)
    return b


@sample
def xfa():
    b = Base()
    field = b.annot('Widget', FT=N('Tx'), T='f', V='SEKISHO-BENIGN-value',
                    P=b.page_ref, DA='/F0 9 Tf 0 g')
    b.root['AcroForm'] = {'Fields': [field], 'XFA': [
        'template', b.stream({}, b'<template><script contentType='
                             b'"application/x-javascript">%s</script>'
                             b'</template>' % note('xfa'))],
        'DR': {'Font': {'F0': b.font['F0']}}, 'DA': '/F0 9 Tf 0 g'}
    return b


@sample
def odd_values():
    """Values of fields that are streams or lists, without a look."""
    b = Base()
    value = b.stream({'Type': N('X')}, b'SEKISHO-BENIGN-value')
    fields = [b.annot('Widget', FT=N(kind), T=name, V=v, P=b.page_ref,
                      RV='<body>%s</body>' % canary('rich-value'),
                      DV={'S': N('JavaScript'), 'JS': canary('value')},
                      MaxLen=-1, DA='/F0 9 Tf (%s) run' % canary('style'))
              for kind, name, v in (('Tx', 'stream', value),
                                    ('Ch', 'list', [None, 5, 'x']),
                                    ('Tx', 'list2', ['y']),
                                    ('Ch', 'stream2', value))]
    b.root['AcroForm'] = {'Fields': fields, 'DA': canary('form-style')}
    return b


@sample
def layers_for_print():
    b = Base()
    g = b.pdf.add({'Type': N('OCG'), 'Name': 'x', 'Usage': {
        'CreatorInfo': {'Creator': canary('layer'), 'Subtype': N('Artwork')},
        'Print': {'PrintState': N('ON')}, 'View': {'ViewState': N('OFF')}}})
    b.root['OCProperties'] = {'OCGs': [g], 'D': {
        'Order': [g], 'AS': [{'Event': N('Print'), 'Category': [N('Print')],
                              'OCGs': [g]}]},
        'Configs': [{'Name': canary('layer-config'), 'OFF': [g]}]}
    b.props['L'] = g
    b.content += b'/OC /L BDC 0 0 9 9 re f EMC\n'
    return b


@sample
def other_look_in_print():
    b = Base()
    b.draw('X', image(b, Alternates=[{'Image': image(
        b, Sekisho=canary('alternate')), 'DefaultForPrinting': True}]))
    b.annot('Watermark', Contents='w', FixedPrint={
        'Type': N('FixedPrint'), 'X': canary('fixed')})
    return b


@sample
def lures():
    """Windows without menus, full screen, slide shows."""
    b = Base()
    b.root['PageMode'] = N('FullScreen')
    b.root['ViewerPreferences'] = {
        'HideToolbar': True, 'HideMenubar': True, 'HideWindowUI': True,
        'NonFullScreenPageMode': N('UseNone'), 'Sekisho': canary('viewer')}
    b.page.update(Dur=1, Trans={'S': N('Fly'), 'X': canary('trans')})
    return b


# ---- the file

@sample
def earlier_version():
    """The update replaces a page that said more."""
    old = Base()
    old.content += b'BT /F0 9 Tf 20 90 Td (%s) Tj ET' % note('old')
    old = old.done()
    return updated(old, Base().done())


@sample
def shadow():
    """What the update shows was there before, covered."""
    old = Base()
    second = old.stream({}, note('shadow'))
    old.page['Shadow'] = second
    return updated(old.done(), Base().done())


@sample
def unused_objects():
    b = Base()
    b.pdf.add({'S': N('JavaScript'), 'JS': canary('unused')})
    b.stream({}, note('unused-stream'))
    return b


@sample
def around():
    """Bytes before, behind and between."""
    data = plain(Base().done())
    at = data.index(b'2 0 obj')
    return (data[:at] + b'% ' + note('between') + b'\n' + data[at:] +
            b'\n' + note('behind') + b'\n%%EOF\n')


@sample
def before():
    return note('before') + b'\n' + plain(Base().done())


@sample
def broken_table():
    data = plain(Base().done())
    return data[:data.rindex(b'startxref')] + b'startxref\n7\n%%EOF\n'


@sample
def trailer_keys():
    data = plain(Base().done())
    return data.replace(b'trailer\n<<', b'trailer\n<</AA <</X <</S '
                        b'/JavaScript /JS (%s)>>>> /DocChecksum /X ' %
                        note('trailer'), 1)


# ---- what is drawn

@sample
def content():
    b = Base()
    b.content += b'''%% %s
(%s) Sekisho
BX /X (%s) unknown <</A (%s)>> EX
/P <</MCID 0 /X (%s) /Lang (ja)>> BDC EMC
/Sekisho /%s DP
/%s Do /%s gs /%s 5 Tf
q q q 5 w
BI /W 1 /H 1 /CS /G /BPC 8 /X (%s) ID x EI
BT (%s) " ET
[(%s)] 7 TJ
''' % tuple(note('content-%d' % i) for i in range(12))
    return b


@sample
def drawing_bomb():
    """Forms in forms, each drawn 20 times: 20^11 rectangles."""
    b = Base()
    form = b.form(b'0 0 1 1 re f %% %s\n' % note('drawing-bomb'))
    for _ in range(11):
        form = b.form(b'/F Do\n' * 20, Resources={'XObject': {'F': form}})
    b.draw('F', form)
    return b


@sample
def postscript():
    b = Base()
    b.draw('P', b.stream({'Type': N('XObject'), 'Subtype': N('PS'),
                          'Level1': b.stream({}, note('ps-1'))},
                         b'(%s) run' % note('ps')))
    b.draw('Q', b.form(note('ps2'), Subtype2=N('PS'), PS=b.stream(
        {}, note('ps3'))))
    b.content += b'(%s) PS\n' % note('ps4')
    fn = b.stream({'FunctionType': 4, 'Domain': [0, 1], 'Range': [0, 1]},
                  b'{ (%s) run 2 %% %s\n mul }' % (note('fn'), note('fn2')))
    b.gs['G'] = {'TR': fn, 'BG': fn, 'UCR': fn, 'HT': b.stream({
        'HalftoneType': 6, 'Width': 1, 'Height': 1}, note('ht')), 'CA': 0.5,
        'SMask': {'S': N('Luminosity'), 'G': b.form(
            b'0 0 1 1 re f', Group={'S': N('Transparency')}), 'TR': fn}}
    b.content += b'/G gs 0 0 5 5 re f\n'
    return b


@sample
def behind_the_data():
    """Bytes behind the end of Flate, of a picture, of a hex string."""
    b = Base()
    b.page['X'] = None
    b.draw('I', b.image({'Width': 4, 'Height': 4, 'BitsPerComponent': 8,
                         'ColorSpace': N('DeviceGray')},
                        bytes(16) + note('rows')))
    b.draw('J', b.image({'Width': 4, 'Height': 4, 'BitsPerComponent': 8,
                         'ColorSpace': N('DeviceGray'),
                         'Filter': N('ASCIIHexDecode')},
                        b'00' * 16 + b'>' + note('hex'), False), 80)
    from pdf_base import pack
    b.draw('K', b.image({'Width': 4, 'Height': 4, 'BitsPerComponent': 8,
                         'ColorSpace': N('DeviceGray'),
                         'Filter': N('FlateDecode')},
                        pack(bytes(16)) + note('flate'), False), 140)
    return b


@sample
def pictures():
    b = Base()
    for i, name in enumerate(('xmp.jpg', 'comment.jpg', 'trailer.jpg')):
        b.draw('D%d' % i, b.image({
            'Width': 40, 'Height': 24, 'ColorSpace': N('DeviceRGB'),
            'BitsPerComponent': 8, 'Filter': N('DCTDecode')},
            given('planted', 'jpeg', name), False), 20 + 50 * i)
    one = {'Width': 32, 'Height': 16, 'ColorSpace': N('DeviceGray'),
           'BitsPerComponent': 1}
    b.draw('C', b.image(dict(one, Filter=N('CCITTFaxDecode'), DecodeParms={
        'K': -1, 'Columns': 32, 'Rows': 16}), g4() + note('ccitt'), False),
        20, 80)
    b.draw('J', b.image(dict(one, Filter=N('JBIG2Decode')),
                        jbig2(note('jbig2')), False), 70, 80)
    box = note('jp2')
    jp2 = JP2[:32] + (len(box) + 8).to_bytes(4, 'big') + b'xml ' + box
    b.draw('P', b.image({'Width': 16, 'Height': 16, 'BitsPerComponent': 8,
                         'ColorSpace': N('DeviceGray'),
                         'Filter': N('JPXDecode')}, jp2 + JP2[32:], False),
           120, 80)
    return b


@sample
def icc_profile():
    b = Base()
    b.resources['ColorSpace'] = {'C': [N('ICCBased'), b.stream(
        {'N': 3, 'Alternate': N('DeviceRGB')}, b'\0\0\1\0' + bytes(120) +
        note('icc'))]}
    b.content += b'/C cs 1 0 0 sc 20 20 40 40 re f\n'
    return b


# ---- fonts

@sample
def fonts():
    b = Base()
    c = canary('font')
    for i, kind in enumerate(('type1', 'type1c', 'truetype')):
        b.font['S%d' % i] = simple_font(b, kind, c)
        b.content += b'BT /S%d 16 Tf %d 140 Td (AEL) Tj ET\n' % (i,
                                                                 20 + i * 60)
    for i, kind in enumerate(('truetype', 'cff', 'opentype')):
        b.font['C%d' % i] = cid_font(b, kind, c)
        b.content += b'BT /C%d 16 Tf 20 %d Td %s Tj ET\n' % (
            i, 120 - 20 * i, cid_text('日本国田中山'))
    return b


@sample
def font_matrix():
    """A string where a viewer pastes a number into a script."""
    b = Base()
    text = '0]); alert("%s"); //' % canary('matrix')
    b.font['T3'] = b.pdf.add({
        'Type': N('Font'), 'Subtype': N('Type3'), 'FontBBox': [0, 0, 9, text],
        'FontMatrix': [1, 2, 3, 4, 5, text],
        'CharProcs': {'a': b.stream({}, b'9 0 d0 0 0 9 9 re f')},
        'Encoding': {'Differences': [97, N('a'), canary('difference')]},
        'FirstChar': 97, 'LastChar': 97, 'Widths': [text], 'Resources': {}})
    f = simple_font(b, 'type1')
    d = b.pdf.objs[int(f)]
    d.update(FontMatrix=[1, 0, 0, 1, 0, text], Widths=[700, text] * 6)
    desc = b.pdf.objs[int(d['FontDescriptor'])]
    desc.update(ItalicAngle=text, Style={'Panose': note('panose')})
    b.font['F1'] = f
    b.content += b'BT /T3 9 Tf 20 90 Td (a) Tj /F1 9 Tf (A) Tj ET\n'
    return b


@sample
def character_maps():
    b = Base()
    bad = b'%% %s\n(%s) run /X (%s) def\n' % tuple(
        note('cmap-%d' % i) for i in range(3))
    font = cid_font(b, 'cff')
    d = b.pdf.objs[int(font)]
    text = CMAP % (2, '<0006> <65E5>\n<0007> <672C>')
    d['ToUnicode'] = b.stream({'UseCMap': b.stream({}, note('usecmap'))},
                              bad + text.encode() + bad)
    d['Encoding'] = b.stream(
        {'Type': N('CMap'), 'CMapName': N(canary('cmap-name')),
         'CIDSystemInfo': {'Registry': 'Adobe', 'Ordering': 'Identity',
                           'Supplement': 0}},
        bad + b'''/CIDInit /ProcSet findresource begin 12 dict begin begincmap
/CMapName /X def /CMapType 1 def
1 begincodespacerange <0000> <FFFF> endcodespacerange
1 begincidrange <0000> <00FF> 0 endcidrange
endcmap end end
''' + bad)
    b.font['C'] = font
    b.content += b'BT /C 16 Tf 20 100 Td %s Tj ET\n' % cid_text('日本')
    return b


@sample
def font_that_is_none():
    """Dropped; the text stays."""
    b = Base()
    f = simple_font(b, 'truetype')
    d = b.pdf.objs[int(b.pdf.objs[int(f)]['FontDescriptor'])]
    d['FontFile2'] = b.stream({'Length1': 60}, b'\0\1\0\0\xff\xff' +
                              note('no-font'))
    b.font['F1'] = f
    b.content += b'BT /F1 9 Tf 20 90 Td (SEKISHO-BENIGN-text) Tj ET\n'
    return b


# ---- what makes readers disagree

@sample
def twice_the_same_key():
    b = Base()
    b.root['Lang'] = Raw(b'(ja) /OpenAction <</S /JavaScript /JS (%s)>> '
                         b'/OpenAction [3 0 R /Fit]' % note('twice'))
    return b


@sample
def loops():
    """Page tree, bookmarks, forms and names that come back to themselves."""
    b = Base()
    p = b.pdf
    top, item = p.hold(), p.hold()
    p.set(top, {'Type': N('Outlines'), 'First': item, 'Last': item})
    p.set(item, {'Title': 'x', 'Parent': top, 'First': item, 'Next': item,
                 'Last': item, 'Count': 99, 'A': {
                     'S': N('JavaScript'), 'JS': canary('loop')}})
    b.root['Outlines'] = top
    names = p.hold()
    p.set(names, {'Kids': [names, names]})
    b.root['Names'] = {'Dests': names, 'JavaScript': names}
    x = p.hold()
    p.set(x, Stream({'Type': N('XObject'), 'Subtype': N('Form'),
                     'BBox': [0, 0, 9, 9], 'Resources': {
                         'XObject': {'X': x}}}, b'/X Do /X Do'))
    b.draw('X', x)
    field = p.hold()
    p.set(field, {'T': 'f', 'Kids': [field], 'FT': N('Tx'), 'AA': {
        'K': {'S': N('JavaScript'), 'JS': canary('loop-field')}}})
    b.root['AcroForm'] = {'Fields': [field]}
    b.more_pages.append(b.pages_ref)
    return b


@sample
def tiles_without_end():
    b = Base()
    tile = b.stream({'PatternType': 1, 'PaintType': 1, 'TilingType': 1,
                     'BBox': [0, 0, 0.0001, 0.0001], 'XStep': 0.00001,
                     'YStep': 0.00001, 'Resources': {}},
                    b'0 0 1 1 re f % ' + note('tile'))
    b.resources['Pattern'] = {'P': tile}
    b.content += b'/Pattern cs /P scn 0 0 300 200 re f\n'
    return b


@sample
def packed_actions():
    b = Base()
    b.root['OpenAction'] = b.pdf.add({'S': N('JavaScript'),
                                      'JS': canary('packed')})
    return packed(b.done(), ('hex',))


@sample
def forms_in_power():
    """Twelve forms that draw the next ten times."""
    b = Base()
    x = b.form(b'0 0 1 1 re f')
    for _ in range(12):
        x = b.form(b'/X Do ' * 10, Resources={'XObject': {'X': x}})
    b.draw('X', x)
    return b


@sample
def pages_in_power():
    """A tree of pages in which every node holds the next twice."""
    b = Base()
    kid = b.page_ref
    for i in range(30):
        kid = b.pdf.add({'Type': N('Pages'), 'Kids': [kid, kid],
                         'Count': 2 ** (i + 1), 'Parent': b.pages_ref})
    b.more_pages.append(kid)
    return b


@sample
def inner_loops():
    """Fonts, patterns, masks, colours and functions that hold themselves."""
    b = Base()
    p = b.pdf
    font, tile, mask, spot, fn = (p.hold() for _ in range(5))
    p.set(font, {'Type': N('Font'), 'Subtype': N('Type3'),
                 'FontBBox': [0, 0, 1, 1], 'FontMatrix': [1, 0, 0, 1, 0, 0],
                 'CharProcs': {'a': b.stream(
                     {}, b'1 0 d0 BT /T 1 Tf (aaaa) Tj ET % ' + note('t3'))},
                 'Encoding': {'Differences': [97, N('a')]}, 'FirstChar': 97,
                 'LastChar': 97, 'Widths': [1],
                 'Resources': {'Font': {'T': font}}})
    p.set(tile, Stream({'PatternType': 1, 'PaintType': 1, 'TilingType': 1,
                        'BBox': [0, 0, 9, 9], 'XStep': 9, 'YStep': 9,
                        'Resources': {'Pattern': {'P': tile}}},
                       b'/Pattern cs /P scn 0 0 9 9 re f'))
    p.set(mask, Stream({'Type': N('XObject'), 'Subtype': N('Image'),
                        'Width': 2, 'Height': 2, 'BitsPerComponent': 8,
                        'ColorSpace': N('DeviceGray'), 'SMask': mask},
                       b'abcd'))
    p.set(spot, [N('Separation'), N('X'), spot, fn])
    p.set(fn, {'FunctionType': 3, 'Domain': [0, 1], 'Functions': [fn, fn],
               'Bounds': [0.5], 'Encode': [0, 1, 0, 1]})
    b.font['T'] = font
    b.draw('M', mask)
    b.resources.update(Pattern={'P': tile}, ColorSpace={'D': spot}, Shading={
        'S': {'ShadingType': 2, 'ColorSpace': N('DeviceGray'),
              'Coords': [0, 0, 1, 1], 'Function': fn}})
    b.content += (b'BT /T 9 Tf (aaa) Tj ET /Pattern cs /P scn 0 0 50 50 re f '
                  b'/D cs 1 scn 0 0 9 9 re f /S sh\n')
    return b


@sample
def names_in_hash():
    """Keys that are the same only when #xx is read."""
    b = Base()
    b.root['X'] = Raw(
        b'1 /Open#41ction <</S /Java#53cript /JS (%s)>> /AA <</WC '
        b'<</#53 /JavaScript /J#53 (%s)>>>> / (%s) /#00AA (%s)' % tuple(
            note('hash-%d' % i) for i in range(4)))
    return b


@sample
def object_twice():
    """The catalog again, where only a search for objects finds it."""
    data = plain(Base().done())
    at = int(data[data.rindex(b'startxref') + 9:].split()[0])
    more = (b'1 0 obj\n<</Type/Catalog/Pages 2 0 R/OpenAction<</S/JavaScript'
            b'/JS(%s)>>>>\nendobj\n' % note('twice'))
    return data[:at] + more + data[at:].replace(
        b'startxref\n%d' % at, b'startxref\n%d' % (at + len(more)))


@sample
def zip_behind():
    from images import zip_file
    return plain(Base().done()) + zip_file(note('zip'))
