#!/usr/bin/python3
# SPDX-License-Identifier: ISC
"""Checks mkcerts: what it writes, what it keeps, what it refuses.

Usage: mkcerts_test.py MKCERTS [unittest arguments]
Python's own OpenSSL is the judge of the certificates, in memory.
"""
import hashlib
import json
import os
import ssl
import subprocess
import sys
import tempfile
import unittest

MKCERTS = sys.argv[1]
NOW = 1795385340  # 2026-11-22T22:09:00Z


class Made:
    """One run of mkcerts in a folder of its own (or in that of another)."""

    def __init__(self, spec, now=NOW, folder=None):
        self.dir = folder or tempfile.TemporaryDirectory(prefix="mkcerts.")
        now = [] if now is None else ["--now", str(now)]
        done = subprocess.run(
            [MKCERTS, *now, "-", self.dir.name], input=spec,
            capture_output=True, text=True, timeout=60)
        self.status, self.errors = done.returncode, done.stderr

    def path(self, name):
        return os.path.join(self.dir.name, name)

    def read(self, name):
        with open(self.path(name)) as made:
            return made.read()

    def digests(self):
        return json.loads(self.read("digests.json"))

    def der(self, name):
        return ssl.PEM_cert_to_DER_cert(self.read(name + ".crt"))

    def decoded(self, name):
        return ssl._ssl._test_decode_cert(self.path(name + ".crt"))

    def verify(self, leaf, root, name="mx.example"):
        """None if a client that trusts root takes leaf; else its reason."""
        server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        client = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        server.set_ciphers("DEFAULT:@SECLEVEL=0")
        client.set_ciphers("DEFAULT:@SECLEVEL=0")
        server.load_cert_chain(
            self.path(leaf + ".crt"), self.path(leaf + ".key"))
        client.load_verify_locations(self.path(root + ".crt"))
        up, down = ssl.MemoryBIO(), ssl.MemoryBIO()
        sides = [client.wrap_bio(down, up, server_hostname=name),
                 server.wrap_bio(up, down, server_side=True)]
        for _ in range(4):
            for side in sides:
                try:
                    side.do_handshake()
                except ssl.SSLWantReadError:
                    pass
                except ssl.SSLCertVerificationError as error:
                    return error.verify_message
        return None


def oid(dotted):
    first, second, *rest = (int(part) for part in dotted.split("."))
    return bytes([6, 1 + len(rest), 40 * first + second, *rest]).hex()


EXTENSIONS = {"ski": oid("2.5.29.14"), "ku": oid("2.5.29.15"),
              "san": oid("2.5.29.17"), "bc": oid("2.5.29.19"),
              "nc": oid("2.5.29.30"), "aki": oid("2.5.29.35"),
              "eku": oid("2.5.29.37"), "odd": oid("1.2.3.4")}


