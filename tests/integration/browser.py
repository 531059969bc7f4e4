#!/usr/bin/env python3
"""Staff at work: a browser, the console, the watcher, and the inner side.

  browser.py BIN [--images DIR]

Counts clicks and seconds. Prints TAP. With --images the pages are drawn into
DIR, in both languages, and one at the width of a phone.
"""
import os
import random
import re
import subprocess
import sys
import tempfile
import time
import zipfile

from selenium import webdriver
from selenium.common.exceptions import StaleElementReferenceException
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

BIN = os.path.abspath(sys.argv[1])
IMAGES = sys.argv[3] if len(sys.argv) > 3 and sys.argv[2] == "--images" else None
SECRET = "sakura no hana ga saku"
count = [0, 0]


def ok(good, what, note=""):
    count[0] += 1
    if not good:
        count[1] += 1
    print("%sok %d %s" % ("" if good else "not ", count[0], what))
    if not good and note:
        print("# " + str(note)[:600].replace("\n", "\n# "))
    sys.stdout.flush()


class Desk:
    """A browser whose clicks are counted."""

    def __init__(self, port):
        o = webdriver.ChromeOptions()
        for a in ("--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--lang=ja",
                  "--disable-background-networking", "--window-size=1000,900"):
            o.add_argument(a)
        o.add_experimental_option("prefs", {"intl.accept_languages": "ja"})
        o.set_capability("goog:loggingPrefs", {"browser": "ALL"})
        self.d = webdriver.Chrome(service=Service("/usr/bin/chromedriver"), options=o)
        self.base = "http://127.0.0.1:%d" % port
        self.clicks = 0

    def go(self, path):
        self.d.get(self.base + path)

    def find(self, css):
        return self.d.find_element(By.CSS_SELECTOR, css)

    def click(self, element):
        self.clicks += 1
        element.click()

    def text(self):
        try:
            return self.find("main").text
        except StaleElementReferenceException:
            return ""

    def wait(self, what, seconds=30):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            try:
                if what():
                    return True
            except Exception:  # pylint: disable=broad-except  # a page that is being replaced
                pass
            time.sleep(0.05)
        return False

    def sign_in(self, login, secret=SECRET):
        self.go("/login")
        self.find("#f-login").send_keys(login)
        self.find("#f-password").send_keys(secret + Keys.ENTER)
        return self.wait(lambda: "/login" not in self.d.current_url, 10)

    def shot(self, name, width=1000, height=760):
        if not IMAGES:
            return
        self.d.execute_cdp_cmd("Emulation.setDeviceMetricsOverride",
                               {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600})
        time.sleep(0.2)
        path = os.path.join(IMAGES, name + ".png")
        self.d.save_screenshot(path)
        self.d.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
        from PIL import Image
        Image.open(path).convert("P", palette=Image.ADAPTIVE, colors=64).save(path, optimize=True)

    def wide(self):
        """Whether a phone would have to be pushed sideways."""
        self.d.execute_cdp_cmd("Emulation.setDeviceMetricsOverride",
                               {"width": 360, "height": 740, "deviceScaleFactor": 1, "mobile": True})
        n = self.d.execute_script("return document.documentElement.scrollWidth")
        self.d.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
        return n


def make_docx(path, size):
    """A document of that size: a real one with a picture of noise in it."""
    from PIL import Image
    side = int((size / 3) ** 0.5)
    rnd = random.Random(1)
    png = path + ".png"
    Image.frombytes("RGB", (side, side), rnd.randbytes(side * side * 3)).save(png)
    from docx import Document
    d = Document()
    d.add_paragraph("月次報告書")
    d.add_picture(png)
    d.save(path)
    os.unlink(png)


