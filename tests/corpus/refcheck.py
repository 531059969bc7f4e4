#!/usr/bin/python3
"""refcheck.py: does everything in an Office Open XML file lead somewhere?

  refcheck.py FILE...                 every problem of every file
  refcheck.py --against ORIG FILE     only problems that ORIG does not have
  refcheck.py --tree ORIGS OUTS       the same for every path in both trees

Package: content types are complete and fit, each relationship has a target,
each r:* attribute a relationship, nothing is an orphan, nothing but a link
leads outside. Word: notes, comments, lists, bookmarks and ranges are whole.
Excel: strings, formats, names and tables are there. PowerPoint: slides have
layouts, layouts masters, identifiers are unique, timelines name shapes.

One line for each problem; exit status 1 when there is any. Reads the file with
zipfile and ElementTree only, so that it shares nothing with the gateway.
"""

import collections
import os
import posixpath
import re
import sys
import zipfile
from urllib.parse import unquote
from xml.etree import ElementTree

O = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
STRICT = "http://purl.oclc.org/ooxml/"
PLAIN = "http://schemas.openxmlformats.org/"
PKG = "http://schemas.openxmlformats.org/package/2006/"
W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
W14 = "http://schemas.microsoft.com/office/word/2010/wordml"
W15 = "http://schemas.microsoft.com/office/word/2012/wordml"
X = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
P = "http://schemas.openxmlformats.org/presentationml/2006/main"
VML_O = "urn:schemas-microsoft-com:office:office"
MC = "http://schemas.openxmlformats.org/markup-compatibility/2006"

# An empty r:id is normal beside an action.
MAY_BE_EMPTY = ("hlinkClick", "hlinkHover", "hlinkMouseOver")


def q(ns, name):
    return "{%s}%s" % (ns, name)


def fold(tag):
    """Strict names read as transitional ones."""
    if STRICT not in tag:
        return tag
    tag = tag.replace(STRICT + "officeDocument/relationships", O)
    return re.sub(re.escape(STRICT) + r"(wordprocessingml|spreadsheetml|"
                  r"presentationml)/main", PLAIN + r"\1/2006/main", tag)


def local(tag):
    return tag.rsplit("}", 1)[-1]


class Rel:
    def __init__(self, node, source):
        self.id = node.get("Id", "")
        self.type = fold(node.get("Type", ""))
        self.kind = self.type.rsplit("/", 1)[-1]
        self.raw = node.get("Target", "")
        self.external = node.get("TargetMode", "").lower() == "external"
        self.target = None
        if not self.external:
            path = unquote(self.raw.replace("\\", "/")).split("#")[0]
            base = posixpath.dirname(source)
            self.target = posixpath.normpath(
                path[1:] if path.startswith("/") else
                posixpath.join(base, path)) if path else source


