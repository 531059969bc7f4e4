#!/usr/bin/python3
"""Four readers on every rebuilt mail: mail_readers.py BUILD [FOLDER...]

Rebuilds each file of the folders (default ../shared/corpus/mail and the mails
of tests/make/mail.py), twice, and reads each resulting mail with Python's
email (both policies), GMime and MIME::Tools: text, names of attachments and
digests must be the same. Prints a table; exit 1 when something differs.
"""
import collections
import email
import email.policy
import hashlib
import json
import os
import subprocess
import sys
import tempfile
import zipfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(HERE, "../make"))


def digest(data):
    return hashlib.sha256(data).hexdigest()


def walk(m, out, policy):
    if m.get_content_disposition() == "attachment":
        name = m.get_filename() or ""
        out.append("file %s %s" % ("message" if m.get_content_type() == "message/rfc822"
                                   else digest(m.get_payload(decode=True)), name))
    elif m.is_multipart():
        for p in m.get_payload():
            walk(p, out, policy)
    elif m.get_content_maintype() == "text" and not any(x.startswith("text") for x in out):
        if policy is email.policy.default:
            s = m.get_content()
        else:
            s = m.get_payload(decode=True).decode(m.get_content_charset("us-ascii"))
        out.append("text " + digest(s.replace("\r", "").encode()))


def python(path, policy):
    with open(path, "rb") as f:
        m = email.message_from_binary_file(f, policy=policy)
    out = []
    walk(m, out, policy)
    return out


def other(command, paths):
    p = subprocess.run(command + paths, capture_output=True)
    out, one = [], []
    for line in p.stdout.decode(errors="replace").splitlines():
        if line == "end":
            out.append(one)
            one = []
        else:
            one.append(line)
    return out


def rebuild(build, src, dst, *args):
    p = subprocess.run([build + "/bin/run_format", *args, src, dst], capture_output=True, timeout=300)
    lines = [json.loads(x) for x in p.stdout.decode(errors="replace").splitlines() if x.startswith("{")]
    return p.returncode, lines, p.stderr.decode(errors="replace")


def sources(folders, tmp):
    for folder in folders:
        if os.path.isdir(folder):
            for name in sorted(os.listdir(folder)):
                yield os.path.join(folder, name)
    from mail import CASES
    for name, data, _ in CASES:
        path = os.path.join(tmp, "case-%s.eml" % name)
        with open(path, "wb") as f:
            f.write(data)
        yield path


def clean_one(build, path, tmp, tally, mails):
    dst = os.path.join(tmp, "out-" + os.path.basename(path) + ".eml")
    code, lines, err = rebuild(build, path, dst)
    if not lines or "ERROR" in err or "runtime error" in err:
        tally["crash"] += 1
        print("not ok - crash", path, err[:200])
        return
    last = lines[-1]
    family = last["structure"].split(".")[0]
    if code != 0:
        tally["held: %s %s" % (family, last["message"][:60])] += 1
        return
    tally["rebuilt: %s as %s" % (last["structure"], last["out_format"])] += 1
    if last["out_format"] != "mail.eml":
        if last["out_format"] == "zip":
            with zipfile.ZipFile(dst) as z:
                for i, name in enumerate(z.namelist()):
                    if name.endswith(".eml"):
                        mails.append(dst + ".%d.eml" % i)
                        with open(mails[-1], "wb") as f:
                            f.write(z.read(name))
        return
    code, lines, err = rebuild(build, dst, dst + ".2", "--expect", "mail.eml", "--name", "a.eml")
    again = [x for x in lines if "finding" in x and x["action"] != "kept"]
    if code != 0 or again or open(dst, "rb").read() != open(dst + ".2", "rb").read():
        tally["no fixpoint"] += 1
        print("not ok - no fixpoint", path, again[:2])
    mails.append(dst)


def main():
    build = sys.argv[1]
    folders = sys.argv[2:] or ["../shared/corpus/mail"]
    tally, mails, differ = collections.Counter(), [], 0
    with tempfile.TemporaryDirectory() as tmp:
        for path in sources(folders, tmp):
            clean_one(build, path, tmp, tally, mails)
        gmime = other([build + "/bin/gmime_read"], mails)
        perl = other(["perl", os.path.join(HERE, "mail_reader.pl")], mails)
        for i, path in enumerate(mails):
            readings = [("email default", python(path, email.policy.default)),
                        ("email compat32", python(path, email.policy.compat32)),
                        ("GMime", gmime[i] if i < len(gmime) else None),
                        ("MIME::Tools", perl[i] if i < len(perl) else None)]
            bad = [(n, r) for n, r in readings if r != readings[0][1]]
            if bad:
                differ += 1
                print("not ok - readers differ", os.path.basename(path))
                for n, r in readings[:1] + bad:
                    print("#  ", n, r)
    for key, n in sorted(tally.items()):
        print("%5d %s" % (n, key))
    print("%5d mails read by four readers, %d differ" % (len(mails), differ))
    return 1 if differ or tally["crash"] or tally["no fixpoint"] else 0


if __name__ == "__main__":
    sys.exit(main())
