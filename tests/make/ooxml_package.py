#!/usr/bin/env python3
"""Tricks with the package itself. ooxml_package.py [SAMPLES]"""
import os
import sys

from pptxlib import (Deck, HEAD, M, O, OD, P, PM, TABLE, frame, png, rels,
                     shape, slide)

C = 'SEKISHO-CANARY-'
BODY = 'SEKISHO-BENIGN-text'
VBA = 'application/vnd.ms-office.vbaProject'


def deck(**kw):
    return Deck([slide(shape(2, BODY))], **kw)


def decoy():
    """Real parts under strange names, decoys under the usual ones."""
    d = deck()
    for old, new in (('ppt/presentation.xml', 'x/y.bin'),
                     ('ppt/slides/slide1.xml', 'q.png')):
        d.parts[new] = d.parts.pop(old)
        d.types[new] = d.types.pop(old)
        d.parts[d.rels_name(new)] = d.parts.pop(d.rels_name(old)).replace(
            'Target="..', 'Target="/ppt').replace(
            'Target="slide', 'Target="/ppt/slide').replace(
            'Target="theme', 'Target="/ppt/theme').replace(
            '/ppt/slides/slide1.xml', '/q.png')
    d.parts['_rels/.rels'] = d.parts['_rels/.rels'].replace(
        'ppt/presentation.xml', '/x/y.bin')
    d.add('ppt/presentation.xml', '<x>%sdecoy</x>' % C, 'application/xml')
    d.add('ppt/media/image1.png', (C + 'vba').encode(), VBA)
    d.rel('x/y.bin', ('rId90', M + '2006/relationships/vbaProject',
                      '/ppt/media/image1.png'))
    return d


def two_mains():
    d = deck()
    d.rel('', ('rId2', O.replace('schemas.openxmlformats.org/officeDocument/'
                                 '2006', 'purl.oclc.org/ooxml/officeDocument')
               + 'officeDocument', 'ppt/other.xml'))
    d.add('ppt/other.xml', HEAD + '<x/>', PM + 'presentation.main+xml')
    return d


def two_ids():
    d = deck()
    d.rel('ppt/slides/slide1.xml', ('rId1', O + 'image', '../media/a.png'))
    return d


def two_roles():
    """One part as picture and as slide; a slide that is its own layout."""
    d = deck()
    d.rel('ppt/slides/slide1.xml',
          ('rId5', O + 'image', 'slide1.xml'),
          ('rId6', O + 'slideLayout', 'slide1.xml'),
          ('rId7', O + 'notesSlide', 'slide1.xml'))
    return d


def targets():
    """Internal and outer targets that readers resolve in different ways."""
    odd = ('', '#frag', 'NULL', '/', '..', '../../../../etc/%s' % C,
           '..%2f..%2fslides', 'file:///%sA' % C, '\\\\h\\s\\%sB' % C,
           'media/%%69mage1.png#%sF' % C, '/ppt/_rels/presentation.xml.rels',
           '/[Content_Types].xml')
    rows = [('rId%d' % (40 + i), O + 'image', t) for i, t in enumerate(odd)]
    rows += [('rId6%d' % i, O + 'audio', '\\\\h\\s\\%sM%d' % (C, i), mode)
             for i, mode in enumerate(('external', 'EXTERNAL', 'External ',
                                       'Other'))]
    rows.append(('rId70', 'urn:x-unknown', 'http://h/%sU' % C, 'External'))
    rows.append(('rId71', O + 'slide', 'http://h/%sS.pptx' % C, 'External'))
    d = Deck([slide(shape(2, BODY) + ''.join(
        '<p:pic><p:nvPicPr><p:cNvPr id="%d" name=""/><p:cNvPicPr/><p:nvPr/>'
        '</p:nvPicPr><p:blipFill><a:blip r:embed="%s"/></p:blipFill><p:spPr/>'
        '</p:pic>' % (100 + i, r[0]) for i, r in enumerate(rows)))],
        {0: rows})
    d.add('ppt/media/image1.png', png())
    return d


def types(extra):
    d = deck()
    d.parts['[Content_Types].xml'] = d.content_types().replace(
        '</Types>', extra + '</Types>')
    return d


def orphans():
    d = deck()
    d.add('ppt/embeddings/evil.exe', (C + 'exe').encode())
    d.add('ppt/slides/slide9.xml', slide(shape(2, C + 'hidden')), PM +
          'slide+xml')
    d.rel('ppt/slides/slide9.xml', ('rId1', O + 'image', '../media/s.png'))
    d.add('ppt/media/s.png', png())
    d.defaults.append(('exe', 'application/x-msdownload'))
    return d


