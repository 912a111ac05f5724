#!/usr/bin/python3
# SPDX-License-Identifier: ISC
"""The tools that guard the house can fail, and say what they found.

usage: house_test.py SOURCE BUILD IMPURE_ARCHIVE

Speaks TAP. Every row breaks one rule and waits for the line that says so.
"""
import copy
import json
import os
import shutil
import subprocess
import sys
import tempfile

SOURCE, BUILD, IMPURE = sys.argv[1:]
results = []


def run(tool, *args, stdin=None):
    done = subprocess.run([os.path.join(SOURCE, "tools", tool), *args],
                          input=stdin, capture_output=True, text=True)
    return done.returncode, done.stdout, done.stderr


def expect(name, outcome, status, *lines):
    """Exit status and, in any order, every line but no other."""
    code, output, errors = outcome
    good = (code == status and errors == "" and
            sorted(output.splitlines()) == sorted(lines))
    results.append(good)
    print(f"{'ok' if good else 'not ok'} {len(results)} - {name}")
    if not good:
        print(f"# exit status {code}, wanted {status}")
        for line in (output + errors).splitlines():
            print(f"# got  {line}")
        for line in lines:
            print(f"# want {line}")


def layers(name, path, text, *lines):
    with tempfile.TemporaryDirectory() as root:
        os.makedirs(os.path.join(root, "src", os.path.dirname(path)))
        with open(os.path.join(root, "src", path), "w") as file:
            file.write(text)
        expect(f"layers: {name}", run("check-layers", "--source", root),
               1 if lines else 0, *lines)


def test_layers():
    layers("what the table allows", "probe/x.c",
           '#include "probe/x.h"\n#include "tls/match.h"\n#include <event.h>\n')
    layers("cli may use everything", "cli/x.c", '#include "serve/x.h"\n')
    layers("policy asks the DNS", "policy/x.c", '# include "dns/answer.h"\n',
           'src/policy/x.c: policy may not use dns ("dns/answer.h")')
    layers("model looks up the stairs", "model/x.h",
           '  #include "report/report.h"\n',
           'src/model/x.h: model may not use report ("report/report.h")')
    layers("a floor that nobody planned", "attic/x.c", "",
           "src/attic/x.c: attic is no floor of the table")
    layers("an include without its floor", "tls/x.c", '#include "peer.h"\n',
           'src/tls/x.c: "peer.h" should read "floor/file.h"')
    layers("policy takes libunbound at its word", "policy/x.c",
           'if (strstr(text, "signature expired") != NULL)\n'
           '\treturn kit_says(trial->error, "CLOSED");\n',
           'src/policy/x.c: strstr() looks for English ("signature expired")',
           "src/policy/x.c: kit_says() reads words meant for people")
    layers("policy has a table of words", "policy/x.c",
           "return strcasestr(text, table[i].pattern) != NULL;\n",
           "src/policy/x.c: strcasestr() for what is no literal "
           "(table[i].pattern)")
    layers("policy knows names", "policy/x.c",
           'return strcmp(offer, "no-hybrid") == 0 ||\n'
           '    strncmp(key, "RSA ", 4) == 0;\n')
    layers("an include by the back stairs", "tls/x.c",
           '#include "../dns/answer.h"\n',
           'src/tls/x.c: "../dns/answer.h" should read "floor/file.h"')
    layers("OpenSSL in the probe", "probe/x.c", "#include <openssl/ssl.h>\n",
           "src/probe/x.c: <openssl/ssl.h> is for tls/* only")
    layers("ldns in check", "check/x.c",
           "#include <stdbool.h>\n#include <ldns/ldns.h>\n",
           "src/check/x.c: <ldns/ldns.h> is for dns/* only")
    layers("libunbound in the answer", "dns/answer.c",
           "#include <unbound.h>\n",
           "src/dns/answer.c: <unbound.h> is for dns/upstream* only")
    layers("libunbound where it belongs", "dns/upstream_x.c",
           "#include <unbound-event.h>\n")
    late = "src/dns/x.h: <stdbool.h> must come before <ldns/...>"
    layers("ldns before stdbool", "dns/x.h",
           "#include <ldns/ldns.h>\n#include <stdbool.h>\n", late)
    layers("ldns without stdbool", "dns/x.h",
           '#include "dns/y.h"\n#include <ldns/ldns.h>\n', late)
    layers("ldns after stdbool", "dns/x.h",
           "#include <stdbool.h>\n\n#include <ldns/ldns.h>\n")
    with tempfile.TemporaryDirectory() as root:
        expect("layers: nothing to check is no success",
               run("check-layers", "--source", root), 1,
               f"{root}/src: no source found")
        expect("layers: nothing built is no success",
               run("check-layers", root), 1,
               f"{root}: no floor has been built")


