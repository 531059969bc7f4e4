"""Hostile PDFs that lean on shared objects, lists that lie, and values that are
not what they seem; and files whose second reading once differed from the
first."""
import struct
import zlib
from pdf_base import Base, N, canary
from pdflib import Raw, Stream, plain

ALL = {}


def sample(f):
    ALL[f.__name__.replace('_', '-')] = f
    return f


def note(what):
    return canary(what).encode()


def script(what):
    return {'S': N('JavaScript'), 'JS': 'app.alert("%s")' % canary(what)}


def widget(b, **more):
    ref = b.pdf.hold()
    b.annots.append(ref)
    return b.pdf.set(ref, dict({'Type': N('Annot'), 'Subtype': N('Widget'),
                                'Rect': [100, 20, 190, 40]}, **more))


def form(b, *fields, **more):
    b.root['AcroForm'] = dict({'Fields': list(fields), 'DR': {
        'Font': {'F0': b.font['F0']}}}, **more)
    return b


# ---- one object for many

@sample
def shared_object():
    """A bookmark, an action, an annotation and a field in one."""
    b = Base()
    x = widget(b, FT=N('Tx'), T='x', V='v', S=N('JavaScript'),
               JS=canary('shared'), Title='t', URI='http://a.example/')
    b.pdf.objs[int(x)].update(A=x, AA={'K': x}, Next=x, Dest=x, First=x, D=x,
                              Parent=x, Kids=[x])
    b.root.update(OpenAction=x, Outlines={'First': x, 'Last': x, 'Count': 1})
    return form(b, x)


@sample
def goto_dictionaries():
    """The place of a jump is a dictionary that is an action as well."""
    b = Base()
    a = b.pdf.add({'S': N('GoTo'), 'D': dict(
        script('goto'), D=[b.page_ref, N('Fit')])})
    b.root.update(OpenAction=a, Names={'Dests': {'Names': ['a', a]}},
                  Dests={'a': a, 'b': {'D': a}})
    b.annot('Link', A=a)
    b.annot('Link', Dest=a)
    b.annot('Link', Dest='a')
    return b


@sample
def places_that_act():
    b = Base()
    b.annot('Link', Dest=[b.page_ref, N('XYZ'), script('place-1'),
                          canary('place-2'), script('place-3')])
    b.annot('Link', Dest=[script('place-4'), N('Fit')])
    b.annot('Link', Dest=[b.page_ref, script('place-5')])
    b.root['OpenAction'] = [b.page_ref, N('FitR'), canary('place-6'),
                            script('place-7'), 1, 2, script('place-8')]
    return b


@sample
def type_elsewhere():
    b = Base()
    kind, goto = b.pdf.add(N('JavaScript')), b.pdf.add(N('GoTo'))
    b.root['OpenAction'] = {'S': kind, 'JS': canary('type-1')}
    b.annot('Link', A={'S': b.pdf.add([goto]), 'JS': canary('type-2')})
    b.annot('Link', A=Raw(b'<</S %d 0 R /#53 /JavaScript /JS (%s) /D [3 0 R '
                          b'/Fit]>>' % (goto, note('type-3'))))
    return b


@sample
def chain_of_lists():
    b = Base()
    b.annot('Link', A={'S': N('GoTo'), 'D': [b.page_ref, N('Fit')],
                       'SD': [script('sd')], 'Next': [
                           {'S': N('URI'), 'URI': 'http://a.example/'},
                           script('list-1'), [script('list-2')]]})
    return b


@sample
def nearly_types():
    b = Base()
    goto = {'S': 'GoTo', 'D': [b.page_ref, N('Fit')], 'JS': canary('nearly-1')}
    b.annot('Link', A=goto)
    b.annot('link', A=script('nearly-2'))
    b.annot('Link ', A=script('nearly-3'))
    b.annot('Screen', Subtype2=N('Link'), A=script('nearly-4'))
    return b


# ---- forms

