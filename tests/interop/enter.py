# SPDX-License-Identifier: ISC
"""How both tests come into their namespaces, or say why they cannot."""
import argparse
import os
import shutil
import stat
import subprocess
import sys

from labkit.build import SOURCE, Tools
from labkit.scenario import LabError
from packages import Packages
from place import furnish, loopback_up


def arguments():
    parser = argparse.ArgumentParser()
    parser.add_argument('--build', default=os.path.join(SOURCE, 'build'))
    parser.add_argument('--danelaw')
    parser.add_argument('--inside', action='store_true')
    return parser


def closed_folder(path):
    """The folder on the way to path that only its owner may enter, or None."""
    while path != '/':
        if not os.stat(path).st_mode & stat.S_IXOTH:
            return path
        path = os.path.dirname(path)
    return None


def why_not(args):
    """What is missing on this machine, or None."""
    if os.geteuid() != 0:
        return 'only root may give port 25 and users of their own'
    if subprocess.run(['unshare', '--net', '--mount', 'true'],
                      capture_output=True, check=False).returncode != 0:
        return 'no namespaces on this machine'
    closed = closed_folder(os.path.abspath(args.build))
    if closed:
        return f'the users of the mail servers cannot enter {closed}'
    try:
        Packages(os.path.join(args.build, 'interop', 'packages')).need()
    except (LabError, OSError, subprocess.TimeoutExpired) as error:
        return ' '.join(str(error).split())
    return None


def enter(args, inside, program):
    """Runs the program again in a network and a mount namespace, and there
    inside(args, packages, work) with an empty folder to work in."""
    args.build = os.path.abspath(args.build)
    args.danelaw = os.path.abspath(
        args.danelaw or os.path.join(args.build, 'src/cli/danelaw'))
    if not args.inside:
        reason = why_not(args)
        if reason:
            print(f'1..0 # SKIP {reason}')
            return 0
        Tools(args.build).nsd()
        return subprocess.run(
            ['unshare', '--net', '--mount', sys.executable,
             os.path.abspath(program), '--inside'] + sys.argv[1:],
            check=False).returncode
    loopback_up()
    folder = os.path.join(args.build, 'interop')
    work = os.path.join(folder, 'work-' + os.path.basename(program))
    shutil.rmtree(work, ignore_errors=True)
    os.makedirs(work)
    packages = Packages(os.path.join(folder, 'packages'))
    furnish(packages, work)
    return inside(args, packages, work)
