#!/bin/sh
# OpenSSL 4.0 lost secp256k1 and other curves by default. A list of groups
# that names one of them is refused as a whole, though the rest of the list
# is known: a client that has always offered "X25519:P-256:secp256k1" offers
# nothing and starts no handshake. OpenSSL 3.3 and later take "?secp256k1"
# for "if you know it"; 3.0 refuses the question mark, so that no one list
# serves them all.
#
# Seen with openssl 3.0.22 (Debian 12), 3.5.9 (Debian 13), version 4.0.3.
work=$(mktemp -d)
. "$(dirname "$0")/kit"
unpack bookworm openssl=3.0.22-1~deb12u2
unpack trixie openssl=3.5.9-1~deb13u1
unpack experimental openssl=4.0.3-1

# groups SUITE LIST: what s_client says of the list; nobody listens there.
groups()
{
	of "$1" usr/bin/openssl s_client -connect 127.0.0.1:1 -groups "$2" \
	    </dev/null 2>&1 || true
}
for suite in bookworm trixie experimental; do
	of "$suite" usr/bin/openssl version
done
list=X25519:P-256:secp256k1
expect "3.0 takes $list" "onnection refused" "$(groups bookworm $list)"
expect "3.5 takes $list" "onnection refused" "$(groups trixie $list)"
expect "4.0 refuses all of it" "-groups, $list\) failed|SSL_CONF_cmd" \
    "$(groups experimental $list)"
expect "4.0 takes ?secp256k1" "onnection refused" \
    "$(groups experimental 'X25519:P-256:?secp256k1')"
expect "3.0 refuses it" "failed|SSL_CONF_cmd" \
    "$(groups bookworm 'X25519:P-256:?secp256k1')"
exit $wrong
