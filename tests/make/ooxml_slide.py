#!/usr/bin/env python3
"""Presentations, good and planted. ooxml_slide.py [SAMPLES]"""
import os
import sys

from pptxlib import (Deck, HEAD, M, NS, O, OD, OLE, PM, TABLE, canvas,
                     frame, picture, png, shape, slide, timing)

C = 'SEKISHO-CANARY-'
IMG = ('rId2', O + 'image', '../media/image1.png')


def with_picture(deck):
    deck.add('ppt/media/image1.png', png())
    return deck


def click(action='', rid='', more=''):
    return '<a:hlinkClick r:id="%s"%s>%s</a:hlinkClick>' % (
        rid, ' action="%s"' % action if action else '', more)


def good():
    table = ('<a:tbl><a:tblPr/><a:tblGrid><a:gridCol w="1000000"/><a:gridCol '
             'w="1000000"/></a:tblGrid><a:tr h="370000"><a:tc><a:txBody>'
             '<a:bodyPr vert="eaVert"/><a:p><a:r><a:rPr lang="ja-JP"/><a:t>縦書'
             'き</a:t></a:r></a:p></a:txBody><a:tcPr/></a:tc><a:tc><a:txBody>'
             '<a:bodyPr/><a:p><a:endParaRPr/></a:p></a:txBody><a:tcPr/></a:tc>'
             '</a:tr></a:tbl>')
    one = slide(
        shape(2, 'SEKISHO-BENIGN-title 令和六年度 防災計画') +
        shape(3, '次へ', click('ppaction://hlinkshowjump?jump=nextslide')) +
        shape(4, '二枚目', click('ppaction://hlinksldjump', 'rId3')) +
        shape(5, '市の頁', run=click(rid='rId4')) + picture(6) +
        shape(8, '抜粋', click('ppaction://customshow?id=0&amp;return=true')) +
        frame(7, TABLE, table),
        '<p:transition spd="slow"><p:fade/></p:transition>' + timing(2, 6))
    two = slide(shape(2, 'SEKISHO-BENIGN-second'), attrs=' show="0"')
    pres = ('<p:custShowLst><p:custShow name="抜粋" id="0"><p:sldLst><p:sld '
            'r:id="rId11"/></p:sldLst></p:custShow></p:custShowLst>'
            '<p:kinsoku lang="ja-JP" invalStChars="、。" invalEndChars="（"/>'
            '<p:extLst><p:ext uri="{521415D9-36F7-43E2-AB2F-B90AF26B5E84}">'
            '<p14:sectionLst><p14:section name="章" id="{11111111-2222-3333-'
            '4444-555555555555}"><p14:sldIdLst><p14:sldId id="256"/>'
            '<p14:sldId id="257"/></p14:sldIdLst></p14:section>'
            '</p14:sectionLst></p:ext></p:extLst>')
    d = with_picture(Deck([one, two], {0: (
        IMG, ('rId3', O + 'slide', 'slide2.xml'),
        ('rId4', O + 'hyperlink', 'https://www.city.example.jp/', 'External'),
        ('rId5', O + 'notesSlide', '../notesSlides/notesSlide1.xml'),
        ('rId6', O + 'comments', '../comments/comment1.xml'))}, pres,
        notes=True, pres_rels=(('rId20', O + 'commentAuthors',
                                'commentAuthors.xml'),)))
    d.add('ppt/notesSlides/notesSlide1.xml', canvas(
        'notes', shape(2, 'SEKISHO-BENIGN-notes 話すこと')),
        PM + 'notesSlide+xml')
    d.rel('ppt/notesSlides/notesSlide1.xml',
          ('rId1', O + 'notesMaster', '../notesMasters/notesMaster1.xml'),
          ('rId2', O + 'slide', '../slides/slide1.xml'))
    d.add('ppt/commentAuthors.xml', HEAD + '<p:cmAuthorLst %s><p:cmAuthor '
          'id="0" name="山田" initials="山" lastIdx="1" clrIdx="0"/>'
          '</p:cmAuthorLst>' % NS, PM + 'commentAuthors+xml')
    d.add('ppt/comments/comment1.xml', HEAD + '<p:cmLst %s><p:cm authorId="0" '
          'dt="2024-04-01T09:00:00.000" idx="1"><p:pos x="10" y="10"/><p:text>'
          'SEKISHO-BENIGN-comment 確認願います</p:text></p:cm></p:cmLst>' % NS,
          PM + 'comments+xml')
    return d


