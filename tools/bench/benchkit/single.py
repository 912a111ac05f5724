# SPDX-License-Identifier: ISC
"""One domain, a process each; and how many signatures it takes to check."""
import os
import shutil
import struct

from .bench import head, row_of, say
from .measure import take_turns
from .peers import s_client
from .world import address


def single(bench):
    """All of them in turns, each round for another domain, so that no
    resolver beside them has an answer in its cache."""
    rounds = max(bench.rounds, bench.sizes['singles'])
    head(f'one domain; medians of {rounds}')
    number = -1

    def domain():
        return f'd{number:05}.bench'

    def digest():
        return bench.world.tlsa(bench.world.own_cert(number))

    def check():
        nonlocal number  # the first of each round
        number = (number + 1) % bench.sizes['distinct']
        return bench.check(domain())

    todo = {
        'check': check,
        'check, default certs': lambda: bench.check('--certs', 'default',
                                                    domain()),
        'check [host]': lambda: bench.check('--certs', 'default',
                                            f'[mx.{domain()}]')}
    if bench.peers:
        todo['danetool'] = lambda: bench.run(
            bench.peers.danetool(f'mx.{domain()}'),
            env=bench.peers.environment())
        todo['posttls-finger'] = lambda: bench.run(
            bench.peers.finger(domain()))
    if shutil.which('openssl'):
        todo['openssl s_client'] = lambda: bench.run(
            s_client(address(66, number), f'mx.{domain()}', digest()))
    rows = {}
    say(f"{'':22} {'wall ms':>8} {'CPU ms':>8} {'RSS KiB':>8}  status")
    for name, costs in take_turns(rounds, todo).items():
        row = rows[name] = row_of(costs, 1)
        row['wall_ms'] = 1000 * row.pop('wall_s')
        say(f"{name:22} {row['wall_ms']:8.1f} {row['cpu_ms']:8.1f} "
            f"{row['rss_kib']:8.0f}  {row['status']}")
    return rows


def verifies(bench):
    """ECDSA signatures checked for a domain, where that is libnettle's."""
    count = bench.sizes['fingers']
    head(f'ECDSA signatures checked: for a domain of a list of {count}, and '
         'where there is one alone')
    names = bench.names('d{:05}.bench', count)
    domain, host = 'd00000.bench', 'mx.d00000.bench'
    check = [bench.danelaw, 'check', '--trust-anchor', bench.world.anchor]
    todo = {'dns': (bench.dns_words(names, zones=False), count),
            'dns, DNSKEY and DS': (bench.dns_words(names, zones=True), count),
            'scan': ([*bench.scan_words(1), names], count)}
    if bench.zones_optional:
        todo['scan --zones'] = ([*bench.scan_words(1, '--zones'), names],
                                count)
    todo |= {'check': ([*check, domain], 1),
             'check [host]': ([*check, f'[{host}]'], 1)}
    if bench.peers:
        todo['danetool'] = bench.peers.danetool(host), 1
    rows = {}
    for name, (words, n) in todo.items():
        counts = counted(bench, words, name == 'danetool')
        if not rows and not any(counts):
            say('   not counted: the resolver does not use libnettle here')
            break
        rows[name] = {'dnssec': counts[0] / n, 'tls': counts[1] / n}
        say(f"{name:22} {rows[name]['dnssec']:8.2f} for DNSSEC, "
            f"{rows[name]['tls']:5.2f} for TLS by libnettle")
    return rows


def counted(bench, words, is_peer):
    path = os.path.join(bench.folder, 'verifies')
    with open(path, 'wb') as file:
        file.write(bytes(16))
    env = {'BENCH_VERIFIES': path}
    # Not before bench-cost: it may be built with a sanitizer.
    words = ['env', 'LD_PRELOAD=' + bench.tool('bench-verifies.so'), *words]
    if is_peer:
        env |= bench.peers.environment()
    bench.run(words, env=env)
    with open(path, 'rb') as file:
        return struct.unpack('=QQ', file.read())