class Site:
    def __init__(self, tmp):
        self.tmp, self.state, self.procs = tmp, tmp + "/state", []
        for d in ("state", "wire", "inside", "inner"):
            os.mkdir(tmp + "/" + d, 0o700)
        os.makedirs(tmp + "/root/in/税務課/sato")
        self.conf = tmp + "/policy.conf"
        with open(self.conf, "w", encoding="utf-8") as f:
            f.write('people {\n root = "%s/root"\n}\nconsole {\n requests_per_minute = 100000\n}\n' % tmp)
        subprocess.run([BIN + "/people_maker", self.state, "sato", "税務課", "staff", SECRET, "-"], check=True)
        key = tmp + "/sign.pub"
        with open(key, "wb") as f:
            subprocess.run([BIN + "/sekisho", "send", "--state", self.state, "--public-key"], stdout=f, check=True)
        self.log = open(tmp + "/log", "w+b")
        self.start("sekisho-watch", "--policy", self.conf, "--state", self.state, "--send", tmp + "/wire")
        self.start("sekisho", "receive", "--state", tmp + "/inner", "--key", key, "--interval", "1",
                   tmp + "/wire", tmp + "/inside")
        p = self.start("sekisho-console", "--policy", self.conf, "--state", self.state, "--port", "0", out=True)
        self.port = int(p.stdout.readline().split()[-1])

    def start(self, program, *args, out=False):
        p = subprocess.Popen([os.path.join(BIN, program)] + list(args),
                             stdout=subprocess.PIPE if out else self.log, stderr=self.log)
        self.procs.append(p)
        return p

    def stop(self):
        for p in reversed(self.procs):
            p.terminate()
        return [p.wait(60) for p in self.procs]

    def inside(self):
        return [os.path.join(d, f) for d, _, names in os.walk(self.tmp + "/inside") for f in names]


def bring_in(desk, site, path, name):
    """Choose a file and send it; seconds until it is delivered, and inside."""
    desk.go("/")
    desk.clicks = 0
    desk.find("#f-files").send_keys(path)
    desk.clicks += 1  # the button that opens the dialogue
    began = time.monotonic()
    desk.click(desk.find("main form button[type=submit]"))
    good = desk.wait(lambda: "/transfers" in desk.d.current_url)
    desk.wait(lambda: "済み" in item(desk, name), 60)
    shown = time.monotonic() - began
    desk.wait(lambda: any(name in p for p in site.inside()), 60)
    return good, shown, time.monotonic() - began


def item(desk, name):
    for li in desk.d.find_elements(By.CSS_SELECTOR, ".list > li"):
        if name in li.text:
            return li.text
    return ""


def check_upload(desk, site):
    path = site.tmp + "/月次報告書.docx"
    make_docx(path, 1 << 20)
    size = os.path.getsize(path)
    desk.shot("console-upload-ja")
    ok(desk.wide() <= 360, "bringing in fits a phone", desk.wide())
    good, shown, inside = bring_in(desk, site, path, "月次報告書.docx")
    ok(good, "a file of %.1f MB is brought in with %d clicks" % (size / 1e6, desk.clicks), desk.text())
    ok("済み" in item(desk, "月次報告書.docx"), "the page says by itself that it is delivered", desk.text())
    ok(any("月次報告書.docx" in p for p in site.inside()), "it is inside", site.inside())
    print("# delivered after %.2f s on the page, inside after %.2f s" % (shown, inside))
    ok(desk.clicks <= 3, "at most three clicks")


def check_removed(desk, site):
    bring_in(desk, site, os.path.abspath("samples/planted/docm/vba.docm"), "vba.docm")
    desk.shot("console-transfers-ja")
    desk.clicks = 0
    desk.click(desk.d.find_element(By.PARTIAL_LINK_TEXT, "vba.docm"))
    desk.wait(lambda: "取り除いたもの" in desk.text())
    ok("マクロ" in desk.text() and desk.clicks == 1, "what was removed, and why: %d click" % desk.clicks, desk.text())
    desk.shot("console-receipt-ja", height=900)
    desk.shot("console-receipt-phone-ja", 390, 844)
    ok(desk.wide() <= 360, "the receipt fits a phone", desk.wide())


