"""Small fonts whose letters are made of rectangles, byte by byte: TrueType,
CFF (named and CID-keyed), OpenType, Type 1, with canaries where asked."""
import struct

# name, character, rectangles (x0, y0, x1, y1) of an em of 1000
BOX = [(100, 0, 900, 80), (100, 640, 900, 720), (100, 80, 180, 640),
       (820, 80, 900, 640)]
GLYPHS = [
    ('.notdef', None, BOX),
    ('space', ' ', []),
    ('A', 'A', [(100, 0, 200, 700), (500, 0, 600, 700), (200, 600, 500, 700),
                (200, 300, 500, 400)]),
    ('E', 'E', [(100, 0, 200, 700), (200, 0, 600, 100), (200, 300, 500, 400),
                (200, 600, 600, 700)]),
    ('L', 'L', [(100, 0, 200, 700), (200, 0, 600, 100)]),
    ('acute', '\u00b4', [(300, 750, 400, 850)]),
    ('uni65E5', '日', BOX + [(180, 320, 820, 400)]),
    ('uni672C', '本', [(100, 520, 900, 600), (460, 0, 540, 760),
                      (300, 140, 700, 220), (240, 300, 320, 520),
                      (680, 300, 760, 520)]),
    ('uni56FD', '国', BOX + [(260, 500, 740, 560), (300, 340, 700, 400),
                            (240, 180, 760, 240), (470, 240, 530, 500)]),
    ('uni7530', '田', BOX + [(180, 320, 820, 400), (460, 80, 540, 640)]),
    ('uni4E2D', '中', [(200, 240, 800, 320), (200, 520, 800, 600),
                      (200, 320, 280, 520), (720, 320, 800, 520),
                      (460, 0, 540, 760)]),
    ('uni5C71', '山', [(460, 80, 540, 720), (120, 80, 200, 460),
                      (800, 80, 880, 460), (120, 0, 880, 80)]),
]
WIDE = 1000
NARROW = 700


def width(name):
    return WIDE if name.startswith('uni') or name == '.notdef' else NARROW


def box(rects):
    if not rects:
        return 0, 0, 0, 0
    return (min(r[0] for r in rects), min(r[1] for r in rects),
            max(r[2] for r in rects), max(r[3] for r in rects))


# ---- TrueType

def simple_glyph(rects, program=b''):
    if not rects:
        return b''
    out = struct.pack('>hhhhh', len(rects), *box(rects))
    points = []
    for i, (x0, y0, x1, y1) in enumerate(rects):
        out += struct.pack('>H', 4 * i + 3)
        points += [(x0, y0), (x0, y1), (x1, y1), (x1, y0)]
    out += struct.pack('>H', len(program)) + program
    out += bytes([1]) * len(points)
    for k in range(2):
        last = 0
        for p in points:
            out += struct.pack('>h', p[k] - last)
            last = p[k]
    return out + b'\0' * (len(out) % 2)


def composite_glyph(parts, bounds, program=b''):
    out = struct.pack('>hhhhh', -1, *bounds)
    for i, (glyph, dx, dy) in enumerate(parts):
        flags = 0x0003 | (0x20 if i + 1 < len(parts) else 0)
        if i + 1 == len(parts) and program:
            flags |= 0x100
        out += struct.pack('>HHhh', flags, glyph, dx, dy)
    if program:
        out += struct.pack('>H', len(program)) + program
    return out + b'\0' * (len(out) % 2)


def cmap4(pairs):
    codes = sorted(pairs)
    segs = [(c, c, (pairs[c] - c) & 0xffff) for c in codes]
    segs.append((0xffff, 0xffff, 1))
    n = len(segs)
    body = struct.pack('>HHHH', 2 * n, 0, 0, 0)
    body += b''.join(struct.pack('>H', s[1]) for s in segs) + b'\0\0'
    body += b''.join(struct.pack('>H', s[0]) for s in segs)
    body += b''.join(struct.pack('>H', s[2]) for s in segs)
    body += b'\0\0' * n
    return struct.pack('>HHH', 4, 6 + len(body), 0) + body


