# SPDX-License-Identifier: ISC
"""The programs that danelaw is measured against, from Debian's packages,
unpacked below the build folder and never installed."""
import fcntl
import glob
import os
import subprocess

from labkit.debian import missing_for, unpack
from labkit.scenario import LabError

from .world import RESOLVER, write

PACKAGES = ['unbound', 'postfix', 'gnutls-bin']
# For set-up and services that nobody starts here.
UNWANTED = ('systemd', 'init', 'cron')
PASSWD = '''root:x:0:0::/:/bin/sh
nobody:x:65534:65534::/:/bin/false
postfix:x:9001:9001::/:/bin/false
'''
GROUP = '''root:x:0:
nogroup:x:65534:
postfix:x:9001:
postdrop:x:9002:
'''
MAIN_CF = '''compatibility_level = 3.6
inet_protocols = ipv4
inet_interfaces = 127.0.0.1
myhostname = client.sender.bench
smtp_dns_support_level = dnssec
smtp_tls_security_level = dane
'''


class Peers:
    """Where their programs lie, and how each is called."""

    def __init__(self, build):
        self.folder = os.path.join(build, 'bench-peers')
        self.root = os.path.join(self.folder, 'root')

    def need(self):
        """Unpacks them once; LabError where that cannot be done."""
        with open(self.folder + '.lock', 'w', encoding='ascii') as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if os.path.isdir(self.root):
                return
            os.makedirs(self.folder, exist_ok=True)
            names = set()
            for package in PACKAGES:
                names |= {name for name in missing_for(self.folder, package)
                          if name.startswith('lib')
                          and not name.startswith(UNWANTED)}
            unpack(self.folder, PACKAGES[0], PACKAGES[1:] + sorted(names))

    def why_not(self):
        try:
            self.need()
        except (LabError, OSError, subprocess.TimeoutExpired) as error:
            return ' '.join(str(error).split())
        return None

    def program(self, name):
        return os.path.join(self.root, name)

    def environment(self):
        folders = glob.glob(self.program('usr/lib/*-linux-gnu*'))
        folders += glob.glob(self.program('lib/*-linux-gnu*'))
        return {'LD_LIBRARY_PATH': ':'.join(
            folders + [self.program('usr/lib/postfix')])}

    def furnish(self, world):
        """The files of /etc as they want them, in our mount namespace."""
        folder = world.path('run')
        for text, target in [
                (f'nameserver {RESOLVER}\noptions trust-ad edns0\n',
                 '/etc/resolv.conf'),
                ('127.0.0.1 localhost\n', '/etc/hosts'),
                (PASSWD, '/etc/passwd'), (GROUP, '/etc/group'),
                ('hosts: files dns\npasswd: files\ngroup: files\n',
                 '/etc/nsswitch.conf')]:
            file = write(os.path.join(folder, os.path.basename(target)), text)
            subprocess.run(['mount', '--bind', file,
                            os.path.realpath(target)], check=True)
        anchor = '/usr/share/dns/root.key'
        if os.path.exists(anchor):
            subprocess.run(['mount', '--bind', world.anchor, anchor],
                           check=True)
        write(os.path.join(folder, 'main.cf'), MAIN_CF)
        self.config = folder

    def start(self, world):
        self.unbound = world.start_unbound(
            self.program('usr/sbin/unbound'), self.environment())

    def chill(self, world):
        """Nothing is in the resolver's cache but two zones' keys."""
        world.end(self.unbound)
        self.start(world)

    def finger(self, domain=None):
        words = ['env', f'MAIL_CONFIG={self.config}',
                 f"LD_LIBRARY_PATH={self.environment()['LD_LIBRARY_PATH']}",
                 self.program('usr/sbin/posttls-finger'), '-t', '30', '-T',
                 '30', '-l', 'dane', '-c', '-L', 'summary']
        return words + ([domain] if domain else [])

    def fingers(self, parallel):
        """For domains on standard input, a process each."""
        return ['xargs', '-P', str(parallel), '-n', '1', *self.finger()]

    def danetool(self, host):
        return [self.program('usr/bin/danetool'), '--check', host, '--port',
                '25', '--starttls-proto', 'smtp']


def s_client(ip, host, digest):
    return ['openssl', 's_client', '-starttls', 'smtp', '-connect',
            f'{ip}:25', '-servername', host, '-dane_tlsa_domain', host,
            '-dane_tlsa_rrdata', f'3 1 1 {digest}',
            '-dane_ee_no_namechecks', '-verify_return_error', '-quiet',
            '-no_ign_eof']
