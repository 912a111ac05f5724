# SPDX-License-Identifier: ISC
"""What was aimed at, and what came of it. Ratios of one run only."""

MIB = 1024


def ratios(cases, sizes):
    """[(what, wanted, measured, is it reached)]; None: not measured."""
    rows = []

    def at_most(what, limit, value):
        rows.append((what, f'<= {limit:g}', value,
                     None if value is None else value <= limit))

    def at_least(what, limit, value):
        rows.append((what, f'>= {limit:g}', value,
                     None if value is None else value >= limit))

    distinct = cases.get('distinct')
    if distinct:
        one = distinct['scan-1']
        best = distinct[f"scan-{sizes['workers'][-1]}"]
        finger = distinct.get('finger-16')
        at_most('CPU of a probe without DNS, of the floor', 1.3,
                one['probe_to_floor'])
        at_most('CPU of a distinct domain with DNS, of the floor', 3,
                one['to_floor'])
        at_most('CPU of a domain, of posttls-finger -P 16', 0.25,
                finger and one['cpu_ms'] / finger['cpu_ms'])
        at_least('throughput, of posttls-finger -P 16', 3,
                 finger and best['per_second'] / finger['per_second'])
    if 'latency' in cases:
        at_least('throughput with slow servers, of posttls-finger -P 16', 20,
                 cases['latency'].get('ratio'))
    single = cases.get('single')
    if single:
        peer = single.get('danetool')
        for key, unit in (('wall_ms', 'wall'), ('cpu_ms', 'CPU')):
            for name in ('check', 'check [host]'):
                at_most(f'{unit} of {name}, of danetool --check', 1,
                        peer and single[name][key] / peer[key])
    if 'growth' in cases:
        growth(cases['growth'], sizes, at_most)
    if 'in-flight' in cases:
        at_most('KiB for a probe in flight', 64,
                cases['in-flight']['kib_each'])
    if 'holes' in cases:
        at_most('time for the good ones among silent ones', 1.1,
                cases['holes']['ratio'])
    return rows


def growth(case, sizes, at_most):
    *_, less, most = (case[f'shared-{n}'] for n in sizes['growth'])
    extra = most['domains'] - less['domains']
    dns = case['dns']
    at_most('probes, of distinct addresses, most domains', 1,
            most['probes'] / sizes['popular'])
    at_most('CPU of one domain more, of its MX lookup alone', 1,
            (most['cpu_s'] - less['cpu_s']) / extra / dns['mx_s'])
    at_most('the same with --summary', 1, dns['summary_s'] / dns['mx_s'])
    at_most('worker RSS, most domains, of that with a tenth', 1.1,
            most['worker_kib'] / less['worker_kib'])
    at_most('worker RSS, most domains, MiB', 256, most['worker_kib'] / MIB)


def show(rows, say):
    if not rows:
        return
    say(f"\n{'':56} {'wanted':>8} {'measured':>9}")
    for what, wanted, value, reached in rows:
        if value is None:
            say(f'{what:56} {wanted:>8} {"-":>9}')
        else:
            say(f'{what:56} {wanted:>8} {value:9.2f}'
                f"{'' if reached else '  no'}")
