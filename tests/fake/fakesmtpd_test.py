#!/usr/bin/python3
# SPDX-License-Identifier: ISC
"""Checks fakesmtpd, and with it what mkcerts makes, over loopback.

Usage: fakesmtpd_test.py FAKESMTPD MKCERTS [unittest arguments]
Every port is one the kernel chose; nothing sleeps: what must not happen
is waited for by a short time-out, what must happen by a long one.
"""
import json
import os
import random
import resource
import shutil
import signal
import smtplib
import socket
import ssl
import struct
import subprocess
import sys
import tempfile
import time
import unittest
import warnings

FAKESMTPD, MKCERTS = sys.argv[1:3]
LONG, SHORT = 20, 0.2

SPEC = """
root:  key=p256 cn="Root" ca=yes ku=keyCertSign
inter: key=p256 issuer=root cn="Inter" ca=yes ku=keyCertSign
rsa:   key=rsa2048 issuer=inter cn=mx.et.example san=dns:mx.et.example
ec:    key=p256 issuer=inter cn=mx.et.example san=dns:mx.et.example
other: key=p256 cn=other.example san=dns:other.example
ed:    key=ed25519 cn=ed.example
"""
EC = [{"key": "ec.key", "chain": ["ec.crt", "inter.crt"]}]
RSA = [{"key": "rsa.key", "chain": ["rsa.crt", "inter.crt"]}]
OTHER = [{"key": "other.key", "chain": "other.crt"}]
EHLO = ["mx.et.example", "PIPELINING", "STARTTLS"]

work = None
digests = None


def setUpModule():
    global work, digests
    work = tempfile.mkdtemp(prefix="fakesmtpd.")
    with open(work + "/spec", "w") as spec:
        spec.write(SPEC)
    subprocess.run([MKCERTS, work + "/spec", work], check=True)
    with open(work + "/digests.json") as made:
        digests = json.load(made)


def tearDownModule():
    shutil.rmtree(work)


def write_config(config):
    fd, path = tempfile.mkstemp(suffix=".json", dir=work)
    with os.fdopen(fd, "w") as out:
        json.dump(config, out)
    return path


class Fake:
    """A running server; scripts listen on 127.0.0.1 unless they say."""

    def __init__(self, *scripts, options=(), descriptors=None, **top):
        servers = [{"listen": "127.0.0.1", **script} for script in scripts]
        self.path = write_config({"servers": servers, **top})
        self.count_path = self.path + ".count"
        self.process = subprocess.Popen(
            [FAKESMTPD, "--die-with-parent", "--port", "0", "--count-file",
             self.count_path, *options, self.path],
            stdout=subprocess.PIPE, text=True,
            preexec_fn=descriptors and (lambda: resource.setrlimit(
                resource.RLIMIT_NOFILE, (descriptors, descriptors))))
        self.at = []
        while (line := self.process.stdout.readline()) != "ready\n":
            if not line:
                self.__exit__()
                raise RuntimeError("fakesmtpd did not start")
            _, address, port = line.split()
            self.at.append((address, int(port)))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.returncode is None:
            self.end()
        self.process.stdout.close()
        if self.process.returncode not in (0, 64):
            raise RuntimeError(f"exit status {self.process.returncode}")

    def counts(self, listener=0):
        self.process.send_signal(signal.SIGUSR1)
        assert self.process.stdout.readline() == "counted\n"
        return self.read_counts(listener)

    def read_counts(self, listener=0):
        with open(self.count_path) as made:
            return json.load(made)["listeners"][listener]

    def end(self):
        self.process.terminate()
        return self.process.wait(LONG)

    def dial(self, listener=0):
        return Client(self.at[listener])


class Client:
    def __init__(self, at):
        self.socket = socket.create_connection(at, timeout=LONG)
        self.bytes = b""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def send(self, text):
        self.socket.sendall(text.encode() if isinstance(text, str) else text)

    def line(self):
        while b"\n" not in self.bytes:
            more = self.socket.recv(4096)
            if not more:
                raise EOFError(self.bytes)
            self.bytes += more
        line, _, self.bytes = self.bytes.partition(b"\n")
        return line.rstrip(b"\r").decode()

    def reply(self):
        lines = [self.line()]
        while lines[-1][3:4] == "-":
            lines.append(self.line())
        return "\n".join(lines)

    def ask(self, command):
        self.send(command + "\r\n")
        return self.reply()

    def everything(self):
        while more := self.socket.recv(65536):
            self.bytes += more
        return self.bytes

    def is_silent(self):
        self.socket.settimeout(SHORT)
        try:
            self.bytes += self.socket.recv(4096)
            return False
        except TimeoutError:
            return True
        finally:
            self.socket.settimeout(LONG)

    def handshake(self, name=None, context=None):
        self.socket = (context or client_context()).wrap_socket(
            self.socket, server_hostname=name)
        return self.socket

    def starttls(self, name=None, context=None):
        self.reply()
        self.ask("EHLO client.example")
        if not self.ask("STARTTLS").startswith("220"):
            raise RuntimeError("no 220 to STARTTLS")
        return self.handshake(name, context)

    def leaf(self):
        return self.socket.getpeercert(True).hex()

    def chain(self):
        sslobj = self.socket._sslobj
        return [c.public_bytes(2).hex() if hasattr(c, "public_bytes") else c
                for c in sslobj.get_unverified_chain()]


