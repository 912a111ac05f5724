#!/usr/bin/python3
# SPDX-License-Identifier: ISC
"""Holds danelaw verify against verify_rows.py and an oracle; writes TAP.

usage: verify_test.py SOURCE DANELAW ORACLE MKCERTS DIRECTORY
"""
import json
import os
import subprocess
import sys
import time

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from verify_rows import HOST, ROWS, UNUSABLE

LETTERS = {'match': 'm', 'no-match': '-', 'unusable': 'u', 'superseded': 's'}
STATUS = {'authenticated': 0, 'encrypted': 1}
DAY = 86400


class Bench:
    def __init__(self, source, danelaw, oracle, mkcerts, directory):
        self.source = source
        self.danelaw = danelaw
        self.oracle = oracle
        self.directory = directory
        spec = os.path.join(source, 'testdata', 'verify', 'certs.spec')
        subprocess.run([mkcerts, spec, directory], check=True)
        with open(self.path('digests.json'), encoding='ascii') as file:
            self.digests = json.load(file)
        self.probes = []

    def path(self, name):
        return os.path.join(self.directory, name)

    def pem(self, name):
        with open(self.path(name + '.crt'), 'rb') as file:
            return file.read()

    def chain(self, names):
        path = self.path('chain-' + names.replace(' ', '-') + '.pem')
        with open(path, 'wb') as file:
            file.write(b'between\n'.join(map(self.pem, names.split())))
        return path

    def record(self, text):
        usage, selector, mtype, data = text.split()
        if data.startswith('='):
            data = data[1:]
        else:
            part = 'spki' if selector == '1' else 'cert'
            of = self.digests[data.rstrip('~')][part]
            spoilt = data.endswith('~')
            data = of.get(mtype, of['1'])
            if spoilt:
                data = data[:-1] + ('0' if data[-1] != '0' else '1')
        return f'{usage} {selector} {mtype} {data}'

    def call(self, *words, given=b''):
        done = subprocess.run([self.danelaw, 'verify', *words], input=given,
                              capture_output=True, timeout=60, check=False)
        return done.returncode, done.stdout, done.stderr

    def ask_oracle(self, row, host, records, plain):
        words = ['-e'] * row.ee_names + ['-p'] * plain
        if row.days:
            words += ['-t', str(int(time.time()) + row.days * DAY)]
        names = ','.join([host] + row.references)
        done = subprocess.run(
            [self.oracle, *words, self.chain(row.chain), names, *records],
            capture_output=True, timeout=60, check=True)
        return done.stdout.decode().strip()

    def row_faults(self, row):
        records = [self.record(text) for text in row.tlsa]
        words = ['--host', row.host, '--chain', self.chain(row.chain)]
        for record in records:
            words += ['--tlsa', record]
        for name in row.references:
            words += ['--reference', name]
        words += ['--ee-names'] * row.ee_names
        if row.days:
            words += ['--at', f'+{row.days}d']
        status, out, err = self.call(*words, '--json')
        if err:
            yield f'stderr: {err!r}'
        probe = json.loads(out)
        self.probes.append(probe)
        yield from self.probe_faults(row, probe, status)
        host = (row.host.encode('idna').decode().lower().rstrip('.'))
        yield from self.oracle_faults(row, host, records, probe)
        yield from text_faults(host, probe, status, self.call(*words))

    def probe_faults(self, row, probe, status):
        error, match = probe['verify_error'], probe['match']
        have = {
            'outcome': probe['outcome'],
            'code': error['code'] if error else 0,
            'depth': match['depth'] if match else None,
            'status': status,
        }
        want = {
            'outcome': row.outcome,
            'code': row.code,
            'depth': row.depth,
            'status': STATUS.get(row.outcome, 2),
        }
        if row.results:
            have['results'] = ''.join(
                LETTERS[record['result']] for record in probe['records'])
            want['results'] = row.results
        yield from role_faults(probe)
        for key, value in want.items():
            if have[key] != value:
                yield f'{key}: want {value}, have {have[key]}'

    def oracle_faults(self, row, host, records, probe):
        for plain in (False, True):
            if plain and not row.plain:
                continue
            said = self.ask_oracle(row, host, records, plain)
            error, match = probe['verify_error'], probe['match']
            code = error['code'] if error else 0
            depth = match['depth'] if match else -1
            # A key that is too weak hides the match from OpenSSL.
            if code == 66:
                depth = -1
            have = f'{code} {depth}'
            if row.outcome == UNUSABLE:
                have = 'unusable'
            if said != have:
                yield f'OpenSSL (plain {plain}): {said}, have {have}'


