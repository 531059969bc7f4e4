#!/usr/bin/env python3
"""TLS on both sides of the console: the site's proxy before it, the directory behind it.

  console_tls.py BIN

A CA is made for the test. nginx has a certificate of it and stands before the
console as docs/operations.md says; slapd has one and is asked by ldaps:// and
by StartTLS, with the CA known and not known, and under another name.
"""
import http.client
import os
import shutil
import socket
import ssl
import subprocess
import sys
import tempfile
import time

import console
from console import SECRET, Browser, Server, ok

NAME = "sekisho.example"


def run(*words, cwd):
    subprocess.run(words, cwd=cwd, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def make_ca(d, name):
    run("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=" + name, "-keyout",
        name + ".key", "-out", name + ".pem", cwd=d)


def make_cert(d, ca, name, alt):
    with open(d + "/%s.ext" % name, "w", encoding="ascii") as f:
        f.write("subjectAltName=%s\n" % alt)
    run("openssl", "req", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=" + name, "-keyout", name + ".key", "-out",
        name + ".csr", cwd=d)
    run("openssl", "x509", "-req", "-in", name + ".csr", "-CA", ca + ".pem", "-CAkey", ca + ".key", "-CAcreateserial",
        "-days", "2", "-extfile", name + ".ext", "-out", name + ".crt", cwd=d)


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as s:
        return s.getsockname()[1]


def listens(port):
    for _ in range(100):
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return True
        except OSError:
            time.sleep(0.1)
    return False


# ---- the proxy


class Secure(Browser):
    """A browser that comes by https and knows the CA."""

    def __init__(self, port, ca):
        self.port, self.tls = port, ssl.create_default_context(cafile=ca)
        self.cookies, self.token, self.host = {}, "", "%s:%d" % (NAME, port)
        self.server = self

    def ask(self, method, path, fields=None, body=None, headers=None, token=True):
        plain = http.client.HTTPConnection
        tls, port = self.tls, self.port

        class Connection(http.client.HTTPSConnection):
            def __init__(self, *_, **more):
                super().__init__(NAME, port, context=tls, **more)

            def connect(self):
                self.sock = tls.wrap_socket(socket.create_connection(("127.0.0.1", port), timeout=60),
                                            server_hostname=NAME)
        http.client.HTTPConnection = Connection
        try:
            return super().ask(method, path, fields, body, headers, token)
        finally:
            http.client.HTTPConnection = plain


def start_nginx(d, port, to):
    with open(d + "/nginx.conf", "w", encoding="ascii") as f:
        f.write("""daemon off; pid %(d)s/nginx.pid; error_log %(d)s/nginx.log; worker_processes 1;
events { worker_connections 128; }
http {
 access_log off; client_body_temp_path %(d)s/body; proxy_temp_path %(d)s/proxy;
 fastcgi_temp_path %(d)s/f; uwsgi_temp_path %(d)s/u; scgi_temp_path %(d)s/s;
 server {
  listen 127.0.0.1:%(port)d ssl; server_name %(name)s;
  ssl_certificate %(d)s/proxy.crt; ssl_certificate_key %(d)s/proxy.key; ssl_protocols TLSv1.2 TLSv1.3;
  add_header Strict-Transport-Security "max-age=31536000" always;
  client_max_body_size 0; proxy_request_buffering off;
  location / {
   proxy_pass http://127.0.0.1:%(to)d; proxy_http_version 1.1; proxy_set_header Host $http_host;
   proxy_set_header X-Forwarded-For $remote_addr; proxy_set_header X-Remote-User "";
  }
 }
}
""" % {"d": d, "port": port, "name": NAME, "to": to})
    nginx = shutil.which("nginx", path="/usr/sbin:/usr/bin")
    if os.geteuid() == 0:
        run("sed", "-i", "1s/^/user root; /", d + "/nginx.conf", cwd=d)
    return subprocess.Popen([nginx, "-p", d, "-c", d + "/nginx.conf"], stderr=subprocess.DEVNULL)


def check_proxy(d):
    if not shutil.which("nginx", path="/usr/sbin:/usr/bin"):
        print("# no nginx: the console behind a TLS proxy is not looked at")
        return
    make_cert(d, "ca", "proxy", "DNS:" + NAME)
    state = d + "/state"
    os.mkdir(state, 0o700)
    console.make_people(state)
    s = Server(state, 'requests_per_minute = 1000000\nhosts = "%s"\nproxy = "127.0.0.1"' % NAME)
    port = free_port()
    p = start_nginx(d, port, s.port)
    try:
        ok(listens(port), "the proxy listens")
        b = Secure(port, d + "/ca.pem")
        a = b.get("/transfers")
        ok(a.status == 303 and a.go == "/login?next=%2Ftransfers", "to the sign-in, without a change of scheme or host", a.go)
        a = b.sign_in("sato", headers={"Origin": "https://" + b.host, "Sec-Fetch-Site": "same-origin"})
        cookie = [c for c in a.headers.get_all("Set-Cookie") or [""] if "session" in c]
        ok(a.status == 303 and a.go == "/", "sign-in by https", "%d %s" % (a.status, a.text[-300:]))
        ok(cookie and cookie[0].startswith("__Host-") and "Secure" in cookie[0] and "HttpOnly" in cookie[0],
           "the cookie never goes by plain http", cookie)
        ok("Strict-Transport-Security" in a.headers and "Content-Security-Policy" in a.headers, "the headers of both")
        ok(b.get("/transfers").status == 200, "a page")
        b.get("/upload")
        a = b.upload([("報告.bin", os.urandom(5 << 20))], [("class", "")])
        ok(a.status == 303 and a.go == "/transfers" and "報告.bin" in b.get("/transfers").text,
           "5 MB through the proxy", "%d %s" % (a.status, a.text[-300:]))
        b.get("/password")
        for what, headers in (("another site", {"Origin": "https://evil.example"}),
                              ("plain http of the same name", {"Origin": "http://" + b.host}),
                              ("another port", {"Origin": "https://%s:1" % NAME})):
            ok(b.post("/password", ("old", "x"), ("new", "y"), ("again", "y"), headers=headers).status == 403,
               "a form of " + what)
        thief = Secure(port, d + "/ca.pem")
        thief.get("/login", headers={"X-Remote-User": "sato", "X-Forwarded-For": "10.9.9.9"})
        ok(not [c for c in thief.cookies if "session" in c], "headers of the browser sign nobody in")
        ok(b"10.9.9.9" not in b"".join(open(state + "/audit/" + n, "rb").read() for n in os.listdir(state + "/audit")),
           "nor lie about its address")
        began = time.monotonic()
        with b.tls.wrap_socket(socket.create_connection(("127.0.0.1", port)), server_hostname=NAME) as slow:
            slow.sendall(b"POST /login HTTP/1.1\r\nHost: %s\r\nContent-Length: 100\r\n\r\nx" % b.host.encode())
            ok(Secure(port, d + "/ca.pem").get("/login").status == 200, "a slow form behind it holds up nobody")
        ok(time.monotonic() - began < 10, "in time")
    finally:
        p.terminate()
        p.wait(20)
        status, log = s.stop()
    ok(status == 0 and "runtime error" not in log and "AddressSanitizer" not in log, "a clean end", log[-500:])


# ---- the directory


def start_slapd(d, cert):
    slapd = shutil.which("slapd", path="/usr/sbin:/usr/bin")
    os.makedirs(d + "/ldap", exist_ok=True)
    with open(d + "/slapd.conf", "w", encoding="utf-8") as f:
        f.write("include /etc/ldap/schema/core.schema\nmodulepath /usr/lib/ldap\nmoduleload back_mdb\n"
                "TLSCertificateFile %(d)s/%(c)s.crt\nTLSCertificateKeyFile %(d)s/%(c)s.key\n"
                "security simple_bind=128\npidfile %(d)s/slapd.pid\ndatabase mdb\nsuffix \"dc=example\"\n"
                "directory %(d)s/ldap\naccess to attrs=userPassword by anonymous auth by * none\n"
                "access to * by * read\n" % {"d": d, "c": cert})
    if not os.listdir(d + "/ldap"):
        ldif = ("dn: dc=example\nobjectClass: dcObject\nobjectClass: organization\no: x\ndc: example\n\n"
                "dn: cn=sato,dc=example\nobjectClass: person\ncn: sato\nsn: x\nuserPassword: of the directory\n\n")
        subprocess.run([slapd, "-T", "add", "-f", d + "/slapd.conf"], input=ldif.encode(), check=True)
    plain, tls = free_port(), free_port()
    p = subprocess.Popen([slapd, "-f", d + "/slapd.conf", "-h", "ldap://127.0.0.1:%d ldaps://127.0.0.1:%d" % (plain, tls),
                          "-d", "0"], stderr=subprocess.DEVNULL)
    return p, plain if listens(plain) and listens(tls) else 0, tls


def sign_in(d, uri, ca, password, demands=""):
    """The status of a sign-in with the directory at uri and the CA of a file."""
    os.environ["LDAPTLS_CACERT"] = ca
    if demands:
        os.environ["LDAPTLS_REQCERT"] = demands
    try:
        s = Server(d + "/people", 'ldap_uri = "%s"\nldap_dn = "cn=%%s,dc=example"' % uri)
        a = Browser(s).sign_in("sato", password)
        subprocess.run([console.BIN + "/sekisho", "user", "unlock", "sato", "--state", d + "/people"],
                       stdout=subprocess.DEVNULL, check=False)
        s.stop()
        return a.status
    finally:
        del os.environ["LDAPTLS_CACERT"]
        os.environ.pop("LDAPTLS_REQCERT", None)


def check_directory(d):
    if not shutil.which("slapd", path="/usr/sbin:/usr/bin"):
        print("# no slapd: the directory over TLS is not looked at")
        return
    os.mkdir(d + "/people", 0o700)
    console.make_people(d + "/people")
    make_cert(d, "ca", "dc", "IP:127.0.0.1")
    make_cert(d, "ca", "elsewhere", "DNS:elsewhere.example")
    make_ca(d, "stranger")
    good, ca = "of the directory", d + "/ca.pem"
    p, plain, tls = start_slapd(d, "dc")
    ok(plain != 0, "a directory that takes passwords over TLS alone")
    for what, uri in (("ldaps", "ldaps://127.0.0.1:%d" % tls), ("StartTLS", "ldap://127.0.0.1:%d" % plain)):
        ok(sign_in(d, uri, ca, good) == 303, what + ": the directory's password signs in")
        ok(sign_in(d, uri, ca, "wrong wrong wrong") == 401, what + ": another one does not")
        ok(sign_in(d, uri, d + "/stranger.pem", good) == 401, what + ": not with a CA that is not known")
        ok(sign_in(d, uri, d + "/stranger.pem", good, "never") == 401, what + ": nor when ldap.conf asks for no proof")
        ok(sign_in(d, uri, ca, SECRET) == 303, what + ": the account's own password works as well")
    p.terminate()
    p.wait(20)
    p, plain, tls = start_slapd(d, "elsewhere")
    for what, uri in (("ldaps", "ldaps://127.0.0.1:%d" % tls), ("StartTLS", "ldap://127.0.0.1:%d" % plain)):
        ok(sign_in(d, uri, ca, good) == 401, what + ": not with a certificate of another name")
        ok(sign_in(d, uri, ca, good, "allow") == 401, what + ": nor when ldap.conf lets it")
    p.terminate()
    p.wait(20)


def main():
    if not os.access(console.BIN + "/sekisho-console", os.X_OK) or not shutil.which("openssl"):
        print("1..0 # SKIP no sekisho-console or no openssl")
        return 0
    with tempfile.TemporaryDirectory() as d:
        make_ca(d, "ca")
        check_proxy(d)
        check_directory(d)
    print("1..%d" % console.count[0])
    return 1 if console.count[1] else 0


if __name__ == "__main__":
    sys.exit(main())
