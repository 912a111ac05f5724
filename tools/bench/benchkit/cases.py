# SPDX-License-Identifier: ISC
"""What is measured. Each case is a function of a Bench: it returns rows for
the JSON file and prints its part of the table."""
import json
import os
import shutil

from . import measure
from .peers import s_client
from .world import address


def say(*words):
    print(*words, flush=True)


def head(text):
    say(f'\n== {text}')


def ms(seconds):
    return 1000 * seconds


class Bench:
    """What all cases share: the world, the programs, the sizes."""

    def __init__(self, args, world, peers, sizes):
        self.world, self.peers, self.sizes = world, peers, sizes
        self.danelaw = args.danelaw
        self.rounds = args.rounds
        self.folder = world.path('run')
        self.run = measure.Meter(self.tool('bench-cost'), self.folder).run

    def tool(self, name):
        return os.path.join(self.world.bench, name)

    def names(self, pattern, count, start=0):
        """A file of domains; its path."""
        path = os.path.join(self.folder, 'domains')
        with open(path, 'w', encoding='ascii') as file:
            file.writelines(pattern.format(i) + '\n'
                            for i in range(start, start + count))
        return path

    def scan(self, names, *options, workers=1, concurrency=1000):
        """(Cost, path of the reports)"""
        out = os.path.join(self.folder, 'reports')
        cost = self.run(
            [self.danelaw, 'scan', '--trust-anchor', self.world.anchor,
             '--allow-private', '--quiet', '--workers', str(workers),
             '--concurrency', str(concurrency), *options],
            stdin=names, stdout=out, watch=True)
        return cost, out

    def check(self, *words):
        return self.run([self.danelaw, 'check', '--trust-anchor',
                            self.world.anchor, *words])

    def dns(self, names):
        return self.run([self.tool('bench-dnsload'), self.world.anchor,
                            '-', '1000'], stdin=names)

    def floor(self, kind):
        out = os.path.join(self.folder, 'floor')
        self.run([self.tool('bench-floor'), self.world.chain(kind),
                     self.world.key(kind), str(self.sizes['floor_runs'])],
                    stdout=out)
        with open(out, encoding='ascii') as file:
            return json.load(file)['mean_us'] / 1000

    def connections(self):
        return sum(self.world.connections().values())


def verdicts(path):
    """How often each verdict was given; a line that is no report counts as
    such."""
    counts = {}
    with open(path, encoding='utf-8') as file:
        for line in file:
            try:
                word = json.loads(line)['verdict']
            except (ValueError, KeyError, TypeError):
                word = 'garbled'
            counts[word] = counts.get(word, 0) + 1
    return counts


def need_good(path, count, what):
    found = verdicts(path)
    if found != {'dane-ok': count}:
        say(f'   {what}: NOT {count} dane-ok but {found}')
    return found


def distinct(bench):
    """Floor, DNS alone, scan and posttls-finger, interleaved."""
    count, few = bench.sizes['distinct'], bench.sizes['fingers']
    head(f'{count} distinct domains (own zone, host, address); posttls-finger '
         f'on {few} of them; medians of {bench.rounds}')
    seen = {'floor-p256': [], 'floor-rsa2048': []}
    costs = {}
    for _ in range(bench.rounds):
        seen['floor-p256'].append(bench.floor('p256'))
        seen['floor-rsa2048'].append(bench.floor('rsa'))
        names = bench.names('d{:05}.bench', count)
        costs.setdefault('dns', []).append(bench.dns(names))
        for workers in bench.sizes['workers']:
            before = bench.connections()
            cost, out = bench.scan(names, workers=workers)
            cost.probes = bench.connections() - before
            need_good(out, count, f'scan, {workers} workers')
            costs.setdefault(f'scan-{workers}', []).append(cost)
        if bench.peers:
            for parallel in (1, 16):
                names = bench.names('d{:05}.bench', few)
                costs.setdefault(f'finger-{parallel}', []).append(
                    bench.run(bench.peers.fingers(parallel), stdin=names))
    rows = {name: {'cpu_ms': measure.median(values)}
            for name, values in seen.items()}
    for name, runs in costs.items():
        n = few if name.startswith('finger') else count
        rows[name] = row_of(runs, n)
    floor = rows['floor-p256']['cpu_ms']
    dns = rows['dns']['cpu_ms']
    for name, row in rows.items():
        if name.startswith('scan'):
            row['probes'] = costs[name][-1].probes
            row['probe_cpu_ms'] = row['cpu_ms'] - dns
            row['probe_to_floor'] = row['probe_cpu_ms'] / floor
        row['to_floor'] = row['cpu_ms'] / floor
    print_distinct(rows)
    return rows


def row_of(runs, n):
    return {
        'cpu_ms': ms(measure.middle(runs, 'cpu')) / n,
        'user_ms': ms(measure.middle(runs, 'user')) / n,
        'system_ms': ms(measure.middle(runs, 'system')) / n,
        'wall_s': measure.middle(runs, 'wall'),
        'per_second': n / measure.middle(runs, 'wall'),
        'worker_kib': max(run.worker_kib() for run in runs),
        'parent_kib': max(run.parent_kib() for run in runs),
        'rss_kib': max(run.rss_kib for run in runs),
        'status': sorted({run.status for run in runs}),
    }