def test_layers_linked():
    """base calls what, here, report defines: no include is needed for it."""
    def archive(root, floor, member):
        folder = os.path.join(root, "src", floor)
        os.makedirs(folder)
        subprocess.run(["ar", "rc", os.path.join(folder, f"lib{floor}.a"),
                        member], check=True)

    with tempfile.TemporaryDirectory() as root:
        archive(root, "base", os.path.join(IMPURE + ".p", "impure.c.o"))
        archive(root, "report", os.path.join(
            BUILD, "src", "base", "libbase.a.p", "clock.c.o"))
        expect("layers: a call past the includes", run("check-layers", root),
               1, "libbase.a: base may not use report (clock_monotonic_ms)")


def test_missing():
    """As if the package were not there."""
    with tempfile.TemporaryDirectory() as folder:
        with open(os.path.join(folder, "jsonschema.py"), "w") as file:
            file.write("raise ModuleNotFoundError(name='jsonschema')\n")
        done = subprocess.run(
            [os.path.join(SOURCE, "tests", "e2e", "run"), "--build", BUILD],
            env={**os.environ, "PYTHONPATH": folder}, capture_output=True,
            text=True)
        expect("a module that is missing is named, and its package",
               (done.returncode, done.stdout, done.stderr), 1,
               "Bail out! jsonschema is missing: apt-get install "
               "python3-jsonschema")


def test_pure():
    where = f"{os.path.basename(IMPURE)}(impure.c.o): policy is pure, but"
    expect("pure: clock, socket, output, a variable",
           run("check-pure", "--archive", f"policy={IMPURE}", BUILD), 1,
           f"{where} reads clock_monotonic_ms", f"{where} takes time",
           f"{where} takes socket", f"{where} takes puts",
           f"{where} keeps the variable {variable()}")
    report = os.path.join(BUILD, "src", "report", "libreport.a")
    code, output, _ = run("check-pure", "--archive", f"smtp={report}", BUILD)
    # json_loadb, for one, is for the floor report only.
    expect("pure: each floor has its own list",
           (code, "".join(line + "\n" for line in output.splitlines()
                          if line.endswith("takes json_loadb")), ""), 1,
           "libreport.a(tlsrpt.c.o): smtp is pure, but takes json_loadb")


def test_pure_members():
    """Of serve the parsers only are held to it."""
    lines = ("is pure, but reads clock_monotonic_ms", "is pure, but takes time",
             "is pure, but takes socket", "is pure, but takes puts",
             f"is pure, but keeps the variable {variable()}")
    for member, wanted in (("query.c.o", lines), ("server.c.o", ())):
        with tempfile.TemporaryDirectory() as root:
            path = os.path.join(root, member)
            shutil.copy(os.path.join(IMPURE + ".p", "impure.c.o"), path)
            archive = os.path.join(root, "libx.a")
            subprocess.run(["ar", "rc", archive, path], check=True)
            expect(f"pure: {member} of serve",
                   run("check-pure", "--archive", f"serve={archive}", BUILD),
                   1 if wanted else 0,
                   *(f"libx.a({member}): serve {line}" for line in wanted))


def variable():
    """gcc and clang have names of their own for a static."""
    symbols = subprocess.run(["nm", IMPURE], check=True, capture_output=True,
                             text=True).stdout.split()
    return next(name for name in symbols
                if name in ("impure_all.calls", "calls")
                or name.startswith("calls."))


def golden(name):
    with open(os.path.join(SOURCE, "testdata", "report", name)) as file:
        return json.load(file)


def broken(name, edit, *lines, base="stale.json"):
    document = copy.deepcopy(golden(base))
    edit(document)
    expect(f"schema: {name}", run("check-schema", "-",
                                  stdin=json.dumps(document)),
           1, *(f"-: {line}" for line in lines))


def holders(node, path="$"):
    """Every object of a document, with the path to it."""
    if isinstance(node, dict):
        yield path, node
        for key, value in node.items():
            yield from holders(value, f"{path}.{key}")
    elif isinstance(node, list):
        for i, value in enumerate(node):
            yield from holders(value, f"{path}[{i}]")


