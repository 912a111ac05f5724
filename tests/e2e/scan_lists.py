# SPDX-License-Identifier: ISC
"""Lists of every kind, and what comes out of them."""
import json
import os
import shutil
import subprocess

from invariants import all_lookups, check_clocks
from scan_kit import PATIENCE, SOURCE, domains_of, lines_of, slow_domains

RECIPE = os.path.join(SOURCE, 'tools', 'examples', 'gnu-parallel',
                      'danelaw-shards')
# Lines, and what becomes of them: a domain, None, or a part of the complaint.
LINES = [
    (b'\xef\xbb\xbfHealthy.Example.\r', 'healthy.example'),
    (b'# healthy.example', None),
    (b'', None),
    (b' \t\r', None),
    (b'healthy.example', None),
    (b'  mx-null.example  # no mail', 'mx-null.example'),
    ('bücher.invalid'.encode(), 'xn--bcher-kva.invalid'),
    (b'xn--bcher-kva.invalid', None),
    (b'[mx.healthy.example]', 'mx.healthy.example'),
    (b'mx.healthy.example', 'mx.healthy.example'),
    (b'a..example', '"a..example": the name has an empty label'),
    (b'user@healthy.example', '"user@healthy.example": the name has'),
    (b'a\x1b[31m\x00.example', '"a\\x1b[31m\\x00.example": the name'),
    (b'192.0.2.1', 'write it in brackets'),
    (b'x' * 5000, 'the line is too long'),
    (b'nosuchdomain.example', 'nosuchdomain.example'),
]
USAGE = [
    ('two lists', ['a', 'b'], 64, 'one list at a time'),
    ('no such list', ['/nonexistent'], 64, 'No such file'),
    ('no such list, by a name of control bytes', ['/\x1b[31m\n'], 64,
     '/\\x1b[31m\\x0a: No such file'),
    ('a folder for a list', ['/'], 70, 'directory'),
    ('a shard of none', ['--shard', '0/2'], 64, 'write K/N'),
    ('a shard beyond', ['--shard', '3/2'], 64, 'write K/N'),
    ('half a shard', ['--shard', '1'], 64, 'write K/N'),
    ('a shard and more', ['--shard', '1/2x'], 64, 'write K/N'),
    ('no concurrency', ['--concurrency', '0'], 64, 'concurrency "0"'),
    ('nothing to resume', ['--resume', '/nonexistent'], 64, 'No such file'),
    ('a bad anchor', ['--trust-anchor', '/dev/null'], 64, 'empty'),
]


# More silent addresses than a list has the time for.
SLOW = ['rel-four-slow.example']


def essence(report):
    """What two ways of examining a domain must agree on. A list looks at two
    addresses of a host at a time; what it has no time for, it says so."""
    return (report['verdict'], report['state'], sorted(
        (host['name'], host['policy'], address['ip'],
         'not-examined' if address['outcome'] == 'smtp-timeout'
         and report['domain'] in SLOW else address['outcome'])
        for host in report['hosts'] for address in host['addresses']))


def differs(with_keys, without):
    """Do two ways disagree of which one looks at the keys of all zones? What
    signs with SHA-1 is a warning then."""
    if 'dns-alg-sha1' in [f['id'] for f in with_keys['findings']]:
        return with_keys['verdict'] != without['verdict']
    return essence(with_keys) != essence(without)


def group_of(report):
    """Of the first handshake."""
    return report['hosts'][0]['addresses'][0]['probes'][0]['tls']['group']


def plain(domain):
    """As a report names it."""
    return domain.strip('[]').encode('idna').decode()


