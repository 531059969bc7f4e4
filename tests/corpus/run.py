#!/usr/bin/python3
"""The corpus through the gateway: run.py BUILD [PART-OF-A-PATH...]

Every file is sanitised; every result is sanitised again (it must come out the
same, with nothing found) and read by the independent reader
../shared/tools/oracle.py (it must find nothing of class attack). Of the
well-formed files in formats that are rebuilt, RATE percent must be released.

Exceptions stand in judged.tsv with their reason: "held" for a well-formed file
that is rightly not released, "attack:ID" for what the oracle says of a result
and is judged harmless. Writes build/corpus/summary.tsv, prints a table and TAP.
"""
import collections
import filecmp
import os
import shutil
import subprocess
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
sys.dont_write_bytecode = True
from gateway import clean_all  # noqa: E402

CORPUS = "../shared/corpus"
ORACLE = "../shared/tools/oracle.py"
JUDGED = "tests/corpus/judged.tsv"
OUT = "build/corpus"
RATE = 97.0
REBUILT = set("txt csv prn jpeg png gif bmp ico cur webp psd tiff heic avif jp2 j2k svg svgz pdf emf wmf zip docx xlsx pptx docm xlsm pptm dotx dotm xltx xltm potx potm ppsx ppsm".split())
ODD = {"malformed", "decoder-rejects", "encrypted", "ext-mismatch", "attack-test", "damaged", "volume", "fuzzed"}
CRASHES = ("the worker", "no worker", "took longer", "used more processor", "no memory for")


def read_index(parts):
    with open(os.path.join(CORPUS, "INDEX.tsv"), encoding="utf-8") as f:
        rows = [ln.rstrip("\n").split("\t") for ln in f][1:]
    return [(r[0], r[6], set(r[10].split(","))) for r in rows if not parts or any(p in r[0] for p in parts)]


def read_judged():
    judged = collections.defaultdict(set)
    with open(JUDGED, encoding="utf-8") as f:
        for line in f:
            cells = line.rstrip("\n").split("\t")
            if line.startswith("#") or not line.strip():
                continue
            if len(cells) < 3 or not cells[2]:
                raise SystemExit("%s: a row without a reason: %s" % (JUDGED, line))
            judged[cells[0]].add(cells[1])
    return judged


def ask_oracle(results):
    """{key: set of attack ids} of all results."""
    where = {r.output: key for key, r in results.items() if r.output}
    attacks = collections.defaultdict(set)
    if not where:
        return attacks
    done = subprocess.run(["xargs", "-0", sys.executable, ORACLE, "-q", "-j", "2", "--class", "attack"],
                          input="\0".join(where).encode(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)
    for line in done.stdout.decode("utf-8", "replace").splitlines():
        cells = line.split("\t")
        if len(cells) >= 3 and cells[0] in where:
            attacks[where[cells[0]]].add(cells[2])
    if done.returncode not in (0, 1, 123):
        raise SystemExit("the oracle failed: %s" % done.stderr.decode("utf-8", "replace")[-400:])
    return attacks


def complaints(r, again, attacks, allowed):
    if r.verdict in ("missing", "broken"):
        return ["%s: %s" % (r.verdict, r.reason)]
    bad = ["internal: " + r.reason] if r.error == "internal" else []
    if r.verdict == "held" and r.reason.lower().startswith(CRASHES):
        bad.append(r.reason)
    if r.verdict != "released":
        return bad
    bad += ["attack left: " + a for a in sorted(attacks) if "attack:" + a not in allowed]
    if again is None or again.verdict != "released":
        bad.append("the result is not released again: " + (again.reason if again else ""))
    elif not filecmp.cmp(r.output, again.output, False):
        bad.append("the result changes again")
    else:
        bad += ["found again: %s at %s" % (f[0], f[3]) for f in again.findings
                if f[2] != "kept" and not f[0].startswith("generic.")][:3]
    return bad


def table(rows):
    by = collections.defaultdict(collections.Counter)
    for _, fmt, good, r, _ in rows:
        by[fmt]["files"] += 1
        by[fmt][r.verdict] += 1
        by[fmt]["good"] += good
        by[fmt]["good released"] += good and r.verdict == "released"
    print("# %-18s %6s %9s %6s %8s %12s" % ("format", "files", "released", "held", "blocked", "well-formed"))
    for fmt in sorted(by, key=lambda f: -by[f]["files"]):
        c = by[fmt]
        share = "%d/%d" % (c["good released"], c["good"]) if c["good"] else "-"
        print("# %-18s %6d %9d %6d %8d %12s" % (fmt, c["files"], c["released"], c["held"], c["blocked"], share))


def reasons(rows):
    count = collections.Counter((r.verdict, r.reason[:90]) for _, _, _, r, _ in rows if r.verdict != "released")
    for (verdict, why), n in count.most_common(25):
        print("# %4d %s: %s" % (n, verdict, why))


def write_summary(rows):
    with open(os.path.join(OUT, "summary.tsv"), "w", encoding="utf-8") as f:
        f.write("path\tformat\twell_formed\tverdict\treason\tidentified\tresult\tms\tfindings\tcomplaints\n")
        for path, fmt, good, r, bad in rows:
            found = collections.Counter()
            for x in r.findings:
                found["%s:%s" % (x[0], x[2])] += x[5]
            f.write("\t".join((path, fmt, "yes" if good else "no", r.verdict, r.reason, r.identified, r.format, "%.1f" % r.ms,
                               " ".join("%s*%d" % i for i in sorted(found.items())), "; ".join(bad))) + "\n")


def main():
    build, index, judged = sys.argv[1], read_index(sys.argv[2:]), read_judged()
    shutil.rmtree(OUT, ignore_errors=True)
    os.makedirs(OUT)
    files = [("k%05d" % i, os.path.join(CORPUS, row[0])) for i, row in enumerate(index)]
    first = clean_all(build, files, os.path.join(OUT, "1"))
    again = clean_all(build, [(k, r.output) for k, r in sorted(first.items()) if r.output], os.path.join(OUT, "2"))
    attacks = ask_oracle(first)
    rows, failed, good_n, good_out = [], 0, 0, 0
    for i, (path, fmt, props) in enumerate(index):
        key = "k%05d" % i
        r = first[key]
        good = fmt in REBUILT and not props & ODD and "held" not in judged[path]
        good_n += good
        good_out += good and r.verdict == "released"
        bad = complaints(r, again.get(key), attacks[key], judged[path])
        failed += bool(bad)
        rows.append((path, fmt, good, r, bad))
        if bad:
            print("not ok - %s # %s" % (path, "; ".join(bad)))
        elif good and r.verdict != "released":
            print("# well-formed, %s: %s # %s" % (r.verdict, path, r.reason))
    write_summary(rows)
    table(rows)
    reasons(rows)
    rate = 100.0 * good_out / good_n if good_n else 100.0
    print("# well-formed files in formats that are rebuilt: %d of %d released (%.1f %%)" % (good_out, good_n, rate))
    if rate < RATE:
        print("not ok - release rate %.1f %% is under %.0f %%" % (rate, RATE))
    print("%d passed, %d failed" % (len(rows) + 1 - failed - (rate < RATE), failed + (rate < RATE)))
    for sub in ("1", "2"):
        shutil.rmtree(os.path.join(OUT, sub, "in"), ignore_errors=True)
    return 1 if failed or rate < RATE or not rows else 0


sys.exit(main())
