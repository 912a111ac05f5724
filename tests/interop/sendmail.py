# SPDX-License-Identifier: ISC
"""Sendmail, where it was built with DANE: one message to each domain. What
it has to say goes to the socket of syslog."""
import ipaddress
import os
import re
import socket
import subprocess
import threading
import time

from labkit.build import command
from place import own_dev, write
from programs import Sender, run

# Whatever the load of this machine: above 8 Sendmail would only queue.
CLIENT_MC = '''include(`{cf}/m4/cf.m4')dnl
OSTYPE(`linux')dnl
FEATURE(`no_default_msa')dnl
undefine(`confERROR_MODE')dnl
define(`confDANE', `true')dnl
define(`confLOG_LEVEL', `14')dnl
define(`confPID_FILE', `{folder}/pid')dnl
define(`STATUS_FILE', `{folder}/status')dnl
define(`HELP_FILE', `{folder}/help')dnl
define(`ALIAS_FILE', `')dnl
define(`QUEUE_DIR', `{folder}/queue')dnl
define(`confDOMAIN_NAME', `client.sender.example')dnl
define(`confTO_CONNECT', `5s')dnl
define(`confTO_INITIAL', `30s')dnl
define(`confTO_HELO', `30s')dnl
define(`confTO_STARTTLS', `30s')dnl
define(`confTO_IDENT', `0s')dnl
define(`confDONT_PROBE_INTERFACES', `true')dnl
define(`confQUEUE_LA', `999')dnl
define(`confREFUSE_LA', `999')dnl
define(`confCACERT_PATH', `{folder}')dnl
MAILER(`smtp')dnl
'''


def has_dane(packages, folder):
    """Was it compiled in? Not so in Debian 12."""
    conf = write(os.path.join(folder, 'no-sendmail.cf'), 'V10\n')
    told = run([packages.path('usr/libexec/sendmail/sendmail'), '-d0.13',
                '-bt', '-C', conf], stdin=subprocess.DEVNULL)
    return 'DANE' in told.split()


def short(ip):
    """It writes all eight parts of an IPv6 address."""
    return str(ipaddress.ip_address(ip))


class Sendmail(Sender):
    name = 'sendmail'
    predicted_as = 'sendmail'
    package = 'sendmail-bin'
    tried = re.compile(r'relay=\S+ \[(?:IPv6:)?([^]]+)\](?:, dsn=|$)', re.M)
    delivered = re.compile(r'relay=\S+ \[(?:IPv6:)?([^]]+)\], dsn=2\S+, '
                           r'stat=Sent')
    process = re.compile(r'sendmail\[(\d+)\]: (.*)', re.S)

    def __init__(self, packages, folder):
        queue = os.path.join(folder, 'queue')
        os.makedirs(queue)
        os.chmod(queue, 0o700)
        cf = packages.path('usr/share/sendmail/cf')
        source = write(os.path.join(folder, 'sendmail.mc'),
                       CLIENT_MC.format(cf=cf, folder=folder))
        self.conf = write(os.path.join(folder, 'sendmail.cf'), command(
            [packages.path('usr/bin/m4'), f'-D_CF_DIR_={cf}/', source],
            folder))
        self.program = packages.path('usr/libexec/sendmail/sendmail')
        self.lines = []
        own_dev(folder)
        self.syslog = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.syslog.bind('/dev/log')
        os.chmod('/dev/log', 0o666)
        threading.Thread(target=self.listen, daemon=True).start()

    def listen(self):
        while True:
            self.lines.append(self.syslog.recv(65536).decode(errors='replace'))

    def predict(self, case, ip, sender):
        """It has no certificate of its own."""
        return None if case.own else (sender['outcome'], sender['why'])

    def told_of(self, case):
        """What the processes said that had to do with the domain."""
        lines = [match.groups() for match in map(
            self.process.search, list(self.lines)) if match]
        wanted = {pid for pid, line in lines if f'b@{case.domain}' in line}
        return ''.join(line + '\n' for pid, line in lines if pid in wanted)

    def send(self, case):
        """({address: delivers}, log)"""
        log = run([self.program, '-C', self.conf, '-odi', '-oi', '-v', '-f',
                   'a@sender.example', f'b@{case.domain}'],
                  input='Subject: x\n\nHello\n')
        deadline = time.monotonic() + 5
        while ' stat=' not in (told := self.told_of(case)):
            if time.monotonic() > deadline:
                break
            time.sleep(0.05)
        seen = {short(ip): False for ip in self.tried.findall(told)}
        seen |= {short(ip): True for ip in self.delivered.findall(told)}
        return seen, log + told
