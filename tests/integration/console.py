#!/usr/bin/env python3
"""The console as an attacker and as everybody who works with it meets it.

  console.py BIN [CHECK...]

Starts sekisho-console on a free port with accounts of every role, speaks HTTP
to it by hand, and prints TAP.
"""
import http.client
import http.cookies
import json
import os
import random
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.parse

BIN = os.path.abspath(sys.argv[1])
SECRET = "sakura no hana ga saku"
ROLES = {"sato": "staff", "approver": "approver", "admin": "administrator", "auditor": "auditor"}
BAD_NAME = '<img src=x onerror="alert(1)">\u202e"\'&SEKISHO-CANARY-console-name.docx'
count = [0, 0]


def ok(good, what, note=""):
    count[0] += 1
    if not good:
        count[1] += 1
    print("%sok %d %s" % ("" if good else "not ", count[0], what))
    if not good and note:
        print("# " + str(note)[:400].replace("\n", "\n# "))
    sys.stdout.flush()


class Server:
    def __init__(self, state, policy="", rules=""):
        self.state = state
        conf = os.path.join(state, "policy.conf")
        with open(conf, "w", encoding="utf-8") as f:
            f.write('console {\n%s\n}\n' % (policy or "requests_per_minute = 1000000"))
            f.write('people {\nrules_file = "%s"\n}\n' % rules if rules else "")
        self.log = open(os.path.join(state, "log"), "w+b")
        self.p = subprocess.Popen([BIN + "/sekisho-console", "--policy", conf, "--state", state, "--port", "0",
                                   "--verbose"], stdout=subprocess.PIPE, stderr=self.log)
        line = self.p.stdout.readline().decode()
        self.port = int(line.split()[-1]) if "port" in line else 0

    def stop(self):
        self.p.terminate()
        status = self.p.wait(30)
        self.log.seek(0)
        return status, self.log.read().decode("utf-8", "replace")


class Answer:
    def __init__(self, r):
        self.status, self.headers = r.status, r.headers
        self.body = r.read()
        self.text = self.body.decode("utf-8", "replace")
        self.go = r.headers.get("Location", "")


class Browser:
    """One person's browser: keeps cookies, knows the token of the last form."""

    def __init__(self, server, host=None):
        self.server, self.cookies, self.token = server, {}, ""
        self.host = host or "127.0.0.1:%d" % server.port

    def ask(self, method, path, fields=None, body=None, headers=None, token=True):
        h = {"Host": self.host}
        if self.cookies:
            h["Cookie"] = "; ".join("%s=%s" % c for c in self.cookies.items())
        if fields is not None:
            if token:
                fields = [("token", self.token)] + list(fields)
            body = urllib.parse.urlencode(fields)
            h["Content-Type"] = "application/x-www-form-urlencoded"
        h.update(headers or {})
        c = http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=60)
        c.request(method, path, body, h)
        a = Answer(c.getresponse())
        c.close()
        for line in a.headers.get_all("Set-Cookie") or []:
            jar = http.cookies.SimpleCookie(line)
            for name, m in jar.items():
                self.cookies[name] = m.value
        m = re.search(r'name="token" value="([0-9a-f]*)"', a.text)
        if m:
            self.token = m.group(1)
        return a

    def get(self, path, **more):
        return self.ask("GET", path, **more)

    def post(self, path, *fields, **more):
        return self.ask("POST", path, fields, **more)

    def sign_in(self, login, password=SECRET, **more):
        self.get("/login")
        return self.post("/login", ("login", login), ("password", password), ("next", "/"), **more)

    def upload(self, files, fields=(), token=None, boundary="BOUNDARY", **more):
        parts = [("token", None, self.token if token is None else token)] + [(n, None, v) for n, v in fields]
        parts += [("files", name, data) for name, data in files]
        out = b""
        for field, name, data in parts:
            out += b"--" + boundary.encode() + b"\r\nContent-Disposition: form-data; name=\"" + field.encode() + b'"'
            if name is not None:
                out += b'; filename="' + name.encode("utf-8", "surrogateescape") + b'"'
            out += b"\r\n\r\n" + (data if isinstance(data, bytes) else data.encode()) + b"\r\n"
        out += b"--" + boundary.encode() + b"--\r\n"
        return self.ask("POST", "/upload", body=out, headers=dict(
            {"Content-Type": "multipart/form-data; boundary=" + boundary}, **more))


def make_people(state):
    words = []
    for login, roles in ROLES.items():
        words += [login, "税務課" if login != "auditor" else "監査課", roles, SECRET, "-"]
    words += ["ono", "福祉課", "staff", SECRET, "-", "fresh", "税務課", "staff", SECRET, "must-change",
              "all", "税務課", "staff approver administrator auditor", SECRET, "-"]
    subprocess.run([BIN + "/people_maker", state] + words, check=True)


def make_transfer(state, login, department, path, what, receipt=None):
    return subprocess.run([BIN + "/transfer_maker", state, login, department, path, what, "README.md"] +
                          ([receipt] if receipt else []), check=True, stdout=subprocess.PIPE).stdout.decode().strip()


def raw(server, data, wait=5.0):
    s = socket.create_connection(("127.0.0.1", server.port), timeout=wait)
    s.sendall(data)
    out = b""
    try:
        while True:
            some = s.recv(65536)
            if not some:
                break
            out += some
            if b"\r\n\r\n" in out and b"Connection: close" not in out:
                break
    except (socket.timeout, ConnectionResetError):
        pass
    s.close()
    return out


# ---- checks


