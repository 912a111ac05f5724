# SPDX-License-Identifier: ISC
"""Real mail servers as MX, each on an address of its own with certificates
of the lab. A server says how connections ended in its own log."""
import os
import re
import shutil
import smtplib
import ssl
import subprocess
import time

from labkit.build import command
from labkit.lab import end_process
from labkit.scenario import LabError
from place import EXIM_ID, SMTPQ_ID, etc_write, write
from postfix import MASTER_CF, Instance

PATIENCE = 4
NAME = 'real.example'
EXIM_CONF = '''exim_user = Debian-exim
exim_group = Debian-exim
exim_path = {program}
spool_directory = {folder}/spool
log_file_path = {folder}/spool/%slog
primary_hostname = {name}
keep_environment =
local_interfaces = {ip}
daemon_smtp_ports = 25
pid_file_path = {folder}/spool/pid
tls_advertise_hosts = *
tls_certificate = {certs}
tls_privatekey = {keys}
log_selector = +smtp_connection +tls_cipher +smtp_no_mail
acl_smtp_rcpt = accept
begin routers
none:
	driver = redirect
	data = :blackhole:
'''
SMTPD_CONF = '''pki "lab" cert "{chain}"
pki "lab" key "{key}"
listen on {ip} port 25 hostname {name} tls pki "lab"
action "keep" relay
match from any for domain "*" action "keep"
'''
SENDMAIL_MC = '''include(`{cf}/m4/cf.m4')dnl
OSTYPE(`linux')dnl
FEATURE(`no_default_msa')dnl
undefine(`confERROR_MODE')dnl
define(`confPID_FILE', `{folder}/pid')dnl
define(`STATUS_FILE', `{folder}/status')dnl
define(`HELP_FILE', `{folder}/help')dnl
define(`ALIAS_FILE', `')dnl
define(`QUEUE_DIR', `{folder}/queue')dnl
define(`confDOMAIN_NAME', `{name}')dnl
define(`confTO_IDENT', `0s')dnl
define(`confQUEUE_LA', `999')dnl
define(`confREFUSE_LA', `999')dnl
define(`confCACERT_PATH', `{folder}')dnl
define(`confCACERT', `{ca}')dnl
define(`confSERVER_CERT', `{chain}')dnl
define(`confSERVER_KEY', `{key}')dnl
DAEMON_OPTIONS(`Name=MX, Family=inet, Port=25, Addr={ip}')dnl
MAILER(`smtp')dnl
'''


class Server:
    """One process in the foreground, with its log in one file."""

    keys = ('ec', 'rsa')  # its own, another

    def __init__(self, packages, folder, ip, pairs):
        self.packages, self.folder, self.ip = packages, folder, ip
        self.pairs = pairs  # (key, chain) files
        self.process = None
        self.no_tls = None
        self.log_file = os.path.join(folder, 'log')
        self.out_file = os.path.join(folder, 'out')

    def spawn(self, words, **env):
        with open(self.out_file, 'wb') as out:
            self.process = subprocess.Popen(
                words, stdin=subprocess.DEVNULL, stdout=out, stderr=out,
                env=dict(os.environ, LC_ALL='C', **env),
                start_new_session=True)

    def log(self):
        try:
            with open(self.log_file, encoding='utf-8',
                      errors='replace') as file:
                return file.read()
        except FileNotFoundError:
            return ''

    def out(self):
        with open(self.out_file, encoding='utf-8', errors='replace') as file:
            return file.read()

    def wait(self):
        """Until it greets; then finds out by Python whether it has TLS.
        Good-bye is said each time, and must be in the log."""
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                self.greet()
                break
            except (OSError, smtplib.SMTPException) as error:
                if time.monotonic() > deadline:
                    raise LabError(f'{self.name}: {error}\n{self.out()}'
                                   f'{self.log()}') from error
                time.sleep(0.05)
        said = 1
        try:
            self.greet(ssl.create_default_context())
            said = 2
        except (OSError, smtplib.SMTPException) as error:
            self.no_tls = str(error)
        while self.ends()[0] < said and time.monotonic() < deadline:
            time.sleep(0.05)

    def greet(self, context=None):
        with smtplib.SMTP(self.ip, 25, timeout=PATIENCE) as smtp:
            if context:
                context.check_hostname = False
                context.verify_mode = ssl.CERT_NONE
                smtp.starttls(context=context)

    def ends(self):
        """(connections that ended with QUIT, lines that complain)"""
        log = self.log()
        return (len(self.quit.findall(log)),
                [line for line in log.splitlines() if self.bad.search(line)])

    def stop(self):
        if self.process is not None:
            end_process(self.process.pid)
            self.process.wait()
            self.process = None


