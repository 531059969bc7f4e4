#!/usr/bin/env python3
"""Make formats/pdf/model.tsv from the Arlington PDF model.

usage: pdf_model.py CHECKOUT > formats/pdf/model.tsv

CHECKOUT is a copy of https://github.com/pdf-association/arlington-pdf-model
(Apache 2.0). From its tsv/latest come the kinds, values and links of each
key. What may stay is said here, in KEEP: a type and its keys, each

    Key    copied by the table
    Key!   the same, and without it the whole object goes
    Key~   set by code of the walk

All that is not named is left out: see docs/formats/pdf.md.
"""
import os
import re
import sys

# Keys that many types share: from which type they are read, and the keys.
SHARED = {
    'any-annotation': (
        'AnnotText', 'Type Rect! Contents P~ NM M F AP~ AS~ Border C '
        'StructParent OC ca CA BM Lang'),
    'any-markup': (
        'AnnotText', 'T Popup~ CreationDate IRT~ Subj RT IT'),
    'any-descriptor': (
        'FontDescriptorTrueType',
        'Type FontName FontFamily FontStretch FontWeight Flags FontBBox '
        'ItalicAngle Ascent Descent Leading CapHeight XHeight StemV StemH '
        'AvgWidth MaxWidth MissingWidth'),
    'any-cid-font': (
        'FontCIDType2', 'Type BaseFont CIDSystemInfo DW W~ DW2 W2~ '
        'CIDToGIDMap~ FontDescriptor~'),
    'any-shading': ('ShadingType1', 'ColorSpace~ Background BBox AntiAlias '
                    'Function~'),
    'any-mesh': ('ShadingType4',
                 'BitsPerCoordinate! BitsPerComponent! Decode!'),
    'any-field': ('FieldTx', 'T TU TM Ff Parent~ Kids~ DA~ Q'),
}

ANNOT = '<any-annotation Subtype!'
MARKUP = '<any-annotation <any-markup Subtype!'
DESCRIPTOR = '<any-descriptor FontFile~ FontFile3~'
SHADING = '<any-shading ShadingType!'
MESH = SHADING + ' <any-mesh'
FIELD = '<any-field'
CID = '<any-cid-font Subtype!'

