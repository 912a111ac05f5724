# SPDX-License-Identifier: ISC
"""The zones of tests/e2e/trace: signed by the ldns tools, spoilt on purpose,
in a version for each server."""
import os
import re
import subprocess
import time

DAY = 86400
# Where each name server listens; the last one is fakedns before nsd.
NSD, KNOT, BIND, PDNS, FAKE, FAKE2 = (f'127.1.0.{n}' for n in range(1, 7))
REAL = [NSD, KNOT, BIND, PDNS]
PARENTS = ['127.1.1.2', '127.1.1.3']
ROOT = '127.1.1.1'
BASE = '''$ORIGIN {zone}.
$TTL 300
@ IN SOA ns1.{zone}. hostmaster.{zone}. {serial} 7200 3600 1209600 300
{ns}
@ MX 10 mx
mx A 127.0.0.1
_25._tcp.mx TLSA 3 1 1 {tlsa}
{more}
'''
TIMES = {'expired': (-40, -10), 'early': (10, 30), 'soon': (-20, 1)}


def run(command, cwd):
    done = subprocess.run(command, cwd=cwd, text=True, capture_output=True,
                          timeout=60, check=False)
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)}: {done.stderr.strip()}")
    return done.stdout.strip()


def read(path):
    with open(path, encoding='ascii') as file:
        return file.read()


def write(path, text):
    with open(path, 'w', encoding='ascii') as file:
        file.write(text)


def drop(text, pattern):
    """Without the lines that match, of which there must be some."""
    kept = re.sub(rf'^.*{pattern}.*\n', '', text, flags=re.M)
    if kept == text:
        raise RuntimeError(f'{pattern} matches nothing')
    return kept


def change(text, pattern, by):
    new = re.sub(pattern, by, text, flags=re.M)
    if new == text:
        raise RuntimeError(f'{pattern} matches nothing')
    return new


class Zone:
    """One zone of a row of the table."""

    def __init__(self, folder, name, servers, keys=None):
        self.folder = folder
        self.name = name
        self.servers = servers
        self.keys = [self.new_key(*words)
                     for words in keys or [('ECDSAP256SHA256',)]]

    def new_key(self, algorithm, bits=None):
        command = ['ldns-keygen', '-r', '/dev/urandom', '-a', algorithm, '-k']
        if bits:
            command += ['-b', str(bits)]
        return run(command + [self.name + '.'], self.folder)

    def ds(self, key=None, *options):
        """"TAG ALGORITHM DIGEST HEX"; -1: SHA-1"""
        kind = '-1' if '-1' in options else '-2'
        text = run(['ldns-key2ds', '-n', '-f', kind,
                    (key or self.keys[0]) + '.key'], self.folder)
        return text.split('DS\t')[1].split(';')[0].strip()

    def plain(self, serial=2, more='', tlsa='a' * 64):
        ns = ''.join(f'@ NS ns{i}\nns{i} A {ip}\n'
                     for i, ip in enumerate(self.servers))
        return BASE.format(zone=self.name, serial=serial, ns=ns, tlsa=tlsa,
                           more=more)

    def signed(self, when='good', keys=None, options=(), **plain):
        first, last = TIMES.get(when, (-1, 20))
        now = int(time.time())
        source = os.path.join(self.folder, self.name + '.zone')
        target = os.path.join(self.folder, self.name + '.raw')
        write(source, self.plain(**plain))
        run(['ldns-signzone', '-i', str(now + first * DAY), '-e',
             str(now + last * DAY), '-o', self.name + '.', '-f', target,
             *options, source, *(keys or self.keys)], self.folder)
        return read(target)


# Each makes the text of a zone, spoilt.

def damaged(zone, kind):
    """A signature over records of this type, with one letter changed."""
    def other(match):
        letter = 'A' if match.group(2) != 'A' else 'B'
        return match.group(1) + letter + match.group(3)
    return change(zone.signed(), rf'^(.*\tRRSIG\t{kind} .*\s)(\S)(\S+)$',
                  other)


def contrary(zone):
    """The NSEC of the host says that there is an AAAA record."""
    return drop(drop(zone.signed(more='mx AAAA ::1'), r'\tAAAA\t::1'),
                r'\tRRSIG\tAAAA ')


def other_key(zone):
    return zone.signed(keys=[zone.new_key('ECDSAP256SHA256')])


def foreign_sig(zone):
    """The signature of the TLSA record by a key that is not in the zone."""
    theirs = zone.signed(keys=[zone.new_key('ECDSAP256SHA256')])
    line = re.search(r'^.*\tRRSIG\tTLSA .*\n', theirs, re.M).group()
    return change(zone.signed(), r'^.*\tRRSIG\tTLSA .*\n', line)


SPOILT = {
    'expired': lambda z: z.signed('expired'),
    'early': lambda z: z.signed('early'),
    'soon': lambda z: z.signed('soon'),
    'tlsa-unsigned': lambda z: drop(z.signed(), r'\tRRSIG\tTLSA '),
    'mx-changed': lambda z: change(z.signed(), r'\tMX\t10 ', '\tMX\t20 '),
    'tlsa-damaged': lambda z: damaged(z, 'TLSA'),
    'tlsa-foreign': foreign_sig,
    'keys-unsigned': lambda z: drop(z.signed(), r'\tRRSIG\tDNSKEY '),
    'keys-damaged': lambda z: damaged(z, 'DNSKEY'),
    'keys-gone': lambda z: drop(drop(z.signed(), r'\tDNSKEY\t'),
                                r'\tRRSIG\tDNSKEY '),
    'other-key': other_key,
    'no-nsec': lambda z: drop(drop(z.signed(), r'\tNSEC\t'),
                              r'\tRRSIG\tNSEC '),
    'nsec-damaged': lambda z: damaged(z, 'NSEC'),
    'contrary': contrary,
    'stale': lambda z: z.signed(serial=1, tlsa='b' * 64),
    'unsigned': lambda z: z.plain(),
    'iterations': lambda z: z.signed(options=['-n', '-t', '200']),
    'nsec3': lambda z: z.signed(options=['-n', '-t', '0']),
    'opt-out': lambda z: z.signed(options=['-n', '-t', '0', '-p']),
    'first-key-alone': lambda z: z.signed(keys=z.keys[:1]),
    'both': lambda z: z.signed(options=['-U', '-A']),
    'good': lambda z: z.signed(),
}
