# SPDX-License-Identifier: ISC
"""The small Internet of the benchmark, in a network namespace of its own: a
root, a top-level domain and name servers below it, and mail servers.

  dNNNNN.bench           really distinct domains: each a signed zone of its
                         own with its own MX host, address and TLSA record
  rNNNNN.bench           the same with RSA-2048 (algorithm 8) in place of
                         ECDSA P-256 (13), on the same addresses
  mNNNNN.bench           the same as dNNNNN, on a name server that answers
                         minimally
  sNNNNNN.shared.bench   names in one zone, on the first thousand hosts
  pNNNNN.spread.bench    names in one zone, each on a host of its own
  hNNNN.spread.bench     the same on hosts that never answer
  mxNNNNN.hosts.bench    the hosts of the last three
  nNNNNNN.null.bench     names in one zone that take no mail
"""
import fcntl
import functools
import json
import os
import shutil
import socket
import struct
import subprocess
import sys
import time

from labkit.build import command
from labkit.lab import Lab, end_process
from labkit.resolver import validates

SIOCSIFFLAGS, IFF_UP = 0x8914, 1
# The real ones, so that programs with hints built in need no others.
ROOTS = ['198.41.0.4', '170.247.170.2', '192.33.4.12', '199.7.91.13',
         '192.203.230.10', '192.5.5.241', '192.112.36.4', '198.97.190.53',
         '192.36.148.17', '192.58.128.30', '193.0.14.129', '199.7.83.42',
         '202.12.27.33', '199.9.14.201']
FRONT = {'root': ROOTS, 'tld': ['127.10.0.2'], 'leaf': ['127.10.0.3'],
         'minimal': ['127.10.0.4']}
BEHIND = {'root': '127.20.0.1', 'tld': '127.20.0.2', 'leaf': '127.20.0.3',
          'minimal': '127.20.0.4'}
ECDSA, RSA = 13, 8
VERSION = 3  # of what make() makes
RESOLVER = '127.53.53.53'
CERTS = '''root: key=p256 cn="Bench Root" ca=yes ku=keyCertSign,cRLSign
inter: key=p256 issuer=root cn="Bench E1" ca=yes pathlen=0 \
ku=digitalSignature,keyCertSign,cRLSign
p256: key=p256 issuer=inter cn="mx.bench" \
san=dns:mx.bench,dns:*.hosts.bench ku=digitalSignature eku=serverAuth
rsa: key=rsa2048 issuer=inter cn="mx.bench" \
san=dns:mx.bench,dns:*.hosts.bench ku=digitalSignature,keyEncipherment \
eku=serverAuth
'''
# Those of the hosts, in turn. More than anybody remembers (tls/known.h), so
# that each chain is as new as a stranger's.
OWN_CERT = '''{name}: key=p256 issuer=inter cn="mx.bench" \
san=dns:mx.bench,dns:*.hosts.bench ku=digitalSignature eku=serverAuth
'''
SOA = '''$TTL 3600
@ IN SOA ns.bench. hostmaster.bench. 1 7200 3600 1209600 300
@ IN NS {ns}
'''
NSD_CONF = '''server:
{addresses}	do-ip6: no
	username: ""
	chroot: ""
	database: ""
	pidfile: ""
	xfrdfile: "{folder}/{name}.state"
	xfrdir: "{folder}"
	zonesdir: "{folder}"
	zonelistfile: "{folder}/{name}.list"
	logfile: "{folder}/{name}.log"
	server-count: 1
	rrl-ratelimit: 0
	rrl-whitelist-ratelimit: 0
	zonefiles-check: no
	minimal-responses: {minimal}
remote-control:
	control-enable: no
'''
UNBOUND_CONF = '''server:
	interface: {resolver}
	access-control: 127.0.0.0/8 allow
	do-daemonize: no
	do-not-query-localhost: no
	do-ip6: no
	username: ""
	chroot: ""
	directory: "{folder}"
	pidfile: ""
	use-syslog: no
	logfile: "{folder}/unbound.log"
	trust-anchor-file: "{anchor}"
	module-config: "validator iterator"
	num-threads: 1
	outgoing-range: 4096
	msg-cache-size: 64m
	rrset-cache-size: 128m
remote-control:
	control-enable: no
'''


def loopback_up():
    with socket.socket() as sock:
        fcntl.ioctl(sock, SIOCSIFFLAGS, struct.pack('16sH14s', b'lo', IFF_UP,
                                                    b''))
    for address in ROOTS:
        subprocess.run(['ip', 'address', 'add', address + '/32', 'dev', 'lo'],
                       check=True)


def write(path, text):
    with open(path, 'w', encoding='ascii') as file:
        file.write(text)
    return path


def address(net, number):
    """One of 127.NET.0.0/15, none that ends in 0 or 255."""
    return f'127.{net + number // 50000}.{number // 200 % 250}.' \
        f'{number % 200 + 1}'


