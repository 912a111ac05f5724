# SPDX-License-Identifier: ISC
"""Servers that are slow, silent or many."""
from .bench import SPREAD, head, row_of, say
from .measure import median, middle, open_sockets, take_turns, until

FLIGHT_MAX_S = 60


def cold(bench):
    """One domain, nothing in any cache, 150 ms per DNS answer and 50 ms per
    SMTP reply."""
    head('150 ms per DNS answer, 50 ms per SMTP reply, cold caches: one '
         f'domain; medians of {bench.rounds}')
    todo = {'check': lambda: bench.check(next(domains)),
            'check, default certs': lambda: bench.check(
                '--certs', 'default', next(domains))}
    domains = (f'd{i:05}.bench' for i in range(bench.sizes['distinct']))

    def finger():
        bench.peers.chill(bench.world)
        return bench.run(bench.peers.finger(next(domains)))

    if bench.peers:
        todo['posttls-finger'] = finger
    bench.restart(dns_ms=150, smtp={'delay_ms': 50})
    try:
        runs = take_turns(bench.rounds, todo)
    finally:
        bench.restart()
    rows = {name: row_of(costs, 1) for name, costs in runs.items()}
    for name, row in rows.items():
        say(f"{name:22} {1000 * row['wall_s']:8.0f} ms wall  "
            f"{row['cpu_ms']:6.1f} ms CPU  {row['status']}")
    return rows


def latency(bench):
    """50 ms per SMTP reply and 10 ms per DNS answer."""
    count, few = bench.sizes['slow'], bench.sizes['slow_fingers']
    head(f'50 ms per SMTP reply, 10 ms per DNS answer: {count} domains, each '
         'with its own MX host; '
         + (f'posttls-finger -P 16 on {few}; ' if bench.peers else '')
         + f'medians of {bench.rounds}')
    workers = bench.sizes['workers'][-1]

    def scan():
        cost = bench.scan(bench.names(SPREAD, count), workers=workers,
                          concurrency=10000)
        bench.need(count, 'scan')
        return cost

    todo = {'scan': scan}
    single = {'check': lambda: bench.check(next(domains)),
              'check [host]': lambda: bench.check(
                  '--certs', 'default', f'[mx.{next(domains)}]')}
    if bench.peers:
        todo['finger-16'] = lambda: bench.run(
            bench.peers.fingers(16), stdin=bench.names(SPREAD, few))
        single['danetool'] = lambda: bench.run(
            bench.peers.danetool(f'mx.{next(domains)}'),
            env=bench.peers.environment())
    # Others each time: no resolver beside them knows the answer.
    domains = (f'd{i:05}.bench' for i in range(bench.sizes['distinct']))
    bench.restart(dns_ms=10, smtp={'delay_ms': 50})
    try:
        given = take_turns(bench.rounds, todo)
        alone = take_turns(bench.rounds, single)
    finally:
        bench.restart()
    rows = {name: row_of(runs, count if name == 'scan' else few)
            for name, runs in given.items()}
    for name, row in rows.items():
        say(f"{name:15} {row['per_second']:10.1f} domains/s")
    for name, runs in alone.items():
        rows[name] = row_of(runs, 1)
        say(f"{name:15} {1000 * rows[name]['wall_s']:10.1f} ms for one "
            'domain')
    if bench.peers:
        rows['ratio'] = (rows['scan']['per_second']
                         / rows['finger-16']['per_second'])
        say(f"   {rows['ratio']:.1f} times as fast")
    return rows


def holes(bench):
    """Servers that never answer: when is the last good domain done?"""
    good, bad = bench.sizes['hole_good'], bench.sizes['holes']
    head(f'{bad} servers that never answer among {good} good ones; '
         f'medians of {bench.rounds}')

    def with_holes():
        names = bench.names(SPREAD, good)
        with open(names, encoding='ascii') as file:
            lines = file.readlines()
        step = max(1, good // bad)
        for i in range(bad):
            lines.insert(i * (step + 1), f'h{i:04}.spread.bench\n')
        with open(names, 'w', encoding='ascii') as file:
            file.writelines(lines)
        return last_good(bench, names, good)

    rows = {'runs': take_turns(bench.rounds, {
        'without': lambda: last_good(bench, bench.names(SPREAD, good), good),
        'with': with_holes})}
    rows |= {name: median(times) for name, times in rows['runs'].items()}
    rows['ratio'] = rows['with'] / rows['without']
    rows['rounds'] = bench.rounds
    say(f"   the last good one is done after {rows['without']:.2f} s without "
        f"them, {rows['with']:.2f} s with them: {rows['ratio']:.2f}")
    return rows


def last_good(bench, names, good):
    """Seconds until the last good report came."""
    return until(
        bench.scan_words(bench.sizes['workers'][-1], '--summary', '--timeout',
                         '20', '--drain', '0', concurrency=5000),
        names, good, b'dane-ok')


def in_flight(bench):
    """Memory of one worker with many probes that all hang inside TLS."""
    count = bench.sizes['in_flight']
    seconds = bench.sizes['flight_s']
    head(f'{count} probes in flight in one worker, all inside TLS; medians '
         f'of {bench.rounds}')

    def many():
        nonlocal seconds
        before = open_sockets()
        cost = bench.scan(bench.names(SPREAD, count), '--timeout',
                          str(seconds), concurrency=2 * count)
        # Both ends of each are ours.
        cost.at_once = (cost.sockets - before) // 2
        if cost.at_once >= count or seconds > FLIGHT_MAX_S:
            return cost
        # Too slow a machine: the first was over before the last began.
        seconds *= 2
        return many()

    bench.world.start_smtp({'silent_at': 'ehlo_tls'})
    try:
        given = take_turns(bench.rounds, {
            'idle': lambda: bench.scan(bench.names(SPREAD, 1), '--timeout',
                                       '3'),
            'many': many})
    finally:
        bench.world.start_smtp({})
    row = {'probes': count, 'rounds': bench.rounds,
           'at_once': min(run.at_once for run in given['many']),
           'idle_kib': middle(given['idle'], 'worker_kib'),
           'peak_kib': middle(given['many'], 'worker_kib'),
           'runs': {name: [run.raw() for run in runs]
                    for name, runs in given.items()}}
    row['kib_each'] = (row['peak_kib'] - row['idle_kib']) / count
    say(f"   idle {row['idle_kib']:.0f} KiB, peak {row['peak_kib']:.0f} KiB: "
        f"{row['kib_each']:.1f} KiB each, what they keep included "
        f"(at least {row['at_once']} connections were open at once)")
    return row
