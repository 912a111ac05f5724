#!/bin/sh
# unbound.conf has "local-zone: test. nodefault" to make the names below
# "test." resolve again, which the resolver denies by itself (RFC 6761).
# ub_ctx_set_option(ctx, "local-zone:", "test. nodefault") takes the same words
# and returns 0, but denies them as before: only the parser of the file splits
# off "nodefault". The word "transparent" does work by both ways.
#
# Seen with libunbound8 version 1.17.1 (Debian 12) and 1.26.2 (Debian 13).
work=$(mktemp -d)
. "$(dirname "$0")/kit"
unpack bookworm libunbound-dev=1.17.1-2+deb12u4
unpack trixie libunbound-dev=1.26.2-0+deb13u1

cat >"$work/zone.c" <<'C'
#include <stdio.h>
#include <string.h>
#include <unbound.h>
int main(int argc, char **argv)
{
	struct ub_ctx *ctx = ub_ctx_create();
	struct ub_result *result = NULL;
	int set, asked;

	(void)argc;
	/* A forwarder that is not there: nothing leaves this machine. */
	ub_ctx_set_option(ctx, "do-not-query-localhost:", "no");
	ub_ctx_set_fwd(ctx, "127.0.0.1@1");
	if (strcmp(argv[1], "file") == 0)
		set = ub_ctx_config(ctx, argv[2]);
	else
		set = ub_ctx_set_option(ctx, "local-zone:", argv[2]);
	asked = ub_resolve(ctx, "mail.test.", 1, 1, &result);
	printf("set %d, asked %d, rcode %d\n", set, asked,
	    asked == 0 ? result->rcode : -1);
	return 0;
}
C
printf 'server:\n\tlocal-zone: "test." nodefault\n' >"$work/file.conf"
for suite in bookworm trixie; do
	build $suite "$work/zone.c" -lunbound
	expect "$suite: denied by default (3 is NXDOMAIN)" "set 0, .*rcode 3" \
	    "$(start $suite option "example. static")"
	expect "$suite: the file ends that (2: the forwarder is asked)" \
	    "set 0, .*rcode 2" "$(start $suite file "$work/file.conf")"
	expect "$suite: the option is taken and does not" "set 0, .*rcode 3" \
	    "$(start $suite option "test. nodefault")"
	expect "$suite: transparent does" "set 0, .*rcode 2" \
	    "$(start $suite option "test. transparent")"
done
exit $wrong
