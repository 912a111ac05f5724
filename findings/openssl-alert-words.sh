#!/bin/sh
# What OpenSSL says of an alert of the peer depends on its version, for some
# alerts: those that SSL 3.0 had, as 40 and 42 to 47, are "sslv3 alert
# handshake failure" in 3.0, "ssl/tls alert ..." in 3.5 and "tls alert ..." in
# 4.0, and TLS alone was spoken each time. Those that came with TLS 1.0, as
# 70, are "tlsv1 alert protocol version" in all of them, also for a client of
# TLS 1.3. Who looks for these words in the log of a mail server looks for
# "alert handshake failure", or for the number behind "SSL alert number".
#
# Seen with openssl 3.0.22 (Debian 12), 3.5.9 (Debian 13), version 4.0.3.
work=$(mktemp -d)
. "$(dirname "$0")/kit"
unpack bookworm openssl=3.0.22-1~deb12u2
unpack trixie openssl=3.5.9-1~deb13u1
unpack experimental openssl=4.0.3-1

of bookworm usr/bin/openssl req -x509 -newkey ec -nodes -days 30 \
    -pkeyopt ec_paramgen_curve:P-256 -subj /CN=mx.example \
    -keyout "$work/key" -out "$work/pem" 2>"$work/log" || {
	cat "$work/log"
	exit 2
}
mkfifo "$work/up"
exec 3<>"$work/up"
serve bookworm usr/bin/openssl s_server -accept 127.0.0.1:0 -www -tls1_2 \
    -cipher ECDHE-ECDSA-AES256-GCM-SHA384 -cert "$work/pem" -key "$work/key" \
    >&3 2>&1
while read -r word address <&3 && [ "$word" != ACCEPT ]; do :; done
port=${address##*:}

ask()
{
	of "$@" -connect "127.0.0.1:$port" </dev/null 2>&1 || true
}
for suite in bookworm trixie experimental; do
	case $suite in
	bookworm) words="sslv3 alert" ;;
	trixie) words="ssl/tls alert" ;;
	experimental) words="tls alert" ;;
	esac
	of $suite usr/bin/openssl version
	expect "$suite: no cipher in common" \
	    ":$words handshake failure:.*SSL alert number 40" \
	    "$(ask $suite usr/bin/openssl s_client -tls1_2 \
	        -cipher ECDHE-ECDSA-AES128-GCM-SHA256)"
	expect "$suite: no version in common" \
	    ":tlsv1 alert protocol version:.*SSL alert number 70" \
	    "$(ask $suite usr/bin/openssl s_client -tls1_3)"
done
exit $wrong
