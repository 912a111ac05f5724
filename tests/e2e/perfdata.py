# SPDX-License-Identifier: ISC
"""Reads a plugin's output as the Monitoring Plugins Development Guidelines
write it, and takes nothing else.

  TEXT | 'label'=value[UOM];[warn];[crit];[min];[max] ...
  LONG TEXT
"""
import re

UNITS = ('s', 'us', 'ms', '%', 'B', 'KB', 'MB', 'TB', 'c', '')
NUMBER = r'-?[0-9]+(?:\.[0-9]+)?'
LABEL = re.compile(r"'((?:[^'=]|'')+)'=|([^'= ]+)=")
VALUE = re.compile(rf'(U|{NUMBER})(.*)')
RANGE = re.compile(rf'@?(?:(?:~|{NUMBER}):)?(?:{NUMBER})?')
LINE = re.compile(r'DANELAW (OK|WARNING|CRITICAL|UNKNOWN) - (.+)')
STATES = ('OK', 'WARNING', 'CRITICAL', 'UNKNOWN')
TEXT_MAX = 200


class FormatError(Exception):
    """What the guidelines do not allow."""


def read_range(text):
    """(low, high, inside) or None for nothing."""
    if text == '':
        return None
    if not RANGE.fullmatch(text) or text in ('@', '~:@'):
        raise FormatError(f'range {text!r}')
    inside, body = text.startswith('@'), text.lstrip('@')
    start, colon, end = body.rpartition(':')
    low = float('-inf') if start == '~' else float(start or 0)
    high = float(end) if end else float('inf')
    if low > high:
        raise FormatError(f'range {text!r} ends before it begins')
    return low, high, inside


def alerts(limits, value):
    if limits is None:
        return False
    low, high, inside = limits
    return (low <= value <= high) == inside


def read_fields(label, rest):
    fields = rest.split(';')
    if len(fields) > 5:
        raise FormatError(f'{label}: {len(fields)} fields')
    fields += [''] * (5 - len(fields))
    found = VALUE.fullmatch(fields[0])
    if not found:
        raise FormatError(f'{label}: value {fields[0]!r}')
    value, unit = found.groups()
    if unit not in UNITS:
        raise FormatError(f'{label}: unit {unit!r}')
    for bound in fields[3:]:
        if bound and not re.fullmatch(NUMBER, bound):
            raise FormatError(f'{label}: bound {bound!r}')
    value = None if value == 'U' else float(value)
    low, high = (float(bound) if bound else None for bound in fields[3:])
    if value is not None and ((low is not None and value < low)
                              or (high is not None and value > high
                                  and unit != 's')):
        raise FormatError(f'{label}: {value} is out of bounds')
    return {'value': value, 'unit': unit, 'warn': read_range(fields[1]),
            'crit': read_range(fields[2]), 'min': low, 'max': high}


def read_perfdata(text):
    """{label: fields}; the order is kept."""
    found, at = {}, 0
    while at < len(text):
        label = LABEL.match(text, at)
        if not label:
            raise FormatError(f'label at {text[at:at + 30]!r}')
        name = (label[1] or label[2]).replace("''", "'")
        if name in found:
            raise FormatError(f'{name} comes twice')
        rest = text[label.end():].partition(' ')[0]
        found[name] = read_fields(name, rest)
        at = label.end() + len(rest)
        if at < len(text):
            at += 1
            if at == len(text) or text[at] == ' ':
                raise FormatError('a space that parts nothing')
    return found


def read_output(output):
    """(state, sentence, perfdata, long lines) of the bytes a plugin wrote."""
    if not output.endswith(b'\n'):
        raise FormatError('the last line is not ended')
    bad = {byte for byte in output if byte != 10 and not 32 <= byte < 127}
    if bad:
        raise FormatError(f'raw bytes {sorted(bad)}')
    first, *more = output.decode('ascii').split('\n')[:-1]
    text, bar, perf = first.partition('|')
    if '|' in perf or any('|' in line for line in more):
        raise FormatError('a bar too many')
    if bar and (not text.endswith(' ') or not perf.startswith(' ')):
        raise FormatError('no space around the bar')
    text = text.rstrip(' ') if bar else text
    found = LINE.fullmatch(text)
    if not found:
        raise FormatError(f'first line {text!r}')
    if len(text) > TEXT_MAX:
        raise FormatError(f'{len(text)} characters before the bar')
    return found[1], found[2], read_perfdata(perf[1:]), more
