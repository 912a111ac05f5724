# SPDX-License-Identifier: ISC
"""The rows of tests/e2e/plan: a zone, what its two servers have, what the
mail host presents, what is to go live, and what danelaw plan makes of it.

In zone lines "{old}" stands for "3 1 1 " and the digest of the key of that
certificate, and "{ta[e1]}" for "2 1 1 " and that of an issuer; "@MX" is the
address of the mail host.
"""
from trace_zones import KNOT, NSD, PARENTS

MUTE = '127.1.0.9'  # nobody listens there
NAMES = ','.join(f'dns:mx.{name}.example' for name in (
    'ca-change', 'ca-same', 'both-kinds', 'ca-retired'))
EE = 'ku=digitalSignature eku=serverAuth'
CERTS = f'''
r3:    key=rsa2048 cn="R3" o="Lab" ca=yes ku=keyCertSign to=+1000d
e1:    key=p256 cn="E1" o="Lab" ca=yes ku=keyCertSign to=+1000d
old:   key=p256 issuer=e1 cn="mx" san={NAMES} {EE}
again: key==old issuer=r3 cn="mx" san={NAMES} {EE}
new:   key=p256 issuer=e1 cn="mx" san={NAMES} {EE}
other: key=p256 issuer=r3 cn="mx" san={NAMES} {EE}
next:  key=p256 cn="next"
rsa:   key=rsa2048 cn="mx" {EE}
rsa2:  key=rsa2048 cn="mx" {EE}
'''
RETIRED = ('2 1 1 8d02536c887482bc34ff54e41d2ba659'
           'bf85b341a0a20afadb5813dcfbcf286d')  # R3 of Let's Encrypt
# Of no use to anybody.
ENCRYPTED = '''-----BEGIN ENCRYPTED PRIVATE KEY-----
MIHsMFcGCSqGSIb3DQEFDTBKMCkGCSqGSIb3DQEFDDAcBAhpMShND5IKowICCAAw
DAYIKoZIhvcNAgkFADAdBglghkgBZQMEAQIEEN59j9BNe8fSkXqBV8HCpFoEgZDD
YwibpvipbrFGqcxHKe3f+leqertRcqXa7vgtnod4wbjGcsKyvwUfovvc67LVULrb
8mw2lh8rfdTuRMb1sTUY+hEQ/RkC9Yr4L2wWu50i4GdDVjKU40v/qG3nVMie4aFc
tW/uXbWDtCwrNC0++1VfoymkJldzODMwCfUJagr72dsgQHm7CpirR+sbTjdrlzY=
-----END ENCRYPTED PRIVATE KEY-----
'''
MX = 'mx A @MX\n'
AT = '_25._tcp.mx TLSA '


def row(name, lines, new, status, steps, part, **more):
    """lines: what all servers have, or a list, one for each. new: --new
    NAME..., or options. steps: "publish 3", "remove old" and so on."""
    one = {'name': name, 'lines': lines, 'new': new, 'status': status,
           'steps': steps, 'part': part, 'live': [['old']], 'more': '',
           'host': 'mx.' + name, 'servers': [NSD, KNOT], 'ds': 'good',
           'ds_at': PARENTS, 'keys': None}
    one.update(more)
    return one