KEEP = {
    'Catalog': 'Type Pages~ PageLabels~ Names~ Dests~ ViewerPreferences '
               'PageLayout PageMode Outlines~ OpenAction~ AcroForm~ '
               'StructTreeRoot~ MarkInfo Lang OutputIntents~ OCProperties~',
    'DocInfo': 'Title~ Author~ CreationDate~ ModDate~',
    'ViewerPreferences': 'DisplayDocTitle Direction PrintScaling Duplex '
                         'PickTrayByPDFSize',
    'MarkInfo': 'Marked Suspects',
    'PageLabel': 'Type S P St',
    'OutputIntents': 'Type S! OutputCondition OutputConditionIdentifier '
                     'RegistryName Info DestOutputProfile~',
    'PageObject': 'Type Parent~ Resources~ MediaBox~ CropBox~ BleedBox '
                  'TrimBox ArtBox Contents~ Rotate~ Group Annots~ '
                  'StructParents Tabs UserUnit',
    'GroupAttributes': 'Type S! CS~ I K',
    # what content streams use
    'GraphicsStateParameter':
        'Type LW LC LJ ML D RI OP op OPM Font~ FL SM SA BM SMask~ CA ca AIS '
        'TK',
    'SoftMaskAlpha': 'Type S! G~ BC TR~',
    'SoftMaskLuminosity': 'Type S! G~ BC TR~',
    'PatternType1': 'Type PatternType! PaintType! TilingType BBox! XStep! '
                    'YStep! Resources~ Matrix',
    'PatternType2': 'Type PatternType! Shading~ Matrix ExtGState~',
    'ShadingType1': SHADING + ' Domain Matrix',
    'ShadingType2': SHADING + ' Coords! Domain Extend',
    'ShadingType3': SHADING + ' Coords! Domain Extend',
    'ShadingType4': MESH + ' BitsPerFlag!',
    'ShadingType5': MESH + ' VerticesPerRow!',
    'ShadingType6': MESH + ' BitsPerFlag!',
    'ShadingType7': MESH + ' BitsPerFlag!',
    'FunctionType0': 'FunctionType! Domain! Range! Size! BitsPerSample! '
                     'Order Encode Decode',
    'FunctionType2': 'FunctionType! Domain! Range C0 C1 N!',
    'FunctionType3': 'FunctionType! Domain! Range Functions~ Bounds! Encode!',
    'FunctionType4': 'FunctionType! Domain! Range!',
    'XObjectFormType1': 'Type Subtype FormType BBox! Matrix Resources~ Group '
                        'StructParent StructParents OC',
    'CalGrayDict': 'WhitePoint! BlackPoint Gamma',
    'CalRGBDict': 'WhitePoint! BlackPoint Gamma Matrix',
    'LabDict': 'WhitePoint! BlackPoint Range',
    'DeviceNDict': 'Subtype Colorants~ Process~',
    'DeviceNProcess': 'ColorSpace~ Components',
    # fonts
    'FontType1': 'Type Subtype! Name BaseFont FirstChar LastChar Widths~ '
                 'FontDescriptor~ Encoding~ ToUnicode~',
    'FontTrueType': 'Type Subtype! Name BaseFont FirstChar LastChar Widths~ '
                    'FontDescriptor~ Encoding~ ToUnicode~',
    'FontType3': 'Type Subtype! Name FontBBox! FontMatrix! CharProcs~ '
                 'Encoding~ FirstChar LastChar Widths~ FontDescriptor~ '
                 'Resources~ ToUnicode~',
    'FontType0': 'Type Subtype! BaseFont Encoding~ DescendantFonts~ '
                 'ToUnicode~',
    'FontCIDType0': CID,
    'FontCIDType2': CID,
    'FontDescriptorType1': DESCRIPTOR + ' CharSet',
    'FontDescriptorTrueType': DESCRIPTOR + ' FontFile2~',
    'FontDescriptorType3': 'Type FontName FontFamily FontStretch FontWeight '
                           'Flags FontBBox ItalicAngle Ascent Descent Leading '
                           'CapHeight XHeight StemV StemH AvgWidth MaxWidth '
                           'MissingWidth',
    'FontDescriptorCIDType0': DESCRIPTOR + ' Style Lang FD~',
    'FontDescriptorCIDType2': DESCRIPTOR + ' FontFile2~ Style Lang FD~',
    'StyleDict': 'Panose',
    'CIDSystemInfo': 'Registry! Ordering! Supplement',
    'Encoding': 'Type BaseEncoding Differences~',
    # annotations
    'AnnotLink': ANNOT + ' A~ Dest~ H QuadPoints BS',
    'AnnotText': MARKUP + ' Open Name State StateModel',
    'AnnotFreeText': MARKUP + ' DA~ Q CL BE RD BS LE',
    'AnnotLine': MARKUP + ' L BS LE IC LL LLE Cap LLO CP CO',
    'AnnotSquare': MARKUP + ' BS IC BE RD',
    'AnnotCircle': MARKUP + ' BS IC BE RD',
    'AnnotPolygon': MARKUP + ' Vertices LE BS IC BE',
    'AnnotPolyLine': MARKUP + ' Vertices LE BS IC BE',
    'AnnotHighlight': MARKUP + ' QuadPoints',
    'AnnotUnderline': MARKUP + ' QuadPoints',
    'AnnotSquiggly': MARKUP + ' QuadPoints',
    'AnnotStrikeOut': MARKUP + ' QuadPoints',
    'AnnotCaret': MARKUP + ' RD Sy',
    'AnnotInk': MARKUP + ' InkList BS',
    'AnnotStamp': MARKUP + ' Name',
    'AnnotPopup': ANNOT + ' Parent~ Open',
    'AnnotWatermark': ANNOT + ' FixedPrint',
    'AnnotWidget': ANNOT + ' H MK A~ BS Parent~',
    'FixedPrint': 'Type! Matrix H V',
    'BorderStyle': 'Type W S D',
    'BorderEffect': 'S I',
    'AppearanceCharacteristics': 'R BC BG CA RC AC I~ RI~ IX~ IF TP',
    'IconFit': 'SW S A FB',
    'ActionGoTo': 'Type S! D~',
    'ActionURI': 'Type S! URI~',
    # forms
    'InteractiveForm': 'Fields~ NeedAppearances DR~ DA~ Q',
    'Field': FIELD,
    'FieldTx': 'FT! ' + FIELD + ' V~ DV~ MaxLen',
    'FieldChoice': 'FT! ' + FIELD + ' V~ DV~ Opt TI I',
    'FieldBtnPush': 'FT! ' + FIELD,
    'FieldBtnCheckbox': 'FT! ' + FIELD + ' Opt V DV',
    'FieldBtnRadio': 'FT! ' + FIELD + ' Opt V DV',
    'FieldSig': 'FT! ' + FIELD,
    # bookmarks
    'Outline': 'Type First~ Last~ Count~',
    'OutlineItem': 'Title! Parent~ Prev~ Next~ First~ Last~ Count~ Dest~ A~ C '
                   'F',
    # tags
    'StructTreeRoot': 'Type K~ IDTree~ ParentTree~ ParentTreeNextKey~ '
                      'RoleMap~',
    'StructElem': 'Type S! P~ ID~ Pg~ K~ A~ T Lang Alt E ActualText',
    'MarkedContentReference': 'Type Pg~ Stm~ MCID!',
    'ObjectReference': 'Type Pg~ Obj~',
    'StructureAttributesDict':
        'O! Placement WritingMode BackgroundColor BorderColor BorderStyle '
        'BorderThickness Padding Color SpaceBefore SpaceAfter StartIndent '
        'EndIndent TextIndent TextAlign BBox Width Height BlockAlign '
        'InlineAlign TBorderStyle TPadding BaselineShift LineHeight '
        'TextPosition TextDecorationColor TextDecorationThickness '
        'TextDecorationType RubyAlign RubyPosition GlyphOrientationVertical '
        'ColumnCount ColumnGap ColumnWidths ListNumbering Role Checked '
        'checked Desc RowSpan ColSpan Headers Scope Summary Short',
    # layers
    'OptContentProperties': 'OCGs~ D~',
    'OptContentConfig': 'Name BaseState ON~ OFF~ Order~ ListMode RBGroups~ '
                        'Locked~',
    'OptContentGroup': 'Type Name!',
    'OptContentMembership': 'Type! OCGs~ P VE~',
    # lists of values
    'ArrayOfNumbersGeneral': '*', 'ArrayOfIntegersGeneral': '*',
    'ArrayOfNonNegativeIntegersGeneral': '*', 'ArrayOfNamesGeneral': '*',
    'ArrayOfStringsText': '*', 'ArrayOfStringsByte': '*',
    'ArrayOfDashPatterns': '*', 'ArrayOf_2DashNumbers': '0! 1',
    'ArrayOfGSPDashPatterns': '0! 1!',
    'ArrayOfBlendModes': '*', 'ArrayOfArraysInkList': '*',
    'ArrayOfQuadPoints': '*',
    'ArrayOf_2Booleans': '0! 1!', 'ArrayOf_2Numbers': '0! 1!',
    'ArrayOf_2LineEndingsNames': '0! 1!', 'ArrayOf_2StringsText': '0! 1!',
    'ArrayOf_3RGBNumbers': '0! 1! 2!', 'ArrayOf_4Numbers': '0! 1! 2! 3!',
    'ArrayOf_6Numbers': '0! 1! 2! 3! 4! 5!',
    'ArrayOf_9Numbers': '0! 1! 2! 3! 4! 5! 6! 7! 8!',
    'ArrayOf_4NumbersColorAnnotation': '0 1 2 3',
    'ArrayOf_4AnnotBorderCharacteristics': '0! 1! 2! 3',
    'ArrayOf_3or4CalloutLineNumbers': '0! 1! 2! 3! 4 5',
    'ArrayOf_4BorderColorArrays': '0! 1! 2! 3!',
    'ArrayOf_4BorderStyleNames': '0! 1! 2! 3!',
    'ArrayOf_4BorderThicknessNumbers': '0! 1! 2! 3!',
    'WhitepointArray': '0! 1! 2!', 'BlackpointArray': '0! 1! 2!',
    'GammaArray': '0! 1! 2!', 'LabRangeArray': '0! 1! 2! 3!',
    'ArrayOfFieldChoiceOpt': '*',
}