class Package:
    def __init__(self, path):
        self.problems = []
        self.zip = zipfile.ZipFile(path)
        self.names = [i.filename for i in self.zip.infolist()
                      if not i.is_dir()]
        self.by_lower = {n.lower(): n for n in self.names}
        self.trees = {}
        self.rels = {}
        self.used = collections.defaultdict(set)
        self.types()
        for n in self.names:
            if n.endswith(".rels"):
                self.read_rels(n)

    def say(self, where, text):
        self.problems.append("%s: %s" % (where, text))

    def tree(self, name):
        if name not in self.trees:
            try:
                root = ElementTree.fromstring(self.zip.read(name))
                for e in root.iter():
                    if isinstance(e.tag, str):
                        e.tag = fold(e.tag)
                    if STRICT in "".join(e.keys()):
                        e.attrib = {fold(k): v for k, v in e.attrib.items()}
            except ElementTree.ParseError as err:
                self.say(name, "not well-formed: %s" % err)
                root = None
            self.trees[name] = root
        return self.trees[name]

    def find(self, name):
        return self.by_lower.get((name or "").lower())

    # ---- content types

    def types(self):
        self.type_of = {}
        root = self.tree("[Content_Types].xml") \
            if "[Content_Types].xml" in self.names else None
        if root is None:
            self.say("[Content_Types].xml", "missing")
            return
        default, override = {}, {}
        for e in root:
            table, key = (default, e.get("Extension", "")) \
                if local(e.tag) == "Default" else \
                (override, e.get("PartName", "").lstrip("/"))
            if key.lower() in table:
                self.say("[Content_Types].xml", "twice: %s" % key)
            table[key.lower()] = e.get("ContentType", "")
        for n in self.names:
            ext = n.rsplit(".", 1)[-1].lower()
            t = override.pop(n.lower(), default.get(ext))
            if t is None and n != "[Content_Types].xml":
                self.say(n, "no content type")
            self.type_of[n] = t or ""
        for n in override:
            self.say("[Content_Types].xml", "names no part: %s" % n)

    # ---- relationships

    def read_rels(self, name):
        folder, base = posixpath.split(name)
        source = posixpath.join(posixpath.dirname(folder), base[:-5])
        if base != ".rels" and self.find(source) is None:
            self.say(name, "of no part")
        root = self.tree(name)
        rels = {}
        for e in root if root is not None else []:
            r = Rel(e, source if base != ".rels" else "")
            if r.id in rels:
                self.say(name, "id twice: %s" % r.id)
            rels[r.id] = r
            if r.external and r.kind != "hyperlink":
                self.say(name, "%s leads outside" % r.kind)
            if not r.external and self.find(r.target) is None:
                self.say(name, "%s leads nowhere: %s" % (r.kind, r.raw))
        self.rels[source if base != ".rels" else ""] = rels

    def rels_of(self, name):
        return self.rels.get(name, {})

    def targets(self, name, kind):
        return [self.find(r.target) for r in self.rels_of(name).values()
                if r.kind == kind and not r.external and self.find(r.target)]

    def attributes(self):
        for n in self.names:
            root = self.tree(n) if self.is_xml(n) else None
            if root is None:
                continue
            rels = self.rels_of(n)
            for e in root.iter():
                for k, v in e.attrib.items():
                    if k.startswith(q(O, "")) or k == q(VML_O, "relid"):
                        self.attribute(n, e, k, v, rels)
            self.prefixes(n)

    def attribute(self, n, e, k, v, rels):
        tag = local(e.tag) if isinstance(e.tag, str) else "?"
        if v == "" and tag in MAY_BE_EMPTY:
            return
        self.used[n].add(v)
        if v not in rels:
            self.say(n, "%s %s without a relationship: %s" %
                     (tag, local(k), v))

    def prefixes(self, n):
        raw = self.zip.read(n)[:20000].decode("utf-8", "replace")
        m = re.search(r'\w+:Ignorable="([^"]*)"', raw)
        for p in m.group(1).split() if m else []:
            if "xmlns:%s=" % p not in raw:
                self.say(n, "mc:Ignorable names no namespace: %s" % p)

    def is_xml(self, n):
        return n.endswith((".xml", ".vml")) and n != "[Content_Types].xml"

    # ---- orphans, unused

    def reach(self):
        seen, queue = set(), [""]
        while queue:
            at = queue.pop()
            for r in self.rels_of(at).values():
                to = self.find(r.target) if r.target else None
                if to and to not in seen:
                    seen.add(to)
                    queue.append(to)
        for n in self.names:
            if n.endswith(".rels") or n == "[Content_Types].xml":
                continue
            if n not in seen:
                self.say(n, "orphan")

    def unused(self):
        for n, rels in self.rels.items():
            for r in rels.values():
                if r.kind in ("image", "hyperlink", "chart", "oleObject") \
                        and self.is_xml(n) and r.id not in self.used[n]:
                    self.say(n, "%s %s is used by nothing" % (r.kind, r.id))

    # ---- the three applications

    def main(self):
        for r in self.rels_of("").values():
            if r.kind == "officeDocument":
                return self.find(r.target)
        return None

    def check(self):
        main = self.main()
        if main is None:
            self.say("_rels/.rels", "no main document")
            return self.problems
        self.attributes()
        self.reach()
        self.unused()
        root = self.tree(main)
        app = {q(W, "document"): word, q(X, "workbook"): sheet,
               q(P, "presentation"): slide}.get(
                   root.tag if root is not None else None)
        if app is None:
            self.say(main, "is no main document")
        else:
            app(self, main)
        return self.problems


# ---- Word

RANGES = ("bookmark", "commentRange", "moveFromRange", "moveToRange")


