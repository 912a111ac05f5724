#!/usr/bin/python3
# SPDX-License-Identifier: ISC
"""danelaw explain, from outside: usage: explain_test.py DANELAW. Speaks TAP.

A row: arguments, exit status, what stdout or (status 64) stderr must hold.
"""
import json
import subprocess
import sys

ROWS = [
    (["tlsa-stale-311-new-key"], 0, ["tlsa-stale-311-new-key: critical",
                                     "who", "RFC 7672 4", "FAIL"]),
    (["dns-ad-stripped"], 0, ["dns-ad-stripped: unseen", "AD bit"]),
    ([], 0, ["dns-mx-bogus  ", "tlsa-none  ", "ops-key-not-reused  ",
             "unseen"]),
    (["Key usage violation in certificate"], 0, ["tls-gnutls-kuv-sign"]),
    (["no matching DANE TLSA records"], 0, ["tlsa-no-match-ee"]),
    (["TLSA lookup error"], 0, ["dns-tlsa-servfail"]),
    (["no shared cipher"], 0, ["tls-no-shared-cipher"]),
    (["unable to get local issuer certificate"], 0,
     ["cert-missing-intermediate"]),
    (["Server certificate not verified"], 0, ["tlsa-ta-not-in-chain"]),
    (["5.7.321"], 0, ["smtp-starttls-not-offered"]),
    (["5.7.322"], 0, ["cert-expired-ta-leaf"]),
    (["5.7.323"], 0, ["tlsa-no-match-ee"]),
    (["5.7.324"], 0, ["dns-tlsa-servfail"]),
    (["4.7.5"], 0, ["dns-tlsa-servfail"]),
    (["DANE error: tlsa lookup DEFER"], 0, ["dns-tlsa-timeout"]),
    (["--search", "tlsa-none"], 0, ["tlsa-none"]),
    (["--search", "TLSA-stale"], 0, ["tlsa-stale-301-after-renewal",
                                     "tlsa-stale-311-new-key"]),
    (["tlsa-stale-311"], 64, ["did you mean tlsa-stale-311-new-key?"]),
    (["tsla-none", "tlsa-none"], 64, ["did you mean tlsa-none?"]),
    (["\x1b[31mxyzzy"], 64, ["\"\\x1b[31mxyzzy\""]),
    ([""], 64, ["no entry"]),
    (["Server", "certificate", "not", "verified"], 0,
     ["tlsa-no-match-ee: critical", "Postfix", "likeliest first"]),
    (["Server certificat not verifyed"], 64,
     ["did you mean Server certificate not verified?"]),
    (["nothing like it to=<a@example.org>"], 64,
     ["danelaw check example.org may"]),
    (["lets-encrypt"], 0,
     ["lets-encrypt: as of 20", "active   2 1 1 ", "YE3, ECDSA",
      "X1 and X3 (one key)", "--reuse-key"]),
    (["OpenSMTPD"], 0, ["ops-opensmtpd", "7.9"]),
    (["Exchange Online"], 0, ["ops-exchange-online", "5.7.321"]),
    (["ops-sendmail-verify"], 0, ["${verify}"]),
    (["--jsn"], 64, ["did you mean --json?"]),
    (["--search"], 64, ["search for what"]),
    (["--port", "25"], 64, ["no such option"]),
    (["--help"], 0, ["Usage: danelaw explain", "--search"]),
]


def main():
    bad = 0
    for number, (args, status, wanted) in enumerate(ROWS, 1):
        done = subprocess.run([sys.argv[1], "explain"] + args, text=True,
                              capture_output=True, check=False)
        text = done.stderr if status else done.stdout
        good = (done.returncode == status and all(w in text for w in wanted)
                and (status or not done.stderr))
        bad += not good
        print(f"{'ok' if good else 'not ok'} {number} - {args!r}")
        if not good:
            print(f"# exit status {done.returncode}: {text!r}")
    for name, wanted in [("chekc", "danelaw check?"),
                         ("example.org", "danelaw check example.org?"),
                         ("\x1b[m.example", "danelaw --help")]:
        number += 1
        done = subprocess.run([sys.argv[1], name], text=True,
                              capture_output=True, check=False)
        good = done.returncode == 64 and wanted in done.stderr
        bad += not good
        print(f"{'ok' if good else 'not ok'} {number} - {name!r}")
    number += 1
    issuers = json.loads(subprocess.run(
        [sys.argv[1], "explain", "--json", "lets-encrypt"],
        capture_output=True, check=True).stdout)[0]["issuers"]
    good = {"name": "R14", "state": "retired", "key": "RSA"}.items() <= {
        issuer["name"]: issuer for issuer in issuers}["R14"].items()
    bad += not good
    print(f"{'ok' if good else 'not ok'} {number} - issuers as JSON")
    number += 1
    done = subprocess.run([sys.argv[1], "explain", "--json", "tlsa-none",
                           "dns-ad-stripped"], capture_output=True,
                          check=True)
    ids = [(entry["schema"], entry["id"], entry["severity"])
           for entry in json.loads(done.stdout)]
    good = ids == [("danelaw-explain/1", "tlsa-none", "info"),
                   ("danelaw-explain/1", "dns-ad-stripped", None)]
    print(f"{'ok' if good else 'not ok'} {number} - JSON")
    print(f"1..{number}")
    return 1 if bad or not good else 0


if __name__ == '__main__':
    sys.exit(main())
