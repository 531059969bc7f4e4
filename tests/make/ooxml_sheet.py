#!/usr/bin/env python3
"""Workbooks, good and planted. ooxml_sheet.py [SAMPLES]"""
import os
import sys

import ziplib
from pptxlib import HEAD, M, O, OD, png
from pptxlib import theme

C = 'SEKISHO-CANARY-'
X = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main'
SM = OD + 'spreadsheetml.'
PKG = 'http://schemas.openxmlformats.org/package/2006/'
NS = ('xmlns="%s" xmlns:r="%s" xmlns:mc="http://schemas.openxmlformats.org/'
      'markup-compatibility/2006" xmlns:x14="http://schemas.microsoft.com/'
      'office/spreadsheetml/2009/9/main" xmlns:xm="http://schemas.microsoft.'
      'com/office/excel/2006/main" xmlns:xdr="http://schemas.openxmlformats.'
      'org/drawingml/2006/spreadsheetDrawing" xmlns:a="http://schemas.'
      'openxmlformats.org/drawingml/2006/main" xmlns:a14="http://schemas.'
      'microsoft.com/office/drawing/2010/main"' % (X, O[:-1]))
STYLES = ('<fonts count="1"><font><sz val="11"/><name val="游ゴシック"/>'
          '<family val="3"/><charset val="128"/></font></fonts><fills count='
          '"1"><fill><patternFill patternType="none"/></fill></fills><borders '
          'count="1"><border><left/><right/><top/><bottom/><diagonal/></border>'
          '</borders><cellStyleXfs count="1"><xf numFmtId="0" fontId="0" '
          'fillId="0" borderId="0"/></cellStyleXfs><cellXfs count="2"><xf '
          'numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/><xf '
          'numFmtId="176" fontId="0" fillId="0" borderId="0" xfId="0" '
          'applyNumberFormat="1"/></cellXfs><dxfs count="1"><dxf><font><b/>'
          '</font></dxf></dxfs>')
MAIN = SM + 'sheet.main+xml'
MACRO = 'application/vnd.ms-excel.sheet.macroEnabled.main+xml'


def cell(ref, f=None, v=None, attrs='', fattrs=''):
    return '<c r="%s"%s>%s%s</c>' % (
        ref, attrs, '' if f is None else '<f%s>%s</f>' % (fattrs, f),
        '' if v is None else '<v>%s</v>' % v)


def text(ref, s):
    return '<c r="%s" t="inlineStr"><is><t>%s</t></is></c>' % (ref, s)


def rows(cells):
    return ''.join('<row r="%d">%s</row>' % (i + 1, c)
                   for i, c in enumerate(cells))


