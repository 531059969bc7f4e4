#!/usr/bin/env python3
"""Make formats/ooxml/schema.tsv from the published Open XML SDK data.

usage: schema.py SDKDIR [CUTS] > formats/ooxml/schema.tsv

SDKDIR holds data/schemas/*.json and data/namespaces.json of the SDK. Only
names are taken: which element may hold which child and attribute. What is
left out, watched or added stands in formats/ooxml/cuts.tsv (its header says
how). docs/formats/ooxml-schema.md describes the result.
"""
import glob
import json
import os
import re
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
CUTS = os.path.join(HERE, '../../formats/ooxml/cuts.tsv')
EXTS = os.path.join(HERE, '../../formats/ooxml/exts.tsv')
NAMESPACES = os.path.join(HERE, '../../formats/ooxml/namespaces.tsv')

# SDK prefixes that are not the usual ones.
PREFIX = {'xne': 'xm', 'xml': 'xml'}

CHECKS = {
    'BooleanValue': 'BOOL', 'OnOffValue': 'BOOL', 'TrueFalseValue': 'BOOL',
    'TrueFalseBlankValue': 'BOOL', 'UInt32Value': 'INT', 'Int32Value': 'INT',
    'IntegerValue': 'INT', 'Int64Value': 'DECIMAL', 'ByteValue': 'INT',
    'UInt16Value': 'INT', 'UInt64Value': 'INT', 'Int16Value': 'INT',
    'SByteValue': 'INT', 'HexBinaryValue': 'HEX', 'DoubleValue': 'DECIMAL',
    'DecimalValue': 'DECIMAL', 'SingleValue': 'DECIMAL',
    'DateTimeValue': 'DATE', 'Base64BinaryValue': 'BASE64',
    'EnumValue': 'TOKEN', 'ListValue': 'LIST', 'StringValue': 'TEXT',
}


def rows(path):
    with open(path, encoding='utf-8') as f:
        for line in f:
            line = line.rstrip('\n')
            if line and not line.startswith('#'):
                yield line.split('\t')


def qname(name):
    p, _, local = name.rpartition(':')
    return '%s:%s' % (PREFIX.get(p, p), local) if p else local


class Type:
    def __init__(self, name):
        self.name = name            # element, "w:p"
        self.attrs = {}             # "w:val" or "val" -> check
        self.children = {}          # element -> type key
        self.flags = set()


def key_of(sdk):
    ct, _, el = sdk.partition('/')
    return '%s/%s' % (qname(ct), qname(el)) if el else qname(ct) + '/'


def load(sdkdir):
    raw, classes = {}, {}
    for path in sorted(glob.glob(os.path.join(sdkdir, 'data/schemas/*.json'))):
        for t in json.load(open(path, encoding='utf-8')).get('Types', []):
            raw.setdefault(t['Name'], (t, path))
            classes.setdefault((path, t['ClassName']), t)
    types = {}
    for sdk, (t, path) in raw.items():
        ty = Type(key_of(sdk).partition('/')[2])
        chain = t
        while chain is not None:
            for a in chain.get('Attributes', []):
                n = qname(a['QName'].lstrip(':'))
                kind = a['Type'].split('<')[0]
                c = 'REL' if n.startswith('r:') else CHECKS[kind]
                if c == 'INT' and 'spreadsheetml' not in path:
                    c = 'DECIMAL'   # strict: '50%', '12pt'
                ty.attrs.setdefault(n, c)
            for c in chain.get('Children', []):
                k = key_of(c['Name'])
                ty.children.setdefault(k.partition('/')[2], k)
            if chain.get('IsLeafText') or \
                    chain.get('BaseClass') == 'OpenXmlLeafTextElement':
                ty.flags.add('text')
            chain = classes.get((path, chain.get('BaseClass')))
        types[key_of(sdk)] = ty
    return types


def place(what):
    """'w:p>w:r@w:val' -> parent element, element, attribute (or None)."""
    rest, _, attr = what.partition('@')
    parent, _, el = rest.rpartition('>')
    return parent or None, el or None, attr or None


def by_element(types, el):
    """The types an element pattern names: 'w:p', 'w:CT_P/w:p', '*'."""
    if el in types:
        return [types[el]]
    if '+' in el:                       # '*+w:r': those that may hold a w:r
        el, _, kid = el.partition('+')
        return [t for t in by_element(types, el) if kid in t.children]
    return [t for t in types.values()
            if el == '*' or t.name == el or
            (el.endswith('*') and t.name.startswith(el[:-1]))]


