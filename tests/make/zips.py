#!/usr/bin/env python3
"""ZIP samples: one for each way in which readers can be made to differ (the
classes of docs/formats/zip.md), and one for each harmless variety.

usage: zips.py [SAMPLES]   writes SAMPLES/planted/zip and SAMPLES/benign/zip
"""
import os
import struct
import sys
import zlib

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from ziplib import Entry, build, deflate, end, extra, old_crypt, unicode_path

planted, benign = {}, {}


def text(what):
    return ('SEKISHO-CANARY-zip-%s\r\n' % what).encode() * 3


def good(name='good.txt'):
    return Entry(name, b'This stays.\r\n' * 4)


def bad(what, *entries, **kw):
    planted[what] = build([good()] + list(entries), **kw)


def nice(what, *entries, **kw):
    benign[what] = build([good()] + list(entries), **kw)


def trick(what, name=None, **kw):
    """One distorted entry behind a good one."""
    kw = dict(method=8) | kw
    bad(what, Entry(name or 'trick.txt', text(what), **kw))


def distort(what, **kw):
    """Good entries in a distorted file."""
    bad(what, Entry('trick.txt', text(what)), **kw)


def a_classes():
    trick('A1-method', lmethod=0)
    trick('A2-size', lsize=5)
    trick('A2-packed-size', lcsize=5)
    trick('A2-crc', lcrc=1)
    trick('A2-descriptor', desc='sig', desc_crc=7)
    trick('A2-stored-sizes', method=0, size=5)
    two = extra(1, struct.pack('<Q', 9)) * 2
    trick('A2-two-zip64', extra=two)
    trick('A2-zip64-surplus', extra=extra(1, struct.pack('<QQ', 1, 2)))
    trick('A3-name', lname=b'trick.exe')
    trick('A3-name-case', lname=b'TRICK.txt')
    trick('A3-utf8-flag', flags=0x800, lflags=0)
    raw = b'trick.txt'
    trick('A3-unicode-path-other', extra=unicode_path(raw, 'trick.exe'))
    trick('A3-unicode-path-crc', extra=unicode_path(raw, 'trick.txt', crc=1))
    trick('A3-unicode-path-version', extra=unicode_path(raw, 'trick.txt', 2))
    trick('A3-unicode-path-twice', extra=unicode_path(raw, 'trick.txt') * 2)
    trick('A3-unicode-path-local', lextra=unicode_path(raw, 'trick.txt'))
    trick('A4-folder-data', 'trick/', method=0)
    trick('A4-folder-backslash', 'trick\\', method=0)
    trick('A4-folder-attribute', attr=0x10)
    trick('A4-folder-mode', made=3 << 8 | 20, attr=0o040755 << 16)
    trick('A5-crypt-dir', flags=1, lflags=0)
    trick('A5-crypt-local', flags=0, lflags=1)
    trick('A5-strong', flags=0x41)
    trick('A5-masked', flags=0x2001)
    aes = extra(0x9901, b'\2\0AE\3\x08\0')
    trick('A5-aes-without', flags=1, method=8, extra=aes)
    body = b'x' * 40
    bad('A5-aes-missing', Entry('trick.txt', text('A5-aes-missing'), 99, packed=body,
                                flags=1))
    bad('A5-aes-differs', Entry('trick.txt', text('A5-aes-differs'), 99, packed=body,
                                flags=1, extra=aes,
                                lextra=extra(0x9901, b'\1\0AE\1\x08\0')))


def b_classes():
    for what, names in (
            ('B1-twice', ('trick.txt', 'trick.txt')),
            ('B1-slashes', ('a/trick.txt', 'a\\trick.txt')),
            ('B2-nul', ('trick.txt\0.exe',)),
            ('B2-control', ('tri\x1b[2Jck.txt',)),
            ('B2-bidi', ('tri\u202etxt.exe',)),
            ('B2-colon', ('trick.txt:stream',)),
            ('B3-absolute', ('/etc/trick.txt',)),
            ('B3-drive', ('C:/trick.txt',)),
            ('B3-parent', ('../../trick.txt',)),
            ('B3-parent-inside', ('a/../b/trick.txt',)),
            ('B3-empty', ('a//trick.txt',)),
            ('B3-dot', ('./trick.txt',)),
            ('B3-dot-inside', ('a/./trick.txt',)),
            ('B3-trailing-dot', ('trick.txt.',)),
            ('B3-percent', ('a%2Ftrick.txt',)),
            ('B4-case', ('Trick.txt', 'trick.TXT'))):
        bad(what, *[Entry(n, text('%s-%d' % (what, i)),
                          flags=0x800 if not n.isascii() else 0)
                    for i, n in enumerate(names)])


