#!/usr/bin/python3
"""Mails for the tests, always the same bytes: mail.py [FOLDER].

Every class of ambiguity and of header attack has its mails. What an attacker
would bring in is a harmless program file with a canary; no reader of the
result may find it. CASES: name, bytes, and what is expected of the rebuild.
"""
import base64
import os
import sys

from mail_signed import DETACHED, OPAQUE, SIGNER

CASES = []
TOP = (b"From: =?UTF-8?B?5bGx55Sw?= <yamada@example.com>\r\nTo: tanto@city.example.lg.jp\r\n"
       b"Subject: =?UTF-8?B?5Lu25ZCN?=\r\nDate: Mon, 06 Apr 2026 09:00:00 +0900\r\n"
       b"Message-ID: <1@example.com>\r\nMIME-Version: 1.0\r\n")
TEXT = "本文です。SEKISHO-BENIGN-text\r\n"


def program(canary):
    return b"\x7fELF\x02\x01\x01" + bytes(9) + b"\x02\x00\x3e\x00SEKISHO-CANARY-" + canary.encode()


def b64(data):
    return base64.encodebytes(data).replace(b"\n", b"\r\n")


def part(ctype, body, *more):
    head = b"Content-Type: " + ctype.encode() + b"\r\n"
    for line in more:
        head += (line.encode() if isinstance(line, str) else line) + b"\r\n"
    return head + b"\r\n" + body


def text_part():
    return part("text/plain; charset=utf-8", TEXT.encode(), "Content-Transfer-Encoding: 8bit")


def file_part(name, data, ctype="application/octet-stream"):
    return part('%s; name="%s"' % (ctype, name), b64(data), "Content-Transfer-Encoding: base64",
                'Content-Disposition: attachment; filename="%s"' % name)


def mixed(parts, boundary=b"b1", kind=b"mixed", head=TOP, ctype=None, end=True, before=b"", after=b""):
    if ctype is None:
        ctype = b"Content-Type: multipart/" + kind + b'; boundary="' + boundary + b'"\r\n'
    out = head + ctype + b"\r\n" + before
    for p in parts:
        out += b"--" + boundary + b"\r\n" + p + b"\r\n"
    return out + (b"--" + boundary + b"--\r\n" if end else b"") + after


def case(name, data, **expect):
    CASES.append((name, data, expect))


def with_program(name, make, **expect):
    """A mail that carries a program in the given disguise."""
    expect.setdefault("gone", ["SEKISHO-CANARY-" + name])
    case(name, make(program(name)), **expect)


# ---- 1 type and encoding headers
def types():
    txt, exe = b"Content-Type: text/plain\r\n", b"Content-Type: application/octet-stream; name=x.exe\r\n"
    with_program("type-twice-first", lambda p: mixed([text_part(),
                 txt + exe + b"Content-Transfer-Encoding: base64\r\n\r\n" + b64(p)]), finds=["mail.ambiguous"])
    with_program("type-twice-last", lambda p: mixed([text_part(),
                 exe + txt + b"Content-Transfer-Encoding: base64\r\n\r\n" + b64(p)]), finds=["mail.ambiguous"])
    with_program("type-twice-multipart", lambda p: mixed([text_part(), file_part("x.exe", p)],
                 ctype=b"Content-Type: text/plain\r\nContent-Type: multipart/mixed; boundary=b1\r\n"),
                 finds=["mail.ambiguous"])
    with_program("type-list", lambda p: mixed([text_part(), part("text/plain, application/x-msdownload", b64(p),
                 "Content-Transfer-Encoding: base64")]), finds=["mail.ambiguous"])
    with_program("type-none", lambda p: mixed([text_part(), part("x", b64(p), "Content-Transfer-Encoding: base64",
                 "Content-Disposition: attachment; filename=a.exe")]), finds=["mail.ambiguous"])
    with_program("cte-twice", lambda p: mixed([text_part(), part("application/octet-stream", b64(p),
                 "Content-Transfer-Encoding: 7bit", "Content-Transfer-Encoding: base64")]), finds=["mail.ambiguous"])
    for i, cte in enumerate(["base64;", "base-64", "7bit base64", '"base64"', "(x) base64 (y)", "BASE64", "x-base64"]):
        with_program("cte-odd-%d" % i, lambda p, c=cte: mixed([text_part(), part(
            "application/octet-stream; name=a.exe", b64(p), "Content-Transfer-Encoding: " + c)]))
    with_program("cte-unknown", lambda p: mixed([text_part(), part("application/octet-stream; name=a.exe", b64(p),
                 "Content-Transfer-Encoding: rot13")]), finds=["mail.ambiguous"], gone=[])


# ---- 2, 3, 4 white space, line ends, folds
def spelling():
    b = lambda p: b64(p)  # noqa: E731
    for i, h in enumerate([b"Content-Transfer-Encoding : base64\r\n", b"Content-Transfer-Encoding\t:base64\r\n",
                           b"cOnTeNt-TrAnSfEr-EnCoDiNg:base64\r\n", b"Content-Transfer-Encoding:\r\n base64\r\n",
                           b"Content-Transfer-Encoding:\r\n\t\r\n base64\r\n",
                           b"Content-Transfer-Encoding: base64 \t\r\n", b"Content-Transfer-Encoding:\x00base64\r\n",
                           b"Content-Transfer-Encoding: (unclosed base64\r\n",
                           b"X-A: 1\rContent-Transfer-Encoding: base64\r\n",
                           b"X-A: 1\nContent-Transfer-Encoding: base64\r\n",
                           b"X-A: 1\n\rContent-Transfer-Encoding: base64\r\n",
                           b"X-A: 1\r\r\nContent-Transfer-Encoding: base64\r\n",
                           b"X-A: 1\r\nno header\r\nContent-Transfer-Encoding: base64\r\n"]):
        with_program("spelling-%02d" % i, lambda p, h=h: mixed([text_part(),
                     b"Content-Type: application/octet-stream; name=a.exe\r\n" + h + b"\r\n" + b(p)]))
    with_program("lf-only", lambda p: mixed([text_part(), file_part("a.exe", p)]).replace(b"\r\n", b"\n"))
    with_program("cr-only", lambda p: mixed([text_part(), file_part("a.exe", p)]).replace(b"\r\n", b"\r"))
    with_program("crcrlf", lambda p: mixed([text_part(), file_part("a.exe", p)]).replace(b"\r\n", b"\r\r\n"), held=None)
    with_program("boundary-folded", lambda p: mixed([text_part(), file_part("a.exe", p)],
                 ctype=b"Content-Type: multipart/mixed;\r\n boundary\r\n =\r\n \"b1\"\r\n"))
    case("smuggling", TOP + b"Content-Type: text/plain\r\n\r\na SEKISHO-BENIGN-a\r\n.\r\nMAIL FROM:<x@example.com>\r\n"
         b"b\n.\nc\r.\rd\n.\r\ne\r\n\x00.\r\nf SEKISHO-BENIGN-f\r\n", has=["SEKISHO-BENIGN-a", "SEKISHO-BENIGN-f"])


