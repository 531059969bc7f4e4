#!/usr/bin/env python3
"""Mails in the charsets of Japan, as labelled and as mislabelled.

Usage: mail_charsets.py FOLDER    writes FOLDER/NAME.eml
CASES: name, bytes, and what must be read in the result: subject, sender's
name, name of the attached file, text.
"""
import base64
import os
import sys

SUBJECT, NAME, FILE = '会議のご案内', '山田 太郎', '資料①.txt'
TEXT = '髙橋様、会議は㈱関所の３階で行います。'
PLAIN = '高橋様、会議は関所で行います。'
CASES = []


def word(charset, codec, text):
    return b'=?' + charset.encode() + b'?B?' + base64.b64encode(
        text.encode(codec)) + b'?='


def mail(subject, name, charset, body, disposition, label=None):
    ctype = b'text/plain' + (b'; charset=' + charset.encode()
                             if charset is not None else b'')
    return b'\r\n'.join([
        b'From: ' + name + b' <yamada@example.jp>', b'To: a@example.lg.jp',
        b'Subject: ' + subject, b'Date: Mon, 06 Apr 2026 09:00:00 +0900',
        b'Message-ID: <1@example.jp>', b'MIME-Version: 1.0',
        b'Content-Type: multipart/mixed; boundary=b', b'',
        b'--b', b'Content-Type: ' + ctype,
        b'Content-Transfer-Encoding: base64', b'', base64.b64encode(body),
        b'--b', b'Content-Type: text/plain; charset=utf-8',
        b'Content-Disposition: attachment; ' + disposition, b'',
        b'SEKISHO-BENIGN-file', b'--b--', b''])


def case(name, data, subject=SUBJECT, sender=NAME, file=FILE, text=TEXT):
    CASES.append((name, data, subject, sender, file, text))


def percent(charset, codec, text):
    return ("filename*=%s''" % charset).encode() + ''.join(
        '%%%02X' % c for c in text.encode(codec)).encode()


def jis(text):
    """ISO-2022-JP as Windows writes it: CP932 folded into seven bits."""
    out, wide = b'', False
    for c in text:
        raw = c.encode('cp932')
        if len(raw) == 2 and raw[0] >= 0xfa:  # IBM's: NEC's row for them
            raw = {'髙': b'\xee\xe0'}[c]
        if (len(raw) == 2) != wide:
            wide = not wide
            out += b'\x1b$B' if wide else b'\x1b(B'
        if wide:
            hi, lo = raw
            row = (hi - (0x81 if hi < 0xa0 else 0xc1)) * 2 + 0x21
            if lo >= 0x9f:
                row, cell = row + 1, lo - 0x7e
            else:
                cell = lo - (0x1f if lo < 0x80 else 0x20)
            raw = bytes([row, cell])
        out += raw
    return out + (b'\x1b(B' if wide else b'')


def jis_word(text, label=b'ISO-2022-JP'):
    return b'=?' + label + b'?B?' + base64.b64encode(jis(text)) + b'?='


def make_labelled():
    for name, charset, codec in [('utf8', 'UTF-8', 'utf-8'),
                                 ('sjis', 'Shift_JIS', 'cp932'),
                                 ('windows31j', 'Windows-31J', 'cp932'),
                                 ('gb18030', 'GB18030', 'gb18030')]:
        case(name, mail(word(charset, codec, SUBJECT),
                        word(charset, codec, NAME), charset,
                        TEXT.encode(codec), percent(charset, codec, FILE)))
    case('eucjp', mail(word('EUC-JP', 'euc_jp', SUBJECT),
                       word('EUC-JP', 'euc_jp', NAME), 'EUC-JP',
                       PLAIN.encode('euc_jp'),
                       percent('EUC-JP', 'euc_jp', '資料.txt')),
         file='資料.txt', text=PLAIN)
    for label in 'ISO-2022-JP', 'iso-2022-jp-ms', 'CP50220', 'csISO2022JP':
        case('jis-' + label.lower(), mail(
            jis_word(SUBJECT, label.encode()), jis_word(NAME), label,
            jis(TEXT), b'filename="' + jis_word(FILE) + b'"'))


def make_mislabelled():
    for name, label, raw in [
            ('jis-is-sjis', 'ISO-2022-JP', TEXT.encode('cp932')),
            ('jis-is-utf8', 'ISO-2022-JP', TEXT.encode()),
            ('sjis-is-utf8', 'Shift_JIS', TEXT.encode()),
            ('utf8-is-sjis', 'UTF-8', TEXT.encode('cp932')),
            ('utf8-is-jis', 'UTF-8', jis(TEXT)),
            ('latin1-is-sjis', 'ISO-8859-1', TEXT.encode('cp932')),
            ('ascii-is-jis', 'us-ascii', jis(TEXT)),
            ('none-is-jis', None, jis(TEXT)),
            ('none-is-sjis', None, TEXT.encode('cp932')),
            ('unknown-is-utf8', 'x-nobody', TEXT.encode())]:
        case('lied-' + name, mail(
            word('UTF-8', 'utf-8', SUBJECT), word('UTF-8', 'utf-8', NAME),
            label, raw, percent('UTF-8', 'utf-8', FILE)))


def make_raw():
    for name, coded in [('jis', jis), ('sjis', lambda s: s.encode('cp932')),
                        ('utf8', str.encode)]:
        case('raw-' + name, mail(coded(SUBJECT), coded(NAME), None,
                                 coded(TEXT),
                                 b'filename="' + coded(FILE) + b'"'))


def make_broken():
    raw = SUBJECT.encode()
    cut = [b'=?UTF-8?B?' + base64.b64encode(raw[i:i + 7]) + b'?='
           for i in range(0, len(raw), 7)]
    case('cut', mail(b'\r\n '.join(cut), jis_word(NAME), 'iso-2022-jp',
                     jis(TEXT)[:-3], percent('UTF-8', 'utf-8', FILE)))
    whole = FILE.encode()
    case('continued', mail(
        word('UTF-8', 'utf-8', SUBJECT)[:-2], jis_word(NAME), 'utf-8',
        TEXT.encode(), b"filename*1*=" + ''.join(
            '%%%02x' % c for c in whole[4:]).encode() +
        b";\r\n filename*0*=UTF-8''" + ''.join(
            '%%%02x' % c for c in whole[:4]).encode()))


make_labelled()
make_mislabelled()
make_raw()
make_broken()


def main():
    folder = sys.argv[1]
    os.makedirs(folder, exist_ok=True)
    for c in CASES:
        with open(os.path.join(folder, c[0] + '.eml'), 'wb') as f:
            f.write(c[1])


if __name__ == '__main__':
    main()
