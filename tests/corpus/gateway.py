"""Run many files through the gateway and gather what became of each.

clean_all(build, files, folder) gives for every (key, path) a Result. It calls
BUILD/bin/sekisho once over a tree KEY/NAME; without that program it falls back
to run_format (the format modules outside the cage), one file at a time.
"""
import concurrent.futures
import json
import os
import shutil
import subprocess
import time

SECONDS_A_FILE = 60


class Result:
    def __init__(self):
        self.verdict = "missing"
        self.reason = ""
        self.identified = ""
        self.format = ""
        self.findings = []        # (id, kind, action, where, detail, count), members included
        self.output = None        # path of the result, or None
        self.error = ""           # err name: only of the fallback
        self.ms = 0.0


def flat(receipt, out):
    for f in receipt.get("findings") or []:
        out.append((f["id"], f["kind"], f["action"], f.get("where") or "", f.get("detail") or "", f.get("count", 1)))
    for m in receipt.get("members") or []:
        flat(m, out)


def lay_out(files, tree):
    for key, path in files:
        os.makedirs(os.path.join(tree, key))
        name = os.path.basename(path)
        try:
            os.link(path, os.path.join(tree, key, name))
        except OSError:
            shutil.copyfile(path, os.path.join(tree, key, name))


def by_key(root):
    """KEY -> files below it; the tree may keep the name of its root."""
    found = {}
    for folder, _, names in os.walk(root):
        for part in os.path.relpath(folder, root).split(os.sep):
            if part.startswith("k") and part[1:].isdigit():
                found.setdefault(part, []).extend(os.path.join(folder, n) for n in names)
    return found


def read_receipt(path, r):
    with open(path, encoding="utf-8") as f:
        receipt = json.load(f)
    r.verdict = receipt["verdict"]
    r.reason = receipt.get("reason") or ""
    r.identified = (receipt.get("identified") or {}).get("structure") or ""
    r.format = (receipt.get("output") or {}).get("format") or ""
    r.ms = receipt.get("elapsed_ms") or 0.0
    flat(receipt, r.findings)
    return (receipt.get("output") or {}).get("sha256")


def by_sekisho(build, files, folder, options=()):
    tree, out, receipts = (os.path.join(folder, n) for n in ("in", "out", "receipts"))
    lay_out(files, tree)
    os.makedirs(out)
    os.makedirs(receipts)
    cmd = [os.path.join(build, "bin", "sekisho"), "clean", "-j", "2", "-o", out, "--receipt", receipts, "--state", os.path.join(folder, "state"), *options, tree]
    with open(os.path.join(folder, "log"), "wb") as log:
        done = subprocess.run(cmd, stdout=log, stderr=log, stdin=subprocess.DEVNULL, timeout=120 + SECONDS_A_FILE * len(files))
    if done.returncode not in (0, 1):
        with open(os.path.join(folder, "log"), errors="replace") as log:
            raise RuntimeError("sekisho clean: exit %d: %s" % (done.returncode, log.read()[-500:]))
    outputs, papers, results = by_key(out), by_key(receipts), {}
    for key, _ in files:
        r = results[key] = Result()
        mine = [p for p in papers.get(key, []) if p.endswith(".receipt.json")]
        if len(mine) == 1:
            read_receipt(mine[0], r)
        made = outputs.get(key, [])
        if len(made) == 1:
            r.output = made[0]
        if (r.verdict == "released") != (len(made) == 1) or len(made) > 1:
            r.verdict = "broken"
            r.reason = "%d outputs for a file that is %s" % (len(made), r.verdict)
    return results


def one_by_run_format(build, key, path, folder):
    r, name = Result(), os.path.basename(path)
    out = os.path.join(folder, "out", key)
    os.makedirs(out)
    again = os.path.join(out, "again")
    first = os.path.join(out, name)
    started = time.monotonic()
    done = subprocess.run([os.path.join(build, "bin", "run_format"), "--name", name, path, first],
                          capture_output=True, timeout=SECONDS_A_FILE, check=False)
    r.ms = (time.monotonic() - started) * 1000
    doc = {}
    for line in done.stdout.decode("utf-8", "replace").splitlines():
        try:
            row = json.loads(line)
        except ValueError:
            continue
        if "finding" in row:
            r.findings.append((row["finding"], row["kind"], row["action"], row["where"], row["detail"], row["count"]))
        elif "document" in row:
            doc = row
    if done.returncode < 0 or not doc:
        r.verdict, r.reason = "broken", "crash: %d %s" % (done.returncode, done.stderr.decode("utf-8", "replace")[-300:])
        return r
    r.identified, r.format, r.error = doc["structure"], doc["out_format"], doc["err"]
    r.reason = doc["message"]
    r.verdict = "released" if done.returncode == 0 else "blocked" if doc["err"] == "blocked" else "held"
    if r.verdict != "released":
        shutil.rmtree(out)
        return r
    ext = doc["out_ext"]
    named = os.path.splitext(name)[0] + "." + ext if ext else name
    second = subprocess.run([os.path.join(build, "bin", "run_format"), "--name", named, "--expect", r.format, first, again],
                            capture_output=True, timeout=SECONDS_A_FILE, check=False)
    with open(first, "rb") as a:
        same = second.returncode == 0 and a.read() == open(again, "rb").read()
    if os.path.exists(again):
        os.remove(again)
    said = [ln for ln in second.stdout.decode("utf-8", "replace").splitlines()
            if '"finding"' in ln and '"action":"kept"' not in ln and '"generic.' not in ln]
    if not same or said:
        r.verdict, r.reason = "held", "not proved: " + (said[0] if same else "the second pass differs, %d" % second.returncode)
        shutil.rmtree(out)
        return r
    r.output = os.path.join(out, named)
    os.rename(first, r.output)
    return r


def by_run_format(build, files, folder):
    os.makedirs(os.path.join(folder, "out"))
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        jobs = {key: pool.submit(one_by_run_format, build, key, path, folder) for key, path in files}
        return {key: job.result() for key, job in jobs.items()}


def clean_all(build, files, folder, options=()):
    """files: list of (key, path), key "k" and digits -> {key: Result}."""
    os.makedirs(folder)
    if os.path.exists(os.path.join(build, "bin", "sekisho")):
        return by_sekisho(build, files, folder, options)
    return by_run_format(build, files, folder)
