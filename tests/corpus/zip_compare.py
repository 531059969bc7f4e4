#!/usr/bin/env python3
"""zip_compare.py ZIP_LIST CORPUS JUDGED: see zip_corpus.sh."""
import os
import subprocess
import sys
import zipfile

tool, corpus, judged_path = sys.argv[1:]
judged = {}
with open(judged_path, encoding='utf-8') as f:
    for line in f:
        name, verdict, _why = line.rstrip('\n').split('\t')
        judged[name] = verdict


def python_list(path):
    with zipfile.ZipFile(path) as z:
        return sorted((str(i.file_size), '%08x' % i.CRC,
                       i.filename.replace('\\', '/')) for i in z.infolist())


def listing(path, document):
    run = subprocess.run([tool] + ['-o'] * document + [path],
                         capture_output=True)
    if run.returncode != 0:
        return run.stderr.decode().strip().split('\n')[-1].split(':')[0], None
    lines = run.stdout.decode().splitlines()
    return 'same', sorted(tuple(x.split('\t')) for x in lines)


def check(path, document):
    verdict, ours = listing(path, document)
    if ours is not None and ours != python_list(path):
        verdict = 'differs'
    return verdict


count = bad = 0
seen = set()
for folder, _, files in sorted(os.walk(corpus)):
    for name in sorted(files):
        path = os.path.join(folder, name)
        with open(path, 'rb') as f:
            if f.read(4) != b'PK\3\4':
                continue
        count += 1
        kind = os.path.relpath(folder, corpus).split('/')[0]
        got = check(path, kind in ('ooxml', 'odf'))
        key = kind + '/' + name
        seen.add(key)
        if got != judged.get(key, 'same'):
            bad += 1
            print('not ok - %s: %s, judged %s' % (key, got,
                                                  judged.get(key, 'same')))
print('# %d files, %d judged, %d not as judged' % (count, len(judged), bad))
print('%s - corpus' % ('ok' if bad == 0 else 'not ok'))
sys.exit(bad != 0)
