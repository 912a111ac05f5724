#!/bin/sh
# A zone file with its DNSKEY and a good RRSIG for every set, but without the
# NSEC chain (a signer that stopped half-way, a script that cut it out): BIND
# loads it without a complaint and serves no signature at all, not even the
# one of the DNSKEY. To a resolver that has the DS the zone looks as if nobody
# had signed it. What tells is the log, where "(DNSSEC signed)" is missing
# behind "loaded serial". NSD serves the same file with its signatures, and
# only names that do not exist fail there.
#
# Seen with bind9 version 9.18.49 (Debian 12) and 9.20.30 (Debian 13), nsd
# 4.6.1, signed with ldnsutils 1.8.3.
work=$(mktemp -d)
. "$(dirname "$0")/kit"
unpack bookworm bind9=1:9.18.49-1~deb12u3 bind9-dnsutils=1:9.18.49-1~deb12u3 \
    nsd=4.6.1-1 ldnsutils=1.8.3-1+b1
unpack trixie bind9=1:9.20.30-1~deb13u1

cat >"$work/plain" <<ZONE
\$ORIGIN example.
\$TTL 60
@ SOA ns x 1 3600 600 86400 60
@ NS ns
ns A 127.0.0.1
ZONE
cd "$work" || exit
key=$(of bookworm usr/bin/ldns-keygen -a ECDSAP256SHA256 -k example.)
of bookworm usr/bin/ldns-signzone -o example. -f chained plain "$key"
grep -v '	NSEC	\|	RRSIG	NSEC ' chained >unchained

# bind SUITE ZONEFILE: starts one that serves the file at the next port.
bind()
{
	port=$((port + 1))
	cat >named.conf <<-CONF
		options {
			directory "$work";
			listen-on port $port { 127.0.0.1; };
			listen-on-v6 { none; };
			pid-file none;
			session-keyfile none;
			recursion no;
		};
		controls { };
		zone "example" { type primary; file "$2"; };
	CONF
	serve "$1" usr/sbin/named -g -n 1 -c named.conf >"log-$1-$2" 2>&1
	patient dig SOA
}
dig()
{
	of bookworm usr/bin/dig @127.0.0.1 -p "$port" +dnssec +norec +short \
	    +time=1 +tries=1 example "$1" 2>&1
}
both()
{
	printf '%s; ' "$(dig DNSKEY | cut -c -15)" "$(dig SOA | cut -c -15)" |
	    tr '\n' ' '
}
signed='^257 3 13 [^ ]* DNSKEY 13 1 [^;]*; ns.example[^;]* SOA 13 1 [^;]*; $'
bare='^257 3 13 [^; ]*; ns.example[^;]*; $'
for suite in bookworm trixie; do
	bind $suite chained
	expect "$suite, with the chain: signatures" "$signed" "$(both)"
	bind $suite unchained
	expect "$suite, without: none" "$bare" "$(both)"
	expect "$suite, and the log" "zone example/IN: loaded serial 1$" \
	    "$(cat "log-$suite-unchained")"
done
port=$((port + 1))
nsd bookworm unchained 127.0.0.1
patient dig SOA
expect "NSD, without: signatures" "$signed" "$(both)"
exit $wrong