@sample
def field_inheritance():
    b = Base()
    kid = widget(b)
    top = b.pdf.add({'FT': N('Tx'), 'T': 'p', 'V': 'SEKISHO-BENIGN-value',
                     'AA': {k: script('top-' + k) for k in 'KFCV'},
                     'A': script('top-a'), 'Kids': [kid],
                     'DA': '/F0 9 Tf (%s) x' % canary('top-da'),
                     'DR': {'Font': {'F0': script('top-dr')}}})
    b.pdf.objs[int(kid)].update(
        Parent=top, AA={'U': script('kid-u')}, PA=script('kid-pa'),
        MK={'CA': 'x', 'I': script('mk-i'), 'R': script('mk-r'),
            'BG': script('mk-bg'), 'IF': script('mk-if')})
    return form(b, top, CO=[top], AA=script('form-aa'))


@sample
def merged_widget():
    """Subtype and A stand twice."""
    b = Base()
    b.annots.append(b.pdf.add(Raw(
        b'<</Type /Annot /Subtype /Link /Rect [0 0 9 9] /Subtype /Widget '
        b'/FT /Btn /Ff 65536 /T (x) /A <</S /JavaScript /JS (%s)>> '
        b'/A <</S /GoTo /D [3 0 R /Fit]>>>>' % note('merged'))))
    return b


@sample
def look_states():
    b = Base()
    image = {'Type': N('XObject'), 'Subtype': N('Image'), 'Width': 1,
             'Height': 1}
    x = widget(b, FT=N('Btn'), T='c', V=N('Yes'), AS=N('Yes'), AP={
        'N': {'Yes': b.form(b'0 0 5 5 re f'),
              canary('state-1'): script('state-2'),
              'Off': b.stream({'Subtype': N('PS')}, note('state-3'))},
        'R': script('state-4'), 'D': b.stream(image, note('state-5'))})
    return form(b, x)


@sample
def popup_of_signature():
    """The window of what becomes part of the page."""
    b = Base()
    x = widget(b, FT=N('Sig'), T='s', AP={'N': b.form(b'0 0 5 5 re f')},
               V={'Type': N('Sig'), 'Contents': b'x',
                  'Reason': canary('reason')})
    b.annot('Popup', Parent=x)
    return form(b, x, SigFlags=3)


@sample
def popup_of_popup():
    b = Base()
    one = b.annot('Popup', Contents=canary('popup'))
    b.annots.insert(0, b.pdf.add({
        'Type': N('Annot'), 'Subtype': N('Popup'), 'Rect': [0, 0, 9, 9],
        'Parent': one, 'Contents': canary('popup-2')}))
    return b


@sample
def field_below_signature():
    b = Base()
    kid = widget(b, T='k', FT=N('Tx'), V=canary('below'))
    top = b.pdf.add({'FT': N('Sig'), 'T': 'p', 'Kids': [kid],
                     'V': {'Type': N('Sig'), 'Contents': b'x'}})
    b.pdf.objs[int(kid)]['Parent'] = top
    return form(b, top)


@sample
def value_shadows():
    """The value of a kid cannot stay, so that of its parent counts."""
    b = Base()
    kid = widget(b, T='k', V=script('shadowing'))
    top = b.pdf.add({'FT': N('Tx'), 'T': 'p', 'V': 'SEKISHO-BENIGN-value',
                     'DA': '/F0 9 Tf', 'Kids': [kid]})
    b.pdf.objs[int(kid)]['Parent'] = top
    return form(b, top)


@sample
def choice_of_nothing():
    """A value that is empty once control characters are gone."""
    b = Base()
    return form(b, widget(b, FT=N('Ch'), T='c', V=b'\1', DA='/F0 9 Tf',
                          Opt=[['', 'Hello']], AA={'K': script('choice')}))


# ---- trees