def client_context(low=None, high=None, ciphers="DEFAULT:@SECLEVEL=0"):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.set_ciphers(ciphers)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # old versions are the point
        if low:
            context.minimum_version = low
        if high:
            context.maximum_version = high
    return context


def der(name):
    return digests[name]["cert"]["0"]


TLS10, TLS12 = ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_2
TLS13 = ssl.TLSVersion.TLSv1_3


class Dialogue(unittest.TestCase):
    def test_honest(self):
        with Fake({"banner": "220-mx\n220 mx ESMTP", "ehlo": ["mx", "SIZE"],
                   "helo": "250 mx", "rcpt": "450 4.2.0 Greylisted"}) as fake:
            with fake.dial() as client:
                self.assertEqual(client.reply(), "220-mx\n220 mx ESMTP")
                self.assertEqual(client.ask("EHLO a"), "250-mx\n250 SIZE")
                self.assertEqual(client.ask("helo a"), "250 mx")
                self.assertEqual(client.ask("MAIL FROM:<a@b>"),
                                 "250 2.1.0 ok")
                self.assertEqual(client.ask("RCPT TO:<c@d>"),
                                 "450 4.2.0 Greylisted")
                self.assertEqual(client.ask("DATA"), "354 go ahead")
                client.send("x" * 5000 + "\r\nQUIT\r\n..\r\n")
                self.assertEqual(client.ask("."), "250 2.0.0 taken")
                self.assertEqual(client.ask("NOOP"), "250 2.0.0 ok")
                self.assertTrue(client.ask("FOO").startswith("502"))
                self.assertTrue(client.ask("STARTTLS").startswith("502"))
                self.assertTrue(client.ask("QUIT").startswith("221"))
                self.assertEqual(client.everything(), b"")
            counts = fake.counts()
            self.assertEqual(counts["connections"], 1)
            self.assertEqual(counts["quits"], 1)
            self.assertEqual(counts["tls"], 0)
            self.assertEqual(counts["starttls"], 1)
            self.assertEqual(counts["helo"], "a")
            self.assertEqual(fake.end(), 0)

    def test_pipelined(self):
        with Fake({}) as fake, fake.dial() as client:
            client.send("EHLO a\r\n" + "NOOP\r\n" * 2000 + "QUIT\r\n")
            client.socket.shutdown(socket.SHUT_WR)
            lines = client.everything().decode().split("\r\n")
            self.assertEqual(lines.count("250 2.0.0 ok"), 2000)
            self.assertEqual(lines[-2], "221 2.0.0 bye")

    def test_whole_mail_by_smtplib(self):
        with Fake({"certs": EC}) as fake:
            with smtplib.SMTP(*fake.at[0], timeout=LONG) as smtp:
                smtp.starttls(context=client_context())
                smtp.sendmail("a@example", ["b@example"], "Subject: x\n\ny")

    def test_refusals(self):
        with Fake({"banner": "554 5.7.1 go away", "quit_reply": "250 hm"},
                  {"ehlo": "550-5.7.1 no\n550 5.7.1 never"},
                  {"certs": EC, "starttls": "454 4.7.0 later"},
                  {"certs": EC, "ehlo_tls": "421 4.3.2 closing"}) as fake:
            with fake.dial(0) as client:
                self.assertEqual(client.reply(), "554 5.7.1 go away")
                self.assertEqual(client.ask("QUIT"), "250 hm")
            with fake.dial(1) as client:
                client.reply()
                self.assertEqual(client.ask("EHLO a"),
                                 "550-5.7.1 no\n550 5.7.1 never")
                self.assertTrue(client.ask("HELO a").startswith("250"))
            with fake.dial(2) as client:
                client.reply()
                self.assertIn("STARTTLS", client.ask("EHLO a"))
                self.assertEqual(client.ask("STARTTLS"), "454 4.7.0 later")
                self.assertTrue(client.ask("NOOP").startswith("250"))
            with fake.dial(3) as client:
                client.starttls()
                self.assertEqual(client.ask("EHLO a"), "421 4.3.2 closing")

    def test_no_banner(self):
        with Fake({"banner": None}) as fake, fake.dial() as client:
            self.assertTrue(client.is_silent())

    def test_line_ends_and_chunks(self):
        with Fake({"eol": "\n", "ehlo": ["mx", "X"]},
                  {"chunk": 1, "chunk_ms": 2, "banner": "220 twenty"},
                  {"chunk": 3, "certs": EC}) as fake:
            with fake.dial(0) as client:
                client.send("EHLO a\r\nQUIT\r\n")
                self.assertEqual(
                    client.everything(), b"220 fake.example ESMTP\n"
                    b"250-mx\n250 X\n221 2.0.0 bye\n")
            start = time.monotonic()
            with fake.dial(1) as client:
                self.assertEqual(client.reply(), "220 twenty")
            self.assertGreater(time.monotonic() - start, 0.011 * 2)
            with fake.dial(2) as client:
                client.starttls()
                self.assertEqual(client.ask("NOOP"), "250 2.0.0 ok")

    def test_both_families(self):
        if not socket.has_ipv6:
            self.fail("no IPv6 on this machine")
        with Fake({"listen": ["127.0.0.1", "::1", "127.1.2.3"]}) as fake:
            self.assertEqual([a for a, _ in fake.at],
                             ["127.0.0.1", "::1", "127.1.2.3"])
            for listener in range(3):
                with fake.dial(listener) as client:
                    self.assertTrue(client.reply().startswith("220"))


