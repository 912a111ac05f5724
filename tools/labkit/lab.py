# SPDX-License-Identifier: ISC
"""Starts and stops a lab. Every wait is for an event, never for a time."""
import contextlib
import ctypes
import json
import os
import random
import selectors
import signal
import socket
import subprocess
import tempfile
import time

from .build import TESTDATA, Build, write
from .scenario import LabError

PATIENCE = 60
NSD_CONF = '''server:
	ip-address: 127.0.0.1@{port}
	do-ip6: no
	username: ""
	chroot: ""
	database: ""
	pidfile: ""
	xfrdfile: "{folder}/nsd/xfrd.state"
	xfrdir: "{folder}/nsd"
	zonelistfile: "{folder}/nsd/zone.list"
	zonesdir: "{folder}/zones"
	logfile: "{folder}/log/nsd"
	server-count: 1
	minimal-responses: yes
	rrl-ratelimit: 0
	rrl-whitelist-ratelimit: 0
	zonefiles-check: no
remote-control:
	control-enable: no
'''


def free_ports(count):
    """Ports nobody listens on, below those the kernel gives to clients."""
    ports = []
    candidates = random.sample(range(10000, 32000), 1000)
    while len(ports) < count:
        if not candidates:
            raise LabError('no free port between 10000 and 32000')
        port = candidates.pop()
        if is_free(port):
            ports.append(port)
    return ports


def is_free(port):
    kinds = [(socket.AF_INET, socket.SOCK_STREAM, '0.0.0.0'),
             (socket.AF_INET, socket.SOCK_DGRAM, '0.0.0.0')]
    if has_ipv6():
        kinds.append((socket.AF_INET6, socket.SOCK_STREAM, '::1'))
    for family, kind, address in kinds:
        with socket.socket(family, kind) as sock:
            try:
                sock.bind((address, port))
            except OSError:
                return False
    return True


def has_ipv6():
    """Can one listen on ::1?"""
    try:
        with socket.socket(socket.AF_INET6, socket.SOCK_STREAM) as sock:
            sock.bind(('::1', 0))
    except OSError:
        return False
    return True


def birth(pid):
    """When a process began, in clock ticks; None if it is gone."""
    try:
        with open(f'/proc/{pid}/stat', encoding='ascii',
                  errors='replace') as file:
            fields = file.read().rpartition(')')[2].split()
    except OSError:
        return None
    return None if fields[0] == 'Z' else int(fields[19])


