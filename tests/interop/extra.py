# SPDX-License-Identifier: ISC
"""Further programs of Debian that danelaw is held against, unpacked below the
build folder and never installed."""
import fcntl
import glob
import os
import subprocess

from labkit.debian import is_known, missing_for, unpack
from labkit.scenario import LabError

# For each test, the most important first; not every release has them all.
PACKAGES = {
    'peers': ['hash-slinger', 'gnutls-bin', 'openssl', 'ldnsutils'],
    'acme': ['knot', 'knot-keymgr', 'knot-dnsutils', 'bind9-dnsutils',
             'ldnsutils', 'openssl'],
    'nsupdate': ['knot', 'knot-keymgr', 'knot-dnsutils', 'bind9-dnsutils',
                 'ldnsutils'],
}
# For set-up and services that nobody starts here.
UNWANTED = ('systemd', 'init', 'cron', 'dbus', 'udev')


class Extra:
    """Packages, with what they need and this machine lacks."""

    def __init__(self, build, name):
        self.folder = os.path.join(os.path.abspath(build), 'interop-' + name)
        self.root = os.path.join(self.folder, 'root')
        self.packages = PACKAGES[name]

    def why_not(self):
        """What is missing on this machine, or None."""
        try:
            self._need()
        except (LabError, OSError, subprocess.TimeoutExpired) as error:
            return ' '.join(str(error).split())
        return None

    def _need(self):
        os.makedirs(os.path.dirname(self.folder), exist_ok=True)
        with open(self.folder + '.lock', 'w', encoding='ascii') as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if os.path.isdir(self.root):
                return
            os.makedirs(self.folder, exist_ok=True)
            names = set(filter(is_known, self.packages))
            for package in sorted(names):
                names |= set(missing_for(self.folder, package))
            names = sorted(name for name in names - {self.packages[0]}
                           if not name.startswith(UNWANTED))
            unpack(self.folder, self.packages[0], names)

    def program(self, path):
        return os.path.join(self.root, path)

    def environment(self):
        folders = glob.glob(self.program('usr/lib/*-linux-gnu*'))
        folders += glob.glob(self.program('lib/*-linux-gnu*'))
        return dict(
            os.environ, LD_LIBRARY_PATH=':'.join(folders),
            PATH=f"{self.program('usr/bin')}:{os.environ['PATH']}",
            PYTHONPATH=self.program('usr/lib/python3/dist-packages'))