class World(Lab):
    """Its files, and the processes that make it up."""

    def __init__(self, folder, tools, sizes):
        super().__init__(folder, tools)
        self.sizes = sizes
        self.bench = os.path.join(tools.build, 'tools/bench')
        self.smtp = []
        self.anchor = self.path('anchor.ds')

    # What it is made of.

    def make(self):
        """Keys, certificates and zones, unless they lie there already."""
        stamp = json.dumps({'sizes': self.sizes, 'version': VERSION,
                            'day': int(time.time() / 86400)})
        if os.path.exists(self.path('stamp')):
            with open(self.path('stamp'), encoding='ascii') as file:
                if file.read() == stamp:
                    return
        shutil.rmtree(self.build.folder, ignore_errors=True)
        for name in ('zones', 'run', 'log'):
            os.makedirs(self.path(name))
        write(self.path('certs.spec'), CERTS + ''.join(
            OWN_CERT.format(name=self.own_cert(i))
            for i in range(self.sizes['own_certs'])))
        command([self.tools.mkcerts, self.path('certs.spec'),
                 self.path('certs')], self.build.folder)
        self._make_zones()
        write(self.path('stamp'), stamp)

    def chain(self, kind):
        """Leaf and issuer, in one file."""
        path = self.path('certs', kind + '.chain')
        with open(path, 'w', encoding='ascii') as chain:
            for part in (kind, 'inter'):
                with open(self.path('certs', part + '.crt'),
                          encoding='ascii') as file:
                    chain.write(file.read())
        return path

    def key(self, kind):
        return self.path('certs', kind + '.key')

    def own_cert(self, number):
        """Of the host of that number."""
        return f"own{number % self.sizes['own_certs']:04}"

    @functools.cached_property
    def _digests(self):
        with open(self.path('certs', 'digests.json'),
                  encoding='ascii') as file:
            return json.load(file)

    def tlsa(self, cert):
        return self._digests[cert]['spki']['1']

    def _sign(self, zones):
        """{origin: text} -> their DS records."""
        lines = ''
        for origin, text in zones.items():
            path = self._zone_file(origin)
            write(path, f'$ORIGIN {origin}\n' + text)
            algorithm = RSA if origin.startswith('r0') else ECDSA
            lines += f'{origin} {path} {algorithm}\n'
        done = subprocess.run(
            [os.path.join(self.bench, 'bench-signzones')], input=lines,
            text=True, stdout=subprocess.PIPE, check=True)
        return done.stdout

    def _zone_file(self, origin):
        return self.path('zones', origin.rstrip('.') or 'root')

    def _make_zones(self):
        leaf = SOA.format(ns='ns-leaf.bench.')
        zones = {f'{kind}{i:05}.bench.': leaf + self._own_host(i)
                 for kind in 'dr' for i in range(self.sizes['distinct'])}
        zones['hosts.bench.'] = leaf + ''.join(self._hosts())
        zones['shared.bench.'] = leaf + ''.join(
            f's{i:06} MX 10 mx{i % self.sizes["popular"]:05}.hosts.bench.\n'
            for i in range(self.sizes['shared']))
        zones['spread.bench.'] = leaf + ''.join(
            f'p{i:05} MX 10 mx{i:05}.hosts.bench.\n'
            for i in range(self.sizes['hosts'])) + ''.join(
            f'h{i:04} MX 10 hole{i:04}.hosts.bench.\n'
            for i in range(self.sizes['holes']))
        zones['null.bench.'] = leaf + ''.join(
            f'n{i:06} MX 0 .\n' for i in range(self.sizes['null']))
        minimal = {f'm{i:05}.bench.': SOA.format(ns='ns-minimal.bench.')
                   + self._own_host(i) for i in range(self.sizes['distinct'])}
        ds = self._sign(zones) + self._sign(minimal)
        tld = SOA.format(ns='ns-tld.bench.') + ''.join(
            f'ns-{name} A {FRONT[name][0]}\n'
            for name in ('tld', 'leaf', 'minimal')) + ds
        tld += ''.join(f'{name} NS ns-leaf.bench.\n' for name in zones)
        tld += ''.join(f'{name} NS ns-minimal.bench.\n' for name in minimal)
        ds = self._sign({'bench.': tld})
        root = SOA.format(ns='a.root-servers.net.') + (
            f'a.root-servers.net. A {ROOTS[0]}\n'
            f'bench. NS ns-tld.bench.\n'
            f"ns-tld.bench. A {FRONT['tld'][0]}\n" + ds)
        write(self.anchor, self._sign({'.': root}))
        write(self.path('zones.json'),
              json.dumps({'root': ['.'], 'tld': ['bench.'],
                          'leaf': list(zones), 'minimal': list(minimal)}))

    def _own_host(self, number):
        return (f'@ MX 10 mx\nmx A {address(66, number)}\n'
                '_25._tcp.mx TLSA 3 1 1 '
                f'{self.tlsa(self.own_cert(number))}\n')

    def _hosts(self):
        hosts = [(f'mx{i:05}', address(64, i), i)
                 for i in range(self.sizes['hosts'])]
        hosts += [(f'hole{i:04}', address(68, i), i)
                  for i in range(self.sizes['holes'])]
        for name, ip, number in hosts:
            yield (f'{name} A {ip}\n_25._tcp.{name} TLSA 3 1 1 '
                   f'{self.tlsa(self.own_cert(number))}\n')
            if number % 2:
                yield f"_25._tcp.{name} TLSA 2 1 1 {self.tlsa('inter')}\n"

    # Its processes.

    def start(self, dns_ms=0, smtp=None):
        """smtp: more keys for every mail server."""
        try:
            for name in FRONT:
                self._start_nsd_at(
                    name, [BEHIND[name]] if dns_ms else FRONT[name])
                if dns_ms:
                    self._start_delay(name, dns_ms)
            self.start_smtp(smtp or {})
        except BaseException:
            self._end_processes()
            raise

    def stop(self):
        self._end_processes()
        self.smtp = []

    def _start_nsd_at(self, name, addresses):
        program, env = self.tools.nsd()
        with open(self.path('zones.json'), encoding='ascii') as file:
            zones = json.load(file)[name]
        conf = NSD_CONF.format(
            folder=self.path('run'), name=name, addresses=''.join(
                f'\tip-address: {ip}@53\n' for ip in addresses),
            minimal='yes' if name == 'minimal' else 'no')
        for zone in zones:
            conf += (f'zone:\n\tname: "{zone}"\n'
                     f'\tzonefile: "{self._zone_file(zone)}"\n')
        path = write(self.path('run', name + '.conf'), conf)
        notify_path = self.path('run', name + '.notify')
        if os.path.exists(notify_path):
            os.unlink(notify_path)
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as notify:
            notify.bind(notify_path)
            process = self._spawn(
                'nsd-' + name, [program, '-d', '-c', path], True,
                env | {'NOTIFY_SOCKET': notify_path},
                stdout=subprocess.DEVNULL)
            self._await(process, notify,
                        lambda: b'READY=1' in notify.recv(4096))

    def _start_delay(self, name, ms):
        conf = write(self.path('run', name + '.delay'), ''.join(
            f'listen {ip}@53\n' for ip in FRONT[name])
            + f'upstream {BEHIND[name]}@53\ndelay {ms}\n')
        self._start_ready('delay-' + name, [self.tools.fakedns, conf], True)

    def start_smtp(self, more):
        """Mail servers anew, in as many processes as there are CPUs, each
        with addresses of its own."""
        self.stop_smtp()
        count = len(os.sched_getaffinity(0))
        good = [(net, i) for net, n in ((64, self.sizes['hosts']),
                                        (66, self.sizes['distinct']))
                for i in range(n)]
        holes = [address(68, i) for i in range(self.sizes['holes'])]
        for i in range(count):
            servers = [server | more for server in self._good(good[i::count])]
            for part, how in ((holes[i::2 * count], {'blackhole': True}),
                              (holes[i + count::2 * count],
                               {'silent_at': 'banner'})):
                if part:
                    servers.append({'listen': part} | how)
            conf = write(self.path('run', f'smtp{i}.json'),
                         json.dumps({'servers': servers}))
            process = self._spawn(
                f'smtp{i}', [self.tools.fakesmtpd, '--count-file',
                             self.path('run', f'smtp{i}.count'), conf],
                True, stdout=subprocess.PIPE)
            self.smtp.append(process)
            self._await(process, process.stdout,
                        lambda p=process: p.stdout.readline() == b'ready\n')

    def _good(self, numbers):
        """What shows a certificate is one server, at many addresses."""
        places = {}
        for net, number in numbers:
            places.setdefault(self.own_cert(number), []).append(
                address(net, number))
        for cert, listen in places.items():
            yield {'listen': listen, 'tls': {'tickets': 0}, 'certs': [{
                'key': self.key(cert), 'chain': [
                    self.path('certs', name + '.crt')
                    for name in (cert, 'inter')]}]}

    def stop_smtp(self):
        for process in self.smtp:
            end_process(process.pid)
            process.wait()
            process.stdout.close()
            self.processes.remove(process)
        self.smtp = []

    def connections(self):
        """How often each address was connected to, since they started."""
        seen = {}
        for i, process in enumerate(self.smtp):
            process.send_signal(10)  # SIGUSR1
            while process.stdout.readline() != b'counted\n':
                if process.poll() is not None:
                    sys.exit('bench: a mail server has died')
            with open(self.path('run', f'smtp{i}.count'),
                      encoding='ascii') as file:
                for one in json.load(file)['listeners']:
                    seen[one['address']] = one['connections']
        return seen

    def start_unbound(self, program, env):
        """The resolver that the other programs need."""
        conf = write(self.path('run', 'unbound.conf'), UNBOUND_CONF.format(
            resolver=RESOLVER, folder=self.path('run'), anchor=self.anchor))
        process = self._spawn('unbound', [program, '-d', '-c', conf], True,
                              env, stdout=subprocess.DEVNULL)
        question = b'\0\1\1\x20\0\1\0\0\0\0\0\0\5bench\0\0\2\0\1'
        if validates(process, RESOLVER, question):
            return process
        sys.exit('bench: unbound does not validate; see '
                 + self.path('run', 'unbound.log'))

    def end(self, process):
        end_process(process.pid)
        process.wait()
        self.processes.remove(process)
