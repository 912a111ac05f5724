#!/usr/bin/python3
# SPDX-License-Identifier: ISC
"""Holds danelaw tlsa against the digests of mkcerts; writes TAP.

usage: tlsa_test.py SOURCE DANELAW MKCERTS DIRECTORY
"""
import json
import os
import subprocess
import sys

sys.dont_write_bytecode = True

HOST = 'mx.verify.example'
OWNER = '_25._tcp.' + HOST + '.'
KINDS = ['leaf', 'rsa', 'ed25519', 'escape']


class Bench:
    def __init__(self, source, danelaw, mkcerts, directory):
        self.source, self.danelaw = source, danelaw
        self.directory = directory
        spec = os.path.join(source, 'testdata', 'verify', 'certs.spec')
        subprocess.run([mkcerts, spec, directory], check=True)
        with open(self.path('digests.json'), encoding='ascii') as file:
            self.digests = json.load(file)
        self.printed = []

    def path(self, name):
        return os.path.join(self.directory, name)

    def chain(self, names):
        path = self.path('chain-' + names.replace(' ', '-') + '.pem')
        with open(path, 'wb') as out:
            for name in names.split():
                with open(self.path(name + '.crt'), 'rb') as file:
                    out.write(file.read())
        return path

    def file(self, name, content):
        with open(self.path(name), 'wb') as file:
            file.write(content)
        return self.path(name)

    def data(self, usage, selector, mtype, name):
        part = 'spki' if selector else 'cert'
        return (f'{usage} {selector} {mtype} '
                + self.digests[name][part][str(mtype)])

    def call(self, *words, given=b''):
        done = subprocess.run([self.danelaw, 'tlsa', *words], input=given,
                              capture_output=True, timeout=60, check=False)
        return done.returncode, done.stdout.decode(), done.stderr.decode()

    def lines(self, *words, given=b'', warns=False):
        """The records without comments."""
        status, out, err = self.call(*words, given=given)
        if status or bool(err) != warns:
            raise ValueError(f'exit status {status}, stderr {err!r}')
        if any(not (' ' <= c <= '~' or c in '\n\t') for c in out):
            raise ValueError('what a terminal should not see')
        return [line.split(';')[0].rstrip() for line in out.splitlines()
                if not line.startswith(';')]


def same(have, want):
    if have != want:
        yield f'have {have}'
        yield f'want {want}'


def every_kind(bench):
    """Each record for each certificate, in each form."""
    for name in KINDS:
        chain = bench.chain(name + ' inter')
        for usage, of in ((3, name), (2, 'inter')):
            for number in range(6):
                selector, mtype = number // 3, number % 3
                rr = bench.data(usage, selector, mtype, of)
                words = ['--host', HOST, '--chain', chain, '--usage',
                         str(usage), '--selector', str(selector), '--mtype',
                         str(mtype)]
                plain = selector == 1 and mtype == 1
                yield from same(bench.lines(*words, warns=not plain),
                                [f'{OWNER} 3600 IN TLSA {rr}'])
                yield from same(bench.lines(*words, '-q'),
                                [f'{OWNER} 3600 IN TLSA {rr}'])
                hexed = f'0{usage}0{selector}0{mtype}' + rr[6:]
                yield from same(
                    bench.lines(*words, '-q', '--format', 'rfc3597'),
                    [f'{OWNER} 3600 IN TYPE52 \\# {len(hexed) // 2} {hexed}'])
                status, out, err = bench.call(*words, '--json')
                bench.printed.append(json.loads(out))
                yield from same(
                    (status, bench.printed[-1]['hosts'][0]['records'][0]['rr']
                     , bool(err)), (0, rr, not plain))


def every_key(bench):
    for name in KINDS:
        rr = bench.data(3, 1, 1, name)
        key = bench.path(name + '.key')
        for option in ('--key', '--next'):
            yield from same(bench.lines('--host', HOST, option, key),
                            [f'{OWNER} 3600 IN TLSA {rr}'])


