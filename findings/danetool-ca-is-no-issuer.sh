#!/bin/sh
# "danetool --tlsa-rr --ca" is for the record of an issuer, 2 1 1. Given the
# file that a mail server sends, the certificate and then its issuers, it
# takes the first as it does without --ca: "2 1 1" with the digest of the
# server's own key, and not a word of warning. That record fits nothing: a
# usage 2 is for the issuers (RFC 7671 section 5.2), and OpenSSL finds "no
# matching DANE TLSA records". ldns-dane makes the issuer's of the same file.
#
# Seen with gnutls-bin version 3.7.9, ldnsutils 1.8.3 (Debian 12), 3.8.9, 1.8.4
# and openssl 3.5.9 (Debian 13).
work=$(mktemp -d)
. "$(dirname "$0")/kit"
unpack bookworm gnutls-bin=3.7.9-2+deb12u7 ldnsutils=1.8.3-1+b1
unpack trixie gnutls-bin=3.8.9-3+deb13u4 ldnsutils=1.8.4-2+b1 \
    openssl=3.5.9-1~deb13u1

openssl()
{
	of trixie usr/bin/openssl "$@" 2>"$work/log" || {
		cat "$work/log"
		exit 2
	}
}
new="-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 30"
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
openssl req -x509 $new -subj /CN=Issuer -config "$work/cnf" -extensions ca \
    -keyout "$work/issuer.key" -out "$work/issuer"
openssl req -x509 $new -subj /CN=mx.example -config "$work/cnf" \
    -extensions leaf -CA "$work/issuer" -CAkey "$work/issuer.key" \
    -keyout "$work/leaf.key" -out "$work/leaf"
cat "$work/leaf" "$work/issuer" >"$work/sent"
digest()
{
	openssl x509 -in "$work/$1" -noout -pubkey -out "$work/pub.pem"
	openssl pkey -pubin -in "$work/pub.pem" -outform DER -out "$work/pub"
	sha256sum "$work/pub" | cut -d ' ' -f 1
}
leaf=$(digest leaf)
issuer=$(digest issuer)

mkfifo "$work/up"
exec 3<>"$work/up"
serve trixie usr/bin/openssl s_server -accept 127.0.0.1:0 -www \
    -cert "$work/leaf" -cert_chain "$work/issuer" -key "$work/leaf.key" \
    >&3 2>&1
while read -r word address <&3 && [ "$word" != ACCEPT ]; do :; done
port=${address##*:}
match()
{
	of trixie usr/bin/openssl s_client -connect "127.0.0.1:$port" \
	    -dane_tlsa_domain mx.example -dane_tlsa_rrdata "2 1 1 $1" \
	    </dev/null 2>&1 || true
}
for suite in bookworm trixie; do
	of $suite usr/bin/danetool --version | head -n 1
	seen=$(of $suite usr/bin/danetool --tlsa-rr --ca --host mx.example \
	    --port 25 --load-certificate "$work/sent" 2>&1 || true)
	expect "$suite: danetool takes the server's own" \
	    "TLSA .* 02 01 01 $leaf" "$seen"
	expect "$suite: and says no more than that" "^1$" \
	    "$(printf '%s\n' "$seen" | grep -c .)"
	expect "$suite: ldns-dane takes the issuer's" "TLSA.2 1 1 $issuer" \
	    "$(of $suite usr/bin/ldns-dane -c "$work/sent" -n create \
	        mx.example 25 2 1 1 2>&1 || true)"
done
expect "OpenSSL has no use for the first" "no matching DANE TLSA records" \
    "$(match "$leaf")"
expect "and matches the second" "DANE TLSA 2 1 1 .* matched" \
    "$(match "$issuer")"
exit $wrong
