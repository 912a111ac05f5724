# SPDX-License-Identifier: ISC
"""The machine as the senders see it: a network namespace with only loopback,
port 25 and port 53 on it, a validating resolver and users of their own."""
import fcntl
import os
import socket
import struct
import subprocess

from labkit.resolver import validates
from labkit.scenario import LabError

SIOCSIFFLAGS, IFF_UP = 0x8914, 1
RESOLVER = '127.53.53.53'
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
	logfile: "{folder}/unbound.log"
	use-syslog: no
	trust-anchor-file: "{anchor}"
	module-config: "validator iterator"
	num-threads: 1
remote-control:
	control-enable: no
forward-zone:
	name: "."
	forward-addr: {upstream}
'''
POSTFIX_ID, POSTDROP_ID, EXIM_ID, SMTPQ_ID = 9001, 9002, 9003, 9007
PASSWD = f'''root:x:0:0::/:/bin/sh
nobody:x:65534:65534::/:/bin/false
postfix:x:{POSTFIX_ID}:{POSTFIX_ID}::/:/bin/false
Debian-exim:x:{EXIM_ID}:{EXIM_ID}::/:/bin/false
smmta:x:9004:9004::/:/bin/false
smmsp:x:9005:9005::/:/bin/false
opensmtpd:x:9006:9006::/:/bin/false
opensmtpq:x:{SMTPQ_ID}:{SMTPQ_ID}::/:/bin/false
'''
GROUP = f'''root:x:0:
mail:x:8:
nogroup:x:65534:
postfix:x:{POSTFIX_ID}:
postdrop:x:{POSTDROP_ID}:
Debian-exim:x:{EXIM_ID}:
smmta:x:9004:
smmsp:x:9005:
opensmtpd:x:9006:
opensmtpq:x:{SMTPQ_ID}:
'''


def write(path, text):
    with open(path, 'w', encoding='ascii') as file:
        file.write(text)
    return path


def loopback_up():
    with socket.socket() as sock:
        fcntl.ioctl(sock, SIOCSIFFLAGS, struct.pack('16sH14s', b'lo', IFF_UP,
                                                    b''))


def etc_write(name, text):
    """In the place of what is there, be it a link to elsewhere."""
    path = os.path.join('/etc', name)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    if os.path.lexists(path):
        os.unlink(path)
    return write(path, text)


def share_libraries(packages, folder):
    """By the loader's cache, as Exim starts itself again as set-user-ID
    program, which forgets LD_LIBRARY_PATH."""
    conf = write(os.path.join(folder, 'ld.so.conf'),
                 '\n'.join(packages.libraries())
                 + '\ninclude /etc/ld.so.conf.d/*.conf\n')
    subprocess.run(['ldconfig', '-X', '-f', conf], check=True)


def own_etc(folder):
    """A copy of /etc that others do not see and that stays in memory."""
    copy = os.path.join(folder, 'etc')
    os.makedirs(copy)
    tmpfs(copy)
    subprocess.run(['cp', '-a', '/etc/.', copy], check=True)
    subprocess.run(['mount', '--bind', copy, '/etc'], check=True)


def furnish(packages, folder):
    own_etc(folder)
    share_libraries(packages, folder)
    for name, text in (
            ('resolv.conf', f'nameserver {RESOLVER}\n'
                            'options trust-ad edns0 attempts:1\n'),
            ('passwd', PASSWD), ('group', GROUP),
            ('hosts', '127.0.0.1 localhost\n'),
            ('nsswitch.conf', 'hosts: files dns\npasswd: files\n'
                              'group: files\n')):
        etc_write(name, text)


def start_unbound(packages, folder, facts, more='', address=RESOLVER):
    """The validating resolver; it is asked until it answers. more is for
    its configuration."""
    conf = write(os.path.join(folder, f'unbound-{address}.conf'),
                 UNBOUND_CONF.format(
                     resolver=address, folder=folder,
                     anchor=facts['trust_anchor'],
                     upstream=facts['resolver']) + more)
    process = subprocess.Popen(
        [packages.path('usr/sbin/unbound'), '-d', '-c', conf],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    question = (b'\0\1\1\x20\0\1\0\0\0\0\0\0\7healthy\7example\0\0\x0f\0\1')
    if validates(process, address, question):
        return process
    process.kill()
    process.wait()
    raise LabError(f'unbound does not validate the lab; see {folder}/unbound.log')


def tmpfs(target):
    """An empty folder in the place of one of this machine's."""
    subprocess.run(['mount', '-t', 'tmpfs', '-o', 'mode=755', 'tmpfs',
                    target], check=True)


def own_dev(folder):
    """The devices in a /dev that others do not see, so that there may be a
    socket of syslog in it."""
    old = os.path.join(folder, 'dev')
    os.makedirs(old)
    # Each device may be a mount of its own, as in tools/elsewhere.
    subprocess.run(['mount', '--rbind', '/dev', old], check=True)
    tmpfs('/dev')
    for name in ('null', 'zero', 'random', 'urandom', 'tty'):
        node = write(os.path.join('/dev', name), '')
        subprocess.run(['mount', '--bind', os.path.join(old, name), node],
                       check=True)
