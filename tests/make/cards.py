#!/usr/bin/env python3
"""Make the samples of calendars and contacts: samples/{benign,planted}/{icalendar,vcard}.

Standard library only, same bytes on every run. Each planted sample holds one
construct that must not survive, with a canary of its own.
"""
import base64
import os
import quopri
import struct
import zlib

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "samples")


def save(kind, family, name, data):
    folder = os.path.join(ROOT, kind, family)
    os.makedirs(folder, exist_ok=True)
    with open(os.path.join(folder, name), "wb") as f:
        f.write(data)


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(text=None, side=8):
    rows = b"".join(b"\0" + bytes((x * 16 % 256, y * 16 % 256, 128)[i] for x in range(side) for i in range(3))
                    for y in range(side))
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)) +
            (chunk(b"tEXt", b"Comment\0" + text) if text else b"") +
            chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b""))


def fold(line, eol=b"\r\n"):
    """As RFC 5545 lets a careless writer: at 75 bytes, through characters."""
    out = line[:75]
    line = line[75:]
    while line:
        out += eol + b" " + line[:74]
        line = line[74:]
    return out


def lines(items, charset="utf-8", eol=b"\r\n"):
    return b"".join(fold(s if isinstance(s, bytes) else s.encode(charset), eol) + eol for s in items)


def calendar(body, head=(), charset="utf-8", eol=b"\r\n"):
    return lines(["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Example//Calendar//JA", *head, *body, "END:VCALENDAR"],
                 charset, eol)


def event(*more, name="planted"):
    return ["BEGIN:VEVENT", "UID:%s@example.jp" % name, "DTSTAMP:20261101T000000Z", "DTSTART:20261201T010000Z",
            "DTEND:20261201T020000Z", "SUMMARY:SEKISHO-BENIGN-" + name, *more, "END:VEVENT"]


TOKYO = ["BEGIN:VTIMEZONE", "TZID:Asia/Tokyo", "BEGIN:STANDARD", "DTSTART:19510909T010000", "TZOFFSETFROM:+1000",
         "TZOFFSETTO:+0900", "TZNAME:JST", "END:STANDARD", "END:VTIMEZONE"]


def benign_calendars():
    meeting = ["BEGIN:VEVENT", "UID:meeting-1@example.jp", "DTSTAMP:20261101T000000Z",
               "DTSTART;TZID=Asia/Tokyo:20261201T100000", "DTEND;TZID=Asia/Tokyo:20261201T113000",
               "RRULE:FREQ=MONTHLY;BYDAY=1TU;COUNT=12", "EXDATE;TZID=Asia/Tokyo:20270105T100000",
               "SUMMARY:庁議 SEKISHO-BENIGN-meeting", "LOCATION:本庁舎3階 第一会議室",
               "DESCRIPTION:議題\\n1. 予算について\\, 第2回\\n2. その他\\; 連絡 長い説明の行は、七十五バイトで折り返され、文字の途中で切れる。",
               "CATEGORIES:会議,重要", "ORGANIZER;CN=山田 太郎:mailto:yamada@city.example.jp",
               "ATTENDEE;CN=\"佐藤, 花子\";ROLE=REQ-PARTICIPANT;PARTSTAT=ACCEPTED;RSVP=TRUE:mailto:sato@city.example.jp",
               "STATUS:CONFIRMED", "CLASS:PUBLIC", "TRANSP:OPAQUE", "PRIORITY:5", "SEQUENCE:2",
               "URL:https://www.city.example.jp/agenda?id=1", "BEGIN:VALARM", "ACTION:DISPLAY", "TRIGGER:-PT15M",
               "DESCRIPTION:まもなく開始", "END:VALARM", "END:VEVENT"]
    save("benign", "icalendar", "meeting.ics", calendar(TOKYO + meeting))
    save("benign", "icalendar", "meeting-lf-bom.ics",
         b"\xef\xbb\xbf" + calendar(TOKYO + event(name="lf"), eol=b"\n"))
    save("benign", "icalendar", "meeting-cp932.ics", calendar(TOKYO + meeting, charset="cp932"))
    save("benign", "icalendar", "meeting-utf16.ics",
         calendar(event("LOCATION:会議室", name="utf16")).decode().encode("utf-16"))
    todo = ["BEGIN:VTODO", "UID:task@example.jp", "DTSTAMP:20261101T000000Z", "DUE;VALUE=DATE:20261231",
            "SUMMARY:年末調整 SEKISHO-BENIGN-task", "PERCENT-COMPLETE:40", "STATUS:IN-PROCESS", "END:VTODO"]
    journal = ["BEGIN:VJOURNAL", "UID:diary@example.jp", "DTSTAMP:20261101T000000Z",
               "DTSTART;VALUE=DATE:20261101", "SUMMARY:業務日誌 SEKISHO-BENIGN-journal", "END:VJOURNAL"]
    save("benign", "icalendar", "task.ics", calendar(todo + journal))
    save("benign", "icalendar", "old.vcs", lines([
        "BEGIN:VCALENDAR", "VERSION:1.0", "BEGIN:VEVENT", "DTSTART:20261201T010000Z", "DTEND:20261201T020000Z",
        b"SUMMARY;CHARSET=SHIFT_JIS;ENCODING=QUOTED-PRINTABLE:" +
        quopri.encodestring("会議 SEKISHO-BENIGN-old".encode("cp932")).replace(b"=\n", b"=\r\n").replace(b" ", b"=20"),
        "END:VEVENT", "END:VCALENDAR"]))


