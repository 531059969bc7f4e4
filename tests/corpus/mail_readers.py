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


def rebuild(build, pairs, *args):
    """One process for all of them: the lines of each, and what it said of errors."""
    p = subprocess.run([build + "/bin/run_format", *args, "--list"], capture_output=True,
                       input="".join("%s\t%s\n" % x for x in pairs).encode())
    out, one = [], []
    for line in p.stdout.decode(errors="replace").splitlines():
        if not line.startswith("{"):
            continue
        one.append(json.loads(line))
        if "document" in one[-1]:
            out.append(one)
            one = []
    return out, p.stderr.decode(errors="replace")


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


def sort_out(path, dst, lines, tally, mails):
    last = lines[-1]
    family = last["structure"].split(".")[0]
    if last["err"]:
        tally["held: %s %s" % (family, last["message"][:60])] += 1
        return
    tally["rebuilt: %s as %s" % (last["structure"], last["out_format"])] += 1
    if last["out_format"] == "mail.eml":
        mails.append(dst)
    elif last["out_format"] == "zip":
        with zipfile.ZipFile(dst) as z:
            for i, name in enumerate(z.namelist()):
                if name.endswith(".eml"):
                    mails.append(dst + ".%d.eml" % i)
                    with open(mails[-1], "wb") as f:
                        f.write(z.read(name))


def clean_all(build, paths, tmp, tally, mails):
    pairs = [(p, os.path.join(tmp, "out-" + os.path.basename(p) + ".eml")) for p in paths]
    done, err = rebuild(build, pairs)
    if len(done) < len(pairs) or "ERROR" in err or "runtime error" in err:
        tally["crash"] += 1
        print("not ok - crash", pairs[len(done)][0] if len(done) < len(pairs) else "", err[:2000])
    for (path, dst), lines in zip(pairs, done):
        sort_out(path, dst, lines, tally, mails)


def clean_again(build, tally, mails):
    done, err = rebuild(build, [(m, m + ".2") for m in mails], "--expect", "mail.eml", "--name", "a.eml")
    if len(done) < len(mails) or "ERROR" in err or "runtime error" in err:
        tally["crash"] += 1
        print("not ok - crash at the second time", err[:2000])
    for path, lines in zip(mails, done):
        again = [x for x in lines if "finding" in x and x["action"] != "kept"]
        if lines[-1]["err"] or again or open(path, "rb").read() != open(path + ".2", "rb").read():
            tally["no fixpoint"] += 1
            print("not ok - no fixpoint", os.path.basename(path), lines[-1]["message"], again[:2])


def main():
    build = sys.argv[1]
    folders = sys.argv[2:] or ["../shared/corpus/mail"]
    tally, mails, differ = collections.Counter(), [], 0
    with tempfile.TemporaryDirectory() as tmp:
        clean_all(build, list(sources(folders, tmp)), tmp, tally, mails)
        clean_again(build, tally, mails)
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