def cut(types, what):
    hit = 0
    parent, el, attr = place(what)
    if attr is not None:
        for t in by_element(types, el or '*'):
            for a in list(t.attrs):
                if a == attr or (attr.endswith('*') and
                                 a.startswith(attr[:-1])):
                    del t.attrs[a]
                    hit += 1
        return hit
    for t in by_element(types, parent or '*'):
        for c in list(t.children):
            if c == el or (el.endswith('*') and c.startswith(el[:-1])):
                del t.children[c]
                hit += 1
    return hit


def see(types, what, flag='transform'):
    parent, el, attr = place(what)
    got = by_element(types, el) if parent is None else \
        [types[t.children[el]] for t in by_element(types, parent)
         if el in t.children]
    for t in got:
        t.flags.add(flag)
    return len(got)


def check(types, what, kind):
    parent, el, attr = place(what)
    hit = 0
    for t in by_element(types, el or '*'):
        if attr in t.attrs:
            t.attrs[attr] = kind
            hit += 1
    return hit


def find_type(types, name):
    """A child as cuts.tsv writes it: a type key, or an element name."""
    if name in types:
        return name
    got = [k for k, t in types.items() if t.name == name and '/' in k] or \
        [k for k, t in types.items() if t.name == name]
    if len(got) != 1:
        raise SystemExit('%s: %d types: %s' % (name, len(got), got))
    return got[0]


def add(types, what, extra):
    parent, el, attr = place(what)
    got = by_element(types, el)
    for t in got:
        if attr is not None:
            t.attrs[attr] = extra
        else:
            for c in extra.split():
                k = find_type(types, c)
                t.children[types[k].name] = k
    return len(got)


def new_type(types, key, spec):
    """'flags; attr=CHECK ...; child ...' for a type of our own."""
    flags, attrs, children = (spec.split(';') + ['', ''])[:3]
    t = types[key] = Type(key.rpartition('/')[2])
    t.flags = set(flags.split())
    for a in attrs.split():
        n, _, c = a.partition('=')
        t.attrs[n] = c or 'TEXT'
    t.later = children.split()


def apply_cuts(types, path):
    table = list(rows(path))
    groups = {r[1]: r[2] for r in table if r[0] == 'group'}
    own = []
    for r in table:
        if r[0] == 'type':
            spec = re.sub(r'\$(\w+)', lambda m: groups[m.group(1)], r[2])
            new_type(types, r[1], spec)
            own.append(r[1])
    for k in own:                       # every use of the element is ours
        if '/' in k:
            continue
        for t in types.values():
            if k in t.children:
                t.children[k] = k
    for k in own:
        for c in types[k].later:
            if c.startswith('like:'):
                types[k].children.update(types[c[5:]].children)
                continue
            f = c if c in types else find_type(types, c)
            types[k].children[types[f].name] = f
    for r in table:
        verb, what, extra = r[0], r[1], r[2] if len(r) > 2 else ''
        hit = 1
        if verb == 'cut':
            hit = cut(types, what)
        elif verb == 'see':
            hit = see(types, what)
        elif verb == 'flag':
            hit = see(types, what, extra.split()[0])
        elif verb == 'check':
            hit = check(types, what, extra.split()[0])
        elif verb == 'add':
            hit = add(types, what, extra.split(' - ')[0])
        elif verb not in ('group', 'type', 'root', 'known'):
            raise SystemExit('cuts.tsv: %s?' % verb)
        if hit == 0:
            print('cuts.tsv: no effect: %s %s' % (verb, what),
                  file=sys.stderr)
    return [r[1] for r in table if r[0] == 'root']


def extensions(types):
    """Each listed uri makes a type 'a:ext{uri}' out of 'a:ext'."""
    prefixes = {r[0] for r in rows(NAMESPACES)}
    for k, t in types.items():
        if t.name.endswith(':ext') and 'cx' not in t.attrs:
            t.children, t.attrs = {}, {'uri': 'TEXT'}
            t.flags = {'ext'}
        elif t.name.endswith(':extLst'):
            t.flags.add('prune')
    for r in rows(EXTS):
        el, uri, kids = r[0], r[1], r[2].split()
        t = types['%s{%s}' % (el, uri)] = Type(el)
        t.attrs = {'uri': 'TEXT'}
        t.flags = {'prune'} if el.endswith(':ext') else set()
        for c in kids:
            k = find_type(types, c)
            t.children[types[k].name] = k
    gd = types['a:CT_GraphicalObjectData/a:graphicData']
    gd.children, gd.flags = {}, {'ext'}
    return prefixes