class Book:
    """parts, types and relationships; sheets as (name, attributes, rest)."""

    def __init__(self, sheets, more='', names='', main=MAIN):
        self.parts, self.types, self.links = {}, {}, {}
        self.add('xl/styles.xml', HEAD + '<styleSheet %s><numFmts count="1">'
                 '<numFmt numFmtId="176" formatCode="[$-411]ggge&quot;年&quot;'
                 'm&quot;月&quot;d&quot;日&quot;"/></numFmts>%s</styleSheet>'
                 % (NS, STYLES), SM + 'styles+xml')
        self.add('xl/theme/theme1.xml', theme(), OD + 'theme+xml')
        self.rel('', ('rId1', O + 'officeDocument', 'xl/workbook.xml'))
        self.rel('xl/workbook.xml', ('rId90', O + 'styles', 'styles.xml'),
                 ('rId91', O + 'theme', 'theme/theme1.xml'))
        listed = ''
        for i, (name, attrs, data) in enumerate(sheets, 1):
            listed += '<sheet name="%s" sheetId="%d"%s r:id="rId%d"/>' % (
                name, i, attrs, i)
            self.add('xl/worksheets/sheet%d.xml' % i,
                     HEAD + '<worksheet %s>%s</worksheet>' % (NS, data),
                     SM + 'worksheet+xml')
            self.rel('xl/workbook.xml', ('rId%d' % i, O + 'worksheet',
                                         'worksheets/sheet%d.xml' % i))
        self.add('xl/workbook.xml', HEAD + '<workbook %s><sheets>%s</sheets>%s'
                 '%s%s</workbook>' % (NS, listed, '<externalReferences>'
                                      '<externalReference r:id="rId50"/>'
                                      '</externalReferences>'
                                      if 'EXT' in more else '',
                                      '<definedNames>%s</definedNames>' % names
                                      if names else '',
                                      more.replace('EXT', '')), main)

    def add(self, name, data, kind=None):
        self.parts[name] = data
        if kind:
            self.types[name] = kind

    def rel(self, source, *links):
        self.links.setdefault(source, []).extend(links)

    def zip(self):
        out = dict(self.parts)
        out['[Content_Types].xml'] = (
            HEAD + '<Types xmlns="%scontent-types"><Default Extension="rels" '
            'ContentType="application/vnd.openxmlformats-package.relationships'
            '+xml"/><Default Extension="png" ContentType="image/png"/>'
            '<Default Extension="vml" ContentType="%svmlDrawing"/>%s</Types>'
            % (PKG, OD, ''.join(
                '<Override PartName="/%s" ContentType="%s"/>' % i
                for i in sorted(self.types.items()))))
        for source, links in self.links.items():
            d, _, b = source.rpartition('/')
            out['%s_rels/%s.rels' % (d + '/' if d else '', b)] = (
                HEAD + '<Relationships xmlns="%srelationships">%s'
                '</Relationships>' % (PKG, ''.join(
                    '<Relationship Id="%s" Type="%s" Target="%s"%s/>' % (
                        l[0], l[1], l[2],
                        ' TargetMode="External"' if len(l) > 3 else '')
                    for l in links)))
        return ziplib.build([ziplib.Entry(n, d.encode() if isinstance(d, str)
                                          else d) for n, d in
                             sorted(out.items())])


def anchor(body, at=(1, 2, 4, 8)):
    def corner(tag, col, row):
        return ('<xdr:%s><xdr:col>%d</xdr:col><xdr:colOff>0</xdr:colOff>'
                '<xdr:row>%d</xdr:row><xdr:rowOff>0</xdr:rowOff></xdr:%s>'
                % (tag, col, row, tag))
    return ('<xdr:twoCellAnchor>%s%s%s<xdr:clientData/></xdr:twoCellAnchor>'
            % (corner('from', *at[:2]), corner('to', *at[2:]), body))


def shape(n, words, props='', macro='', link='', inner=''):
    return ('<xdr:sp macro="%s" textlink="%s"><xdr:nvSpPr><xdr:cNvPr id="%d" '
            'name="s%d"%s>%s</xdr:cNvPr><xdr:cNvSpPr/></xdr:nvSpPr><xdr:spPr>'
            '<a:prstGeom prst="rect"><a:avLst/></a:prstGeom></xdr:spPr>%s'
            '</xdr:sp>' % (macro, link, n, n, props, inner,
                           '<xdr:txBody><a:bodyPr/><a:p><a:r><a:t>%s</a:t>'
                           '</a:r></a:p></xdr:txBody>' % words
                           if words else ''))


def twin(n, words):
    return shape(n, words, ' hidden="1"', inner='<a:extLst><a:ext uri="'
                 '{63B3BB69-23CF-44E3-9099-C40C66FF867C}"><a14:compatExt '
                 'spid="_x0000_s%d"/></a:ext></a:extLst>' % n)


def drawing(body):
    return HEAD + '<xdr:wsDr %s>%s</xdr:wsDr>' % (NS, body)


def with_drawing(b, sheet, body, n=1):
    b.add('xl/drawings/drawing%d.xml' % n, drawing(body), OD + 'drawing+xml')
    b.rel('xl/worksheets/sheet%d.xml' % sheet,
          ('rId70', O + 'drawing', '../drawings/drawing%d.xml' % n))
    return b


def cf(f):
    return ('<conditionalFormatting sqref="A1"><cfRule type="expression" '
            'dxfId="0" priority="1"><formula>%s</formula></cfRule>'
            '</conditionalFormatting>' % f)


