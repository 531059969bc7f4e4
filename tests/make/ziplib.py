"""Writes ZIP files byte by byte, right or wrong on purpose."""
import struct
import zlib

STAMP = (2024 - 1980) << 25 | 4 << 21 | 1 << 16 | 9 << 11  # 2024-04-01 09:00


def deflate(data):
    c = zlib.compressobj(6, zlib.DEFLATED, -15)
    return c.compress(data) + c.flush()


def extra(ident, body):
    return struct.pack('<HH', ident, len(body)) + body


def unicode_path(raw, name, version=1, crc=None):
    crc = zlib.crc32(raw) if crc is None else crc
    return extra(0x7075, struct.pack('<BI', version, crc) + name.encode())


class Entry:
    """Fields with a leading l are of the local header only."""

    def __init__(self, name, data=b'', method=8, **kw):
        self.name = name.encode() if isinstance(name, str) else name
        self.data, self.method = data, method
        self.packed = kw.get('packed')
        if self.packed is None:
            self.packed = deflate(data) if method == 8 else data
        self.crc, self.size = zlib.crc32(data), len(data)
        self.csize = len(self.packed)
        self.flags = self.desc_flag = 0
        self.desc = None  # 'sig', 'bare', 'sig64', 'bare64', 'none'
        self.extra = b''
        self.made, self.version, self.attr, self.disk = 20, 20, 0, 0
        self.time, self.comment, self.offset = STAMP, b'', None
        self.behind = b''  # bytes behind data and descriptor
        self.desc_crc = None
        for k in ('crc', 'size', 'csize', 'flags', 'desc', 'extra', 'made',
                  'version', 'attr', 'disk', 'time', 'comment', 'offset',
                  'behind', 'desc_crc'):
            if k in kw:
                setattr(self, k, kw[k])
        if self.desc:
            self.flags |= 8
        zero = bool(self.flags & 8) and not kw.get('filled')
        self.l = {
            'name': self.name, 'method': self.method, 'flags': self.flags,
            'extra': self.extra, 'crc': 0 if zero else self.crc,
            'size': 0 if zero else self.size,
            'csize': 0 if zero else self.csize, 'version': self.version}
        for k, v in kw.items():
            if k[0] == 'l' and k[1:] in self.l:
                self.l[k[1:]] = v

    def fixed(self, f):
        return struct.pack(
            '<HHHIIIIHH', f['version'], f['flags'], f['method'], self.time,
            f['crc'], f['csize'], f['size'], len(f['name']), len(f['extra']))

    def local(self):
        return (b'PK\3\4' + self.fixed(self.l) + self.l['name'] +
                self.l['extra'] + self.packed + self.descriptor() +
                self.behind)

    def descriptor(self):
        if self.desc in (None, 'none'):
            return b''
        crc = self.crc if self.desc_crc is None else self.desc_crc
        fmt = '<IQQ' if self.desc.endswith('64') else '<III'
        sig = b'PK\7\x08' if self.desc.startswith('sig') else b''
        return sig + struct.pack(fmt, crc, self.csize, self.size)

    def central(self, offset):
        offset = offset if self.offset is None else self.offset
        f = {'version': self.version, 'flags': self.flags,
             'method': self.method, 'crc': self.crc, 'csize': self.csize,
             'size': self.size, 'name': self.name, 'extra': self.extra}
        return (b'PK\1\2' + struct.pack('<H', self.made) + self.fixed(f) +
                struct.pack('<HHHII', len(self.comment), self.disk, 0,
                            self.attr, offset) +
                self.name + self.extra + self.comment)


def end(n, size, off, comment=b'', n_here=None, disk=0):
    n_here = n if n_here is None else n_here
    return b'PK\5\6' + struct.pack('<HHHHIIH', disk, 0, n_here, n, size, off,
                                   len(comment)) + comment


def end64(n, size, off, at=None, more=b'', disks=1):
    at = off + size if at is None else at
    return (b'PK\6\6' + struct.pack('<QHHIIQQQQ', 44 + len(more), 45, 45, 0,
                                    0, n, n, size, off) + more +
            b'PK\6\7' + struct.pack('<IQI', 0, at, disks))


def build(entries, **kw):
    """The whole file. kw: prefix, before_cd, after_cd, suffix, hidden (not
    in the directory), n, n_here, size, off, comment, disk, z64 (dict)."""
    out, cd = kw.get('prefix', b''), b''
    for e in entries:
        at = len(out) - len(kw.get('prefix', b'')) * kw.get('adjust', 0)
        if e not in kw.get('hidden', ()):
            cd += e.central(at)
        if not kw.get('quoted', {}).get(e):
            out += e.local()
    out += kw.get('before_cd', b'')
    off = kw.get('off', len(out))
    out += cd + kw.get('after_cd', b'')
    n = kw.get('n', len(entries) - len(kw.get('hidden', ())))
    size = kw.get('size', len(cd))
    if 'z64' in kw:
        z = dict(n=n, size=size, off=off)
        z.update(kw['z64'])
        out += end64(**z)
        n, size, off = kw.get('end32', (n, size, off))
    return (out + end(n, size, off, kw.get('comment', b''), kw.get('n_here'),
                      kw.get('disk', 0)) + kw.get('suffix', b''))


def old_crypt(password, data, check, head=bytes(range(11))):
    """The traditional cipher; head: the 11 bytes that should be random."""
    keys = [0x12345678, 0x23456789, 0x34567890]
    table = []
    for i in range(256):
        c = i
        for _ in range(8):
            c = (c >> 1) ^ (0xedb88320 if c & 1 else 0)
        table.append(c)

    def update(b):
        keys[0] = table[(keys[0] ^ b) & 255] ^ (keys[0] >> 8)
        keys[1] = (keys[1] + (keys[0] & 255)) & 0xffffffff
        keys[1] = (keys[1] * 134775813 + 1) & 0xffffffff
        keys[2] = table[(keys[2] ^ (keys[1] >> 24)) & 255] ^ (keys[2] >> 8)

    for b in password:
        update(b)
    out = bytearray()
    for b in head + bytes([check]) + data:
        t = (keys[2] | 2) & 0xffff
        out.append(b ^ (((t * (t ^ 1)) >> 8) & 255))
        update(b)
    return bytes(out)
