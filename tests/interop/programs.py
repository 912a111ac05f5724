# SPDX-License-Identifier: ISC
"""The senders: each is asked to bring one message to one domain, and tells
in its log what became of each address that it tried."""
import os
import re
import shutil
import subprocess

from place import EXIM_ID, write

PATIENCE = 60
MAIN_CF = '''compatibility_level = 3.6
inet_protocols = all
inet_interfaces = 127.0.0.1
myhostname = client.sender.example
smtp_dns_support_level = dnssec
smtp_tls_security_level = dane
'''
EXIM_CONF = '''TRUSTED = system
OWN_CERT =
OWN_KEY =
exim_user = Debian-exim
exim_group = Debian-exim
exim_path = EXIM
spool_directory = SPOOL
log_file_path = SPOOL/log/%slog
primary_hostname = client.sender.example
qualify_domain = sender.example
keep_environment =
dns_dnssec_ok = 1
local_interfaces = 127.0.0.1
tls_advertise_hosts =
log_selector = +tls_certificate_verified +tls_cipher
begin routers
out:
	driver = dnslookup
	transport = smtp
	dnssec_request_domains = *
	self = send
begin transports
smtp:
	driver = smtp
	hosts_try_dane = *
	dnssec_request_domains = *
	tls_certificate = OWN_CERT
	tls_privatekey = OWN_KEY
	tls_verify_certificates = TRUSTED
	connect_timeout = 5s
	command_timeout = 15s
	data_timeout = 30s
	final_timeout = 30s
begin retry
* * F,1h,10m
'''


def run(words, **kwargs):
    """Both outputs of a program that is not to run for ever."""
    try:
        done = subprocess.run(
            words, text=True, errors='replace', stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, timeout=PATIENCE, check=False, **kwargs)
    except subprocess.TimeoutExpired:
        return f'no end after {PATIENCE} seconds'
    return done.stdout


class Sender:
    """One that is run anew for each case."""

    def predict(self, case, ip, sender):
        """(outcome, why) for one address, by its entry of senders[];
        None: nothing to compare."""
        return sender['outcome'], sender['why']

    def prepare(self, domains):
        """Before the first case: these are all their domains."""

    def stop(self):
        """After the last one."""


class PosttlsFinger(Sender):
    """Its TLS client as posttls-finger calls it: at level dane. It logs less
    than the smtp client does, so that words are not compared."""

    name = 'posttls-finger'
    predicted_as = 'postfix'
    package = 'postfix'
    established = re.compile(
        r': (\w+) TLS connection established to \S+?\[([^]]+)\]:25')
    failed = re.compile(
        r'(?:SSL_connect error to|lost connection with) \S+?\[([^]]+)\]')

    def __init__(self, packages, folder):
        self.program = packages.path('usr/sbin/posttls-finger')
        self.env = dict(os.environ, MAIL_CONFIG=folder, LC_ALL='C')
        os.makedirs(folder)
        write(os.path.join(folder, 'main.cf'), MAIN_CF)

    def predict(self, case, ip, sender):
        """Of what there was without TLS it names no address; and it tries
        addresses in any order, and none after one that does not greet. Where
        no record can be used it does not go down to security level 0. It
        reads a reply of any length."""
        return (None if case.outcomes[ip].startswith(('starttls', 'clear'))
                or {'smtp-timeout', 'smtp-tempfail'} & set(
                    case.outcomes.values())
                or case.name == 'smtp-ehlo-300-lines'
                or (case.outcomes[ip] == 'tls-failed'
                    and case.policies[ip] != 'dane')
                else (sender['outcome'], None))

    @staticmethod
    def misnamed(log, ip):
        """3.10 calls "Trusted" what was for another name, too."""
        return f'[{ip}]:25: num=62:hostname mismatch' in log

    def send(self, case):
        """({address: delivers}, log). What the smtp client would do: under
        TLSA records that can be used, only a peer that is trusted is used."""
        own = ['-k', case.own[0], '-K', case.own[1]] if case.own else []
        log = run([self.program, '-t', '30', '-T', '30', '-l', 'dane', '-c',
                   '-L', 'summary', *own, case.domain], env=self.env)
        if '(nullMX)' in log:
            return dict.fromkeys(case.policies, False), log
        seen = dict.fromkeys(self.failed.findall(log), False)
        for level, ip in self.established.findall(log):
            trusted = level == 'Verified' or (
                level == 'Trusted' and not self.misnamed(log, ip))
            seen[ip] = (trusted or case.policies.get(ip) != 'dane') and (
                'alert' not in log)
        return seen, log


def copy_for_exim(file, folder):
    copy = shutil.copy(file, folder)
    os.chown(copy, EXIM_ID, EXIM_ID)
    return copy


class Exim(Sender):
    """Exim with GnuTLS, as Debian builds it."""

    name = 'exim'
    predicted_as = 'exim-gnutls'
    package = 'exim4-daemon-light'
    delivered = re.compile(r'[=-]> \S+.* H=\S+ \[([^]]+)\]')
    refused = re.compile(
        r'(?:DANE attempt failed; TLS connection to | H=)\S+ \[([^]]+)\]: '
        r'(?:\(|error on first read|a TLS session is required|'
        r'SMTP error from remote mail server after STARTTLS)')

    def __init__(self, packages, folder):
        self.program = packages.path('usr/sbin/exim4')
        self.folder = folder
        self.conf = os.path.join(folder, 'exim.conf')
        os.makedirs(folder)
        write(self.conf, EXIM_CONF)

    def predict(self, case, ip, sender):
        """It waits for minutes for a handshake, whatever it is told."""
        return (None if case.outcomes[ip] == 'tls-timeout'
                else (sender['outcome'], sender['why']))

    def send(self, case):
        """({address: delivers}, log)"""
        spool = os.path.join(self.folder, case.domain)
        os.makedirs(spool)
        os.chown(spool, EXIM_ID, EXIM_ID)
        own = [f'-DTRUSTED={case.trusted}'] if case.trusted else []
        if case.own:
            own += [f'-D{macro}={copy_for_exim(file, spool)}' for macro, file
                   in zip(('OWN_CERT', 'OWN_KEY'), case.own)]
        log = run([self.program, '-C', self.conf, *own, f'-DSPOOL={spool}',
                   f'-DEXIM={self.program}', '-odf', '-oi', '-f',
                   'a@sender.example', f'b@{case.domain}'], input='Hello\n')
        try:
            with open(os.path.join(spool, 'log', 'mainlog'),
                      encoding='utf-8', errors='replace') as file:
                log += file.read()
        except FileNotFoundError:
            pass
        if ' to IP addresses' in log:
            return dict.fromkeys(case.policies, False), log
        seen = dict.fromkeys(self.refused.findall(log), False)
        seen |= dict.fromkeys(self.delivered.findall(log), True)
        return seen, log