class Lab:
    """One lab in one folder."""

    def __init__(self, folder, tools, testdata=TESTDATA):
        self.build = Build(folder, tools, testdata)
        self.tools = tools
        self.processes = []
        self.facts = None

    def path(self, *parts):
        return self.build.path(*parts)

    def start(self, tied=False, dns_port=None, smtp_port=None):
        """tied: the lab's processes end with this one."""
        self.dns_port = dns_port
        self.smtp_port = smtp_port
        if self.is_running():
            raise LabError(f'{self.build.folder}: a lab runs there already')
        if not self.build.is_fresh():
            self.build.make()
        for folder in ('nsd', 'log'):
            os.makedirs(self.path(folder), exist_ok=True)
        try:
            self._start(tied)
        except BaseException:
            self._end_processes()
            raise

    def _start(self, tied):
        own = [s.name for s in self.build.scenarios if s.own_port]
        nsd, dns, smtp, *rest = free_ports(3 + len(own))
        dns = self.dns_port or dns
        ports = dict(zip([''] + own, [self.smtp_port or smtp] + rest))
        self._start_nsd(nsd, tied)
        self._start_fakedns(dns, nsd, tied)
        self._start_servers(ports, tied)
        self._write_facts(dns, ports)

    def _spawn(self, name, words, tied, env=None, **kwargs):
        """A process of its own session; with tied, it dies with us."""
        libc = ctypes.CDLL(None)

        def tie():
            libc.prctl(1, signal.SIGTERM)

        with open(self.path('log', name + '.err'), 'wb') as log:
            process = subprocess.Popen(
                words, stdin=subprocess.DEVNULL, stderr=log,
                env=dict(os.environ, **(env or {})), start_new_session=True,
                preexec_fn=tie if tied else None, **kwargs)
        process.lab_name = name
        self.processes.append(process)
        return process

    def _start_nsd(self, port, tied):
        program, env = self.tools.nsd()
        with open(self.path('zones.json'), encoding='ascii') as file:
            zones = json.load(file)
        conf = NSD_CONF.format(port=port, folder=self.build.folder)
        for name, file in zones.items():
            conf += f'zone:\n\tname: "{name}"\n\tzonefile: "{file}"\n'
        write(self.path('nsd.conf'), conf)
        with tempfile.TemporaryDirectory() as folder, \
                socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as notify:
            address = os.path.join(folder, 'notify')
            notify.bind(address)
            process = self._spawn(
                'nsd', [program, '-d', '-c', self.path('nsd.conf')], tied,
                env | {'NOTIFY_SOCKET': address}, stdout=subprocess.DEVNULL)
            self._await(process, notify, lambda: b'READY=1' in
                        notify.recv(4096))

    def _start_fakedns(self, port, upstream, tied):
        with open(self.path('rules'), encoding='ascii') as file:
            rules = file.read()
        write(self.path('fakedns.conf'), f'listen 127.0.0.1@{port}\n'
              f'upstream 127.0.0.1@{upstream}\n' + rules)
        with contextlib.suppress(FileNotFoundError):
            os.unlink(self.path('log', 'questions'))
        self._start_ready('fakedns', [
            self.tools.fakedns, '--log', self.path('log', 'questions'),
            self.path('fakedns.conf')], tied)

    def _start_servers(self, ports, tied):
        with open(self.path('servers.json'), encoding='ascii') as file:
            groups = json.load(file)
        servers = []
        for key, group in groups.items():
            servers += [server | {'port': ports[key]} for server in group]
        if not has_ipv6():
            servers = [without_ipv6(server) for server in servers]
            servers = [server for server in servers if server['listen']]
        if not servers:
            return
        write(self.path('fakesmtpd.json'),
              json.dumps({'servers': servers}, indent=1) + '\n')
        self._start_ready('fakesmtpd', [
            self.tools.fakesmtpd, '--count-file', self.path('log', 'counts'),
            self.path('fakesmtpd.json')], tied)

    def _start_ready(self, name, words, tied):
        """A process that says "ready" on its standard output."""
        process = self._spawn(name, words, tied, stdout=subprocess.PIPE)
        self._await(process, process.stdout,
                    lambda: process.stdout.readline() == b'ready\n')
        process.stdout.close()

    def _await(self, process, channel, is_ready):
        """Waits for word from a process, or its end."""
        end = os.pidfd_open(process.pid)
        deadline = time.monotonic() + PATIENCE
        try:
            with selectors.DefaultSelector() as selector:
                selector.register(channel, selectors.EVENT_READ)
                selector.register(end, selectors.EVENT_READ)
                while True:
                    left = deadline - time.monotonic()
                    events = selector.select(max(left, 0))
                    if not events:
                        raise LabError(f'{process.lab_name}: not ready '
                                       f'after {PATIENCE} s')
                    for key, _ in events:
                        if key.fd == end:
                            raise LabError(self._last_words(process))
                        if is_ready():
                            return
                        if process.poll() is not None:
                            raise LabError(self._last_words(process))
        finally:
            os.close(end)

    def _last_words(self, process):
        words = ''
        for name in (process.lab_name + '.err', process.lab_name):
            with contextlib.suppress(OSError):
                with open(self.path('log', name), encoding='utf-8',
                          errors='replace') as file:
                    words += file.read()[-1000:]
        return f'{process.lab_name} did not start: {words.strip()}'

    def _write_facts(self, dns, ports):
        digests = self.build.digests()
        scenarios = []
        for scenario in self.build.scenarios:
            port = ports[scenario.name if scenario.own_port else '']
            scenarios.append({
                'name': scenario.name, 'what': scenario.what,
                'domain': scenario.domain, 'connect_port': port,
                # Its servers count, and each look is another one.
                'counts': any('first' in server for server
                              in scenario.raw.get('server', [])),
                'options': scenario.options(digests,
                                                    self.build.certs)})
        self.facts = {
            'resolver': f'127.0.0.1@{dns}',
            'trust_anchor': self.path('anchor.ds'),
            'connect_port': ports[''],
            'questions': self.path('log', 'questions'),
            'scenarios': scenarios,
            'pids': {p.lab_name: [p.pid, birth(p.pid)]
                     for p in self.processes}}
        write(self.path('lab.json'), json.dumps(self.facts, indent=1) + '\n')

    def load(self):
        """The facts of a lab that somebody else started; None: none runs."""
        try:
            with open(self.path('lab.json'), encoding='ascii') as file:
                self.facts = json.load(file)
        except (OSError, ValueError):
            self.facts = None
        return self.facts

    def is_running(self):
        facts = self.load()
        return facts is not None and any(
            birth(pid) == born for pid, born in facts['pids'].values())

    def arguments(self, connect_port=None):
        """Options that make danelaw use this lab."""
        return ['--resolver', self.facts['resolver'],
                '--trust-anchor', self.facts['trust_anchor'],
                '--connect-port',
                str(connect_port or self.facts['connect_port'])]

    def stop(self):
        """Ends the processes and waits until they are gone."""
        if self.load():
            for pid, born in self.facts['pids'].values():
                if birth(pid) == born:
                    end_process(pid)
            os.unlink(self.path('lab.json'))
        self._end_processes()

    def _end_processes(self):
        for process in reversed(self.processes):
            if process.poll() is None:
                end_process(process.pid)
            process.wait()
        self.processes = []


def without_ipv6(server):
    listen = server['listen']
    listen = [listen] if isinstance(listen, str) else listen
    return server | {'listen': [ip for ip in listen if ':' not in ip]}


def end_process(pid):
    """SIGTERM, and SIGKILL for one that does not heed it."""
    try:
        end = os.pidfd_open(pid)
    except ProcessLookupError:
        return
    try:
        with selectors.DefaultSelector() as selector:
            selector.register(end, selectors.EVENT_READ)
            signal.pidfd_send_signal(end, signal.SIGTERM)
            if not selector.select(10):
                signal.pidfd_send_signal(end, signal.SIGKILL)
                selector.select(10)
    except ProcessLookupError:
        pass
    finally:
        os.close(end)