class Tls(unittest.TestCase):
    def test_starttls(self):
        with Fake({"ehlo": EHLO, "certs": EC}) as fake:
            with fake.dial() as client:
                client.starttls("mx.et.example")
                self.assertEqual(client.leaf(), der("ec"))
                self.assertEqual(client.chain(), [der("ec"), der("inter")])
                self.assertEqual(client.ask("EHLO inside"),
                                 "250-mx.et.example\n250 PIPELINING")
                self.assertTrue(client.ask("STARTTLS").startswith("503"))
                self.assertTrue(client.ask("QUIT").startswith("221"))
                self.assertEqual(client.everything(), b"")
            counts = fake.counts()
            self.assertEqual(counts["tls"], 1)
            self.assertEqual(counts["sni"], "mx.et.example")
            self.assertEqual(counts["helo"], "inside")

    def test_verifies(self):
        context = ssl.create_default_context(cafile=work + "/root.crt")
        with Fake({"certs": RSA}) as fake, fake.dial() as client:
            client.starttls("mx.et.example", context)
            self.assertEqual(client.leaf(), der("rsa"))

    def test_two_certificates(self):
        with Fake({"certs": RSA + EC}) as fake:
            for kind, ciphers in (("rsa", "ECDHE-RSA-AES128-GCM-SHA256"),
                                  ("ec", "ECDHE-ECDSA-AES128-GCM-SHA256")):
                with fake.dial() as client:
                    client.starttls(None, client_context(
                        None, TLS12, ciphers))
                    self.assertEqual(client.leaf(), der(kind))

    def test_chain_as_listed(self):
        odd = [{"key": "ec.key",
                "chain": ["ec.crt", "root.crt", "inter.crt", "ec.crt"]}]
        with Fake({"certs": odd}) as fake, fake.dial() as client:
            client.starttls()
            self.assertEqual(client.chain(), [
                der(n) for n in ("ec", "root", "inter", "ec")])

    def test_sni(self):
        script = {"certs": EC, "sni": {"Other.example": OTHER}}
        with Fake(script, {**script, "sni_unknown": "fail"},
                  {**script, "sni_missing": "fail"}) as fake:
            for listener, name, want in (
                    (0, "other.example", "other"), (0, "x.example", "ec"),
                    (0, None, "ec"), (1, "OTHER.example", "other"),
                    (1, None, "ec"), (2, "x.example", "ec")):
                with fake.dial(listener) as client:
                    client.starttls(name)
                    self.assertEqual(client.leaf(), der(want), name)
            for listener, name in ((1, "x.example"), (2, None)):
                with fake.dial(listener) as client:
                    with self.assertRaisesRegex(
                            ssl.SSLError, "(?i)unrecognized.name"):
                        client.starttls(name)

    def test_versions(self):
        with Fake({"certs": RSA, "tls": {"min": "1.0", "max": "1.0"}},
                  {"certs": EC, "tls": {"min": "1.3"}},
                  {"certs": EC, "tls": {"max": "1.2"}},
                  {"certs": EC}) as fake:
            for listener, low, want in ((0, TLS10, "TLSv1"),
                                        (1, None, "TLSv1.3"),
                                        (2, None, "TLSv1.2"),
                                        (3, None, "TLSv1.3")):
                with fake.dial(listener) as client:
                    client.starttls(None, client_context(low))
                    self.assertEqual(client.socket.version(), want)
            for listener, high in ((1, TLS12), (3, ssl.TLSVersion.TLSv1_1)):
                with fake.dial(listener) as client:
                    with self.assertRaisesRegex(
                            ssl.SSLError, "(?i)protocol.version"):
                        client.starttls(None, client_context(TLS10, high))

    def test_ciphers_groups_and_sigalgs(self):
        with Fake({"certs": EC, "tls": {
                "suites": "TLS_CHACHA20_POLY1305_SHA256"}},
                  {"certs": RSA, "tls": {"ciphers": "AES128-SHA",
                                         "max": "1.2"}},
                  {"certs": EC, "tls": {"groups": "P-521"}},
                  {"certs": RSA, "tls": {"sigalgs": "RSA-PSS+SHA512"}},
                  {"certs": [{"key": "ed.key", "chain": "ed.crt"}]}) as fake:
            for listener, want in ((0, "TLS_CHACHA20_POLY1305_SHA256"),
                                   (1, "AES128-SHA")):
                with fake.dial(listener) as client:
                    client.starttls()
                    self.assertEqual(client.socket.cipher()[0], want)
            narrow = client_context()
            narrow.set_ecdh_curve("prime256v1")
            with fake.dial(2) as client:
                with self.assertRaisesRegex(ssl.SSLError, "(?i)handshake"):
                    client.starttls(None, narrow)
            for listener in (2, 3, 4):
                with fake.dial(listener) as client:
                    client.starttls()
                    self.assertTrue(client.ask("NOOP").startswith("250"))

    def test_dh_bits(self):
        script = {"certs": RSA, "tls": {
            "max": "1.2", "ciphers": "DHE-RSA-AES128-GCM-SHA256"}}
        for bits, level, good in (
                (512, 0, False), (768, 0, False), (1024, 0, True),
                (1024, 2, False), (2048, 2, True)):
            script["tls"]["dh_bits"] = bits
            context = client_context(ciphers=f"DEFAULT:@SECLEVEL={level}")
            # To who names groups of RFC 7919 OpenSSL 4 offers no others.
            context.set_ecdh_curve("prime256v1")
            with Fake(script) as fake, fake.dial() as client:
                if good:
                    client.starttls(None, context)
                    continue
                with self.assertRaisesRegex(
                        ssl.SSLError, "(?i)dh.key.too.small"):
                    client.starttls(None, context)

    def test_client_certificate(self):
        with Fake({"certs": EC, "tls": {"client_cert": "require"}},
                  {"certs": EC, "tls": {"client_cert": "request"}}) as fake:
            with fake.dial(0) as client:
                with self.assertRaisesRegex(ssl.SSLError, "(?i)handshake"):
                    client.starttls(None, client_context(high=TLS12))
            with fake.dial(0) as client:
                client.starttls()  # TLS 1.3 says no only afterwards
                with self.assertRaisesRegex(
                        ssl.SSLError, "(?i)certificate.required"):
                    client.ask("EHLO a")
            mine = client_context()
            mine.load_cert_chain(work + "/other.crt", work + "/other.key")
            for listener, context in ((0, mine), (1, mine), (1, None)):
                with fake.dial(listener) as client:
                    client.starttls(None, context)
                    self.assertTrue(client.ask("NOOP").startswith("250"))
            self.assertEqual(fake.counts()["tls_failed"], 2)

    def test_hello_max(self):
        with Fake({"certs": EC, "hello_max": 16384},
                  {"certs": EC, "hello_max": 100}) as fake:
            with fake.dial(0) as client:
                client.starttls()
            with fake.dial(1) as client:
                with self.assertRaises((ssl.SSLError, OSError)):
                    client.starttls()
            self.assertEqual(fake.counts(1)["tls"], 0)

    def test_no_certificate(self):
        with Fake({"certs": [], "ehlo": EHLO},
                  {"certs": [], "ehlo": EHLO, "tls": {
                      "max": "1.2", "ciphers": "aNULL:@SECLEVEL=0"}}) as fake:
            with fake.dial(0) as client:
                with self.assertRaisesRegex(ssl.SSLError, "(?i)handshake"):
                    client.starttls()
            with fake.dial(1) as client:
                client.starttls(None, client_context(
                    high=TLS12, ciphers="aNULL:@SECLEVEL=0"))
                self.assertIn("DH", client.socket.cipher()[0])
                self.assertIsNone(client.socket.getpeercert(True))

    def test_implicit(self):
        with Fake({"certs": EC, "implicit_tls": True}) as fake:
            with fake.dial() as client:
                client.handshake("a.example")
                self.assertTrue(client.reply().startswith("220"))
                self.assertNotIn("STARTTLS", client.ask("EHLO a"))
                self.assertTrue(client.ask("QUIT").startswith("221"))
                self.assertEqual(client.everything(), b"")
            with fake.dial() as client:
                self.assertTrue(client.is_silent())

    def test_no_resumption(self):
        context = client_context(high=TLS12)
        with Fake({"certs": EC, "tls": {"tickets": 0}}) as fake:
            with fake.dial() as client:
                session = client.starttls("a", context).session
            with fake.dial() as client:
                client.reply()
                client.ask("EHLO a")
                client.ask("STARTTLS")
                with context.wrap_socket(
                        client.socket, server_hostname="a",
                        session=session) as again:
                    self.assertFalse(again.session_reused)