# Where real files differ from the letter of the standard and mean no harm, or
# where the walk is stricter: (type, key) -> (kinds, values, links).
OTHER = {
    ('Catalog', 'PageMode'): ('name', 'UseNone UseOutlines UseThumbs UseOC',
                              '-'),
    ('ViewerPreferences', 'PrintScaling'): ('name', 'None AppDefault', '-'),
    ('*', 'Descent'): ('num', '-', '-'),
    ('*', 'FontStretch'): ('name', 'UltraCondensed ExtraCondensed Condensed '
                           'SemiCondensed Normal SemiExpanded Expanded '
                           'ExtraExpanded UltraExpanded', '-'),
    ('*', 'FontFamily'): ('bytes', '-', '-'),
    ('*', 'CharSet'): ('bytes', '-', '-'),
    ('*', 'Registry'): ('bytes', '-', '-'),
    ('*', 'Ordering'): ('bytes', '-', '-'),
    ('*', 'Supplement'): ('int', '-', '-'),
    ('FontDescriptorCIDType0', 'Lang'): ('name', '-', '-'),
    ('*', 'FontWeight'): ('num', '1..1000', '-'),
    ('*', 'Flags'): ('int', '-', '-'),
    ('*', 'Ff'): ('int', '-', '-'),
    ('any-markup', 'IT'): ('name', '-', '-'),
    ('*', 'M'): ('date', '-', '-'),
    ('*', 'ML'): ('num', '>0', '-'),
    ('*', 'SM'): ('num', '>=0', '-'),
    ('*', 'FL'): ('num', '>=0', '-'),
    ('*', 'State'): ('text', '-', '-'),
    ('*', 'StateModel'): ('text', '-', '-'),
    ('*', 'TilingType'): ('int', '1 2 3', '-'),
    ('*', 'DW'): ('num', '-', '-'),
    ('*', 'Rotate'): ('int', '-', '-'),
    ('*', 'LLO'): ('num', '>=0', '-'),
    ('WhitepointArray', '1'): ('num', '>0', '-'),
    ('GroupAttributes', 'S'): ('name', 'Transparency', '-'),
    ('StructureAttributesDict', 'O'): ('name', 'Layout List PrintField Table',
                                       '-'),
    ('StructureAttributesDict', 'TPadding'): ('array;num', '-;-',
                                              'ArrayOfNumbersGeneral;-'),
    ('StructureAttributesDict', 'ListNumbering'):
        ('name', 'None Unordered Description Disc Circle Square Ordered '
         'Decimal UpperRoman LowerRoman UpperAlpha LowerAlpha', '-'),
    ('OutputIntents', 'S'): ('name', 'GTS_PDFX GTS_PDFA1 ISO_PDFE1', '-'),
    ('OptContentMembership', 'OCGs'): ('array;dict', '-;-', '-;-'),
    ('PageObject', 'Type'): ('name', 'Page', '-'),
    ('PageObject', 'Tabs'): ('name', 'R C S A W', '-'),
    ('PageObject', 'UserUnit'): ('num', '>0', '-'),
    ('ArrayOfQuadPoints', '*'): ('num', '-', '-'),
    ('ArrayOfDashPatterns', '*'): ('num', '>=0', '-'),
    ('ArrayOf_2DashNumbers', '0'): ('num', '>=0', '-'),
    ('ArrayOf_2DashNumbers', '1'): ('num', '>=0', '-'),
    ('ArrayOfNonNegativeIntegersGeneral', '*'): ('int', '>=0', '-'),
    ('AnnotWidget', 'MK'): ('dict', '-', 'AppearanceCharacteristics'),
}

