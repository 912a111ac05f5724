#!/bin/sh
# "ldns-dane create HOST PORT 2 1 1" makes the record of the issuer only if the
# chain goes up to a self-signed root. What a mail server sends ends below the
# root (RFC 5246 and 8446 let it), and for such a chain ldns-dane gives up:
# "The validation path did not end in a self-signed certificate". The record
# that RFC 7672 section 3.1.2 has in mind, of the issuer that is sent, cannot
# be made with it. The 3 1 1 of the same file is no trouble.
#
# Seen with ldnsutils version 1.8.3 (Debian 12) and 1.8.4 (Debian 13).
work=$(mktemp -d)
. "$(dirname "$0")/kit"
unpack bookworm ldnsutils=1.8.3-1+b1 openssl=3.0.22-1~deb12u2
unpack trixie ldnsutils=1.8.4-2+b1

openssl()
{
	of bookworm usr/bin/openssl "$@" 2>"$work/log" || {
		cat "$work/log"
		exit 2
	}
}
cat >"$work/cnf" <<'CNF'
[req]
distinguished_name = dn
[dn]
[ca]
basicConstraints = critical, CA:TRUE
keyUsage = keyCertSign
[leaf]
subjectAltName = DNS:mx.example
CNF
new="-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 30 -config $work/cnf"
# shellcheck disable=SC2086
openssl req -x509 $new -subj /CN=Root -extensions ca \
    -keyout "$work/root.key" -out "$work/root.pem"
# shellcheck disable=SC2086
openssl req -x509 $new -subj /CN=Issuer -extensions ca \
    -CA "$work/root.pem" -CAkey "$work/root.key" \
    -keyout "$work/issuer.key" -out "$work/issuer.pem"
# shellcheck disable=SC2086
openssl req -x509 $new -subj /CN=mx.example -extensions leaf \
    -CA "$work/issuer.pem" -CAkey "$work/issuer.key" \
    -keyout "$work/leaf.key" -out "$work/leaf.pem"
cat "$work/leaf.pem" "$work/issuer.pem" >"$work/sent.pem"
cat "$work/sent.pem" "$work/root.pem" >"$work/whole.pem"

for suite in bookworm trixie; do
	create()
	{
		of $suite usr/bin/ldns-dane -c "$work/$1" -n create \
		    mx.example 25 "$2" 1 1 2>&1 || true
	}
	expect "$suite: 3 1 1 of what is sent" "TLSA.3 1 1" \
	    "$(create sent.pem 3)"
	expect "$suite: no 2 1 1 of it" "did not end in a self-signed" \
	    "$(create sent.pem 2)"
	expect "$suite: only with the root behind it" "TLSA.2 1 1" \
	    "$(create whole.pem 2)"
done
exit $wrong