def c_streams():
    t = text('C1')
    hidden = Entry('hidden.txt', text('C1-hidden'))
    bad('C1-hidden', hidden, good('last.txt'), hidden=(hidden,))
    bad('C1-gap', Entry('trick.txt', t, behind=b'SEKISHO-CANARY-zip-gap'),
        good('last.txt'))
    bad('C1-gap-extra', Entry('trick.txt', t,
                              lextra=extra(0x4242, hidden.local()),
                              behind=b''), before_cd=hidden.local())
    trick('C1-descriptor-missing', desc='none')
    e = Entry('trick.txt', t)
    e.behind = b'PK\7\x08' + struct.pack('<III', e.crc, e.csize, e.size)
    bad('C1-descriptor-unasked', e)
    inner = b'SEKISHO-CANARY-zip-C1-stored'
    fake = inner + b'PK\7\x08' + struct.pack(
        '<III', zlib.crc32(inner), len(inner), len(inner))
    bad('C1-stored-stream', Entry('trick.txt', fake, 0, desc='sig'))
    bad('C1-stored-bare', Entry('trick.txt', inner, 0, desc='bare'))
    shared = Entry('trick.txt', t)
    again = Entry('again.txt', t, offset=0)
    bad('C1-shared', shared, again, quoted={again: True})
    g = good()
    long = Entry('trick.txt', g.local() + b'rest', 0)
    inside = Entry('good2.txt', b'')
    inside.offset = len(g.local()) + 30 + 9
    bad('C1-inside', long, inside, quoted={inside: True})


def c_ends():
    t = text('C2')
    inner = build([Entry('inner.txt', t)])
    bad('C2-comment', Entry('trick.txt', t), comment=inner)
    trick('C2-suffix')
    planted['C2-suffix'] += b'SEKISHO-CANARY-zip-suffix'
    # An end record in stored data whose comment is the rest of the file.
    plain = build([good(), Entry('trick.txt', b'#' * 64, 0)])
    at = plain.index(b'#' * 64)
    one = Entry('good.txt', b'').central(0)
    fake = end(1, len(one), at, b'')[:-2]
    data = (one + fake + struct.pack('<H', 0)).ljust(128, b'#')
    whole = build([good(), Entry('trick.txt', data, 0)])
    at = whole.index(data)
    eocd = at + len(one)
    data = (one + end(1, len(one), 0, b'')[:-2] +
            struct.pack('<H', len(whole) - eocd - 22)).ljust(128, b'#')
    bad('C2-inner-end', Entry('trick.txt', data, 0))
    data = (one + end(1, len(one), at)).ljust(128, b'#')
    bad('C2-inner-directory', Entry('trick.txt', data, 0))
    distort('C3-less', n=1)
    distort('C3-more', n=3)
    distort('C3-here', n_here=1)
    planted['C4-prefix'] = b'SEKISHO-CANARY-zip-prefix' + build(
        [good(), Entry('trick.txt', t)])
    distort('C4-prefix-adjusted', prefix=b'MZ SEKISHO-CANARY-zip-sfx')
    distort('C4-offset', off=3)
    distort('C4-size', size=10)
    distort('C4-before-directory', before_cd=b'APK Sig Block 42')
    distort('C4-behind-directory', after_cd=b'PK\5\5\4\0sign')
    distort('C5-disk', disk=1)
    trick('C5-entry-disk', disk=1)
    distort('C5-locator', z64={'at': 5})
    distort('C5-differs', z64={'n': 1})
    distort('C5-extensible', z64={'more': b'SEKISHO-CANARY-zip-z64'})
    distort('C5-masked', size=0xffffffff)
    distort('C5-disks', z64={'disks': 2})
    trick('C5-value-missing', size=0xffffffff)


