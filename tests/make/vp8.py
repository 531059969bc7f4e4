"""VP8 key frames (RFC 6386) of arbitrary symbols, for samples.

Every choice of the syntax is taken by a small deterministic generator, so a
few frames reach all of it: segments, filter deltas, partitions, all modes,
all sizes of coefficients. The pictures look like noise.
"""
import os
import re
import struct

TABLES = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "formats", "raster", "vp8_tables.h")


def table(name):
    with open(TABLES) as f:
        text = f.read()
    body = re.search("#define " + name + r" \\\n((?:.*\\\n)*.*\n)", text).group(1)
    return [int(n) for n in re.findall(r"\d+", body)]


COEFFICIENTS, UPDATES, MODES = (table("VP8_" + n) for n in ("COEFFICIENTS", "UPDATES", "MODES"))
BANDS = (0, 1, 2, 3, 6, 4, 5, 6, 6, 6, 6, 6, 6, 6, 6, 7, 0)
EXTRA = ((173, 148, 140), (176, 155, 140, 135), (180, 157, 141, 134, 130),
         (254, 254, 243, 230, 196, 177, 153, 140, 133, 130, 129))


class Writer:
    """The coder of section 7, with whole numbers as long as they get."""

    def __init__(self):
        self.low, self.range, self.bits = 0, 255, 0
        self.done = b""

    def put(self, prob, bit):
        split = 1 + ((self.range - 1) * prob >> 8)
        if bit:
            self.low += split
            self.range -= split
        else:
            self.range = split
        while self.range < 128:
            self.range <<= 1
            self.low <<= 1
            self.bits += 1
        return bit

    def literal(self, v, n):
        for i in range(n - 1, -1, -1):
            self.put(128, v >> i & 1)

    def bytes(self):
        n = self.bits + 8
        pad = -n % 8
        return (self.low << pad).to_bytes((n + pad) // 8, "big") + b"\0\0"


class Frame:
    def __init__(self, w, h, seed=0, parts=0, profile=0, behind_first=b"", behind_tokens=b""):
        self.w, self.h, self.parts, self.profile = w, h, parts, profile
        self.behind_first, self.behind_tokens = behind_first, behind_tokens
        self.state = seed * 7919 + 12345
        self.head = Writer()
        self.tokens = [Writer() for _ in range(1 << parts)]
        self.probs = list(COEFFICIENTS)
        self.write()

    def draw(self, n):
        self.state = (self.state * 1103515245 + 12345) & 0x7FFFFFFF
        return (self.state >> 12) % n

    def flag(self):
        v = self.draw(2)
        self.head.put(128, v)
        return v

    def optional(self, n, most=None):
        if self.flag():
            self.head.literal(self.draw(most or 1 << n), n)
            self.flag()

    def header(self):
        e = self.head
        e.literal(0, 2)
        self.has_map, self.segment_probs = 0, [255, 255, 255]
        if self.flag():
            self.has_map = self.flag()
            if self.flag():
                self.flag()
                for _ in range(4):
                    self.optional(7)
                for _ in range(4):
                    self.optional(6)
            for i in range(3 if self.has_map else 0):
                if self.flag():
                    self.segment_probs[i] = 1 + self.draw(255)
                    e.literal(self.segment_probs[i], 8)
        self.flag()
        e.literal(self.draw(64), 6)
        e.literal(self.draw(8), 3)
        if self.flag() and self.flag():
            for _ in range(8):
                self.optional(6)
        e.literal(self.parts, 2)
        e.literal(20 + self.draw(60), 7)
        for _ in range(5):
            self.optional(4)
        self.flag()
        for i, p in enumerate(UPDATES):
            if e.put(p, int(self.draw(40) == 0)):
                self.probs[i] = 1 + self.draw(255)
                e.literal(self.probs[i], 8)
        self.has_skip = self.flag()
        if self.has_skip:
            self.skip_prob = 1 + self.draw(255)
            e.literal(self.skip_prob, 8)

    def small_mode(self, p):
        e = self.head
        tree = ((0, 0, 1), (1, 1, 2), (2, 2, 3))  # node, mode when zero
        for node, mode, _ in tree:
            if not e.put(p[node], self.draw(2)):
                return mode
        if not e.put(p[3], self.draw(2)):
            if not e.put(p[4], self.draw(2)):
                return 3
            return 4 + e.put(p[5], self.draw(2))
        if not e.put(p[6], self.draw(2)):
            return 6
        if not e.put(p[7], self.draw(2)):
            return 7
        return 8 + e.put(p[8], self.draw(2))

    def modes(self, column):
        e = self.head
        if self.has_map:
            high = e.put(self.segment_probs[0], self.draw(2))
            e.put(self.segment_probs[1 + high], self.draw(2))
        skip = self.has_skip and e.put(self.skip_prob, self.draw(2))
        small = not e.put(145, self.draw(2))
        if small:
            for y in range(4):
                m = self.left_modes[y]
                for x in range(4):
                    at = (self.above_modes[4 * column + x] * 10 + m) * 9
                    m = self.small_mode(MODES[at:at + 9])
                    self.above_modes[4 * column + x] = m
                self.left_modes[y] = m
        else:
            if e.put(156, self.draw(2)):
                m = 1 if e.put(128, self.draw(2)) else 3
            else:
                m = 2 if e.put(163, self.draw(2)) else 0
            self.above_modes[4 * column:4 * column + 4] = [m] * 4
            self.left_modes = [m] * 4
        if e.put(142, self.draw(2)) and e.put(114, self.draw(2)):
            e.put(183, self.draw(2))
        return small, skip

    def block(self, e, kind, context, n):
        def probs(n, context):
            at = ((kind * 8 + BANDS[n]) * 3 + context) * 11
            return self.probs[at:at + 11]
        p = probs(n, context)
        while n < 16:
            if not e.put(p[0], int(self.draw(4) > 0)):
                return n
            while not e.put(p[1], int(self.draw(3) > 0)):
                n += 1
                if n == 16:
                    return 16
                p = probs(n, 0)
            n += 1
            if not e.put(p[2], int(self.draw(4) == 0)):
                p = probs(n, 1)
            else:
                self.large(e, p)
                p = probs(n, 2)
            e.put(128, self.draw(2))
        return 16

    def large(self, e, p):
        if not e.put(p[3], int(self.draw(3) == 0)):
            if e.put(p[4], self.draw(2)):
                e.put(p[5], self.draw(2))
            return
        if not e.put(p[6], int(self.draw(3) == 0)):
            if not e.put(p[7], self.draw(2)):
                e.put(159, self.draw(2))
            else:
                e.put(165, self.draw(2))
                e.put(145, self.draw(2))
            return
        high = e.put(p[8], self.draw(2))
        high = 2 * high + e.put(p[9 + high], self.draw(2))
        for prob in EXTRA[high]:
            e.put(prob, int(self.draw(8) == 0))

    def plane(self, e, kind, side, first, above, left):
        for y in range(side):
            for x in range(side):
                n = self.block(e, kind, above[x] + left[y], first)
                above[x] = left[y] = int(n > first)

    def write(self):
        columns, rows = (self.w + 15) // 16, (self.h + 15) // 16
        self.header()
        self.above_modes = [0] * (4 * columns)
        empty = lambda: {"y": [0] * 4, "u": [0] * 2, "v": [0] * 2, "y2": 0}
        above = [empty() for _ in range(columns)]
        for y in range(rows):
            left, self.left_modes = empty(), [0] * 4
            e = self.tokens[y % len(self.tokens)]
            for x in range(columns):
                small, skip = self.modes(x)
                up = above[x]
                if skip:
                    for edge in (up, left):
                        keep = edge["y2"] if small else 0
                        edge.update(empty())
                        edge["y2"] = keep
                    continue
                if not small:
                    n = self.block(e, 1, up["y2"] + left["y2"], 0)
                    up["y2"] = left["y2"] = int(n > 0)
                self.plane(e, 3 if small else 0, 4, 0 if small else 1, up["y"], left["y"])
                self.plane(e, 2, 2, 0, up["u"], left["u"])
                self.plane(e, 2, 2, 0, up["v"], left["v"])

    def bytes(self):
        first = self.head.bytes() + self.behind_first
        parts = [t.bytes() + self.behind_tokens for t in self.tokens]
        tag = len(first) << 5 | 1 << 4 | self.profile << 1
        out = struct.pack("<I", tag)[:3] + b"\x9d\x01\x2a" + struct.pack("<HH", self.w, self.h) + first
        out += b"".join(struct.pack("<I", len(p))[:3] for p in parts[:-1])
        return out + b"".join(parts)
