#!/usr/bin/env python3
"""The console's pages of those who decide, run and look after the gateway.

  console_people.py BIN

Starts sekisho-console with accounts of every role and prints TAP. Requests
and files are made without a watcher; what is sanitised and held is made by
`sekisho clean --spool`.
"""
import csv
import hashlib
import html
import io
import json
import os
import re
import sqlite3
import subprocess
import sys
import tempfile
import time
import urllib.parse

import console
from console import BIN, SECRET, Browser, Server, ok

BAD = "\"><img src=x onerror=alert(1)>\u202e'&"
ACCOUNTS = [("sato", "税務課", "staff"), ("boss", "税務課", "approver"), ("both", "税務課", "staff approver"),
            ("fuku", "福祉課", "approver"), ("deputy", "税務課", "approver"), ("admin", "情報課", "administrator"),
            ("auditor", "監査室", "auditor"), ("all", "税務課", "staff approver administrator auditor")]
CANARY = "SEKISHO-CANARY-people"


def sekisho(state, *words, text=None, good=(0,)):
    p = subprocess.run([BIN + "/sekisho"] + list(words) + ["--state", state], input=text, stdout=subprocess.PIPE,
                       stderr=subprocess.STDOUT, encoding="utf-8", check=False)
    if p.returncode not in good:
        print("# sekisho %s: %d %s" % (" ".join(words), p.returncode, p.stdout[-300:]))
    return p.stdout


class Site:
    """A state with requests, held files and rules, and its server."""

    def __init__(self, tmp):
        self.state = os.path.join(tmp, "state")
        os.mkdir(self.state, 0o700)
        words = []
        for login, department, roles in ACCOUNTS:
            words += [login, department, roles, SECRET, "-"]
        subprocess.run([BIN + "/people_maker", self.state] + words, check=True)
        self.rules = os.path.join(tmp, "rules.conf")
        with open(self.rules, "w", encoding="utf-8") as f:
            f.write('everybody {\n may_release_in_emergency = true\n unsanitised_import = true\n released_days = 30\n}\n')
        self.policy = os.path.join(tmp, "policy.conf")
        with open(self.policy, "w", encoding="utf-8") as f:
            f.write('people {\n rules_file = "%s"\n}\nconsole {\n requests_per_minute = 1000000\n}\n'
                    'profile "strict" {\n limits {\n  max_in_bytes = 4K\n }\n}\n' % self.rules)
        self.files = os.path.join(tmp, "files")
        os.mkdir(self.files)
        with open(os.path.join(self.files, "=1+1 <img src=x onerror=alert(1)>.docx"), "wb") as f:
            f.write(b"PK\3\4broken " + CANARY.encode() + bytes(range(256)))
        with open(os.path.join(self.files, "plain.txt"), "wb") as f:
            f.write("ふつうの文\n".encode() * 1000)
        sekisho(self.state, "clean", "--spool", "--policy", self.policy, self.files, good=(0, 1))
        self.start()

    def start(self):
        self.server = Server.__new__(Server)
        self.server.state = self.state
        self.server.log = open(os.path.join(self.state, "..", "log"), "a+b")
        self.server.p = subprocess.Popen([BIN + "/sekisho-console", "--policy", self.policy, "--state", self.state,
                                          "--port", "0"], stdout=subprocess.PIPE, stderr=self.server.log)
        self.server.port = int(self.server.p.stdout.readline().split()[-1])

    def again(self):
        """Sign-ins are slowed for one address; a new server begins anew."""
        status, log = self.server.stop()
        self.start()
        return status, log

    def rows(self, what, *values):
        db = sqlite3.connect("file:%s/people/index.sqlite?mode=ro" % self.state, uri=True)
        try:
            return db.execute(what, values).fetchall()
        finally:
            db.close()

    def ask(self, login="sato", department="税務課", path="報告.docx", receipt=None):
        """A sanitised file that waits: its transfer, its request, its hash."""
        t = console.make_transfer(self.state, login, department, path, "approval", receipt)
        return (t,) + self.rows("select id, sha256 from request where transfer = ?", t)[0]

    def person(self, login):
        b = Browser(self.server)
        a = b.sign_in(login)
        if a.status != 303:
            print("# %s cannot sign in: %d" % (login, a.status))
        return b

    def log(self):
        out = b""
        for n in os.listdir(self.state + "/audit"):
            if n.endswith(".jsonl"):
                with open(os.path.join(self.state, "audit", n), "rb") as f:
                    out += f.read()
        return [json.loads(line) for line in out.splitlines() if line]


def page_of(site, row, request, item):
    """A real page of a row of the table."""
    return re.sub(r"\{([^}]*)\}", lambda m: {
        "code": "ja", "login": "sato", "month": "2026-11", "n": "1",
        "id": request if "approvals" in row["path"] else item}[m.group(1)], row["path"])


def held_item(site):
    out = [json.loads(l) for l in sekisho(site.state, "quarantine", "list", "--json").splitlines() if l[:1] == "{"]
    return out[0]["id"] if out else "01AAAAAAAAAAAAAAAAAAAAAAAA"


