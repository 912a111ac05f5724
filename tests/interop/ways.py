# SPDX-License-Identifier: ISC
"""One Postfix that brings mail in many ways at once: each way is a transport
with options of its own, and a message takes it by its sender's address."""
import os
import re
import smtplib
import time

from labkit.scenario import LabError
from postfix import MASTER_CF, PATIENCE, Instance, PostfixSmtp

AT_ONCE = 25
LISTEN = '127.0.0.1:2525 inet'
FROM = re.compile(r' (\w+): from=<([^@>]+)@sender\.example>')
LINE = re.compile(r' postfix/(?:([\w-]+)/)?(?:smtp|error)\[(\d+)\]: (.*)')
ENDED = re.compile(r'(\w+): to=<b@([^>]+)>,(?: relay=\S+?\[([^]]+)\]'
                   r':\d+,)?.* delay=([\d.]+),.* status=(\w+)')


class Delivery:
    """What came of one message on its last try."""

    def __init__(self, ip, seconds, status, lines):
        self.ip, self.seconds = ip, seconds
        self.sent = status == 'sent'
        self.lines = lines

    @property
    def log(self):
        return '\n'.join(self.lines)


class Ways:
    """{way: [option]}; the options are main.cf's, "name=value"."""

    def __init__(self, packages, folder, ways, port=2530):
        lines = PostfixSmtp.lines + (
            'sender_dependent_default_transport_maps = inline:{ '
            + ', '.join(f'{{ {way}@sender.example = {way}: }}'
                        for way in ways) + ' }\n')
        master = MASTER_CF.replace(LISTEN, f'127.0.0.1:{port} inet')
        for way, options in ways.items():
            words = ''.join(f' -o {option}' for option in options)
            master += (f'{way} unix - - n - {AT_ONCE} smtp'
                       f' -o syslog_name=postfix/{way}{words}\n')
        self.port, self.packages = port, packages
        self.instance = Instance(packages, os.path.join(folder, 'ways'),
                                 lines, master)
        self.instance.start()

    def submit(self, way, domains):
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                with smtplib.SMTP('127.0.0.1', self.port,
                                  timeout=PATIENCE) as smtp:
                    smtp.sendmail(f'{way}@sender.example',
                                  [f'b@{domain}' for domain in domains],
                                  'Subject: x\r\n\r\nHello\r\n')
                return
            except OSError as error:
                if time.monotonic() > deadline:
                    raise LabError(f'Postfix: {error}') from error
                time.sleep(0.05)

    def deliveries(self):
        """{way: {domain: [Delivery]}}, in the order of tries."""
        senders, talk, found = {}, {}, {}
        for line in self.instance.log().splitlines():
            begun = FROM.search(line)
            if begun:
                senders[begun[1]] = begun[2]
            match = LINE.search(line)
            if not match:
                continue
            told = talk.setdefault(match[2], [])
            told.append(match[3])
            end = ENDED.match(match[3])
            if end:
                queue_id, domain, ip, seconds, status = end.groups()
                found.setdefault(senders.get(queue_id), {}).setdefault(
                    domain, []).append(
                        Delivery(ip, float(seconds), status, told))
                del talk[match[2]]
        return found

    def await_all(self, wanted, patience=PATIENCE, tries=1):
        """wanted: {way: domains}; what there is of them in time."""
        deadline = time.monotonic() + patience
        while True:
            found = self.deliveries()
            if time.monotonic() > deadline or all(
                    len(found.get(way, {}).get(domain, ())) >= tries
                    for way, domains in wanted.items()
                    for domain in domains):
                return found
            time.sleep(0.1)

    def stop(self):
        self.instance.stop()
