#!/usr/bin/python3
# SPDX-License-Identifier: ISC
"""Lines of logs: usage: explain_lines.py DANELAW SOURCE. Speaks TAP.

Each line of testdata/explain/lines leads to its entry, quoted and in words,
and so does each word of senders that danelaw foretells (src/policy). And TLS
reports, packed and broken.
"""
import glob
import gzip
import json
import os
import re
import subprocess
import sys
import tempfile

LITERALS = re.compile(r'"(?:[^"\\\n]|\\.)*"(?:\s*(?:\\\n)?\s*'
                      r'"(?:[^"\\\n]|\\.)*")*')
PIECE = re.compile(r'"((?:[^"\\\n]|\\.)*)"')


def explain(danelaw, *args):
    """The entries, or the exit status."""
    done = subprocess.run([danelaw, 'explain', '--json', '--', *args],
                          capture_output=True, check=False)
    return json.loads(done.stdout) if done.returncode == 0 \
        else done.returncode


def first(entries):
    """(id, check) of what stands first."""
    if not isinstance(entries, list) or entries[0]['line'] is None:
        return entries, None
    run = entries[0]['line']['run'] or '-'
    return (entries[0]['id'] or '-',
            run.removeprefix('danelaw check ').strip("'"))


def lines(source):
    with open(os.path.join(source, 'testdata', 'explain', 'lines'),
              encoding='utf-8') as file:
        for line in file:
            if not line.startswith('#'):
                yield line.rstrip('\n').split('\t')


def sender_words(source):
    """All sentences in the files that foretell what senders do; what ends
    in a space is the begin of one, or a word that is looked for."""
    for path in sorted(glob.glob(os.path.join(source, 'src', 'policy',
                                              'senders*.c'))):
        with open(path, encoding='utf-8') as file:
            text = re.sub(r'/\*.*?\*/', '', file.read(), flags=re.S)
        for literals in LITERALS.findall(text):
            words = ''.join(PIECE.findall(literals)).replace('%s', 'x.example')
            if (' ' in words.strip() and '%' not in words
                    and words.strip('x.example, ')):
                yield words


def reports(source):
    """name, bytes, what must be said."""
    with open(os.path.join(source, 'testdata', 'tlsrpt', 'example.json'),
              'rb') as file:
        text = file.read()
    packed = gzip.compress(text)
    yield 'plain.json', text, 'mx1.example.org: tlsa-invalid, 6 sessions'
    yield 'packed.json.gz', packed, 'run      danelaw check example.org'
    yield 'named-otherwise.gz', text, '12 sessions went well, 7 failed'
    yield 'torn.gz', packed[:-20], 'no whole gzip file'
    yield 'bomb.gz', gzip.compress(b' ' * (64 << 20)), 'larger than 2 MiB'
    yield 'large.json', b' ' * (3 << 20), 'larger than 2 MiB'
    yield 'empty.json', b'', 'no JSON'
    yield 'deep.json', b'[' * 1000000, 'no JSON'
    yield 'other.json', b'{}', 'no "policies"'


def main():
    danelaw, source = sys.argv[1:]
    with tempfile.TemporaryDirectory() as folder:
        return run(danelaw, source, folder)


def run(danelaw, source, folder):
    number = bad = 0

    def tell(good, name, found=None):
        nonlocal number, bad
        number += 1
        bad += not good
        print(f'{"ok" if good else "not ok"} {number} - {name}')
        if not good:
            print(f'# {found!r}')

    for word, check, line in lines(source):
        for args in ([line], line.split()):
            found = first(explain(danelaw, *args))
            tell(found == (word, check), line[:100], found)
    words = sorted(set(sender_words(source)))
    tell(len(words) > 20, 'sentences of senders', words)
    for sentence in words:
        tell(first(explain(danelaw, sentence))[1] is not None, sentence)
    # Hostile lines: bounded, and nothing of them goes to the terminal raw.
    for line in ['\x1b[31m to=<a@\x1b[0m.example> Server certificate not '
                 'verified', 'to=<a@-rf.example> tlsa-invalid',
                 'to=<a@$(id).example.org> tlsa-invalid',
                 'relay=x;id.example[192.0.2.1] tlsa-invalid']:
        found = first(explain(danelaw, line))
        tell(found == ('tlsa-no-match-ee', '-')
             or re.fullmatch(r'\[?[a-z0-9._-]+\]?', found[1]), repr(line),
             found)
    for line in ['[' * 100000, 'to=<' * 30000, 'a@' * 60000,
                 'TLS is required, but host ' * 5000, ' ' * 100000]:
        found = explain(danelaw, line)
        tell(found == 64 or isinstance(found, list), line[:8] + '...')
    for name, packed, wanted in reports(source):
        path = os.path.join(folder, name)
        with open(path, 'wb') as file:
            file.write(packed)
        done = subprocess.run([danelaw, 'explain', path], check=False,
                              capture_output=True, text=True)
        tell(done.returncode == (64 if wanted in done.stderr else 0)
             and wanted in done.stdout + done.stderr, name,
             (done.returncode, done.stderr[-200:]))
        with open(path, 'rb') as file:
            again = subprocess.run([danelaw, 'explain', '-'], stdin=file,
                                   check=False, capture_output=True,
                                   text=True)
        tell(again.stdout == done.stdout, f'{name} on standard input')
    found = explain(danelaw, os.path.join(source, 'testdata', 'tlsrpt',
                                          'example.json'))
    tell([(e['id'], e['failure']['sessions']) for e in found] == [
        ('tlsa-no-match-ee', 6), (None, 1), ('name-mismatch-ta', 1)],
         'a report as JSON', found)
    print(f'1..{number}')
    return 1 if bad else 0


if __name__ == '__main__':
    sys.exit(main())