# ---- 5, 6 boundaries
def boundaries():
    def two(ctype, boundary=b"b1", **kw):
        return lambda p: mixed([text_part(), file_part("a.exe", p)], boundary=boundary, ctype=ctype, **kw)
    with_program("boundary-twice-first", two(b"Content-Type: multipart/mixed; boundary=b1; boundary=zz\r\n"))
    with_program("boundary-twice-last", two(b"Content-Type: multipart/mixed; boundary=zz; boundary=b1\r\n"))
    with_program("boundary-two-headers", two(b"Content-Type: multipart/mixed; boundary=zz\r\n"
                                             b"Content-Type: multipart/mixed; boundary=b1\r\n"))
    with_program("boundary-comma", two(b"Content-Type: multipart/mixed; boundary=b1,zz\r\n"))
    with_program("boundary-half-quote", two(b'Content-Type: multipart/mixed; boundary="b1\r\n'))
    with_program("boundary-single-quote", two(b"Content-Type: multipart/mixed; boundary='b1'\r\n"))
    with_program("boundary-blank-end", two(b'Content-Type: multipart/mixed; boundary="b1 "\r\n'))
    with_program("boundary-empty", two(b'Content-Type: multipart/mixed; boundary=""\r\n'))
    with_program("boundary-missing", two(b"Content-Type: multipart/mixed\r\n"), finds=["mail.ambiguous"])
    with_program("boundary-long", two(b"Content-Type: multipart/mixed; boundary=" + b"q" * 200 + b"\r\n", b"q" * 200))
    with_program("boundary-semicolon", two(b'Content-Type: multipart/mixed; boundary="b;1"\r\n', b"b;1"))
    with_program("boundary-2231", two(b"Content-Type: multipart/mixed; boundary*0=b; boundary*1=1\r\n"))
    with_program("boundary-2231-charset", two(b"Content-Type: multipart/mixed; boundary*=us-ascii''b%31\r\n"))
    with_program("boundary-word", two(b'Content-Type: multipart/mixed; boundary="=?us-ascii?Q?b1?="\r\n'))
    with_program("boundary-nul", two(b"Content-Type: multipart/mixed; boundary=b1\x00zz\r\n"))
    with_program("boundary-unended", two(None, end=False), finds=["mail.unended"])
    with_program("boundary-closed-first", lambda p: mixed([text_part(), file_part("a.exe", p)], before=b"--b1--\r\n"),
                 gone=[])
    with_program("boundary-prefix", lambda p: mixed([mixed([text_part()], b"b1", head=b""), file_part("a.exe", p)],
                 b"b12"))
    with_program("boundary-same-inside", lambda p: mixed([mixed([text_part(), file_part("a.exe", p)], b"b1", head=b"")]))
    with_program("boundary-outer-inside", lambda p: mixed([
        b"Content-Type: multipart/mixed; boundary=b2\r\n\r\n--b2\r\n" + text_part() + b"\r\n--b1\r\n"
        + file_part("a.exe", p)]))
    with_program("preamble-part", lambda p: mixed([text_part()], before=file_part("a.exe", p)), finds=["mail.ambiguous"])
    with_program("epilogue-part", lambda p: mixed([text_part()], after=b"--b1\r\n" + file_part("a.exe", p)),
                 finds=["mail.ambiguous"])
    with_program("single-part-boundary", lambda p: mixed([text_part(), file_part("a.exe", p)],
                 ctype=b"Content-Type: text/plain; boundary=b1\r\n"), gone=[])


# ---- 7, 8 nesting
def nesting():
    inner = mixed([text_part()], b"in", head=b"")
    with_program("multipart-base64", lambda p: TOP + b"Content-Type: multipart/mixed; boundary=b1\r\n"
                 b"Content-Transfer-Encoding: base64\r\n\r\n" + b64(mixed([text_part(), file_part("a.exe", p)], head=b"")
                 .split(b"\r\n\r\n", 1)[1]), finds=["mail.ambiguous"])
    with_program("message-base64", lambda p: mixed([text_part(), part("message/rfc822", b64(
        mixed([text_part(), file_part("a.exe", p)])), "Content-Transfer-Encoding: base64")]), finds=["mail.ambiguous"])
    with_program("message", lambda p: mixed([text_part(), part("message/rfc822", mixed(
        [text_part(), file_part("a.exe", p)], b"b2"))]), files=["message-1.eml"])
    case("partial", mixed([text_part(), part('message/partial; id="a@b"; number=1; total=2', b"x\r\n")]),
         finds=["generic.member-held"], has=["SEKISHO-BENIGN-text"], files=[])
    case("external", mixed([text_part(), part("message/external-body; access-type=ANON-FTP; site=SEKISHO-CANARY-ftp.example.com; "
         "name=a.png", b"Content-Type: image/png\r\n\r\n")]), gone=["SEKISHO-CANARY-ftp"],
         finds=["generic.member-held"], files=[])
    with_program("digest", lambda p: mixed([b"\r\n" + mixed([text_part(), file_part("a.exe", p)], b"b2")], kind=b"digest"))
    with_program("appledouble", lambda p: mixed([text_part(), mixed([part("application/applefile", b64(p),
                 "Content-Transfer-Encoding: base64"), file_part("a.txt", b"SEKISHO-BENIGN-file\n", "text/plain")], b"b2",
                 b"appledouble", b"")]), finds=["mail.dropped"], files=["a.txt"])
    with_program("uuencode", lambda p: TOP + b"Content-Type: text/plain\r\n\r\nSEKISHO-BENIGN-text\r\n" + uu(p, b"a.exe"),
                 has=["SEKISHO-BENIGN-text"])
    with_program("uuencode-cte", lambda p: mixed([text_part(), part("application/octet-stream; name=a.exe",
                 uu(p, b"a.exe"), "Content-Transfer-Encoding: x-uuencode")]))
    case("deep", deep(19, text_part()), has=["SEKISHO-BENIGN-text"])
    case("too-deep", deep(60, text_part()), held=True)
    case("too-deep-messages", TOP + b"Content-Type: message/rfc822\r\n\r\n" +
         b"Content-Type: message/rfc822\r\n\r\n" * 20000 + inner)
    case("too-deep-hidden", TOP + b"Content-Type: text/plain\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n" +
         b"--b\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n" * 20000, held=None)
    case("too-many", mixed([part("text/plain", b"x")] * 1500), held=True)
    case("huge-head", TOP + b"".join(b"X-%d: y\r\n" % i for i in range(5000)) + b"\r\nx", held=True)
    case("empty-parts", mixed([text_part(), part("text/plain", b""), part("image/png; name=a.png", b"")]),
         has=["SEKISHO-BENIGN-text"])


def uu(data, name):
    out = b"begin 644 " + name + b"\r\n"
    for i in range(0, len(data), 45):
        import binascii
        out += binascii.b2a_uu(data[i:i + 45]).rstrip(b"\n") + b"\r\n"
    return out + b"`\r\nend\r\n"


def deep(n, leaf):
    for i in range(n):
        leaf = mixed([leaf], b"d%d" % i, head=b"")
    return TOP + leaf


# ---- 9 base64 and quoted-printable
def encodings():
    def enc(body, cte="base64"):
        return mixed([text_part(), part("application/octet-stream; name=a.exe", body, "Content-Transfer-Encoding: " + cte,
                     "Content-Disposition: attachment; filename=a.exe")])
    with_program("b64-junk", lambda p: enc(b64(p).replace(b"A", b"A!%\x00 ", 9)))
    with_program("b64-early-padding", lambda p: enc(b"QQ==\r\n" + b64(p)), finds=["mail.ambiguous"])
    with_program("b64-chunks", lambda p: enc(b64(p[:10]) + b64(p[10:])), finds=["mail.ambiguous"])
    with_program("b64-no-padding", lambda p: enc(b64(p).rstrip(b"=\r\n") + b"\r\n"))
    with_program("b64-url", lambda p: enc(b64(p + b"\xfb\xff\xfe" * 9).replace(b"+", b"-").replace(b"/", b"_")),
                 finds=["mail.ambiguous"])
    with_program("b64-thin", lambda p: enc(b"\r\n".join(bytes([c]) for c in b64(p).replace(b"\r\n", b""))))
    with_program("qp-lower", lambda p: enc(b"".join(b"=%02x" % c for c in p), "quoted-printable"))
    with_program("qp-breaks", lambda p: enc(b"= \t\r\n".join(b"=%02X" % c for c in p), "quoted-printable"))
    with_program("qp-bad", lambda p: enc(b"=XY=\r\n".join([b"".join(b"=%02X" % c for c in p), b"="]), "quoted-printable"))
    with_program("binary", lambda p: enc(p, "binary"))