@sample
def names_limits():
    """Limits that lie, nodes in rings, values that are actions."""
    b = Base()
    one, two = b.pdf.hold(), b.pdf.hold()
    fit = [b.page_ref, N('Fit')]
    b.pdf.set(one, {'Limits': ['z', 'a'], 'Kids': [two], 'Names': [
        'b', script('names-1'), 'a', fit, 'a', script('names-2'),
        script('names-3'), 'x', 5]})
    b.pdf.set(two, {'Limits': [script('names-4'), canary('names-5')],
                    'Kids': [one, two, {'Names': ['c', dict(
                        script('names-6'), D=fit)]}]})
    b.root['Names'] = {'JavaScript': {'Kids': [one]}, 'Dests': {
        'Kids': [one, two], 'Names': ['q', script('names-7')]}}
    b.annot('Link', Dest='a')
    b.annot('Link', Dest='c')
    return b


def spec(b, name, **more):
    return dict({'Type': N('Filespec'), 'F': name, 'UF': name, 'EF': {
        'F': b.stream({'Type': N('EmbeddedFile')},
                      b'SEKISHO-BENIGN-attached')}}, **more)


@sample
def structure():
    b = Base()
    root, e = b.pdf.hold(), b.pdf.hold()
    b.pdf.set(e, {
        'Type': N('StructElem'), 'S': N('P'), 'P': root, 'ID': 'id1',
        'A': [{'O': N('Layout'), 'A': script('tag-1'), 'BBox': script('tag-2')},
              script('tag-3'), {'O': N('UserProperties'), 'P': [
                  {'N': canary('tag-4'), 'V': canary('tag-5')}]}],
        'AF': [spec(b, 'tag.txt')], 'Ref': [script('tag-6')],
        'NS': {'Type': N('Namespace'), 'NS': 'http://' + canary('tag-7')},
        'AA': {'O': script('tag-8')}, 'K': [
            0, {'Type': N('OBJR'), 'Obj': b.pdf.add(script('tag-9'))},
            {'Type': N('MCR'), 'MCID': 1, 'Stm': b.stream({}, note('tag-10'))},
            script('tag-11')]})
    b.pdf.set(root, {
        'Type': N('StructTreeRoot'), 'K': e, 'ClassMap': {'x': script('tag-12')},
        'RoleMap': {'X': N('P'), 'Y': script('tag-13')},
        'ParentTree': {'Nums': [0, [e, script('tag-14')], 1, script('tag-15')]},
        'IDTree': {'Names': ['q', script('tag-16')]}})
    b.root.update(StructTreeRoot=root, MarkInfo={'Marked': True,
                                                 'X': script('tag-17')})
    return b


@sample
def roles_of_nothing():
    b = Base()
    b.root['StructTreeRoot'] = {'Type': N('StructTreeRoot'),
                                'RoleMap': {'X': script('role')}}
    return b


@sample
def bookmark_ring():
    b = Base()
    top, one, two = (b.pdf.hold() for _ in range(3))
    b.pdf.set(top, {'First': one, 'Last': two, 'Count': -999999999999,
                    'AA': script('mark-1')})
    b.pdf.set(one, {'Title': script('mark-2'), 'Parent': two, 'First': two,
                    'Last': top, 'Next': two, 'Prev': script('mark-3'),
                    'SE': script('mark-4'), 'C': [9, 9, script('mark-5')],
                    'A': {'S': N('GoTo'), 'D': 'x', 'Next': script('mark-6')},
                    'Dest': script('mark-7'), 'AA': {'O': script('mark-8')}})
    b.pdf.set(two, {'Title': 'j', 'Parent': top, 'Next': one, 'First': top,
                    'A': {'S': N('GoToR'), 'F': canary('mark-9')}})
    b.root['Outlines'] = top
    return b


@sample
def page_keys():
    b = Base()
    b.more_pages.append(b.pdf.add({
        'Type': N('Page'), 'Parent': b.pages_ref, 'MediaBox': [0, 0, 9, 9],
        'Kids': canary('page-1'), 'B': [script('page-2')],
        'TemplateInstantiated': N(canary('page-3')), 'ID': note('page-4'),
        'Annots': b.pdf.add([b.pdf.add([script('page-5')]), script('page-6')]),
        'VP': [script('page-7')], 'DPart': script('page-8'), 'Dur': 1,
        'Trans': script('page-9'), 'OutputIntents': [script('page-10')],
        'BoxColorInfo': script('page-11'), 'AA': {'O': script('page-12')}}))
    b.root.update(
        Threads=[script('root-1')], PageMode=N(canary('root-2')),
        PageLabels={'Nums': [0, {'S': N('D'), 'A': script('root-3')},
                             canary('root-4'), script('root-5')]},
        ViewerPreferences={'Direction': N(canary('root-6')),
                           'Enforce': [N(canary('root-7'))]})
    return b


