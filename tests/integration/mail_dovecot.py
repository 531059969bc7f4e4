#!/usr/bin/python3
"""The inner side hands mail to a real Dovecot by LMTP: over a socket file and
over TCP, to many readers, with mailboxes that are full for good, full for
now, or not there, and while Dovecot is killed. What Dovecot answers for each
reader must be what becomes of the message for that reader.

  mail_dovecot.py BIN
"""
import email, email.policy, json, os, re, signal, subprocess, sys, time
sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import mail_servers as servers

BIN = os.path.abspath(sys.argv[1])
count = [0, 0]


def ok(name, good, more=''):
    count[0] += 1
    count[1] += not good
    print('%sok %d - %s' % ('' if good else 'not ', count[0], name))
    if more and not good:
        print('# ' + str(more)[:3000].replace('\n', '\n# '))
    sys.stdout.flush()


CONF = '''\
base_dir = {top}/run
state_dir = {top}/state
instance_name = sekisho-test
log_path = {top}/log
protocols = lmtp
listen = 127.0.0.1
ssl = no
postmaster_address = postmaster@inner.test
hostname = inner.example
mail_location = maildir:{top}/box/%n
mail_plugins = quota
first_valid_uid = 1
first_valid_gid = 1
mail_uid = {user}
mail_gid = {group}
auth_mechanisms = plain
auth_username_format = %n
passdb {{
  driver = passwd-file
  args = {top}/users
}}
userdb {{
  driver = passwd-file
  args = {top}/users
}}
lmtp_rcpt_check_quota = {at_rcpt}
quota_full_tempfail = {tempfail}
plugin {{
  quota = maildir:User quota
  quota_rule = *:storage=20M
  quota_grace = 0
  quota_max_mail_size = {max}
}}
service lmtp {{
  unix_listener {top}/lmtp {{
    mode = 0666
  }}
  inet_listener lmtp {{
    address = 127.0.0.1
    port = {port}
  }}
}}
protocol lmtp {{
  mail_plugins = quota
}}
'''


def arrived(name):
    """Seconds and microseconds, neither filled up with zeros."""
    return [int(n) for n in
            re.match(r'(\d+)(?:\.M(\d+))?', name).groups('0')]


class Dovecot:
    def __init__(self, top, owner):
        self.top, self.port = top + '/dovecot', servers.free_port()
        os.makedirs(self.top + '/box')
        os.chmod(self.top, 0o755)
        os.chown(self.top + '/box', *owner)
        users = ['%s:{PLAIN}x:%d:%d::%s/box/%s::%s' % (
            n, *owner, self.top, n, more) for n, more in (
                ('one', ''), ('two', ''), ('three', ''),
                ('full', 'userdb_quota_rule=*:storage=1K'))]
        with open(self.top + '/users', 'w') as f:
            f.write('\n'.join(users) + '\n')
        for d in ('', '/new', '/cur', '/tmp'):  # what fills it
            os.makedirs(self.top + '/box/full' + d)
            os.chown(self.top + '/box/full' + d, *owner)
        with open(self.top + '/box/full/cur/1.old,S=4000:2,S', 'w') as f:
            f.write('Subject: old\n\n' + 'x' * 3986)
        os.chown(f.name, *owner)
        self.p = None

    def start(self, at_rcpt='yes', tempfail='no', max='0'):
        conf = self.top + '/dovecot.conf'
        with open(conf, 'w') as f:
            f.write(CONF.format(top=self.top, port=self.port, at_rcpt=at_rcpt,
                                user=servers.USER, group=servers.GROUP,
                                tempfail=tempfail, max=max))
        try:
            os.unlink(self.top + '/lmtp')
        except OSError:
            pass
        self.p = subprocess.Popen(['/usr/sbin/dovecot', '-F', '-c', conf],
                                  stdin=subprocess.DEVNULL,
                                  stdout=open(self.top + '/out', 'a'),
                                  stderr=subprocess.STDOUT)
        if not servers.wait_port(self.port):
            raise RuntimeError('Dovecot does not answer: ' + self.tail())

    def tail(self):
        return ''.join(open(self.top + '/' + n).read()[-1500:]
                       for n in ('out', 'log')
                       if os.path.exists(self.top + '/' + n))

    def stop(self):
        if self.p is not None and self.p.poll() is None:
            self.p.terminate()
            self.p.wait()

    def kill(self):
        kids = servers.children(self.p.pid)
        for p in [self.p.pid] + kids:
            try:
                os.kill(p, signal.SIGKILL)
            except ProcessLookupError:
                pass
        self.p.wait()

    def box(self, name):
        out = []
        for sub in ('new', 'cur'):
            d = '%s/box/%s/%s' % (self.top, name, sub)
            names = os.listdir(d) if os.path.isdir(d) else []
            for n in sorted(names, key=arrived):
                with open(d + '/' + n, 'rb') as f:
                    out.append(email.message_from_bytes(
                        f.read(), policy=email.policy.default))
        return out

    def subjects(self, name):
        return [str(m['Subject']) for m in self.box(name)]


