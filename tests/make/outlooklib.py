"""Writers of Outlook's containers for sample makers: compound files, .msg, TNEF, compressed RTF, uuencode."""
import binascii
import struct

FREE, END, FATSECT = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD


class Storage(dict):
    """Name -> bytes or Storage."""
    clsid = b"\0" * 16


def _name_key(name):
    return (len(name.encode("utf-16-le")), name.upper())


def _entry(name, kind, left, right, child, start, size, clsid=b"\0" * 16):
    raw = name.encode("utf-16-le")
    return (raw.ljust(64, b"\0") + struct.pack("<HBBIII", len(raw) + 2, kind, 1, left, right, child) + clsid +
            b"\0" * 20 + struct.pack("<IQ", start, size))


def _tree(ids, lo, hi):
    """A balanced tree over sorted ids: root, {id: (left, right)}."""
    if lo >= hi:
        return FREE, {}
    mid = (lo + hi) // 2
    left, a = _tree(ids, lo, mid)
    right, b = _tree(ids, mid + 1, hi)
    return ids[mid], {**a, **b, ids[mid]: (left, right)}


def cfb(root):
    """A compound file, version 3, small streams in the mini stream."""
    nodes = [["Root Entry", 5, root, FREE, FREE, FREE, END, 0]]

    def add(storage, me):
        ids = []
        for name in sorted(storage, key=_name_key):
            value = storage[name]
            ids.append(len(nodes))
            nodes.append([name, 1 if isinstance(value, Storage) else 2, value, FREE, FREE, FREE, 0, 0])
            if isinstance(value, Storage):
                add(value, ids[-1])
        nodes[me][5], links = _tree(ids, 0, len(ids))
        for i, (left, right) in links.items():
            nodes[i][3], nodes[i][4] = left, right

    add(root, 0)
    sectors, fat, mini, minifat = [], [], b"", []

    def put(data):
        if not data:
            return END
        first = len(sectors)
        parts = [data[i:i + 512].ljust(512, b"\0") for i in range(0, len(data), 512)]
        for k, part in enumerate(parts):
            sectors.append(part)
            fat.append(len(sectors) if k + 1 < len(parts) else END)
        return first

    for node in nodes[1:]:
        if node[1] != 2:
            continue
        data = node[2]
        node[7] = len(data)
        if not data:
            node[6] = END
        elif len(data) < 4096:
            node[6] = len(minifat)
            count = (len(data) + 63) // 64
            minifat += [len(minifat) + k + 1 for k in range(count - 1)] + [END]
            mini += data.ljust(count * 64, b"\0")
        else:
            node[6] = put(data)
    nodes[0][6], nodes[0][7] = put(mini), len(mini)
    minifat_start = put(struct.pack("<%dI" % len(minifat), *minifat).ljust((len(minifat) * 4 + 511) // 512 * 512, b"\xff"))
    directory = b"".join(_entry(n[0], n[1], n[3], n[4], n[5], n[6], n[7],
                                n[2].clsid if isinstance(n[2], Storage) else b"\0" * 16) for n in nodes)
    directory += b"".join(_entry("", 0, FREE, FREE, FREE, 0, 0) for _ in range(-len(nodes) % 4))
    dir_start = put(directory)
    count = 1
    while (len(sectors) + count) * 4 > count * 512:
        count += 1
    fat_at = list(range(len(sectors), len(sectors) + count))
    fat += [FATSECT] * count
    table = struct.pack("<%dI" % len(fat), *fat).ljust(count * 512, b"\xff")
    sectors += [table[i:i + 512] for i in range(0, len(table), 512)]
    head = (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 16 + struct.pack("<HHHHH", 0x3e, 3, 0xfffe, 9, 6) + b"\0" * 6 +
            struct.pack("<IIIIIIIIII", 0, count, dir_start, 0, 4096, minifat_start if minifat else END,
                        (len(minifat) * 4 + 511) // 512, END, 0, fat_at[0]))
    head += b"".join(struct.pack("<I", x) for x in fat_at[1:])
    return head.ljust(512, b"\xff") + b"".join(sectors)


# ---- properties: {tag: value}; str for 001F, bytes for 001E and 0102, int, bool

MSG_CLSID = bytes.fromhex("0b0d020000000000c000000000000046")


def filetime(seconds):
    return (seconds + 11644473600) * 10000000


def msg_storage(props, head, recipients=(), attachments=(), named=()):
    s, table = Storage(), b""
    for tag, value in sorted(props.items()):
        kind = tag & 0xffff
        name = "__substg1.0_%08X" % tag
        if kind in (0x001e, 0x001f, 0x0102):
            data = value.encode("utf-16-le") if kind == 0x001f else value
            s[name] = data
            size = len(data) + (2 if kind == 0x001f else 1 if kind == 0x001e else 0)
            table += struct.pack("<IIII", tag, 6, size, 0)
        elif kind == 0x000d:
            s[name] = value
            table += struct.pack("<IIII", tag, 6, 0xffffffff, 1)
        elif kind == 0x0040:
            table += struct.pack("<IIQ", tag, 6, value)
        else:
            table += struct.pack("<IIII", tag, 6, int(value) & 0xffffffff, 0)
    counts = struct.pack("<QIIII", 0, len(recipients), len(attachments), len(recipients), len(attachments))
    s["__properties_version1.0"] = {32: counts + b"\0" * 8, 24: counts, 8: b"\0" * 8}[head] + table
    for i, r in enumerate(recipients):
        s["__recip_version1.0_#%08X" % i] = msg_storage(r, 8)
    for i, a in enumerate(attachments):
        s["__attach_version1.0_#%08X" % i] = msg_storage(a, 8)
    if head == 32:
        names = Storage()
        names["__substg1.0_00020102"] = b"\x08\x20\x06\0\0\0\0\0\xc0\0\0\0\0\0\0\x46"
        names["__substg1.0_00030102"] = b"".join(struct.pack("<IHH", lid, 6, i) for i, lid in enumerate(named))
        names["__substg1.0_00040102"] = b""
        s["__nameid_version1.0"] = names
    return s


def msg(props, recipients=(), attachments=(), named=(), extra=None):
    root = msg_storage(props, 32, recipients, attachments, named)
    root.clsid = MSG_CLSID
    root.update(extra or {})
    return cfb(root)


def embedded(props, recipients=(), attachments=()):
    return msg_storage(props, 24, recipients, attachments)


# ---- TNEF

def _pad(data):
    return data + b"\0" * (-len(data) % 4)


def tnef_props(props, named=()):
    """props: {tag: value}; named: (tag, lid, value)."""
    items = [(tag, None, value) for tag, value in sorted(props.items())] + list(named)
    out = struct.pack("<I", len(items))
    for tag, lid, value in items:
        kind = tag & 0xffff
        out += struct.pack("<HH", kind, tag >> 16)
        if lid is not None:
            out += b"\x08\x20\x06\0\0\0\0\0\xc0\0\0\0\0\0\0\x46" + struct.pack("<II", 0, lid)
        if kind in (0x001e, 0x001f, 0x0102, 0x000d):
            if kind == 0x001f:
                value = (value + "\0").encode("utf-16-le")
            elif kind == 0x001e:
                value += b"\0"
            out += struct.pack("<II", 1, len(value)) + _pad(value)
        elif kind == 0x0040:
            out += struct.pack("<Q", value)
        else:
            out += struct.pack("<I", int(value) & 0xffffffff)
    return out


def attribute(level, ident, data, sum_off=0):
    return (struct.pack("<BII", level, ident, len(data)) + data +
            struct.pack("<H", (sum(data) + sum_off) & 0xffff))


def tnef_attachment(title=None, data=None, props=None, named=()):
    out = attribute(2, 0x00069002, b"\1\0\xff\xff\xff\xff\0\0\0\0\0\0\0\0")
    if title is not None:
        out += attribute(2, 0x00018010, title + b"\0")
    if data is not None:
        out += attribute(2, 0x0006800f, data)
    if props is not None:
        out += attribute(2, 0x00069005, tnef_props(props, named))
    return out


def tnef(props=None, attachments=(), codepage=932, attributes=b"", named=(), recipients=()):
    out = struct.pack("<IH", 0x223e9f78, 1) + attribute(1, 0x00089006, b"\0\0\1\0")
    out += attribute(1, 0x00069007, struct.pack("<II", codepage, 0)) + attributes
    if recipients:
        out += attribute(1, 0x00069004, struct.pack("<I", len(recipients)) + b"".join(map(tnef_props, recipients)))
    if props is not None:
        out += attribute(1, 0x00069003, tnef_props(props, named))
    return out + b"".join(attachments)


IID_MESSAGE = bytes.fromhex("0703020000000000c000000000000046")
IID_STORAGE = bytes.fromhex("0b00000000000000c000000000000046")


# ---- compressed RTF

def mela(rtf):
    return struct.pack("<IIII", len(rtf) + 12, len(rtf), 0x414c454d, 0) + rtf


def lzfu(rtf):
    """Compressed, references into the last 15 bytes only: small, but the real thing."""
    window = (b"{\\rtf1\\ansi\\mac\\deff0\\deftab720{\\fonttbl;}{\\f0\\fnil \\froman \\fswiss \\fmodern \\fscript "
              b"\\fdecor MS Sans SerifSymbolArialTimes New RomanCourier{\\colortbl\\red0\\green0\\blue0\r\n\\par "
              b"\\pard\\plain\\f0\\fs20\\b\\i\\u\\tab\\tx")
    history, items, at = bytearray(window), [], 0
    while at < len(rtf):
        best, where = 0, 0
        for n in range(min(17, len(rtf) - at), 1, -1):
            where = history.rfind(rtf[at:at + n], max(0, len(history) - 4000))
            if where >= 0:
                best = n
                break
        if best > 1:
            items.append(struct.pack(">H", (where % 4096) << 4 | (best - 2)))
        else:
            best = 1
            items.append(rtf[at:at + 1])
        history += rtf[at:at + best]
        at += best
    items.append(struct.pack(">H", (len(history) % 4096) << 4))
    body = b""
    for i in range(0, len(items), 8):
        part = items[i:i + 8]
        body += bytes([sum(1 << k for k, x in enumerate(part) if len(x) == 2)]) + b"".join(part)
    return struct.pack("<III", len(body) + 12, len(rtf), 0x75465a4c) + struct.pack("<I", 0) + body


def uu(name, data, mode="644"):
    lines = ["begin %s %s" % (mode, name)]
    for i in range(0, len(data), 45):
        lines.append(binascii.b2a_uu(data[i:i + 45], backtick=True).decode().rstrip("\n"))
    return "\n".join(lines + ["`", "end", ""])