class Lists:
    def __init__(self, kit):
        self.kit = kit
        self.whole = {}

    def tests(self):
        return [self.all_domains, self.as_check, self.lean, self.kinds_of_lines,
                self.order, self.summary, self.zones, self.standard_input, self.shards,
                self.recipe, self.once, self.silent, self.private, self.usage,
                self.nothing]

    def all_domains(self):
        kit = self.kit
        done = kit.scan(kit.write('all', kit.domains))
        reports = lines_of(done.out)
        self.whole = {report['domain']: report for report in reports}
        wanted = sorted(plain(domain) for domain in kit.domains)
        got = sorted(domains_of(done.out))
        kit.ok(got == wanted, f'{len(wanted)} domains, one line each',
               set(got) ^ set(wanted), done.err)
        kit.ok(done.status == 2, 'the worst state is the exit status',
               done.status, done.err)
        faults = kit.check_schema(done.out)
        kit.ok(not faults, 'each line is a report', faults)
        kit.ok(f'{len(kit.domains)} written in ' in done.err,
               'the last line counts them', done.err)
        # What takes no time, for what is to be done again and again.
        kit.fast = sorted(
            domain for domain, report in self.whole.items()
            if domain in kit.domains and report['hosts'] and
            report['verdict'] != 'defer' and domain not in slow_domains())
        kit.ok(len(kit.fast) > 60, 'most of them end at once', kit.fast)

    def checked(self, domains, *more):
        command = [self.kit.danelaw, 'check', *self.kit.lab.arguments(),
                   '--json', '-t', '8', *more, *domains]
        done = subprocess.run(command, check=False, timeout=PATIENCE,
                              stdin=subprocess.DEVNULL, capture_output=True)
        found = json.loads(done.stdout)
        if isinstance(found, dict):  # of a single domain
            found = [found]
        return {r['domain']: r for r in found}

    def as_check(self):
        kit = self.kit
        wanted = self.checked(kit.domains, '--certs', 'default',
                              '--allow-private')  # as scan may here
        other = [(domain, essence(wanted[domain]), essence(report))
                 for domain, report in self.whole.items()
                 if differs(wanted[domain], report)]
        kit.ok(not other, 'verdicts and outcomes are those of check', *other)

    def lean(self):
        """Hybrid groups are offered where the server has no others."""
        kit = self.kit
        names = [domain for domain in ('pq-default.example',
                                       'pq-hybrid-only.example')
                 if domain in kit.domains]
        full = self.checked(names, '--certs', 'all')
        for domain in names:
            lean = self.whole[domain]
            kit.ok(essence(lean) == essence(full[domain]),
                   f'{domain} is for scan what it is for check', lean)
            if len(names) > 1:
                got = [group_of(lean), group_of(full[domain])]
                wanted = ['X25519MLKEM768'] * 2
                if domain == 'pq-default.example':
                    wanted[0] = 'X25519'
                kit.ok(got == wanted, f'{domain}: groups', got)

    def kinds_of_lines(self):
        kit = self.kit
        done = kit.scan(kit.write('kinds', b'\n'.join(b for b, _ in LINES)))
        wanted = [what for _, what in LINES if what and ' ' not in what]
        kit.ok(sorted(domains_of(done.out)) == sorted(wanted),
               'comments, blanks, case, duplicates and names in Unicode',
               domains_of(done.out), wanted)
        literal = [r['mx']['source'] for r in lines_of(done.out)
                   if r['domain'] == 'mx.healthy.example']
        kit.ok(sorted(literal) == ['implicit', 'literal'],
               'a host in brackets is not the domain of its name', literal)
        for number, (_, what) in enumerate(LINES, 1):
            if what and ' ' in what:
                told = [line for line in done.err.splitlines()
                        if f'kinds:{number}: ' in line and what in line]
                kit.ok(len(told) == 1, f'line {number}: {what}', done.err)
        kit.ok('bad lines: 5, duplicates: 2' in done.err,
               'bad lines and duplicates are counted', done.err)
        done = kit.scan('-q', kit.write('bad', 'a..b\nhealthy.example\n'))
        kit.ok(done.status == self.status_of('healthy.example'),
               'a bad line is no matter of the exit status', done)

        for name, content in (
                ('UTF-16', 'a.example\nb.example\n'.encode('utf-16')),
                ('UTF-16 without a mark',
                 'a.example\nb.example\n'.encode('utf-16-be')),
                ('NUL bytes', b'\0' * 100000 + b'\n'),
                ('one long line', b'a.example\r' * 100000)):
            done = kit.scan('-q', kit.write('none', content))
            kit.ok(done.status == 64 and not done.out
                   and 'no line of it is a domain' in done.err,
                   f'a list of nothing but {name}', done)

    def status_of(self, *domains):
        words = ['ok', 'warning', 'critical', 'unknown']
        states = {self.whole[domain]['state'] for domain in domains}
        return max((words.index(s) for s in states),
                   key=[0, 1, 3, 2].index)

    def order(self):
        kit = self.kit
        domains = list(kit.domains)
        kit.random.shuffle(domains)
        done = kit.scan('--order', kit.write('order', domains))
        kit.ok(domains_of(done.out) == [plain(d) for d in domains],
               '--order is that of the list', done.err)
        done = kit.scan('--order', '--concurrency', '2',
                        kit.write('order', kit.fast[:40]))
        kit.ok(domains_of(done.out) == kit.fast[:40],
               '--order with a small window', done.err)

    def summary(self):
        kit = self.kit
        done = kit.scan('--summary', '-q', kit.write('fast', kit.fast))
        faults = kit.check_schema(done.out)
        kit.ok(not faults, '--summary: each line is one', faults)
        other = [s for s in lines_of(done.out)
                 if any(self.whole[s['domain']][key] != s[key]
                        for key in ('verdict', 'state', 'summary'))]
        kit.ok(len(lines_of(done.out)) == len(kit.fast) and not other,
               '--summary says what the reports say', other)
        kit.ok(done.err == '', '--quiet says nothing', done.err)
        kit.ok(done.status == self.status_of(*kit.fast),
               'the exit status of these', done.status)

    def zones(self):
        """The keys of zones: told if asked for, and in vain for the rest."""
        kit = self.kit
        told = [d for d, r in self.whole.items()
                if not any(lookup['dnssec'] == 'insecure'
                           for lookup in all_lookups(r)) and
                (r['zones'] or any(lookup['type'] in ('DS', 'DNSKEY')
                                   for lookup in all_lookups(r)))]
        kit.ok(not told, 'without --zones no keys are looked up, but where an answer '
               'was insecure', told)
        done = kit.scan('--zones', kit.write('fast', kit.fast))
        reports = {report['domain']: report for report in lines_of(done.out)}
        kit.ok(sorted(reports) == kit.fast, '--zones: the same domains',
               done.err)
        other = [d for d in kit.fast if differs(reports[d], self.whole[d])]
        kit.ok(not other, '--zones changes no verdict', other)
        faults = {d: check_clocks(r) for d, r in reports.items()}
        kit.ok(not any(faults.values()) and reports['healthy.example']['zones'],
               '--zones tells of all that signed',
               [(d, f) for d, f in faults.items() if f])
        # Its own signatures live longer than its parent's over its DS.
        clocks = [r['rrsig-long.example']['clocks']['rrsig']['type']
                  for r in (self.whole, reports)]
        kit.ok(clocks[0] in ('MX', 'A', 'TLSA') and clocks[1] == 'DS',
               'the clock knows of what was looked up', clocks)

    def standard_input(self):
        kit = self.kit
        content = '\n'.join(kit.fast).encode()
        for args in [], ['-']:
            done = kit.scan(*args, input=content)
            kit.ok(sorted(domains_of(done.out)) == kit.fast,
                   f'standard input {args}', done.err)
        # A list that grows: each is done as it comes.
        with subprocess.Popen(kit.command('--summary', '-q'),
                              stdin=subprocess.PIPE,
                              stdout=subprocess.PIPE) as running:
            for domain in kit.fast[:3]:
                running.stdin.write(domain.encode() + b'\n')
                running.stdin.flush()
                got = json.loads(running.stdout.readline())['domain']
                kit.ok(got == domain, f'{domain} before the list ends', got)
            running.stdin.close()
            kit.ok(running.wait(PATIENCE) in (0, 1, 2, 3), 'then it ends')

    def shards(self):
        kit = self.kit
        kit.write('fast', kit.fast)
        parts = [set(domains_of(kit.scan(
            '--summary', '--shard', f'{k}/2', kit.path('fast')).out))
            for k in (1, 2)]
        kit.ok(parts[0] | parts[1] == set(kit.fast) and
               not parts[0] & parts[1] and all(parts),
               'two shards are the whole, and have nothing in common',
               *map(len, parts))
        done = kit.scan('--summary', '--shard', '1/1', kit.path('fast'))
        kit.ok(sorted(domains_of(done.out)) == kit.fast, 'one is all of it',
               done.err)

    def recipe(self):
        kit = self.kit
        if not shutil.which('parallel'):
            kit.ok(True, 'GNU parallel # SKIP it is missing: apt-get install '
                   'parallel')
            return
        env = dict(os.environ, DANELAW=kit.danelaw, JOBS='2')
        command = [RECIPE, '2', kit.write('fast', kit.fast),
                   kit.path('parts'), *kit.options()]
        for what in 'GNU parallel', 'and once more':
            done = subprocess.run(command, env=env, check=False,
                                  timeout=PATIENCE, capture_output=True)
            out = [kit.read(f'parts/{k}.ndjson') for k in (1, 2)]
            reports = lines_of(out[0]) + lines_of(out[1])
            other = [r['domain'] for r in reports
                     if essence(r) != essence(self.whole[r['domain']])]
            kit.ok(done.returncode == 0 and all(out) and not other and
                   sorted(r['domain'] for r in reports) == kit.fast,
                   f'{what}: two jobs write what one run does', done, other)

    def once(self):
        """Three next hops of one host: in one process, and in several."""
        kit = self.kit
        path = kit.write('three', ['healthy.example', 'mx.healthy.example',
                                   '[mx.healthy.example]'])
        for workers in '1', '3':
            done = kit.scan('--workers', workers, path)
            reports = lines_of(done.out)
            hosts = [host for r in reports for host in r['hosts']]
            kit.ok(len(hosts) == 3 and 'probes: 1' in done.err and
                   all(host['addresses'][0]['outcome'] == 'authenticated'
                       for host in hosts),
                   f'{workers} workers connect to a host once',
                   [r['verdict'] for r in reports], done.err)
            shared = sorted(host['shared'] for host in hosts)
            kit.ok(shared == [False, True, True],
                   f'{workers} workers: the others say that they share it',
                   shared)

    def silent(self):
        """Hosts of many names, and one address that never answers."""
        kit = self.kit
        names = [f'w{i}.tcp-blackhole.example' for i in range(300)]
        done = kit.scan('--workers', '3', kit.write('names', names))
        outcomes = [[a['outcome'] for h in r['hosts'] for a in h['addresses']]
                    for r in lines_of(done.out)]
        kit.ok(outcomes == [['connect-timeout']] * 300,
               'nobody answers at 300 names of one address', done.err,
               outcomes[:3])
        kit.ok('probes: 1, ' in done.err, 'which is found out once', done.err)

    def connected(self):
        """Of these some address was connected to."""
        return [domain for domain in self.kit.fast
                if any(address['outcome'] != 'skipped'
                       for host in self.whole[domain]['hosts']
                       for address in host['addresses'])]

    def private(self):
        kit = self.kit
        options = [o for o in kit.options() if o != '--allow-private']
        done = subprocess.run(
            [kit.danelaw, 'scan', *options, kit.write('some', self.connected()[:20])],
            check=False, stdin=subprocess.DEVNULL, capture_output=True,
            timeout=PATIENCE)
        reports = lines_of(done.stdout)
        outcomes = {a['outcome'] for r in reports for h in r['hosts']
                    for a in h['addresses']}
        kit.ok(len(reports) == 20 and outcomes == {'not-examined'} and
               all('ops-not-public' in {f['id'] for f in r['findings']}
                   for r in reports) and b'probes' not in done.stderr,
               'private addresses are left alone', outcomes, done.stderr)

    def usage(self):
        for what, args, status, words in USAGE:
            done = self.kit.scan(*args)
            self.kit.ok(done.status == status and words in done.err and
                        not done.out and done.err.count(words) == 1,
                        what, done)

    def nothing(self):
        done = self.kit.scan()
        self.kit.ok(done.status == 0 and not done.out and
                    'danelaw: 0 written in' in done.err,
                    'an empty list is done', done)