class Gateway:
    """Hook, service and receiver, one after the other, by hand."""

    def __init__(self, world, target):
        self.w, self.target = world, target

    def put(self, subject, to, body='本文です。\n.\n..\n.x\n', sender='a@out.test'):
        args = [self.w.bin + '/sekisho', 'mail', '--state', self.w.top + '/gw',
                '--policy', self.w.policy, '--sender=' + sender]
        args += ['--recipient=%s@inner.test' % t for t in to]
        m = ('From: a@out.test\nTo: b@inner.test\nSubject: %s\n'
             'Message-ID: <%s@out.test>\nDate: Sat, 21 Nov 2026 10:00:00 +0900'
             '\nMIME-Version: 1.0\nContent-Type: text/plain; charset=UTF-8\n\n'
             % (subject, subject) + body).encode()
        subprocess.run(args, input=m, user=servers.USER, group=servers.GROUP,
                       extra_groups=[], cwd='/', check=True,
                       stdout=subprocess.DEVNULL)

    def cross(self):
        r = self.w.sekisho('mail', '--serve', '--once', '--slots', '2',
                           '--state', self.w.top + '/gw', '--policy',
                           self.w.policy, '--send', self.w.top + '/way')
        if r.returncode != 0:
            raise RuntimeError(r.stderr)

    def receive(self):
        return self.w.sekisho(
            'receive', '--key', self.w.top + '/gw.pub', '--state',
            self.w.top + '/inner', '--policy', self.w.policy, '--lmtp',
            self.target, self.w.top + '/way', self.w.top + '/dest')

    def pass_on(self):
        self.cross()
        return self.receive()

    def events(self, name):
        with open(self.w.top + '/inner/audit/audit.jsonl') as f:
            lines = [json.loads(line) for line in f]
        return [v['fields'] for v in lines if v['event'] == name]

    def failed(self):
        d = self.w.top + '/inner/mailout/failed'
        return {n: open(d + '/' + n, encoding='utf-8').read()
                for n in os.listdir(d)} if os.path.isdir(d) else {}


def plain(d, g):
    g.put('many', ['one', 'two', 'three'])
    r = g.pass_on()
    ok('three readers by one message, over a socket', r.returncode == 0 and
       all(d.subjects(n) == ['many'] for n in ('one', 'two', 'three')),
       r.stderr + d.tail())
    body = d.box('one')[0].get_content() if d.box('one') else ''
    ok('... dots at line starts as they were',
       body.replace('\r', '') == '本文です。\n.\n..\n.x\n', repr(body))
    tcp = Gateway(g.w, '127.0.0.1:%d' % d.port)
    tcp.put('tcp', ['one'])
    r = tcp.pass_on()
    ok('over TCP', r.returncode == 0 and d.subjects('one')[-1:] == ['tcp'],
       r.stderr + d.tail())


def full(d, g, name):
    """One of three has no room: the others get it, once."""
    before = {n: len(d.box(n)) for n in ('one', 'two', 'full')}
    g.put(name, ['one', 'full', 'two'], 'x' * 70 + '\n')
    r = g.pass_on()
    ok(name + ': the others get it', all(
        len(d.box(n)) == before[n] + 1 for n in ('one', 'two')) and
       len(d.box('full')) == before['full'], r.stderr + d.tail())
    return r


def refused(d, g, name):
    r = full(d, g, name)
    said = [v for v in g.events('mail-failed') if v['to'] == 'full@inner.test']
    ok(name + ': 552 5.2.2 ends it, and is said', r.returncode == 1 and
       len(said) > 0 and said[-1]['answer'].startswith('552 5.2.2'),
       (r.returncode, r.stderr, said, g.events('mail-later')))
    kept = g.failed()
    ok(name + ': message and answer are kept for a person', any(
        'full@inner.test' in t and '552 5.2.2' in t for t in kept.values()) and
       any(n.endswith('.eml') for n in kept), list(kept))
    n = len(d.box('one'))
    ok(name + ': nothing is left to try', g.receive().returncode == 0 and
       len(d.box('one')) == n and g.w.count('inner', 'mailout', 'msg') == 0)