KINDS = {'name': 'name', 'integer': 'int', 'bitmask': 'int', 'number': 'num',
         'boolean': 'bool', 'string-text': 'text', 'string-ascii': 'text',
         'string-byte': 'bytes', 'string': 'bytes', 'date': 'date',
         'rectangle': 'rect', 'matrix': 'matrix', 'dictionary': 'dict',
         'array': 'array', 'stream': 'stream', 'name-tree': 'tree',
         'number-tree': 'tree', 'null': 'null'}


def split_top(s, sep):
    """Split at sep outside brackets."""
    out, depth, cur = [], 0, ''
    for c in s:
        depth += (c in '([') - (c in ')]')
        if c == sep and depth == 0:
            out.append(cur)
            cur = ''
        else:
            cur += c
    return out + [cur]


def bare(s):
    """'fn:SinceVersion(1.5,stream)' -> 'stream'; '' for what is no word."""
    while s.startswith('fn:'):
        m = re.match(r'fn:(SinceVersion|Deprecated|IsPDFVersion|Extension|'
                     r'BeforeVersion|RequiredValue)\((.*)\)$', s)
        if not m:
            return ''
        s = split_top(m.group(2), ',')[-1]
    return s


def listed(cell, i):
    """Item i of a cell '[a,b];[c]', as bare words."""
    parts = split_top(cell, ';')
    if i >= len(parts):
        return []
    inner = parts[i]
    if inner.startswith('[') and inner.endswith(']'):
        inner = inner[1:-1]
    return [x for x in split_top(inner, ',') if x]