def others():
    for m in (1, 9, 12, 14, 93, 98):
        trick('D-method-%d' % m, method=m)
    t = text('D-behind-block')
    trick('D-behind-block', packed=deflate(t) + b'SEKISHO-CANARY-zip-tail')
    trick('D-more', size=len(text('D-more')) - 1)
    trick('D-less', size=len(text('D-less')) + 1)
    trick('D-crc', crc=5)
    trick('D-claim', size=0x7fffffff)
    trick('D-damaged', packed=b'\7' * 20)
    trick('D-cut', packed=deflate(text('D-cut'))[:-4])
    trick('D-flags', flags=0x80)
    bad('D-no-name', Entry('', text('D-no-name')))
    trick('D-link', made=3 << 8 | 20, attr=0o120777 << 16)
    trick('D-device', made=3 << 8 | 20, attr=0o020666 << 16)
    trick('D-utf8-false', b'tr\x82ck.txt', flags=0x800)
    trick('D-extra-long', extra=b'\x42\x42\xff\0abc')
    t = text('D-no-end')
    planted['D-no-end'] = build([Entry('trick.txt', t)])[:-30]
    bomb = b'\0' * (11 << 20)
    bad('bomb-ratio', Entry('bomb.bin', bomb))
    kernel = Entry('k0.txt', b'\0' * 100000)
    rest = [Entry('k%d.txt' % i, b'\0' * 100000) for i in range(1, 20)]
    for e in rest:
        e.offset = len(good().local())
    bad('bomb-overlap', kernel, *rest, quoted={e: True for e in rest})
    # Each header is quoted by the stored data of the one before it.
    names = ['q%d.bin' % i for i in range(8)]
    blob, local = b'', []
    for n in reversed(names):
        e = Entry(n, blob, 0)
        blob = e.local()
        local.append(e)
    local.reverse()
    for i, e in enumerate(local):
        e.offset = i * (30 + 6)
    planted['bomb-quoted'] = build(local, quoted={e: True for e in local[1:]})
    me = Entry('me.zip', b'', 0, csize=200, size=200)
    planted['bomb-droste'] = build([me])
    deep = build([Entry('deep.txt', text('deep'))])
    for i in range(10):
        deep = build([good(), Entry('in%d.zip' % i, deep)])
    planted['bomb-nested'] = deep
    for n in ('desktop.ini', 'Thumbs.db', '.DS_Store', '__MACOSX/._good.txt',
              'autorun.inf', 'sub/folder.htt', 'desktop.ini. '):
        what = 'system-' + n.strip(' ._').lower().replace('/', '-')
        planted.setdefault(what, build([good(), Entry(n, text(what))]))
    bad('comments', Entry('trick.txt', b'fine\r\n', comment=text('comment')),
        comment=b'\x1b]0;SEKISHO-CANARY-zip-archive-comment\7')
    bad('extras', Entry('trick.txt', b'fine\r\n',
                        extra=extra(0x4242, b'SEKISHO-CANARY-zip-extra')))


def varieties():
    t = b'Benign.\r\n' * 5
    for d in ('sig', 'bare', 'sig64', 'bare64'):
        nice('descriptor-' + d, Entry('a.txt', t, desc=d))
    nice('descriptor-filled', Entry('a.txt', t, desc='sig', filled=True))
    nice('descriptor-stored-empty', Entry('a.txt', b'', 0, desc='sig'))
    nice('descriptor-stored', Entry('a.txt', t, 0, desc='sig'))
    hint = extra(0xa220, b'\x28\xa0\0\0' + b'\0' * 60)
    nice('growth-hint', Entry('a.txt', t, extra=b'', lextra=hint))
    nice('folders', Entry('d/', b'', 0), Entry('d/a.txt', t),
         Entry('empty/', b'', 0, attr=0x10))
    nice('folder-deflated', Entry('d/', b'', 8))
    nice('utf8-flag', Entry('a.txt', t, flags=0x800))
    nice('backslash', Entry('d\\a.txt', t))
    z = extra(1, struct.pack('<QQ', len(t), len(deflate(t))))
    nice('zip64-unneeded', Entry('a.txt', t, extra=z))
    e = Entry('a.txt', t)
    z = extra(1, struct.pack('<QQ', e.size, e.csize))
    nice('zip64-masked', Entry('a.txt', t, extra=z, size=0xffffffff,
                               csize=0xffffffff))
    z0 = extra(1, struct.pack('<QQ', 0, 0))
    nice('zip64-streamed', Entry('a.txt', t, desc='sig64', lextra=z0,
                                 lsize=0xffffffff, lcsize=0xffffffff))
    nice('zip64-end', Entry('a.txt', t), z64={})
    nice('zip64-end-masked', Entry('a.txt', t), z64={},
         end32=(0xffff, 0xffffffff, 0xffffffff))
    nice('padding', Entry('a.txt', t, 0, lextra=b'\0\0\0'))
    nice('versions', Entry('a.txt', t, version=45, lversion=20))
    nice('level-bits', Entry('a.txt', t, flags=2, lflags=0))
    nice('bit-4', Entry('a.txt', t, flags=0x10))
    nice('times', Entry('a.txt', t, extra=extra(0x5455, b'\1' + b'\0' * 4)))
    inner = build([Entry('inner.txt', t, 0)])
    nice('stored-archive', Entry('inner.zip', inner, 0))
    nice('unix', Entry('a.txt', t, made=3 << 8 | 20, attr=0o100644 << 16),
         Entry('d/', b'', 0, made=3 << 8 | 20, attr=0o040755 << 16 | 16))
    order = [good(), Entry('a.txt', t)]
    benign['order'] = build(order)
    benign['empty-file'] = build([good(), Entry('nothing.txt', b'', 0)])