def reach(types, roots, prefixes):
    keep, todo = {}, list(roots)
    while todo:
        k = todo.pop()
        if k in keep:
            continue
        t = keep[k] = types[k]
        for c in list(t.children):
            if c.partition(':')[0] not in prefixes and ':' in c:
                del t.children[c]
        for a in list(t.attrs):
            if ':' in a and a.partition(':')[0] not in prefixes:
                del t.attrs[a]
        if 'text' in t.flags and not t.children:
            t.attrs['xml:space'] = 'TOKEN'
        todo += t.children.values()
    return keep


def merge(types):
    """Same element, same content: one type."""
    cls = {k: k if '{' in k else t.name for k, t in types.items()}
    while True:
        sig, new = {}, {}
        for k in sorted(types):
            t = types[k]
            s = (cls[k], tuple(sorted(t.attrs.items())),
                 tuple(sorted(t.flags)),
                 tuple(sorted((c, cls[ck]) for c, ck in t.children.items())))
            new[k] = sig.setdefault(s, '%d' % len(sig))
        if len(set(new.values())) == len(set(cls.values())):
            break
        cls = new
    first = {}
    for k in sorted(types):
        first.setdefault(cls[k], k)
    return {k: first[cls[k]] for k in types}


def cut_names(prefixes):
    """What is cut by name: it has a number, so that code can say it."""
    names = set()
    for r in rows(CUTS):
        for q in (place(r[1])[1:] if r[0] in ('cut', 'known') else ()):
            q = (q or '').rpartition('/')[2]
            if q and '*' not in q and (':' not in q or
                                       q.partition(':')[0] in prefixes):
                names.add(q)
    return sorted(names)


def emit(types, roots, cuts, out):
    same = merge(types)
    kinds = {}
    for k in sorted(set(same.values())):
        kinds.setdefault(types[k].name, []).append(k)
    short = {k: types[k].name if len(kinds[types[k].name]) == 1 or '/' not in k
             and '{' not in k else k for k in set(same.values())}
    if len(set(short.values())) != len(short):
        short = {k: k if '{' in k or len(kinds[types[k].name]) > 1
                 else types[k].name for k in short}
    use, lists = {}, {}
    for k in short:
        c = ' '.join(sorted(short[same[x]] for x in types[k].children.values()))
        a = ' '.join('%s=%s' % x for x in sorted(types[k].attrs.items()))
        lists[k] = (a, c)
        for x in (a, c):
            use[x] = use.get(x, 0) + 1
    out.write('name\t%s\n' % ' '.join(cuts))
    groups = {}
    for x in sorted(x for x in use if use[x] > 1 and len(x) > 40):
        groups[x] = '@%d' % (len(groups) + 1)
        out.write('group\t%s\t%s\n' % (groups[x], x))
    for r in roots:
        out.write('root\t%s\t%s\n' % (types[r].name, short[same[r]]))
    for k in sorted(short, key=lambda k: short[k]):
        a, c = (groups.get(x, x) for x in lists[k])
        out.write('type\t%s\t%s\t%s\t%s\n' % (
            short[k], ' '.join(sorted(types[k].flags)) or '-', a or '-',
            c or '-'))


def main():
    types = load(sys.argv[1])
    roots = apply_cuts(types, sys.argv[2] if len(sys.argv) > 2 else CUTS)
    prefixes = extensions(types)
    roots = [find_type(types, r) for r in roots]
    exts = [k for k in types if '{' in k]
    kept = reach(types, roots + exts, prefixes)
    sys.stdout.write(
        '# The allow-list of OOXML: elements, their attributes (=check) and '
        'children.\n# Made by tests/make/schema.py from the Open XML SDK '
        'data, cuts.tsv, exts.tsv and\n# namespaces.tsv; do not edit. '
        'See docs/formats/ooxml-schema.md.\n')
    emit(kept, roots, cut_names(prefixes), sys.stdout)


if __name__ == '__main__':
    main()
