#!/usr/bin/python3
"""One message in, one message out: odd ends of data (threats: SMTP smuggling)
through a Postfix set up as samples/postfix says, the filter, the hook, the
one-way path, and the inner client into a Postfix that is as lax as it comes.

  smuggle.py BIN
"""
import email, email.policy, os, re, shutil, socket, subprocess, sys
sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import mail_servers as servers

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(
    os.path.abspath(__file__))))
BIN = os.path.abspath(sys.argv[1])
count = [0, 0]


def ok(name, good, more=''):
    count[0] += 1
    count[1] += not good
    print('%sok %d - %s' % ('' if good else 'not ', count[0], name))
    if more and not good:
        print('# ' + str(more)[:1500].replace('\n', '\n# '))
    sys.stdout.flush()


ENDS = [
    ('LF . LF', b'\n.\n'), ('LF . CRLF', b'\n.\r\n'), ('CR . CR', b'\r.\r'),
    ('CR . CRLF', b'\r.\r\n'), ('CR . LF', b'\r.\n'), ('LF . CR', b'\n.\r'),
    ('CRLF . LF', b'\r\n.\n'), ('CRLF . CR', b'\r\n.\r'),
    ('CRLF NUL . CRLF', b'\r\n\0.\r\n'), ('CRLF . NUL CRLF', b'\r\n.\0\r\n'),
    ('LF NUL . LF', b'\n\0.\n'), ('CR CRLF . CR CRLF', b'\r\r\n.\r\r\n'),
    ('CRLF CR . CRLF', b'\r\n\r.\r\n'), ('LF LF . LF LF', b'\n\n.\n\n'),
    ('VT . VT', b'\v.\v'), ('NEL . NEL', b'\xc2\x85.\xc2\x85'),
    ('LS . LS', b'\xe2\x80\xa8.\xe2\x80\xa8'),
    ('a stuffed dot', b'\r\n..\r\n'),
]


class Talk:
    """SMTP by hand."""

    def __init__(self, port):
        self.s = socket.create_connection(('127.0.0.1', port), 20)
        self.s.settimeout(20)
        self.f = self.s.makefile('rb')
        self.answer()

    def answer(self):
        try:
            while True:
                a = self.f.readline()
                if a[3:4] != b'-':
                    return a
        except OSError:
            return b''

    def say(self, data):
        try:
            self.s.sendall(data)
        except OSError:
            return b''
        return self.answer()

    def close(self):
        self.s.close()


def text_of(raw):
    m = email.message_from_bytes(raw, policy=email.policy.default)
    return ''.join(p.get_content() for p in m.walk()
                   if p.get_content_maintype() == 'text')


