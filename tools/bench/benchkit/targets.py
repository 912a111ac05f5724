# SPDX-License-Identifier: ISC
"""What was aimed at, and what came of it. Ratios of one run only."""

MIB = 1024


class Table:
    """Rows of what, how much was wanted, what came, of how many runs. Those
    of further kinds of domains, or of other settings, say so, and stand below
    what was aimed at."""

    def __init__(self):
        self.rows = []

    def at_most(self, what, limit, value, rounds, further=False):
        self._add(what, f'<= {limit:g}', value,
                  value is not None and value <= limit, rounds, further)

    def at_least(self, what, limit, value, rounds):
        self._add(what, f'>= {limit:g}', value,
                  value is not None and value >= limit, rounds, False)

    def _add(self, what, wanted, value, reached, rounds, further):
        self.rows.append({
            'what': what, 'wanted': wanted, 'measured': value,
            'reached': None if value is None else reached, 'rounds': rounds,
            'further': further})

    def show(self, say):
        if not self.rows:
            return
        say(f"\n{'':58} {'wanted':>8} {'measured':>9} {'runs':>5}")
        for further in False, True:
            if further and any(row['further'] for row in self.rows):
                say('further rows, the same limits:')
            for row in self.rows:
                if row['further'] == further:
                    self._show(row, say)

    @staticmethod
    def _show(row, say):
        line = f"{row['what']:58} {row['wanted']:>8} "
        if row['measured'] is None:
            say(line + f'{"-":>9}')
        else:
            say(line + f"{row['measured']:9.2f} {row['rounds']:5}"
                + ('' if row['reached'] else '  no'))


def ratios(cases, sizes):
    """A Table of what these cases have shown."""
    table = Table()
    for name, judge in JUDGES.items():
        if name in cases:
            judge(table, cases[name], sizes)
    return table


def distinct(table, case, sizes):
    one = case['scan-1']
    best = case[f"scan-{sizes['workers'][-1]}"]
    finger = case.get('finger-16')
    rounds = one['rounds']
    table.at_most('CPU of a probe without DNS, of the floor', 1.3,
                  one['probe_to_floor'], rounds)
    table.at_most('CPU of a distinct domain with DNS, of the floor', 3,
                  one['to_floor'], rounds)
    table.at_most('CPU of a domain, of posttls-finger -P 16', 0.25,
                  finger and one['cpu_ms'] / finger['cpu_ms'], rounds)
    table.at_least('throughput, of posttls-finger -P 16', 3,
                   finger and best['per_second'] / finger['per_second'],
                   rounds)
    for name, row in case.items():
        if not name.startswith('scan') or name == 'scan-1':
            continue
        workers, _, label = name[len('scan-'):].partition(' ')
        what = LABELS.get(label, f'{workers} workers')
        table.at_most(f'probe without DNS, {what}', 1.3,
                      row['probe_to_floor'], rounds, True)
        table.at_most(f'distinct domain with DNS, {what}', 3,
                      row['to_floor'], rounds, True)


LABELS = {'zones': 'scan --zones', 'rsa': 'zones signed with RSA-2048',
          'minimal': 'name servers that answer minimally'}


def single(table, case, _sizes):
    peer = case.get('danetool')
    for key, unit in (('wall_ms', 'wall'), ('cpu_ms', 'CPU')):
        for name in ('check', 'check [host]'):
            table.at_most(f'{unit} of {name}, of danetool --check', 1,
                          peer and case[name][key] / peer[key],
                          case[name]['rounds'])


def growth(table, case, sizes):
    *_, less, most = (case[f'shared-{n}'] for n in sizes['growth'])
    rounds = most['rounds']
    table.at_most('probes, of distinct addresses, most domains', 1,
                  most['probes'] / sizes['popular'], rounds)
    for which, more in case['one_more'].items():
        workers = f"{more['workers']} worker" + (
            's' if more['workers'] > 1 else '')
        for key, how in (('report_ms', ''), ('summary_ms', ', --summary')):
            table.at_most(
                f'CPU of one domain more, of its MX lookup, {workers}{how}',
                1, more[key] / more['mx_ms'], rounds,
                which != 'all' or key != 'report_ms')
    table.at_most('worker RSS, most domains, of that with a tenth', 1.1,
                  most['worker_kib'] / less['worker_kib'], rounds)
    table.at_most('worker RSS, most domains, MiB', 256,
                  most['worker_kib'] / MIB, rounds)


def in_flight(table, case, _sizes):
    table.at_most('KiB for a probe in flight', 64, case['kib_each'],
                  case['rounds'])


def holes(table, case, _sizes):
    table.at_most('time for the good ones among silent ones', 1.1,
                  case['ratio'], case['rounds'])


def latency(table, case, _sizes):
    table.at_least('throughput with slow servers, of posttls-finger -P 16',
                   20, case.get('ratio'), case['scan']['rounds'])
    peer = case.get('danetool')
    for name in ('check', 'check [host]'):
        table.at_most(f'wall of {name}, of danetool, slow servers', 1,
                      peer and case[name]['wall_s'] / peer['wall_s'],
                      case[name]['rounds'], True)


def cold(table, case, _sizes):
    peer = case.get('posttls-finger')
    for name, limit in (('check', 0.7), ('check, default certs', 0.65)):
        table.at_most(f'wall of {name}, cold, of posttls-finger', limit,
                      peer and case[name]['wall_s'] / peer['wall_s'],
                      case[name]['rounds'])


def killed(table, case, _sizes):
    table.at_most('domains not there exactly once, killed and resumed', 0,
                  case['killed']['wrong'], case['killed']['rounds'])


JUDGES = {'distinct': distinct, 'cold': cold, 'latency': latency, 'single': single,
          'growth': growth, 'in-flight': in_flight, 'holes': holes,
          'killed': killed}