def names():
    t = b'Benign.\r\n'
    ja = '表だよ/一覧表①髙﨑.txt'
    raw = ja.encode('cp932')
    nice('name-cp932', Entry(raw, t), Entry('ソ予\\ポ.txt'.encode('cp932'), t))
    nice('name-utf8', Entry(ja, t, flags=0x800))
    nice('line-end-behind', Entry(ja, t, flags=0x800))
    benign['line-end-behind'] += b'\n'
    nice('name-utf8-unmarked', Entry(ja, t))
    nice('name-unicode-path', Entry(raw, t, extra=unicode_path(raw, ja)))
    nfd = '\u30cf\u309a\u30f3\u30d5/か\u3099き\u3099 e\u0301.txt'
    nice('name-decomposed', Entry(nfd, t, flags=0x800))
    nice('name-cp437', Entry(b'caf\x82.txt', t))
    nice('name-ivs', Entry('葛\U000e0100城.txt', t, flags=0x800))
    nice('name-long', Entry('長' * 150 + '.txt', t, flags=0x800))
    nice('name-deep', Entry('/'.join('d%d' % i for i in range(30)) + '/a.txt',
                            t))
    nice('name-devices', *[Entry(n, t) for n in (
        'CON.txt', 'aux', 'lpt1.tar.txt', 'com0/a.txt')])
    nice('name-twins', *[Entry(n, t) for n in (
        'a.txt', 'A.TXT', 'a.txt ', 'D/x.txt', 'd/X.txt', 'd/y.txt')])


def encrypted():
    t = b'Secret, and fine.\r\n' * 3
    for what, method, desc in (('deflated', 8, None), ('stored', 0, None),
                               ('streamed', 8, 'sig')):
        packed = deflate(t) if method == 8 else t
        from ziplib import STAMP
        check = (STAMP >> 8) & 255 if desc else zlib.crc32(t) >> 24
        e = Entry('secret.txt', t, method, flags=1, desc=desc,
                  packed=old_crypt(b'himitsu', packed, check))
        benign['encrypted-old-' + what] = build([e])
    c = old_crypt(b'himitsu', deflate(t), zlib.crc32(t) >> 24)
    mixed = Entry('secret.txt', t, flags=1, packed=c)
    other = Entry('other.txt', t, flags=1, packed=old_crypt(
        '表'.encode(), deflate(t), zlib.crc32(t) >> 24))
    nice('encrypted-mixed', mixed, other)


def write(folder, files):
    os.makedirs(folder, exist_ok=True)
    for name, data in files.items():
        with open(os.path.join(folder, name + '.zip'), 'wb') as f:
            f.write(data)


def main():
    for part in (a_classes, b_classes, c_streams, c_ends, others, varieties,
                 names, encrypted):
        part()
    top = sys.argv[1] if len(sys.argv) > 1 else 'samples'
    write(os.path.join(top, 'planted', 'zip'), planted)
    write(os.path.join(top, 'benign', 'zip'), benign)


main()
