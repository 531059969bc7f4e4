#!/usr/bin/python3
"""Mail through a real Postfix with the filter, the gateway, the one-way path
and a second Postfix, while things are killed. Every message must be accounted
for: delivered or held with a note, none lost, none twice.

  mail_postfix.py BIN [--full]
"""
import email, email.policy, json, os, random, re, smtplib, socket, subprocess
import sys, threading, time
sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import mail_servers as servers

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(
    os.path.abspath(__file__))))
FULL = '--full' in sys.argv
BIN = os.path.abspath(sys.argv[1])
random.seed(4)
count = [0, 0]
turn = [0]


def ok(name, good, more=''):
    count[0] += 1
    count[1] += not good
    print('%sok %d - %s' % ('' if good else 'not ', count[0], name))
    if more and not good:
        print('# ' + str(more)[:1500].replace('\n', '\n# '))
    sys.stdout.flush()


# ---- messages

def sample(*path):
    with open(os.path.join(ROOT, 'samples', *path), 'rb') as f:
        return f.read()


def first(folder, ext):
    names = sorted(n for n in os.listdir(os.path.join(ROOT, 'samples', folder))
                   if n.endswith(ext))
    return sample(folder, names[0]), names[0]


def files():
    """(bytes, name, type) of what is attached; some must be held."""
    out = []
    for folder, ext, kind in (
            ('benign/png', '.png', 'image/png'),
            ('benign/jpeg', '.jpg', 'image/jpeg'),
            ('benign/docx', '.docx', 'application/octet-stream'),
            ('benign/csv', '.csv', 'text/csv'),
            ('benign/pdf', '.pdf', 'application/pdf'),
            ('planted/docm', '.docm', 'application/octet-stream'),
            ('planted/pdf', '.pdf', 'application/pdf')):
        try:
            data, name = first(folder, ext)
            out.append((data, name, kind))
        except (OSError, IndexError):
            pass
    out.append((b'MZ' + bytes(200), 'setup.exe', 'application/octet-stream'))
    return out


FILES = files()
KINDS = ['text', 'jis', 'alternative', 'file', 'files', 'many', 'null',
         '8bit', 'exe', 'broken', 'utf8', 'partial',
         'parts']


def body_of(token, kind):
    from email.message import EmailMessage
    m = EmailMessage(policy=email.policy.SMTP)
    m['From'] = '送信者 <%s@out.test>' % token
    m['To'] = 'all@inner.test'
    m['Subject'] = '件名 %s' % token
    m['Message-ID'] = '<%s@out.test>' % token
    m['Date'] = 'Sat, 21 Nov 2026 10:00:00 +0900'
    m.set_content('本文です。%s\n二行目。\n.\n..\n' % token)
    if kind == 'jis':
        return ('From: %s@out.test\r\nTo: all@inner.test\r\nSubject: '
                '=?ISO-2022-JP?B?GyRCN29MPhsoQg==?= %s\r\n'
                'MIME-Version: 1.0\r\nContent-Type: text/plain; '
                'charset=ISO-2022-JP\r\n\r\n' % (token, token)
                ).encode() + 'お知らせ。\r\n'.encode('iso2022_jp')
    if kind == '8bit':
        return ('From: %s@out.test\r\nTo: all@inner.test\r\nSubject: %s\r\n'
                'MIME-Version: 1.0\r\nContent-Type: text/plain; charset=UTF-8'
                '\r\nContent-Transfer-Encoding: 8bit\r\n\r\n八ビット\r\n'
                % (token, token)).encode()
    if kind == 'partial':
        return ('From: %s@out.test\r\nSubject: %s\r\nMIME-Version: 1.0\r\n'
                'Content-Type: message/partial; id="x"; number=1; total=2\r\n'
                '\r\nSubject: half\r\n\r\nhalf\r\n' % (token, token)
                ).encode()
    if kind == 'parts':  # more than a message may have: held as a whole
        return ('From: %s@out.test\r\nSubject: %s\r\nMIME-Version: 1.0\r\n'
                'Content-Type: multipart/mixed; boundary=x\r\n\r\n'
                % (token, token) + '--x\r\n\r\na\r\n' * 1100 + '--x--\r\n'
                ).encode()
    if kind == 'broken':
        return ('From: %s@out.test\r\nSubject: %s\r\nContent-Type: '
                'multipart/mixed; boundary=x\r\n\r\nno part at all\r\n'
                % (token, token)).encode()
    if kind == 'alternative':
        m.add_alternative('<html><body><p>本文です。<b>%s</b></p>'
                          '<script>alert(1)</script></body></html>' % token,
                          subtype='html')
    chosen = []
    if kind == 'file':
        chosen = [FILES[hash_of(token) % (len(FILES) - 1)]]
    elif kind == 'files':
        chosen = [FILES[(hash_of(token) + i) % (len(FILES) - 1)]
                  for i in range(3)]
    elif kind == 'exe':
        chosen = [FILES[-1]]
    for data, name, mime in chosen:
        main, sub = mime.split('/')
        m.add_attachment(data, maintype=main, subtype=sub, filename=name)
    return m.as_bytes()


