#!/usr/bin/env python3
"""Every action from every place of a PDF, in every dress.

usage: pdf_matrix.py FOLDER     writes FOLDER/ACTION-DRESS.pdf

One file holds one action at all places; each of its cells carries its own
canary, SEKISHO-CANARY-ACTION-PLACE. The file also has a link inside the
document, a link to the web and a bookmark, which must stay.
"""
import os
import sys
from pdflib import Crypt, Name, Pdf, Raw, Ref, Stream, packed, plain, updated

N = Name
WEB = 'https://www.example.lg.jp/sekisho-benign'


# ---- actions (ISO 32000-1, 12.6.4; ISO 32000-2, 12.6.4)

def spec(c):
    return {'Type': N('Filespec'), 'F': c + '.pdf', 'UF': c + '.pdf'}


def script(c):
    return 'app.alert("%s")' % c


ACTIONS = {
    'GoToR': lambda p, c: {'F': spec(c), 'D': [0, N('Fit')],
                           'NewWindow': True},
    'GoToE': lambda p, c: {'F': c, 'D': [0, N('Fit')],
                           'T': {'R': N('C'), 'N': c}},
    'GoToDp': lambda p, c: {'Dp': p.add({'Type': N('DPart'), 'X': c})},
    'Launch': lambda p, c: {'F': spec(c), 'NewWindow': True},
    'Launch.Win': lambda p, c: {'Win': {'F': 'cmd.exe', 'D': c, 'O': 'open',
                                        'P': '/c ' + c}},
    'Launch.Unix': lambda p, c: {'Unix': c, 'Mac': {'F': c}},
    'Thread': lambda p, c: {'F': {'Type': N('Filespec'), 'FS': N('URL'),
                                  'F': 'http://x.invalid/' + c},
                            'D': 0, 'B': 0},
    'URI.script': lambda p, c: {'URI': 'java\tscript:' + script(c)},
    'URI.file': lambda p, c: {'URI': '\\\\x.invalid\\' + c, 'IsMap': True},
    'Sound': lambda p, c: {'Sound': p.add(Stream(
        {'Type': N('Sound'), 'R': 8000}, c.encode()))},
    'Movie': lambda p, c: {'T': c, 'Operation': N('Play')},
    'Hide': lambda p, c: {'T': c, 'H': True},
    'Named': lambda p, c: {'N': N(c)},
    'Named.print': lambda p, c: {'N': N('Print'), 'X': c},
    'SubmitForm': lambda p, c: {'F': {'FS': N('URL'),
                                      'F': 'http://x.invalid/' + c},
                                'Flags': 4},
    'ResetForm': lambda p, c: {'Fields': [c], 'Flags': 0},
    'ImportData': lambda p, c: {'F': spec(c)},
    'JavaScript': lambda p, c: {'JS': script(c)},
    'JavaScript.stream': lambda p, c: {'JS': p.add(Stream(
        {}, script(c).encode(), True))},
    'JavaScript.utf16': lambda p, c: {'JS': ('\ufeff' + script(c)).encode(
        'utf-16-be')},
    'JavaScript.octal': lambda p, c: {'JS': Raw(
        b'(' + b''.join(b'\\%03o' % b for b in script(c).encode()) + b')')},
    'SetOCGState': lambda p, c: {'State': [N('OFF'), p.add(
        {'Type': N('OCG'), 'Name': c})]},
    'Rendition': lambda p, c: {'JS': script(c), 'OP': 0, 'R': {
        'Type': N('Rendition'), 'S': N('MR'), 'C': {
            'Type': N('MediaClip'), 'S': N('MCD'), 'CT': 'video/mp4',
            'D': spec(c)}}},
    'Trans': lambda p, c: {'Trans': {'S': N('Fly'), 'X': c}},
    'GoTo3DView': lambda p, c: {'V': c},
    'RichMediaExecute': lambda p, c: {'CMD': {'C': c, 'A': [c]}},
    'SetState': lambda p, c: {'X': c},
    'NOP': lambda p, c: {'X': c},
    'Sekisho': lambda p, c: {'JS': script(c), 'F': spec(c)},
    # types that are none
    '.none': lambda p, c: {'JS': script(c), 'URI': 'file:///' + c},
    '.string': lambda p, c: {'S': 'JavaScript', 'JS': script(c)},
    '.array': lambda p, c: {'S': [N('JavaScript')], 'JS': script(c)},
    '.twice': lambda p, c: Raw(b'<</S /GoTo /S /JavaScript /JS (%s)>>' %
                               script(c).encode().replace(b'(', b'\\(')
                               .replace(b')', b'\\)')),
    # allowed types with more than they may have
    'GoTo.more': lambda p, c: {'D': [Ref(3), N('Fit')], 'JS': script(c),
                               'F': spec(c)},
    'GoTo.action': lambda p, c: {'D': {'S': N('JavaScript'),
                                       'JS': script(c)}},
    'URI.more': lambda p, c: {'URI': WEB, 'JS': script(c), 'F': spec(c)},
}

