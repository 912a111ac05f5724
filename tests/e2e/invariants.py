# SPDX-License-Identifier: ISC
"""What must hold for every report and every text, whatever the scenario."""
from compare import EXIT, differ

BAD = {'tlsa-mismatch', 'name-mismatch', 'cert-expired', 'chain-invalid',
       'starttls-missing', 'plaintext-injected', 'tls-failed'}
ROLES = {
    'match': {'current-leaf', 'ta-in-path', 'ta-not-sent', 'duplicate'},
    'unusable': {'unusable'},
    'superseded': {'superseded', 'duplicate'},
}
# From harmless to harmful: the state of a domain (doc/interface.md 3).
BADNESS = ['ok', 'warning', 'unknown', 'critical']
SEVERITY = {'info': 'ok', 'warning': 'warning', 'critical': 'critical'}


def check_report(report, status):
    faults = differ('exit status', EXIT[report['state']], status)
    faults += check_findings(report)
    for host in report['hosts']:
        faults += check_host(host)
    if report['verdict'] == 'dane-ok':
        faults += check_good(report)
    return faults + check_clocks(report)


def check_findings(report):
    faults, worst = [], BADNESS.index(report['state'])
    ranks = [BADNESS.index(SEVERITY[f['severity']])
             for f in report['findings']]
    if any(rank > worst for rank in ranks):
        faults.append('state: better than a finding')
    if ranks != sorted(ranks, reverse=True):
        faults.append('findings: not the worst first')
    for finding in report['findings']:
        for key in ('text', 'remedy', 'subject'):
            if '{' in (finding[key] or ''):
                faults.append(f"{finding['id']} {key}: a brace was left")
    return faults


def check_host(host):
    where, tlsa = host['name'], host['tlsa']
    faults = []
    if not host['why']:
        faults.append(f'{where}: no reason is given')
    if host['policy'] == 'dane' and tlsa['status'] != 'usable':
        faults.append(f'{where}: dane without a usable record')
    if host['policy'] == 'dane' and not any(r['usable']
                                            for r in tlsa['records']):
        faults.append(f'{where}: dane, but no record is marked usable')
    if tlsa['status'] == 'not-asked' and tlsa['records']:
        faults.append(f'{where}: records nobody asked for')
    for record in tlsa['records']:
        if record['usable'] == bool(record['reason']):
            faults.append(f"{where}: {record['rr']}: usable, or a reason")
    for address in host['addresses']:
        faults += check_address(address, host)
    return faults


def check_address(address, host):
    where = f"{host['name']} [{address['ip']}]"
    faults = []
    if host['policy'] == 'skip':
        faults += differ(f'{where} outcome', 'skipped', address['outcome'])
        faults += differ(f'{where} probes', [], address['probes'])
    elif not address['probes']:
        faults.append(f'{where}: no probe')
    outcomes = [probe['outcome'] for probe in address['probes']]
    if outcomes and address['outcome'] not in outcomes:
        faults.append(f'{where}: an outcome that no probe had')
    if address['outcome'] == 'authenticated' and BAD.intersection(outcomes):
        faults.append(f'{where}: authenticated, but a probe failed')
    for probe in address['probes']:
        faults += check_probe(probe, host, f"{where} {probe['offer']}")
    return faults


def check_probe(probe, host, where):
    faults, tlsa, match = [], host['tlsa'], probe['match']
    if probe['outcome'] == 'authenticated':
        if host['policy'] != 'dane':
            faults.append(f"{where}: authenticated under {host['policy']}")
        if match is None or probe['verify_error'] is not None:
            faults.append(f'{where}: authenticated without proof')
        if not probe['tls'] or not probe['chain']:
            faults.append(f'{where}: authenticated without TLS')
    if match:
        record = tlsa['records'][match['record']]
        faults += differ(f'{where} match.rr', record['rr'], match['rr'])
        results = {r['record']: r for r in probe['records']}
        faults += differ(f'{where} result of the match', 'match',
                         results[match['record']]['result'])
        if record['rr'].startswith('3 '):
            faults += differ(f'{where} name checked', False,
                             match['name']['checked'])
    for result in probe['records']:
        usable = tlsa['records'][result['record']]['usable']
        if usable == (result['result'] == 'unusable'):
            faults.append(f"{where} record {result['record']}: usable or not")
    faults += check_roles(probe, where)
    if probe['tls'] and host['policy'] == 'dane':
        faults += differ(f'{where} SNI', tlsa['base'], probe['tls']['sni'])
    if (probe['tls'] and tlsa['records']
            and probe['outcome'] != 'not-examined'):
        faults += differ(f'{where} records judged',
                         list(range(len(tlsa['records']))),
                         [r['record'] for r in probe['records']])
    return faults