def role_faults(probe):
    """What a record is there for agrees with what became of it."""
    roles = {
        'match': ('current-leaf', 'ta-in-path', 'ta-not-sent', 'duplicate'),
        'unusable': ('unusable',),
        'superseded': ('superseded', 'duplicate'),
    }
    for record in probe['records']:
        fitting = roles.get(record['result'])
        if fitting and record['role'] not in fitting:
            yield f'role {record["role"]} of a {record["result"]}'


def text_faults(host, probe, status, called):
    text_status, out, err = called
    text = out.decode()
    if (text_status, err) != (status, b''):
        yield f'text: exit status {text_status}, stderr {err!r}'
    if not text.startswith(f'{host}: {probe["outcome"]} - '):
        yield f'text begins: {text[:60]!r}'
    if any(not (' ' <= c <= '~' or c == '\n') for c in text):
        yield 'text holds what a terminal should not see'
    error = probe['verify_error']
    if error and error['name'] not in text:
        yield f'text does not tell {error["name"]}'


def calls(bench):
    """(what, words, input, exit status, a part of the output)"""
    leaf = bench.record('3 1 1 leaf')
    chain = bench.chain('leaf inter')
    with open(chain, 'rb') as file:
        pem = file.read()
    der = b''.join(
        bytes.fromhex(bench.digests[name]['cert']['0'])
        for name in ('leaf', 'inter'))
    with open(bench.path('leaf.key'), 'rb') as file:
        key = file.read()
    base = ['--host', HOST, '--chain', chain]
    stdin = ['--host', HOST, '--chain', '-']
    fine = ['--tlsa', leaf]
    issuer = ['--tlsa', bench.record('2 1 1 inter')]
    broken = pem.replace(b'MII', b'M!I', 1)
    return [
        ('standard input', stdin + fine, pem, 0, HOST + ': authenticated'),
        ('a key and text are passed over', stdin + fine,
         b'hello\n' + key + pem, 0, 'authenticated'),
        ('DER', stdin + issuer, der, 0, 'matches depth 1'),
        ('half a DER', stdin + fine, der[:-1], 64, 'no certificate'),
        ('nothing', stdin + fine, b'', 64, 'no certificate'),
        ('garbage', stdin + fine, bytes(range(256)) * 64, 64,
         'no certificate'),
        ('only a key', stdin + fine, key, 64, 'no certificate'),
        ('broken PEM', stdin + fine, broken, 64, 'cannot be read'),
        ('PEM cut off', stdin + fine, pem[:200], 64, 'cannot be read'),
        ('too many certificates', stdin + fine, pem * 65, 64,
         'more than 64 certificates'),
        ('too long', stdin + fine, b'x' * (1 << 20) + b'x', 64,
         'more than 1048576 bytes'),
        ('a file that is not there',
         ['--host', HOST, '--chain', chain + '.not'] + fine, b'', 64,
         'No such file'),
        ('a directory', ['--host', HOST, '--chain', bench.directory] + fine,
         b'', 64, 'Is a directory'),
        ('no host', ['--chain', chain] + fine, b'', 64, 'which mail host'),
        ('no chain', ['--host', HOST] + fine, b'', 64, 'which certificates'),
        ('no records', base, b'', 64, 'which records'),
        ('two sources', base + fine + ['--dns'], b'', 64, 'only one of them'),
        ('a record not in quotes', base + ['--tlsa'] + leaf.split(), b'', 64,
         'must be one word'),
        ('host is an address', ['--host', '192.0.2.1', '--chain', chain]
         + fine, b'', 64, 'need the name of a host'),
        ('host is no name', ['--host', 'a..b', '--chain', chain] + fine, b'',
         64, 'host "a..b"'),
        ('host with an escape', ['--host', 'a\x1b[2J', '--chain', chain]
         + fine, b'', 64, 'host "a\\x1b[2J"'),
        ('reference is no name', base + fine + ['--reference', '-'], b'', 64,
         'reference "-"'),
        ('a record without data', base + ['--tlsa', '3 1 1'], b'', 64,
         'no data'),
        ('a record of words', base + ['--tlsa', 'three one one'], b'', 64,
         'usage is not a number'),
        ('usage 256', base + ['--tlsa', '256 1 1 ab'], b'', 64,
         'usage is not a number'),
        ('odd digits', base + ['--tlsa', '3 1 1 abc'], b'', 64, 'odd'),
        ('no hex', base + ['--tlsa', '3 1 1 xyz'], b'', 64, 'hexadecimal'),
        ('one bad record of two', base + fine + ['--tlsa', '3 1'], b'', 64,
         'record "3 1"'),
        ('too many records', base + fine * 1501, b'', 64, 'more than 1500'),
        ('folded as in a zone', base
         + ['--tlsa', f'3 1 1 (\n\t{leaf[6:40]}\n\t{leaf[40:].upper()} )'],
         b'', 0, 'authenticated'),
        ('a line of a zone, by RFC 7218', base
         + ['--tlsa', f'_25._tcp.x. 9 IN TLSA DANE-EE SPKI SHA2-256 {leaf[6:]}'],
         b'', 0, 'authenticated'),
        ('RFC 3597', base + ['--tlsa', f'\\# 35 030101{leaf[6:]}'], b'', 0,
         'authenticated'),
        ('a zone file', base + ['--zone', '-'],
         f'$ORIGIN {HOST}.\n_25._tcp TLSA ( {leaf} ; the key\n )\n'.encode(),
         0, 'authenticated'),
        ('a zone file without the host', base + ['--zone', '-'],
         f'_25._tcp.x. TLSA {leaf}\n'.encode(), 64,
         'there is no TLSA record of _25._tcp.' + HOST),
        ('no zone file', base + ['--zone', chain + '.not'], b'', 64,
         'No such file'),
        ('zone and records', base + fine + ['--zone', '-'], b'', 64,
         'only one of them'),
        ('one standard input for two', stdin + ['--zone', '-'], pem, 64,
         'only one of them can be -'),
        ('no time', base + fine + ['--at', 'then'], b'', 64, 'at "then"'),
        ('an option of check has no effect', base + fine
         + ['--connect-port', '10025', '--helo', 'x.example'], b'', 0,
         'authenticated'),
        ('an option of nobody', base + fine + ['--nope'], b'', 64,
         'no such option'),
        ('port in the owner name', base + ['--port', '465', '--tlsa',
                                           bench.record('3 1 1 next')],
         b'', 2, '_465._tcp.' + HOST),
        ('quiet', base + fine + ['-q'], b'', 0, HOST + ': authenticated'),
        ('verbose', base + fine + ['-v'], b'', 0, 'issuer CN=Verify Issuer'),
        ('help', ['--help'], b'', 0, '--ee-names'),
        ('version', ['--version'], b'', 0, 'OpenSSL'),
    ]


