"""Two Postfix instances, the gateway and the receiver of a test, all in one
temporary folder, on high ports of the loopback interface. Nothing of the
system's own Postfix is read but its programs. Needs root: Postfix does."""
import os, pwd, re, shutil, signal, socket, subprocess, sys, tempfile, time

# One client sends all of a test.
FLOOD = ('flood { per_client = 100000000 per_sender = 100000000 '
         'total = 100000000 }\n')
USER = 'nobody'
GROUP = 'nogroup'


def missing():
    """Why the test cannot run here, or ''."""
    if os.geteuid() != 0:
        return 'needs root: Postfix does'
    for p in ('/usr/sbin/postfix', '/usr/sbin/postconf'):
        if not os.path.exists(p):
            return 'no Postfix here'
    return ''


def free_port():
    s = socket.socket()
    s.bind(('127.0.0.1', 0))
    port = s.getsockname()[1]
    s.close()
    return port


def wait_port(port, seconds=20):
    end = time.time() + seconds
    while time.time() < end:
        try:
            socket.create_connection(('127.0.0.1', port), 1).close()
            return True
        except OSError:
            time.sleep(0.05)
    return False


MASTER = '''\
127.0.0.1:{port} inet n - n - 100 smtpd
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
smtp unix - - n - - smtp
relay unix - - n - - smtp
error unix - - n - - error
retry unix - - n - - error
discard unix - - n - - discard
local unix - n n - - local
virtual unix - n n - - virtual
lmtp unix - - n - - lmtp
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
'''

MAIN = '''\
compatibility_level = 3.6
queue_directory = {dir}/queue
data_directory = {dir}/data
maillog_file = {dir}/log
maillog_file_prefixes = {top}
inet_interfaces = loopback-only
inet_protocols = ipv4
myhostname = {name}
mydomain = {name}
myorigin = {name}
mydestination =
mynetworks = 127.0.0.0/8
local_recipient_maps =
local_transport = error:5.1.1 no local mail
alias_maps =
alias_database =
disable_dns_lookups = yes
smtp_host_lookup = native
smtpd_relay_restrictions = permit_mynetworks, reject
smtpd_recipient_restrictions =
smtpd_client_restrictions =
smtpd_tls_security_level = none
smtp_tls_security_level = none
smtpd_peername_lookup = no
smtpd_client_connection_rate_limit = 0
smtpd_client_connection_count_limit = 0
smtpd_error_sleep_time = 0
biff = no
smtputf8_enable = yes
strict_smtputf8 = no
minimal_backoff_time = 2s
maximal_backoff_time = 4s
queue_run_delay = 2s
transport_retry_time = 2s
bounce_queue_lifetime = 1d
in_flow_delay = 0
'''


def signals(what, pids):
    for p in pids:
        try:
            os.kill(p, what)
        except ProcessLookupError:
            pass


class Postfix:
    def __init__(self, top, name, more, master=''):
        self.dir = os.path.join(top, name)
        self.port, self.kills = free_port(), 0
        etc = os.path.join(self.dir, 'etc')
        os.makedirs(etc)
        os.makedirs(self.dir + '/queue')
        os.makedirs(self.dir + '/data')
        pw = pwd.getpwnam('postfix')
        os.chown(self.dir + '/data', pw.pw_uid, pw.pw_gid)
        with open(etc + '/main.cf', 'w') as f:
            f.write(MAIN.format(dir=self.dir, top=top, name=name) + more)
        with open(etc + '/master.cf', 'w') as f:
            f.write(MASTER.format(port=self.port) + master)
        self.etc = etc

    def run(self, *args, check=True):
        r = subprocess.run(['/usr/sbin/postfix', '-c', self.etc, *args],
                           stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                           stderr=subprocess.STDOUT, text=True)
        if check and r.returncode != 0:
            raise RuntimeError('postfix %s: %s' % (args, r.stdout))

    def start(self):
        self.run('start')
        if not wait_port(self.port):
            raise RuntimeError('Postfix does not answer: ' + self.tail())

    def stop(self):
        self.run('stop', check=False)

    def master_pid(self):
        try:
            return int(open(self.dir + '/queue/pid/master.pid').read())
        except (OSError, ValueError):
            return 0

    def kill(self):
        """As a power switch would: the master and all it started."""
        pid = self.master_pid()
        if pid == 0:
            return
        self.kills += 1
        signals(signal.SIGSTOP, [pid])
        every = [pid] + children(pid)
        signals(signal.SIGSTOP, every)  # or one tidies up after the other
        signals(signal.SIGKILL, every)
        for _ in range(100):
            if not os.path.exists('/proc/%d' % pid) or not alive(pid):
                break
            time.sleep(0.02)

    def flush(self):
        self.run('flush', check=False)

    def queued(self):
        """(path, whether the message in it was taken as a whole)."""
        for q in ('incoming', 'active', 'deferred', 'maildrop'):
            for d, _, files in os.walk(os.path.join(self.dir, 'queue', q)):
                for n in files:
                    path = os.path.join(d, n)
                    try:
                        # MAIL_QUEUE_STAT_READY, as mailq(1) looks at it
                        yield path, os.stat(path).st_mode & 0o100 != 0
                    except OSError:
                        pass

    def waiting(self):
        """Messages that Postfix has answered 250 for and still has."""
        return sum(whole for _, whole in self.queued())

    def pieces(self):
        """Messages that are being taken, or were when Postfix was killed;
        it never answered for them and removes them after a day and a half."""
        return sum(not whole for _, whole in self.queued())

    def tail(self, n=20):
        try:
            return ''.join(open(self.dir + '/log').readlines()[-n:])
        except OSError:
            return '(no log)'


