"""What a sanitised PDF may not hold, as libqpdf sees it (not our reader)."""
import base64
import json
import re
import subprocess

ACTIONS = {'GoToR', 'GoToE', 'GoToDp', 'Launch', 'Thread', 'Sound', 'Movie',
           'Hide', 'Named', 'SubmitForm', 'ResetForm', 'ImportData',
           'JavaScript', 'SetOCGState', 'Rendition', 'Trans', 'GoTo3DView',
           'RichMediaExecute', 'SetState', 'NOP'}
KEYS = {'AA', 'JS', 'JavaScript', 'Win', 'Unix', 'Mac', 'PA', 'XFA', 'EF',
        'EmbeddedFiles', 'AF', 'FFilter', 'FDecodeParms', 'OPI', 'Alternates',
        'PieceInfo', 'PresSteps', 'NavNode', 'Collection', 'Threads', 'Thumb',
        'Requirements', 'RichMediaContent', 'RichMediaSettings', '3DD', '3DA',
        '3DV', 'Perms', 'DSS', 'Legal', 'SpiderInfo', 'AlternatePresentations',
        'Renditions', 'Templates', 'TemplateInstantiated', 'DPartRoot',
        'DPart', 'ExData', 'NeedsRendering', 'CO', 'TR', 'TR2', 'BG', 'BG2',
        'UCR', 'UCR2', 'HT', 'HTO', 'PS', 'Level1', 'Subtype2', 'Encrypt',
        'XRefStm', 'RH', 'Trans', 'Dur', 'LastModified',
        'BoxColorInfo', 'SeparationInfo', 'VP', 'PtData', 'Hid'}
SUBTYPES = {'3D', 'RichMedia', 'Screen', 'Movie', 'Sound', 'FileAttachment',
            'TrapNet', 'PrinterMark', 'Projection', 'Redact', 'PS'}
FILTERS = {'FlateDecode', 'DCTDecode', 'CCITTFaxDecode'}


def objects(path):
    """(objects, trailer) of a file, or None when qpdf does not take it."""
    r = subprocess.run(['qpdf', '--json=2', '--json-stream-data=inline',
                        '--decode-level=generalized', path],
                       capture_output=True, check=False)
    if r.returncode != 0:
        return None
    q = json.loads(r.stdout)['qpdf'][1]
    trailer = q.pop('trailer')['value']
    return q, trailer


def strings(v):
    """All bytes of strings and names in a value."""
    if isinstance(v, dict):
        for k, x in v.items():
            yield k.encode()
            yield from strings(x)
    elif isinstance(v, list):
        for x in v:
            yield from strings(x)
    elif isinstance(v, str):
        if v.startswith('b:'):
            yield bytes.fromhex(v[2:])
        else:
            yield v.encode()


def dicts(v):
    if isinstance(v, dict):
        yield v
        for x in v.values():
            yield from dicts(x)
    elif isinstance(v, list):
        for x in v:
            yield from dicts(x)


def canaries(data, word=b'SEKISHO-CANARY'):
    """A word in bytes: as they are, as UTF-16, in hexadecimal."""
    wide = b''.join(b'\0' + bytes([c]) for c in word)
    if word in data or wide in data or wide[1:] in data:
        return True
    return re.search(word.hex().encode(), data, re.I) is not None


def name(v):
    return v[1:] if isinstance(v, str) and v.startswith('/') else None


def judge_dict(d, where):
    """Complaints about one dictionary."""
    s = name(d.get('/S'))
    if s in ACTIONS and d.get('/Type') != '/StructElem':
        yield where, 'action ' + s
    if '/Next' in d and s in ('GoTo', 'URI'):
        yield where, 'a chain of actions'
    if s == 'GoTo' and isinstance(d.get('/D'), dict):
        yield where, 'a dictionary as destination'
    for k, v in d.items():
        if k == '/BG' and isinstance(v, list):
            continue  # the background of a field
        if k[1:] in KEYS:
            yield where, 'key ' + k
    if name(d.get('/Subtype')) in SUBTYPES:
        yield where, 'subtype ' + d['/Subtype']
    if d.get('/Type') in ('/Filespec', '/F', '/EmbeddedFile'):
        yield where, 'a file specification'
    uri = d.get('/URI')
    if uri is not None and not (isinstance(uri, str) and re.match(
            r'u:(https?|mailto|tel):', uri)):
        yield where, 'URI %r' % (uri,)
    if isinstance(d.get('/Names'), dict) and set(d['/Names']) - {'/Dests'}:
        yield where, 'names %s' % sorted(d['/Names'])


def judge_stream(d, where):
    f = d.get('/Filter', [])
    for x in f if isinstance(f, list) else [f]:
        if name(x) not in FILTERS:
            yield where, 'filter %s' % x
    if '/F' in d:
        yield where, 'an external stream'


def judge(path, got=None):
    """A list of complaints; empty: nothing to say."""
    got = got or objects(path)
    if got is None:
        return [('file', 'qpdf does not take it')]
    objs, trailer = got
    out = []
    if set(trailer) - {'/Root', '/Info', '/ID', '/Size'}:
        out.append(('trailer', str(sorted(trailer))))
    for key, o in objs.items():
        v = o.get('value')
        if 'stream' in o:
            v = o['stream']['dict']
            out += judge_stream(v, key)
            data = base64.b64decode(o['stream'].get('data', ''))
            if canaries(data):
                out.append((key, 'a canary in the data'))
        for d in dicts(v):
            out += judge_dict(d, key)
        for s in strings(v):
            if canaries(s):
                out.append((key, 'canary %r' % s[:80]))
    root = objs.get('obj:' + trailer.get('/Root', ''), {}).get('value', {})
    place = root.get('/OpenAction')
    if isinstance(place, str):
        place = objs.get('obj:' + place, {}).get('value')
    if place is not None and not isinstance(place, list):
        out.append(('catalog', 'OpenAction is an action'))
    with open(path, 'rb') as f:
        raw = f.read()
    if canaries(raw):
        out.append(('file', 'a canary in the bytes'))
    if raw.count(b'%%EOF') != 1 or raw.count(b'startxref') != 1:
        out.append(('file', 'more than one revision'))
    return out


def count_actions(objs):
    """How many ways inside the document and to the web there are."""
    n = {'GoTo': 0, 'URI': 0}
    for o in objs.values():
        for d in dicts(o.get('value')):
            if name(d.get('/S')) in n:
                n[name(d['/S'])] += 1
            n['GoTo'] += '/Dest' in d
    return n


def blobs(path):
    """All data of streams, and all strings and names, for searching."""
    got = objects(path)
    if got is None:
        return
    for o in got[0].values():
        v = o.get('value')
        if 'stream' in o:
            v = o['stream']['dict']
            yield base64.b64decode(o['stream'].get('data', ''))
        yield b'\n'.join(strings(v))
