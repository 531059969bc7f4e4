#!/usr/bin/env python3
"""Show what the demo's receipts say, and that no canary crossed.

usage: demo_table.py DEMOFOLDER
"""
import io
import json
import os
import re
import sys
import zipfile

CANARY = re.compile(rb"SEKISHO-CANARY-[A-Za-z0-9_-]+")


def streams(data, depth=0):
    """The bytes, and whatever is packed inside."""
    yield data
    if depth < 6 and data[:2] == b"PK":
        try:
            with zipfile.ZipFile(io.BytesIO(data)) as z:
                for info in z.infolist():
                    if info.file_size < 1 << 26 and not info.flag_bits & 1:
                        yield from streams(z.read(info), depth + 1)
        except (zipfile.BadZipFile, NotImplementedError, EOFError, OSError):
            pass


def canaries(path):
    found = set()
    with open(path, "rb") as f:
        for s in streams(f.read()):
            found |= set(CANARY.findall(s))
            found |= set(CANARY.findall(s.replace(b"\0", b"")))
    return found


def receipts(folder):
    for root, _, files in sorted(os.walk(folder)):
        for name in sorted(files):
            if name.endswith(".receipt.json"):
                with open(os.path.join(root, name), encoding="utf-8") as f:
                    yield json.load(f)


def all_findings(r):
    yield from r["findings"]
    for m in r.get("members", []):
        yield from all_findings(m)


def main():
    demo = sys.argv[1]
    went_in, came_out = set(), set()
    for r in receipts(os.path.join(demo, "receipts")):
        ids = sorted({f["id"] for f in all_findings(r) if f["action"] != "kept"})
        said = ", ".join(ids[:4]) + (" ..." if len(ids) > 4 else "")
        print("  %-9s %-34s %s" % (r["verdict"], os.path.basename(r["input"]["name"])[:34], said or r.get("reason") or "nothing to remove"))
    for folder, into in (("in", went_in), ("out", came_out)):
        for root, _, files in os.walk(os.path.join(demo, folder)):
            for name in files:
                into |= canaries(os.path.join(root, name))
    active = {c for c in came_out if b"KEEP" not in c}
    print("\n  %d canaries went in, %d of the active ones came out" % (len(went_in), len(active)))
    for c in sorted(active):
        print("  CROSSED: %s" % c.decode())
    return 1 if active else 0


sys.exit(main())