# ---- 10 names
def names():
    def named(*lines):
        def make(p):
            return mixed([text_part(), b"\r\n".join(lines) + b"\r\nContent-Transfer-Encoding: base64\r\n\r\n" + b64(p)])
        return make
    with_program("name-two", named(b"Content-Type: text/plain; name=a.exe", b"Content-Disposition: attachment; filename=a.txt"),
                 finds=["mail.ambiguous"])
    with_program("name-star", named(b"Content-Disposition: attachment; filename=a.txt; filename*=UTF-8''a.exe"),
                 finds=["mail.ambiguous"])
    with_program("name-pieces", named(b'Content-Disposition: attachment; filename*0="a."; filename*1=exe'))
    with_program("name-path", named(b'Content-Disposition: attachment; filename="..\\\\..\\\\win\\\\a.exe"'))
    with_program("name-inline", named(b"Content-Disposition: inline; filename=a.exe"))
    with_program("name-quoted", named(b'Content-Disposition: attachment; filename="a.\\e\\x\\e"'))
    for i, (raw, want) in enumerate([("報告.txt", "報告.txt"), ("a\u202etxt.exe", []), ("a.txt      .exe", []),
                                     ("CON.txt", "_CON.txt"), ("../../etc/a.txt", "a.txt"), ("無害化の記録.txt", "無害化の記録 (2).txt")]):
        word = "=?UTF-8?B?%s?=" % base64.b64encode(raw.encode()).decode()
        case("name-%d" % i, mixed([text_part(), file_part(word, b"SEKISHO-BENIGN-file\n", "text/plain")]),
             files=[want] if want else [], fresh=True,
             **({"finds": ["mail.forged-report"]} if i == 5 else {}))
    case("name-same", mixed([text_part(), file_part("a.txt", b"1 SEKISHO-BENIGN-one\n", "text/plain"),
                             file_part("A.TXT", b"2 SEKISHO-BENIGN-two\n", "text/plain")]),
         files=["a.txt", "A (2).TXT"])


# ---- headers
def headers():
    def head(first, **kw):
        case(kw.pop("name"), first + b"MIME-Version: 1.0\r\nMessage-ID: <1@example.com>\r\n"
             b"Content-Type: text/plain; charset=utf-8\r\n\r\n" + TEXT.encode(), **kw)
    head(b"From: a@example.com\r\nSubject: =?utf-8?Q?x=0D=0ABcc:_SEKISHO-CANARY-bcc@example.com?=\r\n", name="inject-subject",
         lines=["bcc:"], finds=["mail.header-break"])
    head(b"From: =?utf-8?Q?x=0D=0ABcc:_y?= <a@example.com>\r\nSubject: a\r\n", name="inject-from", lines=["bcc:"])
    head(b"From: a@example.com\r\nSubject: a\r\n \r\n\t\r\n b\r\n", name="blank-folds")
    head(b"From: a@example.com\r\nFrom: b@example.com\r\nSubject: a\r\n", name="from-twice", finds=["mail.duplicate-header"])
    head(b"From: a@example.com\r\nSubject: a\r\nSubject: b\r\n", name="subject-twice", finds=["mail.duplicate-header"])
    head(b"From: a@example.com, b@example.com\r\nSubject: a\r\n", name="from-two")
    head(b'From: "ceo@city.example.lg.jp" <evil@example.com>\r\nSubject: a\r\n', name="poses", fresh=True,
         internal="city.example.lg.jp", finds=["mail.poses-internal"], mark=True)
    head(b"From: a@city.example.lg.jp <evil@example.com>\r\nSubject: a\r\n", name="poses-two", fresh=True,
         internal="city.example.lg.jp", mark=True)
    head('From: "市長（city.example.lg.jp）" <evil@example.com>\r\nSubject: a\r\n'.encode(), name="poses-name", fresh=True,
         internal="city.example.lg.jp", finds=["mail.poses-internal"], mark=True)
    for n, name in enumerate(("ｃｉｔｙ．example．lg．jp", "総務課 ｃｉｔｙ.example.lg.jp", "сity.ехample.lg.jp", "a﹫b",
                              "ci\u200bty.example.lg.jp")):
        head(('From: "%s" <evil@example.com>\r\nSubject: a\r\n' % name).encode(), name="poses-alike-%d" % n, fresh=True,
             internal="city.example.lg.jp", finds=["mail.poses-internal"], mark=True)
    head(b'From: "a@city.example.lg.jp":;\r\nSubject: a\r\n', name="poses-group", fresh=True,
         internal="city.example.lg.jp", finds=["mail.poses-internal"], mark=True)
    head(b"From: a@city.example.lg.jp: evil@example.com;\r\nSubject: a\r\n", name="poses-group-of", fresh=True,
         internal="city.example.lg.jp", finds=["mail.poses-internal"], mark=True)
    head("From: jdöe@mächine.example\r\nTo: Jürgen <j@mächine.example>, x@日本語。jp\r\nSubject: a\r\n".encode(),
         name="address-utf8", internal="city.example.lg.jp", fresh=True, nofind=["mail.poses-internal"],
         reads={"From": '"jdöe@mächine.example" <invalid@internationalized-address.invalid>',
                "To": "Jürgen <j@xn--mchine-bua.example>, x@xn--wgv71a119e.jp"})
    head("From: 市長@city.example.lg.jp\r\nSubject: a\r\n".encode(), name="address-utf8-poses", fresh=True,
         internal="city.example.lg.jp", finds=["mail.poses-internal"], mark=True)
    # What looks like an encoded word once decoded stays what it is.
    for i, (line, want) in enumerate([
            ("Subject: =?utf-8?q?=3D=3Futf-8=3Fq=3Fevil=3F=3D?=", "=?utf-8?q?evil?="),
            ("Subject: =?utf-8?q?=3D=3Futf-8?= =?utf-8?q?=3Fq=3Fevil=3F=3D?=", "=?utf-8?q?evil?="),
            ("From: =?utf-8?q?=3D=3Futf-8=3Fq=3Fevil=3F=3D?= <a@b.example>", "=?utf-8?q?evil?= <a@b.example>"),
            ("From: a@b.example (=?utf-8?q?=3D=3Futf-8=3Fq=3Fevil=3F=3D?=)", "=?utf-8?q?evil?= <a@b.example>"),
            ("From: =?utf-8?q?a=40evil.example?=@b.example",
             '"=?utf-8?q?a=40evil.example?=@b.example" <invalid@internationalized-address.invalid>'),
            ("Message-ID: <=?utf-8?q?=3D=3Futf-8=3Fq=3Fevil=3F=3D?=@b>", "None"),
            ("References: <=?utf-8?q?=3D=3Futf-8=3Fq=3Fevil=3F=3D?=@b> <c@d>", "<c@d>")]):
        head(line.encode() + b"\r\n", name="word-in-word-%d" % i, reads={line.split(":")[0]: want})
    head(b"From: a@example.com\r\nSubject: a\r\nTo: " + b"a:" * 100000 + b"\r\n", name="groups-in-groups")
    head(b"From: a@example.com\r\nSubject: a\r\nCc: " + b"=?iso-2022-jp?B?GyRCJCIbKEI=?= " * 20000 + b"\r\n",
         name="words-many")
    head(b"From: \x00a@example.com\r\nSubject: a\x00b\r\n", name="nul")
    head(b"From: a@example.com\r\nSubject: " + b"x" * 5000 + b"\r\n", name="long-line")
    head(b"From: a@example.com\r\nSubject: a\r\nDisposition-Notification-To: SEKISHO-CANARY-mdn@example.com\r\n"
         b"Return-Receipt-To: x@example.com\r\nX-Confirm-Reading-To: x@example.com\r\nContent-Location: http://example.com/\r\n"
         b"DKIM-Signature: v=1; d=SEKISHO-CANARY-dkim\r\nX-Face: SEKISHO-CANARY-face\r\nResent-To: z@example.com\r\n"
         b"Apparently-To: SEKISHO-CANARY-to@example.com\r\nList-Unsubscribe: <http://example.com/SEKISHO-CANARY-list>\r\n",
         name="dropped", finds=["mail.receipt-asked"], gone=["SEKISHO-CANARY"],
         lines=["x-face", "dkim-signature", "resent-to", "list-unsubscribe", "content-location"])
    head(b"Authentication-Results: evil.example; spf=pass; dkim=pass; dmarc=pass\r\n"
         b"Authentication-Results: mx.city.example.lg.jp; spf=fail (x) smtp.mailfrom=a; dkim=none; dmarc=fail\r\n"
         b"From: a@example.com\r\nSubject: a\r\n", name="authentication", fresh=True, authserv="mx.city.example.lg.jp",
         has=["SPF=fail DKIM=none DMARC=fail"], lines=["authentication-results"])
    head(b"Authentication-Results: mx.city.example.lg.jp; spf=fail (x; dmarc=pass; dkim=pass)\r\n"
         b' smtp.mailfrom="\\"; dmarc=pass; "@example.com; dkim=none\r\nFrom: a@example.com\r\nSubject: a\r\n',
         name="authentication-quoted", fresh=True, authserv="mx.city.example.lg.jp", has=["SPF=fail DKIM=none DMARC=none"])
    head(b"Authentication-Results: evil.example; spf=pass\r\nFrom: a@example.com\r\nSubject: a\r\n", name="authentication-none",
         fresh=True, authserv="mx.city.example.lg.jp", has=["SPF=none"], gone=["SPF=pass"])