# Annotations that may have no action, or are none that may stay.
SUBTYPES = ['Text', 'FreeText', 'Line', 'Square', 'Circle', 'Polygon',
            'PolyLine', 'Highlight', 'Underline', 'Squiggly', 'StrikeOut',
            'Stamp', 'Caret', 'Ink', 'Popup', 'FileAttachment', 'Sound',
            'Movie', 'Screen', 'PrinterMark', 'TrapNet', 'Watermark', '3D',
            'Redact', 'Projection', 'RichMedia', 'Sekisho']


class Cells:
    """Makes the cells of one file."""

    def __init__(self, pdf, what, indirect, chain):
        self.pdf, self.what = pdf, what
        self.indirect, self.chain = indirect, chain
        self.n = 0

    def bad(self, place):
        canary = 'SEKISHO-CANARY-%s-%s' % (self.what.replace('.', '_'), place)
        v = ACTIONS[self.what](self.pdf, canary)
        kind = self.what.split('.')[0]
        if isinstance(v, dict) and 'S' not in v and kind:
            v = dict({'Type': N('Action'), 'S': N(kind)}, **v)
        return self.pdf.add(v) if self.indirect else v

    def __call__(self, place):
        self.n += 1
        if not self.chain:
            return self.bad(place)
        last = {'S': N('URI'), 'URI': WEB, 'Next': self.bad(place + '_n3')}
        return {'S': N('GoTo'), 'D': [Ref(3), N('Fit')],
                'Next': [last, self.bad(place + '_n1'),
                         {'S': N('Hide'), 'T': 'x', 'H': False,
                          'Next': self.bad(place + '_n2')}]}

    def all(self, keys, place):
        return {k: self(place + '_' + k) for k in keys.split()}


def annot(subtype, **more):
    d = {'Type': N('Annot'), 'Subtype': N(subtype), 'Rect': [50, 50, 90, 60],
         'F': 4, 'Contents': 'note'}
    if subtype in ('Highlight', 'Underline', 'Squiggly', 'StrikeOut'):
        d['QuadPoints'] = [50, 60, 90, 60, 50, 50, 90, 50]
    if subtype in ('Polygon', 'PolyLine'):
        d['Vertices'] = [50, 50, 90, 50, 70, 60]
    if subtype == 'Line':
        d['L'] = [50, 50, 90, 60]
    if subtype == 'Ink':
        d['InkList'] = [[50, 50, 90, 60]]
    d.update(more)
    return d


def annots(pdf, cell, page, look):
    out = [annot('Link', A=cell('Link_A'), PA=cell('Link_PA'),
                 AA=cell.all('E X D U', 'Link_AA')),
           annot('Link', Dest=cell('Link_Dest'))]
    for s in SUBTYPES:
        out.append(annot(s, A=cell(s + '_A'),
                         AA=cell.all('E X PO PC', s + '_AA')))
    refs = [pdf.add(a) for a in out]
    # what must stay
    refs.append(pdf.add(annot('Link', A={'S': N('URI'), 'URI': WEB})))
    refs.append(pdf.add(annot('Link', A={'S': N('GoTo'),
                                         'D': [page, N('Fit')]})))
    return refs