def limits(key, text):
    """Ranges of the form (@K>=a) && (@K<=b)."""
    lo = hi = None
    op = re.findall(r'@%s(>=|<=|>)(-?[0-9.]+)' % re.escape(key), text)
    if not op or text.count('@') != len(op):
        return '-'
    for o, v in op:
        v = v[:-2] if v.endswith('.0') else v
        if o == '<=':
            hi = v
        else:
            lo = (o, v)
    if lo and hi is not None:
        return '%s..%s' % (lo[1], hi)
    return '%s%s' % lo if lo else '<=' + hi


def values_of(row, i, kind):
    if kind not in ('name', 'int', 'num'):
        return '-'
    raw = listed(row['PossibleValues'], i)
    joined = ','.join(raw)
    if 'fn:Eval' in joined:
        return limits(row['Key'], joined)
    words = [w for w in map(bare, raw) if w]
    if '*' in words or not words:
        return '-'
    return ' '.join(words)


def cell_kinds(row):
    return [KINDS.get(bare(t), '?') for t in split_top(row['Type'], ';')]


def alternatives(row, by_hand):
    kinds, values, links = [], [], []
    for i, kind in enumerate(cell_kinds(row)):
        link = [x for x in map(bare, listed(row['Link'], i)) if x in KEEP]
        if not by_hand and kind in ('dict', 'stream', 'array', 'tree') and \
                not link:
            continue
        kinds.append(kind)
        values.append(values_of(row, i, kind))
        links.append(' '.join(link) if link and not by_hand else '-')
    return ';'.join(kinds), ';'.join(values), ';'.join(links)


def read(path):
    with open(path, encoding='utf-8') as f:
        head = f.readline().rstrip('\n').split('\t')
        return {r['Key']: r for r in
                (dict(zip(head, line.rstrip('\n').split('\t')))
                 for line in f)}


def write(out, name, source, keys):
    rows = read(os.path.join(sys.argv[1], 'tsv', 'latest', source + '.tsv'))
    for word in keys.split():
        if word[0] == '<':
            out.write('%s\t<\t%s\n' % (name, word[1:]))
            continue
        flag = word[-1] if word[-1] in '!~' else '-'
        key = word[:-1] if flag != '-' else word
        if key not in rows and (name, key) not in OTHER:
            sys.exit('%s has no %s' % (name, key))
        got = OTHER.get((name, key)) or OTHER.get(('*', key)) or \
            alternatives(rows[key], flag == '~')
        if not got[0]:
            sys.exit('%s %s: nothing left' % (name, key))
        out.write('\t'.join((name, key, flag) + got) + '\n')


def main():
    sys.stdout.write(
        '# What may stay of a PDF: made by tests/make/pdf_model.py from the\n'
        '# Arlington PDF model, then read by people. Columns: type, key, flag\n'
        '# (! needed, ~ set by code), kinds, values, links.\n'
        '# "type < shared": it has all keys of shared as well.\n')
    for name, (source, keys) in sorted(SHARED.items()):
        write(sys.stdout, name, source, keys)
    for name in sorted(KEEP):
        write(sys.stdout, name, name, KEEP[name])


main()