# ---- layers

@sample
def layer_rules():
    b = Base()
    g = b.pdf.add({'Type': N('OCG'), 'Name': 'l', 'A': script('layer-1'),
                   'Intent': [N('View'), N(canary('layer-2'))], 'Usage': {
                       'User': {'Name': canary('layer-3')},
                       'Export': {'ExportState': N('OFF')}}})
    m = b.pdf.add({'Type': N('OCMD'), 'OCGs': [g, script('layer-4')],
                   'P': N('AllOn'), 'VE': [
                       N('And'), g, [N('Not'), script('layer-5')],
                       canary('layer-6')]})
    b.root['OCProperties'] = {
        'OCGs': [g, b.pdf.add(script('layer-7'))], 'AA': script('layer-8'),
        'Configs': [script('layer-9')],
        'D': {'Order': ['label', g, [script('layer-10')]], 'AS': [
            {'Event': N('View'), 'Category': [N('Zoom')], 'OCGs': [g]}],
            'Locked': [script('layer-11')], 'ON': [script('layer-12')],
            'RBGroups': [[g, script('layer-13')]]}}
    b.props['L'] = m
    b.content += b'/OC /L BDC 0 0 5 5 re f EMC\n'
    b.annot('Square', OC=m)
    b.draw('F', b.form(b'0 0 9 9 re f', OC=b.pdf.add(script('layer-14'))))
    return b


@sample
def layer_without_group():
    b = Base()
    b.root['OCProperties'] = {'OCGs': [], 'D': {'AS': [script('layers')]}}
    member = b.pdf.add({'Type': N('OCMD')})
    b.draw('F', b.form(b'0 0 9 9 re f', OC=member))
    b.props['L'] = member
    b.content += b'/OC /L BDC 0 0 5 5 re f EMC\n'
    return b


@sample
def layers_without_end():
    """Lists that name the list below three times."""
    b = Base()
    g = b.pdf.add({'Type': N('OCG'), 'Name': canary('layers-bomb')})
    v, o = b.pdf.add([N('And'), g]), b.pdf.add([g])
    for _ in range(14):
        v, o = b.pdf.add([N('And'), v, v, v]), b.pdf.add([o, o, o])
    b.root['OCProperties'] = {'OCGs': [g], 'D': {'Order': o}}
    b.props['L'] = b.pdf.add({'Type': N('OCMD'), 'VE': v})
    b.content += b'/OC /L BDC EMC\n'
    return b


# ---- files

@sample
def associated_everywhere():
    b = Base()
    s = b.pdf.add(spec(b, 'one.txt', Desc=canary('af-1'), CI=script('af-2'),
                       RF={'F': ['a', b.stream({}, note('af-3'))]},
                       Thumb=script('af-4'), EP=canary('af-5')))
    b.draw('I', b.image({'Width': 1, 'Height': 1, 'BitsPerComponent': 8,
                         'ColorSpace': N('DeviceGray'), 'AF': [s]}, b'x'))
    b.draw('F', b.form(b'0 0 9 9 re f', AF=s, PieceInfo=script('af-6')))
    b.gs['G'] = {'AF': [s], 'CA': 1}
    b.content += b'/G gs /P <</AF [%d 0 R]>> BDC EMC /AF /af BDC EMC\n' % s
    b.props['af'] = {'AF': [s], 'X': script('af-7')}
    b.page['AF'] = s
    return b