def check_matrix(site):
    """Pages as they are: every row, every role, and nobody."""
    table = json.loads(subprocess.run([BIN + "/sekisho-console", "--routes"], check=True,
                                      stdout=subprocess.PIPE).stdout)
    request, item = site.ask()[1], held_item(site)
    wrong, n = [], 0
    people = {login: (site.person(login), set(roles.split())) for login, _, roles in ACCOUNTS}
    people["nobody"] = (Browser(site.server), set())
    for row in table:
        if row["path"] in ("/logout", "/login"):
            continue
        path, roles = page_of(site, row, request, item), set(row["roles"].split())
        for who, (b, has) in people.items():
            n += 1
            b.token = "" if row["method"] == "POST" else b.token
            a = b.post(path) if row["method"] == "POST" else b.get(path)
            public, may = row["roles"] == "public", row["roles"] in ("public", "anyone") or bool(roles & has)
            if who == "nobody" and not public:
                good = a.status == 303 and a.go.startswith("/login")
            elif row["method"] == "POST":
                good = a.status in (403, 413, 415)  # without its token, whoever it is
            elif may:
                good = a.status in (200, 303, 404) and not a.go.startswith("/login")
            else:
                good = a.status == 403 and CANARY not in a.text
            if not good:
                wrong.append("%s %s as %s: %d %s" % (row["method"], path, who, a.status, a.go))
    ok(not wrong, "%d requests for %d pages: the roles of the table, and a token for every form" % (n, len(table)),
       "\n".join(wrong))
    posts = [r for r in table if r["method"] == "POST" and r["path"] not in ("/login",)]
    wrong = []
    b, other = people["all"][0], people["admin"][0]
    for who in (b, other):
        who.get("/password")
    good = b.token
    for row in posts:
        path = page_of(site, row, request, item)
        for token, headers in ((other.token, {}), ("0" * 64, {}), (good, {"Origin": "https://evil.example"}),
                               (good, {"Sec-Fetch-Site": "cross-site"})):
            b.token = token
            if row["files"]:
                a = b.upload([], token=token, **headers) if path == "/upload" else import_list(
                    b, b"x", token=token, headers=headers)
            else:
                a = b.post(path, headers=headers)
            if a.status != 403:
                wrong.append("%s %s: %d" % (path, headers, a.status))
    ok(not wrong, "%d forms: wrong tokens and other sites" % len(posts), "\n".join(wrong))
    ok(b.get("/users").status == 200 and site.rows("select count(*) from decision")[0][0] == 0, "and nothing was done")


def check_others(site):
    t, request, sha = site.ask(path=CANARY + "-others.docx")
    fuku = site.person("fuku")
    wrong = []
    for path in ("/approvals/" + request, "/approvals/%s/page/1" % request, "/approvals/%s/text" % request,
                 "/approvals/" + t, "/approvals/%s/page/0" % request, "/approvals/%s/page/99999999999" % request):
        a = fuku.get(path)
        if a.status != 404 or CANARY in a.text:
            wrong.append(path)
    ok(not wrong, "an approver of another department sees no request, page or text", wrong)
    ok(CANARY not in fuku.get("/approvals").text, "nor is it in the list")
    fuku.get("/password")
    ok(fuku.post("/approvals/" + request, ("sha256", sha), ("why", ""), ("decision", "yes")).status == 404,
       "nor can they decide")
    ok(fuku.post("/approvals/%s/emergency" % request, ("why", "x")).status == 404, "nor release in an emergency")
    admin = site.person("admin")
    ok(admin.get("/approvals/" + request).status == 200 and admin.get("/approvals/%s/text" % request).status == 403,
       "an administrator sees that it waits, not what it says")
    admin.get("/password")
    ok(admin.post("/approvals/" + request, ("sha256", sha), ("why", ""), ("decision", "yes")).status == 403,
       "and does not decide")
    ok(site.rows("select count(*) from decision where request = ?", request)[0][0] == 0, "nothing was decided")


def check_decisions(site):
    _, own, sha = site.ask(login="both")
    both = site.person("both")
    both.get("/password")
    a = both.post("/approvals/" + own, ("sha256", sha), ("why", ""), ("decision", "yes"))
    ok(a.status in (403, 404) and not site.rows("select 1 from decision where request = ?", own),
       "one's own request, by a form made by hand", a.status)
    ok(own not in both.get("/approvals").text, "and it is not in one's list")
    both.get("/password")
    ok(both.post("/approvals/%s/emergency" % own, ("why", "急ぎ")).status in (403, 404, 303) and
       not site.rows("select 1 from decision where request = ?", own), "nor in an emergency")
    t, request, sha = site.ask(path="決定.docx")
    boss = site.person("boss")
    a = boss.get("/approvals/" + request)
    ok(a.status == 200 and sha in a.text and "決定.docx" in a.text, "a request as its approver sees it")
    path = "/approvals/" + request
    for what, fields, want in (
            ("another hash", (("sha256", "0" * 64), ("why", ""), ("decision", "yes")), (303,)),
            ("no hash", (("sha256", ""), ("why", ""), ("decision", "yes")), (303,)),
            ("a decision that is none", (("sha256", sha), ("why", ""), ("decision", "perhaps")), (400,)),
            ("a rejection without a reason", (("sha256", sha), ("why", " \n"), ("decision", "no")), (303,)),
            ("a field that is not there", (("sha256", sha), ("decision", "yes"), ("quorum", "0")), (400,))):
        a = boss.post(path, *fields)
        ok(a.status in want and not site.rows("select 1 from decision where request = ?", request), what, a.status)
        boss.get("/approvals")
    a = boss.post(path, ("sha256", sha), ("why", "確認しました " + BAD), ("decision", "yes"))
    ok(a.status == 303 and a.go == "/approvals" and
       site.rows("select state from request where id = ?", request) == [(1,)], "approved")
    a = boss.get("/approvals")
    ok("承認しました" in a.text and request not in a.text, "it is said, and gone from the list")
    boss.post(path, ("sha256", sha), ("why", "x"), ("decision", "no"))
    ok(site.rows("select state from request where id = ?", request) == [(1,)], "a second decision counts for nothing")
    a = boss.get(path)
    ok(a.status == 200 and "<img src=x" not in a.text and "確認しました" in a.text, "what one decided can be seen again")
    _, request, sha = site.ask(path="却下.docx")
    boss.get("/approvals")
    boss.post("/approvals/" + request, ("sha256", sha), ("why", "内容が違う"), ("decision", "no"))
    ok(site.rows("select state from request where id = ?", request) == [(2,)], "rejected")