def hash_of(token):
    return sum(token.encode())


class Traffic:
    """Sends and remembers what Postfix answered 250 to."""

    def __init__(self, world):
        self.world, self.accepted, self.lock = world, {}, threading.Lock()
        self.n = 0

    def token(self):
        with self.lock:
            self.n += 1
            return 't%06d' % self.n

    def send(self, c, kind):
        token = self.token()
        sender = '' if kind == 'null' else token + '@out.test'
        to = ['r%s@inner.test' % token]
        if kind == 'many':
            to += ['r%s-%d@inner.test' % (token, i) for i in range(4)]
        options = []
        if kind == '8bit':
            options = ['BODY=8BITMIME']
        if kind == 'utf8':
            sender = '送信%s@out.test' % token
            to = ['受信%s@inner.test' % token]
            options = ['SMTPUTF8', 'BODY=8BITMIME']
        data = body_of(token, kind)
        if kind == 'utf8':
            c.command_encoding = 'utf-8'
        try:
            c.sendmail(sender, to, data, mail_options=options)
        finally:
            c.command_encoding = 'ascii'
        with self.lock:
            self.accepted[token] = to
        return token

    def run(self, n, threads=4, pause=0.0):
        def work(share):
            c = None
            for i in range(share):
                for _ in range(50):
                    try:
                        if c is None:
                            c = smtplib.SMTP('127.0.0.1',
                                             self.world.outer.port,
                                             timeout=60)
                            c.ehlo('client.out.test')
                        self.send(c, KINDS[i % len(KINDS)])
                        break
                    except (OSError, smtplib.SMTPException):
                        c = None
                        time.sleep(0.2)
                if pause:
                    time.sleep(pause * random.random())
            if c is not None:
                c.close()
        all_ = [threading.Thread(target=work, args=(n // threads,))
                for _ in range(threads)]
        for t in all_:
            t.start()
        return all_


# ---- what came out

def plain(m):
    part = m.get_body(('plain',))
    try:
        return part.get_content() if part is not None else ''
    except (LookupError, KeyError, UnicodeError):
        return ''


class Arrived:
    def __init__(self, world):
        self.seen, self.repeats, self.notes, self.whole = {}, 0, 0, 0
        self.from_somebody = []
        self.foreign = []
        ids = set()
        for raw in world.delivered():
            m = email.message_from_bytes(raw, policy=email.policy.default)
            to = str(m['Delivered-To'])
            key = (str(m['X-Sekisho-Id']), to)
            if key in ids:  # the window of a kill; the id tells
                self.repeats += 1
                continue
            ids.add(key)
            is_note = '[無害化]' in str(m['Subject'])
            token = re.search(r't\d{6}', to)
            if token is None:
                self.foreign.append(to)
                continue
            self.notes += is_note
            if is_note and (str(m['Return-Path']) != '<>' or
                            m['Auto-Submitted'] is None):
                self.from_somebody.append(str(m['Return-Path']))
            self.whole += not is_note
            self.seen.setdefault((token[0], to), []).append(
                'note' if is_note else str(m['Subject']))
            if not is_note and token[0] not in str(m['Subject']):
                self.foreign.append(to + ': ' + str(m['Subject']))


def norm(address):
    return str(address).strip('<>')


def account(name, world, traffic):
    got = Arrived(world)
    lost, twice = [], []
    wanted = 0
    for token, to in traffic.accepted.items():
        for r in to:
            wanted += 1
            n = len(got.seen.get((token, norm(r)), []))
            if n == 0:
                lost.append(r)
            elif n > 1:
                twice.append((r, got.seen[(token, norm(r))]))
    held = len(re.findall(r'^[0-9A-Z]{26} ', world.sekisho(
        'quarantine', 'list', '--state', world.top + '/gw').stdout, re.M))
    print('# %s: %d messages, %d recipients: %d delivered, %d told of a held '
          'message; %d in quarantine; %d repeats with the same id'
          % (name, len(traffic.accepted), wanted, got.whole, got.notes, held,
             got.repeats))
    ok(name + ': who got no message got a note', got.notes > 0 and held > 0)
    ok(name + ': nobody answers a note', not got.from_somebody,
       got.from_somebody[:5])
    ok(name + ': none lost', not lost, lost[:20])
    ok(name + ': none twice', not twice, twice[:10])
    ok(name + ': nothing went to others', not got.foreign, got.foreign[:10])
    ok(name + ': nothing set aside',
       world.count('gw', 'mail', 'stuck') == 0 and
       world.count('inner', 'mailout', 'failed') == 0 and
       world.count('inner', 'refused') == 0)
    return got


# ---- single cases

def raw_session(port, lines):
    """SMTP by hand; the answers."""
    s = socket.create_connection(('127.0.0.1', port), 20)
    f = s.makefile('rwb')
    out = [f.readline()]
    for line in lines:
        f.write(line)
        f.flush()
        while True:
            a = f.readline()
            if not a or a[3:4] != b'-':
                break
        out.append(a)
    s.close()
    return out


def smuggle(world, traffic):
    """One message with a hidden end of data must not come out as two."""
    for name, end in (('LF . LF', b'\n.\n'), ('CRLF . LF', b'\r\n.\n'),
                      ('LF . CRLF', b'\n.\r\n'), ('CR . CR', b'\r.\r'),
                      ('CRLF NUL . CRLF', b'\r\n\0.\r\n')):
        token, evil = traffic.token(), traffic.token()
        data = (b'From: <%s@out.test>\r\nTo: <r%s@inner.test>\r\n'
                b'Subject: outside %s\r\n\r\nbefore' % (
                    (token.encode(),) * 3) + end +
                b'MAIL FROM:<%s@out.test>\r\nRCPT TO:<r%s@inner.test>\r\n'
                b'DATA\r\nSubject: smuggled %s\r\n\r\nevil' % (
                    (evil.encode(),) * 3) + b'\r\n.\r\n')
        # By pipe, as a server that cannot be fooled would hand it in.
        status, out = hook(world, token + '@out.test',
                           'r%s@inner.test' % token,
                           data.rsplit(b'\r\n.\r\n', 1)[0])
        if status == 0:
            traffic.accepted[token] = ['r%s@inner.test' % token]
        ok('a message with %s inside is taken' % name, status == 0, out)


def bdat(world, traffic):
    """CHUNKING (RFC 3030): two chunks with a bare end of data between."""
    token = traffic.token()
    a = ('From: <%s@out.test>\r\nSubject: chunks %s\r\n\r\n'
         % (token, token)).encode()
    b = 'second chunk\r\n.\r\nstill the same message\r\n'.encode()
    r = raw_session(world.outer.port, [
        b'EHLO client.out.test\r\n',
        b'MAIL FROM:<%s@out.test>\r\n' % token.encode(),
        b'RCPT TO:<r%s@inner.test>\r\n' % token.encode(),
        b'BDAT %d\r\n' % len(a) + a, b'BDAT %d LAST\r\n' % len(b) + b,
        b'QUIT\r\n'])
    good = r[5][:3] == b'250'
    ok('BDAT in two chunks', good, r)
    if good:
        traffic.accepted[token] = ['r%s@inner.test' % token]
    return token


def swaks(world, traffic):
    if not os.path.exists('/usr/bin/swaks'):
        return
    token = traffic.token()
    r = subprocess.run(['swaks', '--server', '127.0.0.1:%d' % world.outer.port,
                        '--from', token + '@out.test', '--to',
                        'r%s@inner.test' % token, '--header',
                        'Subject: swaks ' + token, '--body', 'hello'],
                       stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    ok('swaks', r.returncode == 0, r.stdout)
    if r.returncode == 0:
        traffic.accepted[token] = ['r%s@inner.test' % token]


def large(world, traffic):
    """What may come in, but not go to the inner side as large as it is."""
    token = traffic.token()
    to = 'r%s@inner.test' % token
    s, out = hook(world, token + '@out.test', to,
                  b'Subject: %s\r\n\r\n' % token.encode() +
                  (b'x' * 70 + b'\r\n') * 25000)
    ok('a large message is taken', s == 0, out)
    traffic.accepted[token] = [to]
    return (token, to)


def refused(world):
    hook = [world.bin + '/sekisho', 'mail', '--state', world.top + '/gw',
            '--policy', world.policy]

    def run(args, data=b'Subject: x\n\nx\n'):
        r = subprocess.run(hook + args, input=data, user=servers.USER,
                           group=servers.GROUP, extra_groups=[], cwd='/',
                           stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        return r.returncode, r.stdout.decode()

    to = ['--recipient', 'x@inner.test']
    s, out = run(['--sender', 'a@out.test'] + to,
                 b'Received: x\r\n' * 50 + b'Subject: loop\r\n\r\nx')
    ok('fifty Received: lines are a loop', (s, out[:5]) == (69, '5.4.6'), out)
    s, out = run(['--sender', 'a@out.test'] + to,
                 b'X-Sekisho-Hops: 49\nReceived: x\n\nx')
    ok('the count goes on over the gateway', (s, out[:5]) == (69, '5.4.6'), out)
    s, out = run(['--sender', 'a@out.test'] + to, b'x' * (3 << 20))
    ok('too large is refused', (s, out[:5]) == (69, '5.3.4'), out)
    for bad in ('a@b\nRCPT TO:<x@y>', 'a b@c.test', 'a@b>', '<a@b>', 'a@',
                '@b', 'a@-b.test', 'a@b..test', 'a' * 400 + '@b.test',
                'a@b.test\u202e'):
        s, out = run(['--sender', bad] + to)
        ok('no address: %r' % bad[:30], (s, out[:5]) == (65, '5.1.7') and
           out.count('\n') == 1, (s, out))
    s, out = run(['--sender', 'a@b.test', '--recipient', '-x y@z'])
    ok('nor as a recipient', (s, out[:5]) == (65, '5.1.3'), out)
    s, out = run(['--sender', 'a@b.test'])
    ok('no recipient is wrong usage', s == 64, out)
    for other in ('x@out.test', 'x@inner.test.out.test', 'x@badinner.test',
                  '"x@inner.test"@out.test', 'x%inner.test@out.test'):
        s, out = run(['--sender', 'a@out.test', '--recipient', other])
        ok('not passed on to ' + other, (s, out[:5]) == (69, '5.7.1'), out)
    with open(world.top + '/gw/mail/stopped', 'w') as f:
        f.write('test\n')
    s, out = run(['--sender', 'a@b.test'] + to)
    ok('stopped: try again', s == 75 and out[:5] == '4.3.2', out)
    os.unlink(world.top + '/gw/mail/stopped')


def hook(world, sender, to, data):
    """The pipe hook by hand; its exit status and what it said."""
    r = subprocess.run(
        [world.bin + '/sekisho', 'mail', '--state', world.top + '/gw',
         '--policy', world.policy, '--sender', sender, '--recipient', to],
        input=data, user=servers.USER, group=servers.GROUP, extra_groups=[],
        cwd='/', stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    return r.returncode, r.stdout.decode()


def order(world, traffic):
    """Handed in one after the other, slow ones among quick ones: mailed in
    the same order."""
    ids = []
    for i in range(12):
        token = traffic.token()
        to = 'r%s@inner.test' % token
        s, out = hook(world, token + '@out.test', to,
                      body_of(token, 'files' if i % 4 == 0 else 'text'))
        if s == 0:
            traffic.accepted[token] = [to]
            ids.append(out.split()[-1])
    left = world.drain(60)
    mailed = []
    with open(world.top + '/inner/audit/audit.jsonl') as f:
        for line in f:
            fields = json.loads(line)
            if fields['event'] == 'mailed':
                mailed.append(fields['fields']['id'].removesuffix('-N'))
    got = [i for i in mailed if i in ids]
    ok('mailed in the order of arrival', len(ids) == 12 and got == ids and
       not left, (ids, got, left))


# ---- killing

def half_taken(world):
    """The inner server is killed while it takes a message. It keeps a piece
    that it never answered for and never delivers: that is not under way."""
    inner = world.inner
    c = smtplib.SMTP('127.0.0.1', inner.port, timeout=60)
    c.ehlo('client.test')
    c.mail('half@out.test')
    c.rcpt('half@inner.test')
    c.docmd('DATA')
    c.send(b'Subject: half\r\n\r\n' + b'half\r\n' * 20000)
    for _ in range(200):
        if inner.pieces():
            break
        time.sleep(0.05)
    inner.kill()
    c.close()
    inner.start()
    ok('a piece of a message is left behind', inner.pieces() > 0)
    ok('... and does not count as under way', inner.waiting() == 0,
       inner.waiting())


def kill_some(world, go_on, each):
    """Kill something every now and then."""
    what = ['gateway', 'receiver', 'inner'] + ['milter'] * bool(world.milter)
    kills = 0
    while go_on():
        time.sleep(each * (0.5 + random.random()))
        victim = random.choice(what) if FULL else what[turn[0] % len(what)]
        turn[0] += 1
        kills += 1
        if victim == 'inner':
            world.inner.kill()
            time.sleep(0.3)
            world.inner.start()
        else:
            d = getattr(world, victim)
            d.kill()
            time.sleep(0.3)
            d.start()
    return kills


def disk_full(world, traffic):
    """Fill the state's disk under traffic, then make room again."""
    fill = world.top + '/gw/fill'
    with open(fill, 'wb') as f:
        threads = traffic.run(200)
        time.sleep(1)
        try:
            while True:
                f.write(bytes(65536))
                f.flush()
        except OSError:
            pass
    time.sleep(10)
    waiting = world.in_flight()
    print('# disk full: ' + str({k: v for k, v in waiting.items() if v}))
    free = os.statvfs(world.top + '/gw')
    print('# %d KB free' % (free.f_bavail * free.f_frsize // 1024))
    ok('the gateway lives on a full disk', world.gateway.p.poll() is None)
    os.unlink(fill)
    for t in threads:
        t.join()


def wait_all(threads):
    for t in threads:
        t.join()


def main():
    why = servers.missing()
    if why:
        print('1..0 # SKIP ' + why)
        return 77
    policy = 'milter { max_message_bytes = 2M }\n' \
             'mail { queue_free_bytes = 8M\n max_out_bytes = 1500K\n' \
             ' internal_domains = "inner.test" }\n'
    world = servers.World(BIN, policy, 768 << 20 if FULL else 0, True)
    try:
        world.start()
        traffic = Traffic(world)
        refused(world)
        swaks(world, traffic)
        token = bdat(world, traffic)
        smuggle(world, traffic)
        order(world, traffic)
        sized = large(world, traffic)
        half_taken(world)
        c = smtplib.SMTP('127.0.0.1', world.outer.port, timeout=60)
        try:
            c.sendmail('a@out.test', ['x@inner.test'], b'x' * 21000000)
            big = 'taken'
        except smtplib.SMTPException as e:
            big = str(e)
        ok('Postfix refuses what is too large for it', '552' in big, big)
        started = time.time()
        n = 5000 if FULL else 208
        threads = traffic.run(n, 8 if FULL else 4)
        kills = kill_some(world, lambda: any(t.is_alive() for t in threads),
                          3.0 if FULL else 1.0)
        wait_all(threads)
        print('# %d kills while %d messages were sent in %.0f s' % (
            kills, len(traffic.accepted), time.time() - started))
        until = time.time() + (120 if FULL else 4)
        more = kill_some(world, lambda: time.time() < until and
                         sum(world.in_flight().values()) > 0,
                         4.0 if FULL else 0.7)
        print('# %d kills more while they went on' % more)
        print('# killed: ' + ', '.join('%s %d' % (n, getattr(world, n).kills)
                                       for n in ('gateway', 'receiver',
                                                 'milter', 'inner')
                                       if getattr(world, n)))
        left = world.drain(1500 if FULL else 300)
        print('# all through after %.0f s' % (time.time() - started))
        ok('nothing stays under way', not left, world.why(left))
        if FULL:
            disk_full(world, traffic)
            left = world.drain(300)
            ok('nor after the disk was full', not left, world.why(left))
        got = account('traffic', world, traffic)
        subjects = got.seen.get((token, 'r%s@inner.test' % token), [''])
        ok('the chunks are one message', subjects[0] != '')
        ok('what is too large for the inner side is held, with a note',
           got.seen.get(sized) == ['note'], got.seen.get(sized))
        for d, s in ((world.gateway, 'gateway'), (world.receiver, 'receiver')):
            ok('SIGTERM ends the %s in peace' % s, d.stop() == 0,
               open(d.log).read()[-600:])
        for s in ('gw', 'inner'):
            r = world.sekisho('audit', 'verify', '--state',
                              world.top + '/' + s)
            ok('the log of %s is sound' % s, r.returncode == 0, r.stderr)
    finally:
        world.stop()
        world.clean()
    print('1..%d' % count[0])
    return count[1] != 0


sys.exit(main())
