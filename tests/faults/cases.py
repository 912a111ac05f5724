# SPDX-License-Identifier: ISC
"""What runs under faults, and what may come of it."""
import json
import os

# Two that are well, two that are not, two that are nobody's business.
DOMAINS = ('healthy', 'ta-211', 'tlsa-no-match', 'tlsa-none', 'mx-bogus',
           'hosts-one-bad')
# Fewer questions and connections, so that most faults strike what judges.
COMMANDS = ('verify', 'check', 'scan')
OWN, INTERRUPTED = (64, 70), 130
# What is said where something of ours was missing. Findings that rest on a
# lookup that came to nothing do not count.
LACK = 'warning ops-our-lack'

# Libraries that end the process where they get no memory, as they do
# wherever they are used: (what is on stderr or in the backtrace, why).
KNOWN_CRASHES = (
    ('ldns_rdf_set_type: Assertion', 'ldns asserts that it got memory'),
    ('GNU MP: Cannot ', 'gmp, below libunbound, aborts'),
)
# So often nothing is refused by chance: libunbound 1.17 sends again at once
# while the system says that it might; later ones count their tries.
ENDLESS = 1000000
# A crash inside of one of these, where it was refused something itself.
LIBRARIES = ('libunbound', 'libldns', 'libevent', 'libcrypto', 'libssl',
             'libc.so', 'libjansson', 'libidn2', 'libnettle')


class Case:
    """One command for one domain of a lab."""

    def __init__(self, lab, danelaw, command, name):
        self.name, self.command, self.stdin = name, command, b''
        facts = next(f for f in lab.facts['scenarios'] if f['name'] == name)
        self.domain = domain = f'{name}.example'
        words = lab.arguments(facts['connect_port']) + facts['options']
        if command == 'verify':
            for cert in ('healthy', 'e1'):
                with open(lab.path('certs', cert + '.crt'), 'rb') as file:
                    self.stdin += file.read()
            words = ['--json', '--chain', '-', '--dns', '--host',
                     f'mx.{domain}', *words]
        elif command == 'check':
            words = ['--json', '--timeout', '6', *words, domain]
        else:
            self.stdin = domain.encode() + b'\n'
            words = ['--timeout', '6', '--workers', '1', *words, '-']
        self.words = [danelaw, command, *words]

    def __str__(self):
        return f'{self.command} {self.name}'


def reading(case, ended):
    """(exit status, verdict, state, findings), or None: there is no report."""
    try:
        report = json.loads(ended.out.split(b'\n')[0]
                            if case.command == 'scan' else ended.out)
    except ValueError:
        return None
    return reading_of(report, ended.status, case.command)


def reading_of(report, status, command):
    if command == 'verify':
        return status, report['outcome'], None, ()
    if 'error' in report and report.get('verdict') is None:
        return None
    return (status, report['verdict'], report['state'],
            tuple(f'{f["severity"]} {f["id"]}' for f in report['findings']))


def fault_of(case, right, ended):
    """What is wrong with how it ended; None: nothing. A str beginning with
    'known: ' is no fault of danelaw's."""
    if ended.hung():
        return ('known: libunbound sends for ever what is always refused'
                if ended.failed > ENDLESS and is_below(ended, ['libunbound'])
                else 'it hangs')
    if ended.waited:
        return ('known: scan waits until the machine is well again'
                if case.command == 'scan' and ended.status == INTERRUPTED
                else 'it hangs')
    if ended.crashed():
        return blame(ended)
    got = reading(case, ended)
    if got is None:
        if ended.status in OWN and ended.err.strip():
            return None
        if case.command == 'scan' and ended.status in (1, 2, 3):
            return None if b'error' in ended.out else 'no report, no error'
        return f'no report, exit status {ended.status}'
    return wrong(right, got)


def wrong(right, got):
    blames = {f for f in got[3] if f.startswith('critical')} - set(right[3])
    if blames:
        return f'the domain is blamed for {min(blames)}: {got}'
    if got[1] == right[1]:
        return None
    if got[1] == 'defer' and (got[2] == 'unknown' or LACK in got[3]):
        return None
    if got[1] == 'skipped' and got[0] == 3:
        return None
    return f'{right[1]} has become {got[1]}, state {got[2]}, {got[3]}'


def is_below(ended, libraries):
    """Was one of these refused something first?"""
    return any(os.path.basename(place).startswith(tuple(libraries))
               for place in ended.where[:1])


def blame(ended):
    """A crash: whose?"""
    words = ended.err.decode('utf-8', 'replace')
    for text, why in KNOWN_CRASHES:
        if text in words:
            return 'known: ' + why
    if is_below(ended, LIBRARIES):
        library = os.path.basename(ended.where[0].split('+')[0])
        return f'known: a crash after {library} was refused something'
    return f'it crashes, signal {-ended.status}: {words.strip()[-200:]}'
