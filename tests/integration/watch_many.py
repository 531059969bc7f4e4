"""Thousands of files at once, by many people, while the watcher is killed.

watch_many.py BIN SAMPLES FOLDER FILES USERS DEPARTMENTS KILLS

Every file that was put into in/ must have exactly one result: one document on
the inner side with what is in it, or one text of a hold; nothing may be left.
Prints TAP lines, and the time it took.
"""
import hashlib, os, random, signal, subprocess, sys, time, zipfile, io

bin_, samples, base = sys.argv[1:4]
files, users, departments, kills = map(int, sys.argv[4:8])
rng = random.Random(20261121)
state, root, wire, inner, got = (os.path.join(base, d) for d in
                                 ("s", "root", "wire", "inner", "got"))
log = open(os.path.join(base, "watch.log"), "ab")
count = bad = 0


def ok(what, holds, more=""):
    global count, bad
    count += 1
    bad += not holds
    print(f"{'ok' if holds else 'not ok'} {count} - {what}", flush=True)
    if not holds and more:
        print("# " + str(more)[:2000].replace("\n", "\n# "))


def start(*more):
    return subprocess.Popen([f"{bin_}/sekisho-watch", "--state", state, "--root", root,
                             "--send", wire, *more], stdout=log, stderr=log)


for d in (root, wire, got):
    os.makedirs(d)
policy = os.path.join(base, "policy")
docm = open(f"{samples}/planted/docm/vba.docm", "rb").read()
shell = open(f"{samples}/planted/text/shell.txt", "rb").read()
locked = open(f"{samples}/benign/zip/encrypted-aes256.zip", "rb").read()
docx = open(f"{samples}/benign/docx/japanese.docx", "rb").read()
png = open(f"{samples}/benign/png/rotated.png", "rb").read()

# what each user puts where; a third in folders of ten
want = {}  # (department, path below it, with the user) -> fate
people = [(f"課{u % departments:02d}", f"user{u:02d}") for u in range(users)]
made = 0
for i in range(files):
    dep, user = people[i % users]
    k = i // users
    sub = f"資料{k // 10}/" if (k // 10) % 3 == 2 else ""
    kind = rng.random()
    if kind < 0.70:
        name, data, fate = f"メモ{k}.txt", f"{dep} {user} {k}\n".encode(), "released"
    elif kind < 0.80:
        name, data, fate = f"同じ{k}.docx", docx, "released"
    elif kind < 0.88:
        name, data, fate = f"マクロ{k}.docm", docm, "released"
    elif kind < 0.93:
        name, data, fate = f"写真{k}.png", png, "released"
    elif kind < 0.97:
        name, data, fate = f"命令{k}.txt", shell + str(i).encode(), "held"
    else:
        name, data, fate = f"鍵{k}.zip", locked, "password"
    path = f"{root}/in/{dep}/{user}/{sub}{name}"
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "wb") as f:
        f.write(data)
    want[(dep, f"{user}/{sub}{name}")] = fate
print(f"# {len(want)} files, {users} users, {departments} departments, {kills} kills", flush=True)

began = time.time()


def left():
    return sum(len(f) for _, _, f in os.walk(f"{root}/in"))


def texts():
    return sum(n.endswith(".結果.txt") and "フォルダー" not in n
               for d in ("済み", "保留", "要パスワード")
               for _, _, f in os.walk(f"{root}/{d}") for n in f)


p = start()
done = 0
for k in range(kills):
    goal = (k + 1) * len(want) // (kills + 1)
    while True:
        time.sleep(rng.random() * 0.3)
        if p.poll() is not None:
            break
        n = texts()
        if (n + len(want) - left()) / 2 >= goal:
            break
    ok(f"alive before kill {k + 1}", p.poll() is None, f"ended with {p.poll()}")
    p.send_signal(signal.SIGKILL)
    p.wait()
    p = start()
while p.poll() is None and (left() > 0 or texts() < len(want)):
    time.sleep(0.2)
    if time.time() - began > 1800:
        break
took = time.time() - began
ok("all have a result", texts() == len(want), f"{texts()} of {len(want)}, {left()} left")
p.send_signal(signal.SIGTERM)
ok("it ends when told", p.wait(timeout=120) == 0)
ok("nothing is left over", subprocess.run(
    [f"{bin_}/sekisho-watch", "--state", state, "--root", root, "--send", wire, "--once"],
    stdout=log, stderr=log, timeout=300).returncode == 0)
print(f"# figure: {len(want)} files in {took:.1f} s, {len(want) / took:.0f} a second, {kills} kills")

# the inner side
key = os.path.join(base, "key")
with open(key, "wb") as f:
    subprocess.run([f"{bin_}/sekisho", "send", "--state", state, "--public-key"], stdout=f, check=True)
parcels = len(os.listdir(wire))
r = subprocess.run([f"{bin_}/sekisho", "receive", "--key", key, "--state", inner, wire, got],
                   stdout=log, stderr=log)
ok("the inner side takes all", r.returncode == 0, r.returncode)
here = {}
for d, _, names in os.walk(got):
    for n in names:
        if ".receipt." not in n and "/.sekisho" not in d:
            rel = os.path.relpath(os.path.join(d, n), got)
            dep, path = rel.split("/", 1)
            here.setdefault((dep, path), []).append(rel)
out = {(d, p[:-1] + "x" if p.endswith(".docm") else p): f for (d, p), f in want.items()}
released = {k for k, f in out.items() if f == "released"}
ok("each released file is inside, once, under its name", set(here) == released,
   f"missing {sorted(released - set(here))[:5]} more {sorted(set(here) - released)[:5]}")
ok("as many parcels as released files", parcels == len(released), (parcels, len(released)))
ok("with its own content", all(
    open(os.path.join(got, here[k][0])).read().strip() == f"{k[0]} {k[1].split('/')[0]} {k[1].rsplit('メモ', 1)[1][:-4]}"
    for k in released & set(here) if "メモ" in k[1]))
fates = {"released": "済み", "held": "保留", "password": "要パスワード"}
wrong = [k for k, f in want.items() for d in fates.values()
         if os.path.exists(f"{root}/{d}/{k[0]}/{k[1]}.結果.txt") != (d == fates[f])]
ok("each has one text, in the right folder", not wrong and texts() == len(want), wrong[:5])
held = sum(f != "released" for f in want.values())
r = subprocess.run([f"{bin_}/sekisho", "quarantine", "list", "--state", state], capture_output=True, text=True)
n = sum(l[:2] == "01" for l in r.stdout.splitlines())
ok("each that was held is in quarantine, once", n == held, (n, held))
r = subprocess.run([f"{bin_}/sekisho", "audit", "verify", "--state", state], capture_output=True, text=True)
ok("the audit log is sound", r.returncode == 0, r.stderr)
batches = sum(n.endswith(".フォルダーの結果.txt") for _, _, f in os.walk(f"{root}/済み") for n in f)
folders = len({(d, p.rsplit("/", 1)[0]) for d, p in want if p.count("/") == 2})
ok("one text for each folder", batches == folders, (batches, folders))
rest = [d for d in os.listdir(f"{state}/people/in")]
ok("no private copies are left", not rest, rest[:5])
print(f"1..{count}")
sys.exit(bad != 0)