def cmap0(pairs):
    return struct.pack('>HHH', 0, 262, 0) + bytes(
        pairs.get(c, 0) for c in range(256))


def cmap6(pairs):
    first, last = min(pairs), max(pairs)
    return struct.pack('>HHHHH', 6, 10 + 2 * (last - first + 1), 0, first,
                       last - first + 1) + b''.join(
        struct.pack('>H', pairs.get(c, 0)) for c in range(first, last + 1))


def cmap12(pairs):
    body = b''.join(struct.pack('>III', c, c, pairs[c])
                    for c in sorted(pairs))
    return struct.pack('>HHIII', 12, 0, 16 + len(body), 0,
                       len(pairs)) + body


def cmap(tables):
    head = struct.pack('>HH', 0, len(tables))
    off = 4 + 8 * len(tables)
    body = b''
    for platform, encoding, data in tables:
        head += struct.pack('>HHI', platform, encoding, off + len(body))
        body += data
    return head + body


def post2(names, canary=''):
    out = struct.pack('>IIhhIIIII', 0x20000, 0, -100, 50, 0, 0, 0, 0, 0)
    out += struct.pack('>H', len(names))
    custom = [n for n in names if n != '.notdef']
    index = [0 if n == '.notdef' else 258 + custom.index(n) for n in names]
    out += b''.join(struct.pack('>H', i) for i in index)
    for n in custom + ([canary] if canary else []):
        out += bytes([len(n)]) + n.encode()
    return out


def name_table(text):
    data = text.encode()
    return struct.pack('>HHHHHHHHH', 0, 1, 18, 1, 0, 0, 0, len(data),
                       0) + data


def sfnt(tables, kind=b'\0\1\0\0'):
    out = kind + struct.pack('>HHHH', len(tables), 0, 0, 0)
    off = 12 + 16 * len(tables)
    body = b''
    for tag in tables:
        data = tables[tag]
        out += tag.encode() + struct.pack('>III', 0, off + len(body),
                                          len(data))
        body += data + b'\0' * (-len(data) % 4)
    return out + body


def common_tables(n):
    head = struct.pack('>IIIIHHQQhhhhHHhhh', 0x10000, 0x12345, 0, 0x5f0f3cf5,
                       0x1f, 1000, 3600000000, 3600000001, 0, 0, 1000, 850,
                       0, 8, 2, 1, 0)
    hhea = struct.pack('>IhhhHhhhhhhhhhhhH', 0x10000, 850, -150, 0, WIDE, 0,
                       0, 900, 1, 0, 0, 0, 0, 0, 0, 0, n)
    os2 = struct.pack('>HhHHH', 0, 800, 400, 5, 0) + b'\0' * 22
    os2 += b'\2' * 10 + b'\0' * 16 + b'SKSH' + struct.pack(
        '>HHHhhhHH', 0x40, 0x20, 0xffff, 850, -150, 0, 850, 150)
    return {'OS/2': os2, 'head': head, 'hhea': hhea}