def several(bench):
    def rrs(*words):
        return [line.split(' ', 4) for line in bench.lines(*words)]

    two = ['--chain', bench.chain('leaf inter'), '--chain',
           bench.chain('rsa inter'), '--issuer']
    want = [bench.data(3, 1, 1, 'leaf'), bench.data(2, 1, 1, 'inter'),
            bench.data(3, 1, 1, 'rsa')]
    yield from same(
        rrs('--host', HOST, *two, '--ttl', '60', '--port', '465'),
        [['_465._tcp.' + HOST + '.', '60', 'IN', 'TLSA', rr]
         for rr in want])
    hosts = ['--host', 'MX.Verify.Example.', '--host', 'a.bücher.example']
    names = [OWNER, '_25._tcp.a.xn--bcher-kva.example.']
    both = ['--chain', bench.chain('leaf'), '--key', bench.path('leaf.key'),
            '--next', bench.path('next.key')]
    want = [bench.data(3, 1, 1, 'leaf'), bench.data(3, 1, 1, 'next')]
    yield from same(rrs(*hosts, *both),
                    [[name, '3600', 'IN', 'TLSA', rr]
                     for name in names for rr in want])


def comments(bench):
    chain = bench.chain('leaf inter')
    status, out, err = bench.call('--host', HOST, '--chain', chain,
                                  '--issuer')
    yield from same((status, err), (0, ''))
    for part in (f'; {HOST}, from {chain}: CN={HOST}, EC P-256, until 20',
                 '\t; this key\n',
                 '\t; the issuer CN=Verify Issuer, sent at place 1, until '):
        if part not in out:
            yield f'{part!r} is not in {out!r}'


def calls(bench):
    """(what, words, input, exit status, a part of the output)"""
    with open(bench.chain('leaf inter'), 'rb') as file:
        pem = file.read()
    with open(bench.path('leaf.key'), 'rb') as file:
        key = file.read()
    der = bytes.fromhex(bench.digests['leaf']['cert']['0'])
    host = ['--host', HOST]
    stdin = host + ['--chain', '-']
    encrypted = (b'-----BEGIN ENCRYPTED PRIVATE KEY-----\nMDAwMA==\n'
                 b'-----END ENCRYPTED PRIVATE KEY-----\n')
    return [
        ('standard input', stdin, pem, 0, 'from standard input'),
        ('a key before it', stdin, key + pem, 0, 'TLSA 3 1 1'),
        ('DER', stdin, der, 0, bench.data(3, 1, 1, 'leaf')),
        ('half a DER', stdin, der[:-1], 64, 'no certificate'),
        ('nothing', stdin, b'', 64, 'standard input: it is empty'),
        ('an empty file', host + ['--key', bench.file('empty', b'')], b'',
         64, '/empty: it is empty'),
        ('garbage', stdin, bytes(range(256)) * 64, 64, 'no certificate'),
        ('only a key', stdin, key, 64, 'no certificate'),
        ('an encrypted key', host + ['--key', '-'], encrypted, 64,
         'is encrypted'),
        ('a certificate as key', host + ['--key', '-'], pem, 64,
         'a certificate: that is for --chain'),
        ('a certificate as request', host + ['--csr', '-'], pem, 64,
         'no certificate request'),
        ('too long', stdin, b'x' * ((1 << 20) + 1), 64, 'more than 1048576'),
        ('a file that is not there', host + ['--key', '/nowhere\x1b'], b'',
         64, 'No such file'),
        ('the issuer first', host + ['--chain', bench.chain('inter leaf')],
         b'', 64, 'the server\'s own must come first'),
        ('no issuer', host + ['--issuer', '--chain', bench.chain('leaf')],
         b'', 64, 'CN=Verify Issuer, is not in it'),
        ('self-signed', host + ['--issuer', '--chain', bench.chain('root')],
         b'', 64, 'its own issuer'),
        ('an issuer by name alone', host + ['--issuer', '--chain',
                                            bench.chain('badsig inter')],
         b'', 64, 'is of no use to ' + HOST),
        ('an issuer, and another name', ['--host', 'mx2.verify.example',
                                         '--issuer', '--chain',
                                         bench.chain('leaf inter')],
         b'', 64, 'for another name'),
        ('an issuer, and it is over', host + ['--issuer', '--chain',
                                              bench.chain('expired inter')],
         b'', 64, 'expired'),
        ('over, but under usage 3 that does not count',
         host + ['--chain', bench.chain('expired inter')], b'', 0,
         bench.data(3, 1, 1, 'expired')),
        ('chain and key that are no pair', host + [
            '--chain', bench.chain('leaf'), '--key', bench.path('next.key')],
         b'', 64, 'next.key: this is not the key of the certificate'),
        ('usage 1', stdin + ['--usage', '1'], pem, 64, 'RFC 7672 3.1.3'),
        ('usage 4', stdin + ['--usage', '4'], pem, 64, 'from 0 to 3'),
        ('selector 2', stdin + ['--selector', '2'], pem, 64, 'from 0 to 1'),
        ('the certificate of a key', host + [
            '--selector', '0', '--key', bench.path('leaf.key')], b'', 64,
         'take selector 1'),
        ('no host', ['--chain', '-'], pem, 64, 'for which mail host'),
        ('no source', host, b'', 64, 'of what?'),
        ('host is an address', ['--host', '192.0.2.1', '--chain', '-'], pem,
         64, 'need the name of a host'),
        ('host in brackets', ['--host', '[mx.example]', '--chain', '-'], pem,
         64, 'need the name of a host'),
        ('host with a line end', ['--host', 'a\nb', '--chain', '-'], pem, 64,
         'host "a\\x0ab"'),
        ('host too long for its records', [
            '--host', '.'.join(['a' * 62] * 4), '--chain', '-'], pem, 64,
         'longer than 253'),
        ('an operand', stdin + ['fullchain.pem'], pem, 64, 'by options'),
        ('what may go, without a look', stdin + ['--drop'], pem, 64,
         'needs --current'),
        ('what may go, without a script', stdin + ['--drop', '--current'],
         pem, 64, 'nsupdate'),
        ('live is no name', ['--live', '192.0.2.1'], b'', 64,
         'live "192.0.2.1": TLSA records need'),
        ('a resolver that is not there', host + [
            '--current', '--key', bench.path('leaf.key'), '--resolver',
            '127.0.0.1@1'], b'', 3, None),
        ('two formats', stdin + ['--json', '--format', 'zone'], pem, 64,
         'only one of them'),
        ('no such format', stdin + ['--format', 'tinydns'], pem, 64,
         'zone|'),
        ('help', ['--help'], b'', 0, '--issuer'),
    ]


