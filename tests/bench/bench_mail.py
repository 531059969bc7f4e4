#!/usr/bin/python3
"""The pipe hook and the service, and the filter, against the same Postfix
without them, and against amavisd-new that only takes MIME apart. One run, one machine, the same
messages; what counts is the ratio. Needs root, postfix, and for the
comparison amavisd-new.

  bench_mail.py BIN [MESSAGES]
"""
import glob, grp, os, pwd, resource, shutil, signal, subprocess, sys, tempfile, time
sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, '..', 'integration'))
import mail_servers as servers

BIN = os.path.abspath(sys.argv[1])
N = int(sys.argv[2]) if len(sys.argv) > 2 else 1000
TICK = os.sysconf('SC_CLK_TCK')

TEXT = ('From: =?ISO-2022-JP?B?GyRCQXc/Ljx0GyhC?= <a@out.test>\n'
        'To: b@inner.test\nSubject: =?ISO-2022-JP?B?GyRCMnE1RCROJCpDTiRpJDsb'
        'KEI=?=\nDate: Sat, 21 Nov 2026 10:00:00 +0900\n'
        'Message-ID: <bench@out.test>\nMIME-Version: 1.0\n'
        'Content-Type: text/plain; charset=ISO-2022-JP\n\n').encode() + (
    '次回の会議は、来週の水曜日の午後三時から、第二会議室で行います。\n'
    '資料は前日までにお送りします。よろしくお願いいたします。\n\n'
    * 12).encode('iso2022_jp')

AMAVIS = '''use strict;
$MYHOME = '{dir}'; $TEMPBASE = '{dir}/tmp'; $helpers_home = '{dir}';
$db_home = '{dir}/db'; $pid_file = '{dir}/pid'; $lock_file = '{dir}/lock';
$daemon_user = 'amavis'; $daemon_group = 'amavis';
$mydomain = 'inner.test'; $myhostname = 'bench.inner.test';
$max_servers = {slots}; $max_requests = 1000;
$inet_socket_bind = '127.0.0.1'; $inet_socket_port = {port};
$unix_socketname = undef;
$forward_method = 'smtp:[127.0.0.1]:{back}'; $notify_method = $forward_method;
$enable_db = 0; $enable_global_cache = 0; $do_syslog = 0; $log_level = 0;
$LOGFILE = '{dir}/log'; $enable_dkim_verification = 0;
@bypass_virus_checks_maps = (1); @bypass_spam_checks_maps = (1);
@decoders = (); @av_scanners = (); @av_scanners_backup = ();
@local_domains_maps = (['.inner.test']); @mynetworks = ('127.0.0.0/8');
1;
'''


def cpu_of(pids):
    """Seconds of processor, with those of ended children."""
    t = 0
    for p in pids:
        try:
            with open('/proc/%d/stat' % p) as f:
                v = f.read().rsplit(')', 1)[1].split()
            t += sum(int(x) for x in v[11:15])
        except OSError:
            pass
    return t / TICK


def family(pid):
    out = [pid]
    for c in servers.children(pid):
        out += family(c)
    return out


def send(port, n, path):
    subprocess.run(['smtp-source', '-s', '8', '-m', str(n), '-f', 'a@out.test',
                    '-t', 'b@inner.test', '-F', path, '127.0.0.1:%d' % port],
                   check=True, stdout=subprocess.DEVNULL)


def until(done, seconds=900):
    end = time.time() + seconds
    while not done():
        if time.time() > end:
            raise RuntimeError('not through in time')
        time.sleep(0.02)


def timed(p, daemon, path):
    """(rate, processor for one of the daemon, and of Postfix) for N."""
    send(p.port, 50, path)
    until(lambda: p.waiting() == 0)
    ours = cpu_of(family(daemon)) if daemon else 0
    theirs = cpu_of(family(p.master_pid()))
    t = time.time()
    send(p.port, N, path)
    until(lambda: p.waiting() == 0)
    t = time.time() - t
    ours = (cpu_of(family(daemon)) if daemon else 0) - ours
    return N / t, ours / N, (cpu_of(family(p.master_pid())) - theirs) / N


def alone(top, path):
    p = servers.Postfix(top, 'alone.test', 'relay_domains = inner.test\n'
                        'transport_maps = static:discard:\n')
    p.start()
    try:
        return timed(p, None, path)
    finally:
        p.stop()


def with_amavis(top, path, slots):
    if not os.path.exists('/usr/sbin/amavisd'):
        return None
    d = os.path.join(top, 'amavis')
    pw = pwd.getpwnam('amavis')
    for sub in ('', '/tmp', '/db'):
        os.makedirs(d + sub)
        os.chown(d + sub, pw.pw_uid, pw.pw_gid)
    port, back = servers.free_port(), servers.free_port()
    with open(d + '.conf', 'w') as f:
        f.write(AMAVIS.format(dir=d, port=port, back=back, slots=slots))
    p = servers.Postfix(
        top, 'amavis.test', 'relay_domains = inner.test\n'
        'transport_maps = static:discard:\n'
        'content_filter = smtp-amavis:[127.0.0.1]:%d\n'
        'smtp-amavis_destination_concurrency_limit = %d\n' % (port, slots),
        'smtp-amavis unix - - n - %d smtp -o smtp_send_xforward_command=yes '
        '-o disable_dns_lookups=yes -o max_use=100\n'
        '127.0.0.1:%d inet n - n - - smtpd -o content_filter= '
        '-o mynetworks=127.0.0.0/8\n' % (slots, back))
    a = subprocess.Popen(['/usr/sbin/amavisd', '-c', d + '.conf',
                          'foreground'], stdin=subprocess.DEVNULL,
                         stdout=open(d + '/out', 'w'),
                         stderr=subprocess.STDOUT)
    try:
        p.start()
        if not servers.wait_port(port, 60):
            print('# amavisd does not start:\n' + open(d + '/out').read())
            return None
        return timed(p, a.pid, path)
    finally:
        a.terminate()
        a.wait()
        p.stop()


