# SPDX-License-Identifier: ISC
"""Scenarios: one TOML file each, and what the words in braces stand for.

A file of testdata/lab/ holds what (one sentence), the zones, the mail
servers, the DNS faults, the options for danelaw and what is to be expected.
testdata/lab/README explains every key.
"""
import os
import re
import tomllib

from .missing import LabError

KEYS = {
    '': {'what', 'rules', 'openssl', 'ed448', 'domain', 'own_port', 'zone', 'server', 'dns', 'options',
         'expect'},
    'zone': {'name', 'sign', 'lines', 'edit'},
    'expect': {'verdict', 'state', 'mx', 'source', 'findings', 'absent',
               'host', 'not_asked', 'domain', 'port'},
    'host': {'name', 'dnssec', 'policy', 'tlsa', 'status', 'base', 'address',
             'preference', 'references'},
    'address': {'ip', 'outcome', 'match', 'results', 'roles', 'verify',
                'probe', 'order', 'pkix', 'mail', 'tries',
                'senders'},
    'probe': {'leaf', 'outcome', 'match', 'results', 'roles', 'verify',
              'order', 'pkix'},
    'match': {'rr', 'depth', 'how', 'checked', 'reference', 'presented',
              'source', 'san', 'wildcard'},
}
PLACEHOLDER = re.compile(r'\{([a-z0-9]+)(?::([A-Za-z0-9.-]+))?\}')
CERT_FILE = re.compile(r'\{certfiles?(?::([A-Za-z0-9.-]+))?\}')
SIGN = {'signed', 'unsigned', 'missing-ds', 'wrong-ds', 'expired', 'not-yet',
        'expiring', 'long', 'online', 'ended', 'ahead', 'bogus', 'no-nsec', 'nsec3',
        'nsec3-optout', 'alg7', 'ed448', 'sha1ds', 'unknown-ds', 'unknown-alg'}
NSEC3 = re.compile(r'nsec3-[0-9]{1,4}')
DIGEST = {
    'cert': ('cert', '1'), 'cert512': ('cert', '2'), 'certder': ('cert', '0'),
    'spki': ('spki', '1'), 'spki512': ('spki', '2'), 'spkider': ('spki', '0'),
}