def check_way_in(s):
    b = Browser(s)
    a = b.get("/transfers")
    ok(a.status == 303 and a.go == "/login?next=%2Ftransfers", "who is not signed in is sent to the sign-in", a.go)
    a = b.sign_in("sato")
    ok(a.status == 303 and a.go == "/", "sign-in", a.text)
    cookie = [c for c in a.headers.get_all("Set-Cookie") if "session" in c][0]
    ok("HttpOnly" in cookie and "SameSite=Strict" in cookie and re.search(r"=[0-9a-f]{64};", cookie) is not None,
       "the cookie is random, HttpOnly and of this site only", cookie)
    a = b.get("/transfers")
    ok(a.status == 200, "a page after sign-in")
    old = dict(b.cookies)
    ok(b.post("/logout").go == "/login", "sign-out")
    b.cookies = old
    ok(b.get("/transfers").status == 303, "the cookie is worth nothing after sign-out")
    ok(b.sign_in("sato", "wrong wrong wrong").status == 401, "a wrong password")
    one = b.sign_in("nobody", "wrong wrong wrong").text
    two = b.sign_in("ono", "wrong wrong wrong").text
    strip = lambda t: re.sub(r'value="[^"]*"', "", t)
    ok(strip(one) == strip(two), "unknown and wrong get the same answer")
    b = Browser(s)
    b.sign_in("sato")
    ok("前回のログイン" in b.get("/transfers").text, "the last sign-in is shown")
    ok("前回のログイン" not in b.get("/transfers").text, "and shown once")
    a = Browser(s)
    a.get("/login?next=%2Ftransfers")
    ok(a.post("/login", ("login", "sato"), ("password", SECRET), ("next", "/transfers")).go == "/transfers",
       "after sign-in one is where one wanted to be")
    for next_ in ("//evil.example/", "/\\evil.example", "/logout"):
        a = Browser(s)
        a.get("/login")
        got = a.post("/login", ("login", "sato"), ("password", SECRET), ("next", next_)).go
        ok(got == "/", "no way to %s by signing in" % next_, got)


def check_fixation(s):
    b = Browser(s)
    b.cookies["sekisho-session"] = "a" * 64
    b.get("/login")
    b.post("/login", ("login", "sato"), ("password", SECRET), ("next", "/"))
    ok(b.cookies["sekisho-session"] != "a" * 64, "a planted session is replaced")
    thief = Browser(s)
    thief.cookies["sekisho-session"] = "a" * 64
    ok(thief.get("/transfers").status == 303, "and opens nothing")
    first = b.cookies["sekisho-session"]
    b.get("/login")
    c = Browser(s)
    c.cookies["sekisho-session"] = first
    c.cookies.update({k: v for k, v in b.cookies.items() if "guest" in k})
    c.get("/login")
    g = Browser(s)
    g.get("/login")
    g.cookies["sekisho-session"] = first
    g.post("/login", ("login", "sato"), ("password", SECRET), ("next", "/"))
    ok(g.cookies["sekisho-session"] != first, "a new session at every sign-in")
    old = Browser(s)
    old.cookies["sekisho-session"] = first
    ok(old.get("/transfers").status == 303, "and the one before is over")


def check_lock_out(s):
    b = Browser(s)
    for _ in range(5):
        b.sign_in("ono", "wrong wrong wrong")
    ok(b.sign_in("ono").status == 401, "five failures lock an account, for the right password too")
    ok(Browser(s).sign_in("sato").status == 303, "others are not locked")


def check_csrf(s):
    b = Browser(s)
    ok(b.sign_in("sato", token=False).status == 403, "sign-in without the token of its form")
    b.sign_in("sato")
    b.get("/password")
    good = b.token
    fields = [("old", SECRET), ("new", "x" * 20), ("again", "x" * 20)]
    ok(b.post("/password", *fields, token=False).status == 403, "a form without a token")
    b.token = "0" * 64
    ok(b.post("/password", *fields).status == 403, "a form with another token")
    other = Browser(s)
    other.sign_in("admin")
    other.get("/password")
    b.token = other.token
    ok(b.post("/password", *fields).status == 403, "a form with somebody else's token")
    for name, value in (("Origin", "https://evil.example"), ("Origin", "null"), ("Sec-Fetch-Site", "cross-site"),
                        ("Sec-Fetch-Site", "same-site"), ("Origin", "http://127.0.0.1:1")):
        b.token = good
        ok(b.post("/logout", headers={name: value}).status == 403, "a form from elsewhere: %s %s" % (name, value))
    b.token = good
    ok(b.get("/transfers").status == 200, "none of it did anything")
    ok(b.upload([("a.txt", "x")], token="0" * 64).status == 403, "an upload with another token")
    ok(b.ask("POST", "/logout", body="{}", headers={"Content-Type": "application/json"}).status == 415,
       "a body of another kind")
    ok(b.ask("GET", "/logout?token=" + good).status == 404, "a form's page cannot be asked for by a link")
    b.token = good
    ok(b.post("/logout", headers={"Origin": "http://" + b.host, "Sec-Fetch-Site": "same-origin"}).status == 303,
       "a form of this site")


def check_others_files(s):
    mine = make_transfer(s.state, "sato", "税務課", "mine.docx", "password")
    theirs = make_transfer(s.state, "ono", "福祉課", "SEKISHO-CANARY-console-theirs.docx", "password")
    b = Browser(s)
    b.sign_in("sato")
    ok(b.get("/transfers/" + mine).status == 200, "one's own file")
    a = b.get("/transfers/" + theirs)
    ok(a.status == 404 and "CANARY" not in a.text, "somebody else's file is not there")
    ok(b.get("/transfers/01AAAAAAAAAAAAAAAAAAAAAAAA").text.count("<h1>") == 1 and
       re.sub(r"back=[^\"]*|01[0-9A-Z]{24}", "", b.get("/transfers/01AAAAAAAAAAAAAAAAAAAAAAAA").text) ==
       re.sub(r"back=[^\"]*|01[0-9A-Z]{24}", "", a.text), "and looks like one that never was")
    ok(b.post("/transfers/%s/password" % theirs, ("password", "x")).status == 404, "no password for somebody else's")
    ok(b.post("/transfers/%s/urge" % theirs, ("why", "x")).status == 404, "nor a hurry")
    ok("CANARY-console-theirs" not in b.get("/transfers").text, "the list is one's own")
    ok("CANARY-console-theirs" not in b.get("/transfers?q=CANARY").text, "and so is the search")
    ok("CANARY-console-theirs" not in b.get("/transfers/part").text, "and the part of the script")