# ---- what mails are made of
def kinds():
    html = "<html><body><p>本文です。SEKISHO-BENIGN-text</p>%s</body></html>"
    def alt(plain, page):
        return mixed([part("text/plain; charset=utf-8", plain.encode()),
                      part("text/html; charset=utf-8", page.encode())], kind=b"alternative")
    case("alternative-same", alt(TEXT, html % ""), has=["SEKISHO-BENIGN-text"], nofind=["mail.alternative"])
    case("alternative-differs", alt("SEKISHO-CANARY-plain\r\n", html % ""), has=["SEKISHO-BENIGN-text"],
         gone=["SEKISHO-CANARY-plain"], finds=["mail.alternative"])
    other = "会議は4月6日の午前10時から、第二庁舎の三階で開きます。資料は当日お渡しします。SEKISHO-BENIGN-only-plain\r\n"
    case("alternative-lacks", alt(other, html % ""), has=["SEKISHO-BENIGN-text", "SEKISHO-BENIGN-only-plain", "もとの文字の本文"],
         finds=["mail.alternative"])
    case("alternative-lacks-html", alt(other, html % ""), has=["SEKISHO-BENIGN-text", "SEKISHO-BENIGN-only-plain"],
         finds=["mail.alternative"], body="text+html")
    page = "<h1>会議</h1><ul><li>会議は<b>4月6日</b>の<a href='http://a.example/x'>午前10時</a>から、第二庁舎の三階で開きます。</li><li>資料は当日お渡しします。"
    case("alternative-says-it", alt("（会議）\r\n\r\n会議は4月6日の\r\n午前10時 <http://a.example/x> から、第二庁舎の三階で\r\n開きます。資料は当日お渡しします。\r\n"
         + TEXT, page + TEXT), has=["SEKISHO-BENIGN-text"], gone=["もとの文字の本文"])
    case("alternative-empty", alt(TEXT, "<div style='display:none'>SEKISHO-CANARY-hidden</div>"), has=["SEKISHO-BENIGN-text"],
         gone=["SEKISHO-CANARY", "もとの文字の本文"], nofind=["mail.alternative"])
    case("html-script", TOP + b"Content-Type: text/html; charset=utf-8\r\n\r\n" +
         (html % "<script>SEKISHO-CANARY-js</script><img src='http://example.com/SEKISHO-CANARY-px.gif'>").encode(),
         gone=["SEKISHO-CANARY"], has=["SEKISHO-BENIGN-text"])
    png = base64.b64decode("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNgAAAAAgABSK+kcQAAAABJRU5ErkJggg==")
    related = mixed([part("text/html; charset=utf-8", (html % "<img src='cid:p1@x' alt='図'>").encode()),
                     part("image/png; name=zu.png", b64(png), "Content-Transfer-Encoding: base64", "Content-ID: <p1@x>",
                          "Content-Disposition: inline; filename=zu.png")], kind=b"related")
    case("related", related, has=["SEKISHO-BENIGN-text", "zu.png"], files=["zu.png"])
    case("related-html", related, body="text+html", has=["SEKISHO-BENIGN-text", "cid:p1@x"], files=["zu.png"])
    case("html-both", alt(TEXT, html % "<a href='http://example.com/'>x</a>"), body="text+html",
         has=["SEKISHO-BENIGN-text", "<p>"])
    with_program("held", lambda p: mixed([text_part(), file_part("a.exe", p)]), finds=["generic.member-held"],
                 has=["SEKISHO-BENIGN-text", "保留", "a.exe"], files=[])
    case("detach", mixed([text_part(), file_part("a.txt", b"SEKISHO-CANARY-file\n", "text/plain")]), files=[],
         attachments="detach", finds=["mail.detached"], gone=["SEKISHO-CANARY"], has=["SEKISHO-BENIGN-text", "お預かり"])
    case("remove", mixed([text_part(), file_part("a.txt", b"SEKISHO-CANARY-file\n", "text/plain")]), files=[],
         attachments="remove", finds=["mail.removed"], gone=["SEKISHO-CANARY"], has=["SEKISHO-BENIGN-text"])
    case("hold-ambiguous", mixed([text_part(), part("application/octet-stream", b64(b"x"),
         "Content-Transfer-Encoding: 7bit", "Content-Transfer-Encoding: base64")]), ambiguous="hold", held=True)
    case("pgp", TOP + b"Content-Type: text/plain\r\n\r\nSEKISHO-BENIGN-text\r\n-----BEGIN PGP MESSAGE-----\r\n\r\n"
         b"SEKISHO-CANARY-cipher\r\n-----END PGP MESSAGE-----\r\nrest\r\n", gone=["SEKISHO-CANARY"],
         has=["SEKISHO-BENIGN-text", "rest"], finds=["mail.ciphertext"], files=[])
    case("pgp-mime", mixed([part("application/pgp-encrypted", b"Version: 1\r\n"), part("application/octet-stream",
         b"SEKISHO-CANARY-cipher")], kind=b"encrypted"), gone=["SEKISHO-CANARY"], files=[], finds=["generic.member-held"])
    case("signed-pgp", mixed([text_part(), part("application/pgp-signature; name=signature.asc", b"x")], kind=b"signed"),
         has=["SEKISHO-BENIGN-text"], finds=["mail.signature"], files=[])
    case("signed-smime", mixed([text_part(), part("application/pkcs7-signature; name=smime.p7s", b64(DETACHED),
         "Content-Transfer-Encoding: base64")], kind=b"signed"), has=["SEKISHO-BENIGN-text", "S/MIME: " + SIGNER, "未検証"],
         finds=["mail.signature"], files=[])
    signed = part("application/pkcs7-mime; smime-type=signed-data; name=smime.p7m", b64(OPAQUE),
                  "Content-Transfer-Encoding: base64")
    case("signed-opaque", TOP + signed, has=["SEKISHO-BENIGN-text", "S/MIME: " + SIGNER], gone=["SEKISHO-CANARY"],
         finds=["mail.signature", "generic.member-held"], files=[])
    case("signed-by-name", TOP + part("application/octet-stream; name=smime.p7m", b64(OPAQUE),
         "Content-Transfer-Encoding: base64"), has=["SEKISHO-BENIGN-text", SIGNER], gone=["SEKISHO-CANARY"], finds=["mail.signature"])
    # The signer of a message inside is not that of the mail.
    case("signed-inside", mixed([text_part(), part("message/rfc822", TOP + signed)], kind=b"mixed"),
         has=["SEKISHO-BENIGN-text"], hasnot_report=[SIGNER], gone=["SEKISHO-CANARY"], files=["message-1.eml"])
    case("enveloped", TOP + b"Content-Type: application/pkcs7-mime; smime-type=enveloped-data; name=smime.p7m\r\n"
         b"Content-Transfer-Encoding: base64\r\n\r\n" + b64(bytes.fromhex("301806092a864886f70d010703a00b300902010031003000")),
         files=[], finds=["generic.member-held"])
    case("enriched", TOP + b"Content-Type: text/enriched\r\n\r\nSEKISHO-BENIGN-text\r\n", has=["SEKISHO-BENIGN-text"])
    case("amp", mixed([text_part(), part("text/x-amp-html", b"SEKISHO-CANARY-amp")], kind=b"alternative"),
         gone=["SEKISHO-CANARY"], finds=["mail.dropped"])
    case("report", mixed([text_part(), part("message/delivery-status", b"Reporting-MTA: dns; x\r\n\r\n"
         b"Final-Recipient: rfc822; SEKISHO-BENIGN-dsn@example.com\r\n"), part("message/rfc822", TOP + b"\r\nold\r\n")],
         kind=b"report"), has=["SEKISHO-BENIGN-text", "SEKISHO-BENIGN-dsn"], files=["message-1.eml"])
    # A text that is a file is read in the charset it is in.
    texts = ["住所、氏名\n", "市役所①髙橋\n", "平文 SEKISHO-BENIGN-plain\n"]
    case("charset-files", mixed([text_part()] + [file_part("%d.txt" % i, texts[n].encode(code), "text/plain") for i, (n, code) in
         enumerate([(0, "utf-8"), (1, "utf-8"), (2, "iso2022_jp"), (0, "cp932"), (1, "cp932"), (2, "euc_jp"), (1, "utf-16")])]),
         texts=[texts[n] for n in (0, 1, 2, 0, 1, 2, 1)])
    case("charset-csv", mixed([text_part(), file_part("a.csv", "住所,氏名\r\n市役所,高橋\r\n".encode("cp932"), "text/csv"),
                               file_part("b.html", "<p>市役所</p>".encode(), "text/html")]), texts=["住所,氏名\n市役所,高橋\n", None])
    case("text-named", mixed([part("text/plain; name=problems.txt", b"SEKISHO-BENIGN-first\r\n"), text_part(),
         part("text/plain; name=later.txt", b"SEKISHO-BENIGN-later\r\n")]), files=["later.txt"],
         reads={"Subject": "件名"}, body_has="SEKISHO-BENIGN-first")
    case("text-nul", TOP + b"Content-Type: text/plain\r\n\r\n" + b"SEKISHO-BENIGN-text is long enough for one of them\x00\r\n",
         files=[], body_has="SEKISHO-BENIGN-text")
    with_program("text-named-program", lambda p: mixed([part("text/plain; name=a.exe", p), text_part()]),
                 finds=["generic.member-held"], files=[])
    case("two-texts", mixed([text_part(), part("text/plain", b"SEKISHO-BENIGN-second\r\n")]),
         has=["SEKISHO-BENIGN-text", "SEKISHO-BENIGN-second"], files=[])