def dv(f):
    return ('<dataValidations count="1"><dataValidation type="list" '
            'sqref="B1"><formula1>%s</formula1></dataValidation>'
            '</dataValidations>' % f)


def ext(f):
    """The newer rules and sparklines, each with this formula."""
    return (
        '<extLst><ext uri="{78C0D931-6437-407d-A8EE-F0AAD7539E65}">'
        '<x14:conditionalFormattings><x14:conditionalFormatting><x14:cfRule '
        'type="expression" priority="2" id="{11111111-2222-3333-4444-'
        '555555555555}"><xm:f>%s</xm:f></x14:cfRule><xm:sqref>A2</xm:sqref>'
        '</x14:conditionalFormatting></x14:conditionalFormattings></ext>'
        '<ext uri="{CCE6A557-97BC-4b89-ADB6-D9C93CAAB3DF}"><x14:dataValidations'
        ' count="1"><x14:dataValidation type="list"><x14:formula1><xm:f>%s'
        '</xm:f></x14:formula1><xm:sqref>C1</xm:sqref></x14:dataValidation>'
        '</x14:dataValidations></ext><ext uri="{05C60535-1F16-4fd2-B633-'
        'F4F36F0B64E0}"><x14:sparklineGroups><x14:sparklineGroup>'
        '<x14:sparklines><x14:sparkline><xm:f>%s</xm:f><xm:sqref>D1</xm:sqref>'
        '</x14:sparkline></x14:sparklines></x14:sparklineGroup>'
        '</x14:sparklineGroups></ext></extLst>' % (f, f, f))


DYNAMIC = (
    '<metadata %s xmlns:xda="http://schemas.microsoft.com/office/spreadsheetml/'
    '2017/dynamicarray"><metadataTypes count="1"><metadataType name="XLDAPR" '
    'minSupportedVersion="120000" copy="1" pasteAll="1" pasteValues="1" '
    'merge="1" splitFirst="1" rowColShift="1" clearFormats="1" '
    'clearComments="1" assign="1" coerce="1" cellMeta="1"/></metadataTypes>'
    '<futureMetadata name="XLDAPR" count="1"><bk><extLst><ext uri="{bdbb8cdc-'
    'fa1e-496e-a857-3c3f30c029c3}"><xda:dynamicArrayProperties fDynamic="1" '
    'fCollapsed="0"/></ext></extLst></bk></futureMetadata><cellMetadata '
    'count="1"><bk><rc t="1" v="0"/></bk></cellMetadata></metadata>' % NS)


def pivot(b, sheet, source='<cacheSource type="worksheet"><worksheetSource '
          'ref="A1:B3" sheet="集計"/></cacheSource>', formula='数量*2', n=1,
          attrs=' refreshOnLoad="1"'):
    """A pivot table on a sheet, its cache listed under the id n."""
    b.add('xl/pivotCache/c%d.xml' % n, HEAD + '<pivotCacheDefinition %s '
          'recordCount="0"%s>%s<cacheFields count="2">'
          '<cacheField name="数量" numFmtId="0"><sharedItems/></cacheField>'
          '<cacheField name="倍" numFmtId="0" formula="%s" databaseField="0"/>'
          '</cacheFields></pivotCacheDefinition>' % (NS, attrs, source, formula),
          SM + 'pivotCacheDefinition+xml')
    b.rel('xl/workbook.xml', ('rId8%d' % n, O + 'pivotCacheDefinition',
                              'pivotCache/c%d.xml' % n))
    b.add('xl/pivotTables/p%d.xml' % n, HEAD + '<pivotTableDefinition %s '
          'name="ピボット%d" cacheId="%d" dataCaption="値"><location ref="E5:F6" '
          'firstHeaderRow="1" firstDataRow="1" firstDataCol="0"/><pivotFields '
          'count="2"><pivotField dataField="1"/><pivotField/></pivotFields>'
          '</pivotTableDefinition>' % (NS, n, n), SM + 'pivotTable+xml')
    b.rel('xl/pivotTables/p%d.xml' % n, ('rId1', O + 'pivotCacheDefinition',
                                         '../pivotCache/c%d.xml' % n))
    b.rel('xl/worksheets/sheet%d.xml' % sheet,
          ('rId6%d' % n, O + 'pivotTable', '../pivotTables/p%d.xml' % n))