def check_markup(s):
    """Hostile words: names of files, fields, addresses."""
    receipt = os.path.join(s.state, "bad.json")
    bad = "<script>alert('SEKISHO-CANARY-console-receipt')</script>"
    finding = {"id": "ooxml.vba", "kind": bad, "action": bad, "where": bad, "count": 2, "detail": bad + "http://x/",
               "ja": bad, "en": bad}
    with open(receipt, "w", encoding="utf-8") as f:
        json.dump({"schema": "sekisho.receipt/1", "id": bad, "verdict": "released", "reason": bad, "reason_ja": bad,
                   "input": {"name": bad, "sha256": bad}, "output": {"name": bad, "sha256": bad},
                   "identified": {"format": bad}, "policy": {"name": bad}, "version": bad, "findings": [finding],
                   "members": [{"input": {"name": bad}, "verdict": bad, "reason": bad, "reason_ja": bad,
                                "members": [], "findings": []}]}, f)
    t = make_transfer(s.state, "sato", "税務課", BAD_NAME, "released", receipt)
    b = Browser(s)
    b.sign_in("sato")
    shown = b.get("/transfers/" + t).text + b.get("/transfers").text + b.get("/transfers/part").text
    ok("CANARY-console-name" in shown and "<img" not in shown, "a name of a file is text")
    ok("CANARY-console-receipt" in shown and "<script>" not in shown and "alert('SEK" not in shown,
       "a receipt is text")
    ok("\u202e" not in shown and "http://x/" not in shown, "no hidden turn of the text, no live address")
    ok(not re.search(r"<[^>]*\s(on[a-z]+|style)=", shown), "no handler, no style in the markup")
    for path in ("/transfers?q=%22%3E%3Cscript%3Ealert(1)%3C/script%3E", "/login?next=%22%3E%3Cscript%3E",
                 "/%3Cscript%3Ealert(1)%3C/script%3E", "/transfers/%3Cscript%3E"):
        a = b.get(path)
        ok("<script>" not in a.text, "no markup from %s" % path)
    a = b.upload([('<b>&"x.txt', "words"), ("../../etc/passwd", "x"), ("a/../../b/\x01c.txt", "x")],
                 [("class", "II"), ("folder", "../../out")])
    ok(a.status == 303, "odd names are taken", a.text)
    shown = b.get("/transfers").text
    ok("<b>" not in shown.replace("<b>関所</b>", "") and ".." not in re.sub(r'<[^>]*>', "", shown),
       "and made safe: no markup, no way up")
    ok("etc/passwd" in shown, "below the person's folder")


def check_hurry(s):
    t = make_transfer(s.state, "sato", "税務課", "urgent.docx", "approval")
    conf = os.path.join(s.state, "rules.conf")
    with open(conf, "w", encoding="utf-8") as f:
        f.write("everybody {\n may_release_in_emergency = true\n}\n")
    s.stop()
    s = Server(s.state, rules=conf)
    b = Browser(s)
    b.sign_in("sato")
    ok("/urge" in b.get("/transfers/" + t).text, "a hurry can be said")
    text = re.sub("<[^>]*>", "", b.get("/transfers/" + t).text)
    ok("承認できる人税務課の承認者" in text, "and who may approve", text[-900:])
    bad = "<b>SEKISHO-CANARY-console-urge"
    ok(b.post("/transfers/%s/urge" % t, ("why", " ")).status == 303 and "/urge" in b.get("/transfers/" + t).text,
       "with a reason only")
    b.post("/transfers/%s/urge" % t, ("why", bad))
    ok("/urge" not in b.get("/transfers/" + t).text, "once")
    a = Browser(s)
    a.sign_in("approver")
    m = re.search(r'/approvals/[0-9A-Za-z]{20,40}', a.get("/approvals").text)
    shown = a.get(m.group(0)).text if m else ""
    ok("CANARY-console-urge" in shown and "<b>SEK" not in shown, "the approver sees why, as text", shown[-500:])
    return s


