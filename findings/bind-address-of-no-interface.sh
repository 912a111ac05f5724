#!/bin/sh
# "listen-on { 127.0.0.1; 127.1.0.3; };" and BIND answers at 127.0.0.1 alone.
# It starts, says nothing of the other address, not even in a debug log, and
# named-checkconf is content: the list only picks from addresses that an
# interface is seen to have, and "lo" has 127.0.0.1/8. The kernel takes the
# others of 127.0.0.0/8 as this machine's too, so that NSD with the same two
# addresses answers at both.
#
# Seen with bind9 version 9.18.49 (Debian 12) and 9.20.30 (Debian 13), nsd
# 4.6.1.
work=$(mktemp -d)
. "$(dirname "$0")/kit"
unpack bookworm bind9=1:9.18.49-1~deb12u3 bind9-dnsutils=1:9.18.49-1~deb12u3 \
    bind9-utils=1:9.18.49-1~deb12u3 nsd=4.6.1-1
unpack trixie bind9=1:9.20.30-1~deb13u1

cat >"$work/zone" <<ZONE
\$ORIGIN example.
@ 60 SOA ns.example. x.example. 1 2 3 4 5
@ 60 NS ns.example.
ns 60 A 127.0.0.1
ZONE
cd "$work" || exit
dig()
{
	of bookworm usr/bin/dig "@$1" -p "$port" +norec +short +time=1 \
	    +tries=1 ns.example A 2>&1
}
for suite in bookworm trixie; do
	port=$((port + 1))
	cat >named.conf <<-CONF
		options {
			directory "$work";
			listen-on port $port { 127.0.0.1; 127.1.0.3; };
			listen-on-v6 { none; };
			pid-file none;
			session-keyfile none;
			recursion no;
		};
		controls { };
		zone "example" { type primary; file "zone"; };
	CONF
	expect "named-checkconf is content" "^content$" \
	    "$(of bookworm usr/bin/named-checkconf named.conf && echo content)"
	serve $suite usr/sbin/named -g -d 9 -n 1 -c named.conf >log 2>&1
	patient dig 127.0.0.1
	expect "$suite: answers at one" "^127.0.0.1$" "$(dig 127.0.0.1)"
	expect "$suite: not at the other" "refused|no servers" \
	    "$(dig 127.1.0.3)"
	expect "$suite: and does not say so" "^0$" \
	    "$(grep -c '127\.1\.0\.3' log || true)"
done
port=$((port + 1))
nsd bookworm zone 127.0.0.1 127.1.0.3
patient dig 127.0.0.1
expect "NSD: answers at the other too" "^127.0.0.1$" "$(dig 127.1.0.3)"
exit $wrong