class Certificates(unittest.TestCase):
    def make(self, spec, **how):
        made = Made(spec, **how)
        self.addCleanup(made.dir.cleanup)
        self.assertEqual((made.status, made.errors), (0, ""))
        return made

    def test_files(self):
        made = self.make("a: key=p256 cn=a\nb: key==a cn=b # shared\n")
        self.assertEqual(sorted(os.listdir(made.dir.name)), [
            "a.crt", "a.key", "b.crt", "b.key", "digests.json"])
        self.assertEqual(os.stat(made.path("a.key")).st_mode & 0o777, 0o600)
        self.assertEqual(made.read("a.key"), made.read("b.key"))
        digests = made.digests()
        self.assertEqual(digests["a"]["spki"], digests["b"]["spki"])
        for name in "ab":
            der = made.der(name)
            cert, spki = digests[name]["cert"], digests[name]["spki"]
            self.assertEqual(cert["0"], der.hex())
            self.assertIn(spki["0"], der.hex())
            for what in (cert, spki):
                data = bytes.fromhex(what["0"])
                self.assertEqual(what["1"], hashlib.sha256(data).hexdigest())
                self.assertEqual(what["2"], hashlib.sha512(data).hexdigest())

    def test_keys_are_kept(self):
        first = self.make("a: key=rsa1024\nb: key=p256\nc: key=ed25519\n")
        keys = [first.read(n + ".key") for n in "abc"]
        certs = [first.der(n) for n in "ab"]
        again = self.make("a: key=rsa1024 cn=new\nb: key=p384\nc: key==a\n",
                          folder=first.dir)
        self.assertEqual(again.read("a.key"), keys[0])
        self.assertNotEqual(again.read("b.key"), keys[1])
        self.assertEqual(again.read("c.key"), keys[0])
        self.assertNotEqual([again.der(n) for n in "ab"], certs)
        with open(first.path("a.key"), "w") as key:
            key.write("nonsense")
        third = self.make("a: key=rsa1024\n", folder=first.dir)
        self.assertNotIn("nonsense", third.read("a.key"))

    def test_kinds_of_keys(self):
        kinds = {"rsa512": "2a864886f70d010101", "rsa2048":
                 "2a864886f70d010101", "p256": "2a8648ce3d030107",
                 "p384": "2b81040022", "p521": "2b81040023",
                 "secp256k1": "2b8104000a", "secp224r1": "2b81040021",
                 "ed25519": "2b6570", "ed448": "2b6571"}
        made = self.make("".join(
            f"{kind}: key={kind} md=sha256\n" for kind in kinds))
        for kind, want in kinds.items():
            self.assertIn(want, made.digests()[kind]["spki"]["0"])

    def test_names_and_dates(self):
        made = self.make(
            'a: key=p256 o="An \\"org\\"" cn="x \\\\ y\\x1b[1m" serial=4660 '
            "from=-30d to=2040-01-01 "
            "san=dns:a.example,dns:*.b.example,email:x@y,ip:127.0.0.1,ip:::1,"
            "uri:https://a/\nb: key=p256\nc: key=p256 cn=\\xff\\xfe\n"
            "d: key=p256 cn= san=dns:nul\\x00.example\n")
        cert = made.decoded("a")
        self.assertEqual(cert["subject"], (
            (("organizationName", 'An "org"'),),
            (("commonName", "x \\ y\x1b[1m"),)))
        self.assertEqual(cert["subjectAltName"], (
            ("DNS", "a.example"), ("DNS", "*.b.example"), ("email", "x@y"),
            ("IP Address", "127.0.0.1"), ("IP Address", "0:0:0:0:0:0:0:1"),
            ("URI", "https://a/")))
        self.assertEqual(cert["notBefore"], "Oct 23 22:09:00 2026 GMT")
        self.assertEqual(cert["notAfter"], "Jan  1 00:00:00 2040 GMT")
        self.assertEqual(cert["serialNumber"], "1234")
        self.assertEqual(made.decoded("b")["subject"], ())
        self.assertEqual(made.decoded("b")["issuer"], ())
        self.assertIn(b"\xff\xfe", made.der("c"))
        self.assertIn(b"nul\x00.example", made.der("d"))

    def test_extensions(self):
        rows = (
            ("", "bc ski"),
            ("ca=absent", "ski"),
            ("ca=absent keyid=no", ""),
            ("issuer=root", "bc ski aki"),
            ("ku=none eku=none nc=none", "bc ski"),
            ("ku=digitalSignature", "bc ski ku"),
            ("ku=empty", "bc ski ku"),
            ("eku=serverAuth,clientAuth", "bc ski eku"),
            ("ca=yes pathlen=0 nc=permit:a.example,exclude:b.a.example",
             "bc ski nc"),
            ("san=dns:x", "bc ski san"),
            ("critical_ext=1.2.3.4", "bc ski odd"),
            ("version=1 issuer=root", ""),
        )
        made = self.make("root: key=p256 cn=root ca=yes\n" + "".join(
            f"row{i}: key==root {row[0]}\n" for i, row in enumerate(rows)))
        for i, (row, want) in enumerate(rows):
            der = made.der(f"row{i}").hex()
            have = [n for n, code in EXTENSIONS.items() if code in der]
            self.assertEqual(sorted(have), sorted(want.split()), row)
            self.assertEqual(
                made.decoded(f"row{i}")["version"],
                1 if "version" in row else 3, row)

    def test_verified_by_another(self):
        leaf = "key=p256 issuer=root san=dns:mx.example"
        made = self.make(
            "root: key=p256 cn=root ca=yes ku=keyCertSign\n"
            "rsa: key=rsa2048 cn=rsa ca=yes\n"
            f"good: {leaf}\n"
            "two: key=ed25519 issuer=rsa md=sha512 san=dns:mx.example\n"
            f"bad: {leaf} badsig=yes\n"
            f"old: {leaf} to=-1h\n"
            f"new: {leaf} from=+1h\n"
            f"name: key=p256 issuer=root san=dns:x.example\n"
            f"odd: {leaf} critical_ext=1.2.3.4\n"
            f"client: {leaf} eku=clientAuth\n", now=None)
        for name, root, want in (
                ("good", "root", None), ("two", "rsa", None),
                ("bad", "root", "certificate signature failure"),
                ("old", "root", "certificate has expired"),
                ("new", "root", "certificate is not yet valid"),
                ("name", "root", "Hostname mismatch"),
                ("odd", "root", "unhandled critical extension"),
                ("client", "root", "unsuitable certificate purpose")):
            self.assertIn(str(want or ""),
                          str(made.verify(name, root) or ""), name)
            self.assertEqual(made.verify(name, root) is None, want is None)

    def test_lines(self):
        made = self.make(
            "# nothing\n\n  \t\r\na: key=p256 \\\n  cn=a # b\n"
            'b: key=p256 "cn=a b" #x\n\\\n')
        self.assertEqual(sorted(made.digests()), ["a", "b"])
        self.assertEqual(made.decoded("b")["subject"][0][0][1], "a b")


