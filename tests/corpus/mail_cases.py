#!/usr/bin/python3
"""Judge the mails of tests/make/mail.py: mail_cases.py BUILD [PART-OF-A-NAME...]

Each is rebuilt; the result is read by Python's email, and every byte of every
part is looked through. The result rebuilt again must be the same bytes, with
nothing found. Prints TAP.
"""
import email
import email.policy
import io
import json
import os
import re
import subprocess
import sys
import tempfile
import zipfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(HERE, "../make"))
from mail import CASES  # noqa: E402

REPORT = "無害化の記録.txt"


def run(build, args, src, dst):
    p = subprocess.run([build + "/bin/run_format"] + args + [src, dst], capture_output=True, timeout=120)
    lines = [json.loads(s) for s in p.stdout.decode(errors="replace").splitlines() if s.startswith("{")]
    return p.returncode, lines, p.stderr.decode(errors="replace")


def found(lines):
    return {x["finding"] for x in lines if "finding" in x and x["action"] != "kept"}


def everything(data, depth=0):
    """The raw bytes and those of every part, decoded."""
    out = [data]
    m = email.message_from_bytes(data, policy=email.policy.compat32)
    for p in m.walk():
        body = p.get_payload(decode=True)
        if body:
            out.append(body)
    out.append("\n".join("%s: %s" % kv for kv in email.message_from_bytes(data, policy=email.policy.default).items())
               .encode(errors="replace"))
    return out


def files_of(data):
    m = email.message_from_bytes(data, policy=email.policy.default)
    tops = [p for p in m.walk() if p.get_content_disposition() == "attachment"]
    inside = [id(q) for p in tops for q in p.walk() if q is not p]
    return [p.get_filename() for p in tops if id(p) not in inside and p.get_filename() != REPORT]


def report_of(data):
    for p in email.message_from_bytes(data, policy=email.policy.default).iter_attachments():
        if p.get_filename() == REPORT:
            return p.get_content()
    return ""


def flags(expect):
    out = []
    if expect.get("fresh"):
        out.append("fresh=1")
    if expect.get("body") == "text+html":
        out.append("html=1")
    for key in ("detach", "remove"):
        if expect.get("attachments") == key:
            out.append(key + "=1")
    if expect.get("ambiguous") == "hold":
        out.append("hold=1")
    for key in ("internal", "authserv"):
        if key in expect:
            out.append("%s=%s" % (key, expect[key]))
    return out


def content(expect, data):
    """What is wrong with the result, or None."""
    pieces = everything(data)
    for s in expect.get("gone") or []:
        if any(s.encode() in p for p in pieces):
            return "still there: " + s
    for s in expect.get("has", []):
        if not any(s.encode() in p for p in pieces):
            return "missing: " + s
    for s in expect.get("hasnot_report", []):
        if s in report_of(data):
            return "in the report: " + s
    m = email.message_from_bytes(data, policy=email.policy.default)
    if "body_has" in expect and expect["body_has"] not in m.get_body(("plain",)).get_content():
        return "not in the body: " + expect["body_has"]
    if "texts" in expect:
        got = [p.get_content() for p in m.iter_attachments() if p.get_filename() != REPORT]
        if len(got) != len(expect["texts"]) or any(w is not None and w != g.replace("\r\n", "\n")
                                                   for w, g in zip(expect["texts"], got)):
            return "texts: %r" % got
    if "noline" in expect and re.search(rb"(?m)^(?:" + expect["noline"] + rb")", m.get_body(("plain",)).get_payload(decode=True)):
        return "a file in the text"
    if "noline_raw" in expect and re.search(rb"(?m)^(?:" + expect["noline_raw"] + rb")", data):
        return "a header made of a value"
    if "max_head" in expect and data.index(b"\r\n\r\n") > expect["max_head"]:
        return "a head of %d bytes" % data.index(b"\r\n\r\n")
    for key, want in expect.get("reads", {}).items():
        if str(m[key]) != want:
            return "%s: %s" % (key, m[key])
    head = data.split(b"\r\n\r\n", 1)[0].lower()
    for s in expect.get("lines", []):
        if re.search(rb"(?m)^" + s.encode().lower(), head):
            return "header: " + s
    if "files" in expect and files_of(data) != expect["files"]:
        return "files: %r" % files_of(data)
    if "mark" in expect and "[外部]" not in str(email.message_from_bytes(data, policy=email.policy.default)["from"]):
        return "no mark"
    if re.search(rb"[\x80-\xff\x00]|(?<!\r)\n|\r(?!\n)", data) or any(len(x) > 998 for x in data.split(b"\r\n")):
        return "not plain lines"
    if re.search(rb"(?m)^\.", data):
        return "a line begins with a dot"
    return None


def box(expect, data):
    """A mailbox is a ZIP of messages: one for each list of what it has."""
    with zipfile.ZipFile(io.BytesIO(data)) as z:
        all_ = [z.read(n) for n in z.namelist()]
    if len(all_) != len(expect["box"]):
        return "%d messages" % len(all_)
    for raw, has in zip(all_, expect["box"]):
        pieces = everything(raw)
        for s in has:
            if not any(s.encode() in p for p in pieces):
                return "missing: " + s
        for s in expect.get("gone") or []:
            if any(s.encode() in p for p in pieces):
                return "still there: " + s
    return None


def judge(build, tmp, data, expect):
    src, one, two = (os.path.join(tmp, n) for n in ("in.eml", "one.eml", "two.eml"))
    with open(src, "wb") as f:
        f.write(data)
    mail = flags(expect)
    code, lines, err = run(build, [x for m in mail for x in ("--mail", m)], src, one)
    if "ERROR" in err or "runtime error" in err or code > 20:
        return "crash: %d %s" % (code, err[:300])
    if code != 0:
        if expect.get("held", False) is not False:
            return None
        return "held: %s" % lines[-1]["message"]
    if expect.get("held"):
        return "should be held"
    missing = set(expect.get("finds", [])) - found(lines)
    if missing:
        return "not found: %s (but %s)" % (missing, found(lines))
    if set(expect.get("nofind", [])) & found(lines):
        return "found: %s" % found(lines)
    result = open(one, "rb").read()
    if "box" in expect:
        return box(expect, result)
    wrong = content(expect, result)
    if wrong:
        return wrong
    code, lines, err = run(build, ["--expect", "mail.eml"] + [x for m in mail if m != "fresh=1" for x in ("--mail", m)],
                           one, two)
    if code != 0 or found(lines):
        return "second pass: %s %s" % (lines[-1:], found(lines))
    return None if open(two, "rb").read() == result else "no fixpoint"


def main():
    build, parts = sys.argv[1], sys.argv[2:]
    cases = [c for c in CASES if not parts or any(p in c[0] for p in parts)]
    bad = 0
    print("1..%d" % len(cases))
    with tempfile.TemporaryDirectory() as tmp:
        for i, (name, data, expect) in enumerate(cases, 1):
            wrong = judge(build, tmp, data, expect)
            bad += wrong is not None
            print("%s %d - %s" % ("not ok" if wrong else "ok", i, name))
            if wrong:
                print("# " + wrong)
    print("# %d passed, %d failed" % (len(cases) - bad, bad))
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
