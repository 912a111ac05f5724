#!/bin/sh
# The bind backend of PowerDNS keeps the metadata of its zones (PRESIGNED,
# NSEC3PARAM and so on) in a database that "pdnsutil create-bind-db" makes.
# In 5.1 the backend's module wants a function that pdns_server has and
# pdnsutil has not, so that pdnsutil cannot load it and does nothing at all
# with such a configuration; pdns_server itself starts. The schema that the
# package brings makes the same database.
#
# Seen with pdns-server version 4.9.18 (Debian 13) and 5.1.5 (sid).
work=$(mktemp -d)
. "$(dirname "$0")/kit"
unpack trixie pdns-server=4.9.18-0+deb13u1 pdns-backend-bind=4.9.18-0+deb13u1
unpack sid pdns-server=5.1.5-1 pdns-backend-bind=5.1.5-1

# configure SUITE: the same for both.
configure()
{
	run=$work/run-$1
	mkdir "$run"
	: >"$run/zones.conf"
	cat >"$run/pdns.conf" <<-CONF
		launch=bind
		module-dir=$(find "$work/$1" -name pdns -path "*gnu/pdns")
		bind-config=$run/zones.conf
		bind-dnssec-db=$run/dnssec.db
		socket-dir=$run
		local-address=127.0.0.1
		local-port=$port
		security-poll-suffix=
	CONF
}
# create SUITE: what pdnsutil says, and whether there is a database then.
create()
{
	of "$1" usr/bin/pdnsutil --config-dir "$work/run-$1" create-bind-db \
	    "$work/run-$1/dnssec.db" 2>&1 || true
	if [ -s "$work/run-$1/dnssec.db" ]; then
		echo "a database"
	else
		echo "no database"
	fi
}
configure trixie
configure sid
expect "4.9: it makes one" "^a database" "$(create trixie)"
made=$(create sid)
expect "5.1: the module wants what is not there" "undefined symbol: " "$made"
expect "5.1: and it makes none" "^no database" "$made"

python3 -c 'import sqlite3, sys
sqlite3.connect(sys.argv[1]).executescript(open(sys.argv[2]).read())' \
    "$work/run-sid/dnssec.db" \
    "$(find "$work/sid" -name bind-dnssec.schema.sqlite3.sql)"
serve sid usr/sbin/pdns_server --config-dir="$work/run-sid" --guardian=no \
    --daemon=no >"$work/log" 2>&1
patient grep -qi "ready to distribute" "$work/log"
expect "5.1: the server takes one by the schema" "ready to distribute" \
    "$(cat "$work/log")"
exit $wrong