def alive(pid):
    try:
        with open('/proc/%d/stat' % pid) as f:
            return f.read().rsplit(')', 1)[1].split()[0] != 'Z'
    except OSError:
        return False


def children(pid):
    out = []
    for d in os.listdir('/proc'):
        if d.isdigit():
            try:
                with open('/proc/%s/stat' % d) as f:
                    if int(f.read().rsplit(')', 1)[1].split()[1]) == pid:
                        out.append(int(d))
            except (OSError, ValueError):
                pass
    return out


class Daemon:
    """A program of ours, as the unprivileged user; its output into a log."""

    def __init__(self, log, *argv):
        self.argv, self.log, self.p = list(argv), log, None
        self.kills = 0

    def start(self):
        self.p = subprocess.Popen(
            self.argv, stdin=subprocess.DEVNULL, stdout=open(self.log, 'a'),
            stderr=subprocess.STDOUT, user=USER, group=GROUP, extra_groups=[],
            cwd='/', env={'PATH': '/usr/bin:/bin', 'LC_ALL': 'C.UTF-8'})

    def kill(self):
        self.p.kill()
        self.p.wait()
        self.kills += 1

    def stop(self, seconds=60):
        if self.p is None or self.p.poll() is not None:
            return None if self.p is None else self.p.returncode
        self.p.terminate()
        try:
            return self.p.wait(seconds)
        except subprocess.TimeoutExpired:
            self.p.kill()
            self.p.wait()
            return -9