def print_distinct(rows):
    say(f"{'':14} {'CPU ms':>8} {'/floor':>7} {'without DNS':>11} "
        f"{'/floor':>7} {'domains/s':>10} {'RSS KiB':>8}")
    for name, row in rows.items():
        line = f"{name:14} {row['cpu_ms']:8.3f} {row['to_floor']:7.2f} "
        line += (f"{row['probe_cpu_ms']:11.3f} {row['probe_to_floor']:7.2f} "
                 if 'probe_cpu_ms' in row else f"{'':11} {'':7} ")
        if 'per_second' in row:
            line += f"{row['per_second']:10.1f} {row['rss_kib']:8}"
        say(line)
    finger, best = rows.get('finger-16'), rows[
        [name for name in rows if name.startswith('scan')][-1]]
    if finger:
        say(f"   against posttls-finger -P 16: CPU per domain "
            f"{rows['scan-1']['cpu_ms'] / finger['cpu_ms']:.3f} of it, "
            f"throughput {best['per_second'] / finger['per_second']:.1f} "
            'times')


def latency(bench):
    """50 ms per SMTP reply and 10 ms per DNS answer."""
    count, few = bench.sizes['slow'], bench.sizes['slow_fingers']
    head(f'50 ms per SMTP reply, 10 ms per DNS answer: {count} domains, each '
         f'with its own MX host; posttls-finger -P 16 on {few}')
    bench.world.stop()
    bench.world.start(dns_ms=10, smtp={'delay_ms': 50})
    if bench.peers:
        bench.peers.start(bench.world)
    rows = {}
    try:
        runs = {'scan': [], 'finger-16': []}
        workers = bench.sizes['workers'][-1]
        for _ in range(bench.sizes['slow_rounds']):
            names = bench.names('p{:05}.spread.bench', count)
            cost, out = bench.scan(names, workers=workers, concurrency=10000)
            need_good(out, count, 'scan')
            runs['scan'].append(cost)
            if bench.peers:
                names = bench.names('p{:05}.spread.bench', few)
                runs['finger-16'].append(bench.run(
                    bench.peers.fingers(16), stdin=names))
    finally:
        bench.world.stop()
        bench.world.start()
        if bench.peers:
            bench.peers.start(bench.world)
    for name, costs in runs.items():
        if costs:
            rows[name] = row_of(costs, count if name == 'scan' else few)
            say(f"{name:14} {rows[name]['per_second']:10.1f} domains/s")
    if bench.peers:
        rows['ratio'] = (rows['scan']['per_second']
                         / rows['finger-16']['per_second'])
        say(f"   {rows['ratio']:.1f} times as fast")
    return rows


def single(bench):
    """One domain, a process each."""
    head(f'one domain; medians of {bench.sizes["singles"]}')
    runs = {}
    digest = bench.world.tlsa()
    for i in range(bench.sizes['singles']):
        # Others each time, so that unbound has no answer in its cache.
        number = i % bench.sizes['distinct']
        domain, host = f'd{number:05}.bench', f'mx.d{number:05}.bench'
        todo = {
            'check': lambda: bench.check(domain),
            'check, default certs': lambda: bench.check(
                '--certs', 'default', domain),
            'check [host]': lambda: bench.check(
                '--certs', 'default', f'[{host}]')}
        if bench.peers:
            todo['danetool'] = lambda: bench.run(
                bench.peers.danetool(host), env=bench.peers.environment())
            todo['posttls-finger'] = lambda: bench.run(
                bench.peers.finger(domain))
        if shutil.which('openssl'):
            todo['openssl s_client'] = lambda: bench.run(
                s_client(address(66, number), host, digest))
        for name, call in todo.items():
            runs.setdefault(name, []).append(call())
    rows = {}
    say(f"{'':22} {'wall ms':>8} {'CPU ms':>8} {'RSS KiB':>8}  status")
    for name, costs in runs.items():
        row = rows[name] = row_of(costs, 1)
        row['wall_ms'] = ms(row.pop('wall_s'))
        say(f"{name:22} {row['wall_ms']:8.1f} {row['cpu_ms']:8.1f} "
            f"{row['rss_kib']:8}  {row['status']}")
    return rows


