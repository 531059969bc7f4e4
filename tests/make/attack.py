#!/usr/bin/python3
"""Hostile Office documents, small ones: attack.py (writes samples/planted/).

Each tries one way in that is easily forgotten; every canary must be gone.
"""
import os
import zipfile

OUT = os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', '..', 'samples', 'planted')
O = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships'
W = 'http://schemas.openxmlformats.org/wordprocessingml/2006/main'
S = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main'
PACKAGE = 'http://schemas.openxmlformats.org/package/2006/'
FORMATS = 'application/vnd.openxmlformats-officedocument.'
VT = 'http://schemas.openxmlformats.org/officeDocument/2006/'


def rels(rows):
    body = ''.join('<Relationship Id="rId%d" Type="%s/%s" Target="%s"%s/>' % (
        i + 1, O, kind, target, ' TargetMode="External"' if outside else '')
        for i, (kind, target, outside) in enumerate(rows))
    return '<Relationships xmlns="%srelationships">%s</Relationships>' % (PACKAGE, body)


def write(name, parts, types):
    overrides = ''.join('<Override PartName="/%s" ContentType="%s%s"/>' % (
        part, FORMATS, kind) for part, kind in types.items())
    parts = {'[Content_Types].xml':
             '<Types xmlns="%scontent-types"><Default Extension="rels" ContentType='
             '"application/vnd.openxmlformats-package.relationships+xml"/>%s</Types>'
             % (PACKAGE, overrides), **parts}
    path = os.path.join(OUT, name)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with zipfile.ZipFile(path, 'w') as z:
        for part, text in parts.items():
            info = zipfile.ZipInfo(part, (2024, 4, 1, 9, 0, 0))
            info.compress_type = zipfile.ZIP_DEFLATED
            z.writestr(info, '<?xml version="1.0" encoding="UTF-8"?>' + text)


def document(name, body, links=(), more=(), more_types=(), root=()):
    write('docx/attack-%s.docx' % name, {
        '_rels/.rels': rels([('officeDocument', 'word/document.xml', 0), *root]),
        'word/document.xml': '<w:document xmlns:w="%s" xmlns:r="%s"><w:body><w:p>%s</w:p>'
                             '<w:sectPr/></w:body></w:document>' % (W, O, body),
        'word/_rels/document.xml.rels': rels(links), **dict(more)},
        {'word/document.xml': 'wordprocessingml.document.main+xml', **dict(more_types)})


def book(name, cells='', after='', extra='', links=(), more=(), more_types=()):
    write('xlsx/attack-%s.xlsx' % name, {
        '_rels/.rels': rels([('officeDocument', 'xl/workbook.xml', 0)]),
        'xl/workbook.xml': '<workbook xmlns="%s" xmlns:r="%s"><sheets><sheet name="S" sheetId="1"'
                           ' r:id="rId1"/></sheets>%s</workbook>' % (S, O, extra),
        'xl/_rels/workbook.xml.rels': rels([('worksheet', 'worksheets/sheet1.xml', 0), *links]),
        'xl/worksheets/sheet1.xml': '<worksheet xmlns="%s" xmlns:r="%s"><sheetData>%s</sheetData>'
                                    '%s</worksheet>' % (S, O, cells, after), **dict(more)},
        {'xl/workbook.xml': 'spreadsheetml.sheet.main+xml',
         'xl/worksheets/sheet1.xml': 'spreadsheetml.worksheet+xml', **dict(more_types)})


def canary(n):
    return 'SEKISHO-CANARY-attack-' + n


def char(kind):
    return '<w:r><w:fldChar w:fldCharType="%s"/></w:r>' % kind


def instr(text):
    return '<w:r><w:instrText xml:space="preserve">%s</w:instrText></w:r>' % text


def text(s):
    return '<w:r><w:t xml:space="preserve">%s</w:t></w:r>' % s


def field(*parts):
    return char('begin') + ''.join(parts) + char('separate') + text('SEKISHO-KEPT') + char('end')


def documents():
    c = canary
    document('field-text-first', field(text('DDEAUTO c:\\\\x ' + c('1')), instr(' PAGE ')))
    document('field-text-last', field(instr(' PAGE '), text(' DDEAUTO ' + c('2'))))
    document('field-place', field(instr(' HYPERLINK \\l "file:///c:/%s" ' % c('3'))))
    document('field-slashes', field(instr(' STYLEREF "//h/%s" ' % c('4'))))
    document('field-mail', field(instr(' HYPERLINK "mailto:a@b?attach=c:/%s" ' % c('5'))))
    for n, url in (('mail', 'mailto:a@b?subject=x&amp;attach=c:/%s'),
                   ('book', '#[//h/s/%s.xlsx]S!A1'), ('fragment', '#file:///c:/%s'),
                   ('backslash', 'http://h:80\\@%s/')):
        document('link-' + n, '<w:hyperlink r:id="rId1">%s</w:hyperlink>' % text('SEKISHO-KEPT'),
                 [('hyperlink', url % c('u' + n), 1)])
    document('link-base', text('SEKISHO-KEPT'), root=[('custom-properties', 'docProps/c.xml', 0)],
             more={'docProps/c.xml':
                   '<Properties xmlns="%scustom-properties" xmlns:vt="%sdocPropsVTypes"><property '
                   'fmtid="{D5CDD505-2E9C-101B-9397-08002B2CF9AE}" pid="2" name="_PID_LINKBASE">'
                   '<vt:lpwstr>\\\\h\\%s</vt:lpwstr></property></Properties>' % (VT, VT, c('6'))},
             more_types={'docProps/c.xml': 'custom-properties+xml'})


