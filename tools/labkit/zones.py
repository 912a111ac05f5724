# SPDX-License-Identifier: ISC
"""Signed zones: written, signed by the ldns tools, then spoilt on purpose."""
import os
import re
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor

from .scenario import LabError

DAY = 86400
# What ldns-keygen is asked for, and the number of the algorithm.
ALGORITHMS = {'alg7': ('RSASHA1-NSEC3-SHA1', 7), 'ed448': ('ED448', 16)}
USUAL = ('ECDSAP256SHA256', 13)
HEAD = '''$ORIGIN {origin}
$TTL 300
@ IN SOA ns.example. hostmaster.example. 1 7200 3600 1209600 300
@ IN NS ns.example.
'''
# Signature times relative to now, in days.
TIMES = {'expired': (-40, -10), 'not-yet': (10, 30), 'expiring': (-19, 1),
         'long': (-1, 90), 'online': (-1, 1), 'ended': (-20, -1 / 12),
         'ahead': (1 / 12, 20)}


def dotted(name):
    return name if name.endswith('.') else name + '.'


def run(command, cwd):
    done = subprocess.run(command, cwd=cwd, text=True, capture_output=True,
                          timeout=60, check=False)
    if done.returncode:
        raise LabError(f"{' '.join(command)}: {done.stderr.strip()}")
    return done.stdout.strip()


class Signer:
    """Makes FOLDER/NAME.signed for every zone, children before parents."""

    def __init__(self, folder, keys, now=None):
        self.folder = folder
        self.keys = keys
        self.now = int(now or time.time())
        self.ds = {}
        os.makedirs(folder, exist_ok=True)
        os.makedirs(keys, exist_ok=True)

    def sign_all(self, zones):
        """zones: dicts of name, sign, lines, edit; the root is '.'."""
        names = {dotted(zone['name']) for zone in zones}
        if len(names) != len(zones):
            seen = set()
            for zone in zones:
                if dotted(zone['name']) in seen:
                    raise LabError(f"{zone['path']}: zone {zone['name']} "
                                   'exists already')
                seen.add(dotted(zone['name']))
        depth = {}
        for zone in zones:
            zone['name'] = dotted(zone['name'])
            zone['parent'] = parent_of(zone['name'], names)
            labels = zone['name'].rstrip('.')
            depth.setdefault(len(labels.split('.')) if labels else 0,
                             []).append(zone)
        children = {}
        for zone in zones:
            children.setdefault(zone['parent'], []).append(zone)
        with ThreadPoolExecutor(2) as pool:
            for level in sorted(depth, reverse=True):
                jobs = [pool.submit(self._one, zone,
                                    children.get(zone['name'], []))
                        for zone in depth[level]]
                for job in jobs:
                    job.result()
        return {zone['name']: self._path(zone['name']) for zone in zones}

    def _path(self, name, kind='signed'):
        return os.path.join(self.folder, (name.rstrip('.') or 'root')
                            + '.' + kind)

    def key(self, name, sign='signed'):
        """Base name of the zone's key in the folder of keys."""
        algorithm, number = ALGORITHMS.get(sign, USUAL)
        stem = f'K{name}+{number:03}+'
        for file in os.listdir(self.keys):
            if file.startswith(stem) and file.endswith('.private'):
                return file[:-len('.private')]
        bits = ['-b', '2048'] if algorithm.startswith('RSA') else []
        return run(['ldns-keygen', '-r', '/dev/urandom', '-a', algorithm]
                   + bits + ['-k', name], self.keys)

    def _delegations(self, children):
        lines = []
        for child in children:
            lines.append(f"{child['name']} IN NS ns.example.")
            if child['name'] in self.ds:
                lines.append(self.ds[child['name']])
        return '\n'.join(lines) + '\n'

    def _one(self, zone, children):
        name, sign = zone['name'], zone['sign']
        plain = self._path(name, 'zone')
        with open(plain, 'w', encoding='ascii') as file:
            file.write(HEAD.format(origin=name))
            file.write(zone['lines'].strip('\n') + '\n')
            file.write(self._delegations(children))
        if sign == 'unsigned':
            text = read(plain)
        else:
            text = self._sign(name, sign, plain)
        for edit in zone['edit']:
            text = edited(text, edit, zone)
        with open(self._path(name), 'w', encoding='ascii') as file:
            file.write(text)

    def _sign(self, name, sign, plain):
        key = self.key(name, sign)
        first, last = TIMES.get(sign, (-1, 20))
        command = ['ldns-signzone', '-i', str(int(self.now + first * DAY)), '-e',
                   str(int(self.now + last * DAY)), '-o', name, '-f',
                   self._path(name, 'raw')]
        if sign == 'alg7' or sign.startswith('nsec3'):
            count = sign.removeprefix('nsec3-')
            command += ['-n', '-t', count if count.isdigit() else '0']
        if sign == 'nsec3-optout':
            command.append('-p')
        run(command + [os.path.abspath(plain), key], self.keys)
        if sign != 'missing-ds':
            self.ds[name] = self._ds(key, sign)
        text = read(self._path(name, 'raw'))
        if sign == 'bogus':
            text = re.sub(r'(\tRRSIG\t.*\s)([A-Za-z0-9+/])(\S+)$', spoil, text,
                          flags=re.M)
        elif sign == 'no-nsec':
            text = re.sub(r'^.*\t(NSEC|RRSIG\tNSEC)[\t ].*\n', '', text,
                          flags=re.M)
        return text

    def _ds(self, key, sign):
        ds = run(['ldns-key2ds', '-n', '-1' if sign == 'sha1ds' else '-2',
                  key + '.key'], self.keys)
        if sign == 'wrong-ds':
            ds = ds[:-1] + ('0' if ds[-1] != '0' else '1')
        elif sign == 'unknown-ds':
            ds = re.sub(r'(\sDS\s+\d+ \d+) 2 ', r'\1 200 ', ds)
        elif sign == 'unknown-alg':
            ds = re.sub(r'(\sDS\s+\d+) 13 ', r'\1 17 ', ds)
        return ds


def spoil(match):
    head, first, rest = match.groups()
    return head + ('A' if first != 'A' else 'B') + rest


def read(path):
    with open(path, encoding='ascii') as file:
        return file.read()


def parent_of(name, names):
    """The zone that delegates this one; None for the root."""
    labels = name
    while labels != '.':
        labels = labels.partition('.')[2] or '.'
        if labels in names:
            return labels
    return None


def edited(text, edit, zone):
    """Lines of the signed zone that match are replaced, or dropped."""
    unknown = set(edit) - {'match', 'replace'}
    if unknown:
        raise LabError(f"{zone['path']}: unknown key in edit: {min(unknown)}")
    lines, hits = [], 0
    for line in text.splitlines():
        if re.search(edit['match'], line):
            hits += 1
            if 'replace' not in edit:
                continue
            line = re.sub(edit['match'], edit['replace'], line)
        lines.append(line)
    if not hits:
        raise LabError(f"{zone['path']}: edit matches nothing in "
                       f"{zone['name']}: {edit['match']}")
    return '\n'.join(lines) + '\n'
