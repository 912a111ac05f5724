#!/bin/sh
# Postfix reads the first hundred records of an answer and drops the rest with
# a warning. Of 101 TLSA records one is lost; if it is the one that matches,
# the certificate is refused although DNS and server agree, and which one it
# is hangs on the order in which the resolver happens to answer. A warning
# "DNS record count limit (100) exceeded" is the sign of it. There is no
# parameter for it; RFC 6698 and RFC 7672 know no such limit.
#
# Seen with postfix version 3.7.11 (Debian 12) and 3.10.13 (Debian 13),
# between openssl 3.0.22, nsd 4.6.1 and unbound 1.17.1. Needs root, for a
# network namespace with a resolv.conf of its own.
work=${1:-$(mktemp -d)}
. "$(dirname "$0")/kit"
if [ $# -eq 0 ]; then
	unpack bookworm postfix=3.7.11-0+deb12u1 openssl=3.0.22-1~deb12u2 \
	    nsd=4.6.1-1 unbound=1.17.1-2+deb12u4 ldnsutils=1.8.3-1+b1
	unpack trixie postfix=3.10.13-0+deb13u1
	unshare --mount --net "$0" "$work"
	exit
fi
ip link set lo up
cd "$work" || exit
of bookworm usr/bin/openssl req -x509 -newkey ec -pkeyopt \
    ec_paramgen_curve:P-256 -nodes -days 30 -subj /CN=mx.example \
    -keyout mx.key -out mx.pem 2>log
digest=$(of bookworm usr/bin/openssl x509 -in mx.pem -outform DER | sha256sum)

# records OWNER NUMBER: the last of them, in the order of a signed zone, is
# the one that matches.
records()
{
	for i in $(seq $(($2 - 1))); do
		printf '_%s._tcp.mx TLSA 3 0 1 %064x\n' "$1" "$i"
	done
	echo "_$1._tcp.mx TLSA 3 0 1 ${digest%% *}"
}
cat >plain <<ZONE
\$ORIGIN example.
\$TTL 60
@ SOA ns x 1 3600 600 86400 60
@ NS ns
ns A 127.0.0.1
mx A 127.0.0.1
$(records 2100 100)
$(records 2101 101)
ZONE
key=$(of bookworm usr/bin/ldns-keygen -a ECDSAP256SHA256 -k example.)
of bookworm usr/bin/ldns-signzone -o example. -f zone plain "$key"
nsd bookworm zone 127.0.0.1
cat >unbound.conf <<CONF
server:
	interface: 127.0.0.1
	username: ""
	chroot: ""
	directory: "$work"
	pidfile: ""
	use-syslog: no
	do-not-query-localhost: no
	rrset-roundrobin: no
	trust-anchor-file: "$key.ds"
stub-zone:
	name: example
	stub-addr: 127.0.0.1@$port
remote-control:
	control-enable: no
CONF
serve bookworm usr/sbin/unbound -d -c unbound.conf >log-unbound 2>&1
echo "nameserver 127.0.0.1" >resolv.conf
mount --bind resolv.conf /etc/resolv.conf
cat >main.cf <<CONF
compatibility_level = 3.6
myhostname = client.example
mail_owner = daemon
setgid_group = bin
CONF
for number in 2100 2101; do
	serve bookworm usr/bin/openssl s_server -accept 127.0.0.1:$number \
	    -cert mx.pem -key mx.key -www >log-$number 2>&1
	patient of bookworm usr/bin/openssl s_client \
	    -connect 127.0.0.1:$number </dev/null
done
patient of bookworm usr/bin/drill -D -t mx.example @127.0.0.1

# The server says nothing after the handshake, which is all that matters.
finger()
{
	MAIL_CONFIG=$work of "$1" usr/sbin/posttls-finger -w -c -T 1 \
	    -l dane "[mx.example]:$2" 2>&1 | sed 's/\(num=\|TLSv\).*/\1/'
}
for suite in bookworm trixie; do
	expect "$suite: the last of 100 records matches" \
	    "Verified TLS connection" "$(finger $suite 2100)"
	seen=$(finger $suite 2101)
	expect "$suite: that of 101 is dropped" \
	    "limit \(100\) exceeded -- dropping" "$seen"
	expect "$suite: and nothing matches" "Untrusted TLS connection" "$seen"
done
exit $wrong
