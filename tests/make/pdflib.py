"""Writes PDF files byte by byte, in every dress a reader must see through:
plain, in object streams, with names in #xx, encrypted, as an update."""
import hashlib
import struct
import zlib

PAD = bytes.fromhex('28BF4E5E4E758A4164004E56FFFA01082E2E00B6D0683E80'
                    '2F0CA9FE6453697A')
ID = b'SEKISHO-PDF-ID-0'


class Name(str):
    pass


class Ref(int):
    pass


class Raw(bytes):
    """Bytes that are written as they are."""


class Stream:
    def __init__(self, d, data, packed=False):
        self.d = dict(d)
        self.data = data
        if packed:
            self.d['Filter'] = Name('FlateDecode')
            self.data = zlib.compress(data, 6)


class Pdf:
    """Objects by number; Root and Info are set by the caller."""

    def __init__(self):
        self.objs = {}
        self.root = self.info = None

    def add(self, value):
        n = len(self.objs) + 1
        self.objs[n] = value
        return Ref(n)

    def hold(self):
        return self.add(None)

    def set(self, ref, value):
        self.objs[int(ref)] = value
        return ref


# ---- ciphers

def rc4(key, data):
    s = list(range(256))
    j = 0
    for i in range(256):
        j = (j + s[i] + key[i % len(key)]) & 255
        s[i], s[j] = s[j], s[i]
    out = bytearray()
    i = j = 0
    for b in data:
        i = (i + 1) & 255
        j = (j + s[i]) & 255
        s[i], s[j] = s[j], s[i]
        out.append(b ^ s[(s[i] + s[j]) & 255])
    return bytes(out)


def _sbox():
    p = q = 1
    box = [0] * 256
    while True:
        p = p ^ (p << 1 & 255) ^ (0x1b if p & 0x80 else 0)
        q ^= q << 1
        q ^= q << 2
        q ^= q << 4
        q &= 255
        if q & 0x80:
            q ^= 0x09
        x = q
        for k in (1, 2, 3, 4):
            x ^= (q << k | q >> (8 - k)) & 255
        box[p] = x ^ 0x63
        if p == 1:
            break
    box[0] = 0x63
    return box


SBOX = _sbox()


def _expand(key):
    nk = len(key) // 4
    w = [list(key[4 * i:4 * i + 4]) for i in range(nk)]
    rcon = 1
    for i in range(nk, 4 * (nk + 7)):
        t = list(w[-1])
        if i % nk == 0:
            t = [SBOX[b] for b in t[1:] + t[:1]]
            t[0] ^= rcon
            rcon = rcon << 1 ^ (0x11b if rcon & 0x80 else 0)
        elif nk > 6 and i % nk == 4:
            t = [SBOX[b] for b in t]
        w.append([a ^ b for a, b in zip(w[i - nk], t)])
    return [sum(w[4 * r:4 * r + 4], []) for r in range(nk + 7)]


def _block(keys, block):
    s = [a ^ b for a, b in zip(block, keys[0])]
    for r in range(1, len(keys)):
        s = [SBOX[s[(i + 4 * (i % 4)) % 16]] for i in range(16)]
        if r + 1 < len(keys):
            t = []
            for c in range(0, 16, 4):
                col = s[c:c + 4]
                for i in range(4):
                    a, b = col[i], col[(i + 1) % 4]
                    x = (a << 1 ^ b << 1 ^ b) & 0x1ff
                    if (a ^ b) & 0x80:
                        x ^= 0x11b
                    t.append((x ^ col[(i + 2) % 4] ^ col[(i + 3) % 4]) & 255)
            s = t
        s = [a ^ b for a, b in zip(s, keys[r])]
    return s


def aes_cbc(key, iv, data):
    keys, out, last = _expand(key), bytearray(), list(iv)
    for i in range(0, len(data), 16):
        last = _block(keys, [a ^ b for a, b in zip(data[i:i + 16], last)])
        out += bytes(last)
    return bytes(out)


def aes_pad(data):
    n = 16 - len(data) % 16
    return data + bytes([n]) * n