def check_odd_requests(s):
    b = Browser(s)
    b.sign_in("sato")
    jar = "; ".join("%s=%s" % c for c in b.cookies.items())
    host = "Host: 127.0.0.1:%d\r\n" % s.port
    for path in ("/static/../../../../etc/passwd", "/static/%2e%2e/%2e%2e/etc/passwd", "/static/..%2f..%2fetc/passwd",
                 "/static/style.css%00.png", "/static//style.css", "/etc/passwd", "//etc/passwd", "/static/",
                 "/transfers/..%2f..%2fkeys%2fmaster.key", "/static\\..\\x"):
        a = raw(s, ("GET %s HTTP/1.1\r\n%sCookie: %s\r\nConnection: close\r\n\r\n" % (path, host, jar)).encode())
        ok(b" 404 " in a.split(b"\r\n")[0] or b" 400 " in a.split(b"\r\n")[0], "no way to %s" % path,
           a.split(b"\r\n")[0])
    cases = [
        ("another host", "GET /login HTTP/1.1\r\nHost: evil.example\r\n\r\n", (421,)),
        ("two hosts", "GET /login HTTP/1.1\r\n%sHost: evil.example\r\n\r\n" % host, (400,)),
        ("no host", "GET /login HTTP/1.1\r\n\r\n", (400,)),
        ("no host, old protocol", "GET /login HTTP/1.0\r\n\r\n", (400,)),
        ("two lengths", "POST /login HTTP/1.1\r\n%sContent-Length: 1\r\nContent-Length: 2\r\n\r\nxx" % host, (400,)),
        ("chunks and a length",
         "POST /login HTTP/1.1\r\n%sContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" % host, (400,)),
        ("chunks", "POST /login HTTP/1.1\r\n%sTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" % host, (400,)),
        ("no length", "POST /login HTTP/1.1\r\n%s\r\n" % host, (411,)),
        ("a negative length", "POST /login HTTP/1.1\r\n%sContent-Length: -1\r\n\r\n" % host, (400, 0)),
        ("a huge length", "POST /login HTTP/1.1\r\n%sContent-Type: application/x-www-form-urlencoded\r\n"
         "Content-Length: 99999999999\r\n\r\n" % host, (413,)),
        ("a body with GET", "GET /login HTTP/1.1\r\n%sContent-Length: 3\r\n\r\nabc" % host, (400,)),
        ("a long header", "GET /login HTTP/1.1\r\n%sX: %s\r\n\r\n" % (host, "a" * 40000), (431, 413, 0)),
        ("a long path", "GET /%s HTTP/1.1\r\n%s\r\n" % ("a" * 60000, host), (414, 431, 0)),
        ("many headers", "GET /login HTTP/1.1\r\n%s%s\r\n" % (host, "X: y\r\n" * 5000), (431, 413, 0)),
        ("TRACE", "TRACE /login HTTP/1.1\r\n%s\r\n" % host, (404, 400, 405)),
        ("PUT", "PUT /login HTTP/1.1\r\n%sContent-Length: 0\r\n\r\n" % host, (404,)),
        ("no HTTP", "\x16\x03\x01\x02\x00\x01\r\n\r\n", (400, 0)),
    ]
    for what, text, good in cases:
        a = raw(s, text.encode("latin-1"))
        m = re.match(rb"HTTP/1\.[01] (\d+)", a)
        ok((int(m.group(1)) if m else 0) in good, what, a[:200])
    a = b.get("/language/en?back=/transfers%0d%0aSet-Cookie:%20x=SEKISHO-CANARY-console-header")
    ok("CANARY" not in str(a.headers) and a.go == "/", "no header from a field", a.headers)
    a = b.get("/transfers?nonsense=1")
    ok(a.status == 400, "a field that the page does not know")
    a = b.get("/transfers?q=%00x")
    ok(a.status == 400, "a NUL in a field")
    b.get("/password")
    ok(b.ask("POST", "/password", body="token=%s&old=%%ff%%fe&new=x&again=x" % b.token, headers={
        "Content-Type": "application/x-www-form-urlencoded"}).status == 400, "a field that is not UTF-8")
    ok(b.post("/password", ("old", "a" * 100000), ("new", "x"), ("again", "x")).status == 413, "a field too long")
    for kind in ("multipart/form-data", "multipart/form-data; boundary=", "multipart/form-data; boundary=" + "b" * 5000):
        a = b.ask("POST", "/upload", body=b"--\r\n\r\n--", headers={"Content-Type": kind})
        ok(a.status in (400, 403), "a body that is no form: %s" % kind[:40], a.status)
    a = b.get("/login").headers
    want = {"Content-Security-Policy": "default-src 'none'", "X-Content-Type-Options": "nosniff",
            "Cache-Control": "no-store", "Referrer-Policy": "same-origin", "X-Frame-Options": "DENY"}
    for path in ("/login", "/transfers", "/nothing", "/admin", "/static/style.css"):
        a = b.get(path).headers
        missing = [k for k, v in want.items() if v not in a.get(k, "") and not
                   (k == "Cache-Control" and path.startswith("/static/"))]
        ok(not missing, "headers of %s" % path, missing)
    ok("unsafe" not in b.get("/login").headers["Content-Security-Policy"], "no inline script or style")


def check_first_password(s):
    b = Browser(s)
    ok(b.sign_in("fresh").go == "/password", "who must change the password is led there")
    ok(b.get("/transfers").go == "/password" and b.get("/upload").go == "/password", "and comes nowhere else")
    b.get("/password")
    first = b.cookies["sekisho-session"]
    a = b.post("/password", ("old", SECRET), ("new", "short"), ("again", "short"))
    ok(a.status == 400, "a short password")
    a = b.post("/password", ("old", "wrong wrong wrong"), ("new", "haru no umi hinemosu"),
               ("again", "haru no umi hinemosu"))
    ok(a.status == 400, "without the old one")
    elsewhere = Browser(s)
    elsewhere.sign_in("fresh")
    b.get("/password")
    a = b.post("/password", ("old", SECRET), ("new", "haru no umi hinemosu"), ("again", "haru no umi hinemosu"))
    ok(a.status == 303 and b.cookies["sekisho-session"] != first, "a changed password is a new session", a.text)
    ok(b.get("/transfers").status == 200, "that goes on")
    ok(elsewhere.get("/password").status == 303, "all others are over")