def good():
    data = '<sheetData>%s</sheetData>' % rows((
        text('A1', 'SEKISHO-BENIGN-cell 令和六年度') + cell('B1', v='1')
        + cell('C1', 'SUM(B1:B3)', '6'),
        '<c r="A2" t="inlineStr"><is><t>神戸</t><rPh sb="0" eb="2"><t>コウベ'
        '</t></rPh></is></c>' + cell('B2', v='2') +
        cell('C2', 'B2*2', '4', fattrs=' t="shared" ref="C2:C3" si="0"'),
        cell('A3', 'TODAY()', '45383', ' s="1"') + cell('B3', v='3') +
        cell('C3', '', '6', fattrs=' t="shared" si="0"'),
        cell('A4', '_xlfn._xlws.FILTER(B1:B3,B1:B3&gt;1)', '2', ' cm="1"',
             ' t="array" ref="A4:A5"') +
        cell('B4', '_xlfn.XLOOKUP(1,B1:B3,C1:C3)', '6') +
        cell('C4', 'HYPERLINK("https://www.city.example.jp/","市")', '市',
             ' t="str"'),
        cell('A5', v='3') + cell('B5', 'SUM(表1[数量])', '2') +
        cell('C5', "'別 表'!A1&amp;\"円\"", '円', ' t="str"')))
    tail = ('<mergeCells count="1"><mergeCell ref="A7:B7"/></mergeCells>' +
            cf('$B1&gt;2') + dv('"はい,いいえ"') +
            '<hyperlinks><hyperlink ref="A1" r:id="rId71"/><hyperlink ref="A2" '
            'location="\'別 表\'!A1" display="別表"/></hyperlinks>'
            '<pageMargins left="0.7" right="0.7" top="0.75" bottom="0.75" '
            'header="0.3" footer="0.3"/><pageSetup paperSize="9" '
            'orientation="landscape"/><headerFooter><oddHeader>&amp;L秘&amp;R'
            '&amp;P/&amp;N</oddHeader></headerFooter><drawing r:id="rId70"/>'
            '<tableParts count="1"><tablePart r:id="rId72"/></tableParts>')
    b = Book([('集計', '', data + tail + ext('$B$1:$B$3')),
              ('別 表', ' state="hidden"', '<sheetData>%s</sheetData>' %
               rows((text('A1', 'SEKISHO-BENIGN-second'),)))],
             '<pivotCaches><pivotCache cacheId="1" r:id="rId81"/></pivotCaches>',
             '<definedName name="_xlnm.Print_Area" localSheetId="0">集計!'
             '$A$1:$C$9</definedName><definedName name="範囲">集計!$B$1:$B$3'
             '</definedName>')
    b.add('xl/metadata.xml', HEAD + DYNAMIC, SM + 'sheetMetadata+xml')
    b.rel('xl/workbook.xml', ('rId92', O + 'sheetMetadata', 'metadata.xml'))
    b.add('xl/tables/t1.xml', HEAD + '<table %s id="1" name="表1" '
          'displayName="表1" ref="B2:B3"><tableColumns count="1"><tableColumn '
          'id="1" name="数量"/></tableColumns></table>' % NS, SM + 'table+xml')
    b.rel('xl/worksheets/sheet1.xml',
          ('rId71', O + 'hyperlink', 'https://www.city.example.jp/', 'E'),
          ('rId72', O + 'table', '../tables/t1.xml'))
    with_drawing(b, 1, anchor(shape(2, 'SEKISHO-BENIGN-shape 図形',
                                    link='集計!$A$1')))
    pivot(b, 1, attrs='')
    return b


BAD = ("cmd|'/c calc %s%%s'!A0" % C, '[1]%s%%s!A1' % C,
       'WEBSERVICE("http://%s%%s/")' % C, "'\\\\h\\s\\[%s%%s.xls]S'!A1" % C,
       'CALL("%s%%s","x","J")' % C, '_xll.%s%%s(1)' % C.replace('-', '_'),
       'HYPERLINK("file:///%s%%s")' % C)