class Crypt:
    """kind: rc4, aes128 or aes256 (revision 6); the empty user password."""

    def __init__(self, kind, user=b'', perms=-44):
        self.kind = kind
        self.perms = perms
        if kind == 'aes256':
            self._r6(user)
        else:
            self._r34(user)

    def _r34(self, user):
        key = hashlib.md5((b'owner' + PAD)[:32]).digest()
        for _ in range(50):
            key = hashlib.md5(key).digest()
        o = (user + PAD)[:32]
        for i in range(20):
            o = rc4(bytes(b ^ i for b in key), o)
        key = hashlib.md5((user + PAD)[:32] + o +
                          struct.pack('<i', self.perms) + ID).digest()
        for _ in range(50):
            key = hashlib.md5(key).digest()
        self.key = key
        u = hashlib.md5(PAD + ID).digest()
        for i in range(20):
            u = rc4(bytes(b ^ i for b in key), u)
        self.dict = {'Filter': Name('Standard'), 'O': o, 'U': u + bytes(16),
                     'P': self.perms, 'Length': 128}
        if self.kind == 'rc4':
            self.dict.update(V=2, R=3)
        else:
            self.dict.update(V=4, R=4, StmF=Name('StdCF'), StrF=Name('StdCF'),
                             CF={'StdCF': {'CFM': Name('AESV2'), 'Length': 16,
                                           'AuthEvent': Name('DocOpen')}})

    @staticmethod
    def _hash6(password, salt, u=b''):
        k = hashlib.sha256(password + salt + u).digest()
        i = 0
        while True:
            e = aes_cbc(k[:16], k[16:32], (password + k + u) * 64)
            k = (hashlib.sha256, hashlib.sha384, hashlib.sha512)[
                sum(e[:16]) % 3](e).digest()
            i += 1
            if i >= 64 and e[-1] <= i - 32:
                return k[:32]

    def _r6(self, user):
        self.key = hashlib.sha256(b'file key').digest()
        salts = [hashlib.sha256(b'salt %d' % i).digest()[:8]
                 for i in range(4)]
        u = self._hash6(user, salts[0]) + salts[0] + salts[1]
        ue = aes_cbc(self._hash6(user, salts[1]), bytes(16), self.key)
        o = self._hash6(b'owner', salts[2], u) + salts[2] + salts[3]
        oe = aes_cbc(self._hash6(b'owner', salts[3], u), bytes(16), self.key)
        p = struct.pack('<i', self.perms) + b'\xff\xff\xff\xffTadb' + ID[:4]
        self.dict = {'Filter': Name('Standard'), 'V': 5, 'R': 6,
                     'Length': 256, 'O': o, 'U': u, 'OE': oe, 'UE': ue,
                     'P': self.perms,
                     'Perms': aes_cbc(self.key, bytes(16), p),
                     'StmF': Name('StdCF'), 'StrF': Name('StdCF'),
                     'CF': {'StdCF': {'CFM': Name('AESV3'), 'Length': 32,
                                      'AuthEvent': Name('DocOpen')}}}

    def __call__(self, num, data):
        iv = hashlib.md5(b'iv %d %d' % (num, len(data))).digest()
        if self.kind == 'aes256':
            return iv + aes_cbc(self.key, iv, aes_pad(data))
        key = self.key + struct.pack('<I', num)[:3] + b'\0\0'
        if self.kind == 'aes128':
            key = hashlib.md5(key + b'sAlT').digest()
            return iv + aes_cbc(key, iv, aes_pad(data))
        return rc4(hashlib.md5(key).digest(), data)


# ---- text

def name(v, dress):
    raw = v.encode('utf-8')
    if 'hex' in dress:
        return b'/' + b''.join(b'#%02X' % b for b in raw)
    return b'/' + b''.join(
        bytes([b]) if 0x21 <= b <= 0x7e and b not in b'#()<>[]{}/%'
        else b'#%02X' % b for b in raw)


def text(v, dress=(), crypt=None, num=0):
    if isinstance(v, Raw):
        return bytes(v)
    if v is None:
        return b'null'
    if isinstance(v, bool):
        return b'true' if v else b'false'
    if isinstance(v, Ref):
        return b'%d 0 R' % v
    if isinstance(v, Name):
        return name(v, dress)
    if isinstance(v, int):
        return b'%d' % v
    if isinstance(v, float):
        return (b'%.5f' % v).rstrip(b'0').rstrip(b'.')
    if isinstance(v, str):
        v = v.encode('ascii') if v.isascii() else (
            b'\xfe\xff' + v.encode('utf-16-be'))
    if isinstance(v, bytes):
        if crypt:
            v = crypt(num, v)
        if crypt or any(b < 0x20 or b > 0x7e for b in v):
            return b'<' + v.hex().encode() + b'>'
        for c in b'\\()':
            v = v.replace(bytes([c]), b'\\' + bytes([c]))
        return b'(' + v + b')'
    if isinstance(v, (list, tuple)):
        return b'[' + b' '.join(text(x, dress, crypt, num) for x in v) + b']'
    if isinstance(v, dict):
        return b'<<' + b' '.join(
            name(k, dress) + b' ' + text(x, dress, crypt, num)
            for k, x in v.items()) + b'>>'
    raise TypeError(v)


