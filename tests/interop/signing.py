# SPDX-License-Identifier: ISC
"""A Knot DNS that signs its zones and takes updates with TSIG, and a mail
server, for the tests that change records."""
import base64
import json
import os
import re
import shutil
import subprocess
import time

from labkit.build import Tools
from labkit.lab import free_ports

PATIENCE = 60
SERVER = '127.0.0.1'
HOST = 'mx1.rollover.example'
OWNER = '_25._tcp.' + HOST + '.'
SECRET = base64.b64encode(b'0123456789abcdef0123456789abcdef').decode()
KNOT_CONF = '''server:
    rundir: "{folder}/run"
    listen: {server}@{port}
database:
    storage: "{folder}/db"
log:
  - target: "{folder}/knot.log"
    any: info
key:
  - id: update
    algorithm: hmac-sha256
    secret: {secret}
acl:
  - id: update
    key: update
    action: update
policy:
  - id: test
    algorithm: ecdsap256sha256
    single-type-signing: on
    manual: on
template:
  - id: default
    storage: "{folder}"
    file: "%s.zone"
    zonefile-sync: -1
    zonefile-load: difference-no-serial
    journal-content: all
zone:
  - domain: .
    file: root.zone
    dnssec-signing: on
    dnssec-policy: test
  - domain: rollover.example
    file: rollover.zone
    dnssec-signing: on
    dnssec-policy: test
    acl: update
  - domain: unsigned.example
    file: unsigned.zone
    acl: update
'''
SOA = '@ 60 SOA ns1 hostmaster 1 3600 900 604800 60\n'
ROOT = f'''@ 60 SOA ns1.example. x. 1 3600 900 604800 60
@ 60 NS ns1.example.
ns1.example. 60 A {SERVER}
rollover.example. 60 NS ns1.rollover.example.
ns1.rollover.example. 60 A {SERVER}
unsigned.example. 60 NS ns1.unsigned.example.
ns1.unsigned.example. 60 A {SERVER}
'''
ROLLOVER = SOA + f'''@ 60 NS ns1
ns1 60 A {SERVER}
mx1 60 A {SERVER}
mx2 60 A {SERVER}
_25._tcp.mx2 60 CNAME tlsa.shared
'''
UNSIGNED = SOA + f'''@ 60 NS ns1
ns1 60 A {SERVER}
mx1 60 A {SERVER}
'''
CERTS = '''old:  key=p256 cn="mx1" san=dns:mx1.rollover.example
new:  key=p256 cn="mx1" san=dns:mx1.rollover.example
again: key==new cn="mx1" san=dns:mx1.rollover.example
third: key=p256 cn="mx1" san=dns:mx1.rollover.example
rsa:  key=rsa2048 cn="mx1" san=dns:mx1.rollover.example
'''


class World:
    """Knot with three zones, and a mail server with the old certificate."""

    def __init__(self, build, packages, name='nsupdate', ttl=60):
        self.tools, self.packages = Tools(build), packages
        self.folder = os.path.join(os.path.abspath(build),
                                   f'interop-{name}-work')
        self.ttl = ttl
        self.dns, self.smtp = free_ports(2)
        self.processes = []
        self.mail = None

    def path(self, *parts):
        return os.path.join(self.folder, *parts)

    def write(self, name, text):
        with open(self.path(name), 'w', encoding='ascii') as file:
            file.write(text)
        return self.path(name)

    def run(self, program, *words, given=None):
        path = self.packages.program(program)
        return subprocess.run(
            [path if os.path.exists(path) else os.path.basename(program),
             *words], input=given, text=True, capture_output=True,
            env=self.packages.environment(), timeout=PATIENCE, check=False)

    def start(self):
        shutil.rmtree(self.folder, ignore_errors=True)
        for name in ('run', 'db', 'certs'):
            os.makedirs(self.path(name))
        subprocess.run([self.tools.mkcerts, self.write('certs.spec', CERTS),
                        self.path('certs')], check=True)
        with open(self.path('certs', 'digests.json'),
                  encoding='ascii') as file:
            self.digests = json.load(file)
        self.conf = self.write('knot.conf', KNOT_CONF.format(
            folder=self.folder, server=SERVER, port=self.dns, secret=SECRET))
        self.write('tsig', f'key "update" {{ algorithm hmac-sha256; '
                           f'secret "{SECRET}"; }};\n')
        self.write('wrong', f'key "update" {{ algorithm hmac-sha256; '
                            f'secret "{SECRET[:-4]}AAA="; }};\n')
        below = self.make_keys('rollover.example.')
        self.write('anchor', self.make_keys('.'))
        self.write('root.zone', ROOT + below)
        self.write('rollover.zone',
                   ROLLOVER.replace(' 60 ', f' {self.ttl} '))
        self.write('unsigned.zone', UNSIGNED)
        self.spawn(self.packages.program('usr/sbin/knotd'), '-c', self.conf)
        self.wait(lambda: self.ask('_25._tcp.' + HOST) is not None)
        self.serve(self.path('certs', 'old.key'),
                   self.path('certs', 'old.crt'))

    def serve(self, key, chain):
        """The mail server, instead of the one before."""
        if self.mail is not None:
            self.processes.remove(self.mail)
            self.mail.terminate()
            self.mail.wait(PATIENCE)
        self.mail = self.spawn(
            self.tools.fakesmtpd, self.write('smtp.json', json.dumps(
                {'servers': [{'listen': SERVER, 'port': self.smtp, 'certs': [
                    {'key': key, 'chain': chain}]}]})))

    def make_keys(self, zone):
        """The DS record of the zone."""
        keymgr = 'usr/bin/keymgr'  # from Knot 3.5 on
        if not os.path.exists(self.packages.program(keymgr)):
            keymgr = 'usr/sbin/keymgr'
        made = self.run(keymgr, '-c', self.conf, zone, 'generate', 'ksk=yes',
                        'zsk=yes', 'algorithm=ecdsap256sha256')
        told = self.run(keymgr, '-c', self.conf, zone, 'ds')
        found = re.search(r'DS\s+(\d+ 13 2 \w+)', told.stdout)
        if not found:
            raise OSError(made.stderr + told.stderr)
        return f'{zone} 60 IN DS {found[1]}\n'

    def spawn(self, *words):
        with open(self.path('out'), 'a', encoding='ascii') as out:
            self.processes.append(subprocess.Popen(
                words, stdout=out, stderr=out,
                env=self.packages.environment()))
        return self.processes[-1]

    def wait(self, is_so):
        end = time.monotonic() + PATIENCE
        while not is_so():
            if time.monotonic() > end:
                raise OSError('no answer from Knot')
            time.sleep(0.1)

    def ask(self, name, kind='TLSA'):
        """The data of the records; None: no signed answer yet."""
        done = self.run('usr/bin/drill', '-D', '-p', str(self.dns),
                        '@' + SERVER, name, kind)
        if done.returncode or 'RRSIG' not in done.stdout:
            return None
        rows = [line.split() for line in done.stdout.splitlines()
                if not line.startswith(';')]
        return sorted(' '.join(row[4:7]) + ' ' + ''.join(row[7:])
                      for row in rows if row[3:4] == [kind])

    def stop(self):
        for process in self.processes:
            process.terminate()
        for process in self.processes:
            process.wait(PATIENCE)
