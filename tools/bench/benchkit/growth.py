# SPDX-License-Identifier: ISC
"""What more domains on the same hosts cost, and more hosts; and domains that
have none."""
from .bench import NULL, SHARED, SPREAD, head, row_of, say
from .measure import take_turns


def growth(bench):
    """All of it in turns."""
    sizes = bench.sizes
    workers = sizes['workers'][-1]
    head(f'growth, {workers} workers, {sizes["popular"]} MX hosts for the '
         'first rows, a host for each domain in the others; medians of '
         f'{bench.rounds}')
    counts = {f'shared-{n}': n for n in sizes['growth']}
    counts |= {f'spread-{n}': n for n in sizes['host_growth']}
    todo = {name: lambda name=name, n=n: reports(bench, name, n, workers)
            for name, n in counts.items()}
    for n in sizes['growth'][-2:]:
        todo |= less_than_reports(bench, n, workers)
    for n in sizes['growth_alone']:
        todo[f'report-1-{n}'] = lambda n=n: reports(bench, 'shared', n, 1)
        todo |= less_than_reports(bench, n, 1)
    given = take_turns(bench.rounds, todo)
    rows = {name: row_of(given.pop(name), n) | {'domains': n}
            for name, n in counts.items()}
    rows |= {name: row_of(runs, int(name.split('-')[-1]))
             for name, runs in given.items()}
    show(rows, counts)
    rows['one_more'] = {
        'all': one_more(rows, 'shared', workers, sizes['growth'][-2:]),
        'one': one_more(rows, 'report-1', 1, sizes['growth_alone'])}
    show_one_more(rows['one_more'].values())
    return rows


def reports(bench, name, count, workers):
    pattern = SHARED if name.startswith('shared') else SPREAD
    cost = bench.probing(bench.names(pattern, count), workers=workers)
    bench.need(count, name)
    return cost


def less_than_reports(bench, count, workers):
    """Its MX lookup alone, in as many processes with the same settings, and a
    line of summary."""
    def mx():
        return bench.dns(bench.names(SHARED, count), workers, False)

    def summary():
        cost = bench.scan(bench.names(SHARED, count), '--summary',
                          workers=workers)
        bench.need(count, 'scan --summary')
        return cost

    return {f'mx-{workers}-{count}': mx, f'summary-{workers}-{count}': summary}


def show(rows, names):
    say(f"{'':15} {'wall s':>8} {'CPU s':>8} {'ms/domain':>10} "
        f"{'probes':>7} {'addresses':>9} {'worker KiB':>10} {'parent':>8}")
    for name in names:
        row = rows[name]
        # Of all runs the worst: nothing may be probed twice.
        row['cpu_s'] = row['cpu_ms'] * row['domains'] / 1000
        row['probes'] = max(run['probes'] for run in row['runs'])
        row['addresses'] = min(run['addresses'] for run in row['runs'])
        say(f"{name:15} {row['wall_s']:8.2f} {row['cpu_s']:8.2f} "
            f"{row['cpu_ms']:10.3f} {row['probes']:7} {row['addresses']:9} "
            f"{row['worker_kib']:10.0f} {row['parent_kib']:8.0f}")


def one_more(rows, report, workers, counts):
    """Milliseconds of CPU for a domain on hosts that are known already."""
    few, many = counts

    def slope(name):
        return (rows[f'{name}-{many}']['cpu_ms'] * many
                - rows[f'{name}-{few}']['cpu_ms'] * few) / (many - few)

    return {'workers': workers, 'from': few, 'to': many,
            'report_ms': slope(report),
            'summary_ms': slope(f'summary-{workers}'),
            'mx_ms': slope(f'mx-{workers}')}


def show_one_more(all_of_them):
    say(f"\n{'CPU ms of one domain more':36} {'MX lookup':>9} "
        f"{'--summary':>9} {'report':>9}")
    for row in all_of_them:
        what = (f"{row['workers']} workers, {row['from']} to {row['to']}"
                .replace('1 workers', '1 worker'))
        say(f"   {what:33} {row['mx_ms']:9.3f} {row['summary_ms']:9.3f} "
            f"{row['report_ms']:9.3f}")


def null(bench):
    """Domains that take no mail: their MX lookup is all there is."""
    count = bench.sizes['null']
    head(f'{count} domains with a null MX in one zone, 1 worker; medians of '
         f'{bench.rounds}')

    def scan(*options):
        cost = bench.scan(bench.names(NULL, count), *options)
        bench.need(count, ' '.join(['scan', *options]), 'no-mail')
        return cost

    given = take_turns(bench.rounds, {
        'mx': lambda: bench.dns(bench.names(NULL, count), 1, False),
        'summary': lambda: scan('--summary'),
        'report': scan})
    rows = {name: row_of(runs, count) for name, runs in given.items()}
    for name, row in rows.items():
        row['to_mx'] = row['cpu_ms'] / rows['mx']['cpu_ms']
        say(f"{name:15} {row['cpu_ms']:8.3f} CPU ms a domain, "
            f"{row['to_mx']:5.2f} of the lookup")
    return rows
