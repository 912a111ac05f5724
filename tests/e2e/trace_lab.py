# SPDX-License-Identifier: ISC
"""The servers of tests/e2e/trace: a root, two that have "example.", and nsd,
Knot DNS, BIND, PowerDNS and fakedns for the zones below it."""
import ctypes
import fcntl
import os
import re
import signal
import socket
import sqlite3
import struct
import subprocess
import time

from labkit.build import Tools
from labkit.debian import find_monitor
from labkit.lab import NSD_CONF, end_process
from trace_rows import ALL, servers_of
from trace_zones import (BIND, FAKE, FAKE2, KNOT, NSD, PARENTS, PDNS, ROOT,
                         SPOILT, Zone, drop, read, run, write)

PATIENCE = 60
SIOCSIFFLAGS, IFF_UP = 0x8914, 1
NAMED_CONF = '''options {{
	directory "{folder}";
	listen-on port 53 {{ {ip}; }};
	listen-on-v6 {{ none; }};
	recursion no;
	dnssec-validation no;
	notify no;
	check-names primary ignore;
	pid-file none;
	session-keyfile none;
}};
controls {{ }};
'''
KNOT_CONF = '''server:
    listen: {ip}@53
    rundir: {folder}
database:
    storage: {folder}
template:
  - id: default
    zonefile-load: whole
    zonefile-sync: -1
    journal-content: none
    semantic-checks: off
zone:
'''
PDNS_CONF = '''launch=bind
bind-config={folder}/zones.conf
bind-dnssec-db={folder}/dnssec.db
local-address={ip}
local-port=53
module-dir={modules}
socket-dir={folder}
setuid=
setgid=
daemon=no
guardian=no
cache-ttl=0
query-cache-ttl=0
negquery-cache-ttl=0
'''
HEAD = '''$ORIGIN {origin}
$TTL 300
@ IN SOA {ns} hostmaster.example. {serial} 7200 3600 1209600 300
'''


def loopback_up():
    with socket.socket() as sock:
        fcntl.ioctl(sock, SIOCSIFFLAGS,
                    struct.pack('16sH14s', b'lo', IFF_UP, b''))


def own_address(ip):
    """BIND listens at addresses that an interface has."""
    run(['ip', 'address', 'add', ip + '/32', 'dev', 'lo'], '/')


def tie():
    ctypes.CDLL(None).prctl(1, signal.SIGTERM)