def call_faults(bench, words, given, want, part):
    status, out, err = bench.call(*words, given=given)
    if status != want:
        yield f'exit status {status}'
    if want == 64:
        lines = err.decode().splitlines()
        if out or len(lines) != 1 or not lines[0].startswith('danelaw: '):
            yield f'stdout {out!r}, stderr {err!r}'
        out = err
    elif err:
        yield f'stderr {err!r}'
    if part not in out.decode():
        yield f'{part!r} is not in {out.decode()[:200]!r}'


def schema_faults(bench):
    path = bench.path('probes.json')
    with open(path, 'w', encoding='utf-8') as file:
        json.dump(bench.probes, file)
    done = subprocess.run(
        [os.path.join(bench.source, 'tools', 'check-schema'), path],
        capture_output=True, check=False)
    yield from done.stdout.decode().splitlines()
    yield from done.stderr.decode().splitlines()


def guarded(what, faults):
    """A result, whatever happens in between."""
    try:
        return what, list(faults)
    except (OSError, ValueError, KeyError, subprocess.SubprocessError) as why:
        return what, [repr(why)]


def main(arguments):
    bench = Bench(*arguments)
    results = [guarded(row.why, bench.row_faults(row)) for row in ROWS]
    results.append(guarded('schema', schema_faults(bench)))
    results += [guarded('call: ' + what, call_faults(bench, *rest))
                for what, *rest in calls(bench)]
    print(f'1..{len(results)}')
    for i, (what, faults) in enumerate(results):
        print(f'{"not " * bool(faults)}ok {i + 1} - {what}')
        for fault in faults:
            print('# ' + fault)
    return 1 if any(faults for _, faults in results) else 0


if __name__ == '__main__':
    sys.exit(main(sys.argv[1:]))
