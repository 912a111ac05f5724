#!/bin/sh
# GnuTLS 3.8.13 lists ML-DSA among what it can do, and OpenSSL 3.6 serves an
# ML-DSA certificate without being asked to. The two do not meet: gnutls-cli
# offers mldsa65, is shown the ML-DSA certificate for it, and then finds the
# server's signature bad. A mail server that has ML-DSA beside another key
# loses clients with this GnuTLS, while those with an older one, which offer
# no ML-DSA, are shown the other certificate and get through.
#
# Seen with version 3.8.13 of gnutls-cli and 3.6.5 of openssl (sid), and
# with 3.8.9 of gnutls-cli (Debian 13).
work=$(mktemp -d)
. "$(dirname "$0")/kit"
unpack sid openssl=3.6.5-1 gnutls-bin=3.8.13-1
unpack trixie gnutls-bin=3.8.9-3+deb13u4
of sid usr/bin/openssl version

for kind in ML-DSA-65 EC; do
	of sid usr/bin/openssl req -x509 -newkey "$kind" -nodes -days 30 \
	    -subj "/CN=mx.example" -keyout "$work/$kind.key" -out \
	    "$work/$kind.pem" $([ $kind = EC ] &&
	    echo -pkeyopt ec_paramgen_curve:P-256) 2>"$work/log" || {
		cat "$work/log"
		exit 2
	}
done
mkfifo "$work/up"
exec 3<>"$work/up"
serve sid usr/bin/openssl s_server -accept 127.0.0.1:0 -www \
    -cert "$work/EC.pem" -key "$work/EC.key" \
    -dcert "$work/ML-DSA-65.pem" -dkey "$work/ML-DSA-65.key" \
    >&3 2>&1 </dev/null
while read -r word address <&3 && [ "$word" != ACCEPT ]; do :; done
port=${address##*:}

ask()
{
	of "$1" usr/bin/gnutls-cli --insecure --no-ca-verification \
	    -p "$port" 127.0.0.1 </dev/null 2>&1 || true
}
of sid usr/bin/gnutls-cli --version | head -n 1
expect "3.8.13 fails" "signature verification has failed" "$(ask sid)"
of trixie usr/bin/gnutls-cli --version | head -n 1
expect "3.8.9 passes, with the other certificate" \
    "ECDSA-SECP256R1-SHA256" "$(ask trixie)"
exit $wrong
