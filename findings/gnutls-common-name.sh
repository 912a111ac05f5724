#!/bin/sh
# Mail servers with a name in the certificate's common name alone are still
# about. OpenSSL takes any common name where there is no dNSName. GnuTLS takes
# one that is alone, and none where an address, a URI or a service name (SRV)
# stands in the subjectAltName: the same certificate passes with one sender
# and is "the name does not match" to another. The URI and the service name
# count since a security update of 2026 (CVE-2026-42012), which Debian brought
# to 3.7.9 and 3.8.9 as well: the library's version does not tell.
#
# Seen with gnutls-bin version 3.7.9, openssl 3.0.22 (Debian 12), 3.8.9 and
# 3.5.9 (Debian 13).
work=$(mktemp -d)
. "$(dirname "$0")/kit"
unpack bookworm gnutls-bin=3.7.9-2+deb12u7 openssl=3.0.22-1~deb12u2
unpack trixie gnutls-bin=3.8.9-3+deb13u4 openssl=3.5.9-1~deb13u1

# make NAME SUBJECT [SUBJECTALTNAME]
make()
{
	of bookworm usr/bin/openssl req -x509 -newkey ec -nodes -days 30 \
	    -pkeyopt ec_paramgen_curve:P-256 -keyout "$work/key" -subj "$2" \
	    ${3:+-addext "subjectAltName=$3"} -out "$work/$1" \
	    2>"$work/log" || {
		cat "$work/log"
		exit 2
	}
}
make alone /CN=mx.example
make two /CN=mx.example/CN=mail.example
make address /CN=mx.example IP:192.0.2.1
make uri /CN=mx.example URI:https://mx.example/
make service /CN=mx.example \
    "otherName:1.3.6.1.5.5.7.8.7;IA5:_smtp.mx.example"

for suite in bookworm trixie; do
	of $suite usr/bin/openssl version
	of $suite usr/bin/certtool --version | head -n 1
	for kind in alone two address uri service; do
		case $kind in
		alone) verdict=": Verified" ;;
		*) verdict="name in the certificate does not match" ;;
		esac
		expect "$suite, $kind: OpenSSL" "does match" \
		    "$(of $suite usr/bin/openssl x509 -in "$work/$kind" \
		        -noout -checkhost mx.example 2>&1 || true)"
		expect "$suite, $kind: GnuTLS" "^Chain verif.*$verdict" \
		    "$(of $suite usr/bin/certtool --verify \
		        --load-ca-certificate "$work/$kind" \
		        --verify-hostname mx.example \
		        --infile "$work/$kind" 2>&1 || true)"
	done
done
exit $wrong
