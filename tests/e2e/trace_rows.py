# SPDX-License-Identifier: ISC
"""What tests/e2e/trace puts up, and what the first line must say of it.

  name    of the zone below "example."
  cause   of the first line; None: nothing is wrong
  spoilt  how the zone is, at the servers of "at"; all others are good
  at      addresses, or ALL
  ds      how the DS at the parent is: wrong, other, none, sha1, stray, alg,
          half; both parents, or with ds_at one of them
  fake    the rule of fakedns, which stands there then beside real ones, or
          alone where "at" is ALL
  keys    algorithms, else ECDSA P-256
  word    that the summary begins with; BROKEN unless told
  kept    the remedy does not make it SECURE: why
"""
from trace_zones import BIND, FAKE, FAKE2, KNOT, NSD, PARENTS, PDNS, REAL

ALL = 'all'


def row(name, cause, spoilt='good', at=ALL, **more):
    return {'name': name, 'cause': cause, 'spoilt': spoilt, 'at': at,
            'ds': 'good', 'ds_at': PARENTS, 'fake': None, 'keys': None,
            'word': 'BROKEN', 'kept': None, **more}


ROWS = [
    row('fine', None, word='SECURE'),
    row('nsec3', None, 'nsec3', word='SECURE'),
    row('ed25519', None, keys=[('ED25519',)], word='SECURE'),
    row('rsa', None, keys=[('RSASHA256', 2048)], word='SECURE'),
    # Signatures.
    row('expired-all', 'sig-expired', 'expired'),
    row('expired-one', 'sig-expired', 'expired', [KNOT]),
    row('early-all', 'sig-early', 'early'),
    row('early-one', 'sig-early', 'early', [BIND]),
    row('soon-all', 'sig-soon', 'soon', word='WARNING'),
    row('soon-one', 'sig-soon', 'soon', [PDNS], word='WARNING'),
    row('unsigned-record-all', 'sig-missing', 'tlsa-unsigned'),
    row('unsigned-record-one', 'sig-missing', 'tlsa-unsigned', [NSD]),
    row('mx-changed-all', 'sig-wrong', 'mx-changed'),
    row('mx-changed-one', 'sig-wrong', 'mx-changed', [KNOT]),
    row('damaged-all', 'sig-wrong', 'tlsa-damaged'),
    row('damaged-one', 'sig-wrong', 'tlsa-damaged', [BIND]),
    row('foreign-all', 'sig-no-key', 'tlsa-foreign'),
    row('foreign-one', 'sig-no-key', 'tlsa-foreign', [NSD]),
    # Keys.
    row('keys-unsigned-all', 'sig-missing', 'keys-unsigned'),
    row('keys-unsigned-one', 'sig-missing', 'keys-unsigned', [KNOT]),
    row('keys-damaged-all', 'sig-wrong', 'keys-damaged'),
    row('keys-damaged-one', 'sig-wrong', 'keys-damaged', [NSD]),
    row('other-key-all', 'ds-no-key', 'other-key'),
    row('other-key-one', 'ds-no-key', 'other-key', [BIND]),
    row('unsigned-all', 'keys-missing', 'unsigned'),
    row('unsigned-one', 'keys-missing', 'unsigned', [KNOT]),
    row('sha1-keys', 'key-sha1', keys=[('RSASHA1', 1024)], word='WARNING',
        kept='the algorithm stays'),
    row('half', 'sig-algorithm', 'first-key-alone', ds='half',
        keys=[('ECDSAP256SHA256',), ('ED25519',)], word='WARNING'),
    # The delegation.
    row('ds-wrong', 'ds-digest', ds='wrong'),
    row('ds-other', 'ds-no-key', ds='other'),
    row('ds-none', 'ds-missing', ds='none', word='WARNING'),
    row('ds-sha1', 'ds-sha1', ds='sha1', word='WARNING'),
    row('ds-sha1-beside', 'ds-weaker', ds='sha1-beside', word='WARNING'),
    row('ds-unknown', 'ds-unjudged', ds='unknown', word='WARNING'),
    row('ds-unsigned-one', 'sig-missing', ds='unsigned', ds_at=PARENTS[1:]),
    row('ds-unsigned-all', 'ds-bogus', ds='unsigned'),
    # Denials.
    # BIND and PowerDNS make something else of such a zone.
    row('no-nsec-two', 'denial-missing', 'no-nsec', [NSD, KNOT]),
    row('no-nsec-one', 'denial-missing', 'no-nsec', [NSD]),
    row('nsec-damaged-all', 'sig-wrong', 'nsec-damaged'),
    row('contrary-three', 'denial-contrary', 'contrary', [NSD, KNOT, BIND]),
    row('contrary-one', 'denial-contrary', 'contrary', [NSD]),
    row('iterations-three', 'denial-iterations', 'iterations',
        [NSD, KNOT, BIND], word='WARNING'),
    # Servers that differ.
    row('stale-one', 'answers-differ', 'stale', [PDNS], word='WARNING'),
    row('two-faults', 'sig-expired', 'expired', [KNOT], ds='good',
        stale=[PDNS]),
    row('ds-and-expired', 'ds-digest', 'expired', ds='wrong'),
    # What real servers will not do.
    row('servfail-all', 'server-error', fake='TLSA * servfail'),
    row('servfail-one', 'server-error', at=[FAKE], fake='TLSA * servfail',
        word='WARNING'),
    row('refused-one', 'server-error', at=[FAKE], fake='* * refused',
        word='WARNING'),
    row('notimp-all', 'server-error', fake='TLSA * notimp'),
    row('drops-all', 'server-drops', fake='TLSA * drop'),
    row('drops-one', 'server-drops', at=[FAKE], fake='TLSA * drop',
        word='WARNING'),
    row('mute-one', 'server-mute', at=[FAKE], fake='* * drop',
        word='WARNING'),
    row('stripped-all', 'sig-missing', fake='* * strip-rrsig'),
    row('stripped-one', 'sig-missing', at=[FAKE], fake='* * strip-rrsig'),
    row('flipped-one', 'sig-wrong', at=[FAKE], fake='TLSA * flip'),
    row('denied-one', 'denial-missing', at=[FAKE], fake='TLSA * nxdomain'),
    row('hidden-all', 'name-hidden', fake='A =_tcp.mx.{zone} deny'),
    row('hidden-one', 'name-hidden', at=[FAKE],
        fake='A =_tcp.mx.{zone} deny'),
    row('no-tcp-one', 'tcp-blocked', at=[FAKE], fake='* * no-tcp',
        word='WARNING'),
    row('no-tcp-all', 'tcp-blocked', fake='* * no-tcp', word='WARNING'),
    row('cut-no-tcp-all', 'tcp-needed', fake='TLSA * cut-no-tcp'),
    row('no-edns-one', 'edns-broken', at=[FAKE], fake='* * no-edns',
        word='WARNING'),
    row('drop-edns-one', 'edns-broken', at=[FAKE], fake='* * drop-edns',
        word='WARNING'),
]


def servers_of(one):
    """The addresses that the zone is delegated to."""
    if 'servers' in one:
        return one['servers']
    if not one['fake']:
        return REAL
    return [FAKE, FAKE2] if one['at'] == ALL else [NSD, KNOT, BIND, FAKE]


def guilty_of(one):
    """Addresses that the first cause must name."""
    if one['ds_at'] != PARENTS:
        return one['ds_at']
    if one['ds'] == 'unsigned' or one['at'] == ALL:
        return None
    return one['at']
