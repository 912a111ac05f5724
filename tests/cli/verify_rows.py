# SPDX-License-Identifier: ISC
"""What danelaw verify must say, one rule or one bug a row.

A record is "USAGE SELECTOR MTYPE NAME", NAME being of testdata/verify/
certs.spec; "~" behind it spoils the last digit, and "=" before it means hex
digits as they are. The result is (outcome, verify error, depth of the match);
depth None: nothing matched. Derived from the RFCs and the documents of
OpenSSL; the oracle in tests/tls has a say of its own on every row.
"""
from dataclasses import dataclass, field

HOST = 'mx.verify.example'

OK = 'authenticated'
MISMATCH = 'tlsa-mismatch'
NAME = 'name-mismatch'
EXPIRED = 'cert-expired'
INVALID = 'chain-invalid'
UNUSABLE = 'encrypted'


@dataclass
class Row:
    why: str
    chain: str
    tlsa: list
    outcome: str
    code: int
    depth: int | None
    results: str = ''       # m, -, u, s (superseded) by record
    host: str = HOST
    references: list = field(default_factory=list)
    ee_names: bool = False
    days: int = 0           # later than now
    plain: bool = True      # a plain OpenSSL client says the same


def good(why, chain, tlsa, depth, **more):
    return Row(why, chain, tlsa, OK, 0, depth, **more)


def no_match(why, chain, tlsa, **more):
    return Row(why, chain, tlsa, MISMATCH, 65, None, **more)


FULL = 'leaf inter root'
ROWS = []

# RFC 6698 2.1.2 and 2.1.3: every selector and matching type, fitting and not.
for selector in (0, 1):
    for mtype in (0, 1, 2):
        kind = f'{selector} {mtype}'
        ROWS += [
            good(f'3 {kind} of the leaf', FULL, [f'3 {kind} leaf'], 0,
                 results='m'),
            good(f'3 {kind}, the leaf alone', 'leaf', [f'3 {kind} leaf'], 0),
            no_match(f'3 {kind} of another key', FULL, [f'3 {kind} next'],
                     results='-'),
            no_match(f'3 {kind} of the issuer', FULL, [f'3 {kind} inter']),
            good(f'2 {kind} of the issuer', FULL, [f'2 {kind} inter'], 1),
            good(f'2 {kind} of the root', FULL, [f'2 {kind} root'], 2),
            no_match(f'2 {kind} of a foreign issuer', FULL,
                     [f'2 {kind} foreign']),
            good(f'2 {kind}, and the wire order wrong', 'leaf root inter',
                 [f'2 {kind} root'], 2),
        ]
        if mtype != 0:
            ROWS += [
                no_match(f'3 {kind}, one digit wrong', FULL,
                         [f'3 {kind} leaf~']),
                no_match(f'2 {kind}, one digit wrong', FULL,
                         [f'2 {kind} inter~']),
                no_match(f'2 {kind} of a root that is not sent',
                         'leaf inter', [f'2 {kind} root']),
                no_match(f'2 {kind} of an issuer that is not sent', 'leaf',
                         [f'2 {kind} inter']),
                no_match(f'2 {kind}, the middle is missing', 'leaf root',
                         [f'2 {kind} root']),
                no_match(f'2 {kind} of the leaf, no issuer', FULL,
                         [f'2 {kind} leaf']),
            ]

# RFC 7671 5.1, RFC 7672 3.1.1: usage 3 looks at the key and nothing else.
ROWS += [
    good('3 1 1 outlives a renewal', 'renewed inter', ['3 1 1 leaf'], 0),
    no_match('3 0 1 does not', 'renewed inter', ['3 0 1 leaf']),
    good('expired does not matter', 'expired inter', ['3 1 1 expired'], 0),
    good('nor not yet', 'future', ['3 0 1 future'], 0),
    good('nor never', 'never', ['3 0 1 never'], 0),
    good('nor the name', 'other inter', ['3 1 1 other'], 0),
    good('nor the purpose', 'client inter', ['3 1 1 client'], 0),
    good('nor a critical extension', 'critical', ['3 1 1 critical'], 0),
    good('nor the signature', 'badsig inter', ['3 1 1 badsig'], 0),
    good('nor who signed it', 'self', ['3 1 1 self'], 0),
    good('nor all of that', 'self-old', ['3 1 1 self-old'], 0),
    good('a certificate of an authority', 'self-ca', ['3 1 1 self-ca'], 0),
    good('nor what comes behind', 'leaf foreign expired', ['3 1 1 leaf'], 0),
    no_match('the leaf must come first', 'inter leaf', ['3 1 1 leaf']),
    good('RSA', 'rsa inter', ['3 1 1 rsa'], 0),
    good('Ed25519', 'ed25519 inter', ['3 1 1 ed25519'], 0),
    good('RSA of 1024 bits passes at level 1', 'rsa1024 inter',
         ['3 1 1 rsa1024'], 0),
    Row('RSA of 512 bits does not', 'rsa512 inter', ['3 1 1 rsa512'],
        INVALID, 66, 0, plain=False),
    Row('nor is its match looked for', 'rsa512 inter', ['3 1 1 leaf'],
        MISMATCH, 66, None, plain=False),
    good('SHA-1 under usage 3', 'sha1 inter', ['3 1 1 sha1'], 0),
    Row('names are checked on demand', 'other inter', ['3 1 1 other'],
        NAME, 62, 0, ee_names=True),
    good('and may fit', 'leaf inter', ['3 1 1 leaf'], 0, ee_names=True),
    good('by another reference', 'other inter', ['3 1 1 other'], 0,
         ee_names=True, references=['mx.other.example']),
    good('dates are still ignored then', 'expired', ['3 1 1 expired'], 0,
         ee_names=True),
]