def test_schema_every_key():
    """Whichever key is left out of a whole report, it is missed."""
    whole, missed, lines = golden("healthy.json"), [], []
    for path, node in list(holders(whole)):
        # The transcript may be missing; the second address is as the first.
        if path.startswith("$.hosts[0].addresses[1]"):
            continue
        for key in [key for key in node if key != "transcript"]:
            value = node.pop(key)
            lines.append(json.dumps(whole))
            missed.append(f"{path}: {key}")
            node[key] = value
    code, output, errors = run("check-schema", "-", stdin="\n".join(lines))
    told = {line.split(": ")[0] for line in output.splitlines()}
    unseen = [what for i, what in enumerate(missed)
              if f"- (document {i + 1})" not in told]
    expect(f"schema: any of {len(missed)} keys left out is missed",
           (code, "\n".join(unseen), errors), 1)


def test_schema():
    def at(*path):
        def edit(document, value):
            for step in path[:-1]:
                document = document[step]
            document[path[-1]] = value
        return edit

    probe = ("hosts", 0, "addresses", 0, "probes", 0)
    for path, value, line in [
            (("verdict",), "dane-fine",
             "$.verdict: 'dane-fine' is not one of ['dane-ok', 'dane-partial',"
             " 'dane-degraded', 'dane-fail', 'no-dane', 'insecure', 'no-mail',"
             " 'defer']"),
            (("at",), "yesterday",
             "$.at: 'yesterday' does not match '^[0-9]{4}-[0-9]{2}-[0-9]{2}"
             "T[0-9]{2}:[0-9]{2}:[0-9]{2}Z$'"),
            (("schema",), "danelaw-report/2",
             "$.schema: 'danelaw-report/2' is none of "
             "danelaw-diff-sums/1, danelaw-diff/1, "
             "danelaw-host/1, danelaw-mx/1, danelaw-plan/1, "
             "danelaw-probe/1, danelaw-report/1, "
             "danelaw-split-domain/1, danelaw-split-host/1, "
             "danelaw-split-run/1, danelaw-stats/1, danelaw-summary/1, "
             "danelaw-tlsa/1, danelaw-trace/1"),
            (("hosts", 0, "preference"), None,
             "$.hosts[0].preference: None is not of type 'integer'"),
            ((*probe, "records", 0, "record"), 3,
             "$.hosts[0].addresses[0].probes[0].records[0].record: there is "
             "no such record"),
            ((*probe, "records", 0, "rr"), "3 1 1 00",
             "$.hosts[0].addresses[0].probes[0].records[0].rr: not that of "
             "the record it names"),
            (("hosts", 0, "addresses", 0, "outcome"), "authenticated",
             "$.hosts[0].addresses[0].outcome: none of its probes has this "
             "outcome")]:
        broken(f"{path[-1]} of {value!r}",
               lambda document, path=path, value=value:
               at(*path)(document, value), line)
    broken("a probe without its records",
           lambda document: document.pop("records"),
           "$: 'records' is a required property", base="probe-stale.json")
    expect("schema: a key twice", run("check-schema", "-",
                                      stdin='{"schema":1,"schema":2}'), 1,
           "-: key twice in one object: schema")
    expect("schema: an empty array", run("check-schema", "-", stdin="[]"), 1,
           "-: empty")
    expect("schema: lines of scan, the second of which is bad",
           run("check-schema", "-", stdin=json.dumps(golden("seed.json"))
               + '\n{"schema": null}\n'), 1,
           "- (document 2): $.schema: None is none of "
           "danelaw-diff-sums/1, danelaw-diff/1, "
           "danelaw-host/1, danelaw-mx/1, danelaw-plan/1, "
           "danelaw-probe/1, danelaw-report/1, "
           "danelaw-split-domain/1, danelaw-split-host/1, "
           "danelaw-split-run/1, danelaw-stats/1, danelaw-summary/1, "
           "danelaw-tlsa/1, danelaw-trace/1")
    further = dict(golden("seed.json"), further="key")
    expect("schema: further keys are free to come",
           run("check-schema", "-", stdin=json.dumps([further, further])), 0)


RULES = """# Comments are passed over.
1 client 7672 2.1.1: one

2 client 6698 4.1: two
3 publisher 7671 8: three
4 untested 6698 8.2: four -- no test can hold it
"""


