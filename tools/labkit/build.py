# SPDX-License-Identifier: ISC
"""Makes all that a lab needs on disk: nsd, certificates, zones, servers."""
import fcntl
import glob
import hashlib
import json
import os
import re
import shutil
import subprocess
import time

from .scenario import LabError, load_all
from .zones import Signer

SOURCE = os.path.dirname(os.path.dirname(os.path.dirname(
    os.path.abspath(__file__))))
TESTDATA = os.path.join(SOURCE, 'testdata', 'lab')
FRESH = 12 * 3600
TLD = 'ns A 127.0.0.1\n'


class Tools:
    """The programs a lab is made of, from one meson build folder."""

    def __init__(self, build):
        self.build = os.path.abspath(build)
        self.package = os.path.join(self.build, 'lab-nsd')
        self.mkcerts = self._built('tools/mkcerts')
        self.fakesmtpd = self._built('tests/fake/fakesmtpd')
        self.fakedns = self._built('tests/fake/fakedns')

    def _built(self, path):
        path = os.path.join(self.build, path)
        if not os.access(path, os.X_OK):
            raise LabError(f'{path}: not built; run ninja -C {self.build}')
        return path

    def nsd(self):
        return find_nsd(self.package)

    def openssl(self):
        """(major, minor) of what all of them are linked with."""
        words = command([self.mkcerts, '--openssl'], self.build).split('.')
        return int(words[0]), int(words[1])


    def unbound_knows_ed448(self):
        """libunbound does with OpenSSL, and not with Nettle."""
        danelaw = self._built('src/cli/danelaw')
        library = re.search(r'libunbound\S* => (\S+)',
                            command(['ldd', danelaw], self.build))
        return 'libnettle' not in command(['ldd', library.group(1)],
                                          self.build)


def find_nsd(package):
    """(program, environment) of the nsd installed, or of the one unpacked."""
    installed = shutil.which('nsd', path='/usr/sbin:/usr/local/sbin:'
                             + os.environ.get('PATH', ''))
    if installed:
        return installed, {}
    program = os.path.join(package, 'root/usr/sbin/nsd')
    with open(package + '.lock', 'w', encoding='ascii') as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # tests may want it side by side
        if not os.path.exists(program):
            unpack_nsd(package)
    folders = glob.glob(os.path.join(package, 'root/usr/lib/*-linux-gnu*'))
    return program, {'LD_LIBRARY_PATH': ':'.join(folders)}


def unpack_nsd(package):
    """Debian's nsd and what it misses here, unpacked but not installed, so
    that no name server starts on this machine."""
    shutil.rmtree(package, ignore_errors=True)
    os.makedirs(package)
    wanted = command(['apt-get', '-s', '--no-install-recommends', 'install',
                      'nsd'], package)
    names = [line.split()[1] for line in wanted.splitlines()
             if line.startswith('Inst ')]
    if 'nsd' not in names:
        raise LabError('apt-get knows no package nsd; run apt-get update')
    command(['apt-get', 'download'] + names, package)
    for file in glob.glob(os.path.join(package, '*.deb')):
        command(['dpkg', '-x', file, os.path.join(package, 'unpacked')],
                package)
    os.rename(os.path.join(package, 'unpacked'),
              os.path.join(package, 'root'))


def command(words, cwd):
    done = subprocess.run(words, cwd=cwd, text=True, capture_output=True,
                          timeout=300, check=False)
    if done.returncode:
        why = (done.stderr or done.stdout).strip()
        raise LabError(f"{' '.join(words[:3])}: {why}")
    return done.stdout


class Build:
    """One lab's folder, and what lies in it."""

    def __init__(self, folder, tools, testdata=TESTDATA):
        self.folder = os.path.abspath(folder)
        self.tools = tools
        self.testdata = testdata
        every = load_all(testdata)
        openssl = tools.openssl()
        ed448 = tools.unbound_knows_ed448()
        self.scenarios = [s for s in every if s.fits(openssl, ed448)]
        self.left_out = [s for s in every if not s.fits(openssl, ed448)]
        self.certs = self.path('certs')

    def path(self, *parts):
        return os.path.join(self.folder, *parts)

    def digests(self):
        with open(os.path.join(self.certs, 'digests.json'),
                  encoding='ascii') as file:
            return json.load(file)

    def _inputs(self):
        """A digest of all that the folder is made from."""
        files = glob.glob(os.path.join(self.testdata, '*'))
        files += glob.glob(os.path.join(os.path.dirname(__file__), '*.py'))
        files.append(self.tools.mkcerts)
        digest = hashlib.sha256()
        for name in sorted(files):
            with open(name, 'rb') as file:
                digest.update(name.encode() + b'\0')
                digest.update(hashlib.sha256(file.read()).digest())
        return digest.hexdigest()

    def is_fresh(self):
        try:
            with open(self.path('stamp.json'), encoding='ascii') as file:
                stamp = json.load(file)
        except (OSError, ValueError):
            return False
        return (stamp['inputs'] == self._inputs()
                and 0 <= time.time() - stamp['time'] < FRESH)

    def make(self):
        """Everything anew, but for the keys, which are kept."""
        now = int(time.time())
        os.makedirs(self.folder, exist_ok=True)
        self.tools.nsd()
        command([self.tools.mkcerts, '--now', str(now),
                 os.path.join(self.testdata, 'certs.spec'), self.certs],
                self.folder)
        digests = self.digests()
        self._make_zones(digests, now)
        self._make_servers(digests)
        stamp = {'inputs': self._inputs(), 'time': now}
        write(self.path('stamp.json'), json.dumps(stamp) + '\n')

    def _make_zones(self, digests, now):
        zones = [{'name': '.', 'sign': 'signed', 'lines': '', 'edit': [],
                  'path': 'lab'},
                 {'name': 'example.', 'sign': 'signed', 'lines': TLD,
                  'edit': [], 'path': 'lab'}]
        for scenario in self.scenarios:
            zones += scenario.zones(digests)
        shutil.rmtree(self.path('zones'), ignore_errors=True)
        signer = Signer(self.path('zones'), self.path('keys'), now)
        files = signer.sign_all(zones)
        write(self.path('anchor.ds'), signer.ds['.'] + '\n')
        write(self.path('zones.json'), json.dumps(files, indent=1) + '\n')

    def _make_servers(self, digests):
        groups = {}
        for scenario in self.scenarios:
            port = scenario.name if scenario.own_port else ''
            groups.setdefault(port, []).extend(
                scenario.servers(digests, self.certs))
        write(self.path('servers.json'), json.dumps(groups, indent=1) + '\n')
        rules = []
        for scenario in self.scenarios:
            rules += scenario.rules(digests)
        write(self.path('rules'), ''.join(f'rule {r}\n' for r in rules))


def write(path, text):
    with open(path, 'w', encoding='ascii') as file:
        file.write(text)