def formulas():
    def at(i, where):
        return (BAD[i % len(BAD)] % where).replace('"', '&quot;')
    cells = [text('A1', 'SEKISHO-BENIGN-value')]
    for i in range(len(BAD)):
        cells.append(cell('A%d' % (i + 2), at(i, 'f%d' % i), '7%d' % i)
                     + cell('B%d' % (i + 2), at(i, 'e%d' % i)))
    cells.append(cell('A9', at(0, 'shared'), '81',
                      fattrs=' t="shared" ref="A9:A10" si="5"'))
    cells.append(cell('A10', '', '82', fattrs=' t="shared" si="5"') +
                 cell('B10', '', '83', fattrs=' t="shared" si="6"'))
    cells.append(cell('A11', at(1, 'array'), '84', ' cm="1"',
                      ' t="array" ref="A11:B12"'))
    cells.append(cell('A12', 'Gone!A1', '85') +
                 cell('B12', '<![CDATA[%s]]>' % (BAD[0] % 'cdata'), '86') +
                 cell('C12', at(2, 'x').replace('W', '&#87;'), '87'))
    tail = (cf(at(1, 'cf')) +
            '<conditionalFormatting sqref="B1"><cfRule type="iconSet" '
            'priority="3"><iconSet><cfvo type="formula" val="%s"/><cfvo type='
            '"num" val="1"/><cfvo type="num" val="2"/></iconSet></cfRule>'
            '</conditionalFormatting>' % at(1, 'cfvo') + dv(at(1, 'dv')) +
            '<hyperlinks><hyperlink ref="A1" location="[%slink.xls]S!A1"/>'
            '</hyperlinks><tableParts count="1"><tablePart r:id="rId72"/>'
            '</tableParts>' % C)
    b = Book([('集計', '', '<sheetData>%s</sheetData>' % rows(cells) + tail
               + ext(at(3, 'x14'))),
              ('Gone', '', '<sheetData/>')], 'EXT',
             '<definedName name="外">%s</definedName><definedName name='
             '"_xlnm.Auto_Open">集計!$A$1</definedName><definedName name="Ａuto_'
             'Open%s">1</definedName><definedName name="m" xlm="1" function="1">'
             '%s</definedName>' % (at(1, 'name'), C, at(4, 'xlm')), MACRO)
    b.parts['xl/workbook.xml'] = b.parts['xl/workbook.xml'].replace(
        'r:id="rId2"', 'r:id="rId40"')
    b.add('xl/macrosheets/m1.xml', '<x>%smacrosheet</x>' % C,
          'application/vnd.ms-excel.macrosheet+xml')
    b.rel('xl/workbook.xml',
          ('rId40', M + '2006/relationships/xlMacrosheet',
           'macrosheets/m1.xml'),
          ('rId50', O + 'externalLink', 'externalLinks/e1.xml'),
          ('rId51', O + 'connections', 'connections.xml'),
          ('rId52', O + 'volatileDependencies', 'v.xml'))
    b.add('xl/externalLinks/e1.xml', '<x>%sexternal</x>' % C,
          SM + 'externalLink+xml')
    b.add('xl/connections.xml', '<x>%sconnection</x>' % C,
          SM + 'connections+xml')
    b.add('xl/v.xml', '<x>%srtd</x>' % C, SM + 'volatileDependencies+xml')
    b.add('xl/tables/t1.xml', HEAD + '<table %s id="1" name="t" displayName='
          '"t" ref="F1:G3" tableType="queryTable" connectionId="1">'
          '<tableColumns count="2"><tableColumn id="1" name="a" '
          'queryTableFieldId="1"><calculatedColumnFormula>%s'
          '</calculatedColumnFormula></tableColumn><tableColumn id="2" '
          'name="b"><totalsRowFormula>%s</totalsRowFormula></tableColumn>'
          '</tableColumns></table>' % (NS, at(2, 'column'), at(0, 'totals')),
          SM + 'table+xml')
    b.rel('xl/worksheets/sheet1.xml', ('rId72', O + 'table',
                                       '../tables/t1.xml'))
    return b