def actions():
    """Every action, by click and by mouse, on shape, text, cell, everywhere."""
    bad = ['program', 'macro?name=%sM' % C, 'ole?verb=0', 'hlinkfile',
           'hlinkpres?slideindex=1', 'media', 'customshow?id=7',
           'hlinkshowjump?jump=%sJ' % C, 'HLINKSLDJUMP', 'hlinksldjump']
    shapes = ''.join(shape(2 + i, '動作', click('ppaction://' + a, 'rId3'))
                     for i, a in enumerate(bad))
    hover = ('<a:hlinkHover r:id="rId3"/>', '<a:hlinkMouseOver r:id="rId3"/>')
    raw = '<a:hlinkClick r:id="" invalidUrl="file://h/%sI"/>' % C
    sound = click('ppaction://noaction', more='<a:snd r:embed="rId5" '
                  'name="%sS"/>' % C)
    cell = ('<a:tbl><a:tblPr/><a:tblGrid><a:gridCol w="9"/></a:tblGrid><a:tr '
            'h="9"><a:tc><a:txBody><a:bodyPr/><a:p><a:r><a:rPr>%s%s</a:rPr>'
            '<a:t>升</a:t></a:r></a:p></a:txBody><a:tcPr/></a:tc></a:tr>'
            '</a:tbl>' % (click('ppaction://program', 'rId3'), hover[1]))
    shapes += (shape(20, '上', hover[0]) + shape(21, '下', run=hover[1]) +
               shape(22, '生', raw) + shape(23, '音', sound) +
               frame(24, TABLE, cell))
    targets = (('rId3', O + 'hyperlink', 'file:///\\\\h\\s\\%sP.exe' % C,
                'External'),
               ('rId5', O + 'audio', '../media/audio1.wav'))
    d = Deck([slide(shapes)], {0: targets})
    d.add('ppt/media/audio1.wav', b'RIFF' + (C + 'W').encode(), 'audio/x-wav')
    for name in ('ppt/slideMasters/slideMaster1.xml',
                 'ppt/slideLayouts/slideLayout1.xml'):
        d.replace(name, '</p:spTree>', shapes + '</p:spTree>')
        d.rel(name, *targets)
    return d


def objects():
    pic = picture(0).replace('<a:off x="7000000" y="0"/>',
                             '<a:off x="1" y="1"/>')
    obj = ('<p:oleObj %sname="%sN" r:id="rId3" imgW="1" imgH="1" '
           'progId="Package"><p:%s/>%s</p:oleObj>')
    both = ('<mc:AlternateContent><mc:Choice xmlns:v="urn:schemas-microsoft-'
            'com:vml" Requires="v">%s</mc:Choice><mc:Fallback>%s</mc:Fallback>'
            '</mc:AlternateContent>' % (
                obj % ('spid="_x0000_s1026" ', C, 'embed', ''),
                obj % ('', C, 'embed', pic)))
    control = ('<p:controls><p:control name="%sB" r:id="rId5" imgW="1" '
               'imgH="1">%s</p:control><p:control name="%sB2" r:id="rId5"/>'
               '</p:controls>' % (C, picture(0), C))
    d = with_picture(Deck([slide(
        shape(2, 'SEKISHO-BENIGN-text') + frame(4, OLE, both) +
        frame(5, OLE, obj % ('spid="_x0000_s1027" ', C, 'embed', ''),
              y=4600000) +
        frame(6, OLE, obj % ('', C, 'link updateAutomatic="1"', ''),
              x=5000000), timing(4, 2), in_canvas=control)], {0: (
                  IMG, ('rId3', O + 'oleObject', '../embeddings/o1.bin'),
                  ('rId4', O + 'vmlDrawing', '../drawings/vmlDrawing1.vml'),
                  ('rId5', O + 'control', '../activeX/activeX1.xml'),
                  ('rId6', O + 'oleObject', 'file:///\\\\h\\%sL.xls' % C,
                   'External'))}))
    d.add('ppt/embeddings/o1.bin', (C + 'OLE').encode(), OD + 'oleObject')
    d.add('ppt/drawings/vmlDrawing1.vml', '<xml xmlns:v="urn:schemas-microsoft'
          '-com:vml"><v:shape id="_x0000_s1026" href="%sV"/></xml>' % C,
          OD + 'vmlDrawing')
    d.add('ppt/activeX/activeX1.xml', '<ax:ocx xmlns:ax="x" ax:classid="%sX"/>'
          % C, 'application/vnd.ms-office.activeX+xml')
    return d