class TraceLab:
    def __init__(self, folder, build, rows):
        self.folder = folder
        self.build = build
        self.tools = Tools(build)
        self.rows = rows
        self.processes = []
        self.zones = {}
        self.texts = {}   # (name of a zone, address): its text
        self.good = {}
        os.makedirs(os.path.join(folder, 'keys'))
        self.keys = os.path.join(folder, 'keys')
        self.tld = Zone(self.keys, 'example', [])
        self.root_key = run(['ldns-keygen', '-r', '/dev/urandom', '-a',
                             'ECDSAP256SHA256', '-k', '.'], self.keys)

    def path(self, *parts):
        return os.path.join(self.folder, *parts)

    def arguments(self):
        return ['--root-hints', self.path('root.hints'), '--trust-anchor',
                self.path('anchor.ds'), '--allow-private']

    # Zones.

    def make(self):
        write(self.path('root.hints'), f'. 300 IN NS a.root.\n'
              f'a.root. 300 IN A {ROOT}\n')
        write(self.path('anchor.ds'),
              read(os.path.join(self.keys, self.root_key + '.ds')))
        self.fake_rules = []
        for one in self.rows:
            zone = Zone(self.keys, one['name'] + '.example', servers_of(one),
                        one['keys'])
            self.zones[one['name']] = zone
            good = SPOILT['both' if len(zone.keys) > 1 else 'good'](zone)
            self.good[one['name']] = good
            spoilt = SPOILT[one['spoilt']](zone)
            stale = SPOILT['stale'](zone) if 'stale' in one else None
            for ip in servers_of(one):
                bad = one['at'] == ALL or ip in one['at']
                self.texts[zone.name, ip] = spoilt if bad else good
                if ip in one.get('stale', []):
                    self.texts[zone.name, ip] = stale
            if one['fake']:
                kind, name, action = one['fake'].format(
                    zone=zone.name).split()
                name = zone.name if name == '*' else name
                self.fake_rules.append(f'rule {kind} {name} {action}')
        self._make_parents({one['name']: one['ds'] for one in self.rows}, {})

    def mend(self, pastes):
        """All remedies at once."""
        ds = {}
        for one in self.rows:
            zone = self.zones[one['name']]
            paste = pastes.get(one['name'])
            if paste:
                ds[one['name']] = paste.split(' DS ')[1]
            # Its DS is now that of the key it has.
            if one['spoilt'] == 'other-key' and one['at'] == ALL:
                continue
            for ip in servers_of(one):
                self.texts[zone.name, ip] = self.good[one['name']]
        self.fake_rules = []
        self._make_parents({one['name']: 'half' if one['ds'] == 'half'
                            else 'good' for one in self.rows}, ds)

    def _ds_of(self, zone, kind, given):
        """The DS records, as RDATA."""
        if given:
            return [given]
        good = zone.ds()
        wrong = good[:-1] + ('0' if good[-1] != '0' else '1')
        if kind == 'unknown':
            tag, _, rest = good.split(' ', 2)
            return [f'{tag} 12 {rest}']
        return {'good': [good], 'wrong': [wrong], 'none': [],
                'unsigned': [good],
                'half': [zone.ds(key) for key in zone.keys],
                'other': [zone.ds(zone.new_key('ECDSAP256SHA256'))],
                'sha1': [zone.ds(None, '-1')],
                'sha1-beside': [zone.ds(None, '-1'), wrong]}[kind]

    def _make_parents(self, kinds, given):
        for ip in PARENTS:
            text = HEAD.format(origin='example.', ns='ns0.example.',
                               serial=len(given) + 1)
            unsigned = []
            for i, address in enumerate(PARENTS):
                text += f'@ NS ns{i}\nns{i} A {address}\n'
            for one in self.rows:
                zone = self.zones[one['name']]
                kind = kinds[one['name']] if ip in one['ds_at'] else 'good'
                for i, address in enumerate(servers_of(one)):
                    text += (f'{zone.name}. NS ns{i}.{zone.name}.\n'
                             f'ns{i}.{zone.name}. A {address}\n')
                for rdata in self._ds_of(zone, kind, given.get(one['name'])):
                    text += f'{zone.name}. DS {rdata}\n'
                if kind == 'unsigned':
                    unsigned.append(zone.name)
            signed = self._sign('example.', text, self.tld.keys[0])
            for name in unsigned:
                signed = drop(signed, '^' + re.escape(name)
                              + r'\.\t.*\tRRSIG\tDS ')
            self.texts['example', ip] = signed
        text = HEAD.format(origin='.', ns='a.root.', serial=1)
        text += f'@ NS a.root.\na.root. A {ROOT}\n'
        for i, address in enumerate(PARENTS):
            text += f'example. NS ns{i}.example.\n'
            text += f'ns{i}.example. A {address}\n'
        text += f'example. DS {self.tld.ds()}\n'
        self.texts['.', ROOT] = self._sign('.', text, self.root_key)

    def _sign(self, name, text, key):
        source, target = self.path('plain'), self.path('signed')
        write(source, text)
        run(['ldns-signzone', '-o', name, '-f', target, source, key],
            self.keys)
        return read(target)

    # Servers.

    def start(self):
        for ip in {ip for _, ip in self.texts}:
            for name, where in self.texts:
                if where == ip:
                    os.makedirs(self.path(ip), exist_ok=True)
                    write(self.path(ip, name.strip('.') or 'root'),
                          self.texts[name, ip])
        for ip in [ROOT] + PARENTS + [NSD]:
            self._start_nsd(ip)
        self._start_knot()
        self._start_bind()
        self._start_pdns()
        self._start_fake()
        for name, ip in sorted(self.texts):
            if ip not in (FAKE, FAKE2):
                self._await(name, ip)

    def _zones_at(self, ip):
        return [(name, self.path(ip, name.strip('.') or 'root'))
                for name, where in sorted(self.texts) if where == ip]

    def _spawn(self, name, words, env=None):
        with open(self.path(name + '.log'), 'ab') as log:
            process = subprocess.Popen(
                words, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                env=dict(os.environ, **(env or {})), cwd=self.folder,
                start_new_session=True, preexec_fn=tie)
        process.lab_name = name
        self.processes.append(process)

    def _start_nsd(self, ip):
        program, env = self.tools.nsd()
        for folder in ('nsd', 'log', 'zones'):
            os.makedirs(self.path(ip + '.nsd', folder), exist_ok=True)
        conf = NSD_CONF.format(port=53, folder=self.path(ip + '.nsd'))
        conf = conf.replace('127.0.0.1@', ip + '@')
        zones = self._zones_at(ip)
        if ip == NSD:
            # What fakedns stands before.
            known = {name for name, _ in zones}
            zones += [zone for zone in self._zones_at(FAKE)
                      if zone[0] not in known]
        for name, file in zones:
            conf += f'zone:\n\tname: "{name}"\n\tzonefile: "{file}"\n'
        write(self.path(ip + '.conf'), conf)
        self._spawn('nsd-' + ip, [program, '-d', '-c',
                                  self.path(ip + '.conf')], env)

    def _start_knot(self):
        program, _, env = find_monitor(self.build, 'lab-knot')
        conf = KNOT_CONF.format(ip=KNOT, folder=self.path(KNOT + '.run'))
        os.makedirs(self.path(KNOT + '.run'), exist_ok=True)
        for name, file in self._zones_at(KNOT):
            conf += f'  - domain: {name}\n    file: {file}\n'
        write(self.path('knot.conf'), conf)
        self._spawn('knot', [program, '-c', self.path('knot.conf')], env)

    def _start_bind(self):
        program, _, env = find_monitor(self.build, 'lab-bind9')
        conf = NAMED_CONF.format(ip=BIND, folder=self.folder)
        for name, file in self._zones_at(BIND):
            conf += (f'zone "{name}" {{ type primary; file "{file}"; }};\n')
        write(self.path('named.conf'), conf)
        self._spawn('named', [program, '-g', '-n', '1', '-c',
                              self.path('named.conf')], env)

    def _start_pdns(self):
        program, root, env = find_monitor(self.build, 'lab-pdns')
        folder = self.path(PDNS + '.run')
        os.makedirs(folder, exist_ok=True)
        modules = next(
            os.path.join(where, 'pdns')
            for where in env['LD_LIBRARY_PATH'].split(':')
            if os.path.isdir(os.path.join(where, 'pdns')))
        write(os.path.join(folder, 'pdns.conf'), PDNS_CONF.format(
            folder=folder, ip=PDNS, modules=modules))
        zones = self._zones_at(PDNS)
        write(os.path.join(folder, 'zones.conf'), ''.join(
            f'zone "{name}" {{ type master; file "{file}"; }};\n'
            for name, file in zones))
        database = os.path.join(folder, 'dnssec.db')
        is_new = not os.path.exists(database)
        with sqlite3.connect(database) as tables:
            if is_new:
                tables.executescript(read(os.path.join(
                    root, 'usr/share/pdns-backend-bind/schema',
                    'bind-dnssec.schema.sqlite3.sql')))
            tables.execute('DELETE FROM domainmetadata')
            for name, file in zones:
                text = read(file)
                facts = []
                if '\tRRSIG\t' in text:
                    facts.append(('PRESIGNED', '1'))
                param = re.search(r'\tNSEC3PARAM\t(\S+ \S+ \S+ \S+)', text)
                if param:
                    facts.append(('NSEC3PARAM', param.group(1)))
                tables.executemany(
                    'INSERT INTO domainmetadata (domain, kind, content) '
                    'VALUES (?, ?, ?)',
                    [(name, kind, content) for kind, content in facts])
        self._spawn('pdns', [program, '--config-dir=' + folder], env)

    def _start_fake(self):
        write(self.path('fakedns.conf'),
              f'listen {FAKE}@53\nlisten {FAKE2}@53\nupstream {NSD}@53\n'
              + ''.join(rule + '\n' for rule in self.fake_rules))
        self._spawn('fakedns', [self.tools.fakedns,
                                self.path('fakedns.conf')])

    def _await(self, name, ip):
        """Until the server answers for the zone at all."""
        labels = [label for label in name.split('.') if label]
        question = struct.pack('>HHHHHH', 1, 0, 1, 0, 0, 0) + b''.join(
            bytes([len(label)]) + label.encode() for label in labels) \
            + b'\0\0\6\0\1'
        deadline = time.monotonic() + PATIENCE
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
            sock.settimeout(0.2)
            sock.connect((ip, 53))
            while True:
                try:
                    sock.send(question)
                    if sock.recv(4096)[3] & 15 == 0:
                        return
                    time.sleep(0.05)
                except OSError:
                    pass
                dead = [p.lab_name for p in self.processes
                        if p.poll() is not None]
                if time.monotonic() > deadline or dead:
                    raise RuntimeError(f'{ip} does not serve {name}; ended: '
                                       f'{dead}')

    def stop(self):
        for process in reversed(self.processes):
            if process.poll() is None:
                end_process(process.pid)
            process.wait()
        self.processes = []
