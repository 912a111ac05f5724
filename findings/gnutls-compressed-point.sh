#!/bin/sh
# The key of a certificate may be on a curve with its point written compressed
# (RFC 5480 section 2.2 lets it); "openssl ec -conv_form compressed" makes one.
# OpenSSL serves it and matches TLSA records of it, and ldns-dane makes them.
# GnuTLS reads no such key: "danetool --tlsa-rr" makes no record of selector
# 1, though the digest needs no more than the octets as they stand, and
# gnutls-cli gives up the handshake even where it is told to check nothing.
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
openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 \
    -out "$work/key"
for form in uncompressed compressed; do
	openssl ec -in "$work/key" -conv_form $form -out "$work/$form.key"
	openssl req -x509 -new -key "$work/$form.key" -days 30 \
	    -subj /CN=mx.example -addext subjectAltName=DNS:mx.example \
	    -out "$work/$form"
done
openssl x509 -in "$work/compressed" -noout -pubkey -out "$work/pub.pem"
openssl pkey -pubin -in "$work/pub.pem" -outform DER -out "$work/pub"
digest=$(sha256sum "$work/pub" | cut -d ' ' -f 1)

mkfifo "$work/up"
exec 3<>"$work/up"
serve trixie usr/bin/openssl s_server -accept 127.0.0.1:0 -www \
    -cert "$work/compressed" -key "$work/compressed.key" \
    >&3 2>&1
while read -r word address <&3 && [ "$word" != ACCEPT ]; do :; done
port=${address##*:}

expect "OpenSSL matches it" "DANE TLSA 3 1 1 .* matched" \
    "$(of trixie usr/bin/openssl s_client -connect "127.0.0.1:$port" \
        -dane_tlsa_domain mx.example -dane_tlsa_rrdata "3 1 1 $digest" \
        </dev/null 2>&1 || true)"
for suite in bookworm trixie; do
	danetool()
	{
		of $suite usr/bin/danetool --tlsa-rr --host mx.example \
		    --port 25 --load-certificate "$work/$1" 2>&1 || true
	}
	of $suite usr/bin/danetool --version | head -n 1
	expect "$suite: ldns-dane makes that record" "TLSA.3 1 1 $digest" \
	    "$(of $suite usr/bin/ldns-dane -c "$work/compressed" -n \
	        create mx.example 25 3 1 1 2>&1 || true)"
	expect "$suite: danetool does not" \
	    "^pubkey_import_x509: Error in parsing" "$(danetool compressed)"
	expect "$suite: but of the same key uncompressed" \
	    "TLSA .* 03 01 01 " "$(danetool uncompressed)"
	expect "$suite: gnutls-cli gives up" "Fatal error: Error in parsing" \
	    "$(of $suite usr/bin/gnutls-cli --insecure \
	        --no-ca-verification -p "$port" 127.0.0.1 </dev/null 2>&1 ||
	        true)"
done
exit $wrong