def old_object():
    """An object of 2007: its picture stands in the old drawing only."""
    with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), '..',
                           '..', 'samples', 'benign', 'emf',
                           'plain.emf'), 'rb') as f:
        seal = f.read()
    obj = ('<p:oleObj spid="_x0000_s1026" name="%sN" r:id="rId3" imgW="1" '
           'imgH="1" progId="Package"><p:embed/></p:oleObj>' % C)
    body = frame(4, OLE, obj)
    at = body.index('/>', body.index('<p:cNvPr '))
    body = body[:at] + '><a:hlinkClick r:id="rId5"/></p:cNvPr>' + body[at + 2:]
    d = Deck([slide(shape(2, 'SEKISHO-BENIGN-text') + body + frame(
        5, OLE, obj.replace('1026', '1099')))], {0: (
            ('rId3', O + 'oleObject', '../embeddings/o1.bin'),
            ('rId4', O + 'vmlDrawing', '../drawings/vmlDrawing1.vml'),
            ('rId5', O + 'hyperlink', 'https://www.city.example.jp/',
             'External'))})
    d.add('ppt/embeddings/o1.bin', (C + 'OLE').encode(), OD + 'oleObject')
    d.add('ppt/drawings/vmlDrawing1.vml', '<xml xmlns:v="urn:schemas-microsoft'
          '-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office">'
          '<v:shape id="_x0000_s1026" href="%sV"><v:imagedata o:relid="rId1" '
          'o:title="%sT"/></v:shape><v:shape id="_x0000_s1099"><v:imagedata '
          'o:relid="rId2"/></v:shape></xml>' % (C, C), OD + 'vmlDrawing')
    d.rel('ppt/drawings/vmlDrawing1.vml',
          ('rId1', O + 'image', '../media/image7.emf'),
          ('rId2', O + 'image', 'file:///%sI.png' % C, 'External'))
    d.add('ppt/media/image7.emf', seal, 'image/x-emf')
    return d


def media():
    film = ('<a:videoFile r:link="rId3"/><p:extLst><p:ext uri="{DAA4B4D4-6D71-'
            '4841-9C94-3DE7FCFB9230}"><p14:media r:embed="rId4"><p14:trim '
            'st="1"/></p14:media></p:ext></p:extLst>')
    node = ('<p:video><p:cMediaNode vol="80000"><p:cTn id="90"/><p:tgtEl>'
            '<p:spTgt spid="4"/></p:tgtEl></p:cMediaNode></p:video>')
    cmd = ('<p:cmd type="call" cmd="%splay"><p:cBhvr><p:cTn id="91"/><p:tgtEl>'
           '<p:spTgt spid="4"/></p:tgtEl></p:cBhvr></p:cmd>' % C)
    gone = ('<p:set><p:cBhvr><p:cTn id="92"/><p:tgtEl><p:spTgt spid="99"/>'
            '</p:tgtEl></p:cBhvr></p:set>')
    snd = ('<p:transition><p:fade/><p:sndAc><p:stSnd><p:snd r:embed="rId5" '
           'name="%sT"/></p:stSnd></p:sndAc></p:transition>' % C)
    d = with_picture(Deck([slide(
        shape(2, 'SEKISHO-BENIGN-text') +
        picture(4, nv=film, props=click('ppaction://media')) +
        picture(5, blip='', nv='<a:audioFile r:link="rId5"/>'),
        snd + timing(2, node, cmd, gone, 5))], {0: (
            IMG, ('rId3', O + 'video', '../media/media1.mp4'),
            ('rId4', M + '2007/relationships/media', '../media/media1.mp4'),
            ('rId5', O + 'audio', 'http://h.example/%sA.wav' % C,
             'External'))}))
    d.add('ppt/media/media1.mp4', (C + 'MP4').encode(), 'video/mp4')
    return d


