# SPDX-License-Identifier: ISC
"""Debian's mail servers, unpacked below the build folder, never installed:
no service starts on this machine and none of its files changes."""
import fcntl
import glob
import os
import re
import shutil

from labkit.build import command
from labkit.scenario import LabError

WANTED = ['postfix', 'exim4-daemon-light', 'exim4-base', 'unbound',
          'gnutls-bin', 'sendmail-bin', 'sendmail-cf', 'm4', 'opensmtpd']
GO = r'golang-(1\.\d+)-go$'  # one or more in each release
# What only a package's own set-up or another service of it needs.
UNWANTED = {'exim4-config', 'systemd-sysv', 'systemd', 'cron'}


class Packages:
    """The tree they are unpacked in."""

    def __init__(self, folder):
        self.folder = folder
        self.root = os.path.join(folder, 'root')

    def path(self, *parts):
        return os.path.join(self.root, *parts)

    def libraries(self):
        """The folders that the programs find their libraries in."""
        folders = glob.glob(self.path('usr/lib/*-linux-gnu*'))
        folders += glob.glob(self.path('lib/*-linux-gnu*'))
        return folders + [self.path('usr/lib/postfix')]

    def versions(self):
        """{package: its version as "3.10"}, without what comes behind."""
        with open(self._stamp(), encoding='ascii') as file:
            return dict(line.split() for line in file)

    def version_of(self, prefix):
        """Of the package whose name begins so."""
        return next(version for name, version in self.versions().items()
                    if name.startswith(prefix))

    def _stamp(self):
        return os.path.join(self.folder, 'stamp')

    def need(self):
        """Unpacks them if that has not been done; LabError if it fails."""
        os.makedirs(os.path.dirname(self.folder), exist_ok=True)
        with open(self.folder + '.lock', 'w', encoding='ascii') as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)  # tests want it side by side
            if not os.path.exists(self._stamp()) or not set(WANTED) < set(
                    self.versions()):
                self._unpack()

    def _unpack(self):
        if not shutil.which('apt-get') or not shutil.which('dpkg'):
            raise LabError('no Debian, so no packages to unpack')
        shutil.rmtree(self.folder, ignore_errors=True)
        os.makedirs(self.folder)
        wanted = WANTED + self._go()
        command(['apt-get', 'download'] + self._names(wanted), self.folder)
        unpacked = os.path.join(self.folder, 'unpacked')
        found = {}
        for file in sorted(glob.glob(os.path.join(self.folder, '*.deb'))):
            name, version = os.path.basename(file).split('_')[:2]
            found[name] = re.match(r'(?:\d+%3a)?(\d+\.\d+|\d+)', version)[1]
            command(['dpkg', '-x', file, unpacked], self.folder)
            os.unlink(file)
        os.rename(unpacked, self.root)
        with open(self._stamp(), 'w', encoding='ascii') as file:
            for name in wanted:
                file.write(f'{name} {found[name]}\n')

    def _go(self):
        """The newest Go of this release."""
        names = command(['apt-cache', 'pkgnames', 'golang-1.'], self.folder)
        versions = [match[1] for match in map(
            re.compile(GO).match, names.split()) if match]
        if not versions:
            raise LabError('there is no package golang-1.N-go')
        newest = max(versions, key=lambda text: int(text.split('.')[1]))
        return [f'golang-{newest}-{part}' for part in ('go', 'src')]

    def _names(self, all_wanted):
        """The packages and the libraries that are missing here (not those
        that are old: "[3.7.9-2]"). One at a time, as only one mail server
        can be installed at once."""
        names = set(all_wanted)
        for wanted in all_wanted:
            plan = command(['apt-get', '-s', '--no-install-recommends',
                            'install', wanted], self.folder)
            names |= {line.split()[1] for line in plan.splitlines()
                      if line.startswith('Inst ')
                      and line.split()[1].startswith('lib')
                      and not line.split()[2].startswith('[')}
        return sorted(names - UNWANTED)