# ---- what came by mail is a mail, whatever its first bytes look like
def guises():
    def worn(first):
        return lambda p: mixed([part("text/html", b"<p>SEKISHO-BENIGN-text</p><script>SEKISHO-CANARY-js</script>"),
                                file_part("a.exe", p)], head=first + TOP)
    for name, first in (("padded", b"X-Pad: " + b"\r\n ".join([b"a" * 70] * 300) + b"\r\n"),
                        ("padded-received", b"Received: by x\r\nX-Pad: " + b"\r\n ".join([b"a" * 70] * 300) + b"\r\n"),
                        ("broken", b"no header at all\r\n"), ("page", b"X: <html><body><script>\r\n"), ("pdf", b"%PDF-1.7: x\r\n"),
                        ("gif", b"GIF89a: x\r\n"), ("rtf", b"{\\rtf1: x\r\n"), ("xml", b"<?xml: x\r\n"), ("calendar", b"BEGIN:VCALENDAR\r\n"),
                        ("card", b"BEGIN:VCARD\r\n"), ("uu", b"begin 644 x\r\n"), ("zip", b"PK\3\4: x\r\n"),
                        ("box", b"From a@example.com Mon Apr  6 09:00:00 2026\r\n")):
        with_program("guise-" + name, worn(first), fresh=True, gone=["SEKISHO-CANARY", "application/octet-stream"],
                     has=["SEKISHO-BENIGN-text"] if name not in ("broken",) else [])
    with_program("guise-nothing", lambda p: b"\r\n" + mixed([text_part(), file_part("a.exe", p)]), fresh=True, files=[])
    page = b"MIME-Version: 1.0\r\nContent-Location: http://a.example/\r\n"
    with_program("guise-archive", lambda p: mixed([part("text/html", b"<p>SEKISHO-BENIGN-text</p>"), file_part("a.exe", p)],
                 kind=b"related", head=page), fresh=True, has=["SEKISHO-BENIGN-text"], files=[])
    box = b"From a@example.com Mon Apr  6 09:00:00 2026\r\n"
    with_program("guise-two", lambda p: (box + mixed([text_part(), file_part("a.exe", p)], head=TOP) + b"\r\n") * 2, fresh=True,
                 has=["SEKISHO-BENIGN-text"], files=[])
    case("guise-empty", b"", fresh=True)
    case("guise-text", b"SEKISHO-BENIGN-text\r\n", fresh=True, body_has="SEKISHO-BENIGN-text")


# ---- files in a text, as lenient programs find them
def lenient():
    def inside(change):
        return lambda p: TOP + b"Content-Type: text/plain\r\n\r\nSEKISHO-BENIGN-text\r\n" + change(uu(p, b"a.exe"))
    for name, change in (("blank", lambda u: u.replace(b"a.exe\r\n", b"a.exe\r\n\r\n")), ("tab", lambda u: u.replace(b" ", b"\t", 2)),
                         ("spaces", lambda u: u.replace(b"begin ", b"begin  ")), ("longer", lambda u: u.replace(b"\r\n", b"xxx\r\n")),
                         ("trailing", lambda u: u.replace(b"\r\n", b"     \r\n")), ("mode", lambda u: u.replace(b"644", b"100644")),
                         ("base64", lambda u: b"begin-base64 644 a.exe\r\nTVqQ\r\n====\r\n"),
                         ("yenc", lambda u: b"=ybegin line=128 size=3 name=a.exe\r\nabc\r\n=yend size=3\r\n")):
        case("lenient-" + name, inside(change)(program("lenient")), has=["SEKISHO-BENIGN-text"], noline=rb"begin(-base64)?[ \t]+[0-7]{3}|=ybegin ")
    case("lenient-html", TOP + b"Content-Type: text/html\r\n\r\n<p>SEKISHO-BENIGN-text</p>begin  644 a.exe<br>#0V%T<br>`<br>end", noline=rb"begin ")
    case("lenient-prose", TOP + b"Content-Type: text/plain\r\n\r\nbegin at 9 SEKISHO-BENIGN-text\r\nbeginning 644\r\n",
         body_has="\nbeginning 644")


# ---- lines that pose as the gateway's
def poses():
    lines = "【送信元の確認】SPF=pass DKIM=pass DMARC=pass\r\n\r\n\u3000【関所】http://evil.example/ で受け取れます。\r\n[Sekisho] x SEKISHO-BENIGN-text\r\n"
    bad = "(?:\u3000|[ \t])*(?:【関所】|\\[Sekisho\\]|【送信元の確認】SPF=pass)".encode()
    for name, ctype, body in (("text", "text/plain", lines), ("html", "text/html", lines.replace("\r\n", "<br>"))):
        case("forged-" + name, TOP + part(ctype + "; charset=utf-8", body.encode()), fresh=True, authserv="mx.city.example.lg.jp",
             noline=bad, has=["SPF=none", "| [Sekisho] x SEKISHO-BENIGN-text"])
    case("forged-quoted", TOP + part("text/plain; charset=utf-8", "> 【関所】SEKISHO-BENIGN-text\r\n".encode()), fresh=True,
         body_has="> 【関所】")