def payload():
    """Tags, custom data, controls of the show, pictures from outside."""
    bg = ('<p:bg><p:bgPr><a:blipFill><a:blip r:link="rId3"/><a:stretch/>'
          '</a:blipFill><a:effectLst/></p:bgPr></p:bg>')
    cust = ('<p:custDataLst><p:custData r:id="rId4"/><p:tags r:id="rId5"/>'
            '</p:custDataLst>')
    links = (('rId3', O + 'image', 'http://h.example/%sI.png' % C, 'External'),
             ('rId4', O + 'customXml', '../../customXml/item1.xml'),
             ('rId5', O + 'tags', '../tags/tag1.xml'))
    pres = ('<p:photoAlbum/>' + cust + '<p:modifyVerifier algorithmName="%sV"/>'
            '<p:extLst><p:ext uri="{%sE}"><p14:x/></p:ext></p:extLst>' % (C, C))
    d = Deck([slide(shape(2, 'SEKISHO-BENIGN-text'), bg=bg, in_canvas=cust,
                    after='<p:extLst><p:ext uri="{00000000-0000-0000-0000-'
                    '000000000000}"><z:z xmlns:z="urn:z" v="%sZ"/></p:ext>'
                    '</p:extLst>' % C)], {0: links}, pres, pres_rels=(
        ('rId4', O + 'customXml', '../customXml/item1.xml'),
        ('rId5', O + 'tags', 'tags/tag1.xml'),
        ('rId6', O + 'presProps', 'presProps.xml'),
        ('rId7', M + '2006/relationships/vbaProject', 'vbaProject.bin')),
        main='application/vnd.ms-powerpoint.presentation.macroEnabled.main+xml')
    for name in ('ppt/slideMasters/slideMaster1.xml',
                 'ppt/slideLayouts/slideLayout1.xml'):
        d.replace(name, '<p:cSld>', '<p:cSld>' + bg.replace('rId3', 'rId39'))
        d.replace(name, '</p:spTree>', '</p:spTree>' + cust.replace('rId4', 'rId49').replace('rId5', 'rId59'))
        d.rel(name, *((l[0] + '9',) + l[1:] for l in links))
    d.add('customXml/item1.xml', '<x>%sX</x>' % C, 'application/xml')
    d.add('ppt/tags/tag1.xml', HEAD + '<p:tagLst %s><p:tag name="A" '
          'val="%sG"/></p:tagLst>' % (NS, C), PM + 'tags+xml')
    d.add('ppt/presProps.xml', HEAD + '<p:presentationPr %s><p:htmlPubPr '
          'r:id="rId1" target="%sH"/><p:showPr><p:kiosk/></p:showPr>'
          '</p:presentationPr>' % (NS, C), PM + 'presProps+xml')
    d.rel('ppt/presProps.xml', ('rId1', O + 'htmlPubSaveAs',
                                'file:///%sU' % C, 'External'))
    d.add('ppt/vbaProject.bin', (C + 'VBA').encode(),
          'application/vnd.ms-office.vbaProject')
    return d


def damaged(name):
    d = good()
    d.parts[name] = d.parts[name][:-12] + '<' + C + 'D'
    return d


def two_layouts():
    """The slide's layout is damaged, its master has another."""
    d = damaged('ppt/slideLayouts/slideLayout1.xml')
    d.add('ppt/slideLayouts/slideLayout2.xml', canvas('sldLayout', ''),
          PM + 'slideLayout+xml')
    d.rel('ppt/slideLayouts/slideLayout2.xml', (
        'rId1', O + 'slideMaster', '../slideMasters/slideMaster1.xml'))
    d.rel('ppt/slideMasters/slideMaster1.xml', (
        'rId9', O + 'slideLayout', '../slideLayouts/slideLayout2.xml'))
    d.replace('ppt/slideMasters/slideMaster1.xml', '</p:sldLayoutIdLst>',
              '<p:sldLayoutId id="2147483650" r:id="rId9"/>'
              '</p:sldLayoutIdLst>')
    return d


def main():
    top = sys.argv[1] if len(sys.argv) > 1 else 'samples'
    files = {
        'benign/pptx/deck.pptx': good(),
        'planted/pptx/actions.pptx': actions(),
        'planted/pptx/objects.pptx': objects(),
        'planted/pptx/old-object.pptx': old_object(),
        'planted/pptx/media.pptx': media(),
        'planted/pptx/payload.pptm': payload(),
        'planted/pptx/damaged-slide.pptx': damaged('ppt/slides/slide2.xml'),
        'planted/pptx/damaged-layout.pptx': two_layouts(),
        'planted/pptx/damaged-only-layout.pptx': damaged(
            'ppt/slideLayouts/slideLayout1.xml'),
        'planted/pptx/damaged-notes.pptx': damaged(
            'ppt/notesSlides/notesSlide1.xml'),
        'planted/pptx/damaged-theme.pptx': damaged('ppt/theme/theme1.xml'),
        'planted/pptx/damaged-master.pptx': damaged(
            'ppt/slideMasters/slideMaster1.xml'),
        'planted/pptx/damaged-main.pptx': damaged('ppt/presentation.xml'),
    }
    for name, deck in files.items():
        path = os.path.join(top, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, 'wb') as f:
            f.write(deck.zip())


if __name__ == '__main__':
    main()
