#!/usr/bin/env python3
"""Load pages in a real browser, and see what it asks for and what it runs.

  html_browser.py CHROMIUM FOLDER...

All pages of a FOLDER are loaded as frames of one page. Every request of the
browser goes to a proxy of ours that only counts. Prints a line for each
folder: its name, the pages, the requests, and the names of the canaries that
were asked for. The proxy answers with an empty page.
"""
import http.server
import os
import re
import subprocess
import sys
import tempfile
import threading

seen = []


class Proxy(http.server.BaseHTTPRequestHandler):
    def answer(self):
        seen.append(self.path)
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    do_GET = do_POST = do_HEAD = do_CONNECT = answer

    def log_message(self, *_):
        pass


def load(chromium, folder, port):
    pages = sorted(n for n in os.listdir(folder) if n.endswith(".html"))
    with tempfile.TemporaryDirectory() as tmp:
        index = os.path.join(tmp, "index.html")
        with open(index, "w", encoding="utf-8") as f:
            f.write("<!DOCTYPE html><meta charset=utf-8>\n")
            for n in pages:
                f.write('<iframe src="file://%s"></iframe>\n' % os.path.join(os.path.abspath(folder), n))
        del seen[:]
        subprocess.run([chromium, "--headless", "--no-sandbox", "--disable-gpu", "--user-data-dir=" + tmp,
                        "--proxy-server=127.0.0.1:%d" % port, "--proxy-bypass-list=<-loopback>",
                        "--disable-component-update", "--disable-background-networking", "--no-first-run",
                        "--allow-file-access-from-files", "--virtual-time-budget=8000", "--dump-dom",
                        "file://" + index], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=300,
                       check=False)
    asked = sorted({m for p in seen for m in re.findall(r"(?i)SEKISHO-CANARY-html-([a-z0-9-]+)", p)})
    local = [p for p in seen if "127.0.0.1" in p or ".invalid" in p or ".example" in p]
    print("%s\t%d pages\t%d requests\t%s" % (folder, len(pages), len(local), " ".join(asked)))


def main():
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Proxy)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    for folder in sys.argv[2:]:
        load(sys.argv[1], folder, server.server_address[1])
    server.shutdown()


main()