def check_password(desk, site):
    inner, path = site.tmp + "/資料.txt", site.tmp + "/資料.zip"
    with open(inner, "w", encoding="utf-8") as f:
        f.write("会議の資料です。\n")
    subprocess.run(["7z", "a", "-tzip", "-pHimitsu123", path, inner], check=True, stdout=subprocess.DEVNULL)
    desk.go("/upload")
    desk.find("#f-files").send_keys(path)
    desk.find("main form button[type=submit]").click()
    ok(desk.wait(lambda: "要パスワード" in item(desk, "資料.zip"), 60), "a locked archive asks for its password",
       desk.text())
    desk.d.find_element(By.PARTIAL_LINK_TEXT, "資料.zip").click()
    desk.wait(lambda: desk.find("#f-password"))
    where = desk.d.current_url[len(desk.base):]
    for code in ("en", "ja"):
        desk.go("/language/" + code)
        desk.go(where)
        desk.wait(lambda: desk.find("#f-password"))
        desk.shot("console-password-" + code)
    desk.go("/transfers")
    desk.clicks = 0
    desk.click(desk.d.find_element(By.PARTIAL_LINK_TEXT, "資料.zip"))
    desk.wait(lambda: desk.find("#f-password"))
    desk.find("#f-password").send_keys("chigau" + Keys.ENTER)
    ok(desk.wait(lambda: desk.d.find_elements(By.CSS_SELECTOR, ".notice.error")), "a wrong one is said", desk.text())
    print("# " + desk.d.find_elements(By.CSS_SELECTOR, ".notice.error")[0].text)
    desk.wait(lambda: desk.find("#f-password"))
    desk.find("#f-password").send_keys("Himitsu123")
    desk.click(desk.find("main form button[type=submit]"))
    ok(desk.wait(lambda: "渡しました" in desk.text(), 60), "the right one opens and delivers it", desk.text())
    ok(desk.clicks <= 3, "with %d clicks" % desk.clicks)
    ok(desk.wait(lambda: any("資料.zip" in p for p in site.inside())), "it is inside", site.inside())
    for p in site.inside():
        if p.endswith("資料.zip"):
            with zipfile.ZipFile(p) as z:
                ok(z.read(z.namelist()[0]).decode() == "会議の資料です。\n", "and opens without a password")


def check_without_script(desk):
    """The form works when no script runs; the keyboard reaches everything."""
    desk.d.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
    desk.go("/upload")
    desk.find("#f-files").send_keys(os.path.abspath("README.md"))
    desk.find("main form button[type=submit]").click()
    good = desk.wait(lambda: "/transfers" in desk.d.current_url)
    desk.d.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": False})
    ok(good, "a file is brought in without script", desk.text())
    desk.go("/upload")
    seen = []
    for _ in range(20):
        webdriver.ActionChains(desk.d).send_keys(Keys.TAB).perform()
        e = desk.d.switch_to.active_element
        seen.append(e.get_attribute("id") or e.get_attribute("class") or e.text)
    ok(seen[0] == "skip" and "f-files" in seen and "f-class" in seen, "the keyboard reaches everything", seen)


def check_page_rules(desk):
    """What a reader of the screen needs, on every page of staff."""
    bad = []
    for path in ("/upload", "/transfers", "/password"):
        desk.go(path)
        bad += desk.d.execute_script("""
            const bad = [];
            for (const i of document.querySelectorAll('input:not([type=hidden]):not([hidden]),select,textarea'))
              if (!i.labels.length) bad.push('no label: ' + i.name);
            if (document.querySelectorAll('h1').length !== 1) bad.push('h1');
            for (const t of ['header', 'main', 'nav']) if (!document.querySelector(t)) bad.push('no ' + t);
            if (!document.documentElement.lang) bad.push('no lang');
            if (!document.title) bad.push('no title');
            const ids = [...document.querySelectorAll('[id]')].map(e => e.id);
            if (new Set(ids).size !== ids.length) bad.push('an id twice');
            return bad.map(b => location.pathname + ': ' + b);""")
    ok(not bad, "labels, landmarks, one heading, a language, on every page", bad)


def check_contrast(desk):
    """WCAG AA of every text that is shown."""
    bad = []
    for path in ("/upload", "/transfers", "/password"):
        desk.go(path)
        bad += desk.d.execute_script("""
            const lum = c => { const v = c.map(x => { x /= 255; return x <= .03928 ? x / 12.92 : ((x + .055) / 1.055) ** 2.4; });
              return .2126 * v[0] + .7152 * v[1] + .0722 * v[2]; };
            const rgb = s => (s.match(/[\\d.]+/g) || []).map(Number);
            const ground = e => { for (; e; e = e.parentElement) { const c = rgb(getComputedStyle(e).backgroundColor);
              if (c.length === 3 || c[3] === 1) return c; } return [255, 255, 255]; };
            const bad = [];
            for (const e of document.querySelectorAll('body *')) {
              if (![...e.childNodes].some(n => n.nodeType === 3 && n.data.trim()) || !e.offsetParent) continue;
              const a = lum(rgb(getComputedStyle(e).color)), b = lum(ground(e));
              const ratio = (Math.max(a, b) + .05) / (Math.min(a, b) + .05);
              if (ratio < 4.5) bad.push(e.tagName + ' ' + ratio.toFixed(2) + ' ' + e.textContent.slice(0, 30));
            }
            return bad;""")
    ok(not bad, "contrast of 4.5 or more everywhere", bad)


