# SPDX-License-Identifier: ISC
"""What a command costs: wall time, CPU of all its processes, memory."""
import os
import statistics
import subprocess
import threading
import time

TICK = 0.05


class Cost:
    """One run, as tools/bench/cost.c tells it."""

    def __init__(self, text, processes):
        wall, user, system, rss, status = map(int, text.split())
        self.wall = wall / 1e6
        self.user, self.system = user / 1e6, system / 1e6
        self.cpu = self.user + self.system
        self.rss_kib = rss  # of the biggest process
        self.status = status
        # Of the watched ones: [(is_parent, peak KiB)]
        self.worker_kib = max((kib for parent, kib in processes
                               if not parent), default=0)
        self.parent_kib = max((kib for parent, kib in processes if parent),
                              default=0)

    def raw(self):
        """For the JSON file."""
        return dict(vars(self))


def high_water(pid):
    try:
        with open(f'/proc/{pid}/status', encoding='ascii',
                  errors='replace') as file:
            for line in file:
                if line.startswith('VmHWM:'):
                    return int(line.split()[1])
    except OSError:
        pass
    return None


def open_sockets():
    """How many of TCP are, listening or connected, in this namespace."""
    with open('/proc/net/sockstat', encoding='ascii') as file:
        for line in file:
            if line.startswith('TCP: inuse '):
                return int(line.split()[2])
    return 0


def children(pid):
    try:
        with open(f'/proc/{pid}/task/{pid}/children',
                  encoding='ascii') as file:
            return [int(word) for word in file.read().split()]
    except OSError:
        return []


class Watch(threading.Thread):
    """Reads the high-water marks of a process and its children, again and
    again, for they are gone with the process. The process is the only child
    of the one it is given."""

    def __init__(self, pid):
        super().__init__(daemon=True)
        self.pid = pid
        self.peaks = {}
        self.sockets = 0
        self.over = threading.Event()

    def run(self):
        while not self.over.wait(TICK):
            self.sockets = max(self.sockets, open_sockets())
            for parent in children(self.pid):
                self.note(parent, True)
                for child in children(parent):
                    self.note(child, False)

    def note(self, pid, is_parent):
        kib = high_water(pid)
        if kib is not None:
            self.peaks[pid] = is_parent, kib

    def end(self):
        self.over.set()
        self.join()
        return list(self.peaks.values())


class Meter:
    """Runs commands and tells what they cost."""

    def __init__(self, program, folder):
        self.program = program
        self.file = os.path.join(folder, 'cost')

    def run(self, words, stdin=None, stdout=None, env=None, watch=False,
            append=False, kill_after=None):
        """A Cost; stdin and stdout are paths. After kill_after seconds all
        processes of the command are killed at once."""
        cost = [self.program]
        if kill_after is not None:
            cost += ['-k', str(max(1, round(kill_after * 1e6)))]
        with open(stdin or os.devnull, 'rb') as source, \
                open(stdout or os.devnull, 'ab' if append else 'wb') as sink:
            process = subprocess.Popen(
                [*cost, self.file, *words], stdin=source, stdout=sink,
                stderr=subprocess.DEVNULL,
                env=dict(os.environ, **(env or {})))
            watcher = Watch(process.pid) if watch else None
            if watcher:
                watcher.start()
            try:
                process.wait()
            except BaseException:
                process.terminate()  # and the command with it
                raise
            peaks = watcher.end() if watcher else []
        with open(self.file, encoding='ascii') as file:
            result = Cost(file.read(), peaks)
        if watcher:
            result.sockets = watcher.sockets
        return result


def take_turns(rounds, todo):
    """{name: what to call} -> {name: [what it gave in each round]}"""
    given = {name: [] for name in todo}
    for _ in range(rounds):
        for name, call in todo.items():
            given[name].append(call())
    return given


def median(values):
    return statistics.median(values)


def middle(costs, key):
    return statistics.median(getattr(cost, key) for cost in costs)


def until(words, stdin, count, mark):
    """Seconds until so many lines with a mark have been written. What goes
    on behind them is ended."""
    with open(stdin, 'rb') as source:
        start = time.monotonic()
        process = subprocess.Popen(
            words, stdin=source, stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL)
    last = float('inf')
    for line in process.stdout:
        if mark in line:
            count -= 1
            if count == 0:
                last = time.monotonic() - start
                break
    process.terminate()
    process.stdout.close()
    process.wait()
    return last
