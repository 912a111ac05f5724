# SPDX-License-Identifier: ISC
"""What all cases share: the world, the programs and how they are called, the
lists of domains, and what is looked at in the reports."""
import json
import os
import random
import re
import subprocess

from labkit.build import SOURCE
from labkit.scenario import LabError

from . import measure

SHARED = 's{:06}.shared.bench'
SPREAD = 'p{:05}.spread.bench'
NULL = 'n{:06}.null.bench'
CONCURRENCY = 1000
DOMAIN = re.compile(rb'{"schema":"[a-z0-9/-]+","domain":"([^"]+)",')
VERDICT = re.compile(rb',"verdict":"([a-z-]+)",')


def say(*words):
    print(*words, flush=True)


def head(text):
    say(f'\n== {text}')


def ms(seconds):
    return 1000 * seconds


def dns_memory(workers):
    """MiB for DNS in one of so many workers of scan, as it reckons itself:
    what is held against it must not have more."""
    path = os.path.join(SOURCE, 'src/cli/cmd_scan.c')
    with open(path, encoding='ascii') as file:
        text = file.read()
    least = re.search(r'#define DNS_MEMORY (\d+)', text)
    if least is None:
        raise LabError(f'{path}: how much memory has its DNS?')
    # For each domain in work.
    kib = re.search(r'#define DNS_DOMAIN_KIB (\d+)', text)
    share = -(-CONCURRENCY // workers)
    return int(least[1]) + (share * int(kib[1]) // 1024 if kib else 0)


class Bench:
    """The world, the programs, the sizes."""

    def __init__(self, args, world, peers, sizes):
        self.world, self.peers, self.sizes = world, peers, sizes
        self.danelaw = args.danelaw
        self.rounds = args.rounds
        self.seed = args.seed
        self.random = random.Random(args.seed)
        self.folder = world.path('run')
        self.reports = os.path.join(self.folder, 'reports')
        self.run = measure.Meter(self.tool('bench-cost'), self.folder).run
        text = subprocess.run([self.danelaw, 'scan', '--help'], check=True,
                              capture_output=True, text=True).stdout
        # Without such an option it asks for DNSKEY and DS in any case.
        self.zones_optional = re.search(r'--zones\b', text) is not None

    def tool(self, name):
        return os.path.join(self.world.bench, name)

    def restart(self, **how):
        """The world anew, and what the peers need of it."""
        self.world.stop()
        self.world.start(**how)
        if self.peers:
            self.peers.start(self.world)

    def names(self, pattern, count):
        """A file of domains; its path."""
        path = os.path.join(self.folder, 'domains')
        with open(path, 'w', encoding='ascii') as file:
            file.writelines(pattern.format(i) + '\n' for i in range(count))
        return path

    def scan_words(self, workers, *options, concurrency=CONCURRENCY):
        return [self.danelaw, 'scan', '--trust-anchor', self.world.anchor,
                '--allow-private', '--quiet', '--workers', str(workers),
                '--concurrency', str(concurrency), *options]

    def scan(self, names, *options, workers=1, concurrency=CONCURRENCY):
        return self.run(
            self.scan_words(workers, *options, concurrency=concurrency),
            stdin=names, stdout=self.reports, watch=True)

    def probing(self, names, *options, **more):
        """The same with the probes counted, and the addresses they went
        to."""
        before = self.world.connections()
        cost = self.scan(names, *options, **more)
        after = self.world.connections()
        new = [after[ip] - before.get(ip, 0) for ip in after]
        cost.probes = sum(new)
        cost.addresses = sum(n > 0 for n in new)
        return cost

    def check(self, *words, env=None):
        return self.run([self.danelaw, 'check', '--trust-anchor',
                         self.world.anchor, *words], env=env)

    def dns_words(self, names, workers=1, zones=None):
        """The questions of a scan with so many workers, and no more."""
        zones = not self.zones_optional if zones is None else zones
        return [self.tool('bench-dnsload'), *(['-z'] if zones else []),
                '-m', str(dns_memory(workers)), '-w', str(workers),
                self.world.anchor, str(CONCURRENCY // workers), names]

    def dns(self, names, workers=1, zones=None):
        return self.run(self.dns_words(names, workers, zones), watch=True)

    def floor(self, kind):
        """Milliseconds."""
        out = os.path.join(self.folder, 'floor')
        self.run([self.tool('bench-floor'), self.world.chain(kind),
                  self.world.key(kind), str(self.sizes['floor_runs'])],
                 stdout=out)
        with open(out, encoding='ascii') as file:
            return json.load(file)['mean_us'] / 1000

    def need(self, count, what, verdict='dane-ok'):
        """Says so where the reports are not as they must be."""
        found = verdicts(self.reports)
        if found != {verdict: count}:
            say(f'   {what}: NOT {count} {verdict} but {found}')


def lines_of(path):
    """[(domain, verdict)] of whole reports; any other line is 'garbled'."""
    with open(path, 'rb') as file:
        for line in file:
            domain, verdict = DOMAIN.match(line), VERDICT.search(line)
            if domain and verdict and line.endswith(b'}\n'):
                yield domain[1].decode(), verdict[1].decode()
            else:
                yield line[:80], 'garbled'


def verdicts(path):
    """How often each was given."""
    counts = {}
    for _, verdict in lines_of(path):
        counts[verdict] = counts.get(verdict, 0) + 1
    return counts


def row_of(runs, n):
    """Medians, and what they are medians of."""
    wall = measure.middle(runs, 'wall')
    row = {key + '_ms': ms(measure.middle(runs, key)) / n
           for key in ('cpu', 'user', 'system')}
    row |= {key: measure.middle(runs, key)
            for key in ('worker_kib', 'parent_kib', 'rss_kib')}
    row |= {'wall_s': wall, 'per_second': n / wall,
            'status': sorted({run.status for run in runs})}
    if hasattr(runs[0], 'probes'):
        row['probes'] = measure.middle(runs, 'probes')
        row['probes_per_second'] = row['probes'] / wall
    return row | {'rounds': len(runs), 'runs': [run.raw() for run in runs]}


def number_row(values, name):
    return {name: measure.median(values), 'rounds': len(values),
            'runs': values}
