# SPDX-License-Identifier: ISC
"""Debian's mail servers, unpacked below the build folder, never installed:
no service starts on this machine and none of its files changes."""
import glob
import os
import shutil

from labkit.build import command
from labkit.scenario import LabError

WANTED = ['postfix', 'exim4-daemon-light', 'exim4-base', 'unbound',
          'gnutls-bin', 'sendmail-bin', 'sendmail-cf', 'm4', 'opensmtpd',
          'golang-1.19-go', 'golang-1.19-src']
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

    def need(self):
        """Unpacks them if that has not been done; LabError if it fails."""
        stamp = os.path.join(self.folder, 'stamp')
        if os.path.exists(stamp):
            with open(stamp, encoding='ascii') as file:
                if file.read().split() == WANTED:
                    return
        if not shutil.which('apt-get') or not shutil.which('dpkg'):
            raise LabError('no Debian, so no packages to unpack')
        shutil.rmtree(self.folder, ignore_errors=True)
        os.makedirs(self.folder)
        command(['apt-get', 'download'] + self._names(), self.folder)
        unpacked = os.path.join(self.folder, 'unpacked')
        for file in sorted(glob.glob(os.path.join(self.folder, '*.deb'))):
            command(['dpkg', '-x', file, unpacked], self.folder)
            os.unlink(file)
        os.rename(unpacked, self.root)
        with open(stamp, 'w', encoding='ascii') as file:
            file.write('\n'.join(WANTED) + '\n')

    def _names(self):
        """The packages and the libraries that are missing here (not those
        that are old: "[3.7.9-2]"). One at a time, as only one mail server
        can be installed at once."""
        names = set(WANTED)
        for wanted in WANTED:
            plan = command(['apt-get', '-s', '--no-install-recommends',
                            'install', wanted], self.folder)
            names |= {line.split()[1] for line in plan.splitlines()
                      if line.startswith('Inst ')
                      and line.split()[1].startswith('lib')
                      and not line.split()[2].startswith('[')}
        return sorted(names - UNWANTED)
