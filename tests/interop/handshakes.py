# SPDX-License-Identifier: ISC
"""Senders that are told where to go: gnutls-cli shakes hands only, and a
small sender in Go knows the records from the report."""
import glob
import hashlib
import os
import re
import shutil
import subprocess

from labkit.build import command
from place import write
from programs import Sender, run


def shakes_hands(case, ip):
    """Was there a handshake, for all that danelaw saw?"""
    return case.outcomes[ip] in (
        'authenticated', 'encrypted', 'tlsa-mismatch', 'name-mismatch',
        'cert-expired', 'chain-invalid')


def printable(log):
    """As danelaw writes what a server sent."""
    return ''.join(char if char.isprintable() or char == '\n'
                   else f'\\x{ord(char):02x}' for char in log)


class GnutlsCli(Sender):
    """GnuTLS itself. It must end a handshake for the key usage of a
    certificate where a finding says so, and nowhere else."""

    name = 'gnutls-cli'
    predicted_as = 'exim-gnutls'
    package = 'exim4-daemon-light'
    violation = 'Key usage violation in certificate has been detected.'
    unverified = 'Public key signature verification has failed.'
    # It takes the second half of a 220 for TLS, and soon gives up; it reads
    # a reply that came in one packet, and wants one code.
    unfit = ['smtp-slow', 'smtp-banner-slow', 'smtp-ehlo-300-lines',
             'smtp-codes-both-yes']

    def __init__(self, packages, folder):
        self.program = packages.path('usr/bin/gnutls-cli')
        os.makedirs(folder)

    def predict(self, case, ip, sender):
        if case.name in self.unfit or not shakes_hands(case, ip):
            return None
        if sender['why'] in ('DANE attempt failed', self.unverified):
            return 'refuse', None
        found = any(finding['id'].startswith('tls-gnutls-kuv-')
                    for finding in case.findings)
        if found and case.own:
            return 'refuse', sender['why']
        return ('refuse', self.violation) if found else ('deliver', None)

    def send(self, case):
        seen, logs = {}, ''
        for ip, host in case.hosts.items():
            name = host['tlsa']['base'] or host['name']
            own = []
            if case.own:  # the way of Exim to set it: no TLS 1.3 then
                own = ['--priority', 'NORMAL:-VERS-TLS1.3']
                own += ['--x509certfile', case.own[0], '--x509keyfile',
                       case.own[1]]
            log = run([self.program, '--starttls-proto=smtp', '--insecure',
                       '--sni-hostname', name, *own, '-p', '25', ip],
                      stdin=subprocess.DEVNULL)
            if (self.violation in log or self.unverified in log
                    or re.search(r'Received alert \[(40|70)\]', log)):
                seen[ip] = False
            elif 'Handshake was completed' in log:
                seen[ip] = True
            logs += log
        return seen, logs


class Go(Sender):
    """crypto/tls and crypto/x509, without a certificate of its own. What it
    would send in clear, where TLS is no must, tells nothing of them."""

    name = 'go'
    predicted_as = 'go'
    package = 'golang-'

    def __init__(self, packages, folder):
        self.root, = glob.glob(packages.path('usr/lib/go-1.*'))
        self.version = packages.version_of('golang-')
        self.cache = os.path.join(packages.folder, 'go')
        os.makedirs(folder)

    def predict(self, case, ip, sender):
        if case.own or case.policies[ip] == 'may':
            return None
        return sender['outcome'], sender['why']

    def prepare(self, domains):
        """Compiled once, as that takes longer than all the rest. As a
        module that names its version: else crypto/tls behaves as of old."""
        source = os.path.join(os.path.dirname(__file__), 'sender.go')
        with open(source, 'rb') as file:
            digest = hashlib.sha256(file.read()).hexdigest()[:16]
        self.program = os.path.join(self.cache, digest)
        if os.path.exists(self.program):
            return
        module = os.path.join(self.cache, 'module')
        os.makedirs(module, exist_ok=True)
        shutil.copy(source, module)
        write(os.path.join(module, 'go.mod'),
              f'module sender\n\ngo {self.version}\n')
        command(['env', f'GOROOT={self.root}', f'GOCACHE={self.cache}/cache',
                 f'GOPATH={self.cache}', 'GO111MODULE=on', 'GOFLAGS=',
                 'GOTOOLCHAIN=local', 'GOPROXY=off', 'CGO_ENABLED=0',
                 os.path.join(self.root, 'bin/go'), 'build', '-p', '2',
                 '-o', self.program + '.new', '.'], module)
        os.rename(self.program + '.new', self.program)

    def send(self, case):
        seen, logs = {}, ''
        for ip, host in case.hosts.items():
            tlsa = host['tlsa']
            log = run([self.program, f'[{ip}]:25', host['policy'],
                       ','.join(tlsa['references'])]
                      + [record['rr'] for record in tlsa['records']
                         if record['usable']])
            seen[ip] = log.splitlines()[-1] == 'deliver'
            logs += f'{ip}: {printable(log)}'
        return seen, logs
