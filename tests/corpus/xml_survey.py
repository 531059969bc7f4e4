#!/usr/bin/env python3
"""What the grammar of OOXML drops from real documents, counted.

usage: xml_survey.py BUILD [FILE...]

Takes the XML parts out of the documents (of ../shared/corpus/ooxml when none
is named), runs BUILD/bin/xml_survey over them, prints a histogram and what
failed. Exit 77 when there is no corpus, 1 when a part is no fixpoint.
"""
import collections
import glob
import os
import re
import subprocess
import sys
import tempfile
import xml.parsers.expat
import zipfile

LIMIT = 4 << 20


class Found(Exception):
    pass


def root_of(data):
    """(uri, local) of the root element, or None."""
    parser = xml.parsers.expat.ParserCreate(namespace_separator='\t')

    def start(name, _):
        raise Found(name)
    parser.StartElementHandler = start
    try:
        parser.Parse(data, True)
    except Found as f:
        uri, _, local = str(f).rpartition('\t')
        return uri or '-', local
    except (xml.parsers.expat.ExpatError, ValueError, LookupError):
        pass
    return None


def parts(paths):
    for path in paths:
        try:
            z = zipfile.ZipFile(path)
            names = z.namelist()
        except (zipfile.BadZipFile, OSError, ValueError):
            continue
        for n in names:
            if not n.lower().endswith(('.xml', '.vml', '.rels')):
                continue
            try:
                if z.getinfo(n).file_size <= LIMIT:
                    yield path, n, z.read(n)
            except Exception:       # broken on purpose: not ours to judge
                continue


def main():
    here = os.path.dirname(os.path.abspath(__file__))
    paths = sys.argv[2:] or sorted(
        glob.glob(os.path.join(here, '../../../shared/corpus/ooxml/*')))
    if not paths:
        return 77
    tool = os.path.join(sys.argv[1], 'bin/xml_survey')
    names, lines = {}, []
    with tempfile.TemporaryDirectory() as tmp:
        for path, part, data in parts(paths):
            root = root_of(data)
            if root is None:
                continue
            f = os.path.join(tmp, '%d' % len(names))
            open(f, 'wb').write(data)
            names[f] = '%s!%s' % (os.path.basename(path), part)
            lines.append('%s\t%s\t%s\n' % ((f,) + root))
        p = subprocess.run([tool], input=''.join(lines), text=True,
                           stdout=subprocess.PIPE, errors='replace')
    counts, files, fails, bad = (collections.Counter(), {},
                                 collections.Counter(), [])
    for line in p.stdout.splitlines():
        r = line.split('\t')
        if r[0] == 'drop':
            key = '\t'.join(r[1:4])
            counts[key] += 1
            files.setdefault(key, set()).add(r[5])
        elif r[0] == 'fail':
            fails[r[1]] += 1
            if re.search('second pass|fixpoint', r[1]):
                bad.append((r[1], names.get(r[-1], r[-1])))
    print('%d parts' % len(lines))
    for k, n in counts.most_common():
        one = names.get(min(files[k]), '')
        print('%d\t%d\t%s\t%s' % (n, len(files[k]), k, one))
    for k, n in fails.most_common():
        print('fail\t%d\t%s' % (n, k))
    for b in bad:
        print('bad\t%s\t%s' % b)
    print('exit %d' % p.returncode)
    return 1 if bad or p.returncode not in (0, 1) else 0


if __name__ == '__main__':
    sys.exit(main())
