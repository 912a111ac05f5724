# SPDX-License-Identifier: ISC
"""Holds a report against what a scenario expects.

Every function returns a list of differences, one line each; empty is good.
"""

EXIT = {'ok': 0, 'warning': 1, 'critical': 2, 'unknown': 3}
# Keys of [[expect.host]] and where they stand in a report's host.
HOST = {
    'preference': ('preference',), 'dnssec': ('dnssec',),
    'policy': ('policy',), 'tlsa': ('tlsa', 'dnssec'),
    'status': ('tlsa', 'status'), 'base': ('tlsa', 'base'),
}
NAME = ('checked', 'reference', 'presented', 'source', 'san', 'wildcard')


def at(tree, path):
    for key in path:
        tree = tree[key]
    return tree


def differ(where, wanted, got):
    """A list of alternatives is met by any of them."""
    if got == wanted or (isinstance(wanted, list) and got in wanted):
        return []
    if isinstance(wanted, list):
        wanted = ' or '.join(map(str, wanted))
    return [f'{where}: expected {wanted}, got {got}']


def compare_report(expect, domain, report):
    """The whole of [expect] but for the exit status."""
    faults = []
    wanted = expect.get('domain', domain)
    if wanted != 'any':
        faults += differ('domain', wanted, report['domain'])
    faults += differ('port', expect.get('port', 25), report['port'])
    for key in ('verdict', 'state'):
        if key in expect:
            faults += differ(key, expect[key], report[key])
    if 'source' in expect:
        faults += differ('mx.source', expect['source'],
                         report['mx']['source'])
    if 'mx' in expect:
        faults += differ('mx.dnssec', expect['mx'], report['mx']['dnssec'])
    faults += compare_findings(expect, report)
    hosts = expect.get('host', [])
    faults += differ('hosts', [h['name'] for h in hosts],
                     [h['name'] for h in report['hosts']])
    by_name = {host['name']: host for host in report['hosts']}
    for host in hosts:
        if host['name'] in by_name:
            faults += compare_host(host, by_name[host['name']])
    return faults


def compare_findings(expect, report):
    ids = {finding['id'] for finding in report['findings']}
    faults = []
    for wanted in expect.get('findings', []):
        words = wanted if isinstance(wanted, list) else [wanted]
        if not ids.intersection(words):
            faults.append(f"findings: expected {' or '.join(words)}, got "
                          f"{', '.join(sorted(ids)) or 'none'}")
    for word in expect.get('absent', []):
        if word in ids:
            faults.append(f'findings: {word} must not be there')
    return faults


def compare_host(expect, host):
    faults = []
    for key, path in HOST.items():
        if key in expect:
            faults += differ(f"{host['name']} {'.'.join(path)}", expect[key],
                             at(host, path))
    if 'address' not in expect:
        return faults
    addresses = {address['ip']: address for address in host['addresses']}
    faults += differ(f"{host['name']} addresses",
                     sorted(a['ip'] for a in expect['address']),
                     sorted(addresses))
    for wanted in expect['address']:
        if wanted['ip'] in addresses:
            faults += compare_address(wanted, addresses[wanted['ip']], host)
    return faults


def said_of(name, senders):
    """Of "go 1.24", or of "go": what all its versions do, else each."""
    told = []
    for one in senders:
        if name not in (one['name'], f"{one['name']} {one['version']}"):
            continue
        text = (one['outcome'] if one['why'] is None
                else f"{one['outcome']}: {one['why']}")
        if text not in told:
            told.append(text)
    return ' / '.join(told) or None


