#!/bin/sh
# A zone signed elsewhere with 200 iterations of NSEC3, served by PowerDNS as
# "presigned", with its NSEC3PARAM set by pdnsutil: what exists comes with its
# signature, what does not exist comes with NSEC3 records that nobody signed.
# PowerDNS makes the chain anew and does not serve that of the file; its
# max-nsec3-iterations is 100 by default, so it hashes 100 times, finds no RRSIG
# at these names, and still writes 200 into the records. A mail server asks for
# names that do not exist all the time (_25._tcp of a host without TLSA). A line
# of the log and one of pdnsutil tell. With 100 iterations all is signed.
#
# Seen with pdns-server version 4.7.3 (Debian 12) and 4.9.18 (Debian 13),
# signed with ldnsutils 1.8.3.
work=$(mktemp -d)
. "$(dirname "$0")/kit"
unpack bookworm pdns-server=4.7.3-2 pdns-backend-bind=4.7.3-2 \
    ldnsutils=1.8.3-1+b1 bind9-dnsutils=1:9.18.49-1~deb12u3
unpack trixie pdns-server=4.9.18-0+deb13u1 pdns-backend-bind=4.9.18-0+deb13u1

cd "$work" || exit
cat >plain <<ZONE
\$ORIGIN example.
\$TTL 60
@ SOA ns x 1 3600 600 86400 60
@ NS ns
ns A 127.0.0.1
ZONE
key=$(of bookworm usr/bin/ldns-keygen -a ECDSAP256SHA256 -k example.)

# pdns SUITE ITERATIONS: starts one that serves a zone of that many.
pdns()
{
	port=$((port + 1))
	run=$work/run-$1-$2
	mkdir "$run"
	of bookworm usr/bin/ldns-signzone -n -t "$2" -o example. \
	    -f "$run/zone" plain "$key" 2>/dev/null
	echo "zone \"example\" { type master; file \"$run/zone\"; };" \
	    >"$run/zones.conf"
	cat >"$run/pdns.conf" <<-CONF
		launch=bind
		module-dir=$(find "$work/$1" -name pdns -path "*gnu/pdns")
		bind-config=$run/zones.conf
		bind-dnssec-db=$run/dnssec.db
		socket-dir=$run
		local-address=127.0.0.1
		local-port=$port
		security-poll-suffix=
	CONF
	util="of $1 usr/bin/pdnsutil --config-dir $run"
	$util create-bind-db "$run/dnssec.db"
	$util set-presigned example
	$util set-nsec3 example "1 0 $2 -"
	serve "$1" usr/sbin/pdns_server --config-dir="$run" --guardian=no \
	    --daemon=no >"$run/log" 2>&1
	patient dig ns
}
dig()
{
	of bookworm usr/bin/dig @127.0.0.1 -p "$port" +dnssec +norec \
	    +noall +answer +authority +time=1 +tries=1 "$1.example" A 2>&1
}
# types NAME: of the records that are told of it.
types()
{
	dig "$1" | awk '{ print $4 == "RRSIG" ? $4 " " $5 : $4 }' | sort -u |
	    tr '\n' ';'
}
for suite in bookworm trixie; do
	pdns $suite 100 >log 2>&1
	expect "$suite, 100: no such name, signed" \
	    "^NSEC3;RRSIG NSEC3;RRSIG SOA;SOA;$" "$(types nobody)"
	pdns $suite 200 >log 2>&1
	expect "$suite, 200: a name, signed" "^A;RRSIG A;$" "$(types ns)"
	expect "$suite, 200: no such name, not signed" \
	    "^NSEC3;RRSIG SOA;SOA;$" "$(types nobody)"
	expect "$suite, 200: as the record says" "NSEC3.1 0 200 " \
	    "$(dig nobody)"
	expect "$suite, the log" "max-nsec3-iterations.*adjusted to: 100" \
	    "$(cat "$run/log")"
done
exit $wrong
