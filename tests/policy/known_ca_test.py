#!/usr/bin/python3
# SPDX-License-Identifier: ISC
"""The table of issuers is what its script makes of it; speaks TAP.

  known_ca_test.py SCRIPT
"""
import subprocess
import sys
import tempfile

HEAD = """# A table, commit of 2026-01-02.
# spki_sha256	cert_sha256	subject	issuer	not_before	not_after	file
"""
ROW = '\t'.join(['{}', 'c' * 64, 'CN={},O=o', 'CN=Root YR,O=ISRG',
                 '2025-01-01 00:00:00Z', '2028-01-01 00:00:00Z', 'x']) + '\n'


def run(script, text):
    with tempfile.NamedTemporaryFile('w', suffix='.tsv') as file:
        file.write(text)
        file.flush()
        return subprocess.run([script, file.name], text=True,
                              capture_output=True, check=False)


def cases(script):
    short = run(script, HEAD + ROW.format('a' * 64, 'YR1'))
    yield 'a table without SHA-512', short.stdout.endswith(
        'NULL,\n    NULL)\n') and '"2026-01-02"' in short.stdout
    twins = run(script, HEAD + ROW.format('a' * 64, 'YR1')
                + ROW.format('a' * 64, 'YR2'))
    yield 'two names, one key', twins.stdout.count(
        '"YR1 and YR2 (one key)"') == 2
    new = run(script, HEAD + ROW.format('a' * 64, 'YR9'))
    yield 'an issuer of unknown state', new.returncode != 0


def main():
    number = bad = 0
    for name, good in cases(*sys.argv[1:]):
        number += 1
        bad += not good
        print(f'{"ok" if good else "not ok"} {number} - {name}')
    print(f'1..{number}')
    return 1 if bad else 0


if __name__ == '__main__':
    sys.exit(main())