ROWS = [
    row('published', AT + '{old}\n' + AT + '{new}\n', 'new', 1,
        ['wait', 'deploy', 'remove old'], 'deploy after'),
    row('unpublished', AT + '{old}\n', 'new', 1,
        ['publish new', 'wait', 'deploy', 'remove old'],
        'no record in the zone is for the new key'),
    row('next-key', AT + '{old}\n' + AT + '{next}\n', 'next.key', 1,
        ['wait', 'deploy', 'remove old'], 'deploy after'),
    row('next-unpublished', AT + '{old}\n', 'next.key', 1,
        ['publish next', 'wait', 'deploy', 'remove old'],
        'no record in the zone is for the new key'),
    row('reused', AT + '{old}\n', 'again', 0, ['deploy'], 'same key'),
    row('reused-whole', AT + '3 0 1 {cert[old]}\n', 'again', 1,
        ['publish again', 'wait', 'deploy', 'remove 301'],
        'is for the new key; deploy after'),
    row('live', AT + '{new}\n', 'new', 0, [], 'live already',
        live=[['new']]),
    row('half-live', AT + '{old}\n' + AT + '{new}\n', 'new', 1,
        ['wait', 'deploy', 'remove old'], 'deploy after',
        live=[['new'], ['old']]),
    row('ca-same', AT + '{ta[e1]}\n', 'new', 1, ['wait', 'deploy'],
        'deploy after'),
    row('ca-change', AT + '{ta[e1]}\n', 'other', 2,
        ['publish ta r3', 'wait', 'deploy', 'remove ta e1'],
        'no usable record matches'),
    row('ca-retired', AT + RETIRED + '\n' + AT + '{old}\n', 'new', 1,
        ['publish new', 'wait', 'deploy', 'remove old'],
        "R3 of Let's Encrypt, which issues no cert"),
    row('both-kinds', AT + '{old}\n' + AT + '{ta[e1]}\n', 'new', 1,
        ['wait', 'deploy', 'remove old'], 'deploy after'),
    row('strong-digest', AT + '3 1 2 {sha512[old]}\n', 'new', 1,
        ['publish 312', 'wait', 'deploy', 'remove 312'],
        'is for the new key; deploy after'),
    row('two-types', AT + '{old}\n' + AT + '{rsa}\n' + AT + '{rsa2}\n',
        'rsa2', 1, ['wait', 'deploy', 'remove rsa'], 'deploy after',
        live=[['old', 'rsa']]),
    row('two-types-both', AT + '{old}\n' + AT + '{rsa}\n' + AT + '{rsa2}\n',
        'rsa2 new', 2,
        ['publish new', 'wait', 'deploy', 'remove old', 'remove rsa'],
        'new.crt: no usable', live=[['old', 'rsa']]),
    row('wildcard', '*.mx TLSA {old}\n', 'new', 1,
        ['publish new', 'wait', 'deploy', 'remove old'],
        'publish at the wildcard'),
    row('alias', '_25._tcp.mx CNAME tlsa\ntlsa TLSA {old}\n', 'new', 1,
        ['publish new', 'wait', 'deploy', 'remove old'],
        'tlsa.alias.example. 300 IN TLSA'),
    row('nothing', '', 'new', 1, ['wait', 'deploy'], 'negative TTL 60'),
    row('unusable', AT + '1 1 1 {raw[old]}\n', 'new', 1, ['wait', 'deploy'],
        'deploy after'),
    row('lagging', [AT + '{old}\n' + AT + '{new}\n', AT + '{old}\n'], 'new',
        1, ['wait', 'deploy', 'remove old'], 'has not got what lets it pass'),
    row('mute', AT + '{old}\n' + AT + '{new}\n', 'new', 3, [], 'timeout',
        servers=[NSD, MUTE]),
    row('mute-reused', AT + '{old}\n', 'again', 0, ['deploy'],
        'could not be asked', servers=[NSD, MUTE]),
    row('unsigned', AT + '{old}\n', 'new', 0, ['deploy'],
        'not signed with DNSSEC', ds='none'),
    row('broken', AT + '{old}\n', 'new', 3, [], 'danelaw trace', ds='wrong'),
    row('unseen', AT + '{old}\n' + AT + '{new}\n', 'new', 1,
        ['wait', 'deploy'], 'deploy after', live=[[]]),
    row('given', AT + '{old}\n' + AT + '{new}\n', 'new', 1,
        ['wait', 'deploy', 'remove old'], 'old.crt: key', live=[[]],
        more='--old old'),
    row('short', '_25._tcp.mx 1 TLSA {old}\n_25._tcp.mx 1 TLSA {new}\n',
        'new', 1, ['wait', 'deploy', 'remove old'], 'deploy after'),
    row('shared', '@ MX 20 mx2\nmx2 A @MX\n_25._tcp.mx CNAME tlsa\n'
        '_25._tcp.mx2 CNAME tlsa\ntlsa TLSA {old}\n', 'new', 1,
        ['publish new', 'wait', 'deploy', 'remove old'],
        'tlsa.shared.example. 300 IN TLSA'),
    row('outside', AT + '{old}\n', 'new', 3, [], 'no address',
        host='mx9.outside'),
]
