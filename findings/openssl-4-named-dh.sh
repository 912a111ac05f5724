#!/bin/sh
# OpenSSL 4.0 knows the groups of RFC 7919 in TLS 1.2, too. A server that was
# given Diffie-Hellman parameters of its own ("s_server -dhparam") gives them to
# a client that names none of those groups, as ever; to one that names some it
# gives one of these instead, and where its list of groups has none of them,
# there is no DHE at all. So what one client measures of a server's parameters
# says nothing of what another gets, and a list of groups that is meant for
# curves takes DHE away.
#
# Seen with openssl 3.5.9 (Debian 13) and 4.0.3 (experimental).
work=$(mktemp -d)
. "$(dirname "$0")/kit"
unpack trixie openssl=3.5.9-1~deb13u1
unpack experimental openssl=4.0.3-1

quiet()
{
	of trixie usr/bin/openssl "$@" 2>"$work/log" || {
		cat "$work/log"
		exit 2
	}
}
quiet req -x509 -newkey rsa:2048 -nodes -keyout "$work/key" -days 30 \
    -config /dev/null -subj /CN=mx.example -out "$work/cert"
# Of no RFC, which its length shows; it takes a minute.
quiet dhparam -out "$work/dh" 2056

# start SUITE [OPTION...]: a server that speaks TLS 1.2 with DHE alone; $port.
start()
{
	[ -z "${servers# }" ] || kill $servers 2>/dev/null || :
	servers=
	suite=$1
	shift
	serve "$suite" usr/bin/openssl s_server -accept 127.0.0.1:0 -www \
	    -cert "$work/cert" -key "$work/key" -dhparam "$work/dh" \
	    -cipher DHE -tls1_2 "$@" >"$work/up" 2>&1
	patient grep -q '^ACCEPT' "$work/up"
	port=$(sed -n 's/^ACCEPT .*://p' "$work/up")
}
# ask [OPTION...]: a client with these groups.
ask()
{
	of trixie usr/bin/openssl s_client -connect "127.0.0.1:$port" \
	    -cipher DHE "$@" </dev/null 2>&1 | grep -E "Temp Key|:error:" || true
}
names=X25519:P-256:ffdhe2048
for suite in trixie experimental; do
	of $suite usr/bin/openssl version
	start $suite
	expect "$suite: its own, where the client names none" \
	    "DH, 2056 bits" "$(ask -groups X25519:P-256)"
	case $suite in
	trixie) what='its own' pattern="DH, 2056 bits" ;;
	*) what='the one that is named' pattern='ffdhe2048|DH, 2048 bits' ;;
	esac
	expect "$suite: $what, where it names one" "$pattern" \
	    "$(ask -groups $names)"
done
start experimental -groups X25519:P-256
expect "experimental, with a list of curves: none, where it names one" \
    "handshake failure" "$(ask -groups $names)"
exit $wrong