# RFC 7671 5.2: usage 2 makes an anchor, and all below it must hold.
ROWS += [
    Row('expired leaf', 'expired inter', ['2 1 1 inter'], EXPIRED, 10, 1),
    Row('leaf not yet valid', 'future inter', ['2 1 1 inter'], EXPIRED, 9, 1),
    Row('valid now, but not then', 'soon inter', ['2 1 1 inter'],
        EXPIRED, 10, 1, days=30),
    good('valid now', 'soon inter', ['2 1 1 inter'], 1),
    good('not yet valid, but then', 'future inter', ['2 1 1 inter'], 1,
         days=30),
    Row('expired issuer below the anchor', 'of-old inter-old root',
        ['2 1 1 root'], EXPIRED, 10, 2),
    # OpenSSL passes over the dates of an anchor that others have signed.
    good('the anchor itself expired, an issuer', 'of-old inter-old',
         ['2 1 1 inter-old'], 1),
    Row('the anchor itself expired, a root', 'of-root-old root-old',
        ['2 1 1 root-old'], EXPIRED, 10, 1),
    Row('wrong purpose', 'client inter', ['2 1 1 inter'], INVALID, 26, 1),
    Row('issuer for clients only', 'of-client-ca client-ca root',
        ['2 1 1 root'], INVALID, 26, 2),
    Row('unknown critical extension', 'critical inter', ['2 1 1 inter'],
        INVALID, 34, 1),
    Row('signature does not verify', 'badsig inter', ['2 1 1 inter'],
        INVALID, 7, 1),
    Row('issuer is no authority', 'of-not-ca not-ca', ['2 1 1 not-ca'],
        INVALID, 79, 1),
    Row('issuer may not sign', 'of-no-sign no-sign', ['2 1 1 no-sign'],
        INVALID, 79, 1),
    Row('path length', 'of-pl pl-inter pl-root', ['2 0 1 pl-root'],
        INVALID, 25, 2),
    good('not above the anchor', 'of-pl pl-inter pl-root',
         ['2 0 1 pl-inter'], 1),
    Row('name constraints', 'of-nc nc root', ['2 1 1 root'], INVALID, 47, 2),
    Row('SHA-1 signature', 'sha1 inter', ['2 1 1 inter'], INVALID, 68, 1,
        plain=False),
    good('an authority that another root certified', 'leaf inter cross upper',
         ['2 1 1 upper'], 3),
    good('its key is the same', 'leaf inter cross', ['2 1 1 root'], 2),
    no_match('its certificate is not', 'leaf inter cross', ['2 0 1 root']),
    good('a long way up', 'deep d1 d2 d3 d4 root', ['2 1 1 root'], 5),
    good('half way up', 'deep d1 d2 d3 d4 root', ['2 1 1 d2'], 2),
    good('shuffled', 'deep root d3 d1 d4 d2', ['2 1 1 d4'], 4),
    good('sent twice', 'leaf inter inter leaf root', ['2 1 1 root'], 2),
    no_match('sent, but no issuer of it', 'leaf inter foreign',
             ['2 1 1 foreign']),
    good('no issuer between', 'direct root', ['2 1 1 root'], 1),
    no_match('2 1 1 of a self-signed leaf', 'self', ['2 1 1 self']),
    no_match('2 0 1 of a self-signed authority as leaf', 'self-ca',
             ['2 0 1 self-ca']),
]

# RFC 7671 5.2.2 and 5.2.3: the anchor may come from the DNS alone.
ROWS += [
    good('2 0 0 of an issuer that is not sent', 'leaf', ['2 0 0 inter'], 1),
    good('2 0 0 of a root that is not sent', 'leaf inter', ['2 0 0 root'], 2),
    no_match('2 0 0 does not bridge a gap', 'leaf', ['2 0 0 root']),
    good('2 1 0 of an issuer that is not sent', 'leaf', ['2 1 0 inter'], 0),
    good('2 1 0 of a root that is not sent', 'leaf inter', ['2 1 0 root'], 1),
    no_match('2 1 0 does not bridge a gap', 'leaf', ['2 1 0 root']),
    Row('2 1 0, and the leaf expired', 'expired', ['2 1 0 inter'],
        EXPIRED, 10, 0),
    Row('2 0 0, and the name is another', 'other', ['2 0 0 inter'],
        NAME, 62, 1),
    good('2 0 0 of two, to the upper', 'leaf', ['2 0 0 inter', '2 0 0 root'],
         1),
]