def chart():
    """A shape on a chart of a text: macro and link as a sheet would have them."""
    c, d = canary('chart'), 'http://schemas.openxmlformats.org/drawingml/2006/'
    ns = 'xmlns:a="%smain" xmlns:c="%schart" xmlns:r="%s"' % (d, d, O)
    corner = '<cdr:%s><cdr:x>0</cdr:x><cdr:y>0</cdr:y></cdr:%s>'
    document('chart', text('SEKISHO-KEPT') + '<w:r><w:drawing><wp:inline xmlns:wp="%s'
             'wordprocessingDrawing"><wp:extent cx="9" cy="9"/><wp:docPr id="1" name="x"/>'
             '<a:graphic xmlns:a="%smain"><a:graphicData uri="%schart"><c:chart xmlns:c="%schart"'
             ' r:id="rId1"/></a:graphicData></a:graphic></wp:inline></w:drawing></w:r>'
             % (d, d, d, d), [('chart', 'c.xml', 0)],
             {'word/c.xml': '<c:chartSpace %s><c:chart><c:plotArea><c:layout/></c:plotArea></c:chart>'
                            '<c:userShapes r:id="rId1"/></c:chartSpace>' % ns,
              'word/_rels/c.xml.rels': rels([('chartUserShapes', 'u.xml', 0)]),
              'word/u.xml': '<c:userShapes %s xmlns:cdr="%schartDrawing"><cdr:relSizeAnchor>%s%s'
                            '<cdr:sp macro="[0]!%s" textlink="[1]S!%s"><cdr:nvSpPr><cdr:cNvPr id="1"'
                            ' name="n"/><cdr:cNvSpPr/></cdr:nvSpPr><cdr:spPr/></cdr:sp>'
                            '</cdr:relSizeAnchor></c:userShapes>'
                            % (ns, d, corner % ('from', 'from'), corner % ('to', 'to'), c, c)},
             {'word/c.xml': 'drawingml.chart+xml', 'word/u.xml': 'drawingml.chartshapes+xml'})


def books():
    c = canary
    formulas = ['C:\\x\\[b.xlsx]S!%s', 'A1[1]S!%s', 'T[a]S!%s', '[%s.xlsx]',
                'MAP(A1,_xleta.WEBSERVICE)&amp;"%s"',
                'LET(_xlpm.f,_xleta.HYPERLINK,_xlpm.f("file:///%s"))',
                'BYROW(A1:A2,_xlfn.WEBSERVICE)&amp;"%s"',
                'HYPERLINK(("http://a")&amp;"@%s")', 'HYPERLINK("#[//h/%s.xlsx]S!A1")',
                'HYPERLINK("http://h\\@%s")', 'HYPERLINK("mailto:a?attach=%s")']
    cells = ''.join('<row r="%d"><c r="A%d"><f>%s</f><v>7</v></c></row>' % (
        i + 1, i + 1, f % c('f%d' % i)) for i, f in enumerate(formulas))
    names = ''.join('<definedName name="n%d">%s</definedName>' % (i, f % c('n%d' % i))
                    for i, f in enumerate(formulas))
    book('formulas', cells, extra='<definedNames>%s</definedNames>' % names)
    book('places', after='<hyperlinks>%s</hyperlinks>' % ''.join(
        '<hyperlink ref="A%d" location="%s"/>' % (i + 1, p % c('p%d' % i)) for i, p in enumerate(
            ('file:%s', 'javascript:%s', '[//h/%s]S!A1'))))
    for n, source in (('book', 'ref="A1" sheet="[%s.xlsx]S"'), ('path', 'name="\\\\h\\%s!x"')):
        book('pivot-' + n, extra='<pivotCaches><pivotCache cacheId="1" r:id="rId2"/></pivotCaches>',
             links=[('pivotCacheDefinition', 'cache.xml', 0)],
             more={'xl/cache.xml': '<pivotCacheDefinition xmlns="%s"><cacheSource type="worksheet">'
                   '<worksheetSource %s/></cacheSource></pivotCacheDefinition>'
                   % (S, source % c('pv' + n))},
             more_types={'xl/cache.xml': 'spreadsheetml.pivotCacheDefinition+xml'})


documents()
chart()
books()