def word_ids(pkg, main, kind, tag):
    """The ids of notes or comments; None when there is no such part."""
    parts = pkg.targets(main, kind)
    if not parts:
        return None
    root = pkg.tree(parts[0])
    ids = [e.get(q(W, "id")) for e in root.iter(q(W, tag))] \
        if root is not None else []
    for i, n in collections.Counter(ids).items():
        if n > 1:
            pkg.say(parts[0], "%s twice: %s" % (tag, i))
    return set(ids)


def word_ranges(pkg, name, root):
    for r in RANGES:
        starts = [e.get(q(W, "id")) for e in root.iter(q(W, r + "Start"))]
        ends = [e.get(q(W, "id")) for e in root.iter(q(W, r + "End"))]
        for i, n in collections.Counter(starts).items():
            if n > 1:
                pkg.say(name, "%sStart twice: %s" % (r, i))
        for i in sorted(set(starts) - set(ends)):
            pkg.say(name, "%sStart without end: %s" % (r, i))
        for i in sorted(set(ends) - set(starts)):
            pkg.say(name, "%sEnd without start: %s" % (r, i))


def word_fields(pkg, name, root):
    depth = 0
    for e in root.iter(q(W, "fldChar")):
        kind = e.get(q(W, "fldCharType"))
        depth += {"begin": 1, "end": -1}.get(kind, 0)
        if depth < 0 or (kind == "separate" and depth == 0):
            pkg.say(name, "fldChar %s without begin" % kind)
            depth = max(depth, 0)
    if depth:
        pkg.say(name, "fldChar begin without end")


def word_shape(pkg, name, root):
    """Containers that may not be empty, or must end with a paragraph."""
    for tag in ("tc", "txbxContent", "hdr", "ftr", "comment", "footnote",
                "endnote"):
        for e in root.iter(q(W, tag)):
            kids = [k.tag for k in e.iter() if k is not e]
            if q(W, "p") not in kids:
                pkg.say(name, "%s without a paragraph" % tag)
            elif tag == "tc" and len(e) and e[-1].tag == q(W, "tbl"):
                pkg.say(name, "tc ends with a table")
    for e in root.iter(q(W, "tr")):
        if e.find(".//" + q(W, "tc")) is None:
            pkg.say(name, "tr without a cell")


def word_lists(pkg, main):
    nums = set()
    for n in pkg.targets(main, "numbering"):
        root = pkg.tree(n)
        if root is None:
            continue
        abstract = {e.get(q(W, "abstractNumId"))
                    for e in root.iter(q(W, "abstractNum"))}
        bullets = {e.get(q(W, "numPicBulletId"))
                   for e in root.iter(q(W, "numPicBullet"))}
        for e in root.iter(q(W, "num")):
            nums.add(e.get(q(W, "numId")))
            a = e.find(q(W, "abstractNumId"))
            if a is None or a.get(q(W, "val")) not in abstract:
                pkg.say(n, "num %s without abstractNum" %
                        e.get(q(W, "numId")))
        for e in root.iter(q(W, "lvlPicBulletId")):
            if e.get(q(W, "val")) not in bullets:
                pkg.say(n, "no numPicBullet %s" % e.get(q(W, "val")))
    return nums


def word_part(pkg, name, ids, nums, styles):
    root = pkg.tree(name)
    if root is None:
        return
    for tag, known in ids.items():
        for e in root.iter(q(W, tag)):
            if known is None or e.get(q(W, "id")) not in known:
                pkg.say(name, "%s to nothing: %s" % (tag, e.get(q(W, "id"))))
    for e in root.iter(q(W, "numId")):
        v = e.get(q(W, "val"))
        if v != "0" and v not in nums and "numbering" not in name:
            pkg.say(name, "no list %s" % v)
    for tag in ("pStyle", "rStyle", "tblStyle"):
        for v in {e.get(q(W, "val")) for e in root.iter(q(W, tag))} - styles:
            pkg.say(name, "no style %s" % v)
    word_ranges(pkg, name, root)
    word_fields(pkg, name, root)
    if root.tag != q(W, "settings"):
        word_shape(pkg, name, root)