class Postfix(Server):
    name = 'postfix'
    quit = re.compile(r'disconnect from .* quit=1 ')
    bad = re.compile(r'lost connection|error|improper|non-SMTP|warning|fatal')

    def start(self):
        files = ' '.join(file for pair in self.pairs for file in pair)
        instance = Instance(
            self.packages, self.folder,
            f'smtpd_tls_chain_files = {files}\n'
            'smtpd_tls_security_level = may\nsmtpd_tls_loglevel = 1\n',
            MASTER_CF.replace('127.0.0.1:2525', f'{self.ip}:25'))
        self.out_file = os.path.join(self.folder, 'master.out')
        instance.start()
        self.process = instance.process


class Exim(Server):
    name = 'exim'
    quit = re.compile('closed by QUIT')
    bad = re.compile(r'lost|error|unexpected|TLS .*fail|panic')

    def start(self):
        spool = os.path.join(self.folder, 'spool')
        os.makedirs(spool)
        os.chown(spool, EXIM_ID, EXIM_ID)
        self.log_file = os.path.join(spool, 'mainlog')
        program = self.packages.path('usr/sbin/exim4')
        for pair in self.pairs:
            for file in pair:
                os.chown(file, EXIM_ID, EXIM_ID)
        conf = write(os.path.join(self.folder, 'exim.conf'), EXIM_CONF.format(
            program=program, folder=self.folder, name=NAME, ip=self.ip,
            keys=':'.join(key for key, _ in self.pairs),
            certs=':'.join(chain for _, chain in self.pairs)))
        self.spawn([program, '-C', conf, '-bdf', '-oX', f'{self.ip}'])


class OpenSmtpd(Server):
    """Debian's 6.8 offers STARTTLS, but its keys lie in a process of their
    own, which OpenSSL 3 finds no way to: github.com/OpenSMTPD/OpenSMTPD
    issue 1239. RSA has the better chance. 7.6 does not start without a file
    of CAs, which its package only recommends."""

    keys = ('rsa', 'ec')
    name = 'opensmtpd'
    quit = re.compile('disconnected reason=quit')
    bad = re.compile(r'disconnected reason=(?!quit)|error|fail', re.I)

    def start(self):
        self.log_file = self.out_file
        for path, mode in (('/var/lib/opensmtpd/empty', 0o755),
                           ('/var/spool/smtpd', 0o711),
                           ('/run/opensmtpd', 0o755)):
            os.makedirs(path, exist_ok=True)
            os.chmod(path, mode)
        os.makedirs('/var/spool/smtpd/offline')
        os.chmod('/var/spool/smtpd/offline', 0o770)
        os.chown('/var/spool/smtpd/offline', 0, SMTPQ_ID)
        etc_write('ssl/certs/ca-certificates.crt', '')
        (key, chain), = self.pairs
        conf = write(os.path.join(self.folder, 'smtpd.conf'),
                     SMTPD_CONF.format(chain=chain, key=key, ip=self.ip,
                                       name=NAME))
        os.chmod(conf, 0o644)
        self.spawn([self.packages.path('usr/sbin/smtpd'), '-d', '-f', conf])


class Sendmail(Server):
    """It writes all that is said to a file."""

    name = 'sendmail'
    quit = re.compile(r'<<< QUIT', re.I)
    bad = re.compile(r'lost|error|unexpected', re.I)

    def start(self):
        cf = self.packages.path('usr/share/sendmail/cf')
        os.makedirs(os.path.join(self.folder, 'queue'))
        (key, chain), = self.pairs
        source = write(os.path.join(self.folder, 'sendmail.mc'),
                       SENDMAIL_MC.format(
                           cf=cf, folder=self.folder, name=NAME, ip=self.ip,
                           ca=chain, chain=chain, key=key))
        conf = write(os.path.join(self.folder, 'sendmail.cf'), command(
            [self.packages.path('usr/bin/m4'), f'-D_CF_DIR_={cf}/', source],
            self.folder))
        program = self.packages.path('usr/libexec/sendmail/sendmail')
        self.spawn([program, '-bD', '-C', conf, '-X', self.log_file])


SERVERS = [Postfix, Exim, OpenSmtpd, Sendmail]


def copy_pairs(names, certs, folder):
    """[(key, chain)] in files that only their owner may read."""
    pairs = []
    for name, issuers in names:
        key = os.path.join(folder, name + '.key')
        chain = os.path.join(folder, name + '.pem')
        shutil.copy(os.path.join(certs, name + '.key'), key)
        os.chmod(key, 0o600)
        with open(chain, 'wb') as out:
            for link in [name] + issuers:
                with open(os.path.join(certs, link + '.crt'), 'rb') as file:
                    out.write(file.read())
        os.chmod(chain, 0o644)
        pairs.append((key, chain))
    return pairs
