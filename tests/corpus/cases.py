#!/usr/bin/python3
"""Judge tests/corpus/cases.tsv: cases.py BUILD [PART-OF-A-PATH...]

For every row: the verdict, the format, the findings in the receipt; strings
that must be gone (searched raw, as UTF-16 and in everything the result holds,
unpacked by Python); strings that must be there; and that the result, sanitised
again, comes out byte for byte the same. All samples run twice: the two results
must be the same. Prints TAP, last line "N passed, N failed".
"""
import codecs
import email
import email.policy
import filecmp
import gzip
import io
import os
import re
import shutil
import sys
import tempfile
import zipfile
import zlib

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../make"))
import pdf_judge  # noqa: E402
from gateway import clean_all  # noqa: E402

TABLE = "tests/corpus/cases.tsv"
CODECS = ("utf-8", "cp932", "euc_jp", "iso2022_jp_ext", "utf-16-le", "utf-16-be")
DEPTH_MAX = 6


def read_table(parts):
    rows = []
    with open(TABLE, encoding="utf-8") as f:
        for line in f:
            cells = line.rstrip("\n").split("\t")
            if line.startswith("#") or cells[0] == "sample" or not line.strip():
                continue
            cells += ["-"] * (6 - len(cells))
            if not parts or any(p in cells[0] for p in parts):
                rows.append(cells[:6])
    return rows


def strings(cell):
    """The strings of a cell: commas part them; \\t and \\uXXXXXXXX stand for characters."""
    if cell == "-":
        return []
    def plain(s):
        s = re.sub(r"\\u([0-9a-fA-F]{8})", lambda m: chr(int(m.group(1), 16)), s)
        return s.replace("\\t", "\t").replace("\\,", ",")
    return [plain(s) for s in re.split(r"(?<!\\),", cell)]


def png_texts(data):
    """What lies packed inside a PNG."""
    for m in re.finditer(rb"(zTXt|iTXt|iCCP|IDAT)", data):
        start = m.end()
        for skip in range(start, min(start + 90, len(data))):
            if data[skip:skip + 1] == b"\x78":
                try:
                    yield zlib.decompressobj().decompress(data[skip:], 8 << 20)
                    break
                except zlib.error:
                    continue


def inside(data, depth=0):
    """The bytes and everything in them that Python can unpack."""
    yield data
    if depth == DEPTH_MAX:
        return
    if data[:4] == b"\x89PNG":
        yield from png_texts(data)
    if data[:5] == b"%PDF-":
        with tempfile.NamedTemporaryFile(suffix=".pdf") as f:
            f.write(data)
            f.flush()
            for blob in pdf_judge.blobs(f.name):
                yield from inside(blob, depth + 1)
    if data[:2] == b"\x1f\x8b":
        yield from inside(gzip.decompress(data), depth + 1)
    if data[:18] == b"MIME-Version: 1.0\r":
        m = email.message_from_bytes(data, policy=email.policy.default)
        for part in m.walk():
            for name, value in part.items():
                yield ("%s: %s" % (name, value)).encode("utf-8", "surrogateescape")
            payload = part.get_payload(decode=True)
            if payload is not None:
                yield from inside(payload, depth + 1)
    if data[:2] == b"PK":
        with zipfile.ZipFile(io.BytesIO(data)) as z:
            for info in z.infolist():
                yield info.filename.encode("utf-8", "surrogateescape")
                if not info.flag_bits & 1:
                    yield from inside(z.read(info), depth + 1)


def encodings(s):
    out = []
    for codec in CODECS:
        try:
            raw = s.encode(codec)
        except (UnicodeError, LookupError):
            continue
        # A control character's single byte says nothing in two-byte text.
        if (len(raw) > 1 or codec == "utf-8") and raw not in out:
            out.append(raw)
    return out


def readings(data):
    """The text of a result in the charset in which it decodes."""
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return [data.decode("utf-16", "replace")]
    for codec in ("utf-8", "iso2022_jp_ext", "cp932", "euc_jp"):
        try:
            return [codecs.decode(data, codec)]
        except UnicodeError:
            continue
    return []


def holds(blobs, s, as_text):
    if as_text and blobs and any(s in t for t in readings(blobs[0])):
        return True
    if as_text and len(s) == 1:
        return False
    return any(raw in b for raw in encodings(s) for b in blobs)


def judge(row, first, second, third):
    """-> list of complaints."""
    sample, fmt, verdict, findings, gone, kept = row
    bad = []
    if first.verdict != verdict:
        return ["is %s (%s), not %s" % (first.verdict, first.reason, verdict)]
    have = {f[0] for f in first.findings}
    strict = findings.startswith("!")
    want = set(strings(findings.lstrip("!") or "-"))
    for missing in sorted(want - have):
        bad.append("no finding " + missing)
    if strict:
        extra = {f[0] for f in first.findings if f[2] != "kept"} - want
        bad += ["finding " + x for x in sorted(extra)]
    said = first.format if verdict == "released" else first.identified
    if fmt != "-" and said != fmt and not said.startswith(fmt + "."):
        bad.append("format %s, not %s" % (said, fmt))
    if verdict != "released":
        return bad
    with open(first.output, "rb") as f:
        data = f.read()
    text = said in ("text", "csv")
    blobs = list(inside(data))
    if said == "pdf":
        bad += ["%s: %s" % c for c in pdf_judge.judge(first.output)]
    bad += ["still holds %r" % s for s in strings(gone) if holds(blobs, s, text)]
    bad += ["lost %r" % s for s in strings(kept) if not holds(blobs, s, text)]
    if second.output is None or not filecmp.cmp(first.output, second.output, False):
        bad.append("the same input gave another result")
    if third.verdict != "released" or not filecmp.cmp(first.output, third.output, False):
        bad.append("sanitised again it is %s %s" % (third.verdict, third.reason or "but different"))
    bad += ["sanitised again it says %s at %s" % (f[0], f[3]) for f in third.findings
            if f[2] != "kept" and not f[0].startswith("generic.")]
    return bad


def main():
    build, rows = sys.argv[1], read_table(sys.argv[2:])
    paths, files = [], []
    for i, row in enumerate(rows):
        path = os.path.join("samples", row[0])
        if not os.path.exists(path):
            path = os.path.join("build/samples", row[0])
        paths.append(path)
        if os.path.exists(path):
            files.append(("k%05d" % i, path))
    tmp = tempfile.mkdtemp(prefix="sekisho-cases-")
    failed = 0
    try:
        first = clean_all(build, files, os.path.join(tmp, "1"))
        second = clean_all(build, files, os.path.join(tmp, "2"))
        again = [(k, r.output) for k, r in sorted(first.items()) if r.output]
        third = clean_all(build, again, os.path.join(tmp, "3"))
        print("1..%d" % len(rows))
        for i, row in enumerate(rows):
            key = "k%05d" % i
            bad = judge(row, first[key], second[key], third.get(key)) if key in first else ["no such sample"]
            failed += bool(bad)
            print("%sok %d - %s%s" % ("not " if bad else "", i + 1, row[0], " # " + "; ".join(bad) if bad else ""))
    finally:
        shutil.rmtree(tmp, ignore_errors=True)
    print("%d passed, %d failed" % (len(rows) - failed, failed))
    return 1 if failed or not rows else 0


sys.exit(main())
