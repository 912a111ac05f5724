#!/bin/sh
# ub_ctx_add_ta_file() returns 0, "no error", for a file that does not exist;
# the first lookup then fails with an error about initialization. For a file
# that is there and holds no key, as one with comments alone, nothing fails
# at all: the library resolves as if nobody had asked for DNSSEC. A program
# that reads "not secure" as "this domain has no DNSSEC" will not hear of it.
# Worth a self-test: the root's DNSKEY must come back secure.
#
# Seen with libunbound8 version 1.17.1 (Debian 12) and 1.26.2 (Debian 13).
work=$(mktemp -d)
. "$(dirname "$0")/kit"
unpack bookworm libunbound-dev=1.17.1-2+deb12u4
unpack trixie libunbound-dev=1.26.2-0+deb13u1

echo '; no key in here' >"$work/comments"
cat >"$work/anchor.c" <<'C'
#include <stdio.h>
#include <unbound.h>
int main(int argc, char **argv)
{
	struct ub_ctx *ctx = ub_ctx_create();
	struct ub_result *result = NULL;
	int added = ub_ctx_add_ta_file(ctx, argv[argc - 1]), asked;

	/* Answered in the library itself: nothing leaves this machine. */
	asked = ub_resolve(ctx, "localhost.", 1, 1, &result);
	printf("add: %s\nresolve: %s\n", ub_strerror(added), ub_strerror(asked));
	if (asked == 0)
		printf("secure %d, bogus %d\n", result->secure, result->bogus);
	return 0;
}
C
for suite in bookworm trixie; do
	build $suite "$work/anchor.c" -lunbound
	expect "$suite: a file that is not there is added" "^add: no error" \
	    "$(start $suite "$work/missing" 2>/dev/null)"
	expect "$suite: and only the lookup complains" "^resolve: init" \
	    "$(start $suite "$work/missing" 2>/dev/null)"
	expect "$suite: one without a key is added" "^add: no error" \
	    "$(start $suite "$work/comments" 2>/dev/null)"
	expect "$suite: and nothing complains" "^resolve: no error" \
	    "$(start $suite "$work/comments" 2>/dev/null)"
done
exit $wrong
