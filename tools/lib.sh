# SPDX-License-Identifier: ISC
# shellcheck shell=sh
# What tools/demo and tools/test share; read with ".", from the source folder.

say()
{
	printf '\n== %s\n' "$*"
}

# packages_missing KIND...: those of tools/packages that are not installed.
packages_missing()
{
	for kind; do
		sed -n "s/^\([a-z0-9.+-]*\)[[:space:]][[:space:]]*$kind\$/\1/p" \
		    tools/packages
	done | while read -r package; do
		dpkg-query -W -f '${db:Status-Status}' "$package" \
		    2>/dev/null | grep -qx installed || printf '%s ' "$package"
	done
}

# packages_need KIND...: installs what is missing, or says how.
packages_need()
{
	if ! command -v dpkg-query >/dev/null; then
		echo "No Debian: tools/packages names what must be there." >&2
		return
	fi
	missing=$(packages_missing "$@")
	[ -n "$missing" ] || return 0
	if [ "$(id -u)" -ne 0 ]; then
		echo "Some packages are missing. Please run:" >&2
		echo "  sudo apt-get update && sudo apt-get install" \
		    "--no-install-recommends $missing" >&2
		exit 1
	fi
	say "installing $missing"
	export DEBIAN_FRONTEND=noninteractive
	apt-get -q update
	# shellcheck disable=SC2086
	apt-get -q install -y --no-install-recommends $missing
}

# build_need DIR [MESON OPTION...]: sets the folder up once, then builds.
build_need()
{
	dir=$1
	shift
	[ -f "$dir/build.ninja" ] || meson setup "$dir" "$@"
	ninja -C "$dir" -j "$(nproc)"
}

# nsd_need DIR: nsd for the lab of a build folder, fetched only once.
nsd_need()
{
	for other in build*/lab-nsd; do
		[ -d "$other/root" ] && [ ! -d "$1/lab-nsd" ] &&
		    cp -a "$other" "$1/lab-nsd"
	done
	if tools/lab --build "$1" fetch; then
		return
	fi
	[ "$(id -u)" -eq 0 ] || exit 1
	apt-get -q update
	tools/lab --build "$1" fetch
}

# monitors_need DIR: nagios4, icinga2, prometheus, knot, bind9 and pdns for the
# tests of a build folder.
monitors_need()
{
	for name in lab-nagios lab-icinga lab-prometheus lab-knot lab-bind9 \
	    lab-pdns; do
		for other in build*/$name; do
			[ -d "$other/root" ] && [ ! -d "$1/$name" ] &&
			    cp -a "$other" "$1/$name"
		done
	done
	if tools/lab --build "$1" fetch monitors; then
		return
	fi
	[ "$(id -u)" -eq 0 ] || exit 1
	apt-get -q update
	tools/lab --build "$1" fetch monitors
}

# servers_need DIR: the mail servers, senders and other programs that
# tests/interop looks at; where they cannot be had, it says so and is skipped.
servers_need()
{
	PYTHONDONTWRITEBYTECODE=1 PYTHONPATH=tools:tests/interop python3 -c '
import os
import sys

from extra import PACKAGES, Extra
from labkit.scenario import LabError
from packages import Packages

folder = os.path.join(os.path.abspath(sys.argv[1]), "interop", "packages")
try:
    Packages(folder).need()
except LabError as error:
    print("interop:", error)
for name in PACKAGES:
    why = Extra(sys.argv[1], name).why_not()
    if why:
        print("interop:", name + ":", why)' "$1"
}
