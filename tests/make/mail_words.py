#!/usr/bin/env python3
"""Seeds of fuzz_mail_words: the first byte chooses the call (see there).

Usage: mail_words.py [PROJECT]    writes tests/fuzz/seeds/mail_words/*
"""
import base64
import os
import sys

LINE, ADDRESSES, DATE, PARAMETER = 0, 1, 2, 3
TEXT = ['', 'iso-2022-jp', 'shift_jis', 'euc-jp', 'utf-8', 'utf-7', 'utf-16',
        'gb18030', 'big5', 'euc-kr', 'iso-2022-kr', 'hz-gb-2312',
        'windows-1252', 'koi8-r', 'shift_jis-2004', 'euc-jis-2004', 'us-ascii']
PYTHON = {'': 'utf-8', 'shift_jis': 'cp932', 'hz-gb-2312': 'hz',
          'utf-16': 'utf-16', 'us-ascii': 'utf-8',
          'euc-jis-2004': 'euc_jis_2004', 'shift_jis-2004': 'shift_jis_2004'}
SAMPLE = {'gb18030': '你好😀', 'big5': '你好', 'euc-kr': '한국어',
          'iso-2022-kr': '한국어', 'hz-gb-2312': '你好 ~',
          'windows-1252': '“café” – 10 €', 'koi8-r': 'Привет, мир',
          'shift_jis-2004': '俱か゚①', 'euc-jis-2004': '俱か゚①'}
JAPANESE = '会議のご案内、資料を添付します。\r\nabc\r\n'


def word(charset, text, how='B'):
    raw = text.encode(charset)
    if how == 'B':
        body = base64.b64encode(raw).decode()
    else:
        body = ''.join('=%02X' % c for c in raw)
    return ('=?%s?%s?%s?=' % (charset, how, body)).encode()


def seeds():
    for i, charset in enumerate(TEXT):
        text = SAMPLE.get(charset, JAPANESE)
        yield 'text-' + (charset or 'none'), 4 + i, text.encode(
            PYTHON.get(charset, charset))
    yield 'text-jis-open', 5, b'\x1b$BF|K\\8l\r\nabc\r\n\x1b$BF|K'
    yield 'text-jis-sets', 5, (b'\x1b$(D0!\x1b(I12\x1b$(Q.!\x1b$(P!!\x1b$AVPND'
                               b'\x1b$(CGQ19\x1b.A\x1bNi\x0e12\x0f\x1b(B')
    yield 'text-jis-bare', 5, b'$BF|K\\8l(B abc\n'
    yield 'text-jis-mixed', 5, b'\x1b$BF|\x1b(B\n\x93\xfa\x96\x7b\n\xe6\x97\xa5\n'
    yield 'text-utf7-syntax', 9, b'+ADw-script+AD4- +2D3eAA-'
    yield 'decode-jis', 21, b'<p>\x1b$BF|K\\\x1b(B</p>'
    for how in 'BQ':
        for charset in 'utf-8', 'iso-2022-jp', 'shift_jis', 'euc-jp':
            yield 'line-%s-%s' % (charset, how), LINE, (
                b'Re: ' + word(charset, '会議の', how) + b'\r\n ' +
                word(charset, 'ご案内', how))
    yield 'line-cut', LINE, b'=?UTF-8?B?5pel5g==?= =?UTF-8?B?nKzoqp4=?='
    yield 'line-break', LINE, b'=?utf-8?Q?a=0D=0ABcc:_x?='
    yield 'line-nested', LINE, b'=?UTF-8?Q?=?UTF-8?B?5pel?=?='
    yield 'line-lost-end', LINE, b'=?UTF-8?B?5pel=?UTF-8?B?5pys rest'
    yield 'line-raw-jis', LINE, b'\x1b$BF|K\\8l\x1b(B abc'
    yield 'line-raw-sjis', LINE, '表示'.encode('cp932')
    yield 'addresses', ADDRESSES, (
        b'"Yamada, Taro" <t@x.jp>, ' + word('iso-2022-jp', '山田') +
        b' <y@x.jp>, g: a@x.jp, b@[192.0.2.1];, t@x.jp (c (d)), '
        b'<@a,@b:c@d>, a..b@docomo.ne.jp, Taro t@x.jp, Taro <t@x.jp')
    for i, date in enumerate([
            b'Sat, 21 Nov 2026 10:44:33 +0900 (JST)',
            b'21 Nov 97 09(c): 55 : 06 EST', b'Sat Nov 21 10:44:33 2026',
            b'2026-11-21T10:44:33+09:00']):
        yield 'date-%d' % i, DATE, date
    for i, value in enumerate([
            b'x; p=a.txt; p="b\\"c.txt"',
            b"x; p*=UTF-8''%E6%B7%BB%E4%BB%98.pdf; p=a.pdf",
            b"x; p*1*=%A5.txt; p*0*=UTF-8''%E6%97",
            b"x; p*0=a; p*1*=UTF-8''%E6%97%A5; p*0=b",
            b'x; p="' + word('iso-2022-jp', '資料') + b'"',
            b'x; p="' + '表示'.encode('cp932') + b'.txt']):
        yield 'parameter-%d' % i, PARAMETER, value


def main():
    root = sys.argv[1] if len(sys.argv) > 1 else os.path.join(
        os.path.dirname(os.path.abspath(__file__)), '..', '..')
    folder = os.path.join(root, 'tests', 'fuzz', 'seeds', 'mail_words')
    os.makedirs(folder, exist_ok=True)
    for name, call, data in seeds():
        with open(os.path.join(folder, name), 'wb') as f:
            f.write(bytes([call]) + data)


if __name__ == '__main__':
    main()
