# SPDX-License-Identifier: ISC
"""What the tests of danelaw scan share: its calls, and a look at its lines."""
import collections
import json
import os
import random
import subprocess
import sys
import tempfile
import time

from labkit.build import TESTDATA
from labkit.scenario import load_all

SOURCE = os.path.dirname(os.path.dirname(os.path.dirname(
    os.path.abspath(__file__))))
PATIENCE = 120
# For a whole domain: enough for any that answers, and a machine in a hurry.
SECONDS = 8

# What makes a server of testdata/lab slow, and a rule of fakedns.
SLOW_KEYS = {'silent_at', 'delay_ms', 'chunk', 'blackhole', 'endless'}
SLOW_ACTIONS = {'delay', 'drop'}

Done = collections.namedtuple('Done', 'status out err')


def slow_domains():
    """Those with a server or a name server that takes its time. To measure
    the time of each would say more of the machine than of them."""
    return {scenario.domain for scenario in load_all(TESTDATA)
            if any(SLOW_KEYS & set(server)
                   for server in scenario.raw.get('server', []))
            or any(SLOW_ACTIONS & set(rule.split())
                   for rule in scenario.raw.get('dns', []))}


def lines_of(output):
    """The reports; an exception where a line is no JSON."""
    if output and not output.endswith(b'\n'):
        raise ValueError('half a line')
    return [json.loads(line) for line in output.splitlines()]


def domains_of(output):
    return [line['domain'] for line in lines_of(output)]


class Kit:
    def __init__(self, lab, danelaw, seed):
        self.lab, self.danelaw = lab, danelaw
        self.random = random.Random(seed)
        self.n = self.failed = 0
        # Without servers that treat each visitor in another way.
        self.domains = sorted({f['domain'] for f in lab.facts['scenarios']
                               if not f['counts']})
        self.fast = []  # those that end at once; chosen after the first run
        self.folder = None

    def __enter__(self):
        self.temporary = tempfile.TemporaryDirectory()
        self.folder = self.temporary.name
        return self

    def __exit__(self, *_):
        self.temporary.cleanup()

    def ok(self, good, what, *details):
        self.n += 1
        self.failed += not good
        print('ok' if good else 'not ok', self.n, '-', what)
        for detail in [] if good else details:
            print('#', repr(detail)[:3000])
        sys.stdout.flush()

    def path(self, name):
        return os.path.join(self.folder, name)

    def write(self, name, content):
        if isinstance(content, list):
            content = ''.join(f'{line}\n' for line in content)
        if isinstance(content, str):
            content = content.encode()
        with open(self.path(name), 'wb') as file:
            file.write(content)
        return self.path(name)

    def read(self, name):
        with open(self.path(name), 'rb') as file:
            return file.read()

    def options(self):
        return [*self.lab.arguments(), '--allow-private', '-t', str(SECONDS),
                '--rate', '0']

    def command(self, *args):
        return [self.danelaw, 'scan', *self.options(), *args]

    def scan(self, *args, **more):
        more.setdefault('stdout', subprocess.PIPE)
        if 'input' not in more:
            more.setdefault('stdin', subprocess.DEVNULL)
        done = subprocess.run(self.command(*args), check=False,
                              timeout=PATIENCE, stderr=subprocess.PIPE, **more)
        return Done(done.returncode, done.stdout,
                    done.stderr.decode('utf-8', 'replace'))

    def wait_for(self, condition):
        """Whether it came true in time."""
        end = time.monotonic() + PATIENCE
        while not condition():
            if time.monotonic() > end:
                return False
            time.sleep(0.005)
        return True

    def wait_for_bytes(self, name, n):
        return self.wait_for(lambda: os.path.getsize(self.path(name)) >= n)

    def check_schema(self, output):
        done = subprocess.run(
            [os.path.join(SOURCE, 'tools', 'check-schema'), '-'],
            input=output, capture_output=True, check=False)
        return done.stdout.decode()[:2000] if done.returncode else ''
