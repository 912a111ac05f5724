# SPDX-License-Identifier: ISC
"""A test without a program that it needs ends in one line, which names the
package, not in a traceback. To be imported is enough."""
import sys

PACKAGES = {
    'apt-get': 'apt', 'dpkg': 'dpkg', 'ip': 'iproute2',
    'ldns-keygen': 'ldnsutils', 'ldns-signzone': 'ldnsutils',
    'openssl': 'openssl', 'parallel': 'parallel',
    'systemd-analyze': 'systemd', 'unshare': 'util-linux',
    'valgrind': 'valgrind', 'mount': 'mount', 'zsh': 'zsh',
}


class LabError(Exception):
    """Something is wrong with the lab itself; the text says what."""


def say(kind, error, trace):
    package = (PACKAGES.get(error.filename)
               if isinstance(error, FileNotFoundError) else None)
    if package:
        print(f'Bail out! {error.filename} is missing: apt-get install '
              f'{package}')
    elif isinstance(error, LabError):
        print('Bail out!', ' '.join(str(error).split()))
    else:
        sys.__excepthook__(kind, error, trace)


sys.excepthook = say
