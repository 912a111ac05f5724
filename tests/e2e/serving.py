# SPDX-License-Identifier: ISC
"""A daemon under test, and clients of it, good and bad."""
import ctypes
import http.client
import os
import re
import selectors
import signal
import socket
import subprocess
import tempfile
import time

PATIENCE = 60
SAMPLE = re.compile(r'^(\w+(?:\{.*\})?) (\S+)$', re.MULTILINE)


class Gone(Exception):
    """The daemon has ended, or does not say what it should."""


def tie():
    """What a test leaves behind ends with it."""
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)


def hwm(pid):
    """The peak of a process's memory in KiB; 0: it is gone."""
    try:
        with open(f'/proc/{pid}/status', encoding='ascii') as file:
            found = re.search(r'^VmHWM:\s+(\d+) kB', file.read(), re.M)
    except (FileNotFoundError, ProcessLookupError):
        return 0
    return int(found[1]) if found else 0


class Daemon:
    """danelaw serve, from its READY=1 on."""

    def __init__(self, danelaw, port, *args, env=None, words=None, fds=()):
        self.port = port
        self.said = []
        self.folder = tempfile.TemporaryDirectory()
        self.notify = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        path = os.path.join(self.folder.name, 'notify')
        self.notify.bind(path)
        self.errors = tempfile.TemporaryFile()
        words = words or [danelaw, 'serve', '--listen', f'127.0.0.1:{port}']
        self.process = subprocess.Popen(
            [*words, *args], stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=self.errors, pass_fds=fds,
            preexec_fn=tie,
            env=dict(os.environ, NOTIFY_SOCKET=path, **(env or {})))
        try:
            self.hear('READY=1')
        except Gone:
            self.process.kill()
            self.process.wait()
            raise

    def hear(self, word):
        """Waits until systemd would have been told; all lines of it."""
        end = os.pidfd_open(self.process.pid)
        deadline = time.monotonic() + PATIENCE
        try:
            with selectors.DefaultSelector() as selector:
                selector.register(self.notify, selectors.EVENT_READ)
                selector.register(end, selectors.EVENT_READ)
                while True:
                    ready = selector.select(deadline - time.monotonic())
                    if not any(key.fd == self.notify.fileno()
                               for key, _ in ready):
                        raise Gone(f'no {word}: {self.stderr()}')
                    lines = self.notify.recv(4096).decode().split('\n')
                    self.said += lines
                    if word in lines:
                        return lines
        finally:
            os.close(end)

    def stderr(self):
        self.errors.seek(0)
        return self.errors.read().decode('utf-8', 'replace')

    def reload(self):
        self.process.send_signal(signal.SIGHUP)
        lines = self.hear('RELOADING=1')
        self.hear('READY=1')
        return lines

    def end(self, what=signal.SIGTERM):
        """The exit status, and how long it took."""
        begun = time.monotonic()
        if self.process.poll() is None:
            self.process.send_signal(what)
        try:
            status = self.process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            status = self.process.wait()
        self.notify.close()
        return status, time.monotonic() - begun

    def get(self, path, method='GET', headers=None, body=None):
        """(status, headers, body)"""
        connection = http.client.HTTPConnection('127.0.0.1', self.port,
                                                timeout=PATIENCE)
        try:
            connection.request(method, path, body, headers or {})
            answer = connection.getresponse()
            return answer.status, dict(answer.getheaders()), answer.read()
        finally:
            connection.close()

    def metrics(self):
        text = self.get('/metrics')[2].decode()
        return {name: float(value) for name, value in SAMPLE.findall(text)}

    def count(self, name):
        return self.metrics().get(name)

    def await_count(self, name, value):
        """Counters tell no one when they change: asks again and again."""
        deadline = time.monotonic() + PATIENCE
        while self.count(name) != value:
            if time.monotonic() > deadline:
                return False
            time.sleep(0.02)
        return True

    def rss(self):
        """KiB"""
        with open(f'/proc/{self.process.pid}/status', encoding='ascii') as f:
            return int(re.search(r'VmRSS:\s+(\d+)', f.read())[1])

    def connect(self):
        return socket.create_connection(('127.0.0.1', self.port),
                                        timeout=PATIENCE)


def read_all(sock):
    """Until the other side closes; what came, a reset counts as its end."""
    data = b''
    try:
        while more := sock.recv(65536):
            data += more
    except ConnectionError:
        pass
    return data


def frame(text):
    return b'%d:%s,' % (len(text), text)


class Map:
    """A client of the socketmap."""

    def __init__(self, address):
        if isinstance(address, str):
            self.sock = socket.socket(socket.AF_UNIX)
            self.sock.settimeout(PATIENCE)
            self.sock.connect(address)
        else:
            self.sock = socket.create_connection(address, timeout=PATIENCE)
        self.data = b''

    def send(self, *requests):
        self.sock.sendall(b''.join(frame(text) for text in requests))

    def answer(self):
        """The next one; None: closed."""
        while True:
            length, colon, rest = self.data.partition(b':')
            if colon and len(rest) > int(length):
                text = rest[:int(length)]
                self.data = rest[int(length) + 1:]
                return text.decode()
            more = self.sock.recv(65536)
            if not more:
                return None
            self.data += more

    def ask(self, request):
        self.send(request)
        return self.answer()

    def close(self):
        self.sock.close()
