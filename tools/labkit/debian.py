# SPDX-License-Identifier: ISC
"""Debian packages, unpacked in a build folder and never installed, so that
no daemon starts on this machine."""
import fcntl
import glob
import os
import shutil
import subprocess

from .scenario import LabError

# folder below the build folder: (program, package, others to unpack with it
# where the release has them; None: all that apt-get would install and that is
# missing here)
MONITORS = {
    'lab-nagios': ('usr/sbin/nagios4', 'nagios4-core', ['nagios4-common']),
    'lab-prometheus': ('usr/bin/promtool', 'prometheus', ['promtool']),
    'lab-icinga': ('usr/lib/*/icinga2/sbin/icinga2', 'icinga2-bin', None),
}
# name servers, the same
SERVERS = {
    'lab-knot': ('usr/sbin/knotd', 'knot', None),
    'lab-bind9': ('usr/sbin/named', 'bind9', None),
    'lab-pdns': ('usr/sbin/pdns_server', 'pdns-backend-bind', None),
}


def find_monitor(build, name):
    """(program, root it lies in, environment)"""
    program, package, others = (MONITORS | SERVERS)[name]
    folder = os.path.join(os.path.abspath(build), name)
    root = os.path.join(folder, 'root')
    with open(folder + '.lock', 'w', encoding='ascii') as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # tests may want it side by side
        if not glob.glob(os.path.join(root, program)):
            unpack(folder, package, others)
    found = glob.glob(os.path.join(root, program))
    if not found:
        raise LabError(f'{root}: no {program} in it')
    libraries = glob.glob(os.path.join(root, 'usr/lib/*-linux-gnu*'))
    libraries += glob.glob(os.path.join(root, 'lib/*-linux-gnu*'))
    return found[0], root, {'LD_LIBRARY_PATH': ':'.join(libraries)}


def unpack(folder, package, others):
    shutil.rmtree(folder, ignore_errors=True)
    os.makedirs(folder)
    names = [package]
    names += (missing_for(folder, package) if others is None
              else [name for name in others if is_known(name)])
    run(['apt-get', 'download'] + names, folder)
    for file in glob.glob(os.path.join(folder, '*.deb')):
        run(['dpkg', '-x', file, os.path.join(folder, 'unpacked')], folder)
    os.rename(os.path.join(folder, 'unpacked'), os.path.join(folder, 'root'))


def missing_for(folder, package):
    wanted = run(['apt-get', '-s', '--no-install-recommends', 'install',
                  package], folder)
    names = [line.split()[1] for line in wanted.splitlines()
             if line.startswith('Inst ')]
    return [name for name in names if name != package]


def is_known(package):
    return subprocess.run(['apt-cache', 'show', package], check=False,
                          capture_output=True, timeout=60).returncode == 0


def run(words, cwd):
    done = subprocess.run(words, cwd=cwd, text=True, capture_output=True,
                          timeout=300, check=False)
    if done.returncode:
        why = (done.stderr or done.stdout).strip()
        raise LabError(f"{' '.join(words[:3])}: {why}")
    return done.stdout
