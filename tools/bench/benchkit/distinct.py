# SPDX-License-Identifier: ISC
"""Domains that share nothing: what each costs, against the floor, DNS alone
and posttls-finger."""
from .bench import head, number_row, row_of, say
from .measure import take_turns

# What the names stand for, and the label of their rows.
KINDS = {'d{:05}.bench': '', 'r{:05}.bench': ' rsa', 'm{:05}.bench': ' minimal'}


def distinct(bench):
    """All of it in turns."""
    count = bench.sizes['distinct']
    fingers = {1: bench.sizes['fingers_alone'], 16: bench.sizes['fingers']}
    head(f'{count} distinct domains (own zone, host, address); medians of '
         f'{bench.rounds}')
    todo = {'floor-p256': lambda: bench.floor('p256'),
            'floor-rsa2048': lambda: bench.floor('rsa')}
    plain, *others = KINDS
    for workers in bench.sizes['workers']:
        todo |= pair(bench, plain, count, workers, '')
    if bench.zones_optional:
        todo |= pair(bench, plain, count, 1, ' zones', '--zones')
    for pattern in others:
        todo |= pair(bench, pattern, count, 1, KINDS[pattern])
    if bench.peers:
        for parallel, few in fingers.items():
            todo[f'finger-{parallel}'] = lambda p=parallel, n=few: bench.run(
                bench.peers.fingers(p), stdin=bench.names(plain, n))
    rows = {}
    for name, runs in take_turns(bench.rounds, todo).items():
        if name.startswith('floor'):
            rows[name] = number_row(runs, 'cpu_ms')
        elif name.startswith('finger'):
            rows[name] = row_of(runs, fingers[int(name[7:])])
        else:
            rows[name] = row_of(runs, count)
    relate(rows)
    show(bench, rows)
    return rows


def pair(bench, pattern, count, workers, label, *options):
    """A scan, and DNS alone under the same conditions."""
    def dns():
        return bench.dns(bench.names(pattern, count), workers,
                         True if '--zones' in options else None)

    def scan():
        cost = bench.probing(bench.names(pattern, count), *options,
                             workers=workers)
        bench.need(count, f'scan, {workers} workers{label}')
        return cost

    return {f'dns-{workers}{label}': dns, f'scan-{workers}{label}': scan}


def relate(rows):
    """To the floor; and a probe is what is left without DNS."""
    floor = rows['floor-p256']['cpu_ms']
    for name, row in rows.items():
        row['to_floor'] = row['cpu_ms'] / floor
        dns = rows.get(name.replace('scan', 'dns', 1))
        if name.startswith('scan') and row['probes']:
            domains = row['per_second'] * row['wall_s']
            row['probe_cpu_ms'] = ((row['cpu_ms'] - dns['cpu_ms']) * domains
                                   / row['probes'])
            row['probe_to_floor'] = row['probe_cpu_ms'] / floor


def show(bench, rows):
    asks = ('on request: rows "zones"' if bench.zones_optional
            else 'always')
    say('   dns: the questions of the scan alone, in as many processes; '
        f'DNSKEY and DS {asks}\n'
        '   rsa: zones signed with RSA-2048 (8) and not ECDSA P-256 (13)\n'
        "   minimal: nsd's minimal-responses, which is not its default\n")
    say(f"{'':15} {'CPU of a':>8} {'of the':>6} {'CPU of a':>8} {'of the':>6} "
        f"{'domains':>8} {'probes':>7} {'worker':>7} {'parent':>7}\n"
        f"{'':15} {'domain':>8} {'floor':>6} {'probe':>8} {'floor':>6} "
        f"{'/s':>8} {'/s':>7} {'KiB':>7} {'KiB':>7}")
    for name, row in rows.items():
        line = f"{name:15} {row['cpu_ms']:8.3f} {row['to_floor']:6.2f} "
        if 'probe_cpu_ms' in row:
            line += (f"{row['probe_cpu_ms']:8.3f} "
                     f"{row['probe_to_floor']:6.2f} {row['per_second']:8.1f} "
                     f"{row['probes_per_second']:7.1f} "
                     f"{row['worker_kib']:7.0f} {row['parent_kib']:7.0f}")
        elif 'per_second' in row:
            line += f"{'':8} {'':6} {row['per_second']:8.1f}"
        say(line)
    finger = rows.get('finger-16')
    if finger:
        best = rows[f"scan-{bench.sizes['workers'][-1]}"]
        say(f"   against posttls-finger -P 16, on {bench.sizes['fingers']} of "
            f"them: CPU per domain "
            f"{rows['scan-1']['cpu_ms'] / finger['cpu_ms']:.3f} of it, "
            f"throughput {best['per_second'] / finger['per_second']:.1f} "
            'times')