class World:
    def __init__(self, binaries, policy='', state_tmpfs=0, milter=False,
                 slots=4):
        self.top = tempfile.mkdtemp(prefix='sekisho-mail-')
        os.chmod(self.top, 0o755)
        self.mounted = False
        self.bin = os.path.join(self.top, 'bin')
        os.makedirs(self.bin)
        milter = milter and os.path.exists(binaries + '/sekisho-milter')
        for p in ['sekisho', 'sekisho-worker'] + ['sekisho-milter'] * milter:
            shutil.copy(os.path.join(binaries, p), self.bin)
        pw = pwd.getpwnam(USER)
        self.uid, self.gid = pw.pw_uid, pw.pw_gid
        for d in ('gw', 'inner', 'way', 'dest', 'box'):
            path = os.path.join(self.top, d)
            os.makedirs(path)
            if d == 'gw' and state_tmpfs:
                subprocess.run(['mount', '-t', 'tmpfs', '-o',
                                'size=%d' % state_tmpfs, 'tmpfs', path],
                               check=True)
                self.mounted = True
            os.chown(path, self.uid, self.gid)
            os.chmod(path, 0o700)
        self.policy = os.path.join(self.top, 'policy.conf')
        with open(self.policy, 'w') as f:
            f.write(policy + FLOOD)
        port = free_port()
        milter_line = 'smtpd_milters = inet:127.0.0.1:%d\n' % port * milter
        self.milter = milter and Daemon(
            self.top + '/milter.log', self.bin + '/sekisho-milter',
            '--socket', 'inet:%d@127.0.0.1' % port, '--state',
            self.top + '/gw', '--policy', self.policy)
        self.milter_port = port
        self.outer = Postfix(
            self.top, 'outer.test',
            'relay_domains = inner.test\n'
            'transport_maps = inline:{ inner.test=sekisho: '
            'out.test=discard: outer.test=discard: }\n'
            'message_size_limit = 20000000\n'
            'sekisho_destination_recipient_limit = 1000\n'
            'sekisho_destination_concurrency_limit = 8\n' + milter_line,
            'sekisho unix - n n - 8 pipe\n'
            '  flags=q user=%s:%s null_sender= argv=%s mail --state=%s '
            '--policy=%s --client=${client_address} --sender=${sender} '
            '--recipient=${recipient}\n'
            % (USER, GROUP, self.bin + '/sekisho', self.top + '/gw',
               self.policy))
        self.inner = Postfix(
            self.top, 'inner.example',
            'virtual_mailbox_domains = inner.test\n'
            'virtual_mailbox_base = %s/box\n'
            'virtual_mailbox_maps = static:all/\n'
            'virtual_uid_maps = static:%d\nvirtual_gid_maps = static:%d\n'
            'virtual_minimum_uid = 1\nmailbox_size_limit = 0\n'
            'virtual_mailbox_limit = 0\nmessage_size_limit = 60000000\n'
            'header_checks = regexp:%s/inner.example/etc/hold\n'
            % (self.top, self.uid, self.gid, self.top))
        with open(self.inner.etc + '/hold', 'w') as f:
            f.write('')
        s = self.bin + '/sekisho'
        self.gateway = Daemon(
            self.top + '/gateway.log', s, 'mail', '--serve', '--slots',
            str(slots), '--state', self.top + '/gw', '--policy', self.policy,
            '--send', self.top + '/way')
        self.receiver = Daemon(
            self.top + '/receiver.log', s, 'receive', '--key',
            self.top + '/gw.pub', '--state', self.top + '/inner', '--policy',
            self.policy, '--interval', '1', '--smtp',
            '127.0.0.1:%d' % self.inner.port, self.top + '/way',
            self.top + '/dest')

    def sekisho(self, *args):
        return subprocess.run([self.bin + '/sekisho', *args], text=True,
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, user=USER, group=GROUP,
                              extra_groups=[], cwd='/',
                              env={'LC_ALL': 'C.UTF-8'})

    def start(self):
        r = self.sekisho('send', '--state', self.top + '/gw', '--public-key')
        if r.returncode != 0:
            raise RuntimeError(r.stderr)
        with open(self.top + '/gw.pub', 'w') as f:
            f.write(r.stdout)
        if self.milter:
            self.milter.start()
            if not wait_port(self.milter_port, 60):
                raise RuntimeError(open(self.milter.log).read())
        self.outer.start()
        self.inner.start()
        self.gateway.start()
        self.receiver.start()

    def stop(self):
        self.gateway.stop()
        self.receiver.stop()
        self.outer.stop()
        self.inner.stop()
        if self.milter:
            self.milter.stop()

    def clean(self):
        if self.mounted:
            subprocess.run(['umount', self.top + '/gw'])
        if os.environ.get('KEEP'):
            print('# kept: ' + self.top)
            return
        shutil.rmtree(self.top, ignore_errors=True)

    def count(self, *path):
        try:
            return len([n for n in os.listdir(os.path.join(self.top, *path))
                        if not n.startswith('.')])
        except OSError:
            return 0

    def in_flight(self):
        """What is still under way, place by place."""
        return {
            'outer Postfix': self.outer.waiting(),
            'queue': self.count('gw', 'mail', 'new'),
            'spool': self.count('gw', 'spool', 'out'),
            'way': self.count('way'),
            'mailout': self.count('inner', 'mailout', 'msg'),
            'inner Postfix': self.inner.waiting(),
        }

    def drain(self, seconds):
        """Wait until nothing is under way, twice in a row."""
        end, quiet, last = time.time() + seconds, 0, 0
        while time.time() < end:
            left = self.in_flight()
            quiet = quiet + 1 if sum(left.values()) == 0 else 0
            if quiet == 3:
                return ''
            if time.time() - last > 5:
                last = time.time()
                self.outer.flush()
            time.sleep(0.2)
        return ', '.join('%s %d' % (k, v) for k, v in left.items() if v)

    def why(self, left):
        """What to know about messages that are still under way."""
        return '%s\n%s%s\n%s\n%s' % (
            left, self.outer.tail(5), self.inner.tail(5),
            ''.join(open(self.gateway.log).readlines()[-5:]),
            ''.join(open(self.receiver.log).readlines()[-5:]))

    def delivered(self):
        box = os.path.join(self.top, 'box', 'all', 'new')
        try:
            names = os.listdir(box)
        except OSError:
            return
        for n in names:
            with open(os.path.join(box, n), 'rb') as f:
                yield f.read()