def with_gateway(path, slots):
    w = servers.World(BIN, slots=slots)
    try:
        r = w.sekisho('send', '--state', w.top + '/gw', '--public-key')
        if r.returncode != 0:
            raise RuntimeError(r.stderr)
        w.outer.start()
        w.gateway.argv = w.gateway.argv[:-2]  # into the spool, no further
        w.gateway.start()
        send(w.outer.port, 50, path)
        out = lambda: w.count('gw', 'spool', 'out')
        until(lambda: out() == 50)
        pids = family(w.gateway.p.pid)
        before = cpu_of(pids)
        t = time.time()
        send(w.outer.port, N, path)
        until(lambda: w.outer.waiting() == 0)
        taken = time.time() - t
        until(lambda: out() == N + 50)
        sealed = time.time() - t
        cpu = (cpu_of(pids) - before) / N
        # The hook by itself.
        b = resource.getrusage(resource.RUSAGE_CHILDREN)
        for _ in range(100):
            subprocess.run([w.bin + '/sekisho', 'mail', '--state',
                            w.top + '/hook', '--sender=a@out.test',
                            '--recipient=b@inner.test'], check=True,
                           stdin=open(path, 'rb'), stdout=subprocess.DEVNULL)
        e = resource.getrusage(resource.RUSAGE_CHILDREN)
        hook = (e.ru_utime + e.ru_stime - b.ru_utime - b.ru_stime) / 100
        return N / taken, N / sealed, cpu, hook
    finally:
        w.gateway.stop()
        w.outer.stop()
        w.clean()


def with_milter(top, path, slots, in_place, tcp=False):
    """Postfix and the filter, nothing behind: rate, processor for one. A
    socket as samples/ and the documentation have it, or TCP."""
    d = os.path.join(top, 'milter-%s-%s' % (in_place, tcp))
    os.makedirs(d + '/state')
    pw = pwd.getpwnam(servers.USER)
    os.chown(d + '/state', pw.pw_uid, pw.pw_gid)
    os.makedirs(d + '/bin')
    for b in ('sekisho-milter', 'sekisho-worker'):
        shutil.copy(os.path.join(BIN, b), d + '/bin')
    with open(d + '/policy', 'w') as f:
        f.write('mail { internal_domains = "inner.test" }\n'
                'milter { in_place = %s }\n' % in_place + servers.FLOOD)
    os.makedirs(d + '/socket')
    os.chown(d + '/socket', pw.pw_uid, grp.getgrnam('postfix').gr_gid)
    os.chmod(d + '/socket', 0o2750)
    port = servers.free_port()
    ours, theirs = ('inet:%d@127.0.0.1' % port, 'inet:127.0.0.1:%d' % port) \
        if tcp else ('unix:' + d + '/socket/m', 'unix:' + d + '/socket/m')
    p = servers.Postfix(d, 'milter.test', 'relay_domains = inner.test\n'
                        'transport_maps = static:discard:\n'
                        'smtpd_milters = %s\n' % theirs)
    m = servers.Daemon(d + '/log', d + '/bin/sekisho-milter', '--socket',
                       ours, '--slots', str(slots),
                       '--state', d + '/state', '--policy', d + '/policy')
    try:
        m.start()
        until(lambda: servers.wait_port(port, 60) if tcp
              else os.path.exists(d + '/socket/m'), 60)
        p.start()
        return timed(p, m.p.pid, path)
    finally:
        p.stop()
        m.stop()


def main():
    why = servers.missing()
    if why:
        print('# SKIP ' + why)
        return 77
    slots = 4
    top = tempfile.mkdtemp(prefix='sekisho-bench-')
    os.chmod(top, 0o755)
    path = top + '/message'
    with open(path, 'wb') as f:
        f.write(TEXT)
    try:
        base, _, server = alone(top, path)
        print('Postfix alone: %.0f messages/s, %.1f ms of processor for one'
              % (base, server * 1000))
        taken, sealed, cpu, hook = with_gateway(path, slots)
        print('with the hook: %.0f/s taken, %.0f/s rebuilt, proven and in the '
              'spool (%.2f and %.2f of Postfix alone)'
              % (taken, sealed, taken / base, sealed / base))
        print('processor per text mail: service and workers %.1f ms, hook '
              '%.1f ms' % (cpu * 1000, hook * 1000))
        rates = []
        for words, how in (('the filter that checks', ('false',)),
                           ('the filter in place', ('true',)),
                           ('the filter in place, TCP', ('true', True))):
            rate, ours, server = with_milter(top, path, slots, *how)
            rates.append(rate)
            print('with %s: %.0f/s (%.2f of Postfix alone), %.1f ms of '
                  'processor and %.1f of Postfix'
                  % (words, rate, rate / base, ours * 1000, server * 1000))
        a = with_amavis(top, path, slots)
        if a is None:
            print('amavisd-new: not here')
        else:
            print('amavisd-new, MIME only: %.0f/s, %.1f ms of processor and '
                  '%.1f of Postfix; the hook takes %.1f times, the spool gets '
                  '%.1f times, the filter that checks %.1f times, in place '
                  '%.1f times (TCP %.1f) as many'
                  % (a[0], a[1] * 1000, a[2] * 1000, taken / a[0],
                     sealed / a[0], *(r / a[0] for r in rates)))
    finally:
        shutil.rmtree(top, ignore_errors=True)
    return 0


sys.exit(main())