def check_deputy(site):
    _, request, sha = site.ask(path="代理.docx")
    today = time.strftime("%Y-%m-%d")
    admin = site.person("admin")
    admin.get("/users/boss")
    a = admin.post("/users/boss", ("name", "部長"), ("department", "税務課"), ("mail", ""), ("language", "ja"),
                   ("role", "approver"), ("from", ""), ("until", ""), ("deputy", "fuku"), ("away_from", today),
                   ("away_until", today))
    ok(a.status == 303, "an absence with a deputy is entered", re.sub("<[^>]*>", " ", a.text)[-300:])
    fuku = site.person("fuku")
    a = fuku.get("/approvals/" + request)
    ok(a.status == 200 and "代理" in a.text, "the deputy sees what the other would")
    fuku.post("/approvals/" + request, ("sha256", sha), ("why", ""), ("decision", "yes"))
    ok(site.rows("select for_login from decision where request = ?", request) == [("boss",)], "and decides for them")
    admin.get("/users/boss")
    admin.post("/users/boss", ("name", "部長"), ("department", "税務課"), ("mail", ""), ("language", "ja"),
               ("role", "approver"), ("from", ""), ("until", ""), ("deputy", ""), ("away_from", ""), ("away_until", ""))


def check_absence(site):
    """The same, entered by the one who is away."""
    _, request, sha = site.ask(path="不在.docx")
    today, past = time.strftime("%Y-%m-%d"), "2020-01-01"
    boss = site.person("boss")
    a = boss.get("/away")
    ok(a.status == 200 and 'value="fuku"' in a.text and 'value="boss"' not in a.text and 'value="sato"' not in a.text,
       "other approvers are suggested as deputies")
    for what, deputy, since, until in (("oneself", "boss", today, today), ("no approver", "sato", today, today),
                                       ("nobody", "", today, today), ("a login that is none", BAD, today, today),
                                       ("days that are over", "fuku", past, past), ("no last day", "fuku", today, ""),
                                       ("days that are none", "fuku", "x", today)):
        boss.get("/away")
        a = boss.post("/away", ("deputy", deputy), ("from", since), ("until", until))
        ok(a.status == 400 and "<img src=x" not in a.text and
           site.rows("select deputy from account where login = 'boss'") == [("",)], "no deputy: " + what, a.status)
    boss.get("/away")
    ok(boss.post("/away", ("deputy", "fuku"), ("from", today), ("until", today), ("login", "admin")).status == 400,
       "nobody else's absence")
    boss.get("/away")
    a = boss.post("/away", ("deputy", "fuku"), ("from", today), ("until", today))
    ok(a.status == 303 and "不在を登録しました" in boss.get("/away").text, "an absence is entered")
    fuku = site.person("fuku")
    ok(fuku.get("/approvals/" + request).status == 200, "the deputy sees what waits")
    boss.get("/away")
    boss.post("/away/back")
    ok(fuku.get("/approvals/" + request).status == 404 and site.rows(
        "select deputy, away_from, away_until, roles, department from account where login = 'boss'") ==
       [("", "", "", 2, "税務課")], "back: as before")
    ok(any(l["event"] == "account" and l["fields"]["who"] == "boss" for l in site.log()), "it is in the log")


def check_emergency(site):
    _, request, sha = site.ask(path="緊急.docx")
    boss = site.person("boss")
    a = boss.get("/approvals/" + request)
    ok("緊急に持ち込む" in a.text, "an emergency is offered where the rules allow it")
    boss.post("/approvals/%s/emergency" % request, ("why", " "))
    ok(not site.rows("select 1 from decision where request = ?", request), "not without a reason")
    boss.get("/approvals/" + request)
    boss.post("/approvals/%s/emergency" % request, ("why", "避難所の名簿"))
    review = site.rows("select id from request where kind = 1 order by id desc")
    ok(site.rows("select state from request where id = ?", request) == [(1,)] and len(review) == 1,
       "released at once, and a review is asked for")
    if review:
        review = review[0][0]
        ok(boss.get("/approvals/" + review).status == 404, "not of the one who released")
        other = site.person("deputy")
        a = other.get("/approvals/" + review)
        ok(a.status == 200 and "避難所の名簿" in a.text and "適切だった" in a.text, "others see why", a.status)
        other.post("/approvals/" + review, ("sha256", sha), ("why", ""), ("decision", "yes"))
        ok(site.rows("select state from request where id = ?", review) == [(1,)], "and say that it was right")


def check_emergency_by_administrator(site):
    _, request, _ = site.ask(path="夜間.docx")
    admin = site.person("admin")
    a = admin.get("/approvals/" + request)
    ok("緊急に持ち込む" in a.text and 'name="decision"' not in a.text, "an administrator may release, not decide")
    admin.post("/approvals/%s/emergency" % request, ("why", "夜間で承認者がいない"))
    ok(site.rows("select state from request where id = ?", request) == [(1,)] and any(
        e["event"] == "emergency" and e["fields"]["who"] == "admin" for e in site.log()), "and it is in the log")
    with open(site.rules, "w", encoding="utf-8") as f:
        f.write('everybody {\n may_release_in_emergency = false\n unsanitised_import = true\n released_days = 30\n}\n')
    site.again()
    admin = site.person("admin")
    _, request, _ = site.ask(path="夜間2.docx")
    a = admin.get("/approvals/" + request)
    admin.post("/approvals/%s/emergency" % request, ("why", "x"))
    ok("緊急に持ち込む" not in a.text and site.rows("select state from request where id = ?", request) == [(0,)],
       "never where the rules do not allow it")


