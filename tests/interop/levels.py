# SPDX-License-Identifier: ISC
"""No harm by the map: for each level of main.cf Postfix alone and with the
map bring mail to all domains of the lab. Each difference is held against the
rules; one that none of them explains is a failure."""
import os

from serving import Daemon, Map
from ways import Ways

# Those of main.cf that are compared, each with a daemon that knows it.
LEVELS = ['may', 'dane', 'encrypt', 'dane-only', 'verify', 'secure']
PATIENCE = 150
HTTP, MAP = 9910, 8470


# Unbound, which this Postfix asks, forgives a tenth of a signature's life, and
# an hour at least; other validators do not.
FORGIVEN = {'mx-ended.example': 'Unbound forgives a signature that has ended',
            'mx-ahead.example': 'Unbound forgives one that has not begun'}


def explain(level, domain, found, answer):
    """Why the map may make this difference; None: it may not."""
    alone, mapped, dane = (found.get(way, {}).get(domain)
                           for way in (f'{level}-alone', f'{level}-map',
                                       'dane-alone'))
    if not alone or not mapped or not dane:
        return None
    alone, mapped, dane = alone[0], mapped[0], dane[0]
    if mapped.sent or level in ('verify', 'secure'):
        return None
    if answer == 'OK dane-only':
        return 'held to dane-only'
    if level == 'may' and not dane.sent:
        return 'held to dane, as Postfix does at that level'
    if level == 'encrypt' and answer.startswith('TEMP') and not dane.sent:
        return 'the DNS fails, and Postfix at dane waits, too'
    return None


def forgiven(domain, mapped, answer):
    """The map puts it off, and nothing else."""
    return (FORGIVEN.get(domain)
            if answer.startswith('TEMP ') and not mapped[domain][0].sent
            else None)


class Harm:
    """A Postfix with all ways, and the daemons."""

    def __init__(self, args, packages, work, lab):
        self.daemons, self.ways = {}, None
        trusted = f"smtp_tls_CAfile={lab.path('certs', 'root.crt')}"
        ways = {}
        for i, level in enumerate(LEVELS):
            options = [f'smtp_tls_security_level={level}', trusted]
            ways[f'{level}-alone'] = options
            ways[f'{level}-map'] = options + [
                'smtp_tls_policy_maps='
                f'socketmap:inet:127.0.0.1:{MAP + i}:QUERY']
        try:
            for i, level in enumerate(LEVELS):
                self.daemons[level] = Daemon(
                    args.danelaw, HTTP + i, *lab.arguments(),
                    '--allow-private', '--timeout', '8', '--level', level,
                    '--socketmap', f'127.0.0.1:{MAP + i}')
            self.ways = Ways(packages, work, ways)
        except BaseException:
            self.stop()
            raise

    def stop(self):
        if self.ways:
            self.ways.stop()
        for daemon in self.daemons.values():
            daemon.end()

    def answers(self, level, domains):
        """What the map says of them, now that all is known."""
        client = Map(('127.0.0.1', MAP + LEVELS.index(level)))
        said = {domain: client.ask(f'QUERY {domain}'.encode())
                for domain in domains}
        client.close()
        return said

    def compare(self, domains, excused, check):
        """excused: {domain: why}, for what the test itself has spoilt."""
        wanted = {f'{level}-{how}': domains for level in LEVELS
                  for how in ('alone', 'map')}
        for way in wanted:
            self.ways.submit(way, domains)
        found = self.ways.await_all(wanted, PATIENCE)
        for level in LEVELS:
            self._compare_level(level, domains, excused, found, check)

    def _compare_level(self, level, domains, excused, found, check):
        alone, mapped = (found.get(f'{level}-{how}', {})
                         for how in ('alone', 'map'))
        missing = [f'{domain}: {how}' for domain in domains
                   for how, there in (('alone', alone), ('map', mapped))
                   if domain not in there]
        check(not missing, f'level {level}: all mail is tried', *missing)
        both = [domain for domain in domains
                if domain in alone and domain in mapped]
        differ = [domain for domain in both
                  if alone[domain][0].sent != mapped[domain][0].sent]
        answers = self.answers(level, differ)
        faults = []
        for domain in differ:
            why = (excused.get(domain) or
                   forgiven(domain, mapped, answers[domain]) or
                   explain(level, domain, found, answers[domain]))
            print(f'# {level:9} {domain:40}'
                  f' {"sent" if alone[domain][0].sent else "deferred":8} ->'
                  f' {"sent" if mapped[domain][0].sent else "deferred":8}'
                  f' {answers[domain]:14} {why or "NOT EXPLAINED"}')
            if not why:
                faults += [domain, *alone[domain][0].lines, '--',
                           *mapped[domain][0].lines]
        sent = sum(mapped[domain][0].sent for domain in both)
        print(f'# level {level}: {len(both)} domains, {sent} sent with the'
              f' map, {len(differ)} differ')
        check(not faults, f'level {level}: the map does no harm', *faults)
        check(0 < sent < len(both), f'level {level}: some mail goes, some'
              ' waits', sent, len(both))
