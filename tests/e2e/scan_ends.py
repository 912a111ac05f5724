# SPDX-License-Identifier: ISC
"""Ends of every kind, and how a run goes on."""
import collections
import json
import os
import pty
import re
import resource
import select
import signal
import subprocess
import time

from scan_kit import PATIENCE, domains_of, lines_of

ROUNDS = 12
SLOW = 'smtp-silent-banner.example'


def tells_progress(seen, total):
    """Does each line on a terminal replace the one before, and say how many
    of all are done, as they become more?"""
    lines = [line for line in seen.split(b'\r\x1b[K') if b'/s' in line]
    told = [re.match(rb'danelaw: (\d+)/(\d+) \((\d+) %\), ', line)
            for line in lines[:-1]]
    if not told or not all(told):
        return False
    rows = [tuple(map(int, row.groups())) for row in told]
    return (rows == sorted(rows) and rows[-1][0] > 0
            and all(n <= of == total and percent == 100 * n // of
                    for n, of, percent in rows))


class Ends:
    def __init__(self, kit):
        self.kit = kit

    def tests(self):
        return [self.begin_waiting, self.killed, self.torn, self.foreign, self.closed_pipe,
                self.full, self.full_disk, self.interrupted, self.drained,
                self.second_signal, self.worker_killed, self.no_output,
                self.no_input, self.few_files, self.no_files,
                self.files_gone, self.outages,
                self.progress, self.end_waiting]

    def start(self, out, *args, **more):
        """Appends to a file."""
        with open(self.kit.path(out), 'ab') as file:
            return subprocess.Popen(
                self.kit.command(*args), stdin=subprocess.DEVNULL,
                stdout=file, stderr=subprocess.PIPE, start_new_session=True,
                **more)

    def slow_list(self):
        kit = self.kit
        return kit.write('slow', [SLOW, *kit.fast])

    def finish(self, out, path, domains, what):
        """What is left is done, and all is there once."""
        done = self.start(out, '-q', '--resume', self.kit.path(out), path)
        _, err = done.communicate(timeout=PATIENCE)
        counts = collections.Counter(domains_of(self.kit.read(out)))
        self.kit.ok(counts == collections.Counter(domains), what,
                    counts - collections.Counter(domains),
                    collections.Counter(domains) - counts, err)

    def begin_waiting(self):
        """One that has time, while the others run."""
        self.waiting = subprocess.Popen(
            self.kit.command('--workers', '1'), stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.waiting.stdin.write(b'healthy.example\n')
        self.waiting.stdin.flush()

    def end_waiting(self):
        """A line each half minute, where there is no terminal."""
        told = b''
        if select.select([self.waiting.stderr], [], [], PATIENCE)[0]:
            told = self.waiting.stderr.readline()
        out, err = self.waiting.communicate(timeout=PATIENCE)
        self.kit.ok(
            told.startswith(b'danelaw: 1, ') and b'dane-ok 1' in told and
            b'\r' not in told + err and domains_of(out) and
            self.waiting.returncode == 0 and b'1 written in' in err,
            'a line tells how far it is', told, err)

    def killed(self):
        kit = self.kit
        domains = kit.fast
        path = kit.write('list', domains)
        size = len(kit.scan('-q', path).out)
        for number in range(ROUNDS):
            kit.write('out', b'')
            kills = kit.random.randint(1, 3)
            points = sorted(kit.random.randrange(1, size)
                            for _ in range(kills))
            for point in points:
                running = self.start(
                    'out', '-q', '--resume', kit.path('out'), '--concurrency',
                    str(kit.random.randint(2, 30)), '--workers', '2', path)
                kit.wait_for(lambda r=running, p=point: r.poll() is not None
                             or os.path.getsize(kit.path('out')) >= p)
                try:
                    os.killpg(running.pid, signal.SIGKILL)
                except ProcessLookupError:
                    pass
                running.communicate(timeout=PATIENCE)
            self.finish('out', path, domains,
                        f'round {number}: killed at {points}, gone on')

    def torn(self):
        """A kill seldom tears a line; a machine that stops does."""
        kit = self.kit
        domains = kit.fast[:30]
        path = kit.write('list', domains)
        whole = kit.scan('-q', path).out
        for _ in range(4):
            point = kit.random.randrange(1, len(whole))
            while whole[point - 1:point] == b'\n':
                point -= 1
            kit.write('out', whole[:point])
            lost = point - whole.rfind(b'\n', 0, point) - 1
            done = kit.scan('-q', '--resume', kit.path('out'), os.devnull)
            kit.ok(f'torn, {lost} bytes are cut off' in done.err and
                   kit.read('out') == whole[:point - lost],
                   f'torn at {point}: cut off, and told', done.err)
            self.finish('out', path, domains, f'torn at {point}: gone on')
        done = kit.scan('--resume', kit.path('out'), path)
        kit.ok(not done.out and 'done before: 30' in done.err and
               done.status == 0, 'nothing is left to do', done)

    def foreign(self):
        kit = self.kit
        whole = kit.scan('-q', kit.write('one', ['healthy.example'])).out
        for what, content, line in [
                ('no JSON', b'precious\n' + whole, 1),
                ('no JSON, and no end of a line', b'precious', 1),
                ('JSON of others', whole + b'{"domain":"a.example"}\n', 2),
                ('a line torn in the middle', whole + whole[:50] + whole, 2)]:
            path = kit.write('out', content)
            done = kit.scan('--resume', path, kit.path('one'))
            kit.ok(done.status == 64 and f'out:{line}: it is' in done.err and
                   not done.out and kit.read('out') == content,
                   f'--resume: {what} is refused, and left alone', done)
        path = kit.write('out', whole)
        with open(path, 'r+b') as file:
            done = kit.scan('--resume', path, kit.path('one'), stdout=file)
        kit.ok(done.status == 64 and '>>' in done.err and
               kit.read('out') == whole,
               '--resume: an output that would be written over', done)

    def closed_pipe(self):
        kit = self.kit
        with subprocess.Popen(
                kit.command(self.slow_list()), stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE, stderr=subprocess.PIPE) as running:
            line = running.stdout.readline()
            running.stdout.close()
            err = running.stderr.read().decode()
            status = running.wait(PATIENCE)
        kit.ok(status == 70 and err.count('output: Broken pipe') == 1 and
               domains_of(line), 'a closed pipe', status, err)

    def full(self):
        kit = self.kit
        with open('/dev/full', 'wb') as full:
            done = kit.scan(kit.write('list', kit.fast), stdout=full)
        kit.ok(done.status == 70 and 'No space left' in done.err and
               '0 written' in done.err, 'a full device', done)

    def full_disk(self):
        """What is there is whole lines, as many as were counted."""
        kit = self.kit
        path = kit.write('list', kit.fast)
        limit = len(kit.scan('-q', path).out) // 2
        kit.write('out', b'')
        running = self.start(
            'out', path, preexec_fn=lambda: resource.setrlimit(
                resource.RLIMIT_FSIZE, (limit, limit)))
        _, err = running.communicate(timeout=PATIENCE)
        n = len(lines_of(kit.read('out')))
        kit.ok(running.returncode == 70 and b'File too large' in err and
               n > 0 and f'danelaw: {n} written' in err.decode(),
               'a file that may not grow', running.returncode, n, err)
        self.finish('out', path, kit.fast, 'gone on where there is room')
        self.full_tmpfs(path, limit)

    def full_tmpfs(self, path, limit):
        kit = self.kit
        os.makedirs(kit.path('mount'), exist_ok=True)
        script = ('mount -t tmpfs -o size="$1" none "$2" || exit 99; '
                  'out=$2/out; copy=$3; shift 3; "$@" >"$out"; status=$?; '
                  'cp "$out" "$copy"; exit "$status"')
        done = subprocess.run(
            ['unshare', '--map-root-user', '--mount', 'sh', '-c', script, 'sh',
             str(limit), kit.path('mount'), kit.path('copy'),
             *kit.command(path)], check=False, stdin=subprocess.DEVNULL,
            capture_output=True, timeout=PATIENCE)
        err = done.stderr.decode()
        if 'scan' not in err and 'written' not in err:
            kit.ok(True, 'a full disk # SKIP no mount namespace here')
            return
        n = len(lines_of(kit.read('copy')))
        kit.ok(done.returncode == 70 and 'No space left' in err and n > 0 and
               f'danelaw: {n} written' in err,
               'a full disk', done.returncode, n, err)

    def interrupted(self):
        """What does not end in time is dropped, and left for --resume."""
        kit = self.kit
        for number, status, word in [(signal.SIGINT, 130, 'interrupted'),
                                     (signal.SIGTERM, 143, 'terminated')]:
            kit.write('out', b'')
            running = self.start('out', '--drain', '1', self.slow_list())
            kit.wait_for_bytes('out', 1)
            begun = time.monotonic()
            running.send_signal(number)
            err = running.communicate(timeout=PATIENCE)[1].decode()
            took = time.monotonic() - begun
            n = len(lines_of(kit.read('out')))
            kit.ok(running.returncode == status and took < 5 and
                   f'danelaw: {word}: ' in err and
                   f'danelaw: {n} written' in err and
                   f'dropped: {len(kit.fast) + 1 - n}' in err,
                   f'{word}: what runs gets a second', running.returncode,
                   took, n, err)
        self.finish('out', kit.path('slow'), [SLOW, *kit.fast],
                    'an interrupted run, gone on')

    def drained(self):
        """Nothing new is begun; what was begun ends, in order, too."""
        kit = self.kit
        kit.write('out', b'')
        running = self.start('out', '--order', '--concurrency', '4',
                             '--workers', '2', self.slow_list())
        # The slow one is the first, so nothing is written before it ends.
        kit.wait_for(lambda: self.in_work(running.pid))
        running.send_signal(signal.SIGINT)
        err = running.communicate(timeout=PATIENCE)[1].decode()
        got = domains_of(kit.read('out'))
        kit.ok(running.returncode == 130 and 'dropped' not in err and
               got == [SLOW, *kit.fast][:len(got)] and
               len(got) < len(kit.fast), 'drained: all that was begun ends',
               running.returncode, got, err)

    def in_work(self, pid):
        """Are the signals caught yet, by which it can be stopped?"""
        with open(f'/proc/{pid}/status', encoding='ascii') as file:
            caught = next(line for line in file if line.startswith('SigCgt'))
        return int(caught.split()[1], 16) >> (signal.SIGINT - 1) & 1

    def second_signal(self):
        kit = self.kit
        kit.write('out', b'')
        running = self.start('out', '--drain', '600', '-t', '600',
                             self.slow_list())
        kit.wait_for_bytes('out', 1)
        running.send_signal(signal.SIGTERM)
        kit.ok(b'terminated: ' in running.stderr.readline(),
               'the first signal is told')
        begun = time.monotonic()
        running.send_signal(signal.SIGTERM)
        running.communicate(timeout=PATIENCE)
        kit.ok(running.returncode == 143 and time.monotonic() - begun < 5,
               'the second ends at once', running.returncode)
        lines_of(kit.read('out'))
        kit.ok(kit.wait_for(lambda: not self.children_of(running.pid)),
               'and no worker stays behind')

    def children_of(self, group):
        done = subprocess.run(['ps', '-o', 'pid=', '-s', str(group)],
                              check=False, capture_output=True)
        return done.stdout.split()

    def worker_killed(self):
        """Its domains are done by the other."""
        kit = self.kit
        kit.write('out', b'')
        running = self.start('out', '--workers', '2', self.slow_list())
        kit.wait_for_bytes('out', 1)
        workers = [int(pid) for pid in self.children_of(running.pid)
                   if int(pid) != running.pid]
        os.kill(workers[0], signal.SIGKILL)
        err = running.communicate(timeout=PATIENCE)[1].decode()
        kit.ok(running.returncode in (0, 1, 2, 3) and
               'was ended by signal 9' in err and
               sorted(domains_of(kit.read('out'))) ==
               sorted([SLOW, *kit.fast]),
               'a worker dies, and nothing is lost', running.returncode, err)
        kit.write('out', b'')
        running = self.start('out', '--workers', '2', self.slow_list())
        kit.wait_for_bytes('out', 1)
        for pid in self.children_of(running.pid):
            if int(pid) != running.pid:
                os.kill(int(pid), signal.SIGKILL)
        err = running.communicate(timeout=PATIENCE)[1].decode()
        n = len(lines_of(kit.read('out')))
        kit.ok(running.returncode == 70 and f'danelaw: {n} written' in err and
               'no worker is left' in err, 'all workers die: own failure',
               running.returncode, n, err)

    def no_output(self):
        kit = self.kit
        done = subprocess.run(
            ['sh', '-c', '"$@" >&-', 'sh',
             *kit.command(kit.write('one', ['healthy.example']))],
            check=False, stdin=subprocess.DEVNULL, capture_output=True,
            timeout=PATIENCE)
        kit.ok(done.returncode == 70 and b'Bad file descriptor' in done.stderr,
               'no standard output at all', done)

    def no_input(self):
        """Nor errors: no socket of a worker takes their place."""
        kit = self.kit
        path = kit.write('list', kit.fast)
        for gap, args, status, n in [
                ('<&-', [], 70, 0), ('<&-', [path], None, len(kit.fast)),
                ('2>&-', [path], None, len(kit.fast))]:
            done = subprocess.run(
                ['sh', '-c', f'"$@" {gap}', 'sh', *kit.command(*args)],
                check=False, stdin=subprocess.DEVNULL, capture_output=True,
                timeout=PATIENCE)
            kit.ok((done.returncode == status or status is None) and
                   len(domains_of(done.stdout)) == n,
                   f'{gap} with {len(args)} lists', done)
        kit.ok(b'Bad file' in subprocess.run(
            ['sh', '-c', '"$@" <&-', 'sh', *kit.command()], check=False,
            capture_output=True, timeout=PATIENCE).stderr, 'which is told')

    def few_files(self):
        """Too few are refused; with few it takes longer, and is as right."""
        kit = self.kit
        path = kit.write('list', kit.fast)

        def run(n):
            done = kit.scan(
                '--workers', '2', '--concurrency', '900', path,
                preexec_fn=lambda: resource.setrlimit(
                    resource.RLIMIT_NOFILE, (n, n)))
            return done, {line['domain']: line['verdict']
                          for line in lines_of(done.out)}
        done, verdicts = run(133)
        kit.ok(done.status == 70 and not verdicts and
               'only 133 files' in done.err, 'too few files', done.err)
        done = kit.scan('--workers', '2', path,
                        env={**os.environ, 'TMPDIR': '/nonexistent'})
        kit.ok('/nonexistent: No such file' in done.err and
               len(domains_of(done.out)) == len(kit.fast),
               'no place for stores', done.err)
        few, many = run(134)[1], run(4096)[1]
        kit.ok(few == many and len(few) == len(kit.fast), 'few files',
               set(few.items()) ^ set(many.items()))
        done = subprocess.run(
            [kit.danelaw, 'check', *kit.lab.arguments(), '--json', '-t', '30',
             '--certs', 'default', *kit.fast], check=False, stdin=subprocess.DEVNULL,
            capture_output=True, timeout=PATIENCE,
            preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_NOFILE,
                                                  (64, 64)))
        few = {r['domain']: r['verdict'] for r in json.loads(done.stdout)}
        kit.ok(few == many, 'few files for check',
               set(few.items()) ^ set(many.items()))

    def no_files(self):
        """What we lack is never said of the domain: of check."""
        kit = self.kit
        names = ['hosts-one-bad.example', 'hosts-partial.example',
                 'healthy.example', 'et.example', 'tlsa-none.example']
        right, lacks, wrong = {}, 0, []
        for n in [64, *range(4, 32)]:
            done = subprocess.run(
                [kit.danelaw, 'check', *kit.lab.arguments(), '--json', '-t',
                 '30', '--certs', 'default', *names], check=False,
                stdin=subprocess.DEVNULL, capture_output=True,
                timeout=PATIENCE, preexec_fn=lambda: resource.setrlimit(
                    resource.RLIMIT_NOFILE, (n, n)))
            reports = json.loads(done.stdout or b'[]')
            right = right or {r['domain']: r['verdict'] for r in reports}
            lacks += sum(r['own_lack'] is not None for r in reports)
            wrong += [(n, r['domain'], r['verdict'], r['own_lack'])
                      for r in reports if not (
                          r['own_lack'] is None and
                          r['verdict'] == right[r['domain']] or
                          r['own_lack'] and r['state'] == 'unknown' and
                          [f['id'] for f in r['findings']] ==
                          ['ops-our-lack'])]
            # 64: a file that an option names cannot be opened.
            if len(reports) < len(names) and done.returncode not in (64, 70):
                wrong.append((n, len(reports), done.returncode))
        kit.ok(len(right) == len(names) and lacks > 0 and not wrong,
               'a lack of files is ours, or does no harm', lacks, wrong)

    def files_gone(self):
        """Where a worker may open none for a while, it waits for them."""
        kit = self.kit
        path = kit.write('list', kit.fast[:60])
        calm = {r['domain']: r['verdict']
                for r in lines_of(kit.scan('-q', path).out)}
        kit.write('out', b'')
        running = self.start('out', '-q', '--workers', '2', path)
        kit.wait_for_bytes('out', 1)
        workers = [int(pid) for pid in self.children_of(running.pid)
                   if int(pid) != running.pid]
        for pid in workers:
            resource.prlimit(pid, resource.RLIMIT_NOFILE, (20, 4096))
        time.sleep(3)
        for pid in workers:
            resource.prlimit(pid, resource.RLIMIT_NOFILE, (1024, 4096))
        _, err = running.communicate(timeout=PATIENCE)
        found = lines_of(kit.read('out'))
        wrong = [(r['domain'], r['verdict'], r['own_lack']) for r in found
                 if r['own_lack'] is not None or
                 r['verdict'] != calm[r['domain']]]
        kit.ok(len(found) == len(calm) and not wrong and not err,
               'no files for a while', len(found), wrong, err)

    def outages(self):
        """Not what we are to blame for, but what is there once we are well."""
        kit, seconds = self.kit, 12
        path = kit.write('list', kit.random.sample(kit.fast, 100))
        calm = {r['domain']: r['verdict']
                for r in lines_of(kit.scan('-q', path).out)}
        resolver = kit.lab.facts['pids']['fakedns'][0]
        for what, stop in ('a resolver that is silent', resolver), (
                'a program that stood still', None):
            kit.write('out', b'')
            running = self.start('out', '-q', '--concurrency', '4',
                                 '--workers', '2', path)
            kit.wait_for_bytes('out', 1)
            send = os.kill if stop else os.killpg
            send(stop or running.pid, signal.SIGSTOP)
            time.sleep(seconds)
            send(stop or running.pid, signal.SIGCONT)
            _, err = running.communicate(timeout=PATIENCE)
            found = lines_of(kit.read('out'))
            wrong = [(r['domain'], r['verdict'], r['own_lack']) for r in found
                     if r['own_lack'] is not None or
                     r['verdict'] != calm[r['domain']]]
            kit.ok(len(found) == len(calm) and not wrong,
                   f'{what} for {seconds} s is no fault of a domain',
                   len(found), wrong, err)

    def progress(self):
        kit = self.kit
        for quiet in False, True:
            parent, child = pty.openpty()
            seen = b''
            with subprocess.Popen(
                    kit.command(*['-q'] * quiet, '-t', '3', self.slow_list()),
                    stdin=subprocess.DEVNULL, stderr=child,
                    stdout=subprocess.DEVNULL) as running:
                os.close(child)
                while select.select([parent], [], [], PATIENCE)[0]:
                    try:
                        seen += os.read(parent, 4096)
                    except OSError:  # nobody holds the other end any more
                        break
                running.wait(PATIENCE)
            os.close(parent)
            if quiet:
                kit.ok(not seen, 'quiet on a terminal', seen)
                continue
            kit.ok(tells_progress(seen, len(kit.fast) + 1),
                   'a terminal is told how far it is', seen)
