# SPDX-License-Identifier: ISC
"""Postfix itself: smtpd takes one message for the domains of all cases, and
its smtp client brings it to each of them. One instance in a folder of its
own, ended by the id of its master."""
import os
import re
import smtplib
import subprocess
import time

from labkit.lab import end_process
from labkit.scenario import LabError
from place import POSTDROP_ID, POSTFIX_ID, write
from programs import Sender

PATIENCE = 90
PORT = 2525
MAIN_CF = '''compatibility_level = 3.6
queue_directory = {folder}/queue
data_directory = {folder}/data
command_directory = {root}/usr/sbin
daemon_directory = {root}/usr/lib/postfix/sbin
meta_directory = {root}/etc/postfix
shlib_directory = {root}/usr/lib/postfix
maillog_file = {folder}/log
maillog_file_prefixes = {folder}
inet_protocols = all
inet_interfaces = 127.0.0.1
mynetworks = 127.0.0.0/8
myhostname = client.sender.example
mydestination =
local_recipient_maps =
alias_maps =
alias_database =
smtpd_peername_lookup = no
default_process_limit = 40
'''
MASTER_CF = '''127.0.0.1:2525 inet n - n - - smtpd
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
proxymap unix - - n - - proxymap
smtp unix - - n - - smtp
relay unix - - n - - smtp
error unix - - n - - error
retry unix - - n - - error
discard unix - - n - - discard
local unix - n n - - local
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
'''
OF_ROOT = ['pid']
OF_POSTFIX = ['active', 'bounce', 'corrupt', 'defer', 'deferred', 'flush',
              'hold', 'incoming', 'private', 'public', 'maildrop', 'saved',
              'trace']


class Instance:
    """One Postfix, with more lines for its main.cf and its own master.cf."""

    def __init__(self, packages, folder, lines, master_cf=MASTER_CF):
        self.folder = folder
        self.process = None
        self.program = packages.path('usr/lib/postfix/sbin/master')
        os.makedirs(folder)
        write(os.path.join(folder, 'main.cf'), MAIN_CF.format(
            folder=folder, root=packages.root) + lines)
        write(os.path.join(folder, 'master.cf'), master_cf)
        os.makedirs(os.path.join(folder, 'data'))
        for name in OF_ROOT + OF_POSTFIX:
            os.makedirs(os.path.join(folder, 'queue', name))
        for name in ['data'] + [os.path.join('queue', n) for n in OF_POSTFIX]:
            os.chown(os.path.join(folder, name), POSTFIX_ID, -1)
        os.chown(os.path.join(folder, 'queue/public'), -1, POSTDROP_ID)
        os.chmod(os.path.join(folder, 'queue/public'), 0o710)

    def start(self):
        with open(os.path.join(self.folder, 'master.out'), 'wb') as out:
            self.process = subprocess.Popen(
                [self.program, '-d', '-c', self.folder],
                stdin=subprocess.DEVNULL, stdout=out, stderr=out,
                env=dict(os.environ, MAIL_CONFIG=self.folder, LC_ALL='C'),
                start_new_session=True)

    def stop(self):
        if self.process is not None:
            end_process(self.process.pid)
            self.process.wait()
            self.process = None

    def log(self):
        try:
            with open(os.path.join(self.folder, 'log'), encoding='utf-8',
                      errors='replace') as file:
                return file.read()
        except FileNotFoundError:
            return ''


class PostfixSmtp(Sender):
    """The smtp client. Each of its processes tells of one delivery at a
    time, the last line of which names the recipient."""

    name = 'postfix-smtp'
    predicted_as = 'postfix'
    package = 'postfix'
    port = PORT
    master_cf = MASTER_CF
    lines = '''smtp_dns_support_level = dnssec
smtp_host_lookup = dns
smtp_tls_security_level = dane
smtp_tls_loglevel = 1
smtp_connect_timeout = 5s
smtp_helo_timeout = 30s
smtp_starttls_timeout = 30s
smtp_mail_timeout = 30s
smtp_rcpt_timeout = 30s
smtp_data_xfer_timeout = 30s
smtp_data_done_timeout = 30s
smtp_quit_timeout = 30s
smtp_mx_session_limit = 0
smtp_mx_address_limit = 0
disable_dns_lookups = no
relayhost =
'''
    process_of = re.compile(r' postfix/(?:smtp|error)\[(\d+)\]: (.*)')
    recipient = re.compile(r'\w+: to=<b@([^>]+)>,(?: relay=\S+?\[([^]]+)\]'
                           r':25,)?.* status=(\w+)')
    tried = re.compile(r'(?:established to|SSL_connect error to|connection '
                       r'with|timed out with|connect to|Cannot start TLS to|'
                       r'offered by host|but host) \S+?\[([^]]+)\]')

    def __init__(self, packages, folder):
        self.instance = Instance(
            packages, folder, self.lines,
            self.master_cf.replace(f':{PORT} ', f':{self.port} '))

    def predict(self, case, ip, sender):
        """One instance for all, so it has no certificate of its own."""
        return None if case.own else (sender['outcome'], sender['why'])

    def prepare(self, domains):
        self.instance.start()
        self.submit(domains)

    def submit(self, domains):
        """A message for all of them, as soon as it is taken."""
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                with smtplib.SMTP('127.0.0.1', self.port,
                                  timeout=PATIENCE) as smtp:
                    smtp.sendmail('a@sender.example',
                                  [f'b@{domain}' for domain in domains],
                                  'Subject: x\r\n\r\nHello\r\n')
                return
            except OSError as error:
                if time.monotonic() > deadline:
                    raise LabError(f'Postfix: {error}') from error
                time.sleep(0.05)

    def stop(self):
        self.instance.stop()

    def deliveries(self):
        """{domain: (address that took the mail or None, lines)}"""
        lines, found = {}, {}
        for line in self.instance.log().splitlines():
            match = self.process_of.search(line)
            if not match:
                continue
            told = lines.setdefault(match.group(1), [])
            told.append(match.group(2))
            end = self.recipient.match(match.group(2))
            if end:
                domain, ip, status = end.groups()
                found[domain] = (ip if status == 'sent' else None, told)
                del lines[match.group(1)]
        return found

    def send(self, case):
        """({address: delivers}, log)"""
        deadline = time.monotonic() + PATIENCE
        while True:
            found = self.deliveries().get(case.domain)
            if found is not None:
                break
            if time.monotonic() > deadline:
                return {}, self.instance.log()[-2000:]
            time.sleep(0.1)
        sent_to, lines = found
        log = '\n'.join(lines) + '\n'
        if '(nullMX)' in log:
            return dict.fromkeys(case.policies, False), log
        seen = dict.fromkeys(self.tried.findall(log), False)
        if sent_to:
            seen[sent_to] = True
        return seen, log
