#!/bin/sh
# OpenSMTPD with an action "relay" does not run without the file /etc/ssl/
# certs/ca-certificates.crt, even where the relay is a host that is spoken to
# without TLS: it says "starting" and ends. "smtpd -n" says "configuration OK",
# and the package only recommends ca-certificates, so that a small image, a
# container or a chroot lacks the file. An empty one is enough. With local
# actions alone nobody misses it.
#
# Seen with opensmtpd version 7.6.0p1 (Debian 13). Needs root, for a chroot in
# a namespace of its own.
work=$(mktemp -d)
. "$(dirname "$0")/kit"
unpack trixie opensmtpd=7.6.0p1-1

root=$work/trixie
for lib in lib lib64; do
	[ -e "$root/$lib" ] || ln -s "usr/$lib" "$root/$lib"
done
mkdir -p "$root/dev" "$root/var/run" "$root/etc/ssl/certs" \
    "$root/var/spool/smtpd/offline" "$root/var/lib/opensmtpd/empty"
cp -a /dev/null /dev/urandom "$root/dev"
chmod 711 "$root/var/spool/smtpd"
chmod 755 "$work"
chmod 770 "$root/var/spool/smtpd/offline"
chown 0:902 "$root/var/spool/smtpd/offline"
for user in root:x:0:0 opensmtpd:x:901:901 opensmtpq:x:902:902; do
	echo "$user::/var/lib/opensmtpd/empty:/bin/false"
done >"$root/etc/passwd"
printf '%s\n' root:x:0: opensmtpd:x:901: opensmtpq:x:902: >"$root/etc/group"
action()
{
	cat >"$root/etc/smtpd.conf" <<-CONF
		listen on lo port 2525 hostname mx.example
		action "a" $1
		match from any for any action "a"
	CONF
}
# smtpd WORD...: for three seconds at most; timeout says 124 if it still runs.
smtpd()
{
	unshare --mount --net --pid --fork --kill-child sh -c \
	    'ip link set lo up; exec timeout 3 chroot "$@"' - \
	    "$root" /usr/sbin/smtpd -d "$@" 2>&1 || echo "ended with $?"
}
missing="failed to open CA file '/etc/ssl/certs/ca-certificates.crt'"
for relay in relay 'relay host "smtp+notls://127.0.0.1"'; do
	action "$relay"
	expect "$relay, -n" "configuration OK" "$(smtpd -n)"
	seen=$(smtpd)
	expect "$relay: does not find the file" "$missing" "$seen"
	expect "$relay: and ends" "ended with 1$" "$seen"
done
: >"$root/etc/ssl/certs/ca-certificates.crt"
expect "$relay, an empty file: runs" "ended with 124" "$(smtpd)"
rm "$root/etc/ssl/certs/ca-certificates.crt"
action 'lmtp "/run/lmtp"'
expect "no relay, no file: runs" "ended with 124" "$(smtpd)"
exit $wrong
