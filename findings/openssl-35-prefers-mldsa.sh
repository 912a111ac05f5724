#!/bin/sh
# A mail server gets a second certificate with an ML-DSA key, "for later".
# Clients with OpenSSL 3.5 or later are shown that one at once, without
# having asked for anything new: their default signature algorithms begin
# with ML-DSA, and an OpenSSL server follows the client's order. Whoever has
# published TLSA records for the old key alone has locked these clients out,
# while those with GnuTLS or an older OpenSSL still see the old certificate.
#
# Seen with version 3.5.9 of openssl and 3.8.9 of gnutls-cli (Debian 13).
work=$(mktemp -d)
. "$(dirname "$0")/kit"
unpack trixie openssl=3.5.9-1~deb13u1 gnutls-bin=3.8.9-3+deb13u4
of trixie usr/bin/openssl version
of trixie usr/bin/gnutls-cli --version | head -n 1

for kind in ML-DSA-65 EC; do
	of trixie usr/bin/openssl req -x509 -newkey "$kind" -nodes -days 30 \
	    -subj "/CN=mx.example" -keyout "$work/$kind.key" -out \
	    "$work/$kind.pem" $([ $kind = EC ] &&
	    echo -pkeyopt ec_paramgen_curve:P-256) 2>"$work/log" || {
		cat "$work/log"
		exit 2
	}
done
mkfifo "$work/up"
exec 3<>"$work/up"
serve trixie usr/bin/openssl s_server -accept 127.0.0.1:0 -www \
    -cert "$work/EC.pem" -key "$work/EC.key" \
    -dcert "$work/ML-DSA-65.pem" -dkey "$work/ML-DSA-65.key" \
    >&3 2>&1 </dev/null
while read -r word address <&3 && [ "$word" != ACCEPT ]; do :; done
port=${address##*:}

ask()
{
	of trixie usr/bin/openssl s_client -connect "127.0.0.1:$port" "$@" \
	    </dev/null 2>&1 || true
}
expect "by default: the ML-DSA certificate" \
    "Peer signature type: mldsa65" "$(ask)"
expect "without ML-DSA among the signature algorithms: the other" \
    "Peer signature type: ecdsa_secp256r1_sha256" \
    "$(ask -sigalgs ECDSA+SHA256:RSA-PSS+SHA256)"
expect "GnuTLS: the other" "ECDSA-SECP256R1-SHA256" \
    "$(of trixie usr/bin/gnutls-cli --insecure --no-ca-verification \
        -p "$port" 127.0.0.1 </dev/null 2>&1 || true)"
exit $wrong
