#!/bin/sh
# The manual, libunbound(3), says of ub_ctx_delete() that lookups under way
# are killed and their callbacks are not called. With the event interface
# (unbound-event.h) they are called, inside ub_ctx_delete(), with SERVFAIL and
# no packet. A program that frees what the callback's argument points to, and
# then the context, reads what it has freed.
#
# Seen with libunbound8 version 1.17.1 (Debian 12) and 1.26.2 (Debian 13).
work=$(mktemp -d)
. "$(dirname "$0")/kit"
unpack bookworm libunbound-dev=1.17.1-2+deb12u4 \
    libevent-dev=2.1.12-stable-8+deb12u1
unpack trixie libunbound-dev=1.26.2-0+deb13u1 \
    libevent-dev=2.1.13-stable-1~deb13u1

cat >"$work/delete.c" <<'C'
#include <event2/event.h>
#include <stdio.h>
#include <unbound.h>
#include <unbound-event.h>
static int deleting;
static void done(void *arg, int rcode, void *packet, int len, int sec,
    char *why, int limited)
{
	(void)arg; (void)len; (void)sec; (void)why; (void)limited;
	printf("called while %s: rcode %d, %s\n",
	    deleting ? "deleting" : "running", rcode,
	    packet == NULL ? "no packet" : "a packet");
}
int main(void)
{
	struct event_base *base = event_base_new();
	struct ub_ctx *ctx = ub_ctx_create_event(base);
	int id;

	/* A forwarder that never answers: a socket of ours, on loopback. */
	ub_ctx_set_option(ctx, "do-not-query-localhost:", "no");
	ub_ctx_set_fwd(ctx, "127.0.0.1@9");
	if (ub_resolve_event(ctx, "mail.example.", 1, 1, NULL, done, &id) != 0)
		return 1;
	deleting = 1;
	ub_ctx_delete(ctx);
	puts("deleted");
	return 0;
}
C
for suite in bookworm trixie; do
	build $suite "$work/delete.c" -lunbound -levent
	expect "$suite: the callback is called" \
	    "called while deleting: rcode 2, no packet" "$(start $suite)"
done
exit $wrong