@sample
def attachment_names():
    b = Base()
    names = ('..\\..\\AppData\\x.txt', 'a\u202etxt.txt', '', 'C:con.txt:stream',
             '/etc/cron.d/x', 'b/../attachment-names.pdf')
    kids = []
    for i, name in enumerate(names):
        kids += ['%d' % i, spec(b, name, Desc=canary('name-%d' % i))]
    b.root['Names'] = {'EmbeddedFiles': {'Names': kids}}
    return b


# ---- drawing

@sample
def marked_content():
    b = Base()
    b.content += (b'/Span <</Alt <</S/JavaScript/JS(%s)>> /E [(%s)] /MCID -5>> '
                  b'BDC EMC /A <</MCID 0 /A <</S/JavaScript/JS(%s)>>>> DP\n' %
                  tuple(note('mark-%d' % i) for i in range(3)))
    b.props['P'] = {'Type': N('X'), 'MCID': 1, 'JS': canary('mark-4'),
                    'Metadata': b.stream({}, note('mark-5'))}
    b.content += b'/X /P BDC EMC\n'
    return b


@sample
def glyphs_that_draw():
    b = Base()
    ps = b.stream({'Type': N('XObject'), 'Subtype': N('PS')}, note('glyph-1'))
    f = b.pdf.hold()
    back = b.form(b'/T 5 Tf (aaa) Tj', Resources={'Font': {'T': f}})
    b.pdf.set(f, {
        'Type': N('Font'), 'Subtype': N('Type3'), 'FontBBox': [0, 0, 1, 1],
        'FontMatrix': [.001, 0, 0, .001, 0, 0], 'A': script('glyph-2'),
        'CharProcs': {
            'a': b.stream({'A': script('glyph-3')},
                          b'500 0 d0 /X Do /Y Do BI /W 1 /H 1 /CS /G /BPC 8 '
                          b'/X (%s) ID x EI (%s) /Z gs' % (note('glyph-4'),
                                                           note('glyph-5'))),
            'b': b.stream({}, b'(%s) PS d0' % note('glyph-6')),
            'c': script('glyph-7')},
        'Encoding': {'Differences': [97, N('a'), N('b'), N('c')]},
        'FirstChar': 97, 'LastChar': 99, 'Widths': [500] * 3,
        'Resources': {'XObject': {'X': ps, 'Y': back}}})
    b.font['T'] = f
    b.content += b'BT /T 9 Tf 9 9 Td (abc) Tj ET\n'
    return b


@sample
def calculators():
    b = Base()
    texts = (b'{ ' * 40 + b'} ' * 40, b'{ 0 1 1000000000 { } repeat }',
             b'{ (%s) cvx exec }' % note('calc-1'), b'{ %s }' % note('calc-2'),
             b'{ ' + b'dup ' * 9000 + b'}', b'{pop 0}' + note('calc-3'))
    fns = [b.stream({'FunctionType': 4, 'Domain': [0, 1], 'Range': [0, 1]}, t)
           for t in texts]
    b.resources['ColorSpace'] = {
        'S%d' % i: [N('Separation'), N('x'), N('DeviceGray'), f]
        for i, f in enumerate(fns)}
    for i in range(len(fns)):
        b.content += b'/S%d cs 1 scn 0 0 5 5 re f\n' % i
    return b


@sample
def pattern_ring():
    b = Base()
    one, two = b.pdf.hold(), b.pdf.hold()
    for a, z in ((one, two), (two, one)):
        b.pdf.set(a, Stream({
            'PatternType': 1, 'PaintType': 1, 'TilingType': 1,
            'BBox': [0, 0, 9, 9], 'XStep': 9, 'YStep': 9, 'A': script('ring'),
            'Resources': {'Pattern': {'P': z}}},
            b'/Pattern cs /P scn 0 0 9 9 re f'))
    b.resources['Pattern'] = {'P': one}
    b.content += b'/Pattern cs /P scn 0 0 90 90 re f\n'
    return b