class Refusals(unittest.TestCase):
    def test_bad_lists(self):
        rows = (
            ("a key=p256", "-:1: need NAME"),
            (":", "-:1: need NAME"),
            ("../a: key=p256", "-:1: bad name"),
            ("-a: key=p256", "-:1: bad name"),
            ("\n\na: cn=x", "-:3: no key="),
            ("a: key=p257", "-:1: unknown kind of key: p257"),
            ("a: key=rsa99999999999999999999", "-:1: unknown kind of key"),
            ("a: key=rsa", "-:1: unknown kind of key"),
            ("a: key=p256 colour=1", "-:1: unknown key: colour"),
            ("a: key=p256 key=p256", "-:1: given twice: key"),
            ("a: key=p256\na: key=p256", "-:2: defined twice: a"),
            ("a: key=p256 x", "-:1: need key=value, not: x"),
            ('a: key=p256 cn="x', "-:1: missing quote"),
            ("a: key=p256 cn=\\xg0", "-:1: bad escape"),
            ("a: key=p256 cn=\\", "-:1: bad escape"),
            ("a: key==b", "-:1: no such entry: b"),
            ("a: key==a", "-:1: keys in a circle"),
            ("a: key==b\nb: key==a", "-:1: keys in a circle"),
            ("a: key=p256 issuer=b", "-:1: no such issuer: b"),
            ("a: key=p256 ku=fly", "-:1: a: bad ku"),
            ("a: key=p256 ku=", "-:1: a: bad ku"),
            ("a: key=p256 eku=,", "-:1: a: bad eku"),
            ("a: key=p256 nc=a.example", "-:1: a: bad nc"),
            ("a: key=p256 critical_ext=x", "-:1: bad OID"),
            ("a: key=p256 critical_ext=9.9", "-:1: a: bad critical_ext"),
            ("a: key=p256 from=soon", "-:1: bad time"),
            ("a: key=p256 to=+999999999w", "-:1: too far away"),
            ("a: key=p256 ca=maybe", "-:1: ca is"),
            ("a: key=p256 pathlen=1", "-:1: pathlen needs ca=yes"),
            ("a: key=p256 ca=yes pathlen=-1", "-:1: bad number"),
            ("a: key=p256 san=a.example", "-:1: san needs"),
            ("a: key=p256 san=ip:1.2.3", "-:1: bad IP address"),
            ("a: key=p256 version=2", "-:1: version is"),
            ("a: key=p256 md=sha3", "-:1: unknown digest"),
            ("a: key=p256 serial=18446744073709551616", "-:1: bad number"),
            ("a: key=p256 keyid=maybe", "-:1: need yes or no"),
            ("a: key=p256 cn=\x1b[1m colour=\x1b", "unknown key: colour"),
            ("a: key=p256 \x1b=1", "unknown key: \\x1b"),
            ("a: key=p256\0", "NUL"),
        )
        for spec, want in rows:
            with self.subTest(spec=spec):
                made = Made(spec)
                with made.dir:
                    self.assertEqual(made.status, 64, made.errors)
                    self.assertIn(want, made.errors)
                    self.assertEqual(made.errors.count("\n"), 1)
                    self.assertNotIn("digests.json",
                                     os.listdir(made.dir.name))

    def test_usage(self):
        for arguments, want in ((["a"], 64), (["a", "b", "c"], 64),
                                (["--now", "x", "a", "b"], 64),
                                (["--now", "-1", "a", "b"], 64),
                                (["--what"], 64),
                                (["/nonexistent", "b"], 66),
                                (["/dev/null", "/nonexistent/b"], 70),
                                (["--help"], 0)):
            done = subprocess.run([MKCERTS, *arguments], timeout=60,
                                  capture_output=True)
            self.assertEqual(done.returncode, want, arguments)


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0], *sys.argv[2:]])