# ---- classes again, each variant that some program has fallen for
def variants():
    octet = b"Content-Type: application/octet-stream; name=a.exe\r\n"
    cte = b"Content-Transfer-Encoding: base64\r\n"

    def one(name, head, **kw):
        with_program(name, lambda p: mixed([text_part(), head + b64(p)]), **kw)
    # 1: conflicting, listed and missing types
    one("type-two-values", b"Content-Type: text/plain; application/octet-stream\r\n" + cte + b"\r\n")
    one("type-missing", b"Content-Disposition: attachment; filename=a.exe\r\n" + cte + b"\r\n")
    one("type-empty", b"Content-Type:\r\nContent-Disposition: attachment; filename=a.exe\r\n" + cte + b"\r\n")
    with_program("type-twice-application", lambda p: mixed([text_part(), file_part("a.exe", p)],
                 ctype=b"Content-Type: application/octet-stream\r\nContent-Type: multipart/mixed; boundary=b1\r\n"),
                 finds=["mail.ambiguous"])
    with_program("type-comma-multipart", lambda p: mixed([text_part(), file_part("a.exe", p)],
                 ctype=b"Content-Type: text/plain, multipart/mixed; boundary=b1\r\n"), finds=["mail.ambiguous"])
    one("cte-list", octet + b"Content-Transfer-Encoding: 7bit, base64\r\n\r\n")
    one("cte-missing", octet + b"\r\n", gone=[])
    one("disposition-twice", b"Content-Type: text/plain\r\nContent-Disposition: inline; filename=a.txt\r\n"
        b"Content-Disposition: attachment; filename=a.exe\r\n" + cte + b"\r\n")
    # 2: blanks, NUL and comments
    for i, h in enumerate([b" Content-Transfer-Encoding: base64\r\n", b"\tContent-Transfer-Encoding: base64\r\n",
                           b"\x00Content-Transfer-Encoding: base64\r\n", b"Content-Transfer-Encoding\x00: base64\r\n",
                           b"Content-Transfer-Encoding: base64\x00\r\n", b"Content-Transfer-Encoding: ba\x00se64\r\n",
                           b"Content-Transfer-Encoding: base64\x0b\r\n", b"Content-Transfer-Encoding:\x0cbase64\r\n",
                           b"Content-Transfer-Encoding: base64 (x\r\n y)\r\n", b"Content-Transfer-Encoding: ba(x)se64\r\n",
                           b"Content-Transfer-Encoding\r\n : base64\r\n", b"Content-Transfer-\r\n Encoding: base64\r\n",
                           b"Content-Transfer-Encoding base64\r\n", b"Content-Transfer-Encoding: base64\r\n \r\n"]):
        one("blank-first-%02d" % i, h + octet + b"\r\n")
        one("blank-last-%02d" % i, octet + h + b"\r\n")
    for i, t in enumerate([b"application/(x)octet-stream; name=a.exe", b"(x) application/octet-stream (y; name=b.txt) ; name=a.exe",
                           b"application/octet-stream; name(x)=(y)a.exe", b"application / octet-stream; name = a.exe",
                           b"application/octet-stream\x00; name=a.exe", b"text/plain (; name=a.exe", b"AppliCation/OCTET-stream;NAME=a.exe;;"]):
        one("type-odd-%d" % i, b"Content-Type: " + t + b"\r\n" + cte + b"\r\n")
    with_program("leading-blank", lambda p: b" X-First: y\r\n" + mixed([text_part(), file_part("a.exe", p)]), fresh=True)
    # 3: what ends a header, and the headers
    for i, end in enumerate([b"\n\n", b"\r\r", b"\n\r\n", b"\r\n\r", b"\r\n\n", b"\r\r\n\r\r\n", b"\n\r\n\r", b"\r\n\x00\r\n", b"\r\n \r\n",
                             b"\r\n\t\r\n", b"\r\n\x0b\r\n", b"\x00\r\n\r\n"]):
        one("end-of-head-%02d" % i, octet + cte[:-2] + end)
        with_program("end-of-top-%02d" % i, lambda p, e=end: mixed([text_part(), file_part("a.exe", p)],
                     ctype=b'Content-Type: multipart/mixed; boundary="b1"').replace(b'"b1"\r\n', b'"b1"' + e, 1))
    for i, end in enumerate([b"\r\n\r", b"\r\n\n", b"\n\n", b"\r\n\x01", b"\x01\r\n"]):
        one("end-of-line-%d" % i, octet[:-2] + end + cte + b"\r\n")
    # 4: folds
    with_program("boundary-fold-inside", lambda p: mixed([text_part(), file_part("a.exe", p)], b"b 1",
                 ctype=b'Content-Type: multipart/mixed; boundary="b\r\n 1"\r\n'))
    with_program("boundary-fold-joined", lambda p: mixed([text_part(), file_part("a.exe", p)], b"b1",
                 ctype=b'Content-Type: multipart/mixed; boundary="b\r\n 1"\r\n'))
    with_program("fold-cut", lambda p: mixed([text_part(), file_part("a.exe", p), b"Content-Type: text/plain;\r\n "]))
    # 5: boundaries

    def two(ctype, boundary=b"b1", **kw):
        return lambda p: mixed([text_part(), file_part("a.exe", p)], boundary=boundary, ctype=ctype, **kw)
    for i, (said, used) in enumerate([(b'" b1"', b" b1"), (b'" b1"', b"b1"), (b'"b1 "', b"b1 "), (b'"b\\1"', b"b1"), (b'"b\\1"', b"b\\1"),
                                      (b'"b\\"1"', b'b"1'), (b'b"1', b'b"1'), (b'b"1"', b"b1"), (b'"b"1', b"b"), (b'"b"1', b"b1"),
                                      (b'"b1";', b"b1"), (b'"b1"(x)', b"b1"), (b'(x)b1', b"b1"), (b'b1(x)', b"b1"), (b"b 1", b"b"),
                                      (b"b 1", b"b 1"), (b"b1;zz", b"b1"), (b'"b\x001"', b"b"), (b'"b\x001"', b"b1"), (b"\xe3\x81\x82", b"\xe3\x81\x82"),
                                      (b"-", b"-"), (b"--", b"--"), (b'"b1\t"', b"b1"), (b"=b1", b"=b1"), (b'"b1', b'b1'), (b'b1"', b'b1'), (b'b1"', b'b1"')]):
        with_program("boundary-odd-%02d" % i, two(b"Content-Type: multipart/mixed; boundary=" + said + b"\r\n", used))
    for i, more in enumerate([b"boundary=zz; boundary*=us-ascii''b1", b"boundary*=us-ascii''b1; boundary=zz", b"boundary=b1; boundary*=us-ascii''zz",
                              b"boundary*0=b1; boundary=zz", b"boundary=zz; boundary*0=b; boundary*1=1", b"boundary =b1; Boundary=zz",
                              b"boundary=zz\x00; boundary=b1", b'x="; boundary=zz"; boundary=b1', b'x=\\"; boundary=zz; y=\\"; boundary=b1']):
        with_program("boundary-more-%d" % i, two(b"Content-Type: multipart/mixed; " + more + b"\r\n"))
    for i, line in enumerate([b"--b1 \r\n", b"--b1\t\r\n", b"--b1\n", b"--b1\r", b"--b1x\r\n", b" --b1\r\n", b"--b1--x\r\n", b"--b1 --\r\n", b"--b1\x00\r\n",
                              b"--b1\x0b\r\n", b"--B1\r\n"]):
        with_program("delimiter-%02d" % i, lambda p, s=line: TOP + b'Content-Type: multipart/mixed; boundary="b1"\r\n\r\n--b1\r\n' + text_part()
                     + b"\r\n" + s + file_part("a.exe", p) + b"\r\n--b1--\r\n", gone=None)
    with_program("delimiter-after-lf", lambda p: TOP + b'Content-Type: multipart/mixed; boundary="b1"\r\n\r\n--b1\r\n' + text_part()
                 + b"\n--b1\n" + file_part("a.exe", p) + b"\n--b1--\n")
    with_program("boundary-inner-longer", lambda p: mixed([mixed([text_part(), file_part("a.exe", p)], b"b12", head=b"")], b"b1"))
    with_program("boundary-inner-unended", lambda p: mixed([mixed([text_part()], b"in", head=b"", end=False), file_part("a.exe", p)], b"b1"))
    with_program("boundary-after-end", lambda p: mixed([mixed([text_part()], b"in", head=b"", after=b"--in\r\n" + file_part("a.exe", p))], b"b1"))
    # 7, 8
    qp = lambda b: b"".join(b"=%02X" % c if c > 126 or c == 61 or (c < 32 and c not in (13, 10)) else bytes([c]) for c in b)  # noqa: E731
    with_program("multipart-qp", lambda p: TOP + b"Content-Type: multipart/mixed; boundary==b1\r\n"
                 b"Content-Transfer-Encoding: quoted-printable\r\n\r\n" + qp(mixed([text_part(), file_part("a.exe", p)], b"=b1", head=b"")
                 .split(b"\r\n\r\n", 1)[1]))
    with_program("message-qp", lambda p: mixed([text_part(), part("message/rfc822", qp(mixed([text_part(), file_part("a.exe", p)])),
                 "Content-Transfer-Encoding: quoted-printable")]))
    with_program("message-global", lambda p: mixed([text_part(), part("message/global", mixed([text_part(), file_part("a.exe", p)], b"b2"))]))
    with_program("byteranges", lambda p: mixed([text_part(), b"Content-Range: bytes 0-9/10\r\n" + file_part("a.exe", p)], kind=b"byteranges"))
    with_program("parallel", lambda p: mixed([text_part(), file_part("a.exe", p)], kind=b"parallel"))
    with_program("report-parts", lambda p: mixed([text_part(), part("message/delivery-status", b"Reporting-MTA: dns; x\r\n\r\nAction: failed\r\n"),
                 file_part("a.exe", p)], kind=b"report"))
    with_program("partial-whole", lambda p: mixed([text_part(), part('message/partial; id="a@b"; number=1; total=1',
                 mixed([text_part(), file_part("a.exe", p)], b"b2"))]), files=[])
    # 9
    def enc(body, how="base64"):
        return mixed([text_part(), part("application/octet-stream; name=a.exe", body, "Content-Transfer-Encoding: " + how)])
    with_program("b64-comment", lambda p: enc(b64(p[:30]) + b"(comment)\r\n" + b64(p[30:])))
    with_program("b64-nul", lambda p: enc(b"\x00".join([b64(p)[:7], b64(p)[7:]])))
    with_program("b64-text-before", lambda p: enc(b"hello\r\n" + b64(p)), gone=[])
    with_program("b64-one-padding", lambda p: enc(b"QUE=" + b64(p)))
    with_program("b64-broken-padding", lambda p: enc(b"Q===" + b64(p)))
    with_program("b64-eight-bit", lambda p: enc(b"\xff".join([b64(p)[:5], b64(p)[5:]])))
    with_program("b64-lines-cr", lambda p: enc(b64(p).replace(b"\r\n", b"\r")))
    with_program("qp-cut", lambda p: enc(b"".join(b"=%02X" % c for c in p) + b"=4", "quoted-printable"))
    with_program("qp-lf-breaks", lambda p: enc(b"=\n".join(b"=%02X" % c for c in p), "quoted-printable"))
    with_program("qp-cr-breaks", lambda p: enc(b"=\r".join(b"=%02X" % c for c in p), "quoted-printable"))
    with_program("qp-blanks", lambda p: enc(b"  \t\r\n".join(b"=%02X=" % c for c in p), "quoted-printable"))
    case("qp-line-ends", TOP + b"Content-Type: text/plain\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\na=0D=0ASEKISHO-BENIGN-b \t\r\n=0Dc\r\n",
         body_has="\nSEKISHO-BENIGN-b")
    # 10

    def named(*lines):
        return lambda p: mixed([text_part(), b"\r\n".join(lines) + b"\r\nContent-Transfer-Encoding: base64\r\n\r\n" + b64(p)])
    for i, lines in enumerate([(b"Content-Type: text/plain; name*=UTF-8''a.exe", b"Content-Disposition: attachment; filename=a.txt"),
                               (b"Content-Type: text/plain; name*0=a; name*1=.exe",), (b"Content-Disposition: attachment; filename=a.txt; filename=a.exe",),
                               (b"Content-Disposition: attachment; filename=a%2Eexe",), (b"Content-Disposition: attachment; filename*=x-none''a%2Eexe",),
                               (b"Content-Disposition: attachment; filename*0*=UTF-8''a%2E; filename*1*=e%78e; filename=a.txt",),
                               (b'Content-Disposition: attachment; filename="a.txt\x00.exe"',), (b'Content-Disposition: attachment; filename="a.exe\x00.txt"',),
                               (b'Content-Disposition: attachment; filename="a.exe."',), (b'Content-Disposition: attachment; filename="a.exe:x.txt"',),
                               (b'Content-Disposition: attachment; filename="=?utf-8?B?YS5leGU=?= .txt"',), (b"Content-Disposition: attachment",),
                               (b"Content-Disposition: attachment; filename=a.txt", b"Content-Description: a.exe"),
                               (b"Content-Type: text/plain; name=a.txt", b"Content-Description: a.exe"),
                               (b'Content-Disposition: attachment; filename="a.pdf.exe"',), ("Content-Disposition: attachment; filename=\"a\u3002exe\"".encode(),),
                               ("Content-Disposition: attachment; filename=\"a．exe\"".encode(),), (b"Content-Disposition: attachment; filename*=UTF-8''a.exe%0D%0AX: y",)]):
        with_program("name-odd-%02d" % i, named(*lines))
    case("name-break", mixed([text_part(), part("text/plain", b"SEKISHO-BENIGN-file\r\n",
         "Content-Disposition: attachment; filename*=UTF-8''a%0D%0ABcc:%20SEKISHO-CANARY-bcc%0D%0A%0D%0Ax.txt")]), lines=["bcc:"],
         finds=["mail.header-break"], noline_raw=rb"[Bb][Cc][Cc]:")
    # Both parts of a mail with HTML say who sent it, and what is missing.
    page = "<body bgcolor='#eee'><p>SEKISHO-BENIGN-text</p>".encode()
    case("html-banner", b'From: "SEKISHO-BENIGN-name" <"a<b>"@evil.example>\r\n' + mixed([part("text/html; charset=utf-8", page), file_part("a.exe", program("banner"))],
         head=b"Authentication-Results: mx.city.example.lg.jp; spf=fail; dkim=none; dmarc=fail\r\nMIME-Version: 1.0\r\n"), fresh=True, body="text+html",
         authserv="mx.city.example.lg.jp", gone=["SEKISHO-CANARY"],
         has=["SEKISHO-BENIGN-text</p>", "<p>【送信元の確認】\"a&lt;b&gt;\"@evil.example SPF=fail DKIM=none DMARC=fail</p>", "件あります。", "see the report attached.</p>"])
    # Other ways to write a file into a text
    hqx = b"(This file must be converted with BinHex 4.0)\r\n\r\n:#dfJ!'a&9FJ0@)9!3FC!!!!!!\r\n:\r\n"
    case("binhex-text", TOP + b"Content-Type: text/plain\r\n\r\nSEKISHO-BENIGN-text\r\n" + hqx, has=["SEKISHO-BENIGN-text"],
         noline=rb"\(This file must be converted")
    # Under a name and type of text no program takes it for a file.
    case("binhex-part", mixed([text_part(), part("application/mac-binhex40; name=a.hqx", hqx)]), files=["a.hqx.txt"],
         gone=["application/mac-binhex40"])
    # Messages in messages of Outlook, each way a program may open them
    from outlook import IID_MESSAGE, NOTE, TO, embedded, file, mail, msg, tnef, tnef_attachment

    def outlook_mails(p):
        deep = embedded(mail(x0037001F="三"), TO[:1], [file("run.exe", p), file("note.txt", NOTE)])
        deep = embedded(mail(x0037001F="二"), TO[:1], [{0x3701000D: deep, 0x37050003: 5, 0x3001001F: "二"}])
        m = msg(mail(), TO[:1], [{0x3701000D: deep, 0x37050003: 5, 0x3001001F: "一"}])
        t = tnef(mail(x0037001F="三"), [tnef_attachment(b"run.exe", p), tnef_attachment(b"note.txt", NOTE)])
        t = tnef(mail(x0037001F="二"), [tnef_attachment(b"winmail.dat", t), tnef_attachment(b"mail", None, {
            0x3701000D: IID_MESSAGE + t, 0x37050003: 5, 0x3001001F: "中"})])
        return m, tnef(mail(), [tnef_attachment(b"winmail.dat", t)])
    with_program("msg-in-msg", lambda p: mixed([text_part(), file_part("a.msg", outlook_mails(p)[0], "application/vnd.ms-outlook")]),
                 has=["SEKISHO-BENIGN-text", "SEKISHO-BENIGN-file", "run.exe"], files=["a.eml"], finds=["generic.member-held"])
    with_program("tnef-in-tnef", lambda p: mixed([text_part(), file_part("winmail.dat", outlook_mails(p)[1], "application/ms-tnef")]),
                 has=["SEKISHO-BENIGN-text", "SEKISHO-BENIGN-file", "run.exe"], files=["winmail.eml"], finds=["generic.member-held", "mail.opened"])
    page = b"<p>SEKISHO-BENIGN-text</p>" + b"<p>0123456789 0123456789</p>" * 60000
    case("long-html", TOP + part("text/html", page), fresh=True, finds=["html.cut"], has=["SEKISHO-BENIGN-text"], body_has="省略しました")
    case("long-html-both", TOP + part("text/html", page), fresh=True, body="text+html", finds=["html.cut"], has=["SEKISHO-BENIGN-text"])
    # Mailboxes: escaped lines are none of a message's, lengths lie
    first, second = b"From a@example.com Mon Apr  6 09:00:00 2026\r\n", b"From - Tue Apr  7 09:00:00 2026\r\n"
    for name, end in (("crlf", b"\r\n"), ("lf", b"\n")):
        with_program("box-" + name, lambda p, e=end: (first + TOP + b"\r\nSEKISHO-BENIGN-one\r\n\r\n" + second + mixed([text_part(), file_part(
            "a.exe", p)]) + b"\r\n").replace(b"\r\n", e), box=[["SEKISHO-BENIGN-one"], ["SEKISHO-BENIGN-text"]])
    case("box-escaped", first + TOP + b"\r\na\r\n\r\n>From x: SEKISHO-BENIGN-one\r\nb: c\r\n\r\nFrom here on it is prose SEKISHO-BENIGN-two\r\n"
         b"and no header\r\n\r\n" + second + TOP + b"\r\nSEKISHO-BENIGN-three\r\n",
         box=[["SEKISHO-BENIGN-one", "SEKISHO-BENIGN-two"], ["SEKISHO-BENIGN-three"]])
    with_program("box-length", lambda p: first + b"Content-Length: 100000\r\n" + TOP + b"\r\nSEKISHO-BENIGN-one\r\n\r\n" + second
                 + b"Content-Length: 1\r\n" + mixed([text_part(), file_part("a.exe", p)]), box=[["SEKISHO-BENIGN-one"], ["SEKISHO-BENIGN-text"]])
    with_program("box-in-text", lambda p: first + TOP + b"\r\nquoted:\r\n\r\n" + second + mixed([text_part(), file_part("a.exe", p)]) + b"\r\n"
                 + first + TOP + b"\r\nSEKISHO-BENIGN-last\r\n", box=[["quoted"], ["SEKISHO-BENIGN-text"], ["SEKISHO-BENIGN-last"]])
    case("yenc-cte", mixed([text_part(), part("application/octet-stream; name=a.exe", b"=ybegin line=128 size=3 name=a.exe\r\nwn=}\r\n=yend size=3\r\n",
         "Content-Transfer-Encoding: x-yenc")]), files=[], finds=["generic.member-held"])
    case("long-subject", TOP.replace(b"Subject: ", b"Subject: =?UTF-8?B?" + base64.b64encode("件名".encode() * 100000) + b"?= ") + b"\r\n" +
         TEXT.encode(), finds=["mail.long-header"], has=["SEKISHO-BENIGN-text"], max_head=60000, fresh=True)
    case("long-to", TOP.replace(b"To: ", b"To: " + b",\r\n ".join(b"\"u %d\" <u%d@example.com>" % (i, i) for i in range(20000)) + b",\r\n ") + b"\r\n" +
         TEXT.encode(), finds=["mail.long-header"], has=["SEKISHO-BENIGN-text", "u0@example.com"], max_head=100000, fresh=True)
    case("long-name", TOP.replace(b"From: ", b"From: \"" + b"x" * 700000 + b"\" <a@example.com>, ") + b"\r\n" + TEXT.encode(), fresh=True,
         finds=["mail.long-header"], has=["a@example.com", "SEKISHO-BENIGN-text"], max_head=60000)
    case("long-address", TOP.replace(b"To: ", b"To: " + b"x" * 700000 + b"@example.com, ") + b"\r\n" + TEXT.encode(), fresh=True,
         finds=["mail.long-header"], has=["tanto@city.example.lg.jp", "SEKISHO-BENIGN-text"], max_head=60000)
    # headers given twice
    for name, a, b in (("Sender", b"a@b.example", b"c@d.example"), ("Reply-To", b"a@b.example", b"c@d.example"), ("To", b"a@b.example", b"c@d.example"),
                       ("Cc", b"a@b.example", b"c@d.example"), ("Date", b"Mon, 06 Apr 2026 09:00:00 +0900", b"Tue, 07 Apr 2026 09:00:00 +0900"),
                       ("Message-ID", b"<1@a.example>", b"<2@a.example>"), ("References", b"<1@a.example>", b"<2@a.example>"),
                       ("In-Reply-To", b"<1@a.example>", b"<2@a.example>"), ("MIME-Version", b"1.0", b"2.0")):
        h = name.encode()
        rest = b"From: a@example.com\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n" + TEXT.encode()
        case("twice-" + name.lower(), h + b": " + a + b"\r\n" + h + b": " + b + b"\r\n" + rest, finds=["mail.duplicate-header"], fresh=True)
        case("twice-same-" + name.lower(), h + b": " + a + b"\r\n" + h + b": " + a + b"\r\n" + rest, nofind=["mail.duplicate-header"], fresh=True)
    rest = b"MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n" + TEXT.encode()
    case("nul-in-word", b"From: =?utf-8?Q?a=00b?= <a@example.com>\r\nSubject: =?utf-8?B?YQBi?=\r\n" + rest, finds=["mail.header-break"], fresh=True)
    case("address-nul", b"From: a@city.example.lg.jp\x00@evil.example\r\nSubject: a\r\n" + rest, internal="city.example.lg.jp", fresh=True, mark=True)
    case("address-wide-at", "From: \"市長＠ｃｉｔｙ.example.lg.jp\" <evil@example.com>\r\nSubject: a\r\n".encode() + rest, internal="city.example.lg.jp",
         fresh=True, finds=["mail.poses-internal"], mark=True)
    case("address-bidi", "From: \"\u202epj.gl.elpmaxe.ytic\u202c@oyc\u200bihs\" <evil@example.com>\r\nSubject: a\r\n".encode() + rest, fresh=True,
         internal="city.example.lg.jp", gone=["\u202e", "\u200b"], finds=["text.bidi"])
    case("address-route", b"From: <@city.example.lg.jp,@b.example:evil@example.com>\r\nSubject: a\r\n" + rest, fresh=True, reads={"From": "evil@example.com"})
    case("address-quoted", b'From: "a b@city.example.lg.jp"@evil.example\r\nSubject: a\r\n' + rest, fresh=True, internal="city.example.lg.jp", mark=True)
    case("address-comment", b"From: evil@example.com (ceo@city.example.lg.jp)\r\nSubject: a\r\n" + rest, fresh=True, internal="city.example.lg.jp", mark=True)
    case("dropped-more", b"From: a@example.com\r\nSubject: a\r\nThread-Index: SEKISHO-CANARY-1\r\nThread-Topic: SEKISHO-CANARY-2\r\nX-MimeOLE: SEKISHO-CANARY-3\r\n"
         b"X-MS-Exchange-Organization-SCL: -1\r\nAutocrypt: addr=a@b; keydata=SEKISHO-CANARY-4\r\nARC-Seal: i=1; SEKISHO-CANARY-5\r\nFace: SEKISHO-CANARY-6\r\n"
         b"Content-Base: http://SEKISHO-CANARY-7.example/\r\nX-Sekisho-Id: SEKISHO-CANARY-8\r\nX-Sekisho-Hops: 9\r\nBcc: SEKISHO-CANARY-9@example.com\r\n"
         b"Delivered-To: SEKISHO-CANARY-10@example.com\r\nReceived: from SEKISHO-CANARY-11\r\nSensitivity: private\r\n" + rest, fresh=True,
         gone=["SEKISHO-CANARY"], lines=["x-sekisho", "bcc", "received", "thread", "x-m", "arc", "delivered-to"])


for make in (variants, poses, lenient, types, spelling, boundaries, nesting, encodings, names, headers, kinds, guises):
    make()

# Kept in samples/: one of each kind, for the fuzzer and the mutation test.
KEPT = ("related", "alternative-same", "two-texts", "report", "name-0", "enriched", "held", "uuencode", "type-twice-first",
        "b64-chunks", "inject-from", "name-two", "signed-pgp", "message", "boundary-same-inside", "spelling-09", "pgp",
        "qp-breaks", "dropped", "html-script", "appledouble", "smuggling")

if __name__ == "__main__":
    out = sys.argv[1] if len(sys.argv) > 1 else "samples"
    for name, data, expect in CASES:
        if name not in KEPT:
            continue
        folder = os.path.join(out, "planted" if expect.get("gone") or expect.get("finds") else "benign", "mail")
        os.makedirs(folder, exist_ok=True)
        with open(os.path.join(folder, name + ".eml"), "wb") as f:
            f.write(data)
