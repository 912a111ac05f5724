#!/bin/sh
# "openssl x509 -noout -checkhost NAME" prints whether the certificate is for
# the name. Its exit status tells so in 3.5, and not in 3.0, where it is 0 for
# "does NOT match" too, though -checkend beside it has always told. A check of
# a mail server's certificate by "openssl x509 ... && echo fine" is no check
# on Debian 12; only the words serve both, and s_client -verify_hostname.
#
# Seen with openssl 3.0.22 (Debian 12), 3.5.9 (Debian 13), version 4.0.3.
work=$(mktemp -d)
. "$(dirname "$0")/kit"
unpack bookworm openssl=3.0.22-1~deb12u2
unpack trixie openssl=3.5.9-1~deb13u1
unpack experimental openssl=4.0.3-1

of bookworm usr/bin/openssl req -x509 -newkey ec -nodes -days 30 \
    -pkeyopt ec_paramgen_curve:P-256 -subj /CN=mx.example \
    -addext subjectAltName=DNS:mx.example -keyout "$work/key" \
    -out "$work/pem" 2>"$work/log" || {
	cat "$work/log"
	exit 2
}
ask()
{
	of "$1" usr/bin/openssl x509 -in "$work/pem" -noout "$2" "$3" 2>&1 |
	    tr '\n' ' '
	of "$1" usr/bin/openssl x509 -in "$work/pem" -noout "$2" "$3" \
	    >"$work/log" 2>&1 && echo "status 0" || echo "status $?"
}
for suite in bookworm trixie experimental; do
	case $suite in
	bookworm) status=0 ;;
	*) status=1 ;;
	esac
	of $suite usr/bin/openssl version
	expect "$suite: its name" "does match.*status 0" \
	    "$(ask $suite -checkhost mx.example)"
	expect "$suite: another" "does NOT match.*status $status" \
	    "$(ask $suite -checkhost mail.example)"
	expect "$suite: its end in 40 days" "will expire.*status 1" \
	    "$(ask $suite -checkend 3456000)"
done
exit $wrong
