# SPDX-License-Identifier: ISC
"""A scan that is killed, and goes on."""
import collections

from .bench import SHARED, head, lines_of, row_of, say
from .measure import take_turns

PARTS = 4


def killed(bench):
    """SIGKILL for all processes of a scan at random moments, --resume after
    each: what does it cost, and is all there once?"""
    count = bench.sizes['killed']
    workers = bench.sizes['workers'][-1]
    head(f'{count} domains, {workers} workers, all killed at {PARTS - 1} '
         f'random moments (seed {bench.seed}) and resumed; medians of '
         f'{bench.rounds}')
    undisturbed = []

    def whole():
        undisturbed.append(bench.scan(bench.names(SHARED, count),
                                      workers=workers))
        bench.need(count, 'scan')
        return undisturbed[-1]

    given = take_turns(bench.rounds, {
        'undisturbed': whole,
        'killed': lambda: in_parts(bench, count, workers, undisturbed[-1])})
    rows = {name: row_of(runs, count) for name, runs in given.items()}
    row = rows['killed']
    for key in 'cpu_ms', 'wall_s':
        row[key + '_ratio'] = row[key] / rows['undisturbed'][key]
    row['kills'] = sum(run.kills for run in given['killed'])
    row['wrong'] = sum(run.wrong for run in given['killed'])
    say(f"   {row['kills']} kills, {row['wrong']} domains that are not there "
        f"exactly once; all parts together take {row['cpu_ms_ratio']:.2f} of "
        f"the CPU and {row['wall_s_ratio']:.2f} of the time of an "
        'undisturbed run')
    return rows


def in_parts(bench, count, workers, undisturbed):
    """Its parts as one Cost."""
    names = bench.names(SHARED, count)
    parts, moments = [], []
    for _ in range(PARTS - 1):
        # Any moment of what it will probably take.
        left = count - (lines_in(bench.reports) if parts else 0)
        moments.append(bench.random.random() * undisturbed.wall * left / count)
        parts.append(part(bench, names, workers, parts, moments[-1]))
    parts.append(part(bench, names, workers, parts, None))
    return joined(bench, parts, count, moments)


def part(bench, names, workers, before, kill_after):
    resume = ['--resume', bench.reports] if before else []
    return bench.run(
        bench.scan_words(workers, *resume), stdin=names, stdout=bench.reports,
        append=bool(before), kill_after=kill_after)


def lines_in(path):
    with open(path, 'rb') as file:
        return sum(1 for _ in file)


def joined(bench, parts, count, moments):
    whole = parts[-1]
    whole.parts = [part.raw() for part in parts]
    whole.moments = moments  # seconds after the start of each
    whole.kills = sum(part.status == -9 for part in parts)
    for key in 'wall', 'user', 'system', 'cpu':
        setattr(whole, key, sum(getattr(part, key) for part in parts))
    seen = collections.Counter(lines_of(bench.reports))
    wanted = collections.Counter((SHARED.format(i), 'dane-ok')
                                 for i in range(count))
    wrong = (seen - wanted) + (wanted - seen)
    whole.wrong = len(wrong)
    if wrong:
        say(f'   killed and resumed: NOT once each: {list(wrong)[:3]} '
            f'and so on, {len(wrong)} in all; killed at {moments}')
    return whole
