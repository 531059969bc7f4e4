#!/usr/bin/env python3
"""Those who decide, run and look after the gateway, at work in a browser.

  browser_people.py BIN [--images DIR]

Counts clicks. Prints TAP. With --images the pages are drawn into DIR, in both
languages.
"""
import csv
import os
import re
import subprocess
import sys
import tempfile
import time

from selenium.webdriver.common.by import By

import browser
from browser import BIN, SECRET, Desk, ok

ACCOUNTS = [("sato", "税務課", "staff", "佐藤 花子"), ("boss", "税務課", "approver", "山田 一郎"),
            ("fuku", "福祉課", "staff approver", "鈴木 恵子"), ("admin", "情報政策課", "administrator", "高橋 健"),
            ("auditor", "監査室", "auditor", "田中 誠")]


class Site:
    """A watcher that holds what the tax department brings in for approval."""

    def __init__(self, tmp):
        self.tmp, self.state = tmp, tmp + "/state"
        os.mkdir(self.state, 0o700)
        for login, department, roles, name in ACCOUNTS:
            subprocess.run([BIN + "/people_maker", self.state, login, department, roles, SECRET, "-"], check=True)
            subprocess.run([BIN + "/sekisho", "user", "set", "--state", self.state, "--name", name, login],
                           check=True, stdout=subprocess.DEVNULL)
        drop = tmp + "/root/in/税務課/sato"
        os.makedirs(drop)
        os.makedirs(tmp + "/root/in/福祉課/fuku")
        with open(tmp + "/rules.conf", "w", encoding="utf-8") as f:
            f.write('everybody {\n released_days = 30\n}\n'
                    'department "税務課" {\n approval = always\n may_release_in_emergency = true\n}\n')
        self.conf = tmp + "/policy.conf"
        with open(self.conf, "w", encoding="utf-8") as f:
            f.write('people {\n root = "%s/root"\n rules_file = "%s/rules.conf"\n}\n'
                    'console {\n requests_per_minute = 100000\n}\n' % (tmp, tmp))
        for source, name in (("samples/planted/docm/vba.docm", "補助金申請書.docm"),
                             ("samples/benign/pdf/reading.pdf", "請求書.pdf"),
                             ("samples/benign/docx/review.docx", "規則改正案.docx")):
            if os.path.exists(source):
                with open(source, "rb") as f, open(os.path.join(drop, name), "wb") as g:
                    g.write(f.read())
        for source in sorted(os.listdir("samples/planted/docx"))[:10]:
            with open("samples/planted/docx/" + source, "rb") as f, \
                    open(tmp + "/root/in/福祉課/fuku/" + source, "wb") as g:
                g.write(f.read())
        with open(tmp + "/root/in/福祉課/fuku/こわれた名簿.xlsx", "wb") as f:
            f.write(b"PK\3\4no archive")
        self.log = open(tmp + "/log", "w+b")
        subprocess.run([BIN + "/sekisho-watch", "--once", "--policy", self.conf, "--state", self.state],
                       stdout=self.log, stderr=self.log, check=False)
        subprocess.run([BIN + "/sekisho", "selfcheck", "--policy", self.conf, "--state", self.state],
                       stdout=self.log, stderr=self.log, check=False)
        self.previews()
        self.p = subprocess.Popen([BIN + "/sekisho-console", "--policy", self.conf, "--state", self.state, "--port",
                                   "0"], stdout=subprocess.PIPE, stderr=self.log)
        self.port = int(self.p.stdout.readline().split()[-1])

    def rows(self, what, *values):
        import sqlite3
        db = sqlite3.connect("file:%s/people/index.sqlite?mode=ro" % self.state, uri=True)
        try:
            return db.execute(what, values).fetchall()
        finally:
            db.close()

    def previews(self):
        for (t,) in self.rows("select id from transfer where state = 3"):
            subprocess.run([BIN + "/sekisho-preview", "--policy", self.conf, "--state", self.state, t],
                           stdout=self.log, stderr=self.log, check=False)

    def stop(self):
        self.p.terminate()
        return self.p.wait(60)


def person(site, login):
    desk = Desk(site.port)
    desk.sign_in(login)
    desk.go("/")
    desk.go("/")
    desk.clicks = 0
    return desk


def both(desk, name, path=None, height=760):
    """The page in both languages."""
    path = path or desk.d.current_url[len(desk.base):]
    for code in ("en", "ja"):
        desk.go("/language/" + code)
        desk.go(path)
        if browser.IMAGES:
            time.sleep(0.3)
        desk.shot("%s-%s" % (name, code), height=height)
        wide = desk.wide()
        ok(wide <= 360, "%s (%s) is no wider than a phone" % (path.split("?")[0][:24], code), wide)