# RFC 7672 3.2.2 and 3.2.3: names, for usage 2 only.
TA = ['2 1 1 inter']
ROWS += [
    Row('another name', 'other inter', TA, NAME, 62, 1),
    good('the next hop is a second reference', 'hop inter', TA, 1,
         references=['verify.example']),
    good('or a third', 'hop inter', TA, 1,
         references=['x.example', 'verify.example']),
    Row('none of three', 'other inter', TA, NAME, 62, 1,
        references=['x.example', 'verify.example']),
    good('the last of many', 'many inter', TA, 1),
    good('wildcard', 'wild inter', TA, 1),
    Row('a wildcard is one label', 'wild inter', TA, NAME, 62, 1,
        host='a.mx.verify.example'),
    Row('and not none', 'wild inter', TA, NAME, 62, 1,
        host='verify.example'),
    Row('a wildcard two labels up', 'wild-deep inter', TA, NAME, 62, 1),
    Row('partial wildcards are invalid', 'partial inter', TA, NAME, 62, 1,
        plain=False),
    good('case does not matter', 'upper-case inter', TA, 1),
    good('nor on the command line', 'leaf inter', TA, 1,
         host='MX.VERIFY.example.'),
    good('CN without SAN', 'cn-only inter', TA, 1),
    good('wildcard as CN', 'cn-wild inter', TA, 1),
    Row('CN beside a SAN is not used', 'cn-unused inter', TA, NAME, 62, 1),
    good('but beside one without DNS names', 'cn-mail inter', TA, 1),
    Row('NUL in the CN', 'cn-nul inter', TA, NAME, 62, 1),
    Row('NUL in the SAN', 'san-nul inter', TA, NAME, 62, 1),
    Row('no name at all', 'nameless inter', TA, NAME, 62, 1),
    good('Unicode', 'idn inter', TA, 1, host='mx\u00f6.verify.example'),
    good('hostile subject', 'escape inter', TA, 1),
    Row('name before date, as OpenSSL has it', 'expired inter', TA,
        EXPIRED, 62, 1, host='mx.other.example'),
]

# RFC 7671 9: one fitting record is enough, and the stronger digest rules.
ROWS += [
    good('the second of two', FULL, ['3 1 1 next', '3 1 1 leaf'], 0,
         results='-m'),
    good('issuer and leaf', FULL, ['2 1 1 inter', '3 1 1 leaf'], 0,
         results='mm'),
    good('issuer, and a stale leaf', FULL, ['3 1 1 next', '2 1 1 inter'], 1,
         results='-m'),
    good('a leaf heals a chain', 'expired inter',
         ['2 1 1 inter', '3 1 1 expired'], 0),
    good('both digests', FULL, ['3 1 1 leaf', '3 1 2 leaf'], 0,
         results='sm'),
    no_match('a stale strong digest hides the good one', FULL,
             ['3 1 1 leaf', '3 1 2 next'], results='s-'),
    good('a stale weak digest does not', FULL, ['3 1 1 next', '3 1 2 leaf'],
         0, results='sm'),
    good('each selector by itself', FULL, ['3 1 2 next', '3 0 1 leaf'], 0,
         results='-m'),
    good('each usage by itself', FULL, ['3 1 2 next', '2 1 1 inter'], 1,
         results='-m'),
    good('no digest takes no part', FULL, ['3 1 2 next', '3 1 0 leaf'], 0,
         results='-m'),
    good('an unusable strong digest rules nothing', FULL,
         ['3 1 1 leaf', '3 1 2 =abcd'], 0, results='mu'),
    good('the same record twice', FULL, ['3 1 1 leaf', '3 1 1 leaf'], 0),
]

# RFC 7672 3.1.3, RFC 6698 4.1: records that cannot be used.
for record in ('0 0 1 root', '1 1 1 leaf', '4 1 1 leaf', '255 1 1 leaf',
               '3 2 1 leaf', '3 255 1 leaf', '3 1 3 leaf', '3 1 255 leaf',
               '3 1 1 =abcd', '3 1 2 =00', '3 0 0 =00', '2 1 0 =3000',
               '3 0 0 =' + 64 * '00'):
    ROWS.append(Row(f'unusable: {record[:20]}', FULL, [record], UNUSABLE, 0,
                    None, results='u'))
ROWS += [
    good('usable beside unusable', FULL,
         ['1 1 1 next', '3 1 1 leaf', '3 1 1 =00'], 0, results='umu'),
    no_match('stale beside unusable', FULL, ['1 1 1 leaf', '3 1 1 next'],
             results='u-'),
    Row('only unusable ones', FULL, ['0 1 1 root', '1 1 1 leaf'], UNUSABLE,
        0, None, results='uu'),
]