def truetype(canary=None, without=(), glyphs=GLYPHS, maps=None):
    """without: tables left out, as fonts cut down for a PDF do."""
    code = (canary or 'program').encode()
    program = b'\x40' + bytes([len(code)]) + code
    names = [g[0] for g in glyphs] + ['Aacute']
    data = [simple_glyph(g[2], program) for g in glyphs]
    a, acute = names.index('A'), names.index('acute')
    data.append(composite_glyph([(a, 0, 0), (acute, 20, 60)],
                                (100, 0, 600, 910), program))
    loca, glyf = [], b''
    for d in data:
        loca.append(len(glyf))
        glyf += d
    loca.append(len(glyf))
    chars = {ord(g[1]): i for i, g in enumerate(glyphs) if g[1]}
    low = {c: i for c, i in chars.items() if c < 128}
    t = common_tables(len(names))
    if maps is None:
        maps = [(0, 3, cmap4(chars)), (1, 0, cmap0(low)),
                (3, 0, cmap4({0xf000 + c: i for c, i in low.items()})),
                (3, 1, cmap4(chars)), (3, 10, cmap12(chars))]
    t['cmap'] = cmap(maps)
    t['glyf'] = glyf
    t['hmtx'] = b''.join(struct.pack(
        '>Hh', width(n), box(glyphs[i][2])[0] if i < len(glyphs) else 100)
        for i, n in enumerate(names))
    t['loca'] = b''.join(struct.pack('>I', o) for o in loca)
    t['maxp'] = struct.pack('>IH13H', 0x10000, len(names), 9, 9, 9, 9, 2, 9,
                            9, 9, 9, 9, 99, 9, 9)
    t['post'] = post2(names, canary or '')
    t['fpgm'] = program
    t['prep'] = program
    t['cvt '] = code + b'\0' * (len(code) % 2)
    t['name'] = name_table(canary or 'Rectangles')
    t['GSUB'] = code
    return sfnt({k: t[k] for k in sorted(t) if k not in without})


# ---- CFF