def check_approver(site):
    desk = person(site, "boss")
    desk.go("/")
    name = "補助金申請書"
    desk.click(desk.d.find_element(By.LINK_TEXT, "承認"))
    desk.wait(lambda: name in desk.text())
    link = desk.d.find_element(By.PARTIAL_LINK_TEXT, name)
    desk.click(link)
    ok(desk.wait(lambda: "あなたの決定" in desk.text()), "a request is opened", desk.text()[:300])
    ok("マクロ" in desk.text() and desk.clicks <= 3, "what was removed is found with %d clicks" % desk.clicks,
       desk.text()[:500])
    pictures = desk.d.find_elements(By.CSS_SELECTOR, ".previews img")
    if pictures:
        desk.d.execute_script("arguments[0].scrollIntoView()", pictures[0])
        ok(desk.wait(lambda: desk.d.execute_script("return arguments[0].naturalWidth", pictures[0]) > 100),
           "its first page is seen as a picture")
    else:
        ok(True, "its pages # SKIP no preview could be made here")
    where = desk.d.current_url[len(desk.base):]
    desk.d.find_elements(By.CSS_SELECTOR, "summary")[-1].click()
    areas = desk.d.find_elements(By.CSS_SELECTOR, "textarea")
    ok(len(areas) == 2 and len({e.get_attribute("id") for e in areas}) == 2 and
       all(desk.d.execute_script("return arguments[0].labels.length", e) == 1 for e in areas),
       "the reasons of a decision and of an emergency have a label each", [e.get_attribute("id") for e in areas])
    both(desk, "console-approvals", "/approvals", 560)
    both(desk, "console-request", where, 1100)
    desk.go("/")
    desk.clicks = 0
    desk.click(desk.d.find_element(By.LINK_TEXT, "承認"))
    desk.click(desk.d.find_element(By.PARTIAL_LINK_TEXT, name))
    desk.click(desk.find("button[name=decision][value=yes]"))
    ok(desk.wait(lambda: "承認しました" in desk.text()) and desk.clicks <= 3,
       "approved with %d clicks, the preview seen" % desk.clicks, desk.text()[:300])
    ok(name not in desk.text(), "it is gone from the list")
    ok(site.rows("select count(*) from decision where login = 'boss'") == [(1,)], "one decision stands")
    desk.click(desk.d.find_element(By.PARTIAL_LINK_TEXT, "請求書"))
    desk.click(desk.find("button[name=decision][value=no]"))
    ok(desk.wait(lambda: "却下には理由が必要です" in desk.text()), "a rejection asks for its reason")
    desk.find("#f-why").send_keys("宛先の課が違います")
    desk.click(desk.find("button[name=decision][value=no]"))
    ok(desk.wait(lambda: "却下しました" in desk.text()), "rejected")
    check_absence(site, desk)
    return desk


def check_absence(site, desk):
    desk.go("/")
    desk.clicks = 0
    desk.click(desk.d.find_element(By.LINK_TEXT, "自分の不在"))
    desk.wait(lambda: desk.find("#f-deputy"))
    today = time.strftime("%Y-%m-%d")
    for field in ("from", "until"):
        desk.d.execute_script("arguments[0].value = arguments[1]", desk.find("#f-" + field), today)
    desk.find("#f-deputy").send_keys("boss")
    desk.find("main form button[type=submit]").click()
    ok(desk.wait(lambda: desk.d.find_elements(By.CSS_SELECTOR, ".notice.error")) and
       desk.find("#f-until").get_attribute("value") == today, "oneself is refused, and what was typed stays")
    found = desk.d.find_elements(By.CSS_SELECTOR, "#deputies option")
    ok(len(found) >= 1, "deputies are suggested")
    desk.find("#f-deputy").clear()
    desk.find("#f-deputy").send_keys(found[0].get_attribute("value"))
    desk.click(desk.find("main form button[type=submit]"))
    ok(desk.wait(lambda: "不在を登録しました" in desk.text()) and desk.clicks <= 3,
       "an absence is entered with %d clicks" % desk.clicks, desk.text()[:300])
    both(desk, "console-away", "/away", 700)
    desk.click(desk.find("main form[action='/away/back'] button"))
    ok(desk.wait(lambda: "不在を終えました" in desk.text()) and
       site.rows("select deputy from account where login = 'boss'") == [("",)], "and ended")