def rules(name, listed, tests, scenario, *lines):
    with tempfile.TemporaryDirectory() as root:
        for path, text in (("testdata/rules.txt", listed),
                           ("tests/x/a_test.c", tests),
                           ("testdata/lab/a.toml", scenario)):
            path = os.path.join(root, path)
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(path, "w") as file:
                file.write(text)
        expect(f"rules: {name}", run("check-rules", "--source", root),
               1 if lines else 0, *lines)


def test_rules():
    one, two = (f"rule {n} has no test: {w}" for n, w in
                (("1 (RFC 7672 2.1.1)", "one"), ("2 (RFC 6698 4.1)", "two")))
    rules("a row and a scenario", RULES, '{ "rule 1 holds", 1 },',
          "rules = [2]")
    rules("two in a string, quotes in it", RULES,
          r'{ "rule 1 \"x\" and rule 2" }', "")
    rules("none", RULES, "", "", one, two)
    rules("comments are no tests", RULES,
          '/* "rule 1 x" */ // "rule 2 x"\n', '# rules = [1, 2]', one, two)
    rules("ranges are no tests", RULES, '"rule 1 - 2", "rule 1-2"', "",
          one, two)
    rules("nor are longer numbers", RULES, '"rule 1", "rule 22"', "", two,
          "tests/x/a_test.c: rule 22: there is no rule 22")
    rules("a quote that is a character", RULES,
          """if (c == '"') x("rule 1"); y('"', "rule 2");""", "")
    rules("a scenario of no rule", RULES, '"rule 1" "rule 2"', "rules = [9]",
          "testdata/lab/a.toml: there is no rule 9")
    rules("tested and called untested", RULES, '"rule 1" "rule 2" "rule 4"',
          "", "rule 4 is tested and listed as untested")
    rules("untested without a reason", "1 untested 6698 4: one\n", "", "",
          "rules.txt:1: rule 1: a reason is for untested rules, and they "
          "need one")
    rules("a line that is no rule", RULES + "5 client one\n",
          '"rule 1" "rule 2"', "",
          "rules.txt:7: is no rule: 5 client one")
    rules("a number left out", "2 publisher 6698 4: two\n", "", "",
          "rules.txt:1: rule 2 is out of order")
    rules("no list", "", "", "", "rules.txt: has no rule")
def catalogue(name, text, *lines, lab="smtp-c"):
    files = {
        "src/model/findings_dns.def": 'FINDING(A, "dns-a", WARNING, NULL,',
        "src/model/findings_tlsa.def": 'FINDING(B,\n "tlsa-b", INFO, "x-y",',
        "src/model/findings_cert.def": "",
        "src/model/findings_smtp.def": 'FINDING(C, "smtp-c", INFO, NULL,',
        "src/model/findings_tls.def": "",
        "src/model/unseen.def": 'UNSEEN("dns-u",\n    "why")',
        "tests/policy/diagnose_x_test.c": '"warning dns-a et.example\\n"'
                                          '"info smtp-c et.example\\n"',
        "testdata/lab/x.toml": '[expect]\nfindings = ["tlsa-b", ["no"], "'
                               + lab + '"]',
        "testdata/catalogue": text}
    with tempfile.TemporaryDirectory() as root:
        for path, content in files.items():
            path = os.path.join(root, path)
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(path, "w") as file:
                file.write(content)
        expect(f"catalogue: {name}", run("check-catalogue", "--source", root),
               1 if lines else 0, *lines)


def test_catalogue():
    good = ("D dns-a warning -\nA tlsa-b info x-y\nD dns-u unseen -\n"
            "S smtp-c info -\n")
    catalogue("all triggered or unseen", good)
    catalogue("SMTP without a scenario", good,
              "smtp-c: no scenario of testdata/lab/ expects it", lab="no")
    catalogue("an entry that nobody makes", good + "N name-c info -\n",
              "name-c: no such finding")
    catalogue("another severity and type", good.replace("warning -", "info z"),
              "dns-a: listed as info z, but is warning -")
    catalogue("unseen without a reason", good.replace("dns-u", "dns-v"),
              "dns-v: unseen.def does not say why it is unseen")
    catalogue("left out", good.split("\n", 1)[1],
              "dns-a: not in the catalogue")
    catalogue("a group of its own", good.replace("D dns-a", "Z dns-a"),
              "dns-a: there is no group Z")


test_layers()
test_layers_linked()
test_rules()
test_missing()
test_pure()
test_pure_members()
test_schema()
test_schema_every_key()
test_catalogue()
print(f"1..{len(results)}")
sys.exit(0 if all(results) else 1)