def word_comments(pkg, main):
    paras = set()
    for n in pkg.targets(main, "comments"):
        root = pkg.tree(n)
        if root is not None:
            paras |= {e.get(q(W14, "paraId")) for e in root.iter(q(W, "p"))}
    for n in pkg.targets(main, "commentsExtended"):
        root = pkg.tree(n)
        for e in root if root is not None else []:
            for a in ("paraId", "paraIdParent"):
                v = e.get(q(W15, a))
                if v is not None and v not in paras:
                    pkg.say(n, "%s of no comment: %s" % (a, v))
    for kind in ("commentsIds", "commentsExtended", "commentsExtensible"):
        if pkg.targets(main, kind) and not pkg.targets(main, "comments"):
            pkg.say(main, "%s without comments" % kind)


def word(pkg, main):
    notes = {"footnoteReference": word_ids(pkg, main, "footnotes",
                                           "footnote"),
             "endnoteReference": word_ids(pkg, main, "endnotes", "endnote"),
             "commentReference": word_ids(pkg, main, "comments", "comment")}
    notes["commentRangeStart"] = notes["commentReference"]
    nums = word_lists(pkg, main)
    styles = set()
    for n in pkg.targets(main, "styles"):
        root = pkg.tree(n)
        if root is not None:
            styles |= {e.get(q(W, "styleId")) for e in root.iter(q(W, "style"))}
    for n in pkg.names:
        if pkg.type_of.get(n, "").startswith(
                ("application/vnd.openxmlformats-officedocument.wordproc",
                 "application/vnd.ms-word")) and "glossary" not in n:
            word_part(pkg, n, notes, nums, styles)
    word_comments(pkg, main)
    for n in pkg.targets(main, "settings"):
        root = pkg.tree(n)
        for kind in ("footnote", "endnote") if root is not None else ():
            for e in root.iter(q(W, kind)):
                known = notes[kind + "Reference"]
                if known is None or e.get(q(W, "id")) not in known:
                    pkg.say(n, "%s to nothing: %s" %
                            (kind, e.get(q(W, "id"))))


# ---- Excel

def number(e, name):
    try:
        return int(e.get(name))
    except (TypeError, ValueError):
        return None


def count(root, path):
    node = root.find("/".join(q(X, p) for p in path.split("/"))) \
        if root is not None else None
    return len(node) if node is not None else 0


def sheet_cells(pkg, n, root, strings, xfs, dxfs):
    for e in root.iter(q(X, "c")):
        s = number(e, "s")
        if s is not None and s >= xfs:
            pkg.say(n, "cell %s: no format %d" % (e.get("r"), s))
        v = e.find(q(X, "v"))
        if e.get("t") == "s" and v is not None and \
                not (v.text or "").strip().isdigit():
            pkg.say(n, "cell %s: string %r" % (e.get("r"), v.text))
        elif e.get("t") == "s" and v is not None and \
                int(v.text.strip()) >= strings:
            pkg.say(n, "cell %s: no string %s" % (e.get("r"), v.text))
    for e in root.iter():
        d = number(e, "dxfId")
        if d is not None and d >= dxfs and "{%s}" % X in str(e.tag):
            pkg.say(n, "%s: no dxf %d" % (local(e.tag), d))
    for e in root.iter(q(X, "legacyDrawing")):
        if not pkg.targets(n, "vmlDrawing"):
            pkg.say(n, "legacyDrawing without a drawing")


def sheet_names(pkg, main, root):
    sheets = list(root.iter(q(X, "sheet")))
    for attr in ("name", "sheetId"):
        seen = collections.Counter((e.get(attr) or "").lower()
                                   for e in sheets)
        for v, n in seen.items():
            if n > 1:
                pkg.say(main, "%s twice: %s" % (attr, v))
    if not sheets:
        pkg.say(main, "no sheet")
    seen = set()
    for e in root.iter(q(X, "definedName")):
        i = number(e, "localSheetId")
        if i is not None and i >= len(sheets):
            pkg.say(main, "name %s of no sheet" % e.get("name"))
        key = ((e.get("name") or "").lower(), i)
        if key in seen:
            pkg.say(main, "name twice: %s" % e.get("name"))
        seen.add(key)
    for e in root.iter(q(X, "workbookView")):
        i = number(e, "activeTab")
        if i is not None and i >= len(sheets):
            pkg.say(main, "active sheet %d is none" % i)