def number(v):
    if -107 <= v <= 107:
        return bytes([v + 139])
    if 108 <= v <= 1131:
        v -= 108
        return bytes([247 + v // 256, v % 256])
    if -1131 <= v <= -108:
        v = -v - 108
        return bytes([251 + v // 256, v % 256])
    return b'\x1c' + struct.pack('>h', v)


def index(items):
    if not items:
        return b'\0\0'
    out = struct.pack('>HB', len(items), 4) + struct.pack('>I', 1)
    at = 1
    for i in items:
        at += len(i)
        out += struct.pack('>I', at)
    return out + b''.join(items)


def op(*values):
    *args, code = values
    code = bytes([code]) if code < 256 else bytes([12, code & 255])
    return b''.join(number(a) for a in args) + code


def fixed(v):
    return b'\x1d' + struct.pack('>i', v)


def rect_chars(rects, w):
    """Draw rectangles: the four lines by a subroutine."""
    out = number(w)
    x = y = 0
    for x0, y0, x1, y1 in rects:
        out += op(x0 - x, y0 - y, 21)
        out += b''.join(number(v) for v in (x1 - x0, y1 - y0, x0 - x1))
        out += number(-107) + bytes([10])
        x, y = x0, y1
    return out + bytes([14])


STANDARD = {'space': 1, 'A': 34, 'E': 38, 'L': 45, 'acute': 125}


def cff(cid=False, canary=None, glyphs=GLYPHS):
    names, strings = [g[0] for g in glyphs], []
    chars = index([rect_chars(g[2], width(g[0])) for g in glyphs])
    # subroutine 0: hlineto behind a call of a global one that only returns
    local = index([number(-107) + bytes([29]) + bytes([6, 11])])
    glob = index([bytes([11])])
    note = (canary or 'notice').encode()

    def sid(s):
        strings.append(s)
        return 391 + len(strings) - 1

    if cid:
        ros = (sid(b'Adobe'), sid(b'Identity'))
    notice = sid(note)
    charset = b'\0'
    for i, n in enumerate(names[1:], 1):
        charset += struct.pack('>H', i if cid else STANDARD.get(n) or
                               sid(n.encode()))
    sid(note)  # unused
    encoding = b'\x80' + bytes([len(names) - 1]) + bytes(
        ord(g[1]) if ord(g[1]) < 256 else 0x80 + i
        for i, g in enumerate(glyphs[1:], 1)) + b'\1\x61' + struct.pack(
        '>H', STANDARD['A'])
    private = op(-10, 0, 700, 10, 6) + op(80, 10) + op(
        80, 11) + b'\x1e\x0a\x03\x96\x25\xff' + b'\x0c\x09'
    private += op(len(private) + 2, 19)
    private_all = private + local
    head = b'\1\0\4\4' + index([b'ABCDEF+Rectangles'])

    def top(at):
        out = b''
        if cid:
            out += number(ros[0]) + number(ros[1]) + number(0) + b'\x0c\x1e'
        out += number(notice) + b'\1' + op(0, -150, 1000, 850, 5)
        out += fixed(at['charset']) + b'\x0f'
        if not cid:
            out += fixed(at['encoding']) + b'\x10'
        out += fixed(at['chars']) + b'\x11'
        if cid:
            out += op(len(names), 0x0c22)
            out += fixed(at['fdarray']) + b'\x0c\x24'
            out += fixed(at['fdselect']) + b'\x0c\x25'
        else:
            out += fixed(len(private)) + fixed(at['private']) + b'\x12'
        return out

    at = dict.fromkeys(
        ('charset', 'encoding', 'chars', 'private', 'fdarray', 'fdselect'), 0)
    for _ in range(2):
        fd = index([fixed(len(private)) + fixed(at['private']) + b'\x12'])
        parts = [('charset', charset), ('encoding', encoding),
                 ('chars', chars), ('private', private_all),
                 ('fdarray', fd), ('fdselect', b'\0' * (1 + len(names)))]
        out = head + index([top(at)]) + index(strings) + glob
        for key, data in parts:
            if cid and key == 'encoding' or not cid and key[:2] == 'fd':
                continue
            at[key] = len(out)
            out += data
    return out


def opentype(canary=None):
    t = common_tables(len(GLYPHS))
    chars = {ord(g[1]): i for i, g in enumerate(GLYPHS) if g[1]}
    t['CFF '] = cff(True, canary)
    t['cmap'] = cmap([(3, 1, cmap4(chars))])
    t['hmtx'] = b''.join(struct.pack('>Hh', width(g[0]), box(g[2])[0])
                         for g in GLYPHS)
    t['maxp'] = struct.pack('>IH', 0x5000, len(GLYPHS))
    t['post'] = struct.pack('>IIhhIIIII', 0x30000, 0, -100, 50, 0, 0, 0, 0, 0)
    t['name'] = name_table(canary or 'Rectangles')
    return sfnt({k: t[k] for k in sorted(t)}, b'OTTO')


# ---- Type 1

def cipher(data, key):
    out = bytearray()
    for b in data:
        c = b ^ key >> 8
        key = ((c + key) * 52845 + 22719) & 0xffff
        out.append(c)
    return bytes(out)


def num1(v):
    if -1131 <= v <= 1131:
        return number(v)
    return b'\xff' + struct.pack('>i', v)


def op1(*values):
    *args, code = values
    code = bytes([code]) if code < 256 else bytes([12, code & 255])
    return b''.join(num1(a) for a in args) + code


HSBW, CALL, DIV, OTHER, POP, SETCUR, SEAC = (13, 10, 0x0c0c, 0x0c10, 0x0c11,
                                             0x0c21, 0x0c06)


def char1(rects, w):
    sb = box(rects)[0]
    out = op1(sb, w, HSBW)
    x, y = sb, 0
    for i, (x0, y0, x1, y1) in enumerate(rects):
        if i == 2:  # other hints from here on
            out += op1(4, 1, 3, OTHER) + op1(POP) + op1(CALL)
        elif i == 0:
            out += op1(y0, y1 - y0, 1) + op1(x0 - sb, x1 - x0, 3)
        out += op1(x0 - x, y0 - y, 21) + op1(y1 - y0, 7) + op1(
            x1 - x0, 6) + op1(y0 - y1, 7) + b'\x09'
        x, y = x1, y0
    return out + b'\x0e'


def flex1():
    """A bar whose upper side is a flex, its width a quotient."""
    out = op1(50, 7000, 10, DIV) + bytes([HSBW])
    out += op1(0, 500, 21) + op1(1, CALL)
    for dx, dy in ((250, 0), (-150, 0), (50, 10), (100, 0), (100, 0),
                   (50, -10), (100, 0)):
        out += op1(dx, dy, 21) + op1(2, CALL)
    out += op1(50, 550, 500, 0, CALL)
    return out + op1(-100, 7) + op1(-500, 6) + b'\x09\x0e'


def type1(canary=None, hexadecimal=False, glyphs=GLYPHS):
    note = canary or 'notice'
    subrs = [op1(3, 0, OTHER) + op1(POP) + op1(POP) + op1(SETCUR) + b'\x0b',
             op1(0, 1, OTHER) + b'\x0b', op1(0, 2, OTHER) + b'\x0b', b'\x0b',
             op1(100, 200, 1) + op1(0, 100, 3) + b'\x0b']
    chars = [(n, char1(r, width(n))) for n, _, r in glyphs]
    chars.append(('hyphen', flex1()))
    chars.append(('Aacute', op1(100, 700, HSBW) + op1(
        300, 320, 60, 65, 194, SEAC)))

    def secret(b):
        return cipher(b'\0\0\0\0' + b, 4330)

    clear = '%!PS-AdobeFont-1.0: Rectangles\n% ' + note + '\n'
    clear += '12 dict begin\n/FontInfo 9 dict dup begin\n/Notice (' + note
    clear += ') readonly def\n/ItalicAngle 0 def\n/isFixedPitch false def\n'
    clear += 'end readonly def\n/FontName /ABCDEF+Rectangles def\n'
    clear += '/PaintType 0 def\n/FontType 1 def\n'
    clear += '/FontMatrix [0.001 0 0 0.001 0 0] readonly def\n'
    clear += '/Encoding 256 array\n0 1 255 {1 index exch /.notdef put} for\n'
    for code, n in ((32, 'space'), (45, 'hyphen'), (65, 'A'), (69, 'E'),
                    (76, 'L'), (97, 'A'), (193, 'Aacute'), (180, 'acute')):
        clear += 'dup %d /%s put\n' % (code, n)
    clear += 'readonly def\n/FontBBox {0 -150 1000 850} readonly def\n'
    clear += '/UniqueID 5000000 def\ncurrentdict end\ncurrentfile eexec\n'
    p = b'dup /Private 12 dict dup begin\n/RD {string currentfile exch '
    p += b'readstring pop} executeonly def\n/ND {noaccess def} executeonly '
    p += b'def\n/NP {noaccess put} executeonly def\n'
    p += b'/BlueValues [-10 0 700 710] def\n/BlueScale .039625 def\n'
    p += b'/StdHW [80] def\n/StdVW [100] def\n/password 5839 def\n'
    p += ('/Canary (%s) def\n' % note).encode()
    p += b'/Subrs %d array\n' % len(subrs)
    for i, s in enumerate(subrs):
        p += b'dup %d %d RD ' % (i, len(s) + 4) + secret(s) + b' NP\n'
    p += b'ND\n2 index /CharStrings %d dict dup begin\n' % len(chars)
    for n, c in chars:
        p += b'/%s %d RD ' % (n.encode(), len(c) + 4) + secret(c) + b' ND\n'
    p += b'end\nend\nreadonly put\nnoaccess put\ndup/FontName get exch '
    p += b'definefont pop\nmark currentfile closefile\n'
    body = cipher(b'\0\0\0\0' + p, 55665)
    if hexadecimal:
        text = body.hex().upper().encode()
        body = b'\n'.join(text[i:i + 64] for i in range(0, len(text), 64))
        body += b'\n'
    tail = (b'0' * 64 + b'\n') * 8 + b'cleartomark\n'
    return clear.encode(), body, tail