def check_drop(desk):
    """Files dropped onto the page come with the form."""
    desk.go("/upload")
    desk.d.execute_script("""
        const t = new DataTransfer();
        t.items.add(new File(['dropped SEKISHO-CANARY-browser-drop'], '落とした.txt', {type: 'text/plain'}));
        const e = new DragEvent('drop', {bubbles: true, cancelable: true, dataTransfer: t});
        document.querySelector('#drop').dispatchEvent(e);""")
    ok(desk.wait(lambda: "落とした.txt" in desk.find("#chosen").text, 5), "a dropped file is listed")
    desk.find("main form button[type=submit]").click()
    ok(desk.wait(lambda: "落とした.txt" in item(desk, "落とした.txt")), "and brought in", desk.text())


def check_partly(desk, site):
    """Some files of many are not taken: both are said, and none goes twice."""
    names = [site.tmp + "/空の紙.txt", site.tmp + "/中身あり.txt"]
    for name, text in zip(names, ("", "本文\n")):
        with open(name, "w", encoding="utf-8") as f:
            f.write(text)
    desk.go("/upload")
    desk.find("#f-files").send_keys("\n".join(names))
    desk.find("main form button[type=submit]").click()
    ok(desk.wait(lambda: "空の紙.txt: ファイルが空です" in desk.find("#progress").text), "what was not taken is named",
       desk.text())
    ok("1件" in desk.find("#progress").text and desk.find("#progress a").text == "自分の持込み",
       "and how many were, with the way to them", desk.find("#progress").text)
    ok(not desk.find("#chosen").text, "nothing stays chosen, to be sent twice", desk.find("#chosen").text)
    desk.click(desk.find("#progress a"))
    ok(desk.wait(lambda: "中身あり.txt" in desk.text() and "空の紙" not in desk.text()), "it is there", desk.text())
    desk.go("/upload")
    desk.d.execute_script("document.querySelector('#progress').dataset.files = 1")
    desk.find("#f-files").send_keys("\n".join(names))
    desk.find("main form button[type=submit]").click()
    ok(desk.wait(lambda: "1回に" in desk.find("#progress").text), "too many at once are said before they are sent",
       desk.text())


def check_english(desk):
    desk.go("/upload")
    desk.find("a[hreflang=en]").click()
    desk.wait(lambda: "Bring in files" in desk.text())
    ok("Bring in files" in desk.text() and desk.find("html").get_attribute("lang") == "en", "the same in English")
    bad = [c for c in desk.find("main").text if "\u3040" <= c <= "\u30ff"]
    ok(not bad, "no Japanese left in it", bad)
    desk.shot("console-upload-en")
    desk.go("/transfers")
    desk.shot("console-transfers-en")
    desk.d.find_element(By.PARTIAL_LINK_TEXT, "vba.docm").click()
    desk.wait(lambda: "removed" in desk.text())
    desk.shot("console-receipt-en", height=900)
    desk.go("/upload")
    desk.shot("console-upload-phone-en", 390, 844)
    desk.find("a[hreflang=ja]").click()
    ok(desk.wait(lambda: "ファイルの持込み" in desk.text()), "and back")


def main():
    with tempfile.TemporaryDirectory() as tmp:
        site = Site(tmp)
        desk = Desk(site.port)
        try:
            for code in ("en", "ja"):
                desk.go("/language/" + code)
                desk.go("/login")
                desk.shot("console-login-" + code, height=420)
            ok(desk.sign_in("sato"), "sign-in")
            desk.go("/upload")
            desk.go("/upload")
            check_upload(desk, site)
            check_partly(desk, site)
            check_removed(desk, site)
            check_password(desk, site)
            check_drop(desk)
            check_without_script(desk)
            check_page_rules(desk)
            check_contrast(desk)
            check_english(desk)
            log = [l for l in desk.d.get_log("browser") if not re.search(r"40[134]", l["message"])]
            ok(not log, "nothing in the browser's console", log)
        finally:
            desk.d.quit()
            ends = site.stop()
        site.log.seek(0)
        log = site.log.read().decode("utf-8", "replace")
        ok(ends == [0, 0, 0] and "runtime error" not in log and "AddressSanitizer" not in log, "a clean end",
           str(ends) + log[-600:])
    print("1..%d" % count[0])
    return 1 if count[1] else 0


if __name__ == "__main__":
    sys.exit(main())
