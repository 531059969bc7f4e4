#!/usr/bin/env python3
"""Listeners and judges of ops.sh.

  ops_servers.py DIR            syslog on DIR/log.sock, TCP and UDP, and SMTP;
                                lines go to DIR/syslog.txt, mails to DIR/mails;
                                prints the ports SMTP TCP UDP
  ops_servers.py --text FILE    subject and text of a mail
  ops_servers.py --metrics FILE judges the text format of Prometheus
  ops_servers.py --mails N DIR  makes N mails
  ops_servers.py --once BACK LIVE     each mail has one result in both
  ops_servers.py --numbers BACK LIVE  no parcel number means two parcels
"""
import email
import email.policy
import json
import os
import re
import signal
import socket
import socketserver
import sqlite3
import sys
import threading

lock = threading.Lock()


def note(top, line):
    with lock, open(top + '/syslog.txt', 'ab') as f:
        f.write(line.rstrip(b'\n') + b'\n')


def datagrams(sock, top):
    while True:
        note(top, sock.recv(65536))


def stream(sock, top):
    while True:
        c, _ = sock.accept()
        data = b''
        while True:
            part = c.recv(65536)
            if not part:
                break
            data += part
        c.close()
        while data:  # octet counting
            n, rest = data.split(b' ', 1)
            n = int(n)
            assert len(rest) >= n
            note(top, rest[:n])
            data = rest[n:]


class Smtp(socketserver.StreamRequestHandler):
    def say(self, text):
        self.wfile.write(text.encode() + b'\r\n')

    def data(self):
        self.say('354 go on')
        lines = []
        while True:
            line = self.rfile.readline()
            if line in (b'.\r\n', b''):
                break
            lines.append(line[1:] if line.startswith(b'..') else line)
        with lock:
            folder = self.server.top + '/mails'
            n = len(os.listdir(folder)) + 1
            with open('%s/.%d' % (folder, n), 'wb') as f:
                f.write(b''.join(lines).replace(b'\r\n', b'\n'))
            os.rename('%s/.%d' % (folder, n), '%s/%d' % (folder, n))
        self.say('250 taken')

    def handle(self):
        self.say('220 sink')
        while True:
            line = self.rfile.readline().decode('utf-8', 'replace').strip()
            word = line[:4].upper()
            if word == 'EHLO':
                self.wfile.write(b'250-sink\r\n250 8BITMIME\r\n')
            elif word == 'DATA':
                self.data()
            elif word == 'QUIT' or not line:
                self.say('221 bye')
                return
            else:
                self.say('250 ok')


class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True


def serve(top):
    os.makedirs(top + '/mails', exist_ok=True)
    log = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    log.bind(top + '/log.sock')
    udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    udp.bind(('127.0.0.1', 0))
    tcp = socket.socket()
    tcp.bind(('127.0.0.1', 0))
    tcp.listen(8)
    smtp = Server(('127.0.0.1', 0), Smtp)
    smtp.top = top
    for f, s in ((datagrams, log), (datagrams, udp), (stream, tcp)):
        threading.Thread(target=f, args=(s, top), daemon=True).start()
    print(smtp.server_address[1], tcp.getsockname()[1],
          udp.getsockname()[1], flush=True)
    smtp.serve_forever()


def text(path):
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    with open(path, 'rb') as f:
        m = email.message_from_binary_file(f, policy=email.policy.default)
    print(m['Subject'])
    print(m.get_content())


NAME = r'[a-zA-Z_:][a-zA-Z0-9_:]*'
LABEL = r'[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\\n]|\\["\\n])*"'
SAMPLE = re.compile(r'(%s)(?:\{(%s(?:,%s)*)\})? (-?[0-9.]+(?:e[+-]?[0-9]+)?)$'
                    % (NAME, LABEL, LABEL))


def metrics(path):
    with open(path, 'rb') as f:
        raw = f.read()
    assert raw.endswith(b'\n'), 'no line end'
    helped, typed, seen, current = set(), set(), set(), None
    for line in raw.decode('utf-8').split('\n')[:-1]:
        m = re.match(r'# (HELP|TYPE) (%s) (.+)$' % NAME, line)
        if m and m.group(1) == 'HELP':
            assert m.group(2) not in helped, line
            helped.add(m.group(2))
            continue
        if m:
            assert m.group(2) in helped and m.group(2) not in typed, line
            assert m.group(3) in ('gauge', 'counter'), line
            typed.add(m.group(2))
            current = m.group(2)
            continue
        m = SAMPLE.match(line)
        assert m, 'not a sample: ' + line
        assert m.group(1) == current, 'not under its TYPE: ' + line
        key = (m.group(1), m.group(2))
        assert key not in seen, 'twice: ' + line
        seen.add(key)
    assert len(seen) > 12, len(seen)


def mails(n, folder):
    os.makedirs(folder, exist_ok=True)
    for i in range(n):
        with open('%s/%04d' % (folder, i), 'w') as f:
            f.write('From: a@example.jp\nTo: b@example.jp\nSubject: n%d\n'
                    'Message-ID: <n%d@example.jp>\nMIME-Version: 1.0\n'
                    'Content-Type: multipart/mixed; boundary=x\n\n--x\n'
                    'Content-Type: text/plain; charset=UTF-8\n'
                    'Content-Transfer-Encoding: 8bit\n\nmail %d\n--x\n'
                    'Content-Type: text/plain; name=a.txt\n'
                    'Content-Disposition: attachment; filename=a.txt\n\n'
                    'a\n--x\nContent-Type: text/plain; name=b.txt\n'
                    'Content-Disposition: attachment; filename=b.txt\n\n'
                    'b\n--x--\n' % (i, i, i))


def parcels(state):
    """number -> (id, whether RESTORED)"""
    db = sqlite3.connect('file:%s/spool/ledger.sqlite?mode=ro' % state,
                         uri=True)
    return dict(db.execute('SELECT seq, id FROM parcel'))


def manifest(path):
    with open(path, 'rb') as f:
        assert f.read(8) == b'SEKISHO1'
        n = int.from_bytes(f.read(4), 'big')
        return json.loads(f.read(n))


def once(back, live):
    """Every id of the copy is one parcel, and every parcel is in the spool."""
    rows = parcels(back)
    ids = [i for i in rows.values() if not i.startswith('RESTORED-')]
    assert len(ids) == len(set(ids)) and ids
    files = {}
    for folder in ('out', 'sent'):
        for name in os.listdir('%s/spool/%s' % (back, folder)):
            m = manifest('%s/spool/%s/%s' % (back, folder, name))
            files[m['seq']] = m['id']
    for seq, i in rows.items():
        if not i.startswith('RESTORED-'):
            assert files.get(seq) == i, (seq, i)
    assert not os.listdir(back + '/mail/new')
    assert set(ids) <= set(parcels(live).values())


def numbers(back, live):
    a, b = parcels(back), parcels(live)
    for seq in set(a) & set(b):
        assert a[seq] == b[seq], (seq, a[seq], b[seq])


def main(args):
    if args[0] == '--text':
        text(args[1])
    elif args[0] == '--metrics':
        metrics(args[1])
    elif args[0] == '--mails':
        mails(int(args[1]), args[2])
    elif args[0] == '--once':
        once(args[1], args[2])
    elif args[0] == '--numbers':
        numbers(args[1], args[2])
    else:
        serve(args[0])


main(sys.argv[1:])