def call_faults(bench, words, given, want, part):
    status, out, err = bench.call(*words, given=given)
    if status != want:
        yield f'exit status {status}'
    if want == 64:
        lines = err.splitlines()
        if out or len(lines) != 1 or not lines[0].startswith('danelaw: '):
            yield f'stdout {out!r}, stderr {err!r}'
        if not all(' ' <= c <= '~' for c in err.rstrip('\n')):
            yield f'stderr is not for a terminal: {err!r}'
        out = err
    elif err and part is not None:
        yield f'stderr {err!r}'
    if part is not None and part not in out:
        yield f'{part!r} is not in {out[:200]!r}'


def closed_pipe(bench):
    """What cannot be written is told."""
    with open('/dev/full', 'w', encoding='ascii') as full:
        done = subprocess.run(
            [bench.danelaw, 'tlsa', '--host', HOST, '--chain',
             bench.chain('leaf')], stdout=full, stderr=subprocess.PIPE,
            timeout=60, check=False)
    yield from same((done.returncode, b'standard output' in done.stderr),
                    (70, True))


def verified(bench):
    """What is made passes where it is to be held against."""
    out = bench.lines('--host', HOST, '--chain', bench.chain('leaf inter'),
                      '--issuer')
    for line in out:
        done = subprocess.run(
            [bench.danelaw, 'verify', '--host', HOST, '--chain',
             bench.chain('leaf inter'), '--tlsa',
             line.split('TLSA ')[1]], capture_output=True, timeout=60,
            check=False)
        yield from same(done.returncode, 0)


def schema_faults(bench):
    path = bench.path('printed.json')
    with open(path, 'w', encoding='utf-8') as file:
        json.dump(bench.printed, file)
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
    results = [guarded(test.__name__, test(bench)) for test in (
        every_kind, every_key, several, comments, verified, closed_pipe,
        schema_faults)]
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
