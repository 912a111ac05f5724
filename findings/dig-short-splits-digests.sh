#!/bin/sh
# "dig +short" prints the digest of a TLSA record in two words, upper case:
# after 56 hex digits stands a space, so that whoever compares it with the
# output of openssl, or cuts out the fourth word, has 28 of 32 octets and
# publishes or reports a digest that can never match. drill prints one word in
# lower case. "dig +short +nosplit" prints one word, in upper case.
#
# Seen with bind9-dnsutils version 9.18.49 (Debian 12) and 9.20.30 (Debian
# 13), ldnsutils 1.8.4, nsd 4.12.0 as the server.
work=$(mktemp -d)
. "$(dirname "$0")/kit"
unpack bookworm bind9-dnsutils=1:9.18.49-1~deb12u3
unpack trixie bind9-dnsutils=1:9.20.30-1~deb13u1 ldnsutils=1.8.4-2+b1 nsd=4.12.0-1

hex=0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef
cat >"$work/zone" <<ZONE
\$ORIGIN example.
@ 60 SOA ns.example. x.example. 1 2 3 4 5
@ 60 NS ns.example.
ns 60 A 127.0.0.1
_25._tcp.mx 60 TLSA 3 1 1 $hex
ZONE
nsd trixie zone 127.0.0.1

dig()
{
	suite=$1
	shift
	of "$suite" usr/bin/dig @127.0.0.1 -p "$port" +tries=20 +time=1 "$@" \
	    _25._tcp.mx.example TLSA 2>&1 || true
}
for suite in bookworm trixie; do
	of $suite usr/bin/dig -v 2>&1
	expect "$suite: two words" "^3 1 1 [0-9A-F]{56} [0-9A-F]{8}$" \
	    "$(dig $suite +short)"
	expect "$suite: one with +nosplit" "^3 1 1 [0-9A-F]{64}$" \
	    "$(dig $suite +short +nosplit)"
done
expect "drill: one word" "3 1 1 $hex" \
    "$(of trixie usr/bin/drill @127.0.0.1 -p "$port" _25._tcp.mx.example TLSA)"
exit $wrong