def act_at(stage, client):
    """Goes on until the stage is due; its outcome is then up to read."""
    if stage in ("accept", "banner"):
        return
    client.reply()
    client.send("EHLO a\r\n")
    if stage == "ehlo":
        return
    client.reply()
    client.send("STARTTLS\r\n")
    if stage == "starttls":
        return
    client.reply()
    if stage in ("starttls-220", "tls"):
        incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        tls = client_context().wrap_bio(incoming, outgoing)
        try:
            tls.do_handshake()
        except ssl.SSLWantReadError:
            client.send(outgoing.read())
        return
    client.handshake()
    client.send("EHLO a\r\n" if stage == "ehlo_tls" else "QUIT\r\n")


STAGES = ("accept", "banner", "ehlo", "starttls", "starttls-220", "tls",
          "ehlo_tls", "quit")


class Script(unittest.TestCase):
    def fake_for_stages(self, key):
        return Fake(*({"certs": EC, key: stage} for stage in STAGES))

    def test_close_at(self):
        with self.fake_for_stages("close_at") as fake:
            for listener, stage in enumerate(STAGES):
                with self.subTest(stage), fake.dial(listener) as client:
                    act_at(stage, client)
                    got = client.everything()
                    self.assertEqual(len(got), 64 if stage == "tls" else 0)

    def test_silent_at(self):
        with self.fake_for_stages("silent_at") as fake:
            for listener, stage in enumerate(STAGES):
                with self.subTest(stage), fake.dial(listener) as client:
                    act_at(stage, client)
                    if stage == "tls":
                        self.assertEqual(len(client.socket.recv(4096)), 64)
                    self.assertTrue(client.is_silent())

    def test_reset_at(self):
        with self.fake_for_stages("reset_at") as fake:
            for listener, stage in enumerate(STAGES):
                with self.subTest(stage):
                    with self.assertRaises(ConnectionResetError):
                        with fake.dial(listener) as client:
                            act_at(stage, client)
                            # Below TLS: Python's hides a reset.
                            client.socket = socket.socket(
                                fileno=client.socket.detach())
                            client.socket.settimeout(LONG)
                            client.everything()

    def test_delays(self):
        ms = 80
        with Fake({"delay_ms": ms, "certs": EC},
                  {"delay_ms": {"tls": ms}, "certs": EC}) as fake:
            start = time.monotonic()
            with fake.dial(0) as client:
                client.starttls()
                client.ask("QUIT")
            self.assertGreater(time.monotonic() - start, 5 * ms / 1000)
            with fake.dial(1) as client:
                client.reply()
                client.ask("EHLO a")
                client.ask("STARTTLS")
                start = time.monotonic()
                client.handshake()
                self.assertGreater(time.monotonic() - start, ms / 1000)

    def test_injection(self):
        with Fake({"certs": EC, "after_220": "250 injected\r\n"}) as fake:
            with fake.dial() as client:
                client.reply()
                client.ask("EHLO a")
                client.send("STARTTLS\r\n")
                self.assertEqual(client.socket.recv(4096),
                                 b"220 2.0.0 ready\r\n250 injected\r\n")
                client.handshake()
                self.assertTrue(client.ask("NOOP").startswith("250"))

    def test_commands_behind_starttls(self):
        for keep in (False, True):
            with Fake({"certs": EC, "keep_clear": keep}) as fake:
                with fake.dial() as client:
                    client.reply()
                    client.send("STARTTLS\r\nRSET\r\n")
                    client.reply()
                    client.handshake()
                    if keep:
                        self.assertTrue(client.reply().startswith("250"))
                    else:
                        self.assertTrue(client.is_silent())

    def test_answer_hello_with(self):
        answer = "454 4.7.0 TLS not available\r\n"
        with Fake({"ehlo": EHLO, "answer_hello_with": answer}) as fake:
            with fake.dial() as client:
                act_at("tls", client)
                self.assertEqual(client.line() + "\r\n", answer)
                self.assertTrue(client.is_silent())
            with fake.dial() as client:
                with self.assertRaisesRegex(
                        ssl.SSLError, "(?i)wrong.version.number"):
                    client.starttls()

    def test_garbage(self):
        hex_of = {"accept": "ff", "banner": "53534820 00ff0a", "ehlo": "0d0a",
                  "starttls": "0a", "starttls-220": "15030300020228",
                  "tls": "16030100", "ehlo_tls": "00ff0a", "quit": "80"}
        with Fake(*({"certs": EC, "garbage": {
                "at": stage, "hex": hex_of[stage]}}
                    for stage in STAGES)) as fake:
            for listener, stage in enumerate(STAGES):
                with self.subTest(stage), fake.dial(listener) as client:
                    act_at(stage, client)
                    want = bytes.fromhex(hex_of[stage])
                    while len(client.bytes) < len(want):
                        client.bytes += client.socket.recv(4096)
                    self.assertEqual(client.bytes, want)
                    client.bytes = b""
                    if stage == "quit":
                        self.assertEqual(client.everything(), b"")
                    elif stage in ("starttls-220", "tls"):
                        self.assertTrue(client.is_silent())
                    else:
                        self.assertTrue(
                            client.ask("NOOP").startswith("250"))

    def test_endless(self):
        size = 3 << 20
        with Fake(*({"certs": EC, "endless": {
                "at": stage, "bytes": "250-x\r\n", "max_bytes": size}}
                    for stage in STAGES)) as fake:
            for listener, stage in enumerate(STAGES):
                with self.subTest(stage), fake.dial(listener) as client:
                    act_at(stage, client)
                    got = client.everything()
                    self.assertEqual(len(got), size)
                    self.assertEqual(got[:14], b"250-x\r\n250-x\r\n")
                    self.assertEqual(got.count(b"250-x\r\n"), size // 7)

    def test_endless_without_a_reader(self):
        with Fake({"endless": {"at": "banner", "bytes": "220-x"}}) as fake:
            with fake.dial() as deaf, fake.dial() as client:
                self.assertTrue(client.socket.recv(4096))
                self.assertEqual(fake.counts()["max_parallel"], 2)
                deaf.socket.close()
            self.assertEqual(fake.end(), 0)

    def test_first_then(self):
        hidden = {"ehlo": ["mx"], "first": 2, "then": {"ehlo": EHLO}}
        with Fake({"certs": EC, **hidden},
                  {"certs": EC, **hidden, "first": 1, "cycle": 2}) as fake:
            for listener, want in ((0, [False, False, True, True]),
                                   (1, [False, True, False, True])):
                got = []
                for _ in want:
                    with fake.dial(listener) as client:
                        client.reply()
                        got.append("STARTTLS" in client.ask("EHLO a"))
                self.assertEqual(got, want)

    def test_then_changes_certificates(self):
        with Fake({"certs": EC, "first": 1,
                   "then": {"certs": OTHER, "close_at": None},
                   "cycle": 3}) as fake:
            for want in ("ec", "other", "other", "ec"):
                with fake.dial() as client:
                    client.starttls()
                    self.assertEqual(client.leaf(), der(want))

    def test_blackhole(self):
        with Fake({"blackhole": True},
                  {"blackhole": True, "listen": "::1"}) as fake:
            for at in fake.at:
                with self.assertRaises(TimeoutError):
                    socket.create_connection(at, timeout=SHORT)
            self.assertEqual(fake.end(), 0)


class Process(unittest.TestCase):
    def test_counts(self):
        with Fake({"certs": EC}, {}) as fake:
            clients = [fake.dial() for _ in range(5)]
            for client in clients:
                client.reply()
                client.socket.close()
            with fake.dial() as client:
                client.starttls("a.example")
            self.assertGreaterEqual(fake.counts()["max_parallel"], 5)
            self.assertEqual(fake.counts(1)["connections"], 0)
            self.assertEqual(fake.end(), 0)
            counts = fake.read_counts()
            self.assertEqual(counts["connections"], 6)
            self.assertEqual(counts["tls"], 1)
            self.assertEqual(counts["server"], 0)
            self.assertEqual(counts["port"], fake.at[0][1])

    def test_workers(self):
        with Fake({"certs": EC}, options=["--workers", "3"]) as fake:
            for _ in range(30):
                with fake.dial() as client:
                    client.starttls()
                    client.ask("QUIT")
                    client.everything()
            self.assertEqual(fake.end(), 0)
            counts = fake.read_counts()
            self.assertEqual(
                (counts["connections"], counts["tls"], counts["quits"]),
                (30, 30, 30))

    def test_too_many(self):
        with Fake({}, max_connections=2) as fake:
            with fake.dial() as one, fake.dial() as two:
                one.reply()
                two.reply()
                with fake.dial() as three:
                    self.assertEqual(three.everything(), b"")
                one.ask("QUIT")
                one.everything()
                one.socket.close()
                # Its end is noticed before the next one is let in.
                self.assertTrue(two.ask("NOOP").startswith("250"))
                with fake.dial() as four:
                    self.assertTrue(four.reply().startswith("220"))
            self.assertEqual(fake.counts()["shed"], 1)

    def test_idle(self):
        with Fake({"silent_at": "ehlo"}, idle_ms=50) as fake:
            with fake.dial() as client:
                self.assertTrue(client.everything().startswith(b"220"))
            with fake.dial() as client:
                client.send("EHLO a\r\n")
                self.assertTrue(client.everything().startswith(b"220"))

    def test_dies_with_parent(self):
        path = write_config({"servers": [{"listen": "127.0.0.1",
                                          "port": 0}]})
        shell = subprocess.Popen(
            ["/bin/sh", "-c", '"$@" & read never', "sh", FAKESMTPD,
             "--die-with-parent", "--workers", "2", path],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        while shell.stdout.readline() != "ready\n":
            pass
        shell.kill()
        self.assertEqual(shell.stdout.read(), "")  # the last writer is gone
        shell.wait()
        shell.stdin.close()
        shell.stdout.close()

    def test_bad_configurations(self):
        good = {"listen": "127.0.0.1", "port": 0}
        rows = (
            ("[", "line 1"),
            ([], "servers"),
            ({"servers": []}, "servers"),
            ({"servers": [good], "colour": 1}, "unknown key: colour"),
            ([good, {**good, "colour": 1}], "server 1: unknown key: colour"),
            ([7], "server 0: need an object"),
            ([{"port": 1}], "listen"),
            ([{**good, "listen": []}], "listen"),
            ([{**good, "listen": [1]}], "listen"),
            ([{**good, "port": 65536}], "port"),
            ([{**good, "port": "25"}], "port"),
            ([{**good, "banner": 5}], "banner"),
            ([{**good, "ehlo": []}], "ehlo"),
            ([{**good, "ehlo": [1, "a"]}], "ehlo"),
            ([{**good, "ehlo_tls": ["a", None]}], "ehlo_tls"),
            ([{**good, "ehlo": EHLO}], "certs: missing"),
            ([{**good, "implicit_tls": True}], "certs: missing"),
            ([{**good, "certs": {}}], "certs"),
            ([{**good, "certs": [1]}], "certs"),
            ([{**good, "certs": [{"key": "ec.key"}]}], "certs"),
            ([{**good, "certs": [{"key": "no", "chain": "ec.crt"}]}], "no"),
            ([{**good, "certs": [{"key": "ec.key", "chain": "no"}]}], "no"),
            ([{**good, "certs": [{"key": "rsa.key", "chain": "ec.crt"}]}],
             "certificate"),
            ([{**good, "certs": EC + EC}], "certificate"),
            ([{**good, "certs": EC, "tls": {"min": "0.9"}}], "min"),
            ([{**good, "certs": EC, "tls": {"min": "1.3", "max": "1.2"}}],
             "min, max"),
            ([{**good, "certs": EC, "tls": {"ciphers": "no"}}], "ciphers"),
            ([{**good, "certs": EC, "tls": {"groups": "no"}}], "groups"),
            ([{**good, "certs": EC, "tls": {"sigalgs": "no"}}], "sigalgs"),
            ([{**good, "certs": EC, "tls": {"suites": "no"}}], "suites"),
            ([{**good, "certs": EC, "tls": {"dh_bits": 777}}], "dh_bits"),
            ([{**good, "certs": EC, "tls": {"x": 1}}], "unknown key: x"),
            ([{**good, "certs": EC, "sni": {"a": 1}}], "certs"),
            ([{**good, "sni_unknown": "no"}], "sni_unknown"),
            ([{**good, "close_at": "lunch"}], "close_at"),
            ([{**good, "delay_ms": -1}], "delay_ms"),
            ([{**good, "delay_ms": {"lunch": 1}}], "lunch"),
            ([{**good, "garbage": {"hex": "00"}}], "at"),
            ([{**good, "garbage": {"at": "quit", "hex": "0"}}], "hex"),
            ([{**good, "endless": {"at": "quit"}}], "endless"),
            ([{**good, "endless": {"at": "quit", "bytes": ""}}], "endless"),
            ([{**good, "chunk": 0}], "chunk"),
            ([{**good, "first": 1}], "then"),
            ([{**good, "then": {}}], "first"),
            ([{**good, "first": 1, "then": {"port": 1}}], "port"),
            ([{**good, "first": 1, "then": {"colour": 1}}],
             "server 0: unknown key: colour"),
            ([{**good, "first": 1, "cycle": 0, "then": {}}], "cycle"),
        )
        for config, want in rows:
            with self.subTest(want=want, config=config):
                if isinstance(config, list):
                    config = {"servers": config}
                path = write_config(config)
                if isinstance(config, str):
                    with open(path, "w") as out:
                        out.write(config)
                done = subprocess.run(
                    [FAKESMTPD, path], capture_output=True, text=True,
                    timeout=LONG)
                self.assertEqual(done.returncode, 64, done.stderr)
                self.assertIn(want, done.stderr)
                self.assertEqual(done.stdout, "")

    def test_usage(self):
        for arguments in ([], ["a", "b"], ["--port", "x", "a"], ["--what"],
                          ["--port", "-1", "a"], ["--workers", "0", "a"],
                          ["/nonexistent"]):
            done = subprocess.run([FAKESMTPD, *arguments], timeout=LONG,
                                  capture_output=True, text=True)
            self.assertEqual(done.returncode, 64, arguments)
        done = subprocess.run([FAKESMTPD, "--help"], timeout=LONG,
                              capture_output=True, text=True)
        self.assertEqual(done.returncode, 0)
        self.assertIn("after_220", done.stdout)

    def test_port_in_use(self):
        with socket.create_server(("127.0.0.1", 0)) as taken:
            path = write_config({"servers": [{
                "listen": "127.0.0.1", "port": taken.getsockname()[1]}]})
            done = subprocess.run([FAKESMTPD, path], timeout=LONG,
                                  capture_output=True, text=True)
            self.assertEqual(done.returncode, 71)
            self.assertIn("cannot listen on 127.0.0.1", done.stderr)


class Hostile(unittest.TestCase):
    def test_long_lines(self):
        with Fake({}) as fake, fake.dial() as client:
            client.reply()
            self.assertTrue(client.ask("A" * 100000).startswith("500"))
            self.assertTrue(client.ask("N" * 2045).startswith("502"))
            self.assertTrue(client.ask("NOOP").startswith("250"))

    def test_no_descriptors_left(self):
        with Fake({}, descriptors=30) as fake:
            clients = [fake.dial() for _ in range(60)]
            greeted = 0
            for client in clients:
                try:
                    greeted += client.reply().startswith("220")
                except EOFError:
                    pass
            self.assertTrue(10 < greeted < 30, greeted)
            self.assertEqual(fake.counts()["shed"], 60 - greeted)
            for client in clients:
                client.socket.close()
            while True:  # until the ends of the others are noticed
                with fake.dial() as client:
                    if client.socket.recv(4096):
                        break

    def test_noise(self):
        """Seeded noise at every stage; the server outlives it all."""
        noise = random.Random(7672)
        script = {"certs": RSA + EC, "sni": {"a.example": OTHER}}
        with Fake(script, {**script, "implicit_tls": True},
                  {**script, "keep_clear": True}) as fake:
            for turn in range(300):
                with fake.dial(turn % 3) as client:
                    try:
                        self.annoy(client, noise)
                    except (OSError, EOFError, RuntimeError):
                        pass  # it may well hang up on us
            for listener in (0, 2):
                with fake.dial(listener) as client:
                    client.starttls()
                    self.assertTrue(client.ask("QUIT").startswith("221"))
            self.assertEqual(fake.end(), 0)

    def annoy(self, client, noise):
        client.socket.settimeout(SHORT)
        hello = ssl.MemoryBIO()
        tls = client_context().wrap_bio(ssl.MemoryBIO(), hello)
        try:
            tls.do_handshake()
        except ssl.SSLWantReadError:
            pass
        flight = bytearray(hello.read())
        for _ in range(noise.randrange(4)):
            flight[noise.randrange(len(flight))] ^= 1 << noise.randrange(8)
        words = [b"EHLO a\r\n", b"STARTTLS\r\n", b"QUIT\r\n", b"DATA\r\n",
                 b".\r\n", b"\n\n\n", b"\0\r\n", b"EHLO", b"MAIL FROM:",
                 bytes(flight), bytes(flight[:noise.randrange(200)]),
                 noise.randbytes(noise.randrange(3000))]
        for _ in range(noise.randrange(1, 7)):
            client.send(noise.choice(words))
        how = noise.randrange(3)
        if how == 0:
            client.socket.setsockopt(
                socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        elif how == 1:
            client.socket.shutdown(socket.SHUT_WR)
            client.everything()


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0], *sys.argv[3:]])