def until(g, done):
    """Received again until it is so; the first pause is five seconds."""
    end = time.time() + 60
    while not done() and time.time() < end:
        g.receive()
        time.sleep(0.3)
    return done()


def later(d, g):
    r = full(d, g, 'full for now')
    said = g.events('mail-later')
    ok('full for now: 452 4.2.2 waits, and is said', r.returncode == 75 and
       len(said) > 0 and said[-1]['answer'].startswith('452 4.2.2') and
       said[-1]['to'] == 'full@inner.test', (r.returncode, r.stderr, said))
    n = {m: len(d.box(m)) for m in ('one', 'two')}
    d.stop()
    with open(d.top + '/users') as f:
        users = f.read()
    with open(d.top + '/users', 'w') as f:
        f.write(users.replace('storage=1K', 'storage=5M'))
    d.start()
    ok('... until there is room', until(
        g, lambda: 'full for now' in d.subjects('full')), d.tail())
    ok('... and the others get no second one', all(
        len(d.box(m)) == n[m] for m in n))


def killed(d, g):
    """Killed again and again: all of it arrives; a repeat tells its id."""
    for i in range(12):
        g.put('k%02d' % i, ['one', 'two'])
    g.cross()
    for _ in range(3):
        p = subprocess.Popen(
            [g.w.bin + '/sekisho', 'receive', '--key', g.w.top + '/gw.pub',
             '--state', g.w.top + '/inner', '--policy', g.w.policy, '--lmtp',
             g.target, g.w.top + '/way', g.w.top + '/dest'],
            user=servers.USER, group=servers.GROUP, extra_groups=[], cwd='/',
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(0.15)
        d.kill()
        time.sleep(0.1)
        d.start()
        p.wait()
    r = g.receive()
    want = ['k%02d' % i for i in range(12)]
    for n in ('one', 'two'):
        seen = {}
        for m in d.box(n):
            if str(m['Subject'])[:1] == 'k':
                seen.setdefault(str(m['X-Sekisho-Id']), str(m['Subject']))
        ok('Dovecot killed three times: %s has all' % n,
           sorted(seen.values()) == want, (r.stderr, sorted(seen.values())))


def main():
    why = servers.missing() or (
        '' if os.path.exists('/usr/lib/dovecot/lmtp') else 'no Dovecot here')
    if why:
        print('1..0 # SKIP ' + why)
        return 77
    w = servers.World(BIN, '')
    d = Dovecot(w.top, (w.uid, w.gid))
    g = Gateway(w, d.top + '/lmtp')
    try:
        r = w.sekisho('send', '--state', w.top + '/gw', '--public-key')
        with open(w.top + '/gw.pub', 'w') as f:
            f.write(r.stdout)
        d.start()
        plain(d, g)
        refused(d, g, 'full at RCPT')
        d.stop()
        d.start(at_rcpt='no')
        refused(d, g, 'full after DATA')
        g.put('nobody', ['nobody', 'one'])
        r = g.pass_on()
        said = g.events('mail-failed')[-1]
        ok('a reader who is not there: 550 5.1.1, the other gets it',
           said['to'] == 'nobody@inner.test' and
           said['answer'].startswith('550 5.1.1') and
           d.subjects('one')[-1:] == ['nobody'], (said, r.stderr))
        d.stop()
        d.start(max='30K')
        g.put('large', ['one'], ('y' * 70 + '\n') * 1000)
        r = g.pass_on()
        said = g.events('mail-later')[-1]
        ok('larger than a mailbox takes now: waits, as Dovecot says',
           r.returncode == 75 and said['to'] == 'one@inner.test' and
           'larger' in said['answer'] and 'large' not in d.subjects('one'),
           (said, r.stderr, d.tail()))
        d.stop()
        d.start()
        ok('... until it takes it', until(
            g, lambda: d.subjects('one')[-1:] == ['large']), d.tail())
        d.stop()
        d.start(tempfail='yes')
        later(d, g)
        killed(d, g)
        r = w.sekisho('audit', 'verify', '--state', w.top + '/inner')
        ok('the log is sound', r.returncode == 0, r.stderr)
    finally:
        d.stop()
        w.clean()
    print('1..%d' % count[0])
    return count[1] != 0


sys.exit(main())