@sample
def mask_ring():
    b = Base()
    d = {'Width': 1, 'Height': 1, 'BitsPerComponent': 8,
         'ColorSpace': N('DeviceGray')}
    mask = b.pdf.hold()
    i = b.image(dict(d, SMask=mask, Mask=script('mask-1'), Decode=[
        script('mask-2')], Intent=N(canary('mask-3')), ID=note('mask-4'),
        Name=N(canary('mask-5')), Measure=script('mask-6')), b'x')
    b.pdf.set(mask, Stream(dict(d, Subtype=N('Image'), SMask=i,
                                Matte=[script('mask-7')]), b'x'))
    b.draw('I', i)
    return b


@sample
def filters():
    b = Base()
    data = b'0 0 5 5 re f %% %s' % note('filters')
    five = data
    for _ in range(5):
        five = zlib.compress(five)
    pack = zlib.compress(data)
    flate = N('FlateDecode')
    glob = b.stream({}, note('globals'))
    for i, (d, x) in enumerate((
            ({'Filter': [flate] * 5}, five), ({'Filter': []}, data),
            ({'Filter': [N('AHx'), None]}, data.hex().encode()),
            ({'Filter': [N('Crypt'), flate],
              'DecodeParms': [{'Name': N('Identity')}, None]}, pack),
            ({'Filter': N('JBIG2Decode'),
              'DecodeParms': {'JBIG2Globals': glob}}, data),
            ({'Filter': flate, 'DecodeParms': {
                'Predictor': script('predictor')}}, pack),
            ({'Filter': N('JavaScript')}, data),
            ({'Filter': flate, 'F': flate, 'FFilter': N('x')}, pack))):
        b.draw('X%d' % i, b.pdf.add(Stream(dict({
            'Subtype': N('Form'), 'BBox': [0, 0, 9, 9]}, **d), x)))
    return b


# ---- the file

@sample
def hybrid_table():
    """A stream beside the table has another catalog."""
    b = Base()
    data, n = plain(b.done()), len(b.pdf.objs)
    body = (b'1 0 <</Type/Catalog/Pages 2 0 R/OpenAction<</S/JavaScript/JS(%s)'
            b'>>>>' % note('hybrid'))
    at = data.rindex(b'xref\n0')
    out, tail = data[:at], data[at:data.rindex(b'startxref')]
    rows = struct.pack('>BIHBIH', 2, n + 1, 0, 1, len(out), 0)
    out += (b'%d 0 obj\n<</Type/ObjStm/N 1/First 4/Length %d>>\nstream\n%s\n'
            b'endstream\nendobj\n' % (n + 1, len(body), body))
    where = len(out)
    out += (b'%d 0 obj\n<</Type/XRef/Size %d/W[1 4 2]/Index[1 1 %d 1]/Length '
            b'%d>>\nstream\n%s\nendstream\nendobj\n' % (
                n + 2, n + 3, n + 1, len(rows), rows))
    tail = tail.replace(b'trailer\n<<', b'trailer\n<</XRefStm %d ' % where)
    lines = tail.split(b'\n')
    lines[3] = b'0000000000 00000 f '
    return out + b'\n'.join(lines) + b'startxref\n%d\n%%%%EOF\n' % len(out)


@sample
def table_loop():
    data = plain(Base().done())
    at = int(data[data.rindex(b'startxref') + 9:].split()[0])
    return data.replace(b'trailer\n<<', b'trailer\n<</%s 1 /Prev %d ' % (
        note('loop-key'), at))


@sample
def two_documents():
    first = Base()
    first.root['OpenAction'] = script('first')
    return plain(first.done()) + plain(Base().done())


@sample
def end_inside():
    """What looks like objects inside a stream."""
    b = Base()
    b.draw('F', b.pdf.add(Stream({
        'Type': N('XObject'), 'Subtype': N('Form'), 'BBox': [0, 0, 9, 9]},
        b'q Q endstream endobj 1 0 obj <</Type/Catalog/Pages 2 0 R/OpenAction'
        b'<</S/JavaScript/JS(%s)>>>> endobj ' % note('inside'))))
    return b


@sample
def pages_share_content():
    """Little on disk, much to read."""
    b = Base()
    b.content += b'0 0 5 5 re f\n' * 30000
    b.more_pages += [b.page_ref] * 2000
    b.root['OpenAction'] = script('pages')
    return b