def check_unsanitised(site):
    drop = os.path.join(site.files, "..", "drop")
    os.makedirs(drop + "/in/税務課/sato")
    body = b"PK\3\4no archive"
    with open(drop + "/in/税務課/sato/専用形式.xlsx", "wb") as f:
        f.write(body)
    sha = hashlib.sha256(body).hexdigest()
    out = subprocess.run([BIN + "/sekisho-watch", "--once", "--policy", site.policy, "--state", site.state, "--root",
                          drop], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    t = (site.rows("select id from transfer where path = '専用形式.xlsx'") or [("",)])[0][0]
    state = site.rows("select state from transfer where id = ?", t)
    if state != [(5,)]:
        ok(False, "the watcher holds it", "%s %s" % (state, out.stdout[-300:]))
        return
    sato = site.person("sato")
    path = "/transfers/" + t
    ok("無害化せずに、原本のまま必要なとき" in sato.get(path).text, "an original can be asked for where the rules allow it")
    for who, why in (("sato", " "), ("both", "他人のもの")):
        b = site.person(who)
        b.get("/transfers")
        b.post(path + "/original", ("why", why))
        ok(not site.rows("select 1 from request where kind = 2"), "not without a reason, nor somebody else's")
    sato.get(path)
    ok(sato.post(path + "/original", ("why", "業者の専用形式 " + BAD)).status == 303, "the one who brought it asks")
    a = sato.get(path)
    ok("承認者が判断します" in a.text and "無害化せずに、原本のまま必要なとき" not in a.text, "and is told so")
    sato.post(path + "/original", ("why", "もう一度"))
    request = site.rows("select id from request where kind = 2")
    ok(len(request) == 1, "an original is asked for once")
    if len(request) != 1:
        return
    request = request[0][0]
    boss = site.person("boss")
    a = boss.get("/approvals/" + request)
    ok("無害化していない原本" in a.text and "業者の専用形式" in a.text and "0 / 2" in a.text and "<img src=x" not in a.text,
       "with its warning, its reason and two approvers", re.sub("<[^>]*>", " ", a.text)[-500:])
    boss.post("/approvals/" + request, ("sha256", sha), ("why", ""), ("decision", "yes"))
    ok(site.rows("select state from request where kind = 2") == [(0,)], "one of them is not enough")
    ok("無害化なし" in boss.get("/approvals/" + request).text, "it stays marked")

    def watch():
        subprocess.run([BIN + "/sekisho-watch", "--once", "--policy", site.policy, "--state", site.state, "--root", drop],
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)

    def inner(*words):
        subprocess.run(["cp", "-r", wire, wire + "2"], check=True)
        p = subprocess.run([BIN + "/sekisho", "receive", "--key", key, "--state", wire + "-state" + "".join(words),
                            *words, wire + "2", got], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                           encoding="utf-8", check=False)
        subprocess.run(["rm", "-r", wire + "2"], check=True)
        return p.returncode, p.stdout

    wire, got, key = drop + "-wire", drop + "-got", drop + ".pub"
    os.mkdir(wire)
    os.mkdir(got)
    watch()
    ok(site.rows("select state from transfer where id = ?", t) == [(5,)], "the watcher keeps it until both agree")
    other = site.person("deputy")
    other.get("/approvals/" + request)
    other.post("/approvals/" + request, ("sha256", sha), ("why", ""), ("decision", "yes"))
    watch()
    ok(site.rows("select state from transfer where id = ?", t) == [(5,)], "and not for two of one department")
    fuku = site.person("fuku")
    fuku.get("/approvals/" + request)
    a = fuku.post("/approvals/" + request, ("sha256", sha), ("why", ""), ("decision", "yes"))
    ok(a.status == 303 and site.rows("select state from request where kind = 2") == [(1,)], "another department agrees")
    watch()
    ok(site.rows("select state from transfer where id = ?", t) == [(4,)], "the watcher releases it by itself")
    with open(key, "w", encoding="ascii") as f:
        f.write(sekisho(site.state, "send", "--public-key"))
    sekisho(site.state, "send", wire)
    status, text = inner()
    ok(status == 1 and "not sanitised" in text and not [n for _, _, n in os.walk(got) if "専用形式" in "".join(n)],
       "the inner side refuses it", text[-300:])
    inner("--allow-unsanitised")
    inside = got + "/税務課/sato/【未無害化】専用形式.xlsx"
    ok(os.path.exists(inside) and open(inside, "rb").read() == body, "and takes it, marked, where that is allowed")
    a = sato.get(path)
    ok("無害化していない原本のまま" in a.text and "無害化したファイル" not in a.text, "the one who asked reads what it is",
       re.sub("<[^>]*>", " ", a.text)[-500:])
    ok("無害化なし（原本）" in sato.get("/transfers").text, "also in the list")
    text = open(drop + "/済み/税務課/sato/専用形式.xlsx.結果.txt", encoding="utf-8").read()
    ok("【未無害化で持込み】" in text and "無害化したファイルを" not in text and "取り除かれていません" in text, "and in the folder",
       text[:300])
    ok(any(l["event"] == "unsanitised" and l["fields"]["who"] == "sekisho-watch" and
           l["fields"]["agreed"] == ["boss", "fuku"] for l in site.log()), "the log says who agreed")


def import_list(b, data, effective="", token=None, headers=None, name="list.csv"):
    if token is None:
        b.get("/user-import")
    edge = "EDGE%d" % len(data)
    out = b""
    for field, value in (("token", b.token if token is None else token), ("effective", effective)):
        out += ('--%s\r\nContent-Disposition: form-data; name="%s"\r\n\r\n%s\r\n' % (edge, field, value)).encode()
    out += ('--%s\r\nContent-Disposition: form-data; name="list"; filename="%s"\r\n\r\n' % (edge, name)).encode()
    out += data + ("\r\n--%s--\r\n" % edge).encode()
    h = {"Content-Type": "multipart/form-data; boundary=" + edge}
    h.update(headers or {})
    return b.ask("POST", "/user-import", body=out, headers=h)


def apply(b, a, effective=""):
    m = re.search(r'name="hash" value="([0-9a-f]{64})"', a.text)
    return b.post("/user-import/apply", ("hash", m.group(1) if m else ""), ("effective", effective))


def check_import(site):
    admin = site.person("admin")
    head = "ログイン,氏名,所属,メール,役割,開始日,終了日\r\n"
    a = import_list(admin, (head + 'ito,"伊藤, 春子",福祉課,,職員 承認者,2020/4/1,\r\nsato,佐藤,福祉課,,職員,,\r\n'
                            ).encode("cp932"))
    ok(a.status == 200 and "伊藤, 春子" in a.text and "職員、承認者" in a.text and "追加: 1" in a.text and
       "変更: 1" in a.text, "a list in CP932 is shown: one new, one moved", re.sub("<[^>]*>", " ", a.text)[-700:])
    ok('class="before"' in a.text and "税務課" in a.text, "with what was before")
    ok(not site.rows("select 1 from account where login = 'ito'"), "nothing has changed yet")
    ok(admin.post("/user-import/apply", ("hash", "0" * 64), ("effective", "")).status == 400, "another list's hash")
    a = import_list(admin, (head + "ito,伊藤 春子,福祉課,,職員 承認者,2020/4/1,\r\nsato,佐藤,福祉課,,職員,,\r\n"
                            ).encode("utf-8-sig"))
    ok(apply(admin, a).go == "/users" and site.rows("select department from account where login = 'sato'") ==
       [("福祉課",)], "the same in UTF-8, brought in")
    ok(site.rows("select count(*) from account where login = 'ito'") == [(1,)], "with the new one")
    a = import_list(admin, (head + "sato,佐藤,税務課,,職員,,\r\n").encode(), "2099-04-01")
    ok("2099-04-01" in a.text, "for the moves of April")
    ok(apply(admin, a, "2099-04-01").status == 303 and site.rows(
        "select department from account where login = 'sato'") == [("福祉課",)], "it waits for its day")
    a = admin.get("/user-import")
    ok("2099-04-01" in a.text and "取り消す" in a.text, "and is listed")
    admin.post("/user-import/cancel", ("effective", "2099-04-01"))
    ok("2099-04-01" not in admin.get("/user-import").text and not site.rows("select 1 from account_pending"),
       "and cancelled")
    for what, data, line in (
            ("a formula as a name", head + "sato,佐藤,税務課,,職員,,\r\nxx,=cmd|' /C calc'!A0,税務課,,職員,,\r\n", "3行目"),
            ("a formula as a department", head + "xx,x,@SUM(1),,職員,,\r\n", "2行目"),
            ("a role that is none", head + "xx,x,税務課,,root,,\r\n", "2行目"),
            ("a login that leaves its folder", head + "../xx,x,税務課,,職員,,\r\n", "2行目"),
            ("too many columns", head + "xx,x,税務課,,職員,,,,,\r\n", "2行目"),
            ("an open quote", head + 'xx,"x,税務課\r\n', "2行目"),
            ("an odd date", head + "xx,x,税務課,,職員,2026-13-45,\r\n", "2行目")):
        a = import_list(admin, data.encode())
        ok(a.status == 400 and line in a.text, "%s: %s is named" % (what, line),
           "%d %s" % (a.status, re.sub("<[^>]*>", " ", a.text)[-300:]))
    a = import_list(admin, (head + "xx,%s,税務課,,職員,,\r\n" % BAD.replace('"', '""').join('""')).encode())
    ok("<img src=x" not in a.text, "markup in a list is text", a.status)
    for what, data in (("nothing", b""), ("bytes", os.urandom(5000)), ("NULs", b"\0" * 100000)):
        a = import_list(admin, data)
        ok(a.status == 400, "a list of %s" % what, a.status)
    a = import_list(admin, (head + "sato,佐藤,税務課,,職員,,\r\n").encode(), "tomorrow")
    ok(a.status in (400, 303), "an odd day", a.status)
    admin.get("/user-import")
    ok(admin.post("/user-import/cancel", ("effective", "../../x")).status in (400, 404), "an odd day to cancel")


def check_accounts(site):
    admin = site.person("admin")
    admin.get("/user-new")
    base = [("department", "税務課"), ("mail", ""), ("language", "ja"), ("from", ""), ("until", ""), ("deputy", ""),
            ("away_from", ""), ("away_until", "")]
    a = admin.post("/user-new", ("login", "new1"), ("name", "新人 <b>太郎"), ("role", "staff"), *base)
    m = re.search(r'class="secret">([^<]{20})<', a.text)
    ok(a.status == 200 and m is not None and "<b>太郎" not in a.text, "a new account, its password shown once",
       re.sub("<[^>]*>", " ", a.text)[-300:])
    if m:
        b = Browser(site.server)
        ok(b.sign_in("new1", html.unescape(m.group(1))).go == "/password", "who gets it must change it")
    for what, fields in (("a formula", (("login", "new2"), ("name", "=1+1"), ("role", "staff"))),
                         ("an unknown role", (("login", "new2"), ("name", "x"), ("role", "root"))),
                         ("a path", (("login", "../../x"), ("name", "x"), ("role", "staff"))),
                         ("one that is there", (("login", "sato"), ("name", "x"), ("role", "staff")))):
        admin.get("/user-new")
        a = admin.post("/user-new", *fields, *base)
        ok(a.status == 400, "a new account: %s" % what, a.status)
    admin.get("/users/sato")
    ok(admin.post("/users/sato/lock", ("what", "disable")).status == 303 and
       Browser(site.server).sign_in("sato").status == 401, "locked out at once")
    admin.get("/users/sato")
    ok("ログインを再び許可する" in admin.get("/users/sato").text, "it can be undone")
    admin.post("/users/sato/lock", ("what", "enable"))
    for _ in range(5):
        Browser(site.server).sign_in("sato", "wrong wrong wrong")
    site.again()
    ok(Browser(site.server).sign_in("sato").status == 401, "locked after failures")
    admin = site.person("admin")
    a = admin.get("/users/sato")
    ok("ロックを解除する" in a.text, "the button to unlock is there")
    admin.post("/users/sato/lock", ("what", "unlock"))
    ok(Browser(site.server).sign_in("sato").status == 303, "unlocked")
    admin.get("/users/admin")
    admin.post("/users/admin/lock", ("what", "disable"))
    ok(admin.get("/users").status == 200, "nobody locks themselves out")
    for what, department, roles in (("another role", "", ("administrator", "approver")),
                                    ("a department to approve in", "福祉課", ("administrator", "approver"))):
        who = "all" if department else "admin"
        me = site.person(who)
        me.get("/users/" + who)
        before = site.rows("select roles, department from account where login = ?", who)
        fields = [("name", "x"), ("mail", ""), ("language", "ja"), ("from", ""), ("until", ""), ("deputy", ""),
                  ("away_from", ""), ("away_until", ""), ("department", department or before[0][1])]
        a = me.post("/users/" + who, *fields, *[("role", r) for r in roles])
        ok(a.status == 400 and site.rows("select roles, department from account where login = ?", who) == before,
           "nobody gives themselves " + what, a.status)
        row = "%s,x,%s,,%s,,\r\n" % (who, department or before[0][1], " ".join(roles))
        for day in "", "2099-04-01":
            a = import_list(me, ("login,name,department,mail,roles,from,until\r\n" + row).encode(), day)
            a = apply(me, a, day) if a.status == 200 else a
            ok(a.status == 400 and site.rows("select roles, department from account where login = ?", who) == before and
               not site.rows("select 1 from account_pending"), "nor by a list" + (", later" if day else ""), a.status)
    admin = site.person("admin")
    admin.get("/users/sato")
    ok(admin.post("/users/sato/lock", ("what", "root")).status == 400, "an unknown order")
    ok(admin.get("/users?words=%E7%A6%8F%E7%A5%89").text.count('scope="row"') >= 1, "accounts are found by department")


def check_quarantine(site):
    admin = site.person("admin")
    item = held_item(site)
    a = admin.get("/quarantine")
    ok(item in a.text and "<img src=x" not in a.text, "the list of what is held")
    a = admin.get("/quarantine/" + item)
    ok(a.status == 200 and CANARY not in a.text.replace(CANARY + "-", ""), "an item, without its original")
    ok(any(l["event"] == "show" and l["fields"]["id"] == item and l["fields"]["who"] == "admin" for l in site.log()),
       "looking at it is in the log")
    ok(item not in admin.get("/quarantine?words=nothinglikethis").text, "the search")
    admin.get("/quarantine/" + item)
    ok(admin.post("/quarantine/%s/rerun" % item).status == 303, "another run")
    for _ in range(100):
        a = admin.get("/quarantine/" + item)
        if "処理の途中" not in a.text:
            break
        time.sleep(0.1)
    ok("処理の途中" not in a.text, "comes to its end")
    admin.post("/quarantine/%s/dispose" % item, ("why", " "))
    ok(item in admin.get("/quarantine").text, "no disposal without a reason")
    admin.post("/quarantine/%s/dispose" % item, ("why", "期限 " + BAD + "\n=1+1"))
    ok(item not in admin.get("/quarantine").text, "destroyed")
    a = admin.get("/quarantine?show=disposed")
    ok(item in a.text and "廃棄済み" in a.text, "and listed among those")
    a = admin.get("/quarantine/" + item)
    ok("廃棄日時" in a.text and "admin" in a.text and "期限" in a.text and "<img src=x" not in a.text and
       "原本を廃棄する" not in a.text, "when, by whom and why")


def check_policy(site):
    admin = site.person("admin")
    a = admin.get("/policies")
    ok(a.status == 200 and "limits.max_in_bytes" in a.text, "the policy in force")
    for profile in ("--state=/tmp/x", "-x", "a b", "../x", "a/b", "$(id)", "'", "x" * 64, ""):
        admin.get("/policies")
        a = admin.post("/policies/dryrun", ("profile", profile), ("days", "30"))
        ok(a.status == 400, "no profile: %s" % profile[:20], a.status)
    for days in ("0", "31", "-1", "x", "1 --release", "99999999999999999999"):
        admin.get("/policies")
        ok(admin.post("/policies/dryrun", ("profile", "standard"), ("days", days)).status == 400, "days: " + days)
    admin.get("/policies")
    before = len(os.listdir(site.state + "/spool/ready")) if os.path.isdir(site.state + "/spool/ready") else 0
    ok(admin.post("/policies/dryrun", ("profile", "standard"), ("days", "30")).status == 303, "a dry run")
    for _ in range(300):
        a = admin.get("/policies")
        if "試行の途中" not in a.text:
            break
        time.sleep(0.1)
    ok("直近の試行の結果" in a.text and "判定が変わるファイルはありません" in a.text, "comes to its end: nothing differs",
       re.sub("<[^>]*>", " ", a.text)[:1500])
    after = len(os.listdir(site.state + "/spool/ready")) if os.path.isdir(site.state + "/spool/ready") else 0
    ok(before == after, "and releases nothing")
    drop = os.path.join(site.files, "..", "drop2")
    os.makedirs(drop + "/in/福祉課/fuku")
    with open(drop + "/in/福祉課/fuku/" + CANARY + ".txt", "w", encoding="utf-8") as f:
        f.write("ふつうの文\n" * 1000)
    subprocess.run([BIN + "/sekisho-watch", "--once", "--policy", site.policy, "--state", site.state, "--root", drop],
                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
    a = admin.get("/quarantine?show=kept")
    ok(CANARY + ".txt" in a.text and "あとで確かめるため" in a.text, "originals kept of delivered files are listed")
    admin.get("/policies")
    admin.post("/policies/dryrun", ("profile", "strict"), ("days", "30"))
    for _ in range(300):
        a = admin.get("/policies")
        if "試行の途中" not in a.text:
            break
        time.sleep(0.1)
    ok(CANARY + ".txt" in a.text and 'data-label="今回の判定">隔離<' in a.text and "判定のみ" in a.text,
       "a stricter profile: the file that would be held is named", re.sub("<[^>]*>", " ", a.text)[:1500])
    ok('<option value="strict"' in a.text and '<option value="standard"' in a.text, "the profiles are there to choose")
    admin.post("/policies/dryrun", ("profile", "nothing"), ("days", "1"))
    a = admin.get("/policies")
    ok("この名前のプロファイルはありません" in a.text and "試行の途中" not in a.text, "a profile that there is not",
       re.sub("<[^>]*>", " ", a.text)[:1500])
    ok(any(l["event"] == "console" and l["fields"]["what"] == "dry-run" for l in site.log()), "it is in the log")


def check_audit(site):
    b = site.person("auditor")
    a = b.get("/audit")
    ok(a.status == 200 and "<img src=x" not in a.text and "管理画面の閲覧 (console)" in a.text, "the log in words")
    a = b.get("/audit?event=decision")
    ok("承認者の決定 (decision)" in a.text and "(received)" not in a.text, "by event")
    a = b.get("/audit?words=" + urllib.parse.quote("決定.docx"))
    ok("決定.docx" in a.text and "却下.docx" not in re.sub("(?s)<option.*?</option>", "", a.text), "by words")
    more = b.get("/audit?page=2")
    ok(more.status == 200 and more.text != a.text, "older lines")
    m = re.search(r'href="(/audit\?[^"]*page=2)"', b.get("/audit").text)
    ok(m is not None and b.get(html.unescape(m.group(1))).status == 200, "by the link of the page")
    a = b.get("/audit/export?form=csv&words=&event=&since=&until=")
    rows = list(csv.reader(io.StringIO(a.text)))
    ok(a.status == 200 and len(rows) > 20 and "attachment" in a.headers["Content-Disposition"], "as CSV")
    bad = [c for r in rows for c in r if c[:1] in ("=", "+", "-", "@", "\t", "\r")]
    ok(not bad, "no cell is a formula", bad[:5])
    a = b.get("/audit/export?form=csv&event=dispose&words=" + urllib.parse.quote("期限"))
    rows = list(csv.reader(io.StringIO(a.text)))
    ok(len(rows) >= 1 and not [r for r in rows if r and r[0][:1] in "=+-@"] and
       not [l for l in a.text.splitlines() if l[:2] in ('"=', "=1")],
       "nor a line of a reason that was cut out by a search", a.text[:300])
    a = b.get("/audit/export?form=jsonl&event=received")
    lines = [json.loads(l) for l in a.text.splitlines()]
    ok(lines and all(l["event"] == "received" for l in lines), "as JSON lines, by event")
    a = b.get("/audit/verify")
    ok("監査記録は完全です" in a.text, "the log is verified")
    for what in ("request", "audit-search", "audit-export", "audit-verify"):
        ok(any(l["event"] == "console" and l["fields"]["what"] == what for l in site.log()), "in the log: " + what)
    for query in ("since=x", "until=2026-1-1", "page=0", "page=x", "words=%00", "nonsense=1", "event=%ff"):
        ok(b.get("/audit?" + query).status == 400, "an odd question: " + query)
    ok("<script>" not in b.get("/audit?event=%3Cscript%3E&words=%3Cscript%3E").text, "no markup from the question")
    a = b.get(time.strftime("/months/%Y-%m"))
    ok(a.status == 200 and "<svg" in a.text and "月次報告" in a.text and "無害化済み" in a.text, "the monthly report")
    a = b.get(time.strftime("/months/%Y-%m/json"))
    ok(a.status == 200 and "totals" in json.loads(a.text), "its figures")
    for month in ("2026-13", "2026-1", "x", "9999-99", "..", "2026-11%00", "2026-11%2f..", "a" * 70):
        ok(b.get("/months/" + month).status in (400, 404), "an odd month: " + month[:20])


def check_mail(site):
    """A held mail whose subject, sender and attachment are markup."""
    bad = "<img src=x onerror=alert(1)>"
    mail = ('From: "%s" <a@example.jp>\r\nTo: b@example.jp\r\nSubject: ">%s<script>alert(2)</script>\r\nMIME-Version: 1.0\r\n'
            'Content-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\nContent-Type: text/plain\r\n\r\nhello\r\n--x\r\n'
            'Content-Type: application/octet-stream; name="%s.exe"\r\nContent-Transfer-Encoding: base64\r\n'
            'Content-Disposition: attachment; filename="%s.exe"\r\n\r\nf0VMRgIBAQAAAAAAAAAAAAIAPgA=\r\n--x--\r\n'
            % (bad, bad, bad, bad))
    sekisho(site.state, "mail", "--policy", site.policy, "--sender", "a@example.jp", "--recipient", "b@example.jp", text=mail)
    sekisho(site.state, "mail", "--policy", site.policy, "--serve", "--once")
    out = [json.loads(l) for l in sekisho(site.state, "quarantine", "list", "--json").splitlines() if l[:1] == "{"]
    items = [o["id"] for o in out if o["name"].endswith(".eml")]
    ok(len(items) == 1, "a mail whose attachment is held", out)
    everyone, wrong, shown = site.person("all"), [], ""
    for path in ["/quarantine?show=all", "/audit"] + ["/quarantine/" + i for i in items]:
        for code in ("ja", "en"):
            everyone.get("/language/" + code)
            a = everyone.get(path)
            shown += a.text
            if a.status != 200 or "<img src=x" in a.text or "<script>alert" in a.text:
                wrong.append("%s %s %d" % (path, code, a.status))
    ok(not wrong, "no markup of its subject, sender or attachment in any page", wrong)
    ok("&lt;img src=x" in shown, "the name of its attachment is there, as text")
    everyone.get("/language/ja")


def check_markup(site):
    """Hostile words in every place that strangers fill, in every page."""
    receipt = os.path.join(site.files, "..", "bad.json")
    f = {"id": BAD, "kind": BAD, "action": BAD, "where": BAD, "count": 2, "detail": BAD, "ja": BAD, "en": BAD}
    with open(receipt, "w", encoding="utf-8") as out:
        json.dump({"schema": "sekisho.receipt/1", "id": BAD, "verdict": "released", "reason": BAD, "reason_ja": BAD,
                   "input": {"name": BAD}, "output": {"name": BAD}, "identified": {"format": BAD},
                   "policy": {"name": BAD}, "findings": [f], "members": []}, out)
    _, request, _ = site.ask(path=BAD + ".docx", receipt=receipt)
    everyone = site.person("all")
    boss = site.person("boss")
    item = held_item(site)
    wrong = []
    for path in ("/approvals", "/approvals/" + request, "/quarantine?show=all", "/quarantine/" + item, "/users",
                 "/users/new1", "/user-import", "/policies", "/health", "/audit", time.strftime("/months/%Y-%m")):
        for b in (everyone, boss):
            for code in ("ja", "en"):
                b.get("/language/" + code)
                a = b.get(path)
                if a.status == 403:
                    continue
                if a.status >= 500 or "<img src=x" in a.text or "\u202e" in a.text or re.search(
                        r"<[^>]*\s(on[a-z]+|style)=", a.text):
                    wrong.append("%s %s %d" % (path, code, a.status))
    ok(not wrong, "no markup of strangers in any page", wrong)
    ok("&lt;img src=x" in boss.get("/approvals/" + request).text, "it is there, as text")
    everyone.get("/language/en")
    left = []
    for path in ("/approvals", "/quarantine", "/users", "/user-import", "/health", "/audit/verify"):
        text = re.sub(r"(?s)<bdi>.*?</bdi>|<option.*?</option>|<header.*?</header>|<h1>.*?</h1>", "",
                      everyone.get(path).text)
        text = re.sub("<[^>]*>", " ", text)
        if re.search("[\u3040-\u30ff]", text):
            left.append("%s %s" % (path, re.findall("[\u3040-\u30ff]+", text)[:4]))
    ok(not left, "no Japanese left in the English pages", left)
    everyone.get("/language/ja")
    left = []
    for path in ("/approvals", "/approvals/" + request, "/quarantine", "/users", "/users/sato", "/user-new",
                 "/user-import", "/health", "/audit/verify", time.strftime("/months/%Y-%m")):
        text = re.sub(r"(?s)<bdi>.*?</bdi>|<option.*?</option>|<header.*?</header>|<head>.*?</head>|<code>.*?</code>"
                      r"|<dd>.*?</dd>", "", everyone.get(path).text)
        words = re.findall(r"[A-Za-z]{3,}(?: [A-Za-z]+){2,}", re.sub("<[^>]*>", " | ", text))
        if words:
            left.append("%s %s" % (path, words[:4]))
    ok(not left, "no English sentence left in the Japanese pages", "\n".join(left))


def check_paths(site):
    b = site.person("all")
    wrong = []
    for base in ("/approvals/", "/quarantine/", "/users/", "/months/"):
        for odd in ("..%2f..%2fkeys", "%2e%2e", "..", "a%00b", "a" * 64, "a" * 5000, "%ff", "a/b/c/d", "-x", "*", "%20",
                    "01AAAAAAAAAAAAAAAAAAAAAAAA%0d%0aX:%20y"):
            a = b.get(base + odd)
            if a.status not in (400, 404, 414, 431) or "X" in a.headers:
                wrong.append("%s%s %d" % (base, odd[:30], a.status))
    ok(not wrong, "odd arguments of paths", wrong)


def main():
    if not os.access(BIN + "/sekisho-console", os.X_OK):
        print("1..0 # SKIP no sekisho-console")
        return 77
    with tempfile.TemporaryDirectory() as tmp:
        site = Site(tmp)
        checks = (check_matrix, check_others, check_decisions, check_deputy, check_absence, check_emergency,
                  check_emergency_by_administrator, check_unsanitised,
                  check_import, check_accounts, check_quarantine, check_policy, check_audit, check_mail, check_markup, check_paths)
        only = sys.argv[2:]
        for check in checks:
            if not only or check.__name__ in only:
                check(site)
                site.again()
        status, log = site.server.stop()
        ok(status == 0 and "ERROR" not in log and "runtime error" not in log and SECRET not in log, "a clean end",
           log[-800:])
        out = sekisho(site.state, "audit", "verify")
        ok("bad" not in out and "not" not in out.split("\n")[0], "the log is whole at the end", out)
    print("1..%d" % console.count[0])
    return 1 if console.count[1] else 0


if __name__ == "__main__":
    sys.exit(main())