def sheet(pkg, main):
    root = pkg.tree(main)
    sheet_names(pkg, main, root)
    strings = xfs = dxfs = 0
    for n in pkg.targets(main, "sharedStrings"):
        t = pkg.tree(n)
        strings = len(list(t.iter(q(X, "si")))) if t is not None else 0
    for n in pkg.targets(main, "styles"):
        xfs = count(pkg.tree(n), "cellXfs")
        dxfs = count(pkg.tree(n), "dxfs")
    tables = collections.Counter()
    for n in pkg.names:
        t = pkg.tree(n) if pkg.is_xml(n) else None
        if t is not None and t.tag == q(X, "worksheet"):
            sheet_cells(pkg, n, t, strings, max(xfs, 1), dxfs)
        elif t is not None and t.tag == q(X, "table"):
            tables[(t.get("displayName") or "").lower()] += 1
            cols = list(t.iter(q(X, "tableColumn")))
            if not cols:
                pkg.say(n, "table without columns")
    for v, n in tables.items():
        if n > 1:
            pkg.say(main, "table name twice: %s" % v)


# ---- PowerPoint

NEEDS = {"sld": "slideLayout", "sldLayout": "slideMaster",
         "sldMaster": "theme", "notes": "notesMaster"}


def slide_shapes(pkg, n, root):
    ids = collections.Counter(e.get("id") for e in root.iter()
                              if isinstance(e.tag, str) and
                              e.tag == q(P, "cNvPr"))
    for e in root.iter():
        spid = e.get("spid") if isinstance(e.tag, str) and \
            e.tag.startswith("{%s}" % P) else None
        if spid is not None and local(e.tag) in (
                "spTgt", "bldP", "bldGraphic", "bldDgm", "bldOleChart") and \
                spid not in ids:
            pkg.say(n, "%s names no shape: %s" % (local(e.tag), spid))


def slide(pkg, main):
    root = pkg.tree(main)
    for tag in ("sldId", "sldMasterId"):
        ids = collections.Counter(e.get("id") for e in root.iter(q(P, tag)))
        for i, n in ids.items():
            if n > 1:
                pkg.say(main, "%s twice: %s" % (tag, i))
    masters = collections.Counter(e.get("id")
                                  for e in root.iter(q(P, "sldMasterId")))
    for n in pkg.names:
        t = pkg.tree(n) if pkg.is_xml(n) else None
        if t is None or not t.tag.startswith("{%s}" % P):
            continue
        need = NEEDS.get(local(t.tag))
        if need and not pkg.targets(n, need):
            pkg.say(n, "no %s" % need)
        if local(t.tag) == "sldMaster":
            masters.update(e.get("id") for e in t.iter(q(P, "sldLayoutId")))
        slide_shapes(pkg, n, t)
    for i, n in masters.items():
        if n > 1 and i is not None:
            pkg.say(main, "master or layout id twice: %s" % i)


# ---- the program

def check(path):
    try:
        return Package(path).check()
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError,
            OSError) as err:
        return ["unreadable: %s" % err]


def plain(problem):
    """Without names and numbers, which a rebuild makes anew."""
    return re.sub(r"\d+", "#", problem.split(": ", 1)[-1])


def report(path, original=None):
    had = {plain(p) for p in check(original)} if original else set()
    new = [p for p in check(path) if plain(p) not in had]
    for p in new:
        print("%s: %s" % (path, p))
    return len(new)


def pairs(originals, outs):
    for folder, _, files in sorted(os.walk(outs)):
        for f in sorted(files):
            out = os.path.join(folder, f)
            orig = os.path.join(originals, os.path.relpath(out, outs))
            if zipfile.is_zipfile(out) and os.path.exists(orig):
                yield orig, out


def run(argv):
    if len(argv) == 4 and argv[1] == "--against":
        return report(argv[3], argv[2])
    if len(argv) == 4 and argv[1] == "--tree":
        return sum(report(out, orig) for orig, out in pairs(*argv[2:]))
    if len(argv) < 2 or argv[1].startswith("-"):
        print(__doc__, file=sys.stderr)
        sys.exit(64)
    return sum(report(f) for f in argv[1:])


if __name__ == "__main__":
    sys.exit(1 if run(sys.argv) else 0)
