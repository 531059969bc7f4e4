#!/usr/bin/env python3
"""The matrix of tests/make/pdf_matrix.py through run_format, judged by qpdf.

usage: pdf_matrix.py BUILD [--all] [ACTION...]

Without --all the commonest actions are tried in every dress, the others in
the two that hide most.
"""
import os
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(__file__), '../make'))
import pdf_judge  # noqa: E402
import pdf_matrix  # noqa: E402


def run(tool, path, out):
    return subprocess.run([tool, '--expect', 'pdf', path, out],
                          capture_output=True, text=True, check=False)


def complaints(tool, folder, what, dress):
    data, cells = pdf_matrix.make(what, dress)
    path = os.path.join(folder, 'in.pdf')
    out = os.path.join(folder, 'out.pdf')
    with open(path, 'wb') as f:
        f.write(data)
    r = run(tool, path, out)
    if r.returncode != 0:
        return ['held: ' + r.stdout[-200:] + r.stderr[-200:]], cells
    got = pdf_judge.objects(out)
    if got is None:
        return ['qpdf does not take the result'], cells
    bad = ['%s: %s' % c for c in pdf_judge.judge(out, got)]
    n = pdf_judge.count_actions(got[0])
    # the link to the web, the link and the bookmark inside
    if n['URI'] < 1 or n['GoTo'] < 2:
        bad.append('a harmless link is gone: %s' % n)
    text = b''.join(pdf_judge.strings([
        o['stream'].get('data') if 'stream' in o else o.get('value')
        for o in got[0].values()]))
    for kept in (b'SEKISHO-BENIGN-bookmark', b'SEKISHO-BENIGN-title'):
        if not pdf_judge.canaries(text, kept):
            bad.append('gone: %s' % kept.decode())
    again = os.path.join(folder, 'again.pdf')
    r = run(tool, out, again)
    with open(out, 'rb') as f, open(again, 'rb') as g:
        if r.returncode != 0 or f.read() != g.read():
            bad.append('the second pass changes it')
    if '"finding"' in r.stdout:
        bad.append('the second pass finds ' + r.stdout[:200])
    return bad, cells


COMMON = ('JavaScript', 'Launch', 'GoTo.more', 'URI.more', '.twice')
HIDDEN = ('hex-packed', 'update')


def wanted(what, dress, args):
    names = [a for a in args if a != '--all']
    if names and what not in names or not pdf_matrix.can_be(what, dress):
        return False
    return names or args or what in COMMON or dress in HIDDEN


def main():
    tool = os.path.join(sys.argv[1], 'bin', 'run_format')
    cells = n = failed = 0
    with tempfile.TemporaryDirectory() as folder:
        for what in pdf_matrix.ACTIONS:
            for dress in pdf_matrix.DRESSES:
                if not wanted(what, dress, sys.argv[2:]):
                    continue
                bad, k = complaints(tool, folder, what, dress)
                n += 1
                cells += k
                failed += bool(bad)
                print('%sok %d - %s, %s' % ('not ' if bad else '', n, what,
                                            dress))
                for b in bad[:10]:
                    print('#   ' + b)
    print('1..%d' % n)
    print('# %d cells, %d files, %d failed' % (cells, n, failed))
    return 1 if failed or n == 0 else 0


if __name__ == '__main__':
    sys.exit(main())