def obj(num, v, dress=(), crypt=None):
    out = b'%d 0 obj\n' % num
    if isinstance(v, Stream):
        data = v.data
        if crypt and v.d.get('Type') != 'XRef':
            data = crypt(num, data)
        d = dict(v.d, Length=len(data))
        out += text(d, dress, crypt, num)
        out += b'\nstream\n' + data + b'\nendstream'
    else:
        out += text(v, dress, crypt, num)
    return out + b'\nendobj\n'


# ---- files

HEAD = b'%PDF-1.7\n%\xe2\xe3\xcf\xd3\n'


def table(offsets):
    """A classic table for numbers that may have gaps."""
    out = b'xref\n'
    nums = sorted(offsets)
    i = 0
    while i < len(nums):
        j = i
        while j + 1 < len(nums) and nums[j + 1] == nums[j] + 1:
            j += 1
        out += b'%d %d\n' % (nums[i], j - i + 1)
        for n in nums[i:j + 1]:
            out += (b'0000000000 65535 f \n' if n == 0 else
                    b'%010d 00000 n \n' % offsets[n])
        i = j + 1
    return out


def plain(pdf, dress=(), crypt=None):
    out, at = bytearray(HEAD), {0: 0}
    trailer = {'Root': pdf.root, 'ID': [Raw(b'<' + ID.hex().encode() + b'>')
                                        ] * 2}
    for n, v in pdf.objs.items():
        at[n] = len(out)
        out += obj(n, v, dress, crypt)
    size = len(pdf.objs) + 1
    if pdf.info:
        trailer['Info'] = pdf.info
    if crypt:
        at[size] = len(out)
        out += obj(size, crypt.dict)
        trailer['Encrypt'] = Ref(size)
        size += 1
    trailer['Size'] = size
    where = len(out)
    out += table(at) + b'trailer\n' + text(trailer)
    return bytes(out) + b'\nstartxref\n%d\n%%%%EOF\n' % where


def packed(pdf, dress=(), per=20):
    """Everything but streams in object streams, a cross-reference stream."""
    out, rows = bytearray(HEAD), {0: (0, 0, 65535)}
    loose = [(n, v) for n, v in pdf.objs.items() if not isinstance(v, Stream)]
    num = len(pdf.objs)
    for n, v in pdf.objs.items():
        if isinstance(v, Stream):
            rows[n] = (1, len(out), 0)
            out += obj(n, v, dress)
    for i in range(0, len(loose), per):
        num += 1
        head, body = b'', b''
        for k, (n, v) in enumerate(loose[i:i + per]):
            head += b'%d %d ' % (n, len(body))
            body += text(v, dress) + b' '
            rows[n] = (2, num, k)
        rows[num] = (1, len(out), 0)
        out += obj(num, Stream({'Type': Name('ObjStm'),
                                'N': len(loose[i:i + per]),
                                'First': len(head)}, head + body, True))
    num += 1
    where = len(out)
    rows[num] = (1, where, 0)
    data = b''.join(struct.pack('>BIH', *rows[n]) for n in range(num + 1))
    d = {'Type': Name('XRef'), 'Size': num + 1, 'W': [1, 4, 2],
         'Root': pdf.root, 'ID': [ID, ID]}
    if pdf.info:
        d['Info'] = pdf.info
    out += obj(num, Stream(d, data, True))
    return bytes(out) + b'startxref\n%d\n%%%%EOF\n' % where


def updated(before, pdf, dress=()):
    """pdf as an update behind the file of before, which it replaces."""
    out = bytearray(plain(before))
    prev = int(out[out.rindex(b'startxref') + 9:].split()[0])
    at = {}
    for n, v in pdf.objs.items():
        old = before.objs.get(n)
        if n in before.objs and not isinstance(v, Stream) and old == v:
            continue
        at[n] = len(out)
        out += obj(n, v, dress)
    where = len(out)
    trailer = {'Root': pdf.root, 'Prev': prev, 'Size': max(*pdf.objs, *before.objs) + 1,
               'ID': [ID, ID]}
    if pdf.info:
        trailer['Info'] = pdf.info
    out += table(at) + b'trailer\n' + text(trailer)
    return bytes(out) + b'\nstartxref\n%d\n%%%%EOF\n' % where