def planted_calendars():
    def put(name, *more, head=(), body=()):
        c = "SEKISHO-CANARY-ics-" + name
        fill = [s.replace("@C@", c) for s in more]
        save("planted", "icalendar", name + ".ics",
             calendar(event(*fill) + [s.replace("@C@", c) for s in body], [s.replace("@C@", c) for s in head]))

    put("attach-uri", "ATTACH:file://///server.example/@C@/a.exe")
    put("attach-data", "ATTACH;FMTTYPE=application/x-msdownload;ENCODING=BASE64;VALUE=BINARY;X-FILENAME=@C@.exe:" +
        base64.b64encode(b"MZ SEKISHO-CANARY-ics-attach-data" * 9).decode())
    put("alarm-procedure", "BEGIN:VALARM", "ACTION:PROCEDURE", "TRIGGER:-PT5M", "ATTACH:ftp://x.example/@C@.exe",
        "END:VALARM")
    put("alarm-email", "BEGIN:VALARM", "ACTION:EMAIL", "TRIGGER:-PT5M", "ATTENDEE:mailto:@C@@x.example",
        "SUMMARY:@C@", "DESCRIPTION:@C@", "END:VALARM")
    put("alarm-audio", "BEGIN:VALARM", "ACTION:AUDIO", "TRIGGER:-PT5M",
        "ATTACH;VALUE=URI:file:////server.example/@C@.wav", "END:VALARM")
    put("html", "X-ALT-DESC;FMTTYPE=text/html:<html><script>@C@</script></html>")
    put("altrep", "DESCRIPTION;ALTREP=\"http://x.example/@C@\":text")
    put("url", "URL:javascript:@C@")
    put("links", "CONFERENCE;VALUE=URI:https://x.example/@C@", "IMAGE;VALUE=URI:https://x.example/@C@.png",
        "STRUCTURED-DATA;VALUE=URI:https://x.example/@C@")
    put("method", head=["METHOD:REQUEST", "X-WR-RELCALID:@C@"])
    put("cancel", "COMMENT:x", head=["METHOD:CANCEL", "X-A:@C@"])
    put("organizer", "ORGANIZER;CN=x;SENT-BY=\"mailto:@C@@x.example\";DIR=\"ldap://@C@\":mailto:a@example.jp")
    put("attendee", "ATTENDEE;CN=boss@@C@.example:mailto:evil@x.example", "ATTENDEE:http://@C@.example/")
    put("rule-seconds", "RRULE:FREQ=SECONDLY;INTERVAL=1;WKST=MO;UNTIL=99991231T235959Z;X=@C@")
    put("rule-bomb", "RRULE:FREQ=DAILY;BYSECOND=%s;BYMINUTE=%s;COUNT=10000" % (
        ",".join(map(str, range(60))), ",".join(map(str, range(60)))), "X-A:@C@")
    put("zone-path", "RECURRENCE-ID;TZID=../../../../@C@:20261201T100000")
    put("outlook", "X-MICROSOFT-CDO-ALLDAYEVENT:@C@", "X-MS-OLK-SENDER:@C@", "X-MICROSOFT-REMINDERSOUND:\\\\\\\\x\\\\@C@")
    put("bidi", "LOCATION:a\u202e\u200b\u2066SEKISHO-CANARY\u202c-x\x07\x1b[31m")
    put("twice", "SUMMARY:@C@")
    put("freebusy", body=["BEGIN:VFREEBUSY", "FBURL:http://x.example/@C@", "END:VFREEBUSY"])
    save("planted", "icalendar", "outside.ics",
         b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\n" + lines(event()) +
         b"SEKISHO-CANARY-ics-junk\r\nEND:VCALENDAR\r\nSEKISHO-CANARY-ics-outside\r\n")
    save("planted", "icalendar", "mixed.ics",
         calendar(event()) + b"BEGIN:VCARD\r\nFN:SEKISHO-CANARY-ics-mixed\r\nEND:VCARD\r\n")
    save("planted", "icalendar", "unclosed.ics",
         b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nSUMMARY:SEKISHO-CANARY-ics-unclosed\r\nEND:VCALENDAR\r\n")
    save("planted", "icalendar", "deep.ics",
         b"BEGIN:VCALENDAR\r\n" + b"BEGIN:VEVENT\r\n" * 5000 + b"SUMMARY:SEKISHO-CANARY-ics-deep\r\n")


def card(*body, version="3.0", charset="utf-8", eol=b"\r\n"):
    return lines(["BEGIN:VCARD", "VERSION:" + version, *body, "END:VCARD"], charset, eol)


def qp(text, charset="cp932"):
    return "".join("=%02X" % b for b in text.encode(charset))


def b64(data):
    return base64.b64encode(data).decode()


def benign_cards():
    photo = "PHOTO;ENCODING=b;TYPE=PNG:" + b64(png())
    save("benign", "vcard", "modern.vcf", card(
        "FN:山田 太郎", "N:山田;太郎;;;", "X-PHONETIC-LAST-NAME:やまだ", "X-PHONETIC-FIRST-NAME:たろう",
        "ORG:例示市;総務部;情報政策課", "TITLE:主査", "TEL;TYPE=WORK,VOICE:03-1234-5678",
        "item1.EMAIL;TYPE=INTERNET;TYPE=WORK:yamada@city.example.jp",
        "ADR;TYPE=WORK:;;中央1-2-3;例示市;東京都;100-0001;日本", "URL:https://www.city.example.jp/",
        "BDAY:1980-04-01", "NOTE:SEKISHO-BENIGN-modern 内線 1234\\n(直通)", "CATEGORIES:職員,総務", photo))
    save("benign", "vcard", "phone-21.vcf", card(
        "N;CHARSET=SHIFT_JIS;ENCODING=QUOTED-PRINTABLE:" + qp("佐藤") + ";" + qp("花子") + ";;;",
        "SOUND;X-IRMC-N;CHARSET=SHIFT_JIS:ｻﾄｳ;ﾊﾅｺ;;;", "TEL;CELL;VOICE:090-1234-5678",
        "EMAIL;INTERNET:hanako@example.jp",
        "ADR;HOME;CHARSET=SHIFT_JIS:;;中央1-2-3;例示市;東京都;100-0001;",
        "NOTE;CHARSET=SHIFT_JIS:SEKISHO-BENIGN-phone 表示ソ能", version="2.1", charset="cp932"))
    save("benign", "vcard", "outlook-21.vcf", card(
        "N;LANGUAGE=ja;CHARSET=utf-8:鈴木;一郎", "FN;CHARSET=utf-8:鈴木 一郎",
        "X-MS-OL-DEFAULT-POSTAL-ADDRESS:0", "TEL;WORK;VOICE:03-0000-0000",
        "LABEL;WORK;PREF;ENCODING=QUOTED-PRINTABLE:SEKISHO-BENIGN-outlook=0D=0Aline 2",
        b"PHOTO;PNG;ENCODING=BASE64:\r\n " + b"\r\n ".join(
            b64(png()).encode()[i:i + 70] for i in range(0, len(b64(png())), 70)) + b"\r\n", version="2.1"))
    save("benign", "vcard", "four.vcf", card(
        "FN:Taro Yamada", "N:Yamada;Taro;;;", "TEL;VALUE=uri;PREF=1;TYPE=\"voice,home\":tel:+81-3-1234-5678",
        "EMAIL;TYPE=work:taro@example.jp", "NOTE:SEKISHO-BENIGN-four", "REV:20261101T000000Z",
        "PHOTO:data:image/png;base64," + b64(png()), version="4.0"))
    save("benign", "vcard", "two.vcf", card("FN:一人目", "N:一人目;;;;", "NOTE:SEKISHO-BENIGN-two") +
         card("FN:二人目", "N:二人目;;;;"))
    save("benign", "vcard", "eucjp.vcf",
         card("FN:高橋 次郎", "N:高橋;次郎;;;", "NOTE:SEKISHO-BENIGN-eucjp 漢字の文章です。", charset="euc-jp"))
    save("benign", "vcard", "jis.vcf",
         card("FN:田中 三郎", "N:田中;三郎;;;", "NOTE:SEKISHO-BENIGN-jis 漢字の文章です。", charset="iso-2022-jp"))


def planted_cards():
    def put(name, *more, version="3.0"):
        c = "SEKISHO-CANARY-vcf-" + name
        save("planted", "vcard", name + ".vcf",
             card("FN:SEKISHO-BENIGN-planted", "N:Planted;;;;", *[s.replace("@C@", c) for s in more], version=version))

    put("url", "URL:file://///server.example/@C@", "URL:javascript:@C@")
    put("photo-uri", "PHOTO;VALUE=URI:http://x.example/@C@.jpg")
    put("photo-text", "PHOTO;ENCODING=b;TYPE=PNG:" + b64(png(b"SEKISHO-CANARY-vcf-photo-text")))
    put("photo-exe", "PHOTO;ENCODING=b;TYPE=JPEG:" + b64(b"MZ SEKISHO-CANARY-vcf-photo-exe" * 20))
    put("photo-svg", "PHOTO;ENCODING=b;TYPE=SVG:" + b64(
        b'<svg xmlns="http://www.w3.org/2000/svg"><script>SEKISHO-CANARY-vcf-photo-svg</script></svg>'))
    put("sound", "SOUND;ENCODING=b;TYPE=WAVE:" + b64(b"RIFF SEKISHO-CANARY-vcf-sound" * 9))
    put("key", "KEY;ENCODING=b:" + b64(b"SEKISHO-CANARY-vcf-key" * 9))
    put("agent", "AGENT:", "BEGIN:VCARD", "FN:@C@", "END:VCARD", version="2.1")
    put("agent-uri", "AGENT;VALUE=uri:CID:@C@")
    put("social", "X-SOCIALPROFILE;TYPE=x:http://x.example/@C@", "IMPP:xmpp:@C@@x.example", "RELATED:urn:uuid:@C@",
        "SOURCE:ldap://x.example/@C@", "FBURL:http://x.example/@C@", "MEMBER:mailto:@C@@x.example")
    put("xml", "XML:<a xmlns=\"http://www.w3.org/1999/xhtml\">@C@</a>", version="4.0")
    put("dial", "TEL;TYPE=CELL:*2767*3855#", "TEL:tel:*06#", "X-A:@C@")
    put("tel-script", "TEL:javascript:@C@")
    put("email", "EMAIL:a@b.example?bcc=@C@", "EMAIL:\"@C@\" <x@y.example>")
    put("unknown", "X-ANDROID-CUSTOM:vnd.android.cursor.item/@C@", "X-AIM:@C@", "PRODID:@C@", "GEO:0;0")
    put("bidi", "NOTE:a\u202e\u200b\u2066SEKISHO-CANARY\u202c-x\x07\x1b[31m")
    put("twice", "FN:@C@", "BDAY:19800101", "BDAY:19900101")
    save("planted", "vcard", "outside.vcf",
         card("FN:SEKISHO-BENIGN-planted") + b"SEKISHO-CANARY-vcf-outside\r\n")
    save("planted", "vcard", "mixed.vcf",
         card("FN:x") + calendar(event("COMMENT:SEKISHO-CANARY-vcf-mixed")))
    save("planted", "vcard", "empty.vcf", card("X-A:SEKISHO-CANARY-vcf-empty"))


if __name__ == "__main__":
    benign_calendars()
    planted_calendars()
    benign_cards()
    planted_cards()