def check_matrix(s):
    """Every page with every role, and without one."""
    table = json.loads(subprocess.run([BIN + "/sekisho-console", "--routes"], check=True,
                                      stdout=subprocess.PIPE).stdout)
    people = {}
    for login, role in list(ROLES.items()) + [("all", "staff approver administrator auditor")]:
        b = Browser(s)
        b.sign_in(login)
        b.get("/password")
        people[login] = (b, set(role.split()))
    wrong = []
    n = 0
    for row in table:
        path = re.sub(r"\{[^}]*\}", "01AAAAAAAAAAAAAAAAAAAAAAAA", row["path"])
        if path in ("/logout", "/login"):
            continue
        public, roles = row["roles"] == "public", set(row["roles"].split())
        for who, (b, has) in [("nobody", (Browser(s), set()))] + list(people.items()):
            n += 1
            if row["method"] == "POST":
                a = b.upload([]) if row["files"] and path == "/upload" else b.post(path)
            else:
                a = b.get(path)
            if who == "nobody":
                good = a.status != 303 if public and "language" not in path else a.status in (303, 404) and (
                    a.go.startswith("/login") or public)
            elif public or row["roles"] == "anyone" or roles & has:
                good = a.status != 403 and a.status < 500 and not a.go.startswith("/login")
            else:
                good = a.status == 403
            if not good:
                wrong.append("%s %s as %s: %d %s" % (row["method"], path, who, a.status, a.go))
            if who != "nobody" and a.status == 303 and a.go == "/login":
                break
    ok(not wrong, "permission matrix: %d requests for %d pages" % (n, len(table)), "\n".join(wrong))
    roles = Browser(s)
    roles.sign_in("sato")
    for path in ("/approvals", "/quarantine", "/users", "/audit", "/policies", "/health", "/months"):
        ok(roles.get(path).status in (403, 404), "staff has no %s" % path)


def check_slow(s):
    began = time.monotonic()
    slow = []
    for i in range(8):
        c = socket.create_connection(("127.0.0.1", s.port))
        c.sendall(b"POST /login HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nContent-Type: application/x-www-form-urlencoded\r\n"
                  b"Content-Length: 20000\r\n\r\n" % s.port if i % 2 else b"GET /login HTTP/1.1\r\nX")
        c.setblocking(False)
        slow.append(c)
    open_ = set(slow)
    worst = 0.0
    while open_ and time.monotonic() - began < 45:
        time.sleep(1)
        for c in list(open_):
            try:
                c.send(b"a")
                if c.recv(4096) == b"":
                    open_.discard(c)
            except BlockingIOError:
                pass
            except OSError:
                open_.discard(c)
        t = time.monotonic()
        Browser(s).get("/login")
        worst = max(worst, time.monotonic() - t)
    ok(not open_, "whoever sends a byte a second is shut out within 45 s (%d left)" % len(open_))
    ok(worst < 2, "others are served meanwhile (%.2f s at most)" % worst)
    for c in slow:
        c.close()


def check_flood():
    with tempfile.TemporaryDirectory() as state:
        make_people(state)
        s = Server(state, "connections_per_address = 8\nrequests_per_minute = 60\nidle_s = 60")
        held = []
        for _ in range(20):
            c = socket.create_connection(("127.0.0.1", s.port))
            c.settimeout(1)
            held.append(c)
        time.sleep(0.5)
        alive = 0
        for c in held:
            try:
                alive += c.recv(1) != b""
            except socket.timeout:
                alive += 1
            except OSError:
                pass
        ok(alive <= 8, "an address has at most 8 connections (%d)" % alive)
        for c in held:
            c.close()
        time.sleep(0.5)
        seen = [Browser(s).get("/static/icon.svg").status for _ in range(80)]
        ok(seen.count(200) <= 61 and seen.count(429) >= 15, "then 429: too many requests (%d fine)" % seen.count(200))
        status, log = s.stop()
        ok(status == 0, "a clean end", log[-500:])


def check_guessing():
    with tempfile.TemporaryDirectory() as state:
        make_people(state)
        s = Server(state)
        b = Browser(s)
        seen = [b.sign_in("user%d" % i, "wrong wrong wrong").status for i in range(14)]
        ok(seen.count(429) >= 3 and seen[0] == 401, "guessing many names from one address is slowed", seen)
        s.stop()