def fields(pdf, cell, page, look):
    """The form, and the widgets for the page."""
    form, parent = pdf.hold(), pdf.hold()
    triggers = 'E X D U Fo Bl PO PC PV PI K F V C'
    one = pdf.add(annot('Widget', FT=N('Tx'), T='one', V='value', P=page,
                        DA='/Helv 10 Tf 0 g', AP={'N': look},
                        A=cell('Widget_A'),
                        AA=cell.all(triggers, 'Widget_AA')))
    kid = pdf.add(annot('Widget', Parent=parent, P=page, AP={'N': look},
                        MK={'CA': 'x'}, A=cell('Kid_A'),
                        AA=cell.all(triggers, 'Kid_AA')))
    pdf.set(parent, {'FT': N('Btn'), 'Ff': 65536, 'T': 'group',
                     'Kids': [kid], 'AA': cell.all('K F V C', 'Parent_AA'),
                     'A': cell('Parent_A')})
    lone = pdf.add({'FT': N('Tx'), 'T': 'lone', 'V': 'x',
                    'AA': cell.all('K F V C', 'Lone_AA')})
    sig = pdf.add(annot('Widget', FT=N('Sig'), T='sig', P=page,
                        AA=cell.all('K F V C', 'Sig_AA'), A=cell('Sig_A')))
    pdf.set(form, {'Fields': [one, parent, lone, sig], 'CO': [one, lone],
                   'NeedAppearances': True, 'DA': '/Helv 0 Tf 0 g',
                   'DR': {'Font': {'Helv': helvetica(pdf)}},
                   'AA': cell.all('K C', 'Form_AA'), 'A': cell('Form_A')})
    return form, [one, kid, sig]


def helvetica(pdf):
    return pdf.add({'Type': N('Font'), 'Subtype': N('Type1'),
                    'BaseFont': N('Helvetica'),
                    'Encoding': N('WinAnsiEncoding')})


def outlines(pdf, cell, page):
    top, a, b, c = (pdf.hold() for _ in range(4))
    pdf.set(top, {'Type': N('Outlines'), 'First': a, 'Last': c, 'Count': 3,
                  'A': cell('Outlines_A')})
    pdf.set(a, {'Title': 'one', 'Parent': top, 'Next': c, 'First': b,
                'Last': b, 'Count': 1, 'A': cell('Outline_A'),
                'AA': cell.all('E O', 'Outline_AA')})
    pdf.set(b, {'Title': 'two', 'Parent': a, 'A': cell('Outline_Child_A'),
                'Dest': cell('Outline_Child_Dest')})
    pdf.set(c, {'Title': 'SEKISHO-BENIGN-bookmark', 'Parent': top, 'Prev': a,
                'A': {'S': N('GoTo'), 'D': [page, N('Fit')]}})
    return top


def catalog(pdf, cell, pages, page):
    def tree(what):
        return {'Names': ['n1', cell('Names_' + what), 'n2',
                          cell('Names2_' + what)]}

    def deep(what):
        leaf = pdf.add(dict(tree(what), Limits=['n1', 'n2']))
        return pdf.add({'Kids': [leaf]})

    names = {k: deep(k) if k in ('JavaScript', 'Dests') else tree(k)
             for k in ('Dests', 'AP', 'JavaScript', 'Pages', 'Templates',
                       'IDS', 'URLS', 'EmbeddedFiles',
                       'AlternatePresentations', 'Renditions',
                       'XFAResources', 'Sekisho')}
    return {'Type': N('Catalog'), 'Pages': pages,
            'OpenAction': cell('OpenAction'), 'A': cell('Catalog_A'),
            'AA': cell.all('WC WS DS WP DP DC O C', 'Catalog_AA'),
            'URI': {'Base': 'http://x.invalid/SEKISHO-CANARY-base/',
                    'A': cell('Catalog_URI')},
            'Dests': pdf.add({'d1': {'D': cell('Dests_D')},
                              'd2': cell('Dests')}),
            'Names': pdf.add(names),
            'Requirements': [{'Type': N('Requirement'),
                              'S': N('EnableJavaScripts'), 'RH': [{
                                  'Type': N('ReqHandler'), 'S': N('JS'),
                                  'Script': 'SEKISHO-CANARY-handler',
                                  'A': cell('Requirement')}]}],
            'Threads': [pdf.add({'Type': N('Thread'), 'I': {
                'Title': 'SEKISHO-CANARY-thread', 'A': cell('Thread_I')}})],
            'PageMode': N('UseOutlines'), 'Lang': 'ja'}