def at_corner(tag):
    return ('<%s><xdr:col>1</xdr:col><xdr:colOff>0</xdr:colOff><xdr:row>2'
            '</xdr:row><xdr:rowOff>0</xdr:rowOff></%s>' % (tag, tag))


def objects():
    place = '<anchor>%s%s</anchor>' % (at_corner('from'), at_corner('to'))
    ole = ('<oleObjects><mc:AlternateContent><mc:Choice Requires="x14">'
           '<oleObject progId="%sprog" shapeId="1025" r:id="rId61"><objectPr '
           'macro="%smac" r:id="rId63">%s</objectPr></oleObject></mc:Choice>'
           '<mc:Fallback><oleObject progId="%sfall" shapeId="1025" '
           'r:id="rId61"/></mc:Fallback></mc:AlternateContent><oleObject '
           'progId="x" shapeId="1026" link="%slink" r:id="rId62"><objectPr '
           'r:id="rId64">%s</objectPr></oleObject></oleObjects>' % (
               C, C, place, C, C, place))
    controls = ('<controls><control shapeId="1027" r:id="rId65" name="b"><'
                'controlPr macro="[0]!%sctl" linkedCell="%scell">%s'
                '</controlPr></control><control shapeId="1028" r:id="rId66" '
                'name="ax"><controlPr r:id="rId63">%s</controlPr></control>'
                '</controls>' % (C, C, place, place))
    b = Book([('集計', '', '<sheetData>%s</sheetData><drawing r:id="rId70"/>'
               '%s%s' % (rows((text('A1', 'SEKISHO-BENIGN-objects'),)), ole,
                         controls))], main=MACRO)
    with_drawing(b, 1, anchor(twin(1025, '')) +
                 anchor(twin(1027, 'SEKISHO-BENIGN-button 申請する')) +
                 anchor(shape(9, '押す', macro='[0]!%sshape' % C,
                              link='[1]%s!A1' % C)))
    b.add('xl/embeddings/o1.bin', C + 'ole', OD + 'oleObject')
    b.add('xl/media/image1.png', png())
    b.add('xl/ctrlProps/c1.xml', '<x fmlaMacro="%sprop"/>' % C,
          'application/vnd.ms-excel.controlproperties+xml')
    b.add('xl/activeX/a1.xml', '<x>%sactivex</x>' % C,
          'application/vnd.ms-office.activeX+xml')
    b.add('xl/vbaProject.bin', C + 'vba',
          'application/vnd.ms-office.vbaProject')
    b.rel('xl/workbook.xml', ('rId60', M + '2006/relationships/vbaProject',
                              'vbaProject.bin'))
    b.rel('xl/worksheets/sheet1.xml',
          ('rId61', O + 'oleObject', '../embeddings/o1.bin'),
          ('rId62', O + 'oleObject', 'file:///\\\\h\\%srel' % C, 'E'),
          ('rId63', O + 'image', '../media/image1.png'),
          ('rId64', O + 'image', 'http://h/%simg.png' % C, 'E'),
          ('rId65', O + 'ctrlProp', '../ctrlProps/c1.xml'),
          ('rId66', O + 'control', '../activeX/a1.xml'))
    return b


def old_shape(n, image, place, kind='Pict'):
    return ('<v:shape id="_x0000_s%d" href="%sV">%s<x:ClientData ObjectType='
            '"%s"><x:FmlaMacro>%smac</x:FmlaMacro><x:Anchor>\n %s</x:Anchor>'
            '</x:ClientData></v:shape>' % (
                n, C, '<v:imagedata o:relid="%s" o:title="%sT"/>' % (image, C)
                if image else '', kind, C, place))


def old_drawing(b, sheet, shapes):
    name = 'xl/drawings/vmlDrawing%d.vml' % sheet
    b.add(name, '<xml xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:'
          'schemas-microsoft-com:office:office" xmlns:x="urn:schemas-microsoft'
          '-com:office:excel">%s</xml>' % shapes)
    b.rel('xl/worksheets/sheet%d.xml' % sheet,
          ('rId61', O + 'oleObject', '../embeddings/o1.bin'),
          ('rId71', O + 'vmlDrawing', '../drawings/vmlDrawing%d.vml' % sheet))
    b.rel(name, ('rId1', O + 'image', '../media/image1.emf'),
          ('rId2', O + 'image', 'http://h/%simg.png' % C, 'E'))


