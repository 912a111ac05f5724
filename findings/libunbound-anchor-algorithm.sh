#!/bin/sh
# A DS of algorithm 16 (Ed448, RFC 8080) as a trust anchor: ub_ctx_add_ta() of
# Debian 12 returns 0, and so does the first lookup. The library cannot judge
# that algorithm, since Debian builds it with nettle, where the program
# "unbound" of the same source has OpenSSL and can. It leaves the anchor out,
# and what is below comes back "not secure", as RFC 4035 section 5.2 has it.
# The one sign is a line in the log, which ub_ctx_debugout() has to catch: no
# code returned and no field of a result tells. Debian 13 knows 16, and says
# no more of an algorithm that it does not know.
#
# Seen with libunbound8 version 1.17.1 (Debian 12) and 1.26.2 (Debian 13).
work=$(mktemp -d)
. "$(dirname "$0")/kit"
unpack bookworm libunbound-dev=1.17.1-2+deb12u4
unpack trixie libunbound-dev=1.26.2-0+deb13u1

cat >"$work/anchor.c" <<'C'
#include <stdio.h>
#include <unbound.h>
int main(int argc, char **argv)
{
	struct ub_ctx *ctx = ub_ctx_create();
	struct ub_result *result = NULL;
	int added = ub_ctx_add_ta(ctx, argv[argc - 1]), asked;

	ub_ctx_debugout(ctx, stdout);
	/* Answered in the library itself: nothing leaves this machine. */
	asked = ub_resolve(ctx, "localhost.", 1, 1, &result);
	printf("add: %s, resolve: %s\n", ub_strerror(added),
	    ub_strerror(asked));
	return 0;
}
C
# said SUITE ALGORITHM: all that the library says, on one line.
said()
{
	start "$1" "example. DS 12345 $2 2 0123456789abcdef$(
	    )0123456789abcdef0123456789abcdef0123456789abcdef" 2>&1 |
	    sed 's/^\[.*\] //' | tr '\n' ';'
}
fine="add: no error, resolve: no error;$"
warned="anchor example. has no supported algorithms, the anchor is ignored.*"
build bookworm "$work/anchor.c" -lunbound
expect "bookworm, 16: a line in the log, and no error" "$warned$fine" \
    "$(said bookworm 16)"
expect "bookworm, 15: no line" "^$fine" "$(said bookworm 15)"
build trixie "$work/anchor.c" -lunbound
expect "trixie, 16: no line" "^$fine" "$(said trixie 16)"
expect "trixie, 17: a line in the log, and no error" "$warned$fine" \
    "$(said trixie 17)"
exit $wrong