def properties():
    d = deck()
    d.rel('', ('rId2', P + 'metadata/core-properties', 'docProps/core.xml'),
          ('rId3', O + 'extended-properties', 'docProps/app.xml'),
          ('rId4', O + 'custom-properties', 'docProps/custom.xml'),
          ('rId5', P + 'metadata/thumbnail', 'docProps/thumbnail.png'),
          ('rId6', M + '2006/relationships/ui/extensibility',
           'customUI/customUI.xml'),
          ('rId7', M + '2020/02/relationships/classificationlabels',
           'docMetadata/LabelInfo.xml'))
    d.add('docProps/core.xml', HEAD + '<cp:coreProperties xmlns:cp="http://'
          'schemas.openxmlformats.org/package/2006/metadata/core-properties" '
          'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://'
          'purl.org/dc/terms/" xmlns:xsi="http://www.w3.org/2001/XMLSchema-'
          'instance"><dc:title>SEKISHO-BENIGN-title \u202e%s</dc:title>'
          '<dc:creator/><dcterms:created xsi:type="dcterms:W3CDTF">%sdate'
          '</dcterms:created></cp:coreProperties>' % ('長' * 300 + C, C),
          'application/vnd.openxmlformats-package.core-properties+xml')
    d.add('docProps/app.xml', HEAD + '<Properties xmlns="http://schemas.'
          'openxmlformats.org/officeDocument/2006/extended-properties">'
          '<Template>\\\\h\\%sT.potm</Template><Application>%sapp'
          '</Application><HyperlinkBase>\\\\h\\%sH</HyperlinkBase><Slides>1'
          '</Slides><Words>%sw</Words><AppVersion>%s</AppVersion></Properties>'
          % (C, C, C, C, C), OD + 'extended-properties+xml')
    d.add('docProps/custom.xml', HEAD + '<Properties xmlns="http://schemas.'
          'openxmlformats.org/officeDocument/2006/custom-properties" xmlns:vt='
          '"http://schemas.openxmlformats.org/officeDocument/2006/'
          'docPropsVTypes"><property fmtid="{D5CDD505-2E9C-101B-9397-'
          '08002B2CF9AE}" pid="2" name="文書番号"><vt:lpwstr>防第12号'
          '</vt:lpwstr></property><property fmtid="{D5CDD505-2E9C-101B-9397-'
          '08002B2CF9AE}" pid="3" name="b"><vt:blob>%s</vt:blob></property>'
          '<property fmtid="{D5CDD505-2E9C-101B-9397-08002B2CF9AE}" pid="4" '
          'name="n"><vt:i4>%si4</vt:i4></property></Properties>' % (C, C),
          OD + 'custom-properties+xml')
    d.add('docProps/thumbnail.png', png())
    d.add('customUI/customUI.xml', '<customUI onLoad="%sUI"/>' % C)
    d.add('docMetadata/LabelInfo.xml', '<clbl:x xmlns:clbl="x" v="%sL"/>' % C)
    return d


def strict():
    table = ('<a:tbl><a:tblPr/><a:tblGrid><a:gridCol w="1000000"/></a:tblGrid>'
             '<a:tr h="370000"><a:tc><a:txBody><a:bodyPr/><a:p><a:r><a:rPr '
             'lang="ja-JP"/><a:t>SEKISHO-BENIGN-cell</a:t></a:r></a:p>'
             '</a:txBody><a:tcPr/></a:tc></a:tr></a:tbl>')
    d = Deck([slide(shape(2, BODY) + frame(7, TABLE, table))])
    swaps = [('http://schemas.openxmlformats.org/officeDocument/2006/'
              'relationships', 'http://purl.oclc.org/ooxml/officeDocument/'
              'relationships'),
             (TABLE, 'http://purl.oclc.org/ooxml/drawingml/table')]
    for k in ('presentationml', 'drawingml'):
        swaps.append(('http://schemas.openxmlformats.org/%s/2006/main' % k,
                      'http://purl.oclc.org/ooxml/%s/main' % k))
    for name, text in d.parts.items():
        for a, b in swaps:
            text = text.replace(a, b)
        d.parts[name] = text
    d.replace('ppt/presentation.xml', '<p:presentation ',
              '<p:presentation conformance="strict" ')
    return d


def cycle():
    """Rels of rels, and parts that lead to each other."""
    d = deck()
    d.rel('ppt/slides/slide1.xml',
          ('rId8', O + 'notesSlide', '../notesSlides/notesSlide1.xml'),
          ('rId9', 'urn:x', '_rels/slide1.xml.rels'))
    d.add('ppt/notesSlides/notesSlide1.xml', slide('').replace(
        'p:sld ', 'p:notes ').replace('/p:sld>', '/p:notes>'),
        PM + 'notesSlide+xml')
    d.rel('ppt/notesSlides/notesSlide1.xml',
          ('rId2', O + 'slide', '../slides/slide1.xml'),
          ('rId3', O + 'notesSlide', 'notesSlide1.xml'))
    d.add('ppt/slides/_rels/_rels/slide1.xml.rels.rels', rels(
        ('rId1', 'urn:x', '../slide1.xml.rels'),
        ('rId2', O + 'package', 'file:///%sR' % C, 'External')))
    return d


def doctype():
    d = deck()
    d.parts['ppt/slides/slide1.xml'] = d.parts['ppt/slides/slide1.xml'].replace(
        HEAD, HEAD + '<!DOCTYPE p:sld [<!ENTITY x "%s">]>' % C)
    return d


FILES = {
    'decoy': decoy, 'two-mains': two_mains, 'two-ids': two_ids,
    'two-roles': two_roles, 'targets': targets, 'orphans': orphans,
    'properties': properties, 'strict': strict, 'cycle': cycle,
    'doctype': doctype,
    'types-twice': lambda: types(
        '<Override PartName="/PPT/slides/slide1.xml" ContentType="%s"/>' % VBA),
    'types-same': lambda: types(
        '<Override PartName="/ppt/slides/slide1.xml" ContentType="%sslide+xml"'
        '/><Default Extension="XML" ContentType="application/xml"/>' % PM),
    'types-default': lambda: types(
        '<Default Extension="XML" ContentType="%s"/>' % VBA),
}


def main():
    top = sys.argv[1] if len(sys.argv) > 1 else 'samples'
    os.makedirs(os.path.join(top, 'planted/opc'), exist_ok=True)
    for name, make in FILES.items():
        with open(os.path.join(top, 'planted/opc', name + '.pptx'), 'wb') as f:
            f.write(make().zip())


if __name__ == '__main__':
    main()