def check_roles(probe, where):
    """What a record is there for cannot deny how it was judged."""
    faults = []
    for result in probe['records']:
        known = ROLES.get(result['result'])
        if known and result['role'] not in known:
            faults.append(f"{where}: {result['rr']}: {result['result']}, but "
                          f"{result['role']}")
    return faults


def check_clocks(report):
    """The signatures of zones, and whose certificates have dates."""
    faults, clocks = [], report['clocks']
    dated = any(probe['match'] and probe['match']['rr'].startswith('2 ')
                and any(cert['path'] is not None
                        and cert['path'] <= probe['match']['depth']
                        for cert in probe['chain'])
                for host in report['hosts'] if host['policy'] == 'dane'
                for address in host['addresses']
                for probe in address['probes'])
    faults += differ('a certificate whose dates count', dated,
                     clocks['certificate'] is not None)
    ends = [lookup['rrsig_expires'] for lookup in all_lookups(report)
            if lookup['dnssec'] == 'secure' and lookup['rrsig_expires']
            and is_rested_on(report, lookup)]
    faults += differ('the first signature to end', min(ends, default=None),
                     clocks['rrsig'] and clocks['rrsig']['expires'])
    names = {zone['name'] for zone in report['zones']}
    faults += differ('zones named once', len(report['zones']), len(names))
    for lookup in report['mx']['lookups']:
        if lookup['dnssec'] == 'secure' and report['hosts']:
            missing = set(lookup['signers']) - names - {''}
            faults += [f'zones: {name} is missing' for name in missing]
    return faults


def is_rested_on(report, lookup):
    """What was asked only to give advice ends without harm."""
    if lookup['type'] == 'TLSA':
        return (lookup not in report['mx']['lookups']
                and lookup['name'].startswith(f"_{report['port']}."))
    return lookup['type'] != 'TXT'


def all_lookups(report):
    lookups = list(report['mx']['lookups'])
    for part in report['hosts'] + report['zones']:
        lookups += part['lookups']
    return lookups


def check_good(report):
    """dane-ok: nothing that could fail under DANE is left in it."""
    # Without MX records the domain is its own host (RFC 7672 2.2.2).
    want = report['mx']['dnssec'] if report['mx']['source'] == 'implicit' \
        else 'secure'
    faults = differ('mx.dnssec of dane-ok', want, report['mx']['dnssec'])
    for host in report['hosts']:
        for address in host['addresses']:
            if address['outcome'] in BAD | {'skipped'}:
                faults.append(f"dane-ok with {address['outcome']}")
    return faults


def check_text(text, report, status):
    """The text form of the same check; report is that of --json."""
    faults = differ('exit status of the text', EXIT[report['state']], status)
    bad = {byte for byte in text if byte != 10 and not 32 <= byte < 127}
    if bad:
        faults.append('text: raw bytes ' + ' '.join(f'{b:02x}' for b in
                                                    sorted(bad)))
    lines = text.decode('ascii', 'replace').splitlines()
    head = lines[0] if lines else ''
    for word in (report['domain'], report['verdict']):
        if word not in head:
            faults.append(f'text: {word} is not in the first line: {head}')
    whole = '\n'.join(lines)
    for host in report['hosts']:
        if host['name'] not in whole:
            faults.append(f"text: nothing of {host['name']}")
    for finding in report['findings']:
        if finding['severity'] != 'info' and finding['id'] not in whole:
            faults.append(f"text: nothing of {finding['id']}")
    return faults