def check_admin(site):
    desk = person(site, "admin")
    desk.go("/quarantine")
    desk.click(desk.d.find_element(By.PARTIAL_LINK_TEXT, "こわれた名簿"))
    ok(desk.wait(lambda: "ファイルが途中で切れています" in desk.text()) and desk.clicks <= 3,
       "why a file is held is found with %d click" % desk.clicks, desk.text()[:400])
    both(desk, "console-quarantine", "/quarantine", 480)
    path = site.tmp + "/april.csv"
    with open(path, "w", encoding="cp932", newline="") as f:
        csv.writer(f).writerows([["ログイン", "氏名", "所属", "役割"], ["sato", "佐藤 花子", "福祉課", "職員"],
                                 ["ito", "伊藤 春子", "税務課", "職員 承認者"]])
    desk.go("/language/en")
    desk.go("/user-import")
    desk.find("input[type=file]").send_keys(path)
    desk.find("main form button[type=submit]").click()
    desk.wait(lambda: "伊藤 春子" in desk.text())
    desk.shot("console-import-en", height=480)
    desk.go("/language/ja")
    desk.go("/users")
    desk.clicks = 0
    desk.click(desk.d.find_element(By.PARTIAL_LINK_TEXT, "一覧（CSV）"))
    desk.wait(lambda: "アカウントの取込み" in desk.text())
    desk.find("input[type=file]").send_keys(path)
    desk.click(desk.find("main form button[type=submit]"))
    ok(desk.wait(lambda: "伊藤 春子" in desk.text()), "a list is shown before anything changes", desk.text()[:400])
    desk.shot("console-import-ja", height=480)
    ok(desk.wide() <= 360, "the list is no wider than a phone")
    desk.click(desk.find("main form button[type=submit]"))
    ok(desk.wait(lambda: "変更しました" in desk.text()) and desk.clicks <= 3, "accounts imported with %d clicks" %
       desk.clicks, desk.text()[:300])
    ok(site.rows("select department from account where login = 'sato'") == [("福祉課",)], "the move is made")
    both(desk, "console-users", "/users", 620)
    for page in ("/users/sato", "/user-new", "/user-import", "/policies"):
        desk.go(page)
        ok(desk.wide() <= 360, page + " is no wider than a phone", desk.wide())
    both(desk, "console-policy", "/policies", 760)
    desk.go("/health")
    ok("合格" in desk.text() and "直近の自己診断" in desk.text() and "承認\n" not in desk.text(),
       "the self-check has passed, in words", desk.text()[:300])
    both(desk, "console-health", "/health", 620)
    return desk


def check_auditor(site):
    desk = person(site, "auditor")
    desk.go("/audit")
    desk.find("#f-words").send_keys("補助金申請書")
    desk.click(desk.find("form.find button"))
    ok(desk.wait(lambda: "行が該当します" in desk.text() and "補助金申請書" in desk.text()),
       "the log is searched with %d click" % desk.clicks)
    desk.click(desk.d.find_elements(By.CSS_SELECTOR, "summary")[-1])  # the oldest: what was taken in
    ok(desk.wait(lambda: "sha256" in desk.text()), "a line is opened")
    both(desk, "console-audit", "/audit", 700)
    desk.click(desk.d.find_element(By.LINK_TEXT, "監査記録を検証する"))
    ok(desk.wait(lambda: "監査記録は完全です" in desk.text()), "and verified")
    both(desk, "console-verify", None, 480)
    desk.click(desk.d.find_element(By.LINK_TEXT, "月次報告"))
    ok(desk.wait(lambda: desk.find("svg.chart").is_displayed()), "the monthly report has its chart")
    bars = desk.d.find_elements(By.CSS_SELECTOR, "svg.chart rect")
    ok(bars and bars[0].size["height"] > 10, "with a bar that can be seen")
    ok("福祉課" in desk.text(), "and the departments")
    both(desk, "console-month", None, 1000)
    desk.d.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
    ok(not desk.find("header").is_displayed() and desk.find("svg.chart").is_displayed(), "printed without the menu")
    pdf = desk.d.execute_cdp_cmd("Page.printToPDF", {"printBackground": False})
    ok(len(pdf["data"]) > 10000, "as a PDF")
    desk.d.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": ""})
    return desk


def check_labels(desk):
    """Every field has its label, every picture its words, one h1."""
    bad = []
    for path in ("/", "/approvals", "/away", "/quarantine", "/users", "/users/sato", "/user-new", "/user-import", "/policies",
                 "/health", "/audit", "/audit/verify", "/months"):
        desk.go(path)
        bad += [path + ": " + w for w in desk.d.execute_script("""
            const bad = [];
            for (const e of document.querySelectorAll('input:not([type=hidden]),select,textarea'))
                if (!e.labels.length && !e.getAttribute('aria-label')) bad.push('no label: ' + e.name);
            for (const e of document.querySelectorAll('img:not([alt]),svg:not([aria-label])')) bad.push('no words: ' + e);
            if (document.querySelectorAll('h1').length != 1) bad.push('h1');
            for (const e of document.querySelectorAll('button,main a'))
                if (!e.textContent.trim() && !e.querySelector('img[alt]')) bad.push('no name: ' + e.outerHTML);
            const ids = [...document.querySelectorAll('[id]')].map(e => e.id);
            if (new Set(ids).size != ids.length) bad.push('an id twice');
            return bad;""")]
    return bad


def main():
    with tempfile.TemporaryDirectory() as tmp:
        site = Site(tmp)
        desks, status = [], None
        try:
            for check in (check_approver, check_admin, check_auditor):
                desks.append(check(site))
            bad = [b for d in desks for b in check_labels(d)]
            ok(not bad, "labels, words for pictures, one heading, ids once", sorted(set(bad)))
            log = [l for d in desks for l in d.d.get_log("browser") if not re.search(r"40[0134]", l["message"])]
            ok(not log, "nothing in the browsers' consoles", log)
        finally:
            for d in desks:
                d.d.quit()
            status = site.stop()
        site.log.seek(0)
        log = site.log.read().decode("utf-8", "replace")
        ok(status == 0 and "runtime error" not in log and "AddressSanitizer" not in log, "a clean end", log[-600:])
    print("1..%d" % browser.count[0])
    return 1 if browser.count[1] else 0


if __name__ == "__main__":
    sys.exit(main())