class Scenario:
    """One scenario; its number gives it loopback addresses of its own."""

    def __init__(self, path, number):
        self.path = path
        self.name = os.path.splitext(os.path.basename(path))[0]
        self.number = number
        with open(path, 'rb') as file:
            try:
                self.raw = tomllib.load(file)
            except tomllib.TOMLDecodeError as error:
                raise LabError(f'{path}: {error}') from error
        self._check()

    def _check(self):
        check_keys(self.path, '', self.raw)
        for key in ('what', 'expect'):
            if key not in self.raw:
                raise LabError(f'{self.path}: no {key}')
        for zone in self.raw.get('zone', []):
            check_keys(self.path, 'zone', zone)
        for zone in self.raw.get('zone', []):
            sign = zone.get('sign', 'signed')
            if sign not in SIGN and not NSEC3.fullmatch(sign):
                raise LabError(f"{self.path}: sign = {zone['sign']!r}")
        expect = self.raw['expect']
        check_keys(self.path, 'expect', expect)
        for host in expect.get('host', []):
            check_keys(self.path, 'host', host)
            for address in host.get('address', []):
                check_keys(self.path, 'address', address)
                self._check_probe(address)
                for probe in address.get('probe', []):
                    check_keys(self.path, 'probe', probe)
                    self._check_probe(probe)

    def _check_probe(self, probe):
        match = probe.get('match', 'none')
        if isinstance(match, dict):
            check_keys(self.path, 'match', match)
        elif match != 'none':
            raise LabError(f'{self.path}: match is "none" or a table')

    @property
    def what(self):
        return self.raw['what']

    def fits(self, version, ed448):
        """Is it for this version of OpenSSL, (3, 5), and for a libunbound
        that knows Ed448, or not? "openssl" and "ed448" may say."""
        if self.raw.get('ed448', ed448) != ed448:
            return False
        wanted = self.raw.get('openssl')
        if wanted is None:
            return True
        match = re.fullmatch(r'(<|>=) (\d+)\.(\d+)', wanted)
        if not match:
            raise LabError(f'{self.path}: openssl = {wanted!r}')
        bound = int(match.group(2)), int(match.group(3))
        return (version < bound) == (match.group(1) == '<')

    @property
    def own_port(self):
        """Needs a port of its own: the lab has only one ::1."""
        return self.raw.get('own_port', False)

    def ip(self, index):
        return f'127.{16 + self.number // 200}.{self.number % 200 + 1}.{index}'

    def fill(self, value, digests):
        """The value with all its {words} replaced, at any depth."""
        if isinstance(value, dict):
            return {self.fill(k, digests): self.fill(v, digests)
                    for k, v in value.items()}
        if isinstance(value, list):
            return [self.fill(v, digests) for v in value]
        if not isinstance(value, str):
            return value
        return PLACEHOLDER.sub(lambda m: self._word(m, digests), value)

    def _word(self, match, digests):
        word, arg = match.groups()
        if word in DIGEST and arg:
            if arg not in digests:
                raise LabError(f'{self.path}: no certificate {arg!r}')
            part, mtype = DIGEST[word]
            return digests[arg][part][mtype]
        if word == 'name' and not arg:
            return self.name
        if word == 'domain' and not arg:
            return self.domain
        if re.fullmatch('ip[1-9]', word) and not arg:
            return self.ip(int(word[2]))
        raise LabError(f'{self.path}: {match.group(0)} stands for nothing')

    @property
    def domain(self):
        domain = self.raw.get('domain', '{name}.example')
        return PLACEHOLDER.sub(
            lambda m: self.name if m.group(1) == 'name' else
            self._word(m, {}), domain)

    def zones(self, digests):
        """[{name, sign, lines, edit}]; a name without a dot is a child of
        the lab's top-level domain."""
        zones = []
        for i, raw in enumerate(self.raw.get('zone', [])):
            zone = self.fill(raw, digests)
            name = zone.get('name', self.name if i == 0 else None)
            if name is None:
                raise LabError(f'{self.path}: zone {i + 1} has no name')
            if '.' not in name:
                name += '.example'
            zones.append({'name': name, 'sign': zone.get('sign', 'signed'),
                          'lines': zone.get('lines', ''),
                          'edit': zone.get('edit', []), 'path': self.path})
        return zones

    def servers(self, digests, certs):
        """The scenario's part of the mail servers' configuration."""
        return [server_config(self.fill(raw, digests), self, certs)
                for raw in self.raw.get('server', [])]

    def rules(self, digests):
        """Lines for fakedns: "TYPE NAME ACTION", names of this lab only."""
        rules = self.fill(self.raw.get('dns', []), digests)
        for rule in rules:
            words = rule.split()
            if len(words) < 3 or not words[1].endswith('.example'):
                raise LabError(f'{self.path}: rule for no zone of the lab: '
                               + rule)
        return rules

    def options(self, digests, certs):
        """Options may also name the files of certificates."""
        return [self.fill(CERT_FILE.sub(
            lambda m: certs + (f'/{m.group(1)}.crt' if m.group(1) else ''),
            option), digests) for option in self.raw.get('options', [])]

    def expect(self, digests):
        return self.fill(self.raw['expect'], digests)


def check_keys(path, table, entry):
    unknown = set(entry) - KEYS[table]
    if unknown:
        where = f' in {table}' if table else ''
        raise LabError(f'{path}: unknown key{where}: {min(unknown)}')


def cert_entry(entry, certs):
    """A certificate and the issuers sent with it, by their names."""
    name = entry['cert']
    chain = [name] + entry.get('chain', [])
    return {'key': f'{certs}/{name}.key',
            'chain': [f'{certs}/{link}.crt' for link in chain]}


def server_config(raw, scenario, certs):
    """What fakesmtpd reads, with the common answers filled in."""
    server = {'listen': [scenario.ip(1)]}
    name = f'mx.{scenario.name}.example'
    if not raw.get('blackhole'):
        server |= {'banner': f'220 {name} ESMTP',
                   'ehlo': [name, 'PIPELINING', 'SIZE 1000000', 'STARTTLS'],
                   'starttls': '220 2.0.0 Ready to start TLS',
                   'certs': []}
    return server | server_keys(raw, certs)


def server_keys(raw, certs):
    """Those of a server, or of its "then"; certificates become files."""
    server = {}
    if 'cert' in raw:
        raw['certs'] = [{'cert': raw.pop('cert'),
                         'chain': raw.pop('chain', [])}]
    for key, value in raw.items():
        if value == 'none':
            server[key] = None
        elif key == 'then':
            server[key] = server_keys(value, certs)
        elif key == 'certs':
            server[key] = [cert_entry(entry, certs) for entry in value]
        elif key == 'sni':
            server[key] = {sni: [cert_entry(entry, certs) for entry in entries]
                           for sni, entries in value.items()}
        else:
            server[key] = value
    return server


def load_all(folder):
    """All scenarios of a folder by name, numbered in that order."""
    paths = sorted(os.path.join(folder, file) for file in os.listdir(folder)
                   if file.endswith('.toml'))
    return [Scenario(path, number) for number, path in enumerate(paths)]