def growth(bench):
    """More domains on the same hosts, then more hosts."""
    workers = bench.sizes['workers'][-1]
    head(f'growth, {workers} workers, {bench.sizes["popular"]} MX hosts for '
         'the first rows, a host for each domain in the others')
    say(f"{'':22} {'wall s':>8} {'CPU s':>8} {'CPU ms/dom':>10} "
        f"{'probes':>7} {'addresses':>9} {'worker KiB':>10} {'parent':>8}")
    rows = {}
    todo = [('shared', 's{:06}.shared.bench', n)
            for n in bench.sizes['growth']]
    todo += [('spread', 'p{:05}.spread.bench', n)
             for n in bench.sizes['host_growth']]
    for name, pattern, count in todo:
        names = bench.names(pattern, count)
        before = bench.world.connections()
        cost, out = bench.scan(names, workers=workers)
        after = bench.world.connections()
        new = [after[ip] - before[ip] for ip in after]
        need_good(out, count, name)
        row = rows[f'{name}-{count}'] = row_of([cost], count)
        row |= {'domains': count, 'probes': sum(new),
                'addresses': sum(n > 0 for n in new), 'cpu_s': cost.cpu}
        say(f"{name + '-' + str(count):22} {cost.wall:8.2f} {cost.cpu:8.2f} "
            f"{row['cpu_ms']:10.3f} {row['probes']:7} {row['addresses']:9} "
            f"{row['worker_kib']:10} {row['parent_kib']:8}")
    rows['dns'] = one_more(bench, workers)
    return rows


def one_more(bench, workers):
    """Seconds of CPU that a domain on known hosts costs: its MX lookup alone,
    and a scan that prints only summaries."""
    few, many = bench.sizes['growth'][-2:]
    pattern = 's{:06}.shared.bench'
    seen = {'mx_s': [], 'summary_s': []}
    for count in few, many:
        names = bench.names(pattern, count)
        seen['mx_s'].append(bench.dns(names).cpu)
        cost, _ = bench.scan(names, '--summary', workers=workers)
        seen['summary_s'].append(cost.cpu)
    rows = {key: (last - first) / (many - few)
            for key, (first, last) in seen.items()}
    say(f"   one domain more: its MX lookup alone {ms(rows['mx_s']):.3f} ms, "
        f"with --summary {ms(rows['summary_s']):.3f} ms")
    return rows


def holes(bench):
    """Servers that never answer: when is the last good domain done?"""
    good, bad = bench.sizes['hole_good'], bench.sizes['holes']
    workers = bench.sizes['workers'][-1]
    head(f'{bad} servers that never answer among {good} good ones; '
         f'medians of {bench.sizes["hole_rounds"]}')
    pattern = 'p{:05}.spread.bench'
    seen = {'without': [], 'with': []}
    for _ in range(bench.sizes['hole_rounds']):
        names = bench.names(pattern, good)
        seen['without'].append(last_good(bench, names, good, workers))
        with open(names, encoding='ascii') as file:
            lines = file.readlines()
        step = max(1, good // bad)
        for i in range(bad):
            lines.insert(i * (step + 1), f'h{i:04}.spread.bench\n')
        with open(names, 'w', encoding='ascii') as file:
            file.writelines(lines)
        seen['with'].append(last_good(bench, names, good, workers))
    rows = {name: measure.median(times) for name, times in seen.items()}
    rows['ratio'] = rows['with'] / rows['without']
    say(f"   the last good one is done after {rows['without']:.2f} s without "
        f"them, {rows['with']:.2f} s with them: {rows['ratio']:.2f}")
    return rows


def last_good(bench, names, good, workers):
    """Seconds until the last good report came."""
    return measure.until(
        [bench.danelaw, 'scan', '--trust-anchor', bench.world.anchor,
         '--allow-private', '--quiet', '--summary', '--workers', str(workers),
         '--concurrency', '5000', '--timeout', '20'],
        names, good, b'dane-ok')


def in_flight(bench):
    """Memory of one worker with many probes that all hang inside TLS."""
    count = bench.sizes['in_flight']
    head(f'{count} probes in flight in one worker, all inside TLS')
    bench.world.start_smtp({'silent_at': 'ehlo_tls'})
    try:
        idle, _ = bench.scan(bench.names('p{:05}.spread.bench', 1),
                             '--timeout', '3')
        names = bench.names('p{:05}.spread.bench', count)
        few, _ = bench.scan(names, '--timeout', '1', concurrency=10)\
            if bench.sizes['serial'] else (idle, None)
        many, _ = bench.scan(
            names, '--timeout', str(bench.sizes['flight_s']),
            concurrency=2 * count)
        open_at_once = max_parallel(bench.world)
    finally:
        bench.world.start_smtp({})
    row = {'probes': count, 'at_once': open_at_once,
           'idle_kib': idle.worker_kib(), 'peak_kib': many.worker_kib(),
           'few_kib': few.worker_kib()}
    row['kib_each'] = (row['peak_kib'] - row['idle_kib']) / count
    say(f"   idle {row['idle_kib']} KiB, peak {row['peak_kib']} KiB: "
        f"{row['kib_each']:.1f} KiB each, what they keep included "
        f"({open_at_once} connections were open at once)")
    return row


def max_parallel(world):
    """At least so many of its connections were open at the same time: none
    of them is ever closed by the server, and each address has one."""
    return sum(n > 0 for n in world.connections().values())


CASES = {'distinct': distinct, 'single': single, 'growth': growth,
         'holes': holes, 'in-flight': in_flight, 'latency': latency}