def compare_address(expect, address, host):
    where = f"{host['name']} [{address['ip']}]"
    faults = differ(f'{where} outcome', expect['outcome'], address['outcome'])
    leaves = {probe['chain'][0]['key']: probe for probe in address['probes']
              if probe['chain']}
    first = address['probes'][0] if address['probes'] else None
    if 'mail' in expect:
        faults += compare_mail(expect['mail'], address['smtp']['mail'], where)
    if 'tries' in expect:
        faults += differ(f'{where} tries', expect['tries'],
                         [one['outcome'] for one in address['tries']])
    details = set(expect) & {'match', 'order', 'pkix', 'results', 'roles',
                             'verify'}
    if first:
        faults += compare_probe(expect, first, host['tlsa'], where)
    elif details and expect != expect | {'match': 'none'}:
        faults.append(f'{where}: no probe')
    for name, wanted in expect.get('senders', {}).items():
        faults += differ(f'{where} {name}', wanted,
                         said_of(name, address['senders']))
    for wanted in expect.get('probe', []):
        leaf = wanted['leaf']
        if leaf not in leaves:
            faults.append(f"{where}: no leaf {leaf}, only "
                          f"{', '.join(leaves) or 'none'}")
            continue
        faults += differ(f'{where} {leaf} outcome', wanted['outcome'],
                         leaves[leaf]['outcome'])
        faults += compare_probe(wanted, leaves[leaf], host['tlsa'],
                                f'{where} {leaf}')
    return faults


def compare_mail(expect, mail, where):
    if mail is None:
        return [f'{where} mail: nothing was asked']
    faults = []
    for key, wanted in expect.items():
        reply, got = mail[key], 'none'
        if reply is not None and reply['code'] is not None:
            got = ' '.join(filter(None, (str(reply['code']),
                                         reply['enhanced'])))
        if got.split()[0] != wanted:
            faults += differ(f'{where} mail.{key}', wanted, got)
    return faults


def compare_probe(expect, probe, tlsa, where):
    faults = []
    match = expect.get('match')
    if match == 'none':
        faults += differ(f'{where} match', None, probe['match'])
    elif match is not None:
        faults += compare_match(match, probe['match'], where)
    if 'verify' in expect:
        error = probe['verify_error']
        faults += differ(f'{where} verify_error', expect['verify'],
                         error and error['name'])
    if 'pkix' in expect:
        pkix = probe['pkix']
        faults += differ(f'{where} pkix', expect['pkix'],
                         pkix and pkix['code'])
    if 'results' in expect:
        faults += compare_results(expect['results'], probe, tlsa, where)
    if 'order' in expect:
        faults += differ(f'{where} path by place sent', expect['order'],
                         [-1 if cert['path'] is None else cert['path']
                          for cert in probe['chain']])
    if 'roles' in expect:
        faults += compare_roles(expect['roles'], probe, where)
    return faults


def compare_match(expect, match, where):
    if match is None:
        return [f'{where} match: expected {expect}, got none']
    faults = []
    for key, wanted in expect.items():
        got = match['name'][key] if key in NAME else match[key]
        faults += differ(f'{where} match.{key}', wanted, got)
    return faults


def compare_results(expect, probe, tlsa, where):
    """Keys are records in text, "*" is all others; "match 1" has a depth."""
    faults, seen = [], set()
    for result in probe['records']:
        rr = tlsa['records'][result['record']]['rr']
        seen.add(rr)
        wanted = expect.get(rr, expect.get('*'))
        if wanted is None:
            faults.append(f'{where} record {rr}: not expected')
            continue
        got = result['result']
        if got == 'match':
            got += f" {result['depth']}"
        faults += differ(f'{where} record {rr}', wanted, got)
    for rr in set(expect) - seen - {'*'}:
        faults.append(f'{where} record {rr}: missing')
    if not seen:
        faults.append(f'{where} records: none')
    return faults


def compare_roles(expect, probe, where):
    """Keys are records in text, "*" is all others."""
    faults = []
    for result in probe['records']:
        wanted = expect.get(result['rr'], expect.get('*'))
        faults += differ(f"{where} role of {result['rr']}", wanted,
                         result['role'])
    for rr in set(expect) - {r['rr'] for r in probe['records']} - {'*'}:
        faults.append(f'{where} record {rr}: missing')
    return faults