def check_strangers():
    """However many strangers there are, who was here before comes in."""
    with tempfile.TemporaryDirectory() as state:
        make_people(state)
        s = Server(state)
        ok(Browser(s).sign_in("sato").status == 303, "a person signs in")
        seen = []
        for i in range(140):
            c = http.client.HTTPConnection("127.0.0.1", s.port, timeout=60, source_address=("127.0.1.%d" % (1 + i // 7), 0))
            c.request("POST", "/login", "login=sato&password=x", {"Content-Type": "application/x-www-form-urlencoded",
                                                                 "Host": "127.0.0.1:%d" % s.port})
            seen.append(c.getresponse().status)
            c.close()
        ok(429 in seen and 403 in seen, "many addresses together are slowed", seen)
        ok(Browser(s).sign_in("sato").status == 303, "the person signs in again from the same address")
        s.stop()
        s = Server(state, "connections = 16")
        ok(Browser(s).sign_in("sato").status == 303, "with few connections")
        held = []
        for i in range(40):
            held.append(socket.create_connection(("127.0.0.1", s.port), source_address=("127.0.1.%d" % (1 + i // 2), 0)))
        time.sleep(0.5)
        try:
            ok(Browser(s).get("/login").status == 200, "strangers do not take all of them")
        except OSError as e:
            ok(False, "strangers do not take all of them", e)
        for c in held:
            c.close()
        s.stop()


def check_proxy():
    with tempfile.TemporaryDirectory() as state:
        make_people(state)
        s = Server(state, 'proxy = "127.0.0.1"\nproxy_header = "X-Remote-User"\nhosts = "sekisho.example"\n'
                          'requests_per_minute = 1000')
        b = Browser(s, host="sekisho.example")
        a = b.get("/login", headers={"X-Remote-User": "sato", "X-Forwarded-For": "6.6.6.6, 10.1.2.3"})
        ok(a.status == 303 and "__Host-sekisho-session" in b.cookies, "the proxy's person is signed in", a.headers)
        ok("; Secure" in a.headers["Set-Cookie"], "and the cookie is Secure")
        ok(b.get("/transfers", headers={"X-Remote-User": "sato"}).status == 200, "and goes on")
        ok(b.get("/transfers", headers={"X-Remote-User": "admin"}).status == 303,
           "another person's name ends the session")
        b = Browser(s, host="sekisho.example")
        ok("__Host-sekisho-session" not in (b.get("/login", headers={"X-Remote-User": "nobody"}) and b.cookies),
           "who has no account is not")
        status, _ = s.stop()
        log = subprocess.run("grep -h 10.1.2.3 %s/audit/* | head -3" % state, shell=True, stdout=subprocess.PIPE,
                             check=False).stdout
        ok(b"10.1.2.3" in log, "the audit log has the address that the proxy named last", log)
        s = Server(state, 'proxy_header = "X-Remote-User"')
        b = Browser(s)
        b.get("/login", headers={"X-Remote-User": "sato", "X-Forwarded-For": "10.1.2.3"})
        ok("sekisho-session" not in b.cookies, "a header from elsewhere signs nobody in")
        s.stop()


def start_directory(tmp):
    """A slapd with one person, on a local socket; None without slapd."""
    slapd = shutil.which("slapd", path="/usr/sbin:/usr/bin")
    if not slapd:
        return None, ""
    os.mkdir(tmp + "/ldap")
    with open(tmp + "/slapd.conf", "w", encoding="utf-8") as f:
        f.write("include /etc/ldap/schema/core.schema\nmodulepath /usr/lib/ldap\nmoduleload back_mdb\n"
                "pidfile %s/slapd.pid\ndatabase mdb\nsuffix \"dc=example\"\ndirectory %s/ldap\n"
                "access to attrs=userPassword by anonymous auth by * none\naccess to * by * read\n" % (tmp, tmp))
    ldif = "dn: dc=example\nobjectClass: dcObject\nobjectClass: organization\no: x\ndc: example\n\n"
    for who in ("sato", "nobody"):
        ldif += ("dn: cn=%s,dc=example\nobjectClass: person\ncn: %s\nsn: x\nuserPassword: of the directory\n\n"
                 % (who, who))
    subprocess.run([slapd, "-T", "add", "-f", tmp + "/slapd.conf"], input=ldif.encode(), check=True)
    uri = "ldapi://" + urllib.parse.quote(tmp + "/ldapi", safe="")
    p = subprocess.Popen([slapd, "-f", tmp + "/slapd.conf", "-h", uri, "-d", "0"], stderr=subprocess.DEVNULL)
    for _ in range(100):
        if os.path.exists(tmp + "/ldapi"):
            break
        time.sleep(0.1)
    return p, uri


def check_directory():
    with tempfile.TemporaryDirectory() as state:
        make_people(state)
        with tempfile.TemporaryDirectory() as tmp:
            p, uri = start_directory(tmp)
            if p is None:
                print("# no slapd: signing in by a directory is not looked at")
                return
            s = Server(state, 'ldap_uri = "%s"\nldap_dn = "cn=%%s,dc=example"' % uri)
            good = "of the directory"
            ok(Browser(s).sign_in("sato", good).go == "/", "the directory's password signs in")
            ok(Browser(s).sign_in("sato", "wrong wrong wrong").status == 401, "another one does not")
            ok(Browser(s).sign_in("sato", "").status == 401, "nor none at all")
            ok(Browser(s).sign_in("nobody", good).status == 401, "who has no account here stays out")
            ok(Browser(s).sign_in("sato,dc=example", good).status == 401, "a name that is more than a name")
            ok(Browser(s).sign_in("sato").go == "/", "the account's own password works as well")
            for _ in range(5):
                Browser(s).sign_in("ono", "wrong wrong wrong")
            p.terminate()
            p.wait(20)
            s.stop()
            s = Server(state, 'ldap_uri = "%s"\nldap_dn = "cn=%%s,dc=example"' % uri)
            ok(Browser(s).sign_in("sato", good).status == 401, "no directory, no sign-in by it")
            ok(Browser(s).sign_in("admin").go == "/", "but by an account's own password")
            s.stop()


def silent_directory(how):
    """Takes connections and says nothing, or agrees to TLS and then says nothing."""
    import threading
    at = socket.create_server(("127.0.0.1", 0))
    kept = []

    def serve():
        while True:
            try:
                c, _ = at.accept()
            except OSError:
                return
            kept.append(c)
            if how == "tls":
                said = c.recv(1000)
                if len(said) > 5:  # the number of the message in an answer that all is well
                    c.sendall(b"\x30\x0c\x02\x01" + said[4:5] + b"\x78\x07\x0a\x01\x00\x04\x00\x04\x00")
    threading.Thread(target=serve, daemon=True).start()
    return at, at.getsockname()[1]


def check_silent_directory():
    with tempfile.TemporaryDirectory() as state:
        make_people(state)
        for how, uri in (("nothing", "ldap://127.0.0.1:%d"), ("tls", "ldap://127.0.0.1:%d"), ("nothing", "ldaps://127.0.0.1:%d")):
            at, port = silent_directory(how)
            s = Server(state, 'ldap_uri = "%s"\nldap_dn = "cn=%%s,dc=example"' % (uri % port))
            began = time.time()
            for _ in range(4):
                Browser(s).sign_in("ono", "wrong wrong wrong")
            ok(Browser(s).sign_in("sato").go == "/", "a directory that says nothing (%s, %s): one's own password works" % (how, uri[:5]))
            spent = time.time() - began
            ok(spent < 12, "and it holds up everybody but once (%.1f s)" % spent)
            at.close()
            subprocess.run([BIN + "/sekisho", "user", "unlock", "ono", "--state", state], stdout=subprocess.DEVNULL, check=False)
            s.stop()


def check_upload(s):
    b = Browser(s)
    b.sign_in("sato")
    b.get("/upload")
    body = os.urandom(1 << 20)
    a = b.upload([("報告/月次.bin", body), ("空.txt", "")], [("class", "I"), ("folder", "2026-11")])
    ok(a.status == 200 and "空.txt" in a.text and "1件を受け取りました" in a.text,
       "one file is taken, the empty one is named", re.sub("<[^>]*>", " ", a.text)[-600:])
    shown = b.get("/transfers").text
    m = re.search(r"/transfers/([0-9A-Z]{26})[^>]*><bdi>2026-11/報告/月次.bin", shown)
    ok(m is not None, "with its folders")
    if m:
        with open(os.path.join(s.state, "people", "in", m.group(1)), "rb") as f:
            ok(f.read() == body, "byte for byte")
    a = b.upload([("a.txt", "x")], [("class", "IV")])
    ok(a.status == 400, "a class that there is not")
    a = b.upload([("a%d.txt" % i, "x") for i in range(201)], [("class", "")])
    ok(a.status == 413, "more files than allowed")
    a = b.upload([("b.txt", "x")], [("class", "")], Accept="application/json")
    said = json.loads(a.text)
    ok((said["taken"], said["go"], said["no"]) == (1, "/transfers", []) and "1件" in said["said"],
       "the answer for the script", a.text)
    left = [n for n in os.listdir(os.path.join(s.state, "console"))] if os.path.isdir(
        os.path.join(s.state, "console")) else []
    ok(not left, "nothing is left in the folder of uploads", left)


def check_mutations(s):
    """Requests with damaged bytes: an answer or a closed door, never a fault."""
    b = Browser(s)
    b.sign_in("sato")
    b.get("/upload")
    jar = "; ".join("%s=%s" % c for c in b.cookies.items())
    head = "Host: %s\r\nCookie: %s\r\nConnection: close\r\n" % (b.host, jar)
    body = ("--BOUNDARY\r\nContent-Disposition: form-data; name=\"token\"\r\n\r\n%s\r\n--BOUNDARY\r\nContent-Disposition: form-data; "
            "name=\"class\"\r\n\r\nI\r\n--BOUNDARY\r\nContent-Disposition: form-data; name=\"files\"; filename=\"a/b.txt\"\r\n"
            "Content-Type: text/plain\r\n\r\nwords\r\n--BOUNDARY--\r\n" % b.token)
    form = "token=%s&old=a%%20b&new=c&again=d" % b.token
    seeds = ["GET /transfers?q=a%%20b&page=1 HTTP/1.1\r\n%s\r\n" % head,
             "POST /upload HTTP/1.1\r\n%sContent-Type: multipart/form-data; boundary=BOUNDARY\r\nContent-Length: %d\r\n\r\n%s"
             % (head, len(body), body),
             "POST /password HTTP/1.1\r\n%sContent-Type: application/x-www-form-urlencoded\r\nContent-Length: %d\r\n\r\n%s"
             % (head, len(form), form)]
    rnd = random.Random(20261121)
    faults = []
    for i in range(600):
        data = bytearray(seeds[i % 3].encode())
        for _ in range(rnd.randint(1, 6)):
            at = rnd.randrange(len(data))
            what = rnd.randrange(4)
            if what == 0:
                data[at] = rnd.randrange(256)
            elif what == 1:
                del data[at:at + rnd.randint(1, 30)]
            elif what == 2:
                data[at:at] = rnd.choice([b"\r\n", b"--BOUNDARY", b"\0", b"%", b"\"", b"\r\n\r\n", b"\xff" * 9, b"A" * 999])
            else:
                data[at:at] = data[at:at + rnd.randint(1, 80)]
        a = raw(s, bytes(data), 0.2)
        if b" 500 " in a.split(b"\r\n")[0]:
            faults.append(bytes(data))
    ok(not faults, "600 damaged requests: no fault", faults[:1])
    ok(s.p.poll() is None and b.get("/login").status in (200, 303), "and it is still there")


def check_large(s):
    """An upload is streamed: it costs no memory."""
    b = Browser(s)
    b.sign_in("sato")
    b.get("/upload")
    size = 200 << 20
    head = ("--BOUNDARY\r\nContent-Disposition: form-data; name=\"token\"\r\n\r\n%s\r\n--BOUNDARY\r\nContent-Disposition: form-data; "
            "name=\"files\"; filename=\"large.bin\"\r\n\r\n" % b.token).encode()
    tail = b"\r\n--BOUNDARY--\r\n"
    c = http.client.HTTPConnection("127.0.0.1", s.port, timeout=120)
    c.putrequest("POST", "/upload", skip_host=True)
    for k, v in (("Host", b.host), ("Cookie", "; ".join("%s=%s" % x for x in b.cookies.items())),
                 ("Content-Type", "multipart/form-data; boundary=BOUNDARY"), ("Content-Length", str(len(head) + size + len(tail)))):
        c.putheader(k, v)
    c.endheaders()
    c.send(head)
    block = bytes(1 << 20)
    try:
        for _ in range(size >> 20):
            c.send(block)
        c.send(tail)
    except OSError as e:
        print("# %s" % e)
    a = Answer(c.getresponse())
    with open("/proc/%d/status" % s.p.pid, encoding="ascii") as f:
        peak = int(re.search(r"VmHWM:\s*(\d+)", f.read()).group(1))
    ok(a.status == 303, "200 MB are taken", a.text[-300:] + str(a.status))

    ok(peak < 400 << 10, "with %d MB of memory at most" % (peak >> 10))


STATVFS = """#include <sys/statvfs.h>
#include <string.h>
static int three_gb(struct statvfs *s)
{ memset(s, 0, sizeof(*s)); s->f_frsize = s->f_bsize = 4096; s->f_bavail = s->f_bfree = 3u << 18; return 0; }
int fstatvfs(int fd, struct statvfs *s) { (void)fd; return three_gb(s); }
int fstatvfs64(int fd, struct statvfs *s) { (void)fd; return three_gb(s); }
"""


def begin_upload(b, size):
    """The header and a little of a body; what is answered within a moment."""
    c = socket.create_connection(("127.0.0.1", b.server.port), timeout=2)
    body = ('--BOUNDARY\r\nContent-Disposition: form-data; name="token"\r\n\r\n%s\r\n--BOUNDARY\r\nContent-Disposition: form-data; '
            'name="files"; filename="a.bin"\r\n\r\nxx' % b.token)
    c.sendall(("POST /upload HTTP/1.1\r\nHost: %s\r\nCookie: %s\r\nContent-Type: multipart/form-data; boundary=BOUNDARY\r\n"
               "Content-Length: %d\r\n\r\n%s" % (b.host, "; ".join("%s=%s" % x for x in b.cookies.items()), size,
                                                body)).encode())
    try:
        return c, c.recv(65536).split(b"\r\n")[0].decode()
    except socket.timeout:
        return c, ""


def check_room():
    """Uploads that are announced at the same time have room together."""
    with tempfile.TemporaryDirectory() as state:
        with open(state + "/room.c", "w", encoding="utf-8") as f:
            f.write(STATVFS)
        if subprocess.run(["cc", "-shared", "-fPIC", "-o", state + "/room.so", state + "/room.c"], check=False).returncode:
            print("# no compiler: the room of uploads is not looked at")
            return
        make_people(state)
        os.environ.update(LD_PRELOAD=state + "/room.so", ASAN_OPTIONS="verify_asan_link_order=0")
        try:
            s = Server(state)
        finally:
            del os.environ["LD_PRELOAD"], os.environ["ASAN_OPTIONS"]
        people = []
        for login in "sato", "ono":
            b = Browser(s)
            b.sign_in(login)
            b.get("/upload")
            people.append(b)
        a, said = begin_upload(people[0], 1 << 30)
        ok(said == "", "an upload for which there is room goes on", said)
        c, said = begin_upload(people[1], 1 << 30)
        ok(" 503 " in said, "another one, and both together have none", said)
        a.close()
        c.close()
        time.sleep(0.5)
        a, said = begin_upload(people[1], 1 << 30)
        ok(said == "", "when the first is over there is room again", said)
        a.close()
        time.sleep(0.5)
        some = [begin_upload(people[0], 10000) for _ in range(5)]
        ok([x for _, x in some[:4]] == [""] * 4 and " 429 " in some[4][1], "one person sends four at a time",
           [x for _, x in some])
        c, said = begin_upload(people[1], 10000)
        ok(said == "", "and others theirs", said)
        for x, _ in some + [(c, "")]:
            x.close()
        status, log = s.stop()
        ok(status == 0 and "ERROR" not in log and "runtime error" not in log, "a clean end", log[-500:])


def check_busy():
    """A large upload that comes to its end holds up nobody."""
    with tempfile.TemporaryDirectory() as state:
        make_people(state)
        s = Server(state)
        b = Browser(s)
        b.sign_in("sato")
        b.get("/upload")
        copies = []
        t = b.upload([("large.bin", bytes(64 << 20)), ("small.txt", "x")])
        for name in os.listdir(state + "/people/in"):
            copies.append(os.stat(state + "/people/in/" + name).st_size)
        ok(t.status == 303 and sorted(copies) == [1, 64 << 20], "two files are taken", copies)
        with open("/proc/%d/io" % s.p.pid, encoding="ascii") as f:
            written = int(re.search(r"wchar: (\d+)", f.read()).group(1))
        ok(written < 96 << 20, "each is written once (%d MB)" % (written >> 20))
        s.stop()


def check_log(s):
    status, log = s.stop()
    ok(status == 0, "a clean end", log[-1000:])
    ok("ERROR" not in log and "runtime error" not in log, "no fault was found by the sanitisers", log[-1500:])
    ok(SECRET not in log and not re.search(r"[0-9a-f]{64}", log), "no password, no session in the log")
    audit = b"".join(open(os.path.join(s.state, "audit", n), "rb").read()
                     for n in os.listdir(os.path.join(s.state, "audit")))
    ok(b'"what":"receipt"' in audit, "looking at a receipt is in the audit log")
    ok(SECRET.encode() not in audit, "no password in the audit log")


def main():
    if not os.access(BIN + "/sekisho-console", os.X_OK):
        print("1..0 # SKIP no sekisho-console")
        return 77
    only = sys.argv[2:]
    with tempfile.TemporaryDirectory() as state:
        make_people(state)
        s = Server(state)
        ok(s.port > 0, "it listens")
        checks = [check_way_in, check_fixation, check_csrf, check_first_password, check_upload, check_others_files, check_hurry,
                  check_markup, check_odd_requests, check_matrix, check_mutations, check_large,
                  check_lock_out, check_slow]
        for check in checks:
            if only and check.__name__ not in only:
                continue
            # Sign-ins are slowed for one address; a new server begins anew.
            if check is not checks[0]:
                s.stop_and_log = s.stop()
                keep = s.stop_and_log[1]
                s = Server(state)
                with open(os.path.join(state, "logs"), "a", encoding="utf-8") as f:
                    f.write(keep)
            s = check(s) or s
        if not only:
            check_log(s)
            with open(os.path.join(state, "logs"), encoding="utf-8") as f:
                keep = f.read()
            ok("ERROR: " not in keep and "runtime error" not in keep and SECRET not in keep,
               "nor in the runs before", keep[-500:])
        else:
            s.stop()
    for check in (check_flood, check_guessing, check_strangers, check_proxy, check_directory, check_silent_directory, check_room,
                  check_busy):
        if not only or check.__name__ in only:
            check()
    print("1..%d" % count[0])
    return 1 if count[1] else 0


if __name__ == "__main__":
    sys.exit(main())