def old_objects():
    """Objects of 2007: picture and place stand in the old drawing only."""
    ole = ('<legacyDrawing r:id="rId71"/><oleObjects><oleObject progId="%sp" '
           'shapeId="1025" r:id="rId61"/></oleObjects>' % C)
    b = Book([('旧', '', '<sheetData>%s</sheetData>%s' % (
        rows((text('A1', 'SEKISHO-BENIGN-objects'),)), ole)),
              ('図', '', '<sheetData>%s</sheetData><drawing r:id="rId70"/>%s'
               % (rows((text('A1', '2'),)), ole))])
    with_drawing(b, 2, anchor(shape(9, '押す')))
    place = '1, 15, 2, 4, 4, 1, 8, 1'
    old_drawing(b, 1, old_shape(1025, 'rId1', place) +
                old_shape(1026, 'rId2', place) +
                old_shape(1027, 'rId1', '1, -5, 2, 3, 4, 5, 6, 7') +
                old_shape(1028, 'rId1', place + ', 9') +
                old_shape(1029, '', place, 'Note') +
                old_shape(1030, 'rId1', '5, 0, 2, 0, 7, 0, 9, 0'))
    old_drawing(b, 2, old_shape(1025, 'rId1', place))
    b.add('xl/embeddings/o1.bin', C + 'ole', OD + 'oleObject')
    with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), '..',
                           '..', 'samples', 'benign', 'emf',
                           'plain.emf'), 'rb') as f:
        b.add('xl/media/image1.emf', f.read(), 'image/x-emf')
    return b


def pivots():
    """Three pivot tables whose caches lead outside, and one that stays."""
    b = Book([('集計', '', '<sheetData>%s</sheetData>' % rows(
        (text('A1', 'SEKISHO-BENIGN-pivot'),)))],
        '<pivotCaches>%s</pivotCaches>' % ''.join(
            '<pivotCache cacheId="%d" r:id="rId8%d"/>' % (i, i)
            for i in (1, 2, 3, 4)))
    pivot(b, 1, n=1)
    pivot(b, 1, '<cacheSource type="external" connectionId="1"/>',
          '%sext' % C.replace('-', '_'), 2)
    pivot(b, 1, '<cacheSource type="worksheet"><worksheetSource ref="A1:B3" '
          'sheet="[%s.xls]S"/></cacheSource>' % C, n=3)
    pivot(b, 1, formula='WEBSERVICE(&quot;%sp&quot;)' % C, n=4)
    return b


def rich():
    """Metadata of linked data types; every sheet hidden but a macro sheet."""
    b = Book([('秘', ' state="veryHidden"', '<sheetData>%s</sheetData>' % rows(
        (text('A1', 'SEKISHO-BENIGN-shown') + cell('B1', '1+1', '2',
                                                   ' cm="1" vm="1"'),)))])
    b.add('xl/metadata.xml', HEAD + '<metadata %s><metadataTypes count="1">'
          '<metadataType name="XLRICHVALUE"/></metadataTypes><metadataStrings '
          'count="1"><s v="%srich"/></metadataStrings></metadata>' % (NS, C),
          SM + 'sheetMetadata+xml')
    b.rel('xl/workbook.xml', ('rId92', O + 'sheetMetadata', 'metadata.xml'))
    return b


def main():
    top = sys.argv[1] if len(sys.argv) > 1 else 'samples'
    files = {
        'benign/xlsx/book.xlsx': good(),
        'planted/xlsx/formulas.xlsm': formulas(),
        'planted/xlsx/objects.xlsm': objects(),
        'planted/xlsx/old-objects.xlsx': old_objects(),
        'planted/xlsx/pivots.xlsx': pivots(),
        'planted/xlsx/rich.xlsx': rich(),
    }
    for name, book in files.items():
        path = os.path.join(top, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, 'wb') as f:
            f.write(book.zip())


if __name__ == '__main__':
    main()
