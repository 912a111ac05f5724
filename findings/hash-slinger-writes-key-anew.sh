#!/bin/sh
# A TLSA record of selector 1 hashes the SubjectPublicKeyInfo as it stands in
# the certificate (RFC 6698 section 1.1.3). hash-slinger up to 3.1 takes those
# octets. 3.5 asks python3-cryptography for the public key and hashes what that
# writes: a key of RSASSA-PSS (OID 1.2.840.113549.1.1.10) comes out as a plain
# RSA key, and a compressed point on P-256 in full. The record is well formed,
# nothing is said, and no certificate has that digest. Selector 0 is right.
#
# Seen with hash-slinger version 3.5 and python3-cryptography 49.0.0 (sid), against
# hash-slinger 3.1 (Debian 13) and openssl 3.6.5.
work=$(mktemp -d)
. "$(dirname "$0")/kit"
unpack trixie hash-slinger=3.1-1.2
unpack sid hash-slinger=3.5-0.1 python3-cryptography=49.0.0-2 \
    openssl=3.6.5-1

openssl()
{
	of sid usr/bin/openssl "$@" 2>"$work/log" || {
		cat "$work/log"
		exit 2
	}
}
# record SUITE CERTIFICATE SELECTOR
record()
{
	python=$(find "$work/$1/usr/bin" -name 'python3.*[0-9]' | head -n 1)
	PYTHONHOME=$work/$1/usr \
	PYTHONPATH=$work/$1/usr/lib/python3/dist-packages \
	    of "$1" "usr/bin/${python##*/}" "$work/$1/usr/bin/tlsa" --create \
	    --certificate "$2" --usage 3 --selector "$3" --mtype 1 --port 25 \
	    mx.example 2>&1 || true
}
openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out "$work/rsa"
openssl genpkey -algorithm RSA-PSS -pkeyopt rsa_keygen_bits:2048 \
    -out "$work/pss"
openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 \
    -out "$work/full"
openssl ec -in "$work/full" -conv_form compressed -out "$work/compressed"
for kind in rsa full pss compressed; do
	openssl req -x509 -new -key "$work/$kind" -days 30 \
	    -subj /CN=mx.example -out "$work/$kind.pem"
	openssl x509 -in "$work/$kind.pem" -outform DER -out "$work/0"
	openssl x509 -in "$work/$kind.pem" -noout -pubkey -out "$work/pem"
	openssl pkey -pubin -in "$work/pem" -outform DER -out "$work/1"
	for selector in 0 1; do
		digest=$(sha256sum "$work/$selector" | cut -d ' ' -f 1)
		right="TLSA .*3 $selector 1 $digest"
		expect "3.1, $kind, selector $selector: right" "$right" \
		    "$(record trixie "$work/$kind.pem" $selector)"
		case $kind$selector in
		pss1 | compressed1)
			seen=$(record sid "$work/$kind.pem" $selector)
			expect "3.5, $kind, selector $selector: a record" \
			    'TLSA .*3 1 1 [0-9a-f]{64}' "$seen"
			expect "3.5, $kind, selector $selector: not that" \
			    'another' "$(echo "$seen" | grep -q "$digest" ||
			        echo another)" ;;
		*)
			expect "3.5, $kind, selector $selector: right" \
			    "$right" "$(record sid "$work/$kind.pem" $selector)" ;;
		esac
	done
done
exit $wrong
