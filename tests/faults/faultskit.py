# SPDX-License-Identifier: ISC
"""danelaw under faults.so: what the system refuses, and what came of it."""
import ctypes
import mmap
import os
import signal
import subprocess
import tempfile
import time

KINDS = ('memory', 'files', 'send', 'receive', 'epoll', 'random')
FOREVER = 2 ** 64 - 1
PATIENCE = 60


class Kind(ctypes.Structure):
    _fields_ = [(name, ctypes.c_uint64)
                for name in ('calls', 'first', 'end', 'failed')]


class Control(ctypes.Structure):
    """struct control of faults.c."""
    _fields_ = [('kinds', Kind * len(KINDS)), ('where', ctypes.c_char * 2048)]


class Shim:
    """One file that faults.so and the test share."""

    def __init__(self, library):
        self.library = library
        self.file = tempfile.NamedTemporaryFile()
        self.file.truncate(ctypes.sizeof(Control))
        self.map = mmap.mmap(self.file.fileno(), ctypes.sizeof(Control))
        self.control = Control.from_buffer(self.map)

    def env(self, **more):
        return dict(os.environ, LD_PRELOAD=self.library,
                    FAULTS=self.file.name, **more)

    def clear(self):
        ctypes.memset(ctypes.byref(self.control), 0, ctypes.sizeof(Control))

    def refuse(self, kind, first, end):
        """From the call of that number on, to before another one."""
        self.control.kinds[KINDS.index(kind)].first = first
        self.control.kinds[KINDS.index(kind)].end = end

    def calls(self):
        return {kind: self.control.kinds[i].calls
                for i, kind in enumerate(KINDS)}

    def failed(self):
        return sum(kind.failed for kind in self.control.kinds)

    def where(self):
        return self.control.where.decode(errors='replace').split('\n')[:-1]


class Ended:
    """What a program left."""

    def __init__(self, status, out, err, shim, waited=False):
        self.status, self.out, self.err = status, out, err
        self.waited = waited  # for better times, until it was told to end
        self.failed, self.where = shim.failed(), shim.where()

    def hung(self):
        return self.status is None

    def crashed(self):
        return self.status is not None and self.status < 0


def ended_by_us(shim, process):
    """One that waits ends when it is told to; one that hangs does not."""
    try:
        for _ in range(2):
            process.send_signal(signal.SIGINT)
            time.sleep(1)
        out, err = process.communicate(timeout=PATIENCE)
        return Ended(process.returncode, out, err, shim, waited=True)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        out, err = process.communicate()
        return Ended(None, out, err, shim)


def run(shim, words, fault=None, stdin=b'', patience=PATIENCE):
    """fault: (kind, first, end), or none."""
    shim.clear()
    if fault:
        shim.refuse(*fault)
    process = subprocess.Popen(
        words, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        stderr=subprocess.PIPE, env=shim.env(), start_new_session=True)
    try:
        out, err = process.communicate(stdin, patience)
    except subprocess.TimeoutExpired:
        return ended_by_us(shim, process)
    return Ended(process.returncode, out, err, shim)