class Case:
    """Messages sent, each with what may and what must not arrive."""

    def __init__(self, world, mode):
        self.w, self.mode, self.sent, self.n = world, mode, [], 0

    def names(self):
        self.n += 1
        return b's%03d' % self.n, b'e%03d' % self.n

    def head(self, token):
        return (b'From: <%s@out.test>\r\nTo: <%s@inner.test>\r\n'
                b'Subject: outside %s\r\nMessage-ID: <%s@out.test>\r\n\r\n'
                % ((token,) * 4))

    def hidden(self, evil, end=b'\r\n'):
        return end.join((b'MAIL FROM:<%s@out.test>' % evil,
                         b'RCPT TO:<%s@inner.test>' % evil, b'DATA',
                         b'Subject: smuggled %s' % evil, b'',
                         b'evil words', b'.', b'QUIT'))

    def note(self, name, token, evil, answer, want):
        self.sent.append((name, token.decode(), evil.decode(),
                          answer[:3] == b'250', answer, want))

    def begin(self, token):
        t = Talk(self.w.outer.port)
        t.say(b'EHLO client.out.test\r\n')
        t.say(b'MAIL FROM:<%s@out.test>\r\n' % token)
        return t, t.say(b'RCPT TO:<%s@inner.test>\r\n' % token)

    def data(self, name, end, line_end=b'\r\n', want='evil words'):
        token, evil = self.names()
        t, answer = self.begin(token)
        if t.say(b'DATA\r\n')[:3] == b'354':
            answer = t.say(self.head(token) + b'before' + end +
                           self.hidden(evil, line_end) + b'\r\n.\r\n')
        t.close()
        self.note('DATA, ' + name, token, evil, answer, want)

    def bdat(self, name, chunks, evil, token, want='evil words'):
        t, answer = self.begin(token)
        for i, c in enumerate(chunks):
            last = b' LAST' if i == len(chunks) - 1 else b''
            answer = t.say(b'BDAT %d%s\r\n' % (len(c), last) + c)
        t.close()
        self.note('BDAT, ' + name, token, evil, answer, want)

    def hook(self, name, make, want='evil words'):
        """As a server that cannot be fooled would hand it in."""
        token, evil = self.names()
        r = subprocess.run(
            [self.w.bin + '/sekisho', 'mail', '--state', self.w.top + '/gw',
             '--policy', self.w.policy, '--sender=%s@out.test' % token.decode(),
             '--recipient=%s@inner.test' % token.decode()],
            input=make(token, self.hidden(evil)), user=servers.USER,
            group=servers.GROUP, extra_groups=[], cwd='/',
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        self.note('hook, ' + name, token, evil,
                  b'250' if r.returncode == 0 else r.stdout, want)

    def check(self):
        left = self.w.drain(120)
        ok('%s: nothing stays under way' % self.mode, not left, left)
        got = {}
        for raw in self.w.delivered():
            to = re.search(rb'^Delivered-To: (\w+)@', raw, re.M)
            got.setdefault(to[1].decode() if to else '?', []).append(raw)
        known = {t for _, t, *_ in self.sent}
        ok('%s: nobody else got anything' % self.mode, set(got) <= known,
           set(got) - known)
        for name, token, evil, taken, answer, want in self.sent:
            mine = got.get(token, [])
            once = len(mine) == (1 if taken else 0) and evil not in got
            whole = not taken or want is None or any(
                want in text_of(m) for m in mine)
            # Neither in what was stored may anything look like an end.
            clean = all(b'\0' not in m and b'\r' not in
                        m.replace(b'\r\n', b'\n') for m in mine)
            ok('%s: %s: %s' % (self.mode, name, 'one message' if taken else
                               'refused, none'), once and whole and clean,
               (answer, len(mine), evil in got, whole, clean, mine[:1]))


def all_cases(c):
    for name, end in ENDS:
        c.data(name, end)
    c.data('LF . LF, LF for all', b'\n.\n', b'\n')
    c.data('CR . CR, CR for all', b'\r.\r', b'\r')
    c.data('CR and NUL in a line', b' a\rb\0c\r\n', want='evil words')
    token, evil = c.names()
    h = c.hidden(evil)
    c.bdat('CRLF . CRLF inside', [c.head(token) + b'x\r\n.\r\n' + h + b'\r\n'],
           evil, token)
    for name, end in ENDS[:6]:
        token, evil = c.names()
        c.bdat(name, [c.head(token) + b'before' + end, c.hidden(evil),
                      b'\r\n'], evil, token)
    token, evil = c.names()
    c.bdat('an end in pieces', [c.head(token) + b'x\r', b'\n', b'.', b'\r',
                                b'\n' + c.hidden(evil), b'\r\n'], evil, token)
    token, evil = c.names()
    c.bdat('no end of line, then nothing', [c.head(token) + c.hidden(evil),
                                            b''], evil, token)

    def body(end):
        return lambda t, h: c.head(t) + b'before' + end + h

    for name, end in ENDS:
        c.hook(name, body(end))
    for name, end in ENDS[:9]:
        c.hook(name + ' in a text file', lambda t, h: (
            c.head(t)[:-2] + b'MIME-Version: 1.0\r\nContent-Type: '
            b'multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nevil words\r\n'
            b'--b\r\nContent-Type: text/plain; name=a.txt\r\nContent-'
            b'Disposition: attachment; filename=a.txt\r\nContent-Transfer-'
            b'Encoding: binary\r\n\r\nx' + end + h + b'\r\n--b--\r\n'), None)
    c.hook('in a subject', lambda t, h: c.head(t).replace(
        b'Subject: ', b'Subject: x\r.\rRCPT TO:<%s@inner.test>\r.\r'
        % t.replace(b's', b'e')) + b'evil words\r\n')
    c.hook('in an encoded subject', lambda t, h: c.head(t).replace(
        b'Subject: ', b'Subject: =?utf-8?Q?x=0D=0A=0D=0A.=0D=0ARCPT_TO:<%s'
        b'@inner.test>=0D=0A?= ' % t.replace(b's', b'e')) + b'evil words\r\n')
    # Dots at the borders of the client's blocks.
    for n in range(16380, 16388, 1):
        c.hook('a dot line near byte %d' % n, lambda t, h: (
            c.head(t) + (b'y' * 62 + b'\r\n') * (n // 64 - 8) + b'z' *
            (n % 64) + b'\r\n.\r\n.\r\n..\r\n' + h))


def setup_of_sample():
    """What samples/postfix/main.cf says about ends of lines."""
    with open(os.path.join(ROOT, 'samples/postfix/main.cf')) as f:
        return ''.join(line for line in f if line.startswith('smtpd_forbid_'))


def run(mode, in_place):
    w = servers.World(BIN, 'mail { internal_domains = "inner.test" }\n'
                      'milter { in_place = %s }\n' % in_place)
    shutil.copy(BIN + '/sekisho-milter', w.bin)
    at = servers.free_port()
    with open(w.outer.etc + '/main.cf', 'a') as f:
        f.write(setup_of_sample() +
                'smtpd_milters = inet:127.0.0.1:%d\n' % at)
    milter = servers.Daemon(
        w.top + '/milter.log', w.bin + '/sekisho-milter', '--socket',
        'inet:%d@127.0.0.1' % at, '--state', w.top + '/gw', '--policy',
        w.policy)
    try:
        milter.start()
        if not servers.wait_port(at, 60):
            raise RuntimeError(open(w.top + '/milter.log').read())
        w.start()
        c = Case(w, mode)
        all_cases(c)
        c.check()
    finally:
        milter.stop()
        w.stop()
        w.clean()


why = servers.missing()
if not why and not os.path.exists(BIN + '/sekisho-milter'):
    why = 'no sekisho-milter'
if why:
    print('1..0 # SKIP ' + why)
    sys.exit(77)
run('the filter checks', 'false')
run('in place', 'true')
print('1..%d' % count[0])
sys.exit(count[1] != 0)
