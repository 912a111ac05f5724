# SPDX-License-Identifier: ISC
"""A test without a program or module that it needs ends in one line, which
names the package, not in a traceback. To be imported is enough."""
import sys

PACKAGES = {
    'apt-get': 'apt', 'dpkg': 'dpkg', 'ip': 'iproute2',
    'ldns-keygen': 'ldnsutils', 'ldns-signzone': 'ldnsutils',
    'openssl': 'openssl', 'parallel': 'parallel',
    'systemd-analyze': 'systemd', 'unshare': 'util-linux',
    'valgrind': 'valgrind', 'mount': 'mount', 'zsh': 'zsh',
    'jsonschema': 'python3-jsonschema',
}


class LabError(Exception):
    """Something is wrong with the lab itself; the text says what."""


def say(kind, error, trace):
    name = {FileNotFoundError: 'filename', ModuleNotFoundError: 'name'}.get(
        type(error))
    what = getattr(error, name) if name else None
    if what in PACKAGES:
        print(f'Bail out! {what} is missing: apt-get install {PACKAGES[what]}')
    elif isinstance(error, LabError):
        print('Bail out!', ' '.join(str(error).split()))
    else:
        sys.__excepthook__(kind, error, trace)


sys.excepthook = say