def document(what, indirect=False, chain=False):
    pdf = Pdf()
    root, pages, page = pdf.hold(), pdf.hold(), pdf.hold()
    cell = Cells(pdf, what, indirect, chain)
    font = helvetica(pdf)
    content = pdf.add(Stream({'A': cell('Content_A'),
                              'AA': cell.all('O C', 'Content_AA')},
                             b'BT /F0 12 Tf 20 100 Td (SEKISHO-BENIGN-page) '
                             b'Tj ET /X0 Do', True))
    look = pdf.add(Stream({'Type': N('XObject'), 'Subtype': N('Form'),
                           'BBox': [0, 0, 40, 10], 'A': cell('Form_X_A'),
                           'AA': cell.all('O C', 'Form_X_AA')},
                          b'0 0 40 10 re f', True))
    form, widgets = fields(pdf, cell, page, look)
    steps = pdf.add({'Type': N('NavNode'), 'NA': cell('NavNode_NA'),
                     'PA': cell('NavNode_PA'),
                     'Next': {'Type': N('NavNode'), 'NA': cell('NavNode2')}})
    pdf.set(page, {'Type': N('Page'), 'Parent': pages,
                   'MediaBox': [0, 0, 200, 200], 'Contents': content,
                   'Resources': {'Font': {'F0': font},
                                 'XObject': {'X0': look},
                                 'A': cell('Resources_A')},
                   'AA': cell.all('O C', 'Page_AA'), 'A': cell('Page_A'),
                   'PresSteps': steps,
                   'Annots': annots(pdf, cell, page, look) + widgets})
    pdf.set(pages, {'Type': N('Pages'), 'Kids': [page], 'Count': 1,
                    'AA': cell.all('O C', 'Pages_AA')})
    pdf.set(root, dict(catalog(pdf, cell, pages, page), AcroForm=form,
                       Outlines=outlines(pdf, cell, page)))
    pdf.root = root
    pdf.info = pdf.add({'Title': 'SEKISHO-BENIGN-title',
                        'A': cell('Info_A')})
    return pdf, cell.n


def harmless():
    """What an update is laid over: the same numbers, nothing bad."""
    pdf = Pdf()
    root, pages, page = pdf.hold(), pdf.hold(), pdf.hold()
    pdf.set(page, {'Type': N('Page'), 'Parent': pages,
                   'MediaBox': [0, 0, 200, 200]})
    pdf.set(pages, {'Type': N('Pages'), 'Kids': [page], 'Count': 1})
    pdf.set(root, {'Type': N('Catalog'), 'Pages': pages})
    pdf.root = root
    return pdf


CRYPTS = {}


def crypt(kind):
    if kind not in CRYPTS:
        CRYPTS[kind] = Crypt(kind)
    return CRYPTS[kind]


def plainly(p):
    return plain(p)


DRESSES = {
    'plain': (False, False, plainly),
    'indirect': (True, False, plainly),
    'chain': (False, True, plainly),
    'chain-packed': (True, True, packed),
    'packed': (True, False, packed),
    'hex': (False, False, lambda p: plain(p, ('hex',))),
    'hex-packed': (True, True, lambda p: packed(p, ('hex',))),
    'update': (True, False, lambda p: updated(harmless(), p)),
    'rc4': (True, False, lambda p: plain(p, (), crypt('rc4'))),
    'aes128': (False, False, lambda p: plain(p, (), crypt('aes128'))),
    'aes256': (True, False, lambda p: plain(p, (), crypt('aes256'))),
}


def can_be(what, dress):
    """A dictionary written by hand is not ciphered nor in #xx."""
    by_hand = what in ('.twice', 'JavaScript.octal')
    if by_hand and dress in ('rc4', 'aes128', 'aes256'):
        return False
    # ciphering streams of AES in Python is slow: one kind of each
    return dress not in ('aes128', 'aes256') or '.' not in what


def make(what, dress):
    indirect, chain, write = DRESSES[dress]
    pdf, cells = document(what, indirect, chain)
    return write(pdf), cells


def main():
    out = sys.argv[1]
    os.makedirs(out, exist_ok=True)
    cells = 0
    for what in ACTIONS:
        for dress in DRESSES:
            if not can_be(what, dress):
                continue
            data, n = make(what, dress)
            cells += n
            with open(os.path.join(out, '%s-%s.pdf' % (what, dress)),
                      'wb') as f:
                f.write(data)
    print('%d cells' % cells)


if __name__ == '__main__':
    main()
